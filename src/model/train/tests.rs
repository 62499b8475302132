//! Tests of whole trainings.

use super::*;
use crate::domain::features::FeatureMatrix;
use crate::domain::score::TsaSettings;
use crate::jobs::Generation;
use crate::model::random::{Purpose, fill_normal, stream};

/// Videos of noise; abnormal ones have a different direction for a while.
fn videos(count: usize, dim: usize, crops: usize, abnormal: bool, seed: u64) -> Vec<FeatureMatrix> {
    (0..count)
        .map(|i| {
            let snippets = 40;
            let mut values = vec![0.0; crops * snippets * dim];
            fill_normal(&mut stream(seed, Purpose::Noise, u64::from(abnormal), i as u64), &mut values);
            if abnormal {
                for (row, values) in values.chunks_mut(dim).enumerate() {
                    if (10..20).contains(&(row % snippets)) {
                        values.iter_mut().step_by(2).for_each(|v| *v += 1.5);
                    }
                }
            }
            FeatureMatrix::new(crops, snippets, dim, values).expect("fits")
        })
        .collect()
}

fn set(dim: usize, crops: usize) -> TrainSet {
    TrainSet { normal: videos(3, dim, crops, false, 1), abnormal: videos(3, dim, crops, true, 1) }
}

fn plan(steps: usize) -> TrainPlan {
    let tsa = TsaSettings { samples: 10, ..TsaSettings::default() };
    let settings =
        TrainSettings { tsa, batch: 2, steps, checkpoint_every: 2, validate_every: 1, ..TrainSettings::default() };
    TrainPlan { settings, encoder: Some("test".into()), ..TrainPlan::default() }
}

fn cpu() -> ComputeDevice {
    ComputeDevice::cpu(None)
}

#[test]
fn every_variable_receives_a_gradient() {
    for (dim, crops) in [(512, 1), (20, 2)] {
        let bags = Bags::new(&set(dim, crops)).expect("fits");
        let plan = plan(1);
        let mut trainer = Trainer::new(&Parameters::initial(dim, 1), plan.settings.clone(), &cpu()).expect("begins");
        // The non-local block begins closed by a weight of 0; one step opens it for the gradient.
        trainer.step(&bags.batch(&plan.settings, 0), None).expect("steps");
        for (name, grad) in trainer.gradients(&bags.batch(&plan.settings, 1), None).expect("goes back") {
            let grad = grad.unwrap_or_else(|| panic!("{name} has no gradient"));
            assert!(grad.iter().all(|g| g.is_finite()), "{name}");
            // A bias straight before a batch normalisation has none in truth.
            if name != "Aggregate.non_local.W.0.bias" {
                assert!(grad.iter().any(|g| *g != 0.0), "{name} has a gradient of zeros");
            }
        }
    }
}

#[test]
fn frozen_statistics_stay_and_weights_still_move() {
    let bags = Bags::new(&set(20, 1)).expect("fits");
    let settings = TrainSettings { freeze_statistics: true, ..plan(1).settings };
    let start = Parameters::initial(20, 1);
    let mut trainer = Trainer::new(&start, settings.clone(), &cpu()).expect("begins");
    trainer.step(&bags.batch(&settings, 0), None).expect("steps");
    let after = trainer.parameters();
    assert_eq!(after.values("Aggregate.conv_5.2.running_var"), start.values("Aggregate.conv_5.2.running_var"));
    assert_ne!(after.values("Aggregate.conv_5.2.weight"), start.values("Aggregate.conv_5.2.weight"));
    let mut free = Trainer::new(&start, plan(1).settings, &cpu()).expect("begins");
    free.step(&bags.batch(&settings, 0), None).expect("steps");
    assert_ne!(
        free.parameters().values("Aggregate.conv_5.2.running_var"),
        start.values("Aggregate.conv_5.2.running_var")
    );
}

/// Cancels after some steps and counts what it sees.
struct Stopper {
    clock: Generation,
    after: usize,
    seen: Vec<usize>,
}

impl TrainObserver for Stopper {
    fn on_step(&mut self, report: &StepReport) {
        self.seen.push(report.step);
        if report.step == self.after {
            self.clock.cancel();
        }
    }
}

#[test]
fn a_cancelled_training_resumes_to_the_same_weights() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.safetensors");
    let (set, mut plan) = (set(20, 1), plan(4));
    plan.settings.average = 0.9;
    let whole = train(&plan, &set, &cpu(), &mut (), &Ticket::unlimited()).expect("trains");
    let clock = Generation::default();
    let ticket = clock.advance();
    let mut observer = Stopper { clock, after: 3, seen: Vec::new() };
    let kept = TrainPlan { checkpoint: Some(path.clone()), ..plan.clone() };
    let stopped = train(&kept, &set, &cpu(), &mut observer, &ticket);
    assert!(matches!(stopped, Err(ModelError::Cancelled)), "{stopped:?}");
    let resumed = resume(&path, &plan, &set, &cpu(), &mut observer, &Ticket::unlimited()).expect("resumes");
    assert_eq!(observer.seen, [1, 2, 3, 4]);
    assert_eq!(resumed.weights, whole.weights);
    assert_eq!((resumed.step, resumed.weights.info().encoder.as_deref()), (4, Some("test")));
}

#[test]
fn an_average_comes_out_and_training_goes_its_way_without_it() {
    let (set, plain) = (set(20, 1), plan(3));
    let mut averaged = plain.clone();
    averaged.settings.average = 0.9;
    let mut losses = [Vec::new(), Vec::new()];
    let mut weights = |plan: &TrainPlan, at: usize| {
        let trained = train(plan, &set, &cpu(), &mut Noted(&mut losses[at]), &Ticket::unlimited()).expect("trains");
        trained.weights.parameters().values("fc1.weight").to_vec()
    };
    let (last, mean) = (weights(&plain, 0), weights(&averaged, 1));
    assert_eq!(losses[0], losses[1]);
    assert_ne!(last, mean);
}

/// Notes the loss of every step.
struct Noted<'a>(&'a mut Vec<f32>);

impl TrainObserver for Noted<'_> {
    fn on_step(&mut self, report: &StepReport) {
        self.0.push(report.losses.total);
    }
}

#[test]
fn a_model_is_no_checkpoint() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.safetensors");
    ModelWeights::new(Parameters::initial(20, 1), ModelInfo::default()).save(&path).expect("is written");
    let error = Checkpoint::load(&path).expect_err("is refused").to_string();
    assert!(error.contains("not the checkpoint"), "{error}");
}

/// Prefers the model after one certain step.
struct Prefers(usize);

impl TrainObserver for Prefers {
    fn validates(&self) -> bool {
        true
    }

    fn validate(&mut self, step: usize, scorer: &Scorer) -> Option<f64> {
        assert_eq!(scorer.info().steps, step);
        Some(if step == self.0 { 1.0 } else { 0.0 })
    }
}

#[test]
fn the_best_by_held_out_videos_is_kept() {
    let set = set(20, 1);
    let best = train(&plan(4), &set, &cpu(), &mut Prefers(2), &Ticket::unlimited()).expect("trains");
    let two = train(&plan(2), &set, &cpu(), &mut (), &Ticket::unlimited()).expect("trains");
    assert_eq!((best.step, best.figure), (2, Some(1.0)));
    assert_eq!(best.weights.parameters(), two.weights.parameters());
    let mut falling = plan(4);
    falling.settings.schedule = Schedule::Cosine;
    let last = train(&falling, &set, &cpu(), &mut Prefers(2), &Ticket::unlimited()).expect("trains");
    assert_eq!((last.step, last.figure), (4, None), "under a falling rate the last weights are kept");
}

#[test]
fn training_tells_abnormal_from_normal() {
    let set = set(512, 1);
    let mut plan = plan(40);
    plan.settings.batch = 3;
    let trained = train(&plan, &set, &cpu(), &mut (), &Ticket::unlimited()).expect("trains");
    let scorer = Scorer::new(Arc::new(trained.weights), &cpu()).expect("loads");
    let mean = |abnormal| {
        let videos = videos(3, 512, 1, abnormal, 2);
        let peak = |v: &FeatureMatrix| {
            let tsa = TsaSettings::default();
            let scores = scorer.score(v, &tsa, None, &Ticket::unlimited()).expect("scores").scores;
            scores.into_iter().fold(0.0, f32::max)
        };
        videos.iter().map(peak).sum::<f32>() / 3.0
    };
    let (normal, abnormal) = (mean(false), mean(true));
    assert!(abnormal > normal + 0.1, "abnormal videos score {abnormal}, normal ones {normal}");
}

#[test]
fn training_refuses_what_cannot_be_learned_from() {
    let mut still = plan(1);
    still.settings.tsa.sigma = 0.0;
    let refused = |plan: &TrainPlan, set: &TrainSet| {
        train(plan, set, &cpu(), &mut (), &Ticket::unlimited()).expect_err("is refused").to_string()
    };
    assert!(refused(&still, &set(20, 1)).contains("noise"));
    let start = ModelWeights::new(Parameters::initial(30, 1), ModelInfo::default());
    let other = TrainPlan { start: Some(Arc::new(start)), ..plan(1) };
    assert!(refused(&other, &set(20, 1)).contains("30"));
}
