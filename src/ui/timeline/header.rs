//! Names, borders and menus of the lanes.
//!
//! Owns the gestures that show, hide, order and size lanes, and their equivalents for the keyboard. Does not own
//! the choice: it goes out as an action.

use egui::{
    Button, CursorIcon, Id, Popup, PopupCloseBehavior, Rect, RectAlign, Response, RichText, Role, Sense,
    SetOpenCommand, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, vec2,
};

use super::input::{TimelineAction, TimelineInput};
use super::lanes::Lanes;
use super::state::{Drag, TimelineState};
use crate::app::lanes::{LaneKind, LaneSettings};

/// How near to a border the pointer takes hold of it, in points.
const REACH: f32 = 2.5;
/// What one step of the menu adds to the height of a lane, in points.
const STEP: f32 = 16.0;

/// The names that can be dragged and clicked, and the borders between lanes.
pub(super) fn headers_ui(
    ui: &Ui,
    id: Id,
    lanes: &Lanes,
    input: &TimelineInput<'_>,
    state: &mut TimelineState,
    actions: &mut Vec<TimelineAction>,
) {
    let p = &input.tokens.palette;
    for (kind, lane) in lanes.named() {
        let response = ui.interact(lane.gutter, id.with((kind, "header")), Sense::click_and_drag());
        let name = format!("{} lane", kind.text());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let open = (response.clicked() || response.secondary_clicked()).then_some(SetOpenCommand::Toggle);
        let menu = Popup::menu(&response).open_memory(open).align(RectAlign::RIGHT_START).accessible_name(&name);
        if response.hovered() || menu.is_open() || state.drag == Drag::Lane(kind) {
            ui.painter().rect_filled(lane.gutter, 0, p.raised.gamma_multiply(0.6));
        }
        if response.has_focus() {
            let stroke = Stroke::new(1.5, p.accent);
            ui.painter().rect_stroke(lane.gutter.shrink(1.0), 2, stroke, StrokeKind::Inside);
        }
        menu.show(|ui| {
            lane_entries(ui, kind, lanes, input, actions);
            ui.separator();
            all_entries(ui, input, actions);
        });
        carry(ui, &response, kind, lanes, input, state, actions);
    }
    let named: Vec<_> = lanes.named().collect();
    for pair in named.windows(2) {
        let (upper, lower) = (pair[0], pair[1]);
        let strip = Rect::from_x_y_ranges(
            upper.1.row().x_range(),
            upper.1.body.bottom() - REACH..=upper.1.body.bottom() + REACH,
        );
        let response = ui.interact(strip, id.with((upper.0, "border")), Sense::DRAG);
        if response.hovered() || response.dragged() {
            ui.ctx().set_cursor_icon(CursorIcon::ResizeVertical);
            let line = Stroke::new(1.5, p.accent);
            ui.painter().hline(strip.x_range(), upper.1.body.bottom() + 0.5, line);
        }
        if response.drag_started() {
            state.draft = Some(as_drawn(&input.prefs.lanes, lanes));
            state.drag = Drag::Border(upper.0);
        }
        if let (Some(pointer), Some(draft)) = (response.interact_pointer_pos(), &mut state.draft)
            && response.dragged()
        {
            let now = draft.all().iter().find(|l| l.kind == upper.0).map_or(0.0, |l| l.height);
            draft.move_border(upper.0, lower.0, pointer.y - upper.1.body.top() - now);
        }
        if response.drag_stopped() {
            state.drag = Drag::Idle;
            actions.extend(state.draft.take().map(TimelineAction::SetLanes));
        }
    }
}

/// The button with all lanes and the one for snapping, right of the ruler.
pub(super) fn buttons_ui(ui: &mut Ui, lanes: &Lanes, input: &TimelineInput<'_>, actions: &mut Vec<TimelineAction>) {
    let rect = lanes.ruler.margin.shrink2(vec2(2.0, 2.0));
    ui.scope_builder(UiBuilder::new().max_rect(rect).layout(egui::Layout::left_to_right(egui::Align::Center)), |ui| {
        ui.spacing_mut().button_padding = vec2(5.0, 1.0);
        ui.spacing_mut().interact_size = vec2(0.0, rect.height() - 1.0);
        ui.spacing_mut().item_spacing.x = 3.0;
        let small = |text: &str| RichText::new(text).font(input.tokens.small());
        let button = ui.add(Button::new(small("Lanes"))).on_hover_text("Show, hide and reset lanes.");
        Popup::menu(&button)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .align(RectAlign::TOP_END)
            .show(|ui| all_entries(ui, input, actions));
        let snap = ui.add(Button::selectable(input.prefs.snapping, small("Snap"))).on_hover_text(
            "Let a drag snap to the edges of snippets and events. Alt switches it off while it is held.",
        );
        if snap.clicked() {
            actions.push(TimelineAction::ToggleSnapping);
        }
    });
}

/// Carries a lane to another place in the order.
fn carry(
    ui: &Ui,
    response: &Response,
    kind: LaneKind,
    lanes: &Lanes,
    input: &TimelineInput<'_>,
    state: &mut TimelineState,
    actions: &mut Vec<TimelineAction>,
) {
    if kind == LaneKind::Overview {
        return;
    }
    if response.drag_started() {
        state.drag = Drag::Lane(kind);
    }
    if state.drag != Drag::Lane(kind) {
        return;
    }
    let Some(pointer) = response.interact_pointer_pos() else { return };
    ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    let before = lanes.rest.iter().find(|(_, lane)| pointer.y < lane.body.center().y).copied();
    let y = before.map_or_else(|| lanes.below_overview().bottom(), |(_, lane)| lane.body.top() - 1.0);
    let row = lanes.ruler.row();
    ui.painter().hline(row.x_range(), y, Stroke::new(2.5, input.tokens.palette.accent));
    if response.drag_stopped() {
        state.drag = Drag::Idle;
        let mut settings = input.prefs.lanes.clone();
        settings.put_before(kind, before.map(|(kind, _)| kind));
        if settings != input.prefs.lanes {
            actions.push(TimelineAction::SetLanes(settings));
        }
    }
}

/// What can be done to one lane.
fn lane_entries(
    ui: &mut Ui,
    kind: LaneKind,
    lanes: &Lanes,
    input: &TimelineInput<'_>,
    actions: &mut Vec<TimelineAction>,
) {
    let order: Vec<LaneKind> = lanes.rest.iter().map(|(kind, _)| *kind).collect();
    let named: Vec<LaneKind> = lanes.named().map(|(kind, _)| kind).collect();
    let place = order.iter().position(|k| *k == kind);
    let mut entry = |ui: &mut Ui, text: &str, enabled: bool, change: &dyn Fn(&mut LaneSettings)| {
        if ui.add_enabled(enabled, Button::new(text)).clicked() {
            let mut settings = input.prefs.lanes.clone();
            change(&mut settings);
            actions.push(TimelineAction::SetLanes(settings));
            ui.close();
        }
    };
    entry(ui, "Move up", place.is_some_and(|i| i > 0), &|lanes| {
        let before = place.and_then(|i| i.checked_sub(1)).and_then(|i| order.get(i)).copied();
        lanes.put_before(kind, before);
    });
    entry(ui, "Move down", place.is_some_and(|i| i + 1 < order.len()), &|lanes| {
        lanes.put_before(kind, place.and_then(|i| order.get(i + 2)).copied());
    });
    // The border below is moved, or the one above where none is below.
    let at = named.iter().position(|k| *k == kind).unwrap_or(0);
    let pair = match (named.get(at + 1), at.checked_sub(1)) {
        (Some(below), _) => Some((kind, *below, 1.0)),
        (None, Some(above)) => Some((named[above], kind, -1.0)),
        (None, None) => None,
    };
    for (text, by) in [("Higher", STEP), ("Lower", -STEP)] {
        entry(ui, text, pair.is_some(), &|settings| {
            *settings = as_drawn(settings, lanes);
            if let Some((upper, lower, sign)) = pair {
                settings.move_border(upper, lower, by * sign);
            }
        });
    }
    entry(ui, "Hide", true, &|lanes| lanes.toggle(kind));
    // The lane has a button for this where it is high enough.
    let mut inverted = input.prefs.invert_attention;
    if kind == LaneKind::Attention && ui.checkbox(&mut inverted, "Show 1 – attention").changed() {
        actions.push(TimelineAction::InvertAttention);
        ui.close();
    }
}

/// All lanes with their marks, and what else there is to choose.
fn all_entries(ui: &mut Ui, input: &TimelineInput<'_>, actions: &mut Vec<TimelineAction>) {
    ui.set_min_width(190.0);
    for lane in input.prefs.lanes.all() {
        let mut shown = lane.shown;
        let name = format!("Show {}", lane.kind.text().to_lowercase());
        let text = if input.has_data(lane.kind) { name } else { format!("{name} (nothing to show)") };
        if ui.checkbox(&mut shown, text).changed() {
            let mut settings = input.prefs.lanes.clone();
            settings.toggle(lane.kind);
            actions.push(TimelineAction::SetLanes(settings));
        }
    }
    ui.separator();
    if ui.button("Reset lanes").on_hover_text("All lanes in the order and height of the first start.").clicked() {
        actions.push(TimelineAction::SetLanes(LaneSettings::default()));
        ui.close();
    }
}

/// `settings` with the heights that lanes really have.
fn as_drawn(settings: &LaneSettings, lanes: &Lanes) -> LaneSettings {
    let mut settings = settings.clone();
    for (kind, lane) in lanes.named() {
        settings.set_height(kind, lane.body.height());
    }
    settings
}
