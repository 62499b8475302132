//! Our own JSON: everything that this program knows of labels, and nothing rounded.
//!
//! Owns the document with the version of its form. Does not own the ground-truth JSON of `lookback eval`, which is
//! smaller and kept beside data sets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::export::ExportVideo;
use super::{Edge, FileSpan, FileVideo, FormatError, LabelFile, json};
use crate::domain::label::{Label, VideoLabel};

const FORMAT: &str = "Lookback label";
/// The value of `format`, which tells the file from other JSON.
pub(super) const MARK: &str = "lookback-labels";
const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Document {
    format: String,
    version: u32,
    videos: Vec<Footage>,
}

#[derive(Deserialize)]
struct Footage {
    name: String,
    frames: Option<usize>,
    duration_secs: Option<f64>,
    /// What files before the next field say, without a name. Written still, for older programs.
    label: Option<VideoLabel>,
    /// By lane; where it is there, it counts.
    video_labels: Option<BTreeMap<String, VideoLabel>>,
    labels: Vec<Label>,
}

pub(super) fn read(text: &str) -> Result<LabelFile, FormatError> {
    let document: Document = json::from_str(text, FORMAT)?;
    if document.format != MARK {
        let problem = format!("its format is {:?}, not {MARK:?}", document.format);
        return Err(FormatError::Form { format: FORMAT, problem });
    }
    if document.version > VERSION {
        let problem = format!("it is of version {}, and this program knows {VERSION}; update it", document.version);
        return Err(FormatError::Form { format: FORMAT, problem });
    }
    let span = |label: Label| FileSpan {
        start: Edge::Frame(i64::try_from(label.span.start()).unwrap_or(i64::MAX)),
        end: Edge::Frame(i64::try_from(label.span.end()).unwrap_or(i64::MAX)),
        class: label.class,
        lane: Some(label.lane),
        note: label.note,
        confidence: label.confidence.map(f64::from),
    };
    let video = |video: Footage| {
        let mut read = FileVideo {
            frames: video.frames,
            duration_secs: video.duration_secs,
            spans: video.labels.into_iter().map(span).collect(),
            ..FileVideo::named(video.name)
        };
        match video.video_labels {
            Some(by_lane) => by_lane.into_iter().for_each(|(lane, label)| read.say(lane, label)),
            None => read.label = video.label,
        }
        read
    };
    Ok(LabelFile { videos: document.videos.into_iter().map(video).collect(), warnings: Vec::new() })
}

#[derive(Serialize)]
struct WrittenDocument<'a> {
    format: &'static str,
    version: u32,
    videos: Vec<WrittenVideo<'a>>,
}

#[derive(Serialize)]
struct WrittenVideo<'a> {
    name: &'a str,
    frames: usize,
    duration_secs: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<VideoLabel>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    video_labels: &'a BTreeMap<String, VideoLabel>,
    labels: &'a [Label],
}

pub(super) fn write(videos: &[ExportVideo<'_>]) -> Result<Vec<u8>, FormatError> {
    let videos = videos.iter().map(|video| WrittenVideo {
        name: video.name,
        frames: video.table.len(),
        duration_secs: video.table.span().length().secs_f64(),
        label: video.label(),
        video_labels: video.video_labels,
        labels: video.labels,
    });
    json::to_vec(&WrittenDocument { format: MARK, version: VERSION, videos: videos.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_whole_videos_with_and_without_names() {
        let one = |said: &str| {
            let text =
                format!("{{\"format\":\"{MARK}\",\"version\":1,\"videos\":[{{\"name\":\"a\",{said},\"labels\":[]}}]}}");
            read(&text).expect("is read").videos.remove(0)
        };
        let old = one(r#""label":"abnormal""#);
        assert_eq!((old.label, old.video_labels.len()), (Some(VideoLabel::Abnormal), 0));
        let both = one(r#""label":"abnormal","video_labels":{"Ada":"abnormal","Grace":"normal"}"#);
        assert_eq!((both.label, both.video_labels.len()), (None, 2));
        assert_eq!(both.video_labels["Grace"], VideoLabel::Normal);
    }

    #[test]
    fn damage_names_its_place() {
        let error = |text: &str| read(text).expect_err("is wrong").to_string();
        let with = |label: &str| {
            format!("{{\"format\":\"{MARK}\",\"version\":1,\n\"videos\":[{{\"name\":\"a\",\"labels\":[{label}]}}]}}")
        };
        let empty = with(r#"{"span":{"start":4,"end":4},"class":"x","lane":"y"}"#);
        assert!(error(&empty).starts_with("line 2, column 59: the frames 4..4 are no interval"));
        assert!(error(&with("3")).starts_with("line 2"));
        assert!(error(r#"{"format":"x","version":1,"videos":[]}"#).contains("\"x\""));
        assert!(error(&with("").replace("1,", "9,")).contains("version 9"));
    }
}
