//! Where the program keeps its own files.
//!
//! Owns the choice of folders: the system's conventions, or everything below one folder when the
//! environment says so. Does not create anything.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use super::StoreError;

/// Environment variable that moves all folders below one.
pub const DATA_DIR_VARIABLE: &str = "LOOKBACK_DATA_DIR";

/// Folders of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDirs {
    /// Features of videos; can be deleted at any time, costs only the time to make them again.
    pub features: PathBuf,
    /// Small pictures of videos; can be deleted at any time.
    pub thumbs: PathBuf,
    /// Model files that the person added or trained.
    pub models: PathBuf,
}

impl DataDirs {
    /// The folders of this machine and user; [`DATA_DIR_VARIABLE`] wins when set and not empty.
    ///
    /// # Errors
    /// The variable is not set and the system knows no home folder.
    pub fn standard() -> Result<Self, StoreError> {
        Self::choose(env::var_os(DATA_DIR_VARIABLE))
    }

    /// Everything below `folder`, as tests and portable installations want it.
    pub fn below(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self { features: folder.join("features"), thumbs: folder.join("thumbs"), models: folder.join("models") }
    }

    fn choose(forced: Option<OsString>) -> Result<Self, StoreError> {
        if let Some(folder) = forced.filter(|f| !f.is_empty()) {
            return Ok(Self::below(folder));
        }
        let dirs = directories::ProjectDirs::from("", "", "lookback").ok_or(StoreError::NoFolder)?;
        let cache = dirs.cache_dir();
        Ok(Self {
            features: cache.join("features"),
            thumbs: cache.join("thumbs"),
            models: dirs.data_dir().join("models"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_wins_unless_it_is_empty() {
        let moved = DataDirs::choose(Some("/x".into())).expect("is given");
        assert_eq!((moved.features, moved.models), (PathBuf::from("/x/features"), PathBuf::from("/x/models")));
        if let (Ok(empty), Ok(unset)) = (DataDirs::choose(Some("".into())), DataDirs::choose(None)) {
            assert_eq!(empty, unset);
            assert!(empty.features.ends_with("features") && !empty.features.starts_with("features"));
        }
    }
}
