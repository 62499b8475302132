//! Commands: everything that has a name, a place in a menu, and perhaps a key.
//!
//! Owns the one table from which menus, the palette, the keyboard and the list of keys are made. A
//! command carries nothing; `UiCommand::resolve` turns it into an action against the present state,
//! which also tells whether it can be used now. Its keys at first are in `keys`; those that count are
//! the person's, see [`super::keymap`].

mod groups;
mod keys;
mod labels;
mod resolve;
mod switches;
mod words;

use strum::{EnumIter, EnumString, IntoStaticStr};

pub use groups::Group;

/// A command. Listed in the order of the menus. Settings know it by its name here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, EnumString, IntoStaticStr)]
#[expect(missing_docs, reason = "`about` describes each to the person and the reader alike")]
pub enum UiCommand {
    OpenFiles,
    OpenFolder,
    MakeDemo,
    OpenProject,
    ImportLabels,
    ExportLabels,
    CaseReport,
    MovedFiles,
    OpenAllVideos,
    RemoveFromList,
    SaveChart,
    SnapshotFolder,
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
    ToggleMute,
    VolumeUp,
    VolumeDown,
    SetLoopStart,
    SetLoopEnd,
    ToggleLoop,
    LoopEvent,
    ClearLoop,
    Snapshot,
    CopyTime,
    CopyFrame,
    CopyPosition,
    RecordingClock,
    Undo,
    Redo,
    History,
    JudgeAnomaly,
    JudgeFalseAlarm,
    JudgeUnsure,
    ClearVerdict,
    ToggleReviewed,
    ToggleAdvance,
    NextEvent,
    PreviousEvent,
    NextOpenEvent,
    PreviousOpenEvent,
    EventPeak,
    NextVideo,
    PreviousVideo,
    PreviousRule,
    OwnThreshold,
    ScoreAgain,
    CancelScoring,
    CancelAll,
    MarkIn,
    MarkOut,
    CommitLabel,
    TrimEvent,
    RejectEvent,
    NextLabel,
    PreviousLabel,
    LabelStart,
    LabelEnd,
    SplitLabel,
    MergeLabels,
    DeleteLabel,
    InEarlier,
    InLater,
    OutEarlier,
    OutLater,
    Class1,
    Class2,
    Class3,
    Class4,
    Class5,
    Class6,
    Class7,
    Class8,
    Class9,
    VideoNormal,
    VideoAbnormal,
    ReaderName,
    BlindPass,
    BlindShowsModel,
    NextDisagreement,
    PreviousDisagreement,
    Agreement,
    EditClasses,
    LearnFromVerdicts,
    RollBackModel,
    ToggleKnownNormal,
    ToggleAttentionInspector,
    ToggleCompare,
    ToggleMap,
    ToggleSimilar,
    ToggleEvaluation,
    ToggleAblation,
    EndTrial,
    SweepKappa,
    SweepSigma,
    KeepSweep,
    CompareWith,
    StopComparing,
    NextFlip,
    PreviousFlip,
    ExportComparison,
    MapVideo,
    MapAll,
    ExportMap,
    FindSimilar,
    NextSimilar,
    PreviousSimilar,
    PickEvent,
    PickNothing,
    PictureZoomIn,
    PictureZoomOut,
    PictureLeft,
    PictureRight,
    PictureUp,
    PictureDown,
    NextDeinterlace,
    PinPicture,
    ResetPicture,
    ToggleOverlays,
    ToggleTheme,
    ShowLibrary,
    ShowQueue,
    ShowModels,
    ToggleLibrary,
    ToggleModels,
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
    ToggleDifference,
    ToggleEvents,
    ToggleLabels,
    ToggleDisagreement,
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
    ChangeKeys,
    About,
}

/// What the digits do.
const CLASS: &str = "Give new labels the class of this digit, and the selected label too.";

impl UiCommand {
    /// Its name in menus and in the palette, and what it does in a sentence.
    #[expect(clippy::too_many_lines, reason = "one line for each command")]
    pub fn text_and_help(self) -> (&'static str, &'static str) {
        match self {
            Self::OpenFiles => ("Open files…", "Choose video files with the system's dialog."),
            Self::OpenFolder => ("Open folder…", "Choose a folder and open all video files in it."),
            Self::MakeDemo => ("Make demo scenes", "Draw six surveillance scenes with known anomalies and open them."),
            Self::OpenProject => {
                ("Open project…", "Open or make a folder of verdicts and labels, or go back to another one.")
            }
            Self::ImportLabels => {
                ("Import labels…", "Bring the labels of another tool into the project; first shows what would happen.")
            }
            Self::ExportLabels => ("Export labels…", "Write labels or verdicts of the project for another tool."),
            Self::CaseReport => {
                ("Case report…", "Write events, verdicts, pictures and hashes of videos as one page and a table.")
            }
            Self::MovedFiles => {
                ("Find moved files…", "Find videos of the project that were moved or renamed, by their content.")
            }
            Self::OpenAllVideos => (
                "Open all videos",
                "Open every video that the project knows, so that the queue has the events of the model in use in all of them.",
            ),
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
            Self::ToggleMute => {
                ("Mute", "Turn sound off or on. It is heard forwards from 0.5× to 2×, if the file has any.")
            }
            Self::VolumeUp => ("Volume up", "Turn sound up by a tenth."),
            Self::VolumeDown => ("Volume down", "Turn sound down by a tenth."),
            Self::SetLoopStart => {
                ("Loop from here (A)", "Begin the loop at this frame; with an end after it, it is on.")
            }
            Self::SetLoopEnd => ("Loop to here (B)", "End the loop with this frame; with a start before it, it is on."),
            Self::ToggleLoop => {
                ("Loop", "Keep playback between A and B, or no longer; without both, loop the event or the whole file.")
            }
            Self::LoopEvent => ("Loop this event", "Keep playback within the event on screen."),
            Self::ClearLoop => ("Clear loop", "Forget A and B."),
            Self::Snapshot => ("Snapshot", "Keep the picture as a PNG file, upright and in its own resolution."),
            Self::CopyTime => ("Copy time", "Put the time of the frame on screen on the clipboard."),
            Self::CopyFrame => ("Copy frame number", "Put the number of the frame on screen on the clipboard."),
            Self::CopyPosition => {
                ("Copy position", "Put the file's name, frame, time and, if stated, date on the clipboard.")
            }
            Self::RecordingClock => {
                ("Recording clock…", "State the date and time of this frame, and how far the recorder's clock is off.")
            }
            Self::SaveChart => (
                "Save chart…",
                "Write what is on screen as a chart: PNG, SVG, or its numbers as CSV, in the size and theme you choose.",
            ),
            Self::SnapshotFolder => ("Snapshot folder…", "Choose where snapshots are written."),
            Self::Undo => ("Undo", "Take back the last edit of the project, also one of an earlier day."),
            Self::Redo => ("Redo", "Carry out again what was taken back last."),
            Self::History => {
                ("History…", "List every edit of the project: what, when, by whom, and what was taken back.")
            }
            Self::JudgeAnomaly => ("Anomaly", "The event on screen shows what is to be found; go on to the next one."),
            Self::JudgeFalseAlarm => {
                ("False alarm", "The event on screen shows nothing of interest; go on to the next one.")
            }
            Self::JudgeUnsure => ("Unsure", "It cannot be said what the event on screen shows; go on to the next one."),
            Self::ClearVerdict => ("Clear verdict", "Take back what was said about the event on screen."),
            Self::ToggleReviewed => ("Reviewed", "Mark this video as looked through, or no longer."),
            Self::ToggleAdvance => ("Go on after a verdict", "Go to the next event without a verdict, or stay."),
            Self::NextOpenEvent => ("Next open event", "Go to the next event that still needs a verdict."),
            Self::PreviousOpenEvent => ("Previous open event", "Go to the event before that still needs a verdict."),
            Self::NextEvent => ("Next event", "Go to the next flagged event, in the next file if need be."),
            Self::PreviousEvent => ("Previous event", "Go to the flagged event before, in an earlier file if need be."),
            Self::EventPeak => ("Go to the event's peak", "Go to the highest score of the event on screen."),
            Self::NextVideo => ("Next row", "Show the next file of the library, or the next event of the queue."),
            Self::PreviousVideo => {
                ("Previous row", "Show the file above in the library, or the event above in the queue.")
            }
            Self::OwnThreshold => (
                "The model's threshold",
                "Take the threshold that was chosen with the model in use, and follow that of the next model.",
            ),
            Self::PreviousRule => (
                "Previous threshold",
                "Go back to the threshold and rule of events before the last change; again, to that of after it.",
            ),
            Self::ScoreAgain => ("Score again", "Put the selected file into the queue again."),
            Self::CancelScoring => ("Cancel scoring", "Stop scoring the selected file."),
            Self::CancelAll => ("Cancel all scoring", "Stop scoring and empty the queue."),
            Self::MarkIn => ("Mark start", "Begin a label with the frame on screen."),
            Self::MarkOut => ("Mark end", "End a label with the frame on screen, which is inside of it."),
            Self::CommitLabel => (
                "Keep label",
                "Make a label of what is marked; if nothing is, of the event on screen, which is then an anomaly.",
            ),
            Self::TrimEvent => (
                "Trim event",
                "Mark the event on screen so that its ends can be moved, with the keys or by dragging, before it is kept.",
            ),
            Self::RejectEvent => {
                ("Reject event", "Make no label of the event on screen: give it the verdict “false alarm”, and go on.")
            }
            Self::NextLabel => ("Next label", "Select the next label and go to it."),
            Self::PreviousLabel => ("Previous label", "Select the label before and go to it."),
            Self::LabelStart => ("Label start", "Show the first frame of the selected label, or of what is marked."),
            Self::LabelEnd => ("Label end", "Show the last frame of the selected label, or of what is marked."),
            Self::SplitLabel => {
                ("Split label", "Make two labels of the selected one; the second begins with the frame on screen.")
            }
            Self::MergeLabels => {
                ("Merge labels", "Make one label of the selected one and the next of the same class and lane.")
            }
            Self::DeleteLabel => ("Delete label", "Take the selected label away."),
            Self::InEarlier => ("Start earlier", "Let the selected label, or what is marked, begin one frame earlier."),
            Self::InLater => ("Start later", "Let the selected label, or what is marked, begin one frame later."),
            Self::OutEarlier => ("End earlier", "Let the selected label, or what is marked, end one frame earlier."),
            Self::OutLater => ("End later", "Let the selected label, or what is marked, end one frame later."),
            Self::Class1 => ("Class 1", CLASS),
            Self::Class2 => ("Class 2", CLASS),
            Self::Class3 => ("Class 3", CLASS),
            Self::Class4 => ("Class 4", CLASS),
            Self::Class5 => ("Class 5", CLASS),
            Self::Class6 => ("Class 6", CLASS),
            Self::Class7 => ("Class 7", CLASS),
            Self::Class8 => ("Class 8", CLASS),
            Self::Class9 => ("Class 9", CLASS),
            Self::VideoNormal => {
                ("Video is normal", "Say that nothing in the whole video is anomalous, or take it back.")
            }
            Self::VideoAbnormal => {
                ("Video is abnormal", "Say that something in the whole video is anomalous, or take it back.")
            }
            Self::ReaderName => ("Your name…", "Say whose verdicts and labels these are from now on."),
            Self::BlindPass => (
                "Blind pass",
                "Hide labels of others, verdicts, ground truth and the model, to read as a second reader; again ends it.",
            ),
            Self::BlindShowsModel => (
                "Blind pass with the model",
                "In a blind pass, show curves and events of the model all the same, or hide them again.",
            ),
            Self::NextDisagreement => {
                ("Next disagreement", "Go to the next stretch about which readers say different things.")
            }
            Self::PreviousDisagreement => {
                ("Previous disagreement", "Go to the stretch before about which readers say different things.")
            }
            Self::Agreement => (
                "Agreement…",
                "How far annotators agree: kappa, overlap and edges, by class, with a list of differences.",
            ),
            Self::EditClasses => {
                ("Classes…", "Add and remove classes of labels, rename them, choose their colours and digits.")
            }
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
            Self::ToggleDifference => {
                ("Difference lane", "Show or hide by how much the compared scores are higher or lower.")
            }
            Self::ToggleEvents => ("Events lane", "Show or hide the lane of events."),
            Self::ToggleLabels => ("Labels lane", "Show or hide labels, where there are any."),
            Self::ToggleDisagreement => {
                ("Disagreement lane", "Show or hide where annotators disagree, once two have read the video.")
            }
            Self::ToggleAttention => ("Attention lane", "Show or hide the share of draws that select a snippet."),
            Self::ToggleMagnitude => ("Magnitude lane", "Show or hide the length of the temporal features."),
            Self::ToggleMotion => ("Motion lane", "Show or hide how much moves in the picture."),
            Self::ToggleTruth => ("Ground truth lane", "Show or hide annotated anomalies, where there are any."),
            Self::ToggleRecording => {
                ("Recording lane", "Show or hide gaps in the recording and damaged stretches, where there are any.")
            }
            Self::InvertAttention => ("Invert attention", "Show 1 – p(t): what the model leaves out."),
            Self::ResetLanes => ("Reset lanes", "Show all lanes in the order and height of the first start."),
            Self::LearnFromVerdicts => (
                "Learn from verdicts…",
                "Plan what the model can learn from what was said, learn it, and compare before anything changes.",
            ),
            Self::RollBackModel => {
                ("Go back to the model before", "Take back the last promotion; again goes further back.")
            }
            Self::ToggleKnownNormal => (
                "Known-normal memory",
                "Put events aside that look like a false alarm, in all videos, or show all as they are.",
            ),
            Self::CompareWith => (
                "Compare with…",
                "See the scores on screen beside those of another model, encoder or setting, or of another program.",
            ),
            Self::StopComparing => ("Stop comparing", "Show the model in use alone again."),
            Self::NextFlip => (
                "Next difference in events",
                "Go to the next event that appears, disappears or changes in the comparison.",
            ),
            Self::PreviousFlip => (
                "Previous difference in events",
                "Go to the event before that appears, disappears or changes in the comparison.",
            ),
            Self::ExportComparison => (
                "Export comparison",
                "Write both scores of each snippet and their difference as CSV into the project's folder of exports.",
            ),
            Self::MapVideo => (
                "Map this video's snippets",
                "Lay the snippets of the video on screen out by their features, in two directions.",
            ),
            Self::MapAll => {
                ("Map all open videos", "Lay the snippets of all open videos out by their features, in two directions.")
            }
            Self::ExportMap => {
                ("Export map", "Write the points of the map as CSV into the project's folder of exports.")
            }
            Self::FindSimilar => (
                "Find similar snippets",
                "Find the snippets of the whole project whose features resemble the snippet on screen most.",
            ),
            Self::NextSimilar => ("Next similar snippet", "Go to the next of the similar snippets that were found."),
            Self::PreviousSimilar => ("Previous similar snippet", "Go to the similar snippet before."),
            Self::PickEvent => (
                "Pick the event's snippets",
                "Mark the snippets of the event on screen in all plots and on the timeline.",
            ),
            Self::PickNothing => ("Pick no snippets", "Forget which snippets are marked in plots and on the timeline."),
            Self::PictureZoomIn => {
                ("Enlarge picture", "Show a part of the picture larger; Ctrl and the wheel do the same.")
            }
            Self::PictureZoomOut => ("Reduce picture", "Show more of the picture again."),
            Self::PictureLeft => ("Picture left", "Show what is further left in the enlarged picture."),
            Self::PictureRight => ("Picture right", "Show what is further right in the enlarged picture."),
            Self::PictureUp => ("Picture up", "Show what is further up in the enlarged picture."),
            Self::PictureDown => ("Picture down", "Show what is further down in the enlarged picture."),
            Self::NextDeinterlace => {
                ("Deinterlace", "For pictures with comb edges: off, both fields blended, the upper or the lower field.")
            }
            Self::PinPicture => ("Keep picture settings", "Look at the next files in the same way, or not."),
            Self::ResetPicture => ("Reset picture", "Show all of the picture in its own light."),
            Self::ToggleOverlays => ("Overlays", "Show or hide what is written over the video."),
            Self::ToggleTheme => ("Light or dark", "Change between the light and the dark theme."),
            Self::ShowLibrary => ("Go to the library", "Bring the list of files to the front."),
            Self::ShowQueue => ("Go to the queue", "Bring the review queue to the front: the events of all files."),
            Self::ShowModels => ("Go to the models", "Bring the models of the project to the front."),
            Self::ToggleMap => ("Map panel", "Show or hide the map of snippets."),
            Self::ToggleEvaluation => (
                "Evaluation panel",
                "Show or hide how well the model does on open videos with ground truth: curves, figures, errors.",
            ),
            Self::ToggleAblation => (
                "Ablation panel",
                "Show or hide the ablation: kinds of features, each with and without attention, trained on open videos.",
            ),
            Self::ToggleSimilar => ("Similar panel", "Show or hide the similar snippets that were found."),
            Self::ToggleCompare => ("Compare panel", "Show or hide what the scores on screen are compared with."),
            Self::ToggleModels => ("Models panel", "Show or hide the models of the project."),
            Self::ToggleLibrary => ("Library panel", "Show or hide the list of files."),
            Self::ToggleInspector => ("Inspector panel", "Show or hide what is known about what is on screen."),
            Self::ToggleAttentionInspector => (
                "Attention inspector",
                "Show or hide what attention selects: the kappa × T stack, omega, p(t), entropy, and trials of settings.",
            ),
            Self::EndTrial => {
                ("End the trial", "Back to the settings of attention in use, and to the features as they are.")
            }
            Self::SweepKappa => (
                "Sweep kappa",
                "Move kappa through its range with the same noise, and draw what each value comes to below each other.",
            ),
            Self::SweepSigma => (
                "Sweep sigma",
                "Move sigma through its range with the same noise, and draw what each value comes to below each other.",
            ),
            Self::KeepSweep => {
                ("Keep the sweep", "Write the sweep as picture and tables into the project's folder of exports.")
            }
            Self::ToggleTimeline => ("Timeline panel", "Show or hide the curves over time."),
            Self::ResetPanels => ("Reset panels", "Put every panel back where it was and show all."),
            Self::FullScreen => ("Full screen", "Fill the screen with the window."),
            Self::Palette => ("Find a command…", "Type a part of a command's name."),
            Self::BackOut => (
                "Back out",
                "Close what is open, else forget what is marked, selected or picked, else leave full screen.",
            ),
            Self::Keys => ("Keys", "List all keys."),
            Self::ChangeKeys => ("Change keys…", "Give commands other keys."),
            Self::About => ("About Lookback", "What this program runs on: device, model, encoder, libraries."),
        }
    }

    /// Its name.
    pub fn text(self) -> &'static str {
        self.text_and_help().0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use strum::IntoEnumIterator as _;

    use super::*;

    #[test]
    fn every_command_says_what_it_does() {
        let mut names = HashMap::new();
        for command in UiCommand::iter() {
            let (text, help) = command.text_and_help();
            assert!(!text.is_empty() && help.ends_with('.'), "{command:?}");
            assert_eq!(names.insert(text, command), None, "{text} names two commands");
        }
    }
}
