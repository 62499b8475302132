//! How far annotators agree, found out on request on a thread that lives as long as it takes.
//!
//! Owns reading the project beside the thread that writes it, and opening the videos whose frames have no times yet. Does
//! not own the figures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::agreement;
use crate::app::event::Event;
use crate::app::exchange::{open_video, reviews};
use crate::domain::agreement::readers;
use crate::domain::frames::FrameTable;
use crate::domain::library::VideoId;
use crate::domain::queue::KnownVideo;
use crate::jobs::{Generation, Latest, Progress, Ticket, Worker};
use crate::store::Project;

use super::Reporter;

/// The frames of videos that are open already.
type Tables = BTreeMap<VideoId, Arc<FrameTable>>;

/// Finds out how far annotators agree.
#[derive(Debug)]
pub(super) struct AgreementReader {
    reporter: Reporter,
    progress: Latest<Progress>,
    generation: Generation,
    worker: Option<Worker<()>>,
}

impl AgreementReader {
    pub(super) fn new(reporter: Reporter) -> Self {
        Self { reporter, progress: Latest::default(), generation: Generation::default(), worker: None }
    }

    /// Begins; what was begun before is given up.
    pub(super) fn read(&mut self, folder: PathBuf, who: String, tables: Tables) {
        let ticket = self.generation.advance();
        self.progress = Latest::default();
        let (progress, reporter) = (self.progress.clone(), self.reporter.clone());
        let started = Worker::spawn("agreement", 1, move |_, _| {
            let event = read(&folder, &who, &tables, &progress, &reporter, &ticket);
            if !ticket.is_stale() {
                reporter.send(event);
            }
        });
        match started {
            Ok(worker) => self.worker = Some(worker),
            Err(err) => {
                let text = format!("No thread can be started for comparing annotators: {err}.");
                self.reporter.offer(Event::AgreementFailed(text));
            }
        }
    }

    /// Gives up.
    pub(super) fn stop(&mut self) {
        self.generation.cancel();
        self.worker = None;
    }

    /// Adds the newest progress to `events`.
    pub(super) fn poll(&self, events: &mut Vec<Event>) {
        // What comes after the answer is ignored.
        events.extend(self.progress.take().map(Event::AgreementProgress));
    }
}

impl Drop for AgreementReader {
    fn drop(&mut self) {
        self.generation.cancel();
    }
}

fn read(
    folder: &Path,
    who: &str,
    tables: &Tables,
    latest: &Latest<Progress>,
    reporter: &Reporter,
    ticket: &Ticket,
) -> Event {
    // Held only while it is read: whoever wants to write need not wait until all videos are opened.
    let reviews = match Project::open(folder, who).and_then(|project| reviews(&project)) {
        Ok(reviews) => reviews,
        Err(err) => return Event::AgreementFailed(format!("{err}.")),
    };
    let total = reviews.iter().filter(|(_, review)| readers(review).len() > 1).count();
    let mut progress = Progress { done: 0, total, skipped: 0 };
    let mut open = |video: &KnownVideo| -> Result<Arc<FrameTable>, String> {
        if ticket.is_stale() {
            return Err("cancelled".to_owned());
        }
        let table = match tables.get(&video.id) {
            Some(table) => Ok(Arc::clone(table)),
            None => open_video(&video.path, video.size).map(|opened| opened.frames),
        };
        progress.done += 1;
        latest.put(progress);
        reporter.wake();
        table
    };
    Event::AgreementRead(Box::new(agreement::report(&reviews, None, &mut open)))
}
