//! Whose verdicts and labels these are.
//!
//! Owns the field. Does not own what the name is used for: each edit is signed with it, and labels stand in its lane.

use egui::{Button, Key, RichText, Ui};

use super::dialogs::field_ui;
use super::root::ViewContext;
use crate::app::action::Action;
use crate::app::prefs::ReviewPrefs;

/// Draws it.
pub fn name_ui(view: &ViewContext<'_>, text: &mut String, fresh: bool, ui: &mut Ui) {
    let review = &view.state.prefs.review;
    ui.set_width(380.0);
    if fresh {
        *text = review.who.clone().unwrap_or_default();
    }
    let account = ReviewPrefs { who: None, ..review.clone() }.reviewer();
    let response = field_ui(ui, text, "Your name", &account, fresh);
    let meaning = "Every edit from now on is signed with it, and your labels stand in a lane of this name. What was \
                   said before keeps its name.";
    ui.label(RichText::new(meaning).color(view.tokens.palette.text_weak));
    let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    ui.horizontal(|ui| {
        if ui.add(Button::new("Use this name")).clicked() || entered {
            let who = Some(text.trim().to_owned()).filter(|who| !who.is_empty());
            view.actions.send(Action::SetReviewPrefs(ReviewPrefs { who, ..review.clone() }));
            view.actions.send(Action::BackOut);
        }
        if ui.button("Cancel").clicked() {
            view.actions.send(Action::BackOut);
        }
    });
}
