//! What the label formats in JSON share.
//!
//! Owns the step from text to values with the place of an error in the sentence, and numbers of frames as tools
//! write them. Does not own any format.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::FormatError;

/// Reads a document; the error says in which line and column it stops being one.
pub(super) fn from_str<T: DeserializeOwned>(text: &str, format: &'static str) -> Result<T, FormatError> {
    if text.trim().is_empty() {
        return Err(FormatError::Form { format, problem: "it is empty".to_owned() });
    }
    serde_json::from_str(text).map_err(|err| {
        let sentence = err.to_string();
        let problem = sentence.split(" at line ").next().unwrap_or(&sentence);
        FormatError::at(format!("line {}, column {}", err.line(), err.column()), problem)
    })
}

/// Writes a document for people to read as well.
pub(super) fn to_vec<T: Serialize>(value: &T) -> Result<Vec<u8>, FormatError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|err| FormatError::Write(err.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A frame number, which Python tools also write as `165.0`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "f64")]
pub(super) struct FrameNumber(pub(super) i64);

impl TryFrom<f64> for FrameNumber {
    type Error = String;

    fn try_from(number: f64) -> Result<Self, String> {
        // Beyond 2^53 not every whole number is one of these; no video has as many frames.
        if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
            Ok(Self(number as i64))
        } else {
            Err(format!("{number} is no frame number"))
        }
    }
}
