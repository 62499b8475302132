//! The label formats: what each is called, what its numbers mean, what it cannot hold.
//!
//! Owns the list of formats and the way from one of them to its reader and writer. Does not own the formats, each of
//! which has a file of its own, nor how a file is recognised (`guess`).

use strum::{Display, EnumIter, EnumString};

use super::export::{ExportVideo, WriteOptions, Written};
use super::{Convention, FormatError, LabelFile, Unit, Zero};
use super::{activitynet, audacity, csv_rows, cvat, elan, fiftyone, gt_npy, label_studio, lines, native, ucf, via, xd};
use crate::formats::ground_truth::SpanEnd;

/// A format of label files. Written out, it is its short name: `ucf`, `gt-npy`, `label-studio`.
#[derive(Clone, Copy, Debug, Display, EnumIter, EnumString, Eq, Hash, PartialEq)]
#[strum(serialize_all = "kebab-case")]
pub enum Format {
    /// UCF-Crime temporal annotation.
    Ucf,
    /// XD-Violence annotations.
    Xd,
    /// Concatenated frame labels with their list.
    GtNpy,
    /// `ActivityNet` and `MMAction2` JSON.
    #[strum(serialize = "activitynet")]
    ActivityNet,
    /// CVAT for video 1.1.
    Cvat,
    /// ELAN annotation.
    Elan,
    /// VGG Image Annotator 3.
    Via3,
    /// `FiftyOne` temporal detections.
    #[strum(serialize = "fiftyone")]
    FiftyOne,
    /// Label Studio timeline labels.
    LabelStudio,
    /// Audacity labels.
    Audacity,
    /// A table for spreadsheets.
    Csv,
    /// Everything this program knows of labels.
    Json,
}

/// What reading needs besides the file.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOptions<'a> {
    /// The list of a gt.npy: bytes of a text with `NAME FRAMES` a line.
    pub list: Option<&'a [u8]>,
    /// The video that a file without names belongs to.
    pub video: Option<&'a str>,
}

/// One answer to whether the written end is inside, in words that tell where such files come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndChoice {
    /// The rule.
    pub end: SpanEnd,
    /// Who writes files like this.
    pub source: &'static str,
}

impl Format {
    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ucf => "UCF-Crime annotation",
            Self::Xd => "XD-Violence annotation",
            Self::GtNpy => "Concatenated frame labels (gt.npy)",
            Self::ActivityNet => "ActivityNet JSON",
            Self::Cvat => "CVAT for video 1.1",
            Self::Elan => "ELAN",
            Self::Via3 => "VIA 3",
            Self::FiftyOne => "FiftyOne temporal detections",
            Self::LabelStudio => "Label Studio timeline",
            Self::Audacity => "Audacity labels",
            Self::Csv => "Table (CSV)",
            Self::Json => "Lookback JSON",
        }
    }

    /// Of the files that it writes, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Ucf | Self::Xd | Self::Audacity => "txt",
            Self::GtNpy => "npy",
            Self::ActivityNet | Self::FiftyOne | Self::LabelStudio | Self::Json => "json",
            Self::Cvat => "xml",
            Self::Elan => "eaf",
            Self::Via3 | Self::Csv => "csv",
        }
    }

    /// What its numbers mean, unless the person says otherwise.
    pub const fn convention(self) -> Convention {
        match self {
            Self::Ucf | Self::Xd | Self::GtNpy | Self::Cvat => Convention::frames(0, SpanEnd::Exclusive),
            Self::FiftyOne | Self::LabelStudio => Convention::frames(1, SpanEnd::Inclusive),
            Self::ActivityNet | Self::Via3 | Self::Audacity => Convention::times(Unit::Seconds),
            Self::Elan => Convention::times(Unit::Millis),
            Self::Csv | Self::Json => Convention { zero: Zero::Clock, ..Convention::frames(0, SpanEnd::Exclusive) },
        }
    }

    /// The end rules in use under this format's name, the usual one first; a single one where all agree.
    pub const fn end_choices(self) -> &'static [EndChoice] {
        const EXCLUSIVE: EndChoice = EndChoice { end: SpanEnd::Exclusive, source: "all files of this format" };
        const INCLUSIVE: EndChoice = EndChoice { end: SpanEnd::Inclusive, source: "all files of this format" };
        match self {
            Self::Ucf => &ucf::END_CHOICES,
            _ if matches!(self.convention().end, SpanEnd::Inclusive) => &[INCLUSIVE],
            _ => &[EXCLUSIVE],
        }
    }

    /// Whether the frame rate that its frame numbers count at is a setting of the other tool, so that it must be
    /// asked for when that setting was not the video's own rate.
    pub const fn rate_is_a_setting(self) -> bool {
        matches!(self, Self::LabelStudio)
    }

    /// Whether a file holds one video only.
    pub const fn one_video(self) -> bool {
        matches!(self, Self::Cvat | Self::Elan | Self::Audacity)
    }

    /// Whether a file says whose each interval is.
    pub const fn keeps_lanes(self) -> bool {
        matches!(self, Self::Elan | Self::Via3 | Self::FiftyOne | Self::Csv | Self::Json)
    }

    /// Whether reading needs a list beside the file.
    pub const fn needs_list(self) -> bool {
        matches!(self, Self::GtNpy)
    }

    /// What it cannot hold, whatever the labels are; one sentence each, empty if nothing.
    pub const fn limits(self) -> &'static [&'static str] {
        match self {
            Self::Ucf => &ucf::LIMITS,
            Self::Xd => &xd::LIMITS,
            Self::GtNpy => &gt_npy::LIMITS,
            Self::ActivityNet => &activitynet::LIMITS,
            Self::Cvat => &cvat::LIMITS,
            Self::Elan => &elan::LIMITS,
            Self::Via3 => &via::LIMITS,
            Self::FiftyOne => &fiftyone::LIMITS,
            Self::LabelStudio => &label_studio::LIMITS,
            Self::Audacity => &audacity::LIMITS,
            Self::Csv | Self::Json => &[],
        }
    }
}

/// Reads a file of a known format.
///
/// # Errors
/// Another kind of file, or one that is damaged: the sentence says where.
pub fn read(format: Format, bytes: &[u8], options: ReadOptions<'_>) -> Result<LabelFile, FormatError> {
    match format {
        Format::Ucf => ucf::read(lines::text(bytes)?),
        Format::Xd => xd::read(lines::text(bytes)?),
        Format::GtNpy => gt_npy::read(bytes, options.list),
        Format::ActivityNet => activitynet::read(lines::text(bytes)?),
        Format::Cvat => cvat::read(lines::text(bytes)?, options.video),
        Format::Elan => elan::read(lines::text(bytes)?, options.video),
        Format::Via3 => via::read(lines::text(bytes)?),
        Format::FiftyOne => fiftyone::read(lines::text(bytes)?),
        Format::LabelStudio => label_studio::read(lines::text(bytes)?, options.video),
        Format::Audacity => audacity::read(lines::text(bytes)?, options.video),
        Format::Csv => csv_rows::read(lines::text(bytes)?),
        Format::Json => native::read(lines::text(bytes)?),
    }
}

/// Writes videos in a format. What it cannot hold is left out without a word: ask [`losses`] first.
///
/// # Errors
/// Several videos in a format of one, names that the format cannot carry.
pub fn write(format: Format, videos: &[ExportVideo<'_>], options: WriteOptions<'_>) -> Result<Written, FormatError> {
    match format {
        Format::Ucf => ucf::write(videos, options.end).map(Written::from),
        Format::Xd => xd::write(videos).map(Written::from),
        Format::GtNpy => gt_npy::write(videos),
        Format::ActivityNet => activitynet::write(videos).map(Written::from),
        Format::Cvat => cvat::write(videos).map(Written::from),
        Format::Elan => elan::write(videos, options.date).map(Written::from),
        Format::Via3 => via::write(videos).map(Written::from),
        Format::FiftyOne => fiftyone::write(videos).map(Written::from),
        Format::LabelStudio => label_studio::write(videos).map(Written::from),
        Format::Audacity => audacity::write(videos).map(Written::from),
        Format::Csv => csv_rows::write(videos).map(Written::from),
        Format::Json => native::write(videos).map(Written::from),
    }
}

/// How many of these videos, and how many intervals, stand in what [`write()`] gives.
pub fn written_counts(format: Format, videos: &[ExportVideo<'_>]) -> (usize, usize) {
    let intervals = |video: &ExportVideo<'_>| {
        let all = video.labels.len();
        match format {
            Format::Ucf => video.is_labelled().then_some(all.min(ucf::SPANS)),
            Format::GtNpy => video.is_labelled().then(|| gt_npy::intervals(video)),
            Format::Csv => video.is_labelled().then_some(all),
            Format::Xd | Format::Via3 => (all > 0).then_some(all),
            _ => Some(all),
        }
    };
    videos.iter().filter_map(intervals).fold((0, 0), |(videos, all), intervals| (videos + 1, all + intervals))
}

/// What writing these videos would lose or change, one sentence each; empty if reading the file back gives the same.
pub fn losses(format: Format, videos: &[ExportVideo<'_>]) -> Vec<String> {
    match format {
        Format::Ucf => ucf::losses(videos),
        Format::Xd => xd::losses(videos),
        Format::GtNpy => gt_npy::losses(videos),
        Format::ActivityNet => activitynet::losses(videos),
        Format::Cvat => cvat::losses(videos),
        Format::Elan => elan::losses(videos),
        Format::Via3 => via::losses(videos),
        Format::FiftyOne => fiftyone::losses(videos),
        Format::LabelStudio => label_studio::losses(videos),
        Format::Audacity => audacity::losses(videos),
        Format::Csv => csv_rows::losses(videos),
        Format::Json => Vec::new(),
    }
}
