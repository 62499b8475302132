//! List files: one entry a line, no header.
//!
//! Owns the two forms in use, paths alone and names with frame counts. Does not own where the files
//! named in a list are looked for.

use thiserror::Error;

/// A line of a list with frame counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFrames {
    /// Name or path; may hold blanks, `#` and `=`.
    pub name: String,
    /// Frames that the ground truth counts for it, if the line says so.
    pub frames: Option<usize>,
}

/// Why a text is no list.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ListError {
    /// Nothing but blank lines.
    #[error("the list has no entries; it needs one path per line")]
    Empty,
    /// Probably not a text list at all.
    #[error("line {0} holds control characters: this is not a text list")]
    NotText(usize),
}

/// One path per line. Blanks around it are dropped, blank lines are skipped.
///
/// # Errors
/// An empty list, or one that is not text.
pub fn paths(text: &str) -> Result<Vec<String>, ListError> {
    let mut found = Vec::new();
    // Windows tools put a byte order mark in front.
    for (i, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.chars().any(char::is_control) && !line.contains('\t') {
            return Err(ListError::NotText(i + 1));
        }
        if !line.is_empty() {
            found.push(line.to_owned());
        }
    }
    if found.is_empty() { Err(ListError::Empty) } else { Ok(found) }
}

/// Like [`paths`], with a frame count behind the last blank of each line where there is one.
///
/// # Errors
/// As [`paths`].
pub fn named_frames(text: &str) -> Result<Vec<NamedFrames>, ListError> {
    let entry = |line: String| match line.rsplit_once([' ', '\t']) {
        Some((name, count)) if count.bytes().all(|b| b.is_ascii_digit()) => match count.parse() {
            Ok(frames) => NamedFrames { name: name.trim_end().to_owned(), frames: Some(frames) },
            Err(_) => NamedFrames { name: line, frames: None },
        },
        _ => NamedFrames { name: line, frames: None },
    };
    Ok(paths(text)?.into_iter().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blanks_marks_and_missing_line_ends() {
        assert_eq!(paths("\u{feff}a b.npy \r\n\n  c.npy").expect("is a list"), ["a b.npy", "c.npy"]);
        assert_eq!(paths(" \n"), Err(ListError::Empty));
        assert_eq!(paths("a\n\u{1}b\n"), Err(ListError::NotText(2)));
    }

    #[test]
    fn counts_stand_behind_the_last_blank() {
        let list = named_frames("v=x__#1_label_B4 1648\nmy video.mp4 16\nplain.mp4\nb c\n").expect("is a list");
        let shown: Vec<_> = list.iter().map(|e| (e.name.as_str(), e.frames)).collect();
        assert_eq!(
            shown,
            [("v=x__#1_label_B4", Some(1648)), ("my video.mp4", Some(16)), ("plain.mp4", None), ("b c", None)]
        );
    }

    proptest! {
        #[test]
        fn written_lists_are_read(names in proptest::collection::vec("[a-zA-Z#=_./-]{1,12}", 1..20), frames in 0_usize..100_000) {
            let lines: Vec<String> = names.iter().map(|n| format!("{n} {frames}\n")).collect();
            let list = named_frames(&lines.concat()).expect("is a list");
            prop_assert_eq!(list.len(), names.len());
            for (entry, name) in list.iter().zip(&names) {
                prop_assert_eq!((&entry.name, entry.frames), (name, Some(frames)));
            }
        }
    }
}
