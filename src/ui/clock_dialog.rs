//! The window in which a person states when a recording was made.
//!
//! Owns what is typed into it. Does not own the clock's arithmetic: see `app::clock`.

use egui::{DragValue, Key, RichText, Ui};

use crate::app::action::Action;
use crate::app::clock::{Moment, RecordingClock};

use super::dialogs::field_ui;
use super::root::ViewContext;

/// What was typed.
#[derive(Debug, Default)]
pub struct ClockDialogState {
    shown: String,
    fast_secs: f64,
}

/// Draws it.
pub fn clock_ui(view: &ViewContext<'_>, typed: &mut ClockDialogState, fresh: bool, ui: &mut Ui) {
    ui.set_width(380.0);
    let Some(session) = &view.state.session else { return };
    let time = session.frames().time(session.frame());
    let stated = view.state.clock();
    if fresh {
        typed.shown = stated.and_then(|clock| clock.shown(time).text()).unwrap_or_default();
        typed.fast_secs = stated.map_or(0.0, |clock| clock.fast_secs());
    }
    let name = format!("Date and time that the recorder shows at frame {}", session.frame());
    let response = field_ui(ui, &mut typed.shown, &name, "2024-05-01 13:05:10", fresh);
    ui.horizontal(|ui| {
        let label = ui.label("The recorder's clock is fast by");
        ui.add(DragValue::new(&mut typed.fast_secs).speed(0.1).max_decimals(3).suffix(" s")).labelled_by(label.id);
    })
    .response
    .on_hover_text("As found by comparing it with a clock that is right. Negative if it is slow.");
    let clock = Moment::parse(&typed.shown).map(|shown| RecordingClock::new(shown, time, typed.fast_secs));
    let (text, color) = match (clock.and_then(|clock| clock.at(time).text()), typed.shown.trim().is_empty()) {
        (Some(true_time), _) => (format!("This frame was recorded at {true_time}."), view.tokens.palette.text),
        (None, true) => {
            ("Without it, times are counted from the start of the file.".to_owned(), view.tokens.palette.text_weak)
        }
        (None, false) => {
            ("Write year, month, day and time, as in 2024-05-01 13:05:10.".to_owned(), view.tokens.palette.warn)
        }
    };
    ui.label(RichText::new(text).color(color));
    let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    ui.horizontal(|ui| {
        let clicked = ui.add_enabled(clock.is_some(), egui::Button::new("Use this clock")).clicked();
        if ui.add_enabled(stated.is_some(), egui::Button::new("Forget it")).clicked() {
            view.actions.send(Action::SetClock(None));
        }
        if ui.button("Cancel").clicked() {
            view.actions.send(Action::BackOut);
        }
        match clock {
            Some(clock) if clicked || entered => view.actions.send(Action::SetClock(Some(clock))),
            _ if entered => response.request_focus(),
            _ => {}
        }
    });
}
