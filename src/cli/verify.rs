//! `lookback verify`: whether a project is what was written, or a report's figures come out again.
//!
//! Owns what is printed and the exit code. Does not own the checks: the record's are the store's, the files' are
//! [`crate::app::exchange`]'s, reports are [`super::run_report`]'s.

use std::fmt::Write as _;

use serde::Serialize;

use super::args::exchange::VerifyArgs;
use super::error::CliError;
use super::files;
use super::labels::{count, listed};
use super::progress::{Bar, cancelled_by_interrupt};
use super::{project, run_report};
use crate::app::exchange::{self, FileState};
use crate::domain::queue::KnownVideo;
use crate::store::ProjectError;

/// What was found.
#[derive(Debug, Serialize)]
struct Findings {
    project: String,
    rows: u64,
    head: String,
    problems: Vec<String>,
    videos: Option<Videos>,
}

#[derive(Debug, Default, Serialize)]
struct Videos {
    same: usize,
    changed: Vec<String>,
    missing: Vec<String>,
    unreadable: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// Something is not as it was written, or there is nothing to check.
pub fn run(args: &VerifyArgs) -> Result<(), CliError> {
    if let Some(report) = args.project.as_deref().filter(|path| path.is_file()) {
        return run_report::verify(report, args);
    }
    if let Some(missing) = args.project.as_deref().filter(|path| !path.exists()) {
        return Err(CliError::input(
            missing,
            "is not there; name the page of an evaluation, or the folder of a project",
        ));
    }
    let folder = project::folder(args.project.as_deref().or(args.named.as_deref()))?;
    let ticket = cancelled_by_interrupt()?;
    // Damage so great that the project cannot even be opened is what was asked for, not a wrong request.
    let damage = |err: ProjectError| match err {
        ProjectError::Damaged { .. } => CliError::Failed(err.to_string()),
        other => other.into(),
    };
    let project = crate::store::Project::open(&folder, &project::reviewer()).map_err(damage)?;
    let record = project.verify().map_err(damage)?;
    let mut findings = Findings {
        project: folder.display().to_string(),
        rows: record.rows,
        head: record.head.to_string(),
        problems: record
            .problems
            .into_iter()
            .map(|problem| problem.row.map_or_else(String::new, |row| format!("row {row}: ")) + &problem.what)
            .collect(),
        videos: None,
    };
    if !args.record_only {
        let known = project.videos()?;
        // Reading all videos may take hours, and nobody should find the project held meanwhile.
        drop(project);
        let mut bar = Bar::new("videos", "bytes");
        let states = exchange::check_files(&known, &ticket, &mut |progress| bar.set(progress))?;
        findings.videos = Some(Videos::new(&known, states));
    }
    files::print(&if args.json { serde_json::to_string_pretty(&findings)? + "\n" } else { findings.text() })?;
    let wrong = findings.problems.len() + findings.videos.as_ref().map_or(0, Videos::wrong);
    if wrong == 0 {
        return Ok(());
    }
    Err(CliError::Failed(format!("{}: {}, see above", folder.display(), count(wrong, "problem"))))
}

impl Videos {
    fn new(known: &[KnownVideo], states: Vec<FileState>) -> Self {
        let mut videos = Self::default();
        for (video, state) in known.iter().zip(states) {
            let line = format!("{}: {}", video.name, video.path.display());
            match state {
                FileState::Same => videos.same += 1,
                FileState::Changed => videos.changed.push(line),
                FileState::Missing => videos.missing.push(line),
                FileState::Unreadable(err) => videos.unreadable.push(format!("{}: {err}", video.name)),
            }
        }
        videos
    }

    fn wrong(&self) -> usize {
        self.changed.len() + self.missing.len() + self.unreadable.len()
    }
}

impl Findings {
    fn text(&self) -> String {
        let state = if self.problems.is_empty() { "as they were written" } else { "not as they were written" };
        let mut text = format!(
            "project    {}\nrecord     {}, {state}\nhead       {}\n",
            self.project,
            count(self.rows as usize, "row"),
            self.head
        );
        text += &listed(&count(self.problems.len(), "problem"), self.problems.iter().cloned());
        let Some(videos) = &self.videos else { return text };
        let all = videos.same + videos.wrong();
        writeln!(text, "videos     {} of {} as they were", videos.same, count(all, "video")).ok();
        for (what, lines) in
            [("changed", &videos.changed), ("missing", &videos.missing), ("unreadable", &videos.unreadable)]
        {
            text += &listed(&format!("{} {what}", count(lines.len(), "video")), lines.iter().cloned());
        }
        text
    }
}
