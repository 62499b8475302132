//! What is known of the snippets on a map, beside where they lie.
//!
//! Owns what a point is coloured by and what its row of the table says. Does not own how it looks.

use super::map::{MapPoint, PointFacts};
use super::similar::said;
use crate::app::library::Entry;
use crate::app::state::AppState;
use crate::domain::snippet::SnippetGrid;

/// What is known of each point of the map.
pub fn point_facts(state: &AppState) -> Vec<PointFacts> {
    let Some(map) = &state.survey.map else { return Vec::new() };
    let entries: Vec<Option<&Entry>> = map
        .order
        .videos
        .iter()
        .map(|video| state.library.entries().iter().find(|entry| entry.video_id.as_ref() == Some(&video.id)))
        .collect();
    let hidden = state.prefs.blind.on;
    let known = |point: &MapPoint| {
        let video = &map.order.videos[point.video];
        let span = SnippetGrid::new(video.frames).span(point.snippet, point.snippet);
        let review = state.reviews.of(&video.id).filter(|_| !hidden);
        let (verdict, label) = review.zip(span).map(|(review, span)| said(review, span)).unwrap_or_default();
        let scored = entries[point.video].and_then(|entry| entry.scored.as_ref());
        let score = scored.and_then(|scored| scored.snippets.scores.get(point.snippet)).copied();
        let score = score.filter(|_| !state.prefs.blind.hides_model());
        PointFacts { score, verdict, label, picked: state.picked.contains(&video.id, point.snippet) }
    };
    map.points.iter().map(known).collect()
}
