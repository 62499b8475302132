//! Sequences from "learn from verdicts" to another model, over the reducer alone.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::engine::EngineFacts;
use crate::app::event::Event;
use crate::app::learn::{Planned, RunProgress};
use crate::app::update::tests::{act, finish, hear, opened};
use crate::domain::curve::Curve;
use crate::domain::gate::{GateInput, GateReport, GateVideo, Pair};
use crate::domain::lesson::{LessonPlan, LessonRules, ReplayCount};
use crate::domain::record::{ItemId, ReviewState, Step};
use crate::domain::review::{Judgement, Verdict};
use crate::domain::segment::EventRule;
use crate::domain::time::MediaTime;
use crate::model::ModelInfo;
use crate::model::parameters::Parameters;

fn model(seed: u64) -> Arc<ModelWeights> {
    Arc::new(ModelWeights::new(Parameters::initial(20, seed), ModelInfo::default()))
}

fn id(weights: &ModelWeights) -> String {
    weights.info().weights_id.clone()
}

/// A scored video, an open project, and `weights` in use.
fn learning(weights: &ModelWeights) -> AppState {
    let mut state = opened(&["a.mp4"]);
    hear(&mut state, Event::EngineReady(EngineFacts { model: id(weights), ..EngineFacts::default() }));
    let folder = PathBuf::from("/p");
    hear(&mut state, Event::ProjectOpened { folder, held_by: None, next_item: 1 });
    finish(&mut state);
    state
}

fn learn(state: &mut AppState, action: LearnAction) -> Vec<Effect> {
    act(state, Action::Learn(action))
}

fn news(state: &mut AppState, news: LearnNews) -> Vec<Effect> {
    let task = state.learn.task;
    hear(state, Event::Learning { task, news })
}

fn material(model: &Arc<ModelWeights>) -> Material {
    Material { videos: Vec::new(), model: Arc::clone(model), candidate: None, step: 7 }
}

fn planned(ready: bool) -> Box<Planned> {
    let mut plan = LessonPlan::new(&[], LessonRules::default(), ReplayCount::default());
    if ready {
        plan.missing.clear();
    }
    Box::new(Planned {
        plan,
        left_out: Vec::new(),
        unknown: 0,
        videos: 1,
        steps: 60,
        secs: Some(9.0),
        interval_weight: 0.5,
        has_intervals: false,
        device: "CPU".to_owned(),
    })
}

/// A confirmed anomaly that the candidate keeps or loses.
fn compared(candidate: &ModelWeights, keeps: bool) -> Box<Compared> {
    let video = VideoId::from_hash([1; 32]);
    let mut review = ReviewState::new(video.clone());
    let judgement = Judgement {
        span: FrameSpan::new(16, 32).expect("holds frames"),
        verdict: Verdict::Anomaly,
        class: None,
        tags: Vec::new(),
        note: String::new(),
        model: None,
        peak_frame: 20,
        peak_score: 0.9,
    };
    review.judgements.insert(ItemId(1), judgement);
    let (before, after) = ([0.1, 0.9, 0.1], if keeps { [0.1, 0.8, 0.1] } else { [0.1, 0.2, 0.1] });
    let shown = GateVideo {
        name: "a.mp4",
        frames: 48,
        duration: MediaTime::from_micros(2_000_000),
        review: &review,
        held_out: false,
        before: &before,
        after: &after,
    };
    let rules = Pair { before: EventRule::default(), after: EventRule::default() };
    let report = GateReport::new(GateInput { videos: &[shown], rules, held_out: None, replay: None });
    let overlay = Overlay { scores: Curve::new(after.to_vec()), band: None, threshold: 0.5, name: "candidate".into() };
    let curves = BTreeMap::from([(video, overlay)]);
    Box::new(Compared::new(Some(id(candidate)), Some((40, 45, 6.0)), report, curves, Vec::new()))
}

/// Up to the gate, with the candidate kept.
fn at_the_gate(keeps: bool) -> (AppState, Arc<ModelWeights>) {
    let (parent, child) = (model(1), model(2));
    let mut state = learning(&parent);
    learn(&mut state, LearnAction::Start);
    news(&mut state, LearnNews::Gathered(Box::new(material(&parent))));
    news(&mut state, LearnNews::Planned(planned(true)));
    learn(&mut state, LearnAction::Run);
    let effects = news(&mut state, LearnNews::Compared(compared(&child, keeps), Some(Arc::clone(&child))));
    assert!(
        effects.iter().any(|e| matches!(e, Effect::Models(ModelRequest::Keep { weights, .. }) if *weights == child)),
        "what was learned is written before anybody decides: {effects:?}"
    );
    (state, child)
}

#[test]
fn the_plan_comes_first_and_nothing_runs_before_a_yes() {
    let parent = model(1);
    let mut state = learning(&parent);
    let action = UiCommand::LearnFromVerdicts.resolve(&state).expect("can be used");
    let effects = act(&mut state, action);
    assert!(effects.iter().any(|e| matches!(e, Effect::Models(ModelRequest::Gather { candidate: None, .. }))));
    assert!(state.prefs.layout.is_in_front(PanelKind::Model));
    let effects = news(&mut state, LearnNews::Gathered(Box::new(material(&parent))));
    let [Effect::Learn(LearnRequest::Prepare { order, intervals: false, .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(!order.chosen);
    // Too little to learn from: there is no way on.
    news(&mut state, LearnNews::Planned(planned(false)));
    assert!(learn(&mut state, LearnAction::Run).is_empty());
    let effects = learn(&mut state, LearnAction::UseIntervals(true));
    assert!(matches!(&effects[..], [Effect::Learn(LearnRequest::Plan { intervals: true, .. })]), "{effects:?}");
    news(&mut state, LearnNews::Planned(planned(true)));
    let effects = learn(&mut state, LearnAction::Run);
    assert!(matches!(&effects[..], [Effect::Learn(LearnRequest::Run(_))]), "{effects:?}");
    assert!(state.learn.is_busy());
}

#[test]
fn a_verdict_makes_the_plan_on_show_again_and_interrupts_no_run() {
    let parent = model(1);
    let mut state = learning(&parent);
    learn(&mut state, LearnAction::Start);
    news(&mut state, LearnNews::Planned(planned(true)));
    let asked = |effects: &[Effect]| {
        let gathers = |e: &&Effect| matches!(e, Effect::Models(ModelRequest::Gather { candidate: None, .. }));
        effects.iter().filter(gathers).count()
    };
    let said = |state: &mut AppState| {
        let step = Box::new(Step { title: "False alarm".to_owned(), changes: Vec::new(), undoes: None });
        asked(&hear(state, Event::StepRecorded { ticket: None, step, said: None, undoes: false }))
    };
    assert_eq!(said(&mut state), 1);
    assert_eq!(said(&mut state), 0, "it is being made already");
    assert_eq!(asked(&news(&mut state, LearnNews::Planned(planned(true)))), 1, "perhaps without what was said last");
    assert_eq!(asked(&news(&mut state, LearnNews::Planned(planned(true)))), 0);
    learn(&mut state, LearnAction::Run);
    assert_eq!(said(&mut state), 0, "what runs goes on");
}

#[test]
fn a_run_rests_goes_on_and_is_given_up() {
    let parent = model(1);
    let mut state = learning(&parent);
    learn(&mut state, LearnAction::Start);
    news(&mut state, LearnNews::Planned(planned(true)));
    learn(&mut state, LearnAction::Run);
    let run = RunProgress { steps: 60, secs: 2.0, judged: vec![(0, 0.5)], ..RunProgress::default() };
    news(&mut state, LearnNews::Progress(Box::new(run.clone())));
    assert!(matches!(&learn(&mut state, LearnAction::Pause)[..], [Effect::Learn(LearnRequest::Pause)]));
    news(&mut state, LearnNews::Paused);
    let LearnPhase::Running { progress, paused: true, .. } = &state.learn.phase else { panic!("it rests") };
    assert_eq!(**progress, run);
    assert!(learn(&mut state, LearnAction::Pause).is_empty());
    assert!(matches!(&learn(&mut state, LearnAction::Run)[..], [Effect::Learn(LearnRequest::Run(_))]));
    let task = state.learn.task;
    assert!(matches!(&learn(&mut state, LearnAction::Leave)[..], [Effect::Learn(LearnRequest::Forget)]));
    // What was still under way changes nothing.
    let late = LearnNews::Compared(compared(&model(2), true), Some(model(2)));
    assert!(hear(&mut state, Event::Learning { task, news: late }).is_empty());
    assert!(matches!(state.learn.phase, LearnPhase::Idle));
}

#[test]
fn a_candidate_without_losses_is_promoted_once_it_is_kept() {
    let (mut state, child) = at_the_gate(true);
    assert!(learn(&mut state, LearnAction::Promote { even_if_lost: false }).is_empty(), "it is not on disk yet");
    news(&mut state, LearnNews::Kept);
    let effects = learn(&mut state, LearnAction::Promote { even_if_lost: false });
    let [Effect::Models(ModelRequest::Promote { id: Some(promoted), .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(*promoted, id(&child));
    assert!(state.learn.overlay(&VideoId::from_hash([1; 32])).is_some());
}

#[test]
fn a_promotion_that_loses_anomalies_is_asked_for_twice() {
    let (mut state, _) = at_the_gate(false);
    news(&mut state, LearnNews::Kept);
    assert!(learn(&mut state, LearnAction::Promote { even_if_lost: false }).is_empty());
    assert!(state.learn.asking);
    learn(&mut state, LearnAction::NotPromote);
    assert!(!state.learn.asking);
    learn(&mut state, LearnAction::Promote { even_if_lost: false });
    let effects = learn(&mut state, LearnAction::Promote { even_if_lost: true });
    assert!(matches!(&effects[..], [Effect::Models(ModelRequest::Promote { .. })]), "{effects:?}");
}

#[test]
fn another_model_scores_everything_again_with_its_own_threshold() {
    let (mut state, child) = at_the_gate(true);
    let entry = state.library.entries()[0].id;
    let effects = hear(&mut state, Event::ModelInUse { weights: Some(Arc::clone(&child)), promoted: true });
    assert!(effects.iter().any(|e| matches!(e, Effect::UseModel { weights: Some(w), promoted: true } if *w == child)));
    assert!(matches!(state.learn.phase, LearnPhase::Idle) && state.engine.facts().is_none());
    let facts = EngineFacts { model: id(&child), threshold: Some(0.3), ..EngineFacts::default() };
    let effects = hear(&mut state, Event::EngineReady(facts));
    assert!(effects.iter().any(|e| matches!(e, Effect::Score { .. })), "{effects:?}");
    assert_eq!((state.running.map(|r| r.entry), state.rule.threshold), (Some(entry), 0.3));
    assert_eq!(state.library.entries()[0].scored.as_ref().map(|s| s.snippets.len()), Some(7), "the old curve stays");
}

#[test]
fn rows_are_watched_one_after_the_other() {
    let (mut state, _) = at_the_gate(false);
    let effects = learn(&mut state, LearnAction::StepRow(1));
    // No open file has that content.
    assert!(
        matches!(&effects[..], [Effect::LocateVideo { target, ahead: false }] if target.span.start() == 16),
        "{effects:?}"
    );
    assert_eq!(state.learn.row, Some(0));
    let down = UiCommand::NextVideo.resolve(&state);
    assert_eq!(down, Some(Action::Learn(LearnAction::StepRow(1))));
    learn(&mut state, LearnAction::StepRow(1));
    assert_eq!(state.learn.row, Some(1), "the judged event stands behind the change");
    learn(&mut state, LearnAction::StepRow(1));
    assert_eq!(state.learn.row, Some(1));
}

#[test]
fn failures_leave_the_model_and_say_why() {
    let parent = model(1);
    let mut state = learning(&parent);
    learn(&mut state, LearnAction::Start);
    news(&mut state, LearnNews::Gathered(Box::new(material(&model(5)))));
    assert!(matches!(&state.learn.phase, LearnPhase::Failed(why) if why.contains("--model")));
    learn(&mut state, LearnAction::Start);
    news(&mut state, LearnNews::Failed("step 3: not a number".to_owned()));
    assert!(matches!(&state.learn.phase, LearnPhase::Failed(why) if why.contains("step 3")));
    assert_eq!(state.engine.facts().map(|facts| facts.model.clone()), Some(id(&parent)));
}

#[test]
fn a_project_that_can_only_be_read_is_told() {
    let parent = model(1);
    let mut state = learning(&parent);
    let held_by = Some("Grace".to_owned());
    hear(&mut state, Event::ProjectOpened { folder: PathBuf::from("/p"), held_by, next_item: 1 });
    assert_eq!(UiCommand::LearnFromVerdicts.resolve(&state), None);
    for action in [LearnAction::Start, LearnAction::RollBack, LearnAction::Discard("x".to_owned())] {
        let effects = learn(&mut state, action);
        assert!(!effects.iter().any(|e| matches!(e, Effect::Models(_))), "{effects:?}");
    }
    assert!(state.notices.list().iter().any(|notice| notice.text.contains("Grace")));
}

#[test]
fn a_ghost_is_asked_for_once_and_goes_with_the_pointer() {
    let parent = model(1);
    let mut state = learning(&parent);
    let video = VideoId::from_hash([1; 32]);
    hear(&mut state, Event::ReviewLoaded(Box::new(ReviewState::new(video.clone()))));
    for entry in state.library.entries_mut() {
        entry.video_id = Some(video.clone());
    }
    let event = FrameSpan::new(16, 32).expect("holds frames");
    let effects = learn(&mut state, LearnAction::Ghost(Some((video.clone(), event))));
    let asked = effects.iter().find_map(|e| match e {
        Effect::Learn(LearnRequest::Ghost(task, order)) => Some((*task, order.unjudged.len())),
        _ => None,
    });
    let (task, unjudged) = asked.expect("is asked for");
    assert_eq!(unjudged, 1, "the other event was not judged");
    hear(&mut state, Event::Learning { task, news: LearnNews::Ghost(Curve::new(vec![0.1; 7])) });
    assert!(state.learn.overlay(&video).is_some());
    learn(&mut state, LearnAction::Ghost(None));
    assert!(state.learn.overlay(&video).is_none());
    hear(&mut state, Event::Learning { task, news: LearnNews::Ghost(Curve::new(vec![0.1; 7])) });
    assert!(state.learn.overlay(&video).is_none(), "it came too late");
}
