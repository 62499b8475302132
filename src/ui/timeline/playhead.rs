//! The present position and the moment under the pointer, across all lanes.
//!
//! Owns both lines and the tooltip.

use egui::{Grid, Painter, Rect, Response, RichText, Sense, Shape, Stroke, Tooltip, Ui, pos2, vec2};

use super::lanes::Lanes;
use super::scene::Scene;
use super::snap::Edge;
use super::state::Drag;
use super::value_lane::figure;
use crate::domain::segment::AnomalySegment;
use crate::domain::why::rank;
use crate::ui::figures;
use crate::ui::known_normal_panel::reason;

/// Width of the picture under the pointer, in points.
const STILL_WIDTH: f32 = 160.0;

/// Draws the playhead: the frame's width when frames can be told apart, and a line at its beginning.
///
/// While it is dragged, its colour tells what it has snapped to.
pub(super) fn paint_playhead(painter: &Painter, lanes: &Lanes, scene: &Scene<'_>, drag: Drag) {
    let (input, p) = (scene.input, &scene.input.tokens.palette);
    let area = lanes.below_overview();
    let painter = painter.with_clip_rect(area.expand2(vec2(6.0, 0.0)));
    let span = input.table.frame_span(input.frame);
    let (left, right) = (scene.axis.x(span.start), scene.axis.x(span.end));
    if right < area.left() || left > area.right() {
        return;
    }
    if right - left >= 3.0 {
        let frame = Rect::from_x_y_ranges(left..=right, area.y_range()).intersect(area);
        painter.rect_filled(frame, 0, p.playhead.gamma_multiply(0.10));
    }
    if left < area.left() - 0.5 {
        return;
    }
    let color = match drag {
        Drag::Seek(frame, Edge::Event) if frame == input.frame => p.event,
        Drag::Seek(frame, Edge::Snippet) if frame == input.frame => p.accent,
        _ => p.playhead,
    };
    painter.vline(left, area.y_range(), Stroke::new(1.5, color));
    let tip = pos2(left, lanes.ruler.body.bottom());
    let head =
        vec![tip, tip + vec2(-5.5, -7.0), tip + vec2(-5.5, -12.0), tip + vec2(5.5, -12.0), tip + vec2(5.5, -7.0)];
    painter.add(Shape::convex_polygon(head, color, Stroke::new(1.0, p.panel)));
}

/// Draws the line under the pointer and says what is there.
pub(super) fn hover_ui(ui: &Ui, response: &Response, lanes: &Lanes, scene: &Scene<'_>) {
    let Some(pointer) = response.hover_pos().filter(|_| !response.dragged()) else { return };
    let (input, p) = (scene.input, &scene.input.tokens.palette);
    let area = lanes.below_overview();
    let line = Stroke::new(1.0, p.text_weak.gamma_multiply(0.7));
    ui.painter().with_clip_rect(area).vline(pointer.x, area.y_range(), line);

    let frame = scene.axis.frame_at(pointer.x, input.table);
    let snippet = input.grid.snippet_of(frame);
    let known = input.snippets.filter(|_| snippet < input.scored_to);
    let curve = |values: fn(&crate::domain::score::SnippetScores) -> &Vec<f32>| {
        known.and_then(|s| values(s).get(snippet).copied())
    };
    let event = scene.event_at(snippet);
    let place = known.and_then(|s| rank(&s.scores[..input.scored_to.min(s.scores.len())], snippet));
    Tooltip::for_widget(response).at_pointer().gap(14.0).show(|ui| {
        if let Some(filmstrip) = &input.filmstrip {
            filmstrip.tile_ui(ui, input.grid.middle(snippet), STILL_WIDTH, Sense::HOVER, input.tokens);
        }
        Grid::new("timeline tooltip").num_columns(2).spacing([14.0, 2.0]).min_col_width(0.0).show(ui, |ui| {
            let mut row = |name: &str, value: Option<String>, ink| {
                ui.label(RichText::new(name).font(input.tokens.small()).color(p.text_weak));
                let value = value.unwrap_or_else(|| "–".to_owned());
                ui.label(RichText::new(value).font(input.tokens.figures()).color(ink));
                ui.end_row();
            };
            row("Time", Some(format!("{}   #{frame}", input.table.time(frame))), p.text_strong);
            row("Snippet", Some(format!("{snippet} of {}", input.grid.count())), p.text_strong);
            if input.blind.hides_model() {
                return;
            }
            let rank = place.map_or_else(String::new, |place| format!(", {} of all", figures::ordinal(place)));
            row("Score", curve(|s| &s.scores).map(|v| format!("{v:.3}{rank}")), p.score);
            if let Some(band) = &input.lanes.noise {
                row("Other seeds", Some(figures::band(band, snippet)), p.text_strong);
            }
            if let Some((overlay, band)) = input.overlay.and_then(|overlay| Some((overlay, overlay.band.as_ref()?))) {
                let name = format!("Other seeds, {}", overlay.name);
                row(&name, Some(figures::band(band, snippet)), p.accent);
            }
            row("Attention", curve(|s| &s.attention).map(|v| format!("{v:.2}")), p.attention);
            row("Magnitude", curve(|s| &s.magnitudes).map(figure), p.magnitude);
            let (name, text) = match (event, nearest_event(input.events, snippet)) {
                (Some(event), _) => ("Event", format!("{} of {}", event + 1, input.events.len())),
                (None, Some(event)) => ("Nearest event", distance(scene, frame, event)),
                (None, None) => return,
            };
            row(name, Some(text), p.event);
            if let Some(twin) = event.and_then(|event| input.twin(event)) {
                row("Known normal", Some(reason(twin)), p.text_weak);
            }
        });
    });
}

/// The event nearest to a snippet that is in none, by its place; the earlier of two equally near ones.
fn nearest_event(events: &[AnomalySegment], snippet: usize) -> Option<usize> {
    let after = events.partition_point(|event| event.last < snippet);
    let candidates = after.checked_sub(1).into_iter().chain((after < events.len()).then_some(after));
    candidates.min_by_key(|at| {
        let event = &events[*at];
        event.first.saturating_sub(snippet).max(snippet.saturating_sub(event.last))
    })
}

/// Which event, and how far away it begins or ended.
fn distance(scene: &Scene<'_>, frame: usize, event: usize) -> String {
    let found = &scene.input.events[event];
    let (span, time) = (scene.span_of(found.first, found.last), scene.input.table.time(frame));
    let (far, side) = if span.start > time { (span.start - time, "later") } else { (time - span.end, "earlier") };
    format!("{}, {} {side}", event + 1, figures::duration(far.secs_f64()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_event_is_found() {
        let event = |first, last| AnomalySegment { first, last, peak: first, peak_score: 1.0 };
        let events = [event(10, 12), event(20, 30)];
        assert_eq!([0, 11, 15, 16, 17, 99].map(|s| nearest_event(&events, s)), [0, 0, 0, 0, 1, 1].map(Some));
        assert_eq!(nearest_event(&[], 3), None);
    }
}
