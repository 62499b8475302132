//! Figures of scored frames.
//!
//! Owns how snippet scores are spread over frames, and when a video and its ground truth are of the same length. Does not own
//! the metrics themselves, where scores come from, or the whole evaluation ([`crate::app::evaluation`]).

use serde::{Deserialize, Serialize};

use crate::domain::metrics::DetectionMetrics;
use crate::domain::snippet::SNIPPET_FRAMES;

/// Each snippet's score for all of its frames; the last snippet of a video may be short.
pub fn spread(scores: &[f32], frames: usize) -> Vec<f32> {
    scores.iter().flat_map(|s| [*s; SNIPPET_FRAMES]).take(frames).collect()
}

/// Whether scores of frames are those of snippets, each repeated for all frames of its snippet.
pub fn is_spread(scores: &[f32]) -> bool {
    scores.chunks(SNIPPET_FRAMES).all(|snippet| snippet.iter().all(|score| *score == snippet[0]))
}

/// How many frames of a video are beyond those that the ground truth counts; negative where it counts more.
///
/// # Errors
/// The lengths differ by more than one snippet, so that the two cannot be of the same video.
pub fn fit(scored: usize, frames: usize) -> Result<i64, String> {
    let difference = scored as i64 - frames as i64;
    if difference.unsigned_abs() > SNIPPET_FRAMES as u64 || scored == 0 {
        return Err(format!(
            "{scored} frames are scored, but the ground truth has {frames}: they differ by more than {SNIPPET_FRAMES}"
        ));
    }
    Ok(difference)
}

/// The figures of a yardstick.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct YardstickFigures {
    /// What is measured.
    pub name: String,
    /// Its figures on the frames of the model's.
    #[serde(flatten)]
    pub metrics: DetectionMetrics,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_snippet_of_difference_is_told_and_more_is_refused() {
        assert_eq!((fit(40, 32), fit(40, 48), fit(40, 40)), (Ok(8), Ok(-8), Ok(0)));
        assert!(fit(40, 23).is_err() && fit(40, 57).is_err() && fit(0, 3).is_err());
    }

    proptest! {
        #[test]
        fn spread_scores_are_known_as_such(scores in proptest::collection::vec(0.0_f32..1.0, 1..30), short in 0_usize..16) {
            let frames = scores.len() * SNIPPET_FRAMES - short;
            let mut spread = spread(&scores, frames);
            prop_assert_eq!(spread.len(), frames);
            prop_assert!(is_spread(&spread));
            prop_assert_eq!(&spread.iter().step_by(SNIPPET_FRAMES).copied().collect::<Vec<_>>(), &scores);
            if frames > 1 {
                spread[0] += 1.0;
                prop_assert!(!is_spread(&spread) || frames == 1);
            }
        }
    }
}
