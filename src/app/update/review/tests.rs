//! Verdicts as keys give them, and what the project answers.

use super::*;
use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::event::Event;
use crate::app::update::tests::{act, finish, hear, opened};
use crate::domain::playback::PlaybackCommand;
use crate::domain::record::ReviewState;

fn id() -> VideoId {
    VideoId::from_hash([1; 32])
}

/// One scored video with two events, snippets 1 and 5, and an open project that knows nothing about it.
fn reviewing() -> AppState {
    let mut state = opened(&["a.mp4"]);
    let job = state.running.expect("is being scored").id;
    hear(&mut state, Event::ProjectOpened { folder: PathBuf::from("/p"), held_by: None, next_item: 1 });
    let effects = hear(&mut state, Event::Identified { job, id: id() });
    assert!(effects.iter().any(|e| matches!(e, Effect::LoadReview { .. })), "{effects:?}");
    let effects = finish(&mut state);
    // The project must know a video before it can list its events.
    assert!(!effects.iter().any(|e| matches!(e, Effect::RecordEvents(_))), "{effects:?}");
    let effects = hear(&mut state, Event::ReviewLoaded(Box::new(ReviewState::new(id()))));
    assert!(effects.iter().any(|e| matches!(e, Effect::RecordEvents(found) if found.spans.len() == 2)), "{effects:?}");
    state
}

fn press(state: &mut AppState, command: UiCommand) -> Vec<Effect> {
    let action = command.resolve(state).expect("can be used");
    act(state, action)
}

fn record(effects: &[Effect]) -> Option<(Ticket, Step)> {
    effects.iter().find_map(|e| match e {
        Effect::Record { ticket, step, .. } => Some((*ticket, (**step).clone())),
        _ => None,
    })
}

fn verdicts(state: &AppState) -> Vec<Option<(Verdict, bool)>> {
    let entry = state.shown().expect("is shown");
    (0..entry.events.len()).map(|i| entry.mark(i).map(|mark| (mark.verdict, mark.pending))).collect()
}

#[test]
fn one_key_judges_and_goes_on() {
    let mut state = reviewing();
    press(&mut state, UiCommand::NextEvent);
    assert_eq!(state.current_event(), Some(0));
    let (ticket, step) = record(&press(&mut state, UiCommand::JudgeFalseAlarm)).expect("is written");
    assert_eq!(verdicts(&state), [Some((Verdict::FalseAlarm, true)), None]);
    assert_eq!(state.current_event(), Some(1), "the next one without a verdict");
    hear(
        &mut state,
        Event::StepRecorded { ticket: Some(ticket), step: Box::new(step.clone()), said: None, undoes: false },
    );
    assert_eq!(verdicts(&state)[0], Some((Verdict::FalseAlarm, false)));
    press(&mut state, UiCommand::JudgeAnomaly);
    assert_eq!(UiCommand::NextOpenEvent.resolve(&state).map(|a| act(&mut state, a).len()), Some(0));
    assert_eq!(state.current_event(), Some(1));
    press(&mut state, UiCommand::Undo);
    let (undone, said) = (Box::new(step.inverse()), Some("Undone".to_owned()));
    hear(&mut state, Event::StepRecorded { ticket: None, step: undone, said, undoes: true });
    assert_eq!(verdicts(&state)[0], None);
    assert_eq!(state.current_event(), Some(0), "where it can be judged again");
}

#[test]
fn an_undo_of_nothing_does_not_turn_a_later_verdict_into_a_way_there() {
    let mut state = reviewing();
    act(&mut state, Action::ShowEvent(0));
    let (ticket, step) = record(&press(&mut state, UiCommand::JudgeUnsure)).expect("is written");
    hear(&mut state, Event::StepRefused { ticket, reason: "the disk is full".to_owned() });
    act(&mut state, Action::ShowEvent(1));
    press(&mut state, UiCommand::Undo);
    hear(&mut state, Event::Told(Severity::Info, "There is nothing to undo.".to_owned()));
    // The same verdict, given in the queue.
    hear(&mut state, Event::StepRecorded { ticket: None, step: Box::new(step), said: None, undoes: false });
    assert_eq!((verdicts(&state)[0], state.current_event()), (Some((Verdict::Unsure, false)), Some(1)));
}

#[test]
fn what_does_not_get_to_disk_is_taken_back_and_told() {
    let mut state = reviewing();
    press(&mut state, UiCommand::NextEvent);
    let (ticket, _) = record(&press(&mut state, UiCommand::JudgeUnsure)).expect("is written");
    hear(&mut state, Event::StepRefused { ticket, reason: "the disk is full".to_owned() });
    assert_eq!(verdicts(&state), [None, None]);
    assert!(state.notices.list().iter().any(|n| n.text.contains("the disk is full")));
}

#[test]
fn the_same_verdict_again_writes_nothing_and_another_replaces_it() {
    let mut state = reviewing();
    let stay = ReviewPrefs { advance: false, ..ReviewPrefs::default() };
    act(&mut state, Action::SetReviewPrefs(stay));
    press(&mut state, UiCommand::NextEvent);
    let (_, first) = record(&press(&mut state, UiCommand::JudgeUnsure)).expect("is written");
    assert_eq!(record(&press(&mut state, UiCommand::JudgeUnsure)), None);
    let (_, second) = record(&press(&mut state, UiCommand::JudgeAnomaly)).expect("is written");
    assert_eq!(second.changes[0].before, first.changes[0].after);
    let described = Description { class: Some("Fight".to_owned()), ..Description::default() };
    assert!(record(&act(&mut state, Action::Describe(described))).is_some());
    press(&mut state, UiCommand::ClearVerdict);
    assert_eq!(verdicts(&state), [None, None]);
    assert_eq!(UiCommand::ClearVerdict.resolve(&state), None);
}

#[test]
fn while_it_plays_events_are_gone_to_with_a_run_up_that_counts_as_the_event() {
    let mut state = reviewing();
    act(&mut state, Action::Playback(PlaybackCommand::TogglePlay));
    press(&mut state, UiCommand::NextEvent);
    press(&mut state, UiCommand::NextEvent);
    let session = state.session.as_ref().expect("is shown");
    assert_eq!((session.frame(), session.attended()), (80 - 25, 80));
    assert_eq!(state.current_event(), Some(1));
    press(&mut state, UiCommand::PreviousEvent);
    assert_eq!(state.current_event(), Some(0));
}

#[test]
fn nothing_is_written_into_a_project_that_another_window_holds() {
    let mut state = reviewing();
    let held_by = Some("kt".to_owned());
    hear(&mut state, Event::ProjectOpened { folder: PathBuf::from("/p"), held_by, next_item: 1 });
    hear(&mut state, Event::ReviewLoaded(Box::new(ReviewState::new(id()))));
    press(&mut state, UiCommand::NextEvent);
    assert_eq!(record(&press(&mut state, UiCommand::JudgeAnomaly)), None);
    assert_eq!(record(&press(&mut state, UiCommand::ToggleReviewed)), None);
    assert_eq!(UiCommand::Undo.resolve(&state), None);
}

#[test]
fn frames_that_were_judged_and_are_no_event_now_can_be_judged_again() {
    let mut state = reviewing();
    let stay = ReviewPrefs { advance: false, ..ReviewPrefs::default() };
    act(&mut state, Action::SetReviewPrefs(stay));
    act(&mut state, Action::ShowEvent(1));
    let (_, first) = record(&press(&mut state, UiCommand::JudgeFalseAlarm)).expect("is written");
    let rule = crate::domain::segment::EventRule { threshold: 0.85, ..state.rule };
    act(&mut state, Action::SetRule(rule));
    assert_eq!((state.events().len(), state.current_event()), (1, None));
    assert_eq!(state.target().map(|target| (target.span.start(), target.span.end())), Some((80, 96)));
    let (_, second) = record(&press(&mut state, UiCommand::JudgeAnomaly)).expect("is written");
    assert_eq!(
        (&second.changes[0].subject, &second.changes[0].before),
        (&first.changes[0].subject, &first.changes[0].after)
    );
    let (_, third) = record(&press(&mut state, UiCommand::ClearVerdict)).expect("is written");
    assert_eq!(third.changes[0].after, None);
    assert_eq!(UiCommand::JudgeAnomaly.resolve(&state), None, "now there is nothing here");
}

#[test]
fn a_damaged_project_is_told_with_its_way_out() {
    let mut state = reviewing();
    let backup = PathBuf::from("/p/backups/1.db");
    hear(&mut state, Event::ProjectFailed { reason: "it is damaged".to_owned(), backup: Some(backup.clone()) });
    assert!(state.reviews.writable().is_err());
    press(&mut state, UiCommand::NextEvent);
    assert_eq!(record(&press(&mut state, UiCommand::JudgeAnomaly)), None);
    let effects = act(&mut state, Action::RestoreBackup(backup.clone()));
    assert!(matches!(&effects[..], [Effect::Restore { .. }]), "{effects:?}");
    // The button is there once.
    assert!(act(&mut state, Action::RestoreBackup(backup)).is_empty());
}
