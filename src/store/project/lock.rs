//! Who may write to a project.
//!
//! Owns the lock file and what it says. The lock is the operating system's and ends with its process, however that
//! ends; the file itself stays and means nothing by itself. Does not own what may be done without it.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::ProjectError;
use super::now_us;

/// The program that writes to a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Name of the person; empty if it could not be read.
    pub who: String,
    /// Number of the process.
    pub pid: u32,
    /// Name of the machine; empty where the system tells none.
    pub host: String,
    /// Since when, in microseconds since 1970, UTC.
    pub since_us: i64,
}

/// As it stands in a sentence: "the Lookback of Ada on lab-3 (process 4711)": a window, or a command.
impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.who.is_empty() {
            return f.write_str("another program");
        }
        write!(f, "the Lookback of {}", self.who)?;
        if !self.host.is_empty() {
            write!(f, " on {}", self.host)?;
        }
        write!(f, " (process {})", self.pid)
    }
}

/// The lock, or who has it.
#[derive(Debug)]
pub(super) enum Lock {
    /// Held until this is dropped.
    Ours(#[expect(dead_code, reason = "the lock lasts as long as its file is open")] File),
    /// Held by another program.
    Other(Holder),
}

impl Lock {
    /// Takes the lock of the project in `folder`, or reads who has it.
    pub(super) fn take(folder: &Path, who: &str) -> Result<Self, ProjectError> {
        let path = folder.join("project.lock");
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = open.map_err(|e| ProjectError::io(&path, e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // Where locks are mandatory the file cannot even be read; then the holder has no name.
                let holder = file.read_to_string(&mut text).ok().and_then(|_| serde_json::from_str(&text).ok());
                return Ok(Self::Other(holder.unwrap_or_default()));
            }
            // A file system without locks: SQLite's own keep two transactions apart, and every edit says what it found.
            Err(TryLockError::Error(e)) => log::warn!("{} cannot be locked: {e}", path.display()),
        }
        let holder = Holder { who: who.to_owned(), pid: std::process::id(), host: host(), since_us: now_us() };
        let written = serde_json::to_vec(&holder).map_err(std::io::Error::from).and_then(|text| {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(&text)
        });
        written.map_err(|e| ProjectError::io(&path, e))?;
        Ok(Self::Ours(file))
    }

    pub(super) fn is_ours(&self) -> bool {
        matches!(self, Self::Ours(_))
    }
}

/// The machine's name as the system tells it without a call of its own.
fn host() -> String {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let named = kernel.or_else(|| ["HOSTNAME", "COMPUTERNAME"].iter().find_map(|name| std::env::var(name).ok()));
    named.unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_nobody_holds_does_not_block() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("project.lock"), r#"{"who":"gone","pid":1,"host":"","since_us":0}"#)
            .expect("is written");
        let ours = Lock::take(folder.path(), "Ada").expect("is taken");
        assert!(ours.is_ours());
        let Lock::Other(holder) = Lock::take(folder.path(), "Grace").expect("is read") else {
            panic!("it is held");
        };
        assert_eq!(holder.who, "Ada");
        assert!(holder.to_string().starts_with("the Lookback of Ada") && holder.since_us > 0, "{holder}");
    }

    #[test]
    fn a_holder_that_cannot_be_read_still_holds() {
        let folder = tempfile::tempdir().expect("a folder");
        let _ours = Lock::take(folder.path(), "Ada").expect("is taken");
        std::fs::write(folder.path().join("project.lock"), "{").expect("is written");
        let other = Lock::take(folder.path(), "Grace").expect("is read");
        assert!(matches!(other, Lock::Other(holder) if holder.to_string() == "another program"));
    }
}
