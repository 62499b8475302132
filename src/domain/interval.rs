//! Intervals of frames: what labels, verdicts and events cover.
//!
//! Owns the half-open run of whole frames and its arithmetic. Does not own time: a frame's moment comes from
//! [`super::frames::FrameTable`].

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// Whole frames of one video from `start` to before `end`, both counted from 0. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct FrameSpan {
    start: usize,
    end: usize,
}

impl FrameSpan {
    /// `start..end`; `None` if that holds no frame.
    pub fn new(start: usize, end: usize) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// From the first to the last frame, both inside; `None` if the last is before the first.
    pub fn from_inclusive(first: usize, last: usize) -> Option<Self> {
        Self::new(first, last.checked_add(1)?)
    }

    /// First frame inside.
    pub fn start(self) -> usize {
        self.start
    }

    /// First frame after it.
    pub fn end(self) -> usize {
        self.end
    }

    /// Last frame inside.
    pub fn last(self) -> usize {
        self.end - 1
    }

    /// Frames inside, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a span is never empty")]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether `frame` lies inside.
    pub fn contains(self, frame: usize) -> bool {
        (self.start..self.end).contains(&frame)
    }

    /// The frames that both hold.
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// Whether they share a frame.
    pub fn overlaps(self, other: Self) -> bool {
        self.intersection(other).is_some()
    }

    /// The shortest span that holds both.
    pub fn hull(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Shared frames as a share of all frames of both, 0..=1 (intersection over union).
    pub fn iou(self, other: Self) -> f64 {
        let shared = self.intersection(other).map_or(0, Self::len);
        shared as f64 / (self.len() + other.len() - shared) as f64
    }

    /// The part before `frame` and the part from it on; `None` unless both hold a frame.
    pub fn split(self, frame: usize) -> Option<(Self, Self)> {
        Some((Self::new(self.start, frame)?, Self::new(frame, self.end)?))
    }
}

/// `10..20`, the end outside, as in code.
impl fmt::Display for FrameSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// A stored span that holds nothing is refused where it is read, not later.
impl<'de> Deserialize<'de> for FrameSpan {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Written {
            start: usize,
            end: usize,
        }
        let Written { start, end } = Written::deserialize(value)?;
        Self::new(start, end)
            .ok_or_else(|| serde::de::Error::custom(format!("the frames {start}..{end} are no interval")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(start: usize, end: usize) -> FrameSpan {
        FrameSpan::new(start, end).expect("holds frames")
    }

    #[test]
    fn nothing_is_no_span() {
        assert_eq!(FrameSpan::new(3, 3), None);
        assert_eq!(FrameSpan::from_inclusive(3, 2), None);
        assert_eq!(FrameSpan::from_inclusive(0, usize::MAX), None);
        assert!(ron::from_str::<FrameSpan>("(start: 4, end: 4)").is_err());
        let one = FrameSpan::from_inclusive(3, 3).expect("holds a frame");
        assert_eq!((one.len(), one.last()), (1, 3));
        assert_eq!(one.split(3), None);
    }

    proptest! {
        #[test]
        fn counting_frames_gives_the_same(a in 0_usize..40, b in 1_usize..30, c in 0_usize..40, d in 1_usize..30) {
            let (x, y) = (span(a, a + b), span(c, c + d));
            let both = (0..80).filter(|f| x.contains(*f) && y.contains(*f)).count();
            let any = (0..80).filter(|f| x.contains(*f) || y.contains(*f)).count();
            prop_assert_eq!(x.intersection(y).map_or(0, FrameSpan::len), both);
            prop_assert_eq!(x.overlaps(y), both > 0);
            prop_assert!((x.iou(y) - both as f64 / any as f64).abs() < 1e-12);
            prop_assert_eq!(x.hull(y).len() >= any, true);
            if let Some((left, right)) = x.split(c) {
                prop_assert_eq!((left.start(), left.end(), right.end()), (x.start(), right.start(), x.end()));
            }
            let text = ron::to_string(&x).expect("is written");
            prop_assert_eq!(ron::from_str::<FrameSpan>(&text).expect("is read"), x);
        }
    }
}
