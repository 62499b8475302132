//! List files on disk: where the files they name are.
//!
//! Owns finding a list's entries below its folder, with the endings that the field leaves out. The text
//! form is [`crate::formats::list`]'s.

use std::path::{Path, PathBuf};

use super::error::CliError;
use super::files;
use crate::domain::video_name::{FEATURE_ENDINGS, VIDEO_ENDINGS};
use crate::formats::list::{self, NamedFrames};

/// Files named by the list at `path`, in order.
///
/// # Errors
/// The list cannot be read or names a file that is not there.
pub fn paths(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    let names = list::paths(&files::text(path)?).map_err(|err| CliError::input(path, err))?;
    names.iter().enumerate().map(|(i, name)| find(path, None, i, name)).collect()
}

/// Entries of the list at `path` with their frame counts.
///
/// # Errors
/// The list cannot be read.
pub fn named_frames(path: &Path) -> Result<Vec<NamedFrames>, CliError> {
    list::named_frames(&files::text(path)?).map_err(|err| CliError::input(path, err))
}

/// The file that entry `index` of `list` means: below `root` or the list's folder, or where the program runs.
///
/// # Errors
/// There is none.
pub fn find(list: &Path, root: Option<&Path>, index: usize, name: &str) -> Result<PathBuf, CliError> {
    let folder = root.or_else(|| list.parent()).unwrap_or_else(|| Path::new(""));
    let mut candidates = vec![folder.join(name), PathBuf::from(name)];
    let endings = FEATURE_ENDINGS.iter().chain(&VIDEO_ENDINGS);
    candidates.extend(endings.map(|ending| folder.join(format!("{name}.{ending}"))));
    candidates.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        let reason = format!("entry {}: there is no file {}", index + 1, folder.join(name).display());
        CliError::input(list, reason)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_beside_the_list_with_and_without_their_ending() {
        let folder = tempfile::tempdir().expect("is made");
        let list = folder.path().join("a.list");
        for name in ["x.npy", "b c.mp4"] {
            std::fs::write(folder.path().join(name), b"").expect("is written");
        }
        std::fs::write(&list, "x\nb c.mp4\n").expect("is written");
        let found = paths(&list).expect("are there");
        assert_eq!(found, [folder.path().join("x.npy"), folder.path().join("b c.mp4")]);
        std::fs::write(&list, "x\nmissing.npy\n").expect("is written");
        let err = paths(&list).expect_err("is missing").to_string();
        assert!(err.contains("entry 2") && err.contains("missing.npy"), "{err}");
    }
}
