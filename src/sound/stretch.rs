//! Sound at another speed and the same pitch.
//!
//! Owns the method: waveform-similarity overlap-add (WSOLA), as players and browsers do it. Short windows
//! of the input are laid over each other closer together or further apart than they were; each is taken,
//! within a few milliseconds, from where it continues best what came before, so that periods of a voice
//! meet in phase. At normal speed samples pass through untouched.

use crate::domain::sound::CHANNELS;

/// Seconds from one window to the next in the output; a window is twice as long.
const HOP: f64 = 0.012;

/// Seconds by which a window may be taken from before or after its place: half the period of a deep voice. It is
/// also how far the output may be off in time, which nobody notices.
const SEARCH: f64 = 0.006;

/// Moments of which the rough search looks at one.
const ROUGH: usize = 4;

/// Weight of staying in place: at the edge of the search the likeness must be greater by this share.
const STAY: f32 = 0.05;

/// Stretches one uninterrupted piece of sound.
#[derive(Debug)]
pub struct Stretcher {
    speed: f64,
    /// Moments from window to window in the output.
    hop: usize,
    /// Moments by which a window may be moved.
    search: usize,
    /// The rising half of a window; the falling half is one less it.
    rise: Vec<f32>,
    /// Left and right in turn, from moment `base` of the piece on.
    input: Vec<f32>,
    base: usize,
    /// Moments that were added.
    added: usize,
    ended: bool,
    /// Windows laid so far, and where the last one was taken.
    windows: usize,
    last: usize,
    /// Second half of the last window, falling.
    tail: Vec<f32>,
    /// Output that was not taken yet, from `taken` on.
    ready: Vec<f32>,
    taken: usize,
    /// Moments given out.
    given: usize,
}

impl Stretcher {
    /// For sound of `rate` samples per second at `speed`.
    pub fn new(rate: u32, speed: f64) -> Self {
        let moments = |secs: f64| ((secs * f64::from(rate)).round() as usize).max(ROUGH);
        let hop = moments(HOP);
        let angle = |i: usize| (i as f32 + 0.5) / hop as f32 * std::f32::consts::PI;
        Self {
            speed,
            hop,
            search: moments(SEARCH),
            rise: (0..hop).map(|i| 0.5 - 0.5 * angle(i).cos()).collect(),
            input: Vec::new(),
            base: 0,
            added: 0,
            ended: false,
            windows: 0,
            last: 0,
            tail: vec![0.0; hop * CHANNELS],
            ready: Vec::new(),
            taken: 0,
            given: 0,
        }
    }

    /// Moments of the input before the one that comes out next.
    pub fn position(&self) -> f64 {
        self.given as f64 * self.speed
    }

    /// Adds samples, left and right in turn.
    pub fn push(&mut self, samples: &[f32]) {
        // Some decoders give out nonsense for damaged data.
        self.input.extend(samples.iter().map(|s| if s.is_finite() { s.clamp(-4.0, 4.0) } else { 0.0 }));
        self.added += samples.len() / CHANNELS;
    }

    /// Nothing more will be added.
    pub fn finish(&mut self) {
        if !self.ended {
            self.ended = true;
            // The last windows reach beyond the end.
            self.input.resize(self.input.len() + (2 * self.hop + 2 * self.search) * CHANNELS, 0.0);
        }
    }

    /// Whether everything has come out.
    pub fn is_drained(&self) -> bool {
        self.ended && self.position() >= self.added as f64
    }

    /// Fills `out` as far as possible and returns the number of moments; fewer than asked for means that more input is
    /// needed, or that all has come out.
    pub fn pull(&mut self, out: &mut [f32]) -> usize {
        let wanted = out.len() / CHANNELS;
        let mut done = 0;
        while done < wanted {
            if self.taken == self.ready.len() && !self.make() {
                break;
            }
            let rest = ((self.added as f64 - self.position()) / self.speed).ceil().max(0.0) as usize;
            let n = (wanted - done).min((self.ready.len() - self.taken) / CHANNELS).min(rest);
            if n == 0 {
                break;
            }
            let from = &self.ready[self.taken..self.taken + n * CHANNELS];
            out[done * CHANNELS..(done + n) * CHANNELS].copy_from_slice(from);
            (self.taken, self.given, done) = (self.taken + n * CHANNELS, self.given + n, done + n);
        }
        done
    }

    /// Makes more output; `false` if the input does not reach.
    fn make(&mut self) -> bool {
        self.ready.clear();
        self.taken = 0;
        if self.speed == 1.0 {
            let real = (self.added - self.base) * CHANNELS;
            self.ready.extend_from_slice(&self.input[..real.min(self.input.len())]);
            self.input.clear();
            self.base = self.added;
            return !self.ready.is_empty();
        }
        let place = self.place();
        let reach = (place + self.search).max(self.last + self.hop) + 2 * self.hop;
        if reach > self.base + self.input.len() / CHANNELS {
            return false;
        }
        let start = if self.windows == 0 { place } else { self.best_start(place) };
        self.lay(start);
        // Kept: what the next window may be taken from, and what it is compared with.
        let keep = self.place().saturating_sub(self.search).min(self.last + self.hop);
        if keep > self.base + 8 * self.hop {
            self.input.drain(..(keep - self.base) * CHANNELS);
            self.base = keep;
        }
        true
    }

    /// Where the next window would begin if it were not moved: its middle stays at its time.
    fn place(&self) -> usize {
        let middle = (self.windows + 1) as f64 * self.hop as f64 * self.speed;
        (middle.round() as usize).saturating_sub(self.hop)
    }

    /// Where, around `place`, the input continues best what the last window ended with.
    fn best_start(&self, place: usize) -> usize {
        let lowest = place.saturating_sub(self.search).max(self.base);
        let rough = (lowest..=place + self.search).step_by(ROUGH);
        let (start, _) = self.likest(place, rough, ROUGH);
        let around = start.saturating_sub(ROUGH - 1).max(lowest)..start + ROUGH;
        self.likest(place, around, 1).0
    }

    fn likest(&self, place: usize, starts: impl Iterator<Item = usize>, step: usize) -> (usize, f32) {
        let wanted = self.last + self.hop;
        let mut best = (place, 0.0);
        for start in starts {
            let off = start.abs_diff(place) as f32 / self.search as f32;
            let likeness = self.likeness(wanted, start, step) * (1.0 - STAY * off * off);
            if likeness > best.1 {
                best = (start, likeness);
            }
        }
        best
    }

    /// How alike half a window from `a` on and one from `b` on are: their product over the size of the second.
    fn likeness(&self, a: usize, b: usize, step: usize) -> f32 {
        let from = |start: usize| self.input[(start - self.base) * CHANNELS..].chunks_exact(CHANNELS).step_by(step);
        let (mut product, mut size) = (0.0, 1e-9);
        for (x, y) in from(a).zip(from(b)).take(self.hop / step) {
            let (x, y) = (x[0] + x[1], y[0] + y[1]);
            product += x * y;
            size += y * y;
        }
        product / size.sqrt()
    }

    /// Lays the window from `start` on over the end of the last one.
    fn lay(&mut self, start: usize) {
        let at = (start - self.base) * CHANNELS;
        let (rising, falling) = self.input[at..at + 2 * self.hop * CHANNELS].split_at(self.hop * CHANNELS);
        // Nothing precedes the first window, so it does not rise.
        let first = self.windows == 0;
        for (i, (x, tail)) in rising.iter().zip(&self.tail).enumerate() {
            let rise = if first { 1.0 } else { self.rise[i / CHANNELS] };
            self.ready.push(tail + x * rise);
        }
        for (i, (tail, x)) in self.tail.iter_mut().zip(falling).enumerate() {
            *tail = x * (1.0 - self.rise[i / CHANNELS]);
        }
        (self.last, self.windows) = (start, self.windows + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 48_000;

    /// All that comes out when `input` goes in by pieces; left channel.
    fn stretched(speed: f64, input: &[f32]) -> Vec<f32> {
        let stereo: Vec<f32> = input.iter().flat_map(|s| [*s; CHANNELS]).collect();
        let mut stretcher = Stretcher::new(RATE, speed);
        let mut pieces = stereo.chunks(1500);
        let (mut all, mut out) = (Vec::new(), [0.0; 256 * CHANNELS]);
        while !stretcher.is_drained() {
            let n = stretcher.pull(&mut out);
            all.extend(out[..n * CHANNELS].chunks(CHANNELS).map(|pair| pair[0]));
            assert_eq!(stretcher.position(), all.len() as f64 * speed);
            if n < 256 {
                match pieces.next() {
                    Some(piece) => stretcher.push(piece),
                    None => stretcher.finish(),
                }
            }
        }
        all
    }

    #[test]
    fn what_comes_out_stands_for_what_went_in() {
        // Two seconds, quiet but for thirty milliseconds of a tone after one second.
        let burst = |i: usize| (48_000..49_440).contains(&i);
        let tone = |i: usize| (i as f32 * 0.09).sin() * 0.8;
        let input: Vec<f32> = (0..96_000).map(|i| if burst(i) { tone(i) } else { 0.0 }).collect();
        for speed in [0.5, 0.8, 1.0, 1.25, 2.0] {
            let all = stretched(speed, &input);
            assert!((all.len() as f64 * speed - 96_000.0).abs() <= 2.0, "{speed}: {} moments", all.len());
            let (weight, energy) = all.iter().enumerate().fold((0.0, 0.0), |(weight, energy), (i, s)| {
                let e = f64::from(s * s);
                (weight + e * i as f64, energy + e)
            });
            let middle = weight / energy * speed;
            assert!((middle - 48_720.0).abs() < 0.01 * f64::from(RATE), "{speed}: around {middle}");
        }
    }

    #[test]
    fn a_steady_tone_stays_steady() {
        let input: Vec<f32> =
            (0..96_000).map(|i| (i as f32 * 440.0 / 48_000.0 * std::f32::consts::TAU).sin()).collect();
        for speed in [0.5, 0.9, 1.5, 2.0] {
            let all = stretched(speed, &input);
            let middle = &all[all.len() / 4..all.len() * 3 / 4];
            let loudest = middle.chunks(480).map(|c| c.iter().fold(0.0_f32, |m, s| m.max(s.abs())));
            let (low, high) = loudest.fold((9.0_f32, 0.0_f32), |(low, high), l| (low.min(l), high.max(l)));
            assert!(low > 0.97 && high < 1.01, "{speed}: between {low} and {high}");
        }
    }

    #[test]
    fn normal_speed_changes_nothing() {
        let input: Vec<f32> = (0..10_000).map(|i| (i as f32).sin()).collect();
        assert_eq!(stretched(1.0, &input), input);
    }

    #[test]
    fn nonsense_from_a_decoder_does_no_harm() {
        let mut stretcher = Stretcher::new(RATE, 0.5);
        stretcher.push(&[f32::NAN, f32::INFINITY, 1e30, -1e30].repeat(20_000));
        let mut out = [0.0; 256 * CHANNELS];
        assert_eq!(stretcher.pull(&mut out), 256);
        assert!(out.iter().all(|s| s.is_finite()));
    }
}
