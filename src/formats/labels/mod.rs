//! Label files of the field: what other tools know about which part of a video shows what.
//!
//! Owns the value that all of them are read into, with edges as the file wrote them, and the declared meaning of
//! those edges. What an edge is on a real video is decided in [`resolve`], never while reading: only there is the
//! frame table known. Does not own file access, nor which video of the library a name means to the person.

mod activitynet;
mod audacity;
mod csv_rows;
mod cvat;
mod elan;
mod error;
mod export;
mod fiftyone;
mod format;
mod gt_npy;
mod guess;
mod json;
mod label_studio;
mod lines;
pub mod matching;
mod native;
pub mod resolve;
#[cfg(test)]
mod tests;
mod ucf;
mod via;
mod xd;
mod xml;

pub use error::FormatError;
pub use export::{ExportVideo, WriteOptions, Written};
pub use format::{EndChoice, Format, ReadOptions, losses, read, write, written_counts};

use std::collections::BTreeMap;

use super::ground_truth::SpanEnd;
use crate::domain::label::VideoLabel;

/// What a label file says, as it says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelFile {
    /// In the order of the file where it has one, otherwise by name.
    pub videos: Vec<FileVideo>,
    /// What was there and was not taken, one sentence each.
    pub warnings: Vec<String>,
}

/// What it says about one video.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileVideo {
    /// As in the file, with folders if it writes them.
    pub name: String,
    /// Frames of the video, where the file counts them.
    pub frames: Option<usize>,
    /// Frames per second that the file states. Never used to place an edge, only to tell a wrong video.
    pub fps: Option<f64>,
    /// Length in seconds that the file states.
    pub duration_secs: Option<f64>,
    /// Normal or abnormal, where the file says so and not who said it.
    pub label: Option<VideoLabel>,
    /// Normal or abnormal by whoever said so, where the format knows that.
    pub video_labels: BTreeMap<String, VideoLabel>,
    /// Its intervals.
    pub spans: Vec<FileSpan>,
}

/// One interval of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileSpan {
    /// Where it begins.
    pub start: Edge,
    /// Where it ends; whether a frame written here is inside is the [`Convention`]'s to say.
    pub end: Edge,
    /// Its class; [`DEFAULT_CLASS`] where the format knows none.
    pub class: String,
    /// Whose it is, where the format knows that.
    pub lane: Option<String>,
    /// Free words, often none.
    pub note: String,
    /// As written; it may lie outside 0..=1.
    pub confidence: Option<f64>,
}

/// An edge as a file writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Edge {
    /// A frame number, from the convention's base.
    Frame(i64),
    /// Seconds from the convention's zero; may be infinite or no number.
    Seconds(f64),
}

/// The class of intervals in formats that know none, and the first of a new project's.
pub const DEFAULT_CLASS: &str = "Anomaly";

/// What a format counts in. Files that mix frames and times say frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum Unit {
    /// Frame numbers.
    Frames,
    /// Seconds with decimals.
    Seconds,
    /// Whole milliseconds.
    Millis,
}

/// Where the frame rate comes from that leads from the file's edges to frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// From the video's own frame table: frame numbers count its frames, times are looked up in it.
    Video,
    /// Frame numbers count an even grid of this many frames per second (above 0), whatever the video's frames are.
    Even(f64),
}

/// Where a file's times count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zero {
    /// From the appearance of the first frame, as players and editors show it.
    FirstFrame,
    /// From the zero of the container's clock, as this program shows it.
    Clock,
}

/// What the numbers of a file mean. Base and end rule concern frame numbers; a time is always an edge itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Convention {
    /// What edges are written in.
    pub unit: Unit,
    /// Number of the first frame: 0 or 1.
    pub base: i64,
    /// Whether the frame written as the end is inside.
    pub end: SpanEnd,
    /// What leads to frames.
    pub rate: Rate,
    /// Where times count from.
    pub zero: Zero,
}

impl Convention {
    /// Frame numbers of the video itself.
    const fn frames(base: i64, end: SpanEnd) -> Self {
        Self { unit: Unit::Frames, base, end, rate: Rate::Video, zero: Zero::FirstFrame }
    }

    /// Times since the first frame.
    const fn times(unit: Unit) -> Self {
        Self { unit, base: 0, end: SpanEnd::Exclusive, rate: Rate::Video, zero: Zero::FirstFrame }
    }

    /// The same with another end rule.
    pub const fn with_end(self, end: SpanEnd) -> Self {
        Self { end, ..self }
    }
}

impl FileSpan {
    /// With edges and class alone.
    fn new(start: Edge, end: Edge, class: impl Into<String>) -> Self {
        Self { start, end, class: class.into(), lane: None, note: String::new(), confidence: None }
    }

    /// Between two frame numbers.
    fn frames(start: i64, end: i64, class: impl Into<String>) -> Self {
        Self::new(Edge::Frame(start), Edge::Frame(end), class)
    }

    /// Between two times in seconds.
    fn seconds(start: f64, end: f64, class: impl Into<String>) -> Self {
        Self::new(Edge::Seconds(start), Edge::Seconds(end), class)
    }
}

impl FileVideo {
    /// Takes a label of the whole video; nobody's where the lane is empty.
    fn say(&mut self, lane: String, label: VideoLabel) {
        if lane.is_empty() {
            self.label = Some(label);
        } else {
            self.video_labels.insert(lane, label);
        }
    }

    /// A video of which nothing is known yet.
    fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}
