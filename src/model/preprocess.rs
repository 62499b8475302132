//! A picture as CLIP wants to see it: resized, cropped, normalised.
//!
//! Owns the reference preprocessing (shortest side to the network's size by antialiased bicubic
//! resampling, centre crop, mean and deviation of CLIP's training pictures) to the rounding. Does not own
//! decoding or the network.
//!
//! The resampling is Pillow's, which the reference program uses: the filter grows with the reduction, and
//! each of the two passes rounds to 8 bits. Other libraries' bicubic differs by up to a quarter of the
//! range on small details, and features with it.

use crate::domain::pixels::RgbPicture;

/// Mean of CLIP's training pictures, red, green, blue, of 0..=1.
const MEAN: [f32; 3] = [0.481_454_66, 0.457_827_5, 0.408_210_73];
/// Their standard deviation.
const DEVIATION: [f32; 3] = [0.268_629_54, 0.261_302_6, 0.275_777_1];
/// Reach of the cubic kernel in source pixels at reduction 1.
const SUPPORT: f64 = 2.0;
/// Bits behind the point of the fixed-point weights; 8 bits of picture and 2 of overshoot fit beside them.
const PRECISION: u32 = 32 - 8 - 2;

/// `[3][size][size]`, normalised, of the upright picture `picture`.
///
/// An empty picture gives black.
pub fn clip_pixels(picture: &RgbPicture, size: usize) -> Vec<f32> {
    let (w, h) = (picture.width, picture.height);
    let mut out = vec![0.0; 3 * size * size];
    let value = |byte: u8, channel: usize| (f32::from(byte) / 255.0 - MEAN[channel]) / DEVIATION[channel];
    if w == 0 || h == 0 || size == 0 || picture.data.len() != w * h * 3 {
        for (i, v) in out.iter_mut().enumerate() {
            *v = value(0, i / (size * size));
        }
        return out;
    }
    let (wide, high) = fitted(w, h, size);
    let (left, top) = ((wide - size) / 2, (high - size) / 2);
    // Only the columns and rows of the crop are computed; the others cannot change them.
    let columns = Taps::new(w, wide, left..left + size);
    let rows = Taps::new(h, high, top..top + size);
    let source_rows = rows.reach();
    let band: Vec<u8> =
        source_rows.clone().flat_map(|y| columns.along(&picture.data[y * w * 3..(y + 1) * w * 3])).collect();
    for (y, tap) in rows.taps.iter().enumerate() {
        for (x, pixel) in tap.down(source_rows.start, &band, size * 3).as_chunks::<3>().0.iter().enumerate() {
            for (channel, byte) in pixel.iter().enumerate() {
                out[(channel * size + y) * size + x] = value(*byte, channel);
            }
        }
    }
    out
}

/// Width and height with the short side at `size`; the long side is rounded down.
fn fitted(w: usize, h: usize, size: usize) -> (usize, usize) {
    if w <= h { (size, size * h / w) } else { (size * w / h, size) }
}

/// Source pixels that make one target pixel.
#[derive(Debug)]
struct Tap {
    start: usize,
    weights: Vec<i32>,
}

/// The resampling of one axis.
#[derive(Debug)]
struct Taps {
    taps: Vec<Tap>,
}

impl Taps {
    /// From `from` pixels to `to`, of which `wanted` are computed.
    fn new(from: usize, to: usize, wanted: std::ops::Range<usize>) -> Self {
        let scale = from as f64 / to as f64;
        let stretch = scale.max(1.0);
        let support = SUPPORT * stretch;
        let taps = wanted.map(|target| {
            let centre = (target as f64 + 0.5) * scale;
            // Pillow's bounds: rounded, and cut at the borders, where the rest of the weights grows to 1.
            let start = ((centre - support + 0.5) as i64).max(0) as usize;
            let end = ((centre + support + 0.5) as usize).min(from);
            let raw: Vec<f64> = (start..end).map(|x| cubic((x as f64 - centre + 0.5) / stretch)).collect();
            let sum: f64 = raw.iter().sum();
            let fixed = |w: &f64| (w / sum * f64::from(1_u32 << PRECISION)).round() as i32;
            Tap { start, weights: raw.iter().map(fixed).collect() }
        });
        Self { taps: taps.collect() }
    }

    /// All source pixels that are needed.
    fn reach(&self) -> std::ops::Range<usize> {
        let start = self.taps.iter().map(|t| t.start).min().unwrap_or(0);
        let end = self.taps.iter().map(|t| t.start + t.weights.len()).max().unwrap_or(0);
        start..end
    }

    /// One row of RGB pixels, resampled.
    fn along(&self, row: &[u8]) -> Vec<u8> {
        let pixels = row.as_chunks::<3>().0;
        let mut out = Vec::with_capacity(self.taps.len() * 3);
        for tap in &self.taps {
            let mut sums = [1_i32 << (PRECISION - 1); 3];
            for (pixel, weight) in pixels[tap.start..].iter().zip(&tap.weights) {
                for (sum, byte) in sums.iter_mut().zip(pixel) {
                    *sum += i32::from(*byte) * weight;
                }
            }
            out.extend(sums.map(to_byte));
        }
        out
    }
}

impl Tap {
    /// One target row out of `band`, whose rows of `stride` bytes begin at source row `first`.
    fn down(&self, first: usize, band: &[u8], stride: usize) -> Vec<u8> {
        let mut sums = vec![1_i32 << (PRECISION - 1); stride];
        for (row, weight) in band[(self.start - first) * stride..].chunks_exact(stride).zip(&self.weights) {
            for (sum, byte) in sums.iter_mut().zip(row) {
                *sum += i32::from(*byte) * weight;
            }
        }
        sums.into_iter().map(to_byte).collect()
    }
}

fn to_byte(sum: i32) -> u8 {
    (sum >> PRECISION).clamp(0, 255) as u8
}

/// The cubic kernel with a = -0.5 (Catmull-Rom), as Pillow has it.
fn cubic(x: f64) -> f64 {
    const A: f64 = -0.5;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::encoder::golden_folder;
    use crate::model::tensors;

    #[test]
    fn golden_preprocess_is_met_to_the_rounding() {
        let folder = golden_folder().join("preprocess");
        let mut seen = 0;
        for file in std::fs::read_dir(&folder).expect("the golden folder").flatten() {
            let path = file.path();
            if path.extension().is_none_or(|e| e != "png") {
                continue;
            }
            let image = image::open(&path).expect("a picture").to_rgb8();
            let (width, height) = (image.width() as usize, image.height() as usize);
            let picture = RgbPicture { width, height, data: image.into_raw() };
            let got = clip_pixels(&picture, 224);
            let want = tensors::read_one(&path.with_extension("safetensors"), "pixel_values").expect("is there").values;
            assert_eq!(got.len(), want.len());
            let (mut worst, mut sum) = (0.0_f32, 0.0_f64);
            for (i, (a, b)) in got.iter().zip(&want).enumerate() {
                let off = (a - b).abs() * DEVIATION[i / (224 * 224)] * 255.0;
                worst = worst.max(off);
                sum += f64::from(off);
            }
            let mean = sum / want.len() as f64;
            assert!(worst <= 2.0 && mean < 0.3, "{}: worst {worst}, mean {mean}", path.display());
            seen += 1;
        }
        assert!(seen >= 4, "only {seen} pictures in {}", folder.display());
    }

    #[test]
    fn a_plain_picture_stays_plain_at_any_size() {
        for (width, height) in [(1, 1), (3, 700), (1000, 2), (224, 224), (37, 91)] {
            let picture = RgbPicture { width, height, data: vec![200; width * height * 3] };
            let out = clip_pixels(&picture, 32);
            for (channel, plane) in out.chunks_exact(32 * 32).enumerate() {
                let want = (200.0 / 255.0 - MEAN[channel]) / DEVIATION[channel];
                assert!(plane.iter().all(|v| (v - want).abs() < 1e-5), "{width} x {height}");
            }
        }
    }

    #[test]
    fn nothing_is_black() {
        let out = clip_pixels(&RgbPicture::black(0, 5), 4);
        assert_eq!(out.len(), 48);
        assert!(out.iter().all(|v| v.is_finite() && *v < -1.0));
    }

    #[test]
    fn the_long_side_is_rounded_down() {
        assert_eq!(fitted(768, 432, 224), (398, 224));
        assert_eq!(fitted(240, 426, 224), (224, 397));
        assert_eq!(fitted(5, 5, 224), (224, 224));
    }
}
