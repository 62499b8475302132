//! Curves of an evaluation: ROC, precision-recall, missed anomalies over false alarms (DET), and reliability.
//!
//! Owns these four charts. Does not own the points: see [`crate::domain::evaluation`].

use plotters::coord::Shift;
use plotters::prelude::*;

use super::chart::{Chart, ChartError, ChartLook, Drawn, FAINT, INK, LINES, failed, text, to_png, to_svg};
use crate::domain::evaluation::alarms::Turn;

/// Points of one curve.
#[derive(Clone, Copy, Debug)]
pub struct DetectionCurve<'a> {
    /// Stands in the legend.
    pub name: &'a str,
    /// x and y of each, in the order in which they are joined.
    pub points: &'a [(f64, f64)],
    /// Where the curve turns back, by the place in `points`: what is behind that is dashed, and a line above says why.
    pub turn: Option<Turn>,
}

/// Which curve is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DetectionView {
    /// True-positive rate over false-positive rate.
    Roc,
    /// Precision over recall; the share of anomalous frames is what guessing gives.
    PrecisionRecall {
        /// Anomalous frames of all.
        share: f64,
    },
    /// Share of anomalies missed over false alarms per hour, the latter by powers of ten. Points without false alarms have no
    /// place on such an axis and are left out.
    Det,
    /// Share of anomalous frames over the score.
    Reliability,
}

/// Curves are thinned to so many points: enough for any printed size.
const POINTS: usize = 2000;

/// Room around the chart, in pixels.
const MARGIN: u32 = 14;

/// The curves as a PNG file.
///
/// # Errors
/// A curve has no point that can be drawn.
pub fn detection_png(
    view: DetectionView,
    curves: &[DetectionCurve<'_>],
    look: impl Into<ChartLook>,
) -> Result<Vec<u8>, ChartError> {
    to_png(&Detection::new(view, curves)?, look)
}

/// The curves as the text of an SVG file.
///
/// # Errors
/// As [`detection_png`].
pub fn detection_svg(
    view: DetectionView,
    curves: &[DetectionCurve<'_>],
    look: impl Into<ChartLook>,
) -> Result<String, ChartError> {
    to_svg(&Detection::new(view, curves)?, look)
}

/// A curve on the axes of its view.
struct Line {
    name: String,
    points: Vec<(f64, f64)>,
    /// What is behind its turn.
    beyond: Vec<(f64, f64)>,
}

struct Detection {
    view: DetectionView,
    lines: Vec<Line>,
    /// Stands below the caption.
    note: Option<String>,
    /// Ends of the x axis.
    across: (f64, f64),
}

impl Detection {
    fn new(view: DetectionView, curves: &[DetectionCurve<'_>]) -> Result<Self, ChartError> {
        let placed = |&(x, y): &(f64, f64)| if view == DetectionView::Det { (x.log10(), y) } else { (x, y) };
        let mut lines = Vec::new();
        for curve in curves {
            let part = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
                thinned(points.iter().map(placed).filter(|(x, y)| x.is_finite() && y.is_finite()).collect())
            };
            let turn = curve.turn.map(|turn| turn.at).filter(|at| *at < curve.points.len());
            let points = part(&curve.points[..turn.map_or(curve.points.len(), |at| at + 1)]);
            if points.is_empty() {
                return Err(ChartError::Data(format!("{} has no point that can be drawn", curve.name)));
            }
            let beyond = turn.map_or_else(Vec::new, |at| part(&curve.points[at..]));
            lines.push(Line { name: curve.name.to_owned(), points, beyond });
        }
        let note = curves.iter().find_map(|curve| curve.turn).map(|turn| format!("dashed: {}", turn.note()));
        let all = || lines.iter().flat_map(|line| line.points.iter().chain(&line.beyond)).map(|point| point.0);
        let across = if view == DetectionView::Det {
            let (low, high) =
                (all().fold(f64::INFINITY, f64::min).floor(), all().fold(f64::NEG_INFINITY, f64::max).ceil());
            if low < high { (low, high) } else { (low.min(0.0) - 1.0, high.max(0.0) + 1.0) }
        } else {
            (0.0, 1.0)
        };
        Ok(Self { view, lines, note, across })
    }
}

/// At most about [`POINTS`] of `points`, first and last among them.
fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let stride = points.len().div_ceil(POINTS).max(1);
    let last = points.len().saturating_sub(1);
    points.into_iter().enumerate().filter(|(i, _)| i % stride == 0 || *i == last).map(|(_, p)| p).collect()
}

impl Chart for Detection {
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn {
        let (x, y, caption) = match self.view {
            DetectionView::Roc => ("false-positive rate", "true-positive rate", "ROC"),
            DetectionView::PrecisionRecall { .. } => ("recall", "precision", "Precision and recall"),
            DetectionView::Det => ("false alarms per hour", "anomalies missed", "Missed anomalies and false alarms"),
            DetectionView::Reliability => ("mean score", "anomalous frames", "Reliability"),
        };
        let (from, to) = self.across;
        let mut below = area.margin(MARGIN, 0, 0, 0).titled(caption, text(20, INK)).map_err(failed)?;
        if let Some(note) = &self.note {
            below = below.titled(note, text(13, INK)).map_err(failed)?;
        }
        let mut chart = ChartBuilder::on(&below)
            .margin(MARGIN)
            .margin_top(0)
            .set_label_area_size(LabelAreaPosition::Left, 58)
            .set_label_area_size(LabelAreaPosition::Bottom, 46)
            .build_cartesian_2d(from..to, 0.0..1.005)
            .map_err(failed)?;
        let decades = self.view == DetectionView::Det;
        let labels = if decades { (to - from) as usize + 1 } else { 6 };
        let shown = |v: &f64| if decades { format!("{}", 10_f64.powf(*v)) } else { format!("{v:.1}") };
        chart
            .configure_mesh()
            .light_line_style(FAINT.mix(0.0))
            .bold_line_style(FAINT)
            .axis_style(RGBColor(150, 155, 165))
            .x_labels(labels)
            .y_labels(6)
            .x_label_formatter(&shown)
            .y_label_formatter(&|v| format!("{v:.1}"))
            .x_desc(x)
            .y_desc(y)
            .axis_desc_style(text(15, INK))
            .label_style(text(13, INK))
            .draw()
            .map_err(failed)?;
        let guess = match self.view {
            DetectionView::Roc | DetectionView::Reliability => Some([(0.0, 0.0), (1.0, 1.0)]),
            DetectionView::PrecisionRecall { share } => Some([(0.0, share), (1.0, share)]),
            DetectionView::Det => None,
        };
        if let Some(guess) = guess {
            chart.draw_series(DashedLineSeries::new(guess, 5, 5, INK.mix(0.4).stroke_width(1))).map_err(failed)?;
        }
        for (at, Line { name, points, beyond }) in self.lines.iter().enumerate() {
            let colour = LINES[at % LINES.len()];
            let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2));
            let key = move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(3));
            chart.draw_series(line).map_err(failed)?.label(name.as_str()).legend(key);
            if !beyond.is_empty() {
                let faint = colour.mix(0.5).stroke_width(2);
                chart.draw_series(DashedLineSeries::new(beyond.iter().copied(), 5, 5, faint)).map_err(failed)?;
            }
            if self.view == DetectionView::Reliability {
                chart
                    .draw_series(points.iter().map(|point| Circle::new(*point, 4, colour.filled())))
                    .map_err(failed)?;
            }
        }
        let corner = match self.view {
            DetectionView::Roc => SeriesLabelPosition::LowerRight,
            DetectionView::PrecisionRecall { .. } | DetectionView::Det => SeriesLabelPosition::LowerLeft,
            DetectionView::Reliability => SeriesLabelPosition::UpperLeft,
        };
        chart
            .configure_series_labels()
            .position(corner)
            .margin(14)
            .background_style(WHITE.mix(0.9))
            .border_style(FAINT)
            .label_font(text(14, INK))
            .draw()
            .map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::ChartSize;

    const SIZE: ChartSize = ChartSize { width: 480, height: 460 };

    #[test]
    fn every_view_is_drawn_with_its_legend() {
        let points: Vec<(f64, f64)> = (0..=40_i32).map(|i| (f64::from(i) / 40.0, f64::from(i * i) / 1600.0)).collect();
        let curve = DetectionCurve { name: "AUC 0.751", points: &points, turn: None };
        for view in [
            DetectionView::Roc,
            DetectionView::PrecisionRecall { share: 0.2 },
            DetectionView::Det,
            DetectionView::Reliability,
        ] {
            let svg = detection_svg(view, &[curve], SIZE).expect("draws");
            assert!(svg.contains("AUC 0.751"), "{view:?}");
        }
        assert!(detection_png(DetectionView::Roc, &[curve, curve], SIZE).is_ok());
    }

    #[test]
    fn a_curve_without_points_is_refused_with_its_name() {
        let curve = DetectionCurve { name: "fold 3", points: &[(0.0, 0.5)], turn: None };
        let err = detection_png(DetectionView::Det, &[curve], SIZE).expect_err("no alarms have no logarithm");
        assert!(err.to_string().contains("fold 3"), "{err}");
        assert!(detection_png(DetectionView::Roc, &[curve], SIZE).is_ok());
    }

    #[test]
    fn what_is_behind_the_turn_is_dashed_and_said() {
        let points: Vec<(f64, f64)> = vec![(0.0, 1.0), (10.0, 0.6), (100.0, 0.2), (10.0, 0.0)];
        let curve = DetectionCurve { name: "by threshold", points: &points, turn: None };
        let turned = DetectionCurve { turn: Some(Turn { at: 2, threshold: 0.25 }), ..curve };
        let drawn = |curve| detection_svg(DetectionView::Det, &[curve], SIZE).expect("draws");
        let (plain, dashed) = (drawn(curve), drawn(turned));
        assert!(dashed.contains("below a threshold of 0.25 alarms run into each other"), "{dashed}");
        assert!(!plain.contains("dashed"), "{plain}");
        let faint = |svg: &str| svg.matches("opacity=\"0.5\" stroke=\"#0072B2\"").count();
        assert!(faint(&dashed) > 3 && faint(&plain) == 0, "{dashed}");
        let line = Detection::new(DetectionView::Det, &[turned]).expect("has points");
        assert_eq!(line.lines[0].points, [(1.0, 0.6), (2.0, 0.2)], "no alarms have no place");
        assert_eq!(line.lines[0].beyond, [(2.0, 0.2), (1.0, 0.0)]);
    }

    #[test]
    fn thinning_keeps_both_ends() {
        let many: Vec<_> = (0..9999).map(|i| (f64::from(i), 0.0)).collect();
        let few = thinned(many.clone());
        assert!(few.len() <= POINTS + 1);
        assert_eq!((few[0], few[few.len() - 1]), (many[0], many[9998]));
    }
}
