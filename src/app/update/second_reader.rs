//! The second reader: the blind pass, the way from one disagreement to the next, and the agreement over the project.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::agreement::{Agreement, AgreementReport};
use crate::app::blind::BlindPass;
use crate::app::effect::Effect;
use crate::app::library::LibraryOrder;
use crate::app::notice::Severity;
use crate::app::review_queue::Target;
use crate::app::reviews::Project;
use crate::app::session::Session;
use crate::app::state::{AppState, Dialog};
use crate::domain::playback::PlaybackCommand;
use crate::jobs::Progress;

use super::{playback, review_queue, view};

/// Begins or ends a blind pass, or changes how blind it is.
pub(super) fn set_blind(state: &mut AppState, blind: BlindPass, effects: &mut Vec<Effect>) {
    // Each pass begins as blind as it can be.
    let blind = BlindPass { shows_model: blind.shows_model && blind.on, ..blind };
    if state.prefs.blind == blind {
        return;
    }
    state.prefs.blind = blind;
    if blind.hides_model() && state.library.order == LibraryOrder::Score {
        state.library.order = LibraryOrder::default();
    }
    if blind.on {
        // Marked while verdicts could be given.
        state.queue.marked.clear();
    }
    view::save(state, effects);
}

/// Says why an action does nothing in a blind pass.
pub(super) fn refuse(state: &mut AppState) {
    let text = "This is hidden in a blind pass. End the blind pass first.";
    state.notices.push(Severity::Info, text);
}

/// Goes to the next stretch about which readers disagree.
pub(super) fn step_disagreement(state: &mut AppState, forward: bool) {
    let Some(frame) = state.session.as_ref().map(Session::frame) else { return };
    if let Some(start) = state.disagreements.next(frame, forward) {
        playback::apply(state, PlaybackCommand::SeekFrame(start));
    } else {
        let text = if forward { "There is no later disagreement." } else { "There is no earlier disagreement." };
        state.notices.push(Severity::Info, text);
    }
}

/// Finds out how far annotators agree over the project, and shows it.
pub(super) fn read(state: &mut AppState, effects: &mut Vec<Effect>) {
    let Project::Open { folder, .. } = &state.reviews.project else { return };
    let table =
        |entry: &crate::app::library::Entry| Some((entry.video_id.clone()?, Arc::clone(&entry.video()?.frames)));
    let tables: BTreeMap<_, _> = state.library.entries().iter().filter_map(table).collect();
    effects.push(Effect::ReadAgreement { folder: folder.clone(), who: state.prefs.review.reviewer(), tables });
    state.agreement = Agreement::Reading(Progress::default());
    state.dialog = Some(Dialog::Agreement);
}

/// It is no longer looked at.
pub(super) fn close(state: &mut AppState, effects: &mut Vec<Effect>) {
    if matches!(state.agreement, Agreement::Reading(_)) {
        effects.push(Effect::StopAgreement);
    }
    state.agreement = Agreement::Unread;
}

/// Finding out goes on.
pub(super) fn progressed(state: &mut AppState, progress: Progress) {
    if matches!(state.agreement, Agreement::Reading(_)) {
        state.agreement = Agreement::Reading(progress);
    }
}

/// It is known how far annotators agree.
pub(super) fn known(state: &mut AppState, report: AgreementReport) {
    if matches!(state.agreement, Agreement::Reading(_)) {
        state.agreement = Agreement::Ready(Arc::new(report));
    }
}

/// It cannot be found out.
pub(super) fn failed(state: &mut AppState, reason: String) {
    if matches!(state.agreement, Agreement::Reading(_)) {
        state.agreement = Agreement::Failed(reason);
    }
}

/// Shows frames of any video of the project, and closes the list they were chosen from.
pub(super) fn show_frames(state: &mut AppState, target: Target, effects: &mut Vec<Effect>) {
    if state.dialog == Some(Dialog::Agreement) {
        state.dialog = None;
        close(state, effects);
    }
    let shown = state.shown().is_some_and(|entry| entry.video_id.as_ref() == Some(&target.video));
    if shown {
        playback::apply(state, PlaybackCommand::SeekFrame(target.span.start()));
    } else {
        review_queue::go_to(state, target, effects);
    }
}

/// Keeps the disagreements in step with the video on screen and with what is said about it.
pub(super) fn pump(state: &mut AppState) {
    let frames = state.session.as_ref().map(|session| session.frames().len());
    let video = state.shown().and_then(|entry| entry.video_id.clone()).filter(|_| !state.prefs.blind.on);
    state.disagreements.refresh(&state.reviews, video.as_ref().zip(frames));
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use strum::IntoEnumIterator as _;

    use super::*;
    use crate::app::action::Action;
    use crate::app::command::UiCommand;
    use crate::app::event::Event;
    use crate::app::prefs::ReviewPrefs;
    use crate::app::update::tests::{act, finish, hear, opened};
    use crate::domain::interval::FrameSpan;
    use crate::domain::label::Label;
    use crate::domain::library::VideoId;
    use crate::domain::record::{ItemId, ReviewState};

    fn id() -> VideoId {
        VideoId::from_hash([1; 32])
    }

    fn review(labels: &[(&str, usize, usize)]) -> ReviewState {
        let mut review = ReviewState::new(id());
        for (at, (lane, start, end)) in labels.iter().enumerate() {
            let span = FrameSpan::new(*start, *end).expect("holds frames");
            let (class, lane, note) = ("Anomaly".to_owned(), (*lane).to_owned(), String::new());
            review.labels.insert(ItemId(at as u64 + 1), Label { span, class, lane, note, confidence: None });
        }
        review
    }

    /// A scored video with two events that Ada and Bob have labelled; Ada sits at the window.
    fn read_by_two() -> AppState {
        let mut state = opened(&["a.mp4"]);
        state.prefs.review.who = Some("Ada".to_owned());
        let job = state.running.expect("is being scored").id;
        hear(&mut state, Event::ProjectOpened { folder: PathBuf::from("/p"), held_by: None, next_item: 9 });
        hear(&mut state, Event::Identified { job, id: id() });
        finish(&mut state);
        let labels = review(&[("Ada", 10, 20), ("Bob", 12, 20), ("Bob", 50, 60)]);
        hear(&mut state, Event::ReviewLoaded(Box::new(labels)));
        state
    }

    fn press(state: &mut AppState, command: UiCommand) -> Vec<Effect> {
        let action = command.resolve(state).unwrap_or_else(|| panic!("{command:?} cannot be used"));
        act(state, action)
    }

    fn lanes(state: &AppState) -> Vec<&str> {
        state.marking.labels().list().iter().map(|l| l.label.lane.as_str()).collect()
    }

    #[test]
    fn one_goes_from_disagreement_to_disagreement() {
        let mut state = read_by_two();
        assert_eq!(state.disagreements.readers(), ["Ada", "Bob"]);
        let frame = |state: &AppState| state.session.as_ref().map(Session::frame);
        let mut seen = Vec::new();
        for command in [UiCommand::NextDisagreement, UiCommand::NextDisagreement, UiCommand::PreviousDisagreement] {
            press(&mut state, command);
            seen.push(frame(&state));
        }
        assert_eq!(seen, [Some(10), Some(50), Some(10)]);
        press(&mut state, UiCommand::PreviousDisagreement);
        assert!(state.notices.list().iter().any(|n| n.text.contains("no earlier disagreement")));
        assert_eq!((state.disagreements.at(11), state.disagreements.at(12)), (Some(0), None));
    }

    #[test]
    fn in_a_blind_pass_nothing_of_others_and_of_the_model_can_be_reached() {
        let mut state = read_by_two();
        assert_eq!(lanes(&state), ["Ada", "Bob", "Bob"]);
        act(&mut state, Action::Order(LibraryOrder::Score));
        let effects = press(&mut state, UiCommand::BlindPass);
        assert!(matches!(&effects[..], [Effect::SavePrefs(prefs)] if prefs.blind.on), "{effects:?}");
        assert_eq!((lanes(&state), state.events().len(), state.library.order), (vec!["Ada"], 0, LibraryOrder::Added));
        assert_eq!(state.disagreements.readers(), [""; 0]);
        // Tab knows one label only, and merging finds no other.
        press(&mut state, UiCommand::NextLabel);
        press(&mut state, UiCommand::NextLabel);
        assert!(state.notices.list().iter().any(|n| n.text.contains("no later label")));
        let written = press(&mut state, UiCommand::MergeLabels);
        assert!(written.is_empty(), "{written:?}");
        for hidden in [
            UiCommand::NextEvent,
            UiCommand::NextOpenEvent,
            UiCommand::JudgeAnomaly,
            UiCommand::EventPeak,
            UiCommand::LoopEvent,
            UiCommand::ZoomToEvent,
            UiCommand::ToggleReviewed,
            UiCommand::Agreement,
            UiCommand::NextDisagreement,
        ] {
            assert_eq!(hidden.resolve(&state), None, "{hidden:?}");
        }
        // Nor by what is sent past the commands: an event under the frame on screen makes no label, another's name
        // shows no labels.
        act(&mut state, Action::BackOut);
        act(&mut state, Action::Playback(PlaybackCommand::SeekFrame(20)));
        assert!(act(&mut state, Action::CommitLabel).is_empty());
        let bob = ReviewPrefs { who: Some("Bob".to_owned()), ..ReviewPrefs::default() };
        act(&mut state, Action::SetReviewPrefs(bob));
        assert_eq!(lanes(&state), ["Ada"]);
        act(&mut state, Action::ReadAgreement);
        assert_eq!(state.dialog, None);
        for command in UiCommand::iter() {
            if let Some(Action::Undo | Action::Redo) = command.resolve(&state) {
                let effects = press(&mut state, command);
                assert!(matches!(&effects[..], [Effect::Undo { only_own: true, .. }]), "{effects:?}");
            }
        }

        press(&mut state, UiCommand::BlindShowsModel);
        assert_eq!((lanes(&state), state.events().len()), (vec!["Ada"], 2));
        assert!(UiCommand::NextEvent.resolve(&state).is_some());
        assert_eq!(UiCommand::JudgeAnomaly.resolve(&state), None);
        press(&mut state, UiCommand::BlindPass);
        assert_eq!((lanes(&state).len(), state.disagreements.list().len()), (3, 2));
        assert_eq!(state.prefs.blind, BlindPass::default(), "the next one hides the model again");
        assert_eq!(UiCommand::BlindShowsModel.resolve(&state), None);
    }

    #[test]
    fn the_agreement_is_read_shown_and_let_go() {
        let mut state = read_by_two();
        let effects = press(&mut state, UiCommand::Agreement);
        assert!(matches!(&effects[..], [Effect::ReadAgreement { tables, .. }] if tables.len() == 1), "{effects:?}");
        assert_eq!(state.dialog, Some(Dialog::Agreement));
        let effects = act(&mut state, Action::BackOut);
        assert!(matches!(&effects[..], [Effect::StopAgreement]), "{effects:?}");
        hear(&mut state, Event::AgreementRead(Box::default()));
        assert!(matches!(state.agreement, Agreement::Unread), "an answer that nobody waits for");
        press(&mut state, UiCommand::Agreement);
        hear(&mut state, Event::AgreementRead(Box::default()));
        assert!(matches!(state.agreement, Agreement::Ready(_)));
        let span = FrameSpan::new(50, 60).expect("holds frames");
        act(&mut state, Action::ShowFrames(Target { video: id(), span }));
        assert_eq!((state.dialog, state.session.as_ref().map(Session::frame)), (None, Some(50)));
        let elsewhere = Target { video: VideoId::from_hash([2; 32]), span };
        let effects = act(&mut state, Action::ShowFrames(elsewhere));
        assert!(matches!(&effects[..], [Effect::LocateVideo { ahead: false, .. }]), "{effects:?}");
    }
}
