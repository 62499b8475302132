//! Snippet features as plain numbers.
//!
//! Owns the shape rules of a video's features. Does not own where they come from (encoders, files)
//! or what they are used for.

use std::ops::Range;

use thiserror::Error;

/// Features of one video: `crops` sequences of `snippets` rows of `dim` numbers, crop after crop.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureMatrix {
    crops: usize,
    snippets: usize,
    dim: usize,
    values: Vec<f32>,
}

/// Why numbers do not make a [`FeatureMatrix`].
#[derive(Debug, Error, PartialEq, Eq)]
pub enum FeatureError {
    /// One of the three sizes is zero.
    #[error("features of shape [{crops} crops, {snippets} snippets, {dim}] hold nothing")]
    Empty {
        /// Crops per snippet.
        crops: usize,
        /// Snippets.
        snippets: usize,
        /// Numbers per row.
        dim: usize,
    },
    /// The sizes do not multiply to the number of values.
    #[error("{found} numbers do not fill the shape, which needs {expected}")]
    Length {
        /// Product of the shape.
        expected: usize,
        /// Numbers given.
        found: usize,
    },
    /// A value is not a finite number.
    #[error("the feature of snippet {snippet}, crop {crop} holds a value that is not a finite number")]
    NotFinite {
        /// Which snippet, from 0.
        snippet: usize,
        /// Which crop, from 0.
        crop: usize,
    },
}

impl FeatureMatrix {
    /// Takes `values` in `[crops][snippets][dim]` order.
    ///
    /// # Errors
    /// A size of zero, a wrong number of values, or a value that is not finite.
    pub fn new(crops: usize, snippets: usize, dim: usize, values: Vec<f32>) -> Result<Self, FeatureError> {
        if crops == 0 || snippets == 0 || dim == 0 {
            return Err(FeatureError::Empty { crops, snippets, dim });
        }
        let expected = crops.saturating_mul(snippets).saturating_mul(dim);
        if expected != values.len() {
            return Err(FeatureError::Length { expected, found: values.len() });
        }
        if let Some(at) = values.iter().position(|v| !v.is_finite()) {
            let row = at / dim;
            return Err(FeatureError::NotFinite { snippet: row % snippets, crop: row / snippets });
        }
        Ok(Self { crops, snippets, dim, values })
    }

    /// Sequences per video; 1 for features made by our own encoders.
    pub fn crops(&self) -> usize {
        self.crops
    }

    /// T.
    pub fn snippets(&self) -> usize {
        self.snippets
    }

    /// d, the numbers per snippet.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// One crop's sequence, `[snippets][dim]`.
    pub fn crop(&self, crop: usize) -> &[f32] {
        let size = self.snippets * self.dim;
        &self.values[crop * size..(crop + 1) * size]
    }

    /// One snippet of one crop.
    pub fn row(&self, crop: usize, snippet: usize) -> &[f32] {
        &self.crop(crop)[snippet * self.dim..(snippet + 1) * self.dim]
    }

    /// The snippets of `range` alone; `None` if that is none, or beyond the last.
    pub fn cut(&self, range: Range<usize>) -> Option<Self> {
        if range.is_empty() || range.end > self.snippets {
            return None;
        }
        let part = |crop| &self.crop(crop)[range.start * self.dim..range.end * self.dim];
        let values = (0..self.crops).flat_map(part).copied().collect();
        Some(Self { crops: self.crops, snippets: range.len(), dim: self.dim, values })
    }

    /// All values, `[crops][snippets][dim]`.
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_is_checked_and_rows_are_found() {
        let m = FeatureMatrix::new(2, 3, 2, (0_u8..12).map(f32::from).collect()).expect("fits");
        assert_eq!(m.row(1, 2), [10.0, 11.0]);
        assert_eq!(m.crop(0).len(), 6);
        let cut = m.cut(1..3).expect("is there");
        assert_eq!(
            (cut.crops(), cut.snippets(), cut.values()),
            (2, 2, &[2.0, 3.0, 4.0, 5.0, 8.0, 9.0, 10.0, 11.0][..])
        );
        assert_eq!((m.cut(2..4), m.cut(1..1)), (None, None));
        assert_eq!(FeatureMatrix::new(1, 2, 2, vec![0.0; 3]), Err(FeatureError::Length { expected: 4, found: 3 }));
        assert!(matches!(FeatureMatrix::new(1, 0, 2, Vec::new()), Err(FeatureError::Empty { .. })));
        let bad = FeatureMatrix::new(2, 2, 1, vec![0.0, 1.0, f32::NAN, 0.0]);
        assert_eq!(bad, Err(FeatureError::NotFinite { snippet: 0, crop: 1 }));
    }
}
