//! The layout of a project's database, and how older ones are brought up to date.
//!
//! Owns the tables and the settings of a connection. Does not own what goes into the tables.

use std::path::Path;

use rusqlite::Connection;

use super::error::{Fault, ProjectError};
use super::events;

/// Tells our databases from others': the letters `LkBk`.
const APPLICATION: i32 = 0x4c6b_426b;

/// What makes each layout from the one before it; the place counts. Never edited once released, only added to.
pub(super) const MIGRATIONS: &[&str] = &[RECORD, QUEUE, GONE, KNOWN_NORMAL];

/// Tables stay as they are; judgements without an event have rows from here on, see [`REFRESHED`].
const GONE: &str = "";

/// The events that are put aside because they look like a false alarm, with what is needed to say which one.
///
/// Derived like the queue. It goes with its event; that the event is put aside is told by its pile as well.
const KNOWN_NORMAL: &str = "
CREATE TABLE known_normal (
    event INTEGER PRIMARY KEY REFERENCES queue(id) ON DELETE CASCADE,
    item INTEGER NOT NULL,
    video INTEGER NOT NULL REFERENCES video(id),
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    from_us INTEGER NOT NULL,
    similarity REAL NOT NULL
) STRICT;
";
/// The layout with which the rows of judged videos are made again. It is the last one: that takes all tables.
const REFRESHED: usize = 4;

/// The log, and what it adds up to.
///
/// `log` holds all that matters; `current` and `step` are derived from it and can be made again. The triggers keep a
/// slip of this program or of a person with a database tool from changing the past; who drops them first is found
/// out by the hashes. The one on inserts also closes the way around the others by `INSERT OR REPLACE`.
const RECORD: &str = "
CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    step INTEGER NOT NULL,
    at_us INTEGER NOT NULL,
    who TEXT NOT NULL,
    program TEXT NOT NULL,
    model TEXT,
    title TEXT NOT NULL,
    undoes INTEGER,
    kind TEXT NOT NULL,
    video TEXT NOT NULL,
    key TEXT NOT NULL,
    before TEXT,
    after TEXT,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX log_by_item ON log(CAST(key AS INTEGER)) WHERE kind IN ('judgement', 'label');
CREATE TRIGGER log_goes_on BEFORE INSERT ON log
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM log)
BEGIN SELECT RAISE(ABORT, 'the log only goes on at its end'); END;
CREATE TRIGGER log_keeps BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log does not change'); END;
CREATE TRIGGER log_holds BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log loses nothing'); END;

CREATE TABLE current (
    kind TEXT NOT NULL,
    video TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (kind, video, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX current_by_video ON current(video);

CREATE TABLE step (
    step INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    at_us INTEGER NOT NULL,
    who TEXT NOT NULL,
    title TEXT NOT NULL,
    undoes INTEGER,
    undone_by INTEGER
) STRICT;
CREATE INDEX step_counts ON step(step) WHERE undoes IS NULL AND undone_by IS NULL;
CREATE INDEX step_undoes ON step(step) WHERE undoes IS NOT NULL AND undone_by IS NULL;
";

/// The videos, and models' events in them.
///
/// `pile` and `queue` are derived; what they mean is told in `events`. Scores are kept negative, so that all orders
/// ascend and places in one can be compared. There is one index for each order over all events and one for each within
/// a pile; the first ones hold the pile too, so that a filter need not look at the rows. Equal events stand by video:
/// that holds when one of them is judged, and says of a pile where its first event stands among those of others.
const QUEUE: &str = "
CREATE TABLE video (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    path BLOB NOT NULL,
    frames INTEGER,
    duration_us INTEGER,
    present INTEGER NOT NULL
) STRICT;
CREATE INDEX video_by_size ON video(size);

CREATE TABLE model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE words (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE scored (
    video INTEGER NOT NULL REFERENCES video(id),
    model INTEGER NOT NULL REFERENCES model(id),
    rule TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    PRIMARY KEY (video, model)
) STRICT, WITHOUT ROWID;
CREATE TABLE pile (
    id INTEGER PRIMARY KEY,
    video INTEGER NOT NULL REFERENCES video(id),
    model INTEGER NOT NULL REFERENCES model(id),
    bucket INTEGER NOT NULL,
    words INTEGER NOT NULL,
    events INTEGER NOT NULL,
    length_us INTEGER NOT NULL,
    by_score REAL NOT NULL,
    by_uncertainty REAL NOT NULL,
    from_us INTEGER NOT NULL,
    UNIQUE (video, model, bucket, words)
) STRICT;
CREATE TABLE queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    video INTEGER NOT NULL REFERENCES video(id),
    pile INTEGER NOT NULL REFERENCES pile(id),
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    from_us INTEGER NOT NULL,
    to_us INTEGER NOT NULL,
    peak_frame INTEGER NOT NULL,
    by_score REAL NOT NULL,
    by_uncertainty REAL NOT NULL,
    judgement INTEGER
) STRICT;
CREATE INDEX queue_by_score ON queue(by_score, video, id, pile);
CREATE INDEX queue_by_uncertainty ON queue(by_uncertainty, video, id, pile);
CREATE INDEX queue_from_us ON queue(from_us, video, id, pile);
CREATE INDEX pile_by_score ON queue(pile, by_score, id);
CREATE INDEX pile_by_uncertainty ON queue(pile, by_uncertainty, id);
CREATE INDEX pile_from_us ON queue(pile, from_us, id);
";

/// Brings a database up to date, each layout in a transaction of its own; a kill leaves the one before or after.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Fault> {
    let found = version(connection)?;
    for (at, sql) in MIGRATIONS.iter().enumerate().skip(found) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(sql)?;
        if at + 1 == REFRESHED {
            events::refresh_judged(&transaction)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", at as i64 + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Refuses what is not ours, is newer than this program, or is older and may not be written.
pub(super) fn check(connection: &Connection, path: &Path, writes: bool) -> Result<(), Fault> {
    let (found, known) = (version(connection)?, MIGRATIONS.len());
    let path = path.to_owned();
    if !is_ours(connection)? {
        return Err(ProjectError::Foreign { path }.into());
    }
    if found > known {
        return Err(ProjectError::Newer { path, found, known }.into());
    }
    if found < known && !writes {
        return Err(ProjectError::Older { path, found, known }.into());
    }
    Ok(())
}

/// Whether this program made the database.
pub(super) fn is_ours(connection: &Connection) -> rusqlite::Result<bool> {
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    Ok(application == APPLICATION)
}

/// Whether an older version of this program made it.
pub(super) fn is_old(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(version(connection)? < MIGRATIONS.len())
}

/// What is wrong with the pages of the tables that cannot be made again.
pub(super) fn damage_of_record(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let found = ["log", "current", "step"].map(|table| damage(connection, &format!("PRAGMA quick_check('{table}')")));
    found.into_iter().find(|found| !matches!(found, Ok(None))).unwrap_or(Ok(None))
}

/// What a check of SQLite's finds first.
pub(super) fn damage(connection: &Connection, check: &str) -> rusqlite::Result<Option<String>> {
    let found: String = connection.query_row(check, [], |row| row.get(0))?;
    Ok((found != "ok").then(|| found.lines().last().unwrap_or_default().to_owned()))
}

fn version(connection: &Connection) -> rusqlite::Result<usize> {
    connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).map(|v| v.max(0) as usize)
}

/// The settings that SQLite does not keep in the file, and the journal, which it does.
pub(super) fn set_pragmas(connection: &Connection, writes: bool) -> rusqlite::Result<()> {
    if writes {
        // Readers go on while something is written; the log of changes is synced before a commit returns.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // Only macOS tells "handed to the disk" from "on the disk"; elsewhere these change nothing.
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    // Pages in memory, in KiB, negative as SQLite wants it.
    connection.pragma_update(None, "cache_size", -65_536)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}

#[cfg(test)]
mod tests {
    use super::super::testing::project;
    use super::super::{DATABASE, Project};
    use super::*;

    #[test]
    fn an_edit_is_on_disk_when_its_call_returns() {
        let (_folder, project) = project();
        let text = |name: &str| {
            project.connection.pragma_query_value(None, name, |row| row.get::<_, String>(0)).expect("is known")
        };
        let number = |name: &str| {
            project.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).expect("is known")
        };
        assert_eq!(text("journal_mode"), "wal");
        assert_eq!(number("synchronous"), 2, "FULL");
        assert_eq!((number("foreign_keys"), number("fullfsync"), number("checkpoint_fullfsync")), (1, 1, 1));
    }

    #[test]
    fn every_older_layout_is_brought_up_to_date() {
        let tables = |connection: &Connection| -> Vec<String> {
            let mut found =
                connection.prepare("SELECT sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY name").expect("is sound");
            found.query_map([], |row| row.get(0)).expect("runs").map(|row| row.expect("is text")).collect()
        };
        let (_folder, new) = project();
        for old in 1..MIGRATIONS.len() {
            let folder = tempfile::tempdir().expect("a folder");
            let connection = Connection::open(folder.path().join(DATABASE)).expect("opens");
            MIGRATIONS[..old].iter().for_each(|sql| connection.execute_batch(sql).expect("is sound"));
            connection.pragma_update(None, "application_id", APPLICATION).expect("is set");
            connection.pragma_update(None, "user_version", old as i64).expect("is set");
            let row = "INSERT INTO log VALUES (1, 1, 0, 'Ada', '0', NULL, 'old', NULL, 'schema', '', '', NULL, '1', zeroblob(32))";
            connection.execute(row, []).expect("is written");
            drop(connection);
            let project = Project::open(folder.path(), "Ada").expect("opens");
            assert_eq!(version(&project.connection).expect("is known"), MIGRATIONS.len());
            assert_eq!(tables(&project.connection), tables(&new.connection));
            let rows: i64 =
                project.connection.query_row("SELECT count(*) FROM log", [], |row| row.get(0)).expect("counts");
            assert_eq!(rows, 1, "from layout {old}");
            assert!(Project::newest_good_backup(folder.path()).is_some(), "a copy of the old one is kept");
        }
    }

    #[test]
    fn judgements_without_an_event_come_into_the_queue_of_an_older_project() {
        use super::super::testing::{author, event, judge, judgement, known, video};
        use crate::domain::queue::{QueueFilter, StatusFilter};
        use crate::domain::review::Verdict;

        let (folder, mut project) = project();
        project.see_videos(&[known(1, "a.mp4")]).expect("is noted");
        project.replace_events(&video(1), "m", "rule", &[event(0, 32, 0.5, 0.0)]).expect("are noted");
        for (id, span) in [(1, (0, 32)), (2, (160, 320))] {
            project.append(&judge(video(1), id, judgement(span, Verdict::Unsure)), &author()).expect("is written");
        }
        // As layout 2 had it.
        let old = format!(
            "DELETE FROM queue WHERE pile IN (SELECT id FROM pile WHERE bucket >= {0}); \
             DELETE FROM pile WHERE bucket >= {0}; DROP TABLE known_normal; PRAGMA user_version = 2",
            super::super::events::Bucket::GONE.0
        );
        project.connection.execute_batch(&old).expect("is sound");
        drop(project);
        let project = Project::open(folder.path(), "Ada").expect("opens");
        let filter = QueueFilter { status: StatusFilter::Gone, ..QueueFilter::default() };
        assert_eq!(project.queue_counts(&filter).expect("reads").events, 1);
        assert_eq!(project.queue_counts(&QueueFilter::default()).expect("reads").events, 2);
    }

    #[test]
    fn newer_and_foreign_databases_are_refused_and_left_alone() {
        let (folder, project) = project();
        project.connection.pragma_update(None, "user_version", 99).expect("is set");
        drop(project);
        let error = Project::open(folder.path(), "Ada").expect_err("is newer");
        assert!(error.to_string().contains("newer version") && error.to_string().contains("99"), "{error}");

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(DATABASE);
        Connection::open(&path).expect("opens").execute_batch("CREATE TABLE x (y)").expect("is made");
        let before = std::fs::read(&path).expect("is there");
        let error = Project::open(folder.path(), "Ada").expect_err("is foreign");
        assert!(matches!(error, ProjectError::Foreign { .. }), "{error}");
        assert_eq!(std::fs::read(&path).expect("is there"), before);
    }

    #[test]
    fn the_past_cannot_be_changed_by_a_slip() {
        let (_folder, mut project) = project();
        project
            .append(&super::super::testing::verdict_step(1, 1), &super::super::testing::author())
            .expect("is written");
        for sql in [
            "UPDATE log SET who = 'Eve'",
            "DELETE FROM log",
            "INSERT OR REPLACE INTO log SELECT * FROM log WHERE seq = 1",
            "INSERT INTO log SELECT seq + 2, step, at_us, who, program, model, title, undoes, kind, video, key, before, after, \
             hash FROM log",
        ] {
            let error = project.connection.execute(sql, []).expect_err("is refused");
            assert!(error.to_string().contains("the log"), "{sql}: {error}");
        }
    }
}
