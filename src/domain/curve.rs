//! Curves: values per snippet together with the summaries that they are drawn from.
//!
//! Owns that both belong together. A summary of a day takes longer than a frame of the window may, so it is made where
//! the values are made, on a worker. Does not own the values' meaning (`score`, `lane_data`) or drawing.

use std::sync::Arc;

use super::pyramid::Pyramid;
use super::score::{ScoredVideo, SnippetScores};

/// Values, one per snippet, that do not change any more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    values: Arc<[f32]>,
    summary: Arc<Pyramid>,
}

impl Curve {
    /// Summarises `values`: O(length).
    pub fn new(values: Vec<f32>) -> Self {
        Self { summary: Arc::new(Pyramid::new(&values)), values: values.into() }
    }

    /// The values.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// What they are drawn from.
    pub fn summary(&self) -> &Arc<Pyramid> {
        &self.summary
    }
}

/// Summaries of what the model says about a video.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScoreCurves {
    /// Of the scores.
    pub score: Arc<Pyramid>,
    /// Of p(t).
    pub attention: Arc<Pyramid>,
    /// Of the norms of the temporal features.
    pub magnitude: Arc<Pyramid>,
}

impl ScoreCurves {
    /// Of the first `count` snippets, or of as many as there are: O(count).
    pub fn of(snippets: &SnippetScores, count: usize) -> Self {
        let curve = |values: &[f32]| Arc::new(Pyramid::new(&values[..values.len().min(count)]));
        Self {
            score: curve(&snippets.scores),
            attention: curve(&snippets.attention),
            magnitude: curve(&snippets.magnitudes),
        }
    }
}

/// Scores, ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct PlottedScores {
    /// The scores.
    pub scored: Arc<ScoredVideo>,
    /// Their summaries.
    pub curves: ScoreCurves,
}

impl PlottedScores {
    /// Summarises scores: O(T).
    pub fn new(scored: ScoredVideo) -> Self {
        Self { curves: ScoreCurves::of(&scored.snippets, scored.snippets.len()), scored: Arc::new(scored) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pyramid::Extent;

    #[test]
    fn a_summary_is_of_the_values_beside_it() {
        let curve = Curve::new(vec![0.5, 0.1, 0.9]);
        assert_eq!(curve.summary().len(), curve.values().len());
        assert_eq!(curve.summary().extent(1..3), Some(Extent { min: 0.1, max: 0.9 }));
        assert!(Curve::default().summary().is_empty());
    }

    #[test]
    fn only_what_is_known_is_summarised() {
        let snippets = SnippetScores { scores: vec![0.5, 0.1, 0.9], attention: vec![1.0; 3], magnitudes: vec![2.0; 3] };
        let curves = ScoreCurves::of(&snippets, 2);
        assert_eq!((curves.score.len(), curves.attention.len(), curves.magnitude.len()), (2, 2, 2));
        assert_eq!(curves.score.total(), Some(Extent { min: 0.1, max: 0.5 }));
        assert_eq!(ScoreCurves::of(&snippets, 9).score.len(), 3);
    }
}
