//! Where the person is likely to go next.
//!
//! Owns the rule which event is the next one, in this file or another, and the few places that are worth having decoded
//! before anybody goes there. Does not own going there (`update`) or decoding (`services`).

use super::action::Among;
use super::library::{Entry, EntryId};
use super::review_queue::Target;
use super::state::AppState;
use crate::domain::frames::FrameTable;
use crate::domain::library::VideoId;
use crate::domain::snippet::SnippetGrid;
use crate::domain::time::MediaTime;

/// Places that are prepared at most: each costs a decoder, and memory for the pictures around it.
const MOST: usize = 2;

/// A place to go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Which file.
    pub entry: EntryId,
    /// Which frame is shown first.
    pub frame: usize,
}

/// What was found out about where to go next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upcoming {
    /// The likeliest first.
    pub stops: Vec<Stop>,
    /// The video of the queue's next row, and its file, once the project has told where that is.
    pub ahead: Option<(VideoId, Option<EntryId>)>,
    /// The place among the events at which this was found out: how many have begun, and which one is on screen.
    pub(super) at: (usize, Option<usize>),
}

/// The first frame that is shown of an event that begins with `start`: while it plays, a moment earlier.
pub fn approach(frames: &FrameTable, start: usize, playing: bool, run_up: MediaTime) -> usize {
    if playing { frames.at(frames.time(start) - run_up) } else { start }
}

/// The nearest event after or before the one on screen, in the next file of the list that has any if need be, with its
/// first frame. Behind the last one that needs a look, the first that does.
pub fn next_event(state: &AppState, forward: bool, among: Among) -> Option<Stop> {
    let (session, entry) = (state.session.as_ref()?, state.shown()?);
    let wanted = |index: usize| among == Among::All || entry.is_open(index);
    let here = session.event_start(&entry.events, forward, wanted).map(|frame| Stop { entry: entry.id, frame });
    here.or_else(|| other_file(state, forward, among))
}

/// The first event of all files that still needs a look, apart from that on screen.
pub fn first_open(state: &AppState) -> Option<Stop> {
    let current = state.current_event().and_then(|event| Some((state.shown()?.id, event)));
    state.library.visible().iter().find_map(|entry| {
        let index = (0..entry.events.len()).find(|i| entry.is_open(*i) && current != Some((entry.id, *i)))?;
        stop_at(entry, index)
    })
}

/// The nearest file in the list that has events, and the first frame of its nearest one.
fn other_file(state: &AppState, forward: bool, among: Among) -> Option<Stop> {
    let rows = state.library.visible();
    let at = rows.iter().position(|e| Some(e.id) == state.library.selected_id())?;
    let found = |entry: &&Entry| {
        let wanted = |index: &usize| among == Among::All || entry.is_open(*index);
        let mut all = 0..entry.events.len();
        stop_at(entry, if forward { all.find(wanted) } else { all.rfind(wanted) }?)
    };
    if forward { rows[at + 1..].iter().find_map(found) } else { rows[..at].iter().rev().find_map(found) }
}

fn stop_at(entry: &Entry, index: usize) -> Option<Stop> {
    let grid = SnippetGrid::new(entry.video()?.frames.len());
    Some(Stop { entry: entry.id, frame: grid.range(entry.events[index].first).start })
}

/// What the queue goes on to after a verdict on the event on screen, if it is worked through.
pub fn next_row(state: &AppState) -> Option<Target> {
    let place = state.queue.place_of(&state.target().filter(|_| state.works_in_queue())?)?;
    state.queue.row(state.queue.open_from(place + 1)?).map(Target::of)
}

/// The file of a row of the queue, as far as it is known.
pub fn file_of(state: &AppState, video: &VideoId) -> Option<EntryId> {
    let known = state.library.entries().iter().find(|entry| entry.video_id.as_ref() == Some(video));
    let told = || state.upcoming.ahead.as_ref().filter(|(of, _)| of == video)?.1;
    // It may have been taken out of the list meanwhile.
    known.map(|entry| entry.id).or_else(|| told().filter(|entry| state.library.get(*entry).is_some()))
}

/// The places that are worth having ready: where a verdict, the key for the next event, and "reviewed" lead to.
pub fn stops(state: &AppState) -> Vec<Stop> {
    let Some(session) = &state.session else { return Vec::new() };
    let row = next_row(state).and_then(|target| Some((file_of(state, &target.video)?, target.span.start())));
    let row = row.map(|(entry, frame)| Stop { entry, frame });
    let verdict = row.or_else(|| next_event(state, true, Among::Open));
    let event = next_event(state, true, Among::All);
    let run_up = MediaTime::from_secs_f64(f64::from(state.prefs.review.run_up_secs));
    let events = verdict.into_iter().chain(event).filter_map(|stop| {
        let frames = &state.library.get(stop.entry)?.video()?.frames;
        Some(Stop { frame: approach(frames, stop.frame, session.transport.is_playing(), run_up), ..stop })
    });
    let file = state.library.neighbour(1).and_then(|id| state.library.get(id)).filter(|entry| entry.video().is_some());
    let file = file.map(|entry| Stop { entry: entry.id, frame: entry.position });
    let mut stops: Vec<Stop> = Vec::with_capacity(MOST);
    for stop in events.chain(file) {
        if stops.len() < MOST && !stops.contains(&stop) {
            stops.push(stop);
        }
    }
    stops
}

/// How many events have begun at the frame on screen, and which one is on screen.
pub(super) fn at(state: &AppState) -> (usize, Option<usize>) {
    let Some(session) = &state.session else { return (0, None) };
    let (grid, frame) = (session.grid(), session.attended());
    (state.events().partition_point(|event| grid.range(event.first).start <= frame), state.current_event())
}
