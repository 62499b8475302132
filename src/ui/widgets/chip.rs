//! A short text on a rounded ground.
//!
//! Owns size and placement of the text within it.

use egui::{Align2, Color32, CornerRadius, FontId, Painter, Pos2, Rect, Vec2};

/// Room between the text and the edge.
const PADDING: Vec2 = Vec2::new(7.0, 3.0);

/// Draws `text` on `ground`, with its `anchor` corner at `at`. Returns the rectangle covered.
pub fn chip(
    painter: &Painter,
    at: Pos2,
    anchor: Align2,
    text: String,
    font: FontId,
    (ink, ground): (Color32, Color32),
) -> Rect {
    let galley = painter.layout_no_wrap(text, font, ink);
    let rect = anchor.anchor_size(at, galley.size() + PADDING * 2.0);
    painter.rect_filled(rect, CornerRadius::same(4), ground);
    painter.galley(rect.min + PADDING, galley, ink);
    rect
}
