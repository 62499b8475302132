//! Concatenated frame labels: one value per frame, all videos back to back, with the list that names them.
//!
//! Owns the way between those values and spans. Does not own the two containers: NPY is [`super::super::npy`], lists
//! are [`super::super::list`].

use std::fmt::Write as _;

use super::export::{ExportVideo, Field, Written, count, left_out, lost_fields, lost_voices};
use super::lines::{check_name, text};
use super::{DEFAULT_CLASS, FileSpan, FileVideo, FormatError, LabelFile};
use crate::domain::interval::FrameSpan;
use crate::domain::label::VideoLabel;
use crate::formats::ground_truth::{labels_of, split_labels};
use crate::formats::{list, npy};

pub(super) const LIMITS: [&str; 4] = [
    "Intervals that touch or overlap become one.",
    "Classes, lanes, notes and confidences are not kept.",
    "The file names no videos; the list beside it does, in the same order.",
    "Each video has as many values as frames; benchmarks cut this to whole snippets of 16.",
];

pub(super) fn read(bytes: &[u8], list_bytes: Option<&[u8]>) -> Result<LabelFile, FormatError> {
    let entries = list::named_frames(text(list_bytes.ok_or(FormatError::NeedsList)?)?)?;
    let labels = labels_of(&npy::read(bytes)?.values)?;
    let mut videos = Vec::with_capacity(entries.len());
    for (entry, labels) in entries.iter().zip(split_labels(&labels, &entries)?) {
        let spans: Vec<FileSpan> =
            runs(&labels).map(|span| FileSpan::frames(span.start() as i64, span.end() as i64, DEFAULT_CLASS)).collect();
        let label = Some(if spans.is_empty() { VideoLabel::Normal } else { VideoLabel::Abnormal });
        videos.push(FileVideo { frames: Some(labels.len()), label, spans, ..FileVideo::named(&entry.name) });
    }
    Ok(LabelFile { videos, warnings: Vec::new() })
}

/// The runs of true values.
fn runs(labels: &[bool]) -> impl Iterator<Item = FrameSpan> {
    let mut at = 0;
    labels.chunk_by(|a, b| a == b).filter_map(move |run| {
        let start = at;
        at += run.len();
        if run[0] { FrameSpan::new(start, at) } else { None }
    })
}

fn frame_labels(video: &ExportVideo<'_>) -> Vec<bool> {
    let mut labels = vec![false; video.table.len()];
    for label in video.labels {
        let (start, end) = (label.span.start().min(labels.len()), label.span.end().min(labels.len()));
        labels[start..end].fill(true);
    }
    labels
}

/// The intervals that are left of a video once those that touch are one.
pub(super) fn intervals(video: &ExportVideo<'_>) -> usize {
    runs(&frame_labels(video)).count()
}

pub(super) fn write(videos: &[ExportVideo<'_>]) -> Result<Written, FormatError> {
    let (mut values, mut list) = (Vec::new(), String::new());
    for video in videos.iter().filter(|v| v.is_labelled()) {
        check_name(video.name, |_| false)?;
        values.extend(frame_labels(video).into_iter().map(|label| f32::from(u8::from(label))));
        writeln!(list, "{} {}", video.name, video.table.len()).ok();
    }
    Ok(Written { bytes: npy::write(&[values.len()], &values), list: Some(list) })
}

pub(super) fn losses(videos: &[ExportVideo<'_>]) -> Vec<String> {
    let mut lost = lost_fields(videos, &[Field::Class, Field::Lane, Field::Note, Field::Confidence]);
    lost.extend(lost_voices(videos));
    lost.extend(left_out(videos, "without any label", ExportVideo::is_labelled));
    for video in videos {
        let (name, whole) = (video.name, video.labels.len());
        let merged = intervals(video);
        if merged != whole {
            let whole = count(whole, "interval", "intervals");
            lost.push(format!("{name}: {whole} touch or overlap and become {merged}."));
        }
        match video.label() {
            Some(VideoLabel::Normal) if whole > 0 => {
                lost.push(format!("{name}: it is labelled normal but has intervals, and is written as abnormal."));
            }
            Some(VideoLabel::Abnormal) if whole == 0 => {
                lost.push(format!("{name}: it is labelled abnormal but has no interval, and is written as normal."));
            }
            _ => {}
        }
    }
    lost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_spans_of_named_videos() {
        let bytes = npy::write(&[7], &[1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
        let file = read(&bytes, Some(b"a #1 4\nb 3")).expect("is read");
        let class = DEFAULT_CLASS;
        assert_eq!(file.videos[0].spans, [FileSpan::frames(0, 1, class), FileSpan::frames(2, 4, class)]);
        assert_eq!((file.videos[1].name.as_str(), file.videos[1].label), ("b", Some(VideoLabel::Normal)));
    }

    #[test]
    fn refusals_say_why() {
        let bytes = npy::write(&[2], &[1.0, 0.5]);
        let error = |bytes: &[u8], list: Option<&[u8]>| read(bytes, list).expect_err("is wrong").to_string();
        assert!(error(&bytes, None).contains(".list"));
        assert!(error(&bytes, Some(b"a 2")).contains("frame 1 has the label 0.5"));
        assert!(error(&npy::write(&[2], &[1.0, 0.0]), Some(b"a 3")).contains("do not belong together"));
        assert!(error(&npy::write(&[2], &[1.0, 0.0]), Some(b"a")).contains("no frame count"));
        assert!(error(&bytes, Some(b"")).starts_with("the list: the list has no entries"));
        assert!(error(b"x", Some(b"a 2")).contains("NUMPY"));
    }
}
