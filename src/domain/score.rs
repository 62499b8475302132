//! Scores of a video and the settings that made them.
//!
//! Owns what the model reports per snippet and what must be stored beside it so that the same input
//! gives the same numbers again. Does not own the computation.

use serde::{Deserialize, Serialize};

/// Settings of Temporal Self-Attention at inference (CLIP-TSA, section 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TsaSettings {
    /// Share of snippets that are selected, 0 < ratio <= 1; kappa = floor(T × ratio), at least 1.
    pub ratio: f64,
    /// Standard deviation of the noise added to the scorer's output; 0 gives one exact selection.
    pub sigma: f64,
    /// M, the number of noisy draws.
    pub samples: usize,
    /// Seed of the draws. The same video, settings and seed give the same scores on every device.
    pub seed: u64,
    /// Whether attention is applied at all; off, every snippet counts fully.
    pub enabled: bool,
}

impl Default for TsaSettings {
    /// The paper's values.
    fn default() -> Self {
        Self { ratio: 0.7, sigma: 0.05, samples: 100, seed: 0, enabled: true }
    }
}

impl TsaSettings {
    /// kappa = floor(T × ratio) in 64-bit arithmetic (32-bit differs at many T), within 1..=T.
    pub fn kappa(&self, snippets: usize) -> usize {
        ((snippets as f64 * self.ratio).floor() as usize).clamp(1, snippets.max(1))
    }
}

/// What the model says about each snippet of one video. All vectors have one entry per snippet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SnippetScores {
    /// Anomaly score, 0..=1, mean over crops.
    pub scores: Vec<f32>,
    /// p(t): share of the noisy draws in which the snippet is among the top kappa, mean over crops. Sums to kappa.
    pub attention: Vec<f32>,
    /// L2 norm of the temporal feature, mean over crops: what the Difference Maximization Trainer ranks by.
    pub magnitudes: Vec<f32>,
}

impl SnippetScores {
    /// T.
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// Whether there is nothing yet.
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }
}

/// Scores with their origin, as shown and as written to files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoredVideo {
    /// Per snippet.
    pub snippets: SnippetScores,
    /// Settings that made them. `samples` is the number of draws really used.
    pub tsa: TsaSettings,
    /// Which encoder made the features, e.g. `builtin-motion-1` or `clip:…`.
    pub encoder: String,
    /// Identity of the model's weights.
    pub model: String,
    /// What it ran on, e.g. `CPU`.
    pub device: String,
    /// Whether these are all snippets of the video, or those encoded so far.
    pub complete: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kappa_is_computed_in_64_bits() {
        let tsa = TsaSettings::default();
        assert_eq!([1, 2, 3, 90, 200].map(|t| tsa.kappa(t)), [1, 1, 2, 62, 140]);
        let all = TsaSettings { ratio: 1.5, ..tsa };
        assert_eq!(all.kappa(10), 10);
    }
}
