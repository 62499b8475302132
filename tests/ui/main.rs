//! The real window, driven by accessible names: a real file, the real workers, no screen.
//!
//! The file is written here, so nothing depends on what lies on the machine. Waiting is by condition,
//! never by time; the limit only ends a test that would otherwise hang.

mod ablation;
mod compare;
mod evaluation;
mod exchange;
mod inspect;
mod labels;
mod learn;
mod review;
#[path = "../support/sounding.rs"]
mod sounding;
mod survey;
mod window;

use std::thread;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use lookback::app::arrangement::Layout;
use lookback::app::command::UiCommand;
use lookback::app::lanes::LaneKind;
use lookback::app::library::{FileState, ScoringState};
use lookback::app::prefs::Prefs;
use lookback::app::shortcut::Os;
use lookback::app::state::Dialog;

use window::{ROUNDS, Window, is_done};

#[test]
fn open_by_path_score_step_and_change_the_threshold() {
    let mut w = Window::new();
    let path = w.video("walk.mp4", 160);
    w.open(&path);
    w.wait("the scores", is_done);
    assert_eq!(w.state().shown().expect("shown").scored.as_ref().expect("scored").snippets.len(), 10);

    w.click("Next frame");
    assert_eq!(w.frame(), 1);
    w.key(Key::Period);
    assert_eq!(w.frame(), 2);
    w.harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowRight);
    w.harness.run_steps(2);
    assert_eq!(w.frame(), 16);
    w.key(Key::End);
    assert_eq!(w.frame(), 159);
    w.key(Key::Home);
    assert_eq!(w.frame(), 0);

    // The shipped model's threshold lies between two steps of the slider: showing it must not choose another.
    assert!(w.state().prefs.rule.is_none(), "the person has not chosen a rule");
    w.harness.get_by_role_and_label(Role::Slider, "Score threshold").set_value_accesskit(0.0);
    w.harness.run_steps(3);
    assert_eq!(w.state().rule.threshold, 0.0);
    assert_eq!(w.state().events().len(), 1, "everything is one event when everything counts");
}

#[test]
fn playing_moves_and_draws_and_rest_does_neither() {
    let mut w = Window::new();
    let path = w.video("play.mp4", 100);
    w.open(&path);
    w.wait("the scores", is_done);
    w.key(Key::Space);
    assert!(w.state().session.as_ref().expect("shown").transport.is_playing());
    w.wait("half a second of playback", |s| s.session.as_ref().is_some_and(|s| s.frame() > 12));
    w.key(Key::K);
    assert!(!w.state().session.as_ref().expect("shown").transport.is_playing());
    let at = w.frame();
    // Fails if the window asks to be drawn again and again.
    w.harness.run();
    w.harness.run();
    assert_eq!(w.frame(), at);
    w.key(Key::J);
    assert!(w.state().session.as_ref().expect("shown").transport.is_backward());
}

#[test]
fn typing_is_not_playing() {
    let mut w = Window::new();
    let path = w.video("a.mp4", 40);
    w.open(&path);
    w.type_into("Filter names", "k j");
    assert_eq!(w.state().library.filter, "k j");
    assert!(!w.state().session.as_ref().expect("shown").transport.is_playing());
    assert!(w.state().library.visible().is_empty());
}

#[test]
fn the_timeline_seeks_where_it_is_clicked() {
    let mut w = Window::new();
    let path = w.video("seek.mp4", 200);
    w.open(&path);
    w.wait("the scores", is_done);
    let area = w.harness.get_by_label("Video").rect();
    // The lanes lie below the transport; a third from the left is well inside of them.
    let at = egui::pos2(480.0, 900.0 - 60.0);
    assert!(at.y > area.bottom());
    w.harness.drag_at(at);
    w.harness.run_steps(2);
    w.harness.drop_at(at);
    w.harness.run_steps(3);
    let left = w.frame();
    assert!((20..120).contains(&left), "{left}");
    let at = egui::pos2(960.0, 900.0 - 60.0);
    w.harness.drag_at(at);
    w.harness.run_steps(2);
    w.harness.drop_at(at);
    w.harness.run_steps(3);
    assert!(w.frame() > left);
}

#[test]
fn files_queue_and_one_is_cancelled() {
    let mut w = Window::new();
    for name in ["a.mp4", "b.mp4", "c.mp4"] {
        w.video(name, 600);
    }
    let folder = w.folder.path().to_owned();
    w.type_into("Path to open", &folder.display().to_string());
    w.key(Key::Enter);
    w.wait("the list", |s| s.library.entries().len() == 3);
    w.wait("the queue", |s| s.library.entries().iter().any(|e| e.name == "c.mp4" && e.scoring.is_pending()));
    w.click("Stop scoring c.mp4");
    w.wait("the others", |s| s.library.unfinished() == 0);
    let scoring =
        |name: &str| w.state().library.entries().iter().find(|e| e.name == name).expect("listed").scoring.clone();
    assert_eq!(scoring("c.mp4"), ScoringState::Cancelled);
    assert_eq!((scoring("a.mp4"), scoring("b.mp4")), (ScoringState::Done, ScoringState::Done));
}

#[test]
fn bad_input_is_told_and_the_rest_goes_on() {
    let mut w = Window::new();
    let bad = w.folder.path().join("bad.mp4");
    std::fs::write(&bad, b"this is not a video").expect("writes");
    w.type_into("Path to open", &bad.display().to_string());
    w.key(Key::Enter);
    w.wait("the refusal", |s| s.library.entries().iter().any(|e| matches!(e.file, FileState::Refused(_))));
    assert!(w.state().notices.list().iter().any(|n| n.text.contains("bad.mp4")));
    let good = w.video("good.mp4", 32);
    w.open(&good);
    assert_eq!(w.state().library.entries().len(), 2);
}

#[test]
fn going_to_a_frame_and_back_out_of_a_dialog() {
    let mut w = Window::new();
    let path = w.video("go.mp4", 120);
    w.open(&path);
    w.key(Key::G);
    w.type_into("Go to frame or time", "77");
    w.key(Key::Enter);
    assert_eq!(w.frame(), 77);
    assert_eq!(w.state().dialog, None);
    w.key(Key::Questionmark);
    assert!(w.state().dialog.is_some());
    w.harness.get_by_label_contains("List all keys");
    w.key(Key::Escape);
    assert_eq!(w.state().dialog, None);
}

#[test]
fn playback_keeps_to_the_loop_between_two_points() {
    let mut w = Window::new();
    let path = w.video("loop.mp4", 100);
    w.open(&path);
    let go = |w: &mut Window, frame: &str| {
        w.key(Key::G);
        w.type_into("Go to frame or time", frame);
        w.key(Key::Enter);
    };
    go(&mut w, "20");
    w.key(Key::D);
    go(&mut w, "24");
    w.key(Key::F);
    let looped = |w: &Window| w.state().session.as_ref().expect("shown").transport.looped();
    assert_eq!((looped(&w).frames(), looped(&w).is_on()), (Some((20, 24)), true));
    w.key(Key::Space);
    let mut seen = Vec::new();
    for _ in 0..60 {
        w.harness.run_steps(2);
        seen.push(w.frame());
    }
    assert!(seen.iter().all(|frame| (20..=24).contains(frame)), "{seen:?}");
    assert!(seen.windows(2).any(|pair| pair[1] < pair[0]), "it came round: {seen:?}");
    w.key(Key::Space);
    w.key(Key::W);
    assert!(!looped(&w).is_on());
    w.harness.key_press_modifiers(Modifiers::SHIFT, Key::D);
    w.harness.run_steps(2);
    assert_eq!(looped(&w).frames(), None);
}

#[test]
fn a_snapshot_becomes_a_file_named_after_what_it_shows() {
    let mut w = Window::new();
    let path = w.video("door.mp4", 60);
    w.open(&path);
    w.key(Key::Period);
    w.key(Key::C);
    w.wait("the notice", |s| s.notices.list().iter().any(|n| n.text.contains("The snapshot is")));
    let file = w.folder.path().join("own").join("snapshots").join("door_frame1_00m00s040.png");
    let picture = image::open(&file).expect("is a picture").into_rgb8();
    assert_eq!((picture.width(), picture.height()), (160, 120));
    assert!(picture.get_pixel(20, 60).0[0] > 180 && picture.get_pixel(100, 100).0[0] < 40);
}

#[test]
fn a_chart_is_written_as_it_was_asked_for() {
    let mut w = Window::new();
    let path = w.video("door.mp4", 60);
    w.open(&path);
    w.wait("the scores", is_done);
    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    w.harness.run_steps(2);
    w.type_into("Find a command", "save chart");
    w.key(Key::Enter);
    assert_eq!(w.state().dialog, Some(Dialog::Chart));
    for name in ["SVG", "CSV", "Dark", "Slide"] {
        w.harness.get_by_label(name).click();
        w.harness.run_steps(3);
    }
    w.click("Save");
    w.wait("the notice", |s| s.notices.list().iter().any(|n| n.text.contains("The chart is")));
    assert_eq!(w.state().dialog, None);
    let file = |kind: &str| w.folder.path().join("own").join("snapshots").join(format!("door_timeline.{kind}"));
    let picture = image::open(file("png")).expect("is a picture").into_rgb8();
    assert_eq!(picture.dimensions(), (1920, 1080));
    assert!(picture.get_pixel(1919, 1079).0.iter().all(|v| *v < 40), "it is dark");
    let svg = std::fs::read_to_string(file("svg")).expect("is written");
    assert!(svg.contains("door.mp4") && !svg.contains("<text"), "letters are outlines");
    let csv = std::fs::read_to_string(file("csv")).expect("is written");
    assert_eq!(csv.lines().count(), 1 + 4, "four snippets");
}

#[test]
fn the_picture_is_looked_at_more_closely_and_reset_by_one_key() {
    let mut w = Window::new();
    let path = w.video("closer.mp4", 60);
    w.open(&path);
    let at = w.harness.get_by_label("Video").rect().center() + egui::vec2(100.0, 0.0);
    w.harness.hover_at(at);
    w.harness.run_steps(2);
    w.harness.event(egui::Event::Zoom(4.0));
    w.harness.run_steps(3);
    let picture = w.state().picture;
    assert!((picture.zoom - 4.0).abs() < 0.01 && picture.center.0 > 0.5, "{picture:?}");
    let moved = at + egui::vec2(60.0, 0.0);
    w.harness.drag_at(at);
    w.harness.run_steps(2);
    w.harness.hover_at(moved);
    w.harness.run_steps(2);
    w.harness.drop_at(moved);
    w.harness.run_steps(3);
    assert!(w.state().picture.center.0 < picture.center.0, "the picture follows the hand");
    assert!(!w.state().session.as_ref().expect("shown").transport.is_playing(), "a drag is no click");
    w.click("Picture");
    w.harness.get_by_role_and_label(Role::Slider, "Brightness").set_value_accesskit(0.25);
    w.harness.run_steps(3);
    assert_eq!(w.state().picture.brightness, 0.25);
    w.key(Key::Escape);
    w.key(Key::V);
    assert_eq!(w.state().picture, lookback::app::picture::PictureView::default());
}

#[test]
fn what_is_typed_right_after_the_palette_or_go_to_is_for_its_field() {
    let mut w = Window::new();
    let path = w.video("palette.mp4", 60);
    w.open(&path);
    w.wait("the scores", is_done);
    let before = w.state().prefs.overlays;
    for (key, modifiers, dialog) in
        [(Key::K, Modifiers::COMMAND, Dialog::Palette), (Key::G, Modifiers::NONE, Dialog::GoTo)]
    {
        // Both keys arrive before the window is drawn again.
        for (key, modifiers) in [(key, modifiers), (Key::H, Modifiers::NONE)] {
            let press = |pressed| egui::Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
            w.harness.event(press(true));
            if key == Key::H {
                w.harness.event(egui::Event::Text("h".to_owned()));
            }
            w.harness.event(press(false));
        }
        w.harness.run_steps(3);
        assert_eq!(w.state().dialog, Some(dialog));
        assert_eq!(w.state().prefs.overlays, before, "H was meant for the field");
        let field = if dialog == Dialog::Palette { "Find a command" } else { "Go to frame or time" };
        let typed = w.harness.get_by_role_and_label(Role::TextInput, field).value();
        assert_eq!(typed.as_deref(), Some("h"), "and is there");
        w.key(Key::Escape);
        w.harness.run_steps(2);
    }
    w.key(Key::H);
    assert_ne!(w.state().prefs.overlays, before, "and without one it hides what is written over the video");
}

#[test]
fn a_path_that_is_not_found_stays_to_be_mended_and_keeps_the_keyboard() {
    let mut w = Window::new();
    let path = w.video("right.mp4", 60);
    w.open(&path);
    w.wait("the scores", is_done);
    let wrong = path.with_file_name("wrong.mp4").display().to_string();
    w.type_into("Path to open", &wrong);
    w.key(Key::Enter);
    w.wait("the refusal", |s| s.notices.list().iter().any(|notice| notice.text.contains("wrong.mp4")));
    let typed = |w: &Window| w.harness.get_by_role_and_label(Role::TextInput, "Path to open").value();
    assert_eq!(typed(&w), Some(wrong));
    // Letters that are typed on belong to the field: R would say that the video was looked through.
    w.harness.event(egui::Event::Text("r".to_owned()));
    w.key(Key::R);
    assert!(typed(&w).is_some_and(|text| text.ends_with('r')), "{:?}", typed(&w));
    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    w.harness.run_steps(2);
    w.type_into("Path to open", &path.display().to_string());
    w.key(Key::Enter);
    w.wait("the way out", |s| s.library.opened.is_some());
    assert_eq!(typed(&w).unwrap_or_default(), "");
    w.key(Key::Period);
    assert_eq!(w.frame(), 1, "the keyboard belongs to playback again");
}

#[test]
fn the_palette_finds_marks_and_carries_out() {
    let mut w = Window::new();
    let path = w.video("palette.mp4", 60);
    w.open(&path);
    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    w.harness.run_steps(3);
    assert_eq!(w.state().dialog, Some(Dialog::Palette));
    w.type_into("Find a command", "nxtfrm");
    w.key(Key::Enter);
    assert_eq!((w.frame(), w.state().dialog), (1, None));
    assert_eq!(w.state().prefs.recent.list(), [UiCommand::NextFrame]);
    // What was used last is on top when nothing is typed, and Down goes past it.
    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    w.harness.run_steps(3);
    w.key(Key::Enter);
    assert_eq!(w.frame(), 2);
    // What cannot be used now says so and does nothing.
    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    w.harness.run_steps(3);
    w.type_into("Find a command", "next row");
    w.key(Key::Enter);
    assert_eq!(w.state().dialog, Some(Dialog::Palette));
    w.key(Key::Escape);
    assert_eq!(w.state().dialog, None);
}

#[test]
fn keys_are_given_by_pressing_them_and_kept() {
    let mut w = Window::new();
    let path = w.video("keys.mp4", 60);
    w.open(&path);
    w.key(Key::Questionmark);
    w.harness.run_steps(5);
    w.click("Change keys…");
    assert_eq!(w.state().dialog, Some(Dialog::ChangeKeys));
    // N belongs to another command: nothing happens before that is settled.
    w.click("Give Next frame a key");
    w.key(Key::N);
    w.harness.get_by_label_contains("“Next event”");
    let keys = |w: &Window, command| w.state().prefs.keys.texts(command, Os::Linux);
    assert_eq!(keys(&w, UiCommand::NextFrame), ["."]);
    w.click("Move it here");
    assert_eq!(keys(&w, UiCommand::NextFrame), [".", "N"]);
    assert_eq!(keys(&w, UiCommand::NextEvent), Vec::<String>::new());
    // Esc ends the waiting, not the dialog; keys of the system are refused.
    w.click("Give Next frame a key");
    w.harness.key_press_modifiers(Modifiers::ALT, Key::Space);
    w.harness.run_steps(3);
    w.harness.get_by_label_contains("The desktop keeps this key");
    w.key(Key::Escape);
    assert_eq!(w.state().dialog, Some(Dialog::ChangeKeys));
    w.click("Take . from Next frame");
    w.key(Key::Escape);
    assert_eq!(w.state().dialog, None);
    w.key(Key::Period);
    assert_eq!(w.frame(), 0);
    w.key(Key::N);
    assert_eq!(w.frame(), 1);
    let config = w.folder.path().join("own").join("config");
    let kept = || Prefs::read(&config).prefs.keys;
    w.wait("the keys on disk", |s| kept() == s.prefs.keys);
    w.key(Key::Questionmark);
    w.harness.run_steps(5);
    w.click("Change keys…");
    w.click("Reset all keys");
    assert!(w.state().prefs.keys.is_default());
}

#[test]
fn the_attention_lane_hides_and_the_choice_is_kept() {
    let mut w = Window::new();
    let path = w.video("t.mp4", 64);
    w.open(&path);
    w.wait("the scores", is_done);
    assert!(w.harness.query_by_label("Invert").is_some());
    w.key(Key::T);
    assert!(w.harness.query_by_label("Invert").is_none());
    let config = w.folder.path().join("own").join("config");
    w.wait("the settings on disk", |_| !Prefs::read(&config).prefs.timeline.lanes.is_shown(LaneKind::Attention));
}

#[test]
fn panels_are_hidden_brought_back_and_dragged_elsewhere() {
    let mut w = Window::new();
    let path = w.video("panels.mp4", 64);
    w.open(&path);
    w.wait("the scores", is_done);
    let place = |w: &Window, name: &str| w.harness.get_by_label(name).rect();
    let before = place(&w, "Video");

    w.click("Hide Inspector");
    w.harness.run_steps(3);
    assert!(w.harness.query_by_label("Move Inspector").is_none());
    let wide = place(&w, "Video");
    assert!(wide.width() > before.width() + 200.0, "the video takes the room: {before} {wide}");
    assert_eq!(wide.height(), before.height());
    w.harness.get_by_role_and_label(Role::Button, "View").click();
    w.harness.run_steps(3);
    w.harness.get_by_role_and_label(Role::MenuItemCheckBox, "Inspector panel").click();
    w.harness.run_steps(3);
    assert_eq!(place(&w, "Video"), before);

    // The inspector goes to the left edge of the library.
    let at = w.harness.get_by_label("Move Inspector").rect().center();
    let library = w.harness.get_by_role_and_label(Role::Button, "Library").rect();
    let edge = egui::pos2(library.left() + 6.0, library.bottom() + 250.0);
    w.harness.drag_at(at);
    w.harness.run_steps(2);
    w.harness.hover_at(egui::pos2(at.x - 60.0, at.y + 60.0));
    w.harness.run_steps(2);
    w.harness.hover_at(edge);
    w.harness.run_steps(2);
    w.harness.drop_at(edge);
    w.harness.run_steps(4);
    let inspector = place(&w, "Move Inspector");
    let library = w.harness.get_by_role_and_label(Role::Button, "Library").rect();
    assert!(inspector.right() <= library.left() + 1.0, "{inspector} {library}");
    let config = w.folder.path().join("own").join("config");
    let moved = w.state().prefs.layout.clone();
    assert_ne!(moved.panels, Layout::default().panels);
    w.wait("the settings on disk", |_| Prefs::read(&config).prefs.layout == moved);

    w.harness.get_by_role_and_label(Role::Button, "View").click();
    w.harness.run_steps(3);
    w.click("Reset panels");
    w.harness.run_steps(3);
    assert_eq!(w.state().prefs.layout.panels, Layout::default().panels);
    // A window whose panels say something else at every repaint would never rest.
    w.harness.run();
}

#[test]
fn an_idle_window_rests() {
    let mut w = Window::new();
    w.wait("the model", |s| s.engine.facts().is_some());
    // Fails if it asks to be drawn again and again.
    w.harness.run();
    w.harness.run();
    w.harness.get_by_role_and_label(Role::Button, "Make demo scenes");
}

#[test]
fn the_inspector_says_why_an_event_was_flagged_and_what_the_rule_costs() {
    let mut w = Window::new();
    let path = w.video("why.mp4", 160);
    w.open(&path);
    w.wait("the scores", is_done);
    w.harness.get_by_role_and_label(Role::Slider, "Score threshold").set_value_accesskit(0.0);
    w.harness.run_steps(3);
    // All ten snippets are one event now.
    let scores = w.state().shown().and_then(|e| e.scored.clone()).expect("scored");
    let largest = (0..10).max_by(|a, b| scores.snippets.magnitudes[*a].total_cmp(&scores.snippets.magnitudes[*b]));
    let largest = largest.expect("ten snippets");
    w.harness.get_by_label("6 s (100.0 %)");
    // As assistive programs do: it may be scrolled out of sight.
    w.harness.get_by_label_contains(&format!("Go to snippet {largest} at ")).click_accesskit();
    w.harness.run_steps(3);
    assert_eq!(w.frame(), largest * 16 + 8);
    let peak = w.state().events()[0].peak;
    w.harness.get_by_role_and_label(Role::Button, "Go to the event's peak").click_accesskit();
    w.harness.run_steps(3);
    assert_eq!(w.frame(), peak * 16 + 8);
    let picture = format!("Picture of frame {}", peak * 16 + 8);
    for _ in 0..ROUNDS {
        if w.harness.query_all_by_label(&picture).next().is_some() {
            return;
        }
        w.harness.run_steps(1);
        thread::sleep(Duration::from_millis(20));
    }
    panic!("no small picture of the peak came");
}

#[test]
fn the_pointer_on_the_timeline_shows_picture_and_rank() {
    let mut w = Window::new();
    let path = w.video("hover.mp4", 200);
    w.open(&path);
    w.wait("the scores", is_done);
    let place = w.harness.get_by_role_and_label(Role::Slider, "Timeline").rect();
    // On the ruler, where no line can be dragged.
    w.harness.hover_at(egui::pos2(place.center().x, place.top() + 8.0));
    for _ in 0..ROUNDS {
        w.harness.run_steps(1);
        if w.harness.query_by_label_contains("Picture of frame").is_some() {
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    w.harness.get_by_label_contains(" of all");
    assert!(w.harness.query_all_by_label_contains(" of 13").next().is_some());
    w.harness.get_by_label_contains("Picture of frame");
}

#[test]
fn ground_truth_motion_and_scatter_come_beside_the_scores() {
    let mut w = Window::new();
    let path = w.video("beside.mp4", 160);
    let truth = r#"{"beside.mp4": {"frames": 160, "label": 1, "spans_inclusive": [[32, 63]]}}"#;
    std::fs::write(w.folder.path().join("ground_truth.json"), truth).expect("writes");
    w.open(&path);
    w.wait("the scatter of the scores", |s| s.shown().is_some_and(|e| e.lanes().noise.is_some()));
    let lanes = w.state().shown().expect("shown").lanes();
    let noise = lanes.noise.as_ref().expect("is known");
    assert_eq!((noise.low().len(), noise.high().len()), (10, 10));
    assert_eq!(lanes.truth.as_deref(), Some(std::slice::from_ref(&(32..64))));
    let motion = lanes.motion.as_ref().expect("is known").values();
    assert!(motion.len() == 10 && motion.iter().all(|m| *m > 0.1 && *m < 50.0), "a square wanders: {motion:?}");
}

#[test]
fn sound_is_turned_down_and_off_and_a_machine_without_a_device_says_nothing() {
    let mut w = Window::new();
    let path = sounding::write(w.folder.path(), sounding::PLAIN, 100, |secs| (secs * 2000.0).sin() as f32 * 0.1);
    w.open(&path);
    w.wait("the scores", is_done);
    w.key(Key::Space);
    w.wait("playback", |s| s.session.as_ref().is_some_and(|s| s.frame() > 5));
    w.key(Key::K);
    w.harness.get_by_role_and_label(Role::Slider, "Volume").set_value_accesskit(0.5);
    w.harness.run_steps(3);
    assert_eq!(w.state().prefs.volume, 0.5);
    w.harness.key_press_modifiers(Modifiers::SHIFT, Key::M);
    w.harness.run_steps(2);
    assert!(w.state().prefs.muted);
    w.click("Mute");
    assert!(!w.state().prefs.muted);
    let told = w.state().notices.list();
    assert!(told.is_empty(), "{told:?}");

    let silent = w.video("silent.mp4", 40);
    w.open(&silent);
    w.wait("the other file", |s| s.library.entries().iter().filter(|e| e.video().is_some()).count() == 2);
    w.key(Key::ArrowDown);
    w.wait("the other video", |s| !s.has_sound());
    assert!(w.harness.get_by_role_and_label(Role::Button, "Mute").accesskit_node().is_disabled());
}
