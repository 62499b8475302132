//! One line of text that is cut where it would leave its place.
//!
//! Owns the cut, and the line through text that no longer counts. Does not own where lines stand.

use egui::{Color32, FontId, Pos2, Stroke, Ui};

/// Text in one line, cut with an ellipsis where it would leave its place.
pub fn elided(ui: &Ui, at: Pos2, width: f32, text: &str, font: FontId, color: Color32) {
    draw(ui, at, width, text, (font, color, Stroke::NONE));
}

/// The same, struck through.
pub fn struck(ui: &Ui, at: Pos2, width: f32, text: &str, font: FontId, color: Color32) {
    draw(ui, at, width, text, (font, color, Stroke::new(1.0, color)));
}

fn draw(ui: &Ui, at: Pos2, width: f32, text: &str, (font, color, strike): (FontId, Color32, Stroke)) {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(10.0));
    job.sections.iter_mut().for_each(|section| section.format.strikethrough = strike);
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    ui.painter().galley(at, galley, color);
}
