//! The window in which labels of another tool are brought into the project.
//!
//! Owns how the form and the dry run look. Does not own what an import does: see `app::exchange`.

use std::sync::Arc;

use egui::{
    Button, ColorImage, ComboBox, DragValue, Grid, RichText, Role, TextEdit, TextureHandle, Ui, WidgetInfo, vec2,
};
use strum::IntoEnumIterator as _;

use super::exchange_form::{PathField, WIDTH, failure_ui, path_ui, pick, results, running_ui, sentences_ui, wish};
use super::figures;
use super::inspector::facts_ui;
use super::root::ViewContext;
use crate::app::action::Action;
use crate::app::exchange::{Format, SpanEnd, meaning};
use crate::app::exchanging::{Errand, Field, ImportForm, PlannedImport, Wish};
use crate::domain::label::VideoLabel;

/// Pictures of the dry run that is shown, as textures.
#[derive(Default)]
pub struct ImportPictures(Option<(Arc<PlannedImport>, Vec<Option<TextureHandle>>)>);

impl std::fmt::Debug for ImportPictures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ImportPictures")
    }
}

/// Draws it.
pub(super) fn import_ui(view: &ViewContext<'_>, pictures: &mut ImportPictures, fresh: bool, ui: &mut Ui) {
    ui.set_width(WIDTH);
    ui.heading("Import labels");
    let text =
        "First you see what would happen. Nothing changes until you press Import, and Undo takes all of it back.";
    ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
    ui.separator();
    let exchanging = &view.state.exchanging;
    let mut form = exchanging.import.clone();
    let plan = exchanging.import_plan.known();
    let format = form.format.or_else(|| plan.map(|planned| planned.plan.format));
    let files = PathField { name: "Label files", hint: "paths, one a line", pick: pick(Field::Labels), lines: 2 };
    let mut ask = path_ui(view, ui, &files, &mut form.files, fresh);
    ui.add_space(4.0);
    ask |= choices_ui(view, ui, format, &mut form);
    if format.is_some_and(Format::needs_list) {
        let list = PathField {
            name: "List of names and frame counts",
            hint: "the file of the same name ending in .list",
            pick: pick(Field::List),
            lines: 1,
        };
        ask |= path_ui(view, ui, &list, &mut form.list, false);
    }
    let videos = PathField {
        name: "Also look for videos in",
        hint: "a folder, for videos that the project does not know yet",
        pick: pick(Field::Videos),
        lines: 1,
    };
    ask |= path_ui(view, ui, &videos, &mut form.videos, false);
    let named = !form.files.trim().is_empty();
    if form != exchanging.import {
        wish(view, Wish::SetImport(Box::new(form)));
    }
    ui.add_space(4.0);
    let running = running_ui(view, ui, &[Errand::PlanImport]);
    failure_ui(view, ui, exchanging.import_plan.failure());
    if let Some(planned) = plan {
        ui.separator();
        results(ui, 470.0).show(ui, |ui| plan_ui(view, pictures, planned, ui));
    }
    ui.separator();
    ui.horizontal(|ui| {
        let writable = view.state.reviews.writable();
        if let Some(planned) = plan {
            let text = format!("Import {}", new_text(planned));
            let ready = planned.is_new() && writable.is_ok();
            let why = writable.err().unwrap_or_else(|| "There is nothing new to import.".to_owned());
            if ui.add_enabled(ready, Button::new(text)).on_disabled_hover_text(why).clicked() {
                wish(view, Wish::Import);
            }
        } else {
            let show = ui.add_enabled(named && !running, Button::new("Show what would happen"));
            ask |= show.on_disabled_hover_text("Name a label file first.").clicked();
        }
        if ui.button("Cancel").clicked() {
            view.actions.send(Action::BackOut);
        }
    });
    if ask && named {
        wish(view, Wish::PlanImport);
    }
}

/// What is new.
fn new_text(planned: &PlannedImport) -> String {
    let intervals = figures::count(planned.new_intervals, "interval");
    match planned.new_video_labels {
        0 => intervals,
        n if planned.new_intervals == 0 => figures::count(n, "video label"),
        n => format!("{intervals} and {}", figures::count(n, "video label")),
    }
}

/// Format, annotator, and what the format leaves open. Whether anything was chosen that asks for another dry run.
fn choices_ui(view: &ViewContext<'_>, ui: &mut Ui, format: Option<Format>, form: &mut ImportForm) -> bool {
    let mut ask = false;
    Grid::new("import choices").num_columns(2).min_col_width(120.0).spacing([10.0, 6.0]).show(ui, |ui| {
        ui.label("Format");
        let told = "Told by the content";
        let list = ComboBox::from_id_salt("format").width(280.0).selected_text(form.format.map_or(told, Format::name));
        let list = list.show_ui(ui, |ui| {
            ask |= ui.selectable_value(&mut form.format, None, told).changed();
            for choice in Format::iter() {
                ask |= ui.selectable_value(&mut form.format, Some(choice), choice.name()).changed();
            }
        });
        list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Format"));
        ui.end_row();
        ui.label("Whose labels");
        let reviewer = view.state.prefs.review.reviewer();
        let field = ui.add(TextEdit::singleline(&mut form.lane).hint_text(&reviewer).desired_width(280.0));
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Whose labels"));
        ask |= field.lost_focus();
        field.on_hover_text("The annotator, where the file names none.");
        ui.end_row();
        if let Some(format) = format.filter(|format| format.end_choices().len() > 1) {
            ui.label("The end frame");
            let now = form.end.unwrap_or_else(|| format.convention().end);
            let list = ComboBox::from_id_salt("end").width(280.0).selected_text(end_text(now)).show_ui(ui, |ui| {
                for choice in format.end_choices() {
                    let chosen = ui.selectable_label(now == choice.end, end_text(choice.end));
                    if chosen.on_hover_text(choice.source).clicked() {
                        form.end = Some(choice.end);
                        ask = true;
                    }
                }
            });
            list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "The end frame"));
            ui.end_row();
        }
        if format.is_some_and(Format::rate_is_a_setting) {
            let label = ui.label("Frames per second");
            let drag = DragValue::new(&mut form.fps).range(0.0..=1000.0).speed(0.1).max_decimals(3);
            let drag =
                drag.custom_formatter(|fps, _| if fps == 0.0 { "the video's own".to_owned() } else { fps.to_string() });
            let response = ui.add(drag).labelled_by(label.id);
            ask |= response.drag_stopped() || response.lost_focus();
            response.on_hover_text("A setting of the other tool. 0 stands for the video's own.");
            ui.end_row();
        }
    });
    ask
}

pub(super) fn end_text(end: SpanEnd) -> &'static str {
    match end {
        SpanEnd::Inclusive => "belongs to the interval",
        SpanEnd::Exclusive => "is the first one behind it",
    }
}

/// The dry run.
fn plan_ui(view: &ViewContext<'_>, pictures: &mut ImportPictures, planned: &Arc<PlannedImport>, ui: &mut Ui) {
    let plan = &planned.plan;
    facts_ui(view, ui, "import facts", |rows| {
        let files = if let [one] = planned.files.as_slice() {
            one.clone()
        } else {
            figures::count(planned.files.len(), "file")
        };
        let (videos, intervals) = (figures::count(plan.in_file.0, "video"), figures::count(plan.in_file.1, "interval"));
        rows.row("In the file", format!("{files}: {videos}, {intervals}"), "");
        let told = if planned.told_by_content { ", told by the content" } else { "" };
        rows.row("Format", format!("{}{told}", plan.format.name()), "");
        rows.row("Numbers", meaning(plan.convention), "What the numbers of the file are taken to mean.");
        if let Some(list) = &planned.list {
            rows.row("List", list.clone(), "");
        }
        let (videos, intervals) =
            (figures::count(plan.matched.len(), "video"), figures::count(plan.intervals(), "interval"));
        rows.row("Goes to", format!("{videos}, {intervals}"), "What can be placed on frames of videos that are known.");
        let there = match planned.present {
            0 => String::new(),
            1 => "; 1 label is there already and is left out".to_owned(),
            n => format!("; {n} labels are there already and are left out"),
        };
        let new = if planned.is_new() { format!("{}{there}", new_text(planned)) } else { format!("nothing{there}") };
        rows.row("New", new, "What the import adds to the project.");
    });
    ends_ui(view, pictures, planned, ui);
    let names = |name: &str| std::borrow::Cow::<str>::Owned(name.to_owned());
    let problems: Vec<String> = plan.problems().map(|(video, problem)| format!("{video}: {problem}")).collect();
    let problem_count = figures::count(problems.len(), "problem");
    sentences_ui(view, ui, &problem_count, problems.iter().map(|line| names(line)));
    let heading =
        format!("{} not found: name the folder they are in above", figures::count(plan.unmatched.len(), "video"));
    sentences_ui(view, ui, &heading, plan.unmatched.iter().map(|name| names(name)));
    let heading = format!("{} of which several are meant", figures::count(plan.ambiguous.len(), "name"));
    let several = plan.ambiguous.iter().map(|(name, paths)| {
        let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        format!("{name}: {}", paths.join(" or ")).into()
    });
    sentences_ui(view, ui, &heading, several);
    let heading = format!("{} cannot be opened", figures::count(plan.unusable.len(), "video"));
    sentences_ui(view, ui, &heading, plan.unusable.iter().map(|(name, why)| format!("{name}: {why}").into()));
    sentences_ui(view, ui, "Not taken from the file", plan.warnings.iter().map(|line| names(line)));
    sentences_ui(view, ui, "Not read", planned.complaints.iter().map(|line| names(line)));
    let heading = format!("{} found", figures::count(plan.matched.len(), "video"));
    let matched = plan.matched.iter().map(|video| {
        let (name, rule) = video.names.first().map_or(("", String::new()), |(name, rule)| (name, rule.to_string()));
        let whole = VideoLabel::together(video.video_labels.values().copied());
        let said = whole.map(|label| format!(", {label}")).unwrap_or_default();
        let count = figures::count(video.labels.len(), "interval");
        format!("{name} is {} ({rule}): {count}{said}", video.entry.path.display()).into()
    });
    sentences_ui(view, ui, &heading, matched);
}

/// The first and the last interval, each with its first and last frame.
fn ends_ui(view: &ViewContext<'_>, kept: &mut ImportPictures, planned: &Arc<PlannedImport>, ui: &mut Ui) {
    let Some(ends) = planned.plan.ends() else { return };
    if kept.0.as_ref().is_none_or(|(shown, _)| !Arc::ptr_eq(shown, planned)) {
        let texture = |thumb: &crate::domain::pixels::Thumb| {
            let image = ColorImage::from_rgb([thumb.picture.width, thumb.picture.height], &thumb.picture.data);
            ui.ctx().load_texture("import", image, egui::TextureOptions::LINEAR)
        };
        let textures = planned.pictures.iter().map(|shown| shown.picture.as_ref().map(texture)).collect();
        kept.0 = Some((Arc::clone(planned), textures));
    }
    let Some((_, textures)) = &kept.0 else { return };
    ui.add_space(6.0);
    ui.horizontal_top(|ui| {
        for (at, ((video, label), name)) in ends.into_iter().zip(["First interval", "Last interval"]).enumerate() {
            ui.vertical(|ui| {
                ui.set_width((WIDTH - 30.0) / 2.0);
                ui.label(RichText::new(name).strong());
                let span = label.span;
                let time = video.frames.frames_span(span.start(), span.last());
                let text = format!("{}, {}, by {}", video.entry.name, label.class, label.lane);
                ui.add(egui::Label::new(text).truncate());
                let text = format!("Frames {} to {}, {} to {}", span.start(), span.last(), time.start, time.end);
                ui.label(RichText::new(text).font(view.tokens.small()).color(view.tokens.palette.text_weak));
                ui.horizontal_top(|ui| {
                    for shown in at * 2..at * 2 + 2 {
                        let Some(picture) = planned.pictures.get(shown) else { continue };
                        let texture = textures.get(shown).and_then(Option::as_ref);
                        picture_ui(view, ui, texture, (picture.frame, &picture.time.to_string()));
                    }
                });
            });
        }
    });
}

/// One frame with its number and time below.
fn picture_ui(view: &ViewContext<'_>, ui: &mut Ui, texture: Option<&TextureHandle>, (frame, time): (usize, &str)) {
    let size = vec2(150.0, 112.0);
    ui.vertical(|ui| {
        ui.set_width(size.x);
        let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("Picture of frame {frame}")));
        ui.painter().rect_filled(rect, 3.0, view.tokens.palette.video);
        if let Some(texture) = texture {
            let shape = texture.size_vec2();
            let fitted = shape * (size.x / shape.x).min(size.y / shape.y);
            let place = egui::Rect::from_center_size(rect.center(), fitted);
            let whole = egui::Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
            ui.painter().image(texture.id(), place, whole, egui::Color32::WHITE);
        } else {
            let (font, ink) = (view.tokens.small(), view.tokens.palette.on_scrim);
            ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, "cannot be decoded", font, ink);
        }
        let text = format!("frame {frame} · {time}");
        ui.label(RichText::new(text).font(view.tokens.small_figures()).color(view.tokens.palette.text_weak));
    });
}
