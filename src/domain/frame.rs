//! A decoded video frame as planes of bytes.
//!
//! Owns the description of pixels that `media` makes and `gpu` draws, so that neither needs to know
//! the other. Does not own decoding or conversion; the matrices themselves live in the shader.

use std::sync::Arc;

use super::time::MediaTime;

/// How luma and chroma samples are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelLayout {
    /// Three planes, chroma at half width and half height (rounded up).
    Yuv420,
    /// Three planes, chroma at half width.
    Yuv422,
    /// Three planes of equal size.
    Yuv444,
    /// One plane of 8-bit R, G, B, A. What other formats are converted to.
    Rgba,
}

impl PixelLayout {
    /// Size of a chroma plane of a picture of `width` × `height`.
    pub fn chroma_size(self, width: usize, height: usize) -> (usize, usize) {
        match self {
            Self::Yuv420 => (width.div_ceil(2), height.div_ceil(2)),
            Self::Yuv422 => (width.div_ceil(2), height),
            Self::Yuv444 | Self::Rgba => (width, height),
        }
    }

    /// Where a place in luma samples lies in chroma samples: place × (first, second) + (third, fourth).
    ///
    /// A chroma sample sits on the left one of its two pixels: a quarter of a chroma sample left of the
    /// middle of both.
    pub fn chroma_place(self) -> [f32; 4] {
        match self {
            Self::Yuv420 => [0.5, 0.5, 0.25, 0.0],
            Self::Yuv422 => [0.5, 1.0, 0.25, 0.0],
            Self::Yuv444 | Self::Rgba => [1.0, 1.0, 0.0, 0.0],
        }
    }
}

/// Which standard's coefficients turn YUV into RGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorMatrix {
    /// ITU-R BT.601, standard definition.
    Bt601,
    /// ITU-R BT.709, high definition.
    Bt709,
    /// ITU-R BT.2020, non-constant luminance.
    Bt2020,
}

/// Which code values stand for black and white.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorRange {
    /// 16..=235 for luma, 16..=240 for chroma (scaled for more bits).
    Limited,
    /// All code values.
    Full,
}

/// One plane of samples; rows may be padded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plane {
    /// `stride × rows` bytes.
    pub data: Vec<u8>,
    /// Bytes from one row to the next.
    pub stride: usize,
}

/// A quarter-turn that makes the stored picture upright, clockwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// Upright as stored.
    #[default]
    None,
    /// A quarter turn clockwise.
    Clockwise90,
    /// Upside down.
    Half,
    /// A quarter turn counter-clockwise.
    Clockwise270,
}

impl Rotation {
    /// The nearest quarter turn to `degrees` clockwise, any sign and size.
    pub fn from_degrees(degrees: f64) -> Self {
        match ((degrees / 90.0).round() as i64).rem_euclid(4) {
            1 => Self::Clockwise90,
            2 => Self::Half,
            3 => Self::Clockwise270,
            _ => Self::None,
        }
    }

    /// From the upright picture to the stored one, around the middle: the columns of a 2 × 2 matrix.
    pub fn turn(self) -> [f32; 4] {
        match self {
            Self::None => [1.0, 0.0, 0.0, 1.0],
            Self::Clockwise90 => [0.0, -1.0, 1.0, 0.0],
            Self::Half => [-1.0, 0.0, 0.0, -1.0],
            Self::Clockwise270 => [0.0, 1.0, -1.0, 0.0],
        }
    }

    /// Whether width and height change places.
    pub fn swaps_axes(self) -> bool {
        matches!(self, Self::Clockwise90 | Self::Clockwise270)
    }
}

/// A decoded frame. Shared, never changed.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Its ordinal in the video's frame table.
    pub number: usize,
    /// Its presentation time.
    pub time: MediaTime,
    /// Stored width in pixels, before rotation and aspect correction.
    pub width: usize,
    /// Stored height in pixels.
    pub height: usize,
    /// How the planes are to be read.
    pub layout: PixelLayout,
    /// Bits per sample: 8, or 9 to 16 held in two little-endian bytes. 8 for RGBA.
    pub bits: u32,
    /// Coefficients.
    pub matrix: ColorMatrix,
    /// Code range.
    pub range: ColorRange,
    /// Turn that makes it upright.
    pub rotation: Rotation,
    /// Width of a stored pixel divided by its height.
    pub pixel_aspect: f64,
    /// Three planes Y, U, V, or one of RGBA.
    pub planes: Vec<Plane>,
    /// The decoder reported missing or damaged data in it.
    pub damaged: bool,
}

impl Frame {
    /// Width and height as it should be looked at: aspect-corrected and upright, in square pixels.
    pub fn display_size(&self) -> (f64, f64) {
        let (w, h) = (self.width as f64 * self.pixel_aspect, self.height as f64);
        if self.rotation.swaps_axes() { (h, w) } else { (w, h) }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.planes.iter().map(|p| p.data.len()).sum()
    }
}

/// How far the picture at hand lags behind the one asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// The frame is the one asked for, or the one that stands for it while some are left out.
    UpToDate,
    /// An older picture stands in; the right one is being decoded.
    Decoding,
    /// Nothing can be decoded there; the last good picture stands in.
    Unavailable,
}

/// Which frames are decoded. Fast play leaves some out, because nobody can see them all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Every frame.
    #[default]
    All,
    /// Those that other frames are predicted from.
    References,
    /// Key frames.
    Keys,
}

/// What to show now.
#[derive(Clone, Debug)]
pub struct Playing {
    /// The best picture at hand; `None` before the first is decoded.
    pub frame: Option<Arc<Frame>>,
    /// Whether it is the one asked for.
    pub delay: Delay,
    /// Number of the frame asked for.
    pub wanted: usize,
    /// Which frames are decoded here: with less than all, the picture is the last decoded one before `wanted`.
    pub detail: Detail,
    /// Plays backwards where more frames belong together than may be kept, so each stretch is decoded anew.
    pub crowded: bool,
    /// Bytes of decoded planes that are kept.
    pub kept_bytes: usize,
    /// What decodes, for people, such as `h264 on VAAPI`; empty before anything was decoded.
    pub decoder: Arc<str>,
}

impl Delay {
    /// Whether asking again soon can give a better picture.
    pub fn should_request_more_frames(self) -> bool {
        self == Self::Decoding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotation_takes_any_angle() {
        assert_eq!(Rotation::from_degrees(-180.0), Rotation::Half);
        assert_eq!(Rotation::from_degrees(-90.0), Rotation::Clockwise270);
        assert_eq!(Rotation::from_degrees(449.6), Rotation::Clockwise90);
        assert_eq!(Rotation::from_degrees(f64::NAN), Rotation::None);
    }

    #[test]
    fn odd_sizes_round_chroma_up() {
        assert_eq!(PixelLayout::Yuv420.chroma_size(5, 3), (3, 2));
        assert_eq!(PixelLayout::Yuv422.chroma_size(5, 3), (3, 3));
    }
}
