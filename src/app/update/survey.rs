//! Looking over features: maps of snippets, and what resembles one of them.
//!
//! Nothing here changes scores, events or the project; what was found for another encoder goes once that is in use.

use crate::app::arrangement::PanelKind;
use crate::app::bench::{MapScope, Sought};
use crate::app::effect::Effect;
use crate::app::exports::{self, Table, TableOrder};
use crate::app::library::Entry;
use crate::app::notice::Severity;
use crate::app::phase::Phase;
use crate::app::review_queue::Target;
use crate::app::state::AppState;
use crate::app::survey::facts::point_facts;
use crate::app::survey::map::MapSheet;
use crate::app::survey::{MapOrder, SimilarOrder, SurveyAction, SurveyNews, SurveyRequest, SurveyTask, SurveyVideo};
use crate::domain::playback::PlaybackCommand;
use crate::domain::snippet::SnippetGrid;
use crate::jobs::Progress;

use super::{playback, review_queue, view};

/// Carries out what the person wants.
pub(super) fn act(state: &mut AppState, action: SurveyAction, effects: &mut Vec<Effect>) {
    match action {
        SurveyAction::Map { all } => {
            view::bring_panel(state, PanelKind::Map, effects);
            make_map(state, all, effects);
        }
        SurveyAction::ColourBy(colour) => {
            state.prefs.bench.map_colour = colour;
            view::save(state, effects);
        }
        SurveyAction::StopMap => {
            state.survey.map_task = state.survey.new_task();
            state.survey.map_phase = Phase::Idle;
            effects.push(Effect::Survey(SurveyRequest::StopMap));
        }
        SurveyAction::Pick(points) => {
            if let Some(map) = state.survey.map.clone() {
                let place = |at: usize| {
                    let point = map.points.get(at)?;
                    Some((map.order.videos[point.video].id.clone(), point.snippet))
                };
                state.picked.set_all(points.into_iter().filter_map(place));
            }
        }
        SurveyAction::Export => export(state, effects),
        SurveyAction::FindSimilar => find_similar(state, effects),
        SurveyAction::OtherVideosOnly(only) => {
            state.prefs.bench.others_only = only;
            view::save(state, effects);
            if state.survey.similar.is_some() {
                find_again(state, effects);
            }
        }
        SurveyAction::StopSimilar => stop_similar(state, effects),
        SurveyAction::Watch(at) => watch(state, at, effects),
        SurveyAction::Step(by) => {
            let at = state.survey.row.map_or(Some(0), |row| row.checked_add_signed(by));
            if let Some(at) = at {
                watch(state, at, effects);
            }
        }
        SurveyAction::ShowPoint(at) => show_point(state, at, effects),
    }
}

fn stop_similar(state: &mut AppState, effects: &mut Vec<Effect>) {
    if !matches!(state.survey.similar_phase, Phase::Idle) {
        state.survey.similar_task = state.survey.new_task();
        state.survey.similar_phase = Phase::Idle;
        effects.push(Effect::Survey(SurveyRequest::StopSimilar));
    }
}

/// Lets go of what was found, and of the search. A map says nothing of a project and stays.
pub(super) fn forget_similar(state: &mut AppState, effects: &mut Vec<Effect>) {
    stop_similar(state, effects);
    (state.survey.similar, state.survey.row) = (None, None);
}

/// A video of the list whose content is known.
fn survey_video(entry: &Entry) -> Option<SurveyVideo> {
    let (id, video) = (entry.video_id.clone()?, entry.video()?);
    Some(SurveyVideo { id, name: entry.name.clone(), frames: video.frames.len() })
}

fn working(what: &'static str) -> Phase {
    Phase::Working { what, progress: Progress::default(), remaining_secs: None }
}

fn make_map(state: &mut AppState, all: bool, effects: &mut Vec<Effect>) {
    let Some(facts) = state.engine.facts() else {
        return state.notices.push(Severity::Info, "The model is not loaded: there are no features to lay out yet.");
    };
    let mut videos: Vec<SurveyVideo> = if all {
        state.library.entries().iter().filter_map(survey_video).collect()
    } else {
        state.shown().and_then(survey_video).into_iter().collect()
    };
    // A file that is open twice under two names is one video.
    let mut known = std::collections::BTreeSet::new();
    videos.retain(|video| known.insert(video.id.clone()));
    if videos.is_empty() {
        return state
            .notices
            .push(Severity::Info, "Nothing is scored yet: a map is made of features that scoring keeps.");
    }
    let order = MapOrder { videos, all, encoder: facts.encoder.clone(), dim: facts.dim };
    let scope = if all { MapScope::All } else { MapScope::Shown };
    if state.prefs.bench.map.replace(scope) != Some(scope) {
        view::save(state, effects);
    }
    state.survey.recalled.0 = true;
    let task = state.survey.new_task();
    state.survey.map_task = task;
    state.survey.map_phase = working("Reading features");
    effects.push(Effect::Survey(SurveyRequest::Map(task, Box::new(order))));
}

/// Looks for what resembles the snippet on screen.
fn find_similar(state: &mut AppState, effects: &mut Vec<Effect>) {
    view::bring_panel(state, PanelKind::Similar, effects);
    let snippet = state.session.as_ref().map(|session| session.grid().snippet_of(session.attended()));
    let (Some(of), Some(snippet)) = (state.shown().and_then(survey_video), snippet) else {
        return state.notices.push(Severity::Info, "The video on screen is still being read; try again in a moment.");
    };
    look_for(state, of, snippet, effects);
}

/// Looks for what resembles the snippet of the last search.
fn find_again(state: &mut AppState, effects: &mut Vec<Effect>) {
    let last = state.survey.similar.as_ref().map(|similar| (similar.order.of.clone(), similar.order.snippet));
    if let Some((of, snippet)) = last {
        look_for(state, of, snippet, effects);
    }
}

fn look_for(state: &mut AppState, of: SurveyVideo, snippet: usize, effects: &mut Vec<Effect>) {
    let Some(facts) = state.engine.facts() else {
        return state.notices.push(Severity::Info, "The model is not loaded: nothing can be compared yet.");
    };
    let order = SimilarOrder {
        of,
        snippet,
        open: state.library.entries().iter().filter_map(survey_video).collect(),
        project: state.reviews.project.folder().map(std::path::Path::to_owned),
        others_only: state.prefs.bench.others_only,
        model: facts.model.clone(),
        encoder: facts.encoder.clone(),
        dim: facts.dim,
    };
    let sought = Some(Sought { video: order.of.clone(), snippet: order.snippet });
    if state.prefs.bench.sought != sought {
        state.prefs.bench.sought = sought;
        view::save(state, effects);
    }
    state.survey.recalled.1 = true;
    let task = state.survey.new_task();
    state.survey.similar_task = task;
    state.survey.similar_phase = working("Comparing snippets");
    effects.push(Effect::Survey(SurveyRequest::Similar(task, Box::new(order))));
}

/// The thread reports.
pub(super) fn hear(state: &mut AppState, task: SurveyTask, news: SurveyNews) {
    let survey = &mut state.survey;
    let phase = if task == survey.map_task {
        &mut survey.map_phase
    } else if task == survey.similar_task {
        &mut survey.similar_phase
    } else {
        return;
    };
    match news {
        SurveyNews::Working(what, progress, remaining_secs) => {
            *phase = Phase::Working { what, progress, remaining_secs };
        }
        SurveyNews::Map(map) => {
            *phase = Phase::Idle;
            survey.map = Some(map);
        }
        SurveyNews::Similar(similar) => {
            *phase = Phase::Idle;
            survey.similar = Some(similar);
            survey.row = None;
        }
        SurveyNews::Failed(reason) => *phase = Phase::Failed(reason),
    }
}

/// Forgets what belongs to another encoder than the one in use; asks again for what the panels showed in the last run.
pub(super) fn pump(state: &mut AppState, effects: &mut Vec<Effect>) {
    forget(state);
    recall(state, effects);
}

/// Once, as soon as the panel shows and everything that the answer is made of is there.
fn recall(state: &mut AppState, effects: &mut Vec<Effect>) {
    let scored = |entry: &Entry| entry.scored.as_ref().is_some_and(|scored| scored.complete);
    if state.engine.facts().is_none() || !state.shown().is_some_and(scored) {
        return;
    }
    let front = |panel| state.prefs.layout.is_in_front(panel);
    let (map, similar) = (front(PanelKind::Map), front(PanelKind::Similar));
    let waits = state.opening.is_some() || state.library.entries().iter().any(|entry| entry.scoring.is_pending());
    if let Some(scope) = state.prefs.bench.map.filter(|_| map && !state.survey.recalled.0) {
        let all = scope == MapScope::All;
        if !(all && waits) {
            make_map(state, all, effects);
        }
    }
    if let Some(sought) = state.prefs.bench.sought.clone().filter(|_| similar && !state.survey.recalled.1)
        && state.reviews.project.folder().is_some()
    {
        look_for(state, sought.video, sought.snippet, effects);
    }
}

fn forget(state: &mut AppState) {
    let Some(facts) = state.engine.facts() else { return };
    if state.survey.map.as_ref().is_some_and(|map| map.order.encoder != facts.encoder) {
        state.survey.map = None;
    }
    if state.survey.similar.as_ref().is_some_and(|similar| similar.order.encoder != facts.encoder) {
        (state.survey.similar, state.survey.row) = (None, None);
    }
}

fn watch(state: &mut AppState, at: usize, effects: &mut Vec<Effect>) {
    let found = state.survey.similar.as_ref().and_then(|similar| similar.found.get(at));
    let Some(target) = found.map(|near| Target { video: near.video.id.clone(), span: near.span }) else { return };
    state.survey.row = Some(at);
    review_queue::go_to(state, target, effects);
}

fn show_point(state: &mut AppState, at: usize, effects: &mut Vec<Effect>) {
    let Some(map) = state.survey.map.clone() else { return };
    let Some(point) = map.points.get(at) else { return };
    let video = &map.order.videos[point.video];
    let grid = SnippetGrid::new(video.frames);
    if state.shown().is_some_and(|entry| entry.video_id.as_ref() == Some(&video.id)) {
        playback::apply(state, PlaybackCommand::SeekFrame(grid.middle(point.snippet)));
    } else if let Some(span) = grid.span(point.snippet, point.snippet) {
        review_queue::go_to(state, Target { video: video.id.clone(), span }, effects);
    }
}

fn export(state: &mut AppState, effects: &mut Vec<Effect>) {
    let Some(folder) = state.reviews.project.folder() else {
        return state.notices.push(Severity::Info, "The project is not open: there is no folder of exports.");
    };
    let Some(map) = state.survey.map.clone() else { return };
    let folder = exports::folder(folder);
    let name = exports::name(if let [one] = &map.order.videos[..] { &one.name } else { "videos" }, "map");
    let table = Table::Map(Box::new(MapSheet { known: point_facts(state), map }));
    effects.push(Effect::SaveTable(Box::new(TableOrder { folder, name, table })));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::action::Action;
    use crate::app::comparing::{Other, OtherModel};
    use crate::app::engine::EngineFacts;
    use crate::app::event::Event;
    use crate::app::survey::map::MapPoint;
    use crate::app::survey::{FeatureMap, Similar};
    use crate::app::update::tests::{act, finish, hear, opened};
    use crate::domain::library::VideoId;

    fn asked(effects: &[Effect]) -> Option<&SurveyRequest> {
        effects.iter().find_map(|effect| if let Effect::Survey(request) = effect { Some(request) } else { None })
    }

    /// Two scored files of different content; the first is on screen.
    fn scored() -> AppState {
        let mut state = opened(&["a.mp4", "b.mp4"]);
        for n in [1, 2] {
            let job = state.running.expect("is being scored").id;
            hear(&mut state, Event::Identified { job, id: VideoId::from_hash([n; 32]) });
            finish(&mut state);
        }
        state
    }

    fn with(action: SurveyAction) -> Action {
        Action::Survey(action)
    }

    fn map(order: &MapOrder) -> Arc<FeatureMap> {
        let point = |video, snippet| MapPoint { video, snippet, at: [snippet as f32, video as f32] };
        let points =
            (0..order.videos.len()).flat_map(|video| (0..7).map(move |snippet| point(video, snippet))).collect();
        let (shares, left_out) = ([0.6, 0.2], Vec::new());
        Arc::new(FeatureMap { order: order.clone(), points, shares, every: 1, snippets: 14, left_out })
    }

    #[test]
    fn a_map_is_made_picked_from_and_gone_to() {
        let mut state = scored();
        let effects = act(&mut state, with(SurveyAction::Map { all: true }));
        let Some(SurveyRequest::Map(task, order)) = asked(&effects) else { panic!("is asked: {effects:?}") };
        assert_eq!(order.videos.len(), 2);
        hear(&mut state, Event::Surveyed { task: *task, news: SurveyNews::Map(map(order)) });
        act(&mut state, with(SurveyAction::Pick(vec![3, 4, 12])));
        assert_eq!(state.picked.of(&VideoId::from_hash([1; 32])), std::slice::from_ref(&(3..5)));
        assert_eq!(state.picked.of(&VideoId::from_hash([2; 32])), std::slice::from_ref(&(5..6)));
        let facts = point_facts(&state);
        assert_eq!(facts.iter().filter(|facts| facts.picked).count(), 3);
        assert_eq!(facts[1].score, Some(0.9));
        act(&mut state, with(SurveyAction::ShowPoint(5)));
        assert_eq!(state.session.as_ref().map(crate::app::session::Session::frame), Some(5 * 16 + 8));
        act(&mut state, with(SurveyAction::ShowPoint(9)));
        assert!(state.shown().is_some_and(|entry| entry.name == "b.mp4"));
        // Features of another encoder lie elsewhere.
        let facts = EngineFacts { encoder: "another".to_owned(), ..state.engine.facts().expect("is ready").clone() };
        hear(&mut state, Event::EngineReady(facts));
        assert!(state.survey.map.is_none());
    }

    #[test]
    fn what_was_given_up_counts_no_more() {
        let mut state = scored();
        let effects = act(&mut state, with(SurveyAction::Map { all: false }));
        let Some(SurveyRequest::Map(task, order)) = asked(&effects) else { panic!("is asked: {effects:?}") };
        assert!(matches!(state.survey.map_phase, Phase::Working { .. }));
        let effects = act(&mut state, with(SurveyAction::StopMap));
        assert!(matches!(asked(&effects), Some(SurveyRequest::StopMap)));
        hear(&mut state, Event::Surveyed { task: *task, news: SurveyNews::Map(map(order)) });
        assert!(state.survey.map.is_none() && matches!(state.survey.map_phase, Phase::Idle));
    }

    #[test]
    fn a_search_is_about_the_snippet_on_screen_and_stays_when_one_goes_elsewhere() {
        let mut state = scored();
        act(&mut state, Action::Playback(PlaybackCommand::SeekFrame(40)));
        let effects = act(&mut state, with(SurveyAction::FindSimilar));
        let Some(SurveyRequest::Similar(task, order)) = asked(&effects) else { panic!("is asked: {effects:?}") };
        assert_eq!((order.snippet, order.open.len(), order.others_only), (2, 2, false));
        let (videos, snippets, places) = (2, 14, Vec::new());
        let similar = Similar { order: (**order).clone(), found: Vec::new(), videos, snippets, left_out: 0, places };
        hear(&mut state, Event::Surveyed { task: *task, news: SurveyNews::Similar(Arc::new(similar)) });
        act(&mut state, Action::Playback(PlaybackCommand::SeekFrame(0)));
        let effects = act(&mut state, with(SurveyAction::OtherVideosOnly(true)));
        let Some(SurveyRequest::Similar(_, order)) = asked(&effects) else { panic!("is asked again: {effects:?}") };
        assert_eq!(
            (order.snippet, order.others_only),
            (2, true),
            "the snippet that was looked for, not the one on screen"
        );
        // Another project has other verdicts, and may not have the videos.
        let folder = std::path::PathBuf::from("/p");
        let effects = hear(&mut state, Event::ProjectOpened { folder, held_by: None, next_item: 1 });
        assert!(matches!(asked(&effects), Some(SurveyRequest::StopSimilar)), "{effects:?}");
        assert!(state.survey.similar.is_none() && matches!(state.survey.similar_phase, Phase::Idle));
        // What was remembered of the project that was open last stays, when that one is opened.
        let other = Some(Other::model(OtherModel::InUse));
        state.comparing.other.clone_from(&other);
        let opened = |folder: &str| Event::ProjectOpened { folder: folder.into(), held_by: None, next_item: 1 };
        hear(&mut state, opened("/p"));
        assert_eq!(state.comparing.other, other);
        hear(&mut state, opened("/q"));
        assert_eq!(state.comparing.other, None);
    }
}
