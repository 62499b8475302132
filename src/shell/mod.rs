//! The composition root: makes the window, the workers, the waker.
