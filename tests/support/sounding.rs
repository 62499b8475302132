//! Videos with sound, for tests.
//!
//! Owns the writing of a video whose sound is a function of time: the program itself writes none.

use std::path::{Path, PathBuf};

use ffmpeg_next::codec::{self, encoder};
use ffmpeg_next::format::sample::{Sample, Type};
use ffmpeg_next::{ChannelLayout, Packet, Rational, format, frame};
use lookback::domain::pixels::RgbPicture;
use lookback::domain::time::Rate;
use lookback::media::{VideoWriter, WriterOptions};

/// Samples per second.
pub const RATE: u32 = 48_000;
/// Frames per second of the pictures.
pub const FPS: i32 = 25;

/// How a file is written.
#[derive(Clone, Copy)]
pub struct Form {
    /// Its name; the extension says the container.
    pub name: &'static str,
    /// Name of FFmpeg's encoder.
    pub codec: &'static str,
    /// Seconds by which all time stamps are moved.
    pub start: f64,
    /// Seconds by which sound begins later than the picture.
    pub late: f64,
}

/// Uncompressed, from zero on.
pub const PLAIN: Form = Form { name: "plain.mkv", codec: "pcm_s16le", start: 0.0, late: 0.0 };

/// Writes `frames` pictures and the sound that `sample` gives for each media time in seconds, counted from the first
/// picture. Returns the path of the file.
pub fn write(folder: &Path, form: Form, frames: usize, sample: impl Fn(f64) -> f32) -> PathBuf {
    // In the same container, so that the pictures can be copied as they are.
    let silent = folder.join(format!("silent-{}", form.name));
    let rate = Rate { num: FPS, den: 1 };
    let options = WriterOptions { b_frames: 0, ..WriterOptions::default() };
    let mut writer = VideoWriter::create_with(&silent, 64, 48, rate, options).expect("opens");
    for _ in 0..frames {
        writer.push(&RgbPicture::black(64, 48)).expect("takes a frame");
    }
    writer.finish().expect("is complete");
    let path = folder.join(form.name);
    add_sound(&silent, &path, form, frames as f64 / f64::from(FPS), sample);
    path
}

/// Copies the pictures of `from` and puts sound beside them.
fn add_sound(from: &Path, to: &Path, form: Form, secs: f64, sample: impl Fn(f64) -> f32) {
    ffmpeg_next::init().expect("works");
    let mut input = format::input(from).expect("opens");
    let mut output = format::output(to).expect("opens");
    let codec = encoder::find_by_name(form.codec).expect("FFmpeg has it");
    let mut audio = codec::Context::new_with_codec(codec).encoder().audio().expect("is for sound");
    let kind = if form.codec == "aac" { Sample::F32(Type::Planar) } else { Sample::I16(Type::Packed) };
    audio.set_rate(RATE as i32);
    audio.set_format(kind);
    audio.set_channel_layout(ChannelLayout::MONO);
    audio.set_time_base(Rational::new(1, RATE as i32));
    if output.format().flags().contains(format::Flags::GLOBAL_HEADER) {
        audio.set_flags(codec::Flags::GLOBAL_HEADER);
    }
    let mut audio = audio.open_as(codec).expect("opens");
    let picture = input.streams().best(ffmpeg_next::media::Type::Video).expect("is there");
    let (picture_base, picture_index) = (picture.time_base(), picture.index());
    let parameters = picture.parameters();
    output.add_stream(encoder::find(codec::Id::None)).expect("is added").set_parameters(parameters);
    output.add_stream_with(&audio).expect("is added").set_time_base(Rational::new(1, RATE as i32));
    output.write_header().expect("is written");
    let mut packets: Vec<(f64, Packet)> = Vec::new();
    let bases = [output.stream(0).expect("is there").time_base(), output.stream(1).expect("is there").time_base()];
    let secs_of = |ts: Option<i64>, base: Rational| ts.unwrap_or(0) as f64 * f64::from(base);
    for (stream, mut packet) in input.packets().map(|(s, p)| (s.index(), p)) {
        if stream == picture_index {
            let moved = (form.start / f64::from(picture_base)).round() as i64;
            packet.set_pts(packet.pts().map(|ts| ts + moved));
            packet.set_dts(packet.dts().map(|ts| ts + moved));
            let at = secs_of(packet.dts(), picture_base);
            packet.set_stream(0);
            packet.rescale_ts(picture_base, bases[0]);
            packets.push((at, packet));
        }
    }
    let at_once = if audio.frame_size() > 0 { audio.frame_size() as usize } else { 1024 };
    let total = ((secs - form.late) * f64::from(RATE)) as usize;
    let own = Rational::new(1, RATE as i32);
    let drain = |audio: &mut encoder::audio::Encoder, packets: &mut Vec<(f64, Packet)>| {
        let mut packet = Packet::empty();
        while audio.receive_packet(&mut packet).is_ok() {
            let at = secs_of(packet.dts(), own);
            packet.set_stream(1);
            packet.rescale_ts(own, bases[1]);
            packets.push((at, std::mem::replace(&mut packet, Packet::empty())));
        }
    };
    for first in (0..total).step_by(at_once) {
        let n = at_once.min(total - first);
        let mut moments = frame::Audio::new(kind, n, ChannelLayout::MONO);
        moments.set_rate(RATE);
        let values = (0..n).map(|i| sample(form.late + (first + i) as f64 / f64::from(RATE)));
        if form.codec == "aac" {
            moments.plane_mut::<f32>(0).iter_mut().zip(values).for_each(|(to, value)| *to = value);
        } else {
            moments.plane_mut::<i16>(0).iter_mut().zip(values).for_each(|(to, v)| *to = (v * 32_000.0) as i16);
        }
        let start = ((form.start + form.late) * f64::from(RATE)).round() as i64;
        moments.set_pts(Some(start + first as i64));
        audio.send_frame(&moments).expect("is taken");
        drain(&mut audio, &mut packets);
    }
    audio.send_eof().expect("ends");
    drain(&mut audio, &mut packets);
    packets.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, packet) in packets {
        packet.write_interleaved(&mut output).expect("is written");
    }
    output.write_trailer().expect("is written");
}
