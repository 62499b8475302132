//! Commands: everything that has a name, a place in a menu, and perhaps a key.
//!
//! Owns the one table from which menus, the palette, the keyboard and the list of keys are made. A
//! command carries nothing; [`UiCommand::resolve`] turns it into an action against the present state,
//! which also tells whether it can be used now.

use strum::EnumIter;

use crate::domain::playback::PlaybackCommand;
use crate::domain::time::MediaTime;

use super::action::Action;
use super::arrangement::{Layout, PanelKind};
use super::effect::Zoom;
use super::lanes::{LaneKind, LaneSettings};
use super::shortcut::{Key, Mods, Os, Shortcut};
use super::state::{AppState, DemoState, Dialog};

/// Where a command stands in menus and in the list of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub enum Group {
    /// Files and the program.
    File,
    /// Playing and moving.
    Playback,
    /// Events and the queue.
    Review,
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
            Self::View => "View",
            Self::Timeline => "Timeline",
            Self::Help => "Help",
        }
    }
}

/// A command. Listed in the order of the menus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter)]
#[expect(missing_docs, reason = "`about` describes each to the person and the reader alike")]
pub enum UiCommand {
    OpenFiles,
    OpenFolder,
    MakeDemo,
    RemoveFromList,
    Quit,
    PlayPause,
    ShuttleBackward,
    ShuttleForward,
    ShuttleBackwardSlow,
    ShuttleForwardSlow,
    PreviousFrame,
    NextFrame,
    Back1Second,
    Forward1Second,
    PreviousSnippet,
    NextSnippet,
    Back10Seconds,
    Forward10Seconds,
    PreviousKeyframe,
    NextKeyframe,
    Start,
    End,
    GoTo,
    Slower,
    Faster,
    NormalSpeed,
    NextEvent,
    PreviousEvent,
    NextVideo,
    PreviousVideo,
    ScoreAgain,
    CancelScoring,
    CancelAll,
    ToggleOverlays,
    ToggleTheme,
    ToggleLibrary,
    ToggleInspector,
    ToggleTimeline,
    ResetPanels,
    FullScreen,
    ZoomToFit,
    ZoomToEvent,
    ZoomIn,
    ZoomOut,
    ShowEarlier,
    ShowLater,
    ToggleSnapping,
    ToggleOverview,
    ToggleScore,
    ToggleEvents,
    ToggleAttention,
    ToggleMagnitude,
    ToggleMotion,
    ToggleTruth,
    ToggleRecording,
    InvertAttention,
    ResetLanes,
    Palette,
    BackOut,
    Keys,
    About,
}

impl UiCommand {
    /// Its name in menus and in the palette, and what it does in a sentence.
    pub fn text_and_help(self) -> (&'static str, &'static str) {
        match self {
            Self::OpenFiles => ("Open files…", "Choose video files with the system's dialog."),
            Self::OpenFolder => ("Open folder…", "Choose a folder and open all video files in it."),
            Self::MakeDemo => ("Make demo scenes", "Draw six surveillance scenes with known anomalies and open them."),
            Self::RemoveFromList => ("Remove from list", "Take the selected file out of the list; the file stays."),
            Self::Quit => ("Quit", "Close the window."),
            Self::PlayPause => ("Play / pause", "Start or stop playback; at the end, start over."),
            Self::ShuttleBackward => ("Play backward", "Play backwards; again doubles the speed, up to 16×."),
            Self::ShuttleForward => ("Play forward", "Play forwards; again doubles the speed, up to 16×."),
            Self::ShuttleBackwardSlow => {
                ("Play backward slowly", "Play backwards at half speed; again halves it, down to 0.1×.")
            }
            Self::ShuttleForwardSlow => {
                ("Play forward slowly", "Play forwards at half speed; again halves it, down to 0.1×.")
            }
            Self::PreviousFrame => ("Previous frame", "Stop and go back by one frame."),
            Self::NextFrame => ("Next frame", "Stop and go on by one frame."),
            Self::Back1Second => ("Back 1 second", "Go back by one second."),
            Self::Forward1Second => ("Forward 1 second", "Go on by one second."),
            Self::PreviousSnippet => ("Previous snippet", "Go to the start of this or the previous 16-frame snippet."),
            Self::NextSnippet => ("Next snippet", "Go to the start of the next 16-frame snippet."),
            Self::Back10Seconds => ("Back 10 seconds", "Go back by ten seconds."),
            Self::Forward10Seconds => ("Forward 10 seconds", "Go on by ten seconds."),
            Self::PreviousKeyframe => ("Previous key frame", "Go to the key frame before this frame."),
            Self::NextKeyframe => ("Next key frame", "Go to the key frame after this frame."),
            Self::Start => ("Go to start", "Show the first frame."),
            Self::End => ("Go to end", "Show the last frame."),
            Self::GoTo => ("Go to time or frame…", "Type a frame number or a time such as 1:23.5."),
            Self::Slower => ("Slower", "Half the speed, down to 0.1×."),
            Self::Faster => ("Faster", "Twice the speed, up to 16×."),
            Self::NormalSpeed => ("Normal speed", "Play at 1×."),
            Self::NextEvent => ("Next event", "Go to the next flagged event, in the next file if need be."),
            Self::PreviousEvent => ("Previous event", "Go to the flagged event before, in an earlier file if need be."),
            Self::NextVideo => ("Next file", "Show the next row of the library."),
            Self::PreviousVideo => ("Previous file", "Show the row above in the library."),
            Self::ScoreAgain => ("Score again", "Put the selected file into the queue again."),
            Self::CancelScoring => ("Cancel scoring", "Stop scoring the selected file."),
            Self::CancelAll => ("Cancel all scoring", "Stop scoring and empty the queue."),
            Self::ZoomToFit => ("Zoom to fit", "Show the whole video on the timeline; again goes back."),
            Self::ZoomIn => ("Zoom in", "Show less of the time axis in more detail."),
            Self::ZoomOut => ("Zoom out", "Show more of the time axis."),
            Self::ZoomToEvent => ("Zoom to event", "Show the event at the position, with some room around it."),
            Self::ShowEarlier => {
                ("Show earlier", "Move the visible stretch of the timeline back by most of its length.")
            }
            Self::ShowLater => ("Show later", "Move the visible stretch of the timeline on by most of its length."),
            Self::ToggleSnapping => {
                ("Snap while dragging", "Let a drag on the timeline snap to snippets and events; Alt switches it off.")
            }
            Self::ToggleOverview => ("Overview lane", "Show or hide the whole video as a strip."),
            Self::ToggleScore => ("Score lane", "Show or hide the score with its threshold."),
            Self::ToggleEvents => ("Events lane", "Show or hide the lane of events."),
            Self::ToggleAttention => ("Attention lane", "Show or hide the share of draws that select a snippet."),
            Self::ToggleMagnitude => ("Magnitude lane", "Show or hide the length of the temporal features."),
            Self::ToggleMotion => ("Motion lane", "Show or hide how much moves in the picture."),
            Self::ToggleTruth => ("Ground truth lane", "Show or hide annotated anomalies, where there are any."),
            Self::ToggleRecording => {
                ("Recording lane", "Show or hide gaps in the recording and damaged stretches, where there are any.")
            }
            Self::InvertAttention => ("Invert attention", "Show 1 – p(t): what the model leaves out."),
            Self::ResetLanes => ("Reset lanes", "Show all lanes in the order and height of the first start."),
            Self::ToggleOverlays => ("Overlays", "Show or hide what is written over the video."),
            Self::ToggleTheme => ("Light or dark", "Change between the light and the dark theme."),
            Self::ToggleLibrary => ("Library panel", "Show or hide the list of files."),
            Self::ToggleInspector => ("Inspector panel", "Show or hide what is known about what is on screen."),
            Self::ToggleTimeline => ("Timeline panel", "Show or hide the curves over time."),
            Self::ResetPanels => ("Reset panels", "Put every panel back where it was and show all."),
            Self::FullScreen => ("Full screen", "Fill the screen with the window."),
            Self::Palette => ("Find a command…", "Type a part of a command's name."),
            Self::BackOut => ("Back out", "Close what is open over the window, else leave full screen."),
            Self::Keys => ("Keys", "List all keys."),
            Self::About => ("About Lookback", "What this program runs on: device, model, encoder, libraries."),
        }
    }

    /// Its name.
    pub fn text(self) -> &'static str {
        self.text_and_help().0
    }

    /// Where it stands.
    pub fn group(self) -> Group {
        match self {
            Self::OpenFiles | Self::OpenFolder | Self::MakeDemo | Self::RemoveFromList | Self::Quit => Group::File,
            Self::NextEvent
            | Self::PreviousEvent
            | Self::NextVideo
            | Self::PreviousVideo
            | Self::ScoreAgain
            | Self::CancelScoring
            | Self::CancelAll => Group::Review,
            Self::ToggleOverlays
            | Self::ToggleTheme
            | Self::ToggleLibrary
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
            | Self::ToggleEvents
            | Self::ToggleAttention
            | Self::ToggleMagnitude
            | Self::ToggleMotion
            | Self::ToggleTruth
            | Self::ToggleRecording
            | Self::InvertAttention
            | Self::ResetLanes => Group::Timeline,
            Self::Palette | Self::BackOut | Self::Keys | Self::About => Group::Help,
            _ => Group::Playback,
        }
    }

    /// Its keys, the first being the one that menus name.
    pub fn shortcuts(self, os: Os) -> Vec<Shortcut> {
        use Shortcut as S;
        match self {
            Self::OpenFiles => vec![S::command(Key::O)],
            Self::OpenFolder => {
                vec![S { mods: Mods { command: true, shift: true, ..Mods::default() }, key: Key::O }]
            }
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
            Self::NextEvent => vec![S::plain(Key::N)],
            Self::PreviousEvent => vec![S::plain(Key::P)],
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
            Self::ToggleOverlays => vec![S::plain(Key::H)],
            Self::ToggleTheme => vec![S { mods: Mods { command: true, shift: true, ..Mods::default() }, key: Key::D }],
            // F11 shows the desktop on a Mac; Ctrl+Cmd+F is what its programs use.
            Self::FullScreen if os == Os::Mac => {
                vec![S { mods: Mods { command: true, mac_ctrl: true, ..Mods::default() }, key: Key::F }]
            }
            Self::FullScreen => vec![S::plain(Key::F11)],
            Self::Palette => vec![S::command(Key::K)],
            Self::BackOut => vec![S::plain(Key::Escape)],
            Self::Keys => vec![S::plain(Key::Question)],
            Self::MakeDemo
            | Self::RemoveFromList
            | Self::ScoreAgain
            | Self::CancelScoring
            | Self::CancelAll
            | Self::ToggleSnapping
            | Self::ToggleOverview
            | Self::ToggleScore
            | Self::ToggleEvents
            | Self::ToggleMagnitude
            | Self::ToggleMotion
            | Self::ToggleTruth
            | Self::ToggleRecording
            | Self::ResetLanes
            | Self::ToggleLibrary
            | Self::ToggleInspector
            | Self::ToggleTimeline
            | Self::ResetPanels
            | Self::About => Vec::new(),
        }
    }

    /// The action it stands for now; `None` if it cannot be used.
    pub fn resolve(self, state: &AppState) -> Option<Action> {
        use PlaybackCommand as P;
        let second = |n: i64| Action::Playback(P::SkipTime(MediaTime::from_micros(n * 1_000_000)));
        match self {
            Self::OpenFiles => (!state.picking).then_some(Action::PickFiles),
            Self::OpenFolder => (!state.picking).then_some(Action::PickFolder),
            Self::MakeDemo => (state.demo == DemoState::Idle).then_some(Action::MakeDemo),
            Self::RemoveFromList => state.library.selected_id().map(Action::Remove),
            Self::Quit => Some(Action::Quit),
            Self::NextVideo => state.library.neighbour(1).map(|_| Action::SelectNeighbour(1)),
            Self::PreviousVideo => state.library.neighbour(-1).map(|_| Action::SelectNeighbour(-1)),
            Self::ScoreAgain => {
                let entry = state.library.selected()?;
                (entry.video().is_some() && !entry.scoring.is_pending()).then_some(Action::Score(entry.id))
            }
            Self::CancelScoring => {
                let entry = state.library.selected()?;
                entry.scoring.is_pending().then_some(Action::CancelScoring(entry.id))
            }
            Self::CancelAll => (state.library.unfinished() > 0).then_some(Action::CancelAll),
            Self::ToggleSnapping => Some(Action::ToggleSnapping),
            Self::ToggleOverview => Some(Action::ToggleLane(LaneKind::Overview)),
            Self::ToggleScore => Some(Action::ToggleLane(LaneKind::Score)),
            Self::ToggleEvents => Some(Action::ToggleLane(LaneKind::Events)),
            Self::ToggleAttention => Some(Action::ToggleLane(LaneKind::Attention)),
            Self::ToggleMagnitude => Some(Action::ToggleLane(LaneKind::Magnitude)),
            Self::ToggleMotion => Some(Action::ToggleLane(LaneKind::Motion)),
            Self::ToggleTruth => Some(Action::ToggleLane(LaneKind::Truth)),
            Self::ToggleRecording => Some(Action::ToggleLane(LaneKind::Recording)),
            Self::InvertAttention => Some(Action::InvertAttention),
            Self::ResetLanes => Some(Action::SetLanes(LaneSettings::default())),
            Self::ToggleOverlays => Some(Action::ToggleOverlays),
            Self::ToggleTheme => Some(Action::ToggleTheme),
            Self::ToggleLibrary => Some(Action::TogglePanel(PanelKind::Library)),
            Self::ToggleInspector => Some(Action::TogglePanel(PanelKind::Inspector)),
            Self::ToggleTimeline => Some(Action::TogglePanel(PanelKind::Timeline)),
            Self::ResetPanels => {
                let default = Layout { window: state.prefs.layout.window, ..Layout::default() };
                (state.prefs.layout != default).then_some(Action::SetLayout(default))
            }
            Self::FullScreen => Some(Action::ToggleFullScreen),
            Self::Palette => Some(Action::Open(Dialog::Palette)),
            Self::BackOut => Some(Action::BackOut),
            Self::Keys => Some(Action::Open(Dialog::Keys)),
            Self::About => Some(Action::Open(Dialog::About)),
            // All others move within a video.
            _ if state.session.is_none() => None,
            Self::PlayPause => Some(Action::Playback(P::TogglePlay)),
            Self::ShuttleBackward => Some(Action::Playback(P::ShuttleBackward)),
            Self::ShuttleForward => Some(Action::Playback(P::ShuttleForward)),
            Self::ShuttleBackwardSlow => Some(Action::ShuttleSlow { backward: true }),
            Self::ShuttleForwardSlow => Some(Action::ShuttleSlow { backward: false }),
            Self::PreviousFrame => Some(Action::Playback(P::StepFrames(-1))),
            Self::NextFrame => Some(Action::Playback(P::StepFrames(1))),
            Self::Back1Second => Some(second(-1)),
            Self::Forward1Second => Some(second(1)),
            Self::Back10Seconds => Some(second(-10)),
            Self::Forward10Seconds => Some(second(10)),
            Self::PreviousSnippet => Some(Action::StepSnippet { forward: false }),
            Self::NextSnippet => Some(Action::StepSnippet { forward: true }),
            Self::PreviousKeyframe => Some(Action::StepKeyframe { forward: false }),
            Self::NextKeyframe => Some(Action::StepKeyframe { forward: true }),
            Self::Start => Some(Action::Playback(P::SeekFrame(0))),
            Self::End => Some(Action::Playback(P::SeekFrame(usize::MAX))),
            Self::GoTo => Some(Action::Open(Dialog::GoTo)),
            Self::Slower => Some(Action::Playback(P::Slower)),
            Self::Faster => Some(Action::Playback(P::Faster)),
            Self::NormalSpeed => Some(Action::Playback(P::SetSpeed(1.0))),
            Self::NextEvent => Some(Action::StepEvent { forward: true }),
            Self::PreviousEvent => Some(Action::StepEvent { forward: false }),
            Self::ZoomToFit => Some(Action::Timeline(Zoom::Fit)),
            Self::ZoomIn => Some(Action::Timeline(Zoom::In)),
            Self::ZoomOut => Some(Action::Timeline(Zoom::Out)),
            Self::ZoomToEvent => state.current_event().map(|_| Action::Timeline(Zoom::Event)),
            Self::ShowEarlier => Some(Action::Timeline(Zoom::Earlier)),
            Self::ShowLater => Some(Action::Timeline(Zoom::Later)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use strum::IntoEnumIterator as _;

    use super::*;

    #[test]
    fn no_two_commands_share_a_key() {
        for os in Os::iter() {
            let mut owners = HashMap::new();
            for command in UiCommand::iter() {
                for shortcut in command.shortcuts(os) {
                    let clash = owners.insert(shortcut, command);
                    assert_eq!(clash, None, "{} on {os:?} is also {command:?}", shortcut.text(os));
                }
            }
        }
    }

    #[test]
    fn keys_that_the_system_keeps_are_not_taken() {
        // Hide, minimise, close and settings on macOS; close on the others.
        let command = |key| Shortcut::command(key);
        let reserved = |os| match os {
            Os::Mac => vec![command(Key::H), command(Key::Comma), command(Key::Space), Shortcut::plain(Key::F11)],
            Os::Linux | Os::Windows => vec![Shortcut::alt(Key::Space)],
        };
        for os in Os::iter() {
            for ui_command in UiCommand::iter() {
                for shortcut in ui_command.shortcuts(os) {
                    assert!(!reserved(os).contains(&shortcut), "{ui_command:?} on {os:?}");
                }
            }
        }
    }

    #[test]
    fn every_command_says_what_it_does() {
        let mut names = HashMap::new();
        for command in UiCommand::iter() {
            let (text, help) = command.text_and_help();
            assert!(!text.is_empty() && help.ends_with('.'), "{command:?}");
            assert_eq!(names.insert(text, command), None, "{text} names two commands");
        }
    }

    #[test]
    fn without_a_video_nothing_moves() {
        let state = AppState::default();
        for command in UiCommand::iter().filter(|c| c.group() == Group::Playback) {
            assert_eq!(command.resolve(&state), None, "{command:?}");
        }
        assert_eq!(UiCommand::OpenFiles.resolve(&state), Some(Action::PickFiles));
        let picking = AppState { picking: true, ..AppState::default() };
        assert_eq!(UiCommand::OpenFiles.resolve(&picking), None);
    }
}
