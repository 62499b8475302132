//! The arguments of `simulate-review`.
//!
//! Owns their names, help texts and examples. Does not own what they mean together.

use std::path::PathBuf;

use clap::Args;

use super::eval::SpanEndName;
use super::{DeviceName, EncoderName};

/// Arguments of `simulate-review`.
#[derive(Args, Debug)]
#[command(after_help = "\
Each pair of --list and --gt is a fold. In turn each fold is set aside for the figures, while a
simulated reviewer judges the highest events of the others by their ground truth, and the model
learns from that through the gate, as in the window.

Examples:
  lookback simulate-review --list 0.list 1.list 2.list --gt 0.json 1.json 2.json
  lookback simulate-review --list 0.list 1.list --gt 0.json 1.json --rounds 2 --seeds 3 --json")]
pub struct SimulateArgs {
    /// Lists of videos, one for each fold
    #[arg(long, value_name = "LIST", num_args = 2.., required = true)]
    pub list: Vec<PathBuf>,
    /// Ground truth, one file for each list
    #[arg(long, value_name = "FILE", num_args = 2.., required = true)]
    pub gt: Vec<PathBuf>,
    /// Set aside only this fold, counted from 1; each in turn by default
    #[arg(long, value_name = "N", num_args = 1..)]
    pub fold: Vec<usize>,
    /// Rounds of review
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rounds: u32,
    /// Verdicts in each round
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub verdicts: u32,
    /// Repetitions, each with another seed
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub seeds: u32,
    /// The first seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Share of all anomalies that events have to find where false alarms are counted
    #[arg(long, value_name = "SHARE", default_value_t = 0.8, value_parser = recall)]
    pub recall: f64,
    /// Resamples of the videos for the intervals
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    pub resamples: u32,
    /// The model to begin from, one for all folds or one for each; the shipped one by default
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub model: Vec<PathBuf>,
    /// Settings of learning as JSON, such as {"steps": 30}; what is not named stays as it is
    #[arg(long, value_name = "JSON")]
    pub learning: Option<String>,
    /// What the end of a span means in a .txt temporal annotation
    #[arg(long, value_name = "RULE", default_value = "inclusive")]
    pub span_end: SpanEndName,
    /// What makes features from pixels: `builtin`, or `clip:FOLDER`
    #[arg(long, value_name = "ENCODER", default_value = "builtin")]
    pub encoder: EncoderName,
    /// Where to compute
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<DeviceName>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

fn recall(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
        _ => Err("expected a number above 0 and up to 1".to_owned()),
    }
}
