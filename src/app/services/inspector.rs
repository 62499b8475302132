//! The thread that inspects attention: selections, their picture, and scores of trials.
//!
//! Owns the thread and the order of its work: a newer question comes before the scores of an older one, which are computed
//! in steps and given up between them, and these before how far they scatter over other draws. It has a copy of the model of
//! its own and writes to nothing that others read. Does not own the computation ([`crate::model::probe`]).

mod desk;
mod scatter;
mod sweeper;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};

use crate::app::event::Event;
use crate::app::inspect::{InspectNews, InspectOrder, InspectTask};
use crate::jobs::{Generation, Latest, Ticket, Worker};
use crate::model::weights::ModelWeights;

use super::{EngineOptions, Reporter, STOPPED};
use desk::Desk;
pub(super) use sweeper::Sweeper;

/// What the thread is to do next.
#[derive(Debug)]
enum Command {
    Look(Box<InspectOrder>, Ticket),
    /// Nobody looks any more: let go of features and model.
    Forget,
}

/// The thread as the window sees it.
#[derive(Debug)]
pub(super) struct Inspector {
    worker: Worker<()>,
    next: Latest<Command>,
    model: Latest<Option<Arc<ModelWeights>>>,
    generation: Generation,
    task: Option<InspectTask>,
}

impl Inspector {
    pub(super) fn start(options: EngineOptions, features: Option<PathBuf>, reporter: Reporter) -> io::Result<Self> {
        let (next, model) = (Latest::default(), Latest::default());
        let (commands, models) = (next.clone(), model.clone());
        let worker = Worker::spawn("inspect", 1, move |bells: Receiver<()>, _| {
            let mut desk = Desk::new(options, features, reporter);
            loop {
                // While there is work, only a look at the bell; else until it rings.
                let gone = if desk.is_busy() {
                    bells.try_recv() == Err(TryRecvError::Disconnected)
                } else {
                    bells.recv().is_err()
                };
                if gone {
                    return;
                }
                if let Some(weights) = models.take() {
                    desk.use_model(weights);
                }
                match commands.take() {
                    Some(Command::Look(order, ticket)) => desk.look(*order, &ticket),
                    Some(Command::Forget) => desk.forget(),
                    None => desk.step(),
                }
            }
        })?;
        Ok(Self { worker, next, model, generation: Generation::default(), task: None })
    }

    /// This model is in use from now on; `None` is the one that the program was started with, or that comes with it.
    pub(super) fn use_model(&self, weights: Option<Arc<ModelWeights>>) {
        self.model.put(weights);
    }

    /// Answers this question next. Scores of another one are given up.
    pub(super) fn look(&mut self, order: Box<InspectOrder>) {
        let another = self.task.replace(order.task) != Some(order.task);
        let ticket = if another { self.generation.advance() } else { self.generation.current() };
        self.next.put(Command::Look(order, ticket));
        self.ring();
    }

    /// Nobody looks any more.
    pub(super) fn stop(&mut self) {
        self.generation.cancel();
        self.task = None;
        self.next.put(Command::Forget);
        self.ring();
    }

    /// Tells if the thread has ended, so that its answers are not waited for.
    pub(super) fn poll(&mut self, events: &mut Vec<Event>) {
        if self.worker.is_finished()
            && let Some(task) = self.task.take()
        {
            events.push(Event::Inspected { task, news: InspectNews::Failed(STOPPED.to_owned()) });
        }
    }

    fn ring(&self) {
        // A full queue means that the thread is going to look anyway.
        self.worker.try_send(()).ok();
    }
}

impl Drop for Inspector {
    fn drop(&mut self) {
        self.generation.cancel();
    }
}
