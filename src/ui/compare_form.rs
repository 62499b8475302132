//! The form in which a person chooses what the scores on screen are compared with.
//!
//! Owns how it looks. Does not own what is chosen and typed (`app::comparing::form`), nor what becomes of it.

use egui::{Button, CollapsingHeader, ComboBox, DragValue, RichText, Role, Slider, SliderClamping, Ui, WidgetInfo};
use strum::IntoEnumIterator as _;

use super::exchange_form::{PathField, path_ui, pick};
use super::root::ViewContext;
use super::tsa_panel::{RATIO, SAMPLES, SIGMA};
use crate::app::action::Action;
use crate::app::comparing::CompareAction;
use crate::app::comparing::form::{CompareForm, OtherKind, candidates};
use crate::app::exchanging::Field;

/// Draws the form; folded once something is compared.
pub fn form_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let form = &mut view.state.comparing.form.clone();
    let palette = &view.tokens.palette;
    let other = view.state.comparing.other.as_ref();
    let title = match other {
        None => "Compare the scores on screen with".to_owned(),
        Some(other) => format!("Compared with {}", other.text()),
    };
    let id = if other.is_some() { "change" } else { "choose" };
    CollapsingHeader::new(RichText::new(title).strong()).id_salt(id).default_open(other.is_none()).show_unindented(
        ui,
        |ui| {
            let mut kind = form.kind(view.state);
            let before = kind;
            let list = ComboBox::from_id_salt("kind").width(ui.available_width() - 8.0);
            let list = list.selected_text(kind.text()).show_ui(ui, |ui| {
                for choice in OtherKind::iter() {
                    ui.selectable_value(&mut kind, choice, choice.text());
                }
            });
            if kind != before {
                form.kind = Some(kind);
            }
            list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Compare with"));
            let entered = match kind {
                OtherKind::Project => {
                    models_ui(view, form, ui);
                    false
                }
                OtherKind::InUse => false,
                OtherKind::File => {
                    let hint = "a .safetensors or PyTorch file";
                    let pick = pick(Field::CompareModel);
                    let what = PathField { name: "Model to compare with", hint, pick, lines: 1 };
                    path_ui(view, ui, &what, &mut form.model_path, false)
                }
                OtherKind::Scores => {
                    let hint = "a .json, .csv, .npy or .txt file";
                    let pick = pick(Field::CompareScores);
                    let what = PathField { name: "Scores to compare with", hint, pick, lines: 1 };
                    path_ui(view, ui, &what, &mut form.scores_path, false)
                }
            };
            if kind == OtherKind::Scores {
                let text = "One number from 0 to 1 for each snippet or each frame.";
                ui.label(RichText::new(text).color(palette.text_weak));
            } else {
                settings_ui(view, kind, form, ui);
            }
            let chosen = form.chosen(view.state);
            let button = ui.add_enabled(chosen.is_some(), Button::new("Compare"));
            let clicked = button.clicked();
            if chosen.is_none() {
                ui.label(RichText::new(form.missing(view.state)).color(palette.text_weak));
            }
            if let Some(chosen) = chosen.filter(|_| clicked || entered) {
                view.actions.send(Action::Compare(CompareAction::With(Some(chosen))));
            }
        },
    );
    if *form != view.state.comparing.form {
        view.actions.send(Action::Compare(CompareAction::SetForm(Box::new(form.clone()))));
    }
    ui.add_space(4.0);
}

fn models_ui(view: &ViewContext<'_>, form: &mut CompareForm, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    if candidates(view.state).next().is_none() {
        let text = "The project has no other model yet. Learn one, bring one in in the panel Models, or choose a file.";
        ui.label(RichText::new(text).color(palette.text_weak));
        return;
    }
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        let selected = form.model.clone().or_else(|| candidates(view.state).next().map(|entry| entry.id.clone()));
        for entry in candidates(view.state) {
            let digits: String = entry.id.chars().take(8).collect();
            let state = entry.standing();
            let text = RichText::new(digits).font(view.tokens.figures());
            let chosen = selected.as_ref() == Some(&entry.id);
            let button = Button::selectable(chosen, text)
                .right_text(RichText::new(state).font(view.tokens.small()).color(palette.text_weak))
                .min_size(egui::vec2(ui.available_width(), 0.0));
            let response = ui.add(button);
            let name = format!("Compare with model {}, {state}", entry.id);
            response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, &name));
            if response.clicked() {
                form.model = Some(entry.id.clone());
            }
        }
    });
}

/// Another encoder, other attention.
fn settings_ui(view: &ViewContext<'_>, kind: OtherKind, form: &mut CompareForm, ui: &mut Ui) {
    let own = view.state.tsa;
    CollapsingHeader::new("Encoder and attention")
        // Of the model in use they are what can be chosen at all.
        .id_salt(("settings", kind == OtherKind::InUse))
        .default_open(kind == OtherKind::InUse)
        .show_unindented(ui, |ui| {
            let (hint, pick) = ("empty: the encoder in use", pick(Field::CompareEncoder));
            let what = PathField { name: "CLIP folder of the other", hint, pick, lines: 1 };
            path_ui(view, ui, &what, &mut form.encoder, false);
            let mut others = form.tsa.is_some();
            ui.checkbox(&mut others, "Other attention");
            if !others {
                form.tsa = None;
                return;
            }
            let tsa = form.tsa.get_or_insert(own);
            ui.checkbox(&mut tsa.enabled, "Attention on");
            ui.spacing_mut().slider_width = 120.0;
            let on = tsa.enabled;
            // Only what is moved becomes another: the two would differ by more than the person chose.
            let mut slide = |slider: Slider<'_>, name: &str| {
                ui.add_enabled(on, slider.clamping(SliderClamping::Edits).text(name));
            };
            slide(Slider::new(&mut tsa.ratio, RATIO).max_decimals(3), "kappa / T of the other");
            slide(Slider::new(&mut tsa.sigma, SIGMA).max_decimals(4), "sigma of the other");
            slide(Slider::new(&mut tsa.samples, SAMPLES).logarithmic(true), "M of the other");
            ui.horizontal(|ui| {
                let seed = ui.add_enabled(on, DragValue::new(&mut tsa.seed).speed(0.1));
                let label = ui.label("seed of the other");
                seed.labelled_by(label.id);
            });
        });
}
