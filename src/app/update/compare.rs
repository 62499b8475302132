//! Comparing two score curves: when it is done, for which video, and where its differences lead.
//!
//! Follows the video on screen: whatever is shown there is compared as long as a person wants that. Nothing here touches the
//! model in use, stored events or the queue.

use std::sync::Arc;

use crate::app::arrangement::PanelKind;
use crate::app::comparing::sheet::CompareSheet;
use crate::app::comparing::{
    CompareAction, CompareNews, CompareOrder, CompareRequest, CompareTask, Compared, Judged, Other,
};
use crate::app::effect::Effect;
use crate::app::exports::{self, Table, TableOrder};
use crate::app::learn::Overlay;
use crate::app::notice::Severity;
use crate::app::phase::Phase;
use crate::app::state::AppState;
use crate::domain::segment::EventRule;
use crate::jobs::Progress;

use super::{playback, view};

/// Carries out what the person wants.
pub(super) fn act(state: &mut AppState, action: CompareAction, effects: &mut Vec<Effect>) {
    match action {
        CompareAction::Open => view::bring_panel(state, PanelKind::Compare, effects),
        CompareAction::SetForm(form) => state.comparing.form = *form,
        CompareAction::With(other) => with(state, other, effects),
        CompareAction::Again => {
            state.comparing.phase = Phase::Idle;
            state.comparing.working = None;
        }
        CompareAction::Threshold(threshold) => {
            state.comparing.threshold = threshold;
            remember(state, effects);
        }
        CompareAction::Watch(at) => watch(state, at),
        CompareAction::Step(by) => step(state, by),
        CompareAction::Export => export(state, effects),
        CompareAction::Pick(snippets) => {
            if let Some(video) = state.shown().and_then(|entry| entry.video_id.clone()) {
                state.picked.set(&video, snippets);
            }
        }
        CompareAction::PickEvent => {
            let event = state.current_event().and_then(|at| state.events().get(at)).copied();
            if let (Some(event), Some(video)) = (event, state.shown().and_then(|entry| entry.video_id.clone())) {
                state.picked.set(&video, event.first..=event.last);
            }
        }
        CompareAction::PickNothing => state.picked.clear(),
    }
}

fn with(state: &mut AppState, other: Option<Other>, effects: &mut Vec<Effect>) {
    if other.is_some() {
        view::bring_panel(state, PanelKind::Compare, effects);
    }
    let comparing = &mut state.comparing;
    if comparing.working.take().is_some() {
        effects.push(Effect::Compare(CompareRequest::Stop));
    }
    comparing.other = other;
    comparing.kept.clear();
    (comparing.judged, comparing.threshold, comparing.row) = (None, None, None);
    comparing.phase = Phase::Idle;
    remember(state, effects);
}

/// Compares with nothing any more, and lets go of what came out.
pub(super) fn stop(state: &mut AppState, effects: &mut Vec<Effect>) {
    with(state, None, effects);
}

/// The choice outlives the window.
fn remember(state: &mut AppState, effects: &mut Vec<Effect>) {
    let (bench, comparing) = (&mut state.prefs.bench, &state.comparing);
    bench.other = comparing.other.clone().filter(|other| !matches!(other, Other::Run(_)));
    bench.other_threshold = comparing.threshold;
    view::save(state, effects);
}

/// Asks for what is missing, and finds the events of what is there.
pub(super) fn pump(state: &mut AppState, effects: &mut Vec<Effect>) {
    ask(state, effects);
    judge(state);
}

fn ask(state: &mut AppState, effects: &mut Vec<Effect>) {
    let Some(other) = state.comparing.other.clone() else { return };
    let ready = state.engine.facts().is_some() && !state.prefs.blind.hides_model();
    let shown = state.shown().filter(|_| ready).and_then(|entry| {
        let one = entry.scored.as_ref().filter(|scored| scored.complete)?;
        Some((entry.video()?, entry.video_id.as_ref()?, one))
    });
    let Some((video, id, one)) = shown else {
        // Whatever was being compared is no longer on screen.
        if state.comparing.working.take().is_some() {
            effects.push(Effect::Compare(CompareRequest::Stop));
            state.comparing.phase = Phase::Idle;
        }
        return;
    };
    let asked = state.comparing.working.as_ref().is_some_and(|(_, of)| Arc::ptr_eq(of, one));
    if state.comparing.of(one).is_some() {
        // What did not work was about another video.
        if matches!(state.comparing.phase, Phase::Failed(_)) {
            (state.comparing.phase, state.comparing.working) = (Phase::Idle, None);
        }
        return;
    }
    if asked {
        return;
    }
    let task = CompareTask(state.comparing.tasks + 1);
    let (one, tsa) = (Arc::clone(one), state.tsa_chosen.then_some(state.tsa));
    let project = state.reviews.project.folder().map(std::path::Path::to_owned);
    let order = CompareOrder {
        task,
        video: Box::new(video.clone()),
        id: id.clone(),
        one: Arc::clone(&one),
        other,
        tsa,
        project,
    };
    state.comparing.tasks = task.0;
    state.comparing.working = Some((task, one));
    state.comparing.phase =
        Phase::Working { what: "Loading the model", progress: Progress::default(), remaining_secs: None };
    effects.push(Effect::Compare(CompareRequest::Compare(Box::new(order))));
}

/// How the other curve becomes events: by the rule on screen, with a threshold of its own unless one was chosen for all.
fn other_rule(state: &AppState, compared: &Compared) -> EventRule {
    let own = compared.threshold.filter(|_| state.prefs.rule.is_none());
    let threshold = state.comparing.threshold.or(own).unwrap_or(state.rule.threshold);
    EventRule { threshold, ..state.rule }
}

/// Finds the events of both curves again where curves or rules are others than before.
fn judge(state: &mut AppState) {
    let one = state.shown().and_then(|entry| entry.scored.as_ref());
    let compared = one.and_then(|one| state.comparing.of(one)).filter(|_| !state.prefs.blind.hides_model());
    let Some(compared) = compared.map(Arc::clone) else {
        state.comparing.judged = None;
        return;
    };
    let (one_rule, other_rule) = (state.rule, other_rule(state, &compared));
    let is_known = |(of, judged): &(Arc<Compared>, Arc<Judged>)| {
        Arc::ptr_eq(of, &compared) && judged.one_rule == one_rule && judged.other_rule == other_rule
    };
    if state.comparing.judged.as_ref().is_some_and(is_known) {
        return;
    }
    if state.comparing.judged.as_ref().is_none_or(|(of, _)| !Arc::ptr_eq(of, &compared)) {
        state.comparing.row = None;
    }
    let judged = Arc::new(Judged::of(&compared, one_rule, other_rule));
    // The dotted line is where the other curve's events begin.
    let overlay = Overlay { threshold: other_rule.threshold, ..compared.overlay.clone() };
    let compared = if overlay.threshold == compared.overlay.threshold {
        compared
    } else {
        Arc::new(Compared { overlay, ..(*compared).clone() })
    };
    state.comparing.keep(Arc::clone(&compared));
    state.comparing.judged = Some((compared, judged));
}

/// The thread reports.
pub(super) fn hear(state: &mut AppState, task: CompareTask, news: CompareNews) {
    if state.comparing.working.as_ref().is_none_or(|(of, _)| *of != task) {
        return;
    }
    match news {
        CompareNews::Working(what, progress, remaining_secs) => {
            state.comparing.phase = Phase::Working { what, progress, remaining_secs };
        }
        CompareNews::Done(compared) => {
            (state.comparing.working, state.comparing.phase) = (None, Phase::Idle);
            state.comparing.keep(compared);
        }
        // What was being worked on stays known, so that it is not tried again and again.
        CompareNews::Failed(reason) => state.comparing.phase = Phase::Failed(reason),
    }
}

/// Goes to the first snippet of a difference in events, as going to an event does.
fn watch(state: &mut AppState, at: usize) {
    let flip = state.comparing.shown().and_then(|(_, judged)| judged.flips.flips.get(at)).copied();
    let (Some(flip), Some(session)) = (flip, &state.session) else { return };
    let frame = session.grid().range(flip.run().first).start;
    state.comparing.row = Some(at);
    playback::go_to_event(state, frame);
}

/// From the position on screen, so that playing on and stepping go together.
fn step(state: &mut AppState, by: isize) {
    let Some((_, judged)) = state.comparing.shown() else { return };
    let (flips, Some(session)) = (&judged.flips.flips, &state.session) else { return };
    let snippet = session.grid().snippet_of(session.attended());
    let here = state.comparing.row.filter(|row| flips.get(*row).is_some_and(|flip| flip.run().first == snippet));
    let next = match (here, by > 0) {
        (Some(row), _) => row.checked_add_signed(by),
        (None, true) => Some(flips.partition_point(|flip| flip.run().first <= snippet)),
        (None, false) => flips.partition_point(|flip| flip.run().first < snippet).checked_sub(1),
    };
    match next.filter(|at| *at < flips.len()) {
        Some(at) => watch(state, at),
        None => state.notices.push(Severity::Info, "There is no further difference in events that way."),
    }
}

fn export(state: &mut AppState, effects: &mut Vec<Effect>) {
    let Some(folder) = state.reviews.project.folder() else {
        return state.notices.push(Severity::Info, "The project is not open: there is no folder of exports.");
    };
    let (Some((compared, judged)), Some(entry), Some(session)) =
        (state.comparing.shown(), state.shown(), &state.session)
    else {
        return;
    };
    let sheet = CompareSheet::new(entry.path.display().to_string(), compared, judged, session.frames());
    let (folder, name) = (exports::folder(folder), exports::name(&entry.name, "compared"));
    effects.push(Effect::SaveTable(Box::new(TableOrder { folder, name, table: Table::Compared(Box::new(sheet)) })));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::Action;
    use crate::app::blind::BlindPass;
    use crate::app::comparing::OtherModel;
    use crate::app::comparing::work::{OtherScores, compare};
    use crate::app::event::Event;
    use crate::app::update::tests::{act, finish, hear, opened};
    use crate::domain::library::VideoId;

    fn asked(effects: &[Effect]) -> Option<CompareOrder> {
        effects.iter().find_map(|effect| match effect {
            Effect::Compare(CompareRequest::Compare(order)) => Some((**order).clone()),
            _ => None,
        })
    }

    /// A scored video whose content is known; its events are the snippets 1 and 5.
    fn scored() -> AppState {
        let mut state = opened(&["a.mp4"]);
        let job = state.running.expect("is being scored").id;
        hear(&mut state, Event::Identified { job, id: VideoId::from_hash([1; 32]) });
        finish(&mut state);
        state
    }

    fn other() -> Other {
        Other::model(OtherModel::Project(None))
    }

    fn done(order: &CompareOrder, scores: [f32; 7], threshold: Option<f32>) -> Event {
        let scores = OtherScores { scores: scores.to_vec(), origin: None, threshold, notes: Vec::new() };
        let compared = compare(order.id.clone(), Arc::clone(&order.one), order.other.clone(), scores);
        Event::Comparing { task: order.task, news: CompareNews::Done(Arc::new(compared)) }
    }

    /// The second event is gone, another one has come, and the first is longer.
    const OTHER: [f32; 7] = [0.1, 0.9, 0.9, 0.1, 0.1, 0.1, 0.8];

    fn with(action: CompareAction) -> Action {
        Action::Compare(action)
    }

    #[test]
    fn what_is_on_screen_is_compared_and_nothing_else_changes() {
        let mut state = scored();
        let (rule, events, model) = (state.rule, state.events().to_vec(), state.engine.clone());
        let effects = act(&mut state, with(CompareAction::With(Some(other()))));
        let order = asked(&effects).expect("is asked at once");
        assert_eq!(asked(&act(&mut state, Action::ToggleOverlays)).map(|order| order.task), None, "once is enough");
        let effects = hear(&mut state, done(&order, OTHER, None));
        let changes = effects.iter().filter(|e| !matches!(e, Effect::Scatter { .. } | Effect::SavePrefs(_))).count();
        assert_eq!(changes, 0, "{effects:?}");
        let (_, judged) = state.comparing.shown().expect("is shown");
        assert_eq!((judged.flips.flips.len(), judged.flips.one_events, judged.flips.other_events), (3, 2, 2));
        assert_eq!((state.rule, state.events().to_vec(), &state.engine), (rule, events, &model));
        assert!(state.overlay(&order.id).is_some() && state.learn.overlay(&order.id).is_none());
        act(&mut state, with(CompareAction::With(None)));
        assert!(state.comparing.shown().is_none() && state.overlay(&order.id).is_none());
        assert!(hear(&mut state, done(&order, OTHER, None)).is_empty(), "it came too late");
        assert!(state.comparing.shown().is_none());
    }

    #[test]
    fn keys_go_from_difference_to_difference_and_stop_at_the_ends() {
        let mut state = scored();
        let order = asked(&act(&mut state, with(CompareAction::With(Some(other()))))).expect("is asked");
        hear(&mut state, done(&order, OTHER, None));
        let frame = |state: &AppState| state.session.as_ref().expect("is shown").frame();
        let mut seen = Vec::new();
        for _ in 0..4 {
            act(&mut state, with(CompareAction::Step(1)));
            seen.push(frame(&state));
        }
        assert_eq!(seen, [16, 80, 96, 96], "snippets 1, 5 and 6");
        act(&mut state, with(CompareAction::Step(-1)));
        assert_eq!((frame(&state), state.comparing.row), (80, Some(1)));
        act(&mut state, with(CompareAction::PickEvent));
        assert_eq!(state.picked.of(&order.id), std::slice::from_ref(&(5..6)));
        act(&mut state, Action::BackOut);
        assert!(state.picked.is_empty());
    }

    #[test]
    fn each_curve_has_its_own_threshold_until_a_person_chooses() {
        let mut state = scored();
        let order = asked(&act(&mut state, with(CompareAction::With(Some(other()))))).expect("is asked");
        hear(&mut state, done(&order, OTHER, Some(0.85)));
        let rules = |state: &AppState| {
            let (_, judged) = state.comparing.shown().expect("is shown");
            (judged.one_rule.threshold, judged.other_rule.threshold, judged.events.len())
        };
        assert_eq!(rules(&state), (0.5, 0.85, 1));
        act(&mut state, with(CompareAction::Threshold(Some(0.05))));
        assert_eq!(rules(&state), (0.5, 0.05, 1), "everything is one event");
        assert_eq!(state.overlay(&order.id).map(|overlay| overlay.threshold), Some(0.05));
        act(&mut state, with(CompareAction::Threshold(None)));
        assert_eq!(rules(&state).1, 0.85);
        // A rule that a person chose counts for every model.
        let rule = EventRule { threshold: 0.7, ..state.rule };
        act(&mut state, Action::SetRule(rule));
        assert_eq!(rules(&state), (0.7, 0.7, 2));
    }

    #[test]
    fn what_did_not_work_is_said_and_not_tried_again_by_itself() {
        let mut state = scored();
        let order = asked(&act(&mut state, with(CompareAction::With(Some(other()))))).expect("is asked");
        let news = CompareNews::Failed("No.".to_owned());
        let effects = hear(&mut state, Event::Comparing { task: order.task, news });
        assert!(asked(&effects).is_none() && matches!(&state.comparing.phase, Phase::Failed(why) if why == "No."));
        assert!(asked(&act(&mut state, with(CompareAction::Again))).is_some());
    }

    #[test]
    fn a_blind_pass_hides_what_models_say_differently() {
        let mut state = scored();
        let order = asked(&act(&mut state, with(CompareAction::With(Some(other()))))).expect("is asked");
        hear(&mut state, done(&order, OTHER, None));
        act(&mut state, Action::SetBlind(BlindPass { on: true, shows_model: false }));
        assert!(state.comparing.shown().is_none() && state.overlay(&order.id).is_none());
        act(&mut state, Action::SetBlind(BlindPass::default()));
        assert!(state.comparing.shown().is_some());
    }

    #[test]
    fn another_project_begins_with_nothing_compared() {
        let mut state = scored();
        let order = asked(&act(&mut state, with(CompareAction::With(Some(other()))))).expect("is asked");
        hear(&mut state, done(&order, OTHER, None));
        hear(&mut state, Event::ProjectOpened { folder: "/p".into(), held_by: None, next_item: 1 });
        assert!(state.comparing.other.is_none() && state.comparing.of(&order.one).is_none());
    }
}
