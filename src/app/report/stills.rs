//! What reports list and show of a video: its facts, single frames, and which programs were at work on which machine.
//!
//! Owns choosing and decoding those frames. Does not own pages.

use crate::domain::pixels::{EncoderInput, RgbPicture, SnippetPixels};
use crate::domain::snippet::SnippetGrid;
use crate::media::{self, OpenedVideo, SnippetSampler};

/// The middle frame of a snippet and its number. One that cannot be decoded again is left out: the scores are what
/// matters.
pub fn picture(video: &OpenedVideo, snippet: usize) -> Option<(usize, RgbPicture)> {
    let next = SnippetSampler::open(video, EncoderInput::MiddleFrame, snippet).and_then(|mut s| s.next());
    match next {
        Ok(Some((snippet, SnippetPixels::Middle(picture)))) => {
            Some((SnippetGrid::new(video.frames.len()).middle(snippet), picture))
        }
        _ => None,
    }
}

/// What is listed of a video.
pub fn facts(video: &OpenedVideo) -> Vec<(String, String)> {
    let info = &video.info;
    let fact = |name: &str, value: String| (name.to_owned(), value);
    vec![
        fact("codec", info.codec.clone()),
        fact("size", format!("{} × {}", info.width, info.height)),
        fact("frames per second", format!("{:.2}", video.frames.mean_fps())),
    ]
}

/// This machine: system, processor family, threads.
pub fn machine() -> String {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{} {}, {threads} threads", std::env::consts::OS, std::env::consts::ARCH)
}

/// Versions of the program and its libraries.
pub fn versions() -> Vec<(String, String)> {
    let mut versions = vec![("Lookback".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    versions.extend(media::ffmpeg_versions());
    versions
}
