//! The window in which a project is opened, made, or gone back to.
//!
//! Owns the path that is typed. Does not own projects: see `store::project`.

use std::path::PathBuf;

use egui::{Button, Key, RichText, Ui};

use super::dialogs::field_ui;
use super::root::ViewContext;
use crate::app::action::Action;
use crate::app::reviews::Project;

/// Draws it.
pub fn project_ui(view: &ViewContext<'_>, text: &mut String, fresh: bool, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    ui.set_width(520.0);
    ui.heading("Project");
    let weak = |text: String| RichText::new(text).color(palette.text_weak);
    ui.label(weak(
        "A project is a folder with everything that was said about videos: verdicts, labels, notes, and the record of \
         who said what when."
            .to_owned(),
    ));
    match &view.state.reviews.project {
        Project::Open { folder, held_by } => {
            let held = held_by.as_ref().map(|who| format!(", only to read: {who} has it open")).unwrap_or_default();
            ui.label(format!("Open: {}{held}", folder.display()));
        }
        Project::Opening => {
            ui.label("Being opened…");
        }
        Project::Failed { reason, .. } => {
            ui.label(RichText::new(reason).color(palette.error));
        }
    }
    ui.separator();
    let response = field_ui(ui, text, "Open or make a project in", "the whole path of a folder", fresh);
    let folder = PathBuf::from(text.trim());
    let usable = folder.is_absolute();
    let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    if !usable && !text.trim().is_empty() {
        ui.label(
            RichText::new("Type the whole path of a folder. A project is made there if there is none.")
                .color(palette.warn),
        );
    }
    ui.horizontal(|ui| {
        let clicked = ui.add_enabled(usable, Button::new("Open or make")).clicked();
        if ui.button("Cancel").clicked() {
            view.actions.send(Action::BackOut);
        }
        if usable && (clicked || entered) {
            view.actions.send(Action::OpenProject(folder));
        } else if entered {
            response.request_focus();
        }
    });
    let open = match &view.state.reviews.project {
        Project::Open { folder, .. } => Some(folder),
        _ => None,
    };
    let recent = view.state.prefs.projects.list().iter().chain(view.state.home_project.as_ref());
    let mut others: Vec<&PathBuf> = recent.filter(|folder| Some(*folder) != open).collect();
    others.dedup();
    if !others.is_empty() {
        ui.separator();
        ui.label(weak("Lately open".to_owned()));
    }
    for folder in others {
        if ui.add(Button::new(folder.display().to_string()).frame(false)).on_hover_text("Open this project").clicked() {
            view.actions.send(Action::OpenProject(folder.clone()));
        }
    }
}
