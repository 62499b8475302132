//! The snippets that were picked out, across all lanes.
//!
//! Owns how they look. Does not own how they are picked: by a drag here (`gestures`) or in any plot.

use egui::{Painter, Rect, Stroke};

use super::lanes::Lanes;
use super::scene::Scene;

/// Height of the bar in the ruler in points.
const BAR: f32 = 4.0;

/// Draws a bar in the ruler and a tint over the lanes for each run in sight; runs that share a pixel are one.
pub(super) fn paint(painter: &Painter, lanes: &Lanes, scene: &Scene<'_>) {
    let (input, accent) = (scene.input, scene.input.tokens.palette.accent);
    let area = lanes.below_overview();
    let painter = painter.with_clip_rect(area);
    let left_of = |snippet: usize| scene.axis.x(scene.span_of(snippet, snippet).start);
    let first =
        input.picked.partition_point(|run| scene.axis.x(scene.span_of(run.start, run.end - 1).end) < area.left());
    let mut drawn_to = f32::NEG_INFINITY;
    for run in &input.picked[first..] {
        let (left, right) = (left_of(run.start), scene.axis.x(scene.span_of(run.start, run.end - 1).end));
        if left > area.right() {
            break;
        }
        // As wide as a pixel at least, and no pixel twice.
        let (left, right) = (left.max(drawn_to), right.max(left + 1.0));
        if right <= drawn_to {
            continue;
        }
        drawn_to = right;
        let body = Rect::from_x_y_ranges(left..=right, area.y_range());
        painter.rect_filled(body, 0, accent.gamma_multiply(0.14));
        let bottom = lanes.ruler.body.bottom();
        painter.rect_filled(Rect::from_x_y_ranges(left..=right, bottom - BAR..=bottom), 0, accent);
        if right - left > 8.0 {
            for x in [left, right] {
                painter.vline(x, area.y_range(), Stroke::new(1.0, accent.gamma_multiply(0.6)));
            }
        }
    }
}
