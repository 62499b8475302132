//! The elementwise parts between the matrix products.
//!
//! Owns the taps of a convolution with bias and activation, and batch normalisation, each with its
//! gradient. On the CPU they are fused loops over all cores (candle's own run on one, once per step of the
//! formula); elsewhere they are composed of candle's operations, which the tests hold against the loops.
//!
//! Everything is `[rows, channels]`, rows being the snippets of one sequence after another.

use candle_core::{CpuStorage, CustomOp2, CustomOp3, DType, Layout, Result, Shape, Storage, Tensor, bail};
use rayon::prelude::*;

/// Rows that one thread works through at a time; partial sums are added in this order, so that results do
/// not depend on the number of threads.
const BLOCK: usize = 64;

const EPS: f32 = 1e-5;

/// The second half of a convolution along time, after the products of every tap with every row.
#[derive(Clone, Copy, Debug)]
pub struct Taps {
    /// Kernel size; 1 for a linear layer.
    pub kernel: usize,
    /// Rows between taps.
    pub dilation: usize,
    /// Rows per sequence: taps do not reach beyond it.
    pub len: usize,
    /// Whether negative results become 0.
    pub relu: bool,
}

impl Taps {
    /// `[rows, kernel × out]` and `[out]` to `[rows, out]`:
    /// `out[t] = relu(bias + sum_k products[t + (k - middle) dilation][k])`.
    pub fn apply(self, products: &Tensor, bias: &Tensor) -> Result<Tensor> {
        if products.device().is_cpu() { products.apply_op2(bias, self) } else { self.composed(products, bias) }
    }

    /// The same of candle's own operations.
    pub fn composed(self, products: &Tensor, bias: &Tensor) -> Result<Tensor> {
        let (rows, _) = products.dims2()?;
        let out = bias.dim(0)?;
        let products = products.reshape((rows / self.len, self.len, self.kernel * out))?;
        let mut sum: Option<Tensor> = None;
        for k in 0..self.kernel {
            let (ahead, behind) = self.reach(k);
            if ahead + behind >= self.len {
                continue;
            }
            let tap = products.narrow(2, k * out, out)?.narrow(1, ahead, self.len - ahead - behind)?;
            let tap = tap.contiguous()?.pad_with_zeros(1, behind, ahead)?;
            sum = Some(match sum {
                Some(sum) => (sum + tap)?,
                None => tap,
            });
        }
        let Some(sum) = sum else { bail!("a convolution without taps") };
        let sum = sum.reshape((rows, out))?.broadcast_add(bias)?;
        if self.relu { sum.relu() } else { Ok(sum) }
    }

    /// How far tap `k` looks ahead and behind; one of the two is 0.
    fn reach(self, k: usize) -> (usize, usize) {
        let middle = self.kernel / 2;
        (k.saturating_sub(middle) * self.dilation, middle.saturating_sub(k) * self.dilation)
    }

    fn forward(self, products: &[f32], bias: &[f32]) -> Vec<f32> {
        let width = bias.len();
        let mut out = vec![0.0; products.len() / self.kernel];
        out.par_chunks_mut(width * BLOCK).enumerate().for_each(|(block, rows)| {
            for (i, row) in rows.chunks_exact_mut(width).enumerate() {
                let n = block * BLOCK + i;
                let t = n % self.len;
                row.copy_from_slice(bias);
                for k in 0..self.kernel {
                    let (ahead, behind) = self.reach(k);
                    if t + ahead >= self.len || t < behind {
                        continue;
                    }
                    let at = ((n + ahead - behind) * self.kernel + k) * width;
                    for (r, p) in row.iter_mut().zip(&products[at..at + width]) {
                        *r += p;
                    }
                }
                if self.relu {
                    for r in row {
                        *r = if *r < 0.0 { 0.0 } else { *r };
                    }
                }
            }
        });
        out
    }

    fn backward(self, result: &[f32], grad: &[f32], width: usize) -> (Vec<f32>, Vec<f32>) {
        let passes = |at: usize| if self.relu && result[at] <= 0.0 { 0.0 } else { grad[at] };
        let mut products = vec![0.0; grad.len() * self.kernel];
        products.par_chunks_mut(width * self.kernel * BLOCK).enumerate().for_each(|(block, rows)| {
            for (i, row) in rows.chunks_exact_mut(width).enumerate() {
                let (n, k) = (block * BLOCK + i / self.kernel, i % self.kernel);
                let t = n % self.len;
                let (ahead, behind) = self.reach(k);
                if t + behind >= self.len || t < ahead {
                    continue;
                }
                let at = (n + behind - ahead) * width;
                for (c, r) in row.iter_mut().enumerate() {
                    *r = passes(at + c);
                }
            }
        });
        let rows = grad.len() / width;
        let bias = column_sums(rows, width, |n, sums| {
            for (c, s) in sums.iter_mut().enumerate() {
                *s += passes(n * width + c);
            }
        });
        (products, bias)
    }
}

impl CustomOp2 for Taps {
    fn name(&self) -> &'static str {
        "taps"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        let (products, bias) = (slice(s1, l1)?, slice(s2, l2)?);
        let (rows, width) = l1.shape().dims2()?;
        if width != bias.len() * self.kernel || self.len == 0 || rows % self.len != 0 {
            bail!("taps: {rows} x {width} products do not fit {} sums over {} rows", bias.len(), self.len);
        }
        Ok((CpuStorage::F32(self.forward(products, bias)), (rows, bias.len()).into()))
    }

    fn bwd(
        &self,
        products: &Tensor,
        bias: &Tensor,
        result: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let width = bias.dim(0)?;
        let (d_products, d_bias) = with_slice(result, |r| with_slice(grad, |g| Ok(self.backward(r, g, width))))?;
        let device = products.device();
        Ok((
            Some(Tensor::from_vec(d_products, products.shape(), device)?),
            Some(Tensor::from_vec(d_bias, width, device)?),
        ))
    }
}

/// Mean and biased variance of each channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// `[channels]`.
    pub mean: Vec<f32>,
    /// `[channels]`.
    pub variance: Vec<f32>,
}

impl Statistics {
    /// Of the rows of `x`, `[rows, channels]`.
    pub fn of(x: &Tensor) -> Result<Self> {
        let (rows, width) = x.dims2()?;
        with_slice(x, |x| {
            let share = 1.0 / rows as f32;
            let row = |n: usize| &x[n * width..(n + 1) * width];
            let mut mean = column_sums(rows, width, |n, sums| add(sums, row(n)));
            for m in &mut mean {
                *m *= share;
            }
            let mut variance = column_sums(rows, width, |n, sums| {
                for ((s, v), m) in sums.iter_mut().zip(row(n)).zip(&mean) {
                    *s += (v - m) * (v - m);
                }
            });
            for v in &mut variance {
                *v *= share;
            }
            Ok(Self { mean, variance })
        })
    }
}

/// Batch normalisation of `[rows, channels]` by given statistics.
#[derive(Clone, Debug)]
pub struct BatchNorm {
    mean: Vec<f32>,
    inverse: Vec<f32>,
    /// Whether the statistics are those of the rows themselves, so that the gradient flows through them.
    of_batch: bool,
}

impl BatchNorm {
    /// Normalises `x` by running statistics.
    pub fn running(x: &Tensor, scale: &Tensor, shift: &Tensor, statistics: &Statistics) -> Result<Tensor> {
        if x.device().is_cpu() {
            return x.apply_op3(scale, shift, Self::new(statistics, false));
        }
        let width = statistics.mean.len();
        let mean = Tensor::from_slice(&statistics.mean, width, x.device())?;
        let inverse: Vec<f32> = statistics.variance.iter().map(|v| inverse(*v)).collect();
        let inverse = Tensor::from_vec(inverse, width, x.device())?;
        x.broadcast_sub(&mean)?.broadcast_mul(&(inverse * scale)?)?.broadcast_add(shift)
    }

    /// Normalises `x` by its own statistics and returns them.
    pub fn batch(x: &Tensor, scale: &Tensor, shift: &Tensor) -> Result<(Tensor, Statistics)> {
        if x.device().is_cpu() {
            let statistics = Statistics::of(x)?;
            return Ok((x.apply_op3(scale, shift, Self::new(&statistics, true))?, statistics));
        }
        Self::batch_composed(x, scale, shift)
    }

    /// The same of candle's own operations.
    pub fn batch_composed(x: &Tensor, scale: &Tensor, shift: &Tensor) -> Result<(Tensor, Statistics)> {
        let mean = x.mean_keepdim(0)?;
        let centred = x.broadcast_sub(&mean)?;
        let variance = centred.sqr()?.mean_keepdim(0)?;
        let normal = centred.broadcast_div(&(&variance + f64::from(EPS))?.sqrt()?)?;
        let statistics = Statistics { mean: host(&mean)?, variance: host(&variance)? };
        Ok((normal.broadcast_mul(scale)?.broadcast_add(shift)?, statistics))
    }

    fn new(statistics: &Statistics, of_batch: bool) -> Self {
        let inverse = statistics.variance.iter().map(|v| inverse(*v)).collect();
        Self { mean: statistics.mean.clone(), inverse, of_batch }
    }

    fn backward(&self, x: &[f32], scale: &[f32], grad: &[f32]) -> [Vec<f32>; 3] {
        let width = scale.len();
        let rows = x.len() / width;
        let normal = |n: usize, c: usize| (x[n * width + c] - self.mean[c]) * self.inverse[c];
        // One pass gives both sums: the gradient of the shift, then that of the scale.
        let sums = column_sums(rows, 2 * width, |n, sums| {
            let (shift, scale) = sums.split_at_mut(width);
            let row = &grad[n * width..(n + 1) * width];
            add(shift, row);
            for (c, (s, g)) in scale.iter_mut().zip(row).enumerate() {
                *s += g * normal(n, c);
            }
        });
        let (d_shift, d_scale) = sums.split_at(width);
        let share = if self.of_batch { 1.0 / rows as f32 } else { 0.0 };
        let mut d_x = vec![0.0; x.len()];
        d_x.par_chunks_mut(width * BLOCK).enumerate().for_each(|(block, part)| {
            for (i, row) in part.chunks_exact_mut(width).enumerate() {
                let n = block * BLOCK + i;
                for (c, d) in row.iter_mut().enumerate() {
                    let through = (d_shift[c] + normal(n, c) * d_scale[c]) * share;
                    *d = scale[c] * self.inverse[c] * (grad[n * width + c] - through);
                }
            }
        });
        [d_x, d_scale.to_vec(), d_shift.to_vec()]
    }
}

impl CustomOp3 for BatchNorm {
    fn name(&self) -> &'static str {
        "batch-norm"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
        s3: &CpuStorage,
        l3: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, scale, shift) = (slice(s1, l1)?, slice(s2, l2)?, slice(s3, l3)?);
        let width = self.mean.len();
        let factor: Vec<f32> = scale.iter().zip(&self.inverse).map(|(s, i)| s * i).collect();
        let mut out = vec![0.0; x.len()];
        out.par_chunks_mut(width * BLOCK).zip(x.par_chunks(width * BLOCK)).for_each(|(out, x)| {
            for (out, x) in out.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
                for c in 0..width {
                    out[c] = (x[c] - self.mean[c]) * factor[c] + shift[c];
                }
            }
        });
        Ok((CpuStorage::F32(out), l1.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        scale: &Tensor,
        _shift: &Tensor,
        _result: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let [d_x, d_scale, d_shift] =
            with_slice(x, |x| with_slice(scale, |s| with_slice(grad, |g| Ok(self.backward(x, s, g)))))?;
        let (device, width) = (x.device(), scale.dim(0)?);
        Ok((
            Some(Tensor::from_vec(d_x, x.shape(), device)?),
            Some(Tensor::from_vec(d_scale, width, device)?),
            Some(Tensor::from_vec(d_shift, width, device)?),
        ))
    }
}

fn inverse(variance: f32) -> f32 {
    1.0 / (variance + EPS).sqrt()
}

fn add(sums: &mut [f32], row: &[f32]) {
    for (s, v) in sums.iter_mut().zip(row) {
        *s += v;
    }
}

/// Sums over rows, block by block over all cores; `add(row, sums)` adds one row.
fn column_sums(rows: usize, width: usize, add_row: impl Fn(usize, &mut [f32]) + Sync) -> Vec<f32> {
    let parts: Vec<Vec<f32>> = (0..rows.div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| {
            let mut sums = vec![0.0; width];
            (block * BLOCK..((block + 1) * BLOCK).min(rows)).for_each(|n| add_row(n, &mut sums));
            sums
        })
        .collect();
    let mut total = vec![0.0_f64; width];
    for part in parts {
        for (t, p) in total.iter_mut().zip(part) {
            *t += f64::from(p);
        }
    }
    total.into_iter().map(|t| t as f32).collect()
}

fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("a fused operation got a strided tensor");
    };
    match storage {
        CpuStorage::F32(values) => Ok(&values[start..end]),
        _ => bail!("a fused operation got numbers other than 32-bit floats"),
    }
}

/// Hands out a tensor's numbers in row-major order, without a copy where they lie so in main memory.
pub fn with_slice<R>(tensor: &Tensor, f: impl FnOnce(&[f32]) -> Result<R>) -> Result<R> {
    if tensor.device().is_cpu() && tensor.is_contiguous() && tensor.dtype() == DType::F32 {
        let (storage, layout) = tensor.storage_and_layout();
        if let Storage::Cpu(storage) = &*storage {
            return f(slice(storage, layout)?);
        }
    }
    f(&tensor.flatten_all()?.to_vec1::<f32>()?)
}

/// A tensor's numbers in row-major order.
pub fn host(tensor: &Tensor) -> Result<Vec<f32>> {
    with_slice(tensor, |values| Ok(values.to_vec()))
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;
    use crate::model::random::{Purpose, fill_normal, stream};

    fn normal(rows: usize, width: usize, minor: u64) -> Var {
        let mut values = vec![0.0; rows * width];
        fill_normal(&mut stream(9, Purpose::Noise, 0, minor), &mut values);
        Var::from_vec(values, (rows, width), &Device::Cpu).expect("fits")
    }

    fn vector(width: usize, minor: u64) -> Var {
        let values = host(&normal(1, width, minor)).expect("reads");
        Var::from_vec(values, width, &Device::Cpu).expect("fits")
    }

    fn close(a: &Tensor, b: &Tensor) {
        let (a, b) = (host(a).expect("reads"), host(b).expect("reads"));
        assert_eq!(a.len(), b.len());
        for (a, b) in a.iter().zip(&b) {
            assert!((a - b).abs() < 1e-4 * (1.0 + b.abs()), "{a} is not {b}");
        }
    }

    #[test]
    fn fused_and_composed_taps_agree_forwards_and_backwards() {
        for (len, kernel, dilation, relu) in
            [(10, 3, 1, true), (10, 3, 4, true), (3, 3, 4, false), (5, 1, 1, true), (1, 3, 2, true)]
        {
            let taps = Taps { kernel, dilation, len, relu };
            let (products, bias) = (normal(len * 14, taps.kernel * 6, 1), vector(6, 2));
            let weight = normal(len * 14, 6, 3);
            let fused = taps.apply(&products, &bias).expect("fused");
            let composed = taps.composed(&products, &bias).expect("composed");
            close(&fused, &composed);
            let a = (fused * weight.as_tensor()).expect("mul").sum_all().expect("sum").backward().expect("back");
            let b = (composed * weight.as_tensor()).expect("mul").sum_all().expect("sum").backward().expect("back");
            for var in [&products, &bias] {
                close(a.get(var).expect("a gradient"), b.get(var).expect("a gradient"));
            }
        }
    }

    #[test]
    fn fused_and_composed_norms_agree_forwards_and_backwards() {
        let (x, scale, shift, weight) = (normal(150, 7, 1), vector(7, 2), vector(7, 3), normal(150, 7, 4));
        let (fused, s1) = BatchNorm::batch(&x, &scale, &shift).expect("fused");
        let (composed, s2) = BatchNorm::batch_composed(&x, &scale, &shift).expect("composed");
        close(&fused, &composed);
        assert!(s1.variance.iter().zip(&s2.variance).all(|(a, b)| (a - b).abs() < 1e-5));
        let frozen = BatchNorm::running(&x, &scale, &shift, &s1).expect("frozen");
        close(&fused, &frozen);
        let a = (fused * weight.as_tensor()).expect("mul").sum_all().expect("sum").backward().expect("back");
        let b = (composed * weight.as_tensor()).expect("mul").sum_all().expect("sum").backward().expect("back");
        for var in [&x, &scale, &shift] {
            close(a.get(var).expect("a gradient"), b.get(var).expect("a gradient"));
        }
        let c = (frozen * weight.as_tensor()).expect("mul").sum_all().expect("sum").backward().expect("back");
        let factor: Vec<f32> =
            host(&scale).expect("reads").iter().zip(&s1.variance).map(|(s, v)| s * inverse(*v)).collect();
        let expected = weight.broadcast_mul(&Tensor::from_vec(factor, 7, &Device::Cpu).expect("fits")).expect("mul");
        close(c.get(&x).expect("a gradient"), &expected);
    }
}
