//! An ablation carried out: all runs in their order, and the files beside them.
//!
//! Owns the order of the work, what stands in its way, and which runs were done already. No thread: it runs where it is
//! called. Does not own a single run ([`super::run`]) or where features come from ([`super::gather`], and the command's lists).

use std::path::Path;

use super::AblationError;
use super::run::{DoneRun, Kind, Runner};
use super::summary::{Counts, Summary, rows};
use crate::domain::ablation::{Cell, cells};
use crate::domain::provenance::{self, VideoRef};
use crate::jobs::Ticket;
use crate::model::ComputeDevice;
use crate::model::train::{Preset, StepReport, TrainSettings};

/// An ablation that is asked for.
#[derive(Debug)]
pub struct Ablation<'a> {
    /// Folder of the runs.
    pub folder: &'a Path,
    /// Features and their folds, the same number of folds for each.
    pub kinds: &'a [Kind],
    /// Seed of each repetition.
    pub seeds: &'a [u64],
    /// Of every run, but for seed and attention.
    pub settings: &'a TrainSettings,
}

/// Watches an ablation.
pub trait AblationWatch {
    /// A run begins; `done` of `all` runs are done, of which `found` were there already.
    fn begins(&mut self, cell: &Cell, done: usize, all: usize, found: usize);

    /// A step of it is done.
    fn step(&mut self, report: &StepReport);

    /// A run is done; `found` says that it was there already.
    fn ends(&mut self, run: &DoneRun, found: bool);
}

/// Settings of an ablation's trainings. Nothing is judged on the way: the last weights count.
pub fn settings(preset: Preset, steps: Option<usize>) -> TrainSettings {
    let own = TrainSettings::preset(preset);
    TrainSettings { steps: steps.unwrap_or(own.steps), validate_every: 0, ..own }
}

/// Seeds of `count` repetitions, from `first`.
pub fn seeds(first: u64, count: u32) -> Vec<u64> {
    (0..u64::from(count)).map(|n| first.wrapping_add(n)).collect()
}

/// Refuses names of features that would share a folder.
///
/// # Errors
/// A sentence that names the second of them.
pub fn distinct<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<(), AblationError> {
    let mut known = std::collections::BTreeSet::new();
    for name in names {
        let folder = Cell { features: name.to_owned(), attention: true, seed: 0, fold: 1 }.folders();
        if !known.insert(folder) {
            return Err(AblationError::Input(format!("two kinds of features would share the folder of {name}")));
        }
    }
    Ok(())
}

/// Refuses folds that share a video: it would be trained on and judged.
///
/// # Errors
/// Names the video and both folds.
pub fn apart(kind: &Kind) -> Result<(), AblationError> {
    let contents: Vec<Vec<VideoRef>> =
        kind.folds.iter().map(|fold| fold.iter().map(|video| video.content.clone()).collect()).collect();
    for (at, fold) in contents.iter().enumerate() {
        for (before, other) in contents[..at].iter().enumerate() {
            if let Some(video) = provenance::shared(other, fold).first() {
                let (kind, video) = (kind.name.clone(), video.clone());
                return Err(AblationError::SharedVideo { kind, video, folds: (before + 1, at + 1) });
            }
        }
    }
    Ok(())
}

impl Ablation<'_> {
    /// Names of the features.
    pub fn names(&self) -> Vec<String> {
        self.kinds.iter().map(|kind| kind.name.clone()).collect()
    }

    /// Folds of each kind.
    pub fn folds(&self) -> usize {
        self.kinds.first().map_or(0, |kind| kind.folds.len())
    }

    /// All runs, in order.
    pub fn cells(&self) -> Vec<Cell> {
        cells(&self.names(), self.seeds, self.folds())
    }

    fn runner(&self) -> Runner<'_> {
        Runner { folder: self.folder, settings: self.settings }
    }

    fn kind(&self, cell: &Cell) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.name == cell.features)
    }

    /// The runs that were done before.
    ///
    /// # Errors
    /// The folder holds other runs, or one cannot be read.
    pub fn found(&self) -> Result<Vec<DoneRun>, AblationError> {
        let found = |cell: &Cell| self.kind(cell).and_then(|kind| self.runner().found(cell, kind).transpose());
        self.cells().iter().filter_map(found).collect()
    }

    /// Does the runs that were not done, and writes the files beside them.
    ///
    /// # Errors
    /// The folder holds other runs, a run failed, the ticket went stale, or a file cannot be written. Runs that are done
    /// stay, and a training that was called off goes on from where it was.
    pub fn carry_out(
        &self,
        device: &ComputeDevice,
        watch: &mut dyn AblationWatch,
        ticket: &Ticket,
    ) -> Result<Summary, AblationError> {
        let cells = self.cells();
        let (mut done, mut found) = (Vec::new(), 0);
        for (at, cell) in cells.iter().enumerate() {
            watch.begins(cell, at, cells.len(), found);
            let Some(kind) = self.kind(cell) else { continue };
            let before = self.runner().found(cell, kind)?;
            found += usize::from(before.is_some());
            let was_there = before.is_some();
            let run = match before {
                Some(run) => run,
                None => self.runner().run(cell, kind, device, &mut |report| watch.step(report), ticket)?,
            };
            watch.ends(&run, was_there);
            done.push(run);
        }
        let videos = self.kinds.first().map_or(0, |kind| kind.folds.iter().map(Vec::len).sum());
        let counts = Counts { folds: self.folds(), videos, runs: cells.len(), found };
        let rows = rows(&self.names(), self.seeds, self.folds(), &done.iter().collect::<Vec<_>>());
        let summary = Summary::new(self.folder, self.settings.clone(), counts, rows);
        summary.write(self.folder)?;
        Ok(summary)
    }
}
