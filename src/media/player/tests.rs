//! The player over a source that tells what is done to it and can be held up.

use std::ops::Range;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use super::*;
use crate::media::SyntheticSource;

const OPTIONS: DecodeOptions = DecodeOptions { cache_bytes: 1 << 20, hardware: false };
/// What one frame of 16 × 16 and its entry take, a little rounded up.
const FRAME: usize = 640;

/// Options that keep so many frames.
fn room_for(frames: usize) -> DecodeOptions {
    DecodeOptions { cache_bytes: frames * FRAME, ..OPTIONS }
}

/// A source that tells what is done to it, and in which some frames cannot be decoded.
struct Watched {
    inner: SyntheticSource,
    hole: Range<usize>,
    log: SyncSender<Done>,
    /// Each frame is given only when this end is sent something.
    gate: Option<Receiver<()>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    Sought(usize),
    /// It is held up before giving the next frame.
    Waits,
    Gave(usize),
}

impl FrameSource for Watched {
    fn seek(&mut self, frame: usize, ticket: &Ticket) -> Result<(), MediaError> {
        self.log.try_send(Done::Sought(frame)).ok();
        self.inner.seek(frame, ticket)
    }

    fn set_detail(&mut self, detail: Detail) {
        self.inner.set_detail(detail);
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, MediaError> {
        if let Some(gate) = &self.gate {
            self.log.try_send(Done::Waits).ok();
            gate.recv().ok();
        }
        let hole = self.hole.clone();
        let frame = std::iter::from_fn(|| self.inner.next_frame().transpose());
        let mut frame = frame.filter(|f| !f.as_ref().is_ok_and(|f| hole.contains(&f.number)));
        let frame = frame.next().transpose()?;
        if let Some(frame) = &frame {
            self.log.try_send(Done::Gave(frame.number)).ok();
        }
        Ok(frame)
    }
}

/// A player over 300 small frames with a key frame every 30, what its source did, and where its calls arrive.
struct Watch {
    player: Player,
    woken: Receiver<()>,
    log: Receiver<Done>,
    gate: Option<SyncSender<()>>,
}

fn watch(options: DecodeOptions, hole: Range<usize>, gated: bool) -> Watch {
    let (wake, woken) = sync_channel(1);
    let waker = Waker::new(move || {
        wake.try_send(()).ok();
    });
    let inner = SyntheticSource::new(300, 25, 16, 16);
    let (send, log) = sync_channel(100_000);
    let (open, gate) = if gated { Some(sync_channel(10_000)).unzip() } else { (None, None) };
    let table = Arc::clone(inner.table());
    let make = move || Ok(Watched { inner, hole, log: send, gate });
    Watch { player: Player::with_source(table, options, waker, make).unwrap(), woken, log, gate: open }
}

fn player() -> Watch {
    watch(OPTIONS, 0..0, false)
}

impl Watch {
    /// Asks as the window does, each time it is woken, until the answer is final.
    fn settle(&self, request: Request) -> Playing {
        loop {
            let answer = self.player.request(request);
            if answer.delay != Delay::Decoding {
                return answer;
            }
            // Far beyond what it takes: only a lost wake-up ends here.
            self.woken.recv_timeout(Duration::from_mins(1)).expect("the player wakes the window");
        }
    }

    /// Lets the source give `frames` frames.
    fn open(&self, frames: usize) {
        for _ in 0..frames {
            self.gate.as_ref().unwrap().send(()).unwrap();
        }
    }

    /// Waits until the source has done this, and returns all that it did up to then.
    fn until(&self, done: Done) -> Vec<Done> {
        let mut all = Vec::new();
        while all.last() != Some(&done) {
            all.push(self.log.recv_timeout(Duration::from_mins(1)).expect("the source does it"));
        }
        all
    }
}

fn shown(answer: &Playing) -> Option<usize> {
    answer.frame.as_ref().map(|f| f.number)
}

fn playing(frame: usize, backward: bool, speed: f64) -> Request {
    Request { frame, playing: true, backward, speed }
}

#[test]
fn the_frame_shown_is_the_frame_asked_for() {
    let player = player();
    for frame in [0, 250, 3, 299, 298, 150, 151, 149, 1000] {
        assert_eq!(shown(&player.settle(Request::at(frame))), Some(frame.min(299)));
    }
}

#[test]
fn plays_both_ways() {
    let player = player();
    for frame in 100..200 {
        assert_eq!(shown(&player.settle(playing(frame, false, 1.0))), Some(frame));
    }
    for frame in (0..200).rev() {
        assert_eq!(shown(&player.settle(playing(frame, true, 1.0))), Some(frame));
    }
}

#[test]
fn backward_play_decodes_each_group_once() {
    let player = player();
    player.settle(playing(299, true, 1.0));
    for frame in (0..299).rev() {
        player.settle(playing(frame, true, 1.0));
    }
    let gave: Vec<usize> =
        player.log.try_iter().filter_map(|done| if let Done::Gave(n) = done { Some(n) } else { None }).collect();
    assert_eq!(gave.len(), 300, "no frame twice");
}

#[test]
fn steps_back_are_there_before_they_are_asked_for() {
    let player = player();
    player.settle(Request::at(140));
    // The group from its key frame, and the one before it; what comes next comes after those are kept.
    player.until(Done::Gave(139));
    player.until(Done::Gave(119));
    player.until(Done::Gave(60));
    for frame in (90..140).rev() {
        let answer = player.player.request(Request::at(frame));
        assert_eq!((answer.delay, shown(&answer)), (Delay::UpToDate, Some(frame)));
    }
}

#[test]
fn an_older_picture_stands_in_until_the_right_one_is_there() {
    let player = watch(OPTIONS, 0..0, true);
    player.open(40);
    player.settle(Request::at(10));
    player.until(Done::Gave(9));
    let answer = player.player.request(Request::at(200));
    assert_eq!((answer.delay, shown(&answer), answer.wanted), (Delay::Decoding, Some(10), 200));
    player.open(30);
    player.until(Done::Gave(200));
    assert_eq!(shown(&player.settle(Request::at(200))), Some(200));
}

#[test]
fn nothing_decoded_on_the_way_is_shown() {
    // Room for a few frames only, so that every step back decodes anew.
    let player = watch(room_for(20), 0..0, false);
    let mut last = 299;
    player.settle(Request::at(last));
    for frame in (150..299).rev() {
        loop {
            let answer = player.player.request(Request::at(frame));
            let number = shown(&answer).unwrap();
            assert!(number == last || number == frame, "{number} between {last} and {frame}");
            if answer.delay == Delay::UpToDate {
                break;
            }
            player.woken.recv_timeout(Duration::from_mins(1)).expect("wakes");
        }
        last = frame;
    }
}

#[test]
fn while_the_person_drags_only_the_newest_place_is_decoded() {
    let player = watch(OPTIONS, 0..0, true);
    player.player.request(Request::at(50));
    player.until(Done::Waits);
    // The source is busy with the first place while others come.
    for frame in [110, 170, 230] {
        player.player.request(Request::at(frame));
    }
    player.open(100);
    assert_eq!(shown(&player.settle(Request::at(230))), Some(230));
    let log = player.until(Done::Gave(230));
    assert!(!log.iter().any(|done| matches!(done, Done::Sought(60..=180))), "{log:?}");
}

#[test]
fn dragging_shows_the_key_frame_on_the_way() {
    let player = watch(OPTIONS, 0..0, true);
    player.player.request(Request::at(100));
    player.until(Done::Waits);
    // Dragged on before the first was there.
    player.player.request(Request::at(170));
    player.open(2);
    player.until(Done::Gave(150));
    let key = std::iter::repeat_with(|| player.woken.recv_timeout(Duration::from_mins(1)).expect("wakes"))
        .map(|()| player.player.request(Request::at(170)))
        .find(|answer| answer.frame.is_some());
    assert_eq!(key.map(|answer| (answer.delay, shown(&answer))), Some((Delay::Decoding, Some(150))));
    player.open(50);
    assert_eq!(shown(&player.settle(Request::at(170))), Some(170));
}

#[test]
fn a_drag_back_within_a_group_decodes_it_once() {
    let player = watch(OPTIONS, 0..0, true);
    player.player.request(Request::at(118));
    player.until(Done::Waits);
    player.player.request(Request::at(110));
    player.open(1);
    player.until(Done::Sought(90));
    for frame in (95..110).rev() {
        player.player.request(Request::at(frame));
    }
    player.open(200);
    assert_eq!(shown(&player.settle(Request::at(95))), Some(95));
    let again = player.log.try_iter().filter(|done| *done == Done::Sought(90)).count();
    assert_eq!(again, 0);
}

#[test]
fn fast_play_shows_the_last_decoded_frame_before_the_position() {
    let player = player();
    for frame in (0..240).step_by(5) {
        let answer = player.settle(playing(frame, false, 8.0));
        assert_eq!(answer.delay, Delay::UpToDate);
        let expected = match answer.detail {
            Detail::References => frame - frame % 2,
            _ => frame - frame % 30,
        };
        // A frame that was decoded before with more detail may be nearer.
        assert!(shown(&answer).is_some_and(|n| (expected..=frame).contains(&n)), "{answer:?}");
    }
    // Stopping shows the frame itself.
    assert_eq!(shown(&player.settle(Request::at(237))), Some(237));
}

#[test]
fn key_frames_stay_where_there_is_little_room() {
    // Full of frames that are nearer than the key frame before the position.
    let player = watch(room_for(30), 0..0, false);
    for frame in 100..119 {
        player.settle(playing(frame, false, 1.0));
    }
    let answer = player.settle(playing(119, false, 16.0));
    assert_eq!((answer.detail, answer.delay), (Detail::Keys, Delay::UpToDate));
    let answer = player.settle(playing(149, false, 16.0));
    assert_eq!(shown(&answer), Some(120));
}

#[test]
fn fast_play_that_falls_behind_goes_on_with_key_frames() {
    let player = watch(OPTIONS, 0..0, true);
    let mut detail = Vec::new();
    // The source gives a frame while the position moves by seven.
    for frame in (0..299).step_by(7) {
        detail.push(player.player.request(playing(frame, false, 5.0)).detail);
        player.open(1);
        while player.log.recv_timeout(Duration::from_mins(1)).is_ok_and(|done| !matches!(done, Done::Gave(_))) {}
        // Let the thread note it.
        while player.player.request(playing(frame, false, 5.0)).delay == Delay::Decoding {
            if player.woken.recv_timeout(Duration::from_millis(5)).is_err() {
                break;
            }
        }
        if detail.last() == Some(&Detail::Keys) {
            break;
        }
    }
    assert_eq!(detail.first(), Some(&Detail::References));
    assert_eq!(detail.last(), Some(&Detail::Keys));
}

#[test]
fn what_cannot_be_decoded_is_replaced_by_the_last_good_frame() {
    let player = watch(OPTIONS, 50..60, false);
    let answer = player.settle(Request::at(55));
    assert_eq!(answer.delay, Delay::Unavailable);
    for frame in 40..70 {
        let answer = player.settle(playing(frame, false, 1.0));
        let expected = if (50..60).contains(&frame) { 49 } else { frame };
        assert_eq!(shown(&answer), Some(expected));
    }
    // Nothing decodes to the end.
    let tail = watch(OPTIONS, 290..300, false);
    assert_eq!(tail.settle(Request::at(295)).delay, Delay::Unavailable);
    assert_eq!(shown(&tail.settle(Request::at(289))), Some(289));
}

#[test]
fn little_room_is_kept_to_and_said() {
    let player = watch(room_for(40), 0..0, false);
    for frame in (0..200).rev() {
        let answer = player.settle(playing(frame, true, 1.0));
        assert_eq!(shown(&answer), Some(frame));
        assert!(answer.crowded);
        assert!(answer.kept_bytes <= 40 * FRAME);
    }
    let roomy = watch(OPTIONS, 0..0, false);
    assert!(!roomy.settle(playing(200, true, 1.0)).crowded);
}

#[test]
fn a_file_that_cannot_be_opened_is_reported() {
    let (wake, woken) = sync_channel(1);
    let waker = Waker::new(move || {
        wake.try_send(()).ok();
    });
    let table = Arc::clone(SyntheticSource::new(10, 25, 16, 16).table());
    let gone = || Err::<SyntheticSource, _>(MediaError::Empty { path: "gone.mp4".into() });
    let player = Player::with_source(table, OPTIONS, waker, gone).unwrap();
    woken.recv_timeout(Duration::from_mins(1)).expect("wakes");
    assert!(player.error().is_some_and(|e| e.contains("gone.mp4")));
    assert_eq!(player.request(Request::at(3)).delay, Delay::Unavailable);
}

#[test]
fn a_player_that_rests_goes_on_where_it_stood_when_it_is_asked_again() {
    let w = watch(OPTIONS, 0..0, true);
    w.player.request(playing(100, false, 1.0));
    w.until(Done::Waits);
    w.open(1);
    w.until(Done::Gave(100));
    w.player.rest();
    // Held up before the next frame at most; then it sleeps, however many it could give.
    w.open(60);
    assert!(w.player.holds(100) || shown(&w.settle(playing(100, false, 1.0))) == Some(100));
    w.player.request(playing(100, false, 1.0));
    let done = w.until(Done::Gave(124));
    assert!(!done.contains(&Done::Gave(100)), "nothing is decoded twice: {done:?}");
}
