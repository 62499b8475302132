//! The lanes of attention, feature magnitude and motion energy.
//!
//! Owns their scales and what they say about themselves.

use std::sync::Arc;

use egui::{Align2, Button, Color32, Id, Painter, Rect, RichText, Stroke, Ui, UiBuilder, pos2};

use super::input::TimelineAction;
use super::lanes::Lane;
use super::scale::Scale;
use super::scene::{INSET, Scene, Slot, plain_ink, row_y};
use crate::domain::pyramid::Pyramid;

/// p(t), or 1 - p(t).
pub(super) fn attention_lane_ui(
    ui: &mut Ui,
    id: Id,
    lane: &Lane,
    scene: &Scene<'_>,
    actions: &mut Vec<TimelineAction>,
) {
    let (input, p) = (scene.input, &scene.input.tokens.palette);
    let painter = ui.painter().with_clip_rect(lane.body);
    scene.paint_ground(&painter, lane);
    let mut scale = Scale::unit(lane.body);
    let invert = input.prefs.invert_attention;
    if invert {
        // 1 - p over a scale from 0 to 1 is p over a scale that stands on its head.
        std::mem::swap(&mut scale.bottom, &mut scale.top);
    }
    scene.paint_curve(&painter, Slot::Attention, &scene.input.curves.attention, &scale, plain_ink(p.attention));
    paint_scale(ui, lane, scene, &scale, "1", "0");

    let value = scene.value(input.snippets.map_or(&[], |s| &s.attention[..])).map(|v| if invert { 1.0 - v } else { v });
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
            actions.push(TimelineAction::InvertAttention);
        }
    }
}

/// The L2 norm of the temporal features, scaled to what there is.
pub(super) fn magnitude_lane_ui(ui: &Ui, id: Id, lane: &Lane, scene: &Scene<'_>) {
    let color = scene.input.tokens.palette.magnitude;
    let painter = ui.painter().with_clip_rect(lane.body);
    scene.paint_ground(&painter, lane);
    scaled_curve(ui, lane, scene, Slot::Magnitude, &scene.input.curves.magnitude, color);
    let value = scene.value(scene.input.snippets.map_or(&[], |s| &s.magnitudes[..]));
    value_ui(ui, id, lane, scene, "Magnitude", value).on_hover_text(
        "L2 norm of the feature after the temporal module: what training ranks snippets by. Scaled from the \
         smallest to the largest of this video.",
    );
}

/// How much moves, scaled to what there is.
pub(super) fn motion_lane_ui(ui: &Ui, id: Id, lane: &Lane, scene: &Scene<'_>) {
    let p = &scene.input.tokens.palette;
    let color = p.motion;
    ui.painter().rect_filled(lane.body, 0, p.sunken);
    let motion = scene.input.lanes.motion.as_ref();
    if let Some(motion) = motion {
        scaled_curve(ui, lane, scene, Slot::Motion, motion.summary(), color);
    }
    let value = motion.and_then(|motion| motion.values().get(scene.snippet()).copied());
    value_ui(ui, id, lane, scene, "Motion", value).on_hover_text(
        "Motion energy: how much the picture changes within each snippet, whatever the model makes of it. Scaled \
         from the smallest to the largest of this video.",
    );
}

fn scaled_curve(ui: &Ui, lane: &Lane, scene: &Scene<'_>, slot: Slot, values: &Arc<Pyramid>, color: Color32) {
    if let Some(total) = values.total().filter(|e| e.min.is_finite() && e.max.is_finite()) {
        let scale = Scale::of(total, lane.body);
        scene.paint_curve(&ui.painter().with_clip_rect(lane.body), slot, values, &scale, plain_ink(color));
        paint_scale(ui, lane, scene, &scale, &figure(total.max), &figure(total.min));
    }
}

fn value_ui(ui: &Ui, id: Id, lane: &Lane, scene: &Scene<'_>, name: &str, value: Option<f32>) -> egui::Response {
    let text = value.map_or_else(|| "–".to_owned(), figure);
    scene.gutter_ui(ui, lane, id.with("value"), name, &text, scene.input.tokens.palette.text_strong)
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

/// Highest and lowest value beside the lane; in a low lane the highest alone.
fn paint_scale(ui: &Ui, lane: &Lane, scene: &Scene<'_>, scale: &Scale, top: &str, bottom: &str) {
    let tokens = scene.input.tokens;
    let painter: &Painter = &ui.painter().with_clip_rect(lane.margin);
    let x = lane.margin.left() + 6.0;
    let stroke = Stroke::new(1.0, tokens.palette.outline);
    let both = lane.margin.height() >= tokens.sizes.small * 2.9;
    for (text, align, y, drawn) in
        [(top, Align2::LEFT_TOP, scale.rect.top(), true), (bottom, Align2::LEFT_BOTTOM, scale.rect.bottom(), both)]
    {
        if drawn {
            let tick = y.clamp(lane.margin.top() + 0.5, lane.margin.bottom() - 0.5);
            painter.hline(lane.margin.left()..=lane.margin.left() + 3.0, tick, stroke);
            let y = y.clamp(lane.margin.top() + 1.0, lane.margin.bottom() - 2.0);
            painter.text(pos2(x, y), align, text, tokens.small_figures(), tokens.palette.text_faint);
        }
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
