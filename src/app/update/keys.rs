//! Commands by name, and the keys that the person gives them.

use crate::app::command::UiCommand;
use crate::app::effect::Effect;
use crate::app::keymap::{Keymap, refusal};
use crate::app::shortcut::{Os, Shortcut};
use crate::app::state::AppState;

use super::{act, view};

/// Closes the palette and carries out what was chosen in it.
pub(super) fn choose(state: &mut AppState, command: UiCommand, effects: &mut Vec<Effect>) {
    let Some(action) = command.resolve(state) else { return };
    state.dialog = None;
    state.prefs.recent.note(command);
    view::save(state, effects);
    act(state, action, effects);
}

/// Gives a command one more key. Keys that cannot be given are refused before, where they are pressed.
pub(super) fn bind(state: &mut AppState, command: UiCommand, shortcut: Shortcut, effects: &mut Vec<Effect>) {
    let os = Os::current();
    if command != UiCommand::BackOut && refusal(shortcut, os).is_none() {
        change(state, effects, |keys| keys.bind(command, shortcut, os));
    }
}

/// Takes a key from a command.
pub(super) fn unbind(state: &mut AppState, command: UiCommand, shortcut: Shortcut, effects: &mut Vec<Effect>) {
    if command != UiCommand::BackOut {
        change(state, effects, |keys| keys.unbind(command, shortcut, Os::current()));
    }
}

/// Gives a command, or all, the default keys back.
pub(super) fn reset(state: &mut AppState, command: Option<UiCommand>, effects: &mut Vec<Effect>) {
    change(state, effects, |keys| match command {
        Some(command) => keys.reset(command),
        None => keys.reset_all(),
    });
}

fn change(state: &mut AppState, effects: &mut Vec<Effect>, change: impl FnOnce(&mut Keymap)) {
    let before = state.prefs.keys.clone();
    change(&mut state.prefs.keys);
    if state.prefs.keys != before {
        view::save(state, effects);
    }
}
