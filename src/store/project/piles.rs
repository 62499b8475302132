//! Which piles of events a filter means.
//!
//! Owns reading the piles, keeping them in memory, and the rule from filter to piles. Does not own their upkeep (`events`) or the rows in
//! them (`pages`).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::Connection;

use super::error::Fault;
use super::events::{Bucket, Relation};
use super::videos;
use crate::domain::library::VideoId;
use crate::domain::queue::{QueueFilter, StatusFilter};

/// Events of one video and model that no filter tells apart.
#[derive(Clone, Debug)]
pub(super) struct Pile {
    pub(super) id: i64,
    pub(super) video: i64,
    model: i64,
    pub(super) bucket: Bucket,
    words: i64,
    pub(super) events: u64,
    pub(super) length_us: i64,
    /// No event of it is before these in the order of score, uncertainty and time.
    pub(super) bounds: [f64; 3],
}

/// The piles of a project, kept in memory from one question to the next.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    by_video: BTreeMap<i64, Vec<Pile>>,
    /// What SQLite calls the state of the database, which other programs' writing changes; `None` if nothing is kept.
    version: Option<i64>,
    /// Videos whose piles this program changed since they were read.
    touched: BTreeSet<VideoId>,
}

impl Shelf {
    /// Notes that piles of a video changed.
    pub(super) fn touch(&mut self, video: &VideoId) {
        self.touched.insert(video.clone());
    }

    /// Notes that all may have changed.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Reads what changed.
    pub(super) fn refresh(&mut self, connection: &Connection) -> Result<(), Fault> {
        let version = connection.pragma_query_value(None, "data_version", |row| row.get(0))?;
        // Whatever fails on the way, half of the piles are never taken for all.
        let known = self.version.take() == Some(version);
        if known {
            for video in std::mem::take(&mut self.touched) {
                let Some(row) = videos::row_id(connection, &video)? else { continue };
                self.by_video.remove(&row);
                self.read(connection, "WHERE video = ?1", [row])?;
            }
        } else {
            self.forget();
            self.read(connection, "", [])?;
        }
        self.version = Some(version);
        Ok(())
    }

    fn read<P: rusqlite::Params>(&mut self, connection: &Connection, condition: &str, of: P) -> Result<(), Fault> {
        let sql = format!(
            "SELECT id, video, model, bucket, words, events, length_us, by_score, by_uncertainty, from_us \
             FROM pile {condition}"
        );
        let mut found = connection.prepare_cached(&sql)?;
        let mut rows = found.query(of)?;
        while let Some(row) = rows.next()? {
            let pile = Pile {
                id: row.get(0)?,
                video: row.get(1)?,
                model: row.get(2)?,
                bucket: Bucket(row.get(3)?),
                words: row.get(4)?,
                events: row.get::<_, i64>(5)? as u64,
                length_us: row.get(6)?,
                bounds: [row.get(7)?, row.get(8)?, row.get::<_, i64>(9)? as f64],
            };
            self.by_video.entry(pile.video).or_default().push(pile);
        }
        Ok(())
    }
}

/// What a filter means just now.
#[derive(Debug)]
pub(super) struct Matched<'a> {
    /// The piles whose events are meant, all of each.
    pub(super) piles: Vec<&'a Pile>,
    /// Events in all piles, meant or not.
    pub(super) all_events: u64,
}

impl<'a> Matched<'a> {
    /// Finds the piles of a filter.
    pub(super) fn find(connection: &Connection, shelf: &'a Shelf, filter: &QueueFilter) -> Result<Self, Fault> {
        let text = filter.text.trim().to_lowercase();
        let words = if text.is_empty() { None } else { Some(Words::find(connection, &text)?) };
        let model = filter.model.as_ref().map(|name| row_of(connection, "model", "name", name)).transpose()?;
        let video = filter.video.as_ref().map(|id| row_of(connection, "video", "hash", id.as_str())).transpose()?;
        let meant = |pile: &&Pile| {
            admits(filter, pile.bucket)
                && video.is_none_or(|video| video == pile.video)
                && model.is_none_or(|model| model == pile.model)
                && words.as_ref().is_none_or(|words| words.are_in(pile))
        };
        let all = shelf.by_video.values().flatten();
        Ok(Self { piles: all.clone().filter(meant).collect(), all_events: all.map(|pile| pile.events).sum() })
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
        StatusFilter::Unreviewed => bucket == Bucket::UNJUDGED,
        StatusFilter::KnownNormal => bucket == Bucket::KNOWN_NORMAL,
        StatusFilter::Judged => matches!(parts, Some((Relation::Judged | Relation::Inherited, _))),
        StatusFilter::Changed => matches!(parts, Some((Relation::Changed, _))),
        StatusFilter::Gone => matches!(parts, Some((Relation::Gone, _))),
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

    fn are_in(&self, pile: &Pile) -> bool {
        self.videos.contains(&pile.video) || self.words.contains(&pile.words)
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
