//! The player on clips whose frames carry their own number: whatever is asked, and however play moves, the
//! pixels on screen must say the number that the program says.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod numbered;

use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use lookback::domain::frame::{Delay, Detail, Playing};
use lookback::jobs::Waker;
use lookback::media::{self, DecodeOptions, OpenedVideo, Player, Request, WriterOptions};
use numbered::{Dice, number_of, write};

/// Operations on each clip; there are five.
const OPERATIONS: usize = 400;

/// A player that is asked as the window asks.
struct Screen {
    player: Player,
    woken: Receiver<()>,
    last: usize,
    /// What the pixels of frame 0 say.
    first: usize,
}

impl Screen {
    fn open(video: &OpenedVideo, cache_bytes: usize, first: usize) -> Self {
        let (wake, woken) = sync_channel(1);
        let waker = Waker::new(move || {
            wake.try_send(()).ok();
        });
        let player = Player::open(video, DecodeOptions { cache_bytes, ..DecodeOptions::default() }, waker).unwrap();
        Self { player, woken, last: video.frames.last(), first }
    }

    /// Asks until the answer is final, and checks what every answer shows on the way.
    fn settle(&self, request: Request) -> Playing {
        loop {
            let answer = self.player.request(request);
            if let Some(frame) = &answer.frame {
                assert_eq!(number_of(frame), frame.number + self.first, "{request:?}");
            }
            if answer.delay != Delay::Decoding {
                assert_eq!(answer.delay, Delay::UpToDate, "{request:?}: {:?}", self.player.error());
                let shown = answer.frame.as_ref().map(|f| f.number).unwrap();
                assert!(shown <= request.frame, "{request:?} shows {shown}");
                assert!(answer.detail != Detail::All || shown == request.frame, "{request:?} shows {shown}");
                return answer;
            }
            let woken = self.woken.recv_timeout(Duration::from_mins(1));
            assert!(woken.is_ok(), "nothing came for {request:?}, which shows {:?}", answer.frame.map(|f| f.number));
        }
    }
}

/// Seeks, steps, drags and plays at random.
fn operate(name: &str, video: &OpenedVideo, cache_bytes: usize, first: usize) {
    let screen = Screen::open(video, cache_bytes, first);
    let mut dice = Dice(name.len() as u64 * 7919 + 3);
    let mut at = 0;
    let mut done = 0;
    while done < OPERATIONS {
        let run = 1 + dice.roll(30);
        let kind = dice.roll(6);
        match kind {
            0 => at = dice.roll(screen.last + 1),
            // A drag: only the last place is waited for.
            1 => {
                for _ in 0..run {
                    at = (at + dice.roll(60)).saturating_sub(30).min(screen.last);
                    screen.player.request(Request::at(at));
                }
            }
            2 | 3 => {
                for _ in 0..run {
                    at = if kind == 2 { (at + 1).min(screen.last) } else { at.saturating_sub(1) };
                    screen.settle(Request::at(at));
                }
                done += run - 1;
            }
            _ => {
                let (backward, speed) = (kind == 4, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0][dice.roll(6)]);
                let by = if speed > 4.0 { speed as usize / 2 } else { 1 };
                for _ in 0..run {
                    at = if backward { at.saturating_sub(by) } else { (at + by).min(screen.last) };
                    screen.settle(Request { frame: at, playing: true, backward, speed });
                }
                done += run - 1;
            }
        }
        screen.settle(Request::at(at));
        done += 1;
    }
}

fn clip(name: &str, frames: usize, options: WriterOptions, cache_bytes: usize) {
    let folder = tempfile::tempdir().unwrap();
    let video = media::open(&write(folder.path(), name, frames, options)).unwrap();
    assert_eq!(video.frames.len(), frames, "{name}");
    operate(name, &video, cache_bytes, 0);
}

#[test]
fn long_groups_that_fit() {
    let options = WriterOptions { gop: 250, b_frames: 3, ..WriterOptions::default() };
    clip("long.mp4", 600, options, 4_000_000);
}

#[test]
fn long_groups_that_do_not_fit() {
    let options = WriterOptions { gop: 250, b_frames: 2, ..WriterOptions::default() };
    // Room for about fifty frames.
    clip("tight.mkv", 400, options, 250_000);
}

#[test]
fn irregular_times() {
    let options = WriterOptions { gop: 60, variable_rate: true, ..WriterOptions::default() };
    clip("irregular.mkv", 300, options, 1_000_000);
}

#[test]
fn transport_streams() {
    clip("stream.ts", 300, WriterOptions { gop: 40, ..WriterOptions::default() }, 400_000);
}

#[test]
fn edit_lists() {
    const CUT: usize = 10;
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "edited.mp4", 200, WriterOptions { gop: 50, ..WriterOptions::default() });
    start_later(&path, CUT as u32);
    let video = media::open(&path).unwrap();
    assert_eq!(video.frames.len(), 200 - CUT);
    operate("edited.mp4", &video, 1_000_000, CUT);
}

/// Moves the start of the one edit of an MP4 file of 25 frames a second by `frames` frames.
fn start_later(path: &Path, frames: u32) {
    let mut bytes = std::fs::read(path).unwrap();
    let find = |name: &[u8; 4]| bytes.windows(4).position(|w| w == name).unwrap() + 4;
    let (header, edits, media) = (find(b"mvhd"), find(b"elst"), find(b"mdhd"));
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!((bytes[edits], number(edits + 4)), (0, 1), "one edit with short numbers");
    let (movie_scale, media_scale) = (number(header + 12), number(media + 12));
    let length = number(edits + 8) - frames * movie_scale / 25;
    let start = number(edits + 12) + frames * media_scale / 25;
    bytes[edits + 8..edits + 12].copy_from_slice(&length.to_be_bytes());
    bytes[edits + 12..edits + 16].copy_from_slice(&start.to_be_bytes());
    std::fs::write(path, bytes).unwrap();
}
