//! From a project and scores to the report of a case.
//!
//! Owns what the window and the command do alike: the facts of the record, the findings and pictures of each video, and
//! putting them together. Does not own scoring, nor the page and table (`case`).

use std::path::{Path, PathBuf};

use super::case::{CaseReport, CaseVideo, Finding, PICTURE_SIDE, findings, write_case};
use super::stills::{facts, picture, versions};
use super::{Report, ReportError, ReportVideo};
use crate::domain::library::VideoId;
use crate::domain::record::ReviewState;
use crate::domain::score::ScoredVideo;
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::domain::snippet::SnippetGrid;
use crate::media::OpenedVideo;
use crate::plots::picture_png_within;
use crate::store::{Project, ProjectError};

/// Pictures in all: a page of more is no longer opened at once.
const PICTURES: usize = 300;

/// One video with everything about it.
struct Part {
    video: OpenedVideo,
    id: VideoId,
    notes: Vec<String>,
    scored: ScoredVideo,
    events: Vec<AnomalySegment>,
    review: ReviewState,
    findings: Vec<Finding>,
    pictures: Vec<Option<(usize, Vec<u8>)>>,
}

/// A report that is being made.
pub struct CaseWork {
    rule: EventRule,
    record: Vec<(String, String)>,
    parts: Vec<Part>,
    left_out: Vec<String>,
    pictures_left: usize,
}

impl CaseWork {
    /// A report made by `who` on where the project stands: what has to agree when it is checked later.
    ///
    /// # Errors
    /// The project cannot be read.
    pub fn begin(project: &Project, who: &str, rule: EventRule) -> Result<Self, ProjectError> {
        let record = record(project, who)?;
        Ok(Self { rule, record, parts: Vec::new(), left_out: Vec::new(), pictures_left: PICTURES })
    }

    /// Adds a scored video, with pictures of its findings, as long as there are not too many.
    pub fn add(
        &mut self,
        (video, id): (OpenedVideo, VideoId),
        scored: ScoredVideo,
        notes: Vec<String>,
        review: ReviewState,
    ) {
        let events = self.rule.events(&scored.snippets.scores);
        let findings = findings(&review, &events, &video.frames);
        let grid = SnippetGrid::new(video.frames.len());
        let left = &mut self.pictures_left;
        let shown = |finding: &Finding| {
            *left = left.checked_sub(1)?;
            let (frame, picture) = picture(&video, grid.snippet_of(finding.peak_frame))?;
            Some((frame, picture_png_within(&picture, PICTURE_SIDE).ok()?))
        };
        let pictures = findings.iter().map(shown).collect();
        self.parts.push(Part { video, id, notes, scored, events, review, findings, pictures });
    }

    /// Says that a video is not in the report, in a sentence.
    pub fn leave_out(&mut self, sentence: String) {
        self.left_out.push(sentence);
    }

    /// Videos, findings, and what was left out.
    pub fn counts(&self) -> (usize, usize) {
        (self.parts.len(), self.parts.iter().map(|part| part.findings.len()).sum())
    }

    /// Sentences about what is not in it.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// Writes `case.html` and `case.csv` into `folder` and gives the path of the page.
    ///
    /// # Errors
    /// A file cannot be written, or a chart not drawn.
    pub fn write(&mut self, folder: &Path, title: &str) -> Result<PathBuf, ReportError> {
        if self.pictures_left == 0 {
            self.left_out.push(format!("Only the first {PICTURES} pictures are shown."));
        }
        let videos: Vec<ReportVideo<'_>> = self.parts.iter().map(Part::video).collect();
        let cases: Vec<CaseVideo<'_>> = self
            .parts
            .iter()
            .map(|part| CaseVideo { review: &part.review, findings: &part.findings, pictures: &part.pictures })
            .collect();
        let versions = versions();
        let run = Report { title, videos: &videos, rule: self.rule, versions: &versions };
        write_case(folder, &CaseReport { run, cases: &cases, record: &self.record, left_out: &self.left_out })
    }
}

impl Part {
    fn video(&self) -> ReportVideo<'_> {
        ReportVideo {
            path: &self.video.info.path,
            id: Some(&self.id),
            facts: facts(&self.video),
            frames: &self.video.frames,
            scored: &self.scored,
            events: &self.events,
            truth: &[],
            peaks: Vec::new(),
            notes: &self.notes,
        }
    }
}

/// Where the project stands.
fn record(project: &Project, who: &str) -> Result<Vec<(String, String)>, ProjectError> {
    let found = project.verify()?;
    let mut people: Vec<String> = project.history(usize::MAX >> 1, None)?.into_iter().map(|step| step.who).collect();
    people.sort_unstable();
    people.dedup();
    let state = if found.is_sound() { "as they were written" } else { "NOT as they were written: see lookback verify" };
    let row = |name: &str, value: String| (name.to_owned(), value);
    let rows = if found.rows == 1 { "1 row".to_owned() } else { format!("{} rows", found.rows) };
    Ok(vec![
        row("project", project.folder().display().to_string()),
        row("reviewed by", people.join(", ")),
        row("report made by", who.to_owned()),
        row("report made at", jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S %:z").to_string()),
        row("record", format!("{rows}, {state}")),
        row("head of the record (BLAKE3)", found.head.to_string()),
    ])
}
