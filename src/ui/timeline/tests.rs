//! The timeline driven as a user drives it: by pointer, keys and accessible names.

mod disagreements;
mod labels;
mod long;

use egui::{Modifiers, PointerButton, Theme, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use strum::IntoEnumIterator as _;

use super::geometry::Limits;
use super::*;
use crate::app::blind::BlindPass;
use crate::app::disagreements::ShownDisagreements;
use crate::app::lanes::{LaneSettings, TimelinePrefs};
use crate::app::marking::ShownLabels;
use crate::domain::curve::{Curve, ScoreCurves};
use crate::domain::event_cost::EventCost;
use crate::domain::frames::FrameTable;
use crate::domain::lane_data::{LaneData, NoiseBand};
use crate::domain::looping::LoopPoints;
use crate::domain::score::SnippetScores;
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::domain::snippet::SnippetGrid;
use crate::domain::time::{MediaTime, TimeSpan};
use crate::gpu::testing;
use crate::ui::theme::{self, Tokens};

/// A made-up recording of 80 s with two incidents, a gap and some damage.
struct World {
    table: FrameTable,
    snippets: SnippetScores,
    curves: ScoreCurves,
    lanes: LaneData,
    prefs: TimelinePrefs,
    events: Vec<AnomalySegment>,
    labels: ShownLabels,
    selected_label: Option<usize>,
    disagreements: ShownDisagreements,
    blind: BlindPass,
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
        let motion = scores.iter().enumerate().map(|(i, s)| 0.02 + 0.05 * s + 0.03 * wobble(i * 5)).collect();
        let off = |by: f32| -> Vec<f32> { scores.iter().map(|s| (s + by * (0.3 + s)).clamp(0.0, 1.0)).collect() };
        let span = |from: i64, to: i64| {
            TimeSpan::new(MediaTime::from_micros(from * 1_000_000), MediaTime::from_micros(to * 1_000_000))
        };
        let noise = NoiseBand::new(off(-0.2), off(0.0), off(0.15));
        let snippets = SnippetScores { scores, attention, magnitudes };
        Self {
            events: rule.events(&snippets.scores),
            curves: ScoreCurves::of(&snippets, count),
            labels: ShownLabels::default(),
            selected_label: None,
            disagreements: ShownDisagreements::default(),
            blind: BlindPass::default(),
            lanes: LaneData {
                noise: Some(noise),
                motion: Some(Curve::new(motion)),
                gaps: vec![span(41, 47)],
                damaged: vec![span(10, 11), span(47, 49)],
                truth: Some(vec![560..700, 1440..1500]),
            },
            prefs: TimelinePrefs::default(),
            snippets,
            table,
            rule,
            scored_to: count,
            frame: 610,
            theme: Theme::Dark,
            state: TimelineState::default(),
            actions: Vec::new(),
        }
    }

    /// Scoring has come this far.
    fn score_to(&mut self, count: usize) {
        self.scored_to = count;
        self.curves = ScoreCurves::of(&self.snippets, count);
        self.lanes.noise = None;
    }

    fn show(&mut self, ui: &mut Ui) {
        let grid = SnippetGrid::new(self.table.len());
        let input = TimelineInput {
            table: &self.table,
            grid,
            snippets: Some(&self.snippets),
            curves: &self.curves,
            scored_to: self.scored_to,
            complete: self.scored_to == grid.count(),
            overlay: None,
            difference: None,
            picked: &[],
            lanes: &self.lanes,
            revision: 1,
            events: &self.events,
            marks: &[],
            judged: &[],
            twins: &[],
            marks_revision: 0,
            labels: LabelInput {
                shown: &self.labels,
                selected: self.selected_label,
                stretch: None,
                stretch_color: None,
            },
            disagreements: &self.disagreements,
            blind: self.blind,
            cost: EventCost::of(&self.events, self.scored_to, &self.table),
            selected_event: Some(0),
            own_threshold: None,
            rule: &self.rule,
            prefs: &self.prefs,
            looped: LoopPoints::default(),
            frame: self.frame,
            playing: false,
            filmstrip: None,
            tokens: Tokens::of(self.theme),
        };
        let actions = timeline_ui(ui, &input, &mut self.state);
        for action in &actions {
            match action {
                TimelineAction::SetLanes(lanes) => self.prefs.lanes = lanes.clone(),
                TimelineAction::InvertAttention => self.prefs.invert_attention = !self.prefs.invert_attention,
                TimelineAction::ToggleSnapping => self.prefs.snapping = !self.prefs.snapping,
                _ => {}
            }
        }
        self.actions.extend(actions);
    }

    fn length(&self) -> f64 {
        self.state.visible(&Limits::of(&self.table)).length()
    }
}

fn harness(world: World) -> Harness<'static, World> {
    let theme = world.theme;
    let mut harness = Harness::builder()
        .with_size(vec2(1100.0, 400.0))
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

/// A point in the middle of a lane, at a share of the time axis.
fn in_lane(harness: &Harness<'_, World>, lane: &str, share: f32) -> egui::Pos2 {
    let rect = harness.get_by_label("Timeline").rect();
    pos2(rect.left() + rect.width() * share, harness.get_by_label(lane).rect().center().y)
}

/// Names of the lanes below the ruler, from the top.
fn order(harness: &Harness<'_, World>) -> Vec<&'static str> {
    let mut lanes: Vec<_> = LaneKind::iter()
        .filter(|kind| *kind != LaneKind::Overview)
        .filter_map(|kind| Some((harness.query_by_label(&format!("{} lane", kind.text()))?.rect().top(), kind.text())))
        .collect();
    lanes.sort_by(|a, b| a.0.total_cmp(&b.0));
    lanes.into_iter().map(|(_, name)| name).collect()
}

/// A press and a release, as a mouse gives them: for what is covered by what has no name.
fn click_at(harness: &mut Harness<'_, World>, pos: egui::Pos2, button: PointerButton) {
    for pressed in [true, false] {
        harness.event(egui::Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE });
        harness.step();
    }
}

fn drag(harness: &mut Harness<'_, World>, from: egui::Pos2, to: egui::Pos2) {
    harness.drag_at(from);
    harness.run();
    harness.hover_at(from.lerp(to, 0.5));
    harness.run();
    harness.hover_at(to);
    harness.run();
    harness.drop_at(to);
    harness.run();
}

#[test]
fn a_lane_is_carried_to_another_place() {
    let mut h = harness(World::new());
    assert_eq!(order(&h)[..3], ["Score", "Events", "Attention"]);
    let (from, to) = (h.get_by_label("Magnitude lane").rect().center(), h.get_by_label("Score lane").rect());
    drag(&mut h, from, pos2(from.x, to.top() + 4.0));
    assert_eq!(order(&h)[..3], ["Magnitude", "Score", "Events"]);
    let (from, to) = (h.get_by_label("Score lane").rect().center(), h.get_by_label("Recording lane").rect());
    drag(&mut h, from, to.center_bottom());
    assert_eq!(order(&h).last(), Some(&"Score"));
}

#[test]
fn a_border_is_moved() {
    let mut h = harness(World::new());
    let height = |h: &Harness<'_, World>, name: &str| h.get_by_label(name).rect().height();
    let (score, events) = (height(&h, "Score lane"), height(&h, "Attention lane"));
    let border = h.get_by_label("Attention lane").rect().center_bottom();
    drag(&mut h, border, border + vec2(0.0, 12.0));
    assert!((height(&h, "Attention lane") - events - 12.0).abs() <= 1.5, "{}", height(&h, "Attention lane"));
    assert!((height(&h, "Score lane") - score).abs() <= 1.0, "others stay");
    // As far as the lane below can be read, not further.
    let border = h.get_by_label("Attention lane").rect().center_bottom();
    drag(&mut h, border, border + vec2(0.0, 300.0));
    assert!(height(&h, "Magnitude lane") >= LaneKind::Magnitude.least_height() - 1.0);
}

#[test]
fn lanes_are_reached_and_changed_by_the_keyboard() {
    let mut h = harness(World::new());
    h.get_by_label("Attention lane").focus();
    h.run();
    h.key_press(egui::Key::Enter);
    h.run();
    h.get_by_label("Move up").focus();
    h.run();
    h.key_press(egui::Key::Enter);
    h.run();
    assert_eq!(order(&h)[..3], ["Score", "Attention", "Events"]);
    h.get_by_label("Attention lane").click();
    h.run();
    h.get_by_label("Hide").click();
    h.run();
    assert!(!order(&h).contains(&"Attention"));
    h.get_by_label("Lanes").click();
    h.run();
    h.get_by_label("Show attention").click();
    h.run();
    assert!(order(&h).contains(&"Attention"));
    h.get_by_label("Reset lanes").click();
    h.run();
    assert_eq!(h.state().prefs.lanes, LaneSettings::default());
}

#[test]
fn a_click_on_a_name_opens_the_menu_of_its_lane() {
    for button in [PointerButton::Primary, PointerButton::Secondary] {
        let mut h = harness(World::new());
        // Right on the name, which is written over what is clicked.
        let at = h.get_by_label("Attention lane").rect().left_top() + vec2(24.0, 14.0);
        h.hover_at(at);
        h.run();
        click_at(&mut h, at, button);
        h.run();
        h.get_by_label("Show 1 – attention").click();
        h.run();
        assert!(h.state().prefs.invert_attention, "{button:?}");
    }
}

#[test]
fn a_lane_without_data_is_left_out() {
    let mut world = World::new();
    world.lanes = LaneData::default();
    let h = harness(world);
    assert_eq!(order(&h), ["Score", "Events", "Attention", "Magnitude"]);
}

#[test]
fn a_drag_snaps_to_an_event_unless_told_not_to() {
    let first = World::new().events[1].first * 16;
    let asked = |h: &mut Harness<'_, World>| {
        h.state_mut().actions.clear();
        let from = in_lane(h, "Magnitude lane", 0.5);
        let beside = in_lane(h, "Magnitude lane", first as f32 / 2000.0) - vec2(4.0, 0.0);
        drag(h, from, beside);
        match h.state().actions.last() {
            Some(TimelineAction::Seek { frame, .. }) => *frame,
            other => panic!("{other:?}"),
        }
    };
    let mut h = harness(World::new());
    assert_eq!(asked(&mut h), first);
    h.event(egui::Event::ModifiersChanged(Modifiers::ALT));
    assert!(asked(&mut h) < first);
    h.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    assert_eq!(asked(&mut h), first);
    h.get_by_label("Snap").click();
    h.run();
    assert!(!h.state().prefs.snapping);
    assert!(asked(&mut h) < first);
}

#[test]
fn the_timeline_is_read_by_name() {
    let mut h = harness(World::new());
    h.get_by_label("Timeline").focus();
    h.run();
    let node = h.get_by_label("Timeline");
    assert!(node.is_focused());
    let text = node.value().expect("says where it is");
    assert!(text.starts_with("00:24.400, frame 610 of 2000, score 0."), "{text}");
    assert!(text.ends_with("in event 1 of 2"), "{text}");
    assert_eq!(h.get_by_label("Overview").value().as_deref(), Some("00:00.000 to 01:20.000"));
    for value in ["Events 1 of 2", "Ground truth yes", "Recording intact"] {
        h.get_by_label(value);
    }
    h.get_by_label_contains("2 events in 01:20 of footage, ");
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
    // Above the threshold's line in one, in the middle of the other.
    for (lane, up) in [("Score lane", 30.0), ("Events lane", 0.0)] {
        h.state_mut().actions.clear();
        let at = in_lane(&h, lane, 92.0 * 16.0 / 2000.0) - vec2(0.0, up);
        h.drag_at(at);
        h.run();
        h.drop_at(at);
        h.run();
        assert!(h.state().actions.contains(&TimelineAction::SelectEvent(1)), "{:?}", h.state().actions);
    }
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
        click_at(&mut h, at, PointerButton::Primary);
    }
    h.run();
    assert_eq!(h.state().length(), whole);
}

#[test]
fn a_click_on_the_line_of_the_threshold_means_the_place_and_a_drag_does_not_let_it_jump() {
    let mut h = harness(World::new());
    let body = h.get_by_label("Timeline").rect();
    let line = pos2(body.left() + body.width() * 0.25, h.get_by_label("Threshold").rect().center().y + 3.0);
    h.hover_at(line);
    h.run();
    h.drag_at(line);
    h.run();
    h.drop_at(line);
    h.run();
    let moved = |h: &Harness<'_, World>| {
        let set = |a: &TimelineAction| if let TimelineAction::SetThreshold(v) = a { Some(*v) } else { None };
        h.state().actions.iter().filter_map(set).collect::<Vec<_>>()
    };
    assert_eq!(moved(&h), [0.0; 0], "{:?}", h.state().actions);
    let sought = h.state().actions.iter().any(|a| matches!(a, TimelineAction::Seek { frame: 480..520, .. }));
    assert!(sought, "{:?}", h.state().actions);

    // Taken hold of 3 points below the line and moved up by 20, the line moves up by 20.
    h.drag_at(line);
    h.run();
    h.hover_at(line - vec2(0.0, 20.0));
    h.run();
    let from = moved(&h).last().copied().expect("was dragged");
    h.hover_at(line - vec2(0.0, 0.5));
    h.run();
    h.drop_at(line);
    h.run();
    let back = moved(&h).last().copied().expect("was dragged");
    assert!(from > 0.6 && (back - 0.5).abs() < 0.012, "{from} {back}");
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
    assert!(h.state().prefs.invert_attention);
    h.get_by_label_contains("1 – attention 0.");
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
    world.theme = Theme::Light;
    world.score_to(70);
    world.state.zoom(2.5, 900, &world.table);
    harness(world).snapshot("timeline_light_scoring");
}
