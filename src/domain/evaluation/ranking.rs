//! Frames of many videos in the order of their scores, from which all threshold-free figures come in one pass.
//!
//! Owns ROC-AUC, PR-AUC and average precision of any resample of the videos, and the points of their curves. The figures
//! are those of [`crate::domain::metrics`], number by number, but frames of equal score in one video are counted and not
//! listed, which makes a thousand resamples of a benchmark a matter of a second.

use serde::{Deserialize, Serialize};

use super::EvalVideo;
use crate::domain::metrics::DetectionMetrics;

/// Frames of one video and one score.
#[derive(Clone, Copy, Debug)]
struct Counted {
    score: f32,
    positives: u32,
    negatives: u32,
    video: u32,
}

/// All frames, from the highest score down.
#[derive(Clone, Debug, Default)]
pub struct Ranking {
    counted: Vec<Counted>,
    /// Anomalous and normal frames of each video.
    totals: Vec<(u64, u64)>,
}

/// A point of a curve and the threshold that gives it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Frames at or above it are flagged.
    pub threshold: f32,
    /// Anomalous frames that are flagged, of all anomalous ones: true-positive rate and recall.
    pub recall: f64,
    /// Normal frames that are flagged, of all normal ones.
    pub false_positive_rate: f64,
    /// Anomalous ones among those flagged.
    pub precision: f64,
}

impl Ranking {
    /// Of these videos; weights below are by their place here.
    pub fn of<'a>(videos: impl IntoIterator<Item = &'a EvalVideo>) -> Self {
        let mut counted = Vec::new();
        for (video, one) in videos.into_iter().enumerate() {
            counted.extend(one.pieces().into_iter().map(|piece| Counted {
                // As in `metrics`: NaN ranks below all, and -0.0 is 0.0.
                score: if piece.score.is_nan() { f32::NEG_INFINITY } else { piece.score + 0.0 },
                positives: piece.positives,
                negatives: piece.negatives,
                video: video as u32,
            }));
        }
        counted.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
        Self::new(counted)
    }

    fn new(counted: Vec<Counted>) -> Self {
        let videos = counted.iter().map(|c| c.video as usize + 1).max().unwrap_or(0);
        let mut totals = vec![(0, 0); videos];
        for c in &counted {
            let total = &mut totals[c.video as usize];
            *total = (total.0 + u64::from(c.positives), total.1 + u64::from(c.negatives));
        }
        Self { counted, totals }
    }

    /// Only the frames of videos that `keep` names.
    #[must_use]
    pub fn kept(&self, keep: impl Fn(usize) -> bool) -> Self {
        Self::new(self.counted.iter().filter(|c| keep(c.video as usize)).copied().collect())
    }

    /// The figures of a resample in which video `i` is `times[i]` times; `None` if it lacks anomalous or normal frames.
    pub fn metrics(&self, times: &[u32]) -> Option<DetectionMetrics> {
        let often = |video: usize| u64::from(times.get(video).copied().unwrap_or(0));
        let sum =
            |of: fn(&(u64, u64)) -> u64| self.totals.iter().enumerate().map(|(v, t)| often(v) * of(t)).sum::<u64>();
        let (positives, negatives) = (sum(|t| t.0), sum(|t| t.1));
        if positives == 0 || negatives == 0 {
            return None;
        }
        let (pos, neg) = (positives as f64, negatives as f64);
        let (mut roc, mut pr, mut ap) = (0.0, 0.0, 0.0);
        // The precision-recall curve starts at recall 0 with precision 1, by convention.
        let precision = |tp: u64, fp: u64| if tp + fp == 0 { 1.0 } else { tp as f64 / (tp + fp) as f64 };
        // True and false positives so far, and at the last point of the curve.
        let (mut tp, mut fp, mut before) = (0, 0, (0, 0));
        for (at, c) in self.counted.iter().enumerate() {
            let times = often(c.video as usize);
            (tp, fp) = (tp + times * u64::from(c.positives), fp + times * u64::from(c.negatives));
            // Frames of equal score cannot be told apart, in whatever video they are.
            if self.counted.get(at + 1).is_some_and(|next| next.score == c.score) {
                continue;
            }
            let (tpr, tpr1) = (before.0 as f64 / pos, tp as f64 / pos);
            if fp != before.1 {
                roc += (fp as f64 / neg - before.1 as f64 / neg) * (tpr1 + tpr) / 2.0;
            }
            // Without more anomalous frames the curve goes straight down, over no area.
            if tp != before.0 {
                let precision1 = precision(tp, fp);
                pr += (tpr1 - tpr) * (precision1 + precision(before.0, before.1)) / 2.0;
                ap += (tpr1 - tpr) * precision1;
            }
            before = (tp, fp);
        }
        Some(DetectionMetrics {
            roc_auc: roc,
            pr_auc_trapezoid: pr,
            average_precision: ap,
            frames: (positives + negatives) as usize,
            positives: positives as usize,
        })
    }

    /// At most about `most` points of the curves, the first and the last among them, by falling threshold.
    pub fn curve(&self, most: usize) -> Vec<CurvePoint> {
        let sum = |of: fn(&Counted) -> u32| self.counted.iter().map(|c| u64::from(of(c))).sum::<u64>();
        let (positives, negatives) = (sum(|c| c.positives), sum(|c| c.negatives));
        let share = |part: u64, all: u64| if all == 0 { 0.0 } else { part as f64 / all as f64 };
        let (mut tp, mut fp) = (0, 0);
        let mut points = Vec::new();
        for (at, c) in self.counted.iter().enumerate() {
            (tp, fp) = (tp + u64::from(c.positives), fp + u64::from(c.negatives));
            if self.counted.get(at + 1).is_none_or(|next| next.score != c.score) {
                points.push(CurvePoint {
                    threshold: c.score,
                    recall: share(tp, positives),
                    false_positive_rate: share(fp, negatives),
                    precision: share(tp, tp + fp),
                });
            }
        }
        thinned(points, most)
    }

    /// At most about `most` of the different scores, evenly by how many frames have them, from the highest down.
    pub fn thresholds(&self, most: usize) -> Vec<f32> {
        let mut scores: Vec<f32> = self.counted.iter().map(|c| c.score).collect();
        scores.dedup();
        thinned(scores, most)
    }

    /// Frames and scores as pieces, in order.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (f32, u32, u32)> + '_ {
        self.counted.iter().map(|c| (c.score, c.positives, c.negatives))
    }
}

/// Points along the way that both axes take: a curve that rises steeply at first keeps its beginning.
fn thinned<T>(points: Vec<T>, most: usize) -> Vec<T> {
    let (count, most) = (points.len(), most.max(2));
    if count <= most {
        return points;
    }
    // The first tenth of all thresholds is where alarms are rare, and gets a third of the points, each a step by the same
    // factor: one alarm an hour, five and twenty are far apart there.
    let head = count / 10;
    let place = |i: usize| {
        let third = most / 3;
        match i {
            0 => 0,
            i if i < third => (head as f64).powf(i as f64 / third as f64).round() as usize,
            i => head + (count - 1 - head) * (i - third) / (most - 1 - third),
        }
    };
    let mut wanted: Vec<usize> = (0..most).map(place).collect();
    wanted.dedup();
    let mut wanted = wanted.into_iter().peekable();
    points.into_iter().enumerate().filter(|(i, _)| wanted.next_if_eq(i).is_some()).map(|(_, point)| point).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::made::{any_video, span, video};
    use super::*;
    use crate::domain::metrics::detection_metrics;

    /// The same by the plain way over frames.
    fn plain(videos: &[&EvalVideo]) -> Option<DetectionMetrics> {
        let labels: Vec<bool> = videos.iter().flat_map(|v| v.labels()).collect();
        let scores: Vec<f32> = videos.iter().flat_map(|v| (0..v.frames).map(|f| v.score(f))).collect();
        detection_metrics(&labels, &scores)
    }

    #[test]
    fn a_perfect_detector_is_perfect() {
        let good = video(&[0.0, 1.0, 0.0], &[span(16, 32)]);
        let m = Ranking::of([&good]).metrics(&[1]).expect("both kinds");
        assert_eq!(
            (m.roc_auc, m.pr_auc_trapezoid, m.average_precision, m.frames, m.positives),
            (1.0, 1.0, 1.0, 48, 16)
        );
        assert_eq!(Ranking::of([&good]).metrics(&[0]), None);
    }

    #[test]
    fn thinning_keeps_both_ends() {
        let few = thinned((0..9999).collect(), 200);
        assert!(few.len() <= 200 && few.len() > 150 && few[0] == 0 && few[few.len() - 1] == 9998, "{}", few.len());
        assert!(few.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(thinned(vec![1, 2, 3], 200), [1, 2, 3]);
        let many = thinned((0..140_000).collect(), 120);
        let steep = |pair: &[usize]| pair[1] < 10 || pair[1] * 2 < pair[0] * 3;
        assert!(many[..6] == [0, 1, 2, 3, 4, 5] && many.windows(2).all(steep), "{many:?}");
    }

    proptest! {
        #[test]
        fn counting_gives_the_figures_of_frames(videos in proptest::collection::vec(any_video(), 1..6), times in proptest::collection::vec(0_u32..3, 6)) {
            let all: Vec<&EvalVideo> = videos.iter().collect();
            let ranking = Ranking::of(all.iter().copied());
            prop_assert_eq!(ranking.metrics(&vec![1; all.len()]), plain(&all));
            let drawn: Vec<&EvalVideo> =
                videos.iter().zip(&times).flat_map(|(v, n)| std::iter::repeat_n(v, *n as usize)).collect();
            prop_assert_eq!(ranking.metrics(&times), plain(&drawn));
            let reversed = Ranking::of(all.iter().rev().copied());
            prop_assert_eq!(reversed.metrics(&vec![1; all.len()]), plain(&all));
        }

        #[test]
        fn curves_rise_and_end_at_everything(videos in proptest::collection::vec(any_video(), 1..4)) {
            let ranking = Ranking::of(&videos);
            let curve = ranking.curve(500);
            for pair in curve.windows(2) {
                prop_assert!(pair[0].threshold > pair[1].threshold && pair[0].recall <= pair[1].recall);
                prop_assert!(pair[0].false_positive_rate <= pair[1].false_positive_rate);
            }
            if ranking.metrics(&vec![1; videos.len()]).is_some() {
                let last = curve.last().expect("has points");
                prop_assert_eq!((last.recall, last.false_positive_rate), (1.0, 1.0));
            }
            prop_assert_eq!(ranking.thresholds(500).len(), curve.len());
        }
    }
}
