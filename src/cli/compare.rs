//! `lookback compare`: two score curves of each video side by side.
//!
//! Owns which model is meant by which word, and what is printed. Does not own the comparison (`app::comparing`). Reads a
//! project and never writes to it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::args::compare::CompareArgs;
use super::engine::{self, Extractor};
use super::error::CliError;
use super::progress::cancelled_by_interrupt;
use super::score::{Failures, Judge, videos};
use super::{files, project};
use crate::app::comparing::sheet::{CSV_HEADER, CompareSheet};
use crate::app::comparing::work::{OtherScores, compare};
use crate::app::comparing::{Judged, Other, OtherModel};
use crate::app::models;
use crate::app::pipeline;
use crate::domain::segment::EventRule;
use crate::jobs::Ticket;
use crate::model::weights::ModelWeights;
use crate::model::{ComputeDevice, Scorer};
use crate::store::Project;

/// The other curve: a model with the features it reads, or a file.
enum Side {
    Model { judge: Box<Judge>, extractor: Option<Extractor>, other: Other },
    File(Other),
}

/// Runs the command.
///
/// # Errors
/// The request cannot be used, or one of the videos failed.
pub fn run(args: &CompareArgs) -> Result<(), CliError> {
    let ticket = cancelled_by_interrupt()?;
    let project = args.project.as_deref().map(project::open).transpose()?;
    let device = engine::device(args.device)?;
    let (_, weights) = model(args.model.as_deref(), project.as_ref())?;
    let own = Scorer::new(Arc::clone(&weights), &device)?;
    let tsa = engine::tsa(&args.tsa, own.info().tsa);
    let mut judge = Judge::new(own).with_tsa(tsa);
    judge.rule.threshold = args.threshold.unwrap_or(judge.rule.threshold);
    let videos = videos(&args.paths)?;
    let mut extractor = Extractor::open(&args.encoder, &device, !args.no_cache)?;
    pipeline::check_match(judge.scorer(), extractor.encoder())?;
    let mut side = side(args, project.as_ref(), weights, &device)?;
    if let Side::Model { judge, extractor: other, .. } = &side {
        pipeline::check_match(judge.scorer(), other.as_ref().map_or_else(|| extractor.encoder(), Extractor::encoder))?;
    }

    let (mut failed, mut printed) = (Failures::new(videos.len()), 0);
    for path in &videos {
        match sheet(args, path, &judge, &mut extractor, &mut side, &ticket) {
            Ok(sheet) => {
                for note in sheet.notes.iter().filter(|_| args.csv) {
                    // A row is a snippet, and there is no place in it for what is to be known about all of them.
                    files::complain(&format!("{}: {note}", sheet.source));
                }
                let first = printed == 0;
                files::print(&match (args.json, args.csv) {
                    (true, _) => (if first { "[\n" } else { ",\n" }).to_owned() + &sheet.json()?,
                    (_, true) => (if first { CSV_HEADER } else { "" }).to_owned() + &sheet.csv(),
                    _ => sheet.table() + "\n",
                })?;
                printed += 1;
            }
            Err(err) => failed.take(err)?,
        }
    }
    if args.json {
        files::print(if printed == 0 { "[]\n" } else { "\n]\n" })?;
    }
    failed.end()
}

/// What the one is compared with.
fn side(
    args: &CompareArgs,
    project: Option<&Project>,
    own: Arc<ModelWeights>,
    device: &ComputeDevice,
) -> Result<Side, CliError> {
    if let Some(path) = &args.with_scores {
        return Ok(Side::File(Other::Scores(path.clone())));
    }
    let (model, weights) = match &args.with {
        Some(name) => model(Some(name), project)?,
        None => (OtherModel::InUse, own),
    };
    let scorer = Scorer::new(weights, device)?;
    let tsa = engine::tsa(&args.other.over(&args.tsa), scorer.info().tsa);
    let mut judge = Judge::new(scorer).with_tsa(tsa);
    judge.rule.threshold = args.with_threshold.or(args.threshold).unwrap_or(judge.rule.threshold);
    // The same encoder has the same features, which are made once.
    let another = args.with_encoder.as_ref().filter(|encoder| **encoder != args.encoder);
    let extractor = another.map(|encoder| Extractor::open(encoder, device, !args.no_cache)).transpose()?;
    Ok(Side::Model { judge: Box::new(judge), extractor, other: Other::model(model) })
}

/// The model that a word means: a file, `builtin`, or the first digits of one of the project.
fn model(name: Option<&str>, project: Option<&Project>) -> Result<(OtherModel, Arc<ModelWeights>), CliError> {
    let Some(name) = name else {
        let weights = match project {
            Some(project) => models::in_use(project)?,
            None => Arc::new(ModelWeights::builtin()?),
        };
        return Ok((OtherModel::InUse, weights));
    };
    let path = Path::new(name);
    if path.is_file() {
        return Ok((OtherModel::File(path.to_owned()), Arc::new(ModelWeights::load(path)?)));
    }
    if name == models::SHIPPED {
        return Ok((OtherModel::Project(None), Arc::new(ModelWeights::builtin()?)));
    }
    let Some(project) = project else {
        let reason = format!(
            "{name:?} is no file; the model that comes with the program is called {:?}, and one of a project is named by its first digits with --project",
            models::SHIPPED
        );
        return Err(CliError::Input(reason));
    };
    let id = models::find(project, name)?;
    let weights = models::load(project, id.as_deref())?;
    Ok((OtherModel::Project(id), weights))
}

fn sheet(
    args: &CompareArgs,
    path: &Path,
    judge: &Judge,
    extractor: &mut Extractor,
    side: &mut Side,
    ticket: &Ticket,
) -> Result<CompareSheet, CliError> {
    let extracted = extractor.extract(path, ticket)?;
    let one = Arc::new(judge.score(&extracted.features, extractor.encoder().id(), ticket)?);
    let (other, mut scores, rule) = match side {
        Side::File(other) => {
            let frames = extracted.video.frames.len();
            let file = args.with_scores.as_deref().unwrap_or(path);
            let scores = OtherScores::of_file(file, path, &extracted.id, frames).map_err(CliError::Input)?;
            let threshold = args.with_threshold.unwrap_or(judge.rule.threshold);
            (other.clone(), scores, EventRule { threshold, ..judge.rule })
        }
        Side::Model { judge, extractor: another, other } => {
            let made = another.as_mut().map(|another| another.extract(path, ticket)).transpose()?;
            let features = made.as_ref().map_or(&extracted.features, |made| &made.features);
            let encoder = another.as_ref().map_or_else(|| extractor.encoder(), Extractor::encoder).id();
            let scored = judge.score(features, encoder, ticket)?;
            let mut notes = made.as_ref().map_or_else(Vec::new, |made| made.notes.clone());
            notes.extend(judge.scorer().notes());
            (other.clone(), OtherScores::of_model(scored, judge.scorer().info().threshold, notes), judge.rule)
        }
    };
    scores.notes.splice(0..0, extracted.notes.iter().cloned().chain(judge.scorer().notes()));
    // Both sides may say the same.
    let mut said = BTreeSet::new();
    scores.notes.retain(|note| said.insert(note.clone()));
    let compared = compare(extracted.id.clone(), one, other, scores);
    let judged = Judged::of(&compared, judge.rule, rule);
    Ok(CompareSheet::new(path.display().to_string(), &compared, &judged, &extracted.video.frames))
}
