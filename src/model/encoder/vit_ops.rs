//! Inference-only pieces of the vision transformer that are slow when composed.
//!
//! Owns adding a bias together with what follows it, in one pass over all cores. On the CPU candle's own
//! elementwise operations run on one core and once per step of the formula, which costs as much as the
//! matrix products. No gradient flows through anything here: encoders are never trained.

use candle_core::{CpuStorage, CustomOp2, DType, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::clip_config::Activation;

/// Rows per task.
const BLOCK: usize = 16;

/// `act(x + bias)` for `x` `[rows, n]` and `bias` `[n]`; without activation the sum alone.
pub fn add_bias(x: &Tensor, bias: &Tensor, act: Option<Activation>) -> Result<Tensor> {
    if x.device().is_cpu() && x.is_contiguous() {
        return x.apply_op2_no_bwd(bias, &BiasAct { act });
    }
    composed(x, bias, act)
}

/// The same of candle's own operations, for GPUs, where each is one parallel kernel.
fn composed(x: &Tensor, bias: &Tensor, act: Option<Activation>) -> Result<Tensor> {
    let sum = x.broadcast_add(bias)?;
    match act {
        None => Ok(sum),
        Some(Activation::QuickGelu) => &sum * candle_nn::ops::sigmoid(&(&sum * 1.702)?)?,
        Some(Activation::Gelu) => sum.gelu_erf(),
    }
}

struct BiasAct {
    act: Option<Activation>,
}

impl CustomOp2 for BiasAct {
    fn name(&self) -> &'static str {
        "bias-activation"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        let (x, bias) = (slice(s1, l1)?, slice(s2, l2)?);
        let width = bias.len();
        if width == 0 || l1.dims().last() != Some(&width) {
            bail!("a bias of {width} numbers does not fit {:?}", l1.shape());
        }
        let mut out = vec![0.0_f32; x.len()];
        out.par_chunks_mut(width * BLOCK).zip(x.par_chunks(width * BLOCK)).for_each(|(out, x)| {
            for (out, x) in out.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
                for ((out, x), bias) in out.iter_mut().zip(x).zip(bias) {
                    let v = x + bias;
                    *out = match self.act {
                        None => v,
                        Some(Activation::QuickGelu) => v / (1.0 + (-1.702 * v).exp()),
                        Some(Activation::Gelu) => gelu(v),
                    };
                }
            }
        });
        Ok((CpuStorage::F32(out), l1.shape().clone()))
    }
}

fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let CpuStorage::F32(values) = storage else {
        bail!("expected {:?}", DType::F32);
    };
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&values[start..end]),
        None => bail!("expected numbers that stand side by side"),
    }
}

fn gelu(v: f32) -> f32 {
    use candle_core::cpu::erf::erf_f32;
    0.5 * v * (1.0 + erf_f32(v * std::f32::consts::FRAC_1_SQRT_2))
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn one_pass_equals_the_composition() {
        let values: Vec<f32> = (0..37 * 5).map(|i| (i as f32 * 0.37).sin() * 6.0).collect();
        let x = Tensor::from_vec(values, (37, 5), &Device::Cpu).expect("fits");
        let bias = Tensor::new(&[0.5_f32, -1.0, 0.0, 2.0, 3.0], &Device::Cpu).expect("fits");
        for act in [None, Some(Activation::QuickGelu), Some(Activation::Gelu)] {
            let fast = add_bias(&x, &bias, act).expect("runs");
            let slow = composed(&x, &bias, act).expect("runs");
            let off = (fast - slow).expect("same shape").abs().expect("runs").max_all().expect("runs");
            assert!(off.to_scalar::<f32>().expect("one number") < 1e-5, "{act:?}");
        }
        assert!(add_bias(&x, &x, None).is_err());
    }
}
