//! What the timeline remembers between frames.
//!
//! Owns the view, the gesture under way and the summaries of the curves. Does not own the position of
//! playback or the rule: changes to those go out as actions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::geometry::{Limits, Visible};
use super::input::TimelineInput;
use crate::domain::frames::FrameTable;
use crate::domain::pyramid::Pyramid;
use crate::domain::time::TimeSpan;

/// View and gesture of one timeline. Kept by the caller; a fresh one shows the whole video.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TimelineState {
    /// What shows; `None` is all of the video, also after it has changed.
    visible: Option<Visible>,
    /// Whether the attention lane shows 1 - p(t): with a large kappa, what is not selected is the news.
    pub invert_attention: bool,
    #[serde(skip)]
    pub(super) drag: Drag,
    /// The frame that was on screen the last time, to notice jumps.
    #[serde(skip)]
    last_frame: Option<usize>,
    #[serde(skip)]
    curves: Option<Arc<Curves>>,
    #[serde(skip)]
    pub(super) overview: Option<OverviewStrip>,
}

/// The gesture under way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Drag {
    /// None.
    #[default]
    Idle,
    /// The primary button is down and the position follows the pointer; the frame asked for last.
    Seek(usize),
    /// The visible window is moved in the overview; microseconds between its start and the pointer.
    Window(f64),
}

/// Summaries of the three curves.
#[derive(Debug)]
pub(super) struct Curves {
    key: (u64, usize),
    pub score: Pyramid,
    pub attention: Pyramid,
    pub magnitude: Pyramid,
}

/// The columns of the overview, kept while nothing changes so that the GPU is not written to.
#[derive(Clone, Debug)]
pub(super) struct OverviewStrip {
    pub key: (u64, usize, usize, usize),
    pub columns: Arc<[f32]>,
}

impl TimelineState {
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

    pub(super) fn curves(&mut self, input: &TimelineInput<'_>) -> Arc<Curves> {
        let (scores, attention, magnitudes): (&[f32], &[f32], &[f32]) = match input.snippets {
            Some(s) => (&s.scores, &s.attention, &s.magnitudes),
            None => (&[], &[], &[]),
        };
        let known = |curve: &[f32]| Pyramid::new(&curve[..curve.len().min(input.scored_to)]);
        let key = (input.revision, scores.len().min(input.scored_to));
        if let Some(curves) = self.curves.as_ref().filter(|c| c.key == key) {
            return Arc::clone(curves);
        }
        let curves =
            Arc::new(Curves { key, score: known(scores), attention: known(attention), magnitude: known(magnitudes) });
        self.curves = Some(Arc::clone(&curves));
        curves
    }
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
    fn a_stored_view_of_another_video_is_made_to_fit() {
        let (t, mut state) = (table(), TimelineState::default());
        state.show_span(TimeSpan::new(MediaTime::from_micros(30_000_000), MediaTime::from_micros(32_000_000)), &t);
        let short = FrameTable::new(vec![(MediaTime::ZERO, true)], None).expect("has a frame");
        let limits = Limits::of(&short);
        assert_eq!(state.visible(&limits), limits.whole());
    }
}
