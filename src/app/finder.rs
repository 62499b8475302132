//! Finding commands by a few letters.
//!
//! Owns how well a command fits what was typed, which letters of it do, and the order of the finds; and
//! which commands were used last. Does not own how they are shown.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator as _;

use super::command::UiCommand;

/// Commands remembered as used last.
const RECENT: usize = 8;
/// How a word may fit, from the best on: people know commands by their names, and names by their first letters; letters
/// that are strewn over a name say least, unless nothing else fits. Words of other programs come before those.
const TIERS: [(Field, AtomKind, bool); 6] = [
    (Field::Name, AtomKind::Substring, true),
    (Field::Name, AtomKind::Substring, false),
    (Field::Help, AtomKind::Substring, true),
    (Field::Other, AtomKind::Substring, true),
    (Field::Name, AtomKind::Fuzzy, false),
    (Field::Help, AtomKind::Substring, false),
];
/// More than any score within a tier.
const TIER: u32 = 10_000;

/// Where letters are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Help,
    Other,
}

/// The commands that were chosen by name last, the newest first. Names that are not known are dropped on reading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Recent(Vec<UiCommand>);

impl Recent {
    /// Puts a command to the front.
    pub fn note(&mut self, command: UiCommand) {
        self.0.retain(|c| *c != command);
        self.0.insert(0, command);
        self.0.truncate(RECENT);
    }

    /// The newest first.
    pub fn list(&self) -> &[UiCommand] {
        &self.0
    }
}

impl From<Vec<String>> for Recent {
    fn from(names: Vec<String>) -> Self {
        let mut recent = Self::default();
        for command in names.iter().rev().filter_map(|name| name.parse().ok()) {
            recent.note(command);
        }
        recent
    }
}

impl From<Recent> for Vec<String> {
    fn from(recent: Recent) -> Self {
        recent.0.into_iter().map(|command| <&'static str>::from(command).to_owned()).collect()
    }
}

/// A command that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    /// Which.
    pub command: UiCommand,
    /// Places of the letters of its name that fit, in characters, ascending.
    pub name: Vec<u32>,
    /// The same for its help.
    pub help: Vec<u32>,
}

/// The commands that fit `text`, best first; all of them, those used last first, when nothing is typed.
///
/// Each word must be found: in the name its letters in order, perhaps with others between them, or in the
/// help as a whole, or at the start of a word that other programs use. Where a word begins and letters that stand together count most.
pub fn find(text: &str, recent: &Recent) -> Vec<Find> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut matcher = Matcher::new(Config::DEFAULT);
    // The palette itself and the way out of it are of no use in it.
    let commands = UiCommand::iter().filter(|c| !matches!(c, UiCommand::Palette | UiCommand::BackOut));
    let mut finds: Vec<_> = commands.filter_map(|command| fit(command, &words, &mut matcher)).collect();
    let age = |command| recent.list().iter().position(|c| *c == command).unwrap_or(RECENT);
    // Stable: what fits equally well stays in the order of the menus.
    finds.sort_by_key(|(score, find)| (Reverse(*score), age(find.command)));
    finds.into_iter().map(|(_, find)| find).collect()
}

fn fit(command: UiCommand, words: &[&str], matcher: &mut Matcher) -> Option<(u32, Find)> {
    let (name, help) = command.text_and_help();
    let mut find = Find { command, name: Vec::new(), help: Vec::new() };
    let mut total = 0;
    for word in words {
        let (tier, field, letters, score) = TIERS.iter().enumerate().find_map(|(tier, (field, kind, at_start))| {
            let text = match field {
                Field::Name => name,
                Field::Help => help,
                Field::Other => command.other_words(),
            };
            let (score, letters) = fit_word(word, *kind, text, matcher)?;
            let begins = letters.first().is_some_and(|first| begins_word(text, *first as usize));
            (begins || !at_start).then_some((tier, *field, letters, score))
        })?;
        total += (TIERS.len() - tier) as u32 * TIER + score.min(TIER - 1);
        match field {
            Field::Name => find.name.extend(letters),
            Field::Help => find.help.extend(letters),
            Field::Other => {}
        }
    }
    for letters in [&mut find.name, &mut find.help] {
        letters.sort_unstable();
        letters.dedup();
    }
    Some((total, find))
}

/// How well a word fits a text, and the places of its letters there.
fn fit_word(word: &str, kind: AtomKind, text: &str, matcher: &mut Matcher) -> Option<(u32, Vec<u32>)> {
    let atom = Atom::new(word, CaseMatching::Ignore, Normalization::Smart, kind, false);
    let (mut buffer, mut letters) = (Vec::new(), Vec::new());
    let score = atom.indices(Utf32Str::new(text, &mut buffer), matcher, &mut letters)?;
    letters.sort_unstable();
    Some((u32::from(score), letters))
}

/// Whether a word begins with the letter at this place.
fn begins_word(text: &str, at: usize) -> bool {
    at.checked_sub(1).and_then(|before| text.chars().nth(before)).is_none_or(|before| !before.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<UiCommand> {
        find(text, &Recent::default()).into_iter().map(|f| f.command).collect()
    }

    #[test]
    fn the_best_fit_comes_first() {
        assert_eq!(found("next frame")[0], UiCommand::NextFrame);
        assert_eq!(found("frame NEXT")[0], UiCommand::NextFrame);
        assert_eq!(found("nxtfrm")[0], UiCommand::NextFrame);
        assert_eq!(found("go")[0], UiCommand::Start);
        assert_eq!(found("quit"), [UiCommand::Quit]);
        assert!(found("xyzzy").is_empty());
    }

    #[test]
    fn letters_that_begin_a_word_count_more_than_strewn_ones() {
        assert_eq!(found("thr")[0], UiCommand::PreviousRule, "Previous threshold");
        assert_eq!(found("lab")[0], UiCommand::ImportLabels, "Import labels…");
    }

    #[test]
    fn help_is_searched_too_but_counts_less() {
        // "16×" stands in no name.
        assert!(found("16×").contains(&UiCommand::Faster));
        let keys = found("key");
        let place = |command| keys.iter().position(|c| *c == command);
        assert!(place(UiCommand::Keys) < place(UiCommand::NextFrame).or(Some(usize::MAX)));
        let find = &find("16×", &Recent::default())[0];
        assert_eq!((find.name.len(), find.help.len()), (0, 3));
    }

    #[test]
    fn words_of_other_programs_find_their_command() {
        for (typed, command) in [
            ("step", UiCommand::PreviousFrame),
            ("step forward", UiCommand::NextFrame),
            ("screenshot", UiCommand::Snapshot),
            ("shortcuts", UiCommand::Keys),
            ("fine-tune", UiCommand::LearnFromVerdicts),
            ("false pos", UiCommand::JudgeFalseAlarm),
            ("relink", UiCommand::MovedFiles),
            ("exit", UiCommand::Quit),
        ] {
            assert_eq!(found(typed)[0], command, "{typed}");
        }
        // What is called so comes first.
        assert_eq!(found("delete")[0], UiCommand::DeleteLabel);
    }

    #[test]
    fn what_was_used_last_comes_first_when_nothing_is_typed() {
        let mut recent = Recent::default();
        for command in UiCommand::iter().take(12).chain([UiCommand::Keys, UiCommand::About, UiCommand::Keys]) {
            recent.note(command);
        }
        let finds = find(" ", &recent);
        assert_eq!([finds[0].command, finds[1].command], [UiCommand::Keys, UiCommand::About]);
        assert_eq!(finds.len(), UiCommand::iter().count() - 2);
        assert_eq!(recent.list().len(), RECENT);
    }

    #[test]
    fn names_that_are_gone_are_forgotten() {
        let read: Recent = ron::from_str(r#"["About", "Fly", "Keys"]"#).expect("is a list");
        assert_eq!(read.list(), [UiCommand::About, UiCommand::Keys]);
        assert_eq!(ron::to_string(&read).expect("is written"), r#"["About","Keys"]"#);
    }

    proptest! {
        #[test]
        fn letters_that_fit_are_letters_of_the_text(text in ".{0,12}") {
            for find in find(&text, &Recent::default()) {
                let (name, help) = find.command.text_and_help();
                for (letters, of) in [(find.name, name), (find.help, help)] {
                    prop_assert!(letters.windows(2).all(|w| w[0] < w[1]));
                    prop_assert!(letters.iter().all(|l| (*l as usize) < of.chars().count()));
                }
            }
        }
    }
}
