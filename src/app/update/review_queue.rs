//! The review queue: what is read of it, and going to what its rows are about.

use std::ops::Range;
use std::path::PathBuf;

use crate::app::effect::Effect;
use crate::app::library::EntryId;
use crate::app::notice::Severity;
use crate::app::review_queue::Target;
use crate::app::reviews::Project;
use crate::app::state::AppState;
use crate::app::upcoming::file_of;
use crate::domain::queue::{QueueFilter, QueueSort};

use super::{library, playback};

/// These rows are in sight: what is missing of them is read.
pub(super) fn in_sight(state: &mut AppState, rows: Range<u64>, effects: &mut Vec<Effect>) {
    if !matches!(state.reviews.project, Project::Open { .. }) {
        return;
    }
    // A model that is no longer in use flags nothing any more.
    let model = state.engine.facts().map(|facts| facts.model.clone());
    let queue = &mut state.queue;
    let asked = QueueFilter { model: queue.filter.model.clone().or(model), ..queue.filter.clone() };
    if queue.counts_due() {
        let (question, filter) = (queue.question(), asked.clone());
        effects.push(Effect::CountQueue { question, filter });
    }
    for place in queue.missing(rows) {
        let (question, filter, sort) = (queue.question(), asked.clone(), queue.sort);
        effects.push(Effect::ReadQueue { question, filter, sort, place });
    }
}

/// Shows other rows.
pub(super) fn filter(state: &mut AppState, filter: QueueFilter, sort: QueueSort) {
    if state.queue.filter != filter || state.queue.sort != sort {
        (state.queue.filter, state.queue.sort) = (filter, sort);
        state.queue.restart();
    }
}

/// Goes to the row at a place.
pub(super) fn go_to_row(state: &mut AppState, place: u64, effects: &mut Vec<Effect>) {
    let Some(row) = state.queue.row(place) else { return };
    let target = Target::of(row);
    state.queue.selected = Some((place, target.clone()));
    go_to(state, target, effects);
}

/// Goes to the row `by` rows below the selected one; to the first when none is.
pub(super) fn step_row(state: &mut AppState, by: i64, effects: &mut Vec<Effect>) {
    // The event on screen counts, however it was come to.
    let here = state.target().and_then(|target| state.queue.place_of(&target));
    let at = here.or_else(|| state.queue.selected.as_ref().map(|(place, _)| *place));
    let place = at.map_or(Some(0), |place| place.checked_add_signed(by));
    if let Some(place) = place.filter(|place| *place < state.queue.len()) {
        go_to_row(state, place, effects);
    }
}

/// After a verdict on the selected row: goes to the next row that needs one; after the last, to the first that does.
pub(super) fn advance(state: &mut AppState, effects: &mut Vec<Effect>) {
    let from = state.queue.selected.as_ref().map_or(0, |(place, _)| place + 1);
    if let Some(place) = state.queue.open_from(from) {
        return go_to_row(state, place, effects);
    }
    // None among the rows that are here; the project knows the others.
    if let Some(after) = from.checked_sub(1).and_then(|place| state.queue.row(place)).cloned() {
        let (filter, sort) = (state.queue.filter.clone(), state.queue.sort);
        effects.push(Effect::FindNextOpen { filter, sort, after: Box::new(after) });
    }
}

/// The project found the next row that needs a verdict, or none.
pub(super) fn next_open(state: &mut AppState, after: &Target, found: Option<(u64, Target)>, effects: &mut Vec<Effect>) {
    // The person may have gone elsewhere meanwhile.
    if state.queue.selected.as_ref().is_none_or(|(_, target)| target != after) {
        return;
    }
    match found {
        Some((place, target)) => {
            state.queue.selected = Some((place, target.clone()));
            go_to(state, target, effects);
        }
        None => state.notices.push(Severity::Info, "No row of the queue needs a verdict any more."),
    }
}

/// Shows the frames that a row is about, in whichever file of the library has that content.
pub(super) fn go_to(state: &mut AppState, target: Target, effects: &mut Vec<Effect>) {
    match file_of(state, &target.video) {
        Some(entry) => show(state, entry, &target, effects),
        None => effects.push(Effect::LocateVideo { target, ahead: false }),
    }
}

/// The project knows where the video of a row was seen last.
pub(super) fn located(state: &mut AppState, target: &Target, path: PathBuf, effects: &mut Vec<Effect>) {
    let entry = state.library.add(path);
    if let Some(entry) = state.library.get_mut(entry) {
        // Its content was told by the project; scoring reads the file and finds out whether that still holds.
        entry.position = target.span.start();
    }
    show(state, entry, target, effects);
}

fn show(state: &mut AppState, entry: EntryId, target: &Target, effects: &mut Vec<Effect>) {
    let shown = state.session.as_ref().is_some_and(|session| session.entry == entry);
    if !shown {
        if let Some(entry) = state.library.get_mut(entry) {
            entry.position = target.span.start();
        }
        library::go_on_with(state, entry, effects);
    }
    playback::go_to_event(state, target.span.start());
}
