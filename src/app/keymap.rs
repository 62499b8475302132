//! Which command has which key: the program's defaults as the person changed them.
//!
//! Owns the person's choice, its form in the settings, and the rule that no key belongs to two commands:
//! a chosen key is taken from whoever had it. Does not own the defaults (see [`super::command`]) nor the
//! reading of the keyboard (see `ui::shortcuts`).

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator as _;

use super::command::UiCommand;
use super::shortcut::{Key, Mods, Os, Shortcut};

/// Names of commands with their keys, as settings hold them.
type Stored = BTreeMap<String, Vec<String>>;

/// The person's choice of keys. Commands that are not in it have their default keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Keymap {
    chosen: BTreeMap<UiCommand, Vec<Shortcut>>,
    problems: Vec<String>,
}

impl Keymap {
    /// The keys of a command, the first being the one that menus name.
    pub fn shortcuts(&self, command: UiCommand, os: Os) -> Vec<Shortcut> {
        if let Some(chosen) = self.chosen.get(&command) {
            return chosen.clone();
        }
        command.default_shortcuts(os).into_iter().filter(|s| self.chooser(*s).is_none()).collect()
    }

    /// The keys of a command as text, the first being the one that menus name.
    pub fn texts(&self, command: UiCommand, os: Os) -> Vec<String> {
        self.shortcuts(command, os).into_iter().map(|s| s.text(os)).collect()
    }

    /// The command that has this key.
    pub fn command(&self, shortcut: Shortcut, os: Os) -> Option<UiCommand> {
        let by_default = || UiCommand::iter().find(|c| self.shortcuts(*c, os).contains(&shortcut));
        self.chooser(shortcut).or_else(by_default)
    }

    /// Whether the person changed the keys of this command.
    pub fn is_changed(&self, command: UiCommand) -> bool {
        self.chosen.contains_key(&command)
    }

    /// Whether the person changed anything.
    pub fn is_default(&self) -> bool {
        self.chosen.is_empty()
    }

    /// Default keys of a command that another command was given instead.
    pub fn lost(&self, command: UiCommand, os: Os) -> Vec<(Shortcut, UiCommand)> {
        let taken = |s: Shortcut| self.chooser(s).filter(|c| *c != command).map(|c| (s, c));
        command.default_shortcuts(os).into_iter().filter_map(taken).collect()
    }

    /// Gives a command one more key, taking it from the command that had it.
    pub fn bind(&mut self, command: UiCommand, shortcut: Shortcut, os: Os) {
        if let Some(owner) = self.command(shortcut, os).filter(|owner| *owner != command) {
            self.unbind(owner, shortcut, os);
        }
        let mut keys = self.shortcuts(command, os);
        if !keys.contains(&shortcut) {
            keys.push(shortcut);
        }
        self.choose(command, keys, os);
    }

    /// Takes a key from a command.
    pub fn unbind(&mut self, command: UiCommand, shortcut: Shortcut, os: Os) {
        let mut keys = self.shortcuts(command, os);
        keys.retain(|s| *s != shortcut);
        self.choose(command, keys, os);
    }

    /// Gives a command its default keys back, but for those that another command was given.
    pub fn reset(&mut self, command: UiCommand) {
        self.chosen.remove(&command);
    }

    /// Forgets every choice.
    pub fn reset_all(&mut self) {
        self.chosen.clear();
    }

    /// Sentences about what was wrong in the settings; told once.
    pub(super) fn take_problems(&mut self) -> Vec<String> {
        std::mem::take(&mut self.problems)
    }

    fn choose(&mut self, command: UiCommand, keys: Vec<Shortcut>, os: Os) {
        if keys == command.default_shortcuts(os) {
            self.chosen.remove(&command);
        } else {
            self.chosen.insert(command, keys);
        }
    }

    /// Who was given this key by the person.
    fn chooser(&self, shortcut: Shortcut) -> Option<UiCommand> {
        self.chosen.iter().find(|(_, keys)| keys.contains(&shortcut)).map(|(command, _)| *command)
    }
}

impl From<Stored> for Keymap {
    /// Reads settings: what is not known is left out and told, and a key that is named twice stays with the first.
    fn from(stored: Stored) -> Self {
        let mut keymap = Self::default();
        let mut taken = HashSet::new();
        for (name, keys) in stored {
            let Some(command) = name.parse().ok().filter(|c| *c != UiCommand::BackOut) else {
                keymap
                    .problems
                    .push(format!("The settings give keys to “{name}”, which is no command; it is ignored."));
                continue;
            };
            let mut known = Vec::new();
            for key in keys {
                match key.parse::<Shortcut>() {
                    Ok(shortcut) if taken.insert(shortcut) => known.push(shortcut),
                    Ok(_) => keymap
                        .problems
                        .push(format!("The settings give the key {key} to two commands; “{name}” goes without it.")),
                    Err(()) => {
                        keymap
                            .problems
                            .push(format!("The settings name a key “{key}”, which is not known; it is ignored."));
                    }
                }
            }
            keymap.chosen.insert(command, known);
        }
        keymap
    }
}

impl From<Keymap> for Stored {
    fn from(keymap: Keymap) -> Self {
        let name = |command: UiCommand| <&'static str>::from(command).to_owned();
        let texts = |keys: Vec<Shortcut>| keys.into_iter().map(Shortcut::stored).collect();
        keymap.chosen.into_iter().map(|(command, keys)| (name(command), texts(keys))).collect()
    }
}

/// Why no command can have this key on `os`, as a sentence; `None` if it is free to be given.
pub fn refusal(shortcut: Shortcut, os: Os) -> Option<&'static str> {
    let Shortcut { mods, key } = shortcut;
    let only_command = mods == Mods { command: true, ..Mods::default() };
    let only_alt = mods == Mods { alt: true, ..Mods::default() };
    match key {
        Key::Escape => Some("Esc always backs out."),
        Key::X | Key::V if only_command => Some("This key cuts or pastes text."),
        Key::Plus | Key::Minus | Key::Equals | Key::Num0 if mods.command => {
            Some("This key sizes everything in the window.")
        }
        Key::Space | Key::F4 if only_alt && os != Os::Mac => Some("The desktop keeps this key for windows."),
        Key::H | Key::M | Key::Comma | Key::Space if only_command && os == Os::Mac => Some("macOS keeps this key."),
        Key::Tab if mods.alt || (mods.command && os == Os::Mac) => Some("The desktop keeps this key for windows."),
        Key::F11 if os == Os::Mac => Some("macOS keeps this key."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OS: Os = Os::Linux;

    fn stored(text: &str) -> Keymap {
        ron::from_str(text).expect("is a map")
    }

    #[test]
    fn a_chosen_key_is_taken_from_whoever_had_it() {
        let mut keymap = Keymap::default();
        let n = Shortcut::plain(Key::N);
        assert_eq!(keymap.command(n, OS), Some(UiCommand::NextEvent));
        keymap.bind(UiCommand::NextVideo, n, OS);
        assert_eq!(keymap.command(n, OS), Some(UiCommand::NextVideo));
        assert_eq!(keymap.shortcuts(UiCommand::NextVideo, OS), [Shortcut::plain(Key::Down), n]);
        assert_eq!(keymap.shortcuts(UiCommand::NextEvent, OS), []);
        assert_eq!(keymap.lost(UiCommand::NextEvent, OS), [(n, UiCommand::NextVideo)]);
        // Its keys come back once nobody else has them.
        keymap.reset(UiCommand::NextEvent);
        assert_eq!(keymap.shortcuts(UiCommand::NextEvent, OS), []);
        keymap.unbind(UiCommand::NextVideo, n, OS);
        assert_eq!(keymap.shortcuts(UiCommand::NextEvent, OS), [n]);
        assert!(keymap.is_default(), "{keymap:?}");
    }

    #[test]
    fn settings_that_are_not_understood_are_left_out_and_told() {
        let mut keymap =
            stored(r#"{"NextEvent": ["Ctrl+E", "Hyper+X"], "Fly": ["F"], "PreviousEvent": ["Ctrl+E", "W"]}"#);
        assert_eq!(keymap.take_problems().len(), 3);
        assert_eq!(keymap.take_problems(), Vec::<String>::new());
        assert_eq!(keymap.shortcuts(UiCommand::NextEvent, OS), [Shortcut::command(Key::E)]);
        assert_eq!(keymap.shortcuts(UiCommand::PreviousEvent, OS), [Shortcut::plain(Key::W)]);
        // The way out of a dialog cannot be lost.
        assert_eq!(stored(r#"{"BackOut": []}"#).take_problems().len(), 1);
        assert_eq!(stored(r#"{"BackOut": []}"#).shortcuts(UiCommand::BackOut, OS), [Shortcut::plain(Key::Escape)]);
    }

    fn change() -> impl Strategy<Value = (u8, UiCommand, Shortcut)> {
        // Backing out is not for choice.
        let commands: Vec<_> = UiCommand::iter().filter(|c| *c != UiCommand::BackOut).collect();
        let keys: Vec<_> = Key::iter().filter(|k| *k != Key::Escape).collect();
        let (command, key) = (proptest::sample::select(commands), proptest::sample::select(keys));
        (0_u8..4, command, key, any::<(bool, bool)>()).prop_map(|(what, command, key, (held, shift))| {
            (what, command, Shortcut { mods: Mods { command: held, shift, ..Mods::default() }, key })
        })
    }

    proptest! {
        #[test]
        fn no_key_belongs_to_two_commands(changes in proptest::collection::vec(change(), 0..40), os in 0_usize..3) {
            let os = Os::iter().nth(os).expect("there are three");
            let mut keymap = Keymap::default();
            for (what, command, shortcut) in changes {
                match what {
                    0 => keymap.unbind(command, shortcut, os),
                    1 => keymap.reset(command),
                    _ => {
                        keymap.bind(command, shortcut, os);
                        prop_assert_eq!(keymap.command(shortcut, os), Some(command));
                    }
                }
            }
            // Not after every change: looking up a key asks every command. Shorter runs stop at each of them.
            let mut owners = HashSet::new();
            for command in UiCommand::iter() {
                for shortcut in keymap.shortcuts(command, os) {
                    prop_assert!(owners.insert(shortcut), "{:?} has {}, as has another", command, shortcut.text(os));
                    prop_assert_eq!(keymap.command(shortcut, os), Some(command));
                }
            }
            let text = ron::to_string(&keymap).expect("is written");
            prop_assert_eq!(stored(&text), keymap);
        }
    }
}
