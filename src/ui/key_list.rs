//! The list of keys.

use egui::{Grid, RichText, ScrollArea, Ui};
use strum::IntoEnumIterator as _;

use crate::app::action::Action;
use crate::app::command::{Group, UiCommand};

use super::command_button::command_button;
use super::root::ViewContext;

/// Draws it.
pub(super) fn key_list_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    ui.set_width(680.0);
    ui.heading("Keys");
    ui.label(
        RichText::new(
            "Space, Enter, Tab, arrows, Home, End and Backspace act so unless a button, slider or field has the focus.",
        )
        .color(view.tokens.palette.text_weak),
    );
    ui.separator();
    let height = ui.ctx().content_rect().height() - 180.0;
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink([false, true]).show(ui, |ui| {
        for group in Group::iter() {
            ui.add_space(4.0);
            ui.label(RichText::new(group.text()).strong());
            Grid::new(group.text()).num_columns(3).spacing([16.0, 4.0]).min_col_width(70.0).show(ui, |ui| {
                for command in UiCommand::iter().filter(|c| c.group() == group) {
                    let keys = view.keys(command);
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
        ui.label("On the timeline: click or drag to seek, the wheel zooms and with Shift pans, drag the threshold, labels and their edges, names and borders of lanes.");
    });
    ui.separator();
    ui.horizontal(|ui| {
        if ui.button("Close").clicked() {
            view.actions.send(Action::BackOut);
        }
        command_button(view, ui, UiCommand::ChangeKeys, UiCommand::ChangeKeys.text());
    });
}
