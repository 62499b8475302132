//! The live controls: kappa, sigma, M, seed, attention on or off; changes of the features; sweeps; the way back.
//!
//! Owns their drawing. Each movement is sent at once: it is a trial, and nothing is scored again.

use std::fmt::Write as _;

use egui::{Button, DragValue, RichText, Slider, SliderClamping, Ui};
use strum::IntoEnumIterator as _;

use crate::app::action::Action;
use crate::app::inspect::{InspectAction, InspectState};
use crate::app::session::Session;
use crate::domain::sweep::Control;
use crate::domain::what_if::FeatureEdit;
use crate::ui::figures;
use crate::ui::root::ViewContext;
use crate::ui::tsa_panel::{RATIO, SAMPLES, SIGMA};

/// Draws both rows.
pub(super) fn controls_ui(view: &ViewContext<'_>, session: &Session, ui: &mut Ui) {
    ui.spacing_mut().item_spacing.y = 3.0;
    ui.horizontal_wrapped(|ui| {
        settings_ui(view, session, ui);
        back_ui(view, ui);
        facts_ui(view, ui);
    });
    ui.horizontal_wrapped(|ui| {
        edits_ui(view, session, ui);
        ui.separator();
        sweep_ui(view, ui);
        let mut all = view.state.inspect.all_rows;
        let help = "Show all kappa rows of V_hat, not only those of picks within the time that shows.";
        if ui.checkbox(&mut all, "All rows").on_hover_text(help).changed() {
            view.actions.send(Action::Inspect(InspectAction::ShowAllRows(all)));
        }
    });
}

fn settings_ui(view: &ViewContext<'_>, session: &Session, ui: &mut Ui) {
    let before = view.state.inspect.settings(&view.state.tsa);
    let mut tsa = before;
    let total = session.grid().count();
    ui.checkbox(&mut tsa.enabled, "Attention").on_hover_text("Off, every snippet counts fully: F_hat = F.");
    ui.add_enabled_ui(before.enabled, |ui| {
        ui.spacing_mut().slider_width = 110.0;
        let help = format!(
            "kappa = floor(T × ratio) = {} of {total}: how many snippets each draw selects. The same noise is used for \
             every value.",
            before.kappa(total)
        );
        let ratio = Slider::new(&mut tsa.ratio, RATIO).max_decimals(3).clamping(SliderClamping::Edits);
        let label = ui.label("kappa / T").on_hover_text(&help);
        ui.add(ratio).labelled_by(label.id).on_hover_text(help);
        let help = "Standard deviation of the noise on omega; 0 gives one exact selection. The same noise is scaled.";
        let sigma = Slider::new(&mut tsa.sigma, SIGMA).max_decimals(4).smart_aim(false).clamping(SliderClamping::Edits);
        let label = ui.label("sigma").on_hover_text(help);
        ui.add(sigma).labelled_by(label.id).on_hover_text(help);
        let number = |ui: &mut Ui, name: &str, help: &str, value: DragValue<'_>| {
            let label = ui.label(name).on_hover_text(help);
            ui.add(value).labelled_by(label.id).on_hover_text(help);
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
        let back = Button::new(RichText::new("Back to the settings in use").color(p.on_accent)).fill(p.accent);
        let help =
            "This is a trial: model, scores, events and queue are as they were. Its curve is drawn on the timeline.";
        if ui.add(back).on_hover_text(help).clicked() {
            view.actions.send(Action::Inspect(InspectAction::End));
        }
    } else {
        ui.label(RichText::new("settings in use").color(p.text_weak))
            .on_hover_text("Move a control to try something; what is in use stays as it is.");
    }
}

fn edits_ui(view: &ViewContext<'_>, session: &Session, ui: &mut Ui) {
    let (grid, here) = (session.grid(), session.snippet());
    let marked = view.state.marking.stretch.whole().and_then(|span| grid.touched(span));
    let text = marked.as_ref().map_or_else(
        || "What if (mark frames with I and O):".to_owned(),
        |range| format!("What if snippets {}–{} were", range.start, range.end - 1),
    );
    ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
    let (first, len) = marked.map_or((0, 0), |range| (range.start, range.len()));
    for (name, help, edit) in [
        ("Blank", "Their features are 0.".to_owned(), FeatureEdit::Blank { first, len }),
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
        }
    }
    let edits = view.state.inspect.edits().len();
    if edits > 0 {
        let text = format!("Take back the last of {}", figures::count(edits, "change"));
        if ui.button(text).on_hover_text("Of the features; settings stay.").clicked() {
            view.actions.send(Action::Inspect(InspectAction::TakeBackEdit));
        }
    }
}

fn sweep_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    if let Some((control, progress)) = view.state.inspect.sweeping {
        let share = figures::percent(progress.fraction());
        ui.label(format!("Sweeping {}: {share}", control.text()));
        if ui.button("Stop the sweep").clicked() {
            view.actions.send(Action::Inspect(InspectAction::StopSweep));
        }
        return;
    }
    let possible = view.state.inspect.looked.is_some() && view.state.reviews.project.folder().is_some();
    ui.add_enabled_ui(possible, |ui| {
        ui.menu_button("Sweep", |ui| {
            for control in Control::iter() {
                let (from, to) = control.usual();
                let text = format!("{} from {from} to {to}", control.unit());
                if ui.button(text).clicked() {
                    view.actions.send(Action::Inspect(InspectAction::Sweep(control)));
                    ui.close();
                }
            }
        })
        .response
        .on_hover_text(
            "Nine values of one control with the same noise: small multiples as PNG and SVG, and tables as CSV, in the \
             folder of the project.",
        )
        .on_disabled_hover_text("Needs an open project to keep its files in.");
    });
}

/// What the selection comes to.
fn facts_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let (p, inspect) = (&view.tokens.palette, &view.state.inspect);
    let Some(looked) = &inspect.looked else {
        if inspect.state == InspectState::Preparing {
            ui.label(RichText::new("Features are being read.").color(p.text_weak).small());
        }
        return;
    };
    ui.separator();
    let attention = &looked.attention;
    let mut text = format!("kappa {} of {}", attention.kappa, attention.omega.len());
    if let Some([least, mean, most]) = looked.threshold {
        // Writing to a string cannot fail.
        write!(text, "   ·   kappa-th score {mean:.3} ({least:.3} to {most:.3})").ok();
    }
    write!(text, "   ·   selection entropy {:.1} bit", looked.total_entropy).ok();
    ui.label(RichText::new(text).color(p.text).small()).on_hover_text(
            "Entropy: the sum of H(p(t)) over the video, what it would be if snippets were selected independently, and so the most it can be.\n\
             kappa-th score: mean over the draws of the kappa-th largest omega + sigma G[m], with the lowest and the highest.",
    );
    if inspect.trial.is_none() {
        return;
    }
    let (text, ink) = match inspect.curve.as_ref().map(|curve| &curve.events) {
        Some(Some(events)) => (format!("trial, exact: {}", figures::count(events.len(), "event")), p.accent),
        Some(None) => ("trial, provisional".to_owned(), p.warn),
        None => ("trial: scores are coming".to_owned(), p.warn),
    };
    ui.label(RichText::new(text).color(ink).small()).on_hover_text(
            "Provisional scores, of at most 2048 snippets in sight, use the whole-video context of the scores before; exact \
             ones are those that scoring with these settings would give.",
        );
}
