//! One sequence through the network, in bounded memory whatever its length.
//!
//! Owns the order of work: relevance of all snippets, selection, one pass that gathers the non-local
//! block's summary, one that scores. Time is worked through in chunks with as many snippets on each side as
//! the convolutions reach, so that the result is that of one piece. Does not own the network.

use std::ops::Range;

use candle_core::{Device, Tensor};
use rayon::prelude::*;

use super::ModelError;
use super::draws::DrawSource;
use super::network::{MERGE_REACH, Network, Pass, REACH};
use super::ops::{host, with_slice};
use super::parameters::WIDTH;
use super::topk::Selection;
use crate::domain::score::{SnippetScores, TsaSettings};
use crate::jobs::Ticket;

/// Snippets per chunk: large enough for full speed of the products, about 60 MB of intermediate results.
pub const CHUNK: usize = 2048;

/// The selection that `tsa` asks for over `snippets`.
pub fn selection(tsa: &TsaSettings, snippets: usize) -> Selection {
    Selection { kappa: tsa.kappa(snippets), sigma: tsa.sigma as f32, samples: tsa.samples }
}

/// The rows of one sequence.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// `[..][dim]`.
    pub values: &'a [f32],
    /// Numbers of a row.
    pub dim: usize,
    /// Which row each snippet has, where not in the order in which they are kept.
    pub order: Option<&'a [u32]>,
}

impl<'a> Rows<'a> {
    /// In the order in which they are kept.
    pub fn plain(values: &'a [f32], dim: usize) -> Self {
        Self { values, dim, order: None }
    }

    /// The rows of some snippets, one after the other.
    fn copied(self, snippets: Range<usize>) -> Vec<f32> {
        let Self { values, dim, order } = self;
        match order {
            None => values[snippets.start * dim..snippets.end * dim].to_vec(),
            Some(order) => order[snippets]
                .iter()
                .flat_map(|row| &values[*row as usize * dim..(*row as usize + 1) * dim])
                .copied()
                .collect(),
        }
    }
}

/// A network at work on sequences.
#[derive(Clone, Copy, Debug)]
pub struct Inference<'a> {
    /// The network.
    pub network: &'a Network,
    /// Where it is.
    pub device: &'a Device,
    /// Snippets per chunk.
    pub chunk: usize,
    /// Asked between chunks.
    pub ticket: &'a Ticket,
}

impl Inference<'_> {
    /// Scores one sequence of `[T][dim]` features.
    ///
    /// # Errors
    /// The device fails or the work is cancelled.
    pub fn score(
        &self,
        features: &[f32],
        dim: usize,
        tsa: &TsaSettings,
        draws: DrawSource<'_>,
    ) -> Result<SnippetScores, ModelError> {
        let projected = self.projected(features, dim)?;
        let features = Rows::plain(projected.as_deref().unwrap_or(features), WIDTH);
        let snippets = features.values.len() / WIDTH;
        let attention = if tsa.enabled {
            let relevance = self.relevance_of(features.values)?;
            selection(tsa, snippets).membership(&relevance, &|m, out: &mut [f32]| draws.fill(m, out))
        } else {
            vec![1.0; snippets]
        };
        let context = if snippets > self.chunk { Some(self.context(features, &attention)?) } else { None };
        let mut result =
            SnippetScores { scores: Vec::with_capacity(snippets), attention, magnitudes: Vec::with_capacity(snippets) };
        for core in self.chunks(snippets) {
            let (scores, magnitudes) = self.part(features, &result.attention, core, context.as_ref())?;
            result.magnitudes.extend(magnitudes);
            result.scores.extend(scores);
        }
        Ok(result)
    }

    /// Scores and magnitudes of the snippets in `core`. `context` is the non-local block's summary of the whole sequence
    /// divided by T; without it, `core` must be the whole sequence.
    ///
    /// # Errors
    /// As [`Self::score`].
    pub fn part(
        &self,
        features: Rows<'_>,
        attention: &[f32],
        core: Range<usize>,
        context: Option<&Tensor>,
    ) -> Result<(Vec<f32>, Vec<f32>), ModelError> {
        self.check()?;
        let merged = self.merged(features, attention, core, context)?;
        Ok((host(&self.network.classify(&merged, &mut Pass::default())?)?, magnitudes(&merged)?))
    }

    /// What the snippets in `rows` add to the non-local block's summary, `[1, 64, 64]`, not yet divided by T.
    ///
    /// # Errors
    /// As [`Self::score`].
    pub fn summary(&self, features: Rows<'_>, attention: &[f32], rows: Range<usize>) -> Result<Tensor, ModelError> {
        self.check()?;
        let len = rows.len();
        Ok(self.network.summary(&self.rows(features, rows, Some(attention))?, len)?)
    }

    /// omega of one sequence of `[T][dim]` features.
    ///
    /// # Errors
    /// As [`Self::score`].
    pub fn relevance(&self, features: &[f32], dim: usize) -> Result<Vec<f32>, ModelError> {
        let projected = self.projected(features, dim)?;
        self.relevance_of(projected.as_deref().unwrap_or(features))
    }

    /// The same of features that are projected already, `[T][512]`.
    ///
    /// # Errors
    /// As [`Self::score`].
    pub fn relevance_of(&self, features: &[f32]) -> Result<Vec<f32>, ModelError> {
        let mut relevance = Vec::with_capacity(features.len() / WIDTH);
        for rows in self.chunks(features.len() / WIDTH) {
            self.check()?;
            relevance.extend(host(&self.network.relevance(&self.rows(
                Rows::plain(features, WIDTH),
                rows,
                None,
            )?)?)?);
        }
        Ok(relevance)
    }

    /// Features of other sizes, projected once for all passes: `[T][512]`; `None` where they have that size.
    ///
    /// # Errors
    /// As [`Self::score`].
    pub fn projected(&self, features: &[f32], dim: usize) -> Result<Option<Vec<f32>>, ModelError> {
        if dim == WIDTH {
            return Ok(None);
        }
        let snippets = features.len() / dim;
        let mut projected = Vec::with_capacity(snippets * WIDTH);
        for rows in self.chunks(snippets) {
            self.check()?;
            if let Some(part) = self.network.project(&self.rows(Rows::plain(features, dim), rows, None)?)? {
                projected.extend(host(&part)?);
            }
        }
        Ok(Some(projected))
    }

    fn context(&self, features: Rows<'_>, attention: &[f32]) -> Result<Tensor, ModelError> {
        let snippets = attention.len();
        let mut total: Option<Tensor> = None;
        for rows in self.chunks(snippets) {
            let part = self.summary(features, attention, rows)?;
            total = Some(match total {
                Some(total) => (total + part)?,
                None => part,
            });
        }
        let total = total.ok_or_else(|| ModelError::Input("a sequence without snippets".to_owned()))?;
        Ok((total / snippets as f64)?)
    }

    /// `F_check` of the snippets in `core`, `[core, 512]`.
    fn merged(
        &self,
        features: Rows<'_>,
        attention: &[f32],
        core: Range<usize>,
        context: Option<&Tensor>,
    ) -> Result<Tensor, ModelError> {
        let snippets = attention.len();
        let around = |reach: usize| core.start.saturating_sub(reach)..(core.end + reach).min(snippets);
        let (outer, inner) = (around(REACH), around(MERGE_REACH));
        let pass = &mut Pass::default();
        let x = self.rows(features, outer.clone(), Some(attention))?;
        let gathered = self.network.gather(&x, outer.len(), context, pass)?;
        // Rows within the reach of a cut are wrong and left out here; at the sequence's own ends nothing is cut.
        let cut = |x: &Tensor, from: &Range<usize>, to: &Range<usize>| {
            x.narrow(0, to.start - from.start, to.len())?.contiguous()
        };
        let (gathered, x) = (cut(&gathered, &outer, &inner)?, cut(&x, &outer, &inner)?);
        let merged = self.network.merge(&gathered, &x, inner.len(), pass)?;
        Ok(cut(&merged, &inner, &core)?)
    }

    /// Rows of the features as a tensor, each times its attention.
    fn rows(&self, features: Rows<'_>, rows: Range<usize>, attention: Option<&[f32]>) -> Result<Tensor, ModelError> {
        let dim = features.dim;
        let shape = (rows.len(), dim);
        let mut values = features.copied(rows.clone());
        if let Some(attention) = attention {
            values.par_chunks_mut(dim).zip(&attention[rows]).for_each(|(row, p)| row.iter_mut().for_each(|v| *v *= p));
        }
        Ok(Tensor::from_vec(values, shape, self.device)?)
    }

    fn chunks(&self, snippets: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let chunk = self.chunk.max(1);
        (0..snippets).step_by(chunk).map(move |start| start..(start + chunk).min(snippets))
    }

    fn check(&self) -> Result<(), ModelError> {
        if self.ticket.is_stale() { Err(ModelError::Cancelled) } else { Ok(()) }
    }
}

/// L2 norm of each row.
pub fn magnitudes(x: &Tensor) -> candle_core::Result<Vec<f32>> {
    let width = x.dim(1)?;
    with_slice(x, |x| {
        Ok(x.par_chunks(width).with_min_len(64).map(|row| row.iter().map(|v| v * v).sum::<f32>().sqrt()).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::parameters::Parameters;
    use crate::model::random::{Purpose, fill_normal, stream};

    #[test]
    fn chunks_give_what_one_piece_gives() {
        let mut parameters = Parameters::initial(WIDTH, 8);
        // The non-local block begins as the identity; it has to do something here.
        parameters.set("Aggregate.non_local.W.1.weight", vec![0.5; 128]);
        let network = Network::new(&parameters, &Device::Cpu).expect("loads");
        let (snippets, tsa, ticket) = (37, TsaSettings::default(), Ticket::unlimited());
        let mut features = vec![0.0; snippets * WIDTH];
        fill_normal(&mut stream(1, Purpose::Noise, 0, 0), &mut features);
        let run = |chunk| {
            let inference = Inference { network: &network, device: &Device::Cpu, chunk, ticket: &ticket };
            inference.score(&features, WIDTH, &tsa, DrawSource::Seeded { seed: 0, crop: 0 }).expect("runs")
        };
        let whole = run(100);
        for chunk in [1, 4, 16, 36] {
            let parts = run(chunk);
            assert_eq!(parts.attention, whole.attention);
            for (a, b) in parts.scores.iter().chain(&parts.magnitudes).zip(whole.scores.iter().chain(&whole.magnitudes))
            {
                assert!((a - b).abs() < 1e-4 * (1.0 + b.abs()), "chunk {chunk}: {a} is not {b}");
            }
        }
    }

    #[test]
    fn one_and_two_snippets_give_finite_numbers() {
        let network = Network::new(&Parameters::initial(20, 8), &Device::Cpu).expect("loads");
        let ticket = Ticket::unlimited();
        let inference = Inference { network: &network, device: &Device::Cpu, chunk: CHUNK, ticket: &ticket };
        for snippets in [1, 2] {
            let draws = DrawSource::Seeded { seed: 0, crop: 0 };
            let scores = inference.score(&vec![0.5; snippets * 20], 20, &TsaSettings::default(), draws).expect("runs");
            assert_eq!(scores.len(), snippets);
            assert!(scores.scores.iter().chain(&scores.magnitudes).all(|v| v.is_finite()));
            if snippets == 1 {
                assert_eq!(scores.attention, [1.0]);
            }
        }
    }
}
