//! The panel of ablations: what is asked for, how far it is, the table, and the runs behind each of its seeds.
//!
//! Owns which of these shows, the button that begins, and what is said before. Does not own the form, the table and a seed's
//! runs (their files here), nor the work (`app::ablation`).

mod form;
mod opened;
mod table;

use std::sync::Arc;

use egui::{Button, CollapsingHeader, RichText, ScrollArea, Ui};

use super::figures;
use super::model_panel::progress_ui;
use super::root::ViewContext;
use crate::app::ablation::{Ablating, AblationAction, AblationPhase, AblationPlan, AblationResults, Obstacle, RunNow};
use crate::app::action::Action;

pub use form::AblationDraft;

/// Sends what the person wants.
fn send(view: &ViewContext<'_>, action: AblationAction) {
    view.actions.send(Action::Ablation(action));
}

fn weak(view: &ViewContext<'_>, text: impl Into<String>) -> RichText {
    RichText::new(text).color(view.tokens.palette.text_weak)
}

/// Kept free at the right for the bar of the scroll area, which lies over what it scrolls.
const BAR: f32 = 8.0;

/// Draws the panel.
pub fn ablation_ui(view: &ViewContext<'_>, draft: &mut AblationDraft, ui: &mut Ui) {
    let ablation = &view.state.ablation;
    ScrollArea::vertical().id_salt("ablation").auto_shrink([false, false]).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - BAR);
        if view.state.prefs.blind.hides_model() {
            ui.label(weak(view, "Hidden in a blind pass: its figures say what models say, and what ground truth says."));
            return;
        }
        if let Some((results, opened)) = ablation.results.as_ref().zip(ablation.opened()) {
            opened::opened_ui(view, results, &opened, ui);
            return;
        }
        let text = "What do features and attention (TSA) add on these videos? For each kind of features a model is trained \
                    with and without attention, on the labels of whole videos of the other folds, and judged on the fold \
                    that it did not see.";
        ui.label(weak(view, text));
        ui.add_enabled_ui(!ablation.is_running(), |ui| form::form_ui(view, draft, ui));
        before_ui(view, ablation, ui);
        state_ui(view, ablation, ui);
        let begun = |results: &&Arc<AblationResults>| ablation.is_running() || !results.runs.is_empty();
        if let Some(results) = ablation.results.as_ref().filter(begun) {
            ui.separator();
            table::table_ui(view, results, ui);
        }
        ui.separator();
        table::published_ui(view, ui);
    });
}

/// What it would be, or what stands in the way.
fn before_ui(view: &ViewContext<'_>, ablation: &Ablating, ui: &mut Ui) {
    if let Some(obstacle) = &ablation.obstacle {
        obstacle_ui(view, obstacle, ui);
        if ablation.results.is_none() && obstacle.elsewhere.is_none() {
            let text = "Ground truth is read from a file ground_truth.json beside the videos. Open a folder of such videos and \
                        let them be scored: scoring keeps the features that an ablation needs.";
            ui.label(weak(view, text));
        }
        return;
    }
    if let Some(plan) = ablation.plan() {
        plan_ui(view, plan, ui);
    }
}

fn plan_ui(view: &ViewContext<'_>, plan: &AblationPlan, ui: &mut Ui) {
    let (all, abnormal) = (plan.order.videos.len(), plan.abnormal());
    let text = format!(
        "{}: {abnormal} with an anomaly, {} without. {}.",
        figures::count(all, "video"),
        all - abnormal,
        figures::count(plan.folds.len(), "fold")
    );
    ui.label(text);
    let truths = view.state.library.entries().iter().filter(|entry| entry.lanes().truth.is_some()).count();
    if truths > all {
        let text = format!("{} more with ground truth are not scored by this encoder yet.", truths - all);
        ui.label(weak(view, text));
    }
    if plan.folds.len() < plan.order.form.folds {
        let text = format!("Not {}: every fold needs a video with an anomaly and one without.", plan.order.form.folds);
        ui.label(weak(view, text));
    }
    CollapsingHeader::new("Which video is in which fold").id_salt("folds").default_open(false).show(ui, |ui| {
        ui.label(weak(view, "Dealt out one by one in the order of their names, those with an anomaly first."));
        for fold in 1..=plan.folds.len() {
            let names: Vec<&str> = plan.videos(fold).map(|video| video.name.as_str()).collect();
            ui.label(format!("Fold {fold}: {}", names.join(", ")));
        }
    });
}

/// The button, or how far the runs are, or why they ended.
fn state_ui(view: &ViewContext<'_>, ablation: &Ablating, ui: &mut Ui) {
    match &ablation.phase {
        AblationPhase::Running(now) => running_ui(view, now.as_deref(), ui),
        AblationPhase::Looking(progress) => progress_ui(ui, "Reading features", *progress, None),
        AblationPhase::Failed(obstacle) => {
            ui.label(RichText::new("It ended before all runs were done. What is done is kept.").strong());
            obstacle_ui(view, obstacle, ui);
            run_ui(view, ablation, ui);
        }
        AblationPhase::Idle => run_ui(view, ablation, ui),
    }
}

fn obstacle_ui(view: &ViewContext<'_>, obstacle: &Obstacle, ui: &mut Ui) {
    ui.label(RichText::new(&obstacle.reason).color(view.tokens.palette.warn));
    if let Some(folder) = &obstacle.elsewhere {
        let name = folder.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let tip = folder.display().to_string();
        if ui.button(format!("Put the runs into {name}")).on_hover_text(tip).clicked() {
            send(view, AblationAction::Elsewhere);
        }
    }
}

fn run_ui(view: &ViewContext<'_>, ablation: &Ablating, ui: &mut Ui) {
    let plan = ablation.plan();
    if let Some((plan, results)) = plan.zip(ablation.results.as_ref()) {
        let (all, done, steps) = (plan.runs(), results.runs.len(), plan.order.form.steps);
        let there = match done {
            0 => String::new(),
            _ if done == all => ", all of them done".to_owned(),
            done => format!(", {done} of them done"),
        };
        let time = match plan.secs {
            _ if done == all => ".".to_owned(),
            // As long as it was for those that were left then.
            Some(secs) => format!(". About {}.", figures::duration(secs.max(1.0))),
            None => ". How long is being tried.".to_owned(),
        };
        ui.label(format!("{} of {}{there}{time}", figures::count(all, "run"), figures::count(steps, "step")));
    }
    let left = plan.is_some_and(|plan| ablation.results.as_ref().is_some_and(|r| r.runs.len() < plan.runs()));
    ui.horizontal(|ui| {
        let begins = plan.is_none() || ablation.results.as_ref().is_none_or(|results| results.runs.is_empty());
        let text = if begins { "Run ablation" } else { "Go on with the ablation" };
        let button = ui.add_enabled(left, Button::new(RichText::new(text).strong()));
        let tip = "Trains models of its own; the model in use stays as it is, and review goes on meanwhile";
        let why = if plan.is_some() { "All runs are done" } else { "What is said above stands in the way" };
        if button.on_hover_text(tip).on_disabled_hover_text(why).clicked() {
            send(view, AblationAction::Run);
        }
    });
}

fn running_ui(view: &ViewContext<'_>, now: Option<&RunNow>, ui: &mut Ui) {
    if let Some(now) = now {
        let (run, all) = now.run;
        progress_ui(ui, &format!("Run {run} of {all},"), now.progress, now.remaining_secs);
        let loss = now.loss.map(|loss| format!(", loss {loss:.4}")).unwrap_or_default();
        let (step, steps) = now.step;
        ui.label(weak(view, format!("{}: step {step} of {steps}{loss}", now.name)));
    } else {
        progress_ui(ui, "Reading features", crate::jobs::Progress::default(), None);
    }
    if ui.button("Cancel").on_hover_text("Runs that are done are kept; this one goes on where it was").clicked() {
        send(view, AblationAction::Stop);
    }
}
