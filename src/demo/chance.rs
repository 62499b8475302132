//! Chance, from seeds only.
//!
//! Owns the random generator of the demo and the fixed noise that textures are made of. Nothing here
//! reads a clock or a machine: the same seed gives the same scene.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// A seeded generator for one purpose.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// A generator for `purpose` under `seed`; different purposes do not disturb each other.
    pub fn new(seed: u64, purpose: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(purpose);
        Self(rng)
    }

    /// Evenly in `low..high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.0.random::<f32>()
    }

    /// Evenly in `0..count`; 0 when `count` is 0.
    pub fn below(&mut self, count: usize) -> usize {
        // Computed from 32 bits, so that it is the same on every word size.
        ((u64::from(self.0.random::<u32>()) * count as u64) >> 32) as usize
    }

    /// Evenly in `low..=high`.
    pub fn count(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// `true` with probability `share`.
    pub fn chance(&mut self, share: f32) -> bool {
        self.0.random::<f32>() < share
    }

    /// One of `items`, which must not be empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A new seed.
    pub fn seed(&mut self) -> u64 {
        self.0.random()
    }

    /// Roughly normal: mean 0, standard deviation 1, never beyond 3.5.
    pub fn normal(&mut self) -> f32 {
        let sum: f32 = (0..4).map(|_| self.0.random::<f32>()).sum();
        (sum - 2.0) * 3.0_f32.sqrt()
    }
}

/// A number in `0..1` that belongs to a cell of a grid.
pub(super) fn cell_noise(x: i32, y: i32, seed: u32) -> f32 {
    let mut h =
        (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA77) ^ seed.wrapping_mul(0xC2B2_AE3D);
    h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
    h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
    h ^= h >> 15;
    (h >> 8) as f32 / 16_777_216.0
}

/// Smooth noise in `0..1` with features of size 1.
pub(super) fn smooth_noise(x: f32, y: f32, seed: u32) -> f32 {
    let (ix, iy) = (x.floor(), y.floor());
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let (tx, ty) = (ease(x - ix), ease(y - iy));
    let at = |dx, dy| cell_noise(ix as i32 + dx, iy as i32 + dy, seed);
    let top = at(0, 0) + (at(1, 0) - at(0, 0)) * tx;
    let bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * tx;
    top + (bottom - top) * ty
}

/// Three octaves of [`smooth_noise`], `0..1`.
pub(super) fn rough_noise(x: f32, y: f32, seed: u32) -> f32 {
    0.55 * smooth_noise(x, y, seed)
        + 0.3 * smooth_noise(x * 2.3, y * 2.3, seed + 1)
        + 0.15 * smooth_noise(x * 5.1, y * 5.1, seed + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_are_independent_and_seeds_repeat() {
        let draw = |seed, purpose| Dice::new(seed, purpose).seed();
        assert_eq!(draw(1, 2), draw(1, 2));
        assert_ne!(draw(1, 2), draw(1, 3));
        assert_ne!(draw(1, 2), draw(2, 2));
    }

    #[test]
    fn draws_stay_in_range() {
        let mut dice = Dice::new(7, 0);
        for _ in 0..1000 {
            assert!(dice.below(3) < 3);
            assert!((2..=4).contains(&dice.count(2, 4)));
            assert!(dice.normal().abs() < 3.5);
        }
        assert!((0..50).all(|i| (0.0..1.0).contains(&smooth_noise(i as f32 * 0.37 - 9.0, 0.2, 5))));
    }
}
