//! `lookback learn`: the verdicts and labels of a project into a candidate, and what it would change.
//!
//! Owns the order of the work and what is printed. Never puts the candidate in use. Does not own the parts
//! (`app::learning`), nor the words of the comparison (`gate_text`).

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use super::args::learn::LearnArgs;
use super::classroom::Classroom;
use super::error::CliError;
use super::labels::{count, listed};
use super::progress::{Bar, cancelled_by_interrupt, show_duration};
use super::{files, gate_text, project};
use crate::app::learning::estimate::Lesson;
use crate::app::learning::{self, Comparison};
use crate::app::models;
use crate::domain::gate::GateReport;
use crate::domain::label::VideoLabel;
use crate::domain::lesson::{LessonPlan, LessonRules};
use crate::jobs::{Progress, Ticket};
use crate::model::Scorer;
use crate::model::train::{TuneObserver, TuneReport, TuneSettings, Tuned, Tuning};
use crate::model::weights::ModelWeights;
use crate::store::Project;

/// All that came out.
#[derive(Debug, Serialize)]
struct Summary {
    project: String,
    model: String,
    plan: LessonPlan,
    left_out: Vec<String>,
    /// Seconds that learning and comparing take at most, by a trial.
    seconds: Option<f64>,
    learned: Option<Learned>,
}

#[derive(Debug, Serialize)]
struct Learned {
    candidate: String,
    path: String,
    /// Steps after which it was reached, and steps that were taken.
    step: usize,
    steps: usize,
    seconds: f64,
    held_out_loss_before: Option<f64>,
    held_out_loss: Option<f64>,
    notes: Vec<String>,
    gate: GateReport,
}

/// Runs the command.
///
/// # Errors
/// There is no project, too little to learn from, or the work failed. Whatever ends it leaves the project as it was.
pub fn run(args: &LearnArgs) -> Result<(), CliError> {
    let folder = project::folder(args.project.as_deref())?;
    let ticket = cancelled_by_interrupt()?;
    let mut project = project::open(&folder)?;
    if !args.dry_run {
        project::require_writable(&project)?;
    }
    let settings = settings(args);
    settings.check()?;
    let room = Classroom::gather(&project, &args.engine, &ticket)?;
    let rules = LessonRules {
        intervals: args.intervals.is_some_and(|weight| weight > 0.0),
        held_out: args.held_out,
        seed: args.seed,
        ..LessonRules::default()
    };
    let plan = learning::plan(&room.videos, &room.scores, room.rule, rules, &room.model);
    let mut summary = Summary {
        project: folder.display().to_string(),
        model: room.model.info().weights_id.clone(),
        plan,
        left_out: room.left_out.clone(),
        seconds: None,
        learned: None,
    };
    if summary.plan.is_ready() {
        let (videos, model, scoring_secs) = (&room.videos, &room.model, room.scoring_secs);
        let lesson = Lesson { plan: &summary.plan, videos, model, settings: &settings, scoring_secs };
        summary.seconds = Some(lesson.seconds(&room.device, &ticket)?);
    }
    if !args.json {
        files::print(&plan_text(&summary, &settings, &room))?;
    }
    if !summary.plan.is_ready() {
        return Err(CliError::Input(summary.plan.missing.join(" ")));
    }
    if !args.dry_run {
        let (learned, weights) = learn(&room, &summary.plan, settings, &project, &ticket)?;
        let path = models::keep(&mut project, &weights)?;
        summary.learned = Some(Learned { path: path.display().to_string(), ..learned });
    }
    if args.json {
        return files::print(&(serde_json::to_string_pretty(&summary)? + "\n"));
    }
    match &summary.learned {
        Some(learned) => files::print(&learned.text(&summary.project)),
        None => Ok(()),
    }
}

fn settings(args: &LearnArgs) -> TuneSettings {
    let own = TuneSettings::default();
    TuneSettings {
        steps: args.steps.map_or(own.steps, |n| n as usize),
        anchor: args.anchor.unwrap_or(own.anchor),
        learning_rate: args.rate.unwrap_or(own.learning_rate),
        snippet_weight: args.intervals.unwrap_or(own.snippet_weight),
        seed: args.seed,
        ..own
    }
}

/// Tunes and compares; nothing is written.
fn learn(
    room: &Classroom,
    plan: &LessonPlan,
    settings: TuneSettings,
    project: &Project,
    ticket: &Ticket,
) -> Result<(Learned, ModelWeights), CliError> {
    let began = Instant::now();
    let set = learning::tune_set(plan, &room.videos);
    let mut tuning = Tuning::new(Arc::clone(&room.model), set, settings, &room.device)?;
    let mut watcher = Watcher(Bar::new("Learning", "steps"));
    tuning.run(&mut watcher, ticket)?;
    watcher.0.clear();
    let tuned = tuning.result();
    let Tuned { step, steps, held_out, notes, .. } = tuned.clone();
    let seconds = began.elapsed().as_secs_f64();
    let after = Scorer::new(Arc::new(tuned.weights.clone()), &room.device)?;
    let mut bar = Bar::new("Comparing", "videos");
    let scores = learning::scores(&after, &room.videos, &mut |progress| bar.set(progress), ticket)?;
    drop(bar);
    let replay = |scorer: &Scorer| learning::replay_auc(scorer, room.model.replay(), ticket);
    let replay = replay(&room.scorer)?.zip(replay(&after)?);
    let gate = learning::compare(Comparison {
        videos: &room.videos,
        before: &room.scores,
        after: &scores,
        rule: room.rule,
        threshold: room.threshold(None),
        plan: Some(plan),
        held_out,
        replay,
    });
    let recorded = project.history(1, None)?.first().map_or(0, |entry| entry.step.0);
    let weights = learning::candidate(tuned, learning::data(plan, recorded), learning::seen(plan, &room.videos), &gate);
    let learned = Learned {
        candidate: weights.info().weights_id.clone(),
        path: String::new(),
        step,
        steps,
        seconds,
        held_out_loss_before: held_out.map(|(before, _)| before),
        held_out_loss: held_out.map(|(_, after)| after),
        notes,
        gate,
    };
    Ok((learned, weights))
}

/// Shows the loss as it falls.
struct Watcher(Bar);

impl TuneObserver for Watcher {
    fn on_step(&mut self, report: &TuneReport) {
        let progress = Progress { done: report.step, total: report.steps, skipped: 0 };
        self.0.set_with(progress, &format!("loss {:.4}", report.losses.total));
    }

    fn on_judged(&mut self, step: usize, loss: f64) {
        self.0.say(&format!("step {step}: held-out loss {loss:.4}"));
    }

    fn note(&mut self, note: &str) {
        self.0.say(note);
    }
}

fn plan_text(summary: &Summary, settings: &TuneSettings, room: &Classroom) -> String {
    let plan = &summary.plan;
    let mut text = format!("project    {}\nmodel      {}\n", summary.project, summary.model);
    for kind in [VideoLabel::Normal, VideoLabel::Abnormal] {
        let lines = plan.of_kind(kind).map(|bag| {
            let hard = bag.weights.iter().filter(|weight| **weight > 1.0).count();
            let hard = if hard > 0 { format!(", {hard} of more weight") } else { String::new() };
            let (from, to) = (bag.snippets.start, bag.snippets.end - 1);
            format!("{}: snippets {from} to {to}{hard}; {}", bag.name, bag.grounds)
        });
        text += &listed(&format!("{} {kind}", lines.len()), lines);
    }
    let mut held: Vec<String> = plan.held_out.iter().map(|bag| bag.name.clone()).collect();
    held.dedup();
    text += &listed(&format!("{} held out", count(held.len(), "video")), held.into_iter());
    let left = plan.left_out.iter().map(|left| {
        let place = left.span.map_or_else(String::new, |span| format!(", frames {} to {}", span.start(), span.last()));
        format!("{}{place}: {}", left.name, left.why)
    });
    let left: Vec<String> = left.chain(summary.left_out.iter().cloned()).collect();
    text += &listed("left out", left.into_iter());
    if room.unknown > 0 {
        writeln!(text, "unscored   {}: score them once to compare them too", count(room.unknown, "video")).ok();
    }
    for caution in &plan.cautions {
        writeln!(text, "note       {caution}").ok();
    }
    let Some(seconds) = summary.seconds else { return text };
    let (steps, batch, seed) = (count(settings.steps, "step"), settings.batch, settings.seed);
    let (time, device) = (show_duration(seconds.max(1.0)), room.device.label());
    writeln!(text, "training   at most {steps} of {batch} + {batch} stretches, seed {seed}: about {time} on {device}")
        .ok();
    text
}

impl Learned {
    fn text(&self, project: &str) -> String {
        let mut text = format!("learned    {} in {}", count(self.steps, "step"), show_duration(self.seconds));
        if self.step != self.steps {
            write!(text, "; the weights after step {} did best on held-out videos", self.step).ok();
        }
        text.push('\n');
        for note in &self.notes {
            writeln!(text, "note       {note}").ok();
        }
        text += &gate_text::text(&self.gate);
        let id = &self.candidate;
        write!(
            text,
            "candidate  {id}, {}\n\
             to use it  lookback models promote {id} --project {project:?}\n",
            self.path
        )
        .ok();
        text
    }
}
