//! A named thread with a bounded queue.
//!
//! Owns starting, feeding and ending a thread. Does not own what runs on it.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// A named thread fed by a bounded queue.
///
/// Dropping it asks the thread to stop and does not wait; [`Worker::finish`] waits.
#[derive(Debug)]
pub struct Worker<C: Send + 'static> {
    queue: Option<SyncSender<C>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl<C: Send + 'static> Worker<C> {
    /// Starts a thread that runs `run` with the receiving end of the queue and the stop flag.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn spawn(
        name: &str,
        capacity: usize,
        run: impl FnOnce(Receiver<C>, Arc<AtomicBool>) + Send + 'static,
    ) -> io::Result<Self> {
        let (queue, commands) = sync_channel(capacity);
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || run(commands, flag))?;
        Ok(Self { queue: Some(queue), stop, thread: Some(thread) })
    }

    /// Queues a command. Never blocks.
    ///
    /// # Errors
    /// Hands the command back if the queue is full or the thread is gone.
    pub fn try_send(&self, command: C) -> Result<(), C> {
        use std::sync::mpsc::TrySendError::{Disconnected, Full};
        match &self.queue {
            Some(queue) => queue.try_send(command).map_err(|err| match err {
                Full(command) | Disconnected(command) => command,
            }),
            None => Err(command),
        }
    }

    /// Queues what waits, the oldest first, as far as there is room. Never blocks.
    pub fn send_waiting(&self, waiting: &mut VecDeque<C>) {
        while let Some(command) = waiting.pop_front() {
            if let Err(command) = self.try_send(command) {
                waiting.push_front(command);
                return;
            }
        }
    }

    /// Whether the thread has ended, by itself or by a panic.
    pub fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Lets the queue run dry and waits. `false` if the thread panicked.
    pub fn finish(mut self) -> bool {
        self.queue = None;
        self.thread.take().is_none_or(|thread| thread.join().is_ok())
    }
}

impl<C: Send + 'static> Drop for Worker<C> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finish_lets_the_queue_run_dry() {
        let (out, done) = sync_channel(10);
        let worker = Worker::spawn("test", 4, move |commands, _| {
            for c in commands {
                out.send(c * 2).expect("is read");
            }
        })
        .expect("starts");
        for i in 0..3 {
            worker.try_send(i).expect("has room");
        }
        assert!(worker.finish());
        assert_eq!(done.try_iter().collect::<Vec<_>>(), [0, 2, 4]);
    }

    #[test]
    fn a_full_queue_hands_back_and_a_drop_sets_the_flag() {
        let (report, stopped) = sync_channel(1);
        let worker = Worker::<u8>::spawn("test", 1, move |_commands, stop| {
            while !stop.load(Ordering::Acquire) {
                thread::yield_now();
            }
            report.send(()).expect("is read");
        })
        .expect("starts");
        assert_eq!(worker.try_send(1), Ok(()));
        assert_eq!(worker.try_send(2), Err(2));
        drop(worker);
        stopped.recv().expect("the thread saw the flag");
    }

    #[test]
    fn a_panic_is_reported() {
        let worker = Worker::<u8>::spawn("test", 1, |_, _| panic!("on purpose")).expect("starts");
        assert!(!worker.finish());
    }
}
