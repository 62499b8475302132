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
use super::loss::{Losses, Output};
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
#[derive(Clone, Debug, PartialEq)]
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
            weights.push(Weight { name, shape, values, moments, var });
        }
        Ok(Self { settings, device: device.clone(), network, weights, base: parameters, steps_done })
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
        let Forward { loss, outcome, statistics } = self.forward(batch, noise)?;
        if !outcome.losses.total.is_finite() {
            return Err(ModelError::Input(format!(
                "training went out of bounds at step {}: the loss is {}; lower the learning rate",
                self.steps_done + 1,
                outcome.losses.total
            )));
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
        if batch.values.len() != sequences * len * dim || dim != self.dim() || bags % 2 != 0 || bags * len < 4 {
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
        let scores = self.network.classify(&merged, &mut pass)?.reshape((bags, crops, len))?;
        let scores = if crops == 1 { scores.squeeze(1)? } else { scores.mean(1)? };
        let magnitudes = mean_over_crops(&magnitudes(&merged)?, crops, len);
        let mut ranking = magnitudes.clone();
        if let Some(dropout) = &mut pass.dropout {
            ranking.iter_mut().zip(dropout.values(bags * len)).for_each(|(r, mask)| *r *= mask);
        }
        let output = Output { merged: &merged, scores: &scores, ranking: &ranking, crops };
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
        let Self { settings, device, weights, steps_done, .. } = self;
        let adam = Adam::new(settings.rate_after(*steps_done), settings.weight_decay, *steps_done + 1);
        for weight in weights {
            // With attention switched off the scorer gets no gradient, and stays.
            let Some(grad) = grads.get(&weight.var) else { continue };
            with_slice(grad, |grad| {
                adam.update(&mut weight.values, &mut weight.moments, grad);
                Ok(())
            })?;
            let values = Tensor::from_slice(&weight.values, weight.var.shape(), device.candle())?;
            weight.var.set(&values)?;
        }
        Ok(())
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
