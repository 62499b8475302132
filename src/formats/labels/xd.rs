//! XD-Violence annotations: a line for each abnormal video with any number of spans.
//!
//! Owns `NAME START END START END …`, frames from 0 with the end outside, the variant with a class code before each
//! pair, and the class codes in names (`…_label_B4-0-0`). Does not own other benchmarks' lines.

use std::fmt::Write as _;

use super::export::{
    ExportVideo, Field, blank_in_name, count, left_out, lost_fields, lost_voices, normal_with_intervals,
};
use super::lines::{check_name, frame_number, last_word, numbered};
use super::{DEFAULT_CLASS, FileSpan, FileVideo, FormatError, LabelFile};
use crate::domain::label::VideoLabel;

pub(super) const LIMITS: [&str; 3] = [
    "Classes are not kept, except for one that is part of the video's name.",
    "Lanes, notes and confidences are not kept.",
    "Only videos with intervals are written: the format lists abnormal videos alone.",
];

/// The codes in names, and what they stand for.
const CODES: [(&str, &str); 6] = [
    ("B1", "Fighting"),
    ("B2", "Shooting"),
    ("B4", "Riot"),
    ("B5", "Abuse"),
    ("B6", "Car accident"),
    ("G", "Explosion"),
];
/// The code of normal videos.
const NORMAL: &str = "A";

fn class_of_code(code: &str) -> Option<&'static str> {
    CODES.iter().find(|(known, _)| *known == code).map(|(_, class)| *class)
}

/// The codes in a name, without the fillers.
fn codes(name: &str) -> impl Iterator<Item = &str> {
    let label = name.rsplit_once("_label_").map_or("", |(_, label)| label);
    label.split('.').next().unwrap_or(label).split('-').filter(|code| !code.is_empty() && *code != "0")
}

/// The class that a name gives to all intervals of its video. Which of several is where, no file says.
fn class_of_name(name: &str) -> String {
    let classes: Vec<&str> = codes(name).filter_map(class_of_code).collect();
    if classes.is_empty() { DEFAULT_CLASS.to_owned() } else { classes.join(" + ") }
}

pub(super) fn read(text: &str) -> Result<LabelFile, FormatError> {
    let mut file = LabelFile::default();
    for (number, line) in numbered(text) {
        file.videos.push(read_line(number, line)?);
    }
    if file.videos.iter().all(|video| video.spans.is_empty()) {
        let problem = "no line of it holds a pair of frame numbers".to_owned();
        return Err(FormatError::Form { format: "XD-Violence annotation", problem });
    }
    let several = file.videos.iter().filter(|v| !v.spans.is_empty() && codes(&v.name).count() > 1).count();
    if several > 0 {
        let videos = count(several, "name says", "names say");
        file.warnings.push(format!("{videos} several classes; which interval shows which is not in the file."));
    }
    Ok(file)
}

fn read_line(number: usize, line: &str) -> Result<FileVideo, FormatError> {
    let odd = || {
        let problem = "the frame numbers do not make pairs; expected: NAME START END START END …";
        FormatError::line(number, problem)
    };
    let mut rest = line.trim();
    let mut found = Vec::new();
    while let (before, word) = last_word(rest)
        && !before.is_empty()
        && let Some(end) = frame_number(word, number)?
    {
        let (before, word) = last_word(before);
        let start = frame_number(word, number)?.ok_or_else(odd)?;
        let (name, code) = last_word(before);
        let class = if name.is_empty() { None } else { class_of_code(code) };
        rest = if class.is_some() { name } else { before };
        found.push((start, end, class));
    }
    if rest.is_empty() {
        return Err(FormatError::line(number, "there is no name before the numbers"));
    }
    found.reverse();
    let named = class_of_name(rest);
    let spans: Vec<FileSpan> =
        found.into_iter().map(|(start, end, class)| FileSpan::frames(start, end, class.unwrap_or(&named))).collect();
    let label = match spans.is_empty() {
        false => Some(VideoLabel::Abnormal),
        true if codes(rest).eq([NORMAL]) => Some(VideoLabel::Normal),
        true => None,
    };
    Ok(FileVideo { label, spans, ..FileVideo::named(rest) })
}

pub(super) fn write(videos: &[ExportVideo<'_>]) -> Result<Vec<u8>, FormatError> {
    let mut text = String::new();
    for video in videos.iter().filter(|v| !v.labels.is_empty()) {
        let is_field = |word: &str| class_of_code(word).is_some() || !matches!(frame_number(word, 0), Ok(None));
        check_name(video.name, is_field)?;
        text += video.name;
        let mut spans: Vec<_> = video.labels.iter().map(|label| label.span).collect();
        spans.sort_unstable();
        for span in spans {
            write!(text, " {} {}", span.start(), span.end()).ok();
        }
        text.push('\n');
    }
    Ok(text.into_bytes())
}

pub(super) fn losses(videos: &[ExportVideo<'_>]) -> Vec<String> {
    let mut lost = lost_fields(videos, &[Field::Lane, Field::Note, Field::Confidence]);
    lost.extend(lost_voices(videos));
    lost.extend(left_out(videos, "without intervals", |video| !video.labels.is_empty()));
    for video in videos {
        let (name, read_as) = (video.name, class_of_name(video.name));
        let others = video.labels.iter().filter(|label| label.class != read_as).count();
        if others > 0 {
            let others = count(others, "interval", "intervals");
            lost.push(format!("{name}: classes are not written; {others} will be read as {read_as:?}."));
        }
        lost.extend(normal_with_intervals(video));
        lost.extend(blank_in_name(video).filter(|_| !video.labels.is_empty()));
    }
    lost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_in_use() {
        let text = "v=S-7r__#1_label_B4-0-0 0 1517 1970 3038\nFilm__#2_label_G-B2-0.mp4 1 2\n\
                    my film__#3_label_B1-B4-0 B4 0 1517 B1 1970 3038\nx__label_A\nplain 5 6\n";
        let file = read(text).expect("is read");
        let shown: Vec<(&str, Vec<&str>)> =
            file.videos.iter().map(|v| (v.name.as_str(), v.spans.iter().map(|s| s.class.as_str()).collect())).collect();
        assert_eq!(shown[0], ("v=S-7r__#1_label_B4-0-0", vec!["Riot", "Riot"]));
        assert_eq!(shown[1].1, ["Explosion + Shooting"]);
        assert_eq!(shown[2], ("my film__#3_label_B1-B4-0", vec!["Riot", "Fighting"]));
        assert_eq!(file.videos[3].label, Some(VideoLabel::Normal));
        assert_eq!(shown[4].1, [DEFAULT_CLASS]);
        assert!(file.warnings[0].starts_with("2 names say several classes"));
    }

    #[test]
    fn bad_lines_name_their_place() {
        let error = |text: &str| read(text).expect_err("is wrong").to_string();
        assert!(error("a 1 2\nb 1 2 3\n").starts_with("line 2: the frame numbers do not make pairs"));
        assert!(error("a 1 2e9\n").starts_with("line 1: \"2e9\" is no frame number"));
        assert!(error("a 1 99999999999999999999").contains("is no frame number"));
        assert!(error("some text\n").contains("no line of it"));
    }
}
