//! Reading the queue: pages of rows, and counts.
//!
//! Owns the questions that a list with a scroll bar asks. Does not own the walk through events (`walk`), the piles
//! (`piles`) or their upkeep (`events`).

use std::cell::Ref;

use rusqlite::{Connection, Row};

use super::error::{Fault, ProjectError};
use super::events::{Bucket, Relation, ascending};
use super::piles::{Matched, Pile, Shelf, video_order};
use super::walk::{Order, Place, before, merge, walk};
use super::{Project, fold, known_normal, videos};
use crate::domain::interval::FrameSpan;
use crate::domain::queue::{
    EventId, EventStatus, FlaggedEvent, QueueCounts, QueueFilter, QueueRow, QueueSort, Ruling, StatusFilter,
};
use crate::domain::record::ItemId;
use crate::domain::review::Verdict;
use crate::domain::time::{MediaTime, TimeSpan};

impl Project {
    /// The first rows after `after`, `limit` at most; from the beginning without it. `after` need not be in the
    /// queue any more.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn queue_page(
        &self,
        filter: &QueueFilter,
        sort: QueueSort,
        after: Option<&QueueRow>,
        limit: usize,
    ) -> Result<Vec<QueueRow>, ProjectError> {
        self.read(|connection| {
            let shelf = self.shelf(connection)?;
            let matched = Matched::find(connection, &shelf, filter)?;
            let found = match order(sort) {
                Some(order) => {
                    let after = after.map_or(Ok(Place::START), |row| place(connection, order, row))?;
                    walk(connection, &matched, order, after, (0, limit))?
                }
                None => by_video(connection, matched.piles, after, (0, limit))?,
            };
            rows(connection, &found)
        })
    }

    /// The rows from place `offset` on, `limit` at most.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn queue_page_at(
        &self,
        filter: &QueueFilter,
        sort: QueueSort,
        offset: u64,
        limit: usize,
    ) -> Result<Vec<QueueRow>, ProjectError> {
        self.read(|connection| {
            let shelf = self.shelf(connection)?;
            let matched = Matched::find(connection, &shelf, filter)?;
            let found = match order(sort) {
                Some(order) => walk(connection, &matched, order, Place::START, (offset, limit))?,
                None => by_video(connection, matched.piles, None, (offset, limit))?,
            };
            rows(connection, &found)
        })
    }

    /// The next row after `after` that needs a look, among those of the filter, with its place in the list.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn next_open(
        &self,
        filter: &QueueFilter,
        sort: QueueSort,
        after: Option<&QueueRow>,
    ) -> Result<Option<(u64, QueueRow)>, ProjectError> {
        let mut nearest: Option<(u64, QueueRow)> = None;
        for status in [StatusFilter::Unreviewed, StatusFilter::Changed] {
            if filter.status != StatusFilter::Any && filter.status != status {
                continue;
            }
            let part = QueueFilter { status, ..filter.clone() };
            if let Some(row) = self.queue_page(&part, sort, after, 1)?.pop() {
                let place = self.queue_place(filter, sort, &row)?;
                if nearest.as_ref().is_none_or(|(at, _)| place < *at) {
                    nearest = Some((place, row));
                }
            }
        }
        Ok(nearest)
    }

    /// The place of `row` in the list, counted from 0: how many rows of the filter stand before it. It need not be in
    /// the list; then this is where it would stand.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn queue_place(&self, filter: &QueueFilter, sort: QueueSort, row: &QueueRow) -> Result<u64, ProjectError> {
        self.read(|connection| {
            let shelf = self.shelf(connection)?;
            let mut matched = Matched::find(connection, &shelf, filter)?;
            if let Some(order) = order(sort) {
                return before(connection, &matched, order, place(connection, order, row)?);
            }
            let names = video_order(connection)?;
            let at = |video: i64| names.get(&video).copied().unwrap_or(usize::MAX);
            let here = videos::row_id(connection, &row.video)?.map_or(usize::MAX, at);
            let earlier: u64 = matched.piles.iter().filter(|pile| at(pile.video) < here).map(|pile| pile.events).sum();
            matched.piles.retain(|pile| at(pile.video) == here);
            Ok(earlier + before(connection, &matched, Order::Time, place(connection, Order::Time, row)?)?)
        })
    }

    /// How many rows a filter shows, and how much of them is done.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn queue_counts(&self, filter: &QueueFilter) -> Result<QueueCounts, ProjectError> {
        self.read(|connection| {
            let shelf = self.shelf(connection)?;
            let piles = Matched::find(connection, &shelf, filter)?.piles;
            let mut counts = QueueCounts::default();
            let mut left_us = 0;
            for pile in &piles {
                counts.events += pile.events;
                let part = match pile.bucket.parts() {
                    None if pile.bucket == Bucket::KNOWN_NORMAL => &mut counts.known_normal,
                    None => &mut counts.unreviewed,
                    Some((Relation::Gone, _)) => &mut counts.gone,
                    Some((Relation::Changed, _)) => &mut counts.changed,
                    Some((_, Verdict::Anomaly)) => &mut counts.anomalies,
                    Some((_, Verdict::FalseAlarm)) => &mut counts.false_alarms,
                    Some((_, Verdict::Unsure)) => &mut counts.unsure,
                };
                *part += pile.events;
                if pile.bucket == Bucket::UNJUDGED || matches!(pile.bucket.parts(), Some((Relation::Changed, _))) {
                    left_us += pile.length_us;
                }
            }
            let mut of: Vec<_> = piles.iter().map(|pile| pile.video).collect();
            of.sort_unstable();
            of.dedup();
            counts.videos = of.len() as u64;
            counts.left = MediaTime::from_micros(left_us);
            Ok(counts)
        })
    }
}

impl Project {
    /// The piles as they are now.
    fn shelf(&self, connection: &Connection) -> Result<Ref<'_, Shelf>, Fault> {
        self.shelf.borrow_mut().refresh(connection)?;
        Ok(self.shelf.borrow())
    }
}

/// The order of events that sorts so; `None` for the one that goes by videos.
fn order(sort: QueueSort) -> Option<Order> {
    match sort {
        QueueSort::Score => Some(Order::Score),
        QueueSort::Uncertainty => Some(Order::Uncertainty),
        QueueSort::Time => Some(Order::Time),
        QueueSort::Video => None,
    }
}

fn place(connection: &Connection, order: Order, row: &QueueRow) -> Result<Place, Fault> {
    let key = match order {
        Order::Score => ascending(row.flagged.peak_score),
        Order::Uncertainty => ascending(row.flagged.uncertainty),
        Order::Time => row.flagged.time.start.micros() as f64,
    };
    let video = videos::row_id(connection, &row.video)?.unwrap_or(i64::MIN);
    Ok(Place { key, video, id: row.event.0 as i64 })
}

/// Video by video, within each by time. Whole videos are passed by their counts.
fn by_video(
    connection: &Connection,
    piles: Vec<&Pile>,
    after: Option<&QueueRow>,
    (mut skip, limit): (u64, usize),
) -> Result<Vec<i64>, Fault> {
    let order = video_order(connection)?;
    let at = |pile: &Pile| order.get(&pile.video).copied().unwrap_or(usize::MAX);
    let mut piles: Vec<(usize, &Pile)> = piles.into_iter().map(|pile| (at(pile), pile)).collect();
    piles.sort_by_key(|(place, _)| *place);
    let start = match after {
        Some(row) => videos::row_id(connection, &row.video)?.and_then(|video| order.get(&video).copied()),
        None => None,
    };
    let mut found: Vec<i64> = Vec::with_capacity(limit);
    for video in piles.chunk_by(|a, b| a.0 == b.0) {
        let here = video[0].0;
        if start.is_some_and(|start| here < start) {
            continue;
        }
        let events: u64 = video.iter().map(|(_, pile)| pile.events).sum();
        if skip >= events {
            skip -= events;
            continue;
        }
        let from = match after.filter(|_| start == Some(here)) {
            Some(row) => place(connection, Order::Time, row)?,
            None => Place::START,
        };
        let piles: Vec<&Pile> = video.iter().map(|(_, pile)| *pile).collect();
        let wanted = skip as usize + limit - found.len();
        let part = merge(connection, &piles, Order::Time, from, wanted)?;
        found.extend(part.into_iter().skip(skip as usize).map(|place| place.id));
        skip = 0;
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
}

/// The rows of events, in the order in which they are given.
fn rows(connection: &Connection, events: &[i64]) -> Result<Vec<QueueRow>, Fault> {
    let sql = "SELECT queue.id, video.hash, video.name, model.name, queue.start, queue.stop, queue.from_us, to_us, peak_frame, \
               0 - queue.by_score, 0 - queue.by_uncertainty, judgement, bucket, item, alike.hash, alike.name, \
               known_normal.start, known_normal.stop, known_normal.from_us, similarity \
               FROM queue JOIN pile ON pile.id = queue.pile JOIN video ON video.id = pile.video \
               JOIN model ON model.id = pile.model LEFT JOIN known_normal ON event = queue.id \
               LEFT JOIN video AS alike ON alike.id = known_normal.video WHERE queue.id = ?1";
    let mut find = connection.prepare_cached(sql)?;
    let mut found = Vec::with_capacity(events.len());
    for event in events {
        let mut rows = find.query([event])?;
        if let Some(row) = rows.next()? {
            found.push(queue_row(row)?);
        }
    }
    Ok(found)
}

fn queue_row(row: &Row<'_>) -> Result<QueueRow, Fault> {
    let id: i64 = row.get(0)?;
    let (start, stop): (i64, i64) = (row.get(4)?, row.get(5)?);
    let span = FrameSpan::new(start as usize, stop as usize).ok_or_else(|| Fault::Row(format!("event {id}")))?;
    let time = |at: usize| row.get(at).map(MediaTime::from_micros);
    let score = |at: usize| row.get::<_, f64>(at).map(|score| score as f32);
    let bucket = Bucket(row.get(12)?);
    let status = match (row.get::<_, Option<i64>>(11)?, bucket.parts()) {
        (Some(item), Some((relation, verdict))) => {
            let ruling = Ruling { item: ItemId(item as u64), verdict };
            match relation {
                Relation::Judged => EventStatus::Judged(ruling),
                Relation::Inherited => EventStatus::Inherited(ruling),
                Relation::Changed => EventStatus::Changed(ruling),
                Relation::Gone => EventStatus::Gone(ruling),
            }
        }
        _ if bucket == Bucket::KNOWN_NORMAL => EventStatus::KnownNormal,
        _ => EventStatus::Unjudged,
    };
    let twin = if status == EventStatus::KnownNormal { Some(known_normal::twin(row, 13)?) } else { None };
    Ok(QueueRow {
        event: EventId(id as u64),
        video: fold::video_id(&row.get::<_, String>(1)?)?,
        video_name: row.get(2)?,
        model: row.get(3)?,
        flagged: FlaggedEvent {
            span,
            time: TimeSpan::new(time(6)?, time(7)?),
            peak_frame: row.get::<_, i64>(8)? as usize,
            peak_score: score(9)?,
            uncertainty: score(10)?,
        },
        status,
        twin,
    })
}

#[cfg(test)]
mod tests;
