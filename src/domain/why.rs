//! Why an event was flagged: the snippets that speak for it.
//!
//! Owns their choice and the place of a value among others. Does not own what makes events of scores
//! (see [`super::segment`]) nor pictures.

use super::score::SnippetScores;
use super::segment::AnomalySegment;

/// How many snippets of the largest magnitude are named.
pub const LARGEST: usize = 3;

/// What the model says about one snippet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SnippetFigures {
    /// Which, from 0.
    pub snippet: usize,
    /// Anomaly score.
    pub score: f32,
    /// p(t).
    pub attention: f32,
    /// Length of its temporal feature.
    pub magnitude: f32,
}

/// The snippets that speak for an event.
#[derive(Clone, Debug, PartialEq)]
pub struct WhyFlagged {
    /// The one with the highest score.
    pub peak: SnippetFigures,
    /// Those of the largest magnitude, largest first; the earlier of equals. By magnitude the Difference
    /// Maximization Trainer chose which snippets stand for a video.
    pub largest: Vec<SnippetFigures>,
}

/// What the scores say about snippet `snippet`; `None` where there are none.
pub fn figures(scores: &SnippetScores, snippet: usize) -> Option<SnippetFigures> {
    Some(SnippetFigures {
        snippet,
        score: *scores.scores.get(snippet)?,
        attention: *scores.attention.get(snippet)?,
        magnitude: *scores.magnitudes.get(snippet)?,
    })
}

/// The snippets that speak for `event`; `None` if the scores do not reach to its end. One pass over the event.
pub fn why_flagged(event: &AnomalySegment, scores: &SnippetScores) -> Option<WhyFlagged> {
    let peak = figures(scores, event.peak)?;
    let magnitudes = scores.magnitudes.get(event.first..=event.last)?;
    let mut chosen: Vec<usize> = Vec::with_capacity(LARGEST + 1);
    for (offset, magnitude) in magnitudes.iter().enumerate() {
        let place = chosen.partition_point(|other| magnitudes[*other] >= *magnitude);
        if place < LARGEST {
            chosen.insert(place, offset);
            chosen.truncate(LARGEST);
        }
    }
    let largest = chosen.into_iter().filter_map(|offset| figures(scores, event.first + offset)).collect();
    Some(WhyFlagged { peak, largest })
}

/// The place of `values[at]` among all, 1 for the largest; equals share the better place. `None` beyond the end.
pub fn rank(values: &[f32], at: usize) -> Option<usize> {
    let value = values.get(at)?;
    Some(1 + values.iter().filter(|other| *other > value).count())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::segment::EventRule;

    fn scores(values: &[(f32, f32)]) -> SnippetScores {
        SnippetScores {
            scores: values.iter().map(|v| v.0).collect(),
            attention: values.iter().map(|v| v.0 / 2.0).collect(),
            magnitudes: values.iter().map(|v| v.1).collect(),
        }
    }

    #[test]
    fn the_peak_and_the_largest_of_the_event_alone() {
        let scores = scores(&[(0.1, 99.0), (0.6, 2.0), (0.9, 5.0), (0.7, 7.0), (0.8, 5.0), (0.7, 1.0), (0.1, 50.0)]);
        let event = EventRule::default().events(&scores.scores)[0];
        assert_eq!((event.first, event.last), (1, 5));
        let why = why_flagged(&event, &scores).expect("all is scored");
        assert_eq!(why.peak, SnippetFigures { snippet: 2, score: 0.9, attention: 0.45, magnitude: 5.0 });
        assert_eq!(why.largest.iter().map(|f| f.snippet).collect::<Vec<_>>(), [3, 2, 4]);
    }

    #[test]
    fn a_short_event_names_what_it_has() {
        let scores = scores(&[(0.9, 1.0)]);
        let event = EventRule::default().events(&scores.scores)[0];
        assert_eq!(why_flagged(&event, &scores).expect("is scored").largest.len(), 1);
        let beyond = AnomalySegment { last: 1, ..event };
        assert_eq!(why_flagged(&beyond, &scores), None);
    }

    #[test]
    fn ranks_count_from_the_largest() {
        let values = [0.2, 0.9, 0.5, 0.9];
        assert_eq!([0, 1, 2, 3, 4].map(|at| rank(&values, at)), [Some(4), Some(1), Some(3), Some(1), None]);
    }

    proptest! {
        #[test]
        fn the_choice_is_that_of_sorting(magnitudes in proptest::collection::vec(0_u8..6, 1..40)) {
            let all: Vec<(f32, f32)> = magnitudes.iter().map(|m| (0.9, f32::from(*m))).collect();
            let scores = scores(&all);
            let event = AnomalySegment { first: 0, last: all.len() - 1, peak: 0, peak_score: 0.9 };
            let mut sorted: Vec<usize> = (0..all.len()).collect();
            sorted.sort_by_key(|at| std::cmp::Reverse(magnitudes[*at]));
            sorted.truncate(LARGEST);
            let chosen: Vec<usize> =
                why_flagged(&event, &scores).expect("is scored").largest.iter().map(|f| f.snippet).collect();
            prop_assert_eq!(chosen, sorted);
        }

        #[test]
        fn a_rank_is_a_place_in_sorted_order(values in proptest::collection::vec(0.0_f32..1.0, 1..60)) {
            let mut sorted = values.clone();
            sorted.sort_by(|a, b| b.total_cmp(a));
            for (at, value) in values.iter().enumerate() {
                prop_assert_eq!(sorted[rank(&values, at).expect("is there") - 1], *value);
            }
        }
    }
}
