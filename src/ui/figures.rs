//! How numbers are written for people.
//!
//! Owns the wording of durations, sizes and shares. Does not own media time, which writes itself.

use crate::domain::lane_data::NoiseBand;

/// `42 %`.
pub fn percent(fraction: f32) -> String {
    format!("{:.0} %", fraction.clamp(0.0, 1.0) * 100.0)
}

/// A rough duration: `8 s`, `1 min 20 s`, `2 h 5 min`.
pub fn duration(secs: f64) -> String {
    if !secs.is_finite() {
        return "unknown time".to_owned();
    }
    let whole = secs.max(0.0).round() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

/// `1.2 MB`, in powers of ten as file managers count.
pub fn bytes(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if value < 999.5 {
            return if unit == "bytes" { format!("{bytes} bytes") } else { format!("{value:.1} {unit}") };
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

/// Speed of playback: `1×`, `0.25×`.
pub fn speed(speed: f64) -> String {
    let text = format!("{speed:.3}");
    format!("{}×", text.trim_end_matches('0').trim_end_matches('.'))
}

/// `1 event`, `3 events`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// How far the score of a snippet scatters: `mean 0.512, 5–95 % 0.480–0.544`.
pub fn band(band: &NoiseBand, snippet: usize) -> String {
    let at = |values: &[f32]| values.get(snippet).map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"));
    format!("mean {}, 5–95 % {}–{}", at(band.mean()), at(band.low()), at(band.high()))
}

/// A rate: one decimal where it tells something.
pub fn rate(rate: f64) -> String {
    if rate < 9.95 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

/// A number of 0 to 1 with three digits that say something: `0.512`, `0.0123`, `2.1e-5`.
pub fn significant(value: f32) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        v if v >= 0.1 => format!("{value:.3}"),
        v if v >= 0.01 => format!("{value:.4}"),
        v if v >= 0.001 => format!("{value:.5}"),
        _ => format!("{value:.1e}"),
    }
}

/// `1st`, `2nd`, `3rd`, `4th`, `11th`, `21st`.
pub fn ordinal(n: usize) -> String {
    let ending = match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

/// The start of a long identity: hashes are cut, names are kept.
pub fn short_id(id: &str) -> String {
    let longest = 22;
    if id.chars().count() <= longest {
        return id.to_owned();
    }
    let mut text: String = id.chars().take(longest - 1).collect();
    text.push('…');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_for_people() {
        assert_eq!(percent(0.4249), "42 %");
        assert_eq!([8.4, 80.0, 7500.0, f64::NAN].map(duration), ["8 s", "1 min 20 s", "2 h 5 min", "unknown time"]);
        assert_eq!([999, 1_200_000, 5_000_000_000_000].map(bytes), ["999 bytes", "1.2 MB", "5.0 TB"]);
        assert_eq!([1.0, 0.25, 16.0, 0.1].map(speed), ["1×", "0.25×", "16×", "0.1×"]);
        assert_eq!(
            [0.0, 0.5, 0.0123, 0.00251, 2.14e-5].map(significant),
            ["0", "0.500", "0.0123", "0.00251", "2.1e-5"]
        );
        assert_eq!([2.04, 12.4].map(rate), ["2.0", "12"]);
        assert_eq!([1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal).concat(), "1st2nd3rd4th11th12th13th21st112th");
        assert_eq!((count(1, "event"), count(0, "event")), ("1 event".into(), "0 events".into()));
        assert_eq!(short_id("builtin-motion-1"), "builtin-motion-1");
        assert_eq!(short_id(&"f".repeat(64)).chars().count(), 22);
    }
}
