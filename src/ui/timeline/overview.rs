//! The overview: the whole video as a heat strip, with the visible window on it.
//!
//! Owns the strip's columns and the dragging of the window.

use std::sync::Arc;

use egui::{CursorIcon, Id, PointerButton, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo};

use super::geometry::{Axis, Limits};
use super::input::TimelineAction;
use super::lanes::Lane;
use super::scene::Scene;
use super::snap::Edge;
use super::state::{Drag, OverviewStrip, TimelineState};
use crate::app::lanes::LaneKind;
use crate::domain::time::MediaTime;
use crate::gpu::heat_strip::{HeatColors, UNKNOWN, heat_strip};

/// The overview's texture among those of the window.
const SLOT: u32 = 0;

/// Draws the strip and moves the view. While everything shows, it seeks like any other lane.
pub(super) fn overview_ui(
    ui: &Ui,
    id: Id,
    lane: &Lane,
    scene: &Scene<'_>,
    state: &mut TimelineState,
    actions: &mut Vec<TimelineAction>,
) {
    let (input, p) = (scene.input, &scene.input.tokens.palette);
    let limits = Limits::of(input.table);
    let whole = Axis::new(lane.body.left(), lane.body.width(), limits.whole());
    let painter = ui.painter().with_clip_rect(lane.body);
    painter.rect_filled(lane.body, 0, p.sunken);
    let strip = lane.body.shrink2(egui::vec2(0.0, 3.0));
    let columns = columns(scene, state, &whole, (lane.body.width() * ui.pixels_per_point()).round() as usize);
    painter.add(heat_strip(strip, SLOT, columns, HeatColors { stops: p.heat, unknown: p.hatch }));

    let visible = state.visible(&limits);
    if !visible.is_whole(&limits) {
        let left = whole.x_of(visible.start());
        let right = whole.x_of(visible.start() + visible.length()).max(left + 3.0);
        let window = Rect::from_x_y_ranges(left..=right, lane.body.y_range());
        let shade = p.panel.gamma_multiply(0.72);
        painter.rect_filled(lane.body.with_max_x(left), 0, shade);
        painter.rect_filled(lane.body.with_min_x(right), 0, shade);
        painter.rect_stroke(window, 2, Stroke::new(1.5, p.text_strong), StrokeKind::Inside);
    }
    let x = whole.x(input.table.time(input.frame));
    painter.vline(x, lane.body.y_range(), Stroke::new(1.5, p.playhead));

    let response = ui.interact(lane.body, id, Sense::HOVER | Sense::DRAG);
    let until = visible.start() + visible.length();
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ScrollBar, true, "Overview");
        let time = |micros: f64| MediaTime::from_micros(micros as i64);
        info.current_text_value = Some(format!("{} to {}", time(visible.start()), time(until)));
        info
    });
    if let Some(pos) = response.interact_pointer_pos().filter(|_| response.dragged_by(PointerButton::Primary)) {
        let at = whole.micros_at(pos.x);
        if response.drag_started() {
            state.drag = if visible.is_whole(&limits) {
                Drag::Seek(usize::MAX, Edge::Frame)
            } else if visible.contains(at) {
                Drag::Window(at - visible.start())
            } else {
                Drag::Window(visible.length() / 2.0)
            };
        }
        match state.drag {
            Drag::Window(grab) => {
                let moved = visible.panned(at - grab - visible.start(), &limits);
                state.set_visible(moved, &limits);
            }
            Drag::Seek(last, _) => {
                let frame = input.table.at(MediaTime::from_micros(at.floor() as i64));
                if frame != last {
                    state.drag = Drag::Seek(frame, Edge::Frame);
                    actions.push(TimelineAction::Seek { frame, dragging: true });
                }
            }
            Drag::Idle | Drag::Pick(_) | Drag::Lane(_) | Drag::Border(_) | Drag::Label(_) => {}
        }
    }
    if response.drag_stopped()
        && let Drag::Seek(frame, _) = std::mem::take(&mut state.drag)
        && frame != usize::MAX
    {
        actions.push(TimelineAction::Seek { frame, dragging: false });
    }
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(match state.drag {
            Drag::Window(_) => CursorIcon::Grabbing,
            _ if visible.is_whole(&limits) => CursorIcon::Default,
            _ => CursorIcon::Grab,
        });
    }
    let shown = MediaTime::from_micros(visible.length() as i64).to_string();
    // Of a few seconds the milliseconds matter, of more nobody reads them.
    let short = visible.length() < 10e6;
    let figure = if short { &shown } else { shown.split('.').next().unwrap_or(&shown) };
    let colored = if input.has_data(LaneKind::Score) { ", coloured by score" } else { "" };
    let tip = format!("The whole video{colored}. Drag the window to move the view; the figure is its length.");
    scene.gutter_ui(ui, lane, id.with("value"), "Overview", figure, p.text_strong).on_hover_text(tip);
}

/// The largest score under each column of the whole video.
fn columns(scene: &Scene<'_>, state: &mut TimelineState, whole: &Axis, count: usize) -> Arc<[f32]> {
    let input = scene.input;
    let count = count.clamp(1, 8192);
    let key = (input.revision, scene.input.curves.score.len(), count, input.table.len());
    if let Some(strip) = state.overview.as_ref().filter(|s| s.key == key) {
        return Arc::clone(&strip.columns);
    }
    let ranges = whole.columns(count, input.table, input.grid);
    // In a blind pass the strip says no more than the lanes do.
    let score = Some(&input.curves.score).filter(|_| input.has_data(LaneKind::Score));
    let value = |range| score.and_then(|score| score.extent(range)).map_or(UNKNOWN, |e| e.max.max(0.0));
    let columns: Arc<[f32]> = ranges.into_iter().map(value).collect();
    state.overview = Some(OverviewStrip { key, columns: Arc::clone(&columns) });
    columns
}
