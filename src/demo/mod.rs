//! Procedural surveillance scenes with exact ground truth.
