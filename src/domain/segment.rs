//! Events: runs of snippets that the score curve flags.
//!
//! Owns the rule from scores to events: threshold with hysteresis, merging, minimum length. Does not
//! own verdicts on them.

use serde::{Deserialize, Serialize};

/// How a curve becomes events. Lengths are in snippets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRule {
    /// An event needs one snippet at or above this.
    pub threshold: f32,
    /// An event goes on as long as scores stay at or above `threshold - hysteresis`.
    pub hysteresis: f32,
    /// Shorter events are dropped, after merging.
    pub min_snippets: usize,
    /// Events separated by at most this many snippets become one.
    pub merge_gap: usize,
}

impl Default for EventRule {
    fn default() -> Self {
        Self { threshold: 0.5, hysteresis: 0.1, min_snippets: 1, merge_gap: 1 }
    }
}

/// A flagged run of snippets, both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnomalySegment {
    /// First snippet.
    pub first: usize,
    /// Last snippet.
    pub last: usize,
    /// Snippet with the highest score; the earliest of equals.
    pub peak: usize,
    /// That score.
    pub peak_score: f32,
}

impl AnomalySegment {
    /// Number of snippets.
    #[expect(clippy::len_without_is_empty, reason = "a segment is never empty")]
    pub fn len(&self) -> usize {
        self.last - self.first + 1
    }

    /// Whether `snippet` lies in it.
    pub fn contains(&self, snippet: usize) -> bool {
        (self.first..=self.last).contains(&snippet)
    }
}

impl EventRule {
    /// The events of a curve, in order, never touching each other.
    pub fn events(&self, scores: &[f32]) -> Vec<AnomalySegment> {
        let low = self.threshold - self.hysteresis.max(0.0);
        let mut runs: Vec<(usize, usize)> = Vec::new();
        let mut at = 0;
        while at < scores.len() {
            let length = scores[at..].iter().take_while(|s| **s >= low).count();
            let run = at..at + length;
            if scores[run.clone()].iter().any(|s| *s >= self.threshold) {
                match runs.last_mut() {
                    Some(last) if run.start - last.1 - 1 <= self.merge_gap => last.1 = run.end - 1,
                    _ => runs.push((run.start, run.end - 1)),
                }
            }
            at = run.end + 1;
        }
        runs.retain(|(first, last)| last - first + 1 >= self.min_snippets);
        runs.into_iter().map(|(first, last)| segment(scores, first, last)).collect()
    }
}

fn segment(scores: &[f32], first: usize, last: usize) -> AnomalySegment {
    let mut peak = first;
    for snippet in first..=last {
        if scores[snippet] > scores[peak] {
            peak = snippet;
        }
    }
    AnomalySegment { first, last, peak, peak_score: scores[peak] }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hysteresis_extends_but_does_not_start() {
        let rule = EventRule { threshold: 0.5, hysteresis: 0.1, min_snippets: 1, merge_gap: 0 };
        let events = rule.events(&[0.45, 0.6, 0.42, 0.39, 0.45, 0.2]);
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].first, events[0].last, events[0].peak), (0, 2, 1));
    }

    #[test]
    fn gaps_merge_and_short_ones_go() {
        let scores = [0.9, 0.0, 0.9, 0.0, 0.0, 0.0, 0.9];
        let rule = EventRule { threshold: 0.5, hysteresis: 0.0, min_snippets: 2, merge_gap: 1 };
        let events = rule.events(&scores);
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].first, events[0].last, events[0].peak), (0, 2, 0));
    }

    proptest! {
        #[test]
        fn events_cover_what_is_above_and_never_touch(
            scores in proptest::collection::vec(0.0_f32..1.0, 0..200),
            threshold in 0.05_f32..1.0, hysteresis in 0.0_f32..0.3, merge_gap in 0_usize..4,
        ) {
            let rule = EventRule { threshold, hysteresis, min_snippets: 1, merge_gap };
            let events = rule.events(&scores);
            for (i, s) in scores.iter().enumerate() {
                if *s >= threshold {
                    prop_assert!(events.iter().any(|e| e.contains(i)));
                }
            }
            for e in &events {
                prop_assert!(e.peak_score >= threshold && e.contains(e.peak));
            }
            for pair in events.windows(2) {
                prop_assert!(pair[1].first > pair[0].last + 1 + merge_gap);
            }
        }
    }
}
