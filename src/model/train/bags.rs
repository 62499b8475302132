//! Videos as bags of 32 segments, and which bags a step takes.
//!
//! Owns averaging once at the start, and an order that depends on the seed and the step alone, so that a
//! resumed training takes the bags it would have taken.

use rayon::prelude::*;

use crate::domain::features::FeatureMatrix;
use crate::model::ModelError;
use crate::model::random::{Purpose, fill_normal, permutation, stream};
use crate::model::replay::Replay;
use crate::model::segments::{SEGMENTS, averaged};

use super::TrainSettings;
use super::spread::{spread, unit};
use super::trainer::Batch;

/// Videos with their labels.
#[derive(Clone, Debug, Default)]
pub struct TrainSet {
    /// Videos in which nothing happens.
    pub normal: Vec<FeatureMatrix>,
    /// Videos in which something does, somewhere.
    pub abnormal: Vec<FeatureMatrix>,
}

/// The same, averaged into segments.
#[derive(Clone, Debug)]
pub struct Bags {
    dim: usize,
    crops: usize,
    normal: Vec<Vec<f32>>,
    abnormal: Vec<Vec<f32>>,
    /// Standard deviation of each number over all segments, `[dim]`.
    spread: Vec<f32>,
    /// What makes the spread 1 on the whole.
    unit: f32,
}

impl Bags {
    /// Averages every video.
    ///
    /// # Errors
    /// A class without videos, or videos of different sizes.
    pub fn new(set: &TrainSet) -> Result<Self, ModelError> {
        for (videos, what) in [(&set.normal, "normal"), (&set.abnormal, "abnormal")] {
            if videos.is_empty() {
                return Err(ModelError::Input(format!("training needs at least one {what} video")));
            }
        }
        let shape = |video: &FeatureMatrix| (video.crops(), video.dim());
        let (crops, dim) = shape(&set.normal[0]);
        if let Some(other) = set.normal.iter().chain(&set.abnormal).find(|v| shape(v) != (crops, dim)) {
            return Err(ModelError::Input(format!(
                "the videos' features differ: {crops} crops of {dim} numbers and {} crops of {}",
                other.crops(),
                other.dim()
            )));
        }
        let averaged = |videos: &[FeatureMatrix]| videos.iter().map(|v| averaged(v, SEGMENTS)).collect::<Vec<_>>();
        let (normal, abnormal) = (averaged(&set.normal), averaged(&set.abnormal));
        let spread = spread(&normal.iter().chain(&abnormal).collect::<Vec<_>>(), dim);
        Ok(Self { dim, crops, normal, abnormal, unit: unit(&spread), spread })
    }

    /// d.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// What features are multiplied with in a training.
    pub fn factor(&self, settings: &TrainSettings) -> f32 {
        if settings.unit_spread { self.unit } else { 1.0 }
    }

    /// The bags that a model trained on these carries.
    pub fn replay(&self, seed: u64) -> Replay {
        Replay::draw(self.dim, &self.normal, &self.abnormal, seed)
    }

    /// The bags of step `step`, from 0: B normal, then B abnormal ones.
    pub fn batch(&self, settings: &TrainSettings, step: usize) -> Batch {
        let size = self.crops * SEGMENTS * self.dim;
        let mut values = Vec::with_capacity(2 * settings.batch * size);
        for (videos, purpose) in [(&self.normal, Purpose::ShuffleNormal), (&self.abnormal, Purpose::ShuffleAbnormal)] {
            for i in order(settings.seed, purpose, videos.len(), step * settings.batch, settings.batch) {
                values.extend_from_slice(&videos[i]);
            }
        }
        if settings.feature_noise > 0.0 {
            self.disturb(&mut values, settings, step);
        }
        let factor = self.factor(settings);
        if factor != 1.0 {
            values.par_iter_mut().for_each(|value| *value *= factor);
        }
        Batch { values, bags: 2 * settings.batch, crops: self.crops, len: SEGMENTS, dim: self.dim, ..Batch::default() }
    }

    /// Adds the noise of a step to its bags.
    fn disturb(&self, values: &mut [f32], settings: &TrainSettings, step: usize) {
        let share = settings.feature_noise as f32;
        let bags = values.par_chunks_mut(self.crops * SEGMENTS * self.dim).enumerate();
        bags.for_each(|(place, bag)| {
            let mut noise = vec![0.0; bag.len()];
            fill_normal(&mut stream(settings.seed, Purpose::FeatureNoise, step as u64, place as u64), &mut noise);
            for (i, (value, noise)) in bag.iter_mut().zip(noise).enumerate() {
                *value += share * self.spread[i % self.dim] * noise;
            }
        });
    }
}

/// `count` places from `first` on in an endless sequence of shuffles of 0..len.
pub(super) fn order(seed: u64, purpose: Purpose, len: usize, first: usize, count: usize) -> Vec<usize> {
    let mut epoch = None;
    let mut shuffle = Vec::new();
    (first..first + count)
        .map(|place| {
            if epoch != Some(place / len) {
                epoch = Some(place / len);
                shuffle = permutation(&mut stream(seed, purpose, (place / len) as u64, 0), len);
            }
            shuffle[place % len]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_video_comes_once_per_epoch_and_steps_continue_each_other() {
        let all = order(3, Purpose::ShuffleNormal, 5, 0, 15);
        for epoch in all.chunks(5) {
            let mut sorted = epoch.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4]);
        }
        assert_eq!(order(3, Purpose::ShuffleNormal, 5, 7, 4), all[7..11]);
        assert_ne!(order(4, Purpose::ShuffleNormal, 5, 0, 15), all);
    }

    #[test]
    fn a_batch_is_normal_then_abnormal() {
        let video = |value| FeatureMatrix::new(1, 40, 2, vec![value; 80]).expect("fits");
        let set = TrainSet { normal: vec![video(1.0); 3], abnormal: vec![video(2.0)] };
        let settings = TrainSettings { batch: 2, ..TrainSettings::default() };
        let batch = Bags::new(&set).expect("fits").batch(&settings, 5);
        assert_eq!((batch.bags, batch.len, batch.values.len()), (4, 32, 4 * 64));
        assert!(batch.values[..128].iter().all(|v| *v == 1.0) && batch.values[128..].iter().all(|v| *v == 2.0));
    }

    #[test]
    fn videos_that_do_not_fit_are_refused() {
        let video = |crops, dim| FeatureMatrix::new(crops, 1, dim, vec![0.0; crops * dim]).expect("fits");
        let refusal = |normal, abnormal| Bags::new(&TrainSet { normal, abnormal }).expect_err("is refused").to_string();
        assert!(refusal(vec![video(1, 2)], vec![]).contains("abnormal"));
        assert!(refusal(vec![video(1, 2)], vec![video(1, 3)]).contains("differ"));
        assert!(refusal(vec![video(1, 2)], vec![video(2, 2)]).contains("differ"));
    }
}
