//! What sound is made of, without saying how it is decoded.
//!
//! Owns the two traits by which decoded sound comes in.

use std::fmt::Debug;

use crate::domain::sound::SoundChunk;
use crate::domain::time::MediaTime;
use crate::jobs::Ticket;

/// A file whose sound can be opened. Shared with the thread that plays it.
pub trait SoundFile: Debug + Send + Sync {
    /// Opens it, to be given out at `rate` samples per second; `None` where it cannot be, which is no reason to speak.
    fn open(&self, rate: u32) -> Option<Box<dyn SoundSource>>;
}

/// The sound of a file from any moment on. Blocking; lives on one thread.
pub trait SoundSource {
    /// Makes the sound of `to` the next to be given. Returns early, anywhere, once `ticket` is stale.
    fn seek(&mut self, to: MediaTime, ticket: &Ticket);

    /// The next stretch; `None` at the end. Times grow, but there may be gaps and overlaps.
    fn next_chunk(&mut self) -> Option<SoundChunk>;
}
