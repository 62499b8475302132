//! Which pixel columns each annotator's labels cover, and the labels that are wide enough to be told apart.
//!
//! Owns when this is found again, so that a frame in which nothing changed finds nothing. Does not own drawing.

use std::ops::Range;
use std::sync::Arc;

use super::geometry::Axis;
use super::input::TimelineInput;
use super::marks::mark_frames;
use super::summary::{Columns, View};
use crate::domain::interval::FrameSpan;
use crate::gpu::marks::CODES;

/// Labels narrower than this are not told from their neighbours, in points.
const WIDE: f32 = 14.0;
/// Of labels that lie over each other no more than this are told apart in one row.
const MOST: usize = 200;

/// Colours that share one texture: that of the class behind each code; `None` for a class that the project lacks.
pub(super) type Inks = [Option<[u8; 3]>; CODES];

/// The frames that labels of one colour cover, in order and apart from each other.
type Covered = (Option<[u8; 3]>, Vec<Range<usize>>);

/// The labels of one annotator.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// The columns that they cover, a few colours at a time.
    pub layers: Vec<(Arc<[u8]>, Inks)>,
    /// Those that are wide, or on their way to disk, by their place in the list.
    pub told: Vec<Bar>,
}

/// A label that is drawn by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bar {
    pub index: usize,
    /// The part that shows, in points.
    pub left: f32,
    pub right: f32,
}

/// All labels under one view of the axis.
#[derive(Debug)]
pub(super) struct LabelMarks {
    key: (View, u64),
    pub rows: Vec<Row>,
}

impl LabelMarks {
    pub(super) fn new(input: &TimelineInput<'_>, axis: &Axis, columns: &Columns) -> Self {
        let shown = input.labels.shown;
        let rows = (0..shown.lanes().len())
            .map(|row| Row { layers: layers(input, row, &columns.frames), told: told(input, axis, row) });
        Self { key: Self::key(input, axis, columns.frames.len()), rows: rows.collect() }
    }

    pub(super) fn is_of(&self, input: &TimelineInput<'_>, axis: &Axis, count: usize) -> bool {
        self.key == Self::key(input, axis, count)
    }

    fn key(input: &TimelineInput<'_>, axis: &Axis, count: usize) -> (View, u64) {
        (View::of(input, axis, count), input.labels.shown.revision())
    }
}

/// Where a span lies, within the axis; `None` if it is out of sight.
pub(super) fn bar(input: &TimelineInput<'_>, axis: &Axis, span: FrameSpan) -> Option<(f32, f32)> {
    let time = input.table.frames_span(span.start(), span.last());
    let (left, right) = (axis.x(time.start).max(axis.left), axis.x(time.end).min(axis.right()));
    (left < axis.right() && right > axis.left).then_some((left, right.max(left + 1.0)))
}

fn layers(input: &TimelineInput<'_>, row: usize, columns: &[Range<usize>]) -> Vec<(Arc<[u8]>, Inks)> {
    let mut by_ink: Vec<Covered> = Vec::new();
    for shown in input.labels.shown.list().iter().filter(|l| l.row == row && !l.pending) {
        let span = shown.label.span;
        let at = by_ink.iter().position(|(ink, _)| *ink == shown.color).unwrap_or_else(|| {
            by_ink.push((shown.color, Vec::new()));
            by_ink.len() - 1
        });
        // They come by where they begin, so one that overlaps the last or touches it makes that longer.
        match by_ink[at].1.last_mut().filter(|last| last.end >= span.start()) {
            Some(last) => last.end = last.end.max(span.end()),
            None => by_ink[at].1.push(span.start()..span.end()),
        }
    }
    let layer = |inks: &[Covered]| {
        let (mut codes, mut colors) = (vec![0; columns.len()], [None; CODES]);
        for (i, (ink, spans)) in inks.iter().enumerate() {
            colors[i] = *ink;
            mark_frames(&mut codes, i as u8 + 1, columns, spans.len(), |at| spans[at].clone());
        }
        (codes.into(), colors)
    };
    by_ink.chunks(CODES).map(layer).collect()
}

fn told(input: &TimelineInput<'_>, axis: &Axis, row: usize) -> Vec<Bar> {
    let of_row = input.labels.shown.list().iter().enumerate().filter(|(_, l)| l.row == row);
    let bars = of_row.filter_map(|(index, l)| {
        let (left, right) = bar(input, axis, l.label.span)?;
        (l.pending || right - left >= WIDE).then_some(Bar { index, left, right })
    });
    bars.take(MOST).collect()
}
