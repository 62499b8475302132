//! What counts as a twin, by table and by property.

use proptest::prelude::*;

use super::*;
use crate::domain::queue::Ruling;
use crate::domain::review::Verdict;

/// A threshold that tells angles well apart: that of real features was chosen on those.
const ENOUGH: f32 = 0.9;

/// Vectors in a plane, by their angles in degrees.
fn at(degrees: &[f32]) -> Directions {
    let units = degrees.iter().flat_map(|angle| [angle.to_radians().cos(), angle.to_radians().sin()]).collect();
    Directions { dim: 2, units }
}

fn case(item: u64) -> Case {
    Case {
        item: ItemId(item),
        video: VideoId::from_hash([item as u8; 32]),
        name: format!("{item}.mp4"),
        span: FrameSpan::new(16, 48).expect("holds frames"),
        start: MediaTime::from_micros(640_000),
    }
}

fn memory(threshold: f32, alarms: &[&[f32]], anomalies: &[&[f32]]) -> Memory {
    let cases =
        |first: u64, all: &[&[f32]]| (first..).zip(all).map(|(item, angles)| (case(item), at(angles))).collect();
    Memory::new(threshold, cases(1, alarms), cases(101, anomalies))
}

#[test]
fn an_event_is_a_twin_when_all_of_it_looks_like_a_false_alarm() {
    // 20 degrees are a cosine of 0.94, 30 of 0.87.
    type Row = (&'static str, &'static [&'static [f32]], &'static [&'static [f32]], &'static [f32], Option<u64>);
    let rows: [Row; 11] = [
        ("the same", &[&[0.0, 40.0]], &[], &[0.0], Some(1)),
        ("each snippet like another of it", &[&[0.0, 40.0]], &[], &[50.0, 10.0], Some(1)),
        ("one snippet shows something else", &[&[0.0, 40.0]], &[], &[0.0, 75.0], None),
        ("half by one and half by the other is no twin", &[&[0.0], &[90.0]], &[], &[0.0, 90.0], None),
        ("the nearest is named", &[&[20.0], &[5.0]], &[], &[0.0], Some(2)),
        ("nothing to remember", &[], &[], &[0.0], None),
        ("an anomaly that looks otherwise", &[&[0.0]], &[&[90.0]], &[10.0], Some(1)),
        ("an anomaly just like the false alarm", &[&[0.0]], &[&[0.0]], &[0.0], None),
        (
            "nearer to the false alarm than the anomaly is, and than to the anomaly",
            &[&[0.0]],
            &[&[20.0]],
            &[-5.0],
            Some(1),
        ),
        ("as near to the anomaly", &[&[0.0]], &[&[20.0]], &[12.0], None),
        ("another entry speaks where one may not", &[&[0.0], &[-10.0]], &[&[5.0]], &[-12.0], Some(2)),
    ];
    for (what, alarms, anomalies, event, twin) in rows {
        let found = memory(ENOUGH, alarms, anomalies).twin(EventStatus::Unjudged, &at(event));
        assert_eq!(found.map(|twin| twin.of.item.0), twin, "{what}");
    }
}

#[test]
fn what_an_entry_does_is_told() {
    let memory = memory(ENOUGH, &[&[0.0], &[90.0]], &[&[95.0]]);
    let twins: Vec<Twin> =
        [3.0, -3.0, 70.0].iter().filter_map(|a| memory.twin(EventStatus::KnownNormal, &at(&[*a]))).collect();
    let facts = memory.facts(&twins);
    assert_eq!((facts[&ItemId(1)].twins, facts[&ItemId(1)].like.as_ref()), (2, None));
    let like = facts[&ItemId(2)].like.as_ref().map(|twin| twin.of.item);
    assert_eq!((facts[&ItemId(2)].twins, like), (0, Some(ItemId(101))), "70 is less like it than the anomaly");
}

#[test]
fn features_are_measured_from_their_mean_in_units_of_their_spread() {
    // The first number is large and hardly varies, the second small, the third never varies.
    let rows: Vec<f32> = (0..100_u8).flat_map(|i| [1000.0 + f32::from(i % 2), f32::from(i % 4) * 0.1, 7.0]).collect();
    let scale = Scale::of(3, rows.chunks_exact(3)).expect("is enough");
    let directions = scale.directions(&rows[..12]);
    let alike = |a: usize, b: usize| dot(&directions.units[3 * a..3 * a + 3], &directions.units[3 * b..3 * b + 3]);
    assert!((alike(0, 0) - 1.0).abs() < 1e-5);
    assert!(alike(0, 3) < -0.9, "opposite corners: {}", alike(0, 3));
    assert_eq!(directions.units[2], 0.0);
    assert_eq!(Scale::of(3, rows[..30].chunks_exact(3)), None, "too few");
    assert_eq!(Scale::of(3, [[1.0_f32; 3]; 100].iter().map(|row| &row[..])), None, "all the same");
}

#[test]
fn one_number_far_out_does_not_decide_alone() {
    let rows: Vec<f32> = (0..100_u8).flat_map(|i| [f32::from(i % 2), f32::from(i % 3), f32::from(i % 5)]).collect();
    let scale = Scale::of(3, rows.chunks_exact(3)).expect("is enough");
    let alike = |a: [f32; 3], b: [f32; 3]| scale.directions(&b).cosines(&scale.directions(&a)).next().expect("is one");
    assert!(alike([1.0, 2.0, 4.0], [1.0, 2.0, 40.0]) > 0.98);
    assert!(alike([1.0, 2.0, 40.0], [0.0, 0.0, 40.0]) < 0.0, "the others differ");
}

fn status() -> impl Strategy<Value = EventStatus> {
    let ruling = Ruling { item: ItemId(1), verdict: Verdict::Anomaly };
    prop_oneof![
        Just(EventStatus::Unjudged),
        Just(EventStatus::KnownNormal),
        Just(EventStatus::Judged(ruling)),
        Just(EventStatus::Inherited(ruling)),
        Just(EventStatus::Changed(ruling)),
        Just(EventStatus::Gone(ruling)),
    ]
}

proptest! {
    #[test]
    fn a_higher_threshold_puts_no_more_aside_and_what_was_judged_never_is(
        alarms in proptest::collection::vec(proptest::collection::vec(0.0_f32..360.0, 1..4), 0..5),
        anomalies in proptest::collection::vec(proptest::collection::vec(0.0_f32..360.0, 1..4), 0..3),
        event in proptest::collection::vec(0.0_f32..360.0, 1..4),
        low in 0.0_f32..1.0, more in 0.0_f32..0.5, status in status(),
    ) {
        let slices = |all: &[Vec<f32>]| all.iter().map(|angles| at(angles)).collect::<Vec<_>>();
        let of = |threshold: f32| {
            let cases = |first: u64, all| (first..).map(case).zip(slices(all)).collect();
            Memory::new(threshold, cases(1, &alarms), cases(101, &anomalies))
        };
        let (loose, strict) = (of(low).twin(status, &at(&event)), of(low + more).twin(status, &at(&event)));
        prop_assert!(strict.is_none() || loose == strict, "{loose:?} {strict:?}");
        if !matches!(status, EventStatus::Unjudged | EventStatus::KnownNormal) {
            prop_assert_eq!(loose, None);
        }
        // A confirmed anomaly is nobody's twin, even if its verdict were forgotten.
        for anomaly in slices(&anomalies) {
            prop_assert_eq!(of(low).twin(EventStatus::Unjudged, &anomaly), None);
        }
    }
}
