//! An evaluation as a whole: that its parts agree with each other and do not depend on the order of videos.

use super::*;
use crate::domain::interval::FrameSpan;

fn video(name: &str, class: &str, scores: &[f32], truth: &[(usize, usize)]) -> EvalVideo {
    EvalVideo {
        name: name.to_owned(),
        classes: vec![class.to_owned()],
        frames: scores.len() * 16,
        seconds: scores.len() as f64,
        truth: truth.iter().filter_map(|(start, end)| FrameSpan::new(*start, *end)).collect(),
        scores: scores.to_vec(),
        step: 16,
    }
}

fn videos() -> Vec<EvalVideo> {
    vec![
        video("a", "Abuse", &[0.1, 0.9, 0.8, 0.2], &[(16, 48)]),
        video("b", "Arson", &[0.3, 0.2, 0.6, 0.7], &[(0, 16)]),
        video("c", NORMAL, &[0.1, 0.2, 0.55, 0.1], &[]),
        video("d", NORMAL, &[0.0, 0.1, 0.1, 0.3], &[]),
    ]
}

#[test]
fn parts_agree_and_the_order_of_videos_does_not_matter() {
    let settings = EvalSettings { resamples: 200, ..EvalSettings::default() };
    let whole = Evaluation::of(&videos(), true, &settings).expect("both kinds");
    let by = whole.by_video.as_ref().expect("are told apart");
    assert_eq!((by.videos, by.normal_videos, by.events.flagged, by.events.anomalies), (4, 2, 3, 2));
    let (low, high) = by.intervals.roc_auc.expect("is resampled");
    assert!(low <= whole.metrics.roc_auc && whole.metrics.roc_auc <= high && low < high, "{low} {high}");
    let classes: Vec<(&str, usize, f64)> =
        by.classes.iter().map(|c| (c.class.as_str(), c.videos, c.roc_auc_within.expect("both kinds"))).collect();
    assert_eq!(classes[0], ("Abuse", 1, 1.0));
    assert!(classes[1].0 == "Arson" && (classes[1].2 - 1.0 / 3.0).abs() < 1e-12, "{classes:?}");
    assert_eq!(by.events.class_mean_average_precision.as_ref().map(|all| all[0]), Some(0.5));
    assert_eq!((by.false_alarms.events, by.false_alarms.events_in_normal_videos), (2, 1));
    assert_eq!(by.by_video.iter().map(|v| v.found).sum::<usize>(), 1);
    assert_eq!((by.delay.noticed, by.delay.missed), (1, 1));

    let reversed: Vec<EvalVideo> = videos().into_iter().rev().collect();
    let again = Evaluation::of(&reversed, true, &settings).expect("both kinds");
    assert_eq!((again.metrics, &again.curve, &again.calibration), (whole.metrics, &whole.curve, &whole.calibration));
    // Hours are summed in another order, which may round the last digit.
    for (a, b) in again.by_video.expect("are told apart").det.iter().zip(&by.det) {
        assert_eq!((a.threshold, a.p_miss, a.flagged_share), (b.threshold, b.p_miss, b.flagged_share));
        assert!((a.false_alarms_per_hour - b.false_alarms_per_hour).abs() < 1e-9);
    }
}

#[test]
fn the_area_under_the_drawn_curve_is_the_figure_even_where_many_frames_share_the_top_score() {
    let videos =
        [video("a", "Abuse", &[0.9, 0.9, 0.2, 0.1], &[(0, 16)]), video("c", NORMAL, &[0.9, 0.1, 0.1, 0.1], &[])];
    let whole = Evaluation::of(&videos, true, &EvalSettings::default()).expect("both kinds");
    let roc: Vec<_> = whole.roc().collect();
    let area: f64 = roc.windows(2).map(|w| (w[1].1 - w[0].1) * f64::midpoint(w[0].2, w[1].2)).sum();
    assert!((area - whole.metrics.roc_auc).abs() < 1e-9, "{area} is not {}", whole.metrics.roc_auc);
    assert_eq!(whole.precision_recall().next(), Some((f32::INFINITY, 0.0, 1.0)));
}

#[test]
fn an_evaluation_is_read_back_as_it_was_written() {
    let whole = Evaluation::of(&videos(), true, &EvalSettings::default()).expect("both kinds");
    let text = serde_json::to_string(&whole).expect("is written");
    assert_eq!(serde_json::from_str::<Evaluation>(&text).expect("is read"), whole);
    let frames = Evaluation::of(&videos(), false, &EvalSettings::default()).expect("both kinds");
    assert!(frames.by_video.is_none() && frames.metrics == whole.metrics);
    let text = serde_json::to_string(&frames).expect("is written");
    assert_eq!(serde_json::from_str::<Evaluation>(&text).expect("is read"), frames);
}

#[test]
fn one_kind_of_frames_has_no_figures() {
    let normal = Evaluation::of(&videos()[2..], true, &EvalSettings::default()).expect_err("nothing happens");
    assert!(normal.contains("normal"), "{normal}");
    let mut anomalous = videos()[..1].to_vec();
    anomalous[0].truth = vec![FrameSpan::new(0, 64).expect("holds frames")];
    assert!(Evaluation::of(&anomalous, true, &EvalSettings::default()).expect_err("is all").contains("anomalous"));
}

#[test]
fn the_best_threshold_is_the_one_of_the_best_events() {
    // At 0.9 the anomaly of the first video is the only event; lower down come false alarms.
    assert_eq!(best_threshold(&videos(), &EvalSettings::default()), Some(0.9));
    assert_eq!(best_threshold(&videos()[2..], &EvalSettings::default()), None);
}
