//! Other keys for commands: press a key to give it, take keys away, go back to the defaults.
//!
//! Owns waiting for a key and asking before a key is taken from another command. The rule that no key
//! belongs to two commands is `app::keymap`'s.

use egui::{Button, EventFilter, Grid, Response, RichText, ScrollArea, TextEdit, Ui};
use strum::IntoEnumIterator as _;

use crate::app::action::Action;
use crate::app::command::{Group, UiCommand};
use crate::app::finder::{Recent, find};
use crate::app::keymap::refusal;
use crate::app::shortcut::{Key, Shortcut};

use super::root::ViewContext;
use super::shortcuts::pressed_shortcut;

/// What goes on in the dialog.
#[derive(Debug, Default)]
pub(super) struct KeyEditorState {
    filter: String,
    step: Step,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    /// Looking.
    #[default]
    Rest,
    /// The next key is for this command. What was pressed before could not be given, and this is why.
    Waiting(UiCommand, Option<&'static str>),
    /// The key pressed for the first command belongs to the second.
    Clash(UiCommand, Shortcut, UiCommand),
}

impl KeyEditorState {
    /// Whether the next key is to be given to a command, whatever else it means.
    pub(super) fn captures_keys(&self) -> bool {
        matches!(self.step, Step::Waiting(..))
    }
}

/// Draws it.
pub(super) fn key_editor_ui(view: &ViewContext<'_>, state: &mut KeyEditorState, ui: &mut Ui) {
    // Before any widget sees the key: Space would press a button, Esc close the dialog.
    take_key(view, state, ui);
    ui.set_width(720.0);
    ui.heading("Change keys");
    let text = "Press + beside a command, then the key. A key that is struck out was given to another command.";
    ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
    ui.horizontal(|ui| {
        let label = ui.label("Show");
        ui.add(TextEdit::singleline(&mut state.filter).hint_text("all commands").desired_width(240.0))
            .labelled_by(label.id);
        let changed = !view.state.prefs.keys.is_default();
        if ui.add_enabled(changed, Button::new("Reset all keys")).clicked() {
            view.actions.send(Action::ResetKeys(None));
            state.step = Step::Rest;
        }
    });
    ui.separator();
    let height = ui.ctx().content_rect().height() - 200.0;
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink([false, false]).show(ui, |ui| {
        let shown: Vec<_> = find(&state.filter, &Recent::default()).into_iter().map(|f| f.command).collect();
        for group in Group::iter() {
            let commands: Vec<_> = UiCommand::iter()
                .filter(|c| c.group() == group && (*c == UiCommand::Palette || shown.contains(c)))
                .filter(|c| *c != UiCommand::BackOut)
                .collect();
            if commands.is_empty() {
                continue;
            }
            ui.add_space(4.0);
            ui.label(RichText::new(group.text()).strong());
            Grid::new(group.text()).num_columns(2).spacing([16.0, 4.0]).min_col_width(190.0).show(ui, |ui| {
                for command in commands {
                    ui.label(command.text()).on_hover_text(command.text_and_help().1);
                    ui.horizontal(|ui| row_ui(view, state, command, ui));
                    ui.end_row();
                }
            });
        }
    });
    ui.separator();
    if ui.button("Close").clicked() {
        view.actions.send(Action::BackOut);
    }
}

fn row_ui(view: &ViewContext<'_>, state: &mut KeyEditorState, command: UiCommand, ui: &mut Ui) {
    let keys = &view.state.prefs.keys;
    let palette = &view.tokens.palette;
    let name = command.text();
    match state.step {
        Step::Waiting(waiting, refused) if waiting == command => {
            let response =
                named(ui.add(Button::new("Press a key …").selected(true)), &format!("Press a key for {name}"));
            hold_focus(ui, &response);
            if ui.button("Cancel").clicked() {
                state.step = Step::Rest;
            }
            if let Some(reason) = refused {
                ui.label(RichText::new(reason).color(palette.warn));
            }
            return;
        }
        Step::Clash(asked, shortcut, owner) if asked == command => {
            let text = format!("{} is the key of “{}”.", shortcut.text(view.os), owner.text());
            ui.label(RichText::new(text).color(palette.warn));
            if ui.button("Move it here").clicked() {
                view.actions.send(Action::BindKey(command, shortcut));
                state.step = Step::Rest;
            }
            if ui.button("Leave it").clicked() {
                state.step = Step::Rest;
            }
            return;
        }
        _ => {}
    }
    for shortcut in keys.shortcuts(command, view.os) {
        let key = shortcut.text(view.os);
        let button = named(ui.small_button(format!("{key}  ×")), &format!("Take {key} from {name}"));
        if button.on_hover_text(format!("Take {key} away")).clicked() {
            view.actions.send(Action::UnbindKey(command, shortcut));
        }
    }
    for (shortcut, owner) in keys.lost(command, view.os) {
        let text = RichText::new(shortcut.text(view.os)).strikethrough().color(palette.text_faint);
        ui.label(text).on_hover_text(format!("This key was given to “{}”.", owner.text()));
    }
    if named(ui.small_button("+"), &format!("Give {name} a key")).on_hover_text("Give it one more key").clicked() {
        state.step = Step::Waiting(command, None);
    }
    if keys.is_changed(command) {
        let reset = named(ui.small_button("Reset"), &format!("Reset the keys of {name}"));
        if reset.on_hover_text("Give it its default keys back").clicked() {
            view.actions.send(Action::ResetKeys(Some(command)));
        }
    }
}

/// Gives a button another name for assistive programs than what is written on it.
fn named(response: Response, name: &str) -> Response {
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
    response
}

/// Keeps the keyboard on the button that waits, so that arrows and Esc do not move it elsewhere.
fn hold_focus(ui: &Ui, response: &Response) {
    response.request_focus();
    let all = EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: true };
    ui.memory_mut(|m| m.set_focus_lock_filter(response.id, all));
}

/// While waiting: takes the next key out of the input, and everything that it would type.
fn take_key(view: &ViewContext<'_>, state: &mut KeyEditorState, ui: &Ui) {
    let Step::Waiting(command, _) = state.step else { return };
    let pressed = ui.input_mut(|input| {
        let mut pressed = None;
        input.events.retain(|event| match pressed_shortcut(event, view.os) {
            Some(shortcut) => {
                pressed = pressed.or(Some(shortcut));
                false
            }
            None => !matches!(event, egui::Event::Text(_) | egui::Event::Key { pressed: true, .. }),
        });
        pressed
    });
    let Some(shortcut) = pressed else { return };
    let owner = view.state.prefs.keys.command(shortcut, view.os);
    state.step = if shortcut == Shortcut::plain(Key::Escape) || owner == Some(command) {
        Step::Rest
    } else if let Some(reason) = refusal(shortcut, view.os) {
        Step::Waiting(command, Some(reason))
    } else if let Some(owner) = owner {
        Step::Clash(command, shortcut, owner)
    } else {
        view.actions.send(Action::BindKey(command, shortcut));
        Step::Rest
    };
}
