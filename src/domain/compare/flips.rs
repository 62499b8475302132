//! Events that one curve flags and the other does not, or not in the same way.
//!
//! Owns which these are, in the order of the video. Does not own events (`segment`), nor what a person said about them.

use serde::Serialize;

use crate::domain::segment::AnomalySegment;

/// What becomes of an event under the other curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "lowercase")]
pub enum FlipKind {
    /// Only the other has it.
    Appears,
    /// Only the one has it.
    Disappears,
    /// Both have something there, with other edges, or in more or fewer parts.
    Changed,
}

/// Snippets in a row, both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The first.
    pub first: usize,
    /// The last.
    pub last: usize,
}

impl Run {
    fn of(event: &AnomalySegment) -> Self {
        Self { first: event.first, last: event.last }
    }

    fn hull(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// One difference in events.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Flip {
    /// What happens.
    pub kind: FlipKind,
    /// From the first to the last snippet that the one flags there.
    pub one: Option<Run>,
    /// The same of the other.
    pub other: Option<Run>,
    /// How many events of the one meet there; 0 where it appears.
    pub one_events: usize,
    /// How many of the other.
    pub other_events: usize,
    /// The snippet at which the curves differ most there, the earliest of equals.
    pub farthest: usize,
    /// Highest score of the one there.
    pub one_peak: f32,
    /// Highest score of the other.
    pub other_peak: f32,
}

impl Flip {
    /// From the first to the last snippet that either flags.
    pub fn run(&self) -> Run {
        match (self.one, self.other) {
            (Some(one), Some(other)) => one.hull(other),
            (Some(run), None) | (None, Some(run)) => run,
            // Made from at least one event.
            (None, None) => Run { first: self.farthest, last: self.farthest },
        }
    }
}

/// All differences in events.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EventFlips {
    /// Events of the one.
    pub one_events: usize,
    /// Events of the other.
    pub other_events: usize,
    /// Events that both have with the same edges.
    pub same: usize,
    /// The differences, in the order of the video.
    pub flips: Vec<Flip>,
    /// Snippets that one of them flags and the other does not.
    pub flipped_snippets: usize,
}

impl EventFlips {
    /// Compares the events of two curves, each in order and not touching, on these scores.
    pub fn of(one: &[AnomalySegment], other: &[AnomalySegment], scores: (&[f32], &[f32])) -> Self {
        let mut found = Self { one_events: one.len(), other_events: other.len(), ..Self::default() };
        let (mut at_one, mut at_other) = (0, 0);
        while at_one < one.len() || at_other < other.len() {
            let (from_one, from_other) = (at_one, at_other);
            let next = |events: &[AnomalySegment], at: usize| events.get(at).map_or(usize::MAX, |event| event.first);
            // Events that overlap, directly or through others, belong together.
            let mut end = 0;
            loop {
                let (first_one, first_other) = (next(one, at_one), next(other, at_other));
                let fresh = at_one == from_one && at_other == from_other;
                let (first, is_one) = if first_one <= first_other { (first_one, true) } else { (first_other, false) };
                if first == usize::MAX || (!fresh && first > end) {
                    break;
                }
                let last = if is_one { one[at_one].last } else { other[at_other].last };
                end = end.max(last);
                if is_one {
                    at_one += 1;
                } else {
                    at_other += 1;
                }
            }
            found.add(&one[from_one..at_one], &other[from_other..at_other], scores);
        }
        found
    }

    fn add(&mut self, one: &[AnomalySegment], other: &[AnomalySegment], scores: (&[f32], &[f32])) {
        if let ([a], [b]) = (one, other)
            && Run::of(a) == Run::of(b)
        {
            self.same += 1;
            return;
        }
        let hull = |events: &[AnomalySegment]| events.iter().map(Run::of).reduce(Run::hull);
        let (Some(run), kind) = (match (hull(one), hull(other)) {
            (Some(one), Some(other)) => (Some(one.hull(other)), FlipKind::Changed),
            (Some(one), None) => (Some(one), FlipKind::Disappears),
            (None, other) => (other, FlipKind::Appears),
        }) else {
            return;
        };
        let has = |events: &[AnomalySegment], snippet: usize| events.iter().any(|event| event.contains(snippet));
        self.flipped_snippets += (run.first..=run.last).filter(|at| has(one, *at) != has(other, *at)).count();
        let score = |scores: &[f32], at: usize| scores.get(at).copied().unwrap_or_default();
        let far = |at: usize| (score(scores.1, at) - score(scores.0, at)).abs();
        let farthest = (run.first..=run.last).fold(run.first, |best, at| if far(at) > far(best) { at } else { best });
        let peak = |scores: &[f32]| (run.first..=run.last).map(|at| score(scores, at)).fold(0.0, f32::max);
        self.flips.push(Flip {
            kind,
            one: hull(one),
            other: hull(other),
            one_events: one.len(),
            other_events: other.len(),
            farthest,
            one_peak: peak(scores.0),
            other_peak: peak(scores.1),
        });
    }

    /// How many differences are of this kind.
    pub fn count(&self, kind: FlipKind) -> usize {
        self.flips.iter().filter(|flip| flip.kind == kind).count()
    }
}

/// Events of `one` that share no snippet with any of `other`, which are in order and do not touch.
pub fn lone<'a>(one: &'a [AnomalySegment], other: &'a [AnomalySegment]) -> impl Iterator<Item = &'a AnomalySegment> {
    one.iter().filter(move |event| {
        let at = other.partition_point(|o| o.last < event.first);
        other.get(at).is_none_or(|o| o.first > event.last)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::segment::EventRule;

    fn rule() -> EventRule {
        EventRule { threshold: 0.5, hysteresis_share: 0.0, min_snippets: 1, merge_gap: 0 }
    }

    fn flips(one: &[f32], other: &[f32]) -> EventFlips {
        EventFlips::of(&rule().events(one), &rule().events(other), (one, other))
    }

    #[test]
    fn events_come_go_change_and_stay() {
        let one = [0.9, 0.1, 0.9, 0.1, 0.9, 0.9, 0.1, 0.1, 0.9, 0.9, 0.9];
        let other = [0.9, 0.1, 0.1, 0.1, 0.6, 0.1, 0.1, 0.8, 0.9, 0.1, 0.9];
        let found = flips(&one, &other);
        assert_eq!((found.one_events, found.other_events, found.same), (4, 4, 1));
        let kinds: Vec<_> = found.flips.iter().map(|flip| flip.kind).collect();
        assert_eq!(kinds, [FlipKind::Disappears, FlipKind::Changed, FlipKind::Changed]);
        assert_eq!(found.flips[0].run(), Run { first: 2, last: 2 });
        assert_eq!(
            (found.flips[1].one, found.flips[1].other),
            (Some(Run { first: 4, last: 5 }), Some(Run { first: 4, last: 4 }))
        );
        // One event that the other finds in two parts, the first of which begins earlier.
        let split = &found.flips[2];
        assert_eq!((split.one_events, split.other_events, split.run()), (1, 2, Run { first: 7, last: 10 }));
        assert_eq!(split.farthest, 9);
        assert_eq!(found.flipped_snippets, 1 + 1 + 2);
        let back = flips(&other, &one);
        assert_eq!((back.count(FlipKind::Appears), back.count(FlipKind::Disappears)), (1, 0));
    }

    proptest! {
        #[test]
        fn every_event_is_told_once_and_snippets_are_counted(
            one in proptest::collection::vec(0.0_f32..1.0, 0..60), seed in proptest::collection::vec(0.0_f32..1.0, 60),
        ) {
            let other = &seed[..one.len()];
            let (a, b) = (rule().events(&one), rule().events(other));
            let found = flips(&one, other);
            let told = |n: fn(&Flip) -> usize| found.flips.iter().map(n).sum::<usize>() + found.same;
            prop_assert_eq!((told(|f| f.one_events), told(|f| f.other_events)), (a.len(), b.len()));
            let flagged = |events: &[AnomalySegment], at| events.iter().any(|e| e.contains(at));
            let by_hand = (0..one.len()).filter(|at| flagged(&a, *at) != flagged(&b, *at)).count();
            prop_assert_eq!(found.flipped_snippets, by_hand);
            prop_assert!(found.flips.windows(2).all(|pair| pair[0].run().last < pair[1].run().first));
            let lonely: Vec<_> = lone(&a, &b).map(Run::of).collect();
            let meets = |e: &AnomalySegment| b.iter().any(|o| o.first <= e.last && o.last >= e.first);
            let plain: Vec<_> = a.iter().filter(|e| !meets(e)).map(Run::of).collect();
            prop_assert_eq!(&lonely, &plain);
            prop_assert_eq!(found.count(FlipKind::Disappears), lonely.len());
        }
    }
}
