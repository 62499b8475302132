//! Scores: asked for, coming in, cancelled; and the rule that makes events of them.

use crate::app::effect::Effect;
use crate::app::engine::{Engine, EngineFacts};
use crate::app::library::{Entry, EntryId, ScoringState};
use crate::app::notice::Severity;
use crate::app::state::{AppState, JobId};
use crate::domain::curve::PlottedScores;
use crate::domain::library::VideoId;
use crate::domain::score::TsaSettings;
use crate::domain::segment::EventRule;

use super::review;

/// The model is loaded. Its own threshold counts unless the person has chosen one.
pub(super) fn engine_ready(state: &mut AppState, facts: EngineFacts) {
    // A build for a GPU that does not use it says why at once; for others the bar at the top says it on request.
    if let Some(note) = facts.device_note.as_ref().filter(|_| cfg!(any(feature = "cuda", feature = "metal"))) {
        state.notices.push(Severity::Warning, note.clone());
    }
    if state.prefs.rule.is_none() {
        state.rule.threshold = facts.own_threshold();
        find_events(state);
    }
    // What another model scored is scored again; its curve stays until then.
    for entry in state.library.entries_mut() {
        let other = entry.scored.as_ref().is_some_and(|scored| scored.model != facts.model);
        if other && matches!(entry.scoring, ScoringState::Done | ScoringState::Failed(_)) {
            entry.scoring = ScoringState::Waiting;
        }
    }
    // Rows of the queue are those of the model in use.
    state.queue.restart();
    if !state.tsa_chosen {
        state.tsa = facts.tsa;
    }
    state.engine = Engine::Ready(facts);
    state.known_normal.due = true;
}

/// The model is not to be had: videos play, nothing waits for scores any more.
pub(super) fn engine_failed(state: &mut AppState, reason: String) {
    state.notices.push(Severity::Error, reason.clone());
    for entry in state.library.entries_mut().filter(|e| e.scoring.is_pending()) {
        entry.scoring = ScoringState::Idle;
    }
    state.running = None;
    state.engine = Engine::Failed(reason);
}

/// Puts an entry into the queue.
pub(super) fn ask(state: &mut AppState, id: EntryId) {
    if let Some(entry) = state.library.get_mut(id)
        && entry.video().is_some()
        && !entry.scoring.is_pending()
    {
        entry.scoring = ScoringState::Waiting;
    }
}

/// Stops scoring an entry.
pub(super) fn cancel(state: &mut AppState, id: EntryId, effects: &mut Vec<Effect>) {
    let Some(entry) = state.library.get_mut(id).filter(|e| e.scoring.is_pending()) else { return };
    entry.scoring = ScoringState::Cancelled;
    if state.running.is_some_and(|r| r.entry == id) {
        state.running = None;
        effects.push(Effect::CancelScoring);
    }
}

/// Stops all scoring.
pub(super) fn cancel_all(state: &mut AppState, effects: &mut Vec<Effect>) {
    let pending: Vec<_> = state.library.entries().iter().filter(|e| e.scoring.is_pending()).map(|e| e.id).collect();
    for id in pending {
        cancel(state, id, effects);
    }
}

/// Settings of attention changed: all scores that are there or on their way are made again.
///
/// The old curve stays on screen until the first new numbers replace it.
pub(super) fn set_tsa(state: &mut AppState, tsa: TsaSettings) {
    if tsa == state.tsa {
        return;
    }
    state.tsa = tsa;
    state.tsa_chosen = true;
    state.running = None;
    for entry in state.library.entries_mut() {
        if matches!(entry.scoring, ScoringState::Done | ScoringState::Running { .. } | ScoringState::Failed(_)) {
            entry.scoring = ScoringState::Waiting;
        }
    }
}

/// Changes that follow each other so closely, in seconds, are one: a slider goes through many values.
const ONE_CHANGE: f64 = 1.0;

/// The rule changed.
pub(super) fn set_rule(state: &mut AppState, rule: EventRule, effects: &mut Vec<Effect>) {
    let back = state.rule_before == Some(rule);
    if rule != state.rule && (back || state.rule_before.is_none() || state.now - state.rule_changed > ONE_CHANGE) {
        state.rule_before = Some(state.rule);
    }
    state.rule_changed = state.now;
    state.rule = rule;
    // The model's own is no choice: another model brings another.
    let own = state.engine.facts().map_or_else(|| EventRule::default().threshold, EngineFacts::own_threshold);
    let own = EventRule { threshold: own, ..EventRule::default() };
    state.prefs.rule = (rule != own).then_some(rule);
    find_events(state);
    effects.push(Effect::SavePrefs(Box::new(state.prefs.clone())));
}

fn find_events(state: &mut AppState) {
    let rule = state.rule;
    for entry in state.library.entries_mut() {
        entry.find_events(&rule);
    }
}

/// Scoring went on. Reports of work that is no longer wanted change nothing.
pub(super) fn progressed(state: &mut AppState, job: JobId, running: ScoringState) {
    if let Some(entry) = entry_of(state, job) {
        entry.scoring = running;
    }
}

/// The content of the file at work is known.
pub(super) fn identified(state: &mut AppState, job: JobId, id: VideoId, effects: &mut Vec<Effect>) {
    let Some(entry) = entry_of(state, job) else { return };
    entry.video_id = Some(id.clone());
    effects.extend(review::load(entry));
    let of = entry.id;
    if state.session.as_ref().is_some_and(|session| session.entry == of) {
        effects.push(Effect::Identified(id));
    }
}

/// Scores of the snippets so far. They replace complete ones of an earlier run only once they are as many:
/// a full curve that is a little out of date says more than the start of a new one.
pub(super) fn partial(state: &mut AppState, job: JobId, scores: PlottedScores) {
    let rule = state.rule;
    let Some(entry) = entry_of(state, job) else { return };
    if entry.scored.as_ref().is_none_or(|old| !old.complete || old.snippets.len() <= scores.scored.snippets.len()) {
        entry.set_scores(scores, &rule);
    }
}

fn entry_of(state: &mut AppState, job: JobId) -> Option<&mut Entry> {
    let running = state.running.filter(|r| r.id == job)?;
    state.library.get_mut(running.entry)
}

/// Scoring is done.
pub(super) fn done(state: &mut AppState, job: JobId, scores: PlottedScores, notes: Vec<String>) {
    let Some(running) = state.running.filter(|r| r.id == job) else { return };
    state.running = None;
    let rule = state.rule;
    if let Some(entry) = state.library.get_mut(running.entry) {
        entry.scoring = ScoringState::Done;
        entry.set_scores(scores, &rule);
        for note in notes {
            state.notices.push(Severity::Warning, format!("{}: {note}", entry.name));
        }
    }
}

/// Scoring did not work.
pub(super) fn failed(state: &mut AppState, job: JobId, reason: String) {
    let Some(running) = state.running.filter(|r| r.id == job) else { return };
    state.running = None;
    if let Some(entry) = state.library.get_mut(running.entry) {
        state.notices.push(Severity::Error, reason.clone());
        entry.scoring = ScoringState::Failed(reason);
    }
}
