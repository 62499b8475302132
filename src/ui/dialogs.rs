//! Windows over the window, and those small enough to be drawn here: go to, and where snapshots go.
//!
//! Owns what is typed into them. Which one is open is part of the state.

use std::path::PathBuf;

use egui::{Align2, Context, Id, Key, Modal, RichText, TextEdit, Ui};

use crate::app::action::Action;
use crate::app::place::Place;
use crate::app::state::Dialog;

use super::agreement_dialog::{AgreementDialogState, agreement_ui};
use super::class_editor::{ClassEditorState, class_editor_ui};
use super::clock_dialog::{self, ClockDialogState};
use super::import_dialog::ImportPictures;
use super::key_editor::{KeyEditorState, key_editor_ui};
use super::palette::{PaletteState, palette_ui};
use super::root::ViewContext;
use super::shortcuts::typed_ahead;
use super::{
    about, chart_dialog, export_dialog, history_panel, import_dialog, key_list, moved_dialog, name_dialog,
    project_dialog, report_dialog,
};

/// What the open dialog remembers.
#[derive(Debug, Default)]
pub struct DialogState {
    open: Option<Dialog>,
    text: String,
    palette: PaletteState,
    key_editor: KeyEditorState,
    clock: ClockDialogState,
    classes: ClassEditorState,
    agreement: AgreementDialogState,
    pictures: ImportPictures,
}

impl DialogState {
    /// Whether the next key is for the dialog, whatever command has it.
    pub fn captures_keys(&self) -> bool {
        self.open == Some(Dialog::ChangeKeys) && self.key_editor.captures_keys()
    }
}

/// Draws the dialog that is open, if any.
pub fn dialogs_ui(view: &ViewContext<'_>, dialogs: &mut DialogState, ctx: &Context) {
    let Some(dialog) = view.state.dialog else {
        dialogs.open = None;
        return;
    };
    let fresh = dialogs.open != Some(dialog);
    if fresh {
        *dialogs = DialogState { open: Some(dialog), ..DialogState::default() };
        match dialog {
            Dialog::Palette => dialogs.palette = PaletteState::of(typed_ahead(ctx)),
            Dialog::GoTo => dialogs.text = typed_ahead(ctx),
            _ => {}
        }
    }
    let mut modal = Modal::new(Id::unique("dialog"));
    if dialog == Dialog::Palette {
        // The field stays where it is while the list below it grows and shrinks.
        let top = ctx.content_rect().height() * 0.12;
        modal = modal.area(Modal::default_area(Id::unique("palette")).anchor(Align2::CENTER_TOP, [0.0, top]));
    }
    let response = modal.show(ctx, |ui| match dialog {
        Dialog::GoTo => go_to_ui(view, dialogs, fresh, ui),
        Dialog::SnapshotFolder => snapshot_folder_ui(view, dialogs, fresh, ui),
        Dialog::Chart => chart_dialog::chart_ui(view, ui),
        Dialog::Clock => clock_dialog::clock_ui(view, &mut dialogs.clock, fresh, ui),
        Dialog::History => history_panel::history_ui(view, ui),
        Dialog::Project => project_dialog::project_ui(view, &mut dialogs.text, fresh, ui),
        Dialog::Keys => key_list::key_list_ui(view, ui),
        Dialog::ChangeKeys => key_editor_ui(view, &mut dialogs.key_editor, ui),
        Dialog::Classes => class_editor_ui(view, &mut dialogs.classes, ui),
        Dialog::Name => name_dialog::name_ui(view, &mut dialogs.text, fresh, ui),
        Dialog::Agreement => agreement_ui(view, &mut dialogs.agreement, ui),
        Dialog::ImportLabels => import_dialog::import_ui(view, &mut dialogs.pictures, fresh, ui),
        Dialog::ExportLabels => export_dialog::export_ui(view, fresh, ui),
        Dialog::CaseReport => report_dialog::report_ui(view, fresh, ui),
        Dialog::MovedFiles => moved_dialog::moved_ui(view, fresh, ui),
        Dialog::Palette => palette_ui(view, &mut dialogs.palette, fresh, ui),
        Dialog::About => about::about_ui(view, ui),
    });
    if response.should_close() {
        view.actions.send(Action::BackOut);
    }
}

/// A field with its name above; gets the keyboard when `fresh`.
pub(super) fn field_ui(ui: &mut Ui, text: &mut String, name: &str, hint: &str, fresh: bool) -> egui::Response {
    let label = ui.label(name);
    let response =
        ui.add(TextEdit::singleline(text).hint_text(hint).desired_width(f32::INFINITY)).labelled_by(label.id);
    if fresh {
        response.request_focus();
    }
    response
}

fn go_to_ui(view: &ViewContext<'_>, dialogs: &mut DialogState, fresh: bool, ui: &mut Ui) {
    ui.set_width(300.0);
    let response = field_ui(ui, &mut dialogs.text, "Go to frame or time", "1234, 12.5s or 1:23.5", fresh);
    let place = Place::parse(&dialogs.text);
    let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    if place.is_none() && !dialogs.text.trim().is_empty() {
        let text = "A plain number is a frame, counted from 0. Write times as 12.5s, 2m or 1:23.5.";
        ui.label(RichText::new(text).color(view.tokens.palette.warn));
    }
    ui.horizontal(|ui| {
        let clicked = ui.add_enabled(place.is_some(), egui::Button::new("Go")).clicked();
        if ui.button("Cancel").clicked() {
            view.actions.send(Action::BackOut);
        }
        match place {
            Some(place) if clicked || entered => view.actions.send(Action::GoTo(place)),
            _ if entered => response.request_focus(),
            _ => {}
        }
    });
}

fn snapshot_folder_ui(view: &ViewContext<'_>, dialogs: &mut DialogState, fresh: bool, ui: &mut Ui) {
    ui.set_width(460.0);
    let chosen = view.state.prefs.snapshot_folder.as_ref();
    if fresh {
        dialogs.text = chosen.map(|folder| folder.display().to_string()).unwrap_or_default();
    }
    let response =
        field_ui(ui, &mut dialogs.text, "Write snapshots into", "the folder Lookback among your pictures", fresh);
    let path = PathBuf::from(dialogs.text.trim());
    let usable = path.is_absolute();
    let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    if !usable && !dialogs.text.trim().is_empty() {
        ui.label(
            RichText::new("Type the whole path of a folder. It is made if needed.").color(view.tokens.palette.warn),
        );
    }
    ui.horizontal(|ui| {
        let clicked = ui.add_enabled(usable, egui::Button::new("Use this folder")).clicked();
        if ui.add_enabled(chosen.is_some(), egui::Button::new("Use the folder of pictures")).clicked() {
            view.actions.send(Action::SetSnapshotFolder(None));
        }
        if ui.button("Cancel").clicked() {
            view.actions.send(Action::BackOut);
        }
        if usable && (clicked || entered) {
            view.actions.send(Action::SetSnapshotFolder(Some(path)));
        } else if entered {
            response.request_focus();
        }
    });
}
