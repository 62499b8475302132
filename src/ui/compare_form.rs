//! The form in which a person chooses what the scores on screen are compared with.
//!
//! Owns what is chosen and typed until it is sent. Does not own what becomes of it (`app::comparing`).

use std::path::PathBuf;

use egui::{
    Button, CollapsingHeader, ComboBox, DragValue, Key, RichText, Role, Slider, SliderClamping, Ui, WidgetInfo,
};

use super::dialogs::field_ui;
use super::root::ViewContext;
use super::tsa_panel::{RATIO, SAMPLES, SIGMA};
use crate::app::action::Action;
use crate::app::comparing::{CompareAction, Other, OtherModel};
use crate::app::models::{ModelEntry, ModelState};
use crate::domain::score::TsaSettings;

/// What kind of thing is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Project,
    InUse,
    File,
    Scores,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Project, Self::InUse, Self::File, Self::Scores];

    fn text(self) -> &'static str {
        match self {
            Self::Project => "a model of the project",
            Self::InUse => "the model in use, set otherwise",
            Self::File => "a model file",
            Self::Scores => "scores of another program",
        }
    }
}

/// What is chosen and typed.
#[derive(Debug, Default)]
pub struct CompareForm {
    kind: Kind,
    /// The model of the project, by its hash; until one is chosen, the first that is not in use.
    model: Option<String>,
    model_path: String,
    scores_path: String,
    encoder: String,
    /// Settings of attention, where they are to be others.
    tsa: Option<TsaSettings>,
}

/// Draws the form; folded once something is compared.
pub fn form_ui(view: &ViewContext<'_>, form: &mut CompareForm, ui: &mut Ui) {
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
            let list = ComboBox::from_id_salt("kind").width(ui.available_width() - 8.0);
            let list = list.selected_text(form.kind.text()).show_ui(ui, |ui| {
                for kind in Kind::ALL {
                    ui.selectable_value(&mut form.kind, kind, kind.text());
                }
            });
            list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Compare with"));
            let entered = match form.kind {
                Kind::Project => {
                    models_ui(view, form, ui);
                    false
                }
                Kind::InUse => false,
                Kind::File => {
                    path_ui(ui, &mut form.model_path, "Model to compare with", "a .safetensors or PyTorch file")
                }
                Kind::Scores => {
                    path_ui(ui, &mut form.scores_path, "Scores to compare with", "a .json, .csv, .npy or .txt file")
                }
            };
            if form.kind == Kind::Scores {
                let text = "One number from 0 to 1 for each snippet or each frame.";
                ui.label(RichText::new(text).color(palette.text_weak));
            } else {
                settings_ui(view, form, ui);
            }
            let chosen = chosen(view, form);
            let button = ui.add_enabled(chosen.is_some(), Button::new("Compare"));
            let clicked = button.on_disabled_hover_text("Choose or type what to compare with").clicked();
            if let Some(chosen) = chosen.filter(|_| clicked || entered) {
                view.actions.send(Action::Compare(CompareAction::With(Some(chosen))));
            }
        },
    );
    ui.add_space(4.0);
}

fn path_ui(ui: &mut Ui, path: &mut String, name: &str, hint: &str) -> bool {
    let response = field_ui(ui, path, name, hint, false);
    response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter))
}

/// What was typed, if it is a whole path.
fn path(text: &str) -> Option<PathBuf> {
    let path = PathBuf::from(text.trim().trim_matches('"'));
    path.is_absolute().then_some(path)
}

/// Models that could be chosen: all but the one whose scores are on screen.
fn candidates<'a>(view: &ViewContext<'a>) -> impl Iterator<Item = &'a ModelEntry> {
    let state = view.state;
    let shown = state.shown().and_then(|entry| entry.scored.as_ref()).map(|scored| scored.model.as_str());
    state.learn.models.iter().filter(move |entry| Some(entry.id.as_str()) != shown)
}

fn models_ui(view: &ViewContext<'_>, form: &mut CompareForm, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    if candidates(view).next().is_none() {
        let text = "The project has no other model yet. Learn one, bring one in in the panel Models, or choose a file.";
        ui.label(RichText::new(text).color(palette.text_weak));
        return;
    }
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        let selected = form.model.clone().or_else(|| candidates(view).next().map(|entry| entry.id.clone()));
        for entry in candidates(view) {
            let digits: String = entry.id.chars().take(8).collect();
            let state = match (entry.in_use, entry.state) {
                (true, _) => "in use",
                (false, ModelState::Shipped) => "came with the program",
                (false, ModelState::Candidate) => "candidate",
                (false, ModelState::Promoted) => "was in use",
                (false, ModelState::Discarded) => "set aside",
            };
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
fn settings_ui(view: &ViewContext<'_>, form: &mut CompareForm, ui: &mut Ui) {
    let own = view.state.tsa;
    CollapsingHeader::new("Encoder and attention")
        .id_salt("settings")
        .default_open(form.kind == Kind::InUse)
        .show_unindented(ui, |ui| {
            field_ui(ui, &mut form.encoder, "CLIP folder of the other", "empty: the encoder in use", false);
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
            slide(Slider::new(&mut tsa.ratio, RATIO).max_decimals(3), "r of the other");
            slide(Slider::new(&mut tsa.sigma, SIGMA).max_decimals(4), "σ of the other");
            slide(Slider::new(&mut tsa.samples, SAMPLES).logarithmic(true), "M of the other");
            ui.horizontal(|ui| {
                let seed = ui.add_enabled(on, DragValue::new(&mut tsa.seed).speed(0.1));
                let label = ui.label("seed of the other");
                seed.labelled_by(label.id);
            });
        });
}

/// What the form says, if that is enough.
fn chosen(view: &ViewContext<'_>, form: &CompareForm) -> Option<Other> {
    let model = match form.kind {
        Kind::Scores => return path(&form.scores_path).map(Other::Scores),
        Kind::File => OtherModel::File(path(&form.model_path)?),
        Kind::InUse => OtherModel::InUse,
        Kind::Project => {
            let wanted = form.model.as_ref().and_then(|id| candidates(view).find(|entry| entry.id == *id));
            let entry = wanted.or_else(|| candidates(view).next())?;
            OtherModel::Project((entry.state != ModelState::Shipped).then(|| entry.id.clone()))
        }
    };
    let encoder = match form.encoder.trim() {
        "" => None,
        text => Some(path(text)?),
    };
    // The model in use as it is would be itself.
    let differs = form.kind != Kind::InUse || encoder.is_some() || form.tsa.is_some();
    differs.then_some(Other::Model { model, encoder, tsa: form.tsa })
}
