//! Small pictures of the video on screen.
//!
//! Owns what is wanted and what is there, shared between the window, which asks and never waits, and the
//! thread `thumbs`, which makes them (see [`maker`]). The picture asked for last is made first; all of it
//! makes way for the player.

mod maker;

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::library::VideoId;
use crate::domain::pixels::Thumb;
use crate::domain::shelf::Shelf;
use crate::jobs::{Generation, Newest, Waker, Worker};
use crate::media::OpenedVideo;
use crate::store::ThumbCache;
use crate::store::thumb_cache;

/// Pictures that may wait to be made; a list and a pointer together show far fewer.
const WAITING: usize = 32;
/// Bytes of pictures kept in memory: about 350 of 16:9.
const BYTES: usize = 24 << 20;

/// What the player is doing, which comes before small pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Load {
    /// It rests.
    #[default]
    None,
    /// It plays and has what it needs: pictures that cost little may be made.
    Playing,
    /// Someone waits for a frame: nothing else is decoded.
    Decoding,
}

/// What both threads see. The lock is held for moves and look-ups only.
#[derive(Debug)]
struct Board {
    /// Counts the videos that were shown.
    epoch: u64,
    video: Option<OpenedVideo>,
    id: Option<VideoId>,
    wanted: Newest<usize>,
    /// Frame that is being made because it was asked for.
    working: Option<usize>,
    /// Frames of which there will be no picture.
    failed: BTreeSet<usize>,
    shelf: Shelf<Arc<Thumb>>,
    load: Load,
}

impl Board {
    fn put(&mut self, frame: usize, thumb: Thumb) {
        let bytes = thumb.picture.data.len();
        self.shelf.put(frame, Arc::new(thumb), bytes);
    }
}

#[derive(Clone, Debug)]
struct Shared {
    board: Arc<Mutex<Board>>,
    /// Moves with each request that is more wanted than the work at hand, which may then be given up if it is long.
    newer: Generation,
    /// Moves when the work at hand must end: another video, or the player needs the machine.
    end: Generation,
}

impl Shared {
    fn new() -> Self {
        let board = Board {
            epoch: 0,
            video: None,
            id: None,
            wanted: Newest::new(WAITING),
            working: None,
            failed: BTreeSet::new(),
            shelf: Shelf::new(BYTES),
            load: Load::None,
        };
        Self { board: Arc::new(Mutex::new(board)), newer: Generation::default(), end: Generation::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the work at hand, also what is given up only for that.
    fn stop(&self) {
        self.end.cancel();
        self.newer.cancel();
    }
}

/// The small pictures as the window sees them.
#[derive(Debug)]
pub struct Thumbs {
    shared: Shared,
    worker: Worker<()>,
}

impl Thumbs {
    /// Starts the thread. Pictures are kept below `folder`; without one, in memory only.
    pub(super) fn start(folder: Option<PathBuf>, waker: Waker) -> io::Result<Self> {
        let shared = Shared::new();
        let theirs = shared.clone();
        let worker = Worker::spawn("thumbs", 1, move |bells, stop| {
            let cache = folder.and_then(|folder| match ThumbCache::open(folder, thumb_cache::LIMIT) {
                Ok(cache) => Some(cache),
                Err(err) => {
                    log::warn!("small pictures are not kept: {err}");
                    None
                }
            });
            maker::Maker::new(theirs, cache, waker, stop).run(&bells);
        })?;
        Ok(Self { shared, worker })
    }

    /// Makes pictures of this video from now on, or of none.
    pub(super) fn show(&self, video: Option<OpenedVideo>) {
        let mut board = self.shared.lock();
        board.epoch += 1;
        (board.video, board.id, board.working) = (video, None, None);
        board.wanted.clear();
        board.failed.clear();
        board.shelf.clear();
        drop(board);
        self.shared.stop();
        self.ring();
    }

    /// Says what the content of the video is, under which its pictures are kept on disk.
    pub(super) fn identify(&self, id: VideoId) {
        self.shared.lock().id = Some(id);
        self.ring();
    }

    /// Says what the player is doing.
    pub(super) fn make_way(&self, load: Load) {
        let before = std::mem::replace(&mut self.shared.lock().load, load);
        if before == load {
            return;
        }
        if load == Load::Decoding {
            self.shared.stop();
        } else {
            self.ring();
        }
    }

    /// The picture of `frame`, or the nearest one there is until that is made; it says which frame it is. Never
    /// waits; the window is woken when there is a better one.
    pub fn ask(&self, frame: usize) -> Option<Arc<Thumb>> {
        let mut board = self.shared.lock();
        if let Some(thumb) = board.shelf.get(frame) {
            return Some(Arc::clone(thumb));
        }
        let coming = board.video.is_none() || board.failed.contains(&frame) || board.working == Some(frame);
        if !coming {
            let new = board.wanted.ask(frame);
            // Only a request that was not there before is worth giving up what is being done.
            if new && board.working.is_some() {
                self.shared.newer.cancel();
            }
            self.ring();
        }
        board.shelf.nearest(frame).map(|(_, thumb)| Arc::clone(thumb))
    }

    /// The nearest picture there is to `frame`. Asks for nothing.
    pub fn nearest(&self, frame: usize) -> Option<Arc<Thumb>> {
        self.shared.lock().shelf.nearest(frame).map(|(_, thumb)| Arc::clone(thumb))
    }

    fn ring(&self) {
        // A full queue means that the thread will look anyway.
        self.worker.try_send(()).ok();
    }
}

impl Drop for Thumbs {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::mpsc::{Receiver, sync_channel};
    use std::time::Duration;

    use super::*;
    use crate::domain::pixels::RgbPicture;
    use crate::domain::time::Rate;
    use crate::media::{self, THUMB_SIDE, VideoWriter};

    const FRAMES: usize = 60;

    /// Frames that get lighter, and a key frame at the start only.
    fn video(folder: &Path) -> OpenedVideo {
        let path = folder.join("a.mp4");
        let mut writer = VideoWriter::create(&path, 64, 48, Rate { num: 25, den: 1 }).unwrap();
        for i in 0..FRAMES {
            writer.push(&RgbPicture { width: 64, height: 48, data: vec![(i * 4) as u8; 64 * 48 * 3] }).unwrap();
        }
        writer.finish().unwrap();
        media::open(&path).unwrap()
    }

    fn start(folder: &Path) -> (Thumbs, Receiver<()>) {
        let (wake, woken) = sync_channel(1);
        let waker = Waker::new(move || {
            wake.try_send(()).ok();
        });
        (Thumbs::start(Some(folder.join("thumbs")), waker).unwrap(), woken)
    }

    /// Asks as the window does, each time it is woken, until the picture is the one that was asked for.
    fn settle((thumbs, woken): &(Thumbs, Receiver<()>), frame: usize) -> Arc<Thumb> {
        loop {
            match thumbs.ask(frame) {
                Some(thumb) if thumb.frame == frame => return thumb,
                // Far beyond what it takes: only a lost wake-up ends here.
                _ => woken.recv_timeout(Duration::from_mins(1)).expect("the window is woken"),
            }
        }
    }

    fn id() -> VideoId {
        VideoId::from_hash([3; 32])
    }

    #[test]
    fn what_is_asked_for_comes() {
        let folder = tempfile::tempdir().unwrap();
        let thumbs = start(folder.path());
        assert_eq!(thumbs.0.ask(5), None, "no video is shown");
        thumbs.0.show(Some(video(folder.path())));
        for frame in [40, 8, 59, 24] {
            let thumb = settle(&thumbs, frame);
            assert!(thumb.picture.data[0].abs_diff((frame * 4) as u8) <= 6, "frame {frame}");
        }
        assert_eq!(thumbs.0.nearest(43).map(|t| t.frame), Some(40));
        thumbs.0.show(None);
        assert_eq!(thumbs.0.nearest(43), None);
    }

    #[test]
    fn nothing_is_decoded_while_the_player_needs_a_frame() {
        let folder = tempfile::tempdir().unwrap();
        let thumbs = start(folder.path());
        thumbs.0.make_way(Load::Decoding);
        thumbs.0.show(Some(video(folder.path())));
        thumbs.0.ask(30);
        assert!(thumbs.1.recv_timeout(Duration::from_millis(100)).is_err(), "it waits");
        thumbs.0.make_way(Load::None);
        settle(&thumbs, 30);
    }

    #[test]
    fn pictures_are_on_disk_for_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let opened = video(folder.path());
        let first = start(folder.path());
        first.0.show(Some(opened.clone()));
        settle(&first, 30);
        first.0.identify(id());
        settle(&first, 44);
        // By now its thread has the file, so that looking takes nothing from it.
        let cache = ThumbCache::open(folder.path().join("thumbs"), thumb_cache::LIMIT).unwrap();
        let on_disk = || cache.pack(&id(), THUMB_SIDE).unwrap().frames().collect::<Vec<_>>();
        while ![30, 44].iter().all(|frame| on_disk().contains(frame)) {
            std::thread::yield_now();
        }
        drop(first);

        // Without the file nothing can be decoded: what comes now comes from the disk.
        std::fs::remove_file(&opened.info.path).unwrap();
        let second = start(folder.path());
        second.0.identify(id());
        second.0.show(Some(opened));
        second.0.identify(id());
        assert_eq!((settle(&second, 44).frame, settle(&second, 30).frame), (44, 30));
    }
}
