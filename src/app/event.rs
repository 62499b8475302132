//! What workers report to the state.
//!
//! Owns the reports as values. Does not own the workers (`services`) or what becomes of a report (`update`).

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::curve::{Curve, PlottedScores};
use crate::domain::label::LabelSchema;
use crate::domain::lane_data::NoiseBand;
use crate::domain::library::VideoId;
use crate::domain::queue::{KnownVideo, QueueCounts, QueueRow};
use crate::domain::record::{HistoryEntry, ReviewState, Step};
use crate::domain::time::TimeSpan;
use crate::jobs::Progress;
use crate::media::OpenedVideo;
use crate::model::weights::ModelWeights;

use super::ablation::{AblationNews, AblationTask};
use super::agreement::AgreementReport;
use super::comparing::{CompareNews, CompareTask};
use super::engine::EngineFacts;
use super::examination::Examined;
use super::exchange::Stage;
use super::exchanging::{ErrandId, Outcome};
use super::inspect::{InspectNews, InspectTask, Swept};
use super::known_normal::Recalled;
use super::learn::{LearnNews, LearnTask};
use super::library::{EntryId, ScoringPhase};
use super::models::ModelEntry;
use super::notice::Severity;
use super::review_queue::{Question, Target};
use super::reviews::Ticket;
use super::state::JobId;
use super::survey::{SurveyNews, SurveyTask};

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
        /// Whether a person took an older step back with it, or did it again.
        undoes: bool,
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
    /// A sweep went on: how far it is, and seconds to go.
    Sweeping(Progress, Option<f64>),
    /// A sweep ended: what came out, or a sentence that says why nothing did.
    Swept(Result<Arc<Swept>, String>),
    /// A sweep was written into this folder, or not, with the reason.
    SweepKept(Result<PathBuf, String>),
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
    /// An ablation, or the look at what it would be, went on.
    Ablation {
        /// Which work.
        task: AblationTask,
        /// What happened.
        news: AblationNews,
    },
    /// The figures of the open videos were found out.
    Examined(Arc<Examined>),
    /// Something to tell.
    Told(Severity, String),
}
