//! A decoded frame as a picture to keep: RGB, upright, square pixels, at its own resolution.
//!
//! Owns the conversion on the CPU. It is the arithmetic of `shaders/video.wgsl`, step by step, so that what
//! is kept is what was on the screen; a test compares the two. Does not own files.

use super::color;
use super::frame::{Frame, PixelLayout, Plane};
use super::pixels::RgbPicture;

/// Samples of one plane, read between them as a texture is: bilinear, edges repeated.
struct Samples<'a> {
    plane: &'a Plane,
    size: (usize, usize),
    /// Bytes from one sample to the next.
    step: usize,
    /// Whether a sample is two bytes, the lower one first.
    deep: bool,
}

impl<'a> Samples<'a> {
    /// `None` if the plane is shorter than its size asks for.
    fn new(plane: &'a Plane, size: (usize, usize), step: usize, deep: bool) -> Option<Self> {
        let row = size.0 * step;
        let fits = size.0 > 0
            && size.1 > 0
            && plane.stride >= row
            && plane.data.len() >= plane.stride.checked_mul(size.1 - 1)?.checked_add(row)?;
        fits.then_some(Self { plane, size, step, deep })
    }

    fn load(&self, x: usize, y: usize, channel: usize) -> f32 {
        let at = y * self.plane.stride + x * self.step + channel;
        if self.deep {
            f32::from(u16::from_le_bytes([self.plane.data[at], self.plane.data[at + 1]]))
        } else {
            f32::from(self.plane.data[at])
        }
    }

    fn at(&self, x: f32, y: f32, channel: usize) -> f32 {
        let axis = |at: f32, count: usize| {
            let at = at - 0.5;
            let low = at.floor();
            let inside = |i: f32| i.clamp(0.0, (count - 1) as f32) as usize;
            (inside(low), inside(low + 1.0), at - low)
        };
        let (left, right, across) = axis(x, self.size.0);
        let (top, bottom, down) = axis(y, self.size.1);
        let mix = |a: f32, b: f32, part: f32| if part == 0.0 { a } else { a + (b - a) * part };
        let row = |y| mix(self.load(left, y, channel), self.load(right, y, channel), across);
        mix(row(top), if down == 0.0 { 0.0 } else { row(bottom) }, down)
    }
}

/// `frame` as it should be looked at: turned upright and stretched to square pixels, otherwise pixel by pixel.
///
/// `None` if its planes do not hold what its size and layout promise.
pub fn upright(frame: &Frame) -> Option<RgbPicture> {
    let size = frame.display_size();
    let (width, height) = (size.0.round() as usize, size.1.round() as usize);
    if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
        return None;
    }
    let pixels = Pixels::new(frame)?;
    let [a, b, c, d] = frame.rotation.turn();
    let (stored_width, stored_height) = (frame.width as f32, frame.height as f32);
    let texel = |x: f32, y: f32| {
        let (x, y) = (x / width as f32 - 0.5, y / height as f32 - 0.5);
        ((a * x + c * y + 0.5) * stored_width, (b * x + d * y + 0.5) * stored_height)
    };
    // From one pixel to the next; the same everywhere.
    let across = (a * stored_width / width as f32, b * stored_height / width as f32);
    let down = (c * stored_width / height as f32, d * stored_height / height as f32);
    let taps_for = |v: (f32, f32)| ((v.0.hypot(v.1) * 0.5 - 0.01).ceil() as i32).clamp(1, 4);
    let (columns, rows) = (taps_for(across), taps_for(down));

    let mut picture = RgbPicture::black(width, height);
    for (i, rgb) in picture.data.chunks_exact_mut(3).enumerate() {
        let (x, y) = texel((i % width) as f32 + 0.5, (i / width) as f32 + 0.5);
        let mut sum = [0.0; 3];
        for row in 0..rows {
            for column in 0..columns {
                let part = |at: i32, count: i32| (at as f32 + 0.5) / count as f32 - 0.5;
                let (h, v) = (part(column, columns), part(row, rows));
                let color = pixels.rgb(x + across.0 * h + down.0 * v, y + across.1 * h + down.1 * v);
                for (sum, value) in sum.iter_mut().zip(color) {
                    *sum += value;
                }
            }
        }
        for (byte, sum) in rgb.iter_mut().zip(sum) {
            *byte = ((sum / (rows * columns) as f32).clamp(0.0, 1.0) * 255.0).round() as u8;
        }
    }
    Some(picture)
}

/// The longest side that is converted; the screen cannot show more either.
const MAX_SIDE: usize = 16_384;

/// The planes of a frame and how they become a colour.
enum Pixels<'a> {
    Rgba(Samples<'a>),
    Yuv { planes: [Samples<'a>; 3], chroma: [f32; 4], rows: [[f32; 4]; 3] },
}

impl<'a> Pixels<'a> {
    fn new(frame: &'a Frame) -> Option<Self> {
        let size = (frame.width, frame.height);
        if frame.layout == PixelLayout::Rgba {
            return Some(Self::Rgba(Samples::new(frame.planes.first()?, size, 4, false)?));
        }
        let deep = frame.bits > 8;
        let chroma_size = frame.layout.chroma_size(size.0, size.1);
        let samples = |i: usize, size| Samples::new(frame.planes.get(i)?, size, if deep { 2 } else { 1 }, deep);
        let planes = [samples(0, size)?, samples(1, chroma_size)?, samples(2, chroma_size)?];
        let bits = if deep { frame.bits } else { 8 };
        let rows = color::rows(frame.matrix, frame.range, bits, 1.0);
        Some(Self::Yuv { planes, chroma: frame.layout.chroma_place(), rows })
    }

    /// Gamma-encoded R, G, B at a place in stored pixels; not clamped.
    fn rgb(&self, x: f32, y: f32) -> [f32; 3] {
        match self {
            Self::Rgba(samples) => [0, 1, 2].map(|channel| samples.at(x, y, channel) / 255.0),
            Self::Yuv { planes: [luma, u, v], chroma, rows } => {
                let (cx, cy) = (x * chroma[0] + chroma[2], y * chroma[1] + chroma[3]);
                let (luma, u, v) = (luma.at(x, y, 0), u.at(cx, cy, 0), v.at(cx, cy, 0));
                rows.map(|row| row[0] * luma + row[1] * u + row[2] * v + row[3])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::frame::{ColorMatrix, ColorRange, Rotation};
    use crate::domain::time::MediaTime;

    fn frame(width: usize, height: usize, layout: PixelLayout, planes: Vec<Plane>) -> Frame {
        Frame {
            number: 0,
            time: MediaTime::ZERO,
            width,
            height,
            layout,
            bits: 8,
            matrix: ColorMatrix::Bt709,
            range: ColorRange::Limited,
            rotation: Rotation::None,
            pixel_aspect: 1.0,
            planes,
            damaged: false,
        }
    }

    fn plane(stride: usize, data: &[u8]) -> Plane {
        Plane { data: data.to_vec(), stride }
    }

    #[test]
    fn pixels_are_those_of_the_file() {
        // White, black, full red in BT.709 limited range; rows are padded.
        let planes = vec![plane(4, &[235, 16, 63, 9]), plane(4, &[128, 128, 102, 9]), plane(4, &[128, 128, 240, 9])];
        let picture = upright(&frame(3, 1, PixelLayout::Yuv444, planes)).expect("is whole");
        assert_eq!((picture.width, picture.height), (3, 1));
        assert_eq!(picture.data[..6], [255, 255, 255, 0, 0, 0]);
        assert!(picture.data[6] >= 253 && picture.data[7] <= 2 && picture.data[8] <= 2, "{:?}", picture.data);
    }

    #[test]
    fn turned_upright_and_stretched_to_square_pixels() {
        let rgba: Vec<u8> = (0..6).flat_map(|i| [i * 10, 0, 0, 255]).collect();
        let mut frame = frame(3, 2, PixelLayout::Rgba, vec![plane(12, &rgba)]);
        let red = |frame: &Frame| upright(frame).expect("is whole").data.chunks(3).map(|p| p[0]).collect::<Vec<_>>();
        assert_eq!(red(&frame), [0, 10, 20, 30, 40, 50]);
        frame.rotation = Rotation::Clockwise90;
        assert_eq!(red(&frame), [30, 0, 40, 10, 50, 20]);
        frame.rotation = Rotation::Half;
        assert_eq!(red(&frame), [50, 40, 30, 20, 10, 0]);
        frame.rotation = Rotation::Clockwise270;
        assert_eq!(red(&frame), [20, 50, 10, 40, 0, 30]);
        frame.pixel_aspect = 2.0;
        let picture = upright(&frame).expect("is whole");
        assert_eq!((picture.width, picture.height), (2, 6));
    }

    #[test]
    fn short_planes_are_no_picture() {
        let planes = vec![plane(4, &[0; 16]), plane(2, &[0; 4]), plane(2, &[0; 3])];
        assert_eq!(upright(&frame(4, 4, PixelLayout::Yuv420, planes)), None);
        assert_eq!(upright(&frame(0, 4, PixelLayout::Rgba, vec![plane(0, &[])])), None);
    }
}
