//! What the windows of imports, exports, case reports and moved files have in common.
//!
//! Owns the path field with its button, the bar of what runs, lists of sentences, the choice of videos, and the way past
//! files that are there. Does not own what the windows are about.

use std::path::PathBuf;

use egui::{
    Button, Key, KeyboardShortcut, Modifiers, ProgressBar, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo,
};

use super::figures;
use super::root::ViewContext;
use crate::app::action::Action;
use crate::app::exchange::{Survey, VideoChoice};
use crate::app::exchanging::{Errand, Field, Wish};

/// Width of these windows.
pub(super) const WIDTH: f32 = 660.0;
/// Sentences of a list that are shown; more than anybody reads in a window.
const SHOWN: usize = 40;
/// Height of the list of videos.
const LIST: f32 = 132.0;

/// Sends a wish.
pub(super) fn wish(view: &ViewContext<'_>, wish: Wish) {
    view.actions.send(Action::Exchange(wish));
}

/// The action that fills a field of these windows with the system's dialog.
pub(super) fn pick(field: Field) -> Action {
    Action::Exchange(Wish::Pick(field))
}

/// What a path field is called, what stands in it while it is empty, and how many lines it shows.
pub(super) struct PathField<'a> {
    pub(super) name: &'a str,
    pub(super) hint: &'a str,
    /// What the button asks for.
    pub(super) pick: Action,
    pub(super) lines: usize,
}

/// A path field with a button for the system's dialog. Whether Enter was pressed in it.
pub(super) fn path_ui(
    view: &ViewContext<'_>,
    ui: &mut Ui,
    what: &PathField<'_>,
    text: &mut String,
    fresh: bool,
) -> bool {
    let PathField { name, hint, pick, lines } = what;
    let (name, hint) = (*name, *hint);
    ui.label(name);
    let mut entered = false;
    ui.horizontal_top(|ui| {
        let button = 84.0;
        let width = ui.available_width() - button - ui.spacing().item_spacing.x;
        // Enter is for the window; Shift and Enter begin another line.
        let newline = KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter);
        let edit = if *lines > 1 {
            TextEdit::multiline(text).desired_rows(*lines).return_key(newline)
        } else {
            TextEdit::singleline(text)
        };
        let hint = RichText::new(hint).color(view.tokens.palette.text_faint);
        let response = ui.add(edit.hint_text(hint).desired_width(width));
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
        if fresh {
            response.request_focus();
        }
        // A long path is cut where the field ends.
        let response =
            if text.is_empty() || response.has_focus() { response } else { response.on_hover_text(text.as_str()) };
        let enter = ui.input(|i| i.key_pressed(Key::Enter) && !i.modifiers.shift);
        entered = enter && (response.lost_focus() || response.has_focus());
        let free = view.state.picking.is_none();
        let choose = ui.add_enabled(free, Button::new("Choose…").min_size(egui::vec2(button, 0.0)));
        choose.widget_info(|| WidgetInfo::labeled(Role::Button, free, format!("Choose {}", lower(name))));
        if choose.on_hover_text("With the system's dialog").clicked() {
            view.actions.send(pick.clone());
        }
    });
    entered
}

fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

/// How far the errand is that runs, if it is one of these, with a way to stop it; whether it does. Another one that is
/// to be finished first is shown too.
pub(super) fn running_ui(view: &ViewContext<'_>, ui: &mut Ui, errands: &[Errand]) -> bool {
    let Some(running) = &view.state.exchanging.running else { return false };
    let ours = errands.contains(&running.errand);
    if !ours && !running.errand.lasts() {
        return false;
    }
    ui.horizontal(|ui| {
        let stage = if running.stage.text() == running.errand.text() { "" } else { running.stage.text() };
        let left = running.remaining_secs.map(|secs| format!(", {} left", figures::duration(secs))).unwrap_or_default();
        let share =
            if running.progress.total > 0 { figures::percent(running.progress.fraction()) } else { String::new() };
        let parts = [running.errand.text(), stage].into_iter().filter(|part| !part.is_empty());
        let text = format!("{}… {share}{left}", parts.collect::<Vec<_>>().join(": "));
        let width = ui.available_width() - 64.0;
        let bar = ui.add(ProgressBar::new(running.progress.fraction()).text(text.clone()).desired_width(width));
        bar.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &text));
        if ui.button("Stop").clicked() {
            wish(view, Wish::Stop);
        }
    });
    if !ours {
        let text = "Only one of these is done at a time.";
        ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
    }
    true
}

/// A heading with sentences below it; nothing if there are none.
pub(super) fn sentences_ui<'a>(
    view: &ViewContext<'_>,
    ui: &mut Ui,
    heading: &str,
    lines: impl ExactSizeIterator<Item = std::borrow::Cow<'a, str>>,
) {
    let all = lines.len();
    if all == 0 {
        return;
    }
    ui.add_space(6.0);
    ui.label(RichText::new(heading).strong());
    for line in lines.take(SHOWN) {
        ui.add(egui::Label::new(format!("• {line}")).wrap());
    }
    if all > SHOWN {
        ui.label(RichText::new(format!("and {} more", all - SHOWN)).color(view.tokens.palette.text_weak));
    }
}

/// What went wrong, in the colour of errors.
pub(super) fn failure_ui(view: &ViewContext<'_>, ui: &mut Ui, reason: Option<&str>) {
    if let Some(reason) = reason {
        ui.add(egui::Label::new(RichText::new(reason).color(view.tokens.palette.error)).wrap());
    }
}

/// A choice between all videos and some, and which ones.
pub(super) fn videos_ui(view: &ViewContext<'_>, ui: &mut Ui, survey: &Survey, choice: &mut VideoChoice) {
    let all = survey.videos.len();
    ui.horizontal(|ui| {
        let is_all = *choice == VideoChoice::All;
        let text = format!("All {} with labels or verdicts", figures::count(all, "video"));
        if ui.radio(is_all, text).clicked() {
            *choice = VideoChoice::All;
        }
        let text = match choice {
            VideoChoice::All => "Only some".to_owned(),
            VideoChoice::Only(chosen) => format!("Only some ({} chosen)", chosen.len()),
        };
        if ui.radio(!is_all, text).clicked() && is_all {
            let shown = view.state.shown().and_then(|entry| entry.video_id.clone());
            let known = shown.filter(|id| survey.videos.iter().any(|video| video.id == *id));
            *choice = VideoChoice::Only(known.into_iter().collect());
        }
    });
    let VideoChoice::Only(chosen) = choice else { return };
    let row = ui.spacing().interact_size.y;
    area("videos", LIST).show_rows(ui, row, all, |ui, range| {
        for video in &survey.videos[range] {
            let mut is = chosen.contains(&video.id);
            let text = format!(
                "{}   {}, {}",
                video.name,
                figures::count(video.labels, "label"),
                figures::count(video.verdicts, "verdict")
            );
            if ui.checkbox(&mut is, text).changed() {
                if is {
                    chosen.insert(video.id.clone());
                } else {
                    chosen.remove(&video.id);
                }
            }
        }
    });
}

/// A button that writes, which asks first when files are in the way. `None` if it was not pressed, else whether to replace
/// them.
pub(super) fn write_ui(view: &ViewContext<'_>, ui: &mut Ui, (text, ready): (&str, bool)) -> Option<bool> {
    let taken = &view.state.exchanging.taken;
    let replace = !taken.is_empty();
    let text = if replace { "Replace what is there" } else { text };
    ui.add_enabled(ready, Button::new(text)).clicked().then_some(replace)
}

/// Says which files are in the way.
pub(super) fn taken_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let taken: &[PathBuf] = &view.state.exchanging.taken;
    let text = match taken {
        [] => return,
        [one] => format!("{} is there already. Name another place, or replace it.", one.display()),
        [first, ..] => {
            format!("{} and other files are there already. Name another place, or replace them.", first.display())
        }
    };
    ui.add(egui::Label::new(RichText::new(text).color(view.tokens.palette.warn)).wrap());
}

/// Room for results above the buttons of a window whose other parts are `form` high.
pub(super) fn results(ui: &Ui, form: f32) -> ScrollArea {
    area("results", (ui.ctx().content_rect().height() - form).max(120.0))
}

/// A list that scrolls when it is higher than this. Its height must not depend on the room that is left: a window in the
/// middle moves when it grows, has more room then, and would move away from the pointer frame by frame.
pub(super) fn area(id: &str, height: f32) -> ScrollArea {
    ScrollArea::vertical().id_salt(id).max_height(height).min_scrolled_height(height).auto_shrink([false, true])
}
