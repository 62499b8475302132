//! `lookback doctor`: what the program found on this machine.
//!
//! Owns the list of things worth knowing before asking for help. Changes nothing.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::args::DoctorArgs;
use super::error::CliError;
use super::files;
use crate::app::report::stills;
use crate::app::sheet;
use crate::gpu::adapters::adapters;
use crate::model::{ComputeDevice, Scorer};
use crate::store::DataDirs;
use crate::{media, model};

/// A name and what was found.
#[derive(Debug, Serialize)]
struct Finding {
    name: &'static str,
    found: String,
}

/// Runs the command.
///
/// # Errors
/// The output cannot be written.
pub fn run(args: &DoctorArgs) -> Result<(), CliError> {
    let findings = findings();
    if args.json {
        let map: serde_json::Map<String, serde_json::Value> =
            findings.into_iter().map(|f| (f.name.to_owned(), f.found.into())).collect();
        let json = serde_json::to_string_pretty(&map).map_err(|err| CliError::Failed(err.to_string()))?;
        return files::print(&(json + "\n"));
    }
    let mut text = String::new();
    for Finding { name, found } in findings {
        writeln!(text, "{name:<14} {found}").ok();
    }
    files::print(&text)
}

fn findings() -> Vec<Finding> {
    let mut all = Vec::new();
    let mut add = |name, found: String| all.push(Finding { name, found });
    add("program", sheet::program());
    add("system", stills::machine());
    let ffmpeg: Vec<String> = media::ffmpeg_versions().into_iter().map(|(name, v)| format!("{name} {v}")).collect();
    add("FFmpeg", ffmpeg.join(", "));
    let graphics = adapters();
    let none = "none: a window needs a Vulkan driver, e.g. the package mesa-vulkan-drivers";
    add("graphics", if graphics.is_empty() { none.to_owned() } else { graphics.join("; ") });
    add("decodes on", decoders());
    add("display", display());
    match ComputeDevice::choose(None) {
        Ok(device) => {
            let note = device.note().map_or_else(String::new, |note| format!("; {note}"));
            add("model runs on", device.label() + &note);
            add("model", Scorer::builtin(&device).map_or_else(|err| err.to_string(), |s| s.info().weights_id.clone()));
        }
        Err(err) => add("model runs on", err.to_string()),
    }
    let encoder = model::encoder::open(&model::encoder::EncoderSpec::Builtin, &ComputeDevice::cpu(None));
    add("encoder", encoder.map_or_else(|err| err.to_string(), |e| format!("{}, {} numbers", e.id(), e.dim())));
    match DataDirs::standard() {
        Ok(dirs) => {
            add("features in", place(&dirs.features));
            add("models in", place(&dirs.models));
        }
        Err(err) => add("folders", err.to_string()),
    }
    all
}

/// The devices for decoding that FFmpeg knows, and which of them open.
fn decoders() -> String {
    let (open, closed): (Vec<_>, Vec<_>) = media::devices().into_iter().partition(|(_, opens)| *opens);
    let names = |devices: Vec<(&str, bool)>| devices.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
    let closed = if closed.is_empty() { String::new() } else { format!("; cannot be opened: {}", names(closed)) };
    let open = if open.is_empty() { "software only".to_owned() } else { format!("software, {}", names(open)) };
    open + &closed
}

/// Where a window would appear.
fn display() -> String {
    if !cfg!(all(unix, not(target_os = "macos"))) {
        return "the system's".to_owned();
    }
    let set = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty()).map(|v| format!("{name}={v}"));
    let found: Vec<String> = ["WAYLAND_DISPLAY", "DISPLAY"].into_iter().filter_map(set).collect();
    if found.is_empty() {
        "none: DISPLAY and WAYLAND_DISPLAY are not set; the commands work all the same".to_owned()
    } else {
        found.join(", ")
    }
}

fn place(folder: &Path) -> String {
    let state = match std::fs::metadata(folder) {
        Ok(found) if found.is_dir() && !found.permissions().readonly() => "",
        Ok(found) if found.is_dir() => " (read-only)",
        Ok(_) => " (is not a folder)",
        Err(_) => " (made when needed)",
    };
    format!("{}{state}", folder.display())
}
