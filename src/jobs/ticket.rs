//! Cancellation by generations.
//!
//! Owns the question "is this work still wanted?", one atomic read, cheap enough for inner loops.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A clock of requests: whatever was started under an older generation is stale.
#[derive(Clone, Debug, Default)]
pub struct Generation(Arc<AtomicU64>);

impl Generation {
    /// Makes all earlier tickets stale and returns a fresh one.
    pub fn advance(&self) -> Ticket {
        Ticket { clock: self.clone(), at: self.0.fetch_add(1, Ordering::AcqRel) + 1 }
    }

    /// Makes all earlier tickets stale.
    pub fn cancel(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }

    /// A ticket of the present generation.
    pub fn current(&self) -> Ticket {
        Ticket { clock: self.clone(), at: self.now() }
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// Permission to go on, until its [`Generation`] moves.
#[derive(Clone, Debug)]
pub struct Ticket {
    clock: Generation,
    at: u64,
}

impl Ticket {
    /// A ticket that never becomes stale, for work that nobody can cancel.
    pub fn unlimited() -> Self {
        Generation::default().current()
    }

    /// Whether newer work has been asked for, or this was cancelled.
    pub fn is_stale(&self) -> bool {
        self.at != self.clock.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_requests_make_older_ones_stale() {
        let clock = Generation::default();
        let first = clock.advance();
        assert!(!first.is_stale());
        let second = clock.advance();
        assert!(first.is_stale() && !second.is_stale());
        clock.cancel();
        assert!(second.is_stale());
        assert!(!Ticket::unlimited().is_stale());
    }
}
