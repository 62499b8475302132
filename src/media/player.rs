//! Frames for the screen, decoded on a thread of their own.
//!
//! Owns the decode worker, what it shares with the window, and when work is dropped for newer work. Does
//! not own the position or the clock: the transport asks for a frame by number, each time the window is
//! drawn. What is decoded next is `plan`'s decision, what is kept is `cache`'s.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::cache::{Cache, Direction, Focus};
use super::plan::{Aim, Job, Planner, Request};
use super::{FrameSource, MediaError, OpenedVideo, hardware};
use crate::domain::frame::{Delay, Detail, Frame, Playing};
use crate::domain::frames::FrameTable;
use crate::jobs::{Generation, Ticket, Waker, Worker};

/// Seconds of video on the wall by which playback may be ahead of the decoder before what it decodes is dropped.
const PATIENCE: f64 = 1.0;
/// A drag by so few frames lengthens the run that is being decoded; over more it is quicker to start anew.
const LENGTHENED: usize = 32;
/// Frames in a row that come too late before fast play shows key frames only.
const LATE: u32 = 12;
/// From so many frames after a key frame, it is shown on the way while the person drags.
const PREVIEW_FROM: usize = 8;

/// How frames are decoded and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeOptions {
    /// Most bytes of decoded planes that are kept.
    pub cache_bytes: usize,
    /// Whether a device decodes where there is one; its pictures are compared with the software decoder's.
    pub hardware: bool,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self { cache_bytes: 1_000_000_000, hardware: true }
    }
}

/// The job that the decode thread is at.
#[derive(Clone, Copy, Debug)]
struct Running {
    job: Job,
    /// The next frame that it will give.
    next: usize,
}

/// What both threads see. The lock is held for moves and look-ups only, never while decoding.
#[derive(Debug)]
struct Shared {
    request: Request,
    /// Nothing was asked yet.
    idle: bool,
    /// Nothing is to be decoded until something is asked again.
    resting: bool,
    cache: Cache,
    table: Arc<FrameTable>,
    /// The last frame that was decoded because it was asked for.
    landed: Option<Arc<Frame>>,
    /// The last frame handed out.
    shown: Option<Arc<Frame>>,
    running: Option<Running>,
    /// The frame was asked for while the one before it, this one, had not been answered.
    dragged_from: Option<usize>,
    /// Frames in a row that came after playback had passed them.
    late: u32,
    /// What decodes, for people; empty before anything was decoded.
    decoder: Arc<str>,
    notice: Option<String>,
    error: Option<String>,
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Plays one video. Dropping it stops its thread without waiting.
#[derive(Debug)]
pub struct Player {
    shared: Arc<Mutex<Shared>>,
    /// Takes frames to be let go where nobody waits for it; anything sent wakes it.
    worker: Worker<Vec<Arc<Frame>>>,
    wanted: Generation,
    last: usize,
}

impl Player {
    /// Starts the decode thread of a video. `waker` is called when a frame that was asked for is ready.
    ///
    /// # Errors
    /// The system has no thread to give. Failures of the file come through [`Self::error`].
    pub fn open(video: &OpenedVideo, options: DecodeOptions, waker: Waker) -> Result<Self, MediaError> {
        let opened = video.clone();
        Self::with_source(Arc::clone(&video.frames), options, waker, move || hardware::open(&opened, options.hardware))
            .map_err(|err| MediaError::failed(&video.info.path, "starting the decode thread", err))
    }

    /// As [`Self::open`], for any source of the frames of `table`; `make` runs on the decode thread.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn with_source<S: FrameSource + 'static>(
        table: Arc<FrameTable>,
        options: DecodeOptions,
        waker: Waker,
        make: impl FnOnce() -> Result<S, MediaError> + Send + 'static,
    ) -> std::io::Result<Self> {
        let last = table.last();
        let shared = Arc::new(Mutex::new(Shared {
            request: Request::at(0),
            idle: true,
            resting: false,
            cache: Cache::new(options.cache_bytes),
            table,
            landed: None,
            shown: None,
            running: None,
            dragged_from: None,
            late: 0,
            decoder: Arc::default(),
            notice: None,
            error: None,
        }));
        let wanted = Generation::default();
        let (theirs, clock) = (Arc::clone(&shared), wanted.clone());
        let worker = Worker::spawn("decode", 1, move |commands, stop| match make() {
            Ok(source) => Decoding { source, shared: theirs, clock, waker, stop }.run(&commands),
            Err(err) => {
                lock(&theirs).error = Some(err.to_string());
                waker.wake();
            }
        })?;
        Ok(Self { shared, worker, wanted, last })
    }

    /// Asks for a frame and returns the best picture at hand, at once. To be called each time the window is drawn.
    pub fn request(&self, request: Request) -> Playing {
        let request = Request { frame: request.frame.min(self.last), ..request };
        let mut shared = lock(&self.shared);
        let rested = std::mem::take(&mut shared.resting);
        let changed = shared.ask(request) || rested;
        let playing = shared.best();
        if shared.runs_against() || (playing.delay == Delay::Decoding && shared.drops_running()) {
            shared.running = None;
            self.wanted.cancel();
        }
        drop(shared);
        if changed {
            // A full queue means that the thread will look anyway.
            self.worker.try_send(Vec::new()).ok();
        }
        playing
    }

    /// Changes how much is kept; what is too much is let go at once.
    pub fn keep(&self, cache_bytes: usize) {
        let mut shared = lock(&self.shared);
        let (focus, mut gone) = (shared.focus(), Vec::new());
        shared.cache.set_most(cache_bytes, focus, &mut gone);
        drop(shared);
        self.worker.try_send(gone).ok();
    }

    /// Whether the picture of a frame is here, so that asking for it waits for nothing.
    pub fn holds(&self, frame: usize) -> bool {
        lock(&self.shared).cache.get(frame.min(self.last)).is_some()
    }

    /// Decodes no further frame until it is asked again, and goes on from there then. What is there stays.
    pub fn rest(&self) {
        lock(&self.shared).resting = true;
    }

    /// A sentence about how decoding goes on otherwise than wanted, given once.
    pub fn take_notice(&self) -> Option<String> {
        lock(&self.shared).notice.take()
    }

    /// Why nothing can be decoded any more, if so, in a sentence.
    pub fn error(&self) -> Option<String> {
        let error = lock(&self.shared).error.clone();
        error.or_else(|| {
            self.worker.is_finished().then(|| "The decoder stopped unexpectedly. Open the video again.".to_owned())
        })
    }
}

impl Shared {
    /// Takes a request in; `false` if it is the one before.
    fn ask(&mut self, request: Request) -> bool {
        let before = std::mem::replace(&mut self.request, request);
        if std::mem::take(&mut self.idle) {
            return true;
        }
        if before == request {
            return false;
        }
        if (before.playing, before.backward, before.speed) != (request.playing, request.backward, request.speed) {
            self.late = 0;
        }
        if before.frame != request.frame {
            let answered = self.cache.knows(before.frame, Detail::All);
            self.dragged_from = (!request.playing && !answered).then_some(before.frame);
        }
        true
    }

    /// What is near: in fast play the pictures that stand for the position, which lie behind it.
    fn focus(&self) -> Focus {
        let position = self.request.frame;
        match self.detail() {
            Detail::All => self.request.focus(),
            Detail::References => Focus { position, direction: Direction::Rest },
            Detail::Keys => Focus { position: self.table.keyframe_before(position), direction: Direction::Rest },
        }
    }

    fn detail(&self) -> Detail {
        self.request.detail(&self.table, self.late >= LATE)
    }

    fn planner(&self) -> Planner<'_> {
        let (request, table) = (self.request, &self.table);
        let key = table.keyframe_before(request.frame);
        let dragged_back =
            self.dragged_from.is_some_and(|from| from > request.frame && table.keyframe_before(from) == key);
        Planner { request, detail: self.detail(), dragged_back, cache: &self.cache, table }
    }

    /// The best picture at hand.
    fn best(&mut self) -> Playing {
        let (wanted, detail) = (self.request.frame, self.detail());
        let crowded = self.planner().is_crowded();
        let standing = match detail {
            Detail::Keys => self.cache.get(wanted).or_else(|| self.cache.get(self.table.keyframe_before(wanted))),
            _ => self.cache.standing_for(wanted, detail),
        };
        let lost = self.cache.is_lost(wanted) || self.error.is_some();
        let delay = match standing {
            Some(frame) if !lost => {
                self.shown = Some(Arc::clone(frame));
                self.dragged_from = None;
                Delay::UpToDate
            }
            _ if lost => {
                let good = self.cache.at_or_before(wanted).cloned().or_else(|| self.shown.clone());
                self.shown = good.or_else(|| self.landed.clone());
                Delay::Unavailable
            }
            _ => {
                self.stand_in();
                Delay::Decoding
            }
        };
        let (decoder, kept_bytes) = (Arc::clone(&self.decoder), self.cache.bytes());
        Playing { frame: self.shown.clone(), delay, wanted, detail, crowded, kept_bytes, decoder }
    }

    /// Takes in what the source says of itself; `true` if it is new.
    fn hear(&mut self, source: &mut impl FrameSource) -> bool {
        let notice = source.take_notice();
        let new = notice.is_some() || *self.decoder != *source.decoder();
        if new {
            self.decoder = source.decoder().into();
            self.notice = notice.or_else(|| self.notice.take());
        }
        new
    }

    /// Shows what is nearest of the pictures that were asked for, never one that was only decoded on the way.
    ///
    /// While the person drags, the key frame before the wanted one is among them.
    fn stand_in(&mut self) {
        let wanted = self.request.frame;
        let distance = |frame: &Option<Arc<Frame>>| frame.as_ref().map_or(usize::MAX, |f| f.number.abs_diff(wanted));
        if distance(&self.landed) < distance(&self.shown) {
            self.shown.clone_from(&self.landed);
        }
        if self.dragged_from.is_some() {
            let key = self.cache.get(self.table.keyframe_before(wanted)).cloned();
            if distance(&key) < distance(&self.shown) {
                self.shown = key;
            }
        }
    }

    /// Whether the job that runs prepares for the other direction of play.
    fn runs_against(&self) -> bool {
        let aim = self.running.map(|running| running.job.aim);
        let against = match self.request.direction() {
            Direction::Forward => Aim::Behind,
            Direction::Backward => Aim::Ahead,
            Direction::Rest => return false,
        };
        aim == Some(against)
    }

    /// Whether the job that runs does not lead to the frame asked for. A short drag onwards lengthens it.
    fn drops_running(&mut self) -> bool {
        let Request { frame, speed, .. } = self.request;
        let direction = self.request.direction();
        let (detail, table) = (self.detail(), Arc::clone(&self.table));
        let Some(Running { job, next }) = &mut self.running else { return false };
        if job.detail > detail {
            return true;
        }
        if (*next..=job.to).contains(&frame) {
            return false;
        }
        let apart = |a: usize, b: usize| (table.time(a) - table.time(b)).secs_f64() / speed.max(1.0);
        match direction {
            // Playback is allowed to run ahead of the decoder a little: else a slow decoder would never arrive.
            Direction::Forward => frame < job.from || apart(frame, job.to) > PATIENCE,
            Direction::Backward => frame > job.to || apart(job.from, frame) > PATIENCE,
            Direction::Rest => {
                let group = table.keyframe_before(frame) == table.keyframe_before(job.to);
                let lengthened = group && frame > job.to && frame - job.to <= LENGTHENED;
                if lengthened {
                    (job.to, job.aim) = (frame, Aim::Asked);
                }
                !lengthened
            }
        }
    }

    /// The key frame to be shown on the way to a frame far behind it, while the person drags.
    fn preview(&self, job: Job) -> Option<usize> {
        let key = self.table.keyframe_before(job.to);
        let useful = job.aim == Aim::Asked && self.dragged_from.is_some() && job.from >= key + PREVIEW_FROM;
        (useful && !self.cache.knows(key, Detail::All)).then_some(key)
    }

    /// Whether playback has passed what is being decoded; remembers whether it is always so.
    fn is_passed(&mut self, job: Job, number: usize, finished: bool) -> bool {
        let frame = self.request.frame;
        let passed = match self.request.direction() {
            Direction::Rest => false,
            Direction::Forward => number < frame,
            // Backwards, the end of a run is always passed while its start is still to come.
            Direction::Backward => finished && job.from > frame,
        };
        if job.detail == Detail::References {
            let weight = if self.request.backward { LATE } else { 1 };
            self.late = if passed { self.late.saturating_add(weight) } else { 0 };
        }
        passed
    }
}

/// The decode thread.
struct Decoding<S> {
    source: S,
    shared: Arc<Mutex<Shared>>,
    clock: Generation,
    waker: Waker,
    stop: Arc<AtomicBool>,
}

/// How a run of decoding ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// As planned, or dropped for newer work.
    Done,
    /// Frames did not stay: there is no room, and doing it again would not help.
    NoRoom,
}

impl<S: FrameSource> Decoding<S> {
    fn run(&mut self, commands: &Receiver<Vec<Arc<Frame>>>) {
        let mut wait = false;
        while !self.stop.load(Ordering::Acquire) {
            let job = {
                let mut shared = lock(&self.shared);
                let job = if wait || shared.idle || shared.resting { None } else { shared.planner().next() };
                shared.running = job.map(|job| Running { job, next: job.from });
                job.map(|job| (job, shared.request, shared.preview(job), self.clock.current()))
            };
            let Some((job, request, preview, ticket)) = job else {
                // Nothing to do until asked; the other end is dropped with the player.
                if commands.recv().is_err() {
                    return;
                }
                wait = false;
                continue;
            };
            let done = self.decode(job, preview, &ticket, commands);
            let mut shared = lock(&self.shared);
            // Whoever dropped the job, or asks for something else by now, is not made to wait.
            let same = shared.running.take().is_some() && shared.request == request;
            match done {
                Ok(end) => wait = end == End::NoRoom && same && job.aim != Aim::Asked,
                Err(err) => {
                    shared.error = Some(err.to_string());
                    drop(shared);
                    self.waker.wake();
                    return;
                }
            }
        }
    }

    /// Sleeps while the player rests.
    fn pause(&self, commands: &Receiver<Vec<Arc<Frame>>>) {
        while !self.stop.load(Ordering::Acquire) && lock(&self.shared).resting {
            if commands.recv().is_err() {
                return;
            }
        }
    }

    fn decode(
        &mut self,
        job: Job,
        preview: Option<usize>,
        ticket: &Ticket,
        commands: &Receiver<Vec<Arc<Frame>>>,
    ) -> Result<End, MediaError> {
        self.source.set_detail(job.detail);
        if let Some(key) = preview {
            self.source.seek(key, ticket)?;
            let frame = if ticket.is_stale() { None } else { self.source.next_frame()? };
            if let Some(frame) = frame.filter(|f| f.number == key) {
                let mut shared = lock(&self.shared);
                let focus = shared.focus();
                shared.cache.insert(Arc::new(frame), focus, &mut Vec::new());
                drop(shared);
                self.waker.wake();
            }
        }
        self.source.seek(job.from, ticket)?;
        let mut end = End::Done;
        let mut next = job.from;
        loop {
            self.pause(commands);
            if ticket.is_stale() || self.stop.load(Ordering::Acquire) {
                break;
            }
            let frame = self.source.next_frame()?.map(Arc::new);
            let number = frame.as_ref().map_or(usize::MAX, |f| f.number);
            let mut gone = Vec::new();
            let mut shared = lock(&self.shared);
            let heard = shared.hear(&mut self.source);
            // Dropped jobs are taken out under this lock, so what comes now belongs to this one.
            let Some(Running { job, .. }) = shared.running else { break };
            let (request, focus) = (shared.request, shared.focus());
            let landing = job.aim == Aim::Asked && number >= job.to;
            // What was passed over cannot be decoded, or was left out; at the end, all that was still wanted.
            let passed_over = next..number.min(job.to + 1);
            shared.cache.mark_absent(passed_over, job.detail, focus, &mut gone);
            if let Some(frame) = frame {
                if number == request.frame || landing {
                    shared.landed = Some(Arc::clone(&frame));
                }
                let stays = shared.cache.insert(frame, focus, &mut gone);
                end = if stays { End::Done } else { End::NoRoom };
            }
            let finished = number >= job.to;
            let passed = shared.is_passed(job, number, finished);
            // With frames left out, the picture that stands for the position may be any before it.
            let asked = landing || job.detail != Detail::All || (next..=number).contains(&request.frame);
            next = number.saturating_add(1);
            shared.running = Some(Running { job, next });
            drop(shared);
            drop(gone);
            // Frames ahead wake nobody: the window is drawn anyway while it plays.
            if asked || heard {
                self.waker.wake();
            }
            // Playback is ahead: go where it is.
            if finished || (passed && job.aim != Aim::Asked) {
                break;
            }
        }
        Ok(end)
    }
}

#[cfg(test)]
mod tests;
