//! How a threshold, and the rule around it, is written.
//!
//! Owns the digits and the words, so that a threshold reads alike wherever it stands. Does not own thresholds.

use super::segment::EventRule;

/// Below this a number is written with an exponent: a dozen zeros are not read.
const SMALL: f32 = 1e-4;

/// A threshold in the fewest digits that no other score has. Scores of a model that is sure of itself lie within a
/// millionth of 1, where a fixed number of digits makes all of them `1.0000`; and what stands here, given to
/// `--threshold`, is this threshold and no neighbour of it.
pub fn threshold_text(threshold: f32) -> String {
    let size = threshold.abs();
    if size > 0.0 && size < SMALL { format!("{threshold:e}") } else { threshold.to_string() }
}

impl EventRule {
    /// In words, behind what is counted by it: `scores of 0.5 or more, …`.
    pub fn text(&self) -> String {
        let snippets = if self.min_snippets == 1 { "snippet" } else { "snippets" };
        format!(
            "scores of {} or more, going on down to {}; at least {} {snippets}; gaps of up to {} closed",
            threshold_text(self.threshold),
            threshold_text(self.low()),
            self.min_snippets,
            self.merge_gap
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_told_apart_and_read_back() {
        for (threshold, text) in [
            (0.5, "0.5"),
            (0.912, "0.912"),
            (1.0, "1"),
            (1.0_f32.next_down(), "0.99999994"),
            (1.0_f32.next_down().next_down(), "0.9999999"),
            (0.5_f32.next_up(), "0.50000006"),
            (0.0, "0"),
            (2.5e-7, "2.5e-7"),
            (-3.25, "-3.25"),
        ] {
            assert_eq!(threshold_text(threshold), text);
            assert_eq!(text.parse(), Ok(threshold));
        }
    }

    #[test]
    fn a_rule_is_written_with_the_line_that_ends_an_event() {
        let rule = EventRule { threshold: 0.75, hysteresis_share: 1.0, min_snippets: 2, merge_gap: 0 };
        assert_eq!(
            rule.text(),
            "scores of 0.75 or more, going on down to 0; at least 2 snippets; gaps of up to 0 closed"
        );
    }
}
