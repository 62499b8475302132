//! Whether the record is what was written, and making again what is derived from it.
//!
//! Owns the checks of the log's rows, and replaying the log. Does not own the hashes (`chain`) nor the rules that
//! are replayed (`fold`, `log`): the same code that wrote the tables makes them again, on another connection, where
//! temporary tables stand in their place.

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row};

use super::chain::{LogHash, LogRow};
use super::error::{Fault, ProjectError};
use super::{DATABASE, Project, events, fold, log};
use crate::domain::record::StepId;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Rows in the log.
    pub rows: u64,
    /// The hash of the last one, which stands for all.
    pub head: LogHash,
    /// What is wrong: of the log only the first row, for whatever is behind it hangs on it.
    pub problems: Vec<Problem>,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which row of the log, where it is one.
    pub row: Option<u64>,
    /// What is wrong, as a sentence without its full stop.
    pub what: String,
}

impl Verification {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

impl Project {
    /// Checks every row of the log against the one before it, and everything derived against the log. Reads only;
    /// takes some seconds for a hundred thousand rows.
    ///
    /// # Errors
    /// The database cannot be read. What is wrong in it is no error but in the report.
    pub fn verify(&self) -> Result<Verification, ProjectError> {
        let checked = || -> Result<Verification, Fault> {
            let connection = Connection::open_with_flags(self.folder.join(DATABASE), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            connection.pragma_update(None, "temp_store", "MEMORY")?;
            // One view of the database, whatever is written meanwhile.
            connection.execute_batch("BEGIN")?;
            for table in ["current", "step"] {
                let sql = "SELECT sql FROM main.sqlite_schema WHERE name = ?1";
                let made: String = connection.query_row(sql, [table], |row| row.get(0))?;
                connection.execute_batch(&made.replacen("CREATE TABLE", "CREATE TEMP TABLE", 1))?;
            }
            let mut found = replay(&connection)?;
            found.problems.extend(compare(&connection)?);
            Ok(found)
        };
        checked().map_err(|fault| fault.at(&self.folder))
    }

    /// Makes everything that is derived from the log again, in one transaction: present values, the list of steps,
    /// the standing of events. The log stays as it is.
    ///
    /// # Errors
    /// The database cannot be read or written.
    pub fn rebuild(&mut self) -> Result<(), ProjectError> {
        self.write(|connection| {
            connection.execute_batch("DELETE FROM current; DELETE FROM step")?;
            replay(connection)?;
            events::rebuild(connection)
        })
    }
}

/// Goes through the log from its first row, does what each row says, and notes the first that is not as written.
fn replay(connection: &Connection) -> Result<Verification, Fault> {
    let sql = "SELECT seq, step, at_us, who, program, model, title, undoes, kind, video, key, before, after, hash \
               FROM log ORDER BY seq";
    let mut query = connection.prepare(sql)?;
    let mut rows = query.query([])?;
    let mut found = Verification { rows: 0, head: LogHash::default(), problems: Vec::new() };
    let mut last: Option<LogRow> = None;
    while let Some(stored) = rows.next()? {
        let row = log_row(stored)?;
        let hash = LogHash::from_bytes(stored.get_ref(13)?.as_blob().unwrap_or_default());
        let seen = check(connection, &row, hash, (last.as_ref(), found.head))?;
        if let (Some(what), true) = (seen, found.problems.is_empty()) {
            found.problems.push(Problem { row: Some(row.seq as u64), what });
        }
        if let Some(last) = last.filter(|last| last.step != row.step) {
            end_step(connection, &last)?;
        }
        fold::put(connection, (&row.kind, &row.video, &row.key), row.after.as_deref(), row.seq)?;
        found.rows += 1;
        found.head = hash.unwrap_or_default();
        last = Some(row);
    }
    if let Some(last) = last {
        end_step(connection, &last)?;
    }
    Ok(found)
}

fn end_step(connection: &Connection, last: &LogRow) -> rusqlite::Result<()> {
    log::enter(connection, last.step, last.seq)?;
    match last.undoes {
        Some(undone) => log::count_undo(connection, last.step, StepId(undone as u64)),
        None => Ok(()),
    }
}

fn log_row(row: &Row<'_>) -> rusqlite::Result<LogRow> {
    Ok(LogRow {
        seq: row.get(0)?,
        step: row.get(1)?,
        at_us: row.get(2)?,
        who: row.get(3)?,
        program: row.get(4)?,
        model: row.get(5)?,
        title: row.get(6)?,
        undoes: row.get(7)?,
        kind: row.get(8)?,
        video: row.get(9)?,
        key: row.get(10)?,
        before: row.get(11)?,
        after: row.get(12)?,
    })
}

/// What is wrong with a row, given the row before it and that one's hash.
fn check(
    connection: &Connection,
    row: &LogRow,
    hash: Option<LogHash>,
    (last, previous): (Option<&LogRow>, LogHash),
) -> Result<Option<String>, Fault> {
    let expected = last.map_or(1, |last| last.seq + 1);
    if row.seq != expected {
        return Ok(Some(format!("row {expected} is missing before it")));
    }
    if hash != Some(row.hash(previous)) {
        return Ok(Some("its hash does not fit its content and the row before it".to_owned()));
    }
    if row.step != row.seq && last.is_none_or(|last| last.step != row.step) {
        return Ok(Some("it belongs to a step that does not begin before it".to_owned()));
    }
    let video = if row.video.is_empty() { None } else { Some(fold::video_id(&row.video)) };
    let subject =
        video.transpose().ok().and_then(|video| crate::domain::record::Subject::from_parts(&row.kind, video, &row.key));
    let readable = |text: &String| fold::value(text, &row.kind).is_ok();
    if subject.is_none() || ![&row.before, &row.after].into_iter().flatten().all(readable) {
        return Ok(Some("its content cannot be read".to_owned()));
    }
    if fold::written(connection, (&row.kind, &row.video, &row.key))? != row.before {
        return Ok(Some("it starts from something else than the rows before it leave".to_owned()));
    }
    Ok(None)
}

/// Compares what the log adds up to, in the temporary tables, with what the project shows.
fn compare(connection: &Connection) -> Result<Vec<Problem>, Fault> {
    let mut problems = Vec::new();
    for (table, key, what) in
        [("current", "kind || ' ' || key", "present value"), ("step", "step", "entry of the history")]
    {
        let sql = format!(
            "SELECT {key} FROM (SELECT * FROM (SELECT * FROM temp.{table} EXCEPT SELECT * FROM main.{table}) UNION ALL \
             SELECT * FROM (SELECT * FROM main.{table} EXCEPT SELECT * FROM temp.{table})) LIMIT 1"
        );
        let differs: Option<rusqlite::types::Value> = connection.query_row(&sql, [], |row| row.get(0)).optional()?;
        if let Some(which) = differs {
            let which = match which {
                rusqlite::types::Value::Text(text) => text,
                rusqlite::types::Value::Integer(number) => number.to_string(),
                _ => String::new(),
            };
            let what = format!("the {what} of {} is not what the log adds up to; rebuild the project", which.trim());
            problems.push(Problem { row: None, what });
        }
    }
    let sql = "SELECT count(*) FROM main.pile WHERE events <> (SELECT count(*) FROM main.queue WHERE pile = pile.id)";
    let wrong: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    if wrong > 0 {
        let what = format!("the queue counts its events wrong in {wrong} places; rebuild the project");
        problems.push(Problem { row: None, what });
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{author, event, known, note_step, project, verdict_step, video};
    use super::*;
    use crate::domain::queue::QueueFilter;

    /// A project in which everything happened once.
    fn used() -> (tempfile::TempDir, Project) {
        let (folder, mut project) = project();
        project.see_videos(&[known(1, "a.mp4")]).expect("is noted");
        project
            .replace_events(&video(1), "m", "rule", &[event(16, 32, 0.5, 0.1), event(99, 120, 0.4, 0.2)])
            .expect("are");
        for id in 1..5 {
            project.append(&verdict_step(1, id), &author()).expect("is written");
        }
        let mut step = note_step(1, None, "a");
        step.changes.extend(note_step(1, Some("a"), "b").changes);
        let step = project.append(&step, &author()).expect("is written").step;
        let undo = project.undo(step, &author()).expect("is undone").step;
        project.undo(undo, &author()).expect("is redone");
        (folder, project)
    }

    /// Lets a test do what the triggers forbid.
    fn tamper(project: &Project, sql: &str) {
        let triggers =
            "DROP TRIGGER IF EXISTS log_keeps; DROP TRIGGER IF EXISTS log_holds; DROP TRIGGER IF EXISTS log_goes_on";
        project.connection.execute_batch(&format!("{triggers}; {sql}")).expect("is done");
    }

    #[test]
    fn what_was_written_is_sound() {
        let (_folder, project) = used();
        let found = project.verify().expect("reads");
        assert_eq!(found.problems, []);
        assert_eq!(found.rows, 10);
        assert_eq!(found.head, log::head(&project.connection).expect("reads").1);
    }

    #[test]
    fn every_change_to_the_log_is_found_in_its_row() {
        for (sql, row, part) in [
            ("UPDATE log SET who = 'Eve' WHERE seq = 3", 3, "hash"),
            ("UPDATE log SET after = replace(after, 'false_alarm', 'anomaly') WHERE seq = 2", 2, "hash"),
            ("UPDATE log SET hash = zeroblob(32) WHERE seq = 4", 4, "hash"),
            ("UPDATE log SET hash = x'00' WHERE seq = 4", 4, "hash"),
            ("DELETE FROM log WHERE seq = 3", 4, "row 3 is missing"),
            ("DELETE FROM log WHERE seq = 1", 2, "row 1 is missing"),
        ] {
            let (_folder, project) = used();
            tamper(&project, sql);
            let found = project.verify().expect("reads");
            let first = found.problems.first().expect("is found");
            assert_eq!(first.row, Some(row), "{sql}: {first:?}");
            assert!(first.what.contains(part), "{sql}: {first:?}");
        }
    }

    #[test]
    fn a_cut_or_forged_end_is_found_by_what_it_adds_up_to() {
        let (_folder, project) = used();
        tamper(&project, "DELETE FROM log WHERE seq > 8");
        assert!(!project.verify().expect("reads").is_sound());

        // A row with a right hash that starts from what is not there.
        let (_folder, project) = used();
        let (seq, head) = log::head(&project.connection).expect("reads");
        let sql =
            "SELECT seq, step, at_us, who, program, model, title, undoes, kind, video, key, before, after FROM log";
        let mut row = project.connection.query_row(sql, [], log_row).expect("reads");
        (row.seq, row.step) = (seq + 1, seq + 1);
        let hash = row.hash(head).as_bytes().to_vec();
        project
            .connection
            .execute(
                "INSERT INTO log SELECT ?1, ?1, at_us, who, program, model, title, undoes, kind, video, key, before, after, ?2 \
                 FROM log WHERE seq = 1",
                rusqlite::params![row.seq, hash],
            )
            .expect("goes on");
        let found = project.verify().expect("reads");
        assert_eq!(found.problems[0].row, Some(seq as u64 + 1));
        assert!(found.problems[0].what.contains("starts from something else"), "{found:?}");
    }

    #[test]
    fn what_is_derived_is_compared_and_made_again() {
        for (sql, part) in [
            ("UPDATE current SET value = '{\"note\":\"c\"}' WHERE kind = 'video_note'", "video_note"),
            ("DELETE FROM current WHERE kind = 'judgement'", "judgement"),
            ("UPDATE step SET undone_by = 1 WHERE step = 2", "history"),
            ("DELETE FROM step WHERE step = 2", "history"),
            ("UPDATE pile SET events = 7", "queue"),
        ] {
            let (_folder, mut project) = used();
            let state = project.review_state(&video(1)).expect("reads");
            let history = project.history(99, None).expect("reads");
            let counts = project.queue_counts(&QueueFilter::default()).expect("reads");
            project.connection.execute(sql, []).expect("is done");
            let found = project.verify().expect("reads");
            assert!(found.problems.len() == 1 && found.problems[0].what.contains(part), "{sql}: {found:?}");
            project.rebuild().expect("is made again");
            assert_eq!(project.verify().expect("reads").problems, []);
            assert_eq!(project.review_state(&video(1)).expect("reads"), state);
            assert_eq!(project.history(99, None).expect("reads"), history);
            assert_eq!(project.queue_counts(&QueueFilter::default()).expect("reads"), counts);
        }
    }
}
