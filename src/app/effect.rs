//! What a change of state asks the outside world to do.
//!
//! Owns the list of effects. They are carried out by [`super::services::Services`], those that need
//! the window itself by `shell`.

use std::collections::BTreeMap;
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

use super::ablation::{AblationField, AblationRequest};
use super::charting::ChartOrder;
use super::comparing::CompareRequest;
use super::examination::ExamOrder;
use super::exchanging::{ErrandId, Field, PlannedImport, Task};
use super::exports::TableOrder;
use super::inspect::{InspectOrder, SweepOrder, Swept};
use super::known_normal::{RecallOrder, Recalled};
use super::learn::{LearnRequest, ModelRequest};
use super::library::EntryId;
use super::prefs::Prefs;
use super::review_queue::{Question, Target};
use super::reviews::Ticket;
use super::state::JobId;
use super::survey::SurveyRequest;

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

/// What the system's file dialog is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Videos to open.
    Videos,
    /// Folders of videos to open.
    Folders,
    /// A field of a form.
    For(Field),
    /// A field of the form of an ablation.
    Ablation(AblationField),
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
    /// Find out how well the model does on these videos.
    Examine(Box<ExamOrder>),
    /// Write a chart.
    SaveChart(Box<ChartOrder>),
    /// Write a table.
    SaveTable(Box<TableOrder>),
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
        /// Whether only their own steps may be taken back: of others they must not know.
        only_own: bool,
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
    /// Take a class off the list. If labels have it, they get another one in the same step; without one, they are counted
    /// and nothing is done.
    RemoveClass {
        /// Its name.
        from: String,
        /// The class that its labels get.
        into: Option<String>,
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
    /// Find out which videos the project knows, to open them or only to tell how many are not open.
    ListProjectVideos {
        /// See above.
        open: bool,
    },
    /// Read the history of the project.
    ReadHistory,
    /// Find out how far annotators agree.
    ReadAgreement {
        /// The project.
        folder: PathBuf,
        /// Who asks.
        who: String,
        /// The frames of videos that are open already.
        tables: BTreeMap<VideoId, Arc<FrameTable>>,
    },
    /// Stop finding that out.
    StopAgreement,
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
    LocateVideo {
        /// The row.
        target: Target,
        /// Only to have the file ready: if it is gone, nobody needs to know yet.
        ahead: bool,
    },
    /// Find the next row of the review queue that needs a verdict.
    FindNextOpen {
        /// Among which rows.
        filter: QueueFilter,
        /// In which order.
        sort: QueueSort,
        /// After which.
        after: Box<QueueRow>,
    },
    /// Have these frames of these videos ready, the likeliest first, and none else.
    Prepare(Vec<(Box<OpenedVideo>, usize)>),
    /// Look at the attention of a video.
    Inspect(Box<InspectOrder>),
    /// Nobody looks at attention any more.
    StopInspecting,
    /// Move a control of attention through its range.
    Sweep(Box<SweepOrder>),
    /// Stop that.
    StopSweep,
    /// Write picture and tables of a sweep.
    KeepSweep {
        /// Which.
        swept: Arc<Swept>,
        /// Where to.
        folder: PathBuf,
    },
    /// Find the events that look like false alarms.
    Recall(RecallOrder),
    /// Put these events aside in the queue, and no others.
    PutAside(Arc<Recalled>),
    /// Ask the project something about models.
    Models(ModelRequest),
    /// Ask something of the thread that learns.
    Learn(LearnRequest),
    /// Ask something of the thread that compares.
    Compare(CompareRequest),
    /// Ask something of the thread that does ablations.
    Ablation(AblationRequest),
    /// Ask something of the thread that looks over features.
    Survey(SurveyRequest),
    /// Score with this model from now on.
    UseModel {
        /// The project's; `None` is the one that the program was started with, or that comes with it.
        weights: Option<Arc<ModelWeights>>,
        /// Whether a person chose it just now.
        promoted: bool,
    },
    /// Keep the preferences.
    SavePrefs(Box<Prefs>),
    /// Begin an errand of the window of imports and its like; one that runs is stopped by it.
    RunErrand {
        /// Comes back with the answer.
        id: ErrandId,
        /// The folder of the project.
        project: PathBuf,
        /// What to do.
        task: Box<Task>,
    },
    /// Stop the errand that runs.
    StopErrand,
    /// Let go of what errands kept for the next one.
    ForgetErrands,
    /// Carry out an import that was shown, as one step.
    Import {
        /// What was shown.
        plan: Arc<PlannedImport>,
        /// The first of as many numbers for new items as it has intervals.
        first: ItemId,
        /// Who did it.
        who: String,
    },
    /// Note where videos were found again.
    Relocate(Vec<(VideoId, PathBuf)>),
    /// Show the system's file dialog. Carried out by the shell.
    Pick {
        /// What is to be picked.
        what: Pick,
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
