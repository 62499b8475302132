//! Gradient descent with momentum (Polyak, 1964).
//!
//! Owns the rule of one update; the velocity is kept where Adam keeps its first moment. For fine-tuning on few bags: Adam
//! moves every weight by about the learning rate however small its gradient is, so that weights which have nothing to do
//! with a verdict move as far as those which have, and scores of footage that nobody judged lose their order. Here a weight
//! moves as far as its gradient says.

use rayon::prelude::*;

use super::adam::{BLOCK, Moments};

/// Share of the velocity that stays: a lasting gradient is followed at ten times the learning rate.
const KEPT: f32 = 0.9;

/// The rule of an update.
#[derive(Clone, Copy, Debug)]
pub struct Momentum {
    rate: f32,
    decay: f32,
}

impl Momentum {
    /// With this learning rate; the decay is added to the gradient.
    pub fn new(learning_rate: f64, weight_decay: f64) -> Self {
        Self { rate: learning_rate as f32, decay: weight_decay as f32 }
    }

    /// Moves `values` against `grad`.
    pub fn update(self, values: &mut [f32], moments: &mut Moments, grad: &[f32]) {
        let velocity = moments.first.par_chunks_mut(BLOCK);
        values.par_chunks_mut(BLOCK).zip(velocity).zip(grad.par_chunks(BLOCK)).for_each(
            |((values, velocity), grad)| {
                for i in 0..values.len() {
                    velocity[i] = KEPT * velocity[i] + grad[i] + self.decay * values[i];
                    values[i] -= self.rate * velocity[i];
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_moves_as_far_as_its_gradient_says_and_keeps_going() {
        let (mut values, mut moments) = (vec![1.0, 1.0], Moments::new(2));
        let rule = Momentum::new(0.1, 0.0);
        rule.update(&mut values, &mut moments, &[1.0, 0.001]);
        assert!((values[0] - 0.9).abs() < 1e-6 && (values[1] - 0.9999).abs() < 1e-6, "{values:?}");
        rule.update(&mut values, &mut moments, &[0.0, 0.0]);
        assert!((values[0] - 0.81).abs() < 1e-6, "{values:?}");
    }

    #[test]
    fn decay_acts_through_the_gradient() {
        let (mut values, mut moments) = (vec![2.0], Moments::new(1));
        Momentum::new(0.1, 0.5).update(&mut values, &mut moments, &[0.0]);
        assert!((values[0] - 1.9).abs() < 1e-6, "{values:?}");
    }
}
