//! Guards the layers: which module may name which, and which foreign crate may be named where.
//!
//! Owns the table of allowed arrows, the size of files, and the rule that every file says what it owns.
//! One crate gives no compiler error for a forbidden arrow, so a test must. Standard library only.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Module, and what it may name of this crate besides itself.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("jobs", &[]),
    ("logging", &[]),
    ("disk", &[]),
    ("media", &["domain", "jobs"]),
    ("sound", &["domain", "jobs"]),
    ("model", &["domain", "jobs", "disk"]),
    ("store", &["domain", "jobs", "disk"]),
    ("gpu", &["domain"]),
    ("formats", &["domain"]),
    ("plots", &["domain"]),
    ("demo", &["domain", "jobs", "disk", "media"]),
    ("app", &["domain", "jobs", "disk", "media", "sound", "model", "store", "formats", "plots", "demo"]),
    ("ui", &["domain", "jobs", "app", "gpu"]),
    (
        "cli",
        &["domain", "jobs", "disk", "media", "model", "store", "formats", "plots", "demo", "app", "gpu", "logging"],
    ),
    (
        "shell",
        &["domain", "jobs", "media", "model", "store", "formats", "plots", "demo", "app", "gpu", "ui", "logging"],
    ),
];

/// Foreign crate, and the modules that may name it. Crates not listed are free.
const FOREIGN: &[(&str, &[&str])] = &[
    ("ffmpeg_next", &["media"]),
    ("blake3", &["media", "model", "store"]),
    ("rusqlite", &["store"]),
    ("alsa", &["sound"]),
    ("cpal", &["sound"]),
    ("rtrb", &["sound"]),
    ("candle_core", &["model"]),
    ("candle_nn", &["model"]),
    ("candle_transformers", &["model"]),
    ("safetensors", &["model"]),
    ("wgpu", &["gpu"]),
    ("egui_wgpu", &["gpu"]),
    ("bytemuck", &["gpu"]),
    ("plotters", &["plots"]),
    ("plotters_backend", &["plots"]),
    ("ab_glyph", &["plots"]),
    ("egui", &["ui", "gpu", "shell"]),
    ("egui_extras", &["ui"]),
    ("egui_tiles", &["ui"]),
    ("eframe", &["shell", "main"]),
    ("rfd", &["shell", "main"]),
    ("clap", &["cli"]),
    ("quick_xml", &["formats"]),
    ("indicatif", &["cli"]),
    // In `domain` by its tests alone: that what it says survives being written.
    ("serde_json", &["domain", "formats", "cli", "app", "store", "model", "demo"]),
];

/// Widgets are drawn in `ui` alone; `gpu` and `shell` get by with the context, rectangles and callbacks.
const WIDGETS: &[&str] =
    &["Button", "Checkbox", "ComboBox", "DragValue", "Grid", "Label", "Panel", "ScrollArea", "Slider", "TextEdit"];

const LONGEST: usize = 600;

/// One line of a file with comments and string contents removed.
struct Line {
    number: usize,
    code: String,
}

/// Blanks comments, string and character contents, so that only names in code are left.
fn code_lines(text: &str) -> Vec<Line> {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let before = code.chars().last().unwrap_or(' ');
        let length = if rest.starts_with(&['/', '/']) {
            rest.iter().take_while(|c| **c != '\n').count()
        } else if rest.starts_with(&['/', '*']) {
            block_comment(rest)
        } else if rest[0] == 'r' && !is_name(before) && raw_string(rest) > 0 {
            raw_string(rest)
        } else if rest[0] == '"' {
            quoted(rest)
        } else if rest[0] == '\'' && char_literal(rest) > 0 {
            char_literal(rest)
        } else {
            code.push(rest[0]);
            at += 1;
            continue;
        };
        code.push(' ');
        code.extend(rest[..length].iter().filter(|c| **c == '\n'));
        at += length.max(1);
    }
    code.lines().enumerate().map(|(i, line)| Line { number: i + 1, code: line.to_owned() }).collect()
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with(&['/', '*']) {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(&['*', '/']) {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn quoted(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != '"' {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

/// Length of a raw string at the start of `rest`, or 0.
fn raw_string(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let mut at = 2 + hashes;
    while at < rest.len() {
        if rest[at] == '"' && rest[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    rest.len()
}

/// Length of a character literal at the start of `rest`, or 0 for a lifetime.
fn char_literal(rest: &[char]) -> usize {
    if rest.get(1) == Some(&'\\') {
        // At least one character follows the backslash, and it may be the quote itself.
        return rest.iter().skip(3).position(|c| *c == '\'').map_or(0, |i| i + 4);
    }
    if rest.get(2) == Some(&'\'') { 3 } else { 0 }
}

/// The names in code, each with what follows it on the rest of the file.
fn names(lines: &[Line]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for line in lines {
        let mut word = String::new();
        for c in line.code.chars().chain([' ']) {
            if is_name(c) {
                word.push(c);
                continue;
            }
            if !word.is_empty() {
                found.push((line.number, std::mem::take(&mut word)));
            }
            if !c.is_whitespace() {
                found.push((line.number, c.to_string()));
            }
        }
    }
    found
}

/// All names right behind `crate::` (or as many `super::` as lead to the crate), braces included.
fn crate_references(tokens: &[(usize, String)], depth: usize) -> Vec<(usize, String)> {
    let word = |i: usize| tokens.get(i).map_or("", |t| t.1.as_str());
    let colons = |i: usize| word(i) == ":" && word(i + 1) == ":";
    let mut found = Vec::new();
    for start in 0..tokens.len() {
        let after = if word(start) == "crate" && colons(start + 1) {
            start + 3
        } else if word(start) == "super" && (start < 3 || word(start - 3) != "super" || !colons(start - 2)) {
            let (mut at, mut supers) = (start, 0);
            while word(at) == "super" && colons(at + 1) {
                supers += 1;
                at += 3;
            }
            if supers < depth {
                continue;
            }
            at
        } else {
            continue;
        };
        if word(after) != "{" {
            found.extend(tokens.get(after).cloned());
            continue;
        }
        let mut braces = 0;
        for (at, token) in tokens.iter().enumerate().skip(after) {
            match token.1.as_str() {
                "{" => braces += 1,
                "}" => braces -= 1,
                _ if braces == 1 && matches!(word(at - 1), "{" | ",") => found.push(token.clone()),
                _ => {}
            }
            if braces == 0 {
                break;
            }
        }
    }
    found
}

/// What is wrong with one source file, one sentence a line. `path` is relative to `src`.
fn violations(path: &Path, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let shown = format!("src/{}", path.display());
    let parts: Vec<&str> = path.iter().filter_map(|p| p.to_str()).collect();
    let layer = parts.first().map_or("", |first| first.strip_suffix(".rs").unwrap_or(first));
    let depth = parts.len() - usize::from(parts.last() == Some(&"mod.rs"));

    if !text.starts_with("//!") {
        wrong.push(format!("{shown}:1: does not open with `//!` saying what it owns"));
    }
    let count = text.lines().count();
    if count > LONGEST {
        wrong.push(format!("{shown}:{count}: longer than {LONGEST} lines"));
    }

    let tokens = names(&code_lines(text));
    let root = matches!(layer, "main" | "lib");
    match LAYERS.iter().find(|(name, _)| *name == layer) {
        _ if root => {}
        None => wrong.push(format!("{shown}:1: `{layer}` is in no layer: add it to the table of this test")),
        Some((_, allowed)) => {
            for (line, name) in crate_references(&tokens, depth) {
                let known = LAYERS.iter().any(|(layer, _)| *layer == name);
                if known && name != layer && !allowed.contains(&name.as_str()) {
                    wrong.push(format!("{shown}:{line}: `{layer}` may not name `{name}`"));
                }
            }
        }
    }
    for (at, (line, name)) in tokens.iter().enumerate() {
        let next = |n: usize| tokens.get(at + n).map_or("", |t| t.1.as_str());
        let before = |n: usize| at.checked_sub(n).map_or("", |i| tokens[i].1.as_str());
        let path_or_use = (next(1) == ":" && next(2) == ":") || before(1) == "use";
        // A crate's name at the start of a path; `self.egui::` or `x::egui` cannot start one.
        let starts = before(1) != "." && !(before(1) == ":" && before(2) == ":");
        if !(path_or_use && starts) {
            continue;
        }
        if let Some((_, allowed)) = FOREIGN.iter().find(|(foreign, _)| foreign == name)
            && !allowed.contains(&layer)
        {
            wrong.push(format!("{shown}:{line}: `{name}` may be named only in {}", allowed.join(", ")));
        }
        if name == "egui" && layer != "ui" && WIDGETS.contains(&next(3)) {
            wrong.push(format!("{shown}:{line}: the widget `{}` belongs in ui", next(3)));
        }
    }
    wrong
}

fn files_under(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.filter_map(Result::ok).map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_under(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn report(wrong: &[String]) -> String {
    wrong.iter().fold(String::new(), |mut text, line| {
        writeln!(text, "\n  {line}").expect("writes to a string");
        text
    })
}

#[test]
fn layers_and_files_keep_the_rules() {
    let mut files = Vec::new();
    files_under(&root().join("src"), &mut files);
    files.retain(|f| f.extension().is_some_and(|e| e == "rs"));
    assert!(files.len() > 10, "the sources were not found");
    let mut wrong = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).expect("a source file is text");
        wrong.extend(violations(file.strip_prefix(root().join("src")).expect("is in src"), &text));
    }
    assert!(wrong.is_empty(), "{}", report(&wrong));
}

#[test]
fn no_file_names_a_place_on_one_machine() {
    // Put together here, so that this file does not hold what it looks for.
    let places = [["/wo", "rk/"].concat(), ["../sha", "red"].concat(), ["/ro", "ot/"].concat()];
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches", "shaders", "scripts", ".ci", "assets", "docs"] {
        files_under(&root().join(folder), &mut files);
    }
    for file in ["README.md", "ARCHITECTURE.md", "Makefile", "Cargo.toml", "clippy.toml", "deny.toml"] {
        files.push(root().join(file));
    }
    let mut wrong = Vec::new();
    for file in &files {
        // Pictures and weights are not text and hold no paths of ours.
        let Ok(text) = fs::read_to_string(file) else { continue };
        for (i, line) in text.lines().enumerate() {
            if places.iter().any(|place| line.contains(place.as_str())) {
                wrong.push(format!("{}:{}: names a place on one machine", file.display(), i + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", report(&wrong));
}

#[test]
fn made_up_violations_are_found() {
    let found = |path: &str, text: &str| violations(Path::new(path), text);
    let head = "//! Owns a test.\n";
    let with = |code: &str| format!("{head}{code}\n");

    let wrong = found("domain/a.rs", &with("use crate::media::open;"));
    assert_eq!(wrong, ["src/domain/a.rs:2: `domain` may not name `media`"]);
    assert_eq!(found("media/a.rs", &with("use crate::{\n    domain::time,\n    model::{x, y},\n};")).len(), 1);
    assert_eq!(found("media/a/b.rs", &with("use super::super::super::store::X;")).len(), 1);
    assert_eq!(found("media/mod.rs", &with("use super::store::X;")).len(), 1);
    assert_eq!(found("app/a.rs", &with("fn f() { ffmpeg_next::init(); }")).len(), 1);
    assert_eq!(found("app/a.rs", &with("use candle_core as c;")).len(), 1);
    assert_eq!(found("shell/mod.rs", &with("fn f(b: egui::Button) {}")).len(), 1);
    assert_eq!(found("elsewhere/mod.rs", head).len(), 1);
    assert_eq!(found("domain/a.rs", "use std::fs;\n").len(), 1);
    assert_eq!(found("domain/a.rs", &with(&"\n".repeat(LONGEST))).len(), 1);

    // Allowed arrows, and names that only look like arrows.
    assert!(found("app/a.rs", &with("use crate::{domain::time, media, model::Scorer};")).is_empty());
    assert!(found("media/a.rs", &with("// crate::store::X\nconst A: &str = \"crate::ui::Y\";")).is_empty());
    assert!(
        found("media/a.rs", &with("const A: char = '\"'; use super::store; const B: &str = r#\"crate::ui\"#;"))
            .is_empty()
    );
    assert!(found("media/a.rs", &with("fn f<'a>(x: &'a str) { let wgpu = 1; self.egui; }")).is_empty());
}
