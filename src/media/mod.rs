//! Files into frames, and frames into files.
//!
//! Owns everything that names FFmpeg: opening local video files, the table of their frames, exact
//! decoding of any frame, the pixels that encoders ask for, the sound beside them, and the writing of
//! videos. Does not own what is done with frames and sound.

mod cache;
mod color;
mod container;
mod error;
mod ffi;
mod ffmpeg;
mod files;
mod hardware;
mod hash;
mod index;
mod plan;
mod planes;
mod player;
mod probe;
mod reader;
mod sampler;
mod scale;
mod sound;
pub mod source;
mod synthetic;
mod thumbs;
mod upright;
mod verified;
mod writer;

pub use error::{MediaError, Severity};
pub use ffmpeg::FfmpegSource;
pub use files::video_files;
pub use hardware::devices;
pub use hash::hash_file;
pub use plan::Request;
pub use player::{DecodeOptions, Player};
pub use probe::{OpenedVideo, VideoInfo, open, open_stream};
pub use sampler::SnippetSampler;
pub use sound::SoundReader;
pub use source::FrameSource;
pub use synthetic::SyntheticSource;
pub use thumbs::{THUMB_SIDE, ThumbSource};
pub use writer::{VideoWriter, WriterOptions};

/// Names and versions of the FFmpeg libraries that run, and the release they belong to, for `doctor` and bug reports.
pub fn ffmpeg_versions() -> Vec<(String, String)> {
    let dotted = |v: u32| format!("{}.{}.{}", v >> 16, (v >> 8) & 0xff, v & 0xff);
    vec![
        ("FFmpeg".to_owned(), ffi::release()),
        ("libavcodec".to_owned(), dotted(ffmpeg_next::codec::version())),
        ("libavformat".to_owned(), dotted(ffmpeg_next::format::version())),
        ("libavutil".to_owned(), dotted(ffmpeg_next::util::version())),
        ("libswresample".to_owned(), dotted(ffmpeg_next::software::resampling::version())),
        ("libswscale".to_owned(), dotted(ffmpeg_next::software::scaling::version())),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions_are_those_of_a_real_library() {
        let versions = super::ffmpeg_versions();
        assert_eq!(versions.len(), 6);
        assert!(versions[1..].iter().all(|(_, v)| !v.starts_with("0.")), "{versions:?}");
    }
}
