//! Small grey images of floats.
//!
//! Owns halving, gradients, box sums and sampling between pixels. Does not own what they are used for.

/// A grey image, rows from the top. Values are 0..=1 for pictures, anything for derived fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Image {
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width × height` values.
    pub data: Vec<f32>,
}

impl Image {
    /// All `value`.
    pub fn filled(width: usize, height: usize, value: f32) -> Self {
        Self { width, height, data: vec![value; width * height] }
    }

    /// From bytes, scaled to 0..=1.
    pub fn from_bytes(width: usize, height: usize, bytes: &[u8]) -> Self {
        Self { width, height, data: bytes.iter().map(|b| f32::from(*b) / 255.0).collect() }
    }

    /// Half the size; each pixel is the mean of four. An odd last row or column is left out.
    pub fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut data = Vec::with_capacity(width * height);
        for y in 0..height {
            let upper = &self.data[2 * y * self.width..][..self.width];
            let lower = &self.data[(2 * y + 1) * self.width..][..self.width];
            for (u, l) in upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0) {
                data.push((u[0] + u[1] + l[0] + l[1]) * 0.25);
            }
        }
        Self { width, height, data }
    }

    /// Horizontal and vertical central differences, per pixel; one-sided at the borders.
    pub fn gradients(&self) -> (Self, Self) {
        let (w, h) = (self.width, self.height);
        let (mut gx, mut gy) = (Self::filled(w, h, 0.0), Self::filled(w, h, 0.0));
        for y in 0..h {
            let (up, down) = (y.saturating_sub(1), (y + 1).min(h - 1));
            let tall = (down - up).max(1) as f32;
            for x in 0..w {
                let (left, right) = (x.saturating_sub(1), (x + 1).min(w - 1));
                let wide = (right - left).max(1) as f32;
                let at = y * w + x;
                gx.data[at] = (self.data[y * w + right] - self.data[y * w + left]) / wide;
                gy.data[at] = (self.data[down * w + x] - self.data[up * w + x]) / tall;
            }
        }
        (gx, gy)
    }

    /// Mean over the square of `2 × radius + 1` pixels around each pixel, cut at the borders.
    ///
    /// Two running sums: the cost does not depend on the radius.
    pub fn smoothed(&self, radius: usize, scratch: &mut Vec<f32>) -> Self {
        let (w, h) = (self.width, self.height);
        scratch.clear();
        scratch.resize(w * h, 0.0);
        for (row, out) in self.data.chunks_exact(w).zip(scratch.chunks_exact_mut(w)) {
            let mut sum: f32 = row[..radius.min(w)].iter().sum();
            for x in 0..w {
                if x + radius < w {
                    sum += row[x + radius];
                }
                if x > radius {
                    sum -= row[x - radius - 1];
                }
                out[x] = sum / ((x + radius).min(w - 1) - x.saturating_sub(radius) + 1) as f32;
            }
        }
        let mut out = Self::filled(w, h, 0.0);
        let mut sums = vec![0.0_f32; w];
        for y in 0..radius.min(h) {
            add(&mut sums, &scratch[y * w..(y + 1) * w], 1.0);
        }
        for y in 0..h {
            if y + radius < h {
                add(&mut sums, &scratch[(y + radius) * w..(y + radius + 1) * w], 1.0);
            }
            if y > radius {
                add(&mut sums, &scratch[(y - radius - 1) * w..(y - radius) * w], -1.0);
            }
            let share = 1.0 / ((y + radius).min(h - 1) - y.saturating_sub(radius) + 1) as f32;
            for (out, sum) in out.data[y * w..(y + 1) * w].iter_mut().zip(&sums) {
                *out = sum * share;
            }
        }
        out
    }

    /// The value between pixels at (`x`, `y`), linear; beyond the borders the border's.
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (fx, fy) = (x - left as f32, y - top as f32);
        let (upper, lower) = (top * self.width, bottom * self.width);
        let above = self.data[upper + left] * (1.0 - fx) + self.data[upper + right] * fx;
        let below = self.data[lower + left] * (1.0 - fx) + self.data[lower + right] * fx;
        above * (1.0 - fy) + below * fy
    }
}

fn add(sums: &mut [f32], row: &[f32], sign: f32) {
    for (sum, value) in sums.iter_mut().zip(row) {
        *sum += sign * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> Image {
        Image { width: 7, height: 5, data: (0_u8..35).map(f32::from).collect() }
    }

    #[test]
    fn smoothing_is_the_mean_of_the_square() {
        let image = ramp();
        for radius in 0..9 {
            let got = image.smoothed(radius, &mut Vec::new());
            for y in 0..5_usize {
                for x in 0..7_usize {
                    let ys = y.saturating_sub(radius)..=(y + radius).min(4);
                    let cells: Vec<f32> = ys
                        .flat_map(|y| (x.saturating_sub(radius)..=(x + radius).min(6)).map(move |x| (x, y)))
                        .map(|(x, y)| image.data[y * 7 + x])
                        .collect();
                    let mean = cells.iter().sum::<f32>() / cells.len() as f32;
                    assert!((got.data[y * 7 + x] - mean).abs() < 1e-3, "{radius} {x} {y}");
                }
            }
        }
    }

    #[test]
    fn a_ramp_has_its_slope_and_values_between() {
        let (gx, gy) = ramp().gradients();
        assert!(gx.data.iter().all(|g| *g == 1.0) && gy.data.iter().all(|g| *g == 7.0));
        assert_eq!(ramp().at(1.5, 2.5), 19.0);
        assert_eq!((ramp().at(-3.0, 0.0), ramp().at(99.0, 99.0)), (0.0, 34.0));
        assert_eq!(ramp().halved().data, [4.0, 6.0, 8.0, 18.0, 20.0, 22.0]);
    }
}
