//! What the plain-text label formats share.
//!
//! Owns the step from bytes to text, words taken from the end of a line, and the guard that keeps a name on its
//! line. Does not own any format.

use std::borrow::Cow;

use super::FormatError;

/// The bytes as text, without the byte order mark that Windows tools put in front.
pub(super) fn text(bytes: &[u8]) -> Result<&str, FormatError> {
    let text = str::from_utf8(bytes)
        .map_err(|err| FormatError::NotText(bytes[..err.valid_up_to()].split(|byte| *byte == b'\n').count()))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The lines that hold something, each with its number from 1.
pub(super) fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(i, line)| (i + 1, line)).filter(|(_, line)| !line.trim().is_empty())
}

/// What stands before the last word, and that word: names may hold blanks, so lines are read from their end.
pub(super) fn last_word(text: &str) -> (&str, &str) {
    let text = text.trim_end();
    text.rsplit_once(char::is_whitespace).map_or(("", text), |(before, word)| (before.trim_end(), word))
}

/// A word of a line as a frame number; `None` if it does not look like a number at all.
pub(super) fn frame_number(word: &str, line: usize) -> Result<Option<i64>, FormatError> {
    let digits = word.trim_start_matches(['-', '+']);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || word.parse::<f64>().is_err() {
        return Ok(None);
    }
    let number = word.parse().map_err(|_| FormatError::line(line, format!("{word:?} is no frame number")))?;
    Ok(Some(number))
}

/// Refuses names that a line of blank-separated words would not give back.
pub(super) fn check_name(name: &str, is_field: impl Fn(&str) -> bool) -> Result<(), FormatError> {
    let wrong = |problem| FormatError::Name { name: name.to_owned(), problem };
    if name.is_empty() {
        return Err(wrong("is empty"));
    }
    if name.chars().any(char::is_control) || name.trim() != name {
        return Err(wrong("holds line breaks or blanks around it, which end a field of this format"));
    }
    let (before, word) = last_word(name);
    if !before.is_empty() && is_field(word) {
        return Err(wrong("ends with a blank and a word that this format takes as its next field"));
    }
    Ok(())
}

/// The text with every control character turned into a blank: for formats in which those would end a field or the
/// whole file.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let foreign = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(foreign) { Cow::Owned(text.replace(foreign, " ")) } else { Cow::Borrowed(text) }
}

/// The sentence about texts that [`plain`] changes.
pub(super) fn lost_controls<'a>(texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let changed = texts.filter(|text| matches!(plain(text), Cow::Owned(_))).count();
    (changed > 0).then(|| {
        let texts = super::export::count(changed, "text", "texts");
        format!("Line breaks and control characters become blanks ({texts}).")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_marks_and_with_the_line_of_damage() {
        assert_eq!(text(b"\xef\xbb\xbfa"), Ok("a"));
        assert_eq!(text(b"a\nb\xff"), Err(FormatError::NotText(2)));
    }

    #[test]
    fn words_from_the_end() {
        assert_eq!(last_word("a  b.mp4   12 "), ("a  b.mp4", "12"));
        assert_eq!(last_word("a"), ("", "a"));
        assert_eq!(frame_number("-1", 1), Ok(Some(-1)));
        assert_eq!((frame_number("B4", 1), frame_number("12.mp4", 1)), (Ok(None), Ok(None)));
        assert!(frame_number("99999999999999999999", 7).is_err_and(|e| e.to_string().starts_with("line 7")));
        assert!(frame_number("1.5", 1).is_err());
    }
}
