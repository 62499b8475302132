//! How the timeline is shown: lanes and snapping.

use crate::app::effect::Effect;
use crate::app::lanes::TimelinePrefs;
use crate::app::state::AppState;

/// Changes what is remembered of the timeline, and keeps it if it is different.
pub(super) fn change(state: &mut AppState, effects: &mut Vec<Effect>, change: impl FnOnce(&mut TimelinePrefs)) {
    let before = state.prefs.timeline.clone();
    change(&mut state.prefs.timeline);
    if state.prefs.timeline != before {
        effects.push(Effect::SavePrefs(Box::new(state.prefs.clone())));
    }
}
