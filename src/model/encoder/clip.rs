//! CLIP as an encoder of snippets: the middle frame of each, as in the CLIP-TSA paper (section 3.1).
//!
//! Owns opening a Hugging Face model folder and running pictures in batches. Does not own the network
//! (`vit`), the reading of the configuration (`clip_config`) or the preprocessing of pictures.

use std::fs;
use std::path::Path;

use candle_core::{Device, Tensor};
use rayon::prelude::*;

use super::SnippetEncoder;
use super::batching::{Batching, Place, RunError};
use super::clip_config::VisionConfig;
use super::vit::VisionTransformer;
use crate::domain::pixels::{EncoderInput, RgbPicture, SnippetPixels};
use crate::model::device::is_out_of_memory;
use crate::model::preprocess::clip_pixels;
use crate::model::{ComputeDevice, ModelError, tensors};

/// Pictures at once on a CPU: enough to fill the matrix products of two or four cores.
const CPU_BATCH: usize = 8;
/// Pictures at once on a GPU.
const GPU_BATCH: usize = 64;

/// A CLIP vision tower on a device.
pub struct ClipEncoder {
    id: String,
    config: VisionConfig,
    network: VisionTransformer,
    device: Device,
    batching: Batching,
    /// Called before each run, so that tests can let the device run out of memory.
    hook: Option<Hook>,
}

type Hook = Box<dyn FnMut(Place, usize) -> candle_core::Result<()> + Send>;

impl ClipEncoder {
    /// Opens `folder`, which holds `config.json` and `model.safetensors`.
    ///
    /// # Errors
    /// A file is missing or does not describe a CLIP vision tower; a tensor is missing, misshapen or holds
    /// values that are not finite.
    pub fn open(folder: &Path, device: &ComputeDevice) -> Result<Self, ModelError> {
        let config_path = folder.join("config.json");
        let text = fs::read_to_string(&config_path).map_err(|e| missing(&config_path, e))?;
        let config = VisionConfig::parse(&config_path, &text)?;
        let path = folder.join("model.safetensors");
        let bytes = fs::read(&path).map_err(|e| missing(&path, e))?;
        let id = id(&config, &bytes)?;
        let file = tensors::from_bytes(&path, &bytes)?;
        drop(bytes);
        let place = device.candle();
        let network = VisionTransformer::load(&config, &file.tensors, place).map_err(|e| ModelError::file(&path, e))?;
        let batch = if place.is_cpu() { CPU_BATCH } else { GPU_BATCH };
        Ok(Self { id, config, network, device: place.clone(), batching: Batching::new(batch), hook: None })
    }

    /// Pixels that are already preprocessed, `[n][3][size][size]`, to features.
    fn encode_pixels(&mut self, pictures: &[Vec<f32>]) -> Result<Vec<f32>, ModelError> {
        let Self { config, network, device, batching, hook, .. } = self;
        let rows = batching.run(pictures, |place, batch| {
            if place == Place::Cpu && !device.is_cpu() {
                *network = network.to_device(&Device::Cpu).map_err(sort)?;
                *device = Device::Cpu;
            }
            if let Some(hook) = hook {
                hook(place, batch.len()).map_err(sort)?;
            }
            run(config, network, device, batch).map_err(sort)
        })?;
        if rows.iter().all(|v| v.is_finite()) {
            Ok(rows)
        } else {
            Err(ModelError::Input(format!("the encoder {} gave numbers that are not finite", self.id)))
        }
    }
}

fn run(
    config: &VisionConfig,
    network: &VisionTransformer,
    device: &Device,
    batch: &[Vec<f32>],
) -> candle_core::Result<Vec<f32>> {
    let shape = (batch.len(), 3, config.image_size, config.image_size);
    let pixels = Tensor::from_vec(batch.concat(), shape, device)?;
    network.forward(&pixels)?.flatten_all()?.to_vec1()
}

fn sort(error: candle_core::Error) -> RunError {
    if is_out_of_memory(&error) { RunError::OutOfMemory } else { RunError::Other(error.into()) }
}

fn missing(path: &Path, source: std::io::Error) -> ModelError {
    if source.kind() == std::io::ErrorKind::NotFound {
        let hint = "is missing; an encoder folder holds config.json and model.safetensors of a CLIP model";
        return ModelError::file(path, hint);
    }
    ModelError::Read { path: path.to_owned(), source }
}

/// The same weights read with another configuration give other features, so both make the id.
fn id(config: &VisionConfig, weights: &[u8]) -> Result<String, ModelError> {
    let config_text = serde_json::to_string(config)
        .map_err(|e| ModelError::Input(format!("the encoder's configuration cannot be written: {e}")))?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(config_text.as_bytes());
    hasher.update(weights);
    Ok(format!("clip:{}:{}", &hasher.finalize().to_hex()[..12], config.projection_dim))
}

impl SnippetEncoder for ClipEncoder {
    fn id(&self) -> &str {
        &self.id
    }

    fn dim(&self) -> usize {
        self.config.projection_dim
    }

    fn input(&self) -> EncoderInput {
        EncoderInput::MiddleFrame
    }

    fn batch(&self) -> usize {
        self.batching.size()
    }

    fn encode(&mut self, snippets: &[SnippetPixels]) -> Result<Vec<f32>, ModelError> {
        let pictures: Vec<&RgbPicture> = snippets
            .iter()
            .map(|s| match s {
                SnippetPixels::Middle(picture) => Ok(picture),
                SnippetPixels::LowRes(_) => {
                    Err(ModelError::Input("CLIP reads the middle frame of a snippet, not small grey frames".to_owned()))
                }
            })
            .collect::<Result<_, _>>()?;
        let size = self.config.image_size;
        let prepared: Vec<_> = pictures.par_iter().map(|picture| clip_pixels(picture, size)).collect();
        self.encode_pixels(&prepared)
    }

    fn take_note(&mut self) -> Option<String> {
        self.batching.take_note()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::encoder::golden_folder;
    use crate::model::tensors::HostTensor;

    fn tiny(device: &ComputeDevice) -> ClipEncoder {
        ClipEncoder::open(&golden_folder().join("clip_tiny"), device).expect("the golden folder")
    }

    fn golden_io() -> (Vec<Vec<f32>>, Vec<f32>) {
        let io = golden_folder().join("clip_tiny/io.safetensors");
        let pixels = tensors::read_one(&io, "pixel_values").expect("is there");
        let wanted = tensors::read_one(&io, "image_embeds").expect("is there");
        let each = pixels.values.len() / pixels.shape[0];
        (pixels.values.chunks_exact(each).map(<[f32]>::to_vec).collect(), wanted.values)
    }

    fn worst(a: &[f32], b: &[f32]) -> f32 {
        assert_eq!(a.len(), b.len());
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn golden_clip_tiny_is_met_on_every_device() {
        let (pixels, wanted) = golden_io();
        for device in ComputeDevice::all_present() {
            let got = tiny(&device).encode_pixels(&pixels).expect("runs");
            let off = worst(&got, &wanted);
            let bound = if device.is_cpu() { 1e-4 } else { 1e-3 };
            assert!(off < bound, "{}: {off}", device.label());
        }
    }

    #[test]
    fn pictures_of_any_shape_are_encoded() {
        let mut encoder = tiny(&ComputeDevice::cpu(None));
        let pictures = [(100, 30), (1, 1), (64, 64)].map(|(w, h)| SnippetPixels::Middle(RgbPicture::black(w, h)));
        let rows = encoder.encode(&pictures).expect("runs");
        assert_eq!(rows.len(), 3 * encoder.dim());
        assert!(worst(&rows[..512], &rows[1024..]) < 1e-4, "black is black at any size");
        assert!(encoder.id().starts_with("clip:") && encoder.id().ends_with(":512"));
        assert!(encoder.encode(&[SnippetPixels::LowRes(crate::domain::pixels::GreyClip::default())]).is_err());
    }

    #[test]
    fn exhausted_memory_halves_the_batch_and_then_ends_on_the_cpu() {
        let (pixels, wanted) = golden_io();
        let mut encoder = tiny(&ComputeDevice::cpu(None));
        encoder.hook = Some(Box::new(|place, _| match place {
            Place::Cpu => Ok(()),
            Place::Chosen => Err(candle_core::Error::Cuda("CUDA_ERROR_OUT_OF_MEMORY".into())),
        }));
        let got = encoder.encode_pixels(&pixels).expect("the CPU has room");
        assert!(worst(&got, &wanted) < 1e-4);
        assert_eq!(encoder.batch(), 1);
        assert!(encoder.take_note().is_some_and(|n| n.contains("CPU")));
    }

    fn broken(change: impl Fn(&mut BTreeMap<String, HostTensor>)) -> String {
        let from = golden_folder().join("clip_tiny");
        let folder = tempfile::tempdir().expect("a folder");
        fs::copy(from.join("config.json"), folder.path().join("config.json")).expect("is copied");
        let mut file = tensors::read(&from.join("model.safetensors")).expect("is read");
        change(&mut file.tensors);
        fs::write(folder.path().join("model.safetensors"), tensors::to_bytes(&file).expect("fits"))
            .expect("is written");
        let result = ClipEncoder::open(folder.path(), &ComputeDevice::cpu(None));
        result.map(|_| ()).expect_err("is broken").to_string()
    }

    #[test]
    fn broken_weights_are_refused_in_one_sentence() {
        let class = "vision_model.embeddings.class_embedding";
        let err = broken(|t| drop(t.remove("visual_projection.weight")));
        assert!(err.contains("lacks the tensor \"visual_projection.weight\""), "{err}");
        let err = broken(|t| t.get_mut(class).expect("is there").values[3] = f32::NAN);
        assert!(err.contains(class) && err.contains("not finite"), "{err}");
        let err = broken(|t| {
            t.insert(class.to_owned(), HostTensor { shape: vec![5], values: vec![0.0; 5] });
        });
        assert!(err.contains("[5]") && err.contains("[96]"), "{err}");
    }

    #[test]
    fn missing_and_foreign_files_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || {
            let result = ClipEncoder::open(folder.path(), &ComputeDevice::cpu(None));
            result.map(|_| ()).expect_err("is broken").to_string()
        };
        assert!(open().contains("config.json is missing"));
        fs::write(folder.path().join("config.json"), r#"{"model_type": "clip"}"#).expect("is written");
        assert!(open().contains("model.safetensors is missing"));
        fs::write(folder.path().join("model.safetensors"), "no tensors").expect("is written");
        assert!(open().contains("not a whole safetensors file"));
    }
}
