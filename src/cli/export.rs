//! `lookback export`: the labels or verdicts of a project for another tool.
//!
//! Owns which files are written, and that losses are said before. Does not own what goes into them (`app::exchange`).

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args::exchange::ExportArgs;
use super::error::CliError;
use super::files;
use super::labels::{count, end_rule, listed};
use super::progress::{Bar, cancelled_by_interrupt};
use super::project;
use crate::app::exchange::{self, Choice, ExportPlan, OpenedFrames, OutFile};
use crate::domain::queue::KnownVideo;
use crate::formats::labels::WriteOptions;
use crate::jobs::{Progress, Ticket};
use crate::store::Project;

/// What was written, and what was not.
#[derive(Debug, Serialize)]
struct Summary {
    project: String,
    format: String,
    videos: usize,
    intervals: usize,
    losses: Vec<String>,
    unusable: Vec<String>,
    files: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// There is no project, nothing to export, or a file cannot be written.
pub fn run(args: &ExportArgs) -> Result<(), CliError> {
    let folder = project::folder(args.project.as_deref())?;
    let end = end_rule(args.format, args.end)?;
    let ticket = cancelled_by_interrupt()?;
    let project = project::open(&folder)?;
    let plan = gather(project, &choice(args), &ticket)?;
    let summary = summary(args, &folder, &plan);
    if !args.json {
        files::print(&summary.before())?;
    }
    if plan.videos.is_empty() {
        let what = match choice(args) {
            Choice::All => "no label of a video that can be opened".to_owned(),
            Choice::Lane(lane) => format!("no label of {lane:?} on a video that can be opened"),
            Choice::Verdicts => "no verdict that says anomaly, and no reviewed video, that can be opened".to_owned(),
        };
        return Err(CliError::Input(format!("nothing was exported: {} holds {what}", folder.display())));
    }
    let date = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let written = plan.write(args.format, WriteOptions { end, date: &date });
    let written = written.map_err(|err| CliError::Input(err.to_string()))?;
    let files = write(&args.output, &written)?;
    let summary = Summary { files: files.iter().map(|file| file.display().to_string()).collect(), ..summary };
    if args.json {
        return files::print(&(serde_json::to_string_pretty(&summary)? + "\n"));
    }
    files::print(&summary.after())
}

fn choice(args: &ExportArgs) -> Choice {
    match &args.lane {
        Some(lane) => Choice::Lane(lane.clone()),
        None if args.verdicts => Choice::Verdicts,
        None => Choice::All,
    }
}

/// All reviews of the project, and the frames of those videos that have something to export.
fn gather(project: Project, choice: &Choice, ticket: &Ticket) -> Result<ExportPlan, CliError> {
    let reviews = project::reviews(&project)?;
    // Whoever wants to write need not wait until all videos are read.
    drop(project);
    let mut bar = Bar::new("videos", "read");
    let mut progress = Progress { done: 0, total: reviews.len(), skipped: 0 };
    let mut open = |video: &KnownVideo| -> Result<OpenedFrames, String> {
        if ticket.is_stale() {
            return Err("cancelled".to_owned());
        }
        progress.done += 1;
        bar.set(progress);
        let opened = exchange::open_video(&video.path, video.size)?;
        Ok((opened.frames, (opened.info.width as u32, opened.info.height as u32)))
    };
    let plan = ExportPlan::gather(&reviews, choice, &mut open);
    if ticket.is_stale() { Err(CliError::Cancelled) } else { Ok(plan) }
}

fn summary(args: &ExportArgs, folder: &Path, plan: &ExportPlan) -> Summary {
    Summary {
        project: folder.display().to_string(),
        format: args.format.to_string(),
        videos: plan.videos.len(),
        intervals: plan.intervals(),
        losses: plan.losses(args.format).into_iter().chain(plan.notes.iter().cloned()).collect(),
        unusable: plan.unusable.iter().map(|(name, reason)| format!("{name}: {reason}")).collect(),
        files: Vec::new(),
    }
}

impl Summary {
    fn before(&self) -> String {
        let unusable = format!("{} that cannot be opened, left out", count(self.unusable.len(), "video"));
        listed(&unusable, self.unusable.iter().cloned())
            + &listed(&format!("lost in the format {}", self.format), self.losses.iter().cloned())
    }

    fn after(&self) -> String {
        let to = match self.files.as_slice() {
            [one] => one.clone(),
            [first, .., last] => format!("{}, {first} to {last}", count(self.files.len(), "file")),
            [] => String::new(),
        };
        format!("written    {}, {} to {to}\n", count(self.videos, "video"), count(self.intervals, "interval"))
    }
}

/// Puts the files on disk and gives their paths.
fn write(output: &Path, written: &[OutFile]) -> Result<Vec<PathBuf>, CliError> {
    let mut paths = Vec::new();
    for OutFile { name, written } in written {
        let path = match name {
            Some(_) if output.is_file() => {
                let reason = format!("is a file, but {} are needed: give a folder with -o", paths.len().max(2));
                return Err(CliError::input(output, reason));
            }
            Some(name) => output.join(name),
            None if output.is_dir() => {
                return Err(CliError::input(output, "is a folder; give the name of a file with -o"));
            }
            None => output.to_owned(),
        };
        files::write(&path, &written.bytes)?;
        paths.push(path);
        if let Some(list) = &written.list {
            let beside = output.with_extension("list");
            files::write(&beside, list.as_bytes())?;
            paths.push(beside);
        }
    }
    Ok(paths)
}
