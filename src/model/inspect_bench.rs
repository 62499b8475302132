//! How fast attention can be moved by hand.
//!
//! Owns the steps behind a live control as things to measure: the selection, the part of `V_hat` in sight, provisional
//! scores, exact scores; beside one plain forward pass over the same features, measured in the same run.

use std::fmt;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use super::parameters::{Parameters, WIDTH};
use super::probe::Pass;
use super::random::{Purpose, fill_normal, stream};
use super::weights::ModelWeights;
use super::{ComputeDevice, ModelError, ModelInfo, Probe, Scorer};
use crate::domain::attention_grid::{AttentionGrid, GridView};
use crate::domain::features::FeatureMatrix;
use crate::domain::score::TsaSettings;
use crate::jobs::Ticket;

/// Snippets of an hour at 30 frames a second, and of a day.
const LENGTHS: [usize; 2] = [6_750, super::bench::DAY];
/// Snippets in sight, and cells of the picture.
const VISIBLE: usize = 2048;
const CELLS: (usize, usize) = (1200, 300);
/// Each is measured so often; the median counts.
const TIMES: usize = 3;

/// Median seconds of the steps for one length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InspectRow {
    /// T.
    pub snippets: usize,
    /// omega of all snippets, once per video.
    pub relevance: f64,
    /// The selections of all draws, thresholds and p(t).
    pub attention: f64,
    /// The picture of what is in sight: 2048 snippets.
    pub visible: f64,
    /// The picture of everything.
    pub whole: f64,
    /// Provisional scores of what is in sight.
    pub provisional: f64,
    /// Exact scores in steps that can be given up.
    pub exact: f64,
    /// The longest of these steps: how long a newer question waits.
    pub step: f64,
    /// One plain forward pass, attention included.
    pub forward: f64,
    /// Memory of the selections in bytes.
    pub bytes: usize,
}

/// All lengths.
#[derive(Clone, Debug, PartialEq)]
pub struct InspectReport {
    /// What it ran on.
    pub device: String,
    /// One for each length.
    pub rows: Vec<InspectRow>,
}

/// Measures on `device`; `report` is told what comes next.
///
/// # Errors
/// The device fails.
pub fn run(device: &ComputeDevice, report: &mut dyn FnMut(&str)) -> Result<InspectReport, ModelError> {
    let weights = Arc::new(ModelWeights::new(Parameters::initial(WIDTH, 1), ModelInfo::default()));
    let scorer = Scorer::new(weights, device)?;
    let mut rows = Vec::new();
    for snippets in LENGTHS {
        report(&format!("{snippets} snippets"));
        rows.push(measure(&scorer, snippets)?);
    }
    Ok(InspectReport { device: device.label(), rows })
}

fn measure(scorer: &Scorer, snippets: usize) -> Result<InspectRow, ModelError> {
    let mut values = vec![0.0; snippets * WIDTH];
    fill_normal(&mut stream(1, Purpose::Noise, 0, 0), &mut values);
    let features = FeatureMatrix::new(1, snippets, WIDTH, values).map_err(|err| ModelError::Input(err.to_string()))?;
    let (ticket, tsa) = (Ticket::unlimited(), TsaSettings::default());
    let relevance = median(&mut || Probe::new(scorer, &features, 0, &ticket).map(drop))?;
    let probe = Probe::new(scorer, &features, 0, &ticket)?;
    let attention = median(&mut || {
        black_box(probe.attention(&tsa, None)?);
        Ok(())
    })?;
    let found = Arc::new(probe.attention(&tsa, None)?);
    let middle = snippets / 2 - VISIBLE / 2;
    let view = |range| GridView { snippets: range, columns: CELLS.0, rows: CELLS.1, all_rows: false };
    let picture = |range: std::ops::Range<usize>| {
        median(&mut || {
            black_box(AttentionGrid::new(&found.picks, found.kappa, &view(range.clone())));
            Ok(())
        })
    };
    let visible = picture(middle..middle + VISIBLE)?;
    let whole = picture(0..snippets)?;
    let mut step = 0.0_f64;
    let mut context = None;
    let exact = median(&mut || {
        let mut pass = Pass::new(Arc::clone(&found), None);
        loop {
            let began = Instant::now();
            let done = pass.step(&probe, scorer, &ticket)?;
            step = step.max(began.elapsed().as_secs_f64());
            if done {
                context = Some(pass.finish().1);
                return Ok(());
            }
        }
    })?;
    let provisional = match &context {
        Some(context) => median(&mut || {
            let range = middle..middle + VISIBLE;
            probe.provisional(scorer, &found, None, (range, context), &ticket).map(drop)
        })?,
        None => 0.0,
    };
    let forward = median(&mut || scorer.score(&features, &tsa, None, &ticket).map(drop))?;
    let bytes = found.picks.bytes();
    Ok(InspectRow { snippets, relevance, attention, visible, whole, provisional, exact, step, forward, bytes })
}

fn median(work: &mut dyn FnMut() -> Result<(), ModelError>) -> Result<f64, ModelError> {
    let mut seconds = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let began = Instant::now();
        work()?;
        seconds.push(began.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[TIMES / 2])
}

/// One of the figures of a row.
type Seconds = fn(&InspectRow) -> f64;

impl fmt::Display for InspectReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let draws = TsaSettings::default().samples;
        writeln!(f, "Live controls of attention on {}, {draws} draws; milliseconds, median of {TIMES}", self.device)?;
        write!(f, "{:<44}", "snippets")?;
        for row in &self.rows {
            write!(f, "{:>12}", row.snippets)?;
        }
        let lines: [(&str, Seconds); 8] = [
            ("omega, once per video", |row| row.relevance),
            ("attention: draws, p(t), thresholds, entropy", |row| row.attention),
            ("picture of 2048 snippets", |row| row.visible),
            ("picture of the whole video", |row| row.whole),
            ("provisional scores of 2048 snippets", |row| row.provisional),
            ("exact scores of the whole video", |row| row.exact),
            ("  the longest step of them", |row| row.step),
            ("one plain forward pass", |row| row.forward),
        ];
        for (name, seconds) in lines {
            write!(f, "\n{name:<44}")?;
            for row in &self.rows {
                write!(f, "{:>12.1}", seconds(row) * 1e3)?;
            }
        }
        write!(f, "\n{:<44}", "attention and exact scores / forward pass")?;
        for row in &self.rows {
            write!(f, "{:>12.2}", (row.attention + row.exact) / row.forward)?;
        }
        write!(f, "\n{:<44}", "memory of the selections, MB")?;
        for row in &self.rows {
            write!(f, "{:>12.1}", row.bytes as f64 / 1e6)?;
        }
        Ok(())
    }
}
