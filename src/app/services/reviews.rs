//! The project, on a thread of its own.
//!
//! Owns the queue of what is to be read from and written to it: nothing that was sent is lost, and the answers come in
//! the order of the questions. Does not own what a step means: see `app::update` and `domain::record`.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};

use crate::app::action::Event;
use crate::app::notice::Severity;
use crate::app::reviews::Ticket;
use crate::domain::library::VideoId;
use crate::domain::record::Step;
use crate::jobs::Worker;
use crate::store::project::{Author, Project, ProjectError};

use super::Reporter;

/// Requests that the thread has not yet taken; more wait here.
const QUEUE: usize = 16;

/// Something to do with the project.
#[derive(Debug)]
pub(super) enum Request {
    /// Read what it says about a video.
    Load(VideoId),
    /// Write a step.
    Record { ticket: Ticket, step: Box<Step>, who: String, model: Option<String> },
    /// Take back the last step, or carry it out again.
    Undo { redo: bool, who: String },
}

/// The thread, and what waits for it.
#[derive(Debug)]
pub(super) struct ReviewKeeper {
    worker: Worker<Request>,
    waiting: VecDeque<Request>,
}

impl ReviewKeeper {
    /// Opens the project in `folder`, or makes one there. Without a folder there is none.
    pub(super) fn start(folder: Option<PathBuf>, who: String, reporter: Reporter) -> io::Result<Self> {
        let worker = Worker::spawn("store", QUEUE, move |requests, _| {
            let opened = folder.map(|folder| open(&folder, &who));
            let mut project = match opened {
                Some(Ok((project, event))) => {
                    reporter.send(event);
                    Some(project)
                }
                Some(Err(err)) => {
                    reporter.send(Event::ProjectFailed(format!("Verdicts cannot be kept: {err}.")));
                    None
                }
                None => {
                    let reason = "Verdicts cannot be kept: this system offers no folder for them.".to_owned();
                    reporter.send(Event::ProjectFailed(reason));
                    None
                }
            };
            // All that was sent is carried out, also when the window is closed meanwhile.
            for request in requests {
                if let Some(project) = &mut project {
                    for event in answer(project, request) {
                        reporter.send(event);
                    }
                }
            }
        })?;
        Ok(Self { worker, waiting: VecDeque::new() })
    }

    /// Asks for something. Never waits.
    pub(super) fn ask(&mut self, request: Request) {
        self.waiting.push_back(request);
        self.flush();
    }

    /// Hands on what waits, as far as there is room.
    pub(super) fn flush(&mut self) {
        while let Some(request) = self.waiting.pop_front() {
            if let Err(request) = self.worker.try_send(request) {
                self.waiting.push_front(request);
                return;
            }
        }
    }

    /// Waits until everything that was asked for is on disk.
    pub(super) fn finish(mut self) {
        while !self.waiting.is_empty() && !self.worker.is_finished() {
            self.flush();
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        self.worker.finish();
    }
}

fn open(folder: &Path, who: &str) -> Result<(Project, Event), ProjectError> {
    let project = if Project::is_in(folder) { Project::open(folder, who) } else { Project::create(folder, who) }?;
    let held_by = project.held_by().map(ToString::to_string);
    let next_item = project.next_item()?.0;
    Ok((project, Event::ProjectOpened { folder: folder.to_owned(), held_by, next_item }))
}

fn answer(project: &mut Project, request: Request) -> Vec<Event> {
    let failed = |err: &dyn std::fmt::Display| vec![Event::Told(Severity::Error, format!("{err}."))];
    match request {
        Request::Load(id) => match project.review_state(&id) {
            Ok(review) => vec![Event::ReviewLoaded(Box::new(review))],
            Err(err) => failed(&err),
        },
        Request::Record { ticket, step, who, model } => match project.append(&step, &Author { who, model }) {
            Ok(_) => vec![Event::StepRecorded { ticket: Some(ticket), step, said: None }],
            Err(err) => vec![Event::StepRefused { ticket, reason: format!("Nothing was kept: {err}.") }],
        },
        Request::Undo { redo, who } => match undo(project, redo, who) {
            Ok(event) => vec![event],
            Err(err) => failed(&err),
        },
    }
}

fn undo(project: &mut Project, redo: bool, who: String) -> Result<Event, ProjectError> {
    let next = if redo { project.next_redo()? } else { project.next_undo()? };
    let Some(step) = next else {
        let text = if redo { "There is nothing to do again." } else { "There is nothing to undo." };
        return Ok(Event::Told(Severity::Info, text.to_owned()));
    };
    let appended = project.undo(step, &Author { who, model: None })?;
    let written = project.step(appended.step)?;
    let said = format!("{}: {}", if redo { "Done again" } else { "Undone" }, written.title);
    Ok(Event::StepRecorded { ticket: None, step: Box::new(written), said: Some(said) })
}
