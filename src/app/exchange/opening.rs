//! Opening a video that labels come from or go to.
//!
//! Owns the question whether the file is still the one that is meant, as far as its size tells, and the sentences when
//! it is not. Does not own its hash (`hashing`) or its frames (`media`).

use std::path::Path;

use super::hashing::size;
use crate::media::{self, OpenedVideo};

/// Whether a file of this size is there.
pub fn is_at(path: &Path, expected: u64) -> bool {
    size(path) == Some(expected)
}

/// Opens the video at `path`, which has `expected` bytes.
///
/// # Errors
/// It is not there, has another size, or is no video; the sentence has no full stop.
pub fn open_video(path: &Path, expected: u64) -> Result<OpenedVideo, String> {
    if path.as_os_str().is_empty() {
        return Err("the project knows no file of it; open its file in the window once".to_owned());
    }
    let shown = path.display();
    match size(path) {
        None => Err(format!("{shown} is not there")),
        Some(found) if found != expected => {
            Err(format!("{shown} is not the file that the project knows: it has {found} bytes instead of {expected}"))
        }
        Some(_) => media::open(path).map_err(|err| err.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_the_one_meant_is_not_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.mp4");
        let error = |expected| open_video(&path, expected).expect_err("is refused");
        assert!(error(3).ends_with("a.mp4 is not there"));
        std::fs::write(&path, "abcd").expect("is written");
        assert!(error(3).contains("4 bytes instead of 3"));
        assert!(error(4).contains("a.mp4"));
        assert!(open_video(Path::new(""), 0).expect_err("is refused").contains("no file"));
    }
}
