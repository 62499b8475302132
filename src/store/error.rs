//! What can go wrong with the files that the program keeps for itself.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Errors of the store. Damage is not among them: damaged records are dropped and made again.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A folder or file cannot be created, read or written.
    #[error(
        "the cache {} cannot be used: {source}; set LOOKBACK_DATA_DIR to a folder that can be written",
        path.display()
    )]
    Io {
        /// Folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system names no folder for a program's data.
    #[error("this system offers no folder for program data; set LOOKBACK_DATA_DIR to one that can be written")]
    NoFolder,
    /// Rows that do not fit the entry they are added to.
    #[error("{found} numbers do not make rows of {dim}, or are more than the {left} snippets still missing")]
    Rows {
        /// Numbers given.
        found: usize,
        /// Numbers per row.
        dim: usize,
        /// Rows that the entry still has room for.
        left: usize,
    },
}
