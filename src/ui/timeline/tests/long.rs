//! A day of footage beside minutes of it.

use super::*;

/// A day or a little of it, with as many events and labels as go with it.
pub(super) fn footage(snippets: usize) -> World {
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
    world.curves = ScoreCurves::of(&world.snippets, snippets);
    world.lanes.motion = Some(Curve::new(world.snippets.magnitudes.clone()));
    let low: Vec<f32> = world.snippets.scores.iter().map(|s| s * 0.9).collect();
    let high = world.snippets.scores.iter().map(|s| s * 1.1).collect();
    world.lanes.noise = Some(NoiseBand::new(low.clone(), low, high));
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
