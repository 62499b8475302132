//! Which piles of events a filter means.
//!
//! Owns reading the piles and the rule from filter to piles. Does not own their upkeep (`events`) or the rows in
//! them (`pages`).

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use super::error::Fault;
use super::events::{Bucket, Relation};
use crate::domain::queue::{QueueFilter, StatusFilter};

/// Events of one video and model that no filter tells apart.
#[derive(Clone, Debug)]
pub(super) struct Pile {
    pub(super) id: i64,
    pub(super) video: i64,
    pub(super) bucket: Bucket,
    pub(super) events: u64,
    pub(super) length_us: i64,
    /// No event of it is before these in the order of score, uncertainty and time.
    pub(super) bounds: [f64; 3],
}

/// What a filter means just now.
#[derive(Debug)]
pub(super) struct Matched {
    /// The piles whose events are meant, all of each.
    pub(super) piles: Vec<Pile>,
    /// Events in all piles, meant or not.
    pub(super) all_events: u64,
}

impl Matched {
    /// Finds the piles of a filter.
    pub(super) fn find(connection: &Connection, filter: &QueueFilter) -> Result<Self, Fault> {
        let text = filter.text.trim().to_lowercase();
        let words = if text.is_empty() { None } else { Some(Words::find(connection, &text)?) };
        let model = filter.model.as_ref().map(|name| row_of(connection, "model", "name", name)).transpose()?;
        let video = filter.video.as_ref().map(|id| row_of(connection, "video", "hash", id.as_str())).transpose()?;
        let sql =
            "SELECT id, video, bucket, events, length_us, by_score, by_uncertainty, from_us, model, words FROM pile";
        let mut found = connection.prepare_cached(sql)?;
        let mut rows = found.query([])?;
        let mut matched = Self { piles: Vec::new(), all_events: 0 };
        while let Some(row) = rows.next()? {
            let events = row.get::<_, i64>(3)? as u64;
            matched.all_events += events;
            let (of, bucket) = (row.get(1)?, Bucket(row.get(2)?));
            if !admits(filter, bucket)
                || video.is_some_and(|video| video != of)
                || (model.is_some() && model != Some(row.get(8)?))
                || words.as_ref().map(|words| Ok::<_, Fault>(!words.are_in(of, row.get(9)?))).transpose()? == Some(true)
            {
                continue;
            }
            let bounds = [row.get(5)?, row.get(6)?, row.get::<_, i64>(7)? as f64];
            matched.piles.push(Pile { id: row.get(0)?, video: of, bucket, events, length_us: row.get(4)?, bounds });
        }
        Ok(matched)
    }

    /// Events that are meant.
    pub(super) fn events(&self) -> u64 {
        self.piles.iter().map(|pile| pile.events).sum()
    }
}

fn admits(filter: &QueueFilter, bucket: Bucket) -> bool {
    let parts = bucket.parts();
    let status = match filter.status {
        StatusFilter::Any => true,
        StatusFilter::Unreviewed => parts.is_none(),
        StatusFilter::Judged => matches!(parts, Some((Relation::Judged | Relation::Inherited, _))),
        StatusFilter::Changed => matches!(parts, Some((Relation::Changed, _))),
    };
    status && filter.verdict.is_none_or(|verdict| parts.is_some_and(|(_, said)| said == verdict))
}

/// The row of a name; one that no row has if there is none.
fn row_of(connection: &Connection, table: &str, column: &str, name: &str) -> rusqlite::Result<i64> {
    let mut found =
        connection.prepare_cached(&format!("SELECT coalesce(max(id), -1) FROM {table} WHERE {column} = ?1"))?;
    found.query_row([name], |row| row.get(0))
}

/// Videos and words that hold the letters that are looked for.
struct Words {
    videos: HashSet<i64>,
    words: HashSet<i64>,
}

impl Words {
    fn find(connection: &Connection, text: &str) -> Result<Self, Fault> {
        let holding = |sql: &str| -> Result<HashSet<i64>, Fault> {
            let mut found = connection.prepare_cached(sql)?;
            let mut rows = found.query([])?;
            let mut ids = HashSet::new();
            while let Some(row) = rows.next()? {
                if row.get_ref(1)?.as_str().is_ok_and(|held| held.to_lowercase().contains(text)) {
                    ids.insert(row.get(0)?);
                }
            }
            Ok(ids)
        };
        Ok(Self { videos: holding("SELECT id, name FROM video")?, words: holding("SELECT id, text FROM words")? })
    }

    fn are_in(&self, video: i64, words: i64) -> bool {
        self.videos.contains(&video) || self.words.contains(&words)
    }
}

/// The place of every video in the order of names, capitals or not.
pub(super) fn video_order(connection: &Connection) -> Result<HashMap<i64, usize>, Fault> {
    let mut found = connection.prepare_cached("SELECT id, name FROM video")?;
    let rows = found.query_map([], |row| Ok((row.get::<_, String>(1)?.to_lowercase(), row.get::<_, i64>(0)?)))?;
    let mut videos = rows.collect::<Result<Vec<_>, _>>()?;
    videos.sort_unstable();
    Ok(videos.into_iter().enumerate().map(|(place, (_, id))| (id, place)).collect())
}
