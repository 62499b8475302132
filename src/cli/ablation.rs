//! `lookback ablation`: features with and without attention, over seeds and folds, each run in a folder of its own.
//!
//! Owns the order of work, which runs are done already, and what is printed. A run is `run`'s, the table and the published
//! numbers are [`crate::domain::ablation`]'s, the page is [`crate::app::report::ablation`]'s.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::args::ablation::AblationArgs;
use super::engine::{self, Extractor, Loaded};
use super::error::CliError;
use super::progress::{Bar, cancelled_by_interrupt};
use super::train::preset;
use super::truth::Truth;
use super::{files, lists};
use crate::app::report::ablation::page;
use crate::domain::ablation::{AblationRow, Cell, Gain, PUBLISHED, Published, SeedFigures, Spread, cells, gains};
use crate::domain::evaluation::ranking::Ranking;
use crate::domain::provenance::{self, VideoRef};
use crate::domain::snippet::SNIPPET_FRAMES;
use crate::jobs::{Progress, Ticket};
use crate::model::train::TrainSettings;
use run::{FoldVideo, Kind, Runner};

mod run;

/// What came out.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Folder with the runs.
    folder: String,
    /// Folds of each kind of features.
    folds: usize,
    /// Videos in them.
    videos: usize,
    /// How every run trained, but for seed and attention.
    settings: TrainSettings,
    /// Runs in all, and those that were there already.
    runs: usize,
    found: usize,
    /// One per kind of features and setting of attention.
    rows: Vec<AblationRow>,
    /// What attention adds.
    gains: Vec<Gain>,
    /// Published figures, computed by others on other videos.
    published: &'static [Published],
}

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
        apart(&kind.name, &folds)?;
        kinds.push(Kind { name: kind.name.clone(), folds });
    }
    let names: Vec<String> = kinds.iter().map(|kind| kind.name.clone()).collect();
    let seeds: Vec<u64> = (0..u64::from(args.seeds)).map(|n| args.seed.wrapping_add(n)).collect();
    let cells = cells(&names, &seeds, args.gt.len());
    let runner = Runner { folder: &args.out, settings: &settings, device: &device, ticket: &ticket };
    let mut bar = Bar::new("Ablation", "runs");
    let (mut done, mut found) = (Vec::new(), 0);
    for (at, cell) in cells.iter().enumerate() {
        bar.set(Progress { done: at, total: cells.len(), skipped: found });
        let Some(kind) = kinds.iter().find(|kind| kind.name == cell.features) else { continue };
        let (judged, was_there) = runner.cell(cell, kind, &mut |step| bar.note(step))?;
        found += usize::from(was_there);
        if !was_there {
            bar.say(&format!("{} ({} of {})", cell.folders().join("/"), at + 1, cells.len()));
        }
        done.push((cell.clone(), judged));
    }
    drop(bar);
    let rows = rows(&names, &seeds, &done);
    let summary = Summary {
        folder: args.out.display().to_string(),
        folds: args.gt.len(),
        videos: kinds.first().map_or(0, |kind| kind.folds.iter().map(Vec::len).sum()),
        settings,
        runs: cells.len(),
        found,
        gains: gains(&rows),
        rows,
        published: &PUBLISHED,
    };
    let text = summary.text();
    let json = serde_json::to_string_pretty(&summary)? + "\n";
    files::write(&args.out.join("ablation.json"), json.as_bytes())?;
    files::write(&args.out.join("index.html"), page(&text, &summary.rows, &summary.gains).as_bytes())?;
    files::print(if args.json { &json } else { &text })
}

fn check(args: &AblationArgs) -> Result<TrainSettings, CliError> {
    for (at, kind) in args.features.iter().enumerate() {
        if kind.lists.len() != args.gt.len() {
            return Err(CliError::Input(format!(
                "--features {}: {} lists and {} files of ground truth: give one --gt file for each list, in the same order",
                kind.name,
                kind.lists.len(),
                args.gt.len()
            )));
        }
        let folder = |name: &str| Cell { features: name.to_owned(), attention: true, seed: 0, fold: 1 }.folders();
        if args.features[..at].iter().any(|other| folder(&other.name) == folder(&kind.name)) {
            return Err(CliError::Input(format!("two kinds of features would share the folder of {}", kind.name)));
        }
    }
    let own = TrainSettings::preset(preset(&args.preset)?);
    let steps = args.steps.map_or(own.steps, |n| n as usize);
    // Nothing is judged on the way: the last weights count.
    Ok(TrainSettings { steps, validate_every: 0, ..own })
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

/// Refuses folds that share a video: it would be trained on and judged.
fn apart(name: &str, folds: &[Vec<FoldVideo>]) -> Result<(), CliError> {
    let contents: Vec<Vec<VideoRef>> =
        folds.iter().map(|fold| fold.iter().map(|video| video.content.clone()).collect()).collect();
    for (at, fold) in contents.iter().enumerate() {
        for (before, other) in contents[..at].iter().enumerate() {
            if let Some(video) = provenance::shared(other, fold).first() {
                return Err(CliError::Input(format!(
                    "--features {name}: {video} is in the lists {} and {}: it would be trained on and judged; take it out of one",
                    before + 1,
                    at + 1
                )));
            }
        }
    }
    Ok(())
}

/// Figures of each kind and setting, the folds of a seed pooled.
fn rows(
    names: &[String],
    seeds: &[u64],
    done: &[(Cell, Vec<crate::domain::evaluation::EvalVideo>)],
) -> Vec<AblationRow> {
    let mut rows = Vec::new();
    for name in names {
        for attention in [false, true] {
            let of_seed = |seed: &u64| {
                let is_own = |cell: &Cell| cell.features == *name && cell.attention == attention && cell.seed == *seed;
                let videos: Vec<_> =
                    done.iter().filter(|(cell, _)| is_own(cell)).flat_map(|(_, videos)| videos).collect();
                let metrics = Ranking::of(videos.iter().copied()).metrics(&vec![1; videos.len()])?;
                Some(SeedFigures { seed: *seed, metrics })
            };
            rows.push(AblationRow::new(name, attention, seeds.iter().filter_map(of_seed).collect()));
        }
    }
    rows
}

fn cell(spread: Option<Spread>, signed: bool) -> String {
    let Some(Spread { mean, deviation }) = spread else { return "-".to_owned() };
    let mean = if signed { format!("{mean:+.4}") } else { format!("{mean:.4}") };
    mean + &deviation.map_or_else(String::new, |deviation| format!(" ± {deviation:.4}"))
}

// Writing to a string cannot fail: its results are dropped below.
impl Summary {
    fn text(&self) -> String {
        let widest = self.rows.iter().map(|row| row.features.chars().count()).max().unwrap_or(0).max(8) + 2;
        let mut text = format!(
            "{} videos in {} folds, {} runs of {} steps in {}, {} of them there already\n\
             mean ± standard deviation over seeds; a seed's figure is over the frames of all its folds\n\
             {:<widest$}{:<5}{:>6}  {:<20}{:<20}{:<20}\n",
            self.videos,
            self.folds,
            self.runs,
            self.settings.steps,
            self.folder,
            self.found,
            "features",
            "TSA",
            "seeds",
            "ROC-AUC",
            "AP",
            "PR-AUC"
        );
        for row in &self.rows {
            writeln!(
                text,
                "{:<widest$}{:<5}{:>6}  {:<20}{:<20}{:<20}",
                row.features,
                if row.attention { "on" } else { "off" },
                row.seeds.len(),
                cell(row.roc_auc, false),
                cell(row.average_precision, false),
                cell(row.pr_auc_trapezoid, false)
            )
            .ok();
        }
        text += "\nwhat TSA adds, seed by seed\n";
        for gain in &self.gains {
            writeln!(
                text,
                "{:<widest$}{:<13}{:<20}{:<20}",
                gain.features,
                "",
                cell(gain.roc_auc, true),
                cell(gain.average_precision, true)
            )
            .ok();
        }
        text += "\npublished (Joo et al., ICIP 2023, Tables 2 to 4; not computed here, other videos, checkpoints chosen by test score)\n";
        writeln!(text, "{:<widest$}{:<5}UCF-Crime AUC   ShanghaiTech AUC   XD-Violence AP", "features", "TSA").ok();
        for p in self.published {
            let tsa = if p.attention { "on" } else { "off" };
            writeln!(
                text,
                "{:<widest$}{tsa:<5}{:<16.2}{:<19.2}{:.2}",
                p.features, p.ucf_crime_auc, p.shanghaitech_auc, p.xd_violence_ap
            )
            .ok();
        }
        text
    }
}
