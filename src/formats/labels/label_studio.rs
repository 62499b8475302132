//! Label Studio timeline labels: ranges of frames counted from 1, both ends inside.
//!
//! Owns its JSON export (tasks with annotations and predictions) and the bare region form without a task. Its frame
//! numbers count at the rate set in the labelling configuration, 24 unless changed; the importer asks for it. Does
//! not own other kinds of regions, which are counted and left out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::export::{ExportVideo, Field, count, lost_fields};
use super::json::{self, FrameNumber};
use super::{DEFAULT_CLASS, FileSpan, FileVideo, FormatError, LabelFile};
use crate::domain::frames::FrameTable;
use crate::domain::label::Label;

pub(super) const LIMITS: [&str; 3] = [
    "Frames are shown in their place only if frameRate in the labelling configuration is the video's rate.",
    "Lanes are not kept.",
    "The label normal or abnormal of a whole video is not kept.",
];

const FORMAT: &str = "Label Studio";
/// The type of the regions that are intervals.
const KIND: &str = "timelinelabels";

#[derive(Deserialize)]
struct Task {
    #[serde(default)]
    data: BTreeMap<String, Value>,
    #[serde(default)]
    annotations: Vec<Results>,
    #[serde(default)]
    predictions: Vec<Results>,
}

#[derive(Deserialize)]
struct Results {
    result: Vec<Region>,
    completed_by: Option<Value>,
    model_version: Option<String>,
    #[serde(default)]
    was_cancelled: bool,
}

#[derive(Deserialize)]
struct Region {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    value: Value,
    score: Option<f64>,
    #[serde(default)]
    meta: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Timeline {
    ranges: Vec<Range>,
    #[serde(default)]
    timelinelabels: Vec<String>,
}

#[derive(Deserialize)]
struct Range {
    start: FrameNumber,
    end: FrameNumber,
}

pub(super) fn read(text: &str, video: Option<&str>) -> Result<LabelFile, FormatError> {
    let document: Value = json::from_str(text, FORMAT)?;
    let mut file = LabelFile::default();
    let mut others = 0;
    let items = match document {
        Value::Array(items) if items.iter().all(is_region) && !items.is_empty() => {
            vec![serde_json::json!({ "result": items })]
        }
        Value::Array(items) => items,
        one => vec![one],
    };
    for (i, item) in items.into_iter().enumerate() {
        let place = format!("task {}", i + 1);
        let is_task = item.get("result").is_none();
        if is_task && !["data", "annotations", "predictions"].iter().any(|key| item.get(key).is_some()) {
            let problem = "it has neither data nor annotations; export as JSON, not as JSON-MIN or CSV";
            return Err(FormatError::at(place, problem));
        }
        let task: Task = if is_task {
            parse(item, &place)?
        } else {
            Task { data: BTreeMap::new(), annotations: vec![parse(item, &place)?], predictions: Vec::new() }
        };
        let known = task.data.get("video").into_iter().chain(task.data.values()).find_map(Value::as_str);
        let mut found = FileVideo::named(known.map(stored_name).or(video).ok_or(FormatError::NeedsVideo)?);
        for results in task.annotations.into_iter().chain(task.predictions).filter(|r| !r.was_cancelled) {
            let by = results.completed_by.as_ref().and_then(annotator).or(results.model_version);
            for (at, region) in results.result.into_iter().enumerate() {
                if region.kind != KIND {
                    others += 1;
                    continue;
                }
                let place = format!("{place}, region {}", at + 1);
                spans(region, by.as_ref(), &place, &mut found.spans)?;
            }
        }
        file.videos.push(found);
    }
    if file.videos.is_empty() {
        return Err(FormatError::Form { format: FORMAT, problem: "it holds no task".to_owned() });
    }
    if others > 0 {
        let others = count(others, "region is not on the timeline and was", "regions are not on the timeline and were");
        file.warnings.push(format!("{others} left out."));
    }
    Ok(file)
}

fn parse<T: serde::de::DeserializeOwned>(value: Value, place: &str) -> Result<T, FormatError> {
    serde_json::from_value(value).map_err(|err| FormatError::at(place, err.to_string()))
}

fn is_region(value: &Value) -> bool {
    value.get("value").is_some() && value.get("type").is_some()
}

/// The part of a stored address that is the video's: uploads get eight letters and a dash in front, local storage a
/// query.
fn stored_name(address: &str) -> &str {
    if let Some((_, path)) = address.split_once("/data/local-files/?d=") {
        return path;
    }
    if let Some((_, stored)) = address.split_once("/data/upload/")
        && let Some((_, name)) = stored.split_once('/')
        && let Some((prefix, rest)) = name.split_once('-')
        && prefix.len() == 8
        && prefix.bytes().all(|b| b.is_ascii_hexdigit())
    {
        return rest;
    }
    address
}

/// Who completed an annotation: exports say a number, or a record with the address.
fn annotator(by: &Value) -> Option<String> {
    match by {
        Value::Number(number) => Some(format!("user {number}")),
        Value::String(name) => Some(name.clone()),
        record => record.get("email").and_then(Value::as_str).map(str::to_owned),
    }
}

fn spans(region: Region, by: Option<&String>, place: &str, spans: &mut Vec<FileSpan>) -> Result<(), FormatError> {
    let timeline: Timeline = parse(region.value, place)?;
    let note = match region.meta.get("text") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    };
    let unnamed = vec![DEFAULT_CLASS.to_owned()];
    let classes = if timeline.timelinelabels.is_empty() { &unnamed } else { &timeline.timelinelabels };
    for Range { start: FrameNumber(start), end: FrameNumber(end) } in &timeline.ranges {
        spans.extend(classes.iter().map(|class| FileSpan {
            lane: by.cloned(),
            note: note.clone(),
            confidence: region.score,
            ..FileSpan::frames(*start, *end, class)
        }));
    }
    Ok(())
}

#[derive(Serialize)]
struct WrittenTask<'a> {
    data: BTreeMap<&'static str, &'a str>,
    annotations: [WrittenResults<'a>; 1],
}

#[derive(Serialize)]
struct WrittenResults<'a> {
    result: Vec<WrittenRegion<'a>>,
}

#[derive(Serialize)]
struct WrittenRegion<'a> {
    id: String,
    from_name: &'static str,
    to_name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    value: WrittenTimeline<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    meta: BTreeMap<&'static str, [&'a str; 1]>,
}

#[derive(Serialize)]
struct WrittenTimeline<'a> {
    ranges: [WrittenRange; 1],
    timelinelabels: [&'a str; 1],
}

#[derive(Serialize)]
struct WrittenRange {
    start: usize,
    end: usize,
}

pub(super) fn write(videos: &[ExportVideo<'_>]) -> Result<Vec<u8>, FormatError> {
    let mut tasks = Vec::with_capacity(videos.len());
    for (task, video) in videos.iter().enumerate() {
        let id = |region| format!("{}_{}", task + 1, region + 1);
        let result = video.labels.iter().enumerate().map(|(i, label)| written(id(i), label)).collect();
        let data = BTreeMap::from([("video", video.name)]);
        tasks.push(WrittenTask { data, annotations: [WrittenResults { result }] });
    }
    json::to_vec(&tasks)
}

fn written(id: String, label: &Label) -> WrittenRegion<'_> {
    let note = Some(label.note.as_str()).filter(|note| !note.is_empty());
    WrittenRegion {
        id,
        from_name: "timelineLabels",
        to_name: "video",
        kind: KIND,
        value: WrittenTimeline {
            ranges: [WrittenRange { start: label.span.start() + 1, end: label.span.end() }],
            timelinelabels: [&label.class],
        },
        score: label.confidence,
        meta: note.map(|note| ("text", [note])).into_iter().collect(),
    }
}

pub(super) fn losses(videos: &[ExportVideo<'_>]) -> Vec<String> {
    let mut lost = lost_fields(videos, &[Field::Lane, Field::VideoLabel]);
    for video in videos.iter().filter(|video| !video.labels.is_empty() && !is_even(video.table)) {
        let name = video.name;
        lost.push(format!("{name}: its frames are not evenly spaced; Label Studio will show its intervals elsewhere."));
    }
    lost
}

/// Whether each frame appears nearest to its own place in an even grid, which is how the numbers are taken there.
fn is_even(table: &FrameTable) -> bool {
    let span = table.span();
    let step = span.length().secs_f64() / table.len() as f64;
    let away = |frame| ((table.time(frame) - span.start).secs_f64() - frame as f64 * step).abs();
    (0..table.len()).all(|frame| away(frame) < step / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGION: &str = r#"{"id":"a","from_name":"t","to_name":"video","type":"timelinelabels","score":0.27,
        "value":{"ranges":[{"start":3,"end":5}],"timelinelabels":["Moving"]},"meta":{"text":["so"]}}"#;

    #[test]
    fn exports_and_bare_regions() {
        let span = FileSpan { note: "so".to_owned(), confidence: Some(0.27), ..FileSpan::frames(3, 5, "Moving") };
        let export = format!(
            r#"[{{"id":1,"data":{{"fps":25,"video":"/data/upload/1/0a1b2c3d-my a.mp4"}},"annotations":[{{"completed_by":7,
               "result":[{REGION},{{"type":"choices","value":{{"choices":["x"]}}}}]}},
               {{"was_cancelled":true,"result":[{REGION}]}}],"predictions":[]}}]"#
        );
        let file = read(&export, None).expect("is read");
        assert_eq!(file.videos[0].name, "my a.mp4");
        assert_eq!(file.videos[0].spans, [FileSpan { lane: Some("user 7".to_owned()), ..span.clone() }]);
        assert_eq!(file.warnings.len(), 1);
        let prediction = format!(r#"{{"model_version":"m","score":0.5,"result":[{REGION}]}}"#);
        let file = read(&prediction, Some("v.mp4")).expect("is read");
        assert_eq!(file.videos[0].spans, [FileSpan { lane: Some("m".to_owned()), ..span.clone() }]);
        let file = read(&format!("[{REGION}]"), Some("v.mp4")).expect("is read");
        assert_eq!((file.videos[0].name.as_str(), &file.videos[0].spans), ("v.mp4", &vec![span]));
        assert_eq!(read(&format!("[{REGION}]"), None), Err(FormatError::NeedsVideo));
    }

    #[test]
    fn damage_names_its_place() {
        let error = |text: &str| read(text, Some("v")).expect_err("is wrong").to_string();
        assert!(error(&format!("[{}]", REGION.replace("\"end\":5", "\"end\":\"x\""))).starts_with("task 1, region 1"));
        assert!(error(r#"[{"data":{},"annotations":[{"result":[]}]},{"annotations":3}]"#).starts_with("task 2"));
        assert!(error("[]").contains("no task"));
        assert!(error(r#"[{"video":"a.mp4","timelineLabels":[]}]"#).starts_with("task 1: it has neither data"));
        assert!(error("{").starts_with("line 1"));
    }
}
