//! Ground truth: in which frames what is wrong, read from what the cast really did.
//!
//! Owns spans and the text of annotation files. Does not own the files.

use serde::{Deserialize, Serialize};

use super::casting::Cast;
use super::plan::{AnomalyKind, ClipPlan};
use super::stage::Stage;
use super::vector::V3;

/// Interruptions of at most this many frames do not end a span.
const GAP: usize = 12;

/// A run of anomalous frames, 0-based, both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TruthSpan {
    /// First frame.
    pub first: usize,
    /// Last frame.
    pub last: usize,
    /// What happens.
    pub kind: AnomalyKind,
}

/// The anomalous spans of `plan`, by first frame. Acts the clip out without drawing it.
///
/// A frame belongs to a span when somebody who takes part in the anomaly is in the picture and in the act.
pub fn truth(plan: &ClipPlan) -> Vec<TruthSpan> {
    let stage = Stage::build(plan);
    spans(plan, &stage, &Cast::draw(plan, &stage))
}

fn spans(plan: &ClipPlan, stage: &Stage, cast: &Cast) -> Vec<TruthSpan> {
    let mut spans: Vec<TruthSpan> = Vec::new();
    let mut kinds = plan.anomalies.clone();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        let mut open: Option<TruthSpan> = None;
        for frame in (0..plan.frames).filter(|f| happens(kind, stage, cast, *f)) {
            match &mut open {
                Some(span) if frame - span.last <= GAP + 1 => span.last = frame,
                _ => {
                    spans.extend(open);
                    open = Some(TruthSpan { first: frame, last: frame, kind });
                }
            }
        }
        spans.extend(open);
    }
    spans.sort_by_key(|s| (s.first, s.last));
    spans
}

fn happens(kind: AnomalyKind, stage: &Stage, cast: &Cast, frame: usize) -> bool {
    let seen = |place: V3, height: f32| stage.camera.sees(place + V3::UP * height, 0.0);
    let people = cast.people.iter().filter_map(|p| p.moments[frame].as_ref());
    let by_people = people.filter(|m| m.offence == Some(kind)).any(|m| seen(m.place, 0.9));
    let cars = cast.cars.iter().filter_map(|c| c.moments[frame].as_ref());
    let by_car =
        kind == AnomalyKind::CarOnWalkway && cars.into_iter().any(|c| !stage.is_road(c.place) && seen(c.place, 0.6));
    by_people || by_car
}

/// One line of a `temporal_annotation.txt` in UCF-Crime's form: name, class, then first and last frame of each
/// span, `-1` where there is none.
///
/// The form knows one class per clip, so the first anomaly names it, and frames of overlapping spans count once.
pub(super) fn annotation_line(file: &str, spans: &[TruthSpan]) -> String {
    use std::fmt::Write as _;
    let class = spans.first().map_or("Normal", |s| s.kind.class_name());
    let mut line = format!("{file}  {class}");
    let merged = merged(spans);
    for span in merged
        .iter()
        .map(|s| (s.0 as i64, s.1 as i64))
        .chain(std::iter::repeat_n((-1, -1), 2_usize.saturating_sub(merged.len())))
    {
        // Writing to a string cannot fail.
        write!(line, "  {}  {}", span.0, span.1).ok();
    }
    line
}

/// Spans of any kind, joined where they touch.
pub(super) fn merged(spans: &[TruthSpan]) -> Vec<(usize, usize)> {
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.first <= last.1 + 1 => last.1 = last.1.max(span.last),
            _ => merged.push((span.first, span.last)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::perform::speed_at;
    use crate::demo::plan::{DemoSet, plan};

    fn acted(clip: &ClipPlan) -> (Stage, Cast, Vec<TruthSpan>) {
        let stage = Stage::build(clip);
        let cast = Cast::draw(clip, &stage);
        let spans = spans(clip, &stage, &cast);
        (stage, cast, spans)
    }

    #[test]
    fn spans_lie_inside_and_every_planned_anomaly_can_be_seen() {
        let mut clips = plan(21, DemoSet::Training { clips: 60 });
        clips.extend((0..4).flat_map(|seed| plan(seed, DemoSet::Review)));
        for clip in clips {
            let spans = acted(&clip).2;
            assert!(spans.iter().all(|s| s.first <= s.last && s.last < clip.frames), "{clip:?} {spans:?}");
            for kind in &clip.anomalies {
                let frames: usize = spans.iter().filter(|s| s.kind == *kind).map(|s| s.last - s.first + 1).sum();
                assert!(frames >= 32, "{clip:?} shows {kind} for {frames} frames only: {spans:?}");
            }
            assert_eq!(clip.anomalies.is_empty(), spans.is_empty());
            let share = merged(&spans).iter().map(|s| s.1 - s.0 + 1).sum::<usize>() as f64 / clip.frames as f64;
            assert!(share < 0.75, "{clip:?} is anomalous nearly throughout");
        }
    }

    #[test]
    fn truth_is_what_people_and_cars_did() {
        for clip in plan(8, DemoSet::Training { clips: 40 }) {
            let (stage, cast, spans) = acted(&clip);
            let within =
                |frame: usize, kind| spans.iter().any(|s| s.kind == kind && (s.first..=s.last).contains(&frame));
            for person in &cast.people {
                let (mut running, mut fast) = (0, 0);
                for (frame, m) in person.moments.iter().enumerate().filter_map(|(f, m)| m.map(|m| (f, m))) {
                    let speed = speed_at(&person.moments, frame);
                    if stage.camera.sees(m.place + V3::UP * 0.9, 0.0) {
                        // Those who flee or come to help run while it happens, or have not stopped yet.
                        let alarmed = spans.iter().any(|s| (s.first..=s.last + 50).contains(&frame));
                        assert!(m.offence.is_some() || speed < 2.7 || alarmed, "{speed} m/s for nothing in {clip:?}");
                        assert!(m.offence.is_none_or(|kind| within(frame, kind)));
                    }
                    running += usize::from(m.offence == Some(AnomalyKind::Running));
                    fast += usize::from(m.offence == Some(AnomalyKind::Running) && speed > 4.0);
                }
                // The last frame before a corner or the end of the way may be a short one.
                assert!(fast * 10 >= running * 9, "{fast} of {running} frames are fast in {clip:?}");
            }
            for span in spans.iter().filter(|s| s.kind == AnomalyKind::Running) {
                let middle = usize::midpoint(span.first, span.last);
                let fastest = cast.people.iter().map(|p| speed_at(&p.moments, middle)).fold(0.0, f32::max);
                assert!(fastest > 4.0, "{fastest} m/s in {clip:?}");
            }
        }
    }

    #[test]
    fn annotation_lines_follow_ucf_crime() {
        let span = |first, last| TruthSpan { first, last, kind: AnomalyKind::Fighting };
        assert_eq!(annotation_line("a.mp4", &[]), "a.mp4  Normal  -1  -1  -1  -1");
        assert_eq!(annotation_line("b.mp4", &[span(5, 9)]), "b.mp4  Fighting  5  9  -1  -1");
        assert_eq!(
            annotation_line("b.mp4", &[span(5, 9), span(8, 12), span(20, 30)]),
            "b.mp4  Fighting  5  12  20  30"
        );
    }
}
