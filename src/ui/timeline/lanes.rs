//! Which lane lies where.
//!
//! Owns the division of the timeline's rectangle. Does not own what the lanes show, nor which the person wants.

use egui::emath::GuiRounding as _;
use egui::{Rect, Vec2, pos2};

use crate::app::lanes::{LaneKind, LaneSetting, LaneSettings};
use crate::ui::theme::Sizes;

/// One lane: its name on the left, the time axis, its scale on the right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lane {
    pub gutter: Rect,
    pub body: Rect,
    pub margin: Rect,
}

impl Lane {
    /// All of it.
    pub(super) fn row(&self) -> Rect {
        self.gutter.union(self.margin)
    }
}

/// All lanes that are drawn, from the top.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lanes {
    pub overview: Option<Lane>,
    pub ruler: Lane,
    /// Those below the ruler.
    pub rest: Vec<(LaneKind, Lane)>,
}

/// Lanes to be drawn, before they have a place.
pub(super) fn drawn(settings: &LaneSettings, has_data: impl Fn(LaneKind) -> bool) -> Vec<LaneSetting> {
    settings.all().iter().filter(|lane| lane.shown && has_data(lane.kind)).copied().collect()
}

/// Height that a row of labels needs to be read, in points.
const LABEL_ROW: f32 = 15.0;
/// Rows of labels that the lane makes room for by itself; more share the room, or the person makes the lane higher.
const MOST_ROWS: usize = 6;

/// Lets the lane of labels grow with the annotators.
pub(super) fn make_room_for_rows(drawn: &mut [LaneSetting], rows: usize) {
    let needed = LABEL_ROW * rows.min(MOST_ROWS) as f32 + 4.0;
    for lane in drawn.iter_mut().filter(|lane| lane.kind == LaneKind::Labels) {
        lane.height = lane.height.max(needed);
    }
}

/// The least size that shows everything.
pub(super) fn least_size(sizes: &Sizes, drawn: &[LaneSetting]) -> Vec2 {
    let height: f32 = drawn.iter().map(|lane| lane.kind.least_height()).sum();
    Vec2::new(sizes.gutter + sizes.margin + 64.0, height + fixed_height(sizes, drawn))
}

/// Ruler and the gaps between lanes.
fn fixed_height(sizes: &Sizes, drawn: &[LaneSetting]) -> f32 {
    sizes.ruler_lane + sizes.lane_gap * drawn.len() as f32
}

/// Heights that fill `room` points: as set, shrunk towards the least where there is too little room; what is
/// left over goes to the curves.
fn heights(drawn: &[LaneSetting], room: f32) -> Vec<f32> {
    let least: f32 = drawn.iter().map(|lane| lane.kind.least_height()).sum();
    let wanted: f32 = drawn.iter().map(|lane| lane.height).sum();
    if room < wanted {
        let share = ((room - least) / (wanted - least).max(1e-3)).clamp(0.0, 1.0);
        let height = |lane: &LaneSetting| {
            let least = lane.kind.least_height();
            least + (lane.height - least) * share
        };
        return drawn.iter().map(height).collect();
    }
    let curves: f32 = drawn.iter().filter(|lane| lane.kind.is_curve()).map(|lane| lane.height).sum();
    let growth = if curves > 0.0 { 1.0 + (room - wanted) / curves } else { 1.0 };
    drawn.iter().map(|lane| if lane.kind.is_curve() { lane.height * growth } else { lane.height }).collect()
}

impl Lanes {
    /// Divides `rect` among `drawn`, the overview first if it is among them.
    pub(super) fn new(rect: Rect, sizes: &Sizes, drawn: &[LaneSetting], pixels_per_point: f32) -> Self {
        let mut top = rect.top();
        let mut next = |height: f32| {
            let bottom = top + height;
            let row = Rect::from_min_max(pos2(rect.left(), top), pos2(rect.right(), bottom));
            top = bottom + sizes.lane_gap;
            // Whole pixels: columns of curves are one pixel wide and must not blur.
            let row = row.round_to_pixels(pixels_per_point);
            let left = (row.left() + sizes.gutter).round_to_pixels(pixels_per_point);
            let right = (row.right() - sizes.margin).max(left + 1.0).round_to_pixels(pixels_per_point);
            Lane {
                gutter: row.with_max_x(left),
                body: Rect::from_x_y_ranges(left..=right, row.y_range()),
                margin: row.with_min_x(right),
            }
        };
        let heights = heights(drawn, rect.height() - fixed_height(sizes, drawn));
        let mut lanes = drawn.iter().map(|lane| lane.kind).zip(heights).peekable();
        let overview = lanes.next_if(|(kind, _)| *kind == LaneKind::Overview).map(|(_, height)| next(height));
        let ruler = next(sizes.ruler_lane);
        Self { overview, ruler, rest: lanes.map(|(kind, height)| (kind, next(height))).collect() }
    }

    /// From the ruler down: where a click seeks and the playhead stands.
    pub(super) fn below_overview(&self) -> Rect {
        self.rest.last().map_or(self.ruler.body, |(_, last)| self.ruler.body.union(last.body))
    }

    /// All lanes with their kind, from the top; the ruler has none.
    pub(super) fn all(&self) -> impl Iterator<Item = (Option<LaneKind>, Lane)> {
        let overview = self.overview.map(|lane| (Some(LaneKind::Overview), lane));
        let rest = self.rest.iter().map(|(kind, lane)| (Some(*kind), *lane));
        overview.into_iter().chain([(None, self.ruler)]).chain(rest)
    }

    /// The lanes that can be hidden, from the top.
    pub(super) fn named(&self) -> impl Iterator<Item = (LaneKind, Lane)> {
        self.all().filter_map(|(kind, lane)| Some((kind?, lane)))
    }

    /// Where a lane lies, if it is drawn.
    pub(super) fn get(&self, wanted: LaneKind) -> Option<Lane> {
        self.named().find(|(kind, _)| *kind == wanted).map(|(_, lane)| lane)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ui::theme::Tokens;

    proptest! {
        #[test]
        fn lanes_fill_the_height_and_never_fall_below_the_least(
            hidden in 0_u16..2048, grow in 0.0_f32..500.0, heights in proptest::collection::vec(0.0_f32..200.0, 11),
        ) {
            let sizes = &Tokens::of(egui::Theme::Dark).sizes;
            let mut settings = LaneSettings::default();
            for (i, lane) in LaneSettings::default().all().iter().enumerate() {
                settings.set_height(lane.kind, heights[i]);
                if hidden >> i & 1 == 1 {
                    settings.toggle(lane.kind);
                }
            }
            let drawn = drawn(&settings, |_| true);
            let rect = Rect::from_min_size(pos2(3.0, 7.0), least_size(sizes, &drawn) + Vec2::new(900.0, grow));
            let lanes = Lanes::new(rect, sizes, &drawn, 1.0);
            prop_assert_eq!(lanes.named().count(), drawn.len());
            for (kind, lane) in lanes.named() {
                // Edges are rounded to pixels.
                prop_assert!(lane.body.height() >= kind.least_height() - 1.0, "{kind:?} {}", lane.body.height());
            }
            let rows: Vec<Rect> = lanes.all().map(|(_, lane)| lane.row()).collect();
            prop_assert!(rows.windows(2).all(|w| w[0].bottom() <= w[1].top() && w[1].top() - w[0].bottom() <= 2.0));
            let last = rows.last().expect("the ruler").bottom();
            prop_assert!(last <= rect.bottom() + 1.0);
            if drawn.iter().any(|lane| lane.kind.is_curve()) {
                prop_assert!(last >= rect.bottom() - sizes.lane_gap - 1.0, "{last} {}", rect.bottom());
            }
        }
    }
}
