//! Videos dealt out into folds, each of which is judged by a model that was trained on the others.
//!
//! Owns how many folds there can be and which video is in which. Does not own what is done with them, nor the order of the
//! videos, which decides.

/// The fold of each video, counted from 0, and how many folds there are: as many as were asked for, unless there are too few
/// videos for a video with an anomaly and one without in every fold.
///
/// Videos of each kind are dealt out one by one in their order, those without an anomaly from where the others ended. So
/// the same order gives the same folds, no two folds differ by more than one video of a kind, or by more than one in all.
///
/// `None` where not even two folds can have both kinds.
pub fn deal(abnormal: &[bool], asked: usize) -> Option<(Vec<usize>, usize)> {
    let with = abnormal.iter().filter(|abnormal| **abnormal).count();
    let folds = asked.min(with).min(abnormal.len() - with);
    if folds < 2 {
        return None;
    }
    let mut next = [with % folds, 0];
    let deal = |abnormal: &bool| {
        let next = &mut next[usize::from(*abnormal)];
        let fold = *next;
        *next = (fold + 1) % folds;
        fold
    };
    Some((abnormal.iter().map(deal).collect(), folds))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn there_are_as_many_folds_as_have_both_kinds() {
        let kinds = [true, true, false, true, false, false, true];
        assert_eq!(deal(&kinds, 5), Some((vec![0, 1, 1, 2, 2, 0, 0], 3)));
        assert_eq!(deal(&kinds, 2), Some((vec![0, 1, 0, 0, 1, 0, 1], 2)));
        assert_eq!(deal(&kinds, 1), None);
        assert_eq!(deal(&[true, true, false], 5), None);
        assert_eq!(deal(&[], 5), None);
    }

    proptest! {
        #[test]
        fn every_video_is_in_one_fold_and_kinds_are_spread_evenly(
            abnormal in proptest::collection::vec(any::<bool>(), 0..80),
            asked in 0_usize..12,
        ) {
            let Some((of, folds)) = deal(&abnormal, asked) else {
                let with = abnormal.iter().filter(|a| **a).count();
                prop_assert!(asked < 2 || with < 2 || abnormal.len() - with < 2);
                return Ok(());
            };
            prop_assert!(folds <= asked && of.len() == abnormal.len() && of.iter().all(|fold| *fold < folds));
            let sizes = |wanted: &dyn Fn(bool) -> bool| -> Vec<usize> {
                let in_fold = |fold| of.iter().zip(&abnormal).filter(|(of, a)| **of == fold && wanted(**a)).count();
                (0..folds).map(in_fold).collect()
            };
            for sizes in [sizes(&|a| a), sizes(&|a| !a), sizes(&|_| true)] {
                let (least, most) = (sizes.iter().min().copied(), sizes.iter().max().copied());
                prop_assert!(least > Some(0) && most <= least.map(|n| n + 1), "{sizes:?}");
            }
            prop_assert_eq!(deal(&abnormal, asked), Some((of, folds)));
        }
    }
}
