//! Telling the position: on the clipboard, and on the clock of the recording.

use crate::app::action::Copied;
use crate::app::clock::RecordingClock;
use crate::app::effect::Effect;
use crate::app::notice::Severity;
use crate::app::state::AppState;

use super::view;

/// Puts the position on the clipboard, and says so.
pub(super) fn copy(state: &mut AppState, what: Copied, effects: &mut Vec<Effect>) {
    let (Some(session), Some(entry)) = (&state.session, state.shown()) else { return };
    let frame = session.frame();
    let time = session.frames().time(frame);
    let text = match what {
        Copied::Time => time.to_string(),
        Copied::Frame => frame.to_string(),
        Copied::Position => {
            let date = state.clock().and_then(|clock| clock.at(time).text());
            let date = date.map(|date| format!("\t{date}")).unwrap_or_default();
            format!("{}\tframe {frame}\t{time}{date}", entry.name)
        }
    };
    state.notices.push(Severity::Info, format!("Copied: {}", text.replace('\t', "   ")));
    effects.push(Effect::Copy(text));
}

/// Remembers the clock of the recording on screen, or forgets it; closes the window it was stated in.
pub(super) fn set_clock(state: &mut AppState, clock: Option<RecordingClock>, effects: &mut Vec<Effect>) {
    state.dialog = None;
    let Some(path) = state.shown().map(|entry| entry.path.clone()) else { return };
    state.prefs.clocks.set(&path, clock);
    view::save(state, effects);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::Action;
    use crate::app::clock::Moment;
    use crate::app::command::UiCommand;
    use crate::app::update::tests::{act, opened};
    use crate::domain::playback::PlaybackCommand;

    fn copied(state: &mut AppState, command: UiCommand) -> String {
        let action = command.resolve(state).expect("a video is shown");
        match &act(state, action)[..] {
            [Effect::Copy(text)] => text.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_position_is_copied_with_its_date_once_that_is_known() {
        let mut state = opened(&["door.mp4"]);
        act(&mut state, Action::Playback(PlaybackCommand::SeekFrame(50)));
        assert_eq!(copied(&mut state, UiCommand::CopyTime), "00:02.000");
        assert_eq!(copied(&mut state, UiCommand::CopyFrame), "50");
        assert_eq!(copied(&mut state, UiCommand::CopyPosition), "door.mp4\tframe 50\t00:02.000");
        let time = state.session.as_ref().expect("is shown").frames().time(50);
        let shown = Moment::parse("2024-05-01 13:05:10").expect("is a date");
        let effects = act(&mut state, Action::SetClock(Some(RecordingClock::new(shown, time, 30.0))));
        assert!(matches!(&effects[..], [Effect::SavePrefs(_)]), "{effects:?}");
        let position = copied(&mut state, UiCommand::CopyPosition);
        assert!(position.ends_with("\t2024-05-01 13:04:40.000"), "{position}");
        act(&mut state, Action::SetClock(None));
        assert_eq!(state.clock(), None);
    }

    #[test]
    fn without_a_video_nothing_is_copied() {
        let mut state = AppState::default();
        assert_eq!(UiCommand::CopyTime.resolve(&state), None);
        assert!(act(&mut state, Action::Copy(Copied::Time)).is_empty());
    }
}
