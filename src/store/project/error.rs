//! What can go wrong with a project, as sentences that name the file, the problem and the way out.
//!
//! Owns [`ProjectError`] and the reading of SQLite's codes. Does not own the search for backups (`backup`).

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::domain::library::VideoId;
use crate::domain::record::{Conflict, StepId, Subject};

/// Errors of a project. Whatever failed has changed nothing.
#[derive(Debug, Error)]
pub enum ProjectError {
    /// No project where one was asked for.
    #[error("{} holds no project; choose another folder, or create a project there", path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// A project where one was to be made.
    #[error("{} holds a project already; open it, or choose another folder", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// A file or folder cannot be made, read or written.
    #[error("{} cannot be used: {source}; check that the disk is there and that the folder is yours", path.display())]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Nothing can be written there.
    #[error(
        "{} is read-only, and a project must be written while it is open; copy the whole folder to a place of your own \
         and open it there",
        path.display()
    )]
    ReadOnly {
        /// File or folder.
        path: PathBuf,
    },
    /// Another program's database, or none of ours.
    #[error("{} is a database of another program; choose another folder", path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// Made by a newer version of the program.
    #[error(
        "{} was written by a newer version of this program (layout {found}, this one knows up to {known}); update the \
         program to open it",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its layout.
        found: usize,
        /// The newest layout that this program knows.
        known: usize,
    },
    /// Made by an older version that still holds it, so it cannot be brought up to date.
    #[error(
        "{} is open in an older version of this program (layout {found}, this one needs {known}); close it there first",
        path.display()
    )]
    Older {
        /// The database.
        path: PathBuf,
        /// Its layout.
        found: usize,
        /// The layout that this program needs.
        known: usize,
    },
    /// The bytes are not what was written.
    #[error("{} is damaged: {problem}; nothing in it was changed. {}", path.display(), way_out(backup.as_deref()))]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
        /// The newest sound copy.
        backup: Option<PathBuf>,
    },
    /// No room.
    #[error("the disk of {} is full; nothing was changed. Make room and do it again", path.display())]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// Another program writes.
    #[error("{} can only be read here: it is open in {holder}; close it there to make changes here", path.display())]
    Held {
        /// The folder.
        path: PathBuf,
        /// Who, as in [`super::Holder`].
        holder: String,
    },
    /// The step does not start from what is there.
    #[error("{0}; nothing was changed. Look at it again and repeat the edit if it is still due")]
    Conflict(#[from] Conflict),
    /// A step without changes, which would have no place in the log.
    #[error("the step \"{title}\" changes nothing and was not written")]
    Empty {
        /// Its title.
        title: String,
    },
    /// A value that is of another kind than its subject, or a number that no file can hold.
    #[error("{subject} cannot be written: its content is not complete or not a number; nothing was changed")]
    Unwritable {
        /// Of what.
        subject: Subject,
    },
    /// No step of this number.
    #[error("the history holds no step {step}; nothing was changed")]
    NoStep {
        /// The number.
        step: StepId,
    },
    /// A step that does not count any more.
    #[error("the step {step} is undone already; nothing was changed")]
    Undone {
        /// The number.
        step: StepId,
    },
    /// Events of a video that the project was never told of.
    #[error("the project does not know the video {}; nothing was changed. Add its file first", video.short())]
    UnknownVideo {
        /// The video.
        video: VideoId,
    },
    /// Events with scores that cannot be sorted.
    #[error("an event of video {} has a score that is not a number; nothing was changed. Score it again", video.short())]
    NoNumber {
        /// The video.
        video: VideoId,
    },
    /// No model file of this id, or no id at all.
    #[error("the project holds no model {id:?}; nothing was changed. See which there are with `lookback models list`")]
    NoModel {
        /// What was asked for.
        id: String,
    },
    /// The model in use cannot be set aside.
    #[error("the model {id} is in use; nothing was changed. Put another one in its place first")]
    InUse {
        /// Which one.
        id: String,
    },
    /// No promotion to take back.
    #[error("no model was put in use here, or every time was taken back; nothing was changed")]
    NothingPromoted,
    /// A row that does not hold what the program writes.
    #[error("{} holds a {what} that cannot be read; check the project with `lookback verify`", path.display())]
    Unreadable {
        /// The database.
        path: PathBuf,
        /// Which row.
        what: String,
    },
    /// Anything else that SQLite reports.
    #[error("{} cannot be used: {source}; close other programs that use it and try again", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

fn way_out(backup: Option<&Path>) -> String {
    match backup {
        Some(backup) => format!("The newest good copy is {}: restore it to go on from there", backup.display()),
        None => "There is no good copy in its folder backups: put one of your own there and restore it".to_owned(),
    }
}

impl ProjectError {
    /// From what the system said about a file.
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            _ => Self::Io { path, source },
        }
    }

    /// Damage to the database in `folder`; looks for the way out.
    pub(super) fn damaged(folder: &Path, problem: impl Into<String>) -> Self {
        let backup = super::Project::newest_good_backup(folder);
        Self::Damaged { path: folder.join(super::DATABASE), problem: problem.into(), backup }
    }
}

/// A failure inside a call, before it is known which project it belongs to.
#[derive(Debug)]
pub(super) enum Fault {
    /// SQLite's.
    Sql(rusqlite::Error),
    /// Complete already.
    Known(Box<ProjectError>),
    /// A row of this description does not hold what the program writes.
    Row(String),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<ProjectError> for Fault {
    fn from(error: ProjectError) -> Self {
        Self::Known(Box::new(error))
    }
}

impl Fault {
    /// What it means for the project in `folder`.
    pub(super) fn at(self, folder: &Path) -> ProjectError {
        let path = folder.join(super::DATABASE);
        match self {
            Self::Known(error) => *error,
            Self::Row(what) => ProjectError::Unreadable { path, what },
            Self::Sql(source) => match source.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => ProjectError::Full { path },
                Some(ErrorCode::NotADatabase) => ProjectError::damaged(folder, "it is not a database"),
                Some(ErrorCode::DatabaseCorrupt) => ProjectError::damaged(folder, "a part of it cannot be read"),
                Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => ProjectError::ReadOnly { path },
                _ => ProjectError::Database { path, source },
            },
        }
    }
}
