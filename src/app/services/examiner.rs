//! The thread that finds out the figures of the open videos.
//!
//! Owns the thread; of several orders only the newest is carried out. Does not own the figures ([`crate::app::examination`]).

use std::io;
use std::sync::Arc;

use crate::app::event::Event;
use crate::app::examination::{ExamOrder, examine};
use crate::jobs::{Latest, Worker};

use super::Reporter;

/// The thread as the window sees it.
#[derive(Debug)]
pub(super) struct Examiner {
    worker: Worker<()>,
    next: Latest<ExamOrder>,
}

impl Examiner {
    pub(super) fn start(reporter: Reporter) -> io::Result<Self> {
        let next = Latest::default();
        let orders: Latest<ExamOrder> = next.clone();
        let worker = Worker::spawn("examine", 1, move |bells, _| {
            for () in bells {
                if let Some(order) = orders.take() {
                    reporter.send(Event::Examined(Arc::new(examine(order))));
                }
            }
        })?;
        Ok(Self { worker, next })
    }

    /// Finds out the figures, after those that are being found out.
    pub(super) fn examine(&self, order: ExamOrder) {
        self.next.put(order);
        // A full queue means that the thread is going to look anyway.
        self.worker.try_send(()).ok();
    }
}
