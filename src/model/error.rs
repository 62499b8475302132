//! What can go wrong with models, said in sentences that name the file, the place and the way out.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Errors of the model layer.
#[derive(Debug, Error)]
pub enum ModelError {
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file was read, and is not what it has to be.
    #[error("{} {reason}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// The rest of a sentence that begins with the file's name.
        reason: String,
    },
    /// Features or recorded noise that do not fit the model or each other.
    #[error("{0}")]
    Input(String),
    /// A setting out of its range.
    #[error("{0}")]
    Setting(String),
    /// A device was asked for that this program or machine does not have.
    #[error("{0}")]
    Device(String),
    /// A training whose numbers are none any more; the sentence names the step. What it began from is untouched.
    #[error("{0}")]
    Diverged(String),
    /// The work was cancelled; nothing is wrong.
    #[error("the work was cancelled")]
    Cancelled,
    /// A tensor operation failed.
    #[error("the model cannot be computed: {0}")]
    Compute(#[from] candle_core::Error),
}

impl ModelError {
    /// A file that is not what it has to be; `reason` goes on after the file's name.
    pub fn file(path: &Path, reason: impl Into<String>) -> Self {
        Self::File { path: path.to_owned(), reason: reason.into() }
    }

    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Read { path: path.to_owned(), source }
    }

    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write { path: path.to_owned(), source }
    }
}
