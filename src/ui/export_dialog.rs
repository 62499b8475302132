//! The window in which labels of the project are written for another tool.
//!
//! Owns how the form and what it would lose look. Does not own what is written: see `app::exchange`.

use egui::{ComboBox, Grid, RichText, Role, Ui, WidgetInfo};
use strum::IntoEnumIterator as _;

use super::exchange_form::{
    PathField, WIDTH, failure_ui, path_ui, pick, results, running_ui, sentences_ui, taken_ui, videos_ui, wish, write_ui,
};
use super::figures;
use super::import_dialog::end_text;
use super::root::ViewContext;
use crate::app::action::Action;
use crate::app::exchange::{Choice, Format, Survey};
use crate::app::exchanging::{Errand, ExportForm, Field, PlannedExport, Wish};

/// Draws it.
pub(super) fn export_ui(view: &ViewContext<'_>, fresh: bool, ui: &mut Ui) {
    ui.set_width(WIDTH);
    ui.heading("Export labels");
    let text = "What the format cannot hold is listed before anything is written.";
    ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
    ui.separator();
    let exchanging = &view.state.exchanging;
    let mut form = exchanging.export.clone();
    if let Some(survey) = exchanging.survey.known() {
        if survey.videos.is_empty() {
            ui.label("This project holds no labels and no verdicts yet.");
        } else {
            choices_ui(ui, survey, &mut form);
            ui.add_space(4.0);
            videos_ui(view, ui, survey, &mut form.videos);
            ui.add_space(4.0);
        }
    }
    let place = view.state.export_place().map(|place| place.display().to_string()).unwrap_or_default();
    let several = exchanging.export_plan.known().is_some_and(|planned| planned.plan.videos.len() > 1);
    let name = if form.format.one_video() && several { "Folder to write into" } else { "File to write" };
    let path = PathField { name, hint: &place, pick: pick(Field::Export), lines: 1 };
    let entered = path_ui(view, ui, &path, &mut form.path, fresh);
    if form != exchanging.export {
        wish(view, Wish::SetExport(Box::new(form)));
    }
    ui.add_space(4.0);
    let running = running_ui(view, ui, &[Errand::Survey, Errand::PlanExport, Errand::Export]);
    for failure in [exchanging.survey.failure(), exchanging.export_plan.failure(), exchanging.exported.failure()] {
        failure_ui(view, ui, failure);
    }
    let planned = exchanging.export_plan.known();
    if let Some(planned) = planned {
        ui.separator();
        results(ui, 430.0).show(ui, |ui| plan_ui(view, planned, ui));
    }
    taken_ui(view, ui);
    written_ui(view, ui);
    ui.separator();
    ui.horizontal(|ui| {
        let ready = !running && planned.is_some_and(|planned| !planned.plan.videos.is_empty());
        let pressed = write_ui(view, ui, ("Export", ready));
        let pressed = pressed.or_else(|| (entered && ready && exchanging.taken.is_empty()).then_some(false));
        if let Some(replace) = pressed {
            wish(view, Wish::Export { replace });
        }
        if ui.button("Close").clicked() {
            view.actions.send(Action::BackOut);
        }
    });
}

/// Where it was written.
fn written_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let Some(paths) = view.state.exchanging.exported.known() else { return };
    let text = match paths.as_slice() {
        [one] => format!("Written: {}", one.display()),
        [first, .., last] => {
            format!("Written: {}, {} to {}", figures::count(paths.len(), "file"), first.display(), last.display())
        }
        [] => return,
    };
    ui.add(egui::Label::new(RichText::new(text).color(view.tokens.palette.good)).wrap().selectable(true));
}

fn choices_ui(ui: &mut Ui, survey: &Survey, form: &mut ExportForm) {
    Grid::new("export choices").num_columns(2).min_col_width(120.0).spacing([10.0, 6.0]).show(ui, |ui| {
        ui.label("Format");
        let list = ComboBox::from_id_salt("format").width(280.0).selected_text(form.format.name()).show_ui(ui, |ui| {
            for choice in Format::iter() {
                ui.selectable_value(&mut form.format, choice, choice.name());
            }
        });
        list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Format"));
        ui.end_row();
        ui.label("What");
        let list = ComboBox::from_id_salt("what").width(280.0).selected_text(choice_text(&form.choice));
        let list = list.show_ui(ui, |ui| {
            let lanes = survey.lanes.iter().map(|lane| Choice::Lane(lane.clone()));
            for choice in [Choice::All].into_iter().chain(lanes).chain([Choice::Verdicts]) {
                let text = choice_text(&choice);
                ui.selectable_value(&mut form.choice, choice, text);
            }
        });
        list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "What"));
        ui.end_row();
        if form.format.end_choices().len() > 1 {
            ui.label("The end frame");
            let mut end = form.end.unwrap_or_else(|| form.format.convention().end);
            let list = ComboBox::from_id_salt("end").width(280.0).selected_text(end_text(end)).show_ui(ui, |ui| {
                for choice in form.format.end_choices() {
                    let text = end_text(choice.end);
                    if ui.selectable_value(&mut end, choice.end, text).on_hover_text(choice.source).changed() {
                        form.end = Some(end);
                    }
                }
            });
            list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "The end frame"));
            ui.end_row();
        }
    });
}

fn choice_text(choice: &Choice) -> String {
    match choice {
        Choice::All => "Labels of everybody".to_owned(),
        Choice::Lane(lane) => format!("Labels of {lane}"),
        Choice::Verdicts => "Events judged as anomalies".to_owned(),
    }
}

/// What would be written, and what would not.
fn plan_ui(view: &ViewContext<'_>, planned: &PlannedExport, ui: &mut Ui) {
    let plan = &planned.plan;
    if plan.videos.is_empty() {
        ui.label("There is nothing to write: none of the chosen videos has such labels and can be opened.");
    } else {
        let (videos, intervals) = plan.written(planned.format);
        let (videos, intervals) = (figures::count(videos, "video"), figures::count(intervals, "interval"));
        ui.label(RichText::new(format!("{videos} and {intervals} are written")).strong());
    }
    let lines = |lines: &[String]| lines.iter().map(|line| line.clone().into()).collect::<Vec<_>>();
    let heading = format!(
        "{} cannot be opened and {} left out",
        figures::count(plan.unusable.len(), "video"),
        if plan.unusable.len() == 1 { "is" } else { "are" }
    );
    sentences_ui(view, ui, &heading, plan.unusable.iter().map(|(name, why)| format!("{name}: {why}").into()));
    if !plan.videos.is_empty() {
        if planned.losses.is_empty() {
            ui.label(format!("{} can hold all of this.", planned.format.name()));
        }
        let heading = format!("{} cannot hold everything", planned.format.name());
        sentences_ui(view, ui, &heading, lines(&planned.losses).into_iter());
    }
    sentences_ui(view, ui, "Besides", lines(&plan.notes).into_iter());
}
