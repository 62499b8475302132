//! What a tuning takes its bags from: what is to be learned, and what the model carries.
//!
//! Owns averaging into segments, and an order that depends on the seed and the step alone. Does not own the step.

use super::TuneSettings;
use crate::domain::features::FeatureMatrix;
use crate::model::random::Purpose;
use crate::model::segments::{SEGMENTS, averaged, rows};
use crate::model::train::bags::order;
use crate::model::train::trainer::Batch;
use crate::model::{ModelError, Replay};

/// A stretch of a video to learn from.
#[derive(Clone, Debug, PartialEq)]
pub struct TuneBag {
    /// Its snippets, one crop.
    pub features: FeatureMatrix,
    /// Whether something happens in it.
    pub abnormal: bool,
    /// What each snippet weighs; empty where all weigh 1.
    pub weights: Vec<f32>,
    /// What is known of each snippet, 0 for normal to 1 for anomalous; empty where nothing is.
    pub targets: Vec<Option<f32>>,
}

/// All that is to be learned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TuneSet {
    /// Bags to train on.
    pub train: Vec<TuneBag>,
    /// Bags of other videos, which say when to stop.
    pub held_out: Vec<TuneBag>,
}

/// A bag in 32 segments.
#[derive(Debug)]
struct Segments {
    values: Vec<f32>,
    weights: Vec<f32>,
    targets: Vec<f32>,
}

/// Bags by kind: normal, abnormal.
#[derive(Debug)]
pub(super) struct Pools {
    dim: usize,
    lesson: [Vec<Segments>; 2],
    carried: [Vec<Segments>; 2],
}

const PURPOSES: [[Purpose; 2]; 2] =
    [[Purpose::ShuffleNormal, Purpose::ReplayNormal], [Purpose::ShuffleAbnormal, Purpose::ReplayAbnormal]];

impl Pools {
    /// Averages every bag.
    pub(super) fn new(set: &TuneSet, replay: &Replay, dim: usize) -> Result<Self, ModelError> {
        let mut pools = Self { dim, lesson: [Vec::new(), Vec::new()], carried: [Vec::new(), Vec::new()] };
        for bag in set.train.iter().chain(&set.held_out) {
            let (crops, found) = (bag.features.crops(), bag.features.dim());
            if (crops, found) != (1, dim) {
                return Err(ModelError::Input(format!(
                    "the features to learn from have {crops} crops of {found} numbers per snippet; the model takes 1 of {dim}"
                )));
            }
        }
        for bag in &set.train {
            pools.lesson[usize::from(bag.abnormal)].push(Segments::of(bag));
        }
        for (abnormal, pool) in [false, true].into_iter().zip(&mut pools.carried) {
            pool.extend(replay.bags(abnormal).into_iter().map(Segments::plain));
        }
        for (kind, what) in ["normal", "abnormal"].into_iter().enumerate() {
            if pools.lesson[kind].is_empty() && pools.carried[kind].is_empty() {
                return Err(ModelError::Input(format!(
                    "there is nothing {what} to learn from, and the model carries nothing {what} either"
                )));
            }
        }
        Ok(pools)
    }

    /// The bags of step `step`, from 0: normal, then abnormal ones, of each kind what is to be learned first.
    pub(super) fn batch(&self, settings: &TuneSettings, step: usize) -> Batch {
        let half = settings.batch;
        let mut batch = Batch { bags: 2 * half, crops: 1, len: SEGMENTS, dim: self.dim, ..Batch::default() };
        for kind in [0, 1] {
            let (lesson, carried) = (&self.lesson[kind], &self.carried[kind]);
            let new = match (lesson.is_empty(), carried.is_empty()) {
                (true, _) => 0,
                (_, true) => half,
                // Whatever the share, something is learned in every step.
                _ => ((half as f64 * (1.0 - settings.replay_share)).round() as usize).clamp(1, half),
            };
            for (pool, count, purpose) in [(lesson, new, PURPOSES[kind][0]), (carried, half - new, PURPOSES[kind][1])] {
                if count == 0 {
                    continue;
                }
                for at in order(settings.seed, purpose, pool.len(), step * count, count) {
                    batch.values.extend_from_slice(&pool[at].values);
                    batch.weights.extend_from_slice(&pool[at].weights);
                    batch.targets.extend_from_slice(&pool[at].targets);
                }
            }
        }
        batch
    }

    /// The bags that the model carries from now on.
    pub(super) fn carried_on(&self, replay: &Replay, seed: u64) -> Replay {
        let values = |kind: usize| self.lesson[kind].iter().map(|bag| bag.values.clone()).collect::<Vec<_>>();
        replay.with(&values(0), &values(1), self.dim, seed)
    }
}

impl Segments {
    /// Segments of one video's stretch: one weighs as its heaviest snippet, and its target is known if all its snippets'
    /// are.
    fn of(bag: &TuneBag) -> Self {
        let snippets = bag.features.snippets();
        let each = |value: &dyn Fn(usize) -> f32, join: fn(f32, f32) -> f32, first: f32| -> Vec<f32> {
            (0..SEGMENTS).map(|i| rows(snippets, SEGMENTS, i).map(value).fold(first, join)).collect()
        };
        let weight = |at: usize| bag.weights.get(at).copied().unwrap_or(1.0);
        let target = |at: usize| bag.targets.get(at).copied().flatten().unwrap_or(f32::NAN);
        let sums = each(&target, |a, b| a + b, 0.0);
        let targets = sums.iter().enumerate().map(|(i, sum)| sum / rows(snippets, SEGMENTS, i).len() as f32).collect();
        Self { values: averaged(&bag.features, SEGMENTS), weights: each(&weight, f32::max, 0.0), targets }
    }

    fn plain(values: &[f32]) -> Self {
        Self { values: values.to_vec(), weights: vec![1.0; SEGMENTS], targets: vec![f32::NAN; SEGMENTS] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bag(value: f32, abnormal: bool, snippets: usize) -> TuneBag {
        let features = FeatureMatrix::new(1, snippets, 2, vec![value; 2 * snippets]).expect("fits");
        TuneBag { features, abnormal, weights: Vec::new(), targets: Vec::new() }
    }

    /// The first number of each bag of a batch.
    fn firsts(batch: &Batch) -> Vec<f32> {
        batch.values.chunks(2 * SEGMENTS).map(|bag| bag[0]).collect()
    }

    #[test]
    fn what_is_learned_and_what_is_carried_are_mixed() {
        let carried = |value: f32| vec![vec![value; 2 * SEGMENTS]; 2];
        let replay = Replay::draw(2, &carried(3.0), &carried(4.0), 0);
        let settings = TuneSettings::default();
        let pools = |train, replay: &Replay| Pools::new(&TuneSet { train, held_out: Vec::new() }, replay, 2);
        let batch = |train| pools(train, &replay).expect("fits").batch(&settings, 3);
        let (both, one) = (vec![bag(1.0, false, 40), bag(2.0, true, 40)], vec![bag(1.0, false, 40)]);
        assert_eq!(firsts(&batch(both.clone())), [1.0, 1.0, 3.0, 3.0, 2.0, 2.0, 4.0, 4.0]);
        assert_eq!(firsts(&batch(one.clone())), [1.0, 1.0, 3.0, 3.0, 4.0, 4.0, 4.0, 4.0]);
        let alone = pools(both, &Replay::default()).expect("fits").batch(&settings, 0);
        assert_eq!(firsts(&alone), [1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0]);
        let why = pools(one, &Replay::default()).expect_err("is refused").to_string();
        assert!(why.contains("nothing abnormal"), "{why}");
        let wide = FeatureMatrix::new(1, 1, 3, vec![0.0; 3]).expect("fits");
        let why = pools(vec![TuneBag { features: wide, ..bag(1.0, false, 1) }], &replay).expect_err("is refused");
        assert!(why.to_string().contains("3 numbers"), "{why}");
    }

    #[test]
    fn segments_weigh_as_their_heaviest_snippet() {
        let mut weights = vec![1.0; 64];
        weights[3] = 4.0;
        let mut targets = vec![None; 64];
        targets[..3].fill(Some(1.0));
        (targets[3], targets[4]) = (Some(0.0), Some(0.0));
        let of = Segments::of(&TuneBag { weights, targets, ..bag(1.0, false, 64) });
        assert_eq!(of.weights[..3], [1.0, 4.0, 1.0]);
        assert_eq!(of.targets[..2], [1.0, 0.5]);
        assert!(of.targets[2..].iter().all(|t| t.is_nan()), "half of the third segment is not known");
        assert_eq!(of.values.len(), 2 * SEGMENTS);
    }
}
