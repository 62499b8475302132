//! Files and standard output, with errors that name the file.
//!
//! Owns reading whole inputs, writing whole outputs (never half of one), and writing to a pipe whose
//! reader may leave. Does not own any format.

use std::io::{self, Write as _};
use std::path::Path;

use super::error::CliError;
use crate::disk;
use crate::formats::npy::{self, Array};

/// The whole file.
///
/// # Errors
/// It cannot be read.
pub fn bytes(path: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(path).map_err(|err| CliError::input(path, format!("cannot be read: {err}")))
}

/// The whole file as text.
///
/// # Errors
/// It cannot be read or is not UTF-8.
pub fn text(path: &Path) -> Result<String, CliError> {
    String::from_utf8(bytes(path)?).map_err(|_| CliError::input(path, "is not a text file (UTF-8)"))
}

/// An NPY array.
///
/// # Errors
/// It cannot be read or is no array of numbers.
pub fn array(path: &Path) -> Result<Array, CliError> {
    npy::read(&bytes(path)?).map_err(|err| CliError::input(path, err))
}

/// Writes beside the target and then renames, so that a reader never sees half a file.
///
/// # Errors
/// The folder cannot be made or the file cannot be written.
pub fn write(path: &Path, content: &[u8]) -> Result<(), CliError> {
    disk::replace(path, content).map_err(|err| CliError::writing(path, &err))
}

/// Writes to standard output.
///
/// # Errors
/// The reader has gone, or the disk behind it is full.
pub fn print(content: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(content.as_bytes()).and_then(|()| out.flush()).map_err(|err| match err.kind() {
        io::ErrorKind::BrokenPipe => CliError::OutputClosed,
        _ => CliError::Failed(format!("the output cannot be written: {err}")),
    })
}

/// Writes a line to standard error. A closed one is not worth ending for.
pub fn complain(line: &str) {
    writeln!(io::stderr().lock(), "{line}").ok();
}
