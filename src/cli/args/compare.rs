//! The arguments of `compare`.
//!
//! Owns their names, help texts and examples. Does not own what they mean together: see [`crate::cli::compare`].

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::{DeviceName, EncoderName, TsaArgs, ratio, sigma, threshold};

/// Arguments of `compare`.
#[derive(Args, Debug)]
#[command(
    group(ArgGroup::new("other").required(true).multiple(true).args([
        "with", "with_scores", "with_encoder", "with_ratio", "with_sigma", "with_samples", "with_seed", "with_no_attention",
    ])),
    after_help = "\
Two curves of each video: the first is made by --model, --encoder, --ratio and so on, the second by
the options of the same names that begin with --with. At least one of those has to be given; what is
not given for the second is as for the first. A model is a file, or one of the project by the first
digits of its id, or `builtin` for the one that comes with the program. Nothing is changed: neither
the model in use nor a project.

Examples:
  lookback compare door.mp4 --model a.safetensors --with b.safetensors
  lookback compare recordings/ --with 0123 --project case/ --json
  lookback compare door.mp4 --with-ratio 0.3              the same model, other attention
  lookback compare door.mp4 --with clip.safetensors --with-encoder clip:vit-b-32
  lookback compare door.mp4 --with-scores theirs.npy --csv > both.csv")]
pub struct CompareArgs {
    /// Videos or folders of videos
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Model of the first curve; by default the one in use in --project where that is given, else the shipped one
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// Model of the second curve: a file, digits of an id in --project, or `builtin`; by default that of the first
    #[arg(long, value_name = "MODEL")]
    pub with: Option<String>,
    /// Scores of another program as the second curve: .json, .csv, .npy or .txt, one number for each snippet or frame
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "with", "with_encoder", "with_ratio", "with_sigma", "with_samples", "with_seed", "with_no_attention",
    ])]
    pub with_scores: Option<PathBuf>,
    /// The project whose models --model and --with may name
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
    /// What makes features for the first curve: `builtin`, or `clip:FOLDER`
    #[arg(long, value_name = "ENCODER", default_value = "builtin")]
    pub encoder: EncoderName,
    /// What makes features for the second curve; by default that of the first
    #[arg(long, value_name = "ENCODER")]
    pub with_encoder: Option<EncoderName>,
    /// Attention of the one.
    #[command(flatten)]
    pub tsa: TsaArgs,
    /// Attention of the other.
    #[command(flatten)]
    pub other: OtherTsaArgs,
    /// Score from which a snippet starts an event, for both curves; each model's own by default
    #[arg(long, value_name = "SCORE", value_parser = threshold)]
    pub threshold: Option<f32>,
    /// Score from which a snippet starts an event, for the second curve alone
    #[arg(long, value_name = "SCORE", value_parser = threshold)]
    pub with_threshold: Option<f32>,
    /// Where to compute; by default the first of CUDA, Metal, CPU that works
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<DeviceName>,
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV, one row for each snippet
    #[arg(long)]
    pub csv: bool,
    /// Neither read nor keep cached features
    #[arg(long)]
    pub no_cache: bool,
}

/// Settings of the other's attention; what is not given is as for the one.
#[derive(Args, Clone, Debug)]
pub struct OtherTsaArgs {
    /// Share of snippets that attention selects, for the second curve; by default as for the first
    #[arg(id = "with_ratio", long = "with-ratio", value_name = "R", value_parser = ratio)]
    pub ratio: Option<f64>,
    /// Standard deviation of the noise, for the second curve; by default as for the first
    #[arg(id = "with_sigma", long = "with-sigma", value_name = "S", value_parser = sigma)]
    pub sigma: Option<f64>,
    /// Number of noisy draws, for the second curve; by default as for the first
    #[arg(id = "with_samples", long = "with-samples", value_name = "M", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub samples: Option<u32>,
    /// Seed of the draws, for the second curve; by default as for the first
    #[arg(id = "with_seed", long = "with-seed", value_name = "N")]
    pub seed: Option<u64>,
    /// Score the second curve without attention
    #[arg(id = "with_no_attention", long = "with-no-attention")]
    pub no_attention: bool,
}

impl OtherTsaArgs {
    /// What is said here over what is said of the one.
    pub fn over(&self, one: &TsaArgs) -> TsaArgs {
        TsaArgs {
            ratio: self.ratio.or(one.ratio),
            sigma: self.sigma.or(one.sigma),
            samples: self.samples.or(one.samples),
            seed: self.seed.or(one.seed),
            no_attention: self.no_attention || one.no_attention,
        }
    }
}
