//! Which format a file is in.
//!
//! Owns the signs by which formats are told apart: the name's extension says little (three are JSON), so the first
//! of the content decides. Does not own reading: a guess may be wrong, and the reader then says so.

use serde_json::Value;

use super::lines::{frame_number, last_word, numbered, text};
use super::{Format, native};

impl Format {
    /// The format that a file seems to be in, from its name and its content.
    pub fn guess(name: &str, bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x93NUMPY") {
            return Some(Self::GtNpy);
        }
        let text = text(bytes).ok()?;
        match text.trim_start().as_bytes().first()? {
            b'<' if text.contains("<ANNOTATION_DOCUMENT") => Some(Self::Elan),
            b'<' => text.contains("<annotations").then_some(Self::Cvat),
            b'{' | b'[' => of_json(&serde_json::from_str(text).ok()?),
            _ => of_lines(name, text),
        }
    }
}

fn of_json(document: &Value) -> Option<Format> {
    let has = |key: &str| document.get(key).is_some();
    match document {
        Value::Object(_) if document.get("format").and_then(Value::as_str) == Some(native::MARK) => Some(Format::Json),
        Value::Object(_) if has("database") || has("results") => Some(Format::ActivityNet),
        Value::Object(_) if has("metadata") && has("attribute") => Some(Format::Via3),
        Value::Object(_) if has("labels") => Some(Format::FiftyOne),
        Value::Object(_) if has("result") || has("data") => Some(Format::LabelStudio),
        Value::Object(videos) => {
            let flat = videos.values().next().is_some_and(|video| video.get("annotations").is_some());
            flat.then_some(Format::ActivityNet)
        }
        Value::Array(items) => {
            let first = items.first()?;
            let known = ["data", "annotations", "result", "value"].iter().any(|key| first.get(*key).is_some());
            known.then_some(Format::LabelStudio)
        }
        _ => None,
    }
}

fn of_lines(name: &str, text: &str) -> Option<Format> {
    let (_, first) = numbered(text).next()?;
    if first.starts_with('#') && text.contains("CSV_HEADER") || first.starts_with("metadata_id,") {
        return Some(Format::Via3);
    }
    let is_time = |cell: Option<&str>| cell.is_some_and(|cell| cell.trim().parse::<f64>().is_ok());
    let mut cells = first.split('\t');
    if is_time(cells.next()) && is_time(cells.next()) {
        return Some(Format::Audacity);
    }
    if first.to_lowercase().split([',', ';']).any(|column| column.trim().trim_matches('"') == "video") {
        return Some(Format::Csv);
    }
    if name.to_lowercase().ends_with(".csv") {
        return None;
    }
    let is_number = |word: &str| matches!(frame_number(word, 0), Ok(Some(_)));
    let (mut rest, mut word) = last_word(first);
    let mut numbers = 0;
    while is_number(word) && !rest.is_empty() {
        numbers += 1;
        (rest, word) = last_word(rest);
    }
    // Four numbers behind a word that is not the whole rest: a class stands there, which XD-Violence's lines lack.
    match numbers {
        0 | 1 => None,
        4 if !rest.is_empty() && !word.contains("_label_") => Some(Format::Ucf),
        _ => Some(Format::Xd),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_in_the_content() {
        let cases: [(&str, &str, Option<Format>); 18] = [
            ("a.txt", "Abuse028.mp4  Abuse  165  240  -1  -1  \n", Some(Format::Ucf)),
            ("a.txt", "Arson/A.mp4 8640 Arson 3500 4000 -1 -1\n", Some(Format::Ucf)),
            ("a.txt", "v=S__#1_label_B4-0-0 0 1517 1970 3038\n", Some(Format::Xd)),
            ("a.txt", "my film__#1_label_B4-0-0 0 1517 1970 3038\n", Some(Format::Xd)),
            ("a.json", r#"{"database":{}}"#, Some(Format::ActivityNet)),
            ("a.json", r#"{"v":{"annotations":[]}}"#, Some(Format::ActivityNet)),
            ("a.xml", "<?xml version='1.0'?>\n<annotations>", Some(Format::Cvat)),
            ("a.eaf", "<?xml version='1.0'?>\n<ANNOTATION_DOCUMENT>", Some(Format::Elan)),
            ("a.csv", "# x\n# CSV_HEADER = metadata_id\n", Some(Format::Via3)),
            ("a.json", r#"{"metadata":{},"attribute":{}}"#, Some(Format::Via3)),
            ("a.json", r#"{"classes":[],"labels":{}}"#, Some(Format::FiftyOne)),
            ("a.json", r#"[{"data":{},"annotations":[]}]"#, Some(Format::LabelStudio)),
            ("a.txt", "1.0\t2.0\tx\n", Some(Format::Audacity)),
            ("a.csv", "class,video\n", Some(Format::Csv)),
            ("a.json", r#"{"format":"lookback-labels"}"#, Some(Format::Json)),
            ("a.csv", "path,label\n", None),
            ("a.txt", "hello world\n", None),
            ("a.txt", "", None),
        ];
        for (name, content, format) in cases {
            assert_eq!(Format::guess(name, content.as_bytes()), format, "{content}");
        }
        assert_eq!(Format::guess("gt.npy", b"\x93NUMPY\x01\x00"), Some(Format::GtNpy));
        assert_eq!(Format::guess("x", b"\xff\xfe"), None);
    }
}
