//! A simulated reviewer: judges events by ground truth, round after round, and lets the model learn through the gate.
//!
//! Owns which events are judged, the rounds, and that a candidate takes over only if the gate has nothing against it. It is
//! the way of a person through the window, by the same parts. The videos that the figures are of are scored here and read by
//! nothing else: no verdict, gate, threshold or early end sees them. Does not own the figures (`domain::trial`).

use std::sync::Arc;

use serde::Serialize;

use super::{Comparison, LearningVideo, candidate, compare, plan, replay_auc, scores, seen, tune_set, unjudged};
use crate::domain::interval::FrameSpan;
use crate::domain::lesson::LessonRules;
use crate::domain::library::VideoId;
use crate::domain::record::ItemId;
use crate::domain::review::{Judgement, Verdict};
use crate::domain::segment::EventRule;
use crate::domain::snippet::SnippetGrid;
use crate::domain::trial::{TrialVideo, verdict};
use crate::jobs::Ticket;
use crate::model::train::{TuneSettings, Tuning};
use crate::model::weights::ModelWeights;
use crate::model::{ComputeDevice, ModelError, Scorer};

/// A video and its anomalies.
#[derive(Clone, Debug)]
pub struct TruthVideo {
    /// The video, with nothing said about it.
    pub video: LearningVideo,
    /// What is true of it.
    pub truth: Vec<FrameSpan>,
}

/// How to review and learn.
#[derive(Clone, Debug)]
pub struct SimulationSettings {
    /// Rounds of review.
    pub rounds: usize,
    /// Verdicts in each.
    pub verdicts: usize,
    /// How verdicts become bags; its seed says which videos are held out.
    pub rules: LessonRules,
    /// How the model learns.
    pub tuning: TuneSettings,
    /// Seed of the order of events with one and the same score.
    pub seed: u64,
}

/// What one round did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RoundReport {
    /// Verdicts so far.
    pub verdicts: usize,
    /// Anomalies among them.
    pub anomalies: usize,
    /// Whether the candidate took over.
    pub promoted: bool,
    /// Steps that the candidate took, and after how many it was best.
    pub steps: usize,
    /// See above.
    pub step: usize,
    /// Seconds of learning.
    pub seconds: f64,
    /// Loss on held-out bags before and after.
    pub held_out: Option<(f64, f64)>,
    /// Judged anomalies that were flagged before and after, of all.
    pub kept: (usize, usize, usize),
    /// Judged false alarms that were flagged before and after, of all.
    pub alarms: (usize, usize, usize),
    /// Why it did not: what is missing to learn, or what the gate has against the candidate.
    pub against: Vec<String>,
}

/// A reviewer at work on some videos.
pub struct Simulation {
    settings: SimulationSettings,
    device: ComputeDevice,
    model: Arc<ModelWeights>,
    videos: Vec<LearningVideo>,
    truths: Vec<Vec<FrameSpan>>,
    given: usize,
    anomalies: usize,
}

impl Simulation {
    /// Nothing judged yet.
    pub fn new(
        model: Arc<ModelWeights>,
        videos: &[&TruthVideo],
        settings: SimulationSettings,
        device: &ComputeDevice,
    ) -> Self {
        let truths = videos.iter().map(|video| video.truth.clone()).collect();
        let videos = videos.iter().map(|video| video.video.clone()).collect();
        Self { settings, device: device.clone(), model, videos, truths, given: 0, anomalies: 0 }
    }

    /// The model in use.
    pub fn model(&self) -> &Arc<ModelWeights> {
        &self.model
    }

    /// The rule that makes its events.
    pub fn rule(&self) -> EventRule {
        let rule = EventRule::default();
        EventRule { threshold: self.model.info().threshold.unwrap_or(rule.threshold), ..rule }
    }

    /// Scores of videos that the reviewer never sees, by the model in use.
    ///
    /// # Errors
    /// As [`Scorer::score`].
    pub fn exam(&self, videos: &[&TruthVideo], ticket: &Ticket) -> Result<Vec<TrialVideo>, ModelError> {
        let plain: Vec<LearningVideo> = videos.iter().map(|video| video.video.clone()).collect();
        let scorer = Scorer::new(Arc::clone(&self.model), &self.device)?;
        let scores = scores(&scorer, &plain, &mut |_| (), ticket)?;
        let trial = |(video, scores): (&&TruthVideo, Vec<f32>)| TrialVideo {
            frames: video.video.frames,
            seconds: video.video.duration.secs_f64(),
            truth: video.truth.clone(),
            scores,
        };
        Ok(videos.iter().zip(scores).map(trial).collect())
    }

    /// Judges the next events, learns, and takes the candidate if nothing speaks against it. `clock` tells seconds.
    ///
    /// # Errors
    /// A failing device, a training out of bounds, or a stale ticket.
    pub fn round(&mut self, clock: &dyn Fn() -> f64, ticket: &Ticket) -> Result<RoundReport, ModelError> {
        let current = Scorer::new(Arc::clone(&self.model), &self.device)?;
        let rule = self.rule();
        let before = scores(&current, &self.videos, &mut |_| (), ticket)?;
        self.judge(&before, rule);
        let mut report = RoundReport { verdicts: self.given, anomalies: self.anomalies, ..RoundReport::default() };
        let plan = plan(&self.videos, &before, rule, self.settings.rules, &self.model);
        if !plan.is_ready() {
            report.against = plan.missing;
            return Ok(report);
        }
        let began = clock();
        let set = tune_set(&plan, &self.videos);
        let mut tuning = Tuning::new(Arc::clone(&self.model), set, self.settings.tuning.clone(), &self.device)?;
        tuning.run(&mut (), ticket)?;
        let tuned = tuning.result();
        report.seconds = clock() - began;
        (report.steps, report.step, report.held_out) = (tuned.steps, tuned.step, tuned.held_out);
        let scorer = Scorer::new(Arc::new(tuned.weights.clone()), &self.device)?;
        let after = scores(&scorer, &self.videos, &mut |_| (), ticket)?;
        let replay = |scorer: &Scorer| replay_auc(scorer, self.model.replay(), ticket);
        let gate = compare(Comparison {
            videos: &self.videos,
            before: &before,
            after: &after,
            rule,
            threshold: None,
            plan: Some(&plan),
            held_out: tuned.held_out,
            replay: replay(&current)?.zip(replay(&scorer)?),
        });
        let flagged = |of: crate::domain::gate::Flagged| (of.before, of.after, of.all);
        (report.kept, report.alarms) = (flagged(gate.anomalies), flagged(gate.false_alarms));
        report.against.clone_from(&gate.against);
        if gate.against.is_empty() {
            report.promoted = true;
            self.model = Arc::new(candidate(
                tuned,
                format!("{} simulated verdicts", self.given),
                seen(&plan, &self.videos),
                &gate,
            ));
        }
        Ok(report)
    }

    /// Gives verdicts on the events of the highest scores that nobody judged.
    fn judge(&mut self, scores: &[Vec<f32>], rule: EventRule) {
        let mut open: Vec<(f32, u64, usize, FrameSpan)> = Vec::new();
        for (at, (video, scores)) in self.videos.iter().zip(scores).enumerate() {
            for span in unjudged(video, scores, rule) {
                open.push((peak(video, scores, span).1, draw(video.id(), span, self.settings.seed), at, span));
            }
        }
        // Of equal scores any may come first, but none by its name: names may say what is true.
        open.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (peak_score, _, at, span) in open.into_iter().take(self.settings.verdicts) {
            let verdict = verdict(span, &self.truths[at]);
            self.given += 1;
            self.anomalies += usize::from(verdict == Verdict::Anomaly);
            let judgement = Judgement {
                span,
                verdict,
                class: None,
                tags: Vec::new(),
                note: String::new(),
                model: Some(self.model.info().weights_id.clone()),
                peak_frame: peak(&self.videos[at], &scores[at], span).0,
                peak_score,
            };
            self.videos[at].review.judgements.insert(ItemId(self.given as u64), judgement);
        }
    }
}

/// The frame and the value of the highest score in a span.
fn peak(video: &LearningVideo, scores: &[f32], span: FrameSpan) -> (usize, f32) {
    let grid = SnippetGrid::new(video.frames);
    let score = |at: &usize| scores.get(*at).copied().unwrap_or_default();
    let best =
        grid.touched(span).unwrap_or_default().reduce(|best, at| if score(&at) > score(&best) { at } else { best });
    best.map_or_else(|| (span.start(), 0.0), |at| (grid.middle(at), score(&at)))
}

/// A number from what is judged and the seed (FNV-1a).
fn draw(video: &VideoId, span: FrameSpan, seed: u64) -> u64 {
    let bytes = video.as_str().bytes().chain(span.start().to_le_bytes()).chain(seed.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
