//! `lookback eval`: figures of stored scores, or of a model on a list.
//!
//! Owns what the command does with the figures: save, print, and say what should be known about them. Reading is
//! [`super::eval_data`]'s, the figures are [`crate::app::evaluation`]'s, their text [`super::eval_text`]'s.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::args::eval::EvalArgs;
use super::error::CliError;
use super::eval_data::{EvalData, motion_frames};
use super::measure::YardstickFigures;
use super::progress::cancelled_by_interrupt;
use super::{files, run_report};
use crate::app::charting::{ChartFiles, evaluation_charts};
use crate::app::evaluation::{EvalSettings, Evaluation, best_threshold};
use crate::domain::evaluation::EvalVideo;
use crate::domain::metrics::detection_metrics;
use crate::domain::provenance;
use crate::domain::segment::EventRule;
use crate::domain::threshold::threshold_text;
use crate::formats::npy;
use crate::jobs::Ticket;

/// The figures with what should be known about them.
#[derive(Debug, Serialize, Deserialize)]
pub struct EvalResult {
    /// Which program computed them.
    pub program: String,
    /// Why this is no test, a sentence each; empty if it is one, as far as is known.
    pub marks: Vec<String>,
    /// Sentences for the reader.
    pub notes: Vec<String>,
    /// Hash of the weights, where scores were made just now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Frames left out because the ground truth counts fewer.
    pub frames_cut: i64,
    /// Frames beyond the scores that were given the last score of their video.
    pub frames_filled: i64,
    /// The figures.
    #[serde(flatten)]
    pub evaluation: Evaluation,
    /// How well plain motion would do on the same frames, where that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub yardsticks: Vec<YardstickFigures>,
}

/// Runs the command.
///
/// # Errors
/// Inputs that cannot be read or do not belong together.
pub fn run(args: &EvalArgs) -> Result<(), CliError> {
    let ticket = cancelled_by_interrupt()?;
    let (data, result) = evaluate(args, &ticket)?;
    save(args, &data.videos)?;
    if let Some(folder) = &args.out {
        charts(folder, &result.evaluation)?;
    }
    if let Some(path) = &args.report {
        run_report::write(path, args, &data, &result)?;
        files::complain(&format!("report: {}", path.display()));
    }
    if args.output.json {
        files::print(&(serde_json::to_string_pretty(&result)? + "\n"))
    } else if args.output.csv {
        result.marks.iter().chain(&result.notes).for_each(|note| files::complain(note));
        files::print(&result.csv())
    } else {
        files::print(&result.table())
    }
}

/// Reads, scores and judges.
///
/// # Errors
/// As [`run`].
pub fn evaluate(args: &EvalArgs, ticket: &Ticket) -> Result<(EvalData, EvalResult), CliError> {
    let data = EvalData::gather(args, ticket)?;
    let mut marks = Vec::new();
    let mut notes = notes(&data);
    seen(&data, &mut marks, &mut notes);
    let own = args.rule.rule(data.model.as_ref().and_then(|model| model.threshold));
    let mut settings = args.figures.settings(own);
    if let Some(choosing) = args.choosing() {
        let others = EvalData::gather(&choosing, ticket)?;
        settings.rule = chosen(&data, &others, &settings, &mut marks, &mut notes)?;
    }
    if let Some(first) = marks.first().filter(|_| !args.choice.allow_seen) {
        let way_out = "Judge other videos (--split names those to judge), or add --allow-seen, which marks the result";
        return Err(CliError::Input(format!("{first} {way_out}.")));
    }
    let evaluation = Evaluation::of(&data.videos, data.told_apart, &settings).map_err(CliError::Input)?;
    let result = EvalResult {
        program: crate::app::sheet::program(),
        marks,
        notes,
        model: data.model.as_ref().map(|model| model.weights_id.clone()),
        frames_cut: data.cut,
        frames_filled: data.filled,
        evaluation,
        yardsticks: yardsticks(&data),
    };
    Ok((data, result))
}

/// What the model has seen of the videos to judge.
fn seen(data: &EvalData, marks: &mut Vec<String>, notes: &mut Vec<String>) {
    let Some(model) = &data.model else { return };
    let Some(seen) = &model.videos else {
        let what = "The model does not record which videos it was trained on: whether it has seen these is not known.";
        return notes.push(what.to_owned());
    };
    if !seen.complete {
        notes.push("An ancestor of the model does not record which videos it was trained on.".to_owned());
    }
    let shared = seen.shared(&data.contents);
    for (names, what) in [
        (shared.trained, "were used to train the model"),
        (shared.chosen, "chose the model's weights, confidence or threshold"),
    ] {
        marks.extend(mark(&names, data.videos.len(), what));
    }
}

fn mark(names: &[String], of: usize, what: &str) -> Option<String> {
    let first = names.first()?;
    let count = names.len();
    Some(format!(
        "{count} of the {of} videos to judge {what}, such as {first}: figures on them say nothing about others."
    ))
}

/// The rule with the threshold that `others` choose.
fn chosen(
    data: &EvalData,
    others: &EvalData,
    settings: &EvalSettings,
    marks: &mut Vec<String>,
    notes: &mut Vec<String>,
) -> Result<EventRule, CliError> {
    if !(data.told_apart && others.told_apart) {
        let reason = "--choose-on needs names on both sides: give --frames and --choose-frames with stored scores";
        return Err(CliError::Input(reason.to_owned()));
    }
    let shared = provenance::shared(&others.contents, &data.contents);
    marks.extend(mark(&shared, data.videos.len(), "would choose the threshold"));
    let threshold = best_threshold(&others.videos, settings).ok_or_else(|| {
        CliError::Input(
            "the videos of --choose-on have no anomaly that any threshold finds, so none can be chosen".to_owned(),
        )
    })?;
    let (threshold_text, videos) = (threshold_text(threshold), others.videos.len());
    notes.push(format!("The threshold {threshold_text} was chosen on {videos} videos by event F1."));
    Ok(EventRule { threshold, ..settings.rule })
}

fn notes(data: &EvalData) -> Vec<String> {
    let mut notes = Vec::new();
    if data.cut > 0 {
        notes.push(format!("{} scored frames were cut: the ground truth counts fewer.", data.cut));
    }
    if data.filled > 0 {
        let filled = data.filled;
        notes.push(format!("{filled} frames beyond the scores were given the last score of their video."));
    }
    if let Some(rate) = data.assumed_rate {
        notes.push(format!("Hours and seconds are at {rate} frames per second, as no video file says (--fps)."));
    }
    if !data.told_apart {
        let way_out = "a list of names with frame counts (--frames) gives intervals, classes, events and false alarms";
        notes.push(format!("The videos are not told apart: {way_out}."));
    }
    notes
}

fn yardsticks(data: &EvalData) -> Vec<YardstickFigures> {
    if data.motion.is_empty() {
        return Vec::new();
    }
    let labels: Vec<bool> = data.videos.iter().flat_map(EvalVideo::labels).collect();
    let [mean, median] = motion_frames(data);
    let of = |name: &str, scores: &[f32]| {
        let metrics = detection_metrics(&labels, scores)?;
        Some(YardstickFigures { name: name.to_owned(), metrics })
    };
    [of("mean motion", &mean), of("median motion", &median)].into_iter().flatten().collect()
}

/// Writes the curves as pictures and tables.
fn charts(folder: &Path, evaluation: &Evaluation) -> Result<(), CliError> {
    let all = ChartFiles { png: true, svg: true, csv: true };
    for curve in evaluation_charts(evaluation, all, None).map_err(|err| CliError::Failed(err.to_string()))? {
        for (ending, content) in curve.files {
            files::write(&folder.join(format!("{}.{ending}", curve.kind.stem())), &content)?;
        }
    }
    files::complain(&format!("curves: {}", folder.display()));
    Ok(())
}

/// Writes what was judged, where asked.
fn save(args: &EvalArgs, videos: &[EvalVideo]) -> Result<(), CliError> {
    let count = [videos.iter().map(|video| video.frames).sum()];
    if let Some(path) = &args.save_scores {
        let scores: Vec<f32> = videos.iter().flat_map(|v| (0..v.frames).map(|frame| v.score(frame))).collect();
        files::write(path, &npy::write(&count, &scores))?;
    }
    if let Some(path) = &args.save_labels {
        let labels: Vec<f32> = videos.iter().flat_map(EvalVideo::labels).map(|l| f32::from(u8::from(l))).collect();
        files::write(path, &npy::write(&count, &labels))?;
    }
    if let Some(path) = &args.save_frames {
        let lines: Vec<String> = videos.iter().map(|video| format!("{} {}\n", video.name, video.frames)).collect();
        files::write(path, lines.concat().as_bytes())?;
    }
    Ok(())
}
