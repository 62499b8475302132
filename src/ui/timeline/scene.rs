//! What all lanes are drawn from.
//!
//! Owns the shared view of one frame's input: axis, columns, summaries. Does not own any lane.

use std::sync::Arc;

use egui::{Align2, Color32, Id, Painter, Rect, Response, Role, Sense, Ui, WidgetInfo};

use super::geometry::Axis;
use super::input::TimelineInput;
use super::label_marks::LabelMarks;
use super::lanes::Lane;
use super::scale::Scale;
use super::summary::{Columns, Marks};
use crate::domain::pyramid::Pyramid;
use crate::domain::time::TimeSpan;
use crate::gpu::curve::{Curve, CurveInk, curve};
use crate::ui::widgets::hatch::hatch;

/// Room between a name and the edge of its column.
pub(super) const INSET: f32 = 10.0;

/// Width of the line of a curve in points.
pub(super) const LINE: f32 = 1.5;

/// The curves of the timeline among those of the window.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    Score,
    Noise,
    Attention,
    Magnitude,
    Motion,
    Overlay,
    OverlayNoise,
    Difference,
}

/// Input and geometry of one frame.
pub(super) struct Scene<'a> {
    pub input: &'a TimelineInput<'a>,
    pub axis: Axis,
    /// Made of the view that is drawn; while gestures are read, of the view before.
    pub columns: Arc<Columns>,
    pub marks: Arc<Marks>,
    pub labels: Arc<LabelMarks>,
}

impl Scene<'_> {
    /// When a run of snippets is on screen, both ends inclusive.
    pub(super) fn span_of(&self, first: usize, last: usize) -> TimeSpan {
        self.input.span_of(first, last)
    }

    /// The snippet on screen.
    pub(super) fn snippet(&self) -> usize {
        self.input.grid.snippet_of(self.input.frame)
    }

    /// The value of a curve at the snippet on screen, if it is known.
    pub(super) fn value(&self, curve: &[f32]) -> Option<f32> {
        let snippet = self.snippet();
        curve.get(snippet).copied().filter(|_| snippet < self.input.scored_to)
    }

    /// The event that `snippet` belongs to, by its place in the input.
    pub(super) fn event_at(&self, snippet: usize) -> Option<usize> {
        let events = self.input.events;
        let index = events.partition_point(|e| e.last < snippet);
        events.get(index).filter(|e| e.contains(snippet)).map(|_| index)
    }

    /// Background and, where nothing is known yet, stripes.
    pub(super) fn paint_ground(&self, painter: &Painter, lane: &Lane) {
        let p = &self.input.tokens.palette;
        painter.rect_filled(lane.body, 0, p.sunken);
        let total = self.input.grid.count();
        let known = if self.input.complete { total } else { self.input.scored_to.min(total) };
        if known < total {
            let from = self.axis.x(self.span_of(known, total - 1).start).max(lane.body.left());
            hatch(painter, lane.body.with_min_x(from), p.hatch);
        }
    }

    /// The curve of `values`, in steps.
    pub(super) fn paint_curve(
        &self,
        painter: &Painter,
        slot: Slot,
        values: &Arc<Pyramid>,
        scale: &Scale,
        ink: CurveInk,
    ) {
        let shape = curve(
            scale.rect,
            Curve {
                slot: slot as u32,
                axis: 0,
                values: Arc::clone(values),
                columns: Arc::clone(&self.columns.ranges),
                scale: scale.ends(),
                ink,
            },
        );
        painter.with_clip_rect(scale.rect.expand(1.0)).add(shape);
    }

    /// Name and present value of a lane, also for assistive programs.
    pub(super) fn gutter_ui(&self, ui: &Ui, lane: &Lane, id: Id, name: &str, value: &str, ink: Color32) -> Response {
        let tokens = self.input.tokens;
        let painter = ui.painter().with_clip_rect(lane.gutter);
        let y = row_y(lane);
        let at = egui::pos2(lane.gutter.left() + INSET, y);
        painter.text(at, Align2::LEFT_CENTER, name, tokens.small(), tokens.palette.text_weak);
        let at = egui::pos2(lane.gutter.right() - INSET, y);
        painter.text(at, Align2::RIGHT_CENTER, value, tokens.figures(), ink);
        let row = Rect::from_x_y_ranges(lane.gutter.x_range(), y - 9.0..=y + 9.0);
        let response = ui.interact(row, id, Sense::HOVER);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name} {value}")));
        response
    }
}

/// Where the first row of a lane's name column is centred: the middle of low lanes, the top of high ones.
pub(super) fn row_y(lane: &Lane) -> f32 {
    if lane.gutter.height() < 40.0 { lane.gutter.center().y } else { lane.gutter.top() + 14.0 }
}

/// Line and area in one colour.
pub(super) fn plain_ink(color: Color32) -> CurveInk {
    CurveInk { line: Some((LINE, color)), fill: color.gamma_multiply(0.2), above: None, grounded: true }
}
