//! The project that a command works on.
//!
//! Owns which folder that is, opening it to read or to write, and whose edits they are. Does not own the project
//! (`store`).

use std::path::{Path, PathBuf};

use super::error::CliError;
use crate::app::folders::Folders;
use crate::app::prefs::Prefs;
use crate::store::{Project, ProjectError};

/// The folder that was named, or that of the window.
///
/// # Errors
/// None was named and this system offers no place for one.
pub fn folder(named: Option<&Path>) -> Result<PathBuf, CliError> {
    named.map(Path::to_owned).or_else(|| Folders::standard().project).ok_or_else(|| {
        CliError::Input("this system offers no folder for a project: name one, such as --project case".to_owned())
    })
}

/// Whose edits these are: the name that the window uses.
pub fn reviewer() -> String {
    Folders::standard().config.as_deref().map(Prefs::read).unwrap_or_default().prefs.review.reviewer()
}

/// The project in `folder`, whoever writes to it.
///
/// # Errors
/// There is none, or it cannot be used.
pub fn open(folder: &Path) -> Result<Project, CliError> {
    Ok(Project::open(folder, &reviewer())?)
}

/// The project in `folder`, if there is one.
///
/// # Errors
/// It cannot be used.
pub fn open_if_there(folder: &Path) -> Result<Option<Project>, CliError> {
    if Project::is_in(folder) { open(folder).map(Some) } else { Ok(None) }
}

/// Refuses a project that another window writes to, before any work is done for nothing.
///
/// # Errors
/// Who has it open.
pub fn require_writable(project: &Project) -> Result<(), CliError> {
    match project.held_by() {
        None => Ok(()),
        Some(holder) => {
            let (path, holder) = (project.folder().to_owned(), holder.to_string());
            Err(ProjectError::Held { path, holder }.into())
        }
    }
}
