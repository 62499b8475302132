//! The lane of differences: where the scores that are compared with are higher or lower.
//!
//! Owns its scale and colours. Does not own the comparison (`domain::compare`).

use egui::{Align2, Id, Stroke, Ui, pos2};

use super::lanes::Lane;
use super::scale::Scale;
use super::scene::{Scene, Slot};
use crate::app::inspect::TRIAL;
use crate::gpu::curve::CurveInk;

/// The scale never shows less than this: differences in the last digits would else look like news.
const LEAST: f32 = 0.05;

/// Draws the lane. Above the middle the other is higher, below it is lower.
pub(super) fn difference_lane_ui(ui: &Ui, id: Id, lane: &Lane, scene: &Scene<'_>) {
    let (input, tokens) = (scene.input, scene.input.tokens);
    let p = &tokens.palette;
    let painter = ui.painter().with_clip_rect(lane.body);
    scene.paint_ground(&painter, lane);
    let Some(difference) = input.difference else { return };
    let reach = difference.reach().max(LEAST);
    let scale = Scale { bottom: -reach, top: reach, rect: lane.body.shrink2(egui::vec2(0.0, 2.0)) };
    // The summary reaches from zero to the difference, so what lies above zero gets the other colour on top.
    let ink = CurveInk { line: None, fill: p.lower, above: Some((0.0, p.higher)), grounded: false };
    scene.paint_curve(&painter, Slot::Difference, difference.summary(), &scale, ink);
    painter.hline(lane.body.x_range(), scale.y(0.0), Stroke::new(1.0, p.text_faint));

    let margin = ui.painter().with_clip_rect(lane.margin);
    let x = lane.margin.left() + 6.0;
    let ends = [
        (format!("+{reach:.2}"), Align2::LEFT_TOP, lane.margin.top() + 1.0, p.higher),
        (format!("−{reach:.2}"), Align2::LEFT_BOTTOM, lane.margin.bottom() - 2.0, p.lower),
    ];
    for (text, align, y, ink) in
        ends.into_iter().take(if lane.margin.height() >= tokens.sizes.small * 2.2 { 2 } else { 1 })
    {
        margin.text(pos2(x, y), align, text, tokens.small_figures(), ink);
    }
    let value = difference.values().get(scene.snippet()).copied();
    let text = value.map_or_else(|| "–".to_owned(), |value| format!("{value:+.3}"));
    let ink = match value {
        Some(value) if value > 0.0005 => p.higher,
        Some(value) if value < -0.0005 => p.lower,
        _ => p.text_weak,
    };
    // The curve beside that in use is then the trial's, and this still the comparison's.
    let name = if input.overlay.is_some_and(|overlay| overlay.name.starts_with(TRIAL)) {
        "Diff., compared"
    } else {
        "Difference"
    };
    scene.gutter_ui(ui, lane, id.with("value"), name, &text, ink).on_hover_text(
        "The score that is compared with less the score on screen. Above the middle, in orange, the other finds a snippet \
         more anomalous; below it, in blue, less. Scaled to the largest difference of this video.",
    );
}
