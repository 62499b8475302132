//! Exact seeking and sampling on clips whose frames carry their own number as black and white blocks.
//!
//! The clips are written by the program itself: long groups of pictures with B-frames, variable frame
//! rate, transport streams without an index, and AVI without presentation times.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod numbered;

use std::path::Path;

use lookback::domain::pixels::{EncoderInput, GREY_WIDTH, SnippetPixels};
use lookback::jobs::{Generation, Ticket};
use lookback::media::{self, FfmpegSource, FrameSource as _, SnippetSampler, WriterOptions};
use numbered::{Dice, irregular, number, number_of, write};

/// Every frame in order, then random places with short runs; the pixels must say the number that was asked for.
fn check(path: &Path, frames: usize) {
    let video = media::open(path).unwrap();
    let name = path.display();
    assert_eq!(video.frames.len(), frames, "{name}");
    assert_eq!(video.notes, Vec::<String>::new(), "{name}");
    let mut source = FfmpegSource::open(&video).unwrap();
    for i in 0..frames {
        let frame = source.next_frame().unwrap().unwrap_or_else(|| panic!("{name}: ends at {i}"));
        assert_eq!((frame.number, number_of(&frame)), (i, i), "{name}: in order");
        assert_eq!(frame.time, video.frames.time(i));
        assert!(!frame.damaged, "{name}: frame {i}");
    }
    assert!(source.next_frame().unwrap().is_none());
    let mut dice = Dice(5);
    let ticket = Ticket::unlimited();
    for _ in 0..60 {
        let at = dice.roll(frames);
        source.seek(at, &ticket).unwrap();
        for i in at..(at + 1 + dice.roll(4)).min(frames) {
            let frame = source.next_frame().unwrap().unwrap_or_else(|| panic!("{name}: nothing at {i}"));
            assert_eq!((frame.number, number_of(&frame)), (i, i), "{name}: after a seek to {at}");
        }
    }
    for at in [frames - 1, 0, frames - 1, frames / 2, frames / 2 - 1] {
        source.seek(at, &ticket).unwrap();
        assert_eq!(source.next_frame().unwrap().map(|f| number_of(&f)), Some(at), "{name}");
    }
}

#[test]
fn long_groups_with_b_frames() {
    let folder = tempfile::tempdir().unwrap();
    let options = WriterOptions { gop: 250, b_frames: 3, ..WriterOptions::default() };
    check(&write(folder.path(), "long.mp4", 400, options), 400);
}

#[test]
fn a_seek_that_is_dropped_half_way_leaves_nothing_out() {
    let folder = tempfile::tempdir().unwrap();
    let options = WriterOptions { gop: 250, b_frames: 3, ..WriterOptions::default() };
    let video = media::open(&write(folder.path(), "long.mp4", 250, options)).unwrap();
    let mut source = FfmpegSource::open(&video).unwrap();
    let mut dice = Dice(17);
    for _ in 0..150 {
        let (dropped, wanted, after) = (dice.roll(250), dice.roll(250), dice.roll(4000) as u64);
        let clock = Generation::default();
        let ticket = clock.current();
        let end = std::thread::scope(|scope| {
            // Somewhere on the way, the seek is no longer wanted.
            scope.spawn(|| {
                std::thread::sleep(std::time::Duration::from_micros(after));
                clock.cancel();
            });
            source.seek(dropped, &ticket)
        });
        end.unwrap();
        source.seek(wanted, &Ticket::unlimited()).unwrap();
        assert_eq!(source.next_frame().unwrap().map(|f| number_of(&f)), Some(wanted), "after {dropped}");
    }
}

#[test]
fn irregular_times() {
    let folder = tempfile::tempdir().unwrap();
    let options = WriterOptions { gop: 60, variable_rate: true, ..WriterOptions::default() };
    for name in ["irregular.mp4", "irregular.mkv"] {
        let path = write(folder.path(), name, 200, options);
        check(&path, 200);
        let video = media::open(&path).unwrap();
        for i in 0..200 {
            // Matroska counts milliseconds; both may begin at another zero.
            let (is, should) = (video.frames.time(i) - video.frames.time(0), irregular(i));
            assert!((is - should).micros().abs() <= 1000, "{name}: frame {i} at {is}, written at {should}");
        }
    }
}

#[test]
fn transport_streams_without_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let options = WriterOptions { gop: 40, ..WriterOptions::default() };
    check(&write(folder.path(), "stream.ts", 230, options), 230);
}

#[test]
fn avi_without_presentation_times() {
    let folder = tempfile::tempdir().unwrap();
    let reordered = WriterOptions { gop: 30, mpeg4: true, ..WriterOptions::default() };
    check(&write(folder.path(), "reordered.avi", 130, reordered), 130);
    let plain = WriterOptions { gop: 12, b_frames: 0, mpeg4: true, ..WriterOptions::default() };
    check(&write(folder.path(), "plain.avi", 60, plain), 60);
}

#[test]
fn snippets_hold_their_own_frames_wherever_sampling_starts() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "clip.mp4", 85, WriterOptions::default());
    let video = media::open(&path).unwrap();
    for first in [0, 3, 5, 6] {
        let mut middles = SnippetSampler::open(&video, EncoderInput::MiddleFrame, first).unwrap();
        let mut clips = SnippetSampler::open(&video, EncoderInput::LowResFrames, first).unwrap();
        let grid = clips.grid();
        for snippet in first..grid.count() {
            let Some((at, SnippetPixels::Middle(rgb))) = middles.next().unwrap() else { panic!("no middle frame") };
            let shown = number(|x, y| rgb.data[(y * rgb.width + x) * 3 + 1]);
            assert_eq!((at, shown), (snippet, grid.middle(snippet)));
            let Some((at, SnippetPixels::LowRes(clip))) = clips.next().unwrap() else { panic!("no clip") };
            assert_eq!(at, snippet);
            // 64 × 48 is stretched by 5 / 4.
            let shown = clip.frames.iter().map(|f| number(|x, y| f[y * 5 / 2 * GREY_WIDTH + x * 5 / 2]));
            assert_eq!(shown.collect::<Vec<_>>(), grid.range(snippet).collect::<Vec<_>>());
            assert_eq!(clip.gaps.len() + 1, clip.frames.len());
            assert!(clip.gaps.iter().all(|g| (g - 0.04).abs() < 1e-6), "{:?}", clip.gaps);
        }
        assert!(middles.next().unwrap().is_none() && clips.next().unwrap().is_none());
        assert_eq!((middles.notes(), clips.notes()), (Vec::new(), Vec::new()));
    }
}

#[test]
fn a_file_cut_off_says_so_or_plays_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let whole = write(folder.path(), "whole.mp4", 100, WriterOptions::default());
    let bytes = std::fs::read(&whole).unwrap();
    let cut = folder.path().join("cut.mp4");
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let text = media::open(&cut).unwrap_err().to_string();
    assert!(text.contains("cut.mp4") && text.contains("cut off"), "{text}");

    let whole = write(folder.path(), "whole.ts", 100, WriterOptions::default());
    let bytes = std::fs::read(&whole).unwrap();
    let cut = folder.path().join("cut.ts");
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let video = media::open(&cut).unwrap();
    assert!((20..80).contains(&video.frames.len()), "{}", video.frames.len());
    let mut source = FfmpegSource::open(&video).unwrap();
    let mut decoded = 0;
    while let Some(frame) = source.next_frame().unwrap() {
        decoded += usize::from(number_of(&frame) == frame.number);
    }
    assert!(decoded + 3 > video.frames.len(), "{decoded} of {}", video.frames.len());
}

#[test]
fn damage_in_the_middle_is_passed_over_and_marked() {
    let folder = tempfile::tempdir().unwrap();
    let options = WriterOptions { gop: 20, ..WriterOptions::default() };
    for name in ["flipped.mkv", "flipped.ts", "flipped.mp4"] {
        let path = write(folder.path(), name, 120, options);
        let mut bytes = std::fs::read(&path).unwrap();
        let (len, mut dice) = (bytes.len(), Dice(3));
        for _ in 0..40 {
            let at = len / 3 + dice.roll(len / 3);
            bytes[at] ^= 1 << dice.roll(8);
        }
        std::fs::write(&path, bytes).unwrap();
        let video = match media::open(&path) {
            Ok(video) => video,
            Err(err) => {
                assert!(err.to_string().contains(name), "{err}");
                continue;
            }
        };
        let mut source = FfmpegSource::open(&video).unwrap();
        let (mut last, mut decoded, mut wrong, mut marked) = (None, 0, 0, 0);
        while let Some(frame) = source.next_frame().unwrap() {
            assert!(last.is_none_or(|last| frame.number > last), "{name}: numbers grow");
            last = Some(frame.number);
            decoded += 1;
            wrong += usize::from(number_of(&frame) != frame.number);
            marked += usize::from(frame.damaged);
        }
        assert!(decoded > 30, "{name}: {decoded} of {} frames, {:?}", video.frames.len(), video.notes);
        // A packet whose header is hit is no longer in the container's table: ordinals after it are one less than
        // what was drawn, rightly.
        let listed = video.frames.len();
        assert!(
            marked > 0 || listed < 120 || (wrong == 0 && decoded == 120),
            "{name}: {wrong} wrong of {decoded} ({listed} listed), none marked"
        );
        // Every snippet still yields something.
        let mut sampler = SnippetSampler::open(&video, EncoderInput::LowResFrames, 0).unwrap();
        let mut snippets = 0;
        while sampler.next().unwrap().is_some() {
            snippets += 1;
        }
        assert_eq!(snippets, sampler.grid().count(), "{name}");
    }
}
