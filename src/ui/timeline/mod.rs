//! The timeline: curves over the time axis of a video, and the gestures on them.
//!
//! Owns everything between the transport and the bottom of the window: overview, ruler, score with
//! events and threshold, attention, feature magnitude, playhead. Does not own position, rule or
//! scores: it is given them and answers with [`TimelineAction`]s.
//!
//! The cost of a frame depends on the width in pixels, not on the length of the video: curves are
//! drawn from the largest and smallest value under each column.

mod curve;
pub mod geometry;
mod gestures;
mod handle;
mod input;
mod lanes;
mod overview;
mod playhead;
mod ruler;
mod scene;
mod score_lane;
mod state;
#[cfg(test)]
mod tests;
mod value_lane;

use egui::{Sense, Stroke, Ui};

use self::geometry::{Axis, Limits};
pub use self::input::{TimelineAction, TimelineInput};
use self::lanes::{Lane, Lanes, least_size};
use self::scene::Scene;
pub use self::state::TimelineState;

/// The least height at which all lanes can be read, in points.
pub fn least_height(tokens: &crate::ui::theme::Tokens) -> f32 {
    least_size(&tokens.sizes, true).y
}

/// Draws the timeline over the space that is left in `ui` and says what the user wants.
///
/// Click or drag seeks; the wheel zooms around the pointer, with Shift it pans; the middle button drags
/// the view; a double click shows everything.
pub fn timeline_ui(ui: &mut Ui, input: &TimelineInput<'_>, state: &mut TimelineState) -> Vec<TimelineAction> {
    let sizes = &input.tokens.sizes;
    let mut size = ui.available_size();
    let least = least_size(sizes, input.attention_lane);
    if !size.y.is_finite() {
        size.y = least.y * 1.2;
    }
    let (_, rect) = ui.allocate_space(size.max(least));
    let lanes = Lanes::new(rect, sizes, input.attention_lane, ui.pixels_per_point());
    let id = ui.scope_id().with("timeline");
    let mut actions = Vec::new();

    let limits = Limits::of(input.table);
    state.follow(input, &limits);
    let curves = state.curves(input);
    let scene = |state: &TimelineState, with_columns: bool| {
        let axis = Axis::new(lanes.score.body.left(), lanes.score.body.width(), state.visible(&limits));
        let count = (axis.width * ui.pixels_per_point()).round().clamp(1.0, 8192.0) as usize;
        let columns = if with_columns { axis.columns(count, input.table, input.grid) } else { Vec::new() };
        Scene { input, axis, columns, curves: &curves }
    };
    // Lines and buttons are placed on top of this later and win over it.
    let response = ui.interact(lanes.below_overview(), id, Sense::HOVER | Sense::DRAG);
    let before = scene(state, false);
    gestures::navigate(ui, &response, &lanes, &before, state);
    gestures::seek(ui, &response, &lanes, &before, state, &mut actions);
    let scene = scene(state, true);
    gestures::describe(ui, &response, &scene);

    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 0, input.tokens.palette.hairline);
    for Lane { gutter, margin, .. } in lanes.all() {
        painter.rect_filled(gutter, 0, input.tokens.palette.panel);
        painter.rect_filled(margin, 0, input.tokens.palette.panel);
    }
    painter.rect_filled(lanes.ruler.body, 0, input.tokens.palette.panel);
    ruler::paint(&painter, &lanes.ruler, &scene.axis, input.table, input.tokens);
    position_ui(ui, id, &lanes.ruler, &scene);
    score_lane::score_lane_ui(ui, id.with("score"), &lanes.score, &scene, &mut actions);
    if input.attention_lane {
        value_lane::attention_lane_ui(ui, id.with("attention"), &lanes.attention, &scene, state);
    }
    value_lane::magnitude_lane_ui(ui, id.with("magnitude"), &lanes.magnitude, &scene);
    overview::overview_ui(ui, id.with("overview"), &lanes.overview, &scene, state, &mut actions);
    playhead::paint_playhead(&painter, &lanes, &scene);
    painter.vline(lanes.score.body.left(), rect.y_range(), Stroke::new(1.0, input.tokens.palette.hairline));
    playhead::hover_ui(ui, &response, &lanes, &scene);
    actions
}

/// Frame number and time of the position, beside the ruler.
fn position_ui(ui: &Ui, id: egui::Id, lane: &Lane, scene: &Scene<'_>) {
    let input = scene.input;
    let time = input.table.time(input.frame).to_string();
    let name = format!("#{}", input.frame);
    scene
        .gutter_ui(ui, lane, id.with("position"), &name, &time, input.tokens.palette.text_strong)
        .on_hover_text(format!("Frame {} of {}, counted from 0, and its time", input.frame, input.table.len()));
}
