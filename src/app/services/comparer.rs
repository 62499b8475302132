//! The thread that compares: scores of another model, encoder or setting for the video on screen.
//!
//! Owns the thread, the models and the encoder that were used last, cancellation, and the reports. Does not own the scores
//! on screen, which come with the order, nor how both are put beside each other ([`crate::app::comparing::work`]). Reads the
//! project's models, and never writes to it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::app::comparing::work::{OtherScores, compare};
use crate::app::comparing::{CompareNews, CompareOrder, CompareRequest, CompareTask, Compared, Other, OtherModel};
use crate::app::event::Event;
use crate::app::models;
use crate::app::pipeline::{self, Phase, PipelineError, ScoringObserver, Source};
use crate::domain::score::SnippetScores;
use crate::jobs::{Generation, Progress, Ticket};
use crate::media::MediaError;
use crate::model::encoder::{self, EncoderSpec};
use crate::model::weights::ModelWeights;
use crate::model::{ComputeDevice, ModelError, Scorer, SnippetEncoder};
use crate::store::{FeatureCache, Project};

use super::in_use::InUse;
use super::task_thread::{self, Board, TaskThread};
use super::{EngineOptions, Reporter};

/// The thread as the window sees it.
#[derive(Debug)]
pub(super) struct Comparer {
    thread: TaskThread<Desk>,
    generation: Generation,
}

impl Comparer {
    /// Features are kept in the folder `features`.
    pub(super) fn start(options: EngineOptions, features: Option<PathBuf>, reporter: Reporter) -> io::Result<Self> {
        let thread = TaskThread::start("compare", move |board| {
            let in_use = InUse::new(options.model.clone());
            Desk { options, features, in_use, device: None, own: None, other: None, scorer: None, reporter, board }
        })?;
        Ok(Self { thread, generation: Generation::default() })
    }

    /// This model is in use from now on; `None` is the one that the program was started with, or that comes with it.
    pub(super) fn use_model(&self, weights: Option<Arc<ModelWeights>>) {
        self.thread.use_model(weights);
    }

    /// Asks for something. Never waits.
    pub(super) fn ask(&mut self, request: CompareRequest) {
        match request {
            CompareRequest::Compare(order) => self.thread.ask(order.task, order, self.generation.advance()),
            CompareRequest::Stop => self.generation.cancel(),
        }
    }

    /// Adds the newest progress to `events`.
    pub(super) fn poll(&mut self, events: &mut Vec<Event>) {
        self.thread.poll(events);
    }
}

impl Drop for Comparer {
    fn drop(&mut self) {
        self.generation.cancel();
    }
}

/// What lives on the thread.
struct Desk {
    options: EngineOptions,
    features: Option<PathBuf>,
    in_use: InUse,
    device: Option<ComputeDevice>,
    /// The encoder in use.
    own: Option<Box<dyn SnippetEncoder>>,
    /// The other encoder that was used last, and its folder.
    other: Option<(PathBuf, Box<dyn SnippetEncoder>)>,
    /// The model that was used last.
    scorer: Option<Scorer>,
    reporter: Reporter,
    board: Board<Self>,
}

impl task_thread::Desk for Desk {
    type Request = Box<CompareOrder>;
    type Task = CompareTask;
    type News = CompareNews;

    fn use_model(&mut self, weights: Option<Arc<ModelWeights>>) {
        self.in_use.project = weights;
    }

    fn answer(&mut self, order: Box<CompareOrder>, ticket: &Ticket) {
        if ticket.is_stale() {
            return;
        }
        let task = order.task;
        let news = match self.compare(*order, ticket) {
            Ok(compared) => CompareNews::Done(Arc::new(compared)),
            Err(reason) => CompareNews::Failed(format!("{reason}.")),
        };
        if !ticket.is_stale() {
            // Progress that was not read yet is older.
            self.board.take();
            self.reporter.send(Event::Comparing { task, news });
        }
    }

    fn event(task: CompareTask, news: CompareNews) -> Event {
        Event::Comparing { task, news }
    }

    fn ended(event: &Event) -> Option<CompareTask> {
        match event {
            Event::Comparing { task, news: CompareNews::Done(_) | CompareNews::Failed(_) } => Some(*task),
            _ => None,
        }
    }

    fn failed(reason: String) -> CompareNews {
        CompareNews::Failed(reason)
    }
}

impl Desk {
    /// Sentences have no full stop.
    fn compare(&mut self, order: CompareOrder, ticket: &Ticket) -> Result<Compared, String> {
        let path = &order.video.info.path;
        let scores = match &order.other {
            Other::Run(run) => OtherScores::of_run(run, path, &order.id)?,
            Other::Scores(file) => OtherScores::of_file(file, path, &order.id, order.video.frames.len())?,
            Other::Model { model, encoder, tsa } => {
                let weights = self.weights(model, &order)?;
                self.load(&weights, encoder.as_deref())?;
                self.score(&order, encoder.is_some(), *tsa, ticket).map_err(|err| told(&err, path))?
            }
        };
        Ok(compare(order.id, order.one, order.other, scores))
    }

    fn weights(&mut self, model: &OtherModel, order: &CompareOrder) -> Result<Arc<ModelWeights>, String> {
        let sentence = |err: &dyn std::fmt::Display| err.to_string();
        match model {
            OtherModel::File(path) => ModelWeights::load(path).map(Arc::new).map_err(|err| sentence(&err)),
            OtherModel::Project(None) => ModelWeights::builtin().map(Arc::new).map_err(|err| sentence(&err)),
            OtherModel::Project(Some(id)) => {
                let folder = order.project.as_deref().ok_or("the project is not open")?;
                let project = Project::open(folder, "Lookback").map_err(|err| sentence(&err))?;
                models::load(&project, Some(id)).map_err(|err| sentence(&err))
            }
            OtherModel::InUse => {
                let id = &order.one.model;
                let found = self.in_use.weights(id).map_err(|err| sentence(&err))?;
                found.ok_or_else(|| format!("the model {id}, which made the scores on screen, is no longer in use"))
            }
        }
    }

    /// Has model and encoder ready.
    fn load(&mut self, weights: &Arc<ModelWeights>, folder: Option<&Path>) -> Result<(), String> {
        let sentence = |err: ModelError| err.to_string();
        let device = match &self.device {
            Some(device) => device.clone(),
            None => {
                self.device.insert(ComputeDevice::choose(self.options.device.as_deref()).map_err(sentence)?).clone()
            }
        };
        match folder {
            None if self.own.is_none() => {
                self.own = Some(encoder::open(&self.options.encoder, &device).map_err(sentence)?);
            }
            Some(folder) if self.other.as_ref().is_none_or(|(of, _)| of != folder) => {
                let opened = encoder::open(&EncoderSpec::Clip(folder.to_owned()), &device).map_err(sentence)?;
                self.other = Some((folder.to_owned(), opened));
            }
            _ => {}
        }
        if self.scorer.as_ref().is_none_or(|scorer| scorer.info().weights_id != weights.info().weights_id) {
            self.scorer = Some(Scorer::new(Arc::clone(weights), &device).map_err(sentence)?);
        }
        Ok(())
    }

    /// Scores with what was made ready.
    fn score(
        &mut self,
        order: &CompareOrder,
        other_encoder: bool,
        tsa: Option<crate::domain::score::TsaSettings>,
        ticket: &Ticket,
    ) -> Result<OtherScores, PipelineError> {
        let encoder = if other_encoder { self.other.as_mut().map(|(_, encoder)| encoder) } else { self.own.as_mut() };
        let (Some(encoder), Some(scorer)) = (encoder, &self.scorer) else { return Err(PipelineError::Cancelled) };
        let cache = self.features.as_ref().and_then(|folder| FeatureCache::open(folder).ok());
        let source = Source { video: &order.video, id: &order.id, cache: cache.as_ref() };
        let tsa = tsa.or(order.tsa).unwrap_or_else(|| scorer.info().tsa);
        let mut watcher = Watcher {
            task: order.task,
            board: &self.board,
            reporter: &self.reporter,
            phase: (Phase::Encoding, Instant::now()),
            notes: Vec::new(),
        };
        let scored = pipeline::score(source, encoder.as_mut(), scorer, &tsa, &mut watcher, ticket)?;
        watcher.notes.extend(scorer.notes());
        Ok(OtherScores::of_model(scored, scorer.info().threshold, watcher.notes))
    }
}

/// Most sentences name the file; those of the model cannot know it.
fn told(err: &PipelineError, path: &Path) -> String {
    match err {
        PipelineError::Mismatch { wanted, found } => format!(
            "the other model was trained on features of {wanted}, but the encoder is {found}: choose the encoder that belongs to it"
        ),
        PipelineError::Media(MediaError::Stopped) | PipelineError::Cancelled => "it was stopped".to_owned(),
        err if err.to_string().contains(&path.display().to_string()) => err.to_string(),
        err => format!("{}: {err}", path.display()),
    }
}

/// Leaves the newest progress for the window.
struct Watcher<'a> {
    task: CompareTask,
    board: &'a Board<Desk>,
    reporter: &'a Reporter,
    phase: (Phase, Instant),
    notes: Vec<String>,
}

impl ScoringObserver for Watcher<'_> {
    fn progress(&mut self, phase: Phase, progress: Progress) {
        if self.phase.0 != phase {
            self.phase = (phase, Instant::now());
        }
        let what = match phase {
            Phase::Encoding => "Encoding",
            Phase::Scoring => "Scoring",
        };
        let left = progress.remaining_secs(self.phase.1.elapsed().as_secs_f64());
        self.board.put((self.task, CompareNews::Working(what, progress, left)));
        self.reporter.wake();
    }

    fn partial(&mut self, _: SnippetScores) {}

    fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}
