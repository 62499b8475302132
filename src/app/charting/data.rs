//! A chart with its numbers, apart from the state, in its three forms.
//!
//! Owns which numbers each chart needs and how they become PNG, SVG and CSV. Does not own where they come from.

use std::fmt::Write as _;
use std::sync::Arc;

use super::curves::{CurveData, NamedPoint};
use crate::app::inspect::{LookedAt, Swept};
use crate::app::learn::RunProgress;
use crate::app::sheet::{CSV_HEADER, ScoreSheet};
use crate::domain::attention_grid::AttentionGrid;
use crate::domain::frames::FrameTable;
use crate::domain::mark::Marks;
use crate::domain::score::ScoredVideo;
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::plots::{
    AttentionChart, ChartError, ChartLook, DetectionView, LossCurve, ScatterChart, ScoreAxes, TimelineChart,
    attention_png, attention_svg, detection_png, detection_svg, scatter_png, scatter_svg, sweep_png, sweep_svg,
    timeline_png, timeline_svg, training_png, training_svg,
};

/// A chart with its numbers, apart from the state: it is drawn on another thread.
#[derive(Clone, Debug, PartialEq)]
pub enum ChartData {
    /// See [`super::ChartKind::Timeline`].
    Timeline(Box<TimelineData>),
    /// See [`super::ChartKind::Losses`].
    Losses(Arc<RunProgress>),
    /// A curve of an evaluation.
    Curve(CurveData),
    /// See [`super::ChartKind::Attention`].
    Attention(Box<AttentionData>),
    /// See [`super::ChartKind::Sweep`].
    Sweep(Arc<Swept>),
    /// Points in a plane.
    Scatter(Box<ScatterData>),
}

/// The part of attention that shows.
#[derive(Clone, Debug, PartialEq)]
pub struct AttentionData {
    /// Name of the video's file.
    pub name: String,
    /// The selection.
    pub looked: Arc<LookedAt>,
    /// The part of `V_hat`.
    pub grid: Arc<AttentionGrid>,
    /// The top-alpha snippets, in order.
    pub top_alpha: Vec<usize>,
    /// Whether omega is drawn without its noise.
    pub omega_alone: bool,
}

/// Points with their table.
#[derive(Clone, Debug, PartialEq)]
pub struct ScatterData {
    /// Stands above them.
    pub title: String,
    /// Names of the axes.
    pub axes: (String, String),
    /// Where each point lies.
    pub places: Vec<(f64, f64)>,
    /// What each looks like.
    pub marks: Marks,
    /// Where the axes are scores.
    pub scores: Option<ScoreAxes>,
    /// The table of the same points, as it is exported elsewhere.
    pub csv: String,
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

impl ChartData {
    pub(super) fn png(&self, look: ChartLook) -> Result<Vec<u8>, ChartError> {
        match self {
            Self::Timeline(data) => timeline_png(&data.chart(), look),
            Self::Losses(run) => run.curves(|title, curves| training_png(title, curves, look)),
            Self::Curve(curve) => curve.drawn(|view, curves| detection_png(view, curves, look)),
            Self::Attention(data) => attention_png(&data.chart(), look),
            Self::Sweep(swept) => sweep_png(&swept.chart(), look),
            Self::Scatter(data) => scatter_png(&data.chart(), look),
        }
    }

    pub(super) fn svg(&self, look: ChartLook) -> Result<String, ChartError> {
        match self {
            Self::Timeline(data) => timeline_svg(&data.chart(), look),
            Self::Losses(run) => run.curves(|title, curves| training_svg(title, curves, look)),
            Self::Curve(curve) => curve.drawn(|view, curves| detection_svg(view, curves, look)),
            Self::Attention(data) => attention_svg(&data.chart(), look),
            Self::Sweep(swept) => sweep_svg(&swept.chart(), look),
            Self::Scatter(data) => scatter_svg(&data.chart(), look),
        }
    }

    pub(super) fn csv(&self) -> String {
        match self {
            Self::Timeline(data) => {
                let TimelineData { name, frames, scored, rule, events, .. } = &**data;
                let sheet = ScoreSheet::new(name.clone(), scored, Some(frames), *rule, events);
                CSV_HEADER.to_owned() + &sheet.csv()
            }
            Self::Losses(run) => run.csv(),
            Self::Curve(CurveData { view, points, .. }) => {
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
            Self::Attention(data) => data.csv(),
            Self::Sweep(swept) => swept.sheet().csv(),
            Self::Scatter(data) => data.csv.clone(),
        }
    }
}

impl AttentionData {
    fn chart(&self) -> AttentionChart<'_> {
        let (title, attention) = (self.name.as_str(), &self.looked.attention);
        AttentionChart { title, attention, grid: &self.grid, top_alpha: &self.top_alpha, omega_alone: self.omega_alone }
    }

    /// The cells that are not zero: snippets and picks, both ends inclusive, and the mean share of draws in the cell.
    fn csv(&self) -> String {
        let mut text = "first_snippet,last_snippet,first_pick,last_pick,share\n".to_owned();
        let grid = &self.grid;
        let places = |range: &std::ops::Range<usize>, cells: usize| {
            let step = range.len().div_ceil(cells.max(1)).max(1);
            range.clone().step_by(step).collect::<Vec<_>>()
        };
        let mut last = None;
        for pick in places(&grid.picks, grid.rows()) {
            for snippet in places(&grid.snippets, grid.columns()) {
                let Some((snippets, picks, share)) = grid.cell(snippet, pick) else { continue };
                let cell = (snippets.start, picks.start);
                if share > 0.0 && last != Some(cell) {
                    let (s, p) = (snippets.end.saturating_sub(1), picks.end);
                    // Picks are counted from 1, as in the picture. Writing to a string cannot fail.
                    writeln!(text, "{},{s},{},{p},{share}", snippets.start, picks.start + 1).unwrap_or_default();
                }
                last = Some(cell);
            }
        }
        text
    }
}

impl ScatterData {
    fn chart(&self) -> ScatterChart<'_> {
        let axes = (self.axes.0.as_str(), self.axes.1.as_str());
        ScatterChart { title: &self.title, axes, places: &self.places, marks: &self.marks, scores: self.scores }
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
        let (total, bce, margin) =
            (part(|l| l.total), part(|l| l.bce), part(crate::model::train::Losses::weighed_margin));
        let (sparsity, smoothness) = (part(|l| l.sparsity), part(|l| l.smoothness));
        let curves = [
            LossCurve { name: "total", points: &total },
            LossCurve { name: "held-out videos", points: &self.judged },
            LossCurve { name: "cross entropy", points: &bce },
            LossCurve { name: "margin × 0.0001", points: &margin },
            LossCurve { name: "sparsity", points: &sparsity },
            LossCurve { name: "smoothness", points: &smoothness },
        ];
        let shown = if self.judged.is_empty() { [&curves[..1], &curves[2..]].concat() } else { curves.to_vec() };
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

    #[test]
    fn the_numbers_of_a_run_are_rows_with_what_is_known() {
        let losses = (1..=4).map(|i| Losses { total: 2.0 / i as f32, bce: 0.5, ..Losses::default() }).collect();
        let run = RunProgress { steps: 4, losses, judged: vec![(0, 0.9), (4, 0.25)], ..RunProgress::default() };
        let csv = run.csv();
        let rows: Vec<&str> = csv.lines().collect();
        assert_eq!(rows.len(), 6);
        assert_eq!((rows[1], rows[5]), ("0,,,,,,,0.9", "4,0.5,0.5,0,0,0,0,0.25"));
        assert!(rows.iter().all(|row| row.split(',').count() == 8));
    }
}
