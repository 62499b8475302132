//! What is shown and how: theme, full screen, sizes.

use crate::app::effect::Effect;
use crate::app::prefs::{Layout, Theme};
use crate::app::state::AppState;

/// Closes what is open over the window, else leaves full screen.
pub(super) fn back_out(state: &mut AppState, effects: &mut Vec<Effect>) {
    if state.dialog.take().is_none() && state.full_screen {
        full_screen(state, false, effects);
    }
}

/// Fills the screen, or not.
pub(super) fn full_screen(state: &mut AppState, on: bool, effects: &mut Vec<Effect>) {
    state.full_screen = on;
    effects.push(Effect::FullScreen(on));
}

/// Light or dark.
pub(super) fn toggle_theme(state: &mut AppState, effects: &mut Vec<Effect>) {
    state.prefs.theme = match state.prefs.theme {
        Theme::Dark => Theme::Light,
        Theme::Light => Theme::Dark,
    };
    save(state, effects);
}

/// Shows or hides what is written over the video.
pub(super) fn toggle_overlays(state: &mut AppState, effects: &mut Vec<Effect>) {
    state.prefs.overlays = !state.prefs.overlays;
    save(state, effects);
}

/// Remembers sizes.
pub(super) fn set_layout(state: &mut AppState, layout: Layout, effects: &mut Vec<Effect>) {
    if state.prefs.layout != layout {
        state.prefs.layout = layout;
        save(state, effects);
    }
}

fn save(state: &AppState, effects: &mut Vec<Effect>) {
    effects.push(Effect::SavePrefs(Box::new(state.prefs.clone())));
}
