//! What lanes are drawn from: summaries of the data, and what of it lies under each pixel.
//!
//! Owns when each is made again, so that a frame in which nothing changed makes nothing and writes nothing to
//! the GPU. Does not own drawing.

use std::ops::Range;
use std::sync::Arc;

use super::geometry::{Axis, Visible};
use super::input::TimelineInput;
use super::marks::{first_from, mark, mark_frames};
use crate::domain::pyramid::{Extent, Pyramid};
use crate::domain::review::Verdict;
use crate::domain::segment::EventRule;
use crate::domain::time::TimeSpan;
use crate::gpu::curve::ColumnRange;

/// Code of a column with an event.
pub(super) const EVENT: u8 = 1;
/// Code of a column with the event that is current.
pub(super) const CURRENT: u8 = 2;
/// Code of a column with an event that was judged an anomaly.
pub(super) const ANOMALY: u8 = 1;
/// Code of a column with a false alarm.
pub(super) const FALSE_ALARM: u8 = 2;
/// Code of a column with an event of which nobody was sure.
pub(super) const UNSURE: u8 = 3;
/// Code of a column with annotated anomalies.
pub(super) const TRUTH: u8 = 1;
/// Code of a column in which nothing was recorded.
pub(super) const GAP: u8 = 1;
/// Code of a column with damage.
pub(super) const DAMAGE: u8 = 2;

/// Summaries of all curves.
#[derive(Debug)]
pub(super) struct Curves {
    key: (u64, usize, u64),
    pub score: Arc<Pyramid>,
    pub noise: Arc<Pyramid>,
    pub attention: Arc<Pyramid>,
    pub magnitude: Arc<Pyramid>,
    pub motion: Arc<Pyramid>,
    /// Another model's scores.
    pub overlay: Arc<Pyramid>,
}

impl Curves {
    pub(super) fn new(input: &TimelineInput<'_>) -> Self {
        let (scores, attention, magnitudes): (&[f32], &[f32], &[f32]) = match input.snippets {
            Some(s) => (&s.scores, &s.attention, &s.magnitudes),
            None => (&[], &[], &[]),
        };
        let known = |curve: &[f32]| Arc::new(Pyramid::new(&curve[..curve.len().min(input.scored_to)]));
        let noise = input.lanes.noise.as_ref().map_or_else(Vec::new, |band| {
            let extent = |(low, high): (&f32, &f32)| Extent { min: *low, max: *high };
            band.low.iter().zip(&band.high).take(input.scored_to).map(extent).collect()
        });
        Self {
            key: key(input),
            score: known(scores),
            noise: Arc::new(Pyramid::of_extents(noise)),
            attention: known(attention),
            magnitude: known(magnitudes),
            motion: Arc::new(Pyramid::new(input.lanes.motion.as_deref().unwrap_or(&[]))),
            overlay: Arc::new(Pyramid::new(input.overlay.map_or(&[], |overlay| &overlay.scores[..]))),
        }
    }

    pub(super) fn is_of(&self, input: &TimelineInput<'_>) -> bool {
        self.key == key(input)
    }
}

fn key(input: &TimelineInput<'_>) -> (u64, usize, u64) {
    (input.revision, input.scored_to, input.overlay.map_or(0, |overlay| overlay.revision))
}

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

/// What is marked in each pixel column of the axis.
#[derive(Debug)]
pub(super) struct Marks {
    key: (View, EventRule, Option<usize>, u64),
    pub events: Arc<[u8]>,
    pub verdicts: Arc<[u8]>,
    pub truth: Arc<[u8]>,
    pub recording: Arc<[u8]>,
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
        Self {
            key: Self::key(input, axis, count),
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
    fn key(input: &TimelineInput<'_>, axis: &Axis, count: usize) -> (View, EventRule, Option<usize>, u64) {
        (View::of(input, axis, count), *input.rule, input.selected_event, input.marks_revision)
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
