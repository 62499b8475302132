//! What is being labelled: the stretch that is marked, the class and the label that are chosen, and the labels of the
//! video on screen in their order.
//!
//! Owns the rules of the marked stretch and the list that views draw. Does not own the labels (`reviews`) nor what a
//! gesture changes about them (`update`).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::interval::FrameSpan;
use crate::domain::label::{Label, LabelClass, LabelSchema, VideoLabel};
use crate::domain::library::VideoId;
use crate::domain::record::{ItemId, ReviewState, Subject};

use super::library::EntryId;
use super::reviews::Reviews;

/// One of the two ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Its first frame.
    In,
    /// Its last frame.
    Out,
}

/// A stretch of frames on its way to becoming a label: either end may be missing still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    first: Option<usize>,
    last: Option<usize>,
}

impl Stretch {
    /// These frames.
    pub fn of(span: FrameSpan) -> Self {
        Self { first: Some(span.start()), last: Some(span.last()) }
    }

    /// The frames between both ends, where both are set.
    pub fn whole(self) -> Option<FrameSpan> {
        FrameSpan::from_inclusive(self.first?, self.last?)
    }

    /// Puts an end on a frame. The other end gives way if it would come to lie on the wrong side.
    pub fn put(&mut self, end: End, frame: usize) {
        match end {
            End::In => {
                self.first = Some(frame);
                self.last = self.last.filter(|last| *last >= frame);
            }
            End::Out => {
                self.last = Some(frame);
                self.first = self.first.filter(|first| *first <= frame);
            }
        }
    }

    /// Whether neither end is set.
    pub fn is_empty(self) -> bool {
        self.first.is_none() && self.last.is_none()
    }

    /// The frames it stands for; an end that is not set is where `frame` is.
    pub fn span(self, frame: usize) -> Option<FrameSpan> {
        let (first, last) = match (self.first, self.last) {
            (None, None) => return None,
            (Some(first), Some(last)) => (first, last),
            (Some(set), None) | (None, Some(set)) => (set.min(frame), set.max(frame)),
        };
        FrameSpan::from_inclusive(first, last)
    }
}

/// One label of the video on screen, as views draw it.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownLabel {
    /// Its number.
    pub id: ItemId,
    /// What it says.
    pub label: Label,
    /// Which of [`ShownLabels::lanes`] it stands in.
    pub row: usize,
    /// Colour of its class; `None` if the project has no class of that name.
    pub color: Option<[u8; 3]>,
    /// Whether it is still on its way to disk.
    pub pending: bool,
}

/// The labels of a video, by where they begin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShownLabels {
    list: Vec<ShownLabel>,
    lanes: Vec<String>,
    revision: u64,
}

impl ShownLabels {
    /// In order; what is drawn of them is good until another has another `revision`. The lane of `reviewer` comes first
    /// and is there even if it is empty.
    pub fn new(
        labels: impl IntoIterator<Item = (ItemId, Label, bool)>,
        schema: &LabelSchema,
        reviewer: &str,
        revision: u64,
    ) -> Self {
        let mut labels: Vec<_> = labels.into_iter().collect();
        labels.sort_by_key(|(id, label, _)| (label.span, *id));
        let others: BTreeSet<&str> =
            labels.iter().map(|(_, l, _)| l.lane.as_str()).filter(|l| *l != reviewer).collect();
        let lanes: Vec<String> = std::iter::once(reviewer).chain(others).map(str::to_owned).collect();
        let list = labels.into_iter().map(|(id, label, pending)| ShownLabel {
            id,
            row: lanes.iter().position(|lane| *lane == label.lane).unwrap_or(0),
            color: schema.class(&label.class).map(|class| class.color),
            label,
            pending,
        });
        Self { list: list.collect(), lanes, revision }
    }

    /// By where they begin, then by where they end.
    pub fn list(&self) -> &[ShownLabel] {
        &self.list
    }

    /// The annotators, the reviewer first.
    pub fn lanes(&self) -> &[String] {
        &self.lanes
    }

    /// A number that no other list of this run has.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Place of a label in the list.
    pub fn place(&self, id: ItemId) -> Option<usize> {
        self.list.iter().position(|shown| shown.id == id)
    }
}

/// What the list was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Origin {
    video: Option<VideoId>,
    revisions: (u64, u64),
    reviewer: String,
    blind: bool,
}

/// What is being labelled.
#[derive(Clone, Debug, Default)]
pub struct Marking {
    /// The stretch that is marked.
    pub stretch: Stretch,
    /// The frames of the model's event that the stretch is made from, if it is: keeping it accepts the event.
    trimmed: Option<FrameSpan>,
    selected: Option<ItemId>,
    class: Option<String>,
    labels: Arc<ShownLabels>,
    origin: Origin,
    /// The file on screen that all this is about.
    entry: Option<EntryId>,
}

impl Marking {
    /// The labels of the video on screen.
    pub fn labels(&self) -> &ShownLabels {
        &self.labels
    }

    /// The selected label.
    pub fn selected(&self) -> Option<&ShownLabel> {
        self.labels.list.get(self.selected_place()?)
    }

    /// Place of the selected label in the list.
    pub fn selected_place(&self) -> Option<usize> {
        self.labels.place(self.selected?)
    }

    /// Selects a label, or none.
    pub fn select(&mut self, id: Option<ItemId>) {
        self.selected = id;
    }

    /// Marks a stretch that is made from a model's event.
    pub fn trim(&mut self, event: FrameSpan, stretch: FrameSpan) {
        (self.stretch, self.trimmed, self.selected) = (Stretch::of(stretch), Some(event), None);
    }

    /// The event that the stretch is made from.
    pub fn trimmed(&self) -> Option<FrameSpan> {
        self.trimmed.filter(|_| !self.stretch.is_empty())
    }

    /// Forgets what is marked.
    pub fn unmark(&mut self) {
        (self.stretch, self.trimmed) = (Stretch::default(), None);
    }

    /// The class that new labels get: the one chosen last, else the first of the project.
    pub fn class<'a>(&self, schema: &'a LabelSchema) -> Option<&'a LabelClass> {
        let chosen = self.class.as_deref().and_then(|name| schema.class(name));
        chosen.or_else(|| schema.classes.first())
    }

    /// New labels get this class from now on.
    pub fn choose_class(&mut self, name: String) {
        self.class = Some(name);
    }

    /// Another file is on screen: marks and selection belong to the one before.
    pub(super) fn follow(&mut self, entry: Option<EntryId>) {
        if self.entry != entry {
            self.entry = entry;
            self.unmark();
            self.selected = None;
        }
    }

    /// Keeps the list in step with what is known of the video on screen; in a blind pass only what the reviewer says.
    pub(super) fn refresh(&mut self, reviews: &Reviews, video: Option<&VideoId>, reviewer: &str, blind: bool) {
        let revisions = (video.map_or(0, |video| reviews.revision(video)), reviews.schema_revision());
        let origin = Origin { video: video.cloned(), revisions, reviewer: reviewer.to_owned(), blind };
        if self.origin == origin {
            return;
        }
        self.origin = origin;
        let review = video.and_then(|video| reviews.of(video));
        let labels = review.into_iter().flat_map(|review| {
            let shown = review.labels.iter().filter(|(_, label)| !blind || label.lane == reviewer);
            shown.map(|(id, label)| {
                let subject = Subject::Label { video: review.video.clone(), id: *id };
                (*id, label.clone(), reviews.is_pending(&subject))
            })
        });
        let revision = self.labels.revision + 1;
        self.labels = Arc::new(ShownLabels::new(labels, reviews.schema(), reviewer, revision));
        if self.selected_place().is_none() {
            self.selected = None;
        }
    }
}

/// What does not go together in what an annotator says about a video, as a sentence.
pub fn inconsistency(review: &ReviewState, lane: &str) -> Option<String> {
    let intervals = review.labels.values().filter(|label| label.lane == lane).count();
    match (review.video_labels.get(lane)?, intervals) {
        (VideoLabel::Normal, 1) => Some("Labelled normal, but has 1 interval.".to_owned()),
        (VideoLabel::Normal, n) if n > 1 => Some(format!("Labelled normal, but has {n} intervals.")),
        (VideoLabel::Abnormal, 0) => Some("Labelled abnormal, but has no interval yet.".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: usize, end: usize) -> Option<FrameSpan> {
        FrameSpan::new(start, end)
    }

    #[test]
    fn an_end_moves_and_never_passes_the_other() {
        let mut stretch = Stretch::default();
        assert_eq!(stretch.span(5), None);
        stretch.put(End::In, 10);
        assert_eq!((stretch.span(14), stretch.span(7)), (span(10, 15), span(7, 11)), "up to the frame on screen");
        stretch.put(End::In, 12);
        stretch.put(End::Out, 20);
        assert_eq!(stretch.span(99), span(12, 21), "the last frame is inside");
        stretch.put(End::Out, 12);
        assert_eq!(stretch.span(99), span(12, 13));
        stretch.put(End::In, 30);
        assert_eq!(stretch.span(31), span(30, 32), "the end lay before it and is gone");
        stretch.put(End::Out, 4);
        assert_eq!(stretch.span(2), span(2, 5));
    }

    fn label(start: usize, end: usize, class: &str, lane: &str) -> Label {
        let span = span(start, end).expect("holds frames");
        Label { span, class: class.to_owned(), lane: lane.to_owned(), note: String::new(), confidence: None }
    }

    #[test]
    fn labels_are_listed_by_their_start_and_the_reviewer_s_lane_is_first() {
        let labels = [
            (ItemId(1), label(50, 60, "Anomaly", "Zoe"), false),
            (ItemId(2), label(10, 20, "Riot", "Ada"), true),
            (ItemId(3), label(10, 15, "Anomaly", "Bob"), false),
        ];
        let shown = ShownLabels::new(labels, &LabelSchema::default(), "Bob", 7);
        assert_eq!(shown.lanes(), ["Bob", "Ada", "Zoe"]);
        let rows: Vec<_> = shown.list().iter().map(|l| (l.id.0, l.row, l.color.is_some(), l.pending)).collect();
        assert_eq!(rows, [(3, 0, true, false), (2, 1, false, true), (1, 2, true, false)]);
        assert_eq!((shown.place(ItemId(1)), shown.place(ItemId(9))), (Some(2), None));
    }

    #[test]
    fn what_is_said_of_the_whole_video_is_held_against_its_intervals() {
        let mut review = ReviewState::new(VideoId::from_hash([3; 32]));
        assert_eq!(inconsistency(&review, "Ada"), None);
        review.video_labels.insert("Ada".to_owned(), VideoLabel::Abnormal);
        assert!(inconsistency(&review, "Ada").is_some_and(|text| text.contains("no interval")));
        for id in 0..2 {
            review.labels.insert(ItemId(id), label(0, 9, "Anomaly", "Ada"));
        }
        review.labels.insert(ItemId(7), label(0, 9, "Anomaly", "Bob"));
        assert_eq!(inconsistency(&review, "Ada"), None);
        review.video_labels.insert("Ada".to_owned(), VideoLabel::Normal);
        assert_eq!(inconsistency(&review, "Ada").as_deref(), Some("Labelled normal, but has 2 intervals."));
    }
}
