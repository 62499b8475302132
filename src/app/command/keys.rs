//! The keys of commands as the program comes.
//!
//! Owns the table of default keys. The person's own choice is in [`crate::app::keymap`].

use crate::app::shortcut::{Key, Mods, Os, Shortcut};

use super::UiCommand;

impl UiCommand {
    /// Its keys unless the person chose others, the first being the one that menus name.
    #[expect(clippy::too_many_lines, reason = "one line for each command")]
    pub fn default_shortcuts(self, os: Os) -> Vec<Shortcut> {
        use Shortcut as S;
        match self {
            Self::OpenFiles => vec![S::command(Key::O)],
            Self::OpenFolder => vec![S::command_shift(Key::O)],
            Self::Quit => vec![S::command(Key::Q)],
            Self::PlayPause => vec![S::plain(Key::Space), S::plain(Key::K)],
            Self::ShuttleBackward => vec![S::plain(Key::J)],
            Self::ShuttleForward => vec![S::plain(Key::L)],
            Self::ShuttleBackwardSlow => vec![S::shift(Key::J)],
            Self::ShuttleForwardSlow => vec![S::shift(Key::L)],
            Self::PreviousFrame => vec![S::plain(Key::Comma)],
            Self::NextFrame => vec![S::plain(Key::Period)],
            Self::Back1Second => vec![S::plain(Key::Left)],
            Self::Forward1Second => vec![S::plain(Key::Right)],
            Self::PreviousSnippet => vec![S::shift(Key::Left)],
            Self::NextSnippet => vec![S::shift(Key::Right)],
            Self::Back10Seconds => vec![S::command(Key::Left)],
            Self::Forward10Seconds => vec![S::command(Key::Right)],
            Self::PreviousKeyframe => vec![S::alt(Key::Left)],
            Self::NextKeyframe => vec![S::alt(Key::Right)],
            Self::Start => vec![S::plain(Key::Home)],
            Self::End => vec![S::plain(Key::End)],
            Self::GoTo => vec![S::plain(Key::G)],
            Self::Slower => vec![S::plain(Key::OpenBracket)],
            Self::Faster => vec![S::plain(Key::CloseBracket)],
            Self::NormalSpeed => vec![S::plain(Key::Backspace)],
            Self::ToggleMute => vec![S::shift(Key::M)],
            // D and F lie side by side on every Latin keyboard.
            Self::SetLoopStart => vec![S::plain(Key::D)],
            Self::SetLoopEnd => vec![S::plain(Key::F)],
            Self::ToggleLoop => vec![S::plain(Key::W)],
            Self::LoopEvent => vec![S::shift(Key::W)],
            Self::ClearLoop => vec![S::shift(Key::D)],
            Self::Snapshot => vec![S::plain(Key::C)],
            // The system's own key for copying; a text field with marked text keeps it.
            Self::CopyTime => vec![S::command(Key::C)],
            Self::FindSimilar => vec![S::alt(Key::S)],
            Self::NextFlip => vec![S::alt(Key::N)],
            Self::PreviousFlip => vec![S::alt(Key::P)],
            Self::CopyFrame => vec![S::alt(Key::C)],
            Self::Undo => vec![S::command(Key::Z)],
            Self::Redo => vec![S::command_shift(Key::Z)],
            Self::JudgeAnomaly => vec![S::plain(Key::A)],
            Self::JudgeFalseAlarm => vec![S::plain(Key::X)],
            Self::JudgeUnsure => vec![S::plain(Key::U)],
            Self::ClearVerdict => vec![S::shift(Key::X)],
            Self::ToggleReviewed => vec![S::plain(Key::R)],
            Self::NextOpenEvent => vec![S::shift(Key::N)],
            Self::PreviousOpenEvent => vec![S::shift(Key::P)],
            Self::NextEvent => vec![S::plain(Key::N)],
            Self::PreviousEvent => vec![S::plain(Key::P)],
            Self::MarkIn => vec![S::plain(Key::I)],
            Self::MarkOut => vec![S::plain(Key::O)],
            Self::CommitLabel => vec![S::plain(Key::Enter)],
            Self::TrimEvent => vec![S::shift(Key::Enter)],
            Self::NextLabel => vec![S::plain(Key::Tab)],
            Self::PreviousLabel => vec![S::shift(Key::Tab)],
            Self::LabelStart => vec![S::plain(Key::S)],
            Self::LabelEnd => vec![S::plain(Key::E)],
            Self::SplitLabel => vec![S::plain(Key::B)],
            Self::MergeLabels => vec![S::plain(Key::M)],
            Self::DeleteLabel => vec![S::plain(Key::Delete)],
            // Cmd+comma opens the settings of any program on a Mac.
            Self::InEarlier if os == Os::Mac => vec![S::alt(Key::Comma)],
            Self::InLater if os == Os::Mac => vec![S::alt(Key::Period)],
            Self::OutEarlier if os == Os::Mac => vec![S::alt_shift(Key::Comma)],
            Self::OutLater if os == Os::Mac => vec![S::alt_shift(Key::Period)],
            Self::InEarlier => vec![S::command(Key::Comma)],
            Self::InLater => vec![S::command(Key::Period)],
            Self::OutEarlier => vec![S::command_shift(Key::Comma)],
            Self::OutLater => vec![S::command_shift(Key::Period)],
            Self::Class1 => vec![S::plain(Key::Num1)],
            Self::Class2 => vec![S::plain(Key::Num2)],
            Self::Class3 => vec![S::plain(Key::Num3)],
            Self::Class4 => vec![S::plain(Key::Num4)],
            Self::Class5 => vec![S::plain(Key::Num5)],
            Self::Class6 => vec![S::plain(Key::Num6)],
            Self::Class7 => vec![S::plain(Key::Num7)],
            Self::Class8 => vec![S::plain(Key::Num8)],
            Self::Class9 => vec![S::plain(Key::Num9)],
            Self::NextVideo => vec![S::plain(Key::Down)],
            Self::PreviousVideo => vec![S::plain(Key::Up)],
            Self::ZoomToFit => vec![S::plain(Key::Z)],
            Self::ZoomToEvent => vec![S::shift(Key::Z)],
            Self::ZoomIn => vec![S::command(Key::Up)],
            Self::ZoomOut => vec![S::command(Key::Down)],
            Self::ShowEarlier => vec![S::plain(Key::PageUp)],
            Self::ShowLater => vec![S::plain(Key::PageDown)],
            Self::ToggleAttention => vec![S::plain(Key::T)],
            Self::InvertAttention => vec![S::shift(Key::T)],
            Self::PictureZoomIn => vec![S::alt(Key::Up)],
            Self::PictureZoomOut => vec![S::alt(Key::Down)],
            Self::PictureLeft => vec![S::alt_shift(Key::Left)],
            Self::PictureRight => vec![S::alt_shift(Key::Right)],
            Self::PictureUp => vec![S::alt_shift(Key::Up)],
            Self::PictureDown => vec![S::alt_shift(Key::Down)],
            Self::NextDeinterlace => vec![S::shift(Key::V)],
            Self::ResetPicture => vec![S::plain(Key::V)],
            Self::ToggleOverlays => vec![S::plain(Key::H)],
            Self::ShowLibrary => vec![S::plain(Key::F2)],
            Self::ShowQueue => vec![S::plain(Key::F3)],
            Self::ShowModels => vec![S::plain(Key::F4)],
            Self::ToggleAttentionInspector => vec![S::plain(Key::F5)],
            Self::ToggleTheme => vec![S::command_shift(Key::D)],
            // F11 shows the desktop on a Mac; Ctrl+Cmd+F is what its programs use.
            Self::FullScreen if os == Os::Mac => {
                vec![S { mods: Mods { command: true, mac_ctrl: true, ..Mods::default() }, key: Key::F }]
            }
            Self::FullScreen => vec![S::plain(Key::F11)],
            Self::Palette => vec![S::command(Key::K)],
            Self::BackOut => vec![S::plain(Key::Escape)],
            Self::Keys => vec![S::plain(Key::Question)],
            Self::MapVideo
            | Self::MapAll
            | Self::ExportMap
            | Self::NextSimilar
            | Self::PreviousSimilar
            | Self::ToggleMap
            | Self::ToggleSimilar
            | Self::ToggleEvaluation
            | Self::ToggleAblation
            | Self::CompareWith
            | Self::StopComparing
            | Self::ExportComparison
            | Self::PickEvent
            | Self::PickNothing
            | Self::ToggleCompare
            | Self::ToggleDifference
            | Self::MakeDemo
            | Self::OpenProject
            | Self::RemoveFromList
            | Self::CopyPosition
            | Self::RecordingClock
            | Self::History
            | Self::ToggleAdvance
            | Self::VolumeUp
            | Self::VolumeDown
            | Self::ScoreAgain
            | Self::PreviousRule
            | Self::OwnThreshold
            | Self::CancelScoring
            | Self::CancelAll
            | Self::ToggleSnapping
            | Self::ToggleOverview
            | Self::ToggleScore
            | Self::ToggleEvents
            | Self::ToggleLabels
            | Self::ToggleDisagreement
            | Self::ToggleMagnitude
            | Self::ToggleMotion
            | Self::ToggleTruth
            | Self::ToggleRecording
            | Self::ResetLanes
            | Self::ToggleLibrary
            | Self::ToggleModels
            | Self::LearnFromVerdicts
            | Self::RollBackModel
            | Self::ToggleKnownNormal
            | Self::EndTrial
            | Self::SweepKappa
            | Self::SweepSigma
            | Self::KeepSweep
            | Self::ToggleInspector
            | Self::ToggleTimeline
            | Self::ResetPanels
            | Self::SaveChart
            | Self::SnapshotFolder
            | Self::PinPicture
            | Self::ChangeKeys
            | Self::EventPeak
            | Self::VideoNormal
            | Self::VideoAbnormal
            | Self::ReaderName
            | Self::BlindPass
            | Self::BlindShowsModel
            | Self::NextDisagreement
            | Self::PreviousDisagreement
            | Self::Agreement
            | Self::EditClasses
            | Self::RejectEvent
            | Self::About
            | Self::ImportLabels
            | Self::ExportLabels
            | Self::CaseReport
            | Self::MovedFiles
            | Self::OpenAllVideos => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use strum::IntoEnumIterator as _;

    use super::*;
    use crate::app::keymap::refusal;

    #[test]
    fn no_two_commands_share_a_key() {
        for os in Os::iter() {
            let mut owners = HashMap::new();
            for command in UiCommand::iter() {
                for shortcut in command.default_shortcuts(os) {
                    let clash = owners.insert(shortcut, command);
                    assert_eq!(clash, None, "{} on {os:?} is also {command:?}", shortcut.text(os));
                }
            }
        }
    }

    #[test]
    fn keys_that_the_system_keeps_are_not_taken() {
        for os in Os::iter() {
            for command in UiCommand::iter().filter(|c| *c != UiCommand::BackOut) {
                for shortcut in command.default_shortcuts(os) {
                    assert_eq!(refusal(shortcut, os), None, "{command:?} on {os:?}");
                }
            }
        }
    }
}
