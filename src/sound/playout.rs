//! The device's side: from blocks to what is heard.
//!
//! Owns which sample is played when: stale ones are dropped, early ones wait, late ones are passed over
//! until sound and picture meet; from then on sound runs freely and the picture follows it. Runs on the
//! device's own thread: it neither waits nor allocates.

use std::sync::Arc;

use rtrb::{Consumer, Producer, RingBuffer};

use super::Desk;
use super::desk::{Cue, Heard};
use crate::domain::sound::CHANNELS;

/// Moments per block; about 5 ms.
pub(super) const BLOCK: usize = 256;

/// Blocks that wait; about 0.4 s. Enough to get over a busy moment, little enough to cost nothing after a jump.
pub(super) const BLOCKS: usize = 80;

/// How far, in seconds, sound and picture may be apart before they are brought together anew. The picture follows the
/// sound long before that.
const APART: f64 = 0.1;

/// Seconds without word from the window after which nothing is heard: nobody would seek, loop or stop.
const DEAF: f64 = 1.0;

/// Seconds in which a change of volume takes place, and in which a cut is smoothed.
const SMOOTH: f64 = 0.003;

/// A few milliseconds of sound.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// The cue that it was made for.
    pub(super) number: u64,
    /// Media time of the first sample in seconds.
    pub(super) start: f64,
    /// Media seconds per second.
    pub(super) speed: f64,
    /// Moments that count.
    pub(super) frames: usize,
    /// Left and right in turn.
    pub(super) samples: [f32; BLOCK * CHANNELS],
}

impl Default for Block {
    fn default() -> Self {
        Self { number: 0, start: 0.0, speed: 1.0, frames: 0, samples: [0.0; BLOCK * CHANNELS] }
    }
}

/// Fills the device's buffers.
#[derive(Debug)]
pub struct Playout {
    desk: Arc<Desk>,
    blocks: Consumer<Block>,
    rate: f64,
    cue: Cue,
    block: Block,
    /// Moments of `block` that are done with.
    used: usize,
    /// Sound and picture have met.
    joined: bool,
    smoother: Smoother,
}

impl Playout {
    /// One for a device of `rate` samples per second, and the end at which blocks go in.
    pub fn new(desk: &Arc<Desk>, rate: u32) -> (Self, Producer<Block>) {
        let (inlet, blocks) = RingBuffer::new(BLOCKS);
        let rate = f64::from(rate.max(1));
        let playout = Self {
            desk: Arc::clone(desk),
            blocks,
            rate,
            cue: Cue::default(),
            block: Block::default(),
            used: 0,
            joined: false,
            smoother: Smoother::new(rate),
        };
        (playout, inlet)
    }

    /// Fills `out`, left and right in turn. `now` is the desk's clock; the first sample is heard at `heard_at`.
    pub fn fill(&mut self, out: &mut [f32], now: f64, heard_at: f64) {
        if let Some(cue) = self.desk.cue_now() {
            if cue.number != self.cue.number {
                self.joined = false;
                self.smoother.cut();
            }
            self.cue = cue;
        }
        let deaf = !self.cue.sounding || now - self.cue.at > DEAF;
        self.joined &= !deaf;
        let frames = out.len() / CHANNELS;
        let (mut at, mut heard) = (0, None);
        while at < frames {
            let here = |from: usize, n: usize| from * CHANNELS..(from + n) * CHANNELS;
            let left = frames - at;
            if deaf || !self.has_block() {
                self.joined = false;
                heard = None;
                self.smoother.silence(&mut out[here(at, left)]);
                break;
            }
            let time = heard_at + at as f64 / self.rate;
            let media = self.block.start + self.used as f64 / self.rate * self.block.speed;
            // Seconds by which this sample would be heard too early.
            let early = (media - self.cue.position_at(time)) / self.cue.speed;
            if self.joined && early.abs() > APART {
                self.joined = false;
            }
            if !self.joined {
                self.smoother.cut();
                let by = (early * self.rate).round();
                if by >= 1.0 {
                    let n = (by as usize).min(left);
                    self.smoother.silence(&mut out[here(at, n)]);
                    at += n;
                    continue;
                }
                if by <= -1.0 {
                    self.used += (-by as usize).min(self.block.frames - self.used);
                    continue;
                }
                self.joined = true;
            }
            let n = left.min(self.block.frames - self.used);
            self.smoother.sound(&mut out[here(at, n)], &self.block.samples[here(self.used, n)], self.cue.gain);
            heard = Some(Heard { number: self.block.number, media, at: time, speed: self.block.speed });
            self.used += n;
            at += n;
        }
        self.desk.tell(heard);
    }

    /// Whether there is a sample for the present cue; drops those of earlier ones.
    fn has_block(&mut self) -> bool {
        loop {
            let number = self.block.number;
            if self.used < self.block.frames && number >= self.cue.number {
                // One made for a cue that is not known here yet waits.
                return number == self.cue.number;
            }
            match self.blocks.pop() {
                Ok(block) => (self.block, self.used) = (block, 0),
                Err(_) => return false,
            }
        }
    }
}

/// Keeps the loudspeaker from clicking where sound is cut or the volume changes.
#[derive(Debug)]
struct Smoother {
    /// Share of a difference that is left one sample later.
    keep: f32,
    gain: f32,
    last: [f32; CHANNELS],
    /// What is still to be faded out of the jump at the last cut.
    jump: [f32; CHANNELS],
    whole: bool,
}

impl Smoother {
    fn new(rate: f64) -> Self {
        let keep = (-1.0 / (SMOOTH * rate)).exp() as f32;
        Self { keep, gain: 0.0, last: [0.0; CHANNELS], jump: [0.0; CHANNELS], whole: false }
    }

    /// What comes next does not continue what came before.
    fn cut(&mut self) {
        self.whole = false;
    }

    fn silence(&mut self, out: &mut [f32]) {
        self.whole = false;
        self.jump = self.last;
        for moment in out.chunks_exact_mut(CHANNELS) {
            self.emit(moment, [0.0; CHANNELS]);
        }
    }

    fn sound(&mut self, out: &mut [f32], samples: &[f32], gain: f32) {
        for (moment, sample) in out.chunks_exact_mut(CHANNELS).zip(samples.chunks_exact(CHANNELS)) {
            self.gain = gain + (self.gain - gain) * self.keep;
            let value = [sample[0] * self.gain, sample[1] * self.gain];
            if !self.whole {
                self.whole = true;
                self.jump = [self.last[0] - value[0], self.last[1] - value[1]];
            }
            self.emit(moment, value);
        }
    }

    fn emit(&mut self, moment: &mut [f32], value: [f32; CHANNELS]) {
        let kept = self.jump.iter_mut().zip(&mut self.last);
        for ((out, value), (jump, last)) in moment.iter_mut().zip(value).zip(kept) {
            *jump *= self.keep;
            if jump.abs() < 1e-7 {
                // Numbers near nothing are slow to compute with on some processors.
                *jump = 0.0;
            }
            *last = value + *jump;
            *out = *last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 48_000;
    const SECOND: usize = RATE as usize;

    fn cue(number: u64, position: f64) -> Cue {
        Cue { number, sounding: true, position, at: 0.0, speed: 1.0, gain: 1.0 }
    }

    /// Blocks whose samples say their media time: a ramp that grows by one in ten seconds.
    fn ramp(inlet: &mut Producer<Block>, number: u64, from: f64, blocks: usize) {
        for i in 0..blocks {
            let start = from + (i * BLOCK) as f64 / f64::from(RATE);
            let mut block = Block { number, start, frames: BLOCK, ..Block::default() };
            for (j, pair) in block.samples.chunks_exact_mut(CHANNELS).enumerate() {
                pair.fill(((start + j as f64 / f64::from(RATE)) / 10.0) as f32);
            }
            inlet.push(block).unwrap();
        }
    }

    fn listen(playout: &mut Playout, frames: usize, now: f64) -> Vec<f32> {
        let mut out = vec![9.0; frames * CHANNELS];
        playout.fill(&mut out, now, now);
        out.chunks(CHANNELS).map(|pair| pair[0]).collect()
    }

    /// Where the sample at `i` of `heard` comes from, once changes of volume are over.
    fn says(heard: &[f32], i: usize, media: f64) -> bool {
        (f64::from(heard[i]) * 10.0 - media).abs() < 0.001
    }

    #[test]
    fn late_sound_is_passed_over_and_early_sound_waits() {
        for (from, first) in [(4.8, 0), (5.0, 0), (5.05, SECOND / 20)] {
            let desk = Arc::new(Desk::default());
            let (mut playout, mut inlet) = Playout::new(&desk, RATE);
            desk.set_cue(cue(1, 5.0));
            ramp(&mut inlet, 1, from, BLOCKS);
            let heard = listen(&mut playout, SECOND / 10, 0.0);
            assert!(heard[..first].iter().all(|s| *s == 0.0), "from {from}");
            let i = first.max(SECOND / 20) + 1500;
            assert!(says(&heard, i, 5.0 + i as f64 / f64::from(RATE)), "from {from}: {}", heard[i]);
            let told = desk.heard(1).unwrap();
            assert!((told.media - told.at - 5.0).abs() < 0.0001, "{told:?}");
        }
    }

    #[test]
    fn another_number_is_never_heard() {
        let desk = Arc::new(Desk::default());
        let (mut playout, mut inlet) = Playout::new(&desk, RATE);
        desk.set_cue(cue(1, 5.0));
        ramp(&mut inlet, 1, 5.0, 40);
        listen(&mut playout, 4000, 0.0);
        desk.set_cue(Cue { at: 0.1, ..cue(2, 1.0) });
        let heard = listen(&mut playout, 4000, 0.1);
        assert!(heard[1500..].iter().all(|s| s.abs() < 0.001), "old blocks are dropped");
        assert_eq!(desk.heard(2), None);
        // What was made for a cue that the device does not know yet is kept for it.
        ramp(&mut inlet, 3, 7.0, 40);
        listen(&mut playout, 400, 0.2);
        desk.set_cue(Cue { at: 0.3, ..cue(3, 7.0) });
        let heard = listen(&mut playout, 4000, 0.3);
        assert!(says(&heard, 3000, 7.0 + 3000.0 / f64::from(RATE)), "{}", heard[3000]);
    }

    #[test]
    fn without_samples_there_is_silence_and_no_clock() {
        let desk = Arc::new(Desk::default());
        let (mut playout, mut inlet) = Playout::new(&desk, RATE);
        desk.set_cue(cue(1, 5.0));
        ramp(&mut inlet, 1, 5.0, 10);
        let heard = listen(&mut playout, SECOND / 5, 0.0);
        assert_eq!(desk.heard(1), None);
        assert!(heard[SECOND / 10..].iter().all(|s| *s == 0.0));
        // No step of more than a hundredth where it ends.
        let jump = heard.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        assert!(jump < 0.01, "{jump}");
    }
}
