//! From a project and scores to the report of a case.
//!
//! Owns what the window and the command do alike: the facts of the record, the findings and pictures of each video, and
//! putting them together. Does not own scoring, nor the page and table (`case`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::case::{AbsentVideo, CaseReport, CaseVideo, Finding, PICTURE_SIDE, findings, verdicts_alone, write_case};
use super::stills::{facts, picture, versions};
use super::{Report, ReportError, ReportVideo};
use crate::domain::library::VideoId;
use crate::domain::queue::KnownVideo;
use crate::domain::record::{ReviewState, Said, Subject};
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

/// One video that cannot be shown.
struct Absent {
    known: KnownVideo,
    reason: String,
    review: ReviewState,
    findings: Vec<Finding>,
}

/// A report that is being made.
pub struct CaseWork {
    rule: EventRule,
    record: Vec<(String, String)>,
    voices: BTreeMap<Subject, Said>,
    parts: Vec<Part>,
    absent: Vec<Absent>,
    pictures_left: usize,
}

impl CaseWork {
    /// A report on `chosen` videos made by `who` on where the project stands: what has to agree when it is checked
    /// later.
    ///
    /// # Errors
    /// The project cannot be read.
    pub fn begin(
        project: &Project,
        chosen: &[(KnownVideo, ReviewState)],
        who: &str,
        rule: EventRule,
    ) -> Result<Self, ProjectError> {
        let videos: Vec<VideoId> = chosen.iter().map(|(video, _)| video.id.clone()).collect();
        let voices = project.voices(&videos)?;
        let record = record(project, who)?;
        Ok(Self { rule, record, voices, parts: Vec::new(), absent: Vec::new(), pictures_left: PICTURES })
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

    /// Adds a video that cannot be shown, with what was said about it; `reason` is a sentence.
    pub fn add_absent(&mut self, known: KnownVideo, review: ReviewState, reason: String) {
        let findings = verdicts_alone(&review);
        self.absent.push(Absent { known, reason, review, findings });
    }

    /// Videos, and findings on them; those that cannot be shown count.
    pub fn counts(&self) -> (usize, usize) {
        let findings = self.parts.iter().map(|part| &part.findings).chain(self.absent.iter().map(|a| &a.findings));
        (self.parts.len() + self.absent.len(), findings.map(Vec::len).sum())
    }

    /// Why videos are there without pictures and curve, a sentence each.
    pub fn without_pictures(&self) -> Vec<String> {
        self.absent.iter().map(|absent| absent.reason.clone()).collect()
    }

    /// Writes `case.html` and `case.csv` into `folder` and gives the path of the page.
    ///
    /// # Errors
    /// A file cannot be written, or a chart not drawn.
    pub fn write(&self, folder: &Path, title: &str) -> Result<PathBuf, ReportError> {
        let left_out: Vec<String> = (self.pictures_left == 0)
            .then(|| format!("Only the first {PICTURES} pictures are shown."))
            .into_iter()
            .collect();
        let videos: Vec<ReportVideo<'_>> = self.parts.iter().map(Part::video).collect();
        let cases: Vec<CaseVideo<'_>> = self
            .parts
            .iter()
            .map(|part| CaseVideo { review: &part.review, findings: &part.findings, pictures: &part.pictures })
            .collect();
        let versions = versions();
        let run = Report { title, videos: &videos, rule: self.rule, versions: &versions };
        let absent: Vec<AbsentVideo<'_>> = self.absent.iter().map(Absent::video).collect();
        let case = CaseReport {
            run,
            cases: &cases,
            record: &self.record,
            absent: &absent,
            voices: &self.voices,
            left_out: &left_out,
        };
        write_case(folder, &case)
    }
}

impl Absent {
    fn video(&self) -> AbsentVideo<'_> {
        let said = CaseVideo { review: &self.review, findings: &self.findings, pictures: &[] };
        AbsentVideo { known: &self.known, reason: &self.reason, said }
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
