//! The window in which videos of the project that are not where they were are found again.
//!
//! Owns how missing and found videos look. Does not own the search: see `app::exchange`.

use egui::{Button, RichText, Role, Ui, WidgetInfo};

use super::exchange_form::{PathField, WIDTH, area, failure_ui, path_ui, pick, running_ui, sentences_ui, wish};
use super::figures;
use super::root::ViewContext;
use super::widgets::elided::elided;
use crate::app::action::Action;
use crate::app::exchange::{Found, Relocation};
use crate::app::exchanging::{Errand, Field, Wish};
use crate::domain::queue::KnownVideo;

/// Height of a row: a name and one line for each path.
const ROW: f32 = 40.0;
const FOUND_ROW: f32 = 58.0;

/// Draws it.
pub(super) fn moved_ui(view: &ViewContext<'_>, fresh: bool, ui: &mut Ui) {
    ui.set_width(WIDTH);
    ui.heading("Find moved files");
    let text = "Videos are known by their content, wherever they are and whatever they are called. Those that are not \
                found stay in the project with all that was said about them. No file is moved or changed.";
    ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
    ui.separator();
    let exchanging = &view.state.exchanging;
    let running = running_ui(view, ui, &[Errand::Missing, Errand::Search]);
    failure_ui(view, ui, exchanging.missing.failure());
    let missing = exchanging.missing.known().map_or(&[][..], Vec::as_slice);
    let found = exchanging.relocation.known();
    if exchanging.missing.known().is_some_and(Vec::is_empty) {
        ui.label("All videos of the project are where they were.");
    }
    let mut folder = exchanging.moved_folder.clone();
    let mut search = false;
    if !missing.is_empty() {
        if found.is_none() {
            let text = match missing.len() {
                1 => "1 video is not where the project saw it last".to_owned(),
                n => format!("{n} videos are not where the project saw them last"),
            };
            ui.label(RichText::new(text).strong());
            rows_ui(ui, ROW, missing, |ui, video| missing_ui(view, ui, video));
        }
        ui.add_space(6.0);
        let path =
            PathField { name: "Folder to search", hint: "with all folders in it", pick: pick(Field::Moved), lines: 1 };
        search = path_ui(view, ui, &path, &mut folder, fresh);
        if folder != exchanging.moved_folder {
            wish(view, Wish::SetMovedFolder(folder.clone()));
        }
    }
    failure_ui(view, ui, exchanging.relocation.failure());
    if let Some(relocation) = found {
        found_ui(view, relocation, ui);
    }
    ui.separator();
    ui.horizontal(|ui| {
        if let Some(relocation) = found.filter(|relocation| !relocation.found.is_empty()) {
            let writable = view.state.reviews.writable();
            let text = match relocation.found.len() {
                1 => "Use the new place".to_owned(),
                n => format!("Use the {n} new places"),
            };
            let button = ui.add_enabled(writable.is_ok(), Button::new(text));
            if button.on_disabled_hover_text(writable.err().unwrap_or_default()).clicked() {
                wish(view, Wish::Relocate);
            }
        }
        if !missing.is_empty() {
            search |= ui.add_enabled(!folder.trim().is_empty() && !running, Button::new("Search")).clicked();
        }
        if ui.button("Close").clicked() {
            view.actions.send(Action::BackOut);
        }
    });
    if search && !folder.trim().is_empty() && !running {
        wish(view, Wish::Search);
    }
}

/// Rows that scroll when there are many.
fn rows_ui<T>(ui: &mut Ui, row: f32, list: &[T], mut draw: impl FnMut(&mut Ui, &T)) {
    let height = (ui.ctx().content_rect().height() - 420.0).clamp(row * 2.0, row * 8.0);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        area("rows", height)
            .show_rows(ui, row, list.len(), |ui, range| list[range].iter().for_each(|item| draw(ui, item)));
    });
}

fn missing_ui(view: &ViewContext<'_>, ui: &mut Ui, video: &KnownVideo) {
    let palette = &view.tokens.palette;
    let (rect, response) = ui.allocate_exact_size(egui::vec2(ui.available_width(), ROW), egui::Sense::hover());
    let path = video.path.display().to_string();
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, format!("{}, missing, was {path}", video.name)));
    let width = rect.width() - 8.0;
    elided(ui, rect.left_top() + egui::vec2(2.0, 2.0), width, &video.name, view.tokens.body(), palette.text);
    elided(ui, rect.left_top() + egui::vec2(2.0, 20.0), width, &path, view.tokens.small(), palette.text_weak);
    response.on_hover_text(path);
}

/// The proposal.
fn found_ui(view: &ViewContext<'_>, relocation: &Relocation, ui: &mut Ui) {
    ui.separator();
    let all = relocation.found.len() + relocation.missing.len();
    let looked = figures::count(relocation.files, "video file");
    let text = format!("{} of {all} found among {looked}", relocation.found.len());
    ui.label(RichText::new(text).strong());
    rows_ui(ui, FOUND_ROW, &relocation.found, |ui, found| proposal_ui(view, ui, found));
    let heading = format!("{} not found", figures::count(relocation.missing.len(), "video"));
    let missing = relocation.missing.iter().map(|video| format!("{}: {}", video.name, video.path.display()).into());
    sentences_ui(view, ui, &heading, missing);
    let heading = format!("{} cannot be read", figures::count(relocation.unreadable.len(), "file"));
    sentences_ui(view, ui, &heading, relocation.unreadable.iter().map(|line| line.as_str().into()));
}

/// Old and new path, and how the file was recognised.
fn proposal_ui(view: &ViewContext<'_>, ui: &mut Ui, found: &Found) {
    let palette = &view.tokens.palette;
    let (rect, response) = ui.allocate_exact_size(egui::vec2(ui.available_width(), FOUND_ROW), egui::Sense::hover());
    let (old, new) = (found.video.path.display().to_string(), found.path.display().to_string());
    let how = found.recognised();
    response.widget_info(|| {
        WidgetInfo::labeled(Role::ListItem, true, format!("{}, from {old} to {new}, {how}", found.video.name))
    });
    let width = rect.width() - 8.0;
    let at = |y: f32| rect.left_top() + egui::vec2(2.0, y);
    let head = format!("{} · {how}", found.video.name);
    elided(ui, at(2.0), width, &head, view.tokens.body(), palette.text);
    elided(ui, at(20.0), width, &format!("from {old}"), view.tokens.small(), palette.text_weak);
    elided(ui, at(36.0), width, &format!("to {new}"), view.tokens.small(), palette.text);
    response.on_hover_text(format!("from {old}\nto {new}"));
}
