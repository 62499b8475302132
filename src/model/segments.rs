//! A video's snippets averaged into a fixed number of segments (CLIP-TSA, Eq. 1).
//!
//! Owns the averaging that training uses. Inference does not average.

use std::ops::Range;

use crate::domain::features::FeatureMatrix;

/// T in training.
pub const SEGMENTS: usize = 32;

/// Rows that make up segment `i` of `segments`: edges are floor(i T / segments); an empty range becomes one row.
pub fn rows(snippets: usize, segments: usize, i: usize) -> Range<usize> {
    let start = i * snippets / segments;
    start..((i + 1) * snippets / segments).max(start + 1)
}

/// The mean rows, `[crops][segments][d]`.
pub fn averaged(features: &FeatureMatrix, segments: usize) -> Vec<f32> {
    let dim = features.dim();
    let mut out = Vec::with_capacity(features.crops() * segments * dim);
    for crop in 0..features.crops() {
        for i in 0..segments {
            let rows = rows(features.snippets(), segments, i);
            let share = 1.0 / rows.len() as f64;
            let mut sum = vec![0.0_f64; dim];
            for row in rows {
                for (s, v) in sum.iter_mut().zip(features.row(crop, row)) {
                    *s += f64::from(*v);
                }
            }
            out.extend(sum.into_iter().map(|s| (s * share) as f32));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn short_videos_repeat_rows() {
        let rows: Vec<_> = (0..4).map(|i| rows(3, 4, i)).collect();
        assert_eq!(rows, [0..1, 0..1, 1..2, 2..3]);
    }

    proptest! {
        #[test]
        fn long_videos_are_tiled(snippets in 32_usize..5000) {
            let mut next = 0;
            for i in 0..SEGMENTS {
                let r = rows(snippets, SEGMENTS, i);
                prop_assert_eq!(r.start, next);
                next = r.end;
            }
            prop_assert_eq!(next, snippets);
        }
    }
}
