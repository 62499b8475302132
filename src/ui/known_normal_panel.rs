//! What the known-normal memory says about events and verdicts, everywhere in the same words.
//!
//! Owns the sentences and the way to the false alarm. Does not own what looks like what: see `domain::known_normal`.

use egui::{RichText, Ui};

use super::command_button::command_button;
use super::figures;
use super::root::ViewContext;
use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::review_queue::Target;
use crate::domain::known_normal::{EntryFacts, Twin};

/// Why an event is put aside.
pub fn reason(twin: &Twin) -> String {
    format!("looks like the false alarm at {}, similarity {:.2}", place(twin), twin.similarity)
}

/// When and where.
fn place(twin: &Twin) -> String {
    format!("{} of {}", twin.of.start, twin.of.name)
}

/// What is said where the verdict would stand, with the way to the false alarm.
pub fn twin_ui(view: &ViewContext<'_>, twin: &Twin, ui: &mut Ui) {
    let text = format!("Known normal: {}. A verdict on it counts all the same.", reason(twin));
    ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
    go_ui(view, "Go to that false alarm", twin, ui);
}

/// What a false alarm does to other events.
pub fn entry_ui(view: &ViewContext<'_>, entry: &EntryFacts, ui: &mut Ui) {
    let weak = |text: String| RichText::new(text).color(view.tokens.palette.text_weak);
    if entry.twins > 0 {
        ui.label(weak(format!("{} put aside, known normal by this verdict.", figures::count(entry.twins, "event"))));
    }
    if let Some(like) = &entry.like {
        ui.label(weak(format!(
            "An anomaly at {} looks much the same, similarity {:.2}: only events that are more like this one are put aside.",
            place(like),
            like.similarity
        )));
        go_ui(view, "Go to that anomaly", like, ui);
    }
}

fn go_ui(view: &ViewContext<'_>, text: &str, twin: &Twin, ui: &mut Ui) {
    let tip = format!("Show frame {} of {}", twin.of.span.start(), twin.of.name);
    if ui.button(text).on_hover_text(tip).clicked() {
        view.actions.send(Action::ShowFrames(Target { video: twin.of.video.clone(), span: twin.of.span }));
    }
}

/// What the memory holds, with its switch.
pub fn memory_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let weak = |text: String| RichText::new(text).color(view.tokens.palette.text_weak);
    let on = view.state.prefs.review.known_normal;
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("Known-normal memory").strong());
        command_button(view, ui, UiCommand::ToggleKnownNormal, if on { "Turn off" } else { "Turn on" });
    });
    let recalled = view.state.known_normal.recalled.as_ref().filter(|recalled| on && recalled.order.on);
    let text = match recalled {
        None if on => "It has not been looked through yet.".to_owned(),
        None => "It is off: no event is put aside.".to_owned(),
        Some(recalled) => {
            let learned = match recalled.learned {
                0 => String::new(),
                learned => format!(" {learned} more the model in use has learned: they are let go of."),
            };
            let alarms = figures::count(recalled.entries.len(), "false alarm");
            let twins = figures::count(recalled.twins.len(), "event");
            format!("{alarms} remembered, {twins} put aside that look like them.{learned}")
        }
    };
    ui.label(weak(text));
}
