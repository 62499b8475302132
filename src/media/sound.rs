//! The sound of a file.
//!
//! Owns a demuxer and decoder of one sound track, apart from those of the picture: seeking by time,
//! decoding, and conversion to stereo at the rate of the device. Sound is an extra: what cannot be
//! decoded is left out and never stops the picture. Does not own how it is played.

use std::path::PathBuf;

use ffmpeg_next::format::context::Input;
use ffmpeg_next::format::sample::{Sample, Type};
use ffmpeg_next::software::resampling;
use ffmpeg_next::{ChannelLayout, Packet, codec, decoder, frame};

use super::index::MAX_READ_ERRORS;
use super::{MediaError, OpenedVideo, container, ffi};
use crate::domain::sound::{CHANNELS, SoundChunk, SoundTrack};
use crate::domain::time::MediaTime;
use crate::jobs::Ticket;

/// Packets in a row that give no sound after which the track is given up.
const MAX_USELESS: usize = 4096;

/// Sound decoded and thrown away before the wanted moment: some codecs need what came before (Opus asks for 80 ms).
const RUN_UP: MediaTime = MediaTime::from_micros(120_000);

/// Earlier places tried, in microseconds, where sound lies behind its picture in the file.
const EARLIER: [i64; 3] = [0, 2_000_000, 10_000_000];

/// How far a time stamp may be off before it is believed more than the number of samples, in microseconds. Containers
/// round, and codecs with blocks of changing length, such as Vorbis, are stamped a block early or late.
const SLACK: i64 = 30_000;

/// The best sound track for the picture of stream `video`, if there is one that can be decoded.
pub fn describe(input: &mut Input, video: usize) -> Option<SoundTrack> {
    let stream = ffi::best_sound(input, video)?;
    let decoder = open_decoder(input, stream)?;
    let (channels, rate) = (usize::from(decoder.channels()), decoder.rate());
    let codec = decoder.id().name().to_owned();
    (channels > 0 && rate > 0).then_some(SoundTrack { stream, codec, channels, rate })
}

fn open_decoder(input: &Input, stream: usize) -> Option<decoder::Audio> {
    let stream = input.stream(stream)?;
    let codec = decoder::find(stream.parameters().id())?;
    let context = codec::Context::from_parameters(stream.parameters()).ok()?;
    let mut decoder = context.decoder();
    // With it the decoder cuts off what the encoder put before the first sample, and moves the time stamps.
    decoder.set_packet_time_base(stream.time_base());
    decoder.open_as(codec).and_then(decoder::Opened::audio).ok()
}

/// Decodes the sound of a file from any moment. Blocking; lives on one thread.
pub struct SoundReader {
    path: PathBuf,
    input: Input,
    decoder: decoder::Audio,
    decoded: frame::Audio,
    resampler: Option<resampling::Context>,
    stream: usize,
    time_base: (i32, i32),
    /// The stream by which the file is positioned, and its time base: containers index the picture.
    guide: (usize, (i32, i32)),
    rate: u32,
    /// A time stamp that was believed, in microseconds, and the samples decoded since.
    anchor: Option<(i64, i64)>,
    /// What is before this is decoded, but not given out.
    from: Option<MediaTime>,
    /// A packet that was read while looking for the place to start.
    held: Option<Packet>,
    draining: bool,
    useless: usize,
}

impl SoundReader {
    /// Opens the sound of `video` before its first sample, to be given out at `rate` samples per second.
    ///
    /// # Errors
    /// The file has no sound, is gone, or is no longer what it was.
    pub fn open(video: &OpenedVideo, rate: u32) -> Result<Self, MediaError> {
        let path = &video.info.path;
        let failed = |problem: &str| MediaError::failed(path, "opening the sound", problem);
        let track = video.info.sound.as_ref().ok_or_else(|| failed("the file has none"))?;
        let mut input = container::open(path)?;
        let guide = video.index.stream;
        ffi::keep_only(&mut input, track.stream);
        let decoder = open_decoder(&input, track.stream).ok_or_else(|| failed("the decoder does not take it"))?;
        let time_base = |stream| input.stream(stream).map(|s| ffi::parts(s.time_base()));
        let (Some(own), Some(guides)) = (time_base(track.stream), time_base(guide)) else {
            return Err(failed("the file has changed"));
        };
        Ok(Self {
            path: path.clone(),
            input,
            decoder,
            decoded: frame::Audio::empty(),
            resampler: None,
            stream: track.stream,
            time_base: own,
            guide: (guide, guides),
            rate,
            anchor: None,
            from: None,
            held: None,
            draining: false,
            useless: 0,
        })
    }

    /// Makes the sound of `to` the next to be given out. Returns early, anywhere, once `ticket` is stale.
    pub fn seek(&mut self, to: MediaTime, ticket: &Ticket) {
        let start = to - RUN_UP;
        for earlier in EARLIER {
            let place = start - MediaTime::from_micros(earlier);
            let ts = ticks(place, self.guide.1);
            let found = ffi::seek_before(&mut self.input, self.guide.0, ts).is_ok();
            if !found && !self.reopen() {
                return;
            }
            self.restarted(to);
            if self.skip_until(start, ticket) || !found || ticket.is_stale() {
                return;
            }
        }
        // All that is found lies later: the track has a hole here.
    }

    /// The next stretch of sound; `None` at the end, or when nothing more can be decoded.
    ///
    /// Stretches follow each other, but not without gaps and overlaps: their times say where they belong.
    pub fn next_chunk(&mut self) -> Option<SoundChunk> {
        while self.useless < MAX_USELESS {
            if self.decoder.receive_frame(&mut self.decoded).is_ok() {
                self.useless = 0;
                if let Some(chunk) = self.convert() {
                    return Some(chunk);
                }
                continue;
            }
            if self.draining {
                return None;
            }
            self.useless += 1;
            if let Some(packet) = self.read() {
                // A packet that the decoder refuses is left out; the next may be good.
                self.decoder.send_packet(&packet).ok();
            } else {
                self.draining = true;
                self.decoder.send_eof().ok();
            }
        }
        log::info!("{}: its sound cannot be decoded any further", self.path.display());
        None
    }

    /// Reads on to the packet that holds `start`, which is held; `false` if the first one found is later already.
    fn skip_until(&mut self, start: MediaTime, ticket: &Ticket) -> bool {
        let mut first = true;
        while !ticket.is_stale() {
            let Some(packet) = self.read() else { return !first };
            let Some(ts) = packet.pts().or_else(|| packet.dts()) else { continue };
            let at = self.time(ts);
            let end = at + self.time(packet.duration());
            if end > start {
                self.held = Some(packet);
                return !first || at <= start;
            }
            first = false;
        }
        true
    }

    fn read(&mut self) -> Option<Packet> {
        if let Some(packet) = self.held.take() {
            return Some(packet);
        }
        let mut errors = 0;
        loop {
            // A fresh packet each time: reading into a used one would leak its data.
            let mut packet = Packet::empty();
            match packet.read(&mut self.input) {
                Ok(()) if packet.stream() == self.stream => return Some(packet),
                Ok(()) => {}
                Err(ffmpeg_next::Error::InvalidData) if errors < MAX_READ_ERRORS => errors += 1,
                Err(_) => return None,
            }
        }
    }

    fn restarted(&mut self, to: MediaTime) {
        self.decoder.flush();
        self.resampler = None;
        self.anchor = None;
        self.from = Some(to);
        self.held = None;
        self.draining = false;
        self.useless = 0;
    }

    /// Stands at the start of the file again, for containers that cannot seek.
    fn reopen(&mut self) -> bool {
        let Ok(mut input) = container::open(&self.path) else { return false };
        ffi::keep_only(&mut input, self.stream);
        let Some(decoder) = open_decoder(&input, self.stream) else { return false };
        (self.input, self.decoder) = (input, decoder);
        true
    }

    fn time(&self, ticks: i64) -> MediaTime {
        MediaTime::from_ticks(ticks, self.time_base.0, self.time_base.1)
    }

    /// The decoded samples as stereo at the wanted rate, without what lies before the moment sought.
    fn convert(&mut self) -> Option<SoundChunk> {
        let (frames, rate) = (self.decoded.samples(), self.decoded.rate());
        if frames == 0 || rate == 0 {
            return None;
        }
        let stamp = self.decoded.timestamp().map(|ts| self.time(ts).micros());
        // Counted from one stamp, not from sample to sample, so that rounding does not add up.
        let counted = self.anchor.map(|(anchor, samples)| anchor + samples * 1_000_000 / i64::from(rate));
        let start = match (stamp, counted) {
            (Some(stamp), Some(counted)) if (stamp - counted).abs() <= SLACK => counted,
            (Some(stamp), _) => {
                self.anchor = Some((stamp, 0));
                stamp
            }
            (None, Some(counted)) => counted,
            // Nothing says where this belongs.
            (None, None) => return None,
        };
        if let Some((_, samples)) = &mut self.anchor {
            *samples += frames as i64;
        }
        if self.decoded.channel_layout().is_empty() {
            self.decoded.set_channel_layout(ChannelLayout::default(i32::from(self.decoded.channels())));
        }
        let (samples, delay) = self.resample()?;
        let start = MediaTime::from_micros(start) - delay;
        self.cut(SoundChunk { start, samples })
    }

    /// The samples, and how long before the decoded ones they begin: a resampler gives late what it takes.
    fn resample(&mut self) -> Option<(Vec<f32>, MediaTime)> {
        let target = (Sample::F32(Type::Packed), ChannelLayout::STEREO, self.rate);
        let given = resampling::context::Definition {
            format: self.decoded.format(),
            channel_layout: self.decoded.channel_layout(),
            rate: self.decoded.rate(),
        };
        if self.resampler.as_ref().is_none_or(|r| *r.input() != given) {
            let (format, layout, rate) = (given.format, given.channel_layout, given.rate);
            self.resampler = resampling::Context::get(format, layout, rate, target.0, target.1, target.2).ok();
        }
        let resampler = self.resampler.as_mut()?;
        let waiting = resampler.delay().map_or(0, |d| d.output.max(0));
        let ratio = f64::from(self.rate) / f64::from(given.rate);
        let room = waiting as usize + (self.decoded.samples() as f64 * ratio).ceil() as usize + 64;
        let mut out = frame::Audio::new(target.0, room, target.1);
        if resampler.run(&self.decoded, &mut out).is_err() {
            // Another form than it was made for; the next one is made for the next samples.
            self.resampler = None;
            return None;
        }
        // Reading anything else as pairs would panic.
        if out.format() != target.0 || usize::from(out.channels()) != CHANNELS || out.planes() == 0 {
            return None;
        }
        let samples = out.plane::<(f32, f32)>(0).iter().flat_map(|(left, right)| [*left, *right]).collect();
        Some((samples, MediaTime::from_ticks(waiting, 1, i32::try_from(self.rate).ok()?)))
    }

    fn cut(&mut self, mut chunk: SoundChunk) -> Option<SoundChunk> {
        if let Some(from) = self.from {
            let before = (from - chunk.start).secs_f64() * f64::from(self.rate);
            let before = (before.ceil().max(0.0) as usize).min(chunk.frames());
            chunk.samples.drain(..before * CHANNELS);
            chunk.start = chunk.start + MediaTime::from_ticks(before as i64, 1, i32::try_from(self.rate).ok()?);
            if !chunk.samples.is_empty() {
                self.from = None;
            }
        }
        (!chunk.samples.is_empty()).then_some(chunk)
    }
}

/// A time in ticks of a time base, rounded down.
fn ticks(time: MediaTime, (num, den): (i32, i32)) -> i64 {
    let scaled = i128::from(time.micros()) * i128::from(den.max(1));
    let ticks = scaled.div_euclid(i128::from(num.max(1)) * 1_000_000);
    ticks.clamp(i128::from(i64::MIN + 1), i128::from(i64::MAX)) as i64
}
