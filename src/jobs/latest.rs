//! A one-slot mailbox: the newest value wins.
//!
//! Owns hand-over of values of which only the latest matters, such as progress or the frame to show.

use std::sync::{Arc, Mutex, PoisonError};

/// Shared slot. A put replaces what was there; a take empties it. The lock is held for a move only.
#[derive(Debug)]
pub struct Latest<T>(Arc<Mutex<Option<T>>>);

impl<T> Clone for Latest<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Latest<T> {
    /// Replaces the value.
    pub fn put(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    /// Takes the value out.
    pub fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_wins() {
        let slot = Latest::default();
        slot.clone().put(1);
        slot.put(2);
        assert_eq!((slot.take(), slot.take()), (Some(2), None));
    }
}
