//! Notices in the corner of the window.

use egui::{Align2, Area, Context, Frame, Margin, Order, Rect, RichText, Stroke, vec2};

use crate::app::action::Action;
use crate::app::notice::Severity;

use super::root::ViewContext;

/// Draws all notices on show, the newest at the bottom, in the lower left corner of `place`. Returns how much of its
/// height they take.
pub fn notices_ui(view: &ViewContext<'_>, place: Rect, ctx: &Context) -> f32 {
    let notices = &view.state.notices;
    if notices.list().is_empty() {
        return 0.0;
    }
    let palette = &view.tokens.palette;
    let area = Area::new(egui::Id::unique("notices")).order(Order::Foreground);
    let width = (place.width() - 20.0).clamp(160.0, 360.0);
    let drawn = area.pivot(Align2::LEFT_BOTTOM).fixed_pos(place.left_bottom() + vec2(10.0, -10.0)).show(ctx, |ui| {
        ui.set_max_width(width);
        for notice in notices.list() {
            let (color, word) = match notice.severity {
                Severity::Info => (palette.accent, "Note"),
                Severity::Warning => (palette.warn, "Take care"),
                Severity::Error => (palette.error, "Problem"),
            };
            let frame = Frame::popup(ui.style()).inner_margin(Margin::same(10)).stroke(Stroke::new(1.0, color));
            frame.show(ui, |ui| {
                ui.set_width(width - 22.0);
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
    drawn.response.rect.height() + 10.0
}
