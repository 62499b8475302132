//! A thread that is asked for one piece of work after the other and leaves how far the newest is.
//!
//! Owns the queue in front of it, what waits for room there, the model in use on its way to it, the newest progress, and that
//! its unexpected end is told to whoever still waits for an answer, then and later. Does not own the work ([`Desk`]), nor
//! which work a newer request gives up: that is the tickets'.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::Arc;

use crate::app::event::Event;
use crate::jobs::{Latest, Ticket, Worker};
use crate::model::weights::ModelWeights;

use super::STOPPED;

/// Requests that the thread has not yet taken; more wait here.
const QUEUE: usize = 4;

/// What lives on the thread.
pub(super) trait Desk: 'static {
    /// What is asked of it.
    type Request: Send + 'static;
    /// Tells one piece of work from another.
    type Task: Copy + PartialEq + Send + 'static;
    /// What is reported about it.
    type News: Send + 'static;

    /// This model is in use from now on; `None` is the one that the program was started with, or that comes with it.
    fn use_model(&mut self, weights: Option<Arc<ModelWeights>>);

    /// Does the work, unless or until the ticket is stale.
    fn answer(&mut self, request: Self::Request, ticket: &Ticket);

    /// The news as the window hears them.
    fn event(task: Self::Task, news: Self::News) -> Event;

    /// The work that is over with this event.
    fn ended(event: &Event) -> Option<Self::Task>;

    /// The news that it did not work; `reason` is a sentence.
    fn failed(reason: String) -> Self::News;
}

/// The newest progress.
pub(super) type Board<D> = Latest<(<D as Desk>::Task, <D as Desk>::News)>;

/// The thread as the window sees it.
pub(super) struct TaskThread<D: Desk> {
    worker: Worker<(D::Request, Ticket)>,
    waiting: VecDeque<(D::Request, Ticket)>,
    model: Latest<Option<Arc<ModelWeights>>>,
    board: Board<D>,
    /// Work that has not ended, as far as the window knows.
    asked: Vec<(D::Task, Ticket)>,
}

impl<D: Desk> fmt::Debug for TaskThread<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskThread").field("waiting", &self.waiting.len()).finish_non_exhaustive()
    }
}

impl<D: Desk> TaskThread<D> {
    /// Starts it; the desk is made on the thread.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub(super) fn start(name: &str, desk: impl FnOnce(Board<D>) -> D + Send + 'static) -> io::Result<Self> {
        let (board, model) = (Board::<D>::default(), Latest::<Option<Arc<ModelWeights>>>::default());
        let (theirs, models) = (board.clone(), model.clone());
        let worker = Worker::spawn(name, QUEUE, move |requests, _| {
            let mut desk = desk(theirs);
            for (request, ticket) in requests {
                if let Some(weights) = models.take() {
                    desk.use_model(weights);
                }
                desk.answer(request, &ticket);
            }
        })?;
        Ok(Self { worker, waiting: VecDeque::new(), model, board, asked: Vec::new() })
    }

    /// This model is in use before anything that is asked from now on.
    pub(super) fn use_model(&self, weights: Option<Arc<ModelWeights>>) {
        self.model.put(weights);
    }

    /// Asks for something. Never waits. What waits and is not wanted any more is dropped.
    pub(super) fn ask(&mut self, task: D::Task, request: D::Request, ticket: Ticket) {
        self.waiting.retain(|(_, ticket)| !ticket.is_stale());
        self.waiting.push_back((request, ticket.clone()));
        self.asked.push((task, ticket));
        self.worker.send_waiting(&mut self.waiting);
    }

    /// Adds the newest progress to `events`.
    pub(super) fn poll(&mut self, events: &mut Vec<Event>) {
        self.worker.send_waiting(&mut self.waiting);
        events.extend(self.board.take().map(|(task, news)| D::event(task, news)));
        let over = |task| events.iter().any(|event| D::ended(event) == Some(task));
        self.asked.retain(|(task, ticket)| !ticket.is_stale() && !over(*task));
        if self.worker.is_finished() {
            let failed = |(task, _)| D::event(task, D::failed(STOPPED.to_owned()));
            events.extend(self.asked.drain(..).map(failed));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::app::survey::{SurveyNews, SurveyTask};

    /// Breaks at the first request.
    struct Broken;

    impl Desk for Broken {
        type Request = ();
        type Task = SurveyTask;
        type News = SurveyNews;

        fn use_model(&mut self, _: Option<Arc<ModelWeights>>) {}

        fn answer(&mut self, (): (), _: &Ticket) {
            panic!("on purpose");
        }

        fn event(task: SurveyTask, news: SurveyNews) -> Event {
            Event::Surveyed { task, news }
        }

        fn ended(event: &Event) -> Option<SurveyTask> {
            if let Event::Surveyed { task, .. } = event { Some(*task) } else { None }
        }

        fn failed(reason: String) -> SurveyNews {
            SurveyNews::Failed(reason)
        }
    }

    /// What was told to have failed.
    fn failed(thread: &mut TaskThread<Broken>) -> Vec<SurveyTask> {
        let mut events = Vec::new();
        for _ in 0..500 {
            thread.poll(&mut events);
            if !events.is_empty() {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        events.iter().filter_map(Broken::ended).collect()
    }

    #[test]
    fn the_end_of_the_thread_is_told_to_whoever_waits_then_and_later() {
        let mut thread = TaskThread::start("test", |_| Broken).expect("starts");
        thread.ask(SurveyTask(1), (), Ticket::unlimited());
        assert_eq!(failed(&mut thread), [SurveyTask(1)]);
        let mut events = Vec::new();
        thread.poll(&mut events);
        assert!(events.is_empty(), "once is enough: {events:?}");
        thread.ask(SurveyTask(2), (), Ticket::unlimited());
        assert_eq!(failed(&mut thread), [SurveyTask(2)], "nothing is waited for in vain");
    }
}
