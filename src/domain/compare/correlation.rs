//! Correlation of two curves.
//!
//! Owns Pearson's and Spearman's coefficients and the ranks of the latter. Does not own what is correlated.

/// Pearson's product-moment correlation, −1..=1, of as many pairs as there are; `None` for fewer than two pairs, and where
/// one side does not vary.
pub fn pearson(one: &[f32], other: &[f32]) -> Option<f64> {
    of(one.iter().zip(other).map(|(a, b)| (f64::from(*a), f64::from(*b))))
}

/// Spearman's rank correlation: Pearson's of the ranks, equal values sharing the mean of theirs. `None` as for
/// [`pearson`].
pub fn spearman(one: &[f32], other: &[f32]) -> Option<f64> {
    let n = one.len().min(other.len());
    of(ranks(&one[..n]).into_iter().zip(ranks(&other[..n])))
}

/// The rank of each value from 1 up; equal values share the mean of the ranks that they take together.
pub fn ranks(values: &[f32]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut done = 0;
    for run in order.chunk_by(|a, b| values[*a] == values[*b]) {
        // They take the ranks from done + 1 to done + length.
        let rank = done as f64 + f64::midpoint(run.len() as f64, 1.0);
        for at in run {
            ranks[*at] = rank;
        }
        done += run.len();
    }
    ranks
}

fn of(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
    let n = pairs.clone().count();
    if n < 2 {
        return None;
    }
    let (sum_a, sum_b) = pairs.clone().fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    let (mean_a, mean_b) = (sum_a / n as f64, sum_b / n as f64);
    let (mut both, mut a, mut b) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (x, y) = (x - mean_a, y - mean_b);
        both += x * y;
        a += x * x;
        b += y * y;
    }
    let spread = (a * b).sqrt();
    (spread > 0.0).then(|| (both / spread).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_values() {
        // Worked by hand: deviations (−1.5, −0.5, 0.5, 1.5) and (−1, −2, 1, 2) give 6 / √(5 · 10).
        let r = pearson(&[1.0, 2.0, 3.0, 4.0], &[2.0, 1.0, 4.0, 5.0]).expect("both vary");
        assert!((r - 6.0 / 50.0_f64.sqrt()).abs() < 1e-12, "{r}");
        // Ranks 1 2 3 4 and 2 1 3 4: 1 − 6 · 2 / (4 · 15).
        let rho = spearman(&[1.0, 2.0, 3.0, 4.0], &[2.0, 1.0, 4.0, 5.0]).expect("both vary");
        assert!((rho - 0.8).abs() < 1e-12, "{rho}");
        assert_eq!(ranks(&[0.5, 0.1, 0.5, 0.9]), [2.5, 1.0, 2.5, 4.0]);
        assert_eq!((pearson(&[1.0], &[1.0]), pearson(&[1.0, 1.0], &[0.0, 1.0])), (None, None));
    }

    proptest! {
        #[test]
        fn ranks_do_not_see_calibration(values in proptest::collection::vec(0.0_f32..1.0, 3..60), power in 0.2_f32..5.0) {
            let bent: Vec<f32> = values.iter().map(|v| v.powf(power)).collect();
            // Equal after bending, where numbers are too close to be told apart, is no change of order.
            let distinct = |v: &[f32]| { let mut v = v.to_vec(); v.sort_by(f32::total_cmp); v.dedup(); v.len() };
            if distinct(&bent) == values.len() && distinct(&values) == values.len() {
                prop_assert!((spearman(&values, &bent).expect("varies") - 1.0).abs() < 1e-9);
                let falling: Vec<f32> = bent.iter().map(|v| 1.0 - v).collect();
                if distinct(&falling) == values.len() {
                    prop_assert!((spearman(&values, &falling).expect("varies") + 1.0).abs() < 1e-9);
                }
            }
        }

        #[test]
        fn ranks_take_every_place_once(values in proptest::collection::vec(0_u8..6, 0..40)) {
            let values: Vec<f32> = values.into_iter().map(f32::from).collect();
            let ranks = ranks(&values);
            let n = values.len() as f64;
            prop_assert!((ranks.iter().sum::<f64>() - n * (n + 1.0) / 2.0).abs() < 1e-9);
            for (i, a) in values.iter().enumerate() {
                for (j, b) in values.iter().enumerate() {
                    prop_assert_eq!(a.partial_cmp(b), ranks[i].partial_cmp(&ranks[j]));
                }
            }
        }
    }
}
