//! Verdicts: what a reviewer says about a model's events.
//!
//! Owns judgements and the rule by which an event inherits them. A judgement belongs to frames, not to an event's
//! number: events come and go with the threshold and the model, what was seen on these frames stays. Does not own
//! labels (`label`) or how judgements are kept (`store`).

use serde::{Deserialize, Serialize};

use super::interval::FrameSpan;

/// What a reviewer says about an event.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumIter,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Verdict {
    /// It shows what the model is meant to find.
    Anomaly,
    /// It does not: a false positive.
    FalseAlarm,
    /// The reviewer cannot say.
    Unsure,
}

impl Verdict {
    /// As it is called in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Anomaly => "anomaly",
            Self::FalseAlarm => "false alarm",
            Self::Unsure => "unsure",
        }
    }
}

/// A verdict on frames, with what was known when it was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The event's frames then.
    pub span: FrameSpan,
    /// The verdict.
    pub verdict: Verdict,
    /// The class that the reviewer gave the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Free words to find it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Anything the reviewer wrote.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The weights that had flagged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The frame of its highest score then.
    pub peak_frame: usize,
    /// That score.
    pub peak_score: f32,
}

/// How an event of now relates to what was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// No judged frame in it.
    Unjudged,
    /// The judgement of this number covers it, and its bounds are those that were judged.
    Judged(usize),
    /// It overlaps the frames of this judgement, and is much the same event: the verdict is inherited.
    Inherited(usize),
    /// It overlaps the frames of this judgement but shows much that was not judged: another look is due.
    Changed(usize),
}

/// How the verdict on an event came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum Ground {
    /// The event itself was judged.
    Judged,
    /// Most of its frames were judged, as part of an event of other bounds.
    Inherited,
    /// Few of its frames were judged: another look is due.
    Changed,
}

impl Standing {
    /// The judgement that speaks for the event, by its number, and how it came to.
    pub fn ground(self) -> Option<(usize, Ground)> {
        match self {
            Self::Unjudged => None,
            Self::Judged(at) => Some((at, Ground::Judged)),
            Self::Inherited(at) => Some((at, Ground::Inherited)),
            Self::Changed(at) => Some((at, Ground::Changed)),
        }
    }
}

/// From this share of an event's frames on, a judgement of those frames speaks for the event.
///
/// Half: when most of an event was seen, its verdict holds; when most of it is new, it may be another event.
const ENOUGH: f64 = 0.5;

/// The standing of an event among judgements of its video: the one that shares most frames with it counts, the
/// latest of equals.
pub fn standing(event: FrameSpan, judged: &[FrameSpan]) -> Standing {
    let shared = |span: &FrameSpan| event.intersection(*span).map_or(0, FrameSpan::len);
    let Some((at, span)) = judged.iter().enumerate().max_by_key(|(_, span)| shared(span)) else {
        return Standing::Unjudged;
    };
    match shared(span) {
        0 => Standing::Unjudged,
        _ if *span == event => Standing::Judged(at),
        frames if frames as f64 >= ENOUGH * event.len() as f64 => Standing::Inherited(at),
        _ => Standing::Changed(at),
    }
}

/// The standings of many events; the same as [`standing`] for each, without looking at every judgement for every event.
pub fn standings(events: &[FrameSpan], judged: &[FrameSpan]) -> Vec<Standing> {
    let mut order: Vec<usize> = (0..judged.len()).collect();
    order.sort_by_key(|at| judged[*at].start());
    // The last frame that any judgement up to there reaches: before it, nothing further back can matter.
    let mut reach = 0;
    let reaches: Vec<usize> = order
        .iter()
        .map(|at| {
            reach = reach.max(judged[*at].end());
            reach
        })
        .collect();
    let near = |event: FrameSpan| {
        let before_end = order.partition_point(|at| judged[*at].start() < event.end());
        let mut near: Vec<usize> =
            (0..before_end).rev().take_while(|i| reaches[*i] > event.start()).map(|i| order[i]).collect();
        near.sort_unstable();
        near
    };
    events
        .iter()
        .map(|event| {
            let near = near(*event);
            let spans: Vec<FrameSpan> = near.iter().map(|at| judged[*at]).collect();
            match standing(*event, &spans) {
                Standing::Unjudged => Standing::Unjudged,
                Standing::Judged(at) => Standing::Judged(near[at]),
                Standing::Inherited(at) => Standing::Inherited(near[at]),
                Standing::Changed(at) => Standing::Changed(near[at]),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(start: usize, end: usize) -> FrameSpan {
        FrameSpan::new(start, end).expect("holds frames")
    }

    #[test]
    fn events_inherit_by_their_frames() {
        let judged = [span(0, 32), span(160, 320)];
        assert_eq!(standing(span(160, 320), &judged), Standing::Judged(1));
        assert_eq!(standing(span(144, 336), &judged), Standing::Inherited(1));
        assert_eq!(standing(span(300, 400), &judged), Standing::Changed(1));
        assert_eq!(standing(span(32, 160), &judged), Standing::Unjudged);
        assert_eq!(standing(span(32, 160), &[]), Standing::Unjudged);
        // Two events became one: the judgement that covers more of it counts.
        assert_eq!(standing(span(16, 320), &judged), Standing::Inherited(1));
        // Judged again: the later of two judgements of the same frames counts.
        assert_eq!(standing(span(0, 32), &[span(0, 32), span(0, 32)]), Standing::Judged(1));
    }
    proptest! {
        #[test]
        fn many_at_once_stand_as_each_alone(
            events in proptest::collection::vec((0_usize..300, 1_usize..60), 0..40),
            judged in proptest::collection::vec((0_usize..300, 1_usize..60), 0..40),
        ) {
            let spans = |all: &[(usize, usize)]| all.iter().map(|(at, n)| span(*at, at + n)).collect::<Vec<_>>();
            let (events, judged) = (spans(&events), spans(&judged));
            let each: Vec<_> = events.iter().map(|event| standing(*event, &judged)).collect();
            prop_assert_eq!(standings(&events, &judged), each);
        }
    }
}
