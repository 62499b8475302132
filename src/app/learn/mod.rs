//! Learning in the window: from "learn from verdicts" over the plan and the run to the gate, and the models of the project.
//!
//! Owns where that stands, what is asked of the two threads that carry it out, and what they answer. Does not own the
//! work (`services::learner`), how its parts are put together ([`super::learning`]), or which step follows which
//! (`update::learn`).

mod compared;
mod run;

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::curve::Curve;
use crate::domain::interval::FrameSpan;
use crate::domain::lesson::LessonPlan;
use crate::domain::library::VideoId;
use crate::domain::queue::KnownVideo;
use crate::domain::record::ReviewState;
use crate::domain::segment::EventRule;
use crate::jobs::Progress;
use crate::model::weights::ModelWeights;

use super::models::ModelEntry;

pub use crate::model::train::Losses;
pub use compared::{Compared, GateRow, Overlay};
pub use run::RunProgress;

/// Handle of one piece of learning or comparing; what an older one reports is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LearnTask(pub u64);

/// What the person wants of models and learning.
#[derive(Clone, Debug, PartialEq)]
pub enum LearnAction {
    /// Read what was said and make the plan.
    Start,
    /// Let labelled intervals also say of single snippets what they are, or not.
    UseIntervals(bool),
    /// Begin, or go on after a pause.
    Run,
    /// Rest where it is.
    Pause,
    /// Give up what is going on, or leave the gate; a candidate that was made stays one.
    Leave,
    /// Go to what a row of the gate is about, by its place.
    Watch(usize),
    /// Go to the row of the gate this many below.
    StepRow(isize),
    /// Put the compared model in use. Anomalies that would be lost are named first, unless that was said yes to.
    Promote {
        /// Whether that was said yes to.
        even_if_lost: bool,
    },
    /// Do not promote after all.
    NotPromote,
    /// Set the compared model aside and leave the gate.
    DiscardCompared,
    /// Compare a model with the one in use; `None` is the one that comes with the program.
    Compare(Option<String>),
    /// Go back to the model that was in use before.
    RollBack,
    /// Set a candidate aside.
    Discard(String),
    /// Take one back that was set aside.
    Restore(String),
    /// Write a model into the project's folder of exports.
    Export(Option<String>),
    /// Bring a model file into the project as a candidate.
    Import(PathBuf),
    /// Show what a few steps would do if this event were called a false alarm, or no longer.
    Ghost(Option<(VideoId, FrameSpan)>),
}

/// What the project had to say at one moment.
#[derive(Clone, Debug)]
pub struct Material {
    /// All videos that the project knows, by name, with what was said about each.
    pub videos: Vec<(KnownVideo, ReviewState)>,
    /// The model in use.
    pub model: Arc<ModelWeights>,
    /// The model to compare it with, where that is what is wanted.
    pub candidate: Option<Arc<ModelWeights>>,
    /// The newest step of the record.
    pub step: u64,
}

/// What plan and comparison start from.
#[derive(Clone, Debug)]
pub struct LessonOrder {
    /// What the project says.
    pub material: Box<Material>,
    /// The encoder in use, whose features count.
    pub encoder: String,
    /// Its numbers per snippet.
    pub dim: usize,
    /// The rule that makes events on screen.
    pub rule: EventRule,
    /// Whether the person chose that rule, so that it counts for every model.
    pub chosen: bool,
}

/// One event as a false alarm, for a ghost curve.
#[derive(Clone, Debug)]
pub struct GhostOrder {
    /// What was said about its video.
    pub review: Box<ReviewState>,
    /// Frames of the video.
    pub frames: usize,
    /// The event.
    pub event: FrameSpan,
    /// Events of the video that nobody judged.
    pub unjudged: Vec<FrameSpan>,
    /// The encoder in use.
    pub encoder: String,
    /// Its numbers per snippet.
    pub dim: usize,
}

/// What is asked of the thread that learns.
#[derive(Clone, Debug)]
pub enum LearnRequest {
    /// Score the project's videos with the model in use; then make the plan, or compare the candidate that is there.
    Prepare {
        /// For which task.
        task: LearnTask,
        /// What it starts from.
        order: Box<LessonOrder>,
        /// Whether labelled intervals say of single snippets what they are.
        intervals: bool,
    },
    /// Make the plan again.
    Plan {
        /// For which task.
        task: LearnTask,
        /// Whether labelled intervals say of single snippets what they are.
        intervals: bool,
    },
    /// Begin, or go on after a pause.
    Run(LearnTask),
    /// Rest.
    Pause,
    /// Give up and forget all of it.
    Forget,
    /// This model is in use from now on; `None` is the one that comes with the program.
    Use(Option<Arc<ModelWeights>>),
    /// Show what a few steps on one event would do; a ghost under way is given up.
    Ghost(LearnTask, Box<GhostOrder>),
    /// No ghost is wanted any more.
    NoGhost,
}

/// What is asked of the project about models.
#[derive(Clone, Debug)]
pub enum ModelRequest {
    /// Read all that learning or comparing needs.
    Gather {
        /// For which task.
        task: LearnTask,
        /// The model to compare, if that is what is wanted; the inner `None` is the one that comes with the program.
        candidate: Option<Option<String>>,
    },
    /// Keep a model as a candidate.
    Keep {
        /// For which task.
        task: LearnTask,
        /// The model.
        weights: Arc<ModelWeights>,
    },
    /// Put a model in use; `None` is the one that comes with the program.
    Promote {
        /// Which.
        id: Option<String>,
        /// Who does it.
        who: String,
    },
    /// Go back to the model that was in use before.
    RollBack {
        /// Who does it.
        who: String,
    },
    /// Set a candidate aside.
    Discard(String),
    /// Take one back.
    Restore(String),
    /// Write one into the project's folder of exports.
    Export(Option<String>),
    /// Bring a file in as a candidate.
    Import(PathBuf),
}

/// What is reported about one task.
#[derive(Clone, Debug)]
pub enum LearnNews {
    /// The project was read.
    Gathered(Box<Material>),
    /// Preparing went on: what is done, how far, and seconds to go.
    Working(&'static str, Progress, Option<f64>),
    /// The plan is made.
    Planned(Box<Planned>),
    /// The run went on.
    Progress(Box<RunProgress>),
    /// The run rests.
    Paused,
    /// Two models are compared; with the candidate, if it was learned just now and is to be kept.
    Compared(Box<Compared>, Option<Arc<ModelWeights>>),
    /// The candidate is kept in the project.
    Kept,
    /// It did not work; a sentence. The model in use is untouched.
    Failed(String),
    /// Scores of the video that a ghost was asked for.
    Ghost(Curve),
}

/// The plan, and what it costs.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The bags.
    pub plan: LessonPlan,
    /// Videos that were talked about and cannot be used, a sentence each.
    pub left_out: Vec<String>,
    /// Videos of which nobody said anything and no features are kept.
    pub unknown: usize,
    /// Videos that the models will be compared on.
    pub videos: usize,
    /// Steps at most.
    pub steps: usize,
    /// Seconds that it takes at most, by a trial; `None` before that, and where there is nothing to try.
    pub secs: Option<f64>,
    /// What labelled intervals weigh, if they are used.
    pub interval_weight: f64,
    /// Whether there are any.
    pub has_intervals: bool,
    /// Where it will be computed.
    pub device: String,
}

/// Where learning stands.
#[derive(Clone, Debug, Default)]
pub enum LearnPhase {
    /// Nothing is going on.
    #[default]
    Idle,
    /// The plan or a comparison is being prepared.
    Preparing {
        /// What is done.
        what: &'static str,
        /// How far.
        progress: Progress,
        /// Seconds to go.
        remaining_secs: Option<f64>,
    },
    /// The plan waits for a yes.
    Planned(Arc<Planned>),
    /// It learns.
    Running {
        /// How far, with its curves.
        progress: Arc<RunProgress>,
        /// Whether it rests.
        paused: bool,
        /// Whether both models are being compared already.
        comparing: Option<Progress>,
    },
    /// The comparison is shown.
    Gate(Arc<Compared>),
    /// It did not work; the sentence says why.
    Failed(String),
}

/// All about models and learning.
#[derive(Clone, Debug, Default)]
pub struct Learn {
    /// Where it stands.
    pub phase: LearnPhase,
    /// The models of the project, each behind its parent.
    pub models: Vec<ModelEntry>,
    /// Whether labelled intervals say of single snippets what they are.
    pub intervals: bool,
    /// The row of the gate that was gone to.
    pub row: Option<usize>,
    /// Whether a promotion that loses anomalies waits for its second yes.
    pub asking: bool,
    /// Whether the compared model is kept in the project.
    pub kept: bool,
    /// What the work that counts is called.
    pub task: LearnTask,
    /// The event whose ghost is wanted, whether there can be one or not, and what the work on it is called.
    pub(super) ghost_of: Option<(LearnTask, VideoId, FrameSpan)>,
    /// The ghost's curve.
    pub(super) ghost: Option<Overlay>,
    pub(super) tasks: u64,
    /// How many things were said since the project began to be read for a plan.
    pub(super) said_since: usize,
}

impl Learn {
    /// A handle that no work had before.
    pub(super) fn new_task(&mut self) -> LearnTask {
        self.tasks += 1;
        LearnTask(self.tasks)
    }

    /// The comparison on screen.
    pub fn gate(&self) -> Option<&Compared> {
        if let LearnPhase::Gate(compared) = &self.phase { Some(compared) } else { None }
    }

    /// The second curve of a video: a ghost, or the candidate's.
    pub fn overlay(&self, video: &VideoId) -> Option<&Overlay> {
        self.ghost_curve(video).or_else(|| self.gate()?.curves.get(video))
    }

    /// The curve of the ghost that is wanted, if it is of this video.
    pub fn ghost_curve(&self, video: &VideoId) -> Option<&Overlay> {
        self.ghost.as_ref().filter(|_| self.ghost_of.as_ref().is_some_and(|(_, of, _)| of == video))
    }

    /// Whether anything is being worked on.
    pub fn is_busy(&self) -> bool {
        matches!(self.phase, LearnPhase::Preparing { .. } | LearnPhase::Running { .. })
    }

    /// The event whose ghost is wanted.
    pub fn ghost_wanted(&self) -> Option<(&VideoId, FrameSpan)> {
        self.ghost_of.as_ref().map(|(_, video, event)| (video, *event))
    }

    /// The model in use, as the list has it.
    pub fn in_use(&self) -> Option<&ModelEntry> {
        self.models.iter().find(|entry| entry.in_use)
    }
}
