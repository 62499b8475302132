//! The append-only log: every step that anyone took, and the way back.
//!
//! Owns appending, undoing and listing. A step is one transaction: its rows, what they add up to, and nothing else.
//! An undo is a step like any other, and a redo is the undo of an undo: nothing is ever taken out. Does not own
//! values (`fold`) or hashes (`chain`).

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::chain::{LogHash, LogRow};
use super::error::{Fault, ProjectError};
use super::{Project, events, fold, now_us};
use crate::domain::record::{Change, HistoryEntry, Step, StepId};

/// Who takes a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// Name of the person.
    pub who: String,
    /// Id of the weights in use, where the step has to do with them.
    pub model: Option<String>,
}

/// A step that is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Its number.
    pub step: StepId,
    /// Its first row in the log.
    pub first_seq: u64,
    /// Its last row in the log.
    pub last_seq: u64,
    /// The hash of that row, which stands for the whole log up to it.
    pub head: LogHash,
}

impl Project {
    /// Writes a step. When this returns, it is on disk.
    ///
    /// # Errors
    /// The step does not start from what is there, cannot be written, or undoes one that does not count; another
    /// program writes; the disk is full. Nothing is written then.
    pub fn append(&mut self, step: &Step, author: &Author) -> Result<Appended, ProjectError> {
        self.write(|connection| {
            let appended = append(connection, step, author)?;
            events::follow(connection, step)?;
            Ok(appended)
        })
    }

    /// Takes back a step, which may itself be an undo. The step may be of any earlier day.
    ///
    /// # Errors
    /// There is no such step, it is undone already, or later steps changed what it left; else as [`Self::append`].
    pub fn undo(&mut self, step: StepId, author: &Author) -> Result<Appended, ProjectError> {
        let inverse = self.step(step)?.inverse();
        self.append(&Step { undoes: Some(step), ..inverse }, author)
    }

    /// A step as it was written.
    ///
    /// # Errors
    /// There is no such step, or the database cannot be read.
    pub fn step(&self, step: StepId) -> Result<Step, ProjectError> {
        self.read(|connection| {
            let range = "SELECT step, last, title, undoes FROM step WHERE step = ?1";
            let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
            let known: Option<(i64, i64, String, Option<i64>)> =
                connection.prepare_cached(range)?.query_row([step.0 as i64], read).optional()?;
            let (first, last, title, undoes) = known.ok_or(ProjectError::NoStep { step })?;
            let sql = "SELECT kind, video, key, before, after FROM log WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq";
            let mut found = connection.prepare_cached(sql)?;
            let mut rows = found.query([first, last])?;
            let mut changes = Vec::new();
            while let Some(row) = rows.next()? {
                let subject = fold::subject(row, 0)?;
                let value = |at: usize| -> Result<_, Fault> {
                    let text: Option<String> = row.get(at)?;
                    text.map(|text| fold::value(&text, subject.kind())).transpose()
                };
                let (before, after) = (value(3)?, value(4)?);
                changes.push(Change { subject, before, after });
            }
            Ok(Step { title, changes, undoes: undoes.map(step_id) })
        })
    }

    /// Steps from the newest back, `limit` at most, only those before `before` if it is given.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn history(&self, limit: usize, before: Option<StepId>) -> Result<Vec<HistoryEntry>, ProjectError> {
        let before = before.map_or(i64::MAX, |step| step.0 as i64);
        let sql = "SELECT step, title, at_us, who, last - step + 1, undoes, undone_by FROM step WHERE step < ?1 \
                   ORDER BY step DESC LIMIT ?2";
        self.read(|connection| {
            let mut found = connection.prepare_cached(sql)?;
            let rows = found.query_map(params![before, limit as i64], entry)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The step that "undo" means now: the newest that is no undo and counts.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn next_undo(&self) -> Result<Option<StepId>, ProjectError> {
        let sql = "SELECT max(step) FROM step WHERE undoes IS NULL AND undone_by IS NULL";
        self.read(|connection| Ok(connection.query_row(sql, [], |row| row.get::<_, Option<i64>>(0))?.map(step_id)))
    }

    /// The step to undo for what "redo" means now: the newest undo that counts, unless something new was done since.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn next_redo(&self) -> Result<Option<StepId>, ProjectError> {
        let sql = "SELECT max(undo.step) FROM step AS undo JOIN step AS of ON of.step = undo.undoes
                   WHERE undo.undoes IS NOT NULL AND undo.undone_by IS NULL AND of.undoes IS NULL
                   AND undo.step > (SELECT coalesce(max(step), 0) FROM step WHERE undoes IS NULL)";
        self.read(|connection| Ok(connection.query_row(sql, [], |row| row.get::<_, Option<i64>>(0))?.map(step_id)))
    }
}

fn step_id(step: i64) -> StepId {
    StepId(step as u64)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<HistoryEntry> {
    Ok(HistoryEntry {
        step: step_id(row.get(0)?),
        title: row.get(1)?,
        at_us: row.get(2)?,
        who: row.get(3)?,
        changes: row.get::<_, i64>(4)? as u64,
        undoes: row.get::<_, Option<i64>>(5)?.map(step_id),
        undone_by: row.get::<_, Option<i64>>(6)?.map(step_id),
    })
}

/// The last row's number and hash; 0 and zeros before the first.
pub(super) fn head(connection: &Connection) -> Result<(i64, LogHash), Fault> {
    let mut found = connection.prepare_cached("SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1")?;
    let last: Option<(i64, Vec<u8>)> = found.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((seq, hash)) = last else { return Ok((0, LogHash::default())) };
    let hash = LogHash::from_bytes(&hash).ok_or_else(|| Fault::Row(format!("hash in row {seq} of the log")))?;
    Ok((seq, hash))
}

fn append(connection: &Connection, step: &Step, author: &Author) -> Result<Appended, Fault> {
    if step.changes.is_empty() {
        return Err(ProjectError::Empty { title: step.title.clone() }.into());
    }
    if let Some(undoes) = step.undoes {
        check_undo(connection, undoes)?;
    }
    let (last, mut hash) = head(connection)?;
    let first = last + 1;
    let at_us = now_us();
    let mut seq = last;
    for change in &step.changes {
        seq += 1;
        let written = fold::apply(connection, change, seq)?;
        let row = LogRow {
            seq,
            step: first,
            at_us,
            who: author.who.clone(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            model: author.model.clone(),
            title: step.title.clone(),
            undoes: step.undoes.map(|step| step.0 as i64),
            kind: change.subject.kind().to_owned(),
            video: fold::video_text(&change.subject).to_owned(),
            key: change.subject.key(),
            before: written.before,
            after: written.after,
        };
        hash = row.hash(hash);
        insert(connection, &row, hash)?;
    }
    enter(connection, first, seq)?;
    if let Some(undoes) = step.undoes {
        count_undo(connection, first, undoes)?;
    }
    Ok(Appended { step: step_id(first), first_seq: first as u64, last_seq: seq as u64, head: hash })
}

fn insert(connection: &Connection, row: &LogRow, hash: LogHash) -> rusqlite::Result<()> {
    let sql = "INSERT INTO log (seq, step, at_us, who, program, model, title, undoes, kind, video, key, before, after, \
               hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    connection.prepare_cached(sql)?.execute(params![
        row.seq,
        row.step,
        row.at_us,
        row.who,
        row.program,
        row.model,
        row.title,
        row.undoes,
        row.kind,
        row.video,
        row.key,
        row.before,
        row.after,
        hash.as_bytes().as_slice(),
    ])?;
    Ok(())
}

/// Lists the step of the rows `first` to `last`.
pub(super) fn enter(connection: &Connection, first: i64, last: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO step (step, last, at_us, who, title, undoes) \
               SELECT seq, ?2, at_us, who, title, undoes FROM log WHERE seq = ?1";
    connection.prepare_cached(sql)?.execute([first, last])?;
    Ok(())
}

/// Refuses to take back what is not there, or what does not count.
fn check_undo(connection: &Connection, step: StepId) -> Result<(), Fault> {
    let mut found = connection.prepare_cached("SELECT undone_by FROM step WHERE step = ?1")?;
    match found.query_row([step.0 as i64], |row| row.get::<_, Option<i64>>(0)).optional()? {
        None => Err(ProjectError::NoStep { step }.into()),
        Some(Some(_)) => Err(ProjectError::Undone { step }.into()),
        Some(None) => Ok(()),
    }
}

/// Notes that `undo` took back `undone`.
///
/// If that was an undo itself, the step that it took back counts again, and so on down the line.
pub(super) fn count_undo(connection: &Connection, undo: i64, undone: StepId) -> rusqlite::Result<()> {
    let (mut by, mut counts, mut at) = (undo, true, Some(undone.0 as i64));
    while let Some(step) = at {
        let undone_by = counts.then_some(by);
        connection
            .prepare_cached("UPDATE step SET undone_by = ?2 WHERE step = ?1")?
            .execute(params![step, undone_by])?;
        (by, counts) = (step, !counts);
        let mut found = connection.prepare_cached("SELECT undoes FROM step WHERE step = ?1")?;
        at = found.query_row([step], |row| row.get(0)).optional()?.flatten();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{author, note_step, project, verdict_step, video};
    use super::*;
    use crate::domain::label::LabelSchema;
    use crate::domain::record::{ItemId, ReviewState, Subject, Value};

    #[test]
    fn a_step_is_there_after_the_program_ended() {
        let (folder, mut project) = project();
        let first = project.append(&verdict_step(1, 1), &author()).expect("is written");
        let second = project.append(&note_step(1, None, "dark"), &author()).expect("is written");
        assert_eq!((first.first_seq, second.first_seq, second.step), (1, 2, StepId(2)));
        assert_ne!(first.head, second.head);
        drop(project);
        let project = Project::open(folder.path(), "Ada").expect("opens");
        let mut folded = ReviewState::new(video(1));
        folded.apply_step(&verdict_step(1, 1)).expect("applies");
        folded.apply_step(&note_step(1, None, "dark")).expect("applies");
        assert_eq!(project.review_state(&video(1)).expect("reads"), folded);
        assert_eq!(project.review_state(&video(2)).expect("reads"), ReviewState::new(video(2)));
        assert_eq!(project.reviewed_videos().expect("reads"), [video(1)]);
        assert_eq!(project.step(first.step).expect("reads"), verdict_step(1, 1));
        assert_eq!(project.next_item().expect("reads"), ItemId(2));
        assert_eq!(project.label_schema().expect("reads"), LabelSchema::default());
        assert_eq!(project.promoted_model().expect("reads"), None);
    }

    #[test]
    fn a_step_that_starts_elsewhere_writes_nothing() {
        let (_folder, mut project) = project();
        project.append(&note_step(1, None, "dark"), &author()).expect("is written");
        let mut step = verdict_step(1, 1);
        step.changes.extend(note_step(1, None, "light").changes);
        let error = project.append(&step, &author()).expect_err("the note is there");
        assert!(matches!(error, ProjectError::Conflict(_)), "{error}");
        assert!(project.review_state(&video(1)).expect("reads").judgements.is_empty());
        assert_eq!(project.history(10, None).expect("reads").len(), 1);
        let next = project.append(&note_step(1, Some("dark"), "light"), &author()).expect("is written");
        assert_eq!(next.first_seq, 2, "no number is lost");
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        let (_folder, mut project) = project();
        let empty = project.append(&Step::new("nothing", Vec::new()), &author());
        assert!(matches!(empty, Err(ProjectError::Empty { .. })));
        let mut step = verdict_step(1, 1);
        if let Some(Value::Judgement(judgement)) = &mut step.changes[0].after {
            judgement.peak_score = f32::NAN;
        }
        assert!(matches!(project.append(&step, &author()), Err(ProjectError::Unwritable { .. })));
        step.changes[0].after = Some(Value::Reviewed);
        assert!(matches!(project.append(&step, &author()), Err(ProjectError::Unwritable { .. })));
        let mut step = verdict_step(1, 1);
        step.changes[0].subject = Subject::Judgement { video: video(1), id: ItemId(u64::MAX) };
        assert!(matches!(project.append(&step, &author()), Err(ProjectError::Unwritable { .. })));
        assert!(project.history(10, None).expect("reads").is_empty());
    }

    #[test]
    fn undo_and_redo_go_on_after_a_restart() {
        let (folder, mut project) = project();
        let first = project.append(&note_step(1, None, "a"), &author()).expect("is written").step;
        let second = project.append(&note_step(1, Some("a"), "b"), &author()).expect("is written").step;
        let note = |project: &Project| project.review_state(&video(1)).expect("reads").note;
        assert!(matches!(project.undo(first, &author()), Err(ProjectError::Conflict(_))));
        assert_eq!((project.next_undo().expect("reads"), project.next_redo().expect("reads")), (Some(second), None));
        project.undo(second, &author()).expect("is undone");
        assert_eq!(note(&project).as_deref(), Some("a"));
        drop(project);

        let mut project = Project::open(folder.path(), "Ada").expect("opens");
        assert!(matches!(project.undo(second, &author()), Err(ProjectError::Undone { .. })));
        assert!(matches!(project.undo(StepId(99), &author()), Err(ProjectError::NoStep { .. })));
        assert_eq!(project.next_undo().expect("reads"), Some(first));
        project.undo(first, &author()).expect("is undone");
        assert_eq!(note(&project), None);
        assert_eq!(project.next_undo().expect("reads"), None);
        // Redo, newest undo first.
        for expected in ["a", "b"] {
            let redo = project.next_redo().expect("reads").expect("there is one");
            project.undo(redo, &author()).expect("is redone");
            assert_eq!(note(&project).as_deref(), Some(expected));
        }
        assert_eq!((project.next_undo().expect("reads"), project.next_redo().expect("reads")), (Some(second), None));
        // Undone again, and something new is done: the way forward is gone, the past is not.
        project.undo(second, &author()).expect("is undone");
        assert!(project.next_redo().expect("reads").is_some());
        project.append(&verdict_step(1, 7), &author()).expect("is written");
        assert_eq!(project.next_redo().expect("reads"), None);
        let history = project.history(3, None).expect("reads");
        assert_eq!(history.len(), 3);
        let older = project.history(10, Some(history[2].step)).expect("reads");
        assert_eq!(older.len(), 5);
        assert_eq!(older[4].step, first);
        assert_eq!(older[4].undone_by, None, "it was redone");
        assert_eq!((older[4].title.as_str(), older[4].who.as_str(), older[4].changes), ("Note", "Ada", 1));
    }

    #[test]
    fn undoing_an_undo_of_an_undo_counts_down_the_line() {
        let (_folder, mut project) = project();
        let first = project.append(&note_step(1, None, "a"), &author()).expect("is written").step;
        let mut last = first;
        for turn in 0..6 {
            last = project.undo(last, &author()).expect("is undone").step;
            let of_first = project.history(10, None).expect("reads").last().expect("is there").undone_by;
            assert_eq!(of_first.is_some(), turn % 2 == 0, "turn {turn}");
            let note = project.review_state(&video(1)).expect("reads").note;
            assert_eq!(note.is_none(), turn % 2 == 0, "turn {turn}");
        }
    }
}
