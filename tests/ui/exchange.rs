//! Imports, exports, case reports and moved files in the real window: shown first, then done, and told.

use std::fs;
use std::path::Path;

use egui::Key;
use egui::Modifiers;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use lookback::app::state::Dialog;
use lookback::domain::label::Label;
use lookback::store::Project;

use super::window::{Window, is_done};

/// A video that the project knows.
fn known(w: &mut Window, name: &str) {
    let path = w.video(name, 160);
    w.open(&path);
    w.wait("the scores", is_done);
    w.wait("the project", |s| {
        s.shown().is_some_and(|e| e.video_id.as_ref().is_some_and(|id| s.reviews.of(id).is_some()))
    });
}

fn menu(w: &mut Window, entry: &str) {
    w.harness.get_by_role_and_label(Role::Button, "File").click();
    w.harness.run_steps(3);
    w.click(entry);
    w.harness.run_steps(3);
}

fn on_disk(w: &Window) -> Vec<Label> {
    let project = Project::open(&Window::project(w.folder.path()), "reader").expect("opens");
    let video = w.state().shown().and_then(|entry| entry.video_id.clone()).expect("is known");
    project.review_state(&video).expect("reads").labels.into_values().collect()
}

fn write(w: &Window, name: &str, text: &str) -> String {
    let path = w.folder.path().join(name);
    fs::write(&path, text).expect("is written");
    path.display().to_string()
}

#[test]
fn an_import_is_shown_with_its_ends_then_made_in_one_step_and_undone() {
    let mut w = Window::new();
    known(&mut w, "door.mp4");
    let table = "video,start_frame,end_frame,class,lane,note,confidence\n\
                 door.mp4,10,20,Fight,Ada,,\ndoor.mp4,150,170,Fall,Ada,,\ngone.mp4,1,2,Fight,,,\n";
    let path = write(&w, "labels.csv", table);
    menu(&mut w, "Import labels…");
    assert_eq!(w.state().dialog, Some(Dialog::ImportLabels));
    w.type_into("Label files", &path);
    w.click("Show what would happen");
    w.wait("the plan", |s| s.exchanging.import_plan.known().is_some());
    w.harness.get_by_label("labels.csv: 2 videos, 3 intervals");
    w.harness.get_by_label("Table (CSV), told by the content");
    for frame in [10, 19, 150, 159] {
        w.harness.get_by_role_and_label(Role::Image, &format!("Picture of frame {frame}"));
    }
    let plan = w.state().exchanging.import_plan.known().cloned().expect("is planned");
    assert!(plan.pictures.iter().all(|shown| shown.picture.is_some()));
    w.harness.get_by_label_contains("lies partly outside");
    w.harness.get_by_label_contains("gone.mp4");
    assert!(on_disk(&w).is_empty(), "nothing happens before it is wanted");

    w.click("Import 2 intervals");
    assert_eq!(w.state().dialog, None);
    w.wait("the step", |s| s.marking.labels().list().len() == 2);
    assert_eq!(on_disk(&w).iter().map(|l| (l.span.start(), l.span.end())).collect::<Vec<_>>(), [(10, 20), (150, 160)]);
    assert!(w.state().notices.list().iter().any(|n| n.text.contains("Import of 2 intervals from labels.csv")));

    // Again: nothing is new, and that is said.
    menu(&mut w, "Import labels…");
    w.click("Show what would happen");
    w.wait("the plan", |s| s.exchanging.import_plan.known().is_some());
    w.harness.get_by_label("nothing; 2 labels are there already and are left out");
    w.key(Key::Escape);
    w.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    w.wait("the undo", |s| s.marking.labels().list().is_empty());
    assert!(on_disk(&w).is_empty());
}

#[test]
fn labels_that_cannot_be_read_are_told_with_the_file_and_the_form_stays() {
    let mut w = Window::new();
    known(&mut w, "door.mp4");
    let path = write(&w, "odd.txt", "hello\n");
    menu(&mut w, "Import labels…");
    w.type_into("Label files", &path);
    w.click("Show what would happen");
    w.wait("the refusal", |s| s.exchanging.import_plan.failure().is_some());
    w.harness.get_by_label_contains("odd.txt: its content shows no known label format");
    assert_eq!(w.state().dialog, Some(Dialog::ImportLabels));
}

#[test]
fn an_export_says_what_is_lost_and_asks_before_it_replaces() {
    let mut w = Window::new();
    known(&mut w, "door.mp4");
    let table = "video,start_frame,end_frame,class,lane,note,confidence\ndoor.mp4,10,20,Fight,Ada,seen,\n";
    let path = write(&w, "labels.csv", table);
    menu(&mut w, "Import labels…");
    w.type_into("Label files", &path);
    w.click("Show what would happen");
    w.wait("the plan", |s| s.exchanging.import_plan.known().is_some());
    w.click("Import 1 interval");
    w.wait("the step", |s| s.marking.labels().list().len() == 1);

    menu(&mut w, "Export labels…");
    w.wait("the plan", |s| s.exchanging.export_plan.known().is_some());
    w.harness.get_by_label("1 video and 1 interval are written");
    w.harness.get_by_label("Table (CSV) can hold all of this.");
    w.harness.get_by_role_and_label(Role::ComboBox, "Format").click();
    w.harness.run_steps(3);
    w.harness.get_by_label("XD-Violence annotation").click();
    w.harness.run_steps(3);
    w.wait("the losses", |s| s.exchanging.export_plan.known().is_some_and(|planned| !planned.losses.is_empty()));
    w.harness.get_by_label("XD-Violence annotation cannot hold everything");
    let target = w.folder.path().join("out/xd.txt");
    w.type_into("File to write", &target.display().to_string());
    w.click("Export");
    w.wait("the file", |s| s.exchanging.exported.known().is_some());
    assert_eq!(fs::read_to_string(&target).expect("is there"), "door.mp4 10 20\n");

    fs::write(&target, "mine").expect("is written");
    w.click("Export");
    w.wait("the question", |s| !s.exchanging.taken.is_empty());
    w.harness.get_by_label_contains("is there already");
    assert_eq!(fs::read_to_string(&target).expect("is there"), "mine");
    w.click("Replace what is there");
    w.wait("the file", |s| s.exchanging.exported.known().is_some());
    assert_eq!(fs::read_to_string(&target).expect("is there"), "door.mp4 10 20\n");
}

#[test]
fn a_case_report_is_made_and_told_with_its_page() {
    let mut w = Window::new();
    known(&mut w, "door.mp4");
    w.key(Key::R);
    w.wait("the disk", |s| s.reviews.pending() == 0);
    menu(&mut w, "Case report…");
    w.wait("the videos", |s| s.exchanging.survey.known().is_some());
    w.type_into("Headline", "Yard and door");
    w.click("Make the report");
    w.wait("the report", |s| s.exchanging.reported.known().is_some());
    let page = w.state().exchanging.reported.known().map(|reported| reported.page.clone()).expect("is written");
    w.harness.get_by_label_contains("case.html, with 1 video");
    let html = fs::read_to_string(&page).expect("is there");
    assert!(html.contains("<h1>Yard and door</h1>") && html.contains("door.mp4"));
    assert!(page.with_file_name("case.csv").is_file());
}

#[test]
fn a_moved_video_is_found_proposed_and_then_known_there() {
    let mut w = Window::new();
    known(&mut w, "door.mp4");
    menu(&mut w, "Find moved files…");
    w.wait("the look", |s| s.exchanging.missing.known().is_some());
    w.harness.get_by_label("All videos of the project are where they were.");
    w.key(Key::Escape);
    let (old, new) = (w.folder.path().join("door.mp4"), w.folder.path().join("archive/yard.mp4"));
    fs::create_dir(w.folder.path().join("archive")).expect("is made");
    fs::rename(&old, &new).expect("is moved");
    menu(&mut w, "Find moved files…");
    w.wait("the look", |s| s.exchanging.missing.known().is_some_and(|missing| missing.len() == 1));
    w.harness.get_by_label_contains("door.mp4, missing");
    let folder = w.folder.path().join("archive").display().to_string();
    w.type_into("Folder to search", &folder);
    w.click("Search");
    w.wait("the proposal", |s| s.exchanging.relocation.known().is_some());
    w.harness.get_by_label_contains("same content and size, another name");
    let place = |w: &Window| {
        let project = Project::open(&Window::project(w.folder.path()), "reader").expect("opens");
        project.videos().expect("reads")[0].path.clone()
    };
    assert!(same(&place(&w), &old), "a proposal changes nothing");
    w.click("Use the new place");
    w.wait("the project", |s| s.exchanging.missing.known().is_some_and(Vec::is_empty));
    assert!(same(&place(&w), &new));
}

fn same(a: &Path, b: &Path) -> bool {
    std::path::absolute(a).ok() == std::path::absolute(b).ok()
}
