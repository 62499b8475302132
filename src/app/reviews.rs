//! What the project says about the videos that are open, and what is on its way to disk.
//!
//! Owns the reviews and classes as they are on disk, the steps that are not yet, and the state that the window shows:
//! both together. Does not own the disk (`services`), nor what a gesture changes (`update`).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use crate::domain::interval::FrameSpan;
use crate::domain::label::LabelSchema;
use crate::domain::library::VideoId;
use crate::domain::record::{Conflict, ItemId, ReviewState, Step, Subject, Value};
use crate::domain::review::{Ground, Judgement, Standing, Verdict, standings};

/// The project that verdicts go into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Project {
    /// Being opened.
    #[default]
    Opening,
    /// Open.
    Open {
        /// Where it is.
        folder: PathBuf,
        /// Who writes to it, if that is another window; then it can only be read.
        held_by: Option<String>,
    },
    /// Cannot be used.
    Failed {
        /// Why, as a sentence.
        reason: String,
        /// The newest whole backup, if there is one.
        backup: Option<PathBuf>,
    },
}

impl Project {
    /// Where it is, once it is open.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Open { folder, .. } => Some(folder),
            Self::Opening | Self::Failed { .. } => None,
        }
    }
}

/// Handle of a step that is on its way to disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What is known of one event's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventMark {
    /// Whose verdict it is.
    pub item: ItemId,
    /// The verdict.
    pub verdict: Verdict,
    /// How it came about.
    pub ground: Ground,
    /// Whether it is still on its way to disk.
    pub pending: bool,
}

impl EventMark {
    /// Whether the event needs no look any more.
    pub fn settles(&self) -> bool {
        self.ground != Ground::Changed
    }
}

/// The reviews of all open videos.
#[derive(Clone, Debug, Default)]
pub struct Reviews {
    /// The project.
    pub project: Project,
    /// As on disk.
    saved: Known,
    /// With what is on its way.
    shown: Known,
    /// The classes that count: those shown, or the ones that every project begins with.
    schema: LabelSchema,
    schema_changes: u64,
    pending: VecDeque<(Ticket, Step)>,
    tickets: u64,
    next_item: u64,
    /// How often anything changed, and the number of the last change of each video.
    changes: u64,
    changed: BTreeMap<VideoId, u64>,
}

impl Reviews {
    /// The project was opened; items get numbers from `next_item` on.
    pub fn opened(&mut self, folder: PathBuf, held_by: Option<String>, next_item: u64) {
        *self = Self {
            project: Project::Open { folder, held_by },
            next_item: next_item.max(1),
            changes: self.changes + 1,
            tickets: self.tickets,
            schema_changes: self.schema_changes + 1,
            ..Self::default()
        };
    }

    /// Whether edits can be made; else why not.
    ///
    /// # Errors
    /// A sentence for the person.
    pub fn writable(&self) -> Result<(), String> {
        match &self.project {
            Project::Opening => Err("The project is still being opened; try again in a moment.".to_owned()),
            Project::Failed { reason, .. } => Err(reason.clone()),
            Project::Open { held_by: Some(who), .. } => Err(format!(
                "This project can only be read here: it is open in {who}. Close that window, or let that command end, to \
                     edit here."
            )),
            Project::Open { held_by: None, .. } => Ok(()),
        }
    }

    /// What is known about a video, with what is on its way to disk; nothing before it is loaded.
    pub fn of(&self, video: &VideoId) -> Option<&ReviewState> {
        self.shown.reviews.get(video)
    }

    /// The classes of labels, with what is on its way to disk.
    pub fn schema(&self) -> &LabelSchema {
        &self.schema
    }

    /// The classes as someone chose them; `None` while nobody has. This is what a change of them starts from.
    pub fn chosen_schema(&self) -> Option<&LabelSchema> {
        self.shown.schema.as_ref()
    }

    /// What was made of the classes is out of date when this is another number.
    pub fn schema_revision(&self) -> u64 {
        self.schema_changes
    }

    /// What was made of a video's review is out of date when this is another number.
    pub fn revision(&self, video: &VideoId) -> u64 {
        self.changed.get(video).copied().unwrap_or(0)
    }

    /// Whether anything about `subject` is on its way to disk.
    pub fn is_pending(&self, subject: &Subject) -> bool {
        self.pending.iter().any(|(_, step)| step.changes.iter().any(|change| change.subject == *subject))
    }

    /// Steps on their way to disk.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// A number for a new item.
    pub fn new_item(&mut self) -> ItemId {
        self.new_items(1)
    }

    /// The first of `count` numbers for new items, whether all are used or not.
    pub fn new_items(&mut self, count: usize) -> ItemId {
        self.next_item += count as u64;
        ItemId(self.next_item - count as u64)
    }

    /// A video's reviews were read from disk.
    pub fn loaded(&mut self, review: ReviewState) {
        let video = review.video.clone();
        self.saved.reviews.insert(video.clone(), review);
        self.show([&video]);
    }

    /// The classes were read from disk; `None` if nobody chose any.
    pub fn schema_loaded(&mut self, schema: Option<LabelSchema>) {
        self.saved.schema = schema;
        self.show([]);
    }

    /// Shows a step before it is on disk. The ticket comes back with the answer.
    ///
    /// # Errors
    /// The step does not start from what is shown; nothing has changed.
    pub fn submit(&mut self, step: Step) -> Result<Ticket, Conflict> {
        self.shown.apply(&step)?;
        self.use_schema();
        self.tickets += 1;
        self.touch(step.changes.iter().filter_map(|change| change.subject.video()));
        let ticket = Ticket(self.tickets);
        self.pending.push_back((ticket, step));
        Ok(ticket)
    }

    /// A step is on disk: one of ours, or an undo or redo that was found there.
    pub fn recorded(&mut self, ticket: Option<Ticket>, step: &Step) {
        self.pending.retain(|(t, _)| Some(*t) != ticket);
        if let Err(conflict) = self.saved.apply(step) {
            // The disk is right; what it says comes with the next loading of the video.
            log::error!("after a step that is on disk: {conflict}");
        }
        self.show(step.changes.iter().filter_map(|change| change.subject.video()));
    }

    /// A step did not get to disk: it is taken back, and so are later ones that build on it.
    pub fn refused(&mut self, ticket: Ticket) {
        self.pending.retain(|(t, _)| *t != ticket);
        let all: Vec<VideoId> = self.saved.reviews.keys().cloned().collect();
        self.show(&all);
    }

    fn touch<'a>(&mut self, videos: impl IntoIterator<Item = &'a VideoId>) {
        self.changes += 1;
        for video in videos {
            self.changed.insert(video.clone(), self.changes);
        }
    }

    /// Makes what is shown of `videos` from what is on disk and what is on its way.
    fn show<'a>(&mut self, videos: impl IntoIterator<Item = &'a VideoId> + Clone) {
        self.touch(videos.clone());
        for video in videos {
            let Some(saved) = self.saved.reviews.get(video) else { continue };
            let mut review = saved.clone();
            for (_, step) in &self.pending {
                // One that builds on a step that was refused is going to be refused as well.
                review.apply_step(step).ok();
            }
            self.shown.reviews.insert(video.clone(), review);
        }
        self.shown.schema.clone_from(&self.saved.schema);
        for (_, step) in &self.pending {
            if let Ok(schema) = schema_after(self.shown.schema.as_ref(), step) {
                self.shown.schema = schema;
            }
        }
        self.use_schema();
    }

    /// Notices whether other classes count now.
    fn use_schema(&mut self) {
        let schema = self.shown.schema.clone().unwrap_or_default();
        if self.schema != schema {
            self.schema = schema;
            self.schema_changes += 1;
        }
    }

    /// The frames of a video that each verdict covers, whether they are an event now or not; those of one verdict in order
    /// and not touching.
    pub fn judged(&self, video: &VideoId) -> Vec<(FrameSpan, Verdict)> {
        let Some(review) = self.of(video) else { return Vec::new() };
        let mut all: Vec<(Verdict, FrameSpan)> = review.judgements.values().map(|j| (j.verdict, j.span)).collect();
        all.sort_unstable();
        let mut merged: Vec<(FrameSpan, Verdict)> = Vec::with_capacity(all.len());
        for (verdict, span) in all {
            match merged.last_mut() {
                Some((last, of)) if *of == verdict && last.end() >= span.start() => *last = last.hull(span),
                _ => merged.push((span, verdict)),
            }
        }
        merged
    }

    /// The verdicts on events of a video, given by their frames.
    pub fn marks(&self, video: &VideoId, events: &[FrameSpan]) -> Vec<Option<EventMark>> {
        let Some(review) = self.of(video) else { return vec![None; events.len()] };
        let judged: Vec<(ItemId, &Judgement)> = review.judgements.iter().map(|(id, j)| (*id, j)).collect();
        let spans: Vec<FrameSpan> = judged.iter().map(|(_, j)| j.span).collect();
        let mark = |standing: Standing| {
            let (at, ground) = standing.ground()?;
            let (item, judgement) = judged[at];
            let subject = Subject::Judgement { video: video.clone(), id: item };
            Some(EventMark { item, verdict: judgement.verdict, ground, pending: self.is_pending(&subject) })
        };
        standings(events, &spans).into_iter().map(mark).collect()
    }
}

/// What is known of the videos that are loaded, and the classes as someone chose them.
#[derive(Clone, Debug, Default)]
struct Known {
    reviews: BTreeMap<VideoId, ReviewState>,
    schema: Option<LabelSchema>,
}

impl Known {
    /// Applies a step to all that it is about, or to nothing. Videos that are not loaded pass.
    fn apply(&mut self, step: &Step) -> Result<(), Conflict> {
        let videos: BTreeSet<&VideoId> = step.changes.iter().filter_map(|change| change.subject.video()).collect();
        let known = videos.into_iter().filter_map(|video| self.reviews.get(video));
        let mut next: Vec<ReviewState> = known.cloned().collect();
        next.iter_mut().try_for_each(|review| review.apply_step(step))?;
        self.schema = schema_after(self.schema.as_ref(), step)?;
        self.reviews.extend(next.into_iter().map(|review| (review.video.clone(), review)));
        Ok(())
    }
}

/// The classes after a step that found these.
fn schema_after(before: Option<&LabelSchema>, step: &Step) -> Result<Option<LabelSchema>, Conflict> {
    let mut at = before.cloned();
    for change in step.changes.iter().filter(|change| change.subject == Subject::Schema) {
        if change.before != at.map(Value::Schema) {
            return Err(Conflict(Subject::Schema));
        }
        at = match &change.after {
            Some(Value::Schema(schema)) => Some(schema.clone()),
            _ => None,
        };
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::record::{Change, Value};

    fn video() -> VideoId {
        VideoId::from_hash([7; 32])
    }

    fn span(start: usize, end: usize) -> FrameSpan {
        FrameSpan::new(start, end).expect("holds frames")
    }

    fn judge(id: u64, before: Option<Value>, verdict: Verdict) -> Step {
        let judgement = Judgement {
            span: span(16, 48),
            verdict,
            class: None,
            tags: Vec::new(),
            note: String::new(),
            model: None,
            peak_frame: 20,
            peak_score: 0.9,
        };
        let subject = Subject::Judgement { video: video(), id: ItemId(id) };
        Step::new("verdict", vec![Change { subject, before, after: Some(Value::Judgement(judgement)) }])
    }

    fn open() -> Reviews {
        let mut reviews = Reviews::default();
        assert!(reviews.writable().is_err());
        reviews.opened(PathBuf::from("/p"), None, 5);
        reviews.loaded(ReviewState::new(video()));
        assert_eq!(reviews.writable(), Ok(()));
        reviews
    }

    fn mark(reviews: &Reviews) -> Option<EventMark> {
        reviews.marks(&video(), &[span(16, 48)])[0]
    }

    #[test]
    fn a_verdict_is_pending_until_it_is_on_disk() {
        let mut reviews = open();
        let id = reviews.new_item();
        assert_eq!(id, ItemId(5));
        let step = judge(id.0, None, Verdict::FalseAlarm);
        let ticket = reviews.submit(step.clone()).expect("applies");
        assert_eq!(mark(&reviews).map(|m| (m.verdict, m.pending)), Some((Verdict::FalseAlarm, true)));
        reviews.recorded(Some(ticket), &step);
        assert_eq!(mark(&reviews).map(|m| (m.verdict, m.pending)), Some((Verdict::FalseAlarm, false)));
        // An undo that was found in the log.
        reviews.recorded(None, &step.inverse());
        assert_eq!(mark(&reviews), None);
    }

    #[test]
    fn a_refused_step_goes_with_those_that_build_on_it() {
        let mut reviews = open();
        let first = judge(5, None, Verdict::Unsure);
        let ticket = reviews.submit(first.clone()).expect("applies");
        let after = first.changes[0].after.clone();
        reviews.submit(judge(5, after, Verdict::Anomaly)).expect("builds on it");
        assert_eq!(mark(&reviews).map(|m| m.verdict), Some(Verdict::Anomaly));
        reviews.refused(ticket);
        assert_eq!(mark(&reviews), None);
        // What does not start from what is shown is refused at once.
        assert!(reviews.submit(first.inverse()).is_err());
    }

    #[test]
    fn judged_frames_stay_known_without_an_event() {
        let mut reviews = open();
        for (id, verdict) in [(5, Verdict::Unsure), (6, Verdict::Unsure), (7, Verdict::Anomaly)] {
            reviews.submit(judge(id, None, verdict)).expect("applies");
        }
        assert_eq!(reviews.judged(&video()), [(span(16, 48), Verdict::Anomaly), (span(16, 48), Verdict::Unsure)]);
    }

    #[test]
    fn classes_are_shown_at_once_and_taken_back_when_they_are_refused() {
        let mut reviews = open();
        reviews.schema_loaded(None);
        let (before, mut schema) = (reviews.schema_revision(), LabelSchema::default());
        schema.add("Fight");
        let after = Some(Value::Schema(schema.clone()));
        let step = Step::new("classes", vec![Change { subject: Subject::Schema, before: None, after }]);
        let ticket = reviews.submit(step.clone()).expect("applies");
        assert_eq!(reviews.schema(), &schema);
        assert!(reviews.schema_revision() > before);
        assert!(reviews.submit(step.clone()).is_err(), "it starts from what is no longer so");
        reviews.refused(ticket);
        assert_eq!((reviews.schema(), reviews.chosen_schema()), (&LabelSchema::default(), None));
        reviews.recorded(None, &step);
        assert_eq!(reviews.chosen_schema(), Some(&schema));
        reviews.recorded(None, &step.inverse());
        assert_eq!(reviews.schema(), &LabelSchema::default());
    }

    #[test]
    fn another_window_makes_it_read_only() {
        let mut reviews = Reviews::default();
        reviews.opened(PathBuf::from("/p"), Some("kt on desk 4".to_owned()), 1);
        assert!(reviews.writable().is_err_and(|sentence| sentence.contains("kt on desk 4")));
    }
}
