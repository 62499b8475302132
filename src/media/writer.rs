//! Frames into video files.
//!
//! Owns encoding and muxing, the colour tags of what is written, and that a half-written file never
//! stands under its final name. Does not own what is drawn.

use std::path::{Path, PathBuf};

use ffmpeg_next::codec::{self, encoder};
use ffmpeg_next::format::{self, Pixel, context::Output};
use ffmpeg_next::software::scaling::Flags;
use ffmpeg_next::{Dictionary, Packet, Rational, color, frame};
use tempfile::TempPath;

use super::scale::Scaler;
use super::{MediaError, container};
use crate::domain::frame::{ColorMatrix, ColorRange};
use crate::domain::pixels::RgbPicture;
use crate::domain::time::{MediaTime, Rate};

/// Ticks per second where frames have times of their own; MPEG-4 Part 2 takes no more than 65535.
const TICKS: i32 = 60_000;

/// How a video is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriterOptions {
    /// Most frames from one key frame to the next.
    pub gop: u32,
    /// Most B-frames between two others.
    pub b_frames: usize,
    /// Frames are given their times by [`VideoWriter::push_at`].
    pub variable_rate: bool,
    /// MPEG-4 Part 2 even where H.264 can be written.
    pub mpeg4: bool,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self { gop: 50, b_frames: 2, variable_rate: false, mpeg4: false }
    }
}

/// Writes one video. Dropping it without [`VideoWriter::finish`] leaves nothing behind.
pub struct VideoWriter {
    path: PathBuf,
    partial: TempPath,
    output: Output,
    encoder: encoder::video::Encoder,
    source: frame::Video,
    scaler: Scaler,
    matrix: ColorMatrix,
    time_base: Rational,
    variable_rate: bool,
    /// How long a frame stays, in ticks of `time_base`; containers need it for the last one.
    duration: i64,
    next: i64,
}

impl VideoWriter {
    /// Starts a video of constant frame rate; the container follows the extension (`mp4`, `mov`, `mkv`, `avi`, `ts`).
    ///
    /// # Errors
    /// Odd or zero sizes, no rate, a folder that cannot be written to, or no encoder in this FFmpeg.
    pub fn create(path: &Path, width: usize, height: usize, rate: Rate) -> Result<Self, MediaError> {
        Self::create_with(path, width, height, rate, WriterOptions::default())
    }

    /// As [`Self::create`], encoded as `options` say.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn create_with(
        path: &Path,
        width: usize,
        height: usize,
        rate: Rate,
        options: WriterOptions,
    ) -> Result<Self, MediaError> {
        container::set_up();
        let failed = |problem: ffmpeg_next::Error| MediaError::unwritable(path, problem);
        let size = |n: usize| u32::try_from(n).ok().filter(|n| (2..=16384).contains(n) && n % 2 == 0);
        let (Some(w), Some(h)) = (size(width), size(height)) else {
            let problem = format!("{width} × {height} pixels are not even numbers from 2 to 16384");
            return Err(MediaError::unwritable(path, problem));
        };
        if rate.fps().is_none() {
            return Err(MediaError::unwritable(path, format!("{}/{} is no frame rate", rate.num, rate.den)));
        }
        let partial = partial_file(path)?;
        let name = partial.to_str().ok_or_else(|| MediaError::unwritable(path, "its folder's name is not Unicode"))?;
        let mut output = format::output_as(name, muxer(path)?).map_err(failed)?;
        let time_base = if options.variable_rate { Rational::new(1, TICKS) } else { Rational::new(rate.den, rate.num) };
        let matrix = if height >= 720 { ColorMatrix::Bt709 } else { ColorMatrix::Bt601 };
        let headers = output.format().flags().contains(format::Flags::GLOBAL_HEADER);
        let encoder = open_encoder(w, h, rate, time_base, matrix, headers, options)
            .ok_or_else(|| MediaError::unwritable(path, "FFmpeg has neither an H.264 nor an MPEG-4 encoder"))?;
        let mut stream = output.add_stream_with(&encoder).map_err(failed)?;
        stream.set_time_base(time_base);
        if !options.variable_rate {
            stream.set_avg_frame_rate(Rational::new(rate.num, rate.den));
        }
        output.write_header().map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            partial,
            output,
            encoder,
            source: frame::Video::new(Pixel::RGB24, w, h),
            scaler: Scaler::default(),
            matrix,
            time_base,
            variable_rate: options.variable_rate,
            duration: if options.variable_rate {
                i64::from(TICKS) * i64::from(rate.den) / i64::from(rate.num)
            } else {
                1
            },
            next: 0,
        })
    }

    /// Adds the next frame, one frame duration after the last.
    ///
    /// # Errors
    /// A picture of another size, a full disk, or an encoder failure.
    pub fn push(&mut self, picture: &RgbPicture) -> Result<(), MediaError> {
        if self.variable_rate {
            return Err(MediaError::unwritable(&self.path, "frames of a variable-rate video need their times"));
        }
        self.encode(picture, self.next)
    }

    /// Adds a frame that appears at `time`, which must be later than the last one's; for variable-rate videos only.
    ///
    /// # Errors
    /// As [`Self::push`]; times that do not grow.
    pub fn push_at(&mut self, picture: &RgbPicture, time: MediaTime) -> Result<(), MediaError> {
        let ticks = (i128::from(time.micros()) * i128::from(TICKS) + 500_000).div_euclid(1_000_000);
        if !self.variable_rate || ticks < i128::from(self.next) {
            return Err(MediaError::unwritable(
                &self.path,
                format!("a frame at {time} is not later than the one before"),
            ));
        }
        self.encode(picture, i64::try_from(ticks).unwrap_or(i64::MAX - 1))
    }

    /// Completes the file and gives it its name, replacing a file of that name.
    ///
    /// # Errors
    /// A full disk, or the file cannot be renamed.
    pub fn finish(mut self) -> Result<(), MediaError> {
        self.encoder.send_eof().map_err(|err| MediaError::unwritable(&self.path, err))?;
        self.drain()?;
        self.output.write_trailer().map_err(|err| MediaError::unwritable(&self.path, err))?;
        let Self { path, partial, output, .. } = self;
        // Closes the file.
        drop(output);
        let on_disk = std::fs::OpenOptions::new().write(true).open(&partial).and_then(|file| file.sync_all());
        on_disk.map_err(|err| MediaError::unwritable(&path, err))?;
        partial.persist(&path).map_err(|err| MediaError::unwritable(&path, err.error))
    }

    fn encode(&mut self, picture: &RgbPicture, ticks: i64) -> Result<(), MediaError> {
        let (w, h) = (self.source.width() as usize, self.source.height() as usize);
        if (picture.width, picture.height) != (w, h) || picture.data.len() != w * h * 3 {
            let problem =
                format!("a picture of {} × {} does not fit a video of {w} × {h}", picture.width, picture.height);
            return Err(MediaError::unwritable(&self.path, problem));
        }
        let stride = self.source.stride(0);
        for (row, line) in picture.data.chunks_exact(w * 3).enumerate() {
            self.source.data_mut(0)[row * stride..][..w * 3].copy_from_slice(line);
        }
        let flags = Flags::AREA | Flags::ACCURATE_RND;
        let size = (self.source.width(), self.source.height());
        let colors = (self.matrix, ColorRange::Limited);
        let Some(yuv) = self.scaler.convert(&self.source, Pixel::YUV420P, size, flags, colors) else {
            return Err(MediaError::unwritable(&self.path, "the picture could not be converted"));
        };
        // The encoder keeps frames back, so each needs pixels of its own.
        let mut frame = yuv.clone();
        frame.set_pts(Some(ticks));
        self.next = ticks + 1;
        self.encoder.send_frame(&frame).map_err(|err| MediaError::unwritable(&self.path, err))?;
        self.drain()
    }

    /// Writes what the encoder has ready.
    fn drain(&mut self) -> Result<(), MediaError> {
        let mut packet = Packet::empty();
        // Any error here means that nothing is ready or that all was given.
        while self.encoder.receive_packet(&mut packet).is_ok() {
            packet.set_stream(0);
            packet.set_duration(self.duration);
            let target = self.output.stream(0).map_or(self.time_base, |s| s.time_base());
            packet.rescale_ts(self.time_base, target);
            let written = packet.write_interleaved(&mut self.output);
            written.map_err(|err| MediaError::unwritable(&self.path, err))?;
            packet = Packet::empty();
        }
        Ok(())
    }
}

/// A hidden file in the target's folder, removed unless it is renamed.
fn partial_file(path: &Path) -> Result<TempPath, MediaError> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut builder = tempfile::Builder::new();
    // A temporary file is private by default; a finished video is as readable as any new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.prefix(".writing-").suffix(".part").tempfile_in(folder);
    file.map(tempfile::NamedTempFile::into_temp_path).map_err(|err| MediaError::unwritable(path, err))
}

/// FFmpeg's muxer for the extension of `path`.
fn muxer(path: &Path) -> Result<&'static str, MediaError> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    Ok(match extension.as_str() {
        "mp4" | "m4v" => "mp4",
        "mov" => "mov",
        "mkv" => "matroska",
        "avi" => "avi",
        "ts" => "mpegts",
        _ => return Err(MediaError::unwritable(path, "its name must end in .mp4, .mov, .mkv, .avi or .ts")),
    })
}

fn open_encoder(
    width: u32,
    height: u32,
    rate: Rate,
    time_base: Rational,
    matrix: ColorMatrix,
    headers: bool,
    options: WriterOptions,
) -> Option<encoder::video::Encoder> {
    let names: &[&str] = if options.mpeg4 { &["mpeg4"] } else { &["libx264", "mpeg4"] };
    names.iter().find_map(|name| {
        let codec = encoder::find_by_name(name)?;
        let mut video = codec::Context::new_with_codec(codec).encoder().video().ok()?;
        video.set_width(width);
        video.set_height(height);
        video.set_format(Pixel::YUV420P);
        video.set_time_base(time_base);
        if !options.variable_rate {
            video.set_frame_rate(Some(Rational::new(rate.num, rate.den)));
        }
        video.set_gop(options.gop);
        video.set_max_b_frames(options.b_frames);
        let (space, primaries, transfer) = match matrix {
            ColorMatrix::Bt601 => {
                (color::Space::SMPTE170M, color::Primaries::SMPTE170M, color::TransferCharacteristic::SMPTE170M)
            }
            _ => (color::Space::BT709, color::Primaries::BT709, color::TransferCharacteristic::BT709),
        };
        video.set_colorspace(space);
        video.set_color_primaries(primaries);
        video.set_color_transfer_characteristic(transfer);
        video.set_color_range(color::Range::MPEG);
        if headers {
            video.set_flags(codec::Flags::GLOBAL_HEADER);
        }
        let mut settings = Dictionary::new();
        if *name == "libx264" {
            settings.set("preset", "veryfast");
            settings.set("crf", "23");
        } else {
            settings.set("qmin", "3");
            settings.set("qmax", "8");
        }
        video.open_as_with(codec, settings).ok()
    })
}
