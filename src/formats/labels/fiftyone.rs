//! `FiftyOne` temporal detections: first and last frame, counted from 1, or times in seconds.
//!
//! Owns the labels file of a temporal-detection data set. Videos are named by their file's name without extension
//! there. Does not own the media beside it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::export::{ExportVideo, Field, lost_fields};
use super::json::{self, FrameNumber};
use super::{FileSpan, FileVideo, FormatError, LabelFile};
use crate::domain::label::Label;
use crate::domain::video_name::without_ending;

pub(super) const LIMITS: [&str; 2] =
    ["Names are kept without extension.", "The label normal or abnormal of a whole video is not kept."];

const FORMAT: &str = "FiftyOne";

#[derive(Deserialize)]
struct Labels {
    #[serde(default)]
    classes: Vec<String>,
    /// Nothing for a video without detections.
    labels: BTreeMap<String, Option<Vec<Detection>>>,
}

#[derive(Deserialize)]
struct Detection {
    label: Class,
    support: Option<[FrameNumber; 2]>,
    timestamps: Option<[f64; 2]>,
    confidence: Option<f64>,
    #[serde(default)]
    attributes: BTreeMap<String, serde_json::Value>,
}

/// A class by its name or its place in the list of classes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Class {
    Index(u64),
    Name(String),
}

pub(super) fn read(text: &str) -> Result<LabelFile, FormatError> {
    let Labels { classes, labels } = json::from_str(text, FORMAT)?;
    let mut file = LabelFile::default();
    for (name, detections) in labels {
        let mut video = FileVideo::named(&name);
        for (i, detection) in detections.into_iter().flatten().enumerate() {
            let wrong = |problem: String| FormatError::at(format!("{name:?}, detection {}", i + 1), problem);
            let class = match detection.label {
                Class::Name(class) => class,
                Class::Index(index) => {
                    let known = usize::try_from(index).ok().and_then(|index| classes.get(index));
                    known.ok_or_else(|| wrong(format!("the label {index} is not one of the classes")))?.clone()
                }
            };
            let span = match (detection.support, detection.timestamps) {
                (Some([FrameNumber(first), FrameNumber(last)]), _) => FileSpan::frames(first, last, class),
                (None, Some([start, end])) => FileSpan::seconds(start, end, class),
                (None, None) => return Err(wrong("it has neither support nor timestamps".to_owned())),
            };
            let attribute = |name: &str| detection.attributes.get(name).and_then(|v| v.as_str()).map(str::to_owned);
            let (lane, note) = (attribute("lane"), attribute("note").unwrap_or_default());
            video.spans.push(FileSpan { lane, note, confidence: detection.confidence, ..span });
        }
        file.videos.push(video);
    }
    Ok(file)
}

#[derive(Serialize)]
struct WrittenFile<'a> {
    classes: Vec<&'a str>,
    labels: BTreeMap<&'a str, Vec<WrittenDetection<'a>>>,
}

#[derive(Serialize)]
struct WrittenDetection<'a> {
    label: usize,
    support: [usize; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    attributes: BTreeMap<&'static str, &'a str>,
}

pub(super) fn write(videos: &[ExportVideo<'_>]) -> Result<Vec<u8>, FormatError> {
    let mut classes: Vec<&str> = videos.iter().flat_map(|v| v.labels).map(|label| label.class.as_str()).collect();
    classes.sort_unstable();
    classes.dedup();
    let mut labels = BTreeMap::new();
    for video in videos {
        let detections = video.labels.iter().map(|label| written(label, &classes)).collect();
        if labels.insert(without_ending(video.name), detections).is_some() {
            let problem = "is that of another video without its extension, which names it in this format";
            return Err(FormatError::Name { name: video.name.to_owned(), problem });
        }
    }
    json::to_vec(&WrittenFile { classes, labels })
}

fn written<'a>(label: &'a Label, classes: &[&str]) -> WrittenDetection<'a> {
    let attributes = [("lane", label.lane.as_str()), ("note", label.note.as_str())];
    WrittenDetection {
        label: classes.partition_point(|known| *known < label.class.as_str()),
        support: [label.span.start() + 1, label.span.end()],
        confidence: label.confidence,
        attributes: attributes.into_iter().filter(|(_, text)| !text.is_empty()).collect(),
    }
}

pub(super) fn losses(videos: &[ExportVideo<'_>]) -> Vec<String> {
    lost_fields(videos, &[Field::VideoLabel])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn support_and_timestamps() {
        let text = r#"{"classes":["walk","fight"],"labels":{"u":[{"label":1,"support":[10,50.0],"confidence":0.9,
            "attributes":{"lane":"kt","speed":3}},{"label":"run","timestamps":[1.2,3.4]}],"v":null}}"#;
        let file = read(text).expect("is read");
        let first =
            FileSpan { lane: Some("kt".to_owned()), confidence: Some(0.9), ..FileSpan::frames(10, 50, "fight") };
        assert_eq!(file.videos[0].spans, [first, FileSpan::seconds(1.2, 3.4, "run")]);
        assert!(file.videos[1].spans.is_empty());
    }

    #[test]
    fn damage_names_its_place() {
        let error = |text: &str| read(text).expect_err("is wrong").to_string();
        let one = |detection: &str| format!("{{\"classes\":[\"a\"],\"labels\":{{\"u\":[{detection}]}}}}");
        assert_eq!(
            error(&one(r#"{"label":1,"support":[1,2]}"#)),
            "\"u\", detection 1: the label 1 is not one of the classes"
        );
        assert!(error(&one(r#"{"label":0}"#)).contains("neither support nor timestamps"));
        assert!(error(&one(r#"{"label":0,"support":[1.5,2]}"#)).contains("1.5 is no frame number"));
        assert!(error(&one(r#"{"label":0,"support":[1e300,2]}"#)).contains("is no frame number"));
        assert!(error(&one(r#"{"label":{},"support":[1,2]}"#)).contains("line 1"));
        assert!(error("[]").contains("line 1"));
    }
}
