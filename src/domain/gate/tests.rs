//! What the gate says about models that differ in known ways.

use super::*;
use crate::domain::label::Label;
use crate::domain::review::Judgement;

use Verdict::{Anomaly, FalseAlarm, Unsure};

fn span(start: usize, end: usize) -> FrameSpan {
    FrameSpan::new(start * 16, end * 16).expect("holds frames")
}

/// Verdicts on snippets of one video.
fn review(number: u8, verdicts: &[(usize, usize, Verdict)]) -> ReviewState {
    let mut review = ReviewState::new(VideoId::from_hash([number; 32]));
    for (i, (start, end, verdict)) in verdicts.iter().enumerate() {
        let judgement = Judgement {
            span: span(*start, *end),
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
    review
}

/// An hour of ten snippets.
fn video<'a>(review: &'a ReviewState, before: &'a [f32], after: &'a [f32]) -> GateVideo<'a> {
    let duration = MediaTime::from_micros(3_600_000_000);
    GateVideo { name: "a.mp4", frames: 160, duration, review, held_out: false, before, after }
}

fn report(videos: &[GateVideo<'_>]) -> GateReport {
    let rule = EventRule { merge_gap: 0, ..EventRule::default() };
    GateReport::new(GateInput { videos, rules: Pair { before: rule, after: rule }, held_out: None, replay: None })
}

const OLD: [f32; 10] = [0.1, 0.9, 0.1, 0.1, 0.8, 0.1, 0.1, 0.1, 0.7, 0.1];

#[test]
fn judged_events_are_kept_gone_lost_and_found() {
    let review =
        review(1, &[(1, 2, Anomaly), (4, 5, FalseAlarm), (6, 7, Anomaly), (8, 9, Anomaly), (2, 3, FalseAlarm)]);
    let after = [0.1, 0.8, 0.9, 0.1, 0.1, 0.1, 0.6, 0.1, 0.2, 0.1];
    let report = report(&[video(&review, &OLD, &after)]);
    let fates: Vec<Fate> = report.events.iter().map(|event| event.fate).collect();
    assert_eq!(fates, [Fate::Kept, Fate::Back, Fate::Gone, Fate::Found, Fate::Lost]);
    assert_eq!(report.anomalies, Flagged { all: 3, before: 2, after: 2 });
    assert_eq!(report.false_alarms, Flagged { all: 2, before: 1, after: 1 });
    let lost: Vec<FrameSpan> = report.lost().map(|event| event.span).collect();
    assert_eq!(lost, [span(8, 9)]);
    assert!(report.against[0].contains("a.mp4, frames 128 to 143"), "{:?}", report.against);
    assert_eq!(report.events[0].peaks, Pair { before: 0.9, after: 0.8 });
    // Two anomalies are found now; the candidate needs 0.6 for that, and flags snippet 2 with the first one.
    let alarms = report.alarms.expect("most is normal");
    assert_eq!((alarms.found, alarms.anomalies, alarms.thresholds.after), (2, 3, 0.6));
    assert_eq!((alarms.hours, alarms.per_hour.after), (0.7, 0.0));
    assert!((alarms.per_hour.before - 1.0 / 0.7).abs() < 1e-9);
}

#[test]
fn changes_that_matter_come_first() {
    let review = review(1, &[(1, 2, Anomaly), (4, 5, FalseAlarm), (3, 4, FalseAlarm), (9, 10, Unsure)]);
    let after = [0.9, 0.1, 0.1, 0.7, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
    let found = report(&[video(&review, &OLD, &after)]).changes;
    let shown: Vec<_> = found.iter().map(|c| (c.span.start() / 16, c.turn, c.verdict)).collect();
    let (comes, goes) = (Turn::Appears, Turn::Disappears);
    assert_eq!(
        shown,
        [
            (1, goes, Some(Anomaly)),
            (3, comes, Some(FalseAlarm)),
            (0, comes, None),
            (8, goes, None),
            (4, goes, Some(FalseAlarm)),
        ]
    );
    assert!(found.windows(2).all(|pair| pair[0].matter >= pair[1].matter));
}

#[test]
fn what_speaks_against_a_candidate_is_said() {
    let review = review(1, &[(1, 2, Anomaly)]);
    let videos = [video(&review, &OLD, &OLD)];
    let rule = EventRule::default();
    let input = GateInput { videos: &videos, rules: Pair { before: rule, after: rule }, held_out: None, replay: None };
    assert_eq!(GateReport::new(input).against, Vec::<String>::new());
    let pair = |before, after| Some(Pair { before, after });
    for (input, part) in [
        (GateInput { held_out: pair(0.3, 0.5), ..input }, "did not train on"),
        (GateInput { replay: pair(0.95, 0.9), ..input }, "was trained on"),
    ] {
        let against = GateReport::new(input).against;
        assert!(against.len() == 1 && against[0].contains(part), "{against:?}");
    }
    let little = GateInput { held_out: pair(0.30, 0.31), replay: pair(0.95, 0.93), ..input };
    assert!(GateReport::new(little).against.is_empty());
    let noisy = [0.5, 0.9, 0.5, 0.8, 0.1, 0.8, 0.1, 0.8, 0.1, 0.8];
    let low = EventRule { threshold: 0.7, ..rule };
    let videos = [video(&review, &OLD, &noisy)];
    let noisy = GateReport::new(GateInput { videos: &videos, rules: Pair { before: low, after: low }, ..input });
    assert!(noisy.against.is_empty(), "at the threshold that finds as much it is quiet: {:?}", noisy.against);
}

#[test]
fn false_alarms_that_come_back_speak_against_it() {
    let review = review(1, &[(1, 2, FalseAlarm)]);
    let against = report(&[video(&review, &[0.1; 10], &OLD)]).against;
    assert!(against.iter().any(|why| why.contains("1 of 1 judged false alarms")), "{against:?}");
    assert!(report(&[video(&review, &OLD, &[0.1; 10])]).against.is_empty());
}

#[test]
fn short_alarms_in_place_of_a_long_one_are_less_to_look_through() {
    let review = review(1, &[(9, 10, Anomaly)]);
    let long = [0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.1, 0.1, 0.9];
    let short = [0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.9, 0.1, 0.1, 0.9];
    let of = |before, after| report(&[video(&review, before, after)]);
    let better = of(&long, &short);
    let alarms = better.alarms.expect("most is normal");
    assert!((alarms.per_hour.after - 2.0 * alarms.per_hour.before).abs() < 1e-9, "{alarms:?}");
    assert!((alarms.flagged.before - 7.0 / 9.0).abs() < 1e-9 && (alarms.flagged.after - 2.0 / 9.0).abs() < 1e-9);
    assert!((alarms.burden() - (2.0_f64 * 2.0 / 7.0).sqrt()).abs() < 1e-9 && better.against.is_empty(), "{better:?}");
    let worse = of(&short, &long);
    assert!(worse.against.iter().any(|why| why.contains("over 78 % of it instead of 22 %")), "{:?}", worse.against);
    let quiet = [0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.9];
    assert!(of(&quiet, &short).against.iter().any(|why| why.contains("false alarms per hour")));
}

#[test]
fn frames_that_somebody_labelled_give_figures() {
    let mut labelled = review(1, &[]);
    let (class, lane, note) = ("Fight".to_owned(), "Ada".to_owned(), String::new());
    labelled.labels.insert(ItemId(7), Label { span: span(1, 2), class, lane, note, confidence: None });
    let plain = review(2, &[(4, 5, FalseAlarm)]);
    let worse = [0.9, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
    let report = report(&[video(&labelled, &OLD, &worse), video(&plain, &OLD, &OLD)]);
    let truth = report.truth.expect("somebody labelled");
    assert_eq!((truth.before.frames, truth.before.positives, truth.before.roc_auc), (160, 16, 1.0));
    assert!(truth.after.roc_auc < 1.0);
    assert_eq!((report.events[0].said, report.events[0].fate), (Said::Labelled, Fate::Kept));
}

#[test]
fn where_something_happens_somewhere_nothing_is_normal() {
    let mut review = review(1, &[]);
    review.video_labels.insert("Ada".to_owned(), VideoLabel::Abnormal);
    let report = report(&[video(&review, &OLD, &OLD)]);
    assert_eq!((report.alarms, report.truth), (None, None));
}
