//! What the scene looks like, without its motion.
//!
//! Owns the histogram of edge directions by cell (Dalal & Triggs 2005) and the brightness of the cells, both
//! of the mean frame. Does not own motion.

use super::image::Image;
use super::stats::{self, compress};

/// Cells per row of the picture.
const COLUMNS: usize = 4;
/// Rows of cells.
const ROWS: usize = 3;
/// Cells.
const CELLS: usize = COLUMNS * ROWS;
/// Directions of edges told apart.
const DIRECTIONS: usize = 4;
/// The look is a hint, motion is the message. A network that is given the look at full size learns by heart
/// which scenes were labelled abnormal; on unseen real footage that was worse than chance.
const WEIGHT: f32 = 0.1;

/// Numbers that [`describe`] adds.
pub const LENGTH: usize = CELLS * DIRECTIONS + CELLS;

/// Adds [`LENGTH`] numbers for `frames`, all of one size and at least one.
pub fn describe(frames: &[Image], out: &mut Vec<f32>) {
    let Some(first) = frames.first() else {
        out.extend([0.0; LENGTH]);
        return;
    };
    let share = 1.0 / frames.len() as f32;
    let mut middle = Image::filled(first.width, first.height, 0.0);
    for frame in frames {
        for (sum, value) in middle.data.iter_mut().zip(&frame.data) {
            *sum += value * share;
        }
    }
    let (gx, gy) = middle.gradients();
    let mut edges = [[0.0_f32; DIRECTIONS]; CELLS];
    let mut light = [0.0_f32; CELLS];
    let pixels = middle.data.len() as f32;
    for (i, value) in middle.data.iter().enumerate() {
        let (x, y) = (i % middle.width, i / middle.width);
        let cell = y * ROWS / middle.height * COLUMNS + x * COLUMNS / middle.width;
        let strength = gx.data[i].hypot(gy.data[i]);
        // An edge and the same edge seen from its other side are one: half the circle is enough.
        let angle = gy.data[i].atan2(gx.data[i]).rem_euclid(std::f32::consts::PI) / std::f32::consts::PI;
        edges[cell][((angle * DIRECTIONS as f32) as usize).min(DIRECTIONS - 1)] += strength;
        light[cell] += value * CELLS as f32 / pixels;
    }
    let all: f32 = stats::mean(&edges.iter().flatten().copied().collect::<Vec<_>>()).max(1e-3);
    out.extend(edges.iter().flatten().map(|e| WEIGHT * compress(e / all, 0.5)));
    let mean_light = stats::mean(&light);
    out.extend(light.iter().map(|l| WEIGHT * (l - mean_light) * 4.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripes_have_their_direction() {
        let value = |i: usize| f32::from(u8::from((i % 80 / 4).is_multiple_of(2)));
        let image = Image { width: 80, height: 60, data: (0..4800).map(value).collect() };
        let mut out = Vec::new();
        describe(&[image], &mut out);
        assert_eq!(out.len(), LENGTH);
        for cell in out[..CELLS * DIRECTIONS].as_chunks::<DIRECTIONS>().0 {
            assert!(cell[0] > 0.05 && cell[1..].iter().all(|e| *e == 0.0), "upright edges have level gradients");
        }
    }
}
