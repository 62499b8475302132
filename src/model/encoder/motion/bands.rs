//! How fast, how long and how wildly things move, by height in the picture.
//!
//! Owns the bands of the picture and the strongest motion in each. A camera that looks down sees near things
//! low and far things high, so within a band speeds on the screen compare as speeds on the ground do, without
//! knowing the camera. The strongest place counts, not the mean: one person who runs is a small part of a band.
//! Does not own the motion itself (`flow`).

use super::image::Image;
use super::pair::Pair;
use super::stats::{self, compress};

/// Bands, from the top.
const BANDS: usize = 12;
/// Numbers per band, and once more for the whole picture.
const NUMBERS: usize = 4;
/// Numbers that [`describe`] adds.
pub const LENGTH: usize = (BANDS + 1) * NUMBERS;
/// Means are taken over squares of `2 × RADIUS + 1` pixels: a single pixel is noise.
const RADIUS: usize = 1;

/// Adds [`LENGTH`] numbers.
pub fn describe(pairs: &[Pair], out: &mut Vec<f32>) {
    let Some(first) = pairs.first() else {
        out.extend([0.0; LENGTH]);
        return;
    };
    let mut scratch = Vec::new();
    let (w, h) = (first.speed.width, first.speed.height);
    let share = 1.0 / pairs.len() as f32;
    let (mut speed, mut u, mut v) = (Image::filled(w, h, 0.0), Image::filled(w, h, 0.0), Image::filled(w, h, 0.0));
    let mut peaks = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let smooth = pair.speed.smoothed(RADIUS, &mut scratch);
        peaks.push(strongest(&smooth));
        for (sum, of) in [(&mut speed, &pair.speed), (&mut u, &pair.u), (&mut v, &pair.v)] {
            sum.data.iter_mut().zip(&of.data).for_each(|(s, x)| *s += x * share);
        }
    }
    // Motion that comes back to where it came from: blows, kicks, waving arms. What passes by has none.
    let turmoil: Vec<f32> = (0..w * h).map(|i| (speed.data[i] - u.data[i].hypot(v.data[i])).max(0.0)).collect();
    let turmoil = Image { width: w, height: h, data: turmoil };
    let lasting = strongest(&speed.smoothed(2 * RADIUS, &mut scratch));
    let turmoil = strongest(&turmoil.smoothed(2 * RADIUS, &mut scratch));
    for band in 0..=BANDS {
        let peak: Vec<f32> = peaks.iter().map(|p| p[band]).collect();
        out.extend([
            compress(stats::quantile(&peak, 0.5), 0.5),
            compress(stats::quantile(&peak, 0.9), 0.5),
            compress(lasting[band], 1.0),
            compress(turmoil[band], 2.0),
        ]);
    }
}

/// The largest value in each band, and in the whole picture.
fn strongest(field: &Image) -> [f32; BANDS + 1] {
    let mut most = [0.0_f32; BANDS + 1];
    for (y, row) in field.data.chunks_exact(field.width.max(1)).enumerate() {
        let value = row.iter().copied().fold(0.0, f32::max);
        let band = y * BANDS / field.height.max(1);
        most[band] = most[band].max(value);
        most[BANDS] = most[BANDS].max(value);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::encoder::motion::flow::Flow;

    /// A box of 6 × 8 pixels at height 40 whose motion in pair `i` is `of(i)`.
    fn pairs(of: impl Fn(usize) -> f32) -> Vec<Pair> {
        let still = Image::filled(80, 60, 0.5);
        (0..15)
            .map(|i| {
                let mut flow = Flow { u: Image::filled(80, 60, 0.0), v: Image::filled(80, 60, 0.0) };
                for y in 40..48 {
                    flow.u.data[y * 80 + 30..y * 80 + 36].fill(of(i));
                }
                Pair::new(&still, &still, flow, 1.0)
            })
            .collect()
    }

    fn numbers(of: impl Fn(usize) -> f32) -> Vec<f32> {
        let mut out = Vec::new();
        describe(&pairs(of), &mut out);
        assert_eq!(out.len(), LENGTH);
        out
    }

    #[test]
    fn only_the_band_of_a_moving_thing_and_the_whole_picture_know_of_it() {
        let found = numbers(|_| 2.0);
        let moving: Vec<usize> = (0..=BANDS).filter(|b| found[b * NUMBERS] > 0.9).collect();
        assert_eq!(moving, [8, 9, BANDS]);
    }

    #[test]
    fn to_and_fro_is_turmoil_and_passing_is_not() {
        let whole = BANDS * NUMBERS;
        let (passing, struggle) = (numbers(|_| 2.0), numbers(|i| if i % 2 == 0 { 2.0 } else { -2.0 }));
        assert!((passing[whole] - struggle[whole]).abs() < 1e-5, "equally fast");
        assert!(struggle[whole + 3] > 4.0 * passing[whole + 3].max(0.1));
    }

    #[test]
    fn nothing_gives_nothing_of_the_same_length() {
        let mut out = Vec::new();
        describe(&[], &mut out);
        assert_eq!(out, [0.0; LENGTH]);
    }
}
