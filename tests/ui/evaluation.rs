//! The panel of figures, driven by accessible names.

use egui_kittest::kittest::Queryable as _;
use lookback::app::command::UiCommand;
use lookback::app::examination::ExamCurve;
use lookback::domain::evaluation::alarms::Turn;

use super::window::{Window, is_done};

#[test]
fn figures_are_found_out_a_point_of_a_curve_is_a_threshold_and_an_error_is_one_click_away() {
    let mut w = Window::new();
    let truth = r#"{"alarm.mp4": {"frames": 160, "label": 1, "spans_inclusive": [[128, 159]]}}"#;
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
    assert_eq!(w.state().examination.chosen, Some(last));
    w.wait("the figures at it", |s| s.examination.examined.as_ref().is_some_and(|e| e.key.rule.threshold == last));

    // Away from the curve, whose words would lie over what is clicked.
    w.harness.hover_at(egui::pos2(600.0, 300.0));
    w.harness.run_steps(3);
    w.click("DET");
    assert_eq!(w.state().examination.curve, ExamCurve::Det);
    // In the end the whole video is one event, which is no false alarm: the panel says that this is no gain.
    let examined = w.state().examination.examined.clone().expect("is there");
    let by_video = examined.evaluation.as_ref().expect("has both kinds").by_video.clone().expect("are told apart");
    let turn = Turn::of(&by_video.det).expect("turns back");
    w.harness.run_steps(3);
    w.harness.get_by_label_contains(&turn.note());
    w.click("ROC");
    w.harness.run_steps(3);
    assert!(w.harness.query_by_label_contains("Dashed").is_none(), "a ROC curve never turns back");
}
