//! What the commands of labels stand for.
//!
//! Owns which of them can be used at this moment. Does not own what they change: see `app::update`.

use crate::app::action::Action;
use crate::app::marking::End;
use crate::app::state::AppState;
use crate::domain::label::VideoLabel;
use crate::domain::review::Verdict;

use super::UiCommand;

impl UiCommand {
    /// The digit that a command chooses a class by.
    fn digit(self) -> Option<u8> {
        match self {
            Self::Class1 => Some(1),
            Self::Class2 => Some(2),
            Self::Class3 => Some(3),
            Self::Class4 => Some(4),
            Self::Class5 => Some(5),
            Self::Class6 => Some(6),
            Self::Class7 => Some(7),
            Self::Class8 => Some(8),
            Self::Class9 => Some(9),
            _ => None,
        }
    }

    /// The action that a command about labels stands for while a video is on screen; `None` if it cannot be used.
    pub(super) fn label_action(self, state: &AppState) -> Option<Action> {
        let marking = &state.marking;
        let selected = |action: Action| marking.selected().map(|_| action);
        let shaped =
            |action: Action| (marking.selected().is_some() || marking.stretch.whole().is_some()).then_some(action);
        let any = |action: Action| (!marking.labels().list().is_empty()).then_some(action);
        match self {
            Self::MarkIn => Some(Action::Mark(End::In)),
            Self::MarkOut => Some(Action::Mark(End::Out)),
            Self::CommitLabel => Some(Action::CommitLabel),
            Self::TrimEvent => state.current_event().map(|event| Action::TrimEvent(event, None)),
            Self::RejectEvent => state.current_event().map(|_| Action::Judge(Verdict::FalseAlarm)),
            Self::NextLabel => any(Action::StepLabel { forward: true }),
            Self::PreviousLabel => any(Action::StepLabel { forward: false }),
            Self::LabelStart => shaped(Action::GoToLabelEnd(End::In)),
            Self::LabelEnd => shaped(Action::GoToLabelEnd(End::Out)),
            Self::SplitLabel => selected(Action::SplitLabel),
            Self::MergeLabels => selected(Action::MergeLabels),
            Self::DeleteLabel => selected(Action::DeleteLabel),
            Self::InEarlier => shaped(Action::NudgeLabel { end: End::In, later: false }),
            Self::InLater => shaped(Action::NudgeLabel { end: End::In, later: true }),
            Self::OutEarlier => shaped(Action::NudgeLabel { end: End::Out, later: false }),
            Self::OutLater => shaped(Action::NudgeLabel { end: End::Out, later: true }),
            Self::NextDisagreement => disagreement(state, true),
            Self::PreviousDisagreement => disagreement(state, false),
            Self::VideoNormal => Some(of_video(state, VideoLabel::Normal)),
            Self::VideoAbnormal => Some(of_video(state, VideoLabel::Abnormal)),
            digit => {
                let class = state.reviews.schema().by_digit(digit.digit()?)?;
                Some(Action::ChooseClass(class.name.clone()))
            }
        }
    }
}

/// Going to where readers say different things, if they do.
fn disagreement(state: &AppState, forward: bool) -> Option<Action> {
    (!state.disagreements.list().is_empty()).then_some(Action::StepDisagreement { forward })
}

/// Says this of the whole video, or takes it back where it was said already.
fn of_video(state: &AppState, label: VideoLabel) -> Action {
    Action::LabelVideo((state.video_label() != Some(label)).then_some(label))
}
