//! The attention lane and the feature magnitude lane.
//!
//! Owns their scales and what they say about themselves.

use egui::{Align2, Button, Color32, Id, Painter, Rect, RichText, Stroke, Ui, UiBuilder, pos2};

use super::curve::{Ink, Scale};
use super::lanes::Lane;
use super::scene::{INSET, Scene, row_y};
use super::state::TimelineState;
use crate::domain::pyramid::Extent;

/// p(t), or 1 - p(t).
pub(super) fn attention_lane_ui(ui: &mut Ui, id: Id, lane: &Lane, scene: &Scene<'_>, state: &mut TimelineState) {
    let (input, p) = (scene.input, &scene.input.tokens.palette);
    let painter = ui.painter().with_clip_rect(lane.body);
    scene.paint_ground(&painter, lane);
    let scale = Scale::unit(lane.body);
    let invert = state.invert_attention;
    let shown = |e: Extent| if invert { Extent { min: 1.0 - e.max, max: 1.0 - e.min } } else { e };
    scene.paint_curve(&painter, &scene.curves.attention, &scale, &ink(p.attention), shown);
    paint_scale(ui, lane, scene, &scale, "1", "0");

    let value = scene.curves.attention.extent(scene.snippet()..scene.snippet() + 1).map(|e| shown(e).max);
    let text = value.map_or_else(|| "–".to_owned(), |v| format!("{v:.2}"));
    let (name, tip) = if invert {
        (
            "1 – attention",
            "Share of the noisy draws in which a snippet is not among the top kappa: what the model leaves out.",
        )
    } else {
        (
            "Attention",
            "p(t): share of the noisy draws in which a snippet is among the top kappa. It sums to kappa over the video.",
        )
    };
    let sure = if input.complete { "" } else { "\nStill changing: scoring is not done." };
    scene.gutter_ui(ui, lane, id.with("value"), name, &text, p.text_strong).on_hover_text(format!("{tip}{sure}"));

    let top = row_y(lane) + 9.0;
    let rect = Rect::from_min_max(pos2(lane.gutter.left() + INSET - 6.0, top), lane.gutter.max);
    if rect.height() >= 16.0 {
        let button = ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            ui.spacing_mut().button_padding = egui::vec2(6.0, 1.0);
            ui.spacing_mut().interact_size.y = 17.0;
            let text = RichText::new("Invert").font(input.tokens.small());
            ui.add(Button::selectable(invert, text))
        });
        let response =
            button.inner.on_hover_text("Show 1 – p(t): with a large kappa, what is not selected is the news.");
        if response.clicked() {
            state.invert_attention = !invert;
        }
    }
}

/// The L2 norm of the temporal features, scaled to what there is.
pub(super) fn magnitude_lane_ui(ui: &Ui, id: Id, lane: &Lane, scene: &Scene<'_>) {
    let p = &scene.input.tokens.palette;
    let painter = ui.painter().with_clip_rect(lane.body);
    scene.paint_ground(&painter, lane);
    let magnitude = &scene.curves.magnitude;
    if let Some(total) = magnitude.total().filter(|e| e.min.is_finite() && e.max.is_finite()) {
        let scale = Scale::of(total, lane.body);
        scene.paint_curve(&painter, magnitude, &scale, &ink(p.magnitude), |e| e);
        paint_scale(ui, lane, scene, &scale, &figure(total.max), &figure(total.min));
    }
    let value = magnitude.extent(scene.snippet()..scene.snippet() + 1).map(|e| e.max);
    let text = value.map_or_else(|| "–".to_owned(), figure);
    scene.gutter_ui(ui, lane, id.with("value"), "Magnitude", &text, p.text_strong).on_hover_text(
        "L2 norm of the feature after the temporal module: what training ranks snippets by. Scaled from the \
         smallest to the largest of this video.",
    );
}

fn ink(color: Color32) -> Ink {
    Ink { line: color, fill: color.gamma_multiply(0.2), above: None }
}

/// A magnitude with three or four digits.
pub(super) fn figure(value: f32) -> String {
    match value.abs() {
        v if v >= 1000.0 => format!("{value:.0}"),
        v if v >= 100.0 => format!("{value:.1}"),
        v if v >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// Highest and lowest value beside the lane.
fn paint_scale(ui: &Ui, lane: &Lane, scene: &Scene<'_>, scale: &Scale, top: &str, bottom: &str) {
    let tokens = scene.input.tokens;
    let painter: &Painter = &ui.painter().with_clip_rect(lane.margin);
    let x = lane.margin.left() + 6.0;
    let stroke = Stroke::new(1.0, tokens.palette.outline);
    for (text, align, y) in
        [(top, Align2::LEFT_TOP, scale.rect.top()), (bottom, Align2::LEFT_BOTTOM, scale.rect.bottom())]
    {
        painter.hline(
            lane.margin.left()..=lane.margin.left() + 3.0,
            y.clamp(lane.margin.top() + 0.5, lane.margin.bottom() - 0.5),
            stroke,
        );
        painter.text(pos2(x, y), align, text, tokens.small_figures(), tokens.palette.text_faint);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn figures_keep_their_width() {
        assert_eq!(
            [0.0123, 12.345, 123.46, 12_345.6].map(super::figure),
            ["0.012", "12.35", "123.5", "12346"].map(str::to_owned)
        );
    }
}
