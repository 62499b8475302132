//! A bounded collection that lets go of what was not used for longest.
//!
//! Owns the bound and the choice of what goes. Does not own what is kept, nor a lock.

use std::collections::BTreeMap;

/// Values by number, together no heavier than a limit.
#[derive(Clone, Debug)]
pub struct Shelf<V> {
    kept: BTreeMap<usize, Kept<V>>,
    weight: usize,
    limit: usize,
    uses: u64,
}

#[derive(Clone, Debug)]
struct Kept<V> {
    value: V,
    weight: usize,
    used: u64,
}

impl<V> Shelf<V> {
    /// An empty shelf for values that weigh `limit` together.
    pub fn new(limit: usize) -> Self {
        Self { kept: BTreeMap::new(), weight: 0, limit, uses: 0 }
    }

    /// Value `number`, which counts as a use of it.
    pub fn get(&mut self, number: usize) -> Option<&V> {
        self.uses += 1;
        let kept = self.kept.get_mut(&number)?;
        kept.used = self.uses;
        Some(&kept.value)
    }

    /// Whether value `number` is there.
    pub fn contains(&self, number: usize) -> bool {
        self.kept.contains_key(&number)
    }

    /// The value nearest to `number`, itself included; the earlier of two equally near ones. Counts as a use.
    pub fn nearest(&mut self, number: usize) -> Option<(usize, &V)> {
        let before = self.kept.range(..=number).next_back().map(|(n, _)| *n);
        let after = self.kept.range(number..).next().map(|(n, _)| *n);
        let nearest = before.into_iter().chain(after).min_by_key(|n| n.abs_diff(number))?;
        self.get(nearest).map(|value| (nearest, value))
    }

    /// Keeps a value; those not used for longest make room. A value that is heavier than the limit is not kept.
    pub fn put(&mut self, number: usize, value: V, weight: usize) {
        self.remove(number);
        if weight > self.limit {
            return;
        }
        while self.weight + weight > self.limit {
            let Some(oldest) = self.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(number, _)| *number) else {
                break;
            };
            self.remove(oldest);
        }
        self.uses += 1;
        self.weight += weight;
        self.kept.insert(number, Kept { value, weight, used: self.uses });
    }

    fn remove(&mut self, number: usize) {
        if let Some(gone) = self.kept.remove(&number) {
            self.weight -= gone.weight;
        }
    }

    /// Lets go of everything.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.weight = 0;
    }

    /// How much it holds.
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// All values in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &V)> {
        self.kept.iter().map(|(number, kept)| (*number, &kept.value))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_used_stays() {
        let mut shelf = Shelf::new(30);
        for number in 0..3 {
            shelf.put(number, number * 10, 10);
        }
        assert_eq!(shelf.get(0), Some(&0));
        shelf.put(7, 70, 10);
        assert_eq!(shelf.iter().map(|(n, _)| n).collect::<Vec<_>>(), [0, 2, 7]);
        shelf.put(8, 80, 31);
        assert!(!shelf.contains(8) && shelf.weight() == 30);
    }

    #[test]
    fn the_nearest_is_found_on_either_side() {
        let mut shelf = Shelf::new(10);
        assert_eq!(shelf.nearest(5), None);
        shelf.put(2, 'a', 1);
        shelf.put(8, 'b', 1);
        let nearest = [0, 2, 4, 5, 6, 99].map(|n| shelf.nearest(n).expect("holds two").0);
        assert_eq!(nearest, [2, 2, 2, 2, 8, 8]);
    }

    proptest! {
        #[test]
        fn never_heavier_than_its_limit(
            puts in proptest::collection::vec((0_usize..20, 0_usize..40), 0..100), limit in 0_usize..120,
        ) {
            let mut shelf = Shelf::new(limit);
            for (number, weight) in puts {
                shelf.put(number, weight, weight);
                prop_assert!(shelf.weight() <= limit);
                prop_assert_eq!(shelf.weight(), shelf.iter().map(|(_, w)| *w).sum::<usize>());
                prop_assert_eq!(shelf.contains(number), weight <= limit, "the newest is kept if it fits at all");
            }
        }
    }
}
