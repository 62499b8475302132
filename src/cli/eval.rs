//! `lookback eval`: figures of stored scores, or of a model on a list.
//!
//! Owns matching scores, and the yardsticks beside them, to ground truth. The arithmetic is in [`super::measure`], the
//! forms of ground truth in [`super::truth`].

use std::path::{Path, PathBuf};

use super::args::EvalArgs;
use super::engine::{self, Extractor};
use super::error::CliError;
use super::measure::{Figures, Frames, YardstickFigures, fit, per_frame, spread};
use super::progress::cancelled_by_interrupt;
use super::score::Judge;
use super::truth::{Truth, labels};
use super::{files, lists};
use crate::app::{pipeline, yardstick};
use crate::domain::metrics::detection_metrics;
use crate::domain::snippet::SNIPPET_FRAMES;
use crate::formats::list::NamedFrames;
use crate::formats::npy;
use crate::jobs::Ticket;
use crate::media;

/// Runs the command.
///
/// # Errors
/// Inputs that cannot be read or do not belong together.
pub fn run(args: &EvalArgs) -> Result<(), CliError> {
    let (frames, figures) = match &args.list {
        None => {
            let frames = stored(&args.scores, &args.gt)?;
            let figures = Figures::of(&frames).map_err(CliError::Input)?;
            (frames, figures)
        }
        Some(list) => scored(args, list)?,
    };
    save(args, &frames)?;
    if args.json {
        let json = serde_json::to_string_pretty(&figures).map_err(|err| CliError::Failed(err.to_string()))?;
        files::print(&(json + "\n"))
    } else {
        files::print(&figures.table())
    }
}

/// Pools pairs of score and label arrays.
fn stored(scores: &[PathBuf], truths: &[PathBuf]) -> Result<Frames, CliError> {
    if scores.len() != truths.len() {
        return Err(CliError::Input(format!(
            "{} files of scores and {} of ground truth: give one --gt file for each --scores file, in the same order",
            scores.len(),
            truths.len()
        )));
    }
    let mut frames = Frames::default();
    for (scores_path, truth_path) in scores.iter().zip(truths) {
        let labels = labels(truth_path)?;
        let scores = files::array(scores_path)?.values;
        if scores.iter().any(|s| !s.is_finite()) {
            return Err(CliError::input(scores_path, "holds scores that are not finite numbers"));
        }
        let scores = per_frame(scores, labels.len()).map_err(|err| CliError::input(scores_path, err))?;
        frames.scores.extend(scores);
        frames.labels.extend(labels);
    }
    Ok(frames)
}

/// Scores the files of a list and pools them.
fn scored(args: &EvalArgs, list: &Path) -> Result<(Frames, Figures), CliError> {
    let [truth_path] = args.gt.as_slice() else {
        return Err(CliError::Input("--list takes one --gt file".to_owned()));
    };
    let entries = entries(list, args.frames.as_deref())?;
    let truth = Truth::read(truth_path, args.span_end, &entries)?;
    let ticket = cancelled_by_interrupt()?;
    let device = engine::device(args.engine.device)?;
    let scorer = engine::scorer(&args.engine, &device)?;
    let tsa = engine::tsa(&args.tsa, scorer.info().tsa);
    let judge = Judge::new(scorer).with_tsa(tsa);
    let mut extractor = Extractor::open(&args.engine.encoder, &device, true)?;
    let (mut frames, mut cut, mut filled) = (Frames::default(), 0, 0);
    let mut motion = Motion::default();
    for (i, entry) in entries.iter().enumerate() {
        let path = lists::find(list, args.root.as_deref(), i, &entry.name)?;
        if !engine::is_feature_file(&path) {
            pipeline::check_match(judge.scorer(), extractor.encoder())?;
        }
        let (features, count) = extractor.features(&path, args.layout, &ticket)?;
        let scores = judge.score(&features, "", &ticket).map_err(|err| match err {
            CliError::Input(reason) => CliError::input(&path, reason),
            other => other,
        })?;
        let count = count.unwrap_or(scores.snippets.len() * SNIPPET_FRAMES);
        let scores = spread(&scores.snippets.scores, count);
        let labels = truth.labels(i, entry, &path, count).map_err(|err| CliError::input(truth_path, err))?;
        let (scores, difference) = fit(scores, labels.len()).map_err(|err| CliError::input(&path, err))?;
        cut += difference.max(0);
        filled += (-difference).max(0);
        if args.yardsticks {
            motion.add(&path, labels.len(), &ticket)?;
        }
        frames.scores.extend(scores);
        frames.labels.extend(labels);
    }
    if cut > 0 {
        files::complain(&format!("{cut} scored frames were cut: the ground truth counts fewer"));
    }
    if filled > 0 {
        files::complain(&format!("{filled} frames beyond the scores were given the last score of their video"));
    }
    let mut figures = Figures::of(&frames).map_err(CliError::Input)?;
    (figures.videos, figures.frames_cut) = (Some(entries.len()), Some(cut));
    if args.yardsticks {
        figures.yardsticks = motion.figures(&frames.labels);
    }
    Ok((frames, figures))
}

/// Yardsticks of all frames, video after video.
#[derive(Default)]
struct Motion {
    mean: Vec<f32>,
    median: Vec<f32>,
}

impl Motion {
    /// Those of the video at `path`, of which the ground truth counts so many frames.
    fn add(&mut self, path: &Path, frames: usize, ticket: &Ticket) -> Result<(), CliError> {
        if engine::is_feature_file(path) {
            let reason =
                "holds features; yardsticks are measured in the frames of videos, so the list has to name videos";
            return Err(CliError::input(path, reason));
        }
        let video = media::open(path)?;
        let own = yardstick::of_video(&video, ticket)?;
        let spread = |values: &[f32]| {
            fit(spread(values, video.frames.len()), frames)
                .map(|(values, _)| values)
                .map_err(|e| CliError::input(path, e))
        };
        self.mean.extend(spread(&own.mean)?);
        self.median.extend(spread(&own.median)?);
        Ok(())
    }

    fn figures(&self, labels: &[bool]) -> Vec<YardstickFigures> {
        let of = |name: &str, scores: &[f32]| {
            let metrics = detection_metrics(labels, scores)?;
            Some(YardstickFigures { name: name.to_owned(), metrics })
        };
        [of("mean motion", &self.mean), of("median motion", &self.median)].into_iter().flatten().collect()
    }
}

/// Entries of the list, with frame counts from a second list where one is given.
fn entries(list: &Path, frames: Option<&Path>) -> Result<Vec<NamedFrames>, CliError> {
    let mut entries = lists::named_frames(list)?;
    if let Some(frames) = frames {
        let counts = lists::named_frames(frames)?;
        if counts.len() != entries.len() {
            let reason = format!("has {} entries, but {} has {}", counts.len(), list.display(), entries.len());
            return Err(CliError::input(frames, reason));
        }
        for (entry, count) in entries.iter_mut().zip(counts) {
            entry.frames = count.frames;
        }
    }
    Ok(entries)
}

/// Writes what was judged, where asked.
fn save(args: &EvalArgs, frames: &Frames) -> Result<(), CliError> {
    let count = [frames.scores.len()];
    if let Some(path) = &args.save_scores {
        files::write(path, &npy::write(&count, &frames.scores))?;
    }
    if let Some(path) = &args.save_labels {
        let labels: Vec<f32> = frames.labels.iter().map(|l| f32::from(u8::from(*l))).collect();
        files::write(path, &npy::write(&count, &labels))?;
    }
    Ok(())
}
