//! `lookback import`: the labels of another tool into a project.
//!
//! Owns the order of things: everything is read, matched and checked before anything is written. Does not own the plan
//! (`app::exchange`) or what is printed of it (`outline`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::exchange::ImportArgs;
use super::error::CliError;
use super::files;
use super::labels::{count, end_rule};
use super::outline::Outline;
use super::progress::{Bar, cancelled_by_interrupt};
use super::project;
use super::score::videos;
use crate::app::exchange::{self, Entry, ImportPlan, Library, Source, SourceRead};
use crate::domain::frames::FrameTable;
use crate::domain::queue::KnownVideo;
use crate::domain::record::StepId;
use crate::formats::labels::{Convention, Format, Rate, Unit};
use crate::jobs::{Progress, Ticket};
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
    let (read, list) = read(args)?;
    let convention = convention(read.format, args)?;
    let mut project = project::open_if_there(&folder)?;
    if let Some(project) = project.as_ref().filter(|_| !args.dry_run) {
        project::require_writable(project)?;
    }
    let known = project.as_ref().map_or_else(|| Ok(Vec::new()), Project::videos)?;
    if args.dry_run {
        // Nobody should find the project held because of a question.
        project = None;
    }
    let library = library(args, &read, &known, &ticket)?;
    let lane = args.lane.clone().unwrap_or_else(project::reviewer);
    let plan = plan(read, convention, &lane, &library, &ticket)?;
    let names: Vec<String> = args.files.iter().map(|file| name_of(file)).collect();
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

/// The label files, in the format that was named or that they seem to be in, and the list if they need one.
fn read(args: &ImportArgs) -> Result<(SourceRead, Option<PathBuf>), CliError> {
    let mut sources = Vec::with_capacity(args.files.len());
    for file in &args.files {
        sources.push(Source { name: name_of(file), bytes: files::bytes(file)? });
    }
    let beside = || match args.files.as_slice() {
        [one] => Some(one.with_extension("list")).filter(|list| list.is_file()),
        _ => None,
    };
    let list = args.list.clone().or_else(beside);
    let bytes = list.as_deref().map(files::bytes).transpose()?;
    let read = exchange::read(args.format, &sources, bytes.as_deref())?;
    let list = list.filter(|_| read.format.needs_list());
    Ok((read, list))
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

/// What the numbers of the file mean, with what was said about them.
fn convention(format: Format, args: &ImportArgs) -> Result<Convention, CliError> {
    let usual = format.convention();
    let end = end_rule(format, args.end)?.map_or(usual, |end| usual.with_end(end));
    match args.fps {
        None => Ok(end),
        Some(_) if end.unit != Unit::Frames => {
            Err(CliError::Input(format!("files of the format {format} count no frames; leave --fps out")))
        }
        Some(fps) => Ok(Convention { rate: Rate::Even(fps), ..end }),
    }
}

/// The project's videos and those of `--videos` that the file may speak of, hashed.
fn library(args: &ImportArgs, read: &SourceRead, known: &[KnownVideo], ticket: &Ticket) -> Result<Library, CliError> {
    if args.videos.is_empty() {
        return Ok(Library::new(Vec::new(), known));
    }
    let names: Vec<&str> = read.file.videos.iter().map(|video| video.name.as_str()).collect();
    let wanted: Vec<PathBuf> = Library::candidates(&names, &videos(&args.videos)?);
    let mut bar = Bar::new("hashing", "bytes");
    let hashed = exchange::hash_files(&wanted, ticket, &mut |progress| bar.set(progress))?;
    bar.clear();
    let mut given = Vec::with_capacity(hashed.len());
    for file in hashed {
        match file.id {
            Ok(id) => given.push(Entry::given(id, file.path, file.size)),
            Err(err) => files::complain(&format!("lookback: {err}")),
        }
    }
    Ok(Library::new(given, known))
}

/// Matches and places everything; opens each video that is meant.
fn plan(
    read: SourceRead,
    convention: Convention,
    lane: &str,
    library: &Library,
    ticket: &Ticket,
) -> Result<ImportPlan, CliError> {
    let mut bar = Bar::new("videos", "read");
    let mut progress = Progress { done: 0, total: read.file.videos.len(), skipped: 0 };
    let mut open = |entry: &Entry| -> Result<Arc<FrameTable>, String> {
        if ticket.is_stale() {
            return Err("cancelled".to_owned());
        }
        progress.done += 1;
        bar.set(progress);
        exchange::open_video(&entry.path, entry.size).map(|video| video.frames)
    };
    let plan = exchange::plan((read.format, read.file), convention, lane, library, &mut open);
    if ticket.is_stale() { Err(CliError::Cancelled) } else { Ok(plan) }
}

/// Writes what is new: the videos that were given, and the one step.
fn write(mut project: Project, plan: &ImportPlan, outline: Outline, names: &[String]) -> Result<Outline, CliError> {
    let from = if let [one] = names { one.clone() } else { count(names.len(), "file") };
    let title = format!("Import of {} from {from}", count(plan.intervals(), "interval"));
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
