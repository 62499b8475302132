//! The models of a project, as a tree: which came from which, which is in use, which wait to be looked at.
//!
//! Owns what a model is to a project, finding one by a few digits, and the way of a model into a project and out of it.
//! The model that comes with the program is in every project. Does not own the files and the log (`store`), what is in a
//! model (`model`), or the decision to put one in use: a person's, after the gate.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use thiserror::Error;

use crate::disk;
use crate::model::weights::ModelWeights;
use crate::model::{ModelError, ModelInfo};
use crate::store::project::{ModelFile, Promotion};
use crate::store::{Project, ProjectError};

/// What the model that comes with the program is called where an id is asked for.
pub const SHIPPED: &str = "builtin";

/// Why a project's model cannot be used.
#[derive(Debug, Error)]
pub enum ModelsError {
    /// The project's side.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// The model's side.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A file whose weights are not those of its name.
    #[error("{} does not hold the weights that it is named after, but {found}; nothing was changed", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// Hash of what it holds.
        found: String,
    },
    /// Digits with which several ids begin.
    #[error("{wanted:?} may be {}; give more digits", found.join(" or "))]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// The ids.
        found: Vec<String>,
    },
    /// The exported file.
    #[error("{} cannot be written: {source}", path.display())]
    Export {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// What a model is to a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    /// Comes with the program.
    Shipped,
    /// Waits to be looked at; never was in use.
    Candidate,
    /// Is in use or was.
    Promoted,
    /// Set aside.
    Discarded,
}

/// One model of the tree.
#[derive(Clone, Debug)]
pub struct ModelEntry {
    /// Hash of its weights.
    pub id: String,
    /// How many ancestors it has in the project.
    pub depth: usize,
    /// What it is.
    pub state: ModelState,
    /// Whether it is the one in use.
    pub in_use: bool,
    /// Whether it is the one that going back leads to.
    pub before: bool,
    /// What is known about it, or why that cannot be read.
    pub info: Result<ModelInfo, String>,
    /// When its file was written.
    pub at: Option<SystemTime>,
}

impl ModelEntry {
    /// What it is to the project, in a word or two.
    pub fn standing(&self) -> &'static str {
        match (self.in_use, self.state) {
            (true, _) => "in use",
            (false, ModelState::Shipped) => "came with the program",
            (false, ModelState::Candidate) => "candidate",
            (false, ModelState::Promoted) => "was in use",
            (false, ModelState::Discarded) => "set aside",
        }
    }
}

/// All models of a project, each behind its parent, the oldest child first.
///
/// # Errors
/// The project cannot be read. A single file that cannot be read is an entry that says so.
pub fn tree(project: &Project) -> Result<Vec<ModelEntry>, ModelsError> {
    let (promoted, used) = (project.promoted_model()?, project.promotions()?);
    let before = used.iter().rev().find(|promotion| !promotion.undone).map(|latest| latest.from.clone());
    let shipped = ModelWeights::builtin()?.info().clone();
    let mut entries = vec![ModelEntry {
        id: shipped.weights_id.clone(),
        depth: 0,
        state: ModelState::Shipped,
        in_use: promoted.is_none(),
        before: before == Some(None),
        info: Ok(shipped),
        at: None,
    }];
    for file in project.model_files()? {
        if file.id == entries[0].id {
            // A copy of the one that comes with the program.
            entries[0].in_use |= promoted.as_deref() == Some(&file.id);
            entries[0].before |= before.as_ref().is_some_and(|id| id.as_ref() == Some(&file.id));
            continue;
        }
        let before = before.as_ref().is_some_and(|id| id.as_ref() == Some(&file.id));
        entries.push(ModelEntry { before, ..entry(file, promoted.as_deref(), &used) });
    }
    Ok(in_tree_order(entries))
}

fn entry(file: ModelFile, promoted: Option<&str>, used: &[Promotion]) -> ModelEntry {
    let was_used = used.iter().any(|p| p.to.as_deref() == Some(&file.id));
    let state = match (file.discarded, was_used) {
        (true, _) => ModelState::Discarded,
        (false, true) => ModelState::Promoted,
        (false, false) => ModelState::Candidate,
    };
    let info = ModelInfo::peek(&file.path).map_err(|err| err.to_string());
    let info = info.map(|info| ModelInfo { weights_id: file.id.clone(), ..info });
    ModelEntry { in_use: promoted == Some(&file.id), before: false, id: file.id, depth: 0, state, info, at: file.at }
}

/// Every entry behind its parent; those without one in the list begin trees of their own.
fn in_tree_order(mut entries: Vec<ModelEntry>) -> Vec<ModelEntry> {
    entries.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    let ids: BTreeSet<String> = entries.iter().map(|entry| entry.id.clone()).collect();
    let parent = |entry: &ModelEntry| -> Option<String> {
        let parent = entry.info.as_ref().ok()?.parent.clone()?;
        (ids.contains(&parent) && parent != entry.id).then_some(parent)
    };
    let (mut ordered, mut left): (Vec<ModelEntry>, Vec<ModelEntry>) = (Vec::new(), entries);
    // Roots first, then whoever's parent is there; a ring of parents, which no honest files make, begins at its oldest.
    while !left.is_empty() {
        let known = |id: &str, ordered: &[ModelEntry]| ordered.iter().position(|entry| entry.id == *id);
        let next = left.iter().position(|entry| parent(entry).is_none_or(|id| known(&id, &ordered).is_some()));
        let mut entry = left.remove(next.unwrap_or(0));
        match parent(&entry).and_then(|id| known(&id, &ordered)) {
            Some(at) => {
                entry.depth = ordered[at].depth + 1;
                let family = ordered[at + 1..].iter().take_while(|other| other.depth >= entry.depth).count();
                ordered.insert(at + 1 + family, entry);
            }
            None => ordered.push(entry),
        }
    }
    ordered
}

/// The id that `wanted` means: the first digits of one, or [`SHIPPED`], which is `None`.
///
/// # Errors
/// There is none, or several.
pub fn find(project: &Project, wanted: &str) -> Result<Option<String>, ModelsError> {
    if wanted == SHIPPED {
        return Ok(None);
    }
    let mut found: Vec<String> =
        project.model_files()?.into_iter().map(|file| file.id).filter(|id| id.starts_with(wanted)).collect();
    match found.len() {
        0 if !wanted.is_empty() && ModelWeights::builtin()?.info().weights_id.starts_with(wanted) => Ok(None),
        0 => Err(ProjectError::NoModel { id: wanted.to_owned() }.into()),
        1 => Ok(found.pop()),
        _ => Err(ModelsError::Ambiguous { wanted: wanted.to_owned(), found }),
    }
}

/// A model of the project, set aside ones too; `None` is the one that comes with the program.
///
/// # Errors
/// There is no such file, or it is not what it was when it came here.
pub fn load(project: &Project, id: Option<&str>) -> Result<Arc<ModelWeights>, ModelsError> {
    let Some(id) = id else { return Ok(Arc::new(ModelWeights::builtin()?)) };
    let files = project.model_files()?;
    let file =
        files.into_iter().find(|file| file.id == id).ok_or_else(|| ProjectError::NoModel { id: id.to_owned() })?;
    let weights = ModelWeights::load(&file.path)?;
    let found = &weights.info().weights_id;
    if found != id {
        return Err(ModelsError::Changed { path: file.path, found: found.clone() });
    }
    Ok(Arc::new(weights))
}

/// The model that is in use in the project.
///
/// # Errors
/// As [`load`].
pub fn in_use(project: &Project) -> Result<Arc<ModelWeights>, ModelsError> {
    load(project, project.promoted_model()?.as_deref())
}

/// Keeps a model in the project as a candidate.
///
/// # Errors
/// The project cannot be written.
pub fn keep(project: &mut Project, weights: &ModelWeights) -> Result<PathBuf, ModelsError> {
    Ok(project.keep_model(&weights.info().weights_id, &weights.to_bytes()?)?)
}

/// What bringing a model file in did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Hash of its weights.
    pub id: String,
    /// What it was to the project already, where it was there; then nothing was changed.
    pub known: Option<&'static str>,
}

/// Brings a model file into the project as a candidate, whatever format it has. One that is there stays what it is, but one
/// that was set aside is a candidate again.
///
/// # Errors
/// The file holds no model, or the project cannot be written.
pub fn import(project: &mut Project, path: &Path) -> Result<Imported, ModelsError> {
    let weights = ModelWeights::load(path)?;
    let id = weights.info().weights_id.clone();
    let there = tree(project)?.into_iter().find(|entry| entry.id == id && entry.state != ModelState::Discarded);
    if let Some(entry) = there.filter(|entry| entry.info.is_ok()) {
        return Ok(Imported { id, known: Some(entry.standing()) });
    }
    keep(project, &weights)?;
    Ok(Imported { id, known: None })
}

/// Writes a model as one file, with its bags, threshold and descent.
///
/// # Errors
/// As [`load`], or the file cannot be written.
pub fn export(project: &Project, id: Option<&str>, path: &Path) -> Result<(), ModelsError> {
    let bytes = load(project, id)?.to_bytes()?;
    disk::replace(path, &bytes).map_err(|source| ModelsError::Export { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::parameters::Parameters;
    use crate::store::project::Author;

    fn model(seed: u64, parent: Option<&str>) -> ModelWeights {
        let info = ModelInfo { parent: parent.map(str::to_owned), ..ModelInfo::default() };
        ModelWeights::new(Parameters::initial(20, seed), info)
    }

    fn project() -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().expect("a folder");
        let project = Project::create(folder.path(), "Ada").expect("is made");
        (folder, project)
    }

    fn author() -> Author {
        Author { who: "Ada".to_owned(), model: None }
    }

    #[test]
    fn models_stand_behind_their_parents() {
        let (_folder, mut project) = project();
        let shipped = ModelWeights::builtin().expect("is whole").info().weights_id.clone();
        let first = model(1, Some(&shipped));
        let second = model(2, Some(&first.info().weights_id));
        let third = model(3, Some(&shipped));
        let orphan = model(4, Some("ffffffffffffffff"));
        for weights in [&second, &first, &third, &orphan] {
            keep(&mut project, weights).expect("is kept");
        }
        project.promote(Some(&second.info().weights_id), &author()).expect("is promoted");
        project.discard_model(&third.info().weights_id).expect("is set aside");
        let shown: Vec<_> =
            tree(&project).expect("reads").into_iter().map(|e| (e.id, e.depth, e.state, e.in_use)).collect();
        let at =
            |weights: &ModelWeights| shown.iter().position(|row| row.0 == weights.info().weights_id).expect("is there");
        assert_eq!(shown[0], (shipped, 0, ModelState::Shipped, false));
        assert_eq!((shown[at(&first)].1, shown[at(&first)].2), (1, ModelState::Candidate));
        assert_eq!((at(&second), shown[at(&second)].1), (at(&first) + 1, 2));
        assert_eq!((shown[at(&second)].2, shown[at(&second)].3), (ModelState::Promoted, true));
        assert_eq!((shown[at(&third)].1, shown[at(&third)].2), (1, ModelState::Discarded));
        assert_eq!(shown[at(&orphan)].1, 0);
        assert_eq!(in_use(&project).expect("loads").parameters(), second.parameters());
    }

    #[test]
    fn going_back_leads_to_the_model_before_as_long_as_there_is_one() {
        let (_folder, mut project) = project();
        let shipped = ModelWeights::builtin().expect("is whole").info().weights_id.clone();
        let (one, two) = (model(1, None), model(2, None));
        let id = |weights: &ModelWeights| weights.info().weights_id.clone();
        let before = |project: &Project| tree(project).expect("reads").into_iter().find(|e| e.before).map(|e| e.id);
        assert_eq!(before(&project), None);
        for (weights, leads_to) in [(&one, shipped.clone()), (&two, id(&one))] {
            keep(&mut project, weights).expect("is kept");
            project.promote(Some(&id(weights)), &author()).expect("is promoted");
            assert_eq!(before(&project), Some(leads_to));
        }
        project.roll_back(&author()).expect("goes back");
        assert_eq!(before(&project), Some(shipped));
        project.roll_back(&author()).expect("goes back");
        assert_eq!(before(&project), None);
    }

    #[test]
    fn a_model_goes_out_and_comes_back_whole() {
        let (folder, mut project) = project();
        let weights = model(1, None);
        let id = weights.info().weights_id.clone();
        keep(&mut project, &weights).expect("is kept");
        let path = folder.path().join("out/model.safetensors");
        export(&project, Some(&id), &path).expect("is written");
        let (_other, mut other) = self::project();
        assert_eq!(import(&mut other, &path).expect("is read"), Imported { id: id.clone(), known: None });
        let again = import(&mut other, &path).expect("is read");
        assert_eq!(again, Imported { id: id.clone(), known: Some("candidate") });
        other.discard_model(&id).expect("is set aside");
        assert_eq!(import(&mut other, &path).expect("is read").known, None, "it comes back");
        assert_eq!(*load(&other, Some(&id)).expect("loads"), *load(&project, Some(&id)).expect("loads"));
        assert_eq!(find(&other, &id[..5]).expect("is found").as_deref(), Some(id.as_str()));
        assert_eq!(find(&other, SHIPPED).expect("is found"), None);
        assert!(find(&other, "zz").expect_err("is not there").to_string().contains("zz"));
    }

    #[test]
    fn a_file_that_is_not_what_it_was_is_refused() {
        let (_folder, mut project) = project();
        let (one, two) = (model(1, None), model(2, None));
        keep(&mut project, &one).expect("is kept");
        let id = one.info().weights_id.clone();
        let path = project.model_path(&id).expect("is an id");
        std::fs::write(&path, two.to_bytes().expect("is written")).expect("is written");
        assert!(matches!(load(&project, Some(&id)), Err(ModelsError::Changed { .. })));
        std::fs::write(&path, "half").expect("is written");
        assert!(matches!(load(&project, Some(&id)), Err(ModelsError::Model(_))));
        let broken = tree(&project).expect("reads").into_iter().find(|entry| entry.id == id).expect("is listed");
        assert!(broken.info.is_err());
    }
}
