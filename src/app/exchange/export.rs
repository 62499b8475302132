//! What an export holds, before it is written.
//!
//! Owns gathering the labels of a project with the frames of their videos, the names that files give those videos, and
//! the sentences about what does not get into the file. Does not own the formats, nor putting files on disk.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path};
use std::sync::Arc;

use super::content::{Choice, Content, content};
use super::work::{ExchangeError, Stage, Watch};
use crate::domain::frames::FrameTable;
use crate::domain::label::{Label, VideoLabel};
use crate::domain::queue::KnownVideo;
use crate::domain::record::ReviewState;
use crate::domain::video_name::without_ending;
use crate::formats::labels::{self, ExportVideo, Format, FormatError, WriteOptions, Written};
use crate::jobs::Progress;

/// A video's frames, and the width and height of its pictures in pixels.
pub type OpenedFrames = (Arc<FrameTable>, (u32, u32));

/// A video to be written.
#[derive(Clone, Debug)]
pub struct Exported {
    /// As the file names it: its own name, behind folders where several videos have one name.
    pub name: String,
    /// Its frames.
    pub frames: Arc<FrameTable>,
    /// Width and height of its pictures, in pixels.
    pub size: (u32, u32),
    /// Normal or abnormal, by the lanes of those who said so.
    pub video_labels: BTreeMap<String, VideoLabel>,
    /// Its intervals, in the order of their frames.
    pub labels: Vec<Label>,
}

/// All that is to be written.
#[derive(Clone, Debug, Default)]
pub struct ExportPlan {
    /// The videos, by name.
    pub videos: Vec<Exported>,
    /// Videos that cannot be opened, so that their frames are not known: name and reason.
    pub unusable: Vec<(String, String)>,
    /// What was decided on the way, a sentence each.
    pub notes: Vec<String>,
}

/// A file that an export gives.
#[derive(Clone, Debug)]
pub struct OutFile {
    /// Its name without folder, where it is one of several.
    pub name: Option<String>,
    /// Its content.
    pub written: Written,
}

impl Exported {
    fn borrowed(&self) -> ExportVideo<'_> {
        let Self { name, frames, size, video_labels, labels } = self;
        ExportVideo { name, table: frames, size: *size, video_labels, labels }
    }
}

impl ExportPlan {
    /// Gathers what `choice` takes of these reviews. `open` gives a video's frames, or a sentence that says why there
    /// are none. Videos of which there is nothing to say are not opened.
    fn gather(
        reviews: &[(KnownVideo, ReviewState)],
        choice: &Choice,
        open: &mut dyn FnMut(&KnownVideo) -> Result<OpenedFrames, String>,
    ) -> Self {
        let mut plan = Self::default();
        let chosen: Vec<(&KnownVideo, Content)> = reviews
            .iter()
            .map(|(video, state)| (video, content(state, choice)))
            .filter(|(_, c)| !c.is_empty())
            .collect();
        let names = names(&chosen.iter().map(|(video, _)| *video).collect::<Vec<_>>());
        for ((video, content), name) in chosen.into_iter().zip(names) {
            let (frames, size) = match open(video) {
                Ok(opened) => opened,
                Err(reason) => {
                    plan.unusable.push((name, reason));
                    continue;
                }
            };
            let all = content.labels.len();
            let labels: Vec<Label> = content.labels.into_iter().filter(|l| l.span.end() <= frames.len()).collect();
            if labels.len() < all {
                let outside = all - labels.len();
                plan.notes
                    .push(format!("{name}: {outside} of {all} intervals lie outside the video and are left out."));
            }
            plan.videos.push(Exported { name, frames, size, video_labels: content.video_labels, labels });
        }
        plan
    }

    /// As `gather`, telling how far it is.
    ///
    /// # Errors
    /// It was stopped.
    pub fn watched(
        reviews: &[(KnownVideo, ReviewState)],
        choice: &Choice,
        open: &mut dyn FnMut(&KnownVideo) -> Result<OpenedFrames, String>,
        watch: &mut Watch<'_>,
    ) -> Result<Self, ExchangeError> {
        let mut progress = Progress { done: 0, total: reviews.len(), skipped: 0 };
        let ticket = watch.ticket;
        let mut counted = |video: &KnownVideo| {
            if ticket.is_stale() {
                return Err("cancelled".to_owned());
            }
            progress.done += 1;
            (watch.progress)(Stage::Opening, progress);
            open(video)
        };
        let plan = Self::gather(reviews, choice, &mut counted);
        watch.go_on().map(|()| plan)
    }

    /// Videos and intervals that a file in `format` holds of this.
    pub fn written(&self, format: Format) -> (usize, usize) {
        labels::written_counts(format, &self.borrowed())
    }

    /// The annotators whose labels `format` cannot tell apart, if there are several.
    pub fn merged(&self, format: Format) -> Vec<&str> {
        let intervals = self.videos.iter().flat_map(|video| video.labels.iter().map(|label| label.lane.as_str()));
        let whole = self.videos.iter().flat_map(|video| video.video_labels.keys().map(String::as_str));
        let lanes: BTreeSet<&str> = intervals.chain(whole).collect();
        if format.keeps_lanes() || lanes.len() < 2 { Vec::new() } else { lanes.into_iter().collect() }
    }

    fn borrowed(&self) -> Vec<ExportVideo<'_>> {
        self.videos.iter().map(Exported::borrowed).collect()
    }

    /// What `format` cannot hold of this, a sentence each.
    pub fn losses(&self, format: Format) -> Vec<String> {
        labels::losses(format, &self.borrowed())
    }

    /// The files: one, or one for each video where the format holds no more.
    ///
    /// # Errors
    /// A name that the format cannot carry.
    pub fn write(&self, format: Format, options: WriteOptions<'_>) -> Result<Vec<OutFile>, FormatError> {
        let videos = self.borrowed();
        if !format.one_video() {
            return Ok(vec![OutFile { name: None, written: labels::write(format, &videos, options)? }]);
        }
        if let [_] = videos.as_slice() {
            return Ok(vec![OutFile { name: None, written: labels::write(format, &videos, options)? }]);
        }
        let names = file_names(&self.videos, format.extension());
        let one = |(video, name): (&ExportVideo<'_>, String)| {
            let written = labels::write(format, std::slice::from_ref(video), options)?;
            Ok(OutFile { name: Some(name), written })
        };
        videos.iter().zip(names).map(one).collect()
    }
}

/// The names of videos, with as many of their folders in front as tell them apart.
fn names(videos: &[&KnownVideo]) -> Vec<String> {
    let folders = |video: &KnownVideo| -> Vec<String> {
        let folder = video.path.parent().unwrap_or_else(|| Path::new(""));
        let names = folder.components().filter(|part| matches!(part, Component::Normal(_)));
        names.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
    };
    let with = |video: &KnownVideo, depth: usize| {
        let folders = folders(video);
        let shown = &folders[folders.len().saturating_sub(depth)..];
        [shown, std::slice::from_ref(&video.name)].concat().join("/")
    };
    let deepest = videos.iter().map(|video| folders(video).len()).max().unwrap_or(0);
    let mut names: Vec<String> = videos.iter().map(|video| video.name.clone()).collect();
    for depth in 1..=deepest {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for name in &names {
            *counts.entry(name).or_default() += 1;
        }
        let double: Vec<bool> = names.iter().map(|name| counts[name.as_str()] > 1).collect();
        if !double.contains(&true) {
            break;
        }
        for ((name, video), double) in names.iter_mut().zip(videos).zip(double) {
            if double {
                *name = with(video, depth);
            }
        }
    }
    names
}

/// A file name for each video: without the video's extension, so that it is found again by name, unless two would
/// share it.
fn file_names(videos: &[Exported], extension: &str) -> Vec<String> {
    let plain = |name: &str| name.replace(['/', '\\', ':'], "_");
    let mut stems: HashMap<String, usize> = HashMap::new();
    for video in videos {
        *stems.entry(plain(without_ending(&video.name)).to_lowercase()).or_default() += 1;
    }
    let name = |video: &Exported| {
        let stem = plain(without_ending(&video.name));
        let shared = stems[&stem.to_lowercase()] > 1;
        format!("{}.{extension}", if shared { plain(&video.name) } else { stem })
    };
    videos.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::super::plan::tests::{known, open};
    use super::*;
    use crate::app::exchange::library::Entry;
    use crate::domain::interval::FrameSpan;
    use crate::domain::record::ItemId;

    fn reviewed(number: u8, path: &str, spans: &[(usize, usize)]) -> (KnownVideo, ReviewState) {
        let video = known(number, path);
        let mut state = ReviewState::new(video.id.clone());
        for (id, (start, end)) in spans.iter().enumerate() {
            let span = FrameSpan::new(*start, *end).expect("holds frames");
            let (class, lane, note) = ("Fight".to_owned(), "Ada".to_owned(), String::new());
            state.labels.insert(ItemId(id as u64), Label { span, class, lane, note, confidence: None });
        }
        (video, state)
    }

    fn gather(reviews: &[(KnownVideo, ReviewState)]) -> ExportPlan {
        ExportPlan::gather(reviews, &Choice::All, &mut |video| Ok((open(&Entry::from(video))?, (64, 48))))
    }

    #[test]
    fn what_cannot_be_written_is_told_before() {
        let mut disputed = reviewed(1, "/v/a.mp4", &[(5, 10), (20, 30), (40, 50), (90, 101)]);
        disputed.1.video_labels.insert("Ada".to_owned(), VideoLabel::Normal);
        disputed.1.video_labels.insert("Grace".to_owned(), VideoLabel::Abnormal);
        let reviews = [disputed, reviewed(2, "/v/broken.mp4", &[(1, 2)]), reviewed(3, "/v/silent.mp4", &[])];
        let plan = gather(&reviews);
        assert_eq!((plan.written(Format::Json), plan.written(Format::Ucf)), ((1, 3), (1, 2)));
        assert_eq!(plan.merged(Format::Ucf), ["Ada", "Grace"]);
        assert!(plan.merged(Format::Csv).is_empty());
        assert_eq!(plan.unusable, [("broken.mp4".to_owned(), "it is broken".to_owned())]);
        assert!(plan.notes.len() == 1 && plan.notes[0].contains("1 of 4 intervals"));
        assert!(plan.losses(Format::Xd).iter().any(|loss| loss.contains("some abnormal")));
        assert!(plan.losses(Format::Ucf).iter().any(|loss| loss.contains("40..50")));
        assert!(plan.losses(Format::Json).is_empty());
    }

    #[test]
    fn videos_of_one_name_get_names_and_files_of_their_own() {
        let reviews = [
            reviewed(1, "/v/x/a.mp4", &[(5, 10)]),
            reviewed(2, "/w/x/a.mp4", &[(5, 10)]),
            reviewed(3, "/w/y/a.mp4", &[(5, 10)]),
            reviewed(4, "/w/y/b.mp4", &[(5, 10)]),
            reviewed(5, "/w/y/b.avi", &[(5, 10)]),
        ];
        let plan = gather(&reviews);
        let names: Vec<&str> = plan.videos.iter().map(|video| video.name.as_str()).collect();
        assert_eq!(names, ["v/x/a.mp4", "w/x/a.mp4", "y/a.mp4", "b.mp4", "b.avi"]);
        let files = plan.write(Format::Audacity, WriteOptions::default()).expect("is written");
        let names: Vec<_> = files.iter().filter_map(|file| file.name.as_deref()).collect();
        assert_eq!(names, ["v_x_a.txt", "w_x_a.txt", "y_a.txt", "b.mp4.txt", "b.avi.txt"]);
        let files = plan.write(Format::Csv, WriteOptions::default()).expect("is written");
        assert!(files.len() == 1 && files[0].name.is_none());
    }
}
