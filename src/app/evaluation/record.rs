//! What an evaluation needs to be made again, and whether it came out the same.
//!
//! Owns the record that a run report carries: command line, files with their hashes, versions, and all figures; and the
//! comparison of two sets of figures. Does not own the report's page ([`crate::app::report::run`]) or running again (`cli`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::provenance::VideoRef;

/// Version of the record; readers refuse newer ones.
const VERSION: u32 = 2;

/// Around the record in the page.
const OPEN: &str = "<script type=\"application/json\" id=\"lookback-run\">";
const CLOSE: &str = "</script>";

/// Numbers this close are the same: other devices and numbers of threads round differently.
const TOLERANCE: f64 = 1e-6;

/// Entries of a figure that say which program computed it, and nothing about the figure.
const PROGRAM: &str = "program";

/// Sentences for the reader.
const NOTES: &str = "notes";

/// A file that an evaluation read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// As it was given.
    pub path: String,
    /// BLAKE3 hash of its content.
    pub blake3: String,
}

/// All that is needed to make an evaluation again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Version of this record.
    pub version: u32,
    /// Arguments of the program.
    pub command: Vec<String>,
    /// The folder that it ran in, from which paths are meant.
    pub folder: String,
    /// Files that it read, but for the videos.
    pub inputs: Vec<InputFile>,
    /// The videos judged, by name and content.
    pub videos: Vec<VideoRef>,
    /// Names and versions of the program and its libraries.
    pub versions: Vec<(String, String)>,
    /// All figures, as `eval --json` prints them.
    pub result: Value,
    /// What the page says of how it was done: names and values. Records of older versions lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Vec<(String, String)>>,
    /// What was judged by what, in a few words: the headline. Records of version 1 lack it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// When, as date and time in UTC. Records of version 1 lack it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub made_at: String,
}

/// A figure that came out otherwise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Which, such as `events.at[0].f1.value`.
    pub figure: String,
    /// In the report.
    pub reported: Value,
    /// Now.
    pub now: Value,
}

impl RunRecord {
    /// A record of this version.
    pub fn new(command: Vec<String>, folder: String, result: Value) -> Self {
        let (inputs, videos, versions, title, made_at) = Default::default();
        Self { version: VERSION, command, folder, inputs, videos, versions, result, settings: None, title, made_at }
    }

    /// Whether this version of the program would set the page in the same way.
    pub fn is_current(&self) -> bool {
        self.version == VERSION && self.settings.is_some()
    }

    /// What differs between the figures recorded and those computed `now`.
    pub fn differences(&self, now: &Value) -> Vec<Difference> {
        let mut found = differences(&self.result, now);
        // Sentences for the reader had thresholds of four digits in version 1; the figures that they tell are compared.
        found.retain(|difference| self.version > 1 || !difference.figure.starts_with(NOTES));
        found
    }

    /// As it stands in a page.
    ///
    /// # Errors
    /// Values that JSON does not have.
    pub fn element(&self) -> Result<String, serde_json::Error> {
        // Nothing in it may end the element early.
        let text = serde_json::to_string(self)?.replace('<', "\\u003c");
        Ok(format!("{OPEN}{text}{CLOSE}"))
    }

    /// The record in a page.
    ///
    /// # Errors
    /// A sentence: the page carries none, or one that cannot be read.
    pub fn of_page(page: &str) -> Result<Self, String> {
        let none = "is no run report of this program: it carries no record of an evaluation";
        let (_, rest) = page.split_once(OPEN).ok_or(none)?;
        let (text, _) = rest.split_once(CLOSE).ok_or(none)?;
        let record: Self =
            serde_json::from_str(text).map_err(|err| format!("carries a record that cannot be read: {err}"))?;
        if record.version > VERSION {
            return Err(format!("was written by a newer version of this program (format {})", record.version));
        }
        Ok(record)
    }

    /// The command line, to be typed into a shell.
    pub fn command_line(&self) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./,=:".contains(c);
        let quoted = |word: &String| {
            let is_plain = !word.is_empty() && word.chars().all(plain);
            if is_plain { word.clone() } else { format!("'{}'", word.replace('\'', "'\\''")) }
        };
        std::iter::once("lookback".to_owned()).chain(self.command.iter().map(quoted)).collect::<Vec<_>>().join(" ")
    }
}

/// What differs between the figures of a report and those computed now, in the order of their names.
fn differences(reported: &Value, now: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", reported, now, &mut found);
    found
}

fn compare(figure: &str, reported: &Value, now: &Value, found: &mut Vec<Difference>) {
    let within = |name: &str| if figure.is_empty() { name.to_owned() } else { format!("{figure}.{name}") };
    match (reported, now) {
        (Value::Object(a), Value::Object(b)) => {
            let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for name in names.into_iter().filter(|name| *name != PROGRAM) {
                let value = |map: &serde_json::Map<String, Value>| map.get(name).cloned().unwrap_or(Value::Null);
                compare(&within(name), &value(a), &value(b), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                compare(&format!("{figure}[{at}]"), a, b, found);
            }
        }
        (Value::Number(a), Value::Number(b)) if near(a.as_f64(), b.as_f64()) => {}
        (a, b) if a == b => {}
        (a, b) => found.push(Difference { figure: figure.to_owned(), reported: a.clone(), now: b.clone() }),
    }
}

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    a.zip(b).is_some_and(|(a, b)| (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(1.0))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_survives_its_page() {
        let command = vec!["eval".to_owned(), "--list".to_owned(), "it's </script> here.list".to_owned()];
        let record = RunRecord::new(command, "/a".to_owned(), json!({"roc_auc": 0.1, "notes": ["<b>"]}));
        let page = format!("<html>{}<p></p></html>", record.element().expect("is written"));
        assert_eq!(RunRecord::of_page(&page).expect("is read"), record);
        assert_eq!(record.command_line(), "lookback eval --list 'it'\\''s </script> here.list'");
        assert!(RunRecord::of_page("<html></html>").is_err());
        let newer = RunRecord { version: VERSION + 1, ..record };
        assert!(RunRecord::of_page(&newer.element().expect("is written")).expect_err("is newer").contains("newer"));
    }

    #[test]
    fn a_record_of_the_first_version_is_read_and_its_sentences_are_not_compared() {
        let text = r#"{"version": 1, "command": ["eval"], "folder": "/a", "inputs": [], "videos": [], "versions": [],
            "result": {"notes": ["The threshold 1.0000 was chosen."], "x": 1}, "settings": []}"#;
        let record = RunRecord::of_page(&format!("{OPEN}{text}{CLOSE}")).expect("is read");
        assert!(!record.is_current() && record.title.is_empty());
        let now = |x: u32| json!({"notes": ["The threshold 0.99999976 was chosen."], "x": x});
        assert!(record.differences(&now(1)).is_empty());
        assert_eq!(record.differences(&now(2)).iter().map(|d| d.figure.as_str()).collect::<Vec<_>>(), ["x"]);
        let current = RunRecord { version: VERSION, ..record };
        assert!(current.is_current() && current.differences(&now(1)).len() == 1);
    }

    #[test]
    fn what_differs_is_named_and_the_rest_is_not() {
        let a = json!({"program": "1", "x": {"y": [1.0, 2.0]}, "same": "a", "gone": 1});
        let b = json!({"program": "2", "x": {"y": [1.000_000_001, 2.5]}, "same": "a", "new": [1]});
        let found: Vec<String> = differences(&a, &b).into_iter().map(|d| d.figure).collect();
        assert_eq!(found, ["gone", "new", "x.y[1]"]);
        assert!(differences(&a, &a).is_empty());
        assert_eq!(differences(&json!([1]), &json!([1, 2])).len(), 1, "lists of other lengths differ as a whole");
    }
}
