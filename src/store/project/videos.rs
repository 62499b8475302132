//! The videos of a project, known by their content.
//!
//! Owns the table of videos: seen, found again elsewhere. A video that is gone stays listed with all that was said about
//! it. Does not own reading or hashing files, nor searching folders.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::error::{Fault, ProjectError};
use super::{Project, fold};
use crate::domain::library::VideoId;
use crate::domain::queue::KnownVideo;
use crate::domain::time::MediaTime;

/// A file that may be a video of the project. Only its hash can tell: see [`Project::relocate`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The video.
    pub video: VideoId,
    /// The file.
    pub path: PathBuf,
    /// Whether the name is the same too; the size always is.
    pub same_name: bool,
}

const COLUMNS: &str = "hash, name, size, path, frames, duration_us, present";

impl Project {
    /// Notes videos as they are now, new ones and known ones. Of a known one, frames and duration stay as they were
    /// where they are not given.
    ///
    /// # Errors
    /// The database cannot be written. Nothing is written then.
    pub fn see_videos(&mut self, videos: &[KnownVideo]) -> Result<(), ProjectError> {
        let sql = "INSERT INTO video (hash, name, size, path, frames, duration_us, present) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                   ON CONFLICT (hash) DO UPDATE SET name = ?2, size = ?3, path = ?4, frames = coalesce(?5, frames), \
                   duration_us = coalesce(?6, duration_us), present = ?7";
        self.write(|connection| {
            let mut insert = connection.prepare_cached(sql)?;
            for video in videos {
                insert.execute(params![
                    video.id.as_str(),
                    video.name,
                    video.size as i64,
                    path_bytes(&video.path),
                    video.frames.map(|frames| frames as i64),
                    video.duration.map(MediaTime::micros),
                    video.present,
                ])?;
            }
            Ok(())
        })
    }

    /// All videos, by name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn videos(&self) -> Result<Vec<KnownVideo>, ProjectError> {
        self.read(list)
    }

    /// One video; `None` where the project was never told of its file.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn video(&self, id: &VideoId) -> Result<Option<KnownVideo>, ProjectError> {
        self.read(|connection| {
            let mut find = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM video WHERE hash = ?1"))?;
            let mut rows = find.query([id.as_str()])?;
            rows.next()?.map(known).transpose()
        })
    }

    /// Which of these files, given with their sizes in bytes, may be videos of this project: those of the same size, and
    /// of those the ones of the same name first. Hash them, then [`Self::relocate`] the ones that are.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn candidates(&self, files: &[(PathBuf, u64)]) -> Result<Vec<Candidate>, ProjectError> {
        self.read(|connection| {
            let sql = "SELECT hash, name FROM video INDEXED BY video_by_size WHERE size = ?1";
            let mut find = connection.prepare_cached(sql)?;
            let mut found = Vec::new();
            for (path, size) in files {
                let mut rows = find.query([*size as i64])?;
                while let Some(row) = rows.next()? {
                    let (hash, name): (String, String) = (row.get(0)?, row.get(1)?);
                    let same_name = path.file_name().is_some_and(|file| file.to_string_lossy() == name);
                    found.push(Candidate { video: fold::video_id(&hash)?, path: path.clone(), same_name });
                }
            }
            found.sort_by_key(|candidate| !candidate.same_name);
            Ok(found)
        })
    }

    /// Notes where videos were found again, all at once. The caller has hashed each file: the hash is what says that
    /// it is the video. Gives the videos that this project knows; others are left alone.
    ///
    /// # Errors
    /// The database cannot be written. Nothing is written then.
    pub fn relocate(&mut self, found: &[(VideoId, PathBuf)]) -> Result<Vec<VideoId>, ProjectError> {
        self.write(|connection| {
            let sql = "UPDATE video SET path = ?2, name = ?3, present = 1 WHERE hash = ?1";
            let mut update = connection.prepare_cached(sql)?;
            let mut known = Vec::new();
            for (video, path) in found {
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
                if update.execute(params![video.as_str(), path_bytes(path), name])? > 0 {
                    known.push(video.clone());
                }
            }
            Ok(known)
        })
    }
}

fn list(connection: &Connection) -> Result<Vec<KnownVideo>, Fault> {
    let mut found = connection.prepare(&format!("SELECT {COLUMNS} FROM video ORDER BY name, id"))?;
    let mut rows = found.query([])?;
    let mut videos = Vec::new();
    while let Some(row) = rows.next()? {
        videos.push(known(row)?);
    }
    Ok(videos)
}

fn known(row: &Row<'_>) -> Result<KnownVideo, Fault> {
    Ok(KnownVideo {
        id: fold::video_id(&row.get::<_, String>(0)?)?,
        name: row.get(1)?,
        size: row.get::<_, i64>(2)? as u64,
        path: path_from(row.get(3)?),
        frames: row.get::<_, Option<i64>>(4)?.map(|frames| frames as usize),
        duration: row.get::<_, Option<i64>>(5)?.map(MediaTime::from_micros),
        present: row.get(6)?,
    })
}

/// The row of a video.
pub(super) fn row_id(connection: &Connection, video: &VideoId) -> rusqlite::Result<Option<i64>> {
    let mut found = connection.prepare_cached("SELECT id FROM video WHERE hash = ?1")?;
    found.query_row([video.as_str()], |row| row.get(0)).optional()
}

/// A path as bytes: names of files need not be text everywhere.
#[cfg(unix)]
fn path_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(unix)]
fn path_from(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

#[cfg(not(unix))]
fn path_bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

#[cfg(not(unix))]
fn path_from(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{author, known, project, verdict_step, video};
    use super::*;

    #[test]
    fn a_moved_video_is_found_again_and_nothing_is_lost() {
        let (_folder, mut project) = project();
        project.see_videos(&[known(1, "b.mp4"), known(2, "a.mp4")]).expect("are noted");
        project.append(&verdict_step(1, 1), &author()).expect("is written");

        let size = known(1, "").size;
        let files =
            [("new/other.mp4", size), ("new/b.mp4", size), ("new/a.mp4", 7)].map(|(p, s)| (PathBuf::from(p), s));
        let candidates = project.candidates(&files).expect("reads");
        let shown: Vec<_> = candidates.iter().map(|c| (c.path.to_str().expect("is text"), c.same_name)).collect();
        assert_eq!(shown, [("new/b.mp4", true), ("new/other.mp4", false)]);
        assert_eq!(candidates[0].video, video(1));

        let found = [(video(1), PathBuf::from("new/b.mp4")), (video(9), PathBuf::from("new/x.mp4"))];
        assert_eq!(project.relocate(&found).expect("is noted"), [video(1)]);
        let videos = project.videos().expect("reads");
        assert_eq!(videos.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(), ["a.mp4", "b.mp4"]);
        assert_eq!(videos[1], KnownVideo { path: PathBuf::from("new/b.mp4"), ..known(1, "b.mp4") });
        assert_eq!(project.review_state(&video(1)).expect("reads").judgements.len(), 1);
    }

    #[test]
    fn what_is_known_of_a_video_is_not_forgotten() {
        let (_folder, mut project) = project();
        project.see_videos(&[known(1, "a.mp4")]).expect("is noted");
        let unread = KnownVideo { frames: None, duration: None, name: "b.mp4".to_owned(), ..known(1, "a.mp4") };
        project.see_videos(&[unread]).expect("is noted");
        assert_eq!(project.videos().expect("reads"), [KnownVideo { name: "b.mp4".to_owned(), ..known(1, "a.mp4") }]);
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_are_kept() {
        use std::os::unix::ffi::OsStringExt as _;
        let path = PathBuf::from(std::ffi::OsString::from_vec(vec![b'x', 0xff, b'y']));
        assert_eq!(path_from(path_bytes(&path)), path);
    }
}
