//! What the perturbed selection makes of one sequence, and the quantities that are read off it.
//!
//! Owns omega, the selections of all draws and what follows from them: p(t), entropy; and the top-alpha snippets of the
//! Difference Maximization Trainer. Does not own how any of it is computed from features.

use super::picks::Picks;
use super::pyramid::Extent;
use super::score::TsaSettings;

/// The selection over one sequence (CLIP-TSA, section 3.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attention {
    /// Settings that made it.
    pub tsa: TsaSettings,
    /// Snippets that each draw selects; all of them where attention is off.
    pub kappa: usize,
    /// omega, `[T]`: the scorer's relevance before any noise, 0..=1.
    pub omega: Vec<f32>,
    /// p, `[T]`: the share of draws in which each snippet is among the top kappa. Sums to kappa.
    pub membership: Vec<f32>,
    /// The kappa-th largest perturbed score `omega + sigma G_m` of each draw, `[draws]`: what a snippet has to reach to be
    /// selected. Empty where attention is off.
    pub thresholds: Vec<f32>,
    /// Which snippets each draw selects.
    pub picks: Picks,
}

impl Attention {
    /// H(p(t)) of each snippet in bits, `[T]`.
    pub fn entropy(&self) -> Vec<f32> {
        self.membership.iter().map(|p| entropy(*p)).collect()
    }

    /// The sum of H(p(t)) over all snippets in bits: the entropy of the selection if snippets were selected independently
    /// of each other, and so the most that it can be.
    pub fn total_entropy(&self) -> f64 {
        self.membership.iter().map(|p| f64::from(entropy(*p))).sum()
    }

    /// Smallest, mean and largest of the thresholds; `None` where attention is off.
    pub fn threshold(&self) -> Option<[f32; 3]> {
        let least = self.thresholds.iter().copied().reduce(f32::min)?;
        let most = self.thresholds.iter().copied().reduce(f32::max)?;
        let sum: f64 = self.thresholds.iter().map(|v| f64::from(*v)).sum();
        Some([least, (sum / self.thresholds.len() as f64) as f32, most])
    }
}

/// What omega with its noise lies within: omega - sigma to omega + sigma, and the thresholds of the draws.
pub fn omega_range(omega: Extent, sigma: f32, threshold: Option<[f32; 3]>) -> Extent {
    let with_noise = Extent { min: omega.min - sigma, max: omega.max + sigma };
    threshold.map_or(with_noise, |[least, _, most]| with_noise.union(Extent { min: least, max: most }))
}

/// H(p) = -p log2 p - (1 - p) log2 (1 - p), in bits: how undecided the draws are about a snippet, 0..=1.
pub fn entropy(p: f32) -> f32 {
    let part = |p: f64| if p > 0.0 { -p * p.log2() } else { 0.0 };
    let p = f64::from(p.clamp(0.0, 1.0));
    (part(p) + part(1.0 - p)) as f32
}

/// alpha = max(1, floor(T / 10)), the number of snippets that stand for a bag (CLIP-TSA, section 3.4); 0 of none.
pub fn alpha(snippets: usize) -> usize {
    (snippets / 10).max(1).min(snippets)
}

/// The top-alpha snippets: those whose `F_check` has the largest magnitude, in the order of time. Ties go to the lower
/// index.
pub fn top_alpha(magnitudes: &[f32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..magnitudes.len()).collect();
    order.sort_by(|a, b| magnitudes[*b].total_cmp(&magnitudes[*a]).then(a.cmp(b)));
    order.truncate(alpha(magnitudes.len()));
    order.sort_unstable();
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_even_chance_is_one_bit_and_certainty_none() {
        assert_eq!([0.0, 0.5, 1.0].map(entropy), [0.0, 1.0, 0.0]);
        assert!((entropy(0.11) - 0.4999).abs() < 1e-3);
        let attention = Attention { membership: vec![1.0, 0.5, 0.5, 0.0], ..Attention::default() };
        assert_eq!((attention.entropy(), attention.total_entropy()), (vec![0.0, 1.0, 1.0, 0.0], 2.0));
        assert_eq!(attention.threshold(), None);
        let attention = Attention { thresholds: vec![0.25, 0.5, 0.75], ..attention };
        assert_eq!(attention.threshold(), Some([0.25, 0.5, 0.75]));
    }

    #[test]
    fn omega_is_drawn_with_its_noise_and_the_thresholds() {
        let omega = Extent { min: 0.4, max: 0.6 };
        assert_eq!(omega_range(omega, 0.1, Some([0.2, 0.45, 0.8])), Extent { min: 0.2, max: 0.8 });
        assert_eq!(omega_range(omega, 0.1, None), Extent { min: 0.4 - 0.1, max: 0.6 + 0.1 });
        let flat = Extent::of(0.5);
        assert_eq!(omega_range(flat, 0.0, None), flat, "without noise there is nothing beside it");
    }

    #[test]
    fn a_tenth_of_the_snippets_but_at_least_one_stand_for_a_bag() {
        assert_eq!([0, 1, 9, 10, 32, 100].map(alpha), [0, 1, 1, 1, 3, 10]);
        let mut magnitudes = vec![1.0; 32];
        (magnitudes[30], magnitudes[4]) = (9.0, 5.0);
        assert_eq!(top_alpha(&magnitudes), [0, 4, 30], "the tie goes to the lower index");
        assert!(top_alpha(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn entropy_is_between_none_and_one_bit_and_the_same_for_both_outcomes(p in 0.0_f32..=1.0) {
            prop_assert!((0.0..=1.0).contains(&entropy(p)));
            prop_assert!((entropy(p) - entropy(1.0 - p)).abs() < 1e-5);
        }
    }
}
