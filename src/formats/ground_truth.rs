//! Ground truth: which frames of which video are anomalous.
//!
//! Owns three forms: the concatenated labels of the benchmarks, the temporal annotation text of
//! UCF-Crime and XD-Violence, and our own JSON. Inside, spans are 0-based frames with the end
//! exclusive; what a file means by its end is asked for, because the same form is used with both
//! meanings. Does not own scores or metrics.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::list::NamedFrames;

/// Whether the last frame of a written span belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanEnd {
    /// It does: `165 240` is 76 frames.
    Inclusive,
    /// It does not: `165 240` is 75 frames.
    Exclusive,
}

/// What is known about one video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoTruth {
    /// As in the file.
    pub name: String,
    /// Frames of the video, where the file says so.
    pub frames: Option<usize>,
    /// Anomalous frames, 0-based, `start..end`.
    pub spans: Vec<(usize, usize)>,
    /// Classes that the file names for it.
    pub classes: Vec<String>,
}

impl VideoTruth {
    /// One truth value per frame of the first `frames` frames.
    pub fn labels(&self, frames: usize) -> Vec<bool> {
        let mut labels = vec![false; frames];
        for &(start, end) in &self.spans {
            labels[start.min(frames)..end.min(frames)].fill(true);
        }
        labels
    }
}

/// Why a file gives no ground truth.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TruthError {
    /// A line of a temporal annotation.
    #[error("line {line}: {problem}; expected: NAME CLASS START END [START END …], with -1 -1 for none")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// Not our JSON.
    #[error(
        "this is not a ground-truth file of the form {{\"NAME\": {{\"frames\": N, \"label\": 0 or 1, \
         \"spans_inclusive\": [[FIRST, LAST], …]}}}}: {0}"
    )]
    Json(String),
    /// A span that runs backward or past the end.
    #[error("{name}: the span {first}..{last} does not lie in the video's {frames} frames")]
    Span {
        /// Of the video.
        name: String,
        /// First frame.
        first: usize,
        /// Last frame.
        last: usize,
        /// Frames of the video.
        frames: usize,
    },
    /// The labels and the list do not belong together.
    #[error("the labels hold {labels} frames, the list {list}: they do not belong together")]
    Total {
        /// Frames in the array.
        labels: usize,
        /// Sum over the list.
        list: usize,
    },
    /// The list lacks a count.
    #[error("{0}: the list gives no frame count, and concatenated labels cannot be cut without one")]
    NoCount(String),
    /// Something else than truth values.
    #[error("frame {frame} has the label {value}; labels are 0 and 1")]
    Label {
        /// From 0.
        frame: usize,
        /// As found.
        value: String,
    },
    /// Nothing in it.
    #[error("the file names no video")]
    Empty,
}

/// The shape of `ground_truth.json`.
#[derive(Debug, Deserialize, Serialize)]
struct JsonTruth {
    frames: usize,
    label: u8,
    spans_inclusive: Vec<(usize, usize)>,
}

/// Reads `{"NAME": {"frames", "label", "spans_inclusive"}}`, sorted by name.
///
/// # Errors
/// Another form, or spans outside the video.
pub fn from_json(text: &str) -> Result<Vec<VideoTruth>, TruthError> {
    let all: BTreeMap<String, JsonTruth> =
        serde_json::from_str(text).map_err(|err| TruthError::Json(err.to_string()))?;
    let mut videos = Vec::with_capacity(all.len());
    for (name, truth) in all {
        let mut spans = Vec::with_capacity(truth.spans_inclusive.len());
        for (first, last) in truth.spans_inclusive {
            if first > last || last >= truth.frames {
                return Err(TruthError::Span { name, first, last, frames: truth.frames });
            }
            spans.push((first, last + 1));
        }
        videos.push(VideoTruth { name, frames: Some(truth.frames), spans, classes: Vec::new() });
    }
    if videos.is_empty() { Err(TruthError::Empty) } else { Ok(videos) }
}

/// Writes what [`from_json`] reads. Spans must lie in the video and a frame count must be known.
pub fn to_json(videos: &[VideoTruth]) -> String {
    let all: BTreeMap<&str, JsonTruth> = videos
        .iter()
        .map(|video| {
            let spans: Vec<_> = video.spans.iter().filter(|s| s.0 < s.1).map(|s| (s.0, s.1 - 1)).collect();
            let frames = video.frames.unwrap_or_else(|| spans.iter().map(|s| s.1 + 1).max().unwrap_or(0));
            (video.name.as_str(), JsonTruth { frames, label: u8::from(!spans.is_empty()), spans_inclusive: spans })
        })
        .collect();
    // Plain maps of numbers and text: nothing in them can fail to be written.
    serde_json::to_string_pretty(&all).unwrap_or_default()
}

/// The fields of a line of a temporal annotation.
pub(super) struct Fields<'a> {
    pub name: &'a str,
    /// Frames of the video, where the line says so.
    pub frames: Option<i64>,
    pub class: Option<&'a str>,
    /// Starts and ends, unless something else stands in their place.
    pub numbers: Vec<&'a str>,
}

/// Splits `NAME [FRAMES] [CLASS] START END …` on blanks; `None` of a line without a name.
pub(super) fn fields(line: &str) -> Option<Fields<'_>> {
    let mut words = line.split_whitespace();
    let (name, rest) = (words.next()?, words.collect::<Vec<_>>());
    let number = |text: &str| text.parse::<i64>().ok();
    let (frames, class, numbers) = match rest[..] {
        [frames, class, ..] if number(frames).is_some() && number(class).is_none() => {
            (number(frames), Some(class), &rest[2..])
        }
        [class, ..] if number(class).is_none() => (None, Some(class), &rest[1..]),
        _ => (None, None, &rest[..]),
    };
    Some(Fields { name, frames, class, numbers: numbers.to_vec() })
}

/// Reads `NAME [FRAMES] [CLASS] START END …` per line, split on blanks; pairs of -1 mean no span.
///
/// This covers UCF-Crime's annotation (six fields), the variant with frame counts, and XD-Violence's
/// (any number of pairs, no class).
///
/// # Errors
/// Lines that do not have this form.
pub fn from_annotation(text: &str, end: SpanEnd) -> Result<Vec<VideoTruth>, TruthError> {
    let mut videos = Vec::new();
    for (i, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let wrong = |problem: String| TruthError::Line { line: i + 1, problem };
        let Some(Fields { name, frames, class, numbers }) = fields(line) else { continue };
        if numbers.is_empty() || numbers.len() % 2 != 0 {
            return Err(wrong(format!("{} numbers do not make pairs of START and END", numbers.len())));
        }
        let mut spans = Vec::new();
        for pair in numbers.chunks_exact(2) {
            let number = |text: &str| text.parse::<i64>().map_err(|_| wrong(format!("{text:?} is no frame number")));
            let (start, last) = (number(pair[0])?, number(pair[1])?);
            if start < 0 && last < 0 {
                continue;
            }
            let past = if end == SpanEnd::Inclusive { last.saturating_add(1) } else { last };
            match (usize::try_from(start), usize::try_from(past)) {
                (Ok(start), Ok(past)) if start < past => spans.push((start, past)),
                _ => return Err(wrong(format!("the span {start} {last} holds no frames"))),
            }
        }
        let classes = class.map(str::to_owned).into_iter().collect();
        let frames = frames.and_then(|frames| usize::try_from(frames).ok());
        videos.push(VideoTruth { name: name.to_owned(), frames, spans, classes });
    }
    if videos.is_empty() { Err(TruthError::Empty) } else { Ok(videos) }
}

/// Truth values from an array of 0 and 1.
///
/// # Errors
/// Any other value.
pub fn labels_of(values: &[f32]) -> Result<Vec<bool>, TruthError> {
    let label = |(frame, value): (usize, &f32)| match *value {
        0.0 => Ok(false),
        1.0 => Ok(true),
        other => Err(TruthError::Label { frame, value: other.to_string() }),
    };
    values.iter().enumerate().map(label).collect()
}

/// Cuts concatenated labels by the frame counts of their list.
///
/// # Errors
/// An entry without a count, or counts that do not add up to the labels.
pub fn split_labels(labels: &[bool], list: &[NamedFrames]) -> Result<Vec<Vec<bool>>, TruthError> {
    let mut counts = Vec::with_capacity(list.len());
    for entry in list {
        counts.push(entry.frames.ok_or_else(|| TruthError::NoCount(entry.name.clone()))?);
    }
    let total = counts.iter().fold(0_usize, |sum, n| sum.saturating_add(*n));
    if total != labels.len() {
        return Err(TruthError::Total { labels: labels.len(), list: total });
    }
    let mut rest = labels;
    let mut parts = Vec::with_capacity(counts.len());
    for count in counts {
        let (part, after) = rest.split_at(count);
        parts.push(part.to_vec());
        rest = after;
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_three_annotation_forms() {
        let text = "Abuse028_x264.mp4  Abuse  165  240  -1  -1  \nNormal_003.mp4 Normal -1 -1 -1 -1\t\n\
                    Arson/A.mp4 8640 Arson 3500 4000 -1 -1\nv=S__#1_label_B4 0 1517 1970 3038\n";
        let videos = from_annotation(text, SpanEnd::Inclusive).expect("is read");
        assert_eq!(videos[0].spans, [(165, 241)]);
        assert_eq!((videos[2].classes.as_slice(), videos[3].classes.len()), (["Arson".to_owned()].as_slice(), 0));
        assert!(videos[1].spans.is_empty());
        assert_eq!((videos[2].frames, videos[2].spans.as_slice()), (Some(8640), [(3500, 4001)].as_slice()));
        assert_eq!(videos[3].spans, [(0, 1518), (1970, 3039)]);
        let exclusive = from_annotation(text, SpanEnd::Exclusive).expect("is read");
        assert_eq!(exclusive[0].spans, [(165, 240)]);
        assert_eq!(videos[0].labels(300).iter().filter(|l| **l).count(), 76);
        assert_eq!(videos[0].labels(200).iter().filter(|l| **l).count(), 35);
    }

    #[test]
    fn bad_lines_name_their_place() {
        let line = |text: &str| from_annotation(text, SpanEnd::Inclusive).expect_err("is wrong").to_string();
        assert!(line("a.mp4 Abuse 1 2\nb.mp4 Abuse 5 1 -1 -1\n").starts_with("line 2: the span 5 1"));
        assert!(line("a.mp4 Abuse 1 2 3\n").starts_with("line 1: 3 numbers"));
        assert!(line("a.mp4 Abuse 1 x\n").contains("\"x\""));
        assert!(line("a.mp4\n").starts_with("line 1"));
        assert_eq!(from_annotation("\n", SpanEnd::Inclusive), Err(TruthError::Empty));
    }

    #[test]
    fn json_spans_are_checked() {
        let text = r#"{"b.mp4": {"frames": 10, "label": 1, "spans_inclusive": [[2, 9]], "expected_frames": 10},
                       "a.mp4": {"frames": 5, "label": 0, "spans_inclusive": []}}"#;
        let videos = from_json(text).expect("is read");
        assert_eq!(videos[0].name, "a.mp4");
        assert_eq!(videos[1].spans, [(2, 10)]);
        let past = text.replace("9]", "10]");
        assert!(matches!(from_json(&past), Err(TruthError::Span { last: 10, .. })));
        assert!(matches!(from_json("[]"), Err(TruthError::Json(_))));
    }

    #[test]
    fn labels_are_cut_by_the_list() {
        let entry = |name: &str, frames| NamedFrames { name: name.to_owned(), frames };
        let labels = labels_of(&[0.0, 1.0, 1.0]).expect("are labels");
        let parts = split_labels(&labels, &[entry("a", Some(1)), entry("b", Some(2))]).expect("fits");
        assert_eq!(parts, [vec![false], vec![true, true]]);
        let off = split_labels(&labels, &[entry("a", Some(1))]);
        assert_eq!(off, Err(TruthError::Total { labels: 3, list: 1 }));
        assert!(matches!(split_labels(&labels, &[entry("a", None)]), Err(TruthError::NoCount(_))));
        assert!(matches!(labels_of(&[0.5]), Err(TruthError::Label { frame: 0, .. })));
    }

    proptest! {
        #[test]
        fn json_round_trip(cuts in proptest::collection::btree_set(0_usize..500, 0..8)) {
            let cuts: Vec<usize> = cuts.into_iter().collect();
            let spans = cuts.chunks_exact(2).map(|c| (c[0], c[1])).collect();
            let video = VideoTruth { name: "a #1.mp4".to_owned(), frames: Some(500), spans, classes: Vec::new() };
            prop_assert_eq!(from_json(&to_json(std::slice::from_ref(&video))).expect("is read"), [video]);
        }
    }
}
