//! What can go wrong with an ablation, said in sentences without a full stop.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::app::feature_file::FeatureFileError;
use crate::media::MediaError;
use crate::model::ModelError;

/// Why an ablation did not go on.
#[derive(Debug, Error)]
pub enum AblationError {
    /// What was asked for cannot be done.
    #[error("{0}")]
    Input(String),
    /// A video is in two folds.
    #[error("{kind}: {video} is in the folds {} and {}: it would be trained on and judged; its features may be there twice", folds.0, folds.1)]
    SharedVideo {
        /// Name of the features.
        kind: String,
        /// Name of the video.
        video: String,
        /// Both folds, from 1.
        folds: (usize, usize),
    },
    /// The folder of a run holds another one.
    #[error("{} is a run of other videos or settings; choose another folder for the runs, or delete this one's", path.display())]
    OtherRun {
        /// The file that says so.
        path: PathBuf,
    },
    /// A file of a run or of features is not what it has to be.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The rest of a sentence that begins with the file's name.
        reason: String,
    },
    /// Features that were made elsewhere cannot be read.
    #[error("{kind}: {source}")]
    Features {
        /// Name of the features.
        kind: String,
        /// Why.
        source: FeatureFileError,
    },
    /// A file cannot be written.
    #[error("{}: cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A training or scoring failed or was called off.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A file could not be read for its hash, or the reading was called off.
    #[error(transparent)]
    Media(#[from] MediaError),
}

impl AblationError {
    /// Whether nothing is wrong and the work was called off.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Model(ModelError::Cancelled) | Self::Media(MediaError::Stopped))
    }

    pub(super) fn file(path: &Path, reason: impl Into<String>) -> Self {
        Self::File { path: path.to_owned(), reason: reason.into() }
    }

    pub(super) fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write { path: path.to_owned(), source }
    }
}
