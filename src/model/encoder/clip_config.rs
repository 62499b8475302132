//! The description of a CLIP vision tower in a Hugging Face model folder.
//!
//! Owns which keys are read and what absent ones mean (the library's defaults). Does not own weights.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::model::ModelError;

/// The nonlinearity of the MLPs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Activation {
    /// `x · sigmoid(1.702 x)`, as in the original weights.
    #[serde(rename = "quick_gelu")]
    QuickGelu,
    /// `x · Φ(x)` by the error function.
    #[serde(rename = "gelu")]
    Gelu,
}

/// Sizes of the vision tower. Defaults are those of the library: ViT-B/32.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct VisionConfig {
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Width inside the MLPs.
    pub intermediate_size: usize,
    /// d, numbers after the projection.
    pub projection_dim: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Heads per layer.
    pub num_attention_heads: usize,
    /// Colour channels; always 3 here.
    pub num_channels: usize,
    /// Side of the input picture in pixels.
    pub image_size: usize,
    /// Side of a patch in pixels.
    pub patch_size: usize,
    /// Nonlinearity.
    pub hidden_act: Activation,
    /// Added to the variance in layer norms.
    pub layer_norm_eps: f64,
}

impl Default for VisionConfig {
    fn default() -> Self {
        Self {
            hidden_size: 768,
            intermediate_size: 3072,
            projection_dim: 512,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            num_channels: 3,
            image_size: 224,
            patch_size: 32,
            hidden_act: Activation::QuickGelu,
            layer_norm_eps: 1e-5,
        }
    }
}

/// The part of `config.json` that matters.
#[derive(Debug, Deserialize)]
struct ModelFile {
    model_type: Option<String>,
    projection_dim: Option<usize>,
    vision_config: Option<VisionConfig>,
}

impl VisionConfig {
    /// Reads the text of `config.json`, of a full CLIP or of its vision tower alone; `path` names it in errors.
    ///
    /// # Errors
    /// Not JSON, not CLIP, or sizes that make no vision transformer.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ModelError> {
        let broken = |e| ModelError::file(path, format!("is not the configuration of a CLIP model: {e}"));
        let file: ModelFile = serde_json::from_str(text).map_err(broken)?;
        let config = match (file.model_type.as_deref(), file.vision_config) {
            // In a full CLIP the projection is the outer model's.
            (Some("clip"), vision) => {
                Self { projection_dim: file.projection_dim.unwrap_or(512), ..vision.unwrap_or_default() }
            }
            (Some("clip_vision_model"), None) => serde_json::from_str(text).map_err(broken)?,
            (kind, _) => {
                let kind = kind.unwrap_or("unnamed");
                return Err(ModelError::file(
                    path,
                    format!(
                        "describes a model of type \"{kind}\"; only \"clip\" and \"clip_vision_model\" can be used"
                    ),
                ));
            }
        };
        config.check().map_err(|reason| ModelError::file(path, reason))?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        let sizes = [
            (self.hidden_size, "hidden_size", 8192),
            (self.intermediate_size, "intermediate_size", 65_536),
            (self.projection_dim, "projection_dim", 8192),
            (self.num_hidden_layers, "num_hidden_layers", 256),
            (self.num_attention_heads, "num_attention_heads", 256),
            (self.image_size, "image_size", 2048),
            (self.patch_size, "patch_size", 2048),
        ];
        if let Some((value, name, most)) = sizes.iter().find(|(v, _, most)| *v == 0 || v > most) {
            return Err(format!("says {name} = {value}, which is not between 1 and {most}"));
        }
        if self.num_channels != 3 {
            return Err(format!("says num_channels = {}; only colour pictures (3) can be used", self.num_channels));
        }
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return Err(format!(
                "says hidden_size = {}, which {} attention heads cannot share evenly",
                self.hidden_size, self.num_attention_heads
            ));
        }
        if self.image_size < self.patch_size || !self.image_size.is_multiple_of(self.patch_size) {
            return Err(format!(
                "says image_size = {}, which patches of {} do not tile",
                self.image_size, self.patch_size
            ));
        }
        if !(self.layer_norm_eps > 0.0 && self.layer_norm_eps < 1.0) {
            return Err(format!("says layer_norm_eps = {}, which is not between 0 and 1", self.layer_norm_eps));
        }
        Ok(())
    }

    /// Patches along one side.
    pub fn grid(&self) -> usize {
        self.image_size / self.patch_size
    }

    /// Numbers per attention head.
    pub fn head_dim(&self) -> usize {
        self.hidden_size / self.num_attention_heads
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<VisionConfig, String> {
        VisionConfig::parse(Path::new("config.json"), text).map_err(|e| e.to_string())
    }

    #[test]
    fn absent_keys_take_the_defaults() {
        assert_eq!(parse(r#"{"model_type": "clip"}"#).expect("is CLIP"), VisionConfig::default());
        let text = r#"{"model_type": "clip", "projection_dim": 768, "vision_config":
            {"hidden_size": 1024, "num_attention_heads": 16, "patch_size": 14, "projection_dim": 9, "dropout": 0.0}}"#;
        let large = parse(text).expect("is CLIP");
        assert_eq!((large.projection_dim, large.grid(), large.head_dim()), (768, 16, 64));
        let alone = parse(r#"{"model_type": "clip_vision_model", "patch_size": 16, "hidden_act": "gelu"}"#);
        let alone = alone.expect("is a vision tower");
        assert_eq!((alone.grid(), alone.hidden_act), (14, Activation::Gelu));
    }

    #[test]
    fn everything_else_is_refused_in_one_sentence() {
        for (text, word) in [
            ("", "configuration"),
            ("[1]", "configuration"),
            (r#"{"model_type": "bert"}"#, "bert"),
            ("{}", "unnamed"),
            (r#"{"model_type": "clip", "vision_config": {"hidden_act": "silu"}}"#, "silu"),
            (r#"{"model_type": "clip", "vision_config": {"patch_size": 0}}"#, "patch_size"),
            (r#"{"model_type": "clip", "vision_config": {"patch_size": 30}}"#, "tile"),
            (r#"{"model_type": "clip", "vision_config": {"num_attention_heads": 7}}"#, "evenly"),
            (r#"{"model_type": "clip", "vision_config": {"num_channels": 1}}"#, "num_channels"),
            (r#"{"model_type": "clip", "vision_config": {"hidden_size": 99999999}}"#, "hidden_size"),
            (r#"{"model_type": "clip", "vision_config": {"layer_norm_eps": -1}}"#, "layer_norm_eps"),
        ] {
            let err = parse(text).expect_err(text);
            assert!(err.contains("config.json") && err.contains(word) && !err.contains('\n'), "{err}");
        }
    }
}
