//! Procedural surveillance scenes with exact ground truth.
//!
//! A clip is drawn from one seed: a place ([`SceneKind`]) seen by a fixed camera at some time of day,
//! people and cars that act out scripts, and in some clips an anomaly ([`AnomalyKind`]). What is anomalous
//! when is read from the acting, so the ground truth is exact to the frame.
//!
//! Owns scenes, drawing and the demo's files. Does not own encoding (`media`) or models.
//!
//! ```text
//! plan ─→ stage ─→ trace (backdrop, once) ─┐
//!   └───→ casting ─→ perform ─→ truth      ├─→ film ─→ sensor ─→ write
//!                        └─→ figure, car ──┘
//! ```

mod camera;
mod canvas;
mod car;
mod casting;
mod chance;
mod figure;
mod film;
mod light;
mod material;
mod perform;
mod plan;
mod pose;
mod sensor;
mod shade;
mod solid;
mod stage;
mod trace;
mod truth;
mod vector;
mod write;

pub use film::{Film, render};
pub use plan::{AnomalyKind, ClipPlan, Daylight, DemoSet, FRAME_RATE, SceneKind, plan};
pub use truth::{TruthSpan, truth};
pub use write::{DemoClip, DemoError, write};
