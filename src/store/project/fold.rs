//! What the log adds up to: the present value of every subject.
//!
//! Owns the table `current` and reading from it. A change applies only where the subject holds what it says it
//! found, as in [`crate::domain::record::ReviewState`]. Does not own the log.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::Project;
use super::error::{Fault, ProjectError};
use crate::domain::label::{Label, LabelSchema};
use crate::domain::library::VideoId;
use crate::domain::record::{Change, Conflict, ItemId, ReviewState, Subject, Value};

impl Project {
    /// All that is known about a video; empty if nobody said anything.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn review_state(&self, video: &VideoId) -> Result<ReviewState, ProjectError> {
        self.read(|connection| {
            let mut state = ReviewState::new(video.clone());
            let mut found =
                connection.prepare_cached("SELECT kind, video, key, value FROM current WHERE video = ?1")?;
            let mut rows = found.query([video.as_str()])?;
            while let Some(row) = rows.next()? {
                let (subject, value) = subject_and_value(row)?;
                state.apply(&Change { subject, before: None, after: Some(value) }).map_err(ProjectError::from)?;
            }
            Ok(state)
        })
    }

    /// The videos about which anything is known, in the order of their hashes.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn reviewed_videos(&self) -> Result<Vec<VideoId>, ProjectError> {
        self.read(|connection| {
            let mut found =
                connection.prepare_cached("SELECT DISTINCT video FROM current WHERE video <> '' ORDER BY video")?;
            let texts = found.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
            texts.iter().map(|text| video_id(text)).collect()
        })
    }

    /// The classes of the project; the default ones until someone chose.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn label_schema(&self) -> Result<LabelSchema, ProjectError> {
        Ok(self.chosen_schema()?.unwrap_or_default())
    }

    /// The classes of the project as someone chose them, which is what a change of them must start from; `None` while
    /// nobody has.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn chosen_schema(&self) -> Result<Option<LabelSchema>, ProjectError> {
        match self.read(|connection| current(connection, &Subject::Schema))? {
            Some(Value::Schema(schema)) => Ok(Some(schema)),
            _ => Ok(None),
        }
    }

    /// The labels of a class, of all videos.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn labels_of_class(&self, class: &str) -> Result<Vec<(VideoId, ItemId, Label)>, ProjectError> {
        self.read(|connection| {
            let mut found =
                connection.prepare_cached("SELECT kind, video, key, value FROM current WHERE kind = 'label'")?;
            let (mut rows, mut labels) = (found.query([])?, Vec::new());
            while let Some(row) = rows.next()? {
                if let (Subject::Label { video, id }, Value::Label(label)) = subject_and_value(row)?
                    && label.class == class
                {
                    labels.push((video, id, label));
                }
            }
            Ok(labels)
        })
    }

    /// The id of the weights that were promoted last.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn promoted_model(&self) -> Result<Option<String>, ProjectError> {
        match self.read(|connection| current(connection, &Subject::Promotion))? {
            Some(Value::Model(model)) => Ok(Some(model)),
            _ => Ok(None),
        }
    }

    /// The first number for a new judgement or label; it and all after it were never used.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn next_item(&self) -> Result<ItemId, ProjectError> {
        let sql = "SELECT max(CAST(key AS INTEGER)) FROM log WHERE kind IN ('judgement', 'label')";
        let last: Option<i64> = self.read(|connection| Ok(connection.query_row(sql, [], |row| row.get(0))?))?;
        Ok(ItemId(last.map_or(1, |last| last as u64 + 1)))
    }
}

/// The present value of a subject.
pub(super) fn current(connection: &Connection, subject: &Subject) -> Result<Option<Value>, Fault> {
    let text = written(connection, (subject.kind(), video_text(subject), &subject.key()))?;
    text.map(|text| value(&text, subject.kind())).transpose()
}

/// The present value of a subject, by its columns, as it is written.
pub(super) fn written(
    connection: &Connection,
    (kind, video, key): (&str, &str, &str),
) -> rusqlite::Result<Option<String>> {
    let mut found =
        connection.prepare_cached("SELECT value FROM current WHERE kind = ?1 AND video = ?2 AND key = ?3")?;
    found.query_row([kind, video, key], |row| row.get(0)).optional()
}

/// A change as the log holds it.
pub(super) struct Written {
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// Applies a change as row `seq` of the log, and gives both values as they are written.
pub(super) fn apply(connection: &Connection, change: &Change, seq: i64) -> Result<Written, Fault> {
    let subject = &change.subject;
    let after = change.after.as_ref().map(|after| json(after, subject)).transpose()?;
    let key = subject.key();
    let columns = (subject.kind(), video_text(subject), key.as_str());
    let before = written(connection, columns)?;
    let held = before.as_deref().map(|text| value(text, subject.kind())).transpose()?;
    if held != change.before {
        return Err(ProjectError::from(Conflict(subject.clone())).into());
    }
    put(connection, columns, after.as_deref(), seq)?;
    Ok(Written { before, after })
}

/// Puts a value, or its absence, in its place.
pub(super) fn put(
    connection: &Connection,
    (kind, video, key): (&str, &str, &str),
    value: Option<&str>,
    seq: i64,
) -> rusqlite::Result<()> {
    match value {
        Some(value) => connection
            .prepare_cached(
                "INSERT OR REPLACE INTO current (kind, video, key, value, seq) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![kind, video, key, value, seq])?,
        None => connection
            .prepare_cached("DELETE FROM current WHERE kind = ?1 AND video = ?2 AND key = ?3")?
            .execute([kind, video, key])?,
    };
    Ok(())
}

/// Writes a value; refuses one that would not come back as it is, and numbers that SQLite cannot hold.
fn json(value: &Value, subject: &Subject) -> Result<String, Fault> {
    let refused = || ProjectError::Unwritable { subject: subject.clone() };
    if let Subject::Judgement { id, .. } | Subject::Label { id, .. } = subject
        && i64::try_from(id.0).is_err()
    {
        return Err(refused().into());
    }
    let text = serde_json::to_string(value).ok().filter(|_| value.fits(subject));
    let exact = text.filter(|text| serde_json::from_str::<Value>(text).is_ok_and(|read| read == *value));
    exact.ok_or_else(|| refused().into())
}

/// The hash of a subject's video, empty for the project's own.
pub(super) fn video_text(subject: &Subject) -> &str {
    subject.video().map_or("", VideoId::as_str)
}

pub(super) fn video_id(text: &str) -> Result<VideoId, Fault> {
    VideoId::parse(text).ok_or_else(|| Fault::Row(format!("video hash {text:?}")))
}

/// A value from how it is written.
pub(super) fn value(text: &str, kind: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|e| Fault::Row(format!("{kind} ({e})")))
}

/// The subject of the columns kind, video and key, which come first in `row`.
pub(super) fn subject(row: &Row<'_>, first: usize) -> Result<Subject, Fault> {
    let [kind, video, key] = [0, 1, 2].map(|at| row.get::<_, String>(first + at));
    let (kind, video, key) = (kind?, video?, key?);
    let id = if video.is_empty() { None } else { Some(video_id(&video)?) };
    Subject::from_parts(&kind, id, &key).ok_or_else(|| Fault::Row(format!("{kind} {key:?}")))
}

fn subject_and_value(row: &Row<'_>) -> Result<(Subject, Value), Fault> {
    let subject = subject(row, 0)?;
    let text: String = row.get(3)?;
    let value = value(&text, subject.kind())?;
    Ok((subject, value))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{author, project, video};
    use super::*;
    use crate::domain::interval::FrameSpan;
    use crate::domain::record::Step;

    #[test]
    fn labels_of_a_class_are_found_over_all_videos() {
        let (_folder, mut project) = project();
        let add = |of: u8, id: u64, class: &str| {
            let span = FrameSpan::new(0, 9).expect("holds frames");
            let (class, lane) = (class.to_owned(), "Ada".to_owned());
            let label = Label { span, class, lane, note: String::new(), confidence: Some(0.7) };
            let subject = Subject::Label { video: video(of), id: ItemId(id) };
            Step::new("New label", vec![Change { subject, before: None, after: Some(Value::Label(label)) }])
        };
        for (of, id, class) in [(1, 1, "Fight"), (1, 2, "Fall"), (2, 3, "Fight")] {
            project.append(&add(of, id, class), &author()).expect("is written");
        }
        let found = project.labels_of_class("Fight").expect("reads");
        let found: Vec<_> = found.into_iter().map(|(video, id, _)| (video, id)).collect();
        assert_eq!(found, [(video(1), ItemId(1)), (video(2), ItemId(3))]);
        assert_eq!(project.chosen_schema().expect("reads"), None, "the default is nobody's choice");
    }
}
