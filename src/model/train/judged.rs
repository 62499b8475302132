//! How a model does on labelled videos, judged as training does: by the mean of a video's highest scores.
//!
//! Owns the loss, the ranking figure and the threshold that they give. Does not own which videos these are.

use crate::domain::features::FeatureMatrix;
use crate::domain::metrics::{detection_metrics, operating_points};
use crate::domain::score::TsaSettings;
use crate::jobs::Ticket;
use crate::model::{ModelError, Scorer};

/// One score for each of some videos, or stretches of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// Whether something happens in it.
    pub labels: Vec<bool>,
    /// Mean of its highest scores, 0..=1.
    pub scores: Vec<f32>,
}

impl Judged {
    /// Scores all of them with the model's own attention.
    ///
    /// # Errors
    /// Features that do not fit the model, a failing device, or a stale ticket.
    pub fn of<'a>(
        scorer: &Scorer,
        videos: impl IntoIterator<Item = (&'a FeatureMatrix, bool)>,
        ticket: &Ticket,
    ) -> Result<Self, ModelError> {
        let tsa: TsaSettings = scorer.info().tsa;
        let (mut labels, mut scores) = (Vec::new(), Vec::new());
        for (features, label) in videos {
            scores.push(scorer.score(features, &tsa, None, ticket)?.scores);
            labels.push(label);
        }
        Ok(Self::from_scores(labels, scores))
    }

    /// Of labels, and the scores of each video.
    pub fn from_scores(labels: Vec<bool>, scores: impl IntoIterator<Item = Vec<f32>>) -> Self {
        Self { labels, scores: scores.into_iter().map(highest).collect() }
    }

    /// Binary cross entropy, both kinds weighing the same where both are there; `None` where nothing is.
    pub fn loss(&self) -> Option<f64> {
        self.loss_and_error().map(|(loss, _)| loss)
    }

    /// [`Self::loss`] with its standard error: how far it would differ with other videos of the same sort.
    pub fn loss_and_error(&self) -> Option<(f64, f64)> {
        // Mean, and variance of the mean.
        let of = |label: bool| {
            let pairs = self.labels.iter().zip(&self.scores).filter(|p| *p.0 == label);
            let losses: Vec<f64> = pairs
                .map(|(_, s)| {
                    let p = f64::from(*s).clamp(1e-7, 1.0 - 1e-7);
                    if label { -p.ln() } else { -(1.0 - p).ln() }
                })
                .collect();
            let count = losses.len() as f64;
            let mean = losses.iter().sum::<f64>() / count;
            let squares: f64 = losses.iter().map(|loss| (loss - mean).powi(2)).sum();
            (!losses.is_empty()).then(|| (mean, squares / (count - 1.0).max(1.0) / count))
        };
        match (of(true), of(false)) {
            (Some(abnormal), Some(normal)) => {
                Some((f64::midpoint(abnormal.0, normal.0), 0.5 * (abnormal.1 + normal.1).sqrt()))
            }
            (one, other) => one.or(other).map(|(mean, variance)| (mean, variance.sqrt())),
        }
    }

    /// Area under the ROC curve by video; `None` unless both kinds are there.
    pub fn auc(&self) -> Option<f64> {
        Some(detection_metrics(&self.labels, &self.scores)?.roc_auc)
    }

    /// Half-way between the two scores where the split of normal and abnormal videos is best.
    pub fn threshold(&self) -> Option<f32> {
        let positives = self.labels.iter().filter(|l| **l).count() as f64;
        let negatives = self.labels.len() as f64 - positives;
        let points = operating_points(&self.labels, &self.scores);
        let gain =
            |i: usize| points[i].true_positives as f64 / positives - points[i].false_positives as f64 / negatives;
        let best = (0..points.len()).max_by(|a, b| gain(*a).total_cmp(&gain(*b)))?;
        let below = points.get(best + 1).map_or(0.0, |p| p.threshold);
        Some(f32::midpoint(points[best].threshold, below).clamp(0.05, 0.95))
    }
}

/// Mean of the highest tenth, at least of one.
fn highest(mut scores: Vec<f32>) -> f32 {
    scores.sort_by(|a, b| b.total_cmp(a));
    let highest = &scores[..(scores.len() / 10).clamp(1, scores.len().max(1))];
    highest.iter().sum::<f32>() / highest.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_splits_the_held_out_videos() {
        let judged = Judged { labels: vec![false, false, true, true], scores: vec![0.1, 0.3, 0.7, 0.9] };
        assert_eq!(judged.threshold(), Some(0.5));
        assert_eq!(judged.auc(), Some(1.0));
        let worse = Judged { labels: judged.labels.clone(), scores: vec![0.1, 0.8, 0.7, 0.9] };
        assert!(worse.loss() > judged.loss());
        let (lost, kept) = (Judged { labels: vec![true], scores: vec![0.0] }, judged.loss());
        assert!(lost.loss().is_some_and(f64::is_finite) && kept > Some(0.0));
        assert_eq!(Judged::default().loss(), None);
    }

    #[test]
    fn the_error_of_a_loss_falls_with_the_root_of_the_videos() {
        let judged = |times: usize| Judged {
            labels: [true, true, false, false].repeat(times),
            scores: [0.9, 0.4, 0.1, 0.7].repeat(times),
        };
        let (few, many) = (judged(5).loss_and_error().expect("both"), judged(80).loss_and_error().expect("both"));
        assert!((few.0 - many.0).abs() < 1e-9 && few.1 > 0.0);
        assert!((few.1 / many.1 - 4.0).abs() < 0.3, "{few:?} {many:?}");
    }

    #[test]
    fn a_video_is_as_its_highest_tenth() {
        let mut scores = vec![0.0; 20];
        (scores[3], scores[17]) = (0.5, 1.0);
        assert_eq!((highest(scores), highest(vec![0.25, 0.5])), (0.75, 0.5));
    }
}
