//! Videos of a project that are no longer where they were, and where they are now.
//!
//! Owns which are missing and the search for them: size and name say which files are worth reading, the hash says which
//! file is the video. Does not own noting it in the project (`store`).

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::hashing::{hash_files, size};
use super::opening::is_at;
use super::work::{ExchangeError, Stage, Watch};
use crate::domain::library::VideoId;
use crate::domain::queue::KnownVideo;
use crate::media;
use crate::store::Project;
use crate::store::project::Candidate;

/// A missing video that was found again.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// As the project knows it.
    pub video: KnownVideo,
    /// Where it is now.
    pub path: PathBuf,
    /// Whether it kept its name; size and content always agree.
    pub same_name: bool,
}

impl Found {
    /// How it was recognised, in words.
    pub const fn recognised(&self) -> &'static str {
        if self.same_name { "same content, size and name" } else { "same content and size, another name" }
    }
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Relocation {
    /// Videos that were found again, by name.
    pub found: Vec<Found>,
    /// Videos that were not, by name.
    pub missing: Vec<KnownVideo>,
    /// Video files that were looked at.
    pub files: usize,
    /// Files that may be missing videos and cannot be read, a sentence each.
    pub unreadable: Vec<String>,
}

/// Those of `videos` whose file is not where it was: there is none, or one of another size.
pub fn missing(videos: Vec<KnownVideo>) -> Vec<KnownVideo> {
    videos.into_iter().filter(|video| !is_at(&video.path, video.size)).collect()
}

/// Searches `folder`, at any depth, for the videos of `project` that are missing. The project is only read, and let go
/// of before files are.
///
/// # Errors
/// The folder is not there, the project cannot be read, or the work was stopped.
pub fn search(project: Project, folder: &Path, watch: &mut Watch<'_>) -> Result<Relocation, ExchangeError> {
    if !folder.is_dir() {
        return Err(ExchangeError::Input(format!("{}: there is no such folder", folder.display())));
    }
    let gone = missing(project.videos()?);
    watch.go_on()?;
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let files = media::video_files(&[folder]);
    watch.go_on()?;
    let sized: Vec<(PathBuf, u64)> = files.iter().filter_map(|file| Some((file.clone(), size(file)?))).collect();
    let candidates = project.candidates(&sized)?;
    drop(project);
    let mut left: HashMap<VideoId, KnownVideo> = gone.into_iter().map(|video| (video.id.clone(), video)).collect();
    let mut relocation = Relocation { files: files.len(), ..Relocation::default() };
    // Mostly a file kept its name: then no other of its size need be read.
    for same_name in [true, false] {
        relocation.read(&candidates, same_name, &mut left, watch)?;
    }
    relocation.missing = left.into_values().collect();
    relocation.missing.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    relocation.found.sort_by(|a, b| (&a.video.name, &a.path).cmp(&(&b.video.name, &b.path)));
    Ok(relocation)
}

impl Relocation {
    /// Reads the files that may be one of those `left` and takes those out that they are.
    fn read(
        &mut self,
        candidates: &[Candidate],
        same_name: bool,
        left: &mut HashMap<VideoId, KnownVideo>,
        watch: &mut Watch<'_>,
    ) -> Result<(), ExchangeError> {
        let due = candidates.iter().filter(|c| c.same_name == same_name && left.contains_key(&c.video));
        let mut paths: Vec<PathBuf> = due.map(|candidate| candidate.path.clone()).collect();
        // A file may be one of several videos of its size.
        paths.sort();
        paths.dedup();
        for file in hash_files(&paths, watch.ticket, &mut |p| (watch.progress)(Stage::Hashing, p))? {
            match file.id {
                Ok(id) => self.found.extend(left.remove(&id).map(|video| {
                    let same_name = super::intake::name_of(&file.path) == video.name;
                    Found { video, path: file.path, same_name }
                })),
                Err(err) => self.unreadable.push(err.to_string()),
            }
        }
        Ok(())
    }

    /// Where the found videos are, as the project takes it.
    pub fn places(&self) -> Vec<(VideoId, PathBuf)> {
        self.found.iter().map(|found| (found.video.id.clone(), found.path.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::{Generation, Ticket};

    /// A project that knows three files, which are then moved, renamed and removed.
    fn moved() -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path();
        let mut project = Project::create(&at.join("case"), "Ada").expect("is made");
        std::fs::create_dir_all(at.join("old")).expect("is made");
        std::fs::create_dir_all(at.join("new/deep")).expect("is made");
        let known = |name: &str, content: &str| {
            let path = at.join("old").join(name);
            std::fs::write(&path, content).expect("is written");
            let id = media::hash_file(&path, &Ticket::unlimited(), &mut |_| {}).expect("is hashed");
            let size = content.len() as u64;
            KnownVideo { id, name: name.to_owned(), size, path, frames: None, duration: None, present: true }
        };
        let videos = [known("a.mp4", "aaaa"), known("b.mp4", "bbbb"), known("c.mp4", "cccc"), known("d.mp4", "dddd")];
        project.see_videos(&videos).expect("are noted");
        let rename = |from: &str, to: &str| std::fs::rename(at.join(from), at.join(to)).expect("is moved");
        rename("old/a.mp4", "new/a.mp4");
        rename("old/b.mp4", "new/deep/door.mp4");
        std::fs::write(at.join("old/c.mp4"), "another").expect("is written");
        // Of the size and name of a missing one, and not it.
        std::fs::write(at.join("new/deep/c.mp4"), "xxxx").expect("is written");
        (folder, project)
    }

    #[test]
    fn moved_and_renamed_files_are_known_by_their_content() {
        let (folder, project) = moved();
        let mut watch = Watch { ticket: &Ticket::unlimited(), progress: &mut |_, _| {} };
        let found = search(project, &folder.path().join("new"), &mut watch).expect("is searched");
        let shown: Vec<_> = found.found.iter().map(|f| (f.video.name.as_str(), f.same_name)).collect();
        assert_eq!(shown, [("a.mp4", true), ("b.mp4", false)]);
        assert!(found.found[1].path.ends_with("new/deep/door.mp4"));
        assert_eq!(found.missing.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(), ["c.mp4"]);
        assert_eq!(found.files, 3);

        let mut project = Project::open(&folder.path().join("case"), "Ada").expect("opens");
        project.relocate(&found.places()).expect("is noted");
        let left = missing(project.videos().expect("reads"));
        assert_eq!(left.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(), ["c.mp4"], "none is dropped");
    }

    #[test]
    fn a_search_is_stopped_and_a_folder_must_be_there() {
        let (folder, project) = moved();
        let clock = Generation::default();
        let ticket = clock.advance();
        clock.cancel();
        let mut watch = Watch { ticket: &ticket, progress: &mut |_, _| {} };
        assert!(matches!(search(project, folder.path(), &mut watch), Err(ExchangeError::Cancelled)));
        let project = Project::open(&folder.path().join("case"), "Ada").expect("opens");
        let mut watch = Watch { ticket: &Ticket::unlimited(), progress: &mut |_, _| {} };
        let error = search(project, &folder.path().join("nowhere"), &mut watch).expect_err("is not there");
        assert!(error.to_string().contains("no such folder"));
    }
}
