//! The project: a folder with the record of what people said about videos, and what is derived from it.
//!
//! Owns opening and creating, and the state that every call needs: the connection, the lock, the folder. Does not
//! own the parts: the log (`log`), what it adds up to (`fold`), the models, the schema, the lock, the errors.
//!
//! ```text
//! project.db     the record, SQLite in WAL mode     features/  models/  exports/   files of the program
//! project.lock   who writes                         backups/   copies of the record
//! ```
//!
//! A [`Project`] blocks, and may be sent to another thread but not shared: one worker owns it, the window sends it
//! steps. Of several programs the first one writes; the others read and say who holds it.

mod backup;
mod chain;
mod error;
mod events;
mod fold;
mod gone;
mod known_normal;
mod lock;
mod log;
mod models;
mod pages;
mod piles;
mod schema;
mod stamps;
#[cfg(test)]
mod testing;
mod verify;
mod videos;
mod voices;
mod walk;

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OpenFlags};

pub use backup::BackupJob;
pub use chain::LogHash;
pub use error::ProjectError;
pub use known_normal::{Cases, OpenEvent};
pub use lock::Holder;
pub use log::{Appended, Author};
pub use models::{ModelFile, Promotion};
pub use verify::{Problem, Verification};
pub use videos::Candidate;

use crate::disk;
use error::Fault;
use lock::Lock;
use piles::Shelf;

/// Name of the database in a project's folder.
const DATABASE: &str = "project.db";

/// An open project.
#[derive(Debug)]
pub struct Project {
    folder: PathBuf,
    connection: Connection,
    /// Held while this program may write.
    lock: Lock,
    /// What questions to the queue go through first.
    shelf: RefCell<Shelf>,
}

impl Project {
    /// Whether `folder` holds a project, sound or not.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(DATABASE).exists()
    }

    /// Makes an empty project in `folder`, which is made too, and opens it.
    ///
    /// # Errors
    /// There is one already, it is being made by another program, or the folder cannot be written.
    pub fn create(folder: &Path, who: &str) -> Result<Self, ProjectError> {
        if Self::is_in(folder) {
            return Err(ProjectError::Exists { path: folder.to_owned() });
        }
        for part in ["features", "models", "exports", "backups"] {
            let path = folder.join(part);
            fs::create_dir_all(&path).map_err(|e| ProjectError::io(&path, e))?;
        }
        let lock = Lock::take(folder, who)?;
        if let Lock::Other(holder) = &lock {
            return Err(ProjectError::Held { path: folder.to_owned(), holder: holder.to_string() });
        }
        // Under another name until it is whole: an empty file that is called a project would be damage.
        let path = folder.join(DATABASE);
        let part = folder.join("project.db.new");
        let made = || -> Result<(), Fault> {
            // A journal that was left would be played back into the new file.
            for left in [part.clone(), folder.join("project.db.new-journal")] {
                match fs::remove_file(&left) {
                    Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(ProjectError::io(&left, e))?,
                    _ => {}
                }
            }
            let mut connection = Connection::open(&part)?;
            schema::migrate(&mut connection)?;
            connection.close().map_err(|(_, error)| error)?;
            fs::rename(&part, &path).map_err(|e| ProjectError::io(&path, e))?;
            disk::sync_folder(folder);
            Ok(())
        };
        made().map_err(|fault| fault.at(folder))?;
        Self::open_with(folder, lock)
    }

    /// Opens the project in `folder`, to write if no other program does, else to read.
    ///
    /// # Errors
    /// There is none, it is damaged or of a newer version, or the folder cannot be written. Nothing is changed then.
    pub fn open(folder: &Path, who: &str) -> Result<Self, ProjectError> {
        if !Self::is_in(folder) {
            return Err(ProjectError::Missing { path: folder.to_owned() });
        }
        Self::open_with(folder, Lock::take(folder, who)?)
    }

    fn open_with(folder: &Path, lock: Lock) -> Result<Self, ProjectError> {
        let path = folder.join(DATABASE);
        let size = fs::metadata(&path).map_err(|e| ProjectError::io(&path, e))?.len();
        if size == 0 {
            // SQLite would take an empty file for a new database.
            return Err(ProjectError::damaged(folder, "it is empty"));
        }
        let opened = || -> Result<Connection, Fault> {
            let writes = lock.is_ours();
            let access = if writes { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
            let mut connection = Connection::open_with_flags(&path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            // Looks before anything is written.
            schema::check(&connection, &path, writes)?;
            if let Some(problem) = schema::damage_of_record(&connection)? {
                return Err(ProjectError::damaged(folder, problem).into());
            }
            if writes && connection.is_readonly("main")? {
                return Err(ProjectError::ReadOnly { path: path.clone() }.into());
            }
            if writes && schema::is_old(&connection)? {
                BackupJob::of(folder).run()?;
            }
            schema::set_pragmas(&connection, writes)?;
            if writes {
                schema::migrate(&mut connection)?;
            }
            Ok(connection)
        };
        let connection = opened().map_err(|fault| fault.at(folder))?;
        Ok(Self { folder: folder.to_owned(), connection, lock, shelf: RefCell::default() })
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Who writes, where that is another program: then this one can only read.
    pub fn held_by(&self) -> Option<&Holder> {
        match &self.lock {
            Lock::Ours(_) => None,
            Lock::Other(holder) => Some(holder),
        }
    }

    /// Refuses where another program writes.
    fn writable(&self) -> Result<(), ProjectError> {
        match self.held_by() {
            None => Ok(()),
            Some(holder) => Err(ProjectError::Held { path: self.folder.clone(), holder: holder.to_string() }),
        }
    }

    /// Runs `work` in one transaction that is durable when this returns, or leaves no trace.
    fn write<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, ProjectError> {
        self.writable()?;
        let written = || -> Result<T, Fault> {
            let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        written().map_err(|fault| fault.at(&self.folder))
    }

    /// Runs `work`, which only reads.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, ProjectError> {
        work(&self.connection).map_err(|fault| fault.at(&self.folder))
    }
}

/// Microseconds since 1970, in UTC.
fn now_us() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64)
}

#[cfg(test)]
mod tests {
    use super::testing::{author, project, verdict_step};
    use super::*;

    #[test]
    fn a_worker_can_own_a_project_and_a_backup() {
        fn is_send<T: Send>() {}
        is_send::<Project>();
        is_send::<BackupJob>();
        is_send::<ProjectError>();
    }

    #[test]
    fn a_project_is_a_folder_that_opens_again() {
        let (folder, made) = project();
        assert_eq!(made.folder(), folder.path());
        drop(made);
        for part in ["project.db", "features", "models", "exports", "backups"] {
            assert!(folder.path().join(part).exists(), "{part}");
        }
        assert!(!folder.path().join("project.db.new").exists());
        let again = Project::open(folder.path(), "Ada").expect("opens");
        assert!(again.held_by().is_none());
        assert!(matches!(Project::create(folder.path(), "Ada"), Err(ProjectError::Exists { .. })));
    }

    #[test]
    fn a_folder_without_a_project_is_not_made_one_by_opening() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = Project::open(folder.path(), "Ada").expect_err("is empty");
        assert!(error.to_string().contains("holds no project"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 0);
    }

    #[test]
    fn what_is_left_of_an_interrupted_creation_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["project.db.new", "project.db.new-journal"] {
            fs::write(folder.path().join(name), "half").expect("is written");
        }
        Project::create(folder.path(), "Ada").expect("is made");
        assert!(!folder.path().join("project.db.new-journal").exists());
    }

    #[test]
    fn the_second_opener_reads_and_says_who_writes() {
        let (folder, mut first) = project();
        first.append(&verdict_step(1, 1), &author()).expect("is written");
        let mut second = Project::open(folder.path(), "Grace").expect("opens");
        let holder = second.held_by().expect("is held").clone();
        assert_eq!((holder.who.as_str(), holder.pid), ("Ada", std::process::id()));
        assert_eq!(second.history(10, None).expect("reads").len(), 1);
        let refused = second.append(&verdict_step(1, 2), &author()).expect_err("may not write");
        assert!(refused.to_string().contains("Ada"), "{refused}");
        first.append(&verdict_step(1, 2), &author()).expect("is written");
        assert_eq!(second.history(10, None).expect("reads").len(), 2);
        drop(first);
        drop(second);
        assert!(Project::open(folder.path(), "Grace").expect("opens").held_by().is_none());
    }
}
