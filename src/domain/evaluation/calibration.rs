//! Whether scores are probabilities: of frames scored 0.7, are seven of ten anomalous?
//!
//! Owns reliability bins of equal width, the expected calibration error (Naeini et al., 2015; Guo et al., 2017) and the
//! Brier score, all over frames. Does not own changing a model's confidence.

use serde::{Deserialize, Serialize};

use super::ranking::Ranking;

/// Frames whose scores lie in one bin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBin {
    /// Lower end of the bin, in it.
    pub from: f64,
    /// Upper end, in the next bin but for the last.
    pub to: f64,
    /// How many frames.
    pub frames: u64,
    /// Their mean score.
    pub mean_score: f64,
    /// How many of them are anomalous, of all.
    pub anomalous_share: f64,
}

/// How far scores are from probabilities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Bins that hold frames, upwards.
    pub bins: Vec<ReliabilityBin>,
    /// Mean distance of a bin's share from its mean score, weighed by frames.
    pub expected_calibration_error: f64,
    /// Mean squared distance of the score from the label.
    pub brier: f64,
}

impl Calibration {
    /// Over `bins` bins; `None` if a score is no number from 0 to 1, or there are no frames.
    pub fn of(ranking: &Ranking, bins: usize) -> Option<Self> {
        let bins = bins.max(1);
        // Frames, sum of scores, anomalous frames.
        let mut sums = vec![(0_u64, 0.0_f64, 0_u64); bins];
        let mut squares = 0.0;
        for (score, positives, negatives) in ranking.pieces() {
            if !(0.0..=1.0).contains(&score) {
                return None;
            }
            let score = f64::from(score);
            let frames = u64::from(positives) + u64::from(negatives);
            let sum = &mut sums[((score * bins as f64) as usize).min(bins - 1)];
            *sum = (sum.0 + frames, sum.1 + score * frames as f64, sum.2 + u64::from(positives));
            squares += f64::from(positives) * (1.0 - score).powi(2) + f64::from(negatives) * score.powi(2);
        }
        let all: u64 = sums.iter().map(|sum| sum.0).sum();
        if all == 0 {
            return None;
        }
        let bin = |(at, &(frames, scores, anomalous)): (usize, &(u64, f64, u64))| {
            (frames > 0).then(|| ReliabilityBin {
                from: at as f64 / bins as f64,
                to: (at + 1) as f64 / bins as f64,
                frames,
                mean_score: scores / frames as f64,
                anomalous_share: anomalous as f64 / frames as f64,
            })
        };
        let bins: Vec<ReliabilityBin> = sums.iter().enumerate().filter_map(bin).collect();
        let off = |bin: &ReliabilityBin| (bin.mean_score - bin.anomalous_share).abs() * bin.frames as f64;
        let expected_calibration_error = bins.iter().map(off).sum::<f64>() / all as f64;
        Some(Self { bins, expected_calibration_error, brier: squares / all as f64 })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::made::{any_video, span, video};
    use super::*;

    #[test]
    fn certain_and_right_is_calibrated_and_certain_and_wrong_is_not() {
        let good = video(&[0.0, 1.0], &[span(16, 32)]);
        let of = |video| Calibration::of(&Ranking::of([video]), 10).expect("scores are from 0 to 1");
        assert_eq!((of(&good).expected_calibration_error, of(&good).brier, of(&good).bins.len()), (0.0, 0.0, 2));
        let bad = video(&[1.0, 0.0], &[span(16, 32)]);
        assert_eq!((of(&bad).expected_calibration_error, of(&bad).brier), (1.0, 1.0));
        // Always saying a half, where half is true, is calibrated but knows nothing.
        let vague = video(&[0.5, 0.5], &[span(16, 32)]);
        assert_eq!((of(&vague).expected_calibration_error, of(&vague).brier), (0.0, 0.25));
        assert_eq!(Calibration::of(&Ranking::of([&video(&[1.5], &[])]), 10), None);
        assert_eq!(Calibration::of(&Ranking::default(), 10), None);
    }

    proptest! {
        #[test]
        fn every_frame_is_in_one_bin(videos in proptest::collection::vec(any_video(), 1..4), bins in 1_usize..20) {
            let found = Calibration::of(&Ranking::of(&videos), bins).expect("scores are from 0 to 1");
            let frames: usize = videos.iter().map(|v| v.frames).sum();
            prop_assert_eq!(found.bins.iter().map(|b| b.frames).sum::<u64>() as usize, frames);
            prop_assert!((0.0..=1.0).contains(&found.brier) && (0.0..=1.0).contains(&found.expected_calibration_error));
            for bin in &found.bins {
                prop_assert!(bin.from <= bin.mean_score + 1e-9 && bin.mean_score <= bin.to + 1e-9);
            }
        }
    }
}
