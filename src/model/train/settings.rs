//! How to train.
//!
//! Owns the presets and the range of every setting.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use crate::domain::score::TsaSettings;
use crate::model::{ModelError, scorer};

/// Named settings, stored with the model. The published ones differ in the share of selected snippets and in steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, EnumIter)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Preset {
    /// The paper's text: ratio 0.7.
    #[default]
    Paper,
    /// The published program on UCF-Crime: ratio 0.95, 4000 steps.
    PublishedUcf,
    /// The published program on XD-Violence: ratio 0.9, 4000 steps.
    PublishedXd,
    /// The published program on `ShanghaiTech`: ratio 0.01, 35000 steps.
    #[serde(rename = "published-shanghaitech")]
    #[strum(serialize = "published-shanghaitech")]
    PublishedShanghaiTech,
    /// Not published: for a hundred videos or so, or fewer, of built-in features. All of a bag stands for it on the way,
    /// features have a spread of 1 and noise, and an average of the weights comes out.
    FewVideos,
}

/// How gradients move the weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Optimizer {
    /// Adam, as published.
    #[default]
    Adam,
    /// Gradient descent with momentum: for fine-tuning on few bags ([`super::momentum`]).
    Momentum,
}

/// What becomes of the learning rate on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, EnumIter)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Schedule {
    /// It stays, as published.
    #[default]
    Constant,
    /// It falls to 0 along half a cosine (Loshchilov and Hutter, 2017, without restarts).
    Cosine,
}

/// Settings of a training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainSettings {
    /// Where they come from.
    pub preset: Preset,
    /// Temporal Self-Attention. Its seed is that of scoring later; training noise comes from `seed` below.
    pub tsa: TsaSettings,
    /// B: normal bags per step, and as many abnormal ones.
    pub batch: usize,
    /// Steps in all.
    pub steps: usize,
    /// How gradients move the weights.
    #[serde(default)]
    pub optimizer: Optimizer,
    /// Learning rate; where it falls, that of the first step.
    pub learning_rate: f64,
    /// What becomes of it.
    #[serde(default)]
    pub schedule: Schedule,
    /// L2 decay, added to the gradient.
    pub weight_decay: f64,
    /// Share of values that dropout switches off.
    pub dropout: f64,
    /// Noise on the features, as a share of the spread that each number has over the training bags: for few videos, which
    /// the network would learn by heart (Bishop, 1995: training with noise is Tikhonov regularisation). 0 as published.
    #[serde(default)]
    pub feature_noise: f64,
    /// Whether features are brought to a spread of 1 on the whole, by a factor that goes into the weights at the end
    /// (`train::spread`). Not as published.
    #[serde(default)]
    pub unit_spread: bool,
    /// Steps at first in which all segments stand for their bag, not the top alpha alone: by fresh weights these are chosen
    /// at random, and learning would go on from what was chosen. 0 as published.
    #[serde(default)]
    pub warm_up: usize,
    /// Seed of first weights, order, noise and dropout.
    pub seed: u64,
    /// Whether batch normalisation keeps its running statistics instead of using the batch's: for fine-tuning,
    /// where batches are small.
    pub freeze_statistics: bool,
    /// Share of itself that a moving average of the weights keeps per step; the average is then what is judged
    /// and what comes out. 0 for none, as published.
    #[serde(default)]
    pub average: f64,
    /// Steps between judgements on held-out videos; 0 for none.
    pub validate_every: usize,
    /// Steps between checkpoints; 0 for none but on cancelling.
    pub checkpoint_every: usize,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self::preset(Preset::Paper)
    }
}

impl TrainSettings {
    /// The settings called `preset`.
    pub fn preset(preset: Preset) -> Self {
        let (ratio, steps) = match preset {
            // The paper gives no number of steps.
            Preset::Paper => (0.7, 4000),
            Preset::PublishedUcf => (0.95, 4000),
            Preset::PublishedXd => (0.9, 4000),
            Preset::PublishedShanghaiTech => (0.01, 35_000),
            Preset::FewVideos => (0.7, 150),
        };
        let few = preset == Preset::FewVideos;
        Self {
            preset,
            tsa: TsaSettings { ratio, ..TsaSettings::default() },
            batch: 16,
            steps,
            optimizer: Optimizer::Adam,
            learning_rate: 1e-3,
            schedule: Schedule::Constant,
            weight_decay: 5e-3,
            dropout: 0.7,
            feature_noise: if few { 1.0 } else { 0.0 },
            unit_spread: few,
            warm_up: if few { 150 } else { 0 },
            seed: 0,
            freeze_statistics: false,
            average: if few { 0.95 } else { 0.0 },
            validate_every: 100,
            checkpoint_every: 500,
        }
    }

    /// The learning rate of the step that follows `done` steps.
    pub fn rate_after(&self, done: usize) -> f64 {
        match self.schedule {
            Schedule::Constant => self.learning_rate,
            Schedule::Cosine => {
                let way = (done as f64 / self.steps.max(1) as f64).min(1.0);
                self.learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * way).cos())
            }
        }
    }

    /// Whether every setting is in its range.
    ///
    /// # Errors
    /// A sentence that names the first that is not.
    pub fn check(&self) -> Result<(), ModelError> {
        scorer::check(&self.tsa)?;
        let wrong = |what: String| Err(ModelError::Setting(what));
        if self.tsa.enabled && self.tsa.sigma == 0.0 {
            let why = "training needs noise: with a standard deviation of 0 no gradient passes the selection";
            return wrong(why.to_owned());
        }
        if !(1..=1024).contains(&self.batch) {
            return wrong(format!("a batch of {} + {} videos is not possible; use 1 to 1024", self.batch, self.batch));
        }
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            return wrong(format!("the learning rate is {}; it has to be above 0", self.learning_rate));
        }
        if !(self.weight_decay >= 0.0 && self.weight_decay.is_finite()) {
            return wrong(format!("the weight decay is {}; it has to be 0 or more", self.weight_decay));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return wrong(format!("the dropout is {}; it has to be at least 0 and below 1", self.dropout));
        }
        if !(self.feature_noise >= 0.0 && self.feature_noise.is_finite()) {
            return wrong(format!("the noise on the features is {}; it has to be 0 or more", self.feature_noise));
        }
        if !(0.0..1.0).contains(&self.average) {
            return wrong(format!("the average keeps {} of itself; it has to be at least 0 and below 1", self.average));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;

    #[test]
    fn presets_have_one_name_everywhere() {
        let names: Vec<String> = Preset::iter().map(|p| p.to_string()).collect();
        assert_eq!(names, ["paper", "published-ucf", "published-xd", "published-shanghaitech", "few-videos"]);
        for preset in Preset::iter() {
            assert_eq!(preset.to_string().parse(), Ok(preset));
            assert_eq!(serde_json::to_string(&preset).expect("writes"), format!("\"{preset}\""));
            TrainSettings::preset(preset).check().expect("is in range");
        }
    }

    #[test]
    fn the_rate_stays_or_falls_to_nothing() {
        let constant = TrainSettings { steps: 10, ..TrainSettings::default() };
        assert!((0..10).all(|done| constant.rate_after(done) == 1e-3));
        let cosine = TrainSettings { schedule: Schedule::Cosine, ..constant };
        let rates: Vec<f64> = (0..=10).map(|done| cosine.rate_after(done)).collect();
        assert_eq!(rates[0], 1e-3);
        assert!((rates[5] - 5e-4).abs() < 1e-12, "{}", rates[5]);
        assert!(rates.windows(2).all(|w| w[1] < w[0]), "{rates:?}");
        assert!(rates[9] > 0.0 && rates[10].abs() < 1e-12, "{rates:?}");
        assert!(cosine.rate_after(11).abs() < 1e-12, "never rises again");
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let good = TrainSettings::default();
        let still = TsaSettings { sigma: 0.0, ..good.tsa };
        for (bad, part) in [
            (TrainSettings { tsa: still, ..good.clone() }, "noise"),
            (TrainSettings { batch: 0, ..good.clone() }, "batch"),
            (TrainSettings { learning_rate: f64::NAN, ..good.clone() }, "learning rate"),
            (TrainSettings { weight_decay: -1.0, ..good.clone() }, "decay"),
            (TrainSettings { dropout: 1.0, ..good.clone() }, "dropout"),
            (TrainSettings { average: 1.0, ..good.clone() }, "average"),
        ] {
            let why = bad.check().expect_err("is refused").to_string();
            assert!(why.contains(part), "{why}");
        }
        let off = TsaSettings { enabled: false, ..still };
        TrainSettings { tsa: off, ..good }.check().expect("no selection, no noise needed");
    }
}
