//! CLIP's vision transformer (Radford et al. 2021, "Learning Transferable Visual Models").
//!
//! Owns the arithmetic from normalised pixels to the projected class token, for inference only. Does not
//! own files or batching.
//!
//! The tensor library's own tower fixes the nonlinearity and the epsilon of the layer norms, and runs what
//! lies between the matrix products on one core. Here queries, keys and values are one product, the
//! patches are one product, and biases are added together with what follows them.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Result, Tensor};

use super::clip_config::VisionConfig;
use super::vit_ops::add_bias;
use crate::model::tensors::HostTensor;

/// Why weights do not make the network that the configuration describes; the rest of a sentence that
/// begins with the file's name.
pub type WeightsFault = String;

#[derive(Debug)]
struct Linear {
    weight: Tensor,
    bias: Tensor,
}

#[derive(Debug)]
struct Norm {
    weight: Tensor,
    bias: Tensor,
}

#[derive(Debug)]
struct Layer {
    norm1: Norm,
    qkv: Linear,
    out: Linear,
    norm2: Norm,
    fc1: Linear,
    fc2: Linear,
}

/// The weights on a device.
#[derive(Debug)]
pub struct VisionTransformer {
    config: VisionConfig,
    patches: Tensor,
    /// Class token (with its position) and the positions of the patches, `[1 + patches][hidden]`.
    tokens: Tensor,
    before: Norm,
    layers: Vec<Layer>,
    after: Norm,
    projection: Tensor,
}

/// Takes tensors by name, checks them, and moves them to the device.
struct Loader<'a> {
    tensors: &'a BTreeMap<String, HostTensor>,
    device: &'a Device,
}

impl Loader<'_> {
    fn host(&self, name: &str, shape: &[usize]) -> std::result::Result<&[f32], WeightsFault> {
        let tensor = self.tensors.get(name).ok_or_else(|| format!("lacks the tensor \"{name}\""))?;
        if tensor.shape != shape {
            return Err(format!("holds \"{name}\" of shape {:?}, but config.json makes it {shape:?}", tensor.shape));
        }
        if tensor.values.iter().any(|v| !v.is_finite()) {
            return Err(format!("holds values in \"{name}\" that are not finite numbers"));
        }
        Ok(&tensor.values)
    }

    fn upload(&self, values: Vec<f32>, shape: &[usize]) -> std::result::Result<Tensor, WeightsFault> {
        Tensor::from_vec(values, shape, self.device).map_err(|e| format!("cannot be moved to the device: {e}"))
    }

    fn get(&self, name: &str, shape: &[usize]) -> std::result::Result<Tensor, WeightsFault> {
        self.upload(self.host(name, shape)?.to_vec(), shape)
    }

    fn norm(&self, name: &str, width: usize) -> std::result::Result<Norm, WeightsFault> {
        Ok(Norm {
            weight: self.get(&format!("{name}.weight"), &[width])?,
            bias: self.get(&format!("{name}.bias"), &[width])?,
        })
    }

    fn linear(&self, name: &str, from: usize, to: usize) -> std::result::Result<Linear, WeightsFault> {
        Ok(Linear {
            weight: self.get(&format!("{name}.weight"), &[to, from])?,
            bias: self.get(&format!("{name}.bias"), &[to])?,
        })
    }

    /// Queries, keys and values as one layer; the scale of the products is folded into the queries.
    fn qkv(&self, name: &str, config: &VisionConfig) -> std::result::Result<Linear, WeightsFault> {
        let width = config.hidden_size;
        let scale = (config.head_dim() as f32).sqrt().recip();
        let (mut weight, mut bias) = (Vec::with_capacity(3 * width * width), Vec::with_capacity(3 * width));
        for (part, scale) in [("q_proj", scale), ("k_proj", 1.0), ("v_proj", 1.0)] {
            weight.extend(self.host(&format!("{name}.{part}.weight"), &[width, width])?.iter().map(|w| w * scale));
            bias.extend(self.host(&format!("{name}.{part}.bias"), &[width])?.iter().map(|b| b * scale));
        }
        Ok(Linear { weight: self.upload(weight, &[3 * width, width])?, bias: self.upload(bias, &[3 * width])? })
    }
}

impl VisionTransformer {
    /// Builds the network of `config` from `tensors`, named as in a Hugging Face file.
    ///
    /// Tensors that it does not need (the text tower, position ids) are left alone.
    ///
    /// # Errors
    /// A tensor is missing, has another shape, or holds values that are not finite.
    pub fn load(
        config: &VisionConfig,
        tensors: &BTreeMap<String, HostTensor>,
        device: &Device,
    ) -> std::result::Result<Self, WeightsFault> {
        let from = Loader { tensors, device };
        let (width, patch, grid) = (config.hidden_size, config.patch_size, config.grid());
        let base = "vision_model";
        let positions = 1 + grid * grid;
        let class = from.host(&format!("{base}.embeddings.class_embedding"), &[width])?;
        let places = from.host(&format!("{base}.embeddings.position_embedding.weight"), &[positions, width])?;
        let mut tokens = places.to_vec();
        for (token, class) in tokens.iter_mut().zip(class) {
            *token += class;
        }
        let patches = from.host(&format!("{base}.embeddings.patch_embedding.weight"), &[width, 3, patch, patch])?;
        let layers = (0..config.num_hidden_layers).map(|i| {
            let name = format!("{base}.encoder.layers.{i}");
            Ok(Layer {
                norm1: from.norm(&format!("{name}.layer_norm1"), width)?,
                qkv: from.qkv(&format!("{name}.self_attn"), config)?,
                out: from.linear(&format!("{name}.self_attn.out_proj"), width, width)?,
                norm2: from.norm(&format!("{name}.layer_norm2"), width)?,
                fc1: from.linear(&format!("{name}.mlp.fc1"), width, config.intermediate_size)?,
                fc2: from.linear(&format!("{name}.mlp.fc2"), config.intermediate_size, width)?,
            })
        });
        Ok(Self {
            config: config.clone(),
            patches: from.upload(patches.to_vec(), &[width, 3 * patch * patch])?,
            tokens: from.upload(tokens, &[positions, width])?,
            // The misspelling is in the published files.
            before: from.norm(&format!("{base}.pre_layrnorm"), width)?,
            layers: layers.collect::<std::result::Result<_, WeightsFault>>()?,
            after: from.norm(&format!("{base}.post_layernorm"), width)?,
            projection: from.get("visual_projection.weight", &[config.projection_dim, width])?,
        })
    }

    /// The same weights on another device.
    pub fn to_device(&self, device: &Device) -> Result<Self> {
        let tensor = |t: &Tensor| t.to_device(device);
        let norm = |n: &Norm| -> Result<Norm> { Ok(Norm { weight: tensor(&n.weight)?, bias: tensor(&n.bias)? }) };
        let linear =
            |l: &Linear| -> Result<Linear> { Ok(Linear { weight: tensor(&l.weight)?, bias: tensor(&l.bias)? }) };
        let layer = |l: &Layer| -> Result<Layer> {
            Ok(Layer {
                norm1: norm(&l.norm1)?,
                qkv: linear(&l.qkv)?,
                out: linear(&l.out)?,
                norm2: norm(&l.norm2)?,
                fc1: linear(&l.fc1)?,
                fc2: linear(&l.fc2)?,
            })
        };
        Ok(Self {
            config: self.config.clone(),
            patches: tensor(&self.patches)?,
            tokens: tensor(&self.tokens)?,
            before: norm(&self.before)?,
            layers: self.layers.iter().map(layer).collect::<Result<_>>()?,
            after: norm(&self.after)?,
            projection: tensor(&self.projection)?,
        })
    }

    /// `[n][3][image_size][image_size]` to `[n][projection_dim]`, not normalised to unit length.
    pub fn forward(&self, pixels: &Tensor) -> Result<Tensor> {
        let (width, grid, patch) = (self.config.hidden_size, self.config.grid(), self.config.patch_size);
        let n = pixels.dim(0)?;
        let rows = 1 + grid * grid;
        // A convolution whose stride is its kernel is a product of patches laid out as rows.
        let cells = pixels.to_dtype(DType::F32)?.reshape(&[n, 3, grid, patch, grid, patch][..])?;
        let cells = cells.permute(vec![0, 2, 4, 1, 3, 5])?.reshape((n * grid * grid, 3 * patch * patch))?;
        let patches = cells.matmul(&self.patches.t()?)?.reshape((n, grid * grid, width))?;
        let x = patches.pad_with_zeros(1, 1, 0)?.broadcast_add(&self.tokens)?.reshape((n * rows, width))?;
        let mut x = self.norm(&x, &self.before)?;
        for layer in &self.layers {
            x = self.layer(&x, layer, n, rows)?;
        }
        let class = x.reshape((n, rows, width))?.narrow(1, 0, 1)?.contiguous()?.reshape((n, width))?;
        self.norm(&class, &self.after)?.matmul(&self.projection.t()?)
    }

    fn layer(&self, x: &Tensor, layer: &Layer, n: usize, rows: usize) -> Result<Tensor> {
        let (heads, head) = (self.config.num_attention_heads, self.config.head_dim());
        let y = self.norm(x, &layer.norm1)?.matmul(&layer.qkv.weight.t()?)?;
        let y = add_bias(&y, &layer.qkv.bias, None)?.reshape((n, rows, 3, heads, head))?;
        let y = y.permute((2, 0, 3, 1, 4))?.contiguous()?;
        let (q, k, v) = (y.get(0)?, y.get(1)?, y.get(2)?);
        let mixed = softmax(&q.matmul(&k.t()?)?)?.matmul(&v)?;
        let mixed = mixed.transpose(1, 2)?.reshape((n * rows, heads * head))?;
        let x = (x + add_bias(&mixed.matmul(&layer.out.weight.t()?)?, &layer.out.bias, None)?)?;
        let y = self.norm(&x, &layer.norm2)?.matmul(&layer.fc1.weight.t()?)?;
        let y = add_bias(&y, &layer.fc1.bias, Some(self.config.hidden_act))?;
        &x + add_bias(&y.matmul(&layer.fc2.weight.t()?)?, &layer.fc2.bias, None)?
    }

    #[expect(clippy::disallowed_methods, reason = "the encoder is never trained: no gradient is cut")]
    fn norm(&self, x: &Tensor, norm: &Norm) -> Result<Tensor> {
        candle_nn::ops::layer_norm(x, &norm.weight, &norm.bias, self.config.layer_norm_eps as f32)
    }
}

#[expect(clippy::disallowed_methods, reason = "the encoder is never trained: no gradient is cut")]
fn softmax(x: &Tensor) -> Result<Tensor> {
    candle_nn::ops::softmax_last_dim(x)
}
