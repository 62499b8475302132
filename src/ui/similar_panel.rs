//! The panel with the snippets of the project that resemble one of them.
//!
//! Owns how they are shown: a picture each, the most alike first. Does not own the search (`app::survey`).

use egui::{
    Align2, Color32, CornerRadius, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};

use super::command_button::command_button;
use super::figures;
use super::model_panel::progress_ui;
use super::root::ViewContext;
use super::verdict;
use super::widgets::chip::chip;
use super::widgets::elided::elided;
use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::phase::Phase;
use crate::app::survey::similar::{Found, said};
use crate::app::survey::{Similar, SurveyAction, SurveyVideo};
use crate::domain::snippet::SnippetGrid;

/// Least width of a picture in points.
const LEAST: f32 = 136.0;
/// Height of the two lines below a picture.
const LINES: f32 = 32.0;

/// Draws the panel.
pub fn similar_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let (palette, survey) = (&view.tokens.palette, &view.state.survey);
    ScrollArea::vertical().id_salt("similar").auto_shrink([false, false]).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            command_button(view, ui, UiCommand::FindSimilar, "For the snippet on screen");
            let mut only = view.state.prefs.bench.others_only;
            if ui.checkbox(&mut only, "Other videos only").changed() {
                view.actions.send(Action::Survey(SurveyAction::OtherVideosOnly(only)));
            }
        });
        match &survey.similar_phase {
            Phase::Working { what, progress, remaining_secs } => {
                progress_ui(ui, what, *progress, *remaining_secs);
                if ui.button("Cancel").clicked() {
                    view.actions.send(Action::Survey(SurveyAction::StopSimilar));
                }
            }
            Phase::Failed(reason) => {
                ui.label(RichText::new(reason).color(palette.error));
            }
            Phase::Idle => {}
        }
        match &survey.similar {
            Some(similar) => found_ui(view, similar, ui),
            None if matches!(survey.similar_phase, Phase::Idle) => {
                let text = "Looks through all videos of the project, as far as their features are kept, for the snippets \
                            that resemble the one on screen most.";
                ui.label(RichText::new(text).color(palette.text_weak));
            }
            None => {}
        }
    });
}

fn found_ui(view: &ViewContext<'_>, similar: &Similar, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        let size = vec2(64.0, 40.0);
        let (rect, _) = ui.allocate_exact_size(size, Sense::HOVER);
        let (of, snippet) = (&similar.order.of, similar.order.snippet);
        if let Some(peaks) = &view.peaks {
            let frame = SnippetGrid::new(of.frames).middle(snippet);
            peaks.paint(ui.ctx(), ui.painter(), rect, (&of.id, frame), palette);
        }
        ui.vertical(|ui| {
            ui.label(RichText::new(format!("Like snippet {snippet}{}", time(view, of, snippet))).strong());
            elided_label(view, ui, &of.name);
        });
    });
    let left_out = match similar.left_out {
        0 => String::new(),
        n => format!(" {} left out: their features are not kept.", figures::count(n, "video")),
    };
    let text = format!(
        "{} of {} compared.{left_out}",
        figures::count(similar.snippets, "snippet"),
        figures::count(similar.videos, "video")
    );
    ui.label(RichText::new(text).color(palette.text_weak)).on_hover_text(
        "Cosine of both features, each number measured from its mean in units of its spread over the model's examples; as \
         they are, all features resemble each other. Of a scene only the best snippet is shown.",
    );
    if similar.found.is_empty() {
        ui.label(RichText::new("There is nothing else to compare it with.").color(palette.text_weak));
        return;
    }
    let gap = 6.0;
    // The bar of the list lies over its right edge.
    let room = ui.available_width() - 8.0;
    let columns = ((room + gap) / (LEAST + gap)).floor().max(1.0);
    let width = ((room - gap * (columns - 1.0)) / columns).floor();
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = vec2(gap, gap);
        for (row, line) in similar.found.chunks(columns as usize).enumerate() {
            ui.horizontal(|ui| {
                for (column, found) in line.iter().enumerate() {
                    tile_ui(view, row * columns as usize + column, found, width, ui);
                }
            });
        }
    });
}

fn elided_label(view: &ViewContext<'_>, ui: &mut Ui, text: &str) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 16.0), Sense::HOVER);
    elided(ui, rect.min, rect.width(), text, view.tokens.small(), view.tokens.palette.text_weak);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    response.on_hover_text(text);
}

/// When a snippet is on screen, where its file is open: nobody else knows the times of its frames.
fn time(view: &ViewContext<'_>, video: &SurveyVideo, snippet: usize) -> String {
    let entry = view.state.library.entries().iter().find(|entry| entry.video_id.as_ref() == Some(&video.id));
    let open = entry.and_then(|entry| entry.video());
    open.map(|open| format!(", {}", open.frames.time(SnippetGrid::new(video.frames).range(snippet).start)))
        .unwrap_or_default()
}

fn tile_ui(view: &ViewContext<'_>, at: usize, found: &Found, width: f32, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let picture = width * 9.0 / 16.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, picture + LINES), Sense::click());
    let selected = view.state.survey.row == Some(at);
    // What was said since it was found counts, as far as it is known here.
    let review = view.state.reviews.of(&found.video.id);
    let now = review.map_or_else(|| (found.verdict, found.label.clone()), |review| said(review, found.span));
    let (said, label) = if view.state.prefs.blind.on { (None, None) } else { now };
    let what = match (said, label) {
        (Some(said), _) => said.words().to_owned(),
        (None, Some(label)) => format!("label {label}"),
        (None, None) => String::new(),
    };
    let time = time(view, &found.video, found.snippet);
    let name = format!(
        "{}, snippet {}{time}, similarity {:.2}{}{what}",
        found.video.name,
        found.snippet,
        found.similarity,
        if what.is_empty() { "" } else { ", " }
    );
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, selected, &name));
    let response = response.on_hover_text(format!("{name}. Click to go there."));
    if response.clicked() {
        view.actions.send(Action::Survey(SurveyAction::Watch(at)));
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    let painter = ui.painter_at(rect.expand(2.0));
    let still = Rect::from_min_size(rect.min, vec2(width, picture));
    if let Some(peaks) = &view.peaks {
        let frame = SnippetGrid::new(found.video.frames).middle(found.snippet);
        peaks.paint(ui.ctx(), &painter, still, (&found.video.id, frame), palette);
    }
    let place = still.left_bottom() + vec2(3.0, -3.0);
    let similarity = format!("{:.2}", found.similarity);
    chip(
        &painter,
        place,
        Align2::LEFT_BOTTOM,
        similarity,
        view.tokens.small_figures(),
        (palette.on_scrim, palette.scrim),
    );
    if let Some(said) = said {
        let place = still.right_bottom() + vec2(-3.0, -3.0);
        let ink = if said == crate::domain::review::Verdict::Unsure { Color32::BLACK } else { palette.panel };
        let ink = (ink, verdict::color(said, palette));
        chip(&painter, place, Align2::RIGHT_BOTTOM, verdict::letter(said).to_owned(), view.tokens.small(), ink);
    }
    let text = if what.is_empty() { found.video.name.clone() } else { format!("{what} · {}", found.video.name) };
    let below = still.left_bottom() + vec2(2.0, 2.0);
    elided(ui, below, width - 4.0, &text, view.tokens.small(), palette.text);
    let text = format!("snippet {}{time}", found.snippet);
    elided(ui, below + vec2(0.0, 14.0), width - 4.0, &text, view.tokens.small(), palette.text_weak);
    if selected || response.hovered() || response.has_focus() {
        let ink = if selected || response.has_focus() { palette.accent } else { palette.outline };
        painter.rect_stroke(still, CornerRadius::same(2), Stroke::new(2.0, ink), StrokeKind::Outside);
    }
}
