//! The lanes below the stack: omega with its noise and the threshold, p(t), entropy, top-alpha, events.
//!
//! Owns their drawing, and the sentences that say exactly what each quantity is.

use std::sync::Arc;

use egui::{
    Align2, Color32, CursorIcon, Id, Painter, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2,
};

use super::{AXIS, Lane, LaneKind, Scene};
use crate::app::action::Action;
use crate::app::inspect::{InspectAction, LookedAt};
use crate::domain::pyramid::{Extent, Pyramid};
use crate::domain::segment::AnomalySegment;
use crate::gpu::curve::{ColumnRange, Curve, CurveInk, curve};
use crate::gpu::marks::{MarkInk, marks};
use crate::ui::figures;
use crate::ui::timeline::scale::Scale;
use crate::ui::widgets::hatch::hatch;

/// Curves and marks of this panel among those of the window, far from those of the timeline.
pub(super) const SLOTS: u32 = 100;
const LINE: f32 = 1.5;

/// What lies in each column, kept while nothing changes so that the GPU is not written to.
#[derive(Clone, Debug, Default)]
pub(super) struct MarkCache {
    top_alpha: Option<Marked>,
    events: [Option<Marked>; 2],
    /// Of each row of a sweep.
    pub(super) sweep: Vec<Option<Marked>>,
}

/// Codes of columns, and what they were made from.
#[derive(Clone, Debug)]
pub(super) struct Marked {
    revision: u64,
    ranges: Arc<[ColumnRange]>,
    codes: Arc<[u8]>,
}

fn meaning(kind: LaneKind) -> &'static str {
    match kind {
        LaneKind::Omega => {
            "omega = sigmoid(W2 relu(W1 f + b1) + b2): how relevant the scorer finds a snippet, 0 to 1, before any noise.\n\
             The band is omega ± sigma, the standard deviation of the noise that each draw adds.\n\
             The dashed line is the mean over the draws of the kappa-th largest omega + sigma G[m]; the strip around it \
             reaches from the lowest to the highest draw. A snippet is selected in a draw where it reaches that.\n\
             A click on the name shows omega alone, over its own range: beside a noise that is far larger it is a flat line."
        }
        LaneKind::Membership => {
            "p(t) = 1/M sum over m of [ t is among the top kappa of omega + sigma G[m] ]: the share of the M draws that select the \
             snippet. Sums to kappa over the video."
        }
        LaneKind::Entropy => {
            "H(p) = -p log2 p - (1 - p) log2 (1 - p), in bits: how undecided the draws are about the snippet. 1 where half of \
             them select it, 0 where they agree. The sum over the video is the most that the entropy of the selection \
             can be."
        }
        LaneKind::TopAlpha => {
            "The alpha = max(1, floor(T / 10)) snippets with the largest magnitude, the L2 norm of F_check(t): those by which the \
             Difference Maximization Trainer tells bags apart. Of exact scores only."
        }
        LaneKind::Events => {
            "Events under the rule in use: above those of the scores in use, below those of the trial, once its scores are \
             exact."
        }
    }
}

/// Draws one lane.
pub(super) fn lane_ui(scene: &Scene<'_>, kind: LaneKind, lane: &Lane, id: Id, cache: &mut MarkCache, ui: &Ui) {
    let p = &scene.view.tokens.palette;
    let painter = ui.painter().with_clip_rect(lane.body);
    painter.rect_filled(lane.body, 0, p.sunken);
    ui.painter().hline(lane.gutter.left()..=lane.margin.right(), lane.body.top() - 0.5, Stroke::new(1.0, p.hairline));
    // Not by the kind alone: the tooltip of the whole counts from the same numbers.
    let id = id.with(("lane", kind));
    let inspect = &scene.view.state.inspect;
    let (name, value, ink) = match kind {
        LaneKind::TopAlpha => {
            let exact = inspect.exact.as_ref().filter(|_| inspect.is_exact);
            if let Some(exact) = exact {
                let codes = kept(&mut cache.top_alpha, inspect.revision, &scene.ranges, |range| {
                    any_in(&exact.top_alpha, range)
                });
                painter.add(marks(lane.body.shrink2(egui::vec2(0.0, 3.0)), SLOTS, codes, one_ink(p.magnitude)));
            } else {
                hatch(&painter, lane.body, p.hatch);
            }
            let value = exact.map_or_else(|| "–".to_owned(), |exact| format!("alpha {}", exact.top_alpha.len()));
            ("Top-alpha", value, p.magnitude)
        }
        LaneKind::Events => ("Events", events_ui(scene, lane, &painter, cache), p.text_strong),
        LaneKind::Omega | LaneKind::Membership | LaneKind::Entropy => {
            let Some(looked) = &inspect.looked else {
                hatch(&painter, lane.body, p.hatch);
                name_ui(scene, lane, id, name_of(kind), "–", p.text_strong, ui).on_hover_text(meaning(kind));
                return;
            };
            let name = if kind == LaneKind::Omega && inspect.look.omega_alone { "omega alone" } else { name_of(kind) };
            (name, curve_ui(scene, kind, lane, looked, &painter, ui), p.text_strong)
        }
    };
    let response = name_ui(scene, lane, id, name, &value, ink, ui).on_hover_text(meaning(kind));
    if kind == LaneKind::Omega {
        switch_omega_ui(scene, &response, name);
    }
}

/// A click on the name of omega's lane takes the noise away, and brings it back.
fn switch_omega_ui(scene: &Scene<'_>, name: &Response, text: &str) {
    let alone = scene.view.state.inspect.look.omega_alone;
    let response = name.interact(Sense::click()).on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, alone, text));
    if response.clicked() {
        scene.view.actions.send(Action::Inspect(InspectAction::ShowOmegaAlone(!alone)));
    }
}

fn name_of(kind: LaneKind) -> &'static str {
    match kind {
        LaneKind::Omega => "omega ± sigma",
        LaneKind::Membership => "p(t)",
        LaneKind::Entropy => "H(p), bit",
        LaneKind::TopAlpha => "Top-alpha",
        LaneKind::Events => "Events",
    }
}

/// Draws a curve; gives its value at the position.
fn curve_ui(scene: &Scene<'_>, kind: LaneKind, lane: &Lane, looked: &LookedAt, painter: &Painter, ui: &Ui) -> String {
    let p = &scene.view.tokens.palette;
    let at = |values: &[f32]| values.get(scene.session.snippet()).map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"));
    match kind {
        LaneKind::Omega => {
            let with_noise = !scene.view.state.inspect.look.omega_alone;
            let own = || looked.omega.total().unwrap_or_else(|| Extent::of(0.0));
            let extent = if with_noise { looked.omega_range } else { own() };
            let scale = Scale::of(extent, lane.body);
            if with_noise {
                let band = CurveInk { line: None, fill: p.score.gamma_multiply(0.25), above: None, grounded: false };
                paint(scene, painter, SLOTS, &looked.noise, &scale, band);
            }
            let line =
                CurveInk { line: Some((LINE, p.score)), fill: Color32::TRANSPARENT, above: None, grounded: false };
            paint(scene, painter, SLOTS + 1, &looked.omega, &scale, line);
            if let Some([least, mean, most]) = looked.threshold.filter(|_| with_noise) {
                let strip = Rect::from_x_y_ranges(lane.body.x_range(), scale.y(most)..=scale.y(least));
                painter.rect_filled(strip, 0, p.threshold.gamma_multiply(0.22));
                let ends = [pos2(lane.body.left(), scale.y(mean)), pos2(lane.body.right(), scale.y(mean))];
                painter.extend(Shape::dashed_line(&ends, Stroke::new(1.0, p.threshold), 5.0, 4.0));
            }
            scale_ui(scene, lane, &scale, ui);
            let omega = looked.attention.omega.get(scene.session.snippet());
            omega.map_or_else(|| "–".to_owned(), |v| figures::significant(*v))
        }
        LaneKind::Membership => {
            let scale = Scale::unit(lane.body);
            paint(scene, painter, SLOTS + 2, &looked.membership, &scale, area(p.attention));
            scale_ui(scene, lane, &scale, ui);
            at(&looked.attention.membership)
        }
        LaneKind::Entropy => {
            let scale = Scale::unit(lane.body);
            paint(scene, painter, SLOTS + 3, looked.entropy.summary(), &scale, area(p.motion));
            scale_ui(scene, lane, &scale, ui);
            at(looked.entropy.values())
        }
        LaneKind::TopAlpha | LaneKind::Events => String::new(),
    }
}

fn area(color: Color32) -> CurveInk {
    CurveInk { line: Some((LINE, color)), fill: color.gamma_multiply(0.2), above: None, grounded: true }
}

pub(super) fn paint(
    scene: &Scene<'_>,
    painter: &Painter,
    slot: u32,
    values: &Arc<Pyramid>,
    scale: &Scale,
    ink: CurveInk,
) {
    let drawn = Curve {
        slot,
        axis: AXIS,
        values: Arc::clone(values),
        columns: Arc::clone(&scene.ranges),
        scale: scale.ends(),
        ink,
    };
    painter.add(curve(scale.rect, drawn));
}

/// Least height of a lane at which the values of both ends keep apart, in points.
const BOTH_ENDS: f32 = 32.0;

/// The values of the upper and the lower end; in a low lane from 0 to 1 the upper one alone.
fn scale_ui(scene: &Scene<'_>, lane: &Lane, scale: &Scale, ui: &Ui) {
    let (tokens, p) = (scene.view.tokens, &scene.view.tokens.palette);
    let painter = ui.painter().with_clip_rect(lane.margin);
    let x = lane.margin.left() + 6.0;
    let unit = scale.bottom == 0.0 && scale.top == 1.0;
    let text = |value: f32| match scale.top - scale.bottom {
        _ if unit => format!("{value:.0}"),
        range if range < 0.05 => format!("{value:.4}"),
        _ => format!("{value:.2}"),
    };
    let ends = [
        (scale.top, lane.margin.top() + 1.0, Align2::LEFT_TOP),
        (scale.bottom, lane.margin.bottom() - 1.0, Align2::LEFT_BOTTOM),
    ];
    let shown = if unit && lane.margin.height() < BOTH_ENDS { 1 } else { 2 };
    for (value, y, align) in ends.into_iter().take(shown) {
        painter.text(pos2(x, y), align, text(value), tokens.small_figures(), p.text_faint);
    }
}

/// Events in use above, those of the trial below; says how many.
fn events_ui(scene: &Scene<'_>, lane: &Lane, painter: &Painter, cache: &mut MarkCache) -> String {
    let (p, inspect) = (&scene.view.tokens.palette, &scene.view.state.inspect);
    let own = &scene.entry.events;
    let [of_scores, of_trial] = &mut cache.events;
    let (upper, lower) = lane.body.shrink2(egui::vec2(0.0, 2.0)).split_top_bottom_at_fraction(0.48);
    let revision = scene.entry.id.0 << 32 | scene.entry.events_revision();
    let found = kept(of_scores, revision, &scene.ranges, |range| event_in(own, range));
    let place = if inspect.trial.is_some() { upper } else { lane.body.shrink2(egui::vec2(0.0, 4.0)) };
    painter.add(marks(place, SLOTS + 1, found, one_ink(p.event)));
    if inspect.trial.is_none() {
        return own.len().to_string();
    }
    let Some(events) = inspect.curve.as_ref().and_then(|curve| curve.events.as_ref()) else {
        hatch(painter, lower, p.hatch);
        return format!("{}, trial …", own.len());
    };
    let found = kept(of_trial, inspect.revision, &scene.ranges, |range| event_in(events, range));
    painter.add(marks(lower, SLOTS + 2, found, one_ink(p.accent)));
    format!("{}, trial {}", own.len(), events.len())
}

pub(super) fn one_ink(color: Color32) -> MarkInk {
    MarkInk { body: [color; 3], ..MarkInk::default() }
}

fn codes(ranges: &[ColumnRange], marked: impl Fn(ColumnRange) -> bool) -> Arc<[u8]> {
    ranges.iter().map(|range| u8::from(range[0] < range[1] && marked(*range))).collect()
}

fn any_in(sorted: &[usize], range: ColumnRange) -> bool {
    let at = sorted.partition_point(|t| *t < range[0] as usize);
    sorted.get(at).is_some_and(|t| *t < range[1] as usize)
}

pub(super) fn event_in(events: &[AnomalySegment], range: ColumnRange) -> bool {
    let at = events.partition_point(|event| event.last < range[0] as usize);
    events.get(at).is_some_and(|event| event.first < range[1] as usize)
}

/// What is in `slot` if it is of this revision and these columns, else new codes, which stay there.
pub(super) fn kept(
    slot: &mut Option<Marked>,
    revision: u64,
    ranges: &Arc<[ColumnRange]>,
    marked: impl Fn(ColumnRange) -> bool,
) -> Arc<[u8]> {
    let same = |kept: &&Marked| kept.revision == revision && Arc::ptr_eq(&kept.ranges, ranges);
    if let Some(kept) = slot.as_ref().filter(same) {
        return Arc::clone(&kept.codes);
    }
    let codes = codes(ranges, marked);
    *slot = Some(Marked { revision, ranges: Arc::clone(ranges), codes: Arc::clone(&codes) });
    codes
}

/// Name and present value of a lane, also for assistive programs.
pub(super) fn name_ui(
    scene: &Scene<'_>,
    lane: &Lane,
    id: Id,
    name: &str,
    value: &str,
    ink: Color32,
    ui: &Ui,
) -> Response {
    let tokens = scene.view.tokens;
    let painter = ui.painter().with_clip_rect(lane.gutter);
    let y = if lane.gutter.height() < 40.0 { lane.gutter.center().y } else { lane.gutter.top() + 13.0 };
    let at = pos2(lane.gutter.left() + 10.0, y);
    painter.text(at, Align2::LEFT_CENTER, name, tokens.small(), tokens.palette.text_weak);
    painter.text(pos2(lane.gutter.right() - 10.0, y), Align2::RIGHT_CENTER, value, tokens.small_figures(), ink);
    let response = ui.interact(lane.gutter, id, Sense::HOVER);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name} {value}")));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_marked_if_any_of_its_snippets_is() {
        let ranges = [[0, 3], [3, 4], [4, 9], [9, 9]];
        assert_eq!(codes(&ranges, |range| any_in(&[2, 8], range))[..], [1, 0, 1, 0]);
        let event = |first, last| AnomalySegment { first, last, peak: first, peak_score: 1.0 };
        assert_eq!(codes(&ranges, |range| event_in(&[event(1, 3), event(9, 9)], range))[..], [1, 1, 0, 0]);
    }
}
