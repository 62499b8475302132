//! The table of a case: everything that is known, one row each, as CSV.
//!
//! Owns its columns. Does not own which verdict goes with which event (`case`).

use std::collections::BTreeMap;

use super::case::{CaseReport, CaseVideo, Finding};
use crate::domain::frames::FrameTable;
use crate::domain::interval::FrameSpan;
use crate::domain::label::Label;
use crate::domain::record::{Said, Subject};
use crate::domain::review::Judgement;

/// The columns. `by` and `at_utc` say who said it and when, as the project's log has it.
pub(super) const HEADER: [&str; 19] = [
    "video",
    "blake3",
    "kind",
    "first_frame",
    "last_frame",
    "start_s",
    "end_s",
    "peak_frame",
    "peak_score",
    "verdict",
    "ground",
    "class",
    "tags",
    "lane",
    "note",
    "confidence",
    "model",
    "by",
    "at_utc",
];

/// What a row says besides where: the columns from `peak_frame` to `model`.
type Words = [String; 10];

/// The rows of one video.
struct Rows<'a> {
    names: [String; 2],
    /// Unknown where its file cannot be read.
    frames: Option<&'a FrameTable>,
    voices: &'a BTreeMap<Subject, Said>,
    written: Vec<Vec<String>>,
}

impl Rows<'_> {
    fn push(&mut self, kind: &str, span: Option<FrameSpan>, words: Words, subject: Option<&Subject>) {
        let row = self.names.iter().cloned().chain([kind.to_owned()]).chain(place(self.frames, span)).chain(words);
        let said = subject.and_then(|subject| self.voices.get(subject));
        let by = said.map_or_else(Default::default, |said| [said.who.clone(), moment(said)]);
        self.written.push(row.chain(by).collect());
    }

    /// All about the video; `model` made its events.
    fn fill(&mut self, said: &CaseVideo<'_>, model: &str) {
        let video = || said.review.video.clone();
        for finding in said.findings {
            let kind = if finding.flagged { "event" } else { "verdict" };
            let subject = finding.verdict_id.map(|id| Subject::Judgement { video: video(), id });
            self.push(kind, Some(finding.span), of_finding(finding, model), subject.as_ref());
        }
        for (id, label) in &said.review.labels {
            let subject = Subject::Label { video: video(), id: *id };
            self.push("label", Some(label.span), of_label(label), Some(&subject));
        }
        for (lane, label) in &said.review.video_labels {
            let mut words = Words::default();
            words[4] = label.to_string();
            words[6].clone_from(lane);
            let subject = Subject::VideoLabel { video: video(), lane: lane.clone() };
            self.push("video", None, words, Some(&subject));
        }
        if let Some(note) = &said.review.note {
            let mut words = Words::default();
            words[7].clone_from(note);
            self.push("note", None, words, Some(&Subject::VideoNote { video: video() }));
        }
    }
}

/// All findings, labels, and what was said about whole videos, as CSV.
pub(super) fn rows(case: &CaseReport<'_>) -> std::io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for (video, said) in case.run.videos.iter().zip(case.cases) {
        let names = [video.path.display().to_string(), video.id.map_or_else(String::new, ToString::to_string)];
        let mut rows = Rows { names, frames: Some(video.frames), voices: case.voices, written: Vec::new() };
        rows.fill(said, &video.scored.model);
        rows.written.iter().try_for_each(|row| writer.write_record(row))?;
    }
    for video in case.absent {
        let path = &video.known.path;
        let name = if path.as_os_str().is_empty() { video.known.name.clone() } else { path.display().to_string() };
        let names = [name, video.known.id.to_string()];
        let mut rows = Rows { names, frames: None, voices: case.voices, written: Vec::new() };
        rows.fill(&video.said, "");
        rows.written.iter().try_for_each(|row| writer.write_record(row))?;
    }
    writer.into_inner().map_err(|err| std::io::Error::other(err.to_string()))
}

fn of_finding(finding: &Finding, model: &str) -> Words {
    let (judgement, ground) = finding.verdict.as_ref().map_or((None, None), |(j, g)| (Some(j), Some(*g)));
    let of = |field: fn(&Judgement) -> String| judgement.map(field).unwrap_or_default();
    let model = if finding.flagged { model.to_owned() } else { of(|j| j.model.clone().unwrap_or_default()) };
    [
        finding.peak_frame.to_string(),
        finding.peak_score.to_string(),
        of(|j| j.verdict.to_string()),
        ground.map_or_else(String::new, |ground| ground.to_string()),
        of(|j| j.class.clone().unwrap_or_default()),
        of(|j| j.tags.join(" ")),
        String::new(),
        of(|j| j.note.clone()),
        String::new(),
        model,
    ]
}

fn of_label(label: &Label) -> Words {
    let mut words = Words::default();
    words[4].clone_from(&label.class);
    words[6].clone_from(&label.lane);
    words[7].clone_from(&label.note);
    words[8] = label.confidence.map_or_else(String::new, |confidence| confidence.to_string());
    words
}

/// First and last frame, start and end in seconds.
fn place(frames: Option<&FrameTable>, span: Option<FrameSpan>) -> [String; 4] {
    let Some(span) = span else { return Default::default() };
    let time = frames.map(|frames| frames.frames_span(span.start(), span.last()));
    let [start, end] =
        time.map_or_else(Default::default, |time| [time.start, time.end].map(|t| t.secs_f64().to_string()));
    [span.start().to_string(), span.last().to_string(), start, end]
}

/// When it was said, as ISO 8601 in UTC.
fn moment(said: &Said) -> String {
    super::case_page::utc(said, "%Y-%m-%dT%H:%M:%SZ")
}
