//! `lookback demo`: clips with exact ground truth, and the tour without a window.
//!
//! Owns where the clips go, and the report that stands in for the window on a machine without a display.
//! The scenes are [`crate::demo`]'s.

use std::path::{Path, PathBuf};

use super::args::{DemoArgs, EngineArgs};
use super::engine::{self, Extractor};
use super::error::CliError;
use super::eval_text::frame_figures;
use super::files;
use super::progress::{Bar, cancelled_by_interrupt};
use super::report::{ReportParts, Scene};
use super::score::{Judge, score_video};
use crate::app::pipeline;
use crate::demo::{self, DemoClip, DemoSet};
use crate::domain::evaluation::EvalVideo;
use crate::domain::evaluation::ranking::Ranking;
use crate::domain::snippet::SNIPPET_FRAMES;
use crate::domain::trial;
use crate::formats::ground_truth::{self, VideoTruth};
use crate::jobs::Ticket;

/// Runs the command; gives the folder to open in the window, if it was asked for.
///
/// # Errors
/// The clips cannot be written.
pub fn run(args: &DemoArgs) -> Result<Option<PathBuf>, CliError> {
    let ticket = cancelled_by_interrupt()?;
    make(&args.out, args.seed, DemoSet::Review, &ticket)?;
    if args.training > 0 {
        let set = DemoSet::Training { clips: args.training as usize };
        // Training clips are of another seed than the ones to look at, so that those stay unseen.
        make(&args.out.join("training"), args.seed.wrapping_add(1000), set, &ticket)?;
    }
    Ok(args.open.then(|| args.out.clone()))
}

fn make(folder: &Path, seed: u64, set: DemoSet, ticket: &Ticket) -> Result<Vec<DemoClip>, CliError> {
    let mut bar = Bar::new("Drawing scenes", "frames");
    let clips = demo::write(folder, seed, set, &mut |progress| bar.set(progress), ticket)?;
    drop(bar);
    files::print(&format!("{} clips with ground_truth.json in {}\n", clips.len(), folder.display()))?;
    Ok(clips)
}

/// Scores the clips in `folder` and writes a report beside them: the tour on a machine without a display.
///
/// # Errors
/// A clip cannot be scored or the report cannot be written.
pub fn tour(folder: &Path) -> Result<(), CliError> {
    let ticket = Ticket::unlimited();
    let truths = truths(folder)?;
    let device = engine::device(None)?;
    let judge = Judge::new(engine::scorer(&EngineArgs::default(), &device)?);
    let mut extractor = Extractor::open(&EngineArgs::default().encoder, &device, true)?;
    pipeline::check_match(judge.scorer(), extractor.encoder())?;
    let mut report = ReportParts::new("Lookback demo", judge.rule);
    let mut videos = Vec::new();
    for truth in &truths {
        let path = folder.join(&truth.name);
        let (extracted, scored) = score_video(&path, &mut extractor, &judge, &ticket)?;
        let count = extracted.video.frames.len();
        let events = judge.rule.events(&scored.snippets.scores).len();
        let noun = if events == 1 { "event" } else { "events" };
        files::print(&format!("{}: {count} frames, {events} {noun}\n", path.display()))?;
        videos.push(EvalVideo {
            name: truth.name.clone(),
            classes: Vec::new(),
            frames: count,
            seconds: extracted.video.frames.span().length().secs_f64(),
            truth: trial::spans(&truth.labels(count)),
            scores: scored.snippets.scores.clone(),
            step: SNIPPET_FRAMES,
        });
        let spans = truth.spans.iter().map(|&(start, end)| (start, end - 1)).collect();
        report.add(Scene::new(extracted.video, extracted.id, scored, extracted.notes, spans));
    }
    if let Some(metrics) = Ranking::of(&videos).metrics(&vec![1; videos.len()]) {
        files::print(&frame_figures(&metrics, None).text())?;
    }
    let page = report.write(&folder.join("report"))?;
    files::print(&format!("report with pictures: {}\n", page.display()))
}

fn truths(folder: &Path) -> Result<Vec<VideoTruth>, CliError> {
    let path = folder.join("ground_truth.json");
    ground_truth::from_json(&files::text(&path)?).map_err(|err| CliError::input(&path, err))
}
