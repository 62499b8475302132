//! One line of text that is cut where it would leave its place.
//!
//! Owns the cut. Does not own where lines stand.

use egui::{Color32, FontId, Pos2, Ui};

/// Text in one line, cut with an ellipsis where it would leave its place.
pub fn elided(ui: &Ui, at: Pos2, width: f32, text: &str, font: FontId, color: Color32) {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(10.0));
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    ui.painter().galley(at, galley, color);
}
