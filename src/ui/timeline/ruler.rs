//! The time ruler.
//!
//! Owns the choice of steps, from single frames to hours, and their labels.

use egui::{Align2, Painter, Rect, Stroke, pos2};

use super::geometry::Axis;
use super::input::TimelineInput;
use super::lanes::Lane;
use crate::domain::frames::FrameTable;
use crate::domain::snippet::SNIPPET_FRAMES;
use crate::domain::time::MediaTime;
use crate::ui::theme::Tokens;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Steps that people count in, in microseconds, with the number of parts that each is divided into.
const STEPS: [(i64, i64); 21] = [
    (10_000, 5),
    (20_000, 4),
    (50_000, 5),
    (100_000, 5),
    (200_000, 4),
    (500_000, 5),
    (SECOND, 5),
    (2 * SECOND, 4),
    (5 * SECOND, 5),
    (10 * SECOND, 5),
    (15 * SECOND, 3),
    (30 * SECOND, 3),
    (MINUTE, 6),
    (2 * MINUTE, 4),
    (5 * MINUTE, 5),
    (10 * MINUTE, 5),
    (15 * MINUTE, 3),
    (30 * MINUTE, 3),
    (HOUR, 6),
    (3 * HOUR, 3),
    (6 * HOUR, 6),
];

/// Least distance between labels in points.
const LABEL_ROOM: f64 = 88.0;
/// From this width of a frame on, frames are the steps.
const FRAME_ROOM: f64 = 26.0;
/// Room for a label with time and frame number.
const FRAME_LABEL_ROOM: f64 = 112.0;

/// A mark on the ruler.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub x: f32,
    /// Text beside a long mark; short marks have none.
    pub label: Option<String>,
    /// Whether a snippet begins here; told only when frames are the steps.
    pub snippet: bool,
}

/// The marks that show on `axis`, from the left.
pub(super) fn ticks(axis: &Axis, table: &FrameTable) -> Vec<Tick> {
    let (first, last) = (axis.frame_at(axis.left, table), axis.frame_at(axis.right(), table));
    let frame_width = f64::from(axis.width) / (last - first + 1) as f64;
    if frame_width >= FRAME_ROOM { frame_ticks(axis, table, first..=last, frame_width) } else { time_ticks(axis) }
}

fn frame_ticks(
    axis: &Axis,
    table: &FrameTable,
    frames: std::ops::RangeInclusive<usize>,
    frame_width: f64,
) -> Vec<Tick> {
    let stride =
        [1, 2, 4, 8].into_iter().find(|s| *s as f64 * frame_width >= FRAME_LABEL_ROOM).unwrap_or(SNIPPET_FRAMES);
    let tick = |frame: usize| Tick {
        x: axis.x(table.time(frame)),
        label: frame.is_multiple_of(stride).then(|| format!("{}  #{frame}", table.time(frame))),
        snippet: frame.is_multiple_of(SNIPPET_FRAMES),
    };
    frames.map(tick).collect()
}

fn time_ticks(axis: &Axis) -> Vec<Tick> {
    let fits = |(step, _): &(i64, i64)| *step as f64 * axis.scale() >= LABEL_ROOM;
    let (step, parts) = STEPS.into_iter().find(fits).unwrap_or_else(|| {
        // Days of footage: as many hours as are needed.
        let hours = (LABEL_ROOM / (HOUR as f64 * axis.scale())).ceil().max(1.0);
        (HOUR.saturating_mul(hours as i64), 6)
    });
    let parts = if step as f64 * axis.scale() / parts as f64 >= 5.0 { parts } else { 1 };
    let fine = step / parts;
    let first = (axis.visible.start() / fine as f64).ceil() as i64;
    let last = ((axis.visible.start() + axis.visible.length()) / fine as f64).floor() as i64;
    (first..=last)
        .map(|i| Tick {
            x: axis.x(MediaTime::from_micros(i * fine)),
            label: (i % parts == 0).then(|| label(i * fine, step)),
            snippet: false,
        })
        .collect()
}

/// `time` with as many digits as `step` needs.
fn label(micros: i64, step: i64) -> String {
    let text = MediaTime::from_micros(micros).to_string();
    let drop = match step {
        SECOND.. => 4,
        100_000.. => 2,
        10_000.. => 1,
        _ => 0,
    };
    text[..text.len() - drop].to_owned()
}

/// Draws the ruler. Returns nothing: gestures on it are those of the lanes.
pub(super) fn paint(painter: &Painter, lane: &Lane, axis: &Axis, table: &FrameTable, tokens: &Tokens) {
    let p = &tokens.palette;
    let painter = painter.with_clip_rect(lane.body);
    for tick in ticks(axis, table) {
        let height = match (&tick.label, tick.snippet) {
            (Some(_), _) => 0.62,
            (None, true) => 0.45,
            (None, false) => 0.22,
        };
        let color = if tick.label.is_some() || tick.snippet { p.text_faint } else { p.outline };
        let top = lane.body.bottom() - lane.body.height() * height;
        painter.vline(tick.x, top..=lane.body.bottom(), Stroke::new(1.0, color));
        if let Some(label) = tick.label {
            let at = pos2(tick.x + 4.0, lane.body.top() + 3.0);
            painter.text(at, Align2::LEFT_TOP, label, tokens.small_figures(), p.text_weak);
        }
    }
}

/// Draws what playback repeats: a bar from A to B, faint while it is off, and a mark for a point that stands alone.
pub(super) fn paint_loop(painter: &Painter, lane: &Lane, axis: &Axis, input: &TimelineInput<'_>) {
    let p = &input.tokens.palette;
    let painter = painter.with_clip_rect(lane.body);
    let looped = input.looped;
    let ink = if looped.is_on() { p.accent } else { p.text_faint };
    let start = looped.start().map(|frame| axis.x(input.table.frame_span(frame).start));
    let end = looped.end().map(|frame| axis.x(input.table.frame_span(frame).end));
    if let (Some(start), Some(end)) = (start, end) {
        let bar = Rect::from_x_y_ranges(start..=end.max(start + 1.0), lane.body.y_range());
        painter.rect_filled(bar, 0, ink.gamma_multiply(if looped.is_on() { 0.28 } else { 0.14 }));
    }
    let font = input.tokens.small_figures();
    for (x, name, anchor, inset) in [(start, "A", Align2::LEFT_BOTTOM, 3.0), (end, "B", Align2::RIGHT_BOTTOM, -3.0)] {
        if let Some(x) = x {
            painter.vline(x, lane.body.y_range(), Stroke::new(2.0, ink));
            painter.text(pos2(x + inset, lane.body.bottom() - 1.0), anchor, name, font.clone(), ink);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::timeline::geometry::Limits;

    fn table(frames: i64) -> FrameTable {
        let entries = (0..frames).map(|i| (MediaTime::from_micros(i * 40_000), true)).collect();
        FrameTable::new(entries, None).expect("has frames")
    }

    fn labels(table: &FrameTable, factor: f64) -> Vec<String> {
        let limits = Limits::of(table);
        let visible = limits.whole().zoomed(factor, limits.whole().start(), &limits);
        ticks(&Axis::new(0.0, 900.0, visible), table).into_iter().filter_map(|t| t.label).collect()
    }

    #[test]
    fn steps_fit_the_zoom() {
        let day = table(25 * 86_400);
        assert_eq!(labels(&day, 1.0)[..3], ["00:00", "3:00:00", "6:00:00"]);
        assert_eq!(labels(&day, 24.0)[..3], ["00:00", "10:00", "20:00"]);
        assert_eq!(labels(&day, 40_000.0)[..3], ["00:00.0", "00:00.5", "00:01.0"]);
    }

    #[test]
    fn closest_in_frames_are_the_steps() {
        assert_eq!(labels(&table(1000), 1e9)[..3], ["00:00.000  #0", "00:00.040  #1", "00:00.080  #2"]);
    }

    #[test]
    fn labels_never_crowd() {
        let day = table(25 * 86_400);
        let limits = Limits::of(&day);
        for power in 0..40 {
            let visible = limits.whole().zoomed(1.4_f64.powi(power), 4e10, &limits);
            let axis = Axis::new(0.0, 900.0, visible);
            let all = ticks(&axis, &day);
            assert!(all.len() < 400, "{power}: {}", all.len());
            let xs: Vec<f32> = all.iter().filter(|t| t.label.is_some()).map(|t| t.x).collect();
            assert!(xs.len() >= 2 || visible.length() < 1e6, "{power}: {xs:?}");
            assert!(xs.windows(2).all(|w| w[1] - w[0] > 80.0), "{power}: {xs:?}");
        }
    }
}
