//! What the camera itself adds: vignette, flicker, noise, softness, and the burnt-in time.
//!
//! Owns the step from drawn values to bytes. Does not own the scene.

use super::chance::Dice;
use super::plan::{ClipPlan, FRAME_RATE};
use crate::domain::pixels::RgbPicture;

/// Side of the noise tile; a power of two.
const TILE: usize = 512;

/// A camera's electronics.
pub(super) struct Sensor {
    width: usize,
    height: usize,
    seed: u64,
    noise: Vec<f32>,
    level: f32,
    vignette: Vec<f32>,
    /// Seconds since midnight at frame 0.
    clock: usize,
    label: String,
}

impl Sensor {
    /// The sensor of `plan`, with noise of standard deviation `level`.
    pub fn new(plan: &ClipPlan, level: f32) -> Self {
        let mut dice = Dice::new(plan.seed, 30);
        let raw: Vec<f32> = (0..TILE * TILE).map(|_| dice.normal()).collect();
        // Neighbours share some noise, as after a camera's own processing.
        let at = |x: usize, y: usize| raw[(y % TILE) * TILE + x % TILE];
        let noise = (0..TILE * TILE)
            .map(|i| {
                let (x, y) = (i % TILE, i / TILE);
                0.74 * at(x, y)
                    + 0.4 * (at(x + 1, y) + at(x + TILE - 1, y))
                    + 0.26 * (at(x, y + 1) + at(x, y + TILE - 1))
            })
            .collect();
        let (w, h) = (plan.width as f32, plan.height as f32);
        let vignette = (0..plan.width * plan.height)
            .map(|i| {
                let (x, y) = ((i % plan.width) as f32 / w - 0.5, (i / plan.width) as f32 / h - 0.5);
                1.0 - 0.42 * (x * x + y * y)
            })
            .collect();
        let hour = match plan.daylight {
            super::plan::Daylight::Day => dice.count(9, 16),
            super::plan::Daylight::Dusk => dice.count(20, 21),
            super::plan::Daylight::Night => dice.count(0, 3),
        };
        let date = format!("2026-{:02}-{:02}", dice.count(4, 9), dice.count(1, 28));
        let clock = hour * 3600 + dice.below(3500);
        let label = format!("CAM {:02}  {date}", plan.camera);
        Self { width: plan.width, height: plan.height, seed: plan.seed, noise, level, vignette, clock, label }
    }

    /// Turns drawn values into the picture of frame `frame`.
    pub fn develop(&self, rgb: &[f32], frame: usize) -> RgbPicture {
        let mut dice = Dice::new(self.seed ^ 0x5EED, frame as u64);
        let flicker = 1.0 + 0.004 * dice.normal() + 0.006 * (frame as f32 * 0.037).sin();
        let (ox, oy, cx, cy) = (dice.below(TILE), dice.below(TILE), dice.below(TILE), dice.below(TILE));
        let mut data = vec![0_u8; self.width * self.height * 3];
        for (y, row) in data.chunks_exact_mut(self.width * 3).enumerate() {
            let luma = ((y + oy) % TILE) * TILE;
            let chroma = ((y / 2 + cy) % TILE) * TILE;
            let first = y * self.width;
            for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
                let gain = self.vignette[first + x] * flicker;
                let n = self.level * self.noise[luma + (x + ox) % TILE];
                let tint = 0.4 * self.level * self.noise[chroma + (x / 2 + cx) % TILE];
                let value = &rgb[(first + x) * 3..(first + x) * 3 + 3];
                // `as` saturates at 0 and 255.
                pixel[0] = (value[0] * gain + n + tint) as u8;
                pixel[1] = (value[1] * gain + n) as u8;
                pixel[2] = (value[2] * gain + n - tint) as u8;
            }
        }
        let mut picture = RgbPicture { width: self.width, height: self.height, data };
        let secs = self.clock + frame / FRAME_RATE;
        let time = format!("{} {:02}:{:02}:{:02}", self.label, secs / 3600 % 24, secs / 60 % 60, secs % 60);
        let scale = (self.height / 180).max(1);
        write(&mut picture, &time, 6 * scale, 5 * scale, scale);
        picture
    }
}

/// Writes white letters with a dark outline.
fn write(picture: &mut RgbPicture, text: &str, left: usize, top: usize, scale: usize) {
    for (dx, dy, value) in [(-1, 0, 16), (1, 0, 16), (0, -1, 16), (0, 1, 16), (0, 0, 235)] {
        for (at, letter) in text.chars().enumerate() {
            for (row, bits) in glyph(letter).into_iter().enumerate() {
                for column in (0..5).filter(|c| bits >> (4 - c) & 1 == 1) {
                    let (x0, y0) = (left + (at * 6 + column) * scale, top + row * scale);
                    for i in 0..scale * scale {
                        let (x, y) =
                            ((x0 + i % scale).wrapping_add_signed(dx), (y0 + i / scale).wrapping_add_signed(dy));
                        if x < picture.width && y < picture.height {
                            picture.data[(y * picture.width + x) * 3..][..3].fill(value);
                        }
                    }
                }
            }
        }
    }
}

/// Seven rows of five bits. Only what the label needs.
fn glyph(letter: char) -> [u8; 7] {
    match letter {
        '0' => [14, 17, 19, 21, 25, 17, 14],
        '1' => [4, 12, 4, 4, 4, 4, 14],
        '2' => [14, 17, 1, 2, 4, 8, 31],
        '3' => [31, 2, 4, 2, 1, 17, 14],
        '4' => [2, 6, 10, 18, 31, 2, 2],
        '5' => [31, 16, 30, 1, 1, 17, 14],
        '6' => [6, 8, 16, 30, 17, 17, 14],
        '7' => [31, 1, 2, 4, 8, 8, 8],
        '8' => [14, 17, 17, 14, 17, 17, 14],
        '9' => [14, 17, 17, 15, 1, 2, 12],
        'A' => [14, 17, 17, 31, 17, 17, 17],
        'C' => [14, 17, 16, 16, 16, 17, 14],
        'M' => [17, 27, 21, 21, 17, 17, 17],
        '-' => [0, 0, 0, 14, 0, 0, 0],
        ':' => [0, 4, 4, 0, 4, 4, 0],
        _ => [0; 7],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::plan::{DemoSet, plan};

    #[test]
    fn noise_is_new_in_every_frame_and_repeats_with_the_seed() {
        let mut clip = plan(1, DemoSet::Review).remove(0);
        (clip.width, clip.height) = (64, 36);
        let sensor = Sensor::new(&clip, 3.0);
        let flat = vec![100.0; 64 * 36 * 3];
        assert_eq!(sensor.develop(&flat, 5), Sensor::new(&clip, 3.0).develop(&flat, 5));
        assert_ne!(sensor.develop(&flat, 5), sensor.develop(&flat, 6));
    }
}
