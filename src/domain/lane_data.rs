//! What is known about a video beside its scores, as the timeline shows it.
//!
//! Owns the values of the lanes that the model's scores do not fill: how far scores scatter, motion,
//! what was not recorded or is damaged, ground truth. Does not own their computation or drawing.

use std::ops::Range;

use super::time::TimeSpan;

/// How far the score of each snippet scatters over the noisy draws. Both vectors have one entry per snippet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NoiseBand {
    /// 5 % of the draws score lower, 0..=1.
    pub low: Vec<f32>,
    /// 5 % of the draws score higher, 0..=1.
    pub high: Vec<f32>,
}

/// Everything beside the scores. What is not known is `None` or empty, and its lane is not drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LaneData {
    /// Scatter of the scores.
    pub noise: Option<NoiseBand>,
    /// Motion energy per snippet, in any unit, not below zero.
    pub motion: Option<Vec<f32>>,
    /// Stretches in which nothing was recorded, in order and not overlapping.
    pub gaps: Vec<TimeSpan>,
    /// Stretches that cannot be decoded as they were recorded, in order and not overlapping.
    pub damaged: Vec<TimeSpan>,
    /// Anomalous frames as annotated, end exclusive, in order and not overlapping; empty if none is anomalous.
    pub truth: Option<Vec<Range<usize>>>,
}
