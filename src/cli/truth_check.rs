//! `lookback truth-check`: what is wrong with ground truth, by file and line.
//!
//! Owns reading the files, how findings are shown, and the exit code. The checks are [`crate::domain::truth_check`]'s.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::args::eval::SpanEndName;
use super::args::truth::TruthCheckArgs;
use super::error::CliError;
use super::files;
use super::labels::count;
use super::truth::labels;
use crate::domain::truth_check::{EndAgreement, Kind, ListRow, Place, TruthInput, TruthReport, TruthRow};
use crate::formats::{list, truth_rows};

/// Findings of one kind that are shown without `--all`.
const SHOWN: usize = 10;

/// What was found, with where.
#[derive(Debug, Serialize)]
struct Checked {
    #[serde(skip_serializing_if = "Option::is_none")]
    truth: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<String>,
    /// How the end of a span was read.
    span_end: &'static str,
    /// Whether the person or the form of the file says so.
    #[serde(skip)]
    span_end_given: bool,
    wrong: usize,
    #[serde(flatten)]
    report: TruthReport,
}

/// Runs the command.
///
/// # Errors
/// A file cannot be read, or something is wrong with the ground truth.
pub fn run(args: &TruthCheckArgs) -> Result<(), CliError> {
    let rows = args.truth.as_deref().map(rows).transpose()?.unwrap_or_default();
    let list = args.list.as_deref().map(list_rows).transpose()?;
    let values = args.labels.as_deref().map(labels).transpose()?;
    let input = |inclusive| TruthInput { rows: &rows, list: list.as_deref(), labels: values.as_deref(), inclusive };
    let mut report = TruthReport::of(input(args.span_end != Some(SpanEndName::Exclusive)));
    let by_form = !rows.is_empty() && rows.iter().all(|row| row.inclusive);
    let mut inclusive = by_form || args.span_end != Some(SpanEndName::Exclusive);
    if args.span_end.is_none() && report.ends.is_some_and(|ends| ends.exclusive > ends.inclusive) {
        inclusive = false;
        report = TruthReport::of(input(false));
    }
    let name = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let checked = Checked {
        truth: name(&args.truth),
        list: name(&args.list),
        labels: name(&args.labels),
        span_end: if inclusive { "inclusive" } else { "exclusive" },
        span_end_given: by_form || args.span_end.is_some(),
        wrong: report.findings.iter().filter(|finding| !finding.kind.is_notice()).count(),
        report,
    };
    files::print(&if args.json { serde_json::to_string_pretty(&checked)? + "\n" } else { checked.text(args.all) })?;
    match checked.wrong {
        0 => Ok(()),
        wrong => Err(CliError::Failed(format!("{}, see above", count(wrong, "finding")))),
    }
}

fn rows(path: &Path) -> Result<Vec<TruthRow>, CliError> {
    let text = files::text(path)?;
    let rows = if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        truth_rows::json(&text).map_err(|err| CliError::input(path, err))?
    } else {
        truth_rows::annotation(&text)
    };
    if rows.is_empty() {
        return Err(CliError::input(path, "names no video"));
    }
    Ok(rows)
}

fn list_rows(path: &Path) -> Result<Vec<ListRow>, CliError> {
    let text = files::text(path)?;
    let entries = list::named_frames(&text).map_err(|err| CliError::input(path, err))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(|(at, _)| at + 1);
    let row = |(entry, line): (list::NamedFrames, usize)| ListRow { line, name: entry.name, frames: entry.frames };
    Ok(entries.into_iter().zip(lines).map(row).collect())
}

impl Checked {
    fn text(&self, all: bool) -> String {
        let report = &self.report;
        let mut text = String::new();
        // Writing to a string cannot fail.
        if let Some(truth) = &self.truth {
            let (videos, spans) = (count(report.videos, "video"), count(report.spans, "span"));
            let checked = if report.ends.is_some() || self.span_end_given {
                ""
            } else {
                ", which nothing here can confirm: give --labels"
            };
            writeln!(text, "{truth}: {videos}, {spans}; the end of a span read as {}{checked}", self.span_end).ok();
        }
        if let (Some(labels), Some(frames)) = (&self.labels, report.label_frames) {
            let anomalous = report.anomalous_frames.unwrap_or_default();
            writeln!(text, "{labels}: {frames} frames, {anomalous} anomalous").ok();
        }
        if let Some(EndAgreement { compared, inclusive, exclusive }) = report.ends {
            writeln!(
                text,
                "of {} in both, {exclusive} agree with the labels frame by frame if the end does not belong to the span, \
                 {inclusive} if it does",
                count(compared, "video")
            )
            .ok();
        }
        let mut kinds: Vec<Kind> = report.findings.iter().map(|finding| finding.kind).collect();
        kinds.dedup();
        for kind in kinds {
            let of_kind: Vec<_> = report.findings.iter().filter(|finding| finding.kind == kind).collect();
            let notice = if kind.is_notice() { ", as may well be" } else { "" };
            writeln!(text, "\n{} {kind}{notice}:", of_kind.len()).ok();
            let shown = if all { of_kind.len() } else { SHOWN.min(of_kind.len()) };
            for finding in &of_kind[..shown] {
                let name = if finding.name.is_empty() { String::new() } else { format!("{}: ", finding.name) };
                writeln!(text, "  {}: {name}{}", self.place(finding.place), finding.what).ok();
            }
            if shown < of_kind.len() {
                writeln!(text, "  and {} more, shown with --all", of_kind.len() - shown).ok();
            }
        }
        if report.findings.is_empty() {
            text += match (&self.truth, &self.labels) {
                (None, Some(_)) => "nothing is wrong with the values; spans were not checked, as none were given\n",
                _ => "nothing is wrong, as far as these files tell\n",
            };
        }
        text
    }

    fn place(&self, place: Place) -> String {
        let named = |file: &Option<String>, line: usize| format!("{}:{line}", file.as_deref().unwrap_or("-"));
        match place {
            Place::Truth(line) => named(&self.truth, line),
            Place::List(line) => named(&self.list, line),
            Place::Labels => self.labels.clone().unwrap_or_default(),
        }
    }
}
