//! Drawing and gestures.

pub mod theme;
pub mod timeline;
pub mod video_view;
pub mod widgets;
