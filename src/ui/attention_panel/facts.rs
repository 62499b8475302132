//! The row below the controls: what the selection comes to, where trial and sweep stand, and what shows below.
//!
//! Owns its wording. Does not own the figures.

use std::fmt::Write as _;

use egui::{Align, Button, Label, Layout, RichText, Ui};

use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::inspect::{InspectAction, InspectState};
use crate::ui::command_button::command_button;
use crate::ui::figures;
use crate::ui::root::ViewContext;

/// Draws the row: figures at the left, cut where there is no room for them, choices at the right.
pub(super) fn facts_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            choices_ui(view, ui);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                sweeping_ui(view, ui);
                trial_ui(view, ui);
                selection_ui(view, ui);
            });
        });
    });
}

/// From the right.
fn choices_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let inspect = &view.state.inspect;
    let shows_sweep = inspect.shows_sweep;
    if shows_sweep {
        command_button(view, ui, UiCommand::KeepSweep, "Keep files");
    } else {
        let mut all = inspect.look.all_rows;
        let help = "Show all kappa rows of V_hat, not only those of picks within the time that shows.";
        if ui.checkbox(&mut all, "All rows").on_hover_text(help).changed() {
            view.actions.send(Action::Inspect(InspectAction::ShowAllRows(all)));
        }
    }
    if inspect.swept.is_none() && inspect.sweeping.is_none() {
        return;
    }
    for (name, help, shown) in [
        ("By value", "The sweep: score and p(t) at each value of its control.", true),
        ("By draw", "V_hat of the settings that are looked at, and its lanes.", false),
    ] {
        let button = ui.add(Button::selectable(shows_sweep == shown, name)).on_hover_text(help);
        if button.clicked() {
            view.actions.send(Action::Inspect(InspectAction::ShowSweep(shown)));
        }
    }
}

fn sweeping_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let Some(sweeping) = &view.state.inspect.sweeping else { return };
    ui.label(sweeping_text(view));
    if ui.button("Stop the sweep").on_hover_text(format!("Of {}.", sweeping.control.text())).clicked() {
        view.actions.send(Action::Inspect(InspectAction::StopSweep));
    }
}

/// How far the sweep is.
pub(super) fn sweeping_text(view: &ViewContext<'_>) -> String {
    view.state.inspect.sweeping.as_ref().map_or_else(String::new, |sweeping| {
        let left = sweeping.remaining_secs.map_or_else(String::new, |s| format!(", {} left", figures::duration(s)));
        format!("Sweeping {}: {}{left}", sweeping.control.text(), figures::percent(sweeping.progress.fraction()))
    })
}

/// Where the scores of the trial stand.
fn trial_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let (p, inspect) = (&view.tokens.palette, &view.state.inspect);
    let Some(trial) = &inspect.trial else { return };
    let (text, ink) = match &inspect.curve {
        Some(curve) => match &curve.events {
            Some(events) => {
                let drawn = trial.tsa.enabled && trial.tsa.sigma > 0.0;
                let band = if drawn && curve.overlay.band.is_none() { ", band is coming" } else { "" };
                (format!("trial, exact: {}{band}", figures::count(events.len(), "event")), p.accent)
            }
            None => ("trial, provisional".to_owned(), p.warn),
        },
        None => ("trial: scores are coming".to_owned(), p.warn),
    };
    ui.label(RichText::new(text).color(ink).small()).on_hover_text(
        "Provisional scores, of at most 2048 snippets in sight, use the whole-video context of the scores before; exact ones \
         are those that scoring with these settings would give. After them comes how far they scatter over other seeds: the \
         band around the curve of the trial on the timeline, from which 5 % of the draws score lower and 5 % higher.",
    );
}

/// What the selection comes to.
fn selection_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let (p, inspect) = (&view.tokens.palette, &view.state.inspect);
    let Some(looked) = &inspect.looked else {
        if inspect.state == InspectState::Preparing {
            ui.label(RichText::new("Features are being read.").color(p.text_weak).small());
        }
        return;
    };
    let attention = &looked.attention;
    let mut text = format!("kappa {} of {}", attention.kappa, attention.omega.len());
    if let Some([least, mean, most]) = looked.threshold {
        // Writing to a string cannot fail.
        write!(text, "  ·  kappa-th score {mean:.3} ({least:.3} to {most:.3})").ok();
    }
    write!(text, "  ·  selection entropy {:.1} bit", looked.total_entropy).ok();
    ui.add(Label::new(RichText::new(text).color(p.text_weak).small()).truncate()).on_hover_text(
        "Entropy: the sum of H(p(t)) over the video, what it would be if snippets were selected independently, and so the most it can be.\n\
         kappa-th score: mean over the draws of the kappa-th largest omega + sigma G[m], with the lowest and the highest.",
    );
}
