//! The lane of labels: a row for each annotator, intervals in the colour of their class, and the stretch being marked.
//!
//! Owns how labels look and the gestures on them: a click selects, a drag moves an edge or the whole. Events without a
//! verdict stand among them as ghosts; dragging the edge of one marks what is to become of it. Does not own the labels:
//! what a drag has made of one goes out as an action at its end.

use std::sync::Arc;

use egui::{
    Align2, Color32, CursorIcon, Id, Painter, PointerButton, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind,
    Ui, WidgetInfo, pos2, vec2,
};

use super::input::TimelineAction;
use super::label_marks::{Bar, bar};
use super::lanes::Lane;
use super::scene::{INSET, Scene, row_y};
use super::snap::{boundary, snap_boundary};
use super::state::{Drag, TimelineState};
use crate::app::marking::ShownLabel;
use crate::domain::interval::FrameSpan;
use crate::domain::record::ItemId;
use crate::gpu::marks::{MarkInk, marks};
use crate::ui::theme::Palette;
use crate::ui::widgets::hatch::hatch;

/// The first of these marks among those of the window, and how many a row may have.
const LABELS: u32 = 1000;
const ROW_SLOTS: u32 = 1000;
/// Room above and below the rows.
const EDGE: f32 = 2.0;
/// How much of a bar's colour hides what lies under it, so that of two that overlap both are seen.
const STRENGTH: f32 = 0.8;
/// A label narrower than this has no name.
const NAMED_WIDTH: f32 = 26.0;
/// How near to an edge the pointer takes hold of it, in points.
const REACH: f32 = 5.0;

/// Which part of a label is dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Start,
    End,
    Whole,
}

/// What can be dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dragged {
    Label(ItemId),
    /// An event without a verdict, by its place.
    Ghost(usize),
    /// What is marked.
    Stretch,
}

/// A label, a ghost or what is marked on its way to another place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LabelDrag {
    pub what: Dragged,
    pub part: Part,
    /// From the edge that is dragged, of the whole its start, to where the pointer took hold, in points.
    grip: f32,
    /// As it was.
    from: FrameSpan,
    /// As it is now.
    pub span: FrameSpan,
}

/// Draws the lane and reads what is done to labels in it.
pub(super) fn labels_lane_ui(
    ui: &Ui,
    id: Id,
    lane: &Lane,
    scene: &Scene<'_>,
    state: &mut TimelineState,
    actions: &mut Vec<TimelineAction>,
) {
    let (input, p) = (scene.input, &scene.input.tokens.palette);
    let painter = ui.painter().with_clip_rect(lane.body);
    painter.rect_filled(lane.body, 0, p.sunken);
    let shown = input.labels.shown;
    let places = rows(lane.body, shown.lanes().len());
    for (row, (place, drawn)) in places.iter().zip(&scene.labels.rows).enumerate() {
        for (layer, (codes, inks)) in drawn.layers.iter().enumerate() {
            let body = inks.map(|ink| ink_of(ink, p).gamma_multiply(STRENGTH));
            let slot = LABELS + row as u32 * ROW_SLOTS + layer as u32;
            painter.add(marks(*place, slot, Arc::clone(codes), MarkInk { body, ..MarkInk::default() }));
        }
        for told in &drawn.told {
            paint_label(&painter, *place, told, &shown.list()[told.index], scene);
        }
    }
    let first = places.first().map_or(lane.body, |place| *place);
    ghosts_ui(ui, id, first, scene, state, actions);
    // Above all others, so that it is seen and taken hold of where several lie over each other.
    for (place, drawn) in places.iter().zip(&scene.labels.rows) {
        for told in drawn.told.iter().filter(|told| Some(told.index) != input.labels.selected) {
            label_ui(ui, id, *place, told, scene, state, actions);
        }
    }
    if let Some((index, label)) = input.labels.selected.and_then(|index| Some((index, shown.list().get(index)?))) {
        let place = places.get(label.row).copied().unwrap_or(lane.body);
        if let Some((left, right)) = bar(input, &scene.axis, label.label.span) {
            label_ui(ui, id, place, &Bar { index, left, right }, scene, state, actions);
            let outline = Rect::from_x_y_ranges(left..=right.max(left + 2.0), place.y_range());
            painter.rect_stroke(outline, 0, Stroke::new(2.0, p.text_strong), StrokeKind::Inside);
        }
    }
    if let Some(span) = input.labels.stretch
        && let Some((left, right)) = bar(input, &scene.axis, span)
    {
        let rect = Rect::from_x_y_ranges(left..=right, first.y_range());
        let ink = ink_of(input.labels.stretch_color, p);
        hatch(&painter, rect, ink);
        painter.rect_stroke(rect, 0, Stroke::new(1.0, ink), StrokeKind::Inside);
        let response = ui.interact(rect.expand2(vec2(2.0, 0.0)), id.with("stretch"), Sense::DRAG);
        if let Some(span) = shape_ui(ui, &response, (left, right), (Dragged::Stretch, span), scene, state, actions) {
            actions.push(TimelineAction::ShapeStretch(span));
        }
    }
    if let Drag::Label(drag) = state.drag
        && let Some((left, right)) = bar(input, &scene.axis, drag.span)
    {
        let label = if let Dragged::Label(id) = drag.what { shown.place(id).map(|at| &shown.list()[at]) } else { None };
        let place = label.and_then(|label| places.get(label.row)).copied().unwrap_or(first);
        let rect = Rect::from_x_y_ranges(left..=right, place.y_range());
        let color = label.map_or(input.labels.stretch_color, |label| label.color);
        painter.rect_filled(rect, 0, ink_of(color, p).gamma_multiply(0.6));
        painter.rect_stroke(rect, 0, Stroke::new(1.5, p.accent), StrokeKind::Inside);
    }
    names_ui(ui, id, lane, &places, scene);
}

/// The rows of the lane, from the top.
fn rows(body: Rect, count: usize) -> Vec<Rect> {
    let count = count.max(1);
    let inner = body.shrink2(vec2(0.0, EDGE));
    let height = inner.height() / count as f32;
    let top = |row: usize| inner.top() + height * row as f32;
    let gap = if count > 1 { 1.0 } else { 0.0 };
    (0..count).map(|row| Rect::from_x_y_ranges(inner.x_range(), top(row)..=top(row + 1) - gap)).collect()
}

/// The colour of a class; grey for one that the project does not have.
fn ink_of(color: Option<[u8; 3]>, p: &Palette) -> Color32 {
    color.map_or(p.text_weak, |[r, g, b]| Color32::from_rgb(r, g, b))
}

/// Text on a colour of a person's choice.
fn text_on(color: Color32) -> Color32 {
    let [r, g, b, _] = egui::Rgba::from(color).to_array();
    if 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 { Color32::BLACK } else { Color32::WHITE }
}

/// The name of a label and the gap to its neighbour; one that is not on disk yet is dim.
fn paint_label(painter: &Painter, place: Rect, told: &Bar, shown: &ShownLabel, scene: &Scene<'_>) {
    let (tokens, p) = (scene.input.tokens, &scene.input.tokens.palette);
    let rect = Rect::from_x_y_ranges(told.left..=told.right, place.y_range());
    let ink = ink_of(shown.color, p);
    if shown.pending {
        painter.rect_filled(rect, 0, ink.gamma_multiply(0.4));
    }
    painter.vline(told.left + 0.5, place.y_range(), Stroke::new(1.0, p.sunken));
    if rect.width() >= NAMED_WIDTH && rect.height() >= tokens.sizes.small * 0.9 {
        let at = pos2(told.left + 5.0, rect.center().y);
        painter.with_clip_rect(rect.shrink2(vec2(2.0, 0.0)).intersect(painter.clip_rect())).text(
            at,
            Align2::LEFT_CENTER,
            &shown.label.class,
            tokens.small(),
            if shown.pending { p.text_weak } else { text_on(p.sunken.lerp_to_gamma(ink, STRENGTH)) },
        );
    }
}

/// What is done to one label.
fn label_ui(
    ui: &Ui,
    id: Id,
    place: Rect,
    told: &Bar,
    scene: &Scene<'_>,
    state: &mut TimelineState,
    actions: &mut Vec<TimelineAction>,
) {
    let input = scene.input;
    let ShownLabel { id: item, label, .. } = &input.labels.shown.list()[told.index];
    let rect = Rect::from_x_y_ranges(told.left - 2.0..=told.right + 2.0, place.y_range());
    // No part of the way by Tab: labels have keys of their own.
    let response = ui.interact(rect, id.with(("label", item.0)), Sense::CLICK | Sense::DRAG);
    let selected = input.labels.selected == Some(told.index);
    response.widget_info(|| {
        let name = format!("Label {} on frames {} to {}", label.class, label.span.start(), label.span.last());
        WidgetInfo::selected(Role::ListBoxOption, true, selected, name)
    });
    if response.clicked() {
        actions.push(TimelineAction::SelectLabel(*item));
    }
    let what = (Dragged::Label(*item), label.span);
    if let Some(span) = shape_ui(ui, &response, (told.left, told.right), what, scene, state, actions) {
        actions.push(TimelineAction::ShapeLabel { id: *item, span });
    }
}

/// Events that nobody has judged, in the row of the reviewer: a click marks one, a drag marks it with another edge.
fn ghosts_ui(
    ui: &Ui,
    id: Id,
    place: Rect,
    scene: &Scene<'_>,
    state: &mut TimelineState,
    actions: &mut Vec<TimelineAction>,
) {
    let (input, p) = (scene.input, &scene.input.tokens.palette);
    let open = |index: usize| input.marks.get(index).is_none_or(Option::is_none);
    let painter = ui.painter().with_clip_rect(place);
    for wide in scene.marks.wide.iter().filter(|wide| open(wide.index)) {
        let event = &input.events[wide.index];
        let Some(span) = FrameSpan::new(input.grid.range(event.first).start, input.grid.range(event.last).end) else {
            continue;
        };
        let rect = Rect::from_x_y_ranges(wide.left..=wide.right, place.y_range());
        let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
        painter.extend(Shape::dashed_line(&corners, Stroke::new(1.0, p.event), 4.0, 3.0));
        let response = ui.interact(rect, id.with(("ghost", wide.index)), Sense::CLICK | Sense::DRAG);
        response.widget_info(|| {
            let name = format!("Event on frames {} to {}, not a label yet", span.start(), span.last());
            WidgetInfo::labeled(Role::Button, true, name)
        });
        let edges = (wide.left, wide.right);
        let shaped = shape_ui(ui, &response, edges, (Dragged::Ghost(wide.index), span), scene, state, actions);
        if let Some(span) = shaped.or_else(|| response.clicked().then_some(span)) {
            actions.push(TimelineAction::Trim { event: wide.index, span });
        }
    }
}

/// Takes hold of an edge of what is drawn between two places, or of the whole, and moves it. Gives the frames at the end
/// of a drag that changed them.
fn shape_ui(
    ui: &Ui,
    response: &Response,
    (left, right): (f32, f32),
    (what, span): (Dragged, FrameSpan),
    scene: &Scene<'_>,
    state: &mut TimelineState,
    actions: &mut Vec<TimelineAction>,
) -> Option<FrameSpan> {
    let input = scene.input;
    let reach = REACH.min((right - left) / 3.0).max(1.0);
    let part_at = |x: f32| match x {
        x if x < left + reach => Part::Start,
        x if x > right - reach => Part::End,
        _ => Part::Whole,
    };
    let dragged = if let Drag::Label(drag) = state.drag { Some(drag.part) } else { None };
    if let Some(part) = dragged.or_else(|| response.hover_pos().map(|pos| part_at(pos.x)))
        && (response.hovered() || response.dragged())
    {
        let icon = if part == Part::Whole { CursorIcon::Grab } else { CursorIcon::ResizeHorizontal };
        ui.ctx().set_cursor_icon(icon);
    }
    let origin = ui.input(|i| i.pointer.press_origin()).filter(|_| response.drag_started_by(PointerButton::Primary));
    if let Some(origin) = origin {
        let (part, time) = (part_at(origin.x), input.table.frames_span(span.start(), span.last()));
        let grip = origin.x - scene.axis.x(if part == Part::End { time.end } else { time.start });
        state.drag = Drag::Label(LabelDrag { what, part, grip, from: span, span });
    }
    let Drag::Label(mut drag) = state.drag else { return None };
    if drag.what != what {
        return None;
    }
    if let Some(pos) = response.interact_pointer_pos().filter(|_| response.dragged_by(PointerButton::Primary)) {
        let snapping = input.prefs.snapping && !ui.input(|i| i.modifiers.alt);
        let span = moved(&drag, pos.x, scene, snapping);
        if span != drag.span && drag.part != Part::Whole {
            // The frame at the edge is what the person looks for.
            let frame = if drag.part == Part::Start { span.start() } else { span.last() };
            actions.push(TimelineAction::Seek { frame, dragging: true });
        }
        drag.span = span;
        state.drag = Drag::Label(drag);
    }
    if !response.drag_stopped() {
        return None;
    }
    state.drag = Drag::Idle;
    (drag.span != drag.from).then_some(drag.span)
}

/// The frames of a label that is dragged, with the pointer at `x`.
fn moved(drag: &LabelDrag, x: f32, scene: &Scene<'_>, snapping: bool) -> FrameSpan {
    let (table, axis, from) = (scene.input.table, &scene.axis, drag.from);
    let others = scene.input.labels.shown.list().iter().filter(|other| Dragged::Label(other.id) != drag.what);
    let others = others.flat_map(|other| [other.label.span.start(), other.label.span.end()]).chain([scene.input.frame]);
    let x = x - drag.grip;
    let edge =
        if snapping { snap_boundary(x, axis, table, scene.input.events, others) } else { boundary(x, axis, table) };
    let span = match drag.part {
        Part::Start => FrameSpan::new(edge.min(from.last()), from.end()),
        Part::End => FrameSpan::new(from.start(), edge.max(from.start() + 1)),
        Part::Whole => {
            let start = edge.min(table.len().saturating_sub(from.len()));
            FrameSpan::new(start, start + from.len())
        }
    };
    span.unwrap_or(from)
}

/// Whose rows they are; with one row, how many labels there are and which one is selected.
fn names_ui(ui: &Ui, id: Id, lane: &Lane, places: &[Rect], scene: &Scene<'_>) {
    let (input, tokens) = (scene.input, scene.input.tokens);
    let (shown, p) = (input.labels.shown, &tokens.palette);
    let count = shown.list().len();
    let value = input.labels.selected.map_or_else(|| count.to_string(), |at| format!("{} of {count}", at + 1));
    let tip = format!(
        "What annotators marked, a row for each: {}. Click a label to select it, drag its edges or the whole; striped is \
         what is being marked, dashed is what the model flags and nobody judged yet.",
        shown.lanes().join(", ")
    );
    if places.len() == 1 {
        scene.gutter_ui(ui, lane, id.with("value"), "Labels", &value, p.text_strong).on_hover_text(tip);
        return;
    }
    let painter = ui.painter().with_clip_rect(lane.gutter.shrink2(vec2(2.0, 0.0)));
    for (name, place) in
        shown.lanes().iter().zip(places).filter(|(_, place)| place.height() >= tokens.sizes.small * 0.9)
    {
        let at = pos2(lane.gutter.left() + INSET, place.center().y);
        painter.text(at, Align2::LEFT_CENTER, name, tokens.small(), p.text_weak);
    }
    let row = Rect::from_x_y_ranges(lane.gutter.x_range(), row_y(lane) - 9.0..=row_y(lane) + 9.0);
    let response = ui.interact(row, id.with("value"), Sense::HOVER);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("Labels {value}")));
    response.on_hover_text(tip);
}
