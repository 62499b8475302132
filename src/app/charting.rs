//! Charts of what is on screen, as files.
//!
//! Owns which charts there are at the moment, what is asked of one before it is written, and its three forms: PNG, SVG and
//! the numbers as CSV. Does not own how charts look (`plots`) or where they are written (`services`).

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use strum::{EnumIter, IntoEnumIterator as _};

use super::examination::ExamCurve;
use super::learn::{LearnPhase, RunProgress};
use super::sheet::{CSV_HEADER, ScoreSheet};
use super::snapshot::file_stem;
use super::state::AppState;
use crate::domain::evaluation::alarms::DetPoint;
use crate::domain::evaluation::calibration::ReliabilityBin;
use crate::domain::evaluation::ranking::CurvePoint;
use crate::domain::frames::FrameTable;
use crate::domain::score::ScoredVideo;
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::plots::{
    ChartError, DetectionCurve, DetectionView, LossCurve, TimelineChart, detection_png, detection_svg, timeline_png,
    timeline_svg, training_png, training_svg,
};
pub use crate::plots::{ChartLook, ChartSize, ChartTheme};

/// The charts that can be on screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumIter)]
pub enum ChartKind {
    /// Scores with events and ground truth, attention, magnitude of the video on screen.
    #[default]
    Timeline,
    /// The losses of learning.
    Losses,
    /// True against false positives.
    Roc,
    /// Precision against recall.
    PrecisionRecall,
    /// Missed anomalies against false alarms per hour.
    Det,
    /// Share of anomalous frames against their score.
    Reliability,
}

impl ChartKind {
    /// What it is called.
    pub fn text(self) -> &'static str {
        match self {
            Self::Timeline => "Score timeline",
            Self::Losses => "Loss curves of learning",
            Self::Roc => "ROC curve of the evaluation",
            Self::PrecisionRecall => "Precision-recall curve of the evaluation",
            Self::Det => "DET curve of the evaluation",
            Self::Reliability => "Calibration of the evaluation",
        }
    }

    /// What its files are called, beside the name of the video.
    fn stem(self) -> &'static str {
        match self {
            Self::Timeline => "timeline",
            Self::Losses => "loss",
            Self::Roc => "roc",
            Self::PrecisionRecall => "precision-recall",
            Self::Det => "det",
            Self::Reliability => "calibration",
        }
    }

    /// The curve that it draws of an evaluation.
    fn of_evaluation(self) -> Option<ExamCurve> {
        match self {
            Self::Timeline | Self::Losses => None,
            Self::Roc => Some(ExamCurve::Roc),
            Self::PrecisionRecall => Some(ExamCurve::PrecisionRecall),
            Self::Det => Some(ExamCurve::Det),
            Self::Reliability => Some(ExamCurve::Reliability),
        }
    }
}

/// What is asked for before charts are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartForm {
    /// Which one.
    pub kind: ChartKind,
    /// Which files.
    pub files: ChartFiles,
    /// How large, and on what.
    pub look: ChartLook,
}

/// Which files are made of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChartFiles {
    /// Pixels.
    pub png: bool,
    /// Lines, with letters as outlines.
    pub svg: bool,
    /// The numbers.
    pub csv: bool,
}

impl Default for ChartForm {
    fn default() -> Self {
        let look = ChartLook { size: ChartSize::REPORT, theme: ChartTheme::Light };
        Self { kind: ChartKind::default(), files: ChartFiles { png: true, svg: false, csv: false }, look }
    }
}

impl ChartForm {
    /// What stands in the way of writing; a sentence.
    pub fn problem(&self, state: &AppState) -> Option<&'static str> {
        let ChartFiles { png, svg, csv } = self.files;
        if !is_there(state, self.kind) {
            Some(match self.kind {
                ChartKind::Timeline => "Open a video and let it be scored first.",
                ChartKind::Losses => "Learn from verdicts first: there are no curves yet.",
                _ => "Open the panel “Evaluation” with videos that are scored and have ground truth first.",
            })
        } else if !(png || svg || csv) {
            Some("Choose at least one kind of file.")
        } else if !self.look.size.is_possible() {
            Some("Both sides must have 120 to 16384 pixels.")
        } else {
            None
        }
    }
}

/// A chart with its numbers, apart from the state: it is drawn on another thread.
#[derive(Clone, Debug, PartialEq)]
pub enum ChartData {
    /// See [`ChartKind::Timeline`].
    Timeline(Box<TimelineData>),
    /// See [`ChartKind::Losses`].
    Losses(Arc<RunProgress>),
    /// A curve of an evaluation.
    Curve(DetectionView, Vec<NamedPoint>),
}

/// A point of a curve of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NamedPoint {
    /// The threshold that gives it; for calibration the lower end of the bin.
    pub threshold: f32,
    /// Where it is drawn.
    pub at: (f64, f64),
}

/// The numbers of a score timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineData {
    /// Name of the video's file.
    pub name: String,
    /// Times of its frames.
    pub frames: FrameTable,
    /// What the model says.
    pub scored: Arc<ScoredVideo>,
    /// How scores become events.
    pub rule: EventRule,
    /// The events.
    pub events: Arc<[AnomalySegment]>,
    /// Known anomalous frames, both ends inclusive.
    pub truth: Vec<(usize, usize)>,
}

/// A chart to write.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartOrder {
    /// What it shows.
    pub data: ChartData,
    /// Which files.
    pub files: ChartFiles,
    /// How it looks.
    pub look: ChartLook,
    /// Names of the files, without extension.
    pub stem: String,
    /// Where to; `None` for the folder of pictures.
    pub folder: Option<PathBuf>,
}

/// The charts that are on screen now.
pub fn present(state: &AppState) -> Vec<ChartKind> {
    ChartKind::iter().filter(|kind| is_there(state, *kind)).collect()
}

fn is_there(state: &AppState, kind: ChartKind) -> bool {
    match kind {
        // A blind reader is not shown the model's opinion in a file either.
        ChartKind::Timeline => {
            !state.prefs.blind.hides_model() && state.shown().is_some_and(|entry| entry.scored.is_some())
        }
        ChartKind::Roc | ChartKind::PrecisionRecall | ChartKind::Det | ChartKind::Reliability => {
            curve(state, kind).is_some()
        }
        ChartKind::Losses => {
            matches!(&state.learn.phase, LearnPhase::Running { progress, .. } if !progress.losses.is_empty())
        }
    }
}

/// A curve of the newest evaluation; `None` where there is none, or a blind reader must not see it.
fn curve(state: &AppState, kind: ChartKind) -> Option<(DetectionView, Vec<NamedPoint>)> {
    let examined = state.examination.examined.as_ref().filter(|_| !state.prefs.blind.hides_model())?;
    let evaluation = examined.evaluation.as_ref().ok()?;
    let of_frames = |at: fn(&CurvePoint) -> (f64, f64)| {
        evaluation.curve.iter().map(|p| NamedPoint { threshold: p.threshold, at: at(p) }).collect::<Vec<_>>()
    };
    let (view, points) = match kind.of_evaluation()? {
        ExamCurve::Roc => (DetectionView::Roc, of_frames(|p| (p.false_positive_rate, p.recall))),
        ExamCurve::PrecisionRecall => {
            let share = evaluation.metrics.positives as f64 / evaluation.metrics.frames.max(1) as f64;
            (DetectionView::PrecisionRecall { share }, of_frames(|p| (p.recall, p.precision)))
        }
        ExamCurve::Det => {
            let det = &evaluation.by_video.as_ref()?.det;
            let point = |p: &DetPoint| NamedPoint { threshold: p.threshold, at: (p.false_alarms_per_hour, p.p_miss) };
            (DetectionView::Det, det.iter().map(point).collect())
        }
        ExamCurve::Reliability => {
            let bins = &evaluation.calibration.as_ref()?.bins;
            let point =
                |b: &ReliabilityBin| NamedPoint { threshold: b.from as f32, at: (b.mean_score, b.anomalous_share) };
            (DetectionView::Reliability, bins.iter().map(point).collect())
        }
    };
    (!points.is_empty()).then_some((view, points))
}

/// What `form` asks for; `None` where that is not on screen.
pub fn order(state: &AppState, form: &ChartForm) -> Option<ChartOrder> {
    if form.problem(state).is_some() {
        return None;
    }
    let (data, name) = match form.kind {
        ChartKind::Timeline => {
            let (entry, session) = (state.shown()?, state.session.as_ref()?);
            let truth = entry.lanes().truth.as_deref().unwrap_or_default();
            let data = TimelineData {
                name: entry.name.clone(),
                frames: session.frames().clone(),
                scored: Arc::clone(entry.scored.as_ref()?),
                rule: state.rule,
                events: Arc::clone(&entry.events),
                truth: truth.iter().map(|span| (span.start, span.end.saturating_sub(1))).collect(),
            };
            (ChartData::Timeline(Box::new(data)), file_stem(&entry.name))
        }
        ChartKind::Losses => {
            let LearnPhase::Running { progress, .. } = &state.learn.phase else { return None };
            (ChartData::Losses(Arc::clone(progress)), "learning".to_owned())
        }
        kind => {
            let (view, points) = curve(state, kind)?;
            (ChartData::Curve(view, points), "evaluation".to_owned())
        }
    };
    Some(ChartOrder {
        data,
        files: form.files,
        look: form.look,
        stem: format!("{name}_{}", form.kind.stem()),
        folder: state.prefs.snapshot_folder.clone(),
    })
}

impl ChartOrder {
    /// The files: extension and bytes.
    ///
    /// # Errors
    /// The chart cannot be drawn.
    pub fn files(&self) -> Result<Vec<(&'static str, Vec<u8>)>, ChartError> {
        let mut made = Vec::new();
        if self.files.png {
            made.push(("png", self.data.png(self.look)?));
        }
        if self.files.svg {
            made.push(("svg", self.data.svg(self.look)?.into_bytes()));
        }
        if self.files.csv {
            made.push(("csv", self.data.csv().into_bytes()));
        }
        Ok(made)
    }
}

impl ChartData {
    fn png(&self, look: ChartLook) -> Result<Vec<u8>, ChartError> {
        match self {
            Self::Timeline(data) => timeline_png(&data.chart(), look),
            Self::Losses(run) => run.curves(|title, curves| training_png(title, curves, look)),
            Self::Curve(view, points) => {
                let points: Vec<_> = points.iter().map(|point| point.at).collect();
                detection_png(*view, &[DetectionCurve { name: "model", points: &points }], look)
            }
        }
    }

    fn svg(&self, look: ChartLook) -> Result<String, ChartError> {
        match self {
            Self::Timeline(data) => timeline_svg(&data.chart(), look),
            Self::Losses(run) => run.curves(|title, curves| training_svg(title, curves, look)),
            Self::Curve(view, points) => {
                let points: Vec<_> = points.iter().map(|point| point.at).collect();
                detection_svg(*view, &[DetectionCurve { name: "model", points: &points }], look)
            }
        }
    }

    fn csv(&self) -> String {
        match self {
            Self::Timeline(data) => {
                let TimelineData { name, frames, scored, rule, events, .. } = &**data;
                let sheet = ScoreSheet::new(name.clone(), scored, Some(frames), *rule, events);
                CSV_HEADER.to_owned() + &sheet.csv()
            }
            Self::Losses(run) => run.csv(),
            Self::Curve(view, points) => {
                let mut text = match view {
                    DetectionView::Roc => "threshold,false_positive_rate,true_positive_rate\n",
                    DetectionView::PrecisionRecall { .. } => "threshold,recall,precision\n",
                    DetectionView::Det => "threshold,false_alarms_per_hour,missed\n",
                    DetectionView::Reliability => "score_from,mean_score,anomalous_share\n",
                }
                .to_owned();
                for NamedPoint { threshold, at: (x, y) } in points {
                    // Writing to a string cannot fail.
                    writeln!(text, "{threshold},{x},{y}").unwrap_or_default();
                }
                text
            }
        }
    }
}

impl TimelineData {
    fn chart(&self) -> TimelineChart<'_> {
        TimelineChart {
            title: &self.name,
            frames: &self.frames,
            scores: &self.scored.snippets,
            threshold: self.rule.threshold,
            events: &self.events,
            truth: &self.truth,
        }
    }
}

impl RunProgress {
    /// Its curves as a chart takes them.
    fn curves<T>(&self, draw: impl FnOnce(&str, &[LossCurve<'_>]) -> T) -> T {
        let part = |value: fn(&crate::model::train::Losses) -> f32| -> Vec<(usize, f64)> {
            self.losses.iter().enumerate().map(|(at, losses)| (at + 1, f64::from(value(losses)))).collect()
        };
        let (total, bce) = (part(|l| l.total), part(|l| l.bce));
        let (sparsity, smoothness) = (part(|l| l.sparsity), part(|l| l.smoothness));
        let curves = [
            LossCurve { name: "total", points: &total },
            LossCurve { name: "held-out videos", points: &self.judged },
            LossCurve { name: "cross entropy", points: &bce },
            LossCurve { name: "sparsity", points: &sparsity },
            LossCurve { name: "smoothness", points: &smoothness },
        ];
        let shown = if self.judged.is_empty() {
            [curves[0], curves[2], curves[3], curves[4]].to_vec()
        } else {
            curves.to_vec()
        };
        draw("Learning", &shown)
    }

    /// One row per step; the loss on held-out videos where it was found out after that step. Row 0 is the model that it
    /// began from.
    fn csv(&self) -> String {
        let mut text = "step,total,bce,margin,sparsity,smoothness,snippets,held_out\n".to_owned();
        for step in 0..=self.losses.len() {
            let held = self.judged.iter().find(|(at, _)| *at == step).map(|(_, loss)| loss.to_string());
            let held = held.unwrap_or_default();
            // Writing to a string cannot fail.
            match step.checked_sub(1).map(|at| self.losses[at]) {
                None => writeln!(text, "0,,,,,,,{held}").unwrap_or_default(),
                Some(l) => writeln!(
                    text,
                    "{step},{},{},{},{},{},{},{held}",
                    l.total, l.bce, l.margin, l.sparsity, l.smoothness, l.snippets
                )
                .unwrap_or_default(),
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::train::Losses;

    fn run() -> RunProgress {
        let losses = (1..=4).map(|i| Losses { total: 2.0 / i as f32, bce: 0.5, ..Losses::default() }).collect();
        RunProgress { steps: 4, losses, judged: vec![(0, 0.9), (4, 0.25)], ..RunProgress::default() }
    }

    fn order(files: ChartFiles) -> ChartOrder {
        let look = ChartLook { size: ChartSize { width: 400, height: 300 }, theme: ChartTheme::Dark };
        ChartOrder { data: ChartData::Losses(Arc::new(run())), files, look, stem: "x".to_owned(), folder: None }
    }

    #[test]
    fn the_numbers_of_a_run_are_rows_with_what_is_known() {
        let csv = run().csv();
        let rows: Vec<&str> = csv.lines().collect();
        assert_eq!(rows.len(), 6);
        assert_eq!((rows[1], rows[5]), ("0,,,,,,,0.9", "4,0.5,0.5,0,0,0,0,0.25"));
        assert!(rows.iter().all(|row| row.split(',').count() == 8));
    }

    #[test]
    fn every_kind_of_file_is_made_that_was_asked_for() {
        let made = order(ChartFiles { png: true, svg: true, csv: true }).files().expect("draws");
        assert_eq!(made.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), ["png", "svg", "csv"]);
        assert!(made[0].1.starts_with(b"\x89PNG"));
        let svg = String::from_utf8_lossy(&made[1].1).into_owned();
        assert!(svg.contains("held-out videos") && svg.contains("cross entropy"), "{svg}");
        let points = [0.0, 0.4, 1.0].map(|x| NamedPoint { threshold: 1.0 - x as f32, at: (x, x) }).to_vec();
        let curve = ChartOrder {
            data: ChartData::Curve(DetectionView::Roc, points),
            ..order(ChartFiles { png: true, svg: true, csv: true })
        };
        let made = curve.files().expect("draws");
        assert_eq!(String::from_utf8_lossy(&made[2].1).lines().nth(2), Some("0.6,0.4,0.4"));
        let some = order(ChartFiles { png: false, svg: false, csv: true }).files().expect("draws");
        assert_eq!(some.len(), 1);
    }

    #[test]
    fn what_is_missing_is_said() {
        let (state, form) = (AppState::default(), ChartForm::default());
        assert!(present(&state).is_empty());
        assert!(form.problem(&state).expect("nothing is open").contains("Open a video"));
        assert_eq!(super::order(&state, &form), None);
    }
}
