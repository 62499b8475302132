//! Clips whose frames carry their own number as black and white blocks, written by the program itself.

use std::path::{Path, PathBuf};

use lookback::domain::frame::Frame;
use lookback::domain::pixels::RgbPicture;
use lookback::domain::time::{MediaTime, Rate};
use lookback::media::{VideoWriter, WriterOptions};

/// Pixels per row.
pub const WIDTH: usize = 64;
/// Rows.
pub const HEIGHT: usize = 48;
/// Side of a block; 4 × 3 blocks hold 12 bits.
const BLOCK: usize = 16;
const BITS: usize = 12;

/// The picture of frame `number`.
pub fn picture(number: usize) -> RgbPicture {
    let mut picture = RgbPicture::black(WIDTH, HEIGHT);
    for (i, pixel) in picture.data.chunks_exact_mut(3).enumerate() {
        let (x, y) = (i % WIDTH, i / WIDTH);
        let bit = y / BLOCK * (WIDTH / BLOCK) + x / BLOCK;
        pixel.fill(if number >> bit & 1 == 1 { 230 } else { 20 });
    }
    picture
}

/// Reads the number back; `at` gives the brightness at a place in a picture of `WIDTH` × `HEIGHT`.
pub fn number(at: impl Fn(usize, usize) -> u8) -> usize {
    let middle = |bit: usize| (bit % (WIDTH / BLOCK) * BLOCK + BLOCK / 2, bit / (WIDTH / BLOCK) * BLOCK + BLOCK / 2);
    (0..BITS).map(|bit| (bit, middle(bit))).filter(|(_, (x, y))| at(*x, *y) > 125).map(|(bit, _)| 1 << bit).sum()
}

/// The number that a frame's pixels say.
pub fn number_of(frame: &Frame) -> usize {
    number(|x, y| frame.planes[0].data[y * frame.planes[0].stride + x])
}

/// A small generator, so that a failure can be repeated.
pub struct Dice(pub u64);

impl Dice {
    /// A number from 0 to `below`, exclusive.
    pub fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

/// When frame `i` of a clip of irregular times appears.
pub fn irregular(i: usize) -> MediaTime {
    let mut dice = Dice(11);
    let micros: i64 = (0..i).map(|_| [16_000, 40_000, 120_000][dice.roll(3)]).sum();
    MediaTime::from_micros(micros)
}

/// Writes a clip of numbered frames.
pub fn write(folder: &Path, name: &str, frames: usize, options: WriterOptions) -> PathBuf {
    let path = folder.join(name);
    let mut writer = VideoWriter::create_with(&path, WIDTH, HEIGHT, Rate { num: 25, den: 1 }, options).unwrap();
    for i in 0..frames {
        if options.variable_rate {
            writer.push_at(&picture(i), irregular(i)).unwrap();
        } else {
            writer.push(&picture(i)).unwrap();
        }
    }
    writer.finish().unwrap();
    path
}
