//! The library: a field to open files by path, a filter, and a row per file.

use egui::{Align2, ComboBox, Key, Rect, RichText, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};
use strum::IntoEnumIterator as _;

use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::library::{Entry, FileState, LibraryOrder, ScoringState};

use super::command_button::command_button;
use super::figures;
use super::root::{LocalUi, ViewContext};
use super::widgets::elided::elided;
use super::widgets::row::row_ground;

/// Height of a row in points: a name and a line about it.
const ROW: f32 = 44.0;

/// Draws the panel.
pub fn library_ui(view: &ViewContext<'_>, local: &mut LocalUi, ui: &mut Ui) {
    let rows = view.state.library.visible();
    open_ui(view, local, ui);
    ui.add_space(2.0);
    filter_ui(view, ui);
    let all = view.state.library.entries().len();
    let count = if rows.len() == all { figures::count(all, "file") } else { format!("{} of {all} files", rows.len()) };
    ui.label(RichText::new(count).font(view.tokens.small()).color(view.tokens.palette.text_weak));
    ui.add_space(2.0);

    let selected = view.state.library.selected_id();
    let scroll_to = (local.scrolled_to != selected).then(|| rows.iter().position(|e| Some(e.id) == selected)).flatten();
    let mut area = ScrollArea::vertical().auto_shrink([false, false]);
    if let Some(row) = scroll_to {
        local.scrolled_to = selected;
        // Only as far as needed would be nicer, but rows outside of the view do not exist to be scrolled to.
        let (top, height) = (row as f32 * ROW, ui.available_height());
        let offset = egui::scroll_area::State::load(ui.ctx(), area_id(ui)).map_or(0.0, |s| s.unclamped_offset().y);
        if top < offset || top + ROW > offset + height {
            area = area.vertical_scroll_offset((top - height / 2.0).max(0.0));
        }
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    area.id_salt("rows").show_rows(ui, ROW, rows.len(), |ui, range| {
        for entry in &rows[range] {
            row_ui(view, entry, selected == Some(entry.id), ui);
        }
    });
}

fn area_id(ui: &Ui) -> egui::Id {
    ui.make_persistent_id("rows")
}

/// The path field and the buttons of the system's dialogs.
pub fn open_ui(view: &ViewContext<'_>, local: &mut LocalUi, ui: &mut Ui) {
    ui.horizontal(|ui| {
        let button_width = 56.0;
        let width = ui.available_width() - button_width - ui.spacing().item_spacing.x;
        let field = TextEdit::singleline(&mut local.path).hint_text("Path of a video or folder").desired_width(width);
        let field = ui.add(field);
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Path to open"));
        if std::mem::take(&mut local.focus_path) {
            field.request_focus();
        }
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        if view.state.library.opened.is_some() && view.state.library.opened == local.path_sent {
            // Unless another is being typed meanwhile.
            if local.path_sent.take().is_some_and(|sent| sent == local.path) {
                local.path.clear();
                field.surrender_focus();
            }
        }
        let clicked = ui
            .add_sized([button_width, ui.spacing().interact_size.y], egui::Button::new("Open"))
            .on_hover_text("Open the path in the field")
            .clicked();
        if entered || clicked {
            // Until it is found the text stays, to be mended, and so does the keyboard: letters typed on are no verdicts.
            field.request_focus();
            local.path_sent = Some(local.path.clone());
            view.actions.send(Action::OpenText(local.path.clone()));
        }
    });
    ui.horizontal(|ui| {
        command_button(view, ui, UiCommand::OpenFiles, "Files…");
        command_button(view, ui, UiCommand::OpenFolder, "Folder…");
    });
}

fn filter_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    ui.horizontal(|ui| {
        let combo_width = 112.0;
        let width = ui.available_width() - combo_width - ui.spacing().item_spacing.x;
        let mut filter = view.state.library.filter.clone();
        let field = ui.add(TextEdit::singleline(&mut filter).hint_text("Filter names").desired_width(width.max(40.0)));
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Filter names"));
        if field.changed() {
            view.actions.send(Action::Filter(filter));
        }
        let mut order = view.state.library.order;
        let combo = ComboBox::from_id_salt("order").width(combo_width).selected_text(order.text()).show_ui(ui, |ui| {
            let hidden = |order: LibraryOrder| order == LibraryOrder::Score && view.state.prefs.blind.hides_model();
            for choice in LibraryOrder::iter().filter(|order| !hidden(*order)) {
                ui.selectable_value(&mut order, choice, choice.text());
            }
        });
        combo.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Order of the library"));
        if order != view.state.library.order {
            view.actions.send(Action::Order(order));
        }
    });
}

/// One file: its name, its highest score, and a line that says how far it has come.
fn row_ui(view: &ViewContext<'_>, entry: &Entry, selected: bool, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, selected, &entry.name));
    let blind = view.state.prefs.blind;
    let (mut line, warning) = status_line(entry, blind.hides_model());
    if !blind.on {
        line += &review_text(view, entry);
    }
    let response = response.on_hover_ui(|ui| {
        ui.label(entry.path.display().to_string());
        if warning {
            let reason = match (&entry.file, &entry.scoring) {
                (FileState::Refused(reason), _) | (_, ScoringState::Failed(reason)) => reason,
                _ => &line,
            };
            ui.label(RichText::new(reason).color(palette.error));
        }
    });
    response.context_menu(|ui| row_menu(view, entry, ui));
    if response.clicked() {
        view.actions.send(Action::Select(entry.id));
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    let painter = ui.painter_at(rect);
    row_ground(&painter, rect, &response, selected, palette);
    let inner = rect.shrink2(vec2(8.0, 5.0));
    let mut right = inner.right();
    if entry.scoring.is_pending() {
        let button = Rect::from_center_size(pos2(right - 22.0, inner.center().y), vec2(48.0, 20.0));
        // A child of its own: placed in the list itself, the button would move the rows below.
        let mut place = ui.new_child(egui::UiBuilder::new().max_rect(button));
        let stop = place.add_sized(button.size(), egui::Button::new(RichText::new("Stop").small()).small());
        let name = format!("Stop scoring {}", entry.name);
        stop.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if stop.clicked() {
            view.actions.send(Action::CancelScoring(entry.id));
        }
        right -= 54.0;
    } else if let Some(peak) = entry.peak().filter(|_| !blind.hides_model()) {
        let flagged = !entry.events.is_empty();
        let color = if flagged { palette.event } else { palette.text_weak };
        let text = format!("{peak:.2}");
        let drawn =
            painter.text(pos2(right, inner.top() + 8.0), Align2::RIGHT_CENTER, text, view.tokens.figures(), color);
        right = drawn.left() - 8.0;
    }
    let width = right - inner.left();
    let name_color = match entry.file {
        FileState::Refused(_) => palette.text_faint,
        _ if selected => palette.text_strong,
        _ => palette.text,
    };
    elided(ui, pos2(inner.left(), inner.top()), width, &entry.name, view.tokens.body(), name_color);
    let line_color = if warning { palette.error } else { palette.text_weak };
    let second = pos2(inner.left(), inner.top() + 18.0);
    elided(ui, second, width, &line, view.tokens.small(), line_color);
    if let ScoringState::Running { progress, .. } = &entry.scoring {
        let bar = Rect::from_min_max(
            pos2(rect.left() + 8.0, rect.bottom() - 3.0),
            pos2(rect.right() - 8.0, rect.bottom() - 1.0),
        );
        painter.rect_filled(bar, 1.0, palette.outline);
        let done = Rect::from_min_size(bar.min, vec2(bar.width() * progress.fraction(), bar.height()));
        painter.rect_filled(done, 1.0, palette.accent);
    }
}

fn row_menu(view: &ViewContext<'_>, entry: &Entry, ui: &mut Ui) {
    let mut item = |text: &str, enabled: bool, action: Action| {
        if ui.add_enabled(enabled, egui::Button::new(text)).clicked() {
            view.actions.send(action);
            ui.close();
        }
    };
    let pending = entry.scoring.is_pending();
    item("Show", true, Action::Select(entry.id));
    item("Score again", entry.video().is_some() && !pending, Action::Score(entry.id));
    item("Stop scoring", pending, Action::CancelScoring(entry.id));
    item("Remove from list", true, Action::Remove(entry.id));
}

/// What the second line says, and whether it is about something that went wrong. Without what the model found if that is
/// hidden.
fn status_line(entry: &Entry, hides_model: bool) -> (String, bool) {
    let video = match &entry.file {
        FileState::Found => return ("waiting to be opened".to_owned(), false),
        FileState::Opening => return ("opening…".to_owned(), false),
        FileState::Refused(reason) => return (without_path(reason, entry), true),
        FileState::Open(video) => video,
    };
    let length = video.frames.span().length();
    let events = if hides_model { "scored".to_owned() } else { figures::count(entry.events.len(), "event") };
    match &entry.scoring {
        ScoringState::Idle => (format!("{length} · not scored"), false),
        ScoringState::Waiting => (format!("{length} · waiting to be scored"), false),
        ScoringState::Running { phase, progress, remaining_secs } => {
            let left = remaining_secs.map(|s| format!(" · {} left", figures::duration(s))).unwrap_or_default();
            (format!("{} {}{left}", phase.text(), figures::percent(progress.fraction())), false)
        }
        ScoringState::Done => {
            (format!("{length} · {events}{}", if video.notes.is_empty() { "" } else { " · damaged" }), false)
        }
        ScoringState::Cancelled => (format!("{length} · scoring stopped"), false),
        ScoringState::Failed(reason) => (without_path(reason, entry), true),
    }
}

/// How far its review has come.
fn review_text(view: &ViewContext<'_>, entry: &Entry) -> String {
    let reviewed = entry.video_id.as_ref().and_then(|id| view.state.reviews.of(id)).is_some_and(|r| r.reviewed);
    let judged = (0..entry.events.len()).filter(|event| !entry.is_unsettled(*event)).count();
    match (judged, reviewed) {
        (0, false) => String::new(),
        (0, true) => " · reviewed".to_owned(),
        (judged, false) => format!(" · {judged} judged"),
        (judged, true) => format!(" · {judged} judged · reviewed"),
    }
}

/// The row names the file already, and what follows would be cut off.
fn without_path(reason: &str, entry: &Entry) -> String {
    let rest = reason.strip_prefix(&entry.path.display().to_string()).unwrap_or(reason);
    rest.trim_start_matches([':', ' ']).to_owned()
}
