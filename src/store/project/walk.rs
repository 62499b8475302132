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
            "SELECT {key}, id, pile FROM queue INDEXED BY queue_{key} WHERE ({key}, id) > (?1, ?2) ORDER BY {key}, id"
        )
    }

    /// Over all events, passing some.
    pub(super) fn offset_sql(self) -> String {
        let key = self.column();
        format!("SELECT {key}, id FROM queue INDEXED BY queue_{key} ORDER BY {key}, id LIMIT ?1 OFFSET ?2")
    }

    /// Over the events of one pile from a place on.
    pub(super) fn pile_sql(self) -> String {
        let key = self.column();
        format!(
            "SELECT {key}, id FROM queue INDEXED BY pile_{key} WHERE pile = ?1 AND ({key}, id) > (?2, ?3) \
             ORDER BY {key}, id LIMIT ?4"
        )
    }

    fn bound(self, pile: &Pile) -> f64 {
        pile.bounds[self as usize]
    }
}

/// A place in an order: the key and number of an event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) key: f64,
    pub(super) id: i64,
}

impl Place {
    /// Before all events.
    pub(super) const START: Self = Self { key: f64::NEG_INFINITY, id: i64::MIN };
}

impl Eq for Place {}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.total_cmp(&other.key).then(self.id.cmp(&other.id))
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
    matched: &Matched,
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
    let rows = found.query_map([limit as i64, skip as i64], |row| row.get(1))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Along the index over all events. Gives where it stands if it lost patience.
fn scan(
    connection: &Connection,
    matched: &Matched,
    order: Order,
    after: Place,
    (mut skip, limit, patience): (u64, usize, u64),
) -> Result<(Vec<i64>, Option<Place>), Fault> {
    // One look-up per event: numbers of piles are small, a table is quicker than a set.
    let last = matched.piles.iter().map(|pile| pile.id).max().unwrap_or(0);
    let mut meant = vec![false; last as usize + 1];
    matched.piles.iter().for_each(|pile| meant[pile.id as usize] = true);
    let mut query = connection.prepare_cached(&order.scan_sql())?;
    let mut rows = query.query(params![after.key, after.id])?;
    let mut found = Vec::with_capacity(limit);
    let mut passed = 0;
    while found.len() < limit {
        let Some(row) = rows.next()? else { break };
        if meant.get(row.get::<_, i64>(2)? as usize).copied().unwrap_or(false) {
            if skip > 0 {
                skip -= 1;
            } else {
                found.push(row.get(1)?);
            }
        }
        passed += 1;
        if passed >= patience && found.len() < limit {
            return Ok((found, Some(Place { key: row.get(0)?, id: row.get(1)? })));
        }
    }
    Ok((found, None))
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
    piles: &[Pile],
    order: Order,
    after: Place,
    limit: usize,
) -> Result<Vec<Place>, Fault> {
    let mut query = connection.prepare_cached(&order.pile_sql())?;
    let bound = |pile: &Pile| Place { key: order.bound(pile), id: i64::MIN }.max(after);
    let offers = piles.iter().enumerate().map(|(at, pile)| Offer { place: bound(pile), pile: at });
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
            let rows = query.query_map(params![piles[pile].id, from.key, from.id, GULP], |row| {
                Ok(Place { key: row.get(0)?, id: row.get(1)? })
            })?;
            waiting.extend(rows.collect::<Result<Vec<_>, _>>()?);
        }
        if let Some(next) = waiting.front() {
            heap.push(std::cmp::Reverse(Offer { place: *next, pile }));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::testing::project;
    use super::*;

    #[test]
    fn no_question_sorts() {
        let (_folder, project) = project();
        let orders = [Order::Score, Order::Uncertainty, Order::Time];
        for sql in orders.iter().flat_map(|order| [order.scan_sql(), order.offset_sql(), order.pile_sql()]) {
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
