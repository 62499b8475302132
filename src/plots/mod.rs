//! Charts for files and reports: score timelines, attention, sweeps, detection curves, training curves, as PNG and SVG.
//!
//! Every chart is a pure function: data in, bytes or text out. Owns how they look. Does not own files,
//! models or video; on screen, `ui` draws its own.

mod attention;
mod chart;
mod detection;
mod outline;
mod png;
mod scatter;
mod sweep;
mod themed;
mod timeline;
mod training;

pub use attention::{AttentionChart, attention_png, attention_svg};
pub use chart::{ChartError, ChartLook, ChartSize};
pub use detection::{DetectionCurve, DetectionView, detection_png, detection_svg};
pub use png::{picture_png, picture_png_within};
pub use scatter::{ScatterChart, ScoreAxes, scatter_png, scatter_svg};
pub use sweep::{SweepChart, sweep_png, sweep_svg};
pub use themed::ChartTheme;
pub use timeline::{TimelineChart, timeline_png, timeline_svg};
pub use training::{LossCurve, training_png, training_svg};
