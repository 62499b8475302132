//! The models of a project: files in its folder, and in the log which of them is in use.
//!
//! Owns keeping model files whole, setting them aside, and promotion as a step of the log. A model is known by the hash of
//! its weights, which is its file's name. A candidate is a file; what makes it the model in use is the log alone. So the
//! file is on disk before the step is, and whatever ends the program in between leaves a candidate. Does not own what is in
//! a file (`model`), nor whether a candidate is good enough (`domain::gate`).
//!
//! ```text
//! models/0123456789abcdef.safetensors            candidates, and models that are or were in use
//! models/discarded/0123456789abcdef.safetensors  set aside; can be taken back
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::Row;

use super::error::{Fault, ProjectError};
use super::log::{Appended, Author};
use super::{Project, fold};
use crate::disk;
use crate::domain::record::{Change, Step, StepId, Subject, Value};

const SUFFIX: &str = ".safetensors";
const DISCARDED: &str = "discarded";

/// A model file of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelFile {
    /// Hash of its weights.
    pub id: String,
    /// Where it is.
    pub path: PathBuf,
    /// Whether it was set aside.
    pub discarded: bool,
    /// When it was written, where the system tells.
    pub at: Option<SystemTime>,
}

/// One change of the model in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// Its step in the log.
    pub step: StepId,
    /// When, in microseconds since 1970, UTC.
    pub at_us: i64,
    /// Who made it.
    pub who: String,
    /// The model that was in use; `None` for the one that comes with the program.
    pub from: Option<String>,
    /// The model that is in use since.
    pub to: Option<String>,
    /// Whether it is an undo, or was undone.
    pub undone: bool,
}

impl Project {
    /// Where the model of this id is or would be; `None` for what is no id.
    pub fn model_path(&self, id: &str) -> Option<PathBuf> {
        is_id(id).then(|| self.models_folder().join(format!("{id}{SUFFIX}")))
    }

    /// All model files, set aside ones too, in the order of their ids. Other files in the folder are passed over.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn model_files(&self) -> Result<Vec<ModelFile>, ProjectError> {
        let mut files = Vec::new();
        for (folder, discarded) in [(self.models_folder(), false), (self.models_folder().join(DISCARDED), true)] {
            let listed = match fs::read_dir(&folder) {
                Ok(listed) => listed,
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
                Err(e) => return Err(ProjectError::io(&folder, e)),
            };
            for file in listed.flatten() {
                let name = file.file_name();
                let Some(id) = name.to_str().and_then(|name| name.strip_suffix(SUFFIX)).filter(|id| is_id(id)) else {
                    continue;
                };
                let at = file.metadata().ok().and_then(|m| m.modified().ok());
                files.push(ModelFile { id: id.to_owned(), path: file.path(), discarded, at });
            }
        }
        files.sort_by(|a, b| (&a.id, a.discarded).cmp(&(&b.id, b.discarded)));
        files.dedup_by(|later, first| later.id == first.id);
        Ok(files)
    }

    /// Keeps a model file as a candidate: whole and safe on disk, or not at all. One that was set aside comes back.
    ///
    /// # Errors
    /// `id` is none, another program writes, or the disk is full.
    pub fn keep_model(&mut self, id: &str, bytes: &[u8]) -> Result<PathBuf, ProjectError> {
        self.writable()?;
        let path = self.model_path(id).ok_or_else(|| ProjectError::NoModel { id: id.to_owned() })?;
        disk::replace(&path, bytes).map_err(|e| ProjectError::io(&path, e))?;
        let aside = self.aside(&path);
        match fs::remove_file(&aside) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(ProjectError::io(&aside, e)),
            _ => Ok(path),
        }
    }

    /// Makes a kept model the one in use, as a step of the log; `None` is the model that comes with the program. Nothing
    /// happens, and no step is given, if it is in use already.
    ///
    /// # Errors
    /// There is no such file, or as [`Self::append`].
    pub fn promote(&mut self, id: Option<&str>, author: &Author) -> Result<Option<Appended>, ProjectError> {
        if let Some(id) = id
            && !self.model_path(id).is_some_and(|path| path.is_file())
        {
            return Err(ProjectError::NoModel { id: id.to_owned() });
        }
        let before = self.promoted_model()?;
        if before.as_deref() == id {
            return Ok(None);
        }
        let title = match id {
            Some(id) => format!("Model {id} in use"),
            None => "The model that comes with the program in use".to_owned(),
        };
        let (before, after) = (before.map(Value::Model), id.map(|id| Value::Model(id.to_owned())));
        let change = Change { subject: Subject::Promotion, before, after };
        self.append(&Step::new(title, vec![change]), author).map(Some)
    }

    /// Goes back to the model that was in use before: takes back the newest promotion that counts. Again goes further back.
    ///
    /// # Errors
    /// Nothing was promoted, the earlier model's file is gone, or as [`Self::undo`].
    pub fn roll_back(&mut self, author: &Author) -> Result<Promotion, ProjectError> {
        let promotions = self.promotions()?;
        let latest = promotions.into_iter().rev().find(|p| !p.undone).ok_or(ProjectError::NothingPromoted)?;
        if let Some(earlier) = &latest.from
            && !self.model_path(earlier).is_some_and(|path| path.is_file())
        {
            return Err(ProjectError::NoModel { id: earlier.clone() });
        }
        self.undo(latest.step, author)?;
        Ok(latest)
    }

    /// All changes of the model in use, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn promotions(&self) -> Result<Vec<Promotion>, ProjectError> {
        let sql = "SELECT log.step, log.at_us, log.who, log.before, log.after, \
                   step.undoes IS NOT NULL OR step.undone_by IS NOT NULL \
                   FROM log JOIN step ON step.step = log.step WHERE log.kind = 'promotion' ORDER BY log.seq";
        self.read(|connection| {
            let mut found = connection.prepare_cached(sql)?;
            let (mut rows, mut promotions) = (found.query([])?, Vec::new());
            while let Some(row) = rows.next()? {
                promotions.push(promotion(row)?);
            }
            Ok(promotions)
        })
    }

    /// Sets a candidate aside; [`Self::restore_model`] takes it back. The model in use stays.
    ///
    /// # Errors
    /// It is in use, there is no such file, another program writes, or the folder cannot be written.
    pub fn discard_model(&mut self, id: &str) -> Result<(), ProjectError> {
        self.writable()?;
        if self.promoted_model()?.as_deref() == Some(id) {
            return Err(ProjectError::InUse { id: id.to_owned() });
        }
        let path = self.model_path(id).ok_or_else(|| ProjectError::NoModel { id: id.to_owned() })?;
        move_model(id, &path, &self.aside(&path))
    }

    /// Takes a model back that was set aside.
    ///
    /// # Errors
    /// There is no such file, another program writes, or the folder cannot be written.
    pub fn restore_model(&mut self, id: &str) -> Result<(), ProjectError> {
        self.writable()?;
        let path = self.model_path(id).ok_or_else(|| ProjectError::NoModel { id: id.to_owned() })?;
        move_model(id, &self.aside(&path), &path)
    }

    fn models_folder(&self) -> PathBuf {
        self.folder.join("models")
    }

    /// Where a model stands that was set aside.
    fn aside(&self, path: &Path) -> PathBuf {
        self.models_folder().join(DISCARDED).join(path.file_name().unwrap_or_default())
    }
}

/// The file of a model from one place to another, which is there when this returns.
fn move_model(id: &str, from: &Path, to: &Path) -> Result<(), ProjectError> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(|e| ProjectError::io(folder, e))?;
    fs::rename(from, to).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => ProjectError::NoModel { id: id.to_owned() },
        _ => ProjectError::io(from, e),
    })?;
    disk::sync_folder(folder);
    if let Some(left) = from.parent() {
        disk::sync_folder(left);
    }
    Ok(())
}

fn promotion(row: &Row<'_>) -> Result<Promotion, Fault> {
    let model = |at: usize| -> Result<Option<String>, Fault> {
        let text: Option<String> = row.get(at)?;
        match text.map(|text| fold::value(&text, "promotion")).transpose()? {
            Some(Value::Model(id)) => Ok(Some(id)),
            _ => Ok(None),
        }
    };
    Ok(Promotion {
        step: StepId(row.get::<_, i64>(0)? as u64),
        at_us: row.get(1)?,
        who: row.get(2)?,
        from: model(3)?,
        to: model(4)?,
        undone: row.get(5)?,
    })
}

/// Whether `text` is a hash of weights, and so a file's name that stays in its folder.
fn is_id(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{author, project};
    use super::*;

    const ONE: &str = "0123456789abcdef";
    const TWO: &str = "fedcba9876543210";

    #[test]
    fn a_candidate_is_promoted_and_rolled_back_step_by_step() {
        let (folder, mut project) = project();
        for (id, bytes) in [(ONE, b"1"), (TWO, b"2")] {
            project.keep_model(id, bytes).expect("is kept");
        }
        assert_eq!(project.promoted_model().expect("reads"), None, "a candidate is not in use");
        assert!(project.promote(Some(ONE), &author()).expect("is promoted").is_some());
        assert!(project.promote(Some(ONE), &author()).expect("is in use").is_none());
        project.promote(Some(TWO), &author()).expect("is promoted");
        drop(project);
        let mut project = Project::open(folder.path(), "Ada").expect("opens");
        let used = |project: &Project| project.promoted_model().expect("reads");
        assert_eq!(used(&project).as_deref(), Some(TWO));
        let back = project.roll_back(&author()).expect("goes back");
        assert_eq!((back.from.as_deref(), back.to.as_deref()), (Some(ONE), Some(TWO)));
        assert_eq!(used(&project).as_deref(), Some(ONE));
        project.roll_back(&author()).expect("goes back");
        assert_eq!(used(&project), None);
        assert!(matches!(project.roll_back(&author()), Err(ProjectError::NothingPromoted)));
        let all = project.promotions().expect("reads");
        assert_eq!((all.len(), all.iter().all(|p| p.undone)), (4, true));
        assert!(project.verify().expect("reads").is_sound());
        project.promote(Some(TWO), &author()).expect("is promoted");
        project.promote(None, &author()).expect("is in use");
        assert_eq!(used(&project), None);
        project.roll_back(&author()).expect("goes back");
        assert_eq!(used(&project).as_deref(), Some(TWO));
    }

    #[test]
    fn what_is_set_aside_comes_back_and_what_is_in_use_stays() {
        let (folder, mut project) = project();
        project.keep_model(ONE, b"1").expect("is kept");
        project.discard_model(ONE).expect("is set aside");
        let files = project.model_files().expect("lists");
        assert_eq!((files.len(), files[0].discarded), (1, true));
        assert!(matches!(project.promote(Some(ONE), &author()), Err(ProjectError::NoModel { .. })));
        project.restore_model(ONE).expect("comes back");
        project.promote(Some(ONE), &author()).expect("is promoted");
        assert!(matches!(project.discard_model(ONE), Err(ProjectError::InUse { .. })));
        project.keep_model(TWO, b"2").expect("is kept");
        project.discard_model(TWO).expect("is set aside");
        project.keep_model(TWO, b"2").expect("is kept again");
        let files = project.model_files().expect("lists");
        assert!(files.len() == 2 && files.iter().all(|file| !file.discarded), "{files:?}");
        let reader = Project::open(folder.path(), "Grace").expect("opens");
        drop(project);
        assert!(matches!({ reader }.keep_model(TWO, b"3"), Err(ProjectError::Held { .. })));
    }

    #[test]
    fn names_that_leave_the_folder_are_no_ids() {
        let (_folder, mut project) = project();
        for id in ["../../x", "", "0123456789ABCDEF", "0123456789abcdef0"] {
            assert!(project.model_path(id).is_none(), "{id}");
            assert!(matches!(project.keep_model(id, b"x"), Err(ProjectError::NoModel { .. })), "{id}");
            assert!(matches!(project.promote(Some(id), &author()), Err(ProjectError::NoModel { .. })), "{id}");
        }
        fs::write(project.folder().join("models/readme.txt"), "mine").expect("is written");
        fs::write(project.folder().join("models/.tmp123"), "half").expect("is written");
        assert!(project.model_files().expect("lists").is_empty());
    }

    #[test]
    fn a_model_whose_file_is_gone_is_not_gone_back_to() {
        let (_folder, mut project) = project();
        for id in [ONE, TWO] {
            let path = project.keep_model(id, b"x").expect("is kept");
            project.promote(Some(id), &author()).expect("is promoted");
            if id == ONE {
                fs::remove_file(path).expect("is removed");
            }
        }
        assert!(matches!(project.roll_back(&author()), Err(ProjectError::NoModel { .. })));
        assert_eq!(project.promoted_model().expect("reads").as_deref(), Some(TWO), "nothing has changed");
    }
}
