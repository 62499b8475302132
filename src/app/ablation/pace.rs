//! How long the runs of an ablation take on this machine.
//!
//! Owns the trial: a few steps of the training itself, on the features themselves. Does not own the runs.

use std::time::Instant;

use super::AblationError;
use super::run::Kind;
use crate::jobs::Ticket;
use crate::model::ComputeDevice;
use crate::model::train::{self, StepReport, TrainObserver, TrainPlan, TrainSet, TrainSettings};

/// Steps that are measured, after one that warms up.
const TRIAL: usize = 2;

/// Notes when steps were done.
#[derive(Default)]
struct Clock(Vec<Instant>);

impl TrainObserver for Clock {
    fn on_step(&mut self, _: &StepReport) {
        self.0.push(Instant::now());
    }
}

/// Seconds of a step on these features, with attention. What attention costs is little beside the rest.
///
/// # Errors
/// The training fails, or the ticket went stale.
pub fn step_secs(
    kind: &Kind,
    settings: &TrainSettings,
    device: &ComputeDevice,
    ticket: &Ticket,
) -> Result<f64, AblationError> {
    let of = |abnormal: bool| {
        let videos = kind.folds.iter().skip(1).flatten();
        let some = videos.filter(|video| video.labels.contains(&true) == abnormal);
        some.map(|video| video.features.clone()).collect::<Vec<_>>()
    };
    let set = TrainSet { normal: of(false), abnormal: of(true) };
    let settings = TrainSettings { steps: 1 + TRIAL, ..settings.clone() };
    let mut clock = Clock::default();
    train::train(&TrainPlan { settings, ..TrainPlan::default() }, &set, device, &mut clock, ticket)?;
    let spent = clock.0.first().zip(clock.0.last()).map(|(first, last)| last.duration_since(*first).as_secs_f64());
    Ok(spent.unwrap_or_default() / TRIAL as f64)
}
