//! What is handed to the writers, and what they have in common when they say what they lose.
//!
//! Owns the borrowed view of a video with its labels, its edges as times since the first frame, and the sentences
//! about fields that a format has no place for. Does not own what a single format does with intervals.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::frames::FrameTable;
use crate::domain::interval::FrameSpan;
use crate::domain::label::{Label, VideoLabel};
use crate::domain::time::MediaTime;
use crate::formats::ground_truth::SpanEnd;

/// A video to be written.
#[derive(Clone, Copy, Debug)]
pub struct ExportVideo<'a> {
    /// As the file shall name it.
    pub name: &'a str,
    /// Its frames.
    pub table: &'a FrameTable,
    /// Width and height of the picture, in pixels.
    pub size: (u32, u32),
    /// Normal or abnormal, by the lanes of those who said so.
    pub video_labels: &'a BTreeMap<String, VideoLabel>,
    /// Its intervals, all inside the table.
    pub labels: &'a [Label],
}

/// What writing needs besides the videos.
#[derive(Clone, Copy, Debug, Default)]
pub struct WriteOptions<'a> {
    /// Whether a written end frame is inside, for the formats with a choice; the usual rule if none.
    pub end: Option<SpanEnd>,
    /// The moment of writing as ISO 8601, for formats that state it; they state 1970 if empty.
    pub date: &'a str,
}

/// A written file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The file itself.
    pub bytes: Vec<u8>,
    /// The list that belongs beside a gt.npy.
    pub list: Option<String>,
}

impl From<Vec<u8>> for Written {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, list: None }
    }
}

impl ExportVideo<'_> {
    /// When a span begins and ends, counted from the first frame's appearance.
    pub(super) fn times(&self, span: FrameSpan) -> (MediaTime, MediaTime) {
        let shown = self.table.frames_span(span.start(), span.last());
        let zero = self.table.span().start;
        (shown.start - zero, shown.end - zero)
    }

    /// The same in seconds.
    pub(super) fn seconds(&self, span: FrameSpan) -> (f64, f64) {
        let (start, end) = self.times(span);
        (start.secs_f64(), end.secs_f64())
    }

    /// Normal or abnormal, where somebody said so; abnormal where they differ.
    pub(super) fn label(&self) -> Option<VideoLabel> {
        VideoLabel::together(self.video_labels.values().copied())
    }

    /// Whether somebody said that nothing anomalous is in it, and no interval says otherwise.
    pub(super) fn is_normal(&self) -> bool {
        self.label() == Some(VideoLabel::Normal) && self.labels.is_empty()
    }

    /// Whether there is anything to say about it.
    pub(super) fn is_labelled(&self) -> bool {
        !self.video_labels.is_empty() || !self.labels.is_empty()
    }
}

/// Fields of labels that a format may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// The class of intervals.
    Class,
    /// The annotator's lane.
    Lane,
    /// Notes.
    Note,
    /// Confidences.
    Confidence,
    /// The label of whole videos.
    VideoLabel,
}

/// The sentences about fields that are in use here and that the format lacks.
pub(super) fn lost_fields(videos: &[ExportVideo<'_>], lacks: &[Field]) -> Vec<String> {
    let labels = || videos.iter().flat_map(|video| video.labels);
    let sentence = |field: &Field| match field {
        Field::Class => {
            let classes: BTreeSet<&str> = labels().map(|l| l.class.as_str()).collect();
            let named = classes.iter().any(|class| *class != super::DEFAULT_CLASS);
            named.then(|| format!("Classes are not kept: {} in use.", count(classes.len(), "class is", "classes are")))
        }
        Field::Lane => {
            let lanes: BTreeSet<&str> = labels().map(|l| l.lane.as_str()).collect();
            let used = lanes.iter().any(|lane| !lane.is_empty());
            used.then(|| format!("Who marked an interval is not kept ({}).", count(lanes.len(), "lane", "lanes")))
        }
        Field::Note => {
            let notes = labels().filter(|l| !l.note.is_empty()).count();
            (notes > 0).then(|| format!("Notes are not kept ({}).", count(notes, "interval", "intervals")))
        }
        Field::Confidence => {
            let sure = labels().filter(|l| l.confidence.is_some()).count();
            (sure > 0).then(|| format!("Confidences are not kept ({}).", count(sure, "interval", "intervals")))
        }
        Field::VideoLabel => {
            let labelled = videos.iter().filter(|v| !v.video_labels.is_empty()).count();
            let normal = count(labelled, "video", "videos");
            (labelled > 0).then(|| format!("The label normal or abnormal of whole videos is not kept ({normal})."))
        }
    };
    lacks.iter().filter_map(sentence).collect()
}

/// The sentences about who labelled whole videos, in formats that hold one such label for a video and no name.
pub(super) fn lost_voices(videos: &[ExportVideo<'_>]) -> Vec<String> {
    let lanes: BTreeSet<&str> = videos.iter().flat_map(|v| v.video_labels.keys()).map(String::as_str).collect();
    let named = lanes.iter().any(|lane| !lane.is_empty());
    let who = named.then(|| {
        let lanes = count(lanes.len(), "lane", "lanes");
        format!("Who called a whole video normal or abnormal is not kept ({lanes}).")
    });
    let differ = |video: &&ExportVideo<'_>| video.video_labels.values().any(|label| Some(*label) != video.label());
    let disputed = videos.iter().filter(differ);
    let taken =
        disputed.map(|video| format!("{}: some call it normal and some abnormal; abnormal is taken.", video.name));
    who.into_iter().chain(taken).collect()
}

/// The sentence about a video that is written as abnormal although it is labelled normal: a line with intervals means it.
pub(super) fn normal_with_intervals(video: &ExportVideo<'_>) -> Option<String> {
    let both = video.label() == Some(VideoLabel::Normal) && !video.labels.is_empty();
    both.then(|| format!("{}: it is labelled normal but has intervals, and is written as abnormal.", video.name))
}

/// The sentence about a name that other programs cut, in formats whose fields end with a blank.
pub(super) fn blank_in_name(video: &ExportVideo<'_>) -> Option<String> {
    let cut = video.name.contains(char::is_whitespace);
    cut.then(|| format!("{}: other programs cut lines at blanks and will not find this name.", video.name))
}

/// The sentence about videos that a format leaves out, because the predicate is false for them.
pub(super) fn left_out<'a>(
    videos: &[ExportVideo<'a>],
    why: &str,
    stays: impl Fn(&ExportVideo<'a>) -> bool,
) -> Option<String> {
    let names: Vec<&str> = videos.iter().filter(|v| !stays(v)).map(|v| v.name).collect();
    (!names.is_empty())
        .then(|| format!("{} {why} and left out: {}.", count(names.len(), "video is", "videos are"), names.join(", ")))
}

/// `1 interval`, `2 intervals`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
