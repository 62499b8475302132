//! The weights in use, for threads beside the one that scores.
//!
//! Owns finding them by their hash: those of the project, those that the program was started with, or those that come with
//! it. Does not own which are in use.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::known_normal::Scale;
use crate::model::ModelError;
use crate::model::weights::ModelWeights;

/// What may be in use.
#[derive(Clone, Debug, Default)]
pub(super) struct InUse {
    /// The model that the program was started with.
    named: Option<PathBuf>,
    /// The project's model.
    pub project: Option<Arc<ModelWeights>>,
    /// What was read last.
    read: Option<Arc<ModelWeights>>,
}

impl InUse {
    /// `named` is the model that the program was started with.
    pub(super) fn new(named: Option<PathBuf>) -> Self {
        Self { named, project: None, read: None }
    }

    /// The weights of this hash, wherever they come from; `None` where none of them has it.
    pub(super) fn weights(&mut self, model: &str) -> Result<Option<Arc<ModelWeights>>, ModelError> {
        let is = |weights: &&Arc<ModelWeights>| weights.info().weights_id == model;
        if let Some(weights) = self.project.iter().chain(&self.read).find(is) {
            return Ok(Some(Arc::clone(weights)));
        }
        let loaded = Arc::new(match self.named.as_deref() {
            Some(path) => ModelWeights::load(path)?,
            None => ModelWeights::builtin()?,
        });
        self.read = Some(Arc::clone(&loaded));
        Ok(Some(loaded).filter(|loaded| is(&loaded)))
    }

    /// The scale of the bags that a model carries; `None` where it carries none, or cannot be read.
    pub(super) fn scale(&mut self, model: &str) -> Option<Scale> {
        let weights = self.weights(model).unwrap_or_else(|err| {
            log::warn!("the bags of the model {model} cannot be read: {err}");
            None
        })?;
        let (dim, replay) = (weights.info().dim, weights.replay());
        let bags = [false, true].into_iter().flat_map(|abnormal| replay.bags(abnormal));
        Scale::of(dim, bags.flat_map(|bag| bag.chunks_exact(dim.max(1))))
    }
}
