//! The keyboard: from key events to commands.
//!
//! Owns when a key belongs to the program and when to the widget that has the focus. Which command has
//! which key is the table in `app::command`.

use egui::{Context, Event, Key as EguiKey, Modifiers};
use strum::IntoEnumIterator as _;

use crate::app::command::UiCommand;
use crate::app::shortcut::{Key, Mods, Os, Shortcut};

use super::root::ViewContext;
use super::stage::StageState;

/// Carries out the commands whose keys were pressed, and takes those keys out of the input.
pub fn dispatch(view: &ViewContext<'_>, stage: &StageState, ctx: &Context) {
    let focus = focus(stage, ctx);
    if egui::Popup::is_any_open(ctx) {
        // An open menu or list has the whole keyboard, Esc included.
        return;
    }
    // An open dialog has the keyboard; only the way out still works.
    let covered = view.state.dialog.is_some();
    let pressed = ctx.input_mut(|input| {
        let mut pressed = Vec::new();
        input.events.retain(|event| {
            let Event::Key { key, pressed: true, modifiers, .. } = event else { return true };
            let Some(command) = command_of(*key, *modifiers, view.os) else { return true };
            if !belongs_to_us(command, shortcut(*key, *modifiers, view.os), focus, covered) {
                return true;
            }
            pressed.push(command);
            false
        });
        if !pressed.is_empty() {
            // A letter arrives twice, as key and as text; nobody types, so the text is of no use.
            input.events.retain(|event| !matches!(event, Event::Text(_)));
        }
        pressed
    });
    for command in pressed {
        if let Some(action) = command.resolve(view.state) {
            view.actions.send(action);
        }
    }
}

/// Where the keyboard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    /// Nowhere, or on the video or the timeline.
    Stage,
    /// On a button, slider or the like.
    Widget,
    /// In a text field.
    Text,
}

fn focus(stage: &StageState, ctx: &Context) -> Focus {
    match ctx.memory(egui::Memory::focused) {
        None => Focus::Stage,
        Some(id) if stage.owns_focus(ctx, id) => Focus::Stage,
        Some(_) if ctx.text_edit_focused() => Focus::Text,
        Some(_) => Focus::Widget,
    }
}

fn belongs_to_us(command: UiCommand, shortcut: Option<Shortcut>, focus: Focus, covered: bool) -> bool {
    let Some(shortcut) = shortcut else { return false };
    if command == UiCommand::BackOut {
        // In a text field Esc first gives up the field, which egui does.
        return focus != Focus::Text || covered;
    }
    if covered {
        return false;
    }
    match focus {
        Focus::Stage => true,
        Focus::Widget => !shortcut.key.belongs_to_widgets(),
        Focus::Text => shortcut.key == Key::F11 || (shortcut.mods.command && !shortcut.key.belongs_to_widgets()),
    }
}

/// The command that a key event stands for.
fn command_of(key: EguiKey, modifiers: Modifiers, os: Os) -> Option<UiCommand> {
    let shortcut = shortcut(key, modifiers, os)?;
    UiCommand::iter().find(|command| command.shortcuts(os).contains(&shortcut))
}

fn shortcut(key: EguiKey, modifiers: Modifiers, os: Os) -> Option<Shortcut> {
    // `?` is Shift and another key on most keyboards; which one differs, so Shift says nothing here.
    let (key, shift) = match key {
        EguiKey::Questionmark => (Key::Question, false),
        EguiKey::Slash if modifiers.shift => (Key::Question, false),
        other => (Key::iter().find(|k| egui_key(*k) == other)?, modifiers.shift),
    };
    let mods =
        Mods { command: modifiers.command, shift, alt: modifiers.alt, mac_ctrl: os == Os::Mac && modifiers.ctrl };
    Some(Shortcut { mods, key })
}

fn egui_key(key: Key) -> EguiKey {
    match key {
        Key::D => EguiKey::D,
        Key::F => EguiKey::F,
        Key::G => EguiKey::G,
        Key::H => EguiKey::H,
        Key::J => EguiKey::J,
        Key::K => EguiKey::K,
        Key::L => EguiKey::L,
        Key::N => EguiKey::N,
        Key::O => EguiKey::O,
        Key::P => EguiKey::P,
        Key::Q => EguiKey::Q,
        Key::T => EguiKey::T,
        Key::Z => EguiKey::Z,
        Key::Space => EguiKey::Space,
        Key::Comma => EguiKey::Comma,
        Key::Period => EguiKey::Period,
        Key::OpenBracket => EguiKey::OpenBracket,
        Key::CloseBracket => EguiKey::CloseBracket,
        Key::Question => EguiKey::Questionmark,
        Key::Backspace => EguiKey::Backspace,
        Key::Escape => EguiKey::Escape,
        Key::Home => EguiKey::Home,
        Key::End => EguiKey::End,
        Key::PageUp => EguiKey::PageUp,
        Key::PageDown => EguiKey::PageDown,
        Key::Left => EguiKey::ArrowLeft,
        Key::Right => EguiKey::ArrowRight,
        Key::Up => EguiKey::ArrowUp,
        Key::Down => EguiKey::ArrowDown,
        Key::F11 => EguiKey::F11,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shortcut_is_recognised_on_every_system() {
        for os in Os::iter() {
            for command in UiCommand::iter() {
                for s in command.shortcuts(os) {
                    let mac = os == Os::Mac;
                    let modifiers = Modifiers {
                        alt: s.mods.alt,
                        ctrl: if mac { s.mods.mac_ctrl } else { s.mods.command },
                        shift: s.mods.shift,
                        mac_cmd: mac && s.mods.command,
                        command: s.mods.command,
                    };
                    assert_eq!(command_of(egui_key(s.key), modifiers, os), Some(command), "{os:?}");
                }
            }
        }
    }

    #[test]
    fn extra_modifiers_make_another_key() {
        let none = Modifiers::NONE;
        assert_eq!(command_of(EguiKey::J, none, Os::Linux), Some(UiCommand::ShuttleBackward));
        assert_eq!(command_of(EguiKey::J, Modifiers::SHIFT, Os::Linux), Some(UiCommand::ShuttleBackwardSlow));
        assert_eq!(command_of(EguiKey::J, Modifiers::ALT, Os::Linux), None);
        assert_eq!(command_of(EguiKey::Slash, Modifiers::SHIFT, Os::Linux), Some(UiCommand::Keys));
    }

    #[test]
    fn widgets_and_text_keep_their_keys() {
        let owns = |command: UiCommand, focus, covered| {
            let shortcut = command.shortcuts(Os::Linux).first().copied();
            belongs_to_us(command, shortcut, focus, covered)
        };
        assert!(owns(UiCommand::PlayPause, Focus::Stage, false));
        assert!(!owns(UiCommand::PlayPause, Focus::Widget, false));
        assert!(owns(UiCommand::NextEvent, Focus::Widget, false));
        assert!(!owns(UiCommand::NextEvent, Focus::Text, false));
        assert!(owns(UiCommand::OpenFiles, Focus::Text, false));
        assert!(!owns(UiCommand::Back10Seconds, Focus::Text, false));
        assert!(!owns(UiCommand::NextEvent, Focus::Stage, true));
        assert!(owns(UiCommand::BackOut, Focus::Text, true));
    }
}
