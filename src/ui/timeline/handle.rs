//! A horizontal line that can be dragged up and down.
//!
//! Owns the gesture, the keys and the accessible slider of the threshold and the hysteresis. Does not
//! own what the value means.

use egui::accesskit::{Action, ActionData};
use egui::{CursorIcon, EventFilter, Id, Key, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2};

use super::scale::Scale;

/// One press of an arrow key.
const STEP: f32 = 0.01;
/// How near to the line the pointer takes hold of it, in points.
const REACH: f32 = 4.0;

/// What a handle stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handle<'a> {
    /// Accessible name.
    pub name: &'a str,
    /// Value now, 0..=1.
    pub value: f32,
    /// Where the line lies, as a value of the lane's scale.
    pub level: f32,
    /// Where its button is.
    pub grip: Rect,
}

/// What happened to a handle.
pub(super) struct Handled {
    /// The button's response: the line's when that is dragged.
    pub response: Response,
    /// Whether the pointer is on the line or the button.
    pub hot: bool,
    /// Where the line was dragged to, on the lane's scale.
    pub dragged_to: Option<f32>,
    /// Where the line was clicked without being dragged, x: a click means the place, as everywhere in the lane.
    pub clicked_at: Option<f32>,
    /// What the keys or an assistive program ask for, as a value.
    pub set_to: Option<f32>,
}

/// Lets the user move the line over `body`.
pub(super) fn handle(ui: &Ui, id: Id, body: Rect, scale: &Scale, handle: &Handle<'_>) -> Handled {
    let y = scale.y(handle.level);
    let strip = Rect::from_min_max(pos2(body.left(), y - REACH), pos2(body.right(), y + REACH)).intersect(body);
    // The line itself takes no keyboard focus: its button does.
    let line = ui.interact(strip, id.with("line"), Sense::CLICK | Sense::DRAG);
    let grip = ui.interact(handle.grip, id, Sense::click_and_drag());
    let value = f64::from(handle.value);
    grip.widget_info(|| {
        let mut info = WidgetInfo::slider(ui.is_enabled(), value, handle.name);
        info.role = Role::Slider;
        info
    });
    ui.ctx().accesskit_node_builder(grip.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(1.0);
        node.set_numeric_value_step(f64::from(STEP));
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
    let hot = line.hovered() || line.dragged() || grip.hovered() || grip.dragged();
    if hot {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeVertical);
    }
    let pointer = [&line, &grip].into_iter().filter(|r| r.dragged()).find_map(Response::interact_pointer_pos);
    // The line stays as far from the pointer as where it was taken hold of: it does not jump.
    let apart = id.with("apart");
    if line.drag_started() || grip.drag_started() {
        let origin = ui.input(|input| input.pointer.press_origin());
        ui.data_mut(|data| data.insert_temp(apart, origin.map_or(0.0, |origin| y - origin.y)));
    }
    let apart: f32 = ui.data(|data| data.get_temp(apart)).unwrap_or_default();
    Handled {
        dragged_to: pointer.map(|pos| scale.value_at(pos.y + apart)),
        clicked_at: line.interact_pointer_pos().filter(|_| line.clicked()).map(|pos| pos.x),
        set_to: requested(ui, &grip, handle.value),
        hot,
        response: grip,
    }
}

/// The value that the keyboard or an assistive program asks for, 0..=1.
fn requested(ui: &Ui, grip: &Response, value: f32) -> Option<f32> {
    // Asked here: inside of `input` below, egui is locked.
    let focused = grip.has_focus();
    if focused {
        let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(grip.id, filter));
    }
    let (steps, set) = ui.input(|input| {
        let mut steps = input.num_accesskit_action_requests(grip.id, Action::Increment) as i32
            - input.num_accesskit_action_requests(grip.id, Action::Decrement) as i32;
        if focused {
            let presses = |key| input.num_presses(key) as i32;
            steps += presses(Key::ArrowUp) + presses(Key::ArrowRight);
            steps -= presses(Key::ArrowDown) + presses(Key::ArrowLeft);
        }
        let set = input.accesskit_action_requests(grip.id, Action::SetValue).filter_map(|request| match request.data {
            Some(ActionData::NumericValue(value)) => Some(value as f32),
            _ => None,
        });
        (steps, set.last())
    });
    let wanted = set.unwrap_or(value) + steps as f32 * STEP;
    let wanted = wanted.clamp(0.0, 1.0);
    (wanted.is_finite() && wanted != value).then_some(wanted)
}
