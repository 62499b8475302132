//! What an ablation in the window would be, and what came out of it so far.
//!
//! Owns the plan, the rows of what is done, and which video a run's scores are of. Does not own the figures' arithmetic.

use std::sync::Arc;

use super::run::DoneRun;
use super::summary::rows;
use super::{AblationOrder, AblationVideo, SeedKey};
use crate::app::comparing::RunScores;
use crate::domain::ablation::{AblationRow, Gain, gains};
use crate::domain::metrics::DetectionMetrics;

/// Features as they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindFacts {
    /// What they are called.
    pub name: String,
    /// Numbers per snippet.
    pub dim: usize,
    /// Sequences per video.
    pub crops: usize,
}

/// What an ablation would be.
#[derive(Clone, Debug, PartialEq)]
pub struct AblationPlan {
    /// What was asked for.
    pub order: Arc<AblationOrder>,
    /// Places of the videos of each fold among those of the order.
    pub folds: Vec<Vec<usize>>,
    /// The features.
    pub kinds: Vec<KindFacts>,
    /// The seeds.
    pub seeds: Vec<u64>,
    /// Seconds of the runs that were left when it was looked at, once that was tried.
    pub secs: Option<f64>,
}

impl AblationPlan {
    /// Runs in all.
    pub fn runs(&self) -> usize {
        self.kinds.len() * 2 * self.seeds.len() * self.folds.len()
    }

    /// The videos of a fold, from 1, in the order in which its runs score them.
    pub fn videos(&self, fold: usize) -> impl Iterator<Item = &AblationVideo> {
        let places = fold.checked_sub(1).and_then(|at| self.folds.get(at)).into_iter().flatten();
        places.filter_map(|place| self.order.videos.get(*place))
    }

    /// Videos with an anomaly.
    pub fn abnormal(&self) -> usize {
        self.order.videos.iter().filter(|video| !video.truth.is_empty()).count()
    }
}

/// What came out so far.
#[derive(Clone, Debug)]
pub struct AblationResults {
    /// What was planned.
    pub plan: Arc<AblationPlan>,
    /// The runs that are done.
    pub runs: Vec<Arc<DoneRun>>,
    /// One row per kind of features and setting of attention, of complete seeds.
    pub rows: Vec<AblationRow>,
    /// What attention adds.
    pub gains: Vec<Gain>,
}

/// The runs of one setting and seed that are done, by their folds.
#[derive(Clone, Debug)]
pub struct SeedRuns<'a> {
    /// Which.
    pub key: SeedKey,
    /// The runs, in the order of their folds.
    pub runs: Vec<&'a Arc<DoneRun>>,
}

impl AblationResults {
    /// Of these runs: O(n log n) in all their snippets.
    pub fn new(plan: Arc<AblationPlan>, runs: Vec<Arc<DoneRun>>) -> Self {
        let names: Vec<String> = plan.kinds.iter().map(|kind| kind.name.clone()).collect();
        let done: Vec<&DoneRun> = runs.iter().map(|run| &**run).collect();
        let rows = rows(&names, &plan.seeds, plan.folds.len(), &done);
        let gains = gains(&rows);
        Self { plan, runs, rows, gains }
    }

    /// The runs of one setting and seed; `None` if none is done.
    pub fn of_seed(&self, key: &SeedKey) -> Option<SeedRuns<'_>> {
        let is_own = |run: &&Arc<DoneRun>| {
            let cell = &run.cell;
            cell.features == key.features && cell.attention == key.attention && cell.seed == key.seed
        };
        let mut runs: Vec<_> = self.runs.iter().filter(is_own).collect();
        runs.sort_by_key(|run| run.cell.fold);
        (!runs.is_empty()).then(|| SeedRuns { key: key.clone(), runs })
    }

    /// How many folds of one setting and seed are done.
    pub fn runs_of(&self, key: &SeedKey) -> usize {
        self.of_seed(key).map_or(0, |seed| seed.runs.len())
    }

    /// Figures of one setting and seed; `None` until all of its folds are done.
    pub fn figures_of(&self, key: &SeedKey) -> Option<&DetectionMetrics> {
        let is_own = |row: &&AblationRow| row.features == key.features && row.attention == key.attention;
        let seeds = &self.rows.iter().find(is_own)?.seeds;
        seeds.iter().find(|figures| figures.seed == key.seed).map(|figures| &figures.metrics)
    }

    /// The scores of a run by the content of its videos, to be shown beside others.
    pub fn scores(&self, run: &DoneRun) -> RunScores {
        let videos = self.plan.videos(run.cell.fold).zip(&run.videos);
        let videos = videos.map(|(video, scored)| (video.id.clone(), scored.scores.clone())).collect();
        let tsa = if run.cell.attention { "on" } else { "off" };
        let name = format!("{}, TSA {tsa}, seed {}, fold {}", run.cell.features, run.cell.seed, run.cell.fold);
        RunScores { name, videos }
    }
}

impl SeedRuns<'_> {
    /// The run of a fold, from 1.
    pub fn fold(&self, fold: usize) -> Option<&Arc<DoneRun>> {
        self.runs.iter().copied().find(|run| run.cell.fold == fold)
    }
}
