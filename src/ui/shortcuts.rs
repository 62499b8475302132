//! The keyboard: from key events to commands.
//!
//! Owns when a key belongs to the program and when to the widget that has the focus. Which command has
//! which key is the table in `app::command`.

use std::sync::LazyLock;

use egui::text_selection::LabelSelectionState;
use egui::{Context, Event, FocusDirection, Id, Key as EguiKey, Modifiers};
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
    let keys = &view.state.prefs.keys;
    let marked_text = ctx.plugin_opt::<LabelSelectionState>().is_some_and(|p| p.lock().has_selection());
    let (mut tab, mut ahead) = (false, String::new());
    let pressed = ctx.input_mut(|input| {
        let mut pressed = Vec::new();
        input.events.retain(|event| {
            let Some(shortcut) = pressed_shortcut(event, view.os) else { return true };
            let Some(command) = keys.command(shortcut, view.os) else { return true };
            let copies_text = *event == Event::Copy && marked_text;
            if copies_text || !belongs_to_us(command, shortcut, focus, covered) {
                return true;
            }
            if shortcut.key == Key::Tab {
                // It moves the focus unless it has something better to do.
                if command.resolve(view.state).is_none() {
                    return true;
                }
                tab = true;
            }
            pressed.push(command);
            false
        });
        if let Some(opening) = pressed.iter().position(|command| opens_a_field(*command)) {
            // What was typed after it before it could be drawn was meant for it, and no verdict.
            pressed.truncate(opening + 1);
            ahead = input.events.iter().filter_map(text_of).collect();
        }
        if !pressed.is_empty() {
            // A letter arrives twice, as key and as text; nobody types, so the text is of no use.
            input.events.retain(|event| !matches!(event, Event::Text(_)));
        }
        pressed
    });
    if !ahead.is_empty() {
        ctx.data_mut(|data| data.insert_temp(Id::unique(AHEAD), ahead));
    }
    if tab {
        // The window library has noted the key before anybody could take it.
        ctx.memory_mut(|memory| memory.move_focus(FocusDirection::None));
    }
    for command in pressed {
        if let Some(action) = command.resolve(view.state) {
            view.actions.send(action);
        }
    }
}

/// Where text waits for the field that it was typed for.
const AHEAD: &str = "typed ahead";

/// What was typed for a field before it could take it, up to this frame, in which it is drawn first.
pub(super) fn typed_ahead(ctx: &Context) -> String {
    let mut text: String = ctx.data_mut(|data| data.remove_temp(Id::unique(AHEAD))).unwrap_or_default();
    text.extend(ctx.input(|input| input.events.iter().filter_map(text_of).collect::<Vec<_>>()));
    text
}

fn text_of(event: &Event) -> Option<String> {
    if let Event::Text(text) = event { Some(text.clone()) } else { None }
}

/// Whether a command opens something that takes what is typed next.
fn opens_a_field(command: UiCommand) -> bool {
    matches!(command, UiCommand::Palette | UiCommand::GoTo)
}

/// Where the keyboard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    /// Nowhere, or on the video or the timeline.
    Stage,
    /// On something on them: a lane's name, a line that can be dragged.
    Handle,
    /// On a button, slider or the like.
    Widget,
    /// In a text field.
    Text,
}

fn focus(stage: &StageState, ctx: &Context) -> Focus {
    match ctx.memory(egui::Memory::focused) {
        None => Focus::Stage,
        Some(id) if stage.is_stage(id) => Focus::Stage,
        Some(id) if stage.owns_focus(ctx, id) => Focus::Handle,
        Some(_) if ctx.text_edit_focused() => Focus::Text,
        Some(_) => Focus::Widget,
    }
}

fn belongs_to_us(command: UiCommand, shortcut: Shortcut, focus: Focus, covered: bool) -> bool {
    if command == UiCommand::BackOut {
        // In a text field Esc first gives up the field, which egui does.
        return focus != Focus::Text || covered;
    }
    if covered {
        return false;
    }
    match focus {
        Focus::Stage => true,
        // It can be pressed, and left.
        Focus::Handle => !matches!(shortcut.key, Key::Enter | Key::Tab),
        Focus::Widget => !shortcut.key.belongs_to_widgets(),
        Focus::Text => !shortcut.belongs_to_text(),
    }
}

/// The key combination that an event is the press of, as commands know it.
pub fn pressed_shortcut(event: &Event, os: Os) -> Option<Shortcut> {
    match event {
        Event::Key { key, physical_key, pressed: true, modifiers, .. } => {
            shortcut(*key, *modifiers, os).or_else(|| shortcut((*physical_key)?, *modifiers, os))
        }
        // What the window library makes of Ctrl+C, Ctrl+X and Ctrl+V before anybody sees the keys.
        Event::Copy => Some(Shortcut::command(Key::C)),
        Event::Cut => Some(Shortcut::command(Key::X)),
        Event::Paste(_) => Some(Shortcut::command(Key::V)),
        _ => None,
    }
}

fn shortcut(key: EguiKey, modifiers: Modifiers, os: Os) -> Option<Shortcut> {
    let key = match key {
        EguiKey::Slash if modifiers.shift => Key::Question,
        other => KEYS.iter().find(|(theirs, _)| *theirs == other)?.1,
    };
    // `?` is Shift and another key on most keyboards; which one differs, so Shift says nothing there.
    let shift = modifiers.shift && !key.hides_shift();
    let mods =
        Mods { command: modifiers.command, shift, alt: modifiers.alt, mac_ctrl: os == Os::Mac && modifiers.ctrl };
    Some(Shortcut { mods, key })
}

/// The window library's keys and ours.
static KEYS: LazyLock<Vec<(EguiKey, Key)>> =
    LazyLock::new(|| Key::iter().filter_map(|key| Some((egui_key(key)?, key))).collect());

fn egui_key(key: Key) -> Option<EguiKey> {
    let name: &'static str = key.into();
    EguiKey::from_name(match key {
        Key::Question => "Questionmark",
        _ => name.strip_prefix("Num").unwrap_or(name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::Keymap;

    fn press(key: EguiKey, modifiers: Modifiers) -> Event {
        Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
    }

    #[test]
    fn every_key_is_known_to_the_window_library() {
        for key in Key::iter() {
            assert!(egui_key(key).is_some(), "{key:?}");
        }
        assert_eq!(KEYS.len(), Key::iter().count());
    }

    #[test]
    fn every_shortcut_is_recognised_on_every_system() {
        let keymap = Keymap::default();
        for os in Os::iter() {
            for command in UiCommand::iter() {
                for s in keymap.shortcuts(command, os) {
                    let mac = os == Os::Mac;
                    let modifiers = Modifiers {
                        alt: s.mods.alt,
                        ctrl: if mac { s.mods.mac_ctrl } else { s.mods.command },
                        shift: s.mods.shift,
                        mac_cmd: mac && s.mods.command,
                        command: s.mods.command,
                    };
                    let event = press(egui_key(s.key).expect("is known"), modifiers);
                    let found = pressed_shortcut(&event, os).and_then(|s| keymap.command(s, os));
                    assert_eq!(found, Some(command), "{os:?}");
                }
            }
        }
    }

    #[test]
    fn extra_modifiers_make_another_key() {
        let none = Modifiers::NONE;
        let command_of = |key, modifiers| {
            pressed_shortcut(&press(key, modifiers), Os::Linux).and_then(|s| Keymap::default().command(s, Os::Linux))
        };
        assert_eq!(command_of(EguiKey::J, none), Some(UiCommand::ShuttleBackward));
        assert_eq!(command_of(EguiKey::J, Modifiers::SHIFT), Some(UiCommand::ShuttleBackwardSlow));
        assert_eq!(command_of(EguiKey::J, Modifiers::ALT), None);
        assert_eq!(command_of(EguiKey::Slash, Modifiers::SHIFT), Some(UiCommand::Keys));
    }

    #[test]
    fn keys_that_type_something_else_with_shift_are_known_by_their_place() {
        let event = Event::Key {
            key: EguiKey::OpenCurlyBracket,
            physical_key: Some(EguiKey::OpenBracket),
            pressed: true,
            repeat: false,
            modifiers: Modifiers::SHIFT,
        };
        assert_eq!(pressed_shortcut(&event, Os::Linux), Some(Shortcut::shift(Key::OpenBracket)));
        assert_eq!(pressed_shortcut(&Event::Copy, Os::Linux), Some(Shortcut::command(Key::C)));
    }

    #[test]
    fn widgets_and_text_keep_their_keys() {
        let owns = |command: UiCommand, focus, covered| {
            let shortcut = command.default_shortcuts(Os::Linux)[0];
            belongs_to_us(command, shortcut, focus, covered)
        };
        assert!(owns(UiCommand::PlayPause, Focus::Stage, false));
        assert!(!owns(UiCommand::PlayPause, Focus::Widget, false));
        assert!(owns(UiCommand::PlayPause, Focus::Handle, false));
        for command in [UiCommand::CommitLabel, UiCommand::NextLabel, UiCommand::PreviousLabel] {
            assert!(owns(command, Focus::Stage, false));
            assert!(![Focus::Handle, Focus::Widget, Focus::Text].into_iter().any(|focus| owns(command, focus, false)));
        }
        assert!(owns(UiCommand::NextEvent, Focus::Widget, false));
        assert!(!owns(UiCommand::NextEvent, Focus::Text, false));
        assert!(owns(UiCommand::OpenFiles, Focus::Text, false));
        assert!(!owns(UiCommand::Back10Seconds, Focus::Text, false));
        assert!(!owns(UiCommand::NextEvent, Focus::Stage, true));
        assert!(owns(UiCommand::BackOut, Focus::Text, true));
    }
}
