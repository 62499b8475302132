//! The classes of labels: more of them, other names, colours and digits.
//!
//! Owns the names that are being written. What a change means is `domain::label`'s.

use std::collections::BTreeMap;

use egui::{Button, ComboBox, Grid, Key, RichText, Role, TextEdit, Ui, WidgetInfo};

use super::figures;
use super::root::ViewContext;
use crate::app::action::Action;
use crate::domain::label::{LabelClass, SchemaEdit};

/// What is being written.
#[derive(Debug, Default)]
pub(super) struct ClassEditorState {
    /// Names of classes that were begun to be changed, by the name they have.
    names: BTreeMap<String, String>,
    new: String,
    /// What the labels of a class that is to go are to be.
    into: Option<String>,
    /// A colour that is being chosen, and whose: one step when it is chosen, not one for each shade on the way.
    color: Option<(String, [u8; 3])>,
}

/// Draws it.
pub(super) fn class_editor_ui(view: &ViewContext<'_>, state: &mut ClassEditorState, ui: &mut Ui) {
    ui.set_width(520.0);
    ui.heading("Classes");
    let text = "A digit gives new labels a class, and the selected one. Another name reaches the labels of all videos. \
                Each change can be undone.";
    ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
    ui.separator();
    let schema = view.state.reviews.schema();
    Grid::new("classes").num_columns(4).spacing([12.0, 6.0]).show(ui, |ui| {
        for class in &schema.classes {
            class_ui(view, state, class, ui);
            ui.end_row();
        }
    });
    if let Some((class, labels)) = &view.state.class_in_use {
        in_use_ui(view, &mut state.into, class, *labels, ui);
    }
    ui.separator();
    ui.horizontal(|ui| {
        let field = ui.add(TextEdit::singleline(&mut state.new).hint_text("Fight").desired_width(200.0));
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Name of a new class"));
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let name = state.new.trim();
        let free = !name.is_empty() && schema.class(name).is_none();
        if (ui.add_enabled(free, Button::new("Add class")).clicked() || entered) && free {
            view.actions.send(Action::EditSchema(SchemaEdit::Add(name.to_owned())));
            state.new.clear();
        }
    });
    ui.separator();
    if ui.button("Close").clicked() {
        view.actions.send(Action::BackOut);
    }
}

/// Colour, name and digit of one class.
fn class_ui(view: &ViewContext<'_>, state: &mut ClassEditorState, class: &LabelClass, ui: &mut Ui) {
    let edit = |edit: SchemaEdit| view.actions.send(Action::EditSchema(edit));
    let begun = state.color.as_ref().filter(|(name, _)| *name == class.name).map(|(_, color)| *color);
    let mut color = begun.unwrap_or(class.color);
    let button = ui.color_edit_button_srgb(&mut color);
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Colour of {}", class.name)));
    if color != begun.unwrap_or(class.color) {
        state.color = Some((class.name.clone(), color));
    } else if let Some(color) = begun.filter(|_| !egui::Popup::is_any_open(ui.ctx())) {
        state.color = None;
        edit(SchemaEdit::Color { class: class.name.clone(), color });
    }

    let name = state.names.entry(class.name.clone()).or_insert_with(|| class.name.clone());
    let field = ui.add(TextEdit::singleline(name).min_size(egui::vec2(200.0, 0.0)));
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, format!("Name of {}", class.name)));
    if field.lost_focus() {
        let to = name.trim().to_owned();
        state.names.remove(&class.name);
        if to != class.name && !to.is_empty() {
            edit(SchemaEdit::Rename { from: class.name.clone(), to });
        }
    }

    let text = |digit: Option<u8>| digit.map_or_else(|| "no key".to_owned(), |digit| format!("key {digit}"));
    let list = ComboBox::from_id_salt(("digit", &class.name)).width(70.0).selected_text(text(class.digit));
    let list = list.show_ui(ui, |ui| {
        for digit in std::iter::once(None).chain((1..=9).map(Some)) {
            let is = class.digit == digit;
            if ui.selectable_label(is, text(digit)).clicked() && !is {
                edit(SchemaEdit::Digit { class: class.name.clone(), digit });
            }
        }
    });
    list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Key of {}", class.name)));

    let last = view.state.reviews.schema().classes.len() < 2;
    let remove = ui.add_enabled(!last, Button::new("Remove"));
    remove.widget_info(|| WidgetInfo::labeled(Role::Button, !last, format!("Remove {}", class.name)));
    let remove =
        remove.on_hover_text("Take this class off the list. If labels have it, you are asked what they are to be.");
    if remove.on_disabled_hover_text("A project has at least one class.").clicked() {
        edit(SchemaEdit::Remove { class: class.name.clone(), into: None });
    }
}

/// What becomes of the labels of a class that is to go.
fn in_use_ui(view: &ViewContext<'_>, into: &mut Option<String>, class: &str, labels: usize, ui: &mut Ui) {
    let others = || view.state.reviews.schema().classes.iter().map(|class| &class.name).filter(|name| *name != class);
    let chosen = into.as_ref().filter(|name| others().any(|other| other == *name)).or_else(|| others().next()).cloned();
    let Some(mut chosen) = chosen else { return };
    ui.separator();
    ui.horizontal_wrapped(|ui| {
        let text = format!(
            "{} of this project {} the class {class}. Make them",
            figures::count(labels, "label"),
            if labels == 1 { "has" } else { "have" }
        );
        ui.label(RichText::new(text).color(view.tokens.palette.warn));
        let list = ComboBox::from_id_salt("into").width(110.0).selected_text(chosen.clone()).show_ui(ui, |ui| {
            for name in others() {
                ui.selectable_value(&mut chosen, name.clone(), name);
            }
        });
        list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Class for labels of {class}")));
        if ui.button(format!("Change them and remove {class}")).clicked() {
            let (class, into) = (class.to_owned(), Some(chosen.clone()));
            view.actions.send(Action::EditSchema(SchemaEdit::Remove { class, into }));
        }
    });
    *into = Some(chosen);
}
