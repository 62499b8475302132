//! NumPy's array file, NPY versions 1 to 3.
//!
//! Owns the header and the element types that the field's files use. Reads from bytes in memory and
//! never trusts a size before the bytes for it are there; refuses object arrays, which hold pickled
//! program code. Does not own what the numbers mean.

use thiserror::Error;

/// Numbers of any shape, in C order (last axis fastest).
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Length of each axis; empty for a single number.
    pub shape: Vec<usize>,
    /// All values.
    pub values: Vec<f32>,
}

/// Why bytes are not a readable NPY file.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NpyError {
    /// Another kind of file.
    #[error("this is no NPY file: it does not begin with the letters NUMPY")]
    Magic,
    /// A version from the future.
    #[error("NPY version {0} is not known; versions 1 to 3 are")]
    Version(u8),
    /// The header cannot be understood.
    #[error("the NPY header is damaged: {0}")]
    Header(&'static str),
    /// Python objects.
    #[error(
        "the array holds pickled Python objects, which are never opened because they can run code; \
         save it as numbers: np.save(path, np.concatenate(list).astype('float32'))"
    )]
    Object,
    /// Text, complex numbers, records and other types.
    #[error("the element type {0:?} is not read; use float16, float32, float64, bool or an integer type")]
    Type(String),
    /// Fewer or more bytes than the shape asks for.
    #[error("the file is cut short or damaged: the shape {shape} needs {expected} bytes of data, {found} are there")]
    Length {
        /// As in the header.
        shape: String,
        /// Bytes the shape needs.
        expected: u128,
        /// Bytes there.
        found: usize,
    },
}

const MAGIC: &[u8] = b"\x93NUMPY";
/// More axes than any sensible array, and few enough that sizes cannot be used to exhaust anything.
const MAX_AXES: usize = 8;

/// Reads an array of numbers or truth values.
///
/// # Errors
/// Anything that is not a complete NPY file of a known numeric type.
pub fn read(bytes: &[u8]) -> Result<Array, NpyError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(NpyError::Magic)?;
    let short = NpyError::Header("it ends too early");
    let (header_length, rest) = match rest {
        [1, _, a, b, rest @ ..] => (usize::from(u16::from_le_bytes([*a, *b])), rest),
        [2 | 3, _, a, b, c, d, rest @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, rest),
        [version @ (0 | 4..), ..] => return Err(NpyError::Version(*version)),
        _ => return Err(short),
    };
    let (header, data) = rest.split_at_checked(header_length).ok_or(short)?;
    let header = str::from_utf8(header).map_err(|_| NpyError::Header("it is not text"))?;
    let element = Element::parse(value_of(header, "descr")?)?;
    let fortran = match value_of(header, "fortran_order")? {
        v if v.starts_with("True") => true,
        v if v.starts_with("False") => false,
        _ => return Err(NpyError::Header("fortran_order is neither True nor False")),
    };
    let shape = parse_shape(value_of(header, "shape")?)?;

    // In 128 bits eight 64-bit lengths could still overflow: saturating keeps the comparison right.
    let count = shape.iter().fold(1_u128, |n, axis| n.saturating_mul(*axis as u128));
    let expected = count.saturating_mul(element.size as u128);
    if expected != data.len() as u128 {
        return Err(NpyError::Length { shape: show_shape(&shape), expected, found: data.len() });
    }
    let values: Vec<f32> = data.chunks_exact(element.size).map(|raw| element.decode(raw)).collect();
    let values = if fortran && shape.len() > 1 { to_c_order(&shape, &values) } else { values };
    Ok(Array { shape, values })
}

/// An array of 32-bit floats as an NPY version 1 file.
pub fn write(shape: &[usize], values: &[f32]) -> Vec<u8> {
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {}, }}", show_shape(shape));
    // Data begins at a multiple of 64, and the header ends with a line break, as the format demands.
    let used = MAGIC.len() + 4 + header.len() + 1;
    header.push_str(&" ".repeat(used.next_multiple_of(64) - used));
    header.push('\n');
    let mut bytes = Vec::with_capacity(MAGIC.len() + 4 + header.len() + values.len() * 4);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[1, 0]);
    // Eight axes of twenty digits each stay far below the limit of 65535.
    bytes.extend_from_slice(&(header.len() as u16).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    for value in values {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes
}

/// A shape as Python writes it: `(3,)`, `(2, 4)`.
pub fn show_shape(shape: &[usize]) -> String {
    match shape {
        [one] => format!("({one},)"),
        _ => format!("({})", shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// What follows `'key':` in the header.
fn value_of<'a>(header: &'a str, key: &'static str) -> Result<&'a str, NpyError> {
    let missing = NpyError::Header(match key {
        "descr" => "it names no element type",
        "shape" => "it names no shape",
        _ => "it names no axis order",
    });
    let found = ['\'', '"'].iter().find_map(|quote| header.split_once(&format!("{quote}{key}{quote}")));
    let (_, after) = found.ok_or(missing)?;
    Ok(after.trim_start().strip_prefix(':').ok_or(NpyError::Header("a colon is missing"))?.trim_start())
}

fn parse_shape(text: &str) -> Result<Vec<usize>, NpyError> {
    let wrong = || NpyError::Header("the shape is no list of lengths");
    let inner = text.strip_prefix('(').and_then(|t| t.split_once(')')).ok_or_else(wrong)?.0;
    let inner = inner.trim().strip_suffix(',').unwrap_or_else(|| inner.trim());
    if inner.is_empty() {
        return Ok(Vec::new());
    }
    let shape: Vec<usize> =
        inner.split(',').map(|axis| axis.trim().parse().map_err(|_| wrong())).collect::<Result<_, _>>()?;
    if shape.len() > MAX_AXES { Err(NpyError::Header("it has more than 8 axes")) } else { Ok(shape) }
}

/// Type of one element: kind as NumPy names it, bytes, byte order.
#[derive(Clone, Copy)]
struct Element {
    kind: char,
    size: usize,
    big_endian: bool,
}

impl Element {
    fn parse(text: &str) -> Result<Self, NpyError> {
        let quote = text.chars().next().unwrap_or(' ');
        if quote == '[' {
            return Err(NpyError::Type("record".to_owned()));
        }
        let name = text
            .strip_prefix(['\'', '"'])
            .and_then(|t| t.split_once(quote))
            .ok_or(NpyError::Header("the element type is not quoted"))?
            .0;
        let unknown = || NpyError::Type(name.to_owned());
        let mut chars = name.chars();
        let order = chars.next().ok_or_else(unknown)?;
        if name.trim_start_matches(['|', '<', '>', '=']).starts_with('O') {
            return Err(NpyError::Object);
        }
        let kind = chars.next().ok_or_else(unknown)?;
        let size = chars.as_str().parse().map_err(|_| unknown())?;
        let known = matches!((kind, size), ('f', 2 | 4 | 8) | ('i' | 'u', 1 | 2 | 4 | 8) | ('b', 1));
        if !known || !matches!(order, '<' | '>' | '|' | '=') {
            return Err(unknown());
        }
        Ok(Self { kind, size, big_endian: order == '>' })
    }

    /// `raw` has `size` bytes.
    fn decode(self, raw: &[u8]) -> f32 {
        let mut bits = 0_u64;
        for i in 0..self.size {
            let at = if self.big_endian { i } else { self.size - 1 - i };
            bits = bits << 8 | u64::from(raw[at]);
        }
        match (self.kind, self.size) {
            ('f', 2) => half(bits as u16),
            ('f', 4) => f32::from_bits(bits as u32),
            ('f', _) => f64::from_bits(bits) as f32,
            ('i', 1) => f32::from(bits as u8 as i8),
            ('i', 2) => f32::from(bits as u16 as i16),
            ('i', 4) => bits as u32 as i32 as f32,
            ('i', _) => bits as i64 as f32,
            ('b', _) => f32::from(u8::from(bits != 0)),
            _ => bits as f32,
        }
    }
}

/// IEEE 754 half precision: 1 sign, 5 exponent, 10 fraction bits.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f32::from(bits & 0x3ff);
    sign * match exponent {
        0 => fraction * 2.0_f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction / 1024.0) * 2.0_f32.powi(exponent - 15),
    }
}

/// Values stored with the first axis fastest, put with the last axis fastest.
fn to_c_order(shape: &[usize], values: &[f32]) -> Vec<f32> {
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = 1;
    for axis in shape {
        strides.push(stride);
        stride *= axis;
    }
    let mut index = vec![0; shape.len()];
    let mut out = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        out.push(values[index.iter().zip(&strides).map(|(i, s)| i * s).sum::<usize>()]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        let mut bytes = MAGIC.to_vec();
        bytes.extend([1, 0]);
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    fn values(descr: &str, data: &[u8], count: usize) -> Vec<f32> {
        read(&file(descr, "False", &format!("({count},)"), data)).expect("is read").values
    }

    #[test]
    fn every_type_in_both_byte_orders() {
        assert_eq!(values("'<f4'", &1.5_f32.to_le_bytes(), 1), [1.5]);
        assert_eq!(values("'>f4'", &1.5_f32.to_be_bytes(), 1), [1.5]);
        assert_eq!(values("'<f8'", &(-2.25_f64).to_le_bytes(), 1), [-2.25]);
        assert_eq!(values("'>f8'", &(-2.25_f64).to_be_bytes(), 1), [-2.25]);
        assert_eq!(values("'|u1'", &[0, 255], 2), [0.0, 255.0]);
        assert_eq!(values("'|i1'", &[0, 255], 2), [0.0, -1.0]);
        assert_eq!(values("'|b1'", &[0, 1], 2), [0.0, 1.0]);
        assert_eq!(values("'<i4'", &(-7_i32).to_le_bytes(), 1), [-7.0]);
        assert_eq!(values("'>i8'", &(-7_i64).to_be_bytes(), 1), [-7.0]);
        // 1.0, -2.0, 65504 (largest), 2^-24 (smallest), -0.0
        let halves = [0x3c00_u16, 0xc000, 0x7bff, 0x0001, 0x8000].map(u16::to_le_bytes).concat();
        assert_eq!(values("'<f2'", &halves, 5), [1.0, -2.0, 65504.0, 5.960_464_5e-8, 0.0]);
        assert!(values("'<f2'", &[0x00, 0x7c, 0x01, 0x7e], 2)[1].is_nan());
    }

    #[test]
    fn fortran_order_is_turned() {
        let data: Vec<u8> = (0..6_u8).collect();
        let array = read(&file("'|u1'", "True", "(2, 3)", &data)).expect("is read");
        assert_eq!(array.values, [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]);
    }

    #[test]
    fn refusals_say_why() {
        assert_eq!(read(b"PK\x03\x04"), Err(NpyError::Magic));
        assert_eq!(read(b"\x93NUMPY\x09\x00"), Err(NpyError::Version(9)));
        assert_eq!(read(&file("'|O'", "False", "(2,)", b"cposix")), Err(NpyError::Object));
        assert!(matches!(read(&file("'<c8'", "False", "(1,)", &[0; 8])), Err(NpyError::Type(_))));
        assert!(matches!(read(&file("[('a', '<f4')]", "False", "(1,)", &[0; 4])), Err(NpyError::Type(_))));
        let huge = file("'<f8'", "False", "(4294967296, 4294967296, 4294967296, 4294967296, 4294967296)", &[]);
        assert!(matches!(read(&huge), Err(NpyError::Length { .. })));
        let cut = read(&file("'<f4'", "False", "(2, 2)", &[0; 15])).expect_err("is cut");
        assert!(cut.to_string().contains("(2, 2)") && cut.to_string().contains("15"));
    }

    #[test]
    fn a_single_number_and_an_empty_array() {
        assert_eq!(read(&file("'|u1'", "False", "()", &[3])).expect("is read").values, [3.0]);
        assert_eq!(read(&file("'|u1'", "False", "(0, 5)", &[])).expect("is read").shape, [0, 5]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(rows in 0_usize..6, columns in 1_usize..6, seed in any::<u32>()) {
            let values: Vec<f32> = (0..rows * columns).map(|i| f32::from_bits(seed.wrapping_mul(i as u32 + 1))).collect();
            let bytes = write(&[rows, columns], &values);
            prop_assert_eq!(bytes.len() % 64, values.len() * 4 % 64);
            let array = read(&bytes).expect("is read");
            prop_assert_eq!(array.shape, vec![rows, columns]);
            let bits = |v: &[f32]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&array.values), bits(&values));
        }

        #[test]
        fn damage_never_panics(at in 0_usize..200, with in any::<u8>(), cut in 0_usize..200) {
            let mut bytes = write(&[3, 4], &[0.5; 12]);
            let at = at % bytes.len();
            bytes[at] = with;
            bytes.truncate(bytes.len() - cut % bytes.len());
            // Either is fine; what counts is that it returns.
            read(&bytes).ok();
        }
    }
}
