//! `lookback ablation`: features with and without attention, over seeds and folds, each run in a folder of its own.
//!
//! Owns the lists of folds with their ground truth, and what is printed. The work is [`crate::app::ablation`]'s, as it is in
//! the window.

use std::path::Path;

use super::args::ablation::AblationArgs;
use super::engine::{self, Extractor, Loaded};
use super::error::CliError;
use super::progress::{Bar, cancelled_by_interrupt};
use super::train::preset;
use super::truth::Truth;
use super::{files, lists};
use crate::app::ablation::run::{DoneRun, FoldVideo, Kind};
use crate::app::ablation::work::{Ablation, AblationWatch, apart, distinct, seeds, settings};
use crate::domain::ablation::Cell;
use crate::domain::snippet::SNIPPET_FRAMES;
use crate::jobs::{Progress, Ticket};
use crate::model::train::{StepReport, TrainSettings};

/// Runs the command.
///
/// # Errors
/// Inputs that cannot be read or do not belong together, a folder with other runs, or a run failed.
pub fn run(args: &AblationArgs) -> Result<(), CliError> {
    let settings = check(args)?;
    let ticket = cancelled_by_interrupt()?;
    let device = engine::device(args.device)?;
    let mut extractor = Extractor::open(&args.encoder, &device, true)?;
    let mut kinds = Vec::new();
    for kind in &args.features {
        let mut folds = Vec::new();
        for (list, truth) in kind.lists.iter().zip(&args.gt) {
            folds.push(fold(args, list, truth, &mut extractor, &ticket)?);
        }
        let kind = Kind { name: kind.name.clone(), folds };
        apart(&kind)?;
        kinds.push(kind);
    }
    let seeds = seeds(args.seed, args.seeds);
    let ablation = Ablation { folder: &args.out, kinds: &kinds, seeds: &seeds, settings: &settings };
    let mut watch = Watch { bar: Bar::new("Ablation", "runs"), done: 0, all: 0 };
    let carried_out = ablation.carry_out(&device, &mut watch, &ticket);
    drop(watch);
    if carried_out.is_err() && ticket.is_stale() {
        files::complain(&format!("what is done stays in {}; the same command goes on from there", args.out.display()));
    }
    let summary = carried_out?;
    let text = if args.json { summary.json()? } else { summary.text() };
    files::print(&text)
}

/// Shows how far it is.
struct Watch {
    bar: Bar,
    done: usize,
    all: usize,
}

impl AblationWatch for Watch {
    fn begins(&mut self, _: &Cell, done: usize, all: usize, found: usize) {
        (self.done, self.all) = (done, all);
        self.bar.set(Progress { done, total: all, skipped: found });
    }

    fn step(&mut self, report: &StepReport) {
        let text = format!("step {} of {}, loss {:.4}", report.step, report.steps, report.losses.total);
        self.bar.note(&text);
    }

    fn ends(&mut self, run: &DoneRun, found: bool) {
        if !found {
            self.bar.say(&format!("{} ({} of {})", run.cell.folders().join("/"), self.done + 1, self.all));
        }
    }
}

fn check(args: &AblationArgs) -> Result<TrainSettings, CliError> {
    for kind in &args.features {
        if kind.lists.len() != args.gt.len() {
            return Err(CliError::Input(format!(
                "--features {}: {} lists and {} files of ground truth: give one --gt file for each list, in the same order",
                kind.name,
                kind.lists.len(),
                args.gt.len()
            )));
        }
    }
    distinct(args.features.iter().map(|kind| kind.name.as_str()))?;
    Ok(settings(preset(&args.preset)?, args.steps.map(|n| n as usize)))
}

/// The videos of a list with features and labels.
fn fold(
    args: &AblationArgs,
    list: &Path,
    truth_path: &Path,
    extractor: &mut Extractor,
    ticket: &Ticket,
) -> Result<Vec<FoldVideo>, CliError> {
    let entries = lists::named_frames(list)?;
    let truth = Truth::read(truth_path, args.span_end, &entries)?;
    let mut videos = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let path = lists::find(list, None, at, &entry.name)?;
        let Loaded { features, video, content } = extractor.features(&path, args.layout, ticket)?;
        let count = video.map_or_else(|| features.snippets() * SNIPPET_FRAMES, |video| video.frames);
        let labels = truth.labels(at, entry, &path, count).map_err(|err| CliError::input(truth_path, err))?;
        super::measure::fit(count, labels.len()).map_err(|err| CliError::input(&path, err))?;
        let encoder = video.is_some().then(|| extractor.encoder().id().to_owned());
        videos.push(FoldVideo { name: entry.name.clone(), content, features, labels, encoder });
    }
    Ok(videos)
}
