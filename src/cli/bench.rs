//! `lookback bench`: how fast things are on this machine.
//!
//! Owns only the printing; what is measured, and against what, is the model layer's and `app::learning`'s.

use super::args::{BenchArgs, BenchName};
use super::engine;
use super::error::CliError;
use super::files;
use crate::app::learning::pace;
use crate::model::{bench, inspect_bench};

/// Runs the command.
///
/// # Errors
/// The device fails.
pub fn run(args: &BenchArgs) -> Result<(), CliError> {
    let device = engine::device(args.device)?;
    let mut say = |name: &str| files::complain(&format!("measuring: {name}"));
    match args.what {
        BenchName::Model => files::print(&format!("{}\n", bench::run(&device, &mut say)?)),
        BenchName::Learning => files::print(&pace::measure(&device, &mut say)?.to_string()),
        BenchName::Inspect => files::print(&format!("{}\n", inspect_bench::run(&device, &mut say)?)),
    }
}
