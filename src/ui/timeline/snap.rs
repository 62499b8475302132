//! Snapping: which frame a drag means when it comes near an edge.
//!
//! Owns the choice among the frame under the pointer, the starts of snippets and the ends of events. Pure.

use super::geometry::Axis;
use crate::domain::frames::FrameTable;
use crate::domain::segment::AnomalySegment;
use crate::domain::snippet::SnippetGrid;

/// How near the pointer must come to an edge, in points.
const REACH: f32 = 6.0;
/// Narrower snippets would take every place: their edges do not count.
const LEAST_SNIPPET: f32 = REACH * 3.0;
/// From this width on single frames can be aimed at, so edges leave room for their neighbours.
const AIMED_FRAME: f32 = 4.0;
/// Of such a frame this share on either side belongs to an edge; its middle is always its own.
const AIMED_SHARE: f32 = 0.4;

/// What a drag has snapped to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edge {
    /// Nothing but the frame under the pointer.
    #[default]
    Frame,
    /// The first frame of a snippet.
    Snippet,
    /// The first or the last frame of an event.
    Event,
}

/// The frame that `x` means, with the nearest edge within reach taking the pointer's place.
pub fn snap(x: f32, axis: &Axis, table: &FrameTable, events: &[AnomalySegment]) -> (usize, Edge) {
    let grid = SnippetGrid::new(table.len());
    let frame = axis.frame_at(x, table);
    let snippet = grid.snippet_of(frame);
    let width = |first: usize, last: usize| {
        let span = table.frames_span(first, last);
        axis.x(span.end) - axis.x(span.start)
    };
    let frame_width = width(frame, frame);
    let reach = if frame_width >= AIMED_FRAME { (frame_width * AIMED_SHARE).min(REACH) } else { REACH };

    let starts = events.partition_point(|e| e.first <= snippet);
    let ends = events.partition_point(|e| e.last < snippet);
    let around = |index: usize| [index.checked_sub(1), Some(index)].into_iter().flatten();
    let first = around(starts).filter_map(|i| events.get(i)).map(|e| grid.range(e.first).start);
    let last = around(ends).filter_map(|i| events.get(i)).map(|e| grid.range(e.last).end.saturating_sub(1));
    let of_events = first.chain(last).map(|edge| (edge, Edge::Event));

    let range = grid.range(snippet);
    let wide = width(range.start, range.end.saturating_sub(1)) >= LEAST_SNIPPET;
    let of_snippets = [range.start, range.end].into_iter().filter(|edge| wide && *edge < table.len());

    let distance = |edge: usize| (axis.x(table.time(edge)) - x).abs();
    // Events come first, so of an event's edge and a snippet's at the same place the event's is told.
    of_events
        .chain(of_snippets.map(|edge| (edge, Edge::Snippet)))
        .filter(|(edge, _)| distance(*edge) <= reach)
        .min_by(|a, b| distance(a.0).total_cmp(&distance(b.0)))
        .unwrap_or((frame, Edge::Frame))
}

/// The edge between frames that is nearest to `x`, as the number of the frame behind it; that of frames is the last one.
pub fn boundary(x: f32, axis: &Axis, table: &FrameTable) -> usize {
    let frame = axis.frame_at(x, table);
    let span = table.frame_span(frame);
    let nearer_end = (axis.x(span.end) - x).abs() < (axis.x(span.start) - x).abs();
    if nearer_end { frame + 1 } else { frame }
}

/// The edge between frames that `x` means: the nearest within reach of those of events, of snippets that are wide enough
/// and of `others`, else the nearest of all.
pub fn snap_boundary(
    x: f32,
    axis: &Axis,
    table: &FrameTable,
    events: &[AnomalySegment],
    others: impl Iterator<Item = usize>,
) -> usize {
    let grid = SnippetGrid::new(table.len());
    let place = |edge: usize| {
        let time = if edge < table.len() { table.time(edge) } else { table.span().end };
        axis.x(time)
    };
    let under = boundary(x, axis, table);
    let snippet = grid.snippet_of(under.min(table.last()));
    let range = grid.range(snippet);
    let wide = place(range.end) - place(range.start) >= LEAST_SNIPPET;
    let of_snippets = [range.start, range.end].into_iter().filter(|_| wide);
    let starts = events.partition_point(|e| e.first < snippet);
    let near = starts.saturating_sub(2)..(starts + 2).min(events.len());
    let of_events = events[near].iter().flat_map(|e| [grid.range(e.first).start, grid.range(e.last).end]);
    let frame = axis.frame_at(x, table);
    let frame_width = place(frame + 1) - place(frame);
    let reach = if frame_width >= AIMED_FRAME { (frame_width * AIMED_SHARE).min(REACH) } else { REACH };
    let distance = |edge: usize| (place(edge) - x).abs();
    others
        .chain(of_events)
        .chain(of_snippets)
        .filter(|edge| *edge <= table.len() && distance(*edge) <= reach)
        .min_by(|a, b| distance(*a).total_cmp(&distance(*b)))
        .unwrap_or(under)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::time::MediaTime;
    use crate::ui::timeline::geometry::Limits;

    /// Frames of uneven length, and events on them that do not touch.
    fn worlds() -> impl Strategy<Value = (FrameTable, Vec<AnomalySegment>)> {
        let steps = proptest::collection::vec(10_000_i64..200_000, 1..900);
        let runs = proptest::collection::vec((1_usize..6, 1_usize..6), 0..12);
        (steps, runs).prop_map(|(steps, runs)| {
            let mut at = 0;
            let times = steps.into_iter().map(|step| {
                at += step;
                (MediaTime::from_micros(at), true)
            });
            let table = FrameTable::new(times.collect(), None).expect("has frames");
            let (count, mut next) = (SnippetGrid::new(table.len()).count(), 0);
            let mut events = Vec::new();
            for (gap, length) in runs {
                let (first, last) = (next + gap, next + gap + length - 1);
                if last < count {
                    events.push(AnomalySegment { first, last, peak: first, peak_score: 1.0 });
                }
                next = last + 1;
            }
            (table, events)
        })
    }

    fn axis(table: &FrameTable, factor: f64, at: f64) -> Axis {
        let limits = Limits::of(table);
        let whole = limits.whole();
        Axis::new(7.0, 900.0, whole.zoomed(factor, whole.start() + whole.length() * at, &limits))
    }

    proptest! {
        #[test]
        fn the_nearest_edge_within_reach_is_taken(
            (table, events) in worlds(), factor in 1.0_f64..200.0, at in 0.0_f64..1.0, share in 0.0_f32..1.0,
        ) {
            let axis = axis(&table, factor, at);
            let grid = SnippetGrid::new(table.len());
            let x = axis.left + share * axis.width;
            let under = axis.frame_at(x, &table);
            let (frame, edge) = snap(x, &axis, &table, &events);
            let distance = |f: usize| (axis.x(table.time(f)) - x).abs();
            let on_event = |f: usize| {
                events.iter().any(|e| f == grid.range(e.first).start || f + 1 == grid.range(e.last).end)
            };
            match edge {
                Edge::Frame => prop_assert_eq!(frame, under),
                Edge::Snippet => prop_assert!(frame.is_multiple_of(16) && distance(frame) <= REACH),
                Edge::Event => prop_assert!(on_event(frame) && distance(frame) <= REACH),
            }
            // No edge of an event is nearer, whatever was taken.
            let span = table.frame_span(under);
            let frame_width = axis.x(span.end) - axis.x(span.start);
            let reach = if frame_width >= AIMED_FRAME { (frame_width * AIMED_SHARE).min(REACH) } else { REACH };
            for nearer in (0..table.len()).filter(|f| on_event(*f) && distance(*f) <= reach) {
                prop_assert!(edge != Edge::Frame && distance(frame) <= distance(nearer));
            }
        }

        #[test]
        fn every_frame_can_be_reached_once_frames_can_be_told_apart(
            (table, events) in worlds(), at in 0.0_f64..1.0,
        ) {
            let axis = axis(&table, 1e9, at);
            let (first, last) = (axis.frame_at(axis.left, &table), axis.frame_at(axis.right() - 0.5, &table));
            for frame in first..=last {
                let span = table.frame_span(frame);
                let (left, right) = (axis.x(span.start), axis.x(span.end));
                if left >= axis.left && right <= axis.right() && right - left > AIMED_FRAME * 2.0 {
                    prop_assert_eq!(snap(left.midpoint(right), &axis, &table, &events).0, frame);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn an_edge_is_the_nearest_or_a_better_one_within_reach(
            (table, events) in worlds(), factor in 1.0_f64..200.0, at in 0.0_f64..1.0, share in 0.0_f32..1.0,
            other in 0_usize..900,
        ) {
            let axis = axis(&table, factor, at);
            let x = axis.left + share * axis.width;
            let place = |edge: usize| axis.x(if edge < table.len() { table.time(edge) } else { table.span().end });
            let distance = |edge: usize| (place(edge) - x).abs();
            let nearest = boundary(x, &axis, &table);
            prop_assert!((0..=table.len()).all(|edge| distance(nearest) <= distance(edge) + 0.01));
            let snapped = snap_boundary(x, &axis, &table, &events, std::iter::once(other));
            prop_assert!(snapped <= table.len());
            prop_assert!(snapped == nearest || distance(snapped) <= REACH);
            let grid = SnippetGrid::new(table.len());
            let edges = events.iter().flat_map(|e| [grid.range(e.first).start, grid.range(e.last).end]).chain([other]);
            for edge in edges.filter(|edge| *edge <= table.len() && distance(*edge) < AIMED_FRAME * AIMED_SHARE) {
                prop_assert!(distance(snapped) <= distance(edge), "{edge} is nearer than {snapped}");
            }
        }
    }

    #[test]
    fn a_narrow_snippet_does_not_catch() {
        let times = (0..90_000).map(|i| (MediaTime::from_micros(i * 40_000), true)).collect();
        let table = FrameTable::new(times, None).expect("has frames");
        let event = AnomalySegment { first: 3000, last: 3010, peak: 3000, peak_score: 1.0 };
        let axis = axis(&table, 1.0, 0.5);
        let x = axis.x(table.time(3000 * 16)) - 4.0;
        assert_eq!(snap(x, &axis, &table, &[event]), (48_000, Edge::Event));
        assert_eq!(snap(x - 40.0, &axis, &table, &[event]).1, Edge::Frame);
        assert_eq!(snap(x, &axis, &table, &[]), (axis.frame_at(x, &table), Edge::Frame));
    }
}
