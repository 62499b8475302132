//! The bar at the top: menus at the left, what the program runs on and what it is doing at the right.

use egui::style::ScrollStyle;
use egui::{Align, Layout, MenuBar, RichText, ScrollArea, Ui};
use strum::IntoEnumIterator as _;

use crate::app::action::Action;
use crate::app::command::{Group, UiCommand};
use crate::app::engine::Engine;
use crate::app::exchanging::Wish;
use crate::app::learn::LearnPhase;
use crate::app::library::ScoringState;
use crate::app::models::ModelState;
use crate::app::reviews::Project;
use crate::app::state::DemoState;

use super::command_button::command_entry;
use super::figures;
use super::picture_panel::picture_ui;
use super::root::ViewContext;

/// Draws it.
pub fn top_bar_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    MenuBar::new().ui(ui, |ui| {
        ui.label(RichText::new("Lookback").strong().size(view.tokens.sizes.heading));
        ui.add_space(6.0);
        for group in Group::iter() {
            if group == Group::Help {
                // Its sliders are no commands; help stands last, as everywhere.
                picture_ui(view, ui);
            }
            ui.menu_button(group.text(), |ui| menu_ui(view, group, ui));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            // Beside the menus, a button is a button again.
            ui.reset_style();
            engine_ui(view, ui);
            project_ui(view, ui);
            jobs_ui(view, ui);
        });
    });
}

/// Entries before which a line is drawn.
const AFTER_A_LINE: [UiCommand; 35] = [
    UiCommand::MakeDemo,
    UiCommand::OpenProject,
    UiCommand::ImportLabels,
    UiCommand::RemoveFromList,
    UiCommand::SaveChart,
    UiCommand::Quit,
    UiCommand::PreviousFrame,
    UiCommand::Start,
    UiCommand::Slower,
    UiCommand::ToggleMute,
    UiCommand::SetLoopStart,
    UiCommand::Snapshot,
    UiCommand::NextVideo,
    UiCommand::ScoreAgain,
    UiCommand::NextLabel,
    UiCommand::SplitLabel,
    UiCommand::InEarlier,
    UiCommand::Class1,
    UiCommand::VideoNormal,
    UiCommand::ReaderName,
    UiCommand::EditClasses,
    UiCommand::RollBackModel,
    UiCommand::ToggleKnownNormal,
    UiCommand::EndTrial,
    UiCommand::CompareWith,
    UiCommand::MapVideo,
    UiCommand::FindSimilar,
    UiCommand::PickEvent,
    UiCommand::ToggleSnapping,
    UiCommand::ToggleOverview,
    UiCommand::InvertAttention,
    UiCommand::ToggleTheme,
    UiCommand::ToggleOverlays,
    UiCommand::ToggleLibrary,
    UiCommand::About,
];

/// What stays free below a menu, so that it opens under its button and never over it.
const BELOW: f32 = 24.0;

fn menu_ui(view: &ViewContext<'_>, group: Group, ui: &mut Ui) {
    ui.set_min_width(240.0);
    let entries: Vec<UiCommand> = UiCommand::iter().filter(|c| c.group() == group && !is_spare(view, *c)).collect();
    let entries_ui = |ui: &mut Ui| {
        for command in &entries {
            if AFTER_A_LINE.contains(command) {
                ui.separator();
            }
            command_entry(view, ui, *command);
        }
    };
    let room = ui.ctx().content_rect().height() - view.tokens.sizes.row - BELOW;
    let lines = entries.iter().filter(|c| AFTER_A_LINE.contains(c)).count() as f32;
    let (row, gap) = (ui.spacing().interact_size.y, ui.spacing().item_spacing.y);
    if entries.len() as f32 * (row + gap) + lines * (6.0 + gap) <= room {
        entries_ui(ui);
    } else {
        // There is more below: that must show.
        ui.spacing_mut().scroll = ScrollStyle::solid();
        ScrollArea::vertical().max_height(room).min_scrolled_height(room).show(ui, entries_ui);
    }
}

/// A class that nobody has given this digit: its entry would say nothing and stand in the way of others.
fn is_spare(view: &ViewContext<'_>, command: UiCommand) -> bool {
    (UiCommand::Class1..=UiCommand::Class9).contains(&command) && command.resolve(view.state).is_none()
}

/// The project that verdicts go into, by the name of its folder.
fn project_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    match &view.state.reviews.project {
        Project::Opening => {}
        Project::Failed { reason, .. } => {
            ui.label(RichText::new("No project").color(palette.error)).on_hover_text(reason);
            ui.add_space(10.0);
        }
        Project::Open { folder, held_by } => {
            let name = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let name = if held_by.is_some() { format!("{name} (only to read)") } else { name };
            fact(view, ui, "Project", &name, &format!("Verdicts and labels: {}", folder.display()));
        }
    }
}

/// Device, encoder and model, from right to left.
fn engine_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    match &view.state.engine {
        Engine::Loading => {
            ui.label(RichText::new("Loading the model…").color(palette.text_weak));
        }
        Engine::Failed(reason) => {
            ui.label(RichText::new("No model: nothing can be scored").color(palette.error)).on_hover_text(reason);
        }
        Engine::Ready(facts) => {
            let device_note = facts.device_note.as_deref().unwrap_or("What the model runs on.");
            let from = view.state.learn.in_use().map_or("", |entry| match entry.state {
                ModelState::Shipped => ", which came with the program",
                _ => ", which was put in use in this project",
            });
            fact(view, ui, "Model", &figures::short_id(&facts.model), &format!("Weights: {}{from}", facts.model));
            fact(
                view,
                ui,
                "Encoder",
                &figures::short_id(&facts.encoder),
                &format!("What turns each 16-frame snippet into {} numbers: {}", facts.dim, facts.encoder),
            );
            fact(view, ui, "Device", &facts.device, device_note);
        }
    }
}

fn fact(view: &ViewContext<'_>, ui: &mut Ui, name: &str, value: &str, tooltip: &str) {
    ui.label(RichText::new(value).color(view.tokens.palette.text_strong)).on_hover_text(tooltip);
    ui.label(RichText::new(name).color(view.tokens.palette.text_weak).small()).on_hover_text(tooltip);
    ui.add_space(10.0);
}

/// An export or a report that goes on while its window is closed.
fn errand_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let running = view.state.exchanging.running.as_ref().filter(|running| running.errand.lasts());
    let Some(running) = running.filter(|_| view.state.dialog.is_none()) else { return };
    if ui.button("Stop").on_hover_text("Stop this; what is there stays as it is").clicked() {
        view.actions.send(Action::Exchange(Wish::Stop));
    }
    let left = running.remaining_secs.map(|secs| format!(", {} left", figures::duration(secs))).unwrap_or_default();
    ui.label(format!("{} {}{left}", running.errand.text(), figures::percent(running.progress.fraction())));
    ui.add_space(10.0);
}

/// What is going on, with a way to stop it.
fn jobs_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let state = view.state;
    if let DemoState::Making(progress) = &state.demo {
        ui.label(format!("Making demo scenes {}", figures::percent(progress.fraction())));
        ui.add_space(10.0);
    }
    errand_ui(view, ui);
    if let LearnPhase::Running { progress, paused, .. } = &state.learn.phase {
        let rests = if *paused { " (paused)" } else { "" };
        ui.label(format!("Learning {}{rests}", figures::percent(progress.progress().fraction())));
        ui.add_space(10.0);
    }
    let unfinished = state.library.unfinished();
    if unfinished == 0 {
        return;
    }
    super::command_button::command_button(view, ui, UiCommand::CancelAll, "Cancel all");
    let running = state.running.and_then(|r| state.library.get(r.entry)).map(|e| &e.scoring);
    let mut text = match running {
        Some(ScoringState::Running { progress, remaining_secs, .. }) => {
            let left = remaining_secs.map(|secs| format!(", {} left", figures::duration(secs))).unwrap_or_default();
            format!("Scoring {}{left}", figures::percent(progress.fraction()))
        }
        _ => "Waiting to score".to_owned(),
    };
    let waiting = unfinished - usize::from(running.is_some());
    if waiting > 0 {
        text = format!("{text} · {waiting} waiting");
    }
    ui.label(text);
}
