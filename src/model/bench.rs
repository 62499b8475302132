//! How fast the model is beside the matrix products in it.
//!
//! Owns one training step and inference over long videos as things to measure, the same products alone, and
//! the report of both, measured in turn in one run. The products are the floor: no program does without
//! them, so the ratio says how much everything else costs on this machine.

use std::fmt;
use std::fs;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use candle_core::{DType, Device, Tensor};

use super::draws::DrawSource;
use super::infer::{CHUNK, Inference};
use super::network::Network;
use super::parameters::{Parameters, WIDTH};
use super::random::{Purpose, fill_normal, stream};
use super::segments::SEGMENTS;
use super::train::TrainSettings;
use super::train::trainer::{Batch, Trainer};
use super::{ComputeDevice, ModelError};
use crate::domain::score::TsaSettings;
use crate::jobs::Ticket;

/// Bags of each kind in the measured step.
const BAGS: usize = 16;

/// Snippets of 24 hours at 30 frames per second.
pub const DAY: usize = 162_000;

/// One product of `[batch, rows, inner]` and `[batch, inner, columns]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Product {
    batch: usize,
    rows: usize,
    inner: usize,
    columns: usize,
}

/// The products of the network over `sequences` of `len` snippets.
fn products(sequences: usize, len: usize) -> Vec<Product> {
    let rows = sequences * len;
    let layers = [
        (512, 256),
        (256, 1),
        (512, 384),
        (512, 384),
        (512, 384),
        (512, 128),
        (128, 64),
        (128, 64),
        (128, 64),
        (64, 128),
        (512, 1536),
        (512, 128),
        (128, 32),
        (32, 1),
    ];
    let mut all: Vec<Product> =
        layers.into_iter().map(|(inner, columns)| Product { batch: 1, rows, inner, columns }).collect();
    all.push(Product { batch: sequences, rows: 64, inner: len, columns: 64 });
    all.push(Product { batch: sequences, rows: len, inner: 64, columns: 64 });
    all
}

impl Product {
    fn flop(self) -> f64 {
        2.0 * (self.batch * self.rows) as f64 * (self.inner * self.columns) as f64
    }
}

/// A product's factors on the device, and the gradient of its result where it is to go backwards too.
#[derive(Debug)]
struct Factors {
    left: Tensor,
    right: Tensor,
    grad: Option<Tensor>,
}

impl Factors {
    /// Memory of the numbers, bytes.
    fn bytes(&self) -> u64 {
        let count = |t: &Tensor| t.elem_count() as u64;
        4 * (count(&self.left) + count(&self.right) + self.grad.as_ref().map_or(0, count))
    }

    fn new(product: Product, backward: bool, device: &Device) -> Result<Self, ModelError> {
        let Product { batch, rows, inner, columns } = product;
        let full = |a, b| -> candle_core::Result<Tensor> {
            let ones = Tensor::ones((batch, a, b), DType::F32, device)?;
            if batch == 1 { ones.squeeze(0) } else { Ok(ones) }
        };
        let grad = if backward { Some(full(rows, columns)?) } else { None };
        Ok(Self { left: full(rows, inner)?, right: full(inner, columns)?, grad })
    }

    fn run(&self) -> Result<(), ModelError> {
        black_box(self.left.matmul(&self.right)?);
        if let Some(grad) = &self.grad {
            black_box(grad.matmul(&self.right.t()?)?);
            black_box(self.left.t()?.matmul(grad)?);
        }
        Ok(())
    }
}

fn run_all(factors: &[Factors], device: &Device) -> Result<(), ModelError> {
    factors.iter().try_for_each(Factors::run)?;
    Ok(device.synchronize()?)
}

/// One training step: 16 + 16 bags, 32 segments, 100 draws.
#[derive(Debug)]
pub struct StepBench {
    trainer: Trainer,
    batch: Batch,
    factors: Vec<Factors>,
    device: Device,
}

impl StepBench {
    /// Prepares it on `device`.
    ///
    /// # Errors
    /// The device fails.
    pub fn new(device: &ComputeDevice) -> Result<Self, ModelError> {
        let trainer = Trainer::new(&Parameters::initial(WIDTH, 1), TrainSettings::default(), device)?;
        let batch = Batch {
            values: noise(2 * BAGS * SEGMENTS * WIDTH),
            bags: 2 * BAGS,
            crops: 1,
            len: SEGMENTS,
            dim: WIDTH,
            ..Batch::default()
        };
        let factors = products(2 * BAGS, SEGMENTS).into_iter().map(|p| Factors::new(p, true, device.candle()));
        Ok(Self { trainer, batch, factors: factors.collect::<Result<_, _>>()?, device: device.candle().clone() })
    }

    /// The step.
    ///
    /// # Errors
    /// The device fails.
    pub fn work(&mut self) -> Result<(), ModelError> {
        black_box(self.trainer.step(&self.batch, None)?);
        Ok(())
    }

    /// Its products alone, forwards and backwards.
    ///
    /// # Errors
    /// The device fails.
    pub fn products(&self) -> Result<(), ModelError> {
        run_all(&self.factors, &self.device)
    }
}

/// Scores of one long sequence.
#[derive(Debug)]
pub struct InferenceBench {
    network: Network,
    features: Vec<f32>,
    factors: Vec<(usize, Vec<Factors>)>,
    device: Device,
}

impl InferenceBench {
    /// Prepares `snippets` of noise on `device`.
    ///
    /// # Errors
    /// The device fails.
    pub fn new(device: &ComputeDevice, snippets: usize) -> Result<Self, ModelError> {
        let network = Network::new(&Parameters::initial(WIDTH, 1), device.candle())?;
        // Whole chunks share their factors; the last, shorter one has its own.
        let mut factors = Vec::new();
        for (count, len) in [(snippets / CHUNK, CHUNK), (1, snippets % CHUNK)] {
            if count * len > 0 {
                let made = products(1, len).into_iter().map(|p| Factors::new(p, false, device.candle()));
                factors.push((count, made.collect::<Result<_, _>>()?));
            }
        }
        Ok(Self { network, features: noise(snippets * WIDTH), factors, device: device.candle().clone() })
    }

    /// The scores.
    ///
    /// # Errors
    /// The device fails.
    pub fn work(&self) -> Result<(), ModelError> {
        let ticket = Ticket::unlimited();
        let inference = Inference { network: &self.network, device: &self.device, chunk: CHUNK, ticket: &ticket };
        let draws = DrawSource::Seeded { seed: 0, crop: 0 };
        black_box(inference.score(&self.features, WIDTH, &TsaSettings::default(), draws)?);
        Ok(())
    }

    /// Memory that is held whether it scores or not: the features, and the factors of the products; bytes.
    fn held(&self) -> u64 {
        let factors = self.factors.iter().flat_map(|(_, f)| f).map(Factors::bytes).sum::<u64>();
        4 * self.features.len() as u64 + factors
    }

    /// Their products alone.
    ///
    /// # Errors
    /// The device fails.
    pub fn products(&self) -> Result<(), ModelError> {
        for (count, factors) in &self.factors {
            for _ in 0..*count {
                run_all(factors, &self.device)?;
            }
        }
        Ok(())
    }
}

fn noise(len: usize) -> Vec<f32> {
    let mut values = vec![0.0; len];
    fill_normal(&mut stream(1, Purpose::Noise, 0, 0), &mut values);
    values
}

/// One measured piece of work.
#[derive(Clone, Debug, PartialEq)]
pub struct BenchRow {
    /// What was measured.
    pub name: String,
    /// Median seconds of it.
    pub seconds: f64,
    /// Median seconds of its products alone, measured in turn with it.
    pub products: f64,
    /// Operations in the products, in billions.
    pub gflop: f64,
    /// Memory of the work at its peak, weights included, features not; bytes, where the system says.
    pub peak: Option<u64>,
}

impl BenchRow {
    /// How many times the products alone it takes.
    pub fn ratio(&self) -> f64 {
        self.seconds / self.products
    }
}

/// All figures of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct BenchReport {
    /// What it ran on.
    pub device: String,
    /// One training step, then inference from short to long.
    pub rows: Vec<BenchRow>,
    /// Time per snippet of the longest inference over that of a quarter of it; 1 is linear.
    pub linearity: f64,
}

impl fmt::Display for BenchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.device)?;
        writeln!(f, "{:<38} {:>10} {:>10} {:>7} {:>9} {:>9}", "", "seconds", "products", "ratio", "GFLOP", "peak MB")?;
        for row in &self.rows {
            let peak = row.peak.map_or_else(|| "-".to_owned(), |p| format!("{:.0}", p as f64 / 1e6));
            writeln!(
                f,
                "{:<38} {:>10.3} {:>10.3} {:>7.2} {:>9.1} {:>9}",
                row.name,
                row.seconds,
                row.products,
                row.ratio(),
                row.gflop,
                peak
            )?;
        }
        write!(f, "time per snippet, longest over a quarter of it: {:.2}", self.linearity)
    }
}

/// Measures one training step and inference at T = 4000, 40,500 and 162,000; `progress` hears what comes next.
///
/// # Errors
/// The device fails.
pub fn run(device: &ComputeDevice, progress: &mut dyn FnMut(&str)) -> Result<BenchReport, ModelError> {
    measured(device, &[(4000, 9), (DAY / 4, 3), (DAY, 3)], 15, progress)
}

fn measured(
    device: &ComputeDevice,
    inference: &[(usize, usize)],
    rounds: usize,
    progress: &mut dyn FnMut(&str),
) -> Result<BenchReport, ModelError> {
    let mut rows = Vec::new();
    let base = memory("VmRSS:");
    let name = format!("training step, {BAGS} + {BAGS}, T = {SEGMENTS}");
    progress(&name);
    let step = std::cell::RefCell::new(StepBench::new(device)?);
    let gflop = 3.0 * gflop(&products(2 * BAGS, SEGMENTS));
    let held = step.borrow().factors.iter().map(Factors::bytes).sum();
    let memory = Memory { base, held };
    rows.push(row(name, gflop, memory, rounds, || step.borrow_mut().work(), || step.borrow().products())?);
    drop(step);
    for (snippets, rounds) in inference {
        let name = format!("inference, T = {snippets}");
        progress(&name);
        let bench = Arc::new(InferenceBench::new(device, *snippets)?);
        let gflop = self::gflop(&products(1, *snippets));
        let memory = Memory { base, held: bench.held() };
        rows.push(row(name, gflop, memory, *rounds, || bench.work(), || bench.products())?);
    }
    let per_snippet = |i: usize| rows[rows.len() - i].seconds / inference[inference.len() - i].0 as f64;
    let linearity = if inference.len() > 1 { per_snippet(1) / per_snippet(2) } else { 1.0 };
    Ok(BenchReport { device: device.label(), rows, linearity })
}

fn gflop(products: &[Product]) -> f64 {
    products.iter().map(|p| p.flop()).sum::<f64>() / 1e9
}

/// What is to be left out of a peak. Released memory that the allocator keeps counts as the work's, so that
/// the figure is an upper bound.
#[derive(Clone, Copy)]
struct Memory {
    /// Resident before the first measurement.
    base: Option<u64>,
    /// Held by the measurement itself.
    held: u64,
}

fn row(
    name: String,
    gflop: f64,
    memory_before: Memory,
    rounds: usize,
    mut work: impl FnMut() -> Result<(), ModelError>,
    mut floor: impl FnMut() -> Result<(), ModelError>,
) -> Result<BenchRow, ModelError> {
    // The first run warms up and tells the peak; the floor warms up too.
    let restarted = fs::write("/proc/self/clear_refs", "5").is_ok();
    work()?;
    let Memory { base, held } = memory_before;
    let peak = memory("VmHWM:").zip(base).filter(|_| restarted).map(|(peak, base)| peak.saturating_sub(base + held));
    floor()?;
    let (mut times, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        times.push(seconds(&mut work)?);
        floors.push(seconds(&mut floor)?);
    }
    Ok(BenchRow { name, seconds: median(times), products: median(floors), gflop, peak })
}

fn seconds(work: &mut impl FnMut() -> Result<(), ModelError>) -> Result<f64, ModelError> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A figure of this process from Linux, bytes.
fn memory(what: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix(what))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kb| kb * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_products_are_those_of_the_design() {
        // The step of 16 + 16 bags has 10.3 GFLOP of products, inference at T = 4000 has 13.4.
        let step = 3.0 * gflop(&products(2 * BAGS, SEGMENTS));
        let inference = gflop(&products(1, 4000));
        assert!((step - 10.3).abs() < 0.15, "{step}");
        assert!((inference - 13.4).abs() < 0.2, "{inference}");
    }

    #[test]
    fn a_report_has_a_line_for_each_measurement() {
        let mut heard = Vec::new();
        let report =
            measured(&ComputeDevice::cpu(None), &[(10, 1), (40, 1)], 1, &mut |name| heard.push(name.to_owned()))
                .expect("runs");
        assert_eq!((report.rows.len(), heard.len()), (3, 3));
        assert!(report.rows.iter().all(|r| r.seconds > 0.0 && r.products > 0.0));
        let text = report.to_string();
        assert!(heard.iter().all(|name| text.contains(name.as_str())), "{text}");
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }
}
