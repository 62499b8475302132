//! The state of the whole program.
//!
//! Owns the value that the window draws. It changes only in [`super::update`]; views read it.

use std::path::{Path, PathBuf};

use crate::domain::event_cost::EventCost;
use crate::domain::label::VideoLabel;
use crate::domain::library::VideoId;
use crate::domain::record::{HistoryEntry, ItemId};
use crate::domain::review::Judgement;
use crate::domain::score::TsaSettings;
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::domain::selection::SnippetSelection;
use crate::jobs::Progress;

use super::ablation::Ablating;
use super::agreement::Agreement;
use super::arrangement::PanelKind;
use super::charting::ChartForm;
use super::clock::RecordingClock;
use super::comparing::Comparing;
use super::disagreements::ShownDisagreements;
use super::effect::Pick;
use super::engine::Engine;
use super::examination::Examination;
use super::exchange::Format;
use super::exchanging::Exchanging;
use super::exports;
use super::inspect::Inspect;
use super::known_normal::KnownNormal;
use super::learn::{Learn, Overlay};
use super::library::{Entry, EntryId, Library};
use super::marking::Marking;
use super::notice::Notices;
use super::picture::PictureView;
use super::prefs::Prefs;
use super::review_queue::{ReviewQueue, Target};
use super::reviews::Reviews;
use super::session::Session;
use super::survey::Survey;
use super::typed::first_typed;
use super::upcoming::Upcoming;

/// Handle of one piece of scoring work; what an older one reports is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// The scoring that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunningJob {
    /// Its handle.
    pub id: JobId,
    /// Whose scores it makes.
    pub entry: EntryId,
}

/// Windows over the window; at most one is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Go to a time or frame.
    GoTo,
    /// The list of keys.
    Keys,
    /// Commands by name.
    Palette,
    /// Where snapshots go.
    SnapshotFolder,
    /// A chart as files.
    Chart,
    /// The clock of the recording.
    Clock,
    /// What was done in the project.
    History,
    /// Open another project.
    Project,
    /// Other keys for commands.
    ChangeKeys,
    /// The classes of labels.
    Classes,
    /// Whose verdicts and labels these are.
    Name,
    /// How far annotators agree.
    Agreement,
    /// Labels of another tool into the project.
    ImportLabels,
    /// Labels of the project for another tool.
    ExportLabels,
    /// The report of a case.
    CaseReport,
    /// Videos that are not where they were.
    MovedFiles,
    /// What this program is and what it runs on.
    About,
}

/// Where the making of demo scenes stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum DemoState {
    /// Nothing is being made.
    #[default]
    Idle,
    /// Scenes are being drawn and written.
    Making(Progress),
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub struct AppState {
    /// All files.
    pub library: Library,
    /// The video on screen.
    pub session: Option<Session>,
    /// What computes scores.
    pub engine: Engine,
    /// Settings of attention for all scores from now on.
    pub tsa: TsaSettings,
    /// Whether the person chose them; until then the model's own count.
    pub tsa_chosen: bool,
    /// How scores become events.
    pub rule: EventRule,
    /// The rule before the last change, if there was one: a drag over many values is one change.
    pub rule_before: Option<EventRule>,
    /// When the rule was changed last, on the clock of the window.
    pub(super) rule_changed: f64,
    /// The clock of the window in seconds.
    pub(super) now: f64,
    /// The scoring that runs.
    pub running: Option<RunningJob>,
    /// The scatter of scores that is being found out.
    pub scattering: Option<RunningJob>,
    /// The file being opened.
    pub opening: Option<EntryId>,
    /// Making of demo scenes.
    pub demo: DemoState,
    /// What is open over the window.
    pub dialog: Option<Dialog>,
    /// What the system's file dialog is open for.
    pub picking: Option<Pick>,
    /// Whether the window fills the screen.
    pub full_screen: bool,
    /// How the picture is looked at.
    pub picture: PictureView,
    /// Whether the next file is looked at in the same way.
    pub picture_pinned: bool,
    /// Verdicts, labels and notes on the videos.
    pub reviews: Reviews,
    /// The project of those who never chose one.
    pub home_project: Option<PathBuf>,
    /// Where pictures and charts go unless the person chose another folder; `None` where the system offers no place.
    pub home_pictures: Option<PathBuf>,
    /// What is being labelled.
    pub marking: Marking,
    /// Where readers of the video on screen disagree.
    pub disagreements: ShownDisagreements,
    /// How far annotators agree over the project.
    pub agreement: Agreement,
    /// The class that was not removed because labels have it, and how many: the person is asked what becomes of them.
    pub class_in_use: Option<(String, usize)>,
    /// The events of all videos of the project.
    pub queue: ReviewQueue,
    /// Where the person is likely to go next.
    pub upcoming: Upcoming,
    /// Models, and learning from what was said.
    pub learn: Learn,
    /// Attention that is looked at, and what is tried.
    pub inspect: Inspect,
    /// Two score curves side by side.
    pub comparing: Comparing,
    /// Features and attention, each with and without.
    pub ablation: Ablating,
    /// Maps of snippets, and what resembles one.
    pub survey: Survey,
    /// The snippets that were picked out, in whichever view.
    pub picked: SnippetSelection,
    /// How well the model does on the open videos.
    pub examination: Examination,
    /// Events that are put aside because they look like false alarms.
    pub known_normal: KnownNormal,
    /// The newest steps of the project, once they were read.
    pub history: Option<Vec<HistoryEntry>>,
    /// What is asked for before a chart is written.
    pub chart: ChartForm,
    /// What imports, exports, reports and searches are about.
    pub exchanging: Exchanging,
    /// What the person was told.
    pub notices: Notices,
    /// What is remembered between runs.
    pub prefs: Prefs,
    pub(super) jobs: u64,
}

impl AppState {
    /// The state at the start, from what was remembered.
    pub fn new(prefs: Prefs) -> Self {
        let mut state = Self { rule: prefs.rule.unwrap_or_default(), prefs, ..Self::default() };
        state.comparing.other.clone_from(&state.prefs.bench.other);
        state.comparing.threshold = state.prefs.bench.other_threshold;
        state
    }

    /// Where an export goes: the place that was typed, else a file in the project, or a folder for several.
    pub fn export_place(&self) -> Option<PathBuf> {
        let form = &self.exchanging.export;
        first_typed(&form.path).or_else(|| {
            let several = self.exchanging.export_plan.known().is_some_and(|planned| planned.plan.videos.len() > 1);
            let name = if form.format.one_video() && several {
                format!("labels-{}", form.format)
            } else if form.format == Format::Csv {
                "labels.csv".to_owned()
            } else {
                format!("labels-{}.{}", form.format, form.format.extension())
            };
            Some(exports::folder(self.reviews.project.folder()?).join(name))
        })
    }

    /// The folder that a case report goes into: the one that was typed, else one in the project.
    pub fn report_place(&self) -> Option<PathBuf> {
        let typed = first_typed(&self.exchanging.report.path);
        typed.or_else(|| Some(exports::folder(self.reviews.project.folder()?).join("case")))
    }

    /// The folder that pictures and charts go into: the one that was chosen, else that of the system.
    pub fn picture_place(&self) -> Option<&Path> {
        self.prefs.snapshot_folder.as_deref().or(self.home_pictures.as_deref())
    }

    /// The entry of the video on screen.
    pub fn shown(&self) -> Option<&Entry> {
        self.library.get(self.session.as_ref()?.entry)
    }

    /// The clock of the recording on screen, where a person stated it.
    pub fn clock(&self) -> Option<RecordingClock> {
        self.prefs.clocks.get(&self.shown()?.path)
    }

    /// Whether the video on screen has sound.
    pub fn has_sound(&self) -> bool {
        self.session.as_ref().is_some_and(|s| s.video.info.sound.is_some())
    }

    /// Whether the person works through the review queue rather than the list of files; never in a blind pass.
    pub fn works_in_queue(&self) -> bool {
        !self.prefs.blind.on && self.prefs.layout.is_in_front(PanelKind::Queue)
    }

    /// Whether the person works through the rows of a comparison.
    pub fn works_in_gate(&self) -> bool {
        self.learn.gate().is_some() && self.prefs.layout.is_in_front(PanelKind::Model)
    }

    /// The second curve of a video: a ghost, a trial of other attention or features, what it is compared with, or the curve
    /// of the gate's candidate.
    pub fn overlay(&self, video: &VideoId) -> Option<&Overlay> {
        let compared = || self.comparing.shown_of(video).map(|(compared, _)| &compared.overlay);
        let shown = || self.shown().is_some_and(|entry| entry.video_id.as_ref() == Some(video));
        let trial = || self.inspect.overlay().filter(|_| shown());
        self.learn.ghost_curve(video).or_else(trial).or_else(compared).or_else(|| self.learn.overlay(video))
    }

    /// The event on screen, or the frames that were judged as one, as the queue knows it.
    pub fn target(&self) -> Option<Target> {
        let entry = self.shown()?;
        let span = match self.current_event() {
            Some(event) => entry.event_spans().get(event).copied()?,
            None => self.judged_here()?.1.span,
        };
        Some(Target { video: entry.video_id.clone()?, span })
    }

    /// What was said about the frames on screen when they were an event, where they are none any more.
    pub fn judged_here(&self) -> Option<(ItemId, &Judgement)> {
        let (session, entry) = (self.session.as_ref()?, self.shown()?);
        if self.current_event().is_some() {
            return None;
        }
        let (review, frame) = (self.reviews.of(entry.video_id.as_ref()?)?, session.attended());
        let speaks = |id: ItemId| entry.marks.iter().flatten().any(|mark| mark.item == id);
        let here = review.judgements.iter().filter(|(id, j)| j.span.contains(frame) && !speaks(**id));
        here.min_by_key(|(_, j)| j.span.len()).map(|(id, judgement)| (*id, judgement))
    }

    /// Events of the video on screen; none where what the model says is hidden.
    pub fn events(&self) -> &[AnomalySegment] {
        if self.prefs.blind.hides_model() {
            return &[];
        }
        self.shown().map_or(&[], |entry| &entry.events)
    }

    /// Index of the event that holds the frame on screen, or that was gone to and begins in a moment.
    pub fn current_event(&self) -> Option<usize> {
        let session = self.session.as_ref()?;
        let snippet = session.grid().snippet_of(session.attended());
        let index = self.events().partition_point(|e| e.last < snippet);
        self.events().get(index).filter(|e| e.contains(snippet)).map(|_| index)
    }

    /// What the reviewer says about the whole video on screen.
    pub fn video_label(&self) -> Option<VideoLabel> {
        let review = self.reviews.of(self.shown()?.video_id.as_ref()?)?;
        review.video_labels.get(&self.prefs.review.reviewer()).copied()
    }

    /// What the events of the video on screen cost their reader; nothing without a video.
    pub fn cost(&self) -> EventCost {
        self.shown().map_or_else(EventCost::default, Entry::cost)
    }
}
