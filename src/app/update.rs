//! The reducer: every change of the state happens here.
//!
//! Owns the one entrance, [`update`], and hands each message to the file of its subject. Pure: no
//! clock, no file, no thread; what must happen outside is returned as effects.

mod ablation;
mod compare;
mod examination;
mod exchange;
mod inspect;
mod keys;
mod known_normal;
mod labels;
mod lanes;
mod learn;
mod library;
mod playback;
mod position;
mod queue;
mod review;
mod review_queue;
mod scoring;
mod second_reader;
mod survey;
#[cfg(test)]
mod tests;
mod timeline;
mod upcoming;
mod view;

use super::action::{Action, Message};
use super::effect::{Effect, Pick, Undoing};
use super::event::Event;
use super::library::ScoringState;
use super::state::{AppState, Dialog};
use super::{blind, charting};

/// Takes one message in and returns what is to be done about it.
pub fn update(state: &mut AppState, message: Message) -> Vec<Effect> {
    let mut effects = Vec::new();
    match message {
        Message::Action(action) => act(state, action, &mut effects),
        Message::Event(event) => hear(state, event, &mut effects),
        Message::Advance { now, dt } => {
            state.notices.advance(now);
            state.now = now;
            if let Some(session) = &mut state.session {
                session.transport.advance(dt, &session.video.frames);
            }
            upcoming::follow(state, &mut effects);
            return effects;
        }
    }
    queue::pump(state, &mut effects);
    known_normal::pump(state, &mut effects);
    review::pump(state, &mut effects);
    labels::pump(state);
    second_reader::pump(state);
    upcoming::pump(state, &mut effects);
    examination::pump(state, &mut effects);
    inspect::pump(state, &mut effects);
    compare::pump(state, &mut effects);
    survey::pump(state, &mut effects);
    ablation::pump(state, &mut effects);
    effects
}

#[expect(clippy::too_many_lines, reason = "a table: each action, and who carries it out")]
fn act(state: &mut AppState, action: Action, effects: &mut Vec<Effect>) {
    if blind::forbids(state, &action) {
        return second_reader::refuse(state);
    }
    match action {
        Action::OpenPaths(paths) => library::open(state, paths, effects),
        Action::OpenText(text) => library::open_text(state, &text, effects),
        Action::OpenProjectVideos => effects.push(Effect::ListProjectVideos { open: true }),
        Action::PickFiles => library::pick(state, Pick::Videos, effects),
        Action::PickFolder => library::pick(state, Pick::Folders, effects),
        Action::MakeDemo => library::make_demo(state, effects),
        Action::Select(entry) => library::select(state, entry, effects),
        Action::SelectNeighbour(by) => {
            if let Some(entry) = state.library.neighbour(by) {
                library::select(state, entry, effects);
            }
        }
        Action::Remove(entry) => library::remove(state, entry, effects),
        Action::Filter(text) => state.library.filter = text,
        Action::Order(order) => state.library.order = order,
        Action::Playback(command) => playback::apply(state, command),
        Action::ShuttleSlow { backward } => playback::shuttle_slow(state, backward),
        Action::StepSnippet { forward } => playback::step_snippet(state, forward),
        Action::StepKeyframe { forward } => playback::step_keyframe(state, forward),
        Action::StepEvent { forward, among } => playback::step_event(state, forward, among, effects),
        Action::Judge(verdict) => review::judge(state, verdict, effects),
        Action::ClearVerdict => review::clear(state, effects),
        Action::Describe(description) => review::describe(state, description, effects),
        Action::ToggleReviewed => review::toggle_reviewed(state, effects),
        Action::Undo => review::undo(state, Undoing::Last, effects),
        Action::Redo => review::undo(state, Undoing::LastUndo, effects),
        Action::UndoStep(step) => review::undo(state, Undoing::Step(step), effects),
        Action::ReadHistory => review::read_history(state, effects),
        Action::OpenProject(folder) => review::open_project(state, folder, effects),
        Action::RestoreBackup(backup) => review::restore(state, backup, effects),
        Action::QueueInSight(rows) => review_queue::in_sight(state, rows, effects),
        Action::FilterQueue(filter, sort) => review_queue::filter(state, filter, sort),
        Action::GoToRow(place) => review_queue::go_to_row(state, place, effects),
        Action::MarkRow(place) => state.queue.toggle_mark(place),
        Action::MarkRowsTo(place) => state.queue.mark_to(place),
        Action::UnmarkRows => state.queue.marked.clear(),
        Action::StepRow(by) => review_queue::step_row(state, by, effects),
        Action::SetReviewPrefs(prefs) => review::set_prefs(state, prefs, effects),
        Action::Mark(end) => labels::mark(state, end),
        Action::TrimEvent(index, part) => labels::trim(state, index, part),
        Action::ShapeStretch(span) => labels::shape(state, span),
        Action::CommitLabel => labels::commit(state, effects),
        Action::ChooseClass(class) => labels::choose_class(state, class, effects),
        Action::ChooseNewClass(class) => state.marking.choose_class(class),
        Action::SelectLabel(id) => labels::select(state, id),
        Action::StepLabel { forward } => labels::step_label(state, forward),
        Action::GoToLabelEnd(end) => labels::go_to_end(state, end),
        Action::SplitLabel => labels::split(state, effects),
        Action::MergeLabels => labels::merge(state, effects),
        Action::DeleteLabel => labels::delete(state, effects),
        Action::NudgeLabel { end, later } => labels::nudge(state, end, later, effects),
        Action::ChangeLabel(id, label) => labels::change(state, id, label, effects),
        Action::LabelVideo(label) => labels::label_video(state, label, effects),
        Action::SetBlind(blind) => second_reader::set_blind(state, blind, effects),
        Action::StepDisagreement { forward } => second_reader::step_disagreement(state, forward),
        Action::ReadAgreement => second_reader::read(state, effects),
        Action::ShowFrames(target) => second_reader::show_frames(state, target, effects),
        Action::EditSchema(edit) => labels::edit_schema(state, &edit, effects),
        Action::ShowEvent(index) => playback::show_event(state, index),
        Action::GoTo(place) => playback::go_to(state, place),
        Action::SetRule(rule) => scoring::set_rule(state, rule, effects),
        Action::SetTsa(tsa) => scoring::set_tsa(state, tsa),
        Action::Score(entry) => scoring::ask(state, entry),
        Action::CancelScoring(entry) => scoring::cancel(state, entry, effects),
        Action::CancelAll => scoring::cancel_all(state, effects),
        Action::Timeline(zoom) => effects.push(Effect::Timeline(zoom)),
        Action::SetPicture(picture) => state.picture = picture.within_limits(),
        Action::PinPicture(pinned) => state.picture_pinned = pinned,
        Action::ToggleLoop => playback::toggle_loop(state),
        Action::LoopEvent(index) => playback::loop_event(state, index),
        Action::Snapshot => view::snapshot(state, effects),
        Action::Copy(what) => position::copy(state, what, effects),
        Action::SetClock(clock) => position::set_clock(state, clock, effects),
        Action::SetChart(form) => state.chart = form,
        Action::SaveChart => view::save_chart(state, effects),
        Action::SetSnapshotFolder(folder) => view::set_snapshot_folder(state, folder, effects),
        Action::Choose(command) => keys::choose(state, command, effects),
        Action::BindKey(command, shortcut) => keys::bind(state, command, shortcut, effects),
        Action::UnbindKey(command, shortcut) => keys::unbind(state, command, shortcut, effects),
        Action::ResetKeys(command) => keys::reset(state, command, effects),
        Action::Exchange(wish) => exchange::wish(state, wish, effects),
        Action::Open(dialog) => {
            (state.dialog, state.class_in_use) = (Some(dialog), None);
            if dialog == Dialog::Chart {
                charting::suggest(state);
            }
            exchange::opened(state, dialog, effects);
        }
        Action::BackOut => view::back_out(state, effects),
        Action::ToggleTheme => view::toggle_theme(state, effects),
        Action::ToggleLane(kind) => timeline::change(state, effects, |t| t.lanes.toggle(kind)),
        Action::SetLanes(lanes) => timeline::change(state, effects, |t| t.lanes = lanes.repaired()),
        Action::InvertAttention => timeline::change(state, effects, |t| t.invert_attention = !t.invert_attention),
        Action::ToggleSnapping => timeline::change(state, effects, |t| t.snapping = !t.snapping),
        Action::ToggleOverlays => view::toggle_overlays(state, effects),
        Action::ToggleMute => view::toggle_mute(state, effects),
        Action::SetVolume(volume) => view::set_volume(state, volume, effects),
        Action::ToggleFullScreen => view::full_screen(state, !state.full_screen, effects),
        Action::SetDecoding(decoding) => view::set_decoding(state, decoding, effects),
        Action::SetLayout(layout) => view::set_layout(state, layout, effects),
        Action::BringPanel(panel) => view::bring_panel(state, panel, effects),
        Action::TogglePanel(panel) => view::toggle_panel(state, panel, effects),
        Action::Learn(action) => learn::act(state, action, effects),
        Action::Inspect(action) => inspect::act(state, action, effects),
        Action::Survey(action) => survey::act(state, action, effects),
        Action::Compare(action) => compare::act(state, action, effects),
        Action::Ablation(action) => ablation::act(state, action, effects),
        Action::ShowExamCurve(curve) => state.examination.curve = curve,
        Action::ChooseThreshold(threshold) => examination::choose(state, threshold, effects),
        Action::ToggleKnownNormal => known_normal::toggle(state, effects),
        Action::CloseNotice(id) => state.notices.close(id),
        Action::Quit => effects.push(Effect::Quit),
    }
}

fn hear(state: &mut AppState, event: Event, effects: &mut Vec<Effect>) {
    match event {
        Event::FilesFound { files, refused } => library::found(state, files, refused, effects),
        Event::Picked(paths) => library::picked(state, paths, effects),
        Event::Opened { entry, video } => library::opened(state, entry, video, effects),
        Event::TruthFound { entry, frames } => library::truth_found(state, entry, frames),
        Event::GapsFound { entry, gaps } => lanes::gaps(state, entry, gaps),
        Event::Refused { entry, reason } => library::refused(state, entry, reason),
        Event::EngineReady(facts) => scoring::engine_ready(state, facts),
        Event::EngineFailed(reason) => scoring::engine_failed(state, reason),
        Event::ScoringProgress { job, phase, progress, remaining_secs } => {
            let running = ScoringState::Running { phase, progress, remaining_secs };
            scoring::progressed(state, job, running);
        }
        Event::Identified { job, id } => scoring::identified(state, job, id, effects),
        Event::FootageSeen { job, motion, damaged } => lanes::seen(state, job, motion, &damaged),
        Event::Scattered { job, band } => lanes::scattered(state, job, band),
        Event::ScoringPartial { job, scores } => scoring::partial(state, job, scores),
        Event::Scored { job, scores, notes } => scoring::done(state, job, scores, notes),
        Event::ScoringFailed { job, reason } => scoring::failed(state, job, reason),
        Event::DemoProgress(progress) => library::demo_progressed(state, progress),
        Event::DemoMade(folder) => library::demo_made(state, folder, effects),
        Event::DemoFailed(reason) => library::demo_failed(state, reason),
        Event::ProjectOpened { folder, held_by, next_item } => {
            review::project_opened(state, folder, held_by, next_item, effects);
        }
        Event::ProjectFailed { reason, backup } => review::project_failed(state, reason, backup, effects),
        Event::ProjectVideos { videos, open } => library::project_videos(state, videos, open, effects),
        Event::HistoryRead(history) => state.history = Some(history),
        Event::AgreementProgress(progress) => second_reader::progressed(state, progress),
        Event::AgreementRead(report) => second_reader::known(state, *report),
        Event::AgreementFailed(reason) => second_reader::failed(state, reason),
        Event::SchemaRead(schema) => state.reviews.schema_loaded(schema),
        Event::ReviewLoaded(review) => state.reviews.loaded(*review),
        Event::ClassInUse { class, labels } => state.class_in_use = Some((class, labels)),
        Event::StepRecorded { ticket, step, said, undoes } => {
            review::recorded(state, (ticket, &step, undoes), said, effects);
        }
        Event::QueueRead { question, place, rows } => state.queue.filled(question, place, rows),
        Event::QueueCounted { question, counts } => state.queue.counted(question, counts),
        Event::ErrandProgress { id, stage, progress, remaining_secs } => {
            exchange::progressed(state, id, stage, progress, remaining_secs);
        }
        Event::ErrandEnded { id, outcome } => exchange::ended(state, id, *outcome, effects),
        Event::Relocated(count) => exchange::relocated(state, count, effects),
        Event::QueueChanged => {
            state.known_normal.due = true;
            state.queue.ask_again();
        }
        Event::Recalled(found) => known_normal::recalled(state, found, effects),
        Event::AsideChanged => state.queue.ask_again(),
        Event::VideoLocated { target, path, ahead: false } => review_queue::located(state, &target, path, effects),
        Event::VideoLocated { target, path, ahead: true } => upcoming::located(state, &target, path),
        Event::NextOpenFound { after, found } => review_queue::next_open(state, &after, found, effects),
        Event::StepRefused { ticket, reason } => review::refused(state, ticket, reason),
        Event::ModelInUse { weights, promoted } => learn::model_in_use(state, weights, promoted, effects),
        Event::ModelsRead(models) => state.learn.models = models,
        Event::Learning { task, news } => learn::hear(state, task, news, effects),
        Event::Inspected { task, news } => inspect::hear(state, task, news),
        Event::Sweeping(progress, left) => inspect::sweeping(state, progress, left),
        Event::Swept(result) => inspect::swept(state, result),
        Event::SweepKept(result) => inspect::sweep_kept(state, result),
        Event::Comparing { task, news } => compare::hear(state, task, news),
        Event::Surveyed { task, news } => survey::hear(state, task, news),
        Event::Ablation { task, news } => ablation::hear(state, task, news),
        Event::Examined(examined) => examination::examined(state, examined),
        Event::Told(severity, text) => state.notices.push(severity, text),
    }
}
