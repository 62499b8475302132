//! The window in which a chart is asked for.
//!
//! Owns how the form looks. Does not own the charts: see `app::charting`.

use egui::{Button, DragValue, Key, RichText, Ui};

use super::root::ViewContext;
use crate::app::action::Action;
use crate::app::charting::{self, ChartSize, ChartTheme};

/// Sizes that fit where charts usually go.
const SIZES: [(&str, ChartSize); 3] = [
    ("Report", ChartSize::REPORT),
    ("Slide", ChartSize { width: 1920, height: 1080 }),
    ("Paper column", ChartSize { width: 1040, height: 640 }),
];

/// Draws it.
pub(super) fn chart_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    ui.set_width(520.0);
    ui.heading("Save chart");
    let mut form = view.state.chart.clone();
    let present = charting::present(view.state);
    let mut kind = form.kind;
    // What was asked for last may have gone from the screen.
    if let (false, Some(first)) = (present.contains(&kind), present.first()) {
        kind = *first;
    }
    ui.add_space(4.0);
    for other in present {
        ui.radio_value(&mut kind, other, other.text());
    }
    form = form.turned_to(view.state, kind);
    let fitting = charting::fitting(view.state, form.kind);
    ui.separator();
    ui.horizontal(|ui| {
        ui.label("Files");
        ui.checkbox(&mut form.files.png, "PNG").on_hover_text("A picture of pixels");
        ui.checkbox(&mut form.files.svg, "SVG").on_hover_text("Lines that stay sharp; letters are outlines");
        ui.checkbox(&mut form.files.csv, "CSV").on_hover_text("The numbers that are drawn");
    });
    ui.horizontal(|ui| {
        ui.label("Theme");
        ui.radio_value(&mut form.look.theme, ChartTheme::Light, "Light");
        ui.radio_value(&mut form.look.theme, ChartTheme::Dark, "Dark");
    });
    ui.horizontal_wrapped(|ui| {
        side_ui(ui, "Width", &mut form.look.size.width);
        side_ui(ui, "Height", &mut form.look.size.height);
        // What fits may be the size of a report as well: one of them is chosen.
        let sizes = [("Fitting", fitting)].into_iter().chain(SIZES.into_iter().filter(|(_, size)| *size != fitting));
        for (name, size) in sizes {
            if ui.selectable_label(form.look.size == size, name).clicked() {
                form.look.size = size;
            }
        }
    });
    let problem = form.problem(view.state);
    let (text, color) = if let Some(problem) = problem {
        (problem.to_owned(), view.tokens.palette.warn)
    } else {
        let text = view.state.picture_place().map_or_else(
            || "There is no folder for pictures here: choose one with “Snapshot folder…”.".to_owned(),
            |folder| format!("Written into {}; nothing that is there is replaced.", folder.display()),
        );
        (text, view.tokens.palette.text_weak)
    };
    ui.label(RichText::new(text).color(color));
    let entered = ui.input(|i| i.key_pressed(Key::Enter)) && problem.is_none();
    if form != view.state.chart {
        view.actions.send(Action::SetChart(form));
    }
    ui.separator();
    ui.horizontal(|ui| {
        if ui.add_enabled(problem.is_none(), Button::new("Save")).clicked() || entered {
            view.actions.send(Action::SaveChart);
        }
        if ui.button("Cancel").clicked() {
            view.actions.send(Action::BackOut);
        }
    });
}

fn side_ui(ui: &mut Ui, name: &str, pixels: &mut u32) {
    let label = ui.label(name);
    ui.add(DragValue::new(pixels).speed(4).range(120..=16_384)).labelled_by(label.id).on_hover_text("Pixels");
}
