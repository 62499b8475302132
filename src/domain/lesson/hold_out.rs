//! Which videos are held out.
//!
//! Owns the draw. It depends on the seed and each video's own content, so that a video that was held out once stays
//! held out however many verdicts follow: no later model has trained on it.

use std::collections::{BTreeMap, BTreeSet};

use super::LessonBag;
use crate::domain::label::VideoLabel;
use crate::domain::library::VideoId;

/// With fewer videos of either kind none is held out: all are needed to learn from, and held-out videos of one kind say only
/// that every score should be high, or low. A run that ends when that is best ends when it has learned nothing.
pub(super) const LEAST_OF_KIND: usize = 4;

/// The videos to hold out, of those with an anomaly and of the others alike.
pub(super) fn videos(bags: &[LessonBag], share: f64, seed: u64) -> BTreeSet<VideoId> {
    let mut kinds: BTreeMap<&VideoId, bool> = BTreeMap::new();
    for bag in bags {
        *kinds.entry(&bag.video).or_default() |= bag.kind == VideoLabel::Abnormal;
    }
    let mut held = BTreeSet::new();
    let of_kind = [false, true].map(|kind| {
        let own = kinds.iter().filter(|(_, abnormal)| **abnormal == kind);
        own.map(|(video, _)| (draw(video, seed), *video)).collect::<Vec<(f64, &VideoId)>>()
    });
    if share <= 0.0 || of_kind.iter().any(|draws| draws.len() < LEAST_OF_KIND) {
        return held;
    }
    for mut draws in of_kind {
        draws.sort_by(|a, b| a.0.total_cmp(&b.0));
        let drawn = draws.iter().take_while(|(draw, _)| *draw < share).count();
        held.extend(draws[..drawn.clamp(1, draws.len() / 2)].iter().map(|(_, video)| (*video).clone()));
    }
    held
}

/// A number in 0..1 from a video's content and the seed.
fn draw(video: &VideoId, seed: u64) -> f64 {
    // FNV-1a over the digits, then the finaliser of splitmix64, which spreads close hashes over all bits.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
    for byte in video.as_str().bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((hash ^ (hash >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lesson::Grounds;

    fn bag(number: u8, kind: VideoLabel) -> LessonBag {
        LessonBag {
            video: VideoId::from_hash([number; 32]),
            name: String::new(),
            snippets: 0..1,
            kind,
            grounds: Grounds::default(),
            weights: vec![1.0],
            targets: Vec::new(),
        }
    }

    #[test]
    fn a_fifth_is_held_out_and_stays_so_as_videos_come() {
        let kind = |n| if n % 2 == 0 { VideoLabel::Normal } else { VideoLabel::Abnormal };
        let bags: Vec<LessonBag> = (0..200).map(|n| bag(n, kind(n))).collect();
        let all = videos(&bags, 0.2, 7);
        assert!((20..=60).contains(&all.len()), "{}", all.len());
        let half = videos(&bags[..100], 0.2, 7);
        assert!(half.iter().all(|video| all.contains(video)), "who was held out stays held out");
        assert_ne!(videos(&bags, 0.2, 8), all);
    }

    #[test]
    fn each_kind_has_its_share_and_few_videos_are_all_trained_on() {
        let mixed: Vec<LessonBag> =
            (0..4).map(|n| bag(n, VideoLabel::Normal)).chain((4..8).map(|n| bag(n, VideoLabel::Abnormal))).collect();
        for seed in 0..20 {
            let held = videos(&mixed, 0.2, seed);
            let abnormal = held.iter().filter(|video| mixed[4..].iter().any(|bag| bag.video == **video)).count();
            assert!((1..=2).contains(&abnormal) && (1..=2).contains(&(held.len() - abnormal)), "{held:?}");
        }
        assert!(videos(&mixed[..7], 0.2, 0).is_empty(), "too few of one kind");
        let alike: Vec<LessonBag> = (0..50).map(|n| bag(n, VideoLabel::Normal)).collect();
        assert!(videos(&alike, 0.2, 0).is_empty(), "all of one kind");
        assert!(videos(&mixed, 0.0, 0).is_empty());
    }
}
