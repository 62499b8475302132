//! Sound on the loudspeaker, in step with the picture.
//!
//! Owns the device (`cpal`), stretching at constant pitch, the thread that keeps a small
//! buffer full, and the question what is heard right now, which is the clock of playback while sound
//! plays. Does not own decoding: sound comes through [`SoundFile`], which others implement. A machine
//! without a sound device is nothing special: then there is no sound and no clock of it.
//!
//! ```text
//! Conductor (window's thread) ── cue ──► Desk ◄── heard ── Playout (device's thread)
//!                                          ▲                  ▲ blocks, bounded
//!                                          └── Feeder (thread `sound`): decode, stretch ──┘
//! ```

mod conductor;
mod desk;
mod feeder;
mod loudspeaker;
mod output;
mod playout;
mod silent;
mod source;
mod speaker;
mod stretch;

pub use conductor::{Conductor, Motion};
pub use desk::Desk;
pub use feeder::{Feeder, Turn};
pub use loudspeaker::Loudspeaker;
pub use output::{Device, Line, Output};
pub use playout::{Block, Playout};
pub use silent::{Ear, SilentDevice};
pub use source::{SoundFile, SoundSource};
pub use speaker::Speaker;
