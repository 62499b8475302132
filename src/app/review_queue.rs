//! The review queue as the window shows it: which rows, in which order, and those that are here already.
//!
//! Owns the filter, the blocks of rows that were read, and the selected row. Does not own the rows (`store`): there may
//! be millions, and only those in sight are read.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::domain::interval::FrameSpan;
use crate::domain::library::VideoId;
use crate::domain::queue::{QueueCounts, QueueFilter, QueueRow, QueueSort};

/// Rows that are read at once.
pub const BLOCK: u64 = 100;
/// Blocks that are kept; those farthest from what is in sight are let go.
const KEPT: usize = 12;

/// A question to the project; answers to older ones are dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question(pub u64);

/// The queue.
#[derive(Clone, Debug, Default)]
pub struct ReviewQueue {
    /// Which rows.
    pub filter: QueueFilter,
    /// In which order.
    pub sort: QueueSort,
    /// How many there are, once counted. While a newer count is made the older one stays.
    pub counts: Option<QueueCounts>,
    /// The row that the person is at: its place, and what it is about.
    pub selected: Option<(u64, Target)>,
    /// Rows that a verdict is to be given to at once, as they were when they were marked.
    pub marked: Vec<QueueRow>,
    question: Question,
    /// Rows by the place of the first, with the question that they answer.
    blocks: BTreeMap<u64, (Question, Vec<QueueRow>)>,
    asked: BTreeSet<u64>,
    /// Whether the rows are being or were counted for the question.
    counting: bool,
}

/// What a row is about. It outlives the row, whose event may be found again under another number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Of which video.
    pub video: VideoId,
    /// Which frames.
    pub span: FrameSpan,
}

impl Target {
    /// Of a row.
    pub fn of(row: &QueueRow) -> Self {
        Self { video: row.video.clone(), span: row.flagged.span }
    }
}

impl ReviewQueue {
    /// The question whose answers count.
    pub fn question(&self) -> Question {
        self.question
    }

    /// Everything is to be asked again: the filter or what it finds has changed. Rows stay on screen meanwhile.
    pub fn ask_again(&mut self) {
        self.question.0 += 1;
        self.asked.clear();
        self.counting = false;
    }

    /// Other rows are shown: those that are here mean nothing any more.
    pub fn restart(&mut self) {
        self.ask_again();
        self.blocks.clear();
        self.counts = None;
        self.selected = None;
        self.marked.clear();
    }

    /// Rows in all, as far as known.
    pub fn len(&self) -> u64 {
        self.counts.map_or(0, |counts| counts.events)
    }

    /// Whether no row is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at a place, if it is here.
    pub fn row(&self, place: u64) -> Option<&QueueRow> {
        let (_, rows) = self.blocks.get(&(place / BLOCK * BLOCK))?;
        rows.get((place % BLOCK) as usize)
    }

    /// Whether anything is to be asked so that `rows` can be shown.
    pub fn is_due(&self, rows: Range<u64>) -> bool {
        !self.counting || self.unasked(rows).next().is_some()
    }

    /// The place of the row that is about this, if it is here.
    pub fn place_of(&self, target: &Target) -> Option<u64> {
        let places = self.blocks.iter().flat_map(|(first, (_, rows))| (*first..).zip(rows));
        places
            .into_iter()
            .find(|(_, row)| row.video == target.video && row.flagged.span == target.span)
            .map(|(at, _)| at)
    }

    /// Whether a row is marked.
    pub fn is_marked(&self, row: &QueueRow) -> bool {
        self.marked.iter().any(|marked| marked.event == row.event)
    }

    /// Marks the row at a place, or no longer.
    pub fn toggle_mark(&mut self, place: u64) {
        let Some(row) = self.row(place).cloned() else { return };
        if self.is_marked(&row) {
            self.marked.retain(|marked| marked.event != row.event);
        } else {
            self.marked.push(row);
        }
    }

    /// Marks all rows from the selected one to that at a place, as far as they are here.
    pub fn mark_to(&mut self, place: u64) {
        let from = self.selected.as_ref().map_or(place, |(at, _)| *at);
        let rows: Vec<QueueRow> = (from.min(place)..=from.max(place))
            .filter_map(|at| self.row(at))
            .filter(|r| !self.is_marked(r))
            .cloned()
            .collect();
        self.marked.extend(rows);
    }

    /// The places of the blocks that are to be read so that `rows` can be shown. Each is named once per question.
    pub fn missing(&mut self, rows: Range<u64>) -> Vec<u64> {
        let missing: Vec<u64> = self.unasked(rows).collect();
        self.asked.extend(&missing);
        missing
    }

    fn unasked(&self, rows: Range<u64>) -> impl Iterator<Item = u64> {
        let first = rows.start / BLOCK * BLOCK;
        let blocks = (first..rows.end.max(rows.start + 1)).step_by(BLOCK as usize);
        let current = |at: &u64| self.blocks.get(at).is_some_and(|(question, _)| *question == self.question);
        blocks.filter(move |at| !current(at) && !self.asked.contains(at))
    }

    /// Whether the rows are to be counted; said once per question.
    pub fn counts_due(&mut self) -> bool {
        !std::mem::replace(&mut self.counting, true)
    }

    /// A block was read.
    pub fn filled(&mut self, question: Question, place: u64, rows: Vec<QueueRow>) {
        if question != self.question {
            return;
        }
        self.asked.remove(&place);
        self.blocks.insert(place, (question, rows));
        while self.blocks.len() > KEPT {
            let far = |at: &u64| at.abs_diff(place);
            let Some(farthest) = self.blocks.keys().copied().max_by_key(far) else { break };
            self.blocks.remove(&farthest);
        }
    }

    /// Rows were counted.
    pub fn counted(&mut self, question: Question, counts: QueueCounts) {
        if question == self.question {
            self.counts = Some(counts);
        }
    }

    /// The nearest row from place `from` on, that is here and that nothing was said about.
    pub fn open_from(&self, from: u64) -> Option<u64> {
        (from..self.len()).map_while(|at| Some((at, self.row(at)?))).find(|(_, row)| is_open(row)).map(|(at, _)| at)
    }
}

/// Whether a row still needs a look.
pub fn is_open(row: &QueueRow) -> bool {
    use crate::domain::queue::EventStatus;
    matches!(row.status, EventStatus::Unjudged | EventStatus::Changed(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::queue::{EventId, EventStatus, FlaggedEvent};
    use crate::domain::time::TimeSpan;

    fn rows(first: u64, count: u64) -> Vec<QueueRow> {
        let row = |i: u64| QueueRow {
            event: EventId(first + i),
            video: VideoId::from_hash([1; 32]),
            video_name: "a.mp4".to_owned(),
            model: "m".to_owned(),
            flagged: FlaggedEvent {
                span: FrameSpan::new(i as usize, i as usize + 1).expect("holds a frame"),
                time: TimeSpan::default(),
                peak_frame: 0,
                peak_score: 0.5,
                uncertainty: 0.0,
            },
            status: EventStatus::Unjudged,
            twin: None,
        };
        (0..count).map(row).collect()
    }

    #[test]
    fn a_block_is_asked_for_once_and_answers_to_old_questions_are_dropped() {
        let mut queue = ReviewQueue::default();
        assert_eq!(queue.missing(95..205), [0, 100, 200]);
        assert!(queue.missing(95..205).is_empty());
        let old = queue.question();
        queue.filled(old, 0, rows(0, BLOCK));
        assert_eq!(queue.row(7).map(|row| row.event), Some(EventId(7)));
        queue.ask_again();
        assert_eq!(queue.row(7).map(|row| row.event), Some(EventId(7)), "it stays on screen");
        assert_eq!(queue.missing(0..10), [0]);
        queue.filled(old, 0, rows(500, BLOCK));
        assert_eq!(queue.row(7).map(|row| row.event), Some(EventId(7)));
        queue.filled(queue.question(), 0, rows(500, BLOCK));
        assert_eq!(queue.row(7).map(|row| row.event), Some(EventId(507)));
        queue.restart();
        assert_eq!(queue.row(7), None);
    }

    #[test]
    fn of_millions_of_rows_few_are_kept() {
        let mut queue = ReviewQueue::default();
        for block in 0..1000 {
            queue.filled(queue.question(), block * BLOCK, rows(block * BLOCK, BLOCK));
        }
        assert_eq!(queue.blocks.len(), KEPT);
        assert!(queue.row(999 * BLOCK).is_some() && queue.row(0).is_none());
    }

    #[test]
    fn rows_are_marked_one_by_one_or_up_to_another() {
        let mut queue = ReviewQueue::default();
        queue.filled(queue.question(), 0, rows(0, 10));
        queue.toggle_mark(7);
        queue.selected = queue.row(2).map(|row| (2, Target::of(row)));
        queue.mark_to(4);
        let places = |queue: &ReviewQueue| queue.marked.iter().map(|row| row.event.0).collect::<Vec<_>>();
        assert_eq!(places(&queue), [7, 2, 3, 4]);
        queue.toggle_mark(3);
        queue.toggle_mark(50);
        assert_eq!(places(&queue), [7, 2, 4]);
        let target = queue.row(6).map(Target::of).expect("is here");
        assert_eq!(queue.place_of(&target), Some(6));
        queue.restart();
        assert!(queue.marked.is_empty());
    }

    #[test]
    fn the_next_open_row_is_found_among_those_that_are_here() {
        let mut queue = ReviewQueue::default();
        let mut first = rows(0, 3);
        let ruling = crate::domain::queue::Ruling {
            item: crate::domain::record::ItemId(1),
            verdict: crate::domain::review::Verdict::Anomaly,
        };
        first[1].status = EventStatus::Judged(ruling);
        queue.filled(queue.question(), 0, first);
        queue.counted(queue.question(), QueueCounts { events: 3, ..QueueCounts::default() });
        assert_eq!((queue.open_from(1), queue.open_from(3)), (Some(2), None));
    }
}
