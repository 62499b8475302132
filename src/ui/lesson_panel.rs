//! The plan: what would be learned, what is held out, what is left out and why, and what it costs.
//!
//! Owns its words. Does not own the plan: see `domain::lesson`.

use std::fmt::Write as _;

use egui::{Button, CollapsingHeader, RichText, Ui};

use super::figures;
use super::model_panel::leave_button;
use super::root::ViewContext;
use crate::app::action::Action;
use crate::app::learn::{LearnAction, Planned};
use crate::domain::label::VideoLabel;
use crate::domain::lesson::LessonBag;

/// Lines of a list that are shown; the others are counted.
const MOST: usize = 40;

/// Draws it.
pub fn plan_ui(view: &ViewContext<'_>, planned: &Planned, ui: &mut Ui) {
    let palette = &view.tokens.palette;
    let plan = &planned.plan;
    ui.label(RichText::new("Learn from verdicts").strong());
    for missing in &plan.missing {
        ui.label(RichText::new(missing).color(palette.error));
    }
    let weak = |text: String| RichText::new(text).color(palette.text_weak);
    if plan.is_ready() {
        let time = planned.secs.map_or_else(
            || ", how long is being tried".to_owned(),
            |secs| format!(", about {}", figures::duration(secs.max(1.0))),
        );
        ui.label(format!("At most {}{time}, on {}.", figures::count(planned.steps, "step"), planned.device));
        ui.label(weak(
            "Nothing changes before you have seen what would: the result is a candidate beside the model in use."
                .to_owned(),
        ));
    }
    for caution in &plan.cautions {
        ui.label(RichText::new(caution).color(palette.warn));
    }
    ui.horizontal(|ui| {
        let begin = ui.add_enabled(plan.is_ready(), Button::new(RichText::new("Begin").strong()));
        if begin.on_hover_text("Learn on a copy of the weights; playback and review go on meanwhile").clicked() {
            view.actions.send(Action::Learn(LearnAction::Run));
        }
        leave_button(view, ui, "Cancel");
    });
    if planned.has_intervals {
        let mut on = view.state.learn.intervals;
        let text = format!("Labels count for single snippets, with weight {:.1}", planned.interval_weight);
        let tip = "Adds a term to the loss: snippets inside of labelled intervals are anomalous; those outside are not, \
                   where that was said.";
        if ui.checkbox(&mut on, text).on_hover_text(tip).changed() {
            view.actions.send(Action::Learn(LearnAction::UseIntervals(on)));
        }
    }
    ui.separator();
    let hard = plan.rules.hard_negative;
    let bag = |bag: &LessonBag| {
        let more = bag.weights.iter().filter(|weight| **weight > 1.0).count();
        let more = if more > 0 { format!(", {more} of them count {hard:.0} times") } else { String::new() };
        let (from, to) = (bag.snippets.start, bag.snippets.end - 1);
        format!("{}: snippets {from}–{to}{more}. {}", bag.name, sentence(&bag.grounds.to_string()))
    };
    for (kind, what) in [(VideoLabel::Normal, "normal stretch"), (VideoLabel::Abnormal, "stretch with an anomaly")] {
        let lines: Vec<String> = plan.of_kind(kind).map(bag).collect();
        let title = match (kind, lines.len()) {
            (VideoLabel::Abnormal, n) if n != 1 => format!("{n} stretches with an anomaly"),
            (_, 1) => format!("1 {what}"),
            (_, n) => format!("{n} normal stretches"),
        };
        list_ui(view, ui, &title, "", &lines);
    }
    let mut held: Vec<String> = plan.held_out.iter().map(|bag| bag.name.clone()).collect();
    held.dedup();
    list_ui(
        view,
        ui,
        &format!("{} held out", figures::count(held.len(), "video")),
        "Not learned from: they say when to stop, and whether it helped. Drawn by their content, whole videos only, so \
         that later models never learn from them either.",
        &held,
    );
    let left = plan.left_out.iter().map(|left| {
        let place = left.span.map_or_else(String::new, |s| format!(", frames {}–{}", s.start(), s.last()));
        format!("{}{place}: {}", left.name, left.why)
    });
    let left: Vec<String> = left.chain(planned.left_out.iter().cloned()).collect();
    list_ui(view, ui, &format!("{} left out", figures::count(left.len(), "thing")), "", &left);
    if !plan.is_ready() {
        return;
    }
    let compared = figures::count(planned.videos, "video");
    let mut about = format!("Both models are compared on {compared} afterwards.");
    if planned.unknown > 0 {
        let (videos, verb) =
            (figures::count(planned.unknown, "video"), if planned.unknown == 1 { "was" } else { "were" });
        write!(about, " {videos} of the project {verb} never scored here: open them once to compare them too.").ok();
    }
    ui.label(weak(about));
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// A list with a title and why it is; nothing where there is nothing.
fn list_ui(view: &ViewContext<'_>, ui: &mut Ui, title: &str, why: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let palette = &view.tokens.palette;
    CollapsingHeader::new(RichText::new(title).strong()).default_open(lines.len() <= 8).show(ui, |ui| {
        if !why.is_empty() {
            ui.label(RichText::new(why).color(palette.text_weak));
        }
        for line in lines.iter().take(MOST) {
            ui.label(RichText::new(line).font(view.tokens.small()));
        }
        if lines.len() > MOST {
            ui.label(RichText::new(format!("and {} more", lines.len() - MOST)).color(palette.text_weak));
        }
    });
}
