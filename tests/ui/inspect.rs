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
    w.harness.get_by_label_contains("what if 0.");

    // A click shows the frame under it.
    let at = w.harness.get_by_role_and_label(Role::Slider, "Attention over time").rect().center();
    w.harness.drag_at(at);
    w.harness.run_steps(2);
    w.harness.drop_at(at);
    w.harness.run_steps(3);
    assert!((250..400).contains(&w.frame()), "{}", w.frame());

    w.click("Back to the settings in use");
    w.wait("the way back", |s| s.inspect.trial.is_none() && is_exact(s));
    assert_eq!(w.state().inspect.looked.as_ref().map(|looked| looked.attention.kappa), Some(own.attention.kappa));
    assert!(w.state().inspect.overlay().is_none());
    w.key(Key::F5);
    w.wait("the end", |s| s.inspect.state == InspectState::Idle && s.inspect.looked.is_none());
}

#[test]
fn marked_snippets_are_blanked_and_a_sweep_is_kept() {
    let mut w = Window::new();
    let path = w.video("walk.mp4", 320);
    w.open(&path);
    w.wait("the scores", is_done);
    w.wait("the project", |s| s.reviews.project.folder().is_some());
    w.key(Key::F5);
    w.wait("the attention", is_exact);
    let omega = w.state().inspect.looked.as_ref().expect("is looked at").attention.omega.clone();
    w.key(Key::I);
    for _ in 0..3 {
        w.harness.key_press_modifiers(egui::Modifiers::SHIFT, Key::ArrowRight);
        w.harness.run_steps(2);
    }
    w.key(Key::O);
    w.click("Blank");
    w.wait("the trial", |s| s.inspect.curve.as_ref().is_some_and(|curve| curve.events.is_some()));
    let blanked = w.state().inspect.looked.as_ref().expect("is looked at").attention.omega.clone();
    assert!(blanked[..4].windows(2).all(|pair| pair[0] == pair[1]), "the same features: {blanked:?}");
    assert_eq!(blanked[4..], omega[4..]);

    w.click("Sweep");
    w.click("seed from 0 to 8");
    w.wait("the sweep", |s| s.inspect.sweeping.is_none());
    let folder = w.state().reviews.project.folder().expect("is open").join("exports/walk-sweep-seed");
    for name in ["sweep.png", "sweep.svg", "sweep.csv", "summary.csv"] {
        assert!(folder.join(name).is_file(), "{name}: {:?}", w.state().notices.list());
    }
    w.harness.get_by_label_contains("The sweep is in");
}
