//! The content hash of a file.
//!
//! Owns the reading; what the hash means is [`VideoId`]'s.

use std::io::Read as _;
use std::path::Path;

use super::{MediaError, container};
use crate::domain::library::VideoId;
use crate::jobs::{Progress, Ticket};

/// Bytes read at a time, and between two reports.
const CHUNK: usize = 1 << 20;

/// Hashes the content of a regular file with BLAKE3. `progress` counts bytes.
///
/// # Errors
/// The file is missing, empty, not a regular file, or cannot be read to its end; or `ticket` went stale.
pub fn hash_file(path: &Path, ticket: &Ticket, progress: &mut dyn FnMut(Progress)) -> Result<VideoId, MediaError> {
    let unreadable = |source| MediaError::Unreadable { path: path.to_owned(), source };
    let mut file = container::regular_file(path)?;
    let total = usize::try_from(file.metadata().map_err(unreadable)?.len()).unwrap_or(usize::MAX);
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; CHUNK];
    let mut done = 0;
    loop {
        if ticket.is_stale() {
            return Err(MediaError::Stopped);
        }
        match file.read(&mut buffer) {
            Ok(0) => return Ok(VideoId::from_hash(hasher.finalize().into())),
            Ok(n) => {
                hasher.update(&buffer[..n]);
                done += n;
                progress(Progress { done, total, skipped: 0 });
            }
            Err(err) if err.kind() == std::io::ErrorKind::Interrupted => {}
            Err(err) => return Err(unreadable(err)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::Generation;

    #[test]
    fn the_hash_is_blake3_of_the_whole_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        let content: Vec<u8> = (0..CHUNK + 17).map(|i| (i % 251) as u8).collect();
        std::fs::write(&path, &content).unwrap();
        let mut last = Progress::default();
        let id = hash_file(&path, &Ticket::unlimited(), &mut |p| last = p).unwrap();
        assert_eq!(id, VideoId::from_hash(blake3::hash(&content).into()));
        assert_eq!((last.done, last.total), (content.len(), content.len()));
    }

    #[test]
    fn a_stale_ticket_stops_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        std::fs::write(&path, [1, 2, 3]).unwrap();
        let clock = Generation::default();
        let ticket = clock.advance();
        clock.cancel();
        assert!(matches!(hash_file(&path, &ticket, &mut |_| {}), Err(MediaError::Stopped)));
    }
}
