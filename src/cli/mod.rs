//! The headless commands.
//!
//! Owns the command line, what each command prints, and the exit codes. Does not own the work: it goes
//! through the same services as the window, and never opens one itself.

use std::process::ExitCode;

use clap::Parser as _;

use args::{Arguments, Command};
use error::CliError;

pub mod args;
pub mod error;
pub mod eval;
pub mod files;
pub mod measure;
pub mod progress;

/// Does what the command line asks.
pub fn run() -> ExitCode {
    crate::logging::start();
    let arguments = Arguments::parse();
    let result = match &arguments.command {
        Some(Command::Eval(args)) => eval::run(args),
        _ => Ok(()),
    };
    finish(result)
}

/// Reports a failure and gives the exit code.
pub fn finish(result: Result<(), CliError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            if !matches!(err, CliError::OutputClosed) {
                files::complain(&format!("lookback: {err}"));
            }
            ExitCode::from(err.exit_code())
        }
    }
}
