//! The bytes of a file of snippet features.
//!
//! Owns the layout and its checks. Does not own files, locks or folders.
//!
//! ```text
//! header   "LBFEAT\r\n"  version u32  dim u32  snippets u64  id length u32  encoder id  CRC-32 of all before
//! record   snippet u32   dim × f32    CRC-32 of the record before it
//! ```
//!
//! All numbers are little-endian. Records stand in the order of the snippets, from 0, so that what is
//! whole can be told from the start without an index. The carriage return in the magic shows damage by
//! programs that "correct" line ends.

/// First bytes of every file.
const MAGIC: &[u8; 8] = b"LBFEAT\r\n";
/// Counts up when the layout changes; files of other versions are made again.
const VERSION: u32 = 1;

/// What a file holds the features of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Which encoder made them.
    pub encoder: String,
    /// Numbers per row.
    pub dim: usize,
    /// T, rows when complete.
    pub snippets: usize,
}

impl Header {
    /// Its bytes; a file of another video length, encoder or version begins otherwise.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(VERSION.to_le_bytes());
        out.extend((self.dim as u32).to_le_bytes());
        out.extend((self.snippets as u64).to_le_bytes());
        out.extend((self.encoder.len() as u32).to_le_bytes());
        out.extend(self.encoder.as_bytes());
        let check = crc32fast::hash(&out);
        out.extend(check.to_le_bytes());
        out
    }

    /// Bytes of one record.
    pub fn record_len(&self) -> usize {
        4 + self.dim * 4 + 4
    }

    /// Adds the record of snippet `snippet` to `out`.
    pub fn put_record(&self, snippet: usize, row: &[f32], out: &mut Vec<u8>) {
        debug_assert_eq!(row.len(), self.dim);
        let start = out.len();
        out.extend((snippet as u32).to_le_bytes());
        out.extend(row.iter().flat_map(|v| v.to_le_bytes()));
        let check = crc32fast::hash(&out[start..]);
        out.extend(check.to_le_bytes());
    }

    /// Adds the values of `record` to `rows` if it is the whole and sound record of snippet `snippet`.
    ///
    /// Values that are not finite count as damage: no encoder gives them.
    pub fn take_record(&self, snippet: usize, record: &[u8], rows: &mut Vec<f32>) -> bool {
        let Some((body, check)) = record.split_last_chunk::<4>() else { return false };
        let Some((index, values)) = body.split_first_chunk::<4>() else { return false };
        if record.len() != self.record_len()
            || crc32fast::hash(body) != u32::from_le_bytes(*check)
            || u32::from_le_bytes(*index) as usize != snippet
        {
            return false;
        }
        let before = rows.len();
        rows.extend(values.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)));
        let sound = rows[before..].iter().all(|v| v.is_finite());
        if !sound {
            rows.truncate(before);
        }
        sound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header { encoder: "builtin-motion-1".to_owned(), dim: 3, snippets: 9 }
    }

    #[test]
    fn a_record_comes_back_and_every_flipped_bit_is_seen() {
        let mut record = Vec::new();
        header().put_record(5, &[1.0, -2.5, 0.0], &mut record);
        assert_eq!(record.len(), header().record_len());
        let mut rows = Vec::new();
        assert!(header().take_record(5, &record, &mut rows));
        assert_eq!(rows, [1.0, -2.5, 0.0]);
        assert!(!header().take_record(4, &record, &mut rows));
        for bit in 0..record.len() * 8 {
            record[bit / 8] ^= 1 << (bit % 8);
            assert!(!header().take_record(5, &record, &mut rows), "bit {bit}");
            record[bit / 8] ^= 1 << (bit % 8);
        }
        assert_eq!(rows.len(), 3);
    }

    #[test]
    fn values_that_are_not_finite_are_damage() {
        let mut record = Vec::new();
        header().put_record(0, &[1.0, f32::NAN, 0.0], &mut record);
        let mut rows = Vec::new();
        assert!(!header().take_record(0, &record, &mut rows));
        assert!(rows.is_empty());
    }

    #[test]
    fn headers_differ_in_every_part() {
        let base = header();
        for other in [
            Header { encoder: "builtin-motion-2".to_owned(), ..base.clone() },
            Header { dim: 4, ..base.clone() },
            Header { snippets: 8, ..base.clone() },
        ] {
            assert_ne!(base.bytes(), other.bytes());
        }
    }
}
