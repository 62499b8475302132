//! Sound against the picture: real files, the real decoder and stretcher, a device that nobody hears.
//!
//! Time is simulated: the window draws 60 times a second and the device asks for samples every 10 ms, each
//! on the same clock, so nothing here depends on how fast the machine is. The files are written here: a
//! video whose sound is made of clicks at known frames, or of a sine.

#[path = "support/sounding.rs"]
mod sounding;

use std::path::PathBuf;
use std::sync::Arc;

use lookback::domain::pixels::RgbPicture;
use lookback::domain::playback::{PlaybackCommand, Transport};
use lookback::domain::sound::{CHANNELS, SoundChunk};
use lookback::domain::time::{MediaTime, Rate};
use lookback::jobs::Ticket;
use lookback::media::{self, OpenedVideo, SoundReader, VideoWriter};
use lookback::sound::{Conductor, Desk, Ear, Feeder, Motion, SilentDevice, SoundFile, SoundSource, Turn};
use sounding::{FPS, Form, PLAIN, RATE};

/// Seconds between two frames of the window.
const DRAWN: f64 = 1.0 / 60.0;
/// Moments that the device takes at a time.
const TAKEN: usize = 480;
/// Seconds from taking a sample to hearing it.
const LATENCY: f64 = 0.043;
/// The difference between sound and picture that nobody may find, in seconds.
const ALLOWED: f64 = 0.020;

/// The test's own file.
struct Clip {
    video: OpenedVideo,
    _folder: tempfile::TempDir,
}

/// Writes `frames` pictures and the sound that `sample` gives for each media time in seconds, counted from the first
/// picture, and opens the file.
fn clip(form: Form, frames: usize, sample: impl Fn(f64) -> f32) -> Clip {
    let folder = tempfile::tempdir().expect("a folder");
    let path = sounding::write(folder.path(), form, frames, sample);
    Clip { video: media::open(&path).expect("can be played"), _folder: folder }
}

#[derive(Debug)]
struct Track(OpenedVideo);

struct Decoded(SoundReader);

impl SoundFile for Track {
    fn open(&self, rate: u32) -> Option<Box<dyn SoundSource>> {
        Some(Box::new(Decoded(SoundReader::open(&self.0, rate).expect("has sound"))))
    }
}

impl SoundSource for Decoded {
    fn seek(&mut self, to: MediaTime, ticket: &Ticket) {
        self.0.seek(to, ticket);
    }

    fn next_chunk(&mut self) -> Option<SoundChunk> {
        self.0.next_chunk()
    }
}

/// A window and a device on one simulated clock.
struct Stage {
    video: OpenedVideo,
    transport: Transport,
    conductor: Conductor,
    feeder: Feeder,
    ear: Ear,
    now: f64,
    next_drawn: f64,
    next_taken: f64,
    /// What was heard, left channel only, with the time at which its first sample is heard.
    heard: Vec<f32>,
    heard_from: f64,
    /// When each frame was first on screen since the last look.
    seen: Vec<(usize, f64)>,
    /// Seconds that the device's clock gains per second.
    drift: f64,
}

impl Stage {
    fn new(clip: &Clip) -> Self {
        let desk = Arc::new(Desk::default());
        let (device, ear) = SilentDevice::new(RATE);
        let mut conductor = Conductor::new(Arc::clone(&desk));
        let video = clip.video.clone();
        conductor.show(Some(Arc::new(Track(video.clone()))));
        let feeder = Feeder::new(desk, Box::new(device));
        let transport = Transport::new(&video.frames);
        Self {
            video,
            transport,
            conductor,
            feeder,
            ear,
            now: 0.0,
            next_drawn: 0.0,
            next_taken: 0.003,
            heard: Vec::new(),
            heard_from: 0.003 + LATENCY,
            seen: Vec::new(),
            drift: 0.0,
        }
    }

    fn motion(&self) -> Motion {
        let t = &self.transport;
        Motion {
            position: t.position().secs_f64(),
            speed: t.speed(),
            backward: t.is_backward(),
            playing: t.is_playing(),
            jumps: t.jumps(),
        }
    }

    fn apply(&mut self, command: PlaybackCommand) {
        self.transport.apply(command, &self.video.frames);
        self.conductor.follow(self.now, Some(self.motion()), 1.0);
    }

    /// Lets `secs` pass.
    fn run(&mut self, secs: f64) {
        let end = self.now + secs;
        while self.now < end {
            for _ in 0..200 {
                if self.feeder.turn(self.now) != Turn::Again {
                    break;
                }
            }
            if self.next_taken <= self.next_drawn {
                self.now = self.next_taken;
                let taken = self.ear.listen(TAKEN, self.now, LATENCY);
                self.heard.extend(taken.chunks(CHANNELS).map(|pair| pair[0]));
                self.next_taken += TAKEN as f64 / f64::from(RATE) / (1.0 + self.drift);
            } else {
                self.now = self.next_drawn;
                let secs = self.conductor.step(self.now, DRAWN, self.motion());
                let frame = self.transport.advance(secs, &self.video.frames).frame;
                self.conductor.follow(self.now, Some(self.motion()), 1.0);
                if self.seen.last().is_none_or(|(last, _)| *last != frame) {
                    self.seen.push((frame, self.now));
                }
                self.next_drawn += DRAWN;
            }
        }
    }

    /// What was heard from `from` to `to` on the clock.
    fn between(&self, from: f64, to: f64) -> &[f32] {
        let at = |time: f64| ((time - self.heard_from).max(0.0) * f64::from(RATE)) as usize;
        &self.heard[at(from).min(self.heard.len())..at(to).min(self.heard.len())]
    }

    /// When each click was heard: its loudest sample, a quarter of a second or more after the last.
    fn clicks(&self) -> Vec<f64> {
        let mut clicks: Vec<(f64, f32)> = Vec::new();
        for (i, value) in self.heard.iter().enumerate().filter(|(_, v)| v.abs() > 0.2) {
            let time = self.heard_from + i as f64 / f64::from(RATE) / (1.0 + self.drift);
            match clicks.last_mut() {
                Some((at, loudest)) if time - *at < 0.25 => {
                    if value.abs() > *loudest {
                        (*at, *loudest) = (time, value.abs());
                    }
                }
                _ => clicks.push((time, value.abs())),
            }
        }
        clicks.into_iter().map(|(at, _)| at).collect()
    }
}

/// A click of a millisecond, loudest in its middle, at the middle of every 25th frame from the tenth on.
fn click(secs: f64) -> f32 {
    let since = (secs - 10.5 / f64::from(FPS)).rem_euclid(1.0);
    let distance = since.min(1.0 - since);
    if secs > 0.2 && distance < 0.0005 { 0.9 * (1.0 - (distance / 0.0005) as f32) } else { 0.0 }
}

/// When the middle of frame `number` was on screen, by when it and the next one came.
fn middle_seen(seen: &[(usize, f64)], number: usize) -> Option<f64> {
    let at = seen.iter().position(|(n, _)| *n == number)?;
    Some(f64::midpoint(seen[at].1, seen.get(at + 1)?.1))
}

/// Plays to the end and returns how far each click was from the picture it belongs to, in seconds.
fn offsets(stage: &mut Stage, secs: f64) -> Vec<f64> {
    stage.run(0.05);
    stage.apply(PlaybackCommand::TogglePlay);
    stage.run(secs);
    let frames = (0..).map(|i| 10 + 25 * i).take_while(|n| *n + 2 < stage.video.frames.len());
    let seen: Vec<f64> = frames.filter_map(|n| middle_seen(&stage.seen, n)).collect();
    let clicks = stage.clicks();
    clicks
        .iter()
        .map(|click| {
            let nearest = seen.iter().min_by(|a, b| (*a - click).abs().total_cmp(&(*b - click).abs()));
            click - nearest.expect("frames were seen")
        })
        .collect()
}

fn worst(offsets: &[f64]) -> f64 {
    offsets.iter().fold(0.0, |worst, o| o.abs().max(worst))
}

#[test]
fn sound_is_with_its_picture_in_every_container() {
    let forms = [
        PLAIN,
        Form { name: "plain.mov", ..PLAIN },
        Form { name: "aac.mp4", codec: "aac", ..PLAIN },
        Form { name: "aac.ts", codec: "aac", start: 7.3, ..PLAIN },
        Form { name: "pcm.avi", ..PLAIN },
        Form { name: "moved.mkv", start: 2.5, ..PLAIN },
        Form { name: "late.mkv", late: 1.7, ..PLAIN },
        Form { name: "late.mp4", codec: "aac", late: 1.7, ..PLAIN },
    ];
    for form in forms {
        let clip = clip(form, 150, click);
        let mut stage = Stage::new(&clip);
        let offsets = offsets(&mut stage, 6.5);
        let expected = if form.late > 0.0 { 4 } else { 5 };
        assert!(offsets.len() >= expected, "{}: {} clicks heard", form.name, offsets.len());
        assert!(worst(&offsets) < ALLOWED, "{}: {offsets:?}", form.name);
        println!("{}: at most {:.1} ms apart", form.name, worst(&offsets) * 1e3);
    }
}

#[test]
fn a_device_whose_clock_is_fast_or_slow_leads_the_picture() {
    for drift in [0.01, -0.01] {
        let clip = clip(PLAIN, 500, click);
        let mut stage = Stage::new(&clip);
        stage.drift = drift;
        let offsets = offsets(&mut stage, 20.0);
        assert!(offsets.len() > 15 && worst(&offsets) < ALLOWED, "{drift}: {offsets:?}");
        println!("clock off by {drift}: at most {:.1} ms apart", worst(&offsets) * 1e3);
    }
}

/// Frequency by counting upward crossings, in Hz.
fn frequency(samples: &[f32]) -> f64 {
    let crossings: Vec<usize> = (1..samples.len()).filter(|i| samples[i - 1] < 0.0 && samples[*i] >= 0.0).collect();
    let (Some(first), Some(last)) = (crossings.first(), crossings.last()) else { return 0.0 };
    (crossings.len() - 1) as f64 * f64::from(RATE) / (last - first).max(1) as f64
}

fn sine(secs: f64) -> f32 {
    (secs * 440.0 * std::f64::consts::TAU).sin() as f32 * 0.5
}

fn loudest(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |loudest, s| s.abs().max(loudest))
}

#[test]
fn pitch_stays_from_half_to_double_speed_and_all_else_is_silent() {
    let clip = clip(PLAIN, 200, sine);
    for speed in [0.5, 0.75, 1.0, 1.5, 2.0] {
        let mut stage = Stage::new(&clip);
        stage.apply(PlaybackCommand::SetSpeed(speed));
        stage.apply(PlaybackCommand::TogglePlay);
        stage.run(2.5);
        let heard = frequency(stage.between(0.5, 2.4));
        assert!((heard - 440.0).abs() < 2.0, "{speed}: {heard} Hz");
        println!("{speed}x: {heard:.2} Hz of 440");
        let position = (stage.transport.position() - stage.video.frames.time(0)).secs_f64();
        assert!((position / 2.5 - speed).abs() < 0.04 * speed, "{speed}: the picture is at {position}");
    }
    for speed in [0.25, 4.0] {
        let mut stage = Stage::new(&clip);
        stage.apply(PlaybackCommand::SetSpeed(speed));
        stage.apply(PlaybackCommand::TogglePlay);
        stage.run(1.0);
        assert_eq!(loudest(&stage.heard), 0.0, "{speed}");
    }
    let mut stage = Stage::new(&clip);
    stage.apply(PlaybackCommand::SeekFrame(150));
    stage.apply(PlaybackCommand::ShuttleBackward);
    stage.run(1.0);
    assert_eq!(loudest(&stage.heard), 0.0, "backwards");
}

/// A beep of 30 ms where [`click`] clicks, loudest in its middle: stretching may pass over a single millisecond.
fn beep(secs: f64) -> f32 {
    let since = (secs - 10.5 / f64::from(FPS)).rem_euclid(1.0);
    let distance = since.min(1.0 - since);
    let loudness = (1.0 - distance / 0.015).max(0.0);
    if secs > 0.2 { (0.9 * loudness * (secs * 1000.0 * std::f64::consts::TAU).cos()) as f32 } else { 0.0 }
}

#[test]
fn sound_stays_with_its_picture_at_other_speeds() {
    for speed in [0.5, 0.75, 1.5, 2.0] {
        let clip = clip(PLAIN, 300, beep);
        let mut stage = Stage::new(&clip);
        stage.apply(PlaybackCommand::SetSpeed(speed));
        let offsets = offsets(&mut stage, 5.0 / speed);
        assert!(offsets.len() >= 4 && worst(&offsets) < ALLOWED, "{speed}: {offsets:?}");
        println!("{speed}x: at most {:.1} ms apart", worst(&offsets) * 1e3);
    }
}

/// Four seconds of 300 Hz, then 1500 Hz.
fn two_tones(secs: f64) -> f32 {
    let pitch = if secs < 4.0 { 300.0 } else { 1500.0 };
    (secs * pitch * std::f64::consts::TAU).sin() as f32 * 0.5
}

#[test]
fn nothing_stale_is_heard_after_a_jump_or_a_stop() {
    let clip = clip(PLAIN, 200, two_tones);
    let mut stage = Stage::new(&clip);
    stage.apply(PlaybackCommand::TogglePlay);
    stage.run(1.0);
    assert!((frequency(stage.between(0.5, 1.0)) - 300.0).abs() < 2.0);

    stage.apply(PlaybackCommand::SeekTime(stage.video.frames.time(0) + MediaTime::from_micros(5_000_000)));
    let jumped = stage.now;
    stage.run(1.0);
    // What the device had taken before cannot be called back; all that it took since is new.
    let after = stage.between(jumped + LATENCY + 0.012, jumped + 1.0);
    let first = after.iter().position(|s| s.abs() > 0.05).expect("goes on");
    assert!(first < (0.2 * f64::from(RATE)) as usize, "goes on at once, not after {first} samples");
    assert!((frequency(&after[first..]) - 1500.0).abs() < 10.0, "{}", frequency(&after[first..]));

    stage.apply(PlaybackCommand::StepFrames(1));
    let stopped = stage.now;
    stage.run(1.0);
    assert_eq!(loudest(stage.between(stopped + LATENCY + 0.06, stopped + 1.0)), 0.0);

    stage.conductor.show(None);
    stage.apply(PlaybackCommand::TogglePlay);
    stage.run(1.0);
    assert_eq!(loudest(stage.between(stage.now - 0.9, stage.now)), 0.0, "another file has no sound");
}

#[test]
fn a_window_that_no_longer_draws_is_not_left_with_sound() {
    let clip = clip(PLAIN, 200, sine);
    let mut stage = Stage::new(&clip);
    stage.apply(PlaybackCommand::TogglePlay);
    stage.run(0.5);
    for _ in 0..200 {
        stage.feeder.turn(stage.now);
        stage.now += 0.01;
        let taken = stage.ear.listen(TAKEN, stage.now, LATENCY);
        stage.heard.extend(taken.chunks(CHANNELS).map(|pair| pair[0]));
    }
    let end = stage.heard.len();
    assert_eq!(loudest(&stage.heard[end - TAKEN * 50..]), 0.0);
    assert!(loudest(&stage.heard[..end - TAKEN * 120]) > 0.4);
}

#[test]
fn sound_is_found_and_described() {
    let clip = clip(Form { name: "a.mp4", codec: "aac", ..PLAIN }, 50, sine);
    let track = clip.video.info.sound.as_ref().expect("has sound");
    assert_eq!((track.codec.as_str(), track.channels, track.rate), ("aac", 1, RATE));
    let folder = tempfile::tempdir().expect("a folder");
    let silent: PathBuf = folder.path().join("silent.mp4");
    let mut writer = VideoWriter::create(&silent, 64, 48, Rate { num: FPS, den: 1 }).expect("opens");
    writer.push(&RgbPicture::black(64, 48)).expect("takes a frame");
    writer.finish().expect("is complete");
    let video = media::open(&silent).expect("can be played");
    assert_eq!(video.info.sound, None);
    assert!(SoundReader::open(&video, RATE).is_err());
}
