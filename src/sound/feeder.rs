//! From a file's sound to blocks for the device.
//!
//! Owns the work of the thread `sound`, one small turn at a time: open the device when it is needed,
//! decode from where the picture is, stretch, keep the buffer full. Does not own the thread nor the
//! decision what should be heard.

use std::sync::Arc;
use std::time::Duration;

use super::desk::Cue;
use super::playout::BLOCK;
use super::stretch::Stretcher;
use super::{Block, Desk, Device, Output, SoundFile, SoundSource};
use crate::domain::sound::{CHANNELS, SoundChunk};
use crate::domain::time::MediaTime;
use crate::jobs::Ticket;

/// Seconds that the device is kept after the last sound, so that a short pause does not open it again.
const LINGER: f64 = 1.0;

/// Seconds after which a device that could not be had is tried again.
const RETRY: f64 = 5.0;

/// The same for one that ran and failed: it may have been unplugged, and another be there already.
const AGAIN: f64 = 0.5;

/// A gap or an overlap in the file, in seconds, that is kept as it is; less is the rounding of time stamps.
const GAP: f64 = 0.01;

/// Seconds by which decoding may be behind the picture before it jumps ahead instead of catching up.
const BEHIND: f64 = 1.0;

/// How long to rest while the buffer is full; it holds many times that.
const FULL: Duration = Duration::from_millis(20);

/// What to do after a turn. A bell ends every rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Another at once.
    Again,
    /// Another after this time.
    Rest(Duration),
    /// Another when the bell rings.
    Sleep,
}

/// What is being played.
struct Reel {
    number: u64,
    speed: f64,
    stretcher: Stretcher,
    /// Media time of the stretcher's first sample in seconds; `None` before there is any.
    origin: Option<f64>,
    /// Media time after the last sample that went into the stretcher.
    fed: f64,
    /// What follows after a gap, once the stretcher has given out everything.
    after_gap: Option<SoundChunk>,
}

/// An open file.
struct Tape {
    file: Arc<dyn SoundFile>,
    rate: u32,
    /// `None` if its sound cannot be opened.
    source: Option<Box<dyn SoundSource>>,
}

/// Keeps the device supplied.
pub struct Feeder {
    desk: Arc<Desk>,
    device: Box<dyn Device>,
    output: Option<Output>,
    /// Time of the desk's clock before which no device is tried.
    retry_at: f64,
    /// Since when nothing should be heard.
    quiet_since: Option<f64>,
    tape: Option<Tape>,
    reel: Option<Reel>,
}

impl Feeder {
    /// One at rest.
    pub fn new(desk: Arc<Desk>, device: Box<dyn Device>) -> Self {
        Self { desk, device, output: None, retry_at: f64::MIN, quiet_since: None, tape: None, reel: None }
    }

    /// Does a little at `now` of the desk's clock.
    pub fn turn(&mut self, now: f64) -> Turn {
        let (cue, ticket) = self.desk.cue();
        if !cue.sounding {
            return self.rest(now);
        }
        self.quiet_since = None;
        let Some(rate) = self.rate(now) else {
            return Turn::Rest(Duration::from_secs_f64((self.retry_at - now).max(0.1)));
        };
        let lost = self.reel.as_ref().is_none_or(|reel| {
            reel.number != cue.number || (reel.origin.is_some() && reel.fed + BEHIND * cue.speed < cue.position_at(now))
        });
        if lost && !self.begin(cue, rate, now, &ticket) {
            return Turn::Sleep;
        }
        self.fill()
    }

    fn rest(&mut self, now: f64) -> Turn {
        self.reel = None;
        let since = *self.quiet_since.get_or_insert(now);
        if self.output.is_some() && now - since < LINGER {
            return Turn::Rest(Duration::from_secs_f64(since + LINGER - now));
        }
        self.output = None;
        self.tape = None;
        Turn::Sleep
    }

    /// The rate of the device, which is started if need be; `None` without a device.
    fn rate(&mut self, now: f64) -> Option<u32> {
        if self.output.as_ref().is_some_and(|output| output.line.is_broken()) {
            self.output = None;
            self.reel = None;
            self.retry_at = now + AGAIN;
        }
        if self.output.is_none() && now >= self.retry_at {
            self.retry_at = now + RETRY;
            self.output = self.device.start(&self.desk);
        }
        self.output.as_ref().map(|output| output.rate)
    }

    /// Starts to decode where the picture is; `false` if there is nothing to be heard of this file.
    fn begin(&mut self, cue: Cue, rate: u32, now: f64, ticket: &Ticket) -> bool {
        self.reel = None;
        let Some(file) = self.desk.file() else { return false };
        if self.tape.as_ref().is_none_or(|tape| !Arc::ptr_eq(&tape.file, &file) || tape.rate != rate) {
            self.tape = Some(Tape { source: file.open(rate), file, rate });
        }
        let Some(Tape { source: Some(source), .. }) = &mut self.tape else { return false };
        let stretcher = Stretcher::new(rate, cue.speed);
        let position = cue.position_at(now);
        source.seek(MediaTime::from_secs_f64(position), ticket);
        self.reel = Some(Reel {
            number: cue.number,
            speed: cue.speed,
            stretcher,
            origin: None,
            fed: position,
            after_gap: None,
        });
        true
    }

    /// Makes blocks until the buffer is full, for a few blocks at a time.
    fn fill(&mut self) -> Turn {
        let Self {
            reel: Some(reel), output: Some(output), tape: Some(Tape { source: Some(source), rate, .. }), ..
        } = self
        else {
            return Turn::Sleep;
        };
        if output.blocks.is_full() {
            return Turn::Rest(FULL);
        }
        let secs = 1.0 / f64::from(*rate);
        let mut block = Block { number: reel.number, speed: reel.speed, ..Block::default() };
        let position = reel.stretcher.position();
        block.frames = reel.stretcher.pull(&mut block.samples[..BLOCK * CHANNELS]);
        if block.frames > 0 {
            block.start = reel.origin.unwrap_or_default() + position * secs;
            // There was room, and nobody else puts anything in.
            output.blocks.push(block).ok();
            return Turn::Again;
        }
        if let Some(next) = reel.after_gap.take() {
            (reel.stretcher, reel.origin) = (Stretcher::new(*rate, reel.speed), None);
            reel.take(next, *rate);
            return Turn::Again;
        }
        if reel.stretcher.is_drained() {
            return Turn::Sleep;
        }
        match source.next_chunk() {
            Some(chunk) => reel.take(chunk, *rate),
            None => reel.stretcher.finish(),
        }
        Turn::Again
    }
}

impl Reel {
    /// Adds a stretch of sound where it belongs.
    fn take(&mut self, mut chunk: SoundChunk, rate: u32) {
        let rate = f64::from(rate);
        let start = chunk.start.secs_f64();
        if self.origin.is_none() {
            self.origin = Some(start);
            self.fed = start;
        }
        let gap = start - self.fed;
        if gap > GAP {
            // What is in the stretcher comes out first: it knows no gaps.
            self.stretcher.finish();
            self.after_gap = Some(chunk);
            return;
        }
        if gap < -GAP {
            let twice = ((-gap * rate).round() as usize).min(chunk.frames());
            chunk.samples.drain(..twice * CHANNELS);
        }
        self.fed += chunk.frames() as f64 / rate;
        self.stretcher.push(&chunk.samples);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{Conductor, Ear, Motion, SilentDevice};

    const RATE: u32 = 48_000;

    /// Sound whose samples say when they belong, in pieces of these starts and lengths in seconds.
    #[derive(Clone, Debug)]
    struct Pieces(Vec<(f64, f64)>);

    struct Reading(std::vec::IntoIter<(f64, f64)>);

    impl SoundFile for Pieces {
        fn open(&self, _: u32) -> Option<Box<dyn SoundSource>> {
            Some(Box::new(Reading(self.0.clone().into_iter())))
        }
    }

    fn value(media: f64) -> f32 {
        (media / 10.0) as f32
    }

    impl SoundSource for Reading {
        fn seek(&mut self, _: MediaTime, _: &Ticket) {}

        fn next_chunk(&mut self) -> Option<SoundChunk> {
            let (start, length) = self.0.next()?;
            let moments = (0..(length * f64::from(RATE)) as usize).map(|i| start + i as f64 / f64::from(RATE));
            let samples = moments.flat_map(|t| [value(t); CHANNELS]).collect();
            Some(SoundChunk { start: MediaTime::from_secs_f64(start), samples })
        }
    }

    /// Plays from one second on and returns what was heard in the next second.
    fn heard(pieces: &[(f64, f64)]) -> Vec<f32> {
        let desk = Arc::new(Desk::default());
        let (device, ear): (_, Ear) = SilentDevice::new(RATE);
        let mut conductor = Conductor::new(Arc::clone(&desk));
        let mut feeder = Feeder::new(Arc::clone(&desk), Box::new(device));
        assert_eq!(feeder.turn(0.0), Turn::Sleep);
        conductor.show(Some(Arc::new(Pieces(pieces.to_vec()))));
        let mut all = Vec::new();
        for i in 0..100 {
            let now = f64::from(i) * 0.01;
            let motion = Motion { position: 1.0 + now, speed: 1.0, backward: false, playing: true, jumps: 0 };
            conductor.follow(now, Some(motion), 1.0);
            while feeder.turn(now) == Turn::Again {}
            all.extend(ear.listen(480, now, 0.0).chunks(CHANNELS).map(|pair| pair[0]));
        }
        all
    }

    /// Whether what was heard `secs` after the start belongs there.
    fn right(heard: &[f32], secs: f64) -> bool {
        (heard[(secs * f64::from(RATE)) as usize] - value(1.0 + secs)).abs() < 0.0002
    }

    #[test]
    fn gaps_are_silent_and_what_comes_twice_is_heard_once() {
        let all = heard(&[(1.0, 0.2), (1.5, 0.2), (1.6, 0.4)]);
        for secs in [0.05, 0.15, 0.55, 0.65, 0.75, 0.95] {
            assert!(right(&all, secs), "at {secs}");
        }
        assert!([0.25, 0.45].iter().all(|s| all[(s * f64::from(RATE)) as usize].abs() < 0.0001), "the gap");
    }

    #[test]
    fn sound_that_begins_before_or_after_the_picture_is_where_it_belongs() {
        let all = heard(&[(0.2, 1.8)]);
        assert!(right(&all, 0.1) && right(&all, 0.9));
        let all = heard(&[(1.4, 0.6)]);
        assert!(all[..(0.39 * f64::from(RATE)) as usize].iter().all(|s| *s == 0.0));
        assert!(right(&all, 0.5) && right(&all, 0.9));
    }

    #[test]
    fn the_device_is_let_go_after_a_while() {
        let desk = Arc::new(Desk::default());
        let mut conductor = Conductor::new(Arc::clone(&desk));
        let mut feeder = Feeder::new(Arc::clone(&desk), Box::new(SilentDevice::new(RATE).0));
        conductor.show(Some(Arc::new(Pieces(vec![(0.0, 0.1)]))));
        let motion = Motion { position: 0.0, speed: 1.0, backward: false, playing: true, jumps: 0 };
        conductor.follow(0.0, Some(motion), 1.0);
        while feeder.turn(0.0) == Turn::Again {}
        assert!(feeder.output.is_some());
        conductor.follow(0.1, None, 1.0);
        assert!(matches!(feeder.turn(0.1), Turn::Rest(_)));
        assert!(feeder.output.is_some(), "a short pause keeps it");
        assert_eq!(feeder.turn(0.1 + LINGER), Turn::Sleep);
        assert!(feeder.output.is_none());
    }
}
