//! Imports, exports, case reports and moved files: what forms and answers lead to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::effect::{Effect, Pick};
use crate::app::exchange::{ImportRequest, Stage};
use crate::app::exchanging::{
    Answer, Errand, ErrandId, Exchanging, Field, ImportForm, Outcome, ReportRequest, Running, Task, Wish,
};
use crate::app::notice::Severity;
use crate::app::state::{AppState, Dialog};
use crate::app::typed::{first_typed, typed};
use crate::domain::library::VideoId;
use crate::jobs::Progress;

use super::library;

/// What a person wants.
pub(super) fn wish(state: &mut AppState, wish: Wish, effects: &mut Vec<Effect>) {
    let exchanging = &mut state.exchanging;
    match wish {
        Wish::SetImport(form) => {
            if exchanging.import != *form {
                exchanging.import = *form;
                exchanging.import_plan = Answer::Open;
                stop(state, &[Errand::PlanImport], effects);
            }
        }
        Wish::PlanImport => plan_import(state, effects),
        Wish::Import => import(state, effects),
        Wish::SetExport(form) => {
            let known = std::mem::replace(&mut exchanging.export, *form);
            let now = &exchanging.export;
            if known != *now {
                exchanging.taken.clear();
                exchanging.exported = Answer::Open;
            }
            if (known.format, &known.choice, &known.videos) != (now.format, &now.choice, &now.videos) {
                plan_export(state, effects);
            }
        }
        Wish::Export { replace } => export(state, replace, effects),
        Wish::SetReport(form) => {
            if exchanging.report != *form {
                exchanging.report = *form;
                exchanging.taken.clear();
                exchanging.reported = Answer::Open;
            }
        }
        Wish::Report { replace } => report(state, replace, effects),
        Wish::SetMovedFolder(folder) => exchanging.moved_folder = folder,
        Wish::Search => {
            let Some(folder) = first_typed(&exchanging.moved_folder) else { return };
            exchanging.relocation = Answer::Open;
            ask(state, Task::Search(folder), effects);
        }
        Wish::Relocate => relocate(state, effects),
        Wish::Stop => {
            if exchanging.running.take().is_some() {
                effects.push(Effect::StopErrand);
            }
        }
        Wish::Pick(field) => library::pick(state, Pick::For(field), effects),
    }
}

/// A window is opened over the window: those of this file ask for what they show.
pub(super) fn opened(state: &mut AppState, dialog: Dialog, effects: &mut Vec<Effect>) {
    let exchanging = &mut state.exchanging;
    match dialog {
        Dialog::ExportLabels | Dialog::CaseReport if exchanging.runs(&[Errand::Export, Errand::Report]).is_none() => {
            exchanging.exported = Answer::Open;
            exchanging.reported = Answer::Open;
            exchanging.taken.clear();
            exchanging.export_plan = Answer::Open;
            ask(state, Task::Survey, effects);
        }
        Dialog::MovedFiles => {
            exchanging.missing = Answer::Open;
            exchanging.relocation = Answer::Open;
            ask(state, Task::Missing, effects);
        }
        _ => {}
    }
}

/// The window over the window was closed: what it only asked for is called off.
pub(super) fn closed(state: &mut AppState, dialog: Dialog, effects: &mut Vec<Effect>) {
    if !matches!(dialog, Dialog::ImportLabels | Dialog::ExportLabels | Dialog::CaseReport | Dialog::MovedFiles) {
        return;
    }
    state.exchanging.import_plan = Answer::Open;
    let asked = [Errand::Survey, Errand::PlanImport, Errand::PlanExport, Errand::Missing, Errand::Search];
    stop(state, &asked, effects);
    effects.push(Effect::ForgetErrands);
}

/// An errand went on.
pub(super) fn progressed(
    state: &mut AppState,
    id: ErrandId,
    stage: Stage,
    progress: Progress,
    remaining_secs: Option<f64>,
) {
    if let Some(running) = state.exchanging.running.as_mut().filter(|running| running.id == id) {
        *running = Running { stage, progress, remaining_secs, ..running.clone() };
    }
}

/// An errand ended.
pub(super) fn ended(state: &mut AppState, id: ErrandId, outcome: Outcome, effects: &mut Vec<Effect>) {
    let Some(running) = state.exchanging.running.take_if(|running| running.id == id) else { return };
    let dialog = state.dialog;
    let exchanging = &mut state.exchanging;
    let mut told = None;
    match outcome {
        Outcome::Surveyed(survey) => {
            let is_known = |video: &VideoId| survey.videos.iter().any(|known| known.id == *video);
            for videos in [&mut exchanging.export.videos, &mut exchanging.report.videos] {
                if let crate::app::exchange::VideoChoice::Only(chosen) = videos {
                    chosen.retain(is_known);
                }
            }
            exchanging.survey = Answer::Known(Arc::new(survey));
            if dialog == Some(Dialog::ExportLabels) {
                plan_export(state, effects);
            }
        }
        Outcome::ImportPlanned(plan) => exchanging.import_plan = Answer::Known(plan),
        Outcome::ExportPlanned(plan) => exchanging.export_plan = Answer::Known(plan),
        Outcome::Taken(paths) => exchanging.taken = paths,
        Outcome::Exported(paths) => {
            let text = match paths.as_slice() {
                [one] => format!("The labels are in {}.", one.display()),
                [first, ..] => format!("The labels are in {} files beside {}.", paths.len(), first.display()),
                [] => "There was nothing to write.".to_owned(),
            };
            told = Some((Severity::Info, text));
            exchanging.exported = Answer::Known(paths);
        }
        Outcome::Reported(reported) => {
            told = Some((Severity::Info, format!("The case report is {}.", reported.page.display())));
            exchanging.reported = Answer::Known(reported);
        }
        Outcome::Missing(videos) => exchanging.missing = Answer::Known(videos),
        Outcome::Searched(relocation) => exchanging.relocation = Answer::Known(relocation),
        Outcome::Failed(reason) => {
            told = Some((Severity::Error, reason.clone()));
            exchanging.fail(running.errand, reason);
        }
    }
    // The window that asked shows it itself.
    let shown = matches!(
        (running.errand, dialog),
        (Errand::Survey, Some(Dialog::ExportLabels | Dialog::CaseReport))
            | (Errand::PlanImport, Some(Dialog::ImportLabels))
            | (Errand::PlanExport | Errand::Export, Some(Dialog::ExportLabels))
            | (Errand::Report, Some(Dialog::CaseReport))
            | (Errand::Missing | Errand::Search, Some(Dialog::MovedFiles))
    );
    if let Some((severity, text)) = told.filter(|_| !shown) {
        state.notices.push(severity, text);
    }
}

/// The project knows where videos are now.
pub(super) fn relocated(state: &mut AppState, count: usize, effects: &mut Vec<Effect>) {
    let text = match count {
        1 => "The project knows 1 video at its new place.".to_owned(),
        _ => format!("The project knows {count} videos at their new places."),
    };
    state.notices.push(Severity::Info, text);
    if state.dialog == Some(Dialog::MovedFiles) {
        opened(state, Dialog::MovedFiles, effects);
    }
}

/// What the system's dialog gave for a field.
pub(super) fn picked(state: &mut AppState, field: Field, paths: &[PathBuf], effects: &mut Vec<Effect>) {
    let shown: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let Some(first) = shown.first().cloned() else { return };
    let exchanging = &mut state.exchanging;
    match field {
        Field::Labels => {
            let form = ImportForm { files: shown.join("\n"), ..exchanging.import.clone() };
            wish(state, Wish::SetImport(Box::new(form)), effects);
            plan_import(state, effects);
        }
        Field::List | Field::Videos => {
            let form = &mut exchanging.import.clone();
            *(if field == Field::List { &mut form.list } else { &mut form.videos }) = first;
            wish(state, Wish::SetImport(Box::new(form.clone())), effects);
            plan_import(state, effects);
        }
        Field::Export => {
            // A folder was picked; the file in it keeps the name that it has.
            exchanging.taken.clear();
            let name = state.export_place().and_then(|place| place.file_name().map(ToOwned::to_owned));
            let place = paths.first().zip(name).map(|(folder, name)| folder.join(name));
            state.exchanging.export.path = place.map_or(first, |place| place.display().to_string());
        }
        Field::Report => {
            exchanging.report.path = first;
            exchanging.taken.clear();
        }
        Field::Moved => exchanging.moved_folder = first,
        Field::CompareModel => state.comparing.form.model_path = first,
        Field::CompareScores => state.comparing.form.scores_path = first,
        Field::CompareEncoder => state.comparing.form.encoder = first,
    }
}

impl Exchanging {
    fn fail(&mut self, errand: Errand, reason: String) {
        match errand {
            Errand::Survey => self.survey = Answer::Failed(reason),
            Errand::PlanImport => self.import_plan = Answer::Failed(reason),
            Errand::PlanExport => self.export_plan = Answer::Failed(reason),
            Errand::Export => self.exported = Answer::Failed(reason),
            Errand::Report => self.reported = Answer::Failed(reason),
            Errand::Missing => self.missing = Answer::Failed(reason),
            Errand::Search => self.relocation = Answer::Failed(reason),
        }
    }
}

/// Begins an errand in the place of the one that runs, unless that one is to be finished.
fn ask(state: &mut AppState, task: Task, effects: &mut Vec<Effect>) {
    let Some(project) = state.reviews.project.folder().map(Path::to_owned) else {
        return state.notices.push(Severity::Info, "No project is open; open one with “Open project…”.");
    };
    let exchanging = &mut state.exchanging;
    if let Some(running) = exchanging.running.as_ref().filter(|running| running.errand.lasts()) {
        let text = format!("{} is not finished yet: wait for it, or stop it.", running.errand.text());
        return state.notices.push(Severity::Info, text);
    }
    exchanging.errands += 1;
    let id = ErrandId(exchanging.errands);
    let (errand, stage, progress) = (task.errand(), Stage::default(), Progress::default());
    exchanging.running = Some(Running { id, errand, stage, progress, remaining_secs: None });
    effects.push(Effect::RunErrand { id, project, task: Box::new(task) });
}

/// Stops what runs, if it is one of these.
fn stop(state: &mut AppState, errands: &[Errand], effects: &mut Vec<Effect>) {
    if state.exchanging.running.take_if(|running| errands.contains(&running.errand)).is_some() {
        effects.push(Effect::StopErrand);
    }
}

fn plan_import(state: &mut AppState, effects: &mut Vec<Effect>) {
    let form = state.exchanging.import.clone();
    let files = typed(&form.files);
    if files.is_empty() {
        return;
    }
    let lane = form.lane.trim();
    let request = ImportRequest {
        files,
        format: form.format,
        list: first_typed(&form.list),
        end: form.end,
        fps: (form.fps > 0.0).then_some(form.fps),
        lane: if lane.is_empty() { state.prefs.review.reviewer() } else { lane.to_owned() },
        videos: typed(&form.videos),
    };
    state.exchanging.import_plan = Answer::Open;
    ask(state, Task::PlanImport(request), effects);
}

fn import(state: &mut AppState, effects: &mut Vec<Effect>) {
    if let Err(sentence) = state.reviews.writable() {
        return state.notices.push(Severity::Info, sentence);
    }
    let Some(plan) = state.exchanging.import_plan.known().cloned() else { return };
    let first = state.reviews.new_items(plan.plan.intervals());
    effects.push(Effect::Import { plan, first, who: state.prefs.review.reviewer() });
    // What was imported is told once it is on disk.
    state.dialog = None;
    closed(state, Dialog::ImportLabels, effects);
}

fn plan_export(state: &mut AppState, effects: &mut Vec<Effect>) {
    let form = state.exchanging.export.clone();
    state.exchanging.export_plan = Answer::Open;
    let task = Task::PlanExport { choice: form.choice, videos: form.videos, format: form.format };
    ask(state, task, effects);
}

fn export(state: &mut AppState, replace: bool, effects: &mut Vec<Effect>) {
    let (Some(output), Some(plan)) = (state.export_place(), state.exchanging.export_plan.known().cloned()) else {
        return;
    };
    let end = state.exchanging.export.end;
    state.exchanging.taken.clear();
    state.exchanging.exported = Answer::Open;
    ask(state, Task::Export { plan, end, output, replace }, effects);
}

fn report(state: &mut AppState, replace: bool, effects: &mut Vec<Effect>) {
    let Some(output) = state.report_place() else { return };
    let form = state.exchanging.report.clone();
    let title = form.title.trim();
    let request = ReportRequest {
        videos: form.videos,
        title: if title.is_empty() { "Case report".to_owned() } else { title.to_owned() },
        output,
        replace,
        rule: state.rule,
        tsa: state.tsa,
        who: state.prefs.review.reviewer(),
    };
    state.exchanging.taken.clear();
    state.exchanging.reported = Answer::Open;
    ask(state, Task::Report(request), effects);
}

fn relocate(state: &mut AppState, effects: &mut Vec<Effect>) {
    if let Err(sentence) = state.reviews.writable() {
        return state.notices.push(Severity::Info, sentence);
    }
    let found = state.exchanging.relocation.known().filter(|relocation| !relocation.found.is_empty());
    if let Some(places) = found.map(|relocation| relocation.places()) {
        state.exchanging.relocation = Answer::Open;
        effects.push(Effect::Relocate(places));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::exchange::{Found, Relocation, Survey};
    use crate::domain::queue::KnownVideo;

    fn state() -> AppState {
        let mut state = AppState::default();
        state.reviews.opened(PathBuf::from("/case"), None, 1);
        state
    }

    fn run(state: &mut AppState, what: Wish) -> Vec<Effect> {
        let mut effects = Vec::new();
        wish(state, what, &mut effects);
        effects
    }

    fn running(state: &AppState) -> Option<(ErrandId, Errand)> {
        state.exchanging.running.as_ref().map(|running| (running.id, running.errand))
    }

    #[test]
    fn another_form_forgets_what_was_planned_and_late_answers_do_not_count() {
        let mut state = state();
        let form =
            |files: &str| Wish::SetImport(Box::new(ImportForm { files: files.to_owned(), ..ImportForm::default() }));
        run(&mut state, form("/l/a.csv"));
        let effects = run(&mut state, Wish::PlanImport);
        let [Effect::RunErrand { id, task, .. }] = effects.as_slice() else { panic!("one errand: {effects:?}") };
        let Task::PlanImport(request) = task.as_ref() else { panic!("a plan") };
        assert_eq!((request.files.as_slice(), request.fps), ([PathBuf::from("/l/a.csv")].as_slice(), None));
        assert!(!request.lane.is_empty(), "nobody's labels are the reviewer's");
        let old = *id;
        assert!(matches!(run(&mut state, form("/l/b.csv")).as_slice(), [Effect::StopErrand]));
        ended(&mut state, old, Outcome::Failed("late".to_owned()), &mut Vec::new());
        assert_eq!(state.exchanging.import_plan.failure(), None);
        assert!(state.notices.list().is_empty());
    }

    #[test]
    fn a_report_goes_on_without_its_window_and_is_told_when_done() {
        let mut state = state();
        state.dialog = Some(Dialog::CaseReport);
        run(&mut state, Wish::Report { replace: false });
        let (id, errand) = running(&state).expect("runs");
        assert_eq!(errand, Errand::Report);
        state.dialog = None;
        closed(&mut state, Dialog::CaseReport, &mut Vec::new());
        assert_eq!(running(&state), Some((id, Errand::Report)));
        // Nothing else takes its place.
        assert!(run(&mut state, Wish::Search).is_empty());
        state.exchanging.moved_folder = "/new".to_owned();
        assert!(run(&mut state, Wish::Search).is_empty());
        assert_eq!(running(&state), Some((id, Errand::Report)));
        let page = PathBuf::from("/case/exports/case/case.html");
        let reported = crate::app::exchanging::Reported { page, videos: 1, findings: 2, left_out: Vec::new() };
        ended(&mut state, id, Outcome::Reported(reported), &mut Vec::new());
        assert!(state.notices.list().iter().any(|notice| notice.text.contains("case.html")));
        assert_eq!(running(&state), None);
    }

    #[test]
    fn an_export_is_planned_anew_when_its_content_changes_and_not_for_its_place() {
        let mut state = state();
        let mut effects = Vec::new();
        state.dialog = Some(Dialog::ExportLabels);
        opened(&mut state, Dialog::ExportLabels, &mut effects);
        let (id, errand) = running(&state).expect("runs");
        assert_eq!(errand, Errand::Survey);
        ended(&mut state, id, Outcome::Surveyed(Survey::default()), &mut effects);
        assert_eq!(running(&state).map(|r| r.1), Some(Errand::PlanExport));
        let form = state.exchanging.export.clone();
        let elsewhere = crate::app::exchanging::ExportForm { path: "/x.csv".to_owned(), ..form.clone() };
        assert!(run(&mut state, Wish::SetExport(Box::new(elsewhere.clone()))).is_empty());
        let ucf = crate::app::exchanging::ExportForm { format: crate::app::exchange::Format::Ucf, ..elsewhere };
        assert!(matches!(run(&mut state, Wish::SetExport(Box::new(ucf))).as_slice(), [Effect::RunErrand { .. }]));
        assert_eq!(state.export_place(), Some(PathBuf::from("/x.csv")));
        state.exchanging.export.path.clear();
        assert_eq!(state.export_place(), Some(PathBuf::from("/case/exports/labels-ucf.txt")));
    }

    #[test]
    fn what_was_found_is_noted_once_and_only_where_it_may() {
        let mut state = state();
        let id = VideoId::from_hash([1; 32]);
        let (name, path) = ("a.mp4".to_owned(), PathBuf::from("/old/a.mp4"));
        let video = KnownVideo { id: id.clone(), name, size: 1, path, frames: None, duration: None, present: true };
        let found = vec![Found { video, path: PathBuf::from("/new/a.mp4"), same_name: true }];
        state.exchanging.relocation = Answer::Known(Arc::new(Relocation { found, ..Relocation::default() }));
        let held = state.clone();
        let effects = run(&mut state, Wish::Relocate);
        let [Effect::Relocate(places)] = effects.as_slice() else { panic!("one: {effects:?}") };
        assert_eq!(places.as_slice(), [(id, PathBuf::from("/new/a.mp4"))]);
        assert!(run(&mut state, Wish::Relocate).is_empty());
        let mut held = held;
        held.reviews.opened(PathBuf::from("/case"), Some("Grace".to_owned()), 1);
        assert!(run(&mut held, Wish::Relocate).is_empty());
        assert!(held.notices.list().iter().any(|notice| notice.text.contains("Grace")));
    }
}
