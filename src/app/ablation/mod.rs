//! Features and attention, each with and without, on one's own videos: the ablation of CLIP-TSA's Table 5.
//!
//! Owns what is asked, where it stands, and what came out, in the window; below it the work that window and command share:
//! a single run ([`run`]), all of them ([`work`]), their summary ([`summary`]). Of the window alone are the way from open
//! videos to folds with features ([`gather`]) and how long it takes ([`pace`]). Nothing here changes the model in use. Does
//! not own the thread (`services::ablator`) or which step follows which (`update::ablation`).

mod error;
pub mod gather;
pub mod pace;
pub mod results;
pub mod run;
mod seek;
pub mod summary;
#[cfg(test)]
mod tests;
pub mod work;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use strum::EnumIter;

use super::library::EntryId;
use crate::domain::library::VideoId;
use crate::jobs::Progress;
use crate::model::train::{Preset, TrainSettings};

pub use error::AblationError;
pub use results::{AblationPlan, AblationResults, SeedRuns};

/// Most repetitions that can be asked for.
pub const SEEDS: u32 = 20;
/// Most folds that can be asked for.
pub const FOLDS: usize = 20;
/// Most steps of a training that can be asked for.
pub const STEPS: usize = 100_000;

/// Features that were made elsewhere, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KindForm {
    /// What they are called, such as C3D.
    pub name: String,
    /// Their folder, or their files, one a line.
    pub path: String,
}

/// How the models of an ablation are trained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, EnumIter)]
#[serde(rename_all = "kebab-case")]
pub enum Recipe {
    /// As the paper says.
    #[default]
    Paper,
    /// For about a hundred videos or fewer.
    FewVideos,
}

impl Recipe {
    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            Self::Paper => "As in the paper",
            Self::FewVideos => "For few videos",
        }
    }

    /// The settings that it stands for.
    pub fn preset(self) -> Preset {
        match self {
            Self::Paper => Preset::Paper,
            Self::FewVideos => Preset::FewVideos,
        }
    }

    /// Steps to begin with: enough for tens of videos.
    pub fn steps(self) -> usize {
        match self {
            Self::Paper => 600,
            Self::FewVideos => TrainSettings::preset(Preset::FewVideos).steps,
        }
    }
}

/// What the person asks for. Remembered between runs of the program, so that an ablation goes on after a pause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AblationForm {
    /// Whether the features of the encoder in use are one kind.
    pub own: bool,
    /// Other kinds.
    pub kinds: Vec<KindForm>,
    /// Repetitions, each with another seed.
    pub seeds: u32,
    /// Folds at most.
    pub folds: usize,
    /// How each model is trained.
    pub recipe: Recipe,
    /// Steps of each training.
    pub steps: usize,
    /// Folder of the runs as typed; the one in the project if empty.
    pub folder: String,
}

impl Default for AblationForm {
    fn default() -> Self {
        let recipe = Recipe::default();
        Self { own: true, kinds: Vec::new(), seeds: 3, folds: 5, recipe, steps: recipe.steps(), folder: String::new() }
    }
}

impl AblationForm {
    /// With every number in its range.
    pub fn repaired(self) -> Self {
        Self {
            seeds: self.seeds.clamp(1, SEEDS),
            folds: self.folds.clamp(2, FOLDS),
            steps: self.steps.clamp(1, STEPS),
            ..self
        }
    }
}

/// A field of the form that the system's dialog can fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AblationField {
    /// The folder of another kind of features, by its place.
    Features(usize),
    /// The folder of the runs.
    Folder,
}

/// A video with ground truth and kept features.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AblationVideo {
    /// Its content.
    pub id: VideoId,
    /// Its file's name.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// How many frames it has.
    pub frames: usize,
    /// Anomalous frames, in order and not overlapping.
    pub truth: Vec<Range<usize>>,
}

/// What an ablation is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AblationOrder {
    /// The videos, each once, in the order of their names.
    pub videos: Vec<AblationVideo>,
    /// The encoder in use.
    pub encoder: String,
    /// Its numbers per snippet.
    pub dim: usize,
    /// What was asked for.
    pub form: AblationForm,
    /// Folder of the runs.
    pub folder: PathBuf,
}

/// What an order depends on, told cheaply.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AblationKey {
    /// Videos, with the number of their anomalies.
    pub videos: Vec<(EntryId, usize)>,
    pub encoder: String,
    pub form: AblationForm,
    pub folder: PathBuf,
}

/// Handle of one piece of this work; what an older one reports is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AblationTask(pub u64);

/// What is asked of the thread.
#[derive(Clone, Debug)]
pub enum AblationRequest {
    /// Find out what an ablation would be, which of its runs are there, and how long the others take.
    Look(AblationTask, Arc<AblationOrder>),
    /// Carry it out.
    Run(AblationTask, Arc<AblationOrder>),
    /// Call off what is being done; what is done stays.
    Stop,
    /// Let go of features: nobody looks.
    Forget,
}

/// The run that is being done.
#[derive(Clone, Debug, PartialEq)]
pub struct RunNow {
    /// What it is, in words.
    pub name: String,
    /// Which, from 1, and of how many.
    pub run: (usize, usize),
    /// Steps of its training that are done, and all.
    pub step: (usize, usize),
    /// The newest loss.
    pub loss: Option<f32>,
    /// Steps of all runs.
    pub progress: Progress,
    /// Seconds to go.
    pub remaining_secs: Option<f64>,
}

/// What stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// A sentence.
    pub reason: String,
    /// Another folder for the runs that is free, where the one that was chosen holds others.
    pub elsewhere: Option<PathBuf>,
}

/// What is reported.
#[derive(Clone, Debug)]
pub enum AblationNews {
    /// Features are read.
    Reading(Progress),
    /// What the ablation would be, with the runs that are there already. Comes again once it is known how long it takes.
    Planned(Arc<AblationResults>),
    /// It cannot begin.
    Obstacle(Obstacle),
    /// A run goes on.
    Running(Box<RunNow>),
    /// A run is done.
    Ran(Arc<AblationResults>),
    /// All are done.
    Done(Arc<AblationResults>),
    /// It ended before.
    Failed(Obstacle),
}

/// Where it stands.
#[derive(Clone, Debug, Default)]
pub enum AblationPhase {
    /// Nothing is being done.
    #[default]
    Idle,
    /// It is looked at what it would be.
    Looking(Progress),
    /// Runs are being done; `None` until the first begins.
    Running(Option<Box<RunNow>>),
    /// It ended before all runs were done.
    Failed(Obstacle),
}

/// All folds of one setting and seed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeedKey {
    /// Name of the features.
    pub features: String,
    /// Whether attention was on.
    pub attention: bool,
    /// The seed.
    pub seed: u64,
}

/// What the person wants.
#[derive(Clone, Debug, PartialEq)]
pub enum AblationAction {
    /// Ask for this.
    SetForm(Box<AblationForm>),
    /// Fill a field with the system's dialog.
    Pick(AblationField),
    /// Put the runs into the free folder that was found.
    Elsewhere,
    /// Do the runs.
    Run,
    /// Call them off; what is done stays.
    Stop,
    /// Open a seed's runs, or go back to the table.
    Open(Option<SeedKey>),
    /// Look at the run of this fold, from 1.
    Fold(usize),
    /// Show the scores of the run that is looked at beside those on screen, and this video, by its place in the fold.
    Compare(usize),
    /// Put the folder of the run that is looked at on the clipboard, or that of all.
    CopyFolder {
        /// Of all.
        all: bool,
    },
}

/// All about it in the window.
#[derive(Clone, Debug, Default)]
pub struct Ablating {
    /// Where it stands.
    pub phase: AblationPhase,
    /// What stands in the way of beginning.
    pub obstacle: Option<Obstacle>,
    /// What is planned and what came out so far.
    pub results: Option<Arc<AblationResults>>,
    /// The seed whose runs are looked at.
    pub open: Option<SeedKey>,
    /// The fold of it, from 1.
    pub fold: usize,
    /// What was looked at last.
    pub(super) looked: Option<AblationKey>,
    pub(super) task: AblationTask,
}

impl Ablating {
    /// Whether runs are being done.
    pub fn is_running(&self) -> bool {
        matches!(self.phase, AblationPhase::Running(_))
    }

    /// What is planned, if it can begin.
    pub fn plan(&self) -> Option<&AblationPlan> {
        self.results.as_ref().filter(|_| self.obstacle.is_none()).map(|results| &*results.plan)
    }

    /// The runs that are looked at.
    pub fn opened(&self) -> Option<SeedRuns<'_>> {
        self.results.as_ref()?.of_seed(self.open.as_ref()?)
    }

    /// A handle that no work had before.
    pub(super) fn new_task(&mut self) -> AblationTask {
        self.task = AblationTask(self.task.0 + 1);
        self.task
    }
}

/// The folder of the runs of a form: the one that was typed, else one among the project's exports.
pub fn place(form: &AblationForm, project: Option<&Path>) -> Option<PathBuf> {
    let typed = super::typed::first_typed(&form.folder).filter(|path| path.is_absolute());
    typed.or_else(|| Some(project?.join("exports").join("ablation")))
}

/// A folder beside `folder` that does not exist yet.
pub fn elsewhere(folder: &Path) -> PathBuf {
    let name = folder.file_name().map_or_else(|| "ablation".into(), |name| name.to_string_lossy().into_owned());
    // Counting on from a number that stands there, so that names do not grow.
    let stem = match name.rsplit_once('-') {
        Some((stem, number)) if number.parse::<u32>().is_ok() => stem.to_owned(),
        _ => name,
    };
    let free = |n: u32| Some(folder.with_file_name(format!("{stem}-{n}"))).filter(|path| !path.exists());
    (2..1000).find_map(free).unwrap_or_else(|| folder.join("again"))
}
