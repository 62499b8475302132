//! An ablation on the open videos: when it is looked at what it would be, its beginning and end, and the ways from its runs.
//!
//! Nothing here touches the model in use, its scores, or the project.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::ablation::{
    AblationAction, AblationField, AblationForm, AblationKey, AblationNews, AblationOrder, AblationPhase,
    AblationRequest, AblationTask, AblationVideo, KindForm, Obstacle, place,
};
use crate::app::arrangement::PanelKind;
use crate::app::comparing::{CompareAction, Other};
use crate::app::effect::{Effect, Pick};
use crate::app::library::Entry;
use crate::app::notice::Severity;
use crate::app::state::AppState;
use crate::app::upcoming::file_of;
use crate::jobs::Progress;

use super::{compare, library, view};

/// Has it looked at what an ablation would be, whenever that changed and somebody looks; lets go of it when nobody does.
pub(super) fn pump(state: &mut AppState, effects: &mut Vec<Effect>) {
    if state.ablation.is_running() {
        return;
    }
    let seen = state.prefs.layout.is_in_front(PanelKind::Ablation) && !state.prefs.blind.hides_model();
    if !seen {
        if state.ablation.looked.take().is_some() {
            state.ablation.new_task();
            state.ablation.phase = AblationPhase::Idle;
            effects.push(Effect::Ablation(AblationRequest::Forget));
        }
        return;
    }
    let key = match key(state) {
        Ok(key) => key,
        Err(reason) => {
            state.ablation.looked = None;
            state.ablation.obstacle = Some(Obstacle { reason, elsewhere: None });
            return;
        }
    };
    if state.ablation.looked.as_ref() == Some(&key) {
        return;
    }
    let Some(order) = order(state, &key) else { return };
    state.ablation.looked = Some(key);
    state.ablation.phase = AblationPhase::Looking(Progress::default());
    let task = state.ablation.new_task();
    effects.push(Effect::Ablation(AblationRequest::Look(task, Arc::new(order))));
}

/// Open videos with ground truth whose features were kept for the scores of the encoder in use.
fn usable<'a>(state: &'a AppState, encoder: &'a str) -> impl Iterator<Item = &'a Entry> {
    let is_usable = move |entry: &&Entry| {
        let scored = entry.scored.as_ref().is_some_and(|scored| scored.complete && scored.encoder == encoder);
        scored && entry.video_id.is_some() && entry.video().is_some() && entry.lanes().truth.is_some()
    };
    state.library.entries().iter().filter(is_usable)
}

/// What an ablation would be made of now; else a sentence says what is missing.
fn key(state: &AppState) -> Result<AblationKey, String> {
    let facts = state.engine.facts().ok_or("The model is not loaded yet: there are no features.")?;
    let form = state.prefs.ablation.clone();
    let folder = place(&form, state.reviews.project.folder())
        .ok_or("The project is not open: type the whole path of a folder for the runs.")?;
    let count = |entry: &Entry| (entry.id, entry.lanes().truth.as_ref().map_or(0, Vec::len));
    let videos: Vec<_> = usable(state, &facts.encoder).map(count).collect();
    if videos.is_empty() {
        let waiting = state.library.unfinished();
        return Err(match waiting {
            0 => "No open video is scored and has ground truth.".to_owned(),
            _ => format!("No open video with ground truth is scored yet; {waiting} are waiting to be scored."),
        });
    }
    Ok(AblationKey { videos, encoder: facts.encoder.clone(), form, folder })
}

/// The same with all that the work needs.
fn order(state: &AppState, key: &AblationKey) -> Option<AblationOrder> {
    let facts = state.engine.facts()?;
    let made = |entry: &Entry| {
        Some(AblationVideo {
            id: entry.video_id.clone()?,
            name: entry.name.clone(),
            path: entry.path.clone(),
            frames: entry.video()?.frames.len(),
            truth: entry.lanes().truth.clone()?,
        })
    };
    let mut videos: Vec<AblationVideo> = usable(state, &facts.encoder).filter_map(made).collect();
    // By name and not as they were opened: the same videos make the same folds on any day.
    videos.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    // A file that is open twice under two names is one video.
    let mut known = std::collections::BTreeSet::new();
    videos.retain(|video| known.insert(video.id.clone()));
    let (form, folder) = (key.form.clone(), key.folder.clone());
    Some(AblationOrder { videos, encoder: facts.encoder.clone(), dim: facts.dim, form, folder })
}

/// Carries out what the person wants.
pub(super) fn act(state: &mut AppState, action: AblationAction, effects: &mut Vec<Effect>) {
    match action {
        AblationAction::SetForm(form) => set_form(state, *form, effects),
        AblationAction::Pick(field) => library::pick(state, Pick::Ablation(field), effects),
        AblationAction::Elsewhere => {
            let failed = match &state.ablation.phase {
                AblationPhase::Failed(obstacle) => Some(obstacle),
                _ => None,
            };
            let free = failed.or(state.ablation.obstacle.as_ref()).and_then(|obstacle| obstacle.elsewhere.clone());
            if let Some(folder) = free {
                let form = AblationForm { folder: folder.display().to_string(), ..state.prefs.ablation.clone() };
                set_form(state, form, effects);
            }
        }
        AblationAction::Run => run(state, effects),
        AblationAction::Stop => stop(state, effects),
        AblationAction::Open(key) => (state.ablation.open, state.ablation.fold) = (key, 1),
        AblationAction::Fold(fold) => state.ablation.fold = fold,
        AblationAction::Compare(place) => compare_with(state, place, effects),
        AblationAction::CopyFolder { all } => copy_folder(state, all, effects),
    }
}

fn set_form(state: &mut AppState, form: AblationForm, effects: &mut Vec<Effect>) {
    if state.ablation.is_running() {
        return;
    }
    state.prefs.ablation = form.repaired();
    view::save(state, effects);
}

fn run(state: &mut AppState, effects: &mut Vec<Effect>) {
    if state.ablation.is_running() || state.ablation.obstacle.is_some() {
        return;
    }
    let Some(order) = key(state).ok().and_then(|key| order(state, &key)) else { return };
    state.ablation.phase = AblationPhase::Running(None);
    let task = state.ablation.new_task();
    effects.push(Effect::Ablation(AblationRequest::Run(task, Arc::new(order))));
}

fn stop(state: &mut AppState, effects: &mut Vec<Effect>) {
    state.ablation.phase = AblationPhase::Idle;
    state.ablation.new_task();
    // What was done until now is found when it is looked at again.
    state.ablation.looked = None;
    effects.push(Effect::Ablation(AblationRequest::Stop));
}

/// The system's dialog gave a place for a field.
pub(super) fn picked(state: &mut AppState, field: AblationField, paths: &[PathBuf], effects: &mut Vec<Effect>) {
    let Some(path) = paths.first() else { return };
    let mut form = state.prefs.ablation.clone();
    let text = path.display().to_string();
    match field {
        AblationField::Folder => form.folder = text,
        AblationField::Features(at) => {
            let Some(kind) = form.kinds.get_mut(at) else { return };
            *kind = KindForm { name: named(&kind.name, path), path: text };
        }
    }
    set_form(state, form, effects);
}

/// What was typed, else what the folder is called.
fn named(typed: &str, folder: &Path) -> String {
    let name = || folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if typed.trim().is_empty() { name() } else { typed.to_owned() }
}

/// The run and the fold that are looked at.
fn compare_with(state: &mut AppState, place: usize, effects: &mut Vec<Effect>) {
    let Some(results) = state.ablation.results.clone() else { return };
    let fold = state.ablation.fold;
    let run = state.ablation.opened().and_then(|opened| opened.fold(fold).cloned());
    let (Some(run), Some(video)) = (run, results.plan.videos(fold).nth(place)) else { return };
    let Some(entry) = file_of(state, &video.id) else {
        let text = format!("{} is not open any more: open it to see its scores.", video.name);
        return state.notices.push(Severity::Info, text);
    };
    library::select(state, entry, effects);
    let other = Other::Run(Arc::new(results.scores(&run)));
    compare::act(state, CompareAction::With(Some(other)), effects);
}

fn copy_folder(state: &mut AppState, all: bool, effects: &mut Vec<Effect>) {
    let ablation = &state.ablation;
    let folder = if all {
        ablation.results.as_ref().map(|results| results.plan.order.folder.clone())
    } else {
        ablation.opened().and_then(|opened| opened.fold(ablation.fold).map(|run| run.folder.clone()))
    };
    let Some(folder) = folder else { return };
    state.notices.push(Severity::Info, format!("{} is on the clipboard.", folder.display()));
    effects.push(Effect::Copy(folder.display().to_string()));
}

/// The thread reports.
pub(super) fn hear(state: &mut AppState, task: AblationTask, news: AblationNews) {
    let ablation = &mut state.ablation;
    if task != ablation.task {
        return;
    }
    match news {
        AblationNews::Reading(progress) => {
            if !ablation.is_running() {
                ablation.phase = AblationPhase::Looking(progress);
            }
        }
        AblationNews::Planned(results) => {
            (ablation.phase, ablation.obstacle) = (AblationPhase::Idle, None);
            ablation.results = Some(results);
        }
        AblationNews::Obstacle(obstacle) => {
            (ablation.phase, ablation.obstacle) = (AblationPhase::Idle, Some(obstacle));
        }
        AblationNews::Running(now) => ablation.phase = AblationPhase::Running(Some(now)),
        AblationNews::Ran(results) => ablation.results = Some(results),
        AblationNews::Done(results) => {
            let (runs, folder) = (results.runs.len(), results.plan.order.folder.join("index.html"));
            (ablation.phase, ablation.results) = (AblationPhase::Idle, Some(results));
            let text = format!("The ablation is done: {runs} runs. Its page is {}.", folder.display());
            state.notices.push(Severity::Info, text);
        }
        AblationNews::Failed(obstacle) => {
            let text = format!("The ablation ended before all runs were done. {}", obstacle.reason);
            ablation.phase = AblationPhase::Failed(obstacle);
            state.notices.push(Severity::Error, text);
        }
    }
    if state.ablation.opened().is_none() {
        state.ablation.open = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::ablation::{AblationPlan, AblationResults};
    use crate::app::action::Action;
    use crate::app::blind::BlindPass;
    use crate::app::event::Event;
    use crate::app::update::tests::{act, finish, hear, opened};

    fn asked(effects: &[Effect]) -> Vec<&AblationRequest> {
        effects
            .iter()
            .filter_map(|effect| if let Effect::Ablation(request) = effect { Some(request) } else { None })
            .collect()
    }

    fn with(action: AblationAction) -> Action {
        Action::Ablation(action)
    }

    /// Two scored files; the first has an anomaly, the second none.
    fn two() -> AppState {
        let mut state = opened(&["b.mp4", "a.mp4"]);
        for n in [1, 2] {
            let job = state.running.expect("is being scored").id;
            hear(&mut state, Event::Identified { job, id: crate::domain::library::VideoId::from_hash([n; 32]) });
            finish(&mut state);
        }
        let facts = state.engine.facts().cloned().expect("is ready");
        // The scores of these tests say that they are of an encoder called e.
        hear(&mut state, Event::EngineReady(crate::app::engine::EngineFacts { encoder: "e".to_owned(), ..facts }));
        state.prefs.ablation.folder = "/runs".to_owned();
        state
    }

    fn truths(state: &mut AppState) -> Vec<Effect> {
        let ids: Vec<_> = state.library.entries().iter().map(|entry| entry.id).collect();
        let mut effects = hear(state, Event::TruthFound { entry: ids[0], frames: std::iter::once(16..32).collect() });
        effects.extend(hear(state, Event::TruthFound { entry: ids[1], frames: Vec::new() }));
        effects
    }

    fn results(order: &Arc<AblationOrder>) -> Arc<AblationResults> {
        let plan =
            AblationPlan { order: Arc::clone(order), folds: Vec::new(), kinds: Vec::new(), seeds: vec![0], secs: None };
        Arc::new(AblationResults::new(Arc::new(plan), Vec::new()))
    }

    #[test]
    fn it_is_looked_at_while_somebody_looks_and_again_when_something_changes() {
        let mut state = two();
        assert!(asked(&truths(&mut state)).is_empty(), "nobody looks");
        let effects = act(&mut state, Action::BringPanel(PanelKind::Ablation));
        let [AblationRequest::Look(task, order)] = asked(&effects)[..] else { panic!("is asked: {effects:?}") };
        let names: Vec<_> = order.videos.iter().map(|video| (video.name.as_str(), video.truth.len())).collect();
        assert_eq!(names, [("a.mp4", 0), ("b.mp4", 1)], "by name, not as they were opened");
        let news = AblationNews::Planned(results(order));
        assert!(asked(&hear(&mut state, Event::Ablation { task: *task, news })).is_empty(), "nothing changed");
        assert!(state.ablation.plan().is_some());
        let form = AblationForm { seeds: 2, ..state.prefs.ablation.clone() };
        let effects = act(&mut state, with(AblationAction::SetForm(Box::new(form))));
        assert!(matches!(asked(&effects)[..], [AblationRequest::Look(..)]), "{effects:?}");
        assert!(effects.iter().any(|effect| matches!(effect, Effect::SavePrefs(_))), "it is remembered");
        let effects = act(&mut state, Action::TogglePanel(PanelKind::Ablation));
        assert!(matches!(asked(&effects)[..], [AblationRequest::Forget]), "{effects:?}");
    }

    #[test]
    fn what_was_stopped_counts_no_more_and_is_looked_at_again() {
        let mut state = two();
        truths(&mut state);
        act(&mut state, Action::BringPanel(PanelKind::Ablation));
        let effects = act(&mut state, with(AblationAction::Run));
        let [AblationRequest::Run(task, order)] = asked(&effects)[..] else { panic!("is asked: {effects:?}") };
        assert!(asked(&act(&mut state, with(AblationAction::Run))).is_empty(), "once is enough");
        let seeds = state.prefs.ablation.seeds;
        let form = AblationForm { seeds: seeds + 1, ..state.prefs.ablation.clone() };
        act(&mut state, with(AblationAction::SetForm(Box::new(form))));
        assert_eq!(state.prefs.ablation.seeds, seeds, "what runs is not changed under way");
        let effects = act(&mut state, with(AblationAction::Stop));
        assert!(matches!(asked(&effects)[..], [AblationRequest::Stop, AblationRequest::Look(..)]), "{effects:?}");
        hear(&mut state, Event::Ablation { task: *task, news: AblationNews::Done(results(order)) });
        assert!(state.ablation.results.is_none() && !state.ablation.is_running());
    }

    #[test]
    fn what_is_missing_is_said_and_a_blind_pass_hides_all_of_it() {
        let mut state = two();
        act(&mut state, Action::BringPanel(PanelKind::Ablation));
        let reason = |state: &AppState| state.ablation.obstacle.as_ref().map(|obstacle| obstacle.reason.clone());
        assert!(reason(&state).is_some_and(|reason| reason.contains("ground truth")));
        assert!(asked(&act(&mut state, with(AblationAction::Run))).is_empty());
        state.prefs.blind = BlindPass { on: true, shows_model: false };
        assert!(asked(&truths(&mut state)).is_empty(), "nothing is found out meanwhile");
        assert!(asked(&act(&mut state, with(AblationAction::Run))).is_empty());
        assert!(!state.ablation.is_running());
    }

    #[test]
    fn runs_go_into_the_free_folder_and_a_picked_one_names_its_features() {
        let mut state = two();
        truths(&mut state);
        let effects = act(&mut state, Action::BringPanel(PanelKind::Ablation));
        let [AblationRequest::Look(task, _)] = asked(&effects)[..] else { panic!("is asked: {effects:?}") };
        let obstacle = Obstacle { reason: "is another's".to_owned(), elsewhere: Some(PathBuf::from("/runs-2")) };
        hear(&mut state, Event::Ablation { task: *task, news: AblationNews::Obstacle(obstacle) });
        let effects = act(&mut state, with(AblationAction::Elsewhere));
        let [AblationRequest::Look(_, order)] = asked(&effects)[..] else { panic!("is asked: {effects:?}") };
        assert_eq!(order.folder, Path::new("/runs-2"));
        let form = AblationForm { kinds: vec![KindForm::default()], ..state.prefs.ablation.clone() };
        act(&mut state, with(AblationAction::SetForm(Box::new(form))));
        let effects = act(&mut state, with(AblationAction::Pick(AblationField::Features(0))));
        assert!(effects.iter().any(|effect| matches!(effect, Effect::Pick { what: Pick::Ablation(_), .. })));
        hear(&mut state, Event::Picked(vec![PathBuf::from("/features/I3D")]));
        let kind = KindForm { name: "I3D".to_owned(), path: "/features/I3D".to_owned() };
        assert_eq!(state.prefs.ablation.kinds, [kind]);
    }
}
