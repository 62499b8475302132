//! The bags that a model carries of what it was trained on, so that it does not forget them when it learns on.
//!
//! Owns which they are, how many, and their place in a model's file: features only, in half precision, from which no
//! picture can be made. Does not own how they are mixed into a training (`train`).

use std::collections::BTreeMap;
use std::path::Path;

use super::ModelError;
use super::random::{Purpose, permutation, stream};
use super::segments::SEGMENTS;
use super::tensors::{HostTensor, half_to_float, nearest_half};
use crate::domain::features::FeatureMatrix;
use crate::domain::lesson::ReplayCount;

/// Bytes of the bags of one kind in a file: 32 bags at 512 numbers a snippet.
const PER_KIND: usize = 1 << 20;

/// How the tensors of both kinds are called in a file.
const NAMES: [&str; 2] = ["replay.normal", "replay.abnormal"];

/// Bags of 32 averaged segments. Every number is one that half precision holds, so that writing changes nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replay {
    dim: usize,
    /// `[bags][32][dim]`.
    normal: Vec<f32>,
    /// `[bags][32][dim]`.
    abnormal: Vec<f32>,
}

impl Replay {
    /// Draws from bags of `[crops][32][dim]`, as many of each kind as a file has room for; the same bags and seed give the
    /// same. Of several crops the first, the whole picture's, is kept.
    pub fn draw(dim: usize, normal: &[Vec<f32>], abnormal: &[Vec<f32>], seed: u64) -> Self {
        let most = most(dim);
        let drawn = |bags: &[Vec<f32>], kind: u64| {
            let mut order = permutation(&mut stream(seed, Purpose::ReplayDraw, 0, kind), bags.len());
            order.truncate(most);
            // In the order in which they came, whatever was drawn.
            order.sort_unstable();
            let values = order.into_iter().flat_map(|at| bags[at].iter().take(SEGMENTS * dim));
            values.map(|v| half_to_float(nearest_half(*v))).collect()
        };
        Self { dim, normal: drawn(normal, 0), abnormal: drawn(abnormal, 1) }
    }

    /// The bags of a model that learned `normal` and `abnormal` bags besides these: a draw from both.
    #[must_use]
    pub fn with(&self, normal: &[Vec<f32>], abnormal: &[Vec<f32>], dim: usize, seed: u64) -> Self {
        let join = |old: Vec<&[f32]>, new: &[Vec<f32>]| -> Vec<Vec<f32>> {
            old.into_iter().map(<[f32]>::to_vec).chain(new.iter().cloned()).collect()
        };
        Self::draw(dim, &join(self.bags(false), normal), &join(self.bags(true), abnormal), seed)
    }

    /// How many there are.
    pub fn count(&self) -> ReplayCount {
        ReplayCount { normal: self.bags(false).len(), abnormal: self.bags(true).len() }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.normal.is_empty() && self.abnormal.is_empty()
    }

    /// The bags of one kind, each `[32][dim]`.
    pub fn bags(&self, abnormal: bool) -> Vec<&[f32]> {
        let values = if abnormal { &self.abnormal } else { &self.normal };
        values.chunks((SEGMENTS * self.dim).max(1)).collect()
    }

    /// All of them as videos of 32 snippets, with whether something happens in them.
    ///
    /// # Errors
    /// Never for bags that were drawn or read.
    pub fn videos(&self) -> Result<Vec<(FeatureMatrix, bool)>, ModelError> {
        let mut videos = Vec::new();
        for abnormal in [false, true] {
            for bag in self.bags(abnormal) {
                let features = FeatureMatrix::new(1, SEGMENTS, self.dim, bag.to_vec());
                videos.push((features.map_err(|err| ModelError::Input(err.to_string()))?, abnormal));
            }
        }
        Ok(videos)
    }

    /// As tensors of a file; none where there are no bags.
    pub(super) fn to_tensors(&self) -> BTreeMap<String, HostTensor> {
        let mut tensors = BTreeMap::new();
        for (name, values) in NAMES.into_iter().zip([&self.normal, &self.abnormal]) {
            if !values.is_empty() {
                let shape = vec![values.len() / (SEGMENTS * self.dim), SEGMENTS, self.dim];
                tensors.insert(name.to_owned(), HostTensor { shape, values: values.clone() });
            }
        }
        tensors
    }

    /// Takes the bags out of the tensors of a model's file, if there are some.
    ///
    /// # Errors
    /// A shape that does not belong to a model for features of `dim` numbers, or a value that is not finite.
    pub(super) fn take(path: &Path, tensors: &mut BTreeMap<String, HostTensor>) -> Result<Self, ModelError> {
        let mut replay = Self::default();
        for (name, abnormal) in NAMES.into_iter().zip([false, true]) {
            let Some(HostTensor { shape, values }) = tensors.remove(name) else { continue };
            let dim = match *shape.as_slice() {
                [bags, SEGMENTS, dim] if bags > 0 && dim > 0 && (replay.dim == 0 || replay.dim == dim) => dim,
                _ => {
                    let reason = format!("holds {name} of shape {shape:?}; bags of [{SEGMENTS}, d] are needed");
                    return Err(ModelError::file(path, reason));
                }
            };
            if values.iter().any(|v| !v.is_finite()) {
                return Err(ModelError::file(path, format!("holds a value in {name} that is not a finite number")));
            }
            replay.dim = dim;
            *(if abnormal { &mut replay.abnormal } else { &mut replay.normal }) = values;
        }
        Ok(replay)
    }

    /// Refuses bags of another size than the model takes.
    ///
    /// # Errors
    /// Names both.
    pub(super) fn check(&self, path: &Path, dim: usize) -> Result<(), ModelError> {
        if self.is_empty() || self.dim == dim {
            return Ok(());
        }
        let reason = format!("carries bags of {} numbers per snippet, but takes {dim}", self.dim);
        Err(ModelError::file(path, reason))
    }
}

/// Bags of one kind that there is room for.
fn most(dim: usize) -> usize {
    (PER_KIND / (2 * SEGMENTS * dim.max(1))).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bags(count: usize, dim: usize) -> Vec<Vec<f32>> {
        (0..count).map(|i| vec![i as f32 + 0.1; SEGMENTS * dim]).collect()
    }

    #[test]
    fn a_few_megabytes_are_drawn_and_the_same_every_time() {
        let replay = Replay::draw(512, &bags(100, 512), &bags(3, 512), 5);
        assert_eq!(replay.count(), ReplayCount { normal: 32, abnormal: 3 });
        assert_eq!(replay, Replay::draw(512, &bags(100, 512), &bags(3, 512), 5));
        assert_ne!(replay, Replay::draw(512, &bags(100, 512), &bags(3, 512), 6));
        let first: Vec<f32> = replay.bags(false).iter().map(|bag| bag[0]).collect();
        assert!(first.windows(2).all(|pair| pair[0] < pair[1]), "each once: {first:?}");
        assert_eq!(Replay::draw(2048, &bags(100, 2048), &[], 5).count().normal, 8);
    }

    #[test]
    fn what_is_learned_besides_is_carried_on() {
        let old = Replay::draw(8, &bags(2, 8), &bags(1, 8), 0);
        let new = old.with(&bags(1, 8), &[], 8, 0);
        assert_eq!(new.count(), ReplayCount { normal: 3, abnormal: 1 });
        assert_eq!(new.bags(false)[1], old.bags(false)[1]);
        assert_eq!(Replay::default().with(&bags(1, 8), &[], 8, 0).count().normal, 1);
    }

    #[test]
    fn of_several_crops_the_first_is_kept() {
        let two = vec![[vec![1.0; SEGMENTS * 4], vec![2.0; SEGMENTS * 4]].concat()];
        assert_eq!(Replay::draw(4, &two, &[], 0).bags(false), [&[1.0; SEGMENTS * 4][..]]);
    }
}
