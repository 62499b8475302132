//! `ActivityNet` JSON: segments in seconds.
//!
//! Owns its ground-truth form (`database`), its results form (`results`) and the flat form of `MMAction2`; the first
//! is written. Does not own feature counts and subsets, which the files also hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::export::{ExportVideo, Field, lost_fields};
use super::{FileSpan, FileVideo, FormatError, LabelFile, json};

pub(super) const LIMITS: [&str; 2] =
    ["Lanes, notes and confidences are not kept.", "The label normal or abnormal of a whole video is not kept."];

const FORMAT: &str = "ActivityNet";

/// The two official forms; the flat one has neither key.
#[derive(Deserialize)]
struct Official {
    database: Option<BTreeMap<String, Entry>>,
    results: Option<BTreeMap<String, Vec<Segment>>>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(alias = "duration_second")]
    duration: Option<f64>,
    duration_frame: Option<usize>,
    fps: Option<f64>,
    annotations: Vec<Segment>,
}

#[derive(Deserialize)]
struct Segment {
    label: String,
    #[serde(rename = "segment")]
    edges: [f64; 2],
    score: Option<f64>,
}

impl From<Segment> for FileSpan {
    fn from(Segment { label, edges: [start, end], score }: Segment) -> Self {
        Self { confidence: score, ..Self::seconds(start, end, label) }
    }
}

pub(super) fn read(text: &str) -> Result<LabelFile, FormatError> {
    let spans = |segments: Vec<Segment>| segments.into_iter().map(FileSpan::from).collect();
    let entries = match json::from_str::<Official>(text, FORMAT)? {
        Official { database: Some(entries), .. } => entries,
        Official { results: Some(results), .. } => {
            let video = |(name, segments): (String, _)| FileVideo { spans: spans(segments), ..FileVideo::named(name) };
            return Ok(LabelFile { videos: results.into_iter().map(video).collect(), warnings: Vec::new() });
        }
        Official { .. } => json::from_str(text, FORMAT)?,
    };
    let video = |(name, entry): (String, Entry)| FileVideo {
        frames: entry.duration_frame,
        fps: entry.fps,
        duration_secs: entry.duration,
        spans: spans(entry.annotations),
        ..FileVideo::named(name)
    };
    let videos: Vec<FileVideo> = entries.into_iter().map(video).collect();
    if videos.is_empty() {
        return Err(FormatError::Form { format: FORMAT, problem: "it holds no video".to_owned() });
    }
    Ok(LabelFile { videos, warnings: Vec::new() })
}

#[derive(Serialize)]
struct WrittenFile<'a> {
    version: &'static str,
    taxonomy: [(); 0],
    database: BTreeMap<&'a str, WrittenEntry<'a>>,
}

#[derive(Serialize)]
struct WrittenEntry<'a> {
    subset: &'static str,
    duration: f64,
    annotations: Vec<WrittenSegment<'a>>,
}

#[derive(Serialize)]
struct WrittenSegment<'a> {
    label: &'a str,
    segment: (f64, f64),
}

pub(super) fn write(videos: &[ExportVideo<'_>]) -> Result<Vec<u8>, FormatError> {
    let mut database = BTreeMap::new();
    for video in videos {
        let annotations =
            video.labels.iter().map(|l| WrittenSegment { label: &l.class, segment: video.seconds(l.span) }).collect();
        let duration = video.table.span().length().secs_f64();
        database.insert(video.name, WrittenEntry { subset: "validation", duration, annotations });
    }
    json::to_vec(&WrittenFile { version: "Lookback 1", taxonomy: [], database })
}

pub(super) fn losses(videos: &[ExportVideo<'_>]) -> Vec<String> {
    lost_fields(videos, &[Field::Lane, Field::Note, Field::Confidence, Field::VideoLabel])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms() {
        let official = r#"{"version":"1.3","taxonomy":[],"database":{"v1":{"subset":"validation","duration":9.5,
            "annotations":[{"label":"Fight","segment":[1,2.5]}]}}}"#;
        let flat = r#"{"v1":{"duration_second":211.53,"duration_frame":6337,"annotations":[{"segment":[1.0,2.5],
            "label":"Fight"}],"feature_frame":6336,"fps":30.0,"rfps":29.9579}}"#;
        let results = r#"{"version":"1","results":{"v1":[{"label":"Fight","score":0.5,"segment":[1.0,2.5]}]}}"#;
        for (text, fps, score) in [(official, None, None), (flat, Some(30.0), None), (results, None, Some(0.5))] {
            let file = read(text).expect("is read");
            assert_eq!((file.videos[0].name.as_str(), file.videos[0].fps), ("v1", fps));
            let expected = FileSpan { confidence: score, ..FileSpan::seconds(1.0, 2.5, "Fight") };
            assert_eq!(file.videos[0].spans, [expected]);
        }
    }

    #[test]
    fn damage_names_its_place() {
        let error = |text: &str| read(text).expect_err("is wrong").to_string();
        assert!(error("{\"database\":\n{\"v\":{}}}").starts_with("line 2, column 7: missing field `annotations`"));
        assert!(error(r#"{"v":{"annotations":[{"label":"a","segment":["x",1]}]}}"#).contains("invalid type"));
        assert!(error(r#"{"v":{"annotations":[{"label":"a","segment":[NaN,1]}]}}"#).contains("line 1"));
        assert!(error(r#"{"v":{"annotations":[{"label":"a","segment":[1e999,1]}]}}"#).contains("out of range"));
        assert!(error("{}").contains("no video"));
        assert!(error("").contains("empty"));
        assert!(error("[1").contains("line 1"));
    }
}
