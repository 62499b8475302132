//! What the three threads of sound know of each other.
//!
//! Owns the cue (what should be heard), the report of what is heard, and the file. Each lock is held for
//! a copy only; the device's thread does not even wait for that.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::jobs::{Generation, Ticket};

use super::SoundFile;

/// What should be heard. Times are seconds: of the media, or of the desk's own clock.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cue {
    /// Counts the times that playback began anew: after a start, a jump, a change of speed or file. Samples that were
    /// made for an earlier number are never heard.
    pub number: u64,
    /// Whether anything should be heard.
    pub sounding: bool,
    /// Media time of the picture …
    pub position: f64,
    /// … at this time of the desk's clock.
    pub at: f64,
    /// Media seconds per second.
    pub speed: f64,
    /// Factor on the samples.
    pub gain: f32,
}

impl Cue {
    /// Media time of the picture at `time` of the desk's clock.
    pub fn position_at(&self, time: f64) -> f64 {
        self.position + (time - self.at) * self.speed
    }
}

/// What is heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// The cue that it was made for.
    pub number: u64,
    /// Media time …
    pub media: f64,
    /// … that is heard at this time of the desk's clock.
    pub at: f64,
    /// Media seconds per second.
    pub speed: f64,
}

/// Shared by the window, the thread `sound` and the device.
#[derive(Debug)]
pub struct Desk {
    origin: Instant,
    generation: Generation,
    cue: Mutex<Cue>,
    heard: Mutex<Option<Heard>>,
    file: Mutex<Option<Arc<dyn SoundFile>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            origin: Instant::now(),
            generation: Generation::default(),
            cue: Mutex::default(),
            heard: Mutex::default(),
            file: Mutex::default(),
        }
    }
}

impl Desk {
    /// Seconds since the desk was made.
    pub fn now(&self) -> f64 {
        self.origin.elapsed().as_secs_f64()
    }

    /// Replaces the cue; work for an earlier number becomes stale.
    pub(super) fn set_cue(&self, cue: Cue) {
        let mut held = lock(&self.cue);
        let anew = held.number != cue.number;
        *held = cue;
        drop(held);
        if anew {
            self.generation.cancel();
        }
    }

    /// The cue, and a ticket that is stale as soon as another number counts.
    pub(super) fn cue(&self) -> (Cue, Ticket) {
        // The ticket first: if the cue changes in between, it is stale at once and nothing is lost.
        let ticket = self.generation.current();
        (*lock(&self.cue), ticket)
    }

    /// The cue, unless that would mean waiting.
    pub(super) fn cue_now(&self) -> Option<Cue> {
        self.cue.try_lock().ok().map(|cue| *cue)
    }

    /// What is heard for cue `number`.
    pub(super) fn heard(&self, number: u64) -> Option<Heard> {
        lock(&self.heard).filter(|heard| heard.number == number)
    }

    /// Says what is heard, unless that would mean waiting.
    pub(super) fn tell(&self, heard: Option<Heard>) {
        if let Ok(mut held) = self.heard.try_lock() {
            *held = heard;
        }
    }

    pub(super) fn set_file(&self, file: Option<Arc<dyn SoundFile>>) {
        // The old one is dropped after the lock: it may be the last that holds a table of frames.
        let old = std::mem::replace(&mut *lock(&self.file), file);
        drop(old);
    }

    pub(super) fn file(&self) -> Option<Arc<dyn SoundFile>> {
        lock(&self.file).clone()
    }
}
