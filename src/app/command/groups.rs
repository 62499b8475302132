//! The menus: which commands stand together.
//!
//! Owns the groups and which command belongs to which. Does not own the order within a menu: that is the commands' own.

use strum::EnumIter;

use super::UiCommand;

/// Where a command stands in menus and in the list of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub enum Group {
    /// Files and the program.
    File,
    /// Playing and moving.
    Playback,
    /// Events and the queue.
    Review,
    /// Intervals and classes.
    Labels,
    /// Models and learning.
    Model,
    /// What researchers look into: attention, comparisons, maps, figures.
    Analysis,
    /// What is shown.
    View,
    /// The timeline.
    Timeline,
    /// Help.
    Help,
}

impl Group {
    /// Title of the menu.
    pub fn text(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Playback => "Playback",
            Self::Review => "Review",
            Self::Labels => "Labels",
            Self::Model => "Model",
            Self::Analysis => "Analysis",
            Self::View => "View",
            Self::Timeline => "Timeline",
            Self::Help => "Help",
        }
    }
}

impl UiCommand {
    /// Where it stands.
    pub fn group(self) -> Group {
        match self {
            _ if (Self::MarkIn..=Self::EditClasses).contains(&self) => Group::Labels,
            _ if (Self::LearnFromVerdicts..=Self::ToggleKnownNormal).contains(&self) => Group::Model,
            _ if (Self::ToggleAttentionInspector..=Self::PickNothing).contains(&self) => Group::Analysis,
            Self::OpenFiles
            | Self::OpenFolder
            | Self::MakeDemo
            | Self::OpenProject
            | Self::ImportLabels
            | Self::ExportLabels
            | Self::CaseReport
            | Self::MovedFiles
            | Self::OpenAllVideos
            | Self::RemoveFromList
            | Self::SaveChart
            | Self::SnapshotFolder
            | Self::Quit => Group::File,
            Self::Undo
            | Self::Redo
            | Self::History
            | Self::JudgeAnomaly
            | Self::JudgeFalseAlarm
            | Self::JudgeUnsure
            | Self::ClearVerdict
            | Self::ToggleReviewed
            | Self::ToggleAdvance
            | Self::NextOpenEvent
            | Self::PreviousOpenEvent
            | Self::NextEvent
            | Self::PreviousEvent
            | Self::EventPeak
            | Self::NextVideo
            | Self::PreviousVideo
            | Self::PreviousRule
            | Self::OwnThreshold
            | Self::ScoreAgain
            | Self::CancelScoring
            | Self::CancelAll => Group::Review,
            Self::PictureZoomIn
            | Self::PictureZoomOut
            | Self::PictureLeft
            | Self::PictureRight
            | Self::PictureUp
            | Self::PictureDown
            | Self::NextDeinterlace
            | Self::PinPicture
            | Self::ResetPicture
            | Self::ToggleOverlays
            | Self::ToggleTheme
            | Self::ShowLibrary
            | Self::ShowQueue
            | Self::ShowModels
            | Self::ToggleLibrary
            | Self::ToggleModels
            | Self::ToggleInspector
            | Self::ToggleTimeline
            | Self::ResetPanels
            | Self::FullScreen => Group::View,
            Self::ZoomToFit
            | Self::ZoomToEvent
            | Self::ZoomIn
            | Self::ZoomOut
            | Self::ShowEarlier
            | Self::ShowLater
            | Self::ToggleSnapping
            | Self::ToggleOverview
            | Self::ToggleScore
            | Self::ToggleDifference
            | Self::ToggleEvents
            | Self::ToggleLabels
            | Self::ToggleDisagreement
            | Self::ToggleAttention
            | Self::ToggleMagnitude
            | Self::ToggleMotion
            | Self::ToggleTruth
            | Self::ToggleRecording
            | Self::InvertAttention
            | Self::ResetLanes => Group::Timeline,
            Self::Palette | Self::BackOut | Self::Keys | Self::ChangeKeys | Self::About => Group::Help,
            _ => Group::Playback,
        }
    }
}
