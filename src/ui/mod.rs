//! Drawing and gestures.

pub mod theme;
pub mod timeline;
