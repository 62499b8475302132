//! Which frames a snippet or a run of snippets covers and when, as every table and JSON of the program writes it.
//!
//! Owns these four fields and their form as CSV columns. Does not own what else stands in a row.

use std::fmt;

use serde::Serialize;

use crate::domain::frames::FrameTable;
use crate::domain::snippet::{SNIPPET_FRAMES, SnippetGrid};

/// Frames of a run of snippets, with their times.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FrameRun {
    /// First frame, from 0.
    pub first_frame: usize,
    /// Last frame, inclusive.
    pub last_frame: usize,
    /// When the first frame appears, in seconds of the container's clock; absent without a video.
    pub start_s: Option<f64>,
    /// When the last frame ends.
    pub end_s: Option<f64>,
}

/// Prints the columns `first_frame,last_frame,start_s,end_s`; unknown times are empty.
impl fmt::Display for FrameRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |t: Option<f64>| t.map_or_else(String::new, |t| t.to_string());
        write!(f, "{},{},{},{}", self.first_frame, self.last_frame, time(self.start_s), time(self.end_s))
    }
}

/// The frames behind the snippets of one video, or of features alone, which have 16 frames a snippet and no times.
#[derive(Clone, Copy, Debug)]
pub struct FrameRuns<'a> {
    count: usize,
    grid: SnippetGrid,
    table: Option<&'a FrameTable>,
}

impl<'a> FrameRuns<'a> {
    /// Of `snippets` snippets; `table` is absent where only features are known.
    pub fn new(snippets: usize, table: Option<&'a FrameTable>) -> Self {
        let count = table.map_or(snippets * SNIPPET_FRAMES, FrameTable::len);
        Self { count, grid: SnippetGrid::new(count), table }
    }

    /// Frames in all.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The frames of the snippets from `first` to `last`, both ends inclusive.
    pub fn of(&self, first: usize, last: usize) -> FrameRun {
        let (first_frame, last_frame) = (self.grid.range(first).start, self.grid.range(last).end.saturating_sub(1));
        let span = self.table.map(|table| table.frames_span(first_frame, last_frame));
        FrameRun {
            first_frame,
            last_frame,
            start_s: span.map(|span| span.start.secs_f64()),
            end_s: span.map(|span| span.end.secs_f64()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::MediaTime;

    #[test]
    fn frames_and_times_come_from_the_table_and_times_may_be_absent() {
        let entries = (0..20).map(|i| (MediaTime::from_micros(1_000_000 + i * 100_000), true)).collect();
        let table = FrameTable::new(entries, None).expect("has frames");
        let runs = FrameRuns::new(2, Some(&table));
        assert_eq!((runs.count(), runs.of(1, 1).to_string().as_str()), (20, "16,19,2.6,3"));
        assert_eq!(runs.of(0, 1), FrameRun { first_frame: 0, last_frame: 19, start_s: Some(1.0), end_s: Some(3.0) });
        let bare = FrameRuns::new(2, None);
        assert_eq!((bare.count(), bare.of(1, 1).to_string().as_str()), (32, "16,31,,"));
    }
}
