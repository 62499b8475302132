//! What a player needs of a video: frames by number.
//!
//! Owns the trait. Its implementations are [`super::FfmpegSource`] for files, [`super::SyntheticSource`]
//! for frames made in memory, and one that watches over two others while a device decodes.

use super::MediaError;
use crate::domain::frame::{Detail, Frame};
use crate::jobs::Ticket;

/// Frames in display order from any position. Blocking; lives on one thread.
pub trait FrameSource {
    /// Makes `frame` the next to be given; if it cannot be decoded, the first after it that can.
    ///
    /// Returns early, at any position, once `ticket` is stale: frames carry their numbers, so nothing is
    /// mistaken for another.
    ///
    /// # Errors
    /// The file cannot be read any more.
    fn seek(&mut self, frame: usize, ticket: &Ticket) -> Result<(), MediaError>;

    /// Which frames are given from now on. With less than [`Detail::All`], a source leaves out what it can.
    ///
    /// Takes effect with the next [`Self::seek`].
    fn set_detail(&mut self, detail: Detail);

    /// The next frame; `None` at the end, and perhaps once the ticket of the last seek is stale. Numbers grow from call
    /// to call until the next seek.
    ///
    /// # Errors
    /// The file cannot be read any more.
    fn next_frame(&mut self) -> Result<Option<Frame>, MediaError>;

    /// What decodes now, and why if it is second choice, for people; empty where there is nothing to say.
    fn decoder(&self) -> &str {
        ""
    }

    /// A sentence that the person should read, given once.
    fn take_notice(&mut self) -> Option<String> {
        None
    }
}
