//! How a run of learning went so far.
//!
//! Owns its curves and the estimate of what is left. Does not own the clock.

use crate::jobs::Progress;
use crate::model::train::Losses;

/// Curves and figures of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunProgress {
    /// Steps at most.
    pub steps: usize,
    /// Parts of the loss, one for each step.
    pub losses: Vec<Losses>,
    /// Steps done and the loss on held-out videos after them; the first is that of the model it began from.
    pub judged: Vec<(usize, f64)>,
    /// Whether any videos are held out to be judged.
    pub holds_out: bool,
    /// Seconds of work so far, pauses left out.
    pub secs: f64,
    /// What should be known, a sentence each.
    pub notes: Vec<String>,
}

impl RunProgress {
    /// Steps done of so many.
    pub fn progress(&self) -> Progress {
        Progress { done: self.losses.len(), total: self.steps, skipped: 0 }
    }

    /// Seconds to go at most.
    pub fn remaining_secs(&self) -> Option<f64> {
        self.progress().remaining_secs(self.secs)
    }
}
