//! Small statistics over the numbers of a clip.
//!
//! Owns order statistics, spread and the compression of ranges. Does not own what is counted.

/// Mean; 0 of nothing.
pub fn mean(values: &[f32]) -> f32 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f32>() / values.len() as f32 }
}

/// Standard deviation; 0 of nothing.
pub fn deviation(values: &[f32]) -> f32 {
    let m = mean(values);
    let squares: f32 = values.iter().map(|v| (v - m) * (v - m)).sum();
    (squares / values.len().max(1) as f32).sqrt()
}

/// The value below which `share` of all lie (nearest rank); 0 of nothing.
pub fn quantile(values: &[f32], share: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let mut copy = values.to_vec();
    let rank = ((values.len() - 1) as f32 * share).round() as usize;
    *copy.select_nth_unstable_by(rank.min(values.len() - 1), f32::total_cmp).1
}

/// Mean of the absolute differences of successive values; 0 of fewer than two.
pub fn unrest(values: &[f32]) -> f32 {
    let steps: Vec<f32> = values.windows(2).map(|w| (w[1] - w[0]).abs()).collect();
    mean(&steps)
}

/// How evenly non-negative shares are spread: 0 for one of them, 1 for all equal; 0 if all are zero.
pub fn evenness(shares: &[f32]) -> f32 {
    let sum: f32 = shares.iter().sum();
    if sum <= f32::EPSILON || shares.len() < 2 {
        return 0.0;
    }
    let entropy: f32 = shares.iter().filter(|s| **s > 0.0).map(|s| -(s / sum) * (s / sum).ln()).sum();
    entropy / (shares.len() as f32).ln()
}

/// Signed square root after scaling: small motion stays visible beside large, and the range is of order 1.
pub fn compress(value: f32, scale: f32) -> f32 {
    value.signum() * (value.abs() * scale).sqrt()
}

/// What a signal does over a clip: mean, median, upper quartile, maximum, minimum, deviation, unrest.
pub fn course(signal: &[f32]) -> [f32; 7] {
    [
        mean(signal),
        quantile(signal, 0.5),
        quantile(signal, 0.75),
        quantile(signal, 1.0),
        quantile(signal, 0.0),
        deviation(signal),
        unrest(signal),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers() {
        assert_eq!(course(&[1.0, 3.0, 2.0]), [2.0, 2.0, 3.0, 3.0, 1.0, (2.0_f32 / 3.0).sqrt(), 1.5]);
        assert_eq!(course(&[]), [0.0; 7]);
        assert_eq!((evenness(&[1.0, 0.0]), evenness(&[0.0, 0.0])), (0.0, 0.0));
        assert!((evenness(&[2.0, 2.0, 2.0]) - 1.0).abs() < 1e-6);
        assert_eq!((compress(-4.0, 1.0), compress(0.0, 9.0)), (-2.0, 0.0));
    }
}
