//! Keeps the places that the person is likely to go to ready.

use std::path::PathBuf;

use crate::app::effect::Effect;
use crate::app::review_queue::Target;
use crate::app::state::AppState;
use crate::app::upcoming::{Upcoming, at, file_of, next_row, stops};

/// Has what changed prepared; in the queue, finds out where the file of the next row is.
pub(super) fn pump(state: &mut AppState, effects: &mut Vec<Effect>) {
    if let Some(target) = next_row(state)
        && file_of(state, &target.video).is_none()
        && state.upcoming.ahead.as_ref().is_none_or(|(asked, _)| *asked != target.video)
    {
        state.upcoming.ahead = Some((target.video.clone(), None));
        effects.push(Effect::LocateVideo { target, ahead: true });
    }
    let next = Upcoming { stops: stops(state), ahead: state.upcoming.ahead.take(), at: at(state) };
    let changed = next.stops != state.upcoming.stops;
    state.upcoming = next;
    if changed {
        let videos = state.upcoming.stops.iter().filter_map(|stop| {
            let video = state.library.get(stop.entry)?.video()?;
            Some((Box::new(video.clone()), stop.frame))
        });
        effects.push(Effect::Prepare(videos.collect()));
    }
}

/// Time passed: another event may be the next one.
pub(super) fn follow(state: &mut AppState, effects: &mut Vec<Effect>) {
    if state.session.is_some() && state.upcoming.at != at(state) {
        pump(state, effects);
    }
}

/// The file of the queue's next row is here: it is opened before anybody goes there.
pub(super) fn located(state: &mut AppState, target: &Target, path: PathBuf) {
    if state.upcoming.ahead.as_ref().is_some_and(|(video, _)| *video == target.video) {
        let entry = state.library.add(path);
        state.upcoming.ahead = Some((target.video.clone(), Some(entry)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::{Action, Among, Message};
    use crate::app::arrangement::PanelKind;
    use crate::app::event::Event;
    use crate::app::update::tests::{act, finish, hear, opened, video};
    use crate::app::update::update;
    use crate::domain::interval::FrameSpan;
    use crate::domain::library::VideoId;
    use crate::domain::playback::PlaybackCommand;
    use crate::domain::queue::{EventId, EventStatus, FlaggedEvent, QueueCounts, QueueRow};
    use crate::domain::time::TimeSpan;

    /// The frames that are prepared last.
    fn prepared(effects: &[Effect]) -> Option<Vec<usize>> {
        effects.iter().rev().find_map(|effect| match effect {
            Effect::Prepare(stops) => Some(stops.iter().map(|(_, frame)| *frame).collect()),
            _ => None,
        })
    }

    #[test]
    fn the_next_event_and_the_next_file_are_prepared_before_anybody_goes_there() {
        let mut state = opened(&["a.mp4", "b.mp4"]);
        assert_eq!(prepared(&finish(&mut state)), Some(vec![16, 0]));
        let next = Action::StepEvent { forward: true, among: Among::All };
        assert_eq!(prepared(&act(&mut state, next)), Some(vec![80, 0]));
        let play = Action::Playback(PlaybackCommand::TogglePlay);
        assert_eq!(prepared(&act(&mut state, play)), Some(vec![80 - 25, 0]), "with its run-up while it plays");
        let later = |state: &mut AppState, dt: f64| update(state, Message::Advance { now: 1.0, dt });
        assert_eq!(prepared(&later(&mut state, 0.4)), None, "still the same one");
        assert_eq!(prepared(&later(&mut state, 2.4)), Some(vec![0]), "behind the last one only the next file is left");
    }

    fn row(number: u8, start: usize) -> QueueRow {
        QueueRow {
            event: EventId(u64::from(number)),
            video: VideoId::from_hash([number; 32]),
            video_name: format!("{number}.mp4"),
            model: "m".to_owned(),
            flagged: FlaggedEvent {
                span: FrameSpan::new(start, start + 16).expect("holds frames"),
                time: TimeSpan::default(),
                peak_frame: start,
                peak_score: 0.5,
                uncertainty: 0.0,
            },
            status: EventStatus::Unjudged,
            twin: None,
        }
    }

    #[test]
    fn the_file_of_the_queue_s_next_row_is_opened_and_prepared_ahead() {
        let mut state = opened(&["a.mp4"]);
        let job = state.running.expect("is being scored").id;
        hear(&mut state, Event::ProjectOpened { folder: PathBuf::from("/p"), held_by: None, next_item: 1 });
        hear(&mut state, Event::Identified { job, id: VideoId::from_hash([1; 32]) });
        finish(&mut state);
        act(&mut state, Action::BringPanel(PanelKind::Queue));
        act(&mut state, Action::ShowEvent(0));
        let question = state.queue.question();
        hear(&mut state, Event::QueueCounted { question, counts: QueueCounts { events: 2, ..QueueCounts::default() } });
        let effects = hear(&mut state, Event::QueueRead { question, place: 0, rows: vec![row(1, 16), row(2, 40)] });
        let located = effects.iter().find_map(|effect| match effect {
            Effect::LocateVideo { target, ahead: true } => Some(target.clone()),
            _ => None,
        });
        let target = located.expect("is looked for");
        assert!(act(&mut state, Action::ShowEvent(0)).is_empty(), "asked once");
        let path = PathBuf::from("/v/b.mp4");
        let effects = hear(&mut state, Event::VideoLocated { target, path, ahead: true });
        let Some(Effect::Open { entry, .. }) = effects.first() else { panic!("{effects:?}") };
        let effects = hear(&mut state, Event::Opened { entry: *entry, video: video() });
        assert_eq!(prepared(&effects).map(|stops| stops[0]), Some(40));
        let effects = act(&mut state, Action::StepRow(1));
        assert!(effects.iter().any(|effect| matches!(effect, Effect::Show(Some(_)))), "{effects:?}");
        assert_eq!(state.session.as_ref().map(crate::app::session::Session::frame), Some(40));
    }
}
