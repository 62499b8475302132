//! One sequence kept ready for questions: what would attention and scores be under other settings, or with other features.
//!
//! Owns the projected rows and omega of a sequence, the selection over them, and scores in steps that can be given up at
//! any time. Noise depends on seed, draw and place alone, so two answers under the same seed differ by the settings and not
//! by the draws (common random numbers). Immutable: an answer changes neither the model nor the sequence.

use std::ops::Range;
use std::sync::Arc;

use candle_core::Tensor;

use super::draws::DrawSource;
use super::infer::{Inference, Rows, selection};
use super::ops::host;
use super::parameters::WIDTH;
use super::scorer::check;
use super::topk::Selection;
use super::{ModelError, Scorer};
use crate::domain::attention::Attention;
use crate::domain::features::FeatureMatrix;
use crate::domain::score::{SnippetScores, TsaSettings};
use crate::jobs::Ticket;

/// Snippets of a step on the CPU: a few hundredths of a second, after which newer questions come first.
const CPU_STEP: usize = 512;
/// On a device with more units, smaller steps would leave most of them idle.
const DEVICE_STEP: usize = 4096;

/// A sequence that is looked at.
#[derive(Debug)]
pub struct Probe {
    /// `[T + 1][512]`: the rows as the network sees them, and behind them that of features that are all 0.
    rows: Vec<f32>,
    /// `[T + 1]`.
    omega: Vec<f32>,
    crop: usize,
}

/// The non-local block's summary of a whole sequence: `sum_t phi_t g_t^T / T`, `[64][64]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Context(Vec<f32>);

impl Context {
    fn tensor(&self, inference: &Inference<'_>) -> Result<Tensor, ModelError> {
        Ok(Tensor::from_slice(&self.0, (1, 64, 64), inference.device)?)
    }
}

impl Probe {
    /// Projects the rows of one crop, where the features need it, and finds omega.
    ///
    /// # Errors
    /// Features that do not fit the model, a failing device, or a stale ticket.
    pub fn new(scorer: &Scorer, features: &FeatureMatrix, crop: usize, ticket: &Ticket) -> Result<Self, ModelError> {
        scorer.check_dim(features)?;
        if crop >= features.crops() {
            return Err(ModelError::Input(format!(
                "there is no crop {crop}: the features have {} of them, counted from 0",
                features.crops()
            )));
        }
        let dim = features.dim();
        let mut rows = features.crop(crop).to_vec();
        rows.resize(rows.len() + dim, 0.0);
        let rows = scorer.run(ticket, |inference| inference.projected(&rows, dim))?.unwrap_or(rows);
        let omega = scorer.run(ticket, |inference| inference.relevance_of(&rows))?;
        Ok(Self { rows, omega, crop })
    }

    /// T.
    pub fn snippets(&self) -> usize {
        self.omega.len() - 1
    }

    fn rows<'a>(&'a self, order: Option<&'a [u32]>) -> Rows<'a> {
        Rows { values: &self.rows, dim: WIDTH, order }
    }

    /// omega, `[T]`, of the sequence in another order (see [`crate::domain::what_if::edited`]).
    pub fn omega(&self, order: Option<&[u32]>) -> Vec<f32> {
        match order {
            Some(order) => order.iter().map(|row| self.omega[*row as usize]).collect(),
            None => self.omega[..self.snippets()].to_vec(),
        }
    }

    /// The selection under these settings: O(M T), without the network. Where attention is off, everything is selected.
    ///
    /// # Errors
    /// Settings out of range.
    pub fn attention(&self, tsa: &TsaSettings, order: Option<&[u32]>) -> Result<Attention, ModelError> {
        check(tsa)?;
        let (omega, snippets) = (self.omega(order), self.snippets());
        let how =
            if tsa.enabled { selection(tsa, snippets) } else { Selection { kappa: snippets, sigma: 0.0, samples: 1 } };
        let draws = DrawSource::Seeded { seed: tsa.seed, crop: self.crop };
        let (picks, thresholds) = how.picks(&omega, &|m, out: &mut [f32]| draws.fill(m, out));
        let thresholds = if tsa.enabled { thresholds } else { Vec::new() };
        Ok(Attention { tsa: *tsa, kappa: how.kappa, omega, membership: picks.membership(), thresholds, picks })
    }

    /// Scores of the snippets in `range` with the context of another pass: near the exact ones, as the context is a mean
    /// over the whole video, and there at once. `attention` and `magnitudes` are of the range as well.
    ///
    /// # Errors
    /// A failing device or a stale ticket.
    pub fn provisional(
        &self,
        scorer: &Scorer,
        attention: &Attention,
        order: Option<&[u32]>,
        (range, context): (Range<usize>, &Context),
        ticket: &Ticket,
    ) -> Result<SnippetScores, ModelError> {
        let mut found = SnippetScores { attention: attention.membership[range.clone()].to_vec(), ..Default::default() };
        for core in steps(range, step(scorer)) {
            let (scores, magnitudes) = scorer.run(ticket, |inference| {
                let context = context.tensor(&inference)?;
                inference.part(self.rows(order), &attention.membership, core.clone(), Some(&context))
            })?;
            found.scores.extend(scores);
            found.magnitudes.extend(magnitudes);
        }
        Ok(found)
    }
}

fn step(scorer: &Scorer) -> usize {
    if scorer.device().is_cpu() { CPU_STEP } else { DEVICE_STEP }
}

fn steps(range: Range<usize>, step: usize) -> impl Iterator<Item = Range<usize>> {
    range.clone().step_by(step).map(move |start| start..(start + step).min(range.end))
}

/// The exact scores of a whole sequence, step by step: first the context is gathered, then everything is scored.
#[derive(Debug)]
pub struct Pass {
    attention: Arc<Attention>,
    order: Option<Arc<[u32]>>,
    /// Sum of what was gathered so far, then the context.
    context: Context,
    gathered: usize,
    scores: SnippetScores,
}

impl Pass {
    /// Begins a pass of a sequence in some order under an attention that was found for that order.
    pub fn new(attention: Arc<Attention>, order: Option<Arc<[u32]>>) -> Self {
        let scores = SnippetScores { attention: attention.membership.clone(), ..SnippetScores::default() };
        Self { attention, order, context: Context(vec![0.0; 64 * 64]), gathered: 0, scores }
    }

    /// Does one step. Whether all is done.
    ///
    /// # Errors
    /// A failing device or a stale ticket.
    pub fn step(&mut self, probe: &Probe, scorer: &Scorer, ticket: &Ticket) -> Result<bool, ModelError> {
        let (total, step) = (probe.snippets(), step(scorer));
        let (rows, p) = (probe.rows(self.order.as_deref()), &self.attention.membership);
        if self.gathered < total {
            let range = self.gathered..(self.gathered + step).min(total);
            self.gathered = range.end;
            let part = scorer.run(ticket, |inference| Ok(host(&inference.summary(rows, p, range.clone())?)?))?;
            for (sum, part) in self.context.0.iter_mut().zip(part) {
                *sum += part / total as f32;
            }
            return Ok(false);
        }
        let done = self.scores.scores.len();
        let core = done..(done + step).min(total);
        let (scores, magnitudes) = scorer.run(ticket, |inference| {
            let context = self.context.tensor(&inference)?;
            inference.part(rows, p, core.clone(), Some(&context))
        })?;
        self.scores.scores.extend(scores);
        self.scores.magnitudes.extend(magnitudes);
        Ok(self.scores.scores.len() == total)
    }

    /// Does all steps.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn run(
        mut self,
        probe: &Probe,
        scorer: &Scorer,
        ticket: &Ticket,
    ) -> Result<(SnippetScores, Context), ModelError> {
        while !self.step(probe, scorer, ticket)? {}
        Ok(self.finish())
    }

    /// What came out, once all is done: the scores, and the context for provisional ones.
    pub fn finish(self) -> (SnippetScores, Context) {
        (self.scores, self.context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::what_if::{FeatureEdit, edited};
    use crate::model::parameters::Parameters;
    use crate::model::random::{Purpose, fill_normal, stream};
    use crate::model::weights::ModelWeights;
    use crate::model::{ComputeDevice, ModelInfo};

    const SNIPPETS: usize = 1100;

    fn scorer(dim: usize) -> Scorer {
        let mut parameters = Parameters::initial(dim, 8);
        // The non-local block begins as the identity; it has to do something here.
        parameters.set("Aggregate.non_local.W.1.weight", vec![0.5; 128]);
        let weights = ModelWeights::new(parameters, ModelInfo { dim, ..ModelInfo::default() });
        Scorer::new(Arc::new(weights), &ComputeDevice::cpu(None)).expect("loads")
    }

    fn features(dim: usize) -> Vec<f32> {
        let mut features = vec![0.0; SNIPPETS * dim];
        fill_normal(&mut stream(1, Purpose::Noise, 0, 0), &mut features);
        features
    }

    fn matrix(dim: usize, values: Vec<f32>) -> FeatureMatrix {
        FeatureMatrix::new(1, values.len() / dim, dim, values).expect("fits")
    }

    fn near(a: &SnippetScores, b: &SnippetScores) {
        assert_eq!(a.attention, b.attention);
        let pairs = a.scores.iter().zip(&b.scores).chain(a.magnitudes.iter().zip(&b.magnitudes));
        assert_eq!(pairs.clone().count(), SNIPPETS * 2);
        pairs.for_each(|(a, b)| assert!((a - b).abs() < 2e-4 * (1.0 + b.abs()), "{a} is not {b}"));
    }

    #[test]
    fn steps_give_what_the_scorer_gives_also_without_attention() {
        let ticket = Ticket::unlimited();
        for dim in [WIDTH, 20] {
            let (scorer, features) = (scorer(dim), matrix(dim, features(dim)));
            let probe = Probe::new(&scorer, &features, 0, &ticket).expect("is made");
            for enabled in [true, false] {
                let tsa = TsaSettings { seed: 3, enabled, ratio: 0.4, ..TsaSettings::default() };
                let attention = Arc::new(probe.attention(&tsa, None).expect("selects"));
                let (found, _) = Pass::new(attention, None).run(&probe, &scorer, &ticket).expect("scores");
                near(&found, &scorer.score(&features, &tsa, None, &ticket).expect("scores"));
            }
        }
    }

    #[test]
    fn edited_features_give_what_a_copy_of_them_gives() {
        let (scorer, ticket, tsa) = (scorer(20), Ticket::unlimited(), TsaSettings::default());
        let plain = features(20);
        let probe = Probe::new(&scorer, &matrix(20, plain.clone()), 0, &ticket).expect("is made");
        let edits = [
            FeatureEdit::Blank { first: 100, len: 50 },
            FeatureEdit::Repeat { first: 0, len: 7, to: 1095 },
            FeatureEdit::Swap { first: 200, len: 300, with: 600 },
        ];
        let order: Arc<[u32]> = edited(&edits, SNIPPETS).expect("changes").into();
        let mut copy = Vec::new();
        for row in order.iter().map(|row| *row as usize) {
            copy.extend_from_slice(if row == SNIPPETS { &[0.0; 20] } else { &plain[row * 20..(row + 1) * 20] });
        }
        let attention = Arc::new(probe.attention(&tsa, Some(&order)).expect("selects"));
        let (found, _) = Pass::new(attention, Some(order)).run(&probe, &scorer, &ticket).expect("scores");
        near(&found, &scorer.score(&matrix(20, copy), &tsa, None, &ticket).expect("scores"));
    }

    #[test]
    fn provisional_scores_with_the_right_context_are_exact() {
        let (scorer, ticket) = (scorer(WIDTH), Ticket::unlimited());
        let probe = Probe::new(&scorer, &matrix(WIDTH, features(WIDTH)), 0, &ticket).expect("is made");
        let attention = Arc::new(probe.attention(&TsaSettings::default(), None).expect("selects"));
        let (exact, context) = Pass::new(Arc::clone(&attention), None).run(&probe, &scorer, &ticket).expect("scores");
        let part = probe.provisional(&scorer, &attention, None, (300..900, &context), &ticket).expect("scores");
        assert_eq!(part.attention, exact.attention[300..900]);
        assert_eq!((part.scores.len(), part.magnitudes.len()), (600, 600));
        for (a, b) in part.scores.iter().zip(&exact.scores[300..900]) {
            assert!((a - b).abs() < 1e-4, "{a} is not {b}");
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_whatever_else_moves() {
        let (scorer, ticket) = (scorer(20), Ticket::unlimited());
        let probe = Probe::new(&scorer, &matrix(20, features(20)), 0, &ticket).expect("is made");
        let at = |ratio| {
            let tsa = TsaSettings { ratio, sigma: 0.3, ..TsaSettings::default() };
            probe.attention(&tsa, None).expect("selects")
        };
        let (fewer, more) = (at(0.3), at(0.31));
        // With other draws some snippet would fall out although more are selected.
        assert!(fewer.membership.iter().zip(&more.membership).all(|(a, b)| a <= b));
        assert!(fewer.thresholds.iter().zip(&more.thresholds).all(|(a, b)| a >= b));
    }

    #[test]
    fn what_does_not_fit_is_refused_and_a_stale_ticket_stops() {
        let (scorer, ticket) = (scorer(20), Ticket::unlimited());
        let features = matrix(20, features(20));
        assert!(Probe::new(&scorer, &features, 1, &ticket).expect_err("no crop").to_string().contains("crop 1"));
        let clock = crate::jobs::Generation::default();
        let stale = clock.advance();
        clock.cancel();
        assert!(matches!(Probe::new(&scorer, &features, 0, &stale), Err(ModelError::Cancelled)));
        let probe = Probe::new(&scorer, &features, 0, &ticket).expect("is made");
        let wrong = TsaSettings { ratio: 0.0, ..TsaSettings::default() };
        assert!(probe.attention(&wrong, None).is_err());
    }
}
