//! Eigenvalues and eigenvectors of symmetric matrices.
//!
//! Owns the exact decomposition: Householder's reduction to three diagonals, then QL steps with implicit shifts, the
//! procedures `tred2` and `tql2` of EISPACK (Bowdler, Martin, Reinsch and Wilkinson, 1968). Takes O(n³) time and n² memory:
//! half a second for 512 rows. Does not own what is decomposed.

/// Steps per eigenvalue; EISPACK gives up after 30, and no symmetric matrix of finite numbers is known to need more.
const MOST_STEPS: usize = 60;

/// A symmetric matrix taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Eigen {
    /// Eigenvalues, the largest first.
    pub values: Vec<f64>,
    /// For each of them a vector of length one, row after row.
    pub vectors: Vec<f64>,
}

impl Eigen {
    /// Of `matrix`, `n` rows of `n` numbers, of which the lower triangle counts.
    pub fn of(matrix: &[f64], n: usize) -> Self {
        if n == 0 {
            return Self { values: Vec::new(), vectors: Vec::new() };
        }
        let of = |row: usize, column: usize| matrix[row.max(column) * n + row.min(column)];
        let v = (0..n * n).map(|at| of(at / n, at % n)).collect();
        let mut work = Work { n, v, d: vec![0.0; n], e: vec![0.0; n] };
        work.reduce();
        work.diagonalise();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|a, b| work.d[*b].total_cmp(&work.d[*a]));
        let vectors = order.iter().flat_map(|at| &work.v[at * n..(at + 1) * n]).copied().collect();
        Self { values: order.iter().map(|at| work.d[*at]).collect(), vectors }
    }

    /// The vector of the eigenvalue at `at`.
    pub fn vector(&self, at: usize) -> &[f64] {
        let n = self.values.len();
        &self.vectors[at * n..(at + 1) * n]
    }
}

/// The matrix on its way, column after column, as all inner loops go down columns. In the end the columns of `v` are the
/// vectors and `d` the values.
struct Work {
    n: usize,
    v: Vec<f64>,
    /// The diagonal.
    d: Vec<f64>,
    /// Beside the diagonal.
    e: Vec<f64>,
}

impl Work {
    /// To three diagonals (`tred2`).
    fn reduce(&mut self) {
        let n = self.n;
        let (v, d, e) = (&mut self.v, &mut self.d, &mut self.e);
        for (j, value) in d.iter_mut().enumerate() {
            *value = v[j * n + n - 1];
        }
        for i in (1..n).rev() {
            let scale: f64 = d[..i].iter().map(|value| value.abs()).sum();
            let mut h = 0.0;
            if scale == 0.0 {
                e[i] = d[i - 1];
                for j in 0..i {
                    d[j] = v[j * n + i - 1];
                    v[j * n + i] = 0.0;
                    v[i * n + j] = 0.0;
                }
            } else {
                for value in &mut d[..i] {
                    *value /= scale;
                    h += *value * *value;
                }
                let f = d[i - 1];
                let g = if f > 0.0 { -h.sqrt() } else { h.sqrt() };
                e[i] = scale * g;
                h -= f * g;
                d[i - 1] = f - g;
                e[..i].fill(0.0);
                for j in 0..i {
                    let f = d[j];
                    v[i * n + j] = f;
                    let mut g = e[j] + v[j * n + j] * f;
                    for k in j + 1..i {
                        g += v[j * n + k] * d[k];
                        e[k] += v[j * n + k] * f;
                    }
                    e[j] = g;
                }
                let mut f = 0.0;
                for j in 0..i {
                    e[j] /= h;
                    f += e[j] * d[j];
                }
                let hh = f / (h + h);
                for j in 0..i {
                    e[j] -= hh * d[j];
                }
                for j in 0..i {
                    let (f, g) = (d[j], e[j]);
                    for k in j..i {
                        v[j * n + k] -= f * e[k] + g * d[k];
                    }
                    d[j] = v[j * n + i - 1];
                    v[j * n + i] = 0.0;
                }
            }
            d[i] = h;
        }
        self.transform();
    }

    /// Puts the reflections together.
    fn transform(&mut self) {
        let n = self.n;
        let (v, d) = (&mut self.v, &mut self.d);
        for i in 0..n - 1 {
            v[i * n + n - 1] = v[i * n + i];
            v[i * n + i] = 1.0;
            let h = d[i + 1];
            if h != 0.0 {
                for k in 0..=i {
                    d[k] = v[(i + 1) * n + k] / h;
                }
                for j in 0..=i {
                    let g: f64 = (0..=i).map(|k| v[(i + 1) * n + k] * v[j * n + k]).sum();
                    for k in 0..=i {
                        v[j * n + k] -= g * d[k];
                    }
                }
            }
            for k in 0..=i {
                v[(i + 1) * n + k] = 0.0;
            }
        }
        for j in 0..n {
            d[j] = v[j * n + n - 1];
            v[j * n + n - 1] = 0.0;
        }
        v[n * n - 1] = 1.0;
        self.e[0] = 0.0;
    }

    /// To one diagonal (`tql2`).
    fn diagonalise(&mut self) {
        let n = self.n;
        self.e.rotate_left(1);
        self.e[n - 1] = 0.0;
        let (mut f, mut largest) = (0.0, 0.0_f64);
        for l in 0..n {
            largest = largest.max(self.d[l].abs() + self.e[l].abs());
            let small = f64::EPSILON * largest;
            let m = (l..n).find(|m| self.e[*m].abs() <= small).unwrap_or(n - 1);
            for _ in 0..MOST_STEPS {
                if m == l {
                    break;
                }
                f += self.shift(l);
                self.step(l, m);
                if self.e[l].abs() <= small {
                    break;
                }
            }
            self.d[l] += f;
            self.e[l] = 0.0;
        }
    }

    /// Takes the shift from the diagonal, and gives it.
    fn shift(&mut self, l: usize) -> f64 {
        let (d, e) = (&mut self.d, &self.e);
        let g = d[l];
        let p = (d[l + 1] - g) / (2.0 * e[l]);
        let r = if p < 0.0 { -p.hypot(1.0) } else { p.hypot(1.0) };
        d[l] = e[l] / (p + r);
        d[l + 1] = e[l] * (p + r);
        let h = g - d[l];
        d[l + 2..].iter_mut().for_each(|value| *value -= h);
        h
    }

    /// One QL step between `l` and `m`.
    fn step(&mut self, l: usize, m: usize) {
        let n = self.n;
        let (v, d, e) = (&mut self.v, &mut self.d, &mut self.e);
        let (after, beside) = (d[l + 1], e[l + 1]);
        let mut p = d[m];
        let (mut c, mut c2, mut c3) = (1.0, 1.0, 1.0);
        let (mut s, mut s2) = (0.0, 0.0);
        for i in (l..m).rev() {
            (c3, c2, s2) = (c2, c, s);
            let g = c * e[i];
            let h = c * p;
            let r = p.hypot(e[i]);
            e[i + 1] = s * r;
            s = e[i] / r;
            c = p / r;
            p = c * d[i] - s * g;
            d[i + 1] = h + s * (c * g + s * d[i]);
            let (before, after) = v.split_at_mut((i + 1) * n);
            for (one, next) in before[i * n..].iter_mut().zip(&mut after[..n]) {
                let h = *next;
                *next = s * *one + c * h;
                *one = c * *one - s * h;
            }
        }
        p = -s * s2 * c3 * beside * e[l] / after;
        e[l] = s * p;
        d[l] = c * p;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_matrix_that_is_known_by_hand() {
        // Eigenvalues 3 and 1, along the diagonals of the square.
        let eigen = Eigen::of(&[2.0, 1.0, 1.0, 2.0], 2);
        assert!((eigen.values[0] - 3.0).abs() < 1e-12 && (eigen.values[1] - 1.0).abs() < 1e-12);
        let first = eigen.vector(0);
        assert!((first[0] - first[1]).abs() < 1e-12 && (first[0].abs() - 0.5_f64.sqrt()).abs() < 1e-12);
        assert_eq!(Eigen::of(&[5.0], 1).values, [5.0]);
        assert!(Eigen::of(&[], 0).values.is_empty());
        let diagonal = Eigen::of(&[1.0, 0.0, 0.0, 0.0, 7.0, 0.0, 0.0, 0.0, -2.0], 3);
        assert_eq!(diagonal.values, [7.0, 1.0, -2.0]);
    }

    proptest! {
        #[test]
        fn vectors_are_square_to_each_other_and_give_the_matrix_back(
            n in 1_usize..14, numbers in proptest::collection::vec(-3.0_f64..3.0, 14 * 14),
        ) {
            let at = |i: usize, j: usize| numbers[i.max(j) * 14 + i.min(j)];
            let matrix: Vec<f64> = (0..n * n).map(|k| at(k / n, k % n)).collect();
            let eigen = Eigen::of(&matrix, n);
            prop_assert!(eigen.values.windows(2).all(|pair| pair[0] >= pair[1]));
            for i in 0..n {
                for j in 0..n {
                    let dot: f64 = eigen.vector(i).iter().zip(eigen.vector(j)).map(|(a, b)| a * b).sum();
                    prop_assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-9, "{dot}");
                    let back: f64 = (0..n).map(|k| eigen.values[k] * eigen.vector(k)[i] * eigen.vector(k)[j]).sum();
                    prop_assert!((back - matrix[i * n + j]).abs() < 1e-8, "{back}");
                }
            }
        }
    }
}
