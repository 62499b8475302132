//! The report of an evaluation as a file, and its verification.
//!
//! Owns which files are recorded, running an evaluation again, and what is printed about differences. The page is
//! [`crate::app::report::run`]'s, the comparison [`crate::app::evaluation::record`]'s.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use serde::Serialize;

use super::args::eval::EvalArgs;
use super::args::exchange::VerifyArgs;
use super::args::{Arguments, Command};
use super::error::CliError;
use super::eval::{self, EvalResult};
use super::eval_data::EvalData;
use super::files;
use super::labels::{count, listed};
use super::progress::cancelled_by_interrupt;
use crate::app::evaluation::record::{Difference, InputFile, RunRecord};
use crate::app::report::run::RunPage;
use crate::app::report::stills::{machine, versions};
use crate::jobs::Ticket;
use crate::media;

/// Writes the report of an evaluation that was asked for by the program's own command line.
///
/// # Errors
/// A file that was read is gone, or the report cannot be written.
pub fn write(path: &Path, args: &EvalArgs, data: &EvalData, result: &EvalResult) -> Result<(), CliError> {
    let command = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let folder = std::env::current_dir().map(|folder| folder.display().to_string()).unwrap_or_default();
    let mut record = RunRecord::new(command, folder, serde_json::to_value(result)?);
    record.versions = versions();
    record.videos.clone_from(&data.contents);
    record.settings = Some(settings(data, result));
    record.title = title(args);
    record.made_at = jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    for input in args.inputs() {
        let hash = media::hash_file(input, &Ticket::unlimited(), &mut |_| ())?;
        record.inputs.push(InputFile { path: input.display().to_string(), blake3: hash.to_string() });
    }
    files::write(path, page(&record, result)?.as_bytes())
}

/// What the page says of how it was done.
fn settings(data: &EvalData, result: &EvalResult) -> Vec<(String, String)> {
    let settings = &result.evaluation.settings;
    let mut rows = vec![
        ("events".to_owned(), settings.rule.text()),
        (
            "intervals".to_owned(),
            format!("95 of 100 of {} resamples of the videos, seed {}", settings.resamples, settings.seed),
        ),
    ];
    if let Some(model) = &data.model {
        rows.push(("model".to_owned(), model.weights_id.clone()));
        rows.extend(model.encoder.clone().map(|encoder| ("encoder".to_owned(), encoder)));
        rows.extend(model.seed.map(|seed| ("seed of the training".to_owned(), seed.to_string())));
    }
    rows.extend(data.tsa.map(|tsa| {
        let how = if tsa.enabled {
            format!("ratio {}, sigma {}, {} draws, seed {}", tsa.ratio, tsa.sigma, tsa.samples, tsa.seed)
        } else {
            "off".to_owned()
        };
        ("attention (TSA)".to_owned(), how)
    }));
    rows.extend(data.device.clone().map(|device| ("scores computed on".to_owned(), device)));
    rows.push(("machine".to_owned(), machine()));
    rows
}

/// What was judged by what, in a few words.
fn title(args: &EvalArgs) -> String {
    let stem = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let several = |paths: &[PathBuf]| match paths {
        [] => None,
        [one] => Some(stem(one)),
        [first, others @ ..] => Some(format!("{} and {} more", stem(first), others.len())),
    };
    let judged = several(&args.scores);
    let judged = judged.or_else(|| several(args.engine.model.as_slice())).unwrap_or_else(|| "shipped model".to_owned());
    let made_by = args.choice.made_by.as_deref().map_or_else(String::new, |model| format!(" of {}", stem(model)));
    let videos = several(args.list.as_slice()).or_else(|| several(&args.frames)).or_else(|| several(&args.gt));
    let split = args.split.as_deref().map_or_else(String::new, |split| format!(", {}", stem(split)));
    format!("{judged}{made_by} on {}{split}", videos.unwrap_or_default())
}

/// The page of a record, which shows `result`. Of nothing else, so that a file that has changed changes no page.
fn page(record: &RunRecord, result: &EvalResult) -> Result<String, CliError> {
    let page = RunPage { marks: &result.marks, evaluation: &result.evaluation, sections: &result.sections(), record };
    page.html().map_err(|err| CliError::Failed(err.to_string()))
}

/// What a verification found.
#[derive(Debug, Default, Serialize)]
struct Verified {
    report: String,
    files: usize,
    changed: Vec<String>,
    missing: Vec<String>,
    videos_changed: Vec<String>,
    recomputed: bool,
    differences: Vec<Difference>,
    /// Whether the page shows what its record says; unknown where another version wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<bool>,
}

/// `lookback verify REPORT`: whether its files are what they were, and its figures come out again.
///
/// # Errors
/// The file is no report, or something differs.
pub fn verify(path: &Path, args: &VerifyArgs) -> Result<(), CliError> {
    let shown = files::text(path)?;
    let record = RunRecord::of_page(&shown).map_err(|err| CliError::input(path, err))?;
    let ticket = cancelled_by_interrupt()?;
    let line = std::iter::once("lookback".to_owned()).chain(record.command.iter().cloned());
    let Ok(Some(Command::Eval(evaluation))) = Arguments::try_parse_from(line).map(|arguments| arguments.command) else {
        let reason =
            "its command line is none of this version of the program; the version that wrote it is in the report";
        return Err(CliError::input(path, reason));
    };
    // Paths of the command are meant from there. Where that folder is gone, from here.
    std::env::set_current_dir(&record.folder).ok();
    let mut found = Verified { report: path.display().to_string(), files: record.inputs.len(), ..Verified::default() };
    for input in &record.inputs {
        match media::hash_file(Path::new(&input.path), &ticket, &mut |_| ()) {
            Ok(hash) if hash.as_str() == input.blake3 => {}
            Ok(_) => found.changed.push(input.path.clone()),
            Err(_) => found.missing.push(input.path.clone()),
        }
    }
    if found.missing.is_empty() && !args.record_only {
        let (data, result) = eval::evaluate(&evaluation, &ticket)?;
        let was = |now: &crate::domain::provenance::VideoRef| record.videos.contains(now);
        found.videos_changed = data.contents.iter().filter(|now| !was(now)).map(|now| now.name.clone()).collect();
        found.differences = record.differences(&serde_json::to_value(&result)?);
        found.recomputed = true;
        if record.versions == versions() && record.is_current() {
            let said: EvalResult = serde_json::from_value(record.result.clone())?;
            found.page = Some(page(&record, &said)? == shown);
        }
    }
    files::print(&if args.json { serde_json::to_string_pretty(&found)? + "\n" } else { found.text() })?;
    match found.wrong() {
        0 => Ok(()),
        wrong => Err(CliError::Failed(format!("{}: {}, see above", found.report, count(wrong, "difference")))),
    }
}

impl Verified {
    fn wrong(&self) -> usize {
        let page = usize::from(self.page == Some(false));
        self.changed.len() + self.missing.len() + self.videos_changed.len() + self.differences.len() + page
    }

    fn text(&self) -> String {
        let same = self.files - self.changed.len() - self.missing.len();
        let mut text = format!("report     {}\nfiles      {same} of {} as they were\n", self.report, self.files);
        for (what, names) in
            [("changed", &self.changed), ("missing", &self.missing), ("video changed", &self.videos_changed)]
        {
            if !names.is_empty() {
                text += &listed(&format!("{} {what}", names.len()), names.iter().cloned());
            }
        }
        // Writing to a string cannot fail.
        if !self.recomputed {
            writeln!(text, "figures    not computed again").ok();
        } else if self.differences.is_empty() {
            writeln!(text, "figures    came out again, all of them").ok();
        } else {
            let lines =
                self.differences.iter().map(|d| format!("{}: {} in the report, {} now", d.figure, d.reported, d.now));
            text += &listed(&format!("{} came out otherwise", count(self.differences.len(), "figure")), lines);
        }
        // Writing to a string cannot fail.
        match self.page {
            Some(true) => writeln!(text, "page       shows what was recorded").ok(),
            Some(false) => writeln!(
                text,
                "page       was changed: its text or its curves are not those of the figures recorded in it"
            )
            .ok(),
            None if self.recomputed => {
                writeln!(text, "page       not compared with its record: another version of the program wrote it").ok()
            }
            None => None,
        };
        text
    }
}
