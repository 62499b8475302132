//! What a rule costs its reader: how many events there are to look at, and how much footage they hold.
//!
//! Owns the figures beside the threshold. Does not own the rule (see [`super::segment`]) or their wording.

use std::iter::Sum;

use super::frames::FrameTable;
use super::segment::AnomalySegment;
use super::snippet::SnippetGrid;
use super::time::{MediaTime, TimeSpan};

/// From so much footage on, events are said per hour: in a clip of a minute one event would be sixty an hour.
const ENOUGH: MediaTime = MediaTime::from_micros(600_000_000);

/// What the events of a video amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventCost {
    /// Number of events.
    pub events: usize,
    /// Time inside of events.
    pub flagged: MediaTime,
    /// Footage that has scores: while they are still coming, only that part counts.
    pub footage: MediaTime,
}

impl EventCost {
    /// The cost of `events` in a video whose first `scored` snippets have scores.
    pub fn of(events: &[AnomalySegment], scored: usize, table: &FrameTable) -> Self {
        let grid = SnippetGrid::new(table.len());
        let span = |first: usize, last: usize| -> TimeSpan {
            table.frames_span(grid.range(first).start, grid.range(last).end.saturating_sub(1))
        };
        let flagged = events.iter().fold(MediaTime::ZERO, |sum, e| sum + span(e.first, e.last).length());
        let footage = scored.min(grid.count()).checked_sub(1).map_or(MediaTime::ZERO, |last| span(0, last).length());
        Self { events: events.len(), flagged, footage }
    }

    /// Events per hour of footage; `None` where there is so little that it would say nothing.
    pub fn per_hour(&self) -> Option<f64> {
        (self.footage >= ENOUGH).then(|| self.events as f64 / (self.footage.secs_f64() / 3600.0))
    }

    /// Share of the footage inside of events, 0..=1; `None` where there is no footage.
    pub fn flagged_share(&self) -> Option<f64> {
        let footage = self.footage.secs_f64();
        (footage > 0.0).then(|| self.flagged.secs_f64() / footage)
    }
}

/// Of several videos together.
impl Sum for EventCost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::default(), |a, b| Self {
            events: a.events + b.events,
            flagged: a.flagged + b.flagged,
            footage: a.footage + b.footage,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 frames of 40 ms, the last snippet of 4 frames.
    fn table() -> FrameTable {
        let entries = (0..100).map(|i| (MediaTime::from_micros(i * 40_000), true)).collect();
        FrameTable::new(entries, None).expect("has frames")
    }

    #[test]
    fn events_and_their_time_are_counted() {
        let event = |first, last| AnomalySegment { first, last, peak: first, peak_score: 1.0 };
        let cost = EventCost::of(&[event(0, 0), event(5, 6)], 7, &table());
        assert_eq!((cost.events, cost.flagged.micros(), cost.footage.micros()), (2, 36 * 40_000, 4_000_000));
        assert_eq!(cost.per_hour(), None, "four seconds say nothing about an hour");
        let long = EventCost { footage: MediaTime::from_micros(1_800_000_000), ..cost };
        assert_eq!(long.per_hour(), Some(4.0));
        assert_eq!(cost.flagged_share(), Some(0.36));
    }

    #[test]
    fn several_videos_add_up() {
        let one = EventCost { events: 1, flagged: MediaTime::from_micros(2), footage: MediaTime::from_micros(5) };
        let sum: EventCost = [one, one].into_iter().sum();
        assert_eq!((sum.events, sum.flagged.micros(), sum.footage.micros()), (2, 4, 10));
    }

    #[test]
    fn only_what_is_scored_is_footage() {
        assert_eq!(EventCost::of(&[], 2, &table()).footage.micros(), 32 * 40_000);
        let none = EventCost::of(&[], 0, &table());
        assert_eq!((none.per_hour(), none.flagged_share()), (None, None));
        assert_eq!(EventCost::of(&[], 99, &table()).footage.micros(), 4_000_000);
    }
}
