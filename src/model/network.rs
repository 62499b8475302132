//! The network: scorer, temporal module, classifier (CLIP-TSA, sections 3.2 and 3.3).
//!
//! Owns the layers and how they are joined, for inference and for training alike. Does not own the
//! perturbed selection, the order in which a long video is worked through, or the loss.
//!
//! Everything is `[rows, channels]`, rows being the snippets of one sequence after another. Convolutions
//! along time are one product with all taps side by side, then shifted sums.

use candle_core::{Device, Result, Tensor, Var};

use super::ops::{BatchNorm, Statistics, Taps};
use super::parameters::{Parameters, input_major, specs};
use super::random::{Purpose, dropout_mask, stream};

/// Snippets on each side that a snippet's output depends on, beside the non-local block: 4 by `conv_3` and 1
/// by `conv_5`.
pub const REACH: usize = 5;

/// Rows on each side that `conv_5` looks at.
pub const MERGE_REACH: usize = 1;

/// A linear layer or a convolution along time.
#[derive(Clone, Debug)]
struct Layer {
    /// `[in, taps × out]`.
    weight: Tensor,
    /// `[out]`; zeros where the published layer has none.
    bias: Tensor,
    taps: usize,
    dilation: usize,
    relu: bool,
}

impl Layer {
    fn apply(&self, x: &Tensor, len: usize) -> Result<Tensor> {
        let Self { taps: kernel, dilation, relu, .. } = *self;
        Taps { kernel, dilation, len, relu }.apply(&x.matmul(&self.weight)?, &self.bias)
    }

    /// As a linear layer, for which sequences make no difference.
    fn rows(&self, x: &Tensor) -> Result<Tensor> {
        self.apply(x, x.dim(0)?)
    }
}

/// A batch normalisation.
#[derive(Clone, Debug)]
struct Norm {
    name: &'static str,
    scale: Tensor,
    shift: Tensor,
    running: Statistics,
}

impl Norm {
    fn apply(&self, x: &Tensor, pass: &mut Pass) -> Result<Tensor> {
        let Some(seen) = &mut pass.batch_statistics else {
            return BatchNorm::running(x, &self.scale, &self.shift, &self.running);
        };
        let (out, statistics) = BatchNorm::batch(x, &self.scale, &self.shift)?;
        seen.push((self.name, statistics));
        Ok(out)
    }
}

/// What differs between inference and training.
#[derive(Debug, Default)]
pub struct Pass {
    /// In training, statistics come from the batch and are noted here under the normalisation's name
    /// (`Aggregate.conv_1.2`); otherwise the running ones are used.
    pub batch_statistics: Option<Vec<(&'static str, Statistics)>>,
    /// In training, what switches values off.
    pub dropout: Option<Dropout>,
}

impl Pass {
    /// Switches values off where this pass does so.
    fn drop_out(&mut self, x: Tensor) -> Result<Tensor> {
        match &mut self.dropout {
            Some(dropout) => &x * dropout.mask(x.dims(), x.device())?,
            None => Ok(x),
        }
    }
}

/// Dropout masks of one training step.
#[derive(Clone, Debug)]
pub struct Dropout {
    rate: f64,
    seed: u64,
    step: u64,
    next: u64,
}

impl Dropout {
    /// Masks that set values to 0 with probability `rate`.
    pub fn new(rate: f64, seed: u64, step: u64) -> Self {
        Self { rate, seed, step, next: 0 }
    }

    /// The next mask's values.
    pub fn values(&mut self, len: usize) -> Vec<f32> {
        self.next += 1;
        dropout_mask(&mut stream(self.seed, Purpose::Dropout, self.step, self.next), self.rate, len)
    }

    fn mask(&mut self, shape: &[usize], device: &Device) -> Result<Tensor> {
        Tensor::from_vec(self.values(shape.iter().product()), shape, device)
    }
}

/// The network on a device.
#[derive(Clone, Debug)]
pub struct Network {
    projection: Option<[Layer; 2]>,
    scorer: [Layer; 2],
    convolutions: [(Layer, Norm); 3],
    reduction: Layer,
    theta: Layer,
    phi: Layer,
    g: Layer,
    non_local: (Layer, Norm),
    fusion: (Layer, Norm),
    classifier: [Layer; 3],
}

/// Hands the parameters out as tensors on a device.
struct Loader<'a> {
    parameters: &'a Parameters,
    device: &'a Device,
    trained: Option<Vec<Var>>,
}

impl Loader<'_> {
    fn tensor(&mut self, values: Vec<f32>, shape: &[usize]) -> Result<Tensor> {
        let tensor = Tensor::from_vec(values, shape, self.device)?;
        let Some(trained) = &mut self.trained else { return Ok(tensor) };
        let var = Var::from_tensor(&tensor)?;
        trained.push(var.clone());
        Ok(var.into_inner())
    }

    fn vector(&mut self, name: &str) -> Result<Tensor> {
        let values = self.parameters.values(name).to_vec();
        let len = values.len();
        self.tensor(values, &[len])
    }

    fn layer(&mut self, name: &str, shape: [usize; 3], dilation: usize, relu: bool) -> Result<Layer> {
        let [out, input, taps] = shape;
        let weight = input_major(&shape, self.parameters.values(&format!("{name}.weight")));
        let weight = self.tensor(weight, &[input, taps * out])?;
        let bias = format!("{name}.bias");
        let bias = if self.parameters.values(&bias).is_empty() {
            Tensor::zeros(out, candle_core::DType::F32, self.device)?
        } else {
            self.vector(&bias)?
        };
        Ok(Layer { weight, bias, taps, dilation, relu })
    }

    fn norm(&mut self, name: &'static str) -> Result<Norm> {
        let scale = self.vector(&format!("{name}.weight"))?;
        let shift = self.vector(&format!("{name}.bias"))?;
        let values = |part| self.parameters.values(&format!("{name}.{part}")).to_vec();
        Ok(Norm {
            name,
            scale,
            shift,
            running: Statistics { mean: values("running_mean"), variance: values("running_var") },
        })
    }
}

impl Network {
    /// For inference: plain tensors, so that nothing records a graph.
    pub fn new(parameters: &Parameters, device: &Device) -> Result<Self> {
        Self::load(&mut Loader { parameters, device, trained: None })
    }

    /// For training: the network and its variables by published name. The variables are this network's own.
    pub fn trainable(parameters: &Parameters, device: &Device) -> Result<(Self, Vec<(&'static str, Var)>)> {
        let mut loader = Loader { parameters, device, trained: Some(Vec::new()) };
        let network = Self::load(&mut loader)?;
        let names: Vec<_> =
            specs(parameters.dim()).into_iter().filter(|s| s.role.is_trained()).map(|s| s.name).collect();
        let vars = loader.trained.unwrap_or_default();
        debug_assert_eq!(names.len(), vars.len(), "every variable has a name");
        Ok((network, names.into_iter().zip(vars).collect()))
    }

    fn load(from: &mut Loader<'_>) -> Result<Self> {
        let dim = from.parameters.dim();
        Ok(Self {
            // The order of these lines is the order of `specs`, by which variables get their names.
            scorer: [
                from.layer("hard_attention.scorer.fc1", [256, 512, 1], 1, true)?,
                from.layer("hard_attention.scorer.fc2", [1, 256, 1], 1, false)?,
            ],
            convolutions: [
                (from.layer("Aggregate.conv_1.0", [128, 512, 3], 1, true)?, from.norm("Aggregate.conv_1.2")?),
                (from.layer("Aggregate.conv_2.0", [128, 512, 3], 2, true)?, from.norm("Aggregate.conv_2.2")?),
                (from.layer("Aggregate.conv_3.0", [128, 512, 3], 4, true)?, from.norm("Aggregate.conv_3.2")?),
            ],
            reduction: from.layer("Aggregate.conv_4.0", [128, 512, 1], 1, true)?,
            fusion: (from.layer("Aggregate.conv_5.0", [512, 512, 3], 1, true)?, from.norm("Aggregate.conv_5.2")?),
            theta: from.layer("Aggregate.non_local.theta", [64, 128, 1], 1, false)?,
            phi: from.layer("Aggregate.non_local.phi", [64, 128, 1], 1, false)?,
            g: from.layer("Aggregate.non_local.g", [64, 128, 1], 1, false)?,
            non_local: (
                from.layer("Aggregate.non_local.W.0", [128, 64, 1], 1, false)?,
                from.norm("Aggregate.non_local.W.1")?,
            ),
            classifier: [
                from.layer("fc1", [128, 512, 1], 1, true)?,
                from.layer("fc2", [32, 128, 1], 1, true)?,
                from.layer("fc3", [1, 32, 1], 1, false)?,
            ],
            projection: if dim == super::parameters::WIDTH {
                None
            } else {
                Some([
                    from.layer("mlp.fc1", [1024, dim, 1], 1, true)?,
                    from.layer("mlp.fc2", [512, 1024, 1], 1, false)?,
                ])
            },
        })
    }

    /// The input projection for features of other sizes, `[rows, d]` to `[rows, 512]`; `None` at d = 512.
    pub fn project(&self, x: &Tensor) -> Result<Option<Tensor>> {
        let Some([first, second]) = &self.projection else { return Ok(None) };
        candle_nn::ops::sigmoid(&second.rows(&first.rows(x)?)?).map(Some)
    }

    /// omega, `[rows]`: how relevant the scorer finds each snippet, 0..=1.
    pub fn relevance(&self, x: &Tensor) -> Result<Tensor> {
        let [first, second] = &self.scorer;
        candle_nn::ops::sigmoid(&second.rows(&first.rows(x)?)?)?.flatten_all()
    }

    /// What the non-local block gathers over time, `sum_t phi_t g_t^T`: `[sequences, 64, 64]`, not yet divided by T.
    ///
    /// There is no softmax in this block, so (theta^T phi) g = theta^T (phi g^T): the T x T matrix never exists.
    pub fn summary(&self, x: &Tensor, len: usize) -> Result<Tensor> {
        self.summary_of(&self.reduction.rows(x)?, len)
    }

    fn summary_of(&self, reduced: &Tensor, len: usize) -> Result<Tensor> {
        let sequences = reduced.dim(0)? / len;
        let phi = self.phi.rows(reduced)?.reshape((sequences, len, 64))?;
        let g = self.g.rows(reduced)?.reshape((sequences, len, 64))?;
        phi.transpose(1, 2)?.matmul(&g)
    }

    /// `conv_1`, `conv_2`, `conv_3` and the non-local block side by side, `[rows, 512]`. `context` is the block's
    /// summary over the whole sequence divided by T; without it the rows are whole sequences of `len`.
    pub fn gather(&self, x: &Tensor, len: usize, context: Option<&Tensor>, pass: &mut Pass) -> Result<Tensor> {
        let mut parts = Vec::with_capacity(4);
        for (convolution, norm) in &self.convolutions {
            parts.push(norm.apply(&convolution.apply(x, len)?, pass)?);
        }
        let reduced = self.reduction.rows(x)?;
        let rows = reduced.dim(0)?;
        let theta = self.theta.rows(&reduced)?.reshape((rows / len, len, 64))?;
        let mixed = match context {
            Some(context) => theta.matmul(context)?,
            None => theta.matmul(&(self.summary_of(&reduced, len)? / len as f64)?)?,
        };
        let (layer, norm) = &self.non_local;
        parts.push((norm.apply(&layer.rows(&mixed.reshape((rows, 64))?)?, pass)? + reduced)?);
        Tensor::cat(&parts, 1)
    }

    /// `conv_5` over what [`Self::gather`] made, plus the residual `x`: `F_check`, `[rows, 512]`.
    pub fn merge(&self, gathered: &Tensor, x: &Tensor, len: usize, pass: &mut Pass) -> Result<Tensor> {
        let (layer, norm) = &self.fusion;
        let merged = (norm.apply(&layer.apply(gathered, len)?, pass)? + x)?;
        pass.drop_out(merged)
    }

    /// Anomaly scores, `[rows]`, of `F_check`.
    pub fn classify(&self, x: &Tensor, pass: &mut Pass) -> Result<Tensor> {
        candle_nn::ops::sigmoid(&self.logits(x, pass)?)
    }

    /// The same before the sigmoid, `[rows]`.
    pub fn logits(&self, x: &Tensor, pass: &mut Pass) -> Result<Tensor> {
        let [first, second, third] = &self.classifier;
        let x = pass.drop_out(first.rows(x)?)?;
        let x = pass.drop_out(second.rows(&x)?)?;
        third.rows(&x)?.flatten_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ops::host;
    use crate::model::parameters::Role;

    #[test]
    fn variables_carry_the_names_of_their_values() {
        let parameters = Parameters::initial(20, 4);
        let (_, vars) = Network::trainable(&parameters, &Device::Cpu).expect("loads");
        assert_eq!(vars.len(), specs(20).iter().filter(|s| s.role.is_trained()).count());
        for (name, var) in vars {
            let published = parameters.values(name);
            let spec = specs(20).into_iter().find(|s| s.name == name).expect("is known");
            let expected =
                if spec.role == Role::Weight { input_major(&spec.shape, published) } else { published.to_vec() };
            assert_eq!(host(&var).expect("reads"), expected, "{name}");
        }
    }
}
