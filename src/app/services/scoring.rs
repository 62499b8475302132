//! The scoring thread: it loads device, encoder and the model in use, then scores one video after the other.
//!
//! Owns the thread, its cancellation and the reports of its progress. The order of the work within a
//! video is [`crate::app::pipeline`]'s.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::app::engine::EngineFacts;
use crate::app::event::Event;
use crate::app::library::ScoringPhase;
use crate::app::notice::Severity;
use crate::app::pipeline::{self, Phase, PipelineError, ScoringObserver, Source};
use crate::app::state::JobId;
use crate::domain::curve::{Curve, PlottedScores};
use crate::domain::footage::Footage;
use crate::domain::library::VideoId;
use crate::domain::score::{ScoredVideo, SnippetScores, TsaSettings};
use crate::jobs::{Generation, Latest, Progress, Ticket, Worker};
use crate::media::{OpenedVideo, hash_file};
use crate::model::weights::ModelWeights;
use crate::model::{ComputeDevice, Scorer, SnippetEncoder, encoder};
use crate::store::FeatureCache;

use super::{EngineOptions, Reporter};

/// How long work that is only nice to know rests before it looks whether the player still needs the machine.
const REST: Duration = Duration::from_millis(50);

/// What is to be done with a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    /// Score it.
    Score,
    /// Find out how far its scores scatter.
    Scatter,
}

#[derive(Debug)]
struct Job {
    task: Task,
    id: JobId,
    video: OpenedVideo,
    tsa: TsaSettings,
    ticket: Ticket,
}

/// The model that is to score from now on.
#[derive(Debug)]
pub(super) struct Wanted {
    /// The project's; `None` is the one that the program was started with, or that comes with it.
    pub weights: Option<Arc<ModelWeights>>,
    /// Whether a person chose it just now. Else a model that was named when the program was started comes first.
    pub promoted: bool,
}

/// What the thread leaves for the window; of each only the newest matters.
#[derive(Clone, Debug, Default)]
struct Board {
    progress: Latest<(JobId, ScoringPhase, Progress, Option<f64>)>,
    partial: Latest<(JobId, PlottedScores)>,
}

/// The scoring thread as the window sees it.
#[derive(Debug)]
pub(super) struct Scoring {
    worker: Worker<()>,
    next: Latest<Job>,
    model: Latest<Wanted>,
    generation: Generation,
    board: Board,
    /// Set while the player needs the machine.
    busy: Arc<AtomicBool>,
    /// Whether the end of the thread was told.
    told: bool,
}

impl Scoring {
    pub(super) fn start(options: EngineOptions, cache: Option<PathBuf>, reporter: Reporter) -> io::Result<Self> {
        let (next, model, board) = (Latest::<Job>::default(), Latest::<Wanted>::default(), Board::default());
        let (jobs, models, theirs) = (next.clone(), model.clone(), board.clone());
        let busy = Arc::new(AtomicBool::new(false));
        let player = Arc::clone(&busy);
        let worker = Worker::spawn("score", 1, move |bells, _| {
            // Loaded once it is known which model the project has in use.
            let mut engine: Option<Engine> = None;
            for () in bells {
                // Before the model: one that was asked for before this job must be there for it.
                let job = jobs.take();
                if let Some(wanted) = models.take() {
                    let loaded = match engine.take() {
                        Some(engine) => engine.with_model(&options, &wanted, &reporter),
                        None => Engine::load(&options, cache.as_deref(), &wanted, &reporter),
                    };
                    let event = match loaded {
                        Ok(loaded) => Event::EngineReady(engine.insert(loaded).facts()),
                        Err(reason) => Event::EngineFailed(reason),
                    };
                    if !reporter.send(event) {
                        return;
                    }
                }
                match (job, &mut engine) {
                    (Some(job), Some(engine)) if job.task == Task::Scatter => engine.scatter(&job, &player, &reporter),
                    (Some(job), Some(engine)) => engine.work(&job, &theirs, &reporter),
                    _ => {}
                }
            }
        })?;
        Ok(Self { worker, next, model, generation: Generation::default(), board, busy, told: false })
    }

    /// Scores with this model from now on; what is being scored is given up.
    pub(super) fn use_model(&self, weights: Option<Arc<ModelWeights>>, promoted: bool) {
        self.model.put(Wanted { weights, promoted });
        self.generation.cancel();
        self.worker.try_send(()).ok();
    }

    /// Scores this instead of whatever is being scored now.
    pub(super) fn score(&self, id: JobId, video: OpenedVideo, tsa: TsaSettings) {
        self.ask(Task::Score, id, video, tsa);
    }

    /// Finds out how far scores scatter, until anything else is asked for.
    pub(super) fn scatter(&self, id: JobId, video: OpenedVideo, tsa: TsaSettings) {
        self.ask(Task::Scatter, id, video, tsa);
    }

    fn ask(&self, task: Task, id: JobId, video: OpenedVideo, tsa: TsaSettings) {
        self.next.put(Job { task, id, video, tsa, ticket: self.generation.advance() });
        // A full queue means that the thread is going to look anyway.
        self.worker.try_send(()).ok();
    }

    /// Says whether the player needs the machine: what is only nice to know rests meanwhile.
    pub(super) fn make_way(&self, busy: bool) {
        self.busy.store(busy, Ordering::Relaxed);
    }

    pub(super) fn cancel(&self) {
        self.generation.cancel();
    }

    /// Adds the newest progress and scores to `events`.
    ///
    /// They may be older than events of the queue; the state knows by their job whether they still count.
    pub(super) fn poll(&mut self, events: &mut Vec<Event>) {
        if let Some((job, phase, progress, remaining_secs)) = self.board.progress.take() {
            events.push(Event::ScoringProgress { job, phase, progress, remaining_secs });
        }
        if let Some((job, scores)) = self.board.partial.take() {
            events.push(Event::ScoringPartial { job, scores });
        }
        if self.worker.is_finished() && !self.told {
            self.told = true;
            let text =
                "The scoring thread stopped unexpectedly: videos play, but nothing is scored. Start the program again.";
            events.push(Event::EngineFailed(text.to_owned()));
        }
    }
}

impl Drop for Scoring {
    fn drop(&mut self) {
        self.generation.cancel();
    }
}

/// What scores, living on its thread.
pub(super) struct Engine {
    device: ComputeDevice,
    pub(super) scorer: Scorer,
    pub(super) encoder: Box<dyn SnippetEncoder>,
    pub(super) cache: Option<FeatureCache>,
    /// Content hashes by path and time of the last change, so that scoring again does not read the file again.
    hashes: HashMap<(PathBuf, Option<SystemTime>), VideoId>,
}

impl Engine {
    pub(super) fn load(
        options: &EngineOptions,
        cache: Option<&Path>,
        wanted: &Wanted,
        reporter: &Reporter,
    ) -> Result<Self, String> {
        let sentence = |err: &dyn std::fmt::Display| format!("{err}.");
        let device = ComputeDevice::choose(options.device.as_deref()).map_err(|err| sentence(&err))?;
        let encoder = encoder::open(&options.encoder, &device).map_err(|err| sentence(&err))?;
        let scorer = scorer(options, wanted, &device, encoder.as_ref(), reporter)?;
        let cache = cache.and_then(|folder| match FeatureCache::open(folder) {
            Ok(cache) => Some(cache),
            Err(err) => {
                let text = format!("{err}. Scores are computed all the same, but features are not kept.");
                reporter.send(Event::Told(Severity::Warning, text));
                None
            }
        });
        Ok(Self { device, scorer, encoder, cache, hashes: HashMap::new() })
    }

    /// With another model on the same device, reading features of the same encoder.
    fn with_model(self, options: &EngineOptions, wanted: &Wanted, reporter: &Reporter) -> Result<Self, String> {
        let scorer = scorer(options, wanted, &self.device, self.encoder.as_ref(), reporter)?;
        Ok(Self { scorer, ..self })
    }

    fn facts(&self) -> EngineFacts {
        let info = self.scorer.info();
        EngineFacts {
            device: self.device.label(),
            device_note: self.device.note().map(str::to_owned),
            encoder: self.encoder.id().to_owned(),
            model: info.weights_id.clone(),
            dim: self.encoder.dim(),
            tsa: info.tsa,
            threshold: info.threshold,
        }
    }

    fn work(&mut self, job: &Job, board: &Board, reporter: &Reporter) {
        let mut desk = Desk::new(self, job, board, reporter);
        let result = self.score(job, &mut desk);
        if job.ticket.is_stale() {
            return;
        }
        reporter.send(match result {
            Ok(scored) => Event::Scored { job: job.id, scores: PlottedScores::new(scored), notes: desk.notes },
            Err(err) => {
                let (path, err) = (job.video.info.path.display().to_string(), err.to_string());
                // Most sentences name the file; those of the model cannot know it.
                let reason = if err.contains(&path) { format!("{err}.") } else { format!("{path}: {err}.") };
                Event::ScoringFailed { job: job.id, reason }
            }
        });
    }

    fn scatter(&self, job: &Job, busy: &AtomicBool, reporter: &Reporter) {
        let path = &job.video.info.path;
        let rest = || {
            while busy.load(Ordering::Relaxed) && !job.ticket.is_stale() {
                thread::sleep(REST);
            }
        };
        // Known, as these scores were made here.
        let band = self.hashes.get(&file_key(path)).map(|id| {
            let source = Source { video: &job.video, id, cache: self.cache.as_ref() };
            pipeline::scatter(source, self.encoder.as_ref(), &self.scorer, &job.tsa, &rest, &job.ticket)
        });
        if job.ticket.is_stale() {
            return;
        }
        let band = band.transpose().unwrap_or_else(|err| {
            log::warn!("{}: how far scores scatter is not known: {err}", path.display());
            None
        });
        reporter.send(Event::Scattered { job: job.id, band: band.flatten().map(Box::new) });
    }

    fn score(&mut self, job: &Job, desk: &mut Desk<'_>) -> Result<ScoredVideo, PipelineError> {
        let path = &job.video.info.path;
        let key = file_key(path);
        let id = match self.hashes.get(&key) {
            Some(id) => id.clone(),
            None => hash_file(path, &job.ticket, &mut |progress| desk.report(ScoringPhase::Identifying, progress))?,
        };
        self.hashes.insert(key, id.clone());
        desk.reporter.send(Event::Identified { job: job.id, id: id.clone() });
        let source = Source { video: &job.video, id: &id, cache: self.cache.as_ref() };
        pipeline::score(source, self.encoder.as_mut(), &self.scorer, &job.tsa, desk, &job.ticket)
    }
}

/// The model that is to score. One of the project that cannot be used here is told, and another takes its place.
fn scorer(
    options: &EngineOptions,
    wanted: &Wanted,
    device: &ComputeDevice,
    encoder: &dyn SnippetEncoder,
    reporter: &Reporter,
) -> Result<Scorer, String> {
    let fits = |scorer: Scorer| pipeline::check_match(&scorer, encoder).map(|()| scorer).map_err(|err| err.to_string());
    if let Some(weights) = wanted.weights.as_ref().filter(|_| wanted.promoted || options.model.is_none()) {
        match Scorer::new(Arc::clone(weights), device).map_err(|err| err.to_string()).and_then(fits) {
            Ok(scorer) => return Ok(scorer),
            Err(err) => {
                let id = &weights.info().weights_id;
                let text = format!("The model {id} of this project cannot be used here: {err}.");
                reporter.send(Event::Told(Severity::Error, text));
            }
        }
    }
    let scorer = match &options.model {
        Some(path) => Scorer::load(path, device),
        None => Scorer::builtin(device),
    };
    scorer.map_err(|err| err.to_string()).and_then(fits).map_err(|err| format!("{err}."))
}

/// Tells a file from what it was before it changed.
fn file_key(path: &Path) -> (PathBuf, Option<SystemTime>) {
    (path.to_owned(), std::fs::metadata(path).and_then(|facts| facts.modified()).ok())
}

/// Turns what the pipeline says into what the window reads.
struct Desk<'a> {
    job: &'a Job,
    board: &'a Board,
    reporter: &'a Reporter,
    origin: ScoredVideo,
    phase: (ScoringPhase, Instant),
    notes: Vec<String>,
}

impl<'a> Desk<'a> {
    fn new(engine: &Engine, job: &'a Job, board: &'a Board, reporter: &'a Reporter) -> Self {
        let origin = ScoredVideo {
            snippets: SnippetScores::default(),
            tsa: job.tsa,
            encoder: engine.encoder.id().to_owned(),
            model: engine.scorer.info().weights_id.clone(),
            device: engine.device.label(),
            complete: false,
        };
        Self { job, board, reporter, origin, phase: (ScoringPhase::default(), Instant::now()), notes: Vec::new() }
    }

    fn report(&mut self, phase: ScoringPhase, progress: Progress) {
        if self.job.ticket.is_stale() {
            return;
        }
        if self.phase.0 != phase {
            self.phase = (phase, Instant::now());
        }
        let remaining = progress.remaining_secs(self.phase.1.elapsed().as_secs_f64());
        self.board.progress.put((self.job.id, phase, progress, remaining));
        self.reporter.wake();
    }
}

impl ScoringObserver for Desk<'_> {
    fn progress(&mut self, phase: Phase, progress: Progress) {
        let phase = match phase {
            Phase::Encoding => ScoringPhase::Encoding,
            Phase::Scoring => ScoringPhase::Scoring,
        };
        self.report(phase, progress);
    }

    fn partial(&mut self, snippets: SnippetScores) {
        if !self.job.ticket.is_stale() {
            let scored = ScoredVideo { snippets, ..self.origin.clone() };
            self.board.partial.put((self.job.id, PlottedScores::new(scored)));
            self.reporter.wake();
        }
    }

    fn footage(&mut self, footage: Footage) {
        if !self.job.ticket.is_stale() {
            let Footage { motion, damaged } = footage;
            self.reporter.send(Event::FootageSeen { job: self.job.id, motion: Curve::new(motion), damaged });
        }
    }

    fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}
