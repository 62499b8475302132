//! What is kept on disk between runs.
//!
//! Owns the folders of the program, the cache of snippet features and that of small pictures. Does not own settings of the
//! window, model files, or anything that a person chose to write.

pub mod dirs;
mod error;
pub mod feature_cache;
mod feature_file;
pub mod thumb_cache;
mod thumb_file;

pub use dirs::DataDirs;
pub use error::StoreError;
pub use feature_cache::{CacheEntry, FeatureCache};
pub use thumb_cache::{ThumbCache, ThumbPack};
