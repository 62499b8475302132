//! Points in a plane, coloured by a value: scores of two models, snippets by their features.
//!
//! Owns this chart. Does not own what the points are.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::chart::{ATTENTION, Chart, ChartError, ChartLook, Drawn, FAINT, INK, SCORE, failed, text, to_png, to_svg};
use crate::domain::viridis::viridis;

/// What the picture shows.
#[derive(Clone, Copy, Debug)]
pub struct ScatterChart<'a> {
    /// Stands above the chart.
    pub title: &'a str,
    /// Names of the horizontal and the vertical axis.
    pub axes: (&'a str, &'a str),
    /// Each point, and its value from 0 to 1 for the colour, where it has one.
    pub points: &'a [((f64, f64), Option<f32>)],
    /// Both axes go from 0 to 1, with the line of equal values and these levels of each, for scores; else they go as far as
    /// the points.
    pub levels: Option<(f32, f32)>,
}

/// The chart as a PNG file.
///
/// # Errors
/// There is no point with numbers, or the size is out of reach.
pub fn scatter_png(chart: &ScatterChart<'_>, look: impl Into<ChartLook>) -> Result<Vec<u8>, ChartError> {
    chart.check()?;
    to_png(chart, look)
}

/// The chart as the text of an SVG file.
///
/// # Errors
/// As [`scatter_png`].
pub fn scatter_svg(chart: &ScatterChart<'_>, look: impl Into<ChartLook>) -> Result<String, ChartError> {
    chart.check()?;
    to_svg(chart, look)
}

impl ScatterChart<'_> {
    fn drawn(&self) -> impl Iterator<Item = ((f64, f64), Option<f32>)> + '_ {
        self.points.iter().copied().filter(|((x, y), _)| x.is_finite() && y.is_finite())
    }

    fn check(&self) -> Result<(), ChartError> {
        if self.drawn().next().is_none() {
            return Err(ChartError::Data("there is no point to draw".to_owned()));
        }
        Ok(())
    }

    /// Ends of an axis, with a little room beyond the points.
    fn ends(&self, of: fn((f64, f64)) -> f64) -> (f64, f64) {
        if self.levels.is_some() {
            return (0.0, 1.0);
        }
        let (low, high) =
            self.drawn().map(|(at, _)| of(at)).fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
        let room = ((high - low) * 0.04).max(1e-6);
        (low - room, high + room)
    }
}

impl Chart for ScatterChart<'_> {
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn {
        let (x, y) = (self.ends(|at| at.0), self.ends(|at| at.1));
        let mut chart = ChartBuilder::on(area)
            .caption(self.title, text(18, INK))
            .margin(14)
            .set_label_area_size(LabelAreaPosition::Left, 60)
            .set_label_area_size(LabelAreaPosition::Bottom, 44)
            .build_cartesian_2d(x.0..x.1, y.0..y.1)
            .map_err(failed)?;
        chart
            .configure_mesh()
            .light_line_style(FAINT.mix(0.0))
            .bold_line_style(FAINT)
            .axis_style(RGBColor(150, 155, 165))
            .x_desc(self.axes.0)
            .y_desc(self.axes.1)
            .axis_desc_style(text(15, INK))
            .label_style(text(13, INK))
            .draw()
            .map_err(failed)?;
        if let Some((one, other)) = self.levels {
            let (one, other) = (f64::from(one), f64::from(other));
            let line = |from, to| PathElement::new(vec![from, to], INK.mix(0.5).stroke_width(1));
            chart.draw_series([line((0.0, 0.0), (1.0, 1.0))]).map_err(failed)?;
            let level = |from, to, color: RGBColor| PathElement::new(vec![from, to], color.stroke_width(1));
            chart.draw_series([level((one, 0.0), (one, 1.0), SCORE)]).map_err(failed)?;
            chart.draw_series([level((0.0, other), (1.0, other), ATTENTION)]).map_err(failed)?;
        }
        let size = if self.points.len() > 2000 { 2 } else { 3 };
        let point = |(at, value): ((f64, f64), Option<f32>)| {
            let color = value.map_or(ATTENTION, |value| {
                let [r, g, b] = viridis(value.clamp(0.0, 1.0));
                RGBColor(r, g, b)
            });
            Circle::new(at, size, color.mix(0.8).filled())
        };
        chart.draw_series(self.drawn().map(point)).map_err(failed)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::ChartSize;

    const SIZE: ChartSize = ChartSize { width: 500, height: 480 };

    #[test]
    fn points_stand_where_their_numbers_say_and_none_is_refused() {
        let points = [((0.2, 0.9), None), ((0.8, 0.1), None), ((f64::NAN, 0.5), None)];
        let chart = ScatterChart { title: "two", axes: ("one", "other"), points: &points, levels: Some((0.5, 0.6)) };
        let picture =
            image::load_from_memory(&scatter_png(&chart, SIZE).expect("draws")).expect("is a PNG").into_rgb8();
        let dots: Vec<(u32, u32)> =
            picture.enumerate_pixels().filter(|(.., p)| p.0[2] > 150 && p.0[0] < 80).map(|(x, y, _)| (x, y)).collect();
        let (left, right): (Vec<_>, Vec<_>) =
            dots.iter().filter(|(x, _)| *x < 180 || *x > 350).partition(|(x, _)| *x < 250);
        let mean = |of: &[&(u32, u32)]| of.iter().map(|(_, y)| *y).sum::<u32>() / of.len().max(1) as u32;
        let (left, right): (Vec<_>, Vec<_>) = (left.iter().collect(), right.iter().collect());
        assert!(!left.is_empty() && !right.is_empty() && mean(&left) < mean(&right), "{left:?} {right:?}");
        let svg = scatter_svg(&chart, SIZE).expect("draws");
        assert!(svg.contains("other") && !svg.contains("NaN"));
        let none = ScatterChart { points: &points[2..], ..chart };
        assert!(scatter_png(&none, SIZE).is_err());
    }
}
