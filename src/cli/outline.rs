//! What an import would do or did, on a screen and as JSON.
//!
//! Owns the words and the keys. Does not own the plan (`app::exchange`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::labels::{count, listed};
use crate::app::exchange::{Import, ImportPlan, PlannedVideo, meaning};
use crate::domain::label::{Label, VideoLabel};

/// All that is said about an import.
#[derive(Debug, Serialize)]
pub struct Outline {
    files: Vec<String>,
    list: Option<String>,
    format: String,
    format_name: &'static str,
    told_by_content: bool,
    numbers: String,
    lane: String,
    videos_in_file: usize,
    intervals_in_file: usize,
    intervals: usize,
    matched: Vec<Matched>,
    ambiguous: Vec<Ambiguous>,
    unmatched: Vec<String>,
    unusable: Vec<Reason>,
    problems: Vec<Reason>,
    not_taken: Vec<String>,
    first: Option<Interval>,
    last: Option<Interval>,
    written: Option<Written>,
}

#[derive(Debug, Serialize)]
struct Matched {
    names: Vec<String>,
    found_by: String,
    video: String,
    path: String,
    frames: usize,
    /// What all say together.
    label: Option<VideoLabel>,
    video_labels: BTreeMap<String, VideoLabel>,
    intervals: usize,
}

#[derive(Debug, Serialize)]
struct Ambiguous {
    name: String,
    paths: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Reason {
    video: String,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Interval {
    video: String,
    class: String,
    lane: String,
    first_frame: usize,
    last_frame: usize,
    start: String,
    end: String,
}

#[derive(Debug, Serialize)]
struct Written {
    project: String,
    /// The step in the history; none if there was nothing new.
    step: Option<u64>,
    intervals: usize,
    video_labels: usize,
    present: usize,
    new_videos: usize,
}

fn interval((video, label): (&PlannedVideo, &Label)) -> Interval {
    let time = video.frames.frames_span(label.span.start(), label.span.last());
    Interval {
        video: video.entry.name.clone(),
        class: label.class.clone(),
        lane: label.lane.clone(),
        first_frame: label.span.start(),
        last_frame: label.span.last(),
        start: time.start.to_string(),
        end: time.end.to_string(),
    }
}

impl Interval {
    fn line(&self) -> String {
        let Self { video, class, first_frame, last_frame, start, end, .. } = self;
        format!("{video}, {class}, frames {first_frame} to {last_frame}, {start} to {end}")
    }
}

impl Reason {
    fn line(&self) -> String {
        format!("{}: {}", self.video, self.reason)
    }
}

impl Outline {
    /// What `plan` would do with these files.
    pub fn new(plan: &ImportPlan, files: Vec<String>, told_by_content: bool, list: Option<&Path>) -> Self {
        let reason = |(video, reason): (&str, &str)| Reason { video: video.to_owned(), reason: reason.to_owned() };
        let matched = |video: &PlannedVideo| Matched {
            names: video.names.iter().map(|(name, _)| name.clone()).collect(),
            found_by: video.names.first().map_or_else(String::new, |(_, rule)| rule.to_string()),
            video: video.entry.id.to_string(),
            path: video.entry.path.display().to_string(),
            frames: video.frames.len(),
            label: VideoLabel::together(video.video_labels.values().copied()),
            video_labels: video.video_labels.clone(),
            intervals: video.labels.len(),
        };
        let (first, last) = plan.ends().map_or((None, None), |[a, b]| (Some(interval(a)), Some(interval(b))));
        Self {
            files,
            list: list.map(|list| list.display().to_string()),
            format: plan.format.to_string(),
            format_name: plan.format.name(),
            told_by_content,
            numbers: meaning(plan.convention),
            lane: plan.lane.clone(),
            videos_in_file: plan.in_file.0,
            intervals_in_file: plan.in_file.1,
            intervals: plan.intervals(),
            matched: plan.matched.iter().map(matched).collect(),
            ambiguous: plan
                .ambiguous
                .iter()
                .map(|(name, paths)| Ambiguous {
                    name: name.clone(),
                    paths: paths.iter().map(|path| path.display().to_string()).collect(),
                })
                .collect(),
            unmatched: plan.unmatched.clone(),
            unusable: plan.unusable.iter().map(|(video, why)| reason((video, why))).collect(),
            problems: plan.problems().map(reason).collect(),
            not_taken: plan.warnings.clone(),
            first,
            last,
            written: None,
        }
    }

    /// With what was written.
    pub fn written(self, project: &Path, import: &Import, step: Option<u64>, new_videos: usize) -> Self {
        let Import { intervals, video_labels, present, .. } = *import;
        let project = project.display().to_string();
        Self { written: Some(Written { project, step, intervals, video_labels, present, new_videos }), ..self }
    }

    /// As text.
    pub fn text(&self) -> String {
        let told = if self.told_by_content { ", told by the content" } else { "" };
        let mut text = format!(
            "file       {}: {}, {}\nformat     {} ({}){told}\nnumbers    {}\nlane       {}, where the file names none\n\
             matched    {}, {}\n",
            if let [one] = self.files.as_slice() { one.clone() } else { count(self.files.len(), "file") },
            count(self.videos_in_file, "video"),
            count(self.intervals_in_file, "interval"),
            self.format_name,
            self.format,
            self.numbers,
            self.lane,
            count(self.matched.len(), "video"),
            count(self.intervals, "interval"),
        );
        if let Some(list) = &self.list {
            writeln!(text, "list       {list}").ok();
        }
        for (name, interval) in [("first", &self.first), ("last", &self.last)] {
            if let Some(interval) = interval {
                writeln!(text, "{name:<11}{}", interval.line()).ok();
            }
        }
        let heading = |n: usize, what: &str| format!("{} {what}", count(n, "video"));
        text += &listed(
            &heading(self.unmatched.len(), "not found, left out (--videos names the folder they are in)"),
            self.unmatched.iter().cloned(),
        );
        let several = |a: &Ambiguous| format!("{}: {}", a.name, a.paths.join(" or "));
        let heading_several = heading(self.ambiguous.len(), "of which several are meant, left out");
        text += &listed(&heading_several, self.ambiguous.iter().map(several));
        let unusable = heading(self.unusable.len(), "that cannot be opened, left out");
        text += &listed(&unusable, self.unusable.iter().map(Reason::line));
        text += &listed(&count(self.problems.len(), "problem"), self.problems.iter().map(Reason::line));
        text += &listed("not taken from the file", self.not_taken.iter().cloned());
        if let Some(written) = &self.written {
            text += &written.text();
        }
        text
    }
}

impl Written {
    fn text(&self) -> String {
        let present = match self.present {
            0 => String::new(),
            n => format!("; {} there already", if n == 1 { "1 was".to_owned() } else { format!("{n} were") }),
        };
        let Some(step) = self.step else {
            return format!("nothing is new{present}: {} is as it was\n", self.project);
        };
        let added = match self.new_videos {
            0 => String::new(),
            n => format!(", {} added or found again", count(n, "video")),
        };
        format!(
            "written    {} and {} into {} as step {step}{added}{present}\n\
             undo       in the window with Undo, or: lookback import --project {:?} --undo {step}\n",
            count(self.intervals, "interval"),
            count(self.video_labels, "video label"),
            self.project,
            self.project,
        )
    }
}
