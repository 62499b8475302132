//! The window in which the report of a case is made.
//!
//! Owns how the form looks and how the end is told. Does not own the report: see `app::report`.

use egui::{RichText, Ui};

use super::dialogs::field_ui;
use super::exchange_form::{
    PathField, WIDTH, failure_ui, path_ui, pick, results, running_ui, sentences_ui, taken_ui, videos_ui, wish, write_ui,
};
use super::figures;
use super::root::ViewContext;
use crate::app::action::Action;
use crate::app::exchange::VideoChoice;
use crate::app::exchanging::{Errand, Field, Wish};
use crate::domain::threshold::threshold_text;

/// Draws it.
pub(super) fn report_ui(view: &ViewContext<'_>, fresh: bool, ui: &mut Ui) {
    ui.set_width(WIDTH);
    ui.heading("Case report");
    let text = "One page with the pictures inside, and a table of the same: every event with its verdict, the curve of its \
                video, labels, and what it takes to check all this later. Videos are scored once more for it, from kept \
                features where there are any.";
    ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
    ui.separator();
    let exchanging = &view.state.exchanging;
    let mut form = exchanging.report.clone();
    field_ui(ui, &mut form.title, "Headline", "Case report", fresh);
    ui.add_space(4.0);
    let mut any = false;
    if let Some(survey) = exchanging.survey.known() {
        if survey.videos.is_empty() {
            ui.label("Nothing was said about any video yet: give verdicts or labels first.");
        } else {
            videos_ui(view, ui, survey, &mut form.videos);
            any = !matches!(&form.videos, VideoChoice::Only(chosen) if chosen.is_empty());
        }
        ui.add_space(4.0);
    }
    let place = view.state.report_place().map(|place| place.display().to_string()).unwrap_or_default();
    let path = PathField { name: "Folder to write into", hint: &place, pick: pick(Field::Report), lines: 1 };
    let entered = path_ui(view, ui, &path, &mut form.path, false);
    if form != exchanging.report {
        wish(view, Wish::SetReport(Box::new(form)));
    }
    let rule = view.state.rule;
    let text = format!("Events are those at the present threshold of {}.", threshold_text(rule.threshold));
    ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
    ui.add_space(4.0);
    let running = running_ui(view, ui, &[Errand::Survey, Errand::Report]);
    if exchanging.runs(&[Errand::Report]).is_some() {
        let text = "You can close this window meanwhile; the end is told.";
        ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
    }
    failure_ui(view, ui, exchanging.survey.failure());
    failure_ui(view, ui, exchanging.reported.failure());
    taken_ui(view, ui);
    if let Some(reported) = exchanging.reported.known() {
        ui.separator();
        let said = format!(
            "Written: {}, with {} and {}",
            reported.page.display(),
            figures::count(reported.videos, "video"),
            figures::count(reported.findings, "finding")
        );
        ui.add(egui::Label::new(RichText::new(said).color(view.tokens.palette.good)).wrap().selectable(true));
        results(ui, 520.0).show(ui, |ui| {
            sentences_ui(
                view,
                ui,
                "In the report without pictures and curve",
                reported.left_out.iter().map(|line| line.as_str().into()),
            );
        });
    }
    ui.separator();
    ui.horizontal(|ui| {
        let ready = any && !running;
        let pressed = write_ui(view, ui, ("Make the report", ready));
        let pressed = pressed.or_else(|| (entered && ready && exchanging.taken.is_empty()).then_some(false));
        if let Some(replace) = pressed {
            wish(view, Wish::Report { replace });
        }
        if ui.button("Close").clicked() {
            view.actions.send(Action::BackOut);
        }
    });
}
