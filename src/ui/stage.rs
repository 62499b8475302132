//! The stage: the picture and the timeline below it, fed from the state.
//!
//! Owns what both remember between frames and the translation between their vocabulary and actions.
//! Does not own drawing: see `video_view` and `timeline`.

use egui::{Id, Rect, RichText, Ui};

use crate::app::action::Action;
use crate::app::comparing::CompareAction;
use crate::app::effect::Zoom;
use crate::app::library::{Entry, EntryId, FileState};
use crate::app::state::AppState;
use crate::domain::frame::{Delay, Playing};
use crate::domain::label::Label;
use crate::domain::playback::PlaybackCommand;
use crate::domain::segment::EventRule;

use super::filmstrip::Still;
use super::root::ViewContext;
use super::timeline::geometry::Limits;
use super::timeline::{self, LabelInput, TimelineAction, TimelineInput, TimelineState};
use super::video_view::{self, VideoContent, VideoViewState};

/// Share by which one step of the keyboard zooms.
const ZOOM_STEP: f64 = 1.6;
/// Share of the visible stretch by which a page of the keyboard moves: a little of the last page stays in sight.
const PAGE: f64 = 0.9;
/// What zooming to fit and back goes to when there was nothing to go back to.
const CLOSE_UP: f64 = 8.0;

/// Memory of the picture and the timeline.
#[derive(Debug, Default)]
pub struct StageState {
    video: VideoViewState,
    timeline: TimelineState,
    /// The view before everything was shown, for going back.
    before_fit: Option<TimelineState>,
    /// Whose timeline it is.
    entry: Option<EntryId>,
    /// Where picture and timeline were drawn.
    areas: [Option<Rect>; 2],
    /// The widget that stands for the picture.
    picture: Option<Id>,
}

impl StageState {
    /// Whether the widget with the focus is the picture or the timeline itself.
    pub fn is_stage(&self, id: Id) -> bool {
        self.picture == Some(id) || self.timeline.body() == Some(id)
    }

    /// Whether the widget with the focus is the picture or part of the timeline.
    pub fn owns_focus(&self, ctx: &egui::Context, id: Id) -> bool {
        let at = ctx.read_response(id).map(|r| r.rect.center());
        at.is_some_and(|at| self.areas.iter().flatten().any(|area| area.contains(at)))
    }

    /// Changes what the timeline shows.
    pub fn zoom(&mut self, zoom: Zoom, state: &AppState) {
        let Some(session) = &state.session else { return };
        let (frame, table) = (session.frame(), session.frames());
        let limits = Limits::of(table);
        match zoom {
            Zoom::Event => {
                if let Some(event) = state.current_event().and_then(|i| state.events().get(i)) {
                    let grid = session.grid();
                    let (first, last) = (grid.range(event.first).start, grid.range(event.last).end - 1);
                    self.timeline.show_span(table.frames_span(first, last), table);
                }
            }
            Zoom::Earlier => self.timeline.pan(-PAGE, table),
            Zoom::Later => self.timeline.pan(PAGE, table),
            Zoom::In => self.timeline.zoom(ZOOM_STEP, frame, table),
            Zoom::Out => self.timeline.zoom(1.0 / ZOOM_STEP, frame, table),
            Zoom::Fit if !self.timeline.visible(&limits).is_whole(&limits) => {
                self.before_fit = Some(self.timeline.clone());
                self.timeline.fit();
            }
            Zoom::Fit => match self.before_fit.take() {
                Some(before) => self.timeline = before,
                None => self.timeline.zoom(CLOSE_UP, frame, table),
            },
        }
    }

    /// The view of the time axis, for panels that share it.
    pub(super) fn timeline(&mut self) -> &mut TimelineState {
        &mut self.timeline
    }

    /// Another video begins with all of it in sight.
    pub(super) fn follow_entry(&mut self, entry: EntryId) {
        if self.entry.replace(entry) != Some(entry) {
            self.timeline.fit();
            self.before_fit = None;
        }
    }
}

/// The picture.
pub fn video_ui(view: &ViewContext<'_>, stage: &mut StageState, ui: &mut Ui) {
    let (entry, blind) = (view.state.library.selected(), view.state.prefs.blind);
    let content = match (&view.state.session, view.playing, entry) {
        (Some(session), Some(playing), Some(entry)) => VideoContent::Video {
            playing,
            grid: session.grid(),
            snippets: entry.scored.as_ref().filter(|_| !blind.hides_model()).map(|s| &s.snippets),
            rule: &view.state.rule,
            picture: view.state.picture,
            stand_in: stand_in(view, playing, ui),
            clock: view.state.clock(),
            mark: view.state.current_event().filter(|_| !blind.on).and_then(|event| entry.mark(event)),
        },
        (_, _, Some(Entry { file: FileState::Refused(reason), .. })) => VideoContent::Failed(reason),
        (_, _, Some(_)) => VideoContent::Empty("The file is being opened."),
        (_, _, None) => VideoContent::Empty("Choose a file in the library."),
    };
    let overlays = view.state.prefs.overlays;
    let (response, looked_at) = video_view::video_ui(ui, &content, overlays, view.tokens, &mut stage.video);
    stage.areas[0] = Some(response.rect);
    stage.picture = Some(response.id);
    if let Some(looked_at) = looked_at {
        view.actions.send(Action::SetPicture(looked_at));
    }
    if response.clicked() && view.state.session.is_some() {
        view.actions.send(Action::Playback(PlaybackCommand::TogglePlay));
    }
}

/// While the frame asked for is being decoded: a small picture that is nearer to it than what is at hand.
fn stand_in(view: &ViewContext<'_>, playing: &Playing, ui: &Ui) -> Option<Still> {
    let at_rest = view.state.session.as_ref().is_some_and(|s| !s.transport.is_playing());
    if !at_rest || playing.delay != Delay::Decoding {
        return None;
    }
    let far = |frame: usize| frame.abs_diff(playing.wanted);
    let still = view.filmstrip.as_ref()?.nearest(ui.ctx(), playing.wanted)?;
    playing.frame.as_ref().is_none_or(|frame| far(still.frame) < far(frame.number)).then_some(still)
}

/// The timeline.
pub fn timeline_ui(view: &ViewContext<'_>, stage: &mut StageState, ui: &mut Ui) {
    stage.areas[1] = Some(ui.max_rect());
    let (Some(session), Some(entry)) = (&view.state.session, view.state.shown()) else {
        ui.centered_and_justified(|ui| {
            ui.label(RichText::new("The timeline shows the video on screen.").color(view.tokens.palette.text_weak));
        });
        return;
    };
    stage.follow_entry(entry.id);
    let (blind, marking) = (view.state.prefs.blind, &view.state.marking);
    let scored = entry.scored.as_ref().filter(|_| !blind.hides_model());
    // What is made of the scores must be made again when they are hidden or shown.
    let revision = if blind.hides_model() { entry.revision() | 1 << 63 } else { entry.revision() };
    let input = TimelineInput {
        table: session.frames(),
        grid: session.grid(),
        snippets: scored.map(|s| &s.snippets),
        curves: &entry.curves,
        scored_to: scored.map_or(0, |s| s.snippets.len()),
        complete: scored.is_some_and(|s| s.complete),
        overlay: entry.video_id.as_ref().and_then(|video| view.state.overlay(video)),
        difference: entry
            .video_id
            .as_ref()
            .and_then(|video| view.state.comparing.shown_of(video))
            .map(|(compared, _)| &compared.difference),
        picked: entry.video_id.as_ref().map_or(&[], |video| view.state.picked.of(video)),
        lanes: entry.lanes(),
        revision,
        events: view.state.events(),
        marks: if blind.on { &[] } else { &entry.marks },
        twins: if blind.on { &[] } else { &entry.twins },
        judged: if blind.on { &[] } else { &entry.judged },
        marks_revision: if blind.on { u64::MAX } else { entry.marks_revision() },
        labels: LabelInput {
            shown: marking.labels(),
            selected: marking.selected_place(),
            stretch: marking.stretch.span(session.frame()),
            stretch_color: marking.class(view.state.reviews.schema()).map(|class| class.color),
        },
        disagreements: &view.state.disagreements,
        blind,
        cost: entry.cost(),
        selected_event: view.state.current_event(),
        rule: &view.state.rule,
        own_threshold: view
            .state
            .engine
            .facts()
            .and_then(|facts| facts.threshold)
            .filter(|own| (own - view.state.rule.threshold).abs() >= 0.005),
        prefs: &view.state.prefs.timeline,
        looped: session.transport.looped(),
        frame: session.frame(),
        playing: session.transport.is_playing(),
        filmstrip: view.filmstrip,
        tokens: view.tokens,
    };
    for action in timeline::timeline_ui(ui, &input, &mut stage.timeline) {
        view.actions.send(match action {
            TimelineAction::Seek { frame, .. } => Action::Playback(PlaybackCommand::SeekFrame(frame)),
            TimelineAction::SetThreshold(threshold) => Action::SetRule(EventRule { threshold, ..view.state.rule }),
            TimelineAction::SetHysteresis(hysteresis_share) => {
                Action::SetRule(EventRule { hysteresis_share, ..view.state.rule })
            }
            TimelineAction::SetLanes(lanes) => Action::SetLanes(lanes),
            TimelineAction::InvertAttention => Action::InvertAttention,
            TimelineAction::ToggleSnapping => Action::ToggleSnapping,
            TimelineAction::Pick(snippets) => Action::Compare(CompareAction::Pick(snippets.collect())),
            TimelineAction::SelectLabel(id) => Action::SelectLabel(id),
            TimelineAction::Trim { event, span } => Action::TrimEvent(event, Some(span)),
            TimelineAction::ShapeStretch(span) => Action::ShapeStretch(span),
            TimelineAction::ShapeLabel { id, span } => {
                let Some(at) = marking.labels().place(id) else { continue };
                Action::ChangeLabel(id, Label { span, ..marking.labels().list()[at].label.clone() })
            }
            // The position comes with it, and the current event is the one at the position.
            TimelineAction::SelectEvent(_) => continue,
        });
    }
}
