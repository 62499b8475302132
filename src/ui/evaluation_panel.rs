//! How well the model does on the open videos, by their ground truth: figures, curves, and the errors behind them.
//!
//! Owns the words and the lists. Does not own the figures (`app::evaluation`) or the drawing of curves
//! (`evaluation_curve`).

use egui::{Grid, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};
use strum::IntoEnumIterator as _;

use super::evaluation_curve::curve_ui;
use super::figures;
use super::root::ViewContext;
use super::widgets::elided::elided;
use super::widgets::row::row_ground;
use crate::app::action::Action;
use crate::app::evaluation::{ByVideo, Evaluation};
use crate::app::examination::{ErrorRow, ExamCurve, ExamError, Examined};
use crate::app::review_queue::Target;
use crate::domain::bootstrap::Estimate;
use crate::domain::evaluation::delay::DelayFigures;

/// Height of a row of errors in points.
const ROW: f32 = 36.0;
/// Classes that are listed at once before their list scrolls.
const CLASSES: f32 = 180.0;

/// Draws it.
pub fn evaluation_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let weak = |text: &str| RichText::new(text).color(palette.text_weak);
    if view.state.prefs.blind.hides_model() {
        ui.label(weak("Hidden in a blind pass: these figures say what the model says."));
        return;
    }
    let examination = &view.state.examination;
    let Some(examined) = &examination.examined else {
        ui.label(weak("Figures are found out from open videos that are scored and have ground truth beside them (ground_truth.json)."));
        return;
    };
    let evaluation = match &examined.evaluation {
        Ok(evaluation) => evaluation,
        Err(reason) => {
            ui.label(reason);
            ui.label(weak("Ground truth is read from a file ground_truth.json beside the videos. For the lists of a benchmark use “lookback eval”."));
            return;
        }
    };
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        frames_ui(view, examined, evaluation, ui);
        ui.add_space(4.0);
        ui.horizontal_wrapped(|ui| {
            for curve in ExamCurve::iter() {
                let on = examination.curve == curve;
                if ui.selectable_label(on, curve.text()).clicked() {
                    view.actions.send(Action::ShowExamCurve(curve));
                }
            }
        });
        curve_ui(view, evaluation, ui);
        if view.state.prefs.rule_by_truth == Some(view.state.rule.threshold) {
            let text = "This threshold was chosen by such figures: on other videos it will do worse than it says here.";
            ui.label(RichText::new(text).color(palette.warn));
        }
        if let Some(by_video) = &evaluation.by_video {
            ui.add_space(4.0);
            events_ui(view, by_video, ui);
            classes_ui(by_video, ui);
        }
        errors_ui(view, examined, ui);
    });
}

/// A figure with its interval.
fn estimate(value: Option<Estimate>, digits: usize) -> String {
    let Some(Estimate { value, interval }) = value else { return "–".to_owned() };
    match interval {
        Some((low, high)) => format!("{value:.digits$} ({low:.digits$}–{high:.digits$})"),
        None => format!("{value:.digits$}"),
    }
}

fn frames_ui(view: &ViewContext<'_>, examined: &Examined, evaluation: &Evaluation, ui: &mut Ui) {
    let m = &evaluation.metrics;
    let share = figures::percent(m.positives as f32 / m.frames.max(1) as f32);
    let open = view.state.library.entries().iter().filter(|entry| entry.lanes().truth.is_some()).count();
    let (count, open) = (examined.key.count(), open.max(examined.key.count()));
    let videos = if count < open {
        format!("{count} of {open} videos with ground truth, the others are not scored yet")
    } else {
        figures::count(count, "video")
    };
    let stale = if view.state.examination.asked.is_some() { ", being found out anew…" } else { "" };
    let text = format!("{videos}, {} frames, {share} of them anomalous{stale}", m.frames);
    ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
    let intervals = evaluation.by_video.as_ref().map(|by_video| by_video.intervals);
    let with = |value: f64, interval: Option<(f64, f64)>| estimate(Some(Estimate { value, interval }), 3);
    Grid::new("frame figures").num_columns(2).spacing([12.0, 2.0]).show(ui, |ui| {
        let rows = [
            (
                "ROC-AUC",
                with(m.roc_auc, intervals.and_then(|i| i.roc_auc)),
                "How often an anomalous frame scores higher than a normal one; 0.5 is chance.",
            ),
            (
                "Average precision",
                with(m.average_precision, intervals.and_then(|i| i.average_precision)),
                "Precision at each anomalous frame, averaged; chance is their share.",
            ),
            (
                "PR-AUC",
                with(m.pr_auc_trapezoid, intervals.and_then(|i| i.pr_auc_trapezoid)),
                "Trapezoids under the precision-recall points, as XD-Violence's figures are published.",
            ),
        ];
        for (name, value, tip) in rows {
            ui.label(name).on_hover_text(tip);
            ui.label(RichText::new(value).font(view.tokens.figures()))
                .on_hover_text("With the interval that holds 95 of 100 resamples of the videos");
            ui.end_row();
        }
        if let Some(calibration) = &evaluation.calibration {
            ui.label("Calibration error").on_hover_text(
                "How far scores are from shares: of frames scored 0.7, are seven of ten anomalous? 0 is perfect.",
            );
            let text = format!("{:.3}, Brier {:.3}", calibration.expected_calibration_error, calibration.brier);
            ui.label(RichText::new(text).font(view.tokens.figures()));
            ui.end_row();
        }
    });
    if count < FEW {
        let text = "These are few videos: with others the figures could be anywhere in their intervals.";
        ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
    }
}

/// With fewer videos than this, which ones they are decides as much as the model does.
const FEW: usize = 20;

fn events_ui(view: &ViewContext<'_>, by_video: &ByVideo, ui: &mut Ui) {
    ui.label(RichText::new("Events at this threshold").strong());
    let (events, alarms, delay) = (&by_video.events, &by_video.false_alarms, &by_video.delay);
    let text = format!(
        "{} for {}; {} false alarms an hour of normal footage, {} of it flagged",
        figures::count(events.flagged, "event"),
        figures::count(events.anomalies, "anomaly").replace("anomalys", "anomalies"),
        estimate(alarms.per_hour, 1),
        alarms.flagged_share.map_or_else(|| "–".to_owned(), |share| figures::percent(share.value as f32)),
    );
    ui.label(text);
    let late = match delay.median_seconds {
        Some(seconds) => {
            let most = delay.p90_seconds.map_or_else(String::new, |p90| format!(", nine of ten within {p90:.1} s"));
            let DelayFigures { noticed, at_once, missed, .. } = delay;
            format!("{noticed} noticed, {at_once} of them at once, half within {seconds:.1} s{most}; {missed} missed")
        }
        None => format!("none noticed, {} missed", delay.missed),
    };
    ui.label(late).on_hover_text("From the first frame of an anomaly to its first frame at or above the threshold");
    Grid::new("event figures").num_columns(6).striped(true).spacing([10.0, 2.0]).show(ui, |ui| {
        for (name, tip) in [
            ("overlap", "Least temporal intersection over union of an event and the anomaly it stands for"),
            ("precision", "Share of events that stand for an anomaly"),
            ("recall", "Share of anomalies that an event stands for"),
            ("F1", "Harmonic mean of both"),
            ("AP", "Average precision of events, ranked by their highest score"),
            ("mAP", "Mean over the classes of the average precision of their events; with one class there is none"),
        ] {
            ui.label(RichText::new(name).font(view.tokens.small()).color(view.tokens.palette.text_weak))
                .on_hover_text(tip);
        }
        ui.end_row();
        for (row, at) in events.at.iter().enumerate() {
            ui.label(format!("{:.1}", at.tiou));
            for value in [at.precision, at.recall, at.f1, at.average_precision] {
                let short = value.map_or_else(|| "–".to_owned(), |v| format!("{:.2}", v.value));
                ui.label(RichText::new(short).font(view.tokens.figures())).on_hover_text(estimate(value, 3));
            }
            let of_classes = events.class_mean_average_precision.as_ref().and_then(|all| all.get(row));
            let mean = of_classes.map_or_else(|| "–".to_owned(), |mean| format!("{mean:.2}"));
            ui.label(RichText::new(mean).font(view.tokens.figures()));
            ui.end_row();
        }
    });
}

fn classes_ui(by_video: &ByVideo, ui: &mut Ui) {
    if by_video.classes.is_empty() {
        return;
    }
    ui.add_space(4.0);
    ui.label(RichText::new("By class").strong()).on_hover_text("Frames of the class's videos and of normal ones");
    ScrollArea::vertical().id_salt("classes").max_height(CLASSES).auto_shrink([false, true]).show(ui, |ui| {
        Grid::new("class figures").num_columns(4).striped(true).spacing([10.0, 2.0]).show(ui, |ui| {
            for class in &by_video.classes {
                ui.label(&class.class);
                ui.label(figures::count(class.videos, "video"));
                let short =
                    |value: Option<Estimate>| value.map_or_else(|| "–".to_owned(), |v| format!("{:.3}", v.value));
                ui.label(format!("ROC {}", short(class.roc_auc))).on_hover_text(estimate(class.roc_auc, 3));
                ui.label(format!("AP {}", short(class.average_precision)))
                    .on_hover_text(estimate(class.average_precision, 3));
                ui.end_row();
            }
        });
    });
}

/// What the threshold gets wrong, each one click away from being watched.
fn errors_ui(view: &ViewContext<'_>, examined: &Examined, ui: &mut Ui) {
    ui.add_space(6.0);
    if examined.errors.is_empty() {
        let text = "No anomaly is missed and nothing is flagged wrongly at this threshold.";
        ui.label(RichText::new(text).color(view.tokens.palette.good));
        return;
    }
    let of = |kind| examined.errors.iter().filter(|row| row.kind == kind).count();
    let text =
        format!("Errors at this threshold: {} missed, {} false", of(ExamError::Missed), of(ExamError::FalseAlarm));
    let tip = "Missed: an anomaly that shares no frame with an event. False: an event that shares none with an anomaly. \
               Precision and recall above ask for more overlap, and for one event for each anomaly.";
    ui.label(RichText::new(text).strong()).on_hover_text(tip);
    let how = RichText::new("events and anomalies without a frame in common").font(view.tokens.small());
    ui.label(how.color(view.tokens.palette.text_weak));
    for row in &examined.errors {
        error_ui(view, row, ui);
    }
}

fn error_ui(view: &ViewContext<'_>, row: &ErrorRow, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    if !ui.is_rect_visible(rect) {
        return;
    }
    let (what, color) = match row.kind {
        ExamError::Missed => ("Missed", palette.truth),
        ExamError::FalseAlarm => ("False alarm", palette.score),
    };
    let place = format!("frames {}–{}, highest score {:.3}", row.span.start(), row.span.last(), row.score);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{what}: {}, {place}", row.name)));
    let here = view.state.target().is_some_and(|target| target.video == row.video && target.span == row.span);
    row_ground(ui.painter(), rect, &response, here, palette);
    let left = rect.left_top() + vec2(8.0, 3.0);
    elided(ui, left, rect.width() - 16.0, &format!("{what} · {}", row.name), view.tokens.body(), color);
    elided(ui, left + vec2(0.0, 17.0), rect.width() - 16.0, &place, view.tokens.small(), palette.text_weak);
    if response.clicked() {
        view.actions.send(Action::ShowFrames(Target { video: row.video.clone(), span: row.span }));
    }
}
