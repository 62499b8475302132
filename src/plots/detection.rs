//! Curves of an evaluation: ROC, precision-recall, missed anomalies over false alarms (DET), and reliability.
//!
//! Owns these four charts. Does not own the points: see [`crate::domain::evaluation`].

use plotters::coord::Shift;
use plotters::prelude::*;

use super::chart::{Chart, ChartError, ChartLook, Drawn, FAINT, INK, LINES, failed, text, to_png, to_svg};

/// Points of one curve.
#[derive(Clone, Copy, Debug)]
pub struct DetectionCurve<'a> {
    /// Stands in the legend.
    pub name: &'a str,
    /// x and y of each, in the order in which they are joined.
    pub points: &'a [(f64, f64)],
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

struct Detection {
    view: DetectionView,
    lines: Vec<(String, Vec<(f64, f64)>)>,
    /// Ends of the x axis.
    across: (f64, f64),
}

impl Detection {
    fn new(view: DetectionView, curves: &[DetectionCurve<'_>]) -> Result<Self, ChartError> {
        let placed = |&(x, y): &(f64, f64)| if view == DetectionView::Det { (x.log10(), y) } else { (x, y) };
        let mut lines = Vec::new();
        for curve in curves {
            let points: Vec<(f64, f64)> =
                curve.points.iter().map(placed).filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
            if points.is_empty() {
                return Err(ChartError::Data(format!("{} has no point that can be drawn", curve.name)));
            }
            lines.push((curve.name.to_owned(), thinned(points)));
        }
        let all = || lines.iter().flat_map(|line| &line.1).map(|point| point.0);
        let across = if view == DetectionView::Det {
            let (low, high) =
                (all().fold(f64::INFINITY, f64::min).floor(), all().fold(f64::NEG_INFINITY, f64::max).ceil());
            if low < high { (low, high) } else { (low.min(0.0) - 1.0, high.max(0.0) + 1.0) }
        } else {
            (0.0, 1.0)
        };
        Ok(Self { view, lines, across })
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
        let mut chart = ChartBuilder::on(area)
            .caption(caption, text(20, INK))
            .margin(14)
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
        for (at, (name, points)) in self.lines.iter().enumerate() {
            let colour = LINES[at % LINES.len()];
            let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2));
            let key = move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(3));
            chart.draw_series(line).map_err(failed)?.label(name.as_str()).legend(key);
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
        let curve = DetectionCurve { name: "AUC 0.751", points: &points };
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
        let curve = DetectionCurve { name: "fold 3", points: &[(0.0, 0.5)] };
        let err = detection_png(DetectionView::Det, &[curve], SIZE).expect_err("no alarms have no logarithm");
        assert!(err.to_string().contains("fold 3"), "{err}");
        assert!(detection_png(DetectionView::Roc, &[curve], SIZE).is_ok());
    }

    #[test]
    fn thinning_keeps_both_ends() {
        let many: Vec<_> = (0..9999).map(|i| (f64::from(i), 0.0)).collect();
        let few = thinned(many.clone());
        assert!(few.len() <= POINTS + 1);
        assert_eq!((few[0], few[few.len() - 1]), (many[0], many[9998]));
    }
}
