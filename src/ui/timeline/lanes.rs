//! Which lane lies where.
//!
//! Owns the division of the timeline's rectangle. Does not own what the lanes show.

use egui::emath::GuiRounding as _;
use egui::{Rect, Vec2, pos2};

use crate::ui::theme::Sizes;

/// One lane: its name on the left, the time axis, its scale on the right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lane {
    pub gutter: Rect,
    pub body: Rect,
    pub margin: Rect,
}

/// All lanes, from the top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lanes {
    pub overview: Lane,
    pub ruler: Lane,
    pub score: Lane,
    pub attention: Lane,
    pub magnitude: Lane,
}

/// The least size that shows everything.
pub(super) fn least_size(sizes: &Sizes, attention: bool) -> Vec2 {
    let attention = if attention { sizes.attention_lane } else { 0.0 };
    let lanes = [sizes.overview_lane, sizes.ruler_lane, sizes.score_lane, attention, sizes.magnitude_lane];
    let height = lanes.iter().sum::<f32>() + sizes.lane_gap * (lanes.len() - 1) as f32;
    Vec2::new(sizes.gutter + sizes.margin + 64.0, height)
}

impl Lanes {
    /// Divides `rect`. Height beyond the least goes to the curves, half of it to the score. Without attention
    /// its lane has no height.
    pub(super) fn new(rect: Rect, sizes: &Sizes, attention: bool, pixels_per_point: f32) -> Self {
        let spare = (rect.height() - least_size(sizes, attention).y).max(0.0);
        let (attention, others) = if attention { (sizes.attention_lane + spare * 0.25, 0.25) } else { (0.0, 0.5) };
        let mut top = rect.top();
        let mut next = |height: f32| {
            let bottom = top + height;
            let row = Rect::from_min_max(pos2(rect.left(), top), pos2(rect.right(), bottom));
            top = bottom + sizes.lane_gap;
            // Whole pixels: columns of curves are one pixel wide and must not blur.
            let row = row.round_to_pixels(pixels_per_point);
            let left = (row.left() + sizes.gutter).round_to_pixels(pixels_per_point);
            let right = (row.right() - sizes.margin).max(left + 1.0).round_to_pixels(pixels_per_point);
            Lane {
                gutter: row.with_max_x(left),
                body: Rect::from_x_y_ranges(left..=right, row.y_range()),
                margin: row.with_min_x(right),
            }
        };
        Self {
            overview: next(sizes.overview_lane),
            ruler: next(sizes.ruler_lane),
            score: next(sizes.score_lane + spare * 0.5),
            attention: next(attention),
            magnitude: next(sizes.magnitude_lane + spare * others),
        }
    }

    /// From the ruler down: where a click seeks and the playhead stands.
    pub(super) fn below_overview(&self) -> Rect {
        self.ruler.body.union(self.magnitude.body)
    }

    /// The lanes with a name in the gutter.
    pub(super) fn all(&self) -> [Lane; 5] {
        [self.overview, self.ruler, self.score, self.attention, self.magnitude]
    }
}
