//! The thread that looks over features: it makes maps of snippets and finds what resembles one.
//!
//! Owns the thread, the scale of the model in use, cancellation, and the reports. Does not own the work
//! ([`crate::app::survey`]). Reads the project and kept features, decodes nothing, and writes tables that were asked for.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::app::event::Event;
use crate::app::notice::Severity;
use crate::app::survey::{SurveyNews, SurveyRequest, SurveyTask, map, similar};
use crate::disk;
use crate::domain::known_normal::Scale;
use crate::jobs::{Generation, Latest, Progress, Ticket, Worker};
use crate::model::weights::ModelWeights;
use crate::store::FeatureCache;

use super::Reporter;
use super::in_use::InUse;
use super::peaks::Places;

/// Requests that the thread has not yet taken; more wait here.
const QUEUE: usize = 4;

/// The newest progress.
type Board = Latest<(SurveyTask, SurveyNews)>;

/// The thread as the window sees it.
#[derive(Debug)]
pub(super) struct Surveyor {
    worker: Worker<(SurveyRequest, Ticket)>,
    waiting: VecDeque<(SurveyRequest, Ticket)>,
    model: Latest<Option<Arc<ModelWeights>>>,
    maps: Generation,
    searches: Generation,
    board: Board,
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
        let (board, model) = (Board::default(), Latest::<Option<Arc<ModelWeights>>>::default());
        let (theirs, models) = (board.clone(), model.clone());
        let worker = Worker::spawn("survey", QUEUE, move |requests, _| {
            let mut desk = Desk { in_use: InUse::new(named), features, places, scale: None, reporter, board: theirs };
            for (request, ticket) in requests {
                if let Some(weights) = models.take() {
                    desk.in_use.project = weights;
                }
                desk.answer(request, &ticket);
            }
        })?;
        let (maps, searches) = (Generation::default(), Generation::default());
        Ok(Self { worker, waiting: VecDeque::new(), model, maps, searches, board })
    }

    /// This model is in use from now on; `None` is the one that the program was started with, or that comes with it.
    pub(super) fn use_model(&self, weights: Option<Arc<ModelWeights>>) {
        self.model.put(weights);
    }

    /// Asks for something. Never waits.
    pub(super) fn ask(&mut self, request: SurveyRequest) {
        let ticket = match &request {
            SurveyRequest::Map(..) => self.maps.advance(),
            SurveyRequest::Similar(..) => self.searches.advance(),
            SurveyRequest::StopMap => return self.maps.cancel(),
            SurveyRequest::StopSimilar => return self.searches.cancel(),
            SurveyRequest::Write { .. } => Ticket::unlimited(),
        };
        self.waiting.retain(|(_, ticket)| !ticket.is_stale());
        self.waiting.push_back((request, ticket));
        self.flush();
    }

    fn flush(&mut self) {
        self.worker.send_waiting(&mut self.waiting);
    }

    /// Adds the newest progress to `events`.
    pub(super) fn poll(&mut self, events: &mut Vec<Event>) {
        self.flush();
        events.extend(self.board.take().map(|(task, news)| Event::Surveyed { task, news }));
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
    board: Board,
}

impl Desk {
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
            SurveyRequest::Write { path, sheet } => {
                let (severity, text) = match disk::replace(&path, sheet.csv().as_bytes()) {
                    Ok(()) => (Severity::Info, format!("The points of the map were written to {}.", path.display())),
                    Err(err) => (Severity::Error, format!("{} cannot be written: {err}.", path.display())),
                };
                self.reporter.send(Event::Told(severity, text));
            }
            SurveyRequest::StopMap | SurveyRequest::StopSimilar => {}
        }
    }

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
