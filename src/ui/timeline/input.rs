//! What the timeline is given and what it answers.
//!
//! Owns the contract between the timeline and its caller. Does not own drawing or gestures.

use std::ops::Range;

use crate::app::blind::BlindPass;
use crate::app::disagreements::ShownDisagreements;
use crate::app::lanes::{LaneKind, LaneSettings, TimelinePrefs};
use crate::app::learn::Overlay;
use crate::app::marking::ShownLabels;
use crate::app::reviews::EventMark;
use crate::domain::compare::Difference;
use crate::domain::curve::ScoreCurves;
use crate::domain::event_cost::EventCost;
use crate::domain::frames::FrameTable;
use crate::domain::interval::FrameSpan;
use crate::domain::known_normal::Twin;
use crate::domain::lane_data::LaneData;
use crate::domain::looping::LoopPoints;
use crate::domain::record::ItemId;
use crate::domain::review::Verdict;
use crate::domain::score::SnippetScores;
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::domain::snippet::SnippetGrid;
use crate::domain::time::TimeSpan;
use crate::ui::filmstrip::Filmstrip;
use crate::ui::theme::Tokens;

/// What the lane of labels shows.
#[derive(Clone, Copy, Debug)]
pub struct LabelInput<'a> {
    /// The labels of the video.
    pub shown: &'a ShownLabels,
    /// The selected one, by its place in the list.
    pub selected: Option<usize>,
    /// The stretch that is being marked.
    pub stretch: Option<FrameSpan>,
    /// The colour of the class that it will have.
    pub stretch_color: Option<[u8; 3]>,
}

/// Everything that the timeline draws, borrowed for one frame.
#[derive(Clone, Copy, Debug)]
pub struct TimelineInput<'a> {
    /// Frames and their times.
    pub table: &'a FrameTable,
    /// How the frames make snippets.
    pub grid: SnippetGrid,
    /// Curves; `None` before anything is known. While scoring runs they may be shorter than the grid.
    pub snippets: Option<&'a SnippetScores>,
    /// What is drawn of them: of as many snippets as are known.
    pub curves: &'a ScoreCurves,
    /// Snippets known so far: those from here on are drawn as not yet scored.
    pub scored_to: usize,
    /// Whether scoring is done; while it is not, attention and magnitude may still change.
    pub complete: bool,
    /// Scores of another model, drawn over those of the model in use.
    pub overlay: Option<&'a Overlay>,
    /// By how much the scores that are compared with are higher or lower.
    pub difference: Option<&'a Difference>,
    /// Snippets that were picked out, as runs in order that do not touch.
    pub picked: &'a [Range<usize>],
    /// What is known beside the scores.
    pub lanes: &'a LaneData,
    /// Changes whenever `snippets` or `lanes` do. What lies under each pixel is kept until then.
    pub revision: u64,
    /// Events, in order.
    pub events: &'a [AnomalySegment],
    /// What was said about each event; may be shorter.
    pub marks: &'a [Option<EventMark>],
    /// The false alarm that each event is put aside for; may be shorter.
    pub twins: &'a [Option<Twin>],
    /// The frames that verdicts cover; those of one verdict in order and not touching.
    pub judged: &'a [(FrameSpan, Verdict)],
    /// Changes whenever `marks`, `twins` or `judged` do.
    pub marks_revision: u64,
    /// What annotators marked.
    pub labels: LabelInput<'a>,
    /// Where annotators disagree.
    pub disagreements: &'a ShownDisagreements,
    /// What a second reader must not see.
    pub blind: BlindPass,
    /// What these events cost their reader.
    pub cost: EventCost,
    /// The event that the rest of the window is about.
    pub selected_event: Option<usize>,
    /// The rule that made the events.
    pub rule: &'a EventRule,
    /// The threshold of the model in use, where it has one and another is set.
    pub own_threshold: Option<f32>,
    /// Which lanes are shown and how, and whether drags snap.
    pub prefs: &'a TimelinePrefs,
    /// What playback repeats.
    pub looped: LoopPoints,
    /// The frame on screen.
    pub frame: usize,
    /// Whether time moves: the view then follows the playhead page by page.
    pub playing: bool,
    /// Small pictures for what is under the pointer.
    pub filmstrip: Option<Filmstrip<'a>>,
    /// Colours and sizes.
    pub tokens: &'a Tokens,
}

impl TimelineInput<'_> {
    /// When a run of snippets is on screen, both ends inclusive.
    pub(super) fn span_of(&self, first: usize, last: usize) -> TimeSpan {
        self.table.frames_span(self.grid.range(first).start, self.grid.range(last).end.saturating_sub(1))
    }

    /// When an event is on screen, by its place in `events`.
    pub(super) fn event_span(&self, index: usize) -> TimeSpan {
        let event = &self.events[index];
        self.span_of(event.first, event.last)
    }

    /// The false alarm that an event is put aside for, by its place in `events`.
    pub(super) fn twin(&self, index: usize) -> Option<&Twin> {
        self.twins.get(index)?.as_ref()
    }

    /// Whether there is anything to show in a lane. Curves of the model are expected, so their lanes wait for them.
    pub(super) fn has_data(&self, kind: LaneKind) -> bool {
        match kind {
            LaneKind::Overview => true,
            LaneKind::Score | LaneKind::Events | LaneKind::Attention | LaneKind::Magnitude => !self.blind.hides_model(),
            LaneKind::Difference => self.difference.is_some(),
            LaneKind::Labels => !self.labels.shown.list().is_empty() || self.labels.stretch.is_some(),
            LaneKind::Disagreement => !self.blind.on && self.disagreements.readers().len() > 1,
            LaneKind::Motion => self.lanes.motion.is_some(),
            LaneKind::Truth => !self.blind.on && self.lanes.truth.is_some(),
            LaneKind::Recording => !(self.lanes.gaps.is_empty() && self.lanes.damaged.is_empty()),
        }
    }
}

/// What the user wants.
#[derive(Clone, Debug, PartialEq)]
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
    /// Set the share of the threshold's odds by which the lower line is below it, 0..=1.
    SetHysteresis(f32),
    /// Show, order and size lanes so.
    SetLanes(LaneSettings),
    /// Show p(t) or 1 - p(t).
    InvertAttention,
    /// Snap while dragging, or not.
    ToggleSnapping,
    /// Make this event, by its place in `events`, the current one. A `Seek` to where the pointer is goes with it.
    SelectEvent(usize),
    /// Pick these snippets, and no others.
    Pick(Range<usize>),
    /// Select this label.
    SelectLabel(ItemId),
    /// Mark this event, by its place in `events`, with these frames.
    Trim {
        /// Which.
        event: usize,
        /// Its frames, or others.
        span: FrameSpan,
    },
    /// What is marked has these frames from now on.
    ShapeStretch(FrameSpan),
    /// A label has these frames from now on.
    ShapeLabel {
        /// Which.
        id: ItemId,
        /// Its frames.
        span: FrameSpan,
    },
}
