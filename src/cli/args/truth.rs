//! The arguments of `truth-check`.
//!
//! Owns their names, help texts and examples. Does not own what they mean together.

use std::path::PathBuf;

use clap::Args;

use super::eval::SpanEndName;

/// Arguments of `truth-check`.
#[derive(Args, Debug)]
#[command(after_help = "\
Checks ground truth for spans that cannot be, lengths that do not match, abnormal videos without an
anomalous frame and normal ones with, names that come twice, and spans that overlap. With labels of
frames and their list it also finds out whether the end of a span belongs to it, and which videos
are off by one. A list that counts whole snippets of 16 frames cuts up to 15 frames off the end of a
span, which is told but is no fault; 16 or more are one. Nothing is changed.

Exit codes: 0 nothing is wrong, 1 something is, 2 a file cannot be read.

Examples:
  lookback truth-check annotation.txt                          the spans by themselves
  lookback truth-check annotation.txt --list gt-ucf.list --labels gt-ucf.npy
                                                               and against labels of frames
  lookback truth-check --labels gt-ucf.npy --list gt-ucf.list --json")]
pub struct TruthCheckArgs {
    /// A .txt temporal annotation, or our own .json
    #[arg(value_name = "FILE", required_unless_present = "labels")]
    pub truth: Option<PathBuf>,
    /// Names with frame counts, in the order of the labels
    #[arg(long, value_name = "LIST")]
    pub list: Option<PathBuf>,
    /// Labels of all frames (.npy) in the order of the list
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// Whether the end of a span in a .txt temporal annotation belongs to it; by default what --labels says, else inclusive
    #[arg(long, value_name = "RULE")]
    pub span_end: Option<SpanEndName>,
    /// Show every finding; by default the first ten of each kind
    #[arg(long)]
    pub all: bool,
    /// Print JSON, with every finding
    #[arg(long)]
    pub json: bool,
}
