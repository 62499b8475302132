//! Confidence that fits how often a model is right: temperature scaling (Guo et al., 2017, section 4.2), and with a bias as
//! well after a training (Alexandari et al., 2020: bias-corrected temperature scaling).
//!
//! Owns the search for the temperature, on videos whose labels are known. It goes into the last layer, so that the model
//! stays CLIP-TSA as published and nothing else has to know of it; the order of scores stays. Does not own which videos.
//!
//! A training goes on growing surer long after the order of scores has stopped getting better, and in 32 bits a logit
//! above 17 is a score of exactly 1. Footage unlike that of the training then has long stretches of one and the same score:
//! no threshold can choose among them, and no gradient passes back through them.

use std::sync::Arc;

use crate::domain::features::FeatureMatrix;
use crate::jobs::Ticket;
use crate::model::parameters::Parameters;
use crate::model::weights::ModelWeights;
use crate::model::{ComputeDevice, ModelError, Scorer};

use super::Judged;

/// Temperature at which logits are read off the scores: so faint that none is rounded to 0 or 1.
const FAINT: f64 = 256.0;
/// How far above the likeliest temperature the one may be that is taken.
const ROOM: f64 = 2.0;
/// Temperatures that are tried, four to an octave from 1 to 1024. None sharpens: a model that is not sure has reasons.
const TRIED: i32 = 40;

/// What is corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// The temperature alone: where 0.5 lies stays.
    Temperature,
    /// The temperature, and where 0.5 lies: two trainings on other videos of the same sort may put it far apart, and then
    /// their scores cannot be compared.
    TemperatureAndBias,
}

/// A model whose scores say how sure it may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrated {
    /// The weights, but for the last layer those of before.
    pub parameters: Parameters,
    /// What its logits were divided by, 1 or more.
    pub temperature: f64,
    /// What was added to them then.
    pub bias: f64,
}

/// A correction that is tried, and how unlikely it makes the labels.
#[derive(Clone, Copy, Debug)]
struct Tried {
    temperature: f64,
    bias: f64,
    loss: f64,
    error: f64,
}

/// Divides the logits of a model by a temperature at which the labels of `videos` are about as likely as can be, both kinds
/// weighing the same; a video is as its highest scores, as in training. `None` unless both kinds are there.
///
/// Of those whose loss lies within one standard error of the least the highest is taken (the rule of Breiman et al., 1984,
/// section 3.4.3), up to an octave above the likeliest: these videos cannot tell them apart, and in footage of another
/// kind a model is wrong more often.
///
/// Of several crops the mean of the logits stands for the mean of the scores.
///
/// # Errors
/// As [`Scorer::score`].
pub fn calibrated<'a>(
    weights: &ModelWeights,
    videos: impl IntoIterator<Item = (&'a FeatureMatrix, bool)>,
    correction: Correction,
    device: &ComputeDevice,
    ticket: &Ticket,
) -> Result<Option<Calibrated>, ModelError> {
    let faint = ModelWeights::new(weights.parameters().softened(FAINT), weights.info().clone());
    let scorer = Scorer::new(Arc::new(faint), device)?;
    let tsa = weights.info().tsa;
    let (mut labels, mut logits) = (Vec::new(), Vec::new());
    for (features, label) in videos {
        labels.push(label);
        logits.push(scorer.score(features, &tsa, None, ticket)?.scores.into_iter().map(logit).collect::<Vec<f64>>());
    }
    if !(labels.contains(&true) && labels.contains(&false)) {
        return Ok(None);
    }
    let judged = |temperature: f64, bias: f64| {
        let soft = |logits: &Vec<f64>| logits.iter().map(|l| sigmoid(l / temperature + bias)).collect::<Vec<f32>>();
        let (loss, error) = Judged::from_scores(labels.clone(), logits.iter().map(soft)).loss_and_error()?;
        Some(Tried { temperature, bias, loss, error })
    };
    let furthest = logits.iter().flatten().fold(0.0_f64, |most, l| most.max(l.abs()));
    let tried: Vec<Tried> = (0..=TRIED)
        .filter_map(|step| {
            let temperature = 2_f64.powf(f64::from(step) / 4.0);
            match correction {
                Correction::Temperature => judged(temperature, 0.0),
                Correction::TemperatureAndBias => {
                    likeliest(furthest / temperature + 1.0, |bias| judged(temperature, bias))
                }
            }
        })
        .collect();
    let Some(best) = tried.iter().copied().min_by(|a, b| a.loss.total_cmp(&b.loss)) else {
        return Ok(None);
    };
    let as_likely =
        |tried: &&Tried| tried.temperature <= ROOM * best.temperature && tried.loss <= best.loss + best.error;
    let Tried { temperature, bias, .. } = tried.iter().rev().find(as_likely).copied().unwrap_or(best);
    let parameters = weights.parameters().softened(temperature).shifted(bias);
    Ok(Some(Calibrated { parameters, temperature, bias }))
}

/// The best of `judged` over biases up to `reach` on both sides, by the golden section.
fn likeliest(reach: f64, judged: impl Fn(f64) -> Option<Tried>) -> Option<Tried> {
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (-reach, reach);
    while high - low > 1e-3 {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if judged(left)?.loss < judged(right)?.loss { high = right } else { low = left }
    }
    judged(f64::midpoint(low, high))
}

fn logit(score: f32) -> f64 {
    let score = f64::from(score).clamp(1e-7, 1.0 - 1e-7);
    FAINT * (score / (1.0 - score)).ln()
}

fn sigmoid(logit: f64) -> f32 {
    (1.0 / (1.0 + (-logit).exp())) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModelInfo;
    use crate::model::random::{Purpose, fill_normal, stream};

    const DIM: usize = 24;

    fn video(seed: u64) -> FeatureMatrix {
        let mut values = vec![0.0; 40 * DIM];
        fill_normal(&mut stream(3, Purpose::Noise, seed, 0), &mut values);
        FeatureMatrix::new(1, 40, DIM, values).expect("fits")
    }

    /// A model whose logits are far too large, and videos that it knows nothing of.
    fn boastful() -> (ModelWeights, Vec<(FeatureMatrix, bool)>) {
        let mut parameters = Parameters::initial(DIM, 1);
        let loud = parameters.values("fc3.weight").iter().map(|w| w * 1e4).collect();
        parameters.set("fc3.weight", loud);
        let videos = (0..8).map(|seed| (video(seed), seed % 2 == 0)).collect();
        (ModelWeights::new(parameters, ModelInfo::default()), videos)
    }

    fn scores(parameters: &Parameters, features: &FeatureMatrix) -> Vec<f32> {
        let weights = ModelWeights::new(parameters.clone(), ModelInfo::default());
        let tsa = weights.info().tsa;
        let scorer = Scorer::new(Arc::new(weights), &ComputeDevice::cpu(None)).expect("is made");
        scorer.score(features, &tsa, None, &Ticket::unlimited()).expect("scores").scores
    }

    #[test]
    fn a_boastful_model_grows_modest_and_keeps_its_order() {
        let (weights, videos) = boastful();
        let given = videos.iter().map(|(features, label)| (features, *label));
        let made =
            calibrated(&weights, given, Correction::Temperature, &ComputeDevice::cpu(None), &Ticket::unlimited());
        let Calibrated { parameters, temperature, .. } = made.expect("works").expect("has both kinds");
        assert!(temperature > 16.0, "{temperature}");
        let (loud, soft) = (scores(weights.parameters(), &videos[0].0), scores(&parameters, &videos[0].0));
        let saturated = |scores: &[f32]| scores.iter().filter(|s| **s == 0.0 || **s == 1.0).count();
        assert!(saturated(&loud) > 0 && saturated(&soft) == 0, "{loud:?} {soft:?}");
        for i in 1..soft.len() {
            let (before, after) = (loud[i].total_cmp(&loud[i - 1]), soft[i].total_cmp(&soft[i - 1]));
            assert!(before == after || before.is_eq(), "{i}: {loud:?} {soft:?}");
        }
    }

    #[test]
    fn one_kind_alone_says_nothing_and_a_modest_model_stays() {
        let (weights, videos) = boastful();
        let (device, ticket) = (ComputeDevice::cpu(None), Ticket::unlimited());
        let one =
            calibrated(&weights, videos.iter().map(|(f, _)| (f, true)), Correction::Temperature, &device, &ticket)
                .expect("works");
        assert_eq!(one, None);
        // Labelled by its own scores it is right to be sure.
        let modest = ModelWeights::new(Parameters::initial(DIM, 1), ModelInfo::default());
        let highest = |f: &FeatureMatrix| scores(modest.parameters(), f).into_iter().fold(0.0, f32::max);
        let mut sorted: Vec<&FeatureMatrix> = videos.iter().map(|(f, _)| f).collect();
        sorted.sort_by(|a, b| highest(a).total_cmp(&highest(b)));
        let labelled = sorted.into_iter().enumerate().map(|(i, f)| (f, i >= 4));
        let made = calibrated(&modest, labelled, Correction::Temperature, &device, &ticket)
            .expect("works")
            .expect("has both kinds");
        assert!(made.temperature < 4.0, "{}", made.temperature);
    }

    #[test]
    fn a_bias_brings_back_a_model_that_finds_everything_normal() {
        let (weights, videos) = boastful();
        let highest =
            |weights: &ModelWeights, f: &FeatureMatrix| scores(weights.parameters(), f).into_iter().fold(0.0, f32::max);
        let modest = ModelWeights::new(weights.parameters().softened(1e4), ModelInfo::default());
        let mut sorted: Vec<&FeatureMatrix> = videos.iter().map(|(f, _)| f).collect();
        sorted.sort_by(|a, b| highest(&modest, a).total_cmp(&highest(&modest, b)));
        let labelled = || sorted.iter().enumerate().map(|(i, f)| (*f, i >= 4));
        let gloomy = ModelWeights::new(modest.parameters().shifted(-6.0), ModelInfo::default());
        let (device, ticket) = (ComputeDevice::cpu(None), Ticket::unlimited());
        let made = |correction| {
            let made = calibrated(&gloomy, labelled(), correction, &device, &ticket);
            made.expect("works").expect("has both kinds")
        };
        let (plain, biased) = (made(Correction::Temperature), made(Correction::TemperatureAndBias));
        assert_eq!(plain.bias, 0.0);
        assert!(biased.bias > 1.0, "{biased:?}");
        let found = |made: &Calibrated, f: &FeatureMatrix| {
            highest(&ModelWeights::new(made.parameters.clone(), ModelInfo::default()), f) >= 0.5
        };
        assert!(sorted.iter().all(|f| !found(&plain, f)), "as before, everything is normal");
        assert!(found(&biased, sorted[7]) && !found(&biased, sorted[0]));
    }
}
