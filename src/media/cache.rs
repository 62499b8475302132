//! The decoded frames that are kept, bounded in bytes.
//!
//! Owns which frames are kept and which give way, and what is known of frames that have no picture:
//! lost to damage, or left out by fast play. Does not own decoding, threads, or what to decode next.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::domain::frame::{Detail, Frame};

/// Frames kept even if they are larger than the bound: the one on screen and its neighbours.
const MIN_FRAMES: usize = 6;
/// What an entry costs beside its pixels, in bytes; frames without a picture cost this alone.
const ENTRY: usize = 256;

/// How the position moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Not at all, or by hand.
    Rest,
    /// It plays forwards.
    Forward,
    /// It plays backwards.
    Backward,
}

/// Where the position is and where it goes: what is far from it gives way first.
#[derive(Clone, Copy, Debug)]
pub struct Focus {
    /// Frame on screen.
    pub position: usize,
    /// How it moves.
    pub direction: Direction,
}

impl Focus {
    /// How far away a frame is; what playback has left behind counts three times.
    fn distance(self, number: usize) -> usize {
        let behind = match self.direction {
            Direction::Rest => false,
            Direction::Forward => number < self.position,
            Direction::Backward => number > self.position,
        };
        number.abs_diff(self.position) * if behind { 3 } else { 1 }
    }
}

/// What is known of a frame.
#[derive(Debug)]
enum Entry {
    Picture(Arc<Frame>),
    /// No picture comes out when decoding at this detail, nor at a coarser one. At [`Detail::All`] it is lost.
    Absent(Detail),
}

impl Entry {
    fn bytes(&self) -> usize {
        match self {
            Self::Picture(frame) => frame.bytes() + ENTRY,
            Self::Absent(_) => ENTRY,
        }
    }
}

/// Frames by number.
#[derive(Debug)]
pub struct Cache {
    entries: BTreeMap<usize, Entry>,
    bytes: usize,
    most: usize,
    /// Bytes of the largest frame seen.
    largest: usize,
}

impl Cache {
    /// Keeps up to `most` bytes of decoded planes.
    pub fn new(most: usize) -> Self {
        Self { entries: BTreeMap::new(), bytes: 0, most, largest: 0 }
    }

    /// Changes the bound. What is too much is moved to `gone`.
    pub fn set_most(&mut self, most: usize, focus: Focus, gone: &mut Vec<Arc<Frame>>) {
        self.most = most;
        self.trim(focus, gone);
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Frame `number`, if it is there.
    pub fn get(&self, number: usize) -> Option<&Arc<Frame>> {
        match self.entries.get(&number) {
            Some(Entry::Picture(frame)) => Some(frame),
            _ => None,
        }
    }

    /// Whether decoding at `detail` would tell nothing new about frame `number`.
    pub fn knows(&self, number: usize, detail: Detail) -> bool {
        match self.entries.get(&number) {
            Some(Entry::Picture(_)) => true,
            Some(Entry::Absent(at)) => *at <= detail,
            None => false,
        }
    }

    /// Whether frame `number` cannot be decoded at all.
    pub fn is_lost(&self, number: usize) -> bool {
        matches!(self.entries.get(&number), Some(Entry::Absent(Detail::All)))
    }

    /// The picture that stands for `number` when decoding at `detail`: the last one that comes out at or before it.
    ///
    /// `None` while that is not known, because a frame in between has not been tried.
    pub fn standing_for(&self, number: usize, detail: Detail) -> Option<&Arc<Frame>> {
        let mut expected = number;
        for (&at, entry) in self.entries.range(..=number).rev() {
            match entry {
                _ if at != expected => return None,
                Entry::Picture(frame) => return Some(frame),
                Entry::Absent(known) if *known <= detail => expected = at.checked_sub(1)?,
                Entry::Absent(_) => return None,
            }
        }
        None
    }

    /// The last picture at or before `number`, whatever lies in between.
    pub fn at_or_before(&self, number: usize) -> Option<&Arc<Frame>> {
        self.entries.range(..=number).rev().find_map(|(_, entry)| match entry {
            Entry::Picture(frame) => Some(frame),
            Entry::Absent(_) => None,
        })
    }

    /// How many frames of the present size there is room for.
    pub fn room(&self) -> usize {
        (self.most / (self.largest + ENTRY)).max(MIN_FRAMES)
    }

    /// Adds a frame and returns whether it stays. Those farthest from the focus give way; they are moved to `gone`,
    /// to be dropped where nobody waits.
    pub fn insert(&mut self, frame: Arc<Frame>, focus: Focus, gone: &mut Vec<Arc<Frame>>) -> bool {
        let number = frame.number;
        self.largest = self.largest.max(frame.bytes());
        self.put(number, Entry::Picture(frame), gone);
        self.trim(focus, gone);
        self.entries.contains_key(&number)
    }

    /// Notes that no picture came out for these frames when decoding at `detail`. Pictures that are there stay.
    pub fn mark_absent(&mut self, frames: Range<usize>, detail: Detail, focus: Focus, gone: &mut Vec<Arc<Frame>>) {
        for number in frames {
            if !self.knows(number, detail) {
                self.put(number, Entry::Absent(detail), gone);
            }
        }
        self.trim(focus, gone);
    }

    fn put(&mut self, number: usize, entry: Entry, gone: &mut Vec<Arc<Frame>>) {
        self.bytes += entry.bytes();
        if let Some(old) = self.entries.insert(number, entry) {
            self.forget(old, gone);
        }
    }

    fn forget(&mut self, entry: Entry, gone: &mut Vec<Arc<Frame>>) {
        self.bytes -= entry.bytes();
        if let Entry::Picture(frame) = entry {
            gone.push(frame);
        }
    }

    fn trim(&mut self, focus: Focus, gone: &mut Vec<Arc<Frame>>) {
        while self.bytes > self.most && self.entries.len() > MIN_FRAMES {
            let ends = (self.entries.first_key_value(), self.entries.last_key_value());
            let (Some((&first, _)), Some((&last, _))) = ends else { return };
            let end = if focus.distance(first) > focus.distance(last) {
                self.entries.pop_first()
            } else {
                self.entries.pop_last()
            };
            if let Some((_, entry)) = end {
                self.forget(entry, gone);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::media::SyntheticSource;

    /// Bytes of one frame of the source below, with its entry.
    const FRAME: usize = 4 * 4 * 3 / 2 + ENTRY;

    fn source() -> SyntheticSource {
        SyntheticSource::new(400, 25, 4, 4)
    }

    fn rest(position: usize) -> Focus {
        Focus { position, direction: Direction::Rest }
    }

    #[test]
    fn what_stands_for_a_frame_is_known_only_without_a_gap() {
        let (source, mut gone) = (source(), Vec::new());
        let mut cache = Cache::new(1 << 20);
        cache.insert(Arc::new(source.frame(10)), rest(10), &mut gone);
        cache.mark_absent(11..13, Detail::References, rest(10), &mut gone);
        let number = |cache: &Cache, at, detail| cache.standing_for(at, detail).map(|f| f.number);
        assert_eq!(number(&cache, 10, Detail::All), Some(10));
        assert_eq!(number(&cache, 12, Detail::References), Some(10));
        assert_eq!(number(&cache, 12, Detail::Keys), Some(10));
        assert_eq!(number(&cache, 12, Detail::All), None, "left out, not lost");
        assert_eq!(number(&cache, 13, Detail::Keys), None, "not tried");
        cache.mark_absent(11..14, Detail::All, rest(10), &mut gone);
        assert_eq!(number(&cache, 13, Detail::All), Some(10));
        assert!(cache.is_lost(13) && !cache.is_lost(10));
    }

    #[test]
    fn hours_of_play_stay_within_the_bound() {
        let (source, mut gone) = (source(), Vec::new());
        let most = 100 * FRAME;
        let mut cache = Cache::new(most);
        let blank = source.frame(0);
        // Two and a half hours at 25 frames a second there, and back with only some frames decoded.
        let hours = 225_000;
        for step in 0..2 * hours {
            let forward = step < hours;
            let position = if forward { step } else { 2 * hours - step };
            let focus = Focus { position, direction: if forward { Direction::Forward } else { Direction::Backward } };
            if forward || step % 4 == 0 {
                let frame = Frame { number: position, ..blank.clone() };
                assert!(cache.insert(Arc::new(frame), focus, &mut gone));
            } else {
                cache.mark_absent(position..position + 1, Detail::References, focus, &mut gone);
            }
            gone.clear();
            assert!(cache.bytes() <= most);
        }
        assert!(cache.bytes() > most / 2, "and it is used");
    }

    proptest! {
        #[test]
        fn stays_within_its_bound_and_keeps_what_is_near(
            numbers in proptest::collection::vec(0_usize..400, 1..300), position in 0_usize..400, way in 0..3,
        ) {
            let (source, mut gone) = (source(), Vec::new());
            let direction = [Direction::Rest, Direction::Forward, Direction::Backward][way as usize];
            let focus = Focus { position, direction };
            let mut cache = Cache::new(48 * FRAME);
            for number in &numbers {
                cache.insert(Arc::new(source.frame(*number)), focus, &mut gone);
            }
            prop_assert!(cache.bytes() <= 48 * FRAME);
            prop_assert_eq!(cache.bytes(), cache.entries.values().map(Entry::bytes).sum::<usize>());
            // Nothing that was let go is nearer than anything kept.
            let farthest = cache.entries.keys().map(|n| focus.distance(*n)).max();
            let lost = numbers.iter().filter(|n| !cache.knows(**n, Detail::All)).map(|n| focus.distance(*n)).min();
            prop_assert!(lost.is_none_or(|lost| Some(lost) >= farthest));
        }
    }
}
