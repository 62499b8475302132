//! Where work on another thread stands, for whoever waits for it in the window.

use crate::jobs::Progress;

/// Where one kind of work stands.
#[derive(Clone, Debug, Default)]
pub enum Phase {
    /// Nothing is wanted, or it is done.
    #[default]
    Idle,
    /// It is being worked on.
    Working {
        /// What is done.
        what: &'static str,
        /// How far.
        progress: Progress,
        /// Seconds to go.
        remaining_secs: Option<f64>,
    },
    /// It did not work; the sentence says why.
    Failed(String),
}
