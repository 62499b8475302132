//! The attention of one video as it leaves the program: JSON, CSV, or a table to read.
//!
//! Owns the three forms and their field names, which other programs may rely on. Does not own where they are written, nor
//! the computation.

use std::fmt::Write as _;

use serde::Serialize;

use crate::app::frame_run::{FrameRun, FrameRuns};
use crate::app::sheet::{program, quoted};
use crate::domain::attention::{Attention, alpha, top_alpha};
use crate::domain::frames::FrameTable;
use crate::domain::lane_data::NoiseBand;
use crate::domain::score::{SnippetScores, TsaSettings};

/// What was looked at, with its figures.
#[derive(Debug, Serialize)]
pub struct AttentionSheet {
    /// Which program wrote this.
    pub program: String,
    /// The video, or the feature file where there was no video.
    pub source: String,
    /// BLAKE3 hash of the video's content.
    pub video_id: Option<String>,
    /// Identity of the weights.
    pub model: String,
    /// Settings of attention.
    pub tsa: TsaSettings,
    /// Snippets that each draw selects.
    pub kappa: usize,
    /// Snippets that stand for the video in training.
    pub alpha: usize,
    /// Sum over the snippets of H(p(t)), bits: the most that the entropy of the selection can be.
    pub selection_entropy_bits: f64,
    /// The kappa-th largest perturbed score of each draw; empty where attention is off.
    pub thresholds: Vec<f32>,
    /// One per snippet.
    pub snippets: Vec<Row>,
}

/// One snippet.
#[derive(Debug, Serialize)]
pub struct Row {
    /// From 0.
    pub snippet: usize,
    /// Its frames.
    #[serde(flatten)]
    pub run: FrameRun,
    /// The scorer's relevance before any noise.
    pub omega: f32,
    /// p(t), the share of draws that selected the snippet.
    pub p: f32,
    /// H(p(t)), bits.
    pub entropy_bits: f32,
    /// L2 norm of the temporal feature.
    pub magnitude: f32,
    /// Whether it is among the alpha snippets of largest magnitude.
    pub top_alpha: bool,
    /// Anomaly score, 0 to 1.
    pub score: f32,
    /// Mean score over other seeds; absent unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_mean: Option<f32>,
    /// 5 % of other seeds score lower.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_p05: Option<f32>,
    /// 5 % of other seeds score higher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_p95: Option<f32>,
}

/// What a sheet is made of.
#[derive(Clone, Copy, Debug)]
pub struct Looked<'a> {
    /// The selection.
    pub attention: &'a Attention,
    /// Scores under it.
    pub scores: &'a SnippetScores,
    /// How they scatter over other seeds, where that was found out.
    pub band: Option<&'a NoiseBand>,
    /// Frames and their times; absent where only features are known.
    pub frames: Option<&'a FrameTable>,
}

impl AttentionSheet {
    /// Puts together what is known.
    pub fn new(source: String, model: String, looked: Looked<'_>) -> Self {
        let Looked { attention, scores, band, frames } = looked;
        let total = attention.omega.len();
        let runs = FrameRuns::new(total, frames);
        let (entropy, top) = (attention.entropy(), top_alpha(&scores.magnitudes));
        let row = |snippet: usize| Row {
            snippet,
            run: runs.of(snippet, snippet),
            omega: attention.omega[snippet],
            p: attention.membership[snippet],
            entropy_bits: entropy[snippet],
            magnitude: scores.magnitudes[snippet],
            top_alpha: top.binary_search(&snippet).is_ok(),
            score: scores.scores[snippet],
            score_mean: band.map(|band| band.mean()[snippet]),
            score_p05: band.map(|band| band.low()[snippet]),
            score_p95: band.map(|band| band.high()[snippet]),
        };
        Self {
            program: program(),
            source,
            video_id: None,
            model,
            tsa: attention.tsa,
            kappa: attention.kappa,
            alpha: alpha(total),
            selection_entropy_bits: attention.total_entropy(),
            thresholds: attention.thresholds.clone(),
            snippets: (0..total).map(row).collect(),
        }
    }

    /// As JSON.
    ///
    /// # Errors
    /// Never in practice: all fields have a JSON form.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// A row of CSV for each snippet, under [`CSV_HEADER`].
    pub fn csv(&self) -> String {
        let source = quoted(&self.source);
        let maybe = |v: Option<f32>| v.map_or_else(String::new, |v| v.to_string());
        let mut text = String::new();
        for row in &self.snippets {
            // Writing to a string cannot fail.
            writeln!(
                text,
                "{source},{},{},{},{},{},{},{},{},{},{},{}",
                row.snippet,
                row.run,
                row.omega,
                row.p,
                row.entropy_bits,
                row.magnitude,
                u8::from(row.top_alpha),
                row.score,
                maybe(row.score_mean),
                maybe(row.score_p05),
                maybe(row.score_p95),
            )
            .ok();
        }
        text
    }

    /// The threshold of each draw as CSV, with its header.
    pub fn thresholds_csv(&self) -> String {
        let mut text = "draw,threshold\n".to_owned();
        for (draw, threshold) in self.thresholds.iter().enumerate() {
            writeln!(text, "{draw},{threshold}").ok();
        }
        text
    }

    /// As a table to read.
    pub fn table(&self) -> String {
        let Self { tsa, kappa, alpha, .. } = self;
        let total = self.snippets.len();
        let mut text = format!("{}\n", self.source);
        if tsa.enabled {
            let mean = self.thresholds.iter().sum::<f32>() / self.thresholds.len().max(1) as f32;
            writeln!(
                text,
                "kappa {kappa} of {total} snippets, sigma {}, {} draws with seed {}; alpha {alpha}",
                tsa.sigma, tsa.samples, tsa.seed
            )
            .ok();
            writeln!(
                text,
                "threshold {mean:.4} on average over the draws; entropy of the selection {:.1} bit",
                self.selection_entropy_bits
            )
            .ok();
        } else {
            writeln!(text, "attention is off: every snippet counts fully; alpha {alpha} of {total} snippets").ok();
        }
        text.push_str("snippet        frames   omega    p(t)  H(p) bit  magnitude   score\n");
        for row in &self.snippets {
            let frames = format!("{}-{}", row.run.first_frame, row.run.last_frame);
            let mark = if row.top_alpha { "  top-alpha" } else { "" };
            writeln!(
                text,
                "{:>7} {frames:>13}  {:.4}  {:.4}    {:.4}  {:>9.3}  {:.4}{mark}",
                row.snippet, row.omega, row.p, row.entropy_bits, row.magnitude, row.score
            )
            .ok();
        }
        text
    }
}

/// Names of the CSV columns.
pub const CSV_HEADER: &str = "source,snippet,first_frame,last_frame,start_s,end_s,omega,p,entropy_bits,magnitude,\
                              top_alpha,score,score_mean,score_p05,score_p95\n";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::picks::Picks;

    #[test]
    fn all_forms_hold_every_snippet() {
        let attention = Attention {
            kappa: 1,
            omega: vec![0.25, 0.75],
            membership: vec![0.5, 0.5],
            thresholds: vec![0.7, 0.8],
            picks: Picks::new(2, vec![1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]),
            ..Attention::default()
        };
        let scores = SnippetScores { scores: vec![0.1, 0.9], attention: vec![0.5, 0.5], magnitudes: vec![3.0, 2.0] };
        let looked = Looked { attention: &attention, scores: &scores, band: None, frames: None };
        let sheet = AttentionSheet::new("a,b.mp4".to_owned(), "m".to_owned(), looked);
        assert_eq!(sheet.csv().lines().next(), Some("\"a,b.mp4\",0,0,15,,,0.25,0.5,1,3,1,0.1,,,"));
        assert_eq!(CSV_HEADER.trim().split(',').count(), 15);
        assert_eq!(sheet.csv().lines().nth(1).expect("a row").split(',').count(), 16, "the name holds a comma");
        assert_eq!(sheet.thresholds_csv(), "draw,threshold\n0,0.7\n1,0.8\n");
        let json: serde_json::Value = serde_json::from_str(&sheet.json().expect("is written")).expect("is JSON");
        assert_eq!((&json["selection_entropy_bits"], &json["alpha"]), (&2.0.into(), &1.into()));
        assert_eq!(json["snippets"][1]["top_alpha"], false);
        assert!(sheet.table().contains("kappa 1 of 2 snippets") && sheet.table().contains("top-alpha"));
    }
}
