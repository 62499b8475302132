//! The first screen: what to do when nothing is open.

use egui::{Align, Frame, Layout, Margin, RichText, Ui, UiBuilder, vec2};

use crate::app::action::Action;
use crate::app::arrangement::PanelKind;
use crate::app::command::UiCommand;
use crate::app::engine::Engine;
use crate::app::state::DemoState;

use super::command_button::command_button;
use super::root::{LocalUi, ViewContext};
use super::{figures, library_panel, queue_panel};

/// Draws it.
pub fn empty_ui(view: &ViewContext<'_>, local: &mut LocalUi, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let size = vec2(ui.available_width().min(600.0), ui.available_height());
    let mut rect = ui.max_rect();
    rect = egui::Rect::from_center_size(rect.center(), size.min(rect.size()));
    ui.scope_builder(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min)), |ui| {
        ui.add_space((size.y * 0.14).max(12.0));
        let card = Frame::new().fill(palette.panel).corner_radius(10).inner_margin(Margin::same(28));
        card.show(ui, |ui| content_ui(view, local, ui));
    });
}

fn content_ui(view: &ViewContext<'_>, local: &mut LocalUi, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    ui.label(RichText::new("Open video to look at").size(view.tokens.sizes.heading * 1.5).strong());
    ui.label(
            RichText::new(
                "Lookback plays it over a timeline of anomaly scores that a model computes on this machine while you watch. \
                 Files are only read, and nothing leaves the machine.",
            )
            .color(palette.text_weak),
        );
    ui.add_space(14.0);
    library_panel::open_ui(view, local, ui);
    ui.add_space(4.0);
    ui.label(RichText::new("You can also drop files and folders anywhere on this window.").color(palette.text_weak));
    if !view.state.prefs.blind.on {
        continue_ui(view, ui);
    }
    ui.add_space(18.0);
    ui.label(RichText::new("Nothing at hand?").strong());
    match &view.state.demo {
        DemoState::Idle => {
            command_button(view, ui, UiCommand::MakeDemo, "Make demo scenes");
            let text = "Six short surveillance scenes with known anomalies, drawn on this machine in about a minute.";
            ui.label(RichText::new(text).color(palette.text_weak));
        }
        DemoState::Making(progress) => {
            let text = format!("Drawing scenes {}", figures::percent(progress.fraction()));
            ui.add(egui::ProgressBar::new(progress.fraction()).text(text));
        }
    }
    ui.add_space(18.0);
    ui.label(RichText::new("What scores it").strong());
    ui.label(RichText::new(engine_text(&view.state.engine)).color(palette.text_weak));
}

/// The way back to the work of before, if there is any.
fn continue_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let queue = &view.state.queue;
    queue_panel::look_at(view, 0..1);
    let Some(counts) = queue.counts.filter(|counts| counts.events > 0) else { return };
    ui.add_space(18.0);
    ui.label(RichText::new("Go on reviewing").strong());
    let (events, videos) = (counts.events as usize, counts.videos as usize);
    let open = counts.unreviewed + counts.changed;
    let text = format!(
        "{} in {} in this project, {open} to do.",
        figures::count(events, "event"),
        figures::count(videos, "video")
    );
    let place = queue.open_from(0).or_else(|| queue.row(0).map(|_| 0));
    let response = ui.add_enabled(place.is_some(), egui::Button::new("Open the queue"));
    if let Some(place) = place.filter(|_| response.clicked()) {
        view.actions.send(Action::BringPanel(PanelKind::Queue));
        view.actions.send(Action::GoToRow(place));
    }
    ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
}

fn engine_text(engine: &Engine) -> String {
    match engine {
        Engine::Loading => "The model is being loaded.".to_owned(),
        Engine::Failed(reason) => format!("Nothing: {reason} Videos play all the same."),
        Engine::Ready(facts) => {
            let note = facts.device_note.as_ref().map(|note| format!(" Why not faster: {note}.")).unwrap_or_default();
            let model = figures::short_id(&facts.model);
            format!("Model {model} with encoder {}, on {}.{note}", facts.encoder, facts.device)
        }
    }
}
