//! What computes the scores: device, model, encoder.
//!
//! Owns the facts about them that are shown and stored. Does not own the model itself.

use crate::domain::score::TsaSettings;
use crate::domain::segment::EventRule;

/// The facts, once everything is loaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EngineFacts {
    /// For example `CPU (2 threads)`.
    pub device: String,
    /// Why it is not a faster device, or what else should be known about it.
    pub device_note: Option<String>,
    /// Identity of the encoder that makes features.
    pub encoder: String,
    /// Identity of the model's weights.
    pub model: String,
    /// Numbers per snippet that the model takes.
    pub dim: usize,
    /// Attention settings that the model was trained with.
    pub tsa: TsaSettings,
    /// Threshold that the model's makers chose, if the file says so.
    pub threshold: Option<f32>,
}

impl EngineFacts {
    /// The threshold that counts until a person chooses another: the model's, or the usual one if it has none.
    pub fn own_threshold(&self) -> f32 {
        self.threshold.unwrap_or_else(|| EventRule::default().threshold)
    }
}

/// Where the engine stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Engine {
    /// Weights are being read.
    #[default]
    Loading,
    /// Ready to score.
    Ready(EngineFacts),
    /// Videos play, but nothing can be scored; the sentence says why.
    Failed(String),
}

impl Engine {
    /// The facts, if it is ready.
    pub fn facts(&self) -> Option<&EngineFacts> {
        match self {
            Self::Ready(facts) => Some(facts),
            Self::Loading | Self::Failed(_) => None,
        }
    }
}
