//! How far annotators agree, in a window over the window: figures by class, and every stretch about which they differ.
//!
//! Owns which two readers and which videos are looked at. Does not own the figures: see `domain::agreement`.

use egui::{Button, ComboBox, Grid, ProgressBar, RichText, Role, ScrollArea, Ui, WidgetInfo};

use super::figures;
use super::root::ViewContext;
use crate::app::action::Action;
use crate::app::agreement::{Agreement, AgreementReport, PairReport, VideoReport, WHO_COUNTS, measure_text};
use crate::app::review_queue::Target;
use crate::domain::agreement::{Comparison, EdgeDifference, Figures, Measure, Undefined};
use crate::domain::disagreement::Disagreement;
use crate::domain::time::TimeSpan;

/// Rows of the list of differences that are shown before it scrolls.
const ROWS: f32 = 9.0;
/// Names of videos that are listed before the rest is only counted.
const NAMES: usize = 3;

/// What is looked at.
#[derive(Debug, Default)]
pub struct AgreementDialogState {
    pair: usize,
    /// All videos rather than the one on screen.
    all_videos: Option<bool>,
}

/// Draws it.
pub fn agreement_ui(view: &ViewContext<'_>, state: &mut AgreementDialogState, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    ui.set_width(760.0);
    ui.heading("Agreement");
    ui.label(RichText::new(WHO_COUNTS).color(palette.text_weak));
    ui.separator();
    match &view.state.agreement {
        Agreement::Unread => {}
        Agreement::Reading(progress) => {
            let text = format!("Reading videos, {} of {}", progress.done, progress.total);
            ui.add(ProgressBar::new(progress.fraction()).text(text));
        }
        Agreement::Failed(reason) => {
            ui.label(RichText::new(reason).color(palette.error));
        }
        Agreement::Ready(report) => report_ui(view, state, report, ui),
    }
    ui.separator();
    if ui.button("Close").clicked() {
        view.actions.send(Action::BackOut);
    }
}

fn report_ui(view: &ViewContext<'_>, state: &mut AgreementDialogState, report: &AgreementReport, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    notes_ui(view, report, ui);
    let Some(first) = report.pairs.first() else {
        ui.label("No video of this project was read by two annotators yet.");
        return;
    };
    let pair = report.pairs.get(state.pair).unwrap_or(first);
    let shown = view.state.shown().and_then(|entry| entry.video_id.as_ref());
    let here = pair.videos.iter().find(|video| Some(&video.id) == shown);
    let mut all = state.all_videos.unwrap_or_else(|| here.is_none());
    ui.horizontal(|ui| {
        let name = |pair: &PairReport| pair.between.join(" and ");
        let list = ComboBox::from_id_salt("readers").width(200.0).selected_text(name(pair)).show_ui(ui, |ui| {
            for (index, choice) in report.pairs.iter().enumerate() {
                ui.selectable_value(&mut state.pair, index, name(choice));
            }
        });
        list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Readers"));
        for (of_all, text) in [(false, "This video"), (true, "All videos")] {
            if ui.selectable_label(all == of_all, text).clicked() {
                all = of_all;
                state.all_videos = Some(of_all);
            }
        }
    });
    let videos: Vec<&VideoReport> = if all { pair.videos.iter().collect() } else { here.into_iter().collect() };
    let Some(figures) = (if all { Some(&pair.total) } else { here.map(|video| &video.figures) }) else {
        ui.label("The video on screen was not read by both.");
        return;
    };
    let read = format!("{}, {} frames", figures::count(figures.videos, "video"), figures.frames);
    ui.label(RichText::new(read).color(palette.text_weak));
    table_ui(view, figures, &pair.between, ui);
    differences_ui(view, pair, &videos, all, ui);
}

/// Videos that do not count, or not in seconds.
fn notes_ui(view: &ViewContext<'_>, report: &AgreementReport, ui: &mut Ui) {
    for (list, what) in [
        (&report.untimed, "cannot be opened and counts in frames only"),
        (&report.left_out, "cannot be opened, its frames are not known, and it is left out"),
    ] {
        for (name, reason) in list.iter().take(NAMES) {
            ui.label(RichText::new(format!("{name} {what}: {reason}.")).color(view.tokens.palette.warn));
        }
        if let Some(more) = list.len().checked_sub(NAMES).filter(|more| *more > 0) {
            ui.label(RichText::new(format!("So it is with {more} more.")).color(view.tokens.palette.warn));
        }
    }
}

fn table_ui(view: &ViewContext<'_>, figures: &Comparison, between: &[String; 2], ui: &mut Ui) {
    let weak = |text: &str| RichText::new(text).font(view.tokens.small()).color(view.tokens.palette.text_weak);
    let mut reasons: Vec<String> = Vec::new();
    Grid::new("agreement").num_columns(8).striped(true).spacing([14.0, 4.0]).show(ui, |ui| {
        for (text, meaning) in [
            ("Class", "All classes together, then each."),
            ("Kappa", "Cohen's kappa of frames: 1 is complete agreement, 0 what chance would give."),
            ("Frames F1", "Twice the frames that both marked, by the frames that each marked."),
            (
                "Events F1",
                "Twice the intervals that match, by the intervals of both. They match from half of their frames on.",
            ),
            ("Intervals", "Of the first reader, of the second, and how many match."),
            ("Start apart: mean / median / most", "How far the first frames of matching intervals lie apart."),
            ("End apart: mean / median / most", "How far the ends of matching intervals lie apart."),
        ] {
            ui.label(weak(text)).on_hover_text(meaning);
        }
        ui.end_row();
        let rows = std::iter::once(("All classes", figures.any())).chain(figures.classes());
        for (class, row) in rows {
            row_ui(class, &row, between, &mut reasons, ui);
        }
    });
    let whole = figures.whole;
    if whole.total > 0 {
        let kappa = whole.kappa();
        let text = format!(
            "Normal or abnormal: the same of {} in {}, kappa {}.",
            figures::count(whole.total as usize, "whole video"),
            whole.same(),
            measure_text(kappa)
        );
        ui.label(text);
        if let Err(reason) = kappa {
            // The same words as for frames would speak of marks.
            let all = if reason == Undefined::AllMarked { "abnormal" } else { "normal" };
            reasons.push(format!("Kappa of whole videos is not defined: both call all of them {all}."));
        }
    }
    for reason in &reasons {
        ui.label(weak(reason));
    }
}

fn row_ui(class: &str, row: &Figures, between: &[String; 2], reasons: &mut Vec<String>, ui: &mut Ui) {
    let mut figure = |ui: &mut Ui, name: &str, measure: Measure| {
        let label = ui.label(measure_text(measure));
        if let Err(reason) = measure {
            label.on_hover_text(format!("{reason}."));
            reasons.push(format!("{name} of {class} is not defined: {reason}."));
        }
    };
    ui.label(class);
    figure(ui, "Kappa", row.kappa);
    figure(ui, "Frames F1", row.frame_f1);
    figure(ui, "Events F1", row.event_f1);
    let [first, second] = row.events;
    ui.label(format!("{first}, {second}, {}", row.matched))
        .on_hover_text(format!("{} {first}, {} {second}, matching {}", between[0], between[1], row.matched));
    for edge in [row.start, row.end] {
        ui.label(edge_text(edge)).on_hover_text(match edge.frames {
            Ok(spread) => format!("In frames {:.1} / {:.1} / {:.0}", spread.mean, spread.median, spread.max),
            Err(reason) => format!("{reason}."),
        });
    }
    ui.end_row();
}

/// Mean, median and most, in seconds where frames have times.
fn edge_text(edge: EdgeDifference) -> String {
    match (edge.secs, edge.frames) {
        (Ok(secs), _) => format!("{:.3} / {:.3} / {:.3} s", secs.mean, secs.median, secs.max),
        (Err(_), Ok(frames)) => format!("{:.1} / {:.1} / {:.0} frames", frames.mean, frames.median, frames.max),
        (Err(_), Err(_)) => "–".to_owned(),
    }
}

/// One row for each stretch; only those in sight exist.
fn differences_ui(view: &ViewContext<'_>, pair: &PairReport, videos: &[&VideoReport], all: bool, ui: &mut Ui) {
    // Where the rows of each video end, so that a row is found without walking over all.
    let ends: Vec<usize> = videos
        .iter()
        .scan(0, |end, video| {
            *end += video.disagreements.len();
            Some(*end)
        })
        .collect();
    let count = ends.last().copied().unwrap_or(0);
    ui.separator();
    ui.label(RichText::new(figures::count(count, "disagreement")).strong());
    let row = ui.spacing().interact_size.y;
    ScrollArea::vertical().id_salt("disagreements").max_height(row * ROWS).auto_shrink([false, true]).show_rows(
        ui,
        row,
        count,
        |ui, range| {
            for place in range {
                let at = ends.partition_point(|end| *end <= place);
                let video = videos[at];
                let before = at.checked_sub(1).map_or(0, |at| ends[at]);
                difference_ui(view, pair, video, &video.disagreements[place - before], all, ui);
            }
        },
    );
}

fn difference_ui(
    view: &ViewContext<'_>,
    pair: &PairReport,
    video: &VideoReport,
    (found, time): &(Disagreement, Option<TimeSpan>),
    all: bool,
    ui: &mut Ui,
) {
    let span = found.span;
    let frames = format!("frames {} to {}", span.start(), span.last());
    let place = time.map_or_else(|| frames.clone(), |time| format!("{}   {frames}", time.start));
    let sentence = found.sentence(&pair.between);
    let text = if all { format!("{}   {place}", video.name) } else { place };
    let button = Button::selectable(false, RichText::new(text).font(view.tokens.figures()))
        .right_text(RichText::new(&sentence).color(view.tokens.palette.text_weak))
        .min_size(egui::vec2(ui.available_width(), ui.spacing().interact_size.y));
    let response = ui.add(button);
    let name = format!("Disagreement in {}, {frames}: {sentence}", video.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if response.on_hover_text("Go there").clicked() {
        view.actions.send(Action::ShowFrames(Target { video: video.id.clone(), span }));
    }
}
