//! Decoder pictures into [`Frame`]s.
//!
//! Owns which pixel formats are handed on as they are and the copying of their planes without padding;
//! all others become RGBA. Does not own the matrices: the frame says which ones apply.

use ffmpeg_next::format::Pixel;
use ffmpeg_next::frame;
use ffmpeg_next::software::scaling::Flags;

use super::scale::Scaler;
use super::{color, ffi};
use crate::domain::frame::{ColorMatrix, ColorRange, Frame, PixelLayout, Plane, Rotation};
use crate::domain::time::MediaTime;

/// What a frame is beyond its pixels.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    /// Its number in the table.
    pub number: usize,
    /// Its presentation time.
    pub time: MediaTime,
    /// Turn that makes it upright.
    pub rotation: Rotation,
    /// Width of a stored pixel divided by its height.
    pub pixel_aspect: f64,
    /// The decoder reported damage.
    pub damaged: bool,
}

/// Layout and bits of the formats that are drawn as they are.
fn native(format: Pixel) -> Option<(PixelLayout, u32)> {
    use PixelLayout::{Yuv420, Yuv422, Yuv444};
    Some(match format {
        Pixel::YUV420P | Pixel::YUVJ420P => (Yuv420, 8),
        Pixel::YUV422P | Pixel::YUVJ422P => (Yuv422, 8),
        Pixel::YUV444P | Pixel::YUVJ444P => (Yuv444, 8),
        Pixel::YUV420P10LE => (Yuv420, 10),
        Pixel::YUV422P10LE => (Yuv422, 10),
        Pixel::YUV444P10LE => (Yuv444, 10),
        Pixel::YUV420P12LE => (Yuv420, 12),
        Pixel::YUV422P12LE => (Yuv422, 12),
        Pixel::YUV444P12LE => (Yuv444, 12),
        _ => return None,
    })
}

/// Formats that only interleave what a native one keeps apart: the scaler moves bytes, no colour changes.
fn repacked(format: Pixel) -> Option<Pixel> {
    Some(match format {
        Pixel::NV12 | Pixel::NV21 => Pixel::YUV420P,
        Pixel::NV16 | Pixel::YUYV422 | Pixel::UYVY422 => Pixel::YUV422P,
        Pixel::NV24 => Pixel::YUV444P,
        Pixel::P010LE => Pixel::YUV420P10LE,
        _ => return None,
    })
}

/// Copies a picture; `None` if its format cannot be converted or its planes are not as its format says.
pub fn to_frame(picture: &frame::Video, scaler: &mut Scaler, label: Label) -> Option<Frame> {
    let (matrix, range) = (color::matrix(picture), color::range(picture));
    if let Some((layout, bits)) = native(picture.format()) {
        return copy(picture, layout, bits, matrix, range, label);
    }
    let (w, h) = (picture.width(), picture.height());
    if let Some(target) = repacked(picture.format()) {
        let (layout, bits) = native(target)?;
        let same = (matrix, range);
        let converted = scaler.convert(picture, target, (w, h), Flags::POINT, same)?;
        return copy(converted, layout, bits, matrix, range, label);
    }
    let flags = Flags::BILINEAR | Flags::FULL_CHR_H_INT | Flags::ACCURATE_RND;
    let rgba = scaler.convert(picture, Pixel::RGBA, (w, h), flags, (matrix, ColorRange::Full))?;
    copy(rgba, PixelLayout::Rgba, 8, matrix, ColorRange::Full, label)
}

fn copy(
    picture: &frame::Video,
    layout: PixelLayout,
    bits: u32,
    matrix: ColorMatrix,
    range: ColorRange,
    label: Label,
) -> Option<Frame> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let sample = if bits > 8 { 2 } else { 1 };
    let sizes = if layout == PixelLayout::Rgba {
        vec![(width * 4, height)]
    } else {
        let (w, h) = layout.chroma_size(width, height);
        vec![(width * sample, height), (w * sample, h), (w * sample, h)]
    };
    let mut planes = Vec::with_capacity(sizes.len());
    for (i, (stride, rows)) in sizes.into_iter().enumerate() {
        let mut data = Vec::new();
        if !ffi::copy_plane(picture, i, stride, rows, &mut data) {
            return None;
        }
        planes.push(Plane { data, stride });
    }
    let Label { number, time, rotation, pixel_aspect, damaged } = label;
    Some(Frame { number, time, width, height, layout, bits, matrix, range, rotation, pixel_aspect, planes, damaged })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label() -> Label {
        Label {
            number: 3,
            time: MediaTime::from_micros(7),
            rotation: Rotation::None,
            pixel_aspect: 1.0,
            damaged: false,
        }
    }

    #[test]
    fn odd_sizes_are_copied_without_padding() {
        let mut picture = frame::Video::new(Pixel::YUV420P, 5, 3);
        for plane in 0..3 {
            let stride = picture.stride(plane);
            for (i, byte) in picture.data_mut(plane).iter_mut().enumerate() {
                *byte = (plane * 100 + i / stride * 10 + i % stride) as u8;
            }
        }
        let frame = to_frame(&picture, &mut Scaler::default(), label()).unwrap();
        assert_eq!(frame.planes[0].data, [0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24]);
        assert_eq!(frame.planes[2].data, [200, 201, 202, 210, 211, 212]);
        assert_eq!((frame.bits, frame.number), (8, 3));
    }

    #[test]
    fn other_formats_become_rgba() {
        let mut picture = frame::Video::new(Pixel::BGR24, 4, 2);
        let stride = picture.stride(0);
        for row in 0..2 {
            for x in 0..4 {
                picture.data_mut(0)[row * stride + x * 3..][..3].copy_from_slice(&[10, 20, 200]);
            }
        }
        let frame = to_frame(&picture, &mut Scaler::default(), label()).unwrap();
        assert_eq!(frame.layout, PixelLayout::Rgba);
        assert_eq!(&frame.planes[0].data[..4], [200, 20, 10, 255]);
        assert_eq!(frame.planes[0].data.len(), 4 * 2 * 4);
    }

    #[test]
    fn interleaved_chroma_is_taken_apart_unchanged() {
        let mut picture = frame::Video::new(Pixel::NV12, 4, 2);
        picture.data_mut(0).fill(90);
        for pair in picture.data_mut(1).chunks_exact_mut(2) {
            pair.copy_from_slice(&[30, 220]);
        }
        let frame = to_frame(&picture, &mut Scaler::default(), label()).unwrap();
        assert_eq!(frame.layout, PixelLayout::Yuv420);
        assert_eq!((frame.planes[0].data[0], frame.planes[1].data[0], frame.planes[2].data[0]), (90, 30, 220));
    }
    #[test]
    fn ten_bits_in_the_upper_part_of_two_bytes_are_moved_down_unchanged() {
        let (mut high, mut low) = (frame::Video::new(Pixel::P010LE, 64, 16), Vec::new());
        let stride = high.stride(0);
        for row in 0..16 {
            for x in 0..64 {
                let value = (row * 64 + x) as u16;
                high.data_mut(0)[row * stride + x * 2..][..2].copy_from_slice(&(value << 6).to_le_bytes());
                low.extend_from_slice(&value.to_le_bytes());
            }
        }
        for quad in high.data_mut(1).chunks_exact_mut(4) {
            quad.copy_from_slice(&[0x40, 0x12, 0xc0, 0xf3]);
        }
        let frame = to_frame(&high, &mut Scaler::default(), label()).unwrap();
        assert_eq!((frame.layout, frame.bits), (PixelLayout::Yuv420, 10));
        assert!(frame.planes[0].data == low);
        assert_eq!((&frame.planes[1].data[..2], &frame.planes[2].data[..2]), (&[0x49, 0][..], &[0xcf, 0x03][..]));
    }
}
