//! Writing a file whole or not at all.
//!
//! Owns the one way in which results, models and settings reach the disk: a temporary file beside the
//! target, sync, rename; and syncing folders. Does not own what is written, nor files that grow (the feature cache, videos).

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Puts `bytes` at `path`, making its folder if needed. A crash leaves the old file or the new one.
///
/// The file is as readable as any new file of the user.
///
/// # Errors
/// The folder cannot be made or the file cannot be written; an old file is then untouched.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    prepare(folder, bytes)?.persist(path).map_err(|err| err.error)?;
    sync_folder(folder);
    Ok(())
}

/// Puts several files on disk: all are complete beside their targets before the first takes its place, so that a full disk
/// or a folder that cannot be written leaves every old file as it was.
///
/// # Errors
/// The one that cannot be written, and why; a folder in the place of a file counts.
pub fn replace_all(files: &[(PathBuf, &[u8])]) -> Result<(), (PathBuf, io::Error)> {
    let mut parts = Vec::with_capacity(files.len());
    for (path, bytes) in files {
        if path.is_dir() {
            return Err((path.clone(), io::ErrorKind::IsADirectory.into()));
        }
        parts.push(prepare(folder_of(path), bytes).map_err(|err| (path.clone(), err))?);
    }
    for (part, (path, _)) in parts.into_iter().zip(files) {
        part.persist(path).map_err(|err| (path.clone(), err.error))?;
    }
    let mut folders: Vec<&Path> = files.iter().map(|(path, _)| folder_of(path)).collect();
    folders.dedup();
    folders.into_iter().for_each(sync_folder);
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// A file with these bytes, on disk under a name of its own.
fn prepare(folder: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    // A temporary file is private by default; the system takes off this mode what the user does not share.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut part = builder.tempfile_in(folder)?;
    part.write_all(bytes)?;
    part.as_file().sync_all()?;
    Ok(part)
}

/// Makes new names in `folder` safe on disk, as syncing a file does for its content. Not every system can.
pub fn sync_folder(folder: &Path) {
    if let Err(err) = File::open(folder).and_then(|folder| folder.sync_all()) {
        log::debug!("the folder {} was not synced: {err}", folder.display());
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_new_file_takes_the_place_of_the_old_and_nothing_else_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("made/on the way/x.txt");
        replace(&path, b"old").expect("is written");
        replace(&path, b"new").expect("is replaced");
        assert_eq!(fs::read(&path).expect("is there"), b"new");
        assert_eq!(fs::read_dir(path.parent().expect("has one")).expect("lists").count(), 1);
    }

    #[test]
    fn a_target_that_cannot_be_replaced_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("taken");
        fs::create_dir(&path).expect("is made");
        assert!(replace(&path, b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn it_is_as_readable_as_any_new_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
        replace(&ours, b"x").expect("is written");
        fs::write(&plain, b"x").expect("is written");
        let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }
}
