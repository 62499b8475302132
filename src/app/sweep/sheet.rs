//! A sweep as it leaves the program: a table of every snippet at every value, and a table of the values.
//!
//! Owns the fields of both, which other programs may rely on. Does not own the sweep, nor where they are written.

use std::fmt::Write as _;

use super::Sweep;
use crate::app::frame_run::FrameRuns;
use crate::app::sheet::quoted;
use crate::domain::frames::FrameTable;

/// Head of the table of snippets: a row for each value and snippet. `value` is of the control, which for kappa is the
/// share kappa / T; `p` is the share of draws that select the snippet.
pub const CSV_HEADER: &str =
    "source,model,control,value,kappa,snippet,first_frame,last_frame,start_s,end_s,p,score,event\n";
/// Head of the table of values.
pub const SUMMARY_HEADER: &str = "source,model,control,value,ratio,kappa,sigma,samples,seed,selection_entropy_bits,\
                                  kappa_th_score,events,score_mean,score_max\n";

/// A sweep with where it came from.
#[derive(Clone, Copy, Debug)]
pub struct SweepSheet<'a> {
    /// The video, or the feature file where there was no video.
    pub source: &'a str,
    /// Identity of the weights.
    pub model: &'a str,
    /// The sweep.
    pub sweep: &'a Sweep,
    /// Frames and their times; absent where only features are known.
    pub frames: Option<&'a FrameTable>,
}

impl SweepSheet<'_> {
    /// What every row of both tables begins with.
    fn origin(&self) -> String {
        format!("{},{},{}", quoted(self.source), quoted(self.model), self.sweep.control.text())
    }

    /// A row for each value and snippet, under [`CSV_HEADER`]; `event` counts from 1 and is empty outside events.
    pub fn csv(&self) -> String {
        let (mut text, origin) = (CSV_HEADER.to_owned(), self.origin());
        for step in &self.sweep.steps {
            let (value, kappa) = (self.sweep.control.of(&step.tsa), step.kappa);
            let runs = FrameRuns::new(step.scores.values().len(), self.frames);
            let values = step.membership.values().iter().zip(step.scores.values());
            let mut events = step.events.iter().enumerate().peekable();
            for (snippet, (p, score)) in values.enumerate() {
                while events.next_if(|(_, event)| event.last < snippet).is_some() {}
                let inside = events.peek().filter(|(_, event)| event.first <= snippet);
                let event = inside.map_or_else(String::new, |(at, _)| (at + 1).to_string());
                let run = runs.of(snippet, snippet);
                // Writing to a string cannot fail.
                writeln!(text, "{origin},{value},{kappa},{snippet},{run},{p},{score},{event}").ok();
            }
        }
        text
    }

    /// A row for each value, under [`SUMMARY_HEADER`]. `kappa_th_score` is the mean over the draws of the kappa-th largest
    /// omega + sigma G, and empty where attention is off.
    pub fn summary_csv(&self) -> String {
        let (mut text, origin) = (SUMMARY_HEADER.to_owned(), self.origin());
        for step in &self.sweep.steps {
            let (tsa, scores) = (&step.tsa, step.scores.values());
            let mean = scores.iter().map(|v| f64::from(*v)).sum::<f64>() / scores.len().max(1) as f64;
            let most = scores.iter().copied().fold(0.0, f32::max);
            let threshold = step.threshold.map_or_else(String::new, |v| v.to_string());
            writeln!(
                text,
                "{origin},{},{},{},{},{},{},{},{threshold},{},{mean},{most}",
                self.sweep.control.of(tsa),
                tsa.ratio,
                step.kappa,
                tsa.sigma,
                tsa.samples,
                tsa.seed,
                step.entropy,
                step.events.len()
            )
            .ok();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::curve::Curve;
    use crate::domain::score::TsaSettings;
    use crate::domain::segment::AnomalySegment;
    use crate::domain::sweep::{Control, SweepStep};

    fn sweep() -> Sweep {
        let step = |ratio: f64, threshold: Option<f32>| SweepStep {
            tsa: TsaSettings { ratio, enabled: threshold.is_some(), ..TsaSettings::default() },
            kappa: (ratio * 4.0) as usize,
            membership: Curve::new(vec![0.5; 4]),
            entropy: 4.0,
            threshold,
            scores: Curve::new(vec![0.25, 0.75, 0.5, 0.0]),
            events: vec![AnomalySegment { first: 1, last: 2, peak: 1, peak_score: 0.75 }],
        };
        Sweep { control: Control::Kappa, steps: vec![step(0.25, Some(0.875)), step(0.5, None)] }
    }

    /// The fields of each row by the names of their columns.
    fn column<'a>(table: &'a str, name: &str) -> Vec<&'a str> {
        let mut lines = table.lines();
        let head: Vec<&str> = lines.next().expect("has a head").split(',').collect();
        let at = head.iter().position(|known| *known == name).expect("has this column");
        lines.map(|line| line.split(',').nth(at).expect("is as wide as its head")).collect()
    }

    #[test]
    fn every_row_says_what_was_moved_and_where_it_came_from() {
        let sweep = sweep();
        let sheet = SweepSheet { source: "door.mp4", model: "abc", sweep: &sweep, frames: None };
        let (all, summary) = (sheet.csv(), sheet.summary_csv());
        for (table, rows) in [(&all, 8), (&summary, 2)] {
            assert_eq!(column(table, "source"), vec!["door.mp4"; rows]);
            assert_eq!(column(table, "model"), vec!["abc"; rows]);
            assert_eq!(column(table, "control"), vec!["kappa"; rows]);
            let width = |line: &str| line.split(',').count();
            assert!(table.lines().all(|line| width(line) == width(table.lines().next().expect("a head"))), "{table}");
        }
        assert_eq!(column(&all, "value")[3..5], ["0.25", "0.5"]);
        assert_eq!(column(&all, "first_frame")[..4], ["0", "16", "32", "48"]);
        assert_eq!(column(&all, "event")[..4], ["", "1", "1", ""]);
    }

    #[test]
    fn the_summary_has_the_mean_threshold_of_the_draws_and_none_without_attention() {
        let sweep = sweep();
        let sheet = SweepSheet { source: "a,b.npy", model: "abc", sweep: &sweep, frames: None };
        let summary = sheet.summary_csv().replace("\"a,b.npy\"", "ab");
        assert_eq!(column(&summary, "kappa_th_score"), ["0.875", ""]);
        assert_eq!(column(&summary, "score_mean"), ["0.375", "0.375"]);
        assert_eq!((column(&summary, "events"), column(&summary, "score_max")), (vec!["1", "1"], vec!["0.75", "0.75"]));
    }
}
