//! Loss curves of a training run.
//!
//! Owns this chart. Does not own training.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::chart::{
    Chart, ChartError, ChartLook, Drawn, FAINT, INK, LINES, failed, key_height, key_places, text, to_png, to_svg,
};

/// One curve over training steps.
#[derive(Clone, Copy, Debug)]
pub struct LossCurve<'a> {
    /// Stands in the legend.
    pub name: &'a str,
    /// Training step and value, by step. Values that are not finite are left out.
    pub points: &'a [(usize, f64)],
}

/// The curves as a PNG file.
///
/// # Errors
/// The size is out of reach.
pub fn training_png(title: &str, curves: &[LossCurve<'_>], look: impl Into<ChartLook>) -> Result<Vec<u8>, ChartError> {
    to_png(&Training { title, curves }, look)
}

/// The curves as the text of an SVG file.
///
/// # Errors
/// As [`training_png`].
pub fn training_svg(title: &str, curves: &[LossCurve<'_>], look: impl Into<ChartLook>) -> Result<String, ChartError> {
    to_svg(&Training { title, curves }, look)
}

struct Training<'a> {
    title: &'a str,
    curves: &'a [LossCurve<'a>],
}

/// Share that an older value keeps in the smoothed line.
const KEEP: f64 = 0.92;

fn smoothed(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut level = points.first().map_or(0.0, |p| p.1);
    let smooth = |(x, y): &(f64, f64)| {
        level = KEEP * level + (1.0 - KEEP) * y;
        (*x, level)
    };
    points.iter().map(smooth).collect()
}

impl Chart for Training<'_> {
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn {
        let lines: Vec<Vec<(f64, f64)>> = (self.curves.iter())
            .map(|c| c.points.iter().filter(|p| p.1.is_finite()).map(|p| (p.0 as f64, p.1)).collect())
            .collect();
        let all = || lines.iter().flatten();
        let last = all().map(|p| p.0).fold(1.0, f64::max);
        let (low, high) = all().fold((0.0_f64, 1e-6_f64), |(l, h), p| (l.min(p.1), h.max(p.1)));
        let (width, _) = area.dim_in_pixel();
        let places = key_places(self.curves.iter().map(|curve| curve.name), width);
        let (head, body) = area.split_vertically(key_height(&places));
        head.draw(&Text::new(self.title.to_owned(), (14, 10), text(18, INK))).map_err(failed)?;
        for (at, (curve, (x, y))) in self.curves.iter().zip(places).enumerate() {
            let line = PathElement::new(vec![(x - 9, y), (x + 9, y)], LINES[at % LINES.len()].stroke_width(3));
            head.draw(&line).map_err(failed)?;
            head.draw(&Text::new(curve.name.to_owned(), (x + 15, y - 8), text(13, INK))).map_err(failed)?;
        }
        let mut chart = ChartBuilder::on(&body)
            .margin(14)
            .margin_top(4)
            .set_label_area_size(LabelAreaPosition::Left, 64)
            .set_label_area_size(LabelAreaPosition::Bottom, 46)
            .build_cartesian_2d(0.0..last, low * 1.05..high * 1.05)
            .map_err(failed)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(FAINT.mix(0.0))
            .bold_line_style(FAINT)
            .axis_style(RGBColor(150, 155, 165))
            .x_label_formatter(&|v| format!("{v:.0}"))
            .x_desc("training step")
            .y_desc("loss")
            .axis_desc_style(text(15, INK))
            .label_style(text(13, INK))
            .draw()
            .map_err(failed)?;
        for (at, points) in lines.iter().enumerate() {
            let colour = LINES[at % LINES.len()];
            let raw = LineSeries::new(points.iter().copied(), colour.mix(0.28).stroke_width(1));
            chart.draw_series(raw).map_err(failed)?;
            let line = LineSeries::new(smoothed(points), colour.stroke_width(2));
            chart.draw_series(line).map_err(failed)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::ChartSize;

    #[test]
    fn curves_draw_with_gaps_and_without_points() {
        let size = ChartSize { width: 700, height: 380 };
        let points: Vec<_> =
            (0..200).map(|i| (i, if i == 50 { f64::NAN } else { 2.0 / (1.0 + i as f64 * 0.1) })).collect();
        let curves = [LossCurve { name: "total", points: &points }, LossCurve { name: "separation", points: &[] }];
        let svg = training_svg("Training", &curves, size).expect("draws");
        assert!(svg.contains("total") && svg.contains("separation") && !svg.contains("NaN"));
        assert!(training_png("Training", &[], size).is_ok());
    }

    #[test]
    fn smoothing_follows_a_step_slowly() {
        let step: Vec<_> = (0..100).map(|i| (f64::from(i), if i < 50 { 0.0 } else { 1.0 })).collect();
        let line = smoothed(&step);
        assert!(line[49].1 == 0.0 && line[51].1 < 0.2 && line[99].1 > 0.95);
    }
}
