//! The score lane: curve, noise, events, threshold and hysteresis, and what the threshold costs.
//!
//! Owns their drawing and the dragging of the two lines. Does not own the rule from scores to events.

use egui::{Align2, Color32, CornerRadius, Id, Painter, Rect, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

use super::gestures::click_at;
use super::handle::{Handle, handle};
use super::input::TimelineAction;
use super::lanes::Lane;
use super::scale::Scale;
use super::scene::{LINE, Scene, Slot};
use super::span_lane::{BANDS, event_ink};
use crate::domain::time::MediaTime;
use crate::gpu::curve::CurveInk;
use crate::gpu::marks::marks;
use crate::ui::widgets::chip::chip;

/// Least height of the lane at which both curves are named, in points.
const BOTH_CHIPS: f32 = 70.0;
/// Height of the bar on top of an event.
const CAP: f32 = 4.0;

/// Draws the lane and sends what its lines are dragged to.
pub(super) fn score_lane_ui(ui: &Ui, id: Id, lane: &Lane, scene: &Scene<'_>, actions: &mut Vec<TimelineAction>) {
    let input = scene.input;
    let p = &input.tokens.palette;
    let painter = ui.painter().with_clip_rect(lane.body);
    let scale = Scale::unit(lane.body);
    scene.paint_ground(&painter, lane);
    for quarter in [0.25, 0.5, 0.75, 1.0] {
        painter.hline(lane.body.x_range(), scale.y(quarter), Stroke::new(1.0, p.hairline));
    }
    paint_bands(&painter, scene, lane);
    if let Some(band) = &scene.input.lanes.noise {
        let ink = CurveInk { line: None, fill: p.score.gamma_multiply(0.3), above: None, grounded: false };
        scene.paint_curve(&painter, Slot::Noise, band.summary(), &scale, ink);
    }
    let ink = CurveInk {
        line: Some((LINE, p.score)),
        fill: p.score.gamma_multiply(0.22),
        above: Some((input.rule.threshold, p.event.gamma_multiply(0.5))),
        grounded: true,
    };
    scene.paint_curve(&painter, Slot::Score, &scene.input.curves.score, &scale, ink);
    overlay_ui(ui, id.with("overlay"), &painter, lane, &scale, scene);
    paint_peaks(&painter, scene, &scale);
    if scene.input.curves.score.is_empty() {
        let text = if input.complete { "No score" } else { "Not scored yet" };
        painter.text(lane.body.center(), Align2::CENTER_CENTER, text, input.tokens.body(), p.text_weak);
    }
    hysteresis_ui(ui, id.with("hysteresis"), lane, &scale, scene, actions);
    threshold_ui(ui, id.with("threshold"), lane, &scale, scene, actions);

    let score =
        input.snippets.and_then(|s| s.scores.get(scene.snippet())).filter(|_| scene.snippet() < input.scored_to);
    let color = score.map_or(p.text_faint, |s| level_color(*s, scene));
    let value = score.map_or_else(|| "–".to_owned(), |s| format!("{s:.3}"));
    scene.gutter_ui(ui, lane, id.with("value"), "Score", &value, color).on_hover_text(
        "How anomalous the model finds the 16 frames of a snippet, 0 to 1. All frames of a snippet have one score.",
    );
}

/// The curve of another model as a line, where its events begin, and which curve is which.
fn overlay_ui(ui: &Ui, id: Id, painter: &Painter, lane: &Lane, scale: &Scale, scene: &Scene<'_>) {
    let Some(overlay) = scene.input.overlay else { return };
    let (tokens, p) = (scene.input.tokens, &scene.input.tokens.palette);
    if let Some(band) = &overlay.band {
        let ink = CurveInk { line: None, fill: p.accent.gamma_multiply(0.3), above: None, grounded: false };
        scene.paint_curve(painter, Slot::OverlayNoise, band.summary(), scale, ink);
    }
    let ink = CurveInk { line: Some((LINE, p.accent)), fill: Color32::TRANSPARENT, above: None, grounded: false };
    scene.paint_curve(painter, Slot::Overlay, overlay.scores.summary(), scale, ink);
    let y = scale.y(overlay.threshold);
    let ends = [pos2(lane.body.left(), y), pos2(lane.body.right(), y)];
    painter.extend(Shape::dashed_line(&ends, Stroke::new(1.0, p.accent.gamma_multiply(0.7)), 2.0, 5.0));

    let at = |scores: &[f32]| scores.get(scene.snippet()).map_or_else(|| "–".to_owned(), |score| format!("{score:.2}"));
    let before = format!("in use {}", at(scene.input.snippets.map_or(&[], |s| &s.scores[..])));
    let after = format!("{} {}", overlay.name, at(overlay.scores.values()));
    let place = lane.body.left_top() + vec2(8.0, 4.0);
    let mut shown = chip(painter, place, Align2::LEFT_TOP, after.clone(), tokens.small(), (p.accent, p.sunken));
    // In a low lane it would hide the beginning of both curves; the value in use stands beside the lane.
    if lane.body.height() >= BOTH_CHIPS {
        let place = shown.right_top() + vec2(4.0, 0.0);
        let text = before.clone();
        shown = shown.union(chip(painter, place, Align2::LEFT_TOP, text, tokens.small(), (p.score, p.sunken)));
    }
    let response = ui.interact(shown, id, egui::Sense::HOVER);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("{before}, {after}")));
    response.on_hover_text(
        "Scores of the snippet on screen. The dotted line is where the other curve's events begin. The band around the curve \
         of a trial is where nine of ten scores lie over other seeds.",
    );
}

/// The colour of a score's level: event, within the hysteresis, or neither.
fn level_color(score: f32, scene: &Scene<'_>) -> Color32 {
    let (rule, p) = (scene.input.rule, &scene.input.tokens.palette);
    if score >= rule.threshold {
        p.event
    } else if score >= rule.low() {
        p.score
    } else {
        p.text_strong
    }
}

/// Events behind the curve; the current one with an outline.
fn paint_bands(painter: &Painter, scene: &Scene<'_>, lane: &Lane) {
    let (input, p) = (scene.input, &scene.input.tokens.palette);
    let ink = event_ink(p, [0.15, 0.34], CAP);
    painter.add(marks(lane.body, BANDS, std::sync::Arc::clone(&scene.marks.events), ink));
    if let Some(current) = input.selected_event.filter(|i| *i < input.events.len()) {
        let span = input.event_span(current);
        let rect = Rect::from_x_y_ranges(scene.axis.x(span.start)..=scene.axis.x(span.end), lane.body.y_range());
        painter.rect_stroke(rect.intersect(lane.body.expand(2.0)), 0, Stroke::new(1.0, p.event), StrokeKind::Inside);
    }
}

fn paint_peaks(painter: &Painter, scene: &Scene<'_>, scale: &Scale) {
    let p = &scene.input.tokens.palette;
    for wide in &scene.marks.wide {
        let event = scene.input.events[wide.index];
        let span = scene.span_of(event.peak, event.peak);
        let middle = scene.axis.x(span.start).midpoint(scene.axis.x(span.end));
        let at = pos2(middle, scale.y(event.peak_score));
        let corner = |dx: f32, dy: f32| at + vec2(dx, dy) * 4.5;
        let diamond = vec![corner(0.0, -1.0), corner(1.0, 0.0), corner(0.0, 1.0), corner(-1.0, 0.0)];
        painter.add(Shape::convex_polygon(diamond, p.event, Stroke::new(1.0, p.text_strong)));
    }
}

fn threshold_ui(ui: &Ui, id: Id, lane: &Lane, scale: &Scale, scene: &Scene<'_>, actions: &mut Vec<TimelineAction>) {
    let (input, p) = (scene.input, &scene.input.tokens.palette);
    let threshold = input.rule.threshold;
    let y = scale.y(threshold);
    let grip = Rect::from_center_size(
        pos2(lane.margin.left() + 4.0 + 21.0, y.clamp(lane.margin.top() + 9.0, lane.margin.bottom() - 9.0)),
        vec2(42.0, 17.0),
    );
    let handled =
        handle(ui, id, lane.body, scale, &Handle { name: "Threshold", value: threshold, level: threshold, grip });
    if let Some(value) = handled.dragged_to.or(handled.set_to) {
        actions.push(TimelineAction::SetThreshold(value));
    }
    if let Some(x) = handled.clicked_at {
        click_at(scene, x, actions);
    }
    let width = if handled.hot { 2.0 } else { 1.0 };
    let whole = lane.body.left()..=lane.margin.left() + 6.0;
    ui.painter().hline(whole, y, Stroke::new(width, p.threshold));
    ui.painter().rect_filled(grip, CornerRadius::same(3), p.threshold);
    if handled.response.has_focus() {
        ui.painter().rect_stroke(
            grip.expand(2.0),
            CornerRadius::same(4),
            Stroke::new(1.5, p.accent),
            StrokeKind::Outside,
        );
    }
    let ink = if p.threshold.intensity() > 0.5 { Color32::BLACK } else { Color32::WHITE };
    ui.painter().text(grip.center(), Align2::CENTER_CENTER, format!("{threshold:.2}"), input.tokens.figures(), ink);
    if let Some(own) = input.own_threshold {
        let y = scale.y(own);
        ui.painter().hline(lane.margin.left()..=lane.margin.left() + 9.0, y, Stroke::new(2.0, p.text_weak));
    }
    paint_cost(ui, lane, &grip, scene);
    handled.response.on_hover_ui(|ui| {
        ui.label("Snippets at or above the threshold start an event.");
        ui.label("Drag the line, or use the arrow keys.");
        ui.label("It is a setting, no edit of the project: “Previous threshold” goes back to the one before.");
        if let Some(own) = input.own_threshold {
            ui.label(format!(
                "The model's own is {own:.3}: the mark beside the lane. “The model's threshold” takes it."
            ));
        }
    });
}

/// What the threshold costs: events, how many in an hour of footage scored so far, and the time inside of them.
fn paint_cost(ui: &Ui, lane: &Lane, grip: &Rect, scene: &Scene<'_>) {
    let (cost, tokens) = (scene.input.cost, scene.input.tokens);
    if scene.input.curves.score.is_empty() {
        return;
    }
    let plural = if cost.events == 1 { "event" } else { "events" };
    let events = format!("{} {plural}", cost.events);
    let rate = cost.per_hour().map(per_hour);
    let percent = cost.flagged_share().map_or_else(String::new, percent);
    let flagged = whole_seconds(cost.flagged);
    // What is set stays over a restart and holds for all videos: that it is not the model's must show.
    let own = scene.input.own_threshold.map(|own| format!("model's {own:.2}"));
    let lines: Vec<String> =
        own.into_iter().chain([events.clone()]).chain(rate.clone()).chain([format!("{flagged} ({percent})")]).collect();
    // Below the button, or above it when the lane ends there; in a low lane as many as there is room for.
    let row = 14.0;
    let (above, below) = (grip.top() - lane.margin.top(), lane.margin.bottom() - grip.bottom());
    let rows = ((above.max(below) - 2.0) / row).clamp(0.0, lines.len() as f32).floor();
    let first = if below >= row * rows + 2.0 { grip.bottom() + 2.0 } else { grip.top() - 2.0 - row * rows };
    for (i, line) in lines.iter().take(rows as usize).enumerate() {
        let at = pos2(lane.margin.left() + 8.0, first + row * i as f32);
        ui.painter().text(at, Align2::LEFT_TOP, line, tokens.small(), tokens.palette.text_weak);
    }
    let rate = rate.map_or_else(String::new, |rate| format!(": {rate}"));
    let text = format!("{events} in {} of footage{rate}, {flagged} flagged, {percent}", whole_seconds(cost.footage));
    let rect = Rect::from_min_size(pos2(lane.margin.left() + 8.0, first), vec2(lane.margin.width() - 10.0, row * rows));
    let response = ui.interact(rect, ui.scope_id().with("events per hour"), egui::Sense::HOVER);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
    response.on_hover_text(&text);
}

/// Without the digits that nobody reads beside a moving line.
fn whole_seconds(time: MediaTime) -> String {
    let text = time.to_string();
    text.split('.').next().unwrap_or(&text).to_owned()
}

/// As many digits as there is room for beside the line.
fn percent(share: f64) -> String {
    if share < 0.0995 { format!("{:.1} %", share * 100.0) } else { format!("{:.0} %", share * 100.0) }
}

fn per_hour(rate: f64) -> String {
    if rate < 99.95 { format!("{rate:.1} / hour") } else { format!("{rate:.0} / hour") }
}

fn hysteresis_ui(ui: &Ui, id: Id, lane: &Lane, scale: &Scale, scene: &Scene<'_>, actions: &mut Vec<TimelineAction>) {
    let (rule, p) = (scene.input.rule, &scene.input.tokens.palette);
    // With a threshold of zero the two lines are one.
    if rule.threshold <= 0.0 {
        return;
    }
    let low = rule.low();
    let y = scale.y(low);
    let grip = Rect::from_center_size(pos2(lane.margin.left() + 5.0, y), vec2(10.0, 10.0));
    let handled = handle(
        ui,
        id,
        lane.body,
        scale,
        &Handle { name: "Hysteresis", value: rule.hysteresis_share, level: low, grip },
    );
    if let Some(level) = handled.dragged_to {
        actions.push(TimelineAction::SetHysteresis(rule.share_for(level)));
    } else if let Some(value) = handled.set_to {
        actions.push(TimelineAction::SetHysteresis(value));
    }
    if let Some(x) = handled.clicked_at {
        click_at(scene, x, actions);
    }
    let color = p.threshold.gamma_multiply(if handled.hot { 1.0 } else { 0.6 });
    let ends = [pos2(lane.body.left(), y), pos2(lane.body.right(), y)];
    ui.painter().extend(Shape::dashed_line(&ends, Stroke::new(1.0, color), 4.0, 4.0));
    let tip = pos2(lane.margin.left(), y);
    let arrow = vec![tip, tip + vec2(7.0, -4.0), tip + vec2(7.0, 4.0)];
    let outline = if handled.response.has_focus() { Stroke::new(1.5, p.accent) } else { Stroke::NONE };
    ui.painter().add(Shape::convex_polygon(arrow, color, outline));
    handled.response.on_hover_text(format!(
        "Hysteresis {:.0} % of the threshold's odds: an event goes on while the score stays at or above {low:.2}. Drag, or use the arrow keys.",
        rule.hysteresis_share * 100.0
    ));
}

#[cfg(test)]
mod tests {
    #[test]
    fn rates_have_sensible_digits() {
        assert_eq!(super::per_hour(12.44), "12.4 / hour");
        assert_eq!(super::per_hour(1234.5), "1234 / hour");
        assert_eq!([super::percent(0.0512), super::percent(0.0996), super::percent(1.0)], ["5.1 %", "10 %", "100 %"]);
    }
}
