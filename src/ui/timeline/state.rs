//! What the timeline remembers between frames.
//!
//! Owns the view, the gesture under way and the summaries of the data. Does not own the position of
//! playback, the rule or the choice of lanes: changes to those go out as actions.

use std::sync::Arc;

use egui::Id;

use super::geometry::{Axis, Limits, Visible};
use super::input::TimelineInput;
use super::label_lane::LabelDrag;
use super::label_marks::LabelMarks;
use super::snap::Edge;
use super::summary::{Columns, Marks};
use crate::app::lanes::{LaneKind, LaneSettings};
use crate::domain::frames::FrameTable;
use crate::domain::time::TimeSpan;

/// View and gesture of one timeline. Kept by the caller; a fresh one shows the whole video.
#[derive(Clone, Debug, Default)]
pub struct TimelineState {
    /// What shows; `None` is all of the video, also after it has changed.
    visible: Option<Visible>,
    pub(super) drag: Drag,
    /// Lanes as they are while a border is dragged.
    pub(super) draft: Option<LaneSettings>,
    /// The frame that was on screen the last time, to notice jumps.
    last_frame: Option<usize>,
    columns: Option<Arc<Columns>>,
    marks: Option<Arc<Marks>>,
    labels: Option<Arc<LabelMarks>>,
    /// The widget that stands for the whole timeline.
    pub(super) body: Option<Id>,
    pub(super) overview: Option<OverviewStrip>,
}

/// The gesture under way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Drag {
    /// None.
    #[default]
    Idle,
    /// The primary button is down and the position follows the pointer; the frame asked for last, and why.
    Seek(usize, Edge),
    /// Snippets are picked, from this one on.
    Pick(usize),
    /// The visible window is moved in the overview; microseconds between its start and the pointer.
    Window(f64),
    /// A lane is carried to another place.
    Lane(LaneKind),
    /// The lower border of a lane is moved.
    Border(LaneKind),
    /// A label, or an edge of it, is moved.
    Label(LabelDrag),
}

/// The columns of the overview, kept while nothing changes so that the GPU is not written to.
#[derive(Clone, Debug)]
pub(super) struct OverviewStrip {
    pub key: (u64, usize, usize, usize),
    pub columns: Arc<[f32]>,
}

impl TimelineState {
    /// The widget that stands for the whole timeline, once it was drawn.
    pub fn body(&self) -> Option<Id> {
        self.body
    }

    /// Shows the whole video.
    pub fn fit(&mut self) {
        self.visible = None;
    }

    /// `factor` > 1 shows less, keeping `frame` where it is; a frame out of sight comes to the middle.
    pub fn zoom(&mut self, factor: f64, frame: usize, table: &FrameTable) {
        let limits = Limits::of(table);
        let keep = table.time(frame).micros() as f64;
        let visible = self.visible(&limits);
        let visible = if visible.contains(keep) { visible } else { visible.around(keep, 0.5, &limits) };
        self.set_visible(visible.zoomed(factor, keep, &limits), &limits);
    }

    /// Shows `span` with some room on either side, e.g. an event.
    pub fn show_span(&mut self, span: TimeSpan, table: &FrameTable) {
        let limits = Limits::of(table);
        self.set_visible(Visible::of_span(span, 0.5, &limits), &limits);
    }

    /// Moves the view by `share` of its length, later if above zero.
    pub fn pan(&mut self, share: f64, table: &FrameTable) {
        let limits = Limits::of(table);
        let visible = self.visible(&limits);
        self.set_visible(visible.panned(share * visible.length(), &limits), &limits);
    }

    /// What shows, within the limits of the video at hand.
    pub fn visible(&self, limits: &Limits) -> Visible {
        self.visible.map_or_else(|| limits.whole(), |v| v.clamped(limits))
    }

    pub(super) fn set_visible(&mut self, visible: Visible, limits: &Limits) {
        self.visible = (!visible.is_whole(limits)).then_some(visible);
    }

    /// Brings the playhead into sight when it has moved out: page by page while playing, else to the middle.
    pub(super) fn follow(&mut self, input: &TimelineInput<'_>, limits: &Limits) {
        let moved = self.last_frame.replace(input.frame).is_some_and(|last| last != input.frame);
        let visible = self.visible(limits);
        let at = input.table.time(input.frame).micros() as f64;
        if moved && self.drag == Drag::Idle && !visible.contains(at) {
            let share = match (input.playing, at < visible.start()) {
                (true, false) => 0.05,
                (true, true) => 0.95,
                (false, _) => 0.5,
            };
            self.set_visible(visible.around(at, share, limits), limits);
        }
    }

    /// What lies under each of `count` columns, made again when the view changes.
    pub(super) fn columns(&mut self, input: &TimelineInput<'_>, axis: &Axis, count: usize) -> Arc<Columns> {
        kept(&mut self.columns, |c| c.is_of(input, axis, count), || Columns::new(input, axis, count))
    }

    /// Columns in which something is marked, made again when the view, the data or the rule change.
    pub(super) fn marks(&mut self, input: &TimelineInput<'_>, axis: &Axis, columns: &Columns) -> Arc<Marks> {
        kept(&mut self.marks, |m| m.is_of(input, axis, columns.frames.len()), || Marks::new(input, axis, columns))
    }

    /// What labels cover, found again when the view or the labels change.
    pub(super) fn labels(&mut self, input: &TimelineInput<'_>, axis: &Axis, columns: &Columns) -> Arc<LabelMarks> {
        let count = columns.frames.len();
        kept(&mut self.labels, |l| l.is_of(input, axis, count), || LabelMarks::new(input, axis, columns))
    }
}

/// What is in `slot` if it is `good`, else a new one, which stays there.
fn kept<T>(slot: &mut Option<Arc<T>>, good: impl FnOnce(&T) -> bool, new: impl FnOnce() -> T) -> Arc<T> {
    if let Some(there) = slot.as_ref().filter(|there| good(there)) {
        return Arc::clone(there);
    }
    Arc::clone(slot.insert(Arc::new(new())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::MediaTime;

    fn table() -> FrameTable {
        let entries = (0..1000).map(|i| (MediaTime::from_micros(i * 40_000), true)).collect();
        FrameTable::new(entries, None).expect("has frames")
    }

    #[test]
    fn zoom_in_and_out_ends_at_the_whole_video() {
        let (t, mut state) = (table(), TimelineState::default());
        let limits = Limits::of(&t);
        state.zoom(8.0, 500, &t);
        assert!((state.visible(&limits).length() - 5_000_000.0).abs() < 1.0);
        assert!(state.visible(&limits).contains(20_000_000.0));
        state.zoom(1.0 / 64.0, 500, &t);
        assert_eq!(state.visible, None);
    }

    #[test]
    fn pages_end_at_the_ends() {
        let (t, mut state) = (table(), TimelineState::default());
        let limits = Limits::of(&t);
        state.zoom(4.0, 0, &t);
        state.pan(0.9, &t);
        assert!((state.visible(&limits).start() - 9_000_000.0).abs() < 1.0);
        for _ in 0..9 {
            state.pan(0.9, &t);
        }
        assert!((state.visible(&limits).start() - 30_000_000.0).abs() < 1.0);
        state.pan(-99.0, &t);
        assert!(state.visible(&limits).start().abs() < 1.0);
    }

    #[test]
    fn a_view_of_another_video_is_made_to_fit() {
        let (t, mut state) = (table(), TimelineState::default());
        state.show_span(TimeSpan::new(MediaTime::from_micros(30_000_000), MediaTime::from_micros(32_000_000)), &t);
        let short = FrameTable::new(vec![(MediaTime::ZERO, true)], None).expect("has a frame");
        let limits = Limits::of(&short);
        assert_eq!(state.visible(&limits), limits.whole());
    }
}
