//! The few that resemble something most, of many that come one after the other.
//!
//! Owns the bounded list, and how one of many snippets in a row stands for its neighbours. Does not own what resembling
//! means.

/// A snippet and how much it resembles what is looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Its place in the video.
    pub snippet: usize,
    /// More is more alike.
    pub similarity: f32,
}

/// Of one video the snippets that are most alike, the most alike first and the earlier of equals before the later; none
/// is within `apart` snippets of a better one, so that a scene counts once. At most `most`: O(T log T).
pub fn peaks(similarities: &[f32], apart: usize, most: usize) -> Vec<Near> {
    let mut order: Vec<usize> = (0..similarities.len()).filter(|at| similarities[*at].is_finite()).collect();
    order.sort_by(|a, b| similarities[*b].total_cmp(&similarities[*a]).then(a.cmp(b)));
    let mut found: Vec<Near> = Vec::new();
    for snippet in order {
        if found.len() == most {
            break;
        }
        if found.iter().all(|near| near.snippet.abs_diff(snippet) > apart) {
            found.push(Near { snippet, similarity: similarities[snippet] });
        }
    }
    found
}

/// The best of all that were offered.
#[derive(Clone, Debug)]
pub struct Best<T> {
    most: usize,
    list: Vec<(f32, T)>,
}

impl<T> Best<T> {
    /// Keeps at most `most`.
    pub fn new(most: usize) -> Self {
        Self { most, list: Vec::with_capacity(most.saturating_add(1)) }
    }

    /// Takes it if it is among the best so far; of equals the one that came first stays in front.
    pub fn offer(&mut self, similarity: f32, item: T) {
        let at = self.list.partition_point(|(known, _)| *known >= similarity);
        if at < self.most {
            self.list.insert(at, (similarity, item));
            self.list.truncate(self.most);
        }
    }

    /// The best, with the best in front.
    pub fn into_list(self) -> Vec<(f32, T)> {
        self.list
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_scene_counts_once() {
        let found = peaks(&[0.1, 0.9, 0.8, 0.2, 0.7, 0.7, f32::NAN], 1, 9);
        let found: Vec<_> = found.iter().map(|near| near.snippet).collect();
        assert_eq!(found, [1, 4], "0, 2, 3 and 5 each have a better one beside them");
    }

    proptest! {
        #[test]
        fn the_best_are_those_of_sorting_all(offers in proptest::collection::vec(-1.0_f32..1.0, 0..60), most in 0_usize..9) {
            let mut best = Best::new(most);
            offers.iter().enumerate().for_each(|(at, similarity)| best.offer(*similarity, at));
            let mut all: Vec<(f32, usize)> = offers.iter().copied().zip(0..).collect();
            all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            all.truncate(most);
            prop_assert_eq!(best.into_list(), all);
        }

        #[test]
        fn peaks_keep_apart_and_leave_nothing_better_out(
            values in proptest::collection::vec(0.0_f32..1.0, 0..50), apart in 0_usize..6,
        ) {
            let found = peaks(&values, apart, usize::MAX);
            for (i, near) in found.iter().enumerate() {
                prop_assert_eq!(near.similarity, values[near.snippet]);
                prop_assert!(found[..i].iter().all(|other| other.snippet.abs_diff(near.snippet) > apart));
            }
            for (snippet, value) in values.iter().enumerate() {
                let covered = found.iter().any(|near| near.snippet.abs_diff(snippet) <= apart && near.similarity >= *value);
                prop_assert!(covered, "{snippet}");
            }
        }
    }
}
