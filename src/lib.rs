//! Lookback: review of video that a model has flagged.
//!
//! The layers and the direction in which they may know each other:
//!
//! ```text
//! domain  ←  media | sound | model | store | gpu | formats | plots  ←  demo, app  ←  ui  ←  shell, cli  ←  main
//! ```
//!
//! `ARCHITECTURE.md` says what each owns; `tests/architecture.rs` guards the arrows.

pub mod app;
pub mod cli;
pub mod demo;
pub mod disk;
pub mod domain;
pub mod formats;
pub mod gpu;
pub mod jobs;
pub mod logging;
pub mod media;
pub mod model;
pub mod plots;
pub mod shell;
pub mod sound;
pub mod store;
pub mod ui;
