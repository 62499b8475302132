//! Events that appear and disappear.
//!
//! Owns which these are, and how much each matters.

use serde::Serialize;

use super::{Board, Pair};
use crate::domain::compare;
use crate::domain::interval::FrameSpan;
use crate::domain::library::VideoId;
use crate::domain::review::Verdict;
use crate::domain::segment::AnomalySegment;

/// Whether an event comes or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "lowercase")]
pub enum Turn {
    /// The candidate flags it, the model in use does not.
    Appears,
    /// The other way round.
    Disappears,
}

/// An event of one model that shares no snippet with any of the other's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangedEvent {
    /// Of which video.
    pub video: VideoId,
    /// Its file's name.
    pub name: String,
    /// Its frames.
    pub span: FrameSpan,
    /// The frame of its highest score.
    pub peak_frame: usize,
    /// Highest scores in it.
    pub peaks: Pair<f32>,
    /// Whether it comes or goes.
    pub turn: Turn,
    /// What was said about these frames; a labelled interval counts as an anomaly.
    pub verdict: Option<Verdict>,
    /// How much it matters; more is more. Anomalies that go come first, then false alarms that come and anomalies that are
    /// found, then what nobody judged, and last what was to be expected; among equals the greater change.
    pub matter: f32,
}

pub(super) fn changes(boards: &[Board<'_>]) -> Vec<ChangedEvent> {
    let mut changes = Vec::new();
    for board in boards {
        let lone = |one: &[AnomalySegment], other: &[AnomalySegment], turn: Turn| -> Vec<ChangedEvent> {
            compare::lone(one, other).filter_map(|event| change(board, event, turn)).collect()
        };
        changes.extend(lone(&board.events.after, &board.events.before, Turn::Appears));
        changes.extend(lone(&board.events.before, &board.events.after, Turn::Disappears));
    }
    changes.sort_by(|a, b| {
        b.matter.total_cmp(&a.matter).then_with(|| a.video.cmp(&b.video)).then_with(|| a.span.cmp(&b.span))
    });
    changes
}

fn change(board: &Board<'_>, event: &AnomalySegment, turn: Turn) -> Option<ChangedEvent> {
    let span = board.span(event)?;
    let one = std::slice::from_ref(event);
    let verdict = if board.anomalies.iter().any(|(_, span, _)| board.flags(one, *span)) {
        Some(Verdict::Anomaly)
    } else if board.false_alarms.iter().any(|(_, span)| board.flags(one, *span)) {
        Some(Verdict::FalseAlarm)
    } else {
        board.unsure.iter().any(|span| board.flags(one, *span)).then_some(Verdict::Unsure)
    };
    let peak =
        |scores: &[f32]| scores.get(event.first..=event.last).unwrap_or_default().iter().copied().fold(0.0, f32::max);
    let peaks = Pair { before: peak(board.video.before), after: peak(board.video.after) };
    let rank = match (turn, verdict) {
        (Turn::Disappears, Some(Verdict::Anomaly)) => 6.0,
        (Turn::Appears, Some(Verdict::FalseAlarm | Verdict::Anomaly)) => 4.0,
        (_, None | Some(Verdict::Unsure)) => 2.0,
        (Turn::Disappears, Some(Verdict::FalseAlarm)) => 0.0,
    };
    Some(ChangedEvent {
        video: board.video.review.video.clone(),
        name: board.video.name.to_owned(),
        span,
        peak_frame: board.grid.middle(event.peak),
        peaks,
        turn,
        verdict,
        matter: rank + (peaks.after - peaks.before).abs(),
    })
}
