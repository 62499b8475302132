//! Feature files made elsewhere: which axis is time, which is crops.
//!
//! Owns the rule from an array's shape to a [`FeatureMatrix`], and the plain-text form. Does not own
//! the containers (NPY is [`super::npy`], safetensors belongs to the model).

use thiserror::Error;

use super::npy::show_shape;
use crate::domain::features::{FeatureError, FeatureMatrix};

/// Order of the axes of a feature array with crops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `[T, crops, d]`, as CLIP-TSA and RTFM store features.
    Tcd,
    /// `[crops, T, d]`.
    Ctd,
}

impl Layout {
    /// From its short name, `tcd` or `ctd`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "tcd" => Some(Self::Tcd),
            "ctd" => Some(Self::Ctd),
            _ => None,
        }
    }
}

/// Why an array holds no features.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum LayoutError {
    /// Not two or three axes.
    #[error("features have the shape [T, d], [T, crops, d] or [crops, T, d]; this array has the shape {0}")]
    Axes(String),
    /// Either order makes sense.
    #[error(
        "the shape {shape} can be read as {first} crops of {second} snippets or {second} crops of {first} snippets; \
         say which with --layout ctd (crops first) or --layout tcd (time first)"
    )]
    Ambiguous {
        /// As in the file.
        shape: String,
        /// Length of the first axis.
        first: usize,
        /// Length of the second axis.
        second: usize,
    },
    /// Rows of a text file differ in length.
    #[error("line {line} holds {found} numbers, the lines before it {expected}")]
    Ragged {
        /// From 1.
        line: usize,
        /// Numbers on it.
        found: usize,
        /// Numbers on the others.
        expected: usize,
    },
    /// Something in a text file is no number.
    #[error("line {line}: {text:?} is no number")]
    NoNumber {
        /// From 1.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// Sizes or values that no features have.
    #[error(transparent)]
    Features(#[from] FeatureError),
}

/// Crop counts in use: none, five-crop, ten-crop.
const CROPS: [usize; 3] = [1, 5, 10];

/// Takes an array in C order as features.
///
/// Two axes are `[T, d]`. With three, `layout` decides; without it the axis whose length is a crop
/// count in use (1, 5 or 10) is taken as crops, if that is true of one axis only.
///
/// # Errors
/// Other numbers of axes, a shape that can be read in two ways, values that are not finite.
pub fn from_array(shape: &[usize], values: Vec<f32>, layout: Option<Layout>) -> Result<FeatureMatrix, LayoutError> {
    let (first, second, dim) = match *shape {
        [snippets, dim] => return Ok(FeatureMatrix::new(1, snippets, dim, values)?),
        [first, second, dim] => (first, second, dim),
        _ => return Err(LayoutError::Axes(show_shape(shape))),
    };
    let layout = match (layout, CROPS.contains(&first), CROPS.contains(&second)) {
        (Some(layout), ..) => layout,
        (None, true, false) => Layout::Ctd,
        (None, false, true) => Layout::Tcd,
        (None, true, true) if first == 1 && second == 1 => Layout::Ctd,
        (None, ..) => return Err(LayoutError::Ambiguous { shape: show_shape(shape), first, second }),
    };
    match layout {
        Layout::Ctd => Ok(FeatureMatrix::new(first, second, dim, values)?),
        Layout::Tcd => Ok(FeatureMatrix::new(second, first, dim, swap_axes(first, second, dim, &values))?),
    }
}

/// Features as text: one snippet a line, numbers separated by blanks (the published C3D files).
///
/// # Errors
/// Lines of unequal length, or anything that is no finite number.
pub fn from_text(text: &str) -> Result<FeatureMatrix, LayoutError> {
    let (mut values, mut snippets, mut dim) = (Vec::new(), 0, 0);
    for (i, line) in text.lines().enumerate() {
        let before = values.len();
        for word in line.split_whitespace() {
            let number = word.parse().map_err(|_| LayoutError::NoNumber { line: i + 1, text: shortened(word) })?;
            values.push(number);
        }
        let found = values.len() - before;
        if found == 0 {
            continue;
        }
        if snippets > 0 && found != dim {
            return Err(LayoutError::Ragged { line: i + 1, found, expected: dim });
        }
        (snippets, dim) = (snippets + 1, found);
    }
    Ok(FeatureMatrix::new(1, snippets, dim, values)?)
}

/// A word that may be binary garbage, short enough for a message.
fn shortened(word: &str) -> String {
    word.chars().take(30).collect()
}

fn swap_axes(first: usize, second: usize, dim: usize, values: &[f32]) -> Vec<f32> {
    // A wrong length is reported by the caller's constructor.
    if first.saturating_mul(second).saturating_mul(dim) != values.len() {
        return values.to_vec();
    }
    let mut out = Vec::with_capacity(values.len());
    for b in 0..second {
        for a in 0..first {
            let row = (a * second + b) * dim;
            out.extend_from_slice(&values[row..row + dim]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn count(n: usize) -> Vec<f32> {
        (0..n).map(|i| i as f32).collect()
    }

    #[test]
    fn shapes_of_the_field() {
        let sizes = |shape: &[usize], layout| {
            let m = from_array(shape, count(shape.iter().product()), layout).expect("is clear");
            (m.crops(), m.snippets(), m.dim())
        };
        assert_eq!(sizes(&[24, 3], None), (1, 24, 3));
        assert_eq!(sizes(&[10, 24, 3], None), (10, 24, 3));
        assert_eq!(sizes(&[24, 10, 3], None), (10, 24, 3));
        assert_eq!(sizes(&[1, 1, 3], None), (1, 1, 3));
        assert_eq!(sizes(&[10, 5, 3], Some(Layout::Tcd)), (5, 10, 3));
        assert_eq!(sizes(&[24, 32, 3], Some(Layout::Ctd)), (24, 32, 3));
    }

    #[test]
    fn ambiguous_shapes_ask() {
        for shape in [[10, 10, 2], [5, 1, 2], [24, 32, 2]] {
            let err = from_array(&shape, count(shape.iter().product()), None).expect_err("can be read in two ways");
            assert!(err.to_string().contains("--layout"), "{err}");
        }
        assert!(matches!(from_array(&[8], count(8), None), Err(LayoutError::Axes(_))));
        assert!(matches!(from_array(&[0, 10, 2], Vec::new(), None), Err(LayoutError::Features(_))));
    }

    #[test]
    fn text_rows() {
        let m = from_text("1 2 3\n\n4.5 5 6e-1 \n").expect("is a matrix");
        assert_eq!((m.snippets(), m.row(0, 1)), (2, [4.5, 5.0, 0.6].as_slice()));
        assert_eq!(from_text("1 2\n3\n"), Err(LayoutError::Ragged { line: 2, found: 1, expected: 2 }));
        assert!(matches!(from_text("1 x"), Err(LayoutError::NoNumber { line: 1, .. })));
        assert!(matches!(from_text(""), Err(LayoutError::Features(_))));
    }

    proptest! {
        #[test]
        fn both_orders_find_the_same_rows(t in 1_usize..7, crops in 1_usize..7, dim in 1_usize..5) {
            let m = from_array(&[t, crops, dim], count(t * crops * dim), Some(Layout::Tcd)).expect("is a matrix");
            for snippet in 0..t {
                for crop in 0..crops {
                    prop_assert_eq!(m.row(crop, snippet)[0] as usize, (snippet * crops + crop) * dim);
                }
            }
            let back = from_array(&[crops, t, dim], m.values().to_vec(), Some(Layout::Ctd)).expect("is a matrix");
            prop_assert_eq!(back, m);
        }
    }
}
