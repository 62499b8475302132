//! From the pixels of a snippet to its feature.
//!
//! Owns the one trait of all encoders and the choice among them. Does not own the reading of video
//! (`media`) or the keeping of features (`store`).

mod batching;
pub mod clip;
mod clip_config;
pub mod motion;
mod vit;
mod vit_ops;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::{ComputeDevice, ModelError};
use crate::domain::pixels::{EncoderInput, SnippetPixels};

pub use clip::ClipEncoder;
pub use motion::MotionEncoder;

/// Turns the pixels of snippets into features.
pub trait SnippetEncoder: Send {
    /// Identity that goes into every file; features of encoders with the same id are interchangeable.
    fn id(&self) -> &str;

    /// d, numbers per snippet.
    fn dim(&self) -> usize;

    /// What it wants to be given.
    fn input(&self) -> EncoderInput;

    /// How many snippets at once make the best use of the device.
    fn batch(&self) -> usize;

    /// Features of `snippets`, `[n][dim]`, all finite.
    ///
    /// # Errors
    /// Pixels in another form than [`SnippetEncoder::input`] says, or the device fails.
    fn encode(&mut self, snippets: &[SnippetPixels]) -> Result<Vec<f32>, ModelError>;

    /// What the user should know about the work so far, such as a change of device; once.
    fn take_note(&mut self) -> Option<String> {
        None
    }
}

/// Which encoder, as a person writes it: `builtin` or `clip:FOLDER`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EncoderSpec {
    /// The motion descriptor, which needs no weights.
    #[default]
    Builtin,
    /// A CLIP vision transformer in a Hugging Face model folder.
    Clip(PathBuf),
}

impl FromStr for EncoderSpec {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        match text.split_once(':') {
            None if text == "builtin" => Ok(Self::Builtin),
            Some(("clip", folder)) if !folder.is_empty() => Ok(Self::Clip(PathBuf::from(folder))),
            _ => Err(ModelError::Setting(format!(
                "there is no encoder \"{text}\"; write builtin, or clip:FOLDER with a folder that holds config.json and model.safetensors"
            ))),
        }
    }
}

impl fmt::Display for EncoderSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin => f.write_str("builtin"),
            Self::Clip(folder) => write!(f, "clip:{}", folder.display()),
        }
    }
}

/// Opens an encoder. The built-in one always runs on the CPU.
///
/// # Errors
/// The folder holds no usable CLIP weights.
pub fn open(spec: &EncoderSpec, device: &ComputeDevice) -> Result<Box<dyn SnippetEncoder>, ModelError> {
    Ok(match spec {
        EncoderSpec::Builtin => Box::new(MotionEncoder::new()),
        EncoderSpec::Clip(folder) => Box::new(ClipEncoder::open(folder, device)?),
    })
}

/// Where tests find the reference vectors.
#[cfg(test)]
pub(crate) fn golden_folder() -> PathBuf {
    std::env::var_os("LOOKBACK_GOLDEN")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden"), PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_are_read_and_written() {
        for text in ["builtin", "clip:some/folder", "clip:C:\\weights"] {
            assert_eq!(text.parse::<EncoderSpec>().expect("is known").to_string(), text);
        }
        for text in ["", "clip", "clip:", "vit:x", "Builtin"] {
            let err = text.parse::<EncoderSpec>().expect_err("is unknown").to_string();
            assert!(err.contains("clip:FOLDER") && err.contains(text), "{err}");
        }
    }

    #[test]
    fn the_builtin_encoder_opens_everywhere() {
        let encoder = open(&EncoderSpec::default(), &ComputeDevice::cpu(None)).expect("needs nothing");
        assert_eq!((encoder.dim(), encoder.input()), (512, EncoderInput::LowResFrames));
    }
}
