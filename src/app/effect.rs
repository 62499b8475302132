//! What a change of state asks the outside world to do.
//!
//! Owns the list of effects. They are carried out by [`super::services::Services`], those that need
//! the window itself by `shell`.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::frames::FrameTable;
use crate::domain::interval::FrameSpan;
use crate::domain::library::VideoId;
use crate::domain::queue::{QueueFilter, QueueRow, QueueSort};
use crate::domain::record::{ItemId, Step, StepId};
use crate::domain::review::Verdict;
use crate::domain::score::TsaSettings;
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::media::{DecodeOptions, OpenedVideo};
use crate::model::weights::ModelWeights;

use super::learn::{LearnRequest, ModelRequest};
use super::library::EntryId;
use super::prefs::Prefs;
use super::review_queue::{Question, Target};
use super::reviews::Ticket;
use super::state::JobId;

/// A change of the stretch of time that the timeline shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zoom {
    /// The whole video, or back to where it was before.
    Fit,
    /// Less time, more detail.
    In,
    /// More time.
    Out,
    /// The event at the position, with some room around it.
    Event,
    /// The stretch before, overlapping a little.
    Earlier,
    /// The stretch after, overlapping a little.
    Later,
}

/// What is to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undoing {
    /// The last step.
    Last,
    /// The last undo: the step that it took back counts again.
    LastUndo,
    /// One step of the history.
    Step(StepId),
}

/// The events of a video, as the queue wants them.
#[derive(Clone, Debug)]
pub struct FoundEvents {
    /// The video's content.
    pub id: VideoId,
    /// In order.
    pub events: Arc<[AnomalySegment]>,
    /// Which frames they cover.
    pub spans: Vec<FrameSpan>,
    /// When each frame appears.
    pub frames: Arc<FrameTable>,
    /// The settings of attention behind the scores.
    pub tsa: TsaSettings,
    /// The weights that made the scores.
    pub model: String,
    /// The rule that made events of them.
    pub rule: EventRule,
}

/// One thing to do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Find the video files that these paths stand for.
    Expand(Vec<PathBuf>),
    /// Probe and index a file.
    Open {
        /// For whom.
        entry: EntryId,
        /// Where it is.
        path: PathBuf,
    },
    /// Play this video from now on, or none.
    Show(Option<Box<OpenedVideo>>),
    /// The content of the video on screen is this.
    Identified(VideoId),
    /// Decode like this from now on.
    SetDecoding(DecodeOptions),
    /// Score a video; a scoring that still runs is cancelled by it.
    Score {
        /// Which work.
        job: JobId,
        /// What to score.
        video: Box<OpenedVideo>,
        /// With which settings.
        tsa: TsaSettings,
    },
    /// Find out how far the scores of a video scatter, when there is nothing better to do; any scoring cancels it.
    Scatter {
        /// Which work.
        job: JobId,
        /// What was scored.
        video: Box<OpenedVideo>,
        /// With which settings.
        tsa: TsaSettings,
    },
    /// Stop scoring.
    CancelScoring,
    /// Make demo scenes.
    MakeDemo,
    /// Keep the picture on screen as a file, once it is the right one.
    Snapshot {
        /// Name of the video's file.
        video: String,
        /// Where to; `None` for the folder of pictures.
        folder: Option<PathBuf>,
    },
    /// Put text on the clipboard. Carried out by the shell.
    Copy(String),
    /// Note that the project knows this video, and read what it says about it.
    LoadReview {
        /// Its content.
        id: VideoId,
        /// The file.
        video: Box<OpenedVideo>,
    },
    /// Write a step into the project.
    Record {
        /// Comes back with the answer.
        ticket: Ticket,
        /// What to write.
        step: Box<Step>,
        /// Who did it.
        who: String,
        /// The weights whose scores were on screen.
        model: Option<String>,
    },
    /// Take back a step of the project, or carry the last one that was taken back out again.
    Undo {
        /// Which.
        which: Undoing,
        /// Who did it.
        who: String,
    },
    /// Give a class another name, in the list of classes and in every label of the project.
    RenameClass {
        /// What it is called.
        from: String,
        /// What it is to be called.
        to: String,
        /// Who does it.
        who: String,
    },
    /// These are the events of a video now; the queue is made of them.
    RecordEvents(Box<FoundEvents>),
    /// Give one verdict to several events of the queue, as one step.
    JudgeRows {
        /// Which.
        rows: Vec<QueueRow>,
        /// The verdict.
        verdict: Verdict,
        /// Number of the first judgement that is new; those after it are free as well.
        first: ItemId,
        /// What the step is called.
        title: String,
        /// Who did it.
        who: String,
    },
    /// Read the history of the project.
    ReadHistory,
    /// Open the project in this folder, or make one there, instead of the one that is open.
    OpenProject {
        /// Where.
        folder: PathBuf,
        /// Who wants it.
        who: String,
    },
    /// Put a backup in the place of the damaged project.
    Restore {
        /// Which.
        backup: PathBuf,
        /// Who wants it.
        who: String,
    },
    /// Count the rows of the review queue.
    CountQueue {
        /// Comes back with the answer.
        question: Question,
        /// Which rows.
        filter: QueueFilter,
    },
    /// Read a block of rows of the review queue.
    ReadQueue {
        /// Comes back with the answer.
        question: Question,
        /// Which rows.
        filter: QueueFilter,
        /// In which order.
        sort: QueueSort,
        /// Place of the first.
        place: u64,
    },
    /// Find out where the video of a row was seen last.
    LocateVideo(Target),
    /// Ask the project something about models.
    Models(ModelRequest),
    /// Ask something of the thread that learns.
    Learn(LearnRequest),
    /// Score with this model from now on.
    UseModel {
        /// The project's; `None` is the one that the program was started with, or that comes with it.
        weights: Option<Arc<ModelWeights>>,
        /// Whether a person chose it just now.
        promoted: bool,
    },
    /// Keep the preferences.
    SavePrefs(Box<Prefs>),
    /// Show the system's file dialog. Carried out by the shell.
    Pick {
        /// Whether folders are to be picked.
        folders: bool,
        /// Where to begin.
        start: Option<PathBuf>,
    },
    /// Move the timeline. Carried out by the shell.
    Timeline(Zoom),
    /// Fill the screen, or not. Carried out by the shell.
    FullScreen(bool),
    /// Close the window. Carried out by the shell.
    Quit,
}
