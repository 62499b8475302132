//! What is said about the event on screen: the verdict, and what describes it.
//!
//! Owns the text that is being written. Does not own the rules of verdicts: see `app::update`.

use std::path::Path;

use egui::{Button, Key, RichText, TextEdit, Ui};

use super::command_button::command_button;
use super::root::{LocalUi, ViewContext};
use super::{known_normal_panel, verdict};
use crate::app::action::{Action, Description};
use crate::app::command::UiCommand;
use crate::app::learn::LearnAction;
use crate::app::library::Entry;
use crate::app::reviews::Project;
use crate::domain::record::ItemId;
use crate::domain::review::{Judgement, Verdict};

/// Text that is being written about a judgement.
#[derive(Debug, Default)]
pub struct DescriptionDraft {
    of: Option<(ItemId, Description)>,
    class: String,
    tags: String,
    note: String,
}

impl DescriptionDraft {
    /// Begins with what is kept, whenever that is another.
    fn follow(&mut self, item: ItemId, judgement: &Judgement) {
        let kept =
            Description { class: judgement.class.clone(), tags: judgement.tags.clone(), note: judgement.note.clone() };
        if self.of.as_ref() != Some(&(item, kept.clone())) {
            self.class = kept.class.clone().unwrap_or_default();
            self.tags = kept.tags.join(", ");
            self.note.clone_from(&kept.note);
            self.of = Some((item, kept));
        }
    }

    fn written(&self) -> Description {
        let words = self.tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        let class = self.class.trim();
        Description {
            class: (!class.is_empty()).then(|| class.to_owned()),
            tags: words.map(str::to_owned).collect(),
            note: self.note.trim().to_owned(),
        }
    }

    /// What is to be kept now, if it is other than what is.
    fn changed(&self) -> Option<Description> {
        let written = self.written();
        self.of.as_ref().filter(|(_, kept)| *kept != written).map(|_| written)
    }
}

/// Draws the section.
pub fn verdict_ui(view: &ViewContext<'_>, local: &mut LocalUi, entry: &Entry, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let weak = |text: &str| RichText::new(text).color(palette.text_weak);
    let current = view.state.current_event();
    let mark = current.and_then(|event| entry.mark(event));
    let before = view.state.judged_here();
    let given = mark.map(|mark| mark.verdict).or_else(|| before.map(|(_, judgement)| judgement.verdict));
    ui.horizontal(|ui| {
        button_ui(view, UiCommand::JudgeAnomaly, Verdict::Anomaly, given, ui);
        let alarm = button_ui(view, UiCommand::JudgeFalseAlarm, Verdict::FalseAlarm, given, ui);
        ghost_ui(view, alarm.hovered());
        if view.state.target().is_some() {
            alarm.on_hover_text(
                "While the pointer rests here, the second curve shows where a few steps of learning from that would move \
                 the scores. Nothing of it is kept.",
            );
        }
        button_ui(view, UiCommand::JudgeUnsure, Verdict::Unsure, given, ui);
    });
    match (&view.state.reviews.project, current, mark) {
        (Project::Failed { reason, backup }, ..) => project_failed_ui(view, reason, backup.as_deref(), ui),
        (_, None, _) if before.is_some() => {
            if let Some((item, judgement)) = before {
                ui.horizontal_wrapped(|ui| {
                    let text = format!("{}, where there is no event now", judgement.verdict.words());
                    ui.label(RichText::new(text).color(verdict::color(judgement.verdict, palette)));
                    command_button(view, ui, UiCommand::ClearVerdict, "Clear");
                });
                description_ui(view, &mut local.description, item, judgement, ui);
            }
        }
        (_, None, _) if entry.scored.is_none() => {
            ui.label(weak("Nothing is scored yet; events come with the scores."));
        }
        (_, None, _) => {
            ui.label(weak("The frame on screen is in no event."));
        }
        (_, Some(event), None) if entry.twin(event).is_some() => {
            if let Some(twin) = entry.twin(event) {
                known_normal_panel::twin_ui(view, twin, ui);
            }
        }
        (_, Some(_), None) => {
            ui.label(weak("This event needs a verdict."));
        }
        (_, Some(_), Some(mark)) => {
            let text = verdict::sentence(mark);
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(text).color(verdict::color(mark.verdict, palette)));
                command_button(view, ui, UiCommand::ClearVerdict, "Clear");
            });
            if let Some(facts) = view.state.known_normal.entry(mark.item) {
                known_normal_panel::entry_ui(view, facts, ui);
            }
            let review = entry.video_id.as_ref().and_then(|video| view.state.reviews.of(video));
            if let Some(judgement) = review.and_then(|review| review.judgements.get(&mark.item)) {
                description_ui(view, &mut local.description, mark.item, judgement, ui);
            }
        }
    }
    if entry.scored.is_none() {
        return;
    }
    let unsettled = (0..entry.events.len()).filter(|event| entry.is_unsettled(*event));
    let (open, aside): (Vec<_>, Vec<_>) = unsettled.partition(|event| entry.is_open(*event));
    let aside = if aside.is_empty() { String::new() } else { format!(", {} known normal", aside.len()) };
    ui.horizontal(|ui| {
        // The button first, so that a long line wraps beside it.
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            command_button(view, ui, UiCommand::NextOpenEvent, "Next open");
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let text = format!("{} of {} without a verdict{aside}", open.len(), entry.events.len());
                ui.add(egui::Label::new(weak(&text)).wrap());
            });
        });
    });
}

/// Why the project cannot be used, and the way out where there is one.
pub fn project_failed_ui(view: &ViewContext<'_>, reason: &str, backup: Option<&Path>, ui: &mut Ui) {
    ui.label(RichText::new(reason).color(view.tokens.palette.error));
    if let Some(backup) = backup {
        let name = backup.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let tip = format!("Move the damaged file aside, and go on from {}", backup.display());
        if ui.button(format!("Restore the backup {name}")).on_hover_text(tip).clicked() {
            view.actions.send(Action::RestoreBackup(backup.to_owned()));
        }
    }
}

/// While the pointer rests on the button, a second curve shows what that verdict would teach.
fn ghost_ui(view: &ViewContext<'_>, hovered: bool) {
    let target = view.state.target().filter(|_| hovered);
    let wanted = target.map(|target| (target.video, target.span));
    if wanted.as_ref().map(|(video, span)| (video, *span)) != view.state.learn.ghost_wanted() {
        view.actions.send(Action::Learn(LearnAction::Ghost(wanted)));
    }
}

fn button_ui(
    view: &ViewContext<'_>,
    command: UiCommand,
    verdict: Verdict,
    given: Option<Verdict>,
    ui: &mut Ui,
) -> egui::Response {
    let given = given == Some(verdict);
    let color = verdict::color(verdict, &view.tokens.palette);
    let text = RichText::new(format!("{}  {}", command.text(), verdict::letter(verdict)));
    let text = if given { text.strong().color(color) } else { text };
    command_button(view, ui, command, text)
}

/// Class, tags and note; sent when a field is left.
fn description_ui(
    view: &ViewContext<'_>,
    draft: &mut DescriptionDraft,
    item: ItemId,
    judgement: &Judgement,
    ui: &mut Ui,
) {
    draft.follow(item, judgement);
    let mut left = false;
    let mut field = |ui: &mut Ui, name: &str, text: &mut String, hint: &str| {
        ui.horizontal(|ui| {
            let label = ui.label(RichText::new(name).color(view.tokens.palette.text_weak));
            let response =
                ui.add(TextEdit::singleline(text).hint_text(hint).desired_width(f32::INFINITY)).labelled_by(label.id);
            left |= response.lost_focus() || (response.has_focus() && ui.input(|i| i.key_pressed(Key::Enter)));
        });
    };
    field(ui, "Class", &mut draft.class, "none given");
    field(ui, "Tags", &mut draft.tags, "none; words with commas");
    field(ui, "Note", &mut draft.note, "none");
    if let Some(changed) = draft.changed() {
        let clicked = ui.add(Button::new("Keep description")).clicked();
        if left || clicked {
            view.actions.send(Action::Describe(changed));
        }
    }
}
