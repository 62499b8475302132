//! `lookback simulate-review`: what verdicts do to a model, measured on videos that nobody reviewed.
//!
//! Owns reading the folds, pooling their figures, and how these are shown. Does not own the review (`app::learning`), nor
//! the figures (`domain::trial`).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use super::args::EngineArgs;
use super::args::simulate::SimulateArgs;
use super::engine::{self, Extracted, Extractor};
use super::error::CliError;
use super::progress::{Bar, cancelled_by_interrupt};
use super::truth::Truth;
use super::{files, lists};
use crate::app::learning::LearningVideo;
use crate::app::learning::simulation::{RoundReport, Simulation, SimulationSettings, TruthVideo};
use crate::app::pipeline;
use crate::domain::bootstrap::interval;
use crate::domain::lesson::LessonRules;
use crate::domain::record::ReviewState;
use crate::domain::segment::EventRule;
use crate::domain::trial::{self, Operating, TrialVideo};
use crate::jobs::{Progress, Ticket};
use crate::model::train::TuneSettings;
use crate::model::weights::ModelWeights;
use crate::model::{ComputeDevice, Scorer};

/// A figure and between which values it lies in 95 of 100 resamples of the videos.
#[derive(Clone, Copy, Debug, Serialize)]
struct Figure {
    value: f64,
    interval: Option<(f64, f64)>,
}

/// The figures after one round, all folds and seeds together.
#[derive(Debug, Serialize)]
struct Row {
    verdicts: usize,
    roc_auc: Option<Figure>,
    average_precision: Option<Figure>,
    false_alarms_per_hour: Option<Figure>,
    flagged_share: Option<Figure>,
    /// Candidates that took over in this round, of all folds and seeds.
    promoted: usize,
    of: usize,
}

/// One fold set aside, with one seed.
#[derive(Debug, Serialize)]
struct Run {
    fold: usize,
    seed: u64,
    /// As the model began.
    start: Own,
    rounds: Vec<OwnRound>,
}

/// A fold's own figures.
#[derive(Clone, Copy, Debug, Serialize)]
struct Own {
    roc_auc: Option<f64>,
    average_precision: Option<f64>,
    at_recall: Option<Operating>,
}

#[derive(Debug, Serialize)]
struct OwnRound {
    #[serde(flatten)]
    round: RoundReport,
    #[serde(flatten)]
    figures: Own,
}

#[derive(Debug, Serialize)]
struct Summary {
    model: Vec<String>,
    folds: usize,
    videos: usize,
    recall: f64,
    resamples: u32,
    learning: TuneSettings,
    rows: Vec<Row>,
    runs: Vec<Run>,
}

/// Runs the command.
///
/// # Errors
/// Inputs that cannot be read or do not belong together, or the work failed. Nothing is written anywhere.
pub fn run(args: &SimulateArgs) -> Result<(), CliError> {
    check(args)?;
    let tuning = settings(args)?;
    let ticket = cancelled_by_interrupt()?;
    let device = engine::device(args.device)?;
    let models = models(args, &device)?;
    let mut extractor = Extractor::open(&args.encoder, &device, true)?;
    for model in &models {
        pipeline::check_match(&Scorer::new(Arc::clone(model), &device)?, extractor.encoder())?;
    }
    let mut folds = Vec::new();
    for (list, truth) in args.list.iter().zip(&args.gt) {
        folds.push(fold(args, list, truth, &mut extractor, &ticket)?);
    }
    let chosen: Vec<usize> =
        if args.fold.is_empty() { (0..folds.len()).collect() } else { args.fold.iter().map(|n| n - 1).collect() };
    // Scores of the videos set aside: [round][seed][video], the videos of all chosen folds in order.
    let mut pooled: Vec<Vec<Vec<TrialVideo>>> = vec![vec![Vec::new(); args.seeds as usize]; args.rounds as usize + 1];
    let mut runs = Vec::new();
    let total = chosen.len() * args.seeds as usize * args.rounds as usize;
    let mut bar = Bar::new("Reviewing", "rounds");
    #[expect(clippy::needless_range_loop, reason = "it is the second index")]
    for seed in 0..args.seeds as usize {
        for set_aside in &chosen {
            let seed_number = args.seed + seed as u64;
            let settings = SimulationSettings {
                rounds: args.rounds as usize,
                verdicts: args.verdicts as usize,
                rules: LessonRules { seed: seed_number, ..LessonRules::default() },
                tuning: TuneSettings { seed: seed_number, ..tuning.clone() },
                seed: seed_number,
            };
            let model = Arc::clone(&models[if models.len() == 1 { 0 } else { *set_aside }]);
            let reviewed: Vec<&TruthVideo> =
                folds.iter().enumerate().filter(|(at, _)| at != set_aside).flat_map(|(_, fold)| fold).collect();
            let aside: Vec<&TruthVideo> = folds[*set_aside].iter().collect();
            let mut simulation = Simulation::new(model, &reviewed, settings, &device);
            let mut exam = simulation.exam(&aside, &ticket)?;
            let mut run =
                Run { fold: set_aside + 1, seed: seed_number, start: own(&exam, args.recall), rounds: Vec::new() };
            pooled[0][seed].extend(exam.iter().cloned());
            let clock = Instant::now();
            #[expect(clippy::needless_range_loop, reason = "it is counted from 1, and told")]
            for round in 1..=args.rounds as usize {
                let report = simulation.round(&|| clock.elapsed().as_secs_f64(), &ticket)?;
                if report.promoted {
                    exam = simulation.exam(&aside, &ticket)?;
                }
                pooled[round][seed].extend(exam.iter().cloned());
                run.rounds.push(OwnRound { round: report, figures: own(&exam, args.recall) });
                let done = runs.len() * args.rounds as usize + round;
                bar.set(Progress { done, total, skipped: 0 });
            }
            bar.say(&run.text());
            runs.push(run);
        }
    }
    drop(bar);
    let rows = pooled.iter().enumerate().map(|(round, seeds)| row(args, round, seeds, &runs)).collect();
    let summary = Summary {
        model: models.iter().map(|model| model.info().weights_id.clone()).collect(),
        folds: chosen.len(),
        videos: chosen.iter().map(|at| folds[*at].len()).sum(),
        recall: args.recall,
        resamples: args.resamples,
        learning: tuning,
        rows,
        runs,
    };
    if args.json {
        return files::print(&(serde_json::to_string_pretty(&summary)? + "\n"));
    }
    files::print(&summary.text())
}

fn check(args: &SimulateArgs) -> Result<(), CliError> {
    let folds = args.list.len();
    if folds != args.gt.len() {
        return Err(CliError::Input(format!(
            "{folds} lists and {} files of ground truth: give one --gt file for each list, in the same order",
            args.gt.len()
        )));
    }
    if let Some(fold) = args.fold.iter().find(|fold| !(1..=folds).contains(*fold)) {
        return Err(CliError::Input(format!("there is no fold {fold}; they are counted from 1 to {folds}")));
    }
    if !args.model.is_empty() && args.model.len() != 1 && args.model.len() != folds {
        let models = args.model.len();
        return Err(CliError::Input(format!(
            "{models} models and {folds} folds: give one model, or one for each fold"
        )));
    }
    Ok(())
}

fn settings(args: &SimulateArgs) -> Result<TuneSettings, CliError> {
    let settings = match &args.learning {
        None => TuneSettings::default(),
        Some(text) => serde_json::from_str(text)
            .map_err(|err| CliError::Input(format!("the settings of learning cannot be read: {err}")))?,
    };
    settings.check()?;
    Ok(settings)
}

fn models(args: &SimulateArgs, device: &ComputeDevice) -> Result<Vec<Arc<ModelWeights>>, CliError> {
    let load = |model: Option<PathBuf>| -> Result<Arc<ModelWeights>, CliError> {
        let args = EngineArgs { model, ..EngineArgs::default() };
        Ok(Arc::clone(engine::scorer(&args, device)?.weights()))
    };
    if args.model.is_empty() {
        return Ok(vec![load(None)?]);
    }
    args.model.iter().map(|path| load(Some(path.clone()))).collect()
}

/// The videos of a fold with features and truth.
fn fold(
    args: &SimulateArgs,
    list: &Path,
    truth_path: &Path,
    extractor: &mut Extractor,
    ticket: &Ticket,
) -> Result<Vec<TruthVideo>, CliError> {
    let entries = lists::named_frames(list)?;
    let truth = Truth::read(truth_path, args.span_end, &entries)?;
    let mut videos = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let path = lists::find(list, None, at, &entry.name)?;
        let Extracted { video, id, features, .. } = extractor.extract(&path, ticket)?;
        let frames = video.frames.len();
        let (labels, _) = truth.fitting(truth_path, (at, entry), &path, frames)?;
        let video = LearningVideo {
            name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            frames,
            duration: video.frames.span().length(),
            review: ReviewState::new(id),
            features: Arc::new(features),
        };
        videos.push(TruthVideo { video, truth: trial::spans(&labels) });
    }
    Ok(videos)
}

fn own(exam: &[TrialVideo], recall: f64) -> Own {
    let videos: Vec<&TrialVideo> = exam.iter().collect();
    let metrics = trial::frame_metrics(&videos);
    Own {
        roc_auc: metrics.map(|m| m.roc_auc),
        average_precision: metrics.map(|m| m.average_precision),
        at_recall: trial::operating(&videos, EventRule::default(), recall),
    }
}

/// The figures of one round: the mean over the seeds, the videos of all folds pooled.
fn row(args: &SimulateArgs, round: usize, seeds: &[Vec<TrialVideo>], runs: &[Run]) -> Row {
    let count = seeds.first().map_or(0, Vec::len);
    let resamples = args.resamples as usize;
    let figure = |of: &dyn Fn(&[&TrialVideo]) -> Option<f64>| {
        let mean = |drawn: &[usize]| {
            let each: Option<Vec<f64>> =
                seeds.iter().map(|videos| of(&drawn.iter().map(|at| &videos[*at]).collect::<Vec<_>>())).collect();
            each.map(|values| values.iter().sum::<f64>() / values.len().max(1) as f64)
        };
        let value = mean(&(0..count).collect::<Vec<_>>())?;
        Some(Figure { value, interval: interval(count, resamples, args.seed, mean) })
    };
    let at = |videos: &[&TrialVideo]| trial::operating(videos, EventRule::default(), args.recall);
    let reports: Vec<&RoundReport> =
        runs.iter().filter_map(|run| Some(&run.rounds.get(round.checked_sub(1)?)?.round)).collect();
    Row {
        verdicts: reports.iter().map(|report| report.verdicts).max().unwrap_or(0),
        roc_auc: figure(&|videos| Some(trial::frame_metrics(videos)?.roc_auc)),
        average_precision: figure(&|videos| Some(trial::frame_metrics(videos)?.average_precision)),
        false_alarms_per_hour: figure(&|videos| Some(at(videos)?.false_alarms_per_hour)),
        flagged_share: figure(&|videos| Some(at(videos)?.flagged_share)),
        promoted: reports.iter().filter(|report| report.promoted).count(),
        of: reports.len(),
    }
}

impl Run {
    /// A few lines while the others are still at work.
    fn text(&self) -> String {
        let figures = |own: &Own| {
            let value = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.3}"));
            let alarms = own.at_recall.map_or_else(
                || "-".to_owned(),
                |at| {
                    format!(
                        "{:.0} false alarms per hour, {:.2} of normal footage",
                        at.false_alarms_per_hour, at.flagged_share
                    )
                },
            );
            format!("ROC-AUC {}, AP {}, {alarms}", value(own.roc_auc), value(own.average_precision))
        };
        let mut text = format!("fold {}, seed {}: {}", self.fold, self.seed, figures(&self.start));
        for OwnRound { round, figures: own } in &self.rounds {
            // Writing to a string cannot fail.
            write!(
                text,
                "\n  {} verdicts, {} anomalies: {}; {} of {} steps in {:.1} s; anomalies {}/{} then {}, alarms {}/{} then {}; {}",
                round.verdicts,
                round.anomalies,
                figures(own),
                round.step,
                round.steps,
                round.seconds,
                round.kept.0,
                round.kept.2,
                round.kept.1,
                round.alarms.0,
                round.alarms.2,
                round.alarms.1,
                if round.promoted { "promoted".to_owned() } else { format!("not promoted: {}", round.against.join(" ")) }
            )
            .ok();
        }
        text
    }
}

impl Summary {
    fn text(&self) -> String {
        let share = self.recall * 100.0;
        let mut text = format!(
            "{} videos of {} folds set aside in turn, {} runs; figures of the videos set aside, with 95 % intervals\n\
             {:>8}  {:<22}{:<22}{:<28}{:<24}promoted\n",
            self.videos,
            self.folds,
            self.runs.len(),
            "verdicts",
            "ROC-AUC",
            "AP",
            format!("false alarms/h at {share:.0} %"),
            "normal footage flagged",
        );
        let cell = |figure: Option<Figure>, digits: usize| {
            let Some(Figure { value, interval }) = figure else { return "-".to_owned() };
            let interval =
                interval.map_or_else(String::new, |(low, high)| format!(" ({low:.digits$} to {high:.digits$})"));
            format!("{value:.digits$}{interval}")
        };
        for row in &self.rows {
            writeln!(
                text,
                "{:>8}  {:<22}{:<22}{:<28}{:<24}{}",
                row.verdicts,
                cell(row.roc_auc, 3),
                cell(row.average_precision, 3),
                cell(row.false_alarms_per_hour, 0),
                cell(row.flagged_share, 2),
                if row.of > 0 { format!("{} of {}", row.promoted, row.of) } else { "-".to_owned() }
            )
            .ok();
        }
        text
    }
}
