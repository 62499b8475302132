//! The command line of `attention` and `sweep`.
//!
//! Owns names, help and the parsing of ranges. What is done with them is in the commands' own modules.

use std::ops::Range;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{EngineArgs, LayoutName, TsaArgs};
use crate::domain::sweep::Control;

/// Arguments of `attention`.
#[derive(Args, Debug)]
#[command(after_help = "\
omega is the score that attention gives a snippet; p(t) the share of noisy draws in which snippet t
is among the selected; V_hat[j, t] the share of draws whose j-th earliest pick is snippet t. V_hat
is never built as a whole; --snippets says which part is drawn and written.

Examples:
  lookback attention door.mp4                        a table on the screen
  lookback attention door.mp4 --csv > attention.csv  omega, p(t), top-alpha, score per snippet
  lookback attention door.mp4 --out looked --snippets 100-250
                                                     the files, and the heat map of a range
  lookback attention door.mp4 --ratio 0.2 --sigma 0.01 --json
                                                     under other settings
  lookback attention f.npy --repetitions 20 --csv    features made elsewhere; scatter of the scores")]
pub struct AttentionArgs {
    /// What is looked at.
    #[command(flatten)]
    pub subject: SubjectArgs,
    /// What computes.
    #[command(flatten)]
    pub engine: EngineArgs,
    /// Attention.
    #[command(flatten)]
    pub tsa: TsaArgs,
    /// Snippets of the heat map, first and last, such as 100-250; all by default
    #[arg(long, value_name = "A-B", value_parser = snippets)]
    pub snippets: Option<Range<usize>>,
    /// Draw all kappa rows of the heat map, not only those of picks within the range
    #[arg(long)]
    pub all_rows: bool,
    /// Also score with this many other seeds: mean, 5 % and 95 % of the score per snippet
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub repetitions: u32,
    /// Write `V_hat` of the range as a NumPy array [picks, snippets]; with --json, stdout says which picks
    #[arg(long, value_name = "FILE")]
    pub v_hat: Option<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV instead of a table, one row for each snippet
    #[arg(long)]
    pub csv: bool,
    /// Write attention.json, attention.csv, thresholds.csv, `v_hat.png` and `v_hat.svg` into this folder
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

/// What is looked at.
#[derive(Args, Debug)]
pub struct SubjectArgs {
    /// A video, or a feature file (.npy, .safetensors, .txt)
    pub path: PathBuf,
    /// Which crop of features with several, from 0: each is a sequence of its own
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub crop: usize,
    /// Axis order of features with crops, where the shape leaves it open
    #[arg(long)]
    pub layout: Option<LayoutName>,
    /// Neither read nor keep cached features
    #[arg(long)]
    pub no_cache: bool,
}

/// Arguments of `sweep`.
#[derive(Args, Debug)]
#[command(after_help = "\
Every value is computed with the same draws of noise, so what changes is due to the control; a sweep
of the seed alone is one of other draws.

Examples:
  lookback sweep door.mp4 --control sigma --steps 6  a summary on the screen, as CSV
  lookback sweep door.mp4 --control kappa --from 0.1 --to 1 --steps 10 --out swept
                                                     the files")]
pub struct SweepArgs {
    /// What is looked at.
    #[command(flatten)]
    pub subject: SubjectArgs,
    /// What computes.
    #[command(flatten)]
    pub engine: EngineArgs,
    /// Attention; what the control does not move.
    #[command(flatten)]
    pub tsa: TsaArgs,
    /// What is moved
    #[arg(long, value_name = "CONTROL")]
    pub control: ControlName,
    /// First value; by default 0.1 for kappa (a share of the snippets), 0 for sigma, 20 for samples, 0 for seed
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub from: Option<f64>,
    /// Last value; by default 1 for kappa, 0.2 for sigma, 200 for samples, 8 for seed
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub to: Option<f64>,
    /// How many values, both ends among them
    #[arg(long, value_name = "N", default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub steps: u32,
    /// Score from which a snippet starts an event; the model's own by default, else 0.5
    #[arg(long, value_name = "SCORE", value_parser = super::threshold)]
    pub threshold: Option<f32>,
    /// Write sweep.csv (every snippet), summary.csv, sweep.png and sweep.svg into this folder
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

/// Controls as they are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ControlName {
    /// The share of snippets that attention selects
    Kappa,
    /// Standard deviation of the noise
    Sigma,
    /// Number of noisy draws
    Samples,
    /// Seed of the draws
    Seed,
}

impl ControlName {
    /// As the sweep names it.
    pub fn control(self) -> Control {
        match self {
            Self::Kappa => Control::Kappa,
            Self::Sigma => Control::Sigma,
            Self::Samples => Control::Samples,
            Self::Seed => Control::Seed,
        }
    }
}

fn snippets(text: &str) -> Result<Range<usize>, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.trim().parse::<usize>(), last.trim().parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last && last < usize::MAX => Ok(first..last + 1),
        (Ok(first), Ok(last)) if first > last => Err(format!("the first snippet comes first: {last}-{first}")),
        _ => Err("expected two snippets with a dash between them, such as 100-250".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_name_their_first_and_last_snippet() {
        assert_eq!((snippets("3-7"), snippets("5")), (Ok(3..8), Ok(5..6)));
        for wrong in ["7-3", "a-b", "", "-3", "3-"] {
            assert!(snippets(wrong).is_err(), "{wrong}");
        }
    }
}
