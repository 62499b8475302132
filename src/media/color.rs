//! Which colours a decoded frame means.
//!
//! Owns the reading of a frame's colour tags and the guesses where it has none. Does not own
//! conversion.

use ffmpeg_next::color::{Range, Space};
use ffmpeg_next::format::Pixel;
use ffmpeg_next::frame;

use crate::domain::frame::{ColorMatrix, ColorRange};

/// Rows from which untagged video is taken as BT.709, as players commonly do; below it is BT.601.
const HD_ROWS: u32 = 720;

/// Coefficients of a frame: its tag, else a guess by its height.
pub fn matrix(frame: &frame::Video) -> ColorMatrix {
    matrix_of(frame.color_space(), frame.height())
}

fn matrix_of(space: Space, rows: u32) -> ColorMatrix {
    match space {
        Space::BT709 => ColorMatrix::Bt709,
        Space::BT470BG | Space::SMPTE170M | Space::FCC => ColorMatrix::Bt601,
        Space::BT2020NCL | Space::BT2020CL => ColorMatrix::Bt2020,
        _ if rows >= HD_ROWS => ColorMatrix::Bt709,
        _ => ColorMatrix::Bt601,
    }
}

/// Code range of a frame: full if it is tagged so or if its pixel format says so.
pub fn range(frame: &frame::Video) -> ColorRange {
    range_of(frame.color_range(), frame.format())
}

fn range_of(range: Range, format: Pixel) -> ColorRange {
    let jpeg =
        matches!(format, Pixel::YUVJ420P | Pixel::YUVJ422P | Pixel::YUVJ444P | Pixel::YUVJ440P | Pixel::YUVJ411P);
    if jpeg || range == Range::JPEG { ColorRange::Full } else { ColorRange::Limited }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untagged_video_is_guessed_by_its_height() {
        assert_eq!(matrix_of(Space::Unspecified, 240), ColorMatrix::Bt601);
        assert_eq!(matrix_of(Space::Unspecified, 720), ColorMatrix::Bt709);
        assert_eq!(matrix_of(Space::SMPTE170M, 1080), ColorMatrix::Bt601);
        assert_eq!(matrix_of(Space::BT2020NCL, 240), ColorMatrix::Bt2020);
    }

    #[test]
    fn camera_formats_are_full_range_whatever_the_tag() {
        assert_eq!(range_of(Range::Unspecified, Pixel::YUVJ420P), ColorRange::Full);
        assert_eq!(range_of(Range::JPEG, Pixel::YUV420P), ColorRange::Full);
        assert_eq!(range_of(Range::Unspecified, Pixel::YUV420P), ColorRange::Limited);
    }
}
