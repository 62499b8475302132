//! Commands by name: a few letters, the best finds first, Enter carries out.
//!
//! Owns the field, the rows and which of them is chosen. What fits is found by `app::finder`.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Button, Color32, Key, RichText, ScrollArea, Stroke, Ui, pos2, vec2};

use crate::app::action::Action;
use crate::app::finder::{Find, find};

use super::dialogs::field_ui;
use super::root::ViewContext;

/// Between name and help, and from the edges of a row.
const GAP: f32 = 10.0;

/// What is typed and which row is chosen.
#[derive(Debug, Default)]
pub(super) struct PaletteState {
    text: String,
    selected: usize,
}

impl PaletteState {
    /// With these letters typed already.
    pub(super) fn of(text: String) -> Self {
        Self { text, selected: 0 }
    }
}

/// Draws it. `fresh` when it was just opened.
pub(super) fn palette_ui(view: &ViewContext<'_>, state: &mut PaletteState, fresh: bool, ui: &mut Ui) {
    ui.set_width(620.0);
    // Up and down choose a row although the text field has the keyboard.
    let mut moved = ui.input_mut(|i| {
        let none = egui::Modifiers::NONE;
        isize::from(i.consume_key(none, Key::ArrowDown)) - isize::from(i.consume_key(none, Key::ArrowUp))
            + PAGE * isize::from(i.consume_key(none, Key::PageDown))
            - PAGE * isize::from(i.consume_key(none, Key::PageUp))
    });
    let before = state.text.clone();
    let response = field_ui(ui, &mut state.text, "Find a command", "a few letters of its name", fresh);
    if before != state.text {
        state.selected = 0;
        moved = 0;
    }
    let finds = find(&state.text, &view.state.prefs.recent);
    state.selected = state.selected.saturating_add_signed(moved).min(finds.len().saturating_sub(1));
    let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    let mut chosen = if entered { finds.get(state.selected).map(|f| f.command) } else { None };
    ui.separator();
    ScrollArea::vertical().max_height(380.0).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for (i, find) in finds.iter().enumerate() {
            let row = row_ui(view, find, i == state.selected, ui);
            if i == state.selected && (moved != 0 || before != state.text) {
                row.scroll_to_me(None);
            }
            if row.clicked() {
                chosen = Some(find.command);
            }
        }
        if finds.is_empty() {
            ui.label("No command has these letters in its name or in what it does.");
        }
    });
    let usable = chosen.is_some_and(|command| command.resolve(view.state).is_some());
    if let Some(command) = chosen.filter(|_| usable) {
        view.actions.send(Action::Choose(command));
    } else if entered {
        response.request_focus();
    }
}

/// Rows that Page up and Page down move by.
const PAGE: isize = 10;

fn row_ui(view: &ViewContext<'_>, find: &Find, selected: bool, ui: &mut Ui) -> egui::Response {
    let palette = &view.tokens.palette;
    let (name, help) = find.command.text_and_help();
    let usable = find.command.resolve(view.state).is_some();
    let size = vec2(ui.available_width(), view.tokens.sizes.row + 4.0);
    let response = ui.add_enabled(usable, Button::selectable(selected, "").min_size(size));
    let (ink, weak) =
        if usable { (palette.text_strong, palette.text_weak) } else { (palette.text_faint, palette.text_faint) };

    let painter = ui.painter();
    let rect = response.rect;
    if selected && !usable {
        // A disabled button shows no choice by itself.
        painter.rect_stroke(
            rect,
            view.tokens.sizes.radius,
            Stroke::new(1.0, palette.outline),
            egui::StrokeKind::Inside,
        );
    }
    let mut right = rect.right() - GAP;
    let keys = view.keys(find.command).join("  ");
    let note = if usable { keys } else { "not now".to_owned() };
    if !note.is_empty() {
        let galley = painter.layout_no_wrap(note, view.tokens.body(), weak);
        right -= galley.size().x;
        painter.galley(pos2(right, rect.center().y - galley.size().y / 2.0), galley, weak);
        right -= GAP;
    }
    let mut left = rect.left() + GAP;
    for (text, letters, font, color) in
        [(name, &find.name, view.tokens.body(), ink), (help, &find.help, view.tokens.small(), weak)]
    {
        let mark = if usable { palette.accent } else { color };
        let mut job = marked(text, letters, &TextFormat::simple(font, color), mark);
        job.wrap = TextWrapping::truncate_at_width((right - left).max(0.0));
        let galley = painter.layout_job(job);
        let width = galley.size().x;
        painter.galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, color);
        left += width + GAP;
    }
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, usable, selected, name));
    // The help stands in the row already; a tooltip would only hide the rows below.
    response.on_disabled_hover_ui(|ui| {
        ui.label(help);
        ui.label(RichText::new("It cannot be used now.").color(palette.text_weak));
    })
}

/// `text` with some of its letters, given by their places, in another colour and underlined.
fn marked(text: &str, letters: &[u32], format: &TextFormat, mark: Color32) -> LayoutJob {
    let marked = TextFormat { color: mark, underline: Stroke::new(1.0, mark), ..format.clone() };
    let mut job = LayoutJob::default();
    let mut run = String::new();
    let mut in_mark = false;
    for (i, letter) in text.chars().enumerate() {
        let is_marked = letters.binary_search(&(i as u32)).is_ok();
        if is_marked != in_mark {
            job.append(&run, 0.0, if in_mark { marked.clone() } else { format.clone() });
            run.clear();
            in_mark = is_marked;
        }
        run.push(letter);
    }
    job.append(&run, 0.0, if in_mark { marked } else { format.clone() });
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_on_their_letters() {
        let plain = TextFormat { color: Color32::WHITE, ..TextFormat::default() };
        let job = marked("Géh ×2", &[1, 2, 5], &plain, Color32::RED);
        assert_eq!(job.text, "Géh ×2");
        let red: Vec<_> =
            job.sections.iter().filter(|s| s.format.color == Color32::RED).map(|s| s.byte_range.clone()).collect();
        let texts: Vec<_> = red.into_iter().map(|r| &job.text[r.start.0..r.end.0]).collect();
        assert_eq!(texts, ["éh", "2"]);
    }
}
