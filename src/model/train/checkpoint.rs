//! The state of a training on disk.
//!
//! Owns a safetensors file with weights, moments, the best model so far, and the settings as metadata.
//! Written by temporary file, sync and rename: a crash leaves the previous one.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::adam::Moments;
use super::trainer::{TrainState, Trainer};
use super::{Best, TrainSettings};
use crate::disk;
use crate::model::ModelError;
use crate::model::parameters::{Parameters, specs};
use crate::model::tensors::{self, HostTensor, TensorFile};

const KEY: &str = "lookback-training";
const VERSION: u32 = 1;

/// What was saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Weights, moments and steps done.
    pub state: TrainState,
    /// How the training runs.
    pub settings: TrainSettings,
    /// The moving average of the weights, where the settings ask for one.
    pub average: Option<Parameters>,
    /// The best model so far.
    pub best: Option<Best>,
}

#[derive(Serialize, Deserialize)]
struct Description {
    version: u32,
    steps_done: usize,
    settings: TrainSettings,
    best: Option<(f64, usize)>,
}

impl Checkpoint {
    /// Writes the state of `trainer`, the average of its weights and the best of them.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(
        path: &Path,
        trainer: &Trainer,
        average: Option<&Parameters>,
        best: Option<&Best>,
    ) -> Result<(), ModelError> {
        let state = trainer.state();
        let mut file = TensorFile::default();
        let mut put = |prefix: &str, tensors: BTreeMap<String, HostTensor>| {
            file.tensors.extend(tensors.into_iter().map(|(name, tensor)| (format!("{prefix}.{name}"), tensor)));
        };
        put("weights", state.parameters.to_tensors());
        for (name, moments) in state.moments {
            for (prefix, values) in [("first", moments.first), ("second", moments.second)] {
                put(prefix, [(name.to_owned(), HostTensor { shape: vec![values.len()], values })].into());
            }
        }
        if let Some(average) = average {
            put("average", average.to_tensors());
        }
        if let Some(best) = best {
            put("best", best.parameters.to_tensors());
        }
        let description = Description {
            version: VERSION,
            steps_done: state.steps_done,
            settings: trainer.settings().clone(),
            best: best.map(|b| (b.figure, b.step)),
        };
        let text = serde_json::to_string(&description)
            .map_err(|e| ModelError::Input(format!("the checkpoint's description cannot be written: {e}")))?;
        file.metadata.insert(KEY.to_owned(), text);
        disk::replace(path, &tensors::to_bytes(&file)?).map_err(ModelError::write(path))
    }

    /// Reads what [`Self::save`] wrote.
    ///
    /// # Errors
    /// Cannot be read, or is not a whole checkpoint.
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        let mut file = tensors::read(path)?;
        let text = file.metadata.get(KEY).ok_or_else(|| {
            ModelError::file(
                path,
                "is not the checkpoint of a training; a finished model cannot be resumed, but trained on from",
            )
        })?;
        let about: Description = serde_json::from_str(text)
            .map_err(|e| ModelError::file(path, format!("has a description that cannot be read: {e}")))?;
        if about.version > VERSION {
            return Err(ModelError::file(path, "was written by a newer version of this program"));
        }
        let mut take = |prefix: &str| -> BTreeMap<String, HostTensor> {
            let names: Vec<_> = file.tensors.keys().filter(|n| n.starts_with(&format!("{prefix}."))).cloned().collect();
            names
                .into_iter()
                .filter_map(|name| Some((name[prefix.len() + 1..].to_owned(), file.tensors.remove(&name)?)))
                .collect()
        };
        let parameters = Parameters::from_tensors(path, take("weights"))?;
        let best = match about.best {
            Some((figure, step)) => {
                Some(Best { figure, step, parameters: Parameters::from_tensors(path, take("best"))? })
            }
            None => None,
        };
        let average = match take("average") {
            tensors if tensors.is_empty() => None,
            tensors => Some(Parameters::from_tensors(path, tensors)?),
        };
        let (mut first, mut second) = (take("first"), take("second"));
        let mut moments = BTreeMap::new();
        for spec in specs(parameters.dim()).into_iter().filter(|s| s.role.is_trained()) {
            let len: usize = spec.shape.iter().product();
            let part = |all: &mut BTreeMap<String, HostTensor>| {
                all.remove(spec.name).map(|t| t.values).filter(|v| v.len() == len).ok_or_else(|| {
                    ModelError::file(
                        path,
                        format!("is not a whole checkpoint: the moments of {} are missing", spec.name),
                    )
                })
            };
            let (first, second) = (part(&mut first)?, part(&mut second)?);
            moments.insert(spec.name, Moments { first, second });
        }
        let state = TrainState { parameters, moments, steps_done: about.steps_done };
        Ok(Self { state, settings: about.settings, average, best })
    }
}
