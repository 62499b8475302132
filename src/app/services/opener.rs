//! Opening files off the window's thread: folders into files, files into tables of frames, with the ground
//! truth that lies beside them.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::app::event::Event;
use crate::app::library::EntryId;
use crate::app::notice::Severity;
use crate::domain::gaps::recording_gaps;
use crate::jobs::Worker;
use crate::media;

use super::{Reporter, truth};

/// Commands that may wait. One file is opened at a time, so only requests to expand can pile up.
const QUEUE: usize = 32;

#[derive(Debug)]
enum Command {
    Expand(Vec<PathBuf>),
    Open { entry: EntryId, path: PathBuf },
}

/// The thread that opens files.
#[derive(Debug)]
pub(super) struct Opener {
    worker: Worker<Command>,
    reporter: Reporter,
}

impl Opener {
    pub(super) fn start(reporter: Reporter) -> io::Result<Self> {
        let report = reporter.clone();
        let worker = Worker::spawn("open", QUEUE, move |commands, _| {
            // Sentences about ground truth that were told: a folder of videos shares one file.
            let mut told = HashSet::new();
            for command in commands {
                let events = match command {
                    Command::Expand(paths) => vec![expand(&paths)],
                    Command::Open { entry, path } => open(entry, &path, &mut told),
                };
                if !events.into_iter().all(|event| report.send(event)) {
                    break;
                }
            }
        })?;
        Ok(Self { worker, reporter })
    }

    pub(super) fn expand(&self, paths: Vec<PathBuf>) {
        if self.worker.try_send(Command::Expand(paths)).is_err() {
            let text = "Too much is being opened at once: wait until the files before are listed, then try again.";
            self.reporter.tell(Severity::Error, text.to_owned());
        }
    }

    pub(super) fn open(&self, entry: EntryId, path: PathBuf) {
        if let Err(Command::Open { entry, path }) = self.worker.try_send(Command::Open { entry, path }) {
            let text = format!(
                "{} cannot be opened: the thread that opens files has ended. Start the program again.",
                path.display()
            );
            log::error!("{entry:?}: {text}");
            self.reporter.tell(Severity::Error, text);
        }
    }
}

fn expand(paths: &[PathBuf]) -> Event {
    let mut refused = Vec::new();
    let mut there = Vec::new();
    for path in paths {
        // Absolute, so that the same file is known under one name.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        match problem(&path) {
            Some(problem) => refused.push(problem),
            None => there.push(path),
        }
    }
    Event::FilesFound { files: media::video_files(&there), refused }
}

fn problem(path: &Path) -> Option<String> {
    match path.try_exists() {
        Ok(true) if path.is_dir() && media::video_files(&[path.to_owned()]).is_empty() => {
            Some(format!("{} holds no video files. Name a file to open it whatever its extension.", path.display()))
        }
        Ok(true) => None,
        Ok(false) => Some(format!("There is no file or folder {}. Check the spelling.", path.display())),
        Err(err) => Some(format!("{} cannot be reached: {err}.", path.display())),
    }
}

fn open(entry: EntryId, path: &Path, told: &mut HashSet<String>) -> Vec<Event> {
    let video = match media::open(path) {
        Ok(video) => video,
        Err(err) => return vec![Event::Refused { entry, reason: format!("{err}.") }],
    };
    let truth = match truth::beside(path, video.frames.len()) {
        Ok(truth) => truth.map(|frames| Event::TruthFound { entry, frames }),
        Err(text) => told.insert(text.clone()).then_some(Event::Told(Severity::Warning, text)),
    };
    let gaps = recording_gaps(&video.frames);
    let gaps = (!gaps.is_empty()).then_some(Event::GapsFound { entry, gaps });
    [Event::Opened { entry, video: Box::new(video) }].into_iter().chain(truth).chain(gaps).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_without_videos_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("sub/a.mp4");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, b"x").unwrap();
        let empty = dir.path().join("empty");
        std::fs::create_dir(&empty).unwrap();
        let missing = dir.path().join("missing.mp4");
        let Event::FilesFound { files, refused } = expand(&[dir.path().join("sub"), empty.clone(), missing.clone()])
        else {
            panic!("another event");
        };
        assert_eq!(files, [file]);
        assert!(refused[0].contains(&empty.display().to_string()) && refused[0].contains("no video"), "{refused:?}");
        assert!(refused[1].contains(&missing.display().to_string()) && refused[1].contains("no file"), "{refused:?}");
    }

    #[test]
    fn what_is_no_video_is_refused_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("note.mp4");
        std::fs::write(&file, b"not a video").unwrap();
        let events = open(EntryId(1), &file, &mut HashSet::new());
        let [Event::Refused { reason, .. }] = &events[..] else { panic!("another event") };
        assert!(reason.contains("note.mp4") && reason.ends_with('.'), "{reason}");
    }
}
