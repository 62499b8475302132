//! Key combinations, without naming the window library.
//!
//! Owns keys, modifiers and how they are written on each operating system. Does not own which command
//! has which (see [`super::command`]) nor the reading of the keyboard (see `ui::shortcuts`).

use strum::{EnumIter, IntoStaticStr};

/// The operating systems whose conventions differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub enum Os {
    /// Linux and other free systems.
    Linux,
    /// macOS.
    Mac,
    /// Windows.
    Windows,
}

impl Os {
    /// The one this program was built for.
    pub const fn current() -> Self {
        if cfg!(target_os = "macos") {
            Self::Mac
        } else if cfg!(target_os = "windows") {
            Self::Windows
        } else {
            Self::Linux
        }
    }
}

/// Keys that commands use. Named by what they type, not by where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, IntoStaticStr)]
#[expect(missing_docs, reason = "the names are the keys")]
pub enum Key {
    D,
    F,
    G,
    H,
    J,
    K,
    L,
    N,
    O,
    P,
    Q,
    T,
    Z,
    Space,
    Comma,
    Period,
    OpenBracket,
    CloseBracket,
    Question,
    Backspace,
    Escape,
    Home,
    End,
    PageUp,
    PageDown,
    Left,
    Right,
    Up,
    Down,
    F11,
}

impl Key {
    /// As printed on a key or in a menu.
    pub fn label(self) -> &'static str {
        match self {
            Self::Comma => ",",
            Self::Period => ".",
            Self::OpenBracket => "[",
            Self::CloseBracket => "]",
            Self::Question => "?",
            Self::Escape => "Esc",
            Self::PageUp => "Page up",
            Self::PageDown => "Page down",
            other => other.into(),
        }
    }

    /// Keys that move between widgets or press them; a focused widget keeps them.
    pub fn belongs_to_widgets(self) -> bool {
        matches!(
            self,
            Self::Space | Self::Left | Self::Right | Self::Up | Self::Down | Self::Home | Self::End | Self::Backspace
        )
    }
}

/// Modifier keys. All that are not named must be up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key that is up or down, independent of the others")]
pub struct Mods {
    /// Ctrl, on macOS Cmd.
    pub command: bool,
    /// Shift.
    pub shift: bool,
    /// Alt, on macOS Option.
    pub alt: bool,
    /// The Ctrl key of a Mac; never set elsewhere.
    pub mac_ctrl: bool,
}

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shortcut {
    /// Held keys.
    pub mods: Mods,
    /// Pressed key.
    pub key: Key,
}

impl Shortcut {
    /// The key alone.
    pub const fn plain(key: Key) -> Self {
        Self { mods: Mods { command: false, shift: false, alt: false, mac_ctrl: false }, key }
    }

    /// With Ctrl (Cmd on macOS).
    pub const fn command(key: Key) -> Self {
        Self { mods: Mods { command: true, ..Self::plain(key).mods }, key }
    }

    /// With Shift.
    pub const fn shift(key: Key) -> Self {
        Self { mods: Mods { shift: true, ..Self::plain(key).mods }, key }
    }

    /// With Alt.
    pub const fn alt(key: Key) -> Self {
        Self { mods: Mods { alt: true, ..Self::plain(key).mods }, key }
    }

    /// As written in menus on `os`.
    pub fn text(self, os: Os) -> String {
        let Mods { command, shift, alt, mac_ctrl } = self.mods;
        let names = match os {
            Os::Mac => [(mac_ctrl, "⌃"), (alt, "⌥"), (shift, "⇧"), (command, "⌘")],
            Os::Linux | Os::Windows => [(command, "Ctrl+"), (alt, "Alt+"), (shift, "Shift+"), (mac_ctrl, "")],
        };
        let mut text: String = names.iter().filter(|(held, _)| *held).map(|(_, name)| *name).collect();
        text.push_str(self.key.label());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_the_system_does() {
        let both = Shortcut { mods: Mods { command: true, shift: true, ..Mods::default() }, key: Key::O };
        assert_eq!(both.text(Os::Linux), "Ctrl+Shift+O");
        assert_eq!(both.text(Os::Mac), "⇧⌘O");
        assert_eq!(Shortcut::plain(Key::Comma).text(Os::Windows), ",");
    }
}
