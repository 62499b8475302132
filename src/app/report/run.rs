//! The report of an evaluation: one page with its figures, its curves, and all that is needed to make it again.
//!
//! Owns the page's text. Does not own the figures ([`crate::app::evaluation`]), the record in it
//! ([`crate::app::evaluation::record`]) or the charts ([`crate::plots`]).

use std::fmt::Write as _;

use super::page::{escape, head, table};
use crate::app::evaluation::Evaluation;
use crate::app::evaluation::record::RunRecord;
use crate::plots::{ChartError, ChartSize, DetectionCurve, DetectionView, detection_svg};

/// Size of each chart.
const SIZE: ChartSize = ChartSize { width: 580, height: 440 };

/// What stands on the page.
#[derive(Clone, Copy, Debug)]
pub struct RunPage<'a> {
    /// Headline.
    pub title: &'a str,
    /// Why this is no test, a sentence each.
    pub marks: &'a [String],
    /// The figures.
    pub evaluation: &'a Evaluation,
    /// The same as text.
    pub text: &'a str,
    /// Settings to list: name and value.
    pub settings: &'a [(String, String)],
    /// What makes it again.
    pub record: &'a RunRecord,
}

// Writing to a string cannot fail: its results are dropped below.
impl RunPage<'_> {
    /// The page, which needs nothing from elsewhere.
    ///
    /// # Errors
    /// A chart cannot be drawn.
    pub fn html(&self) -> Result<String, ChartError> {
        let mut html = String::new();
        head(&mut html, &escape(self.title));
        for mark in self.marks {
            write!(html, "<p class=\"note\"><b>No test:</b> {}</p>", escape(mark)).ok();
        }
        write!(html, "<section><h2>Figures</h2><pre>{}</pre></section>", escape(self.text)).ok();
        html.push_str("<section><h2>Curves</h2><div class=\"peaks\">");
        for (name, svg) in charts(self.evaluation)? {
            write!(html, "<figure style=\"width:580px\" role=\"img\" aria-label=\"{name}\">{svg}</figure>").ok();
        }
        html.push_str("</div></section><section><h2>How this was made</h2>");
        let mut rows = self.settings.to_vec();
        rows.push(("made again by".to_owned(), self.record.command_line()));
        rows.push(("in the folder".to_owned(), self.record.folder.clone()));
        rows.extend(self.record.versions.iter().cloned());
        table(&mut html, &rows);
        html.push_str("<h2>Files, by the BLAKE3 hash of their content</h2>");
        let files: Vec<_> = self.record.inputs.iter().map(|file| (file.path.clone(), file.blake3.clone())).collect();
        table(&mut html, &files);
        let videos: Vec<_> = (self.record.videos.iter())
            .map(|video| (video.name.clone(), video.content.clone().unwrap_or_else(|| "known by its name".to_owned())))
            .collect();
        write!(html, "<details><summary>{} videos judged</summary>", videos.len()).ok();
        table(&mut html, &videos);
        html.push_str(
            "</details><p>Whether all of this is still so: <code>lookback verify</code> with this file.</p></section>",
        );
        html.push_str(&self.record.element().map_err(|err| ChartError::Data(err.to_string()))?);
        html.push_str("</main></body></html>\n");
        Ok(html)
    }
}

/// What a curve is called, how it is drawn, its legend and its points.
type Drawing = (&'static str, DetectionView, String, Vec<(f64, f64)>);

/// The curves that an evaluation has, with what they are called.
fn charts(evaluation: &Evaluation) -> Result<Vec<(&'static str, String)>, ChartError> {
    let m = &evaluation.metrics;
    let roc = evaluation.roc().map(|(_, x, y)| (x, y)).collect();
    let pr = evaluation.precision_recall().map(|(_, x, y)| (x, y)).collect();
    let share = m.positives as f64 / m.frames.max(1) as f64;
    let mut all: Vec<Drawing> = vec![
        ("ROC curve", DetectionView::Roc, format!("AUC {:.3}", m.roc_auc), roc),
        (
            "Precision-recall curve",
            DetectionView::PrecisionRecall { share },
            format!("AP {:.3}", m.average_precision),
            pr,
        ),
    ];
    if let Some(by) = &evaluation.by_video {
        let det: Vec<(f64, f64)> =
            by.det.iter().map(|p| (p.false_alarms_per_hour, p.p_miss)).filter(|point| point.0 > 0.0).collect();
        if !det.is_empty() {
            all.push(("DET curve", DetectionView::Det, "by threshold".to_owned(), det));
        }
    }
    if let Some(calibration) = &evaluation.calibration {
        let bins = calibration.bins.iter().map(|bin| (bin.mean_score, bin.anomalous_share)).collect();
        let name = format!("ECE {:.3}", calibration.expected_calibration_error);
        all.push(("Reliability of scores", DetectionView::Reliability, name, bins));
    }
    all.into_iter()
        .map(|(what, view, name, points)| {
            let curve = DetectionCurve { name: &name, points: &points };
            Ok((what, detection_svg(view, &[curve], SIZE)?))
        })
        .collect()
}
