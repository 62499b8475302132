//! An ablation in the real window: what it would be, its runs, its table, one of its runs, and the way to the timeline.

use std::fmt::Write as _;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lookback::app::ablation::AblationForm;
use lookback::app::command::UiCommand;
use lookback::app::comparing::Other;

use super::window::{Window, is_done};

/// Scored videos with ground truth beside them; the first `abnormal` have an anomaly. The panel is open.
fn with_truth(abnormal: usize, normal: usize) -> Window {
    let mut w = Window::new();
    let mut truth = String::new();
    for number in 0..abnormal + normal {
        let frames = 160 + 16 * number;
        w.video(&format!("v{number}.mp4"), frames);
        let spans = if number < abnormal { "[[32, 63]]" } else { "[]" };
        let label = u8::from(number < abnormal);
        write!(truth, r#", "v{number}.mp4": {{"frames": {frames}, "label": {label}, "spans_inclusive": {spans}}}"#)
            .expect("fits");
    }
    std::fs::write(w.folder.path().join("ground_truth.json"), format!("{{{}}}", &truth[2..])).expect("is written");
    let folder = w.folder.path().to_owned();
    w.open(&folder);
    w.wait("the scores", is_done);
    w.wait("the project", |s| s.reviews.project.folder().is_some());
    w.choose(UiCommand::ToggleAblation.text());
    w
}

fn set(w: &mut Window, name: &str, value: f64) {
    w.harness.get_by_role_and_label(Role::SpinButton, name).set_value_accesskit(value);
    w.harness.run_steps(3);
}

#[test]
fn an_ablation_is_planned_run_read_and_its_scores_are_shown_beside_the_model_s() {
    let mut w = with_truth(2, 2);
    w.wait("the plan", |s| s.ablation.plan().is_some_and(|plan| plan.secs.is_some()));
    w.harness.get_by_label("4 videos: 2 with an anomaly, 2 without. 2 folds.");
    w.harness.get_by_label_contains("12 runs of 600 steps. About");
    w.harness.get_by_label_contains("published (Joo et al., ICIP 2023, Tables 2 to 4; not computed here");
    set(&mut w, "Steps", 1.0);
    set(&mut w, "Seeds", 1.0);
    w.wait("the shorter plan", |s| s.ablation.plan().is_some_and(|plan| plan.runs() == 4 && plan.secs.is_some()));
    assert_eq!(w.state().prefs.ablation, AblationForm { steps: 1, seeds: 1, ..AblationForm::default() });
    let model = w.state().engine.facts().map(|facts| facts.model.clone());
    w.click("Run ablation");
    for done in 1..=4 {
        w.wait("the next run", |s| s.ablation.results.as_ref().is_some_and(|results| results.runs.len() >= done));
    }
    w.wait("the end", |s| !s.ablation.is_running());
    assert_eq!(w.state().engine.facts().map(|facts| facts.model.clone()), model, "nothing in use changes");
    let page = Window::project(w.folder.path()).join("exports/ablation/index.html");
    assert!(std::fs::read_to_string(page).expect("is written").contains("builtin-motion"));
    w.harness.get_by_label_contains("4 of 4 runs are done");

    // A seed opens its runs, and a video of a fold leads to the timeline.
    let encoder = w.state().engine.facts().expect("is ready").encoder.clone();
    let seed = format!("Runs of {encoder}, TSA on, seed 0");
    w.harness.get_by_role_and_label(Role::Button, &seed).click_accesskit();
    w.harness.run_steps(3);
    w.harness.get_by_label(&format!("{encoder}, TSA on, seed 0"));
    w.harness.get_by_label_contains("over the frames of 2 folds");
    w.harness.get_by_label_contains("Total loss");
    w.harness.get_by_label_contains("Fold 2, ROC-AUC").click_accesskit();
    w.harness.run_steps(3);
    let videos: Vec<String> =
        w.state().ablation.plan().expect("is there").videos(2).map(|video| video.name.clone()).collect();
    assert_eq!(videos, ["v1.mp4", "v3.mp4"]);
    w.harness.get_by_role_and_label(Role::Button, "Compare on v3.mp4").click_accesskit();
    w.wait("the comparison", |s| s.comparing.shown().is_some() && s.shown().is_some_and(|e| e.name == "v3.mp4"));
    let scores = match &w.state().comparing.other {
        Some(Other::Run(run)) => run.videos.values().map(Vec::len).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(scores.iter().sum::<usize>(), 11 + 13);
    w.harness.get_by_label(&format!("Compared with {encoder}, TSA on, seed 0, fold 2"));

    // Another day the runs are found again.
    let mut w = w.restarted(Vec::new());
    let folder = w.folder.path().to_owned();
    w.open(&folder);
    w.wait("the scores", is_done);
    w.choose(UiCommand::ToggleAblation.text());
    w.choose(UiCommand::ToggleAblation.text());
    w.wait("the runs of before", |s| s.ablation.results.as_ref().is_some_and(|results| results.runs.len() == 4));
    w.harness.get_by_label_contains("4 runs of 1 step, all of them done");
}

#[test]
fn an_ablation_that_is_cancelled_keeps_what_is_done() {
    let mut w = with_truth(2, 2);
    set(&mut w, "Seeds", 1.0);
    set(&mut w, "Steps", 2.0);
    w.wait("the plan", |s| s.ablation.plan().is_some_and(|plan| plan.runs() == 4 && plan.order.form.steps == 2));
    w.click("Run ablation");
    w.wait("a run", |s| s.ablation.results.as_ref().is_some_and(|results| !results.runs.is_empty()));
    if w.state().ablation.is_running() {
        w.harness.get_by_role_and_label(Role::Button, "Cancel").click_accesskit();
        w.harness.run_steps(3);
    }
    assert!(!w.state().ablation.is_running());
    w.wait("another look", |s| s.ablation.plan().is_some_and(|plan| plan.secs.is_some() || plan.runs() == 4));
    let kept = w.state().ablation.results.as_ref().map_or(0, |results| results.runs.len());
    assert!(kept >= 1);
    // Other steps would be other runs: the folder is not written over. The form is folded away since there are results.
    w.harness.get_by_label("Features, seeds and folds").click_accesskit();
    w.harness.run_steps(10);
    set(&mut w, "Steps", 3.0);
    w.wait("the refusal", |s| s.ablation.obstacle.is_some());
    w.harness.get_by_role_and_label(Role::Button, "Put the runs into ablation-2").click_accesskit();
    w.wait("the other folder", |s| s.ablation.plan().is_some_and(|plan| plan.order.folder.ends_with("ablation-2")));
}

#[test]
fn too_few_videos_are_told_in_a_sentence() {
    let mut w = with_truth(2, 1);
    w.wait("the sentence", |s| s.ablation.obstacle.is_some());
    w.harness.get_by_label_contains("2 with and 1 without are open");
    assert!(w.harness.get_by_role_and_label(Role::Button, "Run ablation").accesskit_node().is_disabled());
}
