//! `lookback score`: videos or features into scores and events.
//!
//! Owns the order of the inputs and what happens when one of several fails. The forms of output are
//! [`crate::app::sheet`]'s.

use std::path::{Path, PathBuf};

use super::args::ScoreArgs;
use super::engine::{self, Extracted, Extractor};
use super::error::CliError;
use super::files;
use super::progress::cancelled_by_interrupt;
use super::report::{ReportParts, Scene};
use crate::app::sheet::{CSV_HEADER, ScoreSheet};
use crate::app::{exchange, pipeline};
use crate::domain::features::FeatureMatrix;
use crate::domain::score::{ScoredVideo, TsaSettings};
use crate::domain::segment::EventRule;
use crate::domain::snippet::SnippetGrid;
use crate::jobs::Ticket;
use crate::media;
use crate::model::{NoiseDraws, Scorer};

/// How scores are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Table,
    Json,
    Csv,
}

/// A loaded model with everything that decides about its scores.
pub struct Judge {
    scorer: Scorer,
    tsa: TsaSettings,
    noise: Option<NoiseDraws>,
    /// From scores to events.
    pub rule: EventRule,
}

impl Judge {
    /// With the model's own settings.
    pub fn new(scorer: Scorer) -> Self {
        let tsa = scorer.info().tsa;
        let default = EventRule::default();
        let rule = EventRule { threshold: scorer.info().threshold.unwrap_or(default.threshold), ..default };
        Self { scorer, tsa, noise: None, rule }
    }

    /// The model.
    pub fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// Changes the settings of attention.
    pub fn with_tsa(self, tsa: TsaSettings) -> Self {
        Self { tsa, ..self }
    }

    /// Scores features that `encoder` made.
    ///
    /// # Errors
    /// Features or recorded draws do not fit the model, or the device fails.
    pub fn score(&self, features: &FeatureMatrix, encoder: &str, ticket: &Ticket) -> Result<ScoredVideo, CliError> {
        let snippets = self.scorer.score(features, &self.tsa, self.noise.as_ref(), ticket)?;
        let samples = self.noise.as_ref().map_or(self.tsa.samples, NoiseDraws::samples);
        Ok(ScoredVideo {
            snippets,
            tsa: TsaSettings { samples, ..self.tsa },
            encoder: encoder.to_owned(),
            model: self.scorer.info().weights_id.clone(),
            device: self.scorer.device().label(),
            complete: true,
        })
    }
}

/// Runs the command.
///
/// # Errors
/// The request cannot be used, or one of the inputs failed.
pub fn run(args: &ScoreArgs) -> Result<(), CliError> {
    let ticket = cancelled_by_interrupt()?;
    let form = match (args.json, args.csv) {
        (true, _) => Form::Json,
        (_, true) => Form::Csv,
        _ => Form::Table,
    };
    let device = engine::device(args.engine.device)?;
    let mut judge = Judge::new(engine::scorer(&args.engine, &device)?);
    judge.tsa = engine::tsa(&args.tsa, judge.tsa);
    judge.noise = args.noise.as_deref().map(engine::noise).transpose()?;
    judge.rule.threshold = args.threshold.unwrap_or(judge.rule.threshold);
    let mut printer = Printer { form, printed: 0 };

    if let Some(features) = &args.features {
        let scored = score_features(args, features, &judge, &ticket)?;
        printer.print(&scored)?;
        if let Some(folder) = &args.out {
            files::write(&folder.join("scores.json"), scored.json()?.as_bytes())?;
            files::write(&folder.join("scores.csv"), (CSV_HEADER.to_owned() + &scored.csv()).as_bytes())?;
        }
        return printer.end();
    }
    let videos = videos(&args.paths)?;
    let mut extractor = Extractor::open(&args.engine.encoder, &device, !args.no_cache)?;
    pipeline::check_match(&judge.scorer, extractor.encoder())?;
    let mut report = args.out.as_ref().map(|_| ReportParts::new("Scores", judge.rule));
    let mut failed = Failures::new(videos.len());
    for path in &videos {
        match score_video(path, &mut extractor, &judge, &ticket) {
            Ok((extracted, scored)) => {
                let events = judge.rule.events(&scored.snippets.scores);
                let frames = &extracted.video.frames;
                let mut out = ScoreSheet::new(path.display().to_string(), &scored, Some(frames), judge.rule, &events);
                out.video_id = Some(extracted.id.to_string());
                out.notes.clone_from(&extracted.notes);
                printer.print(&out)?;
                if let Some(report) = &mut report {
                    report.add(Scene::new(extracted.video, extracted.id, scored, extracted.notes, Vec::new()));
                }
            }
            Err(err) => failed.take(err)?,
        }
    }
    printer.end()?;
    if let (Some(report), Some(folder)) = (report, &args.out) {
        let page = report.write(folder)?;
        files::complain(&format!("report: {}", page.display()));
    }
    failed.end()
}

/// Opens, encodes and scores one video.
///
/// # Errors
/// Any step failed.
pub fn score_video(
    path: &Path,
    extractor: &mut Extractor,
    judge: &Judge,
    ticket: &Ticket,
) -> Result<(Extracted, ScoredVideo), CliError> {
    let mut extracted = extractor.extract(path, ticket)?;
    let scored = judge.score(&extracted.features, extractor.encoder().id(), ticket)?;
    extracted.notes.extend(judge.scorer.notes());
    Ok((extracted, scored))
}

/// The videos that the paths stand for.
///
/// # Errors
/// A path does not exist, or there is no video among them.
pub fn videos(paths: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    Ok(exchange::videos(paths)?)
}

fn score_features(args: &ScoreArgs, path: &Path, judge: &Judge, ticket: &Ticket) -> Result<ScoreSheet, CliError> {
    let features = engine::feature_file(path, args.layout)?;
    let video = match args.paths.as_slice() {
        [] => None,
        [one] => Some(media::open(one)?),
        _ => return Err(CliError::Input("--features describes one video: give at most one PATH with it".to_owned())),
    };
    if let Some(video) = &video {
        let (frames, snippets) = (video.frames.len(), SnippetGrid::new(video.frames.len()).count());
        if snippets != features.snippets() {
            let reason = format!(
                "has features of {} snippets, but {} has {frames} frames, which are {snippets} snippets",
                features.snippets(),
                video.info.path.display()
            );
            return Err(CliError::input(path, reason));
        }
    }
    let scored = judge.score(&features, "from file", ticket).map_err(|err| err.about(path))?;
    let events = judge.rule.events(&scored.snippets.scores);
    let source = video.as_ref().map_or(path, |v| &v.info.path).display().to_string();
    let mut out = ScoreSheet::new(source, &scored, video.as_ref().map(|v| v.frames.as_ref()), judge.rule, &events);
    out.notes = judge.scorer.notes();
    Ok(out)
}

/// Prints results as they come, and closes the JSON array at the end.
struct Printer {
    form: Form,
    printed: usize,
}

impl Printer {
    fn print(&mut self, scored: &ScoreSheet) -> Result<(), CliError> {
        let text = match self.form {
            Form::Table => scored.table() + "\n",
            // A row is a snippet, and there is no place in it for what is to be known about all of them.
            Form::Csv => {
                scored.notes.iter().for_each(|note| files::complain(&format!("{}: {note}", scored.source)));
                (if self.printed == 0 { CSV_HEADER } else { "" }).to_owned() + &scored.csv()
            }
            Form::Json => (if self.printed == 0 { "[\n" } else { ",\n" }).to_owned() + &scored.json()?,
        };
        self.printed += 1;
        files::print(&text)
    }

    fn end(&self) -> Result<(), CliError> {
        match (self.form, self.printed) {
            (Form::Json, 0) => files::print("[]\n"),
            (Form::Json, _) => files::print("\n]\n"),
            _ => Ok(()),
        }
    }
}

/// Counts the inputs that failed, so that one bad file does not keep the others from being done.
pub struct Failures {
    all: usize,
    failed: usize,
}

impl Failures {
    /// None so far of `all`.
    pub fn new(all: usize) -> Self {
        Self { all, failed: 0 }
    }

    /// Reports `err` and goes on, unless nothing else can be done: a single input, Ctrl-C, no reader.
    ///
    /// # Errors
    /// Hands back what ends the command.
    pub fn take(&mut self, err: CliError) -> Result<(), CliError> {
        if self.all == 1 || !matches!(err, CliError::Input(_) | CliError::Failed(_)) {
            return Err(err);
        }
        self.failed += 1;
        files::complain(&format!("lookback: {err}"));
        Ok(())
    }

    /// What the command ends with.
    ///
    /// # Errors
    /// Some failed.
    pub fn end(&self) -> Result<(), CliError> {
        if self.failed == 0 { Ok(()) } else { Err(CliError::Some { failed: self.failed, all: self.all }) }
    }
}
