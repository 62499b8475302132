//! What the windows for imports, exports, case reports and moved files hold, and what is being done for them.
//!
//! Owns the forms, the answers to them, and the one errand that runs. Does not own the work (`exchange`, `report`), the
//! thread that does it (`services`), nor what a change of a form leads to (`update`).

use std::path::PathBuf;
use std::sync::Arc;

use super::exchange::{
    Choice, ExportPlan, Format, ImportPlan, ImportRequest, Relocation, SpanEnd, Stage, Survey, VideoChoice,
};
use crate::domain::pixels::Thumb;
use crate::domain::queue::KnownVideo;
use crate::domain::score::TsaSettings;
use crate::domain::segment::EventRule;
use crate::domain::time::MediaTime;
use crate::jobs::Progress;

/// Handle of one errand; what an older one reports is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ErrandId(pub u64);

/// What a window is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Videos and annotators of the project, to choose from.
    Survey,
    /// What an import would do.
    PlanImport,
    /// What an export would hold.
    PlanExport,
    /// An export is written.
    Export,
    /// A case report is made.
    Report,
    /// Which videos are missing.
    Missing,
    /// Missing videos are searched for.
    Search,
}

impl Errand {
    /// Whether it goes on when its window is closed.
    pub const fn lasts(self) -> bool {
        matches!(self, Self::Export | Self::Report)
    }

    /// In words, with a capital.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Survey => "Looking through the project",
            Self::PlanImport => "Reading the labels",
            Self::PlanExport => "Gathering the labels",
            Self::Export => "Writing the labels",
            Self::Report => "Making the case report",
            Self::Missing => "Looking for the videos",
            Self::Search => "Searching the folder",
        }
    }
}

/// The errand that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// Its handle.
    pub id: ErrandId,
    /// What it is.
    pub errand: Errand,
    /// What is going on.
    pub stage: Stage,
    /// How far.
    pub progress: Progress,
    /// Seconds to go.
    pub remaining_secs: Option<f64>,
}

/// What an errand is to do, with all it needs besides the project.
#[derive(Clone, Debug)]
pub enum Task {
    /// [`Errand::Survey`].
    Survey,
    /// [`Errand::PlanImport`].
    PlanImport(ImportRequest),
    /// [`Errand::PlanExport`].
    PlanExport {
        /// Whose labels.
        choice: Choice,
        /// Of which videos.
        videos: VideoChoice,
        /// For which format losses are told.
        format: Format,
    },
    /// [`Errand::Export`].
    Export {
        /// What was shown.
        plan: Arc<PlannedExport>,
        /// Whether a written end frame is inside.
        end: Option<SpanEnd>,
        /// A file, or a folder for several.
        output: PathBuf,
        /// Whether files that are there are replaced.
        replace: bool,
    },
    /// [`Errand::Report`].
    Report(ReportRequest),
    /// [`Errand::Missing`].
    Missing,
    /// [`Errand::Search`].
    Search(PathBuf),
}

impl Task {
    /// What it is.
    pub const fn errand(&self) -> Errand {
        match self {
            Self::Survey => Errand::Survey,
            Self::PlanImport(_) => Errand::PlanImport,
            Self::PlanExport { .. } => Errand::PlanExport,
            Self::Export { .. } => Errand::Export,
            Self::Report(_) => Errand::Report,
            Self::Missing => Errand::Missing,
            Self::Search(_) => Errand::Search,
        }
    }
}

/// A case report as it was asked for.
#[derive(Clone, Debug)]
pub struct ReportRequest {
    /// On which videos.
    pub videos: VideoChoice,
    /// Its headline.
    pub title: String,
    /// The folder to write into.
    pub output: PathBuf,
    /// Whether files that are there are replaced.
    pub replace: bool,
    /// How scores become events.
    pub rule: EventRule,
    /// The settings of attention.
    pub tsa: TsaSettings,
    /// Who makes it.
    pub who: String,
}

/// How an errand ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// To choose from.
    Surveyed(Survey),
    /// The dry run of an import.
    ImportPlanned(Arc<PlannedImport>),
    /// The dry run of an export.
    ExportPlanned(Arc<PlannedExport>),
    /// These files are there already: nothing was written.
    Taken(Vec<PathBuf>),
    /// These files were written.
    Exported(Vec<PathBuf>),
    /// The report was written.
    Reported(Reported),
    /// These videos are not where they were.
    Missing(Vec<KnownVideo>),
    /// Found again, or not.
    Searched(Arc<Relocation>),
    /// It did not work, and this is why.
    Failed(String),
}

/// A case report that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// Its page.
    pub page: PathBuf,
    /// Videos in it.
    pub videos: usize,
    /// Events and verdicts in it.
    pub findings: usize,
    /// Why videos are in it without pictures and curve, a sentence each.
    pub left_out: Vec<String>,
}

/// The dry run of an import.
#[derive(Clone, Debug)]
pub struct PlannedImport {
    /// What it would do.
    pub plan: ImportPlan,
    /// Names of the files.
    pub files: Vec<String>,
    /// Whether the format was told by the content.
    pub told_by_content: bool,
    /// Name of the list that was read with them.
    pub list: Option<String>,
    /// Intervals that are new to the project.
    pub new_intervals: usize,
    /// Labels of whole videos that are new or another.
    pub new_video_labels: usize,
    /// Intervals and labels that the project has.
    pub present: usize,
    /// First and last frame of the first interval, then of the last.
    pub pictures: Vec<EndPicture>,
    /// Sentences about videos in the named folder that cannot be read.
    pub complaints: Vec<String>,
}

impl PlannedImport {
    /// Whether it changes anything.
    pub const fn is_new(&self) -> bool {
        self.new_intervals + self.new_video_labels > 0
    }
}

/// A frame at the end of an interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndPicture {
    /// Its number.
    pub frame: usize,
    /// When it appears.
    pub time: MediaTime,
    /// The frame; nothing if it cannot be decoded.
    pub picture: Option<Thumb>,
}

/// The dry run of an export.
#[derive(Clone, Debug)]
pub struct PlannedExport {
    /// What it holds.
    pub plan: ExportPlan,
    /// For this format.
    pub format: Format,
    /// What that cannot hold, a sentence each.
    pub losses: Vec<String>,
}

/// What is known about a question that a window asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Answer<T> {
    /// Nothing yet.
    #[default]
    Open,
    /// It cannot be answered, and this is why.
    Failed(String),
    /// This.
    Known(T),
}

impl<T> Answer<T> {
    /// The answer, once it is known.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(answer) => Some(answer),
            Self::Open | Self::Failed(_) => None,
        }
    }

    /// Why there is none.
    pub fn failure(&self) -> Option<&str> {
        match self {
            Self::Failed(reason) => Some(reason),
            Self::Open | Self::Known(_) => None,
        }
    }
}

/// The form of an import.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportForm {
    /// Label files as typed, one a line.
    pub files: String,
    /// The list of a gt.npy as typed.
    pub list: String,
    /// Folder of videos as typed.
    pub videos: String,
    /// The format; told by the content if not chosen.
    pub format: Option<Format>,
    /// The end rule; the usual one if not chosen.
    pub end: Option<SpanEnd>,
    /// Frames per second that the file counts at; 0 for the videos' own.
    pub fps: f64,
    /// Whose labels they are; the reviewer's if empty.
    pub lane: String,
}

/// The form of an export.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportForm {
    /// The format.
    pub format: Format,
    /// Whose labels.
    pub choice: Choice,
    /// Of which videos.
    pub videos: VideoChoice,
    /// The end rule; the usual one if not chosen.
    pub end: Option<SpanEnd>,
    /// File or folder as typed; the one in the project if empty.
    pub path: String,
}

impl Default for ExportForm {
    fn default() -> Self {
        let (choice, videos) = (Choice::All, VideoChoice::All);
        Self { format: Format::Csv, choice, videos, end: None, path: String::new() }
    }
}

/// The form of a case report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportForm {
    /// Headline; a plain one if empty.
    pub title: String,
    /// On which videos.
    pub videos: VideoChoice,
    /// Folder as typed; the one in the project if empty.
    pub path: String,
}

/// Which field of a form the system's file dialog is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Label files.
    Labels,
    /// The list of a gt.npy.
    List,
    /// The folder of videos that labels are about.
    Videos,
    /// Where an export goes.
    Export,
    /// Where a report goes.
    Report,
    /// The folder to search for moved videos.
    Moved,
    /// A model to compare with.
    CompareModel,
    /// Scores to compare with.
    CompareScores,
    /// The folder of an encoder to compare with.
    CompareEncoder,
}

/// What a person wants of these windows.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// The form of the import is this now. What was planned for another is forgotten.
    SetImport(Box<ImportForm>),
    /// Show what the import would do.
    PlanImport,
    /// Carry out the import that is shown.
    Import,
    /// The form of the export is this now.
    SetExport(Box<ExportForm>),
    /// Write the export that is shown; over files that are there only if told to.
    Export {
        /// Whether it was told to.
        replace: bool,
    },
    /// The form of the report is this now.
    SetReport(Box<ReportForm>),
    /// Make the report.
    Report {
        /// Whether files that are there are replaced.
        replace: bool,
    },
    /// The folder to search is typed so.
    SetMovedFolder(String),
    /// Search it.
    Search,
    /// Note where the found videos are.
    Relocate,
    /// Stop what runs.
    Stop,
    /// Fill this field with the system's file dialog.
    Pick(Field),
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Exchanging {
    /// What runs.
    pub running: Option<Running>,
    /// The form of an import.
    pub import: ImportForm,
    /// What it would do.
    pub import_plan: Answer<Arc<PlannedImport>>,
    /// What exports and reports can choose from.
    pub survey: Answer<Arc<Survey>>,
    /// The form of an export.
    pub export: ExportForm,
    /// What it would hold.
    pub export_plan: Answer<Arc<PlannedExport>>,
    /// The files that were written last.
    pub exported: Answer<Vec<PathBuf>>,
    /// The form of a report.
    pub report: ReportForm,
    /// The report that was written last.
    pub reported: Answer<Reported>,
    /// Files that are in the way of the export or report.
    pub taken: Vec<PathBuf>,
    /// The folder to search as typed.
    pub moved_folder: String,
    /// The videos that are missing.
    pub missing: Answer<Vec<KnownVideo>>,
    /// What the search found.
    pub relocation: Answer<Arc<Relocation>>,
    /// Errands so far.
    pub(super) errands: u64,
}

impl Exchanging {
    /// The errand that runs, if it is one of these.
    pub fn runs(&self, errands: &[Errand]) -> Option<&Running> {
        self.running.as_ref().filter(|running| errands.contains(&running.errand))
    }
}
