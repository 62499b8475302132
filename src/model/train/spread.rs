//! How far features spread, and training as if they spread by 1.
//!
//! Owns the spread of each number over the bags, the factor that makes it 1 on the whole, and weights that take features as
//! they are and do what others do with features times that factor. Does not own which training asks for it.
//!
//! The features go around the temporal module by its residual connection, next to what its batch normalisation has brought
//! to a spread of 1. Features that spread less than that are drowned by it, and a network that learns from few videos loses
//! the one path that it cannot learn by heart. The factor goes into the weights at the end, so that a model stays CLIP-TSA
//! as published and nothing else has to know of it.

use crate::model::parameters::{Parameters, WIDTH};

/// Layers that features are multiplied with first.
const FIRST: [&str; 5] = [
    "hard_attention.scorer.fc1.weight",
    "Aggregate.conv_1.0.weight",
    "Aggregate.conv_2.0.weight",
    "Aggregate.conv_3.0.weight",
    "Aggregate.conv_4.0.weight",
];

/// Standard deviation of each of `dim` numbers over all rows of all `bags`.
pub(super) fn spread(bags: &[&Vec<f32>], dim: usize) -> Vec<f32> {
    let rows = bags.iter().map(|bag| bag.len() / dim).sum::<usize>().max(1) as f64;
    let mean_of = |value: &dyn Fn(usize, f32) -> f64| {
        let mut sums = vec![0.0; dim];
        for row in bags.iter().flat_map(|bag| bag.chunks(dim)) {
            for (d, (sum, number)) in sums.iter_mut().zip(row).enumerate() {
                *sum += value(d, *number);
            }
        }
        sums.into_iter().map(|sum| sum / rows).collect::<Vec<f64>>()
    };
    let mean = mean_of(&|_, number| f64::from(number));
    let variance = mean_of(&|d, number| (f64::from(number) - mean[d]).powi(2));
    variance.into_iter().map(|v| v.sqrt() as f32).collect()
}

/// What features are multiplied with so that the mean of the variances of their numbers is 1; 1 of features that are all
/// the same.
pub(super) fn unit(spread: &[f32]) -> f32 {
    let squares: f64 = spread.iter().map(|s| f64::from(*s).powi(2)).sum();
    let factor = (spread.len() as f64 / squares).sqrt();
    if factor.is_finite() { factor as f32 } else { 1.0 }
}

/// Weights that score features x as `parameters` score `factor` times x. Magnitudes are those divided by the factor, in the
/// same order; where an input projection comes first, they are the same.
pub(super) fn absorbed(parameters: &Parameters, factor: f32) -> Parameters {
    let mut made = parameters.clone();
    let mut multiply = |name: &str, by: f32| {
        let values = parameters.values(name).iter().map(|v| v * by).collect();
        made.set(name, values);
    };
    if parameters.dim() != WIDTH {
        multiply("mlp.fc1.weight", factor);
        return made;
    }
    for name in FIRST {
        multiply(name, factor);
    }
    // The features themselves are not multiplied where they go around: what they are added to is divided instead, and the
    // classifier makes up for both.
    for name in ["Aggregate.conv_5.2.weight", "Aggregate.conv_5.2.bias"] {
        multiply(name, 1.0 / factor);
    }
    multiply("fc1.weight", factor);
    made
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::features::FeatureMatrix;
    use crate::jobs::Ticket;
    use crate::model::random::{Purpose, fill_normal, stream};
    use crate::model::weights::ModelWeights;
    use crate::model::{ComputeDevice, ModelInfo, Scorer};

    #[test]
    fn the_factor_makes_the_mean_variance_one() {
        let bags = [vec![0.0, 5.0, 2.0, 5.0], vec![4.0, 5.0, 6.0, 5.0]];
        let spread = spread(&bags.each_ref(), 2);
        assert!((spread[0] - 5.0_f32.sqrt()).abs() < 1e-6 && spread[1] == 0.0, "{spread:?}");
        assert!((unit(&spread) - (2.0_f32 / 5.0).sqrt()).abs() < 1e-6);
        assert_eq!(unit(&[0.0; 3]), 1.0);
    }

    #[test]
    fn weights_that_absorbed_a_factor_score_as_those_before_with_larger_features() {
        for dim in [WIDTH, 24] {
            let mut values = vec![0.0; 20 * dim];
            fill_normal(&mut stream(1, Purpose::Noise, 0, 0), &mut values);
            let factor = 3.5;
            let larger = values.iter().map(|v| v * factor).collect();
            // Another shift of the last normalisation than 0, so that it takes part.
            let mut before = Parameters::initial(dim, 4);
            before.set("Aggregate.conv_5.2.bias", (0..512_u16).map(|i| f32::from(i % 7) * 0.1).collect());
            let score = |parameters: Parameters, values: Vec<f32>| {
                let weights = ModelWeights::new(parameters, ModelInfo::default());
                let tsa = weights.info().tsa;
                let scorer = Scorer::new(Arc::new(weights), &ComputeDevice::cpu(None)).expect("is made");
                let features = FeatureMatrix::new(1, 20, dim, values).expect("fits");
                scorer.score(&features, &tsa, None, &Ticket::unlimited()).expect("scores")
            };
            let (one, other) = (score(before.clone(), larger), score(absorbed(&before, factor), values));
            let apart = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(apart(&one.scores, &other.scores) < 1e-4, "{:?} {:?}", one.scores, other.scores);
            assert_eq!(one.attention, other.attention);
            let by = if dim == WIDTH { factor } else { 1.0 };
            let grown: Vec<f32> = other.magnitudes.iter().map(|m| m * by).collect();
            assert!(apart(&one.magnitudes, &grown) < 1e-2 * grown[0], "{:?} {grown:?}", one.magnitudes);
        }
    }
}
