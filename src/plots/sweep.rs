//! A sweep of one control as small multiples: the same two curves once for each value.
//!
//! Owns this chart. Does not own the sweep.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::chart::{ATTENTION, Chart, ChartError, ChartSize, Drawn, FAINT, INK, SCORE, failed, text, to_png, to_svg};
use crate::domain::sweep::{Control, SweepStep};

/// What the picture shows.
#[derive(Clone, Copy, Debug)]
pub struct SweepChart<'a> {
    /// Stands above the chart.
    pub title: &'a str,
    /// What was moved.
    pub control: Control,
    /// Its steps, in order.
    pub steps: &'a [SweepStep],
    /// Where events begin.
    pub threshold: f32,
}

/// Width and height of one multiple.
const TILE: (u32, u32) = (380, 190);

impl SweepChart<'_> {
    fn columns(&self) -> u32 {
        (self.steps.len() as f64).sqrt().ceil().clamp(1.0, 4.0) as u32
    }

    /// A size in which every multiple can be read.
    pub fn size(&self) -> ChartSize {
        let rows = (self.steps.len() as u32).div_ceil(self.columns()).max(1);
        ChartSize { width: (self.columns() * TILE.0).max(760), height: (rows * TILE.1 + 56).min(16_000) }
    }

    fn tile<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>, step: &SweepStep) -> Drawn {
        let end = step.scores.len().max(1) as f64;
        let value = self.control.of(&step.tsa);
        let place = if self.control == Control::Kappa { format!(" (kappa {})", step.kappa) } else { String::new() };
        let caption = format!(
            "{} = {}{place}: {} {}, {:.0} bit",
            self.control.unit(),
            (value * 1e4).round() / 1e4,
            step.events,
            if step.events == 1 { "event" } else { "events" },
            step.entropy
        );
        let mut chart = ChartBuilder::on(area)
            .caption(caption, text(14, INK))
            .margin(8)
            .set_label_area_size(LabelAreaPosition::Left, 30)
            .set_label_area_size(LabelAreaPosition::Bottom, 20)
            .build_cartesian_2d(0.0..end, 0.0..1.02)
            .map_err(failed)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(FAINT.mix(0.0))
            .bold_line_style(FAINT)
            .axis_style(RGBColor(150, 155, 165))
            .x_labels(4)
            .y_labels(3)
            .x_label_formatter(&|v| format!("{v:.0}"))
            .y_label_formatter(&|v| format!("{v:.1}"))
            .label_style(text(12, INK))
            .draw()
            .map_err(failed)?;
        let points = |values: &[f32]| curve(values);
        let p = LineSeries::new(points(&step.membership), ATTENTION.mix(0.45).stroke_width(1));
        chart.draw_series(p).map_err(failed)?;
        let level = f64::from(self.threshold);
        let dashes = DashedLineSeries::new([(0.0, level), (end, level)], 5, 4, INK.mix(0.6).stroke_width(1));
        chart.draw_series(dashes).map_err(failed)?;
        let scores = LineSeries::new(points(&step.scores), SCORE.stroke_width(2));
        chart.draw_series(scores).map_err(failed)?;
        Ok(())
    }
}

/// Most runs of a curve: a multiple is not wider.
const MOST: usize = 600;

/// Steps over the snippets; of more than pixels, each run from its smallest to its largest.
fn curve(values: &[f32]) -> Vec<(f64, f64)> {
    let run = values.len().div_ceil(MOST).max(1);
    let ends = |(i, run_of): (usize, &[f32])| {
        let (low, high) = run_of.iter().fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
        let start = i * run;
        [(start as f64, f64::from(low)), ((start + run_of.len()) as f64, f64::from(high))]
    };
    values.chunks(run).enumerate().flat_map(ends).collect()
}

impl Chart for SweepChart<'_> {
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn {
        let (head, body) = area.split_vertically(52);
        head.draw(&Text::new(self.title.to_owned(), (14, 8), text(18, INK))).map_err(failed)?;
        let about =
            "thick: score, thin: p(t), dashed: threshold; over snippets; the same draws of noise for every value";
        head.draw(&Text::new(about, (14, 32), text(13, INK))).map_err(failed)?;
        let columns = self.columns() as usize;
        let tiles = body.split_evenly((self.steps.len().div_ceil(columns).max(1), columns));
        self.steps.iter().zip(&tiles).try_for_each(|(step, tile)| self.tile(tile, step))
    }
}

/// The chart as a PNG file.
///
/// # Errors
/// There are no steps, or so many that the picture would be too large.
pub fn sweep_png(chart: &SweepChart<'_>) -> Result<Vec<u8>, ChartError> {
    chart.check()?;
    to_png(chart, chart.size())
}

/// The chart as the text of an SVG file.
///
/// # Errors
/// As [`sweep_png`].
pub fn sweep_svg(chart: &SweepChart<'_>) -> Result<String, ChartError> {
    chart.check()?;
    to_svg(chart, chart.size())
}

impl SweepChart<'_> {
    fn check(&self) -> Result<(), ChartError> {
        if self.steps.is_empty() {
            return Err(ChartError::Data("a sweep without steps".to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::score::TsaSettings;

    #[test]
    fn every_step_has_a_multiple_with_its_value() {
        let steps: Vec<SweepStep> = Control::Kappa
            .steps(&TsaSettings::default(), (0.1, 0.9), 5)
            .into_iter()
            .map(|tsa| SweepStep {
                kappa: tsa.kappa(2000),
                membership: vec![tsa.ratio as f32; 2000],
                entropy: 12.0,
                threshold: Some(0.5),
                scores: (0..2000).map(|t| (t as f32 * 0.01).sin().abs()).collect(),
                events: 3,
                tsa,
            })
            .collect();
        let chart = SweepChart { title: "clip", control: Control::Kappa, steps: &steps, threshold: 0.5 };
        let svg = sweep_svg(&chart).expect("draws");
        for word in ["clip", "kappa / T = 0.1 (kappa 200)", "kappa / T = 0.9 (kappa 1800)", "3 events"] {
            assert!(svg.contains(word), "{word} is missing");
        }
        let picture = image::load_from_memory(&sweep_png(&chart).expect("draws")).expect("is a PNG").into_rgb8();
        let drawn = picture.pixels().filter(|p| p.0 == [SCORE.0, SCORE.1, SCORE.2]).count();
        assert!(drawn > 2000, "{drawn} pixels");
        assert!(sweep_png(&SweepChart { steps: &[], ..chart }).is_err());
    }
}
