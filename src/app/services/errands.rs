//! Imports, exports, case reports and searches, off the window's thread: one errand at a time.
//!
//! Owns the thread, its cancellation and the reports of its progress. It reads the project beside the thread that writes
//! to it, and writes nothing into it. Does not own the work itself (`app::exchange`, `app::report`).

mod case;
mod labels;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::app::event::Event;
use crate::app::exchange::{self, ExchangeError, Stage, Survey, Watch};
use crate::app::exchanging::{ErrandId, Outcome, Task};
use crate::jobs::{Generation, Latest, Progress, Ticket, Worker};
use crate::store::Project;

use super::{EngineOptions, Reporter, STOPPED};
use labels::OpenedVideos;

/// What the thread is to do next.
#[derive(Debug)]
enum Command {
    Run {
        id: ErrandId,
        project: PathBuf,
        task: Box<Task>,
        ticket: Ticket,
    },
    /// Let go of videos that were opened.
    Forget,
}

/// How far the errand is: its handle, stage, progress, and seconds to go.
type Report = (ErrandId, Stage, Progress, Option<f64>);

/// The thread as the window sees it.
#[derive(Debug)]
pub(super) struct Errands {
    worker: Worker<()>,
    next: Latest<Command>,
    generation: Generation,
    progress: Latest<Report>,
    reporter: Reporter,
    /// The errand that was asked for last and has not ended, as far as this thread knows.
    asked: Option<ErrandId>,
}

impl Errands {
    /// `engine` and `features` are what reports are scored with; they are loaded when the first is made.
    pub(super) fn start(engine: EngineOptions, features: Option<PathBuf>, reporter: Reporter) -> io::Result<Self> {
        let (next, progress) = (Latest::<Command>::default(), Latest::default());
        let (commands, board, report) = (next.clone(), progress.clone(), reporter.clone());
        let worker = Worker::spawn("exchange", 1, move |bells: std::sync::mpsc::Receiver<()>, _| {
            let mut desk = Desk { opened: OpenedVideos::default(), scorer: case::Lazy::new(engine, features) };
            for () in bells {
                match commands.take() {
                    Some(Command::Run { id, project, task, ticket }) => {
                        let outcome = desk.run(id, &project, *task, &ticket, (&board, &report));
                        if !ticket.is_stale() {
                            report.send(Event::ErrandEnded { id, outcome: Box::new(outcome) });
                        }
                    }
                    Some(Command::Forget) => desk.opened = OpenedVideos::default(),
                    None => {}
                }
            }
        })?;
        Ok(Self { worker, next, generation: Generation::default(), progress, reporter, asked: None })
    }

    /// Does this instead of whatever is being done.
    pub(super) fn run(&mut self, id: ErrandId, project: PathBuf, task: Box<Task>) {
        self.asked = Some(id);
        self.next.put(Command::Run { id, project, task, ticket: self.generation.advance() });
        self.ring();
    }

    /// Stops what is being done; nothing is reported of it.
    pub(super) fn stop(&mut self) {
        self.asked = None;
        self.generation.cancel();
    }

    /// Lets go of what was kept for the next errand, unless one runs.
    pub(super) fn forget(&self) {
        if self.asked.is_none() {
            self.next.put(Command::Forget);
            self.ring();
        }
    }

    fn ring(&self) {
        // A full queue means that the thread is going to look anyway.
        self.worker.try_send(()).ok();
    }

    /// Adds the newest progress to `events`.
    pub(super) fn poll(&mut self, events: &mut Vec<Event>) {
        if let Some((id, stage, progress, remaining_secs)) = self.progress.take() {
            events.push(Event::ErrandProgress { id, stage, progress, remaining_secs });
        }
        if events.iter().any(|event| matches!(event, Event::ErrandEnded { id, .. } if Some(*id) == self.asked)) {
            self.asked = None;
        }
        if self.worker.is_finished()
            && let Some(id) = self.asked.take()
        {
            self.reporter.wake();
            events.push(Event::ErrandEnded { id, outcome: Box::new(Outcome::Failed(STOPPED.to_owned())) });
        }
    }
}

impl Drop for Errands {
    fn drop(&mut self) {
        self.generation.cancel();
    }
}

/// What lives on the thread.
struct Desk {
    opened: OpenedVideos,
    scorer: case::Lazy,
}

impl Desk {
    fn run(
        &mut self,
        id: ErrandId,
        project: &Path,
        task: Task,
        ticket: &Ticket,
        (board, reporter): (&Latest<Report>, &Reporter),
    ) -> Outcome {
        let mut clock = (Stage::default(), Instant::now());
        let mut tell = |stage: Stage, progress: Progress| {
            if clock.0 != stage {
                clock = (stage, Instant::now());
            }
            if !ticket.is_stale() {
                board.put((id, stage, progress, progress.remaining_secs(clock.1.elapsed().as_secs_f64())));
                reporter.wake();
            }
        };
        let mut watch = Watch { ticket, progress: &mut tell };
        let done = match task {
            Task::Survey => survey(project),
            Task::PlanImport(request) => {
                labels::plan_import(project, &request, &mut self.opened, &mut watch).map(Outcome::ImportPlanned)
            }
            Task::PlanExport { choice, videos, format } => {
                let what = (&choice, &videos, format);
                labels::plan_export(project, what, &mut self.opened, &mut watch).map(Outcome::ExportPlanned)
            }
            Task::Export { plan, end, output, replace } => labels::export(&plan, end, &output, replace),
            Task::Report(request) => case::make(project, &request, &mut self.scorer, &mut watch, reporter),
            Task::Missing => {
                read(project).and_then(|project| Ok(Outcome::Missing(exchange::missing(project.videos()?))))
            }
            Task::Search(folder) => {
                let found = read(project).and_then(|project| exchange::search(project, &folder, &mut watch));
                found.map(|found| Outcome::Searched(Arc::new(found)))
            }
        };
        done.unwrap_or_else(|err| Outcome::Failed(sentence(&err)))
    }
}

/// The project, beside whoever writes to it. Not kept longer than it takes to read it: nobody should find it held.
fn read(folder: &Path) -> Result<Project, ExchangeError> {
    Ok(Project::open(folder, "Lookback")?)
}

fn survey(folder: &Path) -> Result<Outcome, ExchangeError> {
    let project = read(folder)?;
    Ok(Outcome::Surveyed(Survey::of(&exchange::reviews(&project)?)))
}

/// With a full stop, and with a capital unless it begins with a name.
pub(super) fn sentence(err: &impl std::fmt::Display) -> String {
    let text = err.to_string();
    // What stands before a colon, or holds a dot or a slash, is called as it is called.
    let head = text.split([':', ' ']).next().unwrap_or_default();
    let named = text[head.len()..].starts_with(':') || head.contains(['/', '\\', '.']);
    let mut letters = text.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let text = if named { text } else { first + letters.as_str() };
    if text.ends_with('.') { text } else { text + "." }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_letters() {
        let said = |text: &str| sentence(&ExchangeError::Input(text.to_owned()));
        assert_eq!(said("nothing was said"), "Nothing was said.");
        assert_eq!(said("sv: cannot be read"), "sv: cannot be read.");
        assert_eq!(said("a.csv seems odd."), "a.csv seems odd.");
        assert_eq!(said("/x y/z is not there"), "/x y/z is not there.");
    }
}
