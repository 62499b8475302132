//! Why a label file cannot be read or written.
//!
//! Owns the errors of all label formats. Each is a sentence with the place in the file and, where there is one, the
//! way out; the file's own name is put before it by the caller, who alone knows it.

use thiserror::Error;

use crate::formats::ground_truth::TruthError;
use crate::formats::list::ListError;
use crate::formats::npy::NpyError;

/// Why a label file cannot be read or written.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum FormatError {
    /// Something in the file, at a known place.
    #[error("{place}: {problem}")]
    At {
        /// `line 3`, or where in the structure.
        place: String,
        /// What is wrong there.
        problem: String,
    },
    /// Another kind of file, or nothing in it.
    #[error("this is no {format} file: {problem}")]
    Form {
        /// The format that was asked for.
        format: &'static str,
        /// What is missing.
        problem: String,
    },
    /// Bytes that are not text.
    #[error("line {0} is not UTF-8 text; save the file as UTF-8")]
    NotText(usize),
    /// The labels of a gt.npy.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// Its list.
    #[error("the list: {0}")]
    List(#[from] ListError),
    /// Labels and list together.
    #[error(transparent)]
    Truth(#[from] TruthError),
    /// Concatenated labels hold no names.
    #[error("concatenated labels name no video; give the .list file that belongs to them as well")]
    NeedsList,
    /// A format without names.
    #[error("the file names no video; say which one it belongs to")]
    NeedsVideo,
    /// Several videos for a format of one.
    #[error("a file of this format holds one video and {0} were given; write one file for each")]
    OneVideo(usize),
    /// A name that the format would read back as something else.
    #[error("the video name {name:?} {problem}; rename the video or choose another format")]
    Name {
        /// Of the video.
        name: String,
        /// Why not.
        problem: &'static str,
    },
    /// The writing library refused.
    #[error("the file could not be put together: {0}")]
    Write(String),
}

impl FormatError {
    /// With the number of a line, from 1.
    pub(super) fn line(line: usize, problem: impl Into<String>) -> Self {
        Self::At { place: format!("line {line}"), problem: problem.into() }
    }

    /// With any other place.
    pub(super) fn at(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::At { place: place.into(), problem: problem.into() }
    }
}
