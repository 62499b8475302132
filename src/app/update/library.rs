//! Opening, selecting and removing files.

use std::ops::Range;
use std::path::PathBuf;

use crate::app::effect::{Effect, Pick};
use crate::app::engine::Engine;
use crate::app::library::{Entry, EntryId, FileState, ScoringState};
use crate::app::notice::Severity;
use crate::app::picture::PictureView;
use crate::app::session::Session;
use crate::app::state::{AppState, DemoState};
use crate::app::typed::typed;
use crate::domain::playback::PlaybackCommand;
use crate::domain::queue::KnownVideo;
use crate::jobs::Progress;
use crate::media::OpenedVideo;

use super::{ablation, exchange, playback, scoring};

/// Opens paths, whatever they are.
pub(super) fn open(state: &mut AppState, paths: Vec<PathBuf>, effects: &mut Vec<Effect>) {
    if let Some(folder) = paths.first().and_then(|p| p.parent()).filter(|f| !f.as_os_str().is_empty()) {
        state.prefs.last_folder = Some(folder.to_owned());
    }
    if !paths.is_empty() {
        effects.push(Effect::Expand(paths));
    }
}

/// The videos of the project are known: opens those that are not open, or tells how many that are.
pub(super) fn project_videos(
    state: &mut AppState,
    videos: Vec<(KnownVideo, bool)>,
    to_open: bool,
    effects: &mut Vec<Effect>,
) {
    let is = |entry: &Entry, video: &KnownVideo| entry.path == video.path || entry.video_id.as_ref() == Some(&video.id);
    let closed = |video: &KnownVideo| !state.library.entries().iter().any(|entry| is(entry, video));
    let closed: Vec<(KnownVideo, bool)> = videos.into_iter().filter(|(video, _)| closed(video)).collect();
    let (there, away): (Vec<_>, Vec<_>) = closed.into_iter().partition(|(_, there)| *there);
    let are = |n: usize| {
        if n == 1 { "1 video of this project is".to_owned() } else { format!("{n} videos of this project are") }
    };
    if !to_open {
        if !there.is_empty() {
            let text = format!(
                "{} not open. The queue has no events of this model there until they are: File, Open all videos.",
                are(there.len())
            );
            state.notices.push_about("closed videos", Severity::Warning, text);
        }
        return;
    }
    if !away.is_empty() {
        let text = format!("{} not where they were seen last: File, Find moved files.", are(away.len()));
        state.notices.push(Severity::Warning, text);
    }
    if there.is_empty() && away.is_empty() {
        state.notices.push(Severity::Info, "All videos of this project are open.");
    }
    let paths: Vec<PathBuf> = there.into_iter().map(|(video, _)| video.path).collect();
    if !paths.is_empty() {
        effects.push(Effect::Expand(paths));
    }
}

/// Opens what was typed into the path field.
pub(super) fn open_text(state: &mut AppState, text: &str, effects: &mut Vec<Effect>) {
    let paths = typed(text);
    state.library.typed = Some(text.to_owned());
    state.library.opened = None;
    if paths.is_empty() {
        state.notices.push(Severity::Info, "Type or paste the path of a video file or of a folder, then press Enter.");
    }
    open(state, paths, effects);
}

/// Asks for the system's dialog.
pub(super) fn pick(state: &mut AppState, what: Pick, effects: &mut Vec<Effect>) {
    if state.picking.is_none() {
        state.picking = Some(what);
        effects.push(Effect::Pick { what, start: state.prefs.last_folder.clone() });
    }
}

/// The system's dialog was closed.
pub(super) fn picked(state: &mut AppState, paths: Vec<PathBuf>, effects: &mut Vec<Effect>) {
    match state.picking.take() {
        Some(Pick::Ablation(field)) => ablation::picked(state, field, &paths, effects),
        Some(Pick::For(field)) => exchange::picked(state, field, &paths, effects),
        Some(Pick::Videos | Pick::Folders) | None => open(state, paths, effects),
    }
}

/// Files were found behind the paths that were to be opened: they join the list, the first is shown.
pub(super) fn found(state: &mut AppState, files: Vec<PathBuf>, refused: Vec<String>, effects: &mut Vec<Effect>) {
    for sentence in refused {
        state.notices.push(Severity::Error, sentence);
    }
    let ids: Vec<EntryId> = files.into_iter().map(|file| state.library.add(file)).collect();
    let typed = state.library.typed.take();
    if let Some(first) = ids.first() {
        state.library.opened = typed;
        // A filter that hides what was just opened would look as if nothing had happened.
        state.library.filter.clear();
        select(state, *first, effects);
    }
}

/// Shows an entry.
pub(super) fn select(state: &mut AppState, id: EntryId, effects: &mut Vec<Effect>) {
    remember_position(state);
    state.library.select(id);
    if state.session.as_ref().map(|s| s.entry) != state.library.selected_id() {
        show(state, effects);
    }
}

/// Shows an entry, and goes on playing if the one before was.
pub(super) fn go_on_with(state: &mut AppState, id: EntryId, effects: &mut Vec<Effect>) {
    let plays = |state: &AppState| state.session.as_ref().is_some_and(|session| session.transport.is_playing());
    let played = plays(state);
    select(state, id, effects);
    if played && !plays(state) {
        playback::apply(state, PlaybackCommand::TogglePlay);
    }
}

/// Takes an entry out of the list and shows the one that takes its place.
pub(super) fn remove(state: &mut AppState, id: EntryId, effects: &mut Vec<Effect>) {
    scoring::cancel(state, id, effects);
    let next = (state.library.selected_id() == Some(id)).then(|| {
        let below = state.library.neighbour(1);
        below.or_else(|| state.library.neighbour(-1))
    });
    state.library.remove(id);
    match next {
        Some(Some(next)) => select(state, next, effects),
        Some(None) => show(state, effects),
        None => {}
    }
}

/// A file was opened.
pub(super) fn opened(state: &mut AppState, id: EntryId, video: Box<OpenedVideo>, effects: &mut Vec<Effect>) {
    finish_opening(state, id);
    let failed = matches!(state.engine, Engine::Failed(_));
    let Some(entry) = state.library.get_mut(id).filter(|e| is_opening(e)) else { return };
    let (name, notes) = (entry.name.clone(), video.notes.clone());
    entry.file = FileState::Open(video);
    if !failed {
        entry.scoring = ScoringState::Waiting;
    }
    if state.library.selected_id() == Some(id) {
        // Of files that nobody looks at yet, the row and the inspector tell the same.
        for note in notes {
            state.notices.push(Severity::Warning, format!("{name}: {note}"));
        }
        show(state, effects);
    }
}

/// A file beside a video says which of its frames are anomalous.
pub(super) fn truth_found(state: &mut AppState, id: EntryId, frames: Vec<Range<usize>>) {
    if let Some(entry) = state.library.get_mut(id) {
        entry.change_lanes(|lanes| lanes.truth = Some(frames));
    }
}

/// A file cannot be opened.
pub(super) fn refused(state: &mut AppState, id: EntryId, reason: String) {
    finish_opening(state, id);
    let Some(entry) = state.library.get_mut(id).filter(|e| is_opening(e)) else { return };
    entry.file = FileState::Refused(reason.clone());
    if state.library.selected_id() == Some(id) {
        state.notices.push(Severity::Error, reason);
        return;
    }
    // A folder may hold many such files; a notice for each would bury the window.
    let count = state.library.entries().iter().filter(|e| matches!(e.file, FileState::Refused(_))).count();
    let text = match count {
        1 => "1 file cannot be played. Its row in the library tells why.".to_owned(),
        _ => format!("{count} files cannot be played. Their rows in the library tell why."),
    };
    state.notices.push_about("refused files", Severity::Warning, text);
}

/// Reports about files that were taken out of the list meanwhile, or that came twice, change nothing.
fn is_opening(entry: &Entry) -> bool {
    matches!(entry.file, FileState::Opening)
}

fn finish_opening(state: &mut AppState, id: EntryId) {
    if state.opening == Some(id) {
        state.opening = None;
    }
}

/// Puts the selected entry on screen, or nothing if it cannot be played (yet).
fn show(state: &mut AppState, effects: &mut Vec<Effect>) {
    let session = state.library.selected().and_then(|entry| {
        let video = entry.video()?;
        Some(Session::new(entry.id, video.clone(), entry.position))
    });
    let had_one = state.session.is_some();
    if let Some(session) = &session {
        effects.push(Effect::Show(Some(Box::new(session.video.clone()))));
        let known = state.library.get(session.entry).and_then(|entry| entry.video_id.clone());
        effects.extend(known.map(Effect::Identified));
    } else if had_one {
        effects.push(Effect::Show(None));
    }
    let other = state.session.as_ref().map(|s| s.entry) != session.as_ref().map(|s| s.entry);
    if other && !state.picture_pinned {
        state.picture = PictureView::default();
    }
    state.session = session;
}

fn remember_position(state: &mut AppState) {
    let Some(session) = &state.session else { return };
    let (id, frame) = (session.entry, session.frame());
    if let Some(entry) = state.library.get_mut(id) {
        entry.position = frame;
    }
}

/// Asks for demo scenes.
pub(super) fn make_demo(state: &mut AppState, effects: &mut Vec<Effect>) {
    if state.demo == DemoState::Idle {
        state.demo = DemoState::Making(Progress::default());
        effects.push(Effect::MakeDemo);
    }
}

/// Demo scenes are coming along.
pub(super) fn demo_progressed(state: &mut AppState, progress: Progress) {
    if state.demo != DemoState::Idle {
        state.demo = DemoState::Making(progress);
    }
}

/// Demo scenes are there.
pub(super) fn demo_made(state: &mut AppState, folder: PathBuf, effects: &mut Vec<Effect>) {
    state.demo = DemoState::Idle;
    state.notices.push(Severity::Info, format!("The demo scenes are in {}.", folder.display()));
    effects.push(Effect::Expand(vec![folder]));
}

/// Demo scenes could not be made.
pub(super) fn demo_failed(state: &mut AppState, reason: String) {
    state.demo = DemoState::Idle;
    state.notices.push(Severity::Error, reason);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::library::VideoId;

    #[test]
    fn videos_of_the_project_that_are_not_open_are_told_and_opened() {
        let known = |name: &str, number: u8| {
            let id = VideoId::from_hash([number; 32]);
            KnownVideo { path: PathBuf::from(name), name: name.to_owned(), ..KnownVideo::nameless(id) }
        };
        let mut state = AppState::default();
        let open = PathBuf::from("a.mp4");
        state.library.add(open.clone());
        let videos = || {
            let here = KnownVideo { path: open.clone(), ..known("a.mp4", 1) };
            vec![(here, true), (known("b.mp4", 2), true), (known("c.mp4", 3), false)]
        };
        let told = |state: &AppState| state.notices.list().iter().map(|n| n.text.clone()).collect::<Vec<_>>().join(" ");
        let hear = |state: &mut AppState, open| {
            let mut effects = Vec::new();
            project_videos(state, videos(), open, &mut effects);
            effects
        };
        assert!(!hear(&mut state, false).iter().any(|e| matches!(e, Effect::Expand(_))));
        assert!(told(&state).contains("1 video of this project is not open"), "{}", told(&state));
        let effects = hear(&mut state, true);
        assert!(
            effects.iter().any(|e| matches!(e, Effect::Expand(paths) if *paths == [PathBuf::from("b.mp4")])),
            "{effects:?}"
        );
        assert!(told(&state).contains("1 video of this project is not where"), "{}", told(&state));
    }
}
