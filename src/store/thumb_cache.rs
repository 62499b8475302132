//! Small pictures of videos on disk, by content hash of the video.
//!
//! Owns naming, locking, the bound in bytes and what gives way to it. Does not own the layout of the bytes
//! (`thumb_file`) or the making of pictures.
//!
//! One file per video, only ever appended to; what a kill or a disk leaves broken is cut off at the next
//! opening. When all files together would outgrow the bound, those not opened for longest are deleted. A
//! second program reads what is whole and keeps its own pictures to itself.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::StoreError;
use super::thumb_file::{RECORD_HEAD, header, picture, record, records};
use crate::domain::library::VideoId;
use crate::domain::pixels::Thumb;

/// Bytes that all files may take together unless told otherwise.
pub const LIMIT: u64 = 256 << 20;
/// One video may take this share of the bound, so that it does not drive out all others.
const SHARE: u64 = 4;
/// Ending of the files.
const ENDING: &str = "thumbs";

/// A folder of files of small pictures.
#[derive(Clone, Debug)]
pub struct ThumbCache {
    folder: PathBuf,
    limit: u64,
}

impl ThumbCache {
    /// Opens the folder, and makes it if need be. All files together will take `limit` bytes at most.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(folder: impl Into<PathBuf>, limit: u64) -> Result<Self, StoreError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(|e| io_error(&folder, e))?;
        Ok(Self { folder, limit })
    }

    /// The pictures of one video, whose longer side has `side` pixels. Damaged ones are dropped.
    ///
    /// # Errors
    /// The file cannot be created or read.
    pub fn pack(&self, video: &VideoId, side: usize) -> Result<ThumbPack, StoreError> {
        let path = self.folder.join(format!("{}.{ENDING}", video.as_str()));
        ThumbPack::open(self.clone(), &path, side).map_err(|e| io_error(&path, e))
    }

    /// Bytes used on disk.
    pub fn bytes(&self) -> u64 {
        self.files().iter().map(|file| file.bytes).sum()
    }

    /// Files that vanish while counting count as nothing.
    fn files(&self) -> Vec<FileFacts> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let ours = entries.filter(|entry| entry.path().extension().is_some_and(|e| e == ENDING));
        ours.filter_map(|entry| {
            let facts = entry.metadata().ok()?;
            Some(FileFacts { used: facts.modified().ok()?, bytes: facts.len(), path: entry.path() })
        })
        .collect()
    }

    /// Deletes the files used longest ago, but not `keep`, until there is room for `more` bytes. `false` if there
    /// is not.
    fn make_room(&self, keep: &Path, more: u64) -> bool {
        let mut files = self.files();
        let mut used: u64 = files.iter().map(|file| file.bytes).sum();
        files.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
        for file in files.iter().filter(|file| file.path != keep) {
            if used + more <= self.limit {
                break;
            }
            match fs::remove_file(&file.path) {
                Ok(()) => used -= file.bytes,
                Err(err) => log::debug!("{} stays: {err}", file.path.display()),
            }
        }
        used + more <= self.limit
    }
}

struct FileFacts {
    used: SystemTime,
    bytes: u64,
    path: PathBuf,
}

fn io_error(path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { path: path.to_owned(), source }
}

/// The pictures of one video.
#[derive(Debug)]
pub struct ThumbPack {
    cache: ThumbCache,
    path: PathBuf,
    /// `None` while another program writes the file, and after the disk refused a record.
    file: Option<File>,
    /// Coded pictures by frame.
    pictures: BTreeMap<usize, Vec<u8>>,
    bytes: u64,
}

impl ThumbPack {
    fn open(cache: ThumbCache, path: &Path, side: usize) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let locked = !matches!(file.try_lock(), Err(TryLockError::WouldBlock));
        let mut bytes = Vec::new();
        // Longer than a pack ever grows is not ours; where locks are mandatory it cannot even be read.
        let read = (&mut file).take(cache.limit).read_to_end(&mut bytes);
        if locked {
            read?;
        }
        let (found, whole) = records(&bytes, side);
        let pictures = found.into_iter().map(|(frame, place)| (frame, bytes[place].to_vec())).collect();
        let mut pack = Self { cache, path: path.to_owned(), file: None, pictures, bytes: whole as u64 };
        if locked {
            file.set_len(pack.bytes)?;
            file.seek(SeekFrom::Start(pack.bytes))?;
            // Which files were used lately is told by their time of change.
            if let Err(err) = file.set_modified(SystemTime::now()) {
                log::debug!("{}: {err}", path.display());
            }
            pack.file = Some(file);
            if whole == 0 {
                pack.write(&header(side))?;
            }
        }
        Ok(pack)
    }

    /// The picture of a frame, if it is there.
    pub fn get(&self, frame: usize) -> Option<Thumb> {
        let picture = picture(self.pictures.get(&frame)?)?;
        Some(Thumb { frame, picture })
    }

    /// Whether there is a picture of a frame.
    pub fn contains(&self, frame: usize) -> bool {
        self.pictures.contains_key(&frame)
    }

    /// Numbers of the frames that are there, ascending.
    pub fn frames(&self) -> impl Iterator<Item = usize> {
        self.pictures.keys().copied()
    }

    /// Keeps a picture, unless it is there already. `false` if there is no room for it.
    ///
    /// # Errors
    /// The disk is full or gone; nothing is kept from then on.
    pub fn put(&mut self, thumb: &Thumb) -> Result<bool, StoreError> {
        if self.pictures.contains_key(&thumb.frame) {
            return Ok(true);
        }
        let Some(record) = record(thumb).filter(|_| self.file.is_some()) else { return Ok(false) };
        let more = record.len() as u64;
        if self.bytes + more > self.cache.limit / SHARE || !self.cache.make_room(&self.path, more) {
            return Ok(false);
        }
        self.write(&record).map_err(|e| io_error(&self.path, e))?;
        self.pictures.insert(thumb.frame, record[RECORD_HEAD..].to_vec());
        Ok(true)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let written = file.write_all(bytes);
        match &written {
            Ok(()) => self.bytes += bytes.len() as u64,
            // A part of a record may be on disk: nothing may follow it, the next opening cuts it off.
            Err(_) => self.file = None,
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::pixels::RgbPicture;

    const SIDE: usize = 16;

    fn video(n: u8) -> VideoId {
        VideoId::from_hash([n; 32])
    }

    /// A picture that does not compress to nothing.
    fn thumb(frame: usize) -> Thumb {
        let data = (0..SIDE * 8 * 3).map(|i| ((i * 7919 + frame * 104_729) % 251) as u8).collect();
        Thumb { frame, picture: RgbPicture { width: SIDE, height: 8, data } }
    }

    fn cache(limit: u64) -> (tempfile::TempDir, ThumbCache) {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = ThumbCache::open(folder.path().join("thumbs"), limit).expect("opens");
        (folder, cache)
    }

    fn frames(cache: &ThumbCache, n: u8) -> Vec<usize> {
        cache.pack(&video(n), SIDE).expect("opens").frames().collect()
    }

    /// Makes the file look as if it was used `hours` ago.
    fn age(cache: &ThumbCache, n: u8, hours: u64) {
        let path = cache.folder.join(format!("{}.{ENDING}", video(n).as_str()));
        let then = SystemTime::now() - std::time::Duration::from_secs(hours * 3600);
        File::options().write(true).open(path).expect("is there").set_modified(then).expect("takes a time");
    }

    #[test]
    fn pictures_come_back() {
        let (_folder, cache) = cache(LIMIT);
        let mut pack = cache.pack(&video(1), SIDE).expect("opens");
        assert!([5, 2, 9].into_iter().all(|frame| pack.put(&thumb(frame)).expect("is written")));
        assert_eq!(pack.get(2), Some(thumb(2)));
        drop(pack);
        let pack = cache.pack(&video(1), SIDE).expect("opens");
        assert_eq!(pack.frames().collect::<Vec<_>>(), [2, 5, 9]);
        assert_eq!((pack.get(9), pack.get(3)), (Some(thumb(9)), None));
        assert!(frames(&cache, 2).is_empty());
        drop(pack);
        let other_size = cache.pack(&video(1), SIDE * 2).expect("opens");
        assert_eq!(other_size.frames().count(), 0, "pictures of another size are made again");
    }

    #[test]
    fn what_was_used_longest_ago_gives_way() {
        let one = record(&thumb(0)).expect("is coded").len() as u64 + header(SIDE).len() as u64;
        // Room for five files of one picture, give or take the sizes of the pictures.
        let (_folder, cache) = cache(one * 11 / 2);
        for n in 0..5 {
            cache.pack(&video(n), SIDE).expect("opens").put(&thumb(0)).expect("is written");
            age(&cache, n, 10 - u64::from(n));
        }
        // The oldest is looked at again, so it is the second that goes.
        assert_eq!(frames(&cache, 0), [0]);
        assert!(cache.pack(&video(7), SIDE).expect("opens").put(&thumb(0)).expect("is written"));
        assert!(cache.bytes() <= cache.limit);
        assert_eq!((frames(&cache, 0), frames(&cache, 1), frames(&cache, 7)), (vec![0], vec![], vec![0]));
    }

    #[test]
    fn a_second_program_reads_and_keeps_nothing() {
        let (_folder, cache) = cache(LIMIT);
        let mut first = cache.pack(&video(1), SIDE).expect("opens");
        first.put(&thumb(1)).expect("is written");
        let mut second = cache.pack(&video(1), SIDE).expect("opens");
        assert_eq!(second.get(1), Some(thumb(1)));
        assert!(!second.put(&thumb(2)).expect("is no error"));
        assert!(first.put(&thumb(3)).expect("is written"));
    }

    #[test]
    fn any_damage_costs_no_more_than_what_follows_it() {
        let (_folder, cache) = cache(LIMIT);
        let mut pack = cache.pack(&video(1), SIDE).expect("opens");
        let mut ends = vec![header(SIDE).len()];
        for frame in 0..3 {
            pack.put(&thumb(frame)).expect("is written");
            ends.push(pack.bytes as usize);
        }
        let path = pack.path.clone();
        drop(pack);
        let bytes = fs::read(&path).expect("is there");
        for at in (0..bytes.len()).step_by(5) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            let whole = ends.iter().filter(|end| **end <= at).count().saturating_sub(1);
            let expected: Vec<usize> = (0..whole).collect();
            fs::write(&path, &damaged).expect("is written");
            assert_eq!(frames(&cache, 1), expected, "byte {at} flipped");
            fs::write(&path, &bytes[..at]).expect("is written");
            let mut cut = cache.pack(&video(1), SIDE).expect("opens");
            assert_eq!(cut.frames().collect::<Vec<_>>(), expected, "cut at {at}");
            cut.put(&thumb(8)).expect("goes on");
            drop(cut);
            assert!(frames(&cache, 1).contains(&8));
        }
        fs::write(&path, b"something else entirely").expect("is written");
        assert!(frames(&cache, 1).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn the_bound_holds_whatever_comes(
            puts in proptest::collection::vec((0_u8..6, 0_usize..30), 1..60), limit in 0_u64..12_000,
        ) {
            let (_folder, cache) = cache(limit);
            for (n, frame) in puts {
                let mut pack = cache.pack(&video(n), SIDE).expect("opens");
                if pack.put(&thumb(frame)).expect("is written") {
                    prop_assert_eq!(pack.get(frame), Some(thumb(frame)));
                    prop_assert!(cache.bytes() <= limit);
                }
                prop_assert!(pack.bytes <= (limit / SHARE).max(header(SIDE).len() as u64));
            }
        }
    }
}
