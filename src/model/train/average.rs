//! The exponential moving average of the weights.
//!
//! Owns the average alone. Single steps of a training on few videos jump about; the mean over the last of them
//! is a steadier model (Polyak and Juditsky, 1992). Training itself never sees it.

use crate::model::parameters::Parameters;

/// A running mean of weights and of the statistics of batch normalisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Average {
    decay: f64,
    parameters: Option<Parameters>,
}

impl Average {
    /// An average that keeps `decay` of itself per step, and goes on from `parameters` if there are some.
    pub fn new(decay: f64, parameters: Option<Parameters>) -> Self {
        Self { decay, parameters }
    }

    /// Takes in the weights after step `step`, counted from 1. Early steps weigh more, so that the first weights
    /// are soon forgotten.
    pub fn add(&mut self, step: usize, latest: Parameters) {
        let Some(average) = &mut self.parameters else {
            self.parameters = Some(latest);
            return;
        };
        let decay = self.decay.min(step as f64 / (step as f64 + 9.0)) as f32;
        average.blend(decay, &latest);
    }

    /// The average, once there was a step.
    pub fn parameters(&self) -> Option<&Parameters> {
        self.parameters.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weights that are all `value` in the one tensor looked at.
    fn all(value: f32) -> Parameters {
        let mut parameters = Parameters::initial(20, 0);
        parameters.set("fc2.bias", vec![value; 32]);
        parameters
    }

    fn seen(average: &Average) -> f32 {
        average.parameters().expect("has seen a step").values("fc2.bias")[0]
    }

    #[test]
    fn it_begins_with_the_first_weights_and_follows_slowly() {
        let mut average = Average::new(0.99, None);
        assert_eq!(average.parameters(), None);
        average.add(1, all(2.0));
        assert_eq!(seen(&average), 2.0);
        average.add(1000, all(3.0));
        assert!((seen(&average) - 2.01).abs() < 1e-6, "{}", seen(&average));
        for step in 1001..3000 {
            average.add(step, all(3.0));
        }
        assert!((seen(&average) - 3.0).abs() < 1e-4, "{}", seen(&average));
    }

    #[test]
    fn early_steps_weigh_more() {
        let mut average = Average::new(0.99, Some(all(0.0)));
        average.add(1, all(1.0));
        assert!((seen(&average) - 0.9).abs() < 1e-6, "{}", seen(&average));
    }
}
