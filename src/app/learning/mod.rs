//! Learning from what was said in a project: from its videos to a candidate and what the gate says about it.
//!
//! Owns how the parts are put together, the same for window and command: scores of the model in use, the plan, the bags
//! with their features, the candidate's threshold and description, the comparison. No thread: each call runs where it is
//! made and asks its ticket. Does not own the rules (`domain::lesson`, `domain::gate`), the tuning (`model::train`), where
//! features come from (`pipeline`), or the models of a project ([`super::models`]).
//!
//! ```text
//! LearningVideo…  →  scores  →  plan  →  set  →  Tuning::run  →  compare  →  candidate  →  models::keep
//! ```

pub mod estimate;
pub mod pace;
pub mod simulation;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::features::FeatureMatrix;
use crate::domain::gate::{GateInput, GateReport, GateVideo, Pair};
use crate::domain::interval::FrameSpan;
use crate::domain::label::VideoLabel;
use crate::domain::lesson::{LessonBag, LessonPlan, LessonRules, LessonVideo};
use crate::domain::library::VideoId;
use crate::domain::provenance::{SeenVideos, VideoRef};
use crate::domain::record::ReviewState;
use crate::domain::review::{Standing, standings};
use crate::domain::segment::EventRule;
use crate::domain::snippet::SnippetGrid;
use crate::domain::time::MediaTime;
use crate::jobs::{Progress, Ticket};
use crate::model::train::{Judged, TuneBag, TuneSet, Tuned};
use crate::model::weights::ModelWeights;
use crate::model::{ModelError, ModelInfo, Replay, Scorer};

/// Share of a threshold by which it stays below the score that it must not miss.
const MARGIN: f32 = 0.02;
/// How far a candidate's threshold may be below that of the model in use. Below, everything is an event.
const LOWEST: f32 = 0.5;

/// A video with its features and what was said about it, which may be nothing.
#[derive(Clone, Debug)]
pub struct LearningVideo {
    /// Its file's name.
    pub name: String,
    /// How many frames it has.
    pub frames: usize,
    /// How long it is.
    pub duration: MediaTime,
    /// What was said about it.
    pub review: ReviewState,
    /// One row per snippet.
    pub features: Arc<FeatureMatrix>,
}

impl LearningVideo {
    /// Which video.
    pub fn id(&self) -> &VideoId {
        &self.review.video
    }
}

/// Scores of every video, one per snippet, with the model's own attention.
///
/// # Errors
/// Features that do not fit the model, a failing device, or a stale ticket.
pub fn scores(
    scorer: &Scorer,
    videos: &[LearningVideo],
    progress: &mut dyn FnMut(Progress),
    ticket: &Ticket,
) -> Result<Vec<Vec<f32>>, ModelError> {
    let tsa = scorer.info().tsa;
    let mut all = Vec::with_capacity(videos.len());
    for (done, video) in videos.iter().enumerate() {
        progress(Progress { done, total: videos.len(), skipped: 0 });
        all.push(scorer.score(&video.features, &tsa, None, ticket)?.scores);
    }
    progress(Progress { done: videos.len(), total: videos.len(), skipped: 0 });
    Ok(all)
}

/// Events in these scores that no verdict speaks for, or of which most was not judged.
pub fn unjudged(video: &LearningVideo, scores: &[f32], rule: EventRule) -> Vec<FrameSpan> {
    let grid = SnippetGrid::new(video.frames);
    let events: Vec<FrameSpan> =
        rule.events(scores).iter().filter_map(|event| grid.span(event.first, event.last)).collect();
    let judged: Vec<FrameSpan> = video.review.judgements.values().map(|judgement| judgement.span).collect();
    let open = |standing: &Standing| matches!(standing, Standing::Unjudged | Standing::Changed(_));
    events.iter().zip(standings(&events, &judged)).filter(|(_, s)| open(s)).map(|(event, _)| *event).collect()
}

/// What `model` can learn from these videos; `scores` are its own, `rule` makes its events.
pub fn plan(
    videos: &[LearningVideo],
    scores: &[Vec<f32>],
    rule: EventRule,
    rules: LessonRules,
    model: &ModelWeights,
) -> LessonPlan {
    let open: Vec<Vec<FrameSpan>> = videos.iter().zip(scores).map(|(v, s)| unjudged(v, s, rule)).collect();
    let lessons: Vec<LessonVideo<'_>> = videos
        .iter()
        .zip(&open)
        .map(|(v, unjudged)| LessonVideo { name: &v.name, frames: v.frames, review: &v.review, unjudged })
        .collect();
    LessonPlan::new(&lessons, rules, model.info().replay)
}

/// The bags of a plan with their features. A bag whose video is not among `videos`, or shorter than the plan knew it, is
/// left out.
pub fn tune_set(plan: &LessonPlan, videos: &[LearningVideo]) -> TuneSet {
    let bags = |bags: &[LessonBag]| bags.iter().filter_map(|bag| tune_bag(bag, videos)).collect();
    TuneSet { train: bags(&plan.train), held_out: bags(&plan.held_out) }
}

/// One bag with its features.
pub fn tune_bag(bag: &LessonBag, videos: &[LearningVideo]) -> Option<TuneBag> {
    let video = videos.iter().find(|video| *video.id() == bag.video)?;
    Some(TuneBag {
        features: video.features.cut(bag.snippets.clone())?,
        abnormal: bag.kind == VideoLabel::Abnormal,
        weights: bag.weights.clone(),
        targets: bag.targets.clone(),
    })
}

/// What a comparison starts from.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// All videos.
    pub videos: &'a [LearningVideo],
    /// Scores of the model in use, in the order of the videos.
    pub before: &'a [Vec<f32>],
    /// Scores of the candidate.
    pub after: &'a [Vec<f32>],
    /// The rule that makes events of the model in use.
    pub rule: EventRule,
    /// The candidate's threshold, where it has one or the person chose one for all models. Else it is found here: that of
    /// the rule, or down to half of it if the candidate needs that to find as many anomalies as the model in use.
    pub threshold: Option<f32>,
    /// Videos that the candidate did not train on, by the plan; `None` where there is no plan, as for an imported model.
    pub plan: Option<&'a LessonPlan>,
    /// Loss on held-out bags of both.
    pub held_out: Option<(f64, f64)>,
    /// ROC-AUC of both on the bags that the model in use carries.
    pub replay: Option<(f64, f64)>,
}

/// What would change with the candidate in use. Its threshold is in the report's second rule.
pub fn compare(comparison: Comparison<'_>) -> GateReport {
    let Comparison { videos, before, after, rule, threshold, plan, held_out, replay } = comparison;
    let held =
        |video: &LearningVideo| plan.is_some_and(|plan| plan.held_out.iter().any(|bag| bag.video == *video.id()));
    let videos: Vec<GateVideo<'_>> = videos
        .iter()
        .zip(before.iter().zip(after))
        .map(|(video, (before, after))| GateVideo {
            name: &video.name,
            frames: video.frames,
            duration: video.duration,
            review: &video.review,
            held_out: held(video),
            before,
            after,
        })
        .collect();
    let pair = |both: Option<(f64, f64)>| both.map(|(before, after)| Pair { before, after });
    let with = |candidate: EventRule| {
        let rules = Pair { before: rule, after: candidate };
        GateReport::new(GateInput { videos: &videos, rules, held_out: pair(held_out), replay: pair(replay) })
    };
    if let Some(threshold) = threshold {
        return with(EventRule { threshold, ..rule });
    }
    let report = with(rule);
    // A little below the score itself: another device computes the last digits differently.
    let enough = report.alarms.filter(|alarms| alarms.found > 0).map(|alarms| alarms.thresholds.after * (1.0 - MARGIN));
    match enough {
        Some(enough) if enough < rule.threshold => {
            with(EventRule { threshold: enough.max(rule.threshold * LOWEST), ..rule })
        }
        _ => report,
    }
}

/// How well a model tells apart the normal and the abnormal bags that a model carries: ROC-AUC by bag. `None` unless there
/// are both.
///
/// # Errors
/// As [`Scorer::score`].
pub fn replay_auc(scorer: &Scorer, replay: &Replay, ticket: &Ticket) -> Result<Option<f64>, ModelError> {
    let bags = replay.videos()?;
    Ok(Judged::of(scorer, bags.iter().map(|(features, abnormal)| (features, *abnormal)), ticket)?.auc())
}

/// What was learned from, in words that find it again; `step` is the last one of the project's record.
pub fn data(plan: &LessonPlan, step: u64) -> String {
    let of = |kind| plan.of_kind(kind).count();
    format!(
        "{} normal and {} abnormal stretches of a project at step {step} of its record; {} more held out",
        of(VideoLabel::Normal),
        of(VideoLabel::Abnormal),
        plan.held_out.len()
    )
}

/// The videos that a plan trains on, and those that say when to stop.
pub fn seen(plan: &LessonPlan, videos: &[LearningVideo]) -> SeenVideos {
    let refs = |bags: &[LessonBag]| {
        let ids: BTreeSet<&VideoId> = bags.iter().map(|bag| &bag.video).collect();
        let name = |id: &VideoId| videos.iter().find(|v| v.id() == id).map_or("", |v| v.name.as_str());
        ids.into_iter().map(|id| VideoRef::new(name(id), "video", id.as_str())).collect()
    };
    SeenVideos { trained: refs(&plan.train), chosen: refs(&plan.held_out), complete: true }
}

/// A sentence about those of `videos` that a model learned from, or was chosen by: on them it does better than elsewhere.
pub fn familiar(model: &ModelInfo, videos: &[LearningVideo]) -> Option<String> {
    let refs: Vec<VideoRef> = videos.iter().map(|v| VideoRef::new(&v.name, "video", v.id().as_str())).collect();
    let shared = model.videos.as_ref()?.shared(&refs);
    let seen: BTreeSet<&String> = shared.trained.iter().chain(&shared.chosen).collect();
    let (seen, all) = (seen.len(), videos.len());
    (seen > 0).then(|| {
        format!(
            "It was trained on or chosen by {seen} of these {all} videos: on others it will do worse than it says here."
        )
    })
}

/// Results of a candidate that are numbers of things.
const COUNTS: [&str; 4] = ["anomalies", "anomalies flagged", "false alarms", "false alarms flagged"];

/// A result that is kept with a model, as it is written: a number of things, or a figure with `digits` decimals.
pub fn result_text(name: &str, value: f64, digits: usize) -> String {
    let digits = if COUNTS.contains(&name) { 0 } else { digits };
    format!("{value:.digits$}")
}

/// What a result means, where its name does not say it; empty otherwise.
pub fn result_meaning(name: &str) -> &'static str {
    match name {
        "temperature" => "divides the logits, so that the model is as sure of itself as held-out videos allow",
        "bias" => "is added to the logits, so that held-out videos are flagged as often as they should be",
        "held-out loss" | "held-out loss of the parent" => "cross-entropy on whole videos that were not trained on",
        name if name.contains("carried bags") => "on what the model in use was trained on: 1 is perfect, 0.5 is chance",
        _ => "",
    }
}

/// The model to keep: what was learned, with its threshold, what it learned from, and what the gate found.
pub fn candidate(tuned: Tuned, data: String, seen: SeenVideos, report: &GateReport) -> ModelWeights {
    let Tuned { weights, .. } = tuned;
    let mut info: ModelInfo = weights.info().clone();
    info.threshold = Some(report.rules.after.threshold);
    info.data = Some(data);
    info.videos = Some(seen.after(info.videos.as_ref()));
    let mut result = |name: &str, value: f64| {
        info.results.insert(name.to_owned(), value);
    };
    let counts = [report.anomalies, report.false_alarms].map(|tally| [tally.all, tally.after]);
    for (name, count) in COUNTS.into_iter().zip(counts.concat()) {
        result(name, count as f64);
    }
    if let Some(alarms) = report.alarms {
        result("false alarms per hour of the parent", alarms.per_hour.before);
        result("false alarms per hour", alarms.per_hour.after);
    }
    if let Some(truth) = report.truth {
        result("frame ROC-AUC of the parent", truth.before.roc_auc);
        result("frame ROC-AUC", truth.after.roc_auc);
        result("average precision of the parent", truth.before.average_precision);
        result("average precision", truth.after.average_precision);
    }
    if let Some(replay) = report.replay {
        result("ROC-AUC on carried bags of the parent", replay.before);
        result("ROC-AUC on carried bags", replay.after);
    }
    info.notes.extend(report.against.iter().cloned());
    weights.described(info)
}
