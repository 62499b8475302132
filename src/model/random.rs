//! Random numbers of our own.
//!
//! Owns the one generator behind noise, masks, shuffles and first weights. Each use has its own stream,
//! named by what it is for, so that a number depends on (seed, purpose, place) alone: not on the device,
//! the number of threads, or what was drawn before. candle's CPU generator cannot be seeded at all.

use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// What a stream is for. The numbers are part of the results: never renumber.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// Noise of the perturbed selection at inference; major = crop, minor = draw.
    Noise = 1,
    /// The same in training; major = step, minor = sequence × M + draw.
    TrainingNoise = 2,
    /// Order of the normal videos; major = epoch.
    ShuffleNormal = 3,
    /// Order of the abnormal videos; major = epoch.
    ShuffleAbnormal = 4,
    /// Dropout masks; major = step, minor = which mask.
    Dropout = 5,
    /// First weights; minor = which tensor.
    Initial = 6,
    /// Order of the normal bags that a model carries; major = epoch.
    ReplayNormal = 7,
    /// Order of its abnormal ones; major = epoch.
    ReplayAbnormal = 8,
    /// Which bags a model carries; minor = kind.
    ReplayDraw = 9,
    /// Noise on the features in training; major = step, minor = place in the batch.
    FeatureNoise = 10,
}

/// The generator of one stream.
pub fn stream(seed: u64, purpose: Purpose, major: u64, minor: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
    key[16..24].copy_from_slice(&major.to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream(minor);
    rng
}

/// Fills with standard normal numbers.
pub fn fill_normal(rng: &mut ChaCha8Rng, out: &mut [f32]) {
    for value in out {
        *value = rng.sample(StandardNormal);
    }
}

/// Fills with numbers uniform in -bound..bound.
pub fn fill_uniform(rng: &mut ChaCha8Rng, bound: f32, out: &mut [f32]) {
    for value in out {
        *value = (rng.random::<f32>() * 2.0 - 1.0) * bound;
    }
}

/// A dropout mask: 0 with probability `rate` (to 1/65536), else 1 / (1 - rate).
pub fn dropout_mask(rng: &mut ChaCha8Rng, rate: f64, len: usize) -> Vec<f32> {
    let cut = (rate * 65536.0).round() as u32;
    let kept = (1.0 / (1.0 - rate)) as f32;
    let mut bytes = vec![0; len * 2];
    rng.fill_bytes(&mut bytes);
    bytes
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| if u32::from(u16::from_le_bytes(*pair)) < cut { 0.0 } else { kept })
        .collect()
}

/// 0..len in random order (Fisher and Yates).
pub fn permutation(rng: &mut ChaCha8Rng, len: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    for last in (1..len).rev() {
        order.swap(last, rng.random_range(0..=last));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_reproducible_and_differ() {
        let draw = |seed, purpose, major, minor| {
            let mut out = [0.0; 8];
            fill_normal(&mut stream(seed, purpose, major, minor), &mut out);
            out
        };
        let first = draw(1, Purpose::Noise, 2, 3);
        assert_eq!(first, draw(1, Purpose::Noise, 2, 3));
        for other in [
            draw(2, Purpose::Noise, 2, 3),
            draw(1, Purpose::TrainingNoise, 2, 3),
            draw(1, Purpose::Noise, 3, 3),
            draw(1, Purpose::Noise, 2, 4),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn normal_numbers_have_mean_zero_and_variance_one() {
        let mut out = vec![0.0; 100_000];
        fill_normal(&mut stream(7, Purpose::Noise, 0, 0), &mut out);
        let mean = out.iter().map(|v| f64::from(*v)).sum::<f64>() / 1e5;
        let variance = out.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.015 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }

    #[test]
    fn a_mask_keeps_its_share_and_its_mean() {
        let mask = dropout_mask(&mut stream(7, Purpose::Dropout, 0, 0), 0.7, 100_000);
        let kept = mask.iter().filter(|v| **v > 0.0).count();
        assert!((29_000..31_000).contains(&kept), "{kept}");
        assert!(mask.iter().all(|v| *v == 0.0 || (*v - 1.0 / 0.3).abs() < 1e-5));
    }

    #[test]
    fn a_permutation_holds_everything_once() {
        let mut order = permutation(&mut stream(7, Purpose::ShuffleNormal, 0, 0), 50);
        assert_ne!(order, (0..50).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..50).collect::<Vec<_>>());
    }
}
