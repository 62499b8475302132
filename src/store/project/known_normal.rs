//! The known-normal memory in the queue: what is remembered, and which events are put aside for it.
//!
//! Owns the table `known_normal`, and reading what the memory is made of: the false alarms that stand, the anomalies that
//! hold them back, and the events that nothing was said about. Does not own what looks like what
//! ([`crate::domain::known_normal`]) or the piles (`events`).
//!
//! A false alarm is remembered while its verdict stands and the model in use flags it. One that the model scored and
//! flags no more is learned, and is let go of; before the model has scored its video nobody knows, and it stays.
//!
//! A cross join keeps its order: the database knows nothing of how few rows the table has, and would begin with all events.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::error::{Fault, ProjectError};
use super::events::{Bucket, PileKey, Tally, move_event};
use super::{Project, fold, gone, videos};
use crate::domain::interval::FrameSpan;
use crate::domain::known_normal::{Case, Twin};
use crate::domain::library::VideoId;
use crate::domain::queue::{EventId, EventStatus, KnownVideo};
use crate::domain::record::{ItemId, Value};
use crate::domain::review::Verdict;
use crate::domain::time::MediaTime;

/// What the memory is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cases {
    /// False alarms that are remembered.
    pub alarms: Vec<Case>,
    /// Confirmed anomalies and labelled intervals.
    pub anomalies: Vec<Case>,
    /// False alarms that the model has learned.
    pub learned: usize,
}

/// An event that nothing was said about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OpenEvent {
    /// Which.
    pub event: EventId,
    /// Its frames.
    pub span: FrameSpan,
    /// Whether it is put aside now.
    pub status: EventStatus,
}

impl Project {
    /// What a memory for the events of this model is made of, by video.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn known_normal_cases(&self, model: &str) -> Result<Cases, ProjectError> {
        self.read(|connection| {
            let sql = "SELECT kind, video, CAST(key AS INTEGER), value FROM current WHERE kind IN ('judgement', 'label') \
                       ORDER BY video, 3";
            let mut found = connection.prepare_cached(sql)?;
            let mut rows = found.query([])?;
            let mut cases = Cases::default();
            let mut here: Option<(String, Option<Here>)> = None;
            while let Some(row) = rows.next()? {
                let hash: String = row.get(1)?;
                if here.as_ref().is_none_or(|(known, _)| *known != hash) {
                    let read = Here::read(connection, &hash, model)?;
                    here = Some((hash, read));
                }
                // One that was never seen here has no frames to compare.
                let Some((_, Some(here))) = &here else { continue };
                let (kind, item): (String, i64) = (row.get(0)?, row.get(2)?);
                match fold::value(&row.get::<_, String>(3)?, &kind)? {
                    Value::Label(label) => cases.anomalies.push(here.case(connection, item, label.span)?),
                    Value::Judgement(judgement) if judgement.verdict == Verdict::Anomaly => {
                        cases.anomalies.push(here.case(connection, item, judgement.span)?);
                    }
                    Value::Judgement(judgement) if judgement.verdict == Verdict::FalseAlarm => {
                        if here.flagged.as_ref().is_some_and(|flagged| !flagged.contains(&item)) {
                            cases.learned += 1;
                        } else {
                            cases.alarms.push(here.case(connection, item, judgement.span)?);
                        }
                    }
                    _ => {}
                }
            }
            Ok(cases)
        })
    }

    /// The videos in which this model has events that nothing was said about.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn videos_with_open_events(&self, model: &str) -> Result<Vec<KnownVideo>, ProjectError> {
        let sql = "SELECT DISTINCT video.hash FROM pile JOIN model ON model.id = pile.model \
                   JOIN video ON video.id = pile.video WHERE model.name = ?1 AND bucket IN (?2, ?3)";
        let open: BTreeSet<String> = self.read(|connection| {
            let mut found = connection.prepare_cached(sql)?;
            let rows = found
                .query_map(params![model, Bucket::UNJUDGED.0, Bucket::KNOWN_NORMAL.0], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            Ok(rows)
        })?;
        Ok(self.videos()?.into_iter().filter(|video| open.contains(video.id.as_str())).collect())
    }

    /// Those events of one of them.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn open_events(&self, video: &VideoId, model: &str) -> Result<Vec<OpenEvent>, ProjectError> {
        let sql = "SELECT queue.id, start, stop, bucket FROM pile JOIN queue ON queue.pile = pile.id \
                   JOIN model ON model.id = pile.model WHERE pile.video = ?1 AND model.name = ?2 AND bucket IN (?3, ?4)";
        self.read(|connection| {
            let Some(row) = videos::row_id(connection, video)? else { return Ok(Vec::new()) };
            let mut found = connection.prepare_cached(sql)?;
            let mut rows = found.query(params![row, model, Bucket::UNJUDGED.0, Bucket::KNOWN_NORMAL.0])?;
            let mut events = Vec::new();
            while let Some(row) = rows.next()? {
                let aside = Bucket(row.get(3)?) == Bucket::KNOWN_NORMAL;
                let status = if aside { EventStatus::KnownNormal } else { EventStatus::Unjudged };
                events.push(OpenEvent { event: EventId(row.get::<_, i64>(0)? as u64), span: span(row, 1)?, status });
            }
            Ok(events)
        })
    }

    /// Puts these events of a model aside and no others; whether that changed anything. Events that are there no more, or
    /// that something was said about meanwhile, are left alone. Derived data: the log knows nothing of it.
    ///
    /// # Errors
    /// The database cannot be written. Nothing is written then.
    pub fn put_aside(&mut self, model: &str, twins: &BTreeMap<EventId, Twin>) -> Result<bool, ProjectError> {
        let changed = self.write(|connection| {
            let known = "SELECT event, item, similarity FROM known_normal CROSS JOIN queue ON queue.id = event \
                         CROSS JOIN pile ON pile.id = queue.pile JOIN model ON model.id = pile.model \
                         WHERE model.name = ?1";
            let known: BTreeMap<i64, (i64, f64)> = connection
                .prepare_cached(known)?
                .query_map([model], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?
                .collect::<Result<_, _>>()?;
            let mut changed = BTreeSet::new();
            for event in known.keys().filter(|event| !twins.contains_key(&EventId(**event as u64))) {
                connection.prepare_cached("DELETE FROM known_normal WHERE event = ?1")?.execute([event])?;
                changed.extend(shift(connection, *event, (Bucket::KNOWN_NORMAL, Bucket::UNJUDGED))?);
            }
            for (event, twin) in twins {
                let (event, of) = (event.0 as i64, &twin.of);
                let is = (of.item.0 as i64, f64::from(twin.similarity));
                if known.get(&event) == Some(&is) {
                    continue;
                }
                let Some(video) = videos::row_id(connection, &of.video)? else { continue };
                let (start, stop) = (of.span.start() as i64, of.span.end() as i64);
                let aside = Aside { item: is.0, video, start, stop, from_us: of.start.micros(), similarity: is.1 };
                changed.extend(put(connection, event, &aside)?);
            }
            Ok(changed)
        })?;
        for video in &changed {
            self.shelf.get_mut().touch(video);
        }
        Ok(!changed.is_empty())
    }
}

/// What is asked of one video for each thing that was said about it.
struct Here {
    id: VideoId,
    row: i64,
    name: String,
    times: gone::Times,
    /// The judgements that speak for events of the model; `None` if it never scored the video.
    flagged: Option<BTreeSet<i64>>,
}

impl Here {
    fn read(connection: &Connection, hash: &str, model: &str) -> Result<Option<Self>, Fault> {
        let known = "SELECT id, name FROM video WHERE hash = ?1";
        let known = connection.prepare_cached(known)?.query_row([hash], |row| Ok((row.get(0)?, row.get(1)?)));
        let Some((row, name)) = known.optional()? else { return Ok(None) };
        let scored = "SELECT 1 FROM scored JOIN model ON model.id = scored.model WHERE video = ?1 AND model.name = ?2";
        let scored = connection.prepare_cached(scored)?.exists(params![row, model])?;
        let flagged = "SELECT DISTINCT judgement FROM pile JOIN queue ON queue.pile = pile.id \
                       JOIN model ON model.id = pile.model WHERE pile.video = ?1 AND model.name = ?2 \
                       AND bucket > 0 AND bucket < ?3 AND judgement NOT NULL";
        let flagged = if scored {
            let mut found = connection.prepare_cached(flagged)?;
            let items = found.query_map(params![row, model, Bucket::GONE.0], |row| row.get(0))?;
            Some(items.collect::<Result<_, _>>()?)
        } else {
            None
        };
        Ok(Some(Self { id: fold::video_id(hash)?, row, name, times: gone::times(connection, row)?, flagged }))
    }

    fn case(&self, connection: &Connection, item: i64, span: FrameSpan) -> Result<Case, Fault> {
        let time = match self.times.get(&span) {
            Some(time) => *time,
            None => gone::estimate(connection, self.row, span)?,
        };
        let (video, name) = (self.id.clone(), self.name.clone());
        Ok(Case { item: ItemId(item as u64), video, name, span, start: time.start })
    }
}

/// A row of the table, but for its event.
pub(super) struct Aside {
    item: i64,
    video: i64,
    start: i64,
    stop: i64,
    from_us: i64,
    similarity: f64,
}

/// The events of a video that would be put aside if nothing were said about them.
pub(super) fn of_video(connection: &Connection, video: i64) -> rusqlite::Result<BTreeSet<i64>> {
    let sql = "SELECT event FROM pile CROSS JOIN queue ON queue.pile = pile.id \
               CROSS JOIN known_normal ON event = queue.id WHERE pile.video = ?1";
    connection.prepare_cached(sql)?.query_map([video], |row| row.get(0))?.collect()
}

/// What is put aside of a video and model, by its frames. To be read before the events go.
pub(super) fn aside(connection: &Connection, (video, model): (i64, i64)) -> Result<BTreeMap<FrameSpan, Aside>, Fault> {
    let sql = "SELECT queue.start, queue.stop, item, known_normal.video, known_normal.start, known_normal.stop, \
               known_normal.from_us, similarity FROM pile CROSS JOIN queue ON queue.pile = pile.id \
               CROSS JOIN known_normal ON event = queue.id WHERE pile.video = ?1 AND model = ?2";
    let mut found = connection.prepare_cached(sql)?;
    let mut rows = found.query([video, model])?;
    let mut all = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let aside = Aside {
            item: row.get(2)?,
            video: row.get(3)?,
            start: row.get(4)?,
            stop: row.get(5)?,
            from_us: row.get(6)?,
            similarity: row.get(7)?,
        };
        all.insert(span(row, 0)?, aside);
    }
    Ok(all)
}

/// Puts events aside that have the frames of some that were: until they are looked at again they should not come up.
pub(super) fn put_back(
    connection: &Connection,
    (video, model): (i64, i64),
    aside: &BTreeMap<FrameSpan, Aside>,
) -> Result<(), Fault> {
    if aside.is_empty() {
        return Ok(());
    }
    let sql = "SELECT queue.id, start, stop FROM pile JOIN queue ON queue.pile = pile.id \
               WHERE pile.video = ?1 AND model = ?2 AND bucket = ?3";
    let mut found = connection.prepare_cached(sql)?;
    let mut rows = found.query(params![video, model, Bucket::UNJUDGED.0])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some(aside) = aside.get(&span(row, 1)?) {
            events.push((row.get::<_, i64>(0)?, aside));
        }
    }
    drop(rows);
    for (event, aside) in events {
        put(connection, event, aside)?;
    }
    Ok(())
}

/// Puts an event aside, unless it is gone or something was said about it. The video, if it did.
fn put(connection: &Connection, event: i64, aside: &Aside) -> Result<Option<VideoId>, Fault> {
    let bucket = "SELECT bucket FROM queue JOIN pile ON pile.id = queue.pile WHERE queue.id = ?1";
    let bucket = connection.prepare_cached(bucket)?.query_row([event], |row| row.get(0)).optional()?.map(Bucket);
    let Some(bucket @ (Bucket::UNJUDGED | Bucket::KNOWN_NORMAL)) = bucket else { return Ok(None) };
    let sql = "INSERT OR REPLACE INTO known_normal (event, item, video, start, stop, from_us, similarity) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(sql)?.execute(params![
        event,
        aside.item,
        aside.video,
        aside.start,
        aside.stop,
        aside.from_us,
        aside.similarity
    ])?;
    shift(connection, event, (bucket, Bucket::KNOWN_NORMAL))
}

/// Puts an event from one kind of pile into another; the video, if the event was there.
fn shift(connection: &Connection, event: i64, (from, to): (Bucket, Bucket)) -> Result<Option<VideoId>, Fault> {
    let sql = "SELECT pile.id, pile.video, pile.model, to_us - queue.from_us, queue.from_us, queue.by_score, \
               queue.by_uncertainty, hash FROM queue JOIN pile ON pile.id = queue.pile \
               JOIN video ON video.id = pile.video WHERE queue.id = ?1 AND bucket = ?2";
    let read = |row: &Row<'_>| {
        let key = PileKey { video: row.get(1)?, model: row.get(2)?, bucket: to, words: 0 };
        let tally = Tally {
            events: 1,
            length_us: row.get(3)?,
            from_us: row.get(4)?,
            by_score: row.get(5)?,
            by_uncertainty: row.get(6)?,
        };
        Ok((row.get::<_, i64>(0)?, key, tally, row.get::<_, String>(7)?))
    };
    let found = connection.prepare_cached(sql)?.query_row(params![event, from.0], read).optional()?;
    let Some((pile, key, tally, hash)) = found else { return Ok(None) };
    if from != to {
        move_event(connection, (event, pile), (key, None), tally)?;
    }
    Ok(Some(fold::video_id(&hash)?))
}

/// The false alarm that a row of the queue looks like: item, video and its name, frames, time, similarity from column
/// `at` on.
pub(super) fn twin(row: &Row<'_>, at: usize) -> Result<Twin, Fault> {
    let of = Case {
        item: ItemId(row.get::<_, i64>(at)? as u64),
        video: fold::video_id(&row.get::<_, String>(at + 1)?)?,
        name: row.get(at + 2)?,
        span: span(row, at + 3)?,
        start: MediaTime::from_micros(row.get(at + 5)?),
    };
    Ok(Twin { of, similarity: row.get::<_, f64>(at + 6)? as f32 })
}

fn span(row: &Row<'_>, at: usize) -> Result<FrameSpan, Fault> {
    let (start, stop): (i64, i64) = (row.get(at)?, row.get(at + 1)?);
    FrameSpan::new(start as usize, stop as usize).ok_or_else(|| Fault::Row("frames".to_owned()))
}

#[cfg(test)]
mod tests;
