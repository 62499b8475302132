//! Settings of Temporal Self-Attention.
//!
//! Owns their editing: a change is sent when the hand rests, because each one scores everything again.

use std::ops::RangeInclusive;

use egui::{DragValue, RichText, Ui};

use crate::app::action::Action;
use crate::domain::score::TsaSettings;

use super::event_panel::row;
use super::root::{LocalUi, ViewContext};

/// Ratios that can be chosen, here and wherever else attention is set. A seed may be any number.
pub const RATIO: RangeInclusive<f64> = 0.01..=1.0;
/// Standard deviations of the noise.
pub const SIGMA: RangeInclusive<f64> = 0.0..=1.0;
/// Numbers of draws.
pub const SAMPLES: RangeInclusive<usize> = 1..=10_000;

/// Draws them.
pub fn tsa_ui(view: &ViewContext<'_>, local: &mut LocalUi, ui: &mut Ui) {
    let before = local.tsa.unwrap_or(view.state.tsa);
    let mut tsa = before;
    let mut busy = false;
    let snippets = view.state.session.as_ref().map_or(0, |s| s.grid().count());
    ui.checkbox(&mut tsa.enabled, "Use attention").on_hover_text("Off, every snippet counts fully.");
    egui::Grid::new("tsa").num_columns(2).min_col_width(84.0).spacing([10.0, 6.0]).show(ui, |ui| {
        let mut number = |ui: &mut Ui, name: &str, help: &str, value: DragValue<'_>| {
            let response = row(ui, name, help, |ui| ui.add_enabled(before.enabled, value));
            busy |= response.dragged() || response.has_focus();
        };
        let kappa = tsa.kappa(snippets);
        let ratio_help = format!("Share of snippets that each draw selects; here kappa = {kappa} of {snippets}.");
        number(ui, "Ratio", &ratio_help, DragValue::new(&mut tsa.ratio).range(RATIO).speed(0.005).max_decimals(3));
        let help = "Standard deviation of the noise; 0 gives one exact selection.";
        number(ui, "Sigma", help, DragValue::new(&mut tsa.sigma).range(SIGMA).speed(0.001).max_decimals(4));
        let help = "Number of noisy draws. More are smoother and slower.";
        number(ui, "Samples", help, DragValue::new(&mut tsa.samples).range(SAMPLES).speed(0.5));
        let help = "Seed of the noise. The same seed gives the same scores.";
        number(ui, "Seed", help, DragValue::new(&mut tsa.seed).speed(0.1));
    });
    if tsa != TsaSettings::default()
        && ui.button("Paper's values").on_hover_text("Ratio 0.7, sigma 0.05, 100 samples.").clicked()
    {
        tsa = TsaSettings { seed: tsa.seed, ..TsaSettings::default() };
        busy = false;
    }
    if busy {
        local.tsa = Some(tsa);
    } else {
        local.tsa = None;
        if tsa != view.state.tsa {
            view.actions.send(Action::SetTsa(tsa));
        }
    }
    let weak = view.tokens.palette.text_weak;
    ui.label(RichText::new("A change scores all files again; their features are kept.").color(weak).small());
}
