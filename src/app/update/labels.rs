//! Labels: intervals marked, shaped, split, merged and described; the label of a whole video; and the classes.
//!
//! Each gesture that changes something is one step. A span that would reach beyond the video is cut to it, and an edge
//! never passes the other.

#[cfg(test)]
mod tests;

use crate::app::effect::Effect;
use crate::app::marking::{End, ShownLabel, Stretch};
use crate::app::notice::Severity;
use crate::app::session::Session;
use crate::app::state::AppState;
use crate::domain::interval::FrameSpan;
use crate::domain::label::{Label, SchemaEdit, VideoLabel};
use crate::domain::library::VideoId;
use crate::domain::playback::PlaybackCommand;
use crate::domain::record::{Change, ItemId, Step, Subject, Value};

use super::{playback, review};

/// The video that is labelled.
struct Labelled {
    video: VideoId,
    file: String,
    /// Its number of frames.
    frames: usize,
}

impl Labelled {
    /// A label before and after.
    fn change(&self, id: ItemId, before: Option<Label>, after: Option<Label>) -> Change {
        let subject = Subject::Label { video: self.video.clone(), id };
        Change { subject, before: before.map(Value::Label), after: after.map(Value::Label) }
    }

    /// The part of `span` that lies in the video; its last frame if none does.
    fn clipped(&self, span: FrameSpan) -> Option<FrameSpan> {
        let last = self.frames.checked_sub(1)?;
        FrameSpan::from_inclusive(span.start().min(last), span.last().min(last))
    }
}

/// The video on screen, or a sentence why it cannot be labelled.
fn labelled(state: &AppState) -> Result<Labelled, String> {
    state.reviews.writable()?;
    let (Some(session), Some(entry)) = (&state.session, state.shown()) else {
        return Err("No video is on screen.".to_owned());
    };
    let video = entry.video_id.clone().filter(|video| state.reviews.of(video).is_some());
    let Some(video) = video else {
        return Err(format!("{} is still being read; it can be labelled in a moment.", entry.name));
    };
    Ok(Labelled { video, file: entry.name.clone(), frames: session.frames().len() })
}

/// Runs an edit; if it cannot be made, says why.
fn edit(
    state: &mut AppState,
    effects: &mut Vec<Effect>,
    run: impl FnOnce(&mut AppState, &Labelled, &mut Vec<Effect>) -> Result<(), String>,
) {
    let result = labelled(state).and_then(|labelled| run(state, &labelled, effects));
    if let Err(sentence) = result {
        state.notices.push(Severity::Info, sentence);
    }
}

fn selected(state: &AppState) -> Result<ShownLabel, String> {
    state.marking.selected().cloned().ok_or_else(|| "Select a label first: Tab goes from one to the next.".to_owned())
}

fn go_to(state: &mut AppState, frame: usize) {
    playback::apply(state, PlaybackCommand::SeekFrame(frame));
}

/// Puts an end of the stretch that is being marked on the frame on screen. From then on it is not about the label that
/// was selected.
pub(super) fn mark(state: &mut AppState, end: End) {
    if let Some(session) = &state.session {
        let frame = session.frame();
        state.marking.stretch.put(end, frame);
        state.marking.select(None);
    }
}

/// Makes a label of the stretch that is marked; without one, of the event on screen.
pub(super) fn commit(state: &mut AppState, effects: &mut Vec<Effect>) {
    edit(state, effects, |state, at, effects| {
        let frame = state.session.as_ref().map_or(0, Session::frame);
        let marked = state.marking.stretch.span(frame);
        let event = match marked {
            Some(span) => state.marking.trimmed().filter(|event| event.overlaps(span)),
            None => state.current_event().and_then(|event| state.shown()?.event_spans().get(event).copied()),
        };
        let Some(span) = marked.or(event).and_then(|span| at.clipped(span)) else {
            return Err("Mark a stretch first, its start with I and its end with O, or go to an event.".to_owned());
        };
        let class = state.marking.class(state.reviews.schema()).map(|class| class.name.clone());
        let label = Label {
            span,
            class: class.ok_or("This project has no class yet; add one under Labels, Classes….")?,
            lane: state.prefs.review.reviewer(),
            note: String::new(),
            confidence: None,
        };
        let same = |l: &ShownLabel| (l.label.span, &l.label.class, &l.label.lane) == (span, &label.class, &label.lane);
        if let Some(there) = state.marking.labels().list().iter().find(|l| same(l)).map(|l| l.id) {
            state.marking.select(Some(there));
            return Err(format!("There is a label {} on these frames already.", label.class));
        }
        let id = state.reviews.new_item();
        let what = match (event, marked) {
            (None, _) => "New label",
            (Some(event), _) if event == span => "Label from an event",
            (Some(_), _) => "Label from a part of an event",
        };
        let title = format!("{what}: {}, frames {span} of {}", label.class, at.file);
        // Who makes a label of an event says that it is one, as who rejects it says that it is a false alarm.
        let (verdict, model) = event.and_then(|event| review::acceptance(state, event, &label.class)).unzip();
        let changes = [at.change(id, None, Some(label))].into_iter().chain(verdict).collect();
        review::submit(state, Step::new(title, changes), model.flatten(), effects);
        state.marking.unmark();
        state.marking.select(Some(id));
        Ok(())
    });
}

/// Marks the frames of an event, or a part of them, to be trimmed and then kept as a label.
pub(super) fn trim(state: &mut AppState, index: usize, part: Option<FrameSpan>) {
    if let Some(event) = state.shown().and_then(|entry| entry.event_spans().get(index).copied()) {
        state.marking.trim(event, part.unwrap_or(event));
    }
}

/// Puts both ends of the stretch that is marked elsewhere.
pub(super) fn shape(state: &mut AppState, span: FrameSpan) {
    state.marking.stretch = Stretch::of(span);
}

/// New labels get this class, and so does the selected one.
pub(super) fn choose_class(state: &mut AppState, class: String, effects: &mut Vec<Effect>) {
    if let Some(shown) = state.marking.selected().cloned() {
        change(state, shown.id, Label { class: class.clone(), ..shown.label }, effects);
    }
    state.marking.choose_class(class);
}

/// Selects a label of the video on screen and shows where it begins.
pub(super) fn select(state: &mut AppState, id: ItemId) {
    let start = state.marking.labels().place(id).map(|at| state.marking.labels().list()[at].label.span.start());
    if let Some(start) = start {
        state.marking.select(Some(id));
        go_to(state, start);
    }
}

/// Selects the label after or before the selected one, or else the frame on screen, and goes to its start.
pub(super) fn step_label(state: &mut AppState, forward: bool) {
    let Some(session) = &state.session else { return };
    let (frame, list) = (session.frame(), state.marking.labels().list());
    let next = match (state.marking.selected_place(), forward) {
        (Some(at), true) => list.get(at + 1),
        (Some(at), false) => at.checked_sub(1).and_then(|at| list.get(at)),
        (None, true) => list.iter().find(|l| l.label.span.start() >= frame),
        (None, false) => list.iter().rfind(|l| l.label.span.start() <= frame),
    };
    if let Some(id) = next.map(|next| next.id) {
        select(state, id);
    } else {
        let text = if forward { "There is no later label." } else { "There is no earlier label." };
        state.notices.push(Severity::Info, text);
    }
}

/// Shows the first or the last frame of the selected label.
pub(super) fn go_to_end(state: &mut AppState, end: End) {
    if let Some(span) = shaped(state) {
        go_to(state, if end == End::In { span.start() } else { span.last() });
    }
}

/// What keys for ends are about: the selected label, or else what is marked.
fn shaped(state: &AppState) -> Option<FrameSpan> {
    state.marking.selected().map(|shown| shown.label.span).or_else(|| state.marking.stretch.whole())
}

/// Makes two labels of the selected one, the second beginning with the frame on screen.
pub(super) fn split(state: &mut AppState, effects: &mut Vec<Effect>) {
    edit(state, effects, |state, at, effects| {
        let ShownLabel { id, label, .. } = selected(state)?;
        let frame = state.session.as_ref().map_or(0, Session::frame);
        let Some((left, right)) = label.span.split(frame) else {
            return Err("Go to a frame inside of the label, after its first: there it is split.".to_owned());
        };
        let second = state.reviews.new_item();
        let title = format!("Split at frame {frame}: {}, frames {} of {}", label.class, label.span, at.file);
        let first = at.change(id, Some(label.clone()), Some(Label { span: left, ..label.clone() }));
        let rest = at.change(second, None, Some(Label { span: right, ..label }));
        review::submit(state, Step::new(title, vec![first, rest]), None, effects);
        state.marking.select(Some(second));
        Ok(())
    });
}

/// Makes one label of the selected one and the next of its class and lane, and of what lies between them.
pub(super) fn merge(state: &mut AppState, effects: &mut Vec<Effect>) {
    edit(state, effects, |state, at, effects| {
        let ShownLabel { id, label, .. } = selected(state)?;
        let after = state.marking.selected_place().map_or(0, |place| place + 1);
        let mut later = state.marking.labels().list()[after..].iter();
        let alike = |l: &&ShownLabel| (&l.label.class, &l.label.lane) == (&label.class, &label.lane);
        let Some(other) = later.find(alike).cloned() else {
            return Err(format!("No later label in this lane is of the class {}.", label.class));
        };
        let notes: Vec<&str> =
            [&label.note, &other.label.note].into_iter().filter(|n| !n.is_empty()).map(String::as_str).collect();
        let merged = Label {
            span: label.span.hull(other.label.span),
            note: notes.join("; "),
            // No surer than the less sure one.
            confidence: match (label.confidence, other.label.confidence) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (one, none) => one.or(none),
            },
            ..label.clone()
        };
        let title = format!("Merged two labels: {}, frames {} of {}", label.class, merged.span, at.file);
        let changes = vec![at.change(id, Some(label), Some(merged)), at.change(other.id, Some(other.label), None)];
        review::submit(state, Step::new(title, changes), None, effects);
        Ok(())
    });
}

/// Takes the selected label away.
pub(super) fn delete(state: &mut AppState, effects: &mut Vec<Effect>) {
    edit(state, effects, |state, at, effects| {
        let ShownLabel { id, label, .. } = selected(state)?;
        let title = format!("Deleted label: {}, frames {} of {}", label.class, label.span, at.file);
        let change = at.change(id, Some(label), None);
        review::submit(state, Step::new(title, vec![change]), None, effects);
        Ok(())
    });
}

/// Moves an end of the selected label, or else of what is marked, by a frame and shows the frame where it then is.
pub(super) fn nudge(state: &mut AppState, end: End, later: bool, effects: &mut Vec<Effect>) {
    let Some(span) = shaped(state) else { return };
    let moved = |frame: usize| if later { Some(frame + 1) } else { frame.checked_sub(1) };
    let nudged = match end {
        End::In => moved(span.start()).and_then(|start| FrameSpan::new(start, span.end())),
        End::Out => moved(span.end()).and_then(|end| FrameSpan::new(span.start(), end)),
    };
    let Some(span) = nudged else { return };
    if let Some(ShownLabel { id, label, .. }) = state.marking.selected().cloned() {
        change(state, id, Label { span, ..label }, effects);
        go_to_end_of(state, id, end);
    } else if state.session.as_ref().is_some_and(|session| span.end() <= session.frames().len()) {
        shape(state, span);
        go_to(state, if end == End::In { span.start() } else { span.last() });
    }
}

fn go_to_end_of(state: &mut AppState, id: ItemId, end: End) {
    let review = state.shown().and_then(|entry| state.reviews.of(entry.video_id.as_ref()?));
    if let Some(span) = review.and_then(|review| review.labels.get(&id)).map(|label| label.span) {
        go_to(state, if end == End::In { span.start() } else { span.last() });
    }
}

/// Puts another label in the place of one, which is then called after what is different about it.
pub(super) fn change(state: &mut AppState, id: ItemId, after: Label, effects: &mut Vec<Effect>) {
    edit(state, effects, |state, at, effects| {
        let before = state.reviews.of(&at.video).and_then(|review| review.labels.get(&id)).cloned();
        let Some(before) = before else { return Err("This label is not there any more.".to_owned()) };
        let span = at.clipped(after.span).unwrap_or(before.span);
        let confidence = after.confidence.filter(|share| share.is_finite()).map(|share| share.clamp(0.0, 1.0));
        let after = Label { span, confidence, ..after };
        if after == before {
            return Ok(());
        }
        let what = if after.span.len() != before.span.len() {
            "Edges of label"
        } else if after.span != before.span {
            "Moved label"
        } else if after.class != before.class {
            "Class of label"
        } else {
            "Description of label"
        };
        let title = format!("{what}: {}, frames {} of {}", after.class, after.span, at.file);
        let change = at.change(id, Some(before), Some(after));
        review::submit(state, Step::new(title, vec![change]), None, effects);
        Ok(())
    });
}

/// Says of the whole video that it is normal or abnormal, or takes that back.
pub(super) fn label_video(state: &mut AppState, after: Option<VideoLabel>, effects: &mut Vec<Effect>) {
    edit(state, effects, |state, at, effects| {
        let lane = state.prefs.review.reviewer();
        let before = state.reviews.of(&at.video).and_then(|review| review.video_labels.get(&lane)).copied();
        if before == after {
            return Ok(());
        }
        let title = match after {
            Some(label) => format!("Labelled {label}: {}", at.file),
            None => format!("No label of the whole video: {}", at.file),
        };
        let subject = Subject::VideoLabel { video: at.video.clone(), lane };
        let change = Change { subject, before: before.map(Value::VideoLabel), after: after.map(Value::VideoLabel) };
        review::submit(state, Step::new(title, vec![change]), None, effects);
        Ok(())
    });
}

/// Changes the classes of the project.
pub(super) fn edit_schema(state: &mut AppState, edit: &SchemaEdit, effects: &mut Vec<Effect>) {
    if let Err(sentence) = state.reviews.writable() {
        return state.notices.push(Severity::Info, sentence);
    }
    let Some(schema) = state.reviews.schema().edited(edit) else {
        if let SchemaEdit::Add(name) | SchemaEdit::Rename { to: name, .. } = edit
            && state.reviews.schema().class(name.trim()).is_some()
        {
            state.notices.push(Severity::Info, format!("There is a class {} already.", name.trim()));
        }
        return;
    };
    let title = match edit {
        SchemaEdit::Add(name) => format!("New class: {}", name.trim()),
        SchemaEdit::Color { class, .. } => format!("Colour of class {class}"),
        SchemaEdit::Digit { class, digit: Some(digit) } => format!("Key {digit} for class {class}"),
        SchemaEdit::Digit { class, digit: None } => format!("No key for class {class}"),
        SchemaEdit::Remove { class, into } => {
            // As with another name: only the project knows all labels of the class.
            let (from, into) = (class.clone(), into.clone());
            return effects.push(Effect::RemoveClass { from, into, who: state.prefs.review.reviewer() });
        }
        SchemaEdit::Rename { from, to } => {
            // Labels of all videos have the name, also of those that are not open: the project finds them.
            if state.marking.class(state.reviews.schema()).is_some_and(|class| class.name == *from) {
                state.marking.choose_class(to.trim().to_owned());
            }
            let (from, to) = (from.clone(), to.trim().to_owned());
            return effects.push(Effect::RenameClass { from, to, who: state.prefs.review.reviewer() });
        }
    };
    let before = state.reviews.chosen_schema().cloned().map(Value::Schema);
    let change = Change { subject: Subject::Schema, before, after: Some(Value::Schema(schema)) };
    review::submit(state, Step::new(title, vec![change]), None, effects);
}

/// Keeps the list of labels in step with the video on screen and with what is said about it.
pub(super) fn pump(state: &mut AppState) {
    state.marking.follow(state.session.as_ref().map(|session| session.entry));
    let video = state.shown().and_then(|entry| entry.video_id.clone());
    let reviewer = state.prefs.review.reviewer();
    state.marking.refresh(&state.reviews, video.as_ref(), &reviewer, state.prefs.blind.on);
}
