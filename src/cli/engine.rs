//! What computes: device, model, encoder and feature cache, as the command line asked for them.
//!
//! Owns loading them, and features of a file whatever it is: a video, or features made elsewhere. Does
//! not own the work on a video, which is [`crate::app::pipeline`]'s.

use std::path::Path;
use std::sync::Arc;

use super::args::{DeviceName, EncoderName, EngineArgs, LayoutName, TsaArgs};
use super::error::CliError;
use super::files;
use super::progress::Bar;
use crate::app::feature_file;
pub use crate::app::feature_file::is_feature_file;
use crate::app::pipeline::{self, Phase, ScoringObserver, Source};
use crate::domain::features::FeatureMatrix;
use crate::domain::library::VideoId;
use crate::domain::provenance::VideoRef;
use crate::domain::score::{SnippetScores, TsaSettings};
use crate::domain::snippet::SnippetGrid;
use crate::formats::features::Layout;
use crate::formats::npy;
use crate::jobs::{Progress, Ticket};
use crate::media::{self, OpenedVideo};
use crate::model::encoder::{self, EncoderSpec, SnippetEncoder};
use crate::model::weights::ModelWeights;
use crate::model::{ComputeDevice, NoiseDraws, Scorer, tensors};
use crate::store::{DataDirs, FeatureCache};

/// The device asked for, or the best that works.
///
/// # Errors
/// This build or machine does not have it.
pub fn device(name: Option<DeviceName>) -> Result<ComputeDevice, CliError> {
    Ok(ComputeDevice::choose(name.map(DeviceName::as_str))?)
}

/// The encoder as the model layer names it.
pub fn spec(name: &EncoderName) -> EncoderSpec {
    match name {
        EncoderName::Builtin => EncoderSpec::Builtin,
        EncoderName::Clip(folder) => EncoderSpec::Clip(folder.clone()),
    }
}

/// The model asked for, with the input projection from a second file where one is given.
///
/// # Errors
/// A file holds no model.
pub fn scorer(args: &EngineArgs, device: &ComputeDevice) -> Result<Scorer, CliError> {
    let (model, projection) = match (&args.model, &args.projection) {
        (None, _) => return Ok(Scorer::builtin(device)?),
        (Some(model), None) => return Ok(Scorer::load(model, device)?),
        (Some(model), Some(projection)) => (model, projection),
    };
    let mut whole = tensors::read(model)?;
    let extra = tensors::read(projection)?;
    if let Some(name) = extra.tensors.keys().find(|name| !name.starts_with("mlp.")) {
        let reason = format!("holds the tensor \"{name}\"; a projection has only tensors whose names begin with mlp");
        return Err(CliError::input(projection, reason));
    }
    whole.tensors.extend(extra.tensors);
    let weights = ModelWeights::from_bytes(model, &tensors::to_bytes(&whole)?)?;
    Ok(Scorer::new(Arc::new(weights), device)?)
}

/// The model's own settings of attention, changed by what was given.
pub fn tsa(args: &TsaArgs, own: TsaSettings) -> TsaSettings {
    TsaSettings {
        ratio: args.ratio.unwrap_or(own.ratio),
        sigma: args.sigma.unwrap_or(own.sigma),
        samples: args.samples.map_or(own.samples, |m| m as usize),
        seed: args.seed.unwrap_or(own.seed),
        enabled: own.enabled && !args.no_attention,
    }
}

/// Recorded draws: `[M, T]` or `[crops, M, T]` under the key `noise`.
///
/// # Errors
/// The file holds none.
pub fn noise(path: &Path) -> Result<NoiseDraws, CliError> {
    let tensor = tensors::read_one(path, "noise")?;
    let (crops, samples, snippets) = match *tensor.shape.as_slice() {
        [samples, snippets] => (1, samples, snippets),
        [crops, samples, snippets] => (crops, samples, snippets),
        _ => {
            let reason = format!(
                "the noise has the shape {}; [M, T] or [crops, M, T] is needed",
                npy::show_shape(&tensor.shape)
            );
            return Err(CliError::input(path, reason));
        }
    };
    NoiseDraws::new(crops, samples, snippets, tensor.values).map_err(|err| CliError::input(path, err))
}

/// Features made elsewhere: `.npy`, `.safetensors` with the key `features`, or text.
///
/// # Errors
/// The file cannot be read, or its shape can be read in two ways and no layout is given.
pub fn feature_file(path: &Path, layout: Option<LayoutName>) -> Result<FeatureMatrix, CliError> {
    let layout = layout.map(|name| match name {
        LayoutName::Tcd => Layout::Tcd,
        LayoutName::Ctd => Layout::Ctd,
    });
    Ok(feature_file::read(path, layout)?)
}

/// A video with its features.
#[derive(Debug)]
pub struct Extracted {
    /// The video.
    pub video: OpenedVideo,
    /// Its content hash.
    pub id: VideoId,
    /// One row per snippet.
    pub features: FeatureMatrix,
    /// What should be known about them: damage, change of device.
    pub notes: Vec<String>,
}

/// Features, whatever they come from.
#[derive(Debug)]
pub struct Loaded {
    /// One row per snippet.
    pub features: FeatureMatrix,
    /// What is known of the video; `None` for a feature file.
    pub video: Option<LoadedVideo>,
    /// Name and content of the file.
    pub content: VideoRef,
}

/// A video that features were made of.
#[derive(Clone, Copy, Debug)]
pub struct LoadedVideo {
    /// How many it has.
    pub frames: usize,
    /// How long it is.
    pub seconds: f64,
}

/// Makes features of videos, or finds them in the cache.
pub struct Extractor {
    encoder: Box<dyn SnippetEncoder>,
    cache: Option<FeatureCache>,
}

impl Extractor {
    /// Opens the encoder, and the cache unless it is not wanted. A cache that cannot be used is only a pity.
    ///
    /// # Errors
    /// The encoder's weights cannot be used.
    pub fn open(name: &EncoderName, device: &ComputeDevice, cached: bool) -> Result<Self, CliError> {
        let encoder = encoder::open(&spec(name), device)?;
        let open = || FeatureCache::open(DataDirs::standard()?.features);
        let cache = if cached {
            open().map_err(|err| files::complain(&format!("lookback: features are not kept: {err}"))).ok()
        } else {
            None
        };
        Ok(Self { encoder, cache })
    }

    /// The encoder.
    pub fn encoder(&self) -> &dyn SnippetEncoder {
        self.encoder.as_ref()
    }

    /// Features that were made before, of a video that need not be there any more.
    pub fn kept(&self, id: &VideoId, frames: usize) -> Option<FeatureMatrix> {
        let (dim, snippets) = (self.encoder.dim(), SnippetGrid::new(frames).count());
        let rows = self.cache.as_ref()?.complete(id, self.encoder.id(), dim, snippets)?;
        FeatureMatrix::new(1, snippets, dim, rows).ok()
    }

    /// Opens, identifies and encodes the video at `path`.
    ///
    /// # Errors
    /// It cannot be read or decoded, or the ticket went stale.
    pub fn extract(&mut self, path: &Path, ticket: &Ticket) -> Result<Extracted, CliError> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let video = media::open(path)?;
        let mut bar = Bar::new(&name, "bytes read");
        let id = media::hash_file(path, ticket, &mut |progress| bar.set(progress))?;
        drop(bar);
        let mut notes = video.notes.clone();
        let mut watcher = Watcher { bar: Bar::new(&name, "snippets"), notes: Vec::new() };
        let source = Source { video: &video, id: &id, cache: self.cache.as_ref() };
        let features = pipeline::extract(source, self.encoder.as_mut(), &mut watcher, ticket)?;
        notes.append(&mut watcher.notes);
        notes.dedup();
        Ok(Extracted { video, id, features, notes })
    }

    /// Features of a video or of a feature file.
    ///
    /// # Errors
    /// As [`Extractor::extract`] and [`feature_file()`].
    pub fn features(&mut self, path: &Path, layout: Option<LayoutName>, ticket: &Ticket) -> Result<Loaded, CliError> {
        if is_feature_file(path) {
            let features = feature_file(path, layout)?;
            let hash = media::hash_file(path, ticket, &mut |_| ())?;
            let content = VideoRef::new(&path.to_string_lossy(), "features", hash.as_str());
            return Ok(Loaded { features, video: None, content });
        }
        let extracted = self.extract(path, ticket)?;
        for note in &extracted.notes {
            files::complain(&format!("lookback: {}: {note}", path.display()));
        }
        let (frames, seconds) = (extracted.video.frames.len(), extracted.video.frames.span().length().secs_f64());
        let content = VideoRef::new(&path.to_string_lossy(), "video", extracted.id.as_str());
        Ok(Loaded { features: extracted.features, video: Some(LoadedVideo { frames, seconds }), content })
    }
}

/// Shows progress and keeps notes.
struct Watcher {
    bar: Bar,
    notes: Vec<String>,
}

impl ScoringObserver for Watcher {
    fn progress(&mut self, _: Phase, progress: Progress) {
        self.bar.set(progress);
    }

    fn partial(&mut self, _: SnippetScores) {}

    fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}
