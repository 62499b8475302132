//! Key combinations, without naming the window library.
//!
//! Owns keys, modifiers and how they are written on each operating system. Does not own which command
//! has which (see [`super::command`]) nor the reading of the keyboard (see `ui::shortcuts`).

use std::str::FromStr;

use strum::{EnumIter, EnumString, IntoStaticStr};

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

/// Keys that commands can have. Named by what they type, not by where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, EnumString, IntoStaticStr)]
#[expect(missing_docs, reason = "the names are the keys")]
pub enum Key {
    A,
    B,
    C,
    D,
    E,
    F,
    G,
    H,
    I,
    J,
    K,
    L,
    M,
    N,
    O,
    P,
    Q,
    R,
    S,
    T,
    U,
    V,
    W,
    X,
    Y,
    Z,
    Num0,
    Num1,
    Num2,
    Num3,
    Num4,
    Num5,
    Num6,
    Num7,
    Num8,
    Num9,
    F1,
    F2,
    F3,
    F4,
    F5,
    F6,
    F7,
    F8,
    F9,
    F10,
    F11,
    F12,
    Space,
    Enter,
    Tab,
    Backspace,
    Delete,
    Insert,
    Escape,
    Home,
    End,
    PageUp,
    PageDown,
    Left,
    Right,
    Up,
    Down,
    Comma,
    Period,
    Semicolon,
    Quote,
    Slash,
    Backslash,
    OpenBracket,
    CloseBracket,
    Minus,
    Plus,
    Equals,
    Backtick,
    Question,
}

impl Key {
    /// As printed on a key or in a menu.
    pub fn label(self) -> &'static str {
        match self {
            Self::Comma => ",",
            Self::Period => ".",
            Self::Semicolon => ";",
            Self::Quote => "'",
            Self::Slash => "/",
            Self::Backslash => "\\",
            Self::OpenBracket => "[",
            Self::CloseBracket => "]",
            Self::Minus => "-",
            Self::Plus => "+",
            Self::Equals => "=",
            Self::Backtick => "`",
            Self::Question => "?",
            Self::Delete => "Del",
            Self::Insert => "Ins",
            Self::Escape => "Esc",
            Self::PageUp => "Page up",
            Self::PageDown => "Page down",
            other => {
                let name: &'static str = other.into();
                name.strip_prefix("Num").unwrap_or(name)
            }
        }
    }

    /// Keys that move between widgets or press them; a focused widget keeps them.
    pub fn belongs_to_widgets(self) -> bool {
        matches!(
            self,
            Self::Space
                | Self::Enter
                | Self::Tab
                | Self::Left
                | Self::Right
                | Self::Up
                | Self::Down
                | Self::Home
                | Self::End
                | Self::Backspace
        )
    }

    /// Keys whose place on the keyboard decides whether Shift is held, so that Shift tells nothing.
    pub fn hides_shift(self) -> bool {
        matches!(self, Self::Question | Self::Plus)
    }

    /// F1 to F12: they type nothing and move nothing.
    pub fn is_function(self) -> bool {
        (Self::F1..=Self::F12).contains(&self)
    }
}

/// Modifier keys. All that are not named must be up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    /// With Ctrl (Cmd on macOS) and Shift.
    pub const fn command_shift(key: Key) -> Self {
        Self { mods: Mods { shift: true, ..Self::command(key).mods }, key }
    }

    /// With Alt and Shift.
    pub const fn alt_shift(key: Key) -> Self {
        Self { mods: Mods { shift: true, ..Self::alt(key).mods }, key }
    }

    /// Whether a text field needs it: it moves the cursor, edits, or types.
    pub fn belongs_to_text(self) -> bool {
        let edits = matches!(self.key, Key::A | Key::C | Key::V | Key::X | Key::Y | Key::Z);
        let types = !self.mods.command && !self.key.is_function();
        types || self.key.belongs_to_widgets() || (edits && !self.mods.alt)
    }

    /// As kept in settings: the same on every system, `Ctrl` standing for Cmd on macOS.
    pub fn stored(self) -> String {
        let Mods { command, shift, alt, mac_ctrl } = self.mods;
        let names = [(command, COMMAND), (alt, ALT), (shift, SHIFT), (mac_ctrl, MAC_CTRL)];
        let mut parts: Vec<&str> = names.into_iter().filter(|(held, _)| *held).map(|(_, name)| name).collect();
        parts.push(self.key.into());
        parts.join("+")
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

/// Names of modifier keys in settings.
const COMMAND: &str = "Ctrl";
const ALT: &str = "Alt";
const SHIFT: &str = "Shift";
const MAC_CTRL: &str = "Control";

impl FromStr for Shortcut {
    type Err = ();

    /// Reads what [`Shortcut::stored`] writes; names of modifiers in any order.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts: Vec<&str> = text.split('+').map(str::trim).collect();
        let key = parts.pop().and_then(|name| name.parse().ok()).ok_or(())?;
        let mut mods = Mods::default();
        for part in parts {
            match part {
                COMMAND => mods.command = true,
                ALT => mods.alt = true,
                SHIFT => mods.shift = true,
                MAC_CTRL => mods.mac_ctrl = true,
                _ => return Err(()),
            }
        }
        Ok(Self { mods, key })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use strum::IntoEnumIterator as _;

    use super::*;

    #[test]
    fn written_as_the_system_does() {
        let both = Shortcut { mods: Mods { command: true, shift: true, ..Mods::default() }, key: Key::O };
        assert_eq!(both.text(Os::Linux), "Ctrl+Shift+O");
        assert_eq!(both.text(Os::Mac), "⇧⌘O");
        assert_eq!(Shortcut::plain(Key::Comma).text(Os::Windows), ",");
    }

    #[test]
    fn what_is_stored_is_read() {
        for key in Key::iter() {
            for bits in 0..16 {
                let held = |bit: u32| bits & (1 << bit) != 0;
                let mods = Mods { command: held(0), shift: held(1), alt: held(2), mac_ctrl: held(3) };
                let shortcut = Shortcut { mods, key };
                assert_eq!(shortcut.stored().parse(), Ok(shortcut), "{}", shortcut.stored());
            }
        }
        assert_eq!(Shortcut::command_shift(Key::Comma).stored(), "Ctrl+Shift+Comma");
        assert_eq!("Shift+Ctrl+Comma".parse(), Ok(Shortcut::command_shift(Key::Comma)));
        for text in ["", "+", "Ctrl+", "Hyper+A", "Ctrl+Ä", "a"] {
            assert_eq!(text.parse::<Shortcut>(), Err(()), "{text}");
        }
    }

    #[test]
    fn typing_keeps_what_it_needs() {
        let kept = [Shortcut::plain(Key::N), Shortcut::shift(Key::N), Shortcut::command(Key::Left)];
        assert!(
            kept.into_iter()
                .chain([Shortcut::command(Key::C), Shortcut::plain(Key::Home)])
                .all(Shortcut::belongs_to_text)
        );
        let free = [Shortcut::command(Key::O), Shortcut::plain(Key::F11), Shortcut::command_shift(Key::D)];
        assert!(!free.into_iter().any(Shortcut::belongs_to_text));
    }

    proptest! {
        #[test]
        fn any_text_is_taken_calmly(text in ".{0,20}") {
            text.parse::<Shortcut>().ok();
        }
    }
}
