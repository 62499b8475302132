//! A comparison of two curves as it leaves the program: JSON, CSV, or a table to read.
//!
//! Owns the three forms and their field names, which other programs may rely on. Does not own where they are written.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Compared, Judged};
use crate::app::frame_run::{FrameRun, FrameRuns};
use crate::app::sheet::{program, quoted};
use crate::domain::compare::{CurveFigures, Flip, FlipKind};
use crate::domain::frames::FrameTable;
use crate::domain::score::TsaSettings;
use crate::domain::segment::EventRule;
use crate::domain::threshold::threshold_text;

/// Head of the table, one row per snippet. Scores are 0 to 1; times are seconds of the container's clock; `flip` is what
/// becomes of the event there, and empty elsewhere.
pub const CSV_HEADER: &str = "source,snippet,first_frame,last_frame,start_s,end_s,one,other,difference,flip\n";

/// One of the two.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    /// What it is, in a few words.
    pub name: String,
    /// Identity of the weights; `null` for scores of a file.
    pub model: Option<String>,
    /// Which encoder made the features.
    pub encoder: Option<String>,
    /// Settings of attention.
    pub tsa: Option<TsaSettings>,
    /// How its scores became events.
    pub rule: EventRule,
}

/// A difference in events, with its place.
#[derive(Clone, Debug, Serialize)]
pub struct FlipRow {
    /// What differs.
    #[serde(flatten)]
    pub flip: Flip,
    /// The frames that either flags.
    #[serde(flatten)]
    pub run: FrameRun,
}

/// One snippet.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// From 0.
    pub snippet: usize,
    /// Its frames.
    #[serde(flatten)]
    pub run: FrameRun,
    /// Score of the one.
    pub one: f32,
    /// Score of the other.
    pub other: f32,
    /// The other less the one.
    pub difference: f32,
}

/// A comparison with everything that tells where it came from.
#[derive(Clone, Debug, Serialize)]
pub struct CompareSheet {
    /// Which program wrote this.
    pub program: String,
    /// The video.
    pub source: String,
    /// BLAKE3 hash of its content.
    pub video_id: String,
    /// Its frames.
    pub frames: usize,
    /// The one.
    pub one: Side,
    /// The other.
    pub other: Side,
    /// Figures over the whole video.
    pub figures: CurveFigures,
    /// Events of the one.
    pub one_events: usize,
    /// Events of the other.
    pub other_events: usize,
    /// Events with the same edges.
    pub same_events: usize,
    /// Snippets that one flags and the other does not.
    pub flipped_snippets: usize,
    /// Differences in events, in the order of the video.
    pub flips: Vec<FlipRow>,
    /// What should be known, in sentences.
    pub notes: Vec<String>,
    /// One per snippet.
    pub snippets: Vec<Row>,
}

impl CompareSheet {
    /// Puts together what is known.
    pub fn new(source: String, compared: &Compared, judged: &Judged, table: &FrameTable) -> Self {
        let runs = FrameRuns::new(compared.one().len(), Some(table));
        let row = |(snippet, ((one, other), difference)): (usize, ((&f32, &f32), &f32))| {
            let (one, other, difference) = (*one, *other, *difference);
            Row { snippet, run: runs.of(snippet, snippet), one, other, difference }
        };
        let flip = |flip: &Flip| FlipRow { flip: *flip, run: runs.of(flip.run().first, flip.run().last) };
        let one = &compared.one;
        let origin = compared.origin.as_ref();
        let values = compared.one().iter().zip(compared.other()).zip(compared.difference.values());
        Self {
            program: program(),
            source,
            video_id: compared.video.to_string(),
            frames: table.len(),
            one: Side {
                name: one.model.chars().take(8).collect(),
                model: Some(one.model.clone()),
                encoder: Some(one.encoder.clone()),
                tsa: Some(one.tsa),
                rule: judged.one_rule,
            },
            other: Side {
                name: compared.other.text(),
                model: origin.map(|origin| origin.model.clone()),
                encoder: origin.map(|origin| origin.encoder.clone()),
                tsa: origin.map(|origin| origin.tsa),
                rule: judged.other_rule,
            },
            figures: compared.figures,
            one_events: judged.flips.one_events,
            other_events: judged.flips.other_events,
            same_events: judged.flips.same,
            flipped_snippets: judged.flips.flipped_snippets,
            flips: judged.flips.flips.iter().map(flip).collect(),
            notes: compared.notes.clone(),
            snippets: values.enumerate().map(row).collect(),
        }
    }

    /// As one JSON object.
    ///
    /// # Errors
    /// A number cannot be written.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// As CSV rows, without [`CSV_HEADER`].
    pub fn csv(&self) -> String {
        let (mut text, source) = (String::new(), quoted(&self.source));
        let mut flips = self.flips.iter().peekable();
        for row in &self.snippets {
            while flips.next_if(|flip| flip.flip.run().last < row.snippet).is_some() {}
            let here = flips.peek().filter(|flip| flip.flip.run().first <= row.snippet);
            let flip = here.map(|flip| flip.flip.kind.to_string()).unwrap_or_default();
            let Row { snippet, run, one, other, difference } = row;
            // Writing to a string cannot fail.
            writeln!(text, "{source},{snippet},{run},{one},{other},{difference},{flip}").ok();
        }
        text
    }

    /// As a text to read.
    pub fn table(&self) -> String {
        let mut text = format!("{}\n", self.source);
        let mut line = |name: &str, value: String| {
            writeln!(text, "  {name:<26}{value}").ok();
        };
        for (name, side) in [("one", &self.one), ("other", &self.other)] {
            let model = side.model.as_deref().unwrap_or("scores of a file");
            let encoder = side.encoder.as_ref().map(|encoder| format!(", {encoder}")).unwrap_or_default();
            let tsa = side.tsa.as_ref().map(|tsa| format!(", {}", super::tsa_text(tsa))).unwrap_or_default();
            line(name, format!("{model}{encoder}{tsa}, threshold {}", threshold_text(side.rule.threshold)));
        }
        let figures = &self.figures;
        let correlation =
            |value: Option<f64>| value.map_or_else(|| "– (a curve is flat)".to_owned(), |r| format!("{r:.4}"));
        line("snippets", figures.snippets.to_string());
        line("Pearson correlation", correlation(figures.pearson));
        line("Spearman correlation", correlation(figures.spearman));
        line("mean absolute difference", format!("{:.4}", figures.mean_absolute_difference));
        line("mean difference", format!("{:+.4}", figures.mean_difference));
        line("events", format!("{} and {}, {} the same", self.one_events, self.other_events, self.same_events));
        let count = |kind| self.flips.iter().filter(|flip| flip.flip.kind == kind).count();
        let [appear, disappear, change] = [FlipKind::Appears, FlipKind::Disappears, FlipKind::Changed].map(count);
        line("differences in events", format!("{appear} appear, {disappear} disappear, {change} change"));
        line("flipped snippets", self.flipped_snippets.to_string());
        for FlipRow { flip, run } in &self.flips {
            writeln!(
                text,
                "  {:<12}frames {}-{}, {:.2} s to {:.2} s, peak {:.3} and {:.3}",
                flip.kind.to_string(),
                run.first_frame,
                run.last_frame,
                run.start_s.unwrap_or_default(),
                run.end_s.unwrap_or_default(),
                flip.one_peak,
                flip.other_peak
            )
            .ok();
        }
        for note in &self.notes {
            writeln!(text, "  note: {note}").ok();
        }
        text
    }
}
