//! The decoded frames around the position.
//!
//! Owns which frames are kept and which give way, bounded by count and bytes. Does not own decoding or
//! threads.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::frame::Frame;

/// Most frames kept.
const MAX_FRAMES: usize = 48;
/// Most bytes kept.
const MAX_BYTES: usize = 256 << 20;
/// Frames kept even if they are larger than that: the one on screen and its neighbours.
const MIN_FRAMES: usize = 4;

/// Frames by number.
#[derive(Debug, Default)]
pub struct Window {
    frames: BTreeMap<usize, Arc<Frame>>,
    bytes: usize,
}

impl Window {
    /// Frame `number`, if it is there.
    pub fn get(&self, number: usize) -> Option<&Arc<Frame>> {
        self.frames.get(&number)
    }

    /// Whether frame `number` is there.
    pub fn contains(&self, number: usize) -> bool {
        self.frames.contains_key(&number)
    }

    /// How many frames of the present size there is room for.
    pub fn room(&self) -> usize {
        let largest = self.frames.values().next_back().map_or(1, |f| f.bytes().max(1));
        (MAX_BYTES / largest).clamp(MIN_FRAMES, MAX_FRAMES)
    }

    /// The last frame at or before `number`.
    pub fn at_or_before(&self, number: usize) -> Option<&Arc<Frame>> {
        self.frames.range(..=number).next_back().map(|(_, f)| f)
    }

    /// Adds a frame; those farthest from `position` give way, on the side that playback leaves first.
    pub fn insert(&mut self, frame: Arc<Frame>, position: usize, backward: bool) {
        self.bytes += frame.bytes();
        if let Some(old) = self.frames.insert(frame.number, frame) {
            self.bytes -= old.bytes();
        }
        while self.frames.len() > MAX_FRAMES || (self.bytes > MAX_BYTES && self.frames.len() > MIN_FRAMES) {
            let (Some(first), Some(last)) = (self.frames.first_key_value(), self.frames.last_key_value()) else {
                return;
            };
            // A frame that playback has left behind counts as three times as far away.
            let (low, high) = (position.saturating_sub(*first.0), last.0.saturating_sub(position));
            let weight = |far: usize, left: bool| if left { far * 3 } else { far };
            let gone = if weight(low, !backward) >= weight(high, backward) {
                self.frames.pop_first()
            } else {
                self.frames.pop_last()
            };
            self.bytes -= gone.map_or(0, |(_, f)| f.bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::media::SyntheticSource;

    proptest! {
        #[test]
        fn stays_within_its_bounds_and_keeps_what_is_near(
            numbers in proptest::collection::vec(0_usize..400, 1..300), position in 0_usize..400, backward: bool,
        ) {
            let source = SyntheticSource::new(400, 25, 4, 4);
            let mut window = Window::default();
            for number in &numbers {
                window.insert(Arc::new(source.frame(*number)), position, backward);
            }
            prop_assert!(window.frames.len() <= MAX_FRAMES);
            prop_assert_eq!(window.bytes, window.frames.values().map(|f| f.bytes()).sum::<usize>());
            let distance = |n: usize| n.abs_diff(position);
            if let Some(nearest) = numbers.iter().copied().min_by_key(|n| distance(*n)) {
                prop_assert!(window.frames.keys().any(|n| distance(*n) == distance(nearest)));
            }
        }
    }
}
