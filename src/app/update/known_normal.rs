//! The known-normal memory: when it is looked through, and what becomes of what was found.

use std::sync::Arc;

use crate::app::effect::Effect;
use crate::app::known_normal::{RecallOrder, Recalled};
use crate::app::notice::Severity;
use crate::app::prefs::ReviewPrefs;
use crate::app::state::AppState;

use super::review;

/// Has the project looked through, if anything changed that matters.
pub(super) fn pump(state: &mut AppState, effects: &mut Vec<Effect>) {
    if state.known_normal.due
        && let Some(order) = order(state)
    {
        state.known_normal.due = false;
        effects.push(Effect::Recall(order));
    }
}

/// What would be looked through now; `None` before project and model are there.
fn order(state: &AppState) -> Option<RecallOrder> {
    let (project, facts) = (state.reviews.project.folder()?.to_owned(), state.engine.facts()?);
    let (model, encoder, dim) = (facts.model.clone(), facts.encoder.clone(), facts.dim);
    Some(RecallOrder { project, model, encoder, dim, on: state.prefs.review.known_normal })
}

/// It was looked through. What was found for another project, model or setting is passed over: an answer comes for these.
pub(super) fn recalled(state: &mut AppState, recalled: Arc<Recalled>, effects: &mut Vec<Effect>) {
    if order(state).as_ref() != Some(&recalled.order) {
        return;
    }
    if state.reviews.writable().is_ok() {
        effects.push(Effect::PutAside(Arc::clone(&recalled)));
    }
    if state.known_normal.recalled.as_ref() != Some(&recalled) {
        state.known_normal.recalled = Some(recalled);
        state.known_normal.changes += 1;
    }
}

/// Turns the memory on or off.
pub(super) fn toggle(state: &mut AppState, effects: &mut Vec<Effect>) {
    let prefs = &state.prefs.review;
    let changed = ReviewPrefs { known_normal: !prefs.known_normal, ..prefs.clone() };
    review::set_prefs(state, changed, effects);
    state.known_normal.due = true;
    let text = if state.prefs.review.known_normal {
        "The known-normal memory is on: events that look like false alarms are put aside."
    } else {
        "The known-normal memory is off: all events are shown as they are."
    };
    state.notices.push(Severity::Info, text);
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::app::action::Action;
    use crate::app::blind::BlindPass;
    use crate::app::engine::EngineFacts;
    use crate::app::event::Event;
    use crate::app::update::tests::{act, finish, hear, opened};
    use crate::domain::known_normal::{Case, Twin};
    use crate::domain::library::VideoId;
    use crate::domain::queue::EventId;
    use crate::domain::record::{ItemId, ReviewState};
    use crate::domain::review::Verdict;

    fn asked(effects: &[Effect]) -> Option<RecallOrder> {
        effects.iter().rev().find_map(|effect| match effect {
            Effect::Recall(order) => Some(order.clone()),
            _ => None,
        })
    }

    /// A scored video with two events in an open project, and the order that came of it.
    fn reviewing() -> (AppState, RecallOrder) {
        let (mut state, id) = (opened(&["a.mp4"]), VideoId::from_hash([1; 32]));
        let job = state.running.expect("is being scored").id;
        hear(&mut state, Event::ProjectOpened { folder: PathBuf::from("/p"), held_by: None, next_item: 1 });
        hear(&mut state, Event::Identified { job, id: id.clone() });
        finish(&mut state);
        hear(&mut state, Event::ReviewLoaded(Box::new(ReviewState::new(id))));
        let order = asked(&hear(&mut state, Event::QueueChanged)).expect("is asked");
        (state, order)
    }

    /// The first event on screen looks like a false alarm of another video.
    fn found(state: &AppState, order: &RecallOrder) -> Event {
        let spans = state.shown().expect("is shown").event_spans();
        let of = Case {
            item: ItemId(7),
            video: VideoId::from_hash([2; 32]),
            name: "b.mp4".to_owned(),
            span: spans[0],
            start: crate::domain::time::MediaTime::ZERO,
        };
        let mut recalled = Recalled::nothing(order.clone());
        recalled.add(EventId(1), (&VideoId::from_hash([1; 32]), spans[0]), Twin { of, similarity: 0.95 });
        Event::Recalled(Arc::new(recalled))
    }

    fn open(state: &AppState) -> Vec<bool> {
        let entry = state.shown().expect("is shown");
        (0..entry.events.len()).map(|event| entry.is_open(event)).collect()
    }

    #[test]
    fn what_was_found_is_put_aside_and_passed_over_until_a_verdict_says_otherwise() {
        let (mut state, order) = reviewing();
        assert_eq!(open(&state), [true, true]);
        let event = found(&state, &order);
        let effects = hear(&mut state, event);
        assert!(effects.iter().any(|effect| matches!(effect, Effect::PutAside(_))), "{effects:?}");
        assert_eq!(open(&state), [false, true]);
        act(&mut state, Action::StepEvent { forward: true, among: crate::app::action::Among::Open });
        assert_eq!(state.current_event(), Some(1), "it goes to the one that needs a look");
        act(&mut state, Action::ShowEvent(0));
        act(&mut state, Action::Judge(Verdict::Anomaly));
        let entry = state.shown().expect("is shown");
        assert_eq!((entry.twin(0), entry.mark(0).map(|mark| mark.verdict)), (None, Some(Verdict::Anomaly)));
    }

    #[test]
    fn what_was_found_for_something_else_is_passed_over() {
        let (mut state, order) = reviewing();
        let late = found(&state, &order);
        let effects = act(&mut state, Action::ToggleKnownNormal);
        assert_eq!(asked(&effects), Some(RecallOrder { on: false, ..order.clone() }));
        assert!(hear(&mut state, late.clone()).is_empty());
        assert_eq!(open(&state), [true, true]);
        let effects = act(&mut state, Action::ToggleKnownNormal);
        assert_eq!(asked(&effects), Some(order));
        hear(&mut state, late.clone());
        assert_eq!(open(&state), [false, true]);
        let facts = state.engine.facts().expect("is ready").clone();
        let effects = hear(&mut state, Event::EngineReady(EngineFacts { model: "next".to_owned(), ..facts }));
        assert_eq!(asked(&effects).map(|order| order.model), Some("next".to_owned()));
        assert!(!hear(&mut state, late).iter().any(|effect| matches!(effect, Effect::PutAside(_))));
    }

    #[test]
    fn a_second_reader_is_not_told_what_others_found_normal() {
        let (mut state, order) = reviewing();
        let event = found(&state, &order);
        hear(&mut state, event);
        act(&mut state, Action::SetBlind(BlindPass { on: true, shows_model: true }));
        assert_eq!(open(&state), [true, true]);
        act(&mut state, Action::SetBlind(BlindPass::default()));
        assert_eq!(open(&state), [false, true]);
    }
}
