//! Buttons and menu entries that stand for a command.
//!
//! Owns their enabledness, tooltip and key, all from the one table of commands.

use egui::{Atom, AtomPaintArgs, Button, Response, Stroke, Ui, vec2};

use crate::app::command::UiCommand;

use super::root::ViewContext;
use super::widgets::symbol::{Symbol, symbol};

/// Side of the tick before what is on, in points.
const TICK: f32 = 10.0;

/// A button with a text of its own, such as a symbol. Its accessible name is the command's.
pub fn command_button(
    view: &ViewContext<'_>,
    ui: &mut Ui,
    command: UiCommand,
    text: impl Into<egui::RichText>,
) -> Response {
    let action = command.resolve(view.state);
    let enabled = action.is_some();
    let response = ui.add_enabled(enabled, Button::new(text.into()));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, command.text()));
    let response = response.on_hover_text(tooltip(view, command)).on_disabled_hover_text(tooltip(view, command));
    if response.clicked()
        && let Some(action) = action
    {
        view.actions.send(action);
    }
    response
}

/// A button with a drawn symbol.
pub fn symbol_button(view: &ViewContext<'_>, ui: &mut Ui, command: UiCommand, drawn: Symbol) -> Response {
    let width = ui.spacing().interact_size.x;
    let response = ui.scope(|ui| {
        ui.spacing_mut().interact_size.x = width + 6.0;
        ui.spacing_mut().button_padding.x = width / 2.0 + 1.0;
        command_button(view, ui, command, "")
    });
    let response = response.inner;
    let color = if command.resolve(view.state).is_some() {
        ui.style().interact(&response).text_color()
    } else {
        view.tokens.palette.text_faint
    };
    symbol(ui.painter(), response.rect, drawn, color);
    response
}

/// An entry of a menu: name, key, greyed out when it cannot be used.
pub fn command_entry(view: &ViewContext<'_>, ui: &mut Ui, command: UiCommand) {
    let action = command.resolve(view.state);
    let on = command.is_on(view.state);
    let ink = if action.is_some() { view.tokens.palette.text_strong } else { view.tokens.palette.text_faint };
    // Every entry has the room, so that all names begin at one line.
    let tick = Atom::paint(vec2(TICK, TICK), move |ui: &Ui, args: AtomPaintArgs| {
        if on == Some(true) {
            let at = |x: f32, y: f32| args.rect.min + vec2(x, y) * TICK;
            let stroke = Stroke::new(1.5, ink);
            ui.painter().line(vec![at(0.1, 0.55), at(0.4, 0.85), at(0.9, 0.15)], stroke);
        }
    });
    let mut button = Button::new((tick, command.text()));
    if let Some(key) = view.keys(command).into_iter().next() {
        button = button.shortcut_text(key);
    }
    let response = ui.add_enabled(action.is_some(), button).on_hover_text(command.text_and_help().1);
    if let Some(on) = on {
        let usable = action.is_some();
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::MenuItemCheckBox, usable, on, command.text()));
    }
    if response.clicked() {
        if let Some(action) = action {
            view.actions.send(action);
        }
        ui.close();
    }
}

fn tooltip(view: &ViewContext<'_>, command: UiCommand) -> String {
    let (text, help) = command.text_and_help();
    let keys = view.keys(command);
    if keys.is_empty() { format!("{text}\n{help}") } else { format!("{text}  ({})\n{help}", keys.join(", ")) }
}
