//! Flagged events against true ones: precision, recall and F1 at a temporal overlap, and average precision by score.
//!
//! Owns the overlap of two spans (tIoU), which event stands for which anomaly, and the figures of that. As in `ActivityNet`'s
//! evaluation, events are taken by falling score, each stands for the anomaly it overlaps most that none stands for yet,
//! and precision is made monotone before it is averaged. Does not own the rule that makes events.

use serde::{Deserialize, Serialize};

use super::{EvalVideo, FlaggedEvent};
use crate::domain::bootstrap::{Estimate, estimates};
use crate::domain::interval::FrameSpan;

/// Temporal intersection over union of two spans, 0 to 1.
pub fn tiou(a: FrameSpan, b: FrameSpan) -> f64 {
    let common = a.intersection(b).map_or(0, FrameSpan::len);
    common as f64 / (a.len() + b.len() - common) as f64
}

/// Which of `events` stand for an anomaly at an overlap of at least `least`, by their place in `events`.
pub fn matched(events: &[FlaggedEvent], truth: &[FrameSpan], least: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..events.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&events[*a], &events[*b]);
        b.score.total_cmp(&a.score).then(a.span.start().cmp(&b.span.start()))
    });
    let mut free = vec![true; truth.len()];
    let mut stands = vec![false; events.len()];
    for event in order {
        let candidates = (0..truth.len()).filter(|at| free[*at]).map(|at| (at, tiou(events[event].span, truth[at])));
        let best = candidates.filter(|(_, overlap)| *overlap >= least && *overlap > 0.0).max_by(|a, b| {
            // Of equals the earlier one.
            a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))
        });
        if let Some((at, _)) = best {
            (free[at], stands[event]) = (false, true);
        }
    }
    stands
}

/// Figures at one overlap.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventFigures {
    /// Least overlap at which an event stands for an anomaly.
    pub tiou: f64,
    /// Events that stand for an anomaly.
    pub true_positives: usize,
    /// Events.
    pub flagged: usize,
    /// Anomalies.
    pub anomalies: usize,
    /// Share of events that stand for an anomaly; `None` without events.
    pub precision: Option<Estimate>,
    /// Share of anomalies that an event stands for; `None` without anomalies.
    pub recall: Option<Estimate>,
    /// Harmonic mean of both, 2 TP / (events + anomalies); `None` without either.
    pub f1: Option<Estimate>,
    /// Average precision with events ranked by their highest score; `None` without anomalies.
    pub average_precision: Option<Estimate>,
}

/// An event in the ranking of all videos.
#[derive(Clone, Copy, Debug)]
struct Ranked {
    score: f32,
    video: usize,
    stands: bool,
}

/// The events of all videos with what they stand for at one overlap.
#[derive(Clone, Debug)]
pub struct EventRanking {
    tiou: f64,
    ranked: Vec<Ranked>,
    /// Of each video: events that stand for an anomaly, events, anomalies.
    tallies: Vec<[usize; 3]>,
}

impl EventRanking {
    /// `events[i]` are those of `videos[i]`.
    pub fn new(videos: &[&EvalVideo], events: &[Vec<FlaggedEvent>], tiou: f64) -> Self {
        let (mut ranked, mut tallies) = (Vec::new(), Vec::new());
        for (video, (one, events)) in videos.iter().zip(events).enumerate() {
            let stands = matched(events, &one.truth, tiou);
            tallies.push([stands.iter().filter(|stands| **stands).count(), events.len(), one.truth.len()]);
            ranked.extend(events.iter().zip(stands).map(|(e, stands)| Ranked { score: e.score, video, stands }));
        }
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
        Self { tiou, ranked, tallies }
    }

    /// Events that stand for an anomaly, events, anomalies.
    fn tally(&self, times: &[u32]) -> [f64; 3] {
        let mut sum = [0.0; 3];
        for (tally, times) in self.tallies.iter().zip(times) {
            sum.iter_mut().zip(tally).for_each(|(sum, n)| *sum += *n as f64 * f64::from(*times));
        }
        sum
    }

    /// Average precision of a resample; `None` without anomalies.
    pub fn average_precision(&self, times: &[u32]) -> Option<f64> {
        let anomalies = self.tally(times)[2];
        if anomalies == 0.0 {
            return None;
        }
        // Recall and precision after each score; events of equal score come together, in whatever video they are.
        let (mut tp, mut all) = (0.0, 0.0);
        let mut points: Vec<(f64, f64)> = Vec::new();
        for (at, event) in self.ranked.iter().enumerate() {
            let times = f64::from(times[event.video]);
            all += times;
            if event.stands {
                tp += times;
            }
            if all > 0.0 && self.ranked.get(at + 1).is_none_or(|next| next.score != event.score) {
                points.push((tp / anomalies, tp / all));
            }
        }
        let (mut best, mut sum) = (0.0_f64, 0.0);
        for at in (0..points.len()).rev() {
            best = best.max(points[at].1);
            let before = if at == 0 { 0.0 } else { points[at - 1].0 };
            sum += (points[at].0 - before) * best;
        }
        Some(sum)
    }

    /// The figures, with intervals from `resamples` resamples.
    pub fn figures(&self, resamples: usize, seed: u64) -> EventFigures {
        let share = |part: f64, all: f64| (all > 0.0).then(|| part / all);
        let [precision, recall, f1, average_precision] = estimates(self.tallies.len(), resamples, seed, |times| {
            let [tp, flagged, anomalies] = self.tally(times);
            let f1 = share(2.0 * tp, flagged + anomalies);
            [share(tp, flagged), share(tp, anomalies), f1, self.average_precision(times)]
        });
        let sum = |of: usize| self.tallies.iter().map(|tally| tally[of]).sum();
        EventFigures {
            tiou: self.tiou,
            true_positives: sum(0),
            flagged: sum(1),
            anomalies: sum(2),
            precision,
            recall,
            f1,
            average_precision,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::made::{any_video, span, video};
    use super::*;
    use crate::domain::segment::EventRule;

    const RULE: EventRule = EventRule { threshold: 0.5, hysteresis_share: 0.0, min_snippets: 1, merge_gap: 0 };

    fn event(start: usize, end: usize, score: f32) -> FlaggedEvent {
        FlaggedEvent { span: span(start, end), score }
    }

    fn figures(videos: &[EvalVideo], tiou: f64) -> EventFigures {
        let all: Vec<&EvalVideo> = videos.iter().collect();
        let events: Vec<_> = videos.iter().map(|v| v.events(RULE)).collect();
        EventRanking::new(&all, &events, tiou).figures(40, 1)
    }

    #[test]
    fn overlap_is_a_share_of_the_union() {
        for (a, b, expected) in [((0, 10), (0, 10), 1.0), ((0, 10), (5, 15), 1.0 / 3.0), ((0, 10), (10, 20), 0.0)] {
            assert_eq!(tiou(span(a.0, a.1), span(b.0, b.1)), expected);
        }
    }

    #[test]
    fn one_event_stands_for_one_anomaly_the_highest_first() {
        let truth = [span(0, 100)];
        // Two events over the same anomaly: the one with the higher score stands for it, though it overlaps less.
        assert_eq!(matched(&[event(0, 100, 0.6), event(40, 100, 0.9)], &truth, 0.5), [false, true]);
        assert_eq!(matched(&[event(0, 100, 0.6), event(40, 100, 0.9)], &truth, 0.7), [true, false]);
        // An event takes the anomaly that it overlaps most.
        assert_eq!(matched(&[event(0, 60, 0.9), event(0, 20, 0.8)], &[span(0, 20), span(20, 60)], 0.3), [true, true]);
        assert_eq!(matched(&[event(0, 10, 0.9)], &[span(10, 20)], 0.0), [false], "no common frame is no overlap");
    }

    #[test]
    fn figures_of_a_small_case_by_hand() {
        // An anomaly found exactly at 0.9, one missed, and a false alarm at 0.6.
        let one = video(&[0.9, 0.0, 0.6, 0.0], &[span(0, 16), span(48, 64)]);
        let f = figures(&[one], 0.5);
        let value = |estimate: Option<Estimate>| estimate.expect("is there").value;
        assert_eq!((f.true_positives, f.flagged, f.anomalies), (1, 2, 2));
        assert_eq!((value(f.precision), value(f.recall), value(f.f1)), (0.5, 0.5, 0.5));
        assert_eq!(value(f.average_precision), 0.5);
        // With the false alarm on top, half of the precision is gone.
        let worse = video(&[0.6, 0.0, 0.9, 0.0], &[span(0, 16), span(48, 64)]);
        assert_eq!(value(figures(&[worse], 0.5).average_precision), 0.25);
    }

    proptest! {
        #[test]
        fn overlap_is_the_same_both_ways(a in (0_usize..50, 1_usize..50), b in (0_usize..50, 1_usize..50)) {
            let (a, b) = (span(a.0, a.0 + a.1), span(b.0, b.0 + b.1));
            prop_assert_eq!(tiou(a, b), tiou(b, a));
            prop_assert!((0.0..=1.0).contains(&tiou(a, b)) && tiou(a, a) == 1.0);
            prop_assert_eq!(tiou(a, b) > 0.0, a.overlaps(b));
        }

        #[test]
        fn a_perfect_detector_has_an_f1_of_one(places in proptest::collection::btree_set(0_usize..30, 1..10)) {
            let mut scores = [0.0; 31];
            for at in &places {
                scores[*at] = 0.5 + *at as f32 / 100.0;
            }
            let made = video(&scores, &[]);
            let truth: Vec<FrameSpan> = made.events(RULE).iter().map(|e| e.span).collect();
            let f = figures(&[EvalVideo { truth, ..made }], 0.5);
            for figure in [f.precision, f.recall, f.f1, f.average_precision] {
                prop_assert!((figure.expect("is there").value - 1.0).abs() < 1e-12);
            }
        }

        #[test]
        fn the_order_of_videos_does_not_matter_and_more_overlap_finds_less(
            videos in proptest::collection::vec(any_video(), 1..6),
        ) {
            let reversed: Vec<EvalVideo> = videos.iter().rev().cloned().collect();
            let value = |estimate: Option<Estimate>| estimate.map(|e| e.value);
            let mut before = usize::MAX;
            for tiou in [0.1, 0.3, 0.5, 0.9] {
                let (a, b) = (figures(&videos, tiou), figures(&reversed, tiou));
                prop_assert_eq!((a.true_positives, value(a.f1)), (b.true_positives, value(b.f1)));
                let (x, y) = (value(a.average_precision), value(b.average_precision));
                prop_assert!(x.is_none() == y.is_none() && (x.unwrap_or(0.0) - y.unwrap_or(0.0)).abs() < 1e-12);
                prop_assert!(a.true_positives <= before, "a higher overlap cannot find more at equal events");
                before = a.true_positives;
                if let Some((low, high)) = a.recall.and_then(|e| e.interval) {
                    prop_assert!(low <= high);
                }
            }
        }
    }
}
