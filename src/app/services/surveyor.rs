//! The thread that looks over features: it makes maps of snippets and finds what resembles one.
//!
//! Owns the thread, the scale of the model in use, cancellation, and the reports. Does not own the work
//! ([`crate::app::survey`]). Reads the project and kept features, decodes nothing, and writes nothing.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::app::event::Event;
use crate::app::survey::{SurveyNews, SurveyRequest, SurveyTask, map, similar};
use crate::domain::known_normal::Scale;
use crate::jobs::{Generation, Progress, Ticket};
use crate::model::weights::ModelWeights;
use crate::store::FeatureCache;

use super::Reporter;
use super::in_use::InUse;
use super::peaks::Places;
use super::task_thread::{self, Board, TaskThread};

/// The thread as the window sees it.
#[derive(Debug)]
pub(super) struct Surveyor {
    thread: TaskThread<Desk>,
    maps: Generation,
    searches: Generation,
}

impl Surveyor {
    /// `named` is the model that the program was started with; features are kept in the folder `features`; of videos that
    /// are found and not open, `places` is told so that there are pictures of them.
    pub(super) fn start(
        named: Option<PathBuf>,
        features: Option<PathBuf>,
        places: Places,
        reporter: Reporter,
    ) -> io::Result<Self> {
        let thread = TaskThread::start("survey", move |board| {
            let in_use = InUse::new(named);
            Desk { in_use, features, places, scale: None, reporter, board }
        })?;
        Ok(Self { thread, maps: Generation::default(), searches: Generation::default() })
    }

    /// This model is in use from now on; `None` is the one that the program was started with, or that comes with it.
    pub(super) fn use_model(&self, weights: Option<Arc<ModelWeights>>) {
        self.thread.use_model(weights);
    }

    /// Asks for something. Never waits.
    pub(super) fn ask(&mut self, request: SurveyRequest) {
        let (task, ticket) = match &request {
            SurveyRequest::Map(task, _) => (*task, self.maps.advance()),
            SurveyRequest::Similar(task, _) => (*task, self.searches.advance()),
            SurveyRequest::StopMap => return self.maps.cancel(),
            SurveyRequest::StopSimilar => return self.searches.cancel(),
        };
        self.thread.ask(task, request, ticket);
    }

    /// Adds the newest progress to `events`.
    pub(super) fn poll(&mut self, events: &mut Vec<Event>) {
        self.thread.poll(events);
    }
}

impl Drop for Surveyor {
    fn drop(&mut self) {
        self.maps.cancel();
        self.searches.cancel();
    }
}

/// What lives on the thread.
struct Desk {
    in_use: InUse,
    features: Option<PathBuf>,
    places: Places,
    /// The scale of the model of this name, if it carries any bags.
    scale: Option<(String, Option<Scale>)>,
    reporter: Reporter,
    board: Board<Self>,
}

impl task_thread::Desk for Desk {
    type Request = SurveyRequest;
    type Task = SurveyTask;
    type News = SurveyNews;

    fn use_model(&mut self, weights: Option<Arc<ModelWeights>>) {
        self.in_use.project = weights;
    }

    fn answer(&mut self, request: SurveyRequest, ticket: &Ticket) {
        match request {
            _ if ticket.is_stale() => {}
            SurveyRequest::Map(task, order) => {
                let made = self.cache().and_then(|cache| map::make(*order, &cache, &mut self.told(task), ticket));
                self.send(task, made.map(|map| SurveyNews::Map(Arc::new(map))), ticket);
            }
            SurveyRequest::Similar(task, order) => {
                let scale = self.scale(&order.model);
                let cache = self.cache();
                let found = cache.and_then(|cache| similar::find(*order, &cache, scale, &mut self.told(task), ticket));
                if let Ok(found) = &found {
                    for near in &found.found {
                        let place = found.places.iter().find(|(id, _)| *id == near.video.id);
                        if let Some((id, path)) = place.filter(|(id, _)| !self.places.knows(id)) {
                            self.places.tell(id.clone(), path.clone());
                        }
                    }
                }
                self.send(task, found.map(|found| SurveyNews::Similar(Arc::new(found))), ticket);
            }
            SurveyRequest::StopMap | SurveyRequest::StopSimilar => {}
        }
    }

    fn event(task: SurveyTask, news: SurveyNews) -> Event {
        Event::Surveyed { task, news }
    }

    fn ended(event: &Event) -> Option<SurveyTask> {
        match event {
            Event::Surveyed { news: SurveyNews::Working(..), .. } => None,
            Event::Surveyed { task, .. } => Some(*task),
            _ => None,
        }
    }

    fn failed(reason: String) -> SurveyNews {
        SurveyNews::Failed(reason)
    }
}

impl Desk {
    fn cache(&self) -> Result<FeatureCache, String> {
        let folder = self.features.clone().ok_or("this system offers no folder in which features could be kept")?;
        FeatureCache::open(folder).map_err(|err| err.to_string())
    }

    fn told(&self, task: SurveyTask) -> impl FnMut(&'static str, Progress) + use<> {
        let (board, reporter, began) = (self.board.clone(), self.reporter.clone(), Instant::now());
        move |what, progress| {
            let left = progress.remaining_secs(began.elapsed().as_secs_f64());
            board.put((task, SurveyNews::Working(what, progress, left)));
            reporter.wake();
        }
    }

    fn send(&self, task: SurveyTask, news: Result<SurveyNews, String>, ticket: &Ticket) {
        if !ticket.is_stale() {
            // Progress that was not read yet is older.
            self.board.take();
            let news = news.unwrap_or_else(|reason| SurveyNews::Failed(format!("{}.", capital(&reason))));
            self.reporter.send(Event::Surveyed { task, news });
        }
    }

    fn scale(&mut self, model: &str) -> Option<Scale> {
        if self.scale.as_ref().is_none_or(|(of, _)| of != model) {
            self.scale = Some((model.to_owned(), self.in_use.scale(model)));
        }
        self.scale.as_ref().and_then(|(_, scale)| scale.clone())
    }
}

/// With a capital letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
