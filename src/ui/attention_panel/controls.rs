//! The live controls: kappa, sigma, M, seed, attention on or off; changes of the features; sweeps; the way back.
//!
//! Owns their drawing, in one row. Each movement is sent at once: it is a trial, and nothing is scored again. What came of it
//! stands in the row below ([`super::facts`]).

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{
    Button, DragValue, Grid, PopupCloseBehavior, RectAlign, Response, RichText, Slider, SliderClamping, Stroke,
    Tooltip, Ui,
};
use strum::IntoEnumIterator as _;

use crate::app::action::Action;
use crate::app::inspect::InspectAction;
use crate::app::session::Session;
use crate::domain::sweep::{Control, SweepRange};
use crate::domain::what_if::FeatureEdit;
use crate::ui::figures;
use crate::ui::root::ViewContext;
use crate::ui::tsa_panel::{RATIO, SAMPLES, SIGMA};

/// Width of a slider in points: with it all controls stand in one row beside a panel of the bench.
const SLIDER: f32 = 84.0;

/// Draws the row.
pub(super) fn controls_ui(view: &ViewContext<'_>, session: &Session, ranges: &mut SweepRanges, ui: &mut Ui) {
    ui.horizontal_wrapped(|ui| {
        settings_ui(view, session, ui);
        back_ui(view, ui);
        ui.separator();
        edits_ui(view, session, ui);
        sweep_ui(view, ranges, ui);
    });
}

/// Says `help` above a widget of the row, where it does not hide what comes of moving it.
fn above(response: Response, help: &str) -> Response {
    let mut tooltip = Tooltip::for_enabled(&response);
    tooltip.popup = tooltip.popup.align(RectAlign::TOP_START);
    tooltip.show(|ui| ui.label(help));
    response
}

fn settings_ui(view: &ViewContext<'_>, session: &Session, ui: &mut Ui) {
    let before = view.state.inspect.settings(&view.state.tsa);
    let mut tsa = before;
    let total = session.grid().count();
    above(ui.checkbox(&mut tsa.enabled, "Attention"), "Off, every snippet counts fully: F_hat = F.");
    ui.add_enabled_ui(before.enabled, |ui| {
        ui.spacing_mut().slider_width = SLIDER;
        let help = format!(
            "kappa = floor(T × ratio) = {} of {total}: how many snippets each draw selects. The same noise is used for \
             every value.",
            before.kappa(total)
        );
        let ratio = Slider::new(&mut tsa.ratio, RATIO).max_decimals(3).clamping(SliderClamping::Edits);
        let label = above(ui.label("kappa / T"), &help);
        above(ui.add(ratio).labelled_by(label.id), &help);
        let help = "Standard deviation of the noise on omega; 0 gives one exact selection. The same noise is scaled.";
        let sigma = Slider::new(&mut tsa.sigma, SIGMA).max_decimals(4).smart_aim(false).clamping(SliderClamping::Edits);
        let label = above(ui.label("sigma"), help);
        above(ui.add(sigma).labelled_by(label.id), help);
        let number = |ui: &mut Ui, name: &str, help: &str, value: DragValue<'_>| {
            let label = above(ui.label(name), help);
            above(ui.add(value).labelled_by(label.id), help);
        };
        let help = "M, the number of noisy draws. The first draws stay the same as more are added.";
        number(ui, "M", help, DragValue::new(&mut tsa.samples).range(SAMPLES).speed(1.0));
        let help = "Seed of the draws. The same seed gives the same noise.";
        number(ui, "Seed", help, DragValue::new(&mut tsa.seed).speed(0.1));
    });
    if tsa != before {
        view.actions.send(Action::Inspect(InspectAction::Try(tsa)));
    }
}

/// Whether this is a trial, and the way back.
fn back_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let p = &view.tokens.palette;
    let tried = view.state.inspect.trial.is_some();
    if tried {
        let back = Button::new(RichText::new("End the trial").color(p.on_accent)).fill(p.accent);
        let help = "Back to the settings in use and the features as they are.\n\
                    This is a trial: model, scores, events and queue are as they were. Its curve is drawn on the timeline.";
        if above(ui.add(back), help).clicked() {
            view.actions.send(Action::Inspect(InspectAction::End));
        }
    } else {
        let label = ui.label(RichText::new("settings in use").color(p.text_weak));
        above(label, "Move a control to try something; what is in use stays as it is.");
    }
}

const BLANK: &str = "Their features become 0, all numbers of them: what the model makes of knowing nothing. It is not what it would \
                     make of an empty picture, whose features are not 0, and attention may well pick it.";

/// Changes of the features of the marked snippets.
fn edits_ui(view: &ViewContext<'_>, session: &Session, ui: &mut Ui) {
    let (grid, here) = (session.grid(), session.snippet());
    let marked = view.state.marking.stretch.whole().and_then(|span| grid.touched(span));
    let edits = view.state.inspect.edits().len();
    let name = if edits == 0 { "What if".to_owned() } else { format!("What if ({})", figures::count(edits, "change")) };
    let menu = ui.menu_button(name, |ui| {
        let text = marked.as_ref().map_or_else(
            || "Mark frames with I and O first".to_owned(),
            |range| format!("What if snippets {}–{} were", range.start, range.end - 1),
        );
        ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
        let (first, len) = marked.map_or((0, 0), |range| (range.start, range.len()));
        for (name, help, edit) in [
            ("Blank", BLANK.to_owned(), FeatureEdit::Blank { first, len }),
            (
                "Repeated here",
                format!("From snippet {here} on, where the playhead is, their features come again."),
                FeatureEdit::Repeat { first, len, to: here },
            ),
            (
                "Swapped with here",
                format!("They change places with as many snippets from {here} on, where the playhead is."),
                FeatureEdit::Swap { first, len, with: here },
            ),
        ] {
            let button = ui.add_enabled(edit.is_possible(grid.count()), Button::new(name));
            let response = button
                .on_hover_text(help)
                .on_disabled_hover_text("Mark frames with I and O, and go to a place outside of them.");
            if response.clicked() {
                view.actions.send(Action::Inspect(InspectAction::Edit(edit)));
                ui.close();
            }
        }
        if edits > 0 {
            ui.separator();
            let text = format!("Take back the last of {}", figures::count(edits, "change"));
            if ui.button(text).on_hover_text("Of the features; settings stay.").clicked() {
                view.actions.send(Action::Inspect(InspectAction::TakeBackEdit));
                ui.close();
            }
        }
    });
    above(menu.response, "Other features of marked snippets: blank, repeated or swapped.");
}

/// The ranges of the next sweeps, one for each control; they begin as usual.
#[derive(Clone, Debug)]
pub(super) struct SweepRanges(Vec<(Control, SweepRange)>);

impl Default for SweepRanges {
    fn default() -> Self {
        Self(Control::iter().map(|control| (control, control.usual())).collect())
    }
}

/// Most values of a sweep from here: each gets a row.
const MOST_STEPS: usize = 40;

/// A row for each control: from where to where, in how many values, and the button that begins.
fn sweep_ui(view: &ViewContext<'_>, ranges: &mut SweepRanges, ui: &mut Ui) {
    let possible = view.state.inspect.looked.is_some();
    ui.add_enabled_ui(possible, |ui| {
        let menu = MenuButton::new("Sweep").config(MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside));
        let (response, _) = menu.ui(ui, |ui| {
            Grid::new("sweep ranges").num_columns(7).show(ui, |ui| {
                for (control, range) in &mut ranges.0 {
                    range_ui(view, *control, range, ui);
                    ui.end_row();
                }
            });
            ui.label(RichText::new("The value that is looked at is always among them.").color(view.tokens.palette.text_weak));
        });
        let help = "Moves one control through a range with the same noise, the value that is looked at among the others, \
                    and draws score and p(t) of each value below each other.";
        above(response, help);
    });
}

fn range_ui(view: &ViewContext<'_>, control: Control, range: &mut SweepRange, ui: &mut Ui) {
    let name = control.unit();
    let whole = matches!(control, Control::Samples | Control::Seed);
    let (limits, speed) = match control {
        Control::Kappa => (RATIO, 0.005),
        Control::Sigma => (SIGMA, 0.002),
        Control::Samples => (*SAMPLES.start() as f64..=*SAMPLES.end() as f64, 1.0),
        Control::Seed => (0.0..=f64::from(u32::MAX), 0.1),
    };
    ui.label(name);
    let number = |word: &str, value: DragValue<'_>, ui: &mut Ui| {
        let label = ui.label(word);
        ui.add(value).labelled_by(label.id).on_hover_text(format!("Of the sweep of {name}."));
    };
    let bound = |value: f64| if whole { value.round() } else { value };
    let decimals = if whole { 0 } else { 4 };
    for (word, value) in [("from", &mut range.from), ("to", &mut range.to)] {
        number(word, DragValue::new(value).range(limits.clone()).speed(speed).max_decimals(decimals), ui);
        *value = bound(*value);
    }
    number("values", DragValue::new(&mut range.steps).range(2..=MOST_STEPS).speed(0.1), ui);
    // In a menu a button has no frame of its own, and this is no entry.
    let outline = Stroke::new(1.0, view.tokens.palette.outline);
    if ui.add(Button::new(format!("Sweep {name}")).stroke(outline)).clicked() {
        view.actions.send(Action::Inspect(InspectAction::Sweep(control, *range)));
        ui.close();
    }
}
