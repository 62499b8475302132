//! What is kept on disk between runs.
//!
//! Owns the folders of the program, the cache of snippet features and that of small pictures, and projects: the record of
//! what people said about videos. Does not own settings of the window, model files, or exported files.

pub mod dirs;
mod error;
pub mod feature_cache;
mod feature_file;
pub mod project;
pub mod thumb_cache;
mod thumb_file;

pub use dirs::DataDirs;
pub use error::StoreError;
pub use feature_cache::{CacheEntry, FeatureCache, FeatureRows};
pub use project::{Project, ProjectError};
pub use thumb_cache::{ThumbCache, ThumbPack};
