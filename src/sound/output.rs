//! Where samples go.
//!
//! Owns the traits between what feeds sound and the device that takes it: [`super::Loudspeaker`] is the
//! real one, [`super::SilentDevice`] stands in where there is none.

use std::sync::Arc;

use rtrb::Producer;

use super::{Block, Desk};

/// Something that plays. Asked each time playback starts, because devices come and go.
pub trait Device: Send {
    /// Starts taking samples; `None` if there is nothing to play on, which is no reason to speak.
    fn start(&mut self, desk: &Arc<Desk>) -> Option<Output>;
}

/// A device that takes samples. Dropping it ends that.
pub struct Output {
    /// Samples per second and channel.
    pub rate: u32,
    /// Where they go in.
    pub blocks: Producer<Block>,
    /// What keeps the device running.
    pub line: Box<dyn Line>,
}

/// A running device.
pub trait Line {
    /// Whether it is gone or has failed, so that another start may find a better one.
    fn is_broken(&self) -> bool;
}
