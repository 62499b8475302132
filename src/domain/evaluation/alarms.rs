//! What a threshold costs: false alarms per hour, anomalies missed, and the curve of one over the other.
//!
//! Owns these counts, and where the curve turns back. An event is a false alarm if it shares no frame with an anomaly; an
//! anomaly is missed if no event shares a frame with it (as in the `ActEV` evaluations of NIST, where the curve is Pmiss
//! over the rate of false alarms).
//! Does not own how events are matched by overlap ([`super::events`]).

use serde::{Deserialize, Serialize};

use super::{EvalVideo, FlaggedEvent};
use crate::domain::bootstrap::{Estimate, estimates};
use crate::domain::segment::EventRule;
use crate::domain::threshold::threshold_text;

/// False alarms at the rule in use.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FalseAlarms {
    /// Events that share no frame with an anomaly.
    pub events: usize,
    /// Hours of footage in which nothing happens, of all videos.
    pub normal_hours: f64,
    /// The first over the second; `None` without normal footage.
    pub per_hour: Option<Estimate>,
    /// Events in videos in which nothing happens at all.
    pub events_in_normal_videos: usize,
    /// Hours of those videos.
    pub hours_of_normal_videos: f64,
    /// The first over the second.
    pub per_hour_of_normal_videos: Option<Estimate>,
    /// Share of normal frames inside of events. One event as long as its video is one false alarm and all of its footage;
    /// a rate alone would call that good.
    pub flagged_share: Option<Estimate>,
}

/// A threshold and what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetPoint {
    /// The rule is used with this threshold; its other parts stay.
    pub threshold: f32,
    /// Share of anomalies of which no event shows any frame.
    pub p_miss: f64,
    /// False alarms per hour of normal footage.
    pub false_alarms_per_hour: f64,
    /// Share of normal frames inside of events.
    pub flagged_share: f64,
}

/// Where a curve of missed anomalies over false alarms turns back. With a threshold below that, alarms run into each other,
/// up to one for a whole video: there are fewer in an hour although more footage is flagged, and what is missed falls to
/// nothing. That end looks like the best of the curve and says only that everything is flagged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// The last point before, by its place in the curve: it has the most false alarms per hour.
    pub at: usize,
    /// Its threshold.
    pub threshold: f32,
}

impl Turn {
    /// Of a curve by falling threshold; `None` where it never turns back.
    pub fn of(curve: &[DetPoint]) -> Option<Self> {
        let rate = |at: &usize| curve[*at].false_alarms_per_hour;
        // Of equals the last: as long as alarms are not fewer, the curve goes on.
        let at = (0..curve.len()).max_by(|a, b| rate(a).total_cmp(&rate(b)))?;
        (at + 1 < curve.len()).then(|| Self { at, threshold: curve[at].threshold })
    }

    /// Why the rest of the curve is no better than the part before: without a capital, to stand behind other words.
    pub fn note(&self) -> String {
        format!("below a threshold of {} alarms run into each other", threshold_text(self.threshold))
    }
}

/// The part of a curve, by falling threshold, from which a rate of false alarms may be chosen: up to where it turns back.
pub fn before_turn(curve: &[DetPoint]) -> &[DetPoint] {
    Turn::of(curve).map_or(curve, |turn| &curve[..=turn.at])
}

/// Counts of one video.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    alarms: f64,
    missed: f64,
    anomalies: f64,
    flagged: f64,
    normal_frames: f64,
    normal_hours: f64,
}

impl Count {
    fn of(video: &EvalVideo, events: &[FlaggedEvent]) -> Self {
        let found = |event: &&FlaggedEvent| video.truth.iter().any(|span| span.overlaps(event.span));
        let missed = |span: &&_| !events.iter().any(|event| event.span.overlaps(**span));
        let (normal, seconds) = video.normal_footage();
        let inside: usize = events.iter().map(|event| event.span.len()).sum();
        let overlap = |event: &FlaggedEvent| {
            let common = video.truth.iter().filter_map(|span| span.intersection(event.span));
            common.map(crate::domain::interval::FrameSpan::len).sum::<usize>()
        };
        let true_inside: usize = events.iter().map(overlap).sum();
        Self {
            alarms: events.iter().filter(|event| !found(event)).count() as f64,
            missed: video.truth.iter().filter(missed).count() as f64,
            anomalies: video.truth.len() as f64,
            flagged: (inside - true_inside) as f64,
            normal_frames: normal as f64,
            normal_hours: seconds / 3600.0,
        }
    }

    fn sum(counts: impl Iterator<Item = (Self, u32)>) -> Self {
        counts.fold(Self::default(), |sum, (one, times)| {
            let times = f64::from(times);
            Self {
                alarms: sum.alarms + one.alarms * times,
                missed: sum.missed + one.missed * times,
                anomalies: sum.anomalies + one.anomalies * times,
                flagged: sum.flagged + one.flagged * times,
                normal_frames: sum.normal_frames + one.normal_frames * times,
                normal_hours: sum.normal_hours + one.normal_hours * times,
            }
        })
    }
}

fn share(part: f64, all: f64) -> Option<f64> {
    (all > 0.0).then(|| part / all)
}

impl FalseAlarms {
    /// `events[i]` are those of `videos[i]`.
    pub fn of(videos: &[&EvalVideo], events: &[Vec<FlaggedEvent>], resamples: usize, seed: u64) -> Self {
        let counts: Vec<(Count, bool)> =
            videos.iter().zip(events).map(|(video, events)| (Count::of(video, events), video.is_normal())).collect();
        let all = |times: &[u32]| Count::sum(counts.iter().map(|c| c.0).zip(times.iter().copied()));
        let normal = |times: &[u32]| {
            let normal = counts.iter().zip(times).filter(|(c, _)| c.1).map(|(c, times)| (c.0, *times));
            Count::sum(normal)
        };
        let [per_hour, per_hour_of_normal_videos, flagged_share] = estimates(videos.len(), resamples, seed, |times| {
            let (all, normal) = (all(times), normal(times));
            [
                share(all.alarms, all.normal_hours),
                share(normal.alarms, normal.normal_hours),
                share(all.flagged, all.normal_frames),
            ]
        });
        let once = vec![1; videos.len()];
        let (all, normal) = (all(&once), normal(&once));
        Self {
            events: all.alarms as usize,
            normal_hours: all.normal_hours,
            per_hour,
            events_in_normal_videos: normal.alarms as usize,
            hours_of_normal_videos: normal.normal_hours,
            per_hour_of_normal_videos,
            flagged_share,
        }
    }
}

/// The curve of missed anomalies over false alarms, one point per threshold, in the order of `thresholds`. Empty without
/// anomalies or without normal footage.
pub fn det(videos: &[&EvalVideo], rule: EventRule, thresholds: &[f32]) -> Vec<DetPoint> {
    let at = |threshold: &f32| {
        let rule = EventRule { threshold: *threshold, ..rule };
        let sum = Count::sum(videos.iter().map(|video| (Count::of(video, &video.events(rule)), 1)));
        Some(DetPoint {
            threshold: *threshold,
            p_miss: share(sum.missed, sum.anomalies)?,
            false_alarms_per_hour: share(sum.alarms, sum.normal_hours)?,
            flagged_share: share(sum.flagged, sum.normal_frames)?,
        })
    };
    thresholds.iter().filter_map(at).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::made::{any_video, span, video};
    use super::super::ranking::Ranking;
    use super::*;

    const RULE: EventRule = EventRule { threshold: 0.5, hysteresis_share: 0.0, min_snippets: 1, merge_gap: 0 };

    #[test]
    fn alarms_are_counted_in_normal_footage() {
        // 4 s with an anomaly in the second, found; an alarm in the fourth. 3 s of nothing with two alarms.
        let videos = [video(&[0.0, 0.9, 0.0, 0.8], &[span(16, 32)]), video(&[0.9, 0.0, 0.7], &[])];
        let all: Vec<&EvalVideo> = videos.iter().collect();
        let events: Vec<_> = videos.iter().map(|v| v.events(RULE)).collect();
        let alarms = FalseAlarms::of(&all, &events, 20, 0);
        assert_eq!((alarms.events, alarms.events_in_normal_videos), (3, 2));
        let value = |estimate: Option<Estimate>| estimate.expect("is there").value;
        assert!((value(alarms.per_hour) - 3.0 / (6.0 / 3600.0)).abs() < 1e-9);
        assert!((value(alarms.per_hour_of_normal_videos) - 2.0 / (3.0 / 3600.0)).abs() < 1e-9);
        assert_eq!(value(alarms.flagged_share), 0.5);
        let curve = det(&all, RULE, &[0.95, 0.9, 0.0]);
        assert_eq!(curve.iter().map(|p| p.p_miss).collect::<Vec<_>>(), [1.0, 0.0, 0.0]);
        assert_eq!((curve[0].false_alarms_per_hour, curve[0].flagged_share), (0.0, 0.0));
        assert_eq!((curve[2].flagged_share, curve[2].false_alarms_per_hour), (1.0, 3600.0 / 6.0));
        assert!(det(&all[1..], RULE, &[0.5]).is_empty(), "no anomaly, none missed");
    }

    #[test]
    fn a_curve_turns_back_behind_its_most_false_alarms() {
        let curve = |rates: &[f64]| -> Vec<DetPoint> {
            let point = |(at, rate): (usize, &f64)| DetPoint {
                threshold: 1.0 - at as f32 / 8.0,
                p_miss: 0.0,
                false_alarms_per_hour: *rate,
                flagged_share: 0.0,
            };
            rates.iter().enumerate().map(point).collect()
        };
        for (rates, turn) in [
            (&[][..], None),
            (&[0.0][..], None),
            (&[0.0, 1.0, 4.0], None),
            (&[0.0, 1.0, 4.0, 4.0], None),
            (&[0.0, 0.0, 0.0], None),
            (&[0.0, 1.0, 4.0, 2.0, 1.0], Some((2, 0.75))),
            // As many alarms at several thresholds, with fewer in between: it goes on up to the last of them.
            (&[0.0, 4.0, 3.0, 4.0, 4.0, 2.0], Some((4, 0.5))),
            // A small dip on the way up is no turn.
            (&[2.0, 1.0, 5.0], None),
            (&[3.0, 2.0, 1.0], Some((0, 1.0))),
        ] {
            let curve = curve(rates);
            assert_eq!(Turn::of(&curve).map(|turn| (turn.at, turn.threshold)), turn, "{rates:?}");
            assert_eq!(before_turn(&curve).len(), turn.map_or(rates.len(), |turn| turn.0 + 1), "{rates:?}");
        }
        let turn = Turn::of(&curve(&[1.0, 0.5])).expect("turns back");
        assert_eq!(turn.note(), "below a threshold of 1 alarms run into each other");
    }

    #[test]
    fn snippets_that_are_all_flagged_are_one_alarm_beyond_the_turn() {
        let videos = [video(&[0.9, 0.1, 0.8, 0.1, 0.7, 0.1], &[]), video(&[0.0, 0.95], &[span(16, 32)])];
        let all: Vec<&EvalVideo> = videos.iter().collect();
        let curve = det(&all, RULE, &Ranking::of(all.iter().copied()).thresholds(50));
        let turn = Turn::of(&curve).expect("turns back");
        assert_eq!(turn.threshold, 0.7, "three alarms, which at 0.1 are one");
    }

    proptest! {
        #[test]
        fn a_lower_threshold_misses_no_more_and_flags_no_less(videos in proptest::collection::vec(any_video(), 1..5)) {
            let all: Vec<&EvalVideo> = videos.iter().collect();
            let rule = EventRule { hysteresis_share: 0.2, merge_gap: 1, ..RULE };
            let curve = det(&all, rule, &Ranking::of(all.iter().copied()).thresholds(50));
            for pair in curve.windows(2) {
                prop_assert!(pair[1].p_miss <= pair[0].p_miss && pair[1].flagged_share >= pair[0].flagged_share);
            }
        }
    }
}
