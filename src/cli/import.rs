//! `lookback import`: the labels of another tool into a project.
//!
//! Owns the order of things: everything is read, matched and checked before anything is written. Does not own the plan
//! (`app::exchange`) or what is printed of it (`outline`).

use std::path::Path;

use super::args::exchange::ImportArgs;
use super::error::CliError;
use super::files;
use super::labels::{count, end_rule};
use super::outline::Outline;
use super::progress::{Bars, cancelled_by_interrupt};
use super::project;
use crate::app::exchange::{self, Entry, ImportPlan, ImportRequest, Intake, SourceRead, Watch};
use crate::domain::queue::KnownVideo;
use crate::domain::record::StepId;
use crate::formats::ground_truth::SpanEnd;
use crate::formats::labels::{Format, Unit};
use crate::jobs::Ticket;
use crate::store::Project;
use crate::store::project::Author;

/// Runs the command.
///
/// # Errors
/// The request or a file cannot be used, no video of it is known, another window writes to the project, or it cannot be
/// written.
pub fn run(args: &ImportArgs) -> Result<(), CliError> {
    let folder = project::folder(args.project.as_deref())?;
    let ticket = cancelled_by_interrupt()?;
    if let Some(step) = args.undo {
        return undo(&folder, StepId(step), args.json);
    }
    let mut request = request(args);
    let Intake { read, list } = request.read()?;
    request.end = check_numbers(read.format, args)?;
    let mut project = project::open_if_there(&folder)?;
    if let Some(project) = project.as_ref().filter(|_| !args.dry_run) {
        project::require_writable(project)?;
    }
    let known = project.as_ref().map_or_else(|| Ok(Vec::new()), Project::videos)?;
    if args.dry_run {
        // Nobody should find the project held because of a question.
        project = None;
    }
    let plan = plan(&request, read, &known, &ticket)?;
    let names: Vec<String> = args.files.iter().map(|file| exchange::name_of(file)).collect();
    let outline = Outline::new(&plan, names.clone(), args.format.is_none(), list.as_deref());
    if args.dry_run || plan.matched.is_empty() {
        print(&outline, args.json)?;
        if args.dry_run {
            return Ok(());
        }
        let videos = count(plan.in_file.0, "video");
        return Err(CliError::Input(format!(
            "nothing was imported: of the {videos} of the file none can be used; name their files or folder with --videos"
        )));
    }
    let project = project.map_or_else(|| Project::create(&folder, &project::reviewer()), Ok)?;
    print(&write(project, &plan, outline, &names)?, args.json)
}

/// The request. Its end rule is known once the format is.
fn request(args: &ImportArgs) -> ImportRequest {
    ImportRequest {
        files: args.files.clone(),
        format: args.format,
        list: args.list.clone(),
        end: None,
        fps: args.fps,
        lane: args.lane.clone().unwrap_or_else(project::reviewer),
        videos: args.videos.clone(),
    }
}

/// Refuses what cannot be said about the numbers of the format.
fn check_numbers(format: Format, args: &ImportArgs) -> Result<Option<SpanEnd>, CliError> {
    if args.fps.is_some() && format.convention().unit != Unit::Frames {
        return Err(CliError::Input(format!("files of the format {format} count no frames; leave --fps out")));
    }
    end_rule(format, args.end)
}

/// Matches and places everything; opens each video that is meant.
fn plan(
    request: &ImportRequest,
    read: SourceRead,
    known: &[KnownVideo],
    ticket: &Ticket,
) -> Result<ImportPlan, CliError> {
    let mut bars = Bars::default();
    let mut watch = Watch { ticket, progress: &mut |stage, progress| bars.set(stage, progress) };
    let mut open = |entry: &Entry| exchange::open_video(&entry.path, entry.size).map(|video| video.frames);
    let (plan, complaints) = request.plan(read, known, &mut open, &mut watch)?;
    drop(bars);
    for complaint in &complaints {
        files::complain(&format!("lookback: {complaint}"));
    }
    Ok(plan)
}

/// Writes what is new: the videos that were given, and the one step.
fn write(mut project: Project, plan: &ImportPlan, outline: Outline, names: &[String]) -> Result<Outline, CliError> {
    let title = plan.title(names);
    let next = project.next_item()?;
    let import = plan.import(title, next, &mut |video| project.review_state(video))?;
    let given = plan.given_videos();
    if !given.is_empty() {
        project.see_videos(&given)?;
    }
    let step = if import.step.changes.is_empty() {
        None
    } else {
        let author = Author { who: project::reviewer(), model: None };
        Some(project.append(&import.step, &author)?.step.0)
    };
    Ok(outline.written(project.folder(), &import, step, given.len()))
}

fn print(outline: &Outline, json: bool) -> Result<(), CliError> {
    files::print(&if json { serde_json::to_string_pretty(outline)? + "\n" } else { outline.text() })
}

fn undo(folder: &Path, step: StepId, json: bool) -> Result<(), CliError> {
    let mut project = project::open(folder)?;
    project::require_writable(&project)?;
    let title = project.step(step)?.title;
    let done = project.undo(step, &Author { who: project::reviewer(), model: None })?;
    if json {
        let value = serde_json::json!({ "undone": step.0, "title": title, "step": done.step.0 });
        return files::print(&(serde_json::to_string_pretty(&value)? + "\n"));
    }
    files::print(&format!("undone     step {step}, {title:?}; this is step {} now\n", done.step))
}
