//! The weights by their published names.
//!
//! Owns which tensors a CLIP-TSA model has, their shapes, their first values, and the check of what a
//! file holds. Does not own file formats.

use std::collections::BTreeMap;
use std::path::Path;

use super::ModelError;
use super::random::{Purpose, fill_uniform, stream};
use super::tensors::HostTensor;

/// Size of the features inside the network. Other sizes go through the input projection first.
pub const WIDTH: usize = 512;

/// Hidden size of the input projection.
const PROJECTION: usize = 1024;

/// What a tensor is, and so how it begins and whether training moves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Linear `[out, in]` or convolution `[out, in, kernel]` weight.
    Weight,
    /// Bias of the same.
    Bias,
    /// Weight of a batch normalisation.
    Scale,
    /// Weight of the batch normalisation that ends the non-local block: begins at 0, so that the block begins
    /// as the identity.
    ZeroScale,
    /// Bias of a batch normalisation.
    Shift,
    /// Running mean; a statistic, not trained.
    Mean,
    /// Running variance; a statistic, not trained.
    Variance,
}

impl Role {
    /// Whether the optimiser moves it.
    pub fn is_trained(self) -> bool {
        !matches!(self, Self::Mean | Self::Variance)
    }
}

/// One tensor of the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Published name.
    pub name: &'static str,
    /// Published shape.
    pub shape: Vec<usize>,
    /// What it is.
    pub role: Role,
}

/// All tensors of a model for features of `dim` numbers.
pub fn specs(dim: usize) -> Vec<Spec> {
    use Role::{Bias, Mean, Scale, Shift, Variance, Weight, ZeroScale};
    let fixed: [(&'static str, &[usize], Role); 45] = [
        ("hard_attention.scorer.fc1.weight", &[256, 512], Weight),
        ("hard_attention.scorer.fc1.bias", &[256], Bias),
        ("hard_attention.scorer.fc2.weight", &[1, 256], Weight),
        ("hard_attention.scorer.fc2.bias", &[1], Bias),
        ("Aggregate.conv_1.0.weight", &[128, 512, 3], Weight),
        ("Aggregate.conv_1.0.bias", &[128], Bias),
        ("Aggregate.conv_1.2.weight", &[128], Scale),
        ("Aggregate.conv_1.2.bias", &[128], Shift),
        ("Aggregate.conv_1.2.running_mean", &[128], Mean),
        ("Aggregate.conv_1.2.running_var", &[128], Variance),
        ("Aggregate.conv_2.0.weight", &[128, 512, 3], Weight),
        ("Aggregate.conv_2.0.bias", &[128], Bias),
        ("Aggregate.conv_2.2.weight", &[128], Scale),
        ("Aggregate.conv_2.2.bias", &[128], Shift),
        ("Aggregate.conv_2.2.running_mean", &[128], Mean),
        ("Aggregate.conv_2.2.running_var", &[128], Variance),
        ("Aggregate.conv_3.0.weight", &[128, 512, 3], Weight),
        ("Aggregate.conv_3.0.bias", &[128], Bias),
        ("Aggregate.conv_3.2.weight", &[128], Scale),
        ("Aggregate.conv_3.2.bias", &[128], Shift),
        ("Aggregate.conv_3.2.running_mean", &[128], Mean),
        ("Aggregate.conv_3.2.running_var", &[128], Variance),
        ("Aggregate.conv_4.0.weight", &[128, 512, 1], Weight),
        ("Aggregate.conv_5.0.weight", &[512, 512, 3], Weight),
        ("Aggregate.conv_5.2.weight", &[512], Scale),
        ("Aggregate.conv_5.2.bias", &[512], Shift),
        ("Aggregate.conv_5.2.running_mean", &[512], Mean),
        ("Aggregate.conv_5.2.running_var", &[512], Variance),
        ("Aggregate.non_local.theta.weight", &[64, 128, 1], Weight),
        ("Aggregate.non_local.theta.bias", &[64], Bias),
        ("Aggregate.non_local.phi.weight", &[64, 128, 1], Weight),
        ("Aggregate.non_local.phi.bias", &[64], Bias),
        ("Aggregate.non_local.g.weight", &[64, 128, 1], Weight),
        ("Aggregate.non_local.g.bias", &[64], Bias),
        ("Aggregate.non_local.W.0.weight", &[128, 64, 1], Weight),
        ("Aggregate.non_local.W.0.bias", &[128], Bias),
        ("Aggregate.non_local.W.1.weight", &[128], ZeroScale),
        ("Aggregate.non_local.W.1.bias", &[128], Shift),
        ("Aggregate.non_local.W.1.running_mean", &[128], Mean),
        ("Aggregate.non_local.W.1.running_var", &[128], Variance),
        ("fc1.weight", &[128, 512], Weight),
        ("fc1.bias", &[128], Bias),
        ("fc2.weight", &[32, 128], Weight),
        ("fc2.bias", &[32], Bias),
        ("fc3.weight", &[1, 32], Weight),
    ];
    let mut specs: Vec<Spec> =
        fixed.into_iter().map(|(name, shape, role)| Spec { name, shape: shape.to_vec(), role }).collect();
    specs.push(Spec { name: "fc3.bias", shape: vec![1], role: Bias });
    if dim != WIDTH {
        specs.push(Spec { name: "mlp.fc1.weight", shape: vec![PROJECTION, dim], role: Weight });
        specs.push(Spec { name: "mlp.fc1.bias", shape: vec![PROJECTION], role: Bias });
        specs.push(Spec { name: "mlp.fc2.weight", shape: vec![WIDTH, PROJECTION], role: Weight });
        specs.push(Spec { name: "mlp.fc2.bias", shape: vec![WIDTH], role: Bias });
    }
    specs
}

/// A complete, checked set of weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    dim: usize,
    tensors: BTreeMap<&'static str, HostTensor>,
}

impl Parameters {
    /// First weights: Xavier uniform, biases 0, batch normalisation 1 and 0. The same seed gives the same.
    pub fn initial(dim: usize, seed: u64) -> Self {
        let mut tensors = BTreeMap::new();
        for (i, spec) in specs(dim).into_iter().enumerate() {
            let len = spec.shape.iter().product();
            let values = match spec.role {
                Role::Weight => {
                    let kernel: usize = spec.shape[2..].iter().product();
                    let fan = (spec.shape[0] + spec.shape[1]) * kernel;
                    let mut values = vec![0.0; len];
                    let bound = (6.0 / fan as f64).sqrt() as f32;
                    fill_uniform(&mut stream(seed, Purpose::Initial, 0, i as u64), bound, &mut values);
                    values
                }
                Role::Scale | Role::Variance => vec![1.0; len],
                Role::Bias | Role::ZeroScale | Role::Shift | Role::Mean => vec![0.0; len],
            };
            tensors.insert(spec.name, HostTensor { shape: spec.shape, values });
        }
        Self { dim, tensors }
    }

    /// Takes the tensors of a state dict read from `path`, after checking that it is one of this model.
    ///
    /// A `module.` prefix is dropped, `num_batches_tracked` ignored, and so is an input projection from 512
    /// numbers, which the published program creates and never uses.
    ///
    /// # Errors
    /// Another architecture; missing or surplus tensors; wrong shapes; values that are not finite.
    pub fn from_tensors(path: &Path, tensors: BTreeMap<String, HostTensor>) -> Result<Self, ModelError> {
        let mut tensors: BTreeMap<String, HostTensor> = tensors
            .into_iter()
            .map(|(name, tensor)| (name.strip_prefix("module.").unwrap_or(&name).to_owned(), tensor))
            .filter(|(name, _)| !name.ends_with("num_batches_tracked"))
            .collect();
        let dim = match tensors.get("mlp.fc1.weight").map(|t| t.shape.as_slice()) {
            Some([_, dim]) if *dim > 0 => *dim,
            _ => WIDTH,
        };
        if dim == WIDTH {
            tensors.retain(|name, _| !name.starts_with("mlp."));
        }
        let specs = specs(dim);
        let missing: Vec<&str> = specs.iter().map(|s| s.name).filter(|name| !tensors.contains_key(*name)).collect();
        let surplus: Vec<&str> =
            tensors.keys().map(String::as_str).filter(|name| !specs.iter().any(|s| s.name == *name)).collect();
        let refuse = |reason: String| Err(ModelError::file(path, reason));
        match (missing.as_slice(), surplus.as_slice()) {
            ([], []) => {}
            ([], _) => return refuse(format!("holds tensors that CLIP-TSA does not have: {}", list(&surplus))),
            (_, []) => return refuse(format!("is not a whole CLIP-TSA model: it lacks {}", list(&missing))),
            _ => {
                let what = architecture(&surplus);
                return refuse(format!(
                    "holds {what}, not CLIP-TSA: it has {}, and lacks {}",
                    list(&surplus),
                    list(&missing)
                ));
            }
        }
        let mut checked = BTreeMap::new();
        for spec in specs {
            let tensor = tensors.remove(spec.name).unwrap_or_default();
            if tensor.shape != spec.shape {
                return refuse(format!(
                    "holds {} of shape {:?}, where CLIP-TSA has {:?}",
                    spec.name, tensor.shape, spec.shape
                ));
            }
            if tensor.values.iter().any(|v| !v.is_finite()) {
                return refuse(format!("holds a value in {} that is not a finite number", spec.name));
            }
            if spec.role == Role::Variance && tensor.values.iter().any(|v| *v < 0.0) {
                return refuse(format!("holds a negative variance in {}", spec.name));
            }
            checked.insert(spec.name, tensor);
        }
        Ok(Self { dim, tensors: checked })
    }

    /// d, the numbers per snippet that this model takes.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// By published name, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &HostTensor)> {
        self.tensors.iter().map(|(name, tensor)| (*name, tensor))
    }

    /// One tensor's numbers in published order; empty for a name that the model does not have.
    pub fn values(&self, name: &str) -> &[f32] {
        self.tensors.get(name).map_or(&[], |t| t.values.as_slice())
    }

    /// Replaces one tensor's numbers. A wrong name or length is ignored: the caller got both from here.
    pub(crate) fn set(&mut self, name: &str, values: Vec<f32>) {
        if let Some(tensor) = self.tensors.get_mut(name)
            && tensor.values.len() == values.len()
        {
            tensor.values = values;
        }
    }

    /// The same with all logits divided by `temperature`: in the last layer.
    pub(crate) fn softened(&self, temperature: f64) -> Self {
        let mut softened = self.clone();
        for name in ["fc3.weight", "fc3.bias"] {
            let values = self.values(name).iter().map(|v| (f64::from(*v) / temperature) as f32).collect();
            softened.set(name, values);
        }
        softened
    }

    /// The same with `bias` added to all logits: in the last layer.
    pub(crate) fn shifted(&self, bias: f64) -> Self {
        let mut shifted = self.clone();
        let values = self.values("fc3.bias").iter().map(|v| (f64::from(*v) + bias) as f32).collect();
        shifted.set("fc3.bias", values);
        shifted
    }

    /// Keeps `share` of every number and takes the rest from `other`, which is a model of the same size.
    pub(crate) fn blend(&mut self, share: f32, other: &Self) {
        for (name, tensor) in &mut self.tensors {
            for (kept, new) in tensor.values.iter_mut().zip(other.values(name)) {
                *kept = share * *kept + (1.0 - share) * new;
            }
        }
    }

    /// All tensors with owned names, as files hold them.
    pub(crate) fn to_tensors(&self) -> BTreeMap<String, HostTensor> {
        self.tensors.iter().map(|(name, tensor)| ((*name).to_owned(), tensor.clone())).collect()
    }

    /// Identity of the weights: a hash of names and numbers, the same for every file format.
    pub fn id(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (name, tensor) in &self.tensors {
            hasher.update(name.as_bytes());
            hasher.update(&(tensor.values.len() as u64).to_le_bytes());
            let bytes: Vec<u8> = tensor.values.iter().flat_map(|v| v.to_le_bytes()).collect();
            hasher.update(&bytes);
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }
}

/// At most three names and how many more there are.
fn list(names: &[&str]) -> String {
    let shown = names[..names.len().min(3)].join(", ");
    if names.len() > 3 { format!("{shown} and {} more", names.len() - 3) } else { shown }
}

/// What kind of network the names of unknown tensors speak of.
fn architecture(names: &[&str]) -> &'static str {
    let any = |part: &str| names.iter().any(|n| n.to_ascii_lowercase().contains(part));
    if any("lstm") || any("weight_ih_l0") {
        "a recurrent (LSTM) network"
    } else if any("vision_model") || any("visual.") {
        "a CLIP encoder"
    } else if any("attn") || any("attention") {
        "a transformer"
    } else {
        "another network"
    }
}

/// From published `[out, in]` or `[out, in, kernel]` to the order of the computation, `[in, kernel × out]`:
/// with it every product and every gradient is a plain product of contiguous matrices.
pub(crate) fn input_major(shape: &[usize], values: &[f32]) -> Vec<f32> {
    transposed(shape[0], values)
}

/// Back from [`input_major`]; `shape` is the published one.
pub(crate) fn published_order(shape: &[usize], values: &[f32]) -> Vec<f32> {
    transposed(shape[1..].iter().product(), values)
}

/// A matrix of `rows`, turned; block by block, as a whole column at a time would leave the cache at every number.
fn transposed(rows: usize, values: &[f32]) -> Vec<f32> {
    const BLOCK: usize = 32;
    let columns = values.len() / rows.max(1);
    let mut result = vec![0.0; values.len()];
    for top in (0..rows).step_by(BLOCK) {
        for left in (0..columns).step_by(BLOCK) {
            for row in top..(top + BLOCK).min(rows) {
                for column in left..(left + BLOCK).min(columns) {
                    result[column * rows + row] = values[row * columns + column];
                }
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensors(dim: usize) -> BTreeMap<String, HostTensor> {
        Parameters::initial(dim, 1).to_tensors()
    }

    fn refusal(tensors: BTreeMap<String, HostTensor>) -> String {
        Parameters::from_tensors(Path::new("m.pt"), tensors).expect_err("is refused").to_string()
    }

    #[test]
    fn orders_are_inverse_to_each_other() {
        let values: Vec<f32> = (0_u8..24).map(f32::from).collect();
        let ours = input_major(&[2, 4, 3], &values);
        // Input channel 0: kernel positions 0, 1, 2 for outputs 0 and 1.
        assert_eq!(ours[..6], [0.0, 12.0, 1.0, 13.0, 2.0, 14.0]);
        assert_eq!(published_order(&[2, 4, 3], &ours), values);
        // Larger than a block, and no multiple of one.
        let (shape, values) = ([70, 37, 3], (0_u16..7770).map(f32::from).collect::<Vec<_>>());
        let ours = input_major(&shape, &values);
        assert!((0..7770).all(|i| ours[i % 111 * 70 + i / 111] == values[i]));
        assert_eq!(published_order(&shape, &ours), values);
    }

    #[test]
    fn a_prefix_and_bookkeeping_are_accepted() {
        let mut named: BTreeMap<_, _> = tensors(512).into_iter().map(|(n, t)| (format!("module.{n}"), t)).collect();
        named.insert("module.Aggregate.conv_1.2.num_batches_tracked".into(), HostTensor::default());
        let unused = HostTensor { shape: vec![1024, 512], values: vec![0.0; 1024 * 512] };
        named.insert("module.mlp.fc1.weight".into(), unused);
        let read = Parameters::from_tensors(Path::new("m.pt"), named).expect("is accepted");
        assert_eq!((read.dim(), read.id()), (512, Parameters::initial(512, 1).id()));
        assert_eq!(Parameters::from_tensors(Path::new("m.pt"), tensors(2048)).expect("is accepted").dim(), 2048);
    }

    #[test]
    fn what_does_not_fit_is_refused_in_one_sentence() {
        let mut missing = tensors(512);
        missing.remove("fc2.bias");
        let missing = refusal(missing);
        assert!(missing.contains("lacks fc2.bias"), "{missing}");
        let mut surplus = tensors(512);
        surplus.insert("fc9.bias".into(), HostTensor::default());
        let surplus = refusal(surplus);
        assert!(surplus.contains("does not have: fc9.bias"), "{surplus}");
        let mut shape = tensors(512);
        shape.insert("fc2.bias".into(), HostTensor { shape: vec![31], values: vec![0.0; 31] });
        let shape = refusal(shape);
        assert!(shape.contains("fc2.bias of shape [31]") && shape.contains("[32]"), "{shape}");
        let mut nan = tensors(512);
        nan.get_mut("fc2.bias").expect("is there").values[3] = f32::NAN;
        let nan = refusal(nan);
        assert!(nan.contains("fc2.bias") && nan.contains("finite"), "{nan}");
        let other = refusal([("LSTM.weight_ih_l0".to_owned(), HostTensor::default())].into());
        assert!(other.contains("LSTM") && other.contains("not CLIP-TSA"), "{other}");
    }

    #[test]
    fn ids_tell_weights_apart() {
        assert_ne!(Parameters::initial(512, 1).id(), Parameters::initial(512, 2).id());
    }
}
