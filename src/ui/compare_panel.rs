//! The panel that compares: figures, scatter and differences in events of two score curves of the video on screen.
//!
//! Owns what it shows of a comparison. Does not own what is compared with (`compare_form`), the curves on the timeline, or
//! the comparison (`app::comparing`).

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use egui::{RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use super::command_button::command_button;
use super::compare_form::form_ui;
use super::event_panel::share_slider;
use super::figures;
use super::inspector::facts_ui;
use super::model_panel::progress_ui;
use super::root::ViewContext;
use super::scatter::{Dot, Guide, Scatter, ScatterState, ink, scatter_ui};
use super::theme::Palette;
use super::widgets::elided::elided;
use super::widgets::row::row_ground;
use crate::app::action::Action;
use crate::app::command::UiCommand;
use crate::app::comparing::points::{ScorePoints, score_ends};
use crate::app::comparing::{CompareAction, Compared, Judged, tsa_text};
use crate::app::phase::Phase;
use crate::app::session::Session;
use crate::app::survey::map::every;
use crate::domain::compare::{Flip, FlipKind};
use crate::domain::playback::PlaybackCommand;
use crate::domain::score::ScoredVideo;

/// Differences in events that are listed; more are counted.
const MOST: usize = 200;
/// Height of a row of the list.
const ROW: f32 = 40.0;
/// Side of the scatter at most, in points.
const SIDE: f32 = 340.0;
/// Width of the picture of the snippet under the pointer.
const STILL: f32 = 160.0;

/// The view and the points of its plot.
#[derive(Debug, Default)]
pub struct CompareDraft {
    scatter: ScatterState,
    /// The points, and what they were made of.
    dots: Option<(u64, Vec<Dot>)>,
}

/// Draws the panel.
pub fn compare_ui(view: &ViewContext<'_>, draft: &mut CompareDraft, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    ScrollArea::vertical().id_salt("compare").auto_shrink([false, false]).show(ui, |ui| {
        if view.state.prefs.blind.hides_model() {
            let text = "In a blind pass what models say is hidden, and so is what they say differently.";
            ui.label(RichText::new(text).color(palette.text_weak));
            return;
        }
        form_ui(view, ui);
        let comparing = &view.state.comparing;
        let shown = view.state.shown();
        match (comparing.shown(), &view.state.session, shown) {
            (Some((compared, judged)), Some(session), Some(_)) => {
                compared_ui(view, draft, (compared, judged), session, ui);
            }
            _ if comparing.other.is_none() => {}
            _ => match &comparing.phase {
                Phase::Working { what, progress, remaining_secs } => {
                    progress_ui(ui, what, *progress, *remaining_secs);
                    command_button(view, ui, UiCommand::StopComparing, "Cancel");
                }
                Phase::Failed(reason) => {
                    ui.label(RichText::new("It could not be compared").strong());
                    ui.label(RichText::new(reason).color(palette.error));
                    if ui.button("Try again").clicked() {
                        view.actions.send(Action::Compare(CompareAction::Again));
                    }
                }
                Phase::Idle => {
                    let text = if shown.is_none() {
                        "Choose a file in the library."
                    } else {
                        "As soon as the video on screen is scored, it is compared."
                    };
                    ui.label(RichText::new(text).color(palette.text_weak));
                }
            },
        }
    });
}

fn compared_ui(
    view: &ViewContext<'_>,
    draft: &mut CompareDraft,
    (compared, judged): (&Compared, &Judged),
    session: &Session,
    ui: &mut Ui,
) {
    let palette = &view.tokens.palette;
    for note in &compared.notes {
        ui.label(RichText::new(note).color(palette.warn));
    }
    plot_ui(view, draft, (compared, judged), session, ui);
    ui.add_space(4.0);
    figures_ui(view, compared, judged, ui);
    threshold_ui(view, judged, ui);
    ui.horizontal_wrapped(|ui| {
        command_button(view, ui, UiCommand::ExportComparison, "Export as CSV");
        command_button(view, ui, UiCommand::StopComparing, "Stop comparing");
    });
    ui.add_space(4.0);
    flips_ui(view, (compared, judged), session, ui);
}

/// What tells two sides of one model apart.
fn side_text(scored: &ScoredVideo) -> String {
    let model: String = scored.model.chars().take(8).collect();
    format!("{model}, {}, {}", figures::short_id(&scored.encoder), tsa_text(&scored.tsa))
}

fn figures_ui(view: &ViewContext<'_>, compared: &Compared, judged: &Judged, ui: &mut Ui) {
    let (f, flips) = (&compared.figures, &judged.flips);
    let correlation = |value: Option<f64>| value.map_or_else(|| "– (flat)".to_owned(), |r| format!("{r:.3}"));
    facts_ui(view, ui, "comparison", |rows| {
        rows.row("On screen", side_text(&compared.one), "Model, encoder and attention of the scores on screen.");
        let other = compared.origin.as_deref().map_or_else(|| compared.other.text(), side_text);
        rows.row("Other", other, "Model, encoder and attention of the scores that are compared with, or their file.");
        rows.row(
            "Correlation",
            format!("Pearson {}, Spearman {}", correlation(f.pearson), correlation(f.spearman)),
            "Pearson: 1 where one curve is a straight line of the other. Spearman: 1 where both put all snippets in the same \
             order, however they are calibrated.",
        );
        rows.row(
            "Difference",
            format!("mean {:+.3}, mean size {:.3}", f.mean_difference, f.mean_absolute_difference),
            "Mean of the other score less the score on screen, and mean of these without their sign, over all snippets.",
        );
        rows.row(
            "Events",
            format!("{} and {}, {} the same", flips.one_events, flips.other_events, flips.same),
            "Events on screen, of the other, and those with the same edges in both.",
        );
        let share = flips.flipped_snippets as f32 / f.snippets.max(1) as f32;
        rows.row(
            "Flipped",
            format!("{} of {} snippets ({:.1} %)", flips.flipped_snippets, f.snippets, share * 100.0),
            "Snippets that one of them flags and the other does not.",
        );
    });
}

fn threshold_ui(view: &ViewContext<'_>, judged: &Judged, ui: &mut Ui) {
    let chosen = view.state.comparing.threshold.is_some();
    ui.horizontal(|ui| {
        let tip = "Where events of the other curve begin. Models are calibrated differently, so each may need its own.";
        ui.label(RichText::new("Other threshold").color(view.tokens.palette.text_weak)).on_hover_text(tip);
        let mut threshold = judged.other_rule.threshold;
        ui.spacing_mut().slider_width = 96.0;
        let slider = ui.add(share_slider(&mut threshold).fixed_decimals(2)).on_hover_text(tip);
        slider.widget_info(|| WidgetInfo::slider(true, f64::from(threshold), "Other threshold"));
        if slider.changed() {
            view.actions.send(Action::Compare(CompareAction::Threshold(Some(threshold))));
        }
        let reset = ui.add_enabled(chosen, egui::Button::new("Its own"));
        if reset.on_hover_text("Go back to the threshold that belongs to the other model").clicked() {
            view.actions.send(Action::Compare(CompareAction::Threshold(None)));
        }
    });
}

/// What becomes of events, as colours that also the lane of differences has.
fn flip_color(kind: FlipKind, palette: &Palette) -> egui::Color32 {
    match kind {
        FlipKind::Appears => palette.higher,
        FlipKind::Disappears => palette.lower,
        FlipKind::Changed => palette.text_weak,
    }
}

fn flips_ui(view: &ViewContext<'_>, (compared, judged): (&Compared, &Judged), session: &Session, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let flips = &judged.flips.flips;
    ui.horizontal(|ui| {
        let title = match flips.len() {
            1 => "1 difference in events".to_owned(),
            n => format!("{n} differences in events"),
        };
        ui.label(RichText::new(title).strong());
        command_button(view, ui, UiCommand::PreviousFlip, "Previous");
        command_button(view, ui, UiCommand::NextFlip, "Next");
    });
    if flips.is_empty() {
        ui.label(RichText::new("Both flag the same events with the same edges.").color(palette.text_weak));
        return;
    }
    let counts: Vec<String> = [FlipKind::Appears, FlipKind::Disappears, FlipKind::Changed]
        .into_iter()
        .map(|kind| (judged.flips.count(kind), kind))
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| format!("{count} {kind}"))
        .collect();
    ui.label(RichText::new(counts.join(", ")).color(palette.text_weak));
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (at, flip) in flips.iter().enumerate().take(MOST) {
            flip_ui(view, (compared, session), at, flip, ui);
        }
    });
    if flips.len() > MOST {
        ui.label(RichText::new(format!("and {} more", flips.len() - MOST)).color(palette.text_weak));
    }
}

fn flip_ui(view: &ViewContext<'_>, (compared, session): (&Compared, &Session), at: usize, flip: &Flip, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let selected = view.state.comparing.row == Some(at);
    if selected && !ui.is_rect_visible(rect) {
        ui.scroll_to_rect(rect, None);
    }
    let (grid, run) = (session.grid(), flip.run());
    let (first, last) = (grid.range(run.first).start, grid.range(run.last).end.saturating_sub(1));
    let what = match (flip.kind, flip.one_events, flip.other_events) {
        (FlipKind::Changed, 1, 1) => "other edges".to_owned(),
        (FlipKind::Changed, one, other) => format!("{other} in place of {one}"),
        (kind, ..) => kind.to_string(),
    };
    let time = session.frames().frames_span(first, last).start;
    let scores = format!("{:.2} → {:.2}", flip.one_peak, flip.other_peak);
    let name = format!("{what}: frames {first} to {last}, {scores}");
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, selected, &name));
    let far = flip.farthest;
    let difference = compared.difference.values().get(far).copied().unwrap_or_default();
    let tip = format!(
        "{name}. The curves differ most at snippet {far}, by {difference:+.3}. A click goes to its first frame."
    );
    let response = response.on_hover_text(tip);
    if response.clicked() {
        view.actions.send(Action::Compare(CompareAction::Watch(at)));
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    let painter = ui.painter_at(rect);
    row_ground(&painter, rect, &response, selected, palette);
    let bar = egui::Rect::from_min_max(rect.min + vec2(2.0, 5.0), egui::pos2(rect.left() + 5.0, rect.bottom() - 5.0));
    painter.rect_filled(bar, 1.5, flip_color(flip.kind, palette));
    let tile = egui::Rect::from_min_size(rect.min + vec2(10.0, 3.0), vec2(52.0, ROW - 6.0));
    if let Some(peaks) = &view.peaks {
        peaks.paint(ui.ctx(), &painter, tile, (&compared.video, grid.middle(far)), palette);
    }
    let left = tile.right() + 8.0;
    let right = painter.text(
        egui::pos2(rect.right() - 6.0, rect.top() + 12.0),
        egui::Align2::RIGHT_CENTER,
        scores,
        view.tokens.small_figures(),
        palette.text_weak,
    );
    let width = right.left() - 6.0 - left;
    elided(ui, egui::pos2(left, rect.top() + 4.0), width, &what, view.tokens.body(), palette.text);
    let place = format!("{time}, frames {first}–{last}");
    elided(
        ui,
        egui::pos2(left, rect.top() + 22.0),
        rect.right() - 6.0 - left,
        &place,
        view.tokens.small(),
        palette.text_weak,
    );
}

/// The scatter of both scores: x is the score on screen, y the other.
fn plot_ui(
    view: &ViewContext<'_>,
    draft: &mut CompareDraft,
    (compared, judged): (&Compared, &Judged),
    session: &Session,
    ui: &mut Ui,
) {
    let palette = &view.tokens.palette;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Snippets").strong());
        draft.scatter.tools_ui(ui);
    });
    let snippets = compared.one().len();
    let every = every(snippets);
    let key = dots_key(view, compared, judged);
    if draft.dots.as_ref().is_none_or(|(of, _)| *of != key) {
        draft.dots = Some((key, dots(view, compared, judged)));
    }
    let Some((_, dots)) = &draft.dots else { return };
    let (one, other) = (judged.one_rule.threshold, judged.other_rule.threshold);
    let line = |from, to, ink, dashed| Guide { from, to, ink, dashed };
    let guides = [
        line([0.0, 0.0], [1.0, 1.0], palette.outline, false),
        line([one, 0.0], [one, 1.0], palette.threshold, false),
        line([0.0, other], [1.0, other], palette.accent, true),
    ];
    let axis = format!("other: {}", compared.overlay.name);
    let (low, high) = score_ends(dots.iter().map(|dot| dot.at));
    let scatter = Scatter {
        name: "Scatter of snippet scores",
        low: [low; 2],
        high: [high; 2],
        axes: ["score on screen", &axis],
        ticks: true,
        guides: &guides,
        current: Some(session.snippet() / every),
        key,
        side: (ui.available_width() - 8.0).min(SIDE),
    };
    let (response, answer) = scatter_ui(ui, &scatter, dots, &mut draft.scatter, view.tokens);
    if let Some(dot) = answer.hovered {
        response.on_hover_ui_at_pointer(|ui| snippet_tip(view, compared, session, dot * every, ui));
    }
    if let Some(dot) = answer.clicked {
        view.actions.send(Action::Playback(PlaybackCommand::SeekFrame(session.grid().middle(dot * every))));
    }
    if let Some(picked) = answer.picked {
        let snippets = picked.into_iter().map(|dot| dot * every).collect();
        view.actions.send(Action::Compare(CompareAction::Pick(snippets)));
    }
    if every > 1 {
        let text = format!("Shown is every {} of {snippets} snippets.", figures::ordinal(every));
        ui.label(RichText::new(text).color(palette.text_weak));
    }
    picked_ui(view, ui);
}

/// How many snippets are picked, and the way back.
pub(super) fn picked_ui(view: &ViewContext<'_>, ui: &mut Ui) {
    let picked = &view.state.picked;
    ui.horizontal_wrapped(|ui| {
        let text = match (picked.len(), picked.videos()) {
            (0, _) => "Drag around points to pick them.".to_owned(),
            (n, 1) => format!("{} picked", figures::count(n, "snippet")),
            (n, videos) => format!("{} of {} picked", figures::count(n, "snippet"), figures::count(videos, "video")),
        };
        let label = ui.label(RichText::new(text).color(view.tokens.palette.text_weak));
        label.on_hover_text("A drag with Shift on the timeline picks too; what is picked is marked in every view.");
        if !picked.is_empty() {
            command_button(view, ui, UiCommand::PickNothing, "Pick none");
        }
    });
}

fn snippet_tip(view: &ViewContext<'_>, compared: &Compared, session: &Session, snippet: usize, ui: &mut Ui) {
    let frame = session.grid().middle(snippet);
    if let Some(filmstrip) = &view.filmstrip {
        filmstrip.tile_ui(ui, frame, STILL, Sense::HOVER, view.tokens);
    }
    let (one, other) = (compared.one().get(snippet), compared.other().get(snippet));
    let value = |value: Option<&f32>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"));
    facts_ui(view, ui, "scatter tip", |rows| {
        rows.row("Snippet", format!("{snippet}, {}", session.frames().time(frame)), "");
        rows.row("On screen", value(one), "");
        rows.row("Other", value(other), "");
    });
}

/// Changes whenever the points do.
fn dots_key(view: &ViewContext<'_>, compared: &Compared, judged: &Judged) -> u64 {
    let mut hasher = DefaultHasher::new();
    (Arc::as_ptr(&compared.one) as usize, compared.other().as_ptr() as usize).hash(&mut hasher);
    (view.state.picked.revision(), view.tokens.theme == egui::Theme::Dark).hash(&mut hasher);
    (judged.one_rule.threshold.to_bits(), judged.other_rule.threshold.to_bits()).hash(&mut hasher);
    hasher.finish()
}

fn dots(view: &ViewContext<'_>, compared: &Compared, judged: &Judged) -> Vec<Dot> {
    let palette = &view.tokens.palette;
    let points = ScorePoints::of(compared, judged);
    let dots = points.places.iter().zip(&points.marks.marks).enumerate().map(|(at, (place, mark))| {
        let picked = view.state.picked.contains(&compared.video, at * points.every);
        Dot { at: *place, ink: ink(mark.ink, palette), form: mark.form, picked }
    });
    dots.collect()
}
