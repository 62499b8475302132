//! ROC and precision-recall curves.
//!
//! Owns these two charts. Does not own the figures: see [`crate::domain::metrics`].

use plotters::coord::Shift;
use plotters::prelude::*;

use super::chart::{Chart, ChartError, ChartLook, Drawn, FAINT, INK, LINES, failed, text, to_png, to_svg};
use crate::domain::metrics::{DetectionMetrics, detection_metrics, operating_points};

/// One labelled set of scores.
#[derive(Clone, Copy, Debug)]
pub struct DetectionCurve<'a> {
    /// Stands in the legend.
    pub name: &'a str,
    /// Which frames are anomalous.
    pub labels: &'a [bool],
    /// Scores of the same frames.
    pub scores: &'a [f32],
}

/// Which curve is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetectionView {
    /// True-positive rate over false-positive rate.
    Roc,
    /// Precision over recall.
    PrecisionRecall,
}

/// Points kept per curve: enough for any printed size, whatever the number of frames.
const POINTS: usize = 2000;

/// The curves as a PNG file.
///
/// # Errors
/// A set has frames of one class only, or labels and scores differ in number.
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
    /// Share of anomalous frames in the first set: what guessing gives as precision.
    share: f64,
}

impl Detection {
    fn new(view: DetectionView, curves: &[DetectionCurve<'_>]) -> Result<Self, ChartError> {
        let mut lines = Vec::new();
        let mut share = None;
        for curve in curves {
            let Some(metrics) = detection_metrics(curve.labels, curve.scores) else {
                return Err(ChartError::Data(format!(
                    "{} needs anomalous and normal frames, and one score for each ({} labels, {} scores)",
                    curve.name,
                    curve.labels.len(),
                    curve.scores.len()
                )));
            };
            share.get_or_insert(metrics.positives as f64 / metrics.frames as f64);
            let figure = match view {
                DetectionView::Roc => format!("{}  AUC {:.3}", curve.name, metrics.roc_auc),
                DetectionView::PrecisionRecall => format!("{}  AP {:.3}", curve.name, metrics.average_precision),
            };
            lines.push((figure, thinned(points(view, curve, &metrics))));
        }
        Ok(Self { view, lines, share: share.unwrap_or(0.5) })
    }
}

fn points(view: DetectionView, curve: &DetectionCurve<'_>, metrics: &DetectionMetrics) -> Vec<(f64, f64)> {
    let positives = metrics.positives as f64;
    let negatives = (metrics.frames - metrics.positives) as f64;
    let start = match view {
        DetectionView::Roc => (0.0, 0.0),
        DetectionView::PrecisionRecall => (0.0, 1.0),
    };
    let rest = operating_points(curve.labels, curve.scores).into_iter().map(|p| {
        let (tp, fp) = (p.true_positives as f64, p.false_positives as f64);
        match view {
            DetectionView::Roc => (fp / negatives, tp / positives),
            DetectionView::PrecisionRecall => (tp / positives, tp / (tp + fp)),
        }
    });
    std::iter::once(start).chain(rest).collect()
}

/// At most about [`POINTS`] of `points`, first and last among them.
fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let stride = points.len().div_ceil(POINTS).max(1);
    let last = points.len() - 1;
    points.into_iter().enumerate().filter(|(i, _)| i % stride == 0 || *i == last).map(|(_, p)| p).collect()
}

impl Chart for Detection {
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn {
        let (x, y, caption) = match self.view {
            DetectionView::Roc => ("false-positive rate", "true-positive rate", "ROC"),
            DetectionView::PrecisionRecall => ("recall", "precision", "Precision and recall"),
        };
        let mut chart = ChartBuilder::on(area)
            .caption(caption, text(20, INK))
            .margin(14)
            .set_label_area_size(LabelAreaPosition::Left, 58)
            .set_label_area_size(LabelAreaPosition::Bottom, 46)
            .build_cartesian_2d(0.0..1.0, 0.0..1.005)
            .map_err(failed)?;
        chart
            .configure_mesh()
            .light_line_style(FAINT.mix(0.0))
            .bold_line_style(FAINT)
            .axis_style(RGBColor(150, 155, 165))
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&|v| format!("{v:.1}"))
            .y_label_formatter(&|v| format!("{v:.1}"))
            .x_desc(x)
            .y_desc(y)
            .axis_desc_style(text(15, INK))
            .label_style(text(13, INK))
            .draw()
            .map_err(failed)?;
        let guess = match self.view {
            DetectionView::Roc => [(0.0, 0.0), (1.0, 1.0)],
            DetectionView::PrecisionRecall => [(0.0, self.share), (1.0, self.share)],
        };
        chart.draw_series(DashedLineSeries::new(guess, 5, 5, INK.mix(0.4).stroke_width(1))).map_err(failed)?;
        for (at, (name, points)) in self.lines.iter().enumerate() {
            let colour = LINES[at % LINES.len()];
            let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2));
            let key = move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(3));
            chart.draw_series(line).map_err(failed)?.label(name.as_str()).legend(key);
        }
        let corner = match self.view {
            DetectionView::Roc => SeriesLabelPosition::LowerRight,
            DetectionView::PrecisionRecall => SeriesLabelPosition::LowerLeft,
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
    fn both_views_show_their_figure() {
        let labels: Vec<bool> = (0..400).map(|i| i % 7 == 0).collect();
        let scores: Vec<f32> =
            (0..400_u16).map(|i| if i % 7 == 0 { 0.4 } else { 0.1 } + f32::from(i % 13) / 26.0).collect();
        let curve = DetectionCurve { name: "demo", labels: &labels, scores: &scores };
        let metrics = detection_metrics(&labels, &scores).expect("both classes");
        let roc = detection_svg(DetectionView::Roc, &[curve], SIZE).expect("draws");
        assert!(roc.contains(&format!("AUC {:.3}", metrics.roc_auc)));
        let pr = detection_svg(DetectionView::PrecisionRecall, &[curve], SIZE).expect("draws");
        assert!(pr.contains(&format!("AP {:.3}", metrics.average_precision)));
        assert!(detection_png(DetectionView::Roc, &[curve, curve], SIZE).is_ok());
    }

    #[test]
    fn one_class_is_refused_with_its_name() {
        let curve = DetectionCurve { name: "fold 3", labels: &[true, true], scores: &[0.1, 0.2] };
        let err = detection_png(DetectionView::Roc, &[curve], SIZE).expect_err("has one class");
        assert!(err.to_string().contains("fold 3"), "{err}");
    }

    #[test]
    fn thinning_keeps_both_ends() {
        let many: Vec<_> = (0..9999).map(|i| (f64::from(i), 0.0)).collect();
        let few = thinned(many.clone());
        assert!(few.len() <= POINTS + 1);
        assert_eq!((few[0], few[few.len() - 1]), (many[0], many[9998]));
    }
}
