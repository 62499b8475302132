//! The panel of figures, driven by accessible names.

use egui_kittest::kittest::Queryable as _;
use lookback::app::command::UiCommand;
use lookback::app::examination::ExamCurve;

use super::window::{Window, is_done};

#[test]
fn figures_are_found_out_a_point_of_a_curve_is_a_threshold_and_an_error_is_one_click_away() {
    let mut w = Window::new();
    let truth = r#"{"alarm.mp4": {"frames": 160, "label": 1, "spans_inclusive": [[32, 63]]}}"#;
    std::fs::write(w.folder.path().join("ground_truth.json"), truth).expect("writes");
    let path = w.video("alarm.mp4", 160);
    w.open(&path);
    w.wait("the scores", is_done);
    w.wait("the ground truth", |s| s.shown().is_some_and(|e| e.lanes().truth.is_some()));
    assert!(w.state().examination.examined.is_none(), "nobody looks");
    w.choose(UiCommand::ToggleEvaluation.text());
    w.wait("the figures", |s| s.examination.examined.as_ref().is_some_and(|e| e.evaluation.is_ok()));
    let examined = w.state().examination.examined.clone().expect("is there");
    assert_eq!(examined.key.count(), 1);
    assert_eq!(examined.evaluation.as_ref().expect("has both kinds").metrics.positives, 32);
    w.harness.run_steps(3);

    // A click into the middle of the last piece of the curve takes its threshold.
    let curve = examined.evaluation.as_ref().expect("is there").curve.clone();
    let area = w.harness.get_by_label(&format!("ROC curve, {} points", curve.len())).rect();
    let end = area.right_top() + egui::vec2(-14.0, 10.0);
    w.harness.hover_at(end);
    w.harness.run_steps(2);
    w.harness.drag_at(end);
    w.harness.run_steps(2);
    w.harness.drop_at(end);
    w.harness.run_steps(3);
    let last = curve.last().expect("has points").threshold;
    assert_eq!(w.state().rule.threshold, last);
    assert_eq!(w.state().prefs.rule_by_truth, Some(last));
    w.wait("the figures at it", |s| s.examination.examined.as_ref().is_some_and(|e| e.key.rule.threshold == last));

    // Away from the curve, whose words would lie over what is clicked.
    w.harness.hover_at(egui::pos2(600.0, 300.0));
    w.harness.run_steps(3);
    w.click("DET");
    assert_eq!(w.state().examination.curve, ExamCurve::Det);
}
