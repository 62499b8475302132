//! Frames for the screen, decoded on a thread of their own.
//!
//! Owns the decode worker and what it does next: the frame asked for, then frames ahead in the direction
//! of play. Does not own the position or the clock: the transport asks for a frame by number, each time
//! the window is drawn.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::window::Window;
use super::{FfmpegSource, FrameSource, MediaError, OpenedVideo};
use crate::domain::frame::{Delay, Frame, Playing};
use crate::jobs::{Generation, Ticket, Waker, Worker};

/// How long a seek may run before a newer request stops it. Shorter ones are let through, so that dragging
/// along the timeline shows pictures on the way.
const PATIENCE: Duration = Duration::from_millis(300);

/// Frames decoded ahead at rest, so that single steps are instant.
const AHEAD_AT_REST: usize = 6;

/// What the window asked for last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Request {
    frame: usize,
    playing: bool,
    backward: bool,
}

/// What both threads see. The lock is held for moves and look-ups only, never while decoding.
#[derive(Debug, Default)]
struct Shared {
    request: Option<Request>,
    window: Window,
    /// Frames known not to be decodable.
    lost: BTreeSet<usize>,
    /// The last frame that was decoded because it was asked for.
    landed: Option<Arc<Frame>>,
    /// The last frame handed out.
    shown: Option<Arc<Frame>>,
    /// Frame now being sought, and since when.
    seeking: Option<(usize, Instant)>,
    error: Option<String>,
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Plays one video. Dropping it stops its thread without waiting.
#[derive(Debug)]
pub struct Player {
    shared: Arc<Mutex<Shared>>,
    worker: Worker<()>,
    wanted: Generation,
    last: usize,
}

impl Player {
    /// Starts the decode thread of a video. `waker` is called when a frame that was asked for is ready.
    ///
    /// # Errors
    /// The system has no thread to give. Failures of the file come through [`Self::error`].
    pub fn open(video: &OpenedVideo, waker: Waker) -> Result<Self, MediaError> {
        let opened = video.clone();
        Self::with_source(video.frames.last(), waker, move || FfmpegSource::open(&opened))
            .map_err(|err| MediaError::failed(&video.info.path, "starting the decode thread", err))
    }

    /// As [`Self::open`], for any source; `make` runs on the decode thread. `last` is the last frame's number.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn with_source<S: FrameSource + 'static>(
        last: usize,
        waker: Waker,
        make: impl FnOnce() -> Result<S, MediaError> + Send + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let wanted = Generation::default();
        let (theirs, clock) = (Arc::clone(&shared), wanted.clone());
        let worker = Worker::spawn("decode", 1, move |commands, stop| match make() {
            Ok(source) => Decoding { source, shared: theirs, clock, waker, stop, last }.run(&commands),
            Err(err) => {
                lock(&theirs).error = Some(err.to_string());
                waker.wake();
            }
        })?;
        Ok(Self { shared, worker, wanted, last })
    }

    /// Asks for a frame and returns the best picture at hand, at once. To be called each time the window is drawn.
    ///
    /// `playing` and `backward` say what will be asked for next.
    #[expect(clippy::fn_params_excessive_bools, reason = "both come from the transport as they are")]
    pub fn request(&self, frame: usize, playing: bool, backward: bool) -> Playing {
        let request = Request { frame: frame.min(self.last), playing, backward };
        let mut shared = lock(&self.shared);
        let changed = shared.request != Some(request);
        shared.request = Some(request);
        let playing = shared.best(request);
        let stale = shared.seeking.is_some_and(|(at, since)| at != request.frame && since.elapsed() > PATIENCE);
        if stale && !shared.window.contains(request.frame) {
            shared.seeking = None;
            self.wanted.cancel();
        }
        drop(shared);
        if changed {
            // A full queue means that the thread will look anyway.
            self.worker.try_send(()).ok();
        }
        playing
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
    fn best(&mut self, request: Request) -> Playing {
        let wanted = request.frame;
        if let Some(frame) = self.window.get(wanted) {
            self.shown = Some(Arc::clone(frame));
            return Playing { frame: self.shown.clone(), delay: Delay::UpToDate };
        }
        if self.lost.contains(&wanted) || self.error.is_some() {
            let good = self.window.at_or_before(wanted).cloned().or_else(|| self.shown.clone());
            self.shown = good.or_else(|| self.landed.clone());
            return Playing { frame: self.shown.clone(), delay: Delay::Unavailable };
        }
        // Never a picture that was only decoded on the way.
        let distance = |frame: &Option<Arc<Frame>>| frame.as_ref().map_or(usize::MAX, |f| f.number.abs_diff(wanted));
        if distance(&self.landed) < distance(&self.shown) {
            self.shown.clone_from(&self.landed);
        }
        Playing { frame: self.shown.clone(), delay: Delay::Decoding }
    }

    /// What to decode next, if anything.
    fn next_job(&self, last: usize) -> Option<Job> {
        let Request { frame, playing, backward } = self.request?;
        let here = |n: usize| self.window.contains(n) || self.lost.contains(&n);
        let room = self.window.room();
        if backward {
            // Backwards a stretch is decoded at once: each costs the way from its key frame.
            let stretch = (room / 2).max(1);
            let ahead = if playing { stretch / 2 } else { 0 };
            let missing = (frame.saturating_sub(ahead)..=frame).rev().find(|n| !here(*n))?;
            let from = missing.saturating_sub(stretch - 1);
            return Some(Job { from, to: missing, asked: missing == frame });
        }
        let ahead = if playing { room / 2 } else { AHEAD_AT_REST.min(room / 2) };
        let missing = (frame..=(frame + ahead).min(last)).find(|n| !here(*n))?;
        // A step back out of the window: the frames before will be asked for next.
        let stepped_back = self.shown.as_ref().is_some_and(|s| s.number > frame && s.number - frame <= 2);
        let from = if stepped_back && missing == frame { frame.saturating_sub(room / 3) } else { missing };
        Some(Job { from, to: missing, asked: missing == frame })
    }
}

/// A run of frames to decode, both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Job {
    from: usize,
    to: usize,
    /// The last one is the frame asked for, not one ahead of it.
    asked: bool,
}

/// The decode thread.
struct Decoding<S> {
    source: S,
    shared: Arc<Mutex<Shared>>,
    clock: Generation,
    waker: Waker,
    stop: Arc<AtomicBool>,
    last: usize,
}

impl<S: FrameSource> Decoding<S> {
    fn run(&mut self, commands: &Receiver<()>) {
        while !self.stop.load(Ordering::Acquire) {
            let job = {
                let mut shared = lock(&self.shared);
                let job = shared.next_job(self.last);
                shared.seeking = job.map(|job| (job.to, Instant::now()));
                job.map(|job| (job, self.clock.current()))
            };
            let Some((job, ticket)) = job else {
                // Nothing to do until asked; the other end is dropped with the player.
                if commands.recv().is_err() {
                    return;
                }
                continue;
            };
            let done = self.decode(job, &ticket);
            let mut shared = lock(&self.shared);
            shared.seeking = None;
            if let Err(err) = done {
                shared.error = Some(err.to_string());
                drop(shared);
                self.waker.wake();
                return;
            }
        }
    }

    fn decode(&mut self, job: Job, ticket: &Ticket) -> Result<(), MediaError> {
        self.source.seek(job.from, ticket)?;
        let mut next = job.from;
        while next <= job.to && !ticket.is_stale() && !self.stop.load(Ordering::Acquire) {
            let frame = self.source.next_frame()?.map(Arc::new);
            if ticket.is_stale() {
                break;
            }
            let number = frame.as_ref().map_or(usize::MAX, |f| f.number);
            let mut shared = lock(&self.shared);
            let request = shared.request;
            // What was passed over cannot be decoded; at the end, all that was still wanted.
            shared.lost.extend(next..number.min(job.to + 1));
            if let Some(frame) = frame {
                let (position, backward) = request.map_or((number, false), |r| (r.frame, r.backward));
                if Some(number) == request.map(|r| r.frame) || (job.asked && number == job.to) {
                    shared.landed = Some(Arc::clone(&frame));
                }
                shared.window.insert(frame, position, backward);
            }
            drop(shared);
            // Frames ahead wake nobody: the window is drawn anyway while it plays.
            if request.is_some_and(|r| r.frame >= next && (r.frame <= number || number == usize::MAX)) {
                self.waker.wake();
            }
            let Some(after) = number.checked_add(1) else { break };
            next = after;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;
    use crate::media::SyntheticSource;

    /// A source in which some frames cannot be decoded.
    struct Holed(SyntheticSource, std::ops::Range<usize>);

    impl FrameSource for Holed {
        fn seek(&mut self, frame: usize, ticket: &Ticket) -> Result<(), MediaError> {
            self.0.seek(frame, ticket)
        }

        fn next_frame(&mut self) -> Result<Option<Frame>, MediaError> {
            loop {
                match self.0.next_frame()? {
                    Some(frame) if self.1.contains(&frame.number) => {}
                    other => return Ok(other),
                }
            }
        }
    }

    /// A player over 300 small frames, and the end at which its calls arrive.
    fn player(hole: std::ops::Range<usize>) -> (Player, Receiver<()>) {
        let (wake, woken) = sync_channel(1);
        let waker = Waker::new(move || {
            wake.try_send(()).ok();
        });
        let source = SyntheticSource::new(300, 25, 16, 16);
        (Player::with_source(299, waker, move || Ok(Holed(source, hole))).unwrap(), woken)
    }

    /// Asks as the window does, each time it is woken, until the answer is final.
    #[expect(clippy::fn_params_excessive_bools, reason = "the two that the player takes")]
    fn settle((player, woken): &(Player, Receiver<()>), frame: usize, playing: bool, backward: bool) -> Playing {
        loop {
            let answer = player.request(frame, playing, backward);
            if answer.delay != Delay::Decoding {
                return answer;
            }
            // Far beyond what it takes: only a lost wake-up ends here.
            woken.recv_timeout(Duration::from_mins(1)).expect("the player wakes the window");
        }
    }

    fn shown(answer: &Playing) -> Option<usize> {
        answer.frame.as_ref().map(|f| f.number)
    }

    #[test]
    fn the_frame_shown_is_the_frame_asked_for() {
        let player = player(0..0);
        for frame in [0, 250, 3, 299, 298, 150, 151, 149, 1000] {
            assert_eq!(shown(&settle(&player, frame, false, false)), Some(frame.min(299)));
        }
    }

    #[test]
    fn plays_both_ways() {
        let player = player(0..0);
        for frame in 100..200 {
            assert_eq!(shown(&settle(&player, frame, true, false)), Some(frame));
        }
        for frame in (0..200).rev() {
            assert_eq!(shown(&settle(&player, frame, true, true)), Some(frame));
        }
    }

    #[test]
    fn an_older_picture_stands_in_until_the_right_one_is_there() {
        let player = player(0..0);
        settle(&player, 10, false, false);
        let answer = player.0.request(200, false, false);
        assert!(answer.delay == Delay::Decoding || shown(&answer) == Some(200));
        assert!(matches!(shown(&answer), Some(10 | 200)), "nothing from the way is shown");
    }

    #[test]
    fn what_cannot_be_decoded_is_replaced_by_the_last_good_frame() {
        let player = player(50..60);
        let answer = settle(&player, 55, false, false);
        assert_eq!(answer.delay, Delay::Unavailable);
        for frame in 40..70 {
            let answer = settle(&player, frame, true, false);
            let expected = if (50..60).contains(&frame) { 49 } else { frame };
            assert_eq!(shown(&answer), Some(expected));
        }
        // Nothing decodes to the end.
        let (tail, woken) = (super::tests::player(290..300), ());
        let () = woken;
        assert_eq!(settle(&tail, 295, false, false).delay, Delay::Unavailable);
        assert_eq!(shown(&settle(&tail, 289, false, false)), Some(289));
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_reported() {
        let (wake, woken) = sync_channel(1);
        let waker = Waker::new(move || {
            wake.try_send(()).ok();
        });
        let player =
            Player::with_source(9, waker, || Err::<SyntheticSource, _>(MediaError::Empty { path: "gone.mp4".into() }))
                .unwrap();
        woken.recv_timeout(Duration::from_mins(1)).expect("wakes");
        assert!(player.error().is_some_and(|e| e.contains("gone.mp4")));
        assert_eq!(player.request(3, false, false).delay, Delay::Unavailable);
    }
}
