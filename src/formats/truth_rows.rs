//! Ground-truth files as they are written, wrong or not, with the line of every entry.
//!
//! Owns reading without judging: what [`super::ground_truth`] refuses is kept here as it stands, so that it can be told.
//! Does not own what is wrong with it: that is [`crate::domain::truth_check`]'s.

use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};

use super::ground_truth::{Fields, TruthError, fields};
use crate::domain::truth_check::TruthRow;

/// Rows of a temporal annotation: `NAME [FRAMES] [CLASS] START END …`, split on blanks, `-1 -1` for none.
pub fn annotation(text: &str) -> Vec<TruthRow> {
    let mut rows = Vec::new();
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let Some(Fields { name, frames, class, numbers }) = fields(line) else { continue };
        let mut row = TruthRow { frames, class: class.map(str::to_owned), ..TruthRow::new(at + 1, name) };
        let read: Vec<Option<i64>> = numbers.iter().map(|text| text.parse().ok()).collect();
        if let Some(bad) = read.iter().position(Option::is_none) {
            row.unreadable = Some(format!("{:?} is no frame number", numbers[bad]));
        } else if read.is_empty() || !read.len().is_multiple_of(2) {
            row.unreadable = Some(format!("{} numbers do not make pairs of START and END", read.len()));
        }
        let numbers: Vec<i64> = read.into_iter().flatten().collect();
        // UCF-Crime fills up with -1 -1.
        row.spans = numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).filter(|pair| *pair != (-1, -1)).collect();
        rows.push(row);
    }
    rows
}

/// Rows of our own JSON, names that come twice included.
///
/// # Errors
/// Not JSON, or no map of names.
pub fn json(text: &str) -> Result<Vec<TruthRow>, TruthError> {
    let wrong = |err: serde_json::Error| TruthError::Json(err.to_string());
    let mut reader = serde_json::Deserializer::from_str(text);
    let pairs = reader.deserialize_map(Pairs).map_err(wrong)?;
    reader.end().map_err(wrong)?;
    let mut from = 0;
    let mut rows = Vec::with_capacity(pairs.len());
    for (name, value) in pairs {
        let quoted = serde_json::to_string(&name).unwrap_or_default();
        // Names that the file escapes in another way are taken to stand where the one before them does.
        let at = text[from..].find(&quoted).map_or(from, |place| from + place);
        from = (at + quoted.len()).min(text.len());
        let mut row = TruthRow::new(text[..at].matches('\n').count() + 1, &name);
        row.frames = value.get("frames").and_then(serde_json::Value::as_i64);
        row.label = value.get("label").and_then(serde_json::Value::as_i64).map(|label| label != 0);
        row.inclusive = true;
        match value.get("spans_inclusive").and_then(serde_json::Value::as_array) {
            None => row.unreadable = Some("there is no list \"spans_inclusive\"".to_owned()),
            Some(spans) => {
                for span in spans {
                    let number = |at: usize| span.get(at).and_then(serde_json::Value::as_i64);
                    match (number(0), number(1)) {
                        (Some(first), Some(last)) => row.spans.push((first, last)),
                        _ => row.unreadable = Some(format!("{span} is no pair of frame numbers")),
                    }
                }
            }
        }
        rows.push(row);
    }
    Ok(rows)
}

/// A map with all of its entries, in order.
struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, serde_json::Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from names of videos to what is true of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_kept_with_its_line() {
        let rows = annotation("a.mp4 Abuse 5 1 -1 -1\n\nb.mp4 90 Arson 10 95\nc.mp4 Abuse 1 x\nd.mp4 -3 4 7\n");
        assert_eq!(rows.iter().map(|r| r.line).collect::<Vec<_>>(), [1, 3, 4, 5]);
        assert_eq!((rows[0].spans.as_slice(), rows[0].class.as_deref()), ([(5, 1)].as_slice(), Some("Abuse")));
        assert_eq!((rows[1].frames, rows[1].spans.as_slice()), (Some(90), [(10, 95)].as_slice()));
        assert!(rows[2].unreadable.as_deref().is_some_and(|why| why.contains("\"x\"")));
        assert!(rows[3].unreadable.is_some() && rows[3].spans == [(-3, 4)]);
    }

    #[test]
    fn json_keeps_names_that_come_twice() {
        let text = "{\n\"a.mp4\": {\"frames\": 9, \"label\": 1, \"spans_inclusive\": [[2, 12]]},\n\"a.mp4\": {\"label\": 0}\n}";
        let rows = json(text).expect("is JSON");
        assert_eq!(
            (rows[0].line, rows[0].frames, rows[0].label, rows[0].spans.as_slice()),
            (2, Some(9), Some(true), [(2, 12)].as_slice())
        );
        assert_eq!((rows[1].name.as_str(), rows[1].line), ("a.mp4", 3));
        assert!(rows[1].unreadable.is_some() && rows[0].unreadable.is_none());
        assert!(json("[]").is_err() && json("{} x").is_err());
    }
}
