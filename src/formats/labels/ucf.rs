//! UCF-Crime temporal annotation: a line for each video with its class and up to two spans.
//!
//! Owns `NAME [FRAMES] CLASS START END START END`, -1 for none, frames from 0. Lines are read from their end because
//! names may hold blanks. Does not own the end rule, in which sources differ: it is asked for.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::export::{
    ExportVideo, Field, blank_in_name, count, left_out, lost_fields, lost_voices, normal_with_intervals,
};
use super::format::EndChoice;
use super::lines::{check_name, frame_number, last_word, numbered};
use super::{FileSpan, FileVideo, FormatError, LabelFile};
use crate::domain::interval::FrameSpan;
use crate::domain::label::VideoLabel;
use crate::formats::ground_truth::SpanEnd;

pub(super) const END_CHOICES: [EndChoice; 2] = [
    EndChoice {
        end: SpanEnd::Exclusive,
        source: "the benchmark's own annotation, as the published frame labels of its 290 test videos take it",
    },
    EndChoice {
        end: SpanEnd::Inclusive,
        source: "scripts that count the end frame in, such as RTFM's, and data sets that follow them",
    },
];

pub(super) const LIMITS: [&str; 4] = [
    "A video has at most two intervals.",
    "All intervals of a video have one class, which is one word.",
    "Lanes, notes and confidences are not kept.",
    "Videos without any label are not written, because their line would call them normal.",
];

/// The class of videos in which nothing happens.
const NORMAL: &str = "Normal";
/// The class of abnormal videos without intervals.
const ABNORMAL: &str = "Abnormal";
/// Intervals on a line.
pub(super) const SPANS: usize = 2;

pub(super) fn read(text: &str) -> Result<LabelFile, FormatError> {
    let mut videos = Vec::new();
    for (number, line) in numbered(text) {
        videos.push(read_line(number, line)?);
    }
    if videos.is_empty() {
        return Err(FormatError::Form { format: "UCF-Crime annotation", problem: "it has no lines".to_owned() });
    }
    Ok(LabelFile { videos, warnings: Vec::new() })
}

fn read_line(number: usize, line: &str) -> Result<FileVideo, FormatError> {
    let wrong =
        |problem: &str| FormatError::line(number, format!("{problem}; expected: NAME CLASS START END START END"));
    let (mut rest, mut word) = last_word(line);
    let mut edges = Vec::new();
    while let Some(edge) = frame_number(word, number)? {
        edges.push(edge);
        (rest, word) = last_word(rest);
    }
    if edges.is_empty() || edges.len() % 2 != 0 {
        return Err(wrong(&format!("{} do not make pairs", count(edges.len(), "frame number", "frame numbers"))));
    }
    let class = word;
    let frames = match last_word(rest) {
        (name, digits) if !name.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            rest = name;
            Some(digits.parse().map_err(|_| wrong(&format!("{digits:?} is no frame count")))?)
        }
        _ => None,
    };
    let name = rest.trim();
    if name.is_empty() {
        return Err(wrong("there is no class or no name before the numbers"));
    }
    edges.reverse();
    let pairs = edges.chunks_exact(2).filter(|pair| pair[0] >= 0 || pair[1] >= 0);
    let spans: Vec<FileSpan> = pairs.map(|pair| FileSpan::frames(pair[0], pair[1], class)).collect();
    let normal = spans.is_empty() && class.eq_ignore_ascii_case(NORMAL);
    let label = Some(if normal { VideoLabel::Normal } else { VideoLabel::Abnormal });
    Ok(FileVideo { frames, label, spans, ..FileVideo::named(name) })
}

pub(super) fn write(videos: &[ExportVideo<'_>], end: Option<SpanEnd>) -> Result<Vec<u8>, FormatError> {
    let past = usize::from(end.unwrap_or(END_CHOICES[0].end) == SpanEnd::Inclusive);
    let mut text = String::new();
    for video in videos.iter().filter(|v| v.is_labelled()) {
        check_name(video.name, |word| word.bytes().all(|b| b.is_ascii_digit()))?;
        let mut edges = [-1; SPANS * 2];
        for (pair, span) in edges.chunks_exact_mut(2).zip(spans(video)) {
            pair.copy_from_slice(&[span.start() as i64, (span.end() - past) as i64]);
        }
        let [a, b, c, d] = edges;
        writeln!(text, "{}  {}  {a}  {b}  {c}  {d}", video.name, class_of(video)).ok();
    }
    Ok(text.into_bytes())
}

/// All intervals, the earliest first; a line takes the first two.
fn spans(video: &ExportVideo<'_>) -> Vec<FrameSpan> {
    let mut spans: Vec<_> = video.labels.iter().map(|label| label.span).collect();
    spans.sort_unstable();
    spans
}

/// The class of the earliest interval, which stands for the video.
fn class_of<'a>(video: &ExportVideo<'a>) -> Cow<'a, str> {
    match video.labels.iter().min_by_key(|label| label.span) {
        Some(first) => as_word(&first.class),
        None if video.is_normal() => Cow::Borrowed(NORMAL),
        None => Cow::Borrowed(ABNORMAL),
    }
}

/// A class as the one word that a line has room for, and that is not taken for a number.
fn as_word(class: &str) -> Cow<'_, str> {
    let numeric = class.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit());
    if class.is_empty() || numeric || class.contains(|c: char| c.is_whitespace() || c.is_control()) {
        let words = class.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        let word = words.collect::<Vec<_>>().join("_");
        Cow::Owned(format!("{}{word}", if word.is_empty() || numeric { "_" } else { "" }))
    } else {
        Cow::Borrowed(class)
    }
}

pub(super) fn losses(videos: &[ExportVideo<'_>]) -> Vec<String> {
    let mut lost = lost_fields(videos, &[Field::Lane, Field::Note, Field::Confidence]);
    lost.extend(lost_voices(videos));
    lost.extend(left_out(videos, "without any label", ExportVideo::is_labelled));
    for video in videos {
        let name = video.name;
        if let Some(rest) = spans(video).get(SPANS..).filter(|rest| !rest.is_empty()) {
            let shown: Vec<String> = rest.iter().map(ToString::to_string).collect();
            lost.push(format!("{name}: a line holds {SPANS} intervals; the frames {} are left out.", shown.join(", ")));
        }
        lost.extend(normal_with_intervals(video));
        let mut written: Vec<_> = video.labels.iter().collect();
        written.sort_by_key(|label| label.span);
        written.truncate(SPANS);
        if let Some(first) = written.first() {
            if written.iter().any(|label| label.class != first.class) {
                lost.push(format!("{name}: a line holds one class; the interval of another gets {:?}.", first.class));
            }
            if let Cow::Owned(word) = as_word(&first.class) {
                lost.push(format!(
                    "{name}: the class {:?} is written as {word:?}, because it must be one word.",
                    first.class
                ));
            }
        }
        lost.extend(blank_in_name(video));
    }
    lost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_in_use() {
        let text = "Abuse028_x264.mp4  Abuse  165  240  -1  -1  \nNormal_003  Normal  -1  -1  -1  -1\t\r\n\n\
                    Arson/A b.mp4 8640 Arson 3500 4000 4200 4300\n";
        let file = read(text).expect("is read");
        assert_eq!(file.videos[0].spans, [FileSpan::frames(165, 240, "Abuse")]);
        assert_eq!((file.videos[1].name.as_str(), file.videos[1].label), ("Normal_003", Some(VideoLabel::Normal)));
        let arson = &file.videos[2];
        assert_eq!((arson.name.as_str(), arson.frames, arson.spans.len()), ("Arson/A b.mp4", Some(8640), 2));
    }

    #[test]
    fn bad_lines_name_their_place() {
        let error = |text: &str| read(text).expect_err("is wrong").to_string();
        assert!(error("a Abuse 1 2\nb Abuse 1 2 3\n").starts_with("line 2: 3 frame numbers do not make pairs"));
        assert!(error("a Abuse 1 2.5\n").starts_with("line 1: \"2.5\" is no frame number"));
        assert!(error("a Abuse 1 123456789012345678901\n").contains("is no frame number"));
        assert!(error("1 2 3 4\n").starts_with("line 1"));
        assert!(error("a\n").starts_with("line 1: 0 frame numbers"));
        assert!(error("Abuse 1 2\n").contains("no name"));
        assert!(error(" \n").contains("no lines"));
    }
}
