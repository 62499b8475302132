//! The project, on a thread of its own.
//!
//! Owns the queue of what is to be read from and written to it: nothing that was sent is lost, and the answers come in
//! the order of the questions. Does not own what a step means: see `app::update` and `domain::record`.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::app::effect::{FoundEvents, Undoing};
use crate::app::event::Event;
use crate::app::exchanging::PlannedImport;
use crate::app::known_normal::Recalled;
use crate::app::learn::{LearnNews, ModelRequest};
use crate::app::notice::Severity;
use crate::app::review_queue::{BLOCK, Question, Target};
use crate::app::reviews::Ticket;
use crate::domain::interval::FrameSpan;
use crate::domain::library::VideoId;
use crate::domain::queue::{FlaggedEvent, KnownVideo, QueueFilter, QueueRow, QueueSort};
use crate::domain::record::{Change, ItemId, ReviewState, Step, StepId, Subject, Value};
use crate::domain::review::{Judgement, Verdict};
use crate::domain::segment::AnomalySegment;
use crate::domain::snippet::SnippetGrid;
use crate::jobs::Worker;
use crate::media::OpenedVideo;
use crate::store::project::{Author, Project, ProjectError};

use super::backups::Backups;
use super::peaks::Places;
use super::{Reporter, classes, handover, project_models};

/// Requests that the thread has not yet taken; more wait here.
const QUEUE: usize = 16;
/// Steps of the history that are shown.
const HISTORY: usize = 2000;

/// Something to do with the project.
#[derive(Debug)]
pub(super) enum Request {
    /// Note where a video is, and read what is said about it.
    Load(Box<KnownVideo>),
    /// Take in the events that were found.
    Events,
    /// Count rows of the queue.
    Count(Question, QueueFilter),
    /// Read rows of the queue from this place on.
    Read(Question, QueueFilter, QueueSort, u64),
    /// Find out where a video was seen last.
    Locate { target: Target, ahead: bool },
    /// Find the next row that needs a verdict.
    NextOpen { filter: QueueFilter, sort: QueueSort, after: Box<QueueRow> },
    /// Write a step.
    Record { ticket: Ticket, step: Box<Step>, who: String, model: Option<String> },
    /// Give one verdict to several events.
    JudgeRows { rows: Vec<QueueRow>, verdict: Verdict, first: ItemId, title: String, who: String },
    /// Give a class another name, in every label too.
    RenameClass { from: String, to: String, who: String },
    /// Take a class off the list, if no label has it or its labels get another one.
    RemoveClass { from: String, into: Option<String>, who: String },
    /// Take back a step, or carry it out again.
    Undo { which: Undoing, who: String, only_own: bool },
    /// Carry out an import.
    Import { plan: Arc<PlannedImport>, first: ItemId, who: String },
    /// Note where videos are now.
    Relocate(Vec<(VideoId, PathBuf)>),
    /// List the videos that the project knows.
    Videos { open: bool },
    /// Read the newest steps.
    History,
    /// Open the project in this folder instead, or make one there.
    Open { folder: PathBuf, who: String },
    /// Put a backup in the place of the damaged project.
    Restore { backup: PathBuf, who: String },
    /// Put events aside that look like false alarms.
    PutAside(Arc<Recalled>),
    /// Something about models.
    Models(ModelRequest),
}

/// Events that are to be taken in; of each video only the newest.
type Found = Arc<Mutex<BTreeMap<VideoId, FoundEvents>>>;

/// The thread, and what waits for it.
#[derive(Debug)]
pub(super) struct ReviewKeeper {
    worker: Worker<Request>,
    waiting: VecDeque<Request>,
    found: Found,
}

impl ReviewKeeper {
    /// Opens the project in `folder`, or makes one there. Without a folder there is none.
    pub(super) fn start(folder: Option<PathBuf>, who: String, places: Places, reporter: Reporter) -> io::Result<Self> {
        let found = Found::default();
        let theirs = Arc::clone(&found);
        let backups = Backups::start(reporter.clone())?;
        let worker = Worker::spawn("store", QUEUE, move |requests, _| {
            let mut folder = folder;
            let mut project = folder.as_deref().and_then(|folder| accept(open(folder, &who), folder, &reporter));
            if folder.is_none() {
                let reason = "Verdicts cannot be kept: this system offers no folder for them.".to_owned();
                reporter.send(Event::ProjectFailed { reason, backup: None });
            }
            // All that was sent is carried out, also when the window is closed meanwhile.
            for request in requests {
                match (request, &mut project) {
                    (Request::Open { folder: other, who }, _) => {
                        // The one before is let go of first: it may be the same.
                        drop(project.take());
                        project = accept(open(&other, &who), &other, &reporter);
                        folder = Some(other);
                    }
                    (Request::Restore { backup, who }, _) => {
                        drop(project.take());
                        project =
                            folder.as_deref().and_then(|at| accept(Project::restore(at, &backup, &who), at, &reporter));
                    }
                    (request, Some(project)) => {
                        for event in answer(project, request, &theirs, &places) {
                            reporter.send(event);
                        }
                        backups.look(project);
                    }
                    (Request::Models(ModelRequest::Gather { task, .. }), None) => {
                        let text = "There is no project to learn from: open one first.";
                        reporter.send(Event::Learning { task, news: LearnNews::Failed(text.to_owned()) });
                    }
                    // Nothing else is sent that a project would have to answer.
                    (_, None) => {}
                }
            }
        })?;
        Ok(Self { worker, waiting: VecDeque::new(), found })
    }

    /// Asks for something. Never waits.
    pub(super) fn ask(&mut self, request: Request) {
        self.waiting.push_back(request);
        self.flush();
    }

    /// Takes in the events of a video; while a threshold is dragged only the last of many.
    pub(super) fn found(&mut self, events: FoundEvents) {
        let first = {
            let mut found = lock(&self.found);
            let first = found.is_empty();
            found.insert(events.id.clone(), events);
            first
        };
        if first {
            self.ask(Request::Events);
        }
    }

    /// Hands on what waits, as far as there is room.
    pub(super) fn flush(&mut self) {
        self.worker.send_waiting(&mut self.waiting);
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

fn open(folder: &Path, who: &str) -> Result<Project, ProjectError> {
    if Project::is_in(folder) { Project::open(folder, who) } else { Project::create(folder, who) }
}

/// Tells whether the project can be used, and passes it on if so.
fn accept(opened: Result<Project, ProjectError>, folder: &Path, reporter: &Reporter) -> Option<Project> {
    let ready = opened.and_then(|project| {
        // The first question after opening takes longest; nobody waits for this one.
        project.queue_counts(&QueueFilter::default())?;
        let held_by = project.held_by().map(ToString::to_string);
        let next_item = project.next_item()?.0;
        let schema = Event::SchemaRead(project.chosen_schema()?);
        let mut events = vec![Event::ProjectOpened { folder: folder.to_owned(), held_by, next_item }, schema];
        events.extend(project_models::told(&project, false));
        Ok((project, events))
    });
    match ready {
        Ok((project, events)) => {
            for event in events {
                reporter.send(event);
            }
            Some(project)
        }
        Err(err) => {
            let backup = if let ProjectError::Damaged { backup, .. } = &err { backup.clone() } else { None };
            reporter.send(Event::ProjectFailed { reason: format!("Verdicts cannot be kept: {err}."), backup });
            None
        }
    }
}

#[expect(clippy::too_many_lines, reason = "a table: what is asked, and who answers")]
fn answer(project: &mut Project, request: Request, found: &Found, places: &Places) -> Vec<Event> {
    let failed = |err: &dyn std::fmt::Display| vec![Event::Told(Severity::Error, format!("{err}."))];
    match request {
        Request::Load(video) => {
            // One that only reads cannot note it, and need not.
            let seen =
                if project.held_by().is_none() { project.see_videos(std::slice::from_ref(&video)) } else { Ok(()) };
            match seen.and_then(|()| project.review_state(&video.id)) {
                Ok(review) => vec![Event::ReviewLoaded(Box::new(review))],
                Err(err) => failed(&err),
            }
        }
        Request::Events => {
            let all = std::mem::take(&mut *lock(found));
            let replaced = all.values().map(|found| replace_events(project, found));
            let mut events = Vec::new();
            for replaced in replaced {
                match replaced {
                    Ok(false) => {}
                    Ok(true) => events.push(Event::QueueChanged),
                    Err(err) => events.extend(failed(&err)),
                }
            }
            events.dedup_by(|a, b| matches!((a, b), (Event::QueueChanged, Event::QueueChanged)));
            events
        }
        Request::Count(question, filter) => match project.queue_counts(&filter) {
            Ok(counts) => vec![Event::QueueCounted { question, counts }],
            Err(err) => failed(&err),
        },
        Request::Read(question, filter, sort, place) => {
            match project.queue_page_at(&filter, sort, place, BLOCK as usize) {
                Ok(rows) => {
                    tell_places(project, &rows, places);
                    vec![Event::QueueRead { question, place, rows }]
                }
                Err(err) => failed(&err),
            }
        }
        Request::NextOpen { filter, sort, after } => match next_open(project, &filter, sort, &after) {
            Ok(found) => {
                let found = found.map(|(place, row)| (place, Target::of(&row)));
                vec![Event::NextOpenFound { after: Target::of(&after), found }]
            }
            Err(err) => failed(&err),
        },
        Request::Locate { target, ahead } => match project.video(&target.video) {
            Ok(video) => match video {
                Some(video) if video.path.exists() => vec![Event::VideoLocated { target, path: video.path, ahead }],
                Some(video) if !ahead => {
                    let text = format!(
                        "{} is not there any more: “Find moved files…” in the menu File searches a folder for it.",
                        video.path.display()
                    );
                    vec![Event::Told(Severity::Warning, text)]
                }
                _ => Vec::new(),
            },
            Err(err) => failed(&err),
        },
        Request::Record { ticket, step, who, model } => match project.append(&step, &Author { who, model }) {
            Ok(_) => {
                let recorded = Event::StepRecorded { ticket: Some(ticket), step, said: None, undoes: false };
                vec![recorded, Event::QueueChanged]
            }
            Err(err) => vec![Event::StepRefused { ticket, reason: format!("Nothing was kept: {err}.") }],
        },
        Request::JudgeRows { rows, verdict, first, title, who } => {
            let written = judgements(project, &rows, verdict, first).and_then(|changes| {
                let step = Step::new(title, changes);
                project.append(&step, &Author { who, model: None }).map(|_| step)
            });
            match written {
                Ok(step) => {
                    let (said, step) = (Some(step.title.clone()), Box::new(step));
                    vec![Event::StepRecorded { ticket: None, step, said, undoes: false }, Event::QueueChanged]
                }
                Err(err) => failed(&err),
            }
        }
        Request::RenameClass { from, to, who } => match classes::rename(project, &from, &to, who) {
            Ok(event) => event.into_iter().collect(),
            Err(err) => failed(&err),
        },
        Request::RemoveClass { from, into, who } => match classes::remove(project, &from, into.as_deref(), who) {
            Ok(event) => event.into_iter().collect(),
            Err(err) => failed(&err),
        },
        Request::Import { plan, first, who } => match handover::import(project, &plan, first, who) {
            Ok(events) => events,
            Err(err) => vec![Event::Told(Severity::Error, format!("Nothing was imported: {err}."))],
        },
        Request::Relocate(places) => match handover::relocate(project, &places) {
            Ok(events) => events,
            Err(err) => failed(&err),
        },
        Request::Open { .. } | Request::Restore { .. } => Vec::new(),
        Request::Videos { open } => match project.videos() {
            Ok(videos) => {
                let there = |video: KnownVideo| {
                    let there = video.path.is_file();
                    (video, there)
                };
                vec![Event::ProjectVideos { videos: videos.into_iter().map(there).collect(), open }]
            }
            Err(err) => failed(&err),
        },
        Request::History => match project.history(HISTORY, None) {
            Ok(history) => vec![Event::HistoryRead(history)],
            Err(err) => failed(&err),
        },
        Request::Undo { which, who, only_own } => match undo(project, which, who, only_own) {
            Ok(event) => {
                let follows = match &event {
                    Event::StepRecorded { step, .. } => project_models::follow(project, step),
                    _ => Vec::new(),
                };
                [event, Event::QueueChanged].into_iter().chain(follows).collect()
            }
            Err(err) => failed(&err),
        },
        // It may be another project by now.
        Request::PutAside(recalled) if project.folder() != recalled.order.project => Vec::new(),
        Request::PutAside(recalled) => match project.put_aside(&recalled.order.model, &recalled.twins) {
            Ok(true) => vec![Event::AsideChanged],
            Ok(false) => Vec::new(),
            Err(err) => failed(&err),
        },
        Request::Models(request) => project_models::answer(project, request),
    }
}

/// Lets pictures be made of videos that nobody has opened yet.
fn tell_places(project: &Project, rows: &[QueueRow], places: &Places) {
    for row in rows {
        if !places.knows(&row.video)
            && let Ok(Some(video)) = project.video(&row.video)
        {
            places.tell(row.video.clone(), video.path);
        }
    }
}

/// The next row after this one that needs a verdict; where none does, the first of all.
fn next_open(
    project: &Project,
    filter: &QueueFilter,
    sort: QueueSort,
    after: &QueueRow,
) -> Result<Option<(u64, QueueRow)>, ProjectError> {
    let later = project.next_open(filter, sort, Some(after))?;
    if later.is_some() { Ok(later) } else { project.next_open(filter, sort, None) }
}

/// Puts events in the place of those that the model had, unless the same scores and rule made them already. Whether it
/// did.
fn replace_events(project: &mut Project, found: &FoundEvents) -> Result<bool, ProjectError> {
    let FoundEvents { id, events, spans, frames, tsa, model, rule } = found;
    let origin = ron::to_string(&(rule, tsa)).unwrap_or_default();
    if project.held_by().is_some() || project.events_rule(id, model)?.is_some_and(|known| known == origin) {
        return Ok(false);
    }
    let grid = SnippetGrid::new(frames.len());
    let flagged = |(event, span): (&AnomalySegment, &FrameSpan)| FlaggedEvent {
        span: *span,
        time: frames.frames_span(span.start(), span.last()),
        peak_frame: grid.middle(event.peak),
        peak_score: event.peak_score,
        uncertainty: rule.uncertainty(event.peak_score),
    };
    let rows: Vec<FlaggedEvent> = events.iter().zip(spans).map(flagged).collect();
    project.replace_events(id, model, &origin, &rows)?;
    Ok(true)
}

/// A judgement of each event. What was said about an event before is replaced, its description stays.
fn judgements(
    project: &Project,
    rows: &[QueueRow],
    verdict: Verdict,
    first: ItemId,
) -> Result<Vec<Change>, ProjectError> {
    let mut next = first.0;
    let mut reviews: BTreeMap<&VideoId, ReviewState> = BTreeMap::new();
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        if !reviews.contains_key(&row.video) {
            reviews.insert(&row.video, project.review_state(&row.video)?);
        }
        let Some(review) = reviews.get_mut(&row.video) else { continue };
        let known = row.status.ruling().map(|ruling| ruling.item);
        let old = known.and_then(|item| Some((item, review.judgements.get(&item)?.clone())));
        let judgement = Judgement {
            span: row.flagged.span,
            verdict,
            class: old.as_ref().and_then(|(_, j)| j.class.clone()),
            tags: old.as_ref().map_or_else(Vec::new, |(_, j)| j.tags.clone()),
            note: old.as_ref().map_or_else(String::new, |(_, j)| j.note.clone()),
            model: (!row.model.is_empty()).then(|| row.model.clone()),
            peak_frame: row.flagged.peak_frame,
            peak_score: row.flagged.peak_score,
        };
        let (id, before) = if let Some((item, old)) = old {
            (item, Some(Value::Judgement(old)))
        } else {
            next += 1;
            (ItemId(next - 1), None)
        };
        let subject = Subject::Judgement { video: row.video.clone(), id };
        let change = Change { subject, before, after: Some(Value::Judgement(judgement)) };
        // Two events may have one judgement in common: the second starts from what the first left.
        if review.apply(&change).is_ok() && change.before != change.after {
            changes.push(change);
        }
    }
    Ok(changes)
}

/// What the project is to know about a file.
pub(super) fn known(id: VideoId, video: &OpenedVideo) -> KnownVideo {
    let info = &video.info;
    KnownVideo {
        id,
        name: info.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        size: info.file_bytes,
        path: std::path::absolute(&info.path).unwrap_or_else(|_| info.path.clone()),
        frames: Some(video.frames.len()),
        duration: Some(video.frames.span().length()),
        present: true,
    }
}

fn lock(found: &Found) -> MutexGuard<'_, BTreeMap<VideoId, FoundEvents>> {
    found.lock().unwrap_or_else(PoisonError::into_inner)
}

fn undo(project: &mut Project, which: Undoing, who: String, only_own: bool) -> Result<Event, ProjectError> {
    let (next, nothing, said) = match which {
        Undoing::Last => (project.next_undo()?, "There is nothing to undo.", "Undone"),
        Undoing::LastUndo => (project.next_redo()?, "There is nothing to do again.", "Done again"),
        Undoing::Step(step) => (Some(step), "", "Undone"),
    };
    let Some(step) = next else {
        return Ok(Event::Told(Severity::Info, nothing.to_owned()));
    };
    if only_own && project.history(1, Some(StepId(step.0 + 1)))?.iter().any(|entry| entry.who != who) {
        let text = "The last edit is another reader's: it can be taken back when the blind pass has ended.";
        return Ok(Event::Told(Severity::Info, text.to_owned()));
    }
    let appended = project.undo(step, &Author { who, model: None })?;
    let written = project.step(appended.step)?;
    let said = format!("{said}: {}", written.title);
    Ok(Event::StepRecorded { ticket: None, step: Box::new(written), said: Some(said), undoes: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_blind_pass_only_own_steps_are_taken_back_and_others_are_not_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut project = Project::create(folder.path(), "Ada").expect("is made");
        let subject = Subject::VideoNote { video: VideoId::from_hash([1; 32]) };
        let change = Change { subject, before: None, after: Some(Value::Note("a fight".to_owned())) };
        let step = Step::new("Note: a fight", vec![change]);
        project.append(&step, &Author { who: "Bob".to_owned(), model: None }).expect("is written");
        let ada = |project: &mut Project, only_own| undo(project, Undoing::Last, "Ada".to_owned(), only_own);
        let Ok(Event::Told(_, text)) = ada(&mut project, true) else { panic!("is refused") };
        assert!(text.contains("another reader") && !text.contains("fight"), "{text}");
        let own = undo(&mut project, Undoing::Last, "Bob".to_owned(), true);
        assert!(matches!(own, Ok(Event::StepRecorded { undoes: true, .. })), "{own:?}");
        let again = undo(&mut project, Undoing::LastUndo, "Ada".to_owned(), true);
        assert!(matches!(again, Ok(Event::Told(..))), "{again:?}");
        let again = undo(&mut project, Undoing::LastUndo, "Bob".to_owned(), true);
        assert!(matches!(again, Ok(Event::StepRecorded { .. })), "{again:?}");
        assert!(matches!(ada(&mut project, false), Ok(Event::StepRecorded { .. })));
    }
}
