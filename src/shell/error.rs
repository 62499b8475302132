//! Why there is no window.

use thiserror::Error;

/// Why the window could not be opened, with the way out.
#[derive(Debug, Error)]
pub enum ShellError {
    /// No screen, as on a server.
    #[error("there is no display here (neither WAYLAND_DISPLAY nor DISPLAY is set)")]
    NoDisplay,
    /// A screen that cannot be connected to.
    #[error(
        "the display cannot be used: {0}. Check DISPLAY and WAYLAND_DISPLAY, or that the desktop allows this program to connect"
    )]
    Display(String),
    /// No driver that can draw.
    #[error(
        "no Vulkan driver can draw to this display: {0}. Install one, e.g. `apt-get install mesa-vulkan-drivers libvulkan1`, which also works without a graphics card"
    )]
    Driver(String),
    /// Anything else on the way to the window.
    #[error("the window could not be opened: {0}")]
    Other(String),
}

impl From<eframe::Error> for ShellError {
    fn from(err: eframe::Error) -> Self {
        match err {
            eframe::Error::Wgpu(err) => Self::Driver(err.to_string()),
            eframe::Error::WinitEventLoop(err) => Self::Display(err.to_string()),
            eframe::Error::Winit(err) => Self::Display(err.to_string()),
            eframe::Error::AppCreation(err) => Self::Other(err.to_string()),
        }
    }
}
