//! The form in which a person chooses what the scores on screen are compared with.
//!
//! Owns what is chosen and typed, which models can be chosen, and when that is enough. Does not own how it is drawn.

use std::path::PathBuf;

use super::{Other, OtherModel};
use crate::app::models::{ModelEntry, ModelState};
use crate::app::state::AppState;
use crate::domain::score::TsaSettings;

/// What kind of thing is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumIter)]
pub enum OtherKind {
    /// A model of the project.
    Project,
    /// The model in use with other settings or another encoder.
    InUse,
    /// A model file.
    File,
    /// A file with scores.
    Scores,
}

impl OtherKind {
    /// What it is, in a few words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Project => "a model of the project",
            Self::InUse => "the model in use, set otherwise",
            Self::File => "a model file",
            Self::Scores => "scores of another program",
        }
    }
}

/// What is chosen and typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CompareForm {
    /// What kind of thing, once a person has chosen it.
    pub kind: Option<OtherKind>,
    /// The model of the project, by its hash; until one is chosen, the first that is not in use.
    pub model: Option<String>,
    /// Path of a model file.
    pub model_path: String,
    /// Path of a file with scores.
    pub scores_path: String,
    /// Folder of another encoder; empty for the one in use.
    pub encoder: String,
    /// Settings of attention, where they are to be others.
    pub tsa: Option<TsaSettings>,
}

/// What was typed, if it is a whole path.
fn path(text: &str) -> Option<PathBuf> {
    let path = PathBuf::from(text.trim().trim_matches('"'));
    path.is_absolute().then_some(path)
}

/// Models of the project that could be chosen: all but the one whose scores are on screen.
pub fn candidates(state: &AppState) -> impl Iterator<Item = &ModelEntry> {
    let shown = state.shown().and_then(|entry| entry.scored.as_ref()).map(|scored| scored.model.as_str());
    state.learn.models.iter().filter(move |entry| Some(entry.id.as_str()) != shown)
}

impl CompareForm {
    /// What kind of thing; until one is chosen, what can be compared at once.
    pub fn kind(&self, state: &AppState) -> OtherKind {
        let first = || if candidates(state).next().is_some() { OtherKind::Project } else { OtherKind::InUse };
        self.kind.unwrap_or_else(first)
    }

    /// What is missing, a sentence; only where [`Self::chosen`] gives nothing.
    pub fn missing(&self, state: &AppState) -> &'static str {
        match self.kind(state) {
            OtherKind::Project => "The project has no other model: choose something else to compare with.",
            OtherKind::InUse => {
                "Choose other attention or another encoder: as it is, the model would be compared with itself."
            }
            OtherKind::File => "Name a model file, by its whole path.",
            OtherKind::Scores => "Name a file with scores, by its whole path.",
        }
    }

    /// What the form says, if that is enough.
    pub fn chosen(&self, state: &AppState) -> Option<Other> {
        let kind = self.kind(state);
        let model = match kind {
            OtherKind::Scores => return path(&self.scores_path).map(Other::Scores),
            OtherKind::File => OtherModel::File(path(&self.model_path)?),
            OtherKind::InUse => OtherModel::InUse,
            OtherKind::Project => {
                let wanted = self.model.as_ref().and_then(|id| candidates(state).find(|entry| entry.id == *id));
                let entry = wanted.or_else(|| candidates(state).next())?;
                OtherModel::Project((entry.state != ModelState::Shipped).then(|| entry.id.clone()))
            }
        };
        let encoder = match self.encoder.trim() {
            "" => None,
            text => Some(path(text)?),
        };
        // The model in use as it is would be itself.
        let differs = kind != OtherKind::InUse || encoder.is_some() || self.tsa.is_some();
        differs.then_some(Other::Model { model, encoder, tsa: self.tsa })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_paths_count_and_the_model_in_use_must_differ_from_itself() {
        let state = AppState::default();
        let form = |kind| CompareForm { kind: Some(kind), ..CompareForm::default() };
        assert_eq!(form(OtherKind::Project).chosen(&state), None, "the project has none");
        assert_eq!(CompareForm::default().kind(&state), OtherKind::InUse, "which can be compared at once");
        assert_eq!(form(OtherKind::InUse).chosen(&state), None);
        let typed = |path: &str| CompareForm { scores_path: path.to_owned(), ..form(OtherKind::Scores) };
        let folder = tempfile::tempdir().expect("a folder");
        let whole = folder.path().join("a.npy");
        assert_eq!(typed("a.npy").chosen(&state), None);
        assert_eq!(typed(&format!("\"{}\"", whole.display())).chosen(&state), Some(Other::Scores(whole)));
        let other = CompareForm { tsa: Some(TsaSettings::default()), ..form(OtherKind::InUse) };
        assert!(matches!(other.chosen(&state), Some(Other::Model { model: OtherModel::InUse, tsa: Some(_), .. })));
        let half = CompareForm { encoder: "clip".to_owned(), ..other };
        assert_eq!(half.chosen(&state), None, "a folder that is not whole is no folder");
    }
}
