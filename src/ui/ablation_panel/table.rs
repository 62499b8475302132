//! The table of an ablation, filled as runs are done, and the published figures beside it.
//!
//! Owns the columns and what a click on a seed opens. Does not own the figures (`app::ablation::results`).

use egui::{Button, CollapsingHeader, Grid, Label, RichText, Role, Ui, WidgetInfo, vec2};

use super::{send, weak};
use crate::app::ablation::summary::spread_text;
use crate::app::ablation::{AblationAction, AblationResults, SeedKey};
use crate::domain::ablation::{AblationRow, PUBLISHED, PUBLISHED_NOTE, Spread};
use crate::ui::figures;
use crate::ui::root::ViewContext;

/// Seeds beside each other; more go below.
const BESIDE: usize = 3;

/// Draws the table.
pub(super) fn table_ui(view: &ViewContext<'_>, results: &AblationResults, ui: &mut Ui) {
    let plan = &results.plan;
    let (done, all) = (results.runs.len(), plan.runs());
    ui.label(RichText::new("Mean ± standard deviation over seeds").strong());
    ui.label(weak(
        view,
        format!(
            "{done} of {all} runs are done. A seed counts once all of its folds are; a click on it opens its runs."
        ),
    ));
    for kind in &plan.kinds {
        ui.add_space(4.0);
        let crops = if kind.crops > 1 { format!(", {} crops", kind.crops) } else { String::new() };
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&kind.name).strong());
            ui.label(weak(view, format!("{} numbers a snippet{crops}", kind.dim)).font(view.tokens.small()));
        });
        Grid::new(("ablation", &kind.name)).num_columns(4).striped(true).spacing([10.0, 3.0]).show(ui, |ui| {
            for (name, tip) in [
                ("TSA", "Whether Temporal Self-Attention selects snippets"),
                ("ROC-AUC", "How often an anomalous frame scores higher than a normal one; 0.5 is chance"),
                ("AP", "Average precision: precision at each anomalous frame, averaged; chance is their share"),
                ("seeds", "The runs behind the figures"),
            ] {
                ui.label(weak(view, name).font(view.tokens.small())).on_hover_text(tip);
            }
            ui.end_row();
            for row in results.rows.iter().filter(|row| row.features == kind.name) {
                row_ui(view, results, row, ui);
            }
            if let Some(gain) = results.gains.iter().find(|gain| gain.features == kind.name && gain.roc_auc.is_some()) {
                ui.label("adds").on_hover_text("What attention adds: the differences, seed by seed");
                figure_ui(view, gain.roc_auc, true, ui);
                figure_ui(view, gain.average_precision, true, ui);
                ui.label("");
                ui.end_row();
            }
        });
    }
    ui.add_space(4.0);
    let folder = &plan.order.folder;
    ui.label(weak(view, format!("Runs in {}", folder.display())).font(view.tokens.small()));
    let tip =
        "Model, log and scores of each run are below it; once all are done, ablation.json and the page index.html";
    if ui.button("Copy the folder's path").on_hover_text(tip).clicked() {
        send(view, AblationAction::CopyFolder { all: true });
    }
}

fn row_ui(view: &ViewContext<'_>, results: &AblationResults, row: &AblationRow, ui: &mut Ui) {
    let seeds = &results.plan.seeds;
    let tsa = if row.attention { "on" } else { "off" };
    ui.vertical(|ui| {
        ui.label(tsa);
        if row.seeds.len() < seeds.len() {
            let text = format!("{} of {} seeds", row.seeds.len(), seeds.len());
            ui.add(Label::new(weak(view, text).font(view.tokens.small())).extend());
        }
    });
    figure_ui(view, row.roc_auc, false, ui);
    figure_ui(view, row.average_precision, false, ui);
    ui.vertical(|ui| {
        for seeds in seeds.chunks(BESIDE) {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 3.0;
                for seed in seeds {
                    seed_ui(view, results, row, *seed, ui);
                }
            });
        }
    });
    ui.end_row();
}

fn figure_ui(view: &ViewContext<'_>, spread: Option<Spread>, signed: bool, ui: &mut Ui) {
    // The spread stands below, so that the table fits beside a video.
    let text = spread_text(spread, 3, signed).replace(" ± ", "\n± ");
    let label = ui.label(RichText::new(text).font(view.tokens.small_figures()));
    if spread.is_some() {
        label.on_hover_text(spread_text(spread, 6, signed));
    }
}

/// A seed of a row; it opens what is done of it.
fn seed_ui(view: &ViewContext<'_>, results: &AblationResults, row: &AblationRow, seed: u64, ui: &mut Ui) {
    let key = SeedKey { features: row.features.clone(), attention: row.attention, seed };
    let (tsa, folds) = (if row.attention { "on" } else { "off" }, results.plan.folds.len());
    let done = results.runs_of(&key);
    let ink = if done == folds { view.tokens.palette.text } else { view.tokens.palette.text_weak };
    let text = RichText::new(seed.to_string()).font(view.tokens.small_figures()).color(ink);
    let button = ui.add_enabled(done > 0, Button::new(text).min_size(vec2(20.0, 0.0)));
    let name = format!("Runs of {}, TSA {tsa}, seed {seed}", row.features);
    button.widget_info(|| WidgetInfo::labeled(Role::Button, done > 0, &name));
    let tip = match results.figures_of(&key) {
        Some(of) => format!("{name}: ROC-AUC {:.4}, AP {:.4}", of.roc_auc, of.average_precision),
        None => format!("{name}: {done} of {} done", figures::count(folds, "fold")),
    };
    if button.on_hover_text(&tip).on_disabled_hover_text(&tip).clicked() {
        send(view, AblationAction::Open(Some(key)));
    }
}

/// What others published on other videos.
pub(super) fn published_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    CollapsingHeader::new(RichText::new("Published, not computed here").strong())
        .id_salt("published")
        .default_open(true)
        .show_unindented(ui, |ui| {
            ui.label(weak(view, format!("In percent: {PUBLISHED_NOTE}")));
            Grid::new("published").num_columns(5).striped(true).spacing([8.0, 2.0]).show(ui, |ui| {
                let heads = [
                    ("features", ""),
                    ("TSA", "Temporal Self-Attention"),
                    ("UCF\nAUC", "Frame ROC-AUC on UCF-Crime"),
                    ("Shanghai\nAUC", "Frame ROC-AUC on ShanghaiTech"),
                    ("XD\nAP", "Average precision on XD-Violence"),
                ];
                for (head, tip) in heads {
                    let label = ui.label(weak(view, head).font(view.tokens.small()));
                    if !tip.is_empty() {
                        label.on_hover_text(tip);
                    }
                }
                ui.end_row();
                for row in PUBLISHED {
                    ui.label(row.features);
                    ui.label(if row.attention { "on" } else { "off" });
                    for figure in [row.ucf_crime_auc, row.shanghaitech_auc, row.xd_violence_ap] {
                        ui.label(weak(view, format!("{figure:.2}")).font(view.tokens.figures()));
                    }
                    ui.end_row();
                }
            });
        });
}
