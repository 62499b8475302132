//! The thread that finds out the figures of the open videos.
//!
//! Owns the thread; of several orders only the newest is carried out. Does not own the figures ([`crate::app::examination`]).

use std::io;
use std::sync::Arc;

use crate::app::event::Event;
use crate::app::examination::{ExamKey, ExamOrder, Examined, examine};
use crate::jobs::{Latest, Worker};

use super::{Reporter, STOPPED};

/// The thread as the window sees it.
#[derive(Debug)]
pub(super) struct Examiner {
    worker: Worker<()>,
    next: Latest<ExamOrder>,
    /// The order that was given last and not answered, as far as the window knows.
    asked: Option<ExamKey>,
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
        Ok(Self { worker, next, asked: None })
    }

    /// Finds out the figures, after those that are being found out.
    pub(super) fn examine(&mut self, order: ExamOrder) {
        self.asked = Some(order.key.clone());
        self.next.put(order);
        // A full queue means that the thread is going to look anyway.
        self.worker.try_send(()).ok();
    }

    /// Tells if the thread has ended, so that its answer is not waited for.
    pub(super) fn poll(&mut self, events: &mut Vec<Event>) {
        if events.iter().any(|event| matches!(event, Event::Examined(_))) {
            self.asked = None;
        }
        if self.worker.is_finished()
            && let Some(key) = self.asked.take()
        {
            let examined = Examined { key, evaluation: Err(STOPPED.to_owned()), errors: Vec::new() };
            events.push(Event::Examined(Arc::new(examined)));
        }
    }
}
