//! Smallest and largest value of any range, quickly.
//!
//! Owns the summary from which long curves are drawn without losing a peak. Does not own pixels.

use std::ops::Range;

/// Smallest and largest of some values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Smallest.
    pub min: f32,
    /// Largest.
    pub max: f32,
}

impl Extent {
    /// Of one value.
    #[inline]
    pub fn of(value: f32) -> Self {
        Self { min: value, max: value }
    }

    /// Of both.
    #[inline]
    pub fn union(self, other: Self) -> Self {
        Self { min: self.min.min(other.min), max: self.max.max(other.max) }
    }
}

/// Extents of runs of 1, 2, 4, 8, … values: twice the memory of the values' own extents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pyramid {
    /// Level k holds the extents of runs of 2^k values; the last run of a level may be short.
    levels: Vec<Vec<Extent>>,
}

impl Pyramid {
    /// Summarises `values` in one pass per level. NaN counts as nothing beside a number.
    pub fn new(values: &[f32]) -> Self {
        Self::of_extents(values.iter().map(|v| Extent::of(*v)).collect())
    }

    /// The same for values that are ranges themselves.
    pub fn of_extents(values: Vec<Extent>) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        let mut levels = vec![values];
        loop {
            let below = &levels[levels.len() - 1];
            if below.len() == 1 {
                return Self { levels };
            }
            let pairs = below.chunks_exact(2);
            let odd = pairs.remainder();
            levels.push(pairs.map(|pair| pair[0].union(pair[1])).chain(odd.iter().copied()).collect());
        }
    }

    /// Extents of runs of 1, 2, 4, … values; the last run of a level may be short. Empty without values.
    pub fn levels(&self) -> &[Vec<Extent>] {
        &self.levels
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.levels.first().map_or(0, Vec::len)
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    /// Extent of `range`, as far as it holds values; `None` if it holds none. Takes O(log length).
    pub fn extent(&self, range: Range<usize>) -> Option<Extent> {
        let (mut start, mut end) = (range.start, range.end.min(self.len()));
        let mut found: Option<Extent> = None;
        let mut add = |e: Extent| found = Some(found.map_or(e, |f| f.union(e)));
        for level in &self.levels {
            if start >= end {
                break;
            }
            if start % 2 == 1 {
                add(level[start]);
                start += 1;
            }
            // An odd end may be the short last run, which is still a whole run of its level.
            if end % 2 == 1 && start < end {
                end -= 1;
                add(level[end]);
            }
            (start, end) = (start / 2, end / 2);
        }
        found
    }

    /// Extent of all values.
    pub fn total(&self) -> Option<Extent> {
        self.levels.last().map(|top| top[0])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn agrees_with_looking_at_every_value(
            values in proptest::collection::vec(-1.0_f32..1.0, 0..200), a in 0_usize..210, b in 0_usize..210,
        ) {
            let pyramid = Pyramid::new(&values);
            let plain = |r: Range<usize>| {
                let r = r.start.min(values.len())..r.end.min(values.len());
                values.get(r).unwrap_or(&[]).iter().map(|v| Extent::of(*v)).reduce(Extent::union)
            };
            prop_assert_eq!(pyramid.extent(a..b), plain(a..b));
            prop_assert_eq!(pyramid.total(), plain(0..values.len()));
            prop_assert_eq!(pyramid.len(), values.len());
        }
    }

    #[test]
    fn nan_is_nothing() {
        let pyramid = Pyramid::new(&[f32::NAN, 0.5, f32::NAN]);
        assert_eq!(pyramid.total(), Some(Extent::of(0.5)));
    }
}
