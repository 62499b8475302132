//! Counterfactuals: what if these snippets had other features.
//!
//! Owns the three ways to change a run of snippets and what several of them together make of a sequence. Nothing is copied:
//! an edited sequence is an order of the rows that are there. Does not own the rows.

/// One change of a sequence of features. Places and lengths are in snippets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureEdit {
    /// The features of a run are 0.
    Blank {
        /// First of the run.
        first: usize,
        /// How many.
        len: usize,
    },
    /// A run is shown again: from `to` on, as many snippets as it is long have its features.
    Repeat {
        /// First of the run.
        first: usize,
        /// How many.
        len: usize,
        /// Where it is repeated.
        to: usize,
    },
    /// A run and an equally long one from `with` on change places.
    Swap {
        /// First of the run.
        first: usize,
        /// How many.
        len: usize,
        /// First of the other.
        with: usize,
    },
}

impl FeatureEdit {
    /// Whether it can be carried out on so many snippets: the run is not empty and lies within the video, and what is
    /// swapped does not overlap.
    pub fn is_possible(self, snippets: usize) -> bool {
        let within = |first: usize, len: usize| len > 0 && first.checked_add(len).is_some_and(|end| end <= snippets);
        match self {
            Self::Blank { first, len } => within(first, len),
            Self::Repeat { first, len, to } => within(first, len) && to < snippets && to != first,
            Self::Swap { first, len, with } => {
                within(first, len) && within(with, len) && (with >= first + len || first >= with + len)
            }
        }
    }

    fn apply(self, order: &mut [u32]) {
        let snippets = order.len();
        if !self.is_possible(snippets) {
            return;
        }
        match self {
            // The row behind the last is all 0.
            Self::Blank { first, len } => order[first..first + len].fill(snippets as u32),
            Self::Repeat { first, len, to } => order.copy_within(first..first + len.min(snippets - to), to),
            Self::Swap { first, len, with } => {
                for i in 0..len {
                    order.swap(first + i, with + i);
                }
            }
        }
    }
}

/// Which row each of `snippets` gets after all edits, one after the other; T stands for a row of zeros. `None` where
/// nothing changes.
pub fn edited(edits: &[FeatureEdit], snippets: usize) -> Option<Vec<u32>> {
    let plain: Vec<u32> = (0..snippets as u32).collect();
    let mut order = plain.clone();
    for edit in edits {
        edit.apply(&mut order);
    }
    (order != plain).then_some(order)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn runs_are_blanked_repeated_and_swapped() {
        let order = |edits: &[FeatureEdit]| edited(edits, 6);
        assert_eq!(order(&[FeatureEdit::Blank { first: 1, len: 2 }]), Some(vec![0, 6, 6, 3, 4, 5]));
        assert_eq!(order(&[FeatureEdit::Repeat { first: 0, len: 3, to: 4 }]), Some(vec![0, 1, 2, 3, 0, 1]));
        assert_eq!(order(&[FeatureEdit::Repeat { first: 0, len: 3, to: 1 }]), Some(vec![0, 0, 1, 2, 4, 5]));
        assert_eq!(order(&[FeatureEdit::Swap { first: 0, len: 2, with: 3 }]), Some(vec![3, 4, 2, 0, 1, 5]));
        let twice = [FeatureEdit::Blank { first: 0, len: 1 }, FeatureEdit::Swap { first: 0, len: 1, with: 5 }];
        assert_eq!(order(&twice), Some(vec![5, 1, 2, 3, 4, 6]));
    }

    #[test]
    fn what_cannot_be_done_changes_nothing() {
        for edit in [
            FeatureEdit::Blank { first: 5, len: 2 },
            FeatureEdit::Blank { first: 2, len: 0 },
            FeatureEdit::Blank { first: usize::MAX, len: 2 },
            FeatureEdit::Repeat { first: 0, len: 2, to: 6 },
            FeatureEdit::Swap { first: 0, len: 3, with: 2 },
            FeatureEdit::Swap { first: 0, len: 3, with: 4 },
        ] {
            assert!(!edit.is_possible(6));
            assert_eq!(edited(&[edit], 6), None, "{edit:?}");
        }
    }

    proptest! {
        #[test]
        fn swapping_twice_changes_nothing(first in 0_usize..20, len in 1_usize..20, with in 0_usize..40) {
            let swap = FeatureEdit::Swap { first, len, with };
            prop_assert_eq!(edited(&[swap, swap], 40), None);
        }
    }
}
