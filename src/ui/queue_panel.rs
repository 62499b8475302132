//! The review queue: the events of all videos of the project, one row each.
//!
//! Owns the filter row, the counts and the list, of which only the rows in sight exist. Does not own what the rows say:
//! see `domain::queue`.

use std::ops::Range;

use egui::{Align2, ComboBox, Rect, RichText, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};
use strum::IntoEnumIterator as _;

use super::command_button::command_button;
use super::figures;
use super::root::ViewContext;
use super::verdict_panel::project_failed_ui;
use super::widgets::elided::{elided, struck};
use super::widgets::row::row_ground;
use super::{known_normal_panel, verdict};
use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::review_queue::{Target, is_open};
use crate::app::reviews::Project;
use crate::domain::queue::{EventStatus, QueueCounts, QueueFilter, QueueRow, QueueSort, StatusFilter};
use crate::domain::review::Verdict;

/// Height of a row in points.
const ROW: f32 = 42.0;

/// Draws the panel.
pub fn queue_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    match &view.state.reviews.project {
        Project::Opening => {
            ui.label(RichText::new("The project is being opened…").color(palette.text_weak));
            return;
        }
        Project::Failed { reason, backup } => {
            project_failed_ui(view, reason, backup.as_deref(), ui);
            return;
        }
        Project::Open { .. } => {}
    }
    if view.state.prefs.blind.on {
        let text = "Events and what was said about them are hidden in a blind pass.";
        ui.label(RichText::new(text).color(palette.text_weak));
        return;
    }
    filter_ui(view, ui);
    let queue = &view.state.queue;
    match &queue.counts {
        Some(counts) => counts_ui(view, counts, ui),
        None => {
            ui.label(RichText::new("counting…").font(view.tokens.small()).color(palette.text_weak));
        }
    }
    marked_ui(view, ui);
    ui.add_space(2.0);
    let rows = queue.len();
    if rows == 0 {
        // Asking for the first rows also asks for their number.
        look_at(view, 0..1);
        if queue.counts.is_some() {
            let text = if queue.filter == QueueFilter::default() {
                "No video of this project has an event yet. Open videos: what the model flags in them is listed here."
            } else {
                "No event fits the filter."
            };
            ui.label(RichText::new(text).color(palette.text_weak));
        }
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let current = view.state.target().or_else(|| queue.selected.as_ref().map(|(_, target)| target.clone()));
    ScrollArea::vertical().id_salt("queue").auto_shrink([false, false]).show_rows(
        ui,
        ROW,
        rows as usize,
        |ui, range| {
            let sight = range.start as u64..range.end as u64;
            look_at(view, sight.clone());
            for place in sight {
                row_ui(view, place, queue.row(place), current.as_ref(), ui);
            }
        },
    );
}

/// What can be done with the marked rows.
fn marked_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let count = view.state.queue.marked.len();
    if count == 0 {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(format!("{} marked:", figures::count(count, "event"))).strong());
        for (command, verdict) in [
            (UiCommand::JudgeAnomaly, Verdict::Anomaly),
            (UiCommand::JudgeFalseAlarm, Verdict::FalseAlarm),
            (UiCommand::JudgeUnsure, Verdict::Unsure),
        ] {
            command_button(view, ui, command, verdict::letter(verdict));
        }
        if ui.button("Unmark").on_hover_text("Mark no row").clicked() {
            view.actions.send(Action::UnmarkRows);
        }
    });
}

/// Has rows read, unless they are here or on their way: an action in every frame would be a frame after every action.
pub fn look_at(view: &ViewContext<'_>, rows: Range<u64>) {
    let open = matches!(view.state.reviews.project, Project::Open { .. });
    if open && view.state.queue.is_due(rows.clone()) {
        view.actions.send(Action::QueueInSight(rows));
    }
}

fn filter_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let queue = &view.state.queue;
    let (mut filter, mut sort) = (queue.filter.clone(), queue.sort);
    ui.horizontal(|ui| {
        let status = ComboBox::from_id_salt("status").width(92.0).selected_text(status_text(filter.status));
        let status = status.show_ui(ui, |ui| {
            for choice in StatusFilter::iter() {
                ui.selectable_value(&mut filter.status, choice, status_text(choice));
            }
        });
        status.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Events to show"));
        let order = ComboBox::from_id_salt("order").width(ui.available_width()).selected_text(sort_text(sort));
        let order = order.show_ui(ui, |ui| {
            for choice in QueueSort::iter() {
                ui.selectable_value(&mut sort, choice, sort_text(choice));
            }
        });
        order.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Order of the queue"));
    });
    let text =
        TextEdit::singleline(&mut filter.text).hint_text("Name, note, tag or class").desired_width(f32::INFINITY);
    ui.add(text).widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Find in the queue"));
    if filter != queue.filter || sort != queue.sort {
        view.actions.send(Action::FilterQueue(filter, sort));
    }
}

fn status_text(status: StatusFilter) -> &'static str {
    match status {
        StatusFilter::Any => "all events",
        StatusFilter::Unreviewed => "no verdict",
        StatusFilter::Judged => "judged",
        StatusFilter::Changed => "look again",
        StatusFilter::Gone => "no event now",
        StatusFilter::KnownNormal => "known normal",
    }
}

fn sort_text(sort: QueueSort) -> &'static str {
    match sort {
        QueueSort::Score => "highest score first",
        QueueSort::Uncertainty => "least sure first",
        QueueSort::Video => "by video",
        QueueSort::Time => "by time",
    }
}

/// How much there is, and how much of it is done.
fn counts_ui(view: &ViewContext<'_>, counts: &QueueCounts, ui: &mut Ui) {
    let small = |text: String| RichText::new(text).font(view.tokens.small()).color(view.tokens.palette.text_weak);
    let open = counts.unreviewed + counts.changed;
    let left = figures::duration(counts.left.secs_f64());
    let events = figures::count((counts.events - counts.gone) as usize, "event");
    let videos = figures::count(counts.videos as usize, "video");
    let gone = if counts.gone > 0 { format!(" · {} without an event now", counts.gone) } else { String::new() };
    let aside =
        if counts.known_normal > 0 { format!(" · {} known normal", counts.known_normal) } else { String::new() };
    ui.label(small(format!("{events} in {videos} · {open} to do, {left} of footage{aside}{gone}"))).on_hover_text(format!(
        "{} without a verdict, {} to be looked at again; {} anomalies, {} false alarms, {} unsure. {} put aside, because \
         they look like false alarms. {} on frames where the present threshold and model find no event.",
        counts.unreviewed,
        counts.changed,
        counts.anomalies,
        counts.false_alarms,
        counts.unsure,
        figures::count(counts.known_normal as usize, "event"),
        figures::count(counts.gone as usize, "verdict")
    ));
    let done = if counts.events == 0 { 1.0 } else { 1.0 - open as f32 / counts.events as f32 };
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 3.0), Sense::hover());
    ui.painter().rect_filled(rect, 1.0, view.tokens.palette.outline);
    let filled = Rect::from_min_size(rect.min, vec2(rect.width() * done, rect.height()));
    ui.painter().rect_filled(filled, 1.0, view.tokens.palette.accent);
}

/// One event: its verdict, when and where it is, its highest score.
fn row_ui(view: &ViewContext<'_>, place: u64, row: Option<&QueueRow>, current: Option<&Target>, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let Some(row) = row else {
        ui.painter().text(
            rect.left_center() + vec2(12.0, 0.0),
            Align2::LEFT_CENTER,
            "…",
            view.tokens.body(),
            palette.text_faint,
        );
        return;
    };
    let selected = current == Some(&Target::of(row));
    let flagged = &row.flagged;
    let when = flagged.time.start.to_string();
    let status = match &row.twin {
        Some(twin) => format!("known normal: {}", known_normal_panel::reason(twin)),
        None => status_sentence(row.status),
    };
    response.widget_info(|| {
        let name = format!("{} at {when}, score {:.2}, {status}", row.video_name, flagged.peak_score);
        WidgetInfo::selected(Role::ListBoxOption, true, selected, name)
    });
    let tip = format!(
        "{} of {}: frames {} to {}, highest score {:.3} at frame {}. {status}",
        row.video_name,
        row.model,
        flagged.span.start(),
        flagged.span.last(),
        flagged.peak_score,
        flagged.peak_frame
    );
    let response = response.on_hover_text(tip);
    if response.clicked() {
        let held = ui.input(|i| i.modifiers);
        view.actions.send(match (held.shift, held.command) {
            (true, _) => Action::MarkRowsTo(place),
            (false, true) => Action::MarkRow(place),
            (false, false) => Action::GoToRow(place),
        });
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    let painter = ui.painter_at(rect);
    let marked = view.state.queue.is_marked(row);
    row_ground(&painter, rect, &response, marked || selected, palette);
    if marked {
        painter.rect_filled(Rect::from_min_size(rect.min, vec2(3.0, rect.height())), 0.0, palette.accent);
    }
    let inner = rect.shrink2(vec2(8.0, 5.0));
    let (letter, color) = match row.status.verdict() {
        Some(verdict) if matches!(row.status, EventStatus::Gone(_)) => (verdict::letter(verdict), palette.text_faint),
        Some(verdict) if !is_open(row) => (verdict::letter(verdict), verdict::color(verdict, palette)),
        Some(_) => ("!", palette.warn),
        None if row.twin.is_some() => ("–", palette.text_faint),
        None => ("·", palette.text_faint),
    };
    painter.text(
        pos2(inner.left() + 6.0, inner.center().y),
        Align2::CENTER_CENTER,
        letter,
        view.tokens.figures(),
        color,
    );
    let tile = Rect::from_min_size(pos2(inner.left() + 16.0, rect.top() + 3.0), vec2(56.0, ROW - 6.0));
    if let Some(peaks) = &view.peaks {
        peaks.paint(ui.ctx(), &painter, tile, (&row.video, flagged.peak_frame), palette);
    }
    let score = format!("{:.2}", flagged.peak_score);
    let ink = if is_open(row) { palette.event } else { palette.text_weak };
    let score =
        painter.text(pos2(inner.right(), inner.top() + 7.0), Align2::RIGHT_CENTER, score, view.tokens.figures(), ink);
    let left = tile.right() + 8.0;
    let (name_at, room) = (pos2(left, inner.top() - 1.0), score.left() - 6.0 - left);
    let name_color = if selected { palette.text_strong } else { palette.text };
    if row.twin.is_some() {
        struck(ui, name_at, room, &row.video_name, view.tokens.body(), palette.text_weak);
    } else {
        elided(ui, name_at, room, &row.video_name, view.tokens.body(), name_color);
    }
    let length = figures::duration(flagged.time.length().secs_f64());
    let more = match &row.twin {
        Some(twin) => format!("   like {} of {}", twin.of.start, twin.of.name),
        None if matches!(row.status, EventStatus::Gone(_)) => "   no event now".to_owned(),
        None => String::new(),
    };
    let line = format!("{when}   {length}{more}");
    elided(
        ui,
        pos2(left, inner.top() + 16.0),
        inner.right() - left,
        &line,
        view.tokens.small_figures(),
        palette.text_weak,
    );
}

fn status_sentence(status: EventStatus) -> String {
    match status {
        EventStatus::Unjudged => "no verdict".to_owned(),
        EventStatus::KnownNormal => "known normal".to_owned(),
        EventStatus::Judged(ruling) => ruling.verdict.words().to_owned(),
        EventStatus::Inherited(ruling) => format!("{}, inherited", ruling.verdict.words()),
        EventStatus::Changed(ruling) => format!("{} on a few of its frames: look again", ruling.verdict.words()),
        EventStatus::Gone(ruling) => format!("{}, no event now", ruling.verdict.words()),
    }
}
