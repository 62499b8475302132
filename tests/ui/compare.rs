//! Two score curves side by side, in the real window: chosen, looked at, picked from, exported.

use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2};
use egui_kittest::kittest::Queryable as _;
use lookback::app::command::UiCommand;
use lookback::app::comparing::Other;
use lookback::app::lanes::LaneKind;
use lookback::app::state::AppState;
use lookback::domain::score::TsaSettings;

use super::window::{Window, is_done};

/// A scored video, and the panel in front.
fn opened(frames: usize) -> Window {
    let mut w = Window::new();
    let path = w.video("walk.mp4", frames);
    w.open(&path);
    w.wait("the scores", is_done);
    w.choose("compare with");
    w
}

/// Compares with scores of another program, one for each snippet.
fn with_scores(w: &mut Window, scores: &[f32]) {
    let file = w.folder.path().join("theirs.txt");
    let text: Vec<String> = scores.iter().map(f32::to_string).collect();
    std::fs::write(&file, text.join("\n")).expect("writes");
    w.harness.get_by_role_and_label(Role::ComboBox, "Compare with").click();
    w.harness.run_steps(3);
    w.harness.get_by_label("scores of another program").click();
    w.harness.run_steps(3);
    w.type_into("Scores to compare with", &file.display().to_string());
    w.key(Key::Enter);
    w.wait("the comparison", |s| s.comparing.shown().is_some());
}

#[test]
fn scores_of_another_program_are_compared_event_by_event() {
    let mut w = opened(160);
    let before = (w.state().rule, w.state().events().to_vec());
    let own = w.state().shown().and_then(|e| e.scored.clone()).expect("scored").snippets.scores.clone();
    let theirs = [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0];
    with_scores(&mut w, &theirs);

    // The model's threshold lies between two steps of the slider: showing it chooses no other.
    assert_eq!(w.state().comparing.threshold, None);
    let (compared, judged) = w.state().comparing.shown().expect("is shown");
    assert_eq!((compared.one(), compared.other()), (&own[..], &theirs[..]));
    assert!(judged.events.iter().any(|event| (event.first, event.last) == (2, 3)));
    let difference = compared.difference.values()[2];
    assert!((difference - (1.0 - own[2])).abs() < 1e-6);
    // Both curves, the difference, and the figures are there to be read.
    w.harness.get_by_label_contains("theirs.txt 0.00");
    assert!(w.harness.query_all_by_label_contains("Difference ").next().is_some());
    w.harness.get_by_label_contains("10 points, 0 picked");
    // A key goes from one difference in events to the next.
    let first = judged.flips.flips[0].run().first;
    w.harness.key_press_modifiers(Modifiers::ALT, Key::N);
    w.harness.run_steps(3);
    assert_eq!((w.frame(), w.state().comparing.row), (first * 16, Some(0)));
    // Nothing that counts elsewhere has changed.
    assert_eq!((w.state().rule, w.state().events().to_vec()), before);
    w.harness.get_by_role_and_label(Role::Button, "Stop comparing").click_accesskit();
    w.harness.run_steps(3);
    assert!(w.state().comparing.shown().is_none() && w.harness.query_by_label_contains("theirs.txt 0.").is_none());
}

#[test]
fn points_are_clicked_and_surrounded_and_the_timeline_answers() {
    let mut w = opened(160);
    // Each snippet has a height of its own in the plot.
    let theirs: Vec<f32> = (0..10).map(|i| 0.05 + 0.1 * i as f32).collect();
    with_scores(&mut w, &theirs);
    let own = w.state().shown().and_then(|e| e.scored.clone()).expect("scored").snippets.scores.clone();
    let plot = w.harness.get_by_label_contains("Scatter of snippet scores").rect();
    // Both axes reach over all points with a twentieth of room on each side.
    let (least, most) =
        own.iter().chain(&theirs).fold((1.0_f32, 0.0_f32), |(least, most), v| (least.min(*v), most.max(*v)));
    let (low, high) = ((least - 0.05 * (most - least)).max(0.0), (most + 0.05 * (most - least)).min(1.0));
    // They take 38 points at the left, 30 below, and 17 above.
    let place = |x: f32, y: f32| {
        let (left, right, top, bottom) = (plot.left() + 38.0, plot.right(), plot.top() + 17.0, plot.bottom() - 30.0);
        let share = |v: f32| ((v - low) / (high - low)).clamp(0.0, 1.0);
        Pos2::new(left + share(x) * (right - left), bottom - share(y) * (bottom - top))
    };
    let at = place(own[7], theirs[7]);
    w.harness.hover_at(at);
    w.harness.run_steps(2);
    w.harness.drag_at(at);
    w.harness.drop_at(at);
    w.harness.run_steps(3);
    assert_eq!(w.frame(), 7 * 16 + 8, "a click goes to the middle of its snippet");

    // A rectangle over everything from snippet 4 up.
    w.click("Rectangle");
    let (from, to) = (place(0.0, theirs[4] - 0.05), place(1.0, 1.0));
    w.harness.drag_at(from + egui::vec2(1.0, 0.0));
    w.harness.run_steps(2);
    w.harness.hover_at(place(0.5, 0.9));
    w.harness.run_steps(2);
    w.harness.hover_at(to + egui::vec2(-1.0, 1.0));
    w.harness.run_steps(2);
    w.harness.drop_at(to + egui::vec2(-1.0, 1.0));
    w.harness.run_steps(3);
    let video = w.state().shown().and_then(|e| e.video_id.clone()).expect("is known");
    assert_eq!(w.state().picked.of(&video), std::slice::from_ref(&(4..10)));
    w.harness.get_by_label_contains("10 points, 6 picked");
    w.key(Key::Escape);
    assert!(w.state().picked.is_empty());

    // And the other way: Shift and a drag on the timeline.
    let lanes = w.harness.get_by_role_and_label(Role::Slider, "Timeline").rect();
    let y = lanes.top() + 8.0;
    let x = |share: f32| Pos2::new(lanes.left() + share * lanes.width(), y);
    w.harness.event(egui::Event::PointerMoved(x(0.05)));
    w.harness.run_steps(2);
    let press = |pressed, at| egui::Event::PointerButton {
        pos: at,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::SHIFT,
    };
    w.harness.event(egui::Event::ModifiersChanged(Modifiers::SHIFT));
    w.harness.event(press(true, x(0.05)));
    w.harness.run_steps(2);
    w.harness.event(egui::Event::PointerMoved(x(0.25)));
    w.harness.run_steps(2);
    w.harness.event(press(false, x(0.25)));
    w.harness.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    w.harness.run_steps(3);
    assert_eq!(w.state().picked.of(&video), std::slice::from_ref(&(0..3)));
    w.harness.get_by_label_contains("10 points, 3 picked");
}

#[test]
fn the_lane_of_differences_comes_and_the_table_is_written() {
    let mut w = opened(64);
    assert!(UiCommand::ExportComparison.resolve(w.state()).is_none(), "there is nothing to export yet");
    with_scores(&mut w, &[0.0, 0.25, 0.5, 1.0]);
    assert!(w.state().prefs.timeline.lanes.is_shown(LaneKind::Difference));
    w.wait("the project", |s| s.reviews.project.folder().is_some());
    w.harness.get_by_role_and_label(Role::Button, "Export comparison").click_accesskit();
    w.harness.run_steps(2);
    w.wait("the notice", |s| s.notices.list().iter().any(|n| n.text.contains("were written to")));
    let file = Window::project(w.folder.path()).join("exports/walk-compared.csv");
    let text = std::fs::read_to_string(file).expect("is there");
    let rows: Vec<&str> = text.lines().collect();
    assert!(rows[0].starts_with("source,snippet,first_frame") && rows.len() == 5, "{text}");
    assert!(rows[2].contains(",1,16,31,0.64,1.28,") && rows[2].contains(",0.25,"), "{text}");
}

#[test]
fn other_attention_begins_as_the_one_in_use() {
    let mut w = opened(64);
    for (name, value) in [("Seed", 1234.0), ("Samples", 2500.0)] {
        w.harness.get_by_role_and_label(Role::SpinButton, name).set_value_accesskit(value);
        w.harness.run_steps(3);
    }
    let chosen = TsaSettings { seed: 1234, samples: 2500, ..w.state().tsa };
    let scored = |s: &AppState| s.shown().and_then(|entry| entry.scored.as_ref()).map(|scored| scored.tsa);
    w.wait("the scores again", |s| is_done(s) && s.tsa == chosen && scored(s) == Some(chosen));
    w.harness.get_by_role_and_label(Role::ComboBox, "Compare with").click();
    w.harness.run_steps(3);
    w.harness.get_by_label("the model in use, set otherwise").click();
    w.harness.run_steps(3);
    // Of the model in use they are what can be chosen: they stand open.
    w.harness.get_by_role_and_label(Role::CheckBox, "Other attention").click_accesskit();
    w.harness.run_steps(5);
    // The tab of the panel is called so too.
    let buttons = w.harness.get_all_by_role_and_label(Role::Button, "Compare");
    buttons.last().expect("is there").click_accesskit();
    w.harness.run_steps(3);
    let other = w.state().comparing.other.clone();
    assert!(matches!(&other, Some(Other::Model { tsa: Some(tsa), .. }) if *tsa == chosen), "{other:?}");
    // Nor does looking at attention begin a trial.
    w.key(Key::F5);
    w.wait("the attention", |s| s.inspect.looked.is_some());
    assert_eq!(w.state().inspect.trial, None);
}

#[test]
fn a_file_that_does_not_fit_is_told_in_a_sentence() {
    let mut w = opened(160);
    let file = w.folder.path().join("short.txt");
    std::fs::write(&file, "0.5\n0.5\n").expect("writes");
    w.harness.get_by_role_and_label(Role::ComboBox, "Compare with").click();
    w.harness.run_steps(3);
    w.harness.get_by_label("scores of another program").click();
    w.harness.run_steps(3);
    w.type_into("Scores to compare with", &file.display().to_string());
    w.key(Key::Enter);
    for _ in 0..200 {
        w.harness.run_steps(2);
        if w.harness.query_by_label_contains("short.txt has 2 scores").is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    w.harness.get_by_label_contains("has 10 snippets and 160 frames");
    w.harness.get_by_role_and_label(Role::Button, "Try again");
}
