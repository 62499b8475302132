//! Notices in the corner of the window.

use egui::{Align2, Area, Context, Frame, Margin, Order, RichText, Stroke, vec2};

use crate::app::action::Action;
use crate::app::notice::Severity;

use super::root::ViewContext;

/// Draws all notices on show, the newest at the bottom, in the lower left corner.
///
/// `room` is the width to keep to and the height to leave free below.
pub fn notices_ui(view: &ViewContext<'_>, room: egui::Vec2, ctx: &Context) {
    let notices = &view.state.notices;
    if notices.list().is_empty() {
        return;
    }
    let palette = &view.tokens.palette;
    let area = Area::new(egui::Id::unique("notices")).order(Order::Foreground);
    // Over the lower end of the library, which is the part of the window that is most often empty.
    area.anchor(Align2::LEFT_BOTTOM, vec2(10.0, -10.0 - room.y)).show(ctx, |ui| {
        ui.set_max_width(room.x);
        for notice in notices.list() {
            let (color, word) = match notice.severity {
                Severity::Info => (palette.accent, "Note"),
                Severity::Warning => (palette.warn, "Take care"),
                Severity::Error => (palette.error, "Problem"),
            };
            let frame = Frame::popup(ui.style()).inner_margin(Margin::same(10)).stroke(Stroke::new(1.0, color));
            frame.show(ui, |ui| {
                ui.set_width(room.x - 22.0);
                ui.horizontal(|ui| {
                    ui.label(RichText::new(word).color(color).strong());
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        if ui.small_button("Close").on_hover_text("Close this notice").clicked() {
                            view.actions.send(Action::CloseNotice(notice.id));
                        }
                    });
                });
                ui.label(&notice.text);
            });
        }
    });
}
