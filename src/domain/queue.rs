//! The review queue: a model's events over all videos of a project, one row each.
//!
//! Owns the rows, and what they can be filtered and sorted by. Does not own finding them (`store`) or the rule that
//! makes a row's status (`review`).

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::interval::FrameSpan;
use super::known_normal::Twin;
use super::library::VideoId;
use super::record::ItemId;
use super::review::Verdict;
use super::time::{MediaTime, TimeSpan};

/// Number of an event in the queue. Events that are found again have a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub u64);

/// An event as a model found it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlaggedEvent {
    /// Its frames.
    pub span: FrameSpan,
    /// When they are shown.
    pub time: TimeSpan,
    /// The frame of its highest score.
    pub peak_frame: usize,
    /// That score, 0..=1.
    pub peak_score: f32,
    /// How little the model is sure of it; more is less sure.
    pub uncertainty: f32,
}

/// A judgement and its verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// Which judgement of the event's video.
    pub item: ItemId,
    /// What it says.
    pub verdict: Verdict,
}

/// What was said about an event, as [`super::review::standing`] finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventStatus {
    /// Nothing.
    Unjudged,
    /// Nothing, but it looks like a false alarm and is put aside: see [`super::known_normal`].
    KnownNormal,
    /// It was judged as it is.
    Judged(Ruling),
    /// Much the same event was judged.
    Inherited(Ruling),
    /// A part of it was judged; it needs another look.
    Changed(Ruling),
    /// No event any more: what was judged, with the frames of then. The threshold or the model has changed since.
    Gone(Ruling),
}

impl EventStatus {
    /// The judgement behind it.
    pub fn ruling(self) -> Option<Ruling> {
        match self {
            Self::Unjudged | Self::KnownNormal => None,
            Self::Judged(ruling) | Self::Inherited(ruling) | Self::Changed(ruling) | Self::Gone(ruling) => Some(ruling),
        }
    }

    /// The verdict that is shown with it.
    pub fn verdict(self) -> Option<Verdict> {
        self.ruling().map(|ruling| ruling.verdict)
    }
}

/// One row of the queue: an event, or frames that were judged when they were one.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueRow {
    /// Which event.
    pub event: EventId,
    /// Of which video.
    pub video: VideoId,
    /// Its file's name.
    pub video_name: String,
    /// The weights that flagged it.
    pub model: String,
    /// What they found.
    pub flagged: FlaggedEvent,
    /// What was said about it.
    pub status: EventStatus,
    /// The false alarm that it looks like, if it is put aside for that.
    pub twin: Option<Twin>,
}

/// Which part of the work is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::EnumIter)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "lowercase")]
pub enum StatusFilter {
    /// All of it.
    #[default]
    Any,
    /// Nothing was said yet.
    Unreviewed,
    /// A verdict holds, given or inherited.
    Judged,
    /// Another look is due.
    Changed,
    /// Frames were judged on which there is no event any more.
    Gone,
    /// Put aside because it looks like a false alarm.
    KnownNormal,
}

/// Which rows of the queue are shown; the default shows all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueFilter {
    /// By the state of the work.
    pub status: StatusFilter,
    /// Only events with this verdict.
    pub verdict: Option<Verdict>,
    /// Only events of this video.
    pub video: Option<VideoId>,
    /// Only events with these letters in their video's name, or in the note, a tag or the class of their
    /// judgement. Capitals do not matter.
    pub text: String,
    /// Only events that these weights flagged.
    pub model: Option<String>,
}

/// The order of rows. Rows that are equal in it stand video by video, in the order in which they were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display, strum::EnumIter)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "lowercase")]
pub enum QueueSort {
    /// Highest score first.
    #[default]
    Score,
    /// Least sure first.
    Uncertainty,
    /// By the video's name, then by time.
    Video,
    /// By the moment in the video.
    Time,
}

/// How many rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueCounts {
    /// All of them.
    pub events: u64,
    /// Videos that have any.
    pub videos: u64,
    /// Nothing was said yet, and nothing speaks against a look.
    pub unreviewed: u64,
    /// Put aside because they look like false alarms.
    pub known_normal: u64,
    /// Another look is due.
    pub changed: u64,
    /// A verdict of anomaly holds.
    pub anomalies: u64,
    /// A verdict of false alarm holds.
    pub false_alarms: u64,
    /// A reviewer looked and could not say.
    pub unsure: u64,
    /// Judged frames on which there is no event any more; not among the verdicts above.
    pub gone: u64,
    /// Footage of the events that are unreviewed or changed.
    pub left: MediaTime,
}

/// A video as the project knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownVideo {
    /// Which one.
    pub id: VideoId,
    /// Its file's name.
    pub name: String,
    /// Bytes of its file.
    pub size: u64,
    /// Where it was seen last.
    pub path: PathBuf,
    /// How many frames it has, where that was found out.
    pub frames: Option<usize>,
    /// How long it is, where that was found out.
    pub duration: Option<MediaTime>,
    /// Whether it was there when it was looked for last.
    pub present: bool,
}

impl KnownVideo {
    /// A video of the record whose file the project was never told of.
    pub fn nameless(id: VideoId) -> Self {
        let (name, path) = (id.short().to_owned(), PathBuf::new());
        Self { id, name, size: 0, path, frames: None, duration: None, present: false }
    }
}
