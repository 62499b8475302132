//! How long after its beginning an anomaly is noticed.
//!
//! Owns the delay of each anomaly and what is said of all: median and 90th percentile of those noticed, the missed apart.
//! An anomaly is noticed at its first frame with a score at or above the threshold; a score that was high before it began
//! counts from its first frame on. Does not own events: hysteresis and merging play no part here.

use serde::{Deserialize, Serialize};

use super::EvalVideo;

/// Delays of all anomalies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DelayFigures {
    /// Anomalies noticed.
    pub noticed: usize,
    /// Anomalies none of whose frames reaches the threshold.
    pub missed: usize,
    /// Noticed at their first frame.
    pub at_once: usize,
    /// Median over those noticed; `None` if none was.
    pub median_frames: Option<f64>,
    /// The same in seconds.
    pub median_seconds: Option<f64>,
    /// Nine of ten are noticed within so many seconds.
    pub p90_seconds: Option<f64>,
}

/// Frames from the beginning of each anomaly of `video` to its first frame at or above `threshold`; `None` for a missed one.
pub fn delays(video: &EvalVideo, threshold: f32) -> Vec<Option<usize>> {
    let delay = |span: &crate::domain::interval::FrameSpan| {
        (span.start()..span.end()).find(|frame| video.score(*frame) >= threshold).map(|frame| frame - span.start())
    };
    video.truth.iter().map(delay).collect()
}

impl DelayFigures {
    /// Over the anomalies of all `videos`.
    pub fn of(videos: &[&EvalVideo], threshold: f32) -> Self {
        let (mut frames, mut seconds, mut missed) = (Vec::new(), Vec::new(), 0);
        for video in videos {
            for delay in delays(video, threshold) {
                match delay {
                    Some(delay) => {
                        frames.push(delay as f64);
                        let rate = video.rate();
                        seconds.push(if rate > 0.0 { delay as f64 / rate } else { 0.0 });
                    }
                    None => missed += 1,
                }
            }
        }
        frames.sort_by(f64::total_cmp);
        seconds.sort_by(f64::total_cmp);
        Self {
            noticed: frames.len(),
            missed,
            at_once: frames.iter().filter(|delay| **delay == 0.0).count(),
            median_frames: median(&frames),
            median_seconds: median(&seconds),
            p90_seconds: seconds.get((seconds.len() * 9).div_ceil(10).saturating_sub(1)).copied(),
        }
    }
}

fn median(sorted: &[f64]) -> Option<f64> {
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(sorted[half]),
        _ => Some(f64::midpoint(sorted[half - 1], sorted[half])),
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::{span, video};
    use super::*;

    #[test]
    fn delays_are_from_the_first_true_frame() {
        let one = video(&[0.9, 0.1, 0.9, 0.1, 0.1], &[span(4, 8), span(20, 48), span(50, 60)]);
        // High from its first frame; reached in the third snippet, at frame 32; never.
        assert_eq!(delays(&one, 0.5), [Some(0), Some(12), None]);
        let all = DelayFigures::of(&[&one], 0.5);
        assert_eq!((all.noticed, all.missed, all.at_once), (2, 1, 1));
        assert_eq!((all.median_frames, all.median_seconds), (Some(6.0), Some(0.375)));
        assert_eq!(all.p90_seconds, Some(0.75));
        assert_eq!(DelayFigures::of(&[&one], 2.0), DelayFigures { missed: 3, ..DelayFigures::default() });
    }
}
