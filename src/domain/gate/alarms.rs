//! False alarms per hour of normal footage, both models finding as many anomalies.
//!
//! Owns which threshold makes the two comparable, and what footage counts as normal.

use serde::Serialize;

use super::{Board, Pair};
use crate::domain::segment::{AnomalySegment, EventRule};

/// False alarms of both models.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Alarms {
    /// Hours of footage in which nothing is known to happen.
    pub hours: f64,
    /// Anomalies that the model in use finds, and that the candidate finds at its threshold here.
    pub found: usize,
    /// Of so many.
    pub anomalies: usize,
    /// Thresholds of the comparison: that in use, and the highest at which the candidate finds as many; its own where
    /// nothing is found.
    pub thresholds: Pair<f32>,
    /// Events per hour that hold no anomaly. Those that nobody judged count too.
    pub per_hour: Pair<f64>,
    /// Share of that footage inside of events.
    pub flagged: Pair<f64>,
}

impl Alarms {
    /// How much more the candidate gives to look through for nothing than the model in use, as a factor: the mean, as of
    /// factors, of how many more alarms there are and how much more footage is in them. Neither says enough alone. One alarm
    /// as long as its video that falls apart into two short ones is twice as many, and less to look through.
    pub fn burden(&self) -> f64 {
        // Something may come of nothing; a hundredth of an alarm an hour, or of a percent, is nothing.
        let factor = |of: Pair<f64>, least: f64| of.after.max(least) / of.before.max(least);
        (factor(self.per_hour, 1e-2) * factor(self.flagged, 1e-4)).sqrt()
    }
}

/// `None` where no footage is normal.
pub(super) fn alarms(boards: &[Board<'_>], rules: Pair<EventRule>) -> Option<Alarms> {
    let hours: f64 = boards.iter().map(normal_hours).sum();
    if hours <= 0.0 {
        return None;
    }
    let anomalies = boards.iter().map(|board| board.anomalies.len()).sum();
    let found = |of: &dyn Fn(&Board<'_>) -> Vec<AnomalySegment>| -> usize {
        let in_board = |board: &Board<'_>| {
            let events = of(board);
            board.anomalies.iter().filter(|(_, span, _)| board.flags(&events, *span)).count()
        };
        boards.iter().filter(|board| !board.anomalies.is_empty()).map(in_board).sum()
    };
    let now = found(&|board| board.events.before.clone());
    let at = |threshold: f32| {
        let rule = EventRule { threshold, ..rules.after };
        move |board: &Board<'_>| rule.events(board.video.after)
    };
    let mut threshold = rules.after.threshold;
    if now > 0 {
        let mut peaks: Vec<f32> = boards.iter().flat_map(peaks).collect();
        peaks.sort_by(|a, b| b.total_cmp(a));
        // At the peak of the n-th best anomaly n are found, unless the rule drops short events.
        let same = peaks.get(now - 1..).unwrap_or_default().iter().find(|peak| found(&at(**peak)) >= now);
        threshold = same.or_else(|| peaks.last()).copied().unwrap_or(threshold);
    }
    let per_hour = |of: &dyn Fn(&Board<'_>) -> Vec<AnomalySegment>| {
        boards.iter().map(|board| false_alarms(board, &of(board))).sum::<usize>() as f64 / hours
    };
    let flagged = |of: &dyn Fn(&Board<'_>) -> Vec<AnomalySegment>| {
        boards.iter().map(|board| flagged_hours(board, &of(board))).sum::<f64>() / hours
    };
    Some(Alarms {
        hours,
        found: now,
        anomalies,
        thresholds: Pair { before: rules.before.threshold, after: threshold },
        per_hour: Pair { before: per_hour(&|board| board.events.before.clone()), after: per_hour(&at(threshold)) },
        flagged: Pair { before: flagged(&|board| board.events.before.clone()), after: flagged(&at(threshold)) },
    })
}

/// The candidate's highest score in each anomaly.
fn peaks(board: &Board<'_>) -> Vec<f32> {
    let peak = |range: std::ops::Range<usize>| {
        board.video.after.get(range).unwrap_or_default().iter().copied().fold(0.0, f32::max)
    };
    board.anomalies.iter().filter_map(|(_, span, _)| Some(peak(board.grid.touched(*span)?))).collect()
}

/// Events that hold no anomaly and nothing that a reviewer left open.
fn false_alarms(board: &Board<'_>, events: &[AnomalySegment]) -> usize {
    if board.anywhere {
        return 0;
    }
    let alarm = |event: &&AnomalySegment| {
        let one = std::slice::from_ref(*event);
        let known = board.anomalies.iter().map(|(_, span, _)| *span).chain(board.unsure.iter().copied());
        !known.into_iter().any(|span| board.flags(one, span))
    };
    events.iter().filter(alarm).count()
}

fn normal_hours(board: &Board<'_>) -> f64 {
    hours(board, normal(board).iter().filter(|n| **n).count())
}

/// Normal footage inside of events.
fn flagged_hours(board: &Board<'_>, events: &[AnomalySegment]) -> f64 {
    let normal = normal(board);
    let inside = |event: &AnomalySegment| normal.iter().take(event.last + 1).skip(event.first).filter(|n| **n).count();
    hours(board, events.iter().map(inside).sum())
}

fn hours(board: &Board<'_>, snippets: usize) -> f64 {
    snippets as f64 / board.grid.count().max(1) as f64 * board.video.duration.secs_f64() / 3600.0
}

/// Which snippets nothing is known to happen in.
fn normal(board: &Board<'_>) -> Vec<bool> {
    let mut normal = vec![!board.anywhere; board.grid.count()];
    let known = board.anomalies.iter().map(|(_, span, _)| *span).chain(board.unsure.iter().copied());
    for range in known.filter_map(|span| board.grid.touched(span)) {
        normal[range].fill(false);
    }
    normal
}
