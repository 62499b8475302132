//! Tables and sequences over the reducer.

use std::path::PathBuf;
use std::sync::LazyLock;

use proptest::prelude::*;

use crate::app::action::{Action, Among, Message};
use crate::app::command::UiCommand;
use crate::app::effect::{Effect, Zoom};
use crate::app::engine::{Engine, EngineFacts};
use crate::app::event::Event;
use crate::app::lanes::LaneKind;
use crate::app::library::{EntryId, FileState, ScoringPhase, ScoringState};
use crate::app::place::Place;
use crate::app::shortcut::{Key, Os, Shortcut};
use crate::app::state::{AppState, Dialog, JobId};
use crate::domain::curve::{Curve, PlottedScores};
use crate::domain::lane_data::NoiseBand;
use crate::domain::library::VideoId;
use crate::domain::pixels::RgbPicture;
use crate::domain::playback::PlaybackCommand;
use crate::domain::score::{ScoredVideo, SnippetScores, TsaSettings};
use crate::domain::segment::EventRule;
use crate::domain::snippet::SnippetGrid;
use crate::domain::time::Rate;
use crate::jobs::Progress;
use crate::media::{self, OpenedVideo, VideoWriter};

use super::update;

/// Frames of the test video: seven snippets, the last short.
const FRAMES: usize = 100;

/// A real, tiny video, written and opened once.
pub(super) fn video() -> Box<OpenedVideo> {
    static VIDEO: LazyLock<OpenedVideo> = LazyLock::new(|| {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.mp4");
        let mut writer = VideoWriter::create(&path, 32, 32, Rate { num: 25, den: 1 }).unwrap();
        for _ in 0..FRAMES {
            writer.push(&RgbPicture::black(32, 32)).unwrap();
        }
        writer.finish().unwrap();
        media::open(&path).unwrap()
    });
    Box::new(VIDEO.clone())
}

fn scored(scores: &[f32], complete: bool) -> PlottedScores {
    PlottedScores::new(ScoredVideo {
        snippets: SnippetScores {
            scores: scores.to_vec(),
            attention: vec![0.7; scores.len()],
            magnitudes: vec![1.0; scores.len()],
        },
        tsa: TsaSettings::default(),
        encoder: "e".into(),
        model: "m".into(),
        device: "d".into(),
        complete,
    })
}

/// Two events: snippets 1 and 5.
const CURVE: [f32; 7] = [0.1, 0.9, 0.1, 0.1, 0.1, 0.8, 0.1];

pub(super) fn act(state: &mut AppState, action: Action) -> Vec<Effect> {
    update(state, Message::Action(action))
}

pub(super) fn hear(state: &mut AppState, event: Event) -> Vec<Effect> {
    update(state, Message::Event(event))
}

fn ready(state: &mut AppState) -> Vec<Effect> {
    hear(state, Event::EngineReady(EngineFacts::default()))
}

fn found(state: &mut AppState, names: &[&str]) -> Vec<Effect> {
    let files = names.iter().map(|n| PathBuf::from(format!("/v/{n}"))).collect();
    hear(state, Event::FilesFound { files, refused: Vec::new() })
}

/// A state with `names` opened and, with the engine ready, the first being scored.
pub(super) fn opened(names: &[&str]) -> AppState {
    let mut state = AppState::default();
    ready(&mut state);
    found(&mut state, names);
    while let Some(entry) = state.opening {
        hear(&mut state, Event::Opened { entry, video: video() });
    }
    state
}

fn ids(state: &AppState) -> Vec<EntryId> {
    state.library.entries().iter().map(|e| e.id).collect()
}

fn job(effects: &[Effect]) -> Option<JobId> {
    effects.iter().find_map(|e| if let Effect::Score { job, .. } = e { Some(*job) } else { None })
}

fn running(state: &AppState) -> EntryId {
    state.running.expect("something runs").entry
}

/// Finishes the scoring that runs with [`CURVE`].
pub(super) fn finish(state: &mut AppState) -> Vec<Effect> {
    let job = state.running.expect("something runs").id;
    hear(state, Event::Scored { job, scores: scored(&CURVE, true), notes: Vec::new() })
}

fn frame(state: &AppState) -> usize {
    state.session.as_ref().expect("a video is shown").frame()
}

#[test]
fn files_open_one_at_a_time_and_the_first_is_shown() {
    let mut state = AppState::default();
    let effects = found(&mut state, &["a.mp4", "b.mp4"]);
    assert!(matches!(&effects[..], [Effect::Open { path, .. }] if path.ends_with("a.mp4")), "{effects:?}");
    let first = state.opening.unwrap();
    let effects = hear(&mut state, Event::Opened { entry: first, video: video() });
    assert!(matches!(&effects[..], [Effect::Show(Some(_)), Effect::Open { .. }]), "{effects:?}");
    assert_eq!(state.session.as_ref().unwrap().entry, first);
    // Without a model nothing starts, but it waits.
    assert_eq!(state.library.selected().unwrap().scoring, ScoringState::Waiting);
    assert!(job(&ready(&mut state)).is_some());
}

#[test]
fn the_selected_file_is_opened_and_scored_first() {
    let mut state = AppState::default();
    ready(&mut state);
    found(&mut state, &["a.mp4", "b.mp4", "c.mp4"]);
    let [a, b, c] = ids(&state)[..] else { panic!("three files") };
    act(&mut state, Action::Select(c));
    let effects = hear(&mut state, Event::Opened { entry: a, video: video() });
    assert!(effects.iter().any(|e| matches!(e, Effect::Open { entry, .. } if *entry == c)), "{effects:?}");
    assert_eq!(running(&state), a);
    // The selected file takes over from the one that was being scored, which goes back into the queue.
    hear(&mut state, Event::Opened { entry: c, video: video() });
    assert_eq!(running(&state), c);
    assert_eq!(state.library.get(a).unwrap().scoring, ScoringState::Waiting);
    hear(&mut state, Event::Opened { entry: b, video: video() });
    finish(&mut state);
    assert_eq!(running(&state), a);
}

#[test]
fn a_refused_file_says_so_in_its_row_and_others_go_on() {
    let mut state = AppState::default();
    found(&mut state, &["a.mp4", "b.mp4"]);
    let first = state.opening.unwrap();
    let effects = hear(&mut state, Event::Refused { entry: first, reason: "a.mp4 is empty.".into() });
    assert!(matches!(&state.library.get(first).unwrap().file, FileState::Refused(r) if r == "a.mp4 is empty."));
    assert_eq!(state.notices.list().len(), 1);
    assert!(matches!(&effects[..], [Effect::Open { path, .. }] if path.ends_with("b.mp4")), "{effects:?}");
}

#[test]
fn reports_of_cancelled_work_change_nothing() {
    let mut state = opened(&["a.mp4"]);
    let entry = ids(&state)[0];
    let stale = state.running.unwrap().id;
    let effects = act(&mut state, Action::CancelScoring(entry));
    assert!(matches!(effects[..], [Effect::CancelScoring]), "{effects:?}");
    let progress = Progress { done: 1, total: 7, skipped: 0 };
    hear(
        &mut state,
        Event::ScoringProgress { job: stale, phase: ScoringPhase::Encoding, progress, remaining_secs: None },
    );
    hear(&mut state, Event::ScoringPartial { job: stale, scores: scored(&[0.9], false) });
    hear(&mut state, Event::Scored { job: stale, scores: scored(&CURVE, true), notes: Vec::new() });
    hear(&mut state, Event::ScoringFailed { job: stale, reason: "no".into() });
    let row = state.library.get(entry).unwrap();
    assert_eq!(row.scoring, ScoringState::Cancelled);
    assert!(row.scored.is_none() && state.notices.list().is_empty());
    // Asked for again, it is other work.
    let again = job(&act(&mut state, Action::Score(entry)));
    assert!(again.is_some_and(|again| again != stale));
}

#[test]
fn partial_scores_show_and_an_old_curve_stays_until_they_are_as_long() {
    let mut state = opened(&["a.mp4"]);
    let entry = ids(&state)[0];
    let first = state.running.unwrap().id;
    hear(&mut state, Event::ScoringPartial { job: first, scores: scored(&[0.1, 0.9], false) });
    assert_eq!(state.library.get(entry).unwrap().events.len(), 1);
    finish(&mut state);
    assert_eq!(state.library.get(entry).unwrap().events.len(), 2);

    let second = job(&act(&mut state, Action::SetTsa(TsaSettings { ratio: 0.5, ..TsaSettings::default() })));
    hear(&mut state, Event::ScoringPartial { job: second.unwrap(), scores: scored(&[0.2], false) });
    let row = state.library.get(entry).unwrap();
    assert_eq!(row.scored.as_ref().unwrap().snippets.len(), CURVE.len());
    assert!(row.scoring.is_pending());
}

#[test]
fn attention_settings_of_the_model_count_until_the_person_chooses() {
    let mut state = AppState::default();
    let own = TsaSettings { sigma: 0.2, ..TsaSettings::default() };
    let facts = EngineFacts { tsa: own, threshold: Some(0.3), ..EngineFacts::default() };
    hear(&mut state, Event::EngineReady(facts.clone()));
    assert_eq!((state.tsa, state.rule.threshold), (own, 0.3));
    let chosen = TsaSettings { seed: 9, ..own };
    act(&mut state, Action::SetTsa(chosen));
    act(&mut state, Action::SetRule(EventRule { threshold: 0.6, ..EventRule::default() }));
    hear(&mut state, Event::EngineReady(facts.clone()));
    assert_eq!((state.tsa, state.rule.threshold), (chosen, 0.6));

    // Back at the model's own nothing is chosen any more, and the next model brings its own.
    let own = UiCommand::OwnThreshold.resolve(&state).expect("another is set");
    act(&mut state, own);
    assert_eq!((state.rule.threshold, state.prefs.rule), (0.3, None));
    assert_eq!(UiCommand::OwnThreshold.resolve(&state), None);
    hear(&mut state, Event::EngineReady(EngineFacts { threshold: Some(0.4), ..facts }));
    assert_eq!(state.rule.threshold, 0.4);
}

#[test]
fn the_threshold_changes_events_and_their_cost() {
    let mut state = opened(&["a.mp4"]);
    finish(&mut state);
    assert_eq!(state.events().len(), 2);
    // 100 frames at 25 a second are four seconds, two snippets of them flagged.
    assert_eq!((state.cost().footage.micros(), state.cost().flagged.micros()), (4_000_000, 1_280_000));
    let effects = act(&mut state, Action::SetRule(EventRule { threshold: 0.85, ..EventRule::default() }));
    assert_eq!(state.events().len(), 1);
    assert!(matches!(&effects[..], [Effect::SavePrefs(prefs)] if prefs.rule == Some(state.rule)), "{effects:?}");
}

#[test]
fn ground_truth_reaches_the_timeline_and_lanes_are_remembered() {
    let mut state = opened(&["a.mp4"]);
    let entry = ids(&state)[0];
    let before = state.library.get(entry).unwrap().revision();
    hear(&mut state, Event::TruthFound { entry, frames: vec![3..9, 20..30] });
    let shown = state.shown().unwrap();
    assert_eq!(shown.lanes().truth, Some(vec![3..9, 20..30]));
    assert_ne!(shown.revision(), before, "what is drawn must be drawn anew");

    let effects = act(&mut state, Action::ToggleLane(LaneKind::Motion));
    let hidden = |effects: &[Effect]| match effects {
        [Effect::SavePrefs(prefs)] => !prefs.timeline.lanes.is_shown(LaneKind::Motion),
        _ => false,
    };
    assert!(hidden(&effects), "{effects:?}");
    let lanes = state.prefs.timeline.lanes.clone();
    assert!(act(&mut state, Action::SetLanes(lanes)).is_empty(), "what is the same is not written again");
}

#[test]
fn zooming_to_an_event_needs_one() {
    let mut state = opened(&["a.mp4"]);
    assert_eq!(UiCommand::ZoomToEvent.resolve(&state), None);
    finish(&mut state);
    act(&mut state, Action::ShowEvent(1));
    assert_eq!(UiCommand::ZoomToEvent.resolve(&state), Some(Action::Timeline(Zoom::Event)));
}

#[test]
fn events_are_stepped_through_across_files() {
    let mut state = opened(&["a.mp4", "b.mp4"]);
    let [a, b] = ids(&state)[..] else { panic!("two files") };
    finish(&mut state);
    finish(&mut state);
    let grid = SnippetGrid::new(FRAMES);
    let at = |state: &AppState| (state.library.selected_id().unwrap(), frame(state));
    let (first, second) = (grid.range(1).start, grid.range(5).start);
    for expected in [(a, first), (a, second), (b, first), (b, second), (b, second)] {
        act(&mut state, Action::StepEvent { forward: true, among: Among::All });
        assert_eq!(at(&state), expected);
    }
    assert_eq!(state.notices.list().len(), 1);
    for expected in [(b, first), (a, second), (a, first)] {
        act(&mut state, Action::StepEvent { forward: false, among: Among::All });
        assert_eq!(at(&state), expected);
    }
}

#[test]
fn a_file_is_shown_again_where_it_was_left() {
    let mut state = opened(&["a.mp4", "b.mp4"]);
    let [a, b] = ids(&state)[..] else { panic!("two files") };
    act(&mut state, Action::Playback(PlaybackCommand::SeekFrame(42)));
    act(&mut state, Action::Select(b));
    assert_eq!(frame(&state), 0);
    act(&mut state, Action::Select(a));
    assert_eq!(frame(&state), 42);
}

#[test]
fn snippets_and_key_frames_are_stepped() {
    let mut state = opened(&["a.mp4"]);
    act(&mut state, Action::GoTo(Place::Frame(20)));
    act(&mut state, Action::StepSnippet { forward: false });
    assert_eq!(frame(&state), 16);
    act(&mut state, Action::StepSnippet { forward: false });
    assert_eq!(frame(&state), 0);
    act(&mut state, Action::StepSnippet { forward: true });
    assert_eq!(frame(&state), 16);
    act(&mut state, Action::Playback(PlaybackCommand::SeekFrame(usize::MAX)));
    act(&mut state, Action::StepSnippet { forward: true });
    assert_eq!(frame(&state), FRAMES - 1);
    act(&mut state, Action::StepKeyframe { forward: false });
    assert!(state.session.as_ref().unwrap().frames().keyframes().contains(&frame(&state)));
}

#[test]
fn slow_shuttle_halves_from_half_speed() {
    let mut state = opened(&["a.mp4"]);
    let mut speeds = Vec::new();
    for _ in 0..5 {
        act(&mut state, Action::ShuttleSlow { backward: false });
        speeds.push(state.session.as_ref().unwrap().transport.speed());
    }
    assert_eq!(speeds, [0.5, 0.25, 0.125, 0.1, 0.1]);
    act(&mut state, Action::ShuttleSlow { backward: true });
    let transport = &state.session.as_ref().unwrap().transport;
    assert!(transport.is_backward() && transport.is_playing());
    assert_eq!(transport.speed(), 0.5);
}

#[test]
fn removing_shows_the_neighbour_and_stops_its_work() {
    let mut state = opened(&["a.mp4", "b.mp4"]);
    let [a, b] = ids(&state)[..] else { panic!("two files") };
    assert_eq!(running(&state), a);
    let effects = act(&mut state, Action::Remove(a));
    assert!(effects.iter().any(|e| matches!(e, Effect::CancelScoring)), "{effects:?}");
    assert_eq!(state.session.as_ref().unwrap().entry, b);
    assert_eq!(running(&state), b);
    let effects = act(&mut state, Action::Remove(b));
    assert!(effects.iter().any(|e| matches!(e, Effect::Show(None))), "{effects:?}");
    assert!(state.session.is_none() && state.library.is_empty());
}

#[test]
fn a_missing_model_leaves_playback() {
    let mut state = AppState::default();
    found(&mut state, &["a.mp4"]);
    let entry = state.opening.unwrap();
    hear(&mut state, Event::EngineFailed("No model.".into()));
    hear(&mut state, Event::Opened { entry, video: video() });
    assert!(matches!(state.engine, Engine::Failed(_)));
    assert_eq!(state.library.get(entry).unwrap().scoring, ScoringState::Idle);
    assert!(UiCommand::PlayPause.resolve(&state).is_some());
}

#[test]
fn backing_out_closes_one_thing_at_a_time() {
    let mut state = AppState::default();
    act(&mut state, Action::ToggleFullScreen);
    act(&mut state, Action::Open(Dialog::Keys));
    assert!(act(&mut state, Action::BackOut).is_empty());
    assert!(state.dialog.is_none() && state.full_screen);
    let effects = act(&mut state, Action::BackOut);
    assert!(matches!(effects[..], [Effect::FullScreen(false)]), "{effects:?}");
}

#[test]
fn a_command_chosen_by_name_is_carried_out_and_remembered() {
    let mut state = opened(&["a.mp4"]);
    act(&mut state, Action::Open(Dialog::Palette));
    let effects = act(&mut state, Action::Choose(UiCommand::NextFrame));
    assert_eq!((frame(&state), state.dialog), (1, None));
    assert_eq!(state.prefs.recent.list(), [UiCommand::NextFrame]);
    assert!(matches!(effects[..], [Effect::SavePrefs(_)]), "{effects:?}");
    // A command that opens a dialog leaves it open.
    act(&mut state, Action::Open(Dialog::Palette));
    act(&mut state, Action::Choose(UiCommand::GoTo));
    assert_eq!(state.dialog, Some(Dialog::GoTo));
    // One that cannot be used changes nothing.
    assert!(act(&mut state, Action::Choose(UiCommand::NextVideo)).is_empty());
    assert_eq!(state.dialog, Some(Dialog::GoTo));
}

#[test]
fn changed_keys_are_kept_and_the_way_out_is_not_for_change() {
    let mut state = AppState::default();
    let (key, os) = (Shortcut::plain(Key::Y), Os::current());
    let effects = act(&mut state, Action::BindKey(UiCommand::NextFrame, key));
    assert!(
        matches!(&effects[..], [Effect::SavePrefs(prefs)] if prefs.keys.command(key, os) == Some(UiCommand::NextFrame))
    );
    assert!(act(&mut state, Action::BindKey(UiCommand::NextFrame, key)).is_empty(), "nothing new");
    let escape = Shortcut::plain(Key::Escape);
    assert!(act(&mut state, Action::BindKey(UiCommand::NextFrame, escape)).is_empty());
    assert!(act(&mut state, Action::UnbindKey(UiCommand::BackOut, escape)).is_empty());
    act(&mut state, Action::ResetKeys(Some(UiCommand::NextFrame)));
    assert!(state.prefs.keys.is_default());
}

fn any_action() -> impl Strategy<Value = Action> {
    let id = (0_u64..5).prop_map(EntryId);
    prop_oneof![
        id.clone().prop_map(Action::Select),
        id.clone().prop_map(Action::Remove),
        id.clone().prop_map(Action::Score),
        id.prop_map(Action::CancelScoring),
        Just(Action::CancelAll),
        (-2_isize..3).prop_map(Action::SelectNeighbour),
        any::<usize>().prop_map(|f| Action::Playback(PlaybackCommand::SeekFrame(f))),
        any::<i64>().prop_map(|n| Action::Playback(PlaybackCommand::StepFrames(n))),
        Just(Action::Playback(PlaybackCommand::TogglePlay)),
        any::<bool>().prop_map(|backward| Action::ShuttleSlow { backward }),
        any::<bool>().prop_map(|forward| Action::StepSnippet { forward }),
        any::<bool>().prop_map(|forward| Action::StepKeyframe { forward }),
        any::<bool>().prop_map(|forward| Action::StepEvent { forward, among: Among::All }),
        (0_usize..4).prop_map(Action::ShowEvent),
        (0.0_f32..1.0).prop_map(|threshold| Action::SetRule(EventRule { threshold, ..EventRule::default() })),
        (0_u64..3).prop_map(|seed| Action::SetTsa(TsaSettings { seed, ..TsaSettings::default() })),
        "[ab.]{0,2}".prop_map(Action::Filter),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    let (entry, job) = ((0_u64..5).prop_map(EntryId), (0_u64..12).prop_map(JobId));
    let scores = proptest::collection::vec(0.0_f32..1.0, 0..8);
    prop_oneof![
        "[a-d]".prop_map(|name| Event::FilesFound { files: vec![PathBuf::from(name)], refused: Vec::new() }),
        entry.clone().prop_map(|entry| Event::Opened { entry, video: video() }),
        entry.prop_map(|entry| Event::Refused { entry, reason: "no".into() }),
        Just(Event::EngineReady(EngineFacts::default())),
        Just(Event::EngineFailed("no".into())),
        (job.clone(), scores.clone()).prop_map(|(job, s)| Event::ScoringPartial { job, scores: scored(&s, false) }),
        (job.clone(), scores).prop_map(|(job, s)| Event::Scored { job, scores: scored(&s, true), notes: Vec::new() }),
        job.prop_map(|job| Event::ScoringFailed { job, reason: "no".into() }),
    ]
}

fn any_message() -> impl Strategy<Value = Message> {
    prop_oneof![
        any_action().prop_map(Message::Action),
        any_event().prop_map(Message::Event),
        (0.0_f64..3.0).prop_map(|dt| Message::Advance { now: dt, dt }),
    ]
}

/// What must hold after any sequence of messages.
fn check(state: &AppState) {
    if let Some(session) = &state.session {
        assert_eq!(state.library.selected_id(), Some(session.entry), "the selected file is the one on screen");
        assert!(session.frame() < session.frames().len());
        assert!(session.frames().span().contains(session.transport.position()));
    }
    let is_running = |s: &ScoringState| matches!(s, ScoringState::Running { .. });
    let marked: Vec<_> = state.library.entries().iter().filter(|e| is_running(&e.scoring)).map(|e| e.id).collect();
    let expected: Vec<_> = state.running.iter().map(|r| r.entry).collect();
    assert_eq!(marked, expected, "exactly the running job's row is marked");
    let waiting = state.library.entries().iter().any(|e| e.scoring == ScoringState::Waiting);
    let idle_engine = matches!(state.engine, Engine::Ready(_)) && state.running.is_none();
    assert!(!(waiting && idle_engine), "nothing waits while the engine rests");
    for command in <UiCommand as strum::IntoEnumIterator>::iter() {
        command.resolve(state);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_sequence_keeps_the_state_sound(messages in proptest::collection::vec(any_message(), 0..60)) {
        let mut state = AppState::default();
        for message in messages {
            let before = state.running;
            let effects = update(&mut state, message);
            // Whoever stops being scored is told to stop, by a cancellation or by newer work.
            if let Some(before) = before && state.running.map(|r| r.id) != Some(before.id) {
                let ended = effects.iter().any(|e| matches!(e, Effect::CancelScoring | Effect::Score { .. }));
                let row = state.library.get(before.entry).map(|e| e.scoring.clone());
                let came_to_an_end =
                    matches!(row, Some(ScoringState::Done | ScoringState::Failed(_) | ScoringState::Idle));
                prop_assert!(ended || came_to_an_end, "{row:?} {effects:?}");
            }
            if !matches!(state.engine, Engine::Ready(_)) {
                prop_assert!(job(&effects).is_none());
            }
            check(&state);
        }
    }
}

#[test]
fn the_peak_of_the_event_on_screen_is_one_command_away() {
    let mut state = opened(&["a.mp4"]);
    finish(&mut state);
    assert_eq!(UiCommand::EventPeak.resolve(&state), None, "frame 0 is in no event");
    act(&mut state, Action::ShowEvent(1));
    let peak = UiCommand::EventPeak.resolve(&state).expect("an event is on screen");
    act(&mut state, peak);
    assert_eq!(frame(&state), 5 * 16 + 8);
}

fn scatter(effects: &[Effect]) -> Option<JobId> {
    effects.iter().find_map(|e| if let Effect::Scatter { job, .. } = e { Some(*job) } else { None })
}

#[test]
fn the_scatter_of_scores_waits_for_all_scoring_and_is_asked_once() {
    let mut state = opened(&["a.mp4", "b.mp4"]);
    assert_eq!(scatter(&finish(&mut state)), None, "the other file comes first");
    let job = scatter(&finish(&mut state)).expect("nothing is left to score");
    assert_eq!(state.scattering.map(|s| s.entry), Some(ids(&state)[0]), "of the video on screen");
    assert_eq!(scatter(&act(&mut state, Action::ToggleOverlays)), None, "it is on its way");
    let band = NoiseBand::new(vec![0.1; 7], vec![0.15; 7], vec![0.2; 7]);
    hear(&mut state, Event::Scattered { job, band: Some(Box::new(band.clone())) });
    assert_eq!(state.shown().unwrap().lanes().noise, Some(band.clone()));
    assert_eq!(scatter(&act(&mut state, Action::ToggleOverlays)), None, "it is known");

    // The other file has its own; new scores make the old band wrong.
    let other = ids(&state)[1];
    let job = scatter(&act(&mut state, Action::Select(other))).expect("is not known yet");
    let effects = act(&mut state, Action::Score(other));
    assert_eq!((running(&state), state.scattering, scatter(&effects)), (other, None, None));
    hear(&mut state, Event::Scattered { job, band: Some(Box::new(band)) });
    assert_eq!(state.shown().unwrap().lanes().noise, None, "it is about scores that are made again");
    assert!(scatter(&finish(&mut state)).is_some());
}

#[test]
fn an_unknown_scatter_is_not_asked_for_again() {
    let mut state = opened(&["a.mp4"]);
    let job = scatter(&finish(&mut state)).expect("nothing is left to score");
    let effects = hear(&mut state, Event::Scattered { job, band: None });
    assert_eq!((scatter(&effects), state.scattering), (None, None));
}

#[test]
fn what_decoding_tells_fills_lanes() {
    let mut state = opened(&["a.mp4"]);
    let job = state.running.expect("something runs").id;
    let motion = Curve::new(vec![1.5; 7]);
    let damaged = std::iter::once(10..20).collect();
    hear(&mut state, Event::FootageSeen { job, motion: motion.clone(), damaged });
    let before = state.shown().unwrap().revision();
    let lanes = state.shown().unwrap().lanes();
    assert_eq!(lanes.motion, Some(motion));
    assert_eq!(lanes.damaged[0].start.micros(), 400_000);
    assert_eq!(lanes.damaged[0].end.micros(), 800_000);
    hear(&mut state, Event::FootageSeen { job: JobId(99), motion: Curve::default(), damaged: Vec::new() });
    assert_eq!(state.shown().unwrap().revision(), before, "of other work");
    let entry = ids(&state)[0];
    let gap = state.shown().unwrap().lanes().damaged[0];
    hear(&mut state, Event::GapsFound { entry, gaps: vec![gap] });
    assert_eq!(state.shown().unwrap().lanes().gaps, [gap]);
    assert!(state.shown().unwrap().revision() > before);
}

#[test]
fn the_content_of_the_video_on_screen_is_passed_on() {
    let mut state = opened(&["a.mp4", "b.mp4"]);
    let id = VideoId::from_hash([9; 32]);
    let job = state.running.expect("something runs").id;
    let named = |effects: &[Effect]| effects.iter().any(|e| matches!(e, Effect::Identified(_)));
    assert!(named(&hear(&mut state, Event::Identified { job, id: id.clone() })));
    let [first, second] = ids(&state)[..] else { panic!("two files") };
    assert!(!named(&act(&mut state, Action::Select(second))));
    assert!(named(&act(&mut state, Action::Select(first))), "it is still known");
    assert_eq!(state.shown().unwrap().video_id, Some(id));
}

#[test]
fn a_drag_of_the_threshold_is_taken_back_as_one_change() {
    let mut state = opened(&["a.mp4"]);
    assert_eq!(UiCommand::PreviousRule.resolve(&state), None);
    let first = state.rule;
    let to = |threshold| EventRule { threshold, ..EventRule::default() };
    let at = |state: &mut AppState, now: f64, threshold: f32| {
        update(state, Message::Advance { now, dt: 0.0 });
        act(state, Action::SetRule(to(threshold)));
    };
    for (step, threshold) in [0.6, 0.65, 0.7].into_iter().enumerate() {
        at(&mut state, 10.0 + 0.1 * step as f64, threshold);
    }
    let back = |state: &mut AppState| {
        let action = UiCommand::PreviousRule.resolve(state).expect("can be used");
        act(state, action);
        state.rule.threshold
    };
    assert_eq!(back(&mut state), first.threshold);
    assert_eq!(back(&mut state), 0.7, "and forward again");
    at(&mut state, 20.0, 0.2);
    assert_eq!(back(&mut state), 0.7);
}
