//! Pixels into scores.
