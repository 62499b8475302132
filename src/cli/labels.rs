//! What the commands about labels have in common.
//!
//! Owns the end rule as typed, and lists that stay short on a screen. Does not own any command.

use std::fmt::Write as _;

use super::args::eval::SpanEndName;
use super::error::CliError;
use crate::formats::ground_truth::SpanEnd;
use crate::formats::labels::Format;

/// Entries of a list that are shown on a screen; `--json` has all.
const SHOWN: usize = 5;
/// Letters of an entry that are shown: a sentence may name ten thousand videos.
const WIDTH: usize = 200;

/// The end rule that was asked for, if the format leaves it open.
///
/// # Errors
/// All files of the format end in another way.
pub fn end_rule(format: Format, named: Option<SpanEndName>) -> Result<Option<SpanEnd>, CliError> {
    let Some(named) = named else { return Ok(None) };
    let end = match named {
        SpanEndName::Inclusive => SpanEnd::Inclusive,
        SpanEndName::Exclusive => SpanEnd::Exclusive,
    };
    let choices = format.end_choices();
    if choices.iter().any(|choice| choice.end == end) {
        return Ok(Some(end));
    }
    let rule = match format.convention().end {
        SpanEnd::Inclusive => "the end frame belongs to the interval",
        SpanEnd::Exclusive => "the end is the first moment behind the interval",
    };
    Err(CliError::Input(format!("in all files of the format {format}, {rule}; leave --end out")))
}

/// `1 video`, `2 videos`.
pub fn count(n: usize, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}

/// A heading with the first lines of a list below it; nothing for an empty list.
pub fn listed(heading: &str, lines: impl ExactSizeIterator<Item = String>) -> String {
    let all = lines.len();
    if all == 0 {
        return String::new();
    }
    // One line more is no longer than the line that says so.
    let shown = if all <= SHOWN + 1 { all } else { SHOWN };
    let mut text = format!("{heading}:\n");
    for line in lines.take(shown) {
        match line.char_indices().nth(WIDTH) {
            Some((cut, _)) => writeln!(text, "  {} …", &line[..cut]).ok(),
            None => writeln!(text, "  {line}").ok(),
        };
    }
    if shown < all {
        writeln!(text, "  and {} more; --json lists all", all - shown).ok();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        let lines = |n: usize| listed("names", (0..n).map(|i| i.to_string()));
        assert_eq!(lines(0), "");
        assert_eq!(lines(6).lines().count(), 7);
        assert_eq!(lines(290).lines().last(), Some("  and 285 more; --json lists all"));
        assert_eq!(lines(290).lines().count(), 7);
        assert_eq!(listed("long", ["ä".repeat(999)].into_iter()).lines().last().map(|l| l.chars().count()), Some(204));
    }

    #[test]
    fn the_end_rule_is_a_choice_only_where_files_differ() {
        assert_eq!(end_rule(Format::Ucf, Some(SpanEndName::Inclusive)).ok(), Some(Some(SpanEnd::Inclusive)));
        assert_eq!(end_rule(Format::Elan, None).ok(), Some(None));
        let error = end_rule(Format::Xd, Some(SpanEndName::Inclusive)).expect_err("is refused").to_string();
        assert!(error.contains("format xd") && error.contains("leave --end out"), "{error}");
    }
}
