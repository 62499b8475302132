//! The player over an injected device that is right up to some frame and then does something.

use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use super::*;
use crate::domain::frame::{Delay, PixelLayout, Playing};
use crate::domain::time::MediaTime;
use crate::jobs::Waker;
use crate::media::{DecodeOptions, Player, Request, SyntheticSource};

/// Frames of the clip.
const FRAMES: usize = 90;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// None at all.
    Right,
    /// Off by two steps in one sample.
    Slightly,
    WrongSample,
    Neighbour,
    WrongTime,
    WrongNumber,
    LeavesOut,
    Ends,
    Fails,
    Refuses,
    /// Says that it is damaged, and is.
    Damaged,
    WrongSize,
}

struct Injected {
    inner: SyntheticSource,
    /// First frame with the fault.
    from: usize,
    fault: Fault,
}

impl FrameSource for Injected {
    fn seek(&mut self, frame: usize, ticket: &Ticket) -> Result<(), MediaError> {
        self.inner.seek(frame, ticket)
    }

    fn set_detail(&mut self, detail: Detail) {
        self.inner.set_detail(detail);
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, MediaError> {
        let Some(mut frame) = self.inner.next_frame()? else { return Ok(None) };
        if frame.number < self.from {
            return Ok(Some(frame));
        }
        match self.fault {
            Fault::Right => {}
            Fault::Slightly => frame.planes[0].data[9] ^= 2,
            Fault::WrongSample => frame.planes[1].data[7] ^= 4,
            Fault::Neighbour => frame.planes = self.inner.frame(frame.number + 1).planes,
            Fault::WrongTime => frame.time = frame.time + MediaTime::from_micros(40_000),
            Fault::WrongNumber => frame.number += 1,
            Fault::LeavesOut => return self.inner.next_frame(),
            Fault::Ends => return Ok(None),
            Fault::Fails => return Err(MediaError::failed("x.mp4".as_ref(), "decoding on a device", "out of memory")),
            Fault::Refuses => return Err(MediaError::DeviceRefuses { path: "x.mp4".into(), device: "Injected" }),
            Fault::Damaged => {
                frame.damaged = true;
                frame.planes[0].data.fill(128);
            }
            Fault::WrongSize => {
                frame.height -= 2;
                frame.planes[0].data.truncate(16 * 14);
            }
        }
        Ok(Some(frame))
    }
}

fn truth() -> SyntheticSource {
    SyntheticSource::new(FRAMES, 25, 16, 16)
}

type Source = VerifiedSource<Injected, SyntheticSource>;

fn software() -> Source {
    let table = Arc::clone(truth().table());
    VerifiedSource::named("x.mp4".to_owned(), "h264".to_owned(), table, || Ok(truth())).expect("opens")
}

fn source(from: usize, fault: Fault, tolerance: u16) -> Source {
    let source = Injected { inner: truth(), from, fault };
    software().with_candidate(move || Ok(Candidate { source, name: "Injected", tolerance }))
}

/// A window that is asked for frames and looks at every picture that it gets.
struct Screen {
    player: Player,
    woken: Receiver<()>,
}

impl Screen {
    fn open(make: impl FnOnce() -> Source + Send + 'static) -> Self {
        let (wake, woken) = sync_channel(1);
        let waker = Waker::new(move || {
            wake.try_send(()).ok();
        });
        // Room for few frames, so that most are decoded more than once.
        let options = DecodeOptions { cache_bytes: 20 * 640, hardware: false };
        let table = Arc::clone(truth().table());
        let player = Player::with_source(table, options, waker, move || Ok(make())).expect("starts");
        Self { player, woken }
    }

    fn settle(&self, request: Request) -> Playing {
        loop {
            let answer = self.player.request(request);
            if let Some(shown) = &answer.frame {
                let right = truth().frame(shown.number);
                assert!(shown.planes == right.planes && shown.time == right.time, "frame {} is wrong", shown.number);
            }
            if answer.delay != Delay::Decoding {
                assert_eq!(answer.delay, Delay::UpToDate, "{request:?}: {:?}", self.player.error());
                return answer;
            }
            self.woken.recv_timeout(Duration::from_mins(1)).expect("the player wakes the window");
        }
    }

    /// Plays forwards and backwards, fast too, jumps and steps. Returns what decodes in the end, and what was told.
    fn use_it(&self) -> (String, Option<String>) {
        let playing = |frame, backward, speed| Request { frame, playing: true, backward, speed };
        for frame in (0..60).step_by(10) {
            self.settle(playing(frame, false, 8.0));
        }
        for frame in 0..FRAMES {
            let answer = self.settle(playing(frame, false, 1.0));
            assert_eq!(answer.frame.map(|f| f.number), Some(frame));
        }
        for frame in [70, 5, 33, 34, 35, 60, 0, FRAMES - 1] {
            assert_eq!(self.settle(Request::at(frame)).frame.map(|f| f.number), Some(frame));
        }
        for frame in (20..FRAMES).rev() {
            self.settle(playing(frame, true, 1.0));
        }
        let answer = self.settle(Request::at(50));
        (answer.decoder.to_string(), self.player.take_notice())
    }
}

#[test]
fn a_right_device_stays_in_use() {
    let (decoder, notice) = Screen::open(|| source(0, Fault::Right, 0)).use_it();
    assert_eq!((decoder.as_str(), notice), ("h264 on Injected", None));
}

#[test]
fn what_is_wrong_is_never_shown_and_is_told() {
    for (from, fault, what) in [
        (0, Fault::WrongSample, "gave another picture of frame "),
        (0, Fault::Slightly, "gave another picture of frame "),
        (0, Fault::Neighbour, "gave another picture of frame "),
        (0, Fault::WrongSize, "gave another picture of frame "),
        (0, Fault::WrongTime, "gave frame "),
        (40, Fault::WrongTime, "gave frame "),
        (0, Fault::WrongNumber, "did not give frame "),
        (0, Fault::LeavesOut, "did not give frame "),
        (40, Fault::LeavesOut, "did not give frame "),
        (0, Fault::Ends, "did not give frame "),
        (40, Fault::Ends, "did not give frame "),
        (0, Fault::Fails, "failed at frame "),
        (40, Fault::Fails, "failed at frame "),
        (40, Fault::Refuses, "does not decode this kind of h264"),
        (40, Fault::Damaged, "gave another picture of frame "),
    ] {
        let (decoder, notice) = Screen::open(move || source(from, fault, 0)).use_it();
        let start = format!("h264 in software: Injected {what}");
        assert!(decoder.starts_with(&start), "{fault:?} from {from}: {decoder}");
        let notice = notice.unwrap_or_default();
        let why = decoder.trim_start_matches("h264 in software: ");
        assert_eq!(notice, format!("x.mp4 is decoded in software from here on: {why}."), "{fault:?} from {from}");
    }
}

#[test]
fn a_failure_says_what_failed() {
    let mut source = source(7, Fault::Fails, 0);
    source.seek(5, &Ticket::unlimited()).expect("seeks");
    let numbers: Vec<_> = (0..4).map(|_| source.next_frame().expect("decodes").map(|f| f.number)).collect();
    assert_eq!(numbers, [Some(5), Some(6), Some(7), Some(8)]);
    assert_eq!(source.decoder(), "h264 in software: Injected failed at frame 7 (decoding on a device: out of memory)");
}

#[test]
fn a_device_without_a_part_for_the_video_is_no_reason_for_a_notice() {
    let (decoder, notice) = Screen::open(|| source(0, Fault::Refuses, 0)).use_it();
    assert_eq!((decoder.as_str(), notice), ("h264 in software: Injected does not decode this kind of h264", None));
}

#[test]
fn without_a_device_the_reason_is_said() {
    let none = || software().with_candidate(|| Err("no device (VAAPI cannot be opened)".to_owned()));
    let (decoder, notice) = Screen::open(none).use_it();
    assert_eq!((decoder.as_str(), notice), ("h264 in software: no device (VAAPI cannot be opened)", None));
    let (decoder, notice) = Screen::open(|| software().without("devices are switched off")).use_it();
    assert_eq!((decoder.as_str(), notice), ("h264 in software: devices are switched off", None));
}

#[test]
fn the_first_picture_waits_for_no_device() {
    let (tell, told) = sync_channel(1);
    let mut source = software().with_candidate(move || {
        tell.try_send(()).ok();
        Err("none".to_owned())
    });
    source.seek(12, &Ticket::unlimited()).expect("seeks");
    assert_eq!(source.next_frame().expect("decodes").map(|f| f.number), Some(12));
    assert!(told.try_recv().is_err(), "not before there is something to see");
    source.next_frame().expect("decodes");
    assert!(told.try_recv().is_ok());
}

#[test]
fn the_software_decoder_is_closed_while_the_device_is_believed() {
    let mut source = source(0, Fault::Right, 0);
    let unlimited = Ticket::unlimited();
    let mut read = |from: usize, frames: usize| {
        source.seek(from, &unlimited).expect("seeks");
        for number in from..from + frames {
            assert_eq!(source.next_frame().expect("decodes").map(|f| f.number), Some(number));
        }
        source.software.is_some()
    };
    assert!(read(0, CHECKED), "the first is software's own, so one is left to be compared");
    assert!(!read(CHECKED, 1));
    assert!(read(60, CHECKED - 1), "compared again after a jump");
    assert!(!read(60 + CHECKED - 1, 4));
    assert!(!read(10, 4), "but not after every jump");
}

#[test]
fn nothing_unchecked_is_given_to_those_who_do_not_wait() {
    let mut source = source(0, Fault::Neighbour, 0);
    let clock = crate::jobs::Generation::default();
    source.seek(0, &clock.current()).expect("seeks");
    source.next_frame().expect("decodes");
    clock.cancel();
    assert!(source.next_frame().expect("decodes").is_none());
}

#[test]
fn the_tolerance_is_one_of_samples() {
    let frame = truth().frame(3);
    let mut other = frame.clone();
    other.planes[2].data[5] ^= 2;
    assert!(same_picture(&frame, &other, 2) && !same_picture(&frame, &other, 1) && !same_picture(&frame, &other, 0));
    // Steps of 8 bits are wider with more bits.
    let wide = |value: u16| {
        let mut frame = truth().frame(3);
        (frame.layout, frame.bits) = (PixelLayout::Yuv444, 10);
        for plane in &mut frame.planes {
            plane.data = value.to_le_bytes().repeat(256);
        }
        frame
    };
    assert!(same_picture(&wide(255), &wide(263), 2));
    assert!(!same_picture(&wide(255), &wide(264), 2));
}

#[test]
fn a_picture_within_the_tolerance_is_no_reason_to_drop() {
    let mut source = source(0, Fault::Slightly, 2);
    source.seek(0, &Ticket::unlimited()).expect("seeks");
    for number in 0..=CHECKED {
        let frame = source.next_frame().expect("decodes").expect("is there");
        assert!(frame.planes == truth().frame(number).planes, "what was compared is software's");
    }
    assert_eq!(source.decoder(), "h264 on Injected");
}
