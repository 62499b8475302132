//! Features made elsewhere, as files: `.npy`, `.safetensors` with the key `features`, or text.
//!
//! Owns which files are taken for features and reading one whole. Does not own the order of axes (`formats::features`) or
//! what the features are used for.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::domain::features::FeatureMatrix;
use crate::domain::video_name::{FEATURE_ENDINGS, is_one_of};
use crate::formats::features::{self, Layout, LayoutError};
use crate::formats::npy;
use crate::model::{ModelError, tensors};

/// Why a file gives no features.
#[derive(Debug, Error)]
pub enum FeatureFileError {
    /// Its numbers do not make features.
    #[error("{}: {source}", path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: LayoutError,
    },
    /// It cannot be read, or is something else.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The rest of a sentence that begins with the file's name.
        reason: String,
    },
    /// A safetensors file that cannot be read.
    #[error(transparent)]
    Tensors(#[from] ModelError),
}

/// Whether a path names features rather than a video.
pub fn is_feature_file(path: &Path) -> bool {
    is_one_of(&FEATURE_ENDINGS, &extension(path))
}

/// Features in memory; `layout` is the order of axes where the shape leaves it open and the file does not say.
///
/// # Errors
/// The file cannot be read, holds none, or its shape can be read in two ways and no layout is given.
pub fn read(path: &Path, layout: Option<Layout>) -> Result<FeatureMatrix, FeatureFileError> {
    let file = |reason: String| FeatureFileError::File { path: path.to_owned(), reason };
    let bytes = || std::fs::read(path).map_err(|err| file(format!("cannot be read: {err}")));
    let matrix = match extension(path).as_str() {
        "npy" => {
            let array = npy::read(&bytes()?).map_err(|err| file(err.to_string()))?;
            features::from_array(&array.shape, array.values, layout)
        }
        "safetensors" => {
            let mut tensors = tensors::read(path)?;
            let layout = layout.or_else(|| tensors.metadata.get("layout").and_then(|name| Layout::from_name(name)));
            let Some(tensor) = tensors.tensors.remove("features") else {
                return Err(file("holds no tensor called \"features\"".to_owned()));
            };
            features::from_array(&tensor.shape, tensor.values, layout)
        }
        "txt" => {
            let text = String::from_utf8(bytes()?).map_err(|_| file("is not a text file (UTF-8)".to_owned()))?;
            features::from_text(&text)
        }
        _ => return Err(file("is no feature file; .npy, .safetensors and .txt are read".to_owned())),
    };
    matrix.map_err(|source| FeatureFileError::Layout { path: path.to_owned(), source })
}

fn extension(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}
