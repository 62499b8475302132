//! The events of models in the queue, and what judgements say about them.
//!
//! Owns the tables `queue` and `pile` and keeping them true: when a model's events are replaced, and when a
//! judgement changes. Both are derived and can be made again. Does not own reading the queue (`pages`) or the rows of
//! judgements that no event stands for (`gone`).
//!
//! A pile holds the events of one video and model that no filter tells apart: same status, same verdict, same words
//! said about them. Ten thousand videos have some tens of thousands of piles, few enough to be read as a whole for
//! every question, so a filter finds piles and not events, and counting adds up piles.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};

use super::error::{Fault, ProjectError};
use super::{Project, fold, gone, known_normal, now_us, videos};
use crate::domain::interval::FrameSpan;
use crate::domain::library::VideoId;
use crate::domain::queue::FlaggedEvent;
use crate::domain::record::{Step, Subject, Value};
use crate::domain::review::{Judgement, Standing, Verdict, standing};

/// Status and verdict as one small number: 0 for nothing said, less for what is put aside all the same, else by standing
/// and verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bucket(pub(super) i64);

/// How a judgement relates to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Judged,
    Inherited,
    Changed,
    /// There is no event: the row stands for the judgement itself.
    Gone,
}

const RELATIONS: [Relation; 4] = [Relation::Judged, Relation::Inherited, Relation::Changed, Relation::Gone];
const VERDICTS: [Verdict; 3] = [Verdict::Anomaly, Verdict::FalseAlarm, Verdict::Unsure];

impl Bucket {
    pub(super) const UNJUDGED: Self = Self(0);
    /// Nothing said, but it looks like a false alarm.
    pub(super) const KNOWN_NORMAL: Self = Self(-1);
    /// The first of those without an event; they are the last ones.
    pub(super) const GONE: Self = Self(1 + 3 * 3);

    pub(super) fn of(relation: Relation, verdict: Verdict) -> Self {
        let place = |at: Option<usize>| at.map_or(0, |at| at as i64);
        let relation = place(RELATIONS.iter().position(|r| *r == relation));
        Self(1 + 3 * relation + place(VERDICTS.iter().position(|v| *v == verdict)))
    }

    /// `None` for nothing said, put aside or not.
    pub(super) fn parts(self) -> Option<(Relation, Verdict)> {
        let at = usize::try_from(self.0 - 1).ok()?;
        Some((*RELATIONS.get(at / 3)?, VERDICTS[at % 3]))
    }
}

/// The judgements of one video as events look at them.
pub(super) struct Bench {
    pub(super) items: Vec<(i64, Judgement)>,
    spans: Vec<FrameSpan>,
    /// Row in `words` of what each says.
    pub(super) words: Vec<i64>,
}

/// Where an event belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    bucket: Bucket,
    words: i64,
    judgement: Option<i64>,
}

impl Bench {
    fn read(connection: &Connection, video: &VideoId) -> Result<Self, Fault> {
        let sql = "SELECT CAST(key AS INTEGER), value FROM current WHERE kind = 'judgement' AND video = ?1 ORDER BY 1";
        let mut found = connection.prepare_cached(sql)?;
        let mut rows = found.query([video.as_str()])?;
        let (mut items, mut spans, mut words) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(row) = rows.next()? {
            let text: String = row.get(1)?;
            let Value::Judgement(judgement) = fold::value(&text, "judgement")? else { continue };
            spans.push(judgement.span);
            words.push(words_row(connection, &judgement)?);
            items.push((row.get(0)?, judgement));
        }
        Ok(Self { items, spans, words })
    }

    fn place(&self, event: FrameSpan) -> Place {
        let (relation, at) = match standing(event, &self.spans) {
            Standing::Unjudged => return Place { bucket: Bucket::UNJUDGED, words: 0, judgement: None },
            Standing::Judged(at) => (Relation::Judged, at),
            Standing::Inherited(at) => (Relation::Inherited, at),
            Standing::Changed(at) => (Relation::Changed, at),
        };
        let (item, judgement) = &self.items[at];
        let bucket = Bucket::of(relation, judgement.verdict);
        Place { bucket, words: self.words[at], judgement: Some(*item) }
    }
}

/// The row of all words of a judgement, small letters, one a line; 0 if it has none.
fn words_row(connection: &Connection, judgement: &Judgement) -> rusqlite::Result<i64> {
    let parts = judgement.class.iter().chain(&judgement.tags).chain(Some(&judgement.note));
    let lines: Vec<_> = parts.filter(|part| !part.is_empty()).map(|part| part.to_lowercase()).collect();
    if lines.is_empty() {
        return Ok(0);
    }
    let text = lines.join("\n");
    connection.prepare_cached("INSERT OR IGNORE INTO words (text) VALUES (?1)")?.execute([&text])?;
    connection.prepare_cached("SELECT id FROM words WHERE text = ?1")?.query_row([&text], |row| row.get(0))
}

/// What a pile is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PileKey {
    pub(super) video: i64,
    pub(super) model: i64,
    pub(super) bucket: Bucket,
    pub(super) words: i64,
}

/// What the events of a pile add up to. The keys are bounds: no event is before them.
#[derive(Clone, Copy)]
pub(super) struct Tally {
    pub(super) events: i64,
    pub(super) length_us: i64,
    pub(super) by_score: f64,
    pub(super) by_uncertainty: f64,
    pub(super) from_us: i64,
}

impl Tally {
    pub(super) fn of(event: &FlaggedEvent) -> Self {
        Self {
            events: 1,
            length_us: event.time.length().micros(),
            by_score: ascending(event.peak_score),
            by_uncertainty: ascending(event.uncertainty),
            from_us: event.time.start.micros(),
        }
    }

    fn add(&mut self, other: Self) {
        self.events += other.events;
        self.length_us += other.length_us;
        self.by_score = self.by_score.min(other.by_score);
        self.by_uncertainty = self.by_uncertainty.min(other.by_uncertainty);
        self.from_us = self.from_us.min(other.from_us);
    }
}

/// A score as the queue keeps it: the highest comes first. Zero has no sign, as SQLite gives it back.
pub(super) fn ascending(score: f32) -> f64 {
    0.0 - f64::from(score)
}

/// Adds events to a pile, which is made if need be, and gives its row.
pub(super) fn add_to_pile(connection: &Connection, key: PileKey, tally: Tally) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO pile (video, model, bucket, words, events, length_us, by_score, by_uncertainty, from_us) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
               ON CONFLICT (video, model, bucket, words) DO UPDATE SET events = events + ?5, \
               length_us = length_us + ?6, by_score = min(by_score, ?7), \
               by_uncertainty = min(by_uncertainty, ?8), from_us = min(from_us, ?9) RETURNING id";
    connection.prepare_cached(sql)?.query_row(
        params![
            key.video,
            key.model,
            key.bucket.0,
            key.words,
            tally.events,
            tally.length_us,
            tally.by_score,
            tally.by_uncertainty,
            tally.from_us,
        ],
        |row| row.get(0),
    )
}

/// Takes an event of this length out of a pile, which goes with its last one.
pub(super) fn take_from_pile(connection: &Connection, pile: i64, length_us: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE pile SET events = events - 1, length_us = length_us - ?2 WHERE id = ?1")?
        .execute([pile, length_us])?;
    connection.prepare_cached("DELETE FROM pile WHERE id = ?1 AND events = 0")?.execute([pile]).map(drop)
}

impl Project {
    /// Puts a model's events of a video in the place of those it had, with what is said about their frames already.
    /// `rule` names what made events of scores, for [`Self::events_rule`]. Derived data: the log knows nothing of it.
    ///
    /// # Errors
    /// The project does not know the video, a score is not a number, or the database cannot be written. Nothing is
    /// written then.
    pub fn replace_events(
        &mut self,
        video: &VideoId,
        model: &str,
        rule: &str,
        events: &[FlaggedEvent],
    ) -> Result<(), ProjectError> {
        self.write(|connection| {
            let row = videos::row_id(connection, video)?;
            let row = row.ok_or_else(|| ProjectError::UnknownVideo { video: video.clone() })?;
            if events.iter().any(|event| !event.peak_score.is_finite() || !event.uncertainty.is_finite()) {
                return Err(ProjectError::NoNumber { video: video.clone() }.into());
            }
            let model = model_row(connection, model)?;
            let times = gone::times(connection, row)?;
            let aside = known_normal::aside(connection, (row, model))?;
            let old = "DELETE FROM queue WHERE pile IN (SELECT id FROM pile WHERE video = ?1 AND model = ?2)";
            connection.prepare_cached(old)?.execute([row, model])?;
            connection.prepare_cached("DELETE FROM pile WHERE video = ?1 AND model = ?2")?.execute([row, model])?;
            connection
                .prepare_cached("INSERT OR REPLACE INTO scored (video, model, rule, at_us) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![row, model, rule, now_us()])?;
            let bench = Bench::read(connection, video)?;
            insert(connection, (row, model), &bench, events)?;
            known_normal::put_back(connection, (row, model), &aside)?;
            gone::settle(connection, row, &bench, &times)
        })?;
        self.shelf.get_mut().touch(video);
        Ok(())
    }

    /// The rule behind a model's events of a video; `None` if there never were any.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn events_rule(&self, video: &VideoId, model: &str) -> Result<Option<String>, ProjectError> {
        let sql = "SELECT max(rule) FROM scored JOIN video ON video.id = scored.video JOIN model ON model.id = \
                   scored.model WHERE video.hash = ?1 AND model.name = ?2";
        self.read(|connection| {
            Ok(connection.prepare_cached(sql)?.query_row([video.as_str(), model], |row| row.get(0))?)
        })
    }
}

pub(super) fn model_row(connection: &Connection, model: &str) -> rusqlite::Result<i64> {
    connection.prepare_cached("INSERT OR IGNORE INTO model (name) VALUES (?1)")?.execute([model])?;
    connection.prepare_cached("SELECT id FROM model WHERE name = ?1")?.query_row([model], |row| row.get(0))
}

fn insert(connection: &Connection, of: (i64, i64), bench: &Bench, events: &[FlaggedEvent]) -> Result<(), Fault> {
    let (video, model) = of;
    let places: Vec<Place> = events.iter().map(|event| bench.place(event.span)).collect();
    let mut tallies: BTreeMap<(Bucket, i64), Tally> = BTreeMap::new();
    for (event, place) in events.iter().zip(&places) {
        let tally = Tally::of(event);
        tallies.entry((place.bucket, place.words)).and_modify(|sum| sum.add(tally)).or_insert(tally);
    }
    let mut piles = BTreeMap::new();
    for ((bucket, words), tally) in tallies {
        let pile = add_to_pile(connection, PileKey { video, model, bucket, words }, tally)?;
        piles.insert((bucket, words), pile);
    }
    for (event, place) in events.iter().zip(&places) {
        insert_row(connection, (video, piles[&(place.bucket, place.words)]), event, place.judgement)?;
    }
    Ok(())
}

/// One row of a video in a pile, which counts it already.
pub(super) fn insert_row(
    connection: &Connection,
    (video, pile): (i64, i64),
    event: &FlaggedEvent,
    judgement: Option<i64>,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO queue (video, pile, start, stop, from_us, to_us, peak_frame, by_score, by_uncertainty, \
               judgement) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let tally = Tally::of(event);
    let values = params![
        video,
        pile,
        event.span.start() as i64,
        event.span.end() as i64,
        event.time.start.micros(),
        event.time.end.micros(),
        event.peak_frame as i64,
        tally.by_score,
        tally.by_uncertainty,
        judgement,
    ];
    connection.prepare_cached(sql)?.execute(values).map(drop)
}

/// The videos whose events a step may move.
pub(super) fn moved_by(step: &Step) -> BTreeSet<&VideoId> {
    let judged = step.changes.iter().filter(|change| matches!(change.subject, Subject::Judgement { .. }));
    judged.filter_map(|change| change.subject.video()).collect()
}

/// Puts every event of a video where its judgements want it, and those judgements that no event stands for beside them.
pub(super) fn refresh(connection: &Connection, video: &VideoId) -> Result<(), Fault> {
    let Some(row) = videos::row_id(connection, video)? else { return Ok(()) };
    let bench = Bench::read(connection, video)?;
    let times = gone::times(connection, row)?;
    let aside = known_normal::of_video(connection, row)?;
    let sql = "SELECT queue.id, start, stop, to_us - queue.from_us, queue.from_us, queue.by_score, \
               queue.by_uncertainty, judgement, pile.id, model, bucket, words \
               FROM pile JOIN queue ON queue.pile = pile.id WHERE pile.video = ?1 AND bucket < ?2";
    let mut found = connection.prepare_cached(sql)?;
    let mut rows = found.query([row, Bucket::GONE.0])?;
    let mut moves = Vec::new();
    while let Some(found) = rows.next()? {
        let (start, stop): (i64, i64) = (found.get(1)?, found.get(2)?);
        let span = FrameSpan::new(start as usize, stop as usize).ok_or_else(|| Fault::Row("event".to_owned()))?;
        let is = Place { judgement: found.get(7)?, bucket: Bucket(found.get(10)?), words: found.get(11)? };
        let event: i64 = found.get(0)?;
        let mut place = bench.place(span);
        if place.bucket == Bucket::UNJUDGED && aside.contains(&event) {
            place.bucket = Bucket::KNOWN_NORMAL;
        }
        if place == is {
            continue;
        }
        let tally = Tally {
            events: 1,
            length_us: found.get(3)?,
            from_us: found.get(4)?,
            by_score: found.get(5)?,
            by_uncertainty: found.get(6)?,
        };
        let key = PileKey { video: row, model: found.get(9)?, bucket: place.bucket, words: place.words };
        moves.push((event, found.get::<_, i64>(8)?, key, tally, place.judgement));
    }
    drop(rows);
    for (event, from, key, tally, judgement) in moves {
        move_event(connection, (event, from), (key, judgement), tally)?;
    }
    gone::settle(connection, row, &bench, &times)
}

/// Puts an event from one pile into another, with the judgement that speaks for it there.
pub(super) fn move_event(
    connection: &Connection,
    (event, from): (i64, i64),
    (key, judgement): (PileKey, Option<i64>),
    tally: Tally,
) -> rusqlite::Result<()> {
    let to = add_to_pile(connection, key, tally)?;
    connection
        .prepare_cached("UPDATE queue SET pile = ?2, judgement = ?3 WHERE id = ?1")?
        .execute(params![event, to, judgement])?;
    take_from_pile(connection, from, tally.length_us)
}

/// As [`refresh`], for every video that has judgements.
pub(super) fn refresh_judged(connection: &Connection) -> Result<(), Fault> {
    let mut found = connection.prepare("SELECT DISTINCT video FROM current WHERE kind = 'judgement'")?;
    let videos = found.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    videos.iter().try_for_each(|video| refresh(connection, &fold::video_id(video)?))
}

/// Counts every pile anew and puts every event where it belongs.
pub(super) fn rebuild(connection: &Connection) -> Result<(), Fault> {
    connection.execute_batch(
        "DELETE FROM pile WHERE NOT EXISTS (SELECT 1 FROM queue WHERE pile = pile.id);
         UPDATE pile SET (events, length_us, by_score, by_uncertainty, from_us) =
             (SELECT count(*), sum(to_us - queue.from_us), min(queue.by_score), min(queue.by_uncertainty),
              min(queue.from_us) FROM queue WHERE pile = pile.id)",
    )?;
    let mut found = connection.prepare("SELECT hash FROM video")?;
    let videos = found.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    videos.iter().try_for_each(|video| refresh(connection, &fold::video_id(video)?))
}
