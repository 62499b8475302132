//! Small pictures of single frames of any video of the project, for lists of events.
//!
//! Owns the thread that decodes them, the newest request first, and what is kept in memory; it opens files that nobody has
//! opened yet, where it was told where they are. Does not own the pictures of
//! the video on screen (`thumbs`), which are many, nor their cache on disk.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::library::VideoId;
use crate::domain::pixels::Thumb;
use crate::jobs::{Generation, Newest, Ticket, Waker, Worker};
use crate::media::{self, OpenedVideo, ThumbSource};

/// Pictures that may wait to be made: more rows than a list shows at once.
const WAITING: usize = 64;
/// Pictures that are kept, about 60 kB each.
const KEPT: usize = 400;

/// Which picture.
type Key = (VideoId, usize);

/// Files to open for a picture that are remembered as open.
const OPENED: usize = 32;

/// Where videos are that nobody has opened yet: told by the thread that reads the project.
#[derive(Clone, Debug)]
pub(super) struct Places(Arc<Mutex<Board>>);

impl Places {
    /// Whether pictures of this video can be made already.
    pub(super) fn knows(&self, id: &VideoId) -> bool {
        let board = lock(&self.0);
        board.files.contains_key(id) || board.places.contains_key(id)
    }

    /// Pictures of this video can be made from the file at `path`.
    pub(super) fn tell(&self, id: VideoId, path: PathBuf) {
        lock(&self.0).places.insert(id, path);
    }
}

/// What both threads see. The lock is held for moves and look-ups only.
#[derive(Debug)]
struct Board {
    files: BTreeMap<VideoId, Box<OpenedVideo>>,
    places: BTreeMap<VideoId, PathBuf>,
    wanted: Newest<Key>,
    /// Pictures that there will not be.
    failed: BTreeSet<Key>,
    pictures: BTreeMap<Key, Arc<Thumb>>,
    /// The pictures, the oldest first.
    order: VecDeque<Key>,
    /// Whether the player needs the machine.
    waits: bool,
}

/// The pictures as the window sees them.
#[derive(Debug)]
pub struct PeakPictures {
    board: Arc<Mutex<Board>>,
    /// Moves when the work at hand must end.
    end: Generation,
    worker: Worker<()>,
}

impl PeakPictures {
    pub(super) fn start(waker: Waker) -> io::Result<Self> {
        let board = Arc::new(Mutex::new(Board {
            files: BTreeMap::new(),
            places: BTreeMap::new(),
            wanted: Newest::new(WAITING),
            failed: BTreeSet::new(),
            pictures: BTreeMap::new(),
            order: VecDeque::new(),
            waits: false,
        }));
        let end = Generation::default();
        let (theirs, clock) = (Arc::clone(&board), end.clone());
        let worker = Worker::spawn("peaks", 1, move |bells: std::sync::mpsc::Receiver<()>, stop| {
            let (mut opened, mut source) = (VecDeque::new(), None);
            for () in bells {
                while !stop.load(std::sync::atomic::Ordering::Acquire)
                    && make(&theirs, &clock.advance(), &mut opened, &mut source)
                {
                    waker.wake();
                }
            }
        })?;
        Ok(Self { board, end, worker })
    }

    /// Where to tell of videos that nobody has opened yet.
    pub(super) fn places(&self) -> Places {
        Places(Arc::clone(&self.board))
    }

    /// Pictures of this video can be made from now on.
    pub(super) fn know(&self, id: VideoId, video: OpenedVideo) {
        let mut board = lock(&self.board);
        board.failed.retain(|(failed, _)| *failed != id);
        board.files.insert(id, Box::new(video));
    }

    /// Says whether the player needs the machine.
    pub(super) fn make_way(&self, waits: bool) {
        let before = std::mem::replace(&mut lock(&self.board).waits, waits);
        if waits && !before {
            self.end.cancel();
        } else if before && !waits {
            self.ring();
        }
    }

    /// The picture of a frame, if it is there. Never waits; the window is woken when it is.
    pub fn ask(&self, video: &VideoId, frame: usize) -> Option<Arc<Thumb>> {
        let key = (video.clone(), frame);
        let mut board = lock(&self.board);
        if let Some(picture) = board.pictures.get(&key) {
            return Some(Arc::clone(picture));
        }
        let known = board.files.contains_key(video) || board.places.contains_key(video);
        let can = known && !board.failed.contains(&key);
        if can && board.wanted.ask(key) {
            drop(board);
            self.ring();
        }
        None
    }

    fn ring(&self) {
        // A full queue means that the thread will look anyway.
        self.worker.try_send(()).ok();
    }
}

impl Drop for PeakPictures {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

/// Makes the picture that was asked for last; `false` if there is nothing to do.
fn make(
    board: &Mutex<Board>,
    ticket: &Ticket,
    opened: &mut VecDeque<(VideoId, OpenedVideo)>,
    source: &mut Option<(VideoId, ThumbSource)>,
) -> bool {
    let (key, video, place) = {
        let mut board = lock(board);
        if board.waits {
            return false;
        }
        let Some(key) = board.wanted.take() else { return false };
        let (video, place) = (board.files.get(&key.0).cloned(), board.places.get(&key.0).cloned());
        (key, video.map(|video| *video), place)
    };
    let Some(video) = video.or_else(|| place.and_then(|path| open(&key.0, &path, opened))) else {
        lock(board).failed.insert(key);
        return true;
    };
    if source.as_ref().is_none_or(|(id, _)| *id != key.0) {
        *source = ThumbSource::open(&video).map_err(|err| log::warn!("{err}")).ok().map(|new| (key.0.clone(), new));
    }
    let picture = source.as_mut().map(|(_, source)| source.picture(key.1, ticket));
    let mut board = lock(board);
    match picture {
        Some(Ok(Some(picture))) => {
            board.pictures.insert(key.clone(), Arc::new(picture));
            board.order.push_back(key);
            while board.order.len() > KEPT {
                let Some(oldest) = board.order.pop_front() else { break };
                board.pictures.remove(&oldest);
            }
        }
        // Given up for the player: asked for again as long as it is in sight.
        Some(Ok(None)) if ticket.is_stale() => {}
        _ => {
            board.failed.insert(key);
        }
    }
    true
}

/// The video at `path`, opened for its pictures alone.
fn open(id: &VideoId, path: &Path, opened: &mut VecDeque<(VideoId, OpenedVideo)>) -> Option<OpenedVideo> {
    if let Some((_, video)) = opened.iter().find(|(other, _)| other == id) {
        return Some(video.clone());
    }
    let video = media::open(path).map_err(|err| log::info!("no pictures of {}: {err}", path.display())).ok()?;
    opened.push_back((id.clone(), video.clone()));
    if opened.len() > OPENED {
        opened.pop_front();
    }
    Some(video)
}

fn lock(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;
    use std::time::Duration;

    use super::*;
    use crate::domain::pixels::RgbPicture;
    use crate::domain::time::Rate;
    use crate::media::VideoWriter;

    fn id(number: u8) -> VideoId {
        VideoId::from_hash([number; 32])
    }

    #[test]
    fn frames_of_several_videos_get_their_own_pictures() {
        let folder = tempfile::tempdir().expect("a folder");
        let (wake, woken) = sync_channel(1);
        let pictures = PeakPictures::start(Waker::new(move || {
            wake.try_send(()).ok();
        }))
        .expect("starts");
        for (number, level) in [(1, 40), (2, 200)] {
            let path = folder.path().join(format!("{number}.mp4"));
            let mut writer = VideoWriter::create(&path, 64, 48, Rate { num: 25, den: 1 }).expect("opens");
            for _ in 0..20 {
                writer.push(&RgbPicture { width: 64, height: 48, data: vec![level; 64 * 48 * 3] }).expect("is written");
            }
            writer.finish().expect("is complete");
            pictures.know(id(number), media::open(&path).expect("opens"));
        }
        let wait = |number: u8, frame: usize| loop {
            if let Some(picture) = pictures.ask(&id(number), frame) {
                return picture;
            }
            woken.recv_timeout(Duration::from_mins(1)).expect("is made");
        };
        for (number, level) in [(1, 40_u8), (2, 200), (1, 40)] {
            let picture = wait(number, 7);
            assert_eq!(picture.frame, 7);
            assert!(picture.picture.data[0].abs_diff(level) < 12, "{}", picture.picture.data[0]);
        }
        assert!(pictures.ask(&id(3), 0).is_none(), "nobody knows where that video is");
        // Nobody has opened this one, but the project knows where it is.
        assert!(pictures.places().knows(&id(1)) && !pictures.places().knows(&id(4)));
        pictures.places().tell(id(4), folder.path().join("2.mp4"));
        assert!(wait(4, 3).picture.data[0].abs_diff(200) < 12);
        pictures.places().tell(id(5), folder.path().join("none.mp4"));
        assert!(pictures.ask(&id(5), 0).is_none());
    }
}
