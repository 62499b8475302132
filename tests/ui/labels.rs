//! Labels in the real window: marked by keys, on disk before they count, undone, there after a restart.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use lookback::app::agreement::Agreement;
use lookback::app::state::{AppState, Dialog};
use lookback::domain::label::Label;
use lookback::domain::record::ItemId;
use lookback::store::Project;

use super::window::{Window, is_done};

/// A scored video without events, and a project that knows it.
fn annotated(w: &mut Window, name: &str) {
    let path = w.video(name, 160);
    w.open(&path);
    w.wait("the scores", is_done);
    w.wait("the project", |s| {
        s.shown().is_some_and(|e| e.video_id.as_ref().is_some_and(|id| s.reviews.of(id).is_some()))
    });
}

fn go(w: &mut Window, frame: usize) {
    w.key(Key::G);
    w.type_into("Go to frame or time", &frame.to_string());
    w.key(Key::Enter);
    assert_eq!(w.frame(), frame);
}

/// Marks from `first` to `last` and waits until that is on disk.
fn mark(w: &mut Window, first: usize, last: usize) {
    let before = spans(w.state()).len();
    go(w, first);
    w.key(Key::I);
    go(w, last);
    w.key(Key::O);
    w.key(Key::Enter);
    w.wait("the disk", |s| spans(s).len() == before + 1 && s.reviews.pending() == 0);
}

fn spans(state: &AppState) -> Vec<(usize, usize)> {
    let list = state.marking.labels().list().iter().filter(|shown| !shown.pending);
    list.map(|shown| (shown.label.span.start(), shown.label.span.end())).collect()
}

/// What the project's own file says, read beside the window.
fn on_disk(w: &Window) -> Vec<(ItemId, Label)> {
    let project = Project::open(&Window::project(w.folder.path()), "reader").expect("opens");
    let video = w.state().shown().and_then(|entry| entry.video_id.clone()).expect("is known");
    project.review_state(&video).expect("reads").labels.into_iter().collect()
}

#[test]
fn an_interval_is_marked_split_undone_and_there_after_a_restart() {
    let mut w = Window::new();
    annotated(&mut w, "door.mp4");
    go(&mut w, 50);
    w.key(Key::I);
    w.harness.get_by_label_contains("Marked: frames 50 to 50");
    mark(&mut w, 50, 99);
    w.harness.get_by_label_contains("Label Anomaly at 00:02.000");
    w.harness.get_by_label("Label Anomaly on frames 50 to 99");
    w.harness.get_by_label("Labels 1 of 1");
    let kept = on_disk(&w);
    assert_eq!(kept.iter().map(|(_, l)| (l.span.start(), l.span.end())).collect::<Vec<_>>(), [(50, 100)]);

    go(&mut w, 75);
    w.key(Key::B);
    w.wait("the disk", |s| spans(s) == [(50, 75), (75, 100)]);
    assert_eq!(on_disk(&w).len(), 2);
    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    w.wait("the undo", |s| spans(s) == [(50, 100)]);
    assert_eq!(on_disk(&w), kept);

    let path = w.folder.path().join("door.mp4");
    let mut w = w.restarted(vec![path]);
    w.wait("the label of before", |s| spans(s) == [(50, 100)]);
    w.key(Key::Tab);
    assert_eq!(w.frame(), 50, "it is selected and gone to");
    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    w.wait("the nudge", |s| spans(s) == [(49, 100)]);
    w.key(Key::Delete);
    w.wait("the disk", |s| spans(s).is_empty() && s.reviews.pending() == 0);
    assert_eq!(on_disk(&w), []);
}

#[test]
fn tab_goes_to_labels_where_there_are_any_and_else_moves_the_focus() {
    let mut w = Window::new();
    annotated(&mut w, "tab.mp4");
    let focused = |w: &Window| w.harness.ctx.memory(egui::Memory::focused);
    w.key(Key::Tab);
    assert!(focused(&w).is_some(), "there is no label to go to");
    w.key(Key::Escape);
    assert_eq!(focused(&w), None);
    mark(&mut w, 20, 30);
    mark(&mut w, 60, 70);
    go(&mut w, 0);
    w.key(Key::Escape);
    w.key(Key::Tab);
    assert_eq!((w.frame(), focused(&w)), (20, None));
    w.key(Key::Tab);
    assert_eq!((w.frame(), focused(&w)), (60, None));
    w.harness.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    w.harness.run_steps(2);
    assert_eq!((w.frame(), focused(&w)), (20, None));
    // On the timeline itself it does the same; on the name of a lane it moves on.
    w.harness.get_by_role_and_label(Role::Slider, "Timeline").focus();
    w.harness.run_steps(2);
    w.key(Key::Tab);
    assert!(w.frame() == 60 && w.harness.get_by_role_and_label(Role::Slider, "Timeline").is_focused());
    w.harness.get_by_label("Score lane").focus();
    w.harness.run_steps(2);
    w.key(Key::Tab);
    assert!(w.frame() == 60 && !w.harness.get_by_label("Score lane").is_focused());
}

#[test]
fn a_label_is_described_in_the_inspector_and_the_whole_video_beside_it() {
    let mut w = Window::new();
    annotated(&mut w, "yard.mp4");
    mark(&mut w, 20, 39);
    w.type_into("Note on this label", "a cat");
    w.key(Key::Enter);
    w.wait("the note", |s| s.marking.selected().is_some_and(|l| l.label.note == "a cat" && !l.pending));
    w.harness.get_by_role_and_label(Role::ComboBox, "Confidence of this label").click();
    w.harness.run_steps(3);
    w.harness.get_by_label("75 %").click();
    w.wait("the confidence", |s| s.marking.selected().is_some_and(|l| l.label.confidence == Some(0.75) && !l.pending));
    w.click("Video is normal");
    w.wait("the disk", |s| s.reviews.pending() == 0);
    w.harness.get_by_label("Labelled normal, but has 1 interval.");
    w.click("Video is abnormal");
    w.wait("the disk", |s| s.reviews.pending() == 0);
    assert!(w.harness.query_by_label_contains("Labelled normal").is_none());
}

#[test]
fn a_class_is_added_and_renamed_with_its_labels_and_that_is_undone() {
    let mut w = Window::new();
    annotated(&mut w, "class.mp4");
    w.click("Classes…");
    assert_eq!(w.state().dialog, Some(Dialog::Classes));
    w.type_into("Name of a new class", "Fight");
    w.click("Add class");
    w.wait("the class", |s| s.reviews.schema().class("Fight").is_some() && s.reviews.pending() == 0);
    w.key(Key::Escape);
    w.key(Key::Escape);
    assert_eq!(w.state().dialog, None);
    w.key(Key::Num2);
    mark(&mut w, 10, 19);
    let class = |s: &AppState| s.marking.labels().list().first().map(|l| (l.label.class.clone(), l.color.is_some()));
    assert_eq!(class(w.state()), Some(("Fight".to_owned(), true)));
    w.click("Classes…");
    let field = || "Name of Fight";
    w.harness.get_by_role_and_label(Role::TextInput, field()).focus();
    w.harness.run_steps(2);
    w.key(Key::End);
    w.harness.get_by_role_and_label(Role::TextInput, field()).type_text("ing");
    w.harness.run_steps(2);
    w.key(Key::Enter);
    w.wait("the name in the label", |s| class(s) == Some(("Fighting".to_owned(), true)));
    assert_eq!(on_disk(&w)[0].1.class, "Fighting");
    w.key(Key::Escape);
    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    w.wait("the name of before", |s| class(s) == Some(("Fight".to_owned(), true)));
}

#[test]
fn a_class_that_a_label_has_is_removed_with_a_say_on_the_label() {
    let mut w = Window::new();
    annotated(&mut w, "remove.mp4");
    w.click("Classes…");
    w.type_into("Name of a new class", "Fight");
    w.click("Add class");
    w.wait("the class", |s| s.reviews.schema().class("Fight").is_some() && s.reviews.pending() == 0);
    w.key(Key::Escape);
    w.key(Key::Escape);
    w.key(Key::Num2);
    mark(&mut w, 10, 19);
    w.click("Classes…");
    w.click("Remove Fight");
    w.wait("the count", |s| s.class_in_use == Some(("Fight".to_owned(), 1)));
    w.harness.get_by_label_contains("1 label of this project has the class Fight");
    assert!(w.state().reviews.schema().class("Fight").is_some());
    w.click("Change them and remove Fight");
    w.wait("the disk", |s| s.reviews.schema().class("Fight").is_none());
    assert_eq!(on_disk(&w)[0].1.class, "Anomaly");
    assert_eq!(w.state().class_in_use, None);
    w.key(Key::Escape);
    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    w.wait("the undo", |s| s.marking.labels().list().first().is_some_and(|l| l.label.class == "Fight"));
    assert!(w.state().reviews.schema().class("Fight").is_some());
}

#[test]
fn a_label_is_dragged_in_one_step() {
    let mut w = Window::new();
    annotated(&mut w, "drag.mp4");
    mark(&mut w, 40, 79);
    let label = w.harness.get_by_label("Label Anomaly on frames 40 to 79").rect();
    let frame = (label.width() - 4.0) / 40.0;
    // Snapping is not what this is about.
    w.harness.event(egui::Event::ModifiersChanged(Modifiers::ALT));
    let drag = |w: &mut Window, from: egui::Pos2, by: f32| {
        w.harness.hover_at(from);
        w.harness.run_steps(2);
        w.harness.drag_at(from);
        w.harness.run_steps(2);
        for share in [0.5, 1.0] {
            w.harness.hover_at(from + egui::vec2(by * share, 0.0));
            w.harness.run_steps(2);
        }
        w.harness.drop_at(from + egui::vec2(by, 0.0));
        w.harness.run_steps(2);
    };
    drag(&mut w, label.center(), frame * 10.0);
    w.wait("the move", |s| spans(s) == [(50, 90)]);
    let label = w.harness.get_by_label("Label Anomaly on frames 50 to 89").rect();
    drag(&mut w, label.right_center() - egui::vec2(3.0, 0.0), frame * 20.0);
    w.wait("the edge", |s| spans(s) == [(50, 110)]);
    assert_eq!(w.frame(), 109, "the frame at the edge is shown");
    w.harness.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    for expected in [(50, 90), (40, 80)] {
        w.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        w.wait("the undo", |s| spans(s) == [expected]);
    }
}

/// Takes another name for labels from here on.
fn call(w: &mut Window, name: &str) {
    w.click("Your name…");
    let old = w.state().prefs.review.who.clone().unwrap_or_default();
    w.harness.get_by_role_and_label(Role::TextInput, "Your name").focus();
    w.harness.run_steps(2);
    w.key(Key::End);
    for _ in 0..old.chars().count() {
        w.key(Key::Backspace);
    }
    w.type_into("Your name", name);
    w.click("Use this name");
    assert_eq!(w.state().prefs.review.who.as_deref(), Some(name));
    w.key(Key::Escape);
}

#[test]
fn a_second_reader_is_blind_until_the_pass_ends_and_then_sees_where_they_disagree() {
    let mut w = Window::new();
    let truth = r#"{"twice.mp4": {"frames": 160, "label": 1, "spans_inclusive": [[32, 63]]}}"#;
    std::fs::write(w.folder.path().join("ground_truth.json"), truth).expect("writes");
    annotated(&mut w, "twice.mp4");
    w.wait("the ground truth", |s| s.shown().is_some_and(|e| e.lanes().truth.is_some()));
    w.harness.get_by_label("Ground truth lane");
    w.harness.get_by_label("Score lane");
    call(&mut w, "Ada");
    mark(&mut w, 20, 39);
    mark(&mut w, 100, 119);
    assert!(w.harness.query_by_label("Disagreement lane").is_none(), "one reader cannot disagree");

    w.choose("Blind pass");
    w.harness.get_by_label("Blind pass as Ada");
    assert_eq!(spans(w.state()).len(), 2, "one's own labels are no secret");
    w.click("Blind pass");
    call(&mut w, "Bob");
    w.choose("Blind pass");
    w.harness.get_by_label("Blind pass as Bob");
    for hidden in
        ["Ground truth lane", "Score lane", "Events lane", "Attention lane", "Label Anomaly on frames 20 to 39"]
    {
        assert!(w.harness.query_by_label(hidden).is_none(), "{hidden}");
    }
    assert!(w.harness.query_by_label_contains("by Ada").is_none());
    w.harness.get_by_label("0 labels");
    go(&mut w, 0);
    w.key(Key::Tab);
    assert_eq!(w.frame(), 0, "there is no label to go to");
    w.key(Key::Escape);
    mark(&mut w, 24, 39);

    // Closed in the middle of the pass, it is still on.
    let path = w.folder.path().join("twice.mp4");
    let mut w = w.restarted(vec![path]);
    w.wait("the label of before", |s| spans(s) == [(24, 40)]);
    w.harness.get_by_label("Blind pass as Bob");
    w.click("Blind pass");
    w.wait("the labels of both", |s| spans(s).len() == 3);
    w.harness.get_by_label("Disagreement 2");
    w.harness.get_by_label("Disagreement on frames 20 to 23: Ada: Anomaly; Bob: nothing");
    w.harness.get_by_label("Disagreement on frames 100 to 119: Ada: Anomaly; Bob: nothing").click();
    w.harness.run_steps(3);
    assert_eq!(w.frame(), 100);
    w.choose("Previous disagreement");
    assert_eq!(w.frame(), 20);
    w.harness.get_by_label("Disagreement 1 of 2");

    w.choose("Agreement…");
    w.wait("the report", |s| matches!(s.agreement, Agreement::Ready(_)));
    w.harness.get_by_label("2 disagreements");
    // Events 2, 1 and 1 match; 16 frames are marked by both, 24 by Ada alone, of 160.
    for figure in ["0.500", "0.571", "0.667", "2, 1, 1", "0.160 / 0.160 / 0.160 s"] {
        assert_eq!(w.harness.query_all_by_label(figure).count(), 2, "{figure}: all classes, and the only one");
    }
    w.harness.get_by_label("Disagreement in twice.mp4, frames 100 to 119: Ada: Anomaly; Bob: nothing").click();
    w.harness.run_steps(3);
    assert_eq!((w.frame(), w.state().dialog), (100, None));
}
