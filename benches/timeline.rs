//! The window's thread per frame of the timeline, for minutes and for a day of footage: `cargo bench --bench timeline`.
//!
//! What a frame costs is the timeline's own function and the triangles that egui makes of its shapes. A frame in
//! which the view or the rule changed also finds what lies under each pixel again; new scores also make summaries.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use egui::{Context, Pos2, RawInput, Rect, vec2};
use lookback::app::lanes::TimelinePrefs;
use lookback::domain::event_cost::EventCost;
use lookback::domain::frames::FrameTable;
use lookback::domain::lane_data::{LaneData, NoiseBand};
use lookback::domain::pyramid::{Extent, Pyramid};
use lookback::domain::score::SnippetScores;
use lookback::domain::segment::{AnomalySegment, EventRule};
use lookback::domain::snippet::SnippetGrid;
use lookback::domain::time::{MediaTime, TimeSpan};
use lookback::ui::theme::{self, Tokens};
use lookback::ui::timeline::{TimelineInput, TimelineState, timeline_ui};

/// Snippets of a day at 30 frames a second.
const DAY: usize = 162_000;
/// About nine minutes.
const MINUTES: usize = 1000;

/// Footage with an event and a label every sixteen snippets: 10,000 of each in a day.
struct Footage {
    table: FrameTable,
    snippets: SnippetScores,
    lanes: LaneData,
    rule: EventRule,
    events: Vec<AnomalySegment>,
    cost: EventCost,
    prefs: TimelinePrefs,
    revision: u64,
    frame: usize,
    ctx: Context,
    state: TimelineState,
}

impl Footage {
    fn new(snippets: usize) -> Self {
        let value = |i: usize| ((i * 7919) % 1009) as f32 / 1009.0;
        let frames = (0..snippets as i64 * 16).map(|i| (MediaTime::from_micros(i * 33_333), i % 50 == 0)).collect();
        let table = FrameTable::new(frames, None).expect("has frames");
        let scores: Vec<f32> = (0..snippets).map(|i| if i % 16 < 3 { 0.9 } else { 0.3 * value(i) }).collect();
        let rule = EventRule::default();
        let events = rule.events(&scores);
        let seconds = |from: usize, to: usize| {
            let at = |s: usize| MediaTime::from_micros(s as i64 * 1_000_000);
            TimeSpan::new(at(from), at(to))
        };
        let lanes = LaneData {
            noise: Some(NoiseBand {
                low: scores.iter().map(|s| s * 0.9).collect(),
                high: scores.iter().map(|s| s * 1.1).collect(),
            }),
            motion: Some((0..snippets).map(|i| value(i + 9)).collect()),
            gaps: (0..snippets / 100).map(|i| seconds(i * 50 + 10, i * 50 + 14)).collect(),
            damaged: (0..snippets / 100).map(|i| seconds(i * 50 + 30, i * 50 + 31)).collect(),
            truth: Some((0..snippets / 16).map(|i| i * 256 + 40..i * 256 + 88).collect()),
        };
        let attention = (0..snippets).map(value).collect();
        let magnitudes = (0..snippets).map(|i| value(i + 5)).collect();
        let ctx = Context::default();
        theme::install(&ctx);
        Self {
            cost: EventCost::of(&events, snippets, &table),
            snippets: SnippetScores { scores, attention, magnitudes },
            lanes,
            rule,
            events,
            prefs: TimelinePrefs::default(),
            revision: 0,
            frame: snippets * 8,
            ctx,
            state: TimelineState::default(),
            table,
        }
    }

    /// One frame, down to triangles.
    fn draw(&mut self) {
        let Self { table, snippets, lanes, rule, events, cost, prefs, revision, frame, ctx, state } = self;
        let grid = SnippetGrid::new(table.len());
        let input = TimelineInput {
            table,
            grid,
            snippets: Some(snippets),
            scored_to: grid.count(),
            complete: true,
            lanes,
            revision: *revision,
            events,
            cost: *cost,
            selected_event: None,
            rule,
            prefs,
            frame: *frame,
            playing: true,
            tokens: Tokens::of(egui::Theme::Dark),
        };
        let screen = Rect::from_min_size(Pos2::ZERO, vec2(1600.0, 420.0));
        let raw = RawInput { screen_rect: Some(screen), ..RawInput::default() };
        let mut output = ctx.run_ui(raw, |ui| {
            black_box(timeline_ui(ui, &input, state));
        });
        black_box(ctx.tessellate(std::mem::take(&mut output.shapes), 1.0));
        output.drop_without_applying_deltas();
    }
}

fn frames(c: &mut Criterion) {
    for (name, snippets) in [("9 minutes, 1,000 snippets", MINUTES), ("a day, 162,000 snippets", DAY)] {
        let mut footage = Footage::new(snippets);
        println!(
            "\n{name}: {} events, {} labels",
            footage.events.len(),
            footage.lanes.truth.as_ref().map_or(0, Vec::len)
        );
        let mut group = c.benchmark_group(name);
        group.sample_size(30);
        group.bench_function("playing", |b| {
            b.iter(|| {
                footage.frame += 1;
                footage.draw();
            });
        });
        group.bench_function("zooming", |b| {
            let mut near = false;
            b.iter(|| {
                near = !near;
                footage.state.zoom(if near { 3.0 } else { 1.0 / 3.0 }, footage.frame, &footage.table);
                footage.draw();
            });
        });
        group.bench_function("moving the threshold", |b| {
            let mut high = false;
            b.iter(|| {
                high = !high;
                footage.rule.threshold = if high { 0.6 } else { 0.5 };
                footage.draw();
            });
        });
        group.bench_function("new scores", |b| {
            b.iter(|| {
                footage.revision += 1;
                footage.draw();
            });
        });
        group.finish();
    }
    memory();
}

/// What the timeline keeps of a day, computed from sizes: summaries here and on the GPU.
fn memory() {
    let curve = Pyramid::new(&vec![0.0; DAY]);
    let extents: usize = curve.levels().iter().map(Vec::len).sum();
    let curves = 5;
    let bytes = curves * extents * size_of::<Extent>();
    // Per pixel column of the widest window: a range, the strip of the overview, and three rows of marks.
    let columns = 8192 * (size_of::<[u32; 2]>() + size_of::<f32>() + 3);
    let mib = |bytes: usize| bytes as f64 / f64::from(1 << 20);
    println!(
        "\nMemory for a day: {curves} summaries of {extents} extents, {:.1} MiB here and as much on the GPU, {:.1} MiB with \
         columns.\n",
        mib(bytes),
        mib(2 * (bytes + columns))
    );
}

criterion_group!(benches, frames);
criterion_main!(benches);
