//! Maps of snippets and similar snippets, in the real window.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use lookback::app::bench::MapColour;
use lookback::app::command::UiCommand;
use lookback::app::prefs::Prefs;

use super::window::{Window, is_done};

/// Two scored videos; the second is on screen.
fn two() -> Window {
    let mut w = Window::new();
    for (name, frames) in [("one.mp4", 640), ("two.mp4", 480)] {
        let path = w.video(name, frames);
        w.open(&path);
        w.wait("the video", |s| s.shown().is_some_and(|entry| entry.name == name));
        w.wait("the scores", is_done);
    }
    w.wait("the project", |s| {
        s.library.entries().iter().all(|e| e.video_id.as_ref().is_some_and(|id| s.reviews.of(id).is_some()))
    });
    w
}

#[test]
fn snippets_are_laid_out_picked_and_marked_on_the_timeline() {
    let mut w = two();
    assert!(UiCommand::ExportMap.resolve(w.state()).is_none());
    w.choose("map all open");
    w.wait("the map", |s| s.survey.map.is_some());
    let map = w.state().survey.map.clone().expect("is made");
    assert_eq!((map.points.len(), map.every, map.left_out.len()), (70, 1, 0));
    w.harness.get_by_label_contains("Map of snippets: 70 points, 0 picked");
    let encoder = w.state().engine.facts().expect("is ready").encoder.clone();
    w.harness.get_by_label(&format!("70 snippets of 2 videos, by {encoder}."));
    w.click("Video");
    w.harness.get_by_label("one.mp4 40");
    w.harness.get_by_label("two.mp4 30");

    // A rectangle over the whole plot holds every point.
    w.click("Rectangle");
    let plot = w.harness.get_by_label_contains("Map of snippets").rect();
    let (from, to) = (plot.left_top() + egui::vec2(40.0, 19.0), plot.right_bottom() - egui::vec2(2.0, 32.0));
    w.harness.drag_at(from);
    w.harness.run_steps(2);
    w.harness.hover_at(plot.center());
    w.harness.run_steps(2);
    w.harness.hover_at(to);
    w.harness.run_steps(2);
    w.harness.drop_at(to);
    w.harness.run_steps(3);
    let shown = w.state().shown().and_then(|e| e.video_id.clone()).expect("is known");
    assert_eq!((w.state().picked.len(), w.state().picked.of(&shown)), (70, std::slice::from_ref(&(0..30))));
    w.harness.get_by_label("70 snippets of 2 videos picked");
    w.harness.get_by_role_and_label(Role::Button, "Pick no snippets").click_accesskit();
    w.harness.run_steps(3);
    assert!(w.state().picked.is_empty());

    w.choose("export map");
    w.wait("the notice", |s| s.notices.list().iter().any(|n| n.text.contains("points of the map were written")));
    let text =
        std::fs::read_to_string(Window::project(w.folder.path()).join("exports/videos-map.csv")).expect("is there");
    assert_eq!(text.lines().count(), 71);
    assert!(text.lines().nth(1).is_some_and(|row| row.starts_with("one.mp4,") && row.ends_with(",0")), "{text}");
}

#[test]
fn what_the_bench_showed_is_asked_for_again_after_a_restart() {
    let mut w = two();
    w.choose("map all open");
    w.wait("the map", |s| s.survey.map.is_some());
    w.click("Video");
    let config = w.folder.path().join("own/config");
    w.wait("the settings on disk", |_| Prefs::read(&config).prefs.bench.map_colour == MapColour::Video);
    let videos = ["one.mp4", "two.mp4"].map(|name| w.folder.path().join(name)).to_vec();
    let mut w = w.restarted(videos);
    w.wait("the same map", |s| s.survey.map.as_ref().is_some_and(|map| map.order.all && map.points.len() == 70));
    w.harness.run_steps(3);
    w.harness.get_by_label("one.mp4 40");
}

#[test]
fn what_resembles_the_snippet_on_screen_is_found_shown_and_gone_to() {
    let mut w = two();
    let shown = w.state().shown().and_then(|e| e.video_id.clone()).expect("is known");
    w.harness.key_press_modifiers(Modifiers::ALT, Key::S);
    w.wait("what was found", |s| s.survey.similar.is_some());
    let similar = w.state().survey.similar.clone().expect("is found");
    assert_eq!((similar.videos, similar.snippets, similar.left_out), (2, 70, 0));
    assert!(similar.found.windows(2).all(|pair| pair[0].similarity >= pair[1].similarity) && similar.found.len() > 2);
    w.harness.get_by_label_contains("Like snippet 0");
    // One video only, and then the click on the first.
    w.harness.get_by_role_and_label(Role::CheckBox, "Other videos only").click();
    w.wait("the other search", |s| s.survey.similar.as_ref().is_some_and(|similar| similar.order.others_only));
    let similar = w.state().survey.similar.clone().expect("is found");
    assert!(similar.videos == 1 && similar.found.iter().all(|found| found.video.id != shown));
    let first = &similar.found[0];
    let name = format!("one.mp4, snippet {}", first.snippet);
    w.harness.get_by_label_contains(&name).click();
    w.harness.run_steps(3);
    w.wait("the other video", |s| s.shown().is_some_and(|e| e.name == "one.mp4"));
    assert_eq!((w.frame(), w.state().survey.row), (first.snippet * 16, Some(0)));
    // The list stays what it was, so that the next one can be looked at.
    assert_eq!(w.state().survey.similar.as_ref(), Some(&similar));
    w.choose("next similar");
    assert_eq!(w.state().survey.row, Some(1));
}
