//! A device that nobody hears.
//!
//! Owns a stand-in for the loudspeaker on which a caller listens sample by sample, by any clock: with it
//! sound is measured where there is no device.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Desk, Device, Line, Output, Playout};
use crate::domain::sound::CHANNELS;

/// The device.
#[derive(Debug)]
pub struct SilentDevice {
    rate: u32,
    playout: Arc<Mutex<Option<Playout>>>,
}

/// What listens to it.
#[derive(Clone, Debug)]
pub struct Ear(Arc<Mutex<Option<Playout>>>);

impl SilentDevice {
    /// A device of `rate` samples per second, and its listener.
    pub fn new(rate: u32) -> (Self, Ear) {
        let playout = Arc::default();
        (Self { rate, playout: Arc::clone(&playout) }, Ear(playout))
    }
}

impl Device for SilentDevice {
    fn start(&mut self, desk: &Arc<Desk>) -> Option<Output> {
        let (playout, blocks) = Playout::new(desk, self.rate);
        *self.playout.lock().unwrap_or_else(PoisonError::into_inner) = Some(playout);
        Some(Output { rate: self.rate, blocks, line: Box::new(SilentLine) })
    }
}

struct SilentLine;

impl Line for SilentLine {
    fn is_broken(&self) -> bool {
        false
    }
}

impl Ear {
    /// Takes the next `frames` moments at `now` of the desk's clock; they count as heard `latency` seconds later.
    pub fn listen(&self, frames: usize, now: f64, latency: f64) -> Vec<f32> {
        let mut heard = vec![0.0; frames * CHANNELS];
        if let Some(playout) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            playout.fill(&mut heard, now, now + latency);
        }
        heard
    }
}
