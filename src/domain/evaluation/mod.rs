//! Judging scores by ground truth, video by video: what all figures of an evaluation are made of.
//!
//! Owns a video with its scores and its truth, its flagged events, and its frames counted by score. The figures are in the
//! files beside this one; putting them together is [`crate::app::evaluation`]'s, reading files is done above that.

pub mod alarms;
pub mod calibration;
pub mod class;
pub mod delay;
pub mod events;
pub mod ranking;

use super::interval::FrameSpan;
use super::segment::EventRule;
use super::snippet::SNIPPET_FRAMES;

/// Where a class is asked for and a video has none: nothing happens in it.
pub const NORMAL: &str = "Normal";

/// A video with scores and what is true of it.
#[derive(Clone, Debug, PartialEq)]
pub struct EvalVideo {
    /// As the list calls it.
    pub name: String,
    /// Classes of its anomalies, or [`NORMAL`]; empty where nothing says.
    pub classes: Vec<String>,
    /// Frames that the ground truth counts.
    pub frames: usize,
    /// How long they are together.
    pub seconds: f64,
    /// Its anomalies, in order, apart from each other.
    pub truth: Vec<FrameSpan>,
    /// One score per `step` frames; frames beyond the last have the last.
    pub scores: Vec<f32>,
    /// 16 where scores belong to snippets, 1 where they belong to frames.
    pub step: usize,
}

/// A flagged event in frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlaggedEvent {
    /// Its frames.
    pub span: FrameSpan,
    /// Its highest score, by which events are ranked.
    pub score: f32,
}

/// Frames of one video that have the same score, counted by their label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// Their score.
    pub score: f32,
    /// Anomalous ones.
    pub positives: u32,
    /// Normal ones.
    pub negatives: u32,
}

impl EvalVideo {
    /// Whether nothing happens in it.
    pub fn is_normal(&self) -> bool {
        self.truth.is_empty()
    }

    /// The score of a frame; 0 where there are no scores at all.
    pub fn score(&self, frame: usize) -> f32 {
        let last = self.scores.len().saturating_sub(1);
        self.scores.get((frame / self.step.max(1)).min(last)).copied().unwrap_or_default()
    }

    /// One truth value per frame.
    pub fn labels(&self) -> Vec<bool> {
        let mut labels = vec![false; self.frames];
        for span in &self.truth {
            labels[span.start().min(self.frames)..span.end().min(self.frames)].fill(true);
        }
        labels
    }

    /// Frames per second, on average; 0 for no time at all.
    pub fn rate(&self) -> f64 {
        if self.seconds > 0.0 { self.frames as f64 / self.seconds } else { 0.0 }
    }

    /// The events that `rule` makes of its scores. The rule's lengths are in snippets of 16 frames, whatever a score
    /// belongs to.
    pub fn events(&self, rule: EventRule) -> Vec<FlaggedEvent> {
        let step = self.step.max(1);
        let rule = EventRule {
            // The last snippet may be short: an event of n snippets has more frames than n - 1 of them.
            min_snippets: if rule.min_snippets < 2 { 1 } else { (rule.min_snippets - 1) * SNIPPET_FRAMES / step + 1 }
                .max(if step == SNIPPET_FRAMES { rule.min_snippets } else { 1 }),
            merge_gap: rule.merge_gap * SNIPPET_FRAMES / step,
            ..rule
        };
        let last = self.scores.len().saturating_sub(1);
        let span = |first: usize, end: usize| {
            let end = if end == last { self.frames } else { ((end + 1) * step).min(self.frames) };
            FrameSpan::new(first * step, end)
        };
        let events = rule.events(&self.scores).into_iter();
        events.filter_map(|e| Some(FlaggedEvent { span: span(e.first, e.last)?, score: e.peak_score })).collect()
    }

    /// Its frames counted by score, one piece per score.
    pub fn pieces(&self) -> Vec<Piece> {
        let step = self.step.max(1);
        let last = self.scores.len().saturating_sub(1);
        let mut truth = self.truth.iter().peekable();
        let mut pieces = Vec::with_capacity(self.scores.len());
        for (at, score) in self.scores.iter().enumerate() {
            let start = (at * step).min(self.frames);
            let end = if at == last { self.frames } else { (start + step).min(self.frames) };
            let mut positives = 0;
            while let Some(span) = truth.peek() {
                positives += span.end().min(end).saturating_sub(span.start().max(start));
                // A span that goes on beyond this piece is met again by the next.
                if span.end() > end {
                    break;
                }
                truth.next();
            }
            if end > start {
                let negatives = end - start - positives;
                pieces.push(Piece { score: *score, positives: positives as u32, negatives: negatives as u32 });
            }
        }
        pieces
    }

    /// Normal frames, and how long they are.
    pub fn normal_footage(&self) -> (usize, f64) {
        let anomalous: usize =
            self.truth.iter().map(|span| span.end().min(self.frames) - span.start().min(self.frames)).sum();
        let normal = self.frames - anomalous;
        (normal, self.seconds * normal as f64 / self.frames.max(1) as f64)
    }
}

/// What tests of this folder make their videos with.
#[cfg(test)]
pub(super) mod made {
    use proptest::prelude::*;

    use super::*;

    pub fn span(start: usize, end: usize) -> FrameSpan {
        FrameSpan::new(start, end).expect("holds frames")
    }

    /// A video of whole snippets, at 16 frames a second.
    pub fn video(scores: &[f32], truth: &[FrameSpan]) -> EvalVideo {
        let frames = scores.len() * SNIPPET_FRAMES;
        EvalVideo {
            name: "made".to_owned(),
            classes: Vec::new(),
            frames,
            seconds: scores.len() as f64,
            truth: truth.to_vec(),
            scores: scores.to_vec(),
            step: SNIPPET_FRAMES,
        }
    }

    prop_compose! {
        /// Any video of up to 20 snippets with up to 3 anomalies; its last snippet may be short.
        pub fn any_video()(
            scores in proptest::collection::vec(0_u8..=12, 1..20),
            cuts in proptest::collection::btree_set(0_usize..320, 0..7),
            short in 0_usize..16,
        ) -> EvalVideo {
            let scores: Vec<f32> = scores.iter().map(|s| f32::from(*s) / 12.0).collect();
            let frames = scores.len() * SNIPPET_FRAMES - short;
            let cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut <= frames).collect();
            let truth: Vec<FrameSpan> =
                cuts.chunks_exact(2).filter_map(|pair| FrameSpan::new(pair[0], pair[1])).collect();
            EvalVideo { frames, truth, ..video(&scores, &[]) }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::made::{any_video, span, video};
    use super::*;

    #[test]
    fn events_end_with_the_video() {
        let mut short = video(&[0.1, 0.9, 0.9], &[]);
        short.frames = 40;
        let rule = EventRule { merge_gap: 0, ..EventRule::default() };
        assert_eq!(short.events(rule), [FlaggedEvent { span: span(16, 40), score: 0.9 }]);
        // Fewer scores than snippets: the frames left over have the last score.
        short.frames = 50;
        assert_eq!((short.events(rule)[0].span, short.score(49)), (span(16, 50), 0.9));
    }

    proptest! {
        #[test]
        fn pieces_count_every_frame_once(video in any_video()) {
            let (labels, pieces) = (video.labels(), video.pieces());
            prop_assert_eq!(pieces.iter().map(|p| p.positives + p.negatives).sum::<u32>() as usize, video.frames);
            for (at, piece) in pieces.iter().enumerate() {
                let frames = at * 16..(at * 16 + 16).min(video.frames);
                prop_assert_eq!(labels[frames].iter().filter(|l| **l).count(), piece.positives as usize);
            }
            let normal = labels.iter().filter(|label| !**label).count();
            prop_assert_eq!(video.normal_footage().0, normal);
        }

        #[test]
        fn scores_of_frames_make_the_events_of_their_snippets(
            video in any_video(), min_snippets in 1_usize..4, merge_gap in 0_usize..3,
        ) {
            let rule = EventRule { min_snippets, merge_gap, ..EventRule::default() };
            let by_frame = EvalVideo { scores: (0..video.frames).map(|f| video.score(f)).collect(), step: 1, ..video.clone() };
            prop_assert_eq!(by_frame.events(rule), video.events(rule));
        }
    }
}
