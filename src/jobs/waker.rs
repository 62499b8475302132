//! Waking the window from a worker.
//!
//! Owns the one way in which background work says "there is something to see", without knowing the
//! window library.

use std::fmt;
use std::sync::Arc;

/// Asks for a repaint. Built from the window's context in `shell`; silent in headless runs.
#[derive(Clone)]
pub struct Waker(Arc<dyn Fn() + Send + Sync>);

impl Waker {
    /// Calls `wake` each time.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wake))
    }

    /// Does nothing.
    pub fn silent() -> Self {
        Self::new(|| {})
    }

    /// Something changed.
    pub fn wake(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Waker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waker")
    }
}
