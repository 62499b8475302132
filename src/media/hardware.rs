//! Which devices decode video on this machine.
//!
//! Owns the list of kinds that are used, opened when first needed and kept for the whole run, and how far a
//! right picture of theirs may be from the software decoder's. Does not own the check that it is: that is
//! `verified`'s. Only the player decodes on devices; what is scored comes from software, so that the same file
//! gives the same score on every machine.

use std::sync::OnceLock;

use ffmpeg_next::format::Pixel;
use ffmpeg_next::{Codec, codec, decoder};

use super::ffi::{Device, DeviceKind};
use super::verified::{Candidate, VerifiedSource};
use super::{FfmpegSource, MediaError, OpenedVideo, container};

/// The kinds that are used, best first: FFmpeg's name, and the one that people know. The system's own interfaces come
/// before CUDA, which may have to wake a second graphics card.
const KINDS: [(&str, &str); 4] =
    [("videotoolbox", "VideoToolbox"), ("d3d11va", "D3D11VA"), ("vaapi", "VAAPI"), ("cuda", "CUDA")];

/// Codecs whose standards define every decoded sample, so that a right picture is the same bit for bit.
const EXACT: [&str; 5] = ["h264", "hevc", "vp8", "vp9", "av1"];

/// How far a sample may be off with the other codecs, in steps of 8 bits. Their standards leave the rounding of the
/// inverse transform open by one step, and prediction from such a picture can add a second within the few that are
/// compared; what cannot be seen in brightness is far more.
const ROUNDING: u16 = 2;

/// A device, and how a codec is decoded on it.
#[derive(Clone, Copy, Debug)]
pub struct Hardware {
    device: &'static Device,
    format: Pixel,
    codec: CodecName,
    name: &'static str,
}

/// A decoder by its name, which is always there again.
#[derive(Clone, Copy)]
struct CodecName(Codec);

impl std::fmt::Debug for CodecName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name())
    }
}

impl Hardware {
    /// Its kind, for people.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The decoder to be opened.
    pub fn codec(self) -> Codec {
        self.codec.0
    }

    /// Makes a decoder that is not open yet decode on it.
    pub fn attach(self, context: &mut codec::Context) {
        self.device.attach(context, self.format);
    }

    /// The device that may decode the codec of this name.
    ///
    /// The first call for a device opens it, which takes up to seconds; it is not for the window's thread.
    ///
    /// # Errors
    /// There is none; says why in a few words.
    fn choose(codec: &str) -> Result<Self, String> {
        container::set_up();
        // By name: only FFmpeg's own decoders use devices, and they are called what their codec is.
        let found = decoder::find_by_name(codec);
        let mut tried = Vec::new();
        for known in known() {
            let Some((codec, format)) = found.and_then(|codec| Some((codec, known.kind.format(codec)?))) else {
                continue;
            };
            if let Some(device) = known.device() {
                return Ok(Self { device, format, codec: CodecName(codec), name: known.name });
            }
            tried.push(known.name);
        }
        Err(match tried.as_slice() {
            [] => "no kind of device decodes it".to_owned(),
            tried => format!("no device ({} cannot be opened)", tried.join(", ")),
        })
    }
}

/// A kind of device that is used where there is one.
struct Known {
    kind: DeviceKind,
    name: &'static str,
    device: OnceLock<Option<Device>>,
}

impl Known {
    fn device(&self) -> Option<&Device> {
        self.device.get_or_init(|| Device::open(self.kind)).as_ref()
    }
}

/// Those of [`KINDS`] that FFmpeg was built with.
fn known() -> &'static [Known] {
    static KNOWN: OnceLock<Vec<Known>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let all = DeviceKind::all();
        let find = |(short, name): &(&str, &'static str)| {
            let kind = all.iter().find(|kind| kind.name() == *short)?;
            Some(Known { kind: *kind, name, device: OnceLock::new() })
        };
        KINDS.iter().filter_map(find).collect()
    })
}

/// All kinds of devices that FFmpeg knows, by its names, and whether one can be opened. Takes up to seconds.
pub fn devices() -> Vec<(&'static str, bool)> {
    container::set_up();
    DeviceKind::all().into_iter().map(|kind| (kind.name(), Device::open(kind).is_some())).collect()
}

/// What the player decodes with: software, and a device if `wanted` and if there is one.
///
/// # Errors
/// The file is gone or no longer what it was.
pub fn open(video: &OpenedVideo, wanted: bool) -> Result<VerifiedSource<FfmpegSource, FfmpegSource>, MediaError> {
    let (again, opened) = (video.clone(), video.clone());
    let candidate = move || {
        let codec = &opened.info.codec;
        let hardware = Hardware::choose(codec)?;
        let source = FfmpegSource::open_on(&opened, hardware).map_err(|err| err.to_string())?;
        let tolerance = if EXACT.contains(&codec.as_str()) { 0 } else { ROUNDING };
        Ok(Candidate { source, name: hardware.name, tolerance })
    };
    let source = VerifiedSource::new(video, move || FfmpegSource::open(&again))?;
    Ok(if wanted { source.with_candidate(candidate) } else { source.without("devices are switched off") })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::domain::frame::Frame;
    use crate::domain::pixels::RgbPicture;
    use crate::domain::time::Rate;
    use crate::jobs::Ticket;
    use crate::media::{self, FrameSource, VideoWriter};

    /// Frames of the clip.
    const FRAMES: u8 = 12;

    fn clip(folder: &Path) -> OpenedVideo {
        let path = folder.join("clip.mp4");
        let mut writer = VideoWriter::create(&path, 64, 64, Rate { num: 25, den: 1 }).expect("is made");
        for i in 0..FRAMES {
            writer.push(&RgbPicture { width: 64, height: 64, data: vec![i * 20; 64 * 64 * 3] }).expect("is written");
        }
        writer.finish().expect("is written");
        media::open(&path).expect("opens")
    }

    /// The brightness of all frames.
    fn read(source: &mut impl FrameSource) -> Vec<Vec<u8>> {
        source.seek(0, &Ticket::unlimited()).expect("seeks");
        let frames = std::iter::from_fn(|| source.next_frame().expect("decodes"));
        let luma: Vec<_> = frames.map(|Frame { mut planes, .. }| planes.swap_remove(0).data).collect();
        assert_eq!(luma.len(), usize::from(FRAMES));
        luma
    }

    #[test]
    fn a_file_plays_with_any_devices_and_says_what_decodes() {
        let folder = tempfile::tempdir().expect("is made");
        let video = clip(folder.path());
        let codec = &video.info.codec;
        let mut off = open(&video, false).expect("opens");
        let mut on = open(&video, true).expect("opens");
        assert_eq!(read(&mut off), read(&mut on));
        assert_eq!(off.decoder(), format!("{codec} in software: devices are switched off"));
        // What stands there depends on the machine; on one without a device, which ones were looked for.
        match Hardware::choose(codec) {
            Err(why) => assert_eq!(on.decoder(), format!("{codec} in software: {why}")),
            Ok(hardware) => assert!(on.decoder().contains(hardware.name), "{}", on.decoder()),
        }
    }

    #[test]
    fn a_device_that_does_not_take_the_video_is_let_go() {
        let folder = tempfile::tempdir().expect("is made");
        let video = clip(folder.path());
        let codec = decoder::find_by_name(&video.info.codec).expect("decodes");
        let all = DeviceKind::all();
        // Pictures of one kind of device are asked of a device of another.
        let Some(format) = all.iter().find_map(|kind| kind.format(codec)) else { return };
        let Some(other) = all.into_iter().find(|kind| kind.format(codec) != Some(format)) else { return };
        let device: &'static Device = Box::leak(Box::new(Device::unfit(other)));
        let hardware = Hardware { device, format, codec: CodecName(codec), name: "Unfit" };
        let mut alone = FfmpegSource::open_on(&video, hardware).expect("opens");
        assert!(matches!(alone.next_frame(), Err(MediaError::DeviceRefuses { device: "Unfit", .. })));
        let (again, opened) = (video.clone(), video.clone());
        let mut source = VerifiedSource::new(&video, move || FfmpegSource::open(&again)).expect("opens");
        source = source.with_candidate(move || {
            let source = FfmpegSource::open_on(&opened, hardware).map_err(|err| err.to_string())?;
            Ok(Candidate { source, name: "Unfit", tolerance: 0 })
        });
        assert_eq!(read(&mut source), read(&mut FfmpegSource::open(&video).expect("opens")));
        let codec = &video.info.codec;
        assert_eq!(source.decoder(), format!("{codec} in software: Unfit does not decode this kind of {codec}"));
    }

    #[test]
    fn a_codec_that_no_device_decodes_is_told_apart_from_a_missing_device() {
        let why = Err("no kind of device decodes it".to_owned());
        assert_eq!(Hardware::choose("ffv1").map(Hardware::name), why);
        assert_eq!(Hardware::choose("no such codec").map(Hardware::name), why);
    }

    #[test]
    fn the_kinds_that_are_used_are_among_all() {
        let all = devices();
        for known in known() {
            let listed = all.iter().find(|(name, _)| *name == known.kind.name());
            assert_eq!(listed.map(|(_, opens)| *opens), Some(known.device().is_some()), "{}", known.name);
        }
    }
}
