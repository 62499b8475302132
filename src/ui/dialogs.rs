//! Windows over the window: go to, keys, commands by name, about.
//!
//! Owns their text fields. Which one is open is part of the state.

use egui::{Context, Grid, Id, Key, Modal, RichText, ScrollArea, TextEdit, Ui};
use strum::IntoEnumIterator as _;

use crate::app::action::Action;
use crate::app::command::{Group, UiCommand};
use crate::app::place::Place;
use crate::app::state::Dialog;

use super::about;
use super::root::ViewContext;

/// Text and selection of the open dialog.
#[derive(Debug, Default)]
pub struct DialogState {
    open: Option<Dialog>,
    text: String,
    selected: usize,
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
    }
    let response = Modal::new(Id::unique("dialog")).show(ctx, |ui| match dialog {
        Dialog::GoTo => go_to_ui(view, dialogs, fresh, ui),
        Dialog::Keys => keys_ui(view, ui),
        Dialog::Palette => palette_ui(view, dialogs, fresh, ui),
        Dialog::About => about::about_ui(view, ui),
    });
    if response.should_close() {
        view.actions.send(Action::BackOut);
    }
}

fn field_ui(ui: &mut Ui, text: &mut String, name: &str, hint: &str, fresh: bool) -> egui::Response {
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

fn keys_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    ui.set_width(680.0);
    ui.heading("Keys");
    ui.label(
        RichText::new("Space, arrows, Home, End and Backspace act so unless a button, slider or field has the focus.")
            .color(view.tokens.palette.text_weak),
    );
    ui.separator();
    ScrollArea::vertical().max_height(ui.ctx().content_rect().height() - 180.0).auto_shrink([false, true]).show(
        ui,
        |ui| {
            for group in Group::iter() {
                ui.add_space(4.0);
                ui.label(RichText::new(group.text()).strong());
                Grid::new(group.text()).num_columns(3).spacing([16.0, 4.0]).min_col_width(70.0).show(ui, |ui| {
                    for command in UiCommand::iter().filter(|c| c.group() == group) {
                        let keys: Vec<_> = command.shortcuts(view.os).into_iter().map(|s| s.text(view.os)).collect();
                        if keys.is_empty() {
                            continue;
                        }
                        let (text, help) = command.text_and_help();
                        ui.monospace(keys.join("  "));
                        ui.label(text);
                        ui.label(RichText::new(help).color(view.tokens.palette.text_weak));
                        ui.end_row();
                    }
                });
            }
            ui.add_space(6.0);
            ui.label("On the timeline: click or drag to seek, the wheel zooms and with Shift pans, drag the threshold, names and borders of lanes.");
        },
    );
    ui.separator();
    if ui.button("Close").clicked() {
        view.actions.send(Action::BackOut);
    }
}

fn palette_ui(view: &ViewContext<'_>, dialogs: &mut DialogState, fresh: bool, ui: &mut Ui) {
    ui.set_width(480.0);
    // Up and down choose a row although the text field has the keyboard.
    let (up, down) = ui.input_mut(|i| {
        (i.consume_key(egui::Modifiers::NONE, Key::ArrowUp), i.consume_key(egui::Modifiers::NONE, Key::ArrowDown))
    });
    let before = dialogs.text.clone();
    let response = field_ui(ui, &mut dialogs.text, "Find a command", "a part of its name", fresh);
    if before != dialogs.text {
        dialogs.selected = 0;
    }
    let rows = matching(&dialogs.text);
    dialogs.selected =
        (dialogs.selected + usize::from(down)).saturating_sub(usize::from(up)).min(rows.len().max(1) - 1);
    let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    let mut chosen = if entered { rows.get(dialogs.selected).copied() } else { None };
    ui.separator();
    ScrollArea::vertical().max_height(360.0).auto_shrink([false, true]).show(ui, |ui| {
        for (i, command) in rows.iter().enumerate() {
            let selected = i == dialogs.selected;
            let mut button =
                egui::Button::selectable(selected, command.text()).min_size(egui::vec2(ui.available_width(), 0.0));
            if let Some(shortcut) = command.shortcuts(view.os).first() {
                button = button.shortcut_text(shortcut.text(view.os));
            }
            let row =
                ui.add_enabled(command.resolve(view.state).is_some(), button).on_hover_text(command.text_and_help().1);
            if selected && (up || down) {
                row.scroll_to_me(None);
            }
            if row.clicked() {
                chosen = Some(*command);
            }
        }
        if rows.is_empty() {
            ui.label("No command has this in its name.");
        }
    });
    if let Some(action) = chosen.and_then(|command| command.resolve(view.state)) {
        view.actions.send(Action::BackOut);
        view.actions.send(action);
    } else if entered {
        response.request_focus();
    }
}

/// Commands whose name holds all words of `text`.
fn matching(text: &str) -> Vec<UiCommand> {
    let text = text.to_lowercase();
    let holds = |command: &UiCommand| {
        let name = command.text().to_lowercase();
        text.split_whitespace().all(|word| name.contains(word))
    };
    UiCommand::iter().filter(|c| !matches!(c, UiCommand::Palette | UiCommand::BackOut)).filter(holds).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_by_any_words() {
        assert_eq!(matching("frame NEXT"), [UiCommand::NextFrame, UiCommand::NextKeyframe]);
        assert!(matching("xyzzy").is_empty());
        assert!(matching("").len() > 30);
    }
}
