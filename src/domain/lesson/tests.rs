//! Verdicts into bags, by table.

use super::*;
use crate::domain::label::Label;
use crate::domain::review::{Judgement, Verdict};

use Verdict::{Anomaly, FalseAlarm, Unsure};
use VideoLabel::{Abnormal, Normal};

fn video(number: u8) -> VideoId {
    VideoId::from_hash([number; 32])
}

fn span(start: usize, end: usize) -> FrameSpan {
    FrameSpan::new(start, end).expect("holds frames")
}

/// What was said about one video, in snippets.
#[derive(Default)]
struct Said<'a> {
    verdicts: &'a [(usize, usize, Verdict)],
    intervals: &'a [(usize, usize)],
    whole: &'a [VideoLabel],
    reviewed: bool,
    unjudged: &'a [(usize, usize)],
}

fn frames((start, end): (usize, usize)) -> FrameSpan {
    span(start * 16, end * 16)
}

fn review(number: u8, said: &Said<'_>) -> ReviewState {
    let mut review = ReviewState::new(video(number));
    for (i, (start, end, verdict)) in said.verdicts.iter().enumerate() {
        let judgement = Judgement {
            span: frames((*start, *end)),
            verdict: *verdict,
            class: None,
            tags: Vec::new(),
            note: String::new(),
            model: None,
            peak_frame: start * 16,
            peak_score: 0.9,
        };
        review.judgements.insert(ItemId(1 + i as u64), judgement);
    }
    for (i, at) in said.intervals.iter().enumerate() {
        let (class, lane, note) = ("Fight".to_owned(), "Ada".to_owned(), String::new());
        let label = Label { span: frames(*at), class, lane, note, confidence: None };
        review.labels.insert(ItemId(100 + i as u64), label);
    }
    for (i, label) in said.whole.iter().enumerate() {
        review.video_labels.insert(format!("lane {i}"), *label);
    }
    review.reviewed = said.reviewed;
    review
}

/// Bags as (first, end, kind), and what is left out, of one video of so many snippets.
fn bags(snippets: usize, said: &Said<'_>) -> (Vec<(usize, usize, VideoLabel)>, Vec<Omission>) {
    let plan = plan_of(snippets, said, LessonRules::default());
    (
        plan.train.iter().map(|bag| (bag.snippets.start, bag.snippets.end, bag.kind)).collect(),
        plan.left_out.iter().map(|left| left.why).collect(),
    )
}

fn plan_of(snippets: usize, said: &Said<'_>, rules: LessonRules) -> LessonPlan {
    let review = review(1, said);
    let unjudged: Vec<FrameSpan> = said.unjudged.iter().map(|at| frames(*at)).collect();
    let video = LessonVideo { name: "a.mp4", frames: snippets * 16, review: &review, unjudged: &unjudged };
    LessonPlan::new(&[video], rules, ReplayCount { normal: 1, abnormal: 1 })
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn verdicts_become_bags() {
    let said = Said::default;
    type Row<'a> = (&'a str, usize, Said<'a>, &'a [(usize, usize, VideoLabel)], &'a [Omission]);
    let table: &[Row<'_>] = &[
        ("nothing said, nothing learned", 100, said(), &[], &[]),
        (
            "context on both sides",
            200,
            Said { verdicts: &[(100, 104, FalseAlarm)], ..said() },
            &[(84, 120, Normal)],
            &[],
        ),
        (
            "at the start, all context follows",
            200,
            Said { verdicts: &[(2, 4, FalseAlarm)], ..said() },
            &[(0, 34, Normal)],
            &[],
        ),
        (
            "at the end, all context is before",
            200,
            Said { verdicts: &[(198, 200, FalseAlarm)], ..said() },
            &[(166, 200, Normal)],
            &[],
        ),
        (
            "a short video has what it has",
            10,
            Said { verdicts: &[(4, 5, FalseAlarm)], ..said() },
            &[(0, 10, Normal)],
            &[],
        ),
        (
            "context ends at an anomaly and grows on the other side",
            200,
            Said { verdicts: &[(100, 104, FalseAlarm), (106, 110, Anomaly)], ..said() },
            &[(90, 126, Abnormal), (70, 106, Normal)],
            &[],
        ),
        (
            "and at what was not judged or could not be",
            200,
            Said { verdicts: &[(100, 104, FalseAlarm), (90, 95, Unsure)], unjudged: &[(105, 106)], ..said() },
            &[(95, 105, Normal)],
            &[Omission::Unsure],
        ),
        (
            "a neighbouring false alarm is context like any other",
            200,
            Said { verdicts: &[(100, 104, FalseAlarm), (110, 112, FalseAlarm)], ..said() },
            &[(84, 120, Normal), (94, 128, Normal)],
            &[],
        ),
        (
            "a short video with an anomaly is one bag",
            128,
            Said { verdicts: &[(3, 5, Anomaly), (60, 61, Anomaly)], ..said() },
            &[(0, 128, Abnormal)],
            &[],
        ),
        ("a long one is cut", 129, Said { verdicts: &[(60, 64, Anomaly)], ..said() }, &[(44, 80, Abnormal)], &[]),
        ("an interval is an anomaly", 129, Said { intervals: &[(60, 64)], ..said() }, &[(44, 80, Abnormal)], &[]),
        (
            "a false alarm in an anomaly is none",
            20,
            Said { verdicts: &[(3, 9, FalseAlarm), (8, 12, Anomaly)], ..said() },
            &[(0, 20, Abnormal)],
            &[Omission::Contradicted],
        ),
        (
            "the latest verdict on the same frames counts",
            20,
            Said { verdicts: &[(3, 9, FalseAlarm), (3, 9, Anomaly)], ..said() },
            &[(0, 20, Abnormal)],
            &[],
        ),
        ("labels of whole videos stand", 300, Said { whole: &[Normal, Normal], ..said() }, &[(0, 300, Normal)], &[]),
        (
            "where somewhere in it is an anomaly, a false alarm has no context",
            300,
            Said { whole: &[Abnormal], verdicts: &[(50, 54, FalseAlarm)], ..said() },
            &[(0, 300, Abnormal), (50, 54, Normal)],
            &[],
        ),
        (
            "annotators who differ are not heard",
            50,
            Said { whole: &[Normal, Abnormal], ..said() },
            &[],
            &[Omission::Disagreement],
        ),
        (
            "a find outweighs the label",
            50,
            Said { whole: &[Normal], verdicts: &[(3, 5, Anomaly)], ..said() },
            &[(0, 50, Abnormal)],
            &[Omission::FoundInNormal],
        ),
        ("looked through without a find", 50, Said { reviewed: true, ..said() }, &[(0, 50, Normal)], &[]),
        (
            "looked through with an open question",
            50,
            Said { reviewed: true, verdicts: &[(3, 5, Unsure)], ..said() },
            &[],
            &[Omission::Unsure],
        ),
        (
            "frames that are not there",
            10,
            Said { verdicts: &[(10, 12, FalseAlarm)], ..said() },
            &[],
            &[Omission::Outside],
        ),
    ];
    for (what, snippets, said, expected, omitted) in table {
        let (found, left_out) = bags(*snippets, said);
        assert_eq!(found, *expected, "{what}");
        assert_eq!(left_out, *omitted, "{what}");
    }
}

#[test]
fn what_a_bag_is_about_weighs_more_in_it() {
    let said = Said { verdicts: &[(2, 4, FalseAlarm), (6, 7, Anomaly)], ..Said::default() };
    let plan = plan_of(8, &said, LessonRules::default());
    let weights = |kind| plan.of_kind(kind).next().expect("is there").weights.clone();
    assert_eq!(weights(Normal), [1.0, 1.0, 4.0, 4.0, 1.0, 1.0]);
    assert_eq!(weights(Abnormal), [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 4.0, 1.0]);
    assert_eq!(plan.train[0].grounds.to_string(), "1 verdict");
}

#[test]
fn intervals_say_of_snippets_what_they_are_if_asked() {
    let said = Said { intervals: &[(2, 4)], verdicts: &[(6, 7, FalseAlarm), (0, 1, Anomaly)], ..Said::default() };
    assert!(plan_of(8, &said, LessonRules::default()).train.iter().all(|bag| bag.targets.is_empty()));
    let rules = LessonRules { intervals: true, ..LessonRules::default() };
    let targets = |said: &Said<'_>| plan_of(8, said, rules).of_kind(Abnormal).next().expect("is there").targets.clone();
    let (yes, no) = (Some(1.0), Some(0.0));
    assert_eq!(targets(&said), [None, None, yes, yes, None, None, no, None]);
    assert_eq!(targets(&Said { reviewed: true, ..said }), [None, no, yes, yes, no, no, no, no]);
    let plain = Said { verdicts: &[(6, 7, Anomaly)], ..Said::default() };
    assert!(targets(&plain).is_empty(), "nobody labelled anything");
}

#[test]
fn the_order_of_videos_makes_no_difference() {
    let reviews: Vec<ReviewState> = (0..12)
        .map(|n| {
            let verdict = if n % 2 == 0 { FalseAlarm } else { Anomaly };
            review(n, &Said { verdicts: &[(3, 5, verdict)], ..Said::default() })
        })
        .collect();
    let mut videos: Vec<LessonVideo<'_>> =
        reviews.iter().map(|review| LessonVideo { name: "v", frames: 1600, review, unjudged: &[] }).collect();
    let plan = LessonPlan::new(&videos, LessonRules::default(), ReplayCount::default());
    videos.reverse();
    assert_eq!(LessonPlan::new(&videos, LessonRules::default(), ReplayCount::default()), plan);
    let train: Vec<&VideoId> = plan.train.iter().map(|bag| &bag.video).collect();
    assert!(!plan.held_out.is_empty() && plan.held_out.iter().all(|bag| !train.contains(&&bag.video)));
}

#[test]
fn what_is_missing_is_said() {
    let plan = |said: &[Said<'_>], replay: usize| {
        let reviews: Vec<ReviewState> = said.iter().enumerate().map(|(n, said)| review(n as u8, said)).collect();
        let videos: Vec<LessonVideo<'_>> =
            reviews.iter().map(|review| LessonVideo { name: "v", frames: 1600, review, unjudged: &[] }).collect();
        LessonPlan::new(&videos, LessonRules::default(), ReplayCount { normal: replay, abnormal: replay })
    };
    let alarms = || Said { verdicts: &[(3, 5, FalseAlarm), (30, 34, FalseAlarm)], ..Said::default() };
    let find = || Said { verdicts: &[(60, 70, Anomaly)], ..Said::default() };
    for (said, replay, parts) in [
        (vec![], 5, &["Nothing was judged"][..]),
        (vec![find()], 5, &["1 verdict is too few", "2 more"]),
        (vec![alarms()], 0, &["2 verdicts are too few", "no anomaly"]),
        (vec![alarms(), alarms()], 0, &["no anomaly"]),
        (vec![find(), find(), find()], 0, &["nothing normal"]),
        (vec![alarms(), find()], 0, &[]),
        (vec![alarms(), alarms()], 5, &[]),
    ] {
        let missing = plan(&said, replay).missing.join(" ");
        assert!(parts.iter().all(|part| missing.contains(part)) && parts.is_empty() == missing.is_empty(), "{missing}");
    }
    let one = Said { verdicts: &[(3, 5, FalseAlarm), (30, 34, FalseAlarm), (60, 70, Anomaly)], ..Said::default() };
    assert!(plan(&[one], 0).missing[0].contains("one video"));
    let one = Said { verdicts: &[(3, 5, FalseAlarm), (30, 34, FalseAlarm), (60, 70, Anomaly)], ..Said::default() };
    let plan_of_one = plan(&[one], 5);
    assert!(plan_of_one.is_ready() && plan_of_one.cautions[0].contains("one video"), "{:?}", plan_of_one.cautions);
    assert!(plan(&[alarms(), find()], 0).cautions.iter().any(|c| c.contains("forget")));
}

#[test]
fn a_ghost_is_the_bag_that_the_verdict_would_make() {
    let said = Said { verdicts: &[(106, 110, Anomaly)], unjudged: &[(100, 104), (50, 90)], ..Said::default() };
    let (before, event) = (review(1, &said), span(1600, 1664));
    let unjudged = [event, span(800, 1440)];
    let video = LessonVideo { name: "v", frames: 3200, review: &before, unjudged: &unjudged };
    let rules = LessonRules::default();
    let ghost = bag_of_false_alarm(&video, event, &rules).expect("can be learned");
    let judged =
        Said { verdicts: &[(106, 110, Anomaly), (100, 104, FalseAlarm)], unjudged: &[(50, 90)], ..Said::default() };
    let real = plan_of(200, &judged, rules).of_kind(Normal).next().expect("is there").clone();
    assert_eq!((ghost.snippets, ghost.weights), (real.snippets, real.weights));
    assert!(bag_of_false_alarm(&video, span(1696, 1700), &rules).is_none(), "it was confirmed");
    assert!(bag_of_false_alarm(&video, span(3200, 3300), &rules).is_none(), "it is not there");
}
