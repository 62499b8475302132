//! `lookback eval`: figures of stored scores, or of a model on a list.
//!
//! Owns reading ground truth in its forms and matching it to scores. The arithmetic is in
//! [`super::measure`].

use std::path::{Path, PathBuf};

use super::args::EvalArgs;
use super::error::CliError;
use super::files;
use super::measure::{Figures, Frames, per_frame};
use crate::formats::{ground_truth, npy};

/// Runs the command.
///
/// # Errors
/// Inputs that cannot be read or do not belong together.
pub fn run(args: &EvalArgs) -> Result<(), CliError> {
    let (frames, figures) = {
        let frames = stored(&args.scores, &args.gt)?;
        let figures = Figures::of(&frames).map_err(CliError::Input)?;
        (frames, figures)
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

/// Concatenated labels.
fn labels(path: &Path) -> Result<Vec<bool>, CliError> {
    let array = files::array(path)?;
    ground_truth::labels_of(&array.values).map_err(|err| CliError::input(path, err))
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
