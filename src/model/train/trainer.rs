//! One training step at a time.
//!
//! Owns the weights in training, the optimiser's moments, and the way from a batch to the next weights.
//! Does not own which batch comes next, or when to stop.

use std::collections::BTreeMap;

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};
use rayon::prelude::*;

use super::TrainSettings;
use super::adam::{Adam, Moments};
use super::loss::{Losses, Output, alpha};
use super::momentum::Momentum;
use super::settings::Optimizer;
use crate::model::infer::{magnitudes, selection};
use crate::model::network::{Dropout, Network, Pass};
use crate::model::ops::{Statistics, host, with_slice};
use crate::model::parameters::{Parameters, input_major, published_order};
use crate::model::random::{Purpose, fill_normal, stream};
use crate::model::topk::Masks;
use crate::model::{ComputeDevice, ModelError, NoiseDraws};

/// Share of a batch's statistics in the running ones.
const MOMENTUM: f32 = 0.1;

/// Bags for one step: the first half normal, the second abnormal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// `[bags][crops][len][dim]`.
    pub values: Vec<f32>,
    /// Videos.
    pub bags: usize,
    /// Sequences per video.
    pub crops: usize,
    /// Segments per sequence.
    pub len: usize,
    /// Numbers per segment.
    pub dim: usize,
    /// What each segment weighs, `[bags][len]`; empty where all weigh 1. Segments of more weight are chosen first to stand
    /// for their bag, and make it count for more.
    pub weights: Vec<f32>,
    /// What is known of each segment, 0 for normal to 1 for anomalous, NaN where nothing is, `[bags][len]`; empty where
    /// nothing is known at all.
    pub targets: Vec<f32>,
}

/// What keeps a training close to where it began; nothing of it in a training as published.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Restraint {
    /// Longest gradient, as one vector over all weights; 0 for no limit.
    pub clip: f64,
    /// Pull towards the weights of the start (L2-SP, Li et al., 2018): half of this times the squared distance is added to
    /// the loss.
    pub anchor: f64,
    /// Factor of the cross entropy of single segments whose targets are known.
    pub snippet_weight: f64,
    /// Least slope of the sigmoid. In 32 bits a score of more than about 17 before it is 1 exactly, its slope is 0, and a
    /// false alarm that the model is wholly sure of could never be unlearned. 0 for the slope as it is.
    pub floor: f64,
}

/// What a step computed on its way.
#[derive(Clone, Debug)]
pub struct StepOutcome {
    /// Parts of the loss.
    pub losses: Losses,
    /// Scores, mean over crops, `[bags][len]`.
    pub scores: Vec<f32>,
    /// Magnitudes, mean over crops, `[bags][len]`.
    pub magnitudes: Vec<f32>,
    /// Mean score of each bag's top-alpha segments.
    pub bag_scores: Vec<f32>,
}

/// All that a training needs to go on: what a checkpoint holds.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainState {
    /// Weights and running statistics.
    pub parameters: Parameters,
    /// Moments of each trained tensor, in published order.
    pub moments: BTreeMap<&'static str, Moments>,
    /// Steps done.
    pub steps_done: usize,
}

/// A batch's way through the network, before it goes back.
struct Forward {
    loss: Tensor,
    outcome: StepOutcome,
    statistics: Vec<(&'static str, Statistics)>,
}

/// One trained tensor: the numbers, in the order of the computation, and its mirror on the device.
#[derive(Debug)]
struct Weight {
    name: &'static str,
    shape: Vec<usize>,
    values: Vec<f32>,
    moments: Moments,
    /// Values that it is pulled to; empty where nothing pulls.
    anchor: Vec<f32>,
    var: Var,
}

/// A model in training.
#[derive(Debug)]
pub struct Trainer {
    settings: TrainSettings,
    device: ComputeDevice,
    network: Network,
    weights: Vec<Weight>,
    /// Running statistics are current here, weights are those of the start.
    base: Parameters,
    steps_done: usize,
    restraint: Restraint,
}

impl Trainer {
    /// Begins from `parameters`.
    ///
    /// # Errors
    /// Settings out of range, or the device fails.
    pub fn new(parameters: &Parameters, settings: TrainSettings, device: &ComputeDevice) -> Result<Self, ModelError> {
        let state = TrainState { parameters: parameters.clone(), moments: BTreeMap::new(), steps_done: 0 };
        Self::restore(state, settings, device)
    }

    /// Goes on from a saved state.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn restore(state: TrainState, settings: TrainSettings, device: &ComputeDevice) -> Result<Self, ModelError> {
        settings.check()?;
        let TrainState { parameters, mut moments, steps_done } = state;
        let (network, vars) = Network::trainable(&parameters, device.candle())?;
        let shapes: BTreeMap<_, _> = parameters.iter().map(|(name, t)| (name, t.shape.clone())).collect();
        let mut weights = Vec::with_capacity(vars.len());
        for (name, var) in vars {
            let values = host(&var)?;
            let shape = shapes.get(name).cloned().unwrap_or_default();
            let moments = match moments.remove(name) {
                Some(m) => Moments { first: ours(&shape, m.first), second: ours(&shape, m.second) },
                None => Moments::new(values.len()),
            };
            weights.push(Weight { name, shape, values, moments, anchor: Vec::new(), var });
        }
        let (device, restraint) = (device.clone(), Restraint::default());
        Ok(Self { settings, device, network, weights, base: parameters, steps_done, restraint })
    }

    /// The same, kept close to `anchor`, the weights that the training began from.
    #[must_use]
    pub fn restrained(mut self, restraint: Restraint, anchor: &Parameters) -> Self {
        if restraint.anchor > 0.0 {
            for weight in &mut self.weights {
                weight.anchor = ours(&weight.shape, anchor.values(weight.name).to_vec());
            }
        }
        self.restraint = restraint;
        self
    }

    /// d.
    pub fn dim(&self) -> usize {
        self.base.dim()
    }

    /// How it trains.
    pub fn settings(&self) -> &TrainSettings {
        &self.settings
    }

    /// Steps done so far.
    pub fn steps_done(&self) -> usize {
        self.steps_done
    }

    /// The present weights and running statistics.
    pub fn parameters(&self) -> Parameters {
        let mut parameters = self.base.clone();
        for weight in &self.weights {
            parameters.set(weight.name, published(&weight.shape, weight.values.clone()));
        }
        parameters
    }

    /// All that is needed to go on later.
    pub fn state(&self) -> TrainState {
        let moments = self.weights.iter().map(|w| {
            let in_order = |values: &Vec<f32>| published(&w.shape, values.clone());
            (w.name, Moments { first: in_order(&w.moments.first), second: in_order(&w.moments.second) })
        });
        TrainState { parameters: self.parameters(), moments: moments.collect(), steps_done: self.steps_done }
    }

    /// One step: forwards, backwards, new weights. `noise`, one crop per sequence of the batch, replaces our draws.
    ///
    /// # Errors
    /// A batch that does not fit, a failing device, or a loss that is no number.
    pub fn step(&mut self, batch: &Batch, noise: Option<&NoiseDraws>) -> Result<StepOutcome, ModelError> {
        let Forward { loss, mut outcome, statistics } = self.forward(batch, noise)?;
        outcome.losses.anchor = self.distance();
        outcome.losses.total += outcome.losses.anchor;
        if !outcome.losses.total.is_finite() {
            return Err(self.diverged(&format!("the loss is {}", outcome.losses.total)));
        }
        let grads = loss.backward()?;
        drop(loss);
        self.update(&grads)?;
        let rows = batch.bags * batch.crops * batch.len;
        for (name, seen) in statistics {
            self.note(name, &seen, rows);
        }
        self.steps_done += 1;
        Ok(outcome)
    }

    fn forward(&self, batch: &Batch, noise: Option<&NoiseDraws>) -> Result<Forward, ModelError> {
        let Batch { bags, crops, len, dim, .. } = *batch;
        let sequences = bags * crops;
        let fits = |values: &[f32]| values.is_empty() || values.len() == bags * len;
        let fits = fits(&batch.weights) && fits(&batch.targets) && batch.values.len() == sequences * len * dim;
        if !fits || dim != self.dim() || bags % 2 != 0 || bags * len < 4 {
            return Err(ModelError::Input(format!(
                "a batch of [{bags} videos, {crops} crops, {len} segments, {dim}] does not fit"
            )));
        }
        let device = self.device.candle();
        let mut pass = Pass::default();
        if !self.settings.freeze_statistics {
            pass.batch_statistics = Some(Vec::new());
        }
        if self.settings.dropout > 0.0 {
            pass.dropout = Some(Dropout::new(self.settings.dropout, self.settings.seed, self.steps_done as u64));
        }
        let x = Tensor::from_slice(&batch.values, (sequences * len, dim), device)?;
        let x = self.network.project(&x)?.unwrap_or(x);
        let x = if self.settings.tsa.enabled { x.broadcast_mul(&self.attention(&x, len, noise, device)?)? } else { x };
        let gathered = self.network.gather(&x, len, None, &mut pass)?;
        let merged = self.network.merge(&gathered, &x, len, &mut pass)?;
        let logits = self.network.logits(&merged, &mut pass)?;
        let mut scores = candle_nn::ops::sigmoid(&logits)?;
        let floor = self.restraint.floor;
        if floor > 0.0 {
            // A term of value 0 through which the gradient passes where the sigmoid's own has vanished.
            scores = (scores + ((&logits - logits.detach())? * floor)?)?;
        }
        let scores = scores.reshape((bags, crops, len))?;
        let scores = if crops == 1 { scores.squeeze(1)? } else { scores.mean(1)? };
        let magnitudes = mean_over_crops(&magnitudes(&merged)?, crops, len);
        let mut ranking = magnitudes.clone();
        if let Some(dropout) = &mut pass.dropout {
            ranking.iter_mut().zip(dropout.values(bags * len)).for_each(|(r, mask)| *r *= mask);
        }
        ranking.iter_mut().zip(&batch.weights).for_each(|(rank, weight)| *rank *= weight);
        let output = Output {
            merged: &merged,
            scores: &scores,
            ranking: &ranking,
            standing: if self.steps_done < self.settings.warm_up { len } else { alpha(len) },
            crops,
            weights: &batch.weights,
            targets: &batch.targets,
            target_weight: self.restraint.snippet_weight,
            floor,
        };
        let (loss, losses, bag_scores) = output.loss()?;
        let outcome = StepOutcome { losses, scores: host(&scores)?, magnitudes, bag_scores };
        Ok(Forward { loss, outcome, statistics: pass.batch_statistics.unwrap_or_default() })
    }

    /// p as a column, `[rows, 1]`, through which the gradient passes by the estimator of
    /// [`crate::model::topk::Selection::membership_gradient`]: noise^T (mask domega) / (M sigma) is linear in
    /// domega, so it is written as a term of value 0.
    fn attention(
        &self,
        x: &Tensor,
        len: usize,
        noise: Option<&NoiseDraws>,
        device: &Device,
    ) -> Result<Tensor, ModelError> {
        let omega = self.network.relevance(x)?;
        let relevance = host(&omega)?;
        let sequences = relevance.len() / len;
        let mut how = selection(&self.settings.tsa, len);
        if let Some(noise) = noise {
            if (noise.crops(), noise.snippets()) != (sequences, len) {
                return Err(ModelError::Input("the recorded noise does not fit the batch".to_owned()));
            }
            how.samples = noise.samples();
        }
        let (seed, step, samples) = (self.settings.seed, self.steps_done as u64, how.samples);
        let masks: Vec<Masks> = relevance
            .par_chunks(len)
            .enumerate()
            .map(|(sequence, scores)| {
                how.masks(scores, &|m: usize, out: &mut [f32]| {
                    if let Some(noise) = noise {
                        out.copy_from_slice(noise.draw(sequence, m));
                    } else {
                        let place = (sequence * samples + m) as u64;
                        fill_normal(&mut stream(seed, Purpose::TrainingNoise, step, place), out);
                    }
                })
            })
            .collect();
        let joined = |part: fn(&Masks) -> &Vec<f32>| masks.iter().flat_map(part).copied().collect::<Vec<f32>>();
        let membership = Tensor::from_vec(joined(|m| &m.membership), (sequences * len, 1), device)?;
        let mask = Tensor::from_vec(joined(|m| &m.mask), (sequences, samples, len), device)?;
        let draws = Tensor::from_vec(joined(|m| &m.noise), (sequences, samples, len), device)?;
        let change = (&omega - omega.detach())?.reshape((sequences, len, 1))?;
        let change = draws.transpose(1, 2)?.matmul(&mask.matmul(&change)?)?;
        let scale = 1.0 / (samples as f64 * f64::from(how.sigma));
        Ok((membership + (change.reshape((sequences * len, 1))? * scale)?)?)
    }

    fn update(&mut self, grads: &GradStore) -> Result<(), ModelError> {
        let scale = self.scale(grads)?;
        let Self { settings, device, weights, steps_done, restraint, .. } = self;
        let pull = restraint.anchor as f32;
        let (rate, decay) = (settings.rate_after(*steps_done), settings.weight_decay);
        let (adam, momentum) = (Adam::new(rate, decay, *steps_done + 1), Momentum::new(rate, decay));
        let apply = |values: &mut [f32], moments: &mut Moments, grad: &[f32]| match settings.optimizer {
            Optimizer::Adam => adam.update(values, moments, grad),
            Optimizer::Momentum => momentum.update(values, moments, grad),
        };
        for weight in weights {
            // With attention switched off the scorer gets no gradient, and stays.
            let Some(grad) = grads.get(&weight.var) else { continue };
            with_slice(grad, |grad| {
                if scale == 1.0 && weight.anchor.is_empty() {
                    apply(&mut weight.values, &mut weight.moments, grad);
                    return Ok(());
                }
                let grad = grad.par_iter().with_min_len(BLOCK);
                let held: Vec<f32> = if weight.anchor.is_empty() {
                    grad.map(|g| g * scale).collect()
                } else {
                    let away = weight.values.par_iter().zip(&weight.anchor);
                    grad.zip(away).map(|(g, (value, anchor))| g * scale + pull * (value - anchor)).collect()
                };
                apply(&mut weight.values, &mut weight.moments, &held);
                Ok(())
            })?;
            let values = Tensor::from_slice(&weight.values, weight.var.shape(), device.candle())?;
            weight.var.set(&values)?;
        }
        Ok(())
    }

    /// What the gradient is multiplied with to be no longer than it may be.
    fn scale(&self, grads: &GradStore) -> Result<f32, ModelError> {
        let limit = self.restraint.clip;
        if limit <= 0.0 {
            return Ok(1.0);
        }
        let mut squares = 0.0;
        for weight in &self.weights {
            let Some(grad) = grads.get(&weight.var) else { continue };
            squares += with_slice(grad, |grad| {
                Ok(summed(grad.par_chunks(BLOCK), |block| block.iter().map(|g| f64::from(*g).powi(2)).sum()))
            })?;
        }
        let norm = squares.sqrt();
        if !norm.is_finite() {
            return Err(self.diverged("a slope is not a number"));
        }
        Ok(if norm > limit { (limit / norm) as f32 } else { 1.0 })
    }

    /// The pull towards the weights of the start, as a part of the loss.
    fn distance(&self) -> f32 {
        let away = |weight: &Weight| {
            let blocks = weight.values.par_chunks(BLOCK).zip(weight.anchor.par_chunks(BLOCK));
            summed(blocks, |(values, anchor)| values.iter().zip(anchor).map(|(v, a)| f64::from(v - a).powi(2)).sum())
        };
        let squares: f64 = self.weights.iter().filter(|weight| !weight.anchor.is_empty()).map(away).sum();
        (0.5 * self.restraint.anchor * squares) as f32
    }

    fn diverged(&self, what: &str) -> ModelError {
        let step = self.steps_done + 1;
        ModelError::Diverged(format!("training went out of bounds at step {step}: {what}; lower the learning rate"))
    }

    /// Moves running statistics towards those of a batch of `rows`; the running variance is the unbiased one.
    fn note(&mut self, name: &str, seen: &Statistics, rows: usize) {
        let unbiased = rows as f32 / rows.saturating_sub(1).max(1) as f32;
        for (part, values, factor) in [("running_mean", &seen.mean, 1.0), ("running_var", &seen.variance, unbiased)] {
            let name = format!("{name}.{part}");
            let running = self.base.values(&name).iter().zip(values);
            let running = running.map(|(r, v)| r + MOMENTUM * (v * factor - r)).collect();
            self.base.set(&name, running);
        }
    }

    /// The gradient of every trained tensor, in published order, without changing anything.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn gradients(
        &self,
        batch: &Batch,
        noise: Option<&NoiseDraws>,
    ) -> Result<BTreeMap<&'static str, Option<Vec<f32>>>, ModelError> {
        let grads = self.forward(batch, noise)?.loss.backward()?;
        let mut all = BTreeMap::new();
        for weight in &self.weights {
            let grad = grads.get(&weight.var).map(host).transpose()?;
            all.insert(weight.name, grad.map(|g| published(&weight.shape, g)));
        }
        Ok(all)
    }
}

/// Numbers of a block: sums are taken block by block and in order, so that they do not depend on the number of threads.
const BLOCK: usize = 1 << 14;

fn summed<B: IndexedParallelIterator>(blocks: B, sum: impl Fn(B::Item) -> f64 + Sync + Send) -> f64 {
    let sums: Vec<f64> = blocks.map(sum).collect();
    sums.iter().sum()
}

/// `[bags][crops][len]` to `[bags][len]`.
fn mean_over_crops(values: &[f32], crops: usize, len: usize) -> Vec<f32> {
    values
        .chunks(crops * len)
        .flat_map(|bag| (0..len).map(move |t| bag.iter().skip(t).step_by(len).sum::<f32>() / crops as f32))
        .collect()
}

fn is_matrix(shape: &[usize]) -> bool {
    shape.len() > 1
}

fn ours(shape: &[usize], values: Vec<f32>) -> Vec<f32> {
    if is_matrix(shape) { input_major(shape, &values) } else { values }
}

fn published(shape: &[usize], values: Vec<f32>) -> Vec<f32> {
    if is_matrix(shape) { published_order(shape, &values) } else { values }
}
