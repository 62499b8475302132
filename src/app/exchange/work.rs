//! Work that takes long: what is going on, how it is stopped, and how it fails.
//!
//! Owns the stages of imports, exports, reports and searches, and the kinds of failure. Does not own threads or bars.

use thiserror::Error;

use super::source::SourceError;
use crate::app::pipeline::PipelineError;
use crate::app::report::ReportError;
use crate::jobs::{Progress, Ticket};
use crate::media::MediaError;
use crate::store::ProjectError;

/// What is going on, and what its progress counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// The project is read; nothing is counted.
    #[default]
    Reading,
    /// Files are hashed; bytes.
    Hashing,
    /// Videos are opened for their frames; videos.
    Opening,
    /// Videos are scored; a thousand for each.
    Scoring,
    /// Files are written; nothing is counted.
    Writing,
}

impl Stage {
    /// In words, with a capital.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Reading => "Reading the project",
            Self::Hashing => "Comparing files",
            Self::Opening => "Opening videos",
            Self::Scoring => "Scoring videos",
            Self::Writing => "Writing",
        }
    }
}

/// Whom long work tells how far it is, and who can stop it.
pub struct Watch<'a> {
    /// Stale once the work is to stop.
    pub ticket: &'a Ticket,
    /// Told of each step.
    pub progress: &'a mut dyn FnMut(Stage, Progress),
}

impl Watch<'_> {
    /// Ends the work if it is to stop.
    ///
    /// # Errors
    /// It is.
    pub fn go_on(&self) -> Result<(), ExchangeError> {
        if self.ticket.is_stale() { Err(ExchangeError::Cancelled) } else { Ok(()) }
    }
}

/// Why something was not done. Sentences have no full stop.
#[derive(Debug, Error)]
pub enum ExchangeError {
    /// A request or a file that cannot be used.
    #[error("{0}")]
    Input(String),
    /// The work failed.
    #[error("{0}")]
    Failed(String),
    /// The project cannot be read or written.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// The report cannot be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// It was stopped.
    #[error("cancelled")]
    Cancelled,
}

impl From<SourceError> for ExchangeError {
    fn from(err: SourceError) -> Self {
        Self::Input(err.to_string())
    }
}

impl From<MediaError> for ExchangeError {
    fn from(err: MediaError) -> Self {
        match err {
            MediaError::Stopped => Self::Cancelled,
            other => Self::Input(other.to_string()),
        }
    }
}

impl From<PipelineError> for ExchangeError {
    fn from(err: PipelineError) -> Self {
        match err {
            PipelineError::Cancelled | PipelineError::Media(MediaError::Stopped) => Self::Cancelled,
            other => Self::Failed(other.to_string()),
        }
    }
}
