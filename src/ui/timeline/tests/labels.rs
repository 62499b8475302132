//! The lane of labels.

use super::long::footage;
use super::*;
use crate::domain::interval::FrameSpan;
use crate::domain::label::{Label, LabelSchema};
use crate::domain::record::ItemId;

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
    click_at(&mut h, at, PointerButton::Primary);
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
fn a_ghost_of_an_event_is_marked_by_a_click_or_with_another_edge() {
    let mut world = World::new();
    world.labels = labelled(&[(20, 60, "Anomaly", "Ada")]);
    world.prefs.snapping = false;
    let grid = SnippetGrid::new(world.table.len());
    let (start, end) = (grid.range(world.events[0].first).start, grid.range(world.events[0].last).end);
    let mut h = harness(world);
    let name = format!("Event on frames {start} to {}, not a label yet", end - 1);
    let ghost = h.get_by_label(&name).rect();
    h.hover_at(ghost.center());
    h.run();
    click_at(&mut h, ghost.center(), PointerButton::Primary);
    let span = FrameSpan::new(start, end).expect("holds frames");
    assert_eq!(h.state().actions, [TimelineAction::Trim { event: 0, span }]);
    h.state_mut().actions.clear();
    let from = ghost.right_center() - vec2(1.0, 0.0);
    h.hover_at(from);
    h.run();
    drag(&mut h, from, from - vec2(ghost.width() / 2.0, 0.0));
    let Some(TimelineAction::Trim { event: 0, span }) = h.state().actions.last() else {
        panic!("{:?}", h.state().actions)
    };
    assert!(span.start() == start && span.end() < end - 16, "{span}");
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
