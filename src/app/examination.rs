//! The figures of the open videos by their ground truth, as the window has them.
//!
//! Owns which videos are examined, the work itself (on whatever thread it is called), the errors behind a threshold, and
//! what the window keeps of it. Does not own the figures ([`super::evaluation`]), when they are found out
//! (`update::examination`) or how they are drawn.

use std::collections::BTreeSet;
use std::sync::Arc;

use strum::EnumIter;

use super::evaluation::{EvalSettings, Evaluation};
use super::library::{Entry, EntryId};
use super::state::AppState;
use crate::domain::evaluation::{EvalVideo, FlaggedEvent, NORMAL, class};
use crate::domain::interval::FrameSpan;
use crate::domain::library::VideoId;
use crate::domain::segment::EventRule;
use crate::domain::snippet::SNIPPET_FRAMES;

/// Errors of each kind that are kept; more than anybody goes through.
const MOST: usize = 500;

/// What the figures depend on, told cheaply.
#[derive(Clone, Debug, PartialEq)]
pub struct ExamKey {
    /// How scores become events.
    pub rule: EventRule,
    /// Each video with the revision of what is known of it.
    videos: Vec<(EntryId, u64)>,
}

/// A video to be examined.
#[derive(Clone, Debug, PartialEq)]
pub struct ExamVideo {
    /// Its entry in the list.
    pub entry: EntryId,
    /// Its content.
    pub id: VideoId,
    /// Scores and truth.
    pub video: EvalVideo,
}

/// What is to be found out.
#[derive(Clone, Debug, PartialEq)]
pub struct ExamOrder {
    /// What it is of.
    pub key: ExamKey,
    /// The videos.
    pub videos: Vec<ExamVideo>,
}

/// In which way a threshold is wrong somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExamError {
    /// An anomaly of which no event shows any frame.
    Missed,
    /// An event that shares no frame with an anomaly.
    FalseAlarm,
}

/// A place where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorRow {
    /// Which way.
    pub kind: ExamError,
    /// In which file.
    pub name: String,
    /// Its content.
    pub video: VideoId,
    /// The anomaly or the event.
    pub span: FrameSpan,
    /// The highest score in it.
    pub score: f32,
}

/// What was found out.
#[derive(Clone, Debug, PartialEq)]
pub struct Examined {
    /// Of what.
    pub key: ExamKey,
    /// All figures, or a sentence why there are none.
    pub evaluation: Result<Evaluation, String>,
    /// Errors at the rule: missed anomalies, those nearest to being found first, then false alarms, the surest first.
    pub errors: Vec<ErrorRow>,
}

/// The curves between which a person chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumIter)]
pub enum ExamCurve {
    /// True against false positives, by frames.
    #[default]
    Roc,
    /// Precision against recall, by frames.
    PrecisionRecall,
    /// Missed anomalies against false alarms per hour.
    Det,
    /// Share of anomalous frames against their score.
    Reliability,
}

impl ExamCurve {
    /// Its name.
    pub fn text(self) -> &'static str {
        match self {
            Self::Roc => "ROC",
            Self::PrecisionRecall => "Precision–recall",
            Self::Det => "DET",
            Self::Reliability => "Calibration",
        }
    }
}

/// What the window keeps.
#[derive(Clone, Debug, Default)]
pub struct Examination {
    /// The newest figures.
    pub examined: Option<Arc<Examined>>,
    /// What is being found out.
    pub asked: Option<ExamKey>,
    /// The curve on show.
    pub curve: ExamCurve,
}

/// What would be examined now: open videos with scores and ground truth.
pub fn key(state: &AppState) -> ExamKey {
    let videos = examinable(state).map(|entry| (entry.id, entry.revision())).collect();
    ExamKey { rule: state.rule, videos }
}

impl ExamKey {
    /// Videos.
    pub fn count(&self) -> usize {
        self.videos.len()
    }
}

/// A video that is open under two names is one: what it gets right or wrong counts once.
fn examinable(state: &AppState) -> impl Iterator<Item = &Entry> {
    let mut known = BTreeSet::new();
    let has_all = |entry: &&Entry| {
        let complete = entry.scored.as_ref().is_some_and(|scored| scored.complete);
        complete && entry.video_id.is_some() && entry.lanes().truth.is_some() && entry.video().is_some()
    };
    let all = state.library.entries().iter().filter(has_all);
    all.filter(move |entry| entry.video_id.as_ref().is_some_and(|id| known.insert(id)))
}

/// The videos of [`key`] with their scores: O(all snippets).
pub fn order(state: &AppState) -> ExamOrder {
    let made = |entry: &Entry| {
        let (scored, opened) = (entry.scored.as_ref()?, entry.video()?);
        let truth: Vec<FrameSpan> =
            entry.lanes().truth.as_ref()?.iter().filter_map(|r| FrameSpan::new(r.start, r.end)).collect();
        let classes = if truth.is_empty() { vec![NORMAL.to_owned()] } else { class::of_name(&entry.name) };
        let video = EvalVideo {
            name: entry.name.clone(),
            classes,
            frames: opened.frames.len(),
            seconds: opened.frames.span().length().secs_f64(),
            truth,
            scores: scored.snippets.scores.clone(),
            step: SNIPPET_FRAMES,
        };
        Some(ExamVideo { entry: entry.id, id: entry.video_id.clone()?, video })
    };
    ExamOrder { key: key(state), videos: examinable(state).filter_map(made).collect() }
}

/// Finds it out: some hundred resamples of all videos.
pub fn examine(order: ExamOrder) -> Examined {
    let ExamOrder { key, videos } = order;
    let settings = EvalSettings { rule: key.rule, ..EvalSettings::default() };
    let mut missed = Vec::new();
    let mut alarms = Vec::new();
    for ExamVideo { id, video, .. } in &videos {
        let events = video.events(key.rule);
        let row =
            |kind, span: FrameSpan, score| ErrorRow { kind, name: video.name.clone(), video: id.clone(), span, score };
        let found = |span: &FrameSpan| events.iter().any(|event| event.span.overlaps(*span));
        let highest = |span: FrameSpan| {
            (span.start()..span.end())
                .step_by(SNIPPET_FRAMES)
                .chain([span.last()])
                .map(|f| video.score(f))
                .fold(0.0, f32::max)
        };
        missed.extend(
            video.truth.iter().filter(|span| !found(span)).map(|span| row(ExamError::Missed, *span, highest(*span))),
        );
        let is_false = |event: &&FlaggedEvent| !video.truth.iter().any(|span| span.overlaps(event.span));
        alarms.extend(events.iter().filter(is_false).map(|event| row(ExamError::FalseAlarm, event.span, event.score)));
    }
    for rows in [&mut missed, &mut alarms] {
        rows.sort_by(|a: &ErrorRow, b| b.score.total_cmp(&a.score));
        rows.truncate(MOST);
    }
    missed.append(&mut alarms);
    let videos: Vec<EvalVideo> = videos.into_iter().map(|video| video.video).collect();
    let evaluation = if videos.is_empty() {
        Err("No open video has both scores and ground truth yet.".to_owned())
    } else {
        Evaluation::of(&videos, true, &settings)
    };
    Examined { key, evaluation, errors: missed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: usize, end: usize) -> FrameSpan {
        FrameSpan::new(start, end).expect("holds frames")
    }

    fn video(number: u8, scores: &[f32], truth: &[FrameSpan]) -> ExamVideo {
        let video = EvalVideo {
            name: format!("{number}.mp4"),
            classes: Vec::new(),
            frames: scores.len() * SNIPPET_FRAMES,
            seconds: scores.len() as f64,
            truth: truth.to_vec(),
            scores: scores.to_vec(),
            step: SNIPPET_FRAMES,
        };
        ExamVideo { entry: EntryId(u64::from(number)), id: VideoId::from_hash([number; 32]), video }
    }

    #[test]
    fn errors_are_what_the_rule_gets_wrong_the_worst_first() {
        let rule = EventRule { threshold: 0.5, hysteresis_share: 0.0, min_snippets: 1, merge_gap: 0 };
        let videos = vec![
            video(1, &[0.9, 0.0, 0.4, 0.0], &[span(0, 16), span(32, 48)]),
            video(2, &[0.6, 0.0, 0.8], &[]),
            video(3, &[0.1, 0.0], &[span(20, 32)]),
        ];
        let key = ExamKey { rule, videos: Vec::new() };
        let examined = examine(ExamOrder { key, videos });
        let rows: Vec<_> =
            examined.errors.iter().map(|row| (row.kind, row.name.as_str(), row.span, row.score)).collect();
        assert_eq!(
            rows,
            [
                (ExamError::Missed, "1.mp4", span(32, 48), 0.4),
                (ExamError::Missed, "3.mp4", span(20, 32), 0.0),
                (ExamError::FalseAlarm, "2.mp4", span(32, 48), 0.8),
                (ExamError::FalseAlarm, "2.mp4", span(0, 16), 0.6),
            ]
        );
        let figures = examined.evaluation.expect("has both kinds").by_video.expect("are told apart");
        assert_eq!((figures.false_alarms.events, figures.events.anomalies), (2, 3));
    }

    #[test]
    fn without_both_kinds_a_sentence_says_so() {
        let key = ExamKey { rule: EventRule::default(), videos: Vec::new() };
        let none = examine(ExamOrder { key: key.clone(), videos: Vec::new() });
        assert!(none.evaluation.expect_err("nothing is there").contains("No open video has both"));
        let normal = examine(ExamOrder { key, videos: vec![video(1, &[0.2], &[])] });
        assert!(normal.evaluation.expect_err("nothing happens").contains("normal"));
    }
}
