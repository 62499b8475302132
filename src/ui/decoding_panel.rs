//! What decodes the video on screen, and how much of it is kept.

use egui::{DragValue, Grid, Label, Ui};

use crate::app::action::Action;
use crate::app::prefs::Decoding;

use super::event_panel::row;
use super::figures;
use super::root::ViewContext;

/// Draws what decodes, what is kept, and the settings.
pub fn decoding_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let mut decoding = view.state.prefs.decoding;
    Grid::new("decoding").num_columns(2).min_col_width(84.0).spacing([10.0, 6.0]).show(ui, |ui| {
        let decoder = view.playing.map_or("", |playing| &*playing.decoder);
        if !decoder.is_empty() {
            let help = "What decodes the pictures that are played. Scores always come from the software decoder, so that \
                        they are the same on every machine.";
            row(ui, "Decoded now", help, |ui| ui.add(Label::new(decoder).wrap()));
        }
        let help = "Where the graphics card can decode the video, it does, and leaves the processor to scoring. Its first \
                    pictures are compared with the software decoder's; if they differ or it fails, software goes on.";
        row(ui, "Hardware", help, |ui| ui.checkbox(&mut decoding.hardware, "use where there is any"));
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use egui::accesskit::Role;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::app::shortcut::Os;
    use crate::app::state::AppState;
    use crate::domain::frame::{Delay, Detail, Playing};
    use crate::ui::root::Actions;
    use crate::ui::theme::Tokens;

    #[test]
    fn says_what_decodes_and_lets_hardware_be_switched_off() {
        let playing = Playing {
            frame: None,
            delay: Delay::UpToDate,
            wanted: 0,
            detail: Detail::All,
            crowded: false,
            kept_bytes: 0,
            decoder: Arc::from("h264 in software: no device (VAAPI cannot be opened)"),
        };
        let (state, tokens) = (AppState::default(), Tokens::of(egui::Theme::Dark));
        let show = move |ui: &mut Ui, sent: &mut Vec<Action>| {
            let actions = Actions::default();
            let (playing, actions_) = (Some(&playing), &actions);
            let view =
                ViewContext { state: &state, playing, filmstrip: None, tokens, actions: actions_, os: Os::Linux };
            decoding_ui(&view, ui);
            sent.extend(actions.take());
        };
        let mut harness = Harness::builder().build_ui_state(show, Vec::new());
        harness.get_by_label_contains("h264 in software: no device");
        harness.get_by_role(Role::CheckBox).click();
        harness.run();
        let off = Decoding { hardware: false, ..Decoding::default() };
        assert!(matches!(harness.state().as_slice(), [Action::SetDecoding(sent), ..] if *sent == off));
    }
}
