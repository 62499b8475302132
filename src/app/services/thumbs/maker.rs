//! The thread that makes small pictures.
//!
//! Owns what it does next: the picture asked for last, from disk or from the file, with the key frame before
//! it standing in where the way to it is long; and when nobody asks, a few key frames over the whole video,
//! so that there is always one near. Does not own the requests.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;

use crate::domain::library::VideoId;
use crate::domain::pixels::Thumb;
use crate::jobs::{Ticket, Waker};
use crate::media::{MediaError, OpenedVideo, THUMB_SIDE, ThumbSource};
use crate::store::{ThumbCache, ThumbPack};

use super::{Load, Shared};

/// A frame so near to its key frame is decoded at once; before a farther one the key frame is shown.
const NEAR: usize = 12;
/// Pictures made of a video that nobody asked for yet.
const UNASKED: usize = 48;

/// What to do next.
enum Task {
    /// Find what is on disk.
    Open(VideoId),
    /// Make the picture of a frame that was asked for; which work the player leaves room for.
    Make(usize, Load),
    /// Make one that nobody asked for.
    Fill(usize),
}

/// What lives on the thread.
pub(super) struct Maker {
    shared: Shared,
    cache: Option<ThumbCache>,
    waker: Waker,
    stop: Arc<AtomicBool>,
    epoch: u64,
    video: Option<OpenedVideo>,
    source: Option<ThumbSource>,
    /// What is on disk, and whether that was looked for.
    pack: Option<ThumbPack>,
    looked: bool,
    unasked: VecDeque<usize>,
}

impl Maker {
    pub(super) fn new(shared: Shared, cache: Option<ThumbCache>, waker: Waker, stop: Arc<AtomicBool>) -> Self {
        Self {
            shared,
            cache,
            waker,
            stop,
            epoch: 0,
            video: None,
            source: None,
            pack: None,
            looked: false,
            unasked: VecDeque::new(),
        }
    }

    pub(super) fn run(&mut self, bells: &Receiver<()>) {
        while !self.stop.load(Ordering::Acquire) {
            match self.next() {
                Some(Task::Open(id)) => self.open_pack(&id),
                Some(Task::Make(frame, load)) => self.make(frame, load),
                Some(Task::Fill(frame)) => self.fill(frame),
                // Nothing to do until asked; the other end is dropped with the handle.
                None if bells.recv().is_err() => return,
                None => {}
            }
        }
    }

    fn next(&mut self) -> Option<Task> {
        let mut board = self.shared.lock();
        if board.epoch != self.epoch {
            self.epoch = board.epoch;
            self.video.clone_from(&board.video);
            (self.source, self.pack, self.looked) = (None, None, false);
            let keys = self.video.as_ref().map_or(&[][..], |video| video.frames.keyframes());
            self.unasked = spread(keys, UNASKED).into();
        }
        self.video.as_ref()?;
        if let Some(id) = board.id.as_ref().filter(|_| !self.looked) {
            return Some(Task::Open(id.clone()));
        }
        if board.load == Load::Decoding {
            return None;
        }
        if let Some(frame) = board.wanted.take() {
            board.working = Some(frame);
            return Some(Task::Make(frame, board.load));
        }
        if board.load == Load::Playing {
            return None;
        }
        self.unasked.pop_front().map(Task::Fill)
    }

    /// Finds what is on disk, and puts there what was made before the content of the file was known.
    fn open_pack(&mut self, id: &VideoId) {
        let opened = self.cache.as_ref().map(|cache| cache.pack(id, THUMB_SIDE));
        let mut pack = opened.and_then(|opened| opened.map_err(|err| log::warn!("{err}")).ok());
        if let Some(pack) = &mut pack {
            let made: Vec<Arc<Thumb>> = self.shared.lock().shelf.iter().map(|(_, thumb)| Arc::clone(thumb)).collect();
            for thumb in &made {
                keep(pack, thumb);
            }
        }
        (self.pack, self.looked) = (pack, true);
    }

    /// Makes a picture that was asked for.
    fn make(&mut self, frame: usize, load: Load) {
        let key = self.video.as_ref().map_or(0, |video| video.frames.keyframe_before(frame));
        let far = frame - key > NEAR;
        let end = self.shared.end.current();
        let newer = self.shared.newer.current();
        if far && !self.is_on_disk(frame) && !self.shared.lock().shelf.contains(key) {
            self.deliver(key, &end);
            self.waker.wake();
        }
        // The way from the key frame is too long while the video plays; once it rests, the window asks again.
        let possible = load == Load::None || !far || self.is_on_disk(frame);
        let made = possible && self.deliver(frame, if far { &newer } else { &end });
        let mut board = self.shared.lock();
        if board.epoch != self.epoch {
            return;
        }
        board.working = None;
        if made {
            drop(board);
            self.waker.wake();
        } else if possible && (newer.is_stale() || end.is_stale()) {
            board.wanted.ask_last(frame);
        } else if possible {
            board.failed.insert(frame);
        }
    }

    /// Makes a picture that nobody asked for yet.
    fn fill(&mut self, frame: usize) {
        let end = self.shared.end.current();
        let known = self.shared.lock().shelf.contains(frame);
        if !known && !self.deliver(frame, &end) && end.is_stale() {
            self.unasked.push_front(frame);
        }
    }

    fn is_on_disk(&self, frame: usize) -> bool {
        self.pack.as_ref().is_some_and(|pack| pack.contains(frame))
    }

    /// Puts the picture of `frame` where the window finds it. `false` if there is none.
    fn deliver(&mut self, frame: usize, ticket: &Ticket) -> bool {
        let thumb = match self.pack.as_ref().and_then(|pack| pack.get(frame)) {
            Some(thumb) => thumb,
            None => match self.decode(frame, ticket) {
                Ok(Some(thumb)) => thumb,
                Ok(None) => return false,
                Err(err) => {
                    log::debug!("no small picture of frame {frame}: {err}");
                    return false;
                }
            },
        };
        let mut board = self.shared.lock();
        if board.epoch != self.epoch {
            return false;
        }
        board.put(frame, thumb.clone());
        drop(board);
        if let Some(pack) = &mut self.pack {
            keep(pack, &thumb);
        }
        true
    }

    fn decode(&mut self, frame: usize, ticket: &Ticket) -> Result<Option<Thumb>, MediaError> {
        let Some(video) = &self.video else { return Ok(None) };
        if self.source.is_none() {
            self.source = Some(ThumbSource::open(video)?);
        }
        self.source.as_mut().map_or(Ok(None), |source| source.picture(frame, ticket))
    }
}

fn keep(pack: &mut ThumbPack, thumb: &Thumb) {
    if let Err(err) = pack.put(thumb) {
        log::warn!("{err}");
    }
}

/// At most `count` of `keys` over their whole length: the first, the middle, the quarters, the eighths and so on.
fn spread(keys: &[usize], count: usize) -> Vec<usize> {
    let places = keys.len().min(count);
    let mut order: Vec<usize> = (0..places).collect();
    order.sort_by_key(|place| (Reverse(if *place == 0 { u32::MAX } else { place.trailing_zeros() }), *place));
    order.into_iter().map(|place| keys[place * keys.len() / places]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn key_frames_are_taken_from_coarse_to_fine() {
        let keys: Vec<usize> = (0..16).map(|i| i * 10).collect();
        assert_eq!(spread(&keys, 8), [0, 80, 40, 120, 20, 60, 100, 140]);
        assert_eq!(spread(&[7], 8), [7]);
        assert!(spread(&[], 8).is_empty());
    }

    proptest! {
        #[test]
        fn no_key_frame_is_taken_twice(keys in proptest::collection::btree_set(0_usize..5000, 0..200), count in 1_usize..60) {
            let keys: Vec<usize> = keys.into_iter().collect();
            let mut taken = spread(&keys, count);
            prop_assert_eq!(taken.len(), keys.len().min(count));
            taken.sort_unstable();
            taken.dedup();
            prop_assert_eq!(taken.len(), keys.len().min(count));
        }
    }
}
