//! Pixels on the screen.
