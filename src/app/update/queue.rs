//! Whose turn it is.
//!
//! Owns the rule of both queues: one file is opened and one is scored at a time, and the selected file
//! goes first, then the one that comes next in the review. A scoring of another file makes way for the selected one; it loses little, because the
//! features that were already made are kept on disk. What is only nice to know comes when nothing else waits.

use crate::app::effect::Effect;
use crate::app::engine::Engine;
use crate::app::library::{EntryId, FileState, ScoringPhase, ScoringState};
use crate::app::state::{AppState, JobId, RunningJob};
use crate::jobs::Progress;

/// Starts what can be started.
pub(super) fn pump(state: &mut AppState, effects: &mut Vec<Effect>) {
    open_next(state, effects);
    score_next(state, effects);
    scatter_next(state, effects);
}

fn open_next(state: &mut AppState, effects: &mut Vec<Effect>) {
    if state.opening.is_some() {
        return;
    }
    let waits = |file: &FileState| matches!(file, FileState::Found);
    let selected = state.library.selected().filter(|e| waits(&e.file)).map(|e| e.id);
    let ahead = state.upcoming.ahead.as_ref().and_then(|(_, entry)| state.library.get((*entry)?));
    let ahead = ahead.filter(|e| waits(&e.file)).map(|e| e.id);
    let next = selected.or(ahead).or_else(|| state.library.entries().iter().find(|e| waits(&e.file)).map(|e| e.id));
    if let Some(entry) = next.and_then(|id| state.library.get_mut(id)) {
        entry.file = FileState::Opening;
        state.opening = Some(entry.id);
        effects.push(Effect::Open { entry: entry.id, path: entry.path.clone() });
    }
}

fn score_next(state: &mut AppState, effects: &mut Vec<Effect>) {
    if !matches!(state.engine, Engine::Ready(_)) {
        return;
    }
    let waits = |scoring: &ScoringState| *scoring == ScoringState::Waiting;
    let selected = state.library.selected().filter(|e| waits(&e.scoring)).map(|e| e.id);
    match (state.running, selected) {
        (None, Some(selected)) => start(state, selected, effects),
        (None, None) => {
            let first = state.library.entries().iter().find(|e| waits(&e.scoring)).map(|e| e.id);
            if let Some(first) = first {
                start(state, first, effects);
            }
        }
        (Some(running), Some(selected)) => {
            if let Some(entry) = state.library.get_mut(running.entry) {
                entry.scoring = ScoringState::Waiting;
            }
            start(state, selected, effects);
        }
        (Some(_), None) => {}
    }
}

fn start(state: &mut AppState, id: EntryId, effects: &mut Vec<Effect>) {
    let Some(entry) = state.library.get_mut(id) else { return };
    let FileState::Open(video) = &entry.file else { return };
    state.jobs += 1;
    let job = JobId(state.jobs);
    effects.push(Effect::Score { job, video: video.clone(), tsa: state.tsa });
    entry.scoring =
        ScoringState::Running { phase: ScoringPhase::default(), progress: Progress::default(), remaining_secs: None };
    state.running = Some(RunningJob { id: job, entry: id });
    state.scattering = None;
}

/// With nothing left to score, finds out how far the scores of the video on screen scatter.
fn scatter_next(state: &mut AppState, effects: &mut Vec<Effect>) {
    if state.running.is_some() || !matches!(state.engine, Engine::Ready(_)) {
        return;
    }
    let Some(entry) = state.shown().filter(|e| e.scoring == ScoringState::Done && !e.scattered) else { return };
    let id = entry.id;
    let (Some(video), Some(scored)) = (entry.video(), &entry.scored) else { return };
    if !scored.complete || state.scattering.is_some_and(|s| s.entry == id) {
        return;
    }
    let (video, tsa) = (Box::new(video.clone()), scored.tsa);
    state.jobs += 1;
    let job = JobId(state.jobs);
    effects.push(Effect::Scatter { job, video, tsa });
    state.scattering = Some(RunningJob { id: job, entry: id });
}
