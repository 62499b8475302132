//! The scores of one video as they leave the program: JSON, CSV, or a table to read.
//!
//! Owns the three forms and their field names, which other programs may rely on and which are the same on
//! standard output and in a report folder. Does not own where they are written.

use std::fmt::Write as _;

use serde::Serialize;

use super::frame_run::{FrameRun, FrameRuns};
use crate::domain::frames::FrameTable;
use crate::domain::score::{ScoredVideo, TsaSettings};
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::domain::threshold::threshold_text;
use crate::domain::time::MediaTime;

/// What was scored, with its figures.
#[derive(Debug, Serialize)]
pub struct ScoreSheet {
    /// Which program wrote this.
    pub program: String,
    /// The video, or the feature file where there was no video.
    pub source: String,
    /// BLAKE3 hash of the video's content.
    pub video_id: Option<String>,
    /// Frames of the video; 16 per snippet where only features are known.
    pub frames: usize,
    /// Which encoder made the features.
    pub encoder: String,
    /// Identity of the weights.
    pub model: String,
    /// What it ran on.
    pub device: String,
    /// Settings of attention.
    pub tsa: TsaSettings,
    /// How scores became events.
    pub rule: EventRule,
    /// What should be known, in sentences.
    pub notes: Vec<String>,
    /// One per snippet.
    pub snippets: Vec<Row>,
    /// Runs of flagged snippets.
    pub events: Vec<Event>,
}

/// One snippet.
#[derive(Debug, Serialize)]
pub struct Row {
    /// From 0.
    pub snippet: usize,
    /// Its frames.
    #[serde(flatten)]
    pub run: FrameRun,
    /// Anomaly score, 0 to 1.
    pub score: f32,
    /// p(t), the share of draws that selected the snippet.
    pub attention: f32,
    /// L2 norm of the temporal feature.
    pub magnitude: f32,
}

/// One event.
#[derive(Debug, Serialize)]
pub struct Event {
    /// First snippet.
    pub first_snippet: usize,
    /// Last snippet, inclusive.
    pub last_snippet: usize,
    /// Its frames.
    #[serde(flatten)]
    pub run: FrameRun,
    /// Snippet of the highest score.
    pub peak_snippet: usize,
    /// That score.
    pub peak_score: f32,
}

impl ScoreSheet {
    /// Puts together what is known. `frames` is absent where only features are known.
    pub fn new(
        source: String,
        scored: &ScoredVideo,
        frames: Option<&FrameTable>,
        rule: EventRule,
        events: &[AnomalySegment],
    ) -> Self {
        let s = &scored.snippets;
        let runs = FrameRuns::new(s.len(), frames);
        let row = |snippet: usize| {
            let (score, attention, magnitude) = (s.scores[snippet], s.attention[snippet], s.magnitudes[snippet]);
            Row { snippet, run: runs.of(snippet, snippet), score, attention, magnitude }
        };
        let event = |e: &AnomalySegment| Event {
            first_snippet: e.first,
            last_snippet: e.last,
            run: runs.of(e.first, e.last),
            peak_snippet: e.peak,
            peak_score: e.peak_score,
        };
        Self {
            program: program(),
            source,
            video_id: None,
            frames: runs.count(),
            encoder: scored.encoder.clone(),
            model: scored.model.clone(),
            device: scored.device.clone(),
            tsa: scored.tsa,
            rule,
            notes: Vec::new(),
            snippets: (0..s.len()).map(row).collect(),
            events: events.iter().map(event).collect(),
        }
    }

    /// As one JSON object.
    ///
    /// # Errors
    /// A number cannot be written.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// As CSV rows, without [`CSV_HEADER`]; `event` counts from 1 and is empty outside events.
    pub fn csv(&self) -> String {
        let mut text = String::new();
        let source = quoted(&self.source);
        for row in &self.snippets {
            let inside = |e: &Event| (e.first_snippet..=e.last_snippet).contains(&row.snippet);
            let event = self.events.iter().position(inside).map_or_else(String::new, |i| (i + 1).to_string());
            let Row { snippet, run, score, attention, magnitude } = row;
            // Writing to a string cannot fail.
            writeln!(text, "{source},{snippet},{run},{score},{attention},{magnitude},{event}").ok();
        }
        text
    }

    /// As a table to read.
    pub fn table(&self) -> String {
        let mut text = format!(
            "{}\n{} frames, {} snippets · encoder {} · model {} · {}\n",
            self.source,
            self.frames,
            self.snippets.len(),
            self.encoder,
            self.model.get(..12).unwrap_or(&self.model),
            self.device
        );
        let time = |t: Option<f64>| t.map_or_else(|| "-".to_owned(), |t| MediaTime::from_secs_f64(t).to_string());
        for note in &self.notes {
            writeln!(text, "note: {note}").ok();
        }
        text.push_str("snippet        frames          time   score  attention  magnitude\n");
        for row in &self.snippets {
            let frames = format!("{}-{}", row.run.first_frame, row.run.last_frame);
            let mark = if self.events.iter().any(|e| (e.first_snippet..=e.last_snippet).contains(&row.snippet)) {
                "  *"
            } else {
                ""
            };
            writeln!(
                text,
                "{:>7} {frames:>13} {:>13}  {:.4}     {:.4}  {:>9.3}{mark}",
                row.snippet,
                time(row.run.start_s),
                row.score,
                row.attention,
                row.magnitude
            )
            .ok();
        }
        let (count, threshold) = (self.events.len(), threshold_text(self.rule.threshold));
        let events = if count == 1 { "event" } else { "events" };
        writeln!(text, "{count} {events} at or above {threshold}{}", if count == 0 { "" } else { ":" }).ok();
        for e in &self.events {
            writeln!(
                text,
                "  frames {}-{}, {} to {}, highest score {:.3} in snippet {}",
                e.run.first_frame,
                e.run.last_frame,
                time(e.run.start_s),
                time(e.run.end_s),
                e.peak_score,
                e.peak_snippet
            )
            .ok();
        }
        text
    }
}

/// Names of the CSV columns.
pub const CSV_HEADER: &str = "source,snippet,first_frame,last_frame,start_s,end_s,score,attention,magnitude,event\n";

/// Name and version of this program.
pub fn program() -> String {
    concat!("lookback ", env!("CARGO_PKG_VERSION")).to_owned()
}

/// A CSV field, quoted where it has to be.
pub(super) fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::score::SnippetScores;

    fn scored(scores: &[f32]) -> ScoredVideo {
        ScoredVideo {
            snippets: SnippetScores {
                scores: scores.to_vec(),
                attention: vec![0.5; scores.len()],
                magnitudes: vec![2.0; scores.len()],
            },
            tsa: TsaSettings::default(),
            encoder: "e".to_owned(),
            model: "m".to_owned(),
            device: "CPU".to_owned(),
            complete: true,
        }
    }

    #[test]
    fn frames_and_times_come_from_the_table() {
        let entries = (0..20).map(|i| (MediaTime::from_micros(1_000_000 + i * 100_000), true)).collect();
        let table = FrameTable::new(entries, None).expect("has frames");
        let rule = EventRule::default();
        let video = scored(&[0.1, 0.9]);
        let out = ScoreSheet::new("a.mp4".to_owned(), &video, Some(&table), rule, &rule.events(&video.snippets.scores));
        let last = &out.snippets[1];
        assert_eq!((last.run.first_frame, last.run.last_frame), (16, 19));
        assert_eq!((last.run.start_s, last.run.end_s), (Some(2.6), Some(3.0)));
        assert_eq!((out.events.len(), out.events[0].run.last_frame), (1, 19));
        let json: serde_json::Value = serde_json::from_str(&out.json().expect("is written")).expect("is JSON");
        assert_eq!(json["snippets"][1]["score"].as_f64().map(|s| s as f32), Some(0.9));
        assert!(out.table().contains("frames 16-19, 00:02.600 to 00:03.000"));
    }

    #[test]
    fn names_are_quoted_and_times_may_be_absent() {
        let video = scored(&[0.25]);
        let out = ScoreSheet::new("a,\"b\".npy".to_owned(), &video, None, EventRule::default(), &[]);
        assert_eq!(out.csv(), "\"a,\"\"b\"\".npy\",0,0,15,,,0.25,0.5,2,\n");
        assert_eq!(out.csv().trim_end().split(',').count(), CSV_HEADER.split(',').count() + 1);
    }
}
