//! Named tensors in safetensors files, as plain numbers.
//!
//! Owns reading and writing the container for everyone above, so that no other module names it. Does not
//! own what the tensors mean.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::ModelError;

/// Numbers in row-major order with their shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostTensor {
    /// Sizes, outermost first; empty for a single number.
    pub shape: Vec<usize>,
    /// As many values as the sizes multiply to.
    pub values: Vec<f32>,
}

/// Everything in a safetensors file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TensorFile {
    /// By name.
    pub tensors: BTreeMap<String, HostTensor>,
    /// Free text by name.
    pub metadata: BTreeMap<String, String>,
    /// Tensors that are written in half precision. Reading makes 32-bit floats of all, and leaves this empty.
    pub halves: BTreeSet<String>,
}

/// Reads all tensors of `path` as 32-bit floats.
///
/// # Errors
/// Cannot be read, is not a safetensors file, or holds a type of number that is not known here.
pub fn read(path: &Path) -> Result<TensorFile, ModelError> {
    let bytes = fs::read(path).map_err(ModelError::read(path))?;
    from_bytes(path, &bytes)
}

/// Reads the one tensor called `name`, e.g. `features`.
///
/// # Errors
/// As [`read`], or there is no such tensor.
pub fn read_one(path: &Path, name: &str) -> Result<HostTensor, ModelError> {
    let mut file = read(path)?;
    file.tensors.remove(name).ok_or_else(|| {
        let names: Vec<_> = file.tensors.keys().take(5).map(String::as_str).collect();
        ModelError::file(path, format!("holds no tensor called \"{name}\", only {}", names.join(", ")))
    })
}

/// Reads the contents of a safetensors file; `path` names it in errors.
///
/// # Errors
/// As [`read`].
pub fn from_bytes(path: &Path, bytes: &[u8]) -> Result<TensorFile, ModelError> {
    let broken = |e| ModelError::file(path, format!("is not a whole safetensors file: {e}"));
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
    let metadata = header.metadata().iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
    let mut tensors = BTreeMap::new();
    for (name, view) in SafeTensors::deserialize(bytes).map_err(broken)?.tensors() {
        let values = floats(view.dtype(), view.data()).ok_or_else(|| {
            ModelError::file(path, format!("holds \"{name}\" as {:?}, which cannot be read as numbers", view.dtype()))
        })?;
        tensors.insert(name, HostTensor { shape: view.shape().to_vec(), values });
    }
    Ok(TensorFile { tensors, metadata, halves: BTreeSet::new() })
}

/// The bytes of a safetensors file that holds `file`, the same for the same content.
///
/// # Errors
/// A tensor whose values do not fill its shape.
pub fn to_bytes(file: &TensorFile) -> Result<Vec<u8>, ModelError> {
    let broken = |e| ModelError::Input(format!("the tensors cannot be written as safetensors: {e}"));
    let data: Vec<(&String, Dtype, Vec<u8>)> = file
        .tensors
        .iter()
        .map(|(name, tensor)| {
            if file.halves.contains(name) {
                let bytes = tensor.values.iter().flat_map(|v| nearest_half(*v).to_le_bytes()).collect();
                return (name, Dtype::F16, bytes);
            }
            (name, Dtype::F32, tensor.values.iter().flat_map(|v| v.to_le_bytes()).collect())
        })
        .collect();
    let mut views = Vec::with_capacity(data.len());
    for ((name, kind, bytes), tensor) in data.iter().zip(file.tensors.values()) {
        views.push((name.as_str(), TensorView::new(*kind, tensor.shape.clone(), bytes).map_err(broken)?));
    }
    let metadata: HashMap<_, _> = file.metadata.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    safetensors::serialize(views, (!metadata.is_empty()).then_some(metadata)).map_err(broken)
}

/// Little-endian numbers of type `dtype` as 32-bit floats; `None` for types without a float meaning.
pub(crate) fn floats(dtype: Dtype, data: &[u8]) -> Option<Vec<f32>> {
    macro_rules! numbers {
        ($t:ty, $n:literal) => {
            data.as_chunks::<$n>().0.iter().map(|b| <$t>::from_le_bytes(*b) as f32).collect()
        };
    }
    Some(match dtype {
        Dtype::F32 => data.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
        Dtype::F64 => numbers!(f64, 8),
        Dtype::F16 => data.as_chunks::<2>().0.iter().map(|b| half_to_float(u16::from_le_bytes(*b))).collect(),
        Dtype::BF16 => {
            let widen = |b: &[u8; 2]| f32::from_bits(u32::from(u16::from_le_bytes(*b)) << 16);
            data.as_chunks::<2>().0.iter().map(widen).collect()
        }
        Dtype::I64 => numbers!(i64, 8),
        Dtype::U64 => numbers!(u64, 8),
        Dtype::I32 => numbers!(i32, 4),
        Dtype::U32 => numbers!(u32, 4),
        Dtype::I16 => data.as_chunks::<2>().0.iter().map(|b| f32::from(i16::from_le_bytes(*b))).collect(),
        Dtype::U16 => data.as_chunks::<2>().0.iter().map(|b| f32::from(u16::from_le_bytes(*b))).collect(),
        Dtype::I8 => data.iter().map(|b| f32::from(*b as i8)).collect(),
        Dtype::U8 | Dtype::BOOL => data.iter().map(|b| f32::from(*b)).collect(),
        _ => return None,
    })
}

/// The half precision number nearest to `value`, ties to the even one; beyond the largest it is the largest.
pub(super) fn nearest_half(value: f32) -> u16 {
    let bits = value.to_bits();
    let (sign, size) = ((bits >> 16 & 0x8000) as u16, value.abs());
    if value.is_nan() {
        return sign | 0x7e00;
    }
    if size >= 65504.0 {
        return sign | 0x7bff;
    }
    // Below the smallest number with a full fraction, halves are whole multiples of 2^-24.
    if size < 2_f32.powi(-14) {
        return sign | (size * 2_f32.powi(24)).round_ties_even() as u16;
    }
    let (bits, odd) = (bits & 0x7fff_ffff, bits >> 13 & 1);
    // Rounding may carry into the exponent, which is what it should do then.
    let rounded = (bits + 0x0fff + odd) >> 13;
    sign | (rounded - ((127 - 15) << 10)) as u16
}

/// IEEE 754 half precision to single precision, exact.
pub(super) fn half_to_float(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    match exponent {
        0 => sign * fraction * 2_f32.powi(-24),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        e => sign * (1.0 + fraction / 1024.0) * 2_f32.powi(e - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_become_the_same_numbers() {
        let pairs =
            [(0x3c00, 1.0), (0xc000, -2.0), (0x3555, 0.333_251_95), (0x0001, 5.960_464_5e-8), (0x7bff, 65504.0)];
        for (bits, value) in pairs {
            assert_eq!(half_to_float(bits), value);
        }
        for bits in (0..0x7c00_u16).chain(0x8000..0xfc00) {
            assert_eq!(nearest_half(half_to_float(bits)), bits, "{bits:x}");
        }
        // Half way between two, the even one; a carry into the exponent; what is too small or too large.
        for (value, bits) in [(1.0 + 2_f32.powi(-11), 0x3c00), (1.0 + 3.0 * 2_f32.powi(-11), 0x3c02)] {
            assert_eq!(nearest_half(value), bits);
        }
        assert_eq!([1.9999, 1e-9, 1e9, -1e9].map(nearest_half), [0x4000, 0, 0x7bff, 0xfbff]);
        assert!(half_to_float(nearest_half(f32::NAN)).is_nan());
        assert!(half_to_float(0x7e00).is_nan() && half_to_float(0xfc00) == f32::NEG_INFINITY);
    }

    #[test]
    fn a_file_is_read_back_as_written_and_damage_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.safetensors");
        let mut file = TensorFile::default();
        file.tensors.insert("features".into(), HostTensor { shape: vec![2, 2], values: vec![1.0, -2.0, 3.5, 0.0] });
        file.metadata.insert("layout".into(), "tcd".into());
        let bytes = to_bytes(&file).expect("fits");
        fs::write(&path, &bytes).expect("is written");
        assert_eq!(read(&path).expect("is whole"), file);
        assert_eq!(read_one(&path, "features").expect("is there").shape, [2, 2]);
        let missing = read_one(&path, "noise").expect_err("is not there").to_string();
        assert!(missing.contains("noise") && missing.contains("features"), "{missing}");
        for cut in [0, 5, bytes.len() - 1] {
            let error = from_bytes(&path, &bytes[..cut]).expect_err("is cut").to_string();
            assert!(error.contains("x.safetensors") && error.contains("not a whole safetensors"), "{error}");
        }
    }
}
