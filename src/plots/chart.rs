//! What all charts share: size, colours, font, and the two kinds of file.
//!
//! Owns the look. Does not own any chart.

use std::sync::Once;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use thiserror::Error;

use super::themed::{ChartTheme, Themed};
use super::{outline, png};

/// Width and height of a chart in pixels (SVG: units).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChartSize {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

impl ChartSize {
    /// The size that reports use.
    pub const REPORT: Self = Self { width: 1200, height: 420 };
    /// Smallest and largest side that can be drawn.
    const LIMITS: std::ops::RangeInclusive<u32> = 120..=16_384;

    /// Whether a chart of this size can be drawn.
    pub fn is_possible(self) -> bool {
        Self::LIMITS.contains(&self.width) && Self::LIMITS.contains(&self.height)
    }
}

/// How a chart is drawn, whatever it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChartLook {
    /// How large.
    pub size: ChartSize,
    /// On what.
    pub theme: ChartTheme,
}

impl From<ChartSize> for ChartLook {
    /// On white.
    fn from(size: ChartSize) -> Self {
        Self { size, theme: ChartTheme::Light }
    }
}

/// Why there is no chart.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ChartError {
    /// The data of the chart do not belong together.
    #[error("the chart cannot be drawn: {0}")]
    Data(String),
    /// The size is out of reach.
    #[error("a chart of {width} x {height} pixels cannot be drawn; both sides must be 120 to 16384")]
    Size {
        /// Asked for.
        width: u32,
        /// Asked for.
        height: u32,
    },
    /// A picture's bytes do not fit its size.
    #[error("a picture of {width} x {height} pixels cannot be written from {bytes} bytes")]
    Picture {
        /// Pixels across.
        width: usize,
        /// Pixels down.
        height: usize,
        /// Bytes given.
        bytes: usize,
    },
    /// The drawing library failed.
    #[error("drawing failed: {0}")]
    Draw(String),
}

/// Colours that people with any colour vision can tell apart (after Okabe and Ito), on white.
pub(super) const SCORE: RGBColor = RGBColor(213, 94, 0);
pub(super) const ATTENTION: RGBColor = RGBColor(0, 114, 178);
pub(super) const MAGNITUDE: RGBColor = RGBColor(0, 128, 96);
pub(super) const TRUTH: RGBColor = RGBColor(120, 80, 160);
pub(super) const INK: RGBColor = RGBColor(40, 44, 52);
pub(super) const FAINT: RGBColor = RGBColor(224, 227, 232);
pub(super) const LINES: [RGBColor; 6] =
    [ATTENTION, SCORE, MAGNITUDE, TRUTH, RGBColor(86, 160, 210), RGBColor(180, 140, 0)];

/// Height of a title, and of a line of the key below it.
const TITLE: i32 = 40;
const LINE: i32 = 22;
/// Where the key begins, from the left.
const KEY: i32 = 74;

/// Where the entries of a key stand, the middle of each mark, with `text` to the right of it: as many in a line as there is
/// room for.
pub(super) fn key_places<S: AsRef<str>>(texts: impl IntoIterator<Item = S>, width: u32) -> Vec<(i32, i32)> {
    let (mut line, mut left, mut places) = (0, KEY, Vec::new());
    for text in texts {
        let needs = 40 + text.as_ref().chars().count() as i32 * 7;
        if left > KEY && left + needs > width as i32 {
            (line, left) = (line + 1, KEY);
        }
        places.push((left, TITLE + line * LINE + 9));
        left += needs;
    }
    places
}

/// Height of a title with the key below it.
pub(super) fn key_height(places: &[(i32, i32)]) -> u32 {
    places.last().map_or(TITLE, |(_, y)| y - 9 + LINE) as u32
}

/// Name under which the embedded font is known.
pub(super) const FONT: &str = "sans-serif";

pub(super) static FONT_BYTES: &[u8] = include_bytes!("../../assets/fonts/Ubuntu-Light.ttf");

/// What went wrong inside a drawing function, as text: the library's errors differ by kind of file.
pub(super) type Drawn = Result<(), String>;

/// The library's error as text.
pub(super) fn failed(err: impl std::fmt::Display) -> String {
    err.to_string()
}

fn prepare(size: ChartSize) -> Result<(), ChartError> {
    static ONCE: Once = Once::new();
    // A font that cannot be read shows up as an error of the first chart; tests draw one.
    ONCE.call_once(|| drop(register_font(FONT, FontStyle::Normal, FONT_BYTES)));
    if size.is_possible() { Ok(()) } else { Err(ChartError::Size { width: size.width, height: size.height }) }
}

/// Something that can be drawn on any kind of file.
pub(super) trait Chart {
    /// Draws on the whole of `area`, which is white.
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn;
}

/// The chart as a PNG file.
pub(super) fn to_png(chart: &impl Chart, look: impl Into<ChartLook>) -> Result<Vec<u8>, ChartError> {
    let ChartLook { size, theme } = look.into();
    prepare(size)?;
    let (width, height) = (size.width as usize, size.height as usize);
    let mut rgb = vec![0_u8; width * height * 3];
    {
        let surface = BitMapBackend::with_buffer(&mut rgb, (size.width, size.height));
        draw(chart, &Themed::new(surface, theme).into_drawing_area())?;
    }
    png::encode(&rgb, width, height)
}

/// The chart as the text of an SVG file, its letters as outlines.
pub(super) fn to_svg(chart: &impl Chart, look: impl Into<ChartLook>) -> Result<String, ChartError> {
    let ChartLook { size, theme } = look.into();
    prepare(size)?;
    let mut text = String::new();
    {
        let surface = SVGBackend::with_string(&mut text, (size.width, size.height));
        draw(chart, &Themed::new(surface, theme).into_drawing_area())?;
    }
    Ok(outline::outlined(&text))
}

fn draw<B: DrawingBackend>(chart: &impl Chart, area: &DrawingArea<B, Shift>) -> Result<(), ChartError> {
    let all = area.fill(&WHITE).map_err(failed).and_then(|()| chart.draw(area));
    all.and_then(|()| area.present().map_err(failed)).map_err(ChartError::Draw)
}

/// Text of `size` pixels.
pub(super) fn text(size: i32, colour: RGBColor) -> TextStyle<'static> {
    (FONT, size).into_font().color(&colour)
}

/// `m:ss`, or `h:mm:ss` from an hour on; with tenths when `step` between labels is below a second.
pub(super) fn clock_label(secs: f64, step: f64) -> String {
    let sign = if secs < -0.049 { "-" } else { "" };
    let tenths = (secs.abs() * 10.0).round() as u64;
    let (whole, tenth) = (tenths / 10, tenths % 10);
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    let fraction = if step < 1.0 { format!(".{tenth}") } else { String::new() };
    if hours > 0 {
        format!("{sign}{hours}:{minutes:02}:{seconds:02}{fraction}")
    } else {
        format!("{sign}{minutes}:{seconds:02}{fraction}")
    }
}

/// Round distances for labels of a time axis of `secs` seconds, at most `most` of them.
pub(super) fn clock_step(secs: f64, most: usize) -> f64 {
    const STEPS: [f64; 17] =
        [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0];
    let most = most.max(1) as f64;
    STEPS.into_iter().find(|s| secs / s <= most).unwrap_or_else(|| (secs / most / 3600.0).ceil() * 3600.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_key_takes_more_lines() {
        let places = key_places(vec!["twelve chars"; 40], 500);
        assert_eq!(places.len(), 40);
        assert!(places.iter().all(|(x, _)| *x < 480) && places[39].1 > places[0].1 + 3 * LINE, "{places:?}");
        assert!(key_height(&places) as i32 > places[39].1);
        assert_eq!(key_height(&[]) as i32, TITLE);
    }

    #[test]
    fn clock_labels() {
        assert_eq!(clock_label(0.0, 5.0), "0:00");
        assert_eq!(clock_label(59.96, 5.0), "1:00");
        assert_eq!(clock_label(3_725.0, 60.0), "1:02:05");
        assert_eq!(clock_label(-0.5, 0.5), "-0:00.5");
    }

    proptest! {
        #[test]
        fn labels_never_crowd(secs in 0.01_f64..1e6, most in 2_usize..20) {
            let step = clock_step(secs, most);
            prop_assert!(step > 0.0 && secs / step <= most as f64 + 1e-9);
        }
    }
}
