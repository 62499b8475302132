//! The arguments of `ablation`.
//!
//! Owns their names, help texts and examples. Does not own what they mean together.

use std::path::PathBuf;

use clap::Args;

use super::eval::SpanEndName;
use super::{DeviceName, EncoderName, LayoutName};

/// Arguments of `ablation`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
For each kind of features a model is trained with and without Temporal Self-Attention, for several
seeds, and on folds: each list of a kind is a fold, judged by a model that was trained on the labels
of whole videos of the other lists. The last weights of a training are judged, so nothing is chosen
by the figures; folds that share a video are refused. Figures of a seed are over the frames of all
its folds.

Every run has a folder of its own below --out with model, settings, log and scores. An interrupted
ablation goes on where it was when the same command is given again, also in the middle of a
training.

Examples:
  lookback ablation --features builtin=0.list,1.list --gt 0.json 1.json --steps 600 --out ablation/
  lookback ablation --features clip=c0.list,c1.list --features i3d=i0.list,i1.list \\
      --gt 0.txt 1.txt --seeds 5 --out ablation/
  lookback eval --scores R/scores.npy --gt R/labels.npy --frames R/frames.list \\
      --made-by R/model.safetensors                      one run, in its folder R, in full"
)]
pub struct AblationArgs {
    /// Features by a name of your choice and their lists, one list for each fold, in the order of --gt; lists may name feature
    /// files or videos
    #[arg(long, value_name = "NAME=LIST,LIST", required = true, value_parser = kind)]
    pub features: Vec<FeatureKind>,
    /// Ground truth, one file for each fold; training takes from it only whether anything happens in a video
    #[arg(long, value_name = "FILE", num_args = 2.., required = true)]
    pub gt: Vec<PathBuf>,
    /// Folder of the ablation; one that holds runs of the same ablation goes on
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// Repetitions, each with another seed
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub seeds: u32,
    /// The first seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Settings of the trainings as in the paper (`paper`), as in the published program (`published-ucf`, `published-xd`,
    /// `published-shanghaitech`), or for about a hundred videos or fewer (`few-videos`, see `train --help`)
    #[arg(long, value_name = "NAME", default_value = "paper")]
    pub preset: String,
    /// Number of optimiser steps of each training; the preset's by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub steps: Option<u32>,
    /// Whether the end of a span in a .txt temporal annotation belongs to it
    #[arg(long, value_name = "RULE", default_value = "inclusive")]
    pub span_end: SpanEndName,
    /// Axis order of features with crops, where the shape leaves it open
    #[arg(long)]
    pub layout: Option<LayoutName>,
    /// What makes features from the videos of the lists: `builtin`, or `clip:FOLDER`
    #[arg(long, value_name = "ENCODER", default_value = "builtin")]
    pub encoder: EncoderName,
    /// Where to compute; by default the first of CUDA, Metal, CPU that works
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<DeviceName>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Features with their lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureKind {
    /// What they are called.
    pub name: String,
    /// One for each fold.
    pub lists: Vec<PathBuf>,
}

fn kind(text: &str) -> Result<FeatureKind, String> {
    let Some((name, lists)) = text.split_once('=').filter(|(name, lists)| !name.is_empty() && !lists.is_empty()) else {
        return Err("expected a NAME, =, and lists separated by commas".to_owned());
    };
    Ok(FeatureKind { name: name.to_owned(), lists: lists.split(',').map(PathBuf::from).collect() })
}
