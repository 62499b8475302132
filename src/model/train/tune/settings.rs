//! How to fine-tune.
//!
//! Owns every setting and its range.

use serde::{Deserialize, Serialize};

use crate::domain::score::TsaSettings;
use crate::model::ModelError;
use crate::model::train::trainer::Restraint;
use crate::model::train::{Optimizer, Preset, Schedule, TrainSettings};

/// Steps of a ghost curve: enough to show where learning would go.
const FEW: usize = 3;
/// Their learning rate: steps so long that together they go as far as learning does, as there are so few.
const FEW_RATE: f64 = 8e-4;
/// Their normal bags, and as many abnormal ones: the event and one that the model carries.
const FEW_BAGS: usize = 2;

/// Settings of a tuning, stored with the model that comes out. Attention is the parent's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TuneSettings {
    /// Steps at most.
    pub steps: usize,
    /// Normal bags per step, and as many abnormal ones: few, so that a step is cheap.
    pub batch: usize,
    /// Share of each kind that is taken from the bags that the model carries, 0..=1, where there are both.
    pub replay_share: f64,
    /// Learning rate of gradient descent with momentum ([`crate::model::train::momentum`]).
    pub learning_rate: f64,
    /// Share of values that dropout switches off.
    pub dropout: f64,
    /// Pull towards the weights of the start (L2-SP); 0 for none.
    pub anchor: f64,
    /// Whether the model first grows as unsure as the bags show it to be ([`crate::model::train::calibrated`]). What it was sure
    /// of in other footage it must not be sure of here, and steps are better spent on what it is wrong about.
    pub calibrate: bool,
    /// Longest gradient.
    pub clip: f64,
    /// Factor of the cross entropy of single snippets, where the bags say what those are.
    pub snippet_weight: f64,
    /// Least slope of the sigmoid; 0 for the slope as it is. Footage unlike that of the training has scores of 1 exactly, whose
    /// slope is 0 in 32 bits: without this no verdict would lower them, and the other terms of the loss move the weights alone.
    pub floor: f64,
    /// What becomes of the learning rate on the way: falling, the last weights are not those of one batch.
    pub schedule: Schedule,
    /// Steps between judgements on held-out bags; 0 for none.
    pub judge_every: usize,
    /// Judgements without a better one, after which it ends.
    pub patience: usize,
    /// Seed of order, noise and dropout.
    pub seed: u64,
}

impl Default for TuneSettings {
    fn default() -> Self {
        Self {
            steps: 30,
            batch: 4,
            replay_share: 0.5,
            learning_rate: 3e-5,
            dropout: 0.2,
            anchor: 0.01,
            calibrate: true,
            clip: 1.0,
            snippet_weight: 0.5,
            floor: 1e-3,
            schedule: Schedule::Cosine,
            judge_every: 5,
            patience: 5,
            seed: 0,
        }
    }
}

impl TuneSettings {
    /// The same for a ghost curve: the first few steps. One event says nothing of how sure a model may be.
    #[must_use]
    pub fn few(self) -> Self {
        Self {
            steps: FEW,
            batch: FEW_BAGS,
            learning_rate: FEW_RATE,
            schedule: Schedule::Constant,
            judge_every: 0,
            calibrate: false,
            ..self
        }
    }

    /// Whether every setting is in its range.
    ///
    /// # Errors
    /// A sentence that names the first that is not.
    pub fn check(&self) -> Result<(), ModelError> {
        let wrong = |what: String| Err(ModelError::Setting(what));
        if self.steps == 0 {
            return wrong("learning takes at least 1 step".to_owned());
        }
        if !(0.0..=1.0).contains(&self.replay_share) {
            let share = self.replay_share;
            return wrong(format!("the share of bags that the model carries is {share}; it has to be from 0 to 1"));
        }
        if !(self.clip > 0.0 && self.clip.is_finite()) {
            return wrong(format!("the longest gradient is {}; it has to be above 0", self.clip));
        }
        for (value, what) in
            [(self.anchor, "the pull towards the old weights"), (self.snippet_weight, "the weight of snippets")]
        {
            if !(value >= 0.0 && value.is_finite()) {
                return wrong(format!("{what} is {value}; it has to be 0 or more"));
            }
        }
        if !(0.0..=0.1).contains(&self.floor) {
            return wrong(format!("the least slope of the sigmoid is {}; it has to be from 0 to 0.1", self.floor));
        }
        self.of_trainer(TsaSettings::default()).check()
    }

    /// As the trainer wants them. Statistics of batch normalisation stay as they are: small batches have none of worth.
    pub(super) fn of_trainer(&self, tsa: TsaSettings) -> TrainSettings {
        TrainSettings {
            preset: Preset::Paper,
            tsa,
            batch: self.batch,
            steps: self.steps,
            optimizer: Optimizer::Momentum,
            learning_rate: self.learning_rate,
            schedule: self.schedule,
            weight_decay: 0.0,
            dropout: self.dropout,
            feature_noise: 0.0,
            unit_spread: false,
            warm_up: 0,
            seed: self.seed,
            freeze_statistics: true,
            average: 0.0,
            validate_every: 0,
            checkpoint_every: 0,
        }
    }

    pub(super) fn restraint(&self) -> Restraint {
        Restraint { clip: self.clip, anchor: self.anchor, snippet_weight: self.snippet_weight, floor: self.floor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_is_named() {
        let good = TuneSettings::default();
        good.check().expect("is in range");
        for (bad, part) in [
            (TuneSettings { steps: 0, ..good.clone() }, "step"),
            (TuneSettings { batch: 0, ..good.clone() }, "batch"),
            (TuneSettings { replay_share: 1.1, ..good.clone() }, "carries"),
            (TuneSettings { learning_rate: -1.0, ..good.clone() }, "learning rate"),
            (TuneSettings { dropout: 1.0, ..good.clone() }, "dropout"),
            (TuneSettings { anchor: f64::NAN, ..good.clone() }, "old weights"),
            (TuneSettings { clip: 0.0, ..good.clone() }, "gradient"),
            (TuneSettings { snippet_weight: -1.0, ..good.clone() }, "snippets"),
            (TuneSettings { floor: 0.3, ..good.clone() }, "slope"),
        ] {
            let why = bad.check().expect_err("is refused").to_string();
            assert!(why.contains(part), "{why}");
        }
        assert!(good.clone().few().steps < good.steps);
    }
}
