//! Detection metrics as the field computes them.
//!
//! Owns ROC-AUC, trapezoid PR-AUC and average precision over frame labels. Ties are grouped by equal
//! score, as scikit-learn does. Does not own reading labels or spreading snippet scores over frames.

use serde::{Deserialize, Serialize};

/// Figures of one set of labelled scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetectionMetrics {
    /// Area under the ROC curve (UCF-Crime, ShanghaiTech).
    pub roc_auc: f64,
    /// Area under the precision-recall points by trapezoids: the figure published for XD-Violence.
    pub pr_auc_trapezoid: f64,
    /// Average precision: the step-wise sum, without interpolation.
    pub average_precision: f64,
    /// How many frames were judged.
    pub frames: usize,
    /// How many of them are anomalous.
    pub positives: usize,
}

/// Running counts after all scores at or above one threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OperatingPoint {
    /// The threshold.
    pub threshold: f32,
    /// Anomalous frames at or above it.
    pub true_positives: u64,
    /// Normal frames at or above it.
    pub false_positives: u64,
}

/// One point per distinct score, from the highest down. NaN scores rank below all others.
pub fn operating_points(labels: &[bool], scores: &[f32]) -> Vec<OperatingPoint> {
    let mut order: Vec<(f32, bool)> = scores.iter().copied().zip(labels.iter().copied()).collect();
    order.sort_unstable_by(|a, b| rank(b.0).total_cmp(&rank(a.0)));
    let mut points: Vec<OperatingPoint> = Vec::new();
    let (mut tp, mut fp) = (0, 0);
    for (score, label) in order {
        if label {
            tp += 1;
        } else {
            fp += 1;
        }
        let threshold = rank(score);
        match points.last_mut() {
            Some(last) if last.threshold == threshold => (last.true_positives, last.false_positives) = (tp, fp),
            _ => points.push(OperatingPoint { threshold, true_positives: tp, false_positives: fp }),
        }
    }
    points
}

fn rank(score: f32) -> f32 {
    if score.is_nan() {
        f32::NEG_INFINITY
    } else {
        // Adding zero makes -0.0 equal 0.0 in total order too.
        score + 0.0
    }
}

/// All figures; `None` when the lengths differ or one of the two classes is missing.
pub fn detection_metrics(labels: &[bool], scores: &[f32]) -> Option<DetectionMetrics> {
    let positives = labels.iter().filter(|l| **l).count();
    let negatives = labels.len() - positives;
    if labels.len() != scores.len() || positives == 0 || negatives == 0 {
        return None;
    }
    let (pos, neg) = (positives as f64, negatives as f64);
    let (mut roc, mut pr, mut ap) = (0.0, 0.0, 0.0);
    // The precision-recall curve starts at recall 0 with precision 1, by convention.
    let (mut tpr, mut fpr, mut precision) = (0.0, 0.0, 1.0);
    for point in operating_points(labels, scores) {
        let (tp, fp) = (point.true_positives as f64, point.false_positives as f64);
        let (tpr1, fpr1, precision1) = (tp / pos, fp / neg, tp / (tp + fp));
        roc += (fpr1 - fpr) * (tpr1 + tpr) / 2.0;
        pr += (tpr1 - tpr) * (precision1 + precision) / 2.0;
        ap += (tpr1 - tpr) * precision1;
        (tpr, fpr, precision) = (tpr1, fpr1, precision1);
    }
    Some(DetectionMetrics {
        roc_auc: roc,
        pr_auc_trapezoid: pr,
        average_precision: ap,
        frames: labels.len(),
        positives,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn perfect_reversed_and_constant() {
        let labels = [false, false, true, true];
        let auc = |scores: &[f32]| detection_metrics(&labels, scores).expect("both classes").roc_auc;
        assert_eq!(auc(&[0.1, 0.2, 0.8, 0.9]), 1.0);
        assert_eq!(auc(&[0.9, 0.8, 0.2, 0.1]), 0.0);
        assert_eq!(auc(&[0.5; 4]), 0.5);
    }

    #[test]
    fn one_class_has_no_figures() {
        assert_eq!(detection_metrics(&[true, true], &[0.1, 0.2]), None);
        assert_eq!(detection_metrics(&[true], &[]), None);
    }

    proptest! {
        #[test]
        fn auc_equals_pair_counting(pairs in proptest::collection::vec((any::<bool>(), 0_u8..6), 2..60)) {
            let labels: Vec<bool> = pairs.iter().map(|p| p.0).collect();
            let scores: Vec<f32> = pairs.iter().map(|p| f32::from(p.1)).collect();
            let Some(m) = detection_metrics(&labels, &scores) else { return Ok(()) };
            let (mut won, mut all) = (0.0, 0.0);
            for (lp, sp) in &pairs {
                for (ln, sn) in &pairs {
                    if *lp && !*ln {
                        all += 1.0;
                        won += match sp.cmp(sn) {
                            std::cmp::Ordering::Greater => 1.0,
                            std::cmp::Ordering::Equal => 0.5,
                            std::cmp::Ordering::Less => 0.0,
                        };
                    }
                }
            }
            prop_assert!((m.roc_auc - won / all).abs() < 1e-12);
        }
    }
}
