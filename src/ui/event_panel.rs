//! Events of the video on screen, and the rule that makes them.

use egui::{DragValue, RichText, Role, ScrollArea, Slider, SliderClamping, Ui, WidgetInfo};

use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::library::Entry;
use crate::app::session::Session;
use crate::domain::event_cost::EventCost;
use crate::domain::snippet::SNIPPET_FRAMES;

use super::command_button::command_button;
use super::figures;
use super::inspector::facts_ui;
use super::known_normal_panel::reason;
use super::root::ViewContext;
use super::verdict;

/// Rows of the list that are shown before it scrolls.
const ROWS: f32 = 7.0;

/// The list of events, with buttons for the next and the previous.
pub fn events_ui(view: &ViewContext<'_>, session: &Session, entry: &Entry, ui: &mut Ui) {
    ui.horizontal(|ui| {
        ui.label(cost_text(view));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            command_button(view, ui, UiCommand::NextEvent, "Next");
            command_button(view, ui, UiCommand::PreviousEvent, "Previous");
        });
    });
    if entry.events.is_empty() {
        let text = if entry.scored.is_some() { "No snippet reaches the threshold." } else { "Nothing is scored yet." };
        ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
        return;
    }
    let row = ui.spacing().interact_size.y;
    let current = view.state.current_event();
    ScrollArea::vertical().id_salt("events").max_height(row * ROWS).auto_shrink([false, true]).show_rows(
        ui,
        row,
        entry.events.len(),
        |ui, range| {
            for i in range {
                let event = entry.events[i];
                let (first, last) = (session.grid().range(event.first).start, session.grid().range(event.last).end - 1);
                let span = session.frames().frames_span(first, last);
                let (mark, twin) = (entry.mark(i), entry.twin(i));
                let letter = mark.map_or("·", |mark| verdict::letter(mark.verdict));
                let text = format!("{letter} {}   {}", span.start, figures::duration(span.length().secs_f64()));
                let text = RichText::new(text).font(view.tokens.figures());
                let text = if twin.is_some() { text.strikethrough() } else { text };
                let button = egui::Button::selectable(current == Some(i), text)
                    .right_text(RichText::new(format!("{:.2}", event.peak_score)).font(view.tokens.figures()))
                    .min_size(egui::vec2(ui.available_width(), row));
                let response = ui.add(button);
                let alike = twin.map(|twin| format!(", known normal: {}", reason(twin))).unwrap_or_default();
                let said = mark.map_or(alike, |mark| format!(", {}", verdict::sentence(mark)));
                let name = format!("Event {} at {}{said}", i + 1, span.start);
                response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, current == Some(i), &name));
                let tip = format!(
                    "Frames {first} to {last}, highest score {:.3} in snippet {}{said}.",
                    event.peak_score, event.peak
                );
                if response.on_hover_text(tip).clicked() {
                    view.actions.send(Action::ShowEvent(i));
                }
            }
        },
    );
}

/// The number of events and what that means for an hour of footage.
fn cost_text(view: &ViewContext<'_>) -> String {
    let count = figures::count(view.state.events().len(), "event");
    match view.state.cost().per_hour() {
        Some(rate) => format!("{count} · {} an hour", figures::rate(rate)),
        None => count,
    }
}

/// Threshold, hysteresis, least length and merge gap, and what they cost while they are changed.
pub fn rule_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let mut rule = view.state.rule;
    // What is left of the panel beside the names and the numbers.
    let slider_width = (ui.available_width() - 190.0).clamp(60.0, 200.0);
    egui::Grid::new("rule").num_columns(2).min_col_width(84.0).spacing([10.0, 6.0]).show(ui, |ui| {
        ui.spacing_mut().slider_width = slider_width;
        let threshold = "An event needs one snippet with at least this score. It is a setting, no edit of the project: undo leaves \
                         it alone, the button below goes back.";
        row(ui, "Score threshold", threshold, |ui| {
            ui.add(share_slider(&mut rule.threshold).fixed_decimals(2))
        });
        let low = format!(
            "An event goes on until scores fall by this share of the threshold's odds, here to {:.2}.",
            view.state.rule.low()
        );
        row(ui, "Hysteresis", &low, |ui| {
            let percent =
                share_slider(&mut rule.hysteresis_share).custom_formatter(|share, _| figures::percent(share as f32));
            ui.add(percent.custom_parser(|text| Some(text.trim_end_matches(['%', ' ']).parse::<f64>().ok()? / 100.0)))
        });
        row(ui, "Least length", "Shorter events are dropped, after merging.", |ui| {
            ui.add(snippets(&mut rule.min_snippets, 1))
        });
        row(ui, "Merge gap", "Events closer than this become one.", |ui| ui.add(snippets(&mut rule.merge_gap, 0)));
    });
    ui.horizontal_wrapped(|ui| {
        command_button(view, ui, UiCommand::PreviousRule, "Back to the rule before");
        command_button(view, ui, UiCommand::OwnThreshold, "The model's threshold");
    });
    ui.separator();
    cost_ui(view, view.state.cost(), ui);
    if rule != view.state.rule {
        view.actions.send(Action::SetRule(rule));
    }
}

/// What the rule costs on the video on screen.
fn cost_ui(view: &ViewContext<'_>, cost: EventCost, ui: &mut Ui) {
    facts_ui(view, ui, "cost", |rows| {
        rows.row("Events", cost.events.to_string(), "Events of this video under the rule above.");
        let flagged = figures::duration(cost.flagged.secs_f64());
        let share = cost.flagged_share().map_or_else(String::new, |share| format!(" ({:.1} %)", share * 100.0));
        rows.row("Flagged", flagged + &share, "Time inside of events, and its share of the footage that is scored.");
        if let Some(rate) = cost.per_hour().map(figures::rate) {
            rows.row("Per hour", format!("{rate} events"), "Events in an hour of footage like this.");
        }
    });
}

fn snippets(value: &mut usize, least: usize) -> DragValue<'_> {
    DragValue::new(value).range(least..=10_000).speed(0.1).custom_formatter(|n, _| {
        let frames = n as usize * SNIPPET_FRAMES;
        format!("{n:.0} ({frames} frames)")
    })
}

/// A slider from 0 to 1 that rounds what is dragged or typed, not what is shown: a model's own threshold is no choice of the
/// person's.
pub(super) fn share_slider(value: &mut f32) -> Slider<'_> {
    Slider::new(value, 0.0..=1.0).step_by(0.01).clamping(SliderClamping::Edits)
}

/// A labelled control with an accessible name and a tooltip on both.
pub(super) fn row(
    ui: &mut Ui,
    name: &str,
    help: &str,
    control: impl FnOnce(&mut Ui) -> egui::Response,
) -> egui::Response {
    let label = ui.label(name).on_hover_text(help);
    let response = control(ui).labelled_by(label.id).on_hover_text(help);
    ui.end_row();
    response
}
