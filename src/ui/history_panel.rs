//! The history of the project: what was done, when, by whom, and what was taken back.
//!
//! Owns the list. Does not own the steps: see `domain::record`.

use egui::{Button, RichText, Role, ScrollArea, Ui, WidgetInfo};

use super::command_button::command_button;
use super::root::ViewContext;
use super::widgets::elided::elided;
use crate::app::action::Action;
use crate::app::clock::local_time;
use crate::app::command::UiCommand;
use crate::domain::record::HistoryEntry;

/// Height of a row in points.
const ROW: f32 = 38.0;

/// Draws it.
pub fn history_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    ui.set_width(620.0);
    ui.heading("History");
    let text =
        "Every edit of this project, the newest first. Nothing is ever erased: taking a step back is a step too.";
    ui.label(RichText::new(text).color(palette.text_weak));
    ui.separator();
    let Some(history) = &view.state.history else {
        ui.label(RichText::new("being read…").color(palette.text_weak));
        return;
    };
    // In a blind pass only one's own steps: the others say what others marked.
    let (blind, reviewer) = (view.state.prefs.blind.on, view.state.prefs.review.reviewer());
    let shown: Vec<&HistoryEntry> = history.iter().filter(|entry| !blind || entry.who == reviewer).collect();
    if shown.is_empty() {
        ui.label(RichText::new("Nothing was done in this project yet.").color(palette.text_weak));
    }
    let height = ui.ctx().content_rect().height() - 220.0;
    ui.spacing_mut().item_spacing.y = 0.0;
    let area = ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink([false, true]);
    area.show_rows(ui, ROW, shown.len(), |ui, range| {
        for entry in &shown[range] {
            row_ui(view, entry, history, ui);
        }
    });
    ui.separator();
    ui.horizontal(|ui| {
        if ui.button("Close").clicked() {
            view.actions.send(Action::BackOut);
        }
        command_button(view, ui, UiCommand::Undo, UiCommand::Undo.text());
        command_button(view, ui, UiCommand::Redo, UiCommand::Redo.text());
    });
}

/// What a row is called: an undo of an undo does the step again.
fn title(entry: &HistoryEntry, history: &[HistoryEntry]) -> String {
    let undoes = |entry: &HistoryEntry| history.iter().find(|other| Some(other.step) == entry.undoes);
    let (mut again, mut at) = (true, entry);
    while let Some(before) = undoes(at) {
        (again, at) = (!again, before);
    }
    match (entry.undoes, again) {
        (None, _) => entry.title.clone(),
        (Some(_), true) => format!("Done again: {}", entry.title),
        (Some(_), false) => format!("Taken back: {}", entry.title),
    }
}

fn row_ui(view: &ViewContext<'_>, entry: &HistoryEntry, history: &[HistoryEntry], ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let title = title(entry, history);
    let when = local_time(entry.at_us);
    let more = if entry.changes > 1 { format!(" · {} changes", entry.changes) } else { String::new() };
    let undone = if entry.undone_by.is_some() { " · taken back" } else { "" };
    let line = format!("{when} · {}{more}{undone}", entry.who);
    let (rect, response) = ui.allocate_exact_size(egui::vec2(ui.available_width(), ROW), egui::Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, format!("{title}, {line}")));
    let ink = if entry.undone_by.is_some() { palette.text_faint } else { palette.text };
    let button = egui::vec2(92.0, 22.0);
    let width = rect.width() - button.x - 20.0;
    elided(ui, rect.left_top() + egui::vec2(2.0, 2.0), width, &title, view.tokens.body(), ink);
    elided(ui, rect.left_top() + egui::vec2(2.0, 19.0), width, &line, view.tokens.small(), palette.text_weak);
    if entry.undone_by.is_none() && entry.undoes.is_none() {
        let place =
            egui::Rect::from_center_size(egui::pos2(rect.right() - button.x / 2.0 - 8.0, rect.center().y), button);
        let mut place = ui.new_child(egui::UiBuilder::new().max_rect(place));
        let writable = view.state.reviews.writable().is_ok();
        let back = place.add_enabled(writable, Button::new("Take back").min_size(button));
        let name = format!("Take back {title}");
        back.widget_info(|| WidgetInfo::labeled(Role::Button, writable, &name));
        if back.on_hover_text("Undo this step alone, if nothing was built on it").clicked() {
            view.actions.send(Action::UndoStep(entry.step));
        }
    }
}
