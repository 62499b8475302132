//! The composition root: makes the window, the workers, the waker.
//!
//! Owns what only a whole program has: the window itself, the system's dialogs, and the wiring of
//! state, services and views. Does not own any decision; those are `app::update`'s.

mod dialogs;
mod error;
mod window;

use std::path::PathBuf;

use crate::app::folders::Folders;
use crate::app::prefs::Prefs;
use crate::model::encoder::EncoderSpec;

pub use error::ShellError;
pub use window::App;

/// What the window is opened with.
#[derive(Clone, Debug)]
pub struct WindowOptions {
    /// Files and folders to open.
    pub paths: Vec<PathBuf>,
    /// `cpu`, `cuda` or `metal`; `None` takes the best that works.
    pub device: Option<String>,
    /// What makes features.
    pub encoder: EncoderSpec,
    /// Weights; `None` takes the shipped ones.
    pub model: Option<PathBuf>,
    /// The project that verdicts go into; `None` takes that of the last time.
    pub project: Option<PathBuf>,
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// There is no display, or none that can be drawn to; the caller may go on without a window.
pub fn run(options: WindowOptions) -> Result<(), ShellError> {
    if !has_display() {
        return Err(ShellError::NoDisplay);
    }
    let folders = Folders::standard();
    let size = folders.config.as_deref().map(Prefs::read).unwrap_or_default().prefs.layout.window;
    let native = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Lookback")
            .with_app_id("lookback")
            .with_inner_size([size.0, size.1])
            .with_min_inner_size([900.0, 560.0])
            .with_drag_and_drop(true),
        renderer: eframe::Renderer::Wgpu,
        ..eframe::NativeOptions::default()
    };
    let creator: eframe::AppCreator<'_> = Box::new(move |cc| Ok(Box::new(App::new(cc, options, &folders)?)));
    eframe::run_native("lookback", native, creator).map_err(ShellError::from)
}

/// Whether there can be a window at all. Asked before anything is started, because the window library
/// only finds out after it has begun.
fn has_display() -> bool {
    let set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"].iter().any(set)
}
