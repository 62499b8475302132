//! Features into scores.
//!
//! Owns a loaded model on its device, the check of what it is given, the mean over crops, and what happens
//! when the device's memory is used up. Immutable: share it in an `Arc`.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::device::is_out_of_memory;
use super::draws::DrawSource;
use super::infer::{CHUNK, Inference};
use super::network::Network;
use super::weights::ModelWeights;
use super::{ComputeDevice, ModelError, ModelInfo, NoiseDraws};
use crate::domain::features::FeatureMatrix;
use crate::domain::score::{SnippetScores, TsaSettings};
use crate::jobs::Ticket;

/// Chunks are not made smaller than this before the CPU takes over.
const LEAST_CHUNK: usize = 256;

/// A model ready to score.
#[derive(Debug)]
pub struct Scorer {
    weights: Arc<ModelWeights>,
    device: ComputeDevice,
    network: Network,
    notes: Mutex<Vec<String>>,
}

impl Scorer {
    /// Loads the model at `path` onto `device`.
    ///
    /// # Errors
    /// The file does not hold a model, or the device fails.
    pub fn load(path: &Path, device: &ComputeDevice) -> Result<Self, ModelError> {
        Self::new(Arc::new(ModelWeights::load(path)?), device)
    }

    /// The model that comes with the program.
    ///
    /// # Errors
    /// The device fails.
    pub fn builtin(device: &ComputeDevice) -> Result<Self, ModelError> {
        Self::new(Arc::new(ModelWeights::builtin()?), device)
    }

    /// A model in memory, with its own copy of the weights on `device`.
    ///
    /// # Errors
    /// The device fails.
    pub fn new(weights: Arc<ModelWeights>, device: &ComputeDevice) -> Result<Self, ModelError> {
        let network = Network::new(weights.parameters(), device.candle())?;
        Ok(Self { weights, device: device.clone(), network, notes: Mutex::default() })
    }

    /// What is known about the model.
    pub fn info(&self) -> &ModelInfo {
        self.weights.info()
    }

    /// The model itself, to train on from it or to save it.
    pub fn weights(&self) -> &Arc<ModelWeights> {
        &self.weights
    }

    /// What it runs on.
    pub fn device(&self) -> &ComputeDevice {
        &self.device
    }

    /// What happened that a person should know, e.g. that the CPU took over. One sentence each, once.
    pub fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Scores a video. The same features, settings and seed give the same scores; `noise` replaces our own draws.
    ///
    /// # Errors
    /// Features or noise that do not fit, settings out of range, a failing device, or a stale ticket.
    pub fn score(
        &self,
        features: &FeatureMatrix,
        tsa: &TsaSettings,
        noise: Option<&NoiseDraws>,
        ticket: &Ticket,
    ) -> Result<SnippetScores, ModelError> {
        let tsa = self.checked(features, tsa, noise)?;
        let snippets = features.snippets();
        let mut mean = SnippetScores {
            scores: vec![0.0; snippets],
            attention: vec![0.0; snippets],
            magnitudes: vec![0.0; snippets],
        };
        let share = 1.0 / features.crops() as f32;
        for crop in 0..features.crops() {
            let one = self.run(ticket, |inference| {
                inference.score(features.crop(crop), features.dim(), &tsa, source(&tsa, noise, crop))
            })?;
            for (mean, one) in [
                (&mut mean.scores, one.scores),
                (&mut mean.attention, one.attention),
                (&mut mean.magnitudes, one.magnitudes),
            ] {
                mean.iter_mut().zip(one).for_each(|(m, v)| *m += v * share);
            }
        }
        Ok(mean)
    }

    /// omega, the scorer's relevance of each snippet before any noise, mean over crops.
    ///
    /// # Errors
    /// As [`Self::score`].
    pub fn relevance(&self, features: &FeatureMatrix, ticket: &Ticket) -> Result<Vec<f32>, ModelError> {
        self.check_dim(features)?;
        let mut mean = vec![0.0; features.snippets()];
        for crop in 0..features.crops() {
            let one = self.run(ticket, |inference| inference.relevance(features.crop(crop), features.dim()))?;
            mean.iter_mut().zip(one).for_each(|(m, v)| *m += v / features.crops() as f32);
        }
        Ok(mean)
    }

    fn checked(
        &self,
        features: &FeatureMatrix,
        tsa: &TsaSettings,
        noise: Option<&NoiseDraws>,
    ) -> Result<TsaSettings, ModelError> {
        self.check_dim(features)?;
        check(tsa)?;
        let Some(noise) = noise else { return Ok(*tsa) };
        if (noise.crops(), noise.snippets()) != (features.crops(), features.snippets()) {
            return Err(ModelError::Input(format!(
                "the recorded noise is for {} crops of {} snippets, the features have {} crops of {}",
                noise.crops(),
                noise.snippets(),
                features.crops(),
                features.snippets()
            )));
        }
        Ok(TsaSettings { samples: noise.samples(), ..*tsa })
    }

    pub(super) fn check_dim(&self, features: &FeatureMatrix) -> Result<(), ModelError> {
        let info = self.info();
        if features.dim() == info.dim {
            return Ok(());
        }
        let made_for = info.encoder.as_ref().map_or_else(String::new, |e| format!(" (from {e})"));
        Err(ModelError::Input(format!(
            "the features have {} numbers per snippet, but the model takes {}{made_for}; choose the model that belongs to the encoder",
            features.dim(),
            info.dim
        )))
    }

    /// Runs on the device; where its memory is used up, in smaller chunks, and at last on the CPU.
    pub(super) fn run<R>(
        &self,
        ticket: &Ticket,
        work: impl Fn(Inference<'_>) -> Result<R, ModelError>,
    ) -> Result<R, ModelError> {
        let on_device = |chunk| work(Inference { network: &self.network, device: self.device.candle(), chunk, ticket });
        if self.device.is_cpu() {
            return on_device(CHUNK);
        }
        with_less_memory(CHUNK * 4, LEAST_CHUNK, on_device, || {
            let cpu = ComputeDevice::cpu(None);
            let note = format!("the memory of {} was used up: scores were computed on the CPU", self.device.label());
            let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
            if !notes.contains(&note) {
                log::warn!("{note}");
                notes.push(note);
            }
            drop(notes);
            let network = Network::new(self.weights.parameters(), cpu.candle())?;
            work(Inference { network: &network, device: cpu.candle(), chunk: CHUNK, ticket })
        })
    }
}

/// Tries `on_device` with `size`, half of it and so on down to `least`, as long as memory is what is missing;
/// then `on_cpu`.
pub(crate) fn with_less_memory<R>(
    size: usize,
    least: usize,
    mut on_device: impl FnMut(usize) -> Result<R, ModelError>,
    on_cpu: impl FnOnce() -> Result<R, ModelError>,
) -> Result<R, ModelError> {
    let mut size = size.max(1);
    loop {
        match on_device(size) {
            Err(ModelError::Compute(error)) if is_out_of_memory(&error) => {
                if size / 2 < least.max(1) {
                    return on_cpu();
                }
                size /= 2;
            }
            other => return other,
        }
    }
}

/// Whether settings are in range.
///
/// # Errors
/// A sentence that names the setting.
pub fn check(tsa: &TsaSettings) -> Result<(), ModelError> {
    let wrong = |what: String| Err(ModelError::Setting(what));
    if !(tsa.ratio > 0.0 && tsa.ratio <= 1.0) {
        return wrong(format!("the share of selected snippets is {}; it has to be above 0 and at most 1", tsa.ratio));
    }
    if !(tsa.sigma >= 0.0 && tsa.sigma.is_finite()) {
        return wrong(format!("the noise has standard deviation {}; it has to be 0 or more", tsa.sigma));
    }
    if !(1..=100_000).contains(&tsa.samples) {
        return wrong(format!("there are to be {} draws of noise; from 1 to 100000 are possible", tsa.samples));
    }
    Ok(())
}

fn source<'a>(tsa: &TsaSettings, noise: Option<&'a NoiseDraws>, crop: usize) -> DrawSource<'a> {
    match noise {
        Some(draws) => DrawSource::Recorded { draws, crop },
        None => DrawSource::Seeded { seed: tsa.seed, crop },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::Generation;
    use crate::model::parameters::Parameters;

    fn scorer(dim: usize) -> Scorer {
        let weights = ModelWeights::new(Parameters::initial(dim, 2), ModelInfo::default());
        Scorer::new(Arc::new(weights), &ComputeDevice::cpu(None)).expect("loads")
    }

    fn features(crops: usize, snippets: usize, dim: usize) -> FeatureMatrix {
        let values = (0..crops * snippets * dim).map(|i| (i as f32 * 0.37).sin()).collect();
        FeatureMatrix::new(crops, snippets, dim, values).expect("fits")
    }

    #[test]
    fn the_same_video_gets_the_same_scores_and_another_seed_other_noise() {
        let (scorer, features) = (scorer(20), features(2, 9, 20));
        let score = |seed, enabled| {
            let tsa = TsaSettings { seed, enabled, ..TsaSettings::default() };
            scorer.score(&features, &tsa, None, &Ticket::unlimited()).expect("scores")
        };
        assert_eq!(score(1, true), score(1, true));
        assert_ne!(score(1, true).attention, score(2, true).attention);
        assert_eq!(score(1, false).attention, [1.0; 9]);
        assert!((score(1, true).attention.iter().sum::<f32>() - 6.0).abs() < 1e-3);
    }

    #[test]
    fn what_does_not_fit_is_refused_in_words() {
        let (scorer, ticket) = (scorer(20), Ticket::unlimited());
        let refusal = |features: &FeatureMatrix, tsa, noise: Option<&NoiseDraws>| {
            scorer.score(features, &tsa, noise, &ticket).expect_err("is refused").to_string()
        };
        let tsa = TsaSettings::default();
        let dim = refusal(&features(1, 3, 512), tsa, None);
        assert!(dim.contains("512") && dim.contains("20"), "{dim}");
        let good = features(1, 3, 20);
        for (wrong, part) in [
            (TsaSettings { ratio: 0.0, ..tsa }, "selected"),
            (TsaSettings { ratio: f64::NAN, ..tsa }, "selected"),
            (TsaSettings { sigma: -1.0, ..tsa }, "noise"),
            (TsaSettings { samples: 0, ..tsa }, "draws"),
        ] {
            let why = refusal(&good, wrong, None);
            assert!(why.contains(part), "{why}");
        }
        let noise = NoiseDraws::new(1, 2, 4, vec![0.0; 8]).expect("fits");
        let why = refusal(&good, tsa, Some(&noise));
        assert!(why.contains('4') && why.contains('3'), "{why}");
    }

    #[test]
    fn a_stale_ticket_stops() {
        let clock = Generation::default();
        let ticket = clock.advance();
        clock.cancel();
        let result = scorer(20).score(&features(1, 3, 20), &TsaSettings::default(), None, &ticket);
        assert!(matches!(result, Err(ModelError::Cancelled)));
    }

    #[test]
    fn used_up_memory_halves_the_chunk_and_then_goes_to_the_cpu() {
        let full = || ModelError::Compute(candle_core::Error::Msg("CUDA_ERROR_OUT_OF_MEMORY".into()));
        let mut tried = Vec::new();
        let result = with_less_memory(
            1024,
            256,
            |size| {
                tried.push(size);
                if size > 512 { Err(full()) } else { Ok("device") }
            },
            || Ok("cpu"),
        );
        assert_eq!((result.expect("works"), tried), ("device", vec![1024, 512]));
        assert_eq!(with_less_memory(1024, 256, |_| Err(full()), || Ok("cpu")).expect("works"), "cpu");
        let other = with_less_memory(8, 1, |_| Err::<(), _>(ModelError::Cancelled), || Ok(()));
        assert!(matches!(other, Err(ModelError::Cancelled)));
    }
}
