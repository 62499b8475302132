//! How a headless command ends.
//!
//! Owns the kinds of failure and their exit codes: 2 for a request or an input that cannot be used,
//! 1 for work that failed. Does not own the sentences of the layers below; it puts the file's name in
//! front of them.

use std::fmt::Display;
use std::io;
use std::path::Path;

use thiserror::Error;

use crate::app::ablation::AblationError;
use crate::app::exchange::ExchangeError;
use crate::app::feature_file::FeatureFileError;
use crate::app::models::ModelsError;
use crate::app::pipeline::PipelineError;
use crate::app::report::ReportError;
use crate::demo::DemoError;
use crate::media::MediaError;
use crate::model::ModelError;
use crate::plots::ChartError;
use crate::store::ProjectError;

/// Why a command did not do what was asked.
#[derive(Debug, Error)]
pub enum CliError {
    /// The request or an input file cannot be used.
    #[error("{0}")]
    Input(String),
    /// The work failed.
    #[error("{0}")]
    Failed(String),
    /// Ctrl-C.
    #[error("cancelled")]
    Cancelled,
    /// Some of several inputs failed; each was reported when it did.
    #[error("{failed} of {all} files failed, see above")]
    Some {
        /// How many.
        failed: usize,
        /// Of how many.
        all: usize,
    },
    /// The reader of our output has gone away (`lookback score … | head`). Not an error to speak of.
    #[error("the output was closed")]
    OutputClosed,
}

impl CliError {
    /// 0, 1 or 2.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::OutputClosed => 0,
            Self::Failed(_) | Self::Cancelled => 1,
            Self::Input(_) | Self::Some { .. } => 2,
        }
    }

    /// An input that cannot be used, with its name in front.
    pub fn input(path: &Path, err: impl Display) -> Self {
        Self::Input(format!("{}: {err}", path.display()))
    }

    /// With the name of the file in front, where it is an input that cannot be used.
    #[must_use]
    pub fn about(self, path: &Path) -> Self {
        match self {
            Self::Input(reason) => Self::input(path, reason),
            other => other,
        }
    }

    /// Writing a file failed.
    pub fn writing(path: &Path, err: &io::Error) -> Self {
        Self::Failed(format!("{}: cannot be written: {err}", path.display()))
    }
}

impl From<MediaError> for CliError {
    fn from(err: MediaError) -> Self {
        match err {
            MediaError::Stopped => Self::Cancelled,
            MediaError::Failed { .. } | MediaError::Unwritable { .. } => Self::Failed(err.to_string()),
            _ => Self::Input(err.to_string()),
        }
    }
}

impl From<ModelError> for CliError {
    fn from(err: ModelError) -> Self {
        match err {
            ModelError::Cancelled => Self::Cancelled,
            ModelError::Write { .. } | ModelError::Compute(_) | ModelError::Diverged(_) => {
                Self::Failed(err.to_string())
            }
            _ => Self::Input(err.to_string()),
        }
    }
}

impl From<FeatureFileError> for CliError {
    fn from(err: FeatureFileError) -> Self {
        match err {
            FeatureFileError::Tensors(err) => err.into(),
            _ => Self::Input(err.to_string()),
        }
    }
}

impl From<AblationError> for CliError {
    fn from(err: AblationError) -> Self {
        match err {
            AblationError::SharedVideo { kind, video, folds: (one, other) } => Self::Input(format!(
                "--features {kind}: {video} is in the lists {one} and {other}: it would be trained on and judged; take it out of one"
            )),
            AblationError::OtherRun { path } => {
                let reason = "is a run of other videos or settings; choose another --out folder, or delete this one's";
                Self::input(&path, reason)
            }
            AblationError::Model(err) => err.into(),
            AblationError::Media(err) => err.into(),
            AblationError::Features { source, .. } => source.into(),
            AblationError::Write { .. } => Self::Failed(err.to_string()),
            AblationError::Input(_) | AblationError::File { .. } => Self::Input(err.to_string()),
        }
    }
}

impl From<PipelineError> for CliError {
    fn from(err: PipelineError) -> Self {
        match err {
            PipelineError::Media(err) => err.into(),
            PipelineError::Model(err) => err.into(),
            PipelineError::Cancelled => Self::Cancelled,
            PipelineError::Mismatch { .. } => Self::Input(err.to_string()),
            _ => Self::Failed(err.to_string()),
        }
    }
}

impl From<DemoError> for CliError {
    fn from(err: DemoError) -> Self {
        match err {
            DemoError::Cancelled { .. } => Self::Cancelled,
            _ => Self::Failed(err.to_string()),
        }
    }
}

/// Numbers that cannot be written as JSON.
impl From<serde_json::Error> for CliError {
    fn from(err: serde_json::Error) -> Self {
        Self::Failed(err.to_string())
    }
}

impl From<ProjectError> for CliError {
    fn from(err: ProjectError) -> Self {
        match err {
            ProjectError::Io { .. }
            | ProjectError::Full { .. }
            | ProjectError::Unreadable { .. }
            | ProjectError::Database { .. } => Self::Failed(err.to_string()),
            _ => Self::Input(err.to_string()),
        }
    }
}

impl From<ExchangeError> for CliError {
    fn from(err: ExchangeError) -> Self {
        match err {
            ExchangeError::Input(reason) => Self::Input(reason),
            ExchangeError::Failed(reason) => Self::Failed(reason),
            ExchangeError::Project(err) => err.into(),
            ExchangeError::Report(err) => err.into(),
            ExchangeError::Cancelled => Self::Cancelled,
        }
    }
}

impl From<ModelsError> for CliError {
    fn from(err: ModelsError) -> Self {
        match err {
            ModelsError::Project(err) => err.into(),
            ModelsError::Model(err) => err.into(),
            ModelsError::Export { .. } => Self::Failed(err.to_string()),
            ModelsError::Changed { .. } | ModelsError::Ambiguous { .. } => Self::Input(err.to_string()),
        }
    }
}

impl From<ChartError> for CliError {
    fn from(err: ChartError) -> Self {
        Self::Failed(err.to_string())
    }
}

impl From<ReportError> for CliError {
    fn from(err: ReportError) -> Self {
        Self::Failed(err.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_used_is_said_of_a_file() {
        let about = |err: ModelError| CliError::from(err).about(Path::new("a.npy"));
        assert!(matches!(about(ModelError::Cancelled), CliError::Cancelled));
        let input = about(ModelError::Input("has no rows".to_owned()));
        assert_eq!((input.to_string(), input.exit_code()), ("a.npy: has no rows".to_owned(), 2));
    }
}
