//! What the project's thread does about models.
//!
//! Owns the answers: what to learn from, models kept, put in use, set aside, written out and brought in. Does not own the
//! models ([`crate::app::models`]) or the thread ([`super::reviews`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::event::Event;
use crate::app::exports;
use crate::app::learn::{LearnNews, LearnTask, Material, ModelRequest};
use crate::app::models::{self, ModelsError};
use crate::app::notice::Severity;
use crate::app::services::errands::sentence;
use crate::domain::library::VideoId;
use crate::domain::queue::KnownVideo;
use crate::domain::record::{ReviewState, Step, Subject};
use crate::store::Project;
use crate::store::project::{Author, ProjectError};

/// The model in use and all models, as the window is told when a project is opened or that changes. A model that cannot be
/// used is told loudly; the one that comes with the program takes its place.
pub(super) fn told(project: &Project, promoted: bool) -> Vec<Event> {
    let mut events = Vec::new();
    let in_use = project.promoted_model().map_err(ModelsError::from).and_then(|id| match id {
        Some(id) => models::load(project, Some(&id)).map(Some),
        None => Ok(None),
    });
    let weights = in_use.unwrap_or_else(|err| {
        let text = format!(
            "The model of this project cannot be used: {err}. The model that comes with the program is used instead; put \
             another one in use in the panel Models."
        );
        events.push(Event::Told(Severity::Error, text));
        None
    });
    events.push(Event::ModelInUse { weights, promoted });
    events.extend(listed(project));
    events
}

/// What else follows from a step that was written: another model may be in use.
pub(super) fn follow(project: &Project, step: &Step) -> Vec<Event> {
    let promotion = step.changes.iter().any(|change| change.subject == Subject::Promotion);
    if promotion { told(project, true) } else { Vec::new() }
}

fn listed(project: &Project) -> Vec<Event> {
    match models::tree(project) {
        Ok(entries) => vec![Event::ModelsRead(entries)],
        Err(err) => vec![Event::Told(Severity::Error, format!("{err}."))],
    }
}

/// Carries out what is asked.
pub(super) fn answer(project: &mut Project, request: ModelRequest) -> Vec<Event> {
    let done = match request {
        ModelRequest::Gather { task, candidate } => {
            let news = match gather(project, candidate) {
                Ok(material) => LearnNews::Gathered(Box::new(material)),
                Err(err) => LearnNews::Failed(format!("{err}.")),
            };
            return vec![Event::Learning { task, news }];
        }
        ModelRequest::Keep { task, weights } => return keep(project, task, &weights),
        ModelRequest::Promote { id, who } => promote(project, id.as_deref(), who),
        ModelRequest::RollBack { who } => roll_back(project, who),
        ModelRequest::Discard(id) => project
            .discard_model(&id)
            .map(|()| told_info(format!("The model {id} is set aside; it can be taken back."))),
        ModelRequest::Restore(id) => {
            project.restore_model(&id).map(|()| told_info(format!("The model {id} is a candidate again.")))
        }
        ModelRequest::Export(id) => return export(project, id.as_deref()),
        ModelRequest::Import(path) => {
            return match writable(project).and_then(|()| models::import(project, &path)) {
                Ok(imported) => {
                    let id = &imported.id;
                    let text = match imported.known {
                        None => format!("The model {id} is a candidate now; compare it to put it in use."),
                        Some(standing) => format!("The model {id} is in the project already ({standing})."),
                    };
                    told_info(text).into_iter().chain(listed(project)).collect()
                }
                Err(err) => failed(&err),
            };
        }
    };
    match done {
        Ok(mut events) => {
            events.extend(listed(project));
            events
        }
        Err(err) => failed(&err),
    }
}

fn failed(err: &dyn std::fmt::Display) -> Vec<Event> {
    let text = err.to_string();
    // Most of them say so themselves.
    let said = text.contains("nothing was changed");
    vec![Event::Told(Severity::Error, if said { sentence(&text) } else { format!("Nothing was changed: {text}.") })]
}

fn told_info(text: String) -> Vec<Event> {
    vec![Event::Told(Severity::Info, text)]
}

/// Refuses a project that another program writes to.
fn writable(project: &Project) -> Result<(), ModelsError> {
    match project.held_by() {
        None => Ok(()),
        Some(holder) => {
            let (path, holder) = (project.folder().to_owned(), holder.to_string());
            Err(ProjectError::Held { path, holder }.into())
        }
    }
}

/// Everything that is known of videos and what was said about them, and the models.
#[expect(
    clippy::option_option,
    reason = "whether a model is to be compared, and which: `None` inside is the shipped one"
)]
fn gather(project: &Project, candidate: Option<Option<String>>) -> Result<Material, ModelsError> {
    let candidate = candidate.map(|id| models::load(project, id.as_deref())).transpose()?;
    let mut known: BTreeMap<VideoId, KnownVideo> =
        project.videos()?.into_iter().map(|video| (video.id.clone(), video)).collect();
    let mut videos = Vec::new();
    for id in project.reviewed_videos()? {
        let review = project.review_state(&id)?;
        videos.push((known.remove(&id).unwrap_or_else(|| KnownVideo::nameless(id)), review));
    }
    videos.extend(known.into_values().map(|video| {
        let review = ReviewState::new(video.id.clone());
        (video, review)
    }));
    videos.sort_by(|(a, _), (b, _)| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let step = project.history(1, None)?.first().map_or(0, |entry| entry.step.0);
    Ok(Material { videos, model: models::in_use(project)?, candidate, step })
}

fn keep(project: &mut Project, task: LearnTask, weights: &Arc<crate::model::weights::ModelWeights>) -> Vec<Event> {
    let news = match models::keep(project, weights) {
        Ok(_) => LearnNews::Kept,
        Err(err) => LearnNews::Failed(format!("What was learned could not be kept: {err}.")),
    };
    let mut events = vec![Event::Learning { task, news }];
    events.extend(listed(project));
    events
}

fn promote(project: &mut Project, id: Option<&str>, who: String) -> Result<Vec<Event>, ProjectError> {
    let author = Author { who, model: project.promoted_model()? };
    match project.promote(id, &author)? {
        Some(appended) => recorded(project, appended.step, str::to_owned),
        None => Ok(told_info("That model is in use already.".to_owned())),
    }
}

fn roll_back(project: &mut Project, who: String) -> Result<Vec<Event>, ProjectError> {
    let author = Author { who, model: project.promoted_model()? };
    project.roll_back(&author)?;
    let latest = project.history(1, None)?.first().map(|entry| entry.step);
    match latest {
        Some(step) => {
            let now = match project.promoted_model()? {
                Some(id) => format!("Back to the model before: {id} is in use"),
                None => "Back to the model before: the one that comes with the program is in use".to_owned(),
            };
            recorded(project, step, |_| now)
        }
        None => Ok(Vec::new()),
    }
}

/// The step as the window is told of it, and the model that is in use since; `said` makes a sentence of the step's title.
fn recorded(
    project: &Project,
    step: crate::domain::record::StepId,
    said: impl FnOnce(&str) -> String,
) -> Result<Vec<Event>, ProjectError> {
    let step = project.step(step)?;
    let said = format!("{}. Undo takes it back.", said(&step.title));
    let mut events = follow(project, &step);
    events.insert(0, Event::StepRecorded { ticket: None, step: Box::new(step), said: Some(said), undoes: false });
    Ok(events)
}

/// Into the project's own folder of exports, so that no dialog is needed and the place is known.
fn export(project: &Project, id: Option<&str>) -> Vec<Event> {
    let name = format!("lookback-model-{}.safetensors", id.unwrap_or(models::SHIPPED));
    let path = exports::folder(project.folder()).join(name);
    match models::export(project, id, &path) {
        Ok(()) => told_info(format!("The model was written to {}.", path.display())),
        Err(err) => failed(&err),
    }
}
