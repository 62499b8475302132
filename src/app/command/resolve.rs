//! From commands to actions.
//!
//! Owns what a command means at this moment, and so whether it can be used. Does not carry anything out.

use crate::app::action::{Action, Among, Copied};
use crate::app::arrangement::{Layout, PanelKind};
use crate::app::blind::{self, BlindPass};
use crate::app::charting;
use crate::app::comparing::CompareAction;
use crate::app::effect::Zoom;
use crate::app::inspect::InspectAction;
use crate::app::lanes::{LaneKind, LaneSettings};
use crate::app::learn::LearnAction;
use crate::app::picture::{PAN_STEP, PictureView, ZOOM_STEP};
use crate::app::prefs::ReviewPrefs;
use crate::app::reviews::Project;
use crate::app::state::{AppState, DemoState, Dialog};
use crate::app::survey::SurveyAction;
use crate::domain::looping::LoopPoints;
use crate::domain::playback::PlaybackCommand;
use crate::domain::review::Verdict;
use crate::domain::segment::EventRule;
use crate::domain::sweep::Control;
use crate::domain::time::MediaTime;

use super::{Group, UiCommand};

/// A sweep of what is looked at.
fn sweep(state: &AppState, control: Control) -> Option<Action> {
    let looked = state.inspect.looked.as_ref().filter(|_| state.inspect.sweeping.is_none());
    looked.map(|_| Action::Inspect(InspectAction::Sweep(control, control.usual())))
}

impl UiCommand {
    /// The action it stands for now; `None` if it cannot be used.
    pub fn resolve(self, state: &AppState) -> Option<Action> {
        self.meant(state).filter(|action| !blind::forbids(state, action))
    }

    /// The action it stands for where nothing is hidden.
    #[expect(clippy::too_many_lines, reason = "one line for each command")]
    fn meant(self, state: &AppState) -> Option<Action> {
        use PlaybackCommand as P;
        let second = |n: i64| Action::Playback(P::SkipTime(MediaTime::from_micros(n * 1_000_000)));
        match self {
            Self::OpenFiles => state.picking.is_none().then_some(Action::PickFiles),
            Self::OpenFolder => state.picking.is_none().then_some(Action::PickFolder),
            Self::MakeDemo => (state.demo == DemoState::Idle).then_some(Action::MakeDemo),
            Self::OpenProject => Some(Action::Open(Dialog::Project)),
            Self::ImportLabels => in_project(state, Dialog::ImportLabels),
            Self::ExportLabels => in_project(state, Dialog::ExportLabels),
            Self::CaseReport => in_project(state, Dialog::CaseReport),
            Self::MovedFiles => in_project(state, Dialog::MovedFiles),
            Self::OpenAllVideos => state.reviews.project.folder().map(|_| Action::OpenProjectVideos),
            Self::RemoveFromList => state.library.selected_id().map(Action::Remove),
            Self::Quit => Some(Action::Quit),
            Self::NextVideo if state.works_in_gate() => Some(Action::Learn(LearnAction::StepRow(1))),
            Self::PreviousVideo if state.works_in_gate() => Some(Action::Learn(LearnAction::StepRow(-1))),
            Self::NextVideo if state.works_in_queue() => (!state.queue.is_empty()).then_some(Action::StepRow(1)),
            Self::PreviousVideo if state.works_in_queue() => (!state.queue.is_empty()).then_some(Action::StepRow(-1)),
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
            Self::OwnThreshold => {
                let own = state.engine.facts()?.own_threshold();
                (own != state.rule.threshold).then_some(Action::SetRule(EventRule { threshold: own, ..state.rule }))
            }
            Self::PreviousRule => state.rule_before.map(Action::SetRule),
            Self::CancelAll => (state.library.unfinished() > 0).then_some(Action::CancelAll),
            Self::Undo => state.reviews.writable().is_ok().then_some(Action::Undo),
            Self::Redo => state.reviews.writable().is_ok().then_some(Action::Redo),
            Self::History => Some(Action::ReadHistory),
            Self::ToggleAdvance => {
                let review = &state.prefs.review;
                Some(Action::SetReviewPrefs(ReviewPrefs { advance: !review.advance, ..review.clone() }))
            }
            Self::ToggleSnapping => Some(Action::ToggleSnapping),
            Self::ToggleOverview => Some(Action::ToggleLane(LaneKind::Overview)),
            Self::ToggleScore => Some(Action::ToggleLane(LaneKind::Score)),
            Self::ToggleDifference => Some(Action::ToggleLane(LaneKind::Difference)),
            Self::ToggleEvents => Some(Action::ToggleLane(LaneKind::Events)),
            Self::ToggleLabels => Some(Action::ToggleLane(LaneKind::Labels)),
            Self::ToggleDisagreement => Some(Action::ToggleLane(LaneKind::Disagreement)),
            Self::ToggleAttention => Some(Action::ToggleLane(LaneKind::Attention)),
            Self::ToggleMagnitude => Some(Action::ToggleLane(LaneKind::Magnitude)),
            Self::ToggleMotion => Some(Action::ToggleLane(LaneKind::Motion)),
            Self::ToggleTruth => Some(Action::ToggleLane(LaneKind::Truth)),
            Self::ToggleRecording => Some(Action::ToggleLane(LaneKind::Recording)),
            Self::InvertAttention => Some(Action::InvertAttention),
            Self::ResetLanes => Some(Action::SetLanes(LaneSettings::default())),
            Self::PictureZoomIn => looked_at(state, |p| p.zoomed(ZOOM_STEP, p.center)),
            Self::PictureZoomOut => looked_at(state, |p| p.zoomed(1.0 / ZOOM_STEP, p.center)),
            Self::PictureLeft => looked_at(state, |p| p.panned(-PAN_STEP, 0.0)),
            Self::PictureRight => looked_at(state, |p| p.panned(PAN_STEP, 0.0)),
            Self::PictureUp => looked_at(state, |p| p.panned(0.0, -PAN_STEP)),
            Self::PictureDown => looked_at(state, |p| p.panned(0.0, PAN_STEP)),
            Self::NextDeinterlace => looked_at(state, |p| PictureView { deinterlace: p.deinterlace.next(), ..p }),
            Self::PinPicture => Some(Action::PinPicture(!state.picture_pinned)),
            Self::ResetPicture => looked_at(state, |_| PictureView::default()),
            Self::ToggleOverlays => Some(Action::ToggleOverlays),
            Self::ToggleTheme => Some(Action::ToggleTheme),
            Self::ShowQueue => Some(Action::BringPanel(PanelKind::Queue)),
            Self::ShowLibrary => Some(Action::BringPanel(PanelKind::Library)),
            Self::ShowModels => Some(Action::BringPanel(PanelKind::Model)),
            Self::ToggleModels => Some(Action::TogglePanel(PanelKind::Model)),
            Self::ToggleCompare => Some(Action::TogglePanel(PanelKind::Compare)),
            Self::CompareWith => Some(Action::Compare(CompareAction::Open)),
            Self::StopComparing => state.comparing.other.as_ref().map(|_| Action::Compare(CompareAction::With(None))),
            Self::NextFlip => compared(state, CompareAction::Step(1)),
            Self::PreviousFlip => compared(state, CompareAction::Step(-1)),
            Self::ExportComparison => compared(state, CompareAction::Export),
            Self::MapVideo => state.session.as_ref().map(|_| Action::Survey(SurveyAction::Map { all: false })),
            Self::MapAll => (!state.library.is_empty()).then_some(Action::Survey(SurveyAction::Map { all: true })),
            Self::ExportMap => state.survey.map.as_ref().map(|_| Action::Survey(SurveyAction::Export)),
            Self::FindSimilar => state.session.as_ref().map(|_| Action::Survey(SurveyAction::FindSimilar)),
            Self::NextSimilar => state.survey.similar.as_ref().map(|_| Action::Survey(SurveyAction::Step(1))),
            Self::PreviousSimilar => state.survey.similar.as_ref().map(|_| Action::Survey(SurveyAction::Step(-1))),
            Self::ToggleMap => Some(Action::TogglePanel(PanelKind::Map)),
            Self::ToggleEvaluation => Some(Action::TogglePanel(PanelKind::Evaluation)),
            Self::ToggleAblation => Some(Action::TogglePanel(PanelKind::Ablation)),
            Self::ToggleSimilar => Some(Action::TogglePanel(PanelKind::Similar)),
            Self::PickEvent => state.current_event().map(|_| Action::Compare(CompareAction::PickEvent)),
            Self::PickNothing => (!state.picked.is_empty()).then_some(Action::Compare(CompareAction::PickNothing)),
            Self::LearnFromVerdicts if state.learn.is_busy() => Some(Action::BringPanel(PanelKind::Model)),
            Self::LearnFromVerdicts => {
                state.engine.facts()?;
                state.reviews.writable().ok().map(|()| Action::Learn(LearnAction::Start))
            }
            Self::RollBackModel => {
                let leads = state.learn.models.iter().any(|model| model.before);
                (leads && state.reviews.writable().is_ok()).then_some(Action::Learn(LearnAction::RollBack))
            }
            Self::ToggleKnownNormal => Some(Action::ToggleKnownNormal),
            Self::ToggleLibrary => Some(Action::TogglePanel(PanelKind::Library)),
            Self::ToggleInspector => Some(Action::TogglePanel(PanelKind::Inspector)),
            Self::ToggleAttentionInspector => Some(Action::TogglePanel(PanelKind::Attention)),
            Self::EndTrial => state.inspect.trial.as_ref().map(|_| Action::Inspect(InspectAction::End)),
            Self::SweepKappa => sweep(state, Control::Kappa),
            Self::SweepSigma => sweep(state, Control::Sigma),
            Self::KeepSweep => {
                let project = state.reviews.project.folder();
                state.inspect.swept.as_ref().zip(project).map(|_| Action::Inspect(InspectAction::KeepSweep))
            }
            Self::ToggleTimeline => Some(Action::TogglePanel(PanelKind::Timeline)),
            Self::ResetPanels => {
                let default = Layout { window: state.prefs.layout.window, ..Layout::default() };
                (state.prefs.layout != default).then_some(Action::SetLayout(default))
            }
            Self::FullScreen => Some(Action::ToggleFullScreen),
            Self::Palette => Some(Action::Open(Dialog::Palette)),
            Self::BackOut => Some(Action::BackOut),
            Self::Keys => Some(Action::Open(Dialog::Keys)),
            Self::ChangeKeys => Some(Action::Open(Dialog::ChangeKeys)),
            Self::SaveChart => (!charting::present(state).is_empty()).then_some(Action::Open(Dialog::Chart)),
            Self::SnapshotFolder => Some(Action::Open(Dialog::SnapshotFolder)),
            Self::About => Some(Action::Open(Dialog::About)),
            Self::EditClasses => Some(Action::Open(Dialog::Classes)),
            // Under another's name their labels would be one's own.
            Self::ReaderName => (!state.prefs.blind.on).then_some(Action::Open(Dialog::Name)),
            Self::BlindPass => {
                let blind = state.prefs.blind;
                Some(Action::SetBlind(BlindPass { on: !blind.on, ..blind }))
            }
            Self::BlindShowsModel => {
                let blind = state.prefs.blind;
                blind.on.then_some(Action::SetBlind(BlindPass { shows_model: !blind.shows_model, ..blind }))
            }
            Self::Agreement => matches!(state.reviews.project, Project::Open { .. }).then_some(Action::ReadAgreement),
            // All others move within a video.
            _ if state.session.is_none() => None,
            _ if self.group() == Group::Labels => self.label_action(state),
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
            Self::ToggleMute => state.has_sound().then_some(Action::ToggleMute),
            Self::VolumeUp => state.has_sound().then_some(Action::SetVolume(state.prefs.volume + 0.1)),
            Self::VolumeDown => state.has_sound().then_some(Action::SetVolume(state.prefs.volume - 0.1)),
            Self::EventPeak => {
                let event = state.events().get(state.current_event()?)?;
                let frame = state.session.as_ref()?.grid().middle(event.peak);
                Some(Action::Playback(P::SeekFrame(frame)))
            }
            Self::SetLoopStart => Some(Action::Playback(P::SetLoopStart)),
            Self::SetLoopEnd => Some(Action::Playback(P::SetLoopEnd)),
            Self::ToggleLoop => Some(Action::ToggleLoop),
            Self::LoopEvent => state.current_event().map(Action::LoopEvent),
            Self::ClearLoop => {
                let looped = state.session.as_ref()?.transport.looped();
                (looped != LoopPoints::default()).then_some(Action::Playback(P::ClearLoop))
            }
            Self::Snapshot => Some(Action::Snapshot),
            Self::CopyTime => Some(Action::Copy(Copied::Time)),
            Self::CopyFrame => Some(Action::Copy(Copied::Frame)),
            Self::CopyPosition => Some(Action::Copy(Copied::Position)),
            Self::RecordingClock => Some(Action::Open(Dialog::Clock)),
            Self::JudgeAnomaly => judge(state, Verdict::Anomaly),
            Self::JudgeFalseAlarm => judge(state, Verdict::FalseAlarm),
            Self::JudgeUnsure => judge(state, Verdict::Unsure),
            Self::ClearVerdict => {
                let mark = || state.shown()?.mark(state.current_event()?);
                (mark().is_some() || state.judged_here().is_some()).then_some(Action::ClearVerdict)
            }
            Self::ToggleReviewed => Some(Action::ToggleReviewed),
            Self::NextEvent => Some(Action::StepEvent { forward: true, among: Among::All }),
            Self::PreviousEvent => Some(Action::StepEvent { forward: false, among: Among::All }),
            Self::NextOpenEvent => Some(Action::StepEvent { forward: true, among: Among::Open }),
            Self::PreviousOpenEvent => Some(Action::StepEvent { forward: false, among: Among::Open }),
            Self::ZoomToFit => Some(Action::Timeline(Zoom::Fit)),
            Self::ZoomIn => Some(Action::Timeline(Zoom::In)),
            Self::ZoomOut => Some(Action::Timeline(Zoom::Out)),
            Self::ZoomToEvent => state.current_event().map(|_| Action::Timeline(Zoom::Event)),
            Self::ShowEarlier => Some(Action::Timeline(Zoom::Earlier)),
            Self::ShowLater => Some(Action::Timeline(Zoom::Later)),
            // Those of labels, which are met above.
            _ => None,
        }
    }
}

/// A window about the open project.
fn in_project(state: &AppState, dialog: Dialog) -> Option<Action> {
    state.reviews.project.folder().map(|_| Action::Open(dialog))
}

/// Something about the comparison on screen.
fn compared(state: &AppState, action: CompareAction) -> Option<Action> {
    state.comparing.shown().map(|_| Action::Compare(action))
}

/// A verdict on the marked rows of the queue, or else on the event on screen.
fn judge(state: &AppState, verdict: Verdict) -> Option<Action> {
    let marked = state.works_in_queue() && !state.queue.marked.is_empty();
    (marked || state.current_event().is_some() || state.judged_here().is_some()).then_some(Action::Judge(verdict))
}

/// Looking at the picture in another way; nothing if it would be the same, or there is no picture.
fn looked_at(state: &AppState, change: impl FnOnce(PictureView) -> PictureView) -> Option<Action> {
    state.session.as_ref()?;
    let changed = change(state.picture);
    (changed != state.picture).then_some(Action::SetPicture(changed))
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;
    use crate::app::effect::Pick;

    #[test]
    fn without_a_video_nothing_moves() {
        let state = AppState::default();
        for command in UiCommand::iter().filter(|c| c.group() == Group::Playback) {
            assert_eq!(command.resolve(&state), None, "{command:?}");
        }
        assert_eq!(UiCommand::OpenFiles.resolve(&state), Some(Action::PickFiles));
        let picking = AppState { picking: Some(Pick::Videos), ..AppState::default() };
        assert_eq!(UiCommand::OpenFiles.resolve(&picking), None);
    }
}
