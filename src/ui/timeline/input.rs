//! What the timeline is given and what it answers.
//!
//! Owns the contract between the timeline and its caller. Does not own drawing or gestures.

use crate::domain::frames::FrameTable;
use crate::domain::score::SnippetScores;
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::domain::snippet::SnippetGrid;
use crate::ui::theme::Tokens;

/// Everything that the timeline draws, borrowed for one frame.
#[derive(Clone, Copy, Debug)]
pub struct TimelineInput<'a> {
    /// Frames and their times.
    pub table: &'a FrameTable,
    /// How the frames make snippets.
    pub grid: SnippetGrid,
    /// Curves; `None` before anything is known. While scoring runs they may be shorter than the grid.
    pub snippets: Option<&'a SnippetScores>,
    /// Snippets known so far: those from here on are drawn as not yet scored.
    pub scored_to: usize,
    /// Whether scoring is done; while it is not, attention and magnitude may still change.
    pub complete: bool,
    /// Changes whenever `snippets` does. Summaries of the curves are kept until then.
    pub revision: u64,
    /// Events, in order.
    pub events: &'a [AnomalySegment],
    /// The event that the rest of the window is about.
    pub selected_event: Option<usize>,
    /// The rule that made the events.
    pub rule: &'a EventRule,
    /// Whether the attention lane is shown.
    pub attention_lane: bool,
    /// The frame on screen.
    pub frame: usize,
    /// Whether time moves: the view then follows the playhead page by page.
    pub playing: bool,
    /// Colours and sizes.
    pub tokens: &'a Tokens,
}

/// What the user wants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TimelineAction {
    /// Show this frame.
    Seek {
        /// Its number.
        frame: usize,
        /// Whether the pointer is still down, so that more will follow.
        dragging: bool,
    },
    /// Move the threshold, 0..=1.
    SetThreshold(f32),
    /// Set the distance of the lower line from the threshold, 0..=1.
    SetHysteresis(f32),
    /// Make this event, by its place in `events`, the current one. A `Seek` to where the pointer is goes with it.
    SelectEvent(usize),
}
