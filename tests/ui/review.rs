//! Verdicts in the real window: given by one key, on disk before they count, there after a restart.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use lookback::app::state::AppState;
use lookback::domain::queue::EventStatus;
use lookback::domain::review::Verdict;
use lookback::store::Project;

use super::window::{Window, is_done};

/// A scored video whose whole length is one event, and a project that knows it.
fn flagged(w: &mut Window, name: &str, frames: usize) {
    let path = w.video(name, frames);
    w.open(&path);
    w.wait("the scores", is_done);
    w.harness.get_by_role_and_label(Role::Slider, "Score threshold").set_value_accesskit(0.0);
    w.wait("the project", |s| {
        s.shown().is_some_and(|e| e.video_id.as_ref().is_some_and(|id| s.reviews.of(id).is_some()))
    });
    assert_eq!(w.state().events().len(), 1);
    // The slider keeps the keyboard no longer than the picture is clicked.
    w.harness.run_steps(3);
}

fn verdict(state: &AppState) -> Option<(Verdict, bool)> {
    state.shown()?.mark(0).map(|mark| (mark.verdict, mark.pending))
}

#[test]
fn a_verdict_is_given_by_one_key_undone_and_there_after_a_restart() {
    let mut w = Window::new();
    flagged(&mut w, "door.mp4", 160);
    w.harness.get_by_label("This event needs a verdict.");
    w.key(Key::X);
    w.wait("the disk", |s| verdict(s) == Some((Verdict::FalseAlarm, false)));
    w.harness.get_by_label("false alarm");
    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    w.wait("the undo", |s| verdict(s).is_none());
    w.harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    w.wait("the redo", |s| verdict(s) == Some((Verdict::FalseAlarm, false)));
    w.key(Key::A);
    w.wait("the disk", |s| verdict(s) == Some((Verdict::Anomaly, false)));
    let path = w.folder.path().join("door.mp4");
    let mut w = w.restarted(vec![path]);
    w.wait("the verdict of before", |s| verdict(s) == Some((Verdict::Anomaly, false)));
}

#[test]
fn what_describes_a_verdict_is_kept() {
    let mut w = Window::new();
    flagged(&mut w, "yard.mp4", 160);
    w.click("Unsure");
    w.wait("the disk", |s| verdict(s) == Some((Verdict::Unsure, false)));
    w.type_into("Note", "a cat");
    w.key(Key::Enter);
    w.wait("the note", |s| {
        let review = s.shown().and_then(|e| e.video_id.as_ref()).and_then(|id| s.reviews.of(id));
        review.is_some_and(|r| r.judgements.values().any(|j| j.note == "a cat")) && s.reviews.pending() == 0
    });
}

#[test]
fn the_queue_lists_events_of_all_files_and_goes_to_them() {
    let mut w = Window::new();
    flagged(&mut w, "one.mp4", 160);
    flagged(&mut w, "two.mp4", 176);
    w.key(Key::F3);
    w.wait("the queue", |s| s.queue.len() == 2);
    w.wait("the rows", |s| s.queue.row(1).is_some());
    w.harness.get_by_label_contains("one.mp4 at ").click();
    w.harness.run_steps(3);
    w.wait("the other file", |s| s.shown().is_some_and(|e| e.name == "one.mp4") && s.current_event() == Some(0));
    w.key(Key::U);
    w.wait("the row", |s| (0..2).any(|i| s.queue.row(i).is_some_and(|r| r.status.verdict() == Some(Verdict::Unsure))));
    // The verdict went on to the row that still needs one.
    w.wait("the next row", |s| s.shown().is_some_and(|e| e.name == "two.mp4"));
    w.harness.get_by_label_contains("1 to do");
}

#[test]
fn a_false_alarm_puts_its_twin_in_another_file_aside_and_undo_brings_it_back() {
    let aside = |s: &AppState, count: u64| s.queue.counts.is_some_and(|counts| counts.known_normal == count);
    let mut w = Window::new();
    flagged(&mut w, "one.mp4", 160);
    flagged(&mut w, "two.mp4", 176);
    w.key(Key::F3);
    w.wait("the rows", |s| s.queue.len() == 2 && s.queue.row(1).is_some());
    w.key(Key::X);
    w.wait("the twin", |s| aside(s, 1) && (0..2).any(|i| s.queue.row(i).is_some_and(|r| r.twin.is_some())));
    w.harness.get_by_label_contains("0 to do");
    // In its row, and wherever else the event is shown meanwhile.
    let reason = "known normal: looks like the false alarm at 00:00.000 of two.mp4";
    assert!(w.harness.query_all_by_label_contains(reason).count() > 0);
    w.harness.get_by_label_contains("one.mp4 at ").click();
    w.wait("the other file", |s| s.shown().is_some_and(|e| e.name == "one.mp4" && e.twin(0).is_some()));
    w.harness.get_by_label_contains("A verdict on it counts all the same.");
    w.harness.get_by_label_contains("0 of 1 without a verdict, 1 known normal");
    w.click("Go to that false alarm");
    w.wait("the false alarm", |s| s.shown().is_some_and(|e| e.name == "two.mp4"));
    w.harness.get_by_label("1 event put aside, known normal by this verdict.");

    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    w.wait("the undo", |s| aside(s, 0) && s.queue.counts.is_some_and(|counts| counts.unreviewed == 2));
    assert!(w.state().library.entries().iter().all(|e| e.is_open(0)));
    w.harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    w.wait("the redo", |s| aside(s, 1));
    w.harness.get_by_role_and_label(Role::Button, "Model").click();
    w.harness.run_steps(3);
    w.harness.get_by_role_and_label(Role::MenuItemCheckBox, "Known-normal memory").click();
    w.harness.run_steps(3);
    w.wait("nothing put aside", |s| aside(s, 0));
    assert_eq!(w.state().queue.counts.map(|counts| counts.false_alarms), Some(1));
}

#[test]
fn a_verdict_whose_event_is_gone_stays_in_the_queue_and_can_be_changed() {
    let mut w = Window::new();
    flagged(&mut w, "gone.mp4", 160);
    w.key(Key::X);
    w.wait("the disk", |s| verdict(s) == Some((Verdict::FalseAlarm, false)));
    w.harness.get_by_role_and_label(Role::Slider, "Score threshold").set_value_accesskit(1.0);
    w.harness.run_steps(3);
    assert!(w.state().events().is_empty());
    w.key(Key::F3);
    w.wait("the row", |s| s.queue.row(0).is_some_and(|r| matches!(r.status, EventStatus::Gone(_))));
    w.harness.get_by_label_contains("false alarm, no event now").click();
    w.harness.run_steps(3);
    w.harness.get_by_label("false alarm, where there is no event now");
    w.key(Key::A);
    w.wait("the other verdict", |s| s.queue.row(0).is_some_and(|r| r.status.verdict() == Some(Verdict::Anomaly)));
    w.harness.key_press_modifiers(Modifiers::SHIFT, Key::X);
    w.wait("nothing", |s| s.queue.counts.is_some_and(|counts| counts.events == 0));
}

#[test]
fn a_project_that_another_program_holds_is_read_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let _held = Project::create(&Window::project(folder.path()), "Grace").expect("is made");
    let mut w = Window::over(folder);
    let path = w.video("door.mp4", 160);
    w.open(&path);
    w.wait("the scores", is_done);
    w.harness.get_by_role_and_label(Role::Slider, "Score threshold").set_value_accesskit(0.0);
    w.harness.run_steps(3);
    w.key(Key::X);
    assert!(w.state().notices.list().iter().any(|n| n.text.contains("Grace")), "{:?}", w.state().notices.list());
    assert_eq!(verdict(w.state()), None);
}

#[test]
fn a_damaged_project_is_restored_from_its_backup() {
    let folder = tempfile::tempdir().expect("a folder");
    let project = Window::project(folder.path());
    Project::create(&project, "Ada").expect("is made").backup().run().expect("is copied");
    std::fs::write(project.join("project.db"), b"").expect("is damaged");
    let mut w = Window::over(folder);
    let path = w.video("door.mp4", 64);
    w.open(&path);
    w.wait("the answer", |s| {
        matches!(s.reviews.project, lookback::app::reviews::Project::Failed { backup: Some(_), .. })
    });
    w.harness.get_by_label_contains("Restore the backup").click();
    w.harness.run_steps(3);
    w.wait("the project", |s| s.reviews.writable().is_ok());
}

#[test]
fn the_history_says_what_was_done_and_takes_one_step_back() {
    let mut w = Window::new();
    flagged(&mut w, "hall.mp4", 160);
    w.key(Key::U);
    w.wait("the disk", |s| verdict(s) == Some((Verdict::Unsure, false)));
    w.harness.get_by_role_and_label(Role::Button, "Review").click();
    w.harness.run_steps(3);
    w.click("History…");
    w.wait("the history", |s| s.history.as_ref().is_some_and(|h| h.len() == 1));
    w.click("Take back Unsure: frames 0–159 of hall.mp4");
    w.wait("the step back", |s| verdict(s).is_none() && s.history.as_ref().is_some_and(|h| h.len() == 2));
}

#[test]
fn several_events_get_one_verdict_in_one_step() {
    let mut w = Window::new();
    flagged(&mut w, "one.mp4", 160);
    flagged(&mut w, "two.mp4", 176);
    w.key(Key::F3);
    w.wait("the rows", |s| s.queue.len() == 2 && s.queue.row(1).is_some());
    for name in ["one.mp4 at ", "two.mp4 at "] {
        w.harness.get_by_label_contains(name).click_modifiers(Modifiers::COMMAND);
        w.harness.run_steps(3);
    }
    w.harness.get_by_label("2 events marked:");
    w.key(Key::X);
    w.wait("the verdicts", |s| {
        (0..2).all(|i| s.queue.row(i).is_some_and(|r| r.status.verdict() == Some(Verdict::FalseAlarm)))
    });
    assert!(w.state().queue.marked.is_empty());
    w.wait("the file on screen", |s| verdict(s) == Some((Verdict::FalseAlarm, false)));
    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    w.wait("the undo of both", |s| (0..2).all(|i| s.queue.row(i).is_some_and(|r| r.status.verdict().is_none())));
}

#[test]
fn each_project_has_its_own_verdicts() {
    let mut w = Window::new();
    flagged(&mut w, "door.mp4", 160);
    w.key(Key::X);
    w.wait("the disk", |s| verdict(s) == Some((Verdict::FalseAlarm, false)));
    let (home, other) = (Window::project(w.folder.path()), w.folder.path().join("other case"));
    let open = |w: &mut Window, folder: &std::path::Path| {
        w.harness.get_by_role_and_label(Role::Button, "File").click();
        w.harness.run_steps(3);
        w.click("Open project…");
        w.type_into("Open or make a project in", &folder.display().to_string());
        w.click("Open or make");
        let folder = folder.to_owned();
        w.wait("the project", |s| {
            matches!(&s.reviews.project, lookback::app::reviews::Project::Open { folder: at, .. } if *at == folder)
                && s.shown().is_some_and(|e| e.video_id.as_ref().is_some_and(|id| s.reviews.of(id).is_some()))
        });
    };
    open(&mut w, &other);
    assert_eq!(verdict(w.state()), None);
    w.key(Key::F3);
    w.wait("its queue", |s| s.queue.len() == 1);
    open(&mut w, &home);
    assert_eq!(verdict(w.state()), Some((Verdict::FalseAlarm, false)));
    assert_eq!(w.state().prefs.projects.list(), [home, other]);
}
