//! Perturbed top-kappa selection (CLIP-TSA, section 3.2).
//!
//! Owns which snippets are selected under noise, the share of draws in which each one is, and the
//! gradient of that share. Does not own where the noise comes from.
//!
//! `V_hat`, of shape kappa x T, holds in row j the share of draws whose j-th earliest pick is t. The output
//! `sum_j V_hat[j, t] f_t` multiplies the same `f_t` in every row, so it is `p(t) f_t`, where p(t), here called
//! membership, is the share of draws in which t is selected at all. Membership needs O(M T) time and
//! memory for one draw per thread; for `V_hat` the selections are kept as bits, from which any window of it is read
//! ([`Picks`]).

use rayon::prelude::*;

use crate::domain::picks::Picks;

/// How to select: kappa of T, under M draws of noise times sigma.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Selection {
    /// Snippets that a draw selects.
    pub kappa: usize,
    /// Standard deviation of the noise; with 0 all draws are the same exact selection.
    pub sigma: f32,
    /// M.
    pub samples: usize,
}

/// A source of noise: writes draw m, T standard normal numbers.
pub trait Noise: Fn(usize, &mut [f32]) + Sync {}
impl<F: Fn(usize, &mut [f32]) + Sync> Noise for F {}

/// Working memory of one thread.
#[derive(Default)]
struct Picker {
    noise: Vec<f32>,
    keys: Vec<u32>,
    ordered: Vec<u32>,
}

impl Picker {
    /// Selects in draw `m` and calls `picked(t)` for the kappa selected snippets, earliest first. Returns the key of the
    /// kappa-th largest perturbed score; 0 where all are selected.
    fn pick(
        &mut self,
        scores: &[f32],
        how: &Selection,
        noise: &impl Noise,
        m: usize,
        mut picked: impl FnMut(usize),
    ) -> u32 {
        self.noise.resize(scores.len(), 0.0);
        if how.sigma != 0.0 {
            noise(m, &mut self.noise);
        }
        let sigma = how.sigma;
        self.keys.clear();
        self.keys.extend(scores.iter().zip(&self.noise).map(|(score, g)| key(score + sigma * g)));
        if how.kappa >= scores.len() {
            (0..scores.len()).for_each(picked);
            return 0;
        }
        self.ordered.clone_from(&self.keys);
        let (above, least, _) = self.ordered.select_nth_unstable_by(how.kappa - 1, |a, b| b.cmp(a));
        let least = *least;
        // Ties at the threshold go to the lower index: as many as there is room for beside those above it.
        let mut room = how.kappa - above.iter().filter(|k| **k > least).count();
        for (t, key) in self.keys.iter().enumerate() {
            if *key > least {
                picked(t);
            } else if *key == least && room > 0 {
                room -= 1;
                picked(t);
            }
        }
        least
    }
}

/// A key with the order of the numbers; adding zero makes -0 equal 0.
fn key(value: f32) -> u32 {
    let bits = (value + 0.0).to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// The number that a key stands for.
fn value(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key & !(1 << 31) } else { !key })
}

impl Selection {
    /// Draws that differ: one is enough where there is no noise.
    fn distinct(&self) -> usize {
        if self.sigma == 0.0 { 1 } else { self.samples.max(1) }
    }

    /// Runs `each` for all draws, split over the threads, and returns each part's state.
    fn over_draws<S: Send>(
        &self,
        start: impl Fn() -> S + Sync,
        each: impl Fn(&mut S, &mut Picker, usize) + Sync,
    ) -> Vec<S> {
        let draws = self.distinct();
        // A fixed number of parts: memory stays bounded however the pool would like to split.
        let parts = rayon::current_num_threads().clamp(1, draws);
        (0..parts)
            .into_par_iter()
            .map(|part| {
                let (mut state, mut picker) = (start(), Picker::default());
                for m in part * draws / parts..(part + 1) * draws / parts {
                    each(&mut state, &mut picker, m);
                }
                state
            })
            .collect()
    }

    /// p, `[T]`: the share of draws in which each snippet is selected. Sums to kappa.
    pub fn membership(&self, scores: &[f32], noise: &impl Noise) -> Vec<f32> {
        let parts = self.over_draws(
            || vec![0_u32; scores.len()],
            |counts, picker, m| {
                picker.pick(scores, self, noise, m, |t| counts[t] += 1);
            },
        );
        let draws = self.distinct() as f32;
        (0..scores.len()).map(|t| parts.iter().map(|c| c[t]).sum::<u32>() as f32 / draws).collect()
    }

    /// The selections of all draws, and the kappa-th largest perturbed score of each. Membership, and any part of `V_hat`,
    /// follow from them in O(M T / 64) and less. Without noise there is one draw.
    pub fn picks(&self, scores: &[f32], noise: &impl Noise) -> (Picks, Vec<f32>) {
        let stride = Picks::stride(scores.len());
        if stride == 0 {
            return (Picks::default(), Vec::new());
        }
        let mut words = vec![0_u64; stride * self.distinct()];
        let draw = |picker: &mut Picker, (m, row): (usize, &mut [u64])| {
            let least = picker.pick(scores, self, noise, m, |t| row[t / 64] |= 1 << (t % 64));
            if self.kappa < scores.len() {
                return value(least);
            }
            picker.keys.iter().copied().min().map_or(0.0, value)
        };
        let thresholds = words.par_chunks_mut(stride).enumerate().map_init(Picker::default, draw).collect();
        (Picks::new(scores.len(), words), thresholds)
    }

    /// Gradient of a loss with respect to the scores, from `grad`, `[T]`, its gradient with respect to p.
    ///
    /// The published program's estimator, in the O(M T) form:
    /// `dL/dscores[a] = 1/(M sigma) sum_m mask[m, a] sum_e G[m, e] grad[e]`.
    /// Without noise there is no gradient: all zero.
    pub fn membership_gradient(&self, scores: &[f32], noise: &impl Noise, grad: &[f32]) -> Vec<f32> {
        self.gradient(scores, noise, |g, _| dot(g, grad))
    }

    /// The same for a gradient with respect to `V_hat`, `[kappa][T]`: O(M kappa T) time.
    pub fn v_hat_gradient(&self, scores: &[f32], noise: &impl Noise, grad: &[f32]) -> Vec<f32> {
        let snippets = scores.len();
        self.gradient(scores, noise, |g, j| dot(g, &grad[j * snippets..(j + 1) * snippets]))
    }

    fn gradient(&self, scores: &[f32], noise: &impl Noise, weight: impl Fn(&[f32], usize) -> f64 + Sync) -> Vec<f32> {
        if self.sigma == 0.0 {
            return vec![0.0; scores.len()];
        }
        let parts = self.over_draws(
            || vec![0.0_f64; scores.len()],
            |sum, picker, m| {
                let mut picks = Vec::with_capacity(self.kappa);
                picker.pick(scores, self, noise, m, |t| picks.push(t));
                for (j, t) in picks.into_iter().enumerate() {
                    sum[t] += weight(&picker.noise, j);
                }
            },
        );
        let scale = f64::from(self.sigma) * self.samples as f64;
        (0..scores.len()).map(|t| (parts.iter().map(|s| s[t]).sum::<f64>() / scale) as f32).collect()
    }

    /// Membership with what its gradient needs, for a batch of short sequences in training.
    pub fn masks(&self, scores: &[f32], noise: &impl Noise) -> Masks {
        let snippets = scores.len();
        let mut masks = Masks {
            membership: vec![0.0; snippets],
            mask: vec![0.0; self.samples * snippets],
            noise: vec![0.0; self.samples * snippets],
        };
        let mut picker = Picker::default();
        let share = 1.0 / self.samples as f32;
        let mut counts = vec![0_u32; snippets];
        for m in 0..self.samples {
            let row = m * snippets..(m + 1) * snippets;
            let mask = &mut masks.mask[row.clone()];
            picker.pick(scores, self, noise, m, |t| {
                mask[t] = 1.0;
                counts[t] += 1;
            });
            masks.noise[row].copy_from_slice(&picker.noise);
        }
        for (p, count) in masks.membership.iter_mut().zip(counts) {
            *p = count as f32 * share;
        }
        masks
    }
}

/// What training keeps of a selection.
#[derive(Clone, Debug)]
pub struct Masks {
    /// p, `[T]`.
    pub membership: Vec<f32>,
    /// 1 where a snippet is selected in a draw, `[M][T]`.
    pub mask: Vec<f32>,
    /// The draws, `[M][T]`.
    pub noise: Vec<f32>,
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::draws::DrawSource;

    fn seeded(m: usize, out: &mut [f32]) {
        DrawSource::Seeded { seed: 3, crop: 0 }.fill(m, out);
    }

    #[test]
    fn ties_go_to_the_lower_index_and_no_noise_is_one_exact_selection() {
        let how = Selection { kappa: 3, sigma: 0.0, samples: 100 };
        let scores = [0.5, 0.9, 0.5, -0.0, 0.5, 0.0];
        assert_eq!(how.membership(&scores, &seeded), [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
        let five = Selection { kappa: 5, ..how };
        assert_eq!(five.membership(&scores, &seeded), [1.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
        assert_eq!(how.membership_gradient(&scores, &seeded, &[1.0; 6]), [0.0; 6]);
    }

    #[test]
    fn keys_stand_for_their_numbers() {
        for number in [-3.5, -1e-9, 0.0, 0.25, 7.0] {
            assert_eq!(value(key(number)), number);
        }
    }

    #[test]
    fn one_snippet_is_always_selected() {
        let how = Selection { kappa: 1, sigma: 0.05, samples: 10 };
        assert_eq!(how.membership(&[0.3], &seeded), [1.0]);
    }

    proptest! {
        #[test]
        fn agrees_with_a_full_sort(
            scores in proptest::collection::vec((-3_i8..3).prop_map(|v| f32::from(v) / 4.0), 1..40),
            kappa in 1_usize..40, sigma in prop_oneof![Just(0.0_f32), Just(0.2)],
        ) {
            let (snippets, samples) = (scores.len(), 7);
            let how = Selection { kappa: kappa.min(snippets), sigma, samples };
            let mut counts = vec![0_u32; snippets];
            let mut rows = vec![0_u32; how.kappa * snippets];
            let mut expected = Vec::new();
            for m in 0..samples {
                let mut noise = vec![0.0; snippets];
                seeded(m, &mut noise);
                let noisy: Vec<f32> = scores.iter().zip(&noise).map(|(s, g)| s + sigma * g).collect();
                let mut order: Vec<usize> = (0..snippets).collect();
                order.sort_by(|a, b| noisy[*b].total_cmp(&noisy[*a]).then(a.cmp(b)));
                order.truncate(how.kappa);
                expected.push(noisy[order[how.kappa - 1]]);
                order.sort_unstable();
                for (j, t) in order.into_iter().enumerate() {
                    counts[t] += 1;
                    rows[j * snippets + t] += 1;
                }
            }
            let shares = |c: Vec<u32>| c.into_iter().map(|c| c as f32 / samples as f32).collect::<Vec<_>>();
            let (picks, thresholds) = how.picks(&scores, &seeded);
            let v_hat = picks.v_hat(&(0..how.kappa), &(0..snippets));
            prop_assert_eq!(picks.draws(), if sigma == 0.0 { 1 } else { samples });
            let kept = &thresholds[..picks.draws()];
            prop_assert!(kept.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6), "{:?} {:?}", kept, expected);
            prop_assert_eq!(&v_hat, &shares(rows));
            let membership = how.membership(&scores, &seeded);
            prop_assert_eq!(&membership, &shares(counts));
            prop_assert!((membership.iter().sum::<f32>() - how.kappa as f32).abs() < 1e-3);
            prop_assert_eq!(&picks.membership(), &membership);
            let masks = how.masks(&scores, &seeded);
            prop_assert!(masks.membership.iter().zip(&membership).all(|(a, b)| (a - b).abs() < 1e-6));
        }

        #[test]
        fn the_two_gradients_agree_where_rows_are_alike(
            scores in proptest::collection::vec(0.0_f32..1.0, 2..20), grad in proptest::collection::vec(-1.0_f32..1.0, 20),
        ) {
            let snippets = scores.len();
            let how = Selection { kappa: snippets.div_ceil(2), sigma: 0.1, samples: 9 };
            let grad = &grad[..snippets];
            let a = how.membership_gradient(&scores, &seeded, grad);
            let b = how.v_hat_gradient(&scores, &seeded, &grad.repeat(how.kappa));
            prop_assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() <= 1e-4 * (1.0 + a.abs())));
        }
    }
}
