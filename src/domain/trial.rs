//! Judging a model by ground truth as a reviewer would feel it: verdicts, false alarms at a fixed recall, and how sure
//! such figures are.
//!
//! Owns the verdict that the truth gives an event, the operating point. Does not own reading the truth, scores, learning
//! from the verdicts ([`super::lesson`]), or the resampling of videos ([`super::bootstrap`]).

use super::interval::FrameSpan;
use super::metrics::{DetectionMetrics, detection_metrics};
use super::review::Verdict;
use super::segment::EventRule;
use super::snippet::SnippetGrid;

/// What somebody who knows the truth says of an event: an anomaly if it shares a frame with one, else a false alarm.
pub fn verdict(event: FrameSpan, truth: &[FrameSpan]) -> Verdict {
    if truth.iter().any(|span| span.overlaps(event)) { Verdict::Anomaly } else { Verdict::FalseAlarm }
}

/// Runs of true frames.
pub fn spans(labels: &[bool]) -> Vec<FrameSpan> {
    let mut spans = Vec::new();
    let mut at = 0;
    for run in labels.chunk_by(|a, b| a == b) {
        if run[0] {
            spans.extend(FrameSpan::new(at, at + run.len()));
        }
        at += run.len();
    }
    spans
}

/// A video with a model's scores and what is true of it.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialVideo {
    /// How many frames it has.
    pub frames: usize,
    /// How long it is.
    pub seconds: f64,
    /// Its anomalies, apart from each other.
    pub truth: Vec<FrameSpan>,
    /// One score per snippet.
    pub scores: Vec<f32>,
}

/// Figures of a model that flags a given share of all anomalies.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Operating {
    /// The highest threshold that does.
    pub threshold: f32,
    /// Anomalies that share snippets with an event.
    pub found: usize,
    /// Of so many.
    pub anomalies: usize,
    /// Events that share no snippet with an anomaly, per hour of footage in which nothing happens.
    pub false_alarms_per_hour: f64,
    /// Share of that footage inside of events. One event as long as its video is one false alarm and all of its footage;
    /// the first figure alone would call that good.
    pub flagged_share: f64,
}

impl TrialVideo {
    fn touched(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let grid = SnippetGrid::new(self.frames);
        self.truth.iter().filter_map(move |span| grid.touched(*span))
    }

    /// Anomalies found, false alarms, and normal snippets inside of events.
    fn count(&self, rule: EventRule) -> (usize, usize, usize) {
        let events = rule.events(&self.scores);
        let found = self.touched().filter(|range| events.iter().any(|e| e.first < range.end && e.last >= range.start));
        let found = found.count();
        let touched: Vec<_> = self.touched().collect();
        let alarms = events.iter().filter(|e| !touched.iter().any(|r| e.first < r.end && e.last >= r.start)).count();
        let normal = |at: &usize| !touched.iter().any(|range| range.contains(at));
        let flagged = events.iter().map(|event| (event.first..=event.last).filter(normal).count()).sum();
        (found, alarms, flagged)
    }

    fn normal_snippets(&self) -> usize {
        let touched: Vec<_> = self.touched().collect();
        (0..self.scores.len()).filter(|at| !touched.iter().any(|range| range.contains(at))).count()
    }
}

/// The operating point at which a share `recall` of all anomalies is found, `rule` making the events but for its threshold.
/// `None` without anomalies or without normal footage.
pub fn operating(videos: &[&TrialVideo], rule: EventRule, recall: f64) -> Option<Operating> {
    let anomalies: usize = videos.iter().map(|video| video.touched().count()).sum();
    let hours: f64 =
        videos.iter().map(|v| v.seconds / 3600.0 * v.normal_snippets() as f64 / v.scores.len().max(1) as f64).sum();
    let needed = (recall * anomalies as f64).ceil() as usize;
    if anomalies == 0 || needed == 0 || hours <= 0.0 {
        return None;
    }
    let mut thresholds: Vec<f32> = videos.iter().flat_map(|video| video.scores.iter().copied()).collect();
    thresholds.sort_unstable_by(|a, b| b.total_cmp(a));
    thresholds.dedup();
    let at = |threshold: f32| {
        let each = videos.iter().map(|video| video.count(EventRule { threshold, min_snippets: 1, ..rule }));
        each.fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2))
    };
    // A lower threshold flags all that a higher one does, so the first that is enough can be searched for.
    let first = thresholds.partition_point(|threshold| at(*threshold).0 < needed);
    let threshold = *thresholds.get(first)?;
    let (found, alarms, flagged) = at(threshold);
    let normal: usize = videos.iter().map(|video| video.normal_snippets()).sum();
    Some(Operating {
        threshold,
        found,
        anomalies,
        false_alarms_per_hour: alarms as f64 / hours,
        flagged_share: flagged as f64 / normal.max(1) as f64,
    })
}

/// Frame figures of some videos together; a score belongs to all frames of its snippet. `None` unless both kinds of frames
/// are there.
pub fn frame_metrics(videos: &[&TrialVideo]) -> Option<DetectionMetrics> {
    let (mut labels, mut scores) = (Vec::new(), Vec::new());
    for video in videos {
        let from = labels.len();
        labels.resize(from + video.frames, false);
        for span in &video.truth {
            labels[from..][span.start().min(video.frames)..span.end().min(video.frames)].fill(true);
        }
        let grid = SnippetGrid::new(video.frames);
        scores.extend((0..video.frames).map(|f| video.scores.get(grid.snippet_of(f)).copied().unwrap_or_default()));
    }
    detection_metrics(&labels, &scores)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(start: usize, end: usize) -> FrameSpan {
        FrameSpan::new(start, end).expect("holds frames")
    }

    fn video(scores: &[f32], truth: &[FrameSpan]) -> TrialVideo {
        let frames = scores.len() * 16;
        TrialVideo { frames, seconds: frames as f64 / 16.0 * 3600.0, truth: truth.to_vec(), scores: scores.to_vec() }
    }

    const RULE: EventRule = EventRule { threshold: 0.5, hysteresis_share: 0.0, min_snippets: 1, merge_gap: 0 };

    #[test]
    fn an_event_is_an_anomaly_if_it_shows_any_of_one() {
        let truth = [span(10, 20), span(40, 41)];
        for (event, expected) in [
            (span(0, 10), Verdict::FalseAlarm),
            (span(0, 11), Verdict::Anomaly),
            (span(20, 40), Verdict::FalseAlarm),
            (span(40, 100), Verdict::Anomaly),
        ] {
            assert_eq!(verdict(event, &truth), expected, "{event:?}");
        }
        assert_eq!(verdict(span(0, 9), &[]), Verdict::FalseAlarm);
    }

    #[test]
    fn runs_of_labels_are_spans() {
        assert_eq!(spans(&[true, false, false, true, true]), [span(0, 1), span(3, 5)]);
        assert!(spans(&[false; 3]).is_empty() && spans(&[]).is_empty());
    }

    #[test]
    fn false_alarms_are_counted_where_enough_is_found() {
        // Anomalies in the second snippet (0.9) and the sixth (0.4); alarms at 0.95, 0.6 and 0.3.
        let one = video(&[0.1, 0.9, 0.1, 0.95, 0.1, 0.4, 0.1, 0.6, 0.1, 0.3], &[span(16, 32), span(80, 96)]);
        let at = |recall| operating(&[&one], RULE, recall).expect("has both");
        let (half, all) = (at(0.5), at(1.0));
        assert_eq!((half.threshold, half.found, half.anomalies), (0.9, 1, 2));
        assert_eq!((half.false_alarms_per_hour, half.flagged_share), (1.0 / 8.0, 1.0 / 8.0));
        assert_eq!((all.threshold, all.found, all.false_alarms_per_hour), (0.4, 2, 2.0 / 8.0));
        // One event over everything holds the anomaly, and is no false alarm: the share of footage tells.
        let flat = video(&[1.0; 10], &[span(16, 32)]);
        let flat = operating(&[&flat], RULE, 0.8).expect("has both");
        assert_eq!((flat.false_alarms_per_hour, flat.flagged_share), (0.0, 1.0));
        assert_eq!(operating(&[&video(&[0.5], &[])], RULE, 0.8), None);
        assert_eq!(operating(&[], RULE, 0.8), None);
    }

    proptest! {
        #[test]
        fn no_higher_threshold_finds_enough(
            scores in proptest::collection::vec(0_u8..20, 4..60), at in 0_usize..40, recall in 0.1_f64..1.0,
        ) {
            let scores: Vec<f32> = scores.iter().map(|s| f32::from(*s) / 20.0).collect();
            let rule = EventRule { merge_gap: 1, hysteresis_share: 0.2, ..RULE };
            let first = at % scores.len() * 16;
            let video = video(&scores, &[span(first, first + 16), span(scores.len() * 16 - 4, scores.len() * 16)]);
            let Some(found) = operating(&[&video], rule, recall) else { return Ok(()) };
            let count = |threshold| video.count(EventRule { threshold, ..rule }).0;
            let needed = (recall * found.anomalies as f64).ceil() as usize;
            prop_assert!(found.found >= needed && count(found.threshold) == found.found);
            for score in scores.iter().filter(|score| **score > found.threshold) {
                prop_assert!(count(*score) < needed);
            }
        }
    }
}
