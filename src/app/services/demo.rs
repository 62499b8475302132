//! Making demo scenes on request, on a thread that lives as long as it takes.

use std::path::{Path, PathBuf};

use crate::app::event::Event;
use crate::demo::{self, DemoSet};
use crate::jobs::{Generation, Latest, Progress, Ticket, Worker};

use super::Reporter;

/// The scenes that everybody gets: the same on every machine.
const SEED: u64 = 1;

/// Makes demo scenes.
#[derive(Debug)]
pub(super) struct DemoMaker {
    folder: Option<PathBuf>,
    reporter: Reporter,
    progress: Latest<Progress>,
    generation: Generation,
    worker: Option<Worker<()>>,
    /// The thread has ended without a report so far.
    overdue: bool,
}

impl DemoMaker {
    /// Scenes go into a folder of the program's data; without one, none can be made.
    pub(super) fn new(data: Option<PathBuf>, reporter: Reporter) -> Self {
        let folder = data.map(|data| data.join("demo"));
        Self {
            folder,
            reporter,
            progress: Latest::default(),
            generation: Generation::default(),
            worker: None,
            overdue: false,
        }
    }

    pub(super) fn make(&mut self) {
        let (folder, ticket) = (self.folder.clone(), self.generation.advance());
        let (progress, reporter) = (self.progress.clone(), self.reporter.clone());
        let started = Worker::spawn("demo", 1, move |_, _| {
            reporter.send(make(folder.as_deref(), &progress, &reporter, &ticket));
        });
        match started {
            Ok(worker) => self.worker = Some(worker),
            Err(err) => {
                let text = format!("No thread can be started for drawing scenes: {err}.");
                self.reporter.offer(Event::DemoFailed(text));
            }
        }
    }

    /// Adds the newest progress to `events`.
    pub(super) fn poll(&mut self, events: &mut Vec<Event>) {
        events.extend(self.progress.take().map(Event::DemoProgress));
        let ended = events.iter().any(|e| matches!(e, Event::DemoMade(_) | Event::DemoFailed(_)));
        if ended {
            self.worker = None;
        } else if self.worker.as_ref().is_some_and(Worker::is_finished) && !self.overdue {
            // Its report may be one poll behind its end.
            self.overdue = true;
            self.reporter.wake();
        } else if self.overdue {
            self.overdue = false;
            if self.worker.take().is_some() {
                events.push(Event::DemoFailed("Drawing the scenes stopped unexpectedly.".to_owned()));
            }
        }
    }
}

impl Drop for DemoMaker {
    fn drop(&mut self) {
        self.generation.cancel();
    }
}

fn make(folder: Option<&Path>, progress: &Latest<Progress>, reporter: &Reporter, ticket: &Ticket) -> Event {
    let Some(folder) = folder else {
        return Event::DemoFailed(
            "There is no folder for data on this system: run `lookback demo --out FOLDER`.".to_owned(),
        );
    };
    let mut report = |now| {
        progress.put(now);
        reporter.wake();
    };
    match demo::write(folder, SEED, DemoSet::Review, &mut report, ticket) {
        Ok(_) => Event::DemoMade(folder.to_owned()),
        Err(err) => Event::DemoFailed(format!("{err}.")),
    }
}
