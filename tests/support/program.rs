//! The real program, run as a command.
//!
//! Owns its surroundings and what is made of its output. Does not own what is asked of it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;

/// Runs the program with its own data folder, no display and no terminal.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lookback"))
        .args(arguments)
        .current_dir(folder)
        .env("LOOKBACK_DATA_DIR", folder.join("data"))
        .env("USER", "Ada")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

/// What it printed; it ended well.
pub fn out(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", complaint(output));
    String::from_utf8(output.stdout.clone()).expect("prints text")
}

/// The same as JSON.
pub fn json(output: &Output) -> Json {
    serde_json::from_str(&out(output)).expect("prints JSON")
}

/// What it complained about.
pub fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What it complained about; it ended with `code`.
pub fn refused(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{}", complaint(output));
    complaint(output)
}
