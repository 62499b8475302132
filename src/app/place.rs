//! Reading a place in a video as a person types it.
//!
//! Owns the notation of the "go to" field: a plain number is a frame, anything with a colon or a unit
//! is a time. Does not own the frame table that turns either into the other.

use crate::domain::time::MediaTime;

/// A place in a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A frame number, counted from 0.
    Frame(usize),
    /// A time on the video's own clock.
    Time(MediaTime),
}

impl Place {
    /// Understands `1234`, `12.5`, `12.5s`, `2m`, `1h`, `01:23`, `1:02:03.250`. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(frame) = text.parse::<usize>() {
            return Some(Self::Frame(frame));
        }
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1.0, rest),
            None => (1.0, text),
        };
        // A frame number has no fraction, so a number with one is meant as seconds.
        let plain = || digits.contains('.').then(|| number(digits)).flatten();
        let secs = if digits.contains(':') { clock(digits)? } else { with_unit(digits).or_else(plain)? };
        Some(Self::Time(MediaTime::from_secs_f64(sign * secs)))
    }
}

/// `mm:ss`, `hh:mm:ss`, with a fraction on the seconds.
fn clock(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    let (secs, larger) = parts.split_last()?;
    let mut total = 0.0;
    for part in larger {
        total = total * 60.0 + f64::from(part.parse::<u32>().ok()?);
    }
    Some(total * 60.0 + number(secs)?)
}

/// `12.5s`, `2m`, `1h`.
fn with_unit(text: &str) -> Option<f64> {
    let units = [('s', 1.0), ('m', 60.0), ('h', 3600.0)];
    units.iter().find_map(|(unit, secs)| text.strip_suffix(*unit).and_then(number).map(|n| n * secs))
}

/// A number without sign or exponent: `f64::parse` alone would also take `inf` and `1e9`.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(secs: f64) -> Place {
        Place::Time(MediaTime::from_secs_f64(secs))
    }

    #[test]
    fn frames_and_times() {
        assert_eq!(Place::parse(" 120 "), Some(Place::Frame(120)));
        assert_eq!(Place::parse("12.5s"), Some(time(12.5)));
        assert_eq!(Place::parse("12.5"), Some(time(12.5)));
        assert_eq!(Place::parse("2m"), Some(time(120.0)));
        assert_eq!(Place::parse("01:23"), Some(time(83.0)));
        assert_eq!(Place::parse("1:02:03.250"), Some(time(3723.25)));
        assert_eq!(Place::parse("-0:01.5"), Some(time(-1.5)));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", ":", "1:2:3:4", "abc", "1:x", "infs", "1e3s", "-5", "12,5s", "5 apples"] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_typed(millis in 0_i64..100_000_000) {
            let shown = MediaTime::from_micros(millis * 1000);
            prop_assert_eq!(Place::parse(&shown.to_string()), Some(Place::Time(shown)));
        }

        #[test]
        fn any_text_is_taken_calmly(text in ".{0,20}") {
            Place::parse(&text);
        }
    }
}
