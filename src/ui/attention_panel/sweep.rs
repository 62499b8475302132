//! A sweep as small multiples over the time axis: a row for each value, with its score, p(t) and events, all on one axis.
//!
//! Owns the drawing of the rows and the way from a row to a trial. Does not own the axis, which is the panel's and so the
//! timeline's, nor the sweep.

use egui::{Align2, Color32, CursorIcon, Id, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::lanes::{Marked, SLOTS, event_in, kept, one_ink, paint};
use super::{Lane, Scene};
use crate::app::action::Action;
use crate::app::inspect::{InspectAction, Swept};
use crate::domain::pyramid::Extent;
use crate::domain::score::TsaSettings;
use crate::domain::sweep::SweepStep;
use crate::domain::what_if::FeatureEdit;
use crate::gpu::curve::CurveInk;
use crate::gpu::marks::marks;
use crate::ui::figures;
use crate::ui::root::ViewContext;
use crate::ui::timeline::scale::Scale;
use crate::ui::widgets::row::row_ground;

/// Least height of a row in points.
pub(super) const ROW: f32 = 17.0;
/// Curves and marks of the first row; each row has two.
const FIRST: u32 = SLOTS + 20;
/// Height of the strip of events.
const EVENTS: f32 = 3.0;

/// Draws all rows.
pub(super) fn rows_ui(
    scene: &Scene<'_>,
    swept: &Swept,
    rows: &[Lane],
    id: Id,
    cache: &mut Vec<Option<Marked>>,
    ui: &Ui,
) {
    cache.resize(swept.sweep.steps.len(), None);
    let range = range(swept);
    for (at, ((step, lane), cache)) in swept.sweep.steps.iter().zip(rows).zip(cache).enumerate() {
        row_ui(scene, swept, (at, step), range, lane, cache, ui);
        title_ui(scene, swept, (at, step), lane, id.with(("sweep", at)), ui);
    }
    if let Some(first) = rows.first() {
        range_ui(scene, range, first, id.with("sweep range"), ui);
    }
}

/// What the scores of all rows, and the threshold, lie within: one axis for all.
fn range(swept: &Swept) -> Extent {
    let scores = swept.sweep.steps.iter().filter_map(|step| step.scores.summary().total());
    scores.fold(Extent::of(swept.order.rule.threshold), Extent::union)
}

/// The axis that all rows share, beside the first.
fn range_ui(scene: &Scene<'_>, range: Extent, lane: &Lane, id: Id, ui: &Ui) {
    let (tokens, p) = (scene.view.tokens, &scene.view.tokens.palette);
    let painter = ui.painter().with_clip_rect(lane.margin);
    let text = format!("{:.2}–{:.2}", range.min, range.max);
    let at = pos2(lane.margin.left() + 6.0, lane.margin.center().y);
    painter.text(at, Align2::LEFT_CENTER, &text, tokens.small_figures(), p.text_weak);
    let response = ui.interact(lane.margin, id, Sense::HOVER);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("Scores of all rows {text}")));
    response.on_hover_text(format!(
        "Every row reaches from the lowest to the highest score of all of them, {text}. The area behind is p(t), 0 to 1; the \
         dashed line is the threshold, the bar along the top are events."
    ));
}

/// The curves: p(t) as an area, the score as a line, the threshold, and events along the upper edge.
fn row_ui(
    scene: &Scene<'_>,
    swept: &Swept,
    (at, step): (usize, &SweepStep),
    range: Extent,
    lane: &Lane,
    cache: &mut Option<Marked>,
    ui: &Ui,
) {
    let p = &scene.view.tokens.palette;
    let painter = ui.painter().with_clip_rect(lane.body);
    painter.rect_filled(lane.body, 0, p.sunken);
    ui.painter().hline(lane.gutter.left()..=lane.margin.right(), lane.body.top() - 0.5, Stroke::new(1.0, p.hairline));
    let place = lane.body.with_min_y(lane.body.top() + EVENTS);
    let (unit, scale) = (Scale::unit(place), Scale::of(range, place));
    let slot = FIRST + 2 * at as u32;
    let area = CurveInk { line: None, fill: p.attention.gamma_multiply(0.35), above: None, grounded: true };
    paint(scene, &painter, slot, step.membership.summary(), &unit, area);
    let y = scale.y(swept.order.rule.threshold);
    let ends = [pos2(lane.body.left(), y), pos2(lane.body.right(), y)];
    painter.extend(Shape::dashed_line(&ends, Stroke::new(1.0, p.threshold.gamma_multiply(0.7)), 4.0, 4.0));
    let line = CurveInk { line: Some((1.5, p.score)), fill: Color32::TRANSPARENT, above: None, grounded: false };
    paint(scene, &painter, slot + 1, step.scores.summary(), &scale, line);
    let codes = kept(cache, scene.view.state.inspect.revision, &scene.ranges, |range| event_in(&step.events, range));
    let strip = lane.body.with_max_y(lane.body.top() + EVENTS);
    painter.add(marks(strip, slot, codes, one_ink(p.event)));
}

/// The value and its events; pressed, the value becomes a trial.
fn title_ui(scene: &Scene<'_>, swept: &Swept, (at, step): (usize, &SweepStep), lane: &Lane, id: Id, ui: &Ui) {
    let (tokens, p) = (scene.view.tokens, &scene.view.tokens.palette);
    let state = scene.view.state;
    let control = swept.order.control;
    let edits = &swept.order.subject.trial.edits[..];
    let same = |tsa: &TsaSettings, of: &[FeatureEdit]| step.tsa == *tsa && edits == of;
    let in_use = same(&state.tsa, &[]);
    let shown = same(&state.inspect.settings(&state.tsa), state.inspect.edits());
    let response = ui.interact(lane.gutter, id, Sense::click()).on_hover_cursor(CursorIcon::PointingHand);
    let painter = ui.painter().with_clip_rect(lane.gutter);
    row_ground(&painter, lane.gutter, &response, shown, p);
    let (title, events) =
        (format!("{} {}", control.unit(), control.value(&step.tsa)), figures::count(step.events.len(), "event"));
    let y = lane.gutter.center().y;
    let ink = if in_use || shown { p.text_strong } else { p.text_weak };
    let title_at = pos2(lane.gutter.left() + 10.0, y);
    let name = painter.text(title_at, Align2::LEFT_CENTER, &title, tokens.small(), ink);
    let count_at = pos2(lane.gutter.right() - 8.0, y);
    let count =
        painter.text(count_at, Align2::RIGHT_CENTER, step.events.len().to_string(), tokens.small_figures(), ink);
    if in_use {
        let middle = pos2(name.right().midpoint(count.left()), y);
        painter.text(middle, Align2::CENTER_CENTER, "in use", tokens.small(), p.accent);
    }
    let mark = if in_use { ", in use" } else { "" };
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, shown, format!("Try {title}: {events}{mark}")));
    let tip = format!(
        "{title}{mark}: {events}, kappa {}, selection entropy {:.0} bit. A click tries this value.",
        step.kappa, step.entropy
    );
    if response.on_hover_text(tip).clicked() {
        scene.view.actions.send(Action::Inspect(InspectAction::TryStep(at)));
    }
}

/// What stands in place of the rows until they are there.
pub(super) fn waiting_ui(rect: Rect, text: &str, share: f32, view: &ViewContext<'_>, ui: &Ui) {
    let p = &view.tokens.palette;
    ui.painter().rect_filled(rect, 0, p.sunken);
    let at = rect.center();
    ui.painter().text(at, Align2::CENTER_BOTTOM, text, view.tokens.body(), p.text_weak);
    let bar = Rect::from_center_size(at + vec2(0.0, 14.0), vec2(260.0_f32.min(rect.width()), 6.0));
    ui.painter().rect_filled(bar, 3, p.panel);
    ui.painter().rect_filled(bar.with_max_x(bar.left() + bar.width() * share), 3, p.accent);
    let response = ui.interact(rect, ui.scope_id().with("sweeping"), Sense::HOVER);
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, text));
}
