//! The gate: what would change if a candidate took the place of the model in use.
//!
//! Owns the comparison of two models on everything that was said about videos, which events come and go, and what speaks
//! against the candidate. It decides nothing: a person does, after looking. Does not own scores, nor how either model was
//! made.

mod alarms;
mod changes;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::interval::FrameSpan;
use super::label::VideoLabel;
use super::library::VideoId;
use super::metrics::{DetectionMetrics, detection_metrics};
use super::record::{ItemId, ReviewState};
use super::review::Verdict;
use super::segment::{AnomalySegment, EventRule};
use super::snippet::SnippetGrid;
use super::time::MediaTime;

pub use alarms::Alarms;
pub use changes::{ChangedEvent, Turn};

/// By how much a loss may rise before that speaks against a candidate: as a share, and at least by this much.
const WORSE: (f64, f64) = (0.1, 0.02);
/// By how much a ROC-AUC may fall.
const LOWER: f64 = 0.03;

/// One video, scored by both models.
#[derive(Clone, Copy, Debug)]
pub struct GateVideo<'a> {
    /// Its file's name.
    pub name: &'a str,
    /// How many frames it has.
    pub frames: usize,
    /// How long it is.
    pub duration: MediaTime,
    /// What was said about it.
    pub review: &'a ReviewState,
    /// Whether the candidate did not train on it.
    pub held_out: bool,
    /// Scores of the model in use, one per snippet.
    pub before: &'a [f32],
    /// Scores of the candidate.
    pub after: &'a [f32],
}

/// A figure of the model in use and of the candidate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pair<T> {
    /// Of the model in use.
    pub before: T,
    /// Of the candidate.
    pub after: T,
}

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct GateInput<'a> {
    /// All videos that both models could score.
    pub videos: &'a [GateVideo<'a>],
    /// The rules by which scores become events, each with its model's threshold.
    pub rules: Pair<EventRule>,
    /// Loss on held-out bags, where there are some.
    pub held_out: Option<Pair<f64>>,
    /// ROC-AUC by bag on those that the model in use carries, where there are some: their order, as a candidate may be less
    /// sure of itself for a good reason.
    pub replay: Option<Pair<f64>>,
}

/// What somebody said about frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// An event that was confirmed.
    Confirmed,
    /// An interval that was labelled.
    Labelled,
    /// An event that was called a false alarm.
    FalseAlarm,
}

impl Said {
    /// Whether something happens there.
    pub fn is_anomaly(self) -> bool {
        self != Self::FalseAlarm
    }
}

/// What becomes of frames that somebody judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// An anomaly, flagged as before.
    #[strum(serialize = "kept")]
    Kept,
    /// An anomaly that would no longer be flagged.
    #[strum(serialize = "lost")]
    Lost,
    /// An anomaly that was not flagged and would be.
    #[strum(serialize = "found")]
    Found,
    /// An anomaly that neither flags.
    #[strum(serialize = "missed")]
    Missed,
    /// A false alarm that would no longer be flagged.
    #[strum(serialize = "gone")]
    Gone,
    /// A false alarm, flagged as before.
    #[strum(serialize = "stays")]
    Stays,
    /// A false alarm that is not flagged and would be.
    #[strum(serialize = "back")]
    Back,
    /// A false alarm that neither flags.
    #[strum(serialize = "quiet")]
    Quiet,
}

/// Judged frames under both models.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JudgedEvent {
    /// Of which video.
    pub video: VideoId,
    /// Its file's name.
    pub name: String,
    /// Which verdict or label.
    pub item: ItemId,
    /// Its frames.
    pub span: FrameSpan,
    /// What it says.
    pub said: Said,
    /// Whether the candidate did not train on its video.
    pub held_out: bool,
    /// Highest score in it.
    pub peaks: Pair<f32>,
    /// What becomes of it.
    pub fate: Fate,
}

/// How many of some are flagged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Flagged {
    /// How many there are.
    pub all: usize,
    /// Flagged by the model in use.
    pub before: usize,
    /// Flagged by the candidate.
    pub after: usize,
}

/// The comparison.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GateReport {
    /// The rules by which scores became events.
    pub rules: Pair<EventRule>,
    /// Videos that were compared.
    pub videos: usize,
    /// Everything that was judged, in the order of videos and frames.
    pub events: Vec<JudgedEvent>,
    /// Confirmed and labelled anomalies.
    pub anomalies: Flagged,
    /// Judged false alarms.
    pub false_alarms: Flagged,
    /// Loss on held-out bags.
    pub held_out: Option<Pair<f64>>,
    /// ROC-AUC by bag on those that the model in use carries.
    pub replay: Option<Pair<f64>>,
    /// False alarms per hour of normal footage, the candidate finding as many anomalies as the model in use.
    pub alarms: Option<Alarms>,
    /// Frame-level figures over videos with labelled intervals or labels as normal.
    pub truth: Option<Pair<DetectionMetrics>>,
    /// Events that appear and disappear, the ones that matter most first.
    pub changes: Vec<ChangedEvent>,
    /// What speaks against the candidate, a sentence each; empty if nothing does.
    pub against: Vec<String>,
}

/// A video with the events of both models, and which snippets are what.
struct Board<'a> {
    video: &'a GateVideo<'a>,
    grid: SnippetGrid,
    events: Pair<Vec<AnomalySegment>>,
    /// Frames with an anomaly, confirmed or labelled.
    anomalies: Vec<(ItemId, FrameSpan, Said)>,
    false_alarms: Vec<(ItemId, FrameSpan)>,
    unsure: Vec<FrameSpan>,
    /// Something happens in it and nobody said where: nothing in it can be called normal.
    anywhere: bool,
}

impl<'a> Board<'a> {
    fn new(video: &'a GateVideo<'a>, rules: Pair<EventRule>) -> Self {
        let verdicts = video.review.verdicts();
        let of = |verdict| verdicts.iter().filter(move |(_, j)| j.verdict == verdict).map(|(id, j)| (*id, j.span));
        let confirmed = of(Verdict::Anomaly).map(|(id, span)| (id, span, Said::Confirmed));
        let labelled = video.review.labels.iter().map(|(id, label)| (*id, label.span, Said::Labelled));
        let anomalies: Vec<_> = confirmed.chain(labelled).collect();
        let abnormal = video.review.video_labels.values().any(|label| *label == VideoLabel::Abnormal);
        Self {
            video,
            grid: SnippetGrid::new(video.frames),
            events: Pair { before: rules.before.events(video.before), after: rules.after.events(video.after) },
            anywhere: abnormal && anomalies.is_empty(),
            anomalies,
            false_alarms: of(Verdict::FalseAlarm).collect(),
            unsure: of(Verdict::Unsure).map(|(_, span)| span).collect(),
        }
    }

    fn span(&self, event: &AnomalySegment) -> Option<FrameSpan> {
        self.grid.span(event.first, event.last)
    }

    /// Whether one of `events` shares snippets with `span`.
    fn flags(&self, events: &[AnomalySegment], span: FrameSpan) -> bool {
        let Some(range) = self.grid.touched(span) else { return false };
        events.iter().any(|event| event.first < range.end && event.last >= range.start)
    }

    fn judged(&self, item: ItemId, span: FrameSpan, said: Said) -> JudgedEvent {
        let (before, after) = (self.flags(&self.events.before, span), self.flags(&self.events.after, span));
        let fate = match (said.is_anomaly(), before, after) {
            (true, true, true) => Fate::Kept,
            (true, true, false) => Fate::Lost,
            (true, false, true) => Fate::Found,
            (true, false, false) => Fate::Missed,
            (false, true, false) => Fate::Gone,
            (false, true, true) => Fate::Stays,
            (false, false, true) => Fate::Back,
            (false, false, false) => Fate::Quiet,
        };
        let range = self.grid.touched(span).unwrap_or_default();
        let peak = |scores: &[f32]| scores.get(range.clone()).unwrap_or_default().iter().copied().fold(0.0, f32::max);
        JudgedEvent {
            video: self.video.review.video.clone(),
            name: self.video.name.to_owned(),
            item,
            span,
            said,
            held_out: self.video.held_out,
            peaks: Pair { before: peak(self.video.before), after: peak(self.video.after) },
            fate,
        }
    }

    /// Whether somebody said of every frame what it is.
    fn has_truth(&self) -> bool {
        let normal = self.video.review.video_labels.values().any(|label| *label == VideoLabel::Normal);
        !self.video.review.labels.is_empty() || (normal && self.anomalies.is_empty() && !self.anywhere)
    }
}

impl GateReport {
    /// Compares.
    pub fn new(input: GateInput<'_>) -> Self {
        let boards: Vec<Board<'_>> = input.videos.iter().map(|video| Board::new(video, input.rules)).collect();
        let mut events = Vec::new();
        for board in &boards {
            let mut own: Vec<JudgedEvent> =
                board.anomalies.iter().map(|(item, span, said)| board.judged(*item, *span, *said)).collect();
            own.extend(board.false_alarms.iter().map(|(item, span)| board.judged(*item, *span, Said::FalseAlarm)));
            own.sort_by_key(|event| event.span);
            events.extend(own);
        }
        let mut report = Self {
            rules: input.rules,
            videos: boards.len(),
            anomalies: flagged(&events, true),
            false_alarms: flagged(&events, false),
            events,
            held_out: input.held_out,
            replay: input.replay,
            alarms: alarms::alarms(&boards, input.rules),
            truth: truth(&boards),
            changes: changes::changes(&boards),
            against: Vec::new(),
        };
        report.against = report.objections();
        report
    }

    /// Anomalies that the model in use flags and the candidate would not: promoting it anyway needs a second yes.
    pub fn lost(&self) -> impl Iterator<Item = &JudgedEvent> {
        self.events.iter().filter(|event| event.fate == Fate::Lost)
    }

    fn objections(&self) -> Vec<String> {
        let mut against: Vec<String> = self
            .lost()
            .map(|event| {
                let what = if event.said == Said::Labelled { "A labelled" } else { "A confirmed" };
                let (name, first, last) = (&event.name, event.span.start(), event.span.last());
                format!("{what} anomaly would be lost: {name}, frames {first} to {last}.")
            })
            .collect();
        let Flagged { all, before, after } = self.false_alarms;
        if after > before {
            against.push(format!("It would flag {after} of {all} judged false alarms, the model in use {before}."));
        }
        if let Some(Pair { before, after }) = self.held_out
            && (after > before * (1.0 + WORSE.0) && after > before + WORSE.1)
        {
            against.push(format!(
                "It does worse on videos that it did not train on: a loss of {after:.3} instead of {before:.3}."
            ));
        }
        if let Some(Pair { before, after }) = self.replay
            && after < before - LOWER
        {
            against.push(format!(
                "It forgets what the model in use was trained on: a ROC-AUC of {after:.3} instead of {before:.3}."
            ));
        }
        if let Some(alarms) = self.alarms
            && alarms.burden() > 1.0 + WORSE.0
        {
            let Alarms { per_hour: Pair { before, after }, flagged, .. } = alarms;
            let (was, is) = (flagged.before * 100.0, flagged.after * 100.0);
            against.push(format!(
                "Finding as many anomalies, it raises {after:.1} false alarms per hour of normal footage instead of \
                 {before:.1}, over {is:.0} % of it instead of {was:.0} %."
            ));
        }
        against
    }
}

fn flagged(events: &[JudgedEvent], anomalies: bool) -> Flagged {
    let mut flagged = Flagged::default();
    for event in events.iter().filter(|event| event.said.is_anomaly() == anomalies) {
        flagged.all += 1;
        flagged.before += usize::from(matches!(event.fate, Fate::Kept | Fate::Lost | Fate::Gone | Fate::Stays));
        flagged.after += usize::from(matches!(event.fate, Fate::Kept | Fate::Found | Fate::Stays | Fate::Back));
    }
    flagged
}

/// Figures by frame; a score belongs to all frames of its snippet.
fn truth(boards: &[Board<'_>]) -> Option<Pair<DetectionMetrics>> {
    let (mut labels, mut before, mut after) = (Vec::new(), Vec::new(), Vec::new());
    for board in boards.iter().filter(|board| board.has_truth()) {
        let from = labels.len();
        labels.resize(from + board.video.frames, false);
        for (_, span, _) in &board.anomalies {
            labels[from..][span.start().min(board.video.frames)..span.end().min(board.video.frames)].fill(true);
        }
        let score = |scores: &[f32], frame| scores.get(board.grid.snippet_of(frame)).copied().unwrap_or_default();
        before.extend((0..board.video.frames).map(|frame| score(board.video.before, frame)));
        after.extend((0..board.video.frames).map(|frame| score(board.video.after, frame)));
    }
    Some(Pair { before: detection_metrics(&labels, &before)?, after: detection_metrics(&labels, &after)? })
}
