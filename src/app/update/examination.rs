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
    state.prefs.rule_by_truth = Some(threshold);
    scoring::set_rule(state, EventRule { threshold, ..state.rule }, effects);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::event::Event;
    use crate::app::update::tests::{finish, hear, opened};
    use crate::domain::library::VideoId;

    #[test]
    fn a_video_that_is_open_under_two_names_counts_once() {
        let mut state = opened(&["a.mp4", "copy of a.mp4", "b.mp4"]);
        for n in [1, 1, 2] {
            let job = state.running.expect("is being scored").id;
            hear(&mut state, Event::Identified { job, id: VideoId::from_hash([n; 32]) });
            finish(&mut state);
        }
        let entries: Vec<_> = state.library.entries().iter().map(|entry| entry.id).collect();
        for entry in entries {
            hear(&mut state, Event::TruthFound { entry, frames: vec![0..16, 32..48] });
        }
        let order = examination::order(&state);
        let names: Vec<&str> = order.videos.iter().map(|video| video.video.name.as_str()).collect();
        assert_eq!((order.key.count(), names), (2, vec!["a.mp4", "b.mp4"]));
    }
}
