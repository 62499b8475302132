//! Trials change nothing but themselves, and nothing is asked that nobody looks at.

use std::sync::Arc;

use crate::app::action::Action;
use crate::app::arrangement::PanelKind;
use crate::app::blind::BlindPass;
use crate::app::effect::Effect;
use crate::app::engine::EngineFacts;
use crate::app::event::Event;
use crate::app::inspect::{
    ExactScores, InspectAction, InspectNews, InspectOrder, InspectState, InspectTask, LookedAt, SweepOrder, Swept,
};
use crate::app::state::AppState;
use crate::app::sweep::Sweep;
use crate::app::update::tests::{act, finish, hear, opened};
use crate::domain::attention::Attention;
use crate::domain::attention_grid::GridView;
use crate::domain::curve::Curve;
use crate::domain::lane_data::NoiseBand;
use crate::domain::library::VideoId;
use crate::domain::score::{SnippetScores, TsaSettings};
use crate::domain::segment::EventRule;
use crate::domain::sweep::{Control, SweepStep};
use crate::domain::what_if::FeatureEdit;

fn asked(effects: &[Effect]) -> Option<&InspectOrder> {
    effects.iter().find_map(|e| if let Effect::Inspect(order) = e { Some(&**order) } else { None })
}

fn view(columns: usize) -> GridView {
    GridView { snippets: 0..7, columns, rows: 5, all_rows: false }
}

fn inspect(state: &mut AppState, action: InspectAction) -> Vec<Effect> {
    act(state, Action::Inspect(action))
}

/// A scored video of seven snippets with the panel in front, and what was asked about it.
fn looked_at() -> (AppState, InspectOrder) {
    let mut state = opened(&["a.mp4", "b.mp4"]);
    hear(&mut state, Event::EngineReady(EngineFacts { model: "m".into(), ..EngineFacts::default() }));
    let job = state.running.expect("something runs").id;
    hear(&mut state, Event::Identified { job, id: VideoId::from_hash([1; 32]) });
    finish(&mut state);
    assert_eq!(asked(&inspect(&mut state, InspectAction::Look(view(10)))), None, "nobody looks yet");
    let effects = act(&mut state, Action::TogglePanel(PanelKind::Attention));
    let order = asked(&effects).expect("the panel asks").clone();
    (state, order)
}

/// Tries the settings in use with another seed or ratio.
fn tried(state: &mut AppState, change: impl FnOnce(&mut TsaSettings)) -> Vec<Effect> {
    let mut tsa = state.tsa;
    change(&mut tsa);
    inspect(state, InspectAction::Try(tsa))
}

fn exact(state: &mut AppState, task: InspectTask, scores: &[f32]) {
    let snippets = SnippetScores {
        scores: scores.to_vec(),
        attention: vec![1.0; scores.len()],
        magnitudes: vec![1.0; scores.len()],
    };
    hear(state, Event::Inspected { task, news: InspectNews::Exact(Arc::new(ExactScores::new(snippets))) });
}

const LOW: [f32; 7] = [0.0, 0.9, 0.0, 0.0, 0.0, 0.0, 0.0];

#[test]
fn a_question_is_asked_once_and_a_movement_of_the_view_is_the_same_question() {
    let (mut state, first) = looked_at();
    assert_eq!((first.subject.trial.tsa, first.subject.snippets), (state.tsa, 7));
    assert_eq!(asked(&inspect(&mut state, InspectAction::Look(view(10)))), None);
    let effects = inspect(&mut state, InspectAction::Look(view(20)));
    assert_eq!(asked(&effects).expect("another view").task, first.task);
    let effects = tried(&mut state, |tsa| tsa.ratio = 0.2);
    assert!(asked(&effects).expect("another setting").task > first.task);
    let effects = act(&mut state, Action::TogglePanel(PanelKind::Attention));
    assert!(effects.iter().any(|e| matches!(e, Effect::StopInspecting)), "{effects:?}");
}

#[test]
fn a_trial_leaves_what_is_in_use_alone_and_ends() {
    let (mut state, _) = looked_at();
    let before =
        (state.tsa, state.rule, state.shown().map(|e| (e.scored.clone(), e.events.clone(), e.scoring.clone())));
    let effects = tried(&mut state, |tsa| (tsa.ratio, tsa.sigma) = (0.2, 0.0));
    let order = asked(&effects).expect("asks").clone();
    hear(
        &mut state,
        Event::Inspected {
            task: order.task,
            news: InspectNews::Provisional { first: 1, scores: Curve::new(vec![f32::NAN; 7]) },
        },
    );
    let curve = state.inspect.curve.as_ref().expect("a provisional curve");
    assert!(curve.events.is_none() && curve.overlay.name.contains("provisional"));
    exact(&mut state, order.task, &LOW);
    let curve = state.inspect.curve.as_ref().expect("an exact curve");
    assert_eq!((curve.events.as_ref().map(Vec::len), &*curve.overlay.name), (Some(1), "trial"));
    // Events of the trial follow the rule as all do.
    let higher = EventRule { threshold: 0.95, ..state.rule };
    act(&mut state, Action::SetRule(higher));
    let curve = state.inspect.curve.as_ref().expect("stays");
    assert_eq!((curve.events.as_ref().map(Vec::len), curve.overlay.threshold), (Some(0), 0.95));
    act(&mut state, Action::SetRule(before.1));
    let effects = inspect(&mut state, InspectAction::End);
    assert_eq!(asked(&effects).expect("asks about the settings in use").subject.trial.tsa, state.tsa);
    assert!(state.inspect.overlay().is_none());
    let after = (state.tsa, state.rule, state.shown().map(|e| (e.scored.clone(), e.events.clone(), e.scoring.clone())));
    assert_eq!(before, after);
}

#[test]
fn answers_to_an_older_question_are_passed_over() {
    let (mut state, first) = looked_at();
    tried(&mut state, |tsa| tsa.seed = 9);
    exact(&mut state, first.task, &LOW);
    assert!(state.inspect.curve.is_none() && state.inspect.exact.is_none());
    let failed = InspectNews::Failed("No.".into());
    hear(&mut state, Event::Inspected { task: first.task, news: failed });
    assert_ne!(state.inspect.state, InspectState::Failed("No.".into()));
}

#[test]
fn features_are_edited_one_after_the_other_and_back() {
    let (mut state, _) = looked_at();
    let blank = FeatureEdit::Blank { first: 1, len: 2 };
    inspect(&mut state, InspectAction::Edit(FeatureEdit::Blank { first: 6, len: 2 }));
    assert!(state.inspect.trial.is_none(), "the video has seven snippets");
    inspect(&mut state, InspectAction::Edit(blank));
    let effects = inspect(&mut state, InspectAction::Edit(FeatureEdit::Swap { first: 0, len: 1, with: 5 }));
    assert_eq!(asked(&effects).expect("asks").subject.trial.edits.len(), 2);
    inspect(&mut state, InspectAction::TakeBackEdit);
    assert_eq!(state.inspect.edits(), [blank]);
    inspect(&mut state, InspectAction::TakeBackEdit);
    assert!(state.inspect.trial.is_none(), "nothing is left to try");
}

#[test]
fn another_video_ends_the_trial_and_a_blind_pass_hides_it() {
    let (mut state, _) = looked_at();
    tried(&mut state, |tsa| tsa.seed = 9);
    act(&mut state, Action::SelectNeighbour(1));
    assert!(state.inspect.trial.is_none());
    let (mut state, _) = looked_at();
    let effects = act(&mut state, Action::SetBlind(BlindPass { on: true, shows_model: false }));
    assert!(effects.iter().any(|e| matches!(e, Effect::StopInspecting)), "{effects:?}");
    tried(&mut state, |tsa| tsa.seed = 9);
    assert!(state.inspect.trial.is_none());
}

#[test]
fn a_sweep_belongs_to_its_video_follows_the_rule_and_gives_trials() {
    let (mut state, order) = looked_at();
    let looked = Arc::new(LookedAt::new(Attention::default()));
    hear(&mut state, Event::Inspected { task: order.task, news: InspectNews::Looked(looked) });
    let effects = inspect(&mut state, InspectAction::Sweep(Control::Kappa, Control::Kappa.usual()));
    let Some(Effect::Sweep(order)) = effects.into_iter().find(|e| matches!(e, Effect::Sweep(_))) else {
        panic!("a sweep is asked for")
    };
    assert!(state.inspect.shows_sweep && state.inspect.sweeping.is_some());
    let steps = Control::Kappa.around(&order.subject.trial.tsa, order.range).into_iter().map(|tsa| SweepStep {
        tsa,
        kappa: tsa.kappa(7),
        membership: Curve::new(vec![0.5; 7]),
        entropy: 7.0,
        threshold: None,
        scores: Curve::new(LOW.to_vec()),
        events: state.rule.events(&LOW),
    });
    let sweep = Sweep { control: Control::Kappa, steps: steps.collect() };
    // One that was on its way when this one began is passed over.
    let older = SweepOrder { control: Control::Sigma, ..(*order).clone() };
    hear(&mut state, Event::Swept(Ok(Arc::new(Swept { order: older, sweep: sweep.clone() }))));
    assert!(state.inspect.swept.is_none() && state.inspect.sweeping.is_some());
    hear(&mut state, Event::Swept(Ok(Arc::new(Swept { order: *order, sweep }))));
    let events = |state: &AppState| state.inspect.swept.as_ref().map(|swept| swept.sweep.steps[0].events.len());
    assert_eq!((events(&state), &state.inspect.sweeping), (Some(1), &None));
    let higher = EventRule { threshold: 0.95, ..state.rule };
    act(&mut state, Action::SetRule(higher));
    assert_eq!(events(&state), Some(0));
    let effects = inspect(&mut state, InspectAction::TryStep(0));
    let asked = asked(&effects).expect("a trial");
    assert_eq!((asked.subject.trial.tsa.ratio, asked.scatter), (0.1, true));
    // The step that is in use is no trial.
    let used = state.inspect.swept.as_ref().and_then(|s| s.sweep.steps.iter().position(|step| step.tsa == state.tsa));
    inspect(&mut state, InspectAction::TryStep(used.expect("is among them")));
    assert!(state.inspect.trial.is_none());
    act(&mut state, Action::SelectNeighbour(1));
    assert_eq!((&state.inspect.swept, state.inspect.shows_sweep), (&None, false), "it was of another video");
}

#[test]
fn the_band_of_a_trial_comes_after_its_exact_scores() {
    let (mut state, _) = looked_at();
    let effects = tried(&mut state, |tsa| tsa.seed = 9);
    let task = asked(&effects).expect("asks").task;
    let band = Arc::new(NoiseBand::new(vec![0.1; 7], vec![0.2; 7], vec![0.3; 7]));
    let tell = |state: &mut AppState| {
        hear(state, Event::Inspected { task, news: InspectNews::Scatter(Arc::clone(&band)) });
    };
    tell(&mut state);
    assert!(state.inspect.curve.is_none(), "there is nothing to put it around yet");
    exact(&mut state, task, &LOW);
    tell(&mut state);
    assert_eq!(state.inspect.overlay().and_then(|overlay| overlay.band.as_ref()), Some(&band));
    tried(&mut state, |tsa| tsa.seed = 10);
    tell(&mut state);
    inspect(&mut state, InspectAction::End);
    assert!(state.inspect.overlay().is_none());
}
