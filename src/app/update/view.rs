//! What is shown and how: theme, full screen, sizes, decoding; and how loud.

use std::path::PathBuf;

use crate::app::arrangement::{Layout, PanelKind};
use crate::app::charting;
use crate::app::effect::Effect;
use crate::app::prefs::{Decoding, Theme};
use crate::app::state::{AppState, Dialog};

use super::second_reader;

/// Closes what is open over the window, else forgets what is marked, else selects no label, else picks no snippets,
/// else leaves full screen.
pub(super) fn back_out(state: &mut AppState, effects: &mut Vec<Effect>) {
    if let Some(dialog) = state.dialog.take() {
        if dialog == Dialog::Agreement {
            second_reader::close(state, effects);
        }
        super::exchange::closed(state, dialog, effects);
        return;
    }
    if !state.marking.stretch.is_empty() {
        state.marking.unmark();
    } else if state.marking.selected().is_some() {
        state.marking.select(None);
    } else if !state.picked.is_empty() {
        state.picked.clear();
    } else if state.full_screen {
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

/// Sound on or off.
pub(super) fn toggle_mute(state: &mut AppState, effects: &mut Vec<Effect>) {
    state.prefs.muted = !state.prefs.muted;
    save(state, effects);
}

/// How loud; whoever moves it wants to hear something.
pub(super) fn set_volume(state: &mut AppState, volume: f32, effects: &mut Vec<Effect>) {
    if volume.is_finite() {
        state.prefs.volume = volume.clamp(0.0, 1.0);
        state.prefs.muted = false;
        save(state, effects);
    }
}

/// Remembers where the panels stand.
pub(super) fn set_layout(state: &mut AppState, layout: Layout, effects: &mut Vec<Effect>) {
    if state.prefs.layout != layout {
        state.prefs.layout = layout;
        save(state, effects);
    }
}

/// Shows a panel, in front of others in its place.
pub(super) fn bring_panel(state: &mut AppState, panel: PanelKind, effects: &mut Vec<Effect>) {
    let mut layout = state.prefs.layout.clone();
    layout.bring(panel);
    set_layout(state, layout, effects);
}

/// Shows a panel that is hidden, hides one that is shown.
pub(super) fn toggle_panel(state: &mut AppState, panel: PanelKind, effects: &mut Vec<Effect>) {
    state.prefs.layout.toggle(panel);
    save(state, effects);
}

/// Keeps the picture on screen.
pub(super) fn snapshot(state: &AppState, effects: &mut Vec<Effect>) {
    if let Some(entry) = state.shown() {
        effects.push(Effect::Snapshot { video: entry.name.clone(), folder: state.prefs.snapshot_folder.clone() });
    }
}

/// Has the chart that is asked for written, and closes its window: the end is told.
pub(super) fn save_chart(state: &mut AppState, effects: &mut Vec<Effect>) {
    if let Some(order) = charting::order(state, &state.chart) {
        effects.push(Effect::SaveChart(Box::new(order)));
        state.dialog = None;
    }
}

/// Remembers where snapshots go, and closes the field it was typed into.
pub(super) fn set_snapshot_folder(state: &mut AppState, folder: Option<PathBuf>, effects: &mut Vec<Effect>) {
    state.prefs.snapshot_folder = folder;
    state.dialog = None;
    save(state, effects);
}

/// Changes how video is decoded.
pub(super) fn set_decoding(state: &mut AppState, decoding: Decoding, effects: &mut Vec<Effect>) {
    let decoding = decoding.repaired();
    if state.prefs.decoding != decoding {
        state.prefs.decoding = decoding;
        effects.push(Effect::SetDecoding(decoding.options()));
        save(state, effects);
    }
}

/// Has the settings kept.
pub(super) fn save(state: &AppState, effects: &mut Vec<Effect>) {
    effects.push(Effect::SavePrefs(Box::new(state.prefs.clone())));
}
