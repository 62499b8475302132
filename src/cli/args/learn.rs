//! The arguments of the commands that change which model is used: `learn` and `models`.
//!
//! Owns their names, help texts and examples. Does not own what they mean together: see each command.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{DeviceName, EncoderName, EngineArgs};

/// Arguments of `learn`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
What is learned from: false alarms, confirmed anomalies, labels of whole videos, labelled intervals,
and videos that were looked through without a find. All else stays out. The model in use is not
changed: the result is a candidate, and the comparison says what it would change.

Examples:
  lookback learn case/ --dry-run          what would be learned from, and what is missing
  lookback learn case/ --steps 60 --seed 1
  lookback models promote 0123 --project case/"
)]
pub struct LearnArgs {
    /// Folder of the project; the window's by default
    pub project: Option<PathBuf>,
    /// Steps at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub steps: Option<u32>,
    /// Seed of the order, the noise, and of which videos are held out
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Learn from labelled intervals snippet by snippet too, with this weight
    #[arg(long, value_name = "WEIGHT", value_parser = weight)]
    pub intervals: Option<f64>,
    /// Pull towards the old weights, 0 for none
    #[arg(long, value_name = "WEIGHT", value_parser = weight)]
    pub anchor: Option<f64>,
    /// Learning rate
    #[arg(long, value_name = "RATE", value_parser = weight)]
    pub rate: Option<f64>,
    /// Share of the videos that are not trained on and say when to stop
    #[arg(long, value_name = "SHARE", default_value_t = 0.2, value_parser = super::held_out)]
    pub held_out: f64,
    /// Show the plan and stop
    #[arg(long)]
    pub dry_run: bool,
    /// What computes; the project's model by default.
    #[command(flatten)]
    pub engine: EngineArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

fn weight(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(w) if w.is_finite() && w >= 0.0 => Ok(w),
        _ => Err("expected a number of at least 0".to_owned()),
    }
}

/// Arguments of `models`.
#[derive(Args, Debug)]
#[command(after_help = "\
A model is named by the first digits of its id, or `builtin` for the one that comes with the
program.

Examples:
  lookback models list --project case/
  lookback models show 0123
  lookback models promote 0123     put a candidate in use, after comparing it with that in use
  lookback models rollback         go back to the model before
  lookback models export 0123 -o model.safetensors")]
pub struct ModelsArgs {
    /// What to do with them
    #[command(subcommand)]
    pub command: ModelsCommand,
    /// Folder of the project; the window's by default
    #[arg(long, value_name = "DIR", global = true)]
    pub project: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    pub json: bool,
}

/// What can be done with the models of a project.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// All models, each below the one that it came from
    List,
    /// What is known about a model
    Show {
        /// First digits of its id
        #[arg(value_name = "MODEL")]
        id: String,
    },
    /// Put a model in use, after comparing it with the one that is
    Promote {
        /// First digits of its id
        #[arg(value_name = "MODEL")]
        id: String,
        /// Even if confirmed anomalies would no longer be flagged
        #[arg(long)]
        even_if_lost: bool,
        /// What makes features of videos whose features were not kept: `builtin`, or `clip:FOLDER`
        #[arg(long, value_name = "ENCODER", default_value = "builtin")]
        encoder: EncoderName,
        /// Where to compare
        #[arg(long, value_name = "DEVICE")]
        device: Option<DeviceName>,
    },
    /// Go back to the model that was in use before
    Rollback,
    /// Set a candidate aside
    Discard {
        /// First digits of its id
        #[arg(value_name = "MODEL")]
        id: String,
    },
    /// Take a model back that was set aside
    Restore {
        /// First digits of its id
        #[arg(value_name = "MODEL")]
        id: String,
    },
    /// Write a model as one file: weights, the bags that it carries, threshold and descent; no footage
    Export {
        /// First digits of its id
        #[arg(value_name = "MODEL")]
        id: String,
        /// File to write
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Bring a model file into the project as a candidate
    Import {
        /// Model file: ours, or a published checkpoint
        file: PathBuf,
    },
}
