//! Adam with L2 decay (Kingma and Ba, 2015).
//!
//! Owns the moments, which can be saved and restored. The decay is added to the gradient, as the published
//! program does; it is not the decoupled decay of `AdamW`. Works on the host on every device: the weights are
//! few, and the sums are the same everywhere.

use rayon::prelude::*;

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPS: f32 = 1e-8;

/// Values that one thread updates at a time.
pub(super) const BLOCK: usize = 1 << 14;

/// Running means of one tensor's gradient and of its square.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moments {
    /// Of the gradient.
    pub first: Vec<f32>,
    /// Of its square.
    pub second: Vec<f32>,
}

impl Moments {
    /// For a tensor of `len` values that was never updated.
    pub fn new(len: usize) -> Self {
        Self { first: vec![0.0; len], second: vec![0.0; len] }
    }
}

/// The rule of update number `step`.
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    rate: f32,
    decay: f32,
    second_correction: f32,
}

impl Adam {
    /// For update `step`, counted from 1.
    pub fn new(learning_rate: f64, weight_decay: f64, step: usize) -> Self {
        let step = step as f64;
        let correction = |beta: f32| 1.0 - f64::from(beta).powf(step);
        Self {
            rate: (learning_rate / correction(BETA_1)) as f32,
            decay: weight_decay as f32,
            second_correction: correction(BETA_2).sqrt() as f32,
        }
    }

    /// Moves `values` against `grad`.
    pub fn update(self, values: &mut [f32], moments: &mut Moments, grad: &[f32]) {
        let first = moments.first.par_chunks_mut(BLOCK);
        let second = moments.second.par_chunks_mut(BLOCK);
        values.par_chunks_mut(BLOCK).zip(first).zip(second).zip(grad.par_chunks(BLOCK)).for_each(
            |(((values, first), second), grad)| {
                for i in 0..values.len() {
                    let g = grad[i] + self.decay * values[i];
                    first[i] = BETA_1 * first[i] + (1.0 - BETA_1) * g;
                    second[i] = BETA_2 * second[i] + (1.0 - BETA_2) * g * g;
                    values[i] -= self.rate * first[i] / (second[i].sqrt() / self.second_correction + EPS);
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_has_the_size_of_the_learning_rate() {
        let (mut values, mut moments) = (vec![1.0, -1.0], Moments::new(2));
        Adam::new(0.01, 0.0, 1).update(&mut values, &mut moments, &[5.0, -0.3]);
        assert!((values[0] - 0.99).abs() < 1e-6 && (values[1] + 0.99).abs() < 1e-6, "{values:?}");
    }

    #[test]
    fn decay_acts_through_the_gradient() {
        // Decoupled decay would leave a value at rest only nearly unmoved; L2 moves it by the full rate.
        let (mut values, mut moments) = (vec![1.0], Moments::new(1));
        Adam::new(0.01, 0.005, 1).update(&mut values, &mut moments, &[0.0]);
        assert!((values[0] - 0.99).abs() < 1e-5, "{values:?}");
    }

    #[test]
    fn it_finds_the_bottom_of_a_bowl() {
        let (mut values, mut moments) = (vec![3.0], Moments::new(1));
        for step in 1..=3000 {
            let grad = [2.0 * (values[0] - 1.0)];
            Adam::new(0.01, 0.0, step).update(&mut values, &mut moments, &grad);
        }
        assert!((values[0] - 1.0).abs() < 1e-2, "{values:?}");
    }
}
