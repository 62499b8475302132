//! Opening a container safely.
//!
//! Owns the rule that only the one regular file that the user chose is read. The file is opened by the
//! standard library and FFmpeg is handed its bytes, so FFmpeg never opens anything by name; playlists,
//! scripts and image sequences are refused on top of that. Does not own what is inside.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::sync::Once;

use ffmpeg_next::format::context::{Input, StreamIo};
use ffmpeg_next::{Dictionary, Error, format, log};

use super::{MediaError, ffi};

/// FFmpeg's names of the containers and raw streams that hold video and nothing but their own data.
const CONTAINERS: &str = "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,live_flv,kux,asf,h264,hevc,m4v,obu,ivf,\
                          ogg,mjpeg,mpjpeg,dv,gif,apng,nut,mxf,yuv4mpegpipe,dhav,wtv,gxf,vc1,rm,nuv,av1,3gp,lvf,ifv";

/// Bytes per read. Larger than FFmpeg's own 32 KiB, because each read crosses into our file handle.
const READ_BYTES: usize = 1 << 18;

/// Bytes looked at to name a format that is refused.
const SNIFF_BYTES: u64 = 1 << 16;

/// Silences FFmpeg's own messages: what matters comes back as values.
pub fn set_up() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Fails only where FFmpeg needs no initialisation.
        ffmpeg_next::init().ok();
        log::set_level(log::Level::Quiet);
    });
}

/// Opens the container at `path` and looks at the first packets of its streams.
///
/// # Errors
/// The file is missing, empty, no regular file, no video container, damaged, or would open others.
pub fn open(path: &Path) -> Result<Input, MediaError> {
    set_up();
    let file = regular_file(path)?;
    let failed = |err: Error| MediaError::failed(path, "opening", err);
    let io = StreamIo::from_read_seek_with_capacity(file, READ_BYTES).map_err(failed)?;
    let mut options = Dictionary::new();
    // Nothing is opened by name; should a demuxer try, only this protocol exists for it, and no demuxer that tries
    // is on the list.
    options.set("protocol_whitelist", "file");
    options.set("format_whitelist", CONTAINERS);
    // The name is a hint for formats that are told by their extension only.
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
    format::input_from_stream(io, name.as_deref(), Some(options)).map_err(|err| refusal(path, err))
}

/// The file, if it is a regular one with something in it.
pub fn regular_file(path: &Path) -> Result<File, MediaError> {
    let unreadable = |source| MediaError::Unreadable { path: path.to_owned(), source };
    // Asked before opening, because opening a pipe waits for its other end.
    let kind = fs::metadata(path).map_err(unreadable)?;
    if kind.is_dir() {
        return Err(MediaError::Folder { path: path.to_owned() });
    }
    if !kind.is_file() {
        return Err(MediaError::NotAFile { path: path.to_owned() });
    }
    let file = File::open(path).map_err(unreadable)?;
    // Asked again of the opened file: the path may have been changed in between.
    let kind = file.metadata().map_err(unreadable)?;
    if !kind.is_file() {
        return Err(MediaError::NotAFile { path: path.to_owned() });
    }
    if kind.len() == 0 {
        return Err(MediaError::Empty { path: path.to_owned() });
    }
    Ok(file)
}

/// Why a file that FFmpeg did not open was refused, by looking at what it is.
fn refusal(path: &Path, err: Error) -> MediaError {
    let path = path.to_owned();
    let mut head = Vec::new();
    if let Err(source) = File::open(&path).and_then(|f| f.take(SNIFF_BYTES).read_to_end(&mut head)) {
        return MediaError::Unreadable { path, source };
    }
    let Some(format) = ffi::probe_format(&head) else {
        return MediaError::Unrecognised { path, problem: plain(err) };
    };
    if let Some(kind) = opens_others(&format) {
        return MediaError::OpensOtherFiles { path, kind };
    }
    let listed = format.split(',').any(|name| CONTAINERS.split(',').any(|c| c == name));
    if listed {
        MediaError::Unrecognised { path, problem: format!("it looks like {format}, but {}", plain(err)) }
    } else {
        MediaError::NotVideo { path, format }
    }
}

/// What a format is that makes its reader open other files.
fn opens_others(format: &str) -> Option<&'static str> {
    let first = format.split(',').next().unwrap_or(format);
    Some(match first {
        "hls" | "applehttp" => "a playlist (HLS)",
        "concat" => "a script that joins files (ffconcat)",
        "dash" | "webm_dash_manifest" => "a streaming manifest (DASH)",
        "sdp" | "rtsp" | "rtp" | "sap" => "a description of a network stream",
        "imf" => "a package description (IMF)",
        "image2" | "vobsub" => "one of a set of files",
        _ => return None,
    })
}

/// FFmpeg's words for an error, where they say something.
pub fn plain(err: Error) -> String {
    match err {
        Error::InvalidData => "its tables or data are damaged or missing".to_owned(),
        Error::Eof => "it ends before anything can be read".to_owned(),
        err => err.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn refused(name: &str, content: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let err = open(&path).err().expect("must be refused");
        let text = err.to_string();
        assert!(text.contains(name), "names the file: {text}");
        text
    }

    #[test]
    fn scripts_and_playlists_are_refused_by_what_they_are() {
        let text = refused("a.mp4", b"ffconcat version 1.0\nfile other.mp4\n");
        assert!(text.contains("joins files"), "{text}");
        let text = refused("b.mp4", b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nother.ts\n#EXT-X-ENDLIST\n");
        assert!(text.contains("playlist"), "{text}");
        let text =
            refused("c.mp4", b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n");
        assert!(text.contains("network"), "{text}");
    }

    #[test]
    fn what_is_no_video_is_refused() {
        assert!(refused("empty.mp4", b"").contains("empty"));
        refused("text.mp4", b"This is no video at all, only some words.\n");
        let mut state = 1_u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .take(50_000)
        .collect();
        refused("noise.mp4", &noise);
    }

    #[test]
    fn folders_and_missing_files_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(open(folder.path()), Err(MediaError::Folder { .. })));
        assert!(matches!(open(&folder.path().join("none.mp4")), Err(MediaError::Unreadable { .. })));
    }
}
