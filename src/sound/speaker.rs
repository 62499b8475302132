//! Sound as the window uses it.
//!
//! Owns the thread `sound` and the real clock.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use super::{Conductor, Desk, Device, Feeder, Motion, SoundFile, Turn};
use crate::jobs::Worker;

/// Plays the sound of the video on screen. Dropping it ends its thread without waiting.
#[derive(Debug)]
pub struct Speaker {
    desk: Arc<Desk>,
    conductor: Conductor,
    worker: Worker<()>,
    /// When the window began the frame that it draws now, on the desk's clock.
    frame: f64,
}

impl Speaker {
    /// Starts the thread; the device is opened when something is to be heard.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn start(device: Box<dyn Device>) -> io::Result<Self> {
        let desk = Arc::new(Desk::default());
        let theirs = Arc::clone(&desk);
        let worker = Worker::spawn("sound", 1, move |bells, stop| {
            let feeder = Feeder::new(Arc::clone(&theirs), device);
            feed(feeder, &theirs, &bells, &stop);
        })?;
        Ok(Self { conductor: Conductor::new(Arc::clone(&desk)), desk, worker, frame: 0.0 })
    }

    /// From now on the sound of this file, or none.
    pub fn show(&mut self, file: Option<Arc<dyn SoundFile>>) {
        self.conductor.show(file);
        self.ring();
    }

    /// A frame of the window begins, `secs` after the last one. Returns the seconds that the picture should move by: those
    /// that bring it to what is heard, else `secs`.
    pub fn step(&mut self, secs: f64, motion: Option<Motion>) -> f64 {
        self.frame = self.desk.now();
        motion.map_or(secs, |motion| self.conductor.step(self.frame, secs, motion))
    }

    /// The picture moves like this since the frame began; `gain` is a factor on the samples, 0 for silence.
    pub fn follow(&mut self, motion: Option<Motion>, gain: f32) {
        if self.conductor.follow(self.frame, motion, gain) {
            self.ring();
        }
    }

    fn ring(&self) {
        // A full queue means that the thread is going to look anyway.
        self.worker.try_send(()).ok();
    }
}

fn feed(mut feeder: Feeder, desk: &Desk, bells: &Receiver<()>, stop: &AtomicBool) {
    while !stop.load(Ordering::Acquire) {
        match feeder.turn(desk.now()) {
            Turn::Again => {}
            Turn::Rest(time) => {
                if bells.recv_timeout(time) == Err(RecvTimeoutError::Disconnected) {
                    return;
                }
            }
            Turn::Sleep => {
                if bells.recv().is_err() {
                    return;
                }
            }
        }
    }
}
