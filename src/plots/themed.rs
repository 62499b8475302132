//! The dark look of a chart, and letters in their places.
//!
//! Owns the colours of the dark theme, and the drawing on a surface that takes them in place of those of the light one, with
//! letters set to fractions of a pixel. A chart is written once, for white paper; it does not know of this.

use ab_glyph::{Font as _, FontRef, ScaleFont as _, point};
use plotters::prelude::RGBColor;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontFamily,
    FontStyle, FontTransform, text_anchor,
};

use super::chart::{ATTENTION, FAINT, FONT_BYTES, INK, LINES, MAGNITUDE, SCORE, TRUTH};

/// What a chart is drawn on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChartTheme {
    /// White, for paper.
    #[default]
    Light,
    /// Nearly black, for slides and dark rooms.
    Dark,
}

const GROUND: RGBColor = RGBColor(24, 26, 31);
/// Light colours and those that stand out as much on the dark ground; a blue on black is darker to the eye than on white.
const EXCHANGED: [(RGBColor, RGBColor); 8] = [
    (INK, RGBColor(222, 225, 231)),
    (FAINT, RGBColor(58, 62, 71)),
    (SCORE, RGBColor(255, 133, 51)),
    (ATTENTION, RGBColor(86, 180, 233)),
    (MAGNITUDE, RGBColor(0, 190, 145)),
    (TRUTH, RGBColor(186, 148, 226)),
    (LINES[4], RGBColor(140, 200, 245)),
    (LINES[5], RGBColor(240, 208, 66)),
];

/// A surface that draws every colour of the light theme as its counterpart.
pub(super) struct Themed<B> {
    inner: B,
    theme: ChartTheme,
}

impl<B> Themed<B> {
    pub(super) fn new(inner: B, theme: ChartTheme) -> Self {
        Self { inner, theme }
    }
}

impl ChartTheme {
    fn color(self, color: BackendColor) -> BackendColor {
        let (r, g, b) = color.rgb;
        let exchanged =
            |(light, dark): &(RGBColor, RGBColor)| (light.0, light.1, light.2) == (r, g, b) && *light != *dark;
        let rgb = match self {
            Self::Light => (r, g, b),
            Self::Dark => match EXCHANGED.iter().find(|pair| exchanged(pair)) {
                Some((_, dark)) => (dark.0, dark.1, dark.2),
                None if r.abs_diff(g) < 12 && g.abs_diff(b) < 16 => grey(u16::from(g)),
                None => (r, g, b),
            },
        };
        BackendColor { alpha: color.alpha, rgb }
    }
}

/// A colour that stays what it is on either ground, or as near to it as makes no difference: those of two kinds would else
/// become one.
pub(super) fn own(color: RGBColor) -> RGBColor {
    let exchanged = EXCHANGED.iter().any(|(light, _)| *light == color);
    if exchanged { RGBColor(color.0, color.1, color.2 ^ 1) } else { color }
}

/// Greys change places: white is the ground, black the brightest ink.
fn grey(level: u16) -> (u8, u8, u8) {
    let mixed = |ground: u8| (u16::from(ground) * level / 255 + 230 * (255 - level) / 255) as u8;
    (mixed(GROUND.0), mixed(GROUND.1), mixed(GROUND.2))
}

/// A style in the colour of the theme.
struct Painted {
    color: BackendColor,
    width: u32,
}

impl BackendStyle for Painted {
    fn color(&self) -> BackendColor {
        self.color
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

/// Text in the colour of the theme.
struct Written<'a, T> {
    inner: &'a T,
    theme: ChartTheme,
}

impl<T: BackendTextStyle> BackendTextStyle for Written<'_, T> {
    type FontError = T::FontError;

    fn color(&self) -> BackendColor {
        self.theme.color(self.inner.color())
    }

    fn size(&self) -> f64 {
        self.inner.size()
    }

    fn transform(&self) -> FontTransform {
        self.inner.transform()
    }

    fn style(&self) -> FontStyle {
        self.inner.style()
    }

    fn anchor(&self) -> text_anchor::Pos {
        self.inner.anchor()
    }

    fn family(&self) -> FontFamily<'_> {
        self.inner.family()
    }

    fn layout_box(&self, text: &str) -> Result<((i32, i32), (i32, i32)), Self::FontError> {
        self.inner.layout_box(text)
    }

    fn draw<E, D: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        text: &str,
        at: BackendCoord,
        mut draw: D,
    ) -> Result<Result<(), E>, Self::FontError> {
        let Ok(font) = FontRef::try_from_slice(FONT_BYTES) else {
            return self.inner.draw(text, at, |x, y, color| draw(x, y, self.theme.color(color)));
        };
        // The library begins each letter at a whole pixel and forgets how far into it the letter begins, so that words fall
        // apart where they are small. The line of the letters is the library's.
        let (size, color) = (self.inner.size() as f32, self.color());
        let scaled = font.as_scaled(size);
        let (mut across, mut last) = (0.0, None);
        for letter in text.chars() {
            let id = scaled.glyph_id(letter);
            across += last.map_or(0.0, |last| scaled.kern(last, id));
            if let Some(outline) = font.outline_glyph(id.with_scale_and_position(size, point(across, 0.0))) {
                let corner = outline.px_bounds().min;
                let (left, top) = (at.0 + corner.x as i32, at.1 + (size / 2.0 + corner.y) as i32);
                let mut failed = None;
                outline.draw(|x, y, share| {
                    if failed.is_none() && share > 0.0 {
                        failed = draw(left + x as i32, top + y as i32, color.mix(f64::from(share.min(1.0)))).err();
                    }
                });
                if let Some(failed) = failed {
                    return Ok(Err(failed));
                }
            }
            across += scaled.h_advance(id);
            last = Some(id);
        }
        Ok(Ok(()))
    }
}

type Drawn<B> = Result<(), DrawingErrorKind<<B as DrawingBackend>::ErrorType>>;

impl<B: DrawingBackend> Themed<B> {
    fn painted<S: BackendStyle>(&self, style: &S) -> Painted {
        Painted { color: self.theme.color(style.color()), width: style.stroke_width() }
    }
}

impl<B: DrawingBackend> DrawingBackend for Themed<B> {
    type ErrorType = B::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.inner.get_size()
    }

    fn ensure_prepared(&mut self) -> Drawn<B> {
        self.inner.ensure_prepared()
    }

    fn present(&mut self) -> Drawn<B> {
        self.inner.present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn<B> {
        self.inner.draw_pixel(point, self.theme.color(color))
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn<B> {
        let style = self.painted(style);
        self.inner.draw_line(from, to, &style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn<B> {
        let style = self.painted(style);
        self.inner.draw_rect(from, to, &style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn<B> {
        let style = self.painted(style);
        self.inner.draw_path(path, &style)
    }

    fn draw_circle<S: BackendStyle>(&mut self, at: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn<B> {
        let style = self.painted(style);
        self.inner.draw_circle(at, radius, &style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, edge: I, style: &S) -> Drawn<B> {
        let style = self.painted(style);
        self.inner.fill_polygon(edge, &style)
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Drawn<B> {
        self.inner.draw_text(text, &Written { inner: style, theme: self.theme }, at)
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Self::ErrorType>> {
        self.inner.estimate_text_size(text, style)
    }

    fn blit_bitmap(&mut self, at: BackendCoord, size: (u32, u32), source: &[u8]) -> Drawn<B> {
        self.inner.blit_bitmap(at, size, source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance after the web's accessibility guidelines, section "contrast ratio".
    fn luminance((r, g, b): (u8, u8, u8)) -> f64 {
        let linear = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    #[test]
    fn every_ink_stands_out_on_the_dark_ground() {
        let dark = |c: RGBColor| ChartTheme::Dark.color(BackendColor { alpha: 1.0, rgb: (c.0, c.1, c.2) }).rgb;
        let ground = luminance(dark(RGBColor(255, 255, 255)));
        assert!(ground < 0.02, "{ground}");
        for ink in [INK, SCORE, ATTENTION, MAGNITUDE, TRUTH].into_iter().chain(LINES) {
            let contrast = (luminance(dark(ink)) + 0.05) / (ground + 0.05);
            assert!(contrast > 4.5, "{ink:?}: {contrast}");
        }
    }

    #[test]
    fn the_light_theme_changes_nothing() {
        let color = BackendColor { alpha: 0.5, rgb: (1, 2, 3) };
        let same = ChartTheme::Light.color(color);
        assert_eq!((same.alpha, same.rgb), (0.5, (1, 2, 3)));
    }
}
