//! The gate: a candidate beside the model in use, and what is to become of it.
//!
//! Owns the words and the rows. Does not own the comparison (`domain::gate`) or the decision.

use std::fmt::Write as _;

use egui::{Button, Frame, Grid, Rect, RichText, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::figures;
use super::model_panel::leave_button;
use super::root::ViewContext;
use super::theme::Palette;
use super::widgets::elided::elided;
use super::widgets::row::row_ground;
use crate::app::action::Action;
use crate::app::learn::{Compared, GateRow, LearnAction};
use crate::domain::gate::{Fate, Flagged, GateReport, Pair, Turn};
use crate::domain::review::Verdict;

/// Height of a row in points.
const ROW: f32 = 42.0;
/// Rows that are listed; what matters most stands first.
const MOST: usize = 500;

/// Draws it.
pub fn gate_ui(view: &ViewContext<'_>, compared: &Compared, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let report = &compared.report;
    let name = compared.candidate.as_deref().map_or("?", |id| &id[..8.min(id.len())]);
    let what = if compared.learned.is_some() { "Candidate" } else { "Model" };
    ui.label(RichText::new(format!("{what} {name} beside the model in use")).strong());
    let weak = |text: String| RichText::new(text).color(palette.text_weak);
    if let Some((step, steps, secs)) = compared.learned {
        let mut text = format!("Learned in {}, {}.", figures::count(steps, "step"), figures::duration(secs.max(1.0)));
        if step != steps {
            write!(text, " The weights after step {step} did best on held-out videos.").ok();
        }
        ui.label(weak(text));
    }
    for note in &compared.notes {
        ui.label(RichText::new(note).color(palette.warn));
    }
    if report.against.is_empty() {
        ui.label(RichText::new("Nothing speaks against it.").color(palette.good));
    }
    if compared.learned.is_some() && report.held_out.is_none() {
        let text = "No video was held out: what was judged is what it learned from.";
        ui.label(RichText::new(text).color(palette.warn));
    }
    for against in &report.against {
        ui.label(RichText::new(against).color(palette.error));
    }
    decision_ui(view, compared, ui);
    ui.add_space(4.0);
    figures_ui(view, report, ui);
    ui.add_space(4.0);
    rows_ui(view, compared, ui);
}

/// The three ways on; a promotion that loses anomalies names them and asks again.
fn decision_ui(view: &ViewContext<'_>, compared: &Compared, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let learned = compared.learned.is_some();
    let act = |action: LearnAction| view.actions.send(Action::Learn(action));
    if view.state.learn.asking {
        let lost: Vec<_> = compared.report.lost().collect();
        Frame::new().stroke(Stroke::new(1.0, palette.error)).inner_margin(8).corner_radius(4).show(ui, |ui| {
            let anomalies = figures::count(lost.len(), "anomaly").replace("anomalys", "anomalies");
            ui.label(RichText::new(format!("With it, {anomalies} would no longer be flagged:")).color(palette.error));
            for event in lost.iter().take(12) {
                ui.label(format!("{}, frames {}–{}", event.name, event.span.start(), event.span.last()));
            }
            if lost.len() > 12 {
                ui.label(format!("and {} more", lost.len() - 12));
            }
            ui.horizontal_wrapped(|ui| {
                let yes = RichText::new(format!("Promote and lose {anomalies}")).color(palette.error);
                if ui.button(yes).clicked() {
                    act(LearnAction::Promote { even_if_lost: true });
                }
                if ui.button("Do not promote").clicked() {
                    act(LearnAction::NotPromote);
                }
            });
        });
        return;
    }
    let ready = view.state.learn.kept && view.state.reviews.writable().is_ok();
    ui.horizontal_wrapped(|ui| {
        let promote = ui.add_enabled(ready, Button::new(RichText::new("Promote").strong()));
        let tip = "Put it in use in this project and score all open videos again; Undo takes it back";
        if promote.on_hover_text(tip).clicked() {
            act(LearnAction::Promote { even_if_lost: false });
        }
        if learned {
            let keep = ui.add_enabled(ready, Button::new("Keep as candidate"));
            if keep.on_hover_text("Leave the model in use as it is; this one waits in the list of models").clicked() {
                act(LearnAction::Leave);
            }
            let discard = ui.add_enabled(ready, Button::new("Discard"));
            if discard.on_hover_text("Set it aside; it can be taken back").clicked() {
                act(LearnAction::DiscardCompared);
            }
        } else {
            leave_button(view, ui, "Back to the models");
        }
    });
    if learned && !view.state.learn.kept {
        ui.label(RichText::new("being written…").color(palette.text_weak));
    }
}

/// Whether more is better.
#[derive(Clone, Copy, PartialEq)]
enum Better {
    More,
    Less,
    Neither,
}

fn figures_ui(view: &ViewContext<'_>, report: &GateReport, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let small = |text: &str| RichText::new(text).font(view.tokens.small()).color(palette.text_weak);
    Grid::new("gate").num_columns(3).spacing([10.0, 3.0]).show(ui, |ui| {
        ui.label(small(&figures::count(report.videos, "video")));
        ui.label(small("in use"));
        ui.label(small("candidate"));
        ui.end_row();
        let mut row = |name: &str, tip: &str, texts: [String; 2], values: [f64; 2], better: Better| {
            let label = ui.add(egui::Label::new(name).extend());
            label.on_hover_text(tip);
            let change = values[1] - values[0];
            let gains = match better {
                Better::More => change,
                Better::Less => -change,
                Better::Neither => 0.0,
            };
            let color = if gains > 1e-9 {
                palette.good
            } else if gains < -1e-9 {
                palette.error
            } else {
                palette.text
            };
            let [before, after] = texts;
            let spoken = format!("{name}: {before} in use, {after} candidate");
            ui.label(RichText::new(before).font(view.tokens.figures()));
            let after = ui.label(RichText::new(after).font(view.tokens.figures()).color(color));
            after.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
            after.on_hover_text(tip);
            ui.end_row();
        };
        let flagged = |of: Flagged| {
            ([format!("{}/{}", of.before, of.all), format!("{}/{}", of.after, of.all)], [of.before as f64, of.after as f64])
        };
        let (texts, values) = flagged(report.anomalies);
        row("Anomalies flagged", "Confirmed and labelled ones that each model flags.", texts, values, Better::More);
        let (texts, values) = flagged(report.false_alarms);
        row("False alarms flagged", "Judged false alarms that each model still flags.", texts, values, Better::Less);
        if let Some(a) = report.alarms {
            let tip = format!(
                "Events that hold no anomaly, in each hour of {:.2} hours of footage in which nothing is known to happen, \
                 each model at the threshold at which it finds {} of {} anomalies, not at that below. Events that nobody judged \
                 count too.",
                a.hours, a.found, a.anomalies
            );
            let finding = format!("finding {}/{}", a.found, a.anomalies);
            let Pair { before, after } = a.per_hour;
            let texts = [before, after].map(|alarms| format!("{alarms:.1}"));
            row(&format!("Alarms/h {finding}"), &tip, texts, [before, after], Better::Less);
            let tip = "How much of that normal footage is inside of such events: what has to be looked through for nothing.";
            let Pair { before, after } = a.flagged;
            let texts = [before, after].map(|share| format!("{:.0} %", share * 100.0));
            row(&format!("Flagged {finding}"), tip, texts, [before, after], Better::Less);
        }
        let mut pair = |name: &str, tip: &str, of: Option<Pair<f64>>, digits: usize, better: Better| {
            if let Some(Pair { before, after }) = of {
                row(name, tip, [before, after].map(|v| format!("{v:.digits$}")), [before, after], better);
            }
        };
        let tip = "Error on videos that the candidate did not learn from.";
        pair("Held-out loss", tip, report.held_out, 3, Better::Less);
        let tip = "On what the model in use was trained on, how often an abnormal example scores above a normal one: whether \
                   the candidate forgets.";
        pair("Old examples, ROC-AUC", tip, report.replay, 3, Better::More);
        let truth = |of: &dyn Fn(&crate::domain::metrics::DetectionMetrics) -> f64| {
            report.truth.as_ref().map(|t| Pair { before: of(&t.before), after: of(&t.after) })
        };
        let tip = "Over frames of videos with labels: how often an anomalous frame scores above a normal one.";
        pair("Frame ROC-AUC", tip, truth(&|m| m.roc_auc), 3, Better::More);
        let tip = "Over frames of videos with labels: precision, averaged over all thresholds.";
        pair("Average precision", tip, truth(&|m| m.average_precision), 3, Better::More);
        let rules = Pair {
            before: f64::from(report.rules.before.threshold),
            after: f64::from(report.rules.after.threshold),
        };
        pair("Threshold", "The score from which a snippet begins an event.", Some(rules), 3, Better::Neither);
    });
}

fn rows_ui(view: &ViewContext<'_>, compared: &Compared, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let changes = compared.changes();
    let judged = compared.rows() - changes;
    let heading = |ui: &mut Ui, text: String, tip: &str| {
        ui.add_space(4.0);
        ui.label(RichText::new(text).strong()).on_hover_text(tip);
    };
    let tip =
        "What matters most first. Click a row, or press Up and Down, to watch it with both curves on the timeline.";
    let turn = if changes == 1 { "comes or goes" } else { "come or go" };
    heading(ui, format!("{} that {turn}", figures::count(changes, "event")), tip);
    if changes == 0 {
        ui.label(RichText::new("Both models flag the same events.").color(palette.text_weak));
    }
    let list = |ui: &mut Ui, range: std::ops::Range<usize>| {
        let shown = range.len().min(MOST);
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for at in range.clone().take(shown) {
                if let Some(row) = compared.row(at) {
                    row_ui(view, at, &row, ui);
                }
            }
        });
        if range.len() > shown {
            ui.label(RichText::new(format!("and {} more", range.len() - shown)).color(palette.text_weak));
        }
    };
    list(ui, 0..changes);
    if judged > 0 {
        heading(ui, format!("{} judged", figures::count(judged, "event")), tip);
        list(ui, changes..compared.rows());
    }
}

/// What becomes of an event, and whether that is good.
fn outcome(row: &GateRow<'_>, palette: &Palette) -> (String, egui::Color32) {
    match row {
        GateRow::Change(change) => {
            let said = change.verdict.map_or("not judged", Verdict::words);
            let color = match (change.turn, change.verdict) {
                (Turn::Disappears, Some(Verdict::Anomaly)) | (Turn::Appears, Some(Verdict::FalseAlarm)) => {
                    palette.error
                }
                (Turn::Disappears, Some(Verdict::FalseAlarm)) | (Turn::Appears, Some(Verdict::Anomaly)) => palette.good,
                _ => palette.text,
            };
            (format!("{}, {said}", change.turn), color)
        }
        GateRow::Judged(event) => {
            let (text, color) = match event.fate {
                Fate::Kept => ("anomaly kept", palette.text),
                Fate::Lost => ("anomaly lost", palette.error),
                Fate::Found => ("anomaly found", palette.good),
                Fate::Missed => ("anomaly missed by both", palette.warn),
                Fate::Gone => ("false alarm gone", palette.good),
                Fate::Stays => ("false alarm stays", palette.warn),
                Fate::Back => ("false alarm comes back", palette.error),
                Fate::Quiet => ("false alarm, flagged by neither", palette.text),
            };
            let held = if event.held_out { ", held out" } else { "" };
            (format!("{text}{held}"), color)
        }
    }
}

fn row_ui(view: &ViewContext<'_>, at: usize, row: &GateRow<'_>, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let selected = view.state.learn.row == Some(at);
    if selected && !ui.is_rect_visible(rect) {
        ui.scroll_to_rect(rect, None);
    }
    let target = row.target();
    let (name, peaks, peak) = match row {
        GateRow::Change(change) => (&change.name, change.peaks, change.peak_frame),
        GateRow::Judged(event) => (&event.name, event.peaks, event.span.start().midpoint(event.span.last())),
    };
    let (what, color) = outcome(row, palette);
    let frames = format!("frames {}–{}", target.span.start(), target.span.last());
    let scores = format!("{:.2} → {:.2}", peaks.before, peaks.after);
    response.widget_info(|| {
        let name = format!("{what}: {name}, {frames}, {scores}");
        WidgetInfo::selected(Role::ListBoxOption, true, selected, name)
    });
    let tip = format!(
        "{name}, {frames}: {what}. Highest score {:.3} in use, {:.3} with the candidate.",
        peaks.before, peaks.after
    );
    let response = response.on_hover_text(tip);
    if response.clicked() {
        view.actions.send(Action::Learn(LearnAction::Watch(at)));
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    let painter = ui.painter_at(rect);
    row_ground(&painter, rect, &response, selected, palette);
    let tile = Rect::from_min_size(rect.min + vec2(4.0, 3.0), vec2(52.0, ROW - 6.0));
    if let Some(peaks) = &view.peaks {
        peaks.paint(ui.ctx(), &painter, tile, (&target.video, peak), palette);
    }
    let left = tile.right() + 8.0;
    let right = painter.text(
        pos2(rect.right() - 6.0, rect.top() + 12.0),
        egui::Align2::RIGHT_CENTER,
        scores,
        view.tokens.small_figures(),
        palette.text_weak,
    );
    elided(ui, pos2(left, rect.top() + 4.0), right.left() - 6.0 - left, name, view.tokens.body(), palette.text);
    elided(ui, pos2(left, rect.top() + 22.0), rect.right() - 6.0 - left, &what, view.tokens.small(), color);
}
