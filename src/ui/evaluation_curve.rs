//! Curves of an evaluation: ROC, precision-recall, DET, calibration. A point gives a threshold; a click takes it.
//!
//! Owns their axes, the point under the pointer and the one in use. Does not own the numbers (`app::evaluation`).

use egui::{Align2, Color32, CursorIcon, Pos2, Rect, RichText, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::root::ViewContext;
use crate::app::action::Action;
use crate::app::evaluation::Evaluation;
use crate::app::examination::ExamCurve;
use crate::domain::evaluation::alarms::Turn;
use crate::domain::threshold::threshold_text;

/// Height of the drawing in points.
const HEIGHT: f32 = 252.0;
/// How near to a point the pointer takes it, in points.
const NEAR: f32 = 24.0;
/// How much a line is seen that is no choice.
const FAINT: f32 = 0.6;

/// A point of a curve on its axes, 0 to 1 from the lower left, with what it says.
struct Point {
    threshold: f32,
    at: (f64, f64),
    text: String,
}

/// What a curve is drawn from.
struct Drawing {
    axes: (&'static str, &'static str),
    /// Labels of the horizontal and the vertical axis, with their places, 0 to 1.
    marks: [Vec<(f64, String)>; 2],
    points: Vec<Point>,
    /// Where the curve begins, with nothing flagged: no threshold to take.
    begins: Option<(f64, f64)>,
    /// From where to where the line of chance, or of a perfect calibration, goes.
    guide: Option<[(f64, f64); 2]>,
    /// Where the curve turns back: what is behind it is dashed.
    turn: Option<Turn>,
    /// Whether a point is a threshold that can be taken.
    chooses: bool,
}

/// Draws the curve on show.
pub(super) fn curve_ui(view: &ViewContext<'_>, evaluation: &Evaluation, ui: &mut Ui) {
    let kind = view.state.examination.curve;
    let Some(drawing) = drawing(kind, evaluation) else {
        let text = "There is none: scores that are no numbers from 0 to 1, or no normal footage.";
        ui.label(text);
        return;
    };
    let palette = &view.tokens.palette;
    let sense = if drawing.chooses { Sense::click() } else { Sense::hover() };
    let (whole, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), sense);
    let name = format!("{} curve, {} points", kind.text(), drawing.points.len());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    let body = Rect::from_min_max(whole.min + vec2(44.0, 20.0), whole.max - vec2(12.0, 34.0));
    let painter = ui.painter_at(whole);
    painter.rect_filled(body, 2.0, palette.sunken);
    let place =
        |(x, y): (f64, f64)| pos2(body.left() + body.width() * x as f32, body.bottom() - body.height() * y as f32);
    for (x, text) in &drawing.marks[0] {
        let at = place((*x, 0.0));
        painter.vline(at.x, body.y_range(), Stroke::new(1.0, palette.hairline));
        painter.text(at + vec2(0.0, 3.0), Align2::CENTER_TOP, text, view.tokens.small(), palette.text_weak);
    }
    for (y, text) in &drawing.marks[1] {
        let at = place((0.0, *y));
        painter.hline(body.x_range(), at.y, Stroke::new(1.0, palette.hairline));
        painter.text(at - vec2(5.0, 0.0), Align2::RIGHT_CENTER, text, view.tokens.small(), palette.text_weak);
    }
    let below = pos2(body.center().x, whole.bottom() - 2.0);
    painter.text(below, Align2::CENTER_BOTTOM, drawing.axes.0, view.tokens.small(), palette.text_weak);
    let above = pos2(whole.left() + 2.0, whole.top() + 2.0);
    painter.text(above, Align2::LEFT_TOP, drawing.axes.1, view.tokens.small(), palette.text_weak);
    if let Some([from, to]) = drawing.guide {
        painter.extend(Shape::dashed_line(&[place(from), place(to)], Stroke::new(1.0, palette.text_faint), 4.0, 4.0));
    }
    let line: Vec<Pos2> = drawing.points.iter().map(|point| place(point.at)).collect();
    let (before, beyond) = drawing.turn.map_or((&line[..], &[][..]), |turn| (&line[..=turn.at], &line[turn.at..]));
    let whole_line = drawing.begins.map(place).into_iter().chain(before.iter().copied()).collect();
    painter.extend(Shape::dashed_line(beyond, Stroke::new(1.8, palette.accent.gamma_multiply(FAINT)), 4.0, 4.0));
    painter.add(Shape::line(whole_line, Stroke::new(1.8, palette.accent)));
    if kind == ExamCurve::Reliability {
        for at in &line {
            painter.circle_filled(*at, 3.0, palette.accent);
        }
    }
    // The point in use: the lowest threshold that is not below it flags the same frames.
    if drawing.chooses {
        let now = view.state.rule.threshold;
        let used = drawing.points.iter().rposition(|point| point.threshold >= now).unwrap_or(0);
        mark(&painter, line.get(used), palette.threshold);
    }
    if let Some(turn) = drawing.turn {
        let text = format!("Dashed: {}, so fewer of them are no gain.", turn.note());
        ui.label(RichText::new(text).font(view.tokens.small()).color(palette.text_weak));
    }
    let near = response.hover_pos().and_then(|pointer| nearest(&line, pointer));
    let Some(near) = near else { return };
    mark(&painter, line.get(near), palette.text);
    let point = &drawing.points[near];
    let mut text = point.text.clone();
    if drawing.chooses {
        text.push_str("\nClick to take this threshold");
        ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
    }
    if response.clicked() && drawing.chooses {
        view.actions.send(Action::ChooseThreshold(point.threshold));
    }
    response.on_hover_text_at_pointer(text);
}

fn mark(painter: &egui::Painter, at: Option<&Pos2>, color: Color32) {
    if let Some(at) = at {
        painter.circle(*at, 4.5, Color32::TRANSPARENT, Stroke::new(2.0, color));
    }
}

/// The point nearest to the pointer, if it is near.
fn nearest(line: &[Pos2], pointer: Pos2) -> Option<usize> {
    let distance = |at: usize| line[at].distance(pointer);
    let near = (0..line.len()).min_by(|a, b| distance(*a).total_cmp(&distance(*b)))?;
    (distance(near) <= NEAR).then_some(near)
}

fn drawing(kind: ExamCurve, evaluation: &Evaluation) -> Option<Drawing> {
    let tenths = || (0..=5).map(|i| (f64::from(i) / 5.0, format!("{:.1}", f64::from(i) / 5.0))).collect::<Vec<_>>();
    let of_curve = |axes, at: fn(&crate::domain::evaluation::ranking::CurvePoint) -> (f64, f64), begins, guide| {
        let point = |p: &crate::domain::evaluation::ranking::CurvePoint| Point {
            threshold: p.threshold,
            at: at(p),
            text: format!(
                "Threshold {}: {:.1} % of anomalous and {:.1} % of normal frames at or above it, precision {:.3}",
                threshold_text(p.threshold),
                p.recall * 100.0,
                p.false_positive_rate * 100.0,
                p.precision
            ),
        };
        let points = evaluation.curve.iter().map(point).collect();
        Some(Drawing { axes, marks: [tenths(), tenths()], points, begins, guide, turn: None, chooses: true })
    };
    match kind {
        ExamCurve::Roc => of_curve(
            ("false-positive rate (frames)", "true-positive rate"),
            |p| (p.false_positive_rate, p.recall),
            Some((0.0, 0.0)),
            Some([(0.0, 0.0), (1.0, 1.0)]),
        ),
        ExamCurve::PrecisionRecall => {
            let m = &evaluation.metrics;
            let chance = m.positives as f64 / m.frames.max(1) as f64;
            of_curve(
                ("recall (frames)", "precision"),
                |p| (p.recall, p.precision),
                Some((0.0, 1.0)),
                Some([(0.0, chance), (1.0, chance)]),
            )
        }
        ExamCurve::Det => det(evaluation),
        ExamCurve::Reliability => {
            let calibration = evaluation.calibration.as_ref()?;
            let point = |bin: &crate::domain::evaluation::calibration::ReliabilityBin| Point {
                threshold: bin.from as f32,
                at: (bin.mean_score, bin.anomalous_share),
                text: format!(
                    "{} frames scored {:.2} to {:.2}, {:.2} on average: {:.1} % of them anomalous",
                    bin.frames,
                    bin.from,
                    bin.to,
                    bin.mean_score,
                    bin.anomalous_share * 100.0
                ),
            };
            Some(Drawing {
                axes: ("mean score of frames", "share of them that is anomalous"),
                marks: [tenths(), tenths()],
                points: calibration.bins.iter().map(point).collect(),
                begins: None,
                guide: Some([(0.0, 0.0), (1.0, 1.0)]),
                turn: None,
                chooses: false,
            })
        }
    }
}

/// Missed anomalies over false alarms per hour, the latter on a logarithmic axis of whole decades; no alarm stands at its
/// left end.
fn det(evaluation: &Evaluation) -> Option<Drawing> {
    let det = &evaluation.by_video.as_ref()?.det;
    let rates = || det.iter().map(|p| p.false_alarms_per_hour).filter(|rate| *rate > 0.0);
    let (least, most) = rates().fold((f64::MAX, f64::MIN), |(l, h), r| (l.min(r), h.max(r)));
    if least > most {
        return None;
    }
    let (low, high) = (least.log10().floor(), most.log10().ceil().max(least.log10().floor() + 1.0));
    let across = |rate: f64| if rate > 0.0 { ((rate.log10() - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
    let point = |p: &crate::domain::evaluation::alarms::DetPoint| Point {
        threshold: p.threshold,
        at: (across(p.false_alarms_per_hour), p.p_miss),
        text: format!(
            "Threshold {}: {:.1} % of anomalies missed, {:.1} false alarms an hour, {:.1} % of normal footage flagged",
            threshold_text(p.threshold),
            p.p_miss * 100.0,
            p.false_alarms_per_hour,
            p.flagged_share * 100.0
        ),
    };
    let decades = (low as i32..=high as i32).map(|exponent| {
        let rate = 10_f64.powi(exponent);
        (across(rate), if rate >= 1.0 { format!("{rate:.0}") } else { format!("{rate}") })
    });
    let fifths = (0..=5).map(|i| (f64::from(i) / 5.0, format!("{:.1}", f64::from(i) / 5.0))).collect();
    Some(Drawing {
        axes: ("false alarms per hour of normal footage", "share of anomalies missed"),
        marks: [decades.collect(), fifths],
        points: det.iter().map(point).collect(),
        begins: None,
        guide: None,
        turn: Turn::of(det),
        chooses: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::evaluation::EvalSettings;
    use crate::domain::evaluation::EvalVideo;
    use crate::domain::interval::FrameSpan;

    #[test]
    fn only_a_det_curve_turns_back_and_where_its_alarms_are_most() {
        let scores = vec![0.9, 0.1, 0.1, 0.8, 0.1, 0.1, 0.7];
        let video = EvalVideo {
            name: "a".to_owned(),
            classes: Vec::new(),
            frames: scores.len() * 16,
            seconds: scores.len() as f64,
            truth: FrameSpan::new(0, 16).into_iter().collect(),
            scores,
            step: 16,
        };
        let settings = EvalSettings { resamples: 0, ..EvalSettings::default() };
        let evaluation = Evaluation::of(&[video], true, &settings).expect("has both kinds");
        let det = drawing(ExamCurve::Det, &evaluation).expect("has alarms");
        let turn = det.turn.expect("turns back");
        assert!(det.points[turn.at].text.starts_with("Threshold 0.7:"), "{}", det.points[turn.at].text);
        assert!(det.points[turn.at + 1].at.0 < det.points[turn.at].at.0, "fewer alarms behind it");
        for other in [ExamCurve::Roc, ExamCurve::PrecisionRecall, ExamCurve::Reliability] {
            assert!(drawing(other, &evaluation).expect("is there").turn.is_none(), "{other:?}");
        }
    }

    #[test]
    fn only_a_near_point_is_taken() {
        let line = [pos2(0.0, 0.0), pos2(100.0, 0.0)];
        assert_eq!(nearest(&line, pos2(90.0, 5.0)), Some(1));
        assert_eq!(nearest(&line, pos2(50.0, 0.0)), None);
        assert_eq!(nearest(&[], pos2(0.0, 0.0)), None);
    }
}
