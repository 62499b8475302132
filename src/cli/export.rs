//! `lookback export`: the labels or verdicts of a project for another tool.
//!
//! Owns which files are written, and that losses are said before. Does not own what goes into them (`app::exchange`).

use std::path::Path;

use serde::Serialize;

use super::args::exchange::ExportArgs;
use super::error::CliError;
use super::files;
use super::labels::{count, end_rule, listed};
use super::progress::{Bars, cancelled_by_interrupt};
use super::project;
use crate::app::exchange::{self, Choice, ExportPlan, OpenedFrames, Placed, Watch};
use crate::domain::queue::KnownVideo;
use crate::formats::labels::WriteOptions;
use crate::jobs::Ticket;
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
    let placed = Placed::new(&args.output, &written)?;
    placed.write()?;
    let summary = Summary { files: placed.paths().iter().map(|file| file.display().to_string()).collect(), ..summary };
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
    let reviews = exchange::reviews(&project)?;
    // Whoever wants to write need not wait until all videos are read.
    drop(project);
    let mut bars = Bars::default();
    let mut watch = Watch { ticket, progress: &mut |stage, progress| bars.set(stage, progress) };
    let mut open = |video: &KnownVideo| -> Result<OpenedFrames, String> {
        let opened = exchange::open_video(&video.path, video.size)?;
        Ok((opened.frames, (opened.info.width as u32, opened.info.height as u32)))
    };
    Ok(ExportPlan::watched(&reviews, choice, &mut open, &mut watch)?)
}

fn summary(args: &ExportArgs, folder: &Path, plan: &ExportPlan) -> Summary {
    let (videos, intervals) = plan.written(args.format);
    let merged = plan.merged(args.format);
    let hint = (!merged.is_empty() && !args.verdicts)
        .then(|| format!("The labels of {} become one; --lane NAME writes those of one of them.", merged.join(", ")));
    Summary {
        project: folder.display().to_string(),
        format: args.format.to_string(),
        videos,
        intervals,
        losses: hint.into_iter().chain(plan.losses(args.format)).chain(plan.notes.iter().cloned()).collect(),
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
