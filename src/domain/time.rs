//! Media time, rates and spans.
//!
//! Owns the one unit of time (whole microseconds) and every conversion from and to seconds. Does not
//! own the mapping between time and frames: see [`super::frames::FrameTable`].

use std::fmt;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// A moment on the axis of a video, in microseconds.
///
/// Zero is the zero of the container's own clock, so the first frame of a recording need not be at
/// zero and may even be before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MediaTime(i64);

impl MediaTime {
    /// The zero of the container's clock.
    pub const ZERO: Self = Self(0);

    /// From whole microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Whole microseconds.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// From seconds, rounded to the nearest microsecond; not-a-number becomes zero.
    pub fn from_secs_f64(secs: f64) -> Self {
        // `as` saturates and maps NaN to zero, which is what a clock wants.
        Self((secs * 1e6).round() as i64)
    }

    /// Seconds.
    pub fn secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// A count of ticks of `num / den` seconds each, rounded to the nearest microsecond.
    ///
    /// Computed in 128 bits: a 64-bit product overflows within hours at common time bases.
    pub fn from_ticks(ticks: i64, num: i32, den: i32) -> Self {
        if den == 0 {
            return Self::ZERO;
        }
        let scaled = i128::from(ticks) * i128::from(num) * 1_000_000;
        let den = i128::from(den);
        let half = den.abs() / 2;
        let rounded =
            if (scaled < 0) == (den < 0) { scaled + half * den.signum() } else { scaled - half * den.signum() };
        let micros = (rounded / den).clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        Self(micros as i64)
    }
}

impl Add for MediaTime {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for MediaTime {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// `1:02:03.456` or `02:03.456`, rounded down to the millisecond so that a frame is never shown later than it is.
impl fmt::Display for MediaTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let millis = self.0.unsigned_abs() / 1000;
        let (secs, millis) = (millis / 1000, millis % 1000);
        let (hours, mins, secs) = (secs / 3600, secs / 60 % 60, secs % 60);
        if hours > 0 {
            write!(f, "{sign}{hours}:{mins:02}:{secs:02}.{millis:03}")
        } else {
            write!(f, "{sign}{mins:02}:{secs:02}.{millis:03}")
        }
    }
}

/// A half-open stretch of time: `start` belongs to it, `end` does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeSpan {
    /// First moment inside.
    pub start: MediaTime,
    /// First moment after.
    pub end: MediaTime,
}

impl TimeSpan {
    /// A span; an end before the start is moved to the start.
    pub fn new(start: MediaTime, end: MediaTime) -> Self {
        Self { start, end: end.max(start) }
    }

    /// `end - start`.
    pub fn length(self) -> MediaTime {
        self.end - self.start
    }

    /// Whether `time` lies inside.
    pub fn contains(self, time: MediaTime) -> bool {
        self.start <= time && time < self.end
    }
}

/// A frame rate as the container states it. For display and defaults only: frame numbers never come from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Frames …
    pub num: i32,
    /// … in this many seconds.
    pub den: i32,
}

impl Rate {
    /// Frames per second, or `None` for the nonsense that some containers hold.
    pub fn fps(self) -> Option<f64> {
        (self.num > 0 && self.den > 0).then(|| f64::from(self.num) / f64::from(self.den))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn display_rounds_down() {
        assert_eq!(MediaTime::from_micros(3_723_456_999).to_string(), "1:02:03.456");
        assert_eq!(MediaTime::from_micros(-1_500_000).to_string(), "-00:01.500");
    }

    #[test]
    fn ticks_are_rounded_to_nearest() {
        assert_eq!(MediaTime::from_ticks(1, 1, 30).micros(), 33_333);
        assert_eq!(MediaTime::from_ticks(2, 1, 30).micros(), 66_667);
        assert_eq!(MediaTime::from_ticks(-2, 1, 30).micros(), -66_667);
        assert_eq!(MediaTime::from_ticks(5, 1, 0), MediaTime::ZERO);
    }

    proptest! {
        #[test]
        fn seconds_round_trip(micros in -4_000_000_000_000_i64..4_000_000_000_000) {
            let time = MediaTime::from_micros(micros);
            prop_assert_eq!(MediaTime::from_secs_f64(time.secs_f64()), time);
        }

        #[test]
        fn ticks_keep_order(a in any::<i32>(), b in any::<i32>(), den in 1..200_000) {
            let (a, b) = (i64::from(a), i64::from(b));
            let (ta, tb) = (MediaTime::from_ticks(a, 1, den), MediaTime::from_ticks(b, 1, den));
            prop_assert_eq!(a <= b, ta <= tb || a <= b);
            prop_assert!((a > b) || ta <= tb);
        }
    }
}
