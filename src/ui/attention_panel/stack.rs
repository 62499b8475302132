//! The soft one-hot stack as a heat map, with its rows named and its colours explained.
//!
//! Owns the drawing. Does not own the colours of values (`domain::viridis`) or the shader (`gpu::heat_map`).

use std::sync::Arc;

use egui::{Align2, Color32, Id, Rect, Stroke, Ui, pos2};

use super::{Lane, Scene, lanes};
use crate::domain::viridis::viridis;
use crate::gpu::heat_map::{UnknownInk, heat_map};
use crate::ui::widgets::hatch::hatch;

/// What the stack is, exactly.
const MEANING: &str = "V_hat, kappa × T: the share of the M noisy draws whose j-th earliest pick is snippet t.\n\
    V_hat[j, t] = 1/M sum over m of [ t is the j-th earliest of the kappa snippets with the largest omega + sigma G[m] ].\n\
    Each row sums to 1 over the video, each column to p(t). The output of attention is sum over j of V_hat[j, t] f(t) = p(t) f(t).\n\
    Where many snippets or picks share a pixel: the sum over its snippets, the mean over its picks.";

/// Draws the stack, its rows and its colours.
pub(super) fn stack_ui(scene: &Scene<'_>, lane: &Lane, id: Id, ui: &Ui) {
    let (tokens, p) = (scene.view.tokens, &scene.view.tokens.palette);
    let inspect = &scene.view.state.inspect;
    let painter = ui.painter().with_clip_rect(lane.body);
    painter.rect_filled(lane.body, 0, p.sunken);
    let Some(grid) = inspect.grid.as_ref().filter(|grid| !grid.is_empty()) else {
        hatch(&painter, lane.body, p.hatch);
        let text = match (&inspect.looked, &inspect.grid) {
            (Some(_), Some(_)) => "No draw selects a snippet that shows here",
            _ => "Attention is being computed",
        };
        painter.text(lane.body.center(), Align2::CENTER_CENTER, text, tokens.body(), p.text_weak);
        lanes::name_ui(scene, lane, id.with("stack"), "V_hat", "–", p.text_strong, ui).on_hover_text(MEANING);
        return;
    };
    let ink = UnknownInk { ground: p.sunken, stripe: p.hatch };
    painter.add(heat_map(lane.body, Arc::clone(grid), Arc::clone(&scene.ranges), ink));

    let kappa = inspect.looked.as_ref().map_or(0, |looked| looked.attention.kappa);
    let rows = format!("{} of {kappa} rows", grid.picks.len());
    lanes::name_ui(scene, lane, id.with("stack"), "V_hat", &rows, p.text_strong, ui).on_hover_text(MEANING);
    let gutter = ui.painter().with_clip_rect(lane.gutter);
    let at = pos2(lane.gutter.left() + 10.0, lane.gutter.top() + 30.0);
    gutter.text(at, Align2::LEFT_CENTER, "j-th earliest pick", tokens.small(), p.text_weak);
    // Picks are counted from 1 where a person reads them. The name above leaves no room at the very top.
    let edge = lane.gutter.right() - 6.0;
    let last = grid.picks.end.saturating_sub(1);
    let middle = usize::midpoint(grid.picks.start, last);
    let mut rows = vec![
        (format!("j = {}", grid.picks.start + 1), lane.body.top() + 30.0, Align2::RIGHT_CENTER),
        (format!("j = {}", last + 1), lane.body.bottom() - 1.0, Align2::RIGHT_BOTTOM),
    ];
    if lane.body.height() >= 120.0 && grid.picks.len() > 2 {
        rows.push((format!("{}", middle + 1), lane.body.center().y, Align2::RIGHT_CENTER));
    }
    for (text, y, align) in rows {
        gutter.text(pos2(edge, y), align, text, tokens.small_figures(), p.text_faint);
    }
    legend(scene, lane, grid.peak, ui);
}

/// The colours, from 0 to the largest value that shows.
fn legend(scene: &Scene<'_>, lane: &Lane, peak: f32, ui: &Ui) {
    let (tokens, p) = (scene.view.tokens, &scene.view.tokens.palette);
    let painter = ui.painter().with_clip_rect(lane.margin);
    let bar = Rect::from_min_max(
        pos2(lane.margin.left() + 8.0, lane.margin.top() + 8.0),
        pos2(lane.margin.left() + 20.0, lane.margin.bottom() - 8.0),
    );
    let steps = 32;
    for i in 0..steps {
        let share = |i: usize| bar.bottom() - bar.height() * i as f32 / steps as f32;
        let [r, g, b] = viridis(i as f32 / (steps - 1) as f32);
        let color = Color32::from_rgb(r, g, b);
        painter.rect_filled(Rect::from_x_y_ranges(bar.x_range(), share(i + 1)..=share(i)), 0, color);
    }
    painter.rect_stroke(bar, 0, Stroke::new(1.0, p.outline), egui::StrokeKind::Outside);
    let x = bar.right() + 5.0;
    for (value, y, align) in [
        (peak, bar.top() - 2.0, Align2::LEFT_TOP),
        (peak / 2.0, bar.center().y, Align2::LEFT_CENTER),
        (0.0, bar.bottom() + 2.0, Align2::LEFT_BOTTOM),
    ] {
        painter.text(pos2(x, y), align, format!("{value:.3}"), tokens.small_figures(), p.text_weak);
    }
}
