//! The shaders' text.
//!
//! Owns the files of `shaders/` and their `#import` lines. Does not own pipelines.

/// All files of `shaders/`, by their path there.
pub const FILES: [(&str, &str); 7] = [
    ("video.wgsl", include_str!("../../shaders/video.wgsl")),
    ("curve.wgsl", include_str!("../../shaders/curve.wgsl")),
    ("heat_map.wgsl", include_str!("../../shaders/heat_map.wgsl")),
    ("heat_strip.wgsl", include_str!("../../shaders/heat_strip.wgsl")),
    ("marks.wgsl", include_str!("../../shaders/marks.wgsl")),
    ("lib/color.wgsl", include_str!("../../shaders/lib/color.wgsl")),
    ("lib/screen_triangle.wgsl", include_str!("../../shaders/lib/screen_triangle.wgsl")),
];

/// The text of the shader `name` with each `#import PATH` line replaced by that file, once.
///
/// An import of an unknown file stays in the text, where the shader compiler names it.
pub fn source(name: &str) -> String {
    let mut text = String::new();
    append(name, &mut Vec::new(), &mut text);
    text
}

fn append<'a>(name: &'a str, done: &mut Vec<&'a str>, out: &mut String)
where
    'static: 'a,
{
    let Some((_, file)) = FILES.iter().find(|(path, _)| *path == name) else {
        out.extend(["#import ", name, "\n"]);
        return;
    };
    if done.contains(&name) {
        return;
    }
    done.push(name);
    for line in file.lines() {
        if let Some(import) = line.strip_prefix("#import ") {
            append(import.trim(), done, out);
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_resolved_once() {
        let text = source("video.wgsl");
        assert!(!text.contains("#import"));
        assert_eq!(text.matches("fn rect_corner").count(), 1);
        assert_eq!(text.matches("fn shown").count(), 1);
    }

    #[test]
    fn an_unknown_file_stays_visible() {
        assert_eq!(source("nowhere.wgsl"), "#import nowhere.wgsl\n");
    }
}
