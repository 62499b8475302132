//! Models and learning: plan, run, gate, promotion, and the way back.
//!
//! Owns which step follows which. Nothing here puts a model in use but a promotion that a person asked for; one that loses
//! anomalies is asked for twice. Work that is no longer wanted is told by its task.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::app::arrangement::PanelKind;
use crate::app::effect::Effect;
use crate::app::engine::Engine;
use crate::app::learn::{
    Compared, GhostOrder, LearnAction, LearnNews, LearnPhase, LearnRequest, LearnTask, LessonOrder, Material,
    ModelRequest, Overlay,
};
use crate::app::library::ScoringState;
use crate::app::notice::Severity;
use crate::app::state::AppState;
use crate::domain::curve::Curve;
use crate::domain::interval::FrameSpan;
use crate::domain::library::VideoId;
use crate::jobs::Progress;
use crate::model::weights::ModelWeights;

use super::{review_queue, view};

/// Carries out what the person wants.
pub(super) fn act(state: &mut AppState, action: LearnAction, effects: &mut Vec<Effect>) {
    match action {
        LearnAction::Start => gather(state, None, effects),
        LearnAction::Compare(candidate) => gather(state, Some(candidate), effects),
        LearnAction::UseIntervals(on) => use_intervals(state, on, effects),
        LearnAction::Run => run(state, effects),
        LearnAction::Pause => {
            if matches!(state.learn.phase, LearnPhase::Running { paused: false, .. }) {
                effects.push(Effect::Learn(LearnRequest::Pause));
            }
        }
        LearnAction::Leave => leave(state, effects),
        LearnAction::Watch(at) => watch(state, at, effects),
        LearnAction::StepRow(by) => {
            let at = state.learn.row.map_or(Some(0), |row| row.checked_add_signed(by));
            if let Some(at) = at {
                watch(state, at, effects);
            }
        }
        LearnAction::Promote { even_if_lost } => promote(state, even_if_lost, effects),
        LearnAction::NotPromote => state.learn.asking = false,
        LearnAction::DiscardCompared => {
            let id = state.learn.gate().filter(|_| state.learn.kept).and_then(|compared| compared.candidate.clone());
            leave(state, effects);
            if let Some(id) = id {
                effects.push(Effect::Models(ModelRequest::Discard(id)));
            }
        }
        LearnAction::RollBack => edit(state, effects, |who| ModelRequest::RollBack { who }),
        LearnAction::Discard(id) => edit(state, effects, |_| ModelRequest::Discard(id)),
        LearnAction::Restore(id) => edit(state, effects, |_| ModelRequest::Restore(id)),
        LearnAction::Export(id) => effects.push(Effect::Models(ModelRequest::Export(id))),
        LearnAction::Import(path) => edit(state, effects, |_| ModelRequest::Import(path)),
        LearnAction::Ghost(wanted) => ghost(state, wanted, effects),
    }
}

/// Something that writes into the project, or a sentence why that cannot be.
fn edit(state: &mut AppState, effects: &mut Vec<Effect>, request: impl FnOnce(String) -> ModelRequest) {
    match state.reviews.writable() {
        Ok(()) => effects.push(Effect::Models(request(state.prefs.review.reviewer()))),
        Err(sentence) => state.notices.push(Severity::Info, sentence),
    }
}

/// Reads the project, to plan a lesson or to compare a model.
#[expect(
    clippy::option_option,
    reason = "whether a model is to be compared, and which: `None` inside is the shipped one"
)]
fn gather(state: &mut AppState, candidate: Option<Option<String>>, effects: &mut Vec<Effect>) {
    view::bring_panel(state, PanelKind::Model, effects);
    read(state, candidate, effects);
}

/// Something was said while a plan is on show: it is made again, wherever the person is. One that is being made is let
/// finish first: it may have been read before or after.
pub(super) fn plan_again(state: &mut AppState, effects: &mut Vec<Effect>) {
    match state.learn.phase {
        LearnPhase::Planned(_) => read(state, None, effects),
        LearnPhase::Preparing { .. } => state.learn.said_since += 1,
        _ => {}
    }
}

/// The reading itself, which leaves the panels as they are.
#[expect(clippy::option_option, reason = "as `gather`")]
fn read(state: &mut AppState, candidate: Option<Option<String>>, effects: &mut Vec<Effect>) {
    if state.learn.is_busy() {
        return;
    }
    if let Err(sentence) = state.reviews.writable() {
        return state.notices.push(Severity::Info, sentence);
    }
    if state.engine.facts().is_none() {
        let text = "The model is not loaded: there is nothing to learn with yet.";
        return state.notices.push(Severity::Info, text);
    }
    let task = state.learn.new_task();
    state.learn.task = task;
    (state.learn.row, state.learn.asking, state.learn.kept) = (None, false, false);
    state.learn.said_since = 0;
    state.learn.phase =
        LearnPhase::Preparing { what: "Reading the project", progress: Progress::default(), remaining_secs: None };
    effects.push(Effect::Models(ModelRequest::Gather { task, candidate }));
}

fn use_intervals(state: &mut AppState, on: bool, effects: &mut Vec<Effect>) {
    state.learn.intervals = on;
    if matches!(state.learn.phase, LearnPhase::Planned(_)) {
        let task = state.learn.new_task();
        state.learn.task = task;
        effects.push(Effect::Learn(LearnRequest::Plan { task, intervals: on }));
    }
}

fn run(state: &mut AppState, effects: &mut Vec<Effect>) {
    let task = state.learn.task;
    match &mut state.learn.phase {
        LearnPhase::Planned(planned) if planned.plan.is_ready() => {
            let steps = planned.steps;
            let progress = crate::app::learn::RunProgress { steps, ..Default::default() };
            state.learn.phase = LearnPhase::Running { progress: Arc::new(progress), paused: false, comparing: None };
        }
        LearnPhase::Running { paused, .. } if *paused => *paused = false,
        _ => return,
    }
    effects.push(Effect::Learn(LearnRequest::Run(task)));
}

/// Gives up what is going on, or leaves what is shown. Reports that are still under way count no more.
fn leave(state: &mut AppState, effects: &mut Vec<Effect>) {
    if !matches!(state.learn.phase, LearnPhase::Idle) {
        effects.push(Effect::Learn(LearnRequest::Forget));
    }
    state.learn.task = state.learn.new_task();
    state.learn.phase = LearnPhase::Idle;
    (state.learn.row, state.learn.asking, state.learn.kept) = (None, false, false);
}

/// Goes to the frames that a row of the gate is about.
fn watch(state: &mut AppState, at: usize, effects: &mut Vec<Effect>) {
    let Some(target) = state.learn.gate().and_then(|compared| compared.row(at)).map(|row| row.target()) else { return };
    state.learn.row = Some(at);
    review_queue::go_to(state, target, effects);
}

/// Puts the compared model in use; if that loses anomalies, asks first.
fn promote(state: &mut AppState, even_if_lost: bool, effects: &mut Vec<Effect>) {
    let Some(compared) = state.learn.gate() else { return };
    if compared.learned.is_some() && !state.learn.kept {
        let text = "The candidate is still being written; promote it in a moment.";
        return state.notices.push(Severity::Info, text);
    }
    if compared.report.lost().next().is_some() && !even_if_lost {
        state.learn.asking = true;
        return;
    }
    let shipped = state.learn.models.first().map(|entry| entry.id.clone());
    let id = compared.candidate.clone().filter(|id| Some(id) != shipped.as_ref());
    edit(state, effects, |who| ModelRequest::Promote { id, who });
}

/// Another model is in use, or a project was opened: what was scored by the one before is scored again.
pub(super) fn model_in_use(
    state: &mut AppState,
    weights: Option<Arc<ModelWeights>>,
    promoted: bool,
    effects: &mut Vec<Effect>,
) {
    leave(state, effects);
    for entry in state.library.entries_mut() {
        if matches!(entry.scoring, ScoringState::Running { .. }) {
            entry.scoring = ScoringState::Waiting;
        }
    }
    (state.running, state.scattering) = (None, None);
    state.engine = Engine::Loading;
    effects.push(Effect::UseModel { weights, promoted });
    if promoted {
        // Only open files are scored again, and the queue has the events of the model in use.
        effects.push(Effect::ListProjectVideos { open: false });
    }
}

/// A worker reports about learning.
pub(super) fn hear(state: &mut AppState, task: LearnTask, news: LearnNews, effects: &mut Vec<Effect>) {
    if let LearnNews::Ghost(scores) = news {
        return ghost_came(state, task, scores);
    }
    if task != state.learn.task {
        return;
    }
    match news {
        LearnNews::Gathered(material) => gathered(state, task, material, effects),
        LearnNews::Working(what, progress, remaining_secs) => match &mut state.learn.phase {
            LearnPhase::Running { comparing, .. } => *comparing = Some(progress),
            LearnPhase::Preparing { .. } => {
                state.learn.phase = LearnPhase::Preparing { what, progress, remaining_secs };
            }
            _ => {}
        },
        LearnNews::Planned(planned) => {
            // The time it takes may come after somebody began.
            if matches!(state.learn.phase, LearnPhase::Preparing { .. } | LearnPhase::Planned(_)) {
                state.learn.phase = LearnPhase::Planned(Arc::from(planned));
                if state.learn.said_since > 0 {
                    read(state, None, effects);
                }
            }
        }
        LearnNews::Progress(newest) => {
            if let LearnPhase::Running { progress, .. } = &mut state.learn.phase {
                *progress = Arc::from(newest);
            }
        }
        LearnNews::Paused => {
            if let LearnPhase::Running { paused, .. } = &mut state.learn.phase {
                *paused = true;
            }
        }
        LearnNews::Compared(compared, candidate) => came_out(state, task, *compared, candidate, effects),
        LearnNews::Kept => state.learn.kept = true,
        LearnNews::Failed(reason) => {
            effects.push(Effect::Learn(LearnRequest::Forget));
            state.learn.phase = LearnPhase::Failed(reason);
        }
        LearnNews::Ghost(_) => {}
    }
}

fn gathered(state: &mut AppState, task: LearnTask, material: Box<Material>, effects: &mut Vec<Effect>) {
    let Some(facts) = state.engine.facts() else {
        state.learn.phase = LearnPhase::Failed("The model is not loaded.".to_owned());
        return;
    };
    if material.model.info().weights_id != facts.model {
        state.learn.phase = LearnPhase::Failed(
            "The model that scores here is not the project's model in use: this window was started with another one. \
             Start it without --model to learn."
                .to_owned(),
        );
        return;
    }
    let order = Box::new(LessonOrder {
        material,
        encoder: facts.encoder.clone(),
        dim: facts.dim,
        rule: state.rule,
        chosen: state.prefs.rule.is_some(),
    });
    effects.push(Effect::Learn(LearnRequest::Prepare { task, order, intervals: state.learn.intervals }));
}

/// The gate opens. What was learned is written at once: whatever ends the program, it is there as a candidate.
fn came_out(
    state: &mut AppState,
    task: LearnTask,
    mut compared: Compared,
    candidate: Option<Arc<ModelWeights>>,
    effects: &mut Vec<Effect>,
) {
    if state.tsa_chosen && state.engine.facts().is_some_and(|facts| facts.tsa != state.tsa) {
        compared
            .notes
            .push("Compared with the attention that the models were trained with, not the one chosen here.".to_owned());
    }
    state.learn.kept = candidate.is_none();
    if let Some(weights) = candidate {
        effects.push(Effect::Models(ModelRequest::Keep { task, weights }));
    }
    (state.learn.row, state.learn.asking) = (None, false);
    state.learn.phase = LearnPhase::Gate(Arc::new(compared));
    // Whoever reviews meanwhile is not torn away.
    if !state.prefs.layout.is_in_front(PanelKind::Model) {
        state.notices.push(Severity::Info, "Learning is done: the panel Models shows what would change.");
    }
}

/// Asks for the curve of a few steps, or wants none any more. Where there can be none, none comes.
fn ghost(state: &mut AppState, wanted: Option<(VideoId, FrameSpan)>, effects: &mut Vec<Effect>) {
    if state.learn.ghost_of.take().is_some() {
        effects.push(Effect::Learn(LearnRequest::NoGhost));
    }
    state.learn.ghost = None;
    let Some((video, event)) = wanted else { return };
    let task = state.learn.new_task();
    state.learn.ghost_of = Some((task, video.clone(), event));
    // The thread that would draw it learns.
    let order = if state.learn.is_busy() { None } else { ghost_order(state, &video, event) };
    effects.extend(order.map(|order| Effect::Learn(LearnRequest::Ghost(task, Box::new(order)))));
}

fn ghost_order(state: &AppState, video: &VideoId, event: FrameSpan) -> Option<GhostOrder> {
    let entry = state.library.entries().iter().find(|entry| entry.video_id.as_ref() == Some(video))?;
    let (review, facts) = (state.reviews.of(video)?, state.engine.facts()?);
    entry.scored.as_ref().filter(|scored| scored.complete)?;
    let spans = entry.event_spans().into_iter().enumerate();
    let unjudged = spans.filter(|(at, span)| entry.is_unsettled(*at) && *span != event).map(|(_, span)| span).collect();
    Some(GhostOrder {
        review: Box::new(review.clone()),
        frames: entry.video()?.frames.len(),
        event,
        unjudged,
        encoder: facts.encoder.clone(),
        dim: facts.dim,
    })
}

fn ghost_came(state: &mut AppState, task: LearnTask, scores: Curve) {
    if state.learn.ghost_of.as_ref().is_some_and(|(of, ..)| *of == task) {
        state.learn.ghost =
            Some(Overlay { scores, band: None, threshold: state.rule.threshold, name: "if a false alarm".into() });
    }
}
