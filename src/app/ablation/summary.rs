//! What came out of an ablation, as values, text and files.
//!
//! Owns the rows of complete seeds, the words, and the files beside the runs. Does not own the arithmetic
//! ([`crate::domain::ablation`]), the page ([`crate::app::report::ablation`]) or the runs.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::AblationError;
use super::run::{DoneRun, write};
use crate::app::report::ablation::page;
use crate::domain::ablation::{AblationRow, Gain, PUBLISHED, PUBLISHED_NOTE, Published, SeedFigures, Spread, gains};
use crate::domain::evaluation::ranking::Ranking;
use crate::model::train::TrainSettings;

/// What came out.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Folder with the runs.
    pub folder: String,
    /// Folds of each kind of features.
    pub folds: usize,
    /// Videos in them.
    pub videos: usize,
    /// How every run trained, but for seed and attention.
    pub settings: TrainSettings,
    /// Runs in all.
    pub runs: usize,
    /// Those that were there already.
    pub found: usize,
    /// One per kind of features and setting of attention.
    pub rows: Vec<AblationRow>,
    /// What attention adds.
    pub gains: Vec<Gain>,
    /// Published figures, computed by others on other videos.
    pub published: &'static [Published],
}

/// Figures of each kind and setting, the folds of a seed pooled; only seeds count of which all `folds` are done.
pub fn rows(names: &[String], seeds: &[u64], folds: usize, done: &[&DoneRun]) -> Vec<AblationRow> {
    let mut rows = Vec::new();
    for name in names {
        for attention in [false, true] {
            let of_seed = |seed: &u64| {
                let is_own = |run: &&&DoneRun| {
                    run.cell.features == *name && run.cell.attention == attention && run.cell.seed == *seed
                };
                let runs: Vec<_> = done.iter().filter(is_own).collect();
                let videos: Vec<_> = runs.iter().flat_map(|run| &run.videos).collect();
                let metrics = Ranking::of(videos.iter().copied()).metrics(&vec![1; videos.len()]);
                metrics.filter(|_| runs.len() == folds).map(|metrics| SeedFigures { seed: *seed, metrics })
            };
            rows.push(AblationRow::new(name, attention, seeds.iter().filter_map(of_seed).collect()));
        }
    }
    rows
}

impl Summary {
    /// The summary of rows; what attention adds and the published figures come by themselves.
    pub fn new(folder: &Path, settings: TrainSettings, counts: Counts, rows: Vec<AblationRow>) -> Self {
        let Counts { folds, videos, runs, found } = counts;
        let (folder, gains) = (folder.display().to_string(), gains(&rows));
        Self { folder, folds, videos, settings, runs, found, rows, gains, published: &PUBLISHED }
    }

    /// As JSON, with a newline.
    ///
    /// # Errors
    /// A number that JSON does not have.
    pub fn json(&self) -> Result<String, AblationError> {
        let text = serde_json::to_string_pretty(self).map_err(|err| AblationError::Input(err.to_string()))?;
        Ok(text + "\n")
    }

    /// Writes `ablation.json` and `index.html` beside the runs.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), AblationError> {
        write(&folder.join("ablation.json"), self.json()?.as_bytes())?;
        write(&folder.join("index.html"), page(&self.text(), &self.rows, &self.gains).as_bytes())
    }
}

/// How much an ablation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Folds.
    pub folds: usize,
    /// Videos in them.
    pub videos: usize,
    /// Runs in all.
    pub runs: usize,
    /// Those that were there already.
    pub found: usize,
}

/// A mean with its spread, to so many places.
pub fn spread_text(spread: Option<Spread>, places: usize, signed: bool) -> String {
    let Some(Spread { mean, deviation }) = spread else { return "-".to_owned() };
    let mean = if signed { format!("{mean:+.places$}") } else { format!("{mean:.places$}") };
    mean + &deviation.map_or_else(String::new, |deviation| format!(" ± {deviation:.places$}"))
}

// Writing to a string cannot fail: its results are dropped below.
impl Summary {
    /// As a table for people.
    pub fn text(&self) -> String {
        let widest = self.rows.iter().map(|row| row.features.chars().count()).max().unwrap_or(0).max(8) + 2;
        let mut text = format!(
            "{} videos in {} folds, {} runs of {} steps (preset {}) in {}, {} of them there already\n\
             mean ± standard deviation over seeds; a seed's figure is over the frames of all its folds\n\
             {:<widest$}{:<5}{:>6}  {:<20}{:<20}{:<20}\n",
            self.videos,
            self.folds,
            self.runs,
            self.settings.steps,
            self.settings.preset,
            self.folder,
            self.found,
            "features",
            "TSA",
            "seeds",
            "ROC-AUC",
            "AP",
            "PR-AUC"
        );
        for row in &self.rows {
            writeln!(
                text,
                "{:<widest$}{:<5}{:>6}  {:<20}{:<20}{:<20}",
                row.features,
                if row.attention { "on" } else { "off" },
                row.seeds.len(),
                spread_text(row.roc_auc, 4, false),
                spread_text(row.average_precision, 4, false),
                spread_text(row.pr_auc_trapezoid, 4, false)
            )
            .ok();
        }
        text += "\nwhat TSA adds, seed by seed\n";
        for gain in &self.gains {
            writeln!(
                text,
                "{:<widest$}{:<13}{:<20}{:<20}",
                gain.features,
                "",
                spread_text(gain.roc_auc, 4, true),
                spread_text(gain.average_precision, 4, true)
            )
            .ok();
        }
        writeln!(text, "\n{PUBLISHED_NOTE}").ok();
        writeln!(text, "{:<widest$}{:<5}UCF-Crime AUC   ShanghaiTech AUC   XD-Violence AP", "features", "TSA").ok();
        for p in self.published {
            let tsa = if p.attention { "on" } else { "off" };
            writeln!(
                text,
                "{:<widest$}{tsa:<5}{:<16.2}{:<19.2}{:.2}",
                p.features, p.ucf_crime_auc, p.shanghaitech_auc, p.xd_violence_ap
            )
            .ok();
        }
        text
    }
}
