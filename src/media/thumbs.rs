//! Small pictures of single frames.
//!
//! Owns their size and their decoding, on one thread of the machine only. Does not own which are wanted or
//! kept. Lives on one thread, as its scaler does.

use ffmpeg_next::format::Pixel;
use ffmpeg_next::software::scaling::Flags;

use super::reader::Reader;
use super::scale::Scaler;
use super::{MediaError, OpenedVideo, ffi, upright};
use crate::domain::frame::{ColorMatrix, ColorRange};
use crate::domain::pixels::{RgbPicture, Thumb};
use crate::jobs::Ticket;

/// Length of the longer side in pixels.
pub const THUMB_SIDE: usize = 192;

/// Makes small pictures of the frames of one video.
pub struct ThumbSource {
    video: OpenedVideo,
    reader: Reader,
    scaler: Scaler,
    /// As stored, before turning upright.
    size: (usize, usize),
}

impl ThumbSource {
    /// Opens the file again for decoding.
    ///
    /// # Errors
    /// The file is gone or no longer what it was.
    pub fn open(video: &OpenedVideo) -> Result<Self, MediaError> {
        let (width, height) = thumb_size(video.info.display_size);
        let size = if video.info.rotation.swaps_axes() { (height, width) } else { (width, height) };
        Ok(Self { video: video.clone(), reader: video.modest_reader()?, scaler: Scaler::default(), size })
    }

    /// A picture of `frame`, or of the first one after it that can be decoded; it says which.
    ///
    /// `None` at the end of what can be decoded, and once `ticket` is stale.
    ///
    /// # Errors
    /// The file cannot be read any more, or its pictures cannot be converted.
    pub fn picture(&mut self, frame: usize, ticket: &Ticket) -> Result<Option<Thumb>, MediaError> {
        self.reader.seek(frame, ticket)?;
        if ticket.is_stale() {
            return Ok(None);
        }
        let Some(decoded) = self.reader.next_frame() else { return Ok(None) };
        let (width, height) = self.size;
        let mut data = Vec::new();
        let picture = self.reader.picture();
        let colors = (ColorMatrix::Bt709, ColorRange::Full);
        let copied = self
            .scaler
            .convert(picture, Pixel::RGB24, (width as u32, height as u32), Flags::AREA, colors)
            .is_some_and(|rgb| ffi::copy_plane(rgb, 0, width * 3, height, &mut data));
        if !copied {
            let name = picture.format().descriptor().map_or("unknown", |d| d.name());
            let problem = format!("its pixel format is {name}");
            return Err(MediaError::failed(&self.video.info.path, "making a small picture", problem));
        }
        let (data, width, height) = upright::turn(data, width, height, 3, self.video.info.rotation);
        Ok(Some(Thumb { frame: decoded.number, picture: RgbPicture { width, height, data } }))
    }
}

/// Width and height of the small picture of a video that is displayed at `size`.
fn thumb_size((width, height): (f64, f64)) -> (usize, usize) {
    let longer = width.max(height);
    if !(longer.is_normal() && width > 0.0 && height > 0.0) {
        return (THUMB_SIDE, THUMB_SIDE);
    }
    let scaled = |side: f64| ((side / longer * THUMB_SIDE as f64).round() as usize).clamp(2, THUMB_SIDE);
    (scaled(width), scaled(height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Rate;
    use crate::jobs::Generation;
    use crate::media::{VideoWriter, open};

    /// Forty grey frames, each lighter than the one before.
    fn video() -> (tempfile::TempDir, OpenedVideo) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mp4");
        let mut writer = VideoWriter::create(&path, 64, 32, Rate { num: 25, den: 1 }).unwrap();
        for i in 0..40_u8 {
            let picture = RgbPicture { width: 64, height: 32, data: vec![i * 6; 64 * 32 * 3] };
            writer.push(&picture).unwrap();
        }
        writer.finish().unwrap();
        let video = open(&path).unwrap();
        (folder, video)
    }

    #[test]
    fn shows_the_frame_that_was_asked_for() {
        let (_folder, video) = video();
        let mut source = ThumbSource::open(&video).unwrap();
        for frame in [30, 3, 39, 0, 17] {
            let thumb = source.picture(frame, &Ticket::unlimited()).unwrap().unwrap();
            assert_eq!(thumb.frame, frame);
            assert_eq!((thumb.picture.width, thumb.picture.height), (THUMB_SIDE, THUMB_SIDE / 2));
            let middle = thumb.picture.data[thumb.picture.data.len() / 2];
            assert!(middle.abs_diff(frame as u8 * 6) <= 6, "frame {frame} is of grey {middle}");
        }
    }

    #[test]
    fn a_stale_ticket_makes_none() {
        let (_folder, video) = video();
        let clock = Generation::default();
        let ticket = clock.advance();
        clock.cancel();
        assert_eq!(ThumbSource::open(&video).unwrap().picture(30, &ticket).unwrap(), None);
    }

    #[test]
    fn sizes_keep_the_shape() {
        assert_eq!(thumb_size((1280.0, 720.0)), (192, 108));
        assert_eq!(thumb_size((720.0, 1280.0)), (108, 192));
        assert_eq!(thumb_size((1120.0, 4.0)), (192, 2));
        assert_eq!(thumb_size((f64::NAN, 1.0)), (192, 192));
    }
}
