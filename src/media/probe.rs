//! Opening a video: what it is, and the table of its frames.
//!
//! Owns [`OpenedVideo`], the value that the rest of the program knows a video by, and the notes about
//! damage that it was opened with. Does not own playback.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ffmpeg_next::format::context::Input;
use ffmpeg_next::format::stream::Disposition;
use ffmpeg_next::packet::side_data::Type as SideData;
use ffmpeg_next::{Rational, frame, media};

use super::hardware::Hardware;
use super::index::{self, Scan, StreamIndex};
use super::reader::{Means, Reader};
use super::{MediaError, color, container, ffi, sound, upright};
use crate::domain::frame::{ColorMatrix, ColorRange, Rotation};
use crate::domain::frames::FrameTable;
use crate::domain::sound::SoundTrack;
use crate::domain::time::Rate;

/// Packets tried before a stream is given up as undecodable.
const MAX_TRIED: usize = 2000;

/// What is known about a video without playing it.
#[derive(Clone, Debug, PartialEq)]
pub struct VideoInfo {
    /// Where it is.
    pub path: PathBuf,
    /// FFmpeg's name of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`.
    pub container: String,
    /// FFmpeg's name of the codec, such as `h264`.
    pub codec: String,
    /// FFmpeg's name of the decoded pixel format, such as `yuv420p`.
    pub pixel_format: String,
    /// Stored width in pixels.
    pub width: usize,
    /// Stored height in pixels.
    pub height: usize,
    /// Width and height as it should be looked at: aspect-corrected and upright, in square pixels.
    pub display_size: (f64, f64),
    /// Frame rate as the container states it; for display only.
    pub rate: Option<Rate>,
    /// Turn that makes it upright.
    pub rotation: Rotation,
    /// Width of a stored pixel divided by its height.
    pub pixel_aspect: f64,
    /// Coefficients of the first frame.
    pub matrix: ColorMatrix,
    /// Code range of the first frame.
    pub range: ColorRange,
    /// Size of the file in bytes.
    pub file_bytes: u64,
    /// Its sound, if it has any that can be decoded.
    pub sound: Option<SoundTrack>,
}

/// A video that can be decoded: its facts and its frames. Cheap to clone, holds no open file.
#[derive(Clone, Debug)]
pub struct OpenedVideo {
    /// What it is.
    pub info: VideoInfo,
    /// When each frame appears.
    pub frames: Arc<FrameTable>,
    /// What is wrong with it, in sentences; empty for a sound file.
    pub notes: Vec<String>,
    pub(super) index: Arc<StreamIndex>,
}

impl OpenedVideo {
    pub(super) fn reader(&self) -> Result<Reader, MediaError> {
        Reader::open(self.info.path.clone(), Arc::clone(&self.frames), Arc::clone(&self.index))
    }

    /// A reader that leaves the machine to others: its decoder has one thread.
    pub(super) fn modest_reader(&self) -> Result<Reader, MediaError> {
        self.reader_by(Means::Threads(1))
    }

    /// A reader whose pictures are in a device's memory.
    pub(super) fn device_reader(&self, hardware: Hardware) -> Result<Reader, MediaError> {
        self.reader_by(Means::Device(hardware))
    }

    fn reader_by(&self, means: Means) -> Result<Reader, MediaError> {
        Reader::open_with(self.info.path.clone(), Arc::clone(&self.frames), Arc::clone(&self.index), means)
    }
}

/// Opens the best video stream of a file and reads all its packets once.
///
/// # Errors
/// The file is not a local video file, holds no video, or none of its frames can be decoded.
pub fn open(path: &Path) -> Result<OpenedVideo, MediaError> {
    open_stream(path, None)
}

/// As [`open`], for stream number `stream` of the file where one is given.
///
/// # Errors
/// As [`open`].
pub fn open_stream(path: &Path, stream: Option<usize>) -> Result<OpenedVideo, MediaError> {
    let mut input = container::open(path)?;
    let stream = choose(&input, stream, path)?;
    let mut info = describe(&mut input, stream, path)?;
    let scan = index::scan(&mut input, stream, info.rate);
    let promised = promised(&input, stream);
    drop(input);

    let no_frames = || MediaError::NoFrames { path: path.to_owned() };
    let (table, index) = scan.tabulate(None).ok_or_else(no_frames)?;
    let all = table.len();
    let (mut table, mut index) = (Arc::new(table), Arc::new(index));
    let mut first = Reader::open(path.to_owned(), Arc::clone(&table), Arc::clone(&index))?;
    let label = first.next_label(MAX_TRIED).ok_or_else(|| MediaError::NothingDecodes {
        path: path.to_owned(),
        packets: scan.packets,
        tried: first.packets_sent(),
        codec: info.codec.clone(),
    })?;
    look_at(first.picture(), &mut info);
    if scan.order_unknown {
        let mut shown = vec![label];
        shown.extend(std::iter::from_fn(|| first.next_label(usize::MAX)));
        let (as_shown, order) = scan.tabulate_as_decoded(&shown).ok_or_else(no_frames)?;
        (table, index) = (Arc::new(as_shown), Arc::new(order));
    } else if index.time(label) > table.time(0) {
        let (rest, keys) = scan.tabulate(Some(label)).ok_or_else(no_frames)?;
        (table, index) = (Arc::new(rest), Arc::new(keys));
    }
    drop(first);
    let notes = notes(&scan, &table, all, promised);
    Ok(OpenedVideo { info, frames: table, notes, index })
}

/// The stream to show.
fn choose(input: &Input, wanted: Option<usize>, path: &Path) -> Result<usize, MediaError> {
    let is_video = |index: usize| {
        input.stream(index).is_some_and(|s| {
            s.parameters().medium() == media::Type::Video && !s.disposition().contains(Disposition::ATTACHED_PIC)
        })
    };
    let best = input.streams().best(media::Type::Video).map(|s| s.index());
    let any = || (0..input.nb_streams() as usize).find(|i| is_video(*i));
    let chosen = match wanted {
        Some(stream) => Some(stream).filter(|s| is_video(*s)),
        None => best.filter(|s| is_video(*s)).or_else(any),
    };
    chosen.ok_or_else(|| MediaError::NoVideo { path: path.to_owned(), holds: holdings(input) })
}

/// What a file without video holds, for people.
fn holdings(input: &Input) -> String {
    let mut names: Vec<&str> = input
        .streams()
        .map(|s| match s.parameters().medium() {
            media::Type::Audio => "sound",
            media::Type::Subtitle => "subtitles",
            media::Type::Video => "a picture",
            _ => "data",
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() { "an empty container".to_owned() } else { names.join(" and ") }
}

fn describe(input: &mut Input, stream: usize, path: &Path) -> Result<VideoInfo, MediaError> {
    let file_bytes = path.metadata().map_or(0, |m| m.len());
    let pixel_aspect = ffi::pixel_aspect(input, stream).unwrap_or(1.0);
    let container = input.format().name().to_owned();
    let Some(found) = input.stream(stream) else {
        return Err(MediaError::failed(path, "finding the video track", "there is none"));
    };
    let parameters = found.parameters();
    let size = ffi::stated_size(&parameters);
    let matrix = found.side_data().find(|data| data.kind() == SideData::DisplayMatrix);
    let rotation = matrix.and_then(|m| upright::rotation(m.data())).unwrap_or_default();
    let rate = [found.avg_frame_rate(), found.rate()].into_iter().find_map(usable);
    Ok(VideoInfo {
        path: path.to_owned(),
        container,
        codec: parameters.id().name().to_owned(),
        pixel_format: String::new(),
        width: size.width,
        height: size.height,
        display_size: (0.0, 0.0),
        rate,
        rotation,
        pixel_aspect,
        matrix: ColorMatrix::Bt601,
        range: ColorRange::Limited,
        file_bytes,
        sound: sound::describe(input, stream),
    })
}

/// A rate that can be true of video.
fn usable(rate: Rational) -> Option<Rate> {
    let (num, den) = ffi::parts(rate);
    let rate = Rate { num, den };
    rate.fps().filter(|fps| (0.001..=1000.0).contains(fps)).map(|_| rate)
}

/// Frames that the header promises; 0 if it does not say.
fn promised(input: &Input, stream: usize) -> usize {
    input.stream(stream).map_or(0, |s| usize::try_from(s.frames()).unwrap_or(0))
}

/// Completes the facts from the first decoded picture, which is right where the header is wrong.
fn look_at(picture: &frame::Video, info: &mut VideoInfo) {
    info.width = picture.width() as usize;
    info.height = picture.height() as usize;
    info.matrix = color::matrix(picture);
    info.range = color::range(picture);
    info.pixel_format = picture.format().descriptor().map_or_else(String::new, |d| d.name().to_owned());
    let (w, h) = (info.width as f64 * info.pixel_aspect, info.height as f64);
    info.display_size = if info.rotation.swaps_axes() { (h, w) } else { (w, h) };
}

/// Sentences about what is wrong with the file.
fn notes(scan: &Scan, table: &FrameTable, all: usize, promised: usize) -> Vec<String> {
    let mut notes = Vec::new();
    let end = table.span().end;
    if let Some(problem) = &scan.stopped_by {
        notes.push(format!("Reading stopped at {end}: {problem}. What comes after it is not shown."));
    } else if scan.read_errors > 0 {
        notes.push(format!(
            "{} damaged places in the file were passed over; frames are missing there.",
            scan.read_errors
        ));
    }
    if promised > scan.packets {
        notes.push(format!(
            "The file is cut off: its header promises {promised} frames, {} are there, up to {end}.",
            scan.packets
        ));
    }
    if scan.corrupt > 0 {
        notes.push(match scan.corrupt {
            1 => "One frame holds damaged data and may look wrong.".to_owned(),
            n => format!("{n} frames hold damaged data and may look wrong."),
        });
    }
    notes.extend(holes(table));
    let lost = scan.headless + all.saturating_sub(table.len());
    if lost > 0 {
        notes.push(format!(
            "{lost} frames without their key frame (mostly at the start) cannot be decoded and are left out."
        ));
    }
    notes
}

/// A sentence about stretches without frames in a video that is otherwise evenly timed.
///
/// Some containers lose damaged stretches without any error; the times of the frames still show it.
fn holes(table: &FrameTable) -> Option<String> {
    let gaps: Vec<i64> = (1..table.len()).map(|i| (table.time(i) - table.time(i - 1)).micros()).collect();
    let mut sorted = gaps.clone();
    sorted.sort_unstable();
    let usual = *sorted.get(sorted.len() / 2)?;
    // Container clocks may count milliseconds.
    let even = gaps.iter().filter(|g| (**g - usual).abs() <= usual / 10 + 1000).count();
    let long: Vec<usize> = (0..gaps.len()).filter(|i| gaps[*i] > usual * 4).collect();
    let first = *long.first()?;
    if even * 10 < gaps.len() * 9 {
        return None;
    }
    let lost: i64 = long.iter().map(|i| gaps[*i] / usual.max(1) - 1).sum();
    let at = table.time(first);
    Some(format!(
        "About {lost} frames are missing at {} places, the first at {at}: the recording paused there or is damaged.",
        long.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::MediaTime;

    fn table(times: impl Iterator<Item = i64>) -> FrameTable {
        FrameTable::new(times.map(|t| (MediaTime::from_micros(t), true)).collect(), None).unwrap()
    }

    #[test]
    fn a_hole_in_an_even_recording_is_told() {
        assert_eq!(holes(&table((0..100).map(|i| i * 40_000))), None);
        let holed = holes(&table((0..100).filter(|i| !(40..50).contains(i)).map(|i| i * 40_000)));
        assert!(holed.as_ref().is_some_and(|n| n.contains("About 10 frames")), "{holed:?}");
        // Motion-triggered recording has no even rate, so nothing can be said.
        assert_eq!(holes(&table((0..100).map(|i| i * i * 1000))), None);
        assert_eq!(holes(&table(0..1)), None);
    }
}
