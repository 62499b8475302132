//! Playback controls and the position.

use egui::{Align, Label, Layout, RichText, Sense, Slider, Ui, WidgetInfo};

use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::state::Dialog;
use crate::domain::playback::PlaybackCommand;
use crate::domain::sound::is_heard;

use super::command_button::{command_button, symbol_button};
use super::figures;
use super::root::ViewContext;
use super::widgets::symbol::Symbol;

/// Speeds offered in the list; the keys reach all between.
const SPEEDS: [f64; 9] = [0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 4.0, 8.0, 16.0];

/// Room for frame number and time, of hours of footage.
const POSITION: f32 = 330.0;
/// Room for the slider of loudness.
const VOLUME: f32 = 76.0;

/// Draws them.
pub fn transport_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    ui.horizontal(|ui| {
        let playing = view.state.session.as_ref().is_some_and(|s| s.transport.is_playing());
        symbol_button(view, ui, UiCommand::Start, Symbol::Start);
        symbol_button(view, ui, UiCommand::PreviousEvent, Symbol::PreviousEvent);
        symbol_button(view, ui, UiCommand::PreviousFrame, Symbol::Back);
        symbol_button(view, ui, UiCommand::PlayPause, if playing { Symbol::Pause } else { Symbol::Play });
        symbol_button(view, ui, UiCommand::NextFrame, Symbol::Forward);
        symbol_button(view, ui, UiCommand::NextEvent, Symbol::NextEvent);
        symbol_button(view, ui, UiCommand::End, Symbol::End);
        ui.add_space(6.0);
        speed_ui(view, ui);
        ui.add_space(6.0);
        sound_ui(view, ui);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| position_ui(view, ui));
    });
}

fn speed_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let Some(session) = &view.state.session else { return };
    command_button(view, ui, UiCommand::Slower, "−");
    let speed = session.transport.speed();
    let arrow = if session.transport.is_backward() && session.transport.is_playing() { "back " } else { "" };
    let combo = egui::ComboBox::from_id_salt("speed")
        .width(72.0)
        .selected_text(format!("{arrow}{}", figures::speed(speed)))
        .show_ui(ui, |ui| {
            for choice in SPEEDS {
                if ui.selectable_label(choice == speed, figures::speed(choice)).clicked() {
                    view.actions.send(Action::Playback(PlaybackCommand::SetSpeed(choice)));
                }
            }
        });
    combo.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, "Speed"));
    command_button(view, ui, UiCommand::Faster, "+");
}

/// Mute and loudness; greyed for a file without sound.
fn sound_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let Some(session) = &view.state.session else { return };
    let (prefs, transport) = (&view.state.prefs, &session.transport);
    let drawn = if prefs.muted || prefs.volume == 0.0 {
        Symbol::Muted
    } else if is_heard(transport.speed(), transport.is_backward() && transport.is_playing()) {
        Symbol::Sound
    } else {
        Symbol::SoundResting
    };
    symbol_button(view, ui, UiCommand::ToggleMute, drawn);
    // The position is worth more than the slider; keys change the loudness as well.
    if ui.available_width() < POSITION + VOLUME {
        return;
    }
    let mut volume = if prefs.muted { 0.0 } else { prefs.volume };
    let slider = Slider::new(&mut volume, 0.0..=1.0).step_by(0.05).show_value(false);
    let response = ui.scope(|ui| {
        ui.spacing_mut().slider_width = 56.0;
        ui.add_enabled(view.state.has_sound(), slider)
    });
    let response = response.inner;
    response.widget_info(|| {
        let mut info = WidgetInfo::slider(view.state.has_sound(), f64::from(volume), "Volume");
        info.label = Some("Volume".to_owned());
        info
    });
    if response.on_hover_text(format!("Volume {}", figures::percent(volume))).changed() {
        view.actions.send(Action::SetVolume(volume));
    }
}

/// Frame number and time, always both; a click opens the "go to" field.
fn position_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let Some(session) = &view.state.session else { return };
    let (frames, frame) = (session.frames(), session.frame());
    let weak = view.tokens.palette.text_weak;
    let figures = |text: String| RichText::new(text).font(view.tokens.figures());
    ui.label(figures(format!("/ {}", frames.span().end)).color(weak)).on_hover_text("Where the video ends");
    let tip =
        "The frame on screen. Frames are counted from 0 in the order in which they are shown. Click to go elsewhere.";
    let time =
        ui.add(Label::new(figures(frames.time(frame).to_string()).strong()).sense(Sense::click())).on_hover_text(tip);
    ui.add_space(10.0);
    ui.label(figures(format!("/ {}", frames.last())).color(weak)).on_hover_text("Number of the last frame");
    let number =
        ui.add(Label::new(figures(format!("frame {frame}")).strong()).sense(Sense::click())).on_hover_text(tip);
    if time.clicked() || number.clicked() {
        view.actions.send(Action::Open(Dialog::GoTo));
    }
}
