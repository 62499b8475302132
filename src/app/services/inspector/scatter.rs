//! How far the scores of a trial scatter over other draws, repetition after repetition.
//!
//! Owns what is left to repeat and what came of it. Seeds and band are those of the settings in use ([`noise`]), so that both
//! bands can be held against each other. Does not own when it is its turn.

use std::sync::Arc;

use crate::app::inspect::InspectTask;
use crate::domain::lane_data::NoiseBand;
use crate::domain::noise;
use crate::domain::score::TsaSettings;
use crate::jobs::Ticket;
use crate::model::probe::Pass;
use crate::model::{ModelError, Probe, Scorer};

/// Repetitions under way.
pub(super) struct Scatter {
    pub task: InspectTask,
    ticket: Ticket,
    tsa: TsaSettings,
    order: Option<Arc<[u32]>>,
    /// Seeds that are still to come, the next one last.
    seeds: Vec<u64>,
    pass: Option<Pass>,
    repetitions: Vec<Vec<f32>>,
}

impl Scatter {
    /// Of scores under these settings; `None` where nothing is drawn.
    pub fn new(
        (task, ticket): (InspectTask, Ticket),
        tsa: TsaSettings,
        order: Option<Arc<[u32]>>,
        snippets: usize,
    ) -> Option<Self> {
        let mut seeds = noise::seeds(tsa.seed, snippets);
        seeds.reverse();
        let drawn = tsa.enabled && tsa.sigma > 0.0;
        drawn.then(|| Self { task, ticket, tsa, order, seeds, pass: None, repetitions: Vec::new() })
    }

    /// Does one step. Whether there is more to do.
    ///
    /// # Errors
    /// A failing device, or a stale ticket.
    pub fn step(&mut self, probe: &Probe, scorer: &Scorer) -> Result<bool, ModelError> {
        let Some(pass) = &mut self.pass else {
            let Some(seed) = self.seeds.pop() else { return Ok(false) };
            let attention = probe.attention(&TsaSettings { seed, ..self.tsa }, self.order.as_deref())?;
            self.pass = Some(Pass::new(Arc::new(attention), self.order.clone()));
            return Ok(true);
        };
        if pass.step(probe, scorer, &self.ticket)? {
            self.repetitions.extend(self.pass.take().map(|pass| pass.finish().0.scores));
        }
        Ok(true)
    }

    /// What came of it.
    pub fn band(&self) -> Option<NoiseBand> {
        noise::band(&self.repetitions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::features::FeatureMatrix;
    use crate::jobs::Generation;
    use crate::model::ComputeDevice;

    #[test]
    fn the_band_is_that_of_scoring_anew_with_other_seeds_and_a_stale_ticket_ends_it() {
        let scorer = Scorer::builtin(&ComputeDevice::cpu(None)).expect("loads");
        let dim = scorer.info().dim;
        let values = (0..40 * dim).map(|i| (i as f32 * 0.37).sin()).collect();
        let features = FeatureMatrix::new(1, 40, dim, values).expect("fits");
        let clock = Generation::default();
        let ticket = clock.advance();
        let probe = Probe::new(&scorer, &features, 0, &ticket).expect("is made");
        let tsa = TsaSettings { sigma: 0.2, ratio: 0.3, ..TsaSettings::default() };
        let begin = |tsa| Scatter::new((InspectTask(1), ticket.clone()), tsa, None, 40);
        let mut scatter = begin(tsa).expect("is drawn");
        while scatter.step(&probe, &scorer).expect("works") {}
        let score = |seed| scorer.score(&features, &TsaSettings { seed, ..tsa }, None, &ticket).expect("scores").scores;
        let repetitions: Vec<Vec<f32>> = noise::seeds(tsa.seed, 40).into_iter().map(score).collect();
        let (found, wanted) = (scatter.band().expect("a band"), noise::band(&repetitions).expect("a band"));
        for (a, b) in found.low().iter().chain(found.high()).zip(wanted.low().iter().chain(wanted.high())) {
            assert!((a - b).abs() < 2e-4, "{a} is not {b}");
        }
        assert!(begin(TsaSettings { sigma: 0.0, ..tsa }).is_none(), "without noise nothing scatters");
        let mut given_up = begin(tsa).expect("is drawn");
        clock.cancel();
        assert!(given_up.step(&probe, &scorer).expect("selects"));
        assert!(matches!(given_up.step(&probe, &scorer), Err(ModelError::Cancelled)));
    }
}
