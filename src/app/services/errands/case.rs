//! Case reports: the videos of a project scored once more, with what people said.
//!
//! Owns the engine that scores them, loaded when the first report is made so that the window's own scoring goes on.
//! Does not own the report (`app::report::casework`).

use std::path::{Path, PathBuf};

use crate::app::exchange::{self, ExchangeError, Stage, Watch};
use crate::app::exchanging::{Outcome, ReportRequest, Reported};
use crate::app::models;
use crate::app::pipeline::{self, Phase, ScoringObserver, Source};
use crate::app::report::case::FILES;
use crate::app::report::casework::CaseWork;
use crate::app::services::scoring::{Engine, Wanted};
use crate::app::services::{EngineOptions, Reporter};
use crate::domain::library::VideoId;
use crate::domain::queue::KnownVideo;
use crate::domain::score::{ScoredVideo, SnippetScores};
use crate::jobs::{Progress, Ticket};
use crate::media::{self, OpenedVideo};
use crate::store::Project;

/// Steps of progress for each video.
const STEPS: usize = 1000;

/// What scores, once it is needed.
pub(super) struct Lazy {
    options: EngineOptions,
    features: Option<PathBuf>,
    /// With the model of the project that it was loaded for; `None` is the one that the program began with.
    engine: Option<(Option<String>, Engine)>,
}

impl Lazy {
    pub(super) fn new(options: EngineOptions, features: Option<PathBuf>) -> Self {
        Self { options, features, engine: None }
    }

    /// The engine with the model that is in use in the project.
    fn engine(&mut self, project: &Project, reporter: &Reporter) -> Result<&mut Engine, ExchangeError> {
        let model = project.promoted_model()?;
        let engine = if let Some((_, engine)) = self.engine.take().filter(|(of, _)| *of == model) {
            engine
        } else {
            let load = |_: &String| models::in_use(project).map_err(|err| ExchangeError::Failed(err.to_string()));
            let wanted = Wanted { weights: model.as_ref().map(load).transpose()?, promoted: false };
            Engine::load(&self.options, self.features.as_deref(), &wanted, reporter).map_err(ExchangeError::Failed)?
        };
        Ok(&mut self.engine.insert((model, engine)).1)
    }
}

/// Makes a report, unless files are in the way.
pub(super) fn make(
    folder: &Path,
    request: &ReportRequest,
    lazy: &mut Lazy,
    watch: &mut Watch<'_>,
    reporter: &Reporter,
) -> Result<Outcome, ExchangeError> {
    let taken: Vec<PathBuf> = FILES.iter().map(|name| request.output.join(name)).filter(|path| path.exists()).collect();
    if !request.replace && !taken.is_empty() {
        return Ok(Outcome::Taken(taken));
    }
    if request.output.is_file() {
        let reason = format!("{}: is a file; a report needs a folder", request.output.display());
        return Err(ExchangeError::Input(reason));
    }
    let project = super::read(folder)?;
    let mut chosen = exchange::reviews(&project)?;
    chosen.retain(|(video, _)| request.videos.holds(&video.id));
    if chosen.is_empty() {
        return Err(ExchangeError::Input("nothing was said about any of the chosen videos".to_owned()));
    }
    let mut work = CaseWork::begin(&project, &chosen, &request.who, request.rule)?;
    let engine = lazy.engine(&project, reporter)?;
    drop(project);
    let total = chosen.len() * STEPS;
    for (at, (video, review)) in chosen.into_iter().enumerate() {
        let mut step = |fraction: f32| {
            let done = at * STEPS + (fraction * STEPS as f32) as usize;
            (watch.progress)(Stage::Scoring, Progress { done, total, skipped: 0 });
        };
        step(0.0);
        match score(&video, request, engine, watch.ticket, &mut step) {
            Ok(Some((opened, scored, notes))) => work.add((opened, video.id), scored, notes, review),
            Ok(None) => {
                let reason = format!("{} is no longer the video that was reviewed.", video.path.display());
                work.add_absent(video, review, reason);
            }
            Err(ExchangeError::Cancelled) => return Err(ExchangeError::Cancelled),
            Err(err) => {
                let reason = format!("{}: {err}.", video.name);
                work.add_absent(video, review, reason);
            }
        }
        watch.go_on()?;
    }
    (watch.progress)(Stage::Writing, Progress::default());
    let page = work.write(&request.output, &request.title)?;
    let (videos, findings) = work.counts();
    Ok(Outcome::Reported(Reported { page, videos, findings, left_out: work.without_pictures() }))
}

/// A video with its scores and what should be known about them; `None` if the file is no longer that video.
type Scored = Option<(OpenedVideo, ScoredVideo, Vec<String>)>;

fn score(
    known: &KnownVideo,
    request: &ReportRequest,
    engine: &mut Engine,
    ticket: &Ticket,
    step: &mut dyn FnMut(f32),
) -> Result<Scored, ExchangeError> {
    let video = exchange::open_video(&known.path, known.size).map_err(ExchangeError::Input)?;
    // Hashing takes a tenth of the time or so, unless the features are there.
    let id: VideoId = media::hash_file(&known.path, ticket, &mut |p| step(p.fraction() * 0.1))?;
    if id != known.id {
        return Ok(None);
    }
    let mut notes = video.notes.clone();
    let mut observer = Observer { step, notes: Vec::new() };
    let source = Source { video: &video, id: &id, cache: engine.cache.as_ref() };
    let scored = pipeline::score(source, engine.encoder.as_mut(), &engine.scorer, &request.tsa, &mut observer, ticket)?;
    notes.append(&mut observer.notes);
    notes.dedup();
    Ok(Some((video, scored, notes)))
}

struct Observer<'a> {
    step: &'a mut dyn FnMut(f32),
    notes: Vec<String>,
}

impl ScoringObserver for Observer<'_> {
    fn progress(&mut self, phase: Phase, progress: Progress) {
        if phase == Phase::Encoding {
            (self.step)(0.1 + progress.fraction() * 0.8);
        }
    }

    fn partial(&mut self, _: SnippetScores) {}

    fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}
