//! The loop: two frames between which playback repeats.
//!
//! Owns its two points, whether it is on, and where a position goes that leaves it. Does not own the
//! position: that is the transport's.

use super::frames::FrameTable;

/// The points of a loop, either of which may still be missing. Both frames belong to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoopPoints {
    start: Option<usize>,
    end: Option<usize>,
    on: bool,
}

impl LoopPoints {
    /// Its first frame (A).
    pub fn start(&self) -> Option<usize> {
        self.start
    }

    /// Its last frame (B).
    pub fn end(&self) -> Option<usize> {
        self.end
    }

    /// Whether playback keeps to it.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// First and last frame, once both are set.
    pub fn frames(&self) -> Option<(usize, usize)> {
        self.start.zip(self.end)
    }

    /// Sets A; an end before it is forgotten. The loop is on once it has both.
    pub(super) fn set_start(&mut self, frame: usize) {
        self.start = Some(frame);
        self.end = self.end.filter(|end| *end >= frame);
        self.on = self.end.is_some();
    }

    /// Sets B; a start after it is forgotten. The loop is on once it has both.
    pub(super) fn set_end(&mut self, frame: usize) {
        self.end = Some(frame);
        self.start = self.start.filter(|start| *start <= frame);
        self.on = self.start.is_some();
    }

    /// Sets both and turns it on.
    pub(super) fn set(&mut self, a: usize, b: usize) {
        *self = Self { start: Some(a.min(b)), end: Some(a.max(b)), on: true };
    }

    /// Turns it on or off; without both points it stays off.
    pub(super) fn toggle(&mut self) {
        self.on = !self.on && self.frames().is_some();
    }

    /// Where playback that goes from `before` to `after` (media microseconds) ends up; `None` if no loop is on.
    ///
    /// From inside it stays inside, however far it goes; from outside it enters where the direction does.
    pub(super) fn wrap(&self, before: f64, after: f64, backward: bool, table: &FrameTable) -> Option<f64> {
        let (first, last) = self.frames().filter(|_| self.on)?;
        let span = table.frames_span(first, last);
        let (start, end) = (span.start.micros() as f64, span.end.micros() as f64);
        // The end belongs to the frame after. The last moment before it is what rounding may reach.
        let latest = end.next_down().max(start);
        if !(start..end).contains(&before) {
            return Some(if backward { latest } else { start });
        }
        Some((start + (after - start).rem_euclid(end - start)).clamp(start, latest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_in_the_wrong_order_replace_each_other() {
        let mut points = LoopPoints::default();
        points.toggle();
        assert!(!points.is_on());
        points.set_start(50);
        assert!(!points.is_on());
        points.set_end(80);
        assert_eq!((points.frames(), points.is_on()), (Some((50, 80)), true));
        points.set_start(90);
        assert_eq!((points.start(), points.end(), points.is_on()), (Some(90), None, false));
        points.set_end(20);
        assert_eq!((points.start(), points.end(), points.is_on()), (None, Some(20), false));
        points.set(9, 4);
        assert_eq!(points.frames(), Some((4, 9)));
        points.toggle();
        assert!(!points.is_on());
        points.toggle();
        assert!(points.is_on());
    }
}
