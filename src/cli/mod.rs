//! The headless commands.
//!
//! Owns the command line, what each command prints, and the exit codes. Does not own the work: it goes
//! through the same services as the window. Opens no window itself: it tells `main` when one is wanted.

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser as _;

use crate::model::encoder::EncoderSpec;
use args::{Arguments, Command, DeviceName, EngineArgs};
use error::CliError;

pub mod ablation;
pub mod agreement;
pub mod args;
pub mod attention;
pub mod bench;
pub mod case;
pub mod classroom;
pub mod compare;
pub mod demo;
pub mod doctor;
pub mod engine;
pub mod error;
pub mod eval;
pub mod eval_data;
mod eval_names;
pub mod eval_text;
pub mod export;
pub mod extract;
pub mod files;
pub mod gate_text;
pub mod import;
pub mod labels;
pub mod learn;
pub mod lists;
pub mod measure;
pub mod models;
pub mod outline;
pub mod progress;
pub mod project;
pub mod relocate;
pub mod report;
pub mod run_report;
pub mod score;
pub mod simulate;
pub mod subject;
pub mod sweep;
pub mod train;
pub mod truth;
pub mod truth_check;
pub mod verify;

/// What is left to do after the command line was read.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing: the command ran.
    Ended(ExitCode),
    /// A window is wanted.
    Window(WindowRequest),
}

/// What the window is to show.
#[derive(Clone, Debug)]
pub struct WindowRequest {
    /// Videos and folders.
    pub paths: Vec<PathBuf>,
    /// `cpu`, `cuda` or `metal`, if one is forced.
    pub device: Option<String>,
    /// What makes features.
    pub encoder: EncoderSpec,
    /// Weights; `None` takes the shipped ones.
    pub model: Option<PathBuf>,
    /// The project that verdicts go into; `None` takes that of the last time.
    pub project: Option<PathBuf>,
    /// The folder of demo clips, if the window is the end of `demo --open`.
    demo: Option<PathBuf>,
}

impl WindowRequest {
    fn new(paths: Vec<PathBuf>, engine: &EngineArgs, demo: Option<PathBuf>) -> Self {
        let device = engine.device.map(|d: DeviceName| d.as_str().to_owned());
        Self { paths, device, encoder: engine::spec(&engine.encoder), model: engine.model.clone(), project: None, demo }
    }
}

/// Does what the command line asks, up to the window.
pub fn run() -> Outcome {
    crate::logging::start();
    let arguments = Arguments::parse();
    let result = match &arguments.command {
        None => match window(arguments) {
            Ok(request) => return Outcome::Window(request),
            Err(err) => Err(err),
        },
        Some(Command::Demo(args)) => match demo::run(args) {
            Ok(Some(folder)) => {
                let request = WindowRequest::new(vec![folder.clone()], &EngineArgs::default(), Some(folder));
                return Outcome::Window(request);
            }
            Ok(None) => Ok(()),
            Err(err) => Err(err),
        },
        Some(Command::Score(args)) => score::run(args),
        Some(Command::Attention(args)) => attention::run(args),
        Some(Command::Sweep(args)) => sweep::run(args),
        Some(Command::Extract(args)) => extract::run(args),
        Some(Command::Compare(args)) => compare::run(args),
        Some(Command::Train(args)) => train::run(args),
        Some(Command::Ablation(args)) => ablation::run(args),
        Some(Command::Eval(args)) => eval::run(args),
        Some(Command::TruthCheck(args)) => truth_check::run(args),
        Some(Command::Import(args)) => import::run(args),
        Some(Command::Export(args)) => export::run(args),
        Some(Command::Agreement(args)) => agreement::run(args),
        Some(Command::Verify(args)) => verify::run(args),
        Some(Command::Relocate(args)) => relocate::run(args),
        Some(Command::Report(args)) => case::run(args),
        Some(Command::Learn(args)) => learn::run(args),
        Some(Command::SimulateReview(args)) => simulate::run(args),
        Some(Command::Models(args)) => models::run(args),
        Some(Command::Bench(args)) => bench::run(args),
        Some(Command::Doctor(args)) => doctor::run(args),
    };
    Outcome::Ended(finish(result))
}

fn window(arguments: Arguments) -> Result<WindowRequest, CliError> {
    // With others that are there, the window opens those and tells.
    if let Some(missing) = arguments.paths.first().filter(|_| !arguments.paths.iter().any(|p| p.exists())) {
        let reason = "there is no such file, folder or command; lookback --help lists the commands";
        return Err(CliError::input(missing, reason));
    }
    if arguments.engine.projection.is_some() {
        return Err(CliError::Input("--projection is for the commands score and eval".to_owned()));
    }
    Ok(WindowRequest { project: arguments.project, ..WindowRequest::new(arguments.paths, &arguments.engine, None) })
}

/// What to do when no window can be opened: the demo ends in a report instead, other requests in advice.
pub fn without_window(request: &WindowRequest, reason: &dyn Display) -> ExitCode {
    files::complain(&format!("lookback: {reason}."));
    if let Some(folder) = &request.demo {
        files::complain("The same clips are scored without a window; the result is a report with pictures.");
        return finish(demo::tour(folder));
    }
    files::complain("Videos can be scored without a window: lookback score PATH --out FOLDER");
    ExitCode::FAILURE
}

/// Reports a failure and gives the exit code.
fn finish(result: Result<(), CliError>) -> ExitCode {
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
