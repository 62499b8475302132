//! The lanes of bars: events, ground truth, and what is missing or damaged in the recording.
//!
//! Owns how bars look and what these lanes say about themselves. Does not own which columns are covered.

use std::sync::Arc;

use egui::{Align2, Color32, Id, Rect, Stroke, Ui, pos2, vec2};

use super::lanes::Lane;
use super::scene::Scene;
use super::summary::{ANOMALY, ASIDE, CURRENT, DAMAGE, EVENT, FALSE_ALARM, GAP, TRUTH, UNSURE};
use crate::domain::time::{MediaTime, TimeSpan};
use crate::gpu::marks::{CODES, MarkInk, marks};
use crate::ui::theme::Palette;
use crate::ui::verdict::letter;

/// The events behind the score among the marks of the window.
pub(super) const BANDS: u32 = 0;
const EVENTS: u32 = 1;
const TRUTHS: u32 = 2;
const RECORDING: u32 = 3;
const VERDICTS: u32 = 4;

/// Room above and below bars.
const INSET: f32 = 3.0;
/// An event narrower than this has no number.
const NUMBERED_WIDTH: f32 = 26.0;
/// Height of the strip that tells the verdict.
const VERDICT: f32 = 5.0;

fn one_each(colors: &[(u8, Color32)]) -> [Color32; CODES] {
    let mut all = [Color32::TRANSPARENT; CODES];
    for (code, color) in colors {
        all[usize::from(*code) - 1] = *color;
    }
    all
}

/// Events as bars of these strengths, the second for the current one, with a full upper end of `cap` points. Those that
/// look like a false alarm are faint and striped.
pub(super) fn event_ink(p: &Palette, [strength, current]: [f32; 2], cap: f32) -> MarkInk {
    MarkInk {
        body: one_each(&[
            (EVENT, p.event.gamma_multiply(strength)),
            (CURRENT, p.event.gamma_multiply(current)),
            (ASIDE, p.event.gamma_multiply(strength * 0.5)),
        ]),
        cap: one_each(&[(EVENT, p.event), (CURRENT, p.event), (ASIDE, p.event.gamma_multiply(0.4))]),
        cap_height: cap,
        striped: [false, false, true],
    }
}

/// The colours of verdicts; false alarms are striped, so that colour is not all that tells them.
fn verdict_ink(p: &Palette) -> MarkInk {
    MarkInk {
        body: one_each(&[(ANOMALY, p.error), (FALSE_ALARM, p.good), (UNSURE, p.warn)]),
        striped: [false, true, false],
        ..MarkInk::default()
    }
}

/// One bar per event, numbered where there is room.
pub(super) fn events_lane_ui(ui: &Ui, id: Id, lane: &Lane, scene: &Scene<'_>) {
    let (input, p) = (scene.input, &scene.input.tokens.palette);
    let painter = ui.painter().with_clip_rect(lane.body);
    scene.paint_ground(&painter, lane);
    let bars = lane.body.shrink2(vec2(0.0, INSET));
    painter.add(marks(bars, EVENTS, Arc::clone(&scene.marks.events), event_ink(p, [0.62, 1.0], 0.0)));
    let strip = bars.with_min_y(bars.bottom() - VERDICT);
    painter.add(marks(strip, VERDICTS, Arc::clone(&scene.marks.verdicts), verdict_ink(p)));
    for wide in scene.marks.wide.iter().filter(|wide| wide.right - wide.left >= NUMBERED_WIDTH) {
        // The gap to a neighbour that would otherwise touch.
        let edge = Rect::from_x_y_ranges(wide.right - 1.0..=wide.right, bars.y_range());
        painter.rect_filled(edge, 0, p.sunken);
        let clip = Rect::from_x_y_ranges(wide.left..=wide.right - 2.0, bars.y_range());
        let at = pos2(wide.left + 5.0, bars.center().y);
        let ink = if input.selected_event == Some(wide.index) { p.on_event } else { p.text_strong };
        let verdict = input.marks.get(wide.index).copied().flatten().map(|mark| letter(mark.verdict));
        let text = format!("{}{}", wide.index + 1, verdict.map(|letter| format!(" {letter}")).unwrap_or_default());
        painter.with_clip_rect(clip.intersect(lane.body)).text(
            at,
            Align2::LEFT_CENTER,
            text,
            input.tokens.small_figures(),
            ink,
        );
        if input.twin(wide.index).is_some() {
            let through = wide.left + 2.0..=wide.right - 4.0;
            painter.hline(through, bars.center().y, Stroke::new(1.0, ink));
        }
    }
    let count = input.events.len();
    let value = input.selected_event.map_or_else(|| count.to_string(), |i| format!("{} of {count}", i + 1));
    scene.gutter_ui(ui, lane, id.with("value"), "Events", &value, p.text_strong).on_hover_text(
        "Runs of snippets that the rule flags, numbered from the start; the one at the position is brighter. Click \
         one to go there. The strip below tells the verdict: anomaly (A), false alarm (X, striped), unsure (U); it stays \
         where the threshold no longer makes an event. Faint, striped and struck through: known normal, because it looks \
         like a false alarm.",
    );
}

/// Annotated anomalies.
pub(super) fn truth_lane_ui(ui: &Ui, id: Id, lane: &Lane, scene: &Scene<'_>) {
    let (input, p) = (scene.input, &scene.input.tokens.palette);
    let ink = MarkInk { body: one_each(&[(TRUTH, p.truth)]), ..MarkInk::default() };
    bars(ui, lane, scene, TRUTHS, &scene.marks.truth, ink);
    let ranges = input.lanes.truth.as_deref().unwrap_or(&[]);
    let here = ranges.get(ranges.partition_point(|r| r.end <= input.frame)).is_some_and(|r| r.start <= input.frame);
    let value = if here { "yes" } else { "no" };
    scene.gutter_ui(ui, lane, id.with("value"), "Ground truth", value, p.text_strong).on_hover_text(format!(
        "Whether people annotated this moment as anomalous. {} anomalous {} in this video.",
        ranges.len(),
        if ranges.len() == 1 { "stretch" } else { "stretches" }
    ));
}

/// Gaps in the recording and damage.
pub(super) fn recording_lane_ui(ui: &Ui, id: Id, lane: &Lane, scene: &Scene<'_>) {
    let (input, p) = (scene.input, &scene.input.tokens.palette);
    let ink = MarkInk {
        body: one_each(&[(GAP, p.text_weak), (DAMAGE, p.error)]),
        striped: [true, false, false],
        ..MarkInk::default()
    };
    bars(ui, lane, scene, RECORDING, &scene.marks.recording, ink);
    let now = input.table.time(input.frame);
    let holds =
        |spans: &[TimeSpan]| spans.get(spans.partition_point(|s| s.end <= now)).is_some_and(|s| s.contains(now));
    let value = match (holds(&input.lanes.damaged), holds(&input.lanes.gaps)) {
        (true, _) => "damaged",
        (false, true) => "gap",
        (false, false) => "intact",
    };
    let total = |spans: &[TimeSpan]| spans.iter().fold(MediaTime::ZERO, |sum, s| sum + s.length());
    scene.gutter_ui(ui, lane, id.with("value"), "Recording", value, p.text_strong).on_hover_ui(|ui| {
        let (gaps, damaged) = (&input.lanes.gaps, &input.lanes.damaged);
        ui.label(format!("Striped: nothing was recorded. {} gaps, {} in all.", gaps.len(), total(gaps)));
        ui.label(format!("Filled: damaged. {} stretches, {} in all.", damaged.len(), total(damaged)));
    });
}

fn bars(ui: &Ui, lane: &Lane, scene: &Scene<'_>, slot: u32, codes: &Arc<[u8]>, ink: MarkInk) {
    let painter = ui.painter().with_clip_rect(lane.body);
    painter.rect_filled(lane.body, 0, scene.input.tokens.palette.sunken);
    painter.add(marks(lane.body.shrink2(vec2(0.0, INSET)), slot, Arc::clone(codes), ink));
}
