//! The two directions in which rows of numbers vary most (principal component analysis).
//!
//! Owns the covariance, its exact decomposition and the sign of the directions, so that the same rows give the same picture
//! every time. Does not own where rows come from.

use super::symmetric::Eigen;

/// The covariance of rows that come one by one; memory for dim² numbers, whatever the number of rows.
#[derive(Clone, Debug)]
pub struct Covariance {
    dim: usize,
    count: usize,
    /// The first row. Sums are of distances from it: squares of numbers far from zero would leave nothing of a small spread.
    origin: Vec<f64>,
    sum: Vec<f64>,
    /// Sums of products, the lower triangle.
    products: Vec<f64>,
    row: Vec<f64>,
}

impl Covariance {
    /// Of rows of `dim` numbers, none so far.
    pub fn new(dim: usize) -> Self {
        let zeros = || vec![0.0; dim];
        Self { dim, count: 0, origin: zeros(), sum: zeros(), products: vec![0.0; dim * dim], row: zeros() }
    }

    /// One row more: O(dim²).
    pub fn add(&mut self, row: &[f32]) {
        if row.len() != self.dim {
            return;
        }
        if self.count == 0 {
            self.origin.iter_mut().zip(row).for_each(|(origin, value)| *origin = f64::from(*value));
        }
        self.count += 1;
        for (at, value) in row.iter().enumerate() {
            self.row[at] = f64::from(*value) - self.origin[at];
            self.sum[at] += self.row[at];
        }
        for (at, products) in self.products.chunks_exact_mut(self.dim).enumerate() {
            let by = self.row[at];
            products[..=at].iter_mut().zip(&self.row).for_each(|(product, value)| *product += by * value);
        }
    }

    /// The directions; `None` for fewer than two rows, and where all rows are the same. O(dim³).
    pub fn directions(mut self) -> Option<Pca> {
        if self.count < 2 {
            return None;
        }
        let n = self.count as f64;
        let mean: Vec<f64> = self.sum.iter().map(|sum| sum / n).collect();
        for (at, products) in self.products.chunks_exact_mut(self.dim).enumerate() {
            products[..=at]
                .iter_mut()
                .zip(&mean)
                .for_each(|(product, other)| *product = (*product - n * mean[at] * other) / (n - 1.0));
        }
        let total: f64 = (0..self.dim).map(|at| self.products[at * self.dim + at]).sum();
        if !(total.is_finite() && total > 0.0) {
            return None;
        }
        let eigen = Eigen::of(&self.products, self.dim);
        let component = |at: usize| {
            let mut vector = if at < self.dim { eigen.vector(at).to_vec() } else { vec![0.0; self.dim] };
            // Either sign would do; the number that weighs most is above zero.
            let heaviest =
                vector.iter().fold(0.0_f64, |most, value| if value.abs() > most.abs() { *value } else { most });
            if heaviest < 0.0 {
                for value in &mut vector {
                    *value = -*value;
                }
            }
            vector
        };
        let share = |at: usize| eigen.values.get(at).map_or(0.0, |value| (value / total).clamp(0.0, 1.0));
        let mean = mean.iter().zip(&self.origin).map(|(mean, origin)| mean + origin).collect();
        Some(Pca { mean, components: [component(0), component(1)], shares: [share(0), share(1)] })
    }
}

/// Two directions, of which the first varies most.
#[derive(Clone, Debug, PartialEq)]
pub struct Pca {
    mean: Vec<f64>,
    components: [Vec<f64>; 2],
    shares: [f64; 2],
}

impl Pca {
    /// Where a row lies along both.
    pub fn project(&self, row: &[f32]) -> [f32; 2] {
        let along = |component: &[f64]| {
            let far = row.iter().zip(&self.mean).map(|(value, mean)| f64::from(*value) - mean);
            far.zip(component).map(|(far, weight)| far * weight).sum::<f64>() as f32
        };
        [along(&self.components[0]), along(&self.components[1])]
    }

    /// Share of all variance that each of them explains, 0..=1.
    pub fn shares(&self) -> [f64; 2] {
        self.shares
    }

    /// The directions, of length one.
    pub fn components(&self) -> &[Vec<f64>; 2] {
        &self.components
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(dim: usize, rows: &[f32]) -> Option<Pca> {
        let mut covariance = Covariance::new(dim);
        rows.chunks_exact(dim).for_each(|row| covariance.add(row));
        covariance.directions()
    }

    #[test]
    fn a_known_covariance() {
        // Four points in a cross, whose long arm lies along (3, 4) / 5.
        let (along, across) = ([0.6_f32, 0.8], [-0.8_f32, 0.6]);
        let points: Vec<f32> = [(2.0, 0.0), (-2.0, 0.0), (0.0, 1.0), (0.0, -1.0)]
            .iter()
            .flat_map(|(a, b)| [100.0 + a * along[0] + b * across[0], -7.0 + a * along[1] + b * across[1]])
            .collect();
        let pca = of(2, &points).expect("varies");
        // Sums of squares 8 and 2.
        assert!((pca.shares()[0] - 0.8).abs() < 1e-5 && (pca.shares()[1] - 0.2).abs() < 1e-5, "{pca:?}");
        let [first, second] = pca.components();
        assert!((first[0] - 0.6).abs() < 1e-5 && (first[1] - 0.8).abs() < 1e-5, "{first:?}");
        // The heavier number is above zero.
        assert!((second[0] - 0.8).abs() < 1e-5 && (second[1] + 0.6).abs() < 1e-5, "{second:?}");
        let [x, y] = pca.project(&points[..2]);
        assert!((x - 2.0).abs() < 1e-4 && y.abs() < 1e-4);
    }

    #[test]
    fn what_does_not_vary_has_no_directions() {
        assert_eq!((of(2, &[1.0, 2.0]), of(2, &[1.0, 2.0, 1.0, 2.0])), (None, None));
        let line = of(1, &[1.0, 3.0, 5.0]).expect("varies");
        assert_eq!((line.shares(), line.project(&[5.0])), ([1.0, 0.0], [2.0, 0.0]));
    }

    proptest! {
        #[test]
        fn the_first_varies_most_and_order_does_not_matter(
            numbers in proptest::collection::vec(-2.0_f32..2.0, 5 * 12), shift in -50.0_f32..50.0, turn in 0.0_f64..6.2,
        ) {
            let rows: Vec<f32> = numbers.iter().map(|value| value + shift).collect();
            let Some(pca) = of(5, &rows) else { return Ok(()) };
            let variance = |direction: &[f64]| {
                let along: Vec<f64> = rows
                    .chunks_exact(5)
                    .map(|row| row.iter().zip(direction).map(|(a, b)| f64::from(*a) * b).sum())
                    .collect();
                let mean = along.iter().sum::<f64>() / 12.0;
                along.iter().map(|value| (value - mean).powi(2)).sum::<f64>()
            };
            let [first, second] = pca.components();
            let total: f64 = (0..5).map(|at| variance(&(0..5).map(|i| f64::from(u8::from(i == at))).collect::<Vec<_>>())).sum();
            prop_assert!((variance(first) / total - pca.shares()[0]).abs() < 1e-6);
            prop_assert!(variance(first) >= variance(second) - 1e-9);
            // No direction between both varies more than the first.
            let mixed: Vec<f64> = first.iter().zip(second).map(|(a, b)| a * turn.cos() + b * turn.sin()).collect();
            prop_assert!(variance(&mixed) <= variance(first) + 1e-6);
            let backwards: Vec<f32> = rows.chunks_exact(5).rev().flatten().copied().collect();
            let again = of(5, &backwards).expect("varies");
            let same = pca.components()[0].iter().zip(&again.components()[0]).all(|(a, b)| (a - b).abs() < 1e-3);
            prop_assert!(same || pca.shares()[0] - pca.shares()[1] < 0.02);
        }
    }
}
