//! Clicks, drags and the wheel on the lanes.
//!
//! Owns the translation of pointer and keys into seeks and views. Does not own the lines that can be
//! dragged (see `handle`) or the overview's window.

use std::fmt::Write as _;

use egui::accesskit::{Action, ActionData};
use egui::{EventFilter, PointerButton, Pos2, Response, Role, Ui, WidgetInfo};

use super::geometry::{Axis, Limits};
use super::input::TimelineAction;
use super::lanes::Lanes;
use super::scene::Scene;
use super::snap::{Edge, snap};
use super::state::{Drag, TimelineState};
use crate::app::lanes::LaneKind;
use crate::domain::frames::FrameTable;

/// Zoom per point of wheel movement; a notch of a usual wheel is 40 to 50 points.
const ZOOM_PER_POINT: f64 = 0.005;

/// Pans and zooms by wheel and middle button. Before the lanes are drawn, so that they follow at once.
pub(super) fn navigate(ui: &Ui, response: &Response, lanes: &Lanes, scene: &Scene<'_>, state: &mut TimelineState) {
    let in_overview = |pointer| lanes.overview.is_some_and(|lane| lane.body.contains(pointer));
    move_view(ui, response, in_overview, (&scene.axis, scene.input.table), state);
}

/// The same for any widget over a time axis of its own; `also` says where else the wheel counts.
pub(in crate::ui) fn move_view(
    ui: &Ui,
    response: &Response,
    also: impl FnOnce(Pos2) -> bool,
    (axis, table): (&Axis, &FrameTable),
    state: &mut TimelineState,
) {
    let limits = Limits::of(table);
    let visible = state.visible(&limits);
    let per_point = visible.length() / f64::from(axis.width);
    if response.dragged_by(PointerButton::Middle) {
        let delta = ui.input(|i| i.pointer.delta().x);
        state.set_visible(visible.panned(-f64::from(delta) * per_point, &limits), &limits);
        return;
    }
    let Some(pointer) = ui.input(|i| i.pointer.hover_pos()) else { return };
    if !response.contains_pointer() && !also(pointer) {
        return;
    }
    if response.contains_pointer() && ui.input(|i| i.pointer.button_double_clicked(PointerButton::Primary)) {
        state.fit();
        return;
    }
    let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta(), f64::from(i.zoom_delta())));
    let factor = pinch * (f64::from(scroll.y) * ZOOM_PER_POINT).exp();
    if factor == 1.0 && scroll.x == 0.0 {
        return;
    }
    // The wheel is used up here; a scroll area around the timeline must not move as well.
    ui.input_mut(|i| i.smooth_scroll_delta = egui::Vec2::ZERO);
    let panned = visible.panned(-f64::from(scroll.x) * per_point, &limits);
    let keep = axis.micros_at(pointer.x.clamp(axis.left, axis.right()));
    state.set_visible(panned.zoomed(factor, keep, &limits), &limits);
}

/// Seeks by the primary button and by assistive programs, or picks snippets; selects the event that is pressed in the score lane or
/// in that of the events.
pub(super) fn seek(
    ui: &Ui,
    response: &Response,
    lanes: &Lanes,
    scene: &Scene<'_>,
    state: &mut TimelineState,
    actions: &mut Vec<TimelineAction>,
) {
    let input = scene.input;
    let started = response.drag_started_by(PointerButton::Primary);
    if pick(ui, response, scene, state, started, actions) {
        return;
    }
    if let Some(pos) =
        response.interact_pointer_pos().filter(|_| started || response.dragged_by(PointerButton::Primary))
    {
        let x = pos.x.clamp(scene.axis.left, scene.axis.right());
        let on_events = [LaneKind::Score, LaneKind::Events].into_iter().filter_map(|kind| lanes.get(kind));
        if started && on_events.into_iter().any(|lane| lane.body.contains(pos)) {
            let snippet = input.grid.snippet_of(scene.axis.frame_at(x, input.table));
            actions.extend(scene.event_at(snippet).map(TimelineAction::SelectEvent));
        }
        // A click means the place that it hits; only a drag looks for an edge.
        let snapping = !started && input.prefs.snapping && !ui.input(|i| i.modifiers.alt);
        let (frame, edge) = if snapping {
            snap(x, &scene.axis, input.table, input.events)
        } else {
            (scene.axis.frame_at(x, input.table), Edge::Frame)
        };
        let asked = if let Drag::Seek(asked, _) = state.drag { Some(asked) } else { None };
        state.drag = Drag::Seek(frame, edge);
        if started || asked != Some(frame) {
            actions.push(TimelineAction::Seek { frame, dragging: true });
        }
    }
    if response.drag_stopped_by(PointerButton::Primary)
        && let Drag::Seek(frame, _) = std::mem::take(&mut state.drag)
    {
        actions.push(TimelineAction::Seek { frame, dragging: false });
    }
    if let Some(frame) = requested_frame(ui, response, scene) {
        actions.push(TimelineAction::Seek { frame, dragging: false });
    }
}

/// What a click means at `x`: the event there is selected, and the frame is shown.
pub(super) fn click_at(scene: &Scene<'_>, x: f32, actions: &mut Vec<TimelineAction>) {
    let frame = scene.axis.frame_at(x.clamp(scene.axis.left, scene.axis.right()), scene.input.table);
    actions.extend(scene.event_at(scene.input.grid.snippet_of(frame)).map(TimelineAction::SelectEvent));
    actions.push(TimelineAction::Seek { frame, dragging: false });
}

/// Picks snippets while Shift was down when the drag began; whether it did.
fn pick(
    ui: &Ui,
    response: &Response,
    scene: &Scene<'_>,
    state: &mut TimelineState,
    started: bool,
    actions: &mut Vec<TimelineAction>,
) -> bool {
    if started && !ui.input(|i| i.modifiers.shift) || !started && !matches!(state.drag, Drag::Pick(_)) {
        return false;
    }
    if let Some(pos) = response.interact_pointer_pos() {
        let x = pos.x.clamp(scene.axis.left, scene.axis.right());
        let here = scene.input.grid.snippet_of(scene.axis.frame_at(x, scene.input.table));
        let from = if let Drag::Pick(from) = state.drag { from } else { here };
        state.drag = Drag::Pick(from);
        let picked = from.min(here)..from.max(here) + 1;
        if scene.input.picked != std::slice::from_ref(&picked) {
            actions.push(TimelineAction::Pick(picked));
        }
    }
    if response.drag_stopped_by(PointerButton::Primary) {
        state.drag = Drag::Idle;
    }
    true
}

/// Presents the timeline as a slider over frame numbers.
pub(super) fn describe(ui: &Ui, response: &Response, scene: &Scene<'_>) {
    let input = scene.input;
    response.widget_info(|| {
        let mut info = WidgetInfo::slider(ui.is_enabled(), input.frame as f64, "Timeline");
        info.role = Role::Slider;
        info.current_text_value = Some(position_text(scene));
        info
    });
    if response.has_focus() {
        // Arrows move the position, not the focus.
        let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    }
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(input.table.last() as f64);
        node.set_numeric_value_step(1.0);
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
}

/// What can be read at the position.
fn position_text(scene: &Scene<'_>) -> String {
    let input = scene.input;
    let mut text = format!("{}, frame {} of {}", input.table.time(input.frame), input.frame, input.table.len());
    if let Some(score) = scene.value(input.snippets.map_or(&[][..], |s| &s.scores[..])) {
        write!(text, ", score {score:.3}").ok();
    }
    if let Some(event) = scene.event_at(scene.snippet()) {
        write!(text, ", in event {} of {}", event + 1, input.events.len()).ok();
    }
    text
}

fn requested_frame(ui: &Ui, response: &Response, scene: &Scene<'_>) -> Option<usize> {
    let (id, last) = (response.id, scene.input.table.last());
    ui.input(|i| {
        let steps = i.num_accesskit_action_requests(id, Action::Increment) as i64
            - i.num_accesskit_action_requests(id, Action::Decrement) as i64;
        let set = i.accesskit_action_requests(id, Action::SetValue).filter_map(|request| match request.data {
            Some(ActionData::NumericValue(frame)) if frame.is_finite() => Some(frame.round().max(0.0) as usize),
            _ => None,
        });
        let stepped = (steps != 0).then(|| scene.input.frame.saturating_add_signed(steps as isize));
        set.last().or(stepped).map(|frame| frame.min(last))
    })
}
