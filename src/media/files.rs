//! Which files of a folder are videos.
//!
//! Owns which are found and in which order. Files named one by one are taken whatever their extension: opening them
//! decides. Does not own the list of extensions ([`crate::domain::video_name`]).

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::video_name::{VIDEO_ENDINGS, is_one_of};

/// Folders inside folders that are followed; more can only be a loop.
const MAX_DEPTH: usize = 32;

/// Replaces folders by the video files in them, at any depth, in natural order (`clip2` before `clip10`).
///
/// Files stay where they are in the list; each file is listed once. Hidden entries and what cannot be read
/// are left out.
pub fn video_files(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for path in paths {
        if path.is_dir() {
            let start = out.len();
            walk(path, MAX_DEPTH, &mut out);
            out[start..].sort_by(|a, b| natural(a, b));
        } else {
            out.push(path.clone());
        }
    }
    let mut seen = HashSet::new();
    out.retain(|path| seen.insert(path.clone()));
    out
}

fn walk(folder: &Path, depth: usize, out: &mut Vec<PathBuf>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        // Links to folders are not followed, so that a link upwards is no loop.
        if entry.file_type().is_ok_and(|t| t.is_dir()) {
            walk(&path, depth, out);
        } else if path.is_file() && has_video_extension(&path) {
            out.push(path);
        }
    }
}

fn has_video_extension(path: &Path) -> bool {
    path.extension().is_some_and(|ending| is_one_of(&VIDEO_ENDINGS, &ending.to_string_lossy()))
}

/// Folder by folder, numbers by value, letters without case; ties by plain order.
fn natural(a: &Path, b: &Path) -> Ordering {
    let parts = |p: &Path| p.components().map(|c| pieces(&c.as_os_str().to_string_lossy())).collect::<Vec<_>>();
    parts(a).cmp(&parts(b)).then_with(|| a.cmp(b))
}

/// A run of digits, or of other characters, of a name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    /// Without leading zeros: the longer is the larger, of equal length the later one.
    Number(usize, String),
    Text(String),
}

fn pieces(name: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (piece, tail) = rest.split_at(end);
        out.push(if digits {
            let digits = piece.trim_start_matches('0');
            Piece::Number(digits.len(), digits.to_owned())
        } else {
            Piece::Text(piece.to_lowercase())
        });
        rest = tail;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_become_their_videos_in_natural_order() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("b")).unwrap();
        for name in ["clip10.mp4", "clip2.MP4", "notes.txt", ".hidden.mp4", "b/x.mkv"] {
            fs::write(root.join(name), "x").unwrap();
        }
        let named = root.join("notes.txt");
        let found = video_files(&[named.clone(), root.to_owned(), root.join("clip2.MP4")]);
        let expected = [named, root.join("b/x.mkv"), root.join("clip2.MP4"), root.join("clip10.mp4")];
        assert_eq!(found, expected);
    }

    #[test]
    fn numbers_compare_by_value() {
        let order = |a: &str, b: &str| natural(Path::new(a), Path::new(b));
        assert_eq!(order("cam 9", "cam 0010"), Ordering::Less);
        assert_eq!(order("Cam1", "cam2"), Ordering::Less);
        assert_eq!(order("a/2", "a/10"), Ordering::Less);
    }
}
