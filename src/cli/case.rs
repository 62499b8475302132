//! `lookback report`: what a project says about videos, beside what the model says.
//!
//! Owns the choice of videos and putting the parts together. Does not own the report (`app::report::case`).

use std::path::PathBuf;

use super::args::exchange::ReportArgs;
use super::engine::{self, Extracted, Extractor};
use super::error::CliError;
use super::labels::{count, listed};
use super::progress::cancelled_by_interrupt;
use super::score::{Judge, score_video};
use super::{doctor, files, project, report};
use crate::app::exchange::Library;
use crate::app::folders::Folders;
use crate::app::pipeline;
use crate::app::prefs::Prefs;
use crate::app::report::case::{CaseReport, CaseVideo, Finding, PICTURE_SIDE, findings, write_case};
use crate::app::report::{Report, ReportVideo};
use crate::domain::queue::KnownVideo;
use crate::domain::record::ReviewState;
use crate::domain::score::ScoredVideo;
use crate::domain::segment::AnomalySegment;
use crate::domain::snippet::SnippetGrid;
use crate::plots::picture_png_within;
use crate::store::Project;

/// Pictures in all: a page of more is no longer opened at once.
const PICTURES: usize = 300;

/// One video with everything about it.
struct Part {
    extracted: Extracted,
    scored: ScoredVideo,
    events: Vec<AnomalySegment>,
    review: ReviewState,
    findings: Vec<Finding>,
    pictures: Vec<Option<(usize, Vec<u8>)>>,
}

/// Runs the command.
///
/// # Errors
/// There is no project or nothing to report on, the model cannot be used, or a file cannot be written.
pub fn run(args: &ReportArgs) -> Result<(), CliError> {
    let folder = project::folder(args.project.as_deref())?;
    let ticket = cancelled_by_interrupt()?;
    let project = project::open(&folder)?;
    let chosen = choose(&project, &args.videos)?;
    let record = record(&project)?;
    drop(project);
    let device = engine::device(args.engine.device)?;
    let mut judge = Judge::new(engine::scorer(&args.engine, &device)?);
    // The rule under which verdicts were given in the window.
    let prefs = Folders::standard().config.as_deref().map(Prefs::read).unwrap_or_default().prefs;
    judge.rule = prefs.rule.unwrap_or(judge.rule);
    judge.rule.threshold = args.threshold.unwrap_or(judge.rule.threshold);
    let mut extractor = Extractor::open(&args.engine.encoder, &device, !args.no_cache)?;
    pipeline::check_match(judge.scorer(), extractor.encoder())?;

    let (mut parts, mut left_out, mut left) = (Vec::new(), Vec::new(), PICTURES);
    for (video, review) in chosen {
        if video.path.as_os_str().is_empty() {
            left_out.push(format!("{}: the project knows no file of it.", video.name));
            continue;
        }
        match score_video(&video.path, &mut extractor, &judge, &ticket) {
            Ok((extracted, _)) if extracted.id != video.id => {
                left_out.push(format!("{} is no longer the video that was reviewed.", video.path.display()));
            }
            Ok((extracted, scored)) => {
                let part = Part::new(extracted, scored, review, &judge, &mut left);
                parts.push(part);
            }
            Err(CliError::Cancelled) => return Err(CliError::Cancelled),
            Err(err) => left_out.push(format!("{err}.")),
        }
    }
    if left == 0 {
        left_out.push(format!("Only the first {PICTURES} pictures are shown."));
    }
    let page = write(args, &record, &parts, &left_out, &judge)?;
    let found: usize = parts.iter().map(|part| part.findings.len()).sum();
    let events = count(found, "finding");
    files::print(
        &(listed("left out", left_out.iter().cloned())
            + &format!("written    {}, {events} to {}\n", count(parts.len(), "video"), page.display())),
    )
}

/// The videos of the report: those that were named, or all about which anything is known.
fn choose(project: &Project, names: &[String]) -> Result<Vec<(KnownVideo, ReviewState)>, CliError> {
    if names.is_empty() {
        let all = project::reviews(project)?;
        let nothing = || CliError::Input(format!("{} says nothing about any video", project.folder().display()));
        return if all.is_empty() { Err(nothing()) } else { Ok(all) };
    }
    let known = project.videos()?;
    let found = Library::new(Vec::new(), &known).find(&names.iter().map(String::as_str).collect::<Vec<_>>());
    if let Some(at) = found.unmatched.first() {
        let reason = format!("{} holds no video {:?}", project.folder().display(), names[*at]);
        return Err(CliError::Input(reason));
    }
    if let Some((at, several)) = found.ambiguous.first() {
        let paths: Vec<String> = several.iter().map(|at| known[*at].path.display().to_string()).collect();
        let reason = format!("{:?} may be {}; name it with its folder", names[*at], paths.join(" or "));
        return Err(CliError::Input(reason));
    }
    let mut places: Vec<usize> = found.matched.iter().map(|(_, video, _)| *video).collect();
    places.sort_unstable();
    places.dedup();
    places.into_iter().map(|at| Ok((known[at].clone(), project.review_state(&known[at].id)?))).collect()
}

/// Where the project stands: what has to agree when the report is checked later.
fn record(project: &Project) -> Result<Vec<(String, String)>, CliError> {
    let found = project.verify()?;
    let mut people: Vec<String> = project.history(usize::MAX >> 1, None)?.into_iter().map(|step| step.who).collect();
    people.sort_unstable();
    people.dedup();
    let state = if found.is_sound() { "as they were written" } else { "NOT as they were written: see lookback verify" };
    let row = |name: &str, value: String| (name.to_owned(), value);
    Ok(vec![
        row("project", project.folder().display().to_string()),
        row("reviewed by", people.join(", ")),
        row("report made by", project::reviewer()),
        row("report made at", jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S %:z").to_string()),
        row("record", format!("{}, {state}", count(found.rows as usize, "row"))),
        row("head of the record (BLAKE3)", found.head.to_string()),
    ])
}

impl Part {
    fn new(extracted: Extracted, scored: ScoredVideo, review: ReviewState, judge: &Judge, left: &mut usize) -> Self {
        let events = judge.rule.events(&scored.snippets.scores);
        let video = &extracted.video;
        let findings = findings(&review, &events, &video.frames);
        let grid = SnippetGrid::new(video.frames.len());
        let picture = |finding: &Finding| {
            *left = left.checked_sub(1)?;
            let (frame, picture) = report::picture(video, grid.snippet_of(finding.peak_frame))?;
            Some((frame, picture_png_within(&picture, PICTURE_SIDE).ok()?))
        };
        let pictures = findings.iter().map(picture).collect();
        Self { extracted, scored, events, review, findings, pictures }
    }

    fn video(&self) -> ReportVideo<'_> {
        let Extracted { video, id, notes, .. } = &self.extracted;
        ReportVideo {
            path: &video.info.path,
            id: Some(id),
            facts: report::facts(video),
            frames: &video.frames,
            scored: &self.scored,
            events: &self.events,
            truth: &[],
            peaks: Vec::new(),
            notes,
        }
    }
}

fn write(
    args: &ReportArgs,
    record: &[(String, String)],
    parts: &[Part],
    left_out: &[String],
    judge: &Judge,
) -> Result<PathBuf, CliError> {
    let videos: Vec<ReportVideo<'_>> = parts.iter().map(Part::video).collect();
    let cases: Vec<CaseVideo<'_>> = parts
        .iter()
        .map(|part| CaseVideo { review: &part.review, findings: &part.findings, pictures: &part.pictures })
        .collect();
    let versions = doctor::versions();
    let run = Report { title: &args.title, videos: &videos, rule: judge.rule, versions: &versions };
    let case = CaseReport { run, cases: &cases, record, left_out };
    Ok(write_case(&args.output, &case)?)
}
