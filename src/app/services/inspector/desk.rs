//! What lives on the thread that inspects: the sequence, the selection over it, and the scores under way.
//!
//! Owns what is kept between questions, so that each computes only what it changes: a movement of the view bins the kept
//! selection again, another setting selects again, and only another video or model reads features.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::app::event::Event;
use crate::app::inspect::{ExactScores, InspectNews, InspectOrder, InspectTask, LookedAt, Subject, Trial};
use crate::app::services::{EngineOptions, Reporter};
use crate::domain::attention_grid::{AttentionGrid, GridView};
use crate::domain::curve::Curve;
use crate::domain::features::FeatureMatrix;
use crate::domain::library::VideoId;
use crate::domain::what_if::edited;
use crate::jobs::Ticket;
use crate::model::probe::{Context, Pass};
use crate::model::weights::ModelWeights;
use crate::model::{ComputeDevice, ModelError, Probe, Scorer};
use crate::store::FeatureCache;

use super::scatter::Scatter;

/// Most snippets of provisional scores: about a tenth of a second on two cores.
const PROVISIONAL: usize = 2048;

/// The sequence of a video on a model.
pub(super) struct Sequence {
    /// Its video and its model.
    key: (VideoId, String),
    pub scorer: Scorer,
    pub probe: Probe,
}

/// What was found out about a sequence.
struct Known {
    trial: Trial,
    order: Option<Arc<[u32]>>,
    looked: Arc<LookedAt>,
    /// The view of the grid that was sent last.
    view: Option<GridView>,
    /// Whether it is asked how far the scores scatter.
    scatter: bool,
}

/// Scores under way.
struct Work {
    task: InspectTask,
    ticket: Ticket,
    pass: Pass,
}

pub(super) struct Desk {
    shop: Shop,
    reporter: Reporter,
    sequence: Option<Sequence>,
    known: Option<Known>,
    /// Of the last exact scores of the sequence.
    context: Option<Context>,
    work: Option<Work>,
    /// Comes after the scores.
    scatter: Option<Scatter>,
}

impl Desk {
    pub(super) fn new(options: EngineOptions, features: Option<PathBuf>, reporter: Reporter) -> Self {
        let shop = Shop { options, features, project: None };
        Self { shop, reporter, sequence: None, known: None, context: None, work: None, scatter: None }
    }

    pub(super) fn use_model(&mut self, weights: Option<Arc<ModelWeights>>) {
        self.shop.project = weights;
    }

    /// Whether there are scores under way, or how far they scatter.
    pub(super) fn is_busy(&self) -> bool {
        self.work.is_some() || self.scatter.is_some()
    }

    pub(super) fn forget(&mut self) {
        (self.sequence, self.known, self.context) = (None, None, None);
        self.give_up();
    }

    /// What is under way is about an older question.
    fn give_up(&mut self) {
        (self.work, self.scatter) = (None, None);
    }

    /// Answers a question.
    pub(super) fn look(&mut self, order: InspectOrder, ticket: &Ticket) {
        let task = order.task;
        match self.answer(order, ticket) {
            Ok(()) | Err(ModelError::Cancelled) => {}
            Err(err) => self.fail(task, &err),
        }
    }

    fn fail(&mut self, task: InspectTask, err: &ModelError) {
        self.give_up();
        self.tell(task, InspectNews::Failed(format!("The attention cannot be looked at: {err}.")));
    }

    fn tell(&self, task: InspectTask, news: InspectNews) {
        self.reporter.send(Event::Inspected { task, news });
    }

    fn answer(&mut self, order: InspectOrder, ticket: &Ticket) -> Result<(), ModelError> {
        let InspectOrder { task, subject, view, near, scatter } = order;
        let key = (subject.video.clone(), subject.model.clone());
        if self.sequence.as_ref().is_none_or(|sequence| sequence.key != key) {
            self.forget();
            self.tell(task, InspectNews::Preparing);
            self.sequence = Some(self.shop.sequence(&subject, ticket)?);
        }
        let again = self.known.as_ref().is_some_and(|known| known.trial == subject.trial);
        if !again {
            self.give_up();
            let Some(sequence) = &self.sequence else { return Ok(()) };
            let edits = edited(&subject.trial.edits, sequence.probe.snippets()).map(Arc::from);
            let attention = sequence.probe.attention(&subject.trial.tsa, edits.as_deref())?;
            let looked = Arc::new(LookedAt::new(attention));
            self.tell(task, InspectNews::Looked(Arc::clone(&looked)));
            self.known = Some(Known { trial: subject.trial, order: edits, looked, view: None, scatter });
        }
        let Some(known) = &mut self.known else { return Ok(()) };
        if known.view.as_ref() != Some(&view) {
            let attention = &known.looked.attention;
            let grid = AttentionGrid::new(&attention.picks, attention.kappa, &view);
            known.view = Some(view.clone());
            self.tell(task, InspectNews::Grid(Arc::new(grid)));
        }
        if again {
            return Ok(());
        }
        self.provisional(task, &around(&view.snippets, near), ticket)?;
        if let Some(known) = &self.known {
            let attention = Arc::new(known.looked.attention.clone());
            let pass = Pass::new(attention, known.order.clone());
            self.work = Some(Work { task, ticket: ticket.clone(), pass });
        }
        Ok(())
    }

    /// Scores of what is in sight, with the context of the last exact scores.
    fn provisional(&self, task: InspectTask, range: &Range<usize>, ticket: &Ticket) -> Result<(), ModelError> {
        let (Some(sequence), Some(known), Some(context)) = (&self.sequence, &self.known, &self.context) else {
            return Ok(());
        };
        let Sequence { scorer, probe, .. } = sequence;
        let range = range.start..range.end.min(probe.snippets());
        if range.is_empty() {
            return Ok(());
        }
        let attention = &known.looked.attention;
        let found = probe.provisional(scorer, attention, known.order.as_deref(), (range.clone(), context), ticket)?;
        let mut scores = vec![f32::NAN; probe.snippets()];
        scores[range.clone()].copy_from_slice(&found.scores);
        self.tell(task, InspectNews::Provisional { first: range.start, scores: Curve::new(scores) });
        Ok(())
    }

    /// Goes on with the scores under way, and after them with how far they scatter.
    pub(super) fn step(&mut self) {
        let scatter = || self.scatter.as_ref().map(|scatter| scatter.task);
        let Some(task) = self.work.as_ref().map(|work| work.task).or_else(scatter) else { return };
        match if self.work.is_some() { self.score() } else { self.repeat() } {
            Ok(()) => {}
            Err(ModelError::Cancelled) => self.give_up(),
            Err(err) => self.fail(task, &err),
        }
    }

    fn score(&mut self) -> Result<(), ModelError> {
        let (Some(work), Some(Sequence { probe, scorer, .. })) = (&mut self.work, &self.sequence) else {
            return Ok(());
        };
        if !work.pass.step(probe, scorer, &work.ticket)? {
            return Ok(());
        }
        if let Some(Work { task, ticket, pass }) = self.work.take() {
            let (scores, context) = pass.finish();
            self.context = Some(context);
            self.tell(task, InspectNews::Exact(Arc::new(ExactScores::new(scores))));
            let known = self.known.as_ref().filter(|known| known.scatter);
            self.scatter = known.and_then(|known| {
                let snippets = known.looked.attention.omega.len();
                Scatter::new((task, ticket), known.trial.tsa, known.order.clone(), snippets)
            });
        }
        Ok(())
    }

    fn repeat(&mut self) -> Result<(), ModelError> {
        let (Some(scatter), Some(Sequence { probe, scorer, .. })) = (&mut self.scatter, &self.sequence) else {
            return Ok(());
        };
        if scatter.step(probe, scorer)? {
            return Ok(());
        }
        if let Some(scatter) = self.scatter.take()
            && let Some(band) = scatter.band()
        {
            self.tell(scatter.task, InspectNews::Scatter(Arc::new(band)));
        }
        Ok(())
    }
}

/// The part of `visible` that provisional scores cover: all of it, or as much around `near` as is quick.
fn around(visible: &Range<usize>, near: usize) -> Range<usize> {
    if visible.len() <= PROVISIONAL {
        return visible.clone();
    }
    let middle = near.clamp(visible.start, visible.end - 1);
    let start = middle.saturating_sub(PROVISIONAL / 2).clamp(visible.start, visible.end - PROVISIONAL);
    start..start + PROVISIONAL
}

/// Where features and models come from.
#[derive(Clone)]
pub(super) struct Shop {
    pub options: EngineOptions,
    pub features: Option<PathBuf>,
    /// The project's model.
    pub project: Option<Arc<ModelWeights>>,
}

impl Shop {
    /// Reads the features that are kept, and loads the model.
    pub(super) fn sequence(&self, subject: &Subject, ticket: &Ticket) -> Result<Sequence, ModelError> {
        let Subject { video, snippets, encoder: (encoder, dim), model, .. } = subject;
        let gone = || {
            ModelError::Input(
                "the features of this video are not kept; score it again, with a folder that can be written to"
                    .to_owned(),
            )
        };
        let folder = self.features.as_ref().ok_or_else(gone)?;
        let cache = FeatureCache::open(folder).map_err(|err| ModelError::Input(err.to_string()))?;
        let rows = cache.complete(video, encoder, *dim, *snippets).ok_or_else(gone)?;
        let features =
            FeatureMatrix::new(1, *snippets, *dim, rows).map_err(|err| ModelError::Input(err.to_string()))?;
        let device = ComputeDevice::choose(self.options.device.as_deref())?;
        let scorer = Scorer::new(self.weights(model)?, &device)?;
        let probe = Probe::new(&scorer, &features, 0, ticket)?;
        Ok(Sequence { key: (video.clone(), model.clone()), scorer, probe })
    }

    /// The weights of this name, wherever they come from.
    fn weights(&self, model: &str) -> Result<Arc<ModelWeights>, ModelError> {
        let is = |weights: &ModelWeights| weights.info().weights_id == model;
        if let Some(weights) = self.project.as_ref().filter(|weights| is(weights)) {
            return Ok(Arc::clone(weights));
        }
        let loaded = match self.options.model.as_deref() {
            Some(path) => ModelWeights::load(path)?,
            None => ModelWeights::builtin()?,
        };
        if is(&loaded) {
            return Ok(Arc::new(loaded));
        }
        Err(ModelError::Input(format!("the weights {model} are not at hand")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provisional_scores_stay_in_sight_and_near_the_position() {
        assert_eq!(around(&(10..500), 9999), 10..500);
        assert_eq!(around(&(0..10_000), 5000), 3976..6024);
        assert_eq!(around(&(0..10_000), 0), 0..2048);
        assert_eq!(around(&(100..10_000), 99_999), 7952..10_000);
    }
}
