//! The videos of a project as learning and comparing need them, and the model in use.
//!
//! Owns where features come from: what was kept, else the file of a video about which something was said. Does not own
//! what is done with them (`app::learning`).

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::args::EngineArgs;
use super::engine::{self, Extracted, Extractor};
use super::error::CliError;
use super::progress::Bar;

use crate::app::exchange;
use crate::app::folders::Folders;
use crate::app::learning::{self, LearningVideo};
use crate::app::prefs::Prefs;
use crate::app::{models, pipeline};
use crate::domain::queue::KnownVideo;
use crate::domain::record::ReviewState;
use crate::domain::segment::EventRule;
use crate::jobs::Ticket;
use crate::model::weights::ModelWeights;
use crate::model::{ComputeDevice, Scorer};
use crate::store::Project;

/// All that both commands begin with.
pub struct Classroom {
    /// The model in use, or the one that was named.
    pub model: Arc<ModelWeights>,
    /// Where it computes.
    pub device: ComputeDevice,
    /// It, ready to score.
    pub scorer: Scorer,
    /// The rule that makes its events: the window's, or the model's own.
    pub rule: EventRule,
    /// Whether the person chose that rule in the window, where it counts for every model.
    chosen: bool,
    /// Videos about which something was said, and those whose features are kept.
    pub videos: Vec<LearningVideo>,
    /// Its scores of each.
    pub scores: Vec<Vec<f32>>,
    /// Seconds that those took.
    pub scoring_secs: f64,
    /// Videos that are left out, a sentence each.
    pub left_out: Vec<String>,
    /// Videos of which nobody said anything and no features are kept.
    pub unknown: usize,
}

impl Classroom {
    /// Gathers all of it.
    ///
    /// # Errors
    /// The project or a model cannot be used, or the ticket went stale. A single video that cannot be read is left out.
    pub fn gather(project: &Project, args: &EngineArgs, ticket: &Ticket) -> Result<Self, CliError> {
        let device = engine::device(args.device)?;
        let model = match &args.model {
            Some(_) => Arc::clone(engine::scorer(args, &device)?.weights()),
            None => models::in_use(project)?,
        };
        let scorer = Scorer::new(Arc::clone(&model), &device)?;
        let mut extractor = Extractor::open(&args.encoder, &device, true)?;
        pipeline::check_match(&scorer, extractor.encoder())?;
        let (mut videos, mut left_out) = (Vec::new(), Vec::new());
        let reviews = exchange::reviews(project)?;
        for (known, review) in &reviews {
            match of_review(known, review, &mut extractor, ticket) {
                Ok(video) => videos.push(video),
                Err(CliError::Cancelled) => return Err(CliError::Cancelled),
                Err(err) => left_out.push(format!("{err}.")),
            }
        }
        let mut unknown = 0;
        for known in project.videos()?.iter().filter(|known| reviews.iter().all(|(other, _)| other.id != known.id)) {
            match kept(known, ReviewState::new(known.id.clone()), &extractor) {
                Some(video) => videos.push(video),
                None => unknown += 1,
            }
        }
        // The rule under which verdicts were given in the window.
        let prefs = Folders::standard().config.as_deref().map(Prefs::read).unwrap_or_default().prefs;
        let own = EventRule {
            threshold: model.info().threshold.unwrap_or_else(|| EventRule::default().threshold),
            ..EventRule::default()
        };
        let (mut bar, began) = (Bar::new("Scoring", "videos"), Instant::now());
        let scores = learning::scores(&scorer, &videos, &mut |progress| bar.set(progress), ticket)?;
        let scoring_secs = began.elapsed().as_secs_f64();
        let (rule, chosen) = (prefs.rule.unwrap_or(own), prefs.rule.is_some());
        Ok(Self { model, device, scorer, rule, chosen, videos, scores, scoring_secs, left_out, unknown })
    }

    /// The threshold that a candidate with this one of its own would have in the window.
    pub fn threshold(&self, own: Option<f32>) -> Option<f32> {
        if self.chosen { Some(self.rule.threshold) } else { own }
    }
}

/// A video whose features were kept.
fn kept(known: &KnownVideo, review: ReviewState, extractor: &Extractor) -> Option<LearningVideo> {
    let (frames, duration) = known.frames.zip(known.duration)?;
    let features = Arc::new(extractor.kept(&known.id, frames)?);
    Some(LearningVideo { name: known.name.clone(), frames, duration, review, features })
}

/// A video about which something was said: from its file, if its features were not kept.
fn of_review(
    known: &KnownVideo,
    review: &ReviewState,
    extractor: &mut Extractor,
    ticket: &Ticket,
) -> Result<LearningVideo, CliError> {
    if let Some(video) = kept(known, review.clone(), extractor) {
        return Ok(video);
    }
    if known.path.as_os_str().is_empty() {
        return Err(CliError::Input(format!("{}: the project knows no file of it", known.name)));
    }
    let Extracted { video, id, features, .. } = extractor.extract(&known.path, ticket)?;
    if id != known.id {
        return Err(CliError::input(&known.path, "is no longer the video that was reviewed"));
    }
    Ok(LearningVideo {
        name: file_name(&known.path),
        frames: video.frames.len(),
        duration: video.frames.span().length(),
        review: review.clone(),
        features: Arc::new(features),
    })
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
