//! How long a lesson takes, before it begins.
//!
//! Owns the trial: a few steps of the lesson itself, whose result is thrown away. Does not own the lesson.

use std::sync::Arc;
use std::time::Instant;

use super::{LearningVideo, tune_set};
use crate::domain::lesson::LessonPlan;
use crate::jobs::Ticket;
use crate::model::train::tune::ghost;
use crate::model::train::{TuneSet, TuneSettings};
use crate::model::weights::ModelWeights;
use crate::model::{ComputeDevice, ModelError};

/// Steps that are measured; the first of all is slower than the others and does not count.
const TRIAL: usize = 2;

/// A lesson as it would begin.
#[derive(Debug)]
pub struct Lesson<'a> {
    /// What it follows.
    pub plan: &'a LessonPlan,
    /// What it takes its features from.
    pub videos: &'a [LearningVideo],
    /// Where it starts.
    pub model: &'a Arc<ModelWeights>,
    /// How it learns.
    pub settings: &'a TuneSettings,
    /// Seconds that scoring all videos once took.
    pub scoring_secs: f64,
}

impl Lesson<'_> {
    /// Seconds that learning and comparing take at most on `device`.
    ///
    /// # Errors
    /// The device fails, or the ticket went stale.
    pub fn seconds(&self, device: &ComputeDevice, ticket: &Ticket) -> Result<f64, ModelError> {
        let set = tune_set(self.plan, self.videos);
        let judged = set.held_out.len() as f64 / self.videos.len().max(1) as f64;
        let settings = TuneSettings { steps: 1, judge_every: 0, ..self.settings.clone() };
        let set = TuneSet { held_out: Vec::new(), ..set };
        ghost(Arc::clone(self.model), set.clone(), &settings, device, ticket)?;
        let began = Instant::now();
        ghost(Arc::clone(self.model), set, &TuneSettings { steps: TRIAL, ..settings }, device, ticket)?;
        let step = began.elapsed().as_secs_f64() / TRIAL as f64;
        let own = self.settings;
        let judgements = own.steps as f64 / own.judge_every.max(1) as f64;
        Ok(step * own.steps as f64 + self.scoring_secs * (1.0 + judged * judgements))
    }
}
