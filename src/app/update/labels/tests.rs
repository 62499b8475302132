//! Every gesture on labels, and any sequence of them.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::effect::Undoing;
use crate::app::event::Event;
use crate::app::reviews::Ticket;
use crate::app::update::tests::{act, finish, hear, opened};
use crate::domain::label::LabelSchema;
use crate::domain::record::ReviewState;
use crate::domain::review::Verdict;

/// Frames of the test video.
const FRAMES: usize = 100;

/// The window with one scored video, and what the project would do with its effects.
struct Desk {
    state: AppState,
    /// Steps on disk that were not undone.
    log: Vec<Step>,
    /// All titles.
    titles: Vec<String>,
}

impl Desk {
    fn new() -> Self {
        let mut state = opened(&["a.mp4"]);
        state.prefs.review.who = Some("Ada".to_owned());
        let id = VideoId::from_hash([1; 32]);
        let job = state.running.expect("is being scored").id;
        hear(&mut state, Event::ProjectOpened { folder: PathBuf::from("/p"), held_by: None, next_item: 1 });
        let mut schema = LabelSchema::default();
        schema.add("Fight");
        hear(&mut state, Event::SchemaRead(Some(schema)));
        hear(&mut state, Event::Identified { job, id: id.clone() });
        finish(&mut state);
        hear(&mut state, Event::ReviewLoaded(Box::new(ReviewState::new(id))));
        Self { state, log: Vec::new(), titles: Vec::new() }
    }

    fn answer(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let recorded = |ticket: Option<Ticket>, step: Step| {
                let undoes = ticket.is_none();
                Event::StepRecorded { ticket, step: Box::new(step), said: None, undoes }
            };
            match effect {
                Effect::Record { ticket, step, .. } => {
                    assert!(!step.changes.is_empty() && step.changes.iter().all(Change::fits));
                    self.titles.push(step.title.clone());
                    self.log.push((*step).clone());
                    hear(&mut self.state, recorded(Some(ticket), *step));
                }
                Effect::Undo { which: Undoing::Last, .. } => {
                    if let Some(step) = self.log.pop() {
                        hear(&mut self.state, recorded(None, step.inverse()));
                    }
                }
                _ => {}
            }
        }
    }

    fn act(&mut self, action: Action) {
        let effects = act(&mut self.state, action);
        self.answer(effects);
    }

    fn press(&mut self, command: UiCommand) {
        let action = command.resolve(&self.state).unwrap_or_else(|| panic!("{command:?} cannot be used"));
        self.act(action);
    }

    fn at(&mut self, frame: usize) -> &mut Self {
        self.act(Action::Playback(PlaybackCommand::SeekFrame(frame)));
        self
    }

    fn frame(&self) -> usize {
        self.state.session.as_ref().expect("is shown").frame()
    }

    /// Spans and classes, by where they begin.
    fn labels(&self) -> Vec<(usize, usize, &str)> {
        let list = self.state.marking.labels().list().iter();
        list.map(|l| (l.label.span.start(), l.label.span.end(), l.label.class.as_str())).collect()
    }

    fn marked(mut self, first: usize, last: usize) -> Self {
        self.at(first).press(UiCommand::MarkIn);
        self.at(last).press(UiCommand::MarkOut);
        self.press(UiCommand::CommitLabel);
        self
    }
}

#[test]
fn a_stretch_is_marked_while_it_plays_and_kept_in_the_reviewer_s_lane() {
    let mut desk = Desk::new();
    desk.act(Action::Playback(PlaybackCommand::TogglePlay));
    desk.at(8).press(UiCommand::MarkIn);
    desk.at(10).press(UiCommand::MarkIn);
    assert!(desk.state.session.as_ref().is_some_and(|s| s.transport.is_playing()), "marking does not stop it");
    desk.at(19).press(UiCommand::MarkOut);
    desk.press(UiCommand::CommitLabel);
    assert_eq!(desk.labels(), [(10, 20, "Anomaly")]);
    let made = desk.state.marking.selected().expect("is selected").label.clone();
    assert_eq!((made.lane.as_str(), made.confidence), ("Ada", None));
    assert!(desk.state.marking.stretch.is_empty());
    assert_eq!(desk.titles, ["New label: Anomaly, frames 10..20 of a.mp4"]);
    // Only one end: the frame on screen is the other.
    desk.at(40).press(UiCommand::MarkIn);
    desk.at(44).press(UiCommand::CommitLabel);
    assert_eq!(desk.labels()[1], (40, 45, "Anomaly"));
}

#[test]
fn without_a_stretch_the_event_on_screen_is_accepted_once() {
    let mut desk = Desk::new();
    desk.at(0).press(UiCommand::CommitLabel);
    assert_eq!(desk.labels(), []);
    assert!(desk.state.notices.list().iter().any(|n| n.text.contains("Mark a stretch first")));
    desk.act(Action::ShowEvent(0));
    desk.press(UiCommand::CommitLabel);
    desk.press(UiCommand::CommitLabel);
    assert_eq!(desk.labels(), [(16, 32, "Anomaly")]);
    assert_eq!(desk.titles.len(), 1);
}

#[test]
fn an_event_is_trimmed_and_accepted_in_one_step_or_rejected() {
    let mut desk = Desk::new();
    let verdict = |desk: &Desk| desk.state.shown().and_then(|entry| entry.mark(0)).map(|mark| mark.verdict);
    desk.act(Action::ShowEvent(0));
    desk.press(UiCommand::TrimEvent);
    assert_eq!(desk.state.marking.stretch.whole(), FrameSpan::new(16, 32));
    desk.at(20).press(UiCommand::MarkIn);
    desk.press(UiCommand::OutEarlier);
    desk.press(UiCommand::LabelEnd);
    assert_eq!((desk.frame(), desk.titles.len()), (30, 0), "nothing is written yet");
    desk.press(UiCommand::CommitLabel);
    assert_eq!((desk.labels(), verdict(&desk)), (vec![(20, 31, "Anomaly")], Some(Verdict::Anomaly)));
    assert_eq!(desk.titles, ["Label from a part of an event: Anomaly, frames 20..31 of a.mp4"]);
    desk.press(UiCommand::Undo);
    assert_eq!((desk.labels(), verdict(&desk)), (vec![], None), "both are taken back");
    // What is marked elsewhere in the end says nothing about the event.
    desk.act(Action::ShowEvent(0));
    desk.press(UiCommand::TrimEvent);
    desk.at(60).press(UiCommand::MarkOut);
    desk.at(50).press(UiCommand::MarkIn);
    desk.press(UiCommand::CommitLabel);
    assert_eq!((desk.labels(), verdict(&desk)), (vec![(50, 61, "Anomaly")], None));
    desk.act(Action::ShowEvent(0));
    desk.press(UiCommand::RejectEvent);
    assert_eq!((desk.labels().len(), verdict(&desk)), (1, Some(Verdict::FalseAlarm)));
    // Accepted after all: the verdict follows.
    desk.act(Action::ShowEvent(0));
    desk.press(UiCommand::CommitLabel);
    assert_eq!((desk.labels()[0], verdict(&desk)), ((16, 32, "Anomaly"), Some(Verdict::Anomaly)));
}

#[test]
fn digits_choose_the_class_of_new_labels_and_of_the_selected_one() {
    let mut desk = Desk::new().marked(10, 19);
    desk.press(UiCommand::Class2);
    assert_eq!(desk.labels(), [(10, 20, "Fight")]);
    desk.press(UiCommand::Class2);
    assert_eq!(desk.titles.len(), 2, "nothing new is not written");
    // A stretch that was begun is about a new label: the one before keeps its class.
    desk.at(30).press(UiCommand::MarkIn);
    desk.press(UiCommand::Class1);
    desk.at(35).press(UiCommand::CommitLabel);
    assert_eq!(desk.labels(), [(10, 20, "Fight"), (30, 36, "Anomaly")]);
    assert_eq!(UiCommand::Class3.resolve(&desk.state), None, "no class has this digit");
}

#[test]
fn keys_go_from_label_to_label_and_to_their_ends() {
    let mut desk = Desk::new();
    assert_eq!(UiCommand::NextLabel.resolve(&desk.state), None, "Tab moves the focus");
    desk = desk.marked(10, 19).marked(50, 59).marked(30, 70);
    desk.act(Action::BackOut);
    assert!(desk.state.marking.selected().is_none());
    let mut found = Vec::new();
    desk.at(5);
    for _ in 0..4 {
        desk.press(UiCommand::NextLabel);
        found.push(desk.frame());
    }
    assert_eq!(found, [10, 30, 50, 50]);
    desk.press(UiCommand::PreviousLabel);
    desk.press(UiCommand::LabelEnd);
    assert_eq!(desk.frame(), 70);
    desk.press(UiCommand::LabelStart);
    assert_eq!(desk.frame(), 30);
    assert_eq!(desk.titles.len(), 3, "moving writes nothing");
}

#[test]
fn a_label_is_split_merged_and_deleted_and_each_is_one_step() {
    let mut desk = Desk::new().marked(10, 19);
    desk.at(10).press(UiCommand::SplitLabel);
    assert_eq!(desk.labels().len(), 1, "nothing would be left of the first");
    desk.at(14).press(UiCommand::SplitLabel);
    assert_eq!(desk.labels(), [(10, 14, "Anomaly"), (14, 20, "Anomaly")]);
    desk.press(UiCommand::MergeLabels);
    assert_eq!(desk.labels().len(), 2, "none comes after the second");
    desk.press(UiCommand::PreviousLabel);
    desk.press(UiCommand::MergeLabels);
    assert_eq!(desk.labels(), [(10, 20, "Anomaly")]);
    desk.press(UiCommand::DeleteLabel);
    assert_eq!(desk.labels(), []);
    assert_eq!(UiCommand::DeleteLabel.resolve(&desk.state), None);
    assert_eq!(
        desk.titles[1..],
        [
            "Split at frame 14: Anomaly, frames 10..20 of a.mp4",
            "Merged two labels: Anomaly, frames 10..20 of a.mp4",
            "Deleted label: Anomaly, frames 10..20 of a.mp4"
        ]
    );
    for expected in [1, 2, 1, 0] {
        desk.press(UiCommand::Undo);
        assert_eq!(desk.labels().len(), expected);
    }
}

#[test]
fn what_is_merged_is_of_one_class_and_lane_and_no_surer_than_its_parts() {
    let mut desk = Desk::new().marked(10, 19);
    let described = |desk: &mut Desk, note: &str, confidence: f32| {
        let shown = desk.state.marking.selected().expect("is selected").clone();
        let label = Label { note: note.to_owned(), confidence: Some(confidence), ..shown.label };
        desk.act(Action::ChangeLabel(shown.id, label));
    };
    described(&mut desk, "dark", 1.5);
    desk = desk.marked(30, 39);
    desk.press(UiCommand::Class2);
    desk = desk.marked(50, 59);
    desk.press(UiCommand::Class1);
    described(&mut desk, "fast", 0.25);
    desk.at(0).act(Action::BackOut);
    desk.press(UiCommand::NextLabel);
    desk.press(UiCommand::MergeLabels);
    assert_eq!(desk.labels(), [(10, 60, "Anomaly"), (30, 40, "Fight")]);
    let merged = &desk.state.marking.selected().expect("is selected").label;
    assert_eq!((merged.note.as_str(), merged.confidence), ("dark; fast", Some(0.25)));
}

#[test]
fn edges_are_nudged_by_a_frame_within_the_video_and_never_past_each_other() {
    let mut desk = Desk::new().marked(1, 2);
    let expect = |desk: &mut Desk, command, frame, span: (usize, usize)| {
        desk.press(command);
        let (start, end, _) = desk.labels()[0];
        assert_eq!(((start, end), desk.frame()), (span, frame), "{command:?}");
    };
    expect(&mut desk, UiCommand::InEarlier, 0, (0, 3));
    expect(&mut desk, UiCommand::InEarlier, 0, (0, 3));
    expect(&mut desk, UiCommand::OutEarlier, 1, (0, 2));
    expect(&mut desk, UiCommand::InLater, 1, (1, 2));
    expect(&mut desk, UiCommand::InLater, 1, (1, 2));
    expect(&mut desk, UiCommand::OutEarlier, 1, (1, 2));
    expect(&mut desk, UiCommand::OutLater, 2, (1, 3));
    assert_eq!(desk.titles.last().map(String::as_str), Some("Edges of label: Anomaly, frames 1..3 of a.mp4"));
    desk = desk.marked(98, FRAMES - 1);
    desk.press(UiCommand::OutLater);
    assert_eq!(desk.labels()[1], (98, FRAMES, "Anomaly"));
}

#[test]
fn a_dragged_label_is_cut_to_the_video() {
    let mut desk = Desk::new().marked(10, 19);
    let shown = desk.state.marking.selected().expect("is selected").clone();
    let to = |start, end| Label { span: FrameSpan::new(start, end).expect("holds frames"), ..shown.label.clone() };
    desk.act(Action::ChangeLabel(shown.id, to(30, 40)));
    assert_eq!(desk.titles.last().map(String::as_str), Some("Moved label: Anomaly, frames 30..40 of a.mp4"));
    desk.act(Action::ChangeLabel(shown.id, to(90, 400)));
    assert_eq!(desk.labels(), [(90, FRAMES, "Anomaly")]);
    desk.act(Action::ChangeLabel(shown.id, to(700, 800)));
    assert_eq!(desk.labels(), [(FRAMES - 1, FRAMES, "Anomaly")]);
    desk.act(Action::ChangeLabel(ItemId(99), to(0, 5)));
    assert!(desk.state.notices.list().iter().any(|n| n.text.contains("not there any more")));
}

#[test]
fn the_whole_video_is_labelled_and_that_is_taken_back_by_the_same_command() {
    let mut desk = Desk::new();
    desk.press(UiCommand::VideoNormal);
    assert_eq!(desk.state.video_label(), Some(VideoLabel::Normal));
    desk.press(UiCommand::VideoAbnormal);
    assert_eq!(desk.state.video_label(), Some(VideoLabel::Abnormal));
    desk.press(UiCommand::VideoAbnormal);
    assert_eq!(desk.state.video_label(), None);
    let expected = ["Labelled normal: a.mp4", "Labelled abnormal: a.mp4", "No label of the whole video: a.mp4"];
    assert_eq!(desk.titles, expected);
}

#[test]
fn classes_are_changed_in_one_step_each_and_names_stay_unique() {
    let mut desk = Desk::new();
    let names = |desk: &Desk| -> Vec<String> {
        desk.state.reviews.schema().classes.iter().map(|class| class.name.clone()).collect()
    };
    desk.act(Action::EditSchema(SchemaEdit::Add("Fall".to_owned())));
    assert_eq!(names(&desk), ["Anomaly", "Fight", "Fall"]);
    desk.act(Action::EditSchema(SchemaEdit::Add("Fight".to_owned())));
    assert!(desk.state.notices.list().iter().any(|n| n.text == "There is a class Fight already."));
    desk.act(Action::EditSchema(SchemaEdit::Digit { class: "Fall".to_owned(), digit: Some(1) }));
    assert_eq!(UiCommand::Class1.resolve(&desk.state), Some(Action::ChooseClass("Fall".to_owned())));
    // Another name is for the project to give: it knows the labels of all videos.
    let rename = SchemaEdit::Rename { from: "Fall".to_owned(), to: " Trip ".to_owned() };
    let effects = act(&mut desk.state, Action::EditSchema(rename));
    assert!(matches!(&effects[..], [Effect::RenameClass { from, to, .. }] if from == "Fall" && to == "Trip"));
    desk.press(UiCommand::Undo);
    desk.press(UiCommand::Undo);
    assert_eq!(names(&desk), ["Anomaly", "Fight"]);
    assert_eq!(desk.titles, ["New class: Fall", "Key 1 for class Fall"]);
}

#[test]
fn marks_go_with_the_file_and_out_by_one_key() {
    let mut desk = Desk::new().marked(10, 19);
    desk.at(20).press(UiCommand::MarkIn);
    desk.act(Action::BackOut);
    assert!(desk.state.marking.stretch.is_empty());
    desk.at(20).press(UiCommand::MarkIn);
    let entry = desk.state.session.as_ref().expect("is shown").entry;
    desk.act(Action::Remove(entry));
    assert!(desk.state.marking.stretch.is_empty() && desk.state.marking.labels().list().is_empty());
}

#[test]
fn a_project_of_another_window_is_not_written() {
    let mut desk = Desk::new().marked(10, 19);
    let held_by = Some("kt".to_owned());
    hear(&mut desk.state, Event::ProjectOpened { folder: PathBuf::from("/p"), held_by, next_item: 9 });
    hear(&mut desk.state, Event::ReviewLoaded(Box::new(ReviewState::new(VideoId::from_hash([1; 32])))));
    let desk = desk.marked(30, 39);
    assert_eq!(desk.titles.len(), 1);
    assert!(desk.state.notices.list().iter().any(|n| n.text.contains("kt")));
}

fn gesture() -> impl Strategy<Value = Action> {
    let end = prop_oneof![Just(End::In), Just(End::Out)];
    let span = (0_usize..120, 1_usize..60).prop_map(|(start, len)| FrameSpan::new(start, start + len).expect("frames"));
    let label = (span, "[AF]", "(Ada|Bob)", proptest::option::of(-1.0_f32..2.0))
        .prop_map(|(span, class, lane, confidence)| Label { span, class, lane, note: String::new(), confidence });
    prop_oneof![
        4 => (0_usize..FRAMES).prop_map(|frame| Action::Playback(PlaybackCommand::SeekFrame(frame))),
        3 => end.clone().prop_map(Action::Mark),
        3 => Just(Action::CommitLabel),
        1 => "(Anomaly|Fight)".prop_map(Action::ChooseClass),
        2 => any::<bool>().prop_map(|forward| Action::StepLabel { forward }),
        1 => end.clone().prop_map(Action::GoToLabelEnd),
        2 => Just(Action::SplitLabel),
        2 => Just(Action::MergeLabels),
        1 => Just(Action::DeleteLabel),
        2 => (end, any::<bool>()).prop_map(|(end, later)| Action::NudgeLabel { end, later }),
        2 => (1_u64..9, label).prop_map(|(id, label)| Action::ChangeLabel(ItemId(id), label)),
        1 => (1_u64..9).prop_map(|id| Action::SelectLabel(ItemId(id))),
        1 => Just(Action::LabelVideo(Some(VideoLabel::Normal))),
        1 => Just(Action::EditSchema(SchemaEdit::Add("Riot".to_owned()))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_was_done_as_many_undos_leave_nothing(gestures in proptest::collection::vec(gesture(), 0..60)) {
        let mut desk = Desk::new();
        for gesture in gestures {
            let written = desk.log.len();
            desk.act(gesture.clone());
            prop_assert!(desk.log.len() <= written + 1, "{gesture:?} is more than one step");
            for shown in desk.state.marking.labels().list() {
                prop_assert!(shown.label.span.end() <= FRAMES && !shown.pending);
            }
        }
        for _ in 0..desk.log.len() {
            desk.act(Action::Undo);
        }
        prop_assert_eq!(desk.labels(), []);
        prop_assert_eq!(desk.state.video_label(), None);
        prop_assert_eq!(desk.state.reviews.schema().classes.len(), 2);
        prop_assert_eq!(desk.state.reviews.pending(), 0);
    }
}
