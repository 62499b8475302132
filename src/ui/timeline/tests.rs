//! The timeline driven as a user drives it: by pointer, keys and accessible names.

use egui::{Modifiers, PointerButton, Theme, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use strum::IntoEnumIterator as _;

use super::geometry::Limits;
use super::*;
use crate::app::lanes::{LaneSettings, TimelinePrefs};
use crate::app::marking::ShownLabels;
use crate::domain::event_cost::EventCost;
use crate::domain::frames::FrameTable;
use crate::domain::interval::FrameSpan;
use crate::domain::label::{Label, LabelSchema};
use crate::domain::lane_data::{LaneData, NoiseBand};
use crate::domain::looping::LoopPoints;
use crate::domain::record::ItemId;
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
    lanes: LaneData,
    prefs: TimelinePrefs,
    events: Vec<AnomalySegment>,
    labels: ShownLabels,
    selected_label: Option<usize>,
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
        let off = |by: f32| scores.iter().map(|s| (s + by * (0.3 + s)).clamp(0.0, 1.0)).collect();
        let span = |from: i64, to: i64| {
            TimeSpan::new(MediaTime::from_micros(from * 1_000_000), MediaTime::from_micros(to * 1_000_000))
        };
        Self {
            events: rule.events(&scores),
            labels: ShownLabels::default(),
            selected_label: None,
            lanes: LaneData {
                noise: Some(NoiseBand { low: off(-0.2), high: off(0.15) }),
                motion: Some(motion),
                gaps: vec![span(41, 47)],
                damaged: vec![span(10, 11), span(47, 49)],
                truth: Some(vec![560..700, 1440..1500]),
            },
            prefs: TimelinePrefs::default(),
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
            overlay: None,
            lanes: &self.lanes,
            revision: 1,
            events: &self.events,
            marks: &[],
            judged: &[],
            marks_revision: 0,
            labels: LabelInput {
                shown: &self.labels,
                selected: self.selected_label,
                stretch: None,
                stretch_color: None,
            },
            cost: EventCost::of(&self.events, self.scored_to, &self.table),
            selected_event: Some(0),
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
        for pressed in [true, false] {
            h.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
            h.step();
        }
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
    h.get_by_label_contains("2 events in 01:20 of footage: 90.0 / hour");
}

/// A day or a little of it, with as many events and labels as go with it.
fn footage(snippets: usize) -> World {
    let mut world = World::new();
    let frames = snippets * 16;
    let entries = (0..frames).map(|i| (MediaTime::from_micros(i as i64 * 33_333), i % 50 == 0)).collect();
    world.table = FrameTable::new(entries, None).expect("has frames");
    let value = |i: usize| ((i * 7919) % 1009) as f32 / 1009.0;
    // Every sixteenth snippet begins an event of three, and a label of as much.
    world.snippets.scores = (0..snippets).map(|i| if i % 16 < 3 { 0.9 } else { 0.3 * value(i) }).collect();
    world.snippets.attention = (0..snippets).map(value).collect();
    world.snippets.magnitudes = (0..snippets).map(|i| value(i + 5)).collect();
    world.events = world.rule.events(&world.snippets.scores);
    world.lanes.motion = Some(world.snippets.magnitudes.clone());
    let low = world.snippets.scores.iter().map(|s| s * 0.9).collect();
    let high = world.snippets.scores.iter().map(|s| s * 1.1).collect();
    world.lanes.noise = Some(NoiseBand { low, high });
    world.lanes.truth = Some((0..snippets / 16).map(|i| i * 256 + 40..i * 256 + 88).collect());
    world.scored_to = snippets;
    world.frame = 4000;
    world
}

#[test]
fn a_day_costs_as_much_as_minutes() {
    let drawn = |snippets: usize| {
        let mut world = footage(snippets);
        assert!(world.events.len() >= snippets / 17, "{}", world.events.len());
        let ctx = egui::Context::default();
        theme::install(&ctx);
        let mut vertices = 0;
        for _ in 0..3 {
            let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, vec2(1600.0, 420.0));
            let input = egui::RawInput { screen_rect: Some(screen), ..egui::RawInput::default() };
            let output = ctx.run_ui(input, |ui| world.show(ui));
            vertices = ctx
                .tessellate(output.shapes.clone(), 1.0)
                .iter()
                .map(|clipped| match &clipped.primitive {
                    egui::epaint::Primitive::Mesh(mesh) => mesh.vertices.len(),
                    egui::epaint::Primitive::Callback(_) => 4,
                })
                .sum();
            output.drop_without_applying_deltas();
        }
        vertices
    };
    let (minutes, day) = (drawn(1000), drawn(162_000));
    assert!(day * 2 < minutes * 3, "{day} vertices for a day, {minutes} for minutes");
}

/// Labels of two annotators, of two classes.
fn labelled(spans: &[(usize, usize, &str, &str)]) -> ShownLabels {
    let label = |(i, (start, end, class, lane)): (usize, &(usize, usize, &str, &str))| {
        let span = FrameSpan::new(*start, *end).expect("holds frames");
        let (class, lane) = ((*class).to_owned(), (*lane).to_owned());
        (ItemId(i as u64), Label { span, class, lane, note: String::new(), confidence: None }, false)
    };
    ShownLabels::new(spans.iter().enumerate().map(label), &LabelSchema::default(), "Ada", 1)
}

#[test]
fn labels_have_a_row_for_each_annotator_and_are_clicked_and_dragged() {
    let mut world = World::new();
    let lanes = [("Ada", 200), ("Bob", 300), ("Cy", 400)];
    let spans: Vec<_> = lanes.iter().map(|(lane, start)| (*start, start + 400, "Anomaly", *lane)).collect();
    world.labels = labelled(&spans);
    world.prefs.snapping = false;
    let mut h = harness(world);
    let rows: Vec<_> = spans
        .iter()
        .map(|(start, end, ..)| h.get_by_label(&format!("Label Anomaly on frames {start} to {}", end - 1)).rect())
        .collect();
    assert!(rows.windows(2).all(|w| w[0].bottom() <= w[1].top() + 0.5), "{rows:?}");
    assert!(h.get_by_label("Labels lane").rect().height() > 40.0, "it grows with the annotators");
    h.get_by_label("Labels 3");

    let at = rows[1].center();
    h.hover_at(at);
    h.run();
    for pressed in [true, false] {
        h.event(egui::Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        h.step();
    }
    h.run();
    assert_eq!(h.state().actions, [TimelineAction::SelectLabel(ItemId(1))], "a click on a label does not seek");

    // Where they end is an edge of the others, and that is found where it is wanted.
    let right = |h: &Harness<'_, World>| h.get_by_label("Label Anomaly on frames 200 to 599").rect().right_center();
    let dragged = |h: &mut Harness<'_, World>| {
        h.state_mut().actions.clear();
        // A little before the end of the second; the pointer is a point inside of the edge that it drags.
        let to = rows[1].right() - 2.0 - 1.5 - 1.0;
        let from = right(h) - vec2(3.0, 0.0);
        drag(h, from, pos2(to, from.y));
        let last = h.state().actions.last().cloned();
        let Some(TimelineAction::ShapeLabel { id: ItemId(0), span }) = last else { panic!("{last:?}") };
        assert_eq!(h.state().actions.iter().filter(|a| matches!(a, TimelineAction::ShapeLabel { .. })).count(), 1);
        (span.start(), span.end())
    };
    let (start, end) = dragged(&mut h);
    assert!(start == 200 && end < 700, "{end}");
    h.state_mut().prefs.snapping = true;
    assert_eq!(dragged(&mut h), (200, 700));
}

#[test]
fn ten_thousand_labels_cost_as_much_as_a_few() {
    let drawn = |count: usize| {
        let mut world = footage(20_000);
        let step = 320_000 / count;
        let spans: Vec<_> = (0..count)
            .map(|i| (i * step, i * step + step / 2, ["Anomaly", "Other"][i % 2], ["Ada", "Bob"][i / 2 % 2]))
            .collect();
        world.labels = labelled(&spans);
        world.selected_label = Some(count / 2);
        let ctx = egui::Context::default();
        theme::install(&ctx);
        let mut shapes = 0;
        for _ in 0..2 {
            let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, vec2(1600.0, 420.0));
            let input = egui::RawInput { screen_rect: Some(screen), ..egui::RawInput::default() };
            let output = ctx.run_ui(input, |ui| world.show(ui));
            shapes = output.shapes.len();
            output.drop_without_applying_deltas();
        }
        shapes
    };
    let (few, many) = (drawn(20), drawn(10_000));
    assert!(many <= few, "{many} shapes for many, {few} for a few");
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
    (world.theme, world.scored_to) = (Theme::Light, 70);
    world.state.zoom(2.5, 900, &world.table);
    harness(world).snapshot("timeline_light_scoring");
}
