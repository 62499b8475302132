//! Figures of scored frames.
//!
//! Owns how snippet scores are spread over frames and cut to the ground truth's length, and how the
//! figures are shown. Does not own the metrics themselves or where scores come from.

use std::fmt::Write as _;

use serde::Serialize;

use crate::domain::metrics::{DetectionMetrics, detection_metrics};
use crate::domain::snippet::SNIPPET_FRAMES;

/// Scores and labels of frames, video after video.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frames {
    /// One per frame.
    pub scores: Vec<f32>,
    /// One per frame.
    pub labels: Vec<bool>,
}

/// Each snippet's score for all of its frames; the last snippet of a video may be short.
pub fn spread(scores: &[f32], frames: usize) -> Vec<f32> {
    scores.iter().flat_map(|s| [*s; SNIPPET_FRAMES]).take(frames).collect()
}

/// Brings predictions to the number of frames that the ground truth counts. Says how many frames were
/// cut (positive) or filled with the last score (negative).
///
/// # Errors
/// The lengths differ by more than one snippet, so that the two cannot be of the same video.
pub fn fit(mut scores: Vec<f32>, frames: usize) -> Result<(Vec<f32>, i64), String> {
    let difference = scores.len() as i64 - frames as i64;
    if difference.unsigned_abs() > SNIPPET_FRAMES as u64 || scores.is_empty() {
        return Err(format!(
            "{} frames are scored, but the ground truth has {frames}: they differ by more than {SNIPPET_FRAMES}",
            scores.len()
        ));
    }
    let last = scores.last().copied().unwrap_or_default();
    scores.resize(frames, last);
    Ok((scores, difference))
}

/// Scores that may be per frame or per snippet, as one per frame.
///
/// # Errors
/// The length is neither.
pub fn per_frame(scores: Vec<f32>, frames: usize) -> Result<Vec<f32>, String> {
    let count = scores.len();
    if count == frames {
        Ok(scores)
    } else if count.saturating_mul(SNIPPET_FRAMES) == frames {
        Ok(spread(&scores, frames))
    } else {
        Err(format!(
            "{count} scores fit {frames} labels neither frame by frame nor with {SNIPPET_FRAMES} frames per score"
        ))
    }
}

/// The figures, with the numbers they rest on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// ROC-AUC, PR-AUC, AP, frame counts.
    #[serde(flatten)]
    pub metrics: DetectionMetrics,
    /// How many videos were pooled, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub videos: Option<usize>,
    /// Frames left out because the ground truth counts fewer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frames_cut: Option<i64>,
    /// How well plain motion would do on the same frames, where that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub yardsticks: Vec<YardstickFigures>,
}

/// The figures of a yardstick.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct YardstickFigures {
    /// What is measured.
    pub name: String,
    /// Its figures on the frames of the model's.
    #[serde(flatten)]
    pub metrics: DetectionMetrics,
}

impl Figures {
    /// Computes them.
    ///
    /// # Errors
    /// All frames have the same label.
    pub fn of(frames: &Frames) -> Result<Self, String> {
        let metrics = detection_metrics(&frames.labels, &frames.scores).ok_or_else(|| {
            let all = if frames.labels.contains(&true) { "anomalous" } else { "normal" };
            format!("all {} frames are {all}: figures need frames of both kinds", frames.labels.len())
        })?;
        Ok(Self { metrics, videos: None, frames_cut: None, yardsticks: Vec::new() })
    }

    /// As a small table.
    pub fn table(&self) -> String {
        let m = &self.metrics;
        let videos = self.videos.map_or_else(String::new, |n| format!(" of {n} videos"));
        let share = m.positives as f64 / m.frames as f64 * 100.0;
        let mut text = format!(
            "frames    {}{videos}, {} anomalous ({share:.1} %)\n\
             ROC-AUC   {:.10}\n\
             PR-AUC    {:.10}   trapezoids under the precision-recall points\n\
             AP        {:.10}   average precision, without interpolation\n",
            m.frames, m.positives, m.roc_auc, m.pr_auc_trapezoid, m.average_precision
        );
        for YardstickFigures { name, metrics: m } in &self.yardsticks {
            // Writing to a string cannot fail.
            writeln!(text, "{name:<14}  ROC-AUC {:.4}, AP {:.4}", m.roc_auc, m.average_precision).ok();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_snippet_of_difference_is_cut_or_filled_and_more_is_refused() {
        let scores = spread(&[0.1, 0.2, 0.3], 40);
        assert_eq!((scores.len(), scores[31], scores[32]), (40, 0.2, 0.3));
        assert_eq!(fit(scores.clone(), 32).expect("is cut"), (spread(&[0.1, 0.2], 32), 8));
        let (filled, difference) = fit(scores.clone(), 48).expect("is filled");
        assert_eq!((filled.len(), filled[47], difference), (48, 0.3, -8));
        assert!(fit(scores.clone(), 23).is_err() && fit(scores, 57).is_err() && fit(Vec::new(), 3).is_err());
    }

    #[test]
    fn one_label_has_no_figures() {
        let frames = Frames { scores: vec![0.1, 0.2], labels: vec![false, false] };
        assert!(Figures::of(&frames).expect_err("has one class").contains("normal"));
    }

    proptest! {
        #[test]
        fn frame_and_snippet_scores_agree(scores in proptest::collection::vec(0.0_f32..1.0, 1..30)) {
            let frames = scores.len() * SNIPPET_FRAMES;
            let spread = per_frame(scores.clone(), frames).expect("16 frames each");
            prop_assert_eq!(&per_frame(spread.clone(), frames).expect("one each"), &spread);
            for (frame, score) in spread.iter().enumerate() {
                prop_assert_eq!(*score, scores[frame / SNIPPET_FRAMES]);
            }
            prop_assert!(per_frame(scores, frames + 1).is_err());
        }
    }
}
