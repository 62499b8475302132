//! Drawing a curve of snippets as steps.
//!
//! Owns the mesh: one column per pixel, each as high as the largest value under it and with a line
//! from the largest to the smallest, so that its cost depends on the width and no peak is lost.

use std::ops::Range;

use egui::{Color32, Mesh, Rect, pos2};

use crate::domain::pyramid::Extent;

/// Which values lie at the bottom and the top of a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub bottom: f32,
    pub top: f32,
    pub rect: Rect,
}

impl Scale {
    /// 0 to 1 over `rect`, with a little room above so that 1 can be told from beyond.
    pub(super) fn unit(rect: Rect) -> Self {
        Self { bottom: 0.0, top: 1.0, rect: rect.with_min_y(rect.top() + (rect.height() * 0.08).min(7.0)) }
    }

    /// `extent` over `rect` with room on both sides; a flat curve lies in the middle.
    pub(super) fn of(extent: Extent, rect: Rect) -> Self {
        let size = (extent.max - extent.min).max(extent.max.abs() * 1e-3).max(1e-6);
        Self { bottom: extent.min - size * 0.1, top: extent.max + size * 0.1, rect }
    }

    /// Where `value` lies; beyond the ends it lies on them.
    pub(super) fn y(&self, value: f32) -> f32 {
        let share = ((value - self.bottom) / (self.top - self.bottom)).clamp(0.0, 1.0);
        self.rect.bottom() - share * self.rect.height()
    }

    /// The value at `y`, within the ends.
    pub(super) fn value_at(&self, y: f32) -> f32 {
        let share = ((self.rect.bottom() - y) / self.rect.height().max(1.0)).clamp(0.0, 1.0);
        self.bottom + share * (self.top - self.bottom)
    }
}

/// Colours of a curve.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink {
    pub line: Color32,
    pub fill: Color32,
    /// Above this value the area is filled with this colour.
    pub above: Option<(f32, Color32)>,
}

/// The mesh of a curve. `extent` says what lies under a run of snippets; `None` leaves a gap.
pub(super) fn mesh(
    columns: &[Range<usize>],
    scale: &Scale,
    ink: &Ink,
    line_width: f32,
    extent: impl Fn(Range<usize>) -> Option<Extent>,
) -> Mesh {
    let mut mesh = Mesh::default();
    let column_width = scale.rect.width() / columns.len().max(1) as f32;
    let x = |column: usize| scale.rect.left() + column as f32 * column_width;
    let mut before: Option<(f32, f32)> = None;
    let mut at = 0;
    while at < columns.len() {
        // Equal neighbours become one rectangle: zoomed in, a snippet is one, however wide.
        let run = columns[at..].iter().take_while(|c| **c == columns[at]).count();
        let (left, right) = (x(at), x(at + run));
        let found = extent(columns[at].clone());
        let first_column = x(at + 1);
        at += run;
        let Some(found) = found else {
            before = None;
            continue;
        };
        let (high, low) = (scale.y(found.max), scale.y(found.min));
        mesh.add_colored_rect(Rect::from_min_max(pos2(left, high), pos2(right, scale.rect.bottom())), ink.fill);
        if let Some((level, color)) = ink.above
            && found.max > level
        {
            mesh.add_colored_rect(Rect::from_min_max(pos2(left, high), pos2(right, scale.y(level))), color);
        }
        let half = line_width / 2.0;
        mesh.add_colored_rect(Rect::from_min_max(pos2(left, high - half), pos2(right, low + half)), ink.line);
        if let Some((was_high, was_low)) = before {
            // A step between neighbours that do not overlap is joined by an upright line.
            let (top, bottom) = if was_low < high { (was_low, high) } else { (low, was_high) };
            if top < bottom {
                let edge = Rect::from_min_max(pos2(left, top), pos2(first_column.min(left + line_width), bottom));
                mesh.add_colored_rect(edge, ink.line);
            }
        }
        before = Some((high, low));
    }
    mesh
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pyramid::Pyramid;

    fn scale() -> Scale {
        Scale { bottom: 0.0, top: 1.0, rect: Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, 50.0)) }
    }

    const INK: Ink = Ink { line: Color32::WHITE, fill: Color32::GRAY, above: None };

    #[test]
    fn a_single_peak_among_thousands_reaches_the_top() {
        let mut values = vec![0.1; 162_000];
        values[77_777] = 1.0;
        let pyramid = Pyramid::new(&values);
        let columns: Vec<_> = (0..100).map(|i| i * 1620..(i + 1) * 1620).collect();
        let mesh = mesh(&columns, &scale(), &INK, 1.0, |r| pyramid.extent(r));
        let top = mesh.vertices.iter().map(|v| v.pos.y).fold(f32::MAX, f32::min);
        assert!(top <= 0.0, "{top}");
        assert!(mesh.vertices.len() <= 100 * 3 * 4);
    }

    #[test]
    fn what_is_not_known_is_not_drawn() {
        let columns = [0..1, 1..2, 2..3];
        let mesh = mesh(&columns, &scale(), &INK, 1.0, |r| (r.start == 1).then(|| Extent::of(0.5)));
        let xs: Vec<f32> = mesh.vertices.iter().map(|v| v.pos.x).collect();
        assert!(xs.iter().all(|x| (33.0..67.0).contains(x)), "{xs:?}");
    }

    #[test]
    fn y_and_value_are_inverse() {
        let s = scale();
        for value in [0.0, 0.25, 1.0] {
            assert!((s.value_at(s.y(value)) - value).abs() < 1e-6);
        }
        assert_eq!((s.y(7.0), s.value_at(-99.0)), (0.0, 1.0));
    }
}
