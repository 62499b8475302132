//! The figures of `eval` as a person reads them, and its curves as CSV.
//!
//! Owns the wording. Does not own any figure.

use std::fmt::Write as _;

use super::eval::EvalResult;
use super::measure::YardstickFigures;
use crate::app::evaluation::{ByVideo, ClassFigures, Evaluation, FrameIntervals};
use crate::domain::bootstrap::Estimate;
use crate::domain::evaluation::alarms::DetPoint;
use crate::domain::metrics::DetectionMetrics;

/// Rates of false alarms per hour at which missed anomalies are told.
const RATES: [f64; 4] = [1.0, 5.0, 20.0, 100.0];

// Writing to a string cannot fail: its results are dropped below.

/// The figures of frames as lines; with the number of videos, and the intervals from resampling them, where these are told
/// apart.
pub fn frame_figures(m: &DetectionMetrics, videos: Option<(usize, &FrameIntervals)>) -> String {
    let share = m.positives as f64 / m.frames as f64 * 100.0;
    let of = videos.map_or_else(String::new, |(videos, _)| format!(" of {videos} videos"));
    let mut text = format!("frames    {}{of}, {} anomalous ({share:.1} %)\n", m.frames, m.positives);
    let intervals = videos.map(|(_, intervals)| *intervals).unwrap_or_default();
    for (name, value, interval, meaning) in [
        ("ROC-AUC", m.roc_auc, intervals.roc_auc, ""),
        ("PR-AUC", m.pr_auc_trapezoid, intervals.pr_auc_trapezoid, "   trapezoids under the precision-recall points"),
        ("AP", m.average_precision, intervals.average_precision, "   average precision, without interpolation"),
    ] {
        let interval = interval.map_or_else(String::new, |(low, high)| format!("   {low:.4} to {high:.4}"));
        writeln!(text, "{name:<10}{value:.10}{interval}{meaning}").ok();
    }
    text
}

impl EvalResult {
    /// As tables.
    pub fn table(&self) -> String {
        let m = &self.evaluation.metrics;
        let by = self.evaluation.by_video.as_ref();
        let mut text = String::new();
        for mark in &self.marks {
            writeln!(text, "NO TEST   {mark}").ok();
        }
        text += &frame_figures(m, by.map(|by| (by.videos, &by.intervals)));
        for YardstickFigures { name, metrics: m } in &self.yardsticks {
            writeln!(text, "{name:<14}  ROC-AUC {:.4}, AP {:.4}", m.roc_auc, m.average_precision).ok();
        }
        calibration(&mut text, &self.evaluation);
        if let Some(by) = by {
            events(&mut text, by, &self.evaluation);
            alarms(&mut text, by);
            classes(&mut text, by);
        }
        for note in &self.notes {
            writeln!(text, "\n{note}").ok();
        }
        text
    }

    /// The curves, one point per row.
    pub fn csv(&self) -> String {
        let mut text = "curve,threshold,x,y\n".to_owned();
        let evaluation = &self.evaluation;
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

fn calibration(text: &mut String, evaluation: &Evaluation) {
    match &evaluation.calibration {
        Some(c) => writeln!(
            text,
            "ECE       {:.4}         expected calibration error over {} bins; Brier score {:.4}",
            c.expected_calibration_error, evaluation.settings.bins, c.brier
        )
        .ok(),
        None => {
            writeln!(text, "ECE       -              scores do not lie between 0 and 1: they are no probabilities").ok()
        }
    };
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

fn events(text: &mut String, by: &ByVideo, evaluation: &Evaluation) {
    let rule = evaluation.settings.rule;
    writeln!(
        text,
        "\n{} events for {} anomalies: scores of {:.3} or more, going on down to {:.3}; at least {}, gaps of up to {} closed",
        by.events.flagged,
        by.events.anomalies,
        rule.threshold,
        rule.low(),
        super::labels::count(rule.min_snippets, "snippet"),
        rule.merge_gap
    )
    .ok();
    writeln!(text, "{:>5}  {:<26}{:<26}{:<26}{:<26}mAP by class", "tIoU", "precision", "recall", "F1", "AP").ok();
    for (at, f) in by.events.at.iter().enumerate() {
        let of_classes = by.events.class_mean_average_precision.as_ref().and_then(|all| all.get(at)).copied();
        writeln!(
            text,
            "{:>5}  {:<26}{:<26}{:<26}{:<26}{}",
            f.tiou,
            cell(f.precision, 3),
            cell(f.recall, 3),
            cell(f.f1, 3),
            cell(f.average_precision, 3),
            plain(of_classes, 3)
        )
        .ok();
    }
    writeln!(text, "mean AP over these overlaps {}", plain(by.events.mean_average_precision, 3)).ok();
}

fn alarms(text: &mut String, by: &ByVideo) {
    let alarms = &by.false_alarms;
    writeln!(
        text,
        "\nfalse alarms per hour    {:<26}{} in {:.2} h of normal footage, {:.2} h in all",
        cell(alarms.per_hour, 1),
        alarms.events,
        alarms.normal_hours,
        by.hours
    )
    .ok();
    writeln!(
        text,
        "  in normal videos       {:<26}{} in {:.2} h, {}",
        cell(alarms.per_hour_of_normal_videos, 1),
        alarms.events_in_normal_videos,
        alarms.hours_of_normal_videos,
        super::labels::count(by.normal_videos, "video")
    )
    .ok();
    writeln!(text, "normal footage flagged   {}", cell(alarms.flagged_share, 3)).ok();
    let delay = &by.delay;
    writeln!(
        text,
        "detection delay          median {} frames, {} s; nine of ten within {} s; {} at once; {} of {} anomalies missed",
        plain(delay.median_frames, 0),
        plain(delay.median_seconds, 2),
        plain(delay.p90_seconds, 1),
        delay.at_once,
        delay.missed,
        delay.missed + delay.noticed
    )
    .ok();
    // From the top down, up to where there are more alarms for the first time: far below, events run into one another and
    // are few again.
    let told = |rate: f64| {
        let DetPoint { p_miss, threshold, flagged_share, .. } =
            by.det.iter().take_while(|p| p.false_alarms_per_hour <= rate).last()?;
        Some(format!(
            "\n  at {rate:>3} per hour        {p_miss:.3} at a threshold of {threshold:.4}, {flagged_share:.3} of normal footage flagged"
        ))
    };
    let points: Vec<String> = RATES.into_iter().filter_map(told).collect();
    if !points.is_empty() {
        writeln!(text, "anomalies missed if false alarms were rarer{}", points.concat()).ok();
    }
}

fn classes(text: &mut String, by: &ByVideo) {
    if by.classes.is_empty() {
        return;
    }
    let widest = by.classes.iter().map(|c| c.class.chars().count()).max().unwrap_or(0).max(5) + 2;
    writeln!(
        text,
        "\nby class, each with all normal videos; \"within\" is among the frames of the class's own videos\n\
         {:<widest$}{:>6}  {:<26}{:<26}{:<8}{:<10}{:<10}delay",
        "class", "videos", "ROC-AUC", "AP", "within", "recall", "F1"
    )
    .ok();
    for class in &by.classes {
        let ClassFigures { class: name, videos, delay, .. } = class;
        let first = class.events.first();
        writeln!(
            text,
            "{name:<widest$}{videos:>6}  {:<26}{:<26}{:<8}{:<10}{:<10}{} s, {} missed",
            cell(class.roc_auc, 3),
            cell(class.average_precision, 3),
            plain(class.roc_auc_within, 3),
            plain(first.and_then(|f| f.recall).map(|e| e.value), 3),
            plain(first.and_then(|f| f.f1).map(|e| e.value), 3),
            plain(delay.median_seconds, 1),
            delay.missed
        )
        .ok();
    }
    if let Some(tiou) = by.classes[0].events.first().map(|f| f.tiou) {
        writeln!(text, "recall and F1 at a tIoU of {tiou}; delays are medians").ok();
    }
}
