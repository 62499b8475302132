//! A sweep of one control as small multiples: the same two curves once for each value.
//!
//! Owns this chart. Does not own the sweep.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::chart::{
    ATTENTION, Chart, ChartError, ChartLook, ChartSize, Drawn, FAINT, INK, SCORE, failed, text, to_png, to_svg,
};
use crate::domain::score::TsaSettings;
use crate::domain::segment::AnomalySegment;
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
    /// The settings in use: the multiple that has their value is marked.
    pub used: Option<&'a TsaSettings>,
}

/// Width and height of one multiple.
const TILE: (u32, u32) = (380, 190);
/// Height of the title with the key.
const HEAD: u32 = 56;
/// Room below the multiples for the name of their axis.
const FOOT: u32 = 22;
/// Room at the left of a multiple, and below it, for the values of the axes.
const LABELS: (u32, u32) = (34, 22);
/// Height of the line with the value.
const CAPTION: u32 = 22;
/// Width of a letter, about, as a share of its size.
const LETTER: f64 = 0.5;

impl SweepChart<'_> {
    fn columns(&self) -> u32 {
        (self.steps.len() as f64).sqrt().ceil().clamp(1.0, 4.0) as u32
    }

    /// A size in which every multiple can be read.
    pub fn size(&self) -> ChartSize {
        let rows = (self.steps.len() as u32).div_ceil(self.columns()).max(1);
        ChartSize { width: (self.columns() * TILE.0).max(760), height: (rows * TILE.1 + HEAD + FOOT).min(16_000) }
    }

    /// Columns for an area of this size: as many as make the multiples most alike to those of [`Self::size`].
    fn columns_within(&self, (width, height): (u32, u32)) -> usize {
        let wanted = f64::from(TILE.0) / f64::from(TILE.1);
        let unlike = |columns: usize| {
            let rows = self.steps.len().div_ceil(columns);
            let shape = f64::from(width) / columns as f64 / (f64::from(height) / rows as f64);
            (shape / wanted).ln().abs()
        };
        (1..=self.steps.len()).min_by(|a, b| unlike(*a).total_cmp(&unlike(*b))).unwrap_or(1)
    }

    /// The value with what came of it, as much as there is room for.
    fn caption(&self, step: &SweepStep, room: f64) -> String {
        let mut text = format!("{} = {}", self.control.unit(), self.control.value(&step.tsa));
        if self.is_used(step) {
            text += " (in use)";
        }
        let events = step.events.len();
        let parts = [
            Some(format!("{events} {}", if events == 1 { "event" } else { "events" })),
            (self.control == Control::Kappa).then(|| format!("kappa {}", step.kappa)),
            Some(format!("{:.0} bit", step.entropy)),
        ];
        for part in parts.into_iter().flatten() {
            if (text.len() + part.len() + 2) as f64 * 14.0 * LETTER > room {
                break;
            }
            text = format!("{text}, {part}");
        }
        text
    }

    fn is_used(&self, step: &SweepStep) -> bool {
        self.used.is_some_and(|used| *used == step.tsa)
    }

    /// `lowest` and `leftmost` multiples have the values of the axes, which all share.
    fn tile<B: DrawingBackend>(
        &self,
        area: &DrawingArea<B, Shift>,
        step: &SweepStep,
        (lowest, leftmost): (bool, bool),
    ) -> Drawn {
        let (scores, membership) = (step.scores.values(), step.membership.values());
        let end = scores.len().max(1) as f64;
        let (width, height) = area.dim_in_pixel();
        let (left, right) = (8 + LABELS.0 as i32, width as i32 - 14);
        let caption = self.caption(step, f64::from(right - left));
        area.draw(&Text::new(caption, (left, 4), text(14, INK))).map_err(failed)?;
        if self.is_used(step) {
            // Below the caption, which the line would cross.
            let ends = [(left - 4, CAPTION as i32 - 2), (right + 4, height as i32 - LABELS.1 as i32 + 2)];
            area.draw(&Rectangle::new(ends, INK.stroke_width(1))).map_err(failed)?;
        }
        let mut chart = ChartBuilder::on(area)
            .margin_top(CAPTION)
            .margin_left(8)
            .margin_right(14)
            .set_label_area_size(LabelAreaPosition::Left, LABELS.0)
            .set_label_area_size(LabelAreaPosition::Bottom, LABELS.1)
            .build_cartesian_2d(0.0..end, 0.0..1.02)
            .map_err(failed)?;
        let event = |e: &AnomalySegment| {
            Rectangle::new([(e.first as f64, 0.0), (e.last as f64 + 1.0, 1.02)], SCORE.mix(0.16).filled())
        };
        chart.draw_series(step.events.iter().map(event)).map_err(failed)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(FAINT.mix(0.0))
            .bold_line_style(FAINT)
            .axis_style(RGBColor(150, 155, 165))
            .x_labels(if lowest { 5 } else { 0 })
            .y_labels(3)
            .x_label_formatter(&|v| format!("{v:.0}"))
            .y_label_formatter(&|v| if leftmost { format!("{v:.1}") } else { String::new() })
            .label_style(text(12, INK))
            .draw()
            .map_err(failed)?;
        let p = LineSeries::new(curve(membership), ATTENTION.mix(0.7).stroke_width(1));
        chart.draw_series(p).map_err(failed)?;
        let level = f64::from(self.threshold);
        let dashes = DashedLineSeries::new([(0.0, level), (end, level)], 5, 4, INK.mix(0.6).stroke_width(1));
        chart.draw_series(dashes).map_err(failed)?;
        let scores = LineSeries::new(curve(scores), SCORE.stroke_width(2));
        chart.draw_series(scores).map_err(failed)?;
        Ok(())
    }

    /// The title, and which line is which.
    fn head<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn {
        area.draw(&Text::new(self.title.to_owned(), (14, 8), text(18, INK))).map_err(failed)?;
        let noise = if self.control == Control::Seed { "each seed draws anew" } else { "same noise for every value" };
        let keys = [
            ("score", SCORE, 1.0, 2),
            ("p(t)", ATTENTION, 0.7, 1),
            ("threshold", INK, 0.6, 1),
            ("event", SCORE, 0.25, 8),
            (noise, INK, 0.0, 0),
        ];
        let mut x = 14;
        for (name, colour, strength, high) in keys {
            if high > 0 {
                // The threshold is a dashed line.
                let parts: &[(i32, i32)] = if name == "threshold" { &[(0, 6), (10, 16)] } else { &[(0, 16)] };
                for (from, to) in parts {
                    let mark = [(x + from, 40 - high / 2), (x + to, 40 - high / 2 + high)];
                    area.draw(&Rectangle::new(mark, colour.mix(strength).filled())).map_err(failed)?;
                }
                x += 22;
            }
            area.draw(&Text::new(name, (x, 33), text(13, INK))).map_err(failed)?;
            x += (name.len() as f64 * 13.0 * LETTER) as i32 + 18;
        }
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
        let (head, body) = area.split_vertically(HEAD);
        self.head(&head)?;
        let (width, height) = body.dim_in_pixel();
        let (body, foot) = body.split_vertically(height.saturating_sub(FOOT));
        let columns = self.columns_within(body.dim_in_pixel());
        let tiles = body.split_evenly((self.steps.len().div_ceil(columns).max(1), columns));
        for (at, (step, tile)) in self.steps.iter().zip(&tiles).enumerate() {
            // Below the last ones of a row that is not full there is none.
            self.tile(tile, step, (at + columns >= self.steps.len(), at % columns == 0))?;
        }
        foot.draw(&Text::new("snippet", (width as i32 / 2 - 20, 2), text(14, INK))).map_err(failed)?;
        Ok(())
    }
}

/// The chart as a PNG file.
///
/// # Errors
/// There are no steps, or the size is out of reach.
pub fn sweep_png(chart: &SweepChart<'_>, look: impl Into<ChartLook>) -> Result<Vec<u8>, ChartError> {
    chart.check()?;
    to_png(chart, look)
}

/// The chart as the text of an SVG file.
///
/// # Errors
/// As [`sweep_png`].
pub fn sweep_svg(chart: &SweepChart<'_>, look: impl Into<ChartLook>) -> Result<String, ChartError> {
    chart.check()?;
    to_svg(chart, look)
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
    use crate::domain::curve::Curve;

    #[test]
    fn every_step_has_a_multiple_with_its_value() {
        let steps: Vec<SweepStep> = Control::Kappa
            .steps(&TsaSettings::default(), (0.1, 0.9), 5)
            .into_iter()
            .map(|tsa| SweepStep {
                kappa: tsa.kappa(2000),
                membership: Curve::new(vec![tsa.ratio as f32; 2000]),
                entropy: 12.0,
                threshold: Some(0.5),
                scores: Curve::new((0..2000).map(|t| (t as f32 * 0.01).sin().abs()).collect()),
                events: vec![AnomalySegment { first: 100, last: 250, peak: 200, peak_score: 1.0 }; 3],
                tsa,
            })
            .collect();
        let used = steps[1].tsa;
        let chart =
            SweepChart { title: "clip", control: Control::Kappa, steps: &steps, threshold: 0.5, used: Some(&used) };
        let svg = sweep_svg(&chart, chart.size()).expect("draws");
        let words =
            ["clip", "kappa / T = 0.1, 3 events, kappa 200", "kappa / T = 0.3 (in use)", "kappa / T = 0.9", "snippet"];
        for word in words {
            assert!(svg.contains(word), "{word} is missing");
        }
        assert_eq!(svg.matches("(in use)").count(), 1);
        let png = sweep_png(&chart, chart.size()).expect("draws");
        let picture = image::load_from_memory(&png).expect("is a PNG").into_rgb8();
        let drawn = picture.pixels().filter(|p| p.0 == [SCORE.0, SCORE.1, SCORE.2]).count();
        assert!(drawn > 2000, "{drawn} pixels");
        assert!(sweep_png(&SweepChart { steps: &[], ..chart }, chart.size()).is_err());
    }

    #[test]
    fn multiples_are_as_wide_as_the_picture_lets_them_be() {
        let step = SweepStep {
            tsa: TsaSettings::default(),
            kappa: 1,
            membership: Curve::default(),
            entropy: 0.0,
            threshold: None,
            scores: Curve::default(),
            events: Vec::new(),
        };
        let steps = vec![step; 9];
        let chart = SweepChart { title: "", control: Control::Seed, steps: &steps, threshold: 0.5, used: None };
        assert_eq!([(1140, 570), (3000, 200), (400, 1800)].map(|size| chart.columns_within(size)), [3, 9, 1]);
    }
}
