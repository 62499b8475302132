//! How far scores scatter when the noise is drawn anew.
//!
//! Owns the number of repetitions, their seeds and the band made of their scores. Does not own the model.

use super::lane_data::NoiseBand;

/// Repetitions of a video of usual length.
const MOST: usize = 20;
/// Repetitions of the longest.
const LEAST: usize = 4;
/// A video of up to so many snippets, nine hours at 25 frames a second, is of usual length.
const USUAL: usize = 50_000;
/// Shares of the repetitions below the band's lower and upper edge.
const EDGES: (f64, f64) = (0.05, 0.95);

/// Seeds of the repetitions for a video of so many snippets whose scores were drawn with `seed`.
///
/// Fewer for very long videos, so that the work is bounded; always the same for the same video and seed.
pub fn seeds(seed: u64, snippets: usize) -> Vec<u64> {
    let count = (MOST * USUAL / snippets.max(1)).clamp(LEAST, MOST);
    (1..=count as u64).map(|n| seed.wrapping_add(n)).collect()
}

/// The mean score, and between which scores nine of ten repetitions lie, per snippet. `None` without any, or if their lengths differ.
pub fn band(repetitions: &[Vec<f32>]) -> Option<NoiseBand> {
    let snippets = repetitions.first()?.len();
    if repetitions.iter().any(|scores| scores.len() != snippets) {
        return None;
    }
    let [mut low, mut mean, mut high] = [0; 3].map(|_| Vec::with_capacity(snippets));
    let mut values = vec![0.0; repetitions.len()];
    for snippet in 0..snippets {
        values.iter_mut().zip(repetitions).for_each(|(value, scores)| *value = scores[snippet]);
        values.sort_unstable_by(f32::total_cmp);
        mean.push(values.iter().sum::<f32>() / values.len() as f32);
        low.push(quantile(&values, EDGES.0));
        high.push(quantile(&values, EDGES.1));
    }
    Some(NoiseBand::new(low, mean, high))
}

/// The value below which a share of `sorted` lies, interpolated between neighbours.
fn quantile(sorted: &[f32], share: f64) -> f32 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    let rest = (place - below as f64) as f32;
    sorted[below] + (sorted[above] - sorted[below]) * rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn seeds_are_others_than_that_of_the_scores_and_fewer_for_long_videos() {
        assert_eq!(seeds(7, 100), (8..28).collect::<Vec<_>>());
        assert_eq!(seeds(7, 100_000).len(), 10);
        assert_eq!(seeds(7, 10_000_000).len(), 4);
        assert_eq!(seeds(u64::MAX, 1)[0], 0);
    }

    #[test]
    fn a_band_leaves_out_the_extremes() {
        let repetitions: Vec<Vec<f32>> = (0..21_u8).map(|i| vec![f32::from(i) / 20.0, 0.5]).collect();
        let found = band(&repetitions).expect("has repetitions");
        let near = |a: f32, b: f32| (a - b).abs() < 1e-6;
        assert!(near(found.low()[0], 0.05) && near(found.high()[0], 0.95), "{found:?}");
        assert!(near(found.low()[1], 0.5) && near(found.high()[1], 0.5));
        assert!(found.mean().iter().all(|mean| near(*mean, 0.5)));
        assert_eq!(band(&[]), None);
        assert_eq!(band(&[vec![0.1], vec![]]), None);
    }

    proptest! {
        #[test]
        fn the_band_lies_within_the_repetitions(
            repetitions in proptest::collection::vec(proptest::collection::vec(0.0_f32..1.0, 3), 1..30),
        ) {
            let found = band(&repetitions).expect("has repetitions");
            for snippet in 0..3 {
                let values = || repetitions.iter().map(|r| r[snippet]);
                let (least, most) = (values().fold(1.0, f32::min), values().fold(0.0, f32::max));
                let (low, high) = (found.low()[snippet], found.high()[snippet]);
                prop_assert!(least <= low && low <= high);
                prop_assert!(high <= most);
            }
        }
    }
}
