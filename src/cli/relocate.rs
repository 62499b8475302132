//! `lookback relocate`: the videos of a project that were moved or renamed.
//!
//! Owns what is printed, and that a dry run changes nothing. Does not own the search (`app::exchange`).

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::args::exchange::RelocateArgs;
use super::error::CliError;
use super::files;
use super::labels::{count, listed};
use super::progress::{Bars, cancelled_by_interrupt};
use super::project;
use crate::app::exchange::{self, Found, Relocation, Watch};

/// What was found, and what became of it.
#[derive(Debug, Serialize)]
struct Findings {
    project: String,
    folder: String,
    files: usize,
    found: Vec<Move>,
    missing: Vec<String>,
    unreadable: Vec<String>,
    written: bool,
}

#[derive(Debug, Serialize)]
struct Move {
    video: String,
    from: String,
    to: String,
    recognised: &'static str,
}

/// Runs the command.
///
/// # Errors
/// There is no project or no folder, another window writes to the project, or it cannot be written.
pub fn run(args: &RelocateArgs) -> Result<(), CliError> {
    let (project, folder) = folders(args)?;
    let ticket = cancelled_by_interrupt()?;
    let opened = project::open(project)?;
    if !args.dry_run {
        // Before anything is read for nothing.
        project::require_writable(&opened)?;
    }
    let mut bars = Bars::default();
    let mut watch = Watch { ticket: &ticket, progress: &mut |stage, progress| bars.set(stage, progress) };
    let relocation = exchange::search(opened, folder, &mut watch)?;
    drop(bars);
    let written = !args.dry_run && !relocation.found.is_empty();
    if written {
        project::open(project)?.relocate(&relocation.places())?;
    }
    let findings = Findings::new((project, folder), &relocation, written);
    files::print(&if args.json { serde_json::to_string_pretty(&findings)? + "\n" } else { findings.text() })
}

/// The project and the folder to search.
fn folders(args: &RelocateArgs) -> Result<(&Path, &Path), CliError> {
    match (&args.named, args.folders.as_slice()) {
        (Some(project), [folder]) | (None, [project, folder]) => Ok((project, folder)),
        (Some(project), _) => {
            let project = project.display();
            Err(CliError::Input(format!(
                "--project {project} names the project: name only the folder to search besides"
            )))
        }
        (None, _) => Err(CliError::Input("name the project and the folder to search, in this order".to_owned())),
    }
}

impl Findings {
    fn new((project, folder): (&Path, &Path), relocation: &Relocation, written: bool) -> Self {
        let moved = |found: &Found| Move {
            video: found.video.id.to_string(),
            from: found.video.path.display().to_string(),
            to: found.path.display().to_string(),
            recognised: found.recognised(),
        };
        let missing = relocation.missing.iter();
        Self {
            project: project.display().to_string(),
            folder: folder.display().to_string(),
            files: relocation.files,
            found: relocation.found.iter().map(moved).collect(),
            missing: missing.map(|video| format!("{}: {}", video.name, video.path.display())).collect(),
            unreadable: relocation.unreadable.clone(),
            written,
        }
    }

    fn text(&self) -> String {
        let all = self.found.len() + self.missing.len();
        let mut text = format!("project    {}\nmissing    {}\n", self.project, count(all, "video"));
        if all == 0 {
            return text + "nothing    all videos are where the project saw them\n";
        }
        let looked = count(self.files, "video file");
        writeln!(text, "found      {} of {all} among {looked} in {}", self.found.len(), self.folder).ok();
        let line = |found: &Move| format!("{} -> {} ({})", found.from, found.to, found.recognised);
        text += &listed(&count(self.found.len(), "moved video"), self.found.iter().map(line));
        text += &listed(&format!("{} not found", count(self.missing.len(), "video")), self.missing.iter().cloned());
        let unreadable = format!("{} that cannot be read", count(self.unreadable.len(), "file"));
        text += &listed(&unreadable, self.unreadable.iter().cloned());
        if self.written {
            writeln!(text, "written    {} in {}", count(self.found.len(), "new place"), self.project).ok();
        }
        text
    }
}
