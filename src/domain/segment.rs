//! Events: runs of snippets that the score curve flags.
//!
//! Owns the rule from scores to events: threshold with hysteresis, merging, minimum length. Does not
//! own verdicts on them.

use serde::{Deserialize, Deserializer, Serialize};

/// How a curve becomes events. Lengths are in snippets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "WrittenRule")]
pub struct EventRule {
    /// An event needs one snippet at or above this.
    pub threshold: f32,
    /// Share of the threshold's odds s / (1 - s), 0..=1, by which scores may fall short of them without ending an event.
    ///
    /// A share, because a fixed distance below a low threshold would reach zero, and one event would be the whole video.
    /// Of the odds, because the scores of a model that says no more than it knows lie close together around one half:
    /// four fifths of a threshold of 0.6 are where its quiet footage lies.
    pub hysteresis_share: f32,
    /// Shorter events are dropped, after merging.
    pub min_snippets: usize,
    /// Events separated by at most this many snippets become one.
    pub merge_gap: usize,
}

impl Default for EventRule {
    fn default() -> Self {
        Self { threshold: 0.5, hysteresis_share: 0.2, min_snippets: 1, merge_gap: 1 }
    }
}

/// A rule as files hold it. Some hold the distance of the lower line from the threshold.
#[derive(Deserialize)]
struct WrittenRule {
    threshold: f32,
    #[serde(default, deserialize_with = "present")]
    hysteresis_share: Option<f32>,
    #[serde(default, deserialize_with = "present")]
    hysteresis: Option<f32>,
    min_snippets: usize,
    merge_gap: usize,
}

/// A number that is there: not every format writes `Some` around it.
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<f32>, D::Error> {
    f32::deserialize(value).map(Some)
}

impl From<WrittenRule> for EventRule {
    fn from(written: WrittenRule) -> Self {
        let WrittenRule { threshold, hysteresis_share, hysteresis, min_snippets, merge_gap } = written;
        // The lower line stays where it was, unless that was at zero, where it flagged everything.
        let from_distance = || {
            let level = threshold - hysteresis?;
            (level > 0.0 && level <= threshold).then(|| Self { threshold, ..Self::default() }.share_for(level))
        };
        let share = hysteresis_share.filter(|share| share.is_finite()).or_else(from_distance);
        let hysteresis_share = share.unwrap_or_else(|| Self::default().hysteresis_share).clamp(0.0, 1.0);
        Self { threshold, hysteresis_share, min_snippets, merge_gap }
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
    /// The lower line: an event goes on as long as scores stay at or above this.
    pub fn low(&self) -> f32 {
        let share = self.hysteresis_share.clamp(0.0, 1.0);
        let kept = self.threshold * (1.0 - share);
        // A share of the odds, written without them: they are infinite at 1. Scores beyond are no probabilities. All of the
        // odds leave nothing, whatever they are.
        let has_odds = (0.0..=1.0).contains(&self.threshold) && share < 1.0;
        if has_odds { kept / (1.0 - self.threshold * share) } else { kept }
    }

    /// The share that puts the lower line at `level`. The one there is at thresholds of 0 and 1, whose lower line no share
    /// moves.
    pub fn share_for(&self, level: f32) -> f32 {
        if self.threshold <= 0.0 || self.threshold == 1.0 {
            return self.hysteresis_share;
        }
        let level = level.clamp(0.0, self.threshold);
        let kept = if self.threshold < 1.0 {
            level * (1.0 - self.threshold) / (self.threshold * (1.0 - level))
        } else {
            level / self.threshold
        };
        (1.0 - kept).clamp(0.0, 1.0)
    }

    /// How little a peak score says, 0..=1: 1 at the threshold, 0 as far from it as scores go.
    pub fn uncertainty(&self, peak_score: f32) -> f32 {
        let reach = self.threshold.max(1.0 - self.threshold).max(f32::EPSILON);
        (1.0 - (peak_score - self.threshold).abs() / reach).clamp(0.0, 1.0)
    }

    /// The events of a curve, in order, never touching each other.
    pub fn events(&self, scores: &[f32]) -> Vec<AnomalySegment> {
        let low = self.low();
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
        let rule = EventRule { threshold: 0.5, hysteresis_share: 0.2, min_snippets: 1, merge_gap: 0 };
        let events = rule.events(&[0.46, 0.6, 0.45, 0.43, 0.46, 0.2]);
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].first, events[0].last, events[0].peak), (0, 2, 1));
    }

    #[test]
    fn gaps_merge_and_short_ones_go() {
        let scores = [0.9, 0.0, 0.9, 0.0, 0.0, 0.0, 0.9];
        let rule = EventRule { threshold: 0.5, hysteresis_share: 0.0, min_snippets: 2, merge_gap: 1 };
        let events = rule.events(&scores);
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].first, events[0].last, events[0].peak), (0, 2, 0));
    }

    #[test]
    fn a_low_threshold_does_not_flag_everything() {
        let rule = EventRule { threshold: 0.05, merge_gap: 0, ..EventRule::default() };
        let events = rule.events(&[0.01, 0.06, 0.045, 0.02, 0.01]);
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].first, events[0].last), (1, 2));
    }

    #[test]
    fn rules_written_with_a_distance_are_read() {
        let read = |text: &str| ron::from_str::<EventRule>(text).expect("is read");
        let old = read("(threshold: 0.4, hysteresis: 0.1, min_snippets: 2, merge_gap: 3)");
        assert_eq!((old.min_snippets, old.merge_gap), (2, 3));
        assert!((old.low() - 0.3).abs() < 1e-6, "the line stays where it was");
        let flooded = read("(threshold: 0.05, hysteresis: 0.1, min_snippets: 1, merge_gap: 1)");
        assert_eq!(flooded.hysteresis_share, EventRule::default().hysteresis_share);
        let rule = EventRule { hysteresis_share: 0.35, ..EventRule::default() };
        assert_eq!(read(&ron::to_string(&rule).expect("is written")), rule);
    }

    #[test]
    fn the_lower_line_is_a_share_of_the_odds() {
        let low = |threshold| EventRule { threshold, hysteresis_share: 0.2, ..EventRule::default() }.low();
        for (threshold, expected) in [(0.5, 0.444_44), (0.627, 0.573_5), (0.01, 0.008_02), (0.99, 0.987_5), (0.0, 0.0)]
        {
            assert!((low(threshold) - expected).abs() < 1e-4, "{threshold}: {}", low(threshold));
        }
        assert!((low(5.0) - 4.0).abs() < 1e-6, "what is no probability has no odds");
        assert!((low(0.9999) - 0.999_875).abs() < 1e-5 && low(1.0) == 1.0, "no step at a threshold of exactly 1");
        assert_eq!(EventRule { threshold: 1.0, hysteresis_share: 1.0, ..EventRule::default() }.low(), 0.0);
    }

    #[test]
    fn a_line_is_found_again_by_its_level() {
        let rule = EventRule { threshold: 0.6, ..EventRule::default() };
        let moved = EventRule { hysteresis_share: rule.share_for(0.45), ..rule };
        assert!((moved.low() - 0.45).abs() < 1e-6);
        assert_eq!((rule.share_for(0.9), rule.share_for(-1.0)), (0.0, 1.0));
        for threshold in [0.0, 1.0] {
            assert_eq!(EventRule { threshold, ..rule }.share_for(0.3), rule.hysteresis_share);
        }
    }

    proptest! {
        #[test]
        fn events_cover_what_is_above_and_never_touch(
            scores in proptest::collection::vec(0.0_f32..1.0, 0..200),
            threshold in 0.05_f32..1.0, hysteresis_share in 0.0_f32..1.0, merge_gap in 0_usize..4,
        ) {
            let rule = EventRule { threshold, hysteresis_share, min_snippets: 1, merge_gap };
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
