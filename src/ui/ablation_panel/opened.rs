//! The runs of one setting and seed: its folds with their figures, the videos of one, its losses and settings.
//!
//! Owns what is shown of a run. Does not own the comparison that it leads to (`compare_panel`), nor how losses are drawn
//! (`run_panel`).

use egui::{Button, CollapsingHeader, RichText, Role, Ui, WidgetInfo, vec2};

use super::{send, weak};
use crate::app::ablation::run::DoneRun;
use crate::app::ablation::{AblationAction, AblationResults, SeedRuns};
use crate::app::comparing::tsa_text;
use crate::domain::metrics::DetectionMetrics;
use crate::ui::figures;
use crate::ui::inspector::facts_ui;
use crate::ui::root::ViewContext;
use crate::ui::run_panel::losses_ui;

/// Draws them.
pub(super) fn opened_ui(view: &ViewContext<'_>, results: &AblationResults, opened: &SeedRuns<'_>, ui: &mut Ui) {
    if ui.button("Back to the table").clicked() {
        send(view, AblationAction::Open(None));
    }
    let (key, folds) = (&opened.key, results.plan.folds.len());
    let tsa = if key.attention { "on" } else { "off" };
    ui.label(RichText::new(format!("{}, TSA {tsa}, seed {}", key.features, key.seed)).strong());
    let folds = figures::count(folds, "fold");
    ui.label(match results.figures_of(key) {
        Some(pooled) => format!("{}, over the frames of {folds}", figures_text(Some(pooled))),
        None => format!("{} of {folds} are done.", opened.runs.len()),
    });
    let row = ui.spacing().interact_size.y;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for run in &opened.runs {
            let fold = run.cell.fold;
            let own = figures_text(run.figures.as_ref());
            let selected = fold == view.state.ablation.fold;
            let button = Button::selectable(selected, format!("Fold {fold}"))
                .right_text(RichText::new(&own).font(view.tokens.small_figures()).color(view.tokens.palette.text_weak))
                .min_size(vec2(ui.available_width(), row));
            let response = ui.add(button);
            let name = format!("Fold {fold}, {own}");
            response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, selected, &name));
            if response.clicked() {
                send(view, AblationAction::Fold(fold));
            }
        }
    });
    match opened.fold(view.state.ablation.fold) {
        Some(run) => run_ui(view, results, run, ui),
        None => {
            ui.label(weak(view, "Choose a fold."));
        }
    }
}

fn figures_text(figures: Option<&DetectionMetrics>) -> String {
    figures.map_or_else(
        || "no figures: all frames have the same label".to_owned(),
        |of| format!("ROC-AUC {:.4}, AP {:.4}", of.roc_auc, of.average_precision),
    )
}

fn run_ui(view: &ViewContext<'_>, results: &AblationResults, run: &DoneRun, ui: &mut Ui) {
    ui.separator();
    let fold = run.cell.fold;
    ui.label(RichText::new(format!("Videos of fold {fold}")).strong());
    ui.label(weak(view, "A click shows the scores of this run on the timeline, beside those of the model in use."));
    let row = ui.spacing().interact_size.y;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for (at, (video, scored)) in results.plan.videos(fold).zip(&run.videos).enumerate() {
            let highest = scored.scores.iter().copied().fold(0.0, f32::max);
            let kind = if video.truth.is_empty() { "normal" } else { "anomaly" };
            let right = format!("{kind}, highest {highest:.3}");
            let button = Button::selectable(false, &video.name)
                .truncate()
                .right_text(
                    RichText::new(&right).font(view.tokens.small_figures()).color(view.tokens.palette.text_weak),
                )
                .min_size(vec2(ui.available_width(), row));
            let response = ui.add(button);
            let name = format!("Compare on {}", video.name);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            if response.on_hover_text(&name).clicked() {
                send(view, AblationAction::Compare(at));
            }
        }
    });
    ui.separator();
    ui.label(RichText::new("Training").strong());
    if run.losses.is_empty() {
        ui.label(weak(view, "The log of this run, log.csv, cannot be read."));
    } else {
        losses_ui(view, &run.losses, run.settings.steps, ui);
    }
    CollapsingHeader::new("Settings").id_salt("settings").default_open(true).show_unindented(ui, |ui| {
        facts_ui(view, ui, "ablation run", |rows| {
            let s = &run.settings;
            rows.row("Trained on", figures::count(run.trained, "video"), "The videos of the other folds.");
            rows.row("Steps", s.steps.to_string(), "The last weights are judged: nothing is chosen by the figures.");
            rows.row("Attention", tsa_text(&s.tsa), "Temporal Self-Attention, in training and in scoring.");
            rows.row("Batch", format!("{} normal, {0} abnormal", s.batch), "Videos of each step.");
            rows.row("Learning rate", format!("{}", s.learning_rate), "Of Adam.");
            rows.row("Weight decay", format!("{}", s.weight_decay), "Added to the gradient (L2).");
            rows.row("Dropout", format!("{}", s.dropout), "Share of values that are switched off.");
            rows.row("Seed", s.seed.to_string(), "Of first weights, order, noise and dropout.");
            rows.row("Device", run.device.clone(), "What it ran on.");
            rows.row("Model", run.weights_id.chars().take(12).collect::<String>(), "Hash of its weights.");
            rows.row("Folder", run.folder.display().to_string(), "Model, log, scores and settings.");
        });
    });
    if ui.button("Copy the folder's path").clicked() {
        send(view, AblationAction::CopyFolder { all: false });
    }
}
