//! `lookback bench`: how fast things are on this machine.
//!
//! Owns only the printing; what is measured, and against what, is the model layer's.

use super::args::{BenchArgs, BenchName};
use super::engine;
use super::error::CliError;
use super::files;
use crate::model::bench;

/// Runs the command.
///
/// # Errors
/// The device fails.
pub fn run(args: &BenchArgs) -> Result<(), CliError> {
    let device = engine::device(args.device)?;
    match args.what {
        BenchName::Model => {
            let report = bench::run(&device, &mut |name| files::complain(&format!("measuring: {name}")))?;
            files::print(&format!("{report}\n"))
        }
    }
}
