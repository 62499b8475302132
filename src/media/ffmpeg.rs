//! Frames of a file.
//!
//! Owns the joining of reader and plane copying behind [`FrameSource`]. Create it on the thread that
//! uses it.

use super::planes::{self, Label};
use super::reader::Reader;
use super::scale::Scaler;
use super::{FrameSource, MediaError, OpenedVideo};
use crate::domain::frame::{Detail, Frame};
use crate::jobs::Ticket;

/// Decodes the frames of an opened video.
pub struct FfmpegSource {
    video: OpenedVideo,
    reader: Reader,
    scaler: Scaler,
}

impl FfmpegSource {
    /// Opens the file again for decoding, before its first frame.
    ///
    /// # Errors
    /// The file is gone or no longer what it was.
    pub fn open(video: &OpenedVideo) -> Result<Self, MediaError> {
        Ok(Self { video: video.clone(), reader: video.reader()?, scaler: Scaler::default() })
    }
}

impl FrameSource for FfmpegSource {
    fn seek(&mut self, frame: usize, ticket: &Ticket) -> Result<(), MediaError> {
        self.reader.seek(frame, ticket)
    }

    fn set_detail(&mut self, detail: Detail) {
        self.reader.set_detail(detail);
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, MediaError> {
        let Some(decoded) = self.reader.next_frame() else { return Ok(None) };
        let label = Label {
            number: decoded.number,
            time: self.video.frames.time(decoded.number),
            rotation: self.video.info.rotation,
            pixel_aspect: self.video.info.pixel_aspect,
            damaged: decoded.damaged,
        };
        let picture = self.reader.picture();
        let frame = planes::to_frame(picture, &mut self.scaler, label).ok_or_else(|| {
            let name = picture.format().descriptor().map_or("unknown", |d| d.name());
            MediaError::failed(&self.video.info.path, "converting a frame", format!("its pixel format is {name}"))
        })?;
        Ok(Some(frame))
    }
}
