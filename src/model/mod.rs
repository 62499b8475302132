//! Features into scores, labels into weights: CLIP-TSA (Joo et al., ICIP 2023) in candle.
//!
//! Owns the network, its weights' files, inference of bounded memory and training. Does not own video
//! (`media` hands over pixels), the feature cache (`store`) or the decision what to score (`app`).

pub mod bench;
pub mod device;
pub mod draws;
pub mod encoder;
mod error;
mod infer;
pub mod inspect_bench;
mod network;
mod ops;
pub mod parameters;
pub mod preprocess;
pub mod probe;
pub mod published;
mod random;
pub mod replay;
pub mod scorer;
pub mod segments;
pub mod tensors;
pub mod topk;
pub mod train;
pub mod weights;

pub use device::ComputeDevice;
pub use draws::NoiseDraws;
pub use encoder::{EncoderSpec, SnippetEncoder};
pub use error::ModelError;
pub use probe::Probe;
pub use replay::Replay;
pub use scorer::Scorer;
pub use weights::ModelInfo;
