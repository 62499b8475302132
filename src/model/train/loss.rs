//! The loss of the Difference Maximization Trainer (CLIP-TSA, section 3.4), as published.
//!
//! Owns the choice of the top-alpha snippets and the sum of four terms. The margin term is the published
//! program's; the paper writes it as a difference of the two norms (Eq. 5), and does not mention the terms
//! for sparsity and smoothness.

use candle_core::{Result, Tensor};

use crate::model::ops::host;

/// Magnitude that abnormal bags are pulled to.
const MARGIN: f64 = 100.0;
const MARGIN_WEIGHT: f64 = 1e-4;
const SPARSITY_WEIGHT: f64 = 8e-3;
const SMOOTHNESS_WEIGHT: f64 = 8e-4;

/// Keeps the gradient of a norm finite where all values are 0; far below what changes a sum in 32 bits.
const TINY: f64 = 1e-30;

/// Parts of the loss: `total = bce + 1e-4 margin + sparsity + smoothness + snippets + anchor`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Losses {
    /// What is minimised.
    pub total: f32,
    /// Binary cross entropy of the bag scores.
    pub bce: f32,
    /// Margin between the magnitudes, before its factor.
    pub margin: f32,
    /// Norm of all abnormal scores, with its factor.
    pub sparsity: f32,
    /// Differences of neighbouring abnormal scores, with their factor.
    pub smoothness: f32,
    /// Cross entropy of single segments whose targets are known, with its factor; not in a training as published.
    pub snippets: f32,
    /// Pull towards the weights of the start, with its factor; not in a training as published.
    pub anchor: f32,
}

impl Losses {
    /// The margin as it counts in the total.
    pub fn weighed_margin(&self) -> f32 {
        self.margin * MARGIN_WEIGHT as f32
    }
}

/// What the network made of a batch of `bags` videos, the first half normal.
#[derive(Debug)]
pub struct Output<'a> {
    /// `F_check`, `[bags × crops × len, 512]`.
    pub merged: &'a Tensor,
    /// Scores, mean over crops, `[bags, len]`.
    pub scores: &'a Tensor,
    /// Magnitudes, mean over crops, as they are to be ranked: `[bags × len]`.
    pub ranking: &'a [f32],
    /// How many segments stand for each bag: alpha, or all of them.
    pub standing: usize,
    /// Crops of each video.
    pub crops: usize,
    /// What each segment weighs, `[bags × len]`; empty where all weigh 1.
    pub weights: &'a [f32],
    /// What is known of each segment, NaN where nothing is, `[bags × len]`; empty where nothing is known.
    pub targets: &'a [f32],
    /// Factor of the cross entropy against them.
    pub target_weight: f64,
    /// What was added to the slope of the sigmoid.
    pub floor: f64,
}

/// alpha, the number of snippets that stand for a bag.
pub fn alpha(len: usize) -> usize {
    (len / 10).clamp(1, len.max(1))
}

impl Output<'_> {
    /// The loss to go backwards from, its parts, and the bag scores.
    ///
    /// # Errors
    /// The device fails.
    pub fn loss(&self) -> Result<(Tensor, Losses, Vec<f32>)> {
        let (bags, len) = self.scores.dims2()?;
        let (half, device) = (bags / 2, self.scores.device());
        let picks = top(self.ranking, len, self.standing);
        let shares = shares(&picks, self.weights, bags, len);
        let chosen = Tensor::from_slice(&picks, (bags, len), device)?;
        let bag_scores = (self.scores * &chosen)?.sum(1)?;
        let values = host(&bag_scores)?;
        let (bce, slope) = cross_entropy(&values, half, &shares, self.floor);
        // A linear form with the value and the gradient of the cross entropy: the logarithm is limited to -100
        // as published, and its gradient stays finite.
        let slope = Tensor::from_vec(slope, bags, device)?;
        let mut total = ((&bag_scores - bag_scores.detach())? * slope)?.sum_all()?;

        // The same snippets stand for a bag in every crop.
        let chosen = chosen.reshape((bags, 1, 1, len))?.broadcast_as((bags, self.crops, 1, len))?;
        let chosen = chosen.contiguous()?.reshape((bags * self.crops, 1, len))?;
        let merged = self.merged.reshape((bags * self.crops, len, ()))?;
        let features = chosen.matmul(&merged)?.squeeze(1)?;
        let norms = (features.sqr()?.sum(1)? + TINY)?.sqrt()?;
        let (normal, abnormal) =
            (norms.narrow(0, 0, half * self.crops)?, norms.narrow(0, half * self.crops, half * self.crops)?);
        let margin = ((abnormal - MARGIN)?.abs()? + normal)?.sqr()?.mean_all()?;

        let flat = self.scores.narrow(0, half, half)?.flatten_all()?;
        let sparsity = ((flat.sqr()?.sum_all()? + TINY)?.sqrt()? * SPARSITY_WEIGHT)?;
        let next = flat.narrow(0, 1, flat.dim(0)? - 1)?;
        let previous = flat.narrow(0, 0, flat.dim(0)? - 1)?;
        // This crosses the borders between videos; it is what was published.
        let smoothness = ((next - previous)?.sqr()?.sum_all()? * SMOOTHNESS_WEIGHT)?;

        for part in [&(&margin * MARGIN_WEIGHT)?, &sparsity, &smoothness] {
            total = (total + part)?;
        }
        let mut snippets = 0.0;
        if self.target_weight > 0.0 && self.targets.iter().any(|t| !t.is_nan()) {
            let (value, slope) = against_targets(&host(self.scores)?, self.targets, self.target_weight, self.floor);
            let slope = Tensor::from_vec(slope, (bags, len), device)?;
            total = (total + ((self.scores - self.scores.detach())? * slope)?.sum_all()?)?;
            snippets = value;
        }
        let number = |t: &Tensor| t.to_scalar::<f32>();
        let losses = Losses {
            // The linear forms of the cross entropies have value 0.
            total: number(&total)? + bce + snippets,
            bce,
            margin: number(&margin)?,
            sparsity: number(&sparsity)?,
            smoothness: number(&smoothness)?,
            snippets,
            anchor: 0.0,
        };
        Ok((total, losses, values))
    }
}

/// 1/alpha at the alpha largest of each row of `len`, else 0; ties go to the lower index.
fn top(ranking: &[f32], len: usize, alpha: usize) -> Vec<f32> {
    let mut weights = vec![0.0; ranking.len()];
    for (row, weights) in ranking.chunks(len).zip(weights.chunks_mut(len)) {
        let mut order: Vec<usize> = (0..len).collect();
        order.sort_by(|a, b| row[*b].total_cmp(&row[*a]).then(a.cmp(b)));
        for i in &order[..alpha] {
            weights[*i] = 1.0 / alpha as f32;
        }
    }
    weights
}

/// How much each bag counts in the mean: as much as the segments that stand for it weigh, among the bags of its kind. Both
/// kinds count the same, or weight on false alarms would lower every score.
fn shares(picks: &[f32], weights: &[f32], bags: usize, len: usize) -> Vec<f64> {
    if weights.is_empty() {
        return vec![1.0 / bags as f64; bags];
    }
    let weigh = |(picks, weights): (&[f32], &[f32])| -> f64 {
        picks.iter().zip(weights).map(|(pick, weight)| f64::from(*pick) * f64::from(*weight)).sum()
    };
    let each: Vec<f64> = picks.chunks(len).zip(weights.chunks(len)).map(weigh).collect();
    let of_kind = |kind: &[f64]| -> Vec<f64> {
        let all: f64 = kind.iter().sum();
        kind.iter().map(|weight| 0.5 * weight / all.max(f64::MIN_POSITIVE)).collect()
    };
    let (normal, abnormal) = each.split_at(bags / 2);
    [of_kind(normal), of_kind(abnormal)].concat()
}

/// Mean binary cross entropy with labels 0 for the first `half` and 1 for the rest, and its gradient.
fn cross_entropy(scores: &[f32], half: usize, shares: &[f64], floor: f64) -> (f32, Vec<f32>) {
    let (mut sum, mut slope) = (0.0, Vec::with_capacity(scores.len()));
    for (i, (score, share)) in scores.iter().zip(shares).enumerate() {
        let label = if i < half { 0.0 } else { 1.0 };
        let (loss, steep) = surprise(f64::from(*score), label, floor);
        sum += share * loss;
        slope.push((steep * share) as f32);
    }
    (sum as f32, slope)
}

/// Mean cross entropy of the scores whose targets are known, times `factor`, and its gradient.
fn against_targets(scores: &[f32], targets: &[f32], factor: f64, floor: f64) -> (f32, Vec<f32>) {
    let share = factor / targets.iter().filter(|t| !t.is_nan()).count().max(1) as f64;
    let (mut sum, mut slope) = (0.0, vec![0.0; scores.len()]);
    for ((score, target), slope) in scores.iter().zip(targets).zip(&mut slope) {
        if !target.is_nan() {
            let (loss, steep) = surprise(f64::from(*score), f64::from(*target), floor);
            sum += share * loss;
            *slope = (steep * share) as f32;
        }
    }
    (sum as f32, slope)
}

/// Cross entropy of one score against a label of 0 to 1, and its gradient. The logarithm is limited to -100, as published.
fn surprise(score: f64, label: f64, floor: f64) -> (f64, f64) {
    let part = |share: f64, likely: f64| if share > 0.0 { -share * likely.ln().max(-100.0) } else { 0.0 };
    let loss = part(label, score) + part(1.0 - label, 1.0 - score);
    (loss, (score - label) / (score * (1.0 - score)).max(floor.max(1e-12)))
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    #[test]
    fn alpha_is_a_tenth_and_at_least_one() {
        assert_eq!([1, 9, 10, 32, 200].map(alpha), [1, 1, 1, 3, 20]);
    }

    #[test]
    fn ties_in_rank_go_to_the_lower_index() {
        let weights = top(&[1.0, 2.0, 2.0, 0.0, 5.0, 5.0, 5.0, 5.0], 4, alpha(4));
        assert_eq!(weights, [0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn cross_entropy_is_limited_where_a_score_is_wholly_wrong() {
        let (value, slope) = cross_entropy(&[1.0, 0.5], 1, &[0.5; 2], 0.0);
        assert!((value - f32::midpoint(100.0, 2.0_f32.ln())).abs() < 1e-4, "{value}");
        assert!(slope.iter().all(|s| s.is_finite()) && (slope[1] + 1.0).abs() < 1e-6, "{slope:?}");
    }

    #[test]
    fn a_wholly_sure_false_alarm_is_unlearned_with_a_floor_alone() {
        let slope = |floor: f64| {
            let logits = Var::new(&[40.0_f32; 4], &Device::Cpu).expect("is made");
            let scores = candle_nn::ops::sigmoid(&logits).expect("is computed");
            let passed = ((&*logits - logits.detach()).expect("fits") * floor).expect("is computed");
            let scores = (scores + passed).expect("fits").reshape((2, 2)).expect("fits");
            let merged = Tensor::ones((4, 3), candle_core::DType::F32, &Device::Cpu).expect("is made");
            let output = Output {
                merged: &merged,
                scores: &scores,
                ranking: &[1.0; 4],
                standing: 1,
                crops: 1,
                weights: &[],
                targets: &[],
                target_weight: 0.0,
                floor,
            };
            let (total, ..) = output.loss().expect("is computed");
            host(total.backward().expect("goes back").get(&logits).expect("a gradient")).expect("reads")
        };
        assert_eq!(slope(0.0)[0], 0.0, "a score of 1 exactly does not move");
        let floored = slope(1e-3);
        assert!((floored[0] - 0.5).abs() < 1e-2 && floored[2].abs() < 1e-2, "{floored:?}");
    }

    #[test]
    fn a_bag_counts_as_its_chosen_segments_weigh_among_its_kind() {
        let picks = [0.5, 0.5, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0];
        assert_eq!(shares(&picks, &[], 4, 2), [0.25; 4]);
        assert_eq!(shares(&picks, &[1.0; 8], 4, 2), [0.25; 4]);
        assert_eq!(shares(&picks, &[3.0, 3.0, 9.0, 1.0, 1.0, 1.0, 1.0, 1.0], 4, 2), [0.375, 0.125, 0.25, 0.25]);
    }

    #[test]
    fn only_known_targets_count() {
        let (value, slope) = against_targets(&[0.5, 0.9, 0.2], &[1.0, f32::NAN, 0.0], 2.0, 0.0);
        let expected = 2.0_f32.ln() - 0.8_f32.ln();
        assert!((value - expected).abs() < 1e-6, "{value}");
        assert!(slope[0] < 0.0 && slope[1] == 0.0 && slope[2] > 0.0, "{slope:?}");
    }

    #[test]
    fn gradients_are_finite_even_where_everything_is_zero() {
        let merged = Var::zeros((2 * 4, 3), candle_core::DType::F32, &Device::Cpu).expect("is made");
        let scores = Var::zeros((2, 4), candle_core::DType::F32, &Device::Cpu).expect("is made");
        let output = Output {
            merged: &merged,
            scores: &scores,
            ranking: &[0.0; 8],
            standing: 1,
            crops: 1,
            weights: &[],
            targets: &[1.0; 8],
            target_weight: 1.0,
            floor: 0.0,
        };
        let (total, losses, _) = output.loss().expect("is computed");
        assert!((losses.margin - 1e4).abs() < 1.0 && losses.total.is_finite(), "{losses:?}");
        let grads = total.backward().expect("goes back");
        for var in [&merged, &scores] {
            assert!(host(grads.get(var).expect("a gradient")).expect("reads").iter().all(|g| g.is_finite()));
        }
    }
}
