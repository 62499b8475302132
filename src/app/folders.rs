//! Where the program keeps its own files.
//!
//! Owns the choice of folders for settings, caches and data. Does not create or read anything.

use std::path::PathBuf;

use crate::store::DataDirs;
use crate::store::dirs::DATA_DIR_VARIABLE;

/// Folders of the program; `None` where the system offers no place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folders {
    /// Settings of the window.
    pub config: Option<PathBuf>,
    /// Features of videos: what can be computed again.
    pub features: Option<PathBuf>,
    /// Small pictures of videos.
    pub thumbs: Option<PathBuf>,
    /// Pictures of frames, unless the person chose another folder.
    pub snapshots: Option<PathBuf>,
    /// The project that verdicts go into.
    pub project: Option<PathBuf>,
    /// What the person made with the program, such as demo scenes.
    pub data: Option<PathBuf>,
}

impl Folders {
    /// The places that the operating system's conventions give; below one folder when the environment says so.
    pub fn standard() -> Self {
        if let Some(forced) = std::env::var_os(DATA_DIR_VARIABLE).filter(|f| !f.is_empty()) {
            return Self::below(PathBuf::from(forced));
        }
        let dirs = directories::ProjectDirs::from("", "", "lookback");
        // Shared with the headless commands: what one has encoded, the other need not.
        let shared = DataDirs::standard().ok();
        Self {
            config: dirs.as_ref().map(|d| d.config_dir().to_owned()),
            features: shared.as_ref().map(|d| d.features.clone()),
            thumbs: shared.map(|d| d.thumbs),
            snapshots: directories::UserDirs::new()
                .and_then(|dirs| dirs.picture_dir().map(|pictures| pictures.join("Lookback")))
                .or_else(|| dirs.as_ref().map(|d| d.data_dir().join("snapshots"))),
            project: dirs.as_ref().map(|d| d.data_dir().join("project")),
            data: dirs.as_ref().map(|d| d.data_dir().to_owned()),
        }
    }

    /// All below one folder, as tests and portable installations want it.
    pub fn below(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        let dirs = DataDirs::below(&folder);
        Self {
            features: Some(dirs.features),
            thumbs: Some(dirs.thumbs),
            config: Some(folder.join("config")),
            snapshots: Some(folder.join("snapshots")),
            project: Some(folder.join("project")),
            data: Some(folder),
        }
    }
}
