//! What this program is and what it runs on.

use egui::{Grid, RichText, Ui};

use crate::app::action::Action;
use crate::app::engine::Engine;

use super::root::ViewContext;

/// Draws it.
pub fn about_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    ui.set_width(460.0);
    ui.heading(concat!("Lookback ", env!("CARGO_PKG_VERSION")));
    ui.label(env!("CARGO_PKG_DESCRIPTION"));
    ui.separator();
    Grid::new("about").num_columns(2).spacing([16.0, 6.0]).show(ui, |ui| {
        let mut row = |name: &str, value: &str| {
            ui.label(RichText::new(name).color(view.tokens.palette.text_weak));
            ui.add(egui::Label::new(value).wrap());
            ui.end_row();
        };
        match &view.state.engine {
            Engine::Ready(facts) => {
                row("Device", &facts.device);
                if let Some(note) = &facts.device_note {
                    row("", note);
                }
                row("Encoder", &facts.encoder);
                row("Model", &facts.model);
            }
            Engine::Loading => row("Model", "is being loaded"),
            Engine::Failed(reason) => row("Model", reason),
        }
        row("Model family", "CLIP-TSA (ICIP 2023): temporal self-attention over 16-frame snippets");
        for (library, version) in crate::app::services::versions() {
            row(&library, &version);
        }
    });
    ui.separator();
    if ui.button("Close").clicked() {
        view.actions.send(Action::BackOut);
    }
}
