//! What lives on the thread that inspects: the sequence, the selection over it, and the scores under way.
//!
//! Owns what is kept between questions, so that each computes only what it changes: a movement of the view bins the kept
//! selection again, another setting selects again, and only another video or model reads features.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::app::event::Event;
use crate::app::inspect::{ExactScores, InspectNews, InspectOrder, InspectTask, LookedAt, Subject, Trial};
use crate::app::services::in_use::InUse;
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
    /// The question that was told of it.
    task: InspectTask,
    trial: Trial,
    order: Option<Arc<[u32]>>,
    looked: Arc<LookedAt>,
    /// The view of the grid that was sent last.
    view: Option<GridView>,
    /// The scores, once they are exact.
    exact: Option<Arc<ExactScores>>,
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
        let shop = Shop::new(options, features);
        Self { shop, reporter, sequence: None, known: None, context: None, work: None, scatter: None }
    }

    pub(super) fn use_model(&mut self, weights: Option<Arc<ModelWeights>>) {
        self.shop.in_use.project = weights;
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
        let told = self.known.as_ref().is_some_and(|known| known.task == task);
        if self.known.as_ref().is_none_or(|known| known.trial != subject.trial) {
            self.give_up();
            let Some(sequence) = &self.sequence else { return Ok(()) };
            let edits = edited(&subject.trial.edits, sequence.probe.snippets()).map(Arc::from);
            let attention = sequence.probe.attention(&subject.trial.tsa, edits.as_deref())?;
            let looked = Arc::new(LookedAt::new(attention));
            self.known =
                Some(Known { task, trial: subject.trial, order: edits, looked, view: None, exact: None, scatter });
        }
        let Some(known) = &mut self.known else { return Ok(()) };
        let mut news = Vec::new();
        if !told {
            // Also where the trial is the one from before: a question in between may never have come here, but the window has
            // let go of what it had, and passes over what comes under another number.
            (known.task, known.view, known.scatter) = (task, None, scatter);
            news.push(InspectNews::Looked(Arc::clone(&known.looked)));
        }
        if known.view.as_ref() != Some(&view) {
            let attention = &known.looked.attention;
            let grid = AttentionGrid::new(&attention.picks, attention.kappa, &view);
            known.view = Some(view.clone());
            news.push(InspectNews::Grid(Arc::new(grid)));
        }
        let exact = known.exact.clone().filter(|_| !told).map(InspectNews::Exact);
        let done = told || exact.is_some();
        for news in news.into_iter().chain(exact) {
            self.tell(task, news);
        }
        if done {
            if !told {
                self.scatter = self.scatter_of(task, ticket);
            }
            return Ok(());
        }
        if let Some(work) = &mut self.work {
            // Scores of the same trial, for the question before: they go on for this one.
            (work.task, work.ticket) = (task, ticket.clone());
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
            let exact = Arc::new(ExactScores::new(scores));
            if let Some(known) = &mut self.known {
                known.exact = Some(Arc::clone(&exact));
            }
            self.tell(task, InspectNews::Exact(exact));
            self.scatter = self.scatter_of(task, &ticket);
        }
        Ok(())
    }

    /// How far the scores of the trial scatter, if that is asked.
    fn scatter_of(&self, task: InspectTask, ticket: &Ticket) -> Option<Scatter> {
        let known = self.known.as_ref().filter(|known| known.scatter)?;
        let snippets = known.looked.attention.omega.len();
        Scatter::new((task, ticket.clone()), known.trial.tsa, known.order.clone(), snippets)
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
    device: Option<String>,
    features: Option<PathBuf>,
    pub in_use: InUse,
}

impl Shop {
    pub(super) fn new(options: EngineOptions, features: Option<PathBuf>) -> Self {
        Self { device: options.device, features, in_use: InUse::new(options.model) }
    }

    /// Reads the features that are kept, and loads the model.
    pub(super) fn sequence(&mut self, subject: &Subject, ticket: &Ticket) -> Result<Sequence, ModelError> {
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
        let device = ComputeDevice::choose(self.device.as_deref())?;
        let weights = self.in_use.weights(model)?;
        let weights = weights.ok_or_else(|| ModelError::Input(format!("the weights {model} are not at hand")))?;
        let scorer = Scorer::new(weights, &device)?;
        let probe = Probe::new(&scorer, &features, 0, ticket)?;
        Ok(Sequence { key: (video.clone(), model.clone()), scorer, probe })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, sync_channel};

    use super::*;
    use crate::domain::score::TsaSettings;
    use crate::jobs::{Generation, Waker};
    use crate::model::encoder::EncoderSpec;

    /// Two steps of exact scores.
    const SNIPPETS: usize = 700;

    struct Bench {
        desk: Desk,
        events: Receiver<Event>,
        clock: Generation,
        subject: Subject,
        _folder: tempfile::TempDir,
    }

    /// A desk with the features of a video; `subject` has the settings A.
    fn bench() -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        let info = ModelWeights::builtin().expect("is whole").info().clone();
        let (video, dim) = (VideoId::from_hash([1; 32]), info.dim);
        let rows: Vec<f32> = (0..SNIPPETS * dim).map(|at| ((at * 7919) % 1000) as f32 / 500.0 - 1.0).collect();
        let cache = FeatureCache::open(folder.path()).expect("opens");
        cache.entry(&video, "e", dim, SNIPPETS).expect("opens").append(&rows).expect("has room");
        let (send, events) = sync_channel(64);
        let options = EngineOptions { device: Some("cpu".to_owned()), encoder: EncoderSpec::Builtin, model: None };
        let desk = Desk::new(options, Some(folder.path().to_owned()), Reporter::new(send, Waker::silent()));
        let tsa = TsaSettings { samples: 4, ..TsaSettings::default() };
        let trial = Trial { tsa, edits: Vec::new() };
        let subject = Subject { video, snippets: SNIPPETS, encoder: ("e".into(), dim), model: info.weights_id, trial };
        Bench { desk, events, clock: Generation::default(), subject, _folder: folder }
    }

    impl Bench {
        /// Asks under a number of its own; what was asked before is given up.
        fn ask(&mut self, task: u64) {
            let view = GridView { snippets: 0..SNIPPETS, columns: 8, rows: 8, all_rows: true };
            let order =
                InspectOrder { task: InspectTask(task), subject: self.subject.clone(), view, near: 0, scatter: false };
            let ticket = self.clock.advance();
            self.desk.look(order, &ticket);
        }

        fn finish(&mut self) {
            while self.desk.is_busy() {
                self.desk.step();
            }
        }

        /// What was told under this number.
        fn told(&self, task: u64) -> Vec<&'static str> {
            let of = |event| match event {
                Event::Inspected { task: of, news } if of == InspectTask(task) => Some(match news {
                    InspectNews::Preparing => "preparing",
                    InspectNews::Looked(_) => "looked",
                    InspectNews::Grid(_) => "grid",
                    InspectNews::Provisional { .. } => "provisional",
                    InspectNews::Exact(_) => "exact",
                    InspectNews::Scatter(_) => "scatter",
                    InspectNews::Failed(_) => "failed",
                }),
                _ => None,
            };
            self.events.try_iter().filter_map(of).collect()
        }
    }

    /// The window asks A, B and A again; B is overwritten before this thread takes it.
    #[test]
    fn a_question_that_comes_again_under_another_number_is_answered_again() {
        let mut bench = bench();
        bench.ask(1);
        bench.finish();
        assert_eq!(bench.told(1), ["preparing", "looked", "grid", "exact"]);
        bench.ask(3);
        bench.finish();
        assert_eq!(bench.told(3), ["looked", "grid", "exact"], "nothing is computed again");
        // The same number: only the view may have moved.
        bench.ask(3);
        assert!(bench.told(3).is_empty() && !bench.desk.is_busy());
    }

    #[test]
    fn scores_under_way_go_on_for_the_question_that_comes_again() {
        let mut bench = bench();
        bench.ask(1);
        bench.desk.step();
        bench.ask(3);
        bench.finish();
        assert_eq!(bench.told(3), ["looked", "grid", "exact"]);
        // Those that were given up begin anew.
        bench.subject.trial.tsa.seed = 7;
        bench.ask(4);
        bench.clock.cancel();
        bench.desk.step();
        assert!(!bench.desk.is_busy());
        bench.ask(6);
        bench.finish();
        assert_eq!(bench.told(6), ["looked", "grid", "provisional", "exact"]);
    }

    #[test]
    fn provisional_scores_stay_in_sight_and_near_the_position() {
        assert_eq!(around(&(10..500), 9999), 10..500);
        assert_eq!(around(&(0..10_000), 5000), 3976..6024);
        assert_eq!(around(&(0..10_000), 0), 0..2048);
        assert_eq!(around(&(100..10_000), 99_999), 7952..10_000);
    }
}
