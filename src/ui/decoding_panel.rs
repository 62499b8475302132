//! How the video on screen is decoded, and how much of it is kept.

use egui::{DragValue, Grid, Ui};

use crate::app::action::Action;
use crate::app::prefs::Decoding;

use super::event_panel::row;
use super::figures;
use super::root::ViewContext;

/// Draws what is kept and the setting.
pub fn decoding_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let mut decoding = view.state.prefs.decoding;
    Grid::new("decoding").num_columns(2).min_col_width(84.0).spacing([10.0, 6.0]).show(ui, |ui| {
        let kept = view.playing.map_or(0, |playing| playing.kept_bytes);
        row(ui, "Kept now", "Decoded frames around the position, ready to be shown at once.", |ui| {
            ui.label(figures::bytes(kept as u64))
        });
        let help = "Most memory for decoded frames. Backward play and steps are smooth where the frames from one key \
                    frame to the next fit: 250 frames of 1280 × 720 take 346 MB.";
        row(ui, "Keep up to", help, |ui| {
            ui.add(DragValue::new(&mut decoding.cache_mb).range(Decoding::CACHE_MB).speed(8.0).suffix(" MB"))
        });
    });
    if decoding != view.state.prefs.decoding {
        view.actions.send(Action::SetDecoding(decoding));
    }
}
