//! The sound device of the machine.
//!
//! Owns everything that names `cpal`: the device and its format, and the callback in which the
//! device takes samples. Where there is no device, or it fails, nobody is told: sound is an extra.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cpal::traits::{DeviceTrait as _, HostTrait as _, StreamTrait as _};
use cpal::{ErrorKind, FromSample, OutputCallbackInfo, SampleFormat, SizedSample, Stream};

use super::{Desk, Device, Line, Output, Playout};
use crate::domain::sound::CHANNELS;

/// Moments converted at a time; the callback has no memory but this.
const PART: usize = 512;

/// The default device.
#[derive(Debug, Default)]
pub struct Loudspeaker;

impl Device for Loudspeaker {
    fn start(&mut self, desk: &Arc<Desk>) -> Option<Output> {
        let _messages = quiet();
        let device = cpal::default_host().default_output_device()?;
        let preferred = device.default_output_config().map_err(|err| log::info!("no sound: {err}")).ok()?;
        let (config, format) = (preferred.config(), preferred.sample_format());
        let (playout, blocks) = Playout::new(desk, config.sample_rate);
        let broken = Arc::new(AtomicBool::new(false));
        let player = Player { playout, desk: Arc::clone(desk), broken: Arc::clone(&broken) };
        let stream = match format {
            SampleFormat::F32 => player.play::<f32>(&device, config),
            SampleFormat::F64 => player.play::<f64>(&device, config),
            SampleFormat::I16 => player.play::<i16>(&device, config),
            SampleFormat::I32 => player.play::<i32>(&device, config),
            SampleFormat::U8 => player.play::<u8>(&device, config),
            SampleFormat::U16 => player.play::<u16>(&device, config),
            _ => None,
        }?;
        log::info!("sound: {device}, {} Hz, {} channels, {format}", config.sample_rate, config.channels);
        Some(Output { rate: config.sample_rate, blocks, line: Box::new(Running { _stream: stream, broken }) })
    }
}

/// A stream that plays.
struct Running {
    _stream: Stream,
    broken: Arc<AtomicBool>,
}

impl Line for Running {
    fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }
}

/// ALSA writes to standard error where it finds nothing; on a server that would be a page of it at each start. Until
/// what is returned is dropped, and on this thread only, it is kept instead.
#[cfg(target_os = "linux")]
fn quiet() -> impl Sized {
    alsa::Output::local_error_handler().ok()
}

#[cfg(not(target_os = "linux"))]
fn quiet() -> impl Sized {}

/// What a stream is made of.
struct Player {
    playout: Playout,
    desk: Arc<Desk>,
    broken: Arc<AtomicBool>,
}

impl Player {
    fn play<T: SizedSample + FromSample<f32>>(
        self,
        device: &cpal::Device,
        config: cpal::StreamConfig,
    ) -> Option<Stream> {
        let Self { mut playout, desk, broken } = self;
        let channels = usize::from(config.channels);
        let rate = f64::from(config.sample_rate);
        let mut part = [0.0; PART * CHANNELS];
        let callback = move |out: &mut [T], info: &OutputCallbackInfo| {
            let now = desk.now();
            let stamp = info.timestamp();
            let latency = stamp.playback.saturating_duration_since(stamp.callback).as_secs_f64();
            for (i, moments) in out.chunks_mut(PART * channels).enumerate() {
                let stereo = &mut part[..moments.len() / channels * CHANNELS];
                playout.fill(stereo, now, now + latency + (i * PART) as f64 / rate);
                for (moment, pair) in moments.chunks_exact_mut(channels).zip(stereo.chunks_exact(CHANNELS)) {
                    spread(moment, pair);
                }
            }
        };
        let failed = move |err: cpal::Error| match err.kind() {
            // It goes on by itself.
            ErrorKind::Xrun | ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
            _ => {
                log::info!("sound: {err}");
                broken.store(true, Ordering::Release);
            }
        };
        let stream = device.build_output_stream(config, callback, failed, None);
        let stream = stream.map_err(|err| log::info!("no sound: {err}")).ok()?;
        stream.play().map_err(|err| log::info!("no sound: {err}")).ok()?;
        Some(stream)
    }
}

/// Left and right onto as many channels as the device has.
fn spread<T: SizedSample + FromSample<f32>>(moment: &mut [T], pair: &[f32]) {
    match moment {
        [one] => *one = T::from_sample((pair[0] + pair[1]) * 0.5),
        [left, right, rest @ ..] => {
            (*left, *right) = (T::from_sample(pair[0]), T::from_sample(pair[1]));
            rest.fill(T::EQUILIBRIUM);
        }
        [] => {}
    }
}
