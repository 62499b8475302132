//! How the picture is looked at: zoom and pan, light, deinterlacing.
//!
//! Owns these settings and their limits. They change only what is seen: never what is scored, and never a
//! file. Does not own drawing.

use strum::{EnumIter, IntoEnumIterator as _};

/// Largest enlargement beyond the fitted size.
pub const MAX_ZOOM: f32 = 16.0;
/// By how much one press of a key zooms.
pub const ZOOM_STEP: f32 = 1.25;
/// Share of what is seen by which one press of a key moves.
pub const PAN_STEP: f32 = 0.1;

/// What is done about pictures that hold two moments, one in every other row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumIter)]
pub enum Deinterlace {
    /// Rows as they are.
    #[default]
    Off,
    /// Both moments blended.
    Blend,
    /// The moment in rows 0, 2, 4 …
    Upper,
    /// The moment in rows 1, 3, 5 …
    Lower,
}

impl Deinterlace {
    /// As offered in the list.
    pub fn text(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Blend => "blend both fields",
            Self::Upper => "upper field",
            Self::Lower => "lower field",
        }
    }

    /// The next one, round and round.
    pub fn next(self) -> Self {
        let all: Vec<_> = Self::iter().collect();
        all[(self as usize + 1) % all.len()]
    }
}

/// How the picture is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PictureView {
    /// Enlargement beyond the fitted size, 1 to [`MAX_ZOOM`].
    pub zoom: f32,
    /// The place of the picture in the middle of the view, 0 to 1 each way.
    pub center: (f32, f32),
    /// Added to every channel, -1 to 1.
    pub brightness: f32,
    /// Distance from mid grey, 0 to 4; 1 leaves it.
    pub contrast: f32,
    /// Lightens mid tones above 1, darkens them below; 0.2 to 5.
    pub gamma: f32,
    /// What is done about interlaced pictures.
    pub deinterlace: Deinterlace,
}

impl Default for PictureView {
    fn default() -> Self {
        Self {
            zoom: 1.0,
            center: (0.5, 0.5),
            brightness: 0.0,
            contrast: 1.0,
            gamma: 1.0,
            deinterlace: Deinterlace::Off,
        }
    }
}

impl PictureView {
    /// With every value brought into its limits; what is not a number becomes the default.
    pub fn within_limits(self) -> Self {
        let default = Self::default();
        let within = |value: f32, low: f32, high: f32, otherwise: f32| {
            if value.is_finite() { value.clamp(low, high) } else { otherwise }
        };
        let zoom = within(self.zoom, 1.0, MAX_ZOOM, default.zoom);
        // The edge of the picture never comes further in than the edge of the view.
        let half = 0.5 / zoom;
        let center = |c: f32| within(c, half, 1.0 - half, 0.5);
        Self {
            zoom,
            center: (center(self.center.0), center(self.center.1)),
            brightness: within(self.brightness, -1.0, 1.0, default.brightness),
            contrast: within(self.contrast, 0.0, 4.0, default.contrast),
            gamma: within(self.gamma, 0.2, 5.0, default.gamma),
            deinterlace: self.deinterlace,
        }
    }

    /// Zoomed by `factor`; the place `keep` of the picture (0 to 1 each way) stays where it is, as far as the limits allow.
    pub fn zoomed(self, factor: f32, keep: (f32, f32)) -> Self {
        let zoom = Self { zoom: self.zoom * factor, ..self }.within_limits().zoom;
        let share = self.zoom / zoom;
        let center = |keep: f32, center: f32| keep + (center - keep) * share;
        Self { zoom, center: (center(keep.0, self.center.0), center(keep.1, self.center.1)), ..self }.within_limits()
    }

    /// Moved by shares of what is seen; positive shows what is to the right and below.
    pub fn panned(self, x: f32, y: f32) -> Self {
        let center = (self.center.0 + x / self.zoom, self.center.1 + y / self.zoom);
        Self { center, ..self }.within_limits()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn view() -> impl Strategy<Value = PictureView> {
        proptest::collection::vec((0.1_f32..10.0, (0.0_f32..1.0, 0.0_f32..1.0)), 0..8)
            .prop_map(|steps| steps.into_iter().fold(PictureView::default(), |v, (factor, at)| v.zoomed(factor, at)))
    }

    proptest! {
        #[test]
        fn the_view_never_leaves_the_picture(v in view(), factor in any::<f32>(), pan in any::<(f32, f32)>()) {
            for v in [v.zoomed(factor, (0.3, 0.9)), v.panned(pan.0, pan.1)] {
                prop_assert!((1.0..=MAX_ZOOM).contains(&v.zoom), "{v:?}");
                let half = 0.5 / v.zoom;
                for c in [v.center.0, v.center.1] {
                    prop_assert!(c - half >= -1e-6 && c + half <= 1.0 + 1e-6, "{v:?}");
                }
            }
        }

        #[test]
        fn zooming_in_keeps_the_place_under_the_pointer(v in view(), factor in 1.0_f32..4.0, at in (0.0_f32..1.0, 0.0_f32..1.0)) {
            // A place that is seen, as a share of the view.
            let keep = (v.center.0 + (at.0 - 0.5) / v.zoom, v.center.1 + (at.1 - 0.5) / v.zoom);
            let to = v.zoomed(factor, keep);
            let seen = ((keep.0 - to.center.0) * to.zoom + 0.5, (keep.1 - to.center.1) * to.zoom + 0.5);
            prop_assert!((seen.0 - at.0).abs() < 1e-3 && (seen.1 - at.1).abs() < 1e-3, "{seen:?} {at:?}");
        }
    }

    #[test]
    fn nonsense_is_the_default() {
        let bad = PictureView { zoom: f32::NAN, brightness: f32::INFINITY, gamma: -1.0, ..PictureView::default() };
        assert_eq!(bad.within_limits(), PictureView { gamma: 0.2, ..PictureView::default() });
    }

    #[test]
    fn deinterlacing_goes_round() {
        let first = Deinterlace::Off;
        assert_eq!(first.next().next().next().next(), first);
    }
}
