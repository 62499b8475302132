//! The attention inspector in the real window: opened by its key, moved by its controls, and back.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use lookback::app::inspect::InspectState;
use lookback::app::state::AppState;

use super::window::{Window, is_done};

fn is_exact(state: &AppState) -> bool {
    state.inspect.is_exact && state.inspect.grid.is_some()
}

/// A window whose inspector has looked at a video.
fn inspected() -> Window {
    let mut w = Window::new();
    let path = w.video("walk.mp4", 320);
    w.open(&path);
    w.wait("the scores", is_done);
    w.wait("the project", |s| s.reviews.project.folder().is_some());
    w.key(Key::F5);
    w.wait("the attention", is_exact);
    w
}

#[test]
fn a_control_is_tried_beside_the_real_curve_and_taken_back() {
    let mut w = Window::new();
    let path = w.video("walk.mp4", 640);
    w.open(&path);
    w.wait("the scores", is_done);
    w.key(Key::F5);
    w.wait("the attention", is_exact);
    let own = w.state().inspect.looked.clone().expect("is looked at");
    let scored = w.state().shown().and_then(|entry| entry.scored.clone()).expect("is scored");
    assert_eq!(own.attention.membership, scored.snippets.attention, "the same draws as the scores'");
    for (exact, stored) in
        w.state().inspect.exact.as_ref().expect("is exact").snippets.scores.iter().zip(&scored.snippets.scores)
    {
        assert!((exact - stored).abs() < 1e-4, "{exact} is not {stored}");
    }
    w.harness.get_by_label_contains("V_hat ");
    w.harness.get_by_label_contains("settings in use");

    w.harness.get_by_role_and_label(Role::Slider, "kappa / T").set_value_accesskit(0.2);
    w.harness.run_steps(3);
    w.wait("the trial", |s| s.inspect.curve.as_ref().is_some_and(|curve| curve.events.is_some()));
    let looked = w.state().inspect.looked.clone().expect("is looked at");
    assert_eq!((looked.attention.kappa, own.attention.kappa), (8, scored.tsa.kappa(40)));
    assert_eq!(w.state().shown().and_then(|entry| entry.scored.clone()), Some(scored), "nothing was scored again");
    // The timeline shows both curves.
    w.harness.get_by_label_contains("trial 0.");

    // A click shows the frame under it.
    let at = w.harness.get_by_role_and_label(Role::Slider, "Attention over time").rect().center();
    w.harness.drag_at(at);
    w.harness.run_steps(2);
    w.harness.drop_at(at);
    w.harness.run_steps(3);
    assert!((250..400).contains(&w.frame()), "{}", w.frame());

    // How far its scores scatter comes after them, as a band of its own beside that of the settings in use.
    w.wait("the band", |s| s.inspect.overlay().is_some_and(|overlay| overlay.band.is_some()));
    let band = w.state().inspect.overlay().and_then(|overlay| overlay.band.clone()).expect("is there");
    assert_eq!((band.mean().len(), band.low().len()), (40, 40));
    assert!(band.low().iter().zip(band.high()).all(|(low, high)| low <= high));

    w.click("End the trial");
    w.wait("the way back", |s| s.inspect.trial.is_none() && is_exact(s));
    assert_eq!(w.state().inspect.looked.as_ref().map(|looked| looked.attention.kappa), Some(own.attention.kappa));
    assert!(w.state().inspect.overlay().is_none());
    w.key(Key::F5);
    w.wait("the end", |s| s.inspect.state == InspectState::Idle && s.inspect.looked.is_none());
}

#[test]
fn marked_snippets_are_blanked() {
    let mut w = inspected();
    let omega = w.state().inspect.looked.as_ref().expect("is looked at").attention.omega.clone();
    w.key(Key::I);
    for _ in 0..3 {
        w.harness.key_press_modifiers(egui::Modifiers::SHIFT, Key::ArrowRight);
        w.harness.run_steps(2);
    }
    w.key(Key::O);
    w.click("What if");
    w.click("Blank");
    w.wait("the trial", |s| s.inspect.curve.as_ref().is_some_and(|curve| curve.events.is_some()));
    let blanked = w.state().inspect.looked.as_ref().expect("is looked at").attention.omega.clone();
    assert!(blanked[..4].windows(2).all(|pair| pair[0] == pair[1]), "the same features: {blanked:?}");
    assert_eq!(blanked[4..], omega[4..]);
    w.harness.get_by_label("What if (1 change)");
}

#[test]
fn a_sweep_is_drawn_tried_from_and_kept_when_that_is_wanted() {
    let mut w = inspected();
    w.click("Sweep");
    w.click("Sweep seed");
    w.wait("the sweep", |s| s.inspect.swept.is_some());
    w.harness.run_steps(3);
    let swept = w.state().inspect.swept.clone().expect("is there");
    assert_eq!(swept.sweep.steps.len(), 9);
    let folder = w.state().reviews.project.folder().expect("is open").join("exports/walk-sweep-seed");
    assert!(!folder.exists(), "nothing is written that nobody asked for");
    // A row for each value; the one in use says so.
    assert_eq!(w.harness.query_all_by_label_contains("Try seed ").count(), 9);
    let used = format!("Try seed {}: ", w.state().tsa.seed);
    w.harness.get_by(|node| node.label().is_some_and(|l| l.starts_with(&used) && l.ends_with(", in use")));

    // Pressed, a value becomes a trial, which leaves the sweep as it is.
    let row = w.harness.get_by_label_contains("Try seed 5: ");
    row.click();
    w.wait("the trial", |s| s.inspect.trial.as_ref().is_some_and(|trial| trial.tsa.seed == 5));
    w.wait("its scores", |s| s.inspect.is_exact);
    let exact = w.state().inspect.exact.clone().expect("is exact");
    for (tried, in_sweep) in exact.snippets.scores.iter().zip(swept.sweep.steps[5].scores.values()) {
        assert!((tried - in_sweep).abs() < 1e-4, "{tried} is not {in_sweep}");
    }
    assert!(std::sync::Arc::ptr_eq(&swept, w.state().inspect.swept.as_ref().expect("stays")));

    // A click at a time shows the frame there.
    let at = w.harness.get_by_role_and_label(Role::Slider, "Attention over time").rect().center();
    w.harness.drag_at(at);
    w.harness.run_steps(2);
    w.harness.drop_at(at);
    w.harness.run_steps(3);
    assert!((100..220).contains(&w.frame()), "{}", w.frame());

    w.click("By draw");
    w.harness.get_by_label_contains("V_hat ");
    w.click("By value");
    w.choose("keep the sweep");
    w.wait("the notice", |s| s.notices.list().iter().any(|notice| notice.text.contains("The sweep is in")));
    for name in ["sweep.png", "sweep.svg", "sweep.csv", "summary.csv"] {
        assert!(folder.join(name).is_file(), "{name}: {:?}", w.state().notices.list());
    }
    let summary = std::fs::read_to_string(folder.join("summary.csv")).expect("is written");
    let model = &w.state().engine.facts().expect("is ready").model;
    assert!(
        summary.lines().nth(1).is_some_and(|row| row.starts_with(&format!("walk.mp4,{model},seed,0,"))),
        "{summary}"
    );
}
