//! The figures of `eval` as a person reads them, on a screen and on the page of a report, and its curves as CSV.
//!
//! Owns the wording. Does not own any figure, or how a table is set ([`crate::app::report::section`]).

use std::fmt::Write as _;

use super::eval::EvalResult;
use super::labels::count;
use super::measure::YardstickFigures;
use crate::app::evaluation::{ByVideo, ClassFigures, Evaluation, FrameIntervals};
use crate::app::report::section::{Column, Section};
use crate::domain::bootstrap::Estimate;
use crate::domain::evaluation::alarms::{DetPoint, Turn, before_turn};
use crate::domain::metrics::DetectionMetrics;
use crate::domain::threshold::threshold_text;

/// Rates of false alarms per hour at which missed anomalies are told.
const RATES: [f64; 4] = [1.0, 5.0, 20.0, 100.0];

/// Columns of the figures of frames.
const FRAMES: [Column; 4] =
    [Column::words("figure"), Column::number("value"), Column::number("95 % interval"), Column::words("")];

/// The figures of frames; with the number of videos, and the intervals from resampling them, where these are told apart.
pub fn frame_figures(m: &DetectionMetrics, videos: Option<(usize, &FrameIntervals)>) -> Section {
    let share = m.positives as f64 / m.frames as f64 * 100.0;
    let of = videos.map_or_else(String::new, |(videos, _)| format!(" of {}", count(videos, "video")));
    let intervals = videos.map(|(_, intervals)| *intervals).unwrap_or_default();
    let rows = [
        ("ROC-AUC", m.roc_auc, intervals.roc_auc, ""),
        ("PR-AUC", m.pr_auc_trapezoid, intervals.pr_auc_trapezoid, "trapezoids under the precision-recall points"),
        ("AP", m.average_precision, intervals.average_precision, "average precision, without interpolation"),
    ]
    .map(|(name, value, interval, meaning)| {
        let interval = interval.map_or_else(String::new, |(low, high)| format!("{low:.4} to {high:.4}"));
        vec![name.to_owned(), format!("{value:.10}"), interval, meaning.to_owned()]
    });
    Section {
        id: "frames",
        title: "Frames",
        above: vec![format!("{} frames{of}, {} anomalous ({share:.1} %)", m.frames, m.positives)],
        columns: FRAMES.to_vec(),
        rows: rows.to_vec(),
        below: Vec::new(),
    }
}

impl EvalResult {
    /// All figures with what should be known about them, but for the marks.
    pub fn sections(&self) -> Vec<Section> {
        let by = self.evaluation.by_video.as_ref();
        let mut frames = frame_figures(&self.evaluation.metrics, by.map(|by| (by.videos, &by.intervals)));
        frames.rows.extend(calibration(&self.evaluation));
        frames.rows.extend(self.yardsticks.iter().flat_map(yardstick));
        let mut all = vec![frames];
        if let Some(by) = by {
            all.extend([events(by, &self.evaluation), alarms(by)]);
            all.extend(missed(by));
            all.extend(classes(by));
        }
        if !self.notes.is_empty() {
            all.push(Section { id: "notes", title: "Notes", above: self.notes.clone(), ..Section::default() });
        }
        all
    }

    /// As tables on a screen.
    pub fn table(&self) -> String {
        let mut text = String::new();
        for mark in &self.marks {
            // Writing to a string cannot fail.
            writeln!(text, "NO TEST   {mark}").ok();
        }
        let sections: Vec<String> = self.sections().iter().map(Section::text).collect();
        text + &sections.join("\n")
    }

    /// The curves, one point per row.
    pub fn csv(&self) -> String {
        let mut text = "curve,threshold,x,y\n".to_owned();
        let evaluation = &self.evaluation;
        // Writing to a string cannot fail.
        for p in &evaluation.curve {
            writeln!(text, "roc,{},{},{}", p.threshold, p.false_positive_rate, p.recall).ok();
        }
        for p in &evaluation.curve {
            writeln!(text, "precision_recall,{},{},{}", p.threshold, p.recall, p.precision).ok();
        }
        for p in evaluation.by_video.iter().flat_map(|by| &by.det) {
            writeln!(text, "det,{},{},{}", p.threshold, p.false_alarms_per_hour, p.p_miss).ok();
        }
        for bin in evaluation.calibration.iter().flat_map(|calibration| &calibration.bins) {
            writeln!(text, "reliability,,{},{}", bin.mean_score, bin.anomalous_share).ok();
        }
        text
    }
}

/// Rows of [`FRAMES`].
fn calibration(evaluation: &Evaluation) -> Vec<Vec<String>> {
    let row = |name: &str, value: String, meaning: String| vec![name.to_owned(), value, String::new(), meaning];
    let Some(c) = &evaluation.calibration else {
        let reason = "scores do not lie between 0 and 1: they are no probabilities";
        return vec![row("ECE", "-".to_owned(), reason.to_owned())];
    };
    let over = format!("expected calibration error over {}", count(evaluation.settings.bins, "bin"));
    vec![
        row("ECE", format!("{:.4}", c.expected_calibration_error), over),
        row("Brier", format!("{:.4}", c.brier), "mean square of the distance of a score from 0 or 1".to_owned()),
    ]
}

/// Rows of [`FRAMES`].
fn yardstick(of: &YardstickFigures) -> [Vec<String>; 2] {
    let YardstickFigures { name, metrics: m } = of;
    let row = |figure: &str, value: f64| {
        vec![figure.to_owned(), format!("{value:.4}"), String::new(), format!("of {name}, for comparison")]
    };
    [row("ROC-AUC", m.roc_auc), row("AP", m.average_precision)]
}

/// `0.512 (0.431 to 0.590)`.
fn cell(estimate: Option<Estimate>, digits: usize) -> String {
    let Some(Estimate { value, interval }) = estimate else { return "-".to_owned() };
    let interval = interval.map_or_else(String::new, |(low, high)| format!(" ({low:.digits$} to {high:.digits$})"));
    format!("{value:.digits$}{interval}")
}

fn plain(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

fn events(by: &ByVideo, evaluation: &Evaluation) -> Section {
    let (flagged, anomalies) = (count(by.events.flagged, "event"), by.events.anomalies);
    let anomalies = if anomalies == 1 { "1 anomaly".to_owned() } else { format!("{anomalies} anomalies") };
    let row = |(at, f): (usize, &crate::domain::evaluation::events::EventFigures)| {
        let of_classes = by.events.class_mean_average_precision.as_ref().and_then(|all| all.get(at)).copied();
        let mut row = vec![f.tiou.to_string()];
        row.extend([f.precision, f.recall, f.f1, f.average_precision].map(|figure| cell(figure, 3)));
        row.push(plain(of_classes, 3));
        row
    };
    Section {
        id: "events",
        title: "Events at overlaps",
        above: vec![format!("{flagged} for {anomalies}: {}", evaluation.settings.rule.text())],
        columns: ["tIoU", "precision", "recall", "F1", "AP", "mAP by class"].map(Column::number).to_vec(),
        rows: by.events.at.iter().enumerate().map(row).collect(),
        below: vec![format!("mean AP over these overlaps {}", plain(by.events.mean_average_precision, 3))],
    }
}

fn alarms(by: &ByVideo) -> Section {
    let (alarms, delay) = (&by.false_alarms, &by.delay);
    let row = |name: &str, value: String, of: String| vec![name.to_owned(), value, of];
    let rows = vec![
        row(
            "false alarms per hour",
            cell(alarms.per_hour, 1),
            format!("{} in {:.2} h of normal footage, {:.2} h in all", alarms.events, alarms.normal_hours, by.hours),
        ),
        row(
            "those in normal videos",
            cell(alarms.per_hour_of_normal_videos, 1),
            format!(
                "{} in {:.2} h, {}",
                alarms.events_in_normal_videos,
                alarms.hours_of_normal_videos,
                count(by.normal_videos, "video")
            ),
        ),
        row("normal footage flagged", cell(alarms.flagged_share, 3), "share of its frames inside of events".to_owned()),
        row(
            "detection delay, median",
            delay.median_seconds.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds:.2} s")),
            format!(
                "{} frames; nine of ten within {} s; {} at once",
                plain(delay.median_frames, 0),
                plain(delay.p90_seconds, 1),
                delay.at_once
            ),
        ),
        row("anomalies missed", delay.missed.to_string(), format!("of {}", delay.missed + delay.noticed)),
    ];
    Section {
        id: "alarms",
        title: "False alarms and delay",
        columns: vec![Column::words("at this threshold"), Column::number("value"), Column::words("")],
        rows,
        ..Section::default()
    }
}

/// What is missed if false alarms have to be rarer.
fn missed(by: &ByVideo) -> Option<Section> {
    let curve = before_turn(&by.det);
    // From the top down, up to where there are more alarms for the first time.
    let told = |rate: f64| {
        let DetPoint { p_miss, threshold, flagged_share, false_alarms_per_hour } =
            curve.iter().take_while(|p| p.false_alarms_per_hour <= rate).last()?;
        Some(vec![
            rate.to_string(),
            format!("{false_alarms_per_hour:.1}"),
            format!("{p_miss:.3}"),
            threshold_text(*threshold),
            format!("{flagged_share:.3}"),
        ])
    };
    let rows: Vec<_> = RATES.into_iter().filter_map(told).collect();
    let turned = Turn::of(&by.det).map(|turn| {
        let rate = by.det[turn.at].false_alarms_per_hour;
        format!(
            "There are at most {rate:.1} false alarms per hour: {}. Fewer of them then mean that more is flagged, and no \
             row is from there.",
            turn.note()
        )
    });
    (!rows.is_empty()).then(|| Section {
        id: "missed",
        title: "Anomalies missed if false alarms were rarer",
        above: vec!["anomalies missed if there were at most so many false alarms per hour".to_owned()],
        columns: ["at most per hour", "reached", "missed", "threshold", "normal footage flagged"]
            .map(Column::number)
            .to_vec(),
        rows,
        below: turned.into_iter().collect(),
    })
}

fn classes(by: &ByVideo) -> Option<Section> {
    let row = |class: &ClassFigures| {
        let first = class.events.first();
        vec![
            class.class.clone(),
            class.videos.to_string(),
            cell(class.roc_auc, 3),
            cell(class.average_precision, 3),
            plain(class.roc_auc_within, 3),
            plain(first.and_then(|f| f.recall).map(|e| e.value), 3),
            plain(first.and_then(|f| f.f1).map(|e| e.value), 3),
            class.delay.median_seconds.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds:.1} s")),
            class.delay.missed.to_string(),
        ]
    };
    let mut columns = vec![Column::words("class")];
    columns.extend(["videos", "ROC-AUC", "AP", "within", "recall", "F1", "delay", "missed"].map(Column::number));
    let tiou = by.classes.first()?.events.first().map(|f| f.tiou);
    Some(Section {
        id: "classes",
        title: "By class",
        above: vec![
            "by class, each with all normal videos; \"within\" is among the frames of the class's own videos"
                .to_owned(),
        ],
        columns,
        rows: by.classes.iter().map(row).collect(),
        below: tiou.map(|tiou| format!("recall and F1 at a tIoU of {tiou}; delays are medians")).into_iter().collect(),
    })
}
