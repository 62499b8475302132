//! The `lookback` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    lookback::cli::run()
}
