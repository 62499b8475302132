//! How sure figures are: percentile intervals by resampling videos.
//!
//! Owns the seeded drawing of videos with replacement and the 95 % interval (Efron and Tibshirani, 1993, section 13.3).
//! Videos are what is drawn, because frames of one video are no independent witnesses. Does not own any figure.

use serde::{Deserialize, Serialize};

/// A figure, and between which values it lies in 95 of 100 resamples of the videos.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Of the videos as they are.
    pub value: f64,
    /// Lower and upper end; `None` where no resample has the figure, or none was drawn.
    pub interval: Option<(f64, f64)>,
}

/// Between which values a figure lies in 95 of 100 resamples of `count` videos, drawn with replacement (percentile
/// bootstrap). `figure` is given the numbers of the videos drawn. `None` if no resample has the figure.
pub fn interval(
    count: usize,
    resamples: usize,
    seed: u64,
    mut figure: impl FnMut(&[usize]) -> Option<f64>,
) -> Option<(f64, f64)> {
    let mut state = seed;
    let values = (0..resamples).filter_map(|_| figure(&drawn(count, &mut state))).collect();
    ends(values)
}

/// Estimates of `N` figures at once. `figures` is given how often each video was drawn: once each for the values
/// themselves, then `resamples` times as the seed says. A figure that a resample does not have counts in its interval
/// for nothing; one that the videos themselves do not have is `None`.
pub fn estimates<const N: usize>(
    count: usize,
    resamples: usize,
    seed: u64,
    mut figures: impl FnMut(&[u32]) -> [Option<f64>; N],
) -> [Option<Estimate>; N] {
    let values = figures(&vec![1; count]);
    let mut found = [const { Vec::new() }; N];
    let mut state = seed;
    let mut times = vec![0; count];
    // One video alone is drawn each time: that would be an interval of no width.
    for _ in 0..if count > 1 { resamples } else { 0 } {
        times.fill(0);
        for video in drawn(count, &mut state) {
            times[video] += 1;
        }
        for (found, value) in found.iter_mut().zip(figures(&times)) {
            found.extend(value);
        }
    }
    let mut found = found.into_iter();
    values.map(|value| {
        let interval = found.next().and_then(ends);
        value.map(|value| Estimate { value, interval })
    })
}

fn ends(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |share: f64| values[(share * last as f64).round() as usize];
    Some((at(0.025), at(0.975)))
}

fn drawn(count: usize, state: &mut u64) -> Vec<usize> {
    (0..count).map(|_| (next(state) % count as u64) as usize).collect()
}

/// splitmix64 (Steele, Lea and Flood, 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_interval_holds_the_figure_and_narrows_with_more_videos() {
        let mean = |values: &[f64]| {
            let values = values.to_vec();
            move |drawn: &[usize]| Some(drawn.iter().map(|i| values[*i]).sum::<f64>() / drawn.len() as f64)
        };
        let few: Vec<f64> = (0..10).map(f64::from).collect();
        let many: Vec<f64> = (0..1000).map(|n| f64::from(n % 10)).collect();
        let (low, high) = interval(few.len(), 500, 1, mean(&few)).expect("has values");
        let (near, far) = interval(many.len(), 500, 1, mean(&many)).expect("has values");
        assert!(low < near && near < 4.5 && 4.5 < far && far < high, "{low} {near} {far} {high}");
        assert_eq!(interval(3, 20, 0, |_| None), None);
        assert_eq!(interval(few.len(), 50, 2, mean(&few)), interval(few.len(), 50, 2, mean(&few)));
    }

    #[test]
    fn what_is_missing_stays_missing() {
        let [none, some] = estimates(4, 20, 0, |times| [None, Some(f64::from(times[0]))]);
        assert!(none.is_none());
        assert_eq!(some.map(|estimate| estimate.value), Some(1.0));
        let [alone] = estimates(1, 20, 0, |_| [Some(3.0)]);
        assert_eq!(alone, Some(Estimate { value: 3.0, interval: None }), "one video says nothing about others");
    }

    proptest! {
        #[test]
        fn both_forms_draw_the_same_videos(values in proptest::collection::vec(0.0_f64..1.0, 2..30), seed in any::<u64>()) {
            let mean = interval(values.len(), 60, seed, |drawn| {
                Some(drawn.iter().map(|i| values[*i]).sum::<f64>() / values.len() as f64)
            });
            let [same] = estimates(values.len(), 60, seed, |times| {
                let sum: f64 = times.iter().zip(&values).map(|(n, v)| f64::from(*n) * v).sum();
                [Some(sum / values.len() as f64)]
            });
            let (same, mean) = (same.expect("has values"), mean.expect("has values"));
            let ends = same.interval.expect("has values");
            prop_assert!((ends.0 - mean.0).abs() < 1e-12 && (ends.1 - mean.1).abs() < 1e-12);
            // A mean of so many resamples lies within its own interval.
            prop_assert!(ends.0 <= same.value + 0.2 && same.value - 0.2 <= ends.1);
        }
    }
}
