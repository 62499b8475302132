//! Figures against counting frame by frame, and against every possible matching.

use proptest::prelude::*;

use super::*;
use crate::domain::label::Label;
use crate::domain::library::VideoId;
use crate::domain::record::ItemId;

const CLASSES: [&str; 2] = ["Fall", "Fight"];

/// Start, length, class and lane of a label, from small numbers.
type Written = (usize, usize, usize, bool);

fn review(labels: &[Written]) -> ReviewState {
    let mut review = ReviewState::new(VideoId::from_hash([1; 32]));
    for (id, (start, length, class, second)) in labels.iter().enumerate() {
        let label = Label {
            span: FrameSpan::new(*start, start + length).expect("holds frames"),
            class: CLASSES[*class].to_owned(),
            lane: if *second { "Bob" } else { "Ada" }.to_owned(),
            note: String::new(),
            confidence: None,
        };
        review.labels.insert(ItemId(id as u64), label);
    }
    review
}

fn compare(labels: &[Written], frames: usize) -> Comparison {
    Comparison::of(&review(labels), ["Ada", "Bob"], frames, None)
}

/// Frames of uneven length: 40 ms, 80 ms, 120 ms and again.
fn table(frames: i64) -> FrameTable {
    let time = |i: i64| MediaTime::from_micros((i / 3 * 6 + [0, 1, 3][(i % 3) as usize]) * 40_000);
    FrameTable::new((0..frames).map(|i| (time(i), true)).collect(), None).expect("has frames")
}

#[test]
fn kappa_agrees_with_hand_checked_tables() {
    let cells = |both, only_first, only_second, neither| Cells {
        total: both + only_first + only_second + neither,
        both,
        only_first,
        only_second,
    };
    // The worked example of Cohen's kappa with grant proposals: 20 and 15 agree of 50.
    let kappa = cells(20, 5, 10, 15).kappa().expect("is defined");
    assert!((kappa - 0.4).abs() < 1e-12, "{kappa}");
    assert_eq!(cells(0, 5, 5, 0).kappa(), Ok(-1.0));
    assert_eq!(cells(3, 0, 0, 9).kappa(), Ok(1.0));
    assert_eq!(cells(0, 3, 0, 9).kappa(), Ok(0.0), "one who never marks agrees by chance only");
    assert_eq!(cells(0, 0, 0, 0).kappa(), Err(Undefined::Nothing));
    assert_eq!(cells(0, 0, 0, 9).kappa(), Err(Undefined::NoneMarked));
    assert_eq!(cells(9, 0, 0, 0).kappa(), Err(Undefined::AllMarked));
    assert_eq!(cells(0, 0, 0, 9).f1(), Err(Undefined::NoMarks));
    // A year of video at 60 frames a second, squared, does not overflow.
    let year = 60 * 3600 * 24 * 365;
    assert_eq!(cells(year, 0, 0, year).kappa(), Ok(1.0));
}

#[test]
fn edges_are_compared_in_frames_and_in_the_times_of_the_video() {
    let labels = [(3, 9, 1, false), (4, 9, 1, true), (30, 6, 1, false), (30, 3, 1, true), (50, 2, 1, true)];
    let both = Comparison::of(&review(&labels), ["Ada", "Bob"], 60, Some(&table(60)));
    let figures = both.any();
    assert_eq!((figures.events, figures.matched, figures.timed), ([2, 3], 2, 2));
    assert_eq!(figures.event_f1, Ok(0.8));
    let frames = |edge: EdgeDifference| edge.frames.map(|s| (s.mean, s.median, s.max));
    assert_eq!((frames(figures.start), frames(figures.end)), (Ok((0.5, 0.5, 1.0)), Ok((2.0, 2.0, 3.0))));
    // Frame 3 begins at 240 ms, frame 4 at 280 ms; 36 at 2880 ms, 33 at 2640 ms; 12 at 960 ms, 13 at 1000 ms.
    let secs = |edge: EdgeDifference| edge.secs.map(|s| s.max);
    assert!(secs(figures.start).is_ok_and(|max| (max - 0.04).abs() < 1e-9), "{figures:?}");
    assert!(secs(figures.end).is_ok_and(|max| (max - 0.24).abs() < 1e-9), "{figures:?}");
    // Without times there are frames only, and without pairs there is nothing.
    assert_eq!(secs(compare(&labels, 60).any().end), Err(Undefined::NoTimes));
    let fall = compare(&[(0, 5, 0, false), (7, 5, 0, true)], 20).any();
    assert_eq!((fall.start.frames, fall.start.secs), (Err(Undefined::NoPairs), Err(Undefined::NoPairs)));
}

#[test]
fn who_marked_or_said_something_of_the_whole_has_read_the_video() {
    let mut said = review(&[(0, 4, 0, false)]);
    said.reviewed = true;
    assert_eq!(readers(&said).into_iter().collect::<Vec<_>>(), ["Ada"]);
    said.video_labels.insert("Eve".to_owned(), VideoLabel::Normal);
    assert_eq!(readers(&said).into_iter().collect::<Vec<_>>(), ["Ada", "Eve"]);
    said.video_labels.insert("Ada".to_owned(), VideoLabel::Abnormal);
    let whole = Comparison::of(&said, ["Ada", "Eve"], 10, None).whole;
    assert_eq!(whole, Cells { total: 1, both: 0, only_first: 1, only_second: 0 });
}

#[test]
fn a_class_is_compared_over_the_frames_of_all_videos() {
    let mut sum = compare(&[(0, 5, 0, false), (0, 5, 0, true)], 10);
    sum.add(&compare(&[(0, 4, 1, false)], 30));
    let of: BTreeMap<&str, Figures> = sum.classes().collect();
    assert_eq!((sum.videos, sum.frames, of["Fall"].cells.total), (2, 40, 40));
    assert_eq!((of["Fall"].kappa, of["Fight"].kappa), (Ok(1.0), Ok(0.0)));
    assert_eq!(of["Fight"].event_f1, Ok(0.0));
}

/// The most pairs that any one-to-one matching has.
fn most_pairs(first: &[FrameSpan], second: &[FrameSpan]) -> usize {
    let Some((x, rest)) = first.split_first() else { return 0 };
    let without = most_pairs(rest, second);
    let with = (0..second.len()).filter(|at| x.iou(second[*at]) >= 0.5).map(|at| {
        let left: Vec<FrameSpan> = second.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, y)| *y).collect();
        1 + most_pairs(rest, &left)
    });
    with.max().unwrap_or(0).max(without)
}

fn labels() -> impl Strategy<Value = Vec<Written>> {
    proptest::collection::vec((0_usize..40, 1_usize..14, 0_usize..2, any::<bool>()), 0..12)
}

proptest! {
    #[test]
    fn counting_every_frame_gives_the_same(labels in labels(), frames in 1_usize..50) {
        let found = compare(&labels, frames);
        let marks = |second: bool, class: Option<usize>, frame: usize| labels.iter().any(|(start, length, of, by)| {
            *by == second && class.is_none_or(|class| class == *of) && (*start..start + length).contains(&frame)
        });
        let count = |class: Option<usize>, a: bool, b: bool| (0..frames)
            .filter(|frame| marks(false, class, *frame) == a && marks(true, class, *frame) == b).count() as u64;
        let cells = |class: Option<usize>| Cells {
            total: frames as u64,
            both: count(class, true, true),
            only_first: count(class, true, false),
            only_second: count(class, false, true),
        };
        prop_assert_eq!(found.any().cells, cells(None));
        for (class, figures) in found.classes() {
            let class = CLASSES.iter().position(|name| *name == class);
            prop_assert_eq!(figures.cells, cells(class));
            let [both, a, b, total] = [
                figures.cells.both, figures.cells.only_first, figures.cells.only_second, figures.cells.total,
            ].map(|n| n as f64);
            let (observed, yes) = ((total - a - b) / total, [(both + a) / total, (both + b) / total]);
            let chance = yes[0] * yes[1] + (1.0 - yes[0]) * (1.0 - yes[1]);
            match figures.kappa {
                Ok(kappa) => prop_assert!((kappa - (observed - chance) / (1.0 - chance)).abs() < 1e-9),
                Err(_) => prop_assert!(chance > 1.0 - 1e-12),
            }
            prop_assert!(figures.kappa.is_ok_and(f64::is_finite) || figures.kappa.is_err());
        }
    }

    #[test]
    fn it_is_the_same_from_both_sides(labels in labels(), frames in 1_usize..60) {
        let (review, table) = (review(&labels), table(frames as i64));
        let ours = Comparison::of(&review, ["Ada", "Bob"], frames, Some(&table)).any();
        let theirs = Comparison::of(&review, ["Bob", "Ada"], frames, Some(&table)).any();
        prop_assert_eq!((ours.kappa, ours.frame_f1, ours.event_f1), (theirs.kappa, theirs.frame_f1, theirs.event_f1));
        prop_assert_eq!((ours.start, ours.end), (theirs.start, theirs.end));
        prop_assert_eq!([ours.events[1], ours.events[0]], theirs.events);
    }

    #[test]
    fn no_matching_has_more_pairs(labels in labels()) {
        let found = compare(&labels, 60).any();
        let of = |second: bool| events(labels.iter().filter(|l| l.3 == second)
            .filter_map(|(start, length, ..)| FrameSpan::new(*start, start + length)).collect());
        let [first, second] = [of(false), of(true)];
        prop_assert!(first.windows(2).all(|pair| pair[0].end() <= pair[1].start()));
        prop_assert_eq!(found.matched as usize, most_pairs(&first, &second));
    }

    #[test]
    fn halves_of_one_event_match_it_once(start in 0_usize..9, half in 1_usize..9, second: bool) {
        let labels = [(start, 2 * half, 0, second), (start, half, 0, !second), (start + half, half, 0, !second)];
        let found = compare(&labels, 60).any();
        prop_assert_eq!((found.matched, found.cells.only_first + found.cells.only_second), (1, 0));
        prop_assert_eq!(found.start.frames.map(|s| s.max), Ok(0.0));
    }

    #[test]
    fn who_marks_the_same_agrees(labels in labels()) {
        let copies: Vec<Written> = labels.iter().flat_map(|l| [(l.0, l.1, l.2, false), (l.0, l.1, l.2, true)]).collect();
        let found = compare(&copies, 60);
        for figures in found.classes().map(|(_, figures)| figures) {
            prop_assert!(figures.kappa == Ok(1.0) || figures.kappa == Err(Undefined::AllMarked));
            prop_assert_eq!((figures.frame_f1, figures.event_f1), (Ok(1.0), Ok(1.0)));
            prop_assert_eq!(figures.end.frames.map(|s| s.max), Ok(0.0));
        }
    }

    #[test]
    fn two_videos_count_as_one_after_the_other(first in labels(), second in labels()) {
        let mut sum = compare(&first, 60);
        sum.add(&compare(&second, 60));
        let later = second.iter().map(|l| (l.0 + 60, l.1, l.2, l.3));
        let one = compare(&first.iter().copied().chain(later).collect::<Vec<_>>(), 120);
        prop_assert_eq!((sum.frames, sum.any()), (one.frames, one.any()));
        prop_assert!(sum.classes().eq(one.classes()));
    }
}
