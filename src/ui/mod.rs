//! Drawing and gestures.
