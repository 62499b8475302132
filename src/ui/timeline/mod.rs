//! The timeline: curves and marks over the time axis of a video, and the gestures on them.
//!
//! Owns everything between the transport and the bottom of the window: lanes, ruler, playhead, and the view of
//! the axis. Does not own position, rule, scores or the choice of lanes: it is given them and answers with
//! [`TimelineAction`]s.
//!
//! The cost of a frame depends on the width in pixels, not on the length of the video: curves and marks are drawn
//! on the GPU, which is written to only when the data or the view change.

mod difference_lane;
mod disagreement_lane;
pub mod geometry;
mod gestures;
mod handle;
mod header;
mod input;
mod label_lane;
mod label_marks;
mod lanes;
mod marks;
mod overview;
mod picks;
mod playhead;
mod ruler;
pub(in crate::ui) mod scale;
mod scene;
mod score_lane;
mod snap;
mod span_lane;
mod state;
mod summary;
#[cfg(test)]
mod tests;
mod value_lane;

use egui::containers::scroll_area::{DragScroll, ScrollSource};
use egui::{ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2};

use self::geometry::{Axis, Limits};
pub(super) use self::gestures::move_view;
pub use self::input::{LabelInput, TimelineAction, TimelineInput};
use self::lanes::{Lane, Lanes, drawn, least_size, make_room_for_rows};
use self::scene::Scene;
use self::state::Drag;
pub use self::state::TimelineState;
use super::theme::bar_over;
use crate::app::lanes::{LaneKind, LaneSetting};

/// Draws the timeline over the space that is left in `ui` and says what the user wants.
///
/// Click or drag seeks, with Shift it picks snippets; the wheel zooms around the pointer, with Shift it pans; the middle button drags
/// the view; a double click shows everything. Where lanes need more height than there is, they scroll.
pub fn timeline_ui(ui: &mut Ui, input: &TimelineInput<'_>, state: &mut TimelineState) -> Vec<TimelineAction> {
    let settings = state.draft.as_ref().unwrap_or(&input.prefs.lanes);
    let mut shown = drawn(settings, |kind| input.has_data(kind));
    make_room_for_rows(&mut shown, input.labels.shown.lanes().len());
    let least = least_size(&input.tokens.sizes, &shown);
    let room = ui.available_size();
    if room.y + 0.5 >= least.y {
        return lanes_ui(ui, room, &shown, input, state);
    }
    // The wheel zooms; only the bar scrolls, so it has to be seen.
    ui.spacing_mut().scroll = bar_over();
    let source = ScrollSource { scroll_bar: true, drag: DragScroll::Never, mouse_wheel: false };
    let area = ScrollArea::vertical().id_salt("lanes").scroll_source(source).auto_shrink([false, false]);
    area.show(ui, |ui| lanes_ui(ui, Vec2::new(ui.available_width(), least.y), &shown, input, state)).inner
}

fn lanes_ui(
    ui: &mut Ui,
    size: Vec2,
    shown: &[LaneSetting],
    input: &TimelineInput<'_>,
    state: &mut TimelineState,
) -> Vec<TimelineAction> {
    let sizes = &input.tokens.sizes;
    let (_, rect) = ui.allocate_space(size.max(least_size(sizes, shown)));
    let lanes = Lanes::new(rect, sizes, shown, ui.pixels_per_point());
    let id = ui.scope_id().with("timeline");
    state.body = Some(id);
    let mut actions = Vec::new();

    let limits = Limits::of(input.table);
    state.follow(input, &limits);
    // Lines and buttons are placed on top of this later and win over it.
    let body = lanes.below_overview();
    let response = ui.interact(body, id, Sense::HOVER | Sense::DRAG | Sense::FOCUSABLE);
    let before = scene(ui, input, state, &lanes);
    gestures::navigate(ui, &response, &lanes, &before, state);
    gestures::seek(ui, &response, &lanes, &before, state, &mut actions);
    let scene = scene(ui, input, state, &lanes);
    gestures::describe(ui, &response, &scene);

    let p = &input.tokens.palette;
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 0, p.panel);
    for (_, Lane { gutter, margin, .. }) in lanes.all() {
        painter.hline(gutter.left()..=margin.right(), gutter.bottom() + 0.5, Stroke::new(1.0, p.hairline));
    }
    ruler::paint(&painter, &lanes.ruler, &scene.axis, input.table, input.tokens);
    ruler::paint_loop(&painter, &lanes.ruler, &scene.axis, input);
    position_ui(ui, id, &lanes.ruler, &scene);
    // Before anything whose number depends on the lanes: an open menu must keep its name.
    header::buttons_ui(ui, &lanes, input, &mut actions);
    header::headers_ui(ui, id, &lanes, input, state, &mut actions);
    if let Some(overview) = &lanes.overview {
        overview::overview_ui(ui, id.with("overview"), overview, &scene, state, &mut actions);
    }
    for (kind, lane) in &lanes.rest {
        let id = id.with(kind);
        match kind {
            LaneKind::Overview => {}
            LaneKind::Score => score_lane::score_lane_ui(ui, id, lane, &scene, &mut actions),
            LaneKind::Difference => difference_lane::difference_lane_ui(ui, id, lane, &scene),
            LaneKind::Events => span_lane::events_lane_ui(ui, id, lane, &scene),
            LaneKind::Labels => label_lane::labels_lane_ui(ui, id, lane, &scene, state, &mut actions),
            LaneKind::Disagreement => {
                disagreement_lane::disagreement_lane_ui(ui, id, lane, &scene, &mut actions);
            }
            LaneKind::Attention => value_lane::attention_lane_ui(ui, id, lane, &scene, &mut actions),
            LaneKind::Magnitude => value_lane::magnitude_lane_ui(ui, id, lane, &scene),
            LaneKind::Motion => value_lane::motion_lane_ui(ui, id, lane, &scene),
            LaneKind::Truth => span_lane::truth_lane_ui(ui, id, lane, &scene),
            LaneKind::Recording => span_lane::recording_lane_ui(ui, id, lane, &scene),
        }
    }
    if matches!(state.drag, Drag::Label(_)) && !ui.input(|i| i.pointer.any_down()) {
        // The label went away under the hand, by an undo.
        state.drag = Drag::Idle;
    }
    picks::paint(&painter, &lanes, &scene);
    playhead::paint_playhead(&painter, &lanes, &scene, state.drag);
    painter.vline(lanes.ruler.body.left(), rect.y_range(), Stroke::new(1.0, p.hairline));
    if response.has_focus() {
        painter.rect_stroke(body, 0, Stroke::new(1.5, p.accent), StrokeKind::Inside);
    }
    playhead::hover_ui(ui, &response, &lanes, &scene);
    actions
}

/// The present view of the input, with summaries made only of what changed.
fn scene<'a>(ui: &Ui, input: &'a TimelineInput<'a>, state: &mut TimelineState, lanes: &Lanes) -> Scene<'a> {
    let body = lanes.ruler.body;
    let axis = Axis::new(body.left(), body.width(), state.visible(&Limits::of(input.table)));
    let count = (axis.width * ui.pixels_per_point()).round().clamp(1.0, 8192.0) as usize;
    let columns = state.columns(input, &axis, count);
    let marks = state.marks(input, &axis, &columns);
    let labels = state.labels(input, &axis, &columns);
    Scene { input, axis, columns, marks, labels }
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
