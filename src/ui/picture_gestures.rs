//! Zoom and pan of the picture by wheel and drag.
//!
//! Owns where the picture lies in the space that it has. The limits of what can be seen are `app::picture`'s.

use egui::{PointerButton, Pos2, Rect, Response, Ui};

use crate::app::picture::PictureView;

use super::video_view::fitted;

/// Where the picture of `size` lies in `space`: fitted, then enlarged. It may reach beyond the space, and
/// leaves no gap on the sides that it could fill.
pub(super) fn area(space: Rect, size: (f64, f64), view: &PictureView) -> Rect {
    let size = fitted(space, size).size() * view.zoom;
    let along = |low: f32, high: f32, length: f32, center: f32| {
        let middle = f32::midpoint(low, high);
        if length <= high - low { middle - length / 2.0 } else { (middle - center * length).clamp(high - length, low) }
    };
    let left = along(space.left(), space.right(), size.x, view.center.0);
    let top = along(space.top(), space.bottom(), size.y, view.center.1);
    Rect::from_min_size(Pos2::new(left, top), size)
}

/// How the person wants to look at the picture now; `None` if as before.
pub(super) fn gestures(
    ui: &Ui,
    response: &Response,
    space: Rect,
    area: Rect,
    view: &PictureView,
) -> Option<PictureView> {
    let share = |at: Pos2| ((at.x - area.left()) / area.width(), (at.y - area.top()) / area.height());
    // Where the view truly is: the drawing may have moved it to leave no gap.
    let here = PictureView { center: share(space.center()), ..*view };
    let zoom = ui.input(egui::InputState::zoom_delta);
    if let Some(pointer) = response.hover_pos().filter(|_| zoom != 1.0) {
        return Some(here.zoomed(zoom, share(pointer))).filter(|v| v != view);
    }
    let drag = response.drag_delta();
    let dragged = response.dragged_by(PointerButton::Primary) || response.dragged_by(PointerButton::Middle);
    if dragged && view.zoom > 1.0 && drag != egui::Vec2::ZERO {
        let center = (here.center.0 - drag.x / area.width(), here.center.1 - drag.y / area.height());
        return Some(PictureView { center, ..here }.within_limits());
    }
    None
}

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_picture_fills_what_it_can_and_is_centred_otherwise(
            space in (50.0_f32..2000.0, 50.0_f32..2000.0),
            size in (16.0_f64..4000.0, 16.0_f64..4000.0),
            zoom in 1.0_f32..16.0,
            center in (0.0_f32..1.0, 0.0_f32..1.0),
        ) {
            let space = Rect::from_min_size(pos2(10.0, 20.0), vec2(space.0, space.1));
            let view = PictureView { zoom, center, ..PictureView::default() }.within_limits();
            let area = area(space, size, &view);
            for (a, s) in [(area.x_range(), space.x_range()), (area.y_range(), space.y_range())] {
                if a.span() <= s.span() {
                    prop_assert!((a.center() - s.center()).abs() < 0.1);
                } else {
                    prop_assert!(a.min <= s.min + 0.1 && a.max >= s.max - 0.1);
                }
            }
            prop_assert!((area.aspect_ratio() / (size.0 / size.1) as f32 - 1.0).abs() < 0.01);
        }
    }
}
