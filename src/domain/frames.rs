//! The frame table: which frame is shown when.
//!
//! Owns the only mapping between frame numbers and time in the program. A frame is an ordinal in the
//! sorted list of presentation times found in the container; never `time × rate`. Does not own the
//! reading of containers: `media::index` builds the table.

use super::time::{MediaTime, TimeSpan};

/// Presentation times of all frames of a video, sorted, with its key frames.
///
/// Never empty. Frame numbers start at 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameTable {
    times: Vec<MediaTime>,
    keyframes: Vec<usize>,
    end: MediaTime,
}

impl FrameTable {
    /// Builds the table from `(presentation time, is key frame)` in any order. Repeated times count once.
    ///
    /// `last_duration` is how long the last frame stays, in case the container says so; otherwise it
    /// stays as long as the one before it, or 40 ms when it is alone. `None` if there is no frame.
    pub fn new(mut entries: Vec<(MediaTime, bool)>, last_duration: Option<MediaTime>) -> Option<Self> {
        entries.sort_unstable_by_key(|&(time, key)| (time, !key));
        entries.dedup_by_key(|entry| entry.0);
        let last = entries.last()?.0;
        let keyframes = entries.iter().enumerate().filter(|(_, e)| e.1).map(|(i, _)| i).collect();
        let times: Vec<_> = entries.into_iter().map(|(time, _)| time).collect();
        let duration = last_duration
            .filter(|d| *d > MediaTime::ZERO)
            .unwrap_or_else(|| times.len().checked_sub(2).map_or(MediaTime::from_micros(40_000), |i| last - times[i]));
        Some(Self { times, keyframes, end: last + duration })
    }

    /// Number of frames, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a table always has a frame")]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Number of the last frame.
    pub fn last(&self) -> usize {
        self.times.len() - 1
    }

    /// When frame `frame` appears; frames beyond the last are taken as the last.
    pub fn time(&self, frame: usize) -> MediaTime {
        self.times[frame.min(self.last())]
    }

    /// The frame on screen at `time`: the last one that has appeared, or frame 0 before all of them.
    pub fn at(&self, time: MediaTime) -> usize {
        self.times.partition_point(|t| *t <= time).saturating_sub(1)
    }

    /// The same as [`Self::at`] for a time not before that of frame `near`, quicker where frames are about
    /// evenly spaced from there on: looks first where the frame should be, then further and further away.
    pub fn at_near(&self, time: MediaTime, near: usize) -> usize {
        if near > self.last() || self.times[near] > time {
            return self.at(time);
        }
        let mean = (self.span().length().micros() / self.len() as i64).max(1);
        let ahead = ((time - self.times[near]).micros() / mean) as usize;
        let guess = near.saturating_add(ahead).min(self.last());
        let (mut low, mut high, mut step) = (guess, guess + 1, 1);
        while high < self.len() && self.times[high] <= time {
            low = high;
            high = (high + step).min(self.len());
            step *= 2;
        }
        while self.times[low] > time {
            high = low;
            low = low.saturating_sub(step).max(near);
            step *= 2;
        }
        low + self.times[low..high].partition_point(|t| *t <= time) - 1
    }

    /// The frame whose presentation time is exactly `time`, if there is one.
    pub fn exactly_at(&self, time: MediaTime) -> Option<usize> {
        self.times.binary_search(&time).ok()
    }

    /// From the first frame's appearance to the end of the last.
    pub fn span(&self) -> TimeSpan {
        TimeSpan::new(self.times[0], self.end)
    }

    /// While frame `frame` is on screen.
    pub fn frame_span(&self, frame: usize) -> TimeSpan {
        let frame = frame.min(self.last());
        let end = self.times.get(frame + 1).copied().unwrap_or(self.end);
        TimeSpan::new(self.times[frame], end)
    }

    /// The span of a run of frames, both ends inclusive.
    pub fn frames_span(&self, first: usize, last: usize) -> TimeSpan {
        TimeSpan::new(self.time(first), self.frame_span(last).end)
    }

    /// Numbers of the key frames, ascending.
    pub fn keyframes(&self) -> &[usize] {
        &self.keyframes
    }

    /// The last key frame at or before `frame`; 0 when the container marks none there.
    pub fn keyframe_before(&self, frame: usize) -> usize {
        let after = self.keyframes.partition_point(|k| *k <= frame);
        after.checked_sub(1).map_or(0, |i| self.keyframes[i])
    }

    /// The first key frame after `frame`, if any.
    pub fn keyframe_after(&self, frame: usize) -> Option<usize> {
        self.keyframes.get(self.keyframes.partition_point(|k| *k <= frame)).copied()
    }

    /// Frames per second on average over the whole table. For display only.
    pub fn mean_fps(&self) -> f64 {
        let secs = self.span().length().secs_f64();
        if secs > 0.0 { self.len() as f64 / secs } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(times: &[i64]) -> FrameTable {
        let entries = times.iter().enumerate().map(|(i, t)| (MediaTime::from_micros(*t), i % 3 == 0)).collect();
        FrameTable::new(entries, None).expect("has frames")
    }

    #[test]
    fn empty_is_no_table() {
        assert_eq!(FrameTable::new(Vec::new(), None), None);
    }

    #[test]
    fn out_of_order_and_repeated_times() {
        let t = table(&[80, 0, 40, 40, 120]);
        assert_eq!(t.len(), 4);
        assert_eq!(t.span(), TimeSpan::new(MediaTime::ZERO, MediaTime::from_micros(160)));
        assert_eq!(t.keyframes(), [1, 2]);
        assert_eq!(t.keyframe_before(0), 0);
        assert_eq!(t.keyframe_before(3), 2);
        assert_eq!(t.keyframe_after(1), Some(2));
    }

    #[test]
    fn before_the_first_and_after_the_last() {
        let t = table(&[1000, 2000]);
        assert_eq!(t.at(MediaTime::ZERO), 0);
        assert_eq!(t.at(MediaTime::from_micros(i64::MAX)), 1);
        assert_eq!(t.time(99), MediaTime::from_micros(2000));
    }

    proptest! {
        #[test]
        fn number_and_time_agree(mut times in proptest::collection::vec(-1_000_000_i64..1_000_000_000, 1..300)) {
            let t = table(&times);
            times.sort_unstable();
            times.dedup();
            prop_assert_eq!(t.len(), times.len());
            for frame in 0..t.len() {
                let span = t.frame_span(frame);
                for near in [0, frame / 2, frame, frame + 1, t.len()] {
                    prop_assert_eq!(t.at_near(span.start, near), frame);
                    let last = span.end - MediaTime::from_micros(1);
                    prop_assert_eq!(t.at_near(last, near), t.at(last));
                }
                prop_assert_eq!(t.at(span.start), frame);
                prop_assert_eq!(t.exactly_at(span.start), Some(frame));
                if span.length() > MediaTime::ZERO {
                    prop_assert_eq!(t.at(span.end - MediaTime::from_micros(1)), frame);
                }
            }
        }
    }
}
