//! The form of an ablation: kinds of features, seeds, folds, steps, and the folder of the runs.
//!
//! Owns what is typed until it is sent, which is when nothing is being typed or dragged any more: each change is looked at
//! on disk. Does not own what becomes of it.

use egui::{Button, CollapsingHeader, ComboBox, DragValue, Grid, Role, Ui, WidgetInfo};
use strum::IntoEnumIterator as _;

use super::{send, weak};
use crate::app::ablation::{AblationAction, AblationField, AblationForm, FOLDS, KindForm, Recipe, SEEDS, STEPS, place};
use crate::app::action::Action;
use crate::ui::dialogs::field_ui;
use crate::ui::exchange_form::{PathField, path_ui};
use crate::ui::root::ViewContext;

/// What is typed and not yet sent.
#[derive(Debug, Default)]
pub struct AblationDraft {
    form: Option<AblationForm>,
}

/// Draws the form; folded away once something came out.
pub(super) fn form_ui(view: &ViewContext<'_>, draft: &mut AblationDraft, ui: &mut Ui) {
    let state = view.state;
    let known = &state.prefs.ablation;
    let mut form = draft.form.take().unwrap_or_else(|| known.clone());
    let done = state.ablation.results.as_ref().is_some_and(|results| !results.runs.is_empty());
    CollapsingHeader::new(egui::RichText::new("Features, seeds and folds").strong())
        .id_salt(if done { "form again" } else { "form" })
        .default_open(!done)
        .show_unindented(ui, |ui| {
            features_ui(view, &mut form, ui);
            numbers_ui(&mut form, ui);
            let folder = place(&AblationForm::default(), state.reviews.project.folder());
            let hint =
                folder.map_or_else(|| "the whole path of a folder".to_owned(), |path| path.display().to_string());
            let pick = Action::Ablation(AblationAction::Pick(AblationField::Folder));
            let field = PathField { name: "Folder of the runs", hint: &hint, pick, lines: 1 };
            path_ui(view, ui, &field, &mut form.folder, false);
        });
    let busy = ui.ctx().text_edit_focused() || ui.input(|i| i.pointer.any_down());
    if form == *known {
        return;
    }
    if busy || state.ablation.is_running() {
        draft.form = Some(form);
    } else {
        send(view, AblationAction::SetForm(Box::new(form)));
    }
}

fn features_ui(view: &ViewContext<'_>, form: &mut AblationForm, ui: &mut Ui) {
    let own = view.state.engine.facts().map_or("the encoder in use", |facts| facts.encoder.as_str());
    let tip = "The features that scoring kept of the open videos";
    ui.checkbox(&mut form.own, format!("{own}, in use")).on_hover_text(tip);
    let mut gone = None;
    for (at, kind) in form.kinds.iter_mut().enumerate() {
        ui.push_id(at, |ui| {
            ui.separator();
            field_ui(ui, &mut kind.name, &format!("Name of features {}", at + 2), "C3D, I3D, CLIP …", false);
            let name = format!("Folder of features {}", at + 2);
            let hint = "one .npy for each video, called as it is";
            let pick = Action::Ablation(AblationAction::Pick(AblationField::Features(at)));
            path_ui(view, ui, &PathField { name: &name, hint, pick, lines: 1 }, &mut kind.path, false);
            let button = ui.button("Take away");
            button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Take features {} away", at + 2)));
            if button.clicked() {
                gone = Some(at);
            }
        });
    }
    if let Some(at) = gone {
        form.kinds.remove(at);
    }
    if !form.kinds.is_empty() {
        ui.separator();
    }
    let tip = "Features of another encoder: a folder with .npy, .safetensors or .txt files of the shape [T, d] or with crops, \
               one file for each open video, called as the video is";
    if ui.add(Button::new("Add features from files")).on_hover_text(tip).clicked() {
        form.kinds.push(KindForm::default());
    }
    if !form.own && form.kinds.is_empty() {
        ui.label(weak(view, "Choose at least one kind of features."));
    }
}

fn numbers_ui(form: &mut AblationForm, ui: &mut Ui) {
    let row = |ui: &mut Ui, name: &str, tip: &str, value: DragValue<'_>| {
        ui.label(name).on_hover_text(tip);
        let response = ui.add(value).on_hover_text(tip);
        response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, name));
        ui.end_row();
    };
    Grid::new("numbers").num_columns(2).spacing([12.0, 4.0]).show(ui, |ui| {
        row(
            ui,
            "Seeds",
            "Each training is repeated so often: how far seeds lie apart says what a difference is worth",
            DragValue::new(&mut form.seeds).range(1..=SEEDS).speed(0.05),
        );
        row(ui, "Folds at most", "Parts of the videos; each is judged by models that were trained on the others", {
            DragValue::new(&mut form.folds).range(2..=FOLDS).speed(0.05)
        });
        recipe_ui(form, ui);
        row(ui, "Steps", "Steps of each training; the published program takes 4000", {
            DragValue::new(&mut form.steps).range(1..=STEPS).speed(2.0)
        });
    });
}

fn recipe_ui(form: &mut AblationForm, ui: &mut Ui) {
    let tip = "For about a hundred videos or fewer: at first all of a bag stands for it, features get noise and a spread \
               of 1, and an average of the weights is judged. Figures compare with published ones only where training is \
               as in the paper";
    ui.label("Training").on_hover_text(tip);
    let before = form.recipe;
    let list = ComboBox::from_id_salt("recipe").selected_text(form.recipe.label()).show_ui(ui, |ui| {
        for recipe in Recipe::iter() {
            ui.selectable_value(&mut form.recipe, recipe, recipe.label());
        }
    });
    list.response.on_hover_text(tip).widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Training"));
    ui.end_row();
    if form.recipe != before {
        form.steps = form.recipe.steps();
    }
}
