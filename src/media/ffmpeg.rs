//! Frames of a file.
//!
//! Owns the joining of reader and plane copying behind [`FrameSource`]. Create it on the thread that
//! uses it.

use ffmpeg_next::frame;

use super::hardware::Hardware;
use super::planes::{self, Label};
use super::reader::{DeviceFailure, Reader};
use super::scale::Scaler;
use super::{FrameSource, MediaError, OpenedVideo, ffi};
use crate::domain::frame::{Detail, Frame};
use crate::jobs::Ticket;

/// Decodes the frames of an opened video.
pub struct FfmpegSource {
    video: OpenedVideo,
    reader: Reader,
    scaler: Scaler,
    /// What decodes, if not the processor, and the last picture that was copied from its memory.
    device: Option<(Hardware, frame::Video)>,
}

impl FfmpegSource {
    /// Opens the file again for decoding in software, before its first frame.
    ///
    /// # Errors
    /// The file is gone or no longer what it was.
    pub fn open(video: &OpenedVideo) -> Result<Self, MediaError> {
        Ok(Self { video: video.clone(), reader: video.reader()?, scaler: Scaler::default(), device: None })
    }

    /// As [`Self::open`], for decoding on a device. Nobody has compared its pictures with anything yet.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub(super) fn open_on(video: &OpenedVideo, hardware: Hardware) -> Result<Self, MediaError> {
        let reader = video.device_reader(hardware)?;
        let device = Some((hardware, frame::Video::empty()));
        Ok(Self { video: video.clone(), reader, scaler: Scaler::default(), device })
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
        let decoded = self.reader.next_frame();
        let path = &self.video.info.path;
        if let (Some(failure), Some((hardware, _))) = (self.reader.failure(), &self.device) {
            return Err(match failure {
                DeviceFailure::Refused => MediaError::DeviceRefuses { path: path.clone(), device: hardware.name() },
                DeviceFailure::Failed(err) => MediaError::failed(path, "decoding on a device", err),
            });
        }
        let Some(decoded) = decoded else { return Ok(None) };
        let label = Label {
            number: decoded.number,
            time: self.video.frames.time(decoded.number),
            rotation: self.video.info.rotation,
            pixel_aspect: self.video.info.pixel_aspect,
            damaged: decoded.damaged,
        };
        let picture = match &mut self.device {
            // Only pictures that are handed out are copied, not those on the way to them.
            Some((_, copied)) => {
                let failed = |err| MediaError::failed(path, "copying a picture from a device", err);
                ffi::fetch(self.reader.picture(), copied).map_err(failed)?;
                copied
            }
            None => self.reader.picture(),
        };
        let frame = planes::to_frame(picture, &mut self.scaler, label).ok_or_else(|| {
            let name = picture.format().descriptor().map_or("unknown", |d| d.name());
            MediaError::failed(path, "converting a frame", format!("its pixel format is {name}"))
        })?;
        Ok(Some(frame))
    }
}
