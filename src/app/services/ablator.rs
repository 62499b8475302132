//! The thread that does ablations: it looks at what one would be, and carries it out run by run.
//!
//! Owns the thread, the features while somebody looks or runs are done, cancellation, and the reports. Does not own the work
//! ([`crate::app::ablation`]). It trains models of its own and changes no other.

mod watch;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::app::ablation::gather;
use crate::app::ablation::pace::step_secs;
use crate::app::ablation::results::KindFacts;
use crate::app::ablation::run::Kind;
use crate::app::ablation::work::{Ablation, seeds, settings};
use crate::app::ablation::{
    AblationError, AblationNews, AblationOrder, AblationPlan, AblationRequest, AblationResults, AblationTask, Obstacle,
    elsewhere,
};
use crate::app::event::Event;
use crate::jobs::{Generation, Ticket};
use crate::model::ComputeDevice;
use crate::model::train::TrainSettings;
use crate::model::weights::ModelWeights;

use self::watch::Watch;
use super::Reporter;
use super::errands::sentence;
use super::task_thread::{self, Board, TaskThread};

/// The thread as the window sees it.
#[derive(Debug)]
pub(super) struct Ablator {
    thread: TaskThread<Desk>,
    generation: Generation,
    task: AblationTask,
}

impl Ablator {
    /// Features of the encoder in use are kept in the folder `features`.
    pub(super) fn start(device: Option<String>, features: Option<PathBuf>, reporter: Reporter) -> io::Result<Self> {
        let thread = TaskThread::start("ablate", move |board| Desk {
            device: Lazy::Named(device),
            features,
            ready: None,
            pace: BTreeMap::new(),
            reporter,
            board,
        })?;
        Ok(Self { thread, generation: Generation::default(), task: AblationTask::default() })
    }

    /// Asks for something. Never waits.
    pub(super) fn ask(&mut self, request: AblationRequest) {
        let ticket = match &request {
            AblationRequest::Look(task, _) | AblationRequest::Run(task, _) => {
                self.task = *task;
                self.generation.advance()
            }
            AblationRequest::Stop => return self.generation.cancel(),
            AblationRequest::Forget => self.generation.advance(),
        };
        self.thread.ask(self.task, request, ticket);
    }

    /// Adds the newest progress to `events`.
    pub(super) fn poll(&mut self, events: &mut Vec<Event>) {
        self.thread.poll(events);
    }
}

impl Drop for Ablator {
    fn drop(&mut self) {
        self.generation.cancel();
    }
}

/// The device, chosen when it is first needed.
#[derive(Debug)]
enum Lazy {
    Named(Option<String>),
    Chosen(ComputeDevice),
}

impl Lazy {
    fn get(&mut self) -> Result<ComputeDevice, AblationError> {
        if let Self::Named(name) = self {
            *self = Self::Chosen(ComputeDevice::choose(name.as_deref())?);
        }
        match self {
            Self::Chosen(device) => Ok(device.clone()),
            Self::Named(_) => Err(AblationError::Input("no device was chosen".to_owned())),
        }
    }
}

/// Features that are read.
struct Ready {
    order: Arc<AblationOrder>,
    folds: Vec<Vec<usize>>,
    kinds: Vec<Kind>,
}

/// What lives on the thread.
struct Desk {
    device: Lazy,
    features: Option<PathBuf>,
    ready: Option<Ready>,
    /// Seconds of a step on features of so many numbers and crops, once that was tried.
    pace: BTreeMap<(usize, usize), f64>,
    reporter: Reporter,
    board: Board<Self>,
}

impl task_thread::Desk for Desk {
    type Request = AblationRequest;
    type Task = AblationTask;
    type News = AblationNews;

    /// Runs train models of their own.
    fn use_model(&mut self, _: Option<Arc<ModelWeights>>) {}

    fn answer(&mut self, request: AblationRequest, ticket: &Ticket) {
        match request {
            AblationRequest::Look(task, order) if !ticket.is_stale() => {
                if let Err(err) = self.look(task, &order, ticket) {
                    self.send(task, AblationNews::Obstacle(obstacle(&err, &order)), ticket);
                }
            }
            AblationRequest::Run(task, order) if !ticket.is_stale() => {
                let news = match self.run(task, &order, ticket) {
                    Ok(results) => AblationNews::Done(Arc::new(results)),
                    Err(err) => AblationNews::Failed(obstacle(&err, &order)),
                };
                self.send(task, news, ticket);
            }
            AblationRequest::Forget => self.ready = None,
            AblationRequest::Look(..) | AblationRequest::Run(..) | AblationRequest::Stop => {}
        }
    }

    fn event(task: AblationTask, news: AblationNews) -> Event {
        Event::Ablation { task, news }
    }

    fn ended(event: &Event) -> Option<AblationTask> {
        match event {
            Event::Ablation {
                task,
                news: AblationNews::Obstacle(_) | AblationNews::Done(_) | AblationNews::Failed(_),
            } => Some(*task),
            _ => None,
        }
    }

    fn failed(reason: String) -> AblationNews {
        let reason = format!("{reason} Runs that are done are kept.");
        AblationNews::Failed(Obstacle { reason, elsewhere: None })
    }
}

impl Desk {
    fn send(&self, task: AblationTask, news: AblationNews, ticket: &Ticket) {
        if !ticket.is_stale() {
            // Progress that was not read yet is older.
            self.board.take();
            self.reporter.send(Event::Ablation { task, news });
        }
    }

    /// Has the features of an order ready, and what it would be.
    fn gather(
        &mut self,
        task: AblationTask,
        order: &Arc<AblationOrder>,
        ticket: &Ticket,
    ) -> Result<AblationPlan, AblationError> {
        let is_of = |ready: &Ready| {
            let (one, other) = (&ready.order, order);
            let kinds = |order: &AblationOrder| (order.form.own, order.form.kinds.clone(), order.form.folds);
            (&one.videos, &one.encoder, one.dim, kinds(one)) == (&other.videos, &other.encoder, other.dim, kinds(other))
        };
        if !self.ready.as_ref().is_some_and(is_of) {
            self.ready = None;
            let folds = gather::folds(order)?;
            let mut report = |progress| {
                self.board.put((task, AblationNews::Reading(progress)));
                self.reporter.wake();
            };
            let kinds = gather::kinds(order, &folds, self.features.as_deref(), &mut report, ticket)?;
            self.ready = Some(Ready { order: Arc::clone(order), folds, kinds });
        }
        let (folds, kinds) =
            self.ready.as_ref().map(|ready| (ready.folds.clone(), &ready.kinds[..])).unwrap_or_default();
        let facts = |kind: &Kind| {
            let first = kind.folds.iter().flatten().next();
            let (dim, crops) = first.map_or((0, 0), |video| (video.features.dim(), video.features.crops()));
            KindFacts { name: kind.name.clone(), dim, crops }
        };
        let kinds = kinds.iter().map(facts).collect();
        Ok(AblationPlan { order: Arc::clone(order), folds, kinds, seeds: seeds(0, order.form.seeds), secs: None })
    }

    /// Tells what it would be and which runs are there, then how long the others take.
    fn look(&mut self, task: AblationTask, order: &Arc<AblationOrder>, ticket: &Ticket) -> Result<(), AblationError> {
        let plan = self.gather(task, order, ticket)?;
        let settings = settings_of(order);
        let Some(ready) = &self.ready else { return Ok(()) };
        let ablation = Ablation { folder: &order.folder, kinds: &ready.kinds, seeds: &plan.seeds, settings: &settings };
        let found: Vec<_> = ablation.found()?.into_iter().map(Arc::new).collect();
        let results = AblationResults::new(Arc::new(plan), found);
        self.send(task, AblationNews::Planned(Arc::new(results.clone())), ticket);
        if results.runs.len() == results.plan.runs() {
            return Ok(());
        }
        let device = self.device.get()?;
        let mut secs = 0.0;
        for (kind, facts) in ready.kinds.iter().zip(&results.plan.kinds) {
            let shape = (facts.dim, facts.crops);
            let step = match self.pace.get(&shape) {
                Some(step) => *step,
                None => *self.pace.entry(shape).or_insert(step_secs(kind, &settings, &device, ticket)?),
            };
            let done = results.runs.iter().filter(|run| run.cell.features == kind.name).count();
            let left = results.plan.runs() / ready.kinds.len() - done;
            secs += step * (left * settings.steps) as f64;
        }
        let plan = Arc::new(AblationPlan { secs: Some(secs), ..(*results.plan).clone() });
        self.send(task, AblationNews::Planned(Arc::new(AblationResults { plan, ..results })), ticket);
        Ok(())
    }

    fn run(
        &mut self,
        task: AblationTask,
        order: &Arc<AblationOrder>,
        ticket: &Ticket,
    ) -> Result<AblationResults, AblationError> {
        let plan = self.gather(task, order, ticket)?;
        let (settings, device) = (settings_of(order), self.device.get()?);
        let kinds = self.ready.as_ref().map_or(&[][..], |ready| &ready.kinds);
        let ablation = Ablation { folder: &order.folder, kinds, seeds: &plan.seeds, settings: &settings };
        let found = ablation.found()?.into_iter().map(Arc::new).collect();
        let results = AblationResults::new(Arc::new(plan.clone()), found);
        let mut watch = Watch::new(task, results, settings.steps, (&self.board, &self.reporter));
        ablation.carry_out(&device, &mut watch, ticket)?;
        Ok(watch.results())
    }
}

fn settings_of(order: &AblationOrder) -> TrainSettings {
    settings(order.form.recipe.preset(), Some(order.form.steps))
}

fn obstacle(err: &AblationError, order: &AblationOrder) -> Obstacle {
    let taken = matches!(err, AblationError::OtherRun { .. });
    Obstacle { reason: sentence(err), elsewhere: taken.then(|| elsewhere(&order.folder)) }
}
