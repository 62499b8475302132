//! Light, size and deinterlacing of the picture, behind a button beside the menus.
//!
//! Owns the sliders. What they change is only what is seen.

use egui::{Button, Grid, Popup, PopupCloseBehavior, RichText, Slider, Ui};
use strum::IntoEnumIterator as _;

use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::picture::{Deinterlace, MAX_ZOOM, PictureView};

use super::command_button::command_button;
use super::root::ViewContext;

/// Draws the button and, once it is pressed, the sliders.
pub(super) fn picture_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    if view.state.session.is_none() {
        return;
    }
    let changed = view.state.picture != PictureView::default();
    let tip =
        "Zoom, light and deinterlacing of the picture. Only what is seen changes: scores, snapshots and files do not.";
    let button = ui.add(Button::new("Picture").selected(changed)).on_hover_text(tip);
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| sliders_ui(view, ui));
}

fn sliders_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let mut picture = view.state.picture;
    Grid::new("picture").num_columns(2).spacing([14.0, 6.0]).show(ui, |ui| {
        let mut row = |name: &str, slider: Slider<'_>| {
            let label = ui.label(name);
            ui.add(slider).labelled_by(label.id);
            ui.end_row();
        };
        row("Zoom", Slider::new(&mut picture.zoom, 1.0..=MAX_ZOOM).logarithmic(true).suffix("×"));
        row("Brightness", Slider::new(&mut picture.brightness, -0.5..=0.5).fixed_decimals(2));
        row("Contrast", Slider::new(&mut picture.contrast, 0.2..=4.0).logarithmic(true).fixed_decimals(2));
        row("Gamma", Slider::new(&mut picture.gamma, 0.2..=5.0).logarithmic(true).fixed_decimals(2));
        ui.label("Deinterlace");
        ui.horizontal(|ui| {
            for choice in Deinterlace::iter() {
                ui.selectable_value(&mut picture.deinterlace, choice, choice.text());
            }
        });
        ui.end_row();
    });
    if picture != view.state.picture {
        view.actions.send(Action::SetPicture(picture));
    }
    ui.separator();
    ui.horizontal(|ui| {
        let mut pinned = view.state.picture_pinned;
        if ui.checkbox(&mut pinned, "Keep for other files").changed() {
            view.actions.send(Action::PinPicture(pinned));
        }
        command_button(view, ui, UiCommand::ResetPicture, "Reset");
    });
    ui.label(RichText::new("Ctrl and the wheel zoom, a drag moves.").color(view.tokens.palette.text_weak).small());
}
