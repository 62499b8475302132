//! The arguments of `eval`.
//!
//! Owns their names, help texts and examples. Does not own what they mean together.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

use super::{EngineArgs, LayoutName, TsaArgs, threshold};
use crate::app::evaluation::EvalSettings;
use crate::domain::segment::EventRule;

/// Arguments of `eval`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Ground truth is a .npy array of 0 and 1 per frame in list order, a .txt temporal annotation, or our
own .json. A list of names with frame counts (--frames) tells the videos of stored scores apart;
without one there are only frame figures. Classes come from a temporal annotation, from --classes,
or from names as UCF-Crime and XD-Violence write them.

Intervals hold 95 of 100 resamples of the videos. A model is not judged by videos that it was
trained on or chosen by, and a threshold not by those that chose it, unless --allow-seen marks the
result.

A DET curve turns back where alarms run into each other: with a threshold still lower there are
fewer of them, up to one for a whole video. That part is dashed, and no rate is chosen from it.

Examples, of stored scores, per frame or per snippet of 16:
  lookback eval --scores scores.npy --gt gt.npy
  lookback eval --scores xd.npy --gt gt-xd.npy --frames gt-xd.list --fps 24
                                           by class and event, with intervals
  lookback eval --scores xd.npy --gt gt-xd.npy --frames gt-xd.list --fps 24 --out curves/
                                           and the curves as PNG, SVG and CSV
Of videos or features that are scored first:
  lookback eval --list test.txt --gt ground_truth.json
  lookback eval --list test.txt --gt ground_truth.json --yardsticks
                                           and how well plain motion would do
  lookback eval --model m.safetensors --list features.list --gt gt.npy --frames ucf.list
  lookback eval --list all.list --gt truth.txt --split Anomaly_Test.txt --json
  lookback eval --list test.list --gt test.json --report run.html && lookback verify run.html
  lookback eval --list test.list --gt test.json --choose-on val.list --choose-gt val.json")]
#[command(group(ArgGroup::new("judged").required(true).multiple(true).args(["scores", "list"])))]
pub struct EvalArgs {
    /// Stored scores (.npy), one per frame or one per snippet of 16 frames; several are pooled
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["list", "model"])]
    pub scores: Vec<PathBuf>,
    /// Videos or feature files to score, one per line, in the order of the ground truth; a frame count may follow each
    #[arg(long, value_name = "LIST")]
    pub list: Option<PathBuf>,
    /// Ground truth; one file for each of the stored scores
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub gt: Vec<PathBuf>,
    /// Names with frame counts: what .npy ground truth is cut by, and what tells the videos of stored scores apart; one list
    /// for each of the stored scores
    #[arg(long, value_name = "LIST", num_args = 1..)]
    pub frames: Vec<PathBuf>,
    /// Whether the end of a span in a .txt temporal annotation belongs to it
    #[arg(long, value_name = "RULE", default_value = "inclusive")]
    pub span_end: SpanEndName,
    /// Judge only the videos that this list names
    #[arg(long, value_name = "LIST")]
    pub split: Option<PathBuf>,
    /// Classes of videos, a NAME and a CLASS per line; these go before what the ground truth and the names say
    #[arg(long, value_name = "FILE")]
    pub classes: Option<PathBuf>,
    /// Frames per second of what is not a video file, for hours and seconds [default: 30]
    #[arg(long, value_name = "N", value_parser = rate)]
    pub fps: Option<f64>,
    /// Beside the model's figures, those of plain motion: mean and median over a snippet of the mean grey difference of
    /// successive frames, within the snippet, at 80x60; takes videos
    #[arg(long, requires = "list")]
    pub yardsticks: bool,
    /// Where the files of the list are; its own folder by default
    #[arg(long, value_name = "FOLDER", requires = "list")]
    pub root: Option<PathBuf>,
    /// What makes events.
    #[command(flatten)]
    pub rule: RuleArgs,
    /// What was and is chosen by which videos.
    #[command(flatten)]
    pub choice: ChoiceArgs,
    /// How figures are computed.
    #[command(flatten)]
    pub figures: FigureArgs,
    /// Write the pooled score of each frame as .npy, for `eval --scores`
    #[arg(long, value_name = "FILE")]
    pub save_scores: Option<PathBuf>,
    /// Write the pooled label of each frame as .npy, for `eval --gt`
    #[arg(long, value_name = "FILE")]
    pub save_labels: Option<PathBuf>,
    /// Write the names with their frame counts, for `eval --frames`
    #[arg(long, value_name = "FILE")]
    pub save_frames: Option<PathBuf>,
    /// Write the figures, their curves and all that makes them again as one page, for `lookback verify`
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,
    /// Write the curves into this folder: roc, precision-recall, det and calibration, each as .png, .svg and .csv
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// What computes.
    #[command(flatten)]
    pub engine: EngineArgs,
    /// Attention.
    #[command(flatten)]
    pub tsa: TsaArgs,
    /// Axis order of features with crops, where the shape leaves it open
    #[arg(long, requires = "list")]
    pub layout: Option<LayoutName>,
    /// Where the figures go.
    #[command(flatten)]
    pub output: EvalOutput,
}

/// What makes events of scores.
#[derive(Args, Clone, Debug, Default)]
pub struct RuleArgs {
    /// Score from which a snippet starts an event, fixed before the evaluation; the model's own by default, else 0.5
    #[arg(long, value_name = "SCORE", value_parser = threshold)]
    pub threshold: Option<f32>,
    /// Share of the threshold's odds s / (1 - s) by which scores may fall short of them without ending an event [default: 0.2]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub hysteresis: Option<f32>,
    /// Shortest event in snippets [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub min_snippets: Option<u32>,
    /// Events this many snippets apart, or fewer, become one [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub merge_gap: Option<u32>,
}

/// What was and is chosen by which videos.
#[derive(Args, Clone, Debug, Default)]
pub struct ChoiceArgs {
    /// The model that made the stored scores: its threshold is taken, and whether it has seen these videos is checked
    #[arg(long, value_name = "MODEL", requires = "scores")]
    pub made_by: Option<PathBuf>,
    /// Choose the threshold of the best event F1, at the least --tiou, on these other videos: a list or stored scores, as the
    /// videos to judge are given
    #[arg(long, value_name = "FILE", requires = "choose_gt", conflicts_with = "threshold")]
    pub choose_on: Option<PathBuf>,
    /// Ground truth of the videos of --choose-on
    #[arg(long, value_name = "FILE", requires = "choose_on")]
    pub choose_gt: Option<PathBuf>,
    /// Names with frame counts of the videos of --choose-on, where these are stored scores
    #[arg(long, value_name = "LIST", requires = "choose_on")]
    pub choose_frames: Option<PathBuf>,
    /// Judge also by videos that trained or chose the model or the threshold; the result is marked as no test
    #[arg(long)]
    pub allow_seen: bool,
}

/// How figures are computed.
#[derive(Args, Clone, Debug)]
pub struct FigureArgs {
    /// Overlaps (temporal intersection over union) at which an event stands for an anomaly
    #[arg(long, value_name = "SHARE", num_args = 1.., value_delimiter = ',', value_parser = overlap,
          default_values_t = EvalSettings::default().tious)]
    pub tiou: Vec<f64>,
    /// Resamples of the videos, of which the intervals are made; 0 for no intervals
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub resamples: u32,
    /// Seed of the resamples
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub resample_seed: u64,
    /// Bins of scores by which the calibration is measured (ECE)
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub bins: u32,
}

/// Where the figures go.
#[derive(Args, Clone, Debug)]
pub struct EvalOutput {
    /// Print all figures as JSON
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print the curves as CSV: ROC, precision-recall, DET and reliability, a point per row
    #[arg(long)]
    pub csv: bool,
}

impl EvalArgs {
    /// The files that it names, to be read; the videos of a list are not among them.
    pub fn inputs(&self) -> impl Iterator<Item = &PathBuf> {
        let ChoiceArgs { made_by, choose_on, choose_gt, choose_frames, .. } = &self.choice;
        let several = self.scores.iter().chain(&self.gt).chain(&self.frames);
        let single = [&self.list, &self.split, &self.classes, &self.engine.model, &self.engine.projection];
        several
            .chain(single.into_iter().flatten())
            .chain([made_by, choose_on, choose_gt, choose_frames].into_iter().flatten())
    }

    /// The same about the videos that choose the threshold, if it is to be chosen.
    pub fn choosing(&self) -> Option<Self> {
        let ChoiceArgs { choose_on, choose_gt, choose_frames, .. } = &self.choice;
        let on = choose_on.clone()?;
        let (scores, list) = if self.list.is_some() { (Vec::new(), Some(on)) } else { (vec![on], None) };
        Some(Self {
            scores,
            list,
            gt: choose_gt.iter().cloned().collect(),
            frames: choose_frames.iter().cloned().collect(),
            split: None,
            yardsticks: false,
            ..self.clone()
        })
    }
}

impl RuleArgs {
    /// The rule, with `own` for the threshold where none is given.
    pub fn rule(&self, own: Option<f32>) -> EventRule {
        let default = EventRule::default();
        EventRule {
            threshold: self.threshold.or(own).unwrap_or(default.threshold),
            hysteresis_share: self.hysteresis.unwrap_or(default.hysteresis_share),
            min_snippets: self.min_snippets.map_or(default.min_snippets, |n| n as usize),
            merge_gap: self.merge_gap.map_or(default.merge_gap, |n| n as usize),
        }
    }
}

impl FigureArgs {
    /// The settings, with `rule`.
    pub fn settings(&self, rule: EventRule) -> EvalSettings {
        let mut tious = self.tiou.clone();
        tious.sort_by(f64::total_cmp);
        tious.dedup();
        let Self { resamples, resample_seed: seed, bins, .. } = *self;
        EvalSettings { rule, tious, resamples: resamples as usize, seed, bins: bins as usize }
    }
}

/// How spans end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SpanEndName {
    /// The last frame belongs to the span
    Inclusive,
    /// The last frame does not belong to it
    Exclusive,
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate > 0.0 && rate <= 1000.0 => Ok(rate),
        _ => Err("expected a number above 0 and up to 1000".to_owned()),
    }
}

fn overlap(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
        _ => Err("expected a number above 0 and up to 1".to_owned()),
    }
}

fn share(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("expected a number from 0 to 1".to_owned()),
    }
}
