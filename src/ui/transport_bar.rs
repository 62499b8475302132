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

/// What there is room for beside the position; what keys do as well goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part that is there or not")]
struct Parts {
    ends: bool,
    speed_steps: bool,
    sound: bool,
    volume: bool,
    totals: bool,
}

impl Parts {
    /// Widths in points: the five buttons that stay, with the list of speeds; and what each other part adds.
    const LEAST: f32 = 291.0;
    const SOUND: f32 = 40.0;
    const SPEED_STEPS: f32 = 72.0;
    const ENDS: f32 = 77.0;
    const VOLUME: f32 = 64.0;

    /// For a bar of `width`, beside a position that takes `short` points, or `full` with the ends of the video.
    fn for_width(width: f32, (short, full): (f32, f32)) -> Self {
        let mut room = width - short - Self::LEAST;
        let mut takes = |part: f32| {
            let fits = room >= part;
            room -= if fits { part } else { 0.0 };
            fits
        };
        let sound = takes(Self::SOUND);
        let totals = takes(full - short);
        let ends = takes(Self::ENDS);
        let speed_steps = takes(Self::SPEED_STEPS);
        let volume = sound && takes(Self::VOLUME);
        Self { ends, speed_steps, sound, volume, totals }
    }
}

/// Draws them.
pub fn transport_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let parts = Parts::for_width(ui.available_width(), position_widths(view, ui));
    ui.horizontal(|ui| {
        let playing = view.state.session.as_ref().is_some_and(|s| s.transport.is_playing());
        if parts.ends {
            symbol_button(view, ui, UiCommand::Start, Symbol::Start);
        }
        symbol_button(view, ui, UiCommand::PreviousEvent, Symbol::PreviousEvent);
        symbol_button(view, ui, UiCommand::PreviousFrame, Symbol::Back);
        symbol_button(view, ui, UiCommand::PlayPause, if playing { Symbol::Pause } else { Symbol::Play });
        symbol_button(view, ui, UiCommand::NextFrame, Symbol::Forward);
        symbol_button(view, ui, UiCommand::NextEvent, Symbol::NextEvent);
        if parts.ends {
            symbol_button(view, ui, UiCommand::End, Symbol::End);
        }
        ui.add_space(6.0);
        speed_ui(view, parts.speed_steps, ui);
        ui.add_space(6.0);
        if parts.sound {
            sound_ui(view, parts.volume, ui);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| position_ui(view, parts.totals, ui));
    });
}

/// How wide the position is, without and with the ends of the video.
fn position_widths(view: &ViewContext<'_>, ui: &Ui) -> (f32, f32) {
    let Some(session) = &view.state.session else { return (0.0, 0.0) };
    let frames = session.frames();
    let wide = |text: String| {
        let color = view.tokens.palette.text;
        ui.painter().layout_no_wrap(text, view.tokens.figures(), color).size().x + ui.spacing().item_spacing.x
    };
    // The widest that it becomes, so that nothing jumps while it plays.
    let short = wide(format!("frame {}", frames.last())) + wide(frames.span().end.to_string()) + 10.0;
    (short, short + wide(format!("/ {}", frames.last())) + wide(format!("/ {}", frames.span().end)))
}

fn speed_ui(view: &ViewContext<'_>, with_steps: bool, ui: &mut Ui) {
    let Some(session) = &view.state.session else { return };
    if with_steps {
        command_button(view, ui, UiCommand::Slower, "−");
    }
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
    if with_steps {
        command_button(view, ui, UiCommand::Faster, "+");
    }
}

/// Mute and loudness; greyed for a file without sound.
fn sound_ui(view: &ViewContext<'_>, with_slider: bool, ui: &mut Ui) {
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
    if !with_slider {
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
fn position_ui(view: &ViewContext<'_>, totals: bool, ui: &mut Ui) {
    let Some(session) = &view.state.session else { return };
    let (frames, frame) = (session.frames(), session.frame());
    let weak = view.tokens.palette.text_weak;
    let figures = |text: String| RichText::new(text).font(view.tokens.figures());
    if totals {
        ui.label(figures(format!("/ {}", frames.span().end)).color(weak)).on_hover_text("Where the video ends");
    }
    let tip =
        "The frame on screen. Frames are counted from 0 in the order in which they are shown. Click to go elsewhere.";
    let time =
        ui.add(Label::new(figures(frames.time(frame).to_string()).strong()).sense(Sense::click())).on_hover_text(tip);
    ui.add_space(10.0);
    if totals {
        ui.label(figures(format!("/ {}", frames.last())).color(weak)).on_hover_text("Number of the last frame");
    }
    let number =
        ui.add(Label::new(figures(format!("frame {frame}")).strong()).sense(Sense::click())).on_hover_text(tip);
    if time.clicked() || number.clicked() {
        view.actions.send(Action::Open(Dialog::GoTo));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_shown_fits_wherever_the_least_does(width in 420.0_f32..1600.0, short in 100.0_f32..160.0, more in 60.0_f32..180.0) {
            let parts = Parts::for_width(width, (short, short + more));
            let taken = [
                (true, short + Parts::LEAST),
                (parts.sound, Parts::SOUND),
                (parts.totals, more),
                (parts.ends, Parts::ENDS),
                (parts.speed_steps, Parts::SPEED_STEPS),
                (parts.volume, Parts::VOLUME),
            ];
            let sum: f32 = taken.iter().filter(|(shown, _)| *shown).map(|(_, width)| width).sum();
            prop_assert!(sum <= width.max(short + Parts::LEAST) + 0.1, "{sum} of {width}");
        }
    }

    #[test]
    fn a_wide_bar_shows_everything() {
        let all = Parts { ends: true, speed_steps: true, sound: true, volume: true, totals: true };
        assert_eq!(Parts::for_width(900.0, (140.0, 280.0)), all);
    }
}
