//! Diagonal stripes: something is not known here.
//!
//! Owns the pattern, which stays in place when the rectangle grows or moves.

use egui::{Color32, Painter, Rect, Stroke, pos2};

/// Distance of the stripes in points.
const DISTANCE: f32 = 8.0;

/// Fills `rect` with stripes.
pub fn hatch(painter: &Painter, rect: Rect, color: Color32) {
    if !rect.is_positive() {
        return;
    }
    let painter = painter.with_clip_rect(rect);
    // A stripe is where x + y is a multiple of the distance, in points of the screen.
    let first = ((rect.left() + rect.top()) / DISTANCE).floor() as i64;
    let last = ((rect.right() + rect.bottom()) / DISTANCE).ceil() as i64;
    for i in first..=last {
        let sum = i as f32 * DISTANCE;
        let ends = [pos2(sum - rect.top(), rect.top()), pos2(sum - rect.bottom(), rect.bottom())];
        painter.line_segment(ends, Stroke::new(1.5, color));
    }
}
