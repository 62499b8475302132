//! Paths as people type, paste and copy them.
//!
//! Owns the notation of the path field. Does not look at the disk.

use std::path::{Path, PathBuf};

/// The paths in `text` on this machine, where `~` is the person's own folder.
pub fn typed(text: &str) -> Vec<PathBuf> {
    let home = directories::BaseDirs::new();
    typed_paths(text, home.as_ref().map(directories::BaseDirs::home_dir))
}

/// The first path in `text`, if there is any.
pub fn first_typed(text: &str) -> Option<PathBuf> {
    typed(text).into_iter().next()
}

/// The paths in `text`: one a line, blanks and quotes around them dropped, `file://` addresses decoded,
/// a leading `~` replaced by `home`.
pub fn typed_paths(text: &str, home: Option<&Path>) -> Vec<PathBuf> {
    text.lines().map(|line| unquote(line.trim())).filter(|line| !line.is_empty()).map(|line| path(line, home)).collect()
}

fn unquote(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

fn path(text: &str, home: Option<&Path>) -> PathBuf {
    if let Some(address) = text.strip_prefix("file://") {
        // What file managers put on the clipboard: an optional host before the path, bytes escaped by %.
        let path = address.find('/').map_or(address, |at| &address[at..]);
        return PathBuf::from(unescape(path));
    }
    match (text.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home.to_owned(),
        (Some(rest), Some(home)) if rest.starts_with(['/', '\\']) => home.join(&rest[1..]),
        _ => PathBuf::from(text),
    }
}

/// Replaces `%41` by the byte it stands for; anything else after a percent sign stays as it is.
fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).filter(|d| d.iter().all(u8::is_ascii_hexdigit));
        let value = digits.and_then(|d| std::str::from_utf8(d).ok()).and_then(|d| u8::from_str_radix(d, 16).ok());
        match value {
            Some(value) if bytes[at] == b'%' => {
                out.push(value);
                at += 3;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn common_notations() {
        let home = Path::new("/home/ann");
        let text = " /a b/c.mp4 \n\n\"/q/d.mp4\"\n'e.mp4'\nfile:///f%20g%C3%A9.mp4\nfile://host/h.mp4\n~/i.mp4\n~\n~x\r\n100%.mp4";
        let paths = typed_paths(text, Some(home));
        let expected = [
            "/a b/c.mp4",
            "/q/d.mp4",
            "e.mp4",
            "/f gé.mp4",
            "/h.mp4",
            "/home/ann/i.mp4",
            "/home/ann",
            "~x",
            "100%.mp4",
        ];
        assert_eq!(paths, expected.map(PathBuf::from));
    }

    proptest! {
        #[test]
        fn any_text_is_taken_calmly(text in any::<String>()) {
            typed_paths(&text, Some(Path::new("/h")));
            typed_paths(&format!("file://{text}"), None);
        }
    }
}
