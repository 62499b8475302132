//! The blind pass: a second reader marks a video without seeing what would tell them what to say.
//!
//! Owns what is hidden and what cannot be done meanwhile. Hidden are labels of others, ground truth, verdicts and the
//! agreement with others, and, unless the person wants to see it, what the model says: its curves, events, queue and
//! scores. Motion stays: it says how much moves, not whether that matters. Does not own hiding: views and lists ask here.

use serde::{Deserialize, Serialize};

use super::action::{Action, Among};
use super::learn::LearnAction;
use super::library::LibraryOrder;
use super::state::{AppState, Dialog};
use super::survey::SurveyAction;

/// Whether a blind pass is on, and how blind it is. Remembered between runs: whoever closes the window in the middle of
/// one is still in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlindPass {
    /// Whether it is on.
    pub on: bool,
    /// Whether curves and events of the model are shown all the same.
    pub shows_model: bool,
}

impl BlindPass {
    /// Whether what the model says is hidden.
    pub fn hides_model(self) -> bool {
        self.on && !self.shows_model
    }
}

/// Whether an action would show what is hidden, or change what only those should change who see it.
pub fn forbids(state: &AppState, action: &Action) -> bool {
    let blind = state.prefs.blind;
    let of_others = match action {
        // Verdicts, and the way from one to the next, tell what others said.
        Action::Judge(_)
        | Action::ClearVerdict
        | Action::Describe(_)
        | Action::ToggleReviewed
        | Action::StepEvent { among: Among::Open, .. }
        | Action::GoToRow(_)
        | Action::MarkRow(_)
        | Action::MarkRowsTo(_)
        | Action::StepRow(_)
        // Where others disagree.
        | Action::ReadAgreement
        | Action::StepDisagreement { .. }
        | Action::ShowFrames(_)
        | Action::Survey(SurveyAction::Watch(_) | SurveyAction::Step(_) | SurveyAction::Export)
        // What leaves or enters the project is what others said.
        | Action::Open(Dialog::ImportLabels | Dialog::ExportLabels | Dialog::CaseReport) => true,
        // The curve of a verdict asks for no more than what the panel of verdicts shows.
        Action::Learn(action) => !matches!(action, LearnAction::Ghost(_)),
        // Under another's name their labels would be one's own.
        Action::SetReviewPrefs(prefs) => prefs.reviewer() != state.prefs.review.reviewer(),
        _ => false,
    };
    let of_model = matches!(
        action,
        Action::StepEvent { .. }
            | Action::ShowEvent(_)
            | Action::LoopEvent(_)
            | Action::Compare(_)
            | Action::Ablation(_)
            | Action::TrimEvent(..)
            | Action::Inspect(_)
            | Action::Order(LibraryOrder::Score)
    );
    (blind.on && of_others) || (blind.hides_model() && of_model)
}
