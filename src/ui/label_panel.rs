//! The labels of the video on screen: what is being marked, all of them in a list, and what describes the selected one.
//!
//! Owns the note that is being written. Does not own the rules of labels: see `app::update`.

use egui::{Button, ComboBox, Key, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use super::command_button::command_button;
use super::figures;
use super::root::{LocalUi, ViewContext};
use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::library::Entry;
use crate::app::marking::{ShownLabel, inconsistency};
use crate::app::session::Session;
use crate::domain::label::{Label, VideoLabel};
use crate::domain::record::ItemId;

/// Rows of the list that are shown before it scrolls.
const ROWS: f32 = 6.0;
/// How sure an annotator can say to be.
const CONFIDENCES: [f32; 4] = [1.0, 0.75, 0.5, 0.25];

/// A note that is being written, and whose.
#[derive(Debug, Default)]
pub struct NoteDraft {
    of: Option<(ItemId, String)>,
    text: String,
}

/// Draws the section.
pub fn labels_ui(view: &ViewContext<'_>, local: &mut LocalUi, session: &Session, entry: &Entry, ui: &mut Ui) {
    video_ui(view, entry, ui);
    marking_ui(view, session, ui);
    list_ui(view, session, ui);
    if let Some(selected) = view.state.marking.selected() {
        selected_ui(view, &mut local.label_note, selected, ui);
    }
}

/// Whose lane it is, what is said of the whole video, and whether that goes with its intervals.
fn video_ui(view: &ViewContext<'_>, entry: &Entry, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Annotator").color(palette.text_weak));
        ui.label(view.state.prefs.review.reviewer());
        command_button(view, ui, UiCommand::ReaderName, "Change…");
    });
    let said = view.state.video_label();
    ui.horizontal(|ui| {
        ui.label(RichText::new("Whole video").color(palette.text_weak));
        for (command, text, label) in [
            (UiCommand::VideoNormal, "Normal", VideoLabel::Normal),
            (UiCommand::VideoAbnormal, "Abnormal", VideoLabel::Abnormal),
        ] {
            let text = RichText::new(text);
            command_button(
                view,
                ui,
                command,
                if said == Some(label) { text.strong().color(palette.accent) } else { text },
            );
        }
        ui.label(
            RichText::new(said.map_or_else(|| "not said".to_owned(), |said| said.to_string())).color(palette.text_weak),
        );
    });
    let review = entry.video_id.as_ref().and_then(|video| view.state.reviews.of(video));
    let hint = review.and_then(|review| inconsistency(review, &view.state.prefs.review.reviewer()));
    if let Some(hint) = hint {
        ui.label(RichText::new(hint).color(palette.warn));
    }
}

/// The class of new labels, and the stretch that is being marked.
fn marking_ui(view: &ViewContext<'_>, session: &Session, ui: &mut Ui) {
    let marking = &view.state.marking;
    let schema = view.state.reviews.schema();
    ui.horizontal(|ui| {
        command_button(view, ui, UiCommand::MarkIn, "Start");
        command_button(view, ui, UiCommand::MarkOut, "End");
        command_button(view, ui, UiCommand::CommitLabel, "Keep");
        let now = marking.class(schema).map_or("", |class| class.name.as_str());
        let chosen = class_ui(view, ui, "new class", "Class of new labels", now);
        if let Some(class) = chosen {
            // The selected label has a list of its own: here a choice is about new ones.
            view.actions.send(Action::ChooseNewClass(class));
        }
    });
    if let Some(event) = view.state.current_event() {
        ui.horizontal(|ui| {
            ui.label(RichText::new(format!("Event {}", event + 1)).color(view.tokens.palette.text_weak)).on_hover_text(
                "What the model flags becomes a label as it is (Keep), or with other ends (Trim, then Keep), and counts \
                 as an anomaly then; or none (Reject), and counts as a false alarm. Each can be undone.",
            );
            command_button(view, ui, UiCommand::TrimEvent, "Trim");
            command_button(view, ui, UiCommand::RejectEvent, "Reject");
        });
    }
    let text = match marking.stretch.span(session.frame()) {
        Some(span) => {
            let time = session.frames().frames_span(span.start(), span.last());
            format!(
                "Marked: frames {} to {}, {}{}",
                span.start(),
                span.last(),
                figures::duration(time.length().secs_f64()),
                if marking.trimmed().is_some() { ", from an event" } else { "" }
            )
        }
        None => "Nothing is marked.".to_owned(),
    };
    ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
}

/// A list of the project's classes; the one that was chosen.
fn class_ui(view: &ViewContext<'_>, ui: &mut Ui, id: &str, name: &str, now: &str) -> Option<String> {
    let mut chosen = None;
    let list = ComboBox::from_id_salt(id).width(100.0).selected_text(now).show_ui(ui, |ui| {
        for class in &view.state.reviews.schema().classes {
            let text = class.digit.map_or_else(|| class.name.clone(), |digit| format!("{}   {digit}", class.name));
            if ui.selectable_label(class.name == now, text).clicked() && class.name != now {
                chosen = Some(class.name.clone());
            }
        }
    });
    list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, name));
    chosen
}

/// One row for each label. Only those in sight exist.
fn list_ui(view: &ViewContext<'_>, session: &Session, ui: &mut Ui) {
    let (shown, palette) = (view.state.marking.labels(), &view.tokens.palette);
    ui.horizontal(|ui| {
        ui.label(figures::count(shown.list().len(), "label"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            command_button(view, ui, UiCommand::EditClasses, "Classes…");
            command_button(view, ui, UiCommand::NextLabel, "Next");
            command_button(view, ui, UiCommand::PreviousLabel, "Previous");
        });
    });
    let row = ui.spacing().interact_size.y;
    let selected = view.state.marking.selected_place();
    ScrollArea::vertical().id_salt("labels").max_height(row * ROWS).auto_shrink([false, true]).show_rows(
        ui,
        row,
        shown.list().len(),
        |ui, range| {
            for (index, shown_label) in shown.list()[range.clone()].iter().enumerate() {
                let ShownLabel { id, label, pending, color, .. } = shown_label;
                let chosen = selected == Some(range.start + index);
                let time = session.frames().frames_span(label.span.start(), label.span.last());
                let length = figures::duration(time.length().secs_f64());
                let text = RichText::new(format!("   {}   {length}   {}", time.start, label.class))
                    .font(view.tokens.figures());
                let button = Button::selectable(chosen, if *pending { text.color(palette.text_weak) } else { text })
                    .right_text(RichText::new(&label.lane).color(palette.text_weak))
                    .min_size(egui::vec2(ui.available_width(), row));
                let response = ui.add(button);
                let ink = color.map_or(palette.text_weak, |[r, g, b]| egui::Color32::from_rgb(r, g, b));
                let swatch = egui::Rect::from_center_size(
                    response.rect.left_center() + egui::vec2(9.0, 0.0),
                    egui::Vec2::splat(8.0),
                );
                ui.painter().rect_filled(swatch, 2.0, ink);
                let saving = if *pending { " (being saved)" } else { "" };
                let name = format!("Label {} at {} by {}{saving}", label.class, time.start, label.lane);
                response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, &name));
                let note = if label.note.is_empty() { String::new() } else { format!("\n{}", label.note) };
                let tip = format!("Frames {} to {}.{saving}{note}", label.span.start(), label.span.last());
                if response.on_hover_text(tip).clicked() {
                    view.actions.send(Action::SelectLabel(*id));
                }
            }
        },
    );
}

/// Class, confidence and note of the selected label, and what can be done to it.
fn selected_ui(view: &ViewContext<'_>, draft: &mut NoteDraft, selected: &ShownLabel, ui: &mut Ui) {
    let (id, label) = (selected.id, &selected.label);
    let change = |label: Label| view.actions.send(Action::ChangeLabel(id, label));
    let weak = |text: &str| RichText::new(text).color(view.tokens.palette.text_weak);
    ui.separator();
    ui.horizontal(|ui| {
        ui.label(weak("Class"));
        if let Some(class) = class_ui(view, ui, "class of label", "Class of this label", &label.class) {
            change(Label { class, ..label.clone() });
        }
        ui.label(weak("sure")).on_hover_text("How sure you are of this label.");
        let text = |share: Option<f32>| share.map_or_else(|| "not said".to_owned(), figures::percent);
        let list = ComboBox::from_id_salt("confidence").width(70.0).selected_text(text(label.confidence));
        let list = list.show_ui(ui, |ui| {
            for choice in std::iter::once(None).chain(CONFIDENCES.map(Some)) {
                let is = label.confidence == choice;
                if ui.selectable_label(is, text(choice)).clicked() && !is {
                    change(Label { confidence: choice, ..label.clone() });
                }
            }
        });
        list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Confidence of this label"));
    });
    ui.horizontal(|ui| {
        if draft.of.as_ref() != Some(&(id, label.note.clone())) {
            *draft = NoteDraft { of: Some((id, label.note.clone())), text: label.note.clone() };
        }
        ui.label(weak("Note"));
        let field = TextEdit::singleline(&mut draft.text).hint_text("Anything about it").desired_width(f32::INFINITY);
        let response = ui.add(field);
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Note on this label"));
        let entered = response.has_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        if (response.lost_focus() || entered) && draft.text.trim() != label.note {
            change(Label { note: draft.text.trim().to_owned(), ..label.clone() });
        }
    });
    ui.horizontal_wrapped(|ui| {
        command_button(view, ui, UiCommand::SplitLabel, "Split");
        command_button(view, ui, UiCommand::MergeLabels, "Merge");
        command_button(view, ui, UiCommand::DeleteLabel, "Delete");
        command_button(view, ui, UiCommand::LabelStart, "To start");
        command_button(view, ui, UiCommand::LabelEnd, "To end");
    });
}
