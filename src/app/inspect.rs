//! The attention inspector: what is looked at, what is tried, and what came of it.
//!
//! Owns the trial ("what if": other settings of attention, other features) and the newest answers about it. A trial never
//! changes the model in use, stored scores, events or the queue. Does not own the computation (`services`) nor when it is
//! asked for (`update`).

use std::sync::Arc;

use crate::domain::attention::{Attention, omega_range, top_alpha};
use crate::domain::attention_grid::{AttentionGrid, GridView};
use crate::domain::curve::Curve;
use crate::domain::frames::FrameTable;
use crate::domain::lane_data::NoiseBand;
use crate::domain::library::VideoId;
use crate::domain::pyramid::{Extent, Pyramid};
use crate::domain::score::{SnippetScores, TsaSettings};
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::domain::sweep::{Control, SweepRange};
use crate::domain::what_if::FeatureEdit;
use crate::jobs::Progress;
use crate::plots::SweepChart;

use super::learn::Overlay;
use super::library::EntryId;
use super::sweep::Sweep;
use super::sweep::sheet::SweepSheet;

/// Handle of one question; what an older one reports is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct InspectTask(pub u64);

/// What the curve of a trial is called.
pub const TRIAL: &str = "trial";

/// What if attention, or the features, were like this.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Settings of attention.
    pub tsa: TsaSettings,
    /// Changes of the features, one after the other.
    pub edits: Vec<FeatureEdit>,
}

/// What the person does in the inspector.
#[derive(Clone, Debug, PartialEq)]
pub enum InspectAction {
    /// Look at this part.
    Look(GridView),
    /// Show all rows of `V_hat`, or only those of picks in sight.
    ShowAllRows(bool),
    /// Try these settings.
    Try(TsaSettings),
    /// Try this change of the features as well.
    Edit(FeatureEdit),
    /// Take the last change of the features back.
    TakeBackEdit,
    /// Back to the settings in use and the features as they are.
    End,
    /// Draw omega alone over its own range, or with its noise and the thresholds.
    ShowOmegaAlone(bool),
    /// Move a control through a range.
    Sweep(Control, SweepRange),
    /// Stop that.
    StopSweep,
    /// Show the sweep in place of the stack and its lanes, or those again.
    ShowSweep(bool),
    /// Try the settings of a step of the sweep, by its place, with the features that it was made with.
    TryStep(usize),
    /// Keep picture and tables of the sweep as files in the project.
    KeepSweep,
}

/// A video whose attention is looked at, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Which.
    pub video: VideoId,
    /// Its snippets.
    pub snippets: usize,
    /// What made its features, and how many numbers each has.
    pub encoder: (String, usize),
    /// The weights in use.
    pub model: String,
    /// The settings and features that are looked at.
    pub trial: Trial,
}

/// A question to the thread that inspects.
#[derive(Clone, Debug, PartialEq)]
pub struct InspectOrder {
    /// Comes back with the answers.
    pub task: InspectTask,
    /// What about.
    pub subject: Subject,
    /// The part that shows.
    pub view: GridView,
    /// The snippet on screen: provisional scores begin there.
    pub near: usize,
    /// Whether it is also asked how far the scores scatter over other draws: of a trial; those in use are known elsewhere.
    pub scatter: bool,
}

/// A sweep to carry out.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepOrder {
    /// What about; its settings stay where the control does not move them.
    pub subject: Subject,
    /// What moves.
    pub control: Control,
    /// From where to where.
    pub range: SweepRange,
    /// From scores to events.
    pub rule: EventRule,
    /// The settings in use.
    pub used: TsaSettings,
    /// Name of the video's file.
    pub name: String,
    /// Times of its frames.
    pub frames: FrameTable,
}

/// A sweep of the video on screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Swept {
    /// What was asked; its rule is the one that the events are of.
    pub order: SweepOrder,
    /// What came out.
    pub sweep: Sweep,
}

impl Swept {
    /// Its tables.
    pub fn sheet(&self) -> SweepSheet<'_> {
        let SweepOrder { subject, name, frames, .. } = &self.order;
        SweepSheet { source: name, model: &subject.model, sweep: &self.sweep, frames: Some(frames) }
    }

    /// Its picture.
    pub fn chart(&self) -> SweepChart<'_> {
        let SweepOrder { rule, used, name, control, .. } = &self.order;
        SweepChart {
            title: name,
            control: *control,
            steps: &self.sweep.steps,
            threshold: rule.threshold,
            used: Some(used),
        }
    }
}

/// How far a sweep is.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweeping {
    /// What about.
    pub subject: Subject,
    /// What moves.
    pub control: Control,
    /// Values done.
    pub progress: Progress,
    /// Seconds to go, once there is a speed.
    pub remaining_secs: Option<f64>,
}

/// What the thread that inspects reports.
#[derive(Clone, Debug)]
pub enum InspectNews {
    /// Features are read and the model is loaded.
    Preparing,
    /// The selection.
    Looked(Arc<LookedAt>),
    /// The part that shows.
    Grid(Arc<AttentionGrid>),
    /// Scores of the snippets from `first` on, near the exact ones.
    Provisional {
        /// The first of them.
        first: usize,
        /// One score per snippet of the video; those that are not known are no numbers.
        scores: Curve,
    },
    /// Exact scores of the whole video.
    Exact(Arc<ExactScores>),
    /// How far they scatter over other draws.
    Scatter(Arc<NoiseBand>),
    /// It cannot be looked at; the sentence says why.
    Failed(String),
}

/// A selection with everything that is drawn of it, made on the worker.
#[derive(Clone, Debug, PartialEq)]
pub struct LookedAt {
    /// The selection.
    pub attention: Attention,
    /// What omega is drawn from.
    pub omega: Arc<Pyramid>,
    /// What it lies within with its noise and the thresholds.
    pub omega_range: Extent,
    /// From omega - sigma to omega + sigma.
    pub noise: Arc<Pyramid>,
    /// p(t).
    pub membership: Arc<Pyramid>,
    /// H(p(t)) in bits.
    pub entropy: Curve,
    /// Its sum.
    pub total_entropy: f64,
    /// Smallest, mean and largest of the thresholds of the draws; `None` where attention is off.
    pub threshold: Option<[f32; 3]>,
}

impl LookedAt {
    /// Summarises a selection: O(T).
    pub fn new(attention: Attention) -> Self {
        let sigma = if attention.thresholds.is_empty() { 0.0 } else { attention.tsa.sigma as f32 };
        let (omega, threshold) = (Arc::new(Pyramid::new(&attention.omega)), attention.threshold());
        let around = attention.omega.iter().map(|v| Extent { min: v - sigma, max: v + sigma });
        Self {
            omega_range: omega_range(omega.total().unwrap_or_else(|| Extent::of(0.0)), sigma, threshold),
            omega,
            noise: Arc::new(Pyramid::of_extents(around.collect())),
            membership: Arc::new(Pyramid::new(&attention.membership)),
            entropy: Curve::new(attention.entropy()),
            total_entropy: attention.total_entropy(),
            threshold,
            attention,
        }
    }
}

/// Exact scores with what the trainer would make of them.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactScores {
    /// Per snippet.
    pub snippets: SnippetScores,
    /// The scores, ready to be drawn.
    pub curve: Curve,
    /// The top-alpha snippets, in order.
    pub top_alpha: Vec<usize>,
}

impl ExactScores {
    /// Summarises scores.
    pub fn new(snippets: SnippetScores) -> Self {
        Self { curve: Curve::new(snippets.scores.clone()), top_alpha: top_alpha(&snippets.magnitudes), snippets }
    }
}

/// Where the work stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum InspectState {
    /// Nothing is asked for.
    #[default]
    Idle,
    /// Features are read and the model is loaded.
    Preparing,
    /// The selection is there.
    Ready,
    /// It cannot be looked at; the sentence says why.
    Failed(String),
}

/// The curve of a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialCurve {
    /// As the timeline draws it.
    pub overlay: Overlay,
    /// Events of exact scores under the rule in use; `None` of provisional ones.
    pub events: Option<Vec<AnomalySegment>>,
}

/// How the panel draws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InspectLook {
    /// Whether all rows show.
    pub all_rows: bool,
    /// Whether omega is drawn over its own range: beside a noise that is far larger it would be a flat line.
    pub omega_alone: bool,
}

/// What is tried and what came of it.
#[derive(Clone, Debug, Default)]
pub struct Inspect {
    /// What is tried; `None` where the settings in use are looked at.
    pub trial: Option<Trial>,
    /// The video that it is about.
    pub(super) of: Option<EntryId>,
    /// The part that shows, once the panel was drawn.
    pub view: Option<GridView>,
    /// How it is drawn.
    pub look: InspectLook,
    /// What was asked last.
    pub(super) asked: Option<InspectOrder>,
    /// Where the work stands.
    pub state: InspectState,
    /// The newest selection.
    pub looked: Option<Arc<LookedAt>>,
    /// The newest part of `V_hat`.
    pub grid: Option<Arc<AttentionGrid>>,
    /// The newest exact scores; of an older trial until those of the present one are there.
    pub exact: Option<Arc<ExactScores>>,
    /// Whether they are of what is looked at now.
    pub is_exact: bool,
    /// The curve of the trial, if anything is tried.
    pub curve: Option<TrialCurve>,
    /// Changes whenever exact scores or their events do.
    pub revision: u64,
    /// The sweep that runs.
    pub sweeping: Option<Sweeping>,
    /// The newest sweep of the video and model on screen.
    pub swept: Option<Arc<Swept>>,
    /// Whether it shows in place of the stack and its lanes.
    pub shows_sweep: bool,
    /// The rule that the events of the curve were made by.
    pub(super) rule: Option<EventRule>,
    pub(super) tasks: u64,
}

impl Inspect {
    /// The curve of the trial, to be drawn beside that of the scores.
    pub fn overlay(&self) -> Option<&Overlay> {
        self.curve.as_ref().map(|curve| &curve.overlay)
    }

    /// What is looked at: the trial, else the settings in use.
    pub fn settings(&self, own: &TsaSettings) -> TsaSettings {
        self.trial.as_ref().map_or(*own, |trial| trial.tsa)
    }

    /// The changes of the features.
    pub fn edits(&self) -> &[FeatureEdit] {
        self.trial.as_ref().map_or(&[], |trial| &trial.edits)
    }
}
