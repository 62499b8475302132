//! Whether files are the videos that they are taken for.
//!
//! Owns hashing many files with one count of bytes, and comparing the files of a project with what is known of them.
//! Does not own the hash itself (`media`).

use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::library::VideoId;
use crate::domain::queue::KnownVideo;
use crate::jobs::{Progress, Ticket};
use crate::media::{self, MediaError};

/// A file and what it is.
#[derive(Debug)]
pub struct HashedFile {
    /// Where it is, from the root of the file system.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Its content, or why that is not known.
    pub id: Result<VideoId, MediaError>,
}

/// What became of a video's file.
#[derive(Debug)]
pub enum FileState {
    /// It holds what it held.
    Same,
    /// It holds something else.
    Changed,
    /// It is not there.
    Missing,
    /// It is there and cannot be read.
    Unreadable(MediaError),
}

/// Hashes files one after the other. `progress` counts the bytes of all.
///
/// # Errors
/// [`MediaError::Stopped`] once `ticket` is stale, and nothing else: what is wrong with a file stands with that file.
pub fn hash_files(
    files: &[PathBuf],
    ticket: &Ticket,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<HashedFile>, MediaError> {
    let sizes: Vec<u64> = files.iter().map(|file| size(file).unwrap_or(0)).collect();
    let total = sizes.iter().sum::<u64>() as usize;
    let mut before = 0;
    let mut hashed = Vec::with_capacity(files.len());
    for (file, size) in files.iter().zip(sizes) {
        let mut of_one = |p: Progress| progress(Progress { done: before + p.done, total, skipped: 0 });
        let id = match media::hash_file(file, ticket, &mut of_one) {
            Err(MediaError::Stopped) => return Err(MediaError::Stopped),
            other => other,
        };
        before += size as usize;
        let path = std::path::absolute(file).unwrap_or_else(|_| file.clone());
        hashed.push(HashedFile { path, size, id });
    }
    Ok(hashed)
}

/// Compares the files of a project's videos with their hashes, in the order of `videos`. `progress` counts bytes.
///
/// # Errors
/// As [`hash_files`].
pub fn check_files(
    videos: &[KnownVideo],
    ticket: &Ticket,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<FileState>, MediaError> {
    // A file of another size is another content: reading it would say no more.
    let due: Vec<&KnownVideo> = videos.iter().filter(|video| size(&video.path) == Some(video.size)).collect();
    let paths: Vec<PathBuf> = due.iter().map(|video| video.path.clone()).collect();
    let mut hashed = hash_files(&paths, ticket, progress)?.into_iter();
    let mut due = due.into_iter().peekable();
    let state = |video: &KnownVideo| {
        if due.next_if(|next| next.id == video.id).is_none() {
            return if size(&video.path).is_some() { FileState::Changed } else { FileState::Missing };
        }
        match hashed.next().map(|file| file.id) {
            Some(Ok(id)) if id == video.id => FileState::Same,
            Some(Err(err)) => FileState::Unreadable(err),
            _ => FileState::Changed,
        }
    };
    Ok(videos.iter().map(state).collect())
}

/// Size of a file; `None` if it is not there.
pub(super) fn size(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|found| found.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_told_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let video = |name: &str, then: &str, now: Option<&str>| {
            let path = folder.path().join(name);
            fs::write(&path, then).expect("is written");
            let ticket = Ticket::unlimited();
            let id = media::hash_file(&path, &ticket, &mut |_| {}).expect("is hashed");
            match now {
                Some(now) => fs::write(&path, now).expect("is written"),
                None => fs::remove_file(&path).expect("is removed"),
            }
            let size = then.len() as u64;
            KnownVideo { id, name: name.to_owned(), size, path, frames: None, duration: None, present: true }
        };
        let videos = [
            video("longer", "abc", Some("abcd")),
            video("same", "abc1", Some("abc1")),
            video("gone", "abc2", None),
            video("other", "abc3", Some("xyz3")),
        ];
        let mut last = Progress::default();
        let states = check_files(&videos, &Ticket::unlimited(), &mut |p| last = p).expect("are checked");
        assert!(matches!(
            states.as_slice(),
            [FileState::Changed, FileState::Same, FileState::Missing, FileState::Changed]
        ));
        assert_eq!((last.done, last.total), (8, 8));
    }
}
