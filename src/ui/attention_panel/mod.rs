//! The attention inspector: the soft one-hot stack and what belongs to it, or a sweep, over the time axis of the timeline.
//!
//! Owns the plan of the panel, the columns of its axis, and the gestures on it. Does not own the computation, which goes
//! on elsewhere (`app::services`), nor the view of the axis, which it shares with the timeline.

mod controls;
mod facts;
mod hover;
mod lanes;
mod stack;
mod sweep;

use std::sync::Arc;

use egui::emath::GuiRounding as _;
use egui::{
    Frame, Margin, PointerButton, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::app::action::Action;
use crate::app::inspect::{InspectAction, InspectState, Swept};
use crate::app::library::Entry;
use crate::app::session::Session;
use crate::domain::attention_grid::GridView;
use crate::domain::playback::PlaybackCommand;
use crate::gpu::curve::ColumnRange;

use super::root::{LocalUi, ViewContext};
use super::stage::StageState;
use super::theme::bar_over;
use super::timeline::geometry::{Axis, Limits, Visible};
use super::timeline::move_view;

/// Least height of the stack in points.
const STACK: f32 = 80.0;
/// Lanes below it: least height in points, and their share of what is left over. The stack gets the rest of that.
const LANES: [(LaneKind, f32, f32); 5] = [
    (LaneKind::Omega, 40.0, 0.2),
    (LaneKind::Membership, 24.0, 0.1),
    (LaneKind::Entropy, 24.0, 0.06),
    (LaneKind::TopAlpha, 15.0, 0.0),
    (LaneKind::Events, 19.0, 0.0),
];
/// The axis of this panel among those of the window.
const AXIS: u32 = 1;

/// A lane below the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum LaneKind {
    Omega,
    Membership,
    Entropy,
    TopAlpha,
    Events,
}

/// What the panel remembers between frames.
#[derive(Clone, Debug, Default)]
pub struct AttentionPanel {
    columns: Option<Columns>,
    /// What the next sweep of each control goes through.
    ranges: controls::SweepRanges,
    marks: lanes::MarkCache,
}

/// The snippets under each pixel column, kept while nothing changes.
#[derive(Clone, Debug)]
struct Columns {
    key: (u64, Visible, usize),
    ranges: Arc<[ColumnRange]>,
}

/// One lane: its name on the left, the time axis, its scale on the right.
#[derive(Clone, Copy, Debug)]
struct Lane {
    gutter: Rect,
    body: Rect,
    margin: Rect,
}

/// What all parts of the panel draw from.
struct Scene<'a> {
    view: &'a ViewContext<'a>,
    session: &'a Session,
    entry: &'a Entry,
    axis: Axis,
    ranges: Arc<[ColumnRange]>,
}

/// Draws the panel.
pub fn attention_ui(view: &ViewContext<'_>, local: &mut LocalUi, ui: &mut Ui) {
    let weak = view.tokens.palette.text_weak;
    let say = |ui: &mut Ui, text: &str, ink| {
        ui.centered_and_justified(|ui| ui.label(RichText::new(text).color(ink)));
    };
    let (Some(session), Some(entry)) = (&view.state.session, view.state.shown()) else {
        return say(ui, "The attention inspector shows the video on screen.", weak);
    };
    if view.state.prefs.blind.hides_model() {
        return say(ui, "A blind pass hides what the model says.", weak);
    }
    if !entry.scored.as_ref().is_some_and(|scored| scored.complete) {
        return say(ui, "Attention can be looked at once all snippets of this video are scored.", weak);
    }
    if let InspectState::Failed(reason) = &view.state.inspect.state {
        return say(ui, reason, view.tokens.palette.error);
    }
    local.stage.follow_entry(entry.id);
    Frame::new().inner_margin(Margin { left: 10, right: 10, top: 2, bottom: 2 }).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        controls::controls_ui(view, session, &mut local.attention.ranges, ui);
        facts::facts_ui(view, ui);
    });
    let inspect = &view.state.inspect;
    let swept = inspect.swept.as_deref().filter(|_| inspect.shows_sweep);
    if let Some(sweeping) = inspect.sweeping.as_ref().filter(|_| inspect.shows_sweep) {
        let (_, rect) = ui.allocate_space(ui.available_size());
        return sweep::waiting_ui(rect, &facts::sweeping_text(view), sweeping.progress.fraction(), view, ui);
    }
    let least = least_height(swept);
    let room = ui.available_size();
    if room.y >= least {
        return axis_ui(view, (session, entry), swept, local, room, ui);
    }
    // There is more below: that must show.
    ui.spacing_mut().scroll = bar_over();
    ScrollArea::vertical().id_salt("attention").auto_shrink([false, false]).show(ui, |ui| {
        let size = vec2(ui.available_width(), least);
        axis_ui(view, (session, entry), swept, local, size, ui);
    });
}

/// What stack and lanes, or the rows of a sweep, need at least, with the lines between them.
fn least_height(swept: Option<&Swept>) -> f32 {
    match swept {
        Some(swept) => swept.sweep.steps.len() as f32 * (sweep::ROW + 1.0),
        None => STACK + 1.0 + LANES.iter().map(|(_, height, _)| height + 1.0).sum::<f32>(),
    }
}

/// Heights of what stands below each other within `height`: the rows of a sweep, or the stack and its lanes.
fn heights(swept: Option<&Swept>, height: f32) -> Vec<f32> {
    let spare = (height - least_height(swept)).max(0.0);
    if let Some(swept) = swept {
        let rows = swept.sweep.steps.len();
        return vec![sweep::ROW + spare / rows.max(1) as f32; rows];
    }
    let shared: f32 = LANES.iter().map(|(_, _, share)| share).sum();
    let lanes = LANES.iter().map(|(_, least, share)| least + spare * share);
    [STACK + spare * (1.0 - shared)].into_iter().chain(lanes).collect()
}

/// Stack and lanes, or the rows of a sweep, over the time axis.
fn axis_ui(
    view: &ViewContext<'_>,
    (session, entry): (&Session, &Entry),
    swept: Option<&Swept>,
    local: &mut LocalUi,
    size: Vec2,
    ui: &mut Ui,
) {
    let (_, rect) = ui.allocate_space(size);
    let (sizes, pixels) = (&view.tokens.sizes, ui.pixels_per_point());
    let left = (rect.left() + sizes.gutter).round_to_pixels(pixels);
    let right = (rect.right() - sizes.margin).max(left + 32.0).round_to_pixels(pixels);
    let mut top = rect.top();
    let next = |height: f32| {
        let row = Rect::from_min_max(pos2(rect.left(), top), pos2(rect.right(), top + height)).round_to_pixels(pixels);
        top += height + 1.0;
        Lane {
            gutter: row.with_max_x(left),
            body: Rect::from_x_y_ranges(left..=right, row.y_range()),
            margin: row.with_min_x(right),
        }
    };
    let rows: Vec<Lane> = heights(swept, size.y).into_iter().map(next).collect();
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return };
    let body = first.body.union(last.body);

    let id = ui.scope_id().with("attention");
    let response = ui.interact(body, id, Sense::click_and_drag());
    let limits = Limits::of(session.frames());
    let before = Axis::new(left, right - left, local.stage.timeline().visible(&limits));
    move_view(ui, &response, |_| false, (&before, session.frames()), local.stage.timeline());
    let axis = Axis::new(left, right - left, local.stage.timeline().visible(&limits));
    let ranges = columns(&mut local.attention, entry, session, &axis, pixels);
    let scene = Scene { view, session, entry, axis, ranges };
    look(&scene, first.body.height().max(STACK), pixels);
    seek(&scene, &response, &mut local.stage);

    if let Some(swept) = swept {
        sweep::rows_ui(&scene, swept, &rows, id, &mut local.attention.marks.sweep, ui);
    } else {
        stack::stack_ui(&scene, first, id, ui);
        for ((kind, ..), lane) in LANES.iter().zip(&rows[1..]) {
            lanes::lane_ui(&scene, *kind, lane, id, &mut local.attention.marks, ui);
        }
    }
    paint_marked(&scene, body, ui);
    paint_playhead(&scene, body, ui);
    let frame = session.frame();
    response.widget_info(|| {
        let mut info = WidgetInfo::slider(true, frame as f64, "Attention over time");
        info.role = Role::Slider;
        info.current_text_value = Some(hover::words(&scene, session.snippet()));
        info
    });
    hover::hover_ui(&scene, &response, swept, &rows, body, ui);
}

/// Made again when the view, the width or the video change.
fn columns(
    panel: &mut AttentionPanel,
    entry: &Entry,
    session: &Session,
    axis: &Axis,
    pixels: f32,
) -> Arc<[ColumnRange]> {
    let count = (axis.width * pixels).round().clamp(1.0, 8192.0) as usize;
    let key = (entry.id.0, axis.visible, count);
    if let Some(kept) = panel.columns.as_ref().filter(|kept| kept.key == key) {
        return Arc::clone(&kept.ranges);
    }
    let ranges = axis.columns(count, session.frames(), session.grid());
    let ranges: Arc<[ColumnRange]> = ranges.into_iter().map(|r| [r.start as u32, r.end as u32]).collect();
    panel.columns = Some(Columns { key, ranges: Arc::clone(&ranges) });
    ranges
}

/// Asks for what shows, once per change.
fn look(scene: &Scene<'_>, height: f32, pixels: f32) {
    let mut shown = scene.ranges.iter().filter(|range| range[0] < range[1]);
    let (Some(first), last) = (shown.next(), scene.ranges.iter().rfind(|range| range[0] < range[1])) else { return };
    let snippets = first[0] as usize..last.unwrap_or(first)[1] as usize;
    let rows = (height * pixels).round().max(1.0) as usize;
    let inspect = &scene.view.state.inspect;
    let view = GridView { snippets, columns: scene.ranges.len(), rows, all_rows: inspect.look.all_rows };
    if inspect.view.as_ref() != Some(&view) {
        scene.view.actions.send(Action::Inspect(InspectAction::Look(view)));
    }
}

/// A click or a drag shows what is under the pointer.
fn seek(scene: &Scene<'_>, response: &egui::Response, stage: &mut StageState) {
    let pressed = response.clicked() || response.dragged_by(PointerButton::Primary);
    let Some(pointer) = response.interact_pointer_pos().filter(|_| pressed) else { return };
    let x = pointer.x.clamp(scene.axis.left, scene.axis.right());
    let frame = scene.axis.frame_at(x, scene.session.frames());
    // A double click shows everything, as on the timeline.
    if response.double_clicked() {
        stage.timeline().fit();
    }
    if frame != scene.session.frame() {
        scene.view.actions.send(Action::Playback(PlaybackCommand::SeekFrame(frame)));
    }
}

/// The stretch between in and out, which changes of the features are about.
fn paint_marked(scene: &Scene<'_>, body: Rect, ui: &Ui) {
    let Some(span) = scene.view.state.marking.stretch.whole() else { return };
    let time = scene.session.frames().frames_span(span.start(), span.last());
    let shown = Rect::from_x_y_ranges(scene.axis.x(time.start)..=scene.axis.x(time.end), body.y_range());
    let ink = scene.view.tokens.palette.accent;
    let painter = ui.painter().with_clip_rect(body);
    painter.rect_filled(shown, 0, ink.gamma_multiply(0.12));
    for x in [shown.left(), shown.right()] {
        painter.vline(x, body.y_range(), Stroke::new(1.0, ink));
    }
}

fn paint_playhead(scene: &Scene<'_>, body: Rect, ui: &Ui) {
    let x = scene.axis.x(scene.session.frames().time(scene.session.frame()));
    let ink = scene.view.tokens.palette.playhead;
    // A light line over the bright end of the colours would be lost without its dark edge.
    let painter = ui.painter().with_clip_rect(body);
    painter.vline(x, body.y_range(), Stroke::new(3.5, scene.view.tokens.palette.panel.gamma_multiply(0.6)));
    painter.vline(x, body.y_range(), Stroke::new(1.5, ink));
}
