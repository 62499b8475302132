//! A comparison of two models on a screen.
//!
//! Owns its words. Does not own the comparison (`domain::gate`).

use std::fmt::Write as _;

use super::labels::{count, listed};
use crate::domain::gate::{ChangedEvent, Flagged, GateReport, Pair};
use crate::domain::threshold::threshold_text;

/// The comparison as text.
pub fn text(report: &GateReport) -> String {
    let mut text = format!("compared   on {}, the model in use and the candidate:\n", count(report.videos, "video"));
    let mut row = |name: &str, before: String, after: String| {
        // Writing to a string cannot fail.
        writeln!(text, "  {name:<44}{before:>12}{after:>12}").ok();
    };
    let flagged = |of: Flagged| (format!("{}/{}", of.before, of.all), format!("{}/{}", of.after, of.all));
    for (name, of) in [("anomalies flagged", report.anomalies), ("false alarms flagged", report.false_alarms)] {
        let (before, after) = flagged(of);
        row(name, before, after);
    }
    row("threshold", threshold_text(report.rules.before.threshold), threshold_text(report.rules.after.threshold));
    if let Some(alarms) = report.alarms {
        row(
            "false alarms per hour at as many anomalies",
            format!("{:.2}", alarms.per_hour.before),
            format!("{:.2}", alarms.per_hour.after),
        );
        let share = |value: f64| format!("{:.1} %", value * 100.0);
        row("normal footage flagged", share(alarms.flagged.before), share(alarms.flagged.after));
    }
    for (name, figure) in
        [("loss on held-out videos", report.held_out), ("ROC-AUC on what it was trained on", report.replay)]
    {
        if let Some(Pair { before, after }) = figure {
            row(name, format!("{before:.4}"), format!("{after:.4}"));
        }
    }
    if let Some(Pair { before, after }) = report.truth {
        row("frame ROC-AUC where labelled", format!("{:.4}", before.roc_auc), format!("{:.4}", after.roc_auc));
        let precision = |value: f64| format!("{value:.4}");
        row("average precision", precision(before.average_precision), precision(after.average_precision));
    }
    let change = |change: &ChangedEvent| {
        let verdict = change.verdict.map_or_else(|| "not judged".to_owned(), |v| v.to_string().replace('_', " "));
        format!(
            "{} {}: frames {} to {}, {verdict}, {:.3} becomes {:.3}",
            change.turn,
            change.name,
            change.span.start(),
            change.span.last(),
            change.peaks.before,
            change.peaks.after
        )
    };
    let turn = if report.changes.len() == 1 { "comes or goes" } else { "come or go" };
    let heading = format!("{} that {turn}", count(report.changes.len(), "event"));
    text += &listed(&heading, report.changes.iter().map(change));
    text += &listed("against it", report.against.iter().cloned());
    text
}
