//! A model as a file: weights and where they come from.
//!
//! Owns our format (safetensors with metadata), telling formats apart, and the model that comes with the
//! program. Does not own the torch container ([`super::published`]), the meaning of the weights
//! ([`super::parameters`]) or of the bags beside them ([`super::replay`]).
//!
//! A file holds weights, lineage and threshold, and bags of features of what the model was trained on; no footage.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::parameters::Parameters;
use super::replay::Replay;
use super::tensors::{self, TensorFile};
use super::train::{TrainSettings, TuneSettings};
use super::{ModelError, published};
use crate::disk;
use crate::domain::lesson::ReplayCount;
use crate::domain::provenance::SeenVideos;
use crate::domain::score::TsaSettings;

/// Version of the metadata; readers refuse newer ones. 2 brought bags, and more about the model's descent.
const VERSION: u32 = 2;

/// No description is this long: what says so is no model.
const LONGEST_HEADER: u64 = 1 << 24;

/// The metadata's one entry, so that the same model always gives the same bytes.
const KEY: &str = "lookback";

/// The model that comes with the program.
static BUILTIN: &[u8] = include_bytes!("../../assets/models/builtin.safetensors");

/// How a model was made, all of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Making {
    /// From labels of whole videos.
    Training(TrainSettings),
    /// From its parent and what people said about videos.
    Tuning(TuneSettings),
}

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
    /// The videos that it has seen, by content and name; `None` where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub videos: Option<SeenVideos>,
    /// Settings that it was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub making: Option<Making>,
    /// Figures from when it was made, by what they are called.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub results: BTreeMap<String, f64>,
    /// What should be known about it, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Bags that it carries.
    #[serde(skip)]
    pub replay: ReplayCount,
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
            videos: None,
            making: None,
            results: BTreeMap::new(),
            notes: Vec::new(),
            replay: ReplayCount::default(),
            program: None,
        }
    }
}

/// A checked model in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelWeights {
    info: ModelInfo,
    parameters: Parameters,
    replay: Replay,
}

impl ModelInfo {
    /// The description in the file at `path`, without reading its weights; their hash stays empty.
    ///
    /// # Errors
    /// The file cannot be read, or is not of our format.
    pub fn peek(path: &Path) -> Result<Self, ModelError> {
        let mut file = File::open(path).map_err(ModelError::read(path))?;
        let mut len = [0; 8];
        file.read_exact(&mut len).map_err(ModelError::read(path))?;
        let len = u64::from_le_bytes(len);
        let broken = || ModelError::file(path, "is not a whole model of this program");
        if len > LONGEST_HEADER {
            return Err(broken());
        }
        let mut header = Vec::new();
        file.take(len).read_to_end(&mut header).map_err(ModelError::read(path))?;
        let header: serde_json::Value = serde_json::from_slice(&header).map_err(|_| broken())?;
        let text = header.get("__metadata__").and_then(|all| all.get(KEY)).and_then(serde_json::Value::as_str);
        let mut info = described(path, text.ok_or_else(broken)?)?;
        let bags = |name: &str| header.pointer(&format!("/{name}/shape/0")).and_then(serde_json::Value::as_u64);
        let bags = |name| bags(name).unwrap_or(0) as usize;
        info.replay = ReplayCount { normal: bags("replay.normal"), abnormal: bags("replay.abnormal") };
        Ok(info)
    }
}

/// A description as a file holds it.
fn described(path: &Path, text: &str) -> Result<ModelInfo, ModelError> {
    let info: ModelInfo = serde_json::from_str(text)
        .map_err(|e| ModelError::file(path, format!("has a description that cannot be read: {e}")))?;
    if info.version > VERSION {
        let reason = format!("was written by a newer version of this program (format {})", info.version);
        return Err(ModelError::file(path, reason));
    }
    Ok(info)
}

impl ModelWeights {
    /// Joins weights and their description; hash, size and version are taken from the weights.
    pub fn new(parameters: Parameters, info: ModelInfo) -> Self {
        let info = ModelInfo { version: VERSION, weights_id: parameters.id(), dim: parameters.dim(), ..info };
        let info = ModelInfo { replay: ReplayCount::default(), ..info };
        Self { info, parameters, replay: Replay::default() }
    }

    /// The same with bags to carry.
    #[must_use]
    pub fn carrying(mut self, replay: Replay) -> Self {
        self.info.replay = replay.count();
        self.replay = replay;
        self
    }

    /// The same with another description; hash, size, bags and version stay those of the weights.
    #[must_use]
    pub fn described(self, info: ModelInfo) -> Self {
        Self::new(self.parameters, info).carrying(self.replay)
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
        let mut file = tensors::from_bytes(path, bytes)?;
        let info = file.metadata.get(KEY).map_or_else(|| Ok(ModelInfo::default()), |text| described(path, text))?;
        let replay = Replay::take(path, &mut file.tensors)?;
        let parameters = Parameters::from_tensors(path, file.tensors)?;
        replay.check(path, parameters.dim())?;
        Ok(Self::new(parameters, info).carrying(replay))
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
        let bags = self.replay.to_tensors();
        let halves = bags.keys().cloned().collect();
        let mut tensors = self.parameters.to_tensors();
        tensors.extend(bags);
        tensors::to_bytes(&TensorFile { tensors, metadata, halves })
    }

    /// What is known about it.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// The weights.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Bags of what it was trained on; none in models of other programs and of older versions.
    pub fn replay(&self) -> &Replay {
        &self.replay
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::provenance::VideoRef;

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

    /// Bags of 32 segments of `dim` numbers.
    fn bags(count: usize, dim: usize) -> Vec<Vec<f32>> {
        (0..count).map(|i| (0..32 * dim).map(|at| (i * at) as f32 * 0.01).collect()).collect()
    }

    #[test]
    fn a_model_carries_its_bags_and_its_descent() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("model.safetensors");
        let info = ModelInfo {
            parent: Some("0123456789abcdef".into()),
            making: Some(Making::Tuning(TuneSettings::default())),
            videos: Some(SeenVideos {
                trained: vec![VideoRef::new("a.mp4", "video", "00ff")],
                ..SeenVideos::default()
            }),
            results: [("held-out loss".to_owned(), 0.25)].into(),
            notes: vec!["computed on the CPU".into()],
            ..ModelInfo::default()
        };
        let replay = Replay::draw(20, &bags(3, 20), &bags(2, 20), 1);
        let model = ModelWeights::new(Parameters::initial(20, 1), info).carrying(replay);
        model.save(&path).expect("is written");
        let read = ModelWeights::load(&path).expect("is read");
        assert_eq!(read.replay(), model.replay());
        assert_eq!(read.info().replay, ReplayCount { normal: 3, abnormal: 2 });
        assert_eq!(
            (&read.info().making, &read.info().videos, &read.info().results, &read.info().notes),
            (&model.info().making, &model.info().videos, &model.info().results, &model.info().notes)
        );
        assert_eq!(read.to_bytes().expect("again"), model.to_bytes().expect("the same"));
        let peeked = ModelInfo::peek(&path).expect("is read");
        assert_eq!(ModelInfo { weights_id: read.info().weights_id.clone(), ..peeked }, *read.info());
        assert!(ModelInfo::peek(folder.path()).is_err());
    }

    #[test]
    fn bags_that_do_not_fit_are_refused_in_words() {
        let model = ModelWeights::new(Parameters::initial(20, 1), ModelInfo::default());
        let whole = tensors::from_bytes(Path::new("m"), &model.to_bytes().expect("is written")).expect("is whole");
        let refusal = |name: &str, shape: &[usize], value: f32| {
            let mut file = whole.clone();
            let values = vec![value; shape.iter().product()];
            file.tensors.insert(name.to_owned(), tensors::HostTensor { shape: shape.to_vec(), values });
            let bytes = tensors::to_bytes(&file).expect("fits");
            ModelWeights::from_bytes(Path::new("m"), &bytes).expect_err("is refused").to_string()
        };
        for (name, shape, value, part) in [
            ("replay.normal", &[2, 31, 20][..], 0.0, "[2, 31, 20]"),
            ("replay.abnormal", &[64, 20], 0.0, "[64, 20]"),
            ("replay.normal", &[1, 32, 21], 0.0, "21 numbers"),
            ("replay.normal", &[1, 32, 20], f32::NAN, "not a finite number"),
            ("replay.other", &[1, 32, 20], 0.0, "replay.other"),
        ] {
            let why = refusal(name, shape, value);
            assert!(why.contains(part), "{why}");
        }
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
        // Bags are a few megabytes at most.
        assert!(model.to_bytes().expect("is written").len() < 10_000_000);
    }
}
