//! Video labels into weights (CLIP-TSA, sections 3.3 and 4).
//!
//! Owns the run of a training: which bags when, steps, checkpoints, selection on held-out videos, and the
//! end. No thread and no clock: it runs where it is called, asks its ticket before every step, and reports
//! to an observer. One step is [`trainer`]'s, the loss [`loss`]'s.

pub mod adam;
pub mod average;
pub mod bags;
pub mod calibration;
pub mod checkpoint;
pub mod judged;
pub mod loss;
pub mod momentum;
pub mod settings;
mod spread;
pub mod trainer;
pub mod tune;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use bags::TrainSet;
pub use calibration::{Calibrated, Correction, calibrated};
pub use judged::Judged;
pub use loss::Losses;
pub use settings::{Optimizer, Preset, Schedule, TrainSettings};
pub use trainer::Trainer;
pub use tune::{TuneBag, TuneObserver, TuneReport, TuneSet, TuneSettings, Tuned, Tuning};

use self::average::Average;
use self::bags::Bags;
use self::checkpoint::Checkpoint;
use self::spread::absorbed;
use super::parameters::Parameters;
use super::weights::{Making, ModelWeights};
use super::{ComputeDevice, ModelError, ModelInfo, Replay, Scorer};
use crate::domain::provenance::SeenVideos;
use crate::jobs::Ticket;

/// What a training begins with and leaves behind.
#[derive(Clone, Debug, Default)]
pub struct TrainPlan {
    /// How to train.
    pub settings: TrainSettings,
    /// Weights to go on from; fresh ones by the seed if there are none.
    pub start: Option<Arc<ModelWeights>>,
    /// Where to keep the state, to resume from after an interruption.
    pub checkpoint: Option<PathBuf>,
    /// The encoder that made the features: stored with the model.
    pub encoder: Option<String>,
    /// What the videos are, in words: stored with the model.
    pub data: Option<String>,
    /// Which videos those are, and which ones its checkpoint and threshold are chosen by: stored with the model.
    pub videos: Option<SeenVideos>,
}

/// One finished step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepReport {
    /// Which step, from 1.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// Parts of the loss.
    pub losses: Losses,
}

/// Watches a training and judges its models.
pub trait TrainObserver {
    /// A step is done.
    fn on_step(&mut self, _report: &StepReport) {}

    /// Whether [`Self::validate`] has something to say; only then are scorers made for it.
    fn validates(&self) -> bool {
        false
    }

    /// Judges the model after `step` steps on videos that are not trained on; higher is better. The best is kept,
    /// unless the learning rate falls: then the weights settle towards the end, and the last are kept.
    fn validate(&mut self, _step: usize, _scorer: &Scorer) -> Option<f64> {
        None
    }
}

/// An observer that looks away.
impl TrainObserver for () {}

/// The result of a training.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The best model by held-out videos, or the last: see [`TrainObserver::validate`].
    pub weights: ModelWeights,
    /// Steps after which the kept model was reached.
    pub step: usize,
    /// Its figure from the observer, if there was one.
    pub figure: Option<f64>,
}

/// The best model so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Best {
    /// Figure of the observer.
    pub figure: f64,
    /// After how many steps.
    pub step: usize,
    /// Its weights.
    pub parameters: Parameters,
}

/// Trains as planned. The same plan, videos and device give the same weights.
///
/// # Errors
/// Settings out of range, videos that do not fit, a failing device or disk, a loss that is no number, or a
/// stale ticket ([`ModelError::Cancelled`], after the state was kept if there is a checkpoint).
pub fn train(
    plan: &TrainPlan,
    set: &TrainSet,
    device: &ComputeDevice,
    observer: &mut dyn TrainObserver,
    ticket: &Ticket,
) -> Result<Trained, ModelError> {
    let bags = Bags::new(set)?;
    let parameters = match &plan.start {
        // They do with larger features what they did with those as they are.
        Some(start) => absorbed(start.parameters(), 1.0 / bags.factor(&plan.settings)),
        None => Parameters::initial(bags.dim(), plan.settings.seed),
    };
    let trainer = Trainer::new(&parameters, plan.settings.clone(), device)?;
    run(plan, &bags, Run { trainer, average: None, best: None }, device, observer, ticket)
}

/// The bags that a model carries which was trained on these videos with this seed.
///
/// # Errors
/// A class without videos, or videos of different sizes.
pub fn replay(set: &TrainSet, seed: u64) -> Result<Replay, ModelError> {
    Ok(Bags::new(set)?.replay(seed))
}

/// Goes on from the checkpoint at `path` as if nothing had happened; the settings are the checkpoint's.
///
/// # Errors
/// As [`train`], or the checkpoint cannot be read.
pub fn resume(
    path: &Path,
    plan: &TrainPlan,
    set: &TrainSet,
    device: &ComputeDevice,
    observer: &mut dyn TrainObserver,
    ticket: &Ticket,
) -> Result<Trained, ModelError> {
    let bags = Bags::new(set)?;
    let Checkpoint { state, settings, average, best } = Checkpoint::load(path)?;
    let trainer = Trainer::restore(state, settings.clone(), device)?;
    let plan = TrainPlan { settings, checkpoint: Some(path.to_owned()), ..plan.clone() };
    run(&plan, &bags, Run { trainer, average, best }, device, observer, ticket)
}

/// A training under way.
struct Run {
    trainer: Trainer,
    /// Of the weights, where the settings ask for it.
    average: Option<Parameters>,
    best: Option<Best>,
}

fn run(
    plan: &TrainPlan,
    bags: &Bags,
    begun: Run,
    device: &ComputeDevice,
    observer: &mut dyn TrainObserver,
    ticket: &Ticket,
) -> Result<Trained, ModelError> {
    let settings = &plan.settings;
    let Run { mut trainer, average, mut best } = begun;
    let mut average = (settings.average > 0.0).then(|| Average::new(settings.average, average));
    if bags.dim() != trainer.dim() {
        return Err(ModelError::Input(format!(
            "the videos have {} numbers per snippet, the model to train takes {}",
            bags.dim(),
            trainer.dim()
        )));
    }
    let keep = |trainer: &Trainer, average: &Option<Average>, best: &Option<Best>| match &plan.checkpoint {
        Some(path) => Checkpoint::save(path, trainer, average.as_ref().and_then(Average::parameters), best.as_ref()),
        None => Ok(()),
    };
    let factor = bags.factor(settings);
    let present = |trainer: &Trainer, average: &Option<Average>| {
        let parameters = average.as_ref().and_then(Average::parameters).cloned();
        let parameters = parameters.unwrap_or_else(|| trainer.parameters());
        if factor == 1.0 { parameters } else { absorbed(&parameters, factor) }
    };
    let due = |every: usize, step: usize| every > 0 && (step.is_multiple_of(every) || step == settings.steps);
    while trainer.steps_done() < settings.steps {
        if ticket.is_stale() {
            keep(&trainer, &average, &best)?;
            return Err(ModelError::Cancelled);
        }
        let batch = bags.batch(settings, trainer.steps_done());
        let losses = trainer.step(&batch, None)?.losses;
        let step = trainer.steps_done();
        if let Some(average) = &mut average {
            average.add(step, trainer.parameters());
        }
        observer.on_step(&StepReport { step, steps: settings.steps, losses });
        if observer.validates() && due(settings.validate_every, step) {
            let parameters = present(&trainer, &average);
            let scorer = Scorer::new(Arc::new(model(plan, parameters.clone(), step)), device)?;
            // The loss on held-out videos grows with certainty long after the order of scores has stopped
            // getting worse. Under a falling rate it would pick weights that are still on their way.
            let figure = observer.validate(step, &scorer).filter(|_| settings.schedule == Schedule::Constant);
            if let Some(figure) = figure
                && best.as_ref().is_none_or(|b| figure > b.figure)
            {
                best = Some(Best { figure, step, parameters });
            }
        }
        if due(settings.checkpoint_every, step) {
            keep(&trainer, &average, &best)?;
        }
    }
    if let Some(Best { figure, step, parameters }) = best {
        let weights = model(plan, parameters, step).carrying(bags.replay(settings.seed));
        return Ok(Trained { weights, step, figure: Some(figure) });
    }
    let step = trainer.steps_done();
    let weights = model(plan, present(&trainer, &average), step).carrying(bags.replay(settings.seed));
    Ok(Trained { weights, step, figure: None })
}

fn model(plan: &TrainPlan, parameters: Parameters, steps: usize) -> ModelWeights {
    let settings = &plan.settings;
    let parent = plan.start.as_ref().map(|start| start.info().weights_id.clone());
    let info = ModelInfo {
        encoder: plan.encoder.clone(),
        preset: Some(settings.preset.to_string()),
        tsa: settings.tsa,
        seed: Some(settings.seed),
        steps,
        parent,
        making: Some(Making::Training(settings.clone())),
        data: plan.data.clone(),
        videos: plan.videos.clone().map(|seen| match &plan.start {
            Some(start) => seen.after(start.info().videos.as_ref()),
            None => seen,
        }),
        ..ModelInfo::default()
    };
    ModelWeights::new(parameters, info)
}

#[cfg(test)]
mod tests;
