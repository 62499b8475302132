//! The score timeline of a video: score with threshold and events, attention, feature magnitude.
//!
//! Owns this chart. Does not own how scores become events: see [`crate::domain::segment`].

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::chart::{
    ATTENTION, Chart, ChartError, ChartLook, Drawn, FAINT, INK, MAGNITUDE, SCORE, TRUTH, clock_label, clock_step,
    failed, text, to_png, to_svg,
};
use crate::domain::frames::FrameTable;
use crate::domain::score::SnippetScores;
use crate::domain::segment::AnomalySegment;
use crate::domain::snippet::SnippetGrid;

/// What a score timeline shows.
#[derive(Clone, Copy, Debug)]
pub struct TimelineChart<'a> {
    /// Stands above the chart.
    pub title: &'a str,
    /// Times of the frames.
    pub frames: &'a FrameTable,
    /// Scores, attention and magnitude per snippet; attention or magnitude may be empty. May end before the video.
    pub scores: &'a SnippetScores,
    /// Line across the score lane.
    pub threshold: f32,
    /// Marked across the score lane.
    pub events: &'a [AnomalySegment],
    /// Known anomalous frames, both ends inclusive; empty if nothing is known.
    pub truth: &'a [(usize, usize)],
}

/// The chart as a PNG file.
///
/// # Errors
/// The numbers of scores and lanes differ, there are more of them than snippets, or the size is out of reach.
pub fn timeline_png(chart: &TimelineChart<'_>, look: impl Into<ChartLook>) -> Result<Vec<u8>, ChartError> {
    chart.check()?;
    to_png(chart, look)
}

/// The chart as the text of an SVG file.
///
/// # Errors
/// As [`timeline_png`].
pub fn timeline_svg(chart: &TimelineChart<'_>, look: impl Into<ChartLook>) -> Result<String, ChartError> {
    chart.check()?;
    to_svg(chart, look)
}

/// One lane of the chart.
struct Lane<'a> {
    name: &'a str,
    values: &'a [f32],
    colour: RGBColor,
    high: f64,
    /// Labels on the value axis.
    labels: usize,
}

impl TimelineChart<'_> {
    fn check(&self) -> Result<(), ChartError> {
        let count = SnippetGrid::new(self.frames.len()).count();
        let s = self.scores;
        for (name, lane) in [("attention", &s.attention), ("magnitude", &s.magnitudes)] {
            if !lane.is_empty() && lane.len() != s.len() {
                return Err(ChartError::Data(format!("{} {name} values beside {} scores", lane.len(), s.len())));
            }
        }
        if s.len() > count {
            return Err(ChartError::Data(format!("{} scores for a video of {count} snippets", s.len())));
        }
        Ok(())
    }

    /// Seconds from the first frame.
    fn secs(&self, frame: usize) -> f64 {
        (self.frames.time(frame) - self.frames.span().start).secs_f64()
    }

    /// Begin and end of the frames `first..=last`, in seconds from the first frame.
    fn span(&self, first: usize, last: usize) -> (f64, f64) {
        let span = self.frames.frames_span(first, last);
        (self.secs(first), (span.end - self.frames.span().start).secs_f64())
    }

    /// Begin and end of a run of snippets.
    fn snippets(&self, first: usize, last: usize) -> (f64, f64) {
        let grid = SnippetGrid::new(self.frames.len());
        self.span(grid.range(first).start, grid.range(last).end.saturating_sub(1))
    }

    /// A curve of steps: a value belongs to the whole of its snippet.
    fn steps(&self, values: &[f32]) -> Vec<(f64, f64)> {
        let finite = |v: f32| if v.is_finite() { f64::from(v) } else { 0.0 };
        let step = |(at, v): (usize, &f32)| {
            let (begin, end) = self.snippets(at, at);
            [(begin, finite(*v)), (end, finite(*v))]
        };
        values.iter().enumerate().flat_map(step).collect()
    }

    fn lane<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>, lane: &Lane<'_>, clock: bool) -> Drawn {
        let length = self.frames.span().length().secs_f64().max(0.001);
        let (width, _) = area.dim_in_pixel();
        let step = clock_step(length, (width as usize / 90).max(2));
        let mut chart = ChartBuilder::on(area)
            .margin_left(12)
            .margin_right(18)
            .margin_top(4)
            .set_label_area_size(LabelAreaPosition::Left, 64)
            .set_label_area_size(LabelAreaPosition::Bottom, if clock { 26 } else { 4 })
            .build_cartesian_2d(0.0..length, 0.0..lane.high)
            .map_err(failed)?;
        self.bands(&mut chart, lane)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(FAINT.mix(0.0))
            .bold_line_style(FAINT)
            .axis_style(RGBColor(150, 155, 165))
            .x_labels(if clock { (length / step) as usize + 1 } else { 0 })
            .x_label_formatter(&|secs| clock_label(*secs, step))
            .y_labels(lane.labels)
            .y_label_formatter(&|v| if lane.high <= 1.1 { format!("{v:.1}") } else { format!("{v:.0}") })
            .y_desc(lane.name)
            .axis_desc_style(text(14, lane.colour))
            .label_style(text(13, INK))
            .draw()
            .map_err(failed)?;
        let points = self.steps(lane.values);
        // Below the score no area: it would hide where an event begins.
        if let (Some(first), Some(last)) = (points.first(), points.last())
            && lane.name != "score"
        {
            let mut outline = points.clone();
            outline.extend([(last.0, 0.0), (first.0, 0.0)]);
            chart.draw_series([Polygon::new(outline, lane.colour.mix(0.14))]).map_err(failed)?;
        }
        chart.draw_series(LineSeries::new(points, lane.colour.stroke_width(2))).map_err(failed)?;
        if lane.name == "score" {
            let level = f64::from(self.threshold);
            let dashes = DashedLineSeries::new([(0.0, level), (length, level)], 6, 5, INK.mix(0.8).stroke_width(1));
            chart.draw_series(dashes).map_err(failed)?;
        }
        Ok(())
    }

    /// Events and ground truth behind the curves.
    fn bands<B: DrawingBackend>(
        &self,
        chart: &mut ChartContext<'_, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
        lane: &Lane<'_>,
    ) -> Drawn {
        if lane.name == "score" {
            let event = |e: &AnomalySegment| {
                let (begin, end) = self.snippets(e.first, e.last);
                Rectangle::new([(begin, 0.0), (end, lane.high)], SCORE.mix(0.18).filled())
            };
            chart.draw_series(self.events.iter().map(event)).map_err(failed)?;
            // Room above 1 is kept for the truth, so that it never hides the curve.
            let band = |(first, last): &(usize, usize)| {
                let (begin, end) = self.span(*first, *last);
                Rectangle::new([(begin, 1.03), (end, lane.high)], TRUTH.mix(0.85).filled())
            };
            chart.draw_series(self.truth.iter().map(band)).map_err(failed)?;
        }
        Ok(())
    }

    /// Title at the left, legend at the right.
    fn head<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn {
        area.draw(&Text::new(self.title.to_owned(), (14, 8), text(18, INK))).map_err(failed)?;
        let (width, _) = area.dim_in_pixel();
        let mut entries = vec![("threshold", INK, 0.8), ("event", SCORE, 0.3)];
        if !self.truth.is_empty() {
            entries.push(("ground truth", TRUTH, 0.85));
        }
        let mut x = width as i32 - 18;
        for (name, colour, strength) in entries.into_iter().rev() {
            x -= 22 + 8 * name.len() as i32;
            let high = if name == "threshold" { 1 } else { 8 };
            // The threshold is a dashed line.
            let parts: &[(i32, i32)] = if name == "threshold" { &[(0, 6), (9, 15)] } else { &[(0, 14)] };
            for (from, to) in parts {
                let ends = [(x + from, 17 - high / 2), (x + to, 18 + high / 2)];
                area.draw(&Rectangle::new(ends, colour.mix(strength).filled())).map_err(failed)?;
            }
            area.draw(&Text::new(name, (x + 19, 10), text(14, INK))).map_err(failed)?;
        }
        Ok(())
    }
}

impl Chart for TimelineChart<'_> {
    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn {
        let s = self.scores;
        let most = s.magnitudes.iter().copied().filter(|m| m.is_finite()).fold(0.0_f32, f32::max);
        let top = if self.truth.is_empty() { 1.02 } else { 1.1 };
        let mut lanes = vec![Lane { name: "score", values: &s.scores, colour: SCORE, high: top, labels: 5 }];
        if !s.attention.is_empty() {
            lanes.push(Lane { name: "attention", values: &s.attention, colour: ATTENTION, high: 1.02, labels: 3 });
        }
        if !s.magnitudes.is_empty() {
            let high = f64::from(most).max(1e-3) * 1.08;
            lanes.push(Lane { name: "magnitude", values: &s.magnitudes, colour: MAGNITUDE, high, labels: 3 });
        }
        let (head, body) = area.split_vertically(32);
        self.head(&head)?;
        let (_, height) = body.dim_in_pixel();
        // The score gets half of the height, the other lanes share the rest; the last has the clock below it.
        let score = if lanes.len() == 1 { height } else { height / 2 };
        let (first, rest) = body.split_vertically(score);
        self.lane(&first, &lanes[0], lanes.len() == 1)?;
        let others = &lanes[1..];
        for (at, (lane, part)) in others.iter().zip(rest.split_evenly((others.len().max(1), 1))).enumerate() {
            self.lane(&part, lane, at + 1 == others.len())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::segment::EventRule;
    use crate::domain::time::MediaTime;
    use crate::plots::{ChartSize, ChartTheme};

    fn table(frames: usize) -> FrameTable {
        let entry = |i| (MediaTime::from_micros(1_000_000 + i as i64 * 40_000), i % 25 == 0);
        FrameTable::new((0..frames).map(entry).collect(), None).expect("has frames")
    }

    fn curve(snippets: usize) -> SnippetScores {
        let wave = |at: usize| 0.5 + 0.5 * (at as f32 * 0.21).sin();
        let scores: Vec<f32> = (0..snippets).map(|t| wave(t).powi(3)).collect();
        SnippetScores { attention: scores.clone(), magnitudes: scores.iter().map(|s| 4.0 + 9.0 * s).collect(), scores }
    }

    #[test]
    fn png_and_svg_show_the_curve() {
        let (frames, scores) = (table(1000), curve(63));
        let events = EventRule::default().events(&scores.scores);
        let truth = [(100, 260)];
        let chart = TimelineChart {
            title: "clip",
            frames: &frames,
            scores: &scores,
            threshold: 0.5,
            events: &events,
            truth: &truth,
        };
        let png = timeline_png(&chart, ChartSize::REPORT).expect("draws");
        let picture = image::load_from_memory(&png).expect("is a PNG").into_rgb8();
        assert_eq!((picture.width(), picture.height()), (1200, 420));
        for colour in [SCORE, ATTENTION, MAGNITUDE] {
            let count = picture.pixels().filter(|p| p.0 == [colour.0, colour.1, colour.2]).count();
            assert!(count > 300, "{colour:?}: {count} pixels");
        }
        let svg = timeline_svg(&chart, ChartSize::REPORT).expect("draws");
        for word in ["clip", "score", "attention", "magnitude", "0:30", "ground truth"] {
            assert!(svg.contains(word), "{word} is missing");
        }
        let plain = TimelineChart { truth: &[], ..chart };
        assert!(!timeline_svg(&plain, ChartSize::REPORT).expect("draws").contains("ground truth"));
    }

    #[test]
    fn the_dark_theme_shows_the_same_in_other_colours() {
        let (frames, scores) = (table(1000), curve(63));
        let chart =
            TimelineChart { title: "clip", frames: &frames, scores: &scores, threshold: 0.5, events: &[], truth: &[] };
        let read = |theme| {
            let look = ChartLook { size: ChartSize::REPORT, theme };
            image::load_from_memory(&timeline_png(&chart, look).expect("draws")).expect("is a PNG").into_rgb8()
        };
        let (light, dark) = (read(ChartTheme::Light), read(ChartTheme::Dark));
        assert_eq!(light.get_pixel(1199, 419).0, [255; 3]);
        let ground = dark.get_pixel(1199, 419).0;
        assert!(ground.iter().all(|v| *v < 40), "{ground:?}");
        let marked =
            |picture: &image::RgbImage, ground: [u8; 3]| picture.pixels().map(|p| p.0 != ground).collect::<Vec<_>>();
        let (light, dark) = (marked(&light, [255; 3]), marked(&dark, ground));
        let same = light.iter().zip(&dark).filter(|(a, b)| a == b).count();
        assert!(same * 1000 > light.len() * 999, "{same} of {}", light.len());
        let svg = timeline_svg(&chart, ChartLook { size: ChartSize::REPORT, theme: ChartTheme::Dark }).expect("draws");
        assert!(!svg.contains("#FFFFFF") && svg.contains("clip"));
    }

    #[test]
    fn partial_and_empty_curves_draw_and_nonsense_is_refused() {
        let frames = table(40);
        let draw = |scores: &SnippetScores| {
            timeline_png(
                &TimelineChart { title: "", frames: &frames, scores, threshold: 0.5, events: &[], truth: &[] },
                ChartSize::REPORT,
            )
        };
        assert!(draw(&SnippetScores::default()).is_ok());
        assert!(draw(&SnippetScores { scores: vec![0.3], ..SnippetScores::default() }).is_ok());
        assert!(draw(&SnippetScores { scores: vec![f32::NAN, 0.1, 0.2], ..SnippetScores::default() }).is_ok());
        assert!(draw(&curve(4)).is_err());
        let uneven = SnippetScores { scores: vec![0.1; 3], attention: vec![0.1; 2], magnitudes: Vec::new() };
        assert!(draw(&uneven).is_err());
        let tiny = ChartSize { width: 10, height: 400 };
        let none = SnippetScores::default();
        let chart =
            TimelineChart { title: "", frames: &frames, scores: &none, threshold: 0.5, events: &[], truth: &[] };
        assert_eq!(timeline_png(&chart, tiny), Err(ChartError::Size { width: 10, height: 400 }));
    }
}
