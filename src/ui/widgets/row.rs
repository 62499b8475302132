//! The ground of a row in a list.
//!
//! Owns how a row shows that it is chosen, under the pointer, or has the focus.

use egui::{Painter, Rect, Response, Stroke, StrokeKind};

use crate::ui::theme::Palette;

/// Corners of a row in points.
const CORNER: f32 = 3.0;

/// Paints what lies below the row's content.
pub fn row_ground(painter: &Painter, rect: Rect, response: &Response, chosen: bool, palette: &Palette) {
    if chosen {
        painter.rect_filled(rect, CORNER, palette.accent_soft);
    } else if response.hovered() {
        painter.rect_filled(rect, CORNER, palette.raised);
    }
    if response.has_focus() {
        painter.rect_stroke(rect, CORNER, Stroke::new(1.0, palette.accent), StrokeKind::Inside);
    }
}
