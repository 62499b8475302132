//! Values and heights of a lane.
//!
//! Owns the arithmetic between a value and its place between the lower and the upper edge.

use egui::Rect;

use crate::domain::pyramid::Extent;
use crate::gpu::curve::CurveScale;

/// Which values lie at the bottom and the top of a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::ui) struct Scale {
    pub bottom: f32,
    pub top: f32,
    pub rect: Rect,
}

impl Scale {
    /// 0 to 1 over `rect`, with a little room above so that 1 can be told from beyond.
    pub(in crate::ui) fn unit(rect: Rect) -> Self {
        Self { bottom: 0.0, top: 1.0, rect: rect.with_min_y(rect.top() + (rect.height() * 0.08).min(7.0)) }
    }

    /// `extent` over `rect` with room on both sides; a flat curve lies in the middle.
    pub(in crate::ui) fn of(extent: Extent, rect: Rect) -> Self {
        let size = (extent.max - extent.min).max(extent.max.abs() * 1e-3).max(1e-6);
        Self { bottom: extent.min - size * 0.1, top: extent.max + size * 0.1, rect }
    }

    /// As for the GPU.
    pub(in crate::ui) fn ends(&self) -> CurveScale {
        CurveScale { bottom: self.bottom, top: self.top }
    }

    /// Where `value` lies; beyond the ends it lies on them.
    pub(in crate::ui) fn y(&self, value: f32) -> f32 {
        let share = ((value - self.bottom) / (self.top - self.bottom)).clamp(0.0, 1.0);
        self.rect.bottom() - share * self.rect.height()
    }

    /// The value at `y`, within the ends.
    pub(in crate::ui) fn value_at(&self, y: f32) -> f32 {
        let share = ((self.rect.bottom() - y) / self.rect.height().max(1.0)).clamp(0.0, 1.0);
        self.bottom + share * (self.top - self.bottom)
    }
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    #[test]
    fn y_and_value_are_inverse() {
        let rect = Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, 50.0));
        for s in [Scale { bottom: 0.0, top: 1.0, rect }, Scale { bottom: 1.0, top: 0.0, rect }] {
            for value in [0.0, 0.25, 1.0] {
                assert!((s.value_at(s.y(value)) - value).abs() < 1e-6);
            }
            assert_eq!((s.y(s.top + (s.top - s.bottom) * 7.0), s.value_at(-99.0)), (rect.top(), s.top));
        }
    }
}
