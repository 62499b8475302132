//! Fine-tuning: a model learns from verdicts, held close to what it was.
//!
//! Owns the run of a tuning: its own copy of the weights, steps, judgement on held-out bags, the early end, the way to
//! the CPU when a device fails, and the model that comes out. No thread and no clock: it runs where it is called and asks
//! its ticket before every step. A [`Tuning`] that was interrupted goes on where it was, which is how it is paused. One
//! step is [`super::trainer`]'s, which bags it takes `pools`'. Does not own where bags come from, nor whether the
//! result is good enough (`domain::lesson`, `domain::gate`).
//!
//! The same start, bags and settings give the same weights on the CPU, bit for bit, however often it was interrupted.

mod pools;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use pools::{TuneBag, TuneSet};
pub use settings::TuneSettings;

use self::pools::Pools;
use super::loss::Losses;
use super::trainer::{StepOutcome, TrainState, Trainer};
use super::{Correction, Judged, calibrated};
use crate::domain::features::FeatureMatrix;
use crate::domain::score::TsaSettings;
use crate::jobs::Ticket;
use crate::model::parameters::Parameters;
use crate::model::weights::{Making, ModelWeights};
use crate::model::{ComputeDevice, ModelError, ModelInfo, Scorer};

/// One finished step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TuneReport {
    /// Which step, from 1.
    pub step: usize,
    /// Steps at most.
    pub steps: usize,
    /// Parts of the loss.
    pub losses: Losses,
}

/// Watches a tuning. All methods are called on the thread that runs it.
pub trait TuneObserver {
    /// A step is done.
    fn on_step(&mut self, _report: &TuneReport) {}

    /// The loss on held-out bags after `step` steps; lower is better. Step 0 is the model that it began from.
    fn on_judged(&mut self, _step: usize, _loss: f64) {}

    /// Something a person should know; a sentence.
    fn note(&mut self, _note: &str) {}
}

/// An observer that looks away.
impl TuneObserver for () {}

/// What came out.
#[derive(Clone, Debug)]
pub struct Tuned {
    /// The best model by held-out bags, or the last where none are held out. It names its parent, and carries its parent's
    /// bags and those that it learned.
    pub weights: ModelWeights,
    /// Steps after which it was reached.
    pub step: usize,
    /// Steps that were taken.
    pub steps: usize,
    /// Loss on held-out bags of the model that it began from, and of this one.
    pub held_out: Option<(f64, f64)>,
    /// What should be known, a sentence each.
    pub notes: Vec<String>,
}

/// The best weights so far.
#[derive(Debug)]
struct Best {
    loss: f64,
    step: usize,
    parameters: Parameters,
}

/// A tuning under way.
#[derive(Debug)]
pub struct Tuning {
    start: Arc<ModelWeights>,
    /// The weights of the first step: those of the start, but as sure as the bags allow.
    first: Parameters,
    /// What its logits were divided by for that.
    temperature: f64,
    settings: TuneSettings,
    device: ComputeDevice,
    trainer: Trainer,
    pools: Pools,
    held_out: Vec<(FeatureMatrix, bool)>,
    /// Of the start.
    before: Option<f64>,
    best: Option<Best>,
    /// Whether the present weights are still to be judged.
    unjudged: bool,
    /// Judgements since the best one.
    waited: usize,
    notes: Vec<String>,
}

impl Tuning {
    /// Begins from `start`, on a copy of its weights; bags that it carries are mixed in.
    ///
    /// # Errors
    /// Settings out of range, bags that do not fit the model, nothing normal or nothing abnormal among all bags, or the
    /// device fails.
    pub fn new(
        start: Arc<ModelWeights>,
        set: TuneSet,
        settings: TuneSettings,
        device: &ComputeDevice,
    ) -> Result<Self, ModelError> {
        settings.check()?;
        let pools = Pools::new(&set, start.replay(), start.parameters().dim())?;
        let mut device = device.clone();
        let mut notes = Vec::new();
        let begin = |device: &ComputeDevice| {
            let (parameters, temperature) = first_weights(&start, &set, &settings, device)?;
            let state = TrainState { parameters: parameters.clone(), moments: BTreeMap::new(), steps_done: 0 };
            let trainer = trainer(state, start.info().tsa, &parameters, &settings, device)?;
            Ok((trainer, parameters, temperature))
        };
        let (trainer, first, temperature) = match begin(&device) {
            Err(ModelError::Compute(error)) if !device.is_cpu() => {
                notes.push(moved(&device, &error));
                device = ComputeDevice::cpu(None);
                begin(&device)?
            }
            begun => begun?,
        };
        let held_out: Vec<_> = set.held_out.into_iter().map(|bag| (bag.features, bag.abnormal)).collect();
        let unjudged = settings.judge_every > 0 && !held_out.is_empty();
        Ok(Self {
            start,
            first,
            temperature,
            settings,
            device,
            trainer,
            pools,
            held_out,
            before: None,
            best: None,
            unjudged,
            waited: 0,
            notes,
        })
    }

    /// Steps done.
    pub fn steps_done(&self) -> usize {
        self.trainer.steps_done()
    }

    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        let all = self.steps_done() >= self.settings.steps;
        (all || self.waited >= self.settings.patience.max(1)) && !self.unjudged
    }

    /// Goes on until the end, or until the ticket is stale; then it can be called again.
    ///
    /// # Errors
    /// A stale ticket ([`ModelError::Cancelled`]), numbers that are none any more ([`ModelError::Diverged`], names the
    /// step), or the CPU fails too. The model that it began from is untouched in any case.
    pub fn run(&mut self, observer: &mut dyn TuneObserver, ticket: &Ticket) -> Result<(), ModelError> {
        let mut told = 0;
        while !self.is_done() {
            if ticket.is_stale() {
                return Err(ModelError::Cancelled);
            }
            if self.unjudged {
                let loss = self.judge(ticket)?;
                observer.on_judged(self.steps_done(), loss);
            } else {
                let losses = self.step()?.losses;
                let (step, steps) = (self.steps_done(), self.settings.steps);
                let every = self.settings.judge_every;
                let due = every > 0 && (step.is_multiple_of(every) || step == steps);
                self.unjudged = due && !self.held_out.is_empty();
                observer.on_step(&TuneReport { step, steps, losses });
            }
            self.notes[told..].iter().for_each(|note| observer.note(note));
            told = self.notes.len();
        }
        Ok(())
    }

    /// The model so far: the best by held-out bags, or the present one.
    pub fn result(&self) -> Tuned {
        let (parameters, step) = match &self.best {
            Some(best) => (best.parameters.clone(), best.step),
            None => (self.trainer.parameters(), self.steps_done()),
        };
        let held_out = self.before.zip(self.best.as_ref().map(|best| best.loss));
        let mut info = self.info(step);
        if let Some((before, after)) = held_out {
            info.results.insert("held-out loss of the parent".to_owned(), before);
            info.results.insert("held-out loss".to_owned(), after);
        }
        if self.settings.calibrate {
            info.results.insert("temperature".to_owned(), self.temperature);
        }
        info.notes.clone_from(&self.notes);
        let replay = self.pools.carried_on(self.start.replay(), self.settings.seed);
        let weights = ModelWeights::new(parameters, info).carrying(replay);
        Tuned { weights, step, steps: self.steps_done(), held_out, notes: self.notes.clone() }
    }

    /// One step; where the device fails, on the CPU instead, from where it was.
    fn step(&mut self) -> Result<StepOutcome, ModelError> {
        let batch = self.pools.batch(&self.settings, self.steps_done());
        if self.device.is_cpu() {
            return self.trainer.step(&batch, None);
        }
        // A device may fail in the midst of a step.
        let before = self.trainer.state();
        match self.trainer.step(&batch, None) {
            Err(ModelError::Compute(error)) => {
                self.move_to_cpu(before, &error)?;
                self.trainer.step(&batch, None)
            }
            done => done,
        }
    }

    fn move_to_cpu(&mut self, state: TrainState, error: &candle_core::Error) -> Result<(), ModelError> {
        let note = moved(&self.device, error);
        log::warn!("{note}");
        self.notes.push(note);
        self.device = ComputeDevice::cpu(None);
        self.trainer = trainer(state, self.start.info().tsa, &self.first, &self.settings, &self.device)?;
        Ok(())
    }

    /// Judges the present weights, and notes them if they are the best.
    fn judge(&mut self, ticket: &Ticket) -> Result<f64, ModelError> {
        let step = self.steps_done();
        // At first the old model as it is: what the new one is compared with.
        let parameters = if step == 0 { self.start.parameters().clone() } else { self.trainer.parameters() };
        let judged = match self.exam(&parameters, ticket) {
            Err(ModelError::Compute(error)) if !self.device.is_cpu() => {
                self.move_to_cpu(self.trainer.state(), &error)?;
                self.exam(&parameters, ticket)?
            }
            judged => judged?,
        };
        let loss = judged.loss().unwrap_or(f64::INFINITY);
        self.unjudged = false;
        if step == 0 {
            self.before = Some(loss);
        } else if self.best.as_ref().is_none_or(|best| loss < best.loss) {
            self.best = Some(Best { loss, step, parameters });
            self.waited = 0;
        } else {
            self.waited += 1;
        }
        Ok(loss)
    }

    /// How weights do on the held-out bags.
    fn exam(&self, parameters: &Parameters, ticket: &Ticket) -> Result<Judged, ModelError> {
        let bags = self.held_out.iter().map(|(features, abnormal)| (features, *abnormal));
        Judged::of(&self.scorer(parameters)?, bags, ticket)
    }

    fn scorer(&self, parameters: &Parameters) -> Result<Scorer, ModelError> {
        let weights = ModelWeights::new(parameters.clone(), self.info(self.steps_done()));
        Scorer::new(Arc::new(weights), &self.device)
    }

    /// What is known of the model after `step` steps.
    fn info(&self, step: usize) -> ModelInfo {
        let parent = self.start.info();
        ModelInfo {
            encoder: parent.encoder.clone(),
            preset: parent.preset.clone(),
            tsa: parent.tsa,
            threshold: parent.threshold,
            videos: parent.videos.clone(),
            seed: Some(self.settings.seed),
            steps: step,
            parent: Some(parent.weights_id.clone()),
            making: Some(Making::Tuning(self.settings.clone())),
            ..ModelInfo::default()
        }
    }
}

/// A scorer with the weights that [`Tuning`] reaches after `settings.steps` steps, judging nothing on the way: what a
/// ghost curve is drawn with. Nothing is kept.
///
/// # Errors
/// As [`Tuning::new`] and [`Tuning::run`].
pub fn ghost(
    start: Arc<ModelWeights>,
    set: TuneSet,
    settings: &TuneSettings,
    device: &ComputeDevice,
    ticket: &Ticket,
) -> Result<Scorer, ModelError> {
    let mut tuning = Tuning::new(start, set, TuneSettings { judge_every: 0, ..settings.clone() }, device)?;
    tuning.run(&mut (), ticket)?;
    tuning.scorer(&tuning.trainer.parameters())
}

/// The weights of `start`, as sure as the bags to learn from and those that it carries allow, and what its logits were
/// divided by for that.
fn first_weights(
    start: &ModelWeights,
    set: &TuneSet,
    settings: &TuneSettings,
    device: &ComputeDevice,
) -> Result<(Parameters, f64), ModelError> {
    let as_they_are = || (start.parameters().clone(), 1.0);
    if !settings.calibrate {
        return Ok(as_they_are());
    }
    let carried = start.replay().videos()?;
    let bags = set.train.iter().map(|bag| (&bag.features, bag.abnormal));
    let bags = bags.chain(carried.iter().map(|(features, abnormal)| (features, *abnormal)));
    let calibrated = calibrated(start, bags, Correction::Temperature, device, &Ticket::unlimited())?;
    Ok(calibrated.map_or_else(as_they_are, |made| (made.parameters, made.temperature)))
}

fn trainer(
    state: TrainState,
    tsa: TsaSettings,
    first: &Parameters,
    settings: &TuneSettings,
    device: &ComputeDevice,
) -> Result<Trainer, ModelError> {
    let trainer = Trainer::restore(state, settings.of_trainer(tsa), device)?;
    Ok(trainer.restrained(settings.restraint(), first))
}

fn moved(device: &ComputeDevice, error: &candle_core::Error) -> String {
    if crate::model::device::is_out_of_memory(error) {
        format!("the memory of {} was used up: learning went on on the CPU", device.label())
    } else {
        format!("{} failed: learning went on on the CPU", device.label())
    }
}
