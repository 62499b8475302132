//! Tests of whole tunings.

use super::*;
use crate::jobs::Generation;
use crate::model::Replay;
use crate::model::random::{Purpose, fill_normal, stream};
use crate::model::train::Schedule;

const DIM: usize = 20;

/// Noise; abnormal stretches and look-alikes have a direction of their own for a while.
fn video(seed: u64, direction: Option<usize>) -> FeatureMatrix {
    let snippets = 40;
    let mut values = vec![0.0; snippets * DIM];
    fill_normal(&mut stream(9, Purpose::Noise, seed, 0), &mut values);
    if let Some(first) = direction {
        for row in values.chunks_mut(DIM).skip(10).take(10) {
            row.iter_mut().skip(first).step_by(3).for_each(|v| *v += 2.0);
        }
    }
    FeatureMatrix::new(1, snippets, DIM, values).expect("fits")
}

fn bag(seed: u64, direction: Option<usize>, abnormal: bool) -> TuneBag {
    TuneBag { features: video(seed, direction), abnormal, weights: Vec::new(), targets: Vec::new() }
}

fn start() -> Arc<ModelWeights> {
    let bags = |abnormal: bool| -> Vec<Vec<f32>> {
        let of = |seed| video(seed, abnormal.then_some(0));
        (0..3).map(|seed| of(seed).values()[..32 * DIM].to_vec()).collect()
    };
    let info = ModelInfo { encoder: Some("test".into()), threshold: Some(0.4), ..ModelInfo::default() };
    let weights = ModelWeights::new(Parameters::initial(DIM, 1), info);
    Arc::new(weights.carrying(Replay::draw(DIM, &bags(false), &bags(true), 0)))
}

fn set() -> TuneSet {
    TuneSet {
        train: vec![bag(10, None, false), bag(11, Some(1), false), bag(12, Some(0), true)],
        held_out: vec![bag(20, Some(1), false), bag(21, Some(0), true)],
    }
}

fn settings(steps: usize) -> TuneSettings {
    let schedule = Schedule::Constant;
    TuneSettings { steps, batch: 2, learning_rate: 2e-3, schedule, judge_every: 2, ..TuneSettings::default() }
}

fn cpu() -> ComputeDevice {
    ComputeDevice::cpu(None)
}

fn tuned(set: TuneSet, settings: TuneSettings) -> Tuned {
    let mut tuning = Tuning::new(start(), set, settings, &cpu()).expect("begins");
    tuning.run(&mut (), &Ticket::unlimited()).expect("runs");
    tuning.result()
}

/// Notes what it sees, and cancels after some step.
#[derive(Default)]
struct Seen {
    steps: Vec<usize>,
    judged: Vec<usize>,
    stop: Option<(usize, Generation)>,
}

impl TuneObserver for Seen {
    fn on_step(&mut self, report: &TuneReport) {
        self.steps.push(report.step);
        if let Some((at, clock)) = &self.stop
            && *at == report.step
        {
            clock.cancel();
        }
    }

    fn on_judged(&mut self, step: usize, loss: f64) {
        assert!(loss.is_finite());
        self.judged.push(step);
    }
}

#[test]
fn the_same_lesson_gives_the_same_weights_paused_or_not() {
    let whole = tuned(set(), settings(6));
    let clock = Generation::default();
    let mut seen = Seen { stop: Some((4, clock.clone())), ..Seen::default() };
    let mut tuning = Tuning::new(start(), set(), settings(6), &cpu()).expect("begins");
    let paused = tuning.run(&mut seen, &clock.current());
    assert!(matches!(paused, Err(ModelError::Cancelled)) && tuning.steps_done() == 4);
    tuning.run(&mut seen, &clock.current()).expect("goes on");
    assert_eq!((seen.steps, seen.judged), (vec![1, 2, 3, 4, 5, 6], vec![0, 2, 4, 6]));
    assert_eq!(tuning.result().weights, whole.weights);
    assert_ne!(tuned(set(), TuneSettings { seed: 1, ..settings(6) }).weights, whole.weights);
}

#[test]
fn the_result_knows_where_it_comes_from() {
    let Tuned { weights, step, held_out, .. } = tuned(set(), settings(4));
    let (info, parent) = (weights.info(), start());
    assert_eq!(info.parent.as_ref(), Some(&parent.info().weights_id));
    assert_eq!((info.encoder.as_deref(), info.threshold, info.steps), (Some("test"), Some(0.4), step));
    assert_eq!(info.making, Some(Making::Tuning(settings(4))));
    assert!(held_out.is_some() && info.results.len() == 3 && info.results["temperature"] >= 1.0);
    assert_eq!((info.replay.normal, info.replay.abnormal), (5, 4), "the parent's and what was learned");
    assert_ne!(info.weights_id, parent.info().weights_id);
    assert_eq!(
        weights.parameters().values("Aggregate.conv_5.2.running_var"),
        parent.parameters().values("Aggregate.conv_5.2.running_var"),
        "statistics stay"
    );
}

#[test]
fn a_ghost_is_as_many_real_steps() {
    let one = || TuneSet { train: vec![bag(11, Some(1), false)], held_out: Vec::new() };
    let settings = settings(60).few();
    let ghost = ghost(start(), one(), &settings, &cpu(), &Ticket::unlimited()).expect("runs");
    let real = tuned(one(), settings.clone());
    assert_eq!(real.steps, settings.steps);
    assert_eq!(ghost.weights().parameters(), real.weights.parameters());
    let longer = tuned(one(), TuneSettings { steps: settings.steps + 1, ..settings });
    assert_ne!(ghost.weights().parameters(), longer.weights.parameters());
}

#[test]
fn a_false_alarm_is_learned_and_anomalies_are_kept() {
    let mut hard = bag(11, Some(1), false);
    hard.weights = (0..40).map(|t| if (10..20).contains(&t) { 4.0 } else { 1.0 }).collect();
    let set = TuneSet { train: vec![hard, bag(12, Some(0), true)], held_out: Vec::new() };
    let settings = TuneSettings { steps: 40, learning_rate: 1e-1, batch: 2, ..TuneSettings::default() };
    let tuned = tuned(set, settings);
    let peak = |weights: ModelWeights, features: &FeatureMatrix| {
        let scorer = Scorer::new(Arc::new(weights), &cpu()).expect("loads");
        let tsa = scorer.info().tsa;
        let scores = scorer.score(features, &tsa, None, &Ticket::unlimited()).expect("scores").scores;
        scores[10..20].iter().sum::<f32>() / 10.0
    };
    let (alarm, anomaly) = (video(11, Some(1)), video(12, Some(0)));
    let gap = |weights: &ModelWeights| peak(weights.clone(), &anomaly) - peak(weights.clone(), &alarm);
    let (before, after) = (gap(&start()), gap(&tuned.weights));
    assert!(after > before + 0.1, "{before} and then {after}");
}

#[test]
fn an_anchor_holds_the_weights_back_and_a_clip_shortens_gradients() {
    let away = |settings: TuneSettings| {
        let (from, to) = (start(), tuned(set(), settings).weights);
        let squares = from.parameters().iter().flat_map(|(name, tensor)| {
            tensor.values.iter().zip(to.parameters().values(name)).map(|(a, b)| f64::from(a - b).powi(2))
        });
        squares.sum::<f64>()
    };
    let free = TuneSettings { anchor: 0.0, judge_every: 0, calibrate: false, ..settings(8) };
    let held = TuneSettings { anchor: 100.0, ..free.clone() };
    assert!(away(held) < 0.7 * away(free.clone()), "it is held back");
    let clipped = TuneSettings { clip: 1e-3, steps: 3, ..free.clone() };
    let long = TuneSettings { clip: 1e9, ..clipped.clone() };
    assert!(away(clipped) < 0.1 * away(long), "a shorter gradient moves the weights less far");
}

#[test]
fn known_snippets_add_their_part_to_the_loss() {
    /// The part of the last step.
    #[derive(Default)]
    struct Parts(f32, f32);
    impl TuneObserver for Parts {
        fn on_step(&mut self, report: &TuneReport) {
            self.0 = report.losses.snippets;
            self.1 = report.losses.anchor;
        }
    }
    let part = |targets: Vec<Option<f32>>| {
        let mut set = set();
        set.train[2].targets = targets;
        let mut parts = Parts::default();
        let mut tuning = Tuning::new(start(), set, settings(2), &cpu()).expect("begins");
        tuning.run(&mut parts, &Ticket::unlimited()).expect("runs");
        (parts.0, parts.1)
    };
    assert_eq!(part(Vec::new()).0, 0.0);
    let (snippets, anchor) = part((0..40).map(|t| Some(if (10..20).contains(&t) { 1.0 } else { 0.0 })).collect());
    assert!(snippets > 0.0 && anchor > 0.0, "{snippets} {anchor}");
}

#[test]
fn it_ends_early_when_held_out_bags_get_no_better() {
    // Held out is the opposite of what is learned: it gets worse with every step.
    let mut set = set();
    set.held_out = vec![bag(12, Some(0), false), bag(11, Some(1), true)];
    let settings = TuneSettings { patience: 2, learning_rate: 1e-2, ..settings(60) };
    let tuned = tuned(set, settings);
    assert!(tuned.steps < 60, "{}", tuned.steps);
    assert!(tuned.step <= tuned.steps);
}

#[test]
fn numbers_that_are_none_stop_it_at_their_step() {
    let settings = TuneSettings { learning_rate: 1e30, judge_every: 0, anchor: 0.0, ..settings(20) };
    let (from, untouched) = (start(), start());
    let mut tuning = Tuning::new(Arc::clone(&from), set(), settings, &cpu()).expect("begins");
    let error = tuning.run(&mut (), &Ticket::unlimited()).expect_err("goes out of bounds");
    let at = tuning.steps_done() + 1;
    assert!(matches!(&error, ModelError::Diverged(why) if why.contains(&format!("step {at}:"))), "{error}");
    assert_eq!(from, untouched);
}

#[test]
fn a_failed_device_costs_a_note_and_nothing_else() {
    let whole = tuned(set(), settings(4));
    let mut tuning = Tuning::new(start(), set(), settings(4), &cpu()).expect("begins");
    tuning.step().expect("steps");
    let lost = candle_core::Error::Msg("CUDA_ERROR_OUT_OF_MEMORY".to_owned());
    tuning.unjudged = false;
    let state = tuning.trainer.state();
    tuning.move_to_cpu(state, &lost).expect("goes on");
    tuning.run(&mut (), &Ticket::unlimited()).expect("runs");
    let result = tuning.result();
    assert_eq!(result.weights.parameters(), whole.weights.parameters());
    assert!(result.notes[0].contains("memory") && result.weights.info().notes == result.notes, "{:?}", result.notes);
}
