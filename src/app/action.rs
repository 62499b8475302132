//! The vocabulary between the window, the workers and the state.
//!
//! Owns what a person can want ([`Action`]) and what a worker can report ([`Event`]). Frames of video
//! are not among them: they are too big and too many, and go from the player straight to the view.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::curve::{Curve, PlottedScores};
use crate::domain::interval::FrameSpan;
use crate::domain::label::{Label, LabelSchema, SchemaEdit, VideoLabel};
use crate::domain::lane_data::NoiseBand;
use crate::domain::library::VideoId;
use crate::domain::playback::PlaybackCommand;
use crate::domain::queue::{KnownVideo, QueueCounts, QueueFilter, QueueRow, QueueSort};
use crate::domain::record::{HistoryEntry, ItemId, ReviewState, Step, StepId};
use crate::domain::review::Verdict;
use crate::domain::score::TsaSettings;
use crate::domain::segment::EventRule;
use crate::domain::time::TimeSpan;
use crate::jobs::Progress;
use crate::media::OpenedVideo;
use crate::model::weights::ModelWeights;

use super::agreement::AgreementReport;
use super::arrangement::{Layout, PanelKind};
use super::blind::BlindPass;
use super::charting::ChartForm;
use super::clock::RecordingClock;
use super::command::UiCommand;
use super::comparing::{CompareAction, CompareNews, CompareTask};
use super::effect::Zoom;
use super::engine::EngineFacts;
use super::exchange::Stage;
use super::exchanging::{ErrandId, Outcome, Wish};
use super::inspect::{InspectAction, InspectNews, InspectTask};
use super::known_normal::Recalled;
use super::lanes::{LaneKind, LaneSettings};
use super::learn::{LearnAction, LearnNews, LearnTask};
use super::library::{EntryId, LibraryOrder, ScoringPhase};
use super::marking::End;
use super::models::ModelEntry;
use super::notice::Severity;
use super::picture::PictureView;
use super::place::Place;
use super::prefs::{Decoding, ReviewPrefs};
use super::review_queue::{Question, Target};
use super::reviews::Ticket;
use super::shortcut::Shortcut;
use super::state::{Dialog, JobId};
use super::survey::{SurveyAction, SurveyNews, SurveyTask};

/// What is put on the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// The time of the frame on screen.
    Time,
    /// Its number.
    Frame,
    /// The file, the frame, its time, and its date where that is known.
    Position,
}

/// Which events are gone to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    /// All of them.
    All,
    /// Those that still need a look.
    Open,
}

/// What a reviewer adds to a verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// The class of the event.
    pub class: Option<String>,
    /// Free words to find it by.
    pub tags: Vec<String>,
    /// Anything else.
    pub note: String,
}

/// What the person wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Open these files, and the video files in these folders.
    OpenPaths(Vec<PathBuf>),
    /// The same, as typed or pasted: one path a line, quotes and `file://` allowed.
    OpenText(String),
    /// Open every video that the project knows.
    OpenProjectVideos,
    /// Show the system's dialog for files.
    PickFiles,
    /// Show the system's dialog for a folder.
    PickFolder,
    /// Make demo scenes and open them.
    MakeDemo,
    /// Show this file.
    Select(EntryId),
    /// Show the file this many rows below.
    SelectNeighbour(isize),
    /// Take a file out of the list.
    Remove(EntryId),
    /// Show only names that contain this.
    Filter(String),
    /// Sort the rows.
    Order(LibraryOrder),
    /// Move or start or stop playback.
    Playback(PlaybackCommand),
    /// Play at half speed; again, half as fast.
    ShuttleSlow {
        /// Direction.
        backward: bool,
    },
    /// Move by one snippet.
    StepSnippet {
        /// Direction.
        forward: bool,
    },
    /// Move to the next key frame.
    StepKeyframe {
        /// Direction.
        forward: bool,
    },
    /// Move to the next event, in the next file when this one has no more.
    StepEvent {
        /// Direction.
        forward: bool,
        /// Among which.
        among: Among,
    },
    /// Say this about the event on screen.
    Judge(Verdict),
    /// Take back what was said about the event on screen.
    ClearVerdict,
    /// Change the class, tags and note of the event on screen.
    Describe(Description),
    /// Mark the video on screen as looked through, or no longer.
    ToggleReviewed,
    /// Take back the last edit of the project.
    Undo,
    /// Carry out again what was taken back last.
    Redo,
    /// Take back one step of the history.
    UndoStep(StepId),
    /// Read the history.
    ReadHistory,
    /// Open the project in this folder, or make one there.
    OpenProject(PathBuf),
    /// Put this backup in the place of the damaged project.
    RestoreBackup(PathBuf),
    /// These rows of the review queue are in sight.
    QueueInSight(Range<u64>),
    /// Show these rows of the review queue, in this order.
    FilterQueue(QueueFilter, QueueSort),
    /// Go to the row of the review queue at this place.
    GoToRow(u64),
    /// Mark the row at this place for a verdict on several, or no longer.
    MarkRow(u64),
    /// Mark all rows from the selected one to this place.
    MarkRowsTo(u64),
    /// Mark no row.
    UnmarkRows,
    /// Go to the row this many below.
    StepRow(i64),
    /// Change how events are reviewed.
    SetReviewPrefs(ReviewPrefs),
    /// Put an end of the stretch that is being marked on the frame on screen.
    Mark(End),
    /// Mark the frames of an event of the video on screen, by its index, or a part of them, to be trimmed and kept.
    TrimEvent(usize, Option<FrameSpan>),
    /// Put both ends of the stretch that is marked here.
    ShapeStretch(FrameSpan),
    /// Make a label of the stretch that is marked, or of the event on screen.
    CommitLabel,
    /// New labels get this class, and so does the selected one.
    ChooseClass(String),
    /// New labels get this class.
    ChooseNewClass(String),
    /// Select a label of the video on screen and go to it.
    SelectLabel(ItemId),
    /// Select the next label and go to it.
    StepLabel {
        /// Direction.
        forward: bool,
    },
    /// Show the first or the last frame of the selected label.
    GoToLabelEnd(End),
    /// Make two labels of the selected one at the frame on screen.
    SplitLabel,
    /// Make one label of the selected one and the next of its class and lane.
    MergeLabels,
    /// Take the selected label away.
    DeleteLabel,
    /// Move an end of the selected label by one frame.
    NudgeLabel {
        /// Which end.
        end: End,
        /// Direction.
        later: bool,
    },
    /// Put this label in the place of one of the video on screen.
    ChangeLabel(ItemId, Label),
    /// Say this of the whole video on screen, or nothing.
    LabelVideo(Option<VideoLabel>),
    /// Hide what would tell a second reader what to say, or no longer.
    SetBlind(BlindPass),
    /// Go to the next stretch about which readers of the video on screen say different things.
    StepDisagreement {
        /// Direction.
        forward: bool,
    },
    /// Find out how far annotators agree over the project, and show it.
    ReadAgreement,
    /// Show these frames of a video of the project.
    ShowFrames(Target),
    /// Change the classes of labels.
    EditSchema(SchemaEdit),
    /// Move to an event of the video on screen, by its index.
    ShowEvent(usize),
    /// Go to a place that was typed.
    GoTo(Place),
    /// Change how scores become events.
    SetRule(EventRule),
    /// Change the settings of attention and score everything again.
    SetTsa(TsaSettings),
    /// Put a file into the queue again.
    Score(EntryId),
    /// Stop scoring a file or take it out of the queue.
    CancelScoring(EntryId),
    /// Stop all scoring.
    CancelAll,
    /// Change what the timeline shows of the time axis.
    Timeline(Zoom),
    /// Look at the picture so.
    SetPicture(PictureView),
    /// Look at the next files in the same way, or not.
    PinPicture(bool),
    /// Turn the loop on or off; without one, loop the event on screen or else the whole file.
    ToggleLoop,
    /// Loop an event of the video on screen, by its index.
    LoopEvent(usize),
    /// Keep the picture on screen as a file.
    Snapshot,
    /// Put something on the clipboard.
    Copy(Copied),
    /// State the clock of the recording on screen, or forget it.
    SetClock(Option<RecordingClock>),
    /// Ask so before a chart is written.
    SetChart(ChartForm),
    /// Write the chart that is asked for.
    SaveChart,
    /// Write snapshots into this folder; `None` goes back to the folder of pictures.
    SetSnapshotFolder(Option<PathBuf>),
    /// Carry out a command that was chosen by its name.
    Choose(UiCommand),
    /// Give a command one more key, taking it from the command that had it.
    BindKey(UiCommand, Shortcut),
    /// Take a key from a command.
    UnbindKey(UiCommand, Shortcut),
    /// Give a command its default keys back, or all commands.
    ResetKeys(Option<UiCommand>),
    /// Something about imports, exports, reports or moved files.
    Exchange(Wish),
    /// Open a window over the window.
    Open(Dialog),
    /// Close what is open, else leave full screen.
    BackOut,
    /// Light or dark.
    ToggleTheme,
    /// Show or hide a lane of the timeline.
    ToggleLane(LaneKind),
    /// Lanes are shown, ordered and sized so.
    SetLanes(LaneSettings),
    /// Show p(t) or 1 - p(t).
    InvertAttention,
    /// Snap while dragging, or not.
    ToggleSnapping,
    /// Show or hide what is written over the video.
    ToggleOverlays,
    /// Sound on or off.
    ToggleMute,
    /// Loudness of sound, 0 to 1; turns it on.
    SetVolume(f32),
    /// Fill the screen, or not.
    ToggleFullScreen,
    /// Change how video is decoded.
    SetDecoding(Decoding),
    /// The panels stand so now.
    SetLayout(Layout),
    /// Show a panel, in front of others in its place.
    BringPanel(PanelKind),
    /// Show or hide a panel.
    TogglePanel(PanelKind),
    /// About models and learning.
    Learn(LearnAction),
    /// Look at attention, and try other settings or features.
    Inspect(InspectAction),
    /// About two score curves side by side, and the snippets that are picked.
    Compare(CompareAction),
    /// About maps of snippets, and what resembles one.
    Survey(SurveyAction),
    /// Put events aside that look like false alarms, or no longer.
    ToggleKnownNormal,
    /// Close a notice.
    CloseNotice(u64),
    /// End the program.
    Quit,
}

/// What a worker reports.
#[derive(Clone, Debug)]
pub enum Event {
    /// The paths that were to be opened stand for these files.
    FilesFound {
        /// Video files, in order.
        files: Vec<PathBuf>,
        /// Sentences about paths that hold none.
        refused: Vec<String>,
    },
    /// The system's dialog was closed with these paths; none when it was cancelled or is not to be had.
    Picked(Vec<PathBuf>),
    /// A file can be played.
    Opened {
        /// Which.
        entry: EntryId,
        /// What is in it.
        video: Box<OpenedVideo>,
    },
    /// A file beside a video says which of its frames are anomalous.
    TruthFound {
        /// Of which.
        entry: EntryId,
        /// Anomalous frames, in order and not overlapping.
        frames: Vec<Range<usize>>,
    },
    /// The times of a file's frames show that nothing was recorded in between.
    GapsFound {
        /// Of which.
        entry: EntryId,
        /// In order and not overlapping.
        gaps: Vec<TimeSpan>,
    },
    /// A file cannot be played.
    Refused {
        /// Which.
        entry: EntryId,
        /// Why, as a sentence.
        reason: String,
    },
    /// Device, model and encoder are loaded.
    EngineReady(EngineFacts),
    /// They are not, and this is why.
    EngineFailed(String),
    /// Scoring went on.
    ScoringProgress {
        /// Which work.
        job: JobId,
        /// On what.
        phase: ScoringPhase,
        /// How far.
        progress: Progress,
        /// Seconds to go.
        remaining_secs: Option<f64>,
    },
    /// The content of a file that is being scored is known.
    Identified {
        /// Which work.
        job: JobId,
        /// Its hash.
        id: VideoId,
    },
    /// Decoding for the encoder told this besides.
    FootageSeen {
        /// Which work.
        job: JobId,
        /// Motion energy per snippet.
        motion: Curve,
        /// Frames that are damaged or missing, end exclusive, in order and not overlapping.
        damaged: Vec<Range<usize>>,
    },
    /// How far scores scatter was found out, or nothing about it.
    Scattered {
        /// Which work.
        job: JobId,
        /// Over other draws of the noise.
        band: Option<Box<NoiseBand>>,
    },
    /// Scores of the snippets so far. They change as more snippets come.
    ScoringPartial {
        /// Which work.
        job: JobId,
        /// The scores.
        scores: PlottedScores,
    },
    /// Scoring is done.
    Scored {
        /// Which work.
        job: JobId,
        /// The scores.
        scores: PlottedScores,
        /// What else should be known, as sentences.
        notes: Vec<String>,
    },
    /// Scoring did not work.
    ScoringFailed {
        /// Which work.
        job: JobId,
        /// Why, as a sentence.
        reason: String,
    },
    /// Demo scenes are being made.
    DemoProgress(Progress),
    /// Demo scenes were written to this folder.
    DemoMade(PathBuf),
    /// Demo scenes could not be written.
    DemoFailed(String),
    /// The project is open.
    ProjectOpened {
        /// Where it is.
        folder: PathBuf,
        /// Who else writes to it.
        held_by: Option<String>,
        /// The first number that no item has.
        next_item: u64,
    },
    /// The project cannot be used.
    ProjectFailed {
        /// Why, as a sentence.
        reason: String,
        /// The newest whole backup, if there is one.
        backup: Option<PathBuf>,
    },
    /// The videos that the project knows.
    ProjectVideos {
        /// Each with whether its file is where it was seen last.
        videos: Vec<(KnownVideo, bool)>,
        /// Whether they are to be opened; else it is only told how many are not.
        open: bool,
    },
    /// The history was read, the newest step first.
    HistoryRead(Vec<HistoryEntry>),
    /// Finding out how far annotators agree goes on.
    AgreementProgress(Progress),
    /// How far annotators agree is known.
    AgreementRead(Box<AgreementReport>),
    /// How far annotators agree cannot be found out; the sentence says why.
    AgreementFailed(String),
    /// What the project says about a video.
    ReviewLoaded(Box<ReviewState>),
    /// The classes of the project as someone chose them; `None` if nobody has.
    SchemaRead(Option<LabelSchema>),
    /// A class was not removed, because labels have it.
    ClassInUse {
        /// Its name.
        class: String,
        /// How many labels of the project have it.
        labels: usize,
    },
    /// A step is on disk.
    StepRecorded {
        /// Whose it is, if it came from the window.
        ticket: Option<Ticket>,
        /// What it changed.
        step: Box<Step>,
        /// What to say about it, if anything.
        said: Option<String>,
    },
    /// Rows of the review queue were read.
    QueueRead {
        /// Which question they answer.
        question: Question,
        /// Place of the first.
        place: u64,
        /// In order.
        rows: Vec<QueueRow>,
    },
    /// The rows of the review queue were counted.
    QueueCounted {
        /// Which question that answers.
        question: Question,
        /// How many there are.
        counts: QueueCounts,
    },
    /// An errand went on.
    ErrandProgress {
        /// Which.
        id: ErrandId,
        /// What is going on.
        stage: Stage,
        /// How far.
        progress: Progress,
        /// Seconds to go.
        remaining_secs: Option<f64>,
    },
    /// An errand ended.
    ErrandEnded {
        /// Which.
        id: ErrandId,
        /// How.
        outcome: Box<Outcome>,
    },
    /// The project knows so many videos at their new places.
    Relocated(usize),
    /// The review queue is no longer what was read.
    QueueChanged,
    /// The events that look like false alarms were found.
    Recalled(Arc<Recalled>),
    /// Other events than before are put aside in the review queue.
    AsideChanged,
    /// The video of a row was seen there last.
    VideoLocated {
        /// What the row is about.
        target: Target,
        /// Where the file was.
        path: PathBuf,
        /// Whether nobody goes there yet.
        ahead: bool,
    },
    /// The next row of the review queue that needs a verdict was looked for.
    NextOpenFound {
        /// The row after which.
        after: Target,
        /// Its place and what it is about; `None` if there is none.
        found: Option<(u64, Target)>,
    },
    /// A step did not get to disk.
    StepRefused {
        /// Whose it is.
        ticket: Ticket,
        /// Why, as a sentence.
        reason: String,
    },
    /// Another model is in use, or a project was opened.
    ModelInUse {
        /// The project's model; `None` is the one that comes with the program.
        weights: Option<Arc<ModelWeights>>,
        /// Whether a person chose it just now.
        promoted: bool,
    },
    /// The models of the project were read, each behind its parent.
    ModelsRead(Vec<ModelEntry>),
    /// Learning or comparing went on.
    Learning {
        /// Which work.
        task: LearnTask,
        /// What happened.
        news: LearnNews,
    },
    /// Something came of the question about attention.
    Inspected {
        /// Which question.
        task: InspectTask,
        /// What.
        news: InspectNews,
    },
    /// A sweep went on.
    Sweeping(Progress),
    /// A sweep ended: the folder of its files, or a sentence that says why there are none.
    Swept(Result<PathBuf, String>),
    /// Comparing went on.
    Comparing {
        /// Which work.
        task: CompareTask,
        /// What happened.
        news: CompareNews,
    },
    /// Looking over features went on.
    Surveyed {
        /// Which work.
        task: SurveyTask,
        /// What happened.
        news: SurveyNews,
    },
    /// Something to tell.
    Told(Severity, String),
}

/// What [`super::update::update`] takes.
#[derive(Clone, Debug)]
pub enum Message {
    /// From the person.
    Action(Action),
    /// From a worker.
    Event(Event),
    /// Time passed.
    Advance {
        /// The clock of the window in seconds.
        now: f64,
        /// Seconds that playback moves by.
        dt: f64,
    },
}
