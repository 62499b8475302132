//! The run: how far it is, its curves, and the ways to stop it.
//!
//! Owns the drawing of small curves. Does not own what they are: see `app::learn`.

use egui::{Align2, Color32, RichText, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::model_panel::{leave_button, progress_ui};
use super::root::ViewContext;
use crate::app::action::Action;
use crate::app::learn::{LearnAction, Losses, RunProgress};
use crate::jobs::Progress;

/// Height of a curve with its name.
const HEIGHT: f32 = 46.0;

/// Draws it.
pub fn run_ui(view: &ViewContext<'_>, run: &RunProgress, paused: bool, comparing: Option<Progress>, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    ui.label(RichText::new(if paused { "Learning, paused" } else { "Learning" }).strong());
    if let Some(progress) = comparing {
        progress_ui(ui, "Comparing both models", progress, None);
    } else {
        let left = run.remaining_secs().filter(|_| !paused);
        progress_ui(ui, &format!("Step {} of at most {},", run.losses.len(), run.steps), run.progress(), left);
    }
    ui.horizontal(|ui| {
        let (text, action) = if paused { ("Go on", LearnAction::Run) } else { ("Pause", LearnAction::Pause) };
        if ui.button(text).clicked() {
            view.actions.send(Action::Learn(action));
        }
        leave_button(view, ui, "Cancel");
    });
    for note in &run.notes {
        ui.label(RichText::new(note).color(palette.warn));
    }
    curves_ui(view, run, ui);
}

/// The curves of a run; those that say most first.
pub fn curves_ui(view: &ViewContext<'_>, run: &RunProgress, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let judged: Vec<(usize, f32)> = run.judged.iter().map(|(step, loss)| (*step, *loss as f32)).collect();
    let steps = run.steps;
    if run.holds_out {
        let tip = "Error on the videos that are not learned from. Where it rises while the total falls, it learns by heart; \
                   the weights with the lowest value are kept.";
        curve_ui(view, ui, ("Held-out loss", tip), &judged, steps, palette.accent);
    } else {
        let text = "No video is held out: nothing tells when to stop early.";
        ui.label(RichText::new(text).font(view.tokens.small()).color(palette.text_weak));
    }
    losses_ui(view, &run.losses, steps, ui);
}

/// The parts of the loss over the steps of a training, one for each step that is done.
pub fn losses_ui(view: &ViewContext<'_>, losses: &[Losses], steps: usize, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let mut part = |name: &str, tip: &str, color: Color32, value: &dyn Fn(usize) -> f32| {
        let points: Vec<(usize, f32)> = (0..losses.len()).map(|at| (at + 1, value(at))).collect();
        curve_ui(view, ui, (name, tip), &points, steps, color);
    };
    part("Total loss", "What is minimised: the sum of the parts below.", palette.text, &|at| losses[at].total);
    part("Cross entropy", "Normal stretches should score low, those with an anomaly high.", palette.score, &|at| {
        losses[at].bce
    });
    let tip = "Magnitudes of both kinds should lie apart. As it counts in the total: by 0.0001.";
    part("Margin × 0.0001", tip, palette.magnitude, &|at| losses[at].weighed_margin());
    part("Sparsity", "Anomalies are rare: most scores should be low.", palette.attention, &|at| losses[at].sparsity);
    part("Smoothness", "Scores of neighbours should be alike.", palette.motion, &|at| losses[at].smoothness);
    if losses.iter().any(|loss| loss.snippets != 0.0) {
        part("Labelled snippets", "Error on snippets that labels speak of.", palette.truth, &|at| losses[at].snippets);
    }
}

/// One curve over all steps, from its smallest to its largest value, with its name and newest value.
fn curve_ui(
    view: &ViewContext<'_>,
    ui: &mut Ui,
    (name, tip): (&str, &str),
    points: &[(usize, f32)],
    steps: usize,
    color: Color32,
) {
    let (tokens, palette) = (view.tokens, &view.tokens.palette);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let newest = points.last().map_or_else(|| "–".to_owned(), |(_, value)| figure(*value));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name} {newest}")));
    response.on_hover_text(tip);
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 2.0, palette.sunken);
    painter.text(rect.left_top() + vec2(6.0, 3.0), Align2::LEFT_TOP, name, tokens.small(), palette.text_weak);
    let at = rect.right_top() + vec2(-6.0, 3.0);
    painter.text(at, Align2::RIGHT_TOP, newest, tokens.small_figures(), color);
    let inner = rect.shrink2(vec2(6.0, 4.0)).with_min_y(rect.top() + 18.0);
    let known = || points.iter().map(|(_, value)| *value).filter(|value| value.is_finite());
    let (low, high) = known().fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        return;
    }
    let range = (high - low).max(high.abs() * 1e-3).max(1e-9);
    let place = |(step, value): &(usize, f32)| {
        let x = inner.left() + inner.width() * *step as f32 / steps.max(1) as f32;
        pos2(x, inner.bottom() - inner.height() * ((value - low) / range).clamp(0.0, 1.0))
    };
    let line: Vec<_> = points.iter().filter(|(_, value)| value.is_finite()).map(place).collect();
    if let [only] = line[..] {
        painter.circle_filled(only, 2.0, color);
    }
    painter.add(Shape::line(line, Stroke::new(1.5, color)));
}

/// With as many digits as tell something.
fn figure(value: f32) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}
