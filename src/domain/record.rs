//! The words of the project's record: what an edit is about, what it was before and after, and how it is undone.
//!
//! Owns subjects, values, changes and steps, and the fold of changes into what is known about one video. Does not
//! own how they are kept on disk (`store`) or what a gesture changes (`app`).
//!
//! Every change says what it found. It applies only where that is still so, which makes two edits that do not know
//! of each other a conflict instead of a loss, and turning a change around its own undo.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::label::{Label, LabelSchema, VideoLabel};
use super::library::VideoId;
use super::review::Judgement;

/// Number of a judgement or label, unique in its project and never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub u64);

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Number of a step: the place of its first change in the log, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u64);

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which thing an edit is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// One verdict on frames.
    Judgement {
        /// Of which video.
        video: VideoId,
        /// Which one.
        id: ItemId,
    },
    /// One labelled interval.
    Label {
        /// Of which video.
        video: VideoId,
        /// Which one.
        id: ItemId,
    },
    /// What one annotator says about a whole video.
    VideoLabel {
        /// Which video.
        video: VideoId,
        /// Name of the annotator.
        lane: String,
    },
    /// The mark that a video was looked through.
    Reviewed {
        /// Which video.
        video: VideoId,
    },
    /// The note on a whole video.
    VideoNote {
        /// Which video.
        video: VideoId,
    },
    /// The project's classes.
    Schema,
    /// The model in use.
    Promotion,
}

impl Subject {
    /// Its kind as the log names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Judgement { .. } => "judgement",
            Self::Label { .. } => "label",
            Self::VideoLabel { .. } => "video_label",
            Self::Reviewed { .. } => "reviewed",
            Self::VideoNote { .. } => "video_note",
            Self::Schema => "schema",
            Self::Promotion => "promotion",
        }
    }

    /// The video that it is about, unless it is about the project.
    pub fn video(&self) -> Option<&VideoId> {
        match self {
            Self::Judgement { video, .. }
            | Self::Label { video, .. }
            | Self::VideoLabel { video, .. }
            | Self::Reviewed { video }
            | Self::VideoNote { video } => Some(video),
            Self::Schema | Self::Promotion => None,
        }
    }

    /// What tells it from others of its kind and video; empty where there is only one.
    pub fn key(&self) -> String {
        match self {
            Self::Judgement { id, .. } | Self::Label { id, .. } => id.to_string(),
            Self::VideoLabel { lane, .. } => lane.clone(),
            Self::Reviewed { .. } | Self::VideoNote { .. } | Self::Schema | Self::Promotion => String::new(),
        }
    }

    /// From what [`Self::kind`], [`Self::video`] and [`Self::key`] gave; `None` if no subject gives these.
    pub fn from_parts(kind: &str, video: Option<VideoId>, key: &str) -> Option<Self> {
        let item = || key.parse().ok().map(ItemId);
        let subject = match (kind, video) {
            ("judgement", Some(video)) => Self::Judgement { video, id: item()? },
            ("label", Some(video)) => Self::Label { video, id: item()? },
            ("video_label", Some(video)) => Self::VideoLabel { video, lane: key.to_owned() },
            ("reviewed", Some(video)) => Self::Reviewed { video },
            ("video_note", Some(video)) => Self::VideoNote { video },
            ("schema", None) => Self::Schema,
            ("promotion", None) => Self::Promotion,
            _ => return None,
        };
        (subject.key() == key).then_some(subject)
    }
}

/// As it stands in a sentence: "the verdict 12 on video 0a1b2c3d4e5f".
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Judgement { video, id } => write!(f, "the verdict {id} on video {}", video.short()),
            Self::Label { video, id } => write!(f, "the label {id} of video {}", video.short()),
            Self::VideoLabel { video, lane } => write!(f, "the label of the whole video {} by {lane}", video.short()),
            Self::Reviewed { video } => write!(f, "the reviewed mark of video {}", video.short()),
            Self::VideoNote { video } => write!(f, "the note on video {}", video.short()),
            Self::Schema => f.write_str("the list of classes"),
            Self::Promotion => f.write_str("the model in use"),
        }
    }
}

/// What a subject holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Of [`Subject::Judgement`].
    Judgement(Judgement),
    /// Of [`Subject::Label`].
    Label(Label),
    /// Of [`Subject::VideoLabel`].
    VideoLabel(VideoLabel),
    /// Of [`Subject::Reviewed`]: the mark itself; a video without one was not looked through.
    Reviewed,
    /// Of [`Subject::VideoNote`].
    Note(String),
    /// Of [`Subject::Schema`].
    Schema(LabelSchema),
    /// Of [`Subject::Promotion`]: the id of the weights.
    Model(String),
}

impl Value {
    /// Whether this is what `subject` can hold.
    pub fn fits(&self, subject: &Subject) -> bool {
        matches!(
            (self, subject),
            (Self::Judgement(_), Subject::Judgement { .. })
                | (Self::Label(_), Subject::Label { .. })
                | (Self::VideoLabel(_), Subject::VideoLabel { .. })
                | (Self::Reviewed, Subject::Reviewed { .. })
                | (Self::Note(_), Subject::VideoNote { .. })
                | (Self::Schema(_), Subject::Schema)
                | (Self::Model(_), Subject::Promotion)
        )
    }
}

/// One subject before and after. `None` is a subject that is not there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What is changed.
    pub subject: Subject,
    /// What it must hold for the change to apply.
    pub before: Option<Value>,
    /// What it holds afterwards.
    pub after: Option<Value>,
}

impl Change {
    /// The change back.
    pub fn inverse(&self) -> Self {
        Self { subject: self.subject.clone(), before: self.after.clone(), after: self.before.clone() }
    }

    /// Whether both values are of the subject's kind.
    pub fn fits(&self) -> bool {
        [&self.before, &self.after].into_iter().flatten().all(|value| value.fits(&self.subject))
    }
}

/// One gesture: changes that happen together or not at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What the history calls it, "False alarm on 3 events"; an undo is called as what it undoes.
    pub title: String,
    /// In the order in which they apply.
    pub changes: Vec<Change>,
    /// The step that this one takes back.
    pub undoes: Option<StepId>,
}

impl Step {
    /// A step forwards.
    pub fn new(title: impl Into<String>, changes: Vec<Change>) -> Self {
        Self { title: title.into(), changes, undoes: None }
    }

    /// The step back: every change turned around, the last one first. Which step it undoes is for the caller to say,
    /// who knows its number.
    pub fn inverse(&self) -> Self {
        Self {
            title: self.title.clone(),
            changes: self.changes.iter().rev().map(Change::inverse).collect(),
            undoes: self.undoes,
        }
    }
}

/// One step as the history lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Its number.
    pub step: StepId,
    /// What it was.
    pub title: String,
    /// When, in microseconds since 1970, UTC.
    pub at_us: i64,
    /// Who took it.
    pub who: String,
    /// How many changes it made.
    pub changes: u64,
    /// The step that it took back, if it is an undo, or an undo of one.
    pub undoes: Option<StepId>,
    /// The step that took it back and counts.
    pub undone_by: Option<StepId>,
}

/// Who said what a subject holds, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who.
    pub who: String,
    /// When, in microseconds since 1970, UTC.
    pub at_us: i64,
}

/// A change that found something else than it says.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0} is no longer what this step starts from")]
pub struct Conflict(pub Subject);

/// What is known about one video: the fold of all changes about it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewState {
    /// Which video.
    pub video: VideoId,
    /// Verdicts on its frames.
    pub judgements: BTreeMap<ItemId, Judgement>,
    /// Labelled intervals.
    pub labels: BTreeMap<ItemId, Label>,
    /// Labels of the whole video, by annotator.
    pub video_labels: BTreeMap<String, VideoLabel>,
    /// Whether it was looked through.
    pub reviewed: bool,
    /// The note on it.
    pub note: Option<String>,
}

impl ReviewState {
    /// Nothing known yet.
    pub fn new(video: VideoId) -> Self {
        Self {
            video,
            judgements: BTreeMap::new(),
            labels: BTreeMap::new(),
            video_labels: BTreeMap::new(),
            reviewed: false,
            note: None,
        }
    }

    /// What `subject` holds; `None` too for subjects of other videos and of the project.
    pub fn get(&self, subject: &Subject) -> Option<Value> {
        if subject.video() != Some(&self.video) {
            return None;
        }
        match subject {
            Subject::Judgement { id, .. } => self.judgements.get(id).cloned().map(Value::Judgement),
            Subject::Label { id, .. } => self.labels.get(id).cloned().map(Value::Label),
            Subject::VideoLabel { lane, .. } => self.video_labels.get(lane).copied().map(Value::VideoLabel),
            Subject::Reviewed { .. } => self.reviewed.then_some(Value::Reviewed),
            Subject::VideoNote { .. } => self.note.clone().map(Value::Note),
            Subject::Schema | Subject::Promotion => None,
        }
    }

    /// The verdicts that count: of several on the same frames the latest.
    pub fn verdicts(&self) -> Vec<(ItemId, &Judgement)> {
        let mut all: Vec<(ItemId, &Judgement)> = Vec::with_capacity(self.judgements.len());
        for (id, judgement) in &self.judgements {
            all.retain(|(_, other)| other.span != judgement.span);
            all.push((*id, judgement));
        }
        all
    }

    /// Applies one change; changes about other videos or the project are none of its business and pass.
    ///
    /// # Errors
    /// The subject does not hold what the change says it found, or the values are of another kind. Nothing has
    /// changed then.
    pub fn apply(&mut self, change: &Change) -> Result<(), Conflict> {
        if change.subject.video() != Some(&self.video) {
            return Ok(());
        }
        if !change.fits() || self.get(&change.subject) != change.before {
            return Err(Conflict(change.subject.clone()));
        }
        self.set(&change.subject, change.after.clone());
        Ok(())
    }

    /// Applies all changes of a step or none.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn apply_step(&mut self, step: &Step) -> Result<(), Conflict> {
        let mut next = self.clone();
        step.changes.iter().try_for_each(|change| next.apply(change))?;
        *self = next;
        Ok(())
    }

    /// Puts a value that is known to fit in its place.
    fn set(&mut self, subject: &Subject, value: Option<Value>) {
        match (subject, value) {
            (Subject::Judgement { id, .. }, Some(Value::Judgement(judgement))) => {
                self.judgements.insert(*id, judgement);
            }
            (Subject::Judgement { id, .. }, _) => {
                self.judgements.remove(id);
            }
            (Subject::Label { id, .. }, Some(Value::Label(label))) => {
                self.labels.insert(*id, label);
            }
            (Subject::Label { id, .. }, _) => {
                self.labels.remove(id);
            }
            (Subject::VideoLabel { lane, .. }, Some(Value::VideoLabel(label))) => {
                self.video_labels.insert(lane.clone(), label);
            }
            (Subject::VideoLabel { lane, .. }, _) => {
                self.video_labels.remove(lane);
            }
            (Subject::Reviewed { .. }, value) => self.reviewed = value.is_some(),
            (Subject::VideoNote { .. }, Some(Value::Note(note))) => self.note = Some(note),
            (Subject::VideoNote { .. }, _) => self.note = None,
            (Subject::Schema | Subject::Promotion, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::interval::FrameSpan;
    use crate::domain::review::Verdict;

    fn video(number: u8) -> VideoId {
        VideoId::from_hash([number; 32])
    }

    fn judgement(start: usize, verdict: Verdict) -> Value {
        Value::Judgement(Judgement {
            span: FrameSpan::new(start, start + 16).expect("holds frames"),
            verdict,
            class: start.is_multiple_of(2).then(|| "Fight".to_owned()),
            tags: vec!["night".to_owned()],
            note: String::new(),
            model: None,
            peak_frame: start + 3,
            peak_score: 0.1,
        })
    }

    /// A subject, and what it may become, from three small numbers.
    fn edit(kind: u8, which: u8, value: u8) -> (Subject, Option<Value>) {
        let (video, id) = (video(which % 2), ItemId(u64::from(which % 3)));
        let there = !value.is_multiple_of(3);
        let some = |v: Value| there.then_some(v);
        match kind % 7 {
            0 => (Subject::Judgement { video, id }, some(judgement(usize::from(value), Verdict::FalseAlarm))),
            1 => {
                let span = FrameSpan::new(0, 1 + usize::from(value)).expect("holds frames");
                let label = Label {
                    span,
                    class: "Fall".to_owned(),
                    lane: "A".to_owned(),
                    note: String::new(),
                    confidence: Some(0.7),
                };
                (Subject::Label { video, id }, some(Value::Label(label)))
            }
            2 => (
                Subject::VideoLabel { video, lane: format!("lane {which}") },
                some(Value::VideoLabel(if value.is_multiple_of(2) {
                    VideoLabel::Normal
                } else {
                    VideoLabel::Abnormal
                })),
            ),
            3 => (Subject::Reviewed { video }, some(Value::Reviewed)),
            4 => (Subject::VideoNote { video }, some(Value::Note(format!("note {value}")))),
            5 => (Subject::Schema, some(Value::Schema(LabelSchema::default()))),
            _ => (Subject::Promotion, some(Value::Model(format!("weights {value}")))),
        }
    }

    /// A step that applies to `state`, made of edits; each finds what the ones before it left.
    fn step(state: &ReviewState, edits: &[(u8, u8, u8)]) -> Step {
        let mut at = state.clone();
        let mut changes = Vec::new();
        for (kind, which, value) in edits {
            let (subject, after) = edit(*kind, *which, *value);
            let change = Change { before: at.get(&subject), subject, after };
            at.apply(&change).expect("finds what is there");
            changes.push(change);
        }
        Step::new("a gesture", changes)
    }

    proptest! {
        #[test]
        fn a_step_and_its_inverse_leave_nothing(
            before in prop::collection::vec(any::<(u8, u8, u8)>(), 0..12),
            edits in prop::collection::vec(any::<(u8, u8, u8)>(), 0..12),
        ) {
            let mut state = ReviewState::new(video(0));
            let first = step(&state, &before);
            state.apply_step(&first).expect("applies");
            let start = state.clone();
            let gesture = step(&state, &edits);
            state.apply_step(&gesture).expect("applies");
            state.apply_step(&gesture.inverse()).expect("applies");
            prop_assert_eq!(&state, &start);
            prop_assert_eq!(gesture.inverse().inverse(), gesture);
        }

        #[test]
        fn subjects_and_values_come_back_from_text(kind in 0_u8..7, which: u8, value: u8) {
            let (subject, held) = edit(kind, which, value);
            let parts = (subject.kind(), subject.video().cloned(), subject.key());
            prop_assert_eq!(Subject::from_parts(parts.0, parts.1, &parts.2), Some(subject));
            let text = ron::to_string(&held).expect("is written");
            prop_assert_eq!(ron::from_str::<Option<Value>>(&text).expect("is read"), held);
        }
    }

    #[test]
    fn a_change_that_finds_something_else_changes_nothing() {
        let mut state = ReviewState::new(video(0));
        let subject = Subject::Judgement { video: video(0), id: ItemId(1) };
        let add = |verdict| Change { subject: subject.clone(), before: None, after: Some(judgement(0, verdict)) };
        state.apply(&add(Verdict::Anomaly)).expect("is new");
        let held = state.clone();
        let note = Change {
            subject: Subject::VideoNote { video: video(0) },
            before: None,
            after: Some(Value::Note("dark".to_owned())),
        };
        let both = Step::new("both", vec![note, add(Verdict::Unsure)]);
        assert_eq!(state.apply_step(&both), Err(Conflict(subject.clone())));
        assert_eq!(state, held);
        let wrong = Change { subject: subject.clone(), before: Some(Value::Reviewed), after: None };
        assert!(!wrong.fits());
        assert_eq!(state.apply(&wrong), Err(Conflict(subject)));
        assert_eq!(state, held);
    }

    #[test]
    fn text_that_names_nothing_is_no_subject() {
        assert_eq!(Subject::from_parts("judgement", Some(video(1)), "x"), None);
        assert_eq!(Subject::from_parts("judgement", Some(video(1)), "007"), None);
        assert_eq!(Subject::from_parts("judgement", None, "7"), None);
        assert_eq!(Subject::from_parts("schema", Some(video(1)), ""), None);
        assert_eq!(Subject::from_parts("verdict", Some(video(1)), "7"), None);
    }
}
