//! The inspector: what is known about the snippet, the events, the settings, the file and the model.

use egui::{CollapsingHeader, Grid, RichText, ScrollArea, Ui};

use crate::app::engine::Engine;
use crate::app::library::{Entry, FileState, ScoringState};
use crate::app::session::Session;

use super::root::{LocalUi, ViewContext};
use super::{decoding_panel, event_panel, figures, label_panel, tsa_panel, verdict_panel, why_panel};

/// Draws the panel.
pub fn inspector_ui(view: &ViewContext<'_>, local: &mut LocalUi, ui: &mut Ui) {
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let Some(entry) = view.state.library.selected() else {
            ui.label(
                RichText::new("Select a file to see what is known about it.").color(view.tokens.palette.text_weak),
            );
            return;
        };
        if let Some(session) = view.state.session.as_ref().filter(|s| s.entry == entry.id) {
            let blind = view.state.prefs.blind;
            if !blind.on {
                section(ui, "Verdict", |ui| verdict_panel::verdict_ui(view, local, entry, ui));
            }
            section(ui, "Labels", |ui| label_panel::labels_ui(view, local, session, entry, ui));
            if !blind.hides_model() {
                section(ui, "Why flagged", |ui| why_panel::why_ui(view, session, entry, ui));
                section(ui, "Snippet on screen", |ui| snippet_ui(view, session, entry, ui));
                if !blind.on {
                    // Its rows tell verdicts.
                    section(ui, "Events", |ui| event_panel::events_ui(view, session, entry, ui));
                }
                section(ui, "Event rule", |ui| event_panel::rule_ui(view, ui));
                section(ui, "Attention", |ui| tsa_panel::tsa_ui(view, local, ui));
            }
        }
        section(ui, "File", |ui| file_ui(view, entry, ui));
        section(ui, "Decoding", |ui| decoding_panel::decoding_ui(view, ui));
        section(ui, "Made by", |ui| origin_ui(view, entry, ui));
    });
}

fn section(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui)) {
    CollapsingHeader::new(RichText::new(title).strong()).default_open(true).show_unindented(ui, content);
    ui.add_space(6.0);
}

/// Rows of names and values.
pub fn facts_ui<R>(view: &ViewContext<'_>, ui: &mut Ui, id: &str, rows: impl FnOnce(&mut FactRows<'_>) -> R) -> R {
    Grid::new(id)
        .num_columns(2)
        .min_col_width(84.0)
        .spacing([10.0, 4.0])
        .show(ui, |ui| rows(&mut FactRows { ui, weak: view.tokens.palette.text_weak }))
        .inner
}

/// Adds rows to a grid of facts.
pub struct FactRows<'a> {
    ui: &'a mut Ui,
    weak: egui::Color32,
}

impl FactRows<'_> {
    /// A name, a value, and what they mean.
    pub fn row(&mut self, name: &str, value: impl Into<String>, meaning: &str) {
        let name = self.ui.label(RichText::new(name).color(self.weak));
        let value = self.ui.add(egui::Label::new(value.into()).wrap());
        if !meaning.is_empty() {
            name.on_hover_text(meaning);
            value.on_hover_text(meaning);
        }
        self.ui.end_row();
    }
}

fn snippet_ui(view: &ViewContext<'_>, session: &Session, entry: &Entry, ui: &mut Ui) {
    let (grid, snippet) = (session.grid(), session.snippet());
    let frames = grid.range(snippet);
    let scores = entry.scored.as_ref().map(|s| &s.snippets);
    let value = |values: Option<&Vec<f32>>, digits: usize| {
        values.and_then(|v| v.get(snippet)).map_or_else(|| "–".to_owned(), |v| format!("{v:.digits$}"))
    };
    let score = scores.and_then(|s| s.scores.get(snippet)).copied();
    ui.horizontal(|ui| {
        let text = score.map_or_else(|| "–".to_owned(), |s| format!("{s:.3}"));
        let flagged = view.state.current_event().is_some();
        let palette = &view.tokens.palette;
        let color = if flagged { palette.event } else { palette.text_strong };
        ui.label(RichText::new(text).size(view.tokens.sizes.heading * 1.7).color(color))
            .on_hover_text("Anomaly score of this snippet, 0 to 1. It belongs to all of its frames.");
        ui.vertical(|ui| {
            ui.label(RichText::new("anomaly score").color(palette.text_weak));
            ui.label(if flagged {
                "in an event"
            } else if score.is_some() {
                "not flagged"
            } else {
                "not scored yet"
            });
        });
    });
    facts_ui(view, ui, "snippet", |rows| {
        rows.row(
            "Snippet",
            format!("{snippet} of {}", grid.count()),
            "Snippets are 16 frames long and counted from 0; the second number is how many there are.",
        );
        rows.row(
            "Frames",
            format!("{}–{}", frames.start, frames.end.saturating_sub(1)),
            "First and last frame of the snippet.",
        );
        if let Some(clock) = view.state.clock() {
            let time = session.frames().time(session.frame());
            rows.row(
                "Date",
                clock.at(time).text().unwrap_or_else(|| "–".to_owned()),
                "When this frame was recorded, from the clock that was stated for this file.",
            );
        }
        rows.row(
            "Attention",
            value(scores.map(|s| &s.attention), 3),
            "Share of the noisy draws in which this snippet is among the top kappa. Over the video it sums to kappa.",
        );
        rows.row(
            "Magnitude",
            value(scores.map(|s| &s.magnitudes), 2),
            "Length of the temporal feature vector: what training ranks snippets by.",
        );
    });
}

fn file_ui(view: &ViewContext<'_>, entry: &Entry, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    match &entry.file {
        FileState::Found | FileState::Opening => {
            ui.label(RichText::new("The file is being opened.").color(palette.text_weak));
        }
        FileState::Refused(reason) => {
            ui.label(RichText::new(reason).color(palette.error));
        }
        FileState::Open(video) => {
            let info = &video.info;
            facts_ui(view, ui, "file", |rows| {
                rows.row("Name", entry.name.clone(), &entry.path.display().to_string());
                rows.row("Codec", format!("{} in {}", info.codec, info.container), "");
                let (w, h) = info.display_size;
                let stored = format!("{} × {}", info.width, info.height);
                let shown = format!("{w:.0} × {h:.0}");
                let size = if stored == shown { stored } else { format!("{shown} (stored {stored})") };
                rows.row("Picture", size, "Width and height in pixels, upright and with square pixels.");
                rows.row(
                    "Length",
                    video.frames.span().length().to_string(),
                    "From the first frame to the end of the last.",
                );
                rows.row("Frames", video.frames.len().to_string(), "Counted in the file, not computed from its rate.");
                let mean = video.frames.mean_fps();
                let stated = info.rate.and_then(crate::domain::time::Rate::fps);
                let rate = match stated {
                    Some(stated) if (stated - mean).abs() > 0.05 => format!("{mean:.2} fps (file states {stated:.2})"),
                    _ => format!("{mean:.2} fps"),
                };
                rows.row(
                    "Rate",
                    rate,
                    "Mean over the whole file. Frame numbers and times come from the file's own table.",
                );
                let sound = info.sound.as_ref().map_or_else(
                    || "none".to_owned(),
                    |s| {
                        format!(
                            "{}, {}, {} kHz",
                            s.codec,
                            figures::count(s.channels, "channel"),
                            f64::from(s.rate) / 1000.0
                        )
                    },
                );
                rows.row("Sound", sound, "The track that belongs to the picture. It is played as stereo.");
                rows.row("Size", figures::bytes(info.file_bytes), "");
            });
            for note in &video.notes {
                ui.label(RichText::new(note).color(palette.warn));
            }
        }
    }
}

/// What made the scores that are shown, else what would make them.
fn origin_ui(view: &ViewContext<'_>, entry: &Entry, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    if let ScoringState::Failed(reason) = &entry.scoring {
        ui.label(RichText::new(reason).color(palette.error));
    }
    if let Some(scored) = &entry.scored {
        facts_ui(view, ui, "origin", |rows| {
            rows.row("Model", scored.model.clone(), "Identity of the weights.");
            rows.row("Encoder", scored.encoder.clone(), "What made the features.");
            rows.row("Device", scored.device.clone(), "What it ran on.");
            let tsa = &scored.tsa;
            let kappa = tsa.kappa(scored.snippets.len());
            rows.row(
                "Draws",
                format!("{} with seed {}", tsa.samples, tsa.seed),
                "The same input gives the same scores.",
            );
            rows.row(
                "Kappa",
                format!("{kappa} of {} snippets", scored.snippets.len()),
                "How many snippets each draw selects.",
            );
            if !scored.complete {
                rows.row("Scored", "only in part so far", "Scores can still change while snippets come in.");
            }
        });
        return;
    }
    match &view.state.engine {
        Engine::Loading => ui.label(RichText::new("The model is being loaded.").color(palette.text_weak)),
        Engine::Failed(reason) => ui.label(RichText::new(reason).color(palette.error)),
        Engine::Ready(facts) => facts_ui(view, ui, "engine", |rows| {
            rows.row("Model", facts.model.clone(), "Identity of the weights.");
            rows.row("Encoder", facts.encoder.clone(), "What makes the features.");
            rows.row("Device", facts.device.clone(), facts.device_note.as_deref().unwrap_or(""));
            rows.ui.label("")
        }),
    };
}
