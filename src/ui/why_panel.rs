//! Why the event on screen was flagged.
//!
//! Owns the layout of its peak and of the snippets of the largest magnitude, with the ways to them. Does
//! not own their choice: see `domain::why`.

use egui::{Button, RichText, Role, Sense, Ui, WidgetInfo};

use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::library::Entry;
use crate::app::session::Session;
use crate::domain::playback::PlaybackCommand;
use crate::domain::score::SnippetScores;
use crate::domain::why::{SnippetFigures, rank, why_flagged};

use super::command_button::command_button;
use super::figures;
use super::root::ViewContext;

/// Width of the picture of the peak, in points.
const PEAK_WIDTH: f32 = 128.0;
/// Width of the other pictures.
const TILE_WIDTH: f32 = 72.0;

/// Draws the section.
pub fn why_ui(view: &ViewContext<'_>, session: &Session, entry: &Entry, ui: &mut Ui) {
    let weak = view.tokens.palette.text_weak;
    let scores = entry.scored.as_ref().map(|scored| &scored.snippets);
    let current = view.state.current_event();
    let why = current.zip(scores).and_then(|(at, scores)| why_flagged(entry.events.get(at)?, scores));
    let (Some(at), Some(scores), Some(why)) = (current, scores, why) else {
        let text = if entry.events.is_empty() { "No event is flagged." } else { "The frame on screen is in no event." };
        ui.label(RichText::new(text).color(weak));
        return;
    };
    let peak = why.peak;
    ui.horizontal_top(|ui| {
        picture_ui(view, session, peak.snippet, PEAK_WIDTH, ui);
        ui.vertical(|ui| {
            ui.label(RichText::new(format!("Event {}", at + 1)).strong());
            let place = rank(&scores.scores, peak.snippet).map_or_else(String::new, figures::ordinal);
            ui.label(format!("highest score {:.3}", peak.score)).on_hover_text("Score of the event's peak.");
            ui.label(RichText::new(format!("{place} of {} snippets", scores.len())).color(weak));
            command_button(view, ui, UiCommand::EventPeak, "Go to peak");
        });
    });
    ui.add_space(4.0);
    ui.label(RichText::new("Largest magnitudes in the event").color(weak)).on_hover_text(
        "By magnitude training chose which snippets stand for a video. In brackets the place among all snippets of this \
         video.",
    );
    for row in &why.largest {
        row_ui(view, session, scores, row, ui);
    }
}

/// One snippet: its picture, the way to it, its figures.
fn row_ui(view: &ViewContext<'_>, session: &Session, scores: &SnippetScores, row: &SnippetFigures, ui: &mut Ui) {
    let SnippetFigures { snippet, score, attention, magnitude } = *row;
    let frame = session.grid().middle(snippet);
    let time = session.frames().time(frame);
    ui.horizontal(|ui| {
        picture_ui(view, session, snippet, TILE_WIDTH, ui);
        ui.vertical(|ui| {
            let place = rank(&scores.magnitudes, snippet).map_or_else(String::new, figures::ordinal);
            let text = format!("{time}   {magnitude:.2} ({place})");
            let response = ui.add(Button::new(RichText::new(text).font(view.tokens.figures())));
            let name = format!("Go to snippet {snippet} at {time}, magnitude {magnitude:.2}");
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            let tip = format!("Snippet {snippet}: go to its middle, frame {frame}.");
            if response.on_hover_text(tip).clicked() {
                view.actions.send(Action::Playback(PlaybackCommand::SeekFrame(frame)));
            }
            let text = format!("attention {attention:.2} · score {score:.2}");
            ui.label(RichText::new(text).font(view.tokens.small()).color(view.tokens.palette.text_weak));
        });
    });
}

/// The middle frame of a snippet; a click goes there.
fn picture_ui(view: &ViewContext<'_>, session: &Session, snippet: usize, width: f32, ui: &mut Ui) {
    let Some(filmstrip) = &view.filmstrip else { return };
    let frame = session.grid().middle(snippet);
    if filmstrip.tile_ui(ui, frame, width, Sense::click(), view.tokens).clicked() {
        view.actions.send(Action::Playback(PlaybackCommand::SeekFrame(frame)));
    }
}
