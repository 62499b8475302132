//! How long a person waits for pictures: `cargo bench --bench seek`.
//!
//! Writes a clip of 1280 × 720 with a key frame every 250 frames and three B-frames in a row, then uses the
//! player as the window does, and prints a table.

use std::fmt;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

use lookback::domain::frame::{Delay, Detail};
use lookback::domain::pixels::RgbPicture;
use lookback::domain::time::{MediaTime, Rate};
use lookback::jobs::{Ticket, Waker};
use lookback::media::{self, DecodeOptions, FfmpegSource, FrameSource as _, OpenedVideo, Player, Request};
use lookback::media::{VideoWriter, WriterOptions};

const WIDTH: usize = 1280;
const HEIGHT: usize = 720;
const FRAMES: usize = 1500;
const GROUP: usize = 250;
const FPS: i32 = 25;

/// A window that asks the player.
struct Screen {
    player: Player,
    woken: Receiver<()>,
}

impl Screen {
    fn open(video: &OpenedVideo) -> Self {
        let (wake, woken) = sync_channel(1);
        let waker = Waker::new(move || {
            wake.try_send(()).ok();
        });
        // The same decoder on every machine.
        let options = DecodeOptions { hardware: false, ..DecodeOptions::default() };
        let player = Player::open(video, options, waker).expect("starts");
        Self { player, woken }
    }

    /// Time until the frame itself is there.
    fn settle(&self, frame: usize) -> Duration {
        let start = Instant::now();
        while self.player.request(Request::at(frame)).delay == Delay::Decoding {
            self.woken.recv_timeout(Duration::from_mins(1)).expect("the player wakes the window");
        }
        start.elapsed()
    }

    /// Waits until nothing more is decoded ahead.
    fn quiet(&self, frame: usize) {
        let mut last = 0;
        loop {
            sleep(Duration::from_millis(60));
            let kept = self.player.request(Request::at(frame)).kept_bytes;
            if kept == last {
                return;
            }
            last = kept;
        }
    }

    fn forget(&self) {
        self.player.keep(0);
        self.player.keep(DecodeOptions::default().cache_bytes);
    }

    /// Plays for `seconds` with 60 pictures a second. Returns the share of pictures that were there in time, and
    /// which frames were decoded last.
    fn play(&self, video: &OpenedVideo, from: usize, backward: bool, speed: f64, seconds: f64) -> (f64, Detail) {
        let (start, mut ready, mut asked, mut detail) = (Instant::now(), 0, 0, Detail::All);
        while start.elapsed().as_secs_f64() < seconds {
            let moved = MediaTime::from_secs_f64(start.elapsed().as_secs_f64() * speed);
            let begin = video.frames.time(from);
            let frame = video.frames.at(if backward { begin - moved } else { begin + moved });
            let answer = self.player.request(Request { frame, playing: true, backward, speed });
            ready += usize::from(answer.delay == Delay::UpToDate);
            asked += 1;
            detail = answer.detail;
            sleep(Duration::from_micros(16_667));
        }
        (ready as f64 / f64::from(asked), detail)
    }
}

/// Waiting times of one kind.
struct Waits(Vec<f64>);

impl Waits {
    fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[((sorted.len() - 1) as f64 * share).round() as usize]
    }
}

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:8.2} {:8.2} {:8.2}   n = {}", self.at(0.5), self.at(0.95), self.at(1.0), self.0.len())
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// A small generator, so that runs can be compared.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

/// A textured ground over which the camera pans, with noise and things that move on their own.
fn write_clip(path: &Path) {
    let mut dice = Dice(1);
    let (w, h) = (WIDTH + 512, HEIGHT + 64);
    let ground: Vec<u8> =
        (0..w * h).map(|i| ((i % w / 37 * 53 + i / w / 29 * 31) % 160 + dice.roll(24)) as u8).collect();
    let options = WriterOptions { gop: GROUP as u32, b_frames: 3, ..WriterOptions::default() };
    let rate = Rate { num: FPS, den: 1 };
    let mut writer = VideoWriter::create_with(path, WIDTH, HEIGHT, rate, options).expect("creates the clip");
    let mut picture = RgbPicture::black(WIDTH, HEIGHT);
    for number in 0..FRAMES {
        // There and back: a jump would make the encoder start a group of its own.
        let sway = |at: usize, span: usize| (at % (2 * span)).abs_diff(span);
        let (dx, dy) = (sway(number, 511), sway(number / 3, 63));
        for (y, line) in picture.data.chunks_exact_mut(WIDTH * 3).enumerate() {
            let row = &ground[(y + dy) * w + dx..];
            for (pixel, value) in line.chunks_exact_mut(3).zip(row) {
                pixel.copy_from_slice(&[*value, value.wrapping_add(20), value / 2 + 60]);
            }
        }
        for thing in 0..12 {
            let (left, top) =
                ((number * (3 + thing) + thing * 97) % (WIDTH - 64), (thing * 55 + number) % (HEIGHT - 48));
            for y in top..top + 48 {
                picture.data[(y * WIDTH + left) * 3..][..64 * 3].fill((thing * 20) as u8);
            }
        }
        writer.push(&picture).expect("writes a frame");
    }
    writer.finish().expect("finishes the clip");
}

/// Milliseconds to decode from the key frame to `target` in order, every frame handed out.
fn plainly(source: &mut FfmpegSource, target: usize) -> f64 {
    source.seek(target - target % GROUP, &Ticket::unlimited()).expect("seeks");
    let start = Instant::now();
    while source.next_frame().expect("reads").is_some_and(|f| f.number < target) {}
    millis(start.elapsed())
}

fn main() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("clip.mp4");
    write_clip(&path);
    let video = media::open(&path).expect("opens the clip");
    assert_eq!(video.frames.keyframes().len(), FRAMES / GROUP, "the encoder set key frames of its own");
    let screen = Screen::open(&video);
    let mut source = FfmpegSource::open(&video).expect("opens the clip");
    let mut dice = Dice(7);
    let mut at = 0;
    screen.settle(at);

    let (mut cold, mut warm, mut ratio) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..60 {
        at = (at / GROUP * GROUP + GROUP + dice.roll(GROUP * 4)) % FRAMES;
        screen.forget();
        let taken = millis(screen.settle(at));
        cold.push(taken);
        screen.quiet(at);
        // Close to a key frame the fixed costs of a seek say nothing about decoding.
        if at % GROUP >= 25 {
            ratio.push(taken / plainly(&mut source, at));
        }
        let group = at / GROUP * GROUP;
        warm.extend((0..5).map(|_| millis(screen.settle(group + dice.roll(at - group + 1)))));
    }

    let hold = Duration::from_millis(33);
    let steps = |from: usize, back: bool| -> Vec<f64> {
        screen.forget();
        screen.settle(from);
        screen.quiet(from);
        let step = |i: usize| {
            sleep(hold);
            millis(screen.settle(if back { from - i } else { from + i }))
        };
        (1..=400).map(step).collect()
    };
    let (forward, backward) = (steps(100, false), steps(1240, true));

    let mut scrub = Vec::new();
    for _ in 0..40 {
        screen.forget();
        at = dice.roll(FRAMES);
        for _ in 0..20 {
            at = (at + dice.roll(160)).saturating_sub(80).min(FRAMES - 1);
            screen.player.request(Request::at(at));
            sleep(Duration::from_millis(8));
        }
        scrub.push(millis(screen.settle(at)));
    }

    println!("1280 × 720, {FPS} fps, a key frame every {GROUP} frames, 3 B-frames; milliseconds");
    println!("                       p50      p95      max");
    for (name, waits) in [
        ("cold seek", cold),
        ("warm seek", warm),
        ("step forward, held", forward),
        ("step backward, held", backward),
        ("scrub, after the last", scrub),
        ("cold / plain decoding", ratio),
    ] {
        println!("{name:<22}{}", Waits(waits));
    }
    println!("\nplayed for 5 s, 60 pictures a second       in time   decoded at the end");
    for (name, from, backward, speed) in [
        ("forward 1×", 100, false, 1.0),
        ("backward 1×", 1400, true, 1.0),
        ("backward 2×", 1400, true, 2.0),
        ("backward 4×", 1400, true, 4.0),
        ("forward 4×", 100, false, 4.0),
        ("forward 8×", 0, false, 8.0),
        ("forward 16×", 0, false, 16.0),
        ("backward 8×", 1499, true, 8.0),
    ] {
        screen.forget();
        screen.settle(from);
        screen.quiet(from);
        let span = if backward { from } else { FRAMES - from } as f64 / f64::from(FPS) / speed;
        let (share, detail) = screen.play(&video, from, backward, speed, span.min(5.0));
        println!("{name:<42}{:6.1} %   {detail:?}", share * 100.0);
    }
}
