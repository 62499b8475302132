//! One control of attention moved through a range, with everything else as it was.
//!
//! Owns which controls there are, their values along a range, and what a step is compared by. Does not own the computation.

use serde::{Deserialize, Serialize};

use super::curve::Curve;
use super::score::TsaSettings;
use super::segment::AnomalySegment;

/// A control of Temporal Self-Attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::EnumIter)]
#[serde(rename_all = "lowercase")]
pub enum Control {
    /// The share of snippets that are selected; kappa = floor(T ratio).
    Kappa,
    /// Standard deviation of the noise.
    Sigma,
    /// M, the number of noisy draws.
    Samples,
    /// Seed of the draws.
    Seed,
}

/// From where to where a control moves, and in how many values at equal distances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepRange {
    /// First value.
    pub from: f64,
    /// Last value.
    pub to: f64,
    /// How many values, both ends among them.
    pub steps: usize,
}

impl Control {
    /// Its name.
    pub fn text(self) -> &'static str {
        match self {
            Self::Kappa => "kappa",
            Self::Sigma => "sigma",
            Self::Samples => "samples",
            Self::Seed => "seed",
        }
    }

    /// What is moved, for the axis of a picture.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Kappa => "kappa / T",
            Self::Sigma => "sigma",
            Self::Samples => "M",
            Self::Seed => "seed",
        }
    }

    /// Where it stands.
    pub fn of(self, tsa: &TsaSettings) -> f64 {
        match self {
            Self::Kappa => tsa.ratio,
            Self::Sigma => tsa.sigma,
            Self::Samples => tsa.samples as f64,
            Self::Seed => tsa.seed as f64,
        }
    }

    /// Settings with it moved to `value`; whole numbers are rounded to.
    pub fn set(self, tsa: &TsaSettings, value: f64) -> TsaSettings {
        match self {
            Self::Kappa => TsaSettings { ratio: value, ..*tsa },
            Self::Sigma => TsaSettings { sigma: value, ..*tsa },
            Self::Samples => TsaSettings { samples: value.round() as usize, ..*tsa },
            Self::Seed => TsaSettings { seed: value.round() as u64, ..*tsa },
        }
    }

    /// Where it stands, as a person reads it.
    pub fn value(self, tsa: &TsaSettings) -> String {
        ((self.of(tsa) * 1e4).round() / 1e4).to_string()
    }

    /// The range that a sweep goes through when nobody says otherwise.
    pub fn usual(self) -> SweepRange {
        let (from, to, steps) = match self {
            Self::Kappa => (0.1, 1.0, 10),
            Self::Sigma => (0.0, 0.2, 9),
            Self::Samples => (20.0, 200.0, 10),
            Self::Seed => (0.0, 8.0, 9),
        };
        SweepRange { from, to, steps }
    }

    /// The settings of a sweep through a range, in order from low to high, those that it is about among them.
    pub fn around(self, tsa: &TsaSettings, range: SweepRange) -> Vec<TsaSettings> {
        let (from, to) = (range.from.min(range.to), range.from.max(range.to));
        let mut all = self.steps(tsa, (from, to), range.steps);
        let at = all.partition_point(|step| self.of(step) < self.of(tsa));
        if all.get(at) != Some(tsa) {
            all.insert(at, *tsa);
        }
        all
    }

    /// The settings of a sweep, `steps` values from `from` to `to` at equal distances, each different from the one before.
    /// The last is `to` itself, and those between are rounded to what anybody would type: kappa is floor(T ratio), and the
    /// error of a sum would take one from it.
    pub fn steps(self, tsa: &TsaSettings, (from, to): (f64, f64), steps: usize) -> Vec<TsaSettings> {
        let last = steps.saturating_sub(1).max(1) as f64;
        let mut all: Vec<TsaSettings> =
            (0..steps).map(|i| self.set(tsa, ((from + (to - from) * i as f64 / last) * 1e9).round() / 1e9)).collect();
        all.dedup();
        all
    }
}

/// What attention and scores are at one step of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepStep {
    /// The settings.
    pub tsa: TsaSettings,
    /// Snippets that each draw selects.
    pub kappa: usize,
    /// p, `[T]`.
    pub membership: Curve,
    /// Sum of H(p(t)) in bits.
    pub entropy: f64,
    /// Mean over the draws of the kappa-th largest perturbed score; `None` where attention is off.
    pub threshold: Option<f32>,
    /// Anomaly scores, `[T]`.
    pub scores: Curve,
    /// Events under the rule in use, in order.
    pub events: Vec<AnomalySegment>,
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;

    #[test]
    fn steps_move_one_control_from_end_to_end() {
        let tsa = TsaSettings::default();
        for control in Control::iter() {
            let SweepRange { from, to, .. } = control.usual();
            let steps = control.steps(&tsa, (from, to), 9);
            assert_eq!((control.of(&steps[0]), control.of(&steps[8])), (from, to), "{control:?}");
            let fine = control.steps(&tsa, (0.1, 1.0), 10);
            assert_eq!(fine.last().map(|last| control.of(last)), Some(1.0), "{control:?}");
            for step in &steps {
                assert_eq!(control.set(step, control.of(&tsa)), tsa, "only {control:?} moves");
            }
        }
    }

    #[test]
    fn what_a_sweep_is_about_is_one_of_its_values_once() {
        for (ratio, count) in [(0.3, 10), (0.65, 11), (0.05, 11)] {
            let tsa = TsaSettings { ratio, ..TsaSettings::default() };
            let all = Control::Kappa.around(&tsa, Control::Kappa.usual());
            assert_eq!((all.len(), all.iter().filter(|step| **step == tsa).count()), (count, 1), "{all:?}");
            assert!(all.windows(2).all(|pair| pair[0].ratio < pair[1].ratio));
        }
        // From high to low is the same range.
        let backwards = SweepRange { from: 0.9, to: 0.5, steps: 3 };
        let all = Control::Kappa.around(&TsaSettings { ratio: 0.6, ..TsaSettings::default() }, backwards);
        assert_eq!(all.iter().map(|step| step.ratio).collect::<Vec<_>>(), [0.5, 0.6, 0.7, 0.9]);
        assert_eq!(Control::Kappa.value(&TsaSettings { ratio: 0.1 + 0.2, ..TsaSettings::default() }), "0.3");
    }

    #[test]
    fn whole_numbers_come_once_and_one_step_is_the_start() {
        let tsa = TsaSettings::default();
        assert_eq!(Control::Seed.steps(&tsa, (0.0, 2.0), 9).len(), 3);
        assert_eq!(Control::Sigma.steps(&tsa, (0.1, 0.2), 1), [TsaSettings { sigma: 0.1, ..tsa }]);
        assert!(Control::Sigma.steps(&tsa, (0.1, 0.2), 0).is_empty());
    }
}
