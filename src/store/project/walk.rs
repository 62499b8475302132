//! Walking through events in an order, from a place in it.
//!
//! Owns the two ways: along the index over all events, passing those that are not meant; or along one index per
//! pile, merged. The first is quick where most events are meant, the second where few are; a walk that finds too
//! little the first way goes on the second way from where it stands. Does not own which piles are meant (`piles`).

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use rusqlite::{Connection, params};

use super::error::Fault;
use super::piles::{Matched, Pile};

/// An order that an index has. All ascend: scores are kept negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Score,
    Uncertainty,
    Time,
}

impl Order {
    fn column(self) -> &'static str {
        match self {
            Self::Score => "by_score",
            Self::Uncertainty => "by_uncertainty",
            Self::Time => "from_us",
        }
    }

    /// Over all events from a place on: (key, number).
    pub(super) fn scan_sql(self) -> String {
        let key = self.column();
        format!(
            "SELECT {key}, video, id, pile FROM queue INDEXED BY queue_{key} WHERE ({key}, video, id) > (?1, ?2, ?3) \
             ORDER BY {key}, video, id"
        )
    }

    /// Over all events, passing some.
    pub(super) fn offset_sql(self) -> String {
        let key = self.column();
        format!("SELECT id FROM queue INDEXED BY queue_{key} ORDER BY {key}, video, id LIMIT ?1 OFFSET ?2")
    }

    /// Over the events of one pile from a place on.
    pub(super) fn pile_sql(self) -> String {
        let key = self.column();
        format!(
            "SELECT {key}, id FROM queue INDEXED BY pile_{key} WHERE pile = ?1 AND ({key}, id) > (?2, ?3) \
             ORDER BY {key}, id LIMIT ?4"
        )
    }

    /// How many events are before a place.
    pub(super) fn all_before_sql(self) -> String {
        let key = self.column();
        format!("SELECT count(*) FROM queue INDEXED BY queue_{key} WHERE ({key}, video, id) < (?1, ?2, ?3)")
    }

    /// How many events of one pile are before a place.
    pub(super) fn before_sql(self) -> String {
        let key = self.column();
        format!("SELECT count(*) FROM queue INDEXED BY pile_{key} WHERE pile = ?1 AND ({key}, id) < (?2, ?3)")
    }

    /// A place that no event of the pile is before.
    fn bound(self, pile: &Pile) -> Place {
        Place { key: pile.bounds[self as usize], video: pile.video, id: i64::MIN }
    }
}

/// A place in an order: the key, video and number of an event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) key: f64,
    pub(super) video: i64,
    pub(super) id: i64,
}

impl Place {
    /// Before all events.
    pub(super) const START: Self = Self { key: f64::NEG_INFINITY, video: i64::MIN, id: i64::MIN };

    /// What to compare the numbers of events of this key with, if they are all of one video.
    fn id_within(self, video: i64) -> i64 {
        match video.cmp(&self.video) {
            Ordering::Less => i64::MAX,
            Ordering::Equal => self.id,
            Ordering::Greater => i64::MIN,
        }
    }
}

impl Eq for Place {}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.total_cmp(&other.key).then((self.video, self.id).cmp(&(other.video, other.id)))
    }
}

/// Events that are passed along the index in search of a page, before the other way is taken: some milliseconds. In
/// tests few, so that small queues show all ways.
const PATIENCE: u64 = if cfg!(test) { 6 } else { 20_000 };
/// Below this share of events that are meant, the index over all is not tried.
const SPARSE: u64 = if cfg!(test) { 8 } else { 64 };
/// With no more events than this, the merged way is taken to a page in the middle.
const FEW: u64 = if cfg!(test) { 12 } else { 20_000 };
/// Events that are read at once from one pile.
const GULP: i64 = if cfg!(test) { 2 } else { 16 };

/// The events after `after`, without the first `skip`, `limit` at most.
pub(super) fn walk(
    connection: &Connection,
    matched: &Matched<'_>,
    order: Order,
    after: Place,
    (skip, limit): (u64, usize),
) -> Result<Vec<i64>, Fault> {
    let (meant, all) = (matched.events(), matched.all_events);
    if meant == 0 {
        return Ok(Vec::new());
    }
    if meant == all && after == Place::START {
        return offset(connection, order, skip, limit);
    }
    if meant.saturating_mul(SPARSE) < all || (skip > 0 && meant <= FEW) {
        let mut found = merge(connection, &matched.piles, order, after, skip as usize + limit)?;
        return Ok(found.split_off(found.len().min(skip as usize)).into_iter().map(|place| place.id).collect());
    }
    let patience = if skip > 0 { u64::MAX } else { PATIENCE };
    let (mut found, stands) = scan(connection, matched, order, after, (skip, limit, patience))?;
    if let Some(stands) = stands {
        let rest = merge(connection, &matched.piles, order, stands, limit - found.len())?;
        found.extend(rest.into_iter().map(|place| place.id));
    }
    Ok(found)
}

fn offset(connection: &Connection, order: Order, skip: u64, limit: usize) -> Result<Vec<i64>, Fault> {
    let mut found = connection.prepare_cached(&order.offset_sql())?;
    let rows = found.query_map([limit as i64, skip as i64], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Along the index over all events. Gives where it stands if it lost patience.
fn scan(
    connection: &Connection,
    matched: &Matched<'_>,
    order: Order,
    after: Place,
    (mut skip, limit, patience): (u64, usize, u64),
) -> Result<(Vec<i64>, Option<Place>), Fault> {
    let meant = marks(&matched.piles);
    let mut query = connection.prepare_cached(&order.scan_sql())?;
    let mut rows = query.query(params![after.key, after.video, after.id])?;
    let mut found = Vec::with_capacity(limit);
    let mut passed = 0;
    while found.len() < limit {
        let Some(row) = rows.next()? else { break };
        if is_marked(&meant, row.get(3)?) {
            if skip > 0 {
                skip -= 1;
            } else {
                found.push(row.get(2)?);
            }
        }
        passed += 1;
        if passed >= patience && found.len() < limit {
            return Ok((found, Some(Place { key: row.get(0)?, video: row.get(1)?, id: row.get(2)? })));
        }
    }
    Ok((found, None))
}

/// Which piles are meant, by their numbers: those are small, and a table is quicker than a set.
fn marks(piles: &[&Pile]) -> Vec<bool> {
    let last = piles.iter().map(|pile| pile.id).max().unwrap_or(0);
    let mut marks = vec![false; last as usize + 1];
    for pile in piles {
        marks[pile.id as usize] = true;
    }
    marks
}

fn is_marked(marks: &[bool], pile: i64) -> bool {
    marks.get(pile as usize).copied().unwrap_or(false)
}

/// What a pile offers next: an event, or only the knowledge that none is before this place.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Offer {
    place: Place,
    pile: usize,
}

/// Along the piles, merged. A pile is read only when its turn comes, by the bound that is kept with it.
pub(super) fn merge(
    connection: &Connection,
    piles: &[&Pile],
    order: Order,
    after: Place,
    limit: usize,
) -> Result<Vec<Place>, Fault> {
    let mut query = connection.prepare_cached(&order.pile_sql())?;
    let offers = piles.iter().enumerate().map(|(at, pile)| Offer { place: order.bound(pile).max(after), pile: at });
    let mut heap: BinaryHeap<_> = offers.map(std::cmp::Reverse).collect();
    let mut read: HashMap<usize, VecDeque<Place>> = HashMap::new();
    let mut found = Vec::with_capacity(limit.min(1024));
    while found.len() < limit {
        let Some(std::cmp::Reverse(Offer { place, pile })) = heap.pop() else { break };
        let from = match read.get_mut(&pile) {
            None => after,
            Some(waiting) => {
                // Its turn has come for an event that was read.
                waiting.pop_front();
                found.push(place);
                place
            }
        };
        let waiting = read.entry(pile).or_default();
        if waiting.is_empty() {
            let Pile { id, video, .. } = *piles[pile];
            let rows = query.query_map(params![id, from.key, from.id_within(video), GULP], |row| {
                Ok(Place { key: row.get(0)?, video, id: row.get(1)? })
            })?;
            waiting.extend(rows.collect::<Result<Vec<_>, _>>()?);
        }
        if let Some(next) = waiting.front() {
            heap.push(std::cmp::Reverse(Offer { place: *next, pile }));
        }
    }
    Ok(found)
}

/// How many events that are meant are before a place.
pub(super) fn before(connection: &Connection, matched: &Matched<'_>, order: Order, place: Place) -> Result<u64, Fault> {
    let Place { key, video, id } = place;
    let count = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0).map(|count| count as u64);
    if matched.events() == matched.all_events {
        let mut query = connection.prepare_cached(&order.all_before_sql())?;
        return Ok(query.query_row(params![key, video, id], count)?);
    }
    let mut query = connection.prepare_cached(&order.before_sql())?;
    let mut all = 0;
    for pile in matched.piles.iter().filter(|pile| order.bound(pile) <= place) {
        all += query.query_row(params![pile.id, key, place.id_within(pile.video)], count)?;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::super::testing::project;
    use super::*;

    #[test]
    fn no_question_sorts() {
        let (_folder, project) = project();
        let orders = [Order::Score, Order::Uncertainty, Order::Time];
        for sql in orders.iter().flat_map(|order| {
            [order.scan_sql(), order.offset_sql(), order.pile_sql(), order.before_sql(), order.all_before_sql()]
        }) {
            let mut explained = project.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("is sound");
            let count = explained.parameter_count();
            let lines: Vec<String> = explained
                .query_map(rusqlite::params_from_iter(vec![1; count]), |row| row.get(3))
                .expect("runs")
                .map(|line| line.expect("is text"))
                .collect();
            assert!(lines.iter().all(|line| line.contains("USING COVERING INDEX")), "{sql}: {lines:?}");
            let seeks = sql.contains("WHERE");
            assert_eq!(lines.iter().all(|line| line.starts_with("SEARCH")), seeks, "{sql}: {lines:?}");
        }
    }
}
