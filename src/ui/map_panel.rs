//! The panel with the map of snippets.
//!
//! Owns the choice of what its points are coloured by, the key to the colours, and what is said of a point. Does not own
//! where points lie and what each stands for (`app::survey`).

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use egui::{RichText, Role, ScrollArea, Sense, Shape, Ui, WidgetInfo, vec2};

use super::command_button::command_button;
use super::compare_panel::picked_ui;
use super::figures;
use super::inspector::facts_ui;
use super::model_panel::progress_ui;
use super::root::ViewContext;
use super::scatter::{Dot, Scatter, ScatterState, ink, outline, scatter_ui};
use crate::app::action::Action;
use crate::app::bench::MapColour;
use crate::app::command::UiCommand;
use crate::app::phase::Phase;
use crate::app::survey::facts::point_facts;
use crate::app::survey::{FeatureMap, SurveyAction, colour};
use crate::domain::mark::{Ink, MarkKind, Marks};
use crate::domain::snippet::SnippetGrid;

/// Side of the map at most, in points.
const SIDE: f32 = 420.0;
/// Size of the picture of the snippet under the pointer.
const STILL: egui::Vec2 = vec2(160.0, 90.0);
/// What points can be coloured by.
const COLOURS: [(MapColour, &str); 4] = [
    (MapColour::Score, "Score"),
    (MapColour::Label, "Label"),
    (MapColour::Video, "Video"),
    (MapColour::Verdict, "Verdict"),
];

/// The view and the points of the map.
#[derive(Debug, Default)]
pub struct MapDraft {
    scatter: ScatterState,
    /// The points, what they were made of, and the key to their colours.
    drawn: Option<(u64, Vec<Dot>, Vec<MarkKind>)>,
}

/// Draws the panel.
pub fn map_ui(view: &ViewContext<'_>, draft: &mut MapDraft, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    ScrollArea::vertical().id_salt("map").auto_shrink([false, false]).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            command_button(view, ui, UiCommand::MapVideo, "This video");
            command_button(view, ui, UiCommand::MapAll, "All open videos");
        });
        match &view.state.survey.map_phase {
            Phase::Working { what, progress, remaining_secs } => {
                progress_ui(ui, what, *progress, *remaining_secs);
                if ui.button("Cancel").clicked() {
                    view.actions.send(Action::Survey(SurveyAction::StopMap));
                }
            }
            Phase::Failed(reason) => {
                ui.label(RichText::new(reason).color(palette.error));
            }
            Phase::Idle => {}
        }
        match view.state.survey.map.clone() {
            Some(map) => drawn_ui(view, draft, &map, ui),
            None if matches!(view.state.survey.map_phase, Phase::Idle) => {
                let text = "A map lays snippets out by their features, so that what looks alike to the encoder lies \
                            together. Make one of this video or of all open ones.";
                ui.label(RichText::new(text).color(palette.text_weak));
            }
            None => {}
        }
    });
}

fn drawn_ui(view: &ViewContext<'_>, draft: &mut MapDraft, map: &Arc<FeatureMap>, ui: &mut Ui) {
    let (palette, chosen) = (&view.tokens.palette, view.state.prefs.bench.map_colour);
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("Colour").color(palette.text_weak));
        for (by, text) in COLOURS {
            let hidden = match by {
                MapColour::Score => view.state.prefs.blind.hides_model(),
                MapColour::Label | MapColour::Verdict => view.state.prefs.blind.on,
                MapColour::Video => false,
            };
            let button = ui.add_enabled(!hidden, egui::Button::selectable(chosen == by, text));
            if button.on_disabled_hover_text("Hidden in a blind pass").clicked() {
                view.actions.send(Action::Survey(SurveyAction::ColourBy(by)));
            }
        }
    });
    ui.horizontal(|ui| draft.scatter.tools_ui(ui));
    let key = drawn_key(view, chosen, map);
    if draft.drawn.as_ref().is_none_or(|(of, ..)| *of != key) {
        let (dots, kinds) = dots(view, chosen, map);
        draft.drawn = Some((key, dots, kinds));
    }
    let Some((_, dots, kinds)) = &draft.drawn else { return };
    let (low, high) = map.bounds();
    let share = |at: usize| format!("component {} ({:.0} % of the variance)", at + 1, map.shares[at] * 100.0);
    let (x, y) = (share(0), share(1));
    let shown = view.state.shown().and_then(|entry| entry.video_id.as_ref());
    let current = shown.zip(view.state.session.as_ref()).and_then(|(id, s)| map.point_of(id, s.snippet()));
    let scatter = Scatter {
        name: "Map of snippets",
        low,
        high,
        axes: [&x, &y],
        ticks: true,
        guides: &[],
        current,
        key,
        side: (ui.available_width() - 8.0).min(SIDE),
    };
    let (response, answer) = scatter_ui(ui, &scatter, dots, &mut draft.scatter, view.tokens);
    if let Some(at) = answer.hovered {
        response.on_hover_ui_at_pointer(|ui| point_tip(view, map, at, ui));
    }
    if let Some(at) = answer.clicked {
        view.actions.send(Action::Survey(SurveyAction::ShowPoint(at)));
    }
    if let Some(picked) = answer.picked {
        view.actions.send(Action::Survey(SurveyAction::Pick(picked)));
    }
    picked_ui(view, ui);
    legend_ui(view, chosen, kinds, ui);
    notes_ui(view, map, ui);
    ui.horizontal_wrapped(|ui| {
        command_button(view, ui, UiCommand::ExportMap, "Export as CSV");
        command_button(view, ui, UiCommand::FindSimilar, "Find similar snippets");
    });
}

/// What should be known about the map, in sentences.
fn notes_ui(view: &ViewContext<'_>, map: &FeatureMap, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let videos = figures::count(map.order.videos.len() - map.left_out.len(), "video");
    let text = if map.every > 1 {
        let every = figures::ordinal(map.every);
        format!("{} points: every {every} of {} snippets of {videos}.", map.points.len(), map.snippets)
    } else {
        format!(
            "{} of {videos}, by {}.",
            figures::count(map.points.len(), "snippet"),
            figures::short_id(&map.order.encoder)
        )
    };
    ui.label(RichText::new(text).color(palette.text_weak));
    if !map.left_out.is_empty() {
        let names: Vec<&str> = map.left_out.iter().take(3).map(String::as_str).collect();
        let more = map.left_out.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let text = format!("Not on it, as their features are not kept yet: {}{more}.", names.join(", "));
        ui.label(RichText::new(text).color(palette.warn));
    }
    let shown = view.state.shown().and_then(|entry| entry.video_id.as_ref());
    if !map.order.all && shown.is_some_and(|shown| map.order.videos.iter().all(|video| video.id != *shown)) {
        let text = format!("This is the map of {}, not of the video on screen.", map.order.videos[0].name);
        ui.label(RichText::new(text).color(palette.warn));
    }
}

/// The key to the colours.
fn legend_ui(view: &ViewContext<'_>, by: MapColour, kinds: &[MarkKind], ui: &mut Ui) {
    let palette = &view.tokens.palette;
    if by == MapColour::Score {
        ui.horizontal(|ui| {
            ui.label(RichText::new("0").font(view.tokens.small_figures()).color(palette.text_weak));
            let (rect, _) = ui.allocate_exact_size(vec2(120.0, 8.0), Sense::HOVER);
            let step = rect.width() / 24.0;
            for i in 0..24 {
                let left = rect.left() + step * i as f32;
                let part = egui::Rect::from_x_y_ranges(left..=left + step + 0.5, rect.y_range());
                ui.painter().rect_filled(part, 0, ink(Ink::Score(i as f32 / 23.0), palette));
            }
            ui.label(RichText::new("1  score").font(view.tokens.small_figures()).color(palette.text_weak));
        });
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for kind in kinds {
            // Mark and words as one: both or neither go to the next line.
            let text = format!("{} {}", kind.text, kind.count);
            let galley = ui.painter().layout_no_wrap(text.clone(), view.tokens.small(), palette.text);
            let (rect, response) = ui.allocate_exact_size(vec2(16.0 + galley.size().x, 14.0), Sense::HOVER);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
            let corners = outline(kind.mark.form, rect.left_center() + vec2(5.0, 0.0), 4.0);
            let fill = ink(kind.mark.ink, palette);
            ui.painter().add(Shape::convex_polygon(corners, fill, egui::Stroke::NONE));
            let top = rect.center().y - galley.size().y / 2.0;
            ui.painter().galley(egui::pos2(rect.left() + 14.0, top), galley, palette.text);
        }
    });
}

fn point_tip(view: &ViewContext<'_>, map: &FeatureMap, at: usize, ui: &mut Ui) {
    let Some(point) = map.points.get(at) else { return };
    let video = &map.order.videos[point.video];
    let frame = SnippetGrid::new(video.frames).middle(point.snippet);
    if let Some(peaks) = &view.peaks {
        let (rect, _) = ui.allocate_exact_size(STILL, Sense::HOVER);
        peaks.paint(ui.ctx(), ui.painter(), rect, (&video.id, frame), &view.tokens.palette);
    }
    let entry = view.state.library.entries().iter().find(|entry| entry.video_id.as_ref() == Some(&video.id));
    let time = entry.and_then(|entry| entry.video()).map(|open| format!(", {}", open.frames.time(frame)));
    let score = entry.and_then(|entry| entry.scored.as_ref()).and_then(|s| s.snippets.scores.get(point.snippet));
    let score = score.filter(|_| !view.state.prefs.blind.hides_model());
    facts_ui(view, ui, "map tip", |rows| {
        rows.row("Video", video.name.clone(), "");
        rows.row("Snippet", format!("{}{}", point.snippet, time.unwrap_or_default()), "");
        if let Some(score) = score {
            rows.row("Score", format!("{score:.3}"), "");
        }
    });
}

/// Changes whenever points or colours do.
fn drawn_key(view: &ViewContext<'_>, by: MapColour, map: &Arc<FeatureMap>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (Arc::as_ptr(map) as usize, by, view.state.picked.revision()).hash(&mut hasher);
    (view.tokens.theme == egui::Theme::Dark, view.state.prefs.blind.on, view.state.reviews.schema_revision())
        .hash(&mut hasher);
    for video in &map.order.videos {
        view.state.reviews.revision(&video.id).hash(&mut hasher);
    }
    for entry in view.state.library.entries() {
        (entry.revision(), entry.video_id.is_some()).hash(&mut hasher);
    }
    hasher.finish()
}

fn dots(view: &ViewContext<'_>, by: MapColour, map: &FeatureMap) -> (Vec<Dot>, Vec<MarkKind>) {
    let facts = point_facts(view.state);
    let Marks { marks, kinds } = colour::marks(by, map, &facts, view.state.reviews.schema());
    let points = map.points.iter().zip(&facts).zip(marks);
    let dots = points.map(|((point, facts), mark)| {
        let ink = ink(mark.ink, &view.tokens.palette);
        Dot { at: point.at, ink, form: mark.form, picked: facts.picked }
    });
    (dots.collect(), kinds)
}
