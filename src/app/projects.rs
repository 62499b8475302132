//! The projects that were open lately.
//!
//! Owns their order and number. Does not own what is in them: see `store::project`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Projects that are remembered.
const MOST: usize = 10;

/// Folders of projects, the latest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecentProjects(Vec<PathBuf>);

impl RecentProjects {
    /// All of them, the latest first.
    pub fn list(&self) -> &[PathBuf] {
        &self.0
    }

    /// The one that was open last.
    pub fn latest(&self) -> Option<PathBuf> {
        self.0.first().cloned()
    }

    /// Notes that a project was opened.
    pub fn note(&mut self, folder: &Path) {
        self.0.retain(|known| known != folder);
        self.0.insert(0, folder.to_owned());
        self.0.truncate(MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_comes_first_and_each_is_there_once() {
        let mut recent = RecentProjects::default();
        (0..12).for_each(|i| recent.note(Path::new(&format!("/p/{i}"))));
        recent.note(Path::new("/p/5"));
        assert_eq!(recent.latest().as_deref(), Some(Path::new("/p/5")));
        assert_eq!(recent.list().len(), MOST);
        assert_eq!(recent.list().iter().filter(|p| p.ends_with("5")).count(), 1);
        let text = ron::to_string(&recent).expect("is written");
        assert_eq!(ron::from_str::<RecentProjects>(&text).expect("is read"), recent);
    }
}
