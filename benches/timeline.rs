//! The window's thread per frame of the timeline, for minutes and for a day of footage: `cargo bench --bench timeline`.
//!
//! What a frame costs is the timeline's own function and the triangles that egui makes of its shapes. A frame in
//! which the view or the rule changed also finds what lies under each pixel again; new scores come with their summaries.

use std::hint::black_box;
use std::time::{Duration, Instant};

use egui::{Context, Pos2, RawInput, Rect, vec2};
use lookback::app::blind::BlindPass;
use lookback::app::disagreements::ShownDisagreements;
use lookback::app::lanes::TimelinePrefs;
use lookback::app::marking::ShownLabels;
use lookback::domain::curve::{Curve, ScoreCurves};
use lookback::domain::event_cost::EventCost;
use lookback::domain::frames::FrameTable;
use lookback::domain::interval::FrameSpan;
use lookback::domain::label::{Label, LabelSchema};
use lookback::domain::lane_data::{LaneData, NoiseBand};
use lookback::domain::looping::LoopPoints;
use lookback::domain::pyramid::{Extent, Pyramid};
use lookback::domain::record::ItemId;
use lookback::domain::score::SnippetScores;
use lookback::domain::segment::{AnomalySegment, EventRule};
use lookback::domain::snippet::SnippetGrid;
use lookback::domain::time::{MediaTime, TimeSpan};
use lookback::ui::theme::{self, Tokens};
use lookback::ui::timeline::{LabelInput, TimelineInput, TimelineState, timeline_ui};

/// Snippets of a day at 30 frames a second.
const DAY: usize = 162_000;
/// About nine minutes.
const MINUTES: usize = 1000;

/// Footage with an event and a label every sixteen snippets: 10,000 of each in a day.
struct Footage {
    table: FrameTable,
    snippets: SnippetScores,
    /// What arrives with new scores, made off the window's thread; twice, to arrive in turn.
    curves: [ScoreCurves; 2],
    lanes: LaneData,
    rule: EventRule,
    events: Vec<AnomalySegment>,
    labels: ShownLabels,
    disagreements: ShownDisagreements,
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
            noise: Some(NoiseBand::new(
                scores.iter().map(|s| s * 0.9).collect(),
                scores.clone(),
                scores.iter().map(|s| s * 1.1).collect(),
            )),
            motion: Some(Curve::new((0..snippets).map(|i| value(i + 9)).collect())),
            gaps: (0..snippets / 100).map(|i| seconds(i * 50 + 10, i * 50 + 14)).collect(),
            damaged: (0..snippets / 100).map(|i| seconds(i * 50 + 30, i * 50 + 31)).collect(),
            truth: Some((0..snippets / 16).map(|i| i * 256 + 40..i * 256 + 88).collect()),
        };
        let attention = (0..snippets).map(value).collect();
        let magnitudes = (0..snippets).map(|i| value(i + 5)).collect();
        let label = |i: usize| Label {
            span: FrameSpan::new(i * 256, i * 256 + 40).expect("holds frames"),
            class: "Anomaly".to_owned(),
            lane: "Ada".to_owned(),
            note: String::new(),
            confidence: None,
        };
        let labels = (0..snippets / 16).map(|i| (ItemId(i as u64), label(i), false));
        let ctx = Context::default();
        theme::install(&ctx);
        let scored = SnippetScores { scores, attention, magnitudes };
        Self {
            cost: EventCost::of(&events, snippets, &table),
            curves: [(); 2].map(|()| ScoreCurves::of(&scored, snippets)),
            snippets: scored,
            lanes,
            disagreements: ShownDisagreements::default(),
            labels: ShownLabels::new(labels, &LabelSchema::default(), "Ada", 1),
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
        let Self {
            table,
            snippets,
            curves,
            lanes,
            rule,
            events,
            labels,
            disagreements,
            cost,
            prefs,
            revision,
            frame,
            ctx,
            state,
        } = self;
        let grid = SnippetGrid::new(table.len());
        let input = TimelineInput {
            table,
            grid,
            snippets: Some(snippets),
            curves: &curves[(*revision % 2) as usize],
            scored_to: grid.count(),
            complete: true,
            lanes,
            overlay: None,
            difference: None,
            picked: &[],
            revision: *revision,
            events,
            marks: &[],
            judged: &[],
            twins: &[],
            marks_revision: 0,
            labels: LabelInput { shown: labels, selected: None, stretch: None, stretch_color: None },
            disagreements,
            blind: BlindPass::default(),
            cost: *cost,
            selected_event: None,
            own_threshold: None,
            rule,
            prefs,
            looped: LoopPoints::default(),
            frame: *frame,
            playing: true,
            filmstrip: None,
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

/// Time that this thread has been at work. Beside other programs that says more than the time on the wall, which
/// is taken where the system does not tell.
fn worked(start: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// Milliseconds of work per frame, in the mean: what the system tells of a thread may go in steps of a frame's length.
fn measure(footage: &mut Footage, frames: u32, mut change: impl FnMut(&mut Footage, bool)) -> f64 {
    let start = Instant::now();
    let mut before = Duration::ZERO;
    // The first lay out text.
    for i in 0..frames + 10 {
        if i == 10 {
            before = worked(start);
        }
        change(footage, i % 2 == 0);
        footage.draw();
    }
    worked(start).saturating_sub(before).as_secs_f64() * 1000.0 / f64::from(frames)
}

type Change = fn(&mut Footage, bool);

/// What happens between two frames.
const CHANGES: [(&str, u32, Change); 5] = [
    ("nothing", 1000, |_, _| {}),
    ("playing", 1000, |footage, _| footage.frame += 1),
    ("moving the threshold", 1000, |footage, odd| footage.rule.threshold = if odd { 0.6 } else { 0.5 }),
    ("zooming and panning", 1000, |footage, odd| {
        footage.state.zoom(if odd { 3.0 } else { 1.0 / 3.0 }, footage.frame, &footage.table);
    }),
    ("new scores", 50, |footage, _| footage.revision += 1),
];

fn main() {
    println!("\nUI thread per frame of 1600 × 420 points, down to triangles; milliseconds in the mean");
    let mut worlds = [("9 minutes", Footage::new(MINUTES)), ("a day", Footage::new(DAY))];
    for (name, footage) in &worlds {
        let labels = footage.lanes.truth.as_ref().map_or(0, Vec::len);
        let snippets = footage.snippets.scores.len();
        println!("{name}: {snippets} snippets, {} events, {labels} labels", footage.events.len());
    }
    println!("{:24}{:>12}{:>12}{:>10}", "between frames", worlds[0].0, worlds[1].0, "ratio");
    for (name, frames, change) in CHANGES {
        let [few, many] = worlds.each_mut().map(|(_, footage)| measure(footage, frames, change));
        println!("{name:24}{few:>12.3}{many:>12.3}{:>10.2}", many / few);
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
