//! The attention of a video: the soft one-hot stack as a heat map, and below it, over the same snippets, omega with its
//! noise, the share of draws that select a snippet, and the entropy of that.
//!
//! Owns this chart. Does not own how attention is computed.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::chart::{
    ATTENTION, Chart, ChartError, ChartLook, ChartSize, Drawn, FAINT, INK, MAGNITUDE, SCORE, TRUTH, failed, text,
    to_png, to_svg,
};
use crate::domain::attention::{Attention, omega_range};
use crate::domain::attention_grid::AttentionGrid;
use crate::domain::pyramid::Extent;
use crate::domain::viridis::viridis;

/// What the picture shows.
#[derive(Clone, Copy, Debug)]
pub struct AttentionChart<'a> {
    /// Stands above the chart.
    pub title: &'a str,
    /// The selection over the whole video.
    pub attention: &'a Attention,
    /// The part of `V_hat` that is drawn; the curves are drawn over its snippets.
    pub grid: &'a AttentionGrid,
    /// The top-alpha snippets of the video, in order.
    pub top_alpha: &'a [usize],
    /// Whether omega has its lane to itself, without noise and thresholds.
    pub omega_alone: bool,
}

impl AttentionChart<'_> {
    /// The size that reports use.
    pub const SIZE: ChartSize = ChartSize { width: 1200, height: 980 };
}

/// The chart as a PNG file.
///
/// # Errors
/// There is nothing to draw, or the size is out of reach.
pub fn attention_png(chart: &AttentionChart<'_>, look: impl Into<ChartLook>) -> Result<Vec<u8>, ChartError> {
    chart.check()?;
    to_png(chart, look)
}

/// The chart as the text of an SVG file.
///
/// # Errors
/// As [`attention_png`].
pub fn attention_svg(chart: &AttentionChart<'_>, look: impl Into<ChartLook>) -> Result<String, ChartError> {
    chart.check()?;
    to_svg(chart, look)
}

/// Room at the left for labels, and at the right for the legend of colours.
const LEFT: u32 = 74;
const RIGHT: u32 = 96;
/// Least height of the three lanes together.
const LANES: u32 = 240;
const GREY: RGBColor = RGBColor(150, 155, 165);

impl AttentionChart<'_> {
    fn check(&self) -> Result<(), ChartError> {
        let within = self.grid.snippets.end <= self.attention.omega.len();
        if self.grid.is_empty() || !within {
            return Err(ChartError::Data(format!(
                "snippets {} to {} of a video of {}",
                self.grid.snippets.start,
                self.grid.snippets.end,
                self.attention.omega.len()
            )));
        }
        Ok(())
    }

    fn heat_map<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn {
        let grid = self.grid;
        let x = axis(&grid.snippets);
        // Picks are counted from 1, as on screen, and a number stands at the middle of its row.
        let y = grid.picks.start as f64 + 0.5..grid.picks.end as f64 + 0.5;
        let mut chart = ChartBuilder::on(area)
            .margin_top(6)
            .margin_left(12)
            .margin_right(RIGHT as i32)
            .set_label_area_size(LabelAreaPosition::Left, LEFT)
            .set_label_area_size(LabelAreaPosition::Bottom, 8)
            // The first pick stands at the top, as rows of a matrix do.
            .build_cartesian_2d(x.clone(), y.end..y.start)
            .map_err(failed)?;
        chart
            .configure_mesh()
            .disable_mesh()
            .axis_style(GREY)
            .x_labels(0)
            .y_labels(8)
            .y_label_formatter(&|v| format!("{v:.0}"))
            .y_desc("j-th earliest pick")
            .axis_desc_style(text(14, INK))
            .label_style(text(13, INK))
            .draw()
            .map_err(failed)?;
        chart
            .draw_series([Rectangle::new([(x.start, y.start), (x.end, y.end)], colour(0.0).filled())])
            .map_err(failed)?;
        let columns = grid.columns();
        let cell = |(at, value): (usize, &f32)| {
            let (column, row) = (at % columns, at / columns);
            let left = grid.snippets.start + column * grid.width;
            let top = grid.picks.start + row * grid.height;
            let right = (left + grid.width).min(grid.snippets.end);
            let bottom = (top + grid.height).min(grid.picks.end);
            let ends = [(left as f64, top as f64 + 0.5), (right as f64, bottom as f64 + 0.5)];
            Rectangle::new(ends, colour(value / grid.peak).filled())
        };
        // What is 0 has the colour of the ground.
        chart.draw_series(grid.values.iter().enumerate().filter(|(_, v)| **v > 0.0).map(cell)).map_err(failed)?;
        self.legend(area)
    }

    /// The colours with the values that they stand for.
    fn legend<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn {
        let (width, height) = area.dim_in_pixel();
        let (left, top, bottom) = (width as i32 - RIGHT as i32 + 14, 34, height as i32 - 20);
        area.draw(&Text::new("share", (left, 6), text(13, INK))).map_err(failed)?;
        let steps = 64;
        for i in 0..steps {
            let y = |i: i32| bottom - (bottom - top) * i / steps;
            let value = (i as f32 + 0.5) / steps as f32;
            area.draw(&Rectangle::new([(left, y(i + 1)), (left + 14, y(i))], colour(value).filled()))
                .map_err(failed)?;
        }
        for (share, y) in [(1.0, top), (0.5, i32::midpoint(top, bottom)), (0.0, bottom)] {
            let label = format!("{:.3}", self.grid.peak * share);
            area.draw(&Text::new(label, (left + 19, y - 7), text(13, INK))).map_err(failed)?;
        }
        Ok(())
    }

    fn sigma(&self) -> f32 {
        if self.attention.thresholds.is_empty() { 0.0 } else { self.attention.tsa.sigma as f32 }
    }

    /// Ends of omega's lane with room on both sides.
    fn omega_ends(&self) -> (f32, f32) {
        let values = &self.attention.omega[self.grid.snippets.clone()];
        let omega = values.iter().copied().map(Extent::of).reduce(Extent::union).unwrap_or_else(|| Extent::of(0.0));
        let noisy = || omega_range(omega, self.sigma(), self.attention.threshold());
        let Extent { min, max } = if self.omega_alone { omega } else { noisy() };
        let room = (max - min).max(1e-4) * 0.12;
        (min - room, max + room)
    }

    fn lane<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>, lane: Lane) -> Drawn {
        let (attention, visible) = (self.attention, &self.grid.snippets);
        let sigma = self.sigma();
        let entropy;
        let (name, values, colour) = match lane {
            Lane::Omega => ("omega", &attention.omega, SCORE),
            Lane::Membership => ("p(t)", &attention.membership, ATTENTION),
            Lane::Entropy => {
                entropy = attention.entropy();
                ("H(p) bit", &entropy, MAGNITUDE)
            }
        };
        let (last, x) = (lane == Lane::Entropy, axis(visible));
        let (low, high) = if lane == Lane::Omega { self.omega_ends() } else { (0.0, 1.02) };
        let digits = match high - low {
            range if range < 0.02 => 4,
            range if range < 0.5 => 3,
            _ => 1,
        };
        let mut chart = ChartBuilder::on(area)
            .margin_top(4)
            .margin_left(12)
            .margin_right(RIGHT as i32)
            .set_label_area_size(LabelAreaPosition::Left, LEFT)
            .set_label_area_size(LabelAreaPosition::Bottom, if last { 42 } else { 6 })
            .build_cartesian_2d(x.clone(), f64::from(low)..f64::from(high))
            .map_err(failed)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(FAINT.mix(0.0))
            .bold_line_style(FAINT)
            .axis_style(GREY)
            .x_labels(if last { 10 } else { 0 })
            .x_label_formatter(&|v| format!("{v:.0}"))
            .x_desc(if last { "snippet" } else { "" })
            .y_labels((area.dim_in_pixel().1 as usize / 26).clamp(2, 4))
            .y_label_formatter(&|v| format!("{v:.digits$}"))
            .y_desc(name)
            .axis_desc_style(text(14, if last { INK } else { colour }))
            .label_style(text(13, INK))
            .draw()
            .map_err(failed)?;
        if lane == Lane::Omega && !self.omega_alone {
            let band = |by: f32| steps(values, visible, by);
            let mut outline = band(sigma);
            outline.extend(band(-sigma).into_iter().rev());
            chart.draw_series([Polygon::new(outline, SCORE.mix(0.18))]).map_err(failed)?;
            if let Some([least, mean, most]) = attention.threshold() {
                let ends = [(x.start, f64::from(least)), (x.end, f64::from(most))];
                chart.draw_series([Rectangle::new(ends, INK.mix(0.18).filled())]).map_err(failed)?;
                let line = [(x.start, f64::from(mean)), (x.end, f64::from(mean))];
                chart.draw_series(DashedLineSeries::new(line, 6, 4, INK.stroke_width(1))).map_err(failed)?;
            }
        }
        if lane == Lane::Omega {
            // Ticks along the top.
            let tick = |t: &usize| {
                let height = f64::from(high) - f64::from(high - low) * 0.07;
                Rectangle::new([(*t as f64, height), (*t as f64 + 1.0, f64::from(high))], TRUTH.filled())
            };
            let marked = self.top_alpha.iter().filter(|t| visible.contains(t)).map(tick);
            chart.draw_series(marked).map_err(failed)?;
        }
        chart.draw_series(LineSeries::new(steps(values, visible, 0.0), colour.stroke_width(2))).map_err(failed)?;
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Lane {
    Omega,
    Membership,
    Entropy,
}

fn axis(range: &Range<usize>) -> Range<f64> {
    range.start as f64..range.end.max(range.start + 1) as f64
}

fn colour(value: f32) -> RGBColor {
    let [r, g, b] = viridis(value);
    RGBColor(r, g, b)
}

/// Most snippets that are drawn one by one: more are finer than a pixel.
const MOST: usize = 4000;

/// A curve of steps, `by` above the values. Of more snippets than pixels, each run shows its smallest and its largest.
fn steps(values: &[f32], visible: &Range<usize>, by: f32) -> Vec<(f64, f64)> {
    let run = visible.len().div_ceil(MOST).max(1);
    let mut points = Vec::new();
    for start in visible.clone().step_by(run) {
        let end = (start + run).min(visible.end);
        let (low, high) =
            values[start..end].iter().fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
        points.push((start as f64, f64::from(low + by)));
        points.push((end as f64, f64::from(high + by)));
    }
    points
}

impl Chart for AttentionChart<'_> {
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn {
        let (head, body) = area.split_vertically(52);
        head.draw(&Text::new(self.title.to_owned(), (14, 8), text(18, INK))).map_err(failed)?;
        let tsa = &self.attention.tsa;
        let facts = if tsa.enabled {
            let omega = if self.omega_alone {
                "omega alone, without its noise"
            } else {
                "light band: omega ± sigma; grey band and dashes: kappa-th score of the draws and its mean"
            };
            format!(
                "kappa = {} of {}, sigma = {}, M = {}, seed {}; selection entropy {:.1} bit; {omega}; violet: top-alpha",
                self.attention.kappa,
                self.attention.omega.len(),
                tsa.sigma,
                tsa.samples,
                tsa.seed,
                self.attention.total_entropy()
            )
        } else {
            "attention is off: every snippet counts fully".to_owned()
        };
        head.draw(&Text::new(facts, (14, 32), text(13, INK))).map_err(failed)?;
        let (_, height) = body.dim_in_pixel();
        // Lanes keep a height at which their labels fit, as long as a third is left for the map.
        let lanes = (height * 2 / 5).max(LANES).min(height * 2 / 3);
        let (map, rest) = body.split_vertically(height - lanes);
        self.heat_map(&map)?;
        let (_, rest_height) = rest.dim_in_pixel();
        let (omega, rest) = rest.split_vertically(rest_height * 2 / 5);
        // The last has the axis below it.
        let (_, left) = rest.dim_in_pixel();
        let (membership, entropy) = rest.split_vertically((left - 36) / 2);
        self.lane(&omega, Lane::Omega)?;
        self.lane(&membership, Lane::Membership)?;
        self.lane(&entropy, Lane::Entropy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attention_grid::GridView;
    use crate::domain::picks::Picks;

    fn attention() -> Attention {
        // Two draws over 80 snippets: the even ones, and the odd ones.
        let stride = Picks::stride(80);
        let mut words = vec![0_u64; 2 * stride];
        for t in 0..80 {
            words[(t % 2) * stride + t / 64] |= 1 << (t % 64);
        }
        let picks = Picks::new(80, words);
        let omega = (0..80_u8).map(|t| 0.5 + f32::from(t) / 200.0).collect();
        let membership = picks.membership();
        Attention { kappa: 40, omega, membership, thresholds: vec![0.55, 0.56], picks, ..Attention::default() }
    }

    #[test]
    fn png_and_svg_show_the_stack_in_its_colours() {
        let attention = attention();
        let view = GridView { snippets: 10..60, columns: 400, rows: 300, all_rows: false };
        let grid = AttentionGrid::new(&attention.picks, attention.kappa, &view);
        let top_alpha = [12, 40, 70];
        let chart = AttentionChart {
            title: "clip",
            attention: &attention,
            grid: &grid,
            top_alpha: &top_alpha,
            omega_alone: false,
        };
        let png = attention_png(&chart, AttentionChart::SIZE).expect("draws");
        let picture = image::load_from_memory(&png).expect("is a PNG").into_rgb8();
        for value in [0.0, 1.0] {
            let count = picture.pixels().filter(|p| p.0 == viridis(value)).count();
            assert!(count > 2000, "{value}: {count} pixels");
        }
        let svg = attention_svg(&chart, AttentionChart::SIZE).expect("draws");
        for word in ["clip", "j-th earliest pick", "omega", "p(t)", "snippet", "kappa = 40 of 80", "0.500"] {
            assert!(svg.contains(word), "{word} is missing");
        }
        let alone = attention_svg(&AttentionChart { omega_alone: true, ..chart }, AttentionChart::SIZE).expect("draws");
        assert!(alone.contains("omega alone") && !svg.contains("omega alone"));
        let nothing = AttentionGrid::default();
        assert!(attention_png(&AttentionChart { grid: &nothing, ..chart }, AttentionChart::SIZE).is_err());
    }
}
