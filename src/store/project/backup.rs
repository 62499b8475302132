//! Copies of the record, and going back to one.
//!
//! Owns making, checking and restoring backups. Nothing here ever overwrites or deletes a project's database: what
//! is damaged is moved aside. Does not own which backups are kept (`stamps`).

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::error::{Fault, ProjectError};
use super::lock::Lock;
use super::stamps::{Stamp, superfluous};
use super::{DATABASE, Project, now_us, schema};

/// Rows in the log since the last backup, from which on another is due.
const ROWS: u64 = 200;
/// Time since the last backup, from which on another is due if anything was written: ten minutes.
const AGE_US: i64 = 600_000_000;

/// A backup that is to be made. Send it to a thread of its own: the project can be read and written meanwhile.
#[derive(Debug)]
pub struct BackupJob {
    folder: PathBuf,
}

impl Project {
    /// A backup, if one is due: much or for some time was written since the last one. Cheap enough to ask after
    /// every step.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn backup_due(&self) -> Result<Option<BackupJob>, ProjectError> {
        if self.held_by().is_some() {
            return Ok(None);
        }
        let rows = self.read(|connection| Ok(rows(connection)?))?;
        let last = stamps(&self.folder).into_iter().max();
        let (then, had) = last.map_or((0, 0), |stamp| (stamp.at_us().unwrap_or(0), stamp.rows));
        let new = rows.saturating_sub(had);
        Ok((new >= ROWS || (new > 0 && now_us() - then >= AGE_US)).then(|| self.backup()))
    }

    /// A backup at any time, as before an import.
    pub fn backup(&self) -> BackupJob {
        BackupJob::of(&self.folder)
    }

    /// The newest backup in a project's folder that is whole.
    pub fn newest_good_backup(folder: &Path) -> Option<PathBuf> {
        let mut stamps = stamps(folder);
        stamps.sort_unstable();
        let paths = stamps.iter().rev().map(|stamp| backups(folder).join(stamp.file_name()));
        paths.into_iter().find(|path| check(path).is_ok())
    }

    /// Puts a backup in the place of the project's database and opens it. The old one is moved, with its journal,
    /// to a folder of its own inside `damaged`; nothing is deleted.
    ///
    /// # Errors
    /// Another program has the project open, the backup is not whole, or the folder cannot be written. The project
    /// is then as it was.
    pub fn restore(folder: &Path, backup: &Path, who: &str) -> Result<Self, ProjectError> {
        let lock = Lock::take(folder, who)?;
        if let Lock::Other(holder) = &lock {
            return Err(ProjectError::Held { path: folder.to_owned(), holder: holder.to_string() });
        }
        check(backup).map_err(|problem| ProjectError::Damaged {
            path: backup.to_owned(),
            problem,
            backup: Self::newest_good_backup(folder).filter(|good| good != backup),
        })?;
        let io = |path: &Path| {
            let path = path.to_owned();
            move |e| ProjectError::io(&path, e)
        };
        let part = folder.join("project.db.new");
        fs::copy(backup, &part).and_then(|_| File::open(&part)?.sync_all()).map_err(io(&part))?;
        let aside = free_folder(&folder.join("damaged"), Stamp::at(now_us(), 0).time())?;
        // The journal goes too: beside another database it would be taken for that one's.
        for name in [DATABASE.to_owned(), format!("{DATABASE}-wal"), format!("{DATABASE}-shm")] {
            let (from, to) = (folder.join(&name), aside.join(&name));
            match fs::rename(&from, &to) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io(&from)(e))?,
                _ => {}
            }
        }
        let path = folder.join(DATABASE);
        fs::rename(&part, &path).map_err(io(&path))?;
        Self::open_with(folder, lock)
    }
}

impl BackupJob {
    /// Of the project in `folder`.
    pub(super) fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Makes the backup, checks it, and only then lets go of those that need not be kept.
    ///
    /// # Errors
    /// The project cannot be read, the copy cannot be written, or it is not whole.
    pub fn run(self) -> Result<PathBuf, ProjectError> {
        let folder = backups(&self.folder);
        fs::create_dir_all(&folder).map_err(|e| ProjectError::io(&folder, e))?;
        // Two backups at once would be one too many; a name of its own keeps them apart.
        let part = tempfile::Builder::new().prefix("part-").suffix(".db").tempfile_in(&folder);
        let part = part.map_err(|e| ProjectError::io(&folder, e))?.into_temp_path();
        let rows = copy(&self.folder.join(DATABASE), &part).map_err(|fault| fault.at(&self.folder))?;
        check(&part)
            .map_err(|problem| ProjectError::damaged(&self.folder, format!("its copy is not whole: {problem}")))?;
        let path = folder.join(Stamp::at(now_us(), rows).file_name());
        let kept = File::open(&part).and_then(|file| file.sync_all());
        kept.and_then(|()| Ok(part.persist(&path)?)).map_err(|e| ProjectError::io(&path, e))?;
        for stamp in superfluous(stamps(&self.folder)) {
            let old = folder.join(stamp.file_name());
            if let Err(error) = fs::remove_file(&old) {
                log::warn!("the old backup {} stays: {error}", old.display());
            }
        }
        Ok(path)
    }
}

/// Copies the database as it is at one moment, and gives the rows in the copy's log.
fn copy(from: &Path, to: &Path) -> Result<u64, Fault> {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut copy = Connection::open(to)?;
    // All pages at once: that is one look at the source, which goes on being written meanwhile.
    while Backup::new(&source, &mut copy)?.step(-1)? != StepResult::Done {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    // One file, without a journal beside it.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    let rows = rows(&copy)?;
    copy.close().map_err(|(_, error)| error)?;
    Ok(rows)
}

/// Rows in the log.
fn rows(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .query_row("SELECT coalesce(max(seq), 0) FROM log", [], |row| row.get::<_, i64>(0))
        .map(|rows| rows as u64)
}

/// What is wrong with a copy of the record.
fn check(path: &Path) -> Result<(), String> {
    let checked = || -> Result<Option<String>, rusqlite::Error> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        if !schema::is_ours(&connection)? {
            return Ok(Some("it is no project".to_owned()));
        }
        schema::damage(&connection, "PRAGMA quick_check(1)")
    };
    match checked() {
        Ok(None) => Ok(()),
        Ok(Some(problem)) => Err(problem),
        Err(error) => Err(error.to_string()),
    }
}

fn backups(folder: &Path) -> PathBuf {
    folder.join("backups")
}

/// The backups of a project, in any order.
fn stamps(folder: &Path) -> Vec<Stamp> {
    let files = fs::read_dir(backups(folder)).into_iter().flatten().flatten();
    files.filter_map(|file| Stamp::parse(file.file_name().to_str()?)).collect()
}

/// Makes a folder of this name in `parent`, or of this name and a number.
fn free_folder(parent: &Path, name: &str) -> Result<PathBuf, ProjectError> {
    fs::create_dir_all(parent).map_err(|e| ProjectError::io(parent, e))?;
    for number in 1_u64.. {
        let path = parent.join(if number == 1 { name.to_owned() } else { format!("{name}-{number}") });
        match fs::create_dir(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| path.clone()).map_err(|e| ProjectError::io(&path, e)),
        }
    }
    Err(ProjectError::Exists { path: parent.to_owned() })
}

#[cfg(test)]
mod tests;
