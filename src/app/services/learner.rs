//! The learning thread: the plan, the run on its own copy of the weights, the comparison, ghost curves.
//!
//! Owns the thread, pause, cancellation, and the reports. Does not own what is learned ([`room`]), nor the project: what it
//! says comes with the request, and a candidate goes back to be kept.

mod room;

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;

use crate::app::event::Event;
use crate::app::learn::{LearnNews, LearnRequest, LearnTask};
use crate::domain::curve::Curve;
use crate::jobs::{Generation, Latest, Ticket, Worker};
use crate::model::ModelError;

use self::room::{Ghosts, Room};
use super::Reporter;

/// Requests that the thread has not yet taken; more wait here.
const QUEUE: usize = 4;

/// The newest news of one kind.
type Board = Latest<(LearnTask, LearnNews)>;

/// The learning thread as the window sees it.
#[derive(Debug)]
pub(super) struct Learner {
    worker: Worker<(LearnRequest, Ticket)>,
    waiting: VecDeque<(LearnRequest, Ticket)>,
    /// Of plan, run and comparison.
    work: Generation,
    /// Of ghosts.
    ghosts: Generation,
    board: Board,
    /// Whether the end of the thread was told to whoever waits for the task.
    told: bool,
    task: LearnTask,
}

impl Learner {
    pub(super) fn start(device: Option<String>, features: Option<PathBuf>, reporter: Reporter) -> io::Result<Self> {
        let board = Board::default();
        let theirs = board.clone();
        let worker = Worker::spawn("learn", QUEUE, move |requests, _| {
            let desk = Desk { reporter, board: theirs };
            let mut ghosts = Ghosts::new(device.clone(), features.clone());
            let mut room = None;
            for (request, ticket) in requests {
                desk.answer(request, &ticket, &mut room, &mut ghosts, (device.as_deref(), features.as_deref()));
            }
        })?;
        let (work, ghosts) = (Generation::default(), Generation::default());
        let waiting = VecDeque::new();
        Ok(Self { worker, waiting, work, ghosts, board, told: false, task: LearnTask::default() })
    }

    /// Asks for something. Never waits.
    pub(super) fn ask(&mut self, request: LearnRequest) {
        let ticket = match &request {
            LearnRequest::Pause => return self.work.cancel(),
            LearnRequest::Prepare { task, .. } | LearnRequest::Plan { task, .. } | LearnRequest::Run(task) => {
                // Told again, as this would be waited for in vain.
                (self.task, self.told) = (*task, false);
                self.work.advance()
            }
            LearnRequest::Forget => self.work.advance(),
            LearnRequest::Use(_) => self.work.current(),
            LearnRequest::Ghost(..) => self.ghosts.advance(),
            LearnRequest::NoGhost => return self.ghosts.cancel(),
        };
        self.waiting.push_back((request, ticket));
        self.flush();
    }

    fn flush(&mut self) {
        self.worker.send_waiting(&mut self.waiting);
    }

    /// Adds the newest progress to `events`.
    pub(super) fn poll(&mut self, events: &mut Vec<Event>) {
        self.flush();
        if let Some((task, news)) = self.board.take() {
            events.push(Event::Learning { task, news });
        }
        if self.worker.is_finished() && !self.told {
            self.told = true;
            let text = "The learning thread stopped unexpectedly; the model in use is untouched. Start the program \
                        again to learn.";
            events.push(Event::Learning { task: self.task, news: LearnNews::Failed(text.to_owned()) });
        }
    }
}

impl Drop for Learner {
    fn drop(&mut self) {
        self.work.cancel();
        self.ghosts.cancel();
    }
}

/// Where the thread reports.
struct Desk {
    reporter: Reporter,
    board: Board,
}

impl Desk {
    fn answer(
        &self,
        request: LearnRequest,
        ticket: &Ticket,
        room: &mut Option<Room>,
        ghosts: &mut Ghosts,
        (device, features): (Option<&str>, Option<&std::path::Path>),
    ) {
        match request {
            LearnRequest::Prepare { task, order, intervals } => {
                *room = None;
                let report = |what, progress, secs| self.put(task, LearnNews::Working(what, progress, secs));
                match Room::open(*order, device, features, &report, ticket) {
                    Ok(made) => {
                        let made = room.insert(made);
                        if made.compares() {
                            self.send(task, made.compare(&report, ticket));
                        } else {
                            self.plan(task, made, intervals, ticket);
                        }
                    }
                    Err(err) => self.send(task, Err(err)),
                }
            }
            LearnRequest::Plan { task, intervals } => {
                if let Some(room) = room {
                    self.plan(task, room, intervals, ticket);
                }
            }
            LearnRequest::Run(task) => {
                let Some(room) = room else { return };
                let show = |news| self.put(task, news);
                match room.run(&show, ticket) {
                    Err(ModelError::Cancelled) => self.tell(task, LearnNews::Paused),
                    news => self.send(task, news),
                }
            }
            LearnRequest::Forget => *room = None,
            LearnRequest::Use(weights) => ghosts.use_model(weights),
            LearnRequest::Ghost(task, order) => {
                // Only nice to know: where it cannot be had, the curve just does not come.
                match ghosts.curve(&order, ticket) {
                    Ok(Some(curve)) if !ticket.is_stale() => self.tell(task, LearnNews::Ghost(Curve::new(curve))),
                    Err(err) if !ticket.is_stale() => log::warn!("no ghost curve: {err}"),
                    _ => {}
                }
            }
            LearnRequest::Pause | LearnRequest::NoGhost => {}
        }
    }

    /// The plan at once, and how long it takes when that is known.
    fn plan(&self, task: LearnTask, room: &mut Room, intervals: bool, ticket: &Ticket) {
        self.send(task, Ok(room.plan(intervals)));
        match room.estimate(ticket) {
            Ok(None) => {}
            Ok(Some(news)) => self.send(task, Ok(news)),
            Err(err) => self.send(task, Err(err)),
        }
    }

    /// What came out. Work that was given up says nothing; what came out all the same is the state's to pass over, by its
    /// task.
    fn send(&self, task: LearnTask, news: Result<LearnNews, ModelError>) {
        match news {
            Err(ModelError::Cancelled) => {}
            Ok(news) => self.tell(task, news),
            Err(err) => {
                self.tell(
                    task,
                    LearnNews::Failed(format!("Nothing was learned, and the model in use is as it was: {err}.")),
                );
            }
        }
    }

    /// Waits until the window has room for it.
    fn tell(&self, task: LearnTask, news: LearnNews) {
        // Progress that was not read yet is older.
        self.board.take();
        self.reporter.send(Event::Learning { task, news });
    }

    /// Only the newest is read.
    fn put(&self, task: LearnTask, news: LearnNews) {
        self.board.put((task, news));
        self.reporter.wake();
    }
}
