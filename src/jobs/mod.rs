//! Threads, cancellation, mailboxes.
//!
//! Owns how work is handed to a thread, stopped, and reported back. Knows no domain, no codec and no
//! window; needs only the standard library.

pub mod latest;
pub mod newest;
pub mod progress;
pub mod ticket;
pub mod waker;
pub mod worker;

pub use latest::Latest;
pub use newest::Newest;
pub use progress::Progress;
pub use ticket::{Generation, Ticket};
pub use waker::Waker;
pub use worker::Worker;
