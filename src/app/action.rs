//! The vocabulary between the window and the state.
//!
//! Owns what a person can want ([`Action`]); what a worker can report is [`super::event`]'s. Frames of video
//! are not among them: they are too big and too many, and go from the player straight to the view.

use std::ops::Range;
use std::path::PathBuf;

use crate::domain::interval::FrameSpan;
use crate::domain::label::{Label, SchemaEdit, VideoLabel};
use crate::domain::playback::PlaybackCommand;
use crate::domain::queue::{QueueFilter, QueueSort};
use crate::domain::record::{ItemId, StepId};
use crate::domain::review::Verdict;
use crate::domain::score::TsaSettings;
use crate::domain::segment::EventRule;

use super::ablation::AblationAction;
use super::arrangement::{Layout, PanelKind};
use super::blind::BlindPass;
use super::charting::ChartForm;
use super::clock::RecordingClock;
use super::command::UiCommand;
use super::comparing::CompareAction;
use super::effect::Zoom;
use super::event::Event;
use super::examination::ExamCurve;
use super::exchanging::Wish;
use super::inspect::InspectAction;
use super::lanes::{LaneKind, LaneSettings};
use super::learn::LearnAction;
use super::library::{EntryId, LibraryOrder};
use super::marking::End;
use super::picture::PictureView;
use super::place::Place;
use super::prefs::{Decoding, ReviewPrefs};
use super::review_queue::Target;
use super::shortcut::Shortcut;
use super::state::Dialog;
use super::survey::SurveyAction;

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
    /// About an ablation on the open videos.
    Ablation(AblationAction),
    /// Show another curve of the evaluation.
    ShowExamCurve(ExamCurve),
    /// Take the threshold of a point of a curve.
    ChooseThreshold(f32),
    /// Put events aside that look like false alarms, or no longer.
    ToggleKnownNormal,
    /// Close a notice.
    CloseNotice(u64),
    /// End the program.
    Quit,
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
