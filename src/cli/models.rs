//! `lookback models`: which models a project has, which is in use, and changing that.
//!
//! Owns what is printed, and that a promotion is compared first and asks twice where anomalies would be lost. Does not own
//! the models (`app::models`) or the comparison (`domain::gate`).

use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;

use super::args::EngineArgs;
use super::args::learn::{ModelsArgs, ModelsCommand};
use super::classroom::Classroom;
use super::error::CliError;
use super::labels::count;
use super::progress::{Bar, cancelled_by_interrupt};
use super::{files, gate_text, project};
use crate::app::learning::{self, Comparison};
use crate::app::models::{self, ModelEntry, ModelState, SHIPPED};
use crate::domain::gate::GateReport;
use crate::domain::segment::EventRule;
use crate::domain::threshold::threshold_text;
use crate::model::weights::{Making, ModelWeights};
use crate::model::{ModelInfo, Scorer};
use crate::store::Project;
use crate::store::project::Author;

/// One model as JSON.
#[derive(Debug, Serialize)]
struct Row {
    id: String,
    depth: usize,
    state: ModelState,
    in_use: bool,
    /// When its file was written, in seconds since 1970, UTC.
    at: Option<u64>,
    info: Option<ModelInfo>,
    replay_normal: usize,
    replay_abnormal: usize,
    problem: Option<String>,
}

impl From<&ModelEntry> for Row {
    fn from(entry: &ModelEntry) -> Self {
        let (info, problem) = match &entry.info {
            Ok(info) => (Some(info.clone()), None),
            Err(problem) => (None, Some(problem.clone())),
        };
        let replay = info.as_ref().map(|info| info.replay).unwrap_or_default();
        let since = entry.at.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        Self {
            id: entry.id.clone(),
            depth: entry.depth,
            state: entry.state,
            in_use: entry.in_use,
            at: since.map(|since| since.as_secs()),
            replay_normal: replay.normal,
            replay_abnormal: replay.abnormal,
            info,
            problem,
        }
    }
}

/// What a change of the model in use did.
#[derive(Debug, Serialize)]
struct Change {
    project: String,
    in_use: Option<String>,
    step: Option<u64>,
    gate: Option<GateReport>,
}

impl Change {
    /// None yet, in this project.
    fn of(project: &Project) -> Self {
        Self { project: project.folder().display().to_string(), in_use: None, step: None, gate: None }
    }
}

/// Runs the command.
///
/// # Errors
/// There is no project or no such model, another program writes, or a promotion would lose confirmed anomalies.
pub fn run(args: &ModelsArgs) -> Result<(), CliError> {
    let folder = project::folder(args.project.as_deref())?;
    let mut project = project::open(&folder)?;
    let json = args.json;
    match &args.command {
        ModelsCommand::List => list(&project, json),
        ModelsCommand::Show { id } => show(&project, id, json),
        ModelsCommand::Promote { id, even_if_lost, encoder, device } => {
            let engine = EngineArgs { encoder: encoder.clone(), device: *device, ..EngineArgs::default() };
            promote(&mut project, id, *even_if_lost, &engine, json)
        }
        ModelsCommand::Rollback => {
            let gone = project.roll_back(&author(&project)?)?;
            let step = project.history(1, None)?.first().map(|entry| entry.step);
            let way_back = format!("lookback models promote {}", gone.to.as_deref().unwrap_or(SHIPPED));
            let change = Change { in_use: gone.from, step: step.map(|step| step.0), ..Change::of(&project) };
            changed(&change, &way_back, json)
        }
        ModelsCommand::Discard { id: model } => {
            let id = own(&project, model)?;
            project.discard_model(&id)?;
            files::print(&format!("set aside  {id}; back with: lookback models restore {id}\n"))
        }
        ModelsCommand::Restore { id: model } => {
            let id = own(&project, model)?;
            project.restore_model(&id)?;
            files::print(&format!("back       {id}, as a candidate\n"))
        }
        ModelsCommand::Export { id: model, output } => {
            let id = models::find(&project, model)?;
            let there = output.exists();
            if there && ModelInfo::peek(output).is_err() {
                let reason = "is there already and is no model; nothing was changed. Choose another name";
                return Err(CliError::input(output, reason));
            }
            let replaced = if there { ", in place of the model that was there" } else { "" };
            models::export(&project, id.as_deref(), output)?;
            let id = id.as_deref().unwrap_or(SHIPPED);
            files::print(&format!("written    {id} to {}{replaced}\n", output.display()))
        }
        ModelsCommand::Import { file } => {
            project::require_writable(&project)?;
            let imported = models::import(&mut project, file)?;
            let (id, file) = (imported.id, file.display());
            files::print(&match imported.known {
                None => format!("candidate  {id}, from {file}\n"),
                Some(standing) => format!("known      {id}, from {file}: it is in the project already ({standing})\n"),
            })
        }
    }
}

/// Whose step it is, with the model that was in use when it was taken.
fn author(project: &Project) -> Result<Author, CliError> {
    Ok(Author { who: project::reviewer(), model: project.promoted_model()? })
}

/// The id of a model that is a file of the project.
fn own(project: &Project, wanted: &str) -> Result<String, CliError> {
    models::find(project, wanted)?.ok_or_else(|| {
        CliError::Input("the model that comes with the program is always there and cannot be set aside".to_owned())
    })
}

fn list(project: &Project, json: bool) -> Result<(), CliError> {
    let entries = models::tree(project)?;
    if json {
        let rows: Vec<Row> = entries.iter().map(Row::from).collect();
        return files::print(&(serde_json::to_string_pretty(&rows)? + "\n"));
    }
    let mut text = String::new();
    for entry in &entries {
        let mark = if entry.in_use { "*" } else { " " };
        let about = match &entry.info {
            Ok(info) => info.data.clone().unwrap_or_default(),
            Err(problem) => problem.clone(),
        };
        let indent = "  ".repeat(entry.depth);
        writeln!(text, "{mark} {indent}{}  {}  {about}", entry.id, entry.standing()).ok();
    }
    files::print(&text)
}

fn show(project: &Project, wanted: &str, json: bool) -> Result<(), CliError> {
    let id = models::find(project, wanted)?;
    let weights = models::load(project, id.as_deref())?;
    let entries = models::tree(project)?;
    let entry = entries.iter().find(|entry| entry.id == weights.info().weights_id);
    if json {
        let row = entry.map(Row::from);
        return files::print(&(serde_json::to_string_pretty(&row)? + "\n"));
    }
    files::print(&about(weights.info(), entry.map_or("", ModelEntry::standing)))
}

fn about(info: &ModelInfo, state: &str) -> String {
    let unknown = || "not known".to_owned();
    let mut text = format!(
        "model      {} ({state})\nparent     {}\nencoder    {}, {} numbers per snippet\nthreshold  {}\n\
         carries    {} normal and {} abnormal bags of what it was trained on\n",
        info.weights_id,
        info.parent.clone().unwrap_or_else(|| "none".to_owned()),
        info.encoder.clone().unwrap_or_else(unknown),
        info.dim,
        info.threshold.map_or_else(unknown, threshold_text),
        info.replay.normal,
        info.replay.abnormal,
    );
    let made = match &info.making {
        Some(Making::Training(s)) => {
            format!("trained, {}, preset {}, seed {}", count(info.steps, "step"), s.preset, s.seed)
        }
        Some(Making::Tuning(s)) => format!(
            "learned from verdicts, {} of at most {}, learning rate {}, anchor {}, seed {}",
            count(info.steps, "step"),
            s.steps,
            s.learning_rate,
            s.anchor,
            s.seed
        ),
        None => count(info.steps, "step"),
    };
    writeln!(text, "made       {made}").ok();
    if let Some(data) = &info.data {
        writeln!(text, "data       {data}").ok();
    }
    if let Some(seen) = &info.videos {
        let more = if seen.complete { "" } else { "; an ancestor saw more and does not say which" };
        let (trained, chosen) = (count(seen.trained.len(), "video"), count(seen.chosen.len(), "video"));
        writeln!(text, "seen       trained on {trained}, chosen by {chosen}{more}").ok();
    }
    for (name, value) in &info.results {
        let (value, meaning) = (learning::result_text(name, *value, 4), learning::result_meaning(name));
        writeln!(text, "{}", format!("  {name:<42}{value:>10}   {meaning}").trim_end()).ok();
    }
    for note in &info.notes {
        writeln!(text, "note       {note}").ok();
    }
    text
}

#[expect(clippy::fn_params_excessive_bools, reason = "both are options as typed")]
fn promote(
    project: &mut Project,
    wanted: &str,
    even_if_lost: bool,
    engine: &EngineArgs,
    json: bool,
) -> Result<(), CliError> {
    project::require_writable(project)?;
    let id = models::find(project, wanted)?;
    // Whole and itself, before anything depends on it.
    let candidate = models::load(project, id.as_deref())?;
    if models::in_use(project)?.info().weights_id == candidate.info().weights_id {
        return Err(CliError::Input(format!("the model {} is in use already", candidate.info().weights_id)));
    }
    let (gate, familiar) = compare(project, &candidate, engine)?;
    if !json {
        let note = familiar.map(|note| format!("note       {note}\n")).unwrap_or_default();
        files::print(&(gate_text::text(&gate) + &note))?;
    }
    let lost = gate.lost().count();
    if lost > 0 && !even_if_lost {
        let those: Vec<String> =
            gate.lost().map(|e| format!("{}, frames {} to {}", e.name, e.span.start(), e.span.last())).collect();
        return Err(CliError::Input(format!(
            "{} would no longer be flagged ({}); nothing was changed. Promote it with --even-if-lost if that is right",
            if lost == 1 { "1 confirmed anomaly".to_owned() } else { format!("{lost} confirmed anomalies") },
            those.join("; ")
        )));
    }
    let step = project.promote(id.as_deref(), &author(project)?)?.map(|appended| appended.step);
    let change = Change { in_use: id, step: step.map(|step| step.0), gate: Some(gate), ..Change::of(project) };
    changed(&change, "lookback models rollback", json)
}

/// The candidate against the model in use, on everything that was said until now; and whether it knows the videos.
fn compare(
    project: &Project,
    candidate: &Arc<ModelWeights>,
    engine: &EngineArgs,
) -> Result<(GateReport, Option<String>), CliError> {
    let ticket = cancelled_by_interrupt()?;
    let room = Classroom::gather(project, engine, &ticket)?;
    let after = Scorer::new(Arc::clone(candidate), &room.device)?;
    let mut bar = Bar::new("Comparing", "videos");
    let scores = learning::scores(&after, &room.videos, &mut |progress| bar.set(progress), &ticket)?;
    let replay = |scorer: &Scorer| learning::replay_auc(scorer, room.model.replay(), &ticket);
    let replay = replay(&room.scorer)?.zip(replay(&after)?);
    let familiar = learning::familiar(candidate.info(), &room.videos);
    let gate = learning::compare(Comparison {
        videos: &room.videos,
        before: &room.scores,
        after: &scores,
        rule: room.rule,
        threshold: room.threshold(Some(candidate.info().threshold.unwrap_or_else(|| EventRule::default().threshold))),
        plan: None,
        held_out: None,
        replay,
    });
    Ok((gate, familiar))
}

fn changed(change: &Change, way_back: &str, json: bool) -> Result<(), CliError> {
    if json {
        return files::print(&(serde_json::to_string_pretty(change)? + "\n"));
    }
    let step = change.step.map_or_else(String::new, |step| format!(", step {step} of the record"));
    let in_use = change.in_use.as_deref().unwrap_or(SHIPPED);
    files::print(&format!("in use     {in_use}{step}\nback       {way_back} --project {:?}\n", change.project))
}
