//! Two score curves of one video, side by side: of two models, encoders, settings, or of another program.
//!
//! Owns the figures over the whole video, the difference of the curves, and which events come, go or change. It says
//! nothing about which of the two is right: that needs what a person said, see [`super::gate`]. Does not own scores, nor
//! how either was made.
//!
//! Both curves have one score for each snippet. The first is called the one, the second the other; a difference is the
//! other less the one, so what is above zero is found more anomalous by the other.

mod correlation;
mod flips;

use std::sync::Arc;

use serde::Serialize;

use super::pyramid::{Extent, Pyramid};

use correlation::{pearson, spearman};
pub use flips::{EventFlips, Flip, FlipKind, Run, lone};

/// How far two curves agree over a whole video.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct CurveFigures {
    /// Snippets that both have.
    pub snippets: usize,
    /// Pearson's correlation of the scores, −1..=1; `None` where one of the curves is flat.
    pub pearson: Option<f64>,
    /// Spearman's, of their ranks: whether both put the snippets in the same order, however they are calibrated.
    pub spearman: Option<f64>,
    /// Mean of the differences.
    pub mean_difference: f64,
    /// Mean of the differences without their sign.
    pub mean_absolute_difference: f64,
    /// The snippet at which they differ most, the earliest of equals; `None` without snippets.
    pub farthest: Option<usize>,
}

impl CurveFigures {
    /// Over the snippets that both have: O(T log T).
    pub fn of(one: &[f32], other: &[f32]) -> Self {
        let snippets = one.len().min(other.len());
        let (one, other) = (&one[..snippets], &other[..snippets]);
        let differences = || one.iter().zip(other).map(|(one, other)| f64::from(*other) - f64::from(*one));
        let n = snippets.max(1) as f64;
        let farthest = differences().enumerate().fold(None, |best: Option<(usize, f64)>, (at, difference)| {
            let far = difference.abs();
            if best.is_none_or(|(_, most)| far > most) { Some((at, far)) } else { best }
        });
        Self {
            snippets,
            pearson: pearson(one, other),
            spearman: spearman(one, other),
            mean_difference: differences().sum::<f64>() / n,
            mean_absolute_difference: differences().map(f64::abs).sum::<f64>() / n,
            farthest: farthest.map(|(at, _)| at),
        }
    }
}

/// The other curve less the one, with what it is drawn from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    values: Arc<[f32]>,
    summary: Arc<Pyramid>,
}

impl Difference {
    /// Over the snippets that both have: O(T).
    pub fn of(one: &[f32], other: &[f32]) -> Self {
        let values: Arc<[f32]> = one.iter().zip(other).map(|(one, other)| other - one).collect();
        // From zero to the value, so that the area between both is what is drawn, on either side.
        let extents = values.iter().map(|value| Extent::of(0.0).union(Extent::of(*value)));
        Self { summary: Arc::new(Pyramid::of_extents(extents.collect())), values }
    }

    /// One for each snippet, −1..=1.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Extents of the area between zero and the values.
    pub fn summary(&self) -> &Arc<Pyramid> {
        &self.summary
    }

    /// The largest distance from zero; 0 without values.
    pub fn reach(&self) -> f32 {
        self.summary.total().map_or(0.0, |total| total.max.max(-total.min))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_over_the_snippets_that_both_have() {
        let figures = CurveFigures::of(&[0.0, 0.5, 1.0, 0.25], &[0.25, 0.25, 1.0]);
        assert_eq!(figures.snippets, 3);
        assert_eq!(figures.mean_difference, 0.0);
        assert!((figures.mean_absolute_difference - 0.5 / 3.0).abs() < 1e-12);
        assert_eq!(figures.farthest, Some(0), "the earlier of equals");
        assert_eq!(CurveFigures::of(&[], &[0.5]), CurveFigures::default());
        let flat = CurveFigures::of(&[0.5, 0.5], &[0.1, 0.9]);
        assert_eq!((flat.pearson, flat.spearman), (None, None));
    }

    #[test]
    fn a_difference_is_drawn_from_zero() {
        let difference = Difference::of(&[0.5, 0.5, 0.5], &[0.75, 0.25, 0.5]);
        assert_eq!(difference.values(), [0.25, -0.25, 0.0]);
        assert_eq!(difference.summary().extent(0..1), Some(Extent { min: 0.0, max: 0.25 }));
        assert_eq!(difference.summary().extent(1..3), Some(Extent { min: -0.25, max: 0.0 }));
        assert_eq!((difference.reach(), Difference::default().reach()), (0.25, 0.0));
    }
}
