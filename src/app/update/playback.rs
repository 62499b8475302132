//! Moving through the video on screen, and from event to event across files.

use crate::app::action::Among;
use crate::app::effect::Effect;
use crate::app::notice::Severity;
use crate::app::place::Place;
use crate::app::session::Session;
use crate::app::state::AppState;
use crate::app::upcoming::{Stop, first_open, next_event};
use crate::domain::playback::PlaybackCommand;
use crate::domain::time::MediaTime;

use super::library;

/// Carries out a command of the transport.
pub(super) fn apply(state: &mut AppState, command: PlaybackCommand) {
    if let Some(session) = &mut state.session {
        session.apply(command);
    }
}

/// Plays at half speed in a direction; again, half as fast.
pub(super) fn shuttle_slow(state: &mut AppState, backward: bool) {
    let Some(session) = &mut state.session else { return };
    let transport = &session.transport;
    let already = transport.is_playing() && transport.is_backward() == backward && transport.speed() < 1.0;
    let speed = if already { transport.speed() / 2.0 } else { 0.5 };
    session.apply(PlaybackCommand::ShuttleAt { backward, speed });
}

/// Moves by a snippet.
pub(super) fn step_snippet(state: &mut AppState, forward: bool) {
    seek(state, |session| session.snippet_start(forward));
}

/// Moves by a key frame.
pub(super) fn step_keyframe(state: &mut AppState, forward: bool) {
    seek(state, |session| session.keyframe(forward));
}

fn seek(state: &mut AppState, to: impl FnOnce(&Session) -> usize) {
    if let Some(session) = &mut state.session {
        let frame = to(session);
        session.apply(PlaybackCommand::SeekFrame(frame));
    }
}

/// Goes to a place that was typed, and closes the field it was typed into.
pub(super) fn go_to(state: &mut AppState, place: Place) {
    apply(
        state,
        match place {
            Place::Frame(frame) => PlaybackCommand::SeekFrame(frame),
            Place::Time(time) => PlaybackCommand::SeekTime(time),
        },
    );
    state.dialog = None;
}

/// Turns the loop on or off; without one, loops the event on screen or else the whole file.
pub(super) fn toggle_loop(state: &mut AppState) {
    let event = state.current_event();
    let Some(session) = &mut state.session else { return };
    match (session.transport.looped().frames(), event) {
        (Some(_), _) => session.apply(PlaybackCommand::ToggleLoop),
        (None, Some(event)) => loop_event(state, event),
        (None, None) => session.apply(PlaybackCommand::Loop(0, usize::MAX)),
    }
}

/// Loops an event by its index.
pub(super) fn loop_event(state: &mut AppState, index: usize) {
    let Some(event) = state.events().get(index).copied() else { return };
    if let Some(session) = &mut state.session {
        let grid = session.grid();
        let (first, end) = (grid.range(event.first).start, grid.range(event.last).end);
        session.apply(PlaybackCommand::Loop(first, end.saturating_sub(1)));
    }
}

/// Goes to an event by its index.
pub(super) fn show_event(state: &mut AppState, index: usize) {
    if let Some(event) = state.events().get(index).copied()
        && let Some(session) = &state.session
    {
        go_to_event(state, session.grid().range(event.first).start);
    }
}

/// Goes to the event that begins with frame `start` of the video on screen.
pub(super) fn go_to_event(state: &mut AppState, start: usize) {
    let run_up = MediaTime::from_secs_f64(f64::from(state.prefs.review.run_up_secs));
    if let Some(session) = &mut state.session {
        session.go_to_event(start, run_up);
    }
}

/// Goes to the next event; beyond the last one, to the first of the next file that has any.
pub(super) fn step_event(state: &mut AppState, forward: bool, among: Among, effects: &mut Vec<Effect>) {
    if state.session.is_none() {
        return;
    }
    if let Some(stop) = next_event(state, forward, among) {
        go_to_stop(state, stop, effects);
    } else if let Some(stop) = first_open(state).filter(|_| among == Among::Open && forward) {
        state.notices.push(Severity::Info, "No later event needs a verdict: on from the start.");
        go_to_stop(state, stop, effects);
    } else {
        let text = match (among, forward) {
            (Among::All, true) => "There is no later event.",
            (Among::All, false) => "There is no earlier event.",
            (Among::Open, true) => "No other event needs a verdict.",
            (Among::Open, false) => "There is no earlier event without a verdict.",
        };
        state.notices.push(Severity::Info, text);
    }
}

/// Goes to an event of any file.
fn go_to_stop(state: &mut AppState, stop: Stop, effects: &mut Vec<Effect>) {
    if state.session.as_ref().map(|session| session.entry) != Some(stop.entry) {
        library::go_on_with(state, stop.entry, effects);
    }
    go_to_event(state, stop.frame);
}
