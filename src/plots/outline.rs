//! The letters of an SVG chart as outlines.
//!
//! Owns turning the text elements that the drawing library writes into paths of the embedded font, so that a chart looks
//! the same in every viewer and on paper, whatever fonts there are. The words stay in the file as labels, for search and for
//! screen readers. Reads nothing but what [`super::chart`] just wrote: it is no reader of SVG files.

use std::fmt::Write as _;

use ab_glyph::{Font as _, FontRef, OutlineCurve, Point};

use super::chart::FONT_BYTES;

/// The library makes letters this much smaller in SVG than it measured them.
const MEASURED: f32 = 1.24;

/// `svg` with paths in place of letters; text that the font cannot draw stays as it is.
pub(super) fn outlined(svg: &str) -> String {
    let Ok(font) = FontRef::try_from_slice(FONT_BYTES) else { return svg.to_owned() };
    let mut out = String::with_capacity(svg.len() * 4);
    let mut rest = svg;
    while let Some((before, element)) = rest.split_once("<text ") {
        let Some((attributes, tail)) = element.split_once(">\n") else { break };
        let Some((text, after)) = tail.split_once("\n</text>\n") else { break };
        out.push_str(before);
        match path(&font, attributes, text) {
            Some(path) => out.push_str(&path),
            None => writeln!(out, "<text {attributes}>\n{text}\n</text>").unwrap_or_default(),
        }
        rest = after;
    }
    out + rest
}

/// One text element as a group with a label and a path.
fn path(font: &FontRef<'_>, attributes: &str, text: &str) -> Option<String> {
    let number = |name: &str| attribute(attributes, name)?.parse::<f32>().ok();
    let (x, y, size) = (number("x")?, number("y")?, number("font-size")?);
    let drop = match attribute(attributes, "dy")? {
        "0.76em" => 0.76 * size,
        "0.5ex" => 0.25 * size,
        _ => -0.25 * size,
    };
    // As tall as measured: the library's scale is that of the whole line, ascent to descent.
    let scale = size * MEASURED / font.height_unscaled();
    let letters = unescaped(text);
    let (width, glyphs) = glyphs(font, &letters);
    let start = match attribute(attributes, "text-anchor")? {
        "start" => 0.0,
        "middle" => -0.5 * width * scale,
        _ => -width * scale,
    };
    let mut data = String::new();
    for (advance, curves) in &glyphs {
        let place = |p: Point| (x + start + (advance + p.x) * scale, y + drop - p.y * scale);
        contours(curves, place, &mut data);
    }
    let mut group = format!("<g role=\"img\" aria-label=\"{text}\"");
    if let Some(transform) = attribute(attributes, "transform") {
        write!(group, " transform=\"{transform}\"").ok()?;
    }
    let (fill, opacity) = (attribute(attributes, "fill")?, attribute(attributes, "opacity")?);
    write!(group, ">\n<path fill=\"{fill}\" opacity=\"{opacity}\" d=\"{data}\"/>\n</g>\n").ok()?;
    Some(group)
}

/// The value of an attribute as it is written.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let mut parts = attributes.split(' ').map(str::trim_start);
    // Values may hold spaces: what follows the name is taken to the closing quote.
    let at = parts.find_map(|part| {
        let value = part.strip_prefix(name)?.strip_prefix("=\"")?;
        Some(value.as_ptr() as usize - attributes.as_ptr() as usize)
    })?;
    attributes[at..].split('"').next()
}

fn unescaped(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The width of a line in the font's units, and where each letter begins with its curves.
fn glyphs(font: &FontRef<'_>, letters: &str) -> (f32, Vec<(f32, Vec<OutlineCurve>)>) {
    let (mut at, mut last, mut glyphs) = (0.0, None, Vec::new());
    for letter in letters.chars() {
        let id = font.glyph_id(letter);
        at += last.map_or(0.0, |last| font.kern_unscaled(last, id));
        if let Some(outline) = font.outline(id) {
            glyphs.push((at, outline.curves));
        }
        at += font.h_advance_unscaled(id);
        last = Some(id);
    }
    (at, glyphs)
}

/// Curves as path data; a curve that does not begin where the last one ended begins a contour.
fn contours(curves: &[OutlineCurve], place: impl Fn(Point) -> (f32, f32), out: &mut String) {
    let mut end: Option<Point> = None;
    for curve in curves {
        let (OutlineCurve::Line(start, _) | OutlineCurve::Quad(start, ..) | OutlineCurve::Cubic(start, ..)) = curve;
        if end != Some(*start) {
            out.push_str(if end.is_some() { "ZM" } else { "M" });
            points(&[place(*start)], out);
        }
        let stop = match curve {
            OutlineCurve::Line(_, b) => {
                out.push('L');
                points(&[place(*b)], out);
                b
            }
            OutlineCurve::Quad(_, b, c) => {
                out.push('Q');
                points(&[place(*b), place(*c)], out);
                c
            }
            OutlineCurve::Cubic(_, b, c, d) => {
                out.push('C');
                points(&[place(*b), place(*c), place(*d)], out);
                d
            }
        };
        end = Some(*stop);
    }
    if end.is_some() {
        out.push('Z');
    }
}

fn points(points: &[(f32, f32)], out: &mut String) {
    for (i, (x, y)) in points.iter().enumerate() {
        let space = if i > 0 { " " } else { "" };
        // Writing to a string cannot fail.
        write!(out, "{space}{x:.2} {y:.2}").unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "<svg>\n<text x=\"100\" y=\"50\" dy=\"0.76em\" text-anchor=\"start\" font-family=\"sans-serif\" \
         font-size=\"20\" opacity=\"1\" fill=\"#282C34\" transform=\"rotate(270, 100, 50)\">\na &lt; b\n</text>\n</svg>\n";

    /// The horizontal extent of all points of a path.
    fn extent(svg: &str) -> (f32, f32) {
        let data = svg.split(" d=\"").nth(1).and_then(|d| d.split('"').next()).expect("has a path");
        let numbers: Vec<f32> = data
            .split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
            .filter_map(|n| n.parse().ok())
            .collect();
        let xs = || numbers.iter().step_by(2).copied();
        (xs().fold(f32::MAX, f32::min), xs().fold(f32::MIN, f32::max))
    }

    #[test]
    fn letters_become_paths_and_their_words_stay() {
        let svg = outlined(TEXT);
        assert!(!svg.contains("<text") && !svg.contains("font-family"), "{svg}");
        for part in ["aria-label=\"a &lt; b\"", "rotate(270, 100, 50)", "fill=\"#282C34\"", "</svg>"] {
            assert!(svg.contains(part), "{part} is missing in {svg}");
        }
        let (left, right) = extent(&svg);
        assert!((100.0..103.0).contains(&left) && (130.0..170.0).contains(&right), "{left} to {right}");
    }

    #[test]
    fn a_line_stands_where_its_anchor_says() {
        let (left, right) = extent(&outlined(TEXT));
        let (l, r) = extent(&outlined(&TEXT.replace("start", "end")));
        assert!(r <= 100.0 && ((right - left) - (r - l)).abs() < 0.1, "{l} to {r}");
        let (l, r) = extent(&outlined(&TEXT.replace("start", "middle")));
        assert!((f32::midpoint(l, r) - 100.0).abs() < 1.5, "{l} to {r}");
    }

    #[test]
    fn what_is_no_text_stays() {
        assert_eq!(outlined("<svg>\n<line x1=\"1\"/>\n</svg>\n"), "<svg>\n<line x1=\"1\"/>\n</svg>\n");
        assert_eq!(outlined("<svg><text x=\"1\""), "<svg><text x=\"1\"", "cut short, nothing is lost");
    }
}
