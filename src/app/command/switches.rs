//! Which commands switch something, and whether it is on.
//!
//! Does not own what is switched: each answer is read from where that is kept.

use super::UiCommand;
use crate::app::arrangement::PanelKind;
use crate::app::lanes::LaneKind;
use crate::app::state::AppState;

impl UiCommand {
    /// Whether what it switches is on; `None` of commands that switch nothing.
    pub fn is_on(self, state: &AppState) -> Option<bool> {
        let prefs = &state.prefs;
        if let Some(panel) = self.panel() {
            return Some(prefs.layout.shown().any(|shown| shown == panel));
        }
        if let Some(lane) = self.lane() {
            return Some(prefs.timeline.lanes.is_shown(lane));
        }
        match self {
            Self::ToggleMute => Some(prefs.muted),
            Self::ToggleAdvance => Some(prefs.review.advance),
            Self::ToggleKnownNormal => Some(prefs.review.known_normal),
            Self::BlindPass => Some(prefs.blind.on),
            Self::BlindShowsModel => Some(prefs.blind.shows_model),
            Self::ToggleOverlays => Some(prefs.overlays),
            Self::ToggleSnapping => Some(prefs.timeline.snapping),
            Self::InvertAttention => Some(prefs.timeline.invert_attention),
            Self::PinPicture => Some(state.picture_pinned),
            _ => None,
        }
    }

    /// The panel that it shows and hides.
    fn panel(self) -> Option<PanelKind> {
        Some(match self {
            Self::ToggleLibrary => PanelKind::Library,
            Self::ToggleModels => PanelKind::Model,
            Self::ToggleInspector => PanelKind::Inspector,
            Self::ToggleTimeline => PanelKind::Timeline,
            Self::ToggleAttentionInspector => PanelKind::Attention,
            Self::ToggleCompare => PanelKind::Compare,
            Self::ToggleMap => PanelKind::Map,
            Self::ToggleSimilar => PanelKind::Similar,
            Self::ToggleEvaluation => PanelKind::Evaluation,
            Self::ToggleAblation => PanelKind::Ablation,
            _ => return None,
        })
    }

    /// The lane of the timeline that it shows and hides.
    fn lane(self) -> Option<LaneKind> {
        Some(match self {
            Self::ToggleOverview => LaneKind::Overview,
            Self::ToggleScore => LaneKind::Score,
            Self::ToggleDifference => LaneKind::Difference,
            Self::ToggleEvents => LaneKind::Events,
            Self::ToggleLabels => LaneKind::Labels,
            Self::ToggleDisagreement => LaneKind::Disagreement,
            Self::ToggleAttention => LaneKind::Attention,
            Self::ToggleMagnitude => LaneKind::Magnitude,
            Self::ToggleMotion => LaneKind::Motion,
            Self::ToggleTruth => LaneKind::Truth,
            Self::ToggleRecording => LaneKind::Recording,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;
    use crate::app::action::Action;

    #[test]
    fn a_switch_says_what_its_action_switches() {
        let state = AppState::default();
        let switches = UiCommand::iter().filter(|command| command.is_on(&state).is_some()).count();
        assert!(switches > 25, "{switches}");
        for command in UiCommand::iter() {
            match command.resolve(&state) {
                Some(Action::TogglePanel(panel)) => assert_eq!(command.panel(), Some(panel), "{command:?}"),
                Some(Action::ToggleLane(lane)) => assert_eq!(command.lane(), Some(lane), "{command:?}"),
                _ => assert!(command.panel().is_none() && command.lane().is_none(), "{command:?}"),
            }
        }
        assert_eq!(UiCommand::ToggleEvaluation.is_on(&state), Some(false));
        assert_eq!(UiCommand::ToggleTimeline.is_on(&state), Some(true));
        assert_eq!(UiCommand::Quit.is_on(&state), None);
    }
}
