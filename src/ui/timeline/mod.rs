//! The timeline: curves over the time axis of a video, and the gestures on them.

pub mod geometry;
mod input;

pub use input::{TimelineAction, TimelineInput};
