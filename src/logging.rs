//! Messages for whoever looks for a fault.
//!
//! Owns where log records go: standard error, warnings and worse, more on request by `RUST_LOG`. Does
//! not own what the user is told; that is the window's notices and the commands' own output.

/// Starts logging. Call once.
pub fn start() {
    // Graphics drivers and the portal warn about things that users can do nothing about.
    let quiet = "warn,wgpu_core=error,wgpu_hal=error,naga=error,egui_wgpu=error,rfd=off,zbus=off";
    let mut builder = env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(quiet));
    // A second start, as tests do, keeps the first.
    builder.format_timestamp_millis().try_init().ok();
}
