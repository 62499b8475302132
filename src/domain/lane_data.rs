//! What is known about a video beside its scores, as the timeline shows it.
//!
//! Owns the values of the lanes that the model's scores do not fill: how far scores scatter, motion,
//! what was not recorded or is damaged, ground truth. Does not own their computation or drawing.

use std::ops::Range;
use std::sync::Arc;

use super::curve::Curve;
use super::pyramid::{Extent, Pyramid};
use super::time::TimeSpan;

/// How far the score of each snippet scatters over the noisy draws. Mean and edges have one entry per snippet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NoiseBand {
    low: Vec<f32>,
    mean: Vec<f32>,
    high: Vec<f32>,
    summary: Arc<Pyramid>,
}

impl NoiseBand {
    /// Around a mean between two edges, of equal length: 5 % of the draws score lower than `low`, 5 % higher than `high`,
    /// 0..=1.
    pub fn new(low: Vec<f32>, mean: Vec<f32>, high: Vec<f32>) -> Self {
        let extents = low.iter().zip(&high).map(|(low, high)| Extent { min: *low, max: *high });
        Self { summary: Arc::new(Pyramid::of_extents(extents.collect())), low, mean, high }
    }

    /// The lower edge.
    pub fn low(&self) -> &[f32] {
        &self.low
    }

    /// The mean.
    pub fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// The upper edge.
    pub fn high(&self) -> &[f32] {
        &self.high
    }

    /// What it is drawn from.
    pub fn summary(&self) -> &Arc<Pyramid> {
        &self.summary
    }
}

/// Everything beside the scores. What is not known is `None` or empty, and its lane is not drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LaneData {
    /// Scatter of the scores.
    pub noise: Option<NoiseBand>,
    /// Motion energy per snippet, in any unit, not below zero.
    pub motion: Option<Curve>,
    /// Stretches in which nothing was recorded, in order and not overlapping.
    pub gaps: Vec<TimeSpan>,
    /// Stretches that cannot be decoded as they were recorded, in order and not overlapping.
    pub damaged: Vec<TimeSpan>,
    /// Anomalous frames as annotated, end exclusive, in order and not overlapping; empty if none is anomalous.
    pub truth: Option<Vec<Range<usize>>>,
}
