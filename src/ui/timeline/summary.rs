//! What of the data lies under each pixel of the lanes.
//!
//! Owns when that is found again, so that a frame in which nothing changed finds nothing and writes nothing to
//! the GPU. Does not own summaries of curves (`domain::curve`) or drawing.

use std::ops::Range;
use std::sync::Arc;

use super::geometry::{Axis, Visible};
use super::input::TimelineInput;
use super::marks::{first_from, mark, mark_frames};
use crate::domain::review::Verdict;
use crate::domain::segment::EventRule;
use crate::domain::time::TimeSpan;
use crate::gpu::curve::ColumnRange;

/// Code of a column with an event.
pub(super) const EVENT: u8 = 1;
/// Code of a column with the event that is current.
pub(super) const CURRENT: u8 = 2;
/// Code of a column with an event that looks like a false alarm.
pub(super) const ASIDE: u8 = 3;
/// Code of a column with an event that was judged an anomaly.
pub(super) const ANOMALY: u8 = 1;
/// Code of a column with a false alarm.
pub(super) const FALSE_ALARM: u8 = 2;
/// Code of a column with an event of which nobody was sure.
pub(super) const UNSURE: u8 = 3;
/// Code of a column with annotated anomalies.
pub(super) const TRUTH: u8 = 1;
/// Code of a column in which some annotators mark something and others nothing.
pub(super) const SOME_MARK: u8 = 1;
/// Code of a column in which all mark something, but not the same classes.
pub(super) const CLASSES_DIFFER: u8 = 2;
/// Code of a column in which nothing was recorded.
pub(super) const GAP: u8 = 1;
/// Code of a column with damage.
pub(super) const DAMAGE: u8 = 2;

/// The view of which columns are known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct View {
    /// Stands for the frame table as well: no two videos share one.
    revision: u64,
    visible: Visible,
    count: usize,
}

impl View {
    pub(super) fn of(input: &TimelineInput<'_>, axis: &Axis, count: usize) -> Self {
        Self { revision: input.revision, visible: axis.visible, count }
    }
}

/// Snippets and frames under each pixel column of the axis.
#[derive(Debug)]
pub(super) struct Columns {
    view: View,
    pub ranges: Arc<[ColumnRange]>,
    pub frames: Vec<Range<usize>>,
}

impl Columns {
    pub(super) fn new(input: &TimelineInput<'_>, axis: &Axis, count: usize) -> Self {
        let frames = axis.frame_columns(count, input.table);
        let snippet = |frame| input.grid.snippet_of(frame) as u32;
        let range = |frames: &Range<usize>| {
            if frames.is_empty() { [0, 0] } else { [snippet(frames.start), snippet(frames.end - 1) + 1] }
        };
        Self { view: View::of(input, axis, count), ranges: frames.iter().map(range).collect(), frames }
    }

    pub(super) fn is_of(&self, input: &TimelineInput<'_>, axis: &Axis, count: usize) -> bool {
        self.view == View::of(input, axis, count)
    }
}

/// What marks are made of: the view, the rule, the event that is current, and the numbers of verdicts and disagreements.
type MarksKey = (View, EventRule, Option<usize>, [u64; 2]);

/// What is marked in each pixel column of the axis.
#[derive(Debug)]
pub(super) struct Marks {
    key: MarksKey,
    pub events: Arc<[u8]>,
    pub verdicts: Arc<[u8]>,
    pub truth: Arc<[u8]>,
    pub recording: Arc<[u8]>,
    pub disagreements: Arc<[u8]>,
    pub wide: Vec<WideEvent>,
}

/// An event that is wide enough to be told from its neighbours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct WideEvent {
    pub index: usize,
    /// The part that shows, in points.
    pub left: f32,
    pub right: f32,
}

/// Events narrower than this are not told from their neighbours, in points.
const WIDE: f32 = 14.0;

impl Marks {
    pub(super) fn new(input: &TimelineInput<'_>, axis: &Axis, columns: &Columns) -> Self {
        let count = columns.frames.len();
        let event = |i: usize| {
            let event = &input.events[i];
            input.grid.range(event.first).start..input.grid.range(event.last).end
        };
        let mut events = vec![0; count];
        mark_frames(&mut events, EVENT, &columns.frames, input.events.len(), event);
        let aside: Vec<usize> = (0..input.events.len()).filter(|i| input.twin(*i).is_some()).collect();
        mark_frames(&mut events, ASIDE, &columns.frames, aside.len(), |i| event(aside[i]));
        if let Some(current) = input.selected_event.filter(|i| *i < input.events.len()) {
            mark_frames(&mut events, CURRENT, &columns.frames, 1, |_| event(current));
        }
        let mut verdicts = vec![0; count];
        for (code, verdict) in
            [(ANOMALY, Verdict::Anomaly), (FALSE_ALARM, Verdict::FalseAlarm), (UNSURE, Verdict::Unsure)]
        {
            let spans: Vec<_> = input.judged.iter().filter(|(_, of)| *of == verdict).map(|(span, _)| *span).collect();
            mark_frames(&mut verdicts, code, &columns.frames, spans.len(), |i| spans[i].start()..spans[i].end());
        }
        let mut truth = vec![0; count];
        let ranges = input.lanes.truth.as_deref().unwrap_or(&[]);
        mark_frames(&mut truth, TRUTH, &columns.frames, ranges.len(), |i| ranges[i].clone());
        let mut recording = vec![0; count];
        let mut stretches = |code: u8, spans: &[TimeSpan]| mark(&mut recording, code, axis, spans.len(), |i| spans[i]);
        stretches(GAP, &input.lanes.gaps);
        stretches(DAMAGE, &input.lanes.damaged);
        let mut disagreements = vec![0; count];
        for (code, about_class) in [(CLASSES_DIFFER, true), (SOME_MARK, false)] {
            let list = input.disagreements.list().iter().filter(|stretch| stretch.is_about_class() == about_class);
            let spans: Vec<_> = list.map(|stretch| stretch.span.start()..stretch.span.end()).collect();
            mark_frames(&mut disagreements, code, &columns.frames, spans.len(), |i| spans[i].clone());
        }
        Self {
            key: Self::key(input, axis, count),
            disagreements: disagreements.into(),
            events: events.into(),
            verdicts: verdicts.into(),
            truth: truth.into(),
            recording: recording.into(),
            wide: wide_events(input, axis),
        }
    }

    pub(super) fn is_of(&self, input: &TimelineInput<'_>, axis: &Axis, count: usize) -> bool {
        self.key == Self::key(input, axis, count)
    }

    /// Events follow from the scores and the rule.
    fn key(input: &TimelineInput<'_>, axis: &Axis, count: usize) -> MarksKey {
        let revisions = [input.marks_revision, input.disagreements.revision()];
        (View::of(input, axis, count), *input.rule, input.selected_event, revisions)
    }
}

/// The wide events that show, from the left. Narrower ones are passed over together, so that their number does not
/// matter.
fn wide_events(input: &TimelineInput<'_>, axis: &Axis) -> Vec<WideEvent> {
    let count = input.events.len();
    let ends_at = |index: usize, x: f32| axis.x(input.event_span(index).end) >= x;
    let mut wide = Vec::new();
    let mut index = first_from(0, count, |i| ends_at(i, axis.left + WIDE));
    while index < count {
        let span = input.event_span(index);
        let (left, right) = (axis.x(span.start).max(axis.left), axis.x(span.end).min(axis.right()));
        if left + WIDE > axis.right() {
            break;
        }
        if right - left >= WIDE {
            wide.push(WideEvent { index, left, right });
        }
        // One as wide as that which begins after this one ends beyond here.
        index = first_from(index + 1, count, |i| ends_at(i, right.max(axis.left) + WIDE));
    }
    wide
}
