//! The bags of one video.
//!
//! Owns which snippets a bag holds, what they weigh, and what is known of each. Does not own which bags are trained on.

use std::ops::Range;

use super::{Grounds, LeftOut, LessonBag, LessonRules, LessonVideo, Omission};
use crate::domain::interval::FrameSpan;
use crate::domain::label::VideoLabel;
use crate::domain::record::ItemId;
use crate::domain::review::Verdict;
use crate::domain::snippet::{SNIPPET_FRAMES, SnippetGrid};

/// What was said, snippet by snippet.
struct Sheet<'a, 'b> {
    video: &'a LessonVideo<'b>,
    rules: &'a LessonRules,
    snippets: usize,
    /// Anomalies: confirmed or labelled.
    anomalous: Vec<bool>,
    /// What no normal bag may hold: anomalies, what a reviewer could not say, flagged events without a verdict.
    blocked: Vec<bool>,
    /// In a false alarm that counts.
    false_alarm: Vec<bool>,
    /// Something happens somewhere in it, and nobody said where.
    anywhere: bool,
}

/// Verdicts that count, with their frames.
fn verdicts(video: &LessonVideo<'_>) -> Vec<(ItemId, FrameSpan, Verdict)> {
    video.review.verdicts().into_iter().map(|(id, judgement)| (id, judgement.span, judgement.verdict)).collect()
}

/// Adds the bags of a video, and what it leaves out.
pub(super) fn of_video(
    video: &LessonVideo<'_>,
    rules: &LessonRules,
    bags: &mut Vec<LessonBag>,
    left_out: &mut Vec<LeftOut>,
) {
    let grid = SnippetGrid::new(video.frames);
    let mut omit = |span: Option<FrameSpan>, why: Omission| {
        let (video, name) = (video.review.video.clone(), video.name.to_owned());
        left_out.push(LeftOut { video, name, span, why });
    };
    let verdicts = verdicts(video);
    let mut sheet = Sheet::new(video, rules);
    let (mut anomalies, mut false_alarms): (Vec<(Range<usize>, Grounds)>, Vec<_>) = (Vec::new(), Vec::new());
    for (id, span, verdict) in &verdicts {
        let Some(range) = grid.touched(*span) else {
            omit(Some(*span), Omission::Outside);
            continue;
        };
        match verdict {
            Verdict::Anomaly => anomalies.push((range, Grounds { verdicts: vec![*id], ..Grounds::default() })),
            Verdict::FalseAlarm => false_alarms.push((*id, *span, range)),
            Verdict::Unsure => {
                omit(Some(*span), Omission::Unsure);
                sheet.blocked[range].fill(true);
            }
        }
    }
    for (id, label) in &video.review.labels {
        match grid.touched(label.span) {
            Some(range) => anomalies.push((range, Grounds { intervals: vec![*id], ..Grounds::default() })),
            None => omit(Some(label.span), Omission::Outside),
        }
    }
    for (range, _) in &anomalies {
        sheet.anomalous[range.clone()].fill(true);
        sheet.blocked[range.clone()].fill(true);
    }
    false_alarms.retain(|(_, span, range)| {
        let sound = !sheet.anomalous[range.clone()].iter().any(|a| *a);
        if !sound {
            omit(Some(*span), Omission::Contradicted);
        }
        sound
    });
    for (_, _, range) in &false_alarms {
        sheet.false_alarm[range.clone()].fill(true);
    }

    let labels = || video.review.video_labels.iter();
    let lanes = |kind| labels().filter(|(_, label)| **label == kind).map(|(lane, _)| lane.clone()).collect::<Vec<_>>();
    let (normal, abnormal) = (lanes(VideoLabel::Normal), lanes(VideoLabel::Abnormal));
    let mut own = Vec::new();
    if !normal.is_empty() && !abnormal.is_empty() {
        omit(None, Omission::Disagreement);
    } else if !abnormal.is_empty() {
        sheet.anywhere = anomalies.is_empty();
        own.push((0..sheet.snippets, VideoLabel::Abnormal, Grounds { lanes: abnormal, ..Grounds::default() }));
    } else if !normal.is_empty() && !anomalies.is_empty() {
        omit(None, Omission::FoundInNormal);
    } else if !normal.is_empty() {
        own.push((0..sheet.snippets, VideoLabel::Normal, Grounds { lanes: normal, ..Grounds::default() }));
    } else if video.review.reviewed && anomalies.is_empty() && verdicts.iter().all(|v| v.2 == Verdict::FalseAlarm) {
        let grounds = Grounds { looked_through: true, ..Grounds::default() };
        own.push((0..sheet.snippets, VideoLabel::Normal, grounds));
    }
    own.extend(
        anomalies.into_iter().map(|(range, grounds)| (sheet.around_anomaly(range), VideoLabel::Abnormal, grounds)),
    );
    own.extend(false_alarms.into_iter().map(|(id, _, range)| {
        (sheet.around_false_alarm(range), VideoLabel::Normal, Grounds { verdicts: vec![id], ..Grounds::default() })
    }));
    sheet.collect(own, bags);
}

/// The bag of one event as a false alarm, with what else is known of its video.
pub(super) fn of_event(video: &LessonVideo<'_>, event: FrameSpan, rules: &LessonRules) -> Option<LessonBag> {
    let grid = SnippetGrid::new(video.frames);
    let range = grid.touched(event)?;
    let mut sheet = Sheet::new(video, rules);
    let found = verdicts(video).into_iter().filter(|(_, span, _)| *span != event);
    let verdicts = found.filter_map(|(_, span, verdict)| Some((grid.touched(span)?, verdict)));
    let intervals = video.review.labels.values().filter_map(|l| Some((grid.touched(l.span)?, Verdict::Anomaly)));
    let mut known = false;
    for (range, verdict) in verdicts.chain(intervals) {
        known |= verdict == Verdict::Anomaly;
        match verdict {
            Verdict::Anomaly => sheet.anomalous[range.clone()].fill(true),
            Verdict::FalseAlarm => sheet.false_alarm[range.clone()].fill(true),
            Verdict::Unsure => {}
        }
        if verdict != Verdict::FalseAlarm {
            sheet.blocked[range].fill(true);
        }
    }
    if sheet.anomalous[range.clone()].iter().any(|a| *a) {
        return None;
    }
    sheet.anywhere = !known && video.review.video_labels.values().any(|label| *label == VideoLabel::Abnormal);
    sheet.false_alarm[range.clone()].fill(true);
    let mut bags = Vec::new();
    sheet.collect(vec![(sheet.around_false_alarm(range), VideoLabel::Normal, Grounds::default())], &mut bags);
    bags.pop()
}

impl<'a, 'b> Sheet<'a, 'b> {
    fn new(video: &'a LessonVideo<'b>, rules: &'a LessonRules) -> Self {
        let grid = SnippetGrid::new(video.frames);
        let snippets = grid.count();
        let mut blocked = vec![false; snippets];
        for range in video.unjudged.iter().filter_map(|span| grid.touched(*span)) {
            blocked[range].fill(true);
        }
        let (anomalous, false_alarm) = (vec![false; snippets], vec![false; snippets]);
        Self { video, rules, snippets, anomalous, blocked, false_alarm, anywhere: false }
    }

    /// The whole video, or a cut with context on both sides; where one side is short, the other has more.
    fn around_anomaly(&self, range: Range<usize>) -> Range<usize> {
        if self.snippets <= self.rules.whole_up_to {
            return 0..self.snippets;
        }
        self.around(range.clone(), range.start, self.snippets - range.end)
    }

    /// A cut with context, as far as nothing is in the way.
    fn around_false_alarm(&self, range: Range<usize>) -> Range<usize> {
        if self.anywhere {
            return range;
        }
        let free = |blocked: &bool| !*blocked;
        let before = self.blocked[..range.start].iter().rev().take_while(|b| free(b)).count();
        let after = self.blocked[range.end..].iter().take_while(|b| free(b)).count();
        self.around(range, before, after)
    }

    fn around(&self, range: Range<usize>, before: usize, after: usize) -> Range<usize> {
        let context = self.rules.context;
        let half = before.min(context / 2);
        let right = after.min(context - half);
        let left = before.min(context - right);
        range.start - left..range.end + right
    }

    /// Makes bags; those that hold the same snippets become one.
    fn collect(&self, own: Vec<(Range<usize>, VideoLabel, Grounds)>, bags: &mut Vec<LessonBag>) {
        let first = bags.len();
        for (snippets, kind, grounds) in own {
            if snippets.is_empty() {
                continue;
            }
            if let Some(same) = bags[first..].iter_mut().find(|bag| bag.snippets == snippets && bag.kind == kind) {
                same.grounds.add(grounds);
                continue;
            }
            let weight = |at: usize| match kind {
                VideoLabel::Normal if self.false_alarm[at] => self.rules.hard_negative,
                VideoLabel::Abnormal if self.anomalous[at] => self.rules.confirmed,
                _ => 1.0,
            };
            bags.push(LessonBag {
                video: self.video.review.video.clone(),
                name: self.video.name.to_owned(),
                weights: snippets.clone().map(weight).collect(),
                targets: self.targets(snippets.clone()),
                snippets,
                kind,
                grounds,
            });
        }
    }

    /// What is known of single snippets: only in videos with labelled intervals, and outside of them only in false alarms,
    /// or anywhere if the video was looked through.
    fn targets(&self, snippets: Range<usize>) -> Vec<Option<f32>> {
        let labels = &self.video.review.labels;
        if !self.rules.intervals || labels.is_empty() {
            return Vec::new();
        }
        let grid = SnippetGrid::new(self.video.frames);
        let target = |at: usize| {
            let frames = grid.range(at);
            let inside = frames.clone().filter(|f| labels.values().any(|label| label.span.contains(*f))).count();
            match inside {
                0 if self.anomalous[at] => None,
                0 => (self.false_alarm[at] || self.video.review.reviewed).then_some(0.0),
                n if 2 * n >= frames.len().min(SNIPPET_FRAMES) => Some(1.0),
                _ => None,
            }
        };
        snippets.map(target).collect()
    }
}
