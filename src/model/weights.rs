//! A model as a file: weights and where they come from.
//!
//! Owns our format (safetensors with metadata), telling formats apart, and the model that comes with the
//! program. Does not own the torch container ([`super::published`]) or the meaning of the weights
//! ([`super::parameters`]).

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::parameters::Parameters;
use super::tensors::{self, TensorFile};
use super::{ModelError, published};
use crate::disk;
use crate::domain::score::TsaSettings;

/// Version of the metadata; readers refuse newer ones.
const VERSION: u32 = 1;

/// The metadata's one entry, so that the same model always gives the same bytes.
const KEY: &str = "lookback";

/// The model that comes with the program.
static BUILTIN: &[u8] = include_bytes!("../../assets/models/builtin.safetensors");

/// What is known about a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelInfo {
    /// Version of this description.
    pub version: u32,
    /// Hash of the weights, whatever the file format.
    #[serde(skip)]
    pub weights_id: String,
    /// The encoder whose features it was trained on; unknown for published checkpoints.
    pub encoder: Option<String>,
    /// d, numbers per snippet.
    pub dim: usize,
    /// Which training preset, e.g. `paper`.
    pub preset: Option<String>,
    /// Attention settings it was trained with: the ones to score with unless told otherwise.
    pub tsa: TsaSettings,
    /// Score from which a snippet counts as anomalous, where held-out videos gave one.
    pub threshold: Option<f32>,
    /// Seed of the training.
    pub seed: Option<u64>,
    /// Training steps.
    pub steps: usize,
    /// Hash of the weights that training began from.
    pub parent: Option<String>,
    /// What it was trained on, in words.
    pub data: Option<String>,
    /// Which program wrote it.
    pub program: Option<String>,
}

impl Default for ModelInfo {
    fn default() -> Self {
        Self {
            version: VERSION,
            weights_id: String::new(),
            encoder: None,
            dim: super::parameters::WIDTH,
            preset: None,
            tsa: TsaSettings::default(),
            threshold: None,
            seed: None,
            steps: 0,
            parent: None,
            data: None,
            program: None,
        }
    }
}

/// A checked model in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelWeights {
    info: ModelInfo,
    parameters: Parameters,
}

impl ModelWeights {
    /// Joins weights and their description; hash, size and version are taken from the weights.
    pub fn new(parameters: Parameters, info: ModelInfo) -> Self {
        let info = ModelInfo { version: VERSION, weights_id: parameters.id(), dim: parameters.dim(), ..info };
        Self { info, parameters }
    }

    /// Reads a model: our own safetensors, a bare state dict as safetensors, or a published torch file.
    ///
    /// # Errors
    /// Cannot be read, is none of these, or does not hold a CLIP-TSA model; a sentence says which.
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        let bytes = fs::read(path).map_err(ModelError::read(path))?;
        Self::from_bytes(path, &bytes)
    }

    /// Reads the contents of a model file; `path` names it in errors.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Self, ModelError> {
        if published::is_torch(bytes) {
            let parameters = Parameters::from_tensors(path, published::read(path, bytes)?)?;
            return Ok(Self::new(parameters, ModelInfo::default()));
        }
        // A safetensors file begins with the length of its header, 8 bytes, and a brace.
        if bytes.get(8) != Some(&b'{') {
            let reason = if bytes.is_empty() { "is empty" } else { "is neither a safetensors nor a torch file" };
            return Err(ModelError::file(path, reason));
        }
        let file = tensors::from_bytes(path, bytes)?;
        let info = match file.metadata.get(KEY) {
            Some(text) => serde_json::from_str(text)
                .map_err(|e| ModelError::file(path, format!("has a description that cannot be read: {e}")))?,
            None => ModelInfo::default(),
        };
        if info.version > VERSION {
            let reason = format!("was written by a newer version of this program (format {})", info.version);
            return Err(ModelError::file(path, reason));
        }
        Ok(Self::new(Parameters::from_tensors(path, file.tensors)?, info))
    }

    /// The model that comes with the program.
    ///
    /// # Errors
    /// Only if the program was built with a broken file.
    pub fn builtin() -> Result<Self, ModelError> {
        Self::from_bytes(Path::new("the built-in model"), BUILTIN)
    }

    /// Writes our format: temporary file, sync, rename.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), ModelError> {
        disk::replace(path, &self.to_bytes()?).map_err(ModelError::write(path))
    }

    /// The bytes of our format, the same for the same model.
    ///
    /// # Errors
    /// The description cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        let program = Some(format!("lookback {}", env!("CARGO_PKG_VERSION")));
        let info = ModelInfo { program, ..self.info.clone() };
        let text = serde_json::to_string(&info)
            .map_err(|e| ModelError::Input(format!("the model's description cannot be written: {e}")))?;
        let metadata = [(KEY.to_owned(), text)].into();
        tensors::to_bytes(&TensorFile { tensors: self.parameters.to_tensors(), metadata })
    }

    /// What is known about it.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// The weights.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_read_back_with_its_description() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("model.safetensors");
        let info = ModelInfo {
            encoder: Some("builtin-motion-1".into()),
            preset: Some("paper".into()),
            threshold: Some(0.4),
            seed: Some(7),
            ..ModelInfo::default()
        };
        let model = ModelWeights::new(Parameters::initial(20, 1), info);
        model.save(&path).expect("is written");
        let read = ModelWeights::load(&path).expect("is read");
        assert_eq!(read.parameters(), model.parameters());
        assert_eq!(read.info().encoder.as_deref(), Some("builtin-motion-1"));
        assert_eq!(
            (read.info().dim, read.info().threshold, &read.info().weights_id),
            (20, Some(0.4), &model.info().weights_id)
        );
        assert_eq!(read.to_bytes().expect("again"), model.to_bytes().expect("the same"));
    }

    #[test]
    fn files_that_are_no_models_are_refused() {
        for (bytes, part) in
            [(&b""[..], "is empty"), (b"hello, world", "neither"), (b"\x10\0\0\0\0\0\0\0{", "not a whole")]
        {
            let error = ModelWeights::from_bytes(Path::new("x"), bytes).expect_err("is refused").to_string();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn the_built_in_model_is_whole() {
        let model = ModelWeights::builtin().expect("is whole");
        assert_eq!(model.info().dim, 512);
    }
}
