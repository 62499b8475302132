//! The panel of models: while nothing is learned, the models of the project as a tree; else the plan, the run or the gate.
//!
//! Owns which of these shows, the tree, and what can be done with a model. Does not own plan, run and gate:
//! see `lesson_panel`, `run_panel`, `gate_panel`.

use std::path::PathBuf;

use egui::{Button, CollapsingHeader, Key, RichText, Role, ScrollArea, Ui, WidgetInfo};

use super::command_button::command_button;
use super::dialogs::field_ui;
use super::inspector::facts_ui;
use super::root::ViewContext;
use super::{figures, gate_panel, known_normal_panel, lesson_panel, run_panel};
use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::learn::{LearnAction, LearnPhase};
use crate::app::learning;
use crate::app::models::{ModelEntry, ModelState};
use crate::domain::threshold::threshold_text;
use crate::jobs::Progress;

/// What is chosen and typed in the panel.
#[derive(Debug, Default)]
pub struct ModelsDraft {
    /// The model whose facts are shown; until one is chosen, the one in use.
    selected: Option<String>,
    path: String,
}

/// Draws the panel.
pub fn model_ui(view: &ViewContext<'_>, draft: &mut ModelsDraft, ui: &mut Ui) {
    ScrollArea::vertical().id_salt("model").auto_shrink([false, false]).show(ui, |ui| match &view.state.learn.phase {
        LearnPhase::Idle => models_ui(view, draft, ui),
        LearnPhase::Preparing { what, progress, remaining_secs } => {
            ui.label(RichText::new("Getting ready").strong());
            progress_ui(ui, what, *progress, *remaining_secs);
            leave_button(view, ui, "Cancel");
        }
        LearnPhase::Planned(planned) => lesson_panel::plan_ui(view, planned, ui),
        LearnPhase::Running { progress, paused, comparing } => {
            run_panel::run_ui(view, progress, *paused, *comparing, ui);
        }
        LearnPhase::Gate(compared) => gate_panel::gate_ui(view, compared, ui),
        LearnPhase::Failed(reason) => {
            ui.label(RichText::new("It did not work").strong());
            ui.label(RichText::new(reason).color(view.tokens.palette.error));
            leave_button(view, ui, "Back to the models");
        }
    });
}

/// A button that gives up or leaves.
pub(super) fn leave_button(view: &ViewContext<'_>, ui: &mut Ui, text: &str) {
    if ui.button(text).clicked() {
        view.actions.send(Action::Learn(LearnAction::Leave));
    }
}

/// A bar with what is done and how long it takes.
pub(super) fn progress_ui(ui: &mut Ui, what: &str, progress: Progress, remaining_secs: Option<f64>) {
    let left = remaining_secs.filter(|secs| *secs >= 0.5);
    let left = left.map(|secs| format!(", {} left", figures::duration(secs))).unwrap_or_default();
    let done =
        if progress.total > 0 { format!(" {}", figures::percent(progress.fraction())) } else { "…".to_owned() };
    let text = format!("{what}{done}{left}");
    let bar = egui::ProgressBar::new(progress.fraction()).desired_height(6.0);
    ui.add(bar).widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, what));
    ui.label(text);
}

fn models_ui(view: &ViewContext<'_>, draft: &mut ModelsDraft, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    ui.horizontal_wrapped(|ui| {
        command_button(view, ui, UiCommand::LearnFromVerdicts, UiCommand::LearnFromVerdicts.text());
        command_button(view, ui, UiCommand::RollBackModel, UiCommand::RollBackModel.text());
    });
    if let Err(sentence) = view.state.reviews.writable() {
        ui.label(RichText::new(sentence).color(palette.warn));
    }
    ui.add_space(4.0);
    ui.label(RichText::new("Models of this project").strong());
    let models = &view.state.learn.models;
    if models.is_empty() {
        ui.label(RichText::new("The project is not open.").color(palette.text_weak));
        return;
    }
    let chosen = draft.selected.as_ref().and_then(|id| models.iter().find(|entry| entry.id == *id));
    let shown = chosen.or_else(|| view.state.learn.in_use());
    let mut selected = None;
    for entry in models {
        if row_ui(view, entry, shown.is_some_and(|shown| shown.id == entry.id), ui) {
            selected = Some(entry.id.clone());
        }
    }
    if let Some(entry) = shown {
        ui.separator();
        about_ui(view, entry, ui);
    }
    draft.selected = selected.or_else(|| draft.selected.take());
    ui.separator();
    known_normal_panel::memory_ui(view, ui);
    ui.separator();
    import_ui(view, draft, ui);
}

/// A row of the tree, behind its parent; whether it was clicked.
fn row_ui(view: &ViewContext<'_>, entry: &ModelEntry, selected: bool, ui: &mut Ui) -> bool {
    let palette = &view.tokens.palette;
    let row = ui.spacing().interact_size.y;
    ui.horizontal(|ui| {
        ui.add_space(entry.depth.min(6) as f32 * 12.0);
        let ink = match entry.state {
            ModelState::Discarded => palette.text_faint,
            _ if entry.in_use => palette.text_strong,
            _ => palette.text,
        };
        let name = RichText::new(entry.id.chars().take(8).collect::<String>()).font(view.tokens.figures()).color(ink);
        let state = entry.standing();
        let state_ink = if entry.in_use { palette.good } else { palette.text_weak };
        let button = Button::selectable(selected, name)
            .right_text(RichText::new(state).font(view.tokens.small()).color(state_ink))
            .min_size(egui::vec2(ui.available_width(), row));
        let response = ui.add(button);
        let name = format!("Model {}, {state}", entry.id);
        response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, selected, &name));
        response.on_hover_text(name.as_str()).clicked()
    })
    .inner
}

fn about_ui(view: &ViewContext<'_>, entry: &ModelEntry, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let info = match &entry.info {
        Ok(info) => info,
        Err(problem) => {
            ui.label(RichText::new(problem).color(palette.error));
            return;
        }
    };
    facts_ui(view, ui, "model", |rows| {
        rows.row("Model", entry.id.clone(), "Hash of its weights.");
        rows.row("State", entry.standing(), "");
        rows.row("Parent", info.parent.clone().unwrap_or_else(|| "none".to_owned()), "The model it learned on from.");
        rows.row("Encoder", info.encoder.clone().unwrap_or_else(|| "not known".to_owned()), "Whose features it reads.");
        let threshold = info.threshold.map_or_else(|| "none of its own".to_owned(), threshold_text);
        rows.row("Threshold", threshold, "The score from which a snippet begins an event, unless you chose another.");
        rows.row("Steps", info.steps.to_string(), "Steps of learning that led from its parent to it.");
        if let Some(data) = &info.data {
            rows.row("Learned from", data.clone(), "What it was trained on.");
        }
        let replay = info.replay;
        rows.row(
            "Carries",
            format!("{} normal and {} abnormal examples", replay.normal, replay.abnormal),
            "Features of what it was trained on, so that learning on does not forget. No picture can be made of them.",
        );
    });
    if !info.results.is_empty() {
        CollapsingHeader::new("Figures from when it was made").id_salt("results").default_open(false).show(ui, |ui| {
            facts_ui(view, ui, "model results", |rows| {
                for (name, value) in &info.results {
                    rows.row(name, learning::result_text(name, *value, 3), learning::result_meaning(name));
                }
            });
        });
    }
    for note in &info.notes {
        ui.label(RichText::new(note).color(palette.warn));
    }
    buttons_ui(view, entry, ui);
}

/// What can be done with a model.
fn buttons_ui(view: &ViewContext<'_>, entry: &ModelEntry, ui: &mut Ui) {
    let writable = view.state.reviews.writable().is_ok();
    let own = (entry.state != ModelState::Shipped).then(|| entry.id.clone());
    let mut wanted = None;
    ui.horizontal_wrapped(|ui| {
        let mut button = |ui: &mut Ui, text: &str, tip: &str, enabled: bool, action: LearnAction| {
            if ui.add_enabled(enabled, Button::new(text)).on_hover_text(tip).clicked() {
                wanted = Some(action);
            }
        };
        if !entry.in_use {
            let tip = "See what would change; it is put in use from there";
            button(ui, "Compare…", tip, writable, LearnAction::Compare(own.clone()));
        }
        match (&own, entry.state) {
            (Some(id), ModelState::Discarded) => {
                button(ui, "Take back", "Make it a candidate again", writable, LearnAction::Restore(id.clone()));
            }
            (Some(id), _) if !entry.in_use => {
                let tip = "Set it aside; it can be taken back";
                button(ui, "Discard", tip, writable, LearnAction::Discard(id.clone()));
            }
            _ => {}
        }
        let tip = "Write it as one file into the project's folder exports, with its examples, threshold and descent";
        button(ui, "Export", tip, true, LearnAction::Export(own.clone()));
    });
    if let Some(action) = wanted {
        view.actions.send(Action::Learn(action));
    }
}

fn import_ui(view: &ViewContext<'_>, draft: &mut ModelsDraft, ui: &mut Ui) {
    CollapsingHeader::new("Bring a model in").id_salt("import").default_open(false).show_unindented(ui, |ui| {
        let response = field_ui(ui, &mut draft.path, "Model file", "the whole path of a .safetensors file", false);
        let path = PathBuf::from(draft.path.trim().trim_matches('"'));
        let usable = path.is_absolute() && view.state.reviews.writable().is_ok();
        let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let clicked = ui.add_enabled(usable, Button::new("Import as a candidate")).clicked();
        if usable && (clicked || entered) {
            draft.path.clear();
            view.actions.send(Action::Learn(LearnAction::Import(path)));
        }
    });
}
