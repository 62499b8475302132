//! Where a moment lies on the screen, and what part of a video is visible.
//!
//! Owns the arithmetic of the time axis: time to x and back, zoom, pan, limits. Pure; knows no
//! painter and no input device. Does not own which frame is shown at a time: that is the frame table.

use std::ops::Range;

use crate::domain::frames::FrameTable;
use crate::domain::snippet::SnippetGrid;
use crate::domain::time::{MediaTime, TimeSpan};

/// At the closest zoom this many frames of average length fill the axis.
pub const CLOSEST_FRAMES: f64 = 6.0;

/// The stretch of time that the axis shows, in fractional microseconds so that slow pans do not stick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visible {
    start: f64,
    length: f64,
}

/// How far the view may go: the video's span, and the shortest stretch that may fill the axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    start: f64,
    length: f64,
    closest: f64,
}

impl Limits {
    /// The limits of a video.
    pub fn of(table: &FrameTable) -> Self {
        let span = table.span();
        // A video of no length still needs an axis.
        let length = (span.length().micros() as f64).max(1.0);
        let closest = (length / table.len() as f64 * CLOSEST_FRAMES).min(length);
        Self { start: span.start.micros() as f64, length, closest }
    }

    /// All of the video.
    pub fn whole(&self) -> Visible {
        Visible { start: self.start, length: self.length }
    }
}

impl Visible {
    /// Any stretch, also one beyond a video.
    #[cfg(test)]
    pub(super) fn new(start: f64, length: f64) -> Self {
        Self { start, length }
    }

    /// Moves and shortens this so that it lies within the limits. What is not a number becomes the whole.
    pub fn clamped(self, limits: &Limits) -> Self {
        if !(self.start.is_finite() && self.length.is_finite()) {
            return limits.whole();
        }
        let length = self.length.clamp(limits.closest, limits.length);
        let start = self.start.clamp(limits.start, (limits.start + limits.length - length).max(limits.start));
        Self { start, length }
    }

    /// `factor` > 1 shows less. The moment `keep` stays where it is on the screen, as far as the limits allow.
    pub fn zoomed(self, factor: f64, keep: f64, limits: &Limits) -> Self {
        if !(factor.is_finite() && factor > 0.0 && keep.is_finite()) {
            return self.clamped(limits);
        }
        let length = (self.length / factor).clamp(limits.closest, limits.length);
        let share = (keep - self.start) / self.length;
        Self { start: keep - share * length, length }.clamped(limits)
    }

    /// Later by `micros`.
    pub fn panned(self, micros: f64, limits: &Limits) -> Self {
        Self { start: self.start + micros, length: self.length }.clamped(limits)
    }

    /// As long as before, with `at` at `share` (0..=1) of it.
    pub fn around(self, at: f64, share: f64, limits: &Limits) -> Self {
        Self { start: at - share * self.length, length: self.length }.clamped(limits)
    }

    /// A stretch of its own, e.g. an event with some room around it.
    pub fn of_span(span: TimeSpan, room: f64, limits: &Limits) -> Self {
        let length = span.length().micros() as f64;
        Self { start: span.start.micros() as f64 - length * room, length: length * (1.0 + 2.0 * room) }.clamped(limits)
    }

    /// Whether everything shows.
    pub fn is_whole(self, limits: &Limits) -> bool {
        self.length >= limits.length
    }

    /// Whether `micros` shows.
    pub fn contains(self, micros: f64) -> bool {
        self.start <= micros && micros < self.start + self.length
    }

    /// First visible moment, in microseconds.
    pub fn start(self) -> f64 {
        self.start
    }

    /// Visible length in microseconds.
    pub fn length(self) -> f64 {
        self.length
    }
}

/// The visible stretch laid out over points on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// Left end in points.
    pub left: f32,
    /// Width in points, at least 1.
    pub width: f32,
    /// What shows.
    pub visible: Visible,
}

impl Axis {
    /// Lays `visible` over `width` points from `left`.
    pub fn new(left: f32, width: f32, visible: Visible) -> Self {
        Self { left, width: width.max(1.0), visible }
    }

    /// Right end in points.
    pub fn right(&self) -> f32 {
        self.left + self.width
    }

    /// Where `time` lies, also outside of the axis.
    pub fn x(&self, time: MediaTime) -> f32 {
        self.x_of(time.micros() as f64)
    }

    /// Where a moment in microseconds lies.
    pub fn x_of(&self, micros: f64) -> f32 {
        let share = (micros - self.visible.start) / self.visible.length;
        (f64::from(self.left) + share * f64::from(self.width)) as f32
    }

    /// The moment at `x`, in microseconds.
    pub fn micros_at(&self, x: f32) -> f64 {
        self.visible.start + f64::from(x - self.left) / f64::from(self.width) * self.visible.length
    }

    /// The frame on screen at the moment under `x`.
    pub fn frame_at(&self, x: f32, table: &FrameTable) -> usize {
        table.at(MediaTime::from_micros(self.micros_at(x).floor() as i64))
    }

    /// Points per microsecond.
    pub fn scale(&self) -> f64 {
        f64::from(self.width) / self.visible.length
    }

    /// The frames that are on screen during each of `count` equal columns, from the left; empty where the video
    /// does not reach. Bounds never go back.
    pub fn frame_columns(&self, count: usize, table: &FrameTable) -> Vec<Range<usize>> {
        let span = table.span();
        let edge = |i: usize| {
            let micros = self.visible.start + self.visible.length * i as f64 / count as f64;
            MediaTime::from_micros(micros.round() as i64)
        };
        let (mut start, mut near) = (edge(0), 0);
        (0..count)
            .map(|i| {
                let end = edge(i + 1);
                let (from, to) = (start.max(span.start), end.min(span.end));
                start = end;
                if from > to || from >= span.end {
                    let at = if from >= span.end { table.len() } else { 0 };
                    return at..at;
                }
                let first = table.at_near(from, near);
                near = table.at_near((to - MediaTime::from_micros(1)).max(from), first);
                first..near + 1
            })
            .collect()
    }

    /// The snippets under each of `count` equal columns, from the left; empty where the video does not reach.
    ///
    /// Together they lose no snippet that shows: a column holds every snippet that it touches.
    pub fn columns(&self, count: usize, table: &FrameTable, grid: SnippetGrid) -> Vec<Range<usize>> {
        let snippets = |frames: Range<usize>| {
            if frames.is_empty() { 0..0 } else { grid.snippet_of(frames.start)..grid.snippet_of(frames.end - 1) + 1 }
        };
        self.frame_columns(count, table).into_iter().map(snippets).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(frames: i64, step: i64, start: i64) -> FrameTable {
        let entries = (0..frames).map(|i| (MediaTime::from_micros(start + i * step), true)).collect();
        FrameTable::new(entries, None).expect("has frames")
    }

    fn videos() -> impl Strategy<Value = FrameTable> {
        (1_i64..3000, 1_i64..200_000, -5_000_000_i64..5_000_000).prop_map(|(n, step, start)| table(n, step, start))
    }

    /// Any gestures: zoom by a factor at a share of the axis, or pan by a share of it.
    fn gestures() -> impl Strategy<Value = Vec<(bool, f64, f64)>> {
        proptest::collection::vec((any::<bool>(), 0.01_f64..100.0, -1.0_f64..2.0), 0..30)
    }

    fn after(gestures: &[(bool, f64, f64)], limits: &Limits) -> Visible {
        gestures.iter().fold(limits.whole(), |v, (zoom, factor, share)| {
            if *zoom {
                v.zoomed(*factor, v.start() + share * v.length(), limits)
            } else {
                v.panned((share - 0.5) * v.length(), limits)
            }
        })
    }

    proptest! {
        #[test]
        fn stays_within_the_video(t in videos(), g in gestures()) {
            let limits = Limits::of(&t);
            let v = after(&g, &limits);
            let slack = limits.length * 1e-9;
            prop_assert!(v.start() >= limits.start - slack);
            prop_assert!(v.start() + v.length() <= limits.start + limits.length + slack);
            prop_assert!(v.length() >= limits.closest - slack);
        }

        #[test]
        fn x_and_time_are_inverse_and_in_order(
            t in videos(), g in gestures(), left in -500.0_f32..500.0, width in 1.0_f32..4000.0, a in 0.0_f32..1.0, b in 0.0_f32..1.0,
        ) {
            let axis = Axis::new(left, width, after(&g, &Limits::of(&t)));
            let (xa, xb) = (left + a * width, left + b * width);
            prop_assert!((axis.x_of(axis.micros_at(xa)) - xa).abs() < 0.01);
            prop_assert!(xa > xb || axis.micros_at(xa) <= axis.micros_at(xb));
        }

        #[test]
        fn zoom_keeps_the_moment_under_the_pointer(t in videos(), factor in 1.0_f64..50.0, share in 0.0_f64..1.0) {
            let limits = Limits::of(&t);
            let before = limits.whole();
            let keep = before.start() + share * before.length();
            let zoomed = before.zoomed(factor, keep, &limits);
            // Zooming in can never push against the ends, so the place is kept exactly.
            let place = (keep - zoomed.start()) / zoomed.length();
            prop_assert!((place - share).abs() < 1e-6, "{place} {share}");
            let back = zoomed.zoomed(1.0 / factor.max(1e-9), keep, &limits);
            prop_assert!(back.length() <= before.length() * (1.0 + 1e-9));
        }

        #[test]
        fn columns_lose_no_snippet(t in videos(), g in gestures(), count in 1_usize..600) {
            let grid = SnippetGrid::new(t.len());
            let axis = Axis::new(0.0, count as f32, after(&g, &Limits::of(&t)));
            let columns = axis.columns(count, &t, grid);
            prop_assert_eq!(columns.len(), count);
            let shown: Vec<_> = columns.iter().filter(|c| !c.is_empty()).collect();
            prop_assert!(!shown.is_empty());
            for pair in shown.windows(2) {
                prop_assert!(pair[1].start >= pair[0].start && pair[1].start <= pair[0].end);
                prop_assert!(pair[1].end <= grid.count());
            }
            if axis.visible == Limits::of(&t).whole() {
                prop_assert_eq!((shown[0].start, shown[shown.len() - 1].end), (0, grid.count()));
            }
        }
    }

    #[test]
    fn closest_zoom_shows_single_frames() {
        let t = table(30_000, 33_333, 0);
        let limits = Limits::of(&t);
        let v = limits.whole().zoomed(1e12, 500_000_000.0, &limits);
        assert!((v.length() - 6.0 * 33_333.0).abs() < 1.0);
        let axis = Axis::new(0.0, 600.0, v);
        assert_eq!(axis.frame_at(500.0, &t) - axis.frame_at(100.0, &t), 4);
    }

    #[test]
    fn nonsense_is_the_whole_video() {
        let limits = Limits::of(&table(100, 40_000, 0));
        let bad = Visible { start: f64::NAN, length: 1.0 };
        assert_eq!(bad.clamped(&limits), limits.whole());
        assert_eq!(limits.whole().zoomed(f64::NAN, 0.0, &limits), limits.whole());
    }
}
