//! Published checkpoints: torch files, read without running anything in them.
//!
//! Owns the container (a zip of a pickle and raw numbers) and the pickle inside it. A pickle is a program;
//! this reader knows the few instructions that describe tensors, calls nothing, and refuses a file that
//! asks for anything else. Does not own what the tensors mean.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::rc::Rc;

use safetensors::tensor::Dtype;
use zip::ZipArchive;

use super::ModelError;
use super::tensors::{HostTensor, floats};

/// Pickled descriptions are a few kilobytes; a larger one is not ours.
const LARGEST_PICKLE: u64 = 16 << 20;

/// Numbers in a checkpoint, optimiser state included, beyond which it is not ours.
const LARGEST_STORAGE: u64 = 1 << 30;

/// Whether the bytes look like a torch file: a zip archive, or the older bare pickle.
pub fn is_torch(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK") || (bytes.first() == Some(&0x80) && bytes.get(1).is_some_and(|p| (2..=5).contains(p)))
}

/// The tensors of the state dict in a torch file: under `model_state_dict` (or `state_dict`), or at the top.
///
/// # Errors
/// Not a torch file of the zip kind; anything in it beside a state dict and numbers; damage. One sentence each.
pub fn read(path: &Path, bytes: &[u8]) -> Result<BTreeMap<String, HostTensor>, ModelError> {
    let refuse = |reason: String| ModelError::file(path, reason);
    if !bytes.starts_with(b"PK") {
        return Err(refuse(
            "is a torch file from before PyTorch 1.6, or another pickle; load it in PyTorch and save it again"
                .to_owned(),
        ));
    }
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|e| refuse(format!("is a damaged torch file: {e}")))?;
    let pickle = archive
        .file_names()
        .filter_map(Result::ok)
        .map(|name| name.to_string())
        .find(|name| name == "data.pkl" || name.ends_with("/data.pkl"))
        .ok_or_else(|| refuse("is a zip file, but not one that PyTorch wrote".to_owned()))?;
    let folder = pickle.strip_suffix("data.pkl").unwrap_or_default().to_owned();
    let program = entry(&mut archive, &pickle, LARGEST_PICKLE).map_err(&refuse)?;
    let top = Machine::run(&program).map_err(&refuse)?;
    let mut tensors = BTreeMap::new();
    for (name, value) in state_dict(&top).map_err(&refuse)? {
        let tensor = match &*value {
            Value::Tensor(tensor) => tensor,
            // PyTorch notes versions of modules here.
            _ if name == "_metadata" => continue,
            other => return Err(refuse(format!("holds {} called {name} where a tensor should be", other.kind()))),
        };
        let data =
            entry(&mut archive, &format!("{folder}data/{}", tensor.storage), LARGEST_STORAGE).map_err(&refuse)?;
        tensors.insert(name.clone(), tensor.read(&data).map_err(|why| refuse(format!("{why} ({name})")))?);
    }
    Ok(tensors)
}

fn entry(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, largest: u64) -> Result<Vec<u8>, String> {
    let damaged = |e: &dyn std::fmt::Display| format!("is a damaged torch file: {name}: {e}");
    let mut file = archive.by_name(name).map_err(|e| damaged(&e))?;
    if file.size() > largest {
        return Err(format!("is no model file: {name} in it has {} bytes", file.size()));
    }
    let mut bytes = Vec::new();
    file.by_ref().take(largest + 1).read_to_end(&mut bytes).map_err(|e| damaged(&e))?;
    if bytes.len() as u64 > largest {
        return Err(format!("is no model file: {name} in it is larger than it says"));
    }
    Ok(bytes)
}

/// The name → tensor part of what was pickled.
fn state_dict(top: &Rc<Value>) -> Result<Vec<(String, Rc<Value>)>, String> {
    let Value::Dict(items) = &**top else { return Err(format!("holds {}, not a state dict", top.kind())) };
    let find = |key: &str| items.iter().find(|(k, _)| matches!(&**k, Value::Text(t) if t == key)).map(|(_, v)| v);
    let inner = find("model_state_dict").or_else(|| find("state_dict"));
    let items = match inner.map(|v| &**v) {
        Some(Value::Dict(items)) => items,
        Some(other) => return Err(format!("holds {} where the weights should be", other.kind())),
        None => items,
    };
    items
        .iter()
        .map(|(key, value)| match &**key {
            Value::Text(name) => Ok((name.clone(), Rc::clone(value))),
            other => Err(format!("names a tensor by {}", other.kind())),
        })
        .collect()
}

/// A tensor as a view of a storage.
#[derive(Clone, Debug, PartialEq)]
struct View {
    dtype: Dtype,
    storage: String,
    offset: usize,
    shape: Vec<usize>,
    stride: Vec<usize>,
}

impl View {
    fn read(&self, storage: &[u8]) -> Result<HostTensor, String> {
        let numbers = floats(self.dtype, storage).ok_or("holds numbers of a type that is not read here")?;
        let len = self.shape.iter().try_fold(1_usize, |n, d| n.checked_mul(*d)).unwrap_or(usize::MAX);
        // Views may repeat numbers, e.g. by a stride of 0; no model needs more than its storage has.
        if len > numbers.len() || self.shape.len() != self.stride.len() {
            return Err("holds a tensor that is larger than its numbers".to_owned());
        }
        let mut values = Vec::with_capacity(len);
        let mut index = vec![0_usize; self.shape.len()];
        for _ in 0..len {
            let at =
                index.iter().zip(&self.stride).try_fold(self.offset, |at, (i, s)| at.checked_add(i.checked_mul(*s)?));
            let value = at.and_then(|at| numbers.get(at)).ok_or("holds a tensor that reaches beyond its numbers")?;
            values.push(*value);
            for (i, size) in index.iter_mut().zip(&self.shape).rev() {
                *i += 1;
                if *i < *size {
                    break;
                }
                *i = 0;
            }
        }
        Ok(HostTensor { shape: self.shape.clone(), values })
    }
}

/// What a pickle can describe here. Containers are filled before anything refers to them in what PyTorch
/// writes, so copies on change are rare and small.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    None,
    Bool,
    Int(i64),
    Float,
    Text(String),
    Tuple(Vec<Rc<Self>>),
    List(Vec<Rc<Self>>),
    Dict(Vec<(Rc<Self>, Rc<Self>)>),
    /// A name that the pickle refers to, one of the known ones.
    Global(Known),
    /// A storage: type and file.
    Storage(Dtype, String),
    Tensor(View),
}

/// Everything that a checkpoint of tensors needs to refer to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Known {
    OrderedDict,
    RebuildTensor,
    RebuildParameter,
    Storage(Dtype),
}

impl Known {
    fn from_name(module: &str, name: &str) -> Result<Self, String> {
        Ok(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2") => Self::RebuildTensor,
            ("torch._utils", "_rebuild_parameter") => Self::RebuildParameter,
            ("torch", "FloatStorage") => Self::Storage(Dtype::F32),
            ("torch", "DoubleStorage") => Self::Storage(Dtype::F64),
            ("torch", "HalfStorage") => Self::Storage(Dtype::F16),
            ("torch", "BFloat16Storage") => Self::Storage(Dtype::BF16),
            ("torch", "LongStorage") => Self::Storage(Dtype::I64),
            ("torch", "IntStorage") => Self::Storage(Dtype::I32),
            ("torch", "ShortStorage") => Self::Storage(Dtype::I16),
            ("torch", "CharStorage") => Self::Storage(Dtype::I8),
            ("torch", "ByteStorage") => Self::Storage(Dtype::U8),
            ("torch", "BoolStorage") => Self::Storage(Dtype::BOOL),
            _ => {
                return Err(format!(
                    "asks to run {module}.{name}, which no weights need; nothing was run and the file is refused"
                ));
            }
        })
    }
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::None => "nothing",
            Self::Bool => "a truth value",
            Self::Int(_) | Self::Float => "a number",
            Self::Text(_) => "a text",
            Self::Tuple(_) | Self::List(_) => "a list",
            Self::Dict(_) => "a table",
            Self::Global(_) => "a function",
            Self::Storage(..) => "bare numbers",
            Self::Tensor(_) => "a tensor",
        }
    }

    fn size(&self) -> Option<usize> {
        if let Self::Int(n) = self { usize::try_from(*n).ok() } else { None }
    }

    fn sizes(&self) -> Option<Vec<usize>> {
        if let Self::Tuple(items) = self { items.iter().map(|i| i.size()).collect() } else { None }
    }
}

const BROKEN: &str = "is a damaged torch file: its description of the tensors makes no sense";

/// Containers inside each other beyond which a file is refused: releasing them would use up the stack.
const DEEPEST: usize = 64;

/// A value and how many containers deep it is.
#[derive(Clone, Debug)]
struct Item {
    value: Rc<Value>,
    depth: usize,
}

/// The stack machine that a pickle is written for, without the instruction that calls.
struct Machine<'a> {
    code: &'a [u8],
    stack: Vec<Item>,
    marks: Vec<usize>,
    memo: BTreeMap<u32, Item>,
}

impl<'a> Machine<'a> {
    fn run(code: &'a [u8]) -> Result<Rc<Value>, String> {
        let mut machine = Self { code, stack: Vec::new(), marks: Vec::new(), memo: BTreeMap::new() };
        while machine.step()? {}
        Ok(machine.pop()?.value)
    }

    /// Executes one instruction; `false` at the end.
    fn step(&mut self) -> Result<bool, String> {
        let [code] = self.take::<1>()?;
        match code {
            0x80 => {
                self.take::<1>()?;
            }
            b'.' => return Ok(false),
            b'(' => self.marks.push(self.stack.len()),
            b'N' => self.push(Value::None),
            0x88 | 0x89 => self.push(Value::Bool),
            b'K' => {
                let [n] = self.take()?;
                self.push(Value::Int(n.into()));
            }
            b'M' => {
                let n = u16::from_le_bytes(self.take()?);
                self.push(Value::Int(n.into()));
            }
            b'J' => {
                let n = i32::from_le_bytes(self.take()?);
                self.push(Value::Int(n.into()));
            }
            0x8a => {
                let [len] = self.take()?;
                let bytes = self.bytes(len.into())?;
                if bytes.len() > 8 {
                    return Err(BROKEN.to_owned());
                }
                let fill = if bytes.last().is_some_and(|b| b & 0x80 != 0) { 0xff } else { 0 };
                let mut number = [fill; 8];
                number[..bytes.len()].copy_from_slice(bytes);
                self.push(Value::Int(i64::from_le_bytes(number)));
            }
            b'G' => {
                self.take::<8>()?;
                self.push(Value::Float);
            }
            b'X' => {
                let len = u32::from_le_bytes(self.take()?) as usize;
                self.text(len)?;
            }
            0x8c => {
                let [len] = self.take()?;
                self.text(len.into())?;
            }
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.push(Value::Global(Known::from_name(&module, &name)?));
            }
            b')' => self.push(Value::Tuple(Vec::new())),
            b']' => self.push(Value::List(Vec::new())),
            b'}' => self.push(Value::Dict(Vec::new())),
            0x85..=0x87 => {
                let at = self.stack.len().checked_sub(usize::from(code) - 0x84).ok_or(BROKEN)?;
                let items = self.stack.split_off(at);
                self.tuple(items)?;
            }
            b't' => {
                let items = self.since_mark()?;
                self.tuple(items)?;
            }
            b'a' => {
                let item = self.pop()?;
                self.extend(vec![item])?;
            }
            b'e' => {
                let items = self.since_mark()?;
                self.extend(items)?;
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.insert(&[key, value])?;
            }
            b'u' => {
                let items = self.since_mark()?;
                self.insert(&items)?;
            }
            b'q' => {
                let [slot] = self.take()?;
                self.remember(slot.into())?;
            }
            b'r' => {
                let slot = u32::from_le_bytes(self.take()?);
                self.remember(slot)?;
            }
            b'h' => {
                let [slot] = self.take()?;
                self.recall(slot.into())?;
            }
            b'j' => {
                let slot = u32::from_le_bytes(self.take()?);
                self.recall(slot)?;
            }
            b'Q' => self.storage()?,
            b'R' => self.rebuild()?,
            // Attributes of an object, such as the module versions on an OrderedDict: not needed.
            b'b' => {
                self.pop()?;
            }
            other => return Err(format!("holds an instruction ({other:#04x}) that no weights need, and is refused")),
        }
        Ok(true)
    }

    fn bytes(&mut self, len: usize) -> Result<&'a [u8], String> {
        let (head, rest) = self.code.split_at_checked(len).ok_or(BROKEN)?;
        self.code = rest;
        Ok(head)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.bytes(N)?.try_into().map_err(|_| BROKEN.to_owned())
    }

    fn line(&mut self) -> Result<String, String> {
        let end = self.code.iter().position(|b| *b == b'\n').ok_or(BROKEN)?;
        let line = String::from_utf8_lossy(self.bytes(end)?).into_owned();
        self.bytes(1)?;
        Ok(line)
    }

    fn text(&mut self, len: usize) -> Result<(), String> {
        let text = String::from_utf8_lossy(self.bytes(len)?).into_owned();
        self.push(Value::Text(text));
        Ok(())
    }

    fn push(&mut self, value: Value) {
        self.stack.push(Item { value: Rc::new(value), depth: 0 });
    }

    fn tuple(&mut self, items: Vec<Item>) -> Result<(), String> {
        let depth = deeper(0, &items)?;
        let value = Rc::new(Value::Tuple(items.into_iter().map(|i| i.value).collect()));
        self.stack.push(Item { value, depth });
        Ok(())
    }

    fn pop(&mut self) -> Result<Item, String> {
        self.stack.pop().ok_or_else(|| BROKEN.to_owned())
    }

    fn since_mark(&mut self) -> Result<Vec<Item>, String> {
        let mark = self.marks.pop().filter(|m| *m <= self.stack.len()).ok_or(BROKEN)?;
        Ok(self.stack.split_off(mark))
    }

    fn extend(&mut self, items: Vec<Item>) -> Result<(), String> {
        let top = self.stack.last_mut().ok_or(BROKEN)?;
        top.depth = deeper(top.depth, &items)?;
        match Rc::make_mut(&mut top.value) {
            Value::List(list) => list.extend(items.into_iter().map(|i| i.value)),
            _ => return Err(BROKEN.to_owned()),
        }
        Ok(())
    }

    fn insert(&mut self, items: &[Item]) -> Result<(), String> {
        let top = self.stack.last_mut().ok_or(BROKEN)?;
        top.depth = deeper(top.depth, items)?;
        match Rc::make_mut(&mut top.value) {
            Value::Dict(dict) if items.len().is_multiple_of(2) => {
                let pairs = items.as_chunks::<2>().0.iter();
                dict.extend(pairs.map(|[key, value]| (Rc::clone(&key.value), Rc::clone(&value.value))));
            }
            _ => return Err(BROKEN.to_owned()),
        }
        Ok(())
    }

    fn remember(&mut self, slot: u32) -> Result<(), String> {
        let item = self.stack.last().ok_or(BROKEN)?;
        self.memo.insert(slot, item.clone());
        Ok(())
    }

    fn recall(&mut self, slot: u32) -> Result<(), String> {
        self.stack.push(self.memo.get(&slot).ok_or(BROKEN)?.clone());
        Ok(())
    }

    /// `('storage', type, file, device, length)` names a file of numbers.
    fn storage(&mut self) -> Result<(), String> {
        let id = self.pop()?.value;
        let Value::Tuple(items) = &*id else { return Err(BROKEN.to_owned()) };
        match items.iter().map(|i| &**i).collect::<Vec<_>>()[..] {
            [Value::Text(_), Value::Global(Known::Storage(dtype)), Value::Text(file), ..] => {
                self.push(Value::Storage(*dtype, file.clone()));
            }
            _ => return Err(BROKEN.to_owned()),
        }
        Ok(())
    }

    /// The one instruction that would call something: here it only puts tensors together.
    fn rebuild(&mut self) -> Result<(), String> {
        let (args, callee) = (self.pop()?.value, self.pop()?.value);
        let (Value::Tuple(args), Value::Global(callee)) = (&*args, &*callee) else { return Err(BROKEN.to_owned()) };
        match (callee, &args[..]) {
            (Known::OrderedDict, []) => self.push(Value::Dict(Vec::new())),
            (Known::RebuildTensor, [storage, offset, shape, stride, ..]) => {
                let (Value::Storage(dtype, storage), Some(offset), Some(shape), Some(stride)) =
                    (&**storage, offset.size(), shape.sizes(), stride.sizes())
                else {
                    return Err(BROKEN.to_owned());
                };
                self.push(Value::Tensor(View { dtype: *dtype, storage: storage.clone(), offset, shape, stride }));
            }
            (Known::RebuildParameter, [tensor, ..]) if matches!(**tensor, Value::Tensor(_)) => {
                self.stack.push(Item { value: Rc::clone(tensor), depth: 0 });
            }
            _ => return Err(BROKEN.to_owned()),
        }
        Ok(())
    }
}

/// The depth of a container that holds `items`, at least `depth`.
fn deeper(depth: usize, items: &[Item]) -> Result<usize, String> {
    let depth = items.iter().map(|i| i.depth + 1).fold(depth.max(1), usize::max);
    if depth > DEEPEST { Err(BROKEN.to_owned()) } else { Ok(depth) }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// A torch file around `pickle` with one storage, "0", of `numbers`.
    fn torch(pickle: &[u8], numbers: &[f32]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file("m/data.pkl", options).expect("starts");
        zip.write_all(pickle).expect("writes");
        zip.start_file("m/data/0", options).expect("starts");
        zip.write_all(&numbers.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>()).expect("writes");
        zip.finish().expect("finishes").into_inner()
    }

    fn text(s: &str) -> Vec<u8> {
        [&b"X"[..], &(s.len() as u32).to_le_bytes(), s.as_bytes()].concat()
    }

    /// The instructions for a tensor over storage "0".
    fn tensor(shape: [u8; 2], stride: [u8; 2]) -> Vec<u8> {
        [
            &b"ctorch._utils\n_rebuild_tensor_v2\n(("[..],
            &text("storage"),
            b"ctorch\nFloatStorage\n",
            &text("0"),
            &text("cuda:0"),
            b"K\x06tQK\x00",
            &[b'K', shape[0], b'K', shape[1], 0x86, b'K', stride[0], b'K', stride[1], 0x86, 0x89],
            b"ccollections\nOrderedDict\n)RtR",
        ]
        .concat()
    }

    fn dict(items: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut code = b"ccollections\nOrderedDict\n)R(".to_vec();
        for (name, value) in items {
            code.extend(text(name));
            code.extend(value);
        }
        code.push(b'u');
        code
    }

    fn program(body: &[u8]) -> Vec<u8> {
        [b"\x80\x02", body, b"."].concat()
    }

    #[test]
    fn a_state_dict_is_read_at_the_top_or_inside_with_its_strides() {
        let numbers = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        let weights = dict(&[("a", tensor([2, 3], [3, 1])), ("b", tensor([3, 2], [1, 3]))]);
        let optimiser = dict(&[
            ("step", b"M\x10\x27".to_vec()),
            ("exp_avg", tensor([1, 1], [1, 1])),
            ("lr", b"G\0\0\0\0\0\0\0\0".to_vec()),
        ]);
        let whole = dict(&[("model_state_dict", weights.clone()), ("optimizer_state_dict", optimiser)]);
        for body in [weights, whole] {
            let tensors = read(Path::new("m.pkl"), &torch(&program(&body), &numbers)).expect("is read");
            assert_eq!(tensors["a"], HostTensor { shape: vec![2, 3], values: numbers.to_vec() });
            assert_eq!(tensors["b"].values, [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        }
    }

    #[test]
    fn a_call_is_refused_and_named() {
        let body = [b"}".to_vec(), text("fc1.weight"), b"cposix\nsystem\n".to_vec(), text("true"), b"\x85Rs".to_vec()]
            .concat();
        let error = read(Path::new("m.pkl"), &torch(&program(&body), &[])).expect_err("is refused").to_string();
        assert!(error.contains("posix.system") && error.contains("nothing was run"), "{error}");
    }

    #[test]
    fn damage_is_refused_at_every_place() {
        let program = program(&dict(&[("a", tensor([2, 3], [3, 1]))]));
        for cut in 0..program.len() {
            assert!(Machine::run(&program[..cut]).is_err(), "{cut}");
        }
        for stride in [[9, 1], [200, 200]] {
            let body = dict(&[("a", tensor([2, 3], stride))]);
            let file = torch(&super::tests::program(&body), &[0.0; 6]);
            let error = read(Path::new("m.pkl"), &file).expect_err("is refused").to_string();
            assert!(error.contains("beyond its numbers"), "{error}");
        }
        let huge = dict(&[("a", tensor([255, 255], [0, 0]))]);
        let error = read(Path::new("m.pkl"), &torch(&super::tests::program(&huge), &[0.0; 6])).expect_err("is refused");
        assert!(error.to_string().contains("larger than its numbers"), "{error}");
        assert!(read(Path::new("m.pkl"), b"\x80\x02}.").expect_err("is old").to_string().contains("1.6"));
        assert!(read(Path::new("m.pkl"), b"PK nonsense").is_err());
        let nested = [&b")"[..], &vec![0x85; 100_000][..]].concat();
        assert!(Machine::run(&super::tests::program(&nested)).is_err(), "too deep");
    }
}
