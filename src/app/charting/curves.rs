//! The curves of an evaluation as charts: for the window, for a folder of files and for a report.
//!
//! Owns which curves an evaluation has, their legends, and the names of their files. Does not own the figures
//! (`app::evaluation`) or the drawing (`plots`).

use strum::IntoEnumIterator as _;

use super::data::ChartData;
use super::{ChartFiles, ChartKind, ChartLook, ChartOrder, ChartTheme, SQUARE};
use crate::app::evaluation::Evaluation;
use crate::app::examination::ExamCurve;
use crate::domain::evaluation::alarms::{DetPoint, Turn};
use crate::domain::evaluation::calibration::ReliabilityBin;
use crate::plots::{ChartError, DetectionCurve, DetectionView};

/// A curve of an evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveData {
    /// Which.
    pub view: DetectionView,
    /// Stands in the legend: the figure that belongs to it.
    pub name: String,
    /// By falling threshold, but for the bins of the calibration.
    pub points: Vec<NamedPoint>,
    /// Where a DET curve turns back, by the place in `points`.
    pub turn: Option<Turn>,
}

/// A point of a curve of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NamedPoint {
    /// The threshold that gives it; for calibration the lower end of the bin.
    pub threshold: f32,
    /// Where it is drawn.
    pub at: (f64, f64),
}

impl CurveData {
    /// A curve of `evaluation`; `None` where it has none that can be drawn: scores that are no probabilities, or no false
    /// alarm at any threshold.
    pub fn of(evaluation: &Evaluation, curve: ExamCurve) -> Option<Self> {
        let named = |(threshold, x, y): (f32, f64, f64)| NamedPoint { threshold, at: (x, y) };
        let m = &evaluation.metrics;
        let (view, name, points, turn) = match curve {
            ExamCurve::Roc => {
                let points: Vec<_> = evaluation.roc().map(named).collect();
                (DetectionView::Roc, format!("AUC {:.3}", m.roc_auc), points, None)
            }
            ExamCurve::PrecisionRecall => {
                let share = m.positives as f64 / m.frames.max(1) as f64;
                let points = evaluation.precision_recall().map(named).collect();
                (DetectionView::PrecisionRecall { share }, format!("AP {:.3}", m.average_precision), points, None)
            }
            ExamCurve::Det => {
                let det = &evaluation.by_video.as_ref()?.det;
                let _drawn = det.iter().find(|p| p.false_alarms_per_hour > 0.0)?;
                let point = |p: &DetPoint| named((p.threshold, p.false_alarms_per_hour, p.p_miss));
                (DetectionView::Det, "by threshold".to_owned(), det.iter().map(point).collect(), Turn::of(det))
            }
            ExamCurve::Reliability => {
                let calibration = evaluation.calibration.as_ref()?;
                let point = |b: &ReliabilityBin| named((b.from as f32, b.mean_score, b.anomalous_share));
                let name = format!("ECE {:.3}", calibration.expected_calibration_error);
                (DetectionView::Reliability, name, calibration.bins.iter().map(point).collect(), None)
            }
        };
        (!points.is_empty()).then_some(Self { view, name, points, turn })
    }

    /// Gives `draw` the curve as a chart takes it.
    pub(super) fn drawn<T>(&self, draw: impl FnOnce(DetectionView, &[DetectionCurve<'_>]) -> T) -> T {
        let points: Vec<_> = self.points.iter().map(|point| point.at).collect();
        draw(self.view, &[DetectionCurve { name: &self.name, points: &points, turn: self.turn }])
    }
}

/// A curve in the forms that were asked for.
#[derive(Clone, Debug)]
pub struct CurveFiles {
    /// What it is.
    pub kind: ChartKind,
    /// Extension and content of each.
    pub files: Vec<(&'static str, Vec<u8>)>,
}

/// All curves that `evaluation` has, in the forms of `files`, on white. `size` is that of the window's charts where none is
/// given.
///
/// # Errors
/// A chart cannot be drawn.
pub fn evaluation_charts(
    evaluation: &Evaluation,
    files: ChartFiles,
    size: Option<super::ChartSize>,
) -> Result<Vec<CurveFiles>, ChartError> {
    let look = ChartLook { size: size.unwrap_or(SQUARE), theme: ChartTheme::Light };
    let curves = ChartKind::iter().filter_map(|kind| Some((kind, CurveData::of(evaluation, kind.of_evaluation()?)?)));
    let made = |(kind, curve): (ChartKind, CurveData)| {
        let order =
            ChartOrder { data: ChartData::Curve(curve), files, look, stem: kind.stem().to_owned(), folder: None };
        Ok(CurveFiles { kind, files: order.files()? })
    };
    curves.map(made).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::evaluation::EvalSettings;
    use crate::domain::evaluation::EvalVideo;
    use crate::domain::interval::FrameSpan;

    fn evaluation(scores: &[f32], told_apart: bool) -> Evaluation {
        let video = EvalVideo {
            name: "a".to_owned(),
            classes: Vec::new(),
            frames: scores.len() * 16,
            seconds: scores.len() as f64,
            truth: FrameSpan::new(0, 16).into_iter().collect(),
            scores: scores.to_vec(),
            step: 16,
        };
        let settings = EvalSettings { resamples: 0, ..EvalSettings::default() };
        Evaluation::of(&[video], told_apart, &settings).expect("has both kinds")
    }

    #[test]
    fn an_evaluation_has_the_curves_that_its_figures_allow() {
        let all = ChartFiles { png: false, svg: true, csv: true };
        let of = |scores: &[f32], told_apart| -> Vec<&'static str> {
            let made = evaluation_charts(&evaluation(scores, told_apart), all, None).expect("draws");
            assert!(made.iter().all(|curve| curve.files.iter().map(|file| file.0).eq(["svg", "csv"])));
            made.iter().map(|curve| curve.kind.stem()).collect()
        };
        let alarms = [0.9, 0.1, 0.8, 0.1, 0.1, 0.7];
        assert_eq!(of(&alarms, true), ["roc", "precision-recall", "det", "calibration"]);
        assert_eq!(of(&alarms, false), ["roc", "precision-recall", "calibration"]);
        let logits = alarms.map(|score| score * 10.0);
        assert_eq!(of(&logits, true), ["roc", "precision-recall", "det"]);
        // The anomaly's event is the whole video in the end: there is never an alarm.
        assert_eq!(of(&[0.9, 0.1], true), ["roc", "precision-recall", "calibration"]);
    }

    #[test]
    fn a_curve_that_turns_back_knows_where() {
        let curve =
            CurveData::of(&evaluation(&[0.9, 0.1, 0.1, 0.8, 0.1, 0.1, 0.7], true), ExamCurve::Det).expect("is there");
        let turn = curve.turn.expect("turns back");
        assert_eq!((turn.threshold, curve.points[turn.at].threshold), (0.7, 0.7));
        assert!(curve.points[turn.at + 1].at.0 < curve.points[turn.at].at.0);
    }
}
