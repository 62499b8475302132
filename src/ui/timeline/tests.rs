//! The timeline driven as a user drives it: by pointer, keys and accessible names.

use egui::{Modifiers, PointerButton, Theme, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::geometry::Limits;
use super::*;
use crate::domain::frames::FrameTable;
use crate::domain::score::SnippetScores;
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::domain::snippet::SnippetGrid;
use crate::domain::time::MediaTime;
use crate::gpu::testing;
use crate::ui::theme::{self, Tokens};

/// A made-up recording of 80 s with two incidents.
struct World {
    table: FrameTable,
    snippets: SnippetScores,
    events: Vec<AnomalySegment>,
    rule: EventRule,
    scored_to: usize,
    frame: usize,
    theme: Theme,
    state: TimelineState,
    actions: Vec<TimelineAction>,
}

impl World {
    fn new() -> Self {
        let frames = 2000_usize;
        let entries = (0..frames).map(|i| (MediaTime::from_micros(i as i64 * 40_000), i % 50 == 0)).collect();
        let table = FrameTable::new(entries, None).expect("has frames");
        let count = SnippetGrid::new(frames).count();
        let bump = |i: usize, at: f32, width: f32| (-((i as f32 - at) / width).powi(2)).exp();
        let wobble = |i: usize| ((i * 7919) % 23) as f32 / 23.0;
        let scores: Vec<f32> = (0..count)
            .map(|i| (0.06 + 0.1 * wobble(i) + 0.85 * bump(i, 38.0, 5.0) + 0.6 * bump(i, 92.0, 3.0)).min(0.99))
            .collect();
        let attention = scores.iter().enumerate().map(|(i, s)| (s * 1.3 + 0.3 * wobble(i + 3)).min(1.0)).collect();
        let magnitudes = scores.iter().enumerate().map(|(i, s)| 9.0 + 6.0 * s + wobble(i * 3)).collect();
        let rule = EventRule::default();
        Self {
            events: rule.events(&scores),
            snippets: SnippetScores { scores, attention, magnitudes },
            table,
            rule,
            scored_to: count,
            frame: 610,
            theme: Theme::Dark,
            state: TimelineState::default(),
            actions: Vec::new(),
        }
    }

    fn show(&mut self, ui: &mut Ui) {
        let grid = SnippetGrid::new(self.table.len());
        let input = TimelineInput {
            table: &self.table,
            grid,
            snippets: Some(&self.snippets),
            scored_to: self.scored_to,
            complete: self.scored_to == grid.count(),
            revision: 1,
            events: &self.events,
            selected_event: Some(0),
            rule: &self.rule,
            attention_lane: true,
            frame: self.frame,
            playing: false,
            tokens: Tokens::of(self.theme),
        };
        let actions = timeline_ui(ui, &input, &mut self.state);
        self.actions.extend(actions);
    }

    fn length(&self) -> f64 {
        self.state.visible(&Limits::of(&self.table)).length()
    }
}

fn harness(world: World) -> Harness<'static, World> {
    let theme = world.theme;
    let mut harness = Harness::builder()
        .with_size(vec2(1100.0, 300.0))
        .with_theme(theme)
        .with_step_dt(1.0 / 60.0)
        .with_context_setup(theme::install)
        .renderer(testing::renderer())
        .build_ui_state(|ui, world: &mut World| world.show(ui), world);
    harness.run();
    harness
}

fn lane_point(harness: &Harness<'_, World>, share: f32, y: f32) -> egui::Pos2 {
    let rect = harness.get_by_label("Timeline").rect();
    pos2(rect.left() + rect.width() * share, rect.top() + rect.height() * y)
}

#[test]
fn a_drag_seeks_and_ends() {
    let mut h = harness(World::new());
    h.drag_at(lane_point(&h, 0.25, 0.9));
    h.run();
    h.hover_at(lane_point(&h, 0.5, 0.9));
    h.run();
    h.drop_at(lane_point(&h, 0.5, 0.9));
    h.run();
    assert_eq!(h.state().actions[0], TimelineAction::Seek { frame: 500, dragging: true });
    assert_eq!(h.state().actions.last(), Some(&TimelineAction::Seek { frame: 1000, dragging: false }));
}

#[test]
fn a_press_on_an_event_selects_it() {
    let mut h = harness(World::new());
    let at = lane_point(&h, 92.0 * 16.0 / 2000.0, 0.42);
    h.drag_at(at);
    h.run();
    h.drop_at(at);
    h.run();
    assert!(h.state().actions.contains(&TimelineAction::SelectEvent(1)), "{:?}", h.state().actions);
}

#[test]
fn wheel_zooms_around_the_pointer_and_double_click_fits() {
    let mut h = harness(World::new());
    let whole = h.state().length();
    let at = lane_point(&h, 0.25, 0.9);
    h.hover_at(at);
    h.run();
    let wheel = |modifiers, delta| egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers,
    };
    h.event(wheel(Modifiers::NONE, vec2(0.0, 400.0)));
    h.run_steps(60);
    let zoomed = h.state().state.visible(&Limits::of(&h.state().table));
    assert!(zoomed.length() < whole / 4.0);
    // A quarter of the video stays under the pointer.
    assert!(((whole / 4.0 - zoomed.start()) / zoomed.length() - 0.25).abs() < 0.01);

    h.event(wheel(Modifiers::NONE, vec2(-300.0, 0.0)));
    h.run_steps(60);
    let panned = h.state().state.visible(&Limits::of(&h.state().table));
    assert!(panned.start() > zoomed.start() && (panned.length() - zoomed.length()).abs() < 1.0);

    for _ in 0..2 {
        for pressed in [true, false] {
            h.event(egui::Event::PointerButton {
                pos: at,
                button: PointerButton::Primary,
                pressed,
                modifiers: Modifiers::NONE,
            });
            h.step();
        }
    }
    h.run();
    assert_eq!(h.state().length(), whole);
}

#[test]
fn threshold_moves_by_dragging_and_by_name() {
    let mut h = harness(World::new());
    let body = h.get_by_label("Timeline").rect();
    let line = pos2(body.center().x, h.get_by_label("Threshold").rect().center().y);
    h.drag_at(line);
    h.run();
    h.hover_at(line - vec2(0.0, 20.0));
    h.run();
    h.drop_at(line - vec2(0.0, 20.0));
    h.run();
    let mut moved =
        h.state().actions.iter().filter_map(|a| if let TimelineAction::SetThreshold(v) = a { Some(*v) } else { None });
    let last = moved.next_back().expect("was dragged");
    assert!(last > 0.55 && last < 0.9, "{last}");
    assert!(
        !h.state().actions.iter().any(|a| matches!(a, TimelineAction::Seek { .. })),
        "dragging a line must not seek"
    );

    h.state_mut().actions.clear();
    h.get_by_label("Threshold").set_value_accesskit(0.25);
    h.run();
    assert!(h.state().actions.contains(&TimelineAction::SetThreshold(0.25)), "{:?}", h.state().actions);

    h.state_mut().actions.clear();
    h.get_by_label("Threshold").focus();
    h.run();
    h.key_press(egui::Key::ArrowUp);
    h.run();
    assert!(h.state().actions.contains(&TimelineAction::SetThreshold(0.51)), "{:?}", h.state().actions);
}

#[test]
fn values_can_be_read_and_the_position_set_by_name() {
    let mut h = harness(World::new());
    let score = h.state().snippets.scores[610 / 16];
    h.get_by_label(&format!("Score {score:.3}"));
    h.get_by_label("#610 00:24.400");
    h.get_by_label("Invert").click();
    h.run();
    assert!(h.state().state.invert_attention);
    h.get_by_label("Timeline").set_value_accesskit(1234.0);
    h.run();
    assert!(h.state().actions.contains(&TimelineAction::Seek { frame: 1234, dragging: false }));
}

#[test]
fn an_idle_timeline_does_not_ask_to_be_drawn() {
    let mut h = harness(World::new());
    h.run_steps(2);
    let delay = h.output().viewport_output.values().map(|v| v.repaint_delay).min();
    assert!(delay.is_some_and(|d| d > std::time::Duration::from_secs(1)), "{delay:?}");
}

#[test]
fn dark_theme_looks_as_before() {
    harness(World::new()).snapshot("timeline_dark");
}

#[test]
fn light_theme_zoomed_while_scoring_looks_as_before() {
    let mut world = World::new();
    (world.theme, world.scored_to) = (Theme::Light, 70);
    world.state.zoom(2.5, 900, &world.table);
    harness(world).snapshot("timeline_light_scoring");
}
