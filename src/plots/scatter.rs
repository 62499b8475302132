//! Points in a plane: scores of two models, snippets by their features; with the key to their colours.
//!
//! Owns this chart. Does not own what the points are, nor what their looks stand for (`domain::mark`).

use plotters::coord::Shift;
use plotters::prelude::*;

use super::chart::{
    ATTENTION, Chart, ChartError, ChartLook, Drawn, FAINT, INK, LINES, MAGNITUDE, SCORE, failed, key_height,
    key_places, text, to_png, to_svg,
};
use super::themed::{self, ChartTheme};
use crate::domain::heat::{self, Heat};
use crate::domain::mark::{Form, Ink, Mark, Marks};
use crate::domain::review::Verdict;

/// What the picture shows.
#[derive(Clone, Copy, Debug)]
pub struct ScatterChart<'a> {
    /// Stands above the chart.
    pub title: &'a str,
    /// Names of the horizontal and the vertical axis.
    pub axes: (&'a str, &'a str),
    /// Where each point lies.
    pub places: &'a [(f64, f64)],
    /// What each looks like, and the key. Where a point has the colour of a score, that is in the key.
    pub marks: &'a Marks,
    /// Both axes are scores: they reach from here to there, with the line of equal values and these levels of each; else they
    /// go as far as the points.
    pub scores: Option<ScoreAxes>,
}

/// Axes that are scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreAxes {
    /// Ends of both axes.
    pub ends: (f32, f32),
    /// Threshold of the horizontal and of the vertical one.
    pub levels: (f32, f32),
}

/// The chart as a PNG file.
///
/// # Errors
/// There is no point with numbers, or the size is out of reach.
pub fn scatter_png(chart: &ScatterChart<'_>, look: impl Into<ChartLook>) -> Result<Vec<u8>, ChartError> {
    let look = look.into();
    to_png(&chart.checked(look.theme)?, look)
}

/// The chart as the text of an SVG file.
///
/// # Errors
/// As [`scatter_png`].
pub fn scatter_svg(chart: &ScatterChart<'_>, look: impl Into<ChartLook>) -> Result<String, ChartError> {
    let look = look.into();
    to_svg(&chart.checked(look.theme)?, look)
}

/// A chart with the colours of scores on its ground.
struct Heated<'a> {
    chart: &'a ScatterChart<'a>,
    heat: Heat,
}

impl ScatterChart<'_> {
    fn drawn(&self) -> impl Iterator<Item = ((f64, f64), Mark)> + '_ {
        let all = self.places.iter().copied().zip(self.marks.marks.iter().copied());
        all.filter(|((x, y), _)| x.is_finite() && y.is_finite())
    }

    fn checked(&self, theme: ChartTheme) -> Result<Heated<'_>, ChartError> {
        if self.drawn().next().is_none() {
            return Err(ChartError::Data("there is no point to draw".to_owned()));
        }
        let heat = match theme {
            ChartTheme::Light => heat::ON_LIGHT,
            ChartTheme::Dark => heat::ON_DARK,
        };
        Ok(Heated { chart: self, heat })
    }

    /// Ends of an axis, with a little room beyond the points.
    fn ends(&self, of: fn((f64, f64)) -> f64) -> (f64, f64) {
        if let Some(ScoreAxes { ends, .. }) = self.scores {
            return (f64::from(ends.0), f64::from(ends.1));
        }
        let (low, high) =
            self.drawn().map(|(at, _)| of(at)).fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
        let room = ((high - low) * 0.04).max(1e-6);
        (low - room, high + room)
    }

    fn has_scores(&self) -> bool {
        self.marks.marks.iter().any(|mark| matches!(mark.ink, Ink::Score(_)))
    }
}

/// Room at the left for numbers.
const LEFT: u32 = 60;
const WEAK: RGBColor = RGBColor(150, 155, 165);

impl Heated<'_> {
    fn color(&self, ink: Ink) -> RGBColor {
        match ink {
            Ink::Score(score) => rgb(heat::of_point(&self.heat, score)),
            Ink::Own(own) => themed::own(rgb(own)),
            Ink::Said(Verdict::Anomaly) | Ink::Event => SCORE,
            Ink::Said(Verdict::FalseAlarm) => MAGNITUDE,
            Ink::Said(Verdict::Unsure) | Ink::Higher => LINES[5],
            Ink::Lower => ATTENTION,
            Ink::Weak => WEAK,
        }
    }

    /// Texts of the key; a scale of scores takes one place.
    fn key(&self) -> Vec<String> {
        let kinds = self.chart.marks.kinds.iter().map(|kind| format!("{} ({})", kind.text, kind.count));
        kinds.chain(self.chart.has_scores().then(String::new)).collect()
    }

    fn key_drawn<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>, places: &[(i32, i32)]) -> Drawn {
        for ((kind, text_of), (x, y)) in self.chart.marks.kinds.iter().zip(self.key()).zip(places.iter().copied()) {
            let style = self.color(kind.mark.ink).filled();
            if kind.mark.form == Form::Disc {
                area.draw(&Circle::new((x, y), 4, style)).map_err(failed)?;
            } else {
                area.draw(&Polygon::new(corners(kind.mark.form, 5.0, (x, y)), style)).map_err(failed)?;
            }
            area.draw(&Text::new(text_of, (x + 11, y - 8), text(13, INK))).map_err(failed)?;
        }
        if let Some((x, y)) = places.last().copied().filter(|_| self.chart.has_scores()) {
            let (x, y, steps, step) = (x + 8, y - 5, 30, 4);
            area.draw(&Text::new("0", (x - 14, y - 3), text(13, INK))).map_err(failed)?;
            for i in 0..steps {
                let style = self.color(Ink::Score(i as f32 / (steps - 1) as f32)).filled();
                let ends = [(x + i * step, y), (x + (i + 1) * step, y + 10)];
                area.draw(&Rectangle::new(ends, style)).map_err(failed)?;
            }
            let right = x + steps * step + 6;
            area.draw(&Text::new("1  score", (right, y - 3), text(13, INK))).map_err(failed)?;
        }
        Ok(())
    }
}

/// Corners of a form around a pixel.
fn corners(form: Form, radius: f32, (x, y): (i32, i32)) -> Vec<(i32, i32)> {
    form.outline(radius).map(|[dx, dy]| (x + dx.round() as i32, y + dy.round() as i32)).collect()
}

fn rgb([r, g, b]: [u8; 3]) -> RGBColor {
    RGBColor(r, g, b)
}

impl Chart for Heated<'_> {
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn {
        let this = self.chart;
        let (x, y) = (this.ends(|at| at.0), this.ends(|at| at.1));
        let (width, _) = area.dim_in_pixel();
        let places = key_places(self.key(), width);
        let (head, body) = area.split_vertically(key_height(&places));
        head.draw(&Text::new(this.title.to_owned(), (14, 10), text(18, INK))).map_err(failed)?;
        self.key_drawn(&head, &places)?;
        let mut chart = ChartBuilder::on(&body)
            .margin(14)
            .margin_top(4)
            .set_label_area_size(LabelAreaPosition::Left, LEFT)
            .set_label_area_size(LabelAreaPosition::Bottom, 44)
            .build_cartesian_2d(x.0..x.1, y.0..y.1)
            .map_err(failed)?;
        chart
            .configure_mesh()
            .light_line_style(FAINT.mix(0.0))
            .bold_line_style(FAINT)
            .axis_style(WEAK)
            .x_desc(this.axes.0)
            .y_desc(this.axes.1)
            .axis_desc_style(text(15, INK))
            .label_style(text(13, INK))
            .draw()
            .map_err(failed)?;
        if let Some(ScoreAxes { levels: (one, other), .. }) = this.scores {
            let (one, other) = (f64::from(one), f64::from(other));
            let line = |from, to, style: ShapeStyle| PathElement::new(vec![from, to], style);
            let (low, high) = (x.0.max(y.0), x.1.min(y.1));
            chart.draw_series([line((low, low), (high, high), INK.mix(0.5).stroke_width(1))]).map_err(failed)?;
            chart.draw_series([line((one, y.0), (one, y.1), SCORE.stroke_width(1))]).map_err(failed)?;
            chart.draw_series([line((x.0, other), (x.1, other), ATTENTION.stroke_width(1))]).map_err(failed)?;
        }
        let size = if this.places.len() > 2000 { 2 } else { 3 };
        let style = |mark: Mark| self.color(mark.ink).mix(0.85).filled();
        let is_disc = |(_, mark): &((f64, f64), Mark)| mark.form == Form::Disc;
        let disc = |(at, mark)| Circle::new(at, size, style(mark));
        let other = |(at, mark): ((f64, f64), Mark)| {
            EmptyElement::at(at) + Polygon::new(corners(mark.form, size as f32 + 0.5, (0, 0)), style(mark))
        };
        chart.draw_series(this.drawn().filter(is_disc).map(disc)).map_err(failed)?;
        chart.draw_series(this.drawn().filter(|point| !is_disc(point)).map(other)).map_err(failed)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::ChartSize;

    const SIZE: ChartSize = ChartSize { width: 500, height: 480 };

    fn marks(inks: &[Ink]) -> Marks {
        let mut marks = Marks::default();
        for (at, ink) in inks.iter().enumerate() {
            let mark = Mark { ink: *ink, form: Form::Disc };
            if matches!(ink, Ink::Score(_)) { marks.push(mark) } else { marks.push_kind(&at.to_string(), |_| mark) }
        }
        marks
    }

    fn picture(chart: &ScatterChart<'_>, look: impl Into<ChartLook>) -> image::RgbImage {
        image::load_from_memory(&scatter_png(chart, look).expect("draws")).expect("is a PNG").into_rgb8()
    }

    #[test]
    fn points_stand_where_their_numbers_say_and_none_is_refused() {
        let places = [(0.2, 0.9), (0.8, 0.1), (f64::NAN, 0.5)];
        let marks = marks(&[Ink::Own([10, 60, 200]); 3]);
        let scores = Some(ScoreAxes { ends: (0.0, 1.0), levels: (0.5, 0.6) });
        let chart = ScatterChart { title: "two", axes: ("one", "other"), places: &places, marks: &marks, scores };
        let dots: Vec<(u32, u32)> = picture(&chart, SIZE)
            .enumerate_pixels()
            .filter(|(_, y, p)| *y > 80 && p.0[2] > 150 && p.0[0] < 80)
            .map(|(x, y, _)| (x, y))
            .collect();
        let (left, right): (Vec<_>, Vec<_>) = dots.iter().copied().partition(|(x, _)| *x < 250);
        let mean = |of: &[(u32, u32)]| of.iter().map(|(_, y)| *y).sum::<u32>() / of.len().max(1) as u32;
        assert!(!left.is_empty() && !right.is_empty() && mean(&left) < mean(&right), "{left:?} {right:?}");
        let svg = scatter_svg(&chart, SIZE).expect("draws");
        assert!(svg.contains("other") && !svg.contains("NaN"));
        let none = ScatterChart { places: &places[2..], ..chart };
        assert!(scatter_png(&none, SIZE).is_err());
    }

    #[test]
    fn scores_have_the_colours_of_the_ground_that_they_stand_on() {
        let marks = marks(&[Ink::Score(1.0); 40]);
        let places: Vec<(f64, f64)> = (0..40).map(|i| (f64::from(i % 7), f64::from(i))).collect();
        let chart = ScatterChart { title: "map", axes: ("1", "2"), places: &places, marks: &marks, scores: None };
        for (theme, heat) in [(ChartTheme::Light, heat::ON_LIGHT), (ChartTheme::Dark, heat::ON_DARK)] {
            // The end of the key is solid.
            let most = heat[heat::STOPS - 1];
            let found = picture(&chart, ChartLook { size: SIZE, theme }).pixels().filter(|p| p.0 == most).count();
            assert!(found >= 30, "{theme:?}: {found}");
        }
    }
}
