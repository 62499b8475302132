//! The sign that a blind pass is on, and the way out of it.
//!
//! Owns what it says. Does not own what is hidden: see `app::blind`.

use egui::{RichText, Ui};

use crate::app::command::UiCommand;

use super::command_button::command_button;
use super::root::ViewContext;

/// Draws it.
pub fn blind_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let hidden = if view.state.prefs.blind.hides_model() {
        "Labels of others, verdicts, ground truth and what the model says are hidden."
    } else {
        "Labels of others, verdicts and ground truth are hidden."
    };
    ui.horizontal_wrapped(|ui| {
        let who = format!("Blind pass as {}", view.state.prefs.review.reviewer());
        ui.label(RichText::new(who).strong().color(palette.warn));
        ui.label(RichText::new(hidden).color(palette.text));
        command_button(view, ui, UiCommand::BlindPass, "End blind pass");
        let model = if view.state.prefs.blind.shows_model { "Hide the model" } else { "Show the model" };
        command_button(view, ui, UiCommand::BlindShowsModel, model);
    });
}
