//! The lane of disagreements: where readers of the video say different things.
//!
//! Owns how they look and what the pointer and assistive programs are told of each. Does not own finding them
//! (`domain::disagreement`) or their columns (`summary`).

use std::sync::Arc;

use egui::{Color32, Id, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use super::input::TimelineAction;
use super::label_marks::bar;
use super::lanes::Lane;
use super::scene::Scene;
use super::summary::{CLASSES_DIFFER, SOME_MARK};
use crate::gpu::marks::{CODES, MarkInk, marks};

/// The lane's marks among those of the window.
const DISAGREEMENTS: u32 = 5;
/// Room above and below bars.
const INSET: f32 = 3.0;
/// Of the stretches in sight, no more than this are told apart.
const MOST: usize = 200;
/// Least width by which one is taken hold of, in points.
const LEAST: f32 = 5.0;

/// Draws the lane.
pub(super) fn disagreement_lane_ui(ui: &Ui, id: Id, lane: &Lane, scene: &Scene<'_>, actions: &mut Vec<TimelineAction>) {
    let (input, p) = (scene.input, &scene.input.tokens.palette);
    let painter = ui.painter().with_clip_rect(lane.body);
    painter.rect_filled(lane.body, 0, p.sunken);
    let (mut body, mut striped) = ([Color32::TRANSPARENT; CODES], [false; CODES]);
    body[usize::from(SOME_MARK) - 1] = p.warn;
    body[usize::from(CLASSES_DIFFER) - 1] = p.accent;
    striped[usize::from(CLASSES_DIFFER) - 1] = true;
    let bars = lane.body.shrink2(vec2(0.0, INSET));
    let ink = MarkInk { body, striped, ..MarkInk::default() };
    painter.add(marks(bars, DISAGREEMENTS, Arc::clone(&scene.marks.disagreements), ink));

    let list = input.disagreements.list();
    let first = list.partition_point(|stretch| {
        let time = input.table.frames_span(stretch.span.start(), stretch.span.last());
        scene.axis.x(time.end) <= scene.axis.left
    });
    let in_sight = list[first..].iter().map_while(|stretch| Some((stretch, bar(input, &scene.axis, stretch.span)?)));
    for (stretch, (left, right)) in in_sight.take(MOST) {
        let more = (LEAST - (right - left)).max(0.0) / 2.0;
        let rect = Rect::from_x_y_ranges(left - more..=right + more, bars.y_range());
        let response = ui.interact(rect, id.with(stretch.span.start()), Sense::CLICK | Sense::DRAG);
        let sentence = stretch.sentence(input.disagreements.readers());
        let name = format!("Disagreement on frames {} to {}: {sentence}", stretch.span.start(), stretch.span.last());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if response.clicked() {
            actions.push(TimelineAction::Seek { frame: stretch.span.start(), dragging: false });
        }
        response.on_hover_text(name.clone());
    }
    let value = match input.disagreements.at(input.frame) {
        Some(at) => format!("{} of {}", at + 1, list.len()),
        None => list.len().to_string(),
    };
    scene.gutter_ui(ui, lane, id.with("value"), "Disagreement", &value, p.text_strong).on_hover_text(format!(
        "Where {} say different things. Filled: not all mark something; striped: all do, but not the same classes. Click \
         one to go to its first frame.",
        input.disagreements.readers().join(", ")
    ));
}
