//! Features of videos on disk, by (content hash of the video, encoder).
//!
//! Owns naming, locking, resuming after a kill and dropping what is damaged. Does not own the layout of
//! the bytes (`feature_file`) or the making of features.
//!
//! A file is only ever appended to. Whatever ends a run in the middle leaves a prefix of whole records
//! and at most one broken one, which the next opening cuts off. Two programs that work on the same video
//! are kept apart by a lock of the operating system, which ends with its process however that ends: the
//! second one reads what is whole and keeps the rest of its rows to itself.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::StoreError;
use super::feature_file::Header;
use crate::domain::library::VideoId;

/// Records are written in groups of about this many bytes: one system call for several rows, and a kill
/// loses no more than a moment's work.
const GROUP_BYTES: usize = 64 * 1024;

/// A folder of feature files.
#[derive(Clone, Debug)]
pub struct FeatureCache {
    folder: PathBuf,
}

impl FeatureCache {
    /// Opens the folder, and makes it if need be.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(|e| io_error(&folder, e))?;
        Ok(Self { folder })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The entry of one video and one encoder of `dim` numbers per snippet, `snippets` in all.
    ///
    /// Rows that are already there are checked one by one; from the first that is not sound on, the
    /// entry is empty. A file with another header is replaced.
    ///
    /// # Errors
    /// The file cannot be created or read.
    pub fn entry(&self, video: &VideoId, encoder: &str, dim: usize, snippets: usize) -> Result<CacheEntry, StoreError> {
        let folder = self.folder.join(video.as_str());
        fs::create_dir_all(&folder).map_err(|e| io_error(&folder, e))?;
        let path = folder.join(file_name(encoder));
        let header = Header { encoder: encoder.to_owned(), dim, snippets };
        CacheEntry::open(&path, header).map_err(|e| io_error(&path, e))
    }

    /// All rows of one video and encoder, `[snippets][dim]`, if every one is there and sound. Makes nothing and waits for
    /// nobody, so that many videos can be asked for.
    pub fn complete(&self, video: &VideoId, encoder: &str, dim: usize, snippets: usize) -> Option<Vec<f32>> {
        let path = self.folder.join(video.as_str()).join(file_name(encoder));
        let header = Header { encoder: encoder.to_owned(), dim, snippets };
        let (rows, _) = read(&File::open(path).ok()?, &header).ok()?;
        (snippets > 0 && rows.len() == snippets * dim).then_some(rows)
    }

    /// The rows of one video and encoder, read piece by piece, so that a long video needs no more memory than a short one;
    /// `None` if nothing is kept. Makes nothing and waits for nobody.
    pub fn rows(&self, video: &VideoId, encoder: &str, dim: usize, snippets: usize) -> Option<FeatureRows> {
        let path = self.folder.join(video.as_str()).join(file_name(encoder));
        let header = Header { encoder: encoder.to_owned(), dim, snippets };
        let mut file = File::open(path).ok()?;
        let expected = header.bytes();
        let mut begin = vec![0; expected.len()];
        (fill(&mut file, &mut begin).ok()? && begin == expected).then_some(FeatureRows { file, header })
    }

    /// Bytes used on disk, for display. Files that vanish while counting count as nothing.
    pub fn bytes(&self) -> u64 {
        let videos = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let files = videos.filter_map(|video| fs::read_dir(video.path()).ok()).flatten().flatten();
        files.filter_map(|file| file.metadata().ok()).map(|m| m.len()).sum()
    }
}

fn io_error(path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { path: path.to_owned(), source }
}

/// Encoder ids hold colons, which some systems do not allow in names. The id itself is in the header.
fn file_name(encoder: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '.' { c } else { '-' };
    format!("{}.features", encoder.chars().map(plain).collect::<String>())
}

/// The rows that are kept of one video and one encoder.
#[derive(Debug)]
pub struct FeatureRows {
    file: File,
    header: Header,
}

impl FeatureRows {
    /// Up to `count` rows from snippet `first` on, `[n][dim]`; fewer at the end of what is kept, and where a row is not
    /// sound.
    pub fn read(&mut self, first: usize, count: usize) -> Vec<f32> {
        let (size, start) = (self.header.record_len(), self.header.bytes().len());
        let last = first.saturating_add(count).min(self.header.snippets);
        let mut rows = Vec::with_capacity(last.saturating_sub(first) * self.header.dim);
        if self.file.seek(SeekFrom::Start((start + first * size) as u64)).is_err() {
            return rows;
        }
        // A single row is read past the buffer, as a row here and there would else cost many rows.
        let room = (last.saturating_sub(first) * size).min(GROUP_BYTES);
        let mut input = BufReader::with_capacity(room, &mut self.file);
        let mut record = vec![0; size];
        for snippet in first..last {
            let whole = fill(&mut input, &mut record).unwrap_or(false);
            if !whole || !self.header.take_record(snippet, &record, &mut rows) {
                break;
            }
        }
        rows
    }
}

/// The rows of one video and one encoder. Rows still in memory are written when it is dropped.
#[derive(Debug)]
pub struct CacheEntry {
    path: PathBuf,
    header: Header,
    /// `None` while another process writes the file.
    file: Option<File>,
    /// Rows found when it was opened, until they are taken.
    found: Vec<f32>,
    /// Rows so far, written or not.
    rows: usize,
    /// Records that are not written yet.
    pending: Vec<u8>,
}

impl CacheEntry {
    fn open(path: &Path, header: Header) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let locked = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            // File systems without locks: two programs at once are less likely there than one that needs its cache.
            Err(TryLockError::Error(e)) => {
                log::debug!("{} cannot be locked: {e}", path.display());
                true
            }
        };
        let (found, whole) = if locked {
            read(&file, &header)?
        } else {
            // Where locks are mandatory a second process cannot even read; then it has no rows.
            read(&file, &header).unwrap_or_default()
        };
        let rows = found.len() / header.dim.max(1);
        let mut entry = Self { path: path.to_owned(), header, file: None, found, rows, pending: Vec::new() };
        if locked {
            entry.file = Some(entry.begin(file, whole)?);
        }
        Ok(entry)
    }

    /// Cuts the file behind its last whole record and writes the header where there is none.
    fn begin(&self, mut file: File, whole: u64) -> io::Result<File> {
        file.set_len(whole)?;
        file.seek(SeekFrom::Start(whole))?;
        if whole == 0 {
            file.write_all(&self.header.bytes())?;
        }
        Ok(file)
    }

    /// Rows that are there, whether taken or not.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether all snippets are there.
    pub fn is_complete(&self) -> bool {
        self.rows >= self.header.snippets
    }

    /// Whether rows that are added now are kept for the next run; not so while another process writes.
    pub fn is_kept(&self) -> bool {
        self.file.is_some()
    }

    /// The rows that were on disk, from snippet 0, `[rows][dim]`; empty the second time.
    pub fn take_rows(&mut self) -> Vec<f32> {
        std::mem::take(&mut self.found)
    }

    /// Adds the next rows, `[n][dim]`.
    ///
    /// # Errors
    /// Numbers that are not whole rows, more rows than the video has snippets, or a full disk.
    pub fn append(&mut self, rows: &[f32]) -> Result<(), StoreError> {
        let dim = self.header.dim;
        let left = self.header.snippets.saturating_sub(self.rows);
        if dim == 0 || !rows.len().is_multiple_of(dim) || rows.len() / dim > left {
            return Err(StoreError::Rows { found: rows.len(), dim, left });
        }
        for row in rows.chunks_exact(dim) {
            if self.file.is_some() {
                self.header.put_record(self.rows, row, &mut self.pending);
            }
            self.rows += 1;
        }
        if self.pending.len() >= GROUP_BYTES || self.is_complete() { self.flush() } else { Ok(()) }
    }

    /// Writes what is still in memory.
    ///
    /// # Errors
    /// The disk is full or gone.
    pub fn flush(&mut self) -> Result<(), StoreError> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let written = file.write_all(&self.pending);
        self.pending.clear();
        if written.is_err() {
            // A part of a record may be on disk: nothing may follow it, the next opening cuts it off.
            self.file = None;
        }
        written.map_err(|e| io_error(&self.path, e))
    }
}

impl Drop for CacheEntry {
    fn drop(&mut self) {
        if let Err(error) = self.flush() {
            log::warn!("{error}");
        }
    }
}

/// The sound rows of `file` from snippet 0 on, and how many bytes of it they and the header take; nothing
/// if it begins with another header.
fn read(file: &File, header: &Header) -> io::Result<(Vec<f32>, u64)> {
    let mut input = BufReader::with_capacity(GROUP_BYTES, file);
    let expected = header.bytes();
    let mut begin = vec![0; expected.len()];
    if !fill(&mut input, &mut begin)? || begin != expected {
        return Ok((Vec::new(), 0));
    }
    let (mut rows, mut whole) = (Vec::new(), expected.len() as u64);
    let mut record = vec![0; header.record_len()];
    for snippet in 0..header.snippets {
        if !fill(&mut input, &mut record)? || !header.take_record(snippet, &record, &mut rows) {
            break;
        }
        whole += record.len() as u64;
    }
    Ok((rows, whole))
}

/// Fills `buffer`; `false` if the file ends before.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match input.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    const ENCODER: &str = "clip:0123456789ab:4";

    fn video() -> VideoId {
        VideoId::from_hash([7; 32])
    }

    fn row(snippet: usize) -> [f32; 4] {
        [snippet as f32, -1.0, 0.5, snippet as f32 * 0.25]
    }

    fn rows(count: usize) -> Vec<f32> {
        (0..count).flat_map(row).collect()
    }

    fn open(cache: &FeatureCache, snippets: usize) -> CacheEntry {
        cache.entry(&video(), ENCODER, 4, snippets).expect("opens")
    }

    fn filled(count: usize) -> (tempfile::TempDir, FeatureCache, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = FeatureCache::open(folder.path().join("features")).expect("opens");
        open(&cache, 10).append(&rows(count)).expect("has room");
        let path = cache.folder().join(video().as_str()).join(file_name(ENCODER));
        (folder, cache, path)
    }

    #[test]
    fn rows_come_back_and_go_on() {
        let (_folder, cache, _) = filled(3);
        let mut entry = open(&cache, 10);
        assert_eq!(entry.take_rows(), rows(3));
        assert!(entry.take_rows().is_empty() && entry.rows() == 3 && entry.is_kept());
        entry.append(&row(3)).expect("has room");
        entry.append(&rows(10)[16..]).expect("has room");
        assert!(entry.is_complete());
        assert!(matches!(entry.append(&row(10)), Err(StoreError::Rows { left: 0, .. })));
        drop(entry);
        assert_eq!(open(&cache, 10).take_rows(), rows(10));
        assert!(cache.bytes() > 10 * 4 * 4);
        assert_eq!(cache.complete(&video(), ENCODER, 4, 10), Some(rows(10)));
    }

    #[test]
    fn a_part_is_not_all_and_asking_makes_nothing() {
        let (_folder, cache, _) = filled(9);
        assert_eq!(cache.complete(&video(), ENCODER, 4, 10), None);
        assert_eq!(cache.complete(&video(), ENCODER, 4, 9), None, "a video of another length");
        let other = VideoId::from_hash([8; 32]);
        assert_eq!(cache.complete(&other, ENCODER, 4, 10), None);
        assert!(!cache.folder().join(other.as_str()).exists());
    }

    #[test]
    fn rows_are_read_piece_by_piece_as_far_as_they_are_sound() {
        let (_folder, cache, path) = filled(7);
        let mut kept = cache.rows(&video(), ENCODER, 4, 10).expect("is there");
        assert_eq!((kept.read(2, 3), kept.read(0, 1)), (rows(5)[8..].to_vec(), row(0).to_vec()));
        assert_eq!(
            (kept.read(5, 99), kept.read(7, 1), kept.read(99, 1)),
            (rows(7)[20..].to_vec(), Vec::new(), Vec::new())
        );
        assert!(cache.rows(&video(), ENCODER, 4, 9).is_none(), "a video of another length");
        assert!(cache.rows(&VideoId::from_hash([8; 32]), ENCODER, 4, 10).is_none());
        let mut bytes = fs::read(&path).expect("is there");
        let header = Header { encoder: ENCODER.to_owned(), dim: 4, snippets: 10 };
        bytes[header.bytes().len() + 3 * header.record_len() + 5] ^= 1;
        fs::write(&path, bytes).expect("is written");
        let mut damaged = cache.rows(&video(), ENCODER, 4, 10).expect("is there");
        assert_eq!((damaged.read(0, 10), damaged.read(4, 2)), (rows(3), rows(6)[16..].to_vec()));
    }

    #[test]
    fn parts_of_rows_are_refused() {
        let (_folder, cache, _) = filled(0);
        assert!(matches!(open(&cache, 10).append(&[0.0; 6]), Err(StoreError::Rows { found: 6, dim: 4, left: 10 })));
    }

    #[test]
    fn a_file_cut_at_any_byte_goes_on_from_its_last_whole_row() {
        let (_folder, cache, path) = filled(4);
        let bytes = fs::read(&path).expect("is there");
        let header = Header { encoder: ENCODER.to_owned(), dim: 4, snippets: 10 };
        let (start, record) = (header.bytes().len(), header.record_len());
        assert_eq!(bytes.len(), start + 4 * record);
        for cut in 0..bytes.len() {
            fs::write(&path, &bytes[..cut]).expect("is written");
            let whole = cut.saturating_sub(start) / record;
            let mut entry = open(&cache, 10);
            assert_eq!(entry.take_rows(), rows(whole), "cut at {cut}");
            entry.append(&rows(10)[whole * 4..]).expect("has room");
            drop(entry);
            assert_eq!(open(&cache, 10).take_rows(), rows(10), "cut at {cut}");
        }
    }

    #[test]
    fn a_flipped_bit_costs_the_rows_from_there_on() {
        let (_folder, cache, path) = filled(4);
        let bytes = fs::read(&path).expect("is there");
        let header = Header { encoder: ENCODER.to_owned(), dim: 4, snippets: 10 };
        let (start, record) = (header.bytes().len(), header.record_len());
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            fs::write(&path, &damaged).expect("is written");
            let whole = at.saturating_sub(start) / record;
            assert_eq!(open(&cache, 10).take_rows(), rows(whole), "byte {at}");
        }
    }

    #[test]
    fn another_encoder_or_length_is_another_entry() {
        let (_folder, cache, _) = filled(4);
        assert_eq!(cache.entry(&video(), "builtin-motion-1", 4, 10).expect("opens").rows(), 0);
        assert_eq!(cache.entry(&VideoId::from_hash([8; 32]), ENCODER, 4, 10).expect("opens").rows(), 0);
        assert_eq!(open(&cache, 10).rows(), 4);
        assert_eq!(open(&cache, 9).rows(), 0, "a video of another length shares no rows");
    }

    #[test]
    fn a_second_writer_reads_and_leaves_the_file_alone() {
        let (_folder, cache, path) = filled(4);
        let mut first = open(&cache, 10);
        let mut second = open(&cache, 10);
        assert!(first.is_kept() && !second.is_kept());
        assert_eq!(second.take_rows(), rows(4));
        second.append(&[9.0; 24]).expect("has room");
        assert!(second.is_complete());
        first.append(&row(4)).expect("has room");
        drop((first, second));
        assert_eq!(open(&cache, 10).take_rows(), rows(5));
        assert!(path.is_file());
    }

    /// Not a test by itself: the process that the next test kills.
    #[test]
    fn writes_rows_until_killed() {
        let Some(folder) = std::env::var_os("LOOKBACK_TEST_KILLED_WRITER") else { return };
        let cache = FeatureCache::open(PathBuf::from(folder)).expect("opens");
        let mut entry = cache.entry(&video(), ENCODER, 4, 1_000_000).expect("opens");
        for snippet in 0..1_000_000 {
            entry.append(&row(snippet)).expect("has room");
        }
    }

    #[test]
    fn a_killed_process_leaves_whole_rows_and_no_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(std::env::current_exe().expect("is known"))
            .args(["--exact", "store::feature_cache::tests::writes_rows_until_killed"])
            .env("LOOKBACK_TEST_KILLED_WRITER", folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("starts");
        let path = folder.path().join(video().as_str()).join(file_name(ENCODER));
        while fs::metadata(&path).map_or(0, |m| m.len()) < 3 * GROUP_BYTES as u64 {
            assert!(child.try_wait().expect("is known").is_none(), "it was killed before its end");
            std::thread::yield_now();
        }
        child.kill().expect("is running");
        child.wait().expect("ends");
        let cache = FeatureCache::open(folder.path()).expect("opens");
        let mut entry = open(&cache, 1_000_000);
        let found = entry.take_rows();
        assert!(entry.is_kept() && found.len() >= 4 * 1000);
        assert_eq!(found, rows(found.len() / 4));
    }
}
