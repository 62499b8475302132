//! The figures of the open videos: when they are found out, and what is done with them.

use std::sync::Arc;

use crate::app::arrangement::PanelKind;
use crate::app::effect::Effect;
use crate::app::examination::{self, Examined};
use crate::app::state::AppState;
use crate::domain::segment::EventRule;

use super::scoring;

/// Has them found out if somebody looks and anything changed. One at a time: of the changes in between only the newest
/// counts.
pub(super) fn pump(state: &mut AppState, effects: &mut Vec<Effect>) {
    let looked_at = state.prefs.layout.is_in_front(PanelKind::Evaluation) && !state.prefs.blind.hides_model();
    if !looked_at || state.examination.asked.is_some() {
        return;
    }
    let key = examination::key(state);
    if state.examination.examined.as_ref().is_some_and(|examined| examined.key == key) {
        return;
    }
    state.examination.asked = Some(key);
    effects.push(Effect::Examine(Box::new(examination::order(state))));
}

/// They were found out.
pub(super) fn examined(state: &mut AppState, examined: Arc<Examined>) {
    state.examination.asked = None;
    state.examination.examined = Some(examined);
}

/// Moves the threshold to a point of a curve, and remembers that these figures chose it.
pub(super) fn choose(state: &mut AppState, threshold: f32, effects: &mut Vec<Effect>) {
    scoring::set_rule(state, EventRule { threshold, ..state.rule }, effects);
    state.examination.chosen = Some(threshold);
}
