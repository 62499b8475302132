//! Other tools' files: bytes or text in, domain values out.
//!
//! Owns the reading rules of NPY arrays, feature matrices, list files and ground truth. Does not own
//! file access: callers hand in what they read, and name the file when they pass an error on.
//! The safetensors format is the model's own and lives with it.

pub mod features;
pub mod ground_truth;
pub mod labels;
pub mod list;
pub mod npy;
pub mod scores;
pub mod truth_rows;
