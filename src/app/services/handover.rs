//! Imports and moved videos, on the thread of the project.
//!
//! Owns what of a planned import is written, and what is said about it. Does not own the plan (`app::exchange`).

use std::path::PathBuf;

use crate::app::event::Event;
use crate::app::exchanging::PlannedImport;
use crate::app::notice::Severity;
use crate::domain::library::VideoId;
use crate::domain::record::ItemId;
use crate::store::project::{Author, Project, ProjectError};

/// Carries out an import as one step, from what the project says now. New items are numbered from `first`.
pub(super) fn import(
    project: &mut Project,
    planned: &PlannedImport,
    first: ItemId,
    who: String,
) -> Result<Vec<Event>, ProjectError> {
    let title = planned.plan.title(&planned.files);
    let import = planned.plan.import(title, first, &mut |video| project.review_state(video))?;
    let given = planned.plan.given_videos();
    if !given.is_empty() {
        project.see_videos(&given)?;
    }
    let there = match import.present {
        0 => String::new(),
        1 => " 1 label was there already.".to_owned(),
        n => format!(" {n} labels were there already."),
    };
    if import.step.changes.is_empty() {
        return Ok(vec![Event::Told(Severity::Info, format!("Nothing was new.{there}"))]);
    }
    project.append(&import.step, &Author { who, model: None })?;
    let said = Some(format!("{}.{there} Undo takes all of it back.", import.step.title));
    let step = Box::new(import.step);
    Ok(vec![Event::StepRecorded { ticket: None, step, said, undoes: false }, Event::QueueChanged])
}

/// Notes where videos are now.
pub(super) fn relocate(project: &mut Project, places: &[(VideoId, PathBuf)]) -> Result<Vec<Event>, ProjectError> {
    let known = project.relocate(places)?;
    Ok(vec![Event::Relocated(known.len()), Event::QueueChanged])
}
