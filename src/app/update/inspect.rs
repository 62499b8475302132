//! The attention inspector: trials begun and ended, questions sent, answers taken in.
//!
//! Owns when something is asked: only while the panel shows, and only what changed. Nothing here touches scores, events,
//! the queue or the model in use.

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::arrangement::PanelKind;
use crate::app::effect::Effect;
use crate::app::exports;
use crate::app::inspect::{
    InspectAction, InspectNews, InspectOrder, InspectState, InspectTask, Subject, SweepOrder, Sweeping, Swept, TRIAL,
    Trial, TrialCurve,
};
use crate::app::learn::Overlay;
use crate::app::notice::Severity;
use crate::app::session::Session;
use crate::app::state::AppState;
use crate::domain::curve::Curve;
use crate::domain::score::TsaSettings;
use crate::domain::segment::EventRule;
use crate::domain::sweep::{Control, SweepRange};
use crate::domain::what_if::FeatureEdit;
use crate::jobs::Progress;

/// Carries out what the person does.
pub(super) fn act(state: &mut AppState, action: InspectAction, effects: &mut Vec<Effect>) {
    match action {
        InspectAction::Look(view) => state.inspect.view = Some(view),
        InspectAction::ShowAllRows(all) => state.inspect.look.all_rows = all,
        InspectAction::ShowOmegaAlone(alone) => state.inspect.look.omega_alone = alone,
        InspectAction::Try(tsa) => {
            let edits = state.inspect.edits().to_vec();
            set_trial(state, tsa, edits);
        }
        InspectAction::Edit(edit) => {
            let total = state.session.as_ref().map_or(0, |session| session.grid().count());
            if edit.is_possible(total) {
                let edits = state.inspect.edits().iter().copied().chain([edit]).collect();
                let tsa = state.inspect.settings(&state.tsa);
                set_trial(state, tsa, edits);
            }
        }
        InspectAction::TakeBackEdit => {
            let mut edits = state.inspect.edits().to_vec();
            edits.pop();
            let tsa = state.inspect.settings(&state.tsa);
            set_trial(state, tsa, edits);
        }
        InspectAction::End => end(state),
        InspectAction::Sweep(control, range) => sweep(state, control, range, effects),
        InspectAction::StopSweep => stop_sweep(state, effects),
        InspectAction::ShowSweep(shown) => state.inspect.shows_sweep = shown,
        InspectAction::TryStep(at) => try_step(state, at),
        InspectAction::KeepSweep => keep_sweep(state, effects),
    }
}

/// What is as it is in use is no trial.
fn set_trial(state: &mut AppState, tsa: TsaSettings, edits: Vec<FeatureEdit>) {
    let Some(entry) = state.session.as_ref().map(|session| session.entry) else { return };
    if tsa == state.tsa && edits.is_empty() {
        return end(state);
    }
    state.inspect.of = Some(entry);
    state.inspect.trial = Some(Trial { tsa, edits });
}

fn end(state: &mut AppState) {
    state.inspect.trial = None;
    state.inspect.curve = None;
}

fn sweep(state: &mut AppState, control: Control, range: SweepRange, effects: &mut Vec<Effect>) {
    let Some(asked) = state.inspect.asked.as_ref().filter(|_| state.inspect.looked.is_some()) else { return };
    let (Some(entry), Some(session)) = (state.shown(), &state.session) else { return };
    let subject = asked.subject.clone();
    let sweeping = Sweeping { subject: subject.clone(), control, progress: Progress::default(), remaining_secs: None };
    effects.push(Effect::Sweep(Box::new(SweepOrder {
        subject,
        control,
        range,
        rule: state.rule,
        used: state.tsa,
        name: entry.name.clone(),
        frames: session.frames().clone(),
    })));
    state.inspect.sweeping = Some(sweeping);
    state.inspect.shows_sweep = true;
}

fn stop_sweep(state: &mut AppState, effects: &mut Vec<Effect>) {
    state.inspect.sweeping = None;
    state.inspect.shows_sweep = state.inspect.swept.is_some();
    effects.push(Effect::StopSweep);
}

/// Settings and features are those of the step: its curve is the trial's.
fn try_step(state: &mut AppState, at: usize) {
    let Some(swept) = state.inspect.swept.clone() else { return };
    if let Some(step) = swept.sweep.steps.get(at) {
        set_trial(state, step.tsa, swept.order.subject.trial.edits.clone());
    }
}

/// Into the project, beside what else leaves it.
fn keep_sweep(state: &mut AppState, effects: &mut Vec<Effect>) {
    let Some(swept) = state.inspect.swept.clone() else { return };
    let Some(folder) = state.reviews.project.folder() else {
        return state.notices.push(Severity::Info, "The project is not open: there is no folder of exports.");
    };
    let name = exports::name(&swept.order.name, &format!("sweep-{}", swept.order.control.text()));
    effects.push(Effect::KeepSweep { folder: exports::folder(folder).join(name), swept });
}

/// A sweep belongs to the video and model on screen, and its events to the rule in use.
fn follow_sweep(state: &mut AppState, effects: &mut Vec<Effect>) {
    let (Some(entry), model) = (state.shown(), state.engine.facts().map(|facts| &facts.model)) else { return };
    let another = |of: &Subject| entry.video_id.as_ref() != Some(&of.video) || model.is_some_and(|m| *m != of.model);
    let inspect = &state.inspect;
    let drop = inspect.swept.as_ref().is_some_and(|swept| another(&swept.order.subject));
    let stop = inspect.sweeping.as_ref().is_some_and(|sweeping| another(&sweeping.subject));
    if drop {
        state.inspect.swept = None;
        state.inspect.shows_sweep = state.inspect.sweeping.is_some();
    }
    if stop {
        stop_sweep(state, effects);
    }
    let rule = state.rule;
    let inspect = &mut state.inspect;
    if let Some(swept) = inspect.swept.as_mut().filter(|swept| swept.order.rule != rule) {
        let swept = Arc::make_mut(swept);
        swept.order.rule = rule;
        swept.sweep.follow(&rule);
        inspect.revision += 1;
    }
}

/// Asks what is to be asked, or lets go when nobody looks.
pub(super) fn pump(state: &mut AppState, effects: &mut Vec<Effect>) {
    let shown = state.session.as_ref().map(|session| session.entry);
    if state.inspect.trial.is_some() && state.inspect.of != shown {
        end(state);
    }
    follow_sweep(state, effects);
    let Some(subject) = subject(state) else {
        if state.inspect.asked.take().is_some() {
            let inspect = &mut state.inspect;
            (inspect.looked, inspect.grid, inspect.exact, inspect.curve) = (None, None, None, None);
            (inspect.state, inspect.is_exact) = (InspectState::Idle, false);
            effects.push(Effect::StopInspecting);
        }
        return;
    };
    follow_rule(state);
    let near = state.session.as_ref().map_or(0, Session::snippet);
    let Some(view) = state.inspect.view.clone() else { return };
    let inspect = &mut state.inspect;
    let same = inspect.asked.as_ref().is_some_and(|asked| asked.subject == subject);
    if same && inspect.asked.as_ref().is_some_and(|asked| asked.view == view) {
        return;
    }
    if !same {
        inspect.tasks += 1;
        inspect.is_exact = false;
        if inspect.asked.as_ref().is_some_and(|asked| asked.subject.video != subject.video) {
            (inspect.looked, inspect.grid, inspect.exact, inspect.curve) = (None, None, None, None);
        }
        if matches!(inspect.state, InspectState::Failed(_)) {
            inspect.state = InspectState::Preparing;
        }
    }
    let scatter = inspect.trial.is_some();
    let order = InspectOrder { task: InspectTask(inspect.tasks), subject, view, near, scatter };
    inspect.asked = Some(order.clone());
    effects.push(Effect::Inspect(Box::new(order)));
}

/// What is to be looked at: the video on screen, once it is scored by the model in use, while the panel shows.
fn subject(state: &AppState) -> Option<Subject> {
    if !state.prefs.layout.is_in_front(PanelKind::Attention) || state.prefs.blind.hides_model() {
        return None;
    }
    let (facts, entry) = (state.engine.facts()?, state.shown()?);
    let scored = entry.scored.as_ref().filter(|scored| scored.complete && scored.model == facts.model)?;
    let own = Trial { tsa: state.tsa, edits: Vec::new() };
    Some(Subject {
        video: entry.video_id.clone()?,
        snippets: scored.snippets.len(),
        encoder: (facts.encoder.clone(), facts.dim),
        model: facts.model.clone(),
        trial: state.inspect.trial.clone().unwrap_or(own),
    })
}

/// Events follow the rule, also those of a trial.
fn follow_rule(state: &mut AppState) {
    let rule = state.rule;
    let inspect = &mut state.inspect;
    if inspect.rule.replace(rule) != Some(rule)
        && let Some(curve) = &mut inspect.curve
    {
        curve.overlay.threshold = rule.threshold;
        inspect.revision += 1;
        if curve.events.is_some() {
            curve.events = Some(rule.events(curve.overlay.scores.values()));
        }
    }
}

/// Takes in what came of the newest question.
pub(super) fn hear(state: &mut AppState, task: InspectTask, news: InspectNews) {
    let rule = state.rule;
    let inspect = &mut state.inspect;
    if inspect.asked.as_ref().is_none_or(|asked| asked.task != task) {
        return;
    }
    match news {
        InspectNews::Preparing => inspect.state = InspectState::Preparing,
        InspectNews::Looked(looked) => {
            inspect.state = InspectState::Ready;
            inspect.looked = Some(looked);
        }
        InspectNews::Grid(grid) => inspect.grid = Some(grid),
        InspectNews::Provisional { scores, .. } => {
            if inspect.trial.is_some() {
                inspect.curve = Some(curve(scores, &rule, false));
            }
        }
        InspectNews::Exact(exact) => {
            if inspect.trial.is_some() {
                inspect.curve = Some(curve(exact.curve.clone(), &rule, true));
            }
            (inspect.exact, inspect.is_exact) = (Some(exact), true);
            inspect.revision += 1;
        }
        InspectNews::Scatter(band) => {
            if let Some(curve) = inspect.curve.as_mut().filter(|curve| curve.events.is_some()) {
                curve.overlay.band = Some(band);
            }
        }
        InspectNews::Failed(reason) => inspect.state = InspectState::Failed(reason),
    }
}

fn curve(scores: Curve, rule: &EventRule, exact: bool) -> TrialCurve {
    let events = exact.then(|| rule.events(scores.values()));
    let name = if exact { TRIAL.into() } else { format!("{TRIAL} (provisional)").into() };
    TrialCurve { overlay: Overlay { scores, band: None, threshold: rule.threshold, name }, events }
}

/// A sweep went on.
pub(super) fn sweeping(state: &mut AppState, progress: Progress, remaining_secs: Option<f64>) {
    if let Some(shown) = &mut state.inspect.sweeping {
        (shown.progress, shown.remaining_secs) = (progress, remaining_secs);
    }
}

/// A sweep ended: what came out, or why nothing did.
pub(super) fn swept(state: &mut AppState, result: Result<Arc<Swept>, String>) {
    let Some(sweeping) = &state.inspect.sweeping else { return };
    if let Ok(Swept { order, .. }) = result.as_deref()
        && (&order.subject, order.control) != (&sweeping.subject, sweeping.control)
    {
        // It came while a newer one began.
        return;
    }
    state.inspect.sweeping = None;
    match result {
        Ok(swept) => {
            state.inspect.swept = Some(swept);
            state.inspect.revision += 1;
        }
        Err(reason) => {
            state.inspect.shows_sweep = state.inspect.swept.is_some();
            state.notices.push(Severity::Error, reason);
        }
    }
}

/// A sweep was written, or not.
pub(super) fn sweep_kept(state: &mut AppState, result: Result<PathBuf, String>) {
    match result {
        Ok(folder) => {
            let text =
                format!("The sweep is in {}: sweep.png, sweep.svg, sweep.csv and summary.csv.", folder.display());
            state.notices.push(Severity::Info, text);
        }
        Err(reason) => state.notices.push(Severity::Error, reason),
    }
}
