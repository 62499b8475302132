//! The hashes that tie the rows of the log to each other.
//!
//! Owns which bytes of a row count and how. Changing, leaving out, adding or swapping rows changes every hash from
//! there on. Does not own the rows (`log`) or their checking (`verify`).

use std::fmt;

/// BLAKE3 over the hash before and a row's bytes; 32 zero bytes before the first row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogHash([u8; 32]);

impl LogHash {
    /// From a stored value; `None` unless it has 32 bytes.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// 64 hexadecimal digits.
impl fmt::Display for LogHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One row of the log as it is stored, without its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogRow {
    pub(super) seq: i64,
    pub(super) step: i64,
    pub(super) at_us: i64,
    pub(super) who: String,
    pub(super) program: String,
    pub(super) model: Option<String>,
    pub(super) title: String,
    pub(super) undoes: Option<i64>,
    pub(super) kind: String,
    pub(super) video: String,
    pub(super) key: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

impl LogRow {
    /// The hash of this row behind `previous`.
    ///
    /// Every text is preceded by its length and every optional field by whether it is there, so that no two rows
    /// have the same bytes.
    pub(super) fn hash(&self, previous: LogHash) -> LogHash {
        let mut bytes = previous.0.to_vec();
        let number = |bytes: &mut Vec<u8>, n: i64| bytes.extend(n.to_le_bytes());
        let text = |bytes: &mut Vec<u8>, s: &str| {
            bytes.extend((s.len() as u64).to_le_bytes());
            bytes.extend(s.as_bytes());
        };
        let maybe = |bytes: &mut Vec<u8>, s: Option<&str>| match s {
            Some(s) => {
                bytes.push(1);
                text(bytes, s);
            }
            None => bytes.push(0),
        };
        number(&mut bytes, self.seq);
        number(&mut bytes, self.step);
        number(&mut bytes, self.at_us);
        text(&mut bytes, &self.who);
        text(&mut bytes, &self.program);
        maybe(&mut bytes, self.model.as_deref());
        text(&mut bytes, &self.title);
        match self.undoes {
            Some(step) => {
                bytes.push(1);
                number(&mut bytes, step);
            }
            None => bytes.push(0),
        }
        text(&mut bytes, &self.kind);
        text(&mut bytes, &self.video);
        text(&mut bytes, &self.key);
        maybe(&mut bytes, self.before.as_deref());
        maybe(&mut bytes, self.after.as_deref());
        LogHash(*blake3::hash(&bytes).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> LogRow {
        LogRow {
            seq: 1,
            step: 1,
            at_us: 5,
            who: "Ada".to_owned(),
            program: "0.1".to_owned(),
            model: None,
            title: "t".to_owned(),
            undoes: None,
            kind: "note".to_owned(),
            video: String::new(),
            key: "k".to_owned(),
            before: None,
            after: Some("1".to_owned()),
        }
    }

    #[test]
    fn every_field_and_the_row_before_count() {
        let start = LogHash::default();
        let plain = row().hash(start);
        let edits: [fn(&mut LogRow); 14] = [
            |r| r.seq = 2,
            |r| r.step = 2,
            |r| r.at_us = 6,
            |r| r.who.push('x'),
            |r| r.program.push('x'),
            |r| r.model = Some(String::new()),
            |r| r.title.push('x'),
            |r| r.undoes = Some(0),
            |r| r.kind.push('x'),
            |r| r.video.push('x'),
            |r| r.key.push('x'),
            |r| r.before = Some(String::new()),
            |r| r.after = None,
            // The same letters, divided otherwise between two fields.
            |r| (r.kind, r.key) = ("notek".to_owned(), String::new()),
        ];
        for (at, edit) in edits.iter().enumerate() {
            let mut changed = row();
            edit(&mut changed);
            assert_ne!(changed.hash(start), plain, "edit {at}");
        }
        assert_ne!(row().hash(plain), plain);
        assert_eq!(row().hash(start), plain);
        assert_eq!(LogHash::from_bytes(plain.as_bytes()), Some(plain));
        assert_eq!(plain.to_string().len(), 64);
    }
}
