//! Verdicts: given, taken back, described; and what the project answers.

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::action::{Among, Description};
use crate::app::effect::{Effect, FoundEvents, Undoing};
use crate::app::library::Entry;
use crate::app::notice::Severity;
use crate::app::prefs::ReviewPrefs;
use crate::app::review_queue::Target;
use crate::app::reviews::{Project, Ticket};
use crate::app::session::Session;
use crate::app::state::{AppState, Dialog};
use crate::domain::interval::FrameSpan;
use crate::domain::library::VideoId;
use crate::domain::record::{Change, ItemId, Step, Subject, Value};
use crate::domain::review::{Judgement, Verdict};

use super::{compare, learn, playback, review_queue, survey, view};

/// How a verdict is called in sentences.
pub(super) fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Anomaly => "Anomaly",
        Verdict::FalseAlarm => "False alarm",
        Verdict::Unsure => "Unsure",
    }
}

/// First and last frame, as the window writes them everywhere.
fn frames(span: FrameSpan) -> String {
    format!("{}–{}", span.start(), span.last())
}

/// The event that the person looks at.
struct Looked {
    video: VideoId,
    file: String,
    span: FrameSpan,
    peak_frame: usize,
    peak_score: f32,
    model: Option<String>,
    /// The judgement that speaks for it.
    judged: Option<(ItemId, Judgement)>,
}

impl Looked {
    /// A verdict on it. Tags and note of an older one stay.
    fn judgement(&self, verdict: Verdict, class: Option<String>) -> Judgement {
        let old = self.judged.as_ref().map(|(_, judgement)| judgement);
        Judgement {
            span: self.span,
            verdict,
            class,
            tags: old.map_or_else(Vec::new, |old| old.tags.clone()),
            note: old.map_or_else(String::new, |old| old.note.clone()),
            model: self.model.clone(),
            peak_frame: self.peak_frame,
            peak_score: self.peak_score,
        }
    }
}

/// The event on screen, or a sentence why nothing can be said about it.
fn looked(state: &AppState) -> Result<Looked, String> {
    state.reviews.writable()?;
    let (Some(session), Some(entry)) = (&state.session, state.shown()) else {
        return Err("No video is on screen.".to_owned());
    };
    match state.current_event() {
        Some(index) => looked_at(state, session, entry, index),
        None => {
            looked_before(state, entry).ok_or_else(|| "There is no event here. Go to one with “Next event”.".to_owned())
        }
    }
}

/// An event of the video on screen, by its index.
fn looked_at(state: &AppState, session: &Session, entry: &Entry, index: usize) -> Result<Looked, String> {
    let event = entry.events[index];
    let (Some(video), Some(span)) = (entry.video_id.clone(), entry.event_spans().get(index).copied()) else {
        return Err(format!("{} is still being read; its verdicts can be given in a moment.", entry.name));
    };
    let Some(review) = state.reviews.of(&video) else {
        return Err(format!("What the project knows of {} is still being read; try again in a moment.", entry.name));
    };
    let judged = entry.mark(index).and_then(|mark| Some((mark.item, review.judgements.get(&mark.item)?.clone())));
    Ok(Looked {
        video,
        file: entry.name.clone(),
        span,
        peak_frame: session.grid().middle(event.peak),
        peak_score: event.peak_score,
        model: entry.scored.as_ref().map(|scored| scored.model.clone()),
        judged,
    })
}

/// Frames that were judged as an event and are none any more: what was said about them can be changed like any verdict.
fn looked_before(state: &AppState, entry: &Entry) -> Option<Looked> {
    let (id, judgement) = state.judged_here()?;
    Some(Looked {
        video: entry.video_id.clone()?,
        file: entry.name.clone(),
        span: judgement.span,
        peak_frame: judgement.peak_frame,
        peak_score: judgement.peak_score,
        model: judgement.model.clone(),
        judged: Some((id, judgement.clone())),
    })
}

/// What accepting the event on these frames as a label says about it, and the weights that flagged it; `None` if it was
/// said already, or the event is there no more.
pub(super) fn acceptance(state: &mut AppState, event: FrameSpan, class: &str) -> Option<(Change, Option<String>)> {
    let (session, entry) = (state.session.as_ref()?, state.shown()?);
    let index = entry.event_spans().iter().position(|span| *span == event)?;
    let looked = looked_at(state, session, entry, index).ok()?;
    let old = looked.judged.as_ref().map(|(_, judgement)| judgement);
    let class = old.and_then(|old| old.class.clone()).unwrap_or_else(|| class.to_owned());
    let judgement = looked.judgement(Verdict::Anomaly, Some(class));
    if old.is_some_and(|old| (old.verdict, old.span) == (judgement.verdict, judgement.span)) {
        return None;
    }
    let change = judgement_change(state, &looked, Some(judgement));
    Some((change, looked.model))
}

/// Says what the event on screen is, and goes on to the next one that needs a look.
pub(super) fn judge(state: &mut AppState, verdict: Verdict, effects: &mut Vec<Effect>) {
    if state.works_in_queue() && !state.queue.marked.is_empty() {
        return judge_marked(state, verdict, effects);
    }
    let looked = match looked(state) {
        Ok(looked) => looked,
        Err(sentence) => return state.notices.push(Severity::Info, sentence),
    };
    let old = looked.judged.as_ref().map(|(_, judgement)| judgement);
    let judgement = looked.judgement(verdict, old.and_then(|old| old.class.clone()));
    if old != Some(&judgement) {
        let title = format!("{}: frames {} of {}", name(verdict), frames(looked.span), looked.file);
        change_judgement(state, &looked, title, Some(judgement), effects);
    }
    if state.prefs.review.advance {
        go_on(state, &looked, effects);
    }
}

/// Says the same about all marked rows of the queue, in one step.
fn judge_marked(state: &mut AppState, verdict: Verdict, effects: &mut Vec<Effect>) {
    if let Err(sentence) = state.reviews.writable() {
        return state.notices.push(Severity::Info, sentence);
    }
    let rows = std::mem::take(&mut state.queue.marked);
    let title = format!("{} on {} events", name(verdict), rows.len());
    let first = state.reviews.new_items(rows.len());
    effects.push(Effect::JudgeRows { rows, verdict, first, title, who: state.prefs.review.reviewer() });
}

/// Goes to what needs a look next: in the queue, if the event was come to from there, else in time.
fn go_on(state: &mut AppState, looked: &Looked, effects: &mut Vec<Effect>) {
    let target = Target { video: looked.video.clone(), span: looked.span };
    let place = state.queue.place_of(&target);
    if let Some(place) = place.filter(|_| state.works_in_queue()) {
        state.queue.selected = Some((place, target));
        review_queue::advance(state, effects);
    } else {
        playback::step_event(state, true, Among::Open, effects);
    }
}

/// Takes back what was said about the event on screen.
pub(super) fn clear(state: &mut AppState, effects: &mut Vec<Effect>) {
    match looked(state) {
        Ok(looked) if looked.judged.is_some() => {
            let title = format!("No verdict: frames {} of {}", frames(looked.span), looked.file);
            change_judgement(state, &looked, title, None, effects);
        }
        Ok(_) => {}
        Err(sentence) => state.notices.push(Severity::Info, sentence),
    }
}

/// Changes the class, tags and note of the event on screen, which has a verdict.
pub(super) fn describe(state: &mut AppState, description: Description, effects: &mut Vec<Effect>) {
    let looked = match looked(state) {
        Ok(looked) => looked,
        Err(sentence) => return state.notices.push(Severity::Info, sentence),
    };
    let Some((_, old)) = &looked.judged else { return };
    let Description { class, tags, note } = description;
    let judgement = Judgement { class, tags, note, ..old.clone() };
    if judgement != *old {
        let title = format!("Description: frames {} of {}", frames(old.span), looked.file);
        change_judgement(state, &looked, title, Some(judgement), effects);
    }
}

fn change_judgement(
    state: &mut AppState,
    looked: &Looked,
    title: String,
    after: Option<Judgement>,
    effects: &mut Vec<Effect>,
) {
    let change = judgement_change(state, looked, after);
    submit(state, Step::new(title, vec![change]), looked.model.clone(), effects);
}

fn judgement_change(state: &mut AppState, looked: &Looked, after: Option<Judgement>) -> Change {
    let (id, before) = match &looked.judged {
        Some((id, before)) => (*id, Some(Value::Judgement(before.clone()))),
        None => (state.reviews.new_item(), None),
    };
    let subject = Subject::Judgement { video: looked.video.clone(), id };
    Change { subject, before, after: after.map(Value::Judgement) }
}

/// Marks the video on screen as looked through, or no longer, and goes on.
pub(super) fn toggle_reviewed(state: &mut AppState, effects: &mut Vec<Effect>) {
    if let Err(sentence) = state.reviews.writable() {
        return state.notices.push(Severity::Info, sentence);
    }
    let Some(entry) = state.shown() else { return };
    let review = entry.video_id.as_ref().and_then(|video| state.reviews.of(video));
    let Some(review) = review else {
        let text = format!("{} is still being read; it can be marked in a moment.", entry.name);
        return state.notices.push(Severity::Info, text);
    };
    let (was, name) = (review.reviewed, entry.name.clone());
    let subject = Subject::Reviewed { video: review.video.clone() };
    let mark = |there: bool| there.then_some(Value::Reviewed);
    let change = Change { subject, before: mark(was), after: mark(!was) };
    let title = if was { format!("Not reviewed: {name}") } else { format!("Reviewed: {name}") };
    state.notices.push(Severity::Info, title.clone());
    submit(state, Step::new(title, vec![change]), None, effects);
    if !was
        && state.prefs.review.advance
        && let Some(next) = state.library.neighbour(1)
    {
        super::library::go_on_with(state, next, effects);
    }
}

/// Shows a step as pending and has it written.
pub(super) fn submit(state: &mut AppState, step: Step, model: Option<String>, effects: &mut Vec<Effect>) {
    match state.reviews.submit(step.clone()) {
        Ok(ticket) => {
            let who = state.prefs.review.reviewer();
            effects.push(Effect::Record { ticket, step: Box::new(step), who, model });
        }
        Err(conflict) => state.notices.push(Severity::Error, format!("Nothing was changed: {conflict}.")),
    }
}

/// Takes back a step, or carries it out again. The project knows which one is the last, also across restarts.
pub(super) fn undo(state: &mut AppState, which: Undoing, effects: &mut Vec<Effect>) {
    match state.reviews.writable() {
        Ok(()) => {
            let (who, only_own) = (state.prefs.review.reviewer(), state.prefs.blind.on);
            effects.push(Effect::Undo { which, who, only_own });
        }
        Err(sentence) => state.notices.push(Severity::Info, sentence),
    }
}

/// Opens the history, which is read again each time and after each step.
pub(super) fn read_history(state: &mut AppState, effects: &mut Vec<Effect>) {
    state.dialog = Some(Dialog::History);
    effects.push(Effect::ReadHistory);
}

/// Opens another project. What was said in the one before stays there.
pub(super) fn open_project(state: &mut AppState, folder: PathBuf, effects: &mut Vec<Effect>) {
    state.dialog = None;
    if state.reviews.pending() > 0 {
        let text = "The last edits are still being written; open the other project in a moment.";
        return state.notices.push(Severity::Info, text);
    }
    state.reviews.project = Project::Opening;
    effects.push(Effect::OpenProject { folder, who: state.prefs.review.reviewer() });
}

/// Puts a backup in the place of the project that cannot be used.
pub(super) fn restore(state: &mut AppState, backup: PathBuf, effects: &mut Vec<Effect>) {
    if matches!(state.reviews.project, Project::Failed { .. }) {
        state.reviews.project = Project::Opening;
        effects.push(Effect::Restore { backup, who: state.prefs.review.reviewer() });
    }
}

/// Changes how events are reviewed.
pub(super) fn set_prefs(state: &mut AppState, prefs: ReviewPrefs, effects: &mut Vec<Effect>) {
    if state.prefs.review != prefs {
        state.prefs.review = prefs;
        view::save(state, effects);
    }
}

/// The project is open: what it says about the videos that are known by now is read.
pub(super) fn project_opened(
    state: &mut AppState,
    folder: PathBuf,
    held_by: Option<String>,
    next_item: u64,
    effects: &mut Vec<Effect>,
) {
    if let Some(who) = &held_by {
        let text = format!("This project is open elsewhere, in {who}: verdicts can be read here, not given.");
        state.notices.push(Severity::Warning, text);
    }
    let another = state.prefs.projects.latest().is_none_or(|latest| latest != folder);
    state.prefs.projects.note(&folder);
    view::save(state, effects);
    state.reviews.opened(folder, held_by, next_item);
    state.queue.restart();
    state.known_normal.recalled = None;
    state.known_normal.due = true;
    if another {
        // What was found and compared says what the other project said, and was made by its models.
        survey::forget_similar(state, effects);
        compare::stop(state, effects);
    }
    state.history = None;
    for entry in state.library.entries_mut() {
        // This project may not have been told of any events yet.
        entry.queued_at = 0;
        entry.marked_at = (0, 0, 0);
        entry.marks.clear();
        entry.twins.clear();
        entry.judged.clear();
    }
    effects.extend(state.library.entries().iter().filter_map(load));
}

/// The project cannot be used: videos play and are scored, nothing can be said about them.
pub(super) fn project_failed(state: &mut AppState, reason: String, backup: Option<PathBuf>, effects: &mut Vec<Effect>) {
    state.notices.push(Severity::Error, reason.clone());
    state.reviews.project = Project::Failed { reason, backup };
    learn::model_in_use(state, None, false, effects);
}

/// What the project says about an entry is to be read, once its content is known.
pub(super) fn load(entry: &Entry) -> Option<Effect> {
    let (id, video) = (entry.video_id.clone()?, entry.video()?);
    Some(Effect::LoadReview { id, video: Box::new(video.clone()) })
}

/// A step is on disk: whose it was, what it changed, and whether it undoes another.
pub(super) fn recorded(
    state: &mut AppState,
    (ticket, step, undoes): (Option<Ticket>, &Step, bool),
    said: Option<String>,
    effects: &mut Vec<Effect>,
) {
    state.reviews.recorded(ticket, step);
    learn::plan_again(state, effects);
    if state.class_in_use.as_ref().is_some_and(|(class, _)| state.reviews.schema().class(class).is_none()) {
        state.class_in_use = None;
    }
    if state.dialog == Some(Dialog::History) {
        effects.push(Effect::ReadHistory);
    }
    if let Some(said) = said {
        state.notices.push(Severity::Info, said);
    }
    if undoes
        && state.dialog.is_none()
        && !state.prefs.blind.on
        && let Some(target) = judged_event(step)
    {
        // A slip is taken back to be judged again, and by then the next event is on screen.
        review_queue::go_to(state, target, effects);
    }
}

/// The event that a step is about, if it is about one.
fn judged_event(step: &Step) -> Option<Target> {
    let [change] = &step.changes[..] else { return None };
    let Subject::Judgement { video, .. } = &change.subject else { return None };
    match change.after.as_ref().or(change.before.as_ref())? {
        Value::Judgement(judgement) => Some(Target { video: video.clone(), span: judgement.span }),
        _ => None,
    }
}

/// A step did not get to disk.
pub(super) fn refused(state: &mut AppState, ticket: Ticket, reason: String) {
    state.reviews.refused(ticket);
    state.notices.push(Severity::Error, reason);
}

/// Keeps the marks of events in step with events and reviews, and the project's queue with the events.
pub(super) fn pump(state: &mut AppState, effects: &mut Vec<Effect>) {
    let (rule, writable, reviews) = (state.rule, state.reviews.writable().is_ok(), &state.reviews);
    // What is put aside tells a second reader what others said.
    let memory = state.known_normal.recalled.as_ref().filter(|_| !state.prefs.blind.on);
    let recalled = memory.map_or(0, |_| state.known_normal.changes);
    for entry in state.library.entries_mut() {
        let Some(id) = entry.video_id.clone() else { continue };
        let now = (entry.events_revision(), reviews.revision(&id), recalled);
        if entry.marked_at == now {
            continue;
        }
        let spans = entry.event_spans();
        entry.marks = reviews.marks(&id, &spans);
        entry.twins = memory.map_or_else(Vec::new, |memory| memory.twins_of(&id, &spans));
        // A verdict may be newer than what was found.
        for (twin, _) in entry.twins.iter_mut().zip(&entry.marks).filter(|(_, mark)| mark.is_some()) {
            *twin = None;
        }
        entry.marked += 1;
        entry.judged = reviews.judged(&id);
        // Until a video is loaded the project does not know it.
        let known = writable && reviews.of(&id).is_some();
        let complete = entry.scored.as_ref().filter(|scored| scored.complete);
        if let Some(scored) = complete.filter(|_| known && entry.queued_at != entry.events_revision()) {
            if let Some(video) = entry.video() {
                effects.push(Effect::RecordEvents(Box::new(FoundEvents {
                    id,
                    events: Arc::clone(&entry.events),
                    spans,
                    frames: Arc::clone(&video.frames),
                    tsa: scored.tsa,
                    model: scored.model.clone(),
                    rule,
                })));
            }
            entry.queued_at = entry.events_revision();
        }
        entry.marked_at = now;
    }
}
