//! From verdicts to another model, in the real window: plan, run, gate, promotion, and the way back.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use lookback::app::learn::{GateRow, LearnPhase};
use lookback::app::state::AppState;
use lookback::domain::review::Verdict;
use lookback::store::Project;

use super::window::{Window, is_done};

/// Videos that are one event each, judged by these verdicts.
fn judged(w: &mut Window, verdicts: &[(&str, Key, Verdict)]) {
    for (i, (name, key, verdict)) in verdicts.iter().enumerate() {
        let path = w.video(name, 640 + 16 * i);
        w.open(&path);
        w.wait("the video", |s| s.shown().is_some_and(|e| e.name == *name));
        w.wait("the scores", is_done);
        if i == 0 {
            w.harness.get_by_role_and_label(Role::Slider, "Score threshold").set_value_accesskit(0.0);
            w.harness.run_steps(3);
        }
        w.wait("the project", |s| {
            let id = s.shown().and_then(|e| e.video_id.as_ref());
            id.is_some_and(|id| s.reviews.of(id).is_some()) && s.current_event().is_some()
        });
        w.key(*key);
        w.wait("the disk", |s| {
            s.reviews.pending() == 0
                && s.library
                    .entries()
                    .iter()
                    .any(|e| e.name == *name && e.mark(0).is_some_and(|mark| mark.verdict == *verdict && !mark.pending))
        });
    }
}

fn model(state: &AppState) -> String {
    state.engine.facts().map(|facts| facts.model.clone()).unwrap_or_default()
}

/// All scores on screen are of the model in use.
fn is_scored_by(state: &AppState, model: &str) -> bool {
    is_done(state) && state.library.entries().iter().all(|e| e.scored.as_ref().is_some_and(|s| s.model == model))
}

#[test]
fn a_candidate_is_learned_looked_at_promoted_and_rolled_back() {
    let mut w = Window::new();
    let verdicts = [
        ("one.mp4", Key::A, Verdict::Anomaly),
        ("two.mp4", Key::X, Verdict::FalseAlarm),
        ("three.mp4", Key::X, Verdict::FalseAlarm),
    ];
    judged(&mut w, &verdicts);
    let first = model(w.state());
    w.harness.get_by_role_and_label(Role::Button, "Model").click();
    w.harness.run_steps(3);
    w.click("Learn from verdicts…");
    w.wait("the plan", |s| matches!(s.learn.phase, LearnPhase::Planned(_)));
    w.harness.get_by_label("2 normal stretches");
    w.harness.get_by_label("1 stretch with an anomaly");
    w.harness.get_by_label_contains("At most 30 steps");
    w.click("Begin");
    w.wait("the gate", |s| s.learn.gate().is_some() && s.learn.kept);
    let second = w.state().learn.gate().and_then(|gate| gate.candidate.clone()).expect("was learned");
    assert_ne!(second, first);
    assert_eq!(model(w.state()), first, "nothing changes by itself");
    w.harness.get_by_label("3 events judged");
    // One key shows the next of its events, with both curves.
    for row in 0..3 {
        w.key(Key::ArrowDown);
        assert_eq!(w.state().learn.row, Some(row));
        let name = match w.state().learn.gate().and_then(|gate| gate.row(row)) {
            Some(GateRow::Judged(event)) => event.name.clone(),
            other => panic!("the threshold lies at 0, so nothing comes or goes: {other:?}"),
        };
        w.wait("the event", |s| s.shown().is_some_and(|e| e.name == name));
        w.harness.get_by_label_contains("in use 0.");
    }
    // As assistive programs do: it may be scrolled out of sight.
    w.harness.get_by_role_and_label(Role::Button, "Promote").click_accesskit();
    w.harness.run_steps(3);
    if w.state().learn.asking {
        w.harness.get_by_label_contains("Promote and lose").click_accesskit();
        w.harness.run_steps(3);
    }
    w.wait("the new model", |s| model(s) == second && is_scored_by(s, &second));
    assert!(w.harness.query_all_by_label(&second[..]).next().is_some(), "its name is at the top");
    let project = Project::open(&Window::project(w.folder.path()), "reader").expect("opens");
    assert_eq!(project.promoted_model().expect("reads"), Some(second.clone()));
    drop(project);

    w.harness.get_by_role_and_label(Role::Button, "Go back to the model before").click_accesskit();
    w.harness.run_steps(3);
    w.wait("the old model", |s| model(s) == first && is_scored_by(s, &first));
    // It is a step like any other: undone and done again.
    w.key(Key::F2);
    w.harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    w.wait("the new model again", |s| model(s) == second && is_scored_by(s, &second));

    let path = w.folder.path().join("one.mp4");
    let mut w = w.restarted(vec![path]);
    w.wait("the project's model", |s| is_scored_by(s, &second));
}

#[test]
fn too_little_is_said_in_sentences() {
    let mut w = Window::new();
    let path = w.video("one.mp4", 160);
    w.open(&path);
    w.wait("the scores", is_done);
    w.key(Key::F4);
    w.click("Learn from verdicts…");
    w.wait("the plan", |s| matches!(s.learn.phase, LearnPhase::Planned(_)));
    w.harness.get_by_label_contains("Nothing was judged yet");
    w.click("Cancel");
    w.wait("the models", |s| matches!(s.learn.phase, LearnPhase::Idle));
    w.harness.get_by_label_contains(", in use");
}
