//! What of a video's review is exported.
//!
//! Owns the choice between labels, the labels of one annotator, and verdicts taken for labels. Does not own how they
//! are written.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::label::{Label, VideoLabel};
use crate::domain::record::ReviewState;
use crate::domain::review::{Judgement, Verdict};
use crate::formats::labels::DEFAULT_CLASS;

/// Which labels are exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Those of all annotators.
    All,
    /// Those of one annotator's lane.
    Lane(String),
    /// The frames that were judged to show an anomaly; a reviewed video without any is normal.
    Verdicts,
}

/// The lane of labels that were verdicts.
const VERDICTS: &str = "verdicts";

/// What is exported of one video.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    /// Normal or abnormal, by the lanes of those who said so.
    pub video_labels: BTreeMap<String, VideoLabel>,
    /// Its intervals, in the order of their frames.
    pub labels: Vec<Label>,
}

impl Content {
    /// Whether there is nothing to export.
    pub fn is_empty(&self) -> bool {
        self.video_labels.is_empty() && self.labels.is_empty()
    }
}

/// What `choice` takes of a review.
pub fn content(state: &ReviewState, choice: &Choice) -> Content {
    let ours = |lane: &str| match choice {
        Choice::Lane(chosen) => chosen == lane,
        Choice::All | Choice::Verdicts => true,
    };
    let mut content = if *choice == Choice::Verdicts {
        of_verdicts(state)
    } else {
        let said = state.video_labels.iter().filter(|(lane, _)| ours(lane));
        Content {
            video_labels: said.map(|(lane, label)| (lane.clone(), *label)).collect(),
            labels: state.labels.values().filter(|label| ours(&label.lane)).cloned().collect(),
        }
    };
    content.labels.sort_by(|a, b| (a.span, &a.class, &a.lane).cmp(&(b.span, &b.class, &b.lane)));
    content
}

fn of_verdicts(state: &ReviewState) -> Content {
    let verdicts: BTreeSet<Verdict> = state.judgements.values().map(|judgement| judgement.verdict).collect();
    let label = |judgement: &Judgement| Label {
        span: judgement.span,
        class: judgement.class.clone().unwrap_or_else(|| DEFAULT_CLASS.to_owned()),
        lane: VERDICTS.to_owned(),
        note: judgement.note.clone(),
        confidence: None,
    };
    let anomalies = state.judgements.values().filter(|judgement| judgement.verdict == Verdict::Anomaly);
    let labels: Vec<Label> = anomalies.map(label).collect();
    // Nobody called a video normal in which an event is still open to doubt.
    let normal = state.reviewed && !verdicts.contains(&Verdict::Unsure);
    let whole = if labels.is_empty() { normal.then_some(VideoLabel::Normal) } else { Some(VideoLabel::Abnormal) };
    Content { video_labels: whole.map(|label| (VERDICTS.to_owned(), label)).into_iter().collect(), labels }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::interval::FrameSpan;
    use crate::domain::library::VideoId;
    use crate::domain::record::ItemId;

    fn state() -> ReviewState {
        let mut state = ReviewState::new(VideoId::from_hash([1; 32]));
        for (id, start, lane) in [(1, 50, "Ada"), (2, 10, "Grace"), (3, 30, "Ada")] {
            let span = FrameSpan::new(start, start + 5).expect("holds frames");
            let (class, lane, note) = ("Fight".to_owned(), lane.to_owned(), String::new());
            state.labels.insert(ItemId(id), Label { span, class, lane, note, confidence: None });
        }
        state.video_labels.insert("Ada".to_owned(), VideoLabel::Abnormal);
        state.video_labels.insert("Grace".to_owned(), VideoLabel::Normal);
        state
    }

    fn judge(state: &mut ReviewState, id: u64, verdict: Verdict) {
        let span = FrameSpan::new(id as usize, id as usize + 16).expect("holds frames");
        let (class, tags, note, model) = (None, Vec::new(), "seen".to_owned(), None);
        let judgement = Judgement { span, verdict, class, tags, note, model, peak_frame: 3, peak_score: 0.5 };
        state.judgements.insert(ItemId(id), judgement);
    }

    #[test]
    fn all_lanes_or_one() {
        let starts = |content: &Content| content.labels.iter().map(|l| l.span.start()).collect::<Vec<_>>();
        let all = content(&state(), &Choice::All);
        assert_eq!((starts(&all), all.video_labels), (vec![10, 30, 50], state().video_labels));
        let grace = content(&state(), &Choice::Lane("Grace".to_owned()));
        let hers = BTreeMap::from([("Grace".to_owned(), VideoLabel::Normal)]);
        assert_eq!((starts(&grace), grace.video_labels), (vec![10], hers));
        assert!(content(&state(), &Choice::Lane("Eve".to_owned())).is_empty());
    }

    #[test]
    fn verdicts_of_anomaly_are_labels() {
        let mut state = state();
        assert!(content(&state, &Choice::Verdicts).is_empty());
        state.reviewed = true;
        judge(&mut state, 5, Verdict::FalseAlarm);
        assert_eq!(content(&state, &Choice::Verdicts).video_labels[VERDICTS], VideoLabel::Normal);
        judge(&mut state, 6, Verdict::Unsure);
        assert!(content(&state, &Choice::Verdicts).is_empty());
        judge(&mut state, 7, Verdict::Anomaly);
        let found = content(&state, &Choice::Verdicts);
        assert_eq!((found.video_labels[VERDICTS], found.labels.len()), (VideoLabel::Abnormal, 1));
        let label = &found.labels[0];
        assert_eq!((label.span.start(), label.class.as_str(), label.note.as_str()), (7, DEFAULT_CLASS, "seen"));
    }
}
