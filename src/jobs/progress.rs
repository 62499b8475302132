//! How far long work has come.
//!
//! Owns the figures behind every progress bar and the estimate of the remaining time. Does not own
//! the clock: elapsed time is handed in.

/// Work done so far. Units are the job's own (snippets, steps, bytes).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Units done.
    pub done: usize,
    /// Units in all; 0 while unknown.
    pub total: usize,
    /// Units that were already there when the job began, and so say nothing about its speed.
    pub skipped: usize,
}

impl Progress {
    /// Share done, 0..=1; 0 while the total is unknown.
    pub fn fraction(&self) -> f32 {
        if self.total == 0 { 0.0 } else { (self.done as f64 / self.total as f64).min(1.0) as f32 }
    }

    /// Seconds to go at the speed so far; `None` before there is a speed.
    pub fn remaining_secs(&self, elapsed_secs: f64) -> Option<f64> {
        let worked = self.done.checked_sub(self.skipped).filter(|w| *w > 0)?;
        let left = self.total.checked_sub(self.done)?;
        Some(elapsed_secs * left as f64 / worked as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimate_ignores_what_was_there() {
        let p = Progress { done: 60, total: 100, skipped: 40 };
        assert_eq!(p.remaining_secs(10.0), Some(20.0));
        assert_eq!(p.fraction(), 0.6);
        assert_eq!(Progress { done: 40, total: 100, skipped: 40 }.remaining_secs(1.0), None);
    }
}
