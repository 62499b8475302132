//! Turning pictures upright.
//!
//! Owns the reading of display matrices and quarter turns of packed pixels. Does not own scaling or
//! colour.

use crate::domain::frame::Rotation;

/// The turn that a container's display matrix asks for: nine native 32-bit integers, 16.16 fixed point.
///
/// `None` if it is too short or not a rotation.
pub fn rotation(matrix: &[u8]) -> Option<Rotation> {
    let entry = |i: usize| -> Option<f64> {
        let bytes = matrix.get(i * 4..i * 4 + 4)?;
        Some(f64::from(i32::from_ne_bytes(bytes.try_into().ok()?)) / 65536.0)
    };
    let (a, b, c, d) = (entry(0)?, entry(1)?, entry(3)?, entry(4)?);
    let (x, y) = (a.hypot(c), b.hypot(d));
    // The first row is where the stored x axis goes; its angle is the clockwise turn.
    (x > 0.0 && y > 0.0).then(|| Rotation::from_degrees((b / y).atan2(a / x).to_degrees()))
}

/// Turns a picture of `width` × `height` pixels of `bytes` bytes each; returns it with its new width and height.
pub fn turn(data: Vec<u8>, width: usize, height: usize, bytes: usize, by: Rotation) -> (Vec<u8>, usize, usize) {
    if by == Rotation::None {
        return (data, width, height);
    }
    let (out_w, out_h) = if by.swaps_axes() { (height, width) } else { (width, height) };
    let mut out = Vec::with_capacity(data.len());
    for y in 0..out_h {
        for x in 0..out_w {
            // Where the pixel comes from.
            let (from_x, from_y) = match by {
                Rotation::None => (x, y),
                Rotation::Clockwise90 => (y, height - 1 - x),
                Rotation::Half => (width - 1 - x, height - 1 - y),
                Rotation::Clockwise270 => (width - 1 - y, x),
            };
            let at = (from_y * width + from_x) * bytes;
            out.extend_from_slice(&data[at..at + bytes]);
        }
    }
    (out, out_w, out_h)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matrix(entries: [i32; 9]) -> Vec<u8> {
        entries.iter().flat_map(|e| (e << 16).to_ne_bytes()).collect()
    }

    #[test]
    fn matrices_of_phones() {
        assert_eq!(rotation(&matrix([1, 0, 0, 0, 1, 0, 0, 0, 1])), Some(Rotation::None));
        assert_eq!(rotation(&matrix([0, 1, 0, -1, 0, 0, 0, 0, 1])), Some(Rotation::Clockwise90));
        assert_eq!(rotation(&matrix([-1, 0, 0, 0, -1, 0, 0, 0, 1])), Some(Rotation::Half));
        assert_eq!(rotation(&matrix([0, -1, 0, 1, 0, 0, 0, 0, 1])), Some(Rotation::Clockwise270));
        assert_eq!(rotation(&matrix([0; 9])), None);
        assert_eq!(rotation(&[1, 2, 3]), None);
    }

    #[test]
    fn a_quarter_turn_brings_the_left_column_to_the_top() {
        // 1 2        5 3 1
        // 3 4   →    6 4 2
        // 5 6
        let (out, w, h) = turn(vec![1, 2, 3, 4, 5, 6], 2, 3, 1, Rotation::Clockwise90);
        assert_eq!((out, w, h), (vec![5, 3, 1, 6, 4, 2], 3, 2));
    }

    proptest! {
        #[test]
        fn turns_undo_each_other(width in 1_usize..7, height in 1_usize..7, bytes in 1_usize..4) {
            let data: Vec<u8> = (0..width * height * bytes).map(|i| i as u8).collect();
            let (once, w, h) = turn(data.clone(), width, height, bytes, Rotation::Clockwise90);
            let (back, w, h) = turn(once.clone(), w, h, bytes, Rotation::Clockwise270);
            prop_assert_eq!((&back, w, h), (&data, width, height));
            let (twice, ..) = turn(once, height, width, bytes, Rotation::Clockwise90);
            let (half, ..) = turn(data, width, height, bytes, Rotation::Half);
            prop_assert_eq!(twice, half);
        }
    }
}
