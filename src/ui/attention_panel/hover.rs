//! What is under the pointer: a cell of the stack, its snippet, its picture.
//!
//! Owns the line and the tooltip. Does not own the values.

use egui::{Grid, Rect, Response, RichText, Sense, Stroke, Tooltip, Ui};

use super::{Lane, Scene};
use crate::app::inspect::Swept;
use crate::ui::figures;

/// Width of the picture in points.
const STILL_WIDTH: f32 = 160.0;

/// Draws the line under the pointer and says what is there. The first of `rows` is the stack, or all are those of a sweep.
pub(super) fn hover_ui(
    scene: &Scene<'_>,
    response: &Response,
    swept: Option<&Swept>,
    rows: &[Lane],
    body: Rect,
    ui: &Ui,
) {
    let Some(pointer) = response.hover_pos().filter(|_| !response.dragged()) else { return };
    let (tokens, p) = (scene.view.tokens, &scene.view.tokens.palette);
    let line = Stroke::new(1.0, p.text_weak.gamma_multiply(0.8));
    let painter = ui.painter().with_clip_rect(body);
    painter.vline(pointer.x, body.y_range(), line);
    let inspect = &scene.view.state.inspect;
    let (table, grid) = (scene.session.frames(), scene.session.grid());
    let frame = scene.axis.frame_at(pointer.x, table);
    let snippet = grid.snippet_of(frame);
    // A row ends where the line below it begins.
    let row = rows.iter().position(|row| row.body.expand(0.5).contains(pointer));
    let step = swept.zip(row).and_then(|(swept, at)| Some((swept, swept.sweep.steps.get(at)?)));
    let stack = rows.first().filter(|_| swept.is_none() && row == Some(0));
    let cell = inspect.grid.as_ref().zip(stack).and_then(|(cells, stack)| {
        let share = (pointer.y - stack.body.top()) / stack.body.height();
        let pick = cells.picks.start + (share.clamp(0.0, 0.9999) * cells.picks.len() as f32) as usize;
        cells.cell(snippet, pick)
    });
    if cell.is_some() {
        painter.hline(body.x_range(), pointer.y, line);
    }
    Tooltip::for_widget(response).at_pointer().gap(14.0).show(|ui| {
        if let Some(filmstrip) = &scene.view.filmstrip {
            filmstrip.tile_ui(ui, grid.middle(snippet), STILL_WIDTH, Sense::HOVER, tokens);
        }
        Grid::new("attention tooltip").num_columns(2).spacing([14.0, 2.0]).min_col_width(0.0).show(ui, |ui| {
            let mut row = |name: &str, value: String, ink| {
                ui.label(RichText::new(name).font(tokens.small()).color(p.text_weak));
                ui.label(RichText::new(value).font(tokens.figures()).color(ink));
                ui.end_row();
            };
            let frames = grid.range(snippet);
            row("Time", format!("{}   #{frame}", table.time(frame)), p.text_strong);
            let last = frames.end.saturating_sub(1);
            row("Snippet", format!("{snippet} of {}, frames {}–{last}", grid.count(), frames.start), p.text_strong);
            if let Some((snippets, picks, value)) = cell {
                let many = |range: &std::ops::Range<usize>, offset: usize| match range.len() {
                    0 | 1 => format!("{}", range.start + offset),
                    _ => format!("{}–{}", range.start + offset, range.end - 1 + offset),
                };
                row("j-th earliest", many(&picks, 1), p.text_strong);
                let of = if snippets.len() > 1 || picks.len() > 1 {
                    format!("{value:.4}   in snippets {}", many(&snippets, 0))
                } else {
                    format!("{value:.4}")
                };
                row("Share of draws", of, p.accent);
            }
            let at = |values: &[f32], digits: usize| {
                values.get(snippet).map_or_else(|| "–".to_owned(), |v| format!("{v:.digits$}"))
            };
            if let Some((swept, step)) = step {
                let control = swept.order.control;
                let events = figures::count(step.events.len(), "event");
                row(control.unit(), format!("{}, {events}", control.value(&step.tsa)), p.accent);
                row("Score there", at(step.scores.values(), 3), p.score);
                row("p(t) there", at(step.membership.values(), 3), p.attention);
                let own = scene.entry.scored.as_ref().map_or(&[][..], |scored| &scored.snippets.scores);
                row("Score in use", at(own, 3), p.text_strong);
                return;
            }
            let Some(looked) = &inspect.looked else { return };
            let omega = looked.attention.omega.get(snippet);
            row("omega", omega.map_or_else(|| "–".to_owned(), |v| figures::significant(*v)), p.score);
            row("p(t)", at(&looked.attention.membership, 3), p.attention);
            row("H(p)", format!("{} bit", at(looked.entropy.values(), 3)), p.motion);
            if let Some(exact) = inspect.exact.as_ref().filter(|_| inspect.is_exact) {
                let top = if exact.top_alpha.binary_search(&snippet).is_ok() { ", top-alpha" } else { "" };
                row("Magnitude", format!("{}{top}", at(&exact.snippets.magnitudes, 2)), p.magnitude);
            }
            let own = scene.entry.scored.as_ref().map_or(&[][..], |scored| &scored.snippets.scores);
            row("Score", at(own, 3), p.score);
            if let Some(curve) = &inspect.curve {
                let tried = at(curve.overlay.scores.values(), 3);
                row(&curve.overlay.name, if tried == "NaN" { "…".to_owned() } else { tried }, p.accent);
            }
            if let Some(band) = &scene.entry.lanes().noise {
                row("Other seeds", figures::band(band, snippet), p.text_strong);
            }
            if let Some(band) = inspect.overlay().and_then(|overlay| overlay.band.as_ref()) {
                row("Other seeds, trial", figures::band(band, snippet), p.accent);
            }
        });
    });
}

/// What can be read at a snippet, in words.
pub(super) fn words(scene: &Scene<'_>, snippet: usize) -> String {
    let Some(looked) = &scene.view.state.inspect.looked else { return format!("snippet {snippet}") };
    let at = |values: &[f32]| values.get(snippet).map_or_else(|| "unknown".to_owned(), |v| format!("{v:.3}"));
    format!(
        "snippet {snippet}, omega {}, p {}, entropy {} bit",
        at(&looked.attention.omega),
        at(&looked.attention.membership),
        at(looked.entropy.values())
    )
}
