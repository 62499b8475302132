//! `lookback agreement`: how far the annotators of a project agree.
//!
//! Owns the choice of readers and what is printed. Does not own the comparison (`app::agreement`) or its figures
//! (`domain::agreement`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use super::args::exchange::AgreementArgs;
use super::error::CliError;
use super::files;
use super::labels::{count, listed};
use super::progress::{Bar, cancelled_by_interrupt};
use super::project;
use crate::app::agreement::{AgreementReport, PairReport, WHO_COUNTS, measure_text, report};
use crate::app::exchange;
use crate::domain::agreement::{Comparison, EdgeDifference, Figures, Spread, readers};
use crate::domain::frames::FrameTable;
use crate::domain::queue::KnownVideo;
use crate::domain::record::ReviewState;
use crate::jobs::{Progress, Ticket};

mod tables;

/// What stands for all classes together.
const ANY: &str = "all classes";

/// Runs the command.
///
/// # Errors
/// There is no project, no two annotators have read a video in common, or those named have not.
pub fn run(args: &AgreementArgs) -> Result<(), CliError> {
    let folder = project::folder(args.project.as_deref().or(args.named.as_deref()))?;
    let ticket = cancelled_by_interrupt()?;
    let project = project::open(&folder)?;
    let reviews = exchange::reviews(&project)?;
    // Whoever wants to write need not wait until all videos are opened.
    drop(project);
    let between = match args.between.as_slice() {
        [first, second] if first == second => {
            return Err(CliError::Input(format!("{first} cannot be compared with {first}: name two annotators")));
        }
        [first, second] => Some([first.as_str(), second.as_str()]),
        _ => None,
    };
    let found = compare(&reviews, between, &ticket)?;
    if found.pairs.is_empty() {
        return Err(CliError::Input(nobody(&folder, between, &reviews, &found)));
    }
    if args.json {
        return files::print(&(serde_json::to_string_pretty(&tables::json(&folder, &found))? + "\n"));
    }
    if args.csv {
        return files::print(&tables::csv(&found)?);
    }
    files::print(&text(&found))
}

fn compare(
    reviews: &[(KnownVideo, ReviewState)],
    between: Option<[&str; 2]>,
    ticket: &Ticket,
) -> Result<AgreementReport, CliError> {
    let mut bar = Bar::new("videos", "read");
    let total = reviews.iter().filter(|(_, review)| readers(review).len() > 1).count();
    let mut progress = Progress { done: 0, total, skipped: 0 };
    let mut open = |video: &KnownVideo| -> Result<Arc<FrameTable>, String> {
        if ticket.is_stale() {
            return Err("cancelled".to_owned());
        }
        progress.done += 1;
        bar.set(progress);
        Ok(exchange::open_video(&video.path, video.size)?.frames)
    };
    let found = report(reviews, between, &mut open);
    if ticket.is_stale() { Err(CliError::Cancelled) } else { Ok(found) }
}

/// Why there is nothing to compare, and who has read how much.
fn nobody(
    folder: &Path,
    between: Option<[&str; 2]>,
    reviews: &[(KnownVideo, ReviewState)],
    found: &AgreementReport,
) -> String {
    let mut read: BTreeMap<&str, usize> = BTreeMap::new();
    for who in reviews.iter().flat_map(|(_, review)| readers(review)) {
        *read.entry(who).or_default() += 1;
    }
    let who = match between {
        Some([first, second]) => format!("{first} and {second} have read no video of {} in common", folder.display()),
        None => format!("no video of {} was read by two annotators", folder.display()),
    };
    let read: Vec<String> = read.into_iter().map(|(who, videos)| format!("{who} {}", count(videos, "video"))).collect();
    let read = if read.is_empty() { "nobody has read any".to_owned() } else { read.join(", ") };
    let lost = if found.left_out.is_empty() { "" } else { "; videos whose frames are not known are left out" };
    format!("{who} ({read}){lost}. {WHO_COUNTS}")
}

/// For a screen.
fn text(found: &AgreementReport) -> String {
    let mut text = String::new();
    let reasons = |list: &[(String, String)]| -> Vec<String> {
        list.iter().map(|(name, reason)| format!("{name}: {reason}")).collect()
    };
    let heading = |n: usize, what: &str| format!("{} {what}", count(n, "video"));
    let untimed = heading(found.untimed.len(), "that cannot be opened, counted in frames only");
    text += &listed(&untimed, reasons(&found.untimed).into_iter());
    let left_out = heading(found.left_out.len(), "that cannot be opened and whose frames are not known, left out");
    text += &listed(&left_out, reasons(&found.left_out).into_iter());
    for pair in &found.pairs {
        text += &pair_text(pair);
    }
    text + WHO_COUNTS + "\n"
}

fn pair_text(pair: &PairReport) -> String {
    let [first, second] = &pair.between;
    let total = &pair.total;
    let mut text = format!(
        "{first} and {second}: {}, {} read by both\n",
        count(total.videos, "video"),
        count(total.frames as usize, "frame")
    );
    let width = total.classes().map(|(class, _)| class.chars().count()).chain([ANY.len()]).max().unwrap_or(0);
    writeln!(
        text,
        "{:<width$}  {:>11}  {:>11}  {:>11}  {:>15}  {:>23}  {:>23}",
        "class", "kappa", "frame F1", "event F1", "intervals", "start apart", "end apart"
    )
    .ok();
    let mut reasons = Vec::new();
    for (class, row) in rows(total) {
        let Figures { kappa, frame_f1, event_f1, events: [a, b], matched, .. } = row;
        writeln!(
            text,
            "{class:<width$}  {:>11}  {:>11}  {:>11}  {:>15}  {:>23}  {:>23}",
            measure_text(kappa),
            measure_text(frame_f1),
            measure_text(event_f1),
            format!("{a}, {b}, {matched} match"),
            edge_text(row.start),
            edge_text(row.end),
        )
        .ok();
        for (name, measure) in [("kappa", kappa), ("frame F1", frame_f1), ("event F1", event_f1)] {
            if let Err(reason) = measure {
                reasons.push(format!("{name} of {class} is not defined: {reason}"));
            }
        }
    }
    writeln!(text, "apart: mean / median / most of the intervals that match").ok();
    for reason in reasons {
        writeln!(text, "{reason}").ok();
    }
    let whole = total.whole;
    if whole.total > 0 {
        let (videos, kappa) = (count(whole.total as usize, "whole video"), measure_text(whole.kappa()));
        writeln!(text, "normal or abnormal: the same of {} in {videos}, kappa {kappa}", whole.same()).ok();
    }
    let all: Vec<String> = pair
        .videos
        .iter()
        .flat_map(|video| {
            video.disagreements.iter().map(|(stretch, time)| {
                let (first, last) = (stretch.span.start(), stretch.span.last());
                let time = time.map_or_else(String::new, |time| format!("{}  ", time.start));
                format!("{}  {time}frames {first} to {last}  {}", video.name, stretch.sentence(&pair.between))
            })
        })
        .collect();
    text + &listed(&count(all.len(), "disagreement"), all.into_iter()) + "\n"
}

/// All classes together, then each.
fn rows(of: &Comparison) -> impl Iterator<Item = (&str, Figures)> {
    std::iter::once((ANY, of.any())).chain(of.classes())
}

/// Mean, median and most: in seconds, or in frames where these have no times.
fn edge_text(edge: EdgeDifference) -> String {
    let figures = |spread: Spread, digits: usize, unit: &str| {
        let Spread { mean, median, max } = spread;
        format!("{mean:.digits$} / {median:.digits$} / {max:.digits$} {unit}")
    };
    match (edge.secs, edge.frames) {
        (Ok(secs), _) => figures(secs, 3, "s"),
        (Err(_), Ok(frames)) => figures(frames, 1, "f"),
        (Err(_), Err(_)) => "–".to_owned(),
    }
}
