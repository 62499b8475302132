//! The `lookback` program: the command line first, then the window if one is wanted.

use std::process::ExitCode;

use lookback::cli::{self, Outcome};
use lookback::shell::{self, WindowOptions};

fn main() -> ExitCode {
    let request = match cli::run() {
        Outcome::Ended(code) => return code,
        Outcome::Window(request) => request,
    };
    let options = WindowOptions {
        paths: request.paths.clone(),
        device: request.device.clone(),
        encoder: request.encoder.clone(),
        model: request.model.clone(),
        project: request.project.clone(),
    };
    match shell::run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => cli::without_window(&request, &reason),
    }
}
