//! One video or feature file, ready for questions about its attention.
//!
//! Owns how both are brought into the same form. Does not own the questions.

use std::path::Path;

use super::args::EngineArgs;
use super::args::inspect::SubjectArgs;
use super::engine::{self, Extractor};
use super::error::CliError;
use super::files;
use crate::app::pipeline;
use crate::domain::features::FeatureMatrix;
use crate::domain::library::VideoId;
use crate::jobs::Ticket;
use crate::media::OpenedVideo;
use crate::model::{ComputeDevice, Probe, Scorer};

/// What is looked at, and what computes.
pub struct Subject {
    /// The file as it was typed.
    pub source: String,
    /// Its name.
    pub name: String,
    /// The video and its hash; absent where only features are known.
    pub video: Option<(OpenedVideo, VideoId)>,
    /// The crop that is looked at, as a sequence of its own.
    pub features: FeatureMatrix,
    /// The model.
    pub scorer: Scorer,
    /// The sequence on the model.
    pub probe: Probe,
}

impl Subject {
    /// Loads the model, and encodes the video or reads the features.
    ///
    /// # Errors
    /// The file cannot be read or does not fit the model, or the ticket went stale.
    pub fn open(args: &SubjectArgs, engine: &EngineArgs, ticket: &Ticket) -> Result<Self, CliError> {
        let device = engine::device(engine.device)?;
        let scorer = engine::scorer(engine, &device)?;
        let path = args.path.as_path();
        let (features, video) = if engine::is_feature_file(path) {
            (engine::feature_file(path, args.layout)?, None)
        } else {
            let (features, video, id) = encoded(path, args, engine, (&device, &scorer), ticket)?;
            (features, Some((video, id)))
        };
        let probe = Probe::new(&scorer, &features, args.crop, ticket)
            .map_err(|err| if video.is_none() { CliError::from(err).about(path) } else { err.into() })?;
        if features.crops() > 1 {
            files::complain(&format!(
                "lookback: {}: crop {} of {} is looked at; each has a selection of its own",
                path.display(),
                args.crop,
                features.crops()
            ));
        }
        let (dim, rows) = (features.dim(), features.crop(args.crop).to_vec());
        let features = FeatureMatrix::new(1, features.snippets(), dim, rows).map_err(|e| CliError::input(path, e))?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { source: path.display().to_string(), name, video, features, scorer, probe })
    }
}

fn encoded(
    path: &Path,
    args: &SubjectArgs,
    engine: &EngineArgs,
    (device, scorer): (&ComputeDevice, &Scorer),
    ticket: &Ticket,
) -> Result<(FeatureMatrix, OpenedVideo, VideoId), CliError> {
    let mut extractor = Extractor::open(&engine.encoder, device, !args.no_cache)?;
    pipeline::check_match(scorer, extractor.encoder())?;
    let extracted = extractor.extract(path, ticket)?;
    for note in &extracted.notes {
        files::complain(&format!("lookback: {}: {note}", path.display()));
    }
    Ok((extracted.features, extracted.video, extracted.id))
}
