//! The command line as typed.
//!
//! Owns names, help texts and examples of all commands and options, and the parsing of single values.
//! What an option means together with others is decided in each command's own module.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use ablation::AblationArgs;
use compare::CompareArgs;
use eval::EvalArgs;
use exchange::{AgreementArgs, ExportArgs, ImportArgs, RelocateArgs, ReportArgs, VerifyArgs};
use inspect::{AttentionArgs, SweepArgs};
use learn::{LearnArgs, ModelsArgs};
use simulate::SimulateArgs;
use truth::TruthCheckArgs;

pub mod ablation;
pub mod compare;
pub mod eval;
pub mod exchange;
pub mod inspect;
pub mod learn;
pub mod simulate;
pub mod truth;

/// Review of video that a model has flagged.
///
/// Without a command, opens the window on the given videos and folders.
#[derive(Debug, Parser)]
#[command(name = "lookback", version, args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub struct Arguments {
    /// What to do; the window if nothing is named.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Videos or folders of videos to open in the window
    pub paths: Vec<PathBuf>,
    /// Folder of the project that verdicts go into; it is made if need be [default: that of the last time]
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
    /// Where the model computes, encodes and reads its weights.
    #[command(flatten)]
    pub engine: EngineArgs,
}

const EXAMPLES: &str = "\
Examples:
  lookback                                 open the window
  lookback recordings/                     open a folder of videos
  lookback demo --out demo --open          make demo clips and look at them
  lookback score door.mp4 --json           scores and events as JSON
  lookback score -- -odd-name.mp4          a name that begins with a dash goes behind --
  lookback doctor                          what this machine has

Exit codes: 0 done, 1 the work failed, 2 the request or an input cannot be used.";

/// The headless commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Score videos: anomaly score, attention and magnitude per snippet, and the events
    Score(ScoreArgs),
    /// Look at what attention selects: omega, p(t), thresholds, entropy, top-alpha, and `V_hat` as a heat map
    Attention(AttentionArgs),
    /// Move one control of attention through a range: small multiples, and a table
    Sweep(SweepArgs),
    /// Compare two models, encoders or settings, or a model with scores of another program, curve by curve
    Compare(CompareArgs),
    /// Write the features of videos as NumPy files
    Extract(ExtractArgs),
    /// Train a model from video-level labels
    Train(TrainArgs),
    /// Judge scores by ground truth: frame figures with intervals, events, false alarms, delay, calibration, by class
    Eval(Box<EvalArgs>),
    /// Train with and without attention on each kind of features, over seeds and folds, and compare
    Ablation(AblationArgs),
    /// Check ground truth: impossible spans, lengths, classes, duplicates, off-by-one
    TruthCheck(TruthCheckArgs),
    /// Bring the labels of another tool into a project
    Import(ImportArgs),
    /// Write the labels or verdicts of a project for another tool
    Export(ExportArgs),
    /// Compare the annotators of a project: kappa, overlap, edges, and where they differ
    Agreement(AgreementArgs),
    /// Check that a project's record and videos are what they were, or that a report's figures come out again
    Verify(VerifyArgs),
    /// Find the videos of a project that were moved or renamed
    Relocate(RelocateArgs),
    /// Write the report of a case: events, verdicts, pictures and hashes in one page
    Report(ReportArgs),
    /// Learn from the verdicts and labels of a project: makes a candidate and says what it would change
    Learn(LearnArgs),
    /// List, compare, promote, roll back, export and import the models of a project
    Models(ModelsArgs),
    /// Measure what verdicts would teach a model: a simulated reviewer who judges events by ground truth
    SimulateReview(SimulateArgs),
    /// Make demo clips with exact ground truth
    Demo(DemoArgs),
    /// Measure how fast things are on this machine
    Bench(BenchArgs),
    /// Show what the program found on this machine
    Doctor(DoctorArgs),
}

/// What computes.
#[derive(Args, Clone, Debug)]
pub struct EngineArgs {
    /// What makes features from pixels: `builtin`, or `clip:FOLDER` with config.json and model.safetensors
    #[arg(long, value_name = "ENCODER", default_value = "builtin")]
    pub encoder: EncoderName,
    /// Weights of the scoring model (.safetensors, or a published PyTorch checkpoint); the shipped ones by default
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Weights of the input projection (`mlp.*`), where the model comes in two files
    #[arg(long, value_name = "FILE", requires = "model")]
    pub projection: Option<PathBuf>,
    /// Where to compute; by default the first of CUDA, Metal, CPU that works
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<DeviceName>,
}

impl Default for EngineArgs {
    fn default() -> Self {
        Self { encoder: EncoderName::Builtin, model: None, projection: None, device: None }
    }
}

/// An encoder as named on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EncoderName {
    /// The motion-appearance descriptor that needs no weights.
    Builtin,
    /// CLIP from a local folder in the Hugging Face layout.
    Clip(PathBuf),
}

impl std::str::FromStr for EncoderName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "builtin" => Ok(Self::Builtin),
            Some(("clip", folder)) if !folder.is_empty() => Ok(Self::Clip(PathBuf::from(folder))),
            _ => Err("expected `builtin` or `clip:FOLDER`".to_owned()),
        }
    }
}

/// Devices that can be forced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DeviceName {
    /// The processor
    Cpu,
    /// An NVIDIA GPU
    Cuda,
    /// An Apple GPU
    Metal,
}

impl DeviceName {
    /// As the model layer names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Metal => "metal",
        }
    }
}

/// Settings of Temporal Self-Attention; what is not given comes from the model.
#[derive(Args, Clone, Debug, Default)]
pub struct TsaArgs {
    /// Share of snippets that attention selects, above 0 and up to 1; the model's own by default
    #[arg(long, value_name = "R", value_parser = ratio)]
    pub ratio: Option<f64>,
    /// Standard deviation of the noise on the attention scores, 0 or more; the model's own by default
    #[arg(long, value_name = "S", value_parser = sigma, allow_negative_numbers = true)]
    pub sigma: Option<f64>,
    /// Number of noisy draws; the model's own by default
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub samples: Option<u32>,
    /// Seed of the draws; the model's own by default
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Score without attention
    #[arg(long)]
    pub no_attention: bool,
}

fn ratio(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(r) if r > 0.0 && r <= 1.0 => Ok(r),
        _ => Err("expected a number above 0 and up to 1".to_owned()),
    }
}

fn sigma(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(s) if s.is_finite() && s >= 0.0 => Ok(s),
        _ => Err("expected a number of at least 0".to_owned()),
    }
}

fn threshold(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(t) if (0.0..=1.0).contains(&t) => Ok(t),
        _ => Err("expected a number from 0 to 1".to_owned()),
    }
}

/// Axis order of feature arrays with crops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LayoutName {
    /// [T, crops, d]
    Tcd,
    /// [crops, T, d]
    Ctd,
}

/// What becomes of the learning rate of a training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScheduleName {
    /// It stays, as published
    Constant,
    /// It falls to 0 along half a cosine, and the last weights are kept
    Cosine,
}

/// Arguments of `score`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lookback score door.mp4                            a table on the screen
  lookback score recordings/ --csv --out scores/     one CSV file per video
  lookback score door.mp4 --encoder clip:vit-b-32 --model clip.safetensors
  lookback score --features f.npy --model m.safetensors --noise n.safetensors
                                                     repeat a published run with its recorded noise")]
pub struct ScoreArgs {
    /// Videos or folders of videos
    #[arg(required_unless_present = "features")]
    pub paths: Vec<PathBuf>,
    /// What computes.
    #[command(flatten)]
    pub engine: EngineArgs,
    /// Attention.
    #[command(flatten)]
    pub tsa: TsaArgs,
    /// Score these features (.npy, .safetensors with key `features`, or text) instead of encoding a video;
    /// with one PATH, frames and times are taken from that video
    #[arg(long, value_name = "FILE", conflicts_with = "encoder")]
    pub features: Option<PathBuf>,
    /// Axis order of features with crops, where the shape leaves it open
    #[arg(long, requires = "features")]
    pub layout: Option<LayoutName>,
    /// Recorded draws instead of seeded ones (.safetensors with key `noise`): [M, T] or [crops, M, T]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed", "samples", "no_attention"])]
    pub noise: Option<PathBuf>,
    /// Score from which a snippet starts an event; the model's own by default
    #[arg(long, value_name = "SCORE", value_parser = threshold)]
    pub threshold: Option<f32>,
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV
    #[arg(long)]
    pub csv: bool,
    /// Write a report into this folder: a page with pictures, and the numbers of each video as JSON and CSV
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Neither read nor keep cached features
    #[arg(long)]
    pub no_cache: bool,
}

/// Arguments of `extract`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lookback extract door.mp4 -o door.npy
  lookback extract recordings/ -o features/        one file per video")]
pub struct ExtractArgs {
    /// Videos or folders of videos
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// File to write for one video, folder for several; arrays are [T, d], 32-bit floats
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// What makes features from pixels: `builtin`, or `clip:FOLDER`
    #[arg(long, value_name = "ENCODER", default_value = "builtin")]
    pub encoder: EncoderName,
    /// Where to compute
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<DeviceName>,
    /// Neither read nor keep cached features
    #[arg(long)]
    pub no_cache: bool,
}

/// Arguments of `train`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
A list has one video or feature file (.npy, .safetensors, .txt) per line. Paths are taken from the
list's folder.

Examples:
  lookback train --normal n.txt --abnormal a.txt --preset few-videos --no-attention -o m.safetensors
  lookback train --normal n.txt --abnormal a.txt --resume m.safetensors.training -o m.safetensors
  lookback train --normal n.txt --abnormal a.txt --bags-for published.pkl -o m.safetensors"
)]
pub struct TrainArgs {
    /// List of videos or feature files without anomalies
    #[arg(long, value_name = "LIST")]
    pub normal: PathBuf,
    /// List of videos or feature files with an anomaly somewhere
    #[arg(long, value_name = "LIST")]
    pub abnormal: PathBuf,
    /// Settings as in the paper (`paper`), as in the published program (`published-ucf`, `published-xd`,
    /// `published-shanghaitech`), or for about a hundred videos or fewer (`few-videos`: --steps 150 --warm-up 150
    /// --unit-spread --feature-noise 1 --average 0.95)
    #[arg(long, value_name = "NAME", default_value = "paper")]
    pub preset: String,
    /// Number of optimiser steps in all; the preset's by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub steps: Option<u32>,
    /// Seed of initial weights, batches, dropout and noise
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Train, and later score, without attention: every snippet counts fully, and the scorer of attention stays untrained
    #[arg(long)]
    pub no_attention: bool,
    /// What becomes of the learning rate
    #[arg(long, value_name = "NAME", default_value = "constant")]
    pub schedule: ScheduleName,
    /// Judge and write a moving average of the weights that keeps this share of itself per step, such as 0.99; it is
    /// steadier than the weights of one step on few videos; 0 for none [default: the preset's]
    #[arg(long, value_name = "SHARE", value_parser = average)]
    pub average: Option<f64>,
    /// Learning rate of Adam, of the first step where it falls [default: 0.001, as published]
    #[arg(long, value_name = "RATE")]
    pub learning_rate: Option<f64>,
    /// L2 decay that is added to the gradient [default: 0.005, as published]
    #[arg(long, value_name = "DECAY")]
    pub weight_decay: Option<f64>,
    /// Share of values that dropout switches off [default: 0.7, as published]
    #[arg(long, value_name = "SHARE")]
    pub dropout: Option<f64>,
    /// Noise added to the features in training, as a share of the spread that each number has over the videos: against
    /// learning few videos by heart; 0 for none [default: the preset's]
    #[arg(long, value_name = "SHARE")]
    pub feature_noise: Option<f64>,
    /// Bring features to a spread of 1 on the whole before they are trained on, by a factor that goes into the weights: for
    /// features of few numbers that vary, such as the built-in ones
    #[arg(long)]
    pub unit_spread: bool,
    /// Steps at first in which all of a bag stands for it, not only the snippets of the largest magnitude, which fresh
    /// weights choose at random; 0 for none [default: the preset's]
    #[arg(long, value_name = "N")]
    pub warm_up: Option<u32>,
    /// Normal bags per step, and as many abnormal ones [default: 16, as published]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub batch: Option<u16>,
    /// Share of each list that is kept out of training and chooses the best weights (under a constant rate) and the threshold
    #[arg(long, value_name = "SHARE", default_value_t = 0.2, value_parser = held_out)]
    pub held_out: f64,
    /// Go on with an interrupted training from the state it left (MODEL.training); its settings are the state's
    #[arg(long, value_name = "FILE", conflicts_with_all = ["preset", "steps", "seed", "schedule", "average", "learning_rate",
        "weight_decay", "dropout", "feature_noise", "unit_spread", "warm_up", "batch", "no_attention"])]
    pub resume: Option<PathBuf>,
    /// Train nothing: give this model the bags of the lists to carry, which `learn` mixes in so that it does not forget, and
    /// write it
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["preset", "steps", "schedule", "average", "resume",
        "learning_rate", "weight_decay", "dropout", "feature_noise", "unit_spread", "warm_up", "batch"])]
    pub bags_for: Option<PathBuf>,
    /// Where to write the model
    #[arg(short, long, value_name = "MODEL")]
    pub output: PathBuf,
    /// Axis order of features with crops, where the shape leaves it open
    #[arg(long)]
    pub layout: Option<LayoutName>,
    /// What makes features from the videos of the lists: `builtin`, or `clip:FOLDER`
    #[arg(long, value_name = "ENCODER", default_value = "builtin")]
    pub encoder: EncoderName,
    /// Where to compute
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<DeviceName>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

fn average(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..1.0).contains(&share) => Ok(share),
        _ => Err("expected a number of at least 0 and below 1".to_owned()),
    }
}

fn held_out(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=0.5).contains(&share) => Ok(share),
        _ => Err("expected a number from 0 to 0.5".to_owned()),
    }
}

/// Arguments of `demo`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  lookback demo --out demo                       six clips to review, with ground_truth.json
  lookback demo --out demo --open                and look at them in the window
  lookback demo --out demo --training 40         and 40 clips to train on, with lists of both kinds")]
pub struct DemoArgs {
    /// Seed: the same one gives the same scenes
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Folder to write into
    #[arg(long, value_name = "FOLDER", default_value = "demo")]
    pub out: PathBuf,
    /// Also make this many clips to train on, half of them with an anomaly
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub training: u32,
    /// Open the window on the clips; without a display, score them and leave a report with pictures
    #[arg(long)]
    pub open: bool,
}

/// Arguments of `bench`.
#[derive(Args, Debug)]
pub struct BenchArgs {
    /// What to measure
    #[arg(value_enum)]
    pub what: BenchName,
    /// Where to compute
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<DeviceName>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BenchName {
    /// Training step and inference, beside the time of their matrix products alone
    Model,
    /// From the order to learn from 20 verdicts to the new curves, and ghost curves
    Learning,
    /// What follows a movement of a control in the attention inspector, for an hour and for a day of video
    Inspect,
}

/// Arguments of `doctor`.
#[derive(Args, Debug)]
pub struct DoctorArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(line: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(["lookback"].iter().chain(line))
    }

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn paths_open_the_window_and_dashes_can_be_names() {
        let args = parse(&["a.mp4", "folder"]).expect("is valid");
        assert!(args.command.is_none() && args.paths.len() == 2);
        let Some(Command::Score(score)) = parse(&["score", "--json", "--", "-x.mp4"]).expect("is valid").command else {
            panic!("no score command");
        };
        assert_eq!(score.paths, [PathBuf::from("-x.mp4")]);
    }

    #[test]
    fn values_are_checked_where_they_are_typed() {
        for wrong in [
            &["score"][..],
            &["score", "a", "--ratio", "0"],
            &["score", "a", "--ratio", "1.1"],
            &["score", "a", "--sigma", "-1"],
            &["score", "a", "--sigma", "nan"],
            &["score", "a", "--samples", "0"],
            &["score", "a", "--json", "--csv"],
            &["score", "a", "--noise", "n", "--seed", "1"],
            &["score", "a", "--encoder", "clip:"],
            &["score", "a", "--projection", "p"],
            &["score", "a", "--device", "tpu"],
            &["eval", "--gt", "g.npy"],
            &["eval", "--scores", "a.npy"],
            &["train", "--normal", "n", "--abnormal", "a", "-o", "m", "--steps", "0"],
            &["bench", "nothing"],
            &["attention"],
            &["attention", "a", "--snippets", "9-3"],
            &["attention", "a", "--json", "--csv"],
            &["sweep", "a"],
            &["sweep", "a", "--control", "size"],
            &["sweep", "a", "--control", "kappa", "--steps", "0"],
            &["agreement", "p", "--between", "Ada"],
            &["agreement", "p", "--json", "--csv"],
            &["agreement", "p", "--project", "q"],
            &["verify", "p", "--project", "q"],
            &["relocate", "--project", "q"],
            &["relocate", "p", "q", "r"],
            &["learn", "a", "--steps", "0"],
            &["learn", "a", "--anchor", "-1"],
            &["simulate-review", "--list", "a", "--gt", "b"],
            &["models"],
            &["models", "promote"],
            &["import"],
            &["import", "a", "--format", "word"],
            &["import", "a", "--undo", "1"],
            &["import", "a", "--fps", "0"],
            &["export", "-o", "a"],
            &["export", "--format", "csv", "--lane", "a", "--verdicts", "-o", "a"],
        ] {
            assert_eq!(parse(wrong).expect_err("is refused").exit_code(), 2, "{wrong:?}");
        }
        assert_eq!("clip:a:b".parse(), Ok(EncoderName::Clip(PathBuf::from("a:b"))));
    }
}
