//! How workers report to the window.

use std::sync::mpsc::SyncSender;

use crate::app::event::Event;
use crate::app::notice::Severity;
use crate::jobs::Waker;

/// The sending end of the queue of events, with the bell that goes with it.
#[derive(Clone, Debug)]
pub struct Reporter {
    events: SyncSender<Event>,
    waker: Waker,
}

impl Reporter {
    pub(super) fn new(events: SyncSender<Event>, waker: Waker) -> Self {
        Self { events, waker }
    }

    /// Reports from a worker; waits while the window has not read what came before. `false` once the window is gone.
    pub fn send(&self, event: Event) -> bool {
        let sent = self.events.send(event).is_ok();
        self.waker.wake();
        sent
    }

    /// Reports from the window's own thread, which must not wait: with a full queue it is only logged.
    pub(super) fn tell(&self, severity: Severity, text: String) {
        self.offer(Event::Told(severity, text));
    }

    /// Reports from the window's own thread: with a full queue it is only logged.
    pub(super) fn offer(&self, event: Event) {
        if let Err(err) = self.events.try_send(event) {
            log::error!("not shown: {err}");
        }
        self.waker.wake();
    }

    /// Rings the bell: something outside of the queue has changed.
    pub(super) fn wake(&self) {
        self.waker.wake();
    }
}
